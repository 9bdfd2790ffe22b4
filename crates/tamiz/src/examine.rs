//! What is wrong with an input, as far as a look at every record shows.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use tamiz_formats::{Fault, Record, without_places};

/// Something that was found, with the first place and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) what: String,
    pub(crate) count: u64,
    pub(crate) first: String,
    pub(crate) remedy: String,
    /// Whether there is something to mend.
    pub(crate) is_fault: bool,
}

/// A look at an input, record by record.
#[derive(Default)]
pub(crate) struct Examination {
    pub(crate) records: u64,
    pub(crate) characters: u64,
    pub(crate) longest: u64,
    /// How many records have each field, beside `id` and `text`.
    pub(crate) fields: BTreeMap<String, u64>,
    /// How many texts and pages were decoded from each encoding that is not UTF-8, and how many were repaired how.
    pub(crate) encodings: BTreeMap<String, u64>,
    pub(crate) repairs: BTreeMap<String, u64>,
    findings: Vec<Finding>,
    /// Hashes of the ids so far: eight bytes a record.
    ids: HashSet<u64>,
    hasher: RandomState,
}

/// Told, but nothing to mend.
const NO_ID: &str = "has no id";

/// Fields beyond this many are the input's data, not its form.
const FIELDS: usize = 200;

/// What Windows-1252 makes of the first bytes of accented letters and quotation marks in UTF-8.
const MOJIBAKE: [&str; 10] = ["Ã¡", "Ã©", "Ã³", "Ã±", "Ã¼", "Ã¶", "Ã¤", "â€™", "â€œ", "Â "];

impl Examination {
    fn find(&mut self, what: &str, first: impl FnOnce() -> String, remedy: &str) {
        self.find_many(what, 1, first, remedy);
    }

    fn find_many(&mut self, what: &str, records: u64, first: impl FnOnce() -> String, remedy: &str) {
        match self.findings.iter_mut().find(|finding| finding.what == what) {
            Some(finding) => finding.count += records,
            None => self.findings.push(Finding {
                what: what.to_owned(),
                count: records,
                first: first(),
                remedy: remedy.to_owned(),
                is_fault: what != NO_ID,
            }),
        }
    }

    /// What was found, the most frequent first.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.count));
        findings
    }

    /// Takes in a record that cannot be read.
    pub(crate) fn fault(&mut self, fault: &Fault<'_>) {
        let what = without_places(&fault.reason);
        let remedy = match nearest_field(fault) {
            Some(field) if fault.reason.contains("no `text`") => {
                format!("rename the field `{field}` to `text`, or give --text-field {field}")
            }
            _ => fault.remedy.to_string(),
        };
        let first = || fault.place.to_string();
        self.find_many(&format!("cannot be read: {what}"), fault.records, first, &remedy);
    }

    /// Takes in a record.
    pub(crate) fn record(&mut self, record: &Record<'_>) {
        let text = match record.text() {
            Ok(text) => text,
            Err(fault) => return self.fault(&fault),
        };
        self.records += 1;
        let length = text.chars().count() as u64;
        self.characters += length;
        self.longest = self.longest.max(length);
        for (key, _) in &record.fields {
            let key = key.trim_matches('"');
            let is_full = self.fields.len() >= FIELDS;
            match self.fields.get_mut(key) {
                Some(count) => *count += 1,
                None if is_full => {}
                None => {
                    self.fields.insert(key.to_owned(), 1);
                }
            }
        }
        for (key, value) in &record.facts {
            let counts = match *key {
                "encoding" => &mut self.encodings,
                "repaired" => &mut self.repairs,
                _ => continue,
            };
            for one in value.split(", ") {
                *counts.entry(one.to_owned()).or_default() += 1;
            }
        }
        let place = || record.place.to_string();
        if !self.ids.insert(self.hasher.hash_one(record.id.json())) {
            let remedy =
                "give each document an id of its own: `tamiz why` and `restore` find the first of them";
            self.find("has an id that another one has", place, remedy);
        }
        if record.raw_text().is_some() && matches!(record.id, tamiz_formats::Id::Text(_)) {
            let remedy = "none is needed: such records are called FILE:LINE";
            self.find(NO_ID, place, remedy);
        }
        if text.trim().is_empty() {
            self.find("its text is empty", place, "leave them out, or see why nothing was extracted");
            return;
        }
        if MOJIBAKE.iter().filter(|sign| text.contains(**sign)).count() > 1 || text.matches("Ã").count() > 3
        {
            let remedy =
                "the text was decoded as Windows-1252 though it is UTF-8: decode it again, such as by ftfy";
            self.find("its text looks like mojibake (Ã³ for ó)", place, remedy);
        }
        if text.contains('\u{fffd}') {
            let remedy = "bytes were lost before it came here: decode the source in its own encoding";
            self.find("its text holds U+FFFD, the sign for what could not be decoded", place, remedy);
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            let remedy = "take them out: they are no text";
            self.find("its text holds control characters", place, remedy);
        }
        if record.raw_text().is_some() && has_markup(&text) {
            let remedy = "give tamiz the pages as .html files, or extract their text before";
            self.find("its text holds HTML tags", place, remedy);
        }
        if length > 400 && !text.contains('\n') {
            let remedy = "boilerplate is told line by line: extract the text with its line breaks";
            self.find("its text is one long line", place, remedy);
        }
    }
}

/// Whether a text is HTML rather than one that speaks of it.
fn has_markup(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["<p>", "<p ", "<div", "<br", "<span", "</a>", "<script", "&nbsp;"]
        .iter()
        .map(|tag| lower.matches(tag).count())
        .sum::<usize>()
        > 2
}

/// In a JSON record without `text`: the field that most likely is it.
fn nearest_field(fault: &Fault<'_>) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(fault.raw).ok()?;
    let fields = value.as_object()?;
    let names =
        ["content", "body", "raw_content", "plain_text", "article", "maintext", "main_text", "html_text"];
    let strings = || fields.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let named = strings().find(|(name, _)| names.contains(&name.to_lowercase().as_str()));
    let near = || strings().find(|(name, _)| tamiz_pipeline::closest(name, ["text"]).is_some());
    let longest = || strings().filter(|(_, value)| value.len() > 200).max_by_key(|(_, value)| value.len());
    named.or_else(near).or_else(longest).map(|(name, _)| name.to_owned())
}
