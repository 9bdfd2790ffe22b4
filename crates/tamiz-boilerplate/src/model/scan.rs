//! One pass over a line's characters: its counts, and its tokens as hashes.

use super::chars::{
    BLANK, BULLET, CLOSER, COMMA, Classes, DIGIT, FULL_STOP, LETTER, LOWER, OPENER, QUOTE, SINGLE, SYMBOL,
    TERMINAL, UPPER, WORD,
};

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    /// In none of the ways below.
    #[default]
    Open,
    /// With a sentence's terminal, closing quotes after it aside.
    Sentence,
    /// With an ellipsis.
    Ellipsis,
    /// With a colon or semicolon.
    Colon,
    /// With a closing quote or bracket, no terminal before it.
    Closer,
}

/// What one line's characters say, the rest of the page aside. Lengths are in code points.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineScan {
    pub(super) chars: u32,
    /// Runs of non-blanks.
    pub(super) words: u32,
    pub(super) end: End,
    pub(super) last: char,
    /// The last character that is neither a closing quote nor a blank.
    pub(super) last_open: char,
    pub(super) first: u32,
    pub(super) first_char: char,
    pub(super) last_class: u32,
    pub(super) letters: u32,
    pub(super) digits: u32,
    pub(super) upper: u32,
    pub(super) commas: u32,
    pub(super) symbols: u32,
    pub(super) quotes: u32,
    /// Sentence ends with something after them.
    pub(super) inner_ends: u32,
    pub(super) capitalised: u32,
    pub(super) shouted: u32,
    pub(super) short_lower: u32,
    /// Tokens of unspaced scripts.
    pub(super) singles: u32,
    /// Characters beyond Latin among the first [`HEAD`].
    pub(super) foreign: u32,
    pub(super) has_url: bool,
    pub(super) has_date: bool,
    pub(super) has_time: bool,
    pub(super) has_pipe: bool,
    pub(super) has_copyright: bool,
    /// Whether an unspaced script shows in the first 200 characters.
    pub(super) is_unspaced: bool,
}

/// The characters that tell the script.
pub(super) const HEAD: u32 = 80;

/// A token: the hash of its lower-cased letters, digits as one zero, and whether it is long enough to be of interest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) hash: u64,
    pub(super) is_long: bool,
}

const SEED: u64 = 0x51_7c_c1_b7_27_22_0a_95;

#[inline(always)]
fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Combines hashes of tokens to that of an n-gram, or of a line.
#[inline(always)]
pub(super) fn combine(hash: u64, value: u64) -> u64 {
    let mixed = mix(hash, value);
    mixed ^ (mixed >> 29)
}

/// The run of digits that was read last, for dates and times.
#[derive(Clone, Copy, Default)]
struct Digits {
    len: u32,
    /// Begins at a word boundary.
    bounded: bool,
    /// The value of its first two digits, for the century.
    century: u32,
}

