//! What the labeller sees of every line: [`FEATURES`] numbers, computed for a page in one pass over its text and a few
//! over its lines. No language, no list of words but the cues, nothing about other pages.
//!
//! Counts go in as `ln(1 + count)`. A *long* line is one with a sentence's worth of tokens that ends as sentences end:
//! what paragraphs of running text have and furniture mostly has not.

use tamiz_core::Span;

use super::chars::{CLOSER, Classes, DIGIT, LOWER, UPPER, WORD};
use super::index::Index;
use super::math::ln_1p;
use super::page::Structure;
use super::scan::{End, HEAD, LineScan, combine, scan};

/// Families of cues; a line's flags are a bit for each.
pub(crate) const FAMILIES: usize = 10;

/// The names of the features, in their order.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    // Of the line.
    "chars", "tokens", "word-length", "ends-sentence", "ends-ellipsis", "ends-colon", "ends-closer", "question", "exclamation", "ends-word",
    "commas", "inner-sentences", "digits", "capitalised", "upper", "shouted", "url", "date", "time", "symbols", "pipe", "copyright",
    "starts-quote", "starts-bullet", "starts-upper", "starts-lower", "starts-digit", "starts-bracket", "ends-bracket", "short-words",
    "function-words", "unspaced", "foreign", "quotes",
    // Its place, and repeats of it in the page.
    "position", "lines-before", "lines-after", "tokens-before", "repeats", "head-repeats", "tail-repeats", "repeated-before",
    // Its neighbours.
    "since-long", "until-long", "run", "run-before", "run-after", "alike", "near-mass", "wide-mass", "near-density", "wide-density",
    "mass-before", "mass-after",
    // The best block of long lines, and the others.
    "in-best", "from-best-start", "to-best-end", "blocks-before", "in-block", "block-mass",
    "shared-with-best", "shared-with-first", "shared-with-previous", "shared-with-title", "repeated-heading",
    // The page.
    "page-lines", "page-long", "page-line-tokens", "best-mass", "page-blocks", "page-short", "next-long", "previous-long",
    // Cues.
    "cue-social", "cue-more", "cue-newsletter", "cue-legal", "cue-advertisement", "cue-comments", "cue-photo", "cue-date", "cue-byline",
    "cue-navigation", "cues",
];

/// How many features a line has.
pub(crate) const FEATURES: usize = 84;

/// Six n-grams of a short line: its first one, two and three tokens, its last one and two, and all of it; 0 for none.
pub(crate) type Grams = [u64; 6];

/// Lines of more tokens have no n-grams: whole sentences would be learned by heart.
pub(crate) const GRAM_TOKENS: u32 = 8;

/// A page's features, and the buffers that computing them needs.
#[derive(Default)]
pub(crate) struct Features {
    rows: Vec<[f32; FEATURES]>,
    grams: Vec<Grams>,
    pub(super) scans: Vec<LineScan>,
    pub(super) page: Structure,
    repeats: Index,
    /// Counts and first lines of whole lines, heads and tails; each line's places among them.
    counts: Vec<(u32, u32)>,
    places: Vec<[u32; 3]>,
    logs: Logs,
}

impl Features {
    /// One row for every line.
    pub(crate) fn rows(&self) -> &[[f32; FEATURES]] {
        &self.rows
    }

    /// The n-grams of every line.
    pub(crate) fn grams(&self) -> &[Grams] {
        &self.grams
    }

    /// How many tokens the line has.
    pub(crate) fn tokens(&self, line: usize) -> u32 {
        self.page.tokens(line)
    }

    /// Whether the line is long: a sentence's worth of tokens, and ends as sentences do.
    pub(crate) fn is_long(&self, line: usize) -> bool {
        self.page.long[line]
    }

    /// Computes the features of a page's lines: trimmed spans of the text, none blank, in order, each with its cues.
    ///
    /// # Panics
    /// If there are not as many cue flags as lines.
    pub(crate) fn compute(&mut self, text: &str, lines: &[Span], cues: &[u16]) {
        assert_eq!(lines.len(), cues.len(), "every line has its cue flags");
        let classes = Classes::new();
        self.scans.clear();
        self.page.clear();
        for line in lines {
            let page = &mut self.page;
            let scan = scan(classes, line.of(text), |token| page.add_token(token));
            page.end_line(&scan);
            self.scans.push(scan);
        }
        self.page.analyse();
        self.rows.clear();
        self.grams.clear();
        self.rows.resize(lines.len(), [0.0; FEATURES]);
        self.count_repeats();
        let mut previous_long = u32::MAX;
        for line in 0..lines.len() {
            self.fill(line, cues[line], &mut previous_long);
        }
    }

