//! Options that all commands share which work through inputs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use tamiz_run::{Html, HtmlLinks, Limits, Options, Shard};

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
    /// Records above this size go to quarantine: bytes, or a number with kB, MB, GB, KiB, MiB or GiB. 128MiB if left
    /// out, 1GiB at most.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    max_record: Option<u64>,
    /// Input that is worked on at a time by each thread. 1MiB if left out.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    batch: Option<u64>,
}

/// A size as people write it: bytes, or a number with a unit.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit: u64 = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        unit => return Err(format!("there is no unit `{unit}`: write kB, MB, GB, KiB, MiB or GiB")),
    };
    let number: u64 = digits.parse().map_err(|_| "write a whole number, such as 64MB".to_owned())?;
    number.checked_mul(unit).filter(|&size| size > 0).ok_or_else(|| "it is out of range".to_owned())
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
        let usual = Limits::default();
        let bounded = |size: Option<u64>, usual: usize| {
            size.map_or(usual, |size| size.min(1 << 30).try_into().unwrap_or(usual))
        };
        let limits = Limits {
            batch: bounded(self.batch, usual.batch),
            record: bounded(self.max_record, usual.record),
        };
        Ok(Options {
            limits,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(size("1000"), Ok(1000));
        assert_eq!(size("64MB"), Ok(64_000_000));
        assert_eq!(size("2 MiB"), Ok(2 << 20));
        for wrong in ["", "MB", "0", "-1", "1.5GB", "3 miles", "99999999999GB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
