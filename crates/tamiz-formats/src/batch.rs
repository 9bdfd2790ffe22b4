//! Batches of records: the unit of work, of order and of memory.

use std::ops::Range;
use std::sync::Arc;

use crate::record::{Record, Records};
use crate::{Fault, FieldNames, Place, Source, html};

/// Records that are worked on together, still as the bytes of their files.
///
/// Where a batch ends depends on the inputs and [`Limits`](crate::Limits) alone, never on timing or threads, but for
/// a batch that was cut short because its input paused.
#[derive(Debug, Default)]
pub struct Batch {
    /// From 0, in the order of the inputs.
    pub number: u64,
    /// Bytes of the files on disk that this batch was read from, for progress.
    pub consumed: u64,
    /// About the bytes of rows that are held as columns.
    pub(crate) rows_size: usize,
    /// The files' bytes after decompression; its length is capacity, `filled` says how much is used.
    pub(crate) bytes: Vec<u8>,
    pub(crate) filled: usize,
    pub(crate) pieces: Vec<Piece>,
    /// The most bytes that a record may have.
    pub(crate) limit: usize,
    /// How many times its size a body may become.
    pub(crate) expansion: u64,
    /// How pages are read.
    pub(crate) html: html::Options,
    /// What the fields of records are called.
    pub(crate) fields: Arc<FieldNames>,
    /// Records that were passed over, since they are no documents.
    pub(crate) passed: u64,
}

/// A stretch of one file.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) source: Arc<Source>,
    pub(crate) range: Range<usize>,
    /// The place of its first byte in the decompressed file.
    pub(crate) offset: u64,
    /// The number of its first line, from 1.
    pub(crate) line: u64,
    /// The number of its first record or fault in the file, from 1.
    pub(crate) record: u64,
    /// How many records a fault stands for; 1 for what is none.
    pub(crate) records: u64,
    /// The number of its row group, from 0, in a Parquet file.
    pub(crate) row_group: Option<u64>,
    pub(crate) kind: PieceKind,
}

#[derive(Debug)]
pub(crate) enum PieceKind {
    /// Whole lines, each a record.
    Lines,
    /// A whole file, which is one record.
    File,
    /// A WARC record that is a document.
    Warc,
    /// Rows of a Parquet file.
    #[cfg(feature = "parquet")]
    Rows(Box<crate::table::Rows>),
    /// Something that cannot be read.
    Fault {
        reason: String,
        remedy: String,
        /// The length of all that is missing, in bytes, where more is known to be so than the piece's range.
        length: u64,
    },
}

impl Batch {
    /// The records and faults, in order.
    #[must_use]
    pub fn records(&self) -> Records<'_> {
        Records::new(self)
    }

    /// A digest of the batch's bytes and of where its records stand: that a batch read again is the same.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        hash.update(&self.bytes[..self.filled]);
        for piece in &self.pieces {
            for number in [piece.range.len() as u64, piece.offset, piece.line, piece.record, piece.records] {
                hash.update(&number.to_le_bytes());
            }
            #[cfg(feature = "parquet")]
            if let PieceKind::Rows(rows) = &piece.kind {
                hash.update(rows.bytes());
            }
        }
        hash.digest()
    }

    /// Bytes of the files' content in the batch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.size()
    }

    /// What it holds, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.filled + self.rows_size
    }

    /// Whether there is neither a record nor a fault in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Records of WARC files that were passed over, since they are no documents: requests, pictures, errors.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Empties the batch. Its memory stays for the next one, but for what a rare large record has taken.
    pub(crate) fn clear(&mut self, usual: usize) {
        if self.bytes.len() > 4 * usual {
            self.bytes = Vec::new();
        }
        self.filled = 0;
        self.consumed = 0;
        self.rows_size = 0;
        self.passed = 0;
        self.pieces.clear();
    }

    /// Room for `count` more bytes behind what is filled.
    pub(crate) fn room(&mut self, count: usize) -> &mut [u8] {
        let wanted = self.filled + count;
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
        &mut self.bytes[self.filled..wanted]
    }
}

impl Piece {
    /// A piece at an offset, a line and a record; a fault among them stands for one record.
    pub(crate) fn new(
        source: &Arc<Source>,
        range: Range<usize>,
        (offset, line, record): (u64, u64, u64),
        kind: PieceKind,
    ) -> Self {
        Self { source: Arc::clone(source), range, offset, line, record, records: 1, row_group: None, kind }
    }

    pub(crate) fn place(&self) -> Place<'_> {
        let Source { name, input, .. } = &*self.source;
        Place {
            input: name,
            given: *input,
            line: None,
            record: self.record,
            row_group: self.row_group,
            offset: self.offset,
        }
    }
}

/// What a batch holds: a record, or what stands where one should be.
pub type Entry<'b> = Result<Record<'b>, Box<Fault<'b>>>;
