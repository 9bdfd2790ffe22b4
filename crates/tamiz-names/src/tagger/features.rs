//! What a word in a zone, and the words around it, tell the tagger.

use crate::corpus::Corpus;
use crate::evidence::Evidence;
use crate::hash;
use crate::lexicon::Lexicon;
use crate::tagger::Zone;
use crate::tagger::word::Letters;
use crate::token::{CAPITAL, DIGIT, LETTER, RUN, START, Token, UNASKED, UPPER};
use crate::words::{COMMON, FUNCTION, ORDINARY, Tongue, WORDS};

/// The number of feature buckets.
pub(crate) const BUCKETS: usize = 1 << 16;

/// Weights of a bucket: one for each label, and some that are 0, so that all are added at once.
pub(crate) const LANES: usize = 16;

/// A document's words, for asking about them.
pub(crate) struct View<'v> {
    pub(crate) text: &'v str,
    pub(crate) tokens: &'v [Token],
    /// The words at which a name may begin, in order.
    pub(crate) begins: &'v [u32],
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

/// Features that follow from the same few things, so that what they come to can be kept: a word and the language, or what
/// is said here of a word and its place.
#[derive(Clone, Copy)]
pub(crate) struct Group<'v> {
    pub(crate) place: Place,
    pub(crate) word: Option<&'v Token>,
    /// What else the features hang on: its bits are told below.
    context: u64,
}

/// What is known of the words of a zone and of two on either side, in the bits of a group's context: 0 where there is none.
#[derive(Default)]
pub(crate) struct Around {
    facts: Vec<u64>,
    /// The gaps before the words from the one before the zone on.
    gaps: Vec<u64>,
}

/// Groups that are told of a word, those of words near it counted as one.
pub(crate) const GROUPS: u64 = 8;
/// No group has more features.
pub(crate) const MOST_FEATURES: u64 = 25;

/// The label that the rules give the word, in a group's context.
const TAG: u64 = 0xF;
/// With it, what the rules go by: the word's shape and length, how usual it is in people's names, what class it is of, and
/// last the weight of its entry.
const FORM: u32 = 4;
const LENGTH: u32 = 12;
const USUAL: u32 = 16;
const FLAGS: u32 = 20;
const WEIGHT: u32 = 36;
/// With it, of a word near that one, the same but for the gap between the two and that there is such a word.
const GAP: u32 = LENGTH;
const THERE: u32 = WEIGHT;
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

/// The flags of a token that belong to its shape.
pub(super) const SHAPE: u8 = CAPITAL | UPPER | DIGIT | LETTER;

