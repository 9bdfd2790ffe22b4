//! One document of an output, and its original.

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

/// The original text of the first document with that id.
///
/// # Errors
/// If there is none, no residue was written, or output and residue do not fit.
pub fn restore(output: &OutputDir, id: &str) -> Result<String, ReviewError> {
    let shown = output.root().display();
    let Some(document) = find(output, id)? else {
        return Err(ReviewError::new(format!(
            "{shown} has no document `{id}`: look into its parts and `dropped/` for the ids there are"
        )));
    };
    match document.original {
        Some(Ok(text)) => Ok(text),
        Some(Err(message)) => Err(ReviewError::new(format!(
            "{shown}: document `{id}`: {message}: run `tamiz verify` to see what else is damaged"
        ))),
        None => Err(ReviewError::new(format!(
            "{shown} was written without residue: run again without --no-residue"
        ))),
    }
}
