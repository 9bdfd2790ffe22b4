//! Words, where they stand, and what stands before them: one pass over the text, without regular expressions.

mod joined;
mod map;
mod usual;

use tamiz_core::Span;
use tamiz_core::scan;

use crate::hash;
use crate::letters::{
    self, CAP, CLASS, FIGURE, LOWER, Letter, OTHER, PAIRS, Pairs, WIDE, is_unspaced, letter,
};
use crate::words::{self, WORDS};
use joined::is_elided;
pub(crate) use map::Map;
use usual::Easy;

/// A word of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The hash of the word in lower case.
    pub(crate) hash: u64,
    /// Its flags among the words of the language, if it was looked up; else [`UNASKED`].
    pub(crate) word: u16,
    pub(crate) flags: u8,
    /// For a capitalised word, how usual it is as a part of a person's name.
    pub(crate) usual: u8,
    /// Whether a form of the embedded lexicon may begin with this word.
    pub(crate) placed: bool,
    /// For a capitalised word of German, in what it is like a noun: [`NOUN_ENDING`], [`COMPOUND`].
    pub(crate) noun: u8,
    /// Whether all of that was looked up, as of capitalised words, and not the flags alone.
    pub(crate) asked: bool,
    pub(crate) gap: Gap,
}

/// In small letters, the word ends as nouns do.
pub(crate) const NOUN_ENDING: u8 = 1;
/// The last part of the word is a common word.
pub(crate) const COMPOUND: u8 = 1 << 1;

/// The word's flags have not been looked up.
pub(crate) const UNASKED: u16 = u16::MAX;

/// What stands between a word and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Nothing: two words were glued together, or the text goes from one script to another.
    None,
    /// One blank.
    Space,
    Hyphen,
    /// A full stop and a blank.
    StopSpace,
    /// A full stop alone.
    Stop,
    /// An elided article or preposition stands before: `l'`, `d'`.
    Elision,
    Comma,
    /// An opening parenthesis.
    Parenthesis,
    Other,
}

/// The first letter is a capital.
pub(crate) const CAPITAL: u8 = 1;
/// All letters are capitals, and there are at least two.
pub(crate) const UPPER: u8 = 1 << 1;
/// A sentence, or something like one, may start here.
pub(crate) const START: u8 = 1 << 2;
/// Han, kana or Hangul: words are not apart.
pub(crate) const UNSPACED: u8 = 1 << 3;
/// A script without capitals.
pub(crate) const UNCASED: u8 = 1 << 4;
/// Begins with a digit.
pub(crate) const DIGIT: u8 = 1 << 5;
/// A single letter.
pub(crate) const LETTER: u8 = 1 << 6;
/// The first word of a run of kept text.
pub(crate) const RUN: u8 = 1 << 7;

impl Token {
    /// A word of so many letters that was not looked up.
    #[inline(always)]
    fn new(from: usize, to: usize, hash: u64, flags: u8, letters: u32, gap: Gap) -> Self {
        Token {
            start: from as u32,
            end: to as u32,
            hash,
            word: UNASKED,
            flags: flags | if letters == 1 { LETTER } else { 0 },
            usual: 0,
            placed: true,
            noun: 0,
            asked: false,
            gap,
        }
    }

    #[inline]
    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start as usize..self.end as usize]
    }

    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it is letters that stand for a name, as those of a club do: `FC`, `UD`.
    pub(crate) fn is_letters(&self) -> bool {
        self.is(UPPER) && self.len() <= 3
    }

    /// Whether a capitalised word of German that was looked up is like a noun.
    pub(crate) fn looks_a_noun(&self) -> bool {
        self.noun & COMPOUND != 0 || (self.noun & NOUN_ENDING != 0 && !self.is(UPPER))
    }

    /// Whether a known form may end with this word.
    pub(crate) fn may_end_name(&self) -> bool {
        self.flags & (CAPITAL | UNCASED | UNSPACED | DIGIT) != 0
    }

    /// Whether this word goes on with a known form after that one.
    pub(crate) fn continues_phrase(&self, before: &Token) -> bool {
        match self.gap {
            Gap::Space | Gap::Hyphen | Gap::Elision => !self.is(RUN),
            Gap::Stop | Gap::StopSpace => before.len() <= 3,
            _ => false,
        }
    }
}

