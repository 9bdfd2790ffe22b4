//! `tamiz new`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use tamiz_core::{Document, Scratch, Step};
use tamiz_formats::{Batch, Limits, Reader, Selection, list};
use tamiz_pipeline::{OptionDoc, Pipeline, StageDoc};

use crate::REGISTRY;
use crate::command_line::{Failure, Status};
use crate::commands::work::{Reading, present};
use crate::examine::Examination;
use crate::shown::{several, thousands};

/// Write a commented definition after a look at a sample of the input
///
/// The definition has a language stage for the languages found, a place for rules of your own, and the options of every
/// stage as comments. It is checked before it is written.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz new my-site.toml --from crawl/\n  tamiz new plain.toml")]
pub struct Arguments {
    /// The file to write.
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Files, folders or globs to look at.
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    from: Vec<String>,
    /// Write over a file that is there.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    reading: Reading,
}

/// Documents that are looked at, and bytes of their texts.
const SAMPLE: u64 = 500;
const SAMPLE_BYTES: usize = 8 << 20;

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let shown = arguments.path.display();
    if arguments.path.exists() && !arguments.overwrite {
        return Err(Failure::new(format!("{shown} is there already: choose another name, or --overwrite")));
    }
    let found =
        if arguments.from.is_empty() { Found::default() } else { look(&arguments.from, &arguments.reading)? };
    let stem = arguments.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let text = definition(&stem.unwrap_or_else(|| "pipeline".into()), &found);
    if let Err(mistakes) = Pipeline::parse(&shown.to_string(), &text, &REGISTRY) {
        return Err(Failure::new(format!("a fault of tamiz itself: {mistakes}: please report it")));
    }
    std::fs::write(&arguments.path, text)
        .map_err(|error| Failure::new(format!("cannot write {shown}: {error}: choose another place")))?;
    let mut messages = anstream::stderr();
    if found.documents > 0 {
        writeln!(messages, "looked at {}: {}", several(found.documents, "document"), found.languages())?;
    }
    if found.faults > 0 {
        writeln!(messages, "{} could not be read: `tamiz doctor` says why", thousands(found.faults))?;
    }
    let from = arguments.from.first().map_or("INPUT", String::as_str);
    writeln!(messages, "wrote {shown}; next: tamiz peek {shown} {from}")?;
    Ok(Status::DONE)
}

/// What a sample of the input shows.
#[derive(Default)]
struct Found {
    inputs: Vec<String>,
    formats: BTreeMap<String, u64>,
    documents: u64,
    faults: u64,
    languages: BTreeMap<String, u64>,
    sites: BTreeMap<String, u64>,
    fields: BTreeMap<String, u64>,
    other: Vec<String>,
    encodings: Vec<String>,
}

impl Found {
    /// The languages, the most frequent first.
    fn by_frequency(&self) -> Vec<(&str, u64)> {
        let mut list: Vec<(&str, u64)> =
            self.languages.iter().map(|(code, count)| (code.as_str(), *count)).collect();
        list.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        list
    }

    fn languages(&self) -> String {
        let list: Vec<String> =
            self.by_frequency().iter().take(8).map(|(code, count)| format!("{code} {count}")).collect();
        if list.is_empty() { "no language".into() } else { list.join(", ") }
    }
}

