//! Runs over corpora of trouble, with stages made for it.

mod learning;
mod output;
mod stages;
mod streams;
