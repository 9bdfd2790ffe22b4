//! Whole pipelines through the program that users run, faults and rubbish included; the house's own rules; and the
//! cases that linguists write in Markdown (`cases/<stage>/*.md`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod beginning;
mod cases;
mod check;
mod commands;
mod definitions;
mod faults;
mod guide;
mod house;
mod looking;
mod parquet;
mod report;
mod resume;
mod review;
mod run;
mod shards;
mod storms;
mod support;
