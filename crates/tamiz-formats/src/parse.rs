//! From the bytes of a record to its parts.

use std::borrow::Cow;

use crate::batch::{Batch, Entry, Piece};
use crate::encoding::{Decoded, decode, decode_plain};
use crate::json::{self, Member};
use crate::record::{Record, Text, too_large};
use crate::warc::{Payload, Start, start};
use crate::{Fault, Format, Id, Place, html};

/// A whole file.
pub(crate) fn file<'b>(piece: &'b Piece, bytes: &'b [u8], html: html::Options) -> Entry<'b> {
    let place = piece.place();
    let id = Id::Text((&*piece.source.id).into());
    let payload = if piece.source.format == Format::Html { Payload::Html } else { Payload::Plain };
    let (facts, text) = text(Cow::Borrowed(bytes), None, payload, Vec::new(), html).map_err(|reason| {
        let remedy =
            "it is damaged, or in another encoding than it says: mend it, or convert it to UTF-8 with iconv";
        broken(bytes, place, reason, remedy)
    })?;
    Ok(without_fields(place, id, facts, bytes, text))
}

/// A WARC record that is a document.
pub(crate) fn warc<'b>(piece: &'b Piece, bytes: &'b [u8], batch: &'b Batch) -> Entry<'b> {
    let place = piece.place();
    let document = match start(bytes) {
        Start::Head(head) => head.document(&bytes[head.length..]),
        _ => None,
    };
    let Some(document) = document else {
        return Err(broken(bytes, place, "the record is no document", "report it"));
    };
    let body = document
        .bytes(batch.limit, batch.expansion)
        .map_err(|(reason, remedy)| broken(bytes, place, reason, remedy))?;
    let mut facts = Vec::new();
    facts.extend(document.url.map(|url| ("url", url.to_owned())));
    facts.extend(document.date.map(|date| ("warc_date", date.to_owned())));
    let (facts, text) = text(body, document.charset, document.payload, facts, batch.html)
        .map_err(|reason| broken(bytes, place, reason, "look at what the server sent"))?;
    let id = match document.id {
        "" => Id::Text(format!("{}:{}", place.input, place.record).into()),
        id => Id::Text(id.into()),
    };
    Ok(without_fields(place, id, facts, bytes, text))
}

/// A record that is a page or a text and has no fields.
fn without_fields<'b>(
    place: Place<'b>,
    id: Id<'b>,
    facts: Facts,
    raw: &'b [u8],
    text: Text<'b>,
) -> Record<'b> {
    Record {
        place,
        id,
        fields: Vec::new(),
        facts,
        tamiz: None,
        raw,
        text,
        #[cfg(feature = "parquet")]
        row: None,
    }
}

type Facts = Vec<(&'static str, String)>;

/// The text of a page or a plain text, and what is known of it beside what is known already.
fn text<'b>(
    bytes: Cow<'b, [u8]>,
    charset: Option<&str>,
    payload: Payload,
    mut facts: Facts,
    options: html::Options,
) -> Result<(Facts, Text<'b>), String> {
    let plain = payload == Payload::Plain;
    let Decoded { text, encoding, repaired } = match bytes {
        Cow::Borrowed(bytes) => decoded(bytes, charset, plain)?,
        Cow::Owned(bytes) => {
            let Decoded { text, encoding, repaired } = decoded(&bytes, charset, plain)?;
            Decoded { text: text.into_owned().into(), encoding, repaired }
        }
    };
    let text = if plain {
        Text::Plain(text)
    } else {
        let mut page = html::read(&text, options);
        for fact in std::mem::take(&mut page.facts) {
            if !facts.iter().any(|(key, _)| *key == fact.0) {
                facts.push(fact);
            }
        }
        Text::Html(Box::new(page))
    };
    facts.extend(encoding.map(|encoding| ("encoding", encoding.to_owned())));
    if !repaired.is_empty() {
        facts.push(("repaired", repaired.join(", ")));
    }
    Ok((facts, text))
}

