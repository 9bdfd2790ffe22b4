//! The documents of an output, each with its marks and, where the residue is there, its original.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use tamiz_core::{Hints, Kind, NameType, restore};

use crate::hints;
use crate::output::{Lines, OutputDir, ReviewError};
use crate::residue::{Residue, checksum};

/// A document kept, with what is known of it.
#[derive(Debug)]
pub struct Kept {
    /// Its id, as JSON.
    pub id: String,
    /// The clean text.
    pub text: String,
    /// The record's field `url`, where it is a string.
    pub url: Option<String>,
    /// What the stages marked.
    pub marks: Marks,
    /// The original text; `None` if no residue was written.
    pub original: Option<Result<String, String>>,
    /// The hints, as the residue holds them.
    pub(crate) hints: Option<String>,
    /// The names that have another spelling in the clean text, in order; only where [`kept()`] has looked for them.
    pub(crate) respelt: Vec<Respelt>,
}

/// A name of the original that has another spelling in the clean text.
#[derive(Debug)]
pub(crate) struct Respelt {
    /// First code point in the original.
    pub(crate) start: usize,
    /// One past the last.
    pub(crate) end: usize,
    /// The other spelling.
    pub(crate) text: String,
}

impl Kept {
    /// The original, where it is there and fits.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.original.as_ref()?.as_deref().ok()
    }

    /// What a page's HTML said of the original's lines; `None` of a text without HTML, of one that was dropped whole, and
    /// where the residue is damaged.
    #[must_use]
    pub fn hints(&self) -> Option<Hints> {
        let hints = hints::read(self.hints.as_deref()?)?;
        // As many as a document of the original would take.
        (hints.lines.len() <= self.source()?.split('\n').count()).then_some(hints)
    }

    /// The id without the quotes of a JSON string.
    #[must_use]
    pub fn shown_id(&self) -> String {
        shown_id(&self.id)
    }
}

/// An id without the quotes of a JSON string.
pub(crate) fn shown_id(raw: &str) -> String {
    serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned())
}

/// The site of a URL: its host name in lower case, without `www.` and port.
#[must_use]
pub fn site_of(url: &str) -> Option<String> {
    let host = url.split_once("://")?.1.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let host = host.split(':').next()?.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_owned())
}

/// The key `tamiz` of a record.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Marks {
    /// The document's language, where a stage tells it.
    pub language: Option<Language>,
    /// What was removed; offsets are code points of the original.
    #[serde(default)]
    pub removed: Vec<Removed>,
    /// The sentences, in code points of the clean text.
    #[serde(default)]
    pub sentences: Vec<[usize; 2]>,
    /// The names, in code points of the clean text.
    #[serde(default)]
    pub names: Vec<NameMark>,
    /// Why it was dropped, of a document in `dropped/`.
    pub dropped: Option<DroppedFor>,
}

/// A document's language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Language {
    /// The code.
    pub code: String,
    /// From 0 to 1.
    pub confidence: f64,
}

/// A removed span.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Removed {
    /// First code point in the original.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it was.
    pub kind: Kind,
    /// The stage that removed it.
    pub stage: String,
    /// The rule that decided.
    pub rule: String,
    /// How likely the stage held it to be content, from 0 to 1, where it was a matter of degree.
    pub score: Option<f64>,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct NameMark {
    /// First code point in the clean text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it names.
    #[serde(rename = "type")]
    pub name_type: NameType,
    /// The spelling that stands for all of them.
    pub canonical: String,
    /// The original's spelling, where the clean text has another.
    pub was: Option<String>,
}

/// Why a document was dropped whole.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DroppedFor {
    /// The stage.
    pub stage: String,
    /// The kind.
    pub kind: Kind,
    /// The rule.
    pub rule: String,
}

/// A record of a part, as it is stored.
#[derive(Debug, Deserialize)]
pub struct Stored<'l> {
    /// The id, as JSON.
    #[serde(borrow)]
    pub id: &'l RawValue,
    /// The text.
    pub text: String,
    /// The field `url`, whatever it is.
    #[serde(default, borrow)]
    pub url: Option<&'l RawValue>,
    /// The marks.
    #[serde(default)]
    pub tamiz: Marks,
}

impl Stored<'_> {
    fn kept(self, original: Option<Result<String, String>>, hints: Option<String>) -> Kept {
        Kept {
            id: self.id.get().to_owned(),
            text: self.text,
            url: self.url.and_then(|raw| serde_json::from_str(raw.get()).ok()),
            marks: self.tamiz,
            original,
            hints,
            respelt: Vec::new(),
        }
    }
}

/// A record's line and the residue's beside it, where there is one.
pub(crate) type StoredLines<'d> = (&'d [u8], Option<&'d [u8]>);

/// Reads the documents of an output in order, those kept with their residue beside them.
pub struct Documents {
    parts: Lines,
    residue: Option<Lines>,
    line: Vec<u8>,
    beside: Vec<u8>,
}

impl Documents {
    /// The documents that were kept.
    #[must_use]
    pub fn kept(output: &OutputDir) -> Self {
        let residue = output.has_residue().then(|| output.lines("residue/"));
        Self { parts: output.lines(""), residue, line: Vec::new(), beside: Vec::new() }
    }

