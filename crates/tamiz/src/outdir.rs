//! Outputs and their documents, as people name them on the command line.

use std::path::Path;

use tamiz_pipeline::{closest, near};
use tamiz_review::{OutputDir, ids, quarantined};

use crate::command_line::Failure;
use crate::shown::{short, thousands};

/// Opens an output.
///
/// # Errors
/// If it is none: with the folder beside it that was likely meant.
pub(crate) fn open(path: &Path) -> Result<OutputDir, Failure> {
    if !path.exists()
        && let Some(near) = near(path, |_| true)
    {
        let (path, near) = (path.display(), near.display());
        return Err(Failure::new(format!("there is no directory {path}: did you mean `{near}`?")));
    }
    Ok(OutputDir::open(path)?)
}

/// Ids that are compared with one that is not there.
const COMPARED: usize = 100_000;

/// Why an output has no document of that id, and what may be meant by it.
///
/// # Errors
/// If the output cannot be read.
pub(crate) fn no_document(output: &OutputDir, id: &str) -> Result<Failure, Failure> {
    let shown = output.root().display();
    if let Some(fault) = quarantined(output, id)? {
        return Ok(Failure::new(format!(
            "{shown} has no document `{id}`: it seems to be in quarantine, from {fault}"
        )));
    }
    let (mut seen, mut first, mut best) = (0, Vec::new(), None::<String>);
    ids(output, |other| {
        seen += 1;
        if first.len() < 3 {
            first.push(format!("`{}`", short(other, 60)));
        }
        // Its file's name is what people know a document by.
        let is_its_file = other.rsplit('/').next() == Some(id);
        let candidates = best.as_deref().into_iter().chain([other]);
        match is_its_file.then_some(other).or_else(|| closest(id, candidates)) {
            Some(near) if best.as_deref() != Some(near) => best = Some(near.to_owned()),
            _ => {}
        }
        seen < COMPARED && !is_its_file
    })?;
    let remedy = match best {
        Some(near) => format!("did you mean `{near}`?"),
        None if first.is_empty() => "it has no document at all".to_owned(),
        None if seen <= first.len() => format!("its documents are {}", first.join(", ")),
        None => format!("its documents are {}, …", first.join(", ")),
    };
    let of =
        if seen == COMPARED { format!(" (of the first {})", thousands(seen as u64)) } else { String::new() };
    Ok(Failure::new(format!("{shown} has no document `{id}`: {remedy}{of}")))
}
