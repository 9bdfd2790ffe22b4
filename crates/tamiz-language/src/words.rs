//! The words of a text: what is left of it when numbers, addresses and code are set aside.

use crate::script::{Script, Tally};

/// What kinds of bytes a token can hold.
const LETTER: u8 = 1;
/// Digits, and the signs that stand by words in prose.
const SIGN: u8 = 2;
/// All other signs of ASCII: what addresses and code are written with.
const MARK: u8 = 4;
/// Part of a character beyond ASCII.
const WIDE: u8 = 8;
/// What parts tokens. The blanks beyond ASCII part words within a token.
const BLANK: u8 = 0;

/// The kind of every byte.
const CLASSES: [u8; 256] = {
    let mut classes = [WIDE; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'\t'..=b'\r' | b' ' => BLANK,
            b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b',' | b'.' | b'\'' | b'"' | b'-' => SIGN,
            _ if byte.is_ascii_punctuation() => MARK,
            _ => SIGN,
        };
        byte += 1;
    }
    classes
};

/// What a text is made of. Meant to be kept and filled again: it owns buffers.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// The words in lower case, one blank before, between and after them. Apostrophes inside words stay.
    pub(crate) letters: Vec<char>,
    /// The scripts of those letters.
    pub(crate) tally: Tally,
    /// Characters that are not blank, those of words and all others.
    solid: u32,
    /// Tokens that stand as words do in prose.
    plain: u32,
    /// Signs that the text is program code or markup, weighted.
    code: u32,
    /// Comparison signs that stand alone: code if there are other signs of it, separators if not.
    comparisons: u32,
}

impl Words {
    /// Forgets the text before.
    pub(crate) fn clear(&mut self) {
        self.letters.clear();
        self.letters.push(' ');
        self.tally = Tally::default();
        (self.solid, self.plain, self.code, self.comparisons) = (0, 0, 0, 0);
    }

