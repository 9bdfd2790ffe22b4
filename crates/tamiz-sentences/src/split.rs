//! Where one sentence ends and the next begins, within a line.

use crate::closers::{close, joins, skip_blanks};
use crate::labels;
use crate::lexicon::Lexicon;
use crate::marks::{
    Mark, Terminal, Terminals, is_armenian, is_hiragana, is_letter, is_right_to_left, is_unspaced,
    terminal_at,
};
use crate::why::Why;
use crate::words::{ends_full_word, judge_stop};

/// What the text goes on with after a possible end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Upper,
    Lower,
    Digit,
    /// A letter of a script without capitals.
    Caseless,
    /// No letter or digit within reach.
    Other,
}

/// How far a bracket's other half is looked for, in bytes.
const BRACKET_REACH: usize = 200;

/// How far a sentence is looked back into, in bytes: going no further keeps the time linear where no mark ends one.
const TAIL: usize = 400;

/// What was decided of a place where a sentence may end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    /// Where the sentence started, in bytes as all places here.
    pub(crate) start: usize,
    /// Where its terminal marks start.
    pub(crate) mark: usize,
    /// Where all that closes it ends.
    pub(crate) closed: usize,
    /// Where the text goes on.
    pub(crate) next: usize,
    pub(crate) why: Why,
}

/// Finds the ends of sentences in a piece of text without a line feed, which starts at `base` in the text of `marks`.
///
/// Calls `end(at, next)` for every sentence but the last: where it ends, and where the next one starts, in bytes.
/// Returns whether the text closes with a terminal mark, so that its last sentence is complete. `decided` is told of
/// every place where a sentence may end, with the reason; for the marks that close the text there is none to give.
pub(crate) fn split(
    text: &str,
    base: usize,
    marks: &mut Terminals<'_>,
    lexicon: &Lexicon,
    mut end: impl FnMut(usize, usize),
    mut decided: impl FnMut(Decision),
) -> bool {
    let mut start = 0;
    let mut at = 0;
    let mut label = labels::first(text).and_then(|first| {
        let second = labels::next(text, &first)?;
        at = first.end;
        Some(second)
    });
    loop {
        let terminal = marks.next(text, base, at);
        if let Some(item) = label
            && terminal.is_none_or(|terminal| item.start <= terminal.start)
        {
            let before = text[..item.start].trim_end().len();
            if before > start {
                let next = item.start;
                end(before, next);
                decided(Decision { start, mark: before, closed: before, next, why: Why::ListItem });
            }
            start = item.start;
            at = item.end;
            label = labels::next(text, &item);
            continue;
        }
        let Some(first) = terminal else { return false };
        // Nothing but the mark is looked at where all is as in most sentences.
        let behind = &text.as_bytes()[first.end..];
        if behind.is_empty() {
            return true;
        }
        if first.mark == Mark::Stop && (behind[0].is_ascii_alphanumeric() || behind[0] == b',') {
            at = first.end;
            continue;
        }
        let is_plain = is_plain(text, start, first, behind);
        let (run, closed, next) = if is_plain {
            (first, first.end, first.end + 1)
        } else {
            let run = extend(text, first);
            let closed = if opens_omission(text, run) { run.end } else { close(text, run.end) };
            (run, closed, skip_blanks(text, closed))
        };
        // Marks among what closes are not looked at again, whatever comes of these.
        at = closed;
        if next == text.len() {
            return true;
        }
        if label.is_some_and(|item| item.start <= next) {
            continue;
        }
        let mut why = match run.mark {
            Mark::Stop if is_plain => judge_stop(text, start, run.start, Next::Upper, &text[next..], lexicon),
            _ if is_plain => Why::Mark,
            _ => judge(text, start, run, closed, next, lexicon),
        };
        if why.ends() && marks.bracket + BRACKET_REACH > base + run.start && in_brackets(text, run, next) {
            why = Why::Brackets;
        }
        decided(Decision { start, mark: run.start, closed, next, why });
        if why.ends() {
            end(closed, next);
            start = next;
            at = next;
        }
    }
}

