//! What one line looks like: its shape, its words, and the cues in it. One walk over its characters.

use tamiz_core::{Kind, Span};

use crate::cues::{CueId, Cues, Hit, Role, TableSet};
use crate::inside;
use crate::notation::{Folding, Glyphs, class, is_word};
use crate::words::Words;

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

impl LineCues {
    pub(crate) fn has_kind(&self, kind: Kind) -> bool {
        self.ids & kind_mask(kind) != 0
    }

    /// Takes note of a button or credit at the end of a folded text.
    fn take_tail(&mut self, hit: Hit, folded: &str, is_tail: bool, start: &mut usize) {
        if !is_tail || !matches!(hit.cue.role(), Role::Button | Role::Credit) {
            return;
        }
        self.late_credit |= hit.cue.role() == Role::Credit && folded.len() - hit.end <= TAIL && !hit.at_end;
        if hit.at_end && hit.start < *start {
            *start = hit.start;
            self.tail = Some(hit.cue);
            self.tail_chars = folded[hit.start..hit.end].trim_end_matches(|c| !is_word(c)).chars().count();
        }
    }

    pub(crate) fn has(&self, role: Role) -> bool {
        self.ids & role_mask(role) != 0
    }
}

/// The ids of a kind, as bits.
fn kind_mask(kind: Kind) -> u64 {
    MASKS.0[kind as usize]
}

/// The ids of a role, as bits.
fn role_mask(role: Role) -> u64 {
    MASKS.1[role as usize]
}

static MASKS: std::sync::LazyLock<([u64; 14], [u64; 11])> = std::sync::LazyLock::new(|| {
    let mut masks = ([0; 14], [0; 11]);
    for cue in CueId::all() {
        masks.0[cue.kind() as usize] |= 1 << cue.index();
        masks.1[cue.role() as usize] |= 1 << cue.index();
    }
    masks
});

