//! How well a labelling does: the figures of the report.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::data::Page;
use crate::notation::is_unspaced;

/// Lines before and after the content that still count as its zone.
const ZONE_MARGIN: usize = 3;

/// A held-out page's figures.
#[derive(Clone, Debug)]
pub struct PageScore {
    /// The page's source.
    pub source: String,
    /// Its language.
    pub language: String,
    /// Its site.
    pub site: String,
    /// Whether it was read from HTML.
    pub has_hints: bool,
    /// Its id.
    pub id: String,
    /// F1 of the kept lines' tokens against the gold text's.
    pub token_f1: f64,
    /// The same if every line were kept.
    pub keep_all_f1: f64,
    /// Furniture in the zone of the content: lines dropped rightly, dropped wrongly, and missed.
    pub zone: [u32; 3],
    /// The token F1 of the model alone, without what cues and blocks decide.
    pub model_token_f1: f64,
    /// The zone of the model alone.
    pub model_zone: [u32; 3],
    /// Whether the page's title stays, where it is known.
    pub title: Option<bool>,
    /// Each line's probability of being content.
    pub probabilities: Vec<f32>,
}

/// Calls for every token: a maximal run of letters and digits, or one character of an unspaced script, after NFKC and
/// lower-casing.
fn each_token(text: &str, mut call: impl FnMut(&str)) {
    let mut token = String::new();
    let mut push = |token: &str| {
        if !token.is_empty() {
            call(token);
        }
    };
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let is_single = is_unspaced(c);
        if is_single || !c.is_alphanumeric() {
            push(&token);
            token.clear();
        }
        if is_single {
            push(c.encode_utf8(&mut [0; 4]));
        } else if c.is_alphanumeric() {
            token.push(c);
        }
    }
    push(&token);
}

/// Hashes of a text's tokens.
pub(super) fn tokens(text: &str) -> Vec<u64> {
    let mut hashes = Vec::new();
    each_token(text, |token| {
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        hashes.push(token.bytes().fold(0xcbf2_9ce4_8422_2325, hash));
    });
    hashes
}

fn count_tokens(text: &str, counts: &mut HashMap<String, i64>, by: i64) -> i64 {
    let mut total = 0;
    each_token(text, |token| {
        *counts.entry(token.to_owned()).or_insert(0) += by;
        total += 1;
    });
    total
}

fn token_f1(page: &Page, gold: &HashMap<String, i64>, gold_total: i64, kept: &[bool]) -> f64 {
    let mut counts = HashMap::new();
    let mut total = 0;
    for (line, kept) in page.lines.iter().zip(kept) {
        if *kept && !line.ambiguous {
            total += count_tokens(&line.text, &mut counts, 1);
        }
    }
    let overlap: i64 =
        counts.iter().map(|(token, count)| (*count).min(gold.get(token).copied().unwrap_or(0))).sum();
    let ratio =
        |part: i64, whole: i64, empty: f64| if whole > 0 { part as f64 / whole as f64 } else { empty };
    let precision = ratio(overlap, total, f64::from(gold_total == 0));
    let recall = ratio(overlap, gold_total, 1.0);
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

impl PageScore {
    pub(super) fn new(
        page: &Page,
        kept: &[bool],
        by_model: &[bool],
        probabilities: &[f32],
        tokens: impl Fn(usize) -> u32,
    ) -> Self {
        let mut gold = HashMap::new();
        let gold_total = match &page.gold {
            Some(text) => count_tokens(text, &mut gold, 1),
            None => page
                .lines
                .iter()
                .filter(|line| line.keep && !line.ambiguous)
                .map(|line| count_tokens(&line.text, &mut gold, 1))
                .sum(),
        };
        Self {
            source: page.source.clone(),
            language: page.language.clone(),
            site: page.site.clone(),
            has_hints: page.has_hints(),
            id: page.id.clone(),
            token_f1: token_f1(page, &gold, gold_total, kept),
            keep_all_f1: token_f1(page, &gold, gold_total, &vec![true; kept.len()]),
            zone: zone(page, kept, &tokens),
            model_token_f1: token_f1(page, &gold, gold_total, by_model),
            model_zone: zone(page, by_model, &tokens),
            title: page.lines.iter().position(|line| line.is_title).map(|line| kept[line]),
            probabilities: probabilities.to_vec(),
        }
    }
}

/// Counts furniture from some lines before the content to some after.
fn zone(page: &Page, kept: &[bool], tokens: &impl Fn(usize) -> u32) -> [u32; 3] {
    let mut counts = [0; 3];
    let Some((first, last)) = page.zone() else { return counts };
    for i in first.saturating_sub(ZONE_MARGIN)..(last + 1 + ZONE_MARGIN).min(page.lines.len()) {
        let line = &page.lines[i];
        if line.ambiguous || tokens(i) == 0 {
            continue;
        }
        match (line.keep, kept[i]) {
            (false, false) => counts[0] += 1,
            (true, false) => counts[1] += 1,
            (false, true) => counts[2] += 1,
            (true, true) => {}
        }
    }
    counts
}

/// The figures of several pages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// How many pages.
    pub pages: usize,
    /// Mean token F1.
    pub token_f1: f64,
    /// Mean token F1 if every line were kept.
    pub keep_all_f1: f64,
    /// F1 of dropped lines from three lines before the content to three after, pooled.
    pub zone_f1: f64,
    /// Both figures for the model alone.
    pub model_token_f1: f64,
    /// See `model_token_f1`.
    pub model_zone_f1: f64,
    /// The share of the known titles that stay; `None` where no page's title is known.
    pub titles: Option<f64>,
}

impl Summary {
    /// Of the pages given.
    pub fn of<'s>(scores: impl Iterator<Item = &'s PageScore>) -> Self {
        let mut summary = Summary::default();
        let (mut zone, mut model_zone) = ([0u32; 3], [0u32; 3]);
        let (mut titles, mut titles_kept) = (0u32, 0u32);
        for score in scores {
            titles += u32::from(score.title.is_some());
            titles_kept += u32::from(score.title == Some(true));
            summary.pages += 1;
            summary.token_f1 += score.token_f1;
            summary.keep_all_f1 += score.keep_all_f1;
            summary.model_token_f1 += score.model_token_f1;
            for k in 0..3 {
                zone[k] += score.zone[k];
                model_zone[k] += score.model_zone[k];
            }
        }
        let pages = summary.pages.max(1) as f64;
        summary.token_f1 /= pages;
        summary.keep_all_f1 /= pages;
        summary.model_token_f1 /= pages;
        let f1 = |counts: [u32; 3]| {
            let [right, wrong, missed] = counts.map(f64::from);
            2.0 * right / (2.0 * right + wrong + missed).max(1.0)
        };
        summary.zone_f1 = f1(zone);
        summary.model_zone_f1 = f1(model_zone);
        summary.titles = (titles > 0).then(|| f64::from(titles_kept) / f64::from(titles));
        summary
    }
}
