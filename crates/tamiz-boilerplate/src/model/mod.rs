//! The learned line labeller: which lines of a page are content, by the page's structure and a few cues.
//!
//! It knows no language and no site. `features` turns a page's lines into numbers, `net` numbers into probabilities,
//! `decode` probabilities into a threshold of the page's own; `weights` reads the file that training writes.

mod decode;
mod features;
mod hints;
mod inputs;
mod integer;
#[cfg(feature = "train")]
mod kernel;
mod math;
mod net;
mod weights;

#[cfg(feature = "train")]
pub mod train;

use std::sync::{Arc, LazyLock};

use tamiz_core::{Hints, Repeats};

use crate::page::Page;
pub(crate) use weights::Weights;

/// The model that comes with the crate; `model/CARD.md` says what it was trained on.
static EMBEDDED: LazyLock<Arc<Weights>> = LazyLock::new(|| {
    Arc::new(Weights::from_text(include_str!("../../model/lines.model")).expect("the embedded model fits"))
});

/// The model that comes with the crate.
pub(crate) fn embedded() -> Arc<Weights> {
    Arc::clone(&EMBEDDED)
}

/// Labels pages; holds the buffers for it.
#[derive(Default)]
pub(crate) struct Labeller {
    features: features::Features,
    extra: hints::Extra,
    pass: net::Pass,
    decoder: decode::Decoder,
}

impl Labeller {
    /// Judges every line of the page, by its text and by what else is known of it; returns the probability from which on a line of this page should be kept: that
    /// given, or the page's own; none at all on a page of which the labeller is less sure than `confidence`.
    pub(crate) fn label(
        &mut self,
        weights: &Weights,
        page: &Page,
        hints: Option<&Hints>,
        repeats: Option<&Repeats>,
        threshold: Option<f32>,
        confidence: f32,
    ) -> f32 {
        self.features.compute(page);
        self.extra.compute(page, hints, repeats);
        self.pass.run(weights, &self.features, self.extra.rows());
        let lines = self.pass.probabilities().iter().zip(&page.lines).map(|(p, line)| (*p, line.tokens));
        let promise = self.decoder.promise(lines);
        if promise.best < confidence {
            0.0
        } else {
            threshold.unwrap_or_else(|| promise.threshold(hints.is_some()))
        }
    }

    /// The probability that each line is content.
    pub(crate) fn keep(&self) -> &[f32] {
        self.pass.probabilities()
    }
}
