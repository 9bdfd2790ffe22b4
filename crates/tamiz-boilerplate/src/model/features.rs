//! What the labeller sees of every line: [`FEATURES`] numbers, out of the page's structure and the cues. No language,
//! no words but the cues, nothing about other pages.
//!
//! Counts go in as `ln(1 + count)`, distances to a thing that is not there as the greatest.

use tamiz_core::Kind;

use super::math::{exp, ln_1p};
use crate::cues::Role;
use crate::line::{Ending, Line};
use crate::notation::{Glyphs, class};
use crate::page::{NONE, Page};

/// The names of the features, in their order.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    // Of the line.
    "chars", "tokens", "word-length", "ends-sentence", "ends-ellipsis", "ends-colon", "ends-closer", "question", "exclamation", "ends-word",
    "commas", "inner-sentences", "digits", "capitalised", "upper", "shouted", "handle", "date", "time", "signs", "pipe",
    "starts-quote", "starts-bullet", "starts-upper", "starts-lower", "starts-digit", "starts-bracket", "ends-bracket", "short-words",
    "function-words", "unspaced", "foreign", "quotes",
    // Its place, and repeats of it in the page.
    "position", "lines-before", "lines-after", "tokens-before", "repeats", "head-repeats", "tail-repeats", "repeated-before",
    // Its neighbours.
    "since-prose", "until-prose", "run", "run-before", "run-after", "alike", "near-mass", "wide-mass", "near-density", "wide-density",
    "mass-before", "mass-after",
    // The best block of prose, and the others.
    "in-best", "from-best-start", "to-best-end", "blocks-before", "in-block", "block-mass",
    "shared-with-best", "shared-with-first", "shared-with-previous", "shared-with-title", "repeated-heading",
    // The page.
    "page-lines", "page-prose", "page-line-tokens", "best-mass", "page-blocks", "page-short", "next-prose", "previous-prose",
    // Cues.
    "cue-interface", "cue-navigation", "cue-related", "cue-promo", "cue-advertisement", "cue-caption", "cue-byline", "cue-dateline",
    "cue-masthead", "cue-notice", "cue-comments", "cue-other", "cues", "cue-cover", "cue-heading", "cue-lead", "cue-tail",
    "since-opener", "openers", "openers-in-text", "since-comments",
];

/// How many features a line has.
pub(crate) const FEATURES: usize = 93;

/// The kinds that cues have, each a feature.
const KINDS: [Kind; 12] = [
    Kind::Interface,
    Kind::Navigation,
    Kind::Related,
    Kind::Promo,
    Kind::Advertisement,
    Kind::Caption,
    Kind::Byline,
    Kind::Dateline,
    Kind::Masthead,
    Kind::Notice,
    Kind::Comments,
    Kind::Other,
];

/// Six n-grams of a short line: its first one, two and three tokens, its last one and two, and all of it; 0 for none.
pub(crate) type Grams = [u32; 6];

/// Lines of more tokens have no n-grams: whole sentences would be learned by heart.
const GRAM_TOKENS: usize = 8;

/// A page's features, and the buffers that computing them needs.
pub(crate) struct Features {
    rows: Vec<[f32; FEATURES]>,
    grams: Vec<Grams>,
    tokens: Vec<u32>,
    /// For each word of the page, the line that was seen last to have it, and the last line of prose, from 1.
    seen: Vec<(u32, u32)>,
    /// How long each line is, and whether it ends as something does.
    ends: Vec<(f32, bool)>,
    /// `ln(1 + count)`, and what is left of something so many lines above.
    logs: ByCount,
    fades: ByCount,
}

impl Default for Features {
    fn default() -> Self {
        let (rows, grams, tokens, seen, ends) = Default::default();
        let logs = ByCount::new(|count| ln_1p(count as f32));
        let fades = ByCount::new(|lines| exp(-(lines as f32) / 6.0));
        Self { rows, grams, tokens, seen, ends, logs, fades }
    }
}

/// How many distinct words of a line say what it is about, and stand in parts of the page. `function` counts tokens.
#[derive(Default)]
struct Shared {
    function: u32,
    content: u32,
    best: u32,
    first: u32,
    previous: u32,
    title: u32,
}

