//! Stretches of words of which some may be names.

use tamiz_core::NameType;

use super::{OUTSIDE, View, label_at};
use crate::scan::{Case, DE, Mention};
use crate::token::{CAPITAL, Gap, RUN, START, Token, UNCASED, UNSPACED};
use crate::words::{AFTER_PERSON, COMMON, CONNECTOR, FUNCTION, ORDINARY, Tongue};

/// A stretch of words of which some may be a name: its words, the labels that the rules give them, and how well known the
/// entries of these are, from 1.
pub(crate) struct Zone {
    /// How much capitals say there.
    pub(crate) case: Case,
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Mentions of the rules within: a range of the list.
    pub(crate) mentions: (usize, usize),
    pub(crate) tags: Vec<u8>,
    pub(crate) weights: Vec<u16>,
    /// A full name stands there of a person who says or does something.
    pub(crate) speaks: bool,
}

impl Default for Zone {
    fn default() -> Self {
        Zone {
            case: Case::Telling,
            first: 0,
            last: 0,
            mentions: (0, 0),
            tags: Vec::new(),
            weights: Vec::new(),
            speaks: false,
        }
    }
}

/// Words of the longest zone that is looked at.
pub(super) const MOST: usize = 24;

/// Walks over the zones of a document.
pub(crate) struct Zones<'z> {
    view: &'z View<'z>,
    mentions: &'z [Mention],
    /// The words at which a name may begin; those before the place are taken off.
    begins: &'z [u32],
    /// From which word on capitals say how much; those before the place are taken off.
    cases: &'z [(u32, Case)],
    at: usize,
    mention: usize,
    /// The first word of that mention.
    ahead: usize,
}

impl<'z> Zones<'z> {
    pub(crate) fn new(view: &'z View<'z>, mentions: &'z [Mention], cases: &'z [(u32, Case)]) -> Self {
        let mut zones = Zones { view, mentions, begins: view.begins, cases, at: 0, mention: 0, ahead: 0 };
        zones.look_ahead();
        zones
    }

    /// Goes on to the next mention.
    fn pass(&mut self, zone: &mut Zone) {
        self.mention += 1;
        zone.mentions.1 = self.mention;
        self.look_ahead();
    }

    fn look_ahead(&mut self) {
        let tokens = self.view.tokens;
        self.ahead = self.mentions.get(self.mention).map_or(tokens.len(), |mention| {
            let mut first = mention.first as usize;
            while first > 0 && tokens[first].start > mention.start {
                first -= 1;
            }
            first
        });
    }

    /// Whether the zone that begins at `k` is a usual word that a sentence starts with, as most are.
    fn is_usual(&self, k: usize) -> bool {
        let token = &self.view.tokens[k];
        token.is(START | RUN)
            && self.ahead != k
            && self.mentions.get(self.mention).is_none_or(|mention| mention.first as usize > k)
            && self.view.flags(token) & (FUNCTION | COMMON | ORDINARY) != 0
            && !self.linked(k + 1)
    }

    /// The next zone that the tagger may decide on.
    pub(crate) fn next(&mut self, zone: &mut Zone) -> bool {
        let tokens = self.view.tokens;
        loop {
            while let [begin, rest @ ..] = self.begins
                && ((*begin as usize) < self.at || !tokens[*begin as usize].is(CAPITAL))
            {
                self.begins = rest;
            }
            let capital = self.begins.first().map_or(tokens.len(), |&begin| begin as usize);
            self.at = self.at.max(capital.min(self.ahead));
            if self.at >= tokens.len() {
                return false;
            }
            if self.is_usual(self.at) {
                self.at += 1;
                continue;
            }
            zone.first = self.at;
            zone.tags.clear();
            zone.weights.clear();
            zone.speaks = false;
            zone.mentions = (self.mention, self.mention);
            let mut fixed = false;
            let mut k = self.at;
            loop {
                if k == self.ahead
                    && let Some(mention) = self.mentions.get(self.mention)
                {
                    let (first, last) = (k, mention.last as usize);
                    let short = tokens[first].start < mention.start || last <= first;
                    fixed |= short || mention.told || tokens[first].is(UNCASED | UNSPACED);
                    zone.speaks |= self.speaks(mention, first, last);
                    for at in first..last.max(first + 1) {
                        zone.tags.push(label_at(mention.name_type, at - first, last.max(first + 1) - first));
                        zone.weights.push(mention.entry.map_or(0, |entry| u16::from(entry.weight) + 1));
                    }
                    k = last.max(first + 1);
                    self.pass(zone);
                } else {
                    zone.tags.push(OUTSIDE);
                    zone.weights.push(0);
                    k += 1;
                }
                // Several names in one stretch of signs are not for words to decide on.
                while self.mentions.get(self.mention).is_some_and(|mention| (mention.first as usize) < k) {
                    self.pass(zone);
                    fixed = true;
                }
                if !self.linked(k) {
                    break;
                }
            }
            zone.last = k;
            self.at = k;
            while self.cases.get(1).is_some_and(|&(from, _)| from as usize <= zone.first) {
                self.cases = &self.cases[1..];
            }
            zone.case = self.cases.first().map_or(Case::Telling, |&(_, case)| case);
            // Where every word has a capital, it is the rules that know what to make of it; German is read so as a whole.
            let telling = zone.case == Case::Telling
                || (zone.case == Case::Everywhere && self.view.tongue == Some(DE as Tongue));
            if !fixed && telling && zone.last - zone.first <= MOST {
                return true;
            }
        }
    }

    /// Whether it is a full name of a person, and a verb of people follows: `Harlan Brisk said`.
    fn speaks(&self, mention: &Mention, first: usize, last: usize) -> bool {
        let person = mention.name_type == NameType::Person && last - first > 1;
        person
            && self.view.tokens.get(last).is_some_and(|next| {
                next.gap == Gap::Space && !next.is(CAPITAL | RUN) && self.view.flags(next) & AFTER_PERSON != 0
            })
    }

    /// Whether the word at `k` goes on with the zone before it.
    fn linked(&self, k: usize) -> bool {
        let tokens = self.view.tokens;
        let Some(token) = tokens.get(k) else { return false };
        if token.is(RUN) {
            return false;
        }
        let before = &tokens[k - 1];
        let close = |token: &Token, before: &Token| match token.gap {
            Gap::Space | Gap::Hyphen | Gap::Elision | Gap::None => true,
            Gap::Stop | Gap::StopSpace => !token.is(START) && before.len() <= 3,
            _ => false,
        };
        if !close(token, before) {
            return false;
        }
        if token.is(CAPITAL) {
            return !token.is(START) || token.gap == Gap::None;
        }
        if token.gap == Gap::Hyphen {
            return before.is(CAPITAL);
        }
        if self.ahead == k {
            return true;
        }
        // Small connecting words that lead to a capitalised one.
        let mut at = k;
        while at < k + 3 && at < tokens.len() {
            let word = &tokens[at];
            if word.is(RUN) || (at > k && !close(word, &tokens[at - 1])) {
                return false;
            }
            if word.is(CAPITAL) {
                return at > k && !word.is(START);
            }
            if self.view.flags(word) & CONNECTOR == 0 {
                return false;
            }
            at += 1;
        }
        false
    }
}