/// Reads lines: the tables that the walk needs, fetched once a page.
pub(crate) struct Reader<'c> {
    glyphs: Glyphs,
    cues: &'c Cues,
    allowed: TableSet,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(cues: &'c Cues, allowed: TableSet) -> Self {
        Self { glyphs: Glyphs::new(), cues, allowed }
    }

    /// Reads one line, its tokens into `words`. `folded` is a buffer.
    pub(crate) fn read(&self, source: &str, span: Span, words: &mut Words, folded: &mut String) -> Line {
        let text = span.of(source);
        let mut line = self.shape(text, words, folded);
        line.start = span.start() as u32;
        line.end = span.end() as u32;
        line.cues = self.cues_of(text, line.chars as usize, folded);
        line.tail = line.end;
        if let Some(tail) = inside::tail_start(&line, text) {
            line.tail = line.start + tail as u32;
            self.end(&mut line, &text[..tail]);
        }
        line
    }

    /// Everything but the cues; and the folded head of the line.
    fn shape(&self, text: &str, words: &mut Words, folded: &mut String) -> Line {
        use class::*;
        let mut line = Line { first_token: words.tokens.len() as u32, hash: SEED, ..Line::default() };
        let mut word = Word::default();
        let mut chunk = Chunk::default();
        let mut number = Number::default();
        let mut stopped = false;
        let mut was_lower = false;
        folded.clear();
        let mut folding = Folding::new();
        for c in text.chars() {
            let glyph = self.glyphs.of(c);
            let class = glyph.class;
            if line.chars < HEAD as u32 {
                folding.push(c, glyph.folded, folded);
            }
            line.chars += 1;
            line.foreign += u32::from(c as u32 > 0x24f);
            if class & LETTER != 0 {
                if number.open {
                    number.close(&mut line, &word, c);
                }
                line.letters += 1;
                line.upper += u32::from(class & UPPER != 0);
                line.glued += u32::from(class & UPPER != 0 && was_lower);
                was_lower = class & LOWER != 0;
                if stopped {
                    line.stops += u32::from(chunk.len == 0);
                    stopped = false;
                }
                if class & UNSPACED == 0 {
                    word.push(glyph.folded);
                } else {
                    word.finish(&mut line, words);
                    line.unspaced += 1;
                    word.single(c, &mut line, words);
                }
                chunk.push(class);
            } else if class & DIGIT != 0 {
                if stopped {
                    line.stops += u32::from(chunk.len == 0);
                    stopped = false;
                }
                line.digits += 1;
                was_lower = false;
                number.push();
                word.push_digit(c);
                chunk.push(class);
            } else {
                if number.open {
                    number.close(&mut line, &word, c);
                }
                word.finish(&mut line, words);
                was_lower = false;
                if class & BLANK != 0 {
                    chunk.finish(&mut line);
                    continue;
                }
                chunk.push(class);
                if class & TERMINAL != 0 {
                    stopped = true;
                    if matches!(c, '。' | '！' | '？') {
                        line.stops += 1;
                        stopped = false;
                    }
                } else {
                    line.sign(c);
                }
            }
        }
        line.first = text.chars().next();
        number.close(&mut line, &word, ' ');
        word.finish(&mut line, words);
        chunk.finish(&mut line);
        folding.finish(folded);
        line.tokens = words.tokens.len() as u32 - line.first_token;
        self.end(&mut line, text);
        line.head_hash = word.head;
        line.tail_hash = word.before_last.rotate_left(7) ^ word.last;
        line
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

    fn cues_of(&self, text: &str, chars: usize, folded: &mut String) -> LineCues {
        let mut found = LineCues::default();
        let whole = chars <= HEAD;
        let mut covered = 0;
        let mut reached = 0;
        let mut longest = 0;
        let mut lead_end = 0;
        let mut tail_start = usize::MAX;
        self.cues.find(folded, true, whole, self.allowed, |hit: Hit| {
            found.ids |= 1 << hit.cue.index();
            let role = hit.cue.role();
            if !matches!(role, Role::Hint | Role::Name) {
                // A cue after which anything may follow speaks for as much again, but not for a whole paragraph.
                let end = if hit.is_open { (2 * hit.end - hit.start).min(folded.len()) } else { hit.end };
                covered += end.saturating_sub(hit.start.max(reached));
                reached = reached.max(end);
                // Of two cues in the same place the later row would win by chance: prefer the one that says more.
                let length = hit.end - hit.start;
                if length > longest {
                    longest = length;
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
            let solid = folded.bytes().filter(|b| *b != b' ').count().max(1);
            found.cover = (covered as f32 / solid as f32).min(1.0);
        } else {
            found.cover = (covered as f32 / folded.len().max(1) as f32).min(1.0) * HEAD as f32 / chars as f32;
            let start = text.char_indices().nth_back(TAIL).map_or(0, |(at, _)| at);
            folded.clear();
            self.glyphs.fold_into(&text[start..], folded);
            self.cues.find(folded, false, true, self.allowed, |hit: Hit| {
                found.take_tail(hit, folded, true, &mut tail_start);
                if matches!(hit.cue.role(), Role::Credit) {
                    found.ids |= 1 << hit.cue.index();
                }
            });
        }
        found
    }
}

const SEED: u32 = 0x811c_9dc5;

#[inline]
fn mix(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x9e37_79b1).rotate_left(13)
}

/// The token being read.
#[derive(Default)]
struct Word {
    hash: u32,
    len: u32,
    /// Whether the last character was a digit; a run of digits counts as one.
    in_digits: bool,
    /// The first two digits of the number being read.
    century: [char; 2],
    last: u32,
    before_last: u32,
    head: u32,
    /// The last character, if its script has no blanks.
    unspaced: u32,
}

impl Word {
    #[inline]
    fn push(&mut self, folded: char) {
        self.hash = mix(if self.len == 0 { SEED } else { self.hash }, folded as u32);
        self.len += 1;
        self.in_digits = false;
    }

    #[inline]
    fn push_digit(&mut self, c: char) {
        if self.in_digits {
            if self.century[1] == '\0' {
                self.century[1] = c;
            }
            return;
        }
        self.push('0');
        self.in_digits = true;
        self.century = [c, '\0'];
    }

    /// Whether the number being read starts as years do.
    fn year(&self) -> bool {
        matches!(self.century, ['1', '9'] | ['2', '0'])
    }

    fn token(&mut self, hash: u32, len: u32, content: u32, line: &mut Line, words: &mut Words) {
        line.hash = mix(line.hash, hash);
        self.before_last = self.last;
        self.last = hash;
        if words.tokens.len() as u32 - line.first_token < 2 {
            self.head = mix(self.head, hash);
        }
        words.push(content, len);
    }

    #[inline]
    fn finish(&mut self, line: &mut Line, words: &mut Words) {
        if self.len > 0 {
            let (hash, len) = (self.hash, self.len);
            self.token(hash, len, hash, line, words);
            self.len = 0;
            self.in_digits = false;
            self.unspaced = 0;
        }
    }

    /// A character that is a token by itself. What it is about shows only together with the one before it.
    fn single(&mut self, c: char, line: &mut Line, words: &mut Words) {
        let hash = mix(SEED, c as u32);
        let pair = if self.unspaced == 0 { hash } else { mix(mix(SEED, self.unspaced), c as u32) };
        let len = if self.unspaced == 0 { 1 } else { 4 };
        self.token(hash, len, pair, line, words);
        self.unspaced = c as u32;
    }
}

/// The run without blanks being read.
#[derive(Default)]
struct Chunk {
    len: u32,
    upper: u32,
    lower: u32,
    starts_upper: bool,
}

impl Chunk {
    #[inline]
    fn push(&mut self, class: u8) {
        if self.len == 0 {
            self.starts_upper = class & class::UPPER != 0;
        }
        self.len += 1;
        self.upper += u32::from(class & class::UPPER != 0);
        self.lower += u32::from(class & class::LOWER != 0);
    }

    #[inline]
    fn finish(&mut self, line: &mut Line) {
        if self.len > 0 {
            line.chunks += 1;
            line.capitalised += u32::from(self.starts_upper);
            line.shouted += u32::from(self.upper > 1 && self.lower == 0);
            line.short_lower += u32::from(self.len <= 3 && self.upper == 0 && self.lower > 0);
            *self = Chunk::default();
        }
    }
}

/// The run of digits being read: what stands between runs, and how long they are, shows dates and times.
#[derive(Default)]
struct Number {
    /// Whether digits, or the sign after them, were the last that was read.
    open: bool,
    digits: u32,
    sign: Option<char>,
    before: u32,
}

impl Number {
    #[inline]
    fn push(&mut self) {
        self.open = true;
        self.digits += 1;
    }

    /// Takes what follows digits.
    fn close(&mut self, line: &mut Line, word: &Word, c: char) {
        if self.digits == 0 {
            *self = Number::default();
            return;
        }
        if self.sign.is_some() && self.before <= 2 {
            line.date = true;
            line.time |= self.digits == 2 && matches!(self.sign, Some(':' | '.'));
        }
        line.date |= self.digits == 4 && word.year();
        self.before = self.digits;
        self.sign = matches!(c, '/' | '.' | ':' | '-').then_some(c);
        self.digits = 0;
        self.open = self.sign.is_some();
    }
}

impl Line {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    /// Counts a sign that ends no sentence.
    fn sign(&mut self, c: char) {
        match c {
            ',' | ';' | '，' | '、' | '；' | '،' => self.commas += 1,
            '»' => {
                self.quotes += 1;
                self.signs += 1;
            }
            '"' | '“' | '”' | '«' | '„' => self.quotes += 1,
            '|' => {
                self.pipe = true;
                self.signs += 1;
            }
            '©' | '®' | '›' | '•' | '·' | '→' | '←' | '▶' | '▷' | '<' | '>' | '{' | '}' | '/' | '►' | '★'
            | '_' | '=' => self.signs += 1,
            '@' => self.handle = true,
            _ => {}
        }
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
}
