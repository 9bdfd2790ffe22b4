//! What is learned from a corpus: a state that merges.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tamiz_core::{Document, LanguageCode, Merge, NameType};

use crate::corpus::cases::Cases;
use crate::hash;
use crate::lexicon::Lexicon;
use crate::link::{self, NO_FORM};
use crate::read::Reading;
use crate::tagger::Weights;
use crate::token::{self, CAPITAL, DIGIT, LETTER, RUN, START, Token, UNCASED, UNSPACED, UPPER};

/// Names that a state holds, at some 200 bytes each.
const MOST: usize = 1 << 20;
/// Names beside a name that are remembered.
const NEAR: usize = 12;
/// Bytes of the longest name that is counted.
const LONGEST: usize = 80;
/// Full parts of the longest name that is counted.
const MOST_PARTS: usize = 6;

/// The full names of people in a corpus, and the case of its words. Integers in ordered maps and a sketch: merging is
/// exact, in any order and grouping.
///
/// Single surnames are not counted: alone, they are everybody's. A state holds a million names. If a corpus has more,
/// those stay whose surname's digest ends with a zero bit, then with two, and so on: what stays depends on the names
/// alone and not on the order in which they came, all spellings of a person stay or go together, and what stays was
/// counted from the first document to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The zero bits asked for.
    thinned: u32,
    pub(crate) names: BTreeMap<String, Seen>,
    pub(crate) cases: Cases,
    #[serde(skip)]
    working: Working,
}

/// How a spelling was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Documents by their language, in the order of the codes; `und` where it is not known.
    pub(crate) documents: Vec<(LanguageCode, u32)>,
    /// Digests of the surnames that stand in the same documents: the smallest of them all, in order, so that two such
    /// lists can be compared and merged (a bottom-k sketch).
    pub(crate) near: Vec<u32>,
}

impl Seen {
    pub(crate) fn count(&self) -> u64 {
        self.documents.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    fn add(&mut self, language: LanguageCode, count: u32) {
        match self.documents.binary_search_by_key(&language, |(language, _)| *language) {
            Ok(at) => self.documents[at].1 = self.documents[at].1.saturating_add(count),
            Err(at) => self.documents.insert(at, (language, count)),
        }
    }

    fn beside(&mut self, digest: u32) {
        if let Err(at) = self.near.binary_search(&digest)
            && at < NEAR
        {
            self.near.insert(at, digest);
            self.near.truncate(NEAR);
        }
    }

    fn merge(&mut self, other: Seen) {
        other.documents.into_iter().for_each(|(language, count)| self.add(language, count));
        other.near.into_iter().for_each(|digest| self.beside(digest));
    }
}

/// Buffers: no part of what is learned.
#[derive(Default)]
struct Working(Box<Buffers>);

#[derive(Default)]
struct Buffers {
    reading: Reading,
    tokens: Vec<Token>,
    surface: String,
    /// Digests of the document's surnames, each with the form it is of.
    surnames: Vec<(u32, u32)>,
}

impl Clone for Working {
    fn clone(&self) -> Self {
        Working::default()
    }
}

impl PartialEq for Working {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Working {}

impl std::fmt::Debug for Working {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Working")
    }
}

/// The language of documents whose language is not known.
pub(crate) const UNKNOWN: LanguageCode = LanguageCode::UNKNOWN;

impl Counts {
    /// Takes in a document.
    pub(crate) fn observe(
        &mut self,
        document: &Document,
        user: Option<&Lexicon>,
        weights: Option<Weights<'_>>,
    ) {
        let mut working = std::mem::take(&mut self.working);
        let Buffers { reading, tokens, surface, surnames } = &mut *working.0;
        reading.read(document, user, None, weights);
        for token in &reading.tokens {
            if token.is(LETTER | DIGIT | UNCASED | UNSPACED) {
                continue;
            }
            if !token.is(CAPITAL) {
                self.cases.add_small(token.hash);
            } else if !token.is(START | UPPER | RUN) {
                self.cases.add_capital(token.hash);
            }
        }
        surnames.clear();
        let source = document.source();
        for (number, form) in reading.links.forms.iter().enumerate() {
            let mention = &reading.mentions[form.mention as usize];
            let run = &reading.tokens[mention.first as usize..mention.last as usize];
            let full = run.iter().filter(|token| is_full(token)).count();
            let length = (mention.end - mention.start) as usize;
            let shouted = run.iter().all(|token| token.is(UPPER | LETTER) || !token.is(CAPITAL));
            if mention.name_type == NameType::Person
                && (2..=MOST_PARTS).contains(&full)
                && length <= LONGEST
                && !shouted
            {
                let last = run.iter().rfind(|token| is_full(token)).map_or("", |token| token.text(source));
                surnames.push((digest(last), number as u32));
            }
        }
        surnames.sort_unstable();
        let language = reading.language.unwrap_or(UNKNOWN);
        for &(surname, number) in &*surnames {
            if surname.trailing_zeros() < self.thinned {
                continue;
            }
            let mention = &reading.mentions[reading.links.forms[number as usize].mention as usize];
            surface.clear();
            let text = &source[mention.start as usize..mention.end as usize];
            surface.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }));
            if !self.names.contains_key(surface.as_str()) {
                // A surface has to be read alone as it was read in its text, or it will not be recognised.
                token::words_of(surface, tokens);
                if tokens.len() != (mention.last - mention.first) as usize {
                    continue;
                }
                self.names.insert(surface.clone(), Seen::default());
            }
            let Some(seen) = self.names.get_mut(surface.as_str()) else { continue };
            seen.add(language, 1);
            let mut before = None;
            let others = surnames.iter().map(|&(other, _)| other).filter(|&other| {
                let new = other != surname && before != Some(other);
                before = Some(other);
                new
            });
            others.take(NEAR).for_each(|other| seen.beside(other));
        }
        debug_assert!(surnames.iter().all(|&(_, number)| number != NO_FORM));
        self.working = working;
        self.thin(MOST);
    }

    /// Lets names go until there are few enough.
    fn thin(&mut self, most: usize) {
        while self.names.len() > most && self.thinned < 32 {
            self.thinned += 1;
            let least = self.thinned;
            self.names.retain(|name, _| surname(name).trailing_zeros() >= least);
        }
    }

    fn merge_within(&mut self, mut other: Self, most: usize) {
        self.thinned = self.thinned.max(other.thinned);
        if other.names.len() > self.names.len() {
            std::mem::swap(&mut self.names, &mut other.names);
        }
        for (name, seen) in other.names {
            match self.names.get_mut(&name) {
                Some(own) => own.merge(seen),
                None => {
                    self.names.insert(name, seen);
                }
            }
        }
        let least = self.thinned;
        if least > 0 {
            self.names.retain(|name, _| surname(name).trailing_zeros() >= least);
        }
        self.thin(most);
        self.cases.merge(other.cases);
    }
}

