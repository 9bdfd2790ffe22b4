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
use features::{BUCKETS, GROUPS, Group, LANES, Letters, MOST_FEATURES, Place, Sink};
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
pub(crate) struct Weights<'w>(&'w [[u8; LANES]; BUCKETS]);

impl<'w> Weights<'w> {
    /// Of a table as [`train::train`] gives it.
    pub(crate) const fn of(table: &'w [u8]) -> Option<Self> {
        let (rows, rest) = table.as_chunks();
        match rows.first_chunk() {
            Some(table) if rows.len() == BUCKETS && rest.is_empty() => Some(Weights(table)),
            _ => None,
        }
    }

    #[inline]
    fn row(self, bucket: usize) -> &'w [u8; LANES] {
        &self.0[bucket % BUCKETS]
    }
}

/// Steps of a weight in one of the logarithm of a chance.
const UNIT: i32 = 40;
/// What the label outside of names gives way, so that as many names are missed as are found wrongly.
const GIVE: i32 = UNIT * 3 / 10;

/// The embedded weights.
pub(crate) static TAUGHT: Weights<'static> = match Weights::of(include_bytes!("../../tables/tagger.bin")) {
    Some(weights) => weights,
    None => panic!("the table has a row for every bucket"),
};

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

/// What features say for each label against the one outside of names, in 16 bits each, so that four are added at once.
/// Each is [`NONE`] more than it says, and so never negative.
type Scores = [u64; 3];

/// Where the score of each label is: in which number, and from which bit on.
const PLACES: [(usize, u32); LABELS] = {
    let mut places = [(0, 0); LABELS];
    let mut label = 0;
    while label < LABELS {
        places[label] = match label {
            0..=7 => (label % 2, 8 * (label as u32 - label as u32 % 2)),
            9 => (2, 48),
            11 => (0, 0),
            _ => (2, 8 * (label as u32 - 8)),
        };
        label += 1;
    }
    places
};

#[inline]
fn score(scores: &Scores, label: u8) -> i32 {
    let (at, bit) = PLACES[usize::from(label)];
    i32::from((scores[at] >> bit) as u16)
}

/// What no features say.
const NONE: u64 = 1 << 12;
/// The largest weight: the features of a group cannot say more than [`NONE`].
const MOST: i32 = 80;
const _: () = assert!(MOST_FEATURES * 2 * MOST as u64 <= NONE);
/// Scores of all groups that are told of a word fit in 16 bits.
const _: () = assert!(2 * NONE * GROUPS <= 1 << 16);

/// The weights of features, added up in 16 bits each: those of labels of an even number and those of an odd one, eight
/// labels after the other. A weight is 128 more than it says, and so never negative.
struct Sum<'w> {
    weights: Weights<'w>,
    even: [u64; LANES / 8],
    odd: [u64; LANES / 8],
}

impl Sink for Sum<'_> {
    #[inline]
    fn take(&mut self, bucket: usize) {
        const LOW: u64 = 0x00FF_00FF_00FF_00FF;
        let (eights, _) = self.weights.row(bucket).as_chunks();
        for ((even, odd), eight) in self.even.iter_mut().zip(&mut self.odd).zip(eights) {
            let weights = u64::from_le_bytes(*eight) ^ 0x8080_8080_8080_8080;
            *even += weights & LOW;
            *odd += weights >> 8 & LOW;
        }
    }
}

impl<'w> Sum<'w> {
    fn new(weights: Weights<'w>) -> Self {
        Sum { weights, even: [0; LANES / 8], odd: [0; LANES / 8] }
    }

    fn scores(&self) -> Scores {
        const LOWEST: u64 = 0xFFFF;
        let ([zero, eight], [one, nine]) = (self.even, self.odd);
        let scores = [zero & !LOWEST | nine >> 16 & LOWEST, one, eight & !(LOWEST << 48) | nine << 48];
        let outside = zero & LOWEST;
        scores.map(|scores| scores + NONE * 0x0001_0001_0001_0001 - outside * 0x0001_0001_0001_0001)
    }
}

