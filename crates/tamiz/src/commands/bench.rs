//! `tamiz bench`

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use tamiz_run::{Bench, BenchRow, Options};

use crate::command_line::{Definition, Failure, Status, print};
use crate::commands::work::{Reading, present};
use crate::shown::{several, size};

/// Time every stage of a pipeline, against reading and writing alone
///
/// Measures on the first 64 MiB of the input, held in memory, on one thread, and writes nothing. For every stage: MB/s of
/// text, nanoseconds for a document, times as long as reading and writing alone, the share of the whole time, and how
/// often memory was asked for in a document.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tamiz bench pipelines/news.toml tests/corpus\n  tamiz bench my.toml pages.jsonl.zst --json > before.json\n  tamiz bench my.toml pages.jsonl.zst --compare before.json --allow 10"
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
    /// Show the change from an earlier run, whose --json was kept in this file. What is compared is the time as a
    /// multiple of reading and writing alone, so that another machine or a busy one matters little.
    #[arg(long, value_name = "JSON")]
    compare: Option<PathBuf>,
    /// With --compare: end with status 1 if a stage, or all of it, got slower by more than this many per cent.
    #[arg(long, value_name = "PERCENT", requires = "compare")]
    allow: Option<f64>,
    /// What the corpus-level stages have learned, as `tamiz fit` wrote it.
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    /// Only the first N records.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let pipeline = arguments.definition.load()?;
    present(&arguments.inputs)?;
    let options = Options {
        state: arguments.state.clone(),
        limit: arguments.limit,
        fields: arguments.reading.fields(),
        html: arguments.reading.html(),
        quiet: true,
        ..Options::default()
    };
    // An hour of measuring should not end in a file that cannot be read.
    let earlier = arguments.compare.as_deref().map(earlier).transpose()?;
    let bench = tamiz_run::bench(&pipeline, &arguments.inputs, usize::from(arguments.rounds), &options)
        .map_err(|error| Failure::new(error.to_string()))?;
    if bench.documents == 0 {
        let message =
            "nothing to measure: the input has no document that can be read: `tamiz doctor` says why";
        return Err(Failure::new(message));
    }
    if arguments.json {
        let json = serde_json::to_string_pretty(&bench).map_err(|error| Failure::new(error.to_string()))?;
        print(&format!("{json}\n"))?;
    } else {
        print(&table(&bench, earlier.as_ref()))?;
    }
    if let (Some(earlier), Some(percent)) = (&earlier, arguments.allow) {
        let slower = slower(&bench, earlier, percent);
        for message in &slower {
            writeln!(anstream::stderr(), "{message}")?;
        }
        if !slower.is_empty() {
            return Ok(Status::FOUND);
        }
    }
    Ok(Status::DONE)
}

/// What an earlier run has measured.
fn earlier(path: &Path) -> Result<Bench, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}: check the path", path.display())))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let remedy = "name what `tamiz bench --json` has written";
        Failure::new(format!("{} is no bench of tamiz: {error}: {remedy}", path.display()))
    })
}

/// The table, beside an earlier one where there is one.
fn table(bench: &Bench, earlier: Option<&Bench>) -> String {
    let counts = bench.stages.iter().any(|stage| stage.allocations_per_document.is_some());
    let mut table = format!(
        "{}, {} of text, one thread, fastest of the rounds\n\n{:<22}{:>10}{:>14}{:>9}{:>8}",
        several(bench.documents, "document"),
        size(bench.text_bytes),
        "",
        "MB/s",
        "ns/document",
        "x floor",
        "share"
    );
    if counts {
        let _ = write!(table, "{:>16}", "allocs/document");
    }
    if earlier.is_some() {
        let _ = write!(table, "{:>14}{:>8}", "x floor then", "now");
    }
    table.push('\n');
    let mut row = |row: &BenchRow, before: Option<&BenchRow>, indent: &str, share: bool| {
        let share = if share { format!("{:.0} %", 100.0 * row.share) } else { String::new() };
        let _ = write!(
            table,
            "{:<22}{:>10.1}{:>14.0}{:>9.2}{share:>8}",
            format!("{indent}{}", row.name),
            row.megabytes_per_second,
            row.nanoseconds_per_document,
            row.times_floor
        );
        if counts {
            let allocations = row.allocations_per_document.map(|count| format!("{count:.1}"));
            let _ = write!(table, "{:>16}", allocations.unwrap_or_default());
        }
        if earlier.is_some() {
            let _ = match before {
                Some(before) => write!(table, "{:>14.2}{:>8}", before.times_floor, change(before, row)),
                None => write!(table, "{:>14}", "new"),
            };
        }
        table.push('\n');
    };
    let find = |rows: fn(&Bench) -> &Vec<BenchRow>, name: &str| {
        earlier.and_then(|earlier| rows(earlier).iter().find(|row| row.name == name))
    };
    for part in &bench.floor {
        row(part, find(|bench| &bench.floor, &part.name), "  ", false);
    }
    row(&bench.floor_total, earlier.map(|earlier| &earlier.floor_total), "", true);
    for stage in &bench.stages {
        row(stage, find(|bench| &bench.stages, &stage.name), "  ", true);
    }
    row(&bench.total, earlier.map(|earlier| &earlier.total), "", true);
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How a part's time has changed, as a multiple of the floor.
fn change(before: &BenchRow, now: &BenchRow) -> String {
    if before.times_floor == 0.0 {
        return String::new();
    }
    format!("{:+.0} %", 100.0 * (now.times_floor / before.times_floor - 1.0))
}

/// The stages, and the whole, that take more than so much longer than before, as a multiple of the floor.
fn slower(bench: &Bench, earlier: &Bench, percent: f64) -> Vec<String> {
    let rows = bench.stages.iter().chain([&bench.total]);
    let before = |name: &str| earlier.stages.iter().chain([&earlier.total]).find(|row| row.name == name);
    rows.filter_map(|row| Some((row, before(&row.name)?)))
        .filter(|(row, before)| row.times_floor > before.times_floor * (1.0 + percent / 100.0))
        .map(|(row, before)| format!("{} is slower than before: {}", row.name, change(before, row)))
        .collect()
}
