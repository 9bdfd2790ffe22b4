//! `tamiz train`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tamiz_boilerplate::model::train::{Page, Recipe, Record, cross_validate, report, train};

use crate::command_line::{Failure, Status, print};

/// Learn a model from labelled pages
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz train boilerplate labelled.jsonl -o my-sites.model")]
pub struct Arguments {
    #[command(subcommand)]
    command: TrainCommand,
}

#[derive(Debug, Subcommand)]
enum TrainCommand {
    Boilerplate(BoilerplateArguments),
}

/// Learn which lines are content, for the stage `boilerplate`
///
/// LABELLED is JSON Lines, plain, .gz or .zst, a page a line:
/// {"url": "https://…", "lang": "es", "lines": [{"t": "the line", "keep": 1}, …]}. The url's host tells the sites
/// apart; `"u": 1` marks a line that could be either. The same pages, options and machine give the same model, to the
/// byte. Use it with `model = "MODEL"` in a definition.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tamiz train boilerplate labelled.jsonl -o my-sites.model
  tamiz train boilerplate labelled.jsonl.gz -o my-sites.model --folds 3")]
struct BoilerplateArguments {
    /// Files with labelled pages.
    #[arg(value_name = "LABELLED", required = true)]
    labelled: Vec<PathBuf>,
    /// The file to write.
    #[arg(long, short, value_name = "MODEL")]
    output: PathBuf,
    /// First hold out each of N shares of the sites in turn, and print how well the others' model does on them. Takes
    /// N times as long as the training itself.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    folds: Option<u32>,
    /// How often every page is shown.
    #[arg(long, value_name = "N", default_value_t = Recipe::default().epochs)]
    epochs: usize,
    /// Where all chance comes from.
    #[arg(long, value_name = "N", default_value_t = Recipe::default().seed)]
    seed: u64,
    /// Show no progress.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    match &arguments.command {
        TrainCommand::Boilerplate(arguments) => boilerplate(arguments),
    }
}

fn boilerplate(arguments: &BoilerplateArguments) -> Result<Status, Failure> {
    let mut pages = Vec::new();
    for path in &arguments.labelled {
        pages.extend(read(path)?);
    }
    let recipe = Recipe { epochs: arguments.epochs, seed: arguments.seed, ..Recipe::default() };
    let tell = |message: String| {
        if !arguments.quiet {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(io::stderr(), "{message}");
        }
    };
    tell(format!("{} pages of {} sites", pages.len(), sites(&pages)));
    if let Some(folds) = arguments.folds {
        let mut told = |fold: u32| tell(format!("held out {} of {folds}", fold + 1));
        let scores =
            cross_validate(&pages, &recipe, folds, &BTreeSet::new(), &mut told).map_err(Failure::new)?;
        print(&report(&scores))?;
    }
    let all: Vec<&Page> = pages.iter().collect();
    let trained = train(&all, &recipe, &mut |epoch, loss| {
        tell(format!("epoch {} of {}, loss {loss:.4}", epoch + 1, recipe.epochs));
    })
    .map_err(Failure::new)?;
    std::fs::write(&arguments.output, trained.to_text())
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", arguments.output.display())))?;
    Ok(Status::DONE)
}

fn sites(pages: &[Page]) -> usize {
    pages.iter().map(|page| page.site.as_str()).collect::<BTreeSet<_>>().len()
}

fn read(path: &Path) -> Result<Vec<Page>, Failure> {
    let bytes = tamiz_formats::content(path).map_err(Failure::new)?;
    let mut pages = Vec::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let record: Record = serde_json::from_slice(line).map_err(|error| {
            Failure::new(format!(
                "{}:{}: {error}: a labelled page is a line such as {{\"lines\": [{{\"t\": \"Home\", \"keep\": 0}}]}}",
                path.display(),
                number + 1
            ))
        })?;
        pages.push(record.into());
    }
    Ok(pages)
}
