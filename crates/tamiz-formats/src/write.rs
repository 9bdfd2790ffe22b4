//! Output records, and their compression a block at a time.

use std::io;

use flate2::{Compress, FlushCompress, Status};

use crate::{Compression, Id, Record};

/// The level of Zstandard compression: the library's own default.
const ZSTD_LEVEL: i32 = 3;

/// The level of the quick encoder, which keeps one table of matches where the usual one keeps two, and the shortest
/// match that it looks for, in bytes. Of levels 1 to 4 and matches of 4 to 7 bytes, these do best on records with marks.
const QUICK_LEVEL: i32 = 2;
const QUICK_MATCH: u32 = 5;

/// Appends an output record as one line: `id`, `text`, the other fields as they came, `tamiz`.
///
/// `text` is `None` where the text is the input's: its bytes are then written back as they were, escapes and all.
/// `tamiz` appends the annotations, as JSON.
///
/// # Errors
/// If the annotations cannot be written as JSON; memory takes everything else.
pub fn write_record(
    record: &Record<'_>,
    text: Option<&str>,
    tamiz: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    out.extend_from_slice(b"{\"id\":");
    match &record.id {
        Id::Json(raw) => out.extend_from_slice(raw.as_bytes()),
        Id::Text(text) => serde_json::to_writer(&mut *out, text)?,
    }
    out.extend_from_slice(b",\"text\":");
    match (text, record.raw_text()) {
        (Some(text), _) => serde_json::to_writer(&mut *out, text)?,
        (None, Some(raw)) => out.extend_from_slice(raw.as_bytes()),
        (None, None) => serde_json::to_writer(&mut *out, &record.text().unwrap_or_default())?,
    }
    for (key, value) in &record.fields {
        out.push(b',');
        out.extend_from_slice(key.as_bytes());
        out.push(b':');
        out.extend_from_slice(value.as_bytes());
    }
    for (key, value) in &record.facts {
        if !record.fields.iter().any(|(field, _)| field.trim_matches('"') == *key) {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\":");
            serde_json::to_writer(&mut *out, value)?;
        }
    }
    out.extend_from_slice(b",\"tamiz\":");
    tamiz(out)?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// Compresses blocks, each into a gzip member or Zstandard frame of its own: so blocks can be compressed on any
/// thread and joined, and the bytes depend on nothing but the blocks.
pub struct Encoder(Kind);

enum Kind {
    Plain,
    Gzip(Box<Compress>),
    Zstd(zstd::bulk::Compressor<'static>),
}

impl Encoder {
    /// An encoder, to be kept for many blocks.
    ///
    /// # Errors
    /// If there is no memory for its tables.
    pub fn new(compression: Compression) -> io::Result<Self> {
        Self::with(compression, ZSTD_LEVEL, None)
    }

    /// An encoder for blocks in which much is alike, such as records with a mark for every second line: it takes two
    /// thirds of the time of the usual one, and makes them no larger. Texts alone become a twentieth larger.
    ///
    /// # Errors
    /// As those of [`Encoder::new`].
    pub fn quick(compression: Compression) -> io::Result<Self> {
        Self::with(compression, QUICK_LEVEL, Some(QUICK_MATCH))
    }

    /// `shortest` is the number of bytes that Zstandard takes for a match at the least, if not the level's own.
    fn with(compression: Compression, level: i32, shortest: Option<u32>) -> io::Result<Self> {
        Ok(Self(match compression {
            Compression::None => Kind::Plain,
            Compression::Gzip => Kind::Gzip(Box::new(Compress::new_gzip(flate2::Compression::default(), 15))),
            Compression::Zstd => {
                let mut compressor = zstd::bulk::Compressor::new(level)?;
                if let Some(bytes) = shortest {
                    compressor.set_parameter(zstd::zstd_safe::CParameter::MinMatch(bytes))?;
                }
                // Four bytes a frame, so that readers notice damage.
                compressor.include_checksum(true)?;
                Kind::Zstd(compressor)
            }
        }))
    }

    /// Brings a block to the form in which it is stored. Its memory may be changed for another.
    ///
    /// # Errors
    /// If compression fails, for want of memory.
    pub fn encode(&mut self, block: &mut Vec<u8>, spare: &mut Vec<u8>) -> io::Result<()> {
        spare.clear();
        match &mut self.0 {
            Kind::Plain => return Ok(()),
            Kind::Gzip(deflate) => {
                deflate.reset();
                spare.reserve(block.len() / 2 + 1024);
                loop {
                    let used = deflate.total_in() as usize;
                    let status = deflate.compress_vec(&block[used..], spare, FlushCompress::Finish)?;
                    if status == Status::StreamEnd {
                        break;
                    }
                    spare.reserve(spare.capacity().max(1024));
                }
            }
            Kind::Zstd(compressor) => {
                spare.reserve(zstd::zstd_safe::compress_bound(block.len()));
                compressor.compress_to_buffer(&block[..], spare)?;
            }
        }
        std::mem::swap(block, spare);
        Ok(())
    }
}
