//! Readers and writers: what a file holds, record by record, and the records that come out.
//!
//! Reads JSON Lines, plain text, HTML, WARC and WET files, each plain or compressed with gzip or Zstandard, from files,
//! directories, globs and standard input; and Parquet files, if the feature `parquet` is built in. What cannot be read becomes a [`Fault`] with its place and its bytes, and
//! reading goes on behind it. Writes JSON Lines in the same compressions.
//!
//! Reading has two steps, so that the second can be done on many threads: a [`Reader`] decompresses and cuts the
//! inputs into [`Batch`]es between records; [`Batch::records`] parses.
//!
//! # Decisions
//! - A JSONL record is one object a line; LF or CRLF ends it. Lines without anything but blanks are free. The byte
//!   order mark at the head of a file is passed over. An empty JSONL file has no records; a text or HTML file is
//!   always one record, if it is empty.
//! - `text` is a string; [`FieldNames`] may name other fields for it and for the `id`. `id` is any JSON value and passes as it is; where it is missing or `null`, it becomes
//!   `FILE:LINE`. The id of a text or HTML file is its path below the input that named it, or its file name.
//! - Every other field passes through as the bytes it is, in the input's order, duplicates too; but two `text` or two
//!   `id` are a fault, since nobody can tell which one is meant. A `tamiz` of an earlier run is left out, since its
//!   offsets do not fit a new text.
//! - Offsets count in the text as the input gives it: that of JSON Lines is not normalised. A text file has no text
//!   before it is decoded: it comes with LF line ends, without NULs and byte order mark, in NFC, from any encoding, and
//!   mojibake is repaired where that is certain. The fields `encoding` and `repaired` tell of what was done.
//! - Of a WARC file, the documents are responses and resources of HTML or plain text with a status of 2xx, and
//!   conversions. All other records are passed over, and counted. Chunks are joined, gzip, deflate, Brotli and Zstandard undone.
//! - A file's name says how it is compressed; its first bytes win where they show a compression. A damaged stream is a
//!   fault at its place; reading goes on at its next gzip member or Zstandard frame.
//! - The text of HTML is that of its blocks, one a line, each with a hint of what its markup says: see [`html::read`].
//!   What the page says about itself (address, title, author, date, language) becomes a field where the input has
//!   none of that name.
//!
//! - A row of a Parquet file is read as the JSON object that it stands for: binary as hexadecimal digits, times as ISO
//!   8601, decimals as numbers, lists, structs and maps as they are, numbers that are none as null. Written to Parquet
//!   again, columns other than `id` and `text` keep their values and types; the file's own metadata does not pass.
//!   Row groups are apart. Of a damaged one, the rows before and behind the damaged pages are read; each row that is lost
//!   is a fault with the column at fault and what the others hold of it, or one fault counts all of them where none can
//!   be read.
//! - A Parquet output has the columns `id`, `text`, those of the inputs, and `tamiz` as a struct, if a stage has marks.
//!   Ids are strings, but for those of Parquet inputs that all have one and the same other type. What fits no column
//!   goes as JSON to the column `other_fields`.
//!
//! # What this crate does not know
//! Stages, pipelines, threads, the directory that a run writes to.
//!
//! # Laws
//! - Whatever the bytes: no panic, and every line that is not blank, every text file, and every place where a stream
//!   is damaged gives one record or one fault.
//! - Batches depend on the inputs and the limits alone.
//! - A record whose text did not change is written with the bytes of the input's values.
//!
//! # Example
//! ```
//! use std::io::Cursor;
//! use tamiz_formats::{Batch, Limits, Reader, Selection, Source, write_record};
//!
//! let input = "{\"id\":1,\"text\":\"Rain.\",\"url\":\"https://a.example/x\"}\nno record\n";
//! let stdin = Some(Box::new(Cursor::new(input)) as Box<dyn std::io::Read + Send>);
//! let mut reader =
//!     Reader::new(vec![Source::stdin()], stdin, Limits::default(), Selection::default()).unwrap();
//! let mut batch = Batch::default();
//! assert!(reader.next(&mut batch, &|| true));
//!
//! let mut records = batch.records();
//! let record = records.next().unwrap().unwrap();
//! assert_eq!(record.text().unwrap(), "Rain.");
//! let mut out = Vec::new();
//! let nothing = |out: &mut Vec<u8>| Ok(out.extend_from_slice(b"{}"));
//! write_record(&record, Some("Sun."), nothing, &mut out).unwrap();
//! assert_eq!(out, b"{\"id\":1,\"text\":\"Sun.\",\"url\":\"https://a.example/x\",\"tamiz\":{}}\n");
//!
//! let fault = records.next().unwrap().unwrap_err();
//! assert_eq!((fault.place.line, fault.place.offset, fault.raw), (Some(2), 52, &b"no record"[..]));
//! ```

mod batch;
mod content;
mod decode;
mod encoding;
mod fault;
mod fields;
mod format;
pub mod html;
mod input;
mod json;
#[cfg(not(feature = "parquet"))]
mod no_table;
mod parse;
mod read;
mod record;
mod shard;
#[cfg(feature = "parquet")]
mod table;
mod warc;
mod write;

pub use batch::{Batch, Entry};
pub use content::{content, open};
pub use fault::{Fault, Place, RAW_LIMIT, without_places};
pub use fields::FieldNames;
pub use format::{Compression, Format, NAMES, by_given_name, by_name};
pub use input::{InputError, Listing, Source, list};
#[cfg(not(feature = "parquet"))]
pub use no_table::{RowGroup, Shape, TableFile, TableRows};
pub use read::{Limits, Reader, Selection};
pub use record::{Id, Record, Records, site_of};
#[cfg(feature = "parquet")]
pub use table::{RowGroup, Shape, TableFile, TableRows};
pub use write::{Encoder, write_record};
