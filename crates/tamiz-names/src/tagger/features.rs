//! What a word in a zone, and the words around it, tell the tagger.

use crate::corpus::Corpus;
use crate::evidence::Evidence;
use crate::extent::{is_inflected, is_noun};
use crate::hash;
use crate::lexicon::Lexicon;
use crate::parts;
use crate::scan::DE;
use crate::tagger::Zone;
use crate::token::{CAPITAL, DIGIT, Gap, LETTER, RUN, START, Token, UNASKED, UPPER};
use crate::words::{COMMON, FUNCTION, LANGUAGES, ORDINARY, Tongue, WORDS};

/// The number of feature buckets.
pub(crate) const BUCKETS: usize = 1 << 16;

/// Weights of a bucket: one for each label, and some that are 0, so that all are added at once.
pub(crate) const LANES: usize = 16;

/// A document's words, for asking about them.
pub(crate) struct View<'v> {
    pub(crate) text: &'v str,
    pub(crate) tokens: &'v [Token],
    pub(crate) evidence: &'v Evidence,
    pub(crate) tongue: Option<Tongue>,
    pub(crate) shipped: &'v Lexicon,
    pub(crate) corpus: Option<&'v Corpus>,
}

/// Takes the buckets of features.
pub(crate) trait Sink {
    fn take(&mut self, bucket: usize);
}

/// Where a word stands to the one that is asked about.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Own,
    Before,
    After,
    /// Two words before, two behind.
    FarBefore,
    FarAfter,
}

/// The flags of a token that belong to its shape.
const SHAPE: u8 = CAPITAL | UPPER | DIGIT | LETTER;

