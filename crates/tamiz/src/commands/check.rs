//! `tamiz check`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use tamiz_pipeline::{LoadError, Pipeline};

use crate::REGISTRY;
use crate::command_line::{Failure, Status, print, reach};
use crate::trial;

/// Load and validate definitions without touching any data
///
/// Every mistake of every file is shown in one run, with its line, column and remedy.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz check pipelines/*.toml\n  tamiz check my-site.toml --test")]
pub struct Arguments {
    /// Definition files.
    #[arg(value_name = "PIPELINE", required = true)]
    pipelines: Vec<PathBuf>,
    /// Let the definitions name files outside their own folders.
    #[arg(long)]
    allow_outside: bool,
    /// Also run the `[[test]]` tables of the definitions: each has an `input` and the `output` or the `removed` lines
    /// that have to come of it.
    #[arg(long)]
    test: bool,
    /// Say nothing of definitions that are in order.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let mut status = Status::DONE;
    let mut messages = anstream::stderr();
    for path in &arguments.pipelines {
        match Pipeline::load(path, &REGISTRY, reach(arguments.allow_outside)) {
            Ok(pipeline) => {
                if !arguments.quiet {
                    print(&format!("{}: {}\n", path.display(), summary(&pipeline)))?;
                }
                if arguments.test && !test(path, &pipeline, arguments.quiet)? {
                    status = Status::FOUND;
                }
            }
            Err(LoadError::Mistakes(mistakes)) => {
                status = Status::FOUND;
                writeln!(messages, "{}\n", mistakes.render(true))?;
            }
            Err(LoadError::Unreadable(message)) => return Err(Failure::new(message)),
        }
    }
    Ok(status)
}

/// Runs a definition's own tests; whether all of them hold.
fn test(path: &Path, pipeline: &Pipeline, quiet: bool) -> Result<bool, Failure> {
    let mut failed = 0;
    for case in pipeline.cases() {
        let faults = trial::run(pipeline, case);
        failed += usize::from(!faults.is_empty());
        for fault in faults {
            writeln!(anstream::stderr(), "{}:{}: test `{}`: {fault}", path.display(), case.line, case.name)?;
        }
    }
    let count = pipeline.cases().len();
    let told = match (count, failed) {
        (0, _) => "no test: add a `[[test]]` table with an input and what has to come of it".to_owned(),
        (_, 0) => format!("{count} of {count} tests pass"),
        _ => format!("{failed} of {count} tests fail"),
    };
    if !quiet || failed > 0 {
        print(&format!("{}: {told}\n", path.display()))?;
    }
    Ok(failed == 0)
}

fn summary(pipeline: &Pipeline) -> String {
    let stages: Vec<&str> = pipeline.stages().iter().map(|stage| stage.name).collect();
    match stages.as_slice() {
        [] => "in order; no stage, so documents pass through as they are".into(),
        stages => format!("in order; {}", stages.join(" → ")),
    }
}
