//! `tamiz run`

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use tamiz_core::{Kind, closest};
use tamiz_run::{Compression, Options, Summary};

use crate::command_line::{Definition, Failure, Status};
use crate::commands::work::{Learning, Work, present, size};
use crate::shown::{several, size as size_of, thousands};

/// Clean documents with a pipeline
///
/// INPUT is a file, a folder (read with all below it) or a glob: JSON Lines, text, HTML, WARC or WET, plain, .gz or .zst,
/// or Parquet. `-` is
/// JSON Lines on standard input. With `-o -` documents go to standard output, in input order.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tamiz run pipelines/news-es.toml pages/ -o clean
  tamiz run pipelines/news.toml 'crawl/*.jsonl.zst' -o clean --threads 8
  zcat pages.jsonl.gz | tamiz run my.toml - -o - > clean.jsonl")]
pub struct Arguments {
    #[command(flatten)]
    definition: Definition,
    /// Files, folders, globs, or `-` for standard input.
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// The folder to write to, or `-` for standard output.
    #[arg(long, short, value_name = "OUTDIR")]
    output: PathBuf,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    learning: Learning,
    /// What the corpus-level stages have learned, as `tamiz fit` wrote it. Without it they learn in a first pass.
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    /// Replace what an earlier run wrote to OUTDIR.
    #[arg(long, conflicts_with = "resume")]
    overwrite: bool,
    /// Go on with what an earlier run, stopped or killed, left unfinished in OUTDIR.
    #[arg(long)]
    resume: bool,
    /// A new part is begun once one holds this much before compression. 256MB if left out.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    part: Option<u64>,
    /// How to write documents: jsonl, jsonl.gz, jsonl.zst or parquet. Without it JSON Lines, compressed as the inputs
    /// are.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<OutputFormat>,
    /// Do not keep what is taken out: saves space, but originals cannot be restored from the output.
    #[arg(long)]
    no_residue: bool,
}

/// How documents are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OutputFormat {
    Lines(Compression),
    Parquet,
}

fn format(name: &str) -> Result<OutputFormat, String> {
    match name {
        "parquet" if cfg!(feature = "parquet") => Ok(OutputFormat::Parquet),
        "parquet" => Err("this program was built without its feature `parquet`: write jsonl.zst".into()),
        _ => Compression::of_output(name).map(OutputFormat::Lines).ok_or_else(|| {
            match closest(name, ["jsonl", "jsonl.gz", "jsonl.zst", "parquet"]) {
                Some(near) => format!("did you mean {near}?"),
                None => "write jsonl, jsonl.gz, jsonl.zst or parquet".into(),
            }
        }),
    }
}

/// Input that each thread works on at a time where it becomes a row group: small ones are slow to read.
const ROW_GROUP: usize = 4 << 20;

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let pipeline = arguments.definition.load()?;
    present(&arguments.inputs)?;
    let work = arguments.learning.apply(arguments.work.options()?);
    let parquet = arguments.format == Some(OutputFormat::Parquet);
    let mut work = work;
    if parquet && !arguments.work.has_batch() {
        work.limits.batch = ROW_GROUP.min(work.limits.record);
    }
    let options = Options {
        part_bytes: arguments.part.unwrap_or(work.part_bytes),
        state: arguments.state.clone(),
        overwrite: arguments.overwrite,
        resume: arguments.resume,
        format: match arguments.format {
            Some(OutputFormat::Lines(compression)) => Some(compression),
            _ => None,
        },
        parquet,
        residue: !arguments.no_residue,
        ..work
    };
    let to_stream = arguments.output == Path::new("-");
    let summary = if to_stream {
        tamiz_run::print(&pipeline, &arguments.inputs, io::stdout(), io::stderr(), &options)
    } else {
        tamiz_run::run(&pipeline, &arguments.inputs, &arguments.output, &options)
    };
    let summary = summary.map_err(Failure::from)?;
    if !options.quiet && !to_stream {
        // Nobody is left to tell if standard error is closed.
        let _ = anstream::stderr().write_all(told(&summary, &arguments.output).as_bytes());
    } else if !options.quiet && summary.counts.quarantined > 0 {
        let _ = writeln!(io::stderr(), "{} could not be read", several(summary.counts.quarantined, "record"));
    }
    Ok(Status::of(summary.exit_status()))
}

