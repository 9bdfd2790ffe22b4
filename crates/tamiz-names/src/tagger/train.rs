//! Learns the tagger's weights from texts whose names are marked.

use std::collections::BTreeMap;

use tamiz_core::{Document, NameType};

use super::features::{Around, BUCKETS, LANES, Sink};
use super::weights::{MOST, UNIT};
use super::word::Letters;
use super::zone::{Zone, Zones};
use super::{FIRST, INNER, LABELS, LAST, OUTSIDE, TYPES, View, Weights, is_taught, kind_of, label_at, said};
use crate::read::Reading;
use crate::rewrite::is_latin;
use crate::words::Tongue;

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
/// How much a text with exchanged names counts beside one as it is.
const EXCHANGED: f32 = 0.5;
/// What a label is off its right chance by without a step being taken.
const LEAST: f32 = 1e-3;

/// The words of a zone with their features and right labels.
struct Example {
    features: Vec<Vec<u32>>,
    labels: Vec<u8>,
    weight: f32,
}

struct Buckets(Vec<u32>);

impl Sink for Buckets {
    fn take(&mut self, bucket: usize) {
        self.0.push(bucket as u32);
    }
}

/// Weights of all labels for every bucket.
type Table = Vec<[f32; LABELS]>;

/// The same numbers each time, for shuffling and drawing.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Learns from marked texts by AdaGrad (J. Duchi, E. Hazan, Y. Singer, JMLR 12, 2011) on the log-likelihood of the right
/// labels; the weights are the mean over the second half of the epochs. Every text is also learned from with its names
/// exchanged for others of their types (X. Dai, H. Adel, *An Analysis of Simple Data Augmentation for Named Entity
/// Recognition*, COLING 2020): there are more contexts for names and more names for contexts than the texts have. The
/// order is shuffled and names are drawn by fixed seeds, so the same texts give the same bytes.
#[must_use]
pub fn train(texts: &[&Marked]) -> Vec<u8> {
    let mut reading = Reading::default();
    let mut examples = Vec::new();
    let taught: Vec<(&Marked, Tongue)> = texts
        .iter()
        .filter_map(|marked| Some((*marked, examples_of(marked, 1.0, &mut reading, &mut examples)?)))
        .collect();
    for marked in exchanged(&taught) {
        examples_of(&marked, EXCHANGED, &mut reading, &mut examples);
    }
    let zeros = || vec![[0.0f32; LABELS]; BUCKETS];
    let (mut weights, mut squares, mut sum) = (zeros(), zeros(), zeros());
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random(1);
    for epoch in 0..EPOCHS {
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i + 1));
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

/// Every text that has names with others in their places: people's from texts in any language of the same script, others
/// from texts in the same language.
fn exchanged(taught: &[(&Marked, Tongue)]) -> Vec<Marked> {
    let place = |name: &str, name_type: NameType, tongue: Tongue| {
        let tongue = if name_type == NameType::Person { None } else { Some(tongue) };
        (is_latin(name), kind_of(name_type), tongue)
    };
    let mut known: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for &(marked, tongue) in taught {
        for &(start, end, name_type) in &marked.names {
            let name = &marked.text[start..end];
            known.entry(place(name, name_type, tongue)).or_default().push(name);
        }
    }
    let mut random = Random(99);
    let mut exchange = |marked: &Marked, tongue: Tongue| {
        let (mut text, mut names, mut from) = (String::new(), Vec::new(), 0);
        for &(start, end, name_type) in &marked.names {
            let others = &known[&place(&marked.text[start..end], name_type, tongue)];
            text.push_str(&marked.text[from..start]);
            let begin = text.len();
            text.push_str(others[random.below(others.len())]);
            names.push((begin, text.len(), name_type));
            from = end;
        }
        text.push_str(&marked.text[from..]);
        Marked { text, names }
    };
    let named = taught.iter().filter(|(marked, _)| !marked.names.is_empty());
    named.map(|&(marked, tongue)| exchange(marked, tongue)).collect()
}

/// Adds the zones of a text, if it is in a language that is taught; that language.
fn examples_of(
    marked: &Marked,
    weight: f32,
    reading: &mut Reading,
    examples: &mut Vec<Example>,
) -> Option<Tongue> {
    let document = Document::new(marked.text.as_str());
    reading.scan(&document, None, None);
    let view = reading.view(&marked.text, None);
    let tongue = view.tongue.filter(|&tongue| is_taught(Some(tongue)))?;
    let mut zones = Zones::new(&view, &reading.mentions, &reading.cases);
    let (mut zone, mut letters, mut around) = (Zone::default(), Letters::default(), Around::default());
    while zones.next(&mut zone) {
        let Some(labels) = right(&view, &zone, &marked.names) else { continue };
        view.around(&zone, &mut around);
        let features = (zone.first..zone.last).map(|i| {
            let mut buckets = Buckets(Vec::new());
            view.ask(i - zone.first, &zone, &around, |group| {
                view.features(&group, &mut letters, &mut buckets);
            });
            view.near(i, &mut buckets);
            buckets.0
        });
        examples.push(Example { features: features.collect(), labels, weight });
    }
    Some(tongue)
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

/// The type of the name that goes on with a label, if one does.
fn before(label: usize) -> Option<usize> {
    match said(label as u8) {
        Some((kind, INNER | LAST)) => Some(kind),
        _ => None,
    }
}

/// The type of the name that goes on after a label, if one does.
fn after(label: usize) -> Option<usize> {
    match said(label as u8) {
        Some((kind, FIRST | INNER)) => Some(kind),
        _ => None,
    }
}

/// The logarithm of the sum of what labels of one sort come to.
fn log_sum(values: &[f32; LABELS], of: impl Fn(usize) -> bool) -> f32 {
    let values = || values.iter().enumerate().filter(|(label, _)| of(*label)).map(|(_, value)| *value);
    let most = values().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    most + values().map(|value| (value - most).exp()).sum::<f32>().ln()
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
    // What the paths come to that stand outside of names or at the end of one, and within one of each type. Before and
    // after a zone stands a word outside of names.
    let start = (0.0, [f32::NEG_INFINITY; TYPES.len()]);
    let (mut whole, mut open) = start;
    for (forward, scores) in forward.iter_mut().zip(&scores) {
        for (label, forward) in forward.iter_mut().enumerate() {
            *forward = scores[label] + before(label).map_or(whole, |kind| open[kind]);
        }
        whole = log_sum(forward, |label| after(label).is_none());
        open = std::array::from_fn(|kind| log_sum(forward, |label| after(label) == Some(kind)));
    }
    let total = whole;
    let (mut whole, mut open) = start;
    for (backward, scores) in backward.iter_mut().zip(&scores).rev() {
        for (label, backward) in backward.iter_mut().enumerate() {
            *backward = after(label).map_or(whole, |kind| open[kind]);
        }
        let mut paths = *backward;
        paths.iter_mut().zip(scores).for_each(|(path, score)| *path += score);
        whole = log_sum(&paths, |label| before(label).is_none());
        open = std::array::from_fn(|kind| log_sum(&paths, |label| before(label) == Some(kind)));
    }
    for (at, buckets) in example.features.iter().enumerate() {
        let right = usize::from(example.labels[at]);
        for to in 0..LABELS {
            let chance = (forward[at][to] + backward[at][to] - total).exp();
            let off = if to == right { 1.0 } else { 0.0 } - chance;
            if off.abs() < LEAST {
                continue;
            }
            let gradient = off * example.weight;
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