/// Reads a line, trimmed and not empty, and hands each token on.
pub(super) fn scan(classes: Classes, line: &str, mut token: impl FnMut(Token)) -> LineScan {
    let bytes = line.as_bytes();
    let mut s = LineScan::default();
    let mut hash = SEED;
    let mut token_chars = 0u32;
    let mut in_digits = false;
    // The state of the current blank-separated word.
    let (mut word_chars, mut word_upper, mut word_lower) = (0u32, 0u32, 0u32);
    let mut pending_end = 0u8;
    let mut digits = Digits::default();
    let mut before = Digits::default();
    let mut separator = '\0';
    let mut last_class = 0u32;
    let mut last = '\0';

    for (at, c) in line.char_indices() {
        let (class, lower) = classes.of(c);
        s.chars += 1;
        if s.chars == 1 {
            s.first = class;
            s.first_char = c;
        }
        if s.chars <= HEAD && c as u32 > 0x24f {
            s.foreign += 1;
        }
        // Digit runs and what separates them.
        if class & DIGIT != 0 {
            s.digits += 1;
            if last_class & DIGIT == 0 {
                let joined = last_class & WORD != 0 && last_class & SINGLE == 0;
                digits = Digits { len: 0, bounded: !joined, century: 0 };
                if matches!(separator, '/' | '.' | ':' | '-') && before.len > 0 {
                    s.has_date = true;
                }
            }
            digits.len += 1;
            if digits.len <= 2 {
                digits.century = digits.century * 10 + (c as u32).wrapping_sub(0x30).min(9);
            }
        } else if last_class & DIGIT != 0 {
            end_digits(&mut s, digits, before, separator, class & WORD == 0 || class & SINGLE != 0);
            before = digits;
            separator = c;
        } else {
            before.len = 0;
            separator = '\0';
        }

        if class & WORD != 0 {
            if class & SINGLE != 0 {
                if token_chars > 0 {
                    token(Token { hash: combine(hash, 1), is_long: token_chars > 3 });
                    (hash, token_chars, in_digits) = (SEED, 0, false);
                }
                s.singles += 1;
                s.is_unspaced |= s.chars <= 200;
                token(Token { hash: combine(mix(SEED, u64::from(lower)), 1), is_long: true });
            } else if class & DIGIT != 0 {
                if !in_digits {
                    hash = mix(hash, u64::from(b'0'));
                    token_chars += 1;
                }
                in_digits = true;
            } else {
                hash = mix(hash, u64::from(lower));
                token_chars += 1;
                in_digits = false;
            }
            s.letters += u32::from(class & LETTER != 0);
            let (upper, small) = (u32::from(class & UPPER != 0), u32::from(class & LOWER != 0));
            s.upper += upper;
            s.capitalised += u32::from(word_chars == 0 && upper != 0);
            word_upper += upper;
            word_lower += small;
            word_chars += 1;
            if pending_end == 2 {
                s.inner_ends += 1;
            }
            pending_end = 0;
        } else {
            if token_chars > 0 {
                token(Token { hash: combine(hash, 1), is_long: token_chars > 3 });
                (hash, token_chars, in_digits) = (SEED, 0, false);
            }
            if class & BLANK != 0 {
                if word_chars > 0 {
                    s.end_word(word_chars, word_upper, word_lower);
                    (word_chars, word_upper, word_lower) = (0, 0, 0);
                }
                if pending_end == 1 {
                    pending_end = 2;
                }
            } else {
                word_chars += 1;
                if pending_end == 2 && class & CLOSER == 0 {
                    s.inner_ends += 1;
                    pending_end = 0;
                }
                if class & FULL_STOP != 0 {
                    s.inner_ends += 1;
                } else if class & TERMINAL != 0 && c != '…' {
                    pending_end = 1;
                } else if class & CLOSER == 0 {
                    pending_end = 0;
                }
                s.commas += u32::from(class & COMMA != 0);
                s.symbols += u32::from(class & SYMBOL != 0);
                s.quotes += u32::from(class & QUOTE != 0);
                match c {
                    '|' => s.has_pipe = true,
                    '©' => s.has_copyright = true,
                    ':' => s.has_url |= is_scheme(bytes, at),
                    '.' => s.has_url |= is_domain_dot(bytes, at),
                    '@' => {
                        let after = bytes.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace());
                        s.has_url |= after && at > 0 && last_class & BLANK == 0;
                    }
                    _ => {}
                }
            }
        }
        last_class = class;
        last = c;
    }
    if token_chars > 0 {
        token(Token { hash: combine(hash, 1), is_long: token_chars > 3 });
    }
    if word_chars > 0 {
        s.end_word(word_chars, word_upper, word_lower);
    }
    if last_class & DIGIT != 0 {
        end_digits(&mut s, digits, before, separator, true);
    }
    s.last = last;
    s.last_class = last_class;
    s.find_end(classes, line);
    s
}

fn end_digits(s: &mut LineScan, digits: Digits, before: Digits, separator: char, ends_bounded: bool) {
    if digits.len == 4 && digits.bounded && ends_bounded && matches!(digits.century, 19 | 20) {
        s.has_date = true;
    }
    if digits.len == 2
        && ends_bounded
        && before.bounded
        && (1..=2).contains(&before.len)
        && matches!(separator, ':' | '.')
    {
        s.has_time = true;
    }
}

fn is_scheme(bytes: &[u8], colon: usize) -> bool {
    bytes[colon..].starts_with(b"://")
        && (bytes[..colon].ends_with(b"http") || bytes[..colon].ends_with(b"https"))
}

fn is_domain_dot(bytes: &[u8], dot: usize) -> bool {
    let after_com = || bytes.get(dot + 4).is_none_or(|b| !b.is_ascii_alphanumeric() && *b < 0x80);
    bytes[..dot].ends_with(b"www") || (bytes[dot..].starts_with(b".com") && after_com())
}

impl LineScan {
    #[inline(always)]
    fn end_word(&mut self, chars: u32, upper: u32, lower: u32) {
        self.words += 1;
        self.shouted += u32::from(chars > 1 && upper > 0 && lower == 0);
        self.short_lower += u32::from(chars <= 3 && lower > 0 && upper == 0);
    }

    fn find_end(&mut self, classes: Classes, line: &str) {
        let mut closers = false;
        let mut open = '\0';
        let mut class = 0;
        for c in line.chars().rev() {
            class = classes.of(c).0;
            if class & (CLOSER | BLANK) == 0 {
                open = c;
                break;
            }
            closers |= class & CLOSER != 0;
        }
        self.last_open = open;
        self.end = if line.ends_with("...") || line.ends_with('…') {
            End::Ellipsis
        } else if open != '\0' && class & TERMINAL != 0 {
            End::Sentence
        } else if matches!(self.last, ':' | '：' | ';') {
            End::Colon
        } else if closers {
            End::Closer
        } else {
            End::Open
        };
    }

    /// Whether the first character is of one of these classes.
    pub(super) fn starts(&self, classes: u32) -> bool {
        self.first & classes != 0
    }

    pub(super) fn starts_with_quote(&self) -> bool {
        self.starts(OPENER)
    }

    pub(super) fn starts_with_bullet(&self) -> bool {
        self.starts(BULLET)
    }
}
