//! `tamiz peek`

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anstream::ColorChoice;
use clap::Args;
use tamiz_core::{Document, Kind, Scratch};
use tamiz_formats::{Batch, Limits, Reader, Record, Selection, list};
use tamiz_run::{Options, Ready};

use crate::command_line::{Definition, Failure, Status, print};
use crate::commands::work::{Reading, present};
use crate::page::{Look, page};
use crate::shown::{safe, several};

/// Look at what a pipeline does to a few documents; nothing is written
///
/// Removed text is struck through, with its kind and rule in the margin; names are underlined, with their canonical form
/// where it differs; a small mark stands where a sentence starts within a line. Without colour, [- -] marks what is
/// removed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tamiz peek pipelines/news-es.toml tests/corpus/es-cumbre.txt
  tamiz peek my.toml crawl/ --sample 5 --seed 7
  tamiz peek my.toml crawl/ --only caption")]
pub struct Arguments {
    #[command(flatten)]
    definition: Definition,
    /// Files, folders or globs.
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// Look at N documents drawn from all of the input, instead of the first ones.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    sample: Option<u16>,
    /// Draws other documents with --sample.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Without --sample: look at the first N documents.
    #[arg(long, value_name = "N", default_value_t = 3)]
    first: u64,
    /// Only what was removed as this kind, with the lines around it, and only documents that have some.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    only: Option<Kind>,
    /// What the corpus-level stages have learned. Without it they learn from the input first.
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    /// Write straight to the terminal.
    #[arg(long)]
    no_pager: bool,
    #[command(flatten)]
    reading: Reading,
}

fn kind(name: &str) -> Result<Kind, String> {
    let names = Kind::ALL.map(Kind::name);
    Kind::parse(name).ok_or_else(|| match tamiz_pipeline::closest(name, names) {
        Some(near) => format!("there is no kind `{name}`: did you mean `{near}`?"),
        None => format!("there is no kind `{name}`: write one of {}", names.join(", ")),
    })
}

/// A document that is looked at.
struct Candidate {
    id: String,
    document: Document,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let pipeline = arguments.definition.load()?;
    let options = Options {
        state: arguments.state.clone(),
        quiet: true,
        html: arguments.reading.html(),
        fields: arguments.reading.fields(),
        ..Options::default()
    };
    let (candidates, unreadable) = candidates(arguments)?;
    let Some(ready) = Ready::new(&pipeline, &arguments.inputs, &options)
        .map_err(|error| Failure::new(error.to_string()))?
    else {
        return Ok(Status::DONE);
    };
    let terminal = std::io::stdout().is_terminal();
    let colour = anstream::AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    // A pipe most often ends on the terminal too (`| head`), so that the terminal's width counts where there is one.
    let width = terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0));
    let look = Look { colour, width: width.clamp(20, 160), only: arguments.only };
    let (mut shown, mut scratch, mut documents) = (String::new(), Scratch::default(), 0);
    let looked = candidates.len() as u64;
    for Candidate { id, mut document } in candidates {
        match ready.apply(&mut document, &mut scratch) {
            Ok(()) => {
                if let Some(page) = page(&id, &document, ready.marks(), &look) {
                    shown.push_str(&page);
                    documents += 1;
                }
            }
            Err(message) => {
                let _ = writeln!(shown, "── {}\n  {message}\n", safe(&id));
                documents += 1;
            }
        }
    }
    let mut messages = Vec::new();
    if documents == 0 {
        messages.push(match arguments.only {
            Some(kind) if looked > 0 => format!(
                "in none of {} was anything removed as {kind}: look at more with --first or --sample",
                several(looked, "document")
            ),
            _ => "the input has no document that can be read: `tamiz doctor` says why".to_owned(),
        });
    }
    if unreadable > 0 && looked > 0 {
        let records = several(unreadable, "record");
        messages.push(format!("{records} on the way could not be read: `tamiz doctor` says why"));
    }
    let height = terminal_size::terminal_size().map_or(usize::MAX, |(_, height)| usize::from(height.0));
    let is_long = shown.lines().count() + messages.len() >= height;
    if !(terminal && !arguments.no_pager && is_long && paged(&shown)) {
        print(&shown)?;
    }
    // Behind the pager, where they stay to be read.
    for message in messages {
        let _ = writeln!(anstream::stderr(), "{message}");
    }
    Ok(Status::DONE)
}

/// Shows the text in the user's pager; false if there is none that starts.
fn paged(text: &str) -> bool {
    let pager = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| "less".into());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return false };
    let child = Command::new(program)
        .args(words)
        // As git does: pass colours on, and do not stay for a text that fits.
        .env("LESS", std::env::var("LESS").unwrap_or_else(|_| "FRX".into()))
        // The text is UTF-8, whatever the locale says of the user's other texts.
        .env("LESSCHARSET", std::env::var("LESSCHARSET").unwrap_or_else(|_| "utf-8".into()))
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return false };
    if let Some(mut input) = child.stdin.take() {
        // A pager that is left early is no fault.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait().is_ok_and(|status| status.success())
}

/// The documents to look at: the first ones, or some drawn from all; and the records met on the way that cannot be read.
fn candidates(arguments: &Arguments) -> Result<(Vec<Candidate>, u64), Failure> {
    present(&arguments.inputs)?;
    let listing = list(&arguments.inputs, &[]).map_err(|errors| {
        Failure::new(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    let stdin = Box::new(std::io::stdin());
    let mut reader = Reader::new(listing.sources, Some(stdin), Limits::default(), Selection::default())
        .map_err(|error| Failure::new(error.to_string()))?
        .with_html(arguments.reading.html())
        .with_fields(arguments.reading.fields());
    let most = arguments.sample.map_or(arguments.first, u64::from).min(10_000) as usize;
    // Of `--only`, documents without that kind are passed over: so more are taken to look at.
    let most = if arguments.only.is_some() && arguments.sample.is_none() { most * 100 } else { most };
    let (mut chosen, mut seen, mut unreadable): (Vec<(u64, Candidate)>, u64, u64) = (Vec::new(), 0, 0);
    let mut random = Random(arguments.seed);
    let mut batch = Batch::default();
    'reading: while (arguments.sample.is_some() || chosen.len() < most) && reader.next(&mut batch, &|| true) {
        for record in batch.records() {
            let Some(record) = record.ok().filter(|record| record.text().is_ok()) else {
                unreadable += 1;
                continue;
            };
            seen += 1;
            // Reservoir sampling (Vitter's algorithm R): each document is drawn with the same probability.
            let place = if chosen.len() < most { chosen.len() } else { random.below(seen) as usize };
            if place >= most {
                continue;
            }
            let drawn = candidate(&record).map(|candidate| (seen, candidate));
            match (chosen.get_mut(place), drawn) {
                (Some(slot), Some(drawn)) => *slot = drawn,
                (None, Some(drawn)) => chosen.push(drawn),
                (_, None) => {}
            }
            if arguments.sample.is_none() && chosen.len() == most {
                break 'reading;
            }
        }
    }
    chosen.sort_by_key(|(number, _)| *number);
    Ok((chosen.into_iter().map(|(_, candidate)| candidate).collect(), unreadable))
}

fn candidate(record: &Record<'_>) -> Option<Candidate> {
    let id = record.id.json();
    let id = serde_json::from_str(&id).unwrap_or_else(|_| id.into_owned());
    Some(Candidate { id, document: record.document().ok()? })
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(bits ^ (bits >> 31)) * u128::from(bound)) >> 64) as u64
    }
}
