//! The stage: knows, for every site, the lines that it repeats.

use std::collections::HashMap;
use std::ops::Range;

use tamiz_core::{Count, Document, Kind, Reason, RuleId, Scratch, Span, Stage, StageConfig};

use crate::Config;
use crate::counter::page_digest;
use crate::line::{Page, site};

/// What the sites repeat: long vectors in the order of the counts, and where each site's part is.
#[derive(Debug)]
pub(crate) struct Sites {
    sites: HashMap<u64, Site>,
    items: Vec<u64>,
    /// On how many pages each item stands.
    pages: Vec<u32>,
    /// The smallest digest of these pages; empty if nobody asks for it.
    least: Vec<u64>,
    keep_first: bool,
    /// The site that is being read.
    current: u64,
}

#[derive(Clone, Debug)]
struct Site {
    items: Range<usize>,
}

impl Sites {
    pub(crate) fn new(keep_first: bool) -> Self {
        Self {
            sites: HashMap::new(),
            items: Vec::new(),
            pages: Vec::new(),
            least: Vec::new(),
            keep_first,
            current: 0,
        }
    }

    pub(crate) fn begin(&mut self, site: u64, _: u64) {
        self.current = site;
    }

    pub(crate) fn line(&mut self, count: Count) {
        self.add(count);
    }

    pub(crate) fn prose(&mut self, count: Count) {
        self.add(count);
    }

    fn add(&mut self, count: Count) {
        let at = self.items.len();
        self.items.push(count.key.item);
        self.pages.push(u32::try_from(count.sum).unwrap_or(u32::MAX));
        if self.keep_first {
            self.least.push(count.least);
        }
        // Sites that repeat nothing take no room.
        self.sites.entry(self.current).or_insert(Site { items: at..at }).items.end = at + 1;
    }

    /// The place of an item of a site.
    fn find(&self, site: &Site, item: u64) -> Option<usize> {
        let place = self.items[site.items.clone()].binary_search(&item).ok()?;
        Some(site.items.start + place)
    }
}

#[derive(Debug)]
pub(crate) struct Repeated {
    config: Config,
    sites: Sites,
}

impl Repeated {
    pub(crate) fn new(config: Config, sites: Sites) -> Self {
        Self { config, sites }
    }
}

#[derive(Default)]
struct Buffers {
    page: Page,
    cuts: Vec<Span>,
}

impl Stage for Repeated {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Some(site) = self.sites.sites.get(&site(document)) else { return };
        let Buffers { page, cuts } = scratch.get();
        page.read(&self.config, document);
        cuts.clear();
        // Pages that say the same are one page at several addresses.
        let copies = page.prose.and_then(|prose| self.sites.find(site, prose));
        let copies = copies.map_or(1, |place| self.sites.pages[place]);
        let own = if self.config.keep_first { page_digest(document) } else { 0 };
        for (run, item) in &page.lines {
            let Some(place) = self.sites.find(site, *item) else { continue };
            let others = self.sites.pages[place].saturating_sub(copies);
            let first = self.config.keep_first && self.sites.least[place] == own;
            if others + 1 >= self.config.min_pages && !first {
                cuts.push(run.span);
            }
        }
        let reason = Reason { stage: Config::NAME, kind: Kind::Repeated, rule: RuleId::new("repeated-line") };
        for &span in cuts.iter() {
            document.cut(span, reason);
        }
    }
}
