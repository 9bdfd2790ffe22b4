//! What features say: their weights, added up, and kept for what texts repeat.

use super::LABELS;
use super::features::{BUCKETS, GROUPS, Group, LANES, MOST_FEATURES, Place, Sink, View};
use super::word::Letters;

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
pub(super) const UNIT: i32 = 40;
/// What features say for each label against the one outside of names, in 16 bits each, so that four are added at once.
/// Each is [`NONE`] more than it says, and so never negative.
pub(super) type Scores = [u64; 3];

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
pub(super) fn score(scores: &Scores, label: u8) -> i32 {
    let (at, bit) = PLACES[usize::from(label)];
    i32::from((scores[at] >> bit) as u16)
}

/// What no features say.
pub(super) const NONE: u64 = 1 << 12;
/// The largest weight: the features of a group cannot say more than [`NONE`].
pub(super) const MOST: i32 = 80;
const _: () = assert!(MOST_FEATURES * 2 * MOST as u64 <= NONE);
/// Scores of all groups that are told of a word fit in 16 bits.
const _: () = assert!(2 * NONE * GROUPS <= 1 << 16);

/// The weights of features, added up in 16 bits each: those of labels of an even number and those of an odd one, eight
/// labels after the other. A weight is 128 more than it says, and so never negative.
pub(super) struct Sum<'w> {
    weights: Weights<'w>,
    even: [u64; LANES / 8],
    odd: [u64; LANES / 8],
}

impl Sink for Sum<'_> {
    #[inline(always)]
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

/// The buckets of a group, for its weights to be added up once all are known.
struct Taken {
    buckets: [u16; MOST_FEATURES as usize],
    count: usize,
}

impl Sink for Taken {
    #[inline(always)]
    fn take(&mut self, bucket: usize) {
        self.buckets[self.count] = bucket as u16;
        self.count += 1;
    }
}

impl<'w> Sum<'w> {
    pub(super) fn new(weights: Weights<'w>) -> Self {
        Sum { weights, even: [0; LANES / 8], odd: [0; LANES / 8] }
    }

    #[inline]
    pub(super) fn scores(&self) -> Scores {
        const LOWEST: u64 = 0xFFFF;
        let ([zero, eight], [one, nine]) = (self.even, self.odd);
        let scores = [zero & !LOWEST | nine >> 16 & LOWEST, one, eight & !(LOWEST << 48) | nine << 48];
        let outside = zero & LOWEST;
        scores.map(|scores| scores + NONE * 0x0001_0001_0001_0001 - outside * 0x0001_0001_0001_0001)
    }
}

/// What was added up last, so that what texts repeat is not asked about each time. A group's place follows from its key;
/// the newer drives out the older. Few things are said of words, many words are there, and they take more to ask about.
#[derive(Default)]
pub(super) struct Known {
    said: Kept<8192>,
    own: Kept<OWN>,
    beside: Kept<8192>,
    letters: Letters,
}

/// Words that are kept.
const OWN: usize = 32_768;

struct Kept<const N: usize>(Box<[Answer; N]>);

impl<const N: usize> Default for Kept<N> {
    fn default() -> Self {
        let answers = vec![Answer::default(); N].into_boxed_slice();
        Kept(answers.try_into().unwrap_or_else(|_| Box::new([Answer::default(); N])))
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
    fn at(key: u64) -> usize {
        (key >> (64 - N.trailing_zeros())) as usize % N
    }

    #[inline]
    fn place(&mut self, key: u64) -> &mut Answer {
        &mut self.0[Self::at(key)]
    }
}

impl Known {
    /// Something of what is kept of the word at `i`, for the processor to fetch it before it is asked for.
    #[inline]
    pub(super) fn touch(&self, view: &View<'_>, i: usize) -> u64 {
        self.own.0[Kept::<OWN>::at(view.own_key(i))].key
    }

    /// Adds what the features of a group come to.
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        weights: Weights<'_>,
        view: &View<'_>,
        group: &Group<'_>,
        scores: &mut Scores,
    ) {
        let key = view.key(group);
        let answer = match group.place {
            Place::Rules | Place::Zone => self.said.place(key),
            Place::Own => self.own.place(key),
            _ => self.beside.place(key),
        };
        if answer.key != key {
            *answer = Answer { key, scores: sum(weights, view, group, &mut self.letters) };
        }
        add(scores, &answer.scores);
    }
}

#[inline]
fn add(scores: &mut Scores, more: &Scores) {
    scores.iter_mut().zip(more).for_each(|(score, more)| *score += more);
}

#[cold]
#[inline(never)]
pub(super) fn sum(weights: Weights<'_>, view: &View<'_>, group: &Group<'_>, letters: &mut Letters) -> Scores {
    let mut taken = Taken { buckets: [0; MOST_FEATURES as usize], count: 0 };
    view.features(group, letters, &mut taken);
    let mut sum = Sum::new(weights);
    taken.buckets[..taken.count].iter().for_each(|&bucket| sum.take(usize::from(bucket)));
    sum.scores()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagger::TAUGHT;

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
}