impl View<'_> {
    pub(crate) fn flags(&self, token: &Token) -> u16 {
        match token.word {
            UNASKED => WORDS.flags(token.hash, self.tongue),
            flags => flags,
        }
    }

    fn add(&self, sink: &mut impl Sink, template: u64, value: u64) {
        let hash = hash::finish(value ^ template << 57);
        sink.take((hash >> 24) as usize % BUCKETS);
    }

    /// The same, apart for each language.
    fn tongued(&self, sink: &mut impl Sink, template: u64, value: u64) {
        let tongue = u64::from(self.tongue.map_or(15, |tongue| tongue));
        let hash = hash::finish(value.rotate_left(5) ^ (template << 4 | tongue) << 53);
        sink.take((hash >> 24) as usize % BUCKETS);
    }

    /// What all answers about a word by itself follow from: its hash, its shape, the language, and whose label is asked for.
    pub(crate) fn key(&self, token: &Token, place: Place) -> u64 {
        let tongue = u64::from(self.tongue.map_or(15, |tongue| tongue));
        let asked = 1 + (place as u64) + (tongue << 4) + (u64::from(token.flags & SHAPE) << 8);
        token.hash ^ asked.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// What a word tells by itself, wherever it stands: of its own label, or of a neighbour's.
    pub(crate) fn word(&self, token: &Token, place: Place, sink: &mut impl Sink) {
        match place {
            Place::Own => self.own(token, sink),
            _ => self.near(token, 40 + 8 * place as u64, sink),
        }
    }

    fn own(&self, token: &Token, sink: &mut impl Sink) {
        let flags = u64::from(self.flags(token));
        let usual = u64::from(token.usual);
        let text = token.text(self.text);
        let weight = self.shipped.word(token.hash).map_or(0, |entry| u64::from(entry.weight) + 1);
        let length = text.chars().count();
        let long = match length {
            0..=3 => length,
            4..=5 => 4,
            6..=8 => 5,
            _ => 6,
        };
        let shape = u64::from(token.flags & SHAPE) << 3 | long as u64;
        self.add(sink, 1, flags);
        self.tongued(sink, 1, flags);
        self.add(sink, 2, usual);
        self.tongued(sink, 2, usual);
        self.add(sink, 3, weight);
        self.add(sink, 4, weight << 8 | usual << 1 | u64::from(flags as u16 & COMMON != 0));
        self.add(sink, 5, shape);
        self.tongued(sink, 5, shape);
        self.add(sink, 6, u64::from(WORDS.flags(token.hash, None)));
        if token.is(LETTER | DIGIT) {
            return;
        }
        // One hash stands for words with either apostrophe.
        let mut small = String::with_capacity(text.len() + 2);
        small.extend(text.chars().map(|c| if c == '’' { '\'' } else { c }).flat_map(char::to_lowercase));
        for (letters, (at, _)) in (1u64..=4).zip(small.char_indices().rev()) {
            if letters >= 2 && at > 0 {
                let suffix = hash::bytes(&small.as_bytes()[at..]);
                self.add(sink, 7 + letters, suffix);
                if letters == 3 {
                    self.tongued(sink, 7 + letters, suffix);
                }
            }
        }
        if let Some((at, _)) = small.char_indices().nth(3) {
            self.add(sink, 13, hash::bytes(&small.as_bytes()[..at]));
        }
        let mut stems = (0u64, 0u64, 0u64);
        self.stems(&small, |hash| {
            let entry = self.shipped.word(hash).map_or(0, |entry| u64::from(entry.weight) + 1);
            stems.0 = stems.0.max(entry);
            stems.1 = stems.1.max(u64::from(parts::usual(hash)));
            stems.2 |= u64::from(WORDS.flags(hash, self.tongue));
        });
        self.tongued(sink, 14, stems.0 << 8 | weight);
        self.tongued(sink, 15, stems.1 << 8 | usual);
        self.tongued(sink, 16, stems.2);
        self.add(sink, 17, stems.0 << 32 | stems.1 << 16 | weight << 8 | usual);
        let noun = self.tongue == Some(DE as Tongue) && is_noun(text, self.tongue);
        self.tongued(sink, 18, u64::from(noun) << 1 | u64::from(is_inflected(text)));
    }

    fn near(&self, token: &Token, template: u64, sink: &mut impl Sink) {
        self.add(sink, template, u64::from(self.flags(token)));
        self.tongued(sink, template, token.hash);
        self.add(sink, template + 1, u64::from(token.flags & SHAPE) << 8 | u64::from(token.usual));
        if template < 64 && !token.is(CAPITAL | DIGIT | LETTER) {
            let text = token.text(self.text);
            let from = text.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
            self.tongued(sink, template + 2, hash::bytes(&text.as_bytes()[from..]));
        }
    }

    /// The words around one, as far as the run of kept text goes, each with what stands between.
    pub(crate) fn around(&self, i: usize) -> [Option<(Place, usize, Gap)>; 4] {
        let tokens = self.tokens;
        let before = |at: usize| (at > 0 && !tokens[at].is(RUN)).then(|| at - 1);
        let after = |at: usize| (at + 1 < tokens.len() && !tokens[at + 1].is(RUN)).then_some(at + 1);
        let (left, right) = (before(i), after(i));
        [
            left.map(|at| (Place::Before, at, tokens[at + 1].gap)),
            right.map(|at| (Place::After, at, tokens[at].gap)),
            left.and_then(before).map(|at| (Place::FarBefore, at, tokens[at + 1].gap)),
            right.and_then(after).map(|at| (Place::FarAfter, at, tokens[at].gap)),
        ]
    }

    /// What the place of the word at `i` in its zone tells, and what the rules say of it.
    pub(crate) fn place(&self, i: usize, zone: &Zone, sink: &mut impl Sink) {
        let token = &self.tokens[i];
        let flags = u64::from(self.flags(token));
        let usual = u64::from(token.usual);
        let at = i - zone.first;
        let tag = u64::from(zone.tags[at]);
        let start = u64::from(token.flags & (START | RUN));
        let cases = self.corpus.map(|corpus| &corpus.cases);
        let small =
            self.evidence.is_small(token.hash) || cases.is_some_and(|cases| cases.is_small(token.hash));
        let capital =
            self.evidence.is_capital(token.hash) || cases.is_some_and(|cases| cases.is_capital(token.hash));
        let (small, capital) = (u64::from(small), u64::from(capital));
        let class = flags & u64::from(COMMON | FUNCTION | ORDINARY);
        let stands = start << 32 | (zone.case as u64) << 24 | small << 17 | capital << 16;
        self.add(sink, 20, stands | class);
        self.add(sink, 21, tag << 40 | stands);
        self.add(sink, 22, tag);
        self.tongued(sink, 22, tag << 8 | start);
        self.add(sink, 23, tag << 8 | usual);
        self.add(sink, 24, tag << 16 | flags);
        self.add(sink, 25, tag << 8 | zone.entries[at].map_or(0, |entry| u64::from(entry.weight) + 1));
        let last = zone.last - zone.first - 1;
        self.add(
            sink,
            26,
            (at.min(3) as u64) << 8 | ((last - at).min(3) as u64) << 4 | u64::from(start != 0),
        );
        let near = |at: Option<usize>| at.and_then(|at| zone.tags.get(at)).map_or(15, |&tag| u64::from(tag));
        let (left, right) = (near(at.checked_sub(1)), near(Some(at + 1)));
        self.add(sink, 27, left << 8 | tag << 4 | right);
        self.add(sink, 28, tag << 16 | u64::from(token.flags & SHAPE) << 8 | token.len().min(9) as u64);
        for (number, around) in self.around(i).into_iter().enumerate() {
            let template = 30 + 2 * number as u64;
            let Some((_, k, gap)) = around else {
                self.add(sink, template, 0xff_ffff);
                continue;
            };
            let token = &self.tokens[k];
            let shape = u64::from(token.flags & SHAPE) << 8 | gap as u64;
            if number < 2 {
                self.add(sink, template, shape << 8 | tag);
                self.add(sink, template + 1, u64::from(self.flags(token)) << 8 | tag);
            } else {
                self.add(sink, template, shape);
            }
        }
    }

    /// The hashes of forms of which a word in small letters may be another case.
    fn stems(&self, small: &str, mut each: impl FnMut(u64)) {
        let endings: &[&str] = match self.tongue.map(|tongue| LANGUAGES[usize::from(tongue)]) {
            Some("ru") => &["", "а", "я", "ь", "й", "о", "е", "ия"],
            Some("pl") => &["", "a", "o", "y", "ia"],
            Some("de" | "en" | "nl") => &[""],
            _ => return,
        };
        let mut word = String::with_capacity(small.len() + 4);
        let cuts = if endings.len() > 1 { 3 } else { 1 };
        let genitive = endings.len() == 1;
        if genitive && !small.ends_with('s') {
            return;
        }
        let mut stem = small;
        for _ in 0..cuts {
            let Some((at, _)) = stem.char_indices().next_back() else { return };
            stem = &stem[..at];
            if stem.chars().count() < 3 {
                return;
            }
            for ending in endings {
                word.clear();
                word.push_str(stem);
                word.push_str(ending);
                if word != small {
                    each(hash::bytes(word.as_bytes()));
                }
            }
        }
    }
}
