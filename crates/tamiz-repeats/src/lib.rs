//! Cuts lines that a site repeats over its pages: menus, slogans, boxes that no general rule can know.
//!
//! A corpus-level stage. A first pass counts, for every site, on how many of its pages each line stands; the stage then
//! cuts lines that stand on many. Lines are compared without case, digits and blanks, so that `Page 3 of 7` is the line
//! that `Page 4 of 7` is.
//!
//! # What this crate does not know
//! What a line says or is for; where counts are kept, or how many there are. Documents without a site are counted as
//! one site of their own.
//!
//! # Laws
//! - A line of prose (long, and ended like a sentence) is never cut unless the user asks: an agency's paragraph that
//!   many articles quote is no menu. As a blunt rule, cutting repeats costs more text than it is worth.
//! - Nor is a line that only repeats because its page does: an article that stands at three addresses has its headline
//!   on three pages.
//! - Counts are exact, up to two lines of a site that share 63 bits of a digest: of a site with a million lines, one
//!   in twenty million has such a pair.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Marks, Scratch, counted};
//! use tamiz_repeats::{Config, Repeats};
//!
//! let pages = ["Our town, our paper\nRain.", "Our town, our paper\nSun.", "Our town, our paper\nFog."];
//! let stage = counted(&Repeats::new(Config::default()), &pages.map(Document::new));
//! let mut document = Document::new(pages[1]);
//! stage.apply(&mut document, &mut Scratch::default());
//! assert_eq!(document.render(Marks::REMOVED).text, "Sun.");
//! ```

mod counter;
mod line;
mod stage;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{Built, ConfigError, Marks, StageConfig, Tables};

pub use counter::Repeats;

/// Cuts lines that a site repeats over its pages. Learns them from the corpus in a first pass, or takes them with
/// `--state`. Sites are the hosts of the records' `url`; records without one count as one site.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "repeats")]
pub struct Config {
    /// On how many pages of a site a line has to stand.
    pub min_pages: u32,
    /// On what share of a site's pages, from 0 to 1, a line has to stand.
    pub min_share: f64,
    /// Keep each repeated line on one page of its site. Pages have no order that many machines could agree on, so it is
    /// the page whose text has the smallest digest.
    pub keep_first: bool,
    /// Cut the lines. With `false` they stay, and how often each one stands on its site is told to the stages behind:
    /// `boilerplate` goes by it.
    pub cut: bool,
    /// Also cut lines of prose: those of 60 characters or more (20 of Chinese or Japanese) that end like a sentence.
    pub prose: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { min_pages: 3, min_share: 0.2, keep_first: false, cut: true, prose: false }
    }
}

impl Config {
    /// On how many pages of a site with so many a line has to stand.
    fn least(&self, pages: u64) -> f64 {
        (pages as f64 * self.min_share).max(f64::from(self.min_pages))
    }
}

impl StageConfig for Config {
    const NAME: &'static str = "repeats";

    fn build(self, _: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        if self.min_pages < 2 {
            let message = "a line that stands on one page repeats nothing";
            errors.push(ConfigError::new(&["min_pages"], message, "write 2 or more"));
        }
        if !(0.0..=1.0).contains(&self.min_share) {
            let message = format!("{} is no share", self.min_share);
            errors.push(ConfigError::new(&["min_share"], message, "write a number from 0 to 1, such as 0.2"));
        }
        let marks = if self.cut { Marks::REMOVED } else { Marks::NOTHING };
        if errors.is_empty() { Ok(Built::count(marks, Repeats::new(self))) } else { Err(errors) }
    }
}
