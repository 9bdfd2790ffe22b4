//! A record: its id, its text, its other fields as they came.

use std::borrow::Cow;

use memchr::memchr;
use tamiz_core::Document;

use crate::batch::{Batch, Entry, Piece, PieceKind};
use crate::json;
use crate::{Fault, Format, Place, html, parse};

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
    pub(crate) text: Text<'b>,
    /// The row of a Parquet file that it is.
    #[cfg(feature = "parquet")]
    pub(crate) row: Option<(&'b crate::table::Rows, usize)>,
}

#[derive(Debug)]
pub(crate) enum Text<'b> {
    /// A JSON string, with its quotes.
    Json(&'b str),
    Plain(Cow<'b, str>),
    Html(Box<html::Page>),
}

impl<'b> Record<'b> {
    /// The text as stages see it.
    ///
    /// # Errors
    /// If a JSON string holds half of a surrogate pair: such a record has no text.
    pub fn text(&self) -> Result<String, Box<Fault<'b>>> {
        match &self.text {
            Text::Plain(text) => Ok((**text).to_owned()),
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
            records: 1,
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
    /// The rows that are being read, and the next of them.
    #[cfg(feature = "parquet")]
    rows: Option<(&'b Piece, &'b crate::table::Rows, usize)>,
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
                    return Some(parse::line(line.strip_suffix(b"\r").unwrap_or(line), place, self.batch));
                }
                self.lines = None;
            }
            #[cfg(feature = "parquet")]
            if let Some((piece, rows, at)) = self.rows.take()
                && at < rows.len()
            {
                self.rows = Some((piece, rows, at + 1));
                let place = piece.place();
                let place = Place { record: place.record + at as u64, ..place };
                return Some(parse::row(rows, at, place, self.batch));
            }
            let piece = self.pieces.next()?;
            let bytes = &self.batch.bytes[piece.range.clone()];
            match &piece.kind {
                PieceKind::Lines => {
                    self.lines = Some((piece, 0, Place { line: Some(piece.line), ..piece.place() }));
                }
                PieceKind::File => return Some(parse::file(piece, bytes, self.batch.html)),
                PieceKind::Warc => return Some(parse::warc(piece, bytes, self.batch)),
                #[cfg(feature = "parquet")]
                PieceKind::Rows(rows) => self.rows = Some((piece, rows, 0)),
                PieceKind::Fault { reason, remedy, length } => {
                    let line = (piece.source.format == Format::Jsonl).then_some(piece.line);
                    return Some(Err(Box::new(Fault {
                        place: Place { line, ..piece.place() },
                        records: piece.records,
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
        Self {
            batch,
            pieces: batch.pieces.iter(),
            lines: None,
            #[cfg(feature = "parquet")]
            rows: None,
        }
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
