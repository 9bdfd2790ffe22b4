//! Folding of text and the notation of cue patterns.
//!
#![doc = include_str!("notation.md")]

use std::borrow::Cow;
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
    /// A digit beyond ASCII, folded like those of ASCII.
    pub(crate) const NUMERAL: u16 = 2048;
}

/// A character as the walk over a line sees it.
#[derive(Clone, Copy)]
pub(crate) struct Glyph {
    /// Lower-case, without its diacritic. Digits stay as they are.
    pub(crate) folded: char,
    /// Bits of [`class`].
    pub(crate) class: u16,
}

/// Folding changes few characters from here on.
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
    if c.is_alphanumeric() && !c.is_ascii_digit() || is_mark(c) {
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
    class |= if folded.is_ascii_digit() && !c.is_ascii_digit() { NUMERAL } else { 0 };
    if is_silent(c) {
        class |= SILENT;
    } else if is_word(folded) {
        class |= if is_unspaced(folded) { WORD } else { WORD | JOINS };
    }
    Glyph { folded, class }
}

/// Combining accents, and the point under letters of Devanagari and Bengali, are letters here, whatever they are alone.
#[inline]
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{93c}' | '\u{9bc}')
}

/// Zero-width signs are typesetting, not text: a cue is found across them, as it is across combining marks, the points
/// of Hebrew, the vowel signs of Arabic, and the stroke that stretches its words.
fn is_silent(c: char) -> bool {
    is_mark(c)
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{feff}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
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
        // What is typed one way or the other in Arabic script.
        'أ' | 'إ' | 'آ' | 'ٱ' => return 'ا',
        'ى' | 'ي' => return 'ی',
        'ك' => return 'ک',
        'ة' | 'ۀ' => return 'ه',
        // Digits of Arabic, Persian, Devanagari and Bengali.
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{966}'..='\u{96f}' | '\u{9e6}'..='\u{9ef}' => {
            return '0';
        }
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}' => return '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => return '-',
        '\u{201c}'..='\u{201f}' | '「' | '」' | '『' | '』' | '《' | '》' => return '"',
        '\u{ff01}'..='\u{ff5e}' => return fold(char::from_u32(c as u32 - 0xfee0).unwrap_or(c)),
        _ if c.is_control() || c.is_whitespace() => return ' ',
        _ if c as usize >= FOLD_END && !is_composed(c) => return c,
        _ => {}
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    std::iter::once(lower).nfd().next().unwrap_or(lower)
}

/// Beyond [`FOLD_END`], what is a letter with a mark in one: extended Latin and Greek, and letters of Devanagari and Bengali
/// with a point under them.
fn is_composed(c: char) -> bool {
    matches!(c, '\u{1e00}'..='\u{1fff}' | '\u{958}'..='\u{95f}' | '\u{9dc}'..='\u{9df}')
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
            _ if is_mark(c) => c.is_alphanumeric(),
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

/// The most texts that one pattern may stand for.
const MOST_CHOICES: usize = 2048;

/// The most groups that it may have.
const MOST_GROUPS: usize = 256;

/// Reads a pattern, and calls `each` with every folded text that it stands for and where that may stand; some may be
/// alike. Or says what is wrong with the pattern, perhaps after the first texts.
pub(crate) fn read_pattern(source: &str, mut each: impl FnMut(&str, Anchors)) -> Result<(), String> {
    let (start, rest) = strip(source, |s| s.strip_prefix('^'));
    let (end, rest) = strip(rest, |s| s.strip_suffix('$'));
    let (open_start, rest) = strip(rest, |s| s.strip_prefix('*'));
    if let Some(sign) = rest.chars().find(|c| matches!(c, '^' | '$')) {
        return Err(format!("`{sign}` stands inside the pattern; it means something only at an end"));
    }
    if start && open_start {
        return Err("`*` makes no sense beside `^`".into());
    }
    let folded = fold_signs(rest);
    if folded.matches('(').count() > MOST_GROUPS {
        return Err(format!("the pattern has more than {MOST_GROUPS} groups: write several rows"));
    }
    let parts = parts_of(&folded)?;
    let most = count(&parts);
    if most > MOST_CHOICES {
        return Err(format!(
            "the pattern stands for {most} texts, more than {MOST_CHOICES}: write several rows"
        ));
    }
    let bounded = |c: char, open: bool| !open && !is_unspaced(c) && is_word(c);
    let mut is_empty = false;
    each_text(&parts, &mut String::new(), &mut |text: &mut String| {
        let (text, open_end) = text.split_once('*').map_or((text.as_str(), false), |(text, _)| (text, true));
        let text = close_up(text);
        let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
            is_empty = true;
            return;
        };
        let anchors = Anchors {
            start,
            end: end && !open_end,
            word_start: bounded(first, open_start),
            word_end: bounded(last, open_end),
            open_end,
        };
        each(&text, anchors);
    });
    if is_empty { Err("the pattern, or one of its choices, is empty".into()) } else { Ok(()) }
}

