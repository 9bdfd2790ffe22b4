//! The words of a text: what is left of it when numbers, addresses and code are set aside.

use crate::script::{Script, Tally};

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
        for token in text.split_whitespace() {
            self.token(token);
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

    fn token(&mut self, token: &str) {
        // Most tokens are letters alone: only the others can be addresses or code.
        let is_marked = token
            .bytes()
            .any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b',' | b'.' | b'\'' | b'"' | b'-'));
        if is_marked && is_address(token) || token.starts_with("www.") {
            // However long it is, an address says nothing of the words around it.
            self.solid += 1;
            return;
        }
        if is_marked && token.is_ascii() {
            self.code(token);
        }
        // A chunk is a maximal run of letters, marks and digits.
        let mut start = self.letters.len();
        let (mut has_digit, mut has_ascii) = (false, false);
        let mut words = 0;
        for c in token.chars() {
            self.solid += 1;
            let c = if c == '\u{2019}' { '\'' } else { c };
            if c.is_ascii_digit() {
                has_digit = true;
            } else if Script::of(c).is_some() {
                has_ascii |= c.is_ascii();
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

    fn letter(&mut self, c: char) {
        if c.is_ascii() {
            self.letters.push(c.to_ascii_lowercase());
        } else if c == 'İ' {
            // Its lower case is two characters, the second a mark that is in no table.
            self.letters.push('i');
        } else {
            self.letters.extend(c.to_lowercase());
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
            self.letters.truncate(start);
            return false;
        }
        self.letters[start..].iter().filter_map(|&c| Script::of(c)).for_each(|script| self.tally.add(script));
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
