//! A record: its id, its text, its other fields as they came.

use std::borrow::Cow;

use memchr::memchr;
use tamiz_core::Document;

use crate::batch::{Batch, Entry, Piece, PieceKind};
use crate::json::{self, Member};
use crate::{Fault, Format, Place, html};

/// A record's identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id<'b> {
    /// Any JSON value but `null`, in the input's own bytes.
    Json(&'b str),
    /// A text: the path of a file that is one record, or `FILE:LINE` for a record without an id.
    Text(Cow<'b, str>),
}

impl Id<'_> {
    /// The identifier as JSON.
    #[must_use]
    pub fn json(&self) -> Cow<'_, str> {
        match self {
            Id::Json(raw) => Cow::Borrowed(raw),
            // A string can always be written.
            Id::Text(text) => serde_json::to_string(text).unwrap_or_default().into(),
        }
    }
}

/// A record of an input.
#[derive(Debug)]
pub struct Record<'b> {
    /// Where it stands.
    pub place: Place<'b>,
    /// Its identifier.
    pub id: Id<'b>,
    /// Its other fields, in the input's order, raw keys (with quotes) and raw values; without `id`, `text` and a
    /// `tamiz` of an earlier run.
    pub fields: Vec<(&'b str, &'b str)>,
    /// What a page of HTML says about itself, for fields that the input does not have: see [`html::Page::facts`].
    pub facts: Vec<(&'static str, String)>,
    /// The marks of an earlier run, as raw JSON.
    pub tamiz: Option<&'b str>,
    /// Its bytes in the input.
    pub raw: &'b [u8],
    text: Text<'b>,
}

#[derive(Debug)]
enum Text<'b> {
    /// A JSON string, with its quotes.
    Json(&'b str),
    Plain(&'b str),
    Html(Box<html::Page>),
}

impl<'b> Record<'b> {
    /// The text as stages see it.
    ///
    /// # Errors
    /// If a JSON string holds half of a surrogate pair: such a record has no text.
    pub fn text(&self) -> Result<String, Box<Fault<'b>>> {
        match &self.text {
            Text::Plain(text) => Ok((*text).to_owned()),
            Text::Html(page) => Ok(page.text.clone()),
            Text::Json(raw) => json::unescape(raw).map_err(|at| {
                let reason = format!(
                    "the text is not Unicode: half of a surrogate pair at byte {at} of its JSON string"
                );
                Box::new(self.fault(reason, "write characters beyond U+FFFF as two \\u escapes, or as UTF-8"))
            }),
        }
    }

    /// The record as a document that stages may mark: its text, its site, and what HTML says of its lines.
    ///
    /// # Errors
    /// As [`Record::text`].
    pub fn document(&self) -> Result<Document, Box<Fault<'b>>> {
        let mut document = Document::new(self.text()?);
        if let Some(site) = self.site() {
            document = document.with_site(&site);
        }
        if let Text::Html(page) = &self.text {
            document = document.with_hints(page.hints.clone());
        }
        Ok(document)
    }

    /// The text as the JSON string that the input has; `None` for text files.
    #[must_use]
    pub fn raw_text(&self) -> Option<&'b str> {
        if let Text::Json(raw) = &self.text { Some(raw) } else { None }
    }

    /// The site of the field `url`, or of a page's own address where there is no such field: see [`site_of`].
    #[must_use]
    pub fn site(&self) -> Option<String> {
        let url: Cow<'_, str> = match self.fields.iter().find(|(key, _)| *key == "\"url\"") {
            Some((_, raw)) => match raw.strip_prefix('"')?.strip_suffix('"')? {
                plain if !plain.contains('\\') => plain.into(),
                _ => json::unescape(raw).ok()?.into(),
            },
            None => (&*self.facts.iter().find(|(key, _)| *key == "url")?.1).into(),
        };
        site_of(&url)
    }

    /// A fault at this record's place, with its bytes.
    #[must_use]
    pub fn fault(&self, reason: impl Into<Cow<'b, str>>, remedy: impl Into<Cow<'b, str>>) -> Fault<'b> {
        Fault {
            place: self.place,
            stage: None,
            reason: reason.into(),
            remedy: remedy.into(),
            raw: self.raw,
            length: self.raw.len() as u64,
        }
    }
}

/// The host name of a URL, in lower case and without `www.`; `None` if it has none.
#[must_use]
pub fn site_of(url: &str) -> Option<String> {
    let host = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    let host = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|digit| digit.is_ascii_digit()) { name } else { host }
    });
    let host = host.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_owned())
}

/// The records and faults of a [`Batch`].
#[derive(Debug)]
pub struct Records<'b> {
    batch: &'b Batch,
    pieces: std::slice::Iter<'b, Piece>,
    /// The piece whose lines are being read, the next byte in it, and the place that is there.
    lines: Option<(&'b Piece, usize, Place<'b>)>,
}

impl<'b> Iterator for Records<'b> {
    type Item = Entry<'b>;

