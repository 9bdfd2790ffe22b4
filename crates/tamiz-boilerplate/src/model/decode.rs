//! From probabilities to a threshold: every page gets its own.

/// Cut-offs that are tried: this many equal steps of probability.
const STEPS: usize = 256;

/// The buffers of decoding.
#[derive(Default)]
pub(crate) struct Decoder {
    sums: Vec<(f32, f32)>,
}

impl Decoder {
    /// The best token F1 that the page can be expected to reach with one cut-off, if the probabilities are right: with
    /// it go how sure the labeller is of the page as a whole, and how high to set the bar.
    pub(crate) fn expected_f1(&mut self, lines: impl Iterator<Item = (f32, u32)>) -> f32 {
        self.sums.clear();
        self.sums.resize(STEPS, (0.0, 0.0));
        let mut all = 0.0f32;
        for (probability, tokens) in lines {
            let (content, kept) = &mut self.sums[((probability * STEPS as f32) as usize).min(STEPS - 1)];
            let tokens = tokens as f32;
            *content += probability * tokens;
            *kept += tokens;
            all += probability * tokens;
        }
        let (mut best, mut content, mut kept) = (0.0f32, 0.0f32, 0.0f32);
        for (step_content, step_kept) in self.sums.iter().rev() {
            content += step_content;
            kept += step_kept;
            best = best.max(2.0 * content / (kept + all + 1e-9));
        }
        best
    }
}

/// The probability from which on a line is kept, on a page with that expected F1: where the labeller is unsure, keep.
pub(crate) fn threshold(expected_f1: f32) -> f32 {
    (0.55 + expected_f1 - 0.9).clamp(0.15, 0.60)
}
