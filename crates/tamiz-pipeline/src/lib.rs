//! From a definition file to checked stages, with a place for every error.
//!
//! A definition is a TOML file: a name and a list of `[[stage]]` tables, each with a `use` key and that stage's
//! options. [`Pipeline::load`] reads it, lets every stage's own config type read its table, builds the stages, and
//! reports every mistake of the file in one go, each with file, line, column, carets and what to do.
//!
//! `[[test]]` tables beside the stages say what has to come of example texts ([`Case`]); whoever can run documents can
//! check them.
//!
//! A `[guard]` table bounds the shares of documents that may be dropped, cut or unreadable ([`Guard`]); whoever runs
//! documents keeps to it.
//!
//! A definition is data: it runs nothing, reads no environment, and names no file outside its own folder unless the
//! caller allows it.
//!
//! # What this crate does not know
//! Any stage: it is given a [`Registry`]. It runs nothing over documents.
//!
//! # Laws
//! - One mistake never hides another, other than behind a syntax error that leaves no table to look into.
//! - A definition that loads has every stage built: nothing can fail later.
//!
//! # Example
//! ```
//! use tamiz_pipeline::{Pipeline, Registry};
//!
//! let registry = Registry::new(&[]);
//! let pipeline = Pipeline::parse("empty.toml", "name = \"empty\"\n", &registry).unwrap();
//! assert_eq!(pipeline.name(), "empty");
//!
//! let mistakes = Pipeline::parse("typo.toml", "nam = \"typo\"\n", &registry).err().unwrap();
//! assert!(mistakes.to_string().contains("typo.toml:1:1"));
//! assert!(mistakes.to_string().contains("did you mean `name`?"));
//! ```

mod case;
mod definition;
mod guard;
mod mistake;
mod options;
mod place;
mod registry;
mod schema;
mod tables;

pub use case::Case;
pub use definition::{Pipeline, PipelineStage};
pub use guard::{Bounds, Guard};
pub use mistake::{LoadError, Mistake, Mistakes, near};
pub use registry::{Entry, OptionDoc, Registry, StageDoc};
pub use tables::Reach;
pub use tamiz_core::closest;