/// Why there is nothing in the output, if there is nothing.
fn nothing(summary: &Summary, output: &Path) -> Option<String> {
    let counts = &summary.counts;
    if counts.read == 0 {
        return Some("nothing was read: the inputs hold no record; `tamiz doctor` looks into them".into());
    }
    if counts.kept == counts.emptied && counts.kept > 0 {
        return Some("no text is left in any document: `tamiz peek` shows what went, and why".into());
    }
    if counts.kept > 0 {
        return None;
    }
    let folder = if counts.quarantined > counts.dropped { "quarantine" } else { "dropped" };
    let place = output.join(folder);
    Some(match folder {
        "dropped" => format!("no document was kept: {} has them, each with stage and rule", place.display()),
        _ => format!("no document was kept: {} says why for each record", place.display()),
    })
}

/// What a run did, for people.
fn told(summary: &Summary, output: &Path) -> String {
    let counts = &summary.counts;
    let mut told = String::new();
    let mut row = |name: &str, value: String, note: String| {
        let gap = if note.is_empty() { "" } else { "   " };
        let _ = writeln!(told, "  {name:<14}{value:>12}{gap}{note}");
    };
    let dropped: Vec<String> = (summary.stages.iter())
        .filter(|stage| stage.dropped > 0)
        .map(|stage| format!("{} by {}", thousands(stage.dropped), stage.stage))
        .collect();
    let emptied = match counts.emptied {
        0 => String::new(),
        empty => format!("{} with nothing left", thousands(empty)),
    };
    row("read", thousands(counts.read), String::new());
    row("kept", thousands(counts.kept), emptied);
    row("dropped", thousands(counts.dropped), dropped.join(", "));
    let place = match counts.quarantined {
        0 => String::new(),
        _ => format!("see {}", output.join("quarantine").display()),
    };
    row("quarantined", thousands(counts.quarantined), place);
    if counts.passed > 0 {
        row("passed over", thousands(counts.passed), "records of WARC files that are no documents".into());
    }
    if summary.files_left > 0 {
        row("files left", thousands(summary.files_left), "of no format that is read".into());
    }
    if !summary.languages.is_empty() {
        let mut languages: Vec<(&String, &u64)> = summary.languages.iter().collect();
        languages.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let first: Vec<String> =
            languages.iter().take(8).map(|(code, count)| format!("{code} {count}")).collect();
        row("languages", thousands(languages.len() as u64), first.join(", "));
    }
    let mut kinds: Vec<(Kind, u64, u64)> = Vec::new();
    for removed in &summary.removed {
        let (pieces, characters) = (removed.pieces, removed.characters);
        match kinds.iter_mut().find(|(kind, ..)| *kind == removed.kind) {
            Some(sum) => (sum.1, sum.2) = (sum.1 + pieces, sum.2 + characters),
            None => kinds.push((removed.kind, pieces, characters)),
        }
    }
    kinds.sort_by_key(|(kind, _, characters)| (std::cmp::Reverse(*characters), *kind));
    let total: u64 = kinds.iter().map(|(.., characters)| characters).sum();
    if total > 0 {
        row("removed", thousands(total), "characters from the documents kept".into());
        for (kind, pieces, characters) in kinds {
            row(
                &format!("  {kind}"),
                thousands(characters),
                format!("in {} {}", thousands(pieces), if pieces == 1 { "piece" } else { "pieces" }),
            );
        }
    }
    if let Some(why) = nothing(summary, output) {
        let _ = writeln!(told, "{why}");
    }
    if summary.was_whole {
        return format!("nothing left to do, {} is whole:\n{told}", output.display());
    }
    let head = if summary.interrupted {
        "interrupted; the output is not whole, --resume goes on with it. In its finished parts:"
    } else {
        "done:"
    };
    let threads =
        if summary.threads == 1 { "1 thread".into() } else { format!("{} threads", summary.threads) };
    let report = output.join("_tamiz").join("report.html");
    let look = match summary.interrupted {
        true => String::new(),
        false => format!("to look at: {}\n", report.display()),
    };
    format!(
        "{head}\n{told}{} of text in {:.1} s on {threads} ({}/s), in {}\n{look}",
        size_of(summary.text_bytes_in),
        summary.wall_seconds,
        size_of((1e6 * summary.megabytes_per_second) as u64),
        output.display()
    )
}
