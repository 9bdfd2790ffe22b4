//! Folding of text and the notation of cue patterns.
//!
//! Text and patterns are *folded* before they meet: lower case, no diacritics, one blank for any run of blanks and
//! brackets, plain apostrophes, hyphens and quotes, full-width forms as ASCII, and `#` for any run of digits. So `Léer  MÁS` is
//! `leer mas`, and `founded in #` finds *Founded in 1910*. Accents in a pattern are welcome and make no difference.
//!
//! A pattern is folded text with a few signs:
//!
//! | sign | meaning |
//! | --- | --- |
//! | `^` first | only at the line's start; blanks, quotes, bullets and other signs before it do not count |
//! | `$` last | only at the line's end; signs after it do not count |
//! | `*` first | the pattern may begin inside a word |
//! | `*` later | anything may follow, even inside the word: the rest of the pattern does not count |
//! | `(a\|b\|)` | one of these; an empty choice makes the group optional |
//! | `#` | a run of digits |
//!
//! Without `*`, a pattern that begins or ends with a letter or digit begins or ends at a word boundary there.
//! Languages that put no blank between words have no boundaries, and need no `*`.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The code points that the table of folds covers: Latin, Greek and Cyrillic.
const TABLE_END: usize = 0x0530;

/// The fold of every code point below [`TABLE_END`].
static FOLDS: LazyLock<Vec<char>> = LazyLock::new(|| {
    (0..TABLE_END as u32).map(|code| char::from_u32(code).map_or(' ', fold_slowly)).collect()
});

fn fold_slowly(c: char) -> char {
    match c {
        '\u{a0}' => return ' ',
        '«' | '»' => return '"',
        '(' | ')' | '[' | ']' | '{' | '}' => return ' ',
        '#' => return '♯',
        'Ł' | 'ł' => return 'l',
        'Ø' | 'ø' => return 'o',
        'Đ' | 'đ' => return 'd',
        'ı' => return 'i',
        'ς' => return 'σ',
        _ if c.is_control() => return ' ',
        _ => {}
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    std::iter::once(lower).nfd().next().unwrap_or(lower)
}

/// The folds of one text: a table that callers fetch once a page, because looking it up is not free.
#[derive(Clone, Copy)]
pub(crate) struct Folder {
    folds: &'static [char],
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folds: &FOLDS }
    }

    /// One character, lower-case, without its diacritic. Digits stay as they are.
    #[inline]
    pub(crate) fn fold(self, c: char) -> char {
        if let Some(&folded) = self.folds.get(c as usize) {
            return folded;
        }
        match c {
            '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}' => '\'',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{201c}'..='\u{201f}' | '「' | '」' | '『' | '』' | '《' | '》' => '"',
            '\u{ff01}'..='\u{ff5e}' => {
                let ascii = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
                self.folds[ascii as usize]
            }
            '【' | '】' | '〔' | '〕' => ' ',
            '\u{1e00}'..='\u{1fff}' => fold_slowly(c),
            '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
            _ => c,
        }
    }

    /// Folds a text into the buffer, stopping after `limit` characters of it. Blanks at the start are left out.
    /// Returns whether the text was read to its end.
    pub(crate) fn fold_into(self, text: &str, limit: usize, folded: &mut String) -> bool {
        let start = folded.len();
        let mut last = ' ';
        for (count, c) in text.chars().enumerate() {
            if count >= limit {
                return false;
            }
            // Zero-width signs are typesetting, not text: a cue is found across them.
            if matches!(c, '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{feff}' | '\u{300}'..='\u{36f}') {
                continue;
            }
            let mut c = self.fold(c);
            if c.is_ascii_digit() {
                c = '#';
            }
            if c == last && (c == ' ' || c == '#') {
                continue;
            }
            folded.push(c);
            last = c;
        }
        while folded.len() > start && folded.ends_with(' ') {
            folded.pop();
        }
        true
    }
}

/// Whether the script of the character puts no blanks between words.
#[inline]
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{1000}'..='\u{109f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Whether a folded character is part of a word.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '#'
}

/// Where a pattern may stand in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchors {
    /// Only at the line's start.
    pub(crate) start: bool,
    /// Only at the line's end.
    pub(crate) end: bool,
    /// A word has to begin where the match does.
    pub(crate) word_start: bool,
    /// A word has to end where the match does.
    pub(crate) word_end: bool,
}

/// A compiled pattern: the folded texts that it stands for, all with the same anchors but for word boundaries.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) texts: Vec<(String, Anchors)>,
}

/// The most texts that one pattern may stand for.
const MOST_CHOICES: usize = 2048;

