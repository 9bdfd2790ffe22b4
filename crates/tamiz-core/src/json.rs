//! The annotations and patches as JSON, without a serialiser: a page has a mark and a patch for every second line, and
//! each is a few words that need no escape and a few numbers. The bytes are those that serde_json writes, which tests
//! hold.

use std::ops::Range;

use crate::render::{Annotations, NameMark, RemovedMark};
use crate::restore::Patch;

impl Annotations<'_> {
    /// Appends them as a JSON object.
    ///
    /// # Errors
    /// None that memory can have: what is not written here is left to serde_json, which returns a result.
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let mut object = Object { out, is_first: true };
        if let Some(language) = &self.language {
            serde_json::to_writer(object.key("{\"language\":"), language)?;
        }
        if let Some(lines) = &self.lines {
            list(object.key("{\"lines\":"), lines, |line, out| {
                span(line.start, line.end, out);
                out.extend_from_slice(b",\"language\":");
                string(line.language.as_str(), out)?;
                out.push(b'}');
                Ok(())
            })?;
        }
        if let Some(removed) = &self.removed {
            let mut reasons = Reasons::default();
            list(object.key("{\"removed\":"), removed, |mark, out| removed_mark(mark, &mut reasons, out))?;
        }
        if let Some(sentences) = &self.sentences {
            list(object.key("{\"sentences\":"), sentences, |[start, end], out| {
                out.push(b'[');
                number(*start, out);
                out.push(b',');
                number(*end, out);
                out.push(b']');
                Ok(())
            })?;
        }
        if let Some(names) = &self.names {
            list(object.key("{\"names\":"), names, name_mark)?;
        }
        object.end();
        Ok(())
    }
}

impl Patch<'_> {
    /// Appends the patch as a JSON object.
    ///
    /// # Errors
    /// As those of [`Annotations::write`].
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        out.extend_from_slice(b"{\"at\":");
        number(self.at, out);
        if self.length > 0 {
            out.extend_from_slice(b",\"length\":");
            number(self.length, out);
        }
        out.extend_from_slice(b",\"text\":");
        string(&self.text, out)?;
        out.push(b'}');
        Ok(())
    }
}

fn removed_mark(mark: &RemovedMark, reasons: &mut Reasons, out: &mut Vec<u8>) -> serde_json::Result<()> {
    span(mark.start, mark.end, out);
    reasons.write(mark, out)?;
    if let Some(score) = mark.score {
        out.extend_from_slice(b",\"score\":");
        if !thousandths(score, out) {
            serde_json::to_writer(&mut *out, &score)?;
        }
    }
    out.push(b'}');
    Ok(())
}

/// Where in the output a removed span's kind, stage and rule were written. A page's spans have few different ones, which
/// are copied from there.
#[derive(Default)]
struct Reasons([Option<(RemovedMark, Range<usize>)>; Reasons::SLOTS]);

impl Reasons {
    const SLOTS: usize = 16;

    fn write(&mut self, mark: &RemovedMark, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let (stage, rule) = (mark.stage, mark.rule.as_str());
        // Names live as long as the program, so one place holds one name.
        let slot = &mut self.0[((rule.as_ptr().addr() / 8) ^ mark.kind as usize) % Self::SLOTS];
        if let Some((known, place)) = slot
            && known.kind == mark.kind
            && std::ptr::eq(known.stage, stage)
            && std::ptr::eq(known.rule.as_str(), rule)
        {
            out.extend_from_within(place.clone());
            return Ok(());
        }
        let start = out.len();
        out.extend_from_slice(b",\"kind\":");
        string(mark.kind.name(), out)?;
        out.extend_from_slice(b",\"stage\":");
        string(stage, out)?;
        out.extend_from_slice(b",\"rule\":");
        string(rule, out)?;
        *slot = Some((*mark, start..out.len()));
        Ok(())
    }
}

/// Writes a score of whole thousandths from 0 to 1; false if it is none.
fn thousandths(score: f32, out: &mut Vec<u8>) -> bool {
    let whole = (score * 1000.0).round() as u16;
    if whole > 1000 || (f32::from(whole) / 1000.0).to_bits() != score.to_bits() {
        return false;
    }
    let digit = |unit: u16| b'0' + (whole / unit % 10) as u8;
    let text = [digit(1000), b'.', digit(100), digit(10), digit(1)];
    // One digit stands behind the point, if a zero.
    let zeros = text[3..].iter().rev().take_while(|digit| **digit == b'0').count();
    out.extend_from_slice(&text[..text.len() - zeros]);
    true
}

fn name_mark(mark: &NameMark<'_>, out: &mut Vec<u8>) -> serde_json::Result<()> {
    span(mark.start, mark.end, out);
    out.extend_from_slice(b",\"type\":");
    string(mark.name_type.name(), out)?;
    out.extend_from_slice(b",\"canonical\":");
    string(mark.canonical.text(), out)?;
    if let Some(id) = mark.id {
        out.extend_from_slice(b",\"id\":");
        string(id.text(), out)?;
    }
    if let Some(was) = mark.was {
        out.extend_from_slice(b",\"was\":");
        string(was, out)?;
    }
    out.push(b'}');
    Ok(())
}