/// What the walk over the lines has passed.
#[derive(Default)]
struct Passed {
    prose: u32,
    opener: Option<u32>,
    openers: u32,
    openers_in_text: u32,
    comments: Option<u32>,
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

    /// How many tokens each line has.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Computes the features of a page's lines.
    pub(crate) fn compute(&mut self, page: &Page) {
        // Every feature of every row is written, so what the memory held before is nobody's concern.
        self.rows.resize(page.lines.len(), [0.0; FEATURES]);
        self.grams.clear();
        self.tokens.clear();
        self.seen.clear();
        self.seen.resize(page.words.entries.len(), (0, 0));
        self.ends.clear();
        let logs = &self.logs;
        self.ends.extend(page.lines.iter().map(|line| (logs.of(line.tokens), line.ending != Ending::Open)));
        let facts = Facts::of(page);
        let mut passed = Passed::default();
        for (i, line) in page.lines.iter().enumerate() {
            passed.walk(page, i, line);
            let shared = self.share(page, i, line, &mut passed, &facts);
            self.fill(page, i, line, &shared, &passed, &facts);
            self.grams.push(grams(page, line));
            self.tokens.push(line.tokens);
        }
    }

    /// What a line shares with the blocks, the title and the prose before it.
    fn share(&mut self, page: &Page, i: usize, line: &Line, passed: &mut Passed, facts: &Facts) -> Shared {
        let mut shared = Shared::default();
        let own_best = u32::from(page.best.first <= i && i <= page.best.last && line.tokens > 4);
        let own_first = u32::from(page.first_big.first <= i && i <= page.first_big.last);
        let stamp = i as u32 + 1;
        let previous = passed.prose;
        let is_prose = page.prose[i];
        for &at in line.tokens_of(&page.words) {
            let entry = &page.words.entries[at as usize];
            let (seen, prose) = &mut self.seen[at as usize];
            shared.function += u32::from(entry.prose >= facts.function);
            if !entry.is_content || *seen == stamp {
                continue;
            }
            *seen = stamp;
            shared.content += 1;
            shared.best += u32::from(entry.best > own_best);
            shared.first += u32::from(entry.first > own_first);
            shared.previous += u32::from(previous != 0 && *prose == previous);
            shared.title += u32::from(entry.in_title);
            if is_prose {
                *prose = stamp;
            }
        }
        if is_prose {
            passed.prose = stamp;
        }
        shared
    }

