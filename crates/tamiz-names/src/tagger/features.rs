//! What a word in a zone, and the words around it, tell the tagger.

use crate::corpus::Corpus;
use crate::evidence::Evidence;
use crate::extent::{is_compound, is_inflected, is_noun_ending};
use crate::hash;
use crate::letters;
use crate::lexicon::Lexicon;
use crate::parts;
use crate::scan::DE;
use crate::tagger::Zone;
use crate::token::{CAPITAL, DIGIT, LETTER, RUN, START, Token, UNASKED, UPPER};
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

/// Where the word that tells something stands to the one whose label is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Own,
    Before,
    After,
    /// Two words before, two behind.
    FarBefore,
    FarAfter,
    /// Not the word: what the rules say of one that is known as well as it is.
    Rules,
    /// Not the word: how it stands in its zone.
    Zone,
}

/// Features that follow from the same few things, so that what they come to can be kept: a word if there is one, its
/// shape, the language, and what is said here of the word and the place.
#[derive(Clone, Copy)]
pub(crate) struct Group<'v> {
    pub(crate) place: Place,
    word: Option<&'v Token>,
    /// What else the features hang on: its bits are told below.
    context: u64,
}

/// Groups that are told of a word.
pub(crate) const GROUPS: u64 = 7;
/// No group has more features.
pub(crate) const MOST_FEATURES: u64 = 25;

/// The label that the rules give the word, in a group's context.
const TAG: u64 = 0xF;
/// With it, of a word near that one, the gap between the two.
const GAP: u32 = 4;
/// With it, what the rules go by: the word's shape and length, how usual it is in people's names, what class it is of, and
/// last the weight of its entry.
const FORM: u32 = 4;
const LENGTH: u32 = 12;
const USUAL: u32 = 16;
const FLAGS: u32 = 20;
const WEIGHT: u32 = 36;
/// With it, how a word stands: the labels left and right of it, words before and after it in the zone, the case of the
/// text, and whether the word stands in small letters and in capitals elsewhere; then the token's flags, and last the
/// word's.
const LEFT: u32 = 4;
const RIGHT: u32 = 8;
const WORDS_BEFORE: u32 = 12;
const WORDS_AFTER: u32 = 14;
const CASE: u32 = 16;
const SMALL: u32 = 18;
const BIG: u32 = 19;
const STARTS: u32 = 20;
const CLASS: u32 = 28;

/// Words as they are spelt while they are asked about.
#[derive(Default)]
pub(crate) struct Letters {
    small: String,
    stem: Vec<u8>,
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

