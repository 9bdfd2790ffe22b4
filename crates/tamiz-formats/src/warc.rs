//! WARC and WET records, by hand: ISO 28500 as crawlers write it.
//!
//! A document is a `response` (or `resource`) whose payload is HTML or plain text, or a `conversion`, which is the text
//! of one, as in WET files. All others (requests, metadata, pictures, errors) are passed over and counted.

use std::borrow::Cow;
use std::io::Read;

use memchr::memmem;

use crate::decode::FREE;

/// The longest head of a record, or of an HTTP response in it, in bytes.
pub(crate) const HEAD_LIMIT: usize = 256 << 10;

/// Where a record begins.
pub(crate) const MAGIC: &[u8] = b"WARC/";

/// The head of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head<'b> {
    /// Its length with the blank line behind it.
    pub(crate) length: usize,
    kind: &'b str,
    /// Bytes of the block that follows.
    pub(crate) content: u64,
    id: &'b str,
    pub(crate) url: Option<&'b str>,
    pub(crate) date: Option<&'b str>,
    content_type: &'b str,
    payload_type: Option<&'b str>,
}

/// What stands at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start<'b> {
    /// A record's head.
    Head(Head<'b>),
    /// Its beginning: the rest is not there yet.
    Short,
    /// No record.
    Wrong(&'static str),
}

/// Reads the head of the record that begins with these bytes.
pub(crate) fn start(bytes: &[u8]) -> Start<'_> {
    let magic = MAGIC.len().min(bytes.len());
    if bytes[..magic] != MAGIC[..magic] {
        return Start::Wrong("no record of a WARC begins here");
    }
    let Some((length, fields)) = head_end(bytes) else {
        return if bytes.len() > HEAD_LIMIT {
            Start::Wrong("the head of the record has no end")
        } else {
            Start::Short
        };
    };
    let Ok(text) = std::str::from_utf8(&bytes[..fields]) else {
        return Start::Wrong("the head of the record is not UTF-8");
    };
    let field = |name: &str| field(text, name);
    let Some(content) = field("content-length").and_then(|length| length.parse().ok()) else {
        return Start::Wrong("the record has no `Content-Length`");
    };
    // Some crawlers put angle brackets around addresses, as an early draft had it.
    let bare = |value: &'_ str| -> usize { value.len() - value.trim_start_matches('<').len() };
    let unbracketed = |value| -> &str {
        let value: &str = value;
        value[bare(value)..].trim_end_matches('>')
    };
    Start::Head(Head {
        length,
        kind: field("warc-type").unwrap_or(""),
        content,
        id: field("warc-record-id").map_or("", unbracketed),
        url: field("warc-target-uri").map(unbracketed),
        date: field("warc-date"),
        content_type: field("content-type").unwrap_or(""),
        payload_type: field("warc-identified-payload-type"),
    })
}

/// The length of a head with its blank line, and without.
fn head_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let bytes = &bytes[..bytes.len().min(HEAD_LIMIT)];
    let crlf = memmem::find(bytes, b"\r\n\r\n").map(|at| (at + 4, at));
    let lf = memmem::find(bytes, b"\n\n").map(|at| (at + 2, at));
    match (crlf, lf) {
        (Some(crlf), Some(lf)) => Some(crlf.min(lf)),
        (one, other) => one.or(other),
    }
}

/// The value of a field of a head, whose name is given in lower case.
fn field<'b>(head: &'b str, name: &str) -> Option<&'b str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// What the payload of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    Html,
    Plain,
}

/// A record that is a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Document<'b> {
    pub(crate) id: &'b str,
    pub(crate) url: Option<&'b str>,
    pub(crate) date: Option<&'b str>,
    pub(crate) payload: Payload,
    /// What HTTP says that the text is encoded in.
    pub(crate) charset: Option<&'b str>,
    body: &'b [u8],
    chunked: bool,
    /// What HTTP says that the body is compressed with.
    coding: &'b str,
}

impl<'b> Head<'b> {
    /// Whether the record can be a document: if not, its block need not be looked at.
    pub(crate) fn may_be_document(&self) -> bool {
        matches!(self.kind, "response" | "resource" | "conversion")
    }

