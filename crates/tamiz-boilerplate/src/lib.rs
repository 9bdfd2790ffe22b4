//! The learned line labeller; the stage around it follows.
pub mod model;
