//! What the page shows, gathered from the output and the summary.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tamiz_formats::without_places;

use super::documents::Sample;
use super::glance::{Frequent, Glance, Removed};
use crate::documents::{Documents, kept, site_of};
use crate::output::{OutputDir, ReviewError};
use crate::residue::Nearest;

/// The first documents of the output, at most so many and of so many bytes of original, are looked at: a page about a
/// large corpus has to be made in a moment too.
const LOOKED_AT: u64 = 1_000;
const LOOKED_AT_BYTES: u64 = 3 << 20;
/// Documents that the page shows.
const SHOWN: usize = 30;
/// Rows of its tables.
const ROWS: usize = 25;

/// What the output itself shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Gathered {
    /// Documents kept that were looked at, and whether those are all.
    looked_at: u64,
    is_all: bool,
    has_residue: bool,
    lengths: Vec<Length>,
    tallest: u64,
    lines: Vec<Line>,
    sites: Vec<Site>,
    quarantine: Vec<Reason>,
    #[serde(skip)]
    pub(super) documents: Vec<Sample>,
    has_scores: bool,
}

/// How many documents have a length between `from` and twice as much, before and after.
#[derive(Debug, Default, Serialize)]
struct Length {
    from: u64,
    before: u64,
    after: u64,
}

/// A line that was removed again and again.
#[derive(Debug, Serialize)]
struct Line {
    text: String,
    count: u64,
    kind: &'static str,
    rule: String,
}

/// How much of a site's text went.
#[derive(Debug, Default, Serialize)]
struct Site {
    site: String,
    documents: u64,
    share: f64,
}

/// Why records are in quarantine.
#[derive(Debug, Serialize)]
struct Reason {
    reason: String,
    count: u64,
    first: String,
}

/// A document that the page may show, as it is stored: of the many that are looked at, few are worth taking apart.
struct Candidate {
    record: Vec<u8>,
    residue: Option<Vec<u8>>,
    nearest: Option<Nearest>,
    /// The share of its characters that went.
    share: f64,
}

impl Gathered {
    pub(super) fn of(output: &OutputDir) -> Result<Self, ReviewError> {
        let mut gathered = Self { has_residue: output.has_residue(), ..Self::default() };
        let mut documents = Documents::kept(output);
        let (mut lines, mut sites, mut buffer) = (Frequent::default(), BTreeMap::new(), Vec::new());
        let mut lengths: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        let (mut bytes, mut candidates) = (0, Vec::new());
        let damaged = |error| ReviewError::new(format!("the output holds no record of tamiz: {error}"));
        while gathered.looked_at < LOOKED_AT && bytes < LOOKED_AT_BYTES {
            let Some((record, residue)) = documents.next_stored()? else {
                gathered.is_all = true;
                break;
            };
            gathered.looked_at += 1;
            let glance = Glance::at(record, residue, &mut buffer).map_err(damaged)?;
            let Glance { before, after, nearest, .. } = glance;
            lengths.entry(bin(before)).or_default().0 += 1;
            lengths.entry(bin(after)).or_default().1 += 1;
            if let Some(site) = glance.url.as_deref().and_then(site_of) {
                let sum: &mut (u64, u64, u64) = sites.entry(site).or_default();
                *sum = (sum.0 + 1, sum.1 + before, sum.2 + before - after.min(before));
            }
            glance.count_removed(&mut lines).map_err(damaged)?;
            gathered.has_scores |= nearest.is_some();
            bytes += glance.bytes;
            let (record, residue) = (record.to_vec(), residue.map(<[u8]>::to_vec));
            candidates.push(Candidate { record, residue, nearest, share: glance.share() });
            if candidates.len() > 4 * SHOWN {
                keep_nearest(&mut candidates);
            }
        }
        keep_nearest(&mut candidates);
        for Candidate { record, residue, nearest, .. } in candidates {
            let document = kept(&record, residue.as_deref()).map_err(damaged)?;
            gathered.documents.push(Sample::of(document, nearest));
        }
        gathered.lengths = filled(&lengths);
        gathered.tallest =
            gathered.lengths.iter().map(|length| length.before.max(length.after)).max().unwrap_or(0);
        let most = lines.most(ROWS).map_err(damaged)?.into_iter();
        gathered.lines = most
            .map(|Removed { text, count, kind, rule }| Line { text, count, kind: kind.name(), rule })
            .collect();
        gathered.sites = cut_most(sites);
        gathered.quarantine = quarantine(output)?;
        Ok(gathered)
    }
}

