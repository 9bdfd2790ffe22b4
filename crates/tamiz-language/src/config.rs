//! The stage's options.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{Built, ConfigError, LanguageCode, Marks, StageConfig, Tables};

use crate::codes;
use crate::engine::Engine;
use crate::stage::LanguageStage;

/// Tells the language of every document, and of every line if asked to; drops documents in other languages than the
/// ones you keep, and cuts lines in another language than their document's, if asked to.
///
/// Codes are BCP 47: `es`, `en`, `zh`; three letters only where no two-letter code exists. Norwegian Bokmål is `no`
/// (`nb` is taken as the same). What has no language at all (numbers, addresses, program code) is `zxx`; what cannot
/// be told is `und`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Languages to keep, such as `["es", "ca"]`: documents in any other language are dropped whole. Never drops a
    /// single line (see `foreign`), and what happens to documents whose language cannot be told is for `on_unknown`
    /// to say. Empty: every document is kept.
    pub keep: Vec<LanguageCode>,
    /// The only languages to choose from, such as `["es", "pt", "en"]`. If you know what your corpus can hold, say it:
    /// a shorter list makes fewer mistakes, most of all in short texts, and is faster. A text in another language is
    /// then taken for the nearest of the list, so the list should also hold languages that you do not want but expect.
    /// Empty: all languages that the stage knows.
    pub languages: Vec<LanguageCode>,
    /// The confidence from 0 to 1 that a document's language needs, such as `0.8`. Below it, the document's language
    /// is `und`. The confidence is that of the choice between the candidates: it cannot tell that a text is in a
    /// language that is none of them.
    pub min_confidence: f64,
    /// What to do with documents whose language cannot be told, because they hold too little text, no language at
    /// all, or are less sure than `min_confidence`: `"keep"` or `"drop"`.
    pub on_unknown: OnUnknown,
    /// Whether to say the language of every line that is not blank, in the output's `lines`. Takes several times as
    /// long, since every line is looked at: a document's language needs a few samples alone.
    pub lines: bool,
    /// What to do with lines in another language than their document's: `"keep"` them; `"mark"` them, which shows
    /// every line's language as `lines = true` does; or `"cut"` them. Lines in no language, and lines too short to tell, stay.
    pub foreign: Foreign,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            keep: Vec::new(),
            languages: Vec::new(),
            min_confidence: 0.0,
            on_unknown: OnUnknown::Keep,
            lines: false,
            foreign: Foreign::Keep,
        }
    }
}

/// What to do with documents whose language cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase")]
pub enum OnUnknown {
    /// Keep them.
    #[default]
    Keep,
    /// Drop them whole.
    Drop,
}

/// What to do with lines in another language than their document's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase")]
pub enum Foreign {
    /// Keep them.
    #[default]
    Keep,
    /// Keep them, and show every line's language in the output.
    Mark,
    /// Cut them.
    Cut,
}

impl StageConfig for Config {
    const NAME: &'static str = "language";

    fn prepare() {
        crate::engine::prepare();
    }

    fn build(self, _: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let languages = known("languages", &self.languages, &mut errors);
        let keep = known("keep", &self.keep, &mut errors);
        for (index, code) in keep.iter().enumerate() {
            if !languages.is_empty() && code.is_language() && !languages.contains(code) {
                errors.push(ConfigError::new(
                    &["keep", &index.to_string()],
                    format!(
                        "`{code}` is to be kept, but is not among `languages`, so no document can be in it"
                    ),
                    format!("add `{code}` to `languages`, or take it out of `keep`"),
                ));
            }
        }
        if !(0.0..=1.0).contains(&self.min_confidence) {
            errors.push(ConfigError::new(
                &["min_confidence"],
                format!("a confidence lies between 0 and 1, and {} does not", self.min_confidence),
                "write a number such as 0.8",
            ));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let lines = self.lines || self.foreign == Foreign::Mark;
        let cut = self.foreign == Foreign::Cut;
        let mut marks = Marks::LANGUAGE;
        if lines {
            marks = marks | Marks::LINES;
        }
        if cut {
            marks = marks | Marks::REMOVED;
        }
        let stage = LanguageStage {
            engine: Engine::new(&languages),
            keep,
            min_confidence: self.min_confidence,
            drop_unknown: self.on_unknown == OnUnknown::Drop,
            lines,
            cut,
        };
        Ok(Built::stage(marks, stage))
    }
}

/// The codes in the spelling that the stage answers with; an error for each that it can never answer.
fn known(option: &str, given: &[LanguageCode], errors: &mut Vec<ConfigError>) -> Vec<LanguageCode> {
    let mut result = Vec::with_capacity(given.len());
    for (index, code) in given.iter().enumerate() {
        let remedy = match codes::find(code.as_str()) {
            Some(known) if known == *code || code.as_str() == "nb" => {
                result.push(known);
                continue;
            }
            Some(known) => format!("write `{known}`: the two-letter code is used where there is one"),
            None => format!("take it out, or use one of: {}", codes::all().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("the stage never answers `{code}`, so no document can be in it");
        errors.push(ConfigError::new(&[option, &index.to_string()], message, remedy));
    }
    result
}