impl Pattern {
    /// Reads a pattern, or says what is wrong with it.
    pub(crate) fn parse(source: &str) -> Result<Pattern, String> {
        let (start, rest) = strip(source, |s| s.strip_prefix('^'));
        let (end, rest) = strip(rest, |s| s.strip_suffix('$'));
        let (open_start, rest) = strip(rest, |s| s.strip_prefix('*'));
        if let Some(sign) = rest.chars().find(|c| matches!(c, '^' | '$')) {
            return Err(format!("`{sign}` stands inside the pattern; it means something only at an end"));
        }
        if start && open_start {
            return Err("`*` makes no sense beside `^`".into());
        }
        let folder = Folder::new();
        let mut texts = Vec::new();
        for choice in expand(rest)? {
            let (choice, open_end) = match choice.find('*') {
                Some(at) => (&choice[..at], true),
                None => (choice.as_str(), false),
            };
            let end = end && !open_end;
            let mut text = String::new();
            // The sign for digits is a digit, once folded.
            folder.fold_into(&choice.replace('#', "0"), usize::MAX, &mut text);
            let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
                return Err("the pattern, or one of its choices, is empty".into());
            };
            let bounded = |c: char, open: bool| !open && is_word(c) && !is_unspaced(c);
            let anchors =
                Anchors { start, end, word_start: bounded(first, open_start), word_end: bounded(last, open_end) };
            if !texts.contains(&(text.clone(), anchors)) {
                texts.push((text, anchors));
            }
        }
        Ok(Pattern { texts })
    }
}

fn strip<'s>(text: &'s str, by: impl Fn(&'s str) -> Option<&'s str>) -> (bool, &'s str) {
    by(text).map_or((false, text), |rest| (true, rest))
}

/// Every text that a pattern with groups of choices stands for.
fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let mut rest = pattern;
    let texts = alternatives(&mut rest, 0)?;
    match rest.chars().next() {
        None => Ok(texts),
        Some(sign) => Err(format!("a `{sign}` stands outside a group")),
    }
}

/// How deep groups may stand in groups.
const DEEPEST: usize = 4;

/// Reads up to the `)` or `|` that closes the choice at hand, and leaves it unread.
fn alternatives(rest: &mut &str, depth: usize) -> Result<Vec<String>, String> {
    if depth > DEEPEST {
        return Err(format!("groups stand more than {DEEPEST} deep: write several rows"));
    }
    let mut texts = vec![String::new()];
    loop {
        let literal = rest.find(['(', '|', ')']).unwrap_or(rest.len());
        texts.iter_mut().for_each(|text| text.push_str(&rest[..literal]));
        *rest = &rest[literal..];
        let Some(inside) = rest.strip_prefix('(') else { return Ok(texts) };
        *rest = inside;
        let mut choices = alternatives(rest, depth + 1)?;
        while let Some(next) = rest.strip_prefix('|') {
            *rest = next;
            choices.extend(alternatives(rest, depth + 1)?);
        }
        *rest = rest.strip_prefix(')').ok_or("a `(` has no `)`")?;
        if texts.len() * choices.len() > MOST_CHOICES {
            return Err(format!("the pattern stands for more than {MOST_CHOICES} texts: write several rows"));
        }
        texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{choice}"))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        Folder::new().fold_into(text, usize::MAX, &mut folded);
        folded
    }

    #[test]
    fn folding_forgets_case_accents_digits_and_typography() {
        assert_eq!(folded("  LÉER\u{a0} MÁS…"), "leer mas…");
        assert_eq!(folded("Łódź – l’été 2024, № 7"), "lodz - l'ete #, № #");
        assert_eq!(folded("Περισσότερα ΝΈΑ Ё"), "περισσοτερα νεα е");
        assert_eq!(folded("ＦＯＯ：更多"), "foo:更多");
        assert_eq!(folded("e\u{301}te\u{301} a\u{200b}b"), "ete ab");
    }

    #[test]
    fn groups_stand_for_every_choice() {
        let texts: Vec<_> = Pattern::parse("^te puede(n|) (interesar|gustar)").unwrap().texts;
        let texts: Vec<_> = texts.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(
            texts,
            ["te pueden interesar", "te pueden gustar", "te puede interesar", "te puede gustar"]
        );
    }

    #[test]
    fn anchors_and_boundaries_come_from_the_signs() {
        let anchors = |pattern: &str| Pattern::parse(pattern).unwrap().texts[0].1;
        let free = Anchors { start: false, end: false, word_start: true, word_end: true };
        assert_eq!(anchors("menu"), free);
        assert_eq!(anchors("^menu$"), Anchors { start: true, end: true, ..free });
        assert_eq!(anchors("coment*"), Anchors { word_end: false, ..free });
        assert_eq!(anchors("更多"), Anchors { word_start: false, word_end: false, ..free });
    }

    #[test]
    fn mistakes_are_said_in_words() {
        for wrong in ["a^b", "(a", "a)", "^*a", "", "(|)", "*", "a|b"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
