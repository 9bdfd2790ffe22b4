//! The annotations as JSON, without a serialiser: a page has a mark for every second line, and each is a few words that
//! need no escape and a few numbers. The bytes are those that serde_json writes, which a test holds.

use crate::render::{Annotations, NameMark, RemovedMark};

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
            list(object.key("{\"removed\":"), removed, removed_mark)?;
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

fn removed_mark(mark: &RemovedMark, out: &mut Vec<u8>) -> serde_json::Result<()> {
    span(mark.start, mark.end, out);
    out.extend_from_slice(b",\"kind\":");
    string(mark.kind.name(), out)?;
    out.extend_from_slice(b",\"stage\":");
    string(mark.stage, out)?;
    out.extend_from_slice(b",\"rule\":");
    string(mark.rule.as_str(), out)?;
    if let Some(score) = mark.score {
        out.extend_from_slice(b",\"score\":");
        serde_json::to_writer(&mut *out, &score)?;
    }
    out.push(b'}');
    Ok(())
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
    // All bytes are looked at, without a branch, so that a vector unit can do it.
    let escaped =
        text.bytes().fold(false, |any, byte| any | (byte < 0x20) | (byte == b'"') | (byte == b'\\'));
    if escaped {
        return serde_json::to_writer(&mut *out, text);
    }
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
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
    fn numbers_of_any_length_are_written_whole() {
        for expected in [0, 7, 10, 99, 100, 1_234_567_890, usize::MAX] {
            let mut out = Vec::new();
            number(expected, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected.to_string());
        }
    }
}
