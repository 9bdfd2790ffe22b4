//! A linear tagger that has the last word on names: a conditional random field over the words of a zone.
//!
//! The rules of the scanner propose names; the tagger is told what they say of each word, beside what the word and its
//! neighbours are, and decides which words are names and of what. (J. Lafferty, A. McCallum, F. Pereira, *Conditional
//! Random Fields*, ICML 2001. The only features that join two labels are which may follow each other.) It was taught some
//! languages; in others the rules stand, and in Spanish too, for which they were worked out on whole news pages: what
//! the tagger was taught is mostly encyclopedias, and it does worse there.

mod features;
pub(crate) mod train;
mod zone;

use tamiz_core::NameType;

use crate::scan::{Case, Mention};
use crate::words::{LANGUAGES, Tongue};
pub(crate) use features::View;
use features::{BUCKETS, LANES, Place, Sink};
use zone::{Zone, Zones};

/// The labels of a word: outside of names; then for each type the only, the first, an inner and the last word of one.
const LABELS: usize = 13;
const OUTSIDE: u8 = 0;
const TYPES: [NameType; 3] = [NameType::Person, NameType::Place, NameType::Organization];

/// Where in a name a word stands.
const ONLY: u8 = 0;
const FIRST: u8 = 1;
const INNER: u8 = 2;
const LAST: u8 = 3;

const fn label(kind: usize, position: u8) -> u8 {
    1 + 4 * kind as u8 + position
}

/// The type and the place that a label says, if it is not the one outside of names.
const fn said(label: u8) -> Option<(usize, u8)> {
    if label == OUTSIDE { None } else { Some(((label - 1) as usize / 4, (label - 1) % 4)) }
}

fn kind_of(name_type: NameType) -> usize {
    TYPES.iter().position(|known| *known == name_type).unwrap_or(0)
}

/// The label of the word at a place of a name of so many words.
fn label_at(name_type: NameType, at: usize, words: usize) -> u8 {
    let position = match (at == 0, at + 1 == words) {
        (true, true) => ONLY,
        (true, false) => FIRST,
        (false, false) => INNER,
        (false, true) => LAST,
    };
    label(kind_of(name_type), position)
}

/// What was learned: for every bucket of features a weight for each label.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'w>(&'w [u8]);

/// Steps of a weight in one of the logarithm of a chance.
const UNIT: i32 = 40;
/// What the label outside of names gives way, so that as many names are missed as are found wrongly.
const GIVE: i32 = UNIT * 3 / 10;

/// The embedded weights.
pub(crate) static TAUGHT: Weights<'static> = Weights(include_bytes!("../../tables/tagger.bin"));

/// The languages in which the tagger decides.
const DECIDED: [&str; 7] = ["de", "en", "fr", "it", "pl", "pt", "ru"];

/// Whether the tagger decides in the language.
pub(crate) fn decides(tongue: Option<Tongue>) -> bool {
    tongue.is_some_and(|tongue| DECIDED.contains(&LANGUAGES[usize::from(tongue)]))
}

/// Whether texts of the language teach the tagger: Spanish ones too, from which the others learn.
fn is_taught(tongue: Option<Tongue>) -> bool {
    decides(tongue) || tongue.is_some_and(|tongue| LANGUAGES[usize::from(tongue)] == "es")
}

impl<'w> Weights<'w> {
    #[inline]
    fn row(self, bucket: usize) -> &'w [u8] {
        &self.0[bucket % BUCKETS * LANES..][..LANES]
    }
}

/// The weights of all features of a word, added up.
type Scores = [i16; LANES];

struct Sum<'w> {
    weights: Weights<'w>,
    scores: Scores,
}

impl Sink for Sum<'_> {
    #[inline]
    fn take(&mut self, bucket: usize) {
        for (score, weight) in self.scores.iter_mut().zip(self.weights.row(bucket)) {
            *score += i16::from(*weight as i8);
        }
    }
}

/// What a worker thread keeps for tagging.
#[derive(Default)]
pub(crate) struct Tagger {
    scores: Vec<Scores>,
    steps: Vec<Step>,
    labels: Vec<u8>,
    zone: Zone,
    decided: Vec<Mention>,
    known: Known,
}

/// The best labels up to a word: of all paths that end with a whole name or outside, and for each type of those that are
/// within a name of it.
#[derive(Clone, Copy, Default)]
struct Step {
    whole: u8,
    /// Whether the best path within a name of the type has begun it before this word.
    goes_on: [bool; TYPES.len()],
}

impl Tagger {
    /// Decides on the names that the rules propose. `cases` says from which word on capitals say how much.
    pub(crate) fn apply(
        &mut self,
        weights: Weights<'_>,
        view: &View<'_>,
        cases: &[(u32, Case)],
        mentions: &mut Vec<Mention>,
    ) {
        self.decided.clear();
        let mut copied = 0;
        let mut zones = Zones { view, mentions, cases, at: 0, mention: 0 };
        let mut zone = std::mem::take(&mut self.zone);
        while zones.next(&mut zone) {
            self.scores.clear();
            for i in zone.first..zone.last {
                let scores = self.score(weights, view, &zone, i);
                self.scores.push(scores);
            }
            self.best();
            self.decided.extend(&mentions[copied..zone.mentions.0]);
            copied = zone.mentions.1;
            self.write(view, &zone, mentions);
        }
        self.decided.extend(&mentions[copied..]);
        self.zone = zone;
        std::mem::swap(mentions, &mut self.decided);
    }

