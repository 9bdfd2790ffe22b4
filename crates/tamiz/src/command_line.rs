//! The command line's words, and the way from them to what is done.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, Parser, Subcommand};
use tamiz_pipeline::{LoadError, Pipeline, Reach};

use crate::{REGISTRY, commands};

/// Strips boilerplate from scraped text, tells its language, splits its sentences, and brings the spellings of a
/// name to one.
#[derive(Debug, Parser)]
#[command(name = "tamiz", version, max_term_width = 100, after_help = EXIT_STATUS)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "\
Examples:
  tamiz doctor crawl/                            what is wrong with the input
  tamiz new my-site.toml --from crawl/           a definition to start from
  tamiz peek my-site.toml crawl/                 what it does to a few documents
  tamiz run my-site.toml crawl/ -o clean         all of them
  tamiz why clean page-7.html --line Suscríbete  why a line went or stayed

Exit status:
    0  done
    1  a check found something
    2  wrong use, or a fault that stopped the run
    3  finished, but some records or inputs were unreadable and stand in quarantine
    4  a guard stopped the run
  130  interrupted

Data goes to standard output alone; messages, progress and colour to standard error.";

/// What to do. Each command's help is the documentation of its arguments.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment here would take the place of the help")]
pub enum Command {
    Run(commands::run::Arguments),
    Fit(commands::fit::FitArguments),
    Merge(commands::fit::MergeArguments),
    Check(commands::check::Arguments),
    Stages(commands::stages::Arguments),
    New(commands::new::Arguments),
    Doctor(commands::doctor::Arguments),
    Peek(commands::peek::Arguments),
    Why(commands::why::Arguments),
    Restore(commands::restore::RestoreArguments),
    Verify(commands::restore::VerifyArguments),
    Diff(commands::diff::Arguments),
    Bench(commands::bench::Arguments),
    Names(commands::names::Arguments),
    Train(commands::train::Arguments),
    Schema(commands::schema::Arguments),
    Completions(commands::shell::CompletionsArguments),
    Man(commands::shell::ManArguments),
}

/// How a pipeline is named, and how far it may reach.
#[derive(Args, Debug)]
pub struct Definition {
    /// The pipeline's definition file.
    #[arg(value_name = "PIPELINE")]
    pub path: PathBuf,
    /// Let the definition name files outside its own folder.
    #[arg(long)]
    pub allow_outside: bool,
}

impl Definition {
    /// Loads the pipeline.
    ///
    /// # Errors
    /// If the file cannot be read or has mistakes.
    pub fn load(&self) -> Result<Pipeline, Failure> {
        Pipeline::load(&self.path, &REGISTRY, reach(self.allow_outside))
            .map_err(|error| Failure::load(&error))
    }
}

/// Which files a definition may name.
pub(crate) fn reach(allow_outside: bool) -> Reach {
    if allow_outside { Reach::Anywhere } else { Reach::Folder }
}

/// How a command ended: the exit status of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(u8);

impl Status {
    /// All is well.
    pub const DONE: Status = Status(0);
    /// A check found something.
    pub const FOUND: Status = Status(1);

    /// The status that a run ended with.
    pub(crate) fn of(run: u8) -> Self {
        Status(run)
    }
}

/// A fault that stopped the command: wrong use, or something that cannot be read or written. Exit status 2.
#[derive(Debug)]
pub struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    /// A fault with that message: what was wrong, where, and what to do.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 2 }
    }

    fn load(error: &LoadError) -> Self {
        match error {
            // Colour is taken out again where standard error is no terminal.
            LoadError::Mistakes(mistakes) => Self::new(mistakes.render(true)),
            LoadError::Unreadable(message) => Self::new(message),
        }
    }
}

impl From<tamiz_run::RunError> for Failure {
    fn from(error: tamiz_run::RunError) -> Self {
        Self { message: error.to_string(), status: error.exit_status() }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<tamiz_review::ReviewError> for Failure {
    fn from(error: tamiz_review::ReviewError) -> Self {
        Self::new(error.to_string())
    }
}

/// Runs the program on the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    if densa_alloc::is_active() {
        tamiz_run::count_allocations(|| {
            let counted = densa_alloc::thread_stats();
            counted.allocs + counted.reallocs
        });
    }
    let arguments = CommandLine::try_parse().unwrap_or_else(|error| suggest(error).exit());
    let result = match arguments.command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Fit(arguments) => commands::fit::fit(&arguments),
        Command::Merge(arguments) => commands::fit::merge(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Stages(arguments) => commands::stages::run(&arguments),
        Command::New(arguments) => commands::new::run(&arguments),
        Command::Doctor(arguments) => commands::doctor::run(&arguments),
        Command::Peek(arguments) => commands::peek::run(&arguments),
        Command::Why(arguments) => commands::why::run(&arguments),
        Command::Restore(arguments) => commands::restore::restore(&arguments),
        Command::Verify(arguments) => commands::restore::verify(&arguments),
        Command::Diff(arguments) => commands::diff::run(&arguments),
        Command::Bench(arguments) => commands::bench::run(&arguments),
        Command::Names(arguments) => commands::names::run(&arguments),
        Command::Train(arguments) => commands::train::run(&arguments),
        Command::Schema(arguments) => commands::schema::run(&arguments),
        Command::Completions(arguments) => commands::shell::completions(&arguments),
        Command::Man(arguments) => commands::shell::man(&arguments),
    };
    match result {
        Ok(status) => ExitCode::from(status.0),
        Err(failure) => {
            // Nobody is left to tell if standard error is closed too.
            let _ = writeln!(anstream::stderr(), "{}", crate::shown::lines(&failure.message));
            ExitCode::from(failure.status)
        }
    }
}

/// What other programs call the commands.
const ELSEWHERE: [(&str, &str); 14] = [
    ("clean", "run"),
    ("compare", "diff"),
    ("explain", "why"),
    ("filter", "run"),
    ("init", "new"),
    ("inspect", "doctor"),
    ("learn", "fit"),
    ("lint", "check"),
    ("preview", "peek"),
    ("process", "run"),
    ("show", "peek"),
    ("test", "check"),
    ("time", "bench"),
    ("validate", "check"),
];

/// Says which command was likely meant. By clap's measure, two letters in the wrong order are far apart, and `clean` is
/// near `schema`.
fn suggest(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let grammar = grammar();
    let names = grammar.get_subcommands().map(clap::Command::get_name);
    let other = || ELSEWHERE.iter().find(|(other, _)| other == word).map(|&(_, name)| name);
    match tamiz_pipeline::closest(word, names).or_else(other) {
        Some(near) => {
            let near = ContextValue::Strings(vec![near.to_owned()]);
            error.insert(ContextKind::SuggestedSubcommand, near);
        }
        None => {
            error.remove(ContextKind::SuggestedSubcommand);
        }
    }
    error
}

/// Writes to standard output. A reader that has gone away (`| head`) is no fault.
///
/// # Errors
/// If writing fails for any other reason.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    written(anstream::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()))
}

/// Writes bytes to standard output as they are: [`print`] takes colour out where there is no terminal.
///
/// # Errors
/// As those of [`print`].
pub(crate) fn print_exactly(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// The whole command line, for completions, manual pages and the guide.
#[must_use]
pub fn grammar() -> clap::Command {
    CommandLine::command()
}
