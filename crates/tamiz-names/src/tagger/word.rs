//! What a word by itself tells the tagger: how it is spelt, what the tables know of it and of words that it may be a case
//! of.

use std::sync::LazyLock;

use tamiz_core::eight;

use super::features::{Place, SHAPE, Sink, View, by_itself};
use crate::extent::{is_compound, is_inflected, is_noun_ending};
use crate::hash;
use crate::letters::{self, PAIRS};
use crate::lexicon::SHIPPED;
use crate::parts;
use crate::scan::DE;
use crate::token::{CAPITAL, DIGIT, LETTER, Token, UPPER};
use crate::words::{COMMON, LANGUAGES, WORDS};

/// A word as it is spelt in small letters while it is asked about, and a form of which it may be a case. Behind either
/// stand zeros, for eight bytes to be read at once from any of its letters on.
#[derive(Default)]
pub(crate) struct Letters {
    small: String,
    length: usize,
    /// All of a short word of ASCII in one number, the first letter lowest.
    short: Option<u128>,
    stem: Vec<u8>,
}

/// What stands behind a word.
const BEHIND: &str = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

impl Letters {
    fn spell(&mut self, word: &str) {
        letters::write_small(word, &mut self.small);
        self.length = self.small.len();
        let short = self.length <= BEHIND.len() && self.small.is_ascii();
        self.small.push_str(BEHIND);
        let all = self.small.as_bytes().first_chunk().copied();
        self.short = all.map(u128::from_le_bytes).filter(|_| short);
    }

    /// The hashes of the last two letters, the last three, and so on up to that many.
    #[inline(always)]
    fn suffixes(&self, most: usize, mut each: impl FnMut(u64, u64)) {
        if let Some(word) = self.short {
            for count in 2..=most {
                let letters = (word >> (8 * (self.length - count))) as u64;
                each(count as u64, hash::up_to_sixteen(letters & eight::low_bytes(count), 0, count));
            }
            return;
        }
        let mut at = self.length;
        for count in 1..=most {
            at = self.before(at);
            if count > 1 {
                each(count as u64, self.hash(at, self.length));
            }
        }
    }

    /// The same of the first letters.
    #[inline(always)]
    fn prefixes(&self, most: usize, mut each: impl FnMut(u64, u64)) {
        if let Some(word) = self.short {
            for count in 2..=most {
                let letters = word as u64 & eight::low_bytes(count);
                each(count as u64, hash::up_to_sixteen(letters, 0, count));
            }
            return;
        }
        let mut at = 0;
        for count in 1..=most {
            at = self.behind(at);
            if count > 1 {
                each(count as u64, self.hash(0, at));
            }
        }
    }

    fn small(&self) -> &str {
        &self.small[..self.length]
    }

    /// The hash of a part of the word.
    fn hash(&self, from: usize, to: usize) -> u64 {
        hash::part(self.small.as_bytes(), from, to)
    }

    /// Where the letter before that place begins.
    fn before(&self, at: usize) -> usize {
        let bytes = self.small.as_bytes();
        let mut at = at - 1;
        while is_inner(bytes[at]) {
            at -= 1;
        }
        at
    }

    /// Where the letter at that place ends.
    fn behind(&self, at: usize) -> usize {
        let bytes = self.small.as_bytes();
        let mut at = at + 1;
        while is_inner(bytes[at]) {
            at += 1;
        }
        at
    }

    fn count(&self) -> usize {
        if self.short.is_some() {
            return self.length;
        }
        self.small().bytes().filter(|&byte| !is_inner(byte)).count()
    }
}

