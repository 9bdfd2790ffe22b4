//! `tamiz bench`

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use tamiz_run::{Bench, BenchRow, Options};

use crate::command_line::{Definition, Failure, Status, print};
use crate::commands::work::Work;

/// Time every stage of a pipeline, against reading and writing alone
///
/// Measures on the first 64 MiB of the input, held in memory, on one thread, and writes nothing.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tamiz bench pipelines/news.toml tests/corpus\n  tamiz bench my.toml pages.jsonl.zst --json"
)]
pub struct Arguments {
    #[command(flatten)]
    definition: Definition,
    /// Files, folders or globs.
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// Times to run; the fastest counts.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// What the corpus-level stages have learned, as `tamiz fit` wrote it.
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    work: Work,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let pipeline = arguments.definition.load()?;
    let options = Options { state: arguments.state.clone(), quiet: true, ..arguments.work.options()? };
    let bench = tamiz_run::bench(&pipeline, &arguments.inputs, usize::from(arguments.rounds), &options)
        .map_err(|error| Failure::new(error.to_string()))?;
    if arguments.json {
        let json = serde_json::to_string_pretty(&bench).map_err(|error| Failure::new(error.to_string()))?;
        print(&format!("{json}\n"))?;
    } else {
        print(&table(&bench))?;
    }
    Ok(Status::DONE)
}

fn table(bench: &Bench) -> String {
    let mut table = format!(
        "{} documents, {:.1} MB of text, one thread, fastest of the rounds\n\n{:<22}{:>12}{:>16}{:>10}\n",
        bench.documents,
        bench.text_bytes as f64 / 1e6,
        "",
        "MB/s",
        "ns/document",
        "x floor"
    );
    let mut row = |row: &BenchRow, indent: &str| {
        let _ = writeln!(
            table,
            "{:<22}{:>12.1}{:>16.0}{:>10.2}",
            format!("{indent}{}", row.name),
            row.megabytes_per_second,
            row.nanoseconds_per_document,
            row.times_floor
        );
    };
    bench.floor.iter().for_each(|part| row(part, "  "));
    row(&bench.floor_total, "");
    bench.stages.iter().for_each(|stage| row(stage, "  "));
    row(&bench.total, "");
    table
}
