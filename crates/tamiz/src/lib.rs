//! The registry of stages, and the command line over it.
//!
//! Adding a stage is a line in this crate's `Cargo.toml` and a row in [`REGISTRY`].
//!
//! # What this crate does not know
//! How any stage works, how documents are read, or how a run is driven: it joins the crates that do.
//!
//! # Example
//! ```
//! let pipeline = tamiz::parse("name = \"quick\"\n[[stage]]\nuse = \"rules\"\n").unwrap();
//! assert_eq!(pipeline.stages()[0].name, "rules");
//! ```

pub mod command_line;
mod commands;
mod examine;
mod outdir;
mod page;
mod shown;
mod trial;

use tamiz_pipeline::{Entry, Mistakes, Pipeline, Registry};

/// Every stage that a definition can name.
pub static REGISTRY: Registry = Registry::new(&[
    Entry::of::<tamiz_language::Config>(),
    Entry::of::<tamiz_boilerplate::Config>(),
    Entry::of::<tamiz_repeats::Config>(),
    Entry::of::<tamiz_rules::Config>(),
    Entry::of::<tamiz_sentences::Config>(),
    Entry::of::<tamiz_names::Config>(),
]);

/// Reads a definition from memory, with all of tamiz's stages.
///
/// # Errors
/// Every mistake of the definition.
pub fn parse(definition: &str) -> Result<Pipeline, Mistakes> {
    Pipeline::parse("definition", definition, &REGISTRY)
}