fn decoded<'b>(bytes: &'b [u8], charset: Option<&str>, plain: bool) -> Result<Decoded<'b>, String> {
    if plain { decode_plain(bytes, charset) } else { decode(bytes, charset, true) }
}

fn utf8<'b>(bytes: &'b [u8], place: Place<'b>) -> Result<&'b str, Box<Fault<'b>>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let (reason, remedy) = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            ("it is UTF-16, not UTF-8".to_owned(), "convert it: iconv -f UTF-16 -t UTF-8")
        } else {
            (
                format!("invalid UTF-8 at byte {} of the record", error.valid_up_to()),
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
    Box::new(Fault {
        place,
        records: 1,
        stage: None,
        reason: reason.into(),
        remedy: remedy.into(),
        raw,
        length,
    })
}

/// A line of JSON.
pub(crate) fn line<'b>(line: &'b [u8], place: Place<'b>, batch: &'b Batch) -> Entry<'b> {
    if line.len() > batch.limit {
        let (reason, remedy) = too_large(line.len() as u64);
        return Err(broken(line, place, reason, remedy));
    }
    let json = utf8(line, place)?;
    let mut members: Vec<Member<'b>> = Vec::with_capacity(8);
    json::members(json, &mut members).map_err(|error| {
        let reason = format!("malformed JSON at byte {} of the record: {}", error.at, error.message);
        broken(line, place, reason, "write one JSON object a line, with `id` and `text`")
    })?;
    let names = &*batch.fields;
    let (mut id, mut text, mut tamiz) = (None, None, None);
    let (mut twice, mut taken) = (None, None);
    members.retain(|&(key, value)| {
        let slot = if json::is_key(key, &names.text) {
            &mut text
        } else if json::is_key(key, &names.id) {
            &mut id
        } else {
            let is_ours = json::is_key(key, "tamiz");
            if is_ours {
                tamiz = Some(value);
            } else if json::is_key(key, "text") || json::is_key(key, "id") {
                taken = Some(key);
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
        let unquoted = members.iter().map(|(key, _)| key.trim_matches('"'));
        let (reason, remedy) = names.missing_text(unquoted);
        return Err(broken(line, place, reason, remedy));
    };
    if let Some(key) = taken {
        let reason =
            format!("beside `{}` and `{}` the record has a field {key} of its own", names.text, names.id);
        return Err(broken(line, place, reason, "rename it: in the output that is what tamiz writes"));
    }
    if !text.starts_with('"') {
        let kind = kind_of(text);
        let reason = format!("the `{}` is {kind}, not a string", names.text);
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
        _ => Id::Text(format!("{}:{}", place.input, place.line.unwrap_or(place.record)).into()),
    };
    Ok(Record {
        place,
        id,
        fields: members,
        facts: Vec::new(),
        tamiz,
        raw: line,
        text: Text::Json(text),
        #[cfg(feature = "parquet")]
        row: None,
    })
}

/// A row of a Parquet file.
#[cfg(feature = "parquet")]
pub(crate) fn row<'b>(
    rows: &'b crate::table::Rows,
    row: usize,
    place: Place<'b>,
    batch: &'b Batch,
) -> Entry<'b> {
    let json = rows.json(row).map_err(|reason| {
        let reason = format!("a value of the row cannot be written: {reason}");
        broken(b"", place, reason, "leave the column out, or correct the value")
    })?;
    if let Some(reason) = &rows.lost {
        return Err(broken(json, place, &**reason, crate::table::REMEDY));
    }
    if let Some(wrong) = crate::table::Rows::wrong_type(&rows.columns, &batch.fields.text) {
        let reason = format!("the column `{}` is of type {wrong}, not of strings", batch.fields.text);
        let remedy = "name the column with the text by --text-field, or write it as a column of strings";
        return Err(broken(json, place, reason, remedy));
    }
    let record = line(json, place, batch)?;
    Ok(Record { row: Some((rows, row)), ..record })
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