    /// Fills the row of one line.
    fn fill(&mut self, page: &Page, i: usize, line: &Line, shared: &Shared, passed: &Passed, facts: &Facts) {
        let logs = &self.logs;
        let count = page.lines.len();
        let best = &page.best;
        let block = page.block_of[i];
        let (near, near_all) = window(page, i, 3);
        let (wide, wide_all) = window(page, i, 8);
        let (run, place) = page.run[i];
        let [whole, head, tail] = page.repeats[i];
        let cues = &line.cues;
        let signed = |distance: i64| {
            let log = logs.of(distance.unsigned_abs() as u32).min(4.0);
            if distance < 0 { -log } else { log }
        };
        let fade = |since: Option<u32>| since.map_or(0.0, |since| self.fades.of(i as u32 - since));

        let glyphs = Glyphs::new();
        let mut row = Row { row: &mut self.rows[i], at: 0 };
        row.put(logs.of(line.chars.min(2000)));
        row.put(logs.of(line.tokens));
        row.put(share(line.chars, line.chunks).min(20.0) / 10.0);
        row.put(flag(line.ending == Ending::Sentence));
        row.put(flag(line.ending == Ending::Ellipsis));
        row.put(flag(line.ending == Ending::Colon));
        row.put(flag(line.ending == Ending::Closer));
        row.put(flag(matches!(line.last_inner, Some('?' | '？'))));
        row.put(flag(matches!(line.last_inner, Some('!' | '！'))));
        row.put(flag(line.last.is_some_and(|c| glyphs.is_alphanumeric(c))));
        row.put(logs.of(line.commas));
        row.put(logs.of(line.stops));
        row.put(share(line.digits, line.chars));
        row.put(share(line.capitalised, line.chunks));
        row.put(share(line.upper, line.letters));
        row.put(share(line.shouted, line.chunks));
        row.put(flag(line.handle));
        row.put(flag(line.date));
        row.put(flag(line.time));
        row.put(logs.of(line.signs));
        row.put(flag(line.pipe));
        row.put(flag(matches!(line.first, Some('"' | '“' | '«' | '‘' | '„' | '「' | '¿' | '¡'))));
        row.put(flag(matches!(line.first, Some('-' | '•' | '*' | '·' | '–' | '—' | '>' | '►' | '▪' | '|'))));
        let first = line.first.map_or(0, |c| glyphs.of(c).class);
        row.put(flag(first & class::UPPER != 0));
        row.put(flag(first & class::LOWER != 0));
        row.put(flag(line.first.is_some_and(|c| c.is_ascii_digit())));
        row.put(flag(matches!(line.first, Some('(' | '[' | '【'))));
        row.put(flag(matches!(line.last, Some(')' | ']' | '】'))));
        row.put(share(line.short_lower, line.chunks));
        row.put(share(shared.function, line.tokens));
        row.put(share(line.unspaced, line.tokens));
        row.put(share(line.foreign, line.chars));
        row.put(flag(line.quotes > 1));

        row.put(share(i as u32, count as u32));
        row.put(logs.of(i as u32));
        row.put(logs.of((count - 1 - i) as u32));
        row.put(share(page.tokens_before[i], facts.tokens));
        row.put(logs.of(whole));
        row.put(logs.of(head));
        row.put(logs.of(tail));
        row.put(flag(page.repeated_above[i]));

        row.put(logs.of(page.since_prose[i]));
        row.put(logs.of(page.until_prose[i]));
        row.put(logs.of(run));
        row.put(logs.of(place));
        row.put(logs.of(run.saturating_sub(1 + place)));
        row.put(alike(&self.ends, i));
        row.put(logs.of(near));
        row.put(logs.of(wide));
        row.put(share(near, near_all));
        row.put(share(wide, wide_all));
        row.put(share(page.prose_before[i], facts.prose));
        row.put(share(facts.prose - page.prose_before[i + 1], facts.prose));

        row.put(flag(best.first <= i && i <= best.last));
        row.put(signed(i as i64 - best.first as i64));
        row.put(signed(best.last as i64 - i as i64));
        row.put(page.big_above[i].min(5) as f32);
        row.put(flag(block != NONE));
        row.put(if block == NONE { 0.0 } else { logs.of(page.blocks[block as usize].tokens) });
        row.put(share(shared.best, shared.content));
        row.put(share(shared.first, shared.content));
        row.put(share(shared.previous, shared.content));
        row.put(if page.title_words == 0 {
            0.0
        } else {
            share(shared.title, shared.content.min(page.title_words)).min(1.0)
        });
        row.put(flag(line.tokens > 3 && page.repeated_above[i] && page.until_prose[i] <= 8));

        row.put(facts.log_lines);
        row.put(facts.prose_share);
        row.put(facts.line_tokens);
        row.put(facts.best_share);
        row.put(facts.blocks);
        row.put(facts.tiny_share);
        row.put(flag(page.prose.get(i + 1).copied().unwrap_or(false)));
        row.put(flag(i > 0 && page.prose[i - 1]));

        for kind in KINDS {
            row.put(flag(cues.ids != 0 && cues.has_kind(kind)));
        }
        row.put(cues.ids.count_ones() as f32);
        row.put(cues.cover);
        row.put(flag(line.is_heading()));
        row.put(flag(cues.lead.is_some()));
        row.put(flag(cues.tail.is_some()));
        row.put(fade(passed.opener));
        row.put(logs.of(passed.openers));
        row.put(logs.of(passed.openers_in_text));
        row.put(passed.comments.map_or(0.0, |since| 1.0 / (1.0 + logs.of(i as u32 - since))));
        debug_assert_eq!(row.at, FEATURES, "every feature has its place");
    }
}