/// The documents decided most narrowly; where there are no scores, those of which most went.
fn keep_nearest(candidates: &mut Vec<Candidate>) {
    let distance = |candidate: &Candidate| candidate.nearest.map_or(f32::MAX, Nearest::distance);
    candidates.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then_with(|| b.share.total_cmp(&a.share)));
    candidates.truncate(SHOWN);
}

/// Lengths are put together by powers of two.
fn bin(length: u64) -> u32 {
    length.checked_ilog2().map_or(0, |power| power + 1)
}

/// All bins from the shortest to the longest.
fn filled(lengths: &BTreeMap<u32, (u64, u64)>) -> Vec<Length> {
    let (Some((first, _)), Some((last, _))) = (lengths.first_key_value(), lengths.last_key_value()) else {
        return Vec::new();
    };
    // Below 32 characters a text is short in any way.
    let first = (*first).max(5);
    (first..=(*last).max(first))
        .map(|power| {
            let range = if power == first { 0..=power } else { power..=power };
            let sum = lengths.range(range).fold((0, 0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1));
            let from = if power == first { 0 } else { 1 << (power - 1) };
            Length { from, before: sum.0, after: sum.1 }
        })
        .collect()
}

fn cut_most(sites: BTreeMap<String, (u64, u64, u64)>) -> Vec<Site> {
    let mut list: Vec<Site> = (sites.into_iter())
        .map(|(site, (documents, before, cut))| Site {
            site: safe(&site).into_owned(),
            documents,
            share: cut as f64 / before.max(1) as f64,
        })
        .collect();
    list.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.site.cmp(&b.site)));
    list.truncate(ROWS);
    list
}

/// Why records are in quarantine, of the first ten thousand.
fn quarantine(output: &OutputDir) -> Result<Vec<Reason>, ReviewError> {
    let (mut lines, mut line) = (output.lines("quarantine/"), Vec::new());
    let mut reasons: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut left = 10_000;
    while left > 0 && lines.next(&mut line)? {
        left -= 1;
        let Ok(fault) = serde_json::from_slice::<Value>(&line) else { continue };
        let text = |key: &str| fault[key].as_str().unwrap_or_default().to_owned();
        let reason = without_places(&text("reason"));
        let place = match (fault["line"].as_u64(), fault["row_group"].as_u64()) {
            (Some(line), _) => format!("{}:{line}", text("input")),
            (None, Some(_)) => format!("{}: row {}", text("input"), fault["record"]),
            (None, None) => text("input"),
        };
        let records = fault["records"].as_u64().unwrap_or(1);
        reasons.entry(safe(&reason).into_owned()).or_insert((0, safe(&place).into_owned())).0 += records;
    }
    let mut list: Vec<Reason> =
        (reasons.into_iter()).map(|(reason, (count, first))| Reason { reason, count, first }).collect();
    list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    list.truncate(ROWS);
    Ok(list)
}

/// Text without what could give a program orders, or turn and hide the text around it.
pub(super) fn safe(text: &str) -> Cow<'_, str> {
    // Most texts have no byte with which such a character begins: all bytes are looked at, without a branch, so that a
    // vector unit can do it.
    let begins = |byte: u8| (byte < 0x20) | (byte == 0x7f) | matches!(byte, 0xc2 | 0xd8 | 0xe2);
    if !text.bytes().fold(false, |any, byte| any | begins(byte)) {
        return text.into();
    }
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' => {
                '\u{fffd}'
            }
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// A row of a chart.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    name: String,
    value: f64,
    /// Of the longest bar, from 0 to 1.
    length: f64,
    /// Of all, from 0 to 1.
    share: f64,
    /// More about it.
    note: f64,
}

