//! From probabilities to a threshold: every page gets its own.

/// Cut-offs that are tried: this many equal steps of probability.
const STEPS: usize = 256;

/// The buffers of decoding.
#[derive(Default)]
pub(crate) struct Decoder {
    sums: Vec<(f32, f32)>,
}

/// What the probabilities of a page's lines promise, if they are right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    /// The best token F1 that can be expected of one cut-off: with it go how sure the labeller is of the page as a
    /// whole, and how high to set the bar.
    pub(crate) best: f32,
    /// The token F1 that can be expected of keeping every line.
    pub(crate) keep_all: f32,
}

impl Decoder {
    /// Weighs every cut-off for lines with these probabilities and numbers of tokens.
    pub(crate) fn promise(&mut self, lines: impl Iterator<Item = (f32, u32)>) -> Promise {
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
        let mut promise = Promise { best: 0.0, keep_all: 0.0 };
        let (mut content, mut kept) = (0.0, 0.0);
        for (step_content, step_kept) in self.sums.iter().rev() {
            content += step_content;
            kept += step_kept;
            promise.keep_all = 2.0 * content / (kept + all + 1e-9);
            promise.best = promise.best.max(promise.keep_all);
        }
        promise
    }
}

impl Promise {
    /// The probability from which on a line of the page is kept: about even odds where the labeller is sure of the
    /// page, less where it is not. Where it is unsure and has little to win by cutting, it keeps every line: such
    /// pages are mostly texts that somebody has cleaned before. A page of HTML is none of these: `is_whole_page`.
    pub(crate) fn threshold(self, is_whole_page: bool) -> f32 {
        if !is_whole_page && self.best < 0.87 && self.best - self.keep_all < 0.10 {
            return 0.0;
        }
        (0.54 + 1.25 * (self.best - 0.9)).clamp(0.12, 0.58)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise(lines: &[(f32, u32)]) -> Promise {
        Decoder::default().promise(lines.iter().copied())
    }

    #[test]
    fn a_page_that_is_clear_gets_a_high_bar_and_one_that_is_not_is_kept() {
        let clear = promise(&[(0.01, 50), (0.99, 200), (0.02, 90)]);
        assert!(clear.best > 0.98 && clear.keep_all < 0.8 && clear.threshold(false) > 0.5);
        let unclear = promise(&[(0.6, 50), (0.5, 60), (0.7, 40)]);
        assert!(unclear.best < 0.85 && unclear.threshold(false) == 0.0 && unclear.threshold(true) > 0.1);
        assert!(promise(&[]).threshold(false) <= 0.12);
    }
}
