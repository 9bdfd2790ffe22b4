//! A linear tagger that has the last word on names: a conditional random field over the words of a zone.
//!
//! The rules of the scanner propose names; the tagger is told what they say of each word, beside what the word and its
//! neighbours are, and decides which words are names and of what. (J. Lafferty, A. McCallum, F. Pereira, *Conditional
//! Random Fields*, ICML 2001. The only features that join two labels are which may follow each other.) It was taught some
//! languages; in others the rules stand, and in Spanish too, for which they were worked out on whole news pages: what
//! the tagger was taught is mostly encyclopedias, and it does worse there.

mod features;
pub(crate) mod train;
mod weights;
mod word;
mod zone;

use tamiz_core::NameType;

use crate::scan::{Case, Mention};
use crate::words::{LANGUAGES, Tongue};
pub(crate) use features::View;
use features::{Around, GROUPS};
pub(crate) use weights::Weights;
use weights::{Known, NONE, Scores, Sum, UNIT, score};
use zone::{MOST, Zone, Zones};

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

/// Zones that are looked at together.
const BATCH: usize = 16;

/// What a worker thread keeps for tagging.
#[derive(Default)]
pub(crate) struct Tagger {
    batch: [Zone; BATCH],
    /// What the words near those of a batch's zones say.
    near: Vec<Scores>,
    labels: Labels,
    decided: Vec<Mention>,
    around: Around,
    known: Known,
}

/// The labels of a zone's words.
#[derive(Default)]
struct Labels {
    labels: [u8; MOST],
    count: usize,
}

/// The best labels up to a word: of all paths that end with a whole name or outside, and for each type of those that are
/// within a name of it.
#[derive(Clone, Copy, Default)]
struct Step {
    whole: u8,
    /// Whether the best path within a name of the type has begun it before this word.
    goes_on: [bool; TYPES.len()],
}

/// What the label outside of names comes to: as much more than it says as the scores of the others are.
const NAMELESS: i32 = (GROUPS * NONE) as i32 - GIVE;

impl Labels {
    fn get(&self) -> &[u8] {
        &self.labels[..self.count]
    }

    /// The best label of a word that is all of its zone.
    fn single(&mut self, scores: &Scores) {
        let mut best = (NAMELESS, OUTSIDE);
        for only in [label(0, ONLY), label(1, ONLY), label(2, ONLY)] {
            let score = score(scores, only);
            if score > best.0 {
                best = (score, only);
            }
        }
        (self.labels[0], self.count) = (best.1, 1);
    }

    /// The best sequence of labels, by the Viterbi algorithm.
    fn best(&mut self, count: usize, mut scores: impl FnMut(usize) -> Scores) {
        const NEVER: i32 = i32::MIN / 2;
        let mut whole = 0i32;
        let mut open = [NEVER; TYPES.len()];
        let mut steps = [Step::default(); MOST];
        let steps = &mut steps[..count];
        for (at, step) in steps.iter_mut().enumerate() {
            let scores = scores(at);
            let mut best = whole + NAMELESS;
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
        }
        let mut within = None;
        for (step, best) in steps.iter().zip(&mut self.labels[..count]).rev() {
            *best = match within {
                None => step.whole,
                Some(kind) => label(kind, if step.goes_on[kind] { INNER } else { FIRST }),
            };
            within = match said(*best) {
                Some((kind, INNER | LAST)) => Some(kind),
                _ => None,
            };
        }
        self.count = count;
    }
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
        let Tagger { batch, near, labels, decided, around, known } = self;
        decided.clear();
        let mut copied = 0;
        let mut zones = Zones::new(view, mentions, cases);
        loop {
            // What words near those of a zone say is added up for several zones before anything is decided: these weights
            // lie far from the processor, and so it does not wait for one before it fetches the next.
            near.clear();
            let mut found = 0;
            let mut kept = 0;
            while found < BATCH && zones.next(&mut batch[found]) {
                for i in batch[found].first..batch[found].last {
                    let mut sum = Sum::new(weights);
                    view.near(i, &mut sum);
                    near.push(sum.scores());
                    kept ^= known.touch(view, i);
                }
                found += 1;
            }
            std::hint::black_box(kept);
            let mut near = near.iter();
            for zone in &batch[..found] {
                view.around(zone, around);
                let mut scores = |at: usize| {
                    let mut scores = near.next().copied().unwrap_or_default();
                    view.ask(at, zone, around, |group| known.add(weights, view, &group, &mut scores));
                    scores
                };
                match zone.last - zone.first {
                    1 => labels.single(&scores(0)),
                    count => labels.best(count, scores),
                }
                decided.extend(&mentions[copied..zone.mentions.0]);
                copied = zone.mentions.0;
                // Who speaks is somebody, however little the name looks like one.
                if !(zone.speaks && labels.get().iter().all(|&label| label == OUTSIDE)) {
                    write(labels.get(), view, zone, mentions, decided);
                    copied = zone.mentions.1;
                }
            }
            if found < BATCH {
                break;
            }
        }
        decided.extend(&mentions[copied..]);
        std::mem::swap(mentions, decided);
    }
}

/// Writes the names of a zone down.
fn write(labels: &[u8], view: &View<'_>, zone: &Zone, mentions: &[Mention], decided: &mut Vec<Mention>) {
    let mut at = 0;
    while at < labels.len() {
        let from = at;
        at += 1;
        let Some((kind, position)) = said(labels[from]) else { continue };
        if position == FIRST {
            while !matches!(said(labels[at]), Some((_, LAST))) {
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
            decided.push(*proposed);
            continue;
        }
        let entry = view.shipped.whole(&view.tokens[first..last]);
        decided.push(Mention {
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

#[cfg(test)]
mod tests {
    use tamiz_core::Document;

    use super::word::Letters;
    use super::*;
    use crate::read::Reading;

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
            let mut zones = Zones::new(&view, mentions, cases);
            let (mut zone, mut letters) = (Zone::default(), Letters::default());
            let (mut kept, mut asked) = (std::collections::BTreeMap::new(), 0);
            let mut around = Around::default();
            while zones.next(&mut zone) {
                view.around(&zone, &mut around);
                for i in zone.first..zone.last {
                    view.ask(i - zone.first, &zone, &around, |group| {
                        asked += 1;
                        let scores = weights::sum(TAUGHT, &view, &group, &mut letters);
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