/// Whether the mark is a full stop, or one question or exclamation mark, right behind a letter or digit, with a blank and
/// a capital after it. Then it is by itself, nothing closes it, and all depends on the words.
#[inline]
fn is_plain(text: &str, start: usize, mark: Terminal, behind: &[u8]) -> bool {
    let before = &text.as_bytes()[start..mark.start];
    // Letters of two bytes are those of Latin, Greek and Cyrillic, and before Armenian.
    let letter = match *before {
        [.., byte] if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        [.., first @ 0xC3..=0xD3, second] => is_letter(of_two(first, second)),
        _ => false,
    };
    let capital = match *behind {
        [b' ', byte, ..] if byte.is_ascii() => byte.is_ascii_uppercase(),
        [b' ', first @ 0xC3..=0xD3, second, ..] => of_two(first, second).is_uppercase(),
        _ => false,
    };
    letter && capital && matches!(mark.mark, Mark::Stop | Mark::Strong) && mark.end == mark.start + 1
}

/// The character of these two bytes.
fn of_two(first: u8, second: u8) -> char {
    char::from_u32(u32::from(first & 0x1F) << 6 | u32::from(second & 0x3F)).unwrap_or(' ')
}

/// Takes in the terminal marks that follow, also those with a blank between (`! ...`, `. . .`).
fn extend(text: &str, first: Terminal) -> Terminal {
    let mut run = first;
    loop {
        let blanks = skip_blanks(text, run.end);
        let Some(more) = terminal_at(text, blanks) else { return run };
        // A detached mark belongs to the run only if it does not open a word (`.hack`, `...and`).
        if blanks > run.end && (joins(text, more.start) || opens_omission(text, run)) {
            return run;
        }
        run.mark = match (run.mark, more.mark) {
            (Mark::Stop, Mark::Stop) => Mark::Ellipsis,
            (Mark::Wide, _) | (_, Mark::Wide) => Mark::Wide,
            (Mark::Strong, _) | (_, Mark::Strong) => Mark::Strong,
            (mark, Mark::Stop) => mark,
            (_, mark) => mark,
        };
        run.end = more.end;
    }
}

/// Whether a full stop is followed by three more, each with a blank before it: `It was. . . . Then`. The first ends
/// its sentence, and the others stand for words left out of the next one.
fn opens_omission(text: &str, run: Terminal) -> bool {
    run.mark == Mark::Stop
        && text[run.end..].strip_prefix(" . . . ").is_some_and(|rest| rest.starts_with(char::is_uppercase))
        && !text[..run.start].ends_with(char::is_whitespace)
}

