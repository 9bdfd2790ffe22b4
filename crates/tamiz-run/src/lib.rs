//! Runs pipelines over corpora: in order, on many threads, in bounded memory, losing nothing.
//!
//! [`run`] cleans files into an output directory, [`stream`] one stream into another, [`fit`] lets corpus-level stages
//! learn, [`merge`] joins what they have learned on several machines, and [`bench()`] measures.
//!
//! # The output directory
//! ```text
//! part-00000.jsonl…          documents kept; a new part once one holds 256 MB before compression
//! dropped/part-00000.jsonl…  documents that a stage dropped whole: the record, its `tamiz` with stage, kind, rule
//! residue/part-00000.jsonl.zst  what was taken out of the documents kept, to restore them from: see `tamiz-review`
//! quarantine/part-00000.jsonl  what could not be read: input, line, record, byte offset, reason, remedy, raw bytes
//! _tamiz/manifest.json       what it was made from and what is in it, with checksums; written last
//! _tamiz/report.json         counts, kinds removed, times
//! _tamiz/report.html         the same for people, with documents before and after: see `tamiz-review`
//! ```
//! Parts are written under temporary names (`.part-00000.jsonl.tmp`), synced, renamed, then noted in
//! `_tamiz/journal.jsonl`, which a finished run takes away. A run that was stopped or killed goes on with
//! [`Options::resume`] where its last whole part ended. One part's files have one number in every folder. The output is compressed
//! as the inputs are, if all of them are compressed alike; [`Options::format`] says otherwise.
//!
//! # What this crate does not know
//! Any stage; how the command line is written; what signals a process gets.
//!
//! # Laws
//! - `read = kept + dropped + quarantined`, always. A stage that panics costs the document, not the run.
//! - The same inputs, pipeline and options give the same bytes, whatever the thread count: in parts, `dropped`,
//!   `residue`, `quarantine` and the manifest. The reports hold times, and are not covered.
//! - A run that was killed at any moment and resumed gives the bytes of a run that was not. What stands under its own
//!   name is whole. If the version, the definition, an input or an option that counts has changed, it is refused.
//! - Records come out in the order in which they went in.
//! - Memory is bounded by threads, batch size and the largest record, whatever the corpus.
//! - The outputs of shards 1 to N, joined in order, hold the records of one run in its order.
//!
//! # Example
//! ```
//! use std::io::Cursor;
//! use tamiz_pipeline::{Pipeline, Registry};
//! use tamiz_run::{Options, stream};
//!
//! let pipeline = Pipeline::parse("none.toml", "name = \"none\"", &Registry::new(&[])).unwrap();
//! let input = Cursor::new("{\"id\":\"a\",\"text\":\"Rain.\"}\nno record\n");
//! let (mut output, mut faults) = (Vec::new(), Vec::new());
//! let summary =
//!     stream(&pipeline, input, &mut output, &mut faults, &Options { quiet: true, ..Options::default() });
//! assert_eq!(output, b"{\"id\":\"a\",\"text\":\"Rain.\",\"tamiz\":{}}\n");
//! assert!(faults.starts_with(b"{\"input\":\"-\",\"line\":2,"));
//! let counts = summary.unwrap().counts;
//! assert_eq!((counts.read, counts.kept, counts.quarantined), (2, 1, 1));
//! ```

mod bench;
mod clean;
mod engine;
mod error;
mod fit;
mod guard;
mod journal;
mod learn;
mod lock;
mod options;
mod output;
mod panics;
mod parts;
mod progress;
mod ready;
mod run;
mod runner;
mod stages;
mod state;
mod stream;
mod summary;
mod tally;

pub use bench::{Bench, BenchRow, bench, count_allocations};
pub use error::RunError;
pub use fit::{FitSummary, fit};
pub use options::{Options, Shard};
pub use ready::Ready;
pub use run::run;
pub use runner::{CleanDocument, Lesson, Runner, StageFailure, Worker};
pub use state::{learned, merge};
pub use stream::{print, stream};
pub use summary::Summary;
pub use tally::{Counts, Removed, Seconds, StageTally};
pub use tamiz_formats::html::{Links as HtmlLinks, Options as Html};
pub use tamiz_formats::{Compression, FieldNames, Limits};