fn strip<'s>(text: &'s str, by: impl Fn(&'s str) -> Option<&'s str>) -> (bool, &'s str) {
    by(text).map_or((false, text), |rest| (true, rest))
}

/// Folds a pattern's characters one by one, and leaves its signs.
fn fold_signs(pattern: &str) -> String {
    let glyphs = Glyphs::new();
    // Beyond the alphabets, folding is quicker than finding out all that a glyph says.
    let fold = |c: char| if (c as usize) < ALPHABETS { glyphs.of(c).folded } else { fold(c) };
    let fold = |c: char| match c {
        '(' | '|' | ')' | '*' | '#' => Some(c),
        _ if is_silent(c) => None,
        _ => Some(fold(c)).map(|folded| if folded.is_ascii_digit() { '#' } else { folded }),
    };
    pattern.chars().filter_map(fold).collect()
}

/// A text with one blank for a run of blanks, one `#` for a run of digits, and no blanks at its ends: what is left to
/// fold where the parts of a pattern meet.
fn close_up(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(' ');
    if !text.as_bytes().windows(2).any(|two| matches!(two, b"  " | b"##")) {
        return Cow::Borrowed(text);
    }
    let mut closed = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        if c != last || (c != ' ' && c != '#') {
            closed.push(c);
        }
        last = c;
    }
    Cow::Owned(closed)
}

/// A part of a pattern.
enum Part<'p> {
    Literal(&'p str),
    /// A group: one of these.
    Choices(Vec<Vec<Part<'p>>>),
}

/// How deep groups may stand in groups.
const DEEPEST: usize = 4;

/// Takes a pattern apart.
fn parts_of(pattern: &str) -> Result<Vec<Part<'_>>, String> {
    let mut rest = pattern;
    let parts = choice(&mut rest, 0)?;
    match rest.chars().next() {
        None => Ok(parts),
        Some(sign) => Err(format!("a `{sign}` stands outside a group")),
    }
}

/// Reads up to the `)` or `|` that closes the choice at hand, and leaves it unread.
fn choice<'p>(rest: &mut &'p str, depth: usize) -> Result<Vec<Part<'p>>, String> {
    if depth > DEEPEST {
        return Err(format!("groups stand more than {DEEPEST} deep: write several rows"));
    }
    let mut parts = Vec::new();
    loop {
        let (literal, after) = rest.split_at(rest.find(['(', '|', ')']).unwrap_or(rest.len()));
        if !literal.is_empty() || parts.is_empty() {
            parts.push(Part::Literal(literal));
        }
        *rest = after;
        let Some(inside) = rest.strip_prefix('(') else { return Ok(parts) };
        *rest = inside;
        let mut choices = vec![choice(rest, depth + 1)?];
        while let Some(next) = rest.strip_prefix('|') {
            *rest = next;
            choices.push(choice(rest, depth + 1)?);
        }
        *rest = rest.strip_prefix(')').ok_or("a `(` has no `)`")?;
        parts.push(Part::Choices(choices));
    }
}

