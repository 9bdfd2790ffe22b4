//! A record or an input that could not be read, with its place and its bytes.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// The most bytes of a broken record that quarantine shows. Longer ones are cut there: their place and length say
/// where the rest is.
pub const RAW_LIMIT: usize = 1 << 20;

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'b> {
    /// The input file as it is shown to people; `-` for standard input.
    pub input: &'b str,
    /// Which of the given inputs the file belongs to, from 0.
    pub given: usize,
    /// The line in the file, from 1; `None` where the record is the whole file.
    pub line: Option<u64>,
    /// The number of the record in the file, from 1; blank lines do not count, faults do.
    pub record: u64,
    /// The number of its row group, from 0, in a Parquet file.
    pub row_group: Option<u64>,
    /// The record's first byte in the file, after decompression; in a Parquet file, that of its row group.
    pub offset: u64,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.input)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(group) = self.row_group {
            return write!(f, ": row {} (in row group {group})", self.record);
        }
        write!(f, " (byte {})", self.offset)
    }
}

/// What could not be read, where, why, and what to do about it.
#[derive(Clone, Debug)]
pub struct Fault<'b> {
    /// Where.
    pub place: Place<'b>,
    /// How many records are lost here: 1, but for rows of a Parquet file of which nothing can be read. They are the one
    /// at the place and those behind it.
    pub records: u64,
    /// The stage that failed on the record; `None` where it could not be read in the first place.
    pub stage: Option<&'b str>,
    /// Why.
    pub reason: Cow<'b, str>,
    /// What to do about it.
    pub remedy: Cow<'b, str>,
    /// The bytes as they stand in the (decompressed) input.
    pub raw: &'b [u8],
    /// The record's length in bytes, where `raw` is not all of it.
    pub length: u64,
}

/// A fault's reason with `…` for every place in it, so that faults of one sort have one reason. Numbers behind a hyphen
/// stay: they belong to a name, such as `UTF-16`.
#[must_use]
pub fn without_places(reason: &str) -> String {
    let mut sort = String::new();
    let mut is_name = false;
    for c in reason.chars() {
        is_name = c.is_ascii_digit() && (is_name || sort.ends_with('-'));
        if is_name || !c.is_ascii_digit() {
            sort.push(c);
        } else if !sort.ends_with('…') {
            sort.push('…');
        }
    }
    sort
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, reason, remedy, .. } = self;
        match place.row_group {
            Some(group) if self.records > 1 => {
                let last = place.record + self.records - 1;
                write!(f, "{}: rows {} to {last} (in row group {group})", place.input, place.record)?;
            }
            _ => write!(f, "{place}")?,
        }
        write!(f, ": {reason}; {remedy}")
    }
}

/// A fault as a line of JSON.
#[derive(Serialize)]
struct Line<'f> {
    input: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    record: u64,
    #[serde(skip_serializing_if = "is_one")]
    records: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    row_group: Option<u64>,
    offset: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'f str>,
    reason: &'f str,
    remedy: &'f str,
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
}

fn is_one(count: &u64) -> bool {
    *count == 1
}

impl Fault<'_> {
    /// Appends the fault as one line of JSON, with at most `limit` bytes of the record: as the string `raw` where
    /// they are UTF-8, else as `raw_base64`. `length` is the whole record's, in bytes. `records` says how many are lost if
    /// it is more than one.
    pub fn write(&self, limit: usize, out: &mut Vec<u8>) {
        let raw = excerpt(self.raw, limit);
        let text = std::str::from_utf8(raw).ok();
        let line = Line {
            input: self.place.input,
            line: self.place.line,
            record: self.place.record,
            records: self.records,
            row_group: self.place.row_group,
            offset: self.place.offset,
            stage: self.stage,
            reason: &self.reason,
            remedy: &self.remedy,
            length: self.length.max(self.raw.len() as u64),
            raw: text,
            raw_base64: text.is_none().then(|| base64(raw)),
        };
        let mut writer = serde_json::Serializer::with_formatter(&mut *out, Harmless);
        line.serialize(&mut writer).expect("strings and numbers can be written to memory");
        out.push(b'\n');
    }
}

/// JSON whose strings hold nothing that a terminal would obey, or that would turn the direction of what is shown: JSON
/// itself only escapes the first of the control characters.
struct Harmless;

impl serde_json::ser::Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> std::io::Result<()> {
        let mut from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| !c.is_ascii() || c.is_control()) {
            let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{2028}' | '\u{2029}');
            if turns || c.is_control() {
                write!(writer, "{}\\u{:04x}", &fragment[from..at], u32::from(c))?;
                from = at + c.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[from..])
    }
}

/// At most `limit` bytes; text is not cut within a character.
fn excerpt(raw: &[u8], limit: usize) -> &[u8] {
    if raw.len() <= limit {
        return raw;
    }
    let cut = &raw[..limit];
    match std::str::from_utf8(cut) {
        Err(error) if error.error_len().is_none() => &cut[..error.valid_up_to()],
        _ => cut,
    }
}

/// Base64 of RFC 4648, padded: JSON strings hold no bytes.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0u32;
        for i in 0..3 {
            bits = bits << 8 | u32::from(group.get(i).copied().unwrap_or(0));
        }
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    fn written(raw: &[u8], limit: usize) -> serde_json::Value {
        let fault = Fault {
            place: Place {
                input: "a.jsonl",
                given: 0,
                line: Some(3),
                record: 2,
                row_group: None,
                offset: 40,
            },
            records: 1,
            stage: None,
            reason: "broken".into(),
            remedy: "mend it".into(),
            raw,
            length: 0,
        };
        assert_eq!(fault.to_string(), "a.jsonl:3 (byte 40): broken; mend it");
        let mut out = Vec::new();
        fault.write(limit, &mut out);
        assert_eq!(out.pop(), Some(b'\n'));
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn text_is_shown_and_other_bytes_are_coded() {
        let line = written("año".as_bytes(), 100);
        assert_eq!((&line["raw"], &line["line"], &line["length"]), (&"año".into(), &3.into(), &4.into()));
        let line = written(b"a\xff", 100);
        assert_eq!((&line["raw_base64"], &line["raw"]), (&"Yf8=".into(), &serde_json::Value::Null));
    }

    #[test]
    fn nothing_in_it_is_an_order_to_a_terminal() {
        let raw = "a\u{9b}2J\u{7f}b\u{202e}c\u{1b}[31m ñ";
        let line = written(raw.as_bytes(), 100);
        assert_eq!(line["raw"], raw);
        let fault = Fault {
            place: Place { input: "a\u{1b}[2J", given: 0, line: None, record: 1, row_group: None, offset: 0 },
            records: 1,
            stage: None,
            reason: raw.into(),
            remedy: "none".into(),
            raw: raw.as_bytes(),
            length: 0,
        };
        let mut out = Vec::new();
        fault.write(100, &mut out);
        let shown = String::from_utf8(out).unwrap();
        assert!(!shown.trim_end().contains(char::is_control) && !shown.contains('\u{202e}'), "{shown}");
        assert!(shown.contains('ñ'));
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let line = written("año".as_bytes(), 2);
        assert_eq!((&line["raw"], &line["length"]), (&"a".into(), &4.into()));
    }
}