    /// Counts every line, beginning and end in the page; keeps the places of the counts in the row until it is filled.
    fn count_repeats(&mut self) {
        self.repeats.clear();
        let page = &self.page;
        let counts = &mut self.counts;
        counts.clear();
        self.places.clear();
        for line in 0..self.rows.len() {
            let ids = &page.ids[page.bounds[line] as usize..page.bounds[line + 1] as usize];
            let hash = |seed: u64, ids: &[u32]| {
                ids.iter().fold(seed, |h, id| combine(h, page.words[*id as usize].hash))
            };
            let mut count = |key: u64| {
                let fresh = counts.len() as u32;
                let (at, known) = self.repeats.entry(key, fresh);
                if !known {
                    counts.push((0, line as u32));
                }
                counts[*at as usize].0 += 1;
                *at
            };
            let whole_hash = hash(1, ids);
            let whole = count(whole_hash);
            let mut ends = [u32::MAX; 2];
            let mut grams = Grams::default();
            if let [first, second, ..] = *ids {
                let (head, tail) = (hash(2, &[first, second]), hash(3, &ids[ids.len() - 2..]));
                if ids.len() > 2 {
                    ends = [count(head), count(tail)];
                }
                grams[1] = head;
                grams[4] = tail;
            }
            if let ([first, ..], [.., last]) = (ids, ids)
                && ids.len() <= GRAM_TOKENS as usize
            {
                grams[0] = hash(4, &[*first]);
                grams[2] = if ids.len() > 2 { hash(5, &ids[..3]) } else { 0 };
                grams[3] = hash(6, &[*last]);
                grams[5] = whole_hash;
            } else {
                grams = Grams::default();
            }
            self.grams.push(grams);
            self.places.push([whole, ends[0], ends[1]]);
        }
    }

