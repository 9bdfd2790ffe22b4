//! Runs over corpora of trouble, with stages made for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod learning;
mod output;
mod stages;
mod streams;