/// An object whose keys come with the brace that opens it, in whose place the later ones get a comma.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_first: bool,
}

impl Object<'_> {
    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        let at = self.out.len();
        self.out.extend_from_slice(key.as_bytes());
        if !std::mem::take(&mut self.is_first) {
            self.out[at] = b',';
        }
        self.out
    }

    fn end(self) {
        self.out.extend_from_slice(if self.is_first { b"{}" } else { b"}" });
    }
}

fn list<T>(
    out: &mut Vec<u8>,
    items: &[T],
    mut write: impl FnMut(&T, &mut Vec<u8>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    out.push(b'[');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    out.push(b']');
    Ok(())
}

/// An object as far as its places.
fn span(start: usize, end: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"start\":");
    number(start, out);
    out.extend_from_slice(b",\"end\":");
    number(end, out);
}

fn string(text: &str, out: &mut Vec<u8>) -> serde_json::Result<()> {
    // Most texts that need an escape are lines, and need it for their line feed.
    let (plain, end) = match text.strip_suffix('\n') {
        Some(line) => (line, &b"\\n\""[..]),
        None => (text, &b"\""[..]),
    };
    // All bytes are looked at, without a branch, so that a vector unit can do it.
    let escaped =
        plain.bytes().fold(false, |any, byte| any | (byte < 0x20) | (byte == b'"') | (byte == b'\\'));
    if escaped {
        return serde_json::to_writer(&mut *out, text);
    }
    out.reserve(plain.len() + 4);
    out.push(b'"');
    out.extend_from_slice(plain.as_bytes());
    out.extend_from_slice(end);
    Ok(())
}

fn number(mut number: usize, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Document, Kind, Language, LanguageCode, Marks, Name, NameType, Reason, RuleId, Span, Surface,
    };

    #[test]
    fn annotations_are_written_as_serde_json_writes_them() {
        let text = "Menú\nAna \"Anita\" Ruíz vino.\nTab\tul \\ fin\n10000000000\n";
        let at = |part: &str| {
            let start = text.find(part).unwrap();
            Span::new(start, start + part.len())
        };
        let mut document = Document::new(text);
        let es = LanguageCode::parse("es").unwrap();
        document.set_language(Language { code: es, confidence: 0.98765 });
        document.set_line_languages(vec![(at("Menú"), es), (at("10000000000"), LanguageCode::NONE)]);
        let reason = |rule| Reason { stage: "boilerplate", kind: Kind::Navigation, rule: RuleId::new(rule) };
        document.cut(at("Menú"), reason("a \"quoted\" rule\u{1}"));
        document.cut(at("vino."), reason("a \"quoted\" rule\u{1}"));
        document.cut_scored(at("10000000000"), reason("number"), Some(7));
        document.add_sentences(&[at("Ana \"Anita\" Ruíz vino."), at("Tab\tul \\ fin")]);
        document.propose(Name {
            span: at("Ana \"Anita\" Ruíz"),
            name_type: NameType::Person,
            canonical: Surface::Source(at("Ana \"Anita\" Ruíz")),
            id: None,
            rewrite: None,
        });
        let all = [Marks::LANGUAGE, Marks::LINES, Marks::REMOVED, Marks::SENTENCES, Marks::NAMES];
        for set in 0..1u32 << all.len() {
            let chosen = all.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
            let marks = chosen.fold(Marks::NOTHING, |marks, (_, more)| marks | *more);
            let rendered = document.render(marks);
            let mut written = b"before ".to_vec();
            rendered.annotations.write(&mut written).unwrap();
            let expected = format!("before {}", serde_json::to_string(&rendered.annotations).unwrap());
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }

    #[test]
    fn patches_are_written_as_serde_json_writes_them() {
        let texts = ["", "\n", "Menú\n", "\nPie\n", "a \"b\" \\\n", "\t\r\n", "sin fin"];
        for (at, text) in texts.into_iter().enumerate() {
            for length in [0, 1, 12] {
                let patch = Patch { at: at * 7, length, text: text.into() };
                let mut written = Vec::new();
                patch.write(&mut written).unwrap();
                assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&patch).unwrap());
            }
        }
    }

    #[test]
    fn scores_are_written_as_serde_json_writes_them() {
        let mut out = Vec::new();
        for whole in 0..=1000u16 {
            let score = f32::from(whole) / 1000.0;
            out.clear();
            assert!(thousandths(score, &mut out));
            assert_eq!(out, serde_json::to_vec(&score).unwrap(), "{score}");
        }
        for other in [-0.0, -0.001, 0.000_5, 1.001, f32::NAN, f32::INFINITY] {
            assert!(!thousandths(other, &mut out), "{other}");
        }
    }

    #[test]
    fn numbers_of_any_length_are_written_whole() {
        for expected in [0, 7, 10, 99, 100, 1_234_567_890, usize::MAX] {
            let mut out = Vec::new();
            number(expected, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected.to_string());
        }
    }
}