/// What a worker thread keeps for tagging.
#[derive(Default)]
pub(crate) struct Tagger {
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
            self.best(weights, view, &zone);
            self.decided.extend(&mentions[copied..zone.mentions.0]);
            copied = zone.mentions.0;
            // Who speaks is somebody, however little the name looks like one.
            if !(zone.speaks && self.labels.iter().all(|&label| label == OUTSIDE)) {
                self.write(view, &zone, mentions);
                copied = zone.mentions.1;
            }
        }
        self.decided.extend(&mentions[copied..]);
        self.zone = zone;
        std::mem::swap(mentions, &mut self.decided);
    }

    /// The best sequence of labels, by the Viterbi algorithm.
    fn best(&mut self, weights: Weights<'_>, view: &View<'_>, zone: &Zone) {
        const NEVER: i32 = i32::MIN / 2;
        self.steps.clear();
        let mut whole = 0i32;
        let mut open = [NEVER; TYPES.len()];
        for i in zone.first..zone.last {
            let mut scores = Scores::default();
            view.ask(i, zone, |group| self.known.add(weights, view, &group, &mut scores));
            let mut step = Step { whole: OUTSIDE, ..Step::default() };
            // As much more than it says as the scores are.
            let mut best = whole + (GROUPS * NONE) as i32 - GIVE;
            for (kind, open) in open.iter_mut().enumerate() {
                let score = |position: u8| score(&scores, label(kind, position));
                let only = whole + score(ONLY);
                if only > best {
                    (best, step.whole) = (only, label(kind, ONLY));
                }
                let last = *open + score(LAST);
                if last > best {
                    (best, step.whole) = (last, label(kind, LAST));
                }
                let first = whole + score(FIRST);
                let inner = *open + score(INNER);
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

/// What was added up last, so that what texts repeat is not asked about each time. A group's place follows from its key;
/// the newer drives out the older. Few things are said of words, many words are there, and they take more to ask about.
#[derive(Default)]
struct Known {
    said: Kept<2048>,
    own: Kept<8192>,
    near: Kept<16_384>,
    letters: Letters,
}

struct Kept<const N: usize>(Box<[Answer]>);

impl<const N: usize> Default for Kept<N> {
    fn default() -> Self {
        Kept(vec![Answer::default(); N].into_boxed_slice())
    }
}

/// Half a line of a processor's cache.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
struct Answer {
    key: u64,
    scores: Scores,
}

impl<const N: usize> Kept<N> {
    #[inline]
    fn place(&mut self, key: u64) -> &mut Answer {
        &mut self.0[(key >> 40) as usize % N]
    }
}

impl Known {
    /// Adds what the features of a group come to.
    #[inline(always)]
    fn add(&mut self, weights: Weights<'_>, view: &View<'_>, group: &Group<'_>, scores: &mut Scores) {
        let key = view.key(group);
        let answer = match group.place {
            Place::Rules | Place::Zone => self.said.place(key),
            Place::Own => self.own.place(key),
            _ => self.near.place(key),
        };
        if answer.key != key {
            *answer = Answer { key, scores: sum(weights, view, group, &mut self.letters) };
        }
        for (score, more) in scores.iter_mut().zip(&answer.scores) {
            *score += more;
        }
    }
}

#[cold]
#[inline(never)]
fn sum(weights: Weights<'_>, view: &View<'_>, group: &Group<'_>, letters: &mut Letters) -> Scores {
    let mut sum = Sum::new(weights);
    view.features(group, letters, &mut sum);
    sum.scores()
}

#[cfg(test)]
mod tests {
    use tamiz_core::Document;

    use super::*;
    use crate::read::Reading;

    #[test]
    fn no_embedded_weight_is_larger_than_the_largest() {
        assert!(TAUGHT.0.as_flattened().iter().all(|&weight| i32::from(weight as i8).abs() <= MOST));
    }

    #[test]
    fn labels_are_added_by_fours_as_one_by_one() {
        let mut table = vec![0; BUCKETS * LANES];
        for (label, weight) in table[7 * LANES..][..LABELS].iter_mut().enumerate() {
            *weight = (80 - 13 * label as i32) as i8 as u8;
        }
        let mut sum = Sum::new(Weights::of(&table).expect("there is a row for every bucket"));
        for _ in 0..MOST_FEATURES {
            sum.take(7);
        }
        for label in 1..LABELS as u8 {
            let expected = NONE as i32 - MOST_FEATURES as i32 * 13 * i32::from(label);
            assert_eq!(score(&sum.scores(), label), expected, "{label}");
        }
    }

    #[test]
    fn names_do_not_depend_on_what_was_read_before() {
        let text = "The mayor, John Brisk, met Ms. Odell in Denver. O’Brisk and O'Brisk left for New Haven, he said.";
        let names = |reading: &mut Reading, text: &str| {
            reading.read(&Document::new(text), None, None, Some(TAUGHT));
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
    fn what_is_kept_of_a_word_follows_from_what_it_is_kept_under() {
        let text = "Mr. Odell doesn't know McLing, and Mrs. Odell doesn’t know Mcling of eBay or O'Brisk of ebay. \
                    In BoeIng or in Boeing, İzmir or I\u{307}zmir, O’Brisk isn't John, she isn’t Mary, and said so.";
        let mut reading = Reading::default();
        reading.scan(&Document::new(text), None, None);
        for tongue in 0..LANGUAGES.len() as Tongue {
            let view = View { tongue: Some(tongue), ..reading.view(text, None) };
            let (mentions, cases) = (&reading.mentions, &reading.cases);
            let mut zones = Zones { view: &view, mentions, cases, at: 0, mention: 0 };
            let (mut zone, mut letters) = (Zone::default(), Letters::default());
            let (mut kept, mut asked) = (std::collections::BTreeMap::new(), 0);
            while zones.next(&mut zone) {
                for i in zone.first..zone.last {
                    view.ask(i, &zone, |group| {
                        asked += 1;
                        let scores = sum(TAUGHT, &view, &group, &mut letters);
                        assert_eq!(*kept.entry(view.key(&group)).or_insert(scores), scores);
                    });
                }
            }
            assert!(kept.len() > 20 && kept.len() < asked, "{} of {asked}", kept.len());
        }
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
