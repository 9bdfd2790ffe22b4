//! Documents, spans, marks with reasons, and the traits that stages implement.
//!
//! The one idea of tamiz lives here: *the source text never changes; spans index it; stages only add marks;
//! rendering happens once, at the end.* [`Document`] keeps its fields to itself, so that "the source is fixed" and
//! "what is cut stays cut" hold by construction, and [`Document::render`] is the only place where text is put
//! together.
//!
//! # What this crate does not know
//! Any language, any stage, any file format. It does no input or output and starts no thread.
//!
//! # Laws
//! Checked for every stage by `tamiz-testkit`:
//! - every span lies within its text, on character boundaries; spans of one list are in order and apart;
//! - rendering loses nothing: each non-blank character of the source is in the clean text (or is the `was` of a
//!   name) or in a removed span, never both;
//! - the patches of a rendered document bring its source back from the clean text, to the byte: [`restore`];
//! - a document without marks renders to its own source, to the byte;
//! - [`Merge`] commutes and associates, and `default` is its identity.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Kind, Marks, Reason, RuleId, Span};
//!
//! let mut document = Document::new("Inicio\nLlovió toda la noche.\n");
//! let reason = Reason { stage: "example", kind: Kind::Navigation, rule: RuleId::new("home") };
//! document.cut(Span::new(0, 6), reason);
//!
//! let rendered = document.render(Marks::REMOVED);
//! assert_eq!(rendered.text, "Llovió toda la noche.\n");
//! let removed = rendered.annotations.removed.unwrap();
//! assert_eq!((removed[0].start, removed[0].end, removed[0].kind), (0, 7, Kind::Navigation));
//! ```

mod closest;
mod count;
mod document;
pub mod eight;
mod explain;
mod hints;
mod json;
mod language;
mod name;
mod offsets;
mod reason;
mod render;
mod restore;
pub mod scan;
mod scratch;
mod span;
mod stage;

pub use closest::closest;
pub use count::{Count, Counter, Key, counted};
pub use document::{Cut, Document, Narrowest, Run};
pub use explain::{Clue, Evidence};
pub use hints::{ClassWords, Container, Element, Hint, Hints, Landmarks, Repeats};
pub use language::{Language, LanguageCode};
pub use name::{Name, NameType, Surface};
pub use reason::{Fate, Kind, Reason, RuleId, intern};
pub use render::{Annotations, LineMark, NameMark, RemovedMark, Rendered, Spelling};
pub use restore::{Misfit, Patch, restore};
pub use scratch::Scratch;
pub use span::Span;
pub use stage::{
    Built, ConfigError, Fit, Learner, Marks, Merge, NoTables, Stage, StageConfig, State, Step, Tables,
};