    /// The document that the record is; `None` if it is none.
    pub(crate) fn document(&self, block: &'b [u8]) -> Option<Document<'b>> {
        let plain = Document {
            id: self.id,
            url: self.url,
            date: self.date,
            payload: Payload::Plain,
            charset: None,
            body: block,
            chunked: false,
            coding: "",
        };
        match self.kind {
            "conversion" => Some(plain),
            "response" if !is_type(self.content_type, "application/http") && !block.starts_with(b"HTTP/") => {
                // A record of another protocol: its block is the payload.
                self.of_type(self.content_type, plain)
            }
            "response" => {
                let (length, fields) = head_end(block)?;
                // Servers write what they like into a head; only its ASCII matters here.
                let head = ascii(&block[..fields])?;
                let status = head.split_ascii_whitespace().nth(1)?;
                if !status.starts_with('2') {
                    return None;
                }
                let content_type = field(head, "content-type").unwrap_or("");
                self.of_type(
                    content_type,
                    Document {
                        charset: charset(content_type),
                        body: &block[length..],
                        chunked: field(head, "transfer-encoding")
                            .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")),
                        coding: field(head, "content-encoding").unwrap_or(""),
                        ..plain
                    },
                )
            }
            "resource" => self.of_type(self.content_type, plain),
            _ => None,
        }
    }

    /// The document, if that type is one of text.
    fn of_type(&self, content_type: &'b str, document: Document<'b>) -> Option<Document<'b>> {
        let unknown = |kind: &str| kind.is_empty() || is_type(kind, "application/octet-stream");
        let mut kind = content_type;
        if unknown(kind) {
            kind = self.payload_type.unwrap_or("");
        }
        let payload = if ["text/html", "application/xhtml+xml", "application/xhtml"]
            .into_iter()
            .any(|html| is_type(kind, html))
        {
            Payload::Html
        } else if is_type(kind, "text/plain") {
            Payload::Plain
        } else if unknown(kind) && looks_like_html(document.body) {
            Payload::Html
        } else {
            return None;
        };
        Some(Document { payload, charset: document.charset.or_else(|| charset(content_type)), ..document })
    }
}

/// The head up to what is not ASCII: HTTP has nothing else in names and in the values that matter.
fn ascii(head: &[u8]) -> Option<&str> {
    let end = head.iter().position(|byte| !byte.is_ascii()).unwrap_or(head.len());
    std::str::from_utf8(&head[..end]).ok()
}

fn is_type(value: &str, kind: &str) -> bool {
    value.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(kind)
}

/// The `charset` of a content type.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

fn looks_like_html(body: &[u8]) -> bool {
    let head = body[..body.len().min(1024)].to_ascii_lowercase();
    let head = head.trim_ascii_start();
    head.starts_with(b"<")
        && [&b"<html"[..], b"<!doctype html"].iter().any(|tag| memmem::find(head, tag).is_some())
}

impl<'b> Document<'b> {
    /// The payload's bytes: chunks joined, compression undone, at most `limit` bytes of it, and no more than `expansion`
    /// times what was stored, where that is much.
    ///
    /// # Errors
    /// If they cannot be had: what is wrong, and what to do.
    pub(crate) fn bytes(
        &self,
        limit: usize,
        expansion: u64,
    ) -> Result<Cow<'b, [u8]>, (String, &'static str)> {
        // Crawlers that join chunks themselves often leave the head as it was: then there are none to be seen.
        let body = if self.chunked { unchunk(self.body) } else { None };
        let mut body = body.map_or(Cow::Borrowed(self.body), Cow::Owned);
        let most = (body.len() as u64).saturating_mul(expansion).max(FREE);
        let bound = (limit as u64).min(most);
        // The last that is named was the last to be done.
        for coding in self.coding.rsplit(',').take(CODINGS) {
            let coding = coding.trim().to_ascii_lowercase();
            let Some(unpacked) = uncoded(&coding, &body, bound)? else { continue };
            if unpacked.len() as u64 > bound {
                return Err(if unpacked.len() > limit {
                    let reason = format!("the record is too large: over {limit} bytes once it is unpacked");
                    (reason, "raise the limit on a record's size")
                } else {
                    let reason =
                        format!("the body becomes more than {expansion} times its size: it may be a bomb");
                    (reason, "leave it out, or raise the limit on expansion if it is meant to be so")
                });
            }
            body = Cow::Owned(unpacked);
        }
        Ok(body)
    }
}

/// Of how many codings, one in the other, a body may be: servers name one, or two by mistake.
const CODINGS: usize = 4;

