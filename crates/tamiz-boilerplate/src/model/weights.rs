//! A model's numbers and the file that holds them.
//!
//! The file is text, so that it travels like any table: a line that names the format, the features' names, the number
//! of channels, then four parts (means and deviations of the features, the n-grams' hashes, all parameters), each its
//! name and count, and 32-bit words in base64.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::features::{FEATURES, NAMES};
use super::hints::{EXTRA, NAMES as EXTRA_NAMES};
use super::inputs::Inputs;
use super::integer::Matrix;
use super::net::{CHANNELS, DILATIONS, GRAM_WIDTH, Layout, rows};

/// What models of all formats begin with.
const ANY_FORMAT: &str = "tamiz boilerplate model, format ";
/// A model file begins with this line; the number counts up when layers or the hashes of words change their meaning, so
/// that an older file is refused instead of misread.
const MAGIC: &str = "tamiz boilerplate model, format 3";
/// Standardised features are cut off here.
pub(super) const LIMIT: f32 = 4.0;

/// A number for every feature, and then for every extra feature.
pub(crate) type Statistics = [f32; FEATURES + EXTRA];

/// A trained model.
pub(crate) struct Weights {
    pub(crate) mean: Statistics,
    #[cfg_attr(not(feature = "train"), allow(dead_code, reason = "only training writes files"))]
    pub(crate) deviation: Statistics,
    inverse: Statistics,
    /// Sorted hashes of the n-grams that have vectors.
    pub(crate) vocabulary: Vec<u32>,
    /// Where in the vocabulary hashes with these first bits begin.
    buckets: Vec<u32>,
    /// All parameters; see [`Layout`].
    pub(crate) parameters: Vec<f32>,
    /// The first layer and the blocks' matrices in whole numbers.
    pub(super) inputs: Inputs,
    pub(super) blocks: [Matrix; DILATIONS.len()],
}

impl Weights {
    /// A model of these numbers.
    ///
    /// # Panics
    /// If there are not as many parameters as the layers and the vocabulary need.
    pub(crate) fn new(
        mean: Statistics,
        deviation: Statistics,
        vocabulary: Vec<u32>,
        parameters: Vec<f32>,
    ) -> Self {
        assert_eq!(
            parameters.len(),
            Layout::GRAMS + vocabulary.len() * GRAM_WIDTH,
            "a vector for every n-gram"
        );
        let mut buckets = vec![0u32; BUCKETS + 1];
        for hash in &vocabulary {
            buckets[bucket(*hash) + 1] += 1;
        }
        for at in 0..BUCKETS {
            buckets[at + 1] += buckets[at];
        }
        let mut weights = Self {
            mean,
            deviation,
            inverse: deviation.map(|d| 1.0 / d),
            vocabulary,
            buckets,
            parameters,
            inputs: Inputs::default(),
            blocks: Default::default(),
        };
        weights.prepare();
        weights
    }

    /// Computes what follows from the parameters, after they have changed.
    pub(crate) fn prepare(&mut self) {
        let w0 = rows(&self.parameters[Layout::W0..Layout::B0]);
        self.inputs = Inputs::new(&self.mean, &self.inverse, w0);
        self.blocks = std::array::from_fn(|number| {
            let block = &self.parameters[Layout::block(number)];
            Matrix::new(rows(&block[Layout::MATRIX..Layout::BIAS]))
        });
    }

    /// A feature less its mean, over its deviation.
    #[cfg(feature = "train")]
    #[inline(always)]
    pub(crate) fn standardise(&self, feature: usize, value: f32) -> f32 {
        ((value - self.mean[feature]) * self.inverse[feature]).clamp(-LIMIT, LIMIT)
    }

    /// The place of an n-gram in the vocabulary.
    #[inline]
    pub(crate) fn gram_number(&self, gram: u32) -> Option<usize> {
        let at = bucket(gram);
        let (from, to) = (self.buckets[at] as usize, self.buckets[at + 1] as usize);
        self.vocabulary[from..to].iter().position(|known| *known == gram).map(|place| from + place)
    }

    /// The vector of an n-gram, if it is known.
    pub(crate) fn gram(&self, gram: u32) -> Option<&[f32; GRAM_WIDTH]> {
        let number = self.gram_number(gram)?;
        self.parameters[Layout::GRAMS..].as_chunks().0.get(number)
    }

