//! Folding of text and the notation of cue patterns.
//!
#![doc = include_str!("notation.md")]

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// What a character is, beside its fold.
pub(crate) mod class {
    pub(crate) const LETTER: u16 = 1;
    pub(crate) const UPPER: u16 = 2;
    pub(crate) const LOWER: u16 = 4;
    pub(crate) const DIGIT: u16 = 8;
    pub(crate) const BLANK: u16 = 16;
    /// Ends sentences.
    pub(crate) const TERMINAL: u16 = 32;
    /// Closes a quotation or bracket.
    pub(crate) const CLOSER: u16 = 64;
    /// Belongs to a script that puts no blanks between words.
    pub(crate) const UNSPACED: u16 = 128;
    /// Its fold is part of a word.
    pub(crate) const WORD: u16 = 256;
    /// Its fold would make one word with a letter beside it.
    pub(crate) const JOINS: u16 = 512;
    /// Leaves nothing in a fold: a zero-width sign, a combining mark.
    pub(crate) const SILENT: u16 = 1024;
}

/// A character as the walk over a line sees it.
#[derive(Clone, Copy)]
pub(crate) struct Glyph {
    /// Lower-case, without its diacritic. Digits stay as they are.
    pub(crate) folded: char,
    /// Bits of [`class`].
    pub(crate) class: u16,
}

/// Folding changes no character from here on, but for extended Latin and Greek.
const FOLD_END: usize = 0x0530;

/// The blocks that the table holds: the alphabets; punctuation, currencies and the like; kana and the punctuation beside
/// it; full-width forms. Each is a first code point, one past the last, and where it begins in the table.
const ALPHABETS: usize = 0x800;
const BLOCKS: [(usize, usize, usize); 3] =
    [(0x2000, 0x2100, ALPHABETS), (0x3000, 0x3100, ALPHABETS + 0x100), (0xff00, 0xfff0, ALPHABETS + 0x200)];

static LOOKUP: LazyLock<Vec<Glyph>> = LazyLock::new(|| {
    let blocks = BLOCKS.iter().flat_map(|&(first, end, _)| first..end);
    let codes = (0..ALPHABETS).chain(blocks);
    codes.map(|code| classify(char::from_u32(code as u32).unwrap_or(' '))).collect()
});

fn classify(c: char) -> Glyph {
    use class::*;
    let mut class = 0;
    if c.is_alphanumeric() && !c.is_ascii_digit() || matches!(c, '\u{300}'..='\u{36f}') {
        class |= LETTER;
        class |= if c.is_uppercase() { UPPER } else { 0 };
        class |= if c.is_lowercase() { LOWER } else { 0 };
        class |= if is_unspaced(c) { UNSPACED } else { 0 };
    }
    class |= if c.is_ascii_digit() { DIGIT } else { 0 };
    class |= if c.is_whitespace() { BLANK } else { 0 };
    class |= if is_terminal(c) { TERMINAL } else { 0 };
    class |= if is_closer(c) { CLOSER } else { 0 };
    let folded = fold(c);
    if is_word(folded) {
        class |= if is_unspaced(folded) { WORD } else { WORD | JOINS };
    }
    class |= if is_silent(c) { SILENT } else { 0 };
    Glyph { folded, class }
}

/// Zero-width signs are typesetting, not text: a cue is found across them.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

/// Marks that end sentences.
fn is_terminal(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟')
}

/// Closing quotes and brackets.
fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '』' | '」' | '〉' | '“')
}

fn fold(c: char) -> char {
    match c {
        '\u{a0}' => return ' ',
        '«' | '»' => return '"',
        '(' | ')' | '[' | ']' | '{' | '}' | '【' | '】' | '〔' | '〕' => return ' ',
        '#' => return '♯',
        'Ł' | 'ł' => return 'l',
        'Ø' | 'ø' => return 'o',
        'Đ' | 'đ' => return 'd',
        'ı' => return 'i',
        'ς' => return 'σ',
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}' => return '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => return '-',
        '\u{201c}'..='\u{201f}' | '「' | '」' | '『' | '』' | '《' | '》' => return '"',
        '\u{ff01}'..='\u{ff5e}' => return fold(char::from_u32(c as u32 - 0xfee0).unwrap_or(c)),
        _ if c.is_control() || c.is_whitespace() => return ' ',
        _ if c as usize >= FOLD_END && !matches!(c, '\u{1e00}'..='\u{1fff}') => return c,
        _ => {}
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    std::iter::once(lower).nfd().next().unwrap_or(lower)
}

/// Looks characters up: holds the table, because fetching it is not free.
#[derive(Clone, Copy)]
pub(crate) struct Glyphs {
    table: &'static [Glyph],
}

impl Glyphs {
    pub(crate) fn new() -> Self {
        Self { table: &LOOKUP }
    }

    #[inline(always)]
    pub(crate) fn of(self, c: char) -> Glyph {
        if (c as usize) < ALPHABETS { self.table[c as usize] } else { self.of_rarer(c) }
    }

    /// What [`char::is_alphanumeric`] says, without its search beyond ASCII.
    #[inline]
    pub(crate) fn is_alphanumeric(self, c: char) -> bool {
        match c {
            // These are letters here, whatever they are alone.
            '\u{300}'..='\u{36f}' => c.is_alphanumeric(),
            _ => self.of(c).class & (class::LETTER | class::DIGIT) != 0,
        }
    }

    /// The glyph of a character of two bytes.
    #[inline(always)]
    pub(crate) fn of_two(self, first: u8, second: u8) -> Glyph {
        self.table[two(first, second) as usize]
    }

