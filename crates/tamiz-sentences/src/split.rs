//! Where one sentence ends and the next begins, within a line.

use crate::lexicon::{Lexicon, Sort};
use crate::marks::{Mark, Terminal, closes, is_hiragana, is_unspaced, next_terminal, opens, terminal_at};

/// What the text goes on with after a possible end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Upper,
    Lower,
    Digit,
    /// A letter of a script without capitals.
    Caseless,
    /// No letter or digit within reach.
    Other,
}

/// Finds the ends of sentences in a piece of text without a line feed.
///
/// Calls `end(at)` for the end of every sentence but the last, in bytes; blanks follow it, or the next sentence. Returns
/// whether the text closes with a terminal mark, so that its last sentence is complete.
pub(crate) fn split(text: &str, lexicon: &Lexicon, mut end: impl FnMut(usize)) -> bool {
    let mut start = 0;
    let mut at = 0;
    while let Some(first) = next_terminal(text, at) {
        let run = extend(text, first);
        at = run.end;
        if run.mark == Mark::Stop && text[at..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == ',') {
            continue;
        }
        let closed = close(text, start, run.end);
        let next = skip_blanks(text, closed);
        if next == text.len() {
            return true;
        }
        if breaks(text, start, run, closed, next, lexicon) {
            end(closed);
            start = next;
            at = next;
        }
    }
    false
}

/// Takes in the terminal marks that follow, also those with a blank between (`! ...`, `. . .`).
fn extend(text: &str, first: Terminal) -> Terminal {
    let mut run = first;
    loop {
        let blanks = skip_blanks(text, run.end);
        let Some(more) = terminal_at(text, blanks) else { break };
        if blanks > run.end {
            // A detached mark belongs to the run only if it does not open a word (`.hack`, `...and`).
            let mut after = more.end;
            while let Some(next) = terminal_at(text, after) {
                after = next.end;
            }
            if !text[after..].chars().next().is_none_or(|c| c.is_whitespace() || closes(c)) {
                break;
            }
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
    run
}

/// The end of the quotation marks, brackets, further marks, references and smileys that belong to the sentence before.
fn close(text: &str, start: usize, from: usize) -> usize {
    let mut at = from;
    loop {
        let Some(c) = text[at..].chars().next() else { return at };
        if closes(c) {
            at += c.len_utf8();
        } else if let Some(terminal) = terminal_at(text, at) {
            at = terminal.end;
        } else if let Some(length) = reference(&text[at..]) {
            at += length;
        } else if c.is_whitespace() {
            let blanks = skip_blanks(text, at);
            match detached_closer(text, start, blanks) {
                Some(length) => at = blanks + length,
                None => return at,
            }
        } else {
            return at;
        }
    }
}

/// The length of something at `at` that closes a sentence although a blank parts it from there, as in French and in
/// tokenised text.
fn detached_closer(text: &str, start: usize, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let c = rest.chars().next()?;
    if let Some(length) = reference(rest).or_else(|| smiley(rest)) {
        return Some(length);
    }
    if matches!(c, ')' | ']' | '}') {
        return Some(1);
    }
    let length = if rest.starts_with("''") { 2 } else { c.len_utf8() };
    let ends = rest[length..].chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ','));
    if !ends {
        return None;
    }
    if terminal_at(text, at).is_some() {
        return Some(length);
    }
    let opener = match c {
        '"' | '\'' => c,
        '’' | '”' => return is_open(text, start, at, |other| matches!(other, '“' | '„' | '‘' | '‚' | '”' | '’')).then_some(length),
        '»' | '›' => return Some(length),
        _ => return None,
    };
    is_open(text, start, at, |other| other == opener).then_some(length)
}

/// Whether an odd number of such quotation marks stands in the sentence before `at`, so that the next one closes.
///
/// Only the sentence's last part is looked at: a mark forgotten long ago must not turn all later ones round, and a
/// text of nothing but quotation marks must not take quadratic time.
fn is_open(text: &str, start: usize, at: usize, quotes: impl Fn(char) -> bool) -> bool {
    let from = text.ceil_char_boundary(start.max(at.saturating_sub(600)));
    text[from..at].chars().filter(|&c| quotes(c)).count() % 2 == 1
}

/// The length of a smiley such as `:-)`.
fn smiley(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    if !matches!(bytes.first()?, b':' | b';' | b'=') {
        return None;
    }
    let nose = usize::from(matches!(bytes.get(1)?, b'-' | b'\'' | b'o'));
    let mouths = bytes[1 + nose..].iter().take_while(|byte| matches!(byte, b')' | b'(' | b'D' | b'P' | b'p' | b'/' | b'|' | b'*' | b'O')).count();
    let length = 1 + nose + mouths;
    (mouths > 0 && bytes.get(length).is_none_or(|byte| byte.is_ascii_whitespace())).then_some(length)
}

/// The length of a reference to a source, such as `[11]`, `[2–4]` or `[a]`.
fn reference(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let close = inner.char_indices().take(16).find(|(_, c)| *c == ']')?.0;
    let label = &inner[..close];
    let digits = label.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | '–' | ' '));
    (!label.is_empty() && (digits || label.len() == 1)).then_some(close + 2)
}

fn skip_blanks(text: &str, from: usize) -> usize {
    from + (text[from..].len() - text[from..].trim_start().len())
}