/// Whether a letter does not begin with this byte.
const fn is_inner(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

impl View<'_> {
    pub(super) fn own(&self, token: &Token, letters: &mut Letters, sink: &mut impl Sink) {
        let flags = u64::from(self.flags(token));
        let usual = u64::from(token.usual);
        let weight = self.shipped.word(token.hash).map_or(0, |entry| u64::from(entry.weight) + 1);
        // One hash stands for words with either apostrophe, and for all mixtures of capitals.
        letters.spell(token.text(self.text));
        let count = letters.count();
        let long = match count {
            0..=3 => count,
            4..=5 => 4,
            6..=8 => 5,
            _ => 6,
        };
        let shape = u64::from(token.flags & SHAPE);
        let (anywhere, tongues) = WORDS.anywhere(token.hash);
        self.add(sink, 1, flags);
        self.tongued(sink, 1, flags);
        self.add(sink, 2, usual);
        self.tongued(sink, 2, usual);
        self.add(sink, 3, weight);
        self.add(sink, 4, weight << 8 | usual << 1 | u64::from(flags as u16 & COMMON != 0));
        self.add(sink, 5, shape << 3 | long as u64);
        self.tongued(sink, 5, shape << 3 | long as u64);
        self.add(sink, 6, u64::from(anywhere));
        self.tongued(sink, 80, token.hash);
        let small = letters.small();
        let apostrophe = small.bytes().any(|byte| byte == b'\'');
        self.tongued(sink, 81, u64::from(apostrophe) << 1 | u64::from(small.is_ascii()));
        self.tongued(sink, 82, u64::from(tongues.min(4)) << 12 | flags);
        if token.is(LETTER | DIGIT) {
            return;
        }
        letters.suffixes(5.min(count - 1), |count, hash| {
            self.add(sink, 7 + count, hash);
            if count == 3 {
                self.tongued(sink, 7 + count, hash);
            }
        });
        letters.prefixes(4.min(count - 1), |count, hash| self.add(sink, 81 + count, hash));
        let mut stems = (0u64, 0u64, 0u64);
        self.stems(letters, |hash| {
            let entry = self.shipped.word(hash).map_or(0, |entry| u64::from(entry.weight) + 1);
            stems.0 = stems.0.max(entry);
            stems.1 = stems.1.max(u64::from(parts::usual(hash)));
            stems.2 |= u64::from(WORDS.flags(hash, self.tongue));
        });
        self.tongued(sink, 14, stems.0 << 8 | weight);
        self.tongued(sink, 15, stems.1 << 8 | usual);
        self.tongued(sink, 16, stems.2);
        self.add(sink, 17, stems.0 << 32 | stems.1 << 16 | weight << 8 | usual);
        let small = letters.small();
        // A capital is no part of an ending.
        let capitals = match token.flags & (CAPITAL | UPPER) {
            0 => 0,
            CAPITAL => small.chars().next().map_or(0, char::len_utf8),
            _ => small.len(),
        };
        let ending = &small.as_bytes()[capitals..];
        let noun = self.tongue == Some(DE as _)
            && if token.asked {
                token.looks_a_noun()
            } else {
                is_noun_ending(ending) || is_compound(small, self.tongue)
            };
        self.tongued(sink, 18, u64::from(noun) << 1 | u64::from(is_inflected(ending)));
    }

    #[inline(always)]
    pub(super) fn near_word(&self, token: &Token, place: Place, sink: &mut impl Sink) {
        let template = by_itself(place);
        self.tongued(sink, template, token.hash);
        if matches!(place, Place::Before | Place::After) && !token.is(CAPITAL | DIGIT | LETTER) {
            self.tongued(sink, template + 2, self.ending(token));
        }
    }

    /// The hash of a word's last three letters. One hash stands for words with either apostrophe, and for all mixtures of
    /// capitals.
    #[inline]
    fn ending(&self, token: &Token) -> u64 {
        let bytes = self.text.as_bytes();
        let text = &bytes[token.start as usize..token.end as usize];
        if let Some(three) = text.last_chunk::<3>().filter(|three| three.is_ascii()) {
            let [a, b, c] = three.map(|byte| u64::from(byte.to_ascii_lowercase()));
            return hash::up_to_sixteen(a | b << 8 | c << 16, 0, 3);
        }
        self.wide_ending(token)
    }

    fn wide_ending(&self, token: &Token) -> u64 {
        let mut ending = [0; 16];
        let (mut from, mut to) = (ending.len(), token.end as usize);
        for _ in 0..3 {
            let text = &self.text.as_bytes()[token.start as usize..to];
            let two = match *text {
                [.., first @ 0xC0..0xE0, second] => PAIRS.of(first, second).small,
                _ => [0; 2],
            };
            if two != [0; 2] {
                (from, to) = (from - 2, to - 2);
                ending[from..from + 2].copy_from_slice(&two);
                continue;
            }
            let Some(c) = self.text[token.start as usize..to].chars().next_back() else { break };
            to -= c.len_utf8();
            let c = if c == '’' { '\'' } else { c };
            let c = c.to_lowercase().next().unwrap_or(c);
            from -= c.len_utf8();
            c.encode_utf8(&mut ending[from..]);
        }
        hash::bytes(&ending[from..])
    }

    /// The hashes of forms of which a word in small letters may be another case, if any table may know them.
    fn stems(&self, letters: &mut Letters, mut each: impl FnMut(u64)) {
        let endings: &[&str] = match self.tongue.map(|tongue| LANGUAGES[usize::from(tongue)]) {
            Some("ru") => &["", "а", "я", "ь", "й", "о", "е", "ия"],
            Some("pl") => &["", "a", "o", "y", "ia"],
            Some("de" | "en" | "nl") => &[""],
            _ => return,
        };
        let cuts = if endings.len() > 1 { 3 } else { 1 };
        let genitive = endings.len() == 1;
        if genitive && !letters.small().ends_with('s') {
            return;
        }
        let tabled = &*TABLED;
        let (mut at, mut count) = (letters.length, letters.count());
        let mut stem = std::mem::take(&mut letters.stem);
        stem.clear();
        stem.extend_from_slice(letters.small.as_bytes());
        for _ in 0..cuts {
            if count < 4 {
                break;
            }
            (at, count) = (letters.before(at), count - 1);
            for ending in endings {
                // Of one letter or two: what stands behind does not count.
                let to = at + ending.len();
                stem[at..to].copy_from_slice(ending.as_bytes());
                let hash = hash::part(&stem, 0, to);
                if tabled.may_have(hash) && stem[..to] != *letters.small().as_bytes() {
                    each(hash);
                }
            }
        }
        letters.stem = stem;
    }
}

/// A bit map of the words that any table knows, which may have some more: of the forms that a word may be a case of, few
/// are words.
struct Tabled(Box<[u32]>);

static TABLED: LazyLock<Tabled> = LazyLock::new(|| {
    let mut tabled = Tabled(vec![0; 1 << 16].into_boxed_slice());
    let mut add = |half: u32| {
        let (at, bit) = Tabled::place(half);
        tabled.0[at] |= bit;
    };
    parts::halves(&mut add);
    SHIPPED.halves(&mut add);
    WORDS.halves(&mut add);
    tabled
});

impl Tabled {
    /// The place of the high half of a hash.
    #[inline]
    fn place(half: u32) -> (usize, u32) {
        ((half >> 16) as usize, 1 << (half >> 11 & 31))
    }

    #[inline]
    fn may_have(&self, hash: u64) -> bool {
        let (at, bit) = Tabled::place((hash >> 32) as u32);
        self.0[at] & bit != 0
    }
}
