//! What still belongs to a sentence after its terminal mark: quotation marks, brackets, references, smileys.

use crate::marks::{closes, terminal_at};

/// How far back an opening quotation mark is looked for, in bytes. A mark that was forgotten must not turn all later
/// ones round, and a text of nothing but quotation marks must not take quadratic time.
const QUOTE_REACH: usize = 400;

/// The end of all that closes the sentence whose terminal marks end at `from`.
pub(crate) fn close(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let Some(c) = text[at..].chars().next() else { return at };
        if closes(c) {
            let after = at + c.len_utf8();
            // These close in German and Danish, and open where the next word is joined to them.
            if matches!(c, '“' | '‘' | '«' | '‹') && text[after..].starts_with(char::is_alphanumeric) {
                return at;
            }
            at = after;
        } else if let Some(terminal) = terminal_at(text, at) {
            at = terminal.end;
        } else if let Some(length) = reference(&text[at..]) {
            at += length;
        } else if c.is_whitespace() {
            let blanks = skip_blanks(text, at);
            match detached(text, blanks) {
                Some(length) => at = blanks + length,
                None => return at,
            }
        } else if is_pictograph(c) {
            at += c.len_utf8();
        } else {
            return at;
        }
    }
}

/// The place of the first character from `from` on that is no blank.
pub(crate) fn skip_blanks(text: &str, from: usize) -> usize {
    match text.as_bytes().get(from..) {
        Some([b' ', next, ..]) if next.is_ascii_graphic() => from + 1,
        Some(_) => from + (text[from..].len() - text[from..].trim_start().len()),
        None => from,
    }
}

/// The length of something at `at` that closes the sentence although a blank parts it from there, as in French and
/// in tokenised text.
fn detached(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let c = rest.chars().next()?;
    if c.is_alphanumeric() {
        return None;
    }
    if let Some(length) = reference(rest).or_else(|| smiley(rest)) {
        return Some(length);
    }
    if matches!(c, ')' | ']' | '}') || is_pictograph(c) {
        return Some(c.len_utf8());
    }
    let length = if rest.starts_with("''") || rest.starts_with("``") { 2 } else { c.len_utf8() };
    let ends = rest[length..].chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ','));
    let closing = match c {
        _ if !ends => false,
        '»' | '›' => true,
        // What follows with a comma is over.
        '"' | '\'' | '’' | '”' if rest[length..].starts_with(" , ") => true,
        '\'' if length == 2 => closes_doubled(text, at) || in_quotation(text, at, c),
        '"' | '\'' | '`' | '’' | '”' => in_quotation(text, at, c) || c == '\'' && stands_alone(text, at),
        // Marks that open a word (`...and`) belong to what comes.
        _ => terminal_at(text, at).is_some() && !joins(text, at),
    };
    closing.then_some(length)
}

/// Whether a word is joined to the terminal marks that start at `at`.
pub(crate) fn joins(text: &str, at: usize) -> bool {
    let mut after = at;
    while let Some(mark) = terminal_at(text, after) {
        after = mark.end;
    }
    !text[after..].chars().next().is_none_or(|c| c.is_whitespace() || closes(c))
}

/// Whether two apostrophes at `at` close a quotation: they do where others open one (two grave accents or commas), or
/// where none stand before.
fn closes_doubled(text: &str, at: usize) -> bool {
    let behind = &text[text.ceil_char_boundary(at.saturating_sub(QUOTE_REACH))..at];
    !behind.contains("''") || behind.contains(",,") || behind.contains("``")
}

/// Whether no other apostrophe stands near the one at `at`, but for those inside words: then it closes a quotation whose
/// first mark is in another paragraph. Other marks open one as often, when they stand alone.
fn stands_alone(text: &str, at: usize) -> bool {
    let behind = text.ceil_char_boundary(at.saturating_sub(QUOTE_REACH));
    let ahead = text.floor_char_boundary(at + QUOTE_REACH);
    let is_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
    let mut others = text[behind..ahead].match_indices('\'').map(|(i, _)| behind + i).filter(|&i| i != at);
    others.all(|i| is_word(text[..i].chars().next_back()) && is_word(text[i + 1..].chars().next()))
}

/// Whether a quotation is open at `at`, in which such a mark stands.
fn in_quotation(text: &str, at: usize, mark: char) -> bool {
    let from = text.ceil_char_boundary(at.saturating_sub(QUOTE_REACH));
    let mut open = false;
    let mut before = ' ';
    let mut chars = text[from..at].chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        if matches!(c, '„' | '“' | '‘' | '‚') || (c == next && matches!(c, ',' | '`')) {
            open = true;
        } else if c == mark {
            // A mark with a blank on one side only says by itself which way it turns.
            let (blank_before, blank_after) = (
                before.is_whitespace() || matches!(before, '(' | '['),
                !next.is_alphanumeric() && next != mark,
            );
            open = match (blank_before, blank_after) {
                (true, false) => true,
                (false, true) => false,
                (true, true) => !open,
                (false, false) => open,
            };
        }
        before = c;
    }
    open
}

/// The length of a reference to a source, such as `[11]`, `[2–4]` or `[a]`.
fn reference(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let close = inner.char_indices().take(16).find(|(_, c)| *c == ']')?.0;
    let label = &inner[..close];
    let digits = label.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | '–' | ' '));
    (!label.is_empty() && (digits || label.len() == 1)).then_some(close + 2)
}

/// The length of a smiley such as `:-)`.
fn smiley(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    if !matches!(bytes.first()?, b':' | b';' | b'=') {
        return None;
    }
    let nose = usize::from(matches!(bytes.get(1)?, b'-' | b'\'' | b'o'));
    let is_mouth = |byte: &&u8| b")(DPp/|*O".contains(byte);
    let mouths = bytes[1 + nose..].iter().take_while(is_mouth).count();
    let length = 1 + nose + mouths;
    (mouths > 0 && bytes.get(length).is_none_or(u8::is_ascii_whitespace)).then_some(length)
}

/// Emoji and other pictures, with the characters that join and colour them.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{200d}')
}