/// The bytes of a body without that coding, one more than `bound` at most; `None` if it was taken off before: crawlers
/// that unpack bodies often leave the head as it was.
fn uncoded(coding: &str, body: &[u8], bound: u64) -> Result<Option<Vec<u8>>, (String, &'static str)> {
    let damaged =
        |error: std::io::Error| (format!("the {coding} body is damaged: {error}"), "fetch the page again");
    let unpack = |decoder: &mut dyn Read| {
        let mut out = Vec::new();
        decoder.take(bound.saturating_add(1)).read_to_end(&mut out).map(|_| out)
    };
    match coding {
        "" | "identity" => Ok(None),
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
            unpack(&mut flate2::read::MultiGzDecoder::new(body)).map(Some).map_err(damaged)
        }
        "zstd" if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => {
            let mut decoder = zstd::stream::read::Decoder::new(body).map_err(&damaged)?;
            unpack(&mut decoder).map(Some).map_err(damaged)
        }
        // These begin in no way of their own. What is text as it stands was unpacked by the crawler.
        "deflate" | "br" if !is_binary(body) => Ok(None),
        "deflate" => {
            // Servers have always disagreed over whether that has a header.
            let zlib = unpack(&mut flate2::read::ZlibDecoder::new(body));
            let plain = |_| unpack(&mut flate2::read::DeflateDecoder::new(body));
            zlib.or_else(plain).map(Some).map_err(damaged)
        }
        "br" => unpack(&mut brotli_decompressor::Decompressor::new(body, BROTLI_BUFFER))
            .map(Some)
            .map_err(damaged),
        _ if !is_binary(body) => Ok(None),
        _ => Err((
            format!("the body has the coding `{coding}`, which is not read"),
            "let the crawler unpack it, or ask for gzip, deflate, br or zstd",
        )),
    }
}

/// Bytes that are decompressed at a time.
const BROTLI_BUFFER: usize = 16 << 10;

/// Whether a body is no text in any encoding but UTF-16: texts hold no control characters but blanks and, in Japanese
/// encodings, escapes. Compressed pages have some among their first bytes.
fn is_binary(body: &[u8]) -> bool {
    let head = &body[..body.len().min(1024)];
    head.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r' | 0x1b | 0x7f))
}

