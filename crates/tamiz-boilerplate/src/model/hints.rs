//! What the labeller sees of a line beside its text, where there is more: the hints of an HTML reader, and on how many
//! of the site's pages the line stands. [`EXTRA`] numbers a line; without hints or counts, theirs are left out of the
//! sums, as if each were its mean.
//!
//! Much of what HTML tells lies in its containers: how much of the page's prose a container holds, how much of it is
//! links, how far a line is from the container that holds most. A line of prose that is not mostly links counts as
//! prose here. Sums over containers are one loop from the last to the first, each into the one around it.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use std::collections::HashMap;

use tamiz_core::{Container, Element, Hint, Hints, Landmarks, Repeats};

use super::math::ln_1p;
use crate::page::Page;

/// The names of the features, in their order.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "hints",
    // The element.
    "html-p", "html-h1", "html-h2", "html-h3", "html-h4", "html-item", "html-cell", "html-caption", "html-quote", "html-pre", "html-div",
    "html-button",
    // What it stands in.
    "in-article", "in-main", "in-nav", "in-aside", "in-header", "in-footer", "in-form", "in-figure", "in-table", "in-list", "in-button",
    "in-section", "in-dialog", "in-hidden", "in-article-body", "in-article-type",
    // Links and type.
    "link-share", "links", "one-link", "bold", "italic",
    // Its containers.
    "own-share", "own-tree-share", "own-tree-links", "own-tree-mass", "place-in-own", "parent-share", "parent-links", "grandparent-share",
    "grandparent-links", "article-share", "article-number", "articles", "in-heaviest-article", "up-to-best", "down-from-best", "best-share",
    // Lines of the same path.
    "path-share", "path-lines", "path-links",
    // The title, and its depth.
    "after-h1", "up-to-h1", "down-from-h1", "depth",
    // Words of classes: near, and of all elements around.
    "near-navigation", "near-footer", "near-side", "near-related", "near-comments", "near-share", "near-advertisement", "near-promotion",
    "near-caption", "near-byline", "near-consent", "near-body", "near-lead", "near-inset",
    "all-navigation", "all-footer", "all-side", "all-related", "all-comments", "all-share", "all-advertisement", "all-promotion",
    "all-caption", "all-byline", "all-consent", "all-body", "all-lead", "all-inset",
    // The site's other pages.
    "counts", "site-share", "site-pages",
];

/// How many of these features a line has.
pub(crate) const EXTRA: usize = 88;
/// The feature that says that there are hints; those after it are theirs.
pub(crate) const HINTS_FLAG: usize = 0;
/// The feature that says that there are counts; those after it are theirs.
pub(crate) const COUNTS_FLAG: usize = EXTRA - 3;
/// Groups of the hints' features; training hides some of them at random.
#[cfg(feature = "train")]
pub(crate) const GROUPS: [std::ops::Range<usize>; 7] =
    [1..13, 13..29, 29..34, 34..50, 50..53, 53..57, 57..85];

/// No container.
const NONE: u32 = u32::MAX;

/// A page's extra features, and the buffers that computing them needs.
#[derive(Default)]
pub(crate) struct Extra {
    rows: Vec<[f32; EXTRA]>,
    containers: Vec<Sums>,
    paths: HashMap<u32, Path>,
    /// Prose by the depth at which it stands.
    depths: Vec<f32>,
}

/// What is known of a container.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Tokens of prose right in it; in it and all within; so of all lines; so of links.
    own: f32,
    prose: f32,
    all: f32,
    links: f32,
    /// Prose right in it that has been passed.
    passed: f32,
    /// The nearest article, main or section: itself or around it.
    article: u32,
    /// How many articles have begun before or around it, if it stands in one.
    number: u32,
    /// Levels from the best container up to what holds both, and from there down to this one; the same of the title's.
    best: (u32, u32),
    title: (u32, u32),
}

/// What is known of the lines with one path.
#[derive(Clone, Copy, Default)]
struct Path {
    prose: f32,
    lines: f32,
    links: f32,
}

/// What is known of the page.
struct Facts {
    prose: f32,
    best: u32,
    articles: u32,
    heaviest: f32,
    /// The first `h1`, a place among the page's lines.
    title: Option<usize>,
    depth: f32,
}

impl Extra {
    /// One row for every line, or none at all if nothing is known beside the text.
    pub(crate) fn rows(&self) -> &[[f32; EXTRA]] {
        &self.rows
    }

