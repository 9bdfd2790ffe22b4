use tamiz_core::{Built, ConfigError, LanguageCode, Marks, StageConfig, Tables};
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;
use crate::stage::Stage;

/// What to do with names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Mark them, and leave the text as it is.
    #[default]
    Annotate,
    /// Mark them, and bring their spelling to the canonical one.
    Rewrite,
}

/// Marks names.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub mode: Mode,
    pub language: Option<LanguageCode>,
    pub lexicon: Vec<PathBuf>,
    pub threshold: f64,
}

impl Default for Config {
    fn default() -> Self {
        Config { mode: Mode::Annotate, language: None, lexicon: Vec::new(), threshold: 0.93 }
    }
}

impl StageConfig for Config {
    const NAME: &'static str = "names";

    fn build(self, _tables: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        Ok(Built::stage(Marks::NAMES, Stage { user: None, rewrite: self.mode == Mode::Rewrite, language: self.language, threshold: self.threshold }))
    }
}
