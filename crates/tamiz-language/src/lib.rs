//! Marks the language of documents, and of their lines.
//!
//! The script is looked at first: Greek, Thai, Korean and twenty more tell their language alone. For Latin, Cyrillic,
//! Arabic and Devanagari, tables of letter n-grams (`models/`) give each language its likelihood, and words that one
//! language has and its neighbours lack (`tables/words/`) break ties. whatlang is the second opinion: for Hebrew
//! script, and for languages that the tables do not know. A document's language comes from a sample at eight places,
//! which grows only while the answer is unsure. A line that a glance does not set against its document takes its language;
//! another is read whole, with the document's language as what to expect.
//! What holds no words, or is program code, is `zxx` before anything is guessed.
//!
//! # What this crate does not know
//! - Languages beyond its 84: Breton, Frisian, Kurdish, Occitan, Pashto, Tajik and others are taken for a neighbour,
//!   often with high confidence, since the confidence is that of the choice between candidates.
//! - Languages written in a script that is not their usual one: Hindi or Russian in Latin letters, Serbian only in
//!   its two own scripts. Nor regional variants: Brazilian from European Portuguese, traditional Chinese from simplified.
//! - A change of language within a line. A line in two languages gets the one that it has more of.
//! - What is prose and what is a menu: that is for other stages to say.
//!
//! The `README.md` of the crate names the languages and the measured confusions.
//!
//! # Laws
//! - A document's language rests on what is still kept; every non-blank line of the source has a label, if lines have.
//! - `keep` drops documents, never a line; `foreign = "cut"` cuts whole lines, and never those in no language.
//! - The same text gets the same answer, whatever thread and order; time is linear in the text.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, NoTables, Scratch, StageConfig, Step};
//! use tamiz_language::Config;
//!
//! let config = Config { lines: true, ..Config::default() };
//! let Ok(built) = config.build(&NoTables) else { panic!("the options are good") };
//! let Step::Ready(stage) = built.step else { panic!("the stage needs no corpus") };
//!
//! let mut document = Document::new("Ayer llovió en toda la costa y hoy ha salido el sol.\n12.50 | 08:15\nSuscríbete");
//! stage.apply(&mut document, &mut Scratch::default());
//! assert_eq!(document.language().unwrap().code.as_str(), "es");
//! let lines: Vec<_> = document.line_languages().iter().map(|(_, code)| code.as_str()).collect();
//! assert_eq!(lines, ["es", "zxx", "es"]);
//! ```

mod codes;
mod config;
mod engine;
mod lexicon;
mod model;
mod script;
mod stage;
#[cfg(test)]
mod tests;
#[cfg(feature = "lingua")]
mod wider;
mod words;

pub use config::{Config, Foreign, OnUnknown};
