//! The options of the stage.

use std::path::PathBuf;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{Built, ConfigError, LanguageCode, Marks, StageConfig, Tables};

use crate::corpus::Learner;
use crate::lexicon::{Lexicon, SHIPPED};
use crate::stage::{Options, Stage};
use crate::words::WORDS;

/// What to do with names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase")]
pub enum Mode {
    /// Mark them, and leave the text as it is.
    #[default]
    Annotate,
    /// Mark them, and bring their spelling to the canonical one, part by part.
    Rewrite,
}

/// Marks names of people, places and organizations, links their spellings, and can bring them to one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `"annotate"` marks names and leaves the text as it is; `"rewrite"` also changes their spelling in the text:
    /// "Sergei Shoigu" becomes "Serguéi Shoigú" in Spanish, "Shoigu" alone becomes "Shoigú". Never in addresses,
    /// handles or code. Every change keeps the old spelling under `was`.
    pub mode: Mode,
    /// The language whose spelling names are brought to, such as `"es"`. By default the document's own, as the
    /// `language` stage has told it, or else as the words of the text do.
    pub language: Option<LanguageCode>,
    /// Lexicons of your own, which go before the built-in one: files of lines
    /// `id ⇥ type ⇥ canonical ⇥ variants`, with tabs between. The type is `person`, `place` or `organization`; the
    /// canonical form may differ by language (`es=Pekín;en=Beijing`); variants have a `|` between them. Example:
    /// `lexicon = ["our-names.tsv"]`.
    pub lexicon: Vec<PathBuf>,
    /// How sure a new spelling has to be before the text is changed, from 0 to 1. 0.98 takes only what tables say;
    /// 0.96 takes also the lexicon's forms of places and accents that other mentions in the document have; the default
    /// of 0.93 takes also spellings that sound alike in the document, and slips of one letter.
    pub threshold: f64,
    /// Also learn from the whole corpus: which spellings of full names are one person, which surnames only one person
    /// bears, and which words are names by their capitals. In a first pass of `tamiz run`, or once with `tamiz fit` and
    /// then `--state`; `tamiz names lexicon STATE` shows what was learned, as a table that can be corrected and given
    /// back as `lexicon`.
    pub corpus: bool,
    /// Whether a tagger decides which words are names, beside the rules that propose them: in German, English, French,
    /// Italian, Polish, Portuguese and Russian; in other languages there is none. `false` leaves all to the rules. The
    /// stage then takes two thirds of the instructions on English pages and two fifths on German ones, and is wrong
    /// more often: F1 with the type falls by .05 (English, German) to .17 (Russian) on texts of news and
    /// encyclopedias.
    pub tagger: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            mode: Mode::Annotate,
            language: None,
            lexicon: Vec::new(),
            threshold: 0.93,
            corpus: false,
            tagger: true,
        }
    }
}

impl StageConfig for Config {
    const NAME: &'static str = "names";

    fn prepare() {
        LazyLock::force(&SHIPPED);
        LazyLock::force(&WORDS);
    }

    fn build(self, tables: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        if !(0.0..=1.0).contains(&self.threshold) {
            errors.push(ConfigError::new(
                &["threshold"],
                format!("{} is no share", self.threshold),
                "write a number from 0 to 1, such as 0.93",
            ));
        }
        let (mut user, mut read) = (Lexicon::of_user(), Vec::new());
        for (number, path) in self.lexicon.iter().enumerate() {
            let at = ["lexicon", &number.to_string()];
            match tables.read(path) {
                // A user's lexicon is read once and used in every document: it lives as long as the program.
                Ok(text) => {
                    let text = Box::leak(text.into_boxed_str());
                    read.push((path.display().to_string(), &*text));
                    for (line, message) in user.add(text).err().unwrap_or_default() {
                        errors.push(ConfigError::new(
                            &at,
                            format!("{}:{line}: {message}", path.display()),
                            "write id, type, canonical form and variants with tabs between",
                        ));
                    }
                }
                Err(message) => {
                    errors.push(ConfigError::new(
                        &at,
                        message,
                        "check the path, relative to the definition file",
                    ));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let options = Options {
            user: (!user.is_empty()).then_some(user),
            tables: read,
            rewrite: self.mode == Mode::Rewrite,
            language: self.language,
            threshold: self.threshold,
            tagger: self.tagger,
        };
        Ok(match self.corpus {
            true => Built::fit(Marks::NAMES, Learner { options }),
            false => Built::stage(Marks::NAMES, Stage { options, corpus: None }),
        })
    }
}