/// Whether a sentence ends at the terminal marks `run`, closed up to `closed`; the next word's surroundings start at `next`.
fn breaks(text: &str, start: usize, run: Terminal, closed: usize, next: usize, lexicon: &Lexicon) -> bool {
    let spaced = next > closed;
    let before = text[..run.start].chars().next_back();
    let wide = run.mark == Mark::Wide
        || (run.mark != Mark::Stop && before.is_some_and(is_unspaced))
        || (run.mark == Mark::Stop && before.is_some_and(is_unspaced) && text[next..].starts_with(is_unspaced));
    if wide {
        return breaks_wide(text, start, run, closed, next);
    }
    if !spaced && run.mark != Mark::Full {
        return false;
    }
    let (class, word_at, signed) = look_ahead(text, next);
    match class {
        Next::Lower => {
            return run.mark == Mark::Full
                || (run.mark == Mark::Stop && closed == run.end && full_word_before(text, start, run.start, lexicon));
        }
        Next::Other => return !text[next..].starts_with([',', ';', ':', ')', ']']),
        _ => {}
    }
    // Armenian writes its full stop as a colon, and what looks like ours as a colon.
    if run.mark == Mark::Stop && before.is_some_and(|c| matches!(c, '\u{530}'..='\u{58f}')) {
        return false;
    }
    if signed || run.mark != Mark::Stop || closed > run.end {
        return true;
    }
    stop_breaks(text, start, run.start, class, &text[word_at..], lexicon)
}

/// The same for scripts without spaces.
fn breaks_wide(text: &str, start: usize, run: Terminal, closed: usize, next: usize) -> bool {
    let _ = (start, run);
    let Some(c) = text[next..].chars().next() else { return true };
    if closed > run.end && is_hiragana(c) && next == closed {
        return false;
    }
    !matches!(c, '、' | '，' | ',' | '：' | ':' | '；')
}

/// The class of the first letter or digit from `from` on, its place, and whether ¿ or ¡ stands before it.
fn look_ahead(text: &str, from: usize) -> (Next, usize, bool) {
    let mut signed = false;
    for (i, c) in text[from..].char_indices().take(10) {
        let at = from + i;
        if c.is_alphabetic() {
            let class = if c.is_uppercase() {
                Next::Upper
            } else if c.is_lowercase() {
                // A product's name such as iPhone may open a sentence.
                let second = text[at + c.len_utf8()..].chars().next();
                if second.is_some_and(char::is_uppercase) { Next::Upper } else { Next::Lower }
            } else {
                Next::Caseless
            };
            return (class, at, signed);
        }
        if c.is_numeric() {
            return (Next::Digit, at, signed);
        }
        if matches!(c, '¿' | '¡') {
            signed = true;
        } else if !(opens(c) || c.is_whitespace()) {
            break;
        }
    }
    (Next::Other, from, signed)
}

/// Whether a sentence ends at a single full stop with a blank after it.
fn stop_breaks(text: &str, start: usize, stop: usize, next: Next, rest: &str, lexicon: &Lexicon) -> bool {
    let word_start = word_before(text, start, stop);
    let word = text[word_start..stop].trim_start_matches('.');
    if word.is_empty() {
        return true;
    }
    let starter = || next == Next::Upper && {
        let next_word = first_word(rest);
        !(rest[next_word.len()..].starts_with('.') && next_word.chars().nth(1).is_none())
            && lexicon.starts_sentence(next_word)
    };
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        if word.len() <= 3 && is_label(text, start, word_start) {
            return false;
        }
        if word.len() <= lexicon.ordinal_digits {
            return starter();
        }
        return true;
    }
    if let Some(sort) = lexicon.sort(word) {
        return match sort {
            Sort::Title => false,
            Sort::BeforeNumber => next != Next::Digit,
            Sort::Abbreviation => starter(),
        };
    }
    if lexicon.roman_ordinals && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X')) {
        return starter();
    }
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        if letter.is_alphabetic() {
            let after_number = text[..word_start].trim_end().ends_with(|c: char| c.is_ascii_digit());
            return if letter.is_lowercase() && after_number { next != Next::Digit } else { starter() };
        }
    }
    if word.contains('.') && word.split('.').all(|part| part.chars().nth(3).is_none()) {
        return starter();
    }
    true
}

/// Whether the number that starts at `at` stands where a list's numbers do: first in its sentence, or after a colon.
fn is_label(text: &str, start: usize, at: usize) -> bool {
    let before = text[start..at].trim_end_matches(|c: char| c.is_whitespace() || c == '(');
    before.chars().rev().take(8).all(|c| opens(c) || c.is_whitespace()) && before.len() <= 8
        || before.ends_with(':') && at > start + before.len()
}

/// Whether a full word stands before the stop, so that it ends a sentence even before a small letter.
///
/// Abbreviations are short, or stand in a table, or are cut off after a consonant.
fn full_word_before(text: &str, start: usize, stop: usize, lexicon: &Lexicon) -> bool {
    let word = &text[word_before(text, start, stop)..stop];
    let mut letters = 0;
    for c in word.chars() {
        if !c.is_lowercase() || matches!(c, '\u{530}'..='\u{58f}') {
            return false;
        }
        letters += 1;
    }
    (letters >= 5 || letters >= 3 && lexicon.starts_sentence(word)) && lexicon.sort(word).is_none()
}

/// Where the word starts that ends at `stop`, full stops inside it included.
fn word_before(text: &str, start: usize, stop: usize) -> usize {
    let mut at = stop;
    for (i, c) in text[start..stop].char_indices().rev().take(32) {
        if !(c.is_alphanumeric() || c == '.' || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}')) {
            break;
        }
        at = start + i;
    }
    at
}

/// The letters that the text starts with.
fn first_word(text: &str) -> &str {
    let end = text.char_indices().take(32).find(|(_, c)| !c.is_alphabetic());
    &text[..end.map_or(text.len().min(text.floor_char_boundary(128)), |(i, _)| i)]
}