/// Joins the chunks of a body; `None` if it is not made of chunks. A body that was cut off ends where it ends.
fn unchunk(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let feed = memchr::memchr(b'\n', &rest[..rest.len().min(1024)])?;
        let line = rest[..feed].trim_ascii_end();
        let size = line.split(|&byte| byte == b';').next().unwrap_or(line).trim_ascii();
        let size = std::str::from_utf8(size).ok().filter(|size| !size.is_empty() && size.len() <= 16)?;
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[feed + 1..];
        if size == 0 {
            return Some(out);
        }
        if size >= rest.len() {
            out.extend_from_slice(rest);
            return Some(out);
        }
        out.extend_from_slice(&rest[..size]);
        rest = &rest[size..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
        if rest.is_empty() {
            return Some(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn head(text: &str) -> String {
        text.replace('\n', "\r\n")
    }

    fn response(http: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut block = head(http).into_bytes();
        block.extend_from_slice(b"\r\n");
        block.extend_from_slice(body);
        let warc = format!(
            "WARC/1.0\nWARC-Type: response\nWARC-Record-ID: <urn:uuid:7>\nwarc-target-uri: <https://a.example/x>\n\
             Content-Type: application/http; msgtype=response\nContent-Length: {}\n\n",
            block.len()
        );
        (head(&warc), block)
    }

    fn body(http: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let (warc, block) = response(http, bytes);
        let Start::Head(head) = start(warc.as_bytes()) else { panic!("no head") };
        Some(head.document(&block)?.bytes(1000, 100).ok()?.into_owned())
    }

    #[test]
    fn a_head_says_what_the_record_is() {
        let (warc, block) =
            response("HTTP/1.1 200 OK\nContent-type: text/html; charset=\"iso-8859-1\"\n", b"<p>a");
        let Start::Head(head) = start(warc.as_bytes()) else { panic!("no head") };
        assert_eq!((head.length, head.content), (warc.len(), block.len() as u64));
        let document = head.document(&block).unwrap();
        assert_eq!((document.id, document.url), ("urn:uuid:7", Some("https://a.example/x")));
        assert_eq!((document.payload, document.charset), (Payload::Html, Some("iso-8859-1")));
        assert_eq!(start(b"WARC/1.0\r\nContent-"), Start::Short);
        assert_eq!(start(b"WA"), Start::Short);
        assert!(matches!(start(b"HTTP/1.1"), Start::Wrong(_)));
        assert!(matches!(start(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n"), Start::Wrong(_)));
        assert!(matches!(start(b"WARC/1.0\r\nContent-Length: -7\r\n\r\n"), Start::Wrong(_)));
    }

    #[test]
    fn bodies_are_unchunked_and_unpacked() {
        let chunked = "HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked\n";
        assert_eq!(body(chunked, b"4;x=1\r\n<p>a\r\n2\r\nbc\r\n0\r\n\r\n").unwrap(), b"<p>abc");
        assert_eq!(body(chunked, b"ffff\r\n<p>cut").unwrap(), b"<p>cut");
        assert_eq!(body(chunked, b"<p>joined by the crawler").unwrap(), b"<p>joined by the crawler");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"<p>packed").unwrap();
        let gzip = gzip.finish().unwrap();
        let packed = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: gzip\n";
        assert_eq!(body(packed, &gzip).unwrap(), b"<p>packed");
        assert_eq!(body(packed, b"<p>unpacked").unwrap(), b"<p>unpacked");
        assert_eq!(body(packed, &gzip[..gzip.len() - 5]), None, "cut off");
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&[b' '; 5000]).unwrap();
        let bomb = bomb.finish().unwrap();
        assert_eq!(body(packed, &bomb), None, "larger than the limit");
    }

    fn brotli(text: &[u8]) -> Vec<u8> {
        let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20);
        encoder.write_all(text).unwrap();
        encoder.into_inner()
    }

    #[test]
    fn every_coding_of_http_is_undone_and_others_are_told() {
        let page = b"<html><body><p>Llovi\xc3\xb3 toda la noche en el valle, y al alba sali\xc3\xb3 el sol.</p></body></html>";
        let zlib = |text: &[u8]| {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let deflate = |text: &[u8]| {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let gzip = |text: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let cases = [
            ("br", brotli(page)),
            ("BR", brotli(page)),
            ("gzip", gzip(page)),
            ("x-gzip", gzip(page)),
            ("deflate", zlib(page)),
            ("deflate", deflate(page)),
            ("zstd", zstd::encode_all(&page[..], 3).unwrap()),
            ("gzip, br", brotli(&gzip(page))),
            ("identity", page.to_vec()),
        ];
        for (coding, bytes) in &cases {
            let http = format!("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: {coding}\n");
            assert_eq!(body(&http, bytes).as_deref(), Some(&page[..]), "{coding}");
            assert_eq!(body(&http, page).as_deref(), Some(&page[..]), "{coding}, undone by the crawler");
            let cut = &bytes[..bytes.len() * 2 / 3];
            assert!(*coding == "identity" || body(&http, cut).is_none(), "{coding}, cut off");
        }
        let http = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: compress\n";
        let (warc, block) = response(http, b"\x1f\x9d\x90\x00\x01");
        let Start::Head(head) = start(warc.as_bytes()) else { panic!("no head") };
        let (reason, remedy) = head.document(&block).unwrap().bytes(1000, 100).unwrap_err();
        assert!(reason.contains("`compress`") && remedy.contains("br"), "{reason} {remedy}");
    }

    #[test]
    fn a_body_that_becomes_too_much_is_told() {
        let bomb = brotli(&vec![b' '; 80 << 20]);
        let http = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: br\n";
        let (warc, block) = response(http, &bomb);
        let Start::Head(head) = start(warc.as_bytes()) else { panic!("no head") };
        let told = |limit, expansion| {
            head.document(&block).unwrap().bytes(limit, expansion).map(|body| body.len()).unwrap_err().0
        };
        assert!(told(128 << 20, 1000).contains("it may be a bomb"));
        assert!(told(1 << 20, u64::MAX).contains("too large"));
        assert_eq!(head.document(&block).unwrap().bytes(128 << 20, u64::MAX).unwrap().len(), 80 << 20);
    }

    #[test]
    fn what_is_no_page_is_passed_over() {
        for http in [
            "HTTP/1.1 404 Not Found\nContent-Type: text/html\n",
            "HTTP/1.1 301 Moved\nContent-Type: text/html\n",
            "HTTP/1.1 200 OK\nContent-Type: image/png\n",
            "HTTP/1.1 200 OK\nContent-Type: application/json\n",
            "HTTP/1.1 200 OK\n",
            "no HTTP",
        ] {
            assert_eq!(body(http, b"binary"), None, "{http}");
        }
        assert!(body("HTTP/1.1 200 OK\n", b" <!DOCTYPE html><p>a").is_some());
        assert!(body("HTTP/1.1 200\nContent-Type: TEXT/PLAIN\n", b"a").is_some());
    }
}
