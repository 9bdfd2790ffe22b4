//! `tamiz names`

use std::io::{self, BufRead, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use tamiz_core::StageConfig;
use tamiz_names::corpus::Counts;

use crate::command_line::{Failure, Status, print};

/// Compare names
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  printf 'Chaikovski\\tTchaikovsky\\n' | tamiz names match")]
pub struct Arguments {
    #[command(subcommand)]
    command: NamesCommand,
}

#[derive(Debug, Subcommand)]
enum NamesCommand {
    /// Say how alike two names are, whatever their spelling or script
    ///
    /// Reads pairs `a<TAB>b`, one a line, on standard input, and writes one number from 0 (two names) to 1 (one name) a
    /// line on standard output, in the same order. From about 0.8 on, two spellings are likely one name.
    #[command(after_help = "Examples:\n  printf 'Chaikovski\\tTchaikovsky\\n' | tamiz names match")]
    Match,
    /// Show the people that a corpus has taught, as a table
    ///
    /// The state comes from `tamiz fit` with a pipeline whose stage `names` has `corpus = true`. Every line is a person:
    /// id, type, canonical form by language, spellings, an empty column, and in how many documents each spelling
    /// stands. Read and correct it, then give it to the stage as `lexicon`.
    #[command(after_help = "Examples:\n  tamiz names lexicon crawl.state > people.tsv")]
    Lexicon {
        /// A file that `tamiz fit` or `tamiz merge` wrote.
        #[arg(value_name = "STATE")]
        state: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    match &arguments.command {
        NamesCommand::Match => compare(io::stdin().lock(), BufWriter::new(io::stdout().lock())),
        NamesCommand::Lexicon { state } => lexicon(state),
    }
}

fn lexicon(path: &Path) -> Result<Status, Failure> {
    let state = tamiz_run::learned(path, tamiz_names::Config::NAME)
        .map_err(|error| Failure::new(error.to_string()))?;
    let counts: Counts = serde_json::from_str(&state).map_err(|error| {
        Failure::new(format!(
            "{}: the state of stage `names` cannot be read: {error}: learn it again with `tamiz fit`",
            path.display()
        ))
    })?;
    print(&tamiz_names::corpus::lexicon(&counts))?;
    Ok(Status::DONE)
}

fn compare(mut input: impl BufRead, mut output: impl Write) -> Result<Status, Failure> {
    let mut line = Vec::new();
    let mut number = 0;
    let mut matcher = tamiz_names::Matcher::default();
    loop {
        line.clear();
        number += 1;
        let read = input.read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::new(format!("cannot read standard input: {error}")))? == 0 {
            break;
        }
        let text = std::str::from_utf8(&line)
            .map_err(|error| wrong(number, &format!("not UTF-8 at byte {}", error.valid_up_to())))?;
        let Some((a, b)) = text.trim_end_matches(['\r', '\n']).split_once('\t') else {
            return Err(wrong(number, "no tab"));
        };
        if !written(writeln!(output, "{:.4}", matcher.similarity(a, b)))? {
            return Ok(Status::DONE);
        }
    }
    written(output.flush()).map(|_| Status::DONE)
}

fn wrong(line: usize, what: &str) -> Failure {
    Failure::new(format!(
        "standard input, line {line}: {what}: write pairs as `a<TAB>b`, one a line, in UTF-8"
    ))
}

/// Whether the reader is still there.
fn written(result: io::Result<()>) -> Result<bool, Failure> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(format!("cannot write to standard output: {error}"))),
    }
}
