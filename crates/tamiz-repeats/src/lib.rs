//! Cuts lines that a site repeats over its pages: menus, slogans, boxes that no general rule can know.
//!
//! A corpus-level stage. A first pass counts, for every site, on how many of its pages each line stands
//! ([`Counts`], a state that merges); the stage then cuts lines that stand on many. Lines are compared without case,
//! digits and blanks, so that `Page 3 of 7` is the line that `Page 4 of 7` is.
//!
//! # What this crate does not know
//! What a line says or is for. Documents without a site are counted as one site of their own.
//!
//! # Laws
//! - A line of prose (long, and ended like a sentence) is never cut unless the user asks: an agency's paragraph that
//!   many articles quote is no menu. As a blunt rule, cutting repeats costs more text than it is worth.
//! - [`Counts`] are exact and merge in any order to the same bytes.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Fit, Marks, Merge, Scratch, Stage};
//! use tamiz_repeats::{Config, Counts, Repeats};
//!
//! let fit = Repeats::new(Config::default());
//! let pages = ["Our town, our paper\nRain.", "Our town, our paper\nSun.", "Our town, our paper\nFog."];
//! let mut counts = Counts::default();
//! for page in pages {
//!     fit.observe(&mut counts, &Document::new(page));
//! }
//! let stage = fit.finish(counts);
//! let mut document = Document::new(pages[1]);
//! stage.apply(&mut document, &mut Scratch::default());
//! assert_eq!(document.render(Marks::REMOVED).text, "Sun.");
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{
    Built, ConfigError, Document, Fit, Kind, Marks, Merge, Reason, RuleId, Scratch, Span, Stage, StageConfig,
    Tables,
};
use xxhash_rust::xxh3::xxh3_64;

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
    /// Also cut lines of prose: those of 60 characters or more that end like a sentence.
    pub prose: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { min_pages: 3, min_share: 0.2, prose: false }
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
        if errors.is_empty() { Ok(Built::fit(Marks::REMOVED, Repeats::new(self))) } else { Err(errors) }
    }
}

/// Learns which lines a site repeats.
#[derive(Clone, Debug)]
pub struct Repeats {
    config: Config,
}

impl Repeats {
    /// A learner with those options.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }
}

/// On how many pages of each site each line stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    sites: BTreeMap<String, Site>,
}

/// One site's pages, and on how many of them each line (by its digest) stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Site {
    pages: u64,
    lines: BTreeMap<u64, u32>,
}

impl Merge for Counts {
    fn merge(&mut self, other: Self) {
        for (name, site) in other.sites {
            let own = self.sites.entry(name).or_default();
            own.pages += site.pages;
            for (line, pages) in site.lines {
                let count = own.lines.entry(line).or_default();
                *count = count.saturating_add(pages);
            }
        }
    }
}

impl Fit for Repeats {
    type State = Counts;
    type Stage = Repeated;

    fn observe(&self, state: &mut Counts, document: &Document) {
        let mut key = String::new();
        let mut lines: Vec<u64> =
            candidates(&self.config, document, &mut key).map(|(_, digest)| digest).collect();
        lines.sort_unstable();
        lines.dedup();
        let site = state.sites.entry(document.site().unwrap_or_default().to_owned()).or_default();
        site.pages += 1;
        for line in lines {
            *site.lines.entry(line).or_default() += 1;
        }
    }

    fn finish(&self, state: Counts) -> Repeated {
        let many = |site: Site| {
            let least = (site.pages as f64 * self.config.min_share).max(f64::from(self.config.min_pages));
            site.lines
                .into_iter()
                .filter(|(_, pages)| f64::from(*pages) >= least)
                .map(|(line, _)| line)
                .collect()
        };
        let sites = state.sites.into_iter().map(|(name, site)| (name, many(site))).collect();
        Repeated { config: self.config.clone(), sites }
    }
}

/// The stage: knows, for every site, the lines that it repeats.
#[derive(Clone, Debug)]
pub struct Repeated {
    config: Config,
    sites: HashMap<String, HashSet<u64>>,
}

#[derive(Default)]
struct Buffers {
    key: String,
    cuts: Vec<Span>,
}

impl Stage for Repeated {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Some(lines) = self.sites.get(document.site().unwrap_or_default()) else { return };
        let Buffers { key, cuts } = scratch.get();
        cuts.clear();
        let found = candidates(&self.config, document, key).filter(|(_, digest)| lines.contains(digest));
        cuts.extend(found.map(|(span, _)| span));
        let reason = Reason { stage: Config::NAME, kind: Kind::Repeated, rule: RuleId::new("repeated-line") };
        for &span in cuts.iter() {
            document.cut(span, reason);
        }
    }
}

