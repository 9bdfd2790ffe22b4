//! From cues, blocks and probabilities to a verdict on every line.

use tamiz_core::{Kind, RuleId};

use crate::blocks;
use crate::cues::{CueId, Role};
use crate::inside;
use crate::line::{Ending, LONG_CAPTION, Line};
use crate::page::{NONE, Page};
use crate::verdict::{Verdict, Verdicts};

const ALT_TEXT: RuleId = RuleId::new("picture-description");
const DATE: RuleId = RuleId::new("date-line");
const HEADLINE: RuleId = RuleId::new("headline-outside");
const NUMBER: RuleId = RuleId::new("number");
const PROSE: RuleId = RuleId::new("text-outside");
const READER_COMMENT: RuleId = RuleId::new("reader-comment");
const SHORT: RuleId = RuleId::new("short-line-outside");

/// The probability from which on a line stays, in spite of a cue in it that proves little by itself.
const OUTWEIGHS: f32 = 0.5;
/// The same for a cue that proves much.
const OUTWEIGHS_STRONG: f32 = 0.97;

/// The share of the threshold that a paragraph of the main block has to reach.
const INSIDE: f32 = 0.9;
/// The same for one with a paragraph close above.
const NEXT_INSIDE: f32 = 0.55;

/// The least tokens of an article that readers' comments may stand below.
const COMMENTED: u32 = 100;

/// How many lines above the main block its picture may stand.
const PICTURE_REACH: usize = 16;

/// Decides on every line. `threshold` is the probability from which on a line without further evidence stays.
pub(crate) fn decide(page: &Page, source: &str, keep: &[f32], threshold: f32, verdicts: &mut Verdicts) {
    verdicts.reset(page.lines.len());
    for (i, line) in page.lines.iter().enumerate() {
        if let Some(cue) = says_furniture(line, keep[i], page, i) {
            verdicts.mark(i, Verdict { kind: cue.kind(), rule: cue.rule(), by_score: false });
        }
    }
    blocks::ranked(page, source, keep, threshold, verdicts);
    // On a page that is to keep its lines, a heading takes along only what the article goes on below.
    blocks::related(page, keep, threshold <= 0.0, verdicts);
    captions(page, source, keep, verdicts);

    // A page without a paragraph is no article that one could tell from its surroundings: only what is surely
    // furniture goes.
    if page.best.tokens == 0 {
        return;
    }
    let mut in_comments = false;
    for (i, line) in page.lines.iter().enumerate() {
        in_comments |= i > page.best.first && heads_comments(line);
        if keep[i] < limit(page, i, threshold) {
            verdicts.mark(i, guess(page, i, line, in_comments));
        }
    }
    // A page that is to keep its lines keeps its comments.
    if threshold > 0.0 {
        comments(page, verdicts);
    }
}

/// Marks what is left below the page's heading over readers' comments, if at least two thirds of all that is left stand
/// above it: comments are written as articles are, so that the labeller takes some for one. A page with several such
/// headings is a list of posts, and one that is comments for the most part may be a forum.
fn comments(page: &Page, verdicts: &mut Verdicts) {
    let mut headings = page.lines.iter().enumerate().filter(|(_, line)| heads_comments(line));
    let (Some((heading, _)), None) = (headings.next(), headings.next()) else { return };
    let left = |lines: std::ops::Range<usize>| -> u32 {
        lines.filter(|i| verdicts.get(*i).is_none()).map(|i| page.lines[i].tokens).sum()
    };
    let (above, below) = (left(0..heading), left(heading + 1..page.lines.len()));
    if above >= COMMENTED && above > 2 * below {
        for i in heading + 1..page.lines.len() {
            verdicts.mark(i, Verdict { kind: Kind::Comments, rule: READER_COMMENT, by_score: false });
        }
    }
}

fn heads_comments(line: &Line) -> bool {
    line.is_heading() && line.cues.has(Role::Comments)
}

/// The probability from which on this line stays, without further evidence.
pub(crate) fn limit(page: &Page, i: usize, threshold: f32) -> f32 {
    // Where HTML says what a paragraph stands in, that it stands among others says nothing more.
    let inside = !page.has_hints && page.prose[i] && page.best.first <= i && i <= page.best.last;
    match page.since_prose[i] {
        1..=2 if inside => threshold * NEXT_INSIDE,
        _ if inside => threshold * INSIDE,
        _ => threshold,
    }
}

