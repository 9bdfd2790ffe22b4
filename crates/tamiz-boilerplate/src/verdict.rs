//! What was decided of each line so far.

use tamiz_core::{Kind, RuleId};

/// Why a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) rule: RuleId,
    /// Whether the line's score is what decided.
    pub(crate) by_score: bool,
}

/// A verdict or none for every line of a page. The first verdict on a line stays.
#[derive(Default)]
pub(crate) struct Verdicts(Vec<Option<Verdict>>);

impl Verdicts {
    pub(crate) fn reset(&mut self, lines: usize) {
        self.0.clear();
        self.0.resize(lines, None);
    }

    pub(crate) fn mark(&mut self, line: usize, verdict: Verdict) {
        self.0[line].get_or_insert(verdict);
    }

    pub(crate) fn get(&self, line: usize) -> Option<Verdict> {
        self.0[line]
    }
}