    /// Computes the features of a page's lines.
    pub(crate) fn compute(&mut self, page: &Page, hints: Option<&Hints>, repeats: Option<&Repeats>) {
        self.rows.clear();
        if hints.is_none() && repeats.is_none() {
            return;
        }
        self.rows.resize(page.lines.len(), [0.0; EXTRA]);
        if let Some(hints) = hints.filter(|hints| !hints.containers.is_empty()) {
            self.read(page, hints);
        }
        // One page alone tells nothing about its site.
        if let Some(repeats) = repeats.filter(|repeats| repeats.pages > 1) {
            let others = (repeats.pages - 1) as f32;
            for (row, number) in self.rows.iter_mut().zip(&page.numbers) {
                let count = repeats.lines.get(*number as usize).copied().unwrap_or(0);
                let elsewhere = count.saturating_sub(1) as f32;
                row[COUNTS_FLAG] = 1.0;
                row[COUNTS_FLAG + 1] = (elsewhere / others).min(1.0);
                row[COUNTS_FLAG + 2] = ln_1p(elsewhere.min(30.0));
            }
        }
    }

    fn read(&mut self, page: &Page, hints: &Hints) {
        let facts = self.survey(page, hints);
        for i in 0..page.lines.len() {
            self.fill(page, hints, i, &facts);
        }
    }

    /// Sums over containers and paths.
    fn survey(&mut self, page: &Page, hints: &Hints) -> Facts {
        let nodes = &hints.containers;
        self.containers.clear();
        self.containers.resize(nodes.len(), Sums::default());
        self.paths.clear();
        self.depths.clear();
        let mut title = None;
        for i in 0..page.lines.len() {
            let hint = hint(page, hints, i);
            let tokens = page.lines[i].tokens as f32;
            let prose = prose(page, i, &hint);
            let sums = &mut self.containers[hint.container as usize];
            sums.own += prose;
            sums.all += tokens;
            sums.links += tokens * share(hint.link_share);
            let path = self.paths.entry(hint.path).or_default();
            path.prose += prose;
            path.lines += 1.0;
            path.links += share(hint.link_share);
            let depth = usize::from(hint.depth);
            if self.depths.len() <= depth {
                self.depths.resize(depth + 1, 0.0);
            }
            self.depths[depth] += prose;
            if hint.element == Element::Heading1 && title.is_none() {
                title = Some(i);
            }
        }
        let best = self.add_up(nodes);
        let (articles, heaviest) = self.find_articles(nodes);
        self.measure_levels(nodes, best, |sums| &mut sums.best);
        if let Some(title) = title {
            self.measure_levels(nodes, hint(page, hints, title).container, |sums| &mut sums.title);
        }
        let mut depth = 0;
        for (at, prose) in self.depths.iter().enumerate() {
            if *prose > self.depths[depth] {
                depth = at;
            }
        }
        let prose = self.containers[0].prose.max(1.0);
        Facts { prose, best, articles, heaviest, title, depth: depth as f32 }
    }

    /// Adds what each container holds to those around it; returns the one with most prose in it and close below.
    fn add_up(&mut self, nodes: &[Container]) -> u32 {
        let sums = &mut self.containers;
        // What stands one or two levels deeper counts less.
        let mut score: f32;
        sums.iter_mut().for_each(|sums| sums.passed = sums.own);
        for at in 1..nodes.len() {
            let own = sums[at].own;
            let parent = nodes[at].parent as usize;
            sums[parent].passed += 0.7 * own;
            let grandparent = nodes[parent].parent as usize;
            if parent != 0 {
                sums[grandparent].passed += 0.35 * own;
            }
        }
        let mut best = 0;
        score = f32::MIN;
        for (at, sums) in sums.iter_mut().enumerate() {
            if sums.passed > score {
                (best, score) = (at, sums.passed);
            }
            sums.passed = 0.0;
            sums.prose = sums.own;
        }
        for at in (1..nodes.len()).rev() {
            let Sums { prose, all, links, .. } = sums[at];
            let parent = &mut sums[nodes[at].parent as usize];
            parent.prose += prose;
            parent.all += all;
            parent.links += links;
        }
        best as u32
    }

    /// Numbers the articles; returns how many there are, and the prose of the one that holds most.
    fn find_articles(&mut self, nodes: &[Container]) -> (u32, f32) {
        let (mut articles, mut heaviest) = (0, 0.0f32);
        self.containers[0].article = NONE;
        for at in 1..nodes.len() {
            let around = self.containers[nodes[at].parent as usize];
            let sums = &mut self.containers[at];
            let element = nodes[at].element;
            let divides = matches!(element, Element::Article | Element::Main | Element::Section);
            sums.article = if divides { at as u32 } else { around.article };
            sums.number = around.number;
            if element == Element::Article {
                articles += 1;
                sums.number = articles;
                heaviest = heaviest.max(sums.prose);
            }
        }
        (articles, heaviest)
    }

