//! Marks sentences.

mod closers;
mod guess;
mod labels;
mod lexicon;
mod marks;
mod split;
mod stage;
mod words;

pub use stage::{Config, Sentences};
