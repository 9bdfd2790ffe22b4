//! The stage's options.

use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use tamiz_core::{Built, ConfigError, Kind, Marks, StageConfig, Tables};

use crate::Boilerplate;
use crate::model::{self, Weights};
use crate::tables::CueTables;

/// Removes what surrounds a page's content: navigation, advertisements, teasers, related headlines, captions,
/// bylines, interface, promotion, notices and comments.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Kinds of furniture to leave in the text, for example `keep = ["caption", "byline"]`. All other kinds go.
    pub keep: Vec<Kind>,
    /// How likely, from 0 to 1, a line has to be content to stay, such as `0.5`: 0.3 keeps more, 0.7 keeps less. Without
    /// it, the stage chooses for every page: about even odds where the page reads like an article, lower where it does not,
    /// so that pages of an unfamiliar shape keep their text. Lines that a cue names (a cookie banner, a "read more")
    /// go either way.
    pub threshold: Option<f64>,
    /// How sure, from 0 to 1, the stage has to be of a page as a whole before it cuts lines that no cue names. It
    /// knows for every page what score (token F1) its own choice can be expected to reach: below `confidence`, the
    /// page keeps its lines. 0 always cuts; 0.8 leaves pages of unfamiliar shape alone, such as lists and forums.
    pub confidence: f64,
    /// A model trained on labelled pages of your own with `tamiz train boilerplate`, for example
    /// `model = "my-sites.model"`. A relative path is relative to the definition. Without it, the built-in one.
    pub model: Option<PathBuf>,
    /// Tables with cues of your own, laid over the built-in ones, for example `cues = ["my-cues.tsv"]`. A relative
    /// path is relative to the definition. Each row is `id`, `pattern`, `must match`, `must not match` and `note`
    /// with tabs between them; the ids and the notation are those of the built-in tables.
    pub cues: Vec<PathBuf>,
}

impl StageConfig for Config {
    const NAME: &'static str = "boilerplate";

    fn prepare() {
        model::embedded();
    }

    fn build(self, tables: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        if let Some(threshold) = self.threshold
            && !(0.0..=1.0).contains(&threshold)
        {
            errors.push(ConfigError::new(
                &["threshold"],
                format!("the threshold {threshold} is no probability"),
                "write a number from 0 to 1, or leave the option out",
            ));
        }
        if !(0.0..=1.0).contains(&self.confidence) {
            errors.push(ConfigError::new(
                &["confidence"],
                format!("the confidence {} does not lie between 0 and 1", self.confidence),
                "write a number from 0 to 1, or leave the option out",
            ));
        }
        for (number, kind) in self.keep.iter().enumerate() {
            if matches!(kind, Kind::Repeated | Kind::Rule) {
                errors.push(ConfigError::new(
                    &["keep", &number.to_string()],
                    format!("this stage never removes text of the kind `{kind}`"),
                    "delete it here: lines of this kind are removed by another stage",
                ));
            }
        }
        let cues = if self.cues.is_empty() {
            Ok(CueTables::embedded())
        } else {
            CueTables::with(&self.cues, tables)
        };
        let model = match &self.model {
            None => Ok(model::embedded()),
            Some(path) => tables.read(path).and_then(|text| Weights::from_text(&text)).map(Arc::new),
        };
        let model = model.map_err(|message| {
            errors.push(ConfigError::new(
                &["model"],
                message,
                "name a file that `tamiz train boilerplate` of this version has written, relative to the definition",
            ));
        });
        match (cues, model) {
            (Ok(cues), Ok(model)) if errors.is_empty() => {
                let threshold = self.threshold.map(|threshold| threshold as f32);
                let stage = Boilerplate::new(cues, model, &self.keep, threshold, self.confidence as f32);
                Ok(Built::stage(Marks::REMOVED, stage))
            }
            (Err(more), _) => {
                errors.extend(more);
                Err(errors)
            }
            _ => Err(errors),
        }
    }
}