/// Whether a sentence ends at the terminal marks `run`, closed up to `closed`, and why; what comes next starts at
/// `next`.
fn judge(text: &str, start: usize, run: Terminal, closed: usize, next: usize, lexicon: &Lexicon) -> Why {
    let Some(before) = text[start..run.start].chars().next_back() else { return Why::NothingBefore };
    let following = text[next..].chars().next().unwrap_or(' ');
    let unspaced = is_unspaced(before) && (run.mark != Mark::Stop || is_unspaced(following));
    if run.mark == Mark::Wide || unspaced {
        return judge_unspaced(text, run, closed, next, following);
    }
    if next == closed && run.mark != Mark::Full {
        return Why::NoBlank;
    }
    // [...] and (?) are remarks inside a sentence, whatever they close it with; between two sentences [...] is neither's.
    if matches!(before, '[' | '(') && run.mark != Mark::Full {
        let is_omission = before == '['
            && run.mark == Mark::Ellipsis
            && run.start == start + 1
            && closed == run.end + 1
            && matches!(look_ahead(text, next).0, Next::Upper);
        return if is_omission { Why::Omission } else { Why::Remark };
    }
    // A label with what a lost blank has left of itself: `Fax:? 203 …`.
    if before == ':' && run.mark == Mark::Strong {
        return Why::Remark;
    }
    // Armenian writes its full stop like our colon, and its colon like our full stop.
    if run.mark == Mark::Stop && is_armenian(before) {
        return Why::Armenian;
    }
    let (class, word_at, signed) = look_ahead(text, next);
    let either = |ends: bool, why: Why, other: Why| if ends { why } else { other };
    let why = match class {
        Next::Lower if matches!(run.mark, Mark::Full) || text[next..].starts_with("..") => Why::Mark,
        Next::Lower if run.mark == Mark::Strong => {
            let ends = lexicon.is_english
                && closed == run.end
                && next == word_at
                && ends_english_question(text, start, run, &text[next..]);
            either(ends, Why::Question, Why::SmallLetter)
        }
        Next::Lower => {
            let detached = before.is_whitespace() && next < word_at;
            let ends = closed == run.end
                && run.mark == Mark::Stop
                && (detached || ends_full_word(text, start, run.start, lexicon));
            either(ends, Why::FullWord, Why::SmallLetter)
        }
        Next::Other => {
            // Strokes and stars that nothing follows are no sentence.
            let ends = is_separator(&text[next..])
                || !matches!(following, ',' | ';' | ':' | ')' | ']')
                    && text[next..].chars().take(60).any(char::is_alphanumeric);
            either(ends, Why::Mark, Why::NothingFollows)
        }
        _ if signed || closed > run.end => Why::Mark,
        _ => match run.mark {
            Mark::Stop => judge_stop(text, start, run.start, class, &text[word_at..], lexicon),
            Mark::Ellipsis => {
                let attached = !before.is_whitespace() && run.end - run.start == 2;
                either(attached || !is_english_pronoun(&text[word_at..], lexicon), Why::Mark, Why::Pronoun)
            }
            _ => Why::Mark,
        },
    };
    let has_words = || tail(text, start, run.start).contains(|c: char| is_letter(c) || c.is_numeric());
    if why.ends() && !has_words() { Why::NothingBefore } else { why }
}

/// Whether the text starts with a line drawn in characters, such as `=====`.
fn is_separator(rest: &str) -> bool {
    let drawn = rest.bytes().take_while(|byte| matches!(byte, b'=' | b'_' | b'-' | b'*' | b'~' | b'#'));
    drawn.take(6).count() == 6
}

/// The last part of the sentence that started at `start`, up to `end`.
fn tail(text: &str, start: usize, end: usize) -> &str {
    &text[text.ceil_char_boundary(start.max(end.saturating_sub(TAIL)))..end]
}

/// English words after a title with a question mark of its own, within the sentence.
const CONTINUING: &[&str] = &[
    "and", "are", "as", "at", "by", "for", "from", "in", "is", "nor", "of", "on", "or", "said", "to", "was",
    "were", "with",
];

/// Whether an English question or exclamation ends its sentence although a small letter follows, as in hasty writing.
///
/// In English only, where one inside a sentence stands in quotation marks; elsewhere a dash before it will do, or
/// nothing. Neither `Yahoo! in Sunnyvale` nor `Oh! ... well` ends there.
fn ends_english_question(text: &str, start: usize, run: Terminal, rest: &str) -> bool {
    let sentence = tail(text, start, run.start);
    let word = sentence.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    text[..run.end].ends_with(['?', '!'])
        // Tokenised text has a blank before its marks as hasty writing may, but goes on within the sentence.
        && !(sentence.ends_with(char::is_whitespace)
            && CONTINUING.contains(&rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or("")))
        && (text[run.start..].starts_with('?') || !word.starts_with(char::is_uppercase))
        && !sentence.contains(['"', '“', '”', '«', '‘', '`'])
}

