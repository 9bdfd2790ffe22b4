//! What one line looks like: its shape, its words, and the cues in it. One walk over its characters.

use tamiz_core::{Kind, Span, scan};

use crate::cues::{CueId, Cues, Hit, KIND_MASKS, ROLE_MASKS, Role};
use crate::fold::Folded;
use crate::inside;
use crate::notation::{Glyphs, class, is_word};
use crate::search::Found;
use crate::walk::Walk;
use crate::words::{Entry, Words};

/// How many characters of a line's start cues are looked for in.
const HEAD: usize = 160;
/// How many characters of a longer line's end buttons and credits are looked for in.
const TAIL: usize = 48;

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Ending {
    #[default]
    Open,
    /// A mark that ends sentences, perhaps within quotes or brackets.
    Sentence,
    /// An ellipsis: a sentence, or a teaser that was cut off.
    Ellipsis,
    /// A colon or semicolon.
    Colon,
    /// A closing quote or bracket with no mark before it.
    Closer,
}

/// The shape of one line. Counts are of characters unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// What of the line is still kept, without blanks at its ends.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where a button or credit glued to the line's end begins; `end` if there is none.
    pub(crate) tail: u32,
    pub(crate) chars: u32,
    pub(crate) letters: u32,
    pub(crate) upper: u32,
    pub(crate) digits: u32,
    pub(crate) unspaced: u32,
    pub(crate) foreign: u32,
    pub(crate) commas: u32,
    pub(crate) quotes: u32,
    pub(crate) signs: u32,
    /// Capitals right after a small letter.
    pub(crate) glued: u32,
    /// Ends of sentences within the line.
    pub(crate) stops: u32,
    /// Runs without blanks.
    pub(crate) chunks: u32,
    pub(crate) capitalised: u32,
    pub(crate) shouted: u32,
    pub(crate) short_lower: u32,
    /// The line's tokens in [`Words::tokens`].
    pub(crate) first_token: u32,
    pub(crate) tokens: u32,
    /// Hashes of the whole line, of its first two and of its last two tokens.
    pub(crate) hash: u32,
    pub(crate) head_hash: u32,
    pub(crate) tail_hash: u32,
    pub(crate) ending: Ending,
    pub(crate) first: Option<char>,
    pub(crate) last: Option<char>,
    /// The last character but for closing quotes and brackets.
    pub(crate) last_inner: Option<char>,
    pub(crate) date: bool,
    pub(crate) time: bool,
    pub(crate) handle: bool,
    pub(crate) pipe: bool,
    pub(crate) cues: LineCues,
}

/// The cues of one line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LineCues {
    /// A bit for every id that was found.
    pub(crate) ids: u64,
    /// How much of the line's letters and digits the found cues cover, 0 to 1.
    pub(crate) cover: f32,
    /// The cue that covers most.
    pub(crate) best: Option<CueId>,
    /// The cue at the line's start that reaches farthest, where one stands there; and its end in folded bytes.
    pub(crate) lead: Option<CueId>,
    pub(crate) lead_is_all: bool,
    /// A button or credit at the line's end, and how many characters of the fold it has, signs at its end aside.
    pub(crate) tail: Option<CueId>,
    pub(crate) tail_chars: usize,
    /// Whether a credit's label stands near the line's end.
    pub(crate) late_credit: bool,
}

/// A sentence with an agency's name at its end, without a label, is a paragraph of a report from so many tokens on.
pub(crate) const LONG_CAPTION: u32 = 30;

impl LineCues {
    pub(crate) fn has_kind(&self, kind: Kind) -> bool {
        self.ids & KIND_MASKS[kind as usize] != 0
    }

    /// Takes note of a button or credit at the end of a folded text.
    fn take_tail(&mut self, hit: Hit, folded: &Folded, is_tail: bool, start: &mut usize) {
        if !is_tail || !matches!(hit.cue.role(), Role::Button | Role::Credit) {
            return;
        }
        self.late_credit |=
            hit.cue.role() == Role::Credit && folded.bytes().len() - hit.end <= TAIL && !hit.at_end;
        if hit.at_end && hit.start < *start {
            *start = hit.start;
            self.tail = Some(hit.cue);
            let text = folded.part(hit.start..hit.end);
            self.tail_chars = text.trim_end_matches(|c| !is_word(c)).chars().count();
        }
    }

    /// Takes back a credit at the line's end that is none.
    fn forget_tail(&mut self) {
        let Some(cue) = self.tail.take() else { return };
        self.ids &= !(1 << cue.index());
        self.tail_chars = 0;
        if self.best == Some(cue) {
            self.best = None;
            self.cover = 0.0;
        }
    }

    pub(crate) fn has(&self, role: Role) -> bool {
        self.ids & ROLE_MASKS[role as usize] != 0
    }
}

/// Reads lines: the tables that the walk needs, fetched once a page.
pub(crate) struct Reader<'c> {
    glyphs: Glyphs,
    cues: &'c Cues,
}

/// What reading a line needs room for.
#[derive(Default)]
pub(crate) struct Buffers {
    folded: Folded,
    found: Vec<Found>,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(cues: &'c Cues) -> Self {
        Self { glyphs: Glyphs::new(), cues }
    }