/// The cue by which the line is furniture, whatever stands around it.
fn says_furniture(line: &Line, keep: f32, page: &Page, i: usize) -> Option<CueId> {
    let cues = &line.cues;
    if let Some(name) = byline(line, keep) {
        return Some(name);
    }
    let best = cues.best?;
    let inside = page.best.first < i && i < page.best.last;
    if line.is_heading() {
        let limit = match best.role() {
            Role::Hint | Role::Credit | Role::Name => return None,
            // Words that are headings of articles as well.
            _ if best.kind() == Kind::Navigation => OUTWEIGHS,
            // A firm's year of foundation is its masthead only at the top of a page.
            _ if best.kind() == Kind::Masthead && i >= page.best.first.min(10) => OUTWEIGHS,
            Role::Opener if inside => 0.8,
            _ if best.kind() == Kind::Dateline && i <= page.best.first + 3 => 0.95,
            _ if best.kind() == Kind::Dateline => 0.7,
            _ => OUTWEIGHS_STRONG,
        };
        return (keep < limit).then_some(best);
    }
    if let Some(lead) = cues.lead {
        let longest = match lead.kind() {
            Kind::Byline => 12,
            Kind::Related => 40,
            _ => 25,
        };
        let is_label = matches!(lead.role(), Role::Label | Role::Link) && !line.is_prose();
        if is_label && line.tokens <= longest && keep < 0.9 {
            return Some(lead);
        }
    }
    if cues.has(Role::Short) && line.tokens <= 25 && keep < if line.is_prose() { OUTWEIGHS } else { 0.9 } {
        return CueId::all().find(|cue| cue.role() == Role::Short && cues.ids >> cue.index() & 1 == 1);
    }
    // Notices stand around an article; what stands inside it may be about them.
    let at_edge = !inside || page.best.last - i <= 1;
    if cues.has(Role::Anywhere) && line.tokens <= 80 && (keep < OUTWEIGHS || at_edge) {
        return CueId::all().find(|cue| cue.role() == Role::Anywhere && cues.ids >> cue.index() & 1 == 1);
    }
    None
}

/// The cue of a line that says who wrote: a word such as "by", and names.
fn byline(line: &Line, keep: f32) -> Option<CueId> {
    let is_name = line.cues.has(Role::Name)
        && (2..=7).contains(&line.tokens)
        && line.ending == Ending::Open
        && line.capitalised * 10 >= line.chunks * 7;
    (is_name && keep < 0.95).then(|| CueId::all().find(|cue| cue.role() == Role::Name)).flatten()
}

/// Captions: lines with a credit, the picture's description above such a line, and captions that stand twice.
fn captions(page: &Page, source: &str, keep: &[f32], verdicts: &mut Verdicts) {
    for (i, line) in page.lines.iter().enumerate() {
        let Some(rule) = credit(line, keep[i]).or_else(|| glued_credit(page, i, source, keep[i])) else {
            continue;
        };
        verdicts.mark(i, Verdict { kind: Kind::Caption, rule, by_score: false });
        if i > 0 && repeats_title(page, i - 1) {
            verdicts.mark(i - 1, Verdict { kind: Kind::Caption, rule: ALT_TEXT, by_score: false });
        }
    }
}

/// The rule by which the line is a caption with its credit.
fn credit(line: &Line, keep: f32) -> Option<RuleId> {
    if line.tokens > 60 || line.tokens < 2 {
        return None;
    }
    let labelled = line.cues.late_credit;
    let is_credited = labelled || line.cues.tail.is_some_and(|cue| cue.role() == Role::Credit);
    // A report may end with its agency's name; a label such as "Photo:" near the end leaves less doubt.
    if !labelled && line.is_prose() && line.tokens > LONG_CAPTION {
        return None;
    }
    let limit = if labelled {
        0.97
    } else if line.is_prose() {
        0.6
    } else {
        0.9
    };
    if !is_credited || keep >= limit {
        return None;
    }
    CueId::all().find(|cue| cue.role() == Role::Credit).map(CueId::rule)
}

/// The rule by which the line is a caption with a credit glued to its end. Such captions are taken from the picture
/// above an article; elsewhere a capital within a word is rather a product's name.
fn glued_credit(page: &Page, i: usize, source: &str, keep: f32) -> Option<RuleId> {
    let above = i < page.best.first && page.best.first - i <= PICTURE_REACH;
    if !above || page.best.tokens < 60 || keep >= 0.95 {
        return None;
    }
    inside::ends_with_glued_credit(&page.lines[i], source)
}

/// Whether the line says again what the title-like line says: a picture's description often does.
fn repeats_title(page: &Page, i: usize) -> bool {
    let line = &page.lines[i];
    if page.title == NONE || page.title == i as u32 || line.tokens < 4 || line.ending == Ending::Sentence {
        return false;
    }
    let (mut content, mut shared) = (0, 0);
    for &word in line.tokens_of(&page.words) {
        let entry = &page.words.entries[word as usize];
        content += u32::from(entry.is_content);
        shared += u32::from(entry.is_content && entry.in_title);
    }
    shared * 10 >= content * 8 && content > 1
}

/// What a line that is not content may be, by its looks.
fn guess(page: &Page, i: usize, line: &Line, in_comments: bool) -> Verdict {
    let verdict = |kind, rule| Verdict { kind, rule, by_score: true };
    if let Some(cue) = line.cues.lead.or(line.cues.best)
        && (line.tokens <= 12 || line.cues.cover >= 0.3)
        && cue.role() != Role::Hint
    {
        return verdict(cue.kind(), cue.rule());
    }
    if in_comments {
        return verdict(Kind::Comments, READER_COMMENT);
    }
    if line.letters == 0 {
        return verdict(Kind::Interface, NUMBER);
    }
    if line.date && line.tokens <= 12 {
        return verdict(Kind::Dateline, DATE);
    }
    if line.tokens <= 3 {
        return verdict(Kind::Navigation, SHORT);
    }
    if line.is_prose() {
        let kind = if i > page.best.last { Kind::Related } else { Kind::Other };
        return verdict(kind, PROSE);
    }
    verdict(Kind::Related, HEADLINE)
}
