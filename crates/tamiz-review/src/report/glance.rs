//! What the page counts of a document, without bringing its original back: the residue has what was taken out.
//!
//! A thousand documents have tens of thousands of marks and patches, of which the page needs places and lines alone. So
//! their JSON is not taken apart but searched, in the form in which a run writes it: see [`tamiz_formats::write_record`]
//! and [`Residue::write`](crate::Residue::write).

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::{memchr, memchr2, memmem};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;
use tamiz_core::Kind;

use super::documents::short;
use crate::residue::Nearest;

/// A record of a part without its marks, as far as the page counts it. What is not named here is passed over.
#[derive(Deserialize)]
struct Record<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    text: &'l RawValue,
    #[serde(default, borrow)]
    url: Option<&'l RawValue>,
}

/// The marks of a record are the last of its fields.
const MARKS: &[u8] = b",\"tamiz\":{";
/// What stands before the first mark of a removed span, and the mark's first sign.
const REMOVED: &[u8] = b"\"removed\":[{";

/// A document at a glance.
pub(super) struct Glance<'l> {
    /// The record's field `url`, where it is a string.
    pub(super) url: Option<String>,
    /// What begins with the marks of removed spans, as it is stored.
    removed: &'l str,
    patches: Vec<Patch<'l>>,
    pub(super) nearest: Option<Nearest>,
    /// Code points of the original and of the clean text; the same where there is no residue.
    pub(super) before: u64,
    pub(super) after: u64,
    /// About the bytes of the original.
    pub(super) bytes: u64,
}

impl<'l> Glance<'l> {
    /// A glance at a stored record and the residue beside it. One that does not belong there is not looked at: telling
    /// of it is for `tamiz verify`. `buffer` is for what is done on the way.
    pub(super) fn at(
        record: &'l [u8],
        residue: Option<&'l [u8]>,
        buffer: &mut Vec<u8>,
    ) -> serde_json::Result<Self> {
        // Within strings, quotes have escapes, so nothing looks like a key that is none.
        let at = memmem::rfind(record, MARKS);
        let (head, marks) = record.split_at(at.unwrap_or(record.len()));
        buffer.clear();
        buffer.extend_from_slice(head);
        // Rows of Parquet files have no marks where no stage makes any.
        buffer.extend(at.map(|_| b'}'));
        let record: Record<'_> =
            serde_json::from_slice(buffer).or_else(|_| serde_json::from_slice(record))?;
        let marks = str::from_utf8(marks).map_err(serde_json::Error::custom)?;
        let removed = memmem::find(marks.as_bytes(), REMOVED).map(|at| &marks[at + REMOVED.len() - 1..]);
        let (chars, bytes) = measure(record.text.get())?;
        let residue = residue.and_then(|line| str::from_utf8(line).ok());
        let residue = residue.and_then(|line| Stored::of(line, record.id.get()));
        let Stored { patches, nearest, taken, put, more } = residue.unwrap_or_default();
        Ok(Self {
            url: record.url.and_then(|url| serde_json::from_str(url.get()).ok()),
            removed: removed.unwrap_or_default(),
            patches,
            nearest,
            before: (chars + taken).saturating_sub(put) as u64,
            after: chars as u64,
            bytes: (bytes + more) as u64,
        })
    }

    /// The share of its characters that went.
    pub(super) fn share(&self) -> f64 {
        self.before.saturating_sub(self.after) as f64 / self.before.max(1) as f64
    }

    /// Counts the document's removed lines.
    pub(super) fn count_removed(&self, lines: &mut Frequent) -> serde_json::Result<()> {
        let base = lines.keep(self.removed);
        let mut removed = Starts { list: self.removed, at: 0 }.peekable();
        // Places in the clean text and in the original, in code points.
        let (mut clean, mut original) = (0, 0);
        for patch in &self.patches {
            original += patch.at.saturating_sub(clean);
            clean = patch.at + patch.length;
            while removed.next_if(|(start, _)| *start < original).is_some() {}
            // What no removed span begins with is a name's other spelling.
            if let Some((_, mark)) = removed.next_if(|(start, _)| *start == original) {
                patch.lines(|line| lines.count(line.trim(), base + mark))?;
            }
            original += patch.chars;
        }
        Ok(())
    }
}

/// What a line of residue holds of its document.
#[derive(Default)]
struct Stored<'l> {
    patches: Vec<Patch<'l>>,
    nearest: Option<Nearest>,
    /// Code points and bytes of all that was taken out; code points of what was put in its place.
    taken: usize,
    more: usize,
    put: usize,
}