impl View<'_> {
    pub(crate) fn flags(&self, token: &Token) -> u16 {
        match token.word {
            UNASKED => WORDS.flags(token.hash, self.tongue),
            flags => flags,
        }
    }

    #[inline]
    pub(super) fn add(&self, sink: &mut impl Sink, template: u64, value: u64) {
        let hash = hash::finish(value ^ template << 57);
        sink.take((hash >> 24) as usize % BUCKETS);
    }

    /// The same, apart for each language.
    #[inline]
    pub(super) fn tongued(&self, sink: &mut impl Sink, template: u64, value: u64) {
        let tongue = u64::from(self.tongue.map_or(15, |tongue| tongue));
        let hash = hash::finish(value.rotate_left(5) ^ (template << 4 | tongue) << 53);
        sink.take((hash >> 24) as usize % BUCKETS);
    }

    /// What all features of a group follow from.
    #[inline]
    pub(crate) fn key(&self, group: &Group<'_>) -> u64 {
        let tongue = match group.place {
            Place::Own | Place::Zone => u64::from(self.tongue.map_or(15, |tongue| tongue)),
            _ => 0,
        };
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
            _ => self.beside(place, context, sink),
        }
    }

    /// What the rules say of the word and the gap to one near it tell, with what is known of that one beside itself.
    fn beside(&self, place: Place, context: u64, sink: &mut impl Sink) {
        let bits = |from: u32, mask: u64| context >> from & mask;
        if context >> THERE == 0 {
            return self.add(sink, edge(place), 0xff_ffff);
        }
        let (tag, gap, shape) = (context & TAG, bits(GAP, 0xF), bits(FORM, 0xFF));
        let (flags, template) = (bits(FLAGS, 0xFFFF), by_itself(place));
        self.add(sink, template, flags);
        self.add(sink, template + 1, shape << 8 | bits(USUAL, 0xF));
        if matches!(place, Place::Before | Place::After) {
            self.add(sink, edge(place), (shape << 8 | gap) << 8 | tag);
            self.add(sink, edge(place) + 1, flags << 8 | tag);
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

    /// Takes down what is known of a zone's words and of those around.
    pub(crate) fn around(&self, zone: &Zone, around: &mut Around) {
        let facts = |at: usize| {
            let word = &self.tokens[at];
            u64::from(word.flags & SHAPE) << FORM
                | u64::from(word.usual) << USUAL
                | u64::from(self.flags(word)) << FLAGS
                | 1 << THERE
        };
        let (first, last) = (zone.first, zone.last);
        let left = self.before(first);
        let right = self.after(last - 1);
        let ends = [left.and_then(|at| self.before(at)), left, right, right.and_then(|at| self.after(at))];
        let [far_left, left, right, far_right] = ends.map(|at| at.map_or(0, facts));
        around.facts.clear();
        around.facts.extend([far_left, left]);
        around.facts.extend((first..last).map(facts));
        around.facts.extend([right, far_right]);
        around.gaps.clear();
        let gap = |at: usize| self.tokens.get(at).map_or(0, |word| (word.gap as u64) << GAP);
        around.gaps.push(first.checked_sub(1).map_or(0, gap));
        around.gaps.extend((first..last + 2).map(gap));
    }

    /// All that is told of a word of the zone, but for what those near it tell by themselves.
    #[inline(always)]
    pub(crate) fn ask<'v>(
        &'v self,
        at: usize,
        zone: &Zone,
        around: &Around,
        mut each: impl FnMut(Group<'v>),
    ) {
        let token = &self.tokens[zone.first + at];
        let tag = u64::from(zone.tags[at]);
        let [far_left, left, own, right, far_right] = around.facts[at..at + 5] else { return };
        let [gap_before, gap, gap_after, gap_behind] = around.gaps[at..at + 4] else { return };
        each(Group { place: Place::Own, word: Some(token), context: 0 });
        let length = (token.len().min(9) as u64) << LENGTH;
        let context = (own ^ 1 << THERE) | tag | length | u64::from(zone.weights[at]) << WEIGHT;
        each(Group { place: Place::Rules, word: None, context });
        let flags = (own >> FLAGS) as u16;
        each(Group { place: Place::Zone, word: None, context: self.stands(at, zone, flags) });
        let near = [
            (Place::Before, left, gap | tag),
            (Place::After, right, gap_after | tag),
            (Place::FarBefore, far_left, gap_before),
            (Place::FarAfter, far_right, gap_behind),
        ];
        for (place, facts, here) in near {
            let context = if facts == 0 { 0 } else { facts | here };
            each(Group { place, word: None, context });
        }
    }

    /// What the words near the one at `i` tell by themselves.
    #[inline(always)]
    pub(crate) fn near(&self, i: usize, sink: &mut impl Sink) {
        let (left, right) = (self.before(i), self.after(i));
        let places = [
            (Place::Before, left),
            (Place::After, right),
            (Place::FarBefore, left.and_then(|at| self.before(at))),
            (Place::FarAfter, right.and_then(|at| self.after(at))),
        ];
        for (place, at) in places {
            if let Some(at) = at {
                self.near_word(&self.tokens[at], place, sink);
            }
        }
    }

    /// What all that the word at `i` tells follows from.
    #[inline]
    pub(crate) fn own_key(&self, i: usize) -> u64 {
        self.key(&Group { place: Place::Own, word: Some(&self.tokens[i]), context: 0 })
    }

    /// How a word of the zone, of those flags, stands in it.
    #[inline]
    fn stands(&self, at: usize, zone: &Zone, flags: u16) -> u64 {
        let token = &self.tokens[zone.first + at];
        let (mut small, mut capital) = self.evidence.both(token.hash);
        if let Some(corpus) = self.corpus {
            small |= corpus.cases.is_small(token.hash);
            capital |= corpus.cases.is_capital(token.hash);
        }
        let class = flags & (COMMON | FUNCTION | ORDINARY);
        let tag = |at: usize| zone.tags.get(at).map_or(15, |&tag| u64::from(tag));
        let last = zone.last - zone.first - 1;
        tag(at)
            | tag(at.wrapping_sub(1)) << LEFT
            | tag(at + 1) << RIGHT
            | (at.min(3) as u64) << WORDS_BEFORE
            | ((last - at).min(3) as u64) << WORDS_AFTER
            | (zone.case as u64) << CASE
            | u64::from(small) << SMALL
            | u64::from(capital) << BIG
            | u64::from(token.flags & (START | RUN)) << STARTS
            | u64::from(class) << CLASS
    }
}

/// The number of the features that a word near the one that is asked about has together with it.
fn edge(place: Place) -> u64 {
    28 + 2 * place as u64
}

/// The number of the first feature that such a word has by itself.
pub(super) fn by_itself(place: Place) -> u64 {
    40 + 8 * place as u64
}