impl Merge for Counts {
    fn merge(&mut self, other: Self) {
        self.merge_within(other, MOST);
    }
}

/// Whether the word is a part of a name that is neither an initial nor a particle nor a number.
pub(crate) fn is_full(token: &Token) -> bool {
    token.is(CAPITAL) && !token.is(LETTER | DIGIT)
}

/// A digest of a surname, shared by its spellings.
fn digest(surname: &str) -> u32 {
    let key = u64::from(link::key(surname));
    (hash::finish(hash::SEED ^ key) >> 16) as u32
}

/// The digest of the surname of a whole name.
fn surname(name: &str) -> u32 {
    let mut tokens = Vec::new();
    token::words_of(name, &mut tokens);
    digest(tokens.iter().rfind(|token| is_full(token)).map_or("", |token| token.text(name)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> impl Strategy<Value = Counts> + Clone {
        let text = "([A-Z][a-z]{2,5} [A-Z][a-z]{2,6}[.] ){0,6}El [a-z]{3} de [A-Z][a-z]{2} [a-z]{2}[.]";
        prop::collection::vec(text, 0..4)
            .prop_map(|texts| {
                let mut counts = Counts::default();
                for text in texts {
                    counts.observe(&Document::new(text), None, None);
                }
                counts
            })
            .boxed()
    }

    #[test]
    fn counts_merge_in_any_order() {
        tamiz_testkit::check_merge(names());
    }

    /// The same with so small a bound that names are let go.
    #[test]
    fn what_stays_does_not_depend_on_the_order() {
        #[derive(Clone, Debug, Default, PartialEq)]
        struct Few(Counts);
        impl Merge for Few {
            fn merge(&mut self, other: Self) {
                self.0.merge_within(other.0, 3);
            }
        }
        let few = names().prop_map(|mut counts| {
            counts.thin(3);
            Few(counts)
        });
        tamiz_testkit::check_merge(few.boxed());
    }

    #[test]
    fn a_state_survives_being_written() {
        let mut counts = Counts::default();
        counts.observe(&Document::new("Ayer habló Marta Quiroga con Pedro Ferrán en la ciudad."), None, None);
        assert_eq!(counts.names.len(), 2, "{counts:?}");
        let text = serde_json::to_string(&counts).unwrap();
        assert_eq!(serde_json::from_str::<Counts>(&text).unwrap(), counts);
    }
}
