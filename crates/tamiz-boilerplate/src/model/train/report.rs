//! The held-out report: what the model does on sites that it has not seen.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::score::{PageScore, Summary};

/// Sites that are listed at most, those that lose most first.
const MOST_SITES: usize = 20;

/// A table of the figures of held-out pages: all, by source, by language, and by site where the stage helps least.
#[must_use]
pub fn report(scores: &[PageScore]) -> String {
    let mut text = format!(
        "{:<32}{:>6}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n",
        "", "pages", "token F1", "keep all", "zone F1", "model", "its zone", "titles"
    );
    row(&mut text, "all", Summary::of(scores.iter()));
    group(&mut text, "read from", scores, |score| if score.has_hints { "HTML" } else { "text" }, usize::MAX);
    group(&mut text, "source", scores, |score| &score.source, usize::MAX);
    group(&mut text, "language", scores, |score| &score.language, usize::MAX);
    group(&mut text, "site", scores, |score| &score.site, MOST_SITES);
    text
}

fn row(text: &mut String, name: &str, s: Summary) {
    let titles = s.titles.map_or_else(|| "-".to_owned(), |share| format!("{share:.4}"));
    let _ = writeln!(
        text,
        "{name:<32}{:>6}{:>10.4}{:>10.4}{:>10.4}{:>10.4}{:>10.4}{titles:>10}",
        s.pages, s.token_f1, s.keep_all_f1, s.zone_f1, s.model_token_f1, s.model_zone_f1
    );
}

fn group<'s>(
    text: &mut String,
    name: &str,
    scores: &'s [PageScore],
    by: impl Fn(&'s PageScore) -> &'s str,
    most: usize,
) {
    let mut groups: BTreeMap<&str, Vec<&PageScore>> = BTreeMap::new();
    for score in scores {
        groups.entry(by(score)).or_default().push(score);
    }
    let mut summaries: Vec<_> =
        groups.iter().map(|(key, scores)| (*key, Summary::of(scores.iter().copied()))).collect();
    let loss = |s: &Summary| s.pages as f64 * (1.0 - s.token_f1);
    summaries.sort_by(|a, b| loss(&b.1).total_cmp(&loss(&a.1)));
    if summaries.len() > 1 {
        for (key, summary) in summaries.into_iter().take(most) {
            row(text, &format!("{name} {key}"), summary);
        }
    }
}