    /// Reads one line into `line`, which is as [`Line::default`] made it, and its tokens into `words`.
    pub(crate) fn read(
        &self,
        source: &str,
        span: Span,
        words: &mut Words,
        buffers: &mut Buffers,
        line: &mut Line,
    ) {
        let text = span.of(source);
        line.start = span.start() as u32;
        line.end = span.end() as u32;
        line.first = text.chars().next();
        let (glyphs, begins, folded) = (self.glyphs, self.cues.begins(), &mut buffers.folded);
        scan::run(Walk { glyphs, source, words, line, folded, begins, most: HEAD });
        folded.finish(glyphs, begins, text, HEAD);
        self.end(line, text);
        line.cues = self.cues_of(text, line.chars as usize, buffers);
        line.tail = line.end;
        if line.cues.tail.is_some_and(|cue| cue.role() == Role::Credit)
            && !line.cues.late_credit
            && line.tokens > LONG_CAPTION
            && ends_in_running_text(text)
        {
            line.cues.forget_tail();
        }
        if line.cues.tail.is_some()
            && let Some(tail) = inside::tail_start(line, text)
        {
            line.tail = line.start + tail as u32;
            self.end(line, &text[..tail]);
        }
    }

    /// How the text ends; of a line with a button at its end, the text before the button.
    fn end(&self, line: &mut Line, text: &str) {
        let text = text.trim_end();
        line.last = text.chars().next_back();
        line.last_inner =
            text.chars().rev().find(|c| self.glyphs.of(*c).class & (class::BLANK | class::CLOSER) == 0);
        let is = |c: Option<char>, bit| c.is_some_and(|c| self.glyphs.of(c).class & bit != 0);
        line.ending = if text.ends_with("...") || line.last == Some('…') {
            Ending::Ellipsis
        } else if is(line.last_inner, class::TERMINAL) {
            Ending::Sentence
        } else if matches!(line.last, Some(':' | '：' | ';')) {
            Ending::Colon
        } else if is(line.last, class::CLOSER) {
            Ending::Closer
        } else {
            Ending::Open
        };
    }

    fn cues_of(&self, text: &str, chars: usize, buffers: &mut Buffers) -> LineCues {
        let Buffers { folded, found: hits } = buffers;
        let mut found = LineCues::default();
        let whole = chars <= HEAD;
        let mut covered = 0;
        let mut reached = 0;
        let mut longest = 0;
        let mut lead_end = 0;
        let mut tail_start = usize::MAX;
        let length = folded.bytes().len();
        self.cues.find(folded, true, whole, hits, |hit: Hit| {
            found.ids |= 1 << hit.cue.index();
            let role = hit.cue.role();
            if !matches!(role, Role::Hint | Role::Name) {
                // A cue after which anything may follow speaks for as much again, but not for a whole paragraph.
                let end = if hit.is_open { (2 * hit.end - hit.start).min(length) } else { hit.end };
                covered += end.saturating_sub(hit.start.max(reached));
                reached = reached.max(end);
                // Of two cues in the same place the later row would win by chance: prefer the one that says more.
                let size = hit.end - hit.start;
                if size > longest {
                    longest = size;
                    found.best = Some(hit.cue);
                }
            }
            if hit.at_start && hit.end > lead_end && !matches!(role, Role::Hint | Role::Credit | Role::Name) {
                lead_end = hit.end;
                found.lead = Some(hit.cue);
                found.lead_is_all = hit.at_end;
            }
            found.take_tail(hit, folded, whole, &mut tail_start);
        });
        if whole {
            if covered > 0 {
                let solid = folded.bytes().iter().filter(|b| **b != b' ').count().max(1);
                found.cover = (covered as f32 / solid as f32).min(1.0);
            }
        } else {
            found.cover = (covered as f32 / length.max(1) as f32).min(1.0) * HEAD as f32 / chars as f32;
            let start = text.char_indices().nth_back(TAIL).map_or(0, |(at, _)| at);
            folded.read(self.glyphs, self.cues.begins(), &text[start..], usize::MAX);
            self.cues.find(folded, false, true, hits, |hit: Hit| {
                found.take_tail(hit, folded, true, &mut tail_start);
                if matches!(hit.cue.role(), Role::Credit) {
                    found.ids |= 1 << hit.cue.index();
                }
            });
        }
        found
    }
}

/// Whether the last word of a text is the end of its sentence, as in "the agency AFP.", and not set apart from it, as
/// credits are: it has a sign of its own behind it, and a word in small letters right before it.
fn ends_in_running_text(text: &str) -> bool {
    let name = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let is_ended = text[name.len()..].starts_with(['.', '!', '?', '…', '"', '”', '»', '“', '’']);
    let mut words = name.rsplitn(3, ' ').skip(1);
    let before = words.next().unwrap_or_default();
    is_ended && !before.is_empty() && before.chars().all(char::is_lowercase)
}

impl Line {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    /// Whether the line is a paragraph's worth of running text: long, and ended as sentences are.
    pub(crate) fn is_prose(&self) -> bool {
        let enough = if self.unspaced * 2 > self.tokens { 24 } else { 12 };
        self.tokens >= enough && matches!(self.ending, Ending::Sentence | Ending::Ellipsis | Ending::Closer)
    }

    /// Whether a cue is most of the line: what makes a line with an opener's words the opener.
    pub(crate) fn is_heading(&self) -> bool {
        self.cues.cover >= 0.6 && self.tokens <= 10
    }

    /// The line's tokens, as places in [`Words::entries`].
    pub(crate) fn tokens_of<'w>(&self, words: &'w Words) -> &'w [u32] {
        &words.tokens[self.first_token as usize..(self.first_token + self.tokens) as usize]
    }

    /// The same, and the entries.
    pub(crate) fn tokens_and<'w>(&self, words: &'w mut Words) -> (&'w [u32], &'w mut [Entry]) {
        let tokens = &words.tokens[self.first_token as usize..][..self.tokens as usize];
        (tokens, &mut words.entries)
    }
}
