//! Labelled pages, and how they are told apart by site.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tamiz_core::{Container, Document, Element, Hint, Hints, LanguageCode, Repeats};

use super::align::labels;
use crate::line::Reader;
use crate::tables::CueTables;

/// A page whose lines are labelled.
#[derive(Clone, Debug)]
pub struct Page {
    /// Names the page in the report.
    pub id: String,
    /// The collection that it comes from; the report and [`Recipe`](super::Recipe) go by it.
    pub source: String,
    /// BCP 47 code, or anything that tells languages apart: pages are mixed within a language only.
    pub language: String,
    /// The site. Pages of one site are never on both sides of a split.
    pub site: String,
    /// The page's non-blank lines, in order.
    pub lines: Vec<Line>,
    /// The text that should be left, where it is known from elsewhere; else that of the lines to keep.
    pub gold: Option<String>,
    /// The containers of the lines' hints; none for pages of text alone.
    pub containers: Vec<Container>,
    /// How many pages of the site were counted for [`Line::pages`]; 0 for none.
    pub site_pages: u32,
}

/// A labelled line.
#[derive(Clone, Debug)]
pub struct Line {
    /// The line, without blanks at its ends.
    pub text: Arc<str>,
    /// Whether it is content.
    pub keep: bool,
    /// Whether it could be either, so that nothing is learned from it and nothing is asked of it.
    pub ambiguous: bool,
    /// What HTML says of it.
    pub hint: Option<Hint>,
    /// On how many of the site's pages it stands.
    pub pages: u32,
    /// Whether it is the page's title, which is learned as content: see [`find_titles`].
    pub is_title: bool,
}

impl Line {
    /// A labelled line; blanks at its ends do not count.
    #[must_use]
    pub fn new(text: &str, keep: bool, ambiguous: bool) -> Self {
        Self {
            text: text.trim().replace('\n', " ").into(),
            keep,
            ambiguous,
            hint: None,
            pages: 0,
            is_title: false,
        }
    }
}

impl Page {
    /// The lines that an HTML reader has made of a page, labelled after this page's lines and its gold text, or after
    /// the gold text given.
    #[must_use]
    pub fn of_html(text: &str, hints: Hints, labelled: &Page, gold: Option<&str>) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let known = (!labelled.lines.is_empty()).then_some(labelled);
        let gold = gold.or(labelled.gold.as_deref());
        let labels = labels(&lines, known, gold);
        let hints_of = hints.lines.into_iter().map(Some).chain(std::iter::repeat(None));
        let lines = lines
            .iter()
            .zip(labels)
            .zip(hints_of)
            .map(|((line, (keep, ambiguous)), hint)| Line { hint, ..Line::new(line, keep, ambiguous) });
        Self {
            id: labelled.id.clone(),
            source: labelled.source.clone(),
            language: labelled.language.clone(),
            site: labelled.site.clone(),
            lines: lines.filter(|line| !line.text.is_empty()).collect(),
            gold: gold.map(str::to_owned),
            containers: hints.containers,
            site_pages: 0,
        }
    }

    /// Whether it was read from HTML.
    #[must_use]
    pub fn has_hints(&self) -> bool {
        !self.containers.is_empty()
    }

    /// Takes the last line of that sort above the content, or at its start, for the title; returns what it says.
    fn mark_title(&mut self, is_title: impl Fn(&Line) -> bool) -> Option<Arc<str>> {
        let (first, _) = self.zone()?;
        let reach = &mut self.lines[first.saturating_sub(TITLE_REACH)..=first];
        let line = reach.iter_mut().rev().find(|line| is_title(line))?;
        line.is_title = line.keep || line.ambiguous;
        Some(Arc::clone(&line.text))
    }

    /// The first and last line to keep.
    pub(super) fn zone(&self) -> Option<(usize, usize)> {
        let first = self.lines.iter().position(|line| line.keep)?;
        let last = self.lines.iter().rposition(|line| line.keep)?;
        Some((first, last))
    }
}

/// How many lines above the content a page's title may stand.
const TITLE_REACH: usize = 20;

/// Finds the pages' titles, to be learned as content although labels mostly leave them open: the last `h1` above the
/// content, or at its start, on a page of HTML; on a page of text, the last line there that says the same as the title of
/// the HTML with its id. A line that is labelled as furniture is no title.
pub fn find_titles(pages: &mut [Page]) {
    let is_heading = |line: &Line| line.hint.is_some_and(|hint| hint.element == Element::Heading1);
    let mut titles: BTreeMap<String, Arc<str>> = BTreeMap::new();
    for page in pages.iter_mut().filter(|page| page.has_hints()) {
        if let Some(title) = page.mark_title(is_heading) {
            titles.insert(page.id.clone(), title);
        }
    }
    // Pages without an id have nothing to do with each other.
    titles.remove("");
    for page in pages.iter_mut().filter(|page| !page.has_hints()) {
        if let Some(title) = titles.get(&page.id) {
            page.mark_title(|line| line.text == *title);
        }
    }
}

