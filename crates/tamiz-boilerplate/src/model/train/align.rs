//! Labels for the lines that an HTML reader makes of a page, from lines that were labelled otherwise or from the text
//! that should be left.

use std::collections::HashMap;

use super::data::Page;
use super::score::tokens;

/// Tokens that are compared together: few enough to be found when lines are cut elsewhere, enough to say which they are.
const GRAM: usize = 4;

/// Of the tokens of a line, this share has to be known for a verdict by what is known.
const KNOWN: f32 = 0.6;

/// A label: whether to keep the line, and whether it could be either.
pub(super) type Label = (bool, bool);

/// Labels for these lines. With labelled lines, the nearest equal line counts, and where lines are cut elsewhere what
/// most of its tokens are part of. Otherwise, or where the labelled lines do not have it, whether the gold text has it.
pub(super) fn labels(lines: &[&str], labelled: Option<&Page>, gold: Option<&str>) -> Vec<Label> {
    let lines: Vec<Vec<u64>> = lines.iter().map(|line| tokens(line)).collect();
    let by_lines = labelled.map(|page| Labelled::of(page).label(&lines));
    let by_gold = gold.map(|gold| Gold::of(gold).label(&lines));
    let open = (false, true);
    (0..lines.len())
        .map(|i| {
            let first = by_lines.as_ref().and_then(|labels| labels[i]);
            first.or_else(|| by_gold.as_ref().and_then(|labels| labels[i])).unwrap_or(open)
        })
        .collect()
}

fn hash(tokens: &[u64]) -> u64 {
    tokens.iter().fold(tokens.len() as u64, |hash, token| {
        (hash.rotate_left(11) ^ token).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

/// Labelled lines, to be found again.
struct Labelled {
    /// The places of lines, by their tokens.
    lines: HashMap<u64, Vec<usize>>,
    labels: Vec<Label>,
    /// How many times each gram is kept, dropped, or could be either.
    grams: HashMap<u64, [u32; 3]>,
}

impl Labelled {
    fn of(page: &Page) -> Self {
        let mut lines: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut stream = Vec::new();
        for (at, line) in page.lines.iter().enumerate() {
            let tokens = tokens(&line.text);
            lines.entry(hash(&tokens)).or_default().push(at);
            stream.extend(tokens.into_iter().map(|token| (token, at)));
        }
        let labels: Vec<Label> = page.lines.iter().map(|line| (line.keep, line.ambiguous)).collect();
        let mut grams: HashMap<u64, [u32; 3]> = HashMap::new();
        for window in stream.windows(GRAM) {
            let tokens: [u64; GRAM] = std::array::from_fn(|k| window[k].0);
            let (keep, ambiguous) = labels[window[GRAM / 2].1];
            let vote = if ambiguous { 2 } else { usize::from(!keep) };
            grams.entry(hash(&tokens)).or_default()[vote] += 1;
        }
        Self { lines, labels, grams }
    }

    fn label(&self, lines: &[Vec<u64>]) -> Vec<Option<Label>> {
        let mut next = 0;
        lines
            .iter()
            .map(|tokens| {
                if let Some(places) = self.lines.get(&hash(tokens)) {
                    // What stands above the last match is farther than what stands below it.
                    let far =
                        |place: usize| if place >= next { place - next } else { 2 * (next - place) + 20 };
                    let place = places.iter().copied().min_by_key(|place| far(*place))?;
                    if far(place) < 200 {
                        next = place + 1;
                    }
                    return Some(self.labels[place]);
                }
                let mut votes = [0.0f32; 3];
                for window in tokens.windows(GRAM) {
                    if let Some(counts) = self.grams.get(&hash(window)) {
                        let sum: u32 = counts.iter().sum();
                        for (vote, count) in votes.iter_mut().zip(counts) {
                            *vote += *count as f32 / sum as f32;
                        }
                    }
                }
                let known: f32 = votes.iter().sum();
                let [keep, drop, either] = votes;
                let all = (tokens.len() + 1).saturating_sub(GRAM) as f32;
                (all > 0.0 && known >= KNOWN * all).then_some((keep > drop, either > keep + drop))
            })
            .collect()
    }
}

/// The text that should be left.
struct Gold(HashMap<u64, u32>);

impl Gold {
    fn of(text: &str) -> Self {
        let stream = tokens(text);
        let mut grams = HashMap::new();
        for size in 1..=GRAM {
            for window in stream.windows(size) {
                *grams.entry(hash(window)).or_insert(0) += 1;
            }
        }
        Self(grams)
    }

    fn label(&self, lines: &[Vec<u64>]) -> Vec<Option<Label>> {
        // First what is long enough to be sure of; then short lines, which the gold text may have by chance, go by the
        // nearest long ones.
        let share = |tokens: &[u64]| {
            let size = tokens.len().clamp(1, GRAM);
            let (mut known, mut all) = (0, 0);
            for window in tokens.windows(size) {
                known += usize::from(self.0.contains_key(&hash(window)));
                all += 1;
            }
            known as f32 / all.max(1) as f32
        };
        let shares: Vec<f32> = lines.iter().map(|tokens| share(tokens)).collect();
        let is_long = |i: usize| lines[i].len() >= 2 * GRAM;
        let near = |i: usize| {
            let above = (0..i).rev().take(6).find(|&j| is_long(j));
            let below = (i + 1..lines.len()).take(6).find(|&j| is_long(j));
            [above, below].into_iter().flatten().any(|j| shares[j] >= KNOWN)
        };
        (0..lines.len())
            .map(|i| match shares[i] {
                _ if lines[i].is_empty() => None,
                share if share >= KNOWN => Some((is_long(i) || near(i), false)),
                share if share > 0.3 => Some((false, true)),
                _ => Some((false, false)),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::Line;
    use super::*;

    fn page(lines: &[(&str, bool)]) -> Page {
        Page {
            id: String::new(),
            source: String::new(),
            language: String::new(),
            site: String::new(),
            lines: lines.iter().map(|(text, keep)| Line::new(text, *keep, false)).collect(),
            gold: None,
            containers: Vec::new(),
            site_pages: 0,
        }
    }

    #[test]
    fn lines_cut_elsewhere_get_the_label_of_what_they_are_part_of() {
        let labelled = page(&[
            ("Home News Sports Weather", false),
            ("Rain", false),
            ("It rained for nine days in the valley.", true),
            ("Rain", true),
            ("Then the sun came out again.", true),
        ]);
        let lines = [
            "Home News Sports",
            "Weather",
            "Rain",
            "It rained for nine days in the valley. Then the sun",
            "came out again.",
            "Something else altogether stands here instead",
        ];
        let labels = labels(
            &lines,
            Some(&labelled),
            Some("It rained for nine days in the valley. Rain Then the sun came out again."),
        );
        let keep: Vec<bool> = labels.iter().map(|(keep, _)| *keep).collect();
        assert_eq!(keep[2..], [false, true, true, false]);
        assert!(!keep[0]);
    }

    #[test]
    fn without_labelled_lines_the_gold_text_says_what_is_content() {
        let gold = "The fair\nIt rained for nine days in the valley, the mayor said.";
        let lines = [
            "Home",
            "The fair",
            "It rained for nine days in the valley, the mayor said.",
            "Read more about the weather of the last week here",
        ];
        let labels = labels(&lines, None, Some(gold));
        assert_eq!(labels, [(false, false), (true, false), (true, false), (false, false)]);
    }
}
