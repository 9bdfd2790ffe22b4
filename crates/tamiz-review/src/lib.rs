//! Reads what a run has left in its output directory: restores the originals, proves that all of them come back,
//! compares two runs, and shows a run as a page.
//!
//! # Residue
//! Beside every part stands what was taken from its documents, in `residue/part-00000.jsonl.zst`…: one line for each
//! document kept, in the same order, with the document's `id`, the `checksum` of its original text (XXH3, 128 bits,
//! hexadecimal) and the `patches` that bring it back from the clean text ([`tamiz_core::restore`]). The original is
//! the text as the stages saw it: of a JSONL record its `text`, of an HTML page the text of its blocks. Of such a page the
//! `hints` stand there too, so that one who asks why can take it through the stages again as the run saw it.
//!
//! # What this crate does not know
//! Any stage, pipelines, how a run works; how anything is put to a terminal.
//!
//! # Laws
//! - What [`verify()`] passes, [`restore()`] gives back to the byte.
//! - Memory is bounded by the largest document, but for [`diff()`], which also holds what one run has and the other has
//!   not reached yet.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Kind, Marks, Reason, RuleId, Span, restore};
//! use tamiz_review::{Residue, checksum};
//!
//! let mut document = Document::new("Menu\nRain.\n");
//! document.cut(Span::new(0, 4), Reason { stage: "rules", kind: Kind::Rule, rule: RuleId::new("menu") });
//! let rendered = document.render(Marks::REMOVED);
//! let mut line = Vec::new();
//! Residue::of("\"a\"", &document, &rendered).write(&mut line).unwrap();
//! let residue: Residue<'_> = serde_json::from_slice(&line).unwrap();
//! let restored = restore(&rendered.text, &residue.patches).unwrap();
//! assert_eq!((restored.as_str(), checksum(&restored)), ("Menu\nRain.\n", residue.checksum.into_owned()));
//! ```

mod diff;
mod documents;
mod hints;
mod output;
mod report;
mod residue;
mod restore;
mod verify;

pub use diff::{Change, Diff, LineChange, Verdict, diff};
pub use documents::{Documents, DroppedFor, Kept, Language, Marks, NameMark, Removed, Stored, site_of};
pub use output::{Manifest, OutputDir, OutputFile, Pipeline, ReviewError};
pub use report::report;
pub use residue::{Nearest, Residue, checksum};
pub use restore::{find, ids, quarantined, restore};
pub use verify::{Proof, verify};