    fn of_rarer(self, c: char) -> Glyph {
        use class::*;
        match c {
            // The ranges that most pages in unspaced scripts, and in Korean, are made of.
            '\u{4e00}'..='\u{9fff}' => Glyph { folded: c, class: LETTER | UNSPACED | WORD },
            '\u{ac00}'..='\u{d7a3}' => Glyph { folded: c, class: LETTER | WORD | JOINS },
            _ => {
                let code = c as usize;
                let block = BLOCKS.iter().find(|(first, end, _)| (*first..*end).contains(&code));
                block.map_or_else(|| classify(c), |(first, _, at)| self.table[at + code - first])
            }
        }
    }

    /// The character that begins at a byte of a text, its glyph and its width in bytes.
    #[inline(always)]
    pub(crate) fn at(self, text: &str, at: usize) -> Option<(char, Glyph, usize)> {
        let bytes = text.as_bytes().get(at..)?;
        match *bytes {
            [byte @ ..0x80, ..] => Some((char::from(byte), self.table[usize::from(byte)], 1)),
            [first @ 0xc0..0xe0, second, ..] => {
                Some((char::from_u32(two(first, second))?, self.of_two(first, second), 2))
            }
            [_, ..] => {
                let c = text.get(at..)?.chars().next()?;
                Some((c, self.of(c), c.len_utf8()))
            }
            [] => None,
        }
    }

    /// Folds a text to the end of the buffer.
    pub(crate) fn fold_into(self, text: impl IntoIterator<Item = char>, folded: &mut String) {
        let mut folding = Folding::new();
        for c in text {
            if let Some(fold) = folding.next(self.of(c)) {
                folded.push(fold);
            }
        }
        folding.finish(folded);
    }
}

/// The code point of a character of two bytes.
#[inline(always)]
pub(crate) fn two(first: u8, second: u8) -> u32 {
    u32::from(first & 0x1f) << 6 | u32::from(second & 0x3f)
}

/// A text being folded, character by character.
pub(crate) struct Folding {
    pub(crate) last: char,
}

impl Folding {
    pub(crate) fn new() -> Self {
        Self { last: ' ' }
    }

    /// What the next character leaves in the fold: a digit a `#`; nothing a zero-width sign, a blank at the start, and
    /// all but the first of a run of blanks or digits.
    #[inline(always)]
    pub(crate) fn next(&mut self, glyph: Glyph) -> Option<char> {
        let fold = if glyph.folded.is_ascii_digit() { '#' } else { glyph.folded };
        if (fold == self.last && (fold == ' ' || fold == '#')) || glyph.class & class::SILENT != 0 {
            return None;
        }
        self.last = fold;
        Some(fold)
    }

    /// Takes the blank off the end.
    pub(crate) fn finish(self, folded: &mut String) {
        if self.last == ' ' && folded.ends_with(' ') {
            folded.pop();
        }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Anchors {
    /// Only at the line's start.
    pub(crate) start: bool,
    /// Only at the line's end.
    pub(crate) end: bool,
    /// A word has to begin where the match does.
    pub(crate) word_start: bool,
    /// A word has to end where the match does.
    pub(crate) word_end: bool,
    /// Anything may follow.
    pub(crate) open_end: bool,
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
        let glyphs = Glyphs::new();
        let choices = expand(rest)?;
        let mut texts = Vec::with_capacity(choices.len());
        for choice in choices {
            let (choice, open_end) = match choice.find('*') {
                Some(at) => (&choice[..at], true),
                None => (choice.as_str(), false),
            };
            let end = end && !open_end;
            let mut text = String::with_capacity(choice.len());
            // The sign for digits is a digit, once folded.
            glyphs.fold_into(choice.chars().map(|c| if c == '#' { '0' } else { c }), &mut text);
            let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
                return Err("the pattern, or one of its choices, is empty".into());
            };
            let bounded = |c: char, open: bool| !open && is_word(c) && !is_unspaced(c);
            let anchors = Anchors {
                start,
                end,
                word_start: bounded(first, open_start),
                word_end: bounded(last, open_end),
                open_end,
            };
            texts.push((text, anchors));
        }
        if texts.len() > 1 {
            // Choices that fold alike are one text: the first.
            let mut known = HashSet::with_capacity(texts.len());
            let first: Vec<bool> = texts.iter().map(|text| known.insert(text)).collect();
            let mut first = first.into_iter();
            texts.retain(|_| first.next().unwrap_or(true));
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
        texts = texts
            .iter()
            .flat_map(|text| choices.iter().map(move |choice| [text.as_str(), choice].concat()))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        Glyphs::new().fold_into(text.chars(), &mut folded);
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
    fn looking_a_character_up_is_classifying_it() {
        let glyphs = Glyphs::new();
        for c in '\0'..='\u{1ffff}' {
            let (found, right) = (glyphs.of(c), classify(c));
            assert_eq!((found.folded, found.class), (right.folded, right.class), "{c:?}");
            assert_eq!(glyphs.is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            let case = [found.class & class::UPPER != 0, found.class & class::LOWER != 0];
            assert_eq!(case, [c.is_uppercase(), c.is_lowercase()], "{c:?}");
        }
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
        let free = Anchors { start: false, end: false, word_start: true, word_end: true, open_end: false };
        assert_eq!(anchors("menu"), free);
        assert_eq!(anchors("^menu$"), Anchors { start: true, end: true, ..free });
        assert_eq!(anchors("coment*"), Anchors { word_end: false, open_end: true, ..free });
        assert_eq!(anchors("更多"), Anchors { word_start: false, word_end: false, ..free });
    }

    #[test]
    fn mistakes_are_said_in_words() {
        for wrong in ["a^b", "(a", "a)", "^*a", "", "(|)", "*", "a|b"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