    /// Fills the row of one line.
    fn fill(&mut self, i: usize, cues: u16, previous_long: &mut u32) {
        let shared = self.page.share(i, previous_long);
        let (page, s, logs) = (&self.page, &self.scans[i], &self.logs);
        let n = self.rows.len();
        let tokens = page.tokens(i);
        let [whole, head, tail] = self.places[i];
        let repeats = |place: u32| self.counts.get(place as usize).map_or(0, |(count, _)| count - 1);
        let seen = self.counts[whole as usize].1 < i as u32;
        let block = page.block_of[i];
        let best = &page.best;
        let in_best = best.contains(i);
        let (near, near_share) = page.window(i, 3);
        let (wide, wide_share) = page.window(i, 8);
        let words = s.words.max(1) as f32;
        let token_share = 1.0 / tokens.max(1) as f32;
        let chars = s.chars.max(1) as f32;
        let flag = |holds: bool| f32::from(u8::from(holds));
        let signed = |distance: i64| {
            let log = logs.of(distance.unsigned_abs() as u32).min(4.0);
            if distance < 0 { -log } else { log }
        };
        let total = page.total.max(1) as f32;
        let total_long = page.total_long.max(1) as f32;

        let mut row = Row { row: &mut self.rows[i], at: 0 };
        row.put(logs.of(s.chars.min(2000)));
        row.put(logs.of(tokens));
        row.put((chars / words).min(20.0) / 10.0);
        row.put(flag(s.end == End::Sentence));
        row.put(flag(s.end == End::Ellipsis));
        row.put(flag(s.end == End::Colon));
        row.put(flag(s.end == End::Closer));
        row.put(flag(matches!(s.last_open, '?' | '？')));
        row.put(flag(matches!(s.last_open, '!' | '！')));
        row.put(flag(s.last_class & WORD != 0));
        row.put(logs.of(s.commas));
        row.put(logs.of(s.inner_ends));
        row.put(s.digits as f32 / chars);
        row.put(s.capitalised as f32 / words);
        row.put(s.upper as f32 / s.letters.max(1) as f32);
        row.put(s.shouted as f32 / words);
        row.put(flag(s.has_url));
        row.put(flag(s.has_date));
        row.put(flag(s.has_time));
        row.put(logs.of(s.symbols));
        row.put(flag(s.has_pipe));
        row.put(flag(s.has_copyright));
        row.put(flag(s.starts_with_quote()));
        row.put(flag(s.starts_with_bullet()));
        row.put(flag(s.starts(UPPER)));
        row.put(flag(s.starts(LOWER)));
        row.put(flag(s.starts(DIGIT)));
        row.put(flag(matches!(s.first_char, '(' | '[')));
        row.put(flag(s.last_class & CLOSER != 0 && matches!(s.last, ')' | ']')));
        row.put(s.short_lower as f32 / words);
        row.put(shared.function as f32 * token_share);
        row.put(s.singles as f32 * token_share);
        row.put(s.foreign as f32 / s.chars.clamp(1, HEAD) as f32);
        row.put(flag(s.quotes > 1));

        row.put(i as f32 / n as f32);
        row.put(logs.of(i as u32));
        row.put(logs.of((n - 1 - i) as u32));
        row.put(page.bounds[i] as f32 / total);
        row.put(logs.of(repeats(whole)));
        row.put(logs.of(repeats(head)));
        row.put(logs.of(repeats(tail)));
        row.put(flag(seen));

        row.put(logs.of(page.since_long[i]));
        row.put(logs.of(page.until_long[i]));
        let (run, before) = page.runs[i];
        row.put(logs.of(run));
        row.put(logs.of(before));
        row.put(logs.of(run.saturating_sub(1 + before)));
        row.put(self.page.alike(&self.scans, logs, i) * 0.25);
        row.put(logs.of(near));
        row.put(logs.of(wide));
        row.put(near_share);
        row.put(wide_share);
        row.put(page.long_before[i] as f32 / total_long);
        row.put((page.total_long - page.long_before[i + 1]) as f32 / total_long);

        row.put(flag(in_best));
        row.put(signed(i as i64 - best.first as i64));
        row.put(signed(best.end as i64 - 1 - i as i64));
        row.put(page.blocks_before[i].min(5) as f32);
        row.put(flag(block.is_some()));
        row.put(logs.of(block.map_or(0, |block| page.blocks[block as usize].mass)));
        let content = 1.0 / shared.content.max(1) as f32;
        row.put(shared.best as f32 * content);
        row.put(shared.first as f32 * content);
        row.put(shared.previous as f32 * content);
        row.put(if page.title_words == 0 {
            0.0
        } else {
            shared.title as f32 / shared.content.min(page.title_words).max(1) as f32
        });
        row.put(flag(tokens > 3 && seen && page.until_long[i] <= 8));

        row.put(page.facts.lines);
        row.put(page.facts.long_share);
        row.put(page.facts.line_tokens);
        row.put(page.facts.best_share);
        row.put(page.facts.big_blocks);
        row.put(page.facts.short_share);
        row.put(flag(i + 1 < n && page.long[i + 1]));
        row.put(flag(i > 0 && page.long[i - 1]));

        for family in 0..FAMILIES {
            row.put(flag(cues >> family & 1 != 0));
        }
        row.put(cues.count_ones() as f32);
        debug_assert_eq!(row.at, FEATURES, "every feature has its place");
    }
}

/// Writes a row from left to right.
struct Row<'r> {
    row: &'r mut [f32; FEATURES],
    at: usize,
}

impl Row<'_> {
    #[inline(always)]
    fn put(&mut self, value: f32) {
        self.row[self.at] = value;
        self.at += 1;
    }
}

/// `ln(1 + count)` of small counts by table.
pub(super) struct Logs(Vec<f32>);

impl Default for Logs {
    fn default() -> Self {
        Self((0..1024).map(|count| ln_1p(count as f32)).collect())
    }
}

impl Logs {
    #[inline(always)]
    pub(super) fn of(&self, count: u32) -> f32 {
        self.0.get(count as usize).copied().unwrap_or_else(|| ln_1p(count as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name() {
        assert_eq!(NAMES.len(), FEATURES);
    }
}