fn look(inputs: &[String], reading: &Reading) -> Result<Found, Failure> {
    present(inputs)?;
    let listing = list(inputs, &[]).map_err(|errors| {
        Failure::new(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    let mut found = Found { inputs: inputs.to_vec(), ..Found::default() };
    for source in &listing.sources {
        let name = format!("{:?}{}", source.format, source.compression.suffix()).to_lowercase();
        *found.formats.entry(name).or_default() += 1;
    }
    let pipeline = crate::parse("[[stage]]\nuse = \"language\"\n")
        .map_err(|mistakes| Failure::new(mistakes.to_string()))?;
    let selection = Selection { limit: Some(SAMPLE), ..Selection::default() };
    let mut reader =
        Reader::new(listing.sources, Some(Box::new(std::io::stdin())), Limits::default(), selection)
            .map_err(|error| Failure::new(error.to_string()))?
            .with_html(reading.html())
            .with_fields(reading.fields());
    let (mut batch, mut scratch, mut bytes) = (Batch::default(), Scratch::default(), 0);
    let mut examination = Examination::default();
    while bytes < SAMPLE_BYTES && reader.next(&mut batch, &|| true) {
        for entry in batch.records() {
            let record = match entry {
                Ok(record) => record,
                Err(fault) => {
                    found.faults += 1;
                    examination.fault(&fault);
                    continue;
                }
            };
            examination.record(&record);
            let Ok(text) = record.text() else { continue };
            bytes += text.len();
            found.documents += 1;
            if let Some(site) = record.site() {
                *found.sites.entry(site).or_default() += 1;
            }
            let mut document = Document::new(text);
            for stage in pipeline.stages() {
                if let Step::Ready(stage) = &stage.step {
                    stage.apply(&mut document, &mut scratch);
                }
            }
            if let Some(language) = document.language() {
                *found.languages.entry(language.code.to_string()).or_default() += 1;
            }
        }
    }
    found.other = examination
        .findings()
        .iter()
        .map(|f| format!("in {}: {}", several(f.count, "record"), f.what))
        .collect();
    found.encodings = examination.encodings.keys().cloned().collect();
    found.fields = examination.fields;
    Ok(found)
}

/// The text of the definition.
fn definition(name: &str, found: &Found) -> String {
    let mut text = String::from(
        "# A definition for tamiz: documents go through its stages from top to bottom.\n\
         # `tamiz check FILE` finds every mistake in it, `tamiz check --test FILE` runs the tests at its end,\n\
         # `tamiz peek FILE INPUT` shows what it does to a few documents.\n",
    );
    if found.documents > 0 {
        let formats: Vec<String> =
            found.formats.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let _ = writeln!(text, "#\n# Written after a look at {}:", found.inputs.join(", "));
        let _ = writeln!(text, "#   files      {}", formats.join(", "));
        let _ = writeln!(text, "#   documents  {} in the sample", found.documents);
        let _ = writeln!(text, "#   languages  {}", found.languages());
        let list = |map: &BTreeMap<String, u64>| map.keys().take(12).cloned().collect::<Vec<_>>().join(", ");
        if !found.fields.is_empty() {
            let _ = writeln!(text, "#   fields     id, text, {}", list(&found.fields));
        }
        if !found.sites.is_empty() {
            let _ = writeln!(text, "#   sites      {}: {}", found.sites.len(), list(&found.sites));
        }
        if !found.encodings.is_empty() {
            let _ = writeln!(
                text,
                "#   encodings  {}, which are decoded, beside UTF-8",
                found.encodings.join(", ")
            );
        }
        for finding in found.other.iter().take(5) {
            let _ = writeln!(text, "#   mind       {finding}");
        }
    }
    // What comes from the input must not end a comment.
    let text_so_far: String =
        text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    let mut text = text_so_far;
    let _ = writeln!(text, "\nname = {}", toml_text(name));
    let languages: Vec<&str> = found
        .by_frequency()
        .into_iter()
        .map(|(code, _)| code)
        .filter(|code| !matches!(*code, "zxx" | "und"))
        .collect();
    let keep = languages.first().map(|_| {
        let share = found.documents / 50;
        let kept = found
            .by_frequency()
            .into_iter()
            .filter(|(code, count)| *count > share && languages.contains(code));
        let codes: Vec<String> = kept.map(|(code, _)| toml_text(code)).collect();
        format!(
            "keep = [{}]   # the languages of one document in fifty or more; others go to dropped/\n",
            codes.join(", ")
        )
    });
    let mut docs: Vec<StageDoc> = REGISTRY.entries().iter().map(tamiz_pipeline::Entry::doc).collect();
    // What a site's own rules take need not be judged by what comes after.
    docs.sort_by_key(|doc| match doc.name {
        "language" => 0,
        "rules" => 1,
        _ => 2,
    });
    for doc in docs {
        let is_own = doc.name == "rules";
        let learns = doc.name == "repeats";
        let sites = found.sites.values().any(|count| *count >= 5);
        // What learns from the corpus takes a pass of its own, so it is only proposed where it can learn something.
        let off = learns && !sites;
        text.push('\n');
        comment(&mut text, doc.about.split("\n\n").next().unwrap_or_default());
        if off {
            text.push_str("# It needs several pages of a site, told apart by their `url`; take the two `#` away to use it.\n");
        }
        let sign = if off { "#" } else { "" };
        let _ = write!(text, "{sign}[[stage]]\n{sign}use = \"{}\"\n", doc.name);
        if doc.name == "language" {
            text.push_str(
                keep.as_deref().unwrap_or("#keep = [\"es\", \"en\"]   # drop documents of other languages\n"),
            );
        }
        if is_own {
            text.push_str(RULE);
        } else {
            options(&mut text, &doc);
        }
    }
    text.push_str(TEST);
    text
}

const RULE: &str = r#"
# A rule: a pattern that is tried on every line, and what to cut where it matches: the "match", the "line", the
# "paragraph", the "rest" or the whole "document".
#[[stage.rule]]
#name = "agency-tag"
#pattern = '^\((EFE|AFP)\)\s*'
#cut = "match"
"#;

const TEST: &str = r#"
# Tests: an input, and the clean `output` or the `removed` lines that have to come of it.
#[[test]]
#name = "the agency's tag goes"
#input = "(EFE) It rained all night in the valley, and the river rose by a metre before dawn."
#removed = ["(EFE)"]
"#;

/// The options of a stage as comments, with their documentation.
fn options(text: &mut String, doc: &StageDoc) {
    for OptionDoc { name, default, about, fields, .. } in &doc.options {
        if !fields.is_empty() || (doc.name == "language" && name == "keep") {
            continue;
        }
        let about = about.replace('\n', " ");
        let first = about.split_inclusive(". ").next().unwrap_or_default().trim();
        comment(text, first);
        let value = default.clone().or_else(|| example(&about, name)).unwrap_or_else(|| "…".into());
        let _ = writeln!(text, "#{name} = {value}");
    }
}

/// A value that an option's documentation gives as an example: ``such as `"es"` ``, or `` `model = "my.model"` ``.
fn example(about: &str, name: &str) -> Option<String> {
    let mut pieces = about.split('`');
    while let (Some(before), Some(code)) = (pieces.next(), pieces.next()) {
        let value = code.strip_prefix(name).and_then(|rest| rest.trim_start().strip_prefix('='));
        if let Some(value) = value {
            return Some(value.trim().to_owned());
        }
        if before.trim_end().ends_with("such as") {
            return Some(code.to_owned());
        }
    }
    None
}

/// A text as lines of comment.
fn comment(text: &mut String, about: &str) {
    let mut line = String::from("#");
    for word in about.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
}

/// A basic string of TOML; JSON's escapes are among TOML's.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
