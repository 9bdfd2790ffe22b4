#![allow(missing_docs)]
pub mod build;
mod config;
mod evidence;
mod fold;
mod hash;
mod index;
mod lexicon;
mod parts;
mod phones;
mod scan;
mod similarity;
mod spanish;
mod stage;
mod token;
mod words;
pub use config::{Config, Mode};
pub use similarity::{Matcher, similarity};
pub use stage::Names;
