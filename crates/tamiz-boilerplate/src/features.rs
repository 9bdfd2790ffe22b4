//! What a line is judged by: numbers, each with a name, of the line, its neighbourhood and the page.

use crate::cues::Role;
use crate::line::{Ending, Line};
use crate::page::{NONE, Page};
use tamiz_core::Kind;

/// Natural logarithms of small whole numbers plus one: lines have small counts, and logarithms cost.
struct Logs([f32; 1024]);

static LOGS: std::sync::LazyLock<Logs> = std::sync::LazyLock::new(|| {
    let mut logs = [0.0; 1024];
    for (count, log) in logs.iter_mut().enumerate() {
        *log = (count as f32).ln_1p();
    }
    Logs(logs)
});

impl Logs {
    #[inline]
    fn of(&self, count: u32) -> f32 {
        self.0.get(count as usize).copied().unwrap_or_else(|| (count as f32).ln_1p())
    }
}

/// Defines the features: their number, their names and how they are computed, in one list.
macro_rules! features {
    ($state:ident, $page:ident, $i:ident, $line:ident; { $($before:tt)* } $($name:literal => $value:expr,)*) => {
        /// The features' names, in order.
        pub(crate) const NAMES: &[&str] = &[$($name),*];
        /// How many features there are.
        pub(crate) const COUNT: usize = NAMES.len();

        impl Features {
            /// The features of a line of the page, each roughly from 0 to a few units.
            pub(crate) fn row($state: &mut Self, $page: &Page, $i: usize) -> [f32; COUNT] {
                let $line = &$page.lines[$i];
                $($before)*
                [$($value),*]
            }
        }
    };
}

/// The logarithms at hand, and what the walk over the page has seen so far.
pub(crate) struct Features {
    logs: &'static Logs,
    openers: u32,
    since_opener: u32,
    since_comments: u32,
    after_end: u32,
}

impl Features {
    /// For a walk over one page, from its first line on.
    pub(crate) fn new() -> Self {
        Self { logs: &LOGS, openers: 0, since_opener: u32::MAX, since_comments: u32::MAX, after_end: 0 }
    }

    /// Takes note of headings over other blocks, which colour the lines below them.
    fn walk(&mut self, page: &Page, i: usize) {
        let line = &page.lines[i];
        self.since_opener = self.since_opener.saturating_add(1);
        self.since_comments = self.since_comments.saturating_add(1);
        if is_heading(line) && line.cues.has(Role::Opener) {
            self.since_opener = 0;
            self.openers += 1;
            self.after_end += u32::from(i > page.best.first);
        }
        if is_heading(line) && line.cues.has(Role::Comments) {
            self.since_comments = 0;
        }
    }
}

/// Whether a cue is most of the line: what makes a line with an opener's words the opener.
pub(crate) fn is_heading(line: &Line) -> bool {
    line.cues.cover >= 0.6 && line.tokens <= 10
}

fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}

