//! `tamiz check`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use tamiz_pipeline::{LoadError, Pipeline};

use crate::REGISTRY;
use crate::command_line::{Failure, Status, print, reach};

/// Load and validate definitions without touching any data
///
/// Every mistake of every file is shown in one run, with its line, column and remedy.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz check pipelines/*.toml")]
pub struct Arguments {
    /// Definition files.
    #[arg(value_name = "PIPELINE", required = true)]
    pipelines: Vec<PathBuf>,
    /// Let the definitions name files outside their own folders.
    #[arg(long)]
    allow_outside: bool,
    /// Say nothing of definitions that are in order.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let mut status = Status::DONE;
    let mut messages = anstream::stderr();
    for path in &arguments.pipelines {
        match Pipeline::load(path, &REGISTRY, reach(arguments.allow_outside)) {
            Ok(pipeline) if !arguments.quiet => {
                print(&format!("{}: {}\n", path.display(), summary(&pipeline)))?;
            }
            Ok(_) => {}
            Err(LoadError::Mistakes(mistakes)) => {
                status = Status::FOUND;
                writeln!(messages, "{}\n", mistakes.render(true))?;
            }
            Err(LoadError::Unreadable(message)) => return Err(Failure::new(message)),
        }
    }
    Ok(status)
}

fn summary(pipeline: &Pipeline) -> String {
    let stages: Vec<&str> = pipeline.stages().iter().map(|stage| stage.name).collect();
    match stages.as_slice() {
        [] => "in order; no stage, so documents pass through as they are".into(),
        stages => format!("in order; {}", stages.join(" → ")),
    }
}
