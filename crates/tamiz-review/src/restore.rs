//! One document of an output, and its original.

use serde::Deserialize;

use crate::documents::{Documents, Kept, shown_id};
use crate::output::{OutputDir, ReviewError};

/// The first document with that id, kept or else dropped; `None` if there is none.
///
/// An id is named by its text; one that is no string by its JSON.
///
/// # Errors
/// If a file is missing or damaged.
pub fn find(output: &OutputDir, id: &str) -> Result<Option<Kept>, ReviewError> {
    let is_it = |raw: &str| raw == id || (raw.starts_with('"') && shown_id(raw) == id);
    if let Some(document) = Documents::kept(output).find(is_it)? {
        return Ok(Some(document));
    }
    let dropped = Documents::dropped(output).find(is_it)?;
    // A document that was dropped is stored as it came.
    Ok(dropped.map(|document| Kept { original: Some(Ok(document.text.clone())), ..document }))
}

/// Calls `seen` with the ids of all documents of an output, kept and then dropped, until it says no: a string's text, any
/// other id's JSON.
///
/// # Errors
/// If a file is missing or damaged.
pub fn ids(output: &OutputDir, mut seen: impl FnMut(&str) -> bool) -> Result<(), ReviewError> {
    for mut documents in [Documents::kept(output), Documents::dropped(output)] {
        let mut goes_on = true;
        // Every document is asked and none is it, so that none is parsed.
        documents.find(|raw| {
            goes_on = goes_on && seen(&shown_id(raw));
            !goes_on
        })?;
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// What quarantine says of the first record that could not be read and seems to be that document: where it stood, and why.
///
/// # Errors
/// If a file is missing or damaged.
pub fn quarantined(output: &OutputDir, id: &str) -> Result<Option<String>, ReviewError> {
    #[derive(Deserialize)]
    struct Fault {
        input: String,
        line: Option<u64>,
        reason: String,
        #[serde(default)]
        raw: String,
    }
    let (mut lines, mut line) = (output.lines("quarantine/"), Vec::new());
    // The record is broken, so that its id is a string of JSON somewhere in it, or its file's name.
    let quoted = serde_json::Value::from(id).to_string();
    // An id that is no string is named by its JSON.
    let named = serde_json::from_str::<serde_json::Value>(id).ok();
    while lines.next(&mut line)? {
        let Ok(fault) = serde_json::from_slice::<Fault>(&line) else { continue };
        // Some records are JSON, and broken in another way.
        let is_it = match serde_json::from_str::<serde_json::Value>(&fault.raw) {
            Ok(record) => record["id"] == *id || named.as_ref() == Some(&record["id"]),
            Err(_) => fault.raw.contains(&quoted),
        };
        if is_it || fault.input.ends_with(id) {
            let place = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
            return Ok(Some(format!("{}{place}: {}", fault.input, fault.reason)));
        }
    }
    Ok(None)
}

/// The original text of the first document with that id; `None` if there is none.
///
/// # Errors
/// If no residue was written, or output and residue do not fit.
pub fn restore(output: &OutputDir, id: &str) -> Result<Option<String>, ReviewError> {
    let shown = output.root().display();
    let Some(document) = find(output, id)? else { return Ok(None) };
    match document.original {
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(message)) => Err(ReviewError::new(format!(
            "{shown}: document `{id}`: {message}: run `tamiz verify` to see what else is damaged"
        ))),
        None => Err(ReviewError::new(format!(
            "{shown} was written without residue: run again without --no-residue"
        ))),
    }
}