    /// The model as a file.
    #[cfg(feature = "train")]
    pub(crate) fn to_text(&self) -> String {
        let names = [NAMES, EXTRA_NAMES].concat().join(" ");
        let mut text = format!("{MAGIC}\nfeatures {names}\nchannels {CHANNELS}\n");
        let words = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let sections =
            [words(&self.mean), words(&self.deviation), self.vocabulary.clone(), words(&self.parameters)];
        for (name, words) in SECTIONS.iter().zip(sections) {
            text.push_str(&format!("{name} {}\n", words.len()));
            encode(&words, &mut text);
        }
        text
    }

    /// Reads a model file.
    pub(crate) fn from_text(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        if lines.next() != Some(MAGIC) {
            return Err(if text.starts_with(ANY_FORMAT) {
                "the model was trained by another version of tamiz: train it again with this one".into()
            } else {
                format!("this is no model of this stage: it does not begin with `{MAGIC}`")
            });
        }
        let features = lines.next().and_then(|line| line.strip_prefix("features ")).unwrap_or("");
        let channels = lines.next().and_then(|line| line.strip_prefix("channels ")).unwrap_or("");
        if !features.split(' ').eq(NAMES.iter().chain(EXTRA_NAMES).copied())
            || channels.parse() != Ok(CHANNELS)
        {
            return Err("the model was trained by a version of tamiz that looks at other features".into());
        }
        let mut section = |name: &str| decode(name, &mut lines);
        let statistics = |words: Vec<u32>| -> Result<Statistics, String> {
            floats(words)?.try_into().map_err(|_| "the model has too few or too many features".to_owned())
        };
        let mean = statistics(section(SECTIONS[0])?)?;
        let deviation = statistics(section(SECTIONS[1])?)?;
        let vocabulary = section(SECTIONS[2])?;
        let parameters = floats(section(SECTIONS[3])?)?;
        if deviation.iter().any(|value| *value <= 0.0) || !vocabulary.is_sorted() {
            return Err("the model's statistics or its vocabulary are damaged".into());
        }
        if parameters.len() != Layout::GRAMS + vocabulary.len() * GRAM_WIDTH {
            return Err(format!(
                "the model has {} parameters, which do not fit its layers",
                parameters.len()
            ));
        }
        Ok(Self::new(mean, deviation, vocabulary, parameters))
    }
}

/// The names of the file's parts, in order.
const SECTIONS: [&str; 4] = ["means", "deviations", "vocabulary", "parameters"];

/// Words of 32 bits in each line of the file.
const WORDS_A_LINE: usize = 18;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes words as base64 of their little-endian bytes.
#[cfg(feature = "train")]
fn encode(words: &[u32], text: &mut String) {
    for line in words.chunks(WORDS_A_LINE) {
        let bytes: Vec<u8> = line.iter().flat_map(|word| word.to_le_bytes()).collect();
        for group in bytes.chunks(3) {
            let bits =
                group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
            for place in 0..=group.len() {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
            }
        }
        text.push('\n');
    }
}

/// Reads the words of one part of the file.
fn decode<'t>(name: &str, lines: &mut impl Iterator<Item = &'t str>) -> Result<Vec<u32>, String> {
    let damaged = || format!("the part `{name}` of the model is damaged or missing");
    let head = lines.next().and_then(|line| line.strip_prefix(name)).ok_or_else(damaged)?;
    let count: usize = head.trim().parse().map_err(|_| damaged())?;
    let mut words = Vec::new();
    for _ in 0..count.div_ceil(WORDS_A_LINE) {
        let (mut bits, mut held) = (0u64, 0);
        for digit in lines.next().ok_or_else(damaged)?.bytes() {
            let value = DIGITS.iter().position(|known| *known == digit).ok_or_else(damaged)?;
            bits = bits << 6 | value as u64;
            held += 6;
            if held >= 32 {
                held -= 32;
                words.push(((bits >> held) as u32).swap_bytes());
                bits &= (1 << held) - 1;
            }
        }
    }
    if words.len() == count { Ok(words) } else { Err(damaged()) }
}

fn floats(words: Vec<u32>) -> Result<Vec<f32>, String> {
    let values: Vec<f32> = words.into_iter().map(f32::from_bits).collect();
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err("the model holds no numbers".into())
    }
}

const BUCKETS: usize = 1 << 12;

fn bucket(hash: u32) -> usize {
    (hash >> 20) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_another_version_is_refused_with_a_remedy_and_another_file_by_name() {
        let model = include_str!("../../model/lines.model");
        assert!(Weights::from_text(model).is_ok());
        let error = |text: &str| Weights::from_text(text).err().unwrap_or_default();
        assert!(error(&model.replacen("format 3", "format 2", 1)).contains("train it again"));
        assert!(error("{}").contains("no model of this stage"));
    }
}