/// Splits a form of a lexicon into words, as the text is split.
pub(crate) fn words_of(form: &str, tokens: &mut Vec<Token>) {
    tokens.clear();
    Tokeniser::new(form, form.len(), tokens, None).run(0);
}

/// Splits a run of kept text, of which there is a map, into words.
pub(crate) fn tokenise(text: &str, map: &Map, run: Span, tokens: &mut Vec<Token>) {
    Tokeniser::new(text, run.end(), tokens, Some(map)).run(run.start());
}

struct Tokeniser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    end: usize,
    tokens: &'t mut Vec<Token>,
    /// Of a text; of a form of a lexicon there is none.
    map: Option<&'t Map>,
    /// A form of a lexicon: nothing is skipped or split.
    plain: bool,
    pairs: &'static Pairs,
}

/// The word that is being read.
struct Reading {
    letters: u32,
    lower: u32,
    upper: u32,
    /// Where a capital follows a small letter.
    inner: usize,
    /// There is a capital beyond ASCII, or an apostrophe: the word is brought to small letters to be hashed.
    wide: bool,
    flags: u8,
}

impl<'t> Tokeniser<'t> {
    fn new(text: &'t str, end: usize, tokens: &'t mut Vec<Token>, map: Option<&'t Map>) -> Self {
        Tokeniser { text, bytes: text.as_bytes(), end, tokens, map, plain: map.is_none(), pairs: &PAIRS }
    }

