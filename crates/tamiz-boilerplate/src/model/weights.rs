//! A model's numbers and the file that holds them.
//!
//! The file: the magic `tamizBP1`, a format version and the sizes it was trained for as little-endian `u32`, then means
//! and deviations of the features, the vocabulary of n-grams as sorted 32-bit hashes, and all parameters, as
//! little-endian numbers.

use super::features::FEATURES;
use super::net::{CHANNELS, GRAM_WIDTH, Layout, Row, add_scaled, rows};

/// A model file starts with this.
const MAGIC: &[u8; 8] = b"tamizBP1";
/// Counts up when features or layers change their meaning: an older file is then refused instead of misread.
const VERSION: u32 = 1;
/// Standardised features are cut off here.
const LIMIT: f32 = 4.0;

/// A trained model.
pub(crate) struct Weights {
    pub(crate) mean: [f32; FEATURES],
    pub(crate) deviation: [f32; FEATURES],
    inverse: [f32; FEATURES],
    /// Sorted hashes of the n-grams that have vectors.
    pub(crate) vocabulary: Vec<u32>,
    /// Where in the vocabulary hashes with these first bits begin.
    buckets: Vec<u32>,
    /// All parameters; see [`Layout`].
    pub(crate) parameters: Vec<f32>,
    /// What each feature is, standardised, when it is zero.
    pub(crate) zeros: [f32; FEATURES],
    /// The first layer's sums for a line whose features are all zero.
    pub(crate) zero_line: Row,
}

impl Weights {
    /// A model of these numbers.
    ///
    /// # Panics
    /// If there are not as many parameters as the layers and the vocabulary need.
    pub(crate) fn new(
        mean: [f32; FEATURES],
        deviation: [f32; FEATURES],
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
            zeros: [0.0; FEATURES],
            zero_line: [0.0; CHANNELS],
        };
        weights.prepare();
        weights
    }

    /// Computes what follows from the parameters, after they have changed.
    pub(crate) fn prepare(&mut self) {
        self.zero_line = rows(&self.parameters[Layout::B0..])[0];
        let w0 = rows(&self.parameters[Layout::W0..Layout::B0]);
        for i in 0..FEATURES {
            self.zeros[i] = self.standardise(i, 0.0);
        }
        for i in 0..FEATURES {
            add_scaled(&mut self.zero_line, self.zeros[i], &w0[i]);
        }
    }

    /// A feature less its mean, over its deviation.
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
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for size in [VERSION, FEATURES as u32, CHANNELS as u32, self.vocabulary.len() as u32] {
            bytes.extend(size.to_le_bytes());
        }
        let floats =
            |bytes: &mut Vec<u8>, values: &[f32]| bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
        floats(&mut bytes, &self.mean);
        floats(&mut bytes, &self.deviation);
        bytes.extend(self.vocabulary.iter().flat_map(|hash| hash.to_le_bytes()));
        floats(&mut bytes, &self.parameters);
        bytes
    }

    /// Reads a model file.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or("this is no boilerplate model of tamiz")?;
        let mut take = |count: usize| -> Result<&[u8], String> {
            let (taken, left) = rest.split_at_checked(count).ok_or("the model file ends too early")?;
            rest = left;
            Ok(taken)
        };
        let mut size = || take(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let (version, features, channels, grams) = (size()?, size()?, size()?, size()?);
        if (version, features as usize, channels as usize) != (VERSION, FEATURES, CHANNELS) {
            return Err(format!(
                "the model was trained by another version of tamiz (format {version}, {features} features, {channels} \
                 channels; this one reads format {VERSION}, {FEATURES}, {CHANNELS})"
            ));
        }
        let floats = |bytes: &[u8]| -> Result<Vec<f32>, String> {
            let values: Vec<f32> =
                bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
            if values.iter().all(|value| value.is_finite()) {
                Ok(values)
            } else {
                Err("the model holds no numbers".into())
            }
        };
        let statistics =
            |values: Vec<f32>| -> [f32; FEATURES] { values.try_into().expect("as many as were taken") };
        let mean = statistics(floats(take(4 * FEATURES)?)?);
        let deviation = statistics(floats(take(4 * FEATURES)?)?);
        if deviation.iter().any(|value| *value <= 0.0) {
            return Err("the model's deviations are not all positive".into());
        }
        let vocabulary: Vec<u32> =
            take(4 * grams as usize)?.as_chunks().0.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect();
        if !vocabulary.is_sorted() {
            return Err("the model's vocabulary is not sorted".into());
        }
        let parameters = floats(take(4 * (Layout::GRAMS + grams as usize * GRAM_WIDTH))?)?;
        if rest.is_empty() {
            Ok(Self::new(mean, deviation, vocabulary, parameters))
        } else {
            Err("the model file goes on after its end".into())
        }
    }
}

const BUCKETS: usize = 1 << 12;

fn bucket(hash: u32) -> usize {
    (hash >> 20) as usize
}