    fn next(&mut self) -> Option<Entry<'b>> {
        loop {
            if let Some((piece, at, mut place)) = self.lines {
                let bytes = &self.batch.bytes[piece.range.clone()];
                if at < bytes.len() {
                    let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |feed| at + feed);
                    place.offset = piece.offset + at as u64;
                    let line = without_mark(&bytes[at..end], place.offset);
                    let blank = is_blank(line);
                    let next = Place { record: place.record + u64::from(!blank), ..place };
                    self.lines =
                        Some((piece, end + 1, Place { line: place.line.map(|line| line + 1), ..next }));
                    if blank {
                        continue;
                    }
                    return Some(parse(line.strip_suffix(b"\r").unwrap_or(line), place, self.batch.limit));
                }
                self.lines = None;
            }
            let piece = self.pieces.next()?;
            let bytes = &self.batch.bytes[piece.range.clone()];
            match &piece.kind {
                PieceKind::Lines => {
                    self.lines = Some((piece, 0, Place { line: Some(piece.line), ..piece.place() }));
                }
                PieceKind::File => return Some(file(piece, bytes, self.batch.html)),
                PieceKind::Fault { reason, remedy, length } => {
                    let line = (piece.source.format == Format::Jsonl).then_some(piece.line);
                    return Some(Err(Box::new(Fault {
                        place: Place { line, ..piece.place() },
                        stage: None,
                        reason: reason.into(),
                        remedy: remedy.into(),
                        raw: bytes,
                        length: *length,
                    })));
                }
            }
        }
    }
}

impl<'b> Records<'b> {
    pub(crate) fn new(batch: &'b Batch) -> Self {
        Self { batch, pieces: batch.pieces.iter(), lines: None }
    }
}

/// Whether a line holds no record: nothing but blanks.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The reason and remedy for a record of that many bytes.
pub(crate) fn too_large(length: u64) -> (String, String) {
    (
        format!("the record is too large: {length} bytes in one line"),
        "split the record, or raise the limit on a record's size".into(),
    )
}

/// A file's first bytes without the UTF-8 byte order mark that some editors put there.
pub(crate) fn without_mark(bytes: &[u8], offset: u64) -> &[u8] {
    if offset == 0 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes }
}

fn file<'b>(piece: &'b Piece, bytes: &'b [u8], html: html::Options) -> Entry<'b> {
    let place = piece.place();
    let text = utf8(without_mark(bytes, 0), place, "file")?;
    let mut facts = Vec::new();
    let text = if piece.source.format == Format::Html {
        let mut page = html::read(text, html);
        facts = std::mem::take(&mut page.facts);
        Text::Html(Box::new(page))
    } else {
        Text::Plain(text)
    };
    Ok(Record {
        place,
        id: Id::Text((&*piece.source.id).into()),
        fields: Vec::new(),
        facts,
        tamiz: None,
        raw: bytes,
        text,
    })
}

fn utf8<'b>(bytes: &'b [u8], place: Place<'b>, what: &str) -> Result<&'b str, Box<Fault<'b>>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let (reason, remedy) = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            ("it is UTF-16, not UTF-8".to_owned(), "convert it: iconv -f UTF-16 -t UTF-8")
        } else {
            (
                format!("invalid UTF-8 at byte {} of the {what}", error.valid_up_to()),
                "convert it to UTF-8, such as by iconv -f WINDOWS-1252 -t UTF-8",
            )
        };
        broken(bytes, place, reason, remedy)
    })
}

fn broken<'b>(
    raw: &'b [u8],
    place: Place<'b>,
    reason: impl Into<Cow<'b, str>>,
    remedy: impl Into<Cow<'b, str>>,
) -> Box<Fault<'b>> {
    let length = raw.len() as u64;
    Box::new(Fault { place, stage: None, reason: reason.into(), remedy: remedy.into(), raw, length })
}

fn parse<'b>(line: &'b [u8], place: Place<'b>, limit: usize) -> Entry<'b> {
    if line.len() > limit {
        let (reason, remedy) = too_large(line.len() as u64);
        return Err(broken(line, place, reason, remedy));
    }
    let json = utf8(line, place, "record")?;
    let mut members: Vec<Member<'b>> = Vec::with_capacity(8);
    json::members(json, &mut members).map_err(|error| {
        let reason = format!("malformed JSON at byte {} of the record: {}", error.at, error.message);
        broken(line, place, reason, "write one JSON object a line, with `id` and `text`")
    })?;
    let (mut id, mut text, mut tamiz) = (None, None, None);
    let mut twice = None;
    members.retain(|&(key, value)| {
        let slot = if json::is_key(key, "text") {
            &mut text
        } else if json::is_key(key, "id") {
            &mut id
        } else {
            let is_ours = json::is_key(key, "tamiz");
            if is_ours {
                tamiz = Some(value);
            }
            // The marks of an earlier run point into a text that is not this one.
            return !is_ours;
        };
        if slot.replace(value).is_some() {
            twice = Some(key);
        }
        false
    });
    if let Some(key) = twice {
        let reason = format!("the key {key} stands twice in the record");
        return Err(broken(line, place, reason, "keep the one that is meant"));
    }
    let Some(text) = text else {
        return Err(broken(
            line,
            place,
            "the record has no `text`",
            "give every record a field `text`, a string",
        ));
    };
    if !text.starts_with('"') {
        let kind = kind_of(text);
        let reason = format!("the `text` is {kind}, not a string");
        return Err(broken(line, place, reason, "write the text as a JSON string"));
    }
    let id = match id {
        Some(raw) if raw != "null" => {
            if raw.contains('\\') && raw.starts_with('"') && json::unescape(raw).is_err() {
                let reason = "the `id` is not Unicode: half of a surrogate pair in it";
                return Err(broken(line, place, reason, "write characters beyond U+FFFF as two \\u escapes"));
            }
            Id::Json(raw)
        }
        _ => Id::Text(format!("{}:{}", place.input, place.line.unwrap_or(1)).into()),
    };
    Ok(Record { place, id, fields: members, facts: Vec::new(), tamiz, raw: line, text: Text::Json(text) })
}

fn kind_of(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'n') => "null",
        Some(b't' | b'f') => "true or false",
        Some(b'[') => "an array",
        Some(b'{') => "an object",
        _ => "a number",
    }
}
