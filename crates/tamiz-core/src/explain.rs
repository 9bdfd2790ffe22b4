//! What a stage goes by, for people who ask why.

use crate::{RuleId, Span};

/// Something in a document that a stage goes by.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The text that it is about, in bytes of the source: a line, or what a pattern matched.
    pub span: Span,
    /// What it is.
    pub what: Clue,
}

/// What a stage goes by.
#[derive(Clone, Debug, PartialEq)]
pub enum Clue {
    /// The text was given a score, and is kept from `threshold` on.
    Score {
        /// From 0 (surely furniture) to 1 (surely content).
        score: f32,
        /// What it is measured by, here.
        threshold: f32,
    },
    /// A row of a table matches.
    Row {
        /// The rule that the row belongs to.
        rule: RuleId,
        /// The table, as its crate or the definition names it.
        table: String,
        /// The line in the table, from 1.
        line: usize,
        /// The row's pattern.
        pattern: String,
    },
    /// The text was counted over the corpus.
    Count {
        /// The rule that goes by it.
        rule: RuleId,
        /// How often it was met.
        count: u64,
        /// Of how many.
        of: u64,
        /// The rule goes by it from here on.
        least: u64,
    },
    /// An option of the definition says so.
    Option {
        /// The rule.
        rule: RuleId,
        /// The keys and positions that lead to the option, such as `["rule", "2", "pattern"]`.
        at: Vec<String>,
        /// What it says.
        says: String,
    },
    /// A rule of the stage's own, which stands in no table.
    Rule {
        /// The rule.
        rule: RuleId,
        /// What it makes of the text, as the rest of a sentence that begins with the text: `ends a sentence`.
        says: &'static str,
    },
}