impl<'l> Stored<'l> {
    /// The residue of the document with that id, if it is that.
    fn of(line: &'l str, id: &str) -> Option<Self> {
        let rest = line.strip_prefix("{\"id\":")?.strip_prefix(id)?.strip_prefix(",\"checksum\":\"")?;
        let (_, patches) = rest.split_once('"')?;
        let patches = patches.strip_prefix(",\"patches\":[")?;
        let (mut stored, mut rest) = (Self::default(), Patches(patches));
        for mut patch in rest.by_ref() {
            let (chars, bytes) = measure(patch.text).ok()?;
            patch.chars = chars;
            stored.taken += chars;
            stored.more += bytes;
            stored.put += patch.length;
            stored.patches.push(patch);
        }
        let after = rest.0.strip_prefix(']')?;
        if let Some(nearest) = after.strip_prefix(",\"nearest\":") {
            stored.nearest = Nearest::deserialize(&mut serde_json::Deserializer::from_str(nearest)).ok();
        }
        Some(stored)
    }
}

/// The patches of a list from that place on, as [`tamiz_core::Patch::write`] writes them.
struct Patches<'l>(&'l str);

/// A patch whose text is a JSON string.
struct Patch<'l> {
    at: usize,
    length: usize,
    text: &'l str,
    /// Code points of what was taken out.
    chars: usize,
}

impl<'l> Iterator for Patches<'l> {
    type Item = Patch<'l>;

    fn next(&mut self) -> Option<Patch<'l>> {
        let rest = self.0.strip_prefix(',').unwrap_or(self.0).strip_prefix("{\"at\":")?;
        let (at, rest) = number(rest)?;
        let (length, rest) = match rest.strip_prefix(",\"length\":") {
            Some(rest) => number(rest)?,
            None => (0, rest),
        };
        let rest = rest.strip_prefix(",\"text\":")?;
        let mut end = rest.starts_with('"').then_some(1)?;
        end += loop {
            let inner = &rest.as_bytes()[end..];
            let sign = memchr2(b'"', b'\\', inner)?;
            if inner[sign] == b'"' {
                break sign + 1;
            }
            // What an escape begins with is two bytes long.
            end += sign + 2;
        };
        let (text, rest) = rest.split_at_checked(end)?;
        self.0 = rest.strip_prefix('}')?;
        Some(Patch { at, length, text, chars: 0 })
    }
}

impl Patch<'_> {
    /// Calls `each` with every line of the text.
    fn lines(&self, mut each: impl FnMut(&str)) -> serde_json::Result<()> {
        let mut rest = inner(self.text)?;
        while let Some(at) = memchr(b'\\', rest.as_bytes()) {
            // A line with another escape than its line feed is rare.
            let Some(next) = rest[at..].strip_prefix("\\n") else {
                let rest: String = serde_json::from_str(&format!("\"{rest}\""))?;
                rest.lines().for_each(each);
                return Ok(());
            };
            each(&rest[..at]);
            rest = next;
        }
        each(rest);
        Ok(())
    }
}

/// The places at which the removed spans of a list begin in the original, each with where its mark stands in the list.
struct Starts<'l> {
    list: &'l str,
    at: usize,
}

impl Iterator for Starts<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        loop {
            let mark = self.at + memchr(b'{', self.list.as_bytes().get(self.at..)?)?;
            self.at = mark + 1;
            let Some(rest) = self.list[mark..].strip_prefix("{\"start\":") else { continue };
            // What follows another list's key is no mark of this one.
            if mark > 0 && !self.list[..mark].ends_with("},") {
                return None;
            }
            return Some((number(rest)?.0, mark));
        }
    }
}

/// The number that a text begins with, and the rest of the text.
fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// A JSON string without its quotes.
fn inner(string: &str) -> serde_json::Result<&str> {
    let inner = string.strip_prefix('"').and_then(|string| string.strip_suffix('"'));
    inner.ok_or_else(|| serde_json::Error::custom("a text is no string"))
}

/// The code points and bytes of what a JSON string stands for.
fn measure(string: &str) -> serde_json::Result<(usize, usize)> {
    let inner = inner(string)?;
    let (mut chars, mut bytes) = (inner.chars().count(), inner.len());
    let mut rest = inner.as_bytes();
    while let Some(at) = memchr(b'\\', rest) {
        match rest.get(at + 1) {
            Some(b'u') => {
                let whole: String = serde_json::from_str(string)?;
                return Ok((whole.chars().count(), whole.len()));
            }
            Some(_) => rest = &rest[at + 2..],
            None => break,
        }
        (chars, bytes) = (chars - 1, bytes - 1);
    }
    Ok((chars, bytes))
}

/// Counts removed lines.
#[derive(Default)]
pub(super) struct Frequent {
    /// How often each line was removed, and where in `marks` the mark of the first stands.
    lines: HashMap<String, (u64, usize)>,
    /// The removed spans of all documents, as they are stored: few of them are taken apart in the end.
    marks: String,
}

/// A line that was removed so many times.
pub(super) struct Removed {
    pub(super) text: String,
    pub(super) count: u64,
    pub(super) kind: Kind,
    /// Stage and rule of the first.
    pub(super) rule: String,
}

/// The reason of a removed span.
#[derive(Deserialize)]
struct Reason<'l> {
    kind: Kind,
    #[serde(borrow)]
    stage: Cow<'l, str>,
    #[serde(borrow)]
    rule: Cow<'l, str>,
}

