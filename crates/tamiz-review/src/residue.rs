//! What a run keeps of a document besides its clean text, so that the original can be brought back.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tamiz_core::{Document, Patch, Rendered};
use xxhash_rust::xxh3::xxh3_128;

use crate::hints;

/// How near a document's least certain line is to the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    /// The line's first code point in the original.
    pub start: usize,
    /// From 0 (surely furniture) to 1 (surely content).
    pub score: f32,
    /// From here on it is kept.
    pub threshold: f32,
}

impl Nearest {
    fn of(document: &Document) -> Option<Self> {
        let line = document.narrowest()?;
        // More digits would only differ from machine to machine.
        let rounded = |number: f32| (number * 1e4).round() / 1e4;
        Some(Self {
            start: document.source()[..line.start].chars().count(),
            score: rounded(line.score),
            threshold: rounded(line.threshold),
        })
    }

    pub(crate) fn distance(self) -> f32 {
        (self.score - self.threshold).abs()
    }
}

/// A line of `residue/part-*.jsonl.zst`.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// The line that was decided most narrowly, where a stage goes by scores: the report shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// What a page's HTML said of its lines: see [`Kept::hints`](crate::Kept::hints).
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub hints: Option<Cow<'r, str>>,
}

impl<'r> Residue<'r> {
    /// The residue of a document with that id (as JSON), and of what it was rendered to.
    ///
    /// # Panics
    /// Never on an id that a reader gave: those are JSON.
    #[must_use]
    pub fn of(id: &str, document: &Document, rendered: &Rendered<'r>) -> Self {
        let id = RawValue::from_string(id.to_owned()).expect("readers give ids that are JSON");
        Self {
            id: Cow::Owned(id),
            checksum: checksum(document.source()).into(),
            patches: rendered.patches().collect(),
            nearest: Nearest::of(document),
            hints: document.hints().map(|hints| hints::write(hints).into()),
        }
    }

    /// Appends the residue as one line of JSON.
    ///
    /// # Errors
    /// None that memory does not give.
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        out.extend_from_slice(b"{\"id\":");
        out.extend_from_slice(self.id.get().as_bytes());
        out.extend_from_slice(b",\"checksum\":");
        serde_json::to_writer(&mut *out, &self.checksum)?;
        out.extend_from_slice(b",\"patches\":[");
        for (number, patch) in self.patches.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            patch.write(out)?;
        }
        out.push(b']');
        if let Some(nearest) = &self.nearest {
            out.extend_from_slice(b",\"nearest\":");
            serde_json::to_writer(&mut *out, nearest)?;
        }
        if let Some(hints) = &self.hints {
            out.extend_from_slice(b",\"hints\":");
            serde_json::to_writer(&mut *out, hints)?;
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// The checksum of a text: XXH3 with 128 bits over its UTF-8, as 32 hexadecimal digits. It tells damage and mix-ups; it
/// is no signature.
#[must_use]
pub fn checksum(text: &str) -> String {
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residue_is_written_as_serde_json_writes_it() {
        let patches = ["Menú\n", "a \"b\"", "\n"].into_iter().enumerate();
        let residue = Residue {
            id: Cow::Owned(RawValue::from_string("[1, \"a\"]".into()).unwrap()),
            checksum: checksum("x").into(),
            patches: patches.map(|(at, text)| Patch { at, length: at, text: text.into() }).collect(),
            nearest: Some(Nearest { start: 7, score: 0.25, threshold: 0.5 }),
            hints: Some("h \"1\"\n".into()),
        };
        for residue in
            [Residue { nearest: None, hints: None, patches: Vec::new(), ..residue.clone() }, residue]
        {
            let mut written = Vec::new();
            residue.write(&mut written).unwrap();
            let expected = serde_json::to_string(&residue).unwrap() + "\n";
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
