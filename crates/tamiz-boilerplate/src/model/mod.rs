//! The learned line labeller: which lines of a page are content, by the page's structure and a few cues.
//!
//! It knows no language and no site. [`Features`](features::Features) turns a page's lines into numbers, the network in
//! [`net`] into probabilities, and [`decode`] into a threshold of the page's own.

mod decode;
mod features;
pub(crate) mod math;
mod net;
mod weights;

#[cfg(feature = "train")]
pub mod train;