    /// The documents that were dropped whole: their text is the original.
    #[must_use]
    pub fn dropped(output: &OutputDir) -> Self {
        Self { parts: output.lines("dropped/"), residue: None, line: Vec::new(), beside: Vec::new() }
    }

    /// The next document for which `wanted` says yes to its raw id; the others are not parsed.
    ///
    /// # Errors
    /// If a file is missing or damaged, or a line is no record.
    pub fn find(&mut self, mut wanted: impl FnMut(&str) -> bool) -> Result<Option<Kept>, ReviewError> {
        #[derive(Deserialize)]
        struct Head<'l> {
            #[serde(borrow)]
            id: &'l RawValue,
        }
        while self.parts.next(&mut self.line)? {
            let beside = match &mut self.residue {
                Some(residue) => residue.next(&mut self.beside)?,
                None => false,
            };
            let head: Head<'_> = serde_json::from_slice(&self.line)
                .map_err(|error| self.parts.fault(format!("no record of tamiz: {error}")))?;
            if !wanted(head.id.get()) {
                continue;
            }
            let stored: Stored<'_> = serde_json::from_slice(&self.line)
                .map_err(|error| self.parts.fault(format!("no record of tamiz: {error}")))?;
            let (original, hints) = match &self.residue {
                None => (None, None),
                Some(_) if !beside => {
                    (Some(Err("it has no residue: the files do not belong together".into())), None)
                }
                Some(_) => original(&stored, &self.beside),
            };
            return Ok(Some(stored.kept(original, hints)));
        }
        Ok(None)
    }

    /// The next record and the residue beside it, as they are stored; `None` after the last.
    pub(crate) fn next_stored(&mut self) -> Result<Option<StoredLines<'_>>, ReviewError> {
        if !self.parts.next(&mut self.line)? {
            return Ok(None);
        }
        let beside = match &mut self.residue {
            Some(residue) => residue.next(&mut self.beside)?,
            None => false,
        };
        Ok(Some((&self.line, beside.then_some(&*self.beside))))
    }

    /// The next document.
    ///
    /// # Errors
    /// As those of [`Documents::find`].
    pub fn read(&mut self) -> Result<Option<Kept>, ReviewError> {
        self.find(|_| true)
    }
}

/// A record and its residue, as they are stored, as a document.
pub(crate) fn kept(line: &[u8], beside: Option<&[u8]>) -> serde_json::Result<Kept> {
    let stored: Stored<'_> = serde_json::from_slice(line)?;
    let Some(beside) = beside else { return Ok(stored.kept(None, None)) };
    let residue = match residue(beside) {
        Ok(residue) => residue,
        Err(damage) => return Ok(stored.kept(Some(Err(damage)), None)),
    };
    let original = checked(&stored, &residue);
    let respelt = if original.is_ok() { respelt(&stored, &residue) } else { Vec::new() };
    Ok(Kept { respelt, ..stored.kept(Some(original), residue.hints.map(Cow::into_owned)) })
}

/// Brings the original of a record back, and checks it; and the hints beside it, as they are stored.
fn original(stored: &Stored<'_>, line: &[u8]) -> (Option<Result<String, String>>, Option<String>) {
    match residue(line) {
        Ok(residue) => (Some(checked(stored, &residue)), residue.hints.map(Cow::into_owned)),
        Err(damage) => (Some(Err(damage)), None),
    }
}

fn residue(line: &[u8]) -> Result<Residue<'_>, String> {
    serde_json::from_slice(line).map_err(|error| format!("its residue is damaged: {error}"))
}

fn checked(stored: &Stored<'_>, residue: &Residue<'_>) -> Result<String, String> {
    if residue.id.get() != stored.id.get() {
        return Err(format!("the residue beside it is that of {}", shown_id(residue.id.get())));
    }
    let restored = restore(&stored.text, &residue.patches)
        .map_err(|misfit| format!("its residue does not fit its text: {misfit}"))?;
    let sum: Cow<'_, str> = checksum(&restored).into();
    if sum != residue.checksum {
        return Err(format!("what comes back has checksum {sum}, not {}", residue.checksum));
    }
    Ok(restored)
}

/// What was put in the place of something else: what no removed span begins with is a name's other spelling.
fn respelt(stored: &Stored<'_>, residue: &Residue<'_>) -> Vec<Respelt> {
    let mut removed = stored.tamiz.removed.iter().map(|span| span.start).peekable();
    let mut chars = stored.text.chars();
    // Places in the clean text and in the original, in code points.
    let (mut clean, mut original, mut found) = (0, 0, Vec::new());
    for patch in &residue.patches {
        let between = patch.at.saturating_sub(clean);
        chars.by_ref().take(between).for_each(drop);
        original += between;
        clean = patch.at + patch.length;
        let text: String = chars.by_ref().take(patch.length).collect();
        let end = original + patch.text.chars().count();
        while removed.next_if(|start| *start < original).is_some() {}
        if removed.peek() != Some(&original) && !text.is_empty() && end > original {
            found.push(Respelt { start: original, end, text });
        }
        original = end;
    }
    found
}
