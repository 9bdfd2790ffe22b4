//! Blocks that are furniture as a whole: related headlines under their heading, and lists of most-read headlines.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use tamiz_core::{Kind, RuleId};

use crate::cues::Role;
use crate::line::{Ending, Line};
use crate::page::Page;
use crate::verdict::{Verdict, Verdicts};

const RELATED_HEADLINE: RuleId = RuleId::new("related-headline");
const RELATED_TEASER: RuleId = RuleId::new("related-teaser");
const RANKED_HEADLINE: RuleId = RuleId::new("ranked-headline");

/// The most tokens of a headline; of a script without blanks, twice as many.
const LONGEST_HEADLINE: u32 = 40;
/// From this probability on, a later line of a block is taken for the article again.
const RESUMES: f32 = 0.8;
/// Lines that are more likely content than this stay in spite of the block around them.
const SURELY_CONTENT: f32 = 0.9;
/// The same for the teaser of a headline right above, which shares a word with it that stands nowhere else.
const SURELY_NO_TEASER: f32 = 0.97;
/// The most lines of a block with the article going on below it.
const LONGEST_INSET: usize = 16;

/// Whether the line could be a headline: not long, and not ended as sentences are.
fn is_headline(line: &Line) -> bool {
    let size = if line.unspaced * 2 > line.tokens { line.tokens / 2 } else { line.tokens };
    let asks = matches!(line.last_inner, Some('?' | '!' | '？' | '！'));
    (1..=LONGEST_HEADLINE).contains(&size)
        && (matches!(line.ending, Ending::Open | Ending::Closer | Ending::Colon) || (asks && size <= 20))
}

/// Whether the line heads a block of related headlines.
fn opens(line: &Line) -> bool {
    line.is_heading()
        && (line.cues.has(Role::Opener)
            || (line.cues.lead_is_all && line.cues.lead.is_some_and(|cue| cue.role() == Role::Link)))
}

/// Whether two lines share a word that stands nowhere else on the page: a headline and its teaser do.
fn share_a_rare_word(page: &Page, a: usize, b: usize) -> bool {
    page.lines[a].tokens_of(&page.words).iter().any(|word| {
        let entry = &page.words.entries[*word as usize];
        entry.is_content && entry.lines == 2 && page.lines[b].tokens_of(&page.words).contains(word)
    })
}

/// Marks every block of related headlines with the kind of its heading.
///
/// Below a heading go the first headline, its teaser, and what else looks like a headline and is not likely content.
/// The block ends where the article goes on: with a paragraph that is no teaser. With `insets_only`, blocks below which
/// it does not go on are left to the labeller.
pub(crate) fn related(page: &Page, keep: &[f32], insets_only: bool, verdicts: &mut Verdicts) {
    let mut i = 0;
    while i < page.lines.len() {
        // Above the article, such a heading is rather a menu's, and the next headline the article's own.
        if page.prose_before[i] == 0 || !opens(&page.lines[i]) {
            i += 1;
            continue;
        }
        let end = end_of_block(page, keep, i);
        let resumes = end < page.lines.len();
        if (resumes && end - i > LONGEST_INSET) || (insets_only && !resumes) {
            // A long list is no inset of an article: the labeller knows better than a heading far above.
            i += 1;
            continue;
        }
        let cue = page.lines[i].cues.best;
        for j in i..end {
            let is_teaser = j > i + 1 && is_headline(&page.lines[j - 1]) && share_a_rare_word(page, j - 1, j);
            if keep[j] > if is_teaser { SURELY_NO_TEASER } else { SURELY_CONTENT } {
                continue;
            }
            let rule = match cue {
                Some(cue) if j == i => cue.rule(),
                _ if is_headline(&page.lines[j]) => RELATED_HEADLINE,
                _ => RELATED_TEASER,
            };
            verdicts.mark(j, Verdict { kind: Kind::Related, rule, by_score: false });
        }
        i = end.max(i + 1);
    }
}

/// The first line below a heading that is not of its block.
fn end_of_block(page: &Page, keep: &[f32], heading: usize) -> usize {
    let mut headline = None;
    let mut headlines = 0;
    for (j, line) in page.lines.iter().enumerate().skip(heading + 1) {
        let is_furniture = line.is_heading() && line.cues.best.is_some();
        if line.letters == 0 || is_furniture {
            continue;
        }
        if is_headline(line) {
            if headlines > 0 && keep[j] >= RESUMES {
                return j;
            }
            headline = Some(j);
            headlines += 1;
            continue;
        }
        // A paragraph: the teaser of the headline right above, or the article again.
        match headline {
            Some(above) if above + 1 == j && (share_a_rare_word(page, above, j) || keep[j] < 0.3) => {
                headline = None;
            }
            None if headlines == 0 || keep[j] >= 0.3 => return j,
            Some(_) => return j,
            None => {}
        }
    }
    page.lines.len()
}

/// The number that is all of the line, if it is a rank in a list.
fn rank(page: &Page, source: &str, i: usize) -> Option<u32> {
    let line = &page.lines[i];
    if line.digits == 0 || line.digits > 2 || line.letters > 0 || line.chars > 4 {
        return None;
    }
    let digits = line.span().of(source).trim_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok()
}

/// Marks lists of three headlines or more that are numbered from one, each number on its own line, but for lines that
/// are as likely content as others that stay.
pub(crate) fn ranked(page: &Page, source: &str, keep: &[f32], threshold: f32, verdicts: &mut Verdicts) {
    let mut i = 0;
    while i < page.lines.len() {
        if rank(page, source, i) != Some(1) {
            i += 1;
            continue;
        }
        let (mut expected, mut last, mut j) = (2, i, i + 1);
        while j < page.lines.len() && j <= last + 4 {
            if rank(page, source, j) == Some(expected) {
                expected += 1;
                last = j;
            } else if page.lines[j].is_prose() && !is_headline(&page.lines[j]) {
                break;
            }
            j += 1;
        }
        let outside =
            i > page.best.last || (i..=last).map(|at| keep[at]).sum::<f32>() < 0.5 * (last + 1 - i) as f32;
        if expected > 3 && outside {
            let has_headline = page.lines.get(last + 1).is_some_and(is_headline);
            for at in i..=last + usize::from(has_headline) {
                // Recipes and guides number their headings as well: the labeller has the last word.
                if keep[at] < threshold {
                    verdicts
                        .mark(at, Verdict { kind: Kind::Related, rule: RANKED_HEADLINE, by_score: false });
                }
            }
            i = last + 1;
        } else {
            i += 1;
        }
    }
}
