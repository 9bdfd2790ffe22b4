//! `tamiz schema`

use clap::Args;

use crate::REGISTRY;
use crate::command_line::{Failure, Status, print};

/// Print the JSON Schema (draft-07) of definition files, for editors
///
/// An editor with TOML support completes and checks a definition whose first line is
/// `#:schema PATH-OR-URL-OF-THE-SCHEMA`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz schema > pipelines/pipeline.schema.json")]
pub struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<Status, Failure> {
    print(&format!("{:#}\n", REGISTRY.schema()))?;
    Ok(Status::DONE)
}