impl Frequent {
    /// Keeps a list of marks; returns where it begins.
    fn keep(&mut self, marks: &str) -> usize {
        self.marks.push_str(marks);
        self.marks.len() - marks.len()
    }

    /// Counts a line that has its mark at that place.
    fn count(&mut self, line: &str, mark: usize) {
        if line.is_empty() {
            return;
        }
        let line = short(line, 160);
        match self.lines.get_mut(&*line) {
            Some((count, _)) => *count += 1,
            None => {
                self.lines.insert(line.into_owned(), (1, mark));
            }
        }
    }

    /// The lines that were removed most often, at most so many.
    pub(super) fn most(self, rows: usize) -> serde_json::Result<Vec<Removed>> {
        let mut lines: Vec<(String, (u64, usize))> = self.lines.into_iter().collect();
        // A hash map's own order must not be seen.
        let order = |a: &(String, (u64, usize)), b: &(String, (u64, usize))| {
            b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0))
        };
        if lines.len() > rows {
            lines.select_nth_unstable_by(rows, order);
            lines.truncate(rows);
        }
        lines.sort_by(order);
        let removed = lines.into_iter().map(|(text, (count, mark))| {
            let mut json = serde_json::Deserializer::from_str(&self.marks[mark..]);
            let Reason { kind, stage, rule } = Reason::deserialize(&mut json)?;
            Ok(Removed { text, count, kind, rule: format!("{stage}/{rule}") })
        });
        removed.collect()
    }
}

#[cfg(test)]
mod tests {
    use tamiz_core::{Document, Marks, Name, NameType, Reason, RuleId, Span, Surface};

    use super::*;
    use crate::Residue;

    #[test]
    fn a_glance_counts_what_the_stages_took_out() {
        let source = "Menú \\ \"a\"\nPie\nÑu vio a Sergei Ryabkov.\n\n\tPie {\"start\":0}\nPie\u{1f600}\u{1}\nPie\nfin";
        let mut document = Document::new(source);
        let cut = |document: &mut Document, text: &str, rule| {
            let reason = Reason { stage: "test", kind: Kind::Navigation, rule: RuleId::new(rule) };
            let start = source.find(text).unwrap();
            document.cut(Span::new(start, start + text.len()), reason);
        };
        cut(&mut document, "Menú \\ \"a\"", "x\"},{\"start\":7");
        cut(&mut document, "Pie\n", "first");
        cut(&mut document, "\tPie {\"start\":0}", "y");
        cut(&mut document, "Pie\u{1f600}\u{1}", "z");
        cut(&mut document, "\nPie\nfin", "last");
        let at = source.find("Sergei").unwrap();
        document.propose(Name {
            span: Span::new(at, at + "Sergei Ryabkov".len()),
            name_type: NameType::Person,
            canonical: Surface::Lexicon("Serguéi Riabkov"),
            id: None,
            rewrite: Some(Surface::Lexicon("Serguéi Riabkov")),
        });
        let rendered = document.render(Marks::REMOVED | Marks::NAMES);
        let mut record = b"{\"id\":\"a\",\"text\":".to_vec();
        serde_json::to_writer(&mut record, &rendered.text).unwrap();
        record.extend_from_slice(br#","old":{"tamiz":{"removed":[]}},"url":"https://a.example/","tamiz":"#);
        rendered.annotations.write(&mut record).unwrap();
        record.push(b'}');
        let mut residue = Vec::new();
        Residue::of("\"a\"", &document, &rendered).write(&mut residue).unwrap();
        let mut buffer = Vec::new();
        let glance = Glance::at(&record, Some(&residue), &mut buffer).unwrap();
        assert_eq!(glance.before, source.chars().count() as u64);
        assert_eq!(glance.after, rendered.text.chars().count() as u64);
        assert_eq!(glance.url.as_deref(), Some("https://a.example/"));
        let mut lines = Frequent::default();
        glance.count_removed(&mut lines).unwrap();
        let most: Vec<_> = lines.most(3).unwrap().into_iter().map(|r| (r.text, r.count, r.rule)).collect();
        let row = |text: &str, count, rule: &str| (text.to_owned(), count, format!("test/{rule}"));
        assert_eq!(
            most,
            [
                row("Pie", 2, "first"),
                row("Menú \\ \"a\"", 1, "x\"},{\"start\":7"),
                row("Pie {\"start\":0}", 1, "y"),
            ]
        );
        // Rows of Parquet files have no marks where no stage makes any.
        for plain in [r#"{"id":"a","text":"Ñu"}"#, r#"{"id":"a","text":"Ñu","old":{"x":1,"tamiz":{}}}"#] {
            assert_eq!(Glance::at(plain.as_bytes(), None, &mut buffer).unwrap().after, 2);
        }
        // Another document's residue is none.
        residue[7] = b'b';
        let glance = Glance::at(&record, Some(&residue), &mut buffer).unwrap();
        assert_eq!(glance.before, glance.after);
    }
}
