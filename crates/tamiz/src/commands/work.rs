//! Options that all commands share which work through inputs.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use tamiz_run::{Html, HtmlLinks, Options, Shard};

use crate::command_line::Failure;

/// Options that all commands share which work through inputs.
#[derive(Args, Debug)]
pub(crate) struct Work {
    /// Threads; as many as there are cores if left out. The output does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Only part I of N equal parts of the input, such as 1/8. The outputs of all parts, joined in order, are those of
    /// one run.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Only the first N records.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// How pages of HTML are read.
    #[arg(long, value_enum, value_name = "HOW", value_delimiter = ',')]
    html: Vec<HtmlOption>,
    /// Show no progress and no summary.
    #[arg(long, short)]
    quiet: bool,
}

/// How pages of HTML are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HtmlOption {
    /// Leave out what a class or id calls comments.
    NoComments,
    /// Each row of a table is a line, its cells apart by tabs.
    TableRows,
    /// Items of lists begin with `-` or their number.
    ListMarks,
    /// Links are written `[text](address)`.
    MarkdownLinks,
}

impl Work {
    /// The options of the run. From here on Ctrl-C ends it cleanly; a second one ends it at once.
    pub(crate) fn options(&self) -> Result<Options, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let pressed = Arc::clone(&stop);
        let handler = ctrlc::set_handler(move || {
            if pressed.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        handler.map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
        Ok(Options {
            threads: self.threads.map_or(0, usize::from),
            shard: self.shard,
            limit: self.limit,
            quiet: self.quiet,
            html: Html {
                comments: !self.html.contains(&HtmlOption::NoComments),
                rows: self.html.contains(&HtmlOption::TableRows),
                list_marks: self.html.contains(&HtmlOption::ListMarks),
                links: if self.html.contains(&HtmlOption::MarkdownLinks) {
                    HtmlLinks::Markdown
                } else {
                    HtmlLinks::Text
                },
            },
            stop,
            ..Options::default()
        })
    }
}

/// Options of the commands in which corpus-level stages learn.
#[derive(Args, Debug)]
pub(crate) struct Learning {
    /// How much memory a stage that counts may take while it learns, such as 512MB or 4GB. The rest goes to disk.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<usize>,
    /// The folder for counts that do not fit into that memory; beside the output if left out.
    #[arg(long, value_name = "DIR")]
    spill: Option<PathBuf>,
}

impl Learning {
    /// The options with these in them.
    pub(crate) fn apply(&self, options: Options) -> Options {
        let memory = self.memory.unwrap_or(options.memory);
        Options { memory, spill: self.spill.clone(), ..options }
    }
}

/// A number of bytes, as people write it.
fn size(text: &str) -> Result<usize, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_uppercase().as_str() {
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        _ => return Err("write a size such as 512MB or 4GB".into()),
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| "write a size such as 512MB or 4GB".into())
}