/// The kept lines that may be boilerplate, each with the digest that it is compared by.
fn candidates<'d>(
    config: &'d Config,
    document: &'d Document,
    key: &'d mut String,
) -> impl Iterator<Item = (Span, u64)> + 'd {
    document.kept().filter_map(move |run| {
        let text = run.span.of(document.source());
        if !config.prose && is_prose(text) {
            return None;
        }
        normalise(text, key);
        Some((run.span, xxh3_64(key.as_bytes())))
    })
}

/// In code points: a line that long which ends like a sentence is prose.
const PROSE: usize = 60;

fn is_prose(text: &str) -> bool {
    let end = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '」']);
    end.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟'])
        && text.chars().take(PROSE).count() == PROSE
}

/// Brings a line to the form that it is compared in: lower case, one `0` for a run of digits, one blank for several.
fn normalise(text: &str, key: &mut String) {
    key.clear();
    for c in text.chars() {
        if c.is_numeric() {
            if !key.ends_with('0') {
                key.push('0');
            }
        } else if c.is_whitespace() {
            if !key.ends_with(' ') {
                key.push(' ');
            }
        } else {
            key.extend(c.to_lowercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn learn(config: &Config, pages: &[(&str, &str)]) -> Repeated {
        let fit = Repeats::new(config.clone());
        let mut counts = Counts::default();
        for (site, page) in pages {
            fit.observe(&mut counts, &Document::new(*page).with_site(site));
        }
        fit.finish(counts)
    }

    fn clean(stage: &Repeated, site: &str, page: &str) -> String {
        let mut document = Document::new(page).with_site(site);
        stage.apply(&mut document, &mut Scratch::default());
        document.render(Marks::REMOVED).text.into_owned()
    }

    const PROSE_LINE: &str =
        "The agency said that it would publish the full list of stations on Friday at noon.";

    #[test]
    fn a_site_s_own_lines_go_and_another_site_keeps_them() {
        let pages = [
            ("a", "Weather 1\nIt rained.\nHelp the paper"),
            ("a", "Weather 2\nIt snowed.\nHelp the paper"),
            ("a", "Weather 3\nFog.\nHelp  THE paper"),
            ("b", "Weather 4\nSun."),
        ];
        let stage = learn(&Config::default(), &pages);
        assert_eq!(clean(&stage, "a", pages[0].1), "It rained.");
        assert_eq!(clean(&stage, "b", pages[3].1), pages[3].1);
        assert_eq!(clean(&stage, "c", pages[0].1), pages[0].1);
    }

    #[test]
    fn repeated_prose_stays_unless_asked_for() {
        let page = format!("One\n{PROSE_LINE}");
        let pages = [("a", page.as_str()); 5];
        assert_eq!(clean(&learn(&Config::default(), &pages), "a", &page), PROSE_LINE);
        assert_eq!(clean(&learn(&Config { prose: true, ..Config::default() }, &pages), "a", &page), "");
    }

    #[test]
    fn a_line_twice_on_one_page_counts_once() {
        let pages = [("a", "Twice\nTwice\nTwice\nx"), ("a", "y"), ("a", "z")];
        assert_eq!(clean(&learn(&Config::default(), &pages), "a", pages[0].1), pages[0].1);
    }

    #[test]
    fn wrong_options_are_refused_with_a_remedy() {
        let wrong = Config { min_pages: 1, min_share: 2.0, prose: false };
        let errors = wrong.build(&tamiz_core::NoTables).err().unwrap();
        assert_eq!(errors.len(), 2);
    }

    #[test]
    fn the_laws_hold() {
        let pages: Vec<String> = tamiz_testkit::text::corners();
        let pages: Vec<(&str, &str)> =
            pages.iter().chain(&pages).chain(&pages).map(|page| ("", page.as_str())).collect();
        tamiz_testkit::check_stage(
            &learn(&Config { min_share: 0.0, ..Config::default() }, &pages),
            Marks::REMOVED,
        );
        let site = (0..20u64, prop::collection::btree_map(0..9u64, 0..50u32, 0..5));
        let counts = prop::collection::btree_map("[ab]?", site, 0..3).prop_map(|sites| Counts {
            sites: sites.into_iter().map(|(name, (pages, lines))| (name, Site { pages, lines })).collect(),
        });
        tamiz_testkit::check_merge(counts.boxed());
    }
}
