//! What a run keeps of a document besides its clean text, so that the original can be brought back.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tamiz_core::{Patch, Rendered};
use xxhash_rust::xxh3::xxh3_128;

/// A line of `residue/part-*.jsonl.zst`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Residue<'r> {
    /// The document's id, as JSON.
    #[serde(borrow)]
    pub id: Cow<'r, RawValue>,
    /// The [`checksum`] of its original text.
    #[serde(borrow)]
    pub checksum: Cow<'r, str>,
    /// What brings the original text back from the clean one, in order.
    #[serde(borrow)]
    pub patches: Vec<Patch<'r>>,
}

impl<'r> Residue<'r> {
    /// The residue of a rendered document with that id (as JSON) and source.
    ///
    /// # Panics
    /// Never on an id that a reader gave: those are JSON.
    #[must_use]
    pub fn of(id: &str, source: &str, rendered: &Rendered<'r>) -> Self {
        let id = RawValue::from_string(id.to_owned()).expect("readers give ids that are JSON");
        Self { id: Cow::Owned(id), checksum: checksum(source).into(), patches: rendered.patches().collect() }
    }

    /// Appends the residue as one line of JSON.
    ///
    /// # Errors
    /// None that memory does not give.
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }
}

/// The checksum of a text: XXH3 with 128 bits over its UTF-8, as 32 hexadecimal digits. It tells damage and mix-ups; it
/// is no signature.
#[must_use]
pub fn checksum(text: &str) -> String {
    format!("{:032x}", xxh3_128(text.as_bytes()))
}
