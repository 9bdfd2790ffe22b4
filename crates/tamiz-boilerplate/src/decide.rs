//! From cues, blocks and probabilities to a verdict on every line.

use tamiz_core::{Kind, RuleId};

use crate::blocks;
use crate::cues::{CueId, Role};
use crate::features::is_heading;
use crate::line::{Ending, Line};
use crate::page::{NONE, Page};
use crate::verdict::{Verdict, Verdicts};

const ALT_TEXT: RuleId = RuleId::new("picture-description");
const DATE: RuleId = RuleId::new("date-line");
const HEADLINE: RuleId = RuleId::new("headline-outside");
const NUMBER: RuleId = RuleId::new("number");
const PROSE: RuleId = RuleId::new("text-outside");
const READER_COMMENT: RuleId = RuleId::new("reader-comment");
const REPEATED_CAPTION: RuleId = RuleId::new("repeated-caption");
const SHORT: RuleId = RuleId::new("short-line-outside");

/// The probability from which on a line stays, in spite of a cue in it that proves little by itself.
const OUTWEIGHS: f32 = 0.5;
/// The same for a cue that proves much.
const OUTWEIGHS_STRONG: f32 = 0.97;

/// Decides on every line. `threshold` is the probability from which on a line without further evidence stays.
pub(crate) fn decide(page: &Page, source: &str, keep: &[f32], threshold: f32, verdicts: &mut Verdicts) {
    verdicts.reset(page.lines.len());
    for (i, line) in page.lines.iter().enumerate() {
        if let Some(cue) = says_furniture(line, keep[i], page, i) {
            verdicts.mark(i, Verdict { kind: cue.kind(), rule: cue.rule() });
        }
    }
    blocks::ranked(page, source, verdicts);
    blocks::related(page, keep, verdicts);
    captions(page, keep, verdicts);

    // A page without a paragraph is no article that one could tell from its surroundings: only what is surely
    // furniture goes.
    if page.best.tokens == 0 {
        return;
    }
    let mut in_comments = false;
    for (i, line) in page.lines.iter().enumerate() {
        in_comments |= i > page.best.first && is_heading(line) && line.cues.has(Role::Comments);
        if keep[i] < threshold {
            verdicts.mark(i, guess(page, i, line, in_comments));
        }
    }
}

/// The cue by which the line is furniture, whatever stands around it.
fn says_furniture(line: &Line, keep: f32, page: &Page, i: usize) -> Option<CueId> {
    let cues = &line.cues;
    let best = cues.best?;
    let inside = page.best.first < i && i < page.best.last;
    if is_heading(line) {
        let limit = match best.role() {
            Role::Hint | Role::Credit => return None,
            // Words that are headings of articles as well.
            _ if best.kind() == Kind::Navigation => OUTWEIGHS,
            Role::Opener if inside => 0.8,
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
    if cues.has(Role::Anywhere) && line.tokens <= 80 && keep < OUTWEIGHS_STRONG {
        return CueId::all().find(|cue| cue.role() == Role::Anywhere && cues.ids >> cue.index() & 1 == 1);
    }
    None
}

/// Captions: lines with a credit, the picture's description above such a line, and captions that stand twice.
fn captions(page: &Page, keep: &[f32], verdicts: &mut Verdicts) {
    for i in 0..page.lines.len() {
        let line = &page.lines[i];
        let is_credited = line.cues.has(Role::Credit) || line.cues.tail.is_some_and(|cue| cue.role() == Role::Credit);
        if !is_credited || line.tokens > 60 || line.tokens < 2 || keep[i] >= 0.9 {
            continue;
        }
        let credit = CueId::all().find(|cue| cue.role() == Role::Credit);
        let rule = credit.map_or(REPEATED_CAPTION, CueId::rule);
        verdicts.mark(i, Verdict { kind: Kind::Caption, rule });
        if i > 0 && repeats_title(page, i - 1) {
            verdicts.mark(i - 1, Verdict { kind: Kind::Caption, rule: ALT_TEXT });
        }
    }
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
    let verdict = |kind, rule| Verdict { kind, rule };
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
