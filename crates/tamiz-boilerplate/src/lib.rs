//! x
#![allow(dead_code)]
mod blocks;
mod config;
mod cues;
mod decide;
mod features;
mod line;
pub mod model;
mod notation;
mod page;
mod score;
mod verdict;
mod words;

use std::sync::Arc;
use tamiz_core::{Document, Kind, Reason, Scratch, Stage};
pub use config::Config;
use cues::{Cues, TableSet};
use line::Reader;
use page::Page;
use score::Scores;
use verdict::Verdicts;

/// The stage: see the crate's documentation. Made by [`Config`].
pub struct Boilerplate {
    cues: Arc<Cues>,
    /// A bit for every kind that stays.
    keep: u16,
    threshold: Option<f32>,
}

/// One worker's buffers.
#[derive(Default)]
struct Buffers {
    page: Page,
    scores: Scores,
    verdicts: Verdicts,
}

impl Boilerplate {
    fn new(cues: Arc<Cues>, keep: &[Kind], threshold: Option<f64>) -> Self {
        let keep = keep.iter().fold(0, |bits, kind| bits | 1 << *kind as u16);
        Self { cues, keep, threshold: threshold.map(|threshold| threshold as f32) }
    }
}

impl Stage for Boilerplate {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Buffers { page, scores, verdicts } = scratch.get();
        let language = document.language().map(|language| language.code);
        let reader = Reader::new(&self.cues, TableSet::of(language));
        page.read(document, &reader);
        scores.judge(page);
        let (own, _) = score::threshold(&scores.keep, page);
        decide::decide(page, document.source(), &scores.keep, self.threshold.unwrap_or(own), verdicts);
        for (i, line) in page.lines.iter().enumerate() {
            if let Some(verdict) = verdicts.get(i)
                && self.keep >> verdict.kind as u16 & 1 == 0
            {
                let reason = Reason { stage: "boilerplate", kind: verdict.kind, rule: verdict.rule };
                document.cut(line.span(), reason);
            }
        }
    }
}

/// The features of every line, for those who fit weights.
#[doc(hidden)]
pub fn dump(document: &tamiz_core::Document) -> Vec<Vec<f32>> {
    let cues = cues::Cues::embedded();
    let reader = line::Reader::new(&cues, cues::TableSet::of(None));
    let mut page = page::Page::default();
    page.read(document, &reader);
    let mut f = features::Features::new();
    (0..page.lines.len()).map(|i| features::Features::row(&mut f, &page, i).to_vec()).collect()
}
/// names
#[doc(hidden)]
pub const NAMES: &[&str] = features::NAMES;