    fn score(&mut self, weights: Weights<'_>, view: &View<'_>, zone: &Zone, i: usize) -> Scores {
        let mut sum = Sum { weights, scores: self.known.word(weights, view, i, Place::Own) };
        for (place, at, _) in view.around(i).into_iter().flatten() {
            let scores = self.known.word(weights, view, at, place);
            for (score, more) in sum.scores.iter_mut().zip(scores) {
                *score += more;
            }
        }
        view.place(i, zone, &mut sum);
        sum.scores
    }

    /// The best sequence of labels, by the Viterbi algorithm.
    fn best(&mut self) {
        const NEVER: i32 = i32::MIN / 2;
        self.steps.clear();
        let mut whole = 0i32;
        let mut open = [NEVER; TYPES.len()];
        for scores in &self.scores {
            let score = |label: u8| i32::from(scores[usize::from(label)]);
            let mut step = Step { whole: OUTSIDE, ..Step::default() };
            let mut best = whole + score(OUTSIDE) - GIVE;
            for (kind, open) in open.iter_mut().enumerate() {
                let only = whole + score(label(kind, ONLY));
                if only > best {
                    (best, step.whole) = (only, label(kind, ONLY));
                }
                let last = *open + score(label(kind, LAST));
                if last > best {
                    (best, step.whole) = (last, label(kind, LAST));
                }
                let first = whole + score(label(kind, FIRST));
                let inner = *open + score(label(kind, INNER));
                step.goes_on[kind] = inner > first;
                *open = first.max(inner);
            }
            whole = best;
            self.steps.push(step);
        }
        self.labels.clear();
        let mut within = None;
        for step in self.steps.iter().rev() {
            let label = match within {
                None => step.whole,
                Some(kind) => label(kind, if step.goes_on[kind] { INNER } else { FIRST }),
            };
            within = match said(label) {
                Some((kind, INNER | LAST)) => Some(kind),
                _ => None,
            };
            self.labels.push(label);
        }
        self.labels.reverse();
    }

    /// Writes the names of a zone down.
    fn write(&mut self, view: &View<'_>, zone: &Zone, mentions: &[Mention]) {
        let mut at = 0;
        while at < self.labels.len() {
            let from = at;
            at += 1;
            let Some((kind, position)) = said(self.labels[from]) else { continue };
            if position == FIRST {
                while !matches!(said(self.labels[at]), Some((_, LAST))) {
                    at += 1;
                }
                at += 1;
            }
            let (first, last) = (zone.first + from, zone.first + at);
            let name_type = TYPES[kind];
            let (start, end) = (view.tokens[first].start, view.tokens[last - 1].end);
            let proposed = mentions[zone.mentions.0..zone.mentions.1]
                .iter()
                .find(|mention| mention.start == start && mention.last as usize == last);
            if let Some(proposed) = proposed
                && proposed.name_type == name_type
            {
                self.decided.push(*proposed);
                continue;
            }
            let entry = view.shipped.whole(&view.tokens[first..last]);
            self.decided.push(Mention {
                start,
                end: proposed.map_or(end, |proposed| proposed.end),
                first: first as u32,
                last: last as u32,
                name_type,
                weak: false,
                told: false,
                entry: entry.filter(|entry| entry.name_type == name_type).copied(),
            });
        }
    }
}

/// What was added up last, so that words that texts repeat are not asked about each time. A word's place follows from its
/// hash; the newer drives out the older.
struct Known(Box<[(u64, Scores)]>);

const KNOWN: usize = 16_384;

impl Default for Known {
    fn default() -> Self {
        Known(vec![(0, [0; LANES]); KNOWN].into_boxed_slice())
    }
}

impl Known {
    #[inline]
    fn word(&mut self, weights: Weights<'_>, view: &View<'_>, i: usize, place: Place) -> Scores {
        let token = &view.tokens[i];
        let key = view.key(token, place);
        let slot = &mut self.0[(key >> 40) as usize % KNOWN];
        if slot.0 != key {
            let mut sum = Sum { weights, scores: [0; LANES] };
            view.word(token, place, &mut sum);
            *slot = (key, sum.scores);
        }
        slot.1
    }
}

#[cfg(test)]
mod tests {
    use tamiz_core::Document;

    use super::*;
    use crate::read::Reading;

    #[test]
    fn the_embedded_weights_have_a_row_for_every_bucket() {
        assert_eq!(TAUGHT.0.len(), BUCKETS * LANES);
    }

    #[test]
    fn names_do_not_depend_on_what_was_read_before() {
        let text = "The mayor, John Brisk, met Ms. Odell in Denver. O’Brisk and O'Brisk left for New Haven, he said.";
        let names = |reading: &mut Reading, text: &str| {
            reading.read(&Document::new(text), None, None);
            let found = reading.mentions.iter().map(|name| (name.start, name.end, name.name_type));
            found.collect::<Vec<_>>()
        };
        let fresh = names(&mut Reading::default(), text);
        assert!(fresh.contains(&(11, 21, NameType::Person)), "{fresh:?}");
        assert!(fresh.contains(&(40, 46, NameType::Place)), "{fresh:?}");
        let mut reading = Reading::default();
        for before in ["Der Brisk fuhr nach Denver.", "O'BRISK DENVER JOHN", text, "On the left of Denver"] {
            names(&mut reading, before);
        }
        assert_eq!(names(&mut reading, text), fresh);
    }

    #[test]
    fn texts_teach_the_same_weights_each_time() {
        let marked = train::Marked {
            text: "The mayor of Quillby met Zorvan Teel on the bridge, and Zorvan was glad of it.".into(),
            names: vec![(13, 20, NameType::Place), (25, 36, NameType::Person), (56, 62, NameType::Person)],
        };
        let weights = train::train(&[&marked]);
        assert_eq!(train::train(&[&marked]), weights);
        assert_eq!(train::find(&[&marked], Some(&weights))[0], marked.names);
    }
}
