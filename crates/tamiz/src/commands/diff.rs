//! `tamiz diff`

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use tamiz_review::{Change, Diff, ReviewError};

use crate::command_line::{Failure, Status, print};
use crate::outdir;

/// Compare two outputs: which documents, lines and names changed verdict, by stage and rule
///
/// Both are outputs of the same inputs, by two definitions or two versions. Ends with status 1 if more documents changed
/// than the budget allows.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tamiz diff clean-before clean-after
  tamiz diff clean-before clean-after --budget 0.5% --summary   # in CI
  tamiz diff clean-before clean-after --json | jq .id")]
pub struct Arguments {
    /// The first output.
    #[arg(value_name = "OUTDIR_A")]
    a: PathBuf,
    /// The second output.
    #[arg(value_name = "OUTDIR_B")]
    b: PathBuf,
    /// Documents that may have changed, as a number or a share such as 0.5%.
    #[arg(long, value_name = "N|SHARE%", default_value = "0")]
    budget: Budget,
    /// Show the numbers alone.
    #[arg(long)]
    summary: bool,
    /// Show at most N documents; all are counted.
    #[arg(long, value_name = "N", default_value_t = 50)]
    show: u64,
    /// Print JSON, a changed document a line and the numbers in the last.
    #[arg(long)]
    json: bool,
}

/// How many documents may have changed.
#[derive(Clone, Copy, Debug)]
enum Budget {
    Number(u64),
    Percent(f64),
}

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is no budget: write a number such as 10, or a share such as 0.5%");
        match text.strip_suffix('%') {
            Some(share) => match share.trim().parse() {
                Ok(share) if (0.0..=100.0).contains(&share) => Ok(Budget::Percent(share)),
                _ => Err(fault()),
            },
            None => text.parse().map(Budget::Number).map_err(|_| fault()),
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Budget::Number(number) => write!(f, "{number}"),
            Budget::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl Budget {
    fn is_kept(self, diff: &Diff) -> bool {
        match self {
            Budget::Number(number) => diff.changed <= number,
            Budget::Percent(share) => diff.changed as f64 * 100.0 <= share * diff.documents as f64,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let (a, b) = (outdir::open(&arguments.a)?, outdir::open(&arguments.b)?);
    let mut shown = 0;
    let mut stop = None;
    let diff = tamiz_review::diff(&a, &b, |change| {
        shown += 1;
        let text = if arguments.summary {
            return Ok(());
        } else if arguments.json {
            json(change)? + "\n"
        } else if shown <= arguments.show {
            document(change)
        } else {
            return Ok(());
        };
        stop = stop.take().or(print(&text).err());
        Ok(())
    })?;
    if let Some(failure) = stop {
        return Err(failure);
    }
    print(&if arguments.json { json(&diff)? + "\n" } else { summary(&diff, shown, arguments) })?;
    if arguments.budget.is_kept(&diff) {
        return Ok(Status::DONE);
    }
    let _ = writeln!(
        anstream::stderr(),
        "more than the budget of {} allows, so the status is 1: --budget 0.5% lets so many documents change",
        arguments.budget
    );
    Ok(Status::FOUND)
}

fn json(value: &impl serde::Serialize) -> Result<String, ReviewError> {
    // Numbers and texts can always be written.
    Ok(serde_json::to_string(value).unwrap_or_default())
}

fn document(change: &Change) -> String {
    let mut text = format!("{}\n", change.id);
    if let Some((a, b)) = &change.document {
        let _ = writeln!(text, "  the document: {a} → {b}");
    }
    if change.input {
        text.push_str("  its original is another one in the second run\n");
    }
    if let Some((a, b)) = &change.language {
        let _ = writeln!(text, "  language: {a} → {b}");
    }
    for line in &change.lines {
        let place = if line.line > 0 { format!("line {}: ", line.line) } else { String::new() };
        let _ = writeln!(text, "  {place}{} → {}", line.a, line.b);
        let _ = writeln!(text, "      {}", crate::shown::short(&line.text, 100));
    }
    for (sign, names) in [('-', &change.names_a), ('+', &change.names_b)] {
        for name in names {
            let _ = writeln!(text, "  {sign} name {name}");
        }
    }
    text.push('\n');
    text
}

fn summary(diff: &Diff, shown: u64, arguments: &Arguments) -> String {
    let mut text = String::new();
    if !arguments.summary && shown > arguments.show {
        let _ = writeln!(text, "… {} more documents: raise --show to see them\n", shown - arguments.show);
    }
    let mut transitions: Vec<_> = diff.transitions.iter().collect();
    transitions.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for ((a, b), count) in transitions {
        let _ = writeln!(text, "{count:>8}  {a} → {b}");
    }
    let (lost, gained) = diff.names;
    if lost + gained > 0 {
        let _ = writeln!(text, "{lost:>8}  names only in the first, {gained} only in the second");
    }
    let _ = writeln!(text, "{} of {} documents changed", diff.changed, diff.documents);
    text
}
