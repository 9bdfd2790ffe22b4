//! Labelled pages as they stand in files.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::data::{Line, Page, site_of_url};

/// A page as one JSON object: `{"id": "…", "source": "…", "lang": "es", "url": "…", "lines": [{"t": "…", "keep": 1}]}`.
/// A line with `"u": 1` could be either. A page may have `html` as well, or instead of `lines`: then its lines are
/// labelled after the text `gold`, or after the lines of another record with its `id`. Other fields are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    #[serde(default)]
    id: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    lines: Vec<LabelledLine>,
    #[serde(default)]
    gold: Option<String>,
    #[serde(default)]
    html: Option<String>,
}

impl Record {
    /// The page's HTML, where the record has it.
    #[must_use]
    pub fn html(&self) -> Option<&str> {
        self.html.as_deref()
    }

    /// Whether it has labelled lines.
    #[must_use]
    pub fn is_labelled(&self) -> bool {
        !self.lines.is_empty()
    }
}

#[derive(Clone, Debug, Deserialize)]
struct LabelledLine {
    t: String,
    #[serde(deserialize_with = "flag")]
    keep: bool,
    #[serde(default, deserialize_with = "flag")]
    u: bool,
}

/// Reads `true` and `false`, or 1 and 0.
fn flag<'d, D: Deserializer<'d>>(from: D) -> Result<bool, D::Error> {
    struct Flag;
    impl Visitor<'_> for Flag {
        type Value = bool;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("true, false, 1 or 0")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<bool, E> {
            match value {
                0 => Ok(false),
                1 => Ok(true),
                other => Err(E::invalid_value(Unexpected::Unsigned(other), &self)),
            }
        }
    }
    from.deserialize_any(Flag)
}

impl From<Record> for Page {
    /// Blank lines are left out: the stage does not look at them either. A page without a URL is a site of its own.
    fn from(record: Record) -> Page {
        let site = record
            .url
            .as_deref()
            .and_then(site_of_url)
            .unwrap_or_else(|| record.id.chars().take(14).collect());
        let lines = record.lines.into_iter().map(|line| Line::new(&line.t, line.keep, line.u));
        Page {
            id: record.id,
            source: record.source,
            language: record.lang,
            site,
            lines: lines.filter(|line| !line.text.is_empty()).collect(),
            gold: record.gold,
            containers: Vec::new(),
            site_pages: 0,
        }
    }
}
