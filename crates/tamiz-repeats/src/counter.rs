//! Learns which lines a site repeats.

use tamiz_core::{Count, Counter, Document, Scratch, Stage};
use xxhash_rust::xxh3::xxh3_64;

use crate::Config;
use crate::line::{Page, item, key, site};
use crate::stage::{Repeated, Sites};

/// Learns which lines a site repeats.
///
/// Counts, for every site: its pages; the pages on which each line stands; and the pages with the same prose.
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

/// The value of a count that needs none.
const NO_VALUE: u64 = u64::MAX;

/// What tells a page from another, to choose one of them.
pub(crate) fn page_digest(document: &Document) -> u64 {
    xxh3_64(document.source().as_bytes())
}

#[derive(Default)]
struct Buffers {
    page: Page,
    items: Vec<u64>,
}

impl Counter for Repeats {
    fn count(&self, document: &Document, scratch: &mut Scratch, add: &mut dyn FnMut(Count)) {
        let Buffers { page, items } = scratch.get();
        page.read(&self.config, document);
        items.clear();
        items.extend(page.lines.iter().map(|(_, item)| item).copied().chain(page.prose));
        // A line that stands twice on a page stands on one page.
        items.sort_unstable();
        items.dedup();
        let site = site(document);
        add(Count::one(key(site, item::PAGES), NO_VALUE));
        let value = if self.config.keep_first { page_digest(document) } else { NO_VALUE };
        for &item in items.iter() {
            add(Count::one(key(site, item), value));
        }
    }

    fn finish(&self, counts: &mut dyn Iterator<Item = Count>) -> Box<dyn Stage> {
        let mut sites = Sites::new(self.config.keep_first);
        let mut least = f64::INFINITY;
        for count in counts {
            if count.key.item == item::PAGES {
                sites.begin(&count);
                // Whoever only wants to know gets to know all.
                least = if self.config.cut { self.config.least(count.sum) } else { 2.0 };
            } else if count.sum as f64 >= if item::is_line(count.key.item) { least } else { 2.0 } {
                sites.add(&count);
            }
        }
        Box::new(Repeated::new(self.config.clone(), sites))
    }
}