/// How many texts these parts stand for.
fn count(parts: &[Part<'_>]) -> usize {
    let of = |part: &Part<'_>| match part {
        Part::Literal(_) => 1,
        Part::Choices(choices) => {
            choices.iter().fold(0usize, |sum, choice| sum.saturating_add(count(choice)))
        }
    };
    parts.iter().fold(1, |product, part| product.saturating_mul(of(part)))
}

/// Calls `each` with every text that these parts stand for behind `text`, the choices of the first group slowest.
fn each_text(parts: &[Part<'_>], text: &mut String, each: &mut dyn FnMut(&mut String)) {
    let Some((first, rest)) = parts.split_first() else { return each(text) };
    let length = text.len();
    let choices = match first {
        Part::Literal(literal) => {
            text.push_str(literal);
            each_text(rest, text, each);
            text.truncate(length);
            return;
        }
        Part::Choices(choices) => choices,
    };
    for choice in choices {
        if let [Part::Literal(literal)] = &choice[..] {
            text.push_str(literal);
            each_text(rest, text, each);
        } else {
            // What the choice's own groups lead to goes on with the parts behind this group.
            each_text(choice, text, &mut |text| each_text(rest, text, each));
        }
        text.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folding = Folding::new();
        let folded: String = text.chars().filter_map(|c| folding.next(Glyphs::new().of(c))).collect();
        folded.trim_end_matches(' ').to_owned()
    }

    #[test]
    fn folding_forgets_case_accents_digits_and_typography() {
        assert_eq!(folded("  LÉER\u{a0} MÁS…"), "leer mas…");
        assert_eq!(folded("Łódź – l’été 2024, № 7"), "lodz - l'ete #, № #");
        assert_eq!(folded("Περισσότερα ΝΈΑ Ё"), "περισσοτερα νεα е");
        assert_eq!(folded("ＦＯＯ：更多"), "foo:更多");
        assert_eq!(folded("أَخبـار كرة ١٢"), folded("اخبار کره 34"));
        assert_eq!(folded("क़\u{95b}\u{95c}\u{95d}\u{95f} \u{9dc}\u{9dd}\u{9df}"), "कजडढय ডঢয");
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

    fn texts_of(pattern: &str) -> Vec<(String, Anchors)> {
        let mut texts = Vec::new();
        read_pattern(pattern, |text, anchors| texts.push((text.to_owned(), anchors))).unwrap();
        texts
    }

    #[test]
    fn groups_stand_for_every_choice() {
        let texts = |pattern: &str| texts_of(pattern).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(
            texts("^te puede(n|) (interesar|gustar)"),
            ["te pueden interesar", "te pueden gustar", "te puede interesar", "te puede gustar"]
        );
        assert_eq!(
            texts("a (b (c|d)|) e# (1|x)"),
            ["a b c e# #", "a b c e# x", "a b d e# #", "a b d e# x", "a e# #", "a e# x"]
        );
        assert_eq!(texts("(#|)7 (|b)"), ["#", "# b", "#", "# b"]);
    }

    #[test]
    fn anchors_and_boundaries_come_from_the_signs() {
        let anchors = |pattern: &str| texts_of(pattern)[0].1;
        let free = Anchors { start: false, end: false, word_start: true, word_end: true, open_end: false };
        assert_eq!(anchors("menu"), free);
        assert_eq!(anchors("^menu$"), Anchors { start: true, end: true, ..free });
        assert_eq!(anchors("coment*"), Anchors { word_end: false, open_end: true, ..free });
        assert_eq!(anchors("更多"), Anchors { word_start: false, word_end: false, ..free });
    }

    #[test]
    fn mistakes_are_said_in_words() {
        for wrong in ["a^b", "(a", "a)", "^*a", "", "(|)", "*", "a|b"] {
            assert!(read_pattern(wrong, |_, _| ()).is_err(), "{wrong}");
        }
        for long in ["(a)".repeat(100_000), "(a|b)".repeat(20)] {
            assert!(read_pattern(&long, |_, _| ()).unwrap_err().contains("write several rows"));
        }
    }
}
