//! Lines as they are compared.

use tamiz_core::{Document, Key, Run};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::Config;

/// What is counted of a site. Its pages come first, then the others in the order of their digests.
pub(crate) mod item {
    /// The site's pages.
    pub(crate) const PAGES: u64 = 0;

    /// A line: even.
    pub(crate) fn line(digest: u64) -> u64 {
        (digest & !1).max(2)
    }

    /// The prose of a page: odd.
    pub(crate) fn prose(digest: u64) -> u64 {
        digest | 1
    }

    pub(crate) fn is_line(item: u64) -> bool {
        item & 1 == 0
    }
}

/// The digest of a site's name.
pub(crate) fn site(document: &Document) -> u64 {
    xxh3_64(document.site().unwrap_or_default().as_bytes())
}

/// What there is to compare on a page; its memory is used again.
#[derive(Default)]
pub(crate) struct Page {
    /// The kept lines that may be boilerplate, each with its item.
    pub(crate) lines: Vec<(Run, u64)>,
    /// The item of all prose on the page; `None` if there is too little to know an article by.
    pub(crate) prose: Option<u64>,
    key: String,
}

impl Page {
    pub(crate) fn read(&mut self, config: &Config, document: &Document) {
        let Self { lines, prose, key } = self;
        lines.clear();
        *prose = None;
        let (mut article, mut paragraphs, mut bytes) = (0, 0, 0);
        for run in document.kept() {
            let text = run.span.of(document.source());
            let is_prose = is_prose(text);
            if is_prose {
                article = xxh3_64_with_seed(text.as_bytes(), article);
                paragraphs += 1;
                bytes += text.len();
            }
            if !is_prose || config.prose {
                normalise(text, key);
                lines.push((run, item::line(xxh3_64(key.as_bytes()))));
            }
        }
        if paragraphs > 1 && bytes >= ARTICLE {
            *prose = Some(item::prose(article));
        }
    }
}

/// The key of an item of a site.
pub(crate) fn key(site: u64, item: u64) -> Key {
    Key { group: site, item }
}

/// In bytes: so much prose makes an article. Less may be a newsletter's invitation and a notice about cookies, which a site
/// has on every page.
const ARTICLE: usize = 400;

/// In code points: a line that long which ends like a sentence is prose.
const PROSE: usize = 60;

/// A sign for a syllable or a word counts as so many letters.
const WIDE: usize = 3;

pub(crate) fn is_prose(text: &str) -> bool {
    let end = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '」', '』', '）']);
    if !end.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟', '۔', '።', '။', '。']) {
        return false;
    }
    let mut width = 0;
    text.chars().any(|c| {
        width += match c {
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' => WIDE,
            '\u{20000}'..='\u{3ffff}' => WIDE,
            _ => 1,
        };
        width >= PROSE
    })
}

/// Brings a line to the form that it is compared in: lower case, one `0` for a run of digits, one blank for several.
fn normalise(text: &str, key: &mut String) {
    key.clear();
    for c in text.chars() {
        if c.is_ascii_lowercase() {
            key.push(c);
        } else if c.is_numeric() {
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
