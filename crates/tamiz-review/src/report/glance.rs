//! What the page counts of a document, without bringing its original back: the residue has what was taken out.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use tamiz_core::{Kind, Patch};

use super::documents::short;
use crate::residue::{Nearest, Residue};

/// Removed lines: how often, and the kind and rule of the first.
pub(super) type Frequent = HashMap<String, (u64, &'static str, String)>;

/// A record of a part, as far as the page counts it. What is not named here is passed over.
#[derive(Deserialize)]
struct Record<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    text: Cow<'l, str>,
    #[serde(default, borrow)]
    url: Option<&'l RawValue>,
    #[serde(default, borrow)]
    tamiz: Marks<'l>,
}

#[derive(Default, Deserialize)]
struct Marks<'l> {
    #[serde(default, borrow)]
    removed: Vec<Removed<'l>>,
}

#[derive(Deserialize)]
struct Removed<'l> {
    start: usize,
    kind: Kind,
    #[serde(borrow)]
    stage: Cow<'l, str>,
    #[serde(borrow)]
    rule: Cow<'l, str>,
}

/// A document at a glance.
pub(super) struct Glance<'l> {
    url: Option<&'l RawValue>,
    removed: Vec<Removed<'l>>,
    patches: Vec<Patch<'l>>,
    pub(super) nearest: Option<Nearest>,
    /// Code points of the original and of the clean text; the same where there is no residue.
    pub(super) before: u64,
    pub(super) after: u64,
    /// About the bytes of the original.
    pub(super) bytes: u64,
}

impl<'l> Glance<'l> {
    /// A glance at a stored record and the residue beside it. One that does not belong there is not looked at: telling
    /// of it is for `tamiz verify`.
    pub(super) fn at(record: &'l [u8], residue: Option<&'l [u8]>) -> serde_json::Result<Self> {
        let record: Record<'l> = serde_json::from_slice(record)?;
        let residue = residue.and_then(|line| serde_json::from_slice::<Residue<'l>>(line).ok());
        let residue = residue.filter(|residue| residue.id.get() == record.id.get());
        let (patches, nearest) =
            residue.map_or((Vec::new(), None), |residue| (residue.patches, residue.nearest));
        let after = record.text.chars().count();
        let taken: usize = patches.iter().map(|patch| patch.text.chars().count()).sum();
        let put: usize = patches.iter().map(|patch| patch.length).sum();
        let bytes = record.text.len() + patches.iter().map(|patch| patch.text.len()).sum::<usize>();
        Ok(Self {
            url: record.url,
            removed: record.tamiz.removed,
            patches,
            nearest,
            before: (after + taken).saturating_sub(put) as u64,
            after: after as u64,
            bytes: bytes as u64,
        })
    }

    /// The record's field `url`, where it is a string.
    pub(super) fn url(&self) -> Option<Cow<'l, str>> {
        serde_json::from_str::<String>(self.url?.get()).ok().map(Cow::Owned)
    }

    /// The share of its characters that went.
    pub(super) fn share(&self) -> f64 {
        self.before.saturating_sub(self.after) as f64 / self.before.max(1) as f64
    }

    /// Counts the document's removed lines.
    pub(super) fn count_removed(&self, lines: &mut Frequent) {
        let mut removed = self.removed.iter().peekable();
        // Places in the clean text and in the original, in code points.
        let (mut clean, mut original) = (0, 0);
        for patch in &self.patches {
            original += patch.at.saturating_sub(clean);
            clean = patch.at + patch.length;
            while removed.next_if(|span| span.start < original).is_some() {}
            // What no removed span begins with is a name's other spelling.
            if let Some(span) = removed.next_if(|span| span.start == original) {
                for line in patch.text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    let new = || (0, span.kind.name(), format!("{}/{}", span.stage, span.rule));
                    lines.entry(short(line, 160)).or_insert_with(new).0 += 1;
                }
            }
            original += patch.text.chars().count();
        }
    }
}
