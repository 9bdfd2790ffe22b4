//! Laws that every stage and every state must keep. For tests only.
//!
//! A stage crate runs all of them with one test:
//!
//! ```no_run
//! # struct Config; use tamiz_core::*;
//! # #[derive(Default)] struct MyStage; impl Stage for MyStage { fn apply(&self, _: &mut Document, _: &mut Scratch) {} }
//! tamiz_testkit::check_stage(&MyStage::default(), Marks::REMOVED);
//! ```
//!
//! # What this crate does not know
//! What any stage is for. It only knows what none of them may do.

pub mod laws;
pub mod text;

pub use laws::{check_merge, check_stable, check_stage};
