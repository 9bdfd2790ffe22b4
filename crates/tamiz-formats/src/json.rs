//! A JSON object taken apart without being parsed: keys and values stay the bytes they are.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Why a line is no JSON object, and the byte of the line where that shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) message: String,
    pub(crate) at: usize,
}

/// The raw text of a member's key (with its quotes) and of its value.
pub(crate) type Member<'b> = (&'b str, &'b str);

/// The members of the object that the line holds, in order. Every value is checked to be JSON, at any depth, without
/// recursion; the numbers and escapes in it are not looked at.
pub(crate) fn members<'b>(line: &'b str, members: &mut Vec<Member<'b>>) -> Result<(), Malformed> {
    let mut scanner = Scanner { line, at: 0 };
    if scanner.peek() != Some(b'{') {
        return Err(scanner.malformed("expected an object: `{`"));
    }
    scanner.at += 1;
    if scanner.peek() == Some(b'}') {
        scanner.at += 1;
        return scanner.end();
    }
    loop {
        if scanner.peek() != Some(b'"') {
            return Err(scanner.malformed("expected a key in double quotes"));
        }
        let key = scanner.value()?;
        if scanner.peek() != Some(b':') {
            return Err(scanner.malformed("expected `:` after the key"));
        }
        scanner.at += 1;
        members.push((key, scanner.value()?));
        match scanner.peek() {
            Some(b',') => scanner.at += 1,
            Some(b'}') => {
                scanner.at += 1;
                return scanner.end();
            }
            None => return Err(scanner.malformed("the object is not closed: the line ends within it")),
            Some(_) => return Err(scanner.malformed("expected `,` or `}` after the value")),
        }
    }
}

struct Scanner<'b> {
    line: &'b str,
    at: usize,
}

impl<'b> Scanner<'b> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.line.as_bytes()[self.at..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// The raw text of the value that comes next.
    fn value(&mut self) -> Result<&'b str, Malformed> {
        self.peek();
        let rest = &self.line[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest);
        match <&RawValue>::deserialize(&mut values) {
            Ok(value) => {
                let raw = value.get();
                self.at += raw.len();
                Ok(raw)
            }
            Err(error) => {
                // The line has no line feed, so the column is the place.
                self.at += error.column().saturating_sub(1).min(rest.len());
                let message = error.to_string();
                let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
                Err(self.malformed(message))
            }
        }
    }

    fn end(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.malformed("more follows after the object: one record a line")),
        }
    }

    fn malformed(&self, message: &str) -> Malformed {
        Malformed { message: message.to_owned(), at: self.at }
    }
}

/// Whether a raw key stands for that name, with or without escapes.
pub(crate) fn is_key(raw: &str, name: &str) -> bool {
    let inner = inner(raw);
    inner == name || (inner.contains('\\') && unescape(raw).is_ok_and(|key| key == name))
}

/// The string that a raw JSON string stands for. It was checked to be one, so that escapes are in form.
///
/// The error is the place of a surrogate that has no other half: such text is in no encoding.
pub(crate) fn unescape(raw: &str) -> Result<String, usize> {
    let text = inner(raw);
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(place) = memchr::memchr(b'\\', &bytes[at..]) {
        out.push_str(&text[at..at + place]);
        at += place;
        let escape = bytes.get(at + 1).copied().unwrap_or(b'\\');
        let plain = match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (c, length) = code_point(text, at).ok_or(at)?;
                out.push(c);
                at += length;
                continue;
            }
            other => char::from(other),
        };
        out.push(plain);
        at += 2;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// The character of the `\uXXXX` at that place, or of two that make a pair, and the bytes that it takes.
fn code_point(text: &str, at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(at)?;
    if let Some(c) = char::from_u32(first) {
        return Some((c, 6));
    }
    let second = unit(at + 6).filter(|second| (0xdc00..0xe000).contains(second))?;
    let c = char::from_u32(0x10000 + (first.checked_sub(0xd800)? << 10) + (second - 0xdc00))?;
    Some((c, 12))
}

fn inner(raw: &str) -> &str {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(line: &str) -> Result<Vec<Member<'_>>, Malformed> {
        let mut found = Vec::new();
        members(line, &mut found).map(|()| found)
    }

    #[test]
    fn members_keep_their_bytes_and_order() {
        let line = "{ \"b\" : 1.50e+3 , \"a\":[1, {\"x\":\"}\"}],\"é\\n\":\"\\/\" } \r";
        let expected = [("\"b\"", "1.50e+3"), ("\"a\"", "[1, {\"x\":\"}\"}]"), ("\"é\\n\"", "\"\\/\"")];
        assert_eq!(split(line).unwrap(), expected);
        assert_eq!(split("{}").unwrap(), []);
        assert!(is_key("\"t\\u0065xt\"", "text") && !is_key("\"texts\"", "text"));
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let at = |line: &str| split(line).unwrap_err().at;
        assert_eq!(at("[1]"), 0);
        assert_eq!(at("{\"a\":1} x"), 8);
        assert_eq!(at("{\"a\" 1}"), 5);
        assert_eq!(at("{a:1}"), 1);
        assert_eq!(at("{\"a\":1,}"), 7);
        assert_eq!(at("{\"a\":tru}"), 8);
        assert_eq!(at("{\"a\":1"), 6);
        assert!(split("{\"a\":\"x\ty\"}").is_err(), "control characters need an escape");
    }

    #[test]
    fn a_hundred_thousand_levels_need_no_stack() {
        let line = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(split(&line).unwrap().len(), 1);
    }

    #[test]
    fn lone_surrogates_are_no_text() {
        for lone in [r#""\ud800""#, r#""\udc00""#, r#""\ud800A""#, r#""\ud800\ud800""#, r#""a\ud83d\n""#] {
            assert!(unescape(lone).is_err(), "{lone}");
        }
        assert_eq!(unescape(r#""a\ud83d\ude00\u00e9\\n\/""#).unwrap(), "a😀é\\n/");
    }

    proptest! {
        #[test]
        fn unescaping_is_what_serde_json_does(text in any::<String>(), raw in "[ -~é]{0,20}|(\\\\u[0-9a-f]{4}){0,4}") {
            let quoted = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&quoted).unwrap(), text);
            let quoted = format!("\"{raw}\"");
            let theirs = serde_json::from_str::<String>(&quoted).ok();
            if serde_json::from_str::<&RawValue>(&quoted).is_ok_and(|value| value.get().len() == quoted.len()) {
                prop_assert_eq!(unescape(&quoted).ok(), theirs);
            }
        }
    }
}