/// Whether the text starts with the one English word that has a capital everywhere.
fn is_english_pronoun(rest: &str, lexicon: &Lexicon) -> bool {
    lexicon.is_english && rest.strip_prefix('I').is_some_and(|rest| rest.starts_with([' ', '\'', '’']))
}

/// The same for scripts without spaces.
fn judge_unspaced(text: &str, run: Terminal, closed: usize, next: usize, following: char) -> Why {
    if closed > run.end && is_hiragana(following) && next == closed {
        // A quotation goes on with a particle: 「…。」と話した.
        return Why::Particle;
    }
    if matches!(following, '、' | '，' | ',' | '：' | ':' | '；') {
        return Why::Comma;
    }
    if text[..run.end].ends_with('．') && following.is_numeric() {
        return Why::NumberFollows;
    }
    if in_title(text, run.start, next) { Why::WorkTitle } else { Why::Mark }
}

/// Whether brackets are open at the terminal marks and closed soon after `next`: a sentence does not end inside
/// brackets that it opened.
fn in_brackets(text: &str, run: Terminal, next: usize) -> bool {
    let bytes = text.as_bytes();
    let from = run.start.saturating_sub(BRACKET_REACH);
    let to = (next + BRACKET_REACH).min(bytes.len());
    let behind = |open, close| {
        memchr::memrchr2(open, close, &bytes[from..run.start]).is_some_and(|i| bytes[from + i] == open)
    };
    let ahead = |open, close| {
        memchr::memchr2(open, close, &bytes[next..to]).is_some_and(|i| bytes[next + i] == close)
    };
    let wide = || {
        let behind = &text[text.ceil_char_boundary(from)..run.start];
        let ahead = &text[next..text.floor_char_boundary(to)];
        behind.rfind(['（', '）']).is_some_and(|i| behind[i..].starts_with('（'))
            && ahead.find(['（', '）']).is_some_and(|i| ahead[i..].starts_with('）'))
    };
    (behind(b'(', b')') && ahead(b'(', b')') || behind(b'[', b']') && ahead(b'[', b']')
        || behind(b'{', b'}') && ahead(b'{', b'}') || wide())
        // Text from right to left often has its brackets the wrong way round.
        && !text[..run.start].chars().next_back().is_some_and(is_right_to_left)
}

/// Whether the title of a work is open at `at` and closed soon after `next`: 《…！…》.
fn in_title(text: &str, at: usize, next: usize) -> bool {
    let behind = &text[text.ceil_char_boundary(at.saturating_sub(BRACKET_REACH))..at];
    let ahead = &text[next..text.floor_char_boundary(next + BRACKET_REACH)];
    behind.rfind(['《', '》']).is_some_and(|i| behind[i..].starts_with('《'))
        && ahead.find(['《', '》']).is_some_and(|i| ahead[i..].starts_with('》'))
}

/// The class of the first letter or digit from `from` on, its place, and whether ¿ or ¡ stands before it.
fn look_ahead(text: &str, from: usize) -> (Next, usize, bool) {
    let mut signed = false;
    for (i, c) in text[from..].char_indices().take(10) {
        let at = from + i;
        if is_letter(c) {
            let class = if c.is_uppercase() {
                Next::Upper
            } else if c.is_lowercase() {
                // An address or a product's name such as iPhone may open a sentence.
                let rest = &text[at..];
                let opens = rest.starts_with("http") || rest.chars().nth(1).is_some_and(char::is_uppercase);
                if opens { Next::Upper } else { Next::Lower }
            } else {
                Next::Caseless
            };
            return (class, at, signed);
        }
        if c.is_numeric() {
            return (Next::Digit, at, signed);
        }
        signed |= matches!(c, '¿' | '¡');
        let pair_of_commas = c == ',' && text[at..].starts_with(",,") || text[..at].ends_with(',');
        if matches!(c, ',' | ';' | ':' | ')' | ']') && !pair_of_commas {
            break;
        }
    }
    (Next::Other, from, signed)
}