fn bars(list: impl IntoIterator<Item = (String, f64, f64)>, all: Option<f64>) -> Vec<Bar> {
    let list: Vec<(String, f64, f64)> = list.into_iter().collect();
    let longest = list.iter().map(|(_, value, _)| *value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let all = all.unwrap_or_else(|| list.iter().map(|(_, value, _)| value).sum()).max(f64::MIN_POSITIVE);
    list.into_iter()
        .map(|(name, value, note)| Bar { name, value, length: value / longest, share: value / all, note })
        .collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What has become of the documents: read, then what is left after each step.
pub(super) fn funnel(summary: &Value) -> Vec<Bar> {
    let counts = &summary["counts"];
    let read = number(&counts["read"]);
    let mut steps = vec![("read".to_owned(), read, 0.0)];
    let mut left = read;
    let mut step = |name: &str, lost: f64, steps: &mut Vec<(String, f64, f64)>| {
        left -= lost;
        steps.push((name.to_owned(), left, lost));
    };
    step("quarantine", number(&counts["quarantined"]), &mut steps);
    for stage in list(&summary["stages"]) {
        let name = stage["stage"].as_str().unwrap_or_default();
        step(name, number(&stage["dropped"]), &mut steps);
    }
    bars(steps, Some(read))
}

/// Characters removed by each stage and rule.
pub(super) fn removed(summary: &Value) -> Vec<Bar> {
    let mut stages: BTreeMap<String, f64> = BTreeMap::new();
    for removed in list(&summary["removed"]) {
        *stages.entry(removed["stage"].as_str().unwrap_or_default().to_owned()).or_default() +=
            number(&removed["characters"]);
    }
    bars(stages.into_iter().map(|(name, characters)| (name, characters, 0.0)), None)
}

/// Characters removed by kind, with the number of pieces.
pub(super) fn kinds(summary: &Value) -> Vec<Bar> {
    let mut kinds: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for removed in list(&summary["removed"]) {
        let sum = kinds.entry(removed["kind"].as_str().unwrap_or_default().to_owned()).or_default();
        *sum = (sum.0 + number(&removed["characters"]), sum.1 + number(&removed["pieces"]));
    }
    let mut list: Vec<_> =
        kinds.into_iter().map(|(name, (characters, pieces))| (name, characters, pieces)).collect();
    list.sort_by(|a, b| b.1.total_cmp(&a.1));
    bars(list, None)
}

/// Documents by language.
pub(super) fn languages(summary: &Value) -> Vec<Bar> {
    let languages = summary["languages"].as_object().into_iter().flatten();
    let mut list: Vec<_> = languages.map(|(code, count)| (code.clone(), number(count), 0.0)).collect();
    list.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all = list.iter().map(|(_, count, _)| count).sum();
    list.truncate(ROWS);
    bars(list, Some(all))
}

/// Seconds of each stage and of the work around them, with MB/s of text.
pub(super) fn times(summary: &Value) -> Vec<Bar> {
    let megabytes = number(&summary["text_bytes_in"]) / 1e6;
    let around = ["reading", "parsing", "rendering", "compressing", "writing"].map(|name| {
        let seconds = number(&summary["seconds"][name]);
        let speed = if seconds > 0.0 { megabytes / seconds } else { 0.0 };
        (name.to_owned(), seconds, speed)
    });
    let stages = list(&summary["stages"]).map(|stage| {
        let name = stage["stage"].as_str().unwrap_or_default().to_owned();
        (name, number(&stage["seconds"]), number(&stage["megabytes_per_second"]))
    });
    let (before, after) = around.split_at(2);
    bars(before.iter().cloned().chain(stages).chain(after.iter().cloned()), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_that_gives_orders_or_turns_text_is_left() {
        let harmless = "¿Año 1? «Да», 日本 “a”\tb\n";
        assert_eq!(safe(harmless), harmless);
        assert_eq!(safe("plain"), "plain");
        for code in (0..0x3000).filter(|code| !matches!(code, 0x09 | 0x0a)) {
            let Some(c) = char::from_u32(code) else { continue };
            let turns = matches!(code, 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
            let shown = if turns || c.is_control() { '\u{fffd}' } else { c };
            assert_eq!(safe(&format!("a{c}b")), format!("a{shown}b"), "U+{code:04X}");
        }
    }
}