fn share(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn fade(distance: u32) -> f32 {
    if distance > 100 { 0.0 } else { (-(distance as f32) / 4.0).exp() }
}

/// How much of what the line is about stands elsewhere: in the best block, the first big one, the title; and how
/// many of its words are the language's most frequent.
fn topics(page: &Page, i: usize, line: &Line) -> (f32, f32, f32, f32, f32) {
    let in_best = u32::from(page.best.first <= i && i <= page.best.last && line.tokens > 4);
    let in_first = u32::from(page.first_big.first <= i && i <= page.first_big.last);
    let is_title = page.title == i as u32;
    let (mut content, mut best, mut first, mut title, mut frequent, mut alone) = (0, 0, 0, 0, 0, 0);
    for &at in line.tokens_of(&page.words) {
        let entry = &page.words.entries[at as usize];
        if entry.is_content {
            content += 1;
            best += u32::from(entry.best > in_best);
            first += u32::from(entry.first > in_first);
            title += u32::from(entry.in_title && !is_title);
            alone += u32::from(entry.lines < 2);
        } else {
            frequent += u32::from(entry.prose > 1);
        }
    }
    let shorter = content.min(page.title_words.max(1));
    (
        share(best, content),
        share(first, content),
        if page.title == NONE { 0.0 } else { share(title, shorter).min(1.0) },
        share(frequent, line.tokens),
        share(alone, content),
    )
}

features! { state, page, i, line; {
        state.walk(page, i);
        let logs = state.logs;
        let count = page.lines.len();
        let tokens = line.tokens;
        // Scripts without blanks take about twice as many tokens to say the same.
        let size = if line.unspaced * 2 > tokens { tokens / 2 } else { tokens };
        let ends = matches!(line.ending, Ending::Sentence | Ending::Ellipsis | Ending::Closer);
        let window = |reach: usize| {
            let (first, end) = (i.saturating_sub(reach), (i + reach + 1).min(count));
            (page.prose_sum(first, end), page.token_sum(first, end))
        };
        let (near, near_all) = window(3);
        let (wide, wide_all) = window(8);
        let total = page.tokens_before[count];
        let prose = page.prose_before[count];
        let (topic, topic_first, title, frequent, alone) = topics(page, i, line);
        let block = page.block_of[i];
        let best = page.best;
        let has_best = best.tokens > 0;
        let inside = has_best && best.first <= i && i <= best.last;
        let cues = &line.cues;
        let heading = is_heading(line);
        let bin = |low: u32, high: u32| flag(size >= low && size < high);
        let alike = |step: isize| {
            let Some(other) = i.checked_add_signed(step).and_then(|j| page.lines.get(j)) else { return 0.0 };
            let close = (logs.of(other.tokens) - logs.of(tokens)).abs() < 0.25;
            flag(close && (other.ending == Ending::Open) == (line.ending == Ending::Open))
        };
        let (run, place) = page.run[i];
        let is_prose = page.prose[i];
    }
    "chars" => logs.of(line.chars.min(2000)),
    "tokens" => logs.of(tokens),
    "size-1" => bin(0, 2),
    "size-2-3" => bin(2, 4),
    "size-4-6" => bin(4, 7),
    "size-7-11" => bin(7, 12),
    "size-12-19" => bin(12, 20),
    "size-20-39" => bin(20, 40),
    "size-40" => bin(40, u32::MAX),
    "ended-4-6" => bin(2, 7) * flag(ends),
    "ended-7-11" => bin(7, 12) * flag(ends),
    "ended-12-19" => bin(12, 20) * flag(ends),
    "ended-20-39" => bin(20, 40) * flag(ends),
    "ended-40" => bin(40, u32::MAX) * flag(ends),
    "word-length" => (line.chars as f32 / line.chunks.max(1) as f32).min(20.0) / 10.0,
    "end-sentence" => flag(line.ending == Ending::Sentence),
    "end-ellipsis" => flag(line.ending == Ending::Ellipsis),
    "end-colon" => flag(line.ending == Ending::Colon),
    "end-closer" => flag(line.ending == Ending::Closer),
    "end-question" => flag(matches!(line.last_inner, Some('?' | '？'))),
    "end-exclamation" => flag(matches!(line.last_inner, Some('!' | '！'))),
    "end-word" => flag(line.last.is_some_and(char::is_alphanumeric)),
    "commas" => logs.of(line.commas),
    "no-comma-long" => flag(line.commas == 0 && size >= 12),
    "stops" => logs.of(line.stops),
    "digits" => share(line.digits, line.chars),
    "capitalised" => share(line.capitalised, line.chunks),
    "upper" => share(line.upper, line.letters),
    "shouted" => share(line.shouted, line.chunks),
    "handle" => flag(line.handle),
    "date" => flag(line.date),
    "date-short" => flag(line.date && size < 12),
    "time" => flag(line.time),
    "signs" => logs.of(line.signs),
    "signs-short" => flag(line.signs > 0 && size < 12),
    "pipe" => flag(line.pipe),
    "first-quote" => flag(matches!(line.first, Some('"' | '“' | '«' | '‘' | '„' | '「' | '¿' | '¡'))),
    "first-bullet" => flag(matches!(line.first, Some('-' | '•' | '*' | '·' | '–' | '—' | '>' | '►' | '▪' | '|'))),
    "first-upper" => flag(line.first.is_some_and(char::is_uppercase)),
    "first-lower" => flag(line.first.is_some_and(char::is_lowercase)),
    "first-digit" => flag(line.first.is_some_and(|c| c.is_ascii_digit())),
    "first-bracket" => flag(matches!(line.first, Some('(' | '[' | '【'))),
    "last-bracket" => flag(matches!(line.last, Some(')' | ']' | '】'))),
    "short-words" => share(line.short_lower, line.chunks),
    "frequent-words" => frequent,
    "unspaced" => share(line.unspaced, tokens),
    "foreign" => share(line.foreign, line.chars),
    "quotes" => flag(line.quotes > 1),
    "position" => share(i as u32, count as u32),
    "line-number" => logs.of(i as u32),
    "lines-below" => logs.of((count - 1 - i) as u32),
    "text-position" => share(page.tokens_before[i], total),
    "repeats" => logs.of(page.repeats[i][0]),
    "repeats-head" => logs.of(page.repeats[i][1]),
    "repeats-tail" => logs.of(page.repeats[i][2]),
    "repeated-above" => flag(page.repeated_above[i]),
    "since-prose" => logs.of(page.since_prose[i]),
    "until-prose" => logs.of(page.until_prose[i]),
    "after-prose" => flag(page.since_prose[i] == 1),
    "before-prose" => flag(page.until_prose[i] == 1),
    "between-prose" => flag(page.since_prose[i] <= 2 && page.until_prose[i] <= 2),
    "last-prose-gone" => flag(page.until_prose[i] >= crate::page::FAR.min((count - i) as u32)),
    "run" => logs.of(run),
    "run-place" => logs.of(place),
    "run-left" => if run > 0 { logs.of(run - 1 - place) } else { 0.0 },
    "run-long" => flag(run > 6),
    "alike" => (alike(-2) + alike(-1) + alike(1) + alike(2)) / 4.0,
    "alike-open" => (alike(-2) + alike(-1) + alike(1) + alike(2)) / 4.0 * flag(!ends),
    "near-prose" => logs.of(near),
    "wide-prose" => logs.of(wide),
    "near-density" => share(near, near_all),
    "wide-density" => share(wide, wide_all),
    "prose-above" => share(page.prose_before[i], prose),
    "prose-below" => share(prose - page.prose_before[i + 1], prose),
    "inside-best" => flag(inside),
    "inside-best-open" => flag(inside && !ends),
    "inside-best-prose" => flag(inside && is_prose),
    "above-best" => if has_best && i < best.first { logs.of((best.first - i) as u32).min(4.0) } else { 0.0 },
    "just-above-best" => flag(has_best && i < best.first && best.first - i <= 4),
    "below-best" => if has_best && i > best.last { logs.of((i - best.last) as u32).min(4.0) } else { 0.0 },
    "just-below-best" => flag(has_best && i > best.last && i - best.last <= 3),
    "outside-best-prose" => flag(has_best && !inside && is_prose),
    "from-best-start" => if inside { logs.of((i - best.first) as u32) } else { 0.0 },
    "to-best-end" => if inside { logs.of((best.last - i) as u32) } else { 0.0 },
    "big-blocks-above" => page.big_above[i].min(5) as f32,
    "in-block" => flag(block != NONE),
    "block-tokens" => if block == NONE { 0.0 } else { logs.of(page.blocks[block as usize].tokens) },
    "in-first-big" => flag(page.first_big.first <= i && i <= page.first_big.last),
    "topic" => topic,
    "topic-first" => topic_first,
    "topic-prose" => topic * flag(is_prose),
    "topic-short" => topic * flag(size < 12),
    "title-overlap" => title,
    "is-title" => flag(page.title == i as u32),
    "from-title" => flag(page.title != NONE && i as u32 > page.title && i < best.first),
    "alone-words" => alone,
    "page-lines" => logs.of(count as u32),
    "page-prose" => share(prose, total),
    "page-line-length" => logs.of(total / count.max(1) as u32),
    "page-best" => share(best.tokens, total),
    "page-blocks" => logs.of(page.big_blocks),
    "page-tiny" => share(page.tiny_lines, count as u32),
    "page-short-x-tokens" => flag(count < 40) * logs.of(tokens),
    "page-short-x-ended" => flag(count < 40 && ends),
    "page-short" => flag(count < 40),
    "cue" => flag(cues.ids != 0),
    "cue-cover" => cues.cover,
    "cue-heading" => flag(heading),
    "cue-lead" => flag(cues.lead.is_some()),
    "cue-tail" => flag(cues.tail.is_some()),
    "cue-interface" => flag(cues.has_kind(Kind::Interface)),
    "cue-navigation" => flag(cues.has_kind(Kind::Navigation)),
    "cue-related" => flag(cues.has_kind(Kind::Related)),
    "cue-promo" => flag(cues.has_kind(Kind::Promo)),
    "cue-advertisement" => flag(cues.has_kind(Kind::Advertisement)),
    "cue-caption" => flag(cues.has_kind(Kind::Caption)),
    "cue-caption-short" => flag(cues.has_kind(Kind::Caption) && size < 30),
    "cue-byline" => flag(cues.has_kind(Kind::Byline)),
    "cue-byline-short" => flag(cues.has_kind(Kind::Byline) && size < 12),
    "cue-dateline" => flag(cues.has_kind(Kind::Dateline)),
    "cue-dateline-short" => flag(cues.has_kind(Kind::Dateline) && size < 12),
    "cue-notice" => flag(cues.has_kind(Kind::Notice)),
    "cue-comments" => flag(cues.has_kind(Kind::Comments)),
    "cue-link" => flag(cues.has(Role::Link)),
    "cue-other" => flag(cues.has_kind(Kind::Other)),
    "below-opener" => fade(state.since_opener),
    "below-opener-open" => fade(state.since_opener) * flag(!ends),
    "below-any-opener" => flag(state.openers > 0),
    "below-late-opener" => flag(state.after_end > 0),
    "late-openers" => logs.of(state.after_end),
    "below-comments" => flag(state.since_comments < u32::MAX / 2),
    "below-comments-late" => flag(state.since_comments < u32::MAX / 2 && i > best.first),
    "since-late-opener" => if state.after_end > 0 { logs.of(state.since_opener.min(60)) } else { 0.0 },
}
