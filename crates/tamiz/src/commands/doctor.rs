//! `tamiz doctor`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use tamiz_formats::{Batch, Limits, Reader, Selection, list};

use crate::command_line::{Failure, Status, print};
use crate::commands::work::{Reading, present};
use crate::examine::{Examination, Finding};
use crate::shown::{safe, several, short, thousands};

/// Look at an input before a run: damage, encodings, missing fields, repeated ids
///
/// Reads all of it and changes nothing. Ends with status 1 if something was found.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz doctor crawl/\n  tamiz doctor 'crawl/*.jsonl.zst' --limit 100000")]
pub struct Arguments {
    /// Files, folders, globs, or `-` for standard input.
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// Only the first N records.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    present(&arguments.inputs)?;
    let listing = list(&arguments.inputs, &[]).map_err(|errors| {
        Failure::new(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    let (files, left) = (listing.sources.len() as u64, listing.left);
    let mut formats: BTreeMap<String, u64> = BTreeMap::new();
    for source in &listing.sources {
        let compression = source.compression.suffix();
        *formats.entry(format!("{:?}{compression}", source.format).to_lowercase()).or_default() += 1;
    }
    let selection = Selection { limit: arguments.limit, ..Selection::default() };
    let stdin = Box::new(std::io::stdin());
    let mut reader = Reader::new(listing.sources, Some(stdin), Limits::default(), selection)
        .map_err(|error| Failure::new(error.to_string()))?
        .with_html(arguments.reading.html())
        .with_fields(arguments.reading.fields());
    let mut examination = Examination::default();
    let mut batch = Batch::default();
    while reader.next(&mut batch, &|| true) {
        for entry in batch.records() {
            match entry {
                Ok(record) => examination.record(&record),
                Err(fault) => examination.fault(&fault),
            }
        }
    }
    let formats: Vec<String> = formats.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let mut told = format!("{}: {}\n", several(files, "file"), formats.join(", "));
    if left > 0 {
        let (whose, are) = if left == 1 { ("whose name says", "is") } else { ("whose names say", "are") };
        let files = several(left, "other file");
        let _ = writeln!(told, "{files}, {whose} no format that is read, {are} left");
    }
    told.push_str(&summary(&examination));
    let findings = examination.findings();
    for finding in &findings {
        told.push_str(&shown(finding));
    }
    if findings.is_empty() {
        told.push_str(if examination.records == 0 {
            "\nthere is no record in it: check the path, or the files' names\n"
        } else {
            "\nnothing is wrong with it\n"
        });
    }
    print(&told)?;
    let is_well = examination.records > 0 && !findings.iter().any(|finding| finding.is_fault);
    Ok(if is_well { Status::DONE } else { Status::FOUND })
}

fn summary(examination: &Examination) -> String {
    let Examination { records, characters, longest, .. } = examination;
    let mean = if *records == 0 { 0 } else { characters / records };
    let mut text = format!(
        "{} can be read, {}: {} each on average, {} the longest\n",
        several(*records, "record"),
        several(*characters, "character"),
        thousands(mean),
        thousands(*longest)
    );
    if !examination.fields.is_empty() {
        let fields: Vec<String> = (examination.fields.iter())
            .map(|(name, count)| match *count == *records {
                true => safe(name),
                false => format!("{} (in {} of {})", safe(name), thousands(*count), thousands(*records)),
            })
            .collect();
        let _ = writeln!(text, "fields beside id and text: {}", fields.join(", "));
    }
    let counted = |counts: &BTreeMap<String, u64>| {
        let mut list: Vec<(&String, &u64)> = counts.iter().collect();
        list.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let list = list.into_iter().map(|(what, count)| format!("{} {}", thousands(*count), safe(what)));
        list.collect::<Vec<_>>().join(", ")
    };
    if !examination.encodings.is_empty() {
        let _ =
            writeln!(text, "decoded from other encodings than UTF-8: {}", counted(&examination.encodings));
    }
    if !examination.repairs.is_empty() {
        let _ = writeln!(text, "repaired as they were read: {}", counted(&examination.repairs));
    }
    text
}

fn shown(finding: &Finding) -> String {
    format!(
        "\n{}: {}\n    first: {}\n    {}\n",
        several(finding.count, "record"),
        safe(&finding.what),
        short(&finding.first, 160),
        finding.remedy
    )
}
