//! From features to the probability that a line is content: two passes of weighted sums.
//!
//! The first pass judges every line by its own features and those of the page. The second judges it again, knowing
//! what the first said of the lines around it. Both are a table of weights, so that one can read what counts for
//! how much; a learned labeller can take the place of this module alone.

use std::sync::LazyLock;

use crate::features::{self, Features};
use crate::page::Page;

/// What the second pass sees beside the features, in order.
const CONTEXT: [&str; 15] = [
    "first-pass",
    "near-above",
    "near-below",
    "mid-above",
    "mid-below",
    "far-above",
    "far-below",
    "mass-above",
    "mass-below",
    "in-stretch",
    "below-stretch",
    "above-stretch",
    "log-mass",
    "page-mean",
    "page-mass",
];

/// How fast the first pass's verdicts fade with each line, for near, mid and far.
const FADES: [f32; 3] = [0.5, 0.8, 0.93];

struct Weights {
    bias: [f32; 2],
    first: Vec<f32>,
    second: Vec<f32>,
    context: [f32; CONTEXT.len()],
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    Weights::parse(include_str!("../tables/weights.tsv")).expect("the embedded weights fit the features")
});

impl Weights {
    /// Reads the table: it has to name every feature and nothing else.
    fn parse(text: &str) -> Result<Weights, String> {
        let mut weights = Weights {
            bias: [0.0; 2],
            first: vec![f32::NAN; features::COUNT],
            second: vec![f32::NAN; features::COUNT],
            context: [f32::NAN; CONTEXT.len()],
        };
        for row in text.lines().filter(|row| !row.starts_with('#') && !row.is_empty()) {
            let mut columns = row.split('\t');
            let (Some(name), Some(first), Some(second)) = (columns.next(), columns.next(), columns.next())
            else {
                return Err(format!("the row `{row}` has no three columns"));
            };
            let number =
                |text: &str| text.parse::<f32>().map_err(|_| format!("`{text}` in `{row}` is no number"));
            if name == "bias" {
                weights.bias = [number(first)?, number(second)?];
            } else if let Some(at) = CONTEXT.iter().position(|known| *known == name) {
                weights.context[at] = number(second)?;
            } else if let Some(at) = features::NAMES.iter().position(|known| *known == name) {
                weights.first[at] = number(first)?;
                weights.second[at] = number(second)?;
            } else {
                return Err(format!("there is no feature `{name}`"));
            }
        }
        let missing = features::NAMES
            .iter()
            .zip(&weights.second)
            .chain(CONTEXT.iter().zip(&weights.context))
            .find(|(_, weight)| weight.is_nan());
        match missing {
            Some((name, _)) => Err(format!("the feature `{name}` has no weight")),
            None => Ok(weights),
        }
    }
}

/// The labeller's buffers, and its verdicts on the page read last.
#[derive(Default)]
pub(crate) struct Scores {
    /// The probability that each line is content, 0 to 1.
    pub(crate) keep: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    context: Vec<[f32; CONTEXT.len()]>,
}

