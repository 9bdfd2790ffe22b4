//! The stage: knows, for every site, the lines that it repeats.

use std::collections::HashMap;
use std::ops::Range;

use tamiz_core::{
    Clue, Count, Document, Evidence, Kind, Reason, Repeats, RuleId, Scratch, Span, Stage, StageConfig,
};

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
    /// The site that is being read, and its pages.
    current: (u64, u32),
}

#[derive(Clone, Debug)]
struct Site {
    items: Range<usize>,
    pages: u32,
}

impl Sites {
    pub(crate) fn new(keep_first: bool) -> Self {
        Self {
            sites: HashMap::new(),
            items: Vec::new(),
            pages: Vec::new(),
            least: Vec::new(),
            keep_first,
            current: (0, 0),
        }
    }

    /// Begins a site, whose items follow in order.
    pub(crate) fn begin(&mut self, pages: &Count) {
        self.current = (pages.key.group, number(pages.sum));
    }

    pub(crate) fn add(&mut self, count: &Count) {
        let at = self.items.len();
        self.items.push(count.key.item);
        self.pages.push(number(count.sum));
        if self.keep_first {
            self.least.push(count.least);
        }
        let (site, pages) = self.current;
        // Sites that repeat nothing take no room.
        self.sites.entry(site).or_insert(Site { items: at..at, pages }).items.end = at + 1;
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

const RULE: &str = "repeated-line";

fn number(sum: u64) -> u32 {
    u32::try_from(sum).unwrap_or(u32::MAX)
}

impl Stage for Repeated {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Some(site) = self.sites.sites.get(&site(document)) else { return };
        let Buffers { page, cuts } = scratch.get();
        page.read(&self.config, document);
        if !self.config.cut {
            let mut lines = Vec::new();
            for (run, item) in &page.lines {
                lines.resize(lines.len().max(run.line + 1), 0);
                let pages = self.sites.find(site, *item).map_or(1, |place| self.sites.pages[place]);
                // A line of which a stage has cut the middle has several parts; the rarest tells most.
                lines[run.line] = if lines[run.line] == 0 { pages } else { pages.min(lines[run.line]) };
            }
            document.set_repeats(Repeats { pages: site.pages, lines });
            return;
        }
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
        let reason = Reason { stage: Config::NAME, kind: Kind::Repeated, rule: RuleId::new(RULE) };
        for &span in cuts.iter() {
            document.cut(span, reason);
        }
    }

    /// On how many of the site's pages each line stands that the counts hold: those that do so on enough of them.
    fn explain(&self, document: &Document, scratch: &mut Scratch) -> Vec<Evidence> {
        let Some(site) = self.sites.sites.get(&site(document)) else { return Vec::new() };
        let Buffers { page, .. } = scratch.get();
        page.read(&self.config, document);
        let rule = RuleId::new(RULE);
        let least = self.config.least(site.pages.into()).ceil() as u64;
        let mut evidence = Vec::new();
        for (run, item) in &page.lines {
            let Some(place) = self.sites.find(site, *item) else { continue };
            let count = self.sites.pages[place].into();
            let what = Clue::Count { rule, count, of: site.pages.into(), least };
            evidence.push(Evidence { span: run.span, what });
        }
        evidence
    }
}
