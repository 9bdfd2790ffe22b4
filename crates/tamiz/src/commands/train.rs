//! `tamiz train`

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tamiz_boilerplate::model::train::{
    Page, Recipe, Record, count_site_repeats, cross_validate, find_titles, report, train,
};
use tamiz_formats::html;

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
/// LABELLED is JSON Lines, plain, .gz or .zst, a page a line: {"url": "https://…", "lang": "es", "lines": [{"t": "the
/// line", "keep": 1}, …]}. The url's host tells the sites apart; `"u": 1` marks a line that could be either. A page may
/// have "html" as well, or instead of "lines": the lines that are read from it are labelled after "lines", after a
/// labelled page with the same "id", or after the text "gold" that should be left. The model then learns from what HTML
/// says of a line, and to do without it. The `h1` above the content is learned as content where its label leaves it
/// open, in the page's text, too. The same pages, options and machine give the same model, to the byte. Use it with
/// `model = "MODEL"` in a definition.
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
    let pages = pages(&arguments.labelled)?;
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

/// A page of HTML that has to be labelled after something else.
struct Waiting {
    /// What its record says.
    page: Page,
    read: html::Page,
    place: String,
}

/// The pages of all files: every labelled text, and every page of HTML.
fn pages(paths: &[PathBuf]) -> Result<Vec<Page>, Failure> {
    let (mut pages, mut waiting) = (Vec::new(), Vec::new());
    for path in paths {
        read(path, &mut pages, &mut waiting)?;
    }
    // Of an id's labelled pages the one with most lines: a page's full text rather than an extract of it.
    let mut by_id: HashMap<&str, &Page> = HashMap::new();
    for page in &pages {
        let known = by_id.entry(&page.id).or_insert(page);
        if known.lines.len() < page.lines.len() {
            *known = page;
        }
    }
    let mut labelled = Vec::new();
    for Waiting { page, read, place } in waiting {
        let known = if page.lines.is_empty() { by_id.get(&*page.id).copied() } else { None };
        if page.lines.is_empty() && known.is_none() && page.gold.is_none() {
            return Err(Failure::new(format!(
                "{place}: nothing says what is content in this page: give it \"lines\", or the text that should be left as \
                 \"gold\", or give a labelled page of the id \"{}\" as well",
                page.id
            )));
        }
        labelled.push(Page::of_html(&read.text, read.hints, known.unwrap_or(&page), page.gold.as_deref()));
    }
    pages.extend(labelled);
    count_site_repeats(&mut pages);
    find_titles(&mut pages);
    Ok(pages)
}

fn read(path: &Path, pages: &mut Vec<Page>, waiting: &mut Vec<Waiting>) -> Result<(), Failure> {
    let bytes = tamiz_formats::content(path).map_err(Failure::new)?;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let place = format!("{}:{}", path.display(), number + 1);
        let fault = |what: &dyn std::fmt::Display| {
            Failure::new(format!(
                "{place}: {what}: a labelled page is a line such as {{\"lines\": [{{\"t\": \"Home\", \"keep\": 0}}]}}"
            ))
        };
        let record: Record = serde_json::from_slice(line).map_err(|error| fault(&error))?;
        let read = record.html().map(|page| html::read(page, html::Options::default()));
        let is_labelled = record.is_labelled();
        let page = Page::from(record);
        if !is_labelled && read.is_none() {
            return Err(fault(&"neither `lines` nor `html`"));
        }
        if is_labelled {
            pages.push(page.clone());
        }
        if let Some(read) = read {
            waiting.push(Waiting { page, read, place });
        }
    }
    Ok(())
}
