//! Learns the tagger's weights from texts whose names are marked.

use tamiz_core::{Document, NameType};

use super::features::{BUCKETS, LANES, Letters, Sink};
use super::zone::{Zone, Zones};
use super::{FIRST, INNER, LABELS, LAST, MOST, OUTSIDE, UNIT, View, Weights, is_taught, label_at, said};
use crate::read::Reading;

/// A text and its names: first byte, one past the last, type.
#[derive(Clone, Debug)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// Names in order and apart.
    pub names: Vec<(usize, usize, NameType)>,
}

/// How many times every text is seen.
const EPOCHS: usize = 8;
/// The step of AdaGrad.
const RATE: f32 = 0.05;
/// The words of a zone with their features and right labels.
struct Example {
    features: Vec<Vec<u32>>,
    labels: Vec<u8>,
}

struct Buckets(Vec<u32>);

impl Sink for Buckets {
    fn take(&mut self, bucket: usize) {
        self.0.push(bucket as u32);
    }
}

/// Weights of all labels for every bucket.
type Table = Vec<[f32; LABELS]>;

/// Learns from marked texts by AdaGrad (J. Duchi, E. Hazan, Y. Singer, JMLR 12, 2011) on the log-likelihood of the right
/// labels; the weights are the mean over the second half of the epochs. The order is shuffled by a fixed seed, so the same
/// texts give the same bytes.
#[must_use]
pub fn train(texts: &[&Marked]) -> Vec<u8> {
    let mut reading = Reading::default();
    let mut examples = Vec::new();
    for marked in texts {
        examples_of(marked, &mut reading, &mut examples);
    }
    let zeros = || vec![[0.0f32; LABELS]; BUCKETS];
    let (mut weights, mut squares, mut sum) = (zeros(), zeros(), zeros());
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut seed = 1u64;
    for epoch in 0..EPOCHS {
        for i in (1..order.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(i, (seed >> 33) as usize % (i + 1));
        }
        for &number in &order {
            step(&examples[number], &mut weights, &mut squares);
        }
        if epoch * 2 >= EPOCHS {
            sum.iter_mut().flatten().zip(weights.iter().flatten()).for_each(|(sum, weight)| *sum += weight);
        }
    }
    let epochs = (EPOCHS - EPOCHS / 2) as f32;
    let mut bytes = vec![0; BUCKETS * LANES];
    for (row, weights) in bytes.chunks_exact_mut(LANES).zip(&sum) {
        for (byte, weight) in row.iter_mut().zip(weights) {
            let weight = (weight / epochs * UNIT as f32).round();
            *byte = weight.clamp(-MOST as f32, MOST as f32) as i8 as u8;
        }
    }
    bytes
}

fn examples_of(marked: &Marked, reading: &mut Reading, examples: &mut Vec<Example>) {
    let document = Document::new(marked.text.as_str());
    reading.scan(&document, None, None);
    let view = reading.view(&marked.text, None);
    if !is_taught(view.tongue) {
        return;
    }
    let mut zones =
        Zones { view: &view, mentions: &reading.mentions, cases: &reading.cases, at: 0, mention: 0 };
    let (mut zone, mut letters) = (Zone::default(), Letters::default());
    while zones.next(&mut zone) {
        let Some(labels) = right(&view, &zone, &marked.names) else { continue };
        let features = (zone.first..zone.last).map(|i| {
            let mut buckets = Buckets(Vec::new());
            view.ask(i, &zone, |group| view.features(&group, &mut letters, &mut buckets));
            buckets.0
        });
        examples.push(Example { features: features.collect(), labels });
    }
}