    /// Measures for every container the levels up from `from` to what holds both, and down again.
    fn measure_levels(
        &mut self,
        nodes: &[Container],
        from: u32,
        levels: impl Fn(&mut Sums) -> &mut (u32, u32),
    ) {
        self.containers.iter_mut().for_each(|sums| *levels(sums) = (NONE, 0));
        let (mut at, mut up) = (from, 0);
        loop {
            *levels(&mut self.containers[at as usize]) = (up, 0);
            if at == 0 {
                break;
            }
            at = nodes[at as usize].parent;
            up += 1;
        }
        for at in 1..nodes.len() {
            let (up, down) = *levels(&mut self.containers[nodes[at].parent as usize]);
            let own = levels(&mut self.containers[at]);
            if own.0 == NONE {
                *own = (up, down + 1);
            }
        }
    }

    /// Fills the row of one line.
    fn fill(&mut self, page: &Page, hints: &Hints, i: usize, facts: &Facts) {
        let hint = hint(page, hints, i);
        let nodes = &hints.containers;
        let own = self.containers[hint.container as usize];
        let parent_at = nodes[hint.container as usize].parent as usize;
        let parent = self.containers[parent_at];
        let grandparent = self.containers[nodes[parent_at].parent as usize];
        let path = self.paths[&hint.path];
        let link_share = share(hint.link_share);
        let flag = |holds: bool| f32::from(u8::from(holds));
        let of_page = |prose: f32| prose / facts.prose;
        let links_of = |sums: &Sums| sums.links / sums.all.max(1.0);
        let few = |levels: u32, most: u32| levels.min(most) as f32;

        let mut at = 0;
        let row = &mut self.rows[i];
        let mut put = |value: f32| {
            row[at] = value;
            at += 1;
        };
        put(1.0);
        let element = match hint.element {
            Element::Paragraph => 0,
            Element::Heading1 => 1,
            Element::Heading2 => 2,
            Element::Heading3 => 3,
            Element::Heading4 => 4,
            Element::Item => 5,
            Element::Cell | Element::Term => 6,
            Element::Caption => 7,
            Element::Quote => 8,
            Element::Preformatted => 9,
            Element::Division | Element::Section | Element::Article | Element::Main => 10,
            Element::Button => 11,
            Element::Other | Element::List | Element::Table => 12,
        };
        for number in 0..12 {
            put(flag(number == element));
        }
        for bit in 0..16 {
            put(flag(hint.landmarks.has(Landmarks(1 << bit))));
        }

        put(link_share);
        put(ln_1p(f32::from(hint.links)));
        put(flag(hint.links == 1 && link_share > 0.9));
        put(share(hint.bold_share));
        put(share(hint.italic_share));

        put(of_page(own.own));
        put(of_page(own.prose));
        put(links_of(&own));
        put(ln_1p(own.prose));
        put(own.passed / own.own.max(1.0));
        put(of_page(parent.prose));
        put(links_of(&parent));
        put(of_page(grandparent.prose));
        put(links_of(&grandparent));
        if own.article == NONE {
            put(-0.2);
        } else {
            put(of_page(self.containers[own.article as usize].prose));
        }
        put(ln_1p(own.number as f32));
        put(ln_1p(facts.articles as f32));
        let article = own.article as usize;
        put(flag(
            own.article != NONE
                && nodes[article].element == Element::Article
                && facts.heaviest > 0.0
                && self.containers[article].prose >= facts.heaviest,
        ));
        put(few(own.best.0, 6));
        put(few(own.best.1, 6));
        put(of_page(self.containers[facts.best as usize].prose));

        put(of_page(path.prose));
        put(ln_1p(path.lines));
        put(path.links / path.lines);

        put(flag(facts.title.is_some_and(|title| i >= title)));
        put(if facts.title.is_some() { few(own.title.0, 6) } else { 3.0 });
        put(if facts.title.is_some() { few(own.title.1, 6) } else { 3.0 });
        put((f32::from(hint.depth) - facts.depth).clamp(-8.0, 8.0));

        for bit in 0..14 {
            put(flag(hint.words.0 >> bit & 1 == 1));
        }
        for bit in 0..14 {
            put(flag(hint.all_words.0 >> bit & 1 == 1));
        }
        debug_assert_eq!(at, COUNTS_FLAG, "every feature has its place");
        self.containers[hint.container as usize].passed += prose(page, i, &hint);
    }
}

fn hint(page: &Page, hints: &Hints, i: usize) -> Hint {
    hints.lines.get(page.numbers[i] as usize).copied().unwrap_or_default()
}

/// The tokens of a line that counts as prose.
fn prose(page: &Page, i: usize, hint: &Hint) -> f32 {
    if page.prose[i] && hint.link_share < 128 { page.lines[i].tokens as f32 } else { 0.0 }
}

fn share(part: u8) -> f32 {
    f32::from(part) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name() {
        assert_eq!(NAMES.len(), EXTRA);
        assert_eq!((NAMES[HINTS_FLAG], NAMES[COUNTS_FLAG]), ("hints", "counts"));
    }
}