    /// Adds the words of a text to those read before.
    pub(crate) fn read(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            // What the token holds, all its bytes' classes together.
            let mut class = 0;
            let mut end = start;
            while end < bytes.len() && CLASSES[usize::from(bytes[end])] != BLANK {
                class |= CLASSES[usize::from(bytes[end])];
                end += 1;
            }
            if end > start {
                self.token(&text[start..end], class);
            }
            start = end + 1;
        }
        // A statement ends so; in prose a semicolon hardly ever ends a line, save as the Greek question mark.
        if text.ends_with(';') && text.is_ascii() {
            self.code += 1;
        }
    }

    /// Whether the text is in no language: numbers, addresses, rules of dashes, program code.
    pub(crate) fn is_no_language(&self) -> bool {
        let letters = self.tally.letters();
        let code = if self.code > 0 { self.code + self.comparisons } else { 0 };
        letters == 0 || letters * 4 < self.solid || (code >= 2 && self.plain <= 2 * code)
    }

    fn token(&mut self, token: &str, class: u8) {
        if class == LETTER {
            return self.plain_word(token);
        }
        // A word with a sign that ends it is nearly as frequent as one without.
        if let Some((&last, word)) = token.as_bytes().split_last()
            && matches!(last, b',' | b'.' | b':' | b';' | b'!' | b'?')
            && !word.is_empty()
            && word.iter().all(u8::is_ascii_alphabetic)
        {
            self.solid += 1;
            return self.plain_word(&token[..word.len()]);
        }
        // Most tokens are letters alone: only the others can be addresses or code.
        let is_marked = class & MARK != 0;
        if is_marked && is_address(token) || token.starts_with("www.") {
            // However long it is, an address says nothing of the words around it.
            self.solid += 1;
            return;
        }
        if is_marked && class & WIDE == 0 {
            self.code(token);
        }
        // A chunk is a maximal run of letters, marks and digits.
        let mut start = self.letters.len();
        let (mut has_digit, mut has_ascii) = (false, false);
        let mut words = 0;
        for c in token.chars() {
            self.solid += u32::from(c.is_ascii() || !c.is_whitespace());
            let c = if c == '\u{2019}' { '\'' } else { c };
            if c.is_ascii_digit() {
                has_digit = true;
            } else if let Some(script) = Script::of(c) {
                has_ascii |= c.is_ascii();
                self.tally.add(script);
                self.letter(c);
            } else if c == '\'' && self.letters.len() > start {
                self.letters.push(c);
            } else if !is_joiner(c) {
                words += u32::from(self.end_chunk(start, has_digit && has_ascii));
                start = self.letters.len();
                (has_digit, has_ascii) = (false, false);
            }
        }
        words += u32::from(self.end_chunk(start, has_digit && has_ascii));
        self.plain += u32::from(words > 0);
    }

    /// Adds a word of ASCII letters alone.
    fn plain_word(&mut self, word: &str) {
        self.letters.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        self.letters.push(' ');
        self.tally.add_many(Script::Latin, word.len() as u32);
        self.solid += word.len() as u32;
        self.plain += 1;
    }

    fn letter(&mut self, c: char) {
        match c {
            '\0'..='\x7F' => self.letters.push(c.to_ascii_lowercase()),
            // Two thirds of all letters beyond ASCII need no table of cases.
            'ß'..='ÿ'
            | 'ά'..='ώ'
            | 'а'..='џ'
            | '\u{590}'..='\u{109F}'
            | '\u{3000}'..='\u{A63F}'
            | '가'..='힣' => {
                self.letters.push(c);
            }
            'А'..='Я' => self.letters.push(char::from_u32(u32::from(c) + 32).unwrap_or(c)),
            // Its lower case is two characters, the second a mark that is in no table.
            'İ' => self.letters.push('i'),
            _ => self.letters.extend(c.to_lowercase()),
        }
    }

    /// Closes the chunk that began at `start`; one that mixes Latin letters and digits (`3392x1121`, `A4F0`) goes.
    fn end_chunk(&mut self, start: usize, is_mixed: bool) -> bool {
        while self.letters.len() > start && self.letters.last() == Some(&'\'') {
            self.letters.pop();
        }
        if self.letters.len() == start {
            return false;
        }
        if is_mixed {
            self.letters[start..]
                .iter()
                .filter_map(|&c| Script::of(c))
                .for_each(|script| self.tally.remove(script));
            self.letters.truncate(start);
            return false;
        }
        self.letters.push(' ');
        true
    }

    /// Weighs the signs of program code in an ASCII token.
    fn code(&mut self, token: &str) {
        let bytes = token.as_bytes();
        if matches!(token, "<" | ">" | "<=" | ">=") {
            self.comparisons += 1;
            return;
        }
        if matches!(token, "=" | "{" | "}" | "->" | "//" | "};" | ");" | "},") {
            self.code += 1;
            return;
        }
        if bytes.len() < 3 || bytes.iter().all(u8::is_ascii_alphanumeric) {
            self.code += 2 * u32::from(bytes.len() == 2 && is_operator([bytes[0], bytes[1]]));
            return;
        }
        if bytes.iter().any(u8::is_ascii_alphanumeric)
            && bytes.windows(2).any(|pair| is_operator([pair[0], pair[1]]))
        {
            self.code += 2;
            return;
        }
        let letter = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_alphabetic);
        let mut dotted = false;
        for (i, &byte) in bytes.iter().enumerate() {
            let inside = i > 0 && letter(i - 1) && letter(i + 1);
            match byte {
                b'_' | b'=' if inside => self.code += 1,
                b'.' if inside => dotted = true,
                b'(' if i > 0 && (letter(i - 1) || bytes[i - 1] == b'!') => {
                    self.code += 1 + u32::from(dotted);
                }
                b'&' if i == 0 && letter(1) => self.code += 1,
                b'{' if i + 1 == bytes.len() || letter(i + 1) => self.code += 1,
                _ => {}
            }
        }
    }
}

/// Pairs of signs that stand in program code and markup, and hardly elsewhere.
fn is_operator(pair: [u8; 2]) -> bool {
    matches!(
        &pair,
        b"::" | b"->" | b"=>" | b"==" | b"!=" | b"&&" | b"()" | b"</" | b"/>" | b"+=" | b"{}" | b"(&"
    )
}

/// Signs within words that are neither letters nor borders: low lines, soft hyphens, joiners, combining marks.
fn is_joiner(c: char) -> bool {
    matches!(
        u32::from(c),
        0x5F | 0xAD | 0x300..=0x36F | 0x591..=0x5C7 | 0x610..=0x61A | 0x64B..=0x65F | 0x670 | 0x6D6..=0x6ED | 0x200B..=0x200F | 0x2060
    )
}

/// Whether a token is a web or mail address, or a handle.
fn is_address(token: &str) -> bool {
    token.starts_with('@')
        || token.contains("://")
        || memchr::memchr(b'@', token.as_bytes()).is_some_and(|at| at > 0 && token[at..].contains('.'))
}
