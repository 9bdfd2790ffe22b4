//! `tamiz fit` and `tamiz merge`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use tamiz_core::{Learner, Step};
use tamiz_run::Options;

use crate::command_line::{Definition, Failure, Status};
use crate::commands::work::{Learning, Work, present};

/// Let the corpus-level stages learn, and write what they have learned
///
/// The first of two passes: `tamiz run --state STATE` is the second. On many machines, fit each part by itself and join
/// the states with `tamiz merge`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tamiz fit site.toml crawl/ -o crawl.state
  tamiz fit site.toml crawl/ -o 3.state --shard 3/16")]
pub struct FitArguments {
    #[command(flatten)]
    definition: Definition,
    /// Files, folders or globs.
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// The file to write.
    #[arg(long, short, value_name = "STATE")]
    output: PathBuf,
    /// What stages further up have learned already.
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    learning: Learning,
    #[command(flatten)]
    work: Work,
}

pub(crate) fn fit(arguments: &FitArguments) -> Result<Status, Failure> {
    let pipeline = arguments.definition.load()?;
    present(&arguments.inputs)?;
    let options = arguments.learning.apply(arguments.work.options()?);
    let options = Options { state: arguments.state.clone(), ..options };
    let summary = tamiz_run::fit(&pipeline, &arguments.inputs, &arguments.output, &options)
        .map_err(|error| Failure::new(error.to_string()))?;
    if !options.quiet {
        let learned =
            if summary.learned == 1 { "1 stage".into() } else { format!("{} stages", summary.learned) };
        let documents = summary.counts.kept;
        let _ = writeln!(
            io::stderr(),
            "{learned} learned from {documents} documents: {}",
            arguments.output.display()
        );
        if summary.left > 0 {
            let _ = writeln!(
                io::stderr(),
                "{} still to learn, once this is merged with the other parts",
                summary.left
            );
        }
    }
    Ok(Status::of(summary.exit_status()))
}

/// Join what was learned on several machines
///
/// Any grouping and order of the states gives the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz merge *.state -o all.state")]
pub struct MergeArguments {
    /// Files that `tamiz fit` or `tamiz merge` wrote.
    #[arg(value_name = "STATE", required = true)]
    states: Vec<PathBuf>,
    /// The file to write.
    #[arg(long, short, value_name = "STATE")]
    output: PathBuf,
    #[command(flatten)]
    learning: Learning,
}

pub(crate) fn merge(arguments: &MergeArguments) -> Result<Status, Failure> {
    let options = arguments.learning.apply(Options::default());
    tamiz_run::merge(&arguments.states, &arguments.output, &options, learner)
        .map_err(|error| Failure::new(error.to_string()))?;
    Ok(Status::DONE)
}

/// The learner of a stage. States of a stage merge in one way, whatever its options.
fn learner(stage: &str) -> Option<Box<dyn Learner>> {
    crate::REGISTRY.get(stage)?;
    // `names` learns only if it is asked to.
    ["", "corpus = true\n"].iter().find_map(|option| {
        let pipeline = crate::parse(&format!("[[stage]]\nuse = \"{stage}\"\n{option}")).ok()?;
        pipeline.into_stages().into_iter().find_map(|stage| match stage.step {
            Step::Learner(learner) => Some(learner),
            Step::Ready(_) | Step::Counter(_) => None,
        })
    })
}