/// The right labels of a zone, if its names begin and end where its words do.
fn right(view: &View<'_>, zone: &Zone, names: &[(usize, usize, NameType)]) -> Option<Vec<u8>> {
    let words = &view.tokens[zone.first..zone.last];
    let mut labels = vec![OUTSIDE; words.len()];
    let (from, to) = (words[0].start as usize, words[words.len() - 1].end as usize);
    for &(start, end, name_type) in names {
        if end <= from || start >= to {
            continue;
        }
        // A name may end with a full stop of its own.
        let stop = usize::from(view.text.as_bytes()[end - 1] == b'.');
        let first = words.iter().position(|word| word.start as usize == start)?;
        let last =
            words.iter().position(|word| word.end as usize == end || word.end as usize == end - stop)?;
        for (at, label) in labels.get_mut(first..=last)?.iter_mut().enumerate() {
            *label = label_at(name_type, at, last + 1 - first);
        }
    }
    Some(labels)
}

/// Whether one label may follow another; before and after a zone stands a word outside of names.
fn may_follow(before: usize, after: usize) -> bool {
    let open = match said(before as u8) {
        Some((kind, FIRST | INNER)) => Some(kind),
        _ => None,
    };
    let goes_on = match said(after as u8) {
        Some((kind, INNER | LAST)) => Some(kind),
        _ => None,
    };
    open == goes_on
}

fn log_sum(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let most = values.clone().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    most + values.map(|value| (value - most).exp()).sum::<f32>().ln()
}

/// One step along the gradient of an example's log-likelihood, by the forward-backward algorithm.
fn step(example: &Example, weights: &mut Table, squares: &mut Table) {
    let length = example.labels.len();
    let mut scores = vec![[0.0f32; LABELS]; length];
    for (scores, buckets) in scores.iter_mut().zip(&example.features) {
        for &bucket in buckets {
            for (score, weight) in scores.iter_mut().zip(&weights[bucket as usize]) {
                *score += weight;
            }
        }
    }
    let none = [f32::NEG_INFINITY; LABELS];
    let (mut forward, mut backward) = (vec![none; length], vec![none; length]);
    for at in 0..length {
        for to in 0..LABELS {
            let before = match at {
                0 if may_follow(0, to) => 0.0,
                0 => f32::NEG_INFINITY,
                _ => {
                    let before = &forward[at - 1];
                    log_sum((0..LABELS).filter(|&from| may_follow(from, to)).map(|from| before[from]))
                }
            };
            forward[at][to] = scores[at][to] + before;
        }
    }
    for at in (0..length).rev() {
        for from in 0..LABELS {
            backward[at][from] = if at + 1 == length {
                if may_follow(from, 0) { 0.0 } else { f32::NEG_INFINITY }
            } else {
                let (after, scores) = (&backward[at + 1], &scores[at + 1]);
                log_sum((0..LABELS).filter(|&to| may_follow(from, to)).map(|to| after[to] + scores[to]))
            };
        }
    }
    let total = log_sum((0..LABELS).map(|to| forward[length - 1][to] + backward[length - 1][to]));
    for (at, buckets) in example.features.iter().enumerate() {
        let right = usize::from(example.labels[at]);
        for to in 0..LABELS {
            let chance = (forward[at][to] + backward[at][to] - total).exp();
            let gradient = if to == right { 1.0 } else { 0.0 } - chance;
            for &bucket in buckets {
                let square = &mut squares[bucket as usize][to];
                *square += gradient * gradient;
                weights[bucket as usize][to] += RATE * gradient / (square.sqrt() + 0.1);
            }
        }
    }
}

/// Names found in texts, by the rules alone or with weights of [`train`].
///
/// # Panics
/// If the weights are of another size.
#[must_use]
pub fn find(texts: &[&Marked], weights: Option<&[u8]>) -> Vec<Vec<(usize, usize, NameType)>> {
    let mut reading = Reading::default();
    let weights = weights.map(|table| Weights::of(table).expect("weights have a row for every bucket"));
    let mut find = |text: &str| {
        reading.read(&Document::new(text), None, None, weights);
        let name = |mention: &crate::scan::Mention| {
            (mention.start as usize, mention.end as usize, mention.name_type)
        };
        reading.mentions.iter().map(name).collect()
    };
    texts.iter().map(|marked| find(&marked.text)).collect()
}