    /// What all features of a group follow from.
    #[inline]
    pub(crate) fn key(&self, group: &Group<'_>) -> u64 {
        let tongue = u64::from(self.tongue.map_or(15, |tongue| tongue));
        let (hash, shape) = group.word.map_or((0, 0), |word| (word.hash, u64::from(word.flags & SHAPE)));
        // No key is 0, which stands where nothing is kept yet.
        let asked = (1 + group.place as u64) | tongue << 4 | shape << 8 | group.context << 16;
        hash ^ asked.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// The features of a group.
    pub(crate) fn features(&self, group: &Group<'_>, letters: &mut Letters, sink: &mut impl Sink) {
        let Group { place, word, context } = *group;
        match (place, word) {
            (Place::Zone, _) => self.zone(context, sink),
            (Place::Rules, _) => self.rules(context, sink),
            (Place::Own, Some(word)) => self.own(word, letters, sink),
            (_, Some(word)) => self.near(word, place, context, sink),
            (_, None) => self.add(sink, edge(place), 0xff_ffff),
        }
    }

    fn own(&self, token: &Token, letters: &mut Letters, sink: &mut impl Sink) {
        let flags = u64::from(self.flags(token));
        let usual = u64::from(token.usual);
        let weight = self.shipped.word(token.hash).map_or(0, |entry| u64::from(entry.weight) + 1);
        // One hash stands for words with either apostrophe, and for all mixtures of capitals.
        let Letters { small, stem } = letters;
        letters::write_small(token.text(self.text), small);
        let length = small.chars().count();
        let long = match length {
            0..=3 => length,
            4..=5 => 4,
            6..=8 => 5,
            _ => 6,
        };
        let shape = u64::from(token.flags & SHAPE);
        self.add(sink, 1, flags);
        self.tongued(sink, 1, flags);
        self.add(sink, 2, usual);
        self.tongued(sink, 2, usual);
        self.add(sink, 3, weight);
        self.add(sink, 4, weight << 8 | usual << 1 | u64::from(flags as u16 & COMMON != 0));
        self.add(sink, 5, shape << 3 | long as u64);
        self.tongued(sink, 5, shape << 3 | long as u64);
        self.add(sink, 6, u64::from(WORDS.flags(token.hash, None)));
        self.tongued(sink, 80, token.hash);
        self.tongued(sink, 81, u64::from(small.contains('\'')) << 1 | u64::from(small.is_ascii()));
        self.tongued(sink, 82, u64::from(WORDS.common_in(token.hash).min(4)) << 12 | flags);
        if token.is(LETTER | DIGIT) {
            return;
        }
        for (letters, (at, _)) in (1u64..=5).zip(small.char_indices().rev()) {
            if letters >= 2 && at > 0 {
                let suffix = hash::bytes(&small.as_bytes()[at..]);
                self.add(sink, 7 + letters, suffix);
                if letters == 3 {
                    self.tongued(sink, 7 + letters, suffix);
                }
            }
        }
        for (letters, (at, _)) in small.char_indices().enumerate().skip(2).take(3) {
            self.add(sink, 81 + letters as u64, hash::bytes(&small.as_bytes()[..at]));
        }
        let mut stems = (0u64, 0u64, 0u64);
        self.stems(small, stem, |hash| {
            let entry = self.shipped.word(hash).map_or(0, |entry| u64::from(entry.weight) + 1);
            stems.0 = stems.0.max(entry);
            stems.1 = stems.1.max(u64::from(parts::usual(hash)));
            stems.2 |= u64::from(WORDS.flags(hash, self.tongue));
        });
        self.tongued(sink, 14, stems.0 << 8 | weight);
        self.tongued(sink, 15, stems.1 << 8 | usual);
        self.tongued(sink, 16, stems.2);
        self.add(sink, 17, stems.0 << 32 | stems.1 << 16 | weight << 8 | usual);
        // A capital is no part of an ending.
        let capitals = match token.flags & (CAPITAL | UPPER) {
            0 => 0,
            CAPITAL => small.chars().next().map_or(0, char::len_utf8),
            _ => small.len(),
        };
        let ending = &small.as_bytes()[capitals..];
        let noun = self.tongue == Some(DE as Tongue)
            && match token.word {
                UNASKED => is_noun_ending(ending) || is_compound(small, self.tongue),
                _ => token.looks_a_noun(),
            };
        self.tongued(sink, 18, u64::from(noun) << 1 | u64::from(is_inflected(ending)));
    }

    fn near(&self, token: &Token, place: Place, context: u64, sink: &mut impl Sink) {
        let template = 40 + 8 * place as u64;
        let (tag, gap) = (context & TAG, context >> GAP);
        let flags = u64::from(self.flags(token));
        let shape = u64::from(token.flags & SHAPE);
        self.add(sink, template, flags);
        self.tongued(sink, template, token.hash);
        self.add(sink, template + 1, shape << 8 | u64::from(token.usual));
        if matches!(place, Place::Before | Place::After) {
            self.add(sink, edge(place), (shape << 8 | gap) << 8 | tag);
            self.add(sink, edge(place) + 1, flags << 8 | tag);
            if !token.is(CAPITAL | DIGIT | LETTER) {
                // One hash stands for words with either apostrophe, and for all mixtures of capitals.
                let text = token.text(self.text);
                let mut ending = [0; 16];
                let mut from = ending.len();
                if let Some(three) = text.as_bytes().last_chunk::<3>().filter(|three| three.is_ascii()) {
                    from -= three.len();
                    ending[from..].copy_from_slice(&three.to_ascii_lowercase());
                } else {
                    for c in text.chars().rev().take(3) {
                        let c = if c == '’' { '\'' } else { c };
                        let c = c.to_lowercase().next().unwrap_or(c);
                        from -= c.len_utf8();
                        c.encode_utf8(&mut ending[from..]);
                    }
                }
                self.tongued(sink, template + 2, hash::bytes(&ending[from..]));
            }
        } else {
            self.add(sink, edge(place), shape << 8 | gap);
        }
    }

    /// What the rules say of a word, beside what they go by.
    fn rules(&self, context: u64, sink: &mut impl Sink) {
        let bits = |from: u32, mask: u64| context >> from & mask;
        let tag = context & TAG;
        self.add(sink, 23, tag << 8 | bits(USUAL, 0xF));
        self.add(sink, 24, tag << 16 | bits(FLAGS, 0xFFFF));
        self.add(sink, 25, tag << 8 | context >> WEIGHT);
        self.add(sink, 28, tag << 16 | bits(FORM, 0xFF) << 8 | bits(LENGTH, 0xF));
    }

    /// How a word stands in its zone.
    fn zone(&self, context: u64, sink: &mut impl Sink) {
        let bits = |from: u32, mask: u64| context >> from & mask;
        let tag = context & TAG;
        let (small, capital, start) = (bits(SMALL, 1), bits(BIG, 1), bits(STARTS, 0xFF));
        let stands = start << 32 | bits(CASE, 3) << 24 | small << 17 | capital << 16;
        self.add(sink, 20, stands | context >> CLASS);
        self.add(sink, 21, tag << 40 | stands);
        self.add(sink, 22, tag);
        self.tongued(sink, 22, tag << 8 | start);
        let (before, after) = (bits(WORDS_BEFORE, 3), bits(WORDS_AFTER, 3));
        self.add(sink, 26, before << 8 | after << 4 | u64::from(start != 0));
        self.add(sink, 27, bits(LEFT, 0xF) << 8 | tag << 4 | bits(RIGHT, 0xF));
    }

    /// The word before that one and the one behind it, if the run of kept text goes so far.
    #[inline]
    fn before(&self, at: usize) -> Option<usize> {
        if self.tokens[at].is(RUN) { None } else { at.checked_sub(1) }
    }

    #[inline]
    fn after(&self, at: usize) -> Option<usize> {
        self.tokens.get(at + 1).filter(|next| !next.is(RUN)).map(|_| at + 1)
    }

    /// All that is told of the word at `i`, which is in the zone.
    #[inline]
    pub(crate) fn ask<'v>(&'v self, i: usize, zone: &Zone, mut each: impl FnMut(Group<'v>)) {
        let tokens = self.tokens;
        let token = &tokens[i];
        let at = i - zone.first;
        let tag = u64::from(zone.tags[at]);
        let flags = self.flags(token);
        each(Group { place: Place::Own, word: Some(token), context: 0 });
        let context = tag
            | u64::from(token.flags & SHAPE) << FORM
            | (token.len().min(9) as u64) << LENGTH
            | u64::from(token.usual) << USUAL
            | u64::from(flags) << FLAGS
            | u64::from(zone.weights[at]) << WEIGHT;
        each(Group { place: Place::Rules, word: None, context });
        each(Group { place: Place::Zone, word: None, context: self.stands(i, zone, flags) });
        let mut near = |place: Place, word: Option<usize>, gap: usize, tag: u64| {
            let context = if word.is_some() { tag | (tokens[gap].gap as u64) << GAP } else { 0 };
            each(Group { place, word: word.map(|at| &tokens[at]), context });
        };
        let (left, right) = (self.before(i), self.after(i));
        near(Place::Before, left, i, tag);
        near(Place::After, right, i + 1, tag);
        near(Place::FarBefore, left.and_then(|at| self.before(at)), i.saturating_sub(1), 0);
        near(Place::FarAfter, right.and_then(|at| self.after(at)), i + 2, 0);
    }

    /// How the word at `i`, of those flags, stands in the zone.
    #[inline]
    fn stands(&self, i: usize, zone: &Zone, flags: u16) -> u64 {
        let token = &self.tokens[i];
        let at = i - zone.first;
        let cases = self.corpus.map(|corpus| &corpus.cases);
        let small =
            self.evidence.is_small(token.hash) || cases.is_some_and(|cases| cases.is_small(token.hash));
        let capital =
            self.evidence.is_capital(token.hash) || cases.is_some_and(|cases| cases.is_capital(token.hash));
        let class = flags & (COMMON | FUNCTION | ORDINARY);
        let tag = |at: Option<usize>| at.and_then(|at| zone.tags.get(at)).map_or(15, |&tag| u64::from(tag));
        let last = zone.last - zone.first - 1;
        tag(Some(at))
            | tag(at.checked_sub(1)) << LEFT
            | tag(Some(at + 1)) << RIGHT
            | (at.min(3) as u64) << WORDS_BEFORE
            | ((last - at).min(3) as u64) << WORDS_AFTER
            | (zone.case as u64) << CASE
            | u64::from(small) << SMALL
            | u64::from(capital) << BIG
            | u64::from(token.flags & (START | RUN)) << STARTS
            | u64::from(class) << CLASS
    }

    /// The hashes of forms of which a word in small letters may be another case.
    fn stems(&self, small: &str, word: &mut Vec<u8>, mut each: impl FnMut(u64)) {
        let endings: &[&str] = match self.tongue.map(|tongue| LANGUAGES[usize::from(tongue)]) {
            Some("ru") => &["", "а", "я", "ь", "й", "о", "е", "ия"],
            Some("pl") => &["", "a", "o", "y", "ia"],
            Some("de" | "en" | "nl") => &[""],
            _ => return,
        };
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
            word.clear();
            word.extend_from_slice(stem.as_bytes());
            for ending in endings {
                word.truncate(stem.len());
                word.extend_from_slice(ending.as_bytes());
                if word != small.as_bytes() {
                    each(hash::bytes(word));
                }
            }
        }
    }
}

/// The number of the features that a word near the one that is asked about has together with it.
fn edge(place: Place) -> u64 {
    28 + 2 * place as u64
}