/// The site of a URL, as far as splits go: its host without subdomains.
#[must_use]
pub fn site_of_url(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?.to_lowercase();
    if host.is_empty() {
        return None;
    }
    let parts: Vec<&str> = host.split('.').collect();
    let general = ["co", "com", "org", "net", "gov", "ac", "gob", "edu", "or", "ne"];
    let kept = match parts[..] {
        [.., _, second, top] if top.len() == 2 && general.contains(&second) => 3,
        _ => 2,
    };
    Some(parts[parts.len().saturating_sub(kept)..].join("."))
}

/// A number for a site that spreads sites evenly over folds (CRC-32, bit by bit: a few thousand sites at most).
pub(super) fn fold_of(site: &str, folds: u32) -> u32 {
    let mut crc = !0u32;
    for byte in b"x".iter().chain(site.as_bytes()) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1));
        }
    }
    !crc % folds
}

/// Reads pages as the stage does.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) page: crate::page::Page,
    pub(super) source: String,
    pub(super) hints: Option<Hints>,
    pub(super) repeats: Option<Repeats>,
}

impl Reading {
    /// Reads these lines; the language, where it is told, says which cue tables count. `containers` are those of the
    /// lines' hints, if they are told; `site_pages` says how many pages were counted, if that is told.
    pub(super) fn read(
        &mut self,
        lines: &[Line],
        containers: &[Container],
        site_pages: u32,
        language: Option<&str>,
    ) {
        self.hints = (!containers.is_empty()).then(|| Hints {
            lines: lines.iter().map(|line| line.hint.unwrap_or_default()).collect(),
            containers: containers.to_vec(),
        });
        self.repeats = (site_pages > 1)
            .then(|| Repeats { pages: site_pages, lines: lines.iter().map(|line| line.pages).collect() });
        let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
        for line in lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        let document = Document::new(text);
        let tables = CueTables::embedded();
        let reader = Reader::new(tables.of(language.and_then(LanguageCode::parse)));
        self.page.read(&document, &reader);
        self.page.has_hints = self.hints.is_some();
        assert_eq!(self.page.lines.len(), lines.len(), "labelled lines are not blank");
        self.source.clear();
        self.source.push_str(document.source());
    }
}

/// Counts for every line on how many pages of its site it stands, pages of HTML and of text apart, where a site has
/// three pages or more. What stands on few of many pages of a source is told rightly only if the source has many.
pub(super) fn count_repeats(pages: &mut [Page]) {
    let mut sites: BTreeMap<(String, bool), Vec<usize>> = BTreeMap::new();
    for (at, page) in pages.iter().enumerate() {
        sites.entry((page.site.clone(), page.has_hints())).or_default().push(at);
    }
    for places in sites.into_values().filter(|places| places.len() > 2) {
        let mut counts: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        for &at in &places {
            let own: BTreeSet<&Arc<str>> = pages[at].lines.iter().map(|line| &line.text).collect();
            for text in own {
                *counts.entry(Arc::clone(text)).or_default() += 1;
            }
        }
        for &at in &places {
            pages[at].site_pages = places.len() as u32;
            for line in &mut pages[at].lines {
                line.pages = counts[&line.text];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(id: &str, lines: Vec<Line>, containers: Vec<Container>) -> Page {
        let [source, language, site] = Default::default();
        Page { id: id.into(), source, language, site, lines, gold: None, containers, site_pages: 0 }
    }

    fn heading(text: &str, keep: bool, ambiguous: bool) -> Line {
        let hint = Hint { element: Element::Heading1, ..Hint::default() };
        Line { hint: Some(hint), ..Line::new(text, keep, ambiguous) }
    }

    #[test]
    fn the_heading_above_the_content_is_the_title_of_a_pages_html_and_of_its_text() {
        let (title, prose) =
            ("The ferry sails again", "It sailed on Monday morning, and forty people watched.");
        let html = vec![
            heading("Harbour News", false, true),
            heading(title, false, true),
            Line::new(prose, true, false),
            heading("Latest", false, true),
        ];
        let text = vec![
            Line::new(title, false, true),
            Line::new("Home", false, false),
            Line::new(title, false, true),
            Line::new(prose, true, false),
        ];
        let mut pages = [
            page("ferry", text.clone(), Vec::new()),
            page("ferry", html, vec![Container::default()]),
            page("", text, Vec::new()),
        ];
        find_titles(&mut pages);
        let titles = pages.map(|page| page.lines.iter().position(|line| line.is_title));
        assert_eq!(titles, [Some(2), Some(1), None]);
    }

    #[test]
    fn a_heading_that_is_labelled_as_furniture_is_no_title() {
        let lines = vec![heading("Harbour News", false, false), Line::new("It sailed.", true, false)];
        let mut pages = [page("ferry", lines, vec![Container::default()])];
        find_titles(&mut pages);
        assert!(pages[0].lines.iter().all(|line| !line.is_title));
    }
}