    fn run(&mut self, from: usize) {
        let first = self.tokens.len();
        let mut i = from;
        let mut start = true;
        let mut gap = Gap::Other;
        // Where the stretch without blanks began, and how many tokens there were.
        let mut chunk = (from, first);
        let mut ticks = true;
        while i < self.end {
            let b = self.bytes[i];
            let class = CLASS[usize::from(b)];
            if let Some(map) = self.map
                && matches!(class, LOWER | CAP)
            {
                let flags = if start { START } else { 0 } | if self.tokens.len() == first { RUN } else { 0 };
                let (bytes, end) = (self.bytes, self.end);
                let easy = Easy { bytes, map, tokens: self.tokens, i, end, flags, gap };
                if let Some(read) = scan::run(easy) {
                    (i, gap, start) = (read.i, read.gap, false);
                    chunk = read.chunk.unwrap_or(chunk);
                    continue;
                }
            }
            if matches!(class, LOWER | CAP | WIDE)
                && let Some(word) = match class {
                    WIDE => self.cyrillic(i),
                    _ if self.plain => self.usual(i),
                    _ => None,
                }
                .or_else(|| self.lettered(i))
            {
                let run = if self.tokens.len() == first { RUN } else { 0 };
                self.push(i, word.end, word.hash, start, gap, word.flags | run, word.letters);
                start = false;
                gap = Gap::None;
                i = word.end;
                // What usually stands between words.
                if self.bytes.get(i) == Some(&b' ') {
                    i += 1;
                    gap = Gap::Space;
                    chunk = (i, self.tokens.len());
                }
                continue;
            }
            if class != OTHER && (class != WIDE || self.wide(i).0 != Letter::No) {
                let before = self.tokens.len();
                i = self.word(i, start, gap);
                if self.tokens.len() > before {
                    if before == first {
                        self.tokens[before].flags |= RUN;
                    }
                    // After an initial or an abbreviated title, a full stop ends no sentence.
                    start = false;
                    gap = Gap::None;
                }
                continue;
            }
            let previous = gap;
            gap = Gap::Other;
            let mut width = 1;
            match b {
                b' ' => {
                    gap = match previous {
                        Gap::None => Gap::Space,
                        Gap::Stop => Gap::StopSpace,
                        Gap::Comma | Gap::Parenthesis | Gap::Elision => previous,
                        _ => Gap::Other,
                    };
                    chunk = (i + 1, self.tokens.len());
                }
                b'\t' => {
                    start = true;
                    chunk = (i + 1, self.tokens.len());
                }
                b'\r' | b'\n' | b'\x0c' => chunk = (i + 1, self.tokens.len()),
                b'-' => {
                    if previous == Gap::None {
                        gap = Gap::Hyphen;
                    } else if previous == Gap::Space {
                        start = true;
                    }
                }
                b'.' if previous == Gap::None => {
                    gap = Gap::Stop;
                    start = !self.abbreviated();
                    let word = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_lowercase);
                    let long = self.tokens.last().is_some_and(|token| token.len() > 1);
                    if !self.plain && long && word(i + 1) && word(i + 2) && i + 2 < self.end {
                        i = self.skip(chunk.1, i);
                        continue;
                    }
                }
                b',' if previous == Gap::None => gap = Gap::Comma,
                b'(' => gap = Gap::Parenthesis,
                b'.' | b'!' | b'?' | b':' | b'"' | b'*' | b'|' | b'>' => start = true,
                b'\'' if previous == Gap::None && self.elided() => gap = Gap::Elision,
                b'\'' => start |= previous != Gap::None,
                b'@' | b'#' | b'_' | b'\\' | b'=' | b'~' if !self.plain => {
                    i = self.skip(chunk.1, i);
                    continue;
                }
                b'/' if !self.plain => {
                    let address = i == chunk.0 || (i > 0 && matches!(self.bytes[i - 1], b':' | b'/'));
                    if address {
                        i = self.skip(chunk.1, i);
                        continue;
                    }
                }
                b'`' if ticks && !self.plain => {
                    // Code between back-ticks holds no names. Looked for once a run, if there is no end to it.
                    match self.bytes[i + 1..self.end].iter().position(|&b| b == b'`') {
                        Some(length) => width = length + 2,
                        None => ticks = false,
                    }
                }
                0x80.. => {
                    let c = self.char(i);
                    width = c.len_utf8();
                    match c {
                        '\u{a0}' if previous == Gap::None => gap = Gap::Space,
                        '‐' | '‑' if previous == Gap::None => gap = Gap::Hyphen,
                        '・' | '·' | '‧' | '•' if previous == Gap::None => gap = Gap::Hyphen,
                        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' => gap = previous,
                        _ if c.is_whitespace() => chunk = (i + width, self.tokens.len()),
                        '’' if previous == Gap::None && self.elided() => gap = Gap::Elision,
                        '’' if previous == Gap::None => {}
                        '，' | '、' => gap = Gap::Comma,
                        '（' => gap = Gap::Parenthesis,
                        _ => start = true,
                    }
                }
                _ => {}
            }
            i += width;
        }
    }

    fn char(&self, i: usize) -> char {
        // Callers stand on a character boundary before the end.
        self.text[i..].chars().next().unwrap_or(' ')
    }

    /// Leaves out a stretch without blanks that is no prose: an address, a handle, a file name. There were so many words
    /// before it, and `i` is where it has been read to: the place of what told, which is no blank.
    fn skip(&mut self, words: usize, i: usize) -> usize {
        self.tokens.truncate(words);
        let rest = &self.bytes[i..self.end];
        i + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())
    }

    /// Whether the last word is an article or preposition that lost its vowel.
    fn elided(&self) -> bool {
        self.tokens.last().is_some_and(|token| is_elided(token.text(self.text)))
    }

    /// Whether the last word is one after which a full stop ends no sentence.
    fn abbreviated(&self) -> bool {
        self.tokens.last().is_some_and(|token| {
            token.is(LETTER)
                || (token.len() <= 4 && {
                    let flags = WORDS.flags(token.hash, None);
                    flags & words::TITLE != 0 && flags & words::COMMON == 0
                })
                || (token.is(UPPER) && token.len() == 2)
        })
    }

    /// Reads the word at `from`, puts it on the list, and says where it ends.
    fn word(&mut self, from: usize, start: bool, gap: Gap) -> usize {
        let mut word = Reading { letters: 0, lower: 0, upper: 0, inner: 0, wide: false, flags: 0 };
        let mut i = self.plain_letters(from, &mut word);
        while i < self.end {
            let b = self.bytes[i];
            match CLASS[usize::from(b)] {
                LOWER => {
                    word.lower += 1;
                    i += 1;
                }
                CAP => {
                    if word.lower > 0 && word.inner == 0 {
                        word.inner = i;
                    }
                    if i == from {
                        word.flags |= CAPITAL;
                    }
                    word.upper += 1;
                    i += 1;
                }
                FIGURE => {
                    if i == from {
                        word.flags |= DIGIT;
                    }
                    i += 1;
                }
                WIDE => {
                    let (kind, width) = self.wide(i);
                    if kind == Letter::No {
                        if self.char(i) != '’' {
                            break;
                        }
                        match self.apostrophe(from, i, start, gap, &word) {
                            Some(done) => return done,
                            None => i += 3,
                        }
                        word.wide = true;
                        continue;
                    }
                    let other = match kind {
                        Letter::Unspaced => word.letters > 0 && word.flags & UNSPACED == 0,
                        _ => word.flags & UNSPACED != 0,
                    };
                    // A word ends where another way of writing begins.
                    if other || (kind == Letter::Unspaced && word.lower + word.upper > 0) {
                        break;
                    }
                    match kind {
                        Letter::Small => word.lower += 1,
                        Letter::Capital => {
                            if word.lower > 0 && word.inner == 0 {
                                word.inner = i;
                            }
                            if i == from {
                                word.flags |= CAPITAL;
                            }
                            word.upper += 1;
                            word.wide = true;
                        }
                        Letter::Uncased => word.flags |= UNCASED,
                        _ => word.flags |= UNSPACED,
                    }
                    i += width;
                }
                _ if b == b'\'' && i > from => match self.apostrophe(from, i, start, gap, &word) {
                    Some(done) => return done,
                    None => i += 1,
                },
                _ => break,
            }
            word.letters += 1;
        }
        if word.inner > 0 && !self.plain && self.glued(from, word.inner, i) {
            self.push(from, word.inner, hash::word(&self.text[from..word.inner]), start, gap, word.flags, 0);
            let tail = hash::word(&self.text[word.inner..i]);
            self.push(word.inner, i, tail, true, Gap::None, CAPITAL, 0);
            return i;
        }
        self.finish(from, i, start, gap, &word);
        i
    }

    /// Puts a word that was read on the list.
    #[inline]
    fn finish(&mut self, from: usize, to: usize, start: bool, gap: Gap, word: &Reading) {
        let hash = if word.wide { self.small(from, to) } else { hash::stretch(self.bytes, from, to) };
        let upper = if word.upper >= 2 && word.lower == 0 { UPPER } else { 0 };
        self.push(from, to, hash, start, gap, word.flags | upper, word.letters);
    }

    /// The hash of a word in small letters, where not all of its capitals are of ASCII; an apostrophe is always `'`.
    fn small(&self, from: usize, to: usize) -> u64 {
        let mut small = [0; letters::MOST];
        match letters::small(&self.bytes[from..to], self.pairs, &mut small) {
            Some(length) => hash::bytes(&small[..length]),
            None => hash::bytes(letters::any_small(&self.text[from..to]).collect::<String>().as_bytes()),
        }
    }

    /// What the character beyond ASCII at `i` is to a word, and its bytes.
    #[inline]
    fn wide(&self, i: usize) -> (Letter, usize) {
        match self.bytes[i..] {
            [first @ ..0xE0, second, ..] => (self.pairs.of(first, second).kind, 2),
            [first, second, ..] if is_unspaced(first, second) => (Letter::Unspaced, 3),
            _ => {
                let c = self.char(i);
                (letter(c), c.len_utf8())
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that the walk over a word has found")]
    fn push(&mut self, from: usize, to: usize, hash: u64, start: bool, gap: Gap, flags: u8, letters: u32) {
        let flags = flags | if start { START } else { 0 };
        self.tokens.push(Token::new(from, to, hash, flags, letters, gap));
    }
}
