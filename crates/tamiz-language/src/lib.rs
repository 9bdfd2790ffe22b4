//! Marks the language of documents, and of their lines.

mod codes;
mod config;
mod engine;
mod lexicon;
mod model;
mod script;
mod stage;
mod words;

pub use config::{Config, Foreign, OnUnknown};
