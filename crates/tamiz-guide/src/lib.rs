//! The documentation site, built from the repository by one command, and the template from which a new stage starts.
//!
//! Chapters are Markdown in `book/`; the how-to of each stage is the `README.md` of its crate; the reference of
//! commands, stages and options is what the program says of itself. So there is one place for each sentence, and the
//! site cannot fall behind. Every command and definition in the chapters is run by `tests/suite/guide.rs`.
//!
//! # What this crate does not know
//! How any stage works. It needs nothing from the network and puts nothing on the pages that would.
//!
//! # Example
//! ```
//! let site = tamiz_guide::site().unwrap();
//! assert!(site.iter().any(|page| page.path == "index.html" && page.html.contains("<h1")));
//! ```

mod chapters;
mod page;
mod reference;
pub mod stage;

pub use chapters::{Chapter, chapters};
pub use page::{Page, site};
