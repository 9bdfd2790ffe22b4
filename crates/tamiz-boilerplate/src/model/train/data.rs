//! Labelled pages, and how they are told apart by site.

use std::sync::Arc;

use tamiz_core::{Document, LanguageCode};

use crate::cues::{Cues, TableSet};
use crate::line::Reader;

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
}

impl Line {
    /// A labelled line; blanks at its ends do not count.
    #[must_use]
    pub fn new(text: &str, keep: bool, ambiguous: bool) -> Self {
        Self { text: text.trim().replace('\n', " ").into(), keep, ambiguous }
    }
}

impl Page {
    /// The first and last line to keep.
    pub(super) fn zone(&self) -> Option<(usize, usize)> {
        let first = self.lines.iter().position(|line| line.keep)?;
        let last = self.lines.iter().rposition(|line| line.keep)?;
        Some((first, last))
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
}

impl Reading {
    /// Reads these lines; the language, where it is told, says which cue tables count.
    pub(super) fn read(&mut self, lines: &[Line], language: Option<&str>) {
        let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
        for line in lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        let document = Document::new(text);
        let cues = Cues::embedded();
        let reader = Reader::new(&cues, TableSet::of(language.and_then(LanguageCode::parse)));
        self.page.read(&document, &reader);
        assert_eq!(self.page.lines.len(), lines.len(), "labelled lines are not blank");
        self.source.clear();
        self.source.push_str(document.source());
    }
}
