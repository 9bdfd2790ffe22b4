//! Marks sentences.

mod guess;
mod lexicon;
mod marks;
mod split;
mod stage;

pub use stage::{Config, Sentences};