fn probability(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

fn product(row: &[f32], weights: &[f32]) -> f32 {
    // Eight running sums, so that the compiler may use wide registers.
    let mut sums = [0.0f32; 8];
    let (rows, row_rest) = row.as_chunks::<8>();
    let (weight_chunks, weights_rest) = weights.as_chunks::<8>();
    for (row, weights) in rows.iter().zip(weight_chunks) {
        for lane in 0..8 {
            sums[lane] += row[lane] * weights[lane];
        }
    }
    sums.iter().sum::<f32>() + row_rest.iter().zip(weights_rest).map(|(a, b)| a * b).sum::<f32>()
}

impl Scores {
    /// Judges every line of the page.
    pub(crate) fn judge(&mut self, page: &Page) {
        let weights = &*WEIGHTS;
        self.first.clear();
        self.second.clear();
        let mut walk = Features::new();
        for i in 0..page.lines.len() {
            let row = Features::row(&mut walk, page, i);
            self.first.push(weights.bias[0] + product(&row, &weights.first));
            self.second.push(weights.bias[1] + product(&row, &weights.second));
        }
        self.keep.clear();
        self.keep.extend(self.first.iter().map(|sum| probability(*sum)));
        self.look_around(page);
        for (i, context) in self.context.iter().enumerate() {
            self.keep[i] = probability(self.second[i] + product(context, &weights.context));
        }
    }

    /// What the first pass said of the page and of the lines around each line.
    fn look_around(&mut self, page: &Page) {
        let Scores { keep, first, context, .. } = self;
        let count = keep.len();
        context.clear();
        context.resize(count, [0.0; CONTEXT.len()]);
        let mass = |i: usize| keep[i] * page.lines[i].tokens as f32;
        let total = (0..count).map(mass).sum::<f32>().max(1e-6);
        let tokens = page.tokens_before[count].max(1) as f32;
        let mean = keep.iter().sum::<f32>() / count.max(1) as f32;

        // The stretch with the largest mass of likely content less likely furniture.
        let (mut best, mut sum, mut start) = (0.0, 0.0, 0);
        let mut stretch = None;
        for i in 0..count {
            if sum <= 0.0 {
                sum = 0.0;
                start = i;
            }
            sum += page.lines[i].tokens as f32 * (keep[i] - 0.5) - 0.5;
            if sum > best {
                best = sum;
                stretch = Some((start, i));
            }
        }

        let mut above = 0.0;
        for i in 0..count {
            let own = mass(i);
            let row = &mut context[i];
            row[0] = first[i].clamp(-8.0, 8.0);
            row[7] = above / total;
            above += own;
            row[8] = (total - above).max(0.0) / total;
            if let Some((start, end)) = stretch {
                row[9] = f32::from(u8::from(start <= i && i <= end));
                row[10] = (i.saturating_sub(end) as f32).ln_1p().min(3.0);
                row[11] = (start.saturating_sub(i) as f32).ln_1p().min(3.0);
            }
            row[12] = total.ln_1p();
            row[13] = mean;
            row[14] = total / tokens;
        }
        for (at, fade) in FADES.into_iter().enumerate() {
            let mut echo = Echo::new(fade);
            for i in 0..count {
                context[i][1 + 2 * at] = echo.hear(keep[i]);
            }
            let mut echo = Echo::new(fade);
            for i in (0..count).rev() {
                context[i][2 + 2 * at] = echo.hear(keep[i]);
            }
        }
    }
}

/// A fading mean of what has been passed.
struct Echo {
    fade: f32,
    sum: f32,
    weight: f32,
}

impl Echo {
    fn new(fade: f32) -> Self {
        Self { fade, sum: 0.0, weight: 0.0 }
    }

    /// The mean so far; then takes in the next value.
    fn hear(&mut self, value: f32) -> f32 {
        let mean = self.sum / (self.weight + 1e-3);
        self.sum = self.sum * self.fade + value;
        self.weight = self.weight * self.fade + 1.0;
        mean
    }
}

/// The probability from which on a line of this page is kept.
///
/// `best` is the highest token F1 that can be expected on the page. Where the labeller is sure of itself it may cut
/// at even odds; where it is not, keeping is the smaller harm.
pub(crate) fn threshold(keep: &[f32], page: &Page) -> f32 {
    const STEPS: usize = 128;
    let mut tokens = [0.0f32; STEPS];
    let mut likely = [0.0f32; STEPS];
    for (p, line) in keep.iter().zip(&page.lines) {
        let step = ((p * STEPS as f32) as usize).min(STEPS - 1);
        tokens[step] += line.tokens as f32;
        likely[step] += p * line.tokens as f32;
    }
    let total: f32 = likely.iter().sum();
    let (mut kept, mut right, mut best) = (0.0, 0.0, 0.0f32);
    for step in (0..STEPS).rev() {
        kept += tokens[step];
        right += likely[step];
        best = best.max(2.0 * right / (kept + total + 1e-6));
    }
    (0.55 + best - 0.9).clamp(0.15, 0.6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_weights_name_every_feature() {
        assert!(WEIGHTS.second.len() == features::COUNT);
    }

    #[test]
    fn a_table_that_does_not_fit_is_refused() {
        assert!(Weights::parse("bias\t0\t0\n").is_err_and(|message| message.contains("has no weight")));
        assert!(
            Weights::parse("colour\t0\t0\n").is_err_and(|message| message.contains("no feature `colour`"))
        );
    }
}