impl Passed {
    /// Takes note of headings over other blocks, which colour the lines below them.
    fn walk(&mut self, page: &Page, i: usize, line: &Line) {
        if line.cues.ids == 0 || !line.is_heading() {
            return;
        }
        if line.cues.has(Role::Opener) {
            self.opener = Some(i as u32);
            self.openers += 1;
            self.openers_in_text += u32::from(i > page.best.first);
        }
        if line.cues.has(Role::Comments) {
            self.comments = Some(i as u32);
        }
    }
}

/// What every line is told about the page.
struct Facts {
    tokens: u32,
    prose: u32,
    /// Words of so many lines of prose are the language's function words.
    function: u32,
    log_lines: f32,
    prose_share: f32,
    line_tokens: f32,
    best_share: f32,
    blocks: f32,
    tiny_share: f32,
}

impl Facts {
    fn of(page: &Page) -> Self {
        let count = page.lines.len() as u32;
        let last = |sums: &[u32]| sums.last().copied().unwrap_or(0);
        let (tokens, prose) = (last(&page.tokens_before), last(&page.prose_before));
        let prose_lines = page.prose.iter().filter(|prose| **prose).count();
        Self {
            tokens,
            prose,
            function: (0.15 * prose_lines as f32).max(2.0).ceil() as u32,
            log_lines: ln_1p(count as f32),
            prose_share: share(prose, tokens),
            line_tokens: ln_1p(share(tokens, count)),
            best_share: share(page.best.tokens, tokens),
            blocks: ln_1p(page.big_blocks as f32),
            tiny_share: share(page.tiny_lines, count),
        }
    }
}

/// Tokens of prose within so many lines of this one, and all tokens there.
fn window(page: &Page, i: usize, reach: usize) -> (u32, u32) {
    let from = i.saturating_sub(reach);
    let to = (i + reach + 1).min(page.lines.len());
    (page.prose_sum(from, to), page.token_sum(from, to))
}

/// The share of the two lines on either side that are about as long and end alike.
fn alike(lines: &[(f32, bool)], i: usize) -> f32 {
    let (size, ends) = lines[i];
    let mut alike = 0u8;
    for (other, (other_size, other_ends)) in lines.iter().enumerate().take(i + 3).skip(i.saturating_sub(2)) {
        alike += u8::from(other != i && (other_size - size).abs() < 0.25 && *other_ends == ends);
    }
    f32::from(alike) * 0.25
}

/// The n-grams of a short line.
fn grams(page: &Page, line: &Line) -> Grams {
    let mut grams = Grams::default();
    let tokens = line.tokens_of(&page.words);
    if tokens.is_empty() || tokens.len() > GRAM_TOKENS {
        return grams;
    }
    // Zero stands for no n-gram, so no hash is zero.
    let hash = |seed: u32, tokens: &[u32]| {
        let mixed = tokens.iter().fold(seed, |hash, at| {
            (hash.rotate_left(9) ^ page.words.entries[*at as usize].hash).wrapping_mul(0x9e37_79b1)
        });
        (mixed ^ mixed >> 15) | 1
    };
    let end = tokens.len();
    grams[0] = hash(1, &tokens[..1]);
    grams[3] = hash(4, &tokens[end - 1..]);
    grams[5] = hash(6, tokens);
    if end > 1 {
        grams[1] = hash(2, &tokens[..2]);
        grams[4] = hash(5, &tokens[end - 2..]);
    }
    if end > 2 {
        grams[2] = hash(3, &tokens[..3]);
    }
    grams
}

fn flag(holds: bool) -> f32 {
    f32::from(u8::from(holds))
}

fn share(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
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

/// What follows from counts: of small ones, by table.
struct ByCount {
    known: Vec<f32>,
    of: fn(u32) -> f32,
}

impl ByCount {
    fn new(of: fn(u32) -> f32) -> Self {
        Self { known: (0..1024).map(of).collect(), of }
    }

    #[inline(always)]
    fn of(&self, count: u32) -> f32 {
        self.known.get(count as usize).copied().unwrap_or_else(|| (self.of)(count))
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
