#![allow(missing_docs)]
pub mod build;
mod fold;
mod hash;
mod parts;
mod phones;
mod similarity;
mod spanish;
pub use similarity::{Matcher, similarity};
