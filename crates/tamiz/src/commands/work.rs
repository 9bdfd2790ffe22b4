//! Options that all commands share which work through inputs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use tamiz_run::{FieldNames, Html, HtmlLinks, Limits, Options, Shard};

use crate::command_line::Failure;

/// How records and pages are read: for all commands that read some.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// How pages of HTML are read.
    #[arg(long, value_enum, value_name = "HOW", value_delimiter = ',')]
    html: Vec<HtmlOption>,
    /// The field of the input's records that holds the text. It is called `text` in the output.
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_field: String,
    /// The field of the input's records that holds the identifier. It is called `id` in the output.
    #[arg(long, value_name = "NAME", default_value = "id")]
    id_field: String,
}

impl Reading {
    /// The fields that hold texts and identifiers.
    pub(crate) fn fields(&self) -> FieldNames {
        FieldNames { text: self.text_field.clone(), id: self.id_field.clone() }
    }

    /// How pages of HTML are read.
    pub(crate) fn html(&self) -> Html {
        let has = |option| self.html.contains(&option);
        Html {
            comments: !has(HtmlOption::NoComments),
            rows: has(HtmlOption::TableRows),
            list_marks: has(HtmlOption::ListMarks),
            links: if has(HtmlOption::MarkdownLinks) { HtmlLinks::Markdown } else { HtmlLinks::Text },
        }
    }
}

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
    #[command(flatten)]
    reading: Reading,
    /// Show no progress and no summary.
    #[arg(long, short)]
    quiet: bool,
    /// Records above this size go to quarantine: bytes, or a number with kB, MB, GB, KiB, MiB or GiB. 128MiB if left
    /// out, 1GiB at most.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    max_record: Option<u64>,
    /// The most memory that a Zstandard file may ask for. 128MiB if left out; files made with --long=31 need 2GiB.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    max_window: Option<u64>,
    /// A compressed file that becomes more than so many times its size is not read on. 1000 if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    max_expansion: Option<u64>,
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
    /// Whether the size of batches was given.
    pub(crate) fn has_batch(&self) -> bool {
        self.batch.is_some()
    }

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
            window: self.max_window.unwrap_or(usual.window),
            expansion: self.max_expansion.unwrap_or(usual.expansion),
        };
        Ok(Options {
            limits,
            threads: self.threads.map_or(0, usize::from),
            shard: self.shard,
            limit: self.limit,
            fields: self.reading.fields(),
            quiet: self.quiet,
            html: self.reading.html(),
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
    memory: Option<u64>,
    /// The folder for counts that do not fit into that memory; beside the output if left out.
    #[arg(long, value_name = "DIR")]
    spill: Option<PathBuf>,
}

impl Learning {
    /// The options with these in them.
    pub(crate) fn apply(&self, options: Options) -> Options {
        let memory = self.memory.and_then(|bytes| bytes.try_into().ok()).unwrap_or(options.memory);
        Options { memory, spill: self.spill.clone(), ..options }
    }
}

/// Checks that the inputs are there, but for globs and standard input, which are looked at later.
///
/// # Errors
/// If some are not: each with the name beside it that was likely meant.
pub(crate) fn present(inputs: &[String]) -> Result<(), Failure> {
    let missing: Vec<String> = inputs.iter().filter_map(|input| missing(input)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Failure::new(missing.join("\n"))) }
}

fn missing(input: &str) -> Option<String> {
    let path = Path::new(input);
    if input == "-" || input.contains(['*', '?', '[']) || path.symlink_metadata().is_ok() {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Some(match (tamiz_pipeline::near(path, |_| true), folder) {
        (Some(near), _) => format!("there is no input `{input}`: did you mean `{}`?", near.display()),
        (None, Some(folder)) if !folder.exists() => {
            format!("there is no input `{input}`: there is no folder `{}`", folder.display())
        }
        (None, _) => format!("there is no input `{input}`: check the path"),
    })
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
