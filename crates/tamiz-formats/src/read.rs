//! Reads sources into batches: opens, decompresses, and cuts between records. Nothing is parsed here.

mod warc;
mod whole;

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use crate::batch::{Batch, Piece, PieceKind};
use crate::decode::{Decoder, Trouble};
use crate::record::{is_blank, too_large, without_mark};
use crate::{FieldNames, Format, RAW_LIMIT, Source, html};

/// Bytes read at a time while looking for the end of a long line or file.
const STEP: usize = 256 << 10;

/// Files in a batch at most, so that empty ones fill it too.
pub(crate) const PIECES: usize = 4096;

/// How much is read at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A batch ends with the last record that ends within this many bytes. Default: 1 MiB.
    pub batch: usize,
    /// Longer records are faults, in bytes. Default: 128 MiB; at most 1 GiB, since texts are smaller than 4 GiB in
    /// any encoding.
    pub record: usize,
    /// The most memory that a Zstandard frame may ask for, in bytes. Default: 128 MiB, Zstandard's own; frames made
    /// with `--long=31` ask for 2 GiB.
    pub window: u64,
    /// A compressed file that becomes more than so many times its size is not read on, once it has given 64 MiB.
    /// Default: 1000, about what gzip can do at most.
    pub expansion: u64,
}

impl Limits {
    /// The window as a power of two.
    pub(crate) fn window_log(&self) -> u32 {
        self.window.max(1).ilog2().clamp(10, 31)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch: 1 << 20, record: 128 << 20, window: 128 << 20, expansion: 1000 }
    }
}

/// What to read of the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Reading ends after this many records and faults.
    pub limit: Option<u64>,
    /// Part `0` of `1`, as `(number from 1, parts)`: see [`Reader::new`].
    pub shard: Option<(u64, u64)>,
}

/// Reads sources, one after the other, into batches.
pub struct Reader {
    sources: std::vec::IntoIter<(Source, Option<(u64, u64)>)>,
    stdin: Option<Box<dyn Read + Send>>,
    limits: Limits,
    html: html::Options,
    fields: Arc<FieldNames>,
    patient: bool,
    left: Option<u64>,
    current: Option<Open>,
    #[cfg(feature = "parquet")]
    table: Option<Box<crate::table::Table>>,
    number: u64,
}

/// The source that is being read.
struct Open {
    source: Arc<Source>,
    decoder: Decoder,
    /// Bytes of the next record that were read with the last batch.
    carry: Vec<u8>,
    /// The place of the next record in the decompressed file.
    offset: u64,
    numbers: Numbers,
    /// Records that start before this place do not belong to this shard; `None` once they are passed.
    from: Option<u64>,
    /// Records that start here or later do not belong to this shard.
    until: u64,
    /// The compressed bytes that progress has been told of.
    told: u64,
}

/// Counts lines and records of a file, of whole lines or of any pieces of them.
#[derive(Default)]
struct Numbers {
    feeds: u64,
    records: u64,
    /// The last byte that is not blank of the line that is not yet ended.
    last: Option<u8>,
}

impl Numbers {
    /// The number of the line that comes next, from 1.
    fn line(&self) -> u64 {
        self.feeds + 1
    }

    /// The number of the record that comes next, from 1.
    fn record(&self) -> u64 {
        self.records + 1
    }

    fn pass(&mut self, bytes: &[u8], offset: u64) {
        let mut start = 0;
        for feed in memchr_iter(b'\n', bytes) {
            self.see(&bytes[start..feed], offset + start as u64);
            self.end_line();
            self.feeds += 1;
            start = feed + 1;
        }
        self.see(&bytes[start..], offset + start as u64);
    }

    fn see(&mut self, part: &[u8], offset: u64) {
        let part = without_mark(part, offset);
        self.last = part.iter().rfind(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).copied().or(self.last);
    }

    /// The line ends here: it is a record unless it is blank.
    fn end_line(&mut self) {
        self.records += u64::from(self.last.take().is_some());
    }

    /// Damage tears the line: that is a fault, and the line a record only if it was whole; see [`Open::damage`].
    fn tear(&mut self) {
        self.records += 1 + u64::from(self.last.take() == Some(b'}'));
    }
}

enum Filled {
    /// The batch is full, or the input pauses.
    Batch,
    /// The source is at its end.
    Source,
}

impl Reader {
    /// Reads the sources in their order. A source without a path is read from `stdin`, which may say
    /// [`std::io::ErrorKind::WouldBlock`] when it pauses: the batch then ends early if it has a record.
    ///
    /// Of `N` shards, each gets one contiguous stretch: the sources' sizes on disk are added up and divided evenly,
    /// and a record belongs to the shard in which its first byte lies (in a compressed file, in proportion to the
    /// decompressed size). So the outputs of shards 1 to N, joined in that order, are the output of one run.
    ///
    /// # Errors
    /// If a compressed file that two shards share cannot be read to its end to learn its decompressed size.
    pub fn new(
        sources: Vec<Source>,
        stdin: Option<Box<dyn Read + Send>>,
        limits: Limits,
        selection: Selection,
    ) -> Result<Self, crate::InputError> {
        let sources: Vec<_> = match selection.shard {
            None => sources.into_iter().map(|source| (source, None)).collect(),
            Some((number, parts)) => crate::shard::cut(sources, number, parts)?,
        };
        Ok(Self {
            sources: sources.into_iter(),
            stdin,
            // A record that fits into a batch is never too large.
            limits: Limits { batch: limits.batch.clamp(1, limits.record.max(1)), ..limits },
            html: html::Options::default(),
            fields: Arc::default(),
            patient: false,
            left: selection.limit,
            current: None,
            #[cfg(feature = "parquet")]
            table: None,
            number: 0,
        })
    }

    /// The same reader, which reads pages of HTML in that way.
    #[must_use]
    pub fn with_html(mut self, options: html::Options) -> Self {
        self.html = options;
        self
    }

    /// The same reader, for which a pause of its input ends no batch: then where batches end depends on the input alone.
    #[must_use]
    pub fn patient(mut self, patient: bool) -> Self {
        self.patient = patient;
        self
    }

    /// The same reader of records whose fields are called so.
    #[must_use]
    pub fn with_fields(mut self, fields: FieldNames) -> Self {
        self.fields = Arc::new(fields);
        self
    }

    /// Reads the next batch into that one's memory; false at the end of all sources. `keep_waiting` is asked when the
    /// input pauses; false ends the reading.
    pub fn next(&mut self, batch: &mut Batch, keep_waiting: &dyn Fn() -> bool) -> bool {
        batch.clear(self.limits.batch.max(STEP));
        batch.limit = self.limits.record;
        batch.expansion = self.limits.expansion;
        batch.html = self.html;
        batch.fields = Arc::clone(&self.fields);
        while batch.size() < self.limits.batch && batch.pieces.len() < PIECES && self.left != Some(0) {
            #[cfg(feature = "parquet")]
            if let Some(table) = &mut self.table {
                if table.fill(batch, &self.limits, &mut self.left) {
                    if self.left != Some(0) {
                        whole::note_change(table.source(), (0, 1, table.record()), batch, &mut self.left);
                    }
                    self.table = None;
                }
                continue;
            }
            if self.current.is_none() && !self.open_next(batch) {
                break;
            }
            let Some(open) = &mut self.current else { continue };
            let filled = match open.source.format {
                Format::Jsonl => open.lines(batch, self.limits, self.patient, &mut self.left, keep_waiting),
                Format::Text | Format::Html => open.file(batch, self.limits, &mut self.left),
                Format::Warc => open.warc(batch, self.limits, &mut self.left),
                // It is no stream, and never open here.
                Format::Parquet => Filled::Source,
            };
            let position = open.decoder.position();
            batch.consumed += position - open.told;
            open.told = position;
            match filled {
                Filled::Source => {
                    if self.left != Some(0) {
                        let place = (open.offset, open.numbers.line(), open.numbers.record());
                        whole::note_change(&open.source, place, batch, &mut self.left);
                    }
                    self.current = None;
                }
                Filled::Batch => break,
            }
        }
        if batch.is_empty() && batch.passed == 0 {
            return false;
        }
        batch.number = self.number;
        self.number += 1;
        true
    }

    /// The number that the next batch will have.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.number
    }

    /// Opens the next source; one that cannot be opened is a fault. False if there is none.
    fn open_next(&mut self, batch: &mut Batch) -> bool {
        let Some((source, range)) = self.sources.next() else { return false };
        if source.format == Format::Parquet {
            self.open_table(source, range, batch);
            return true;
        }
        let input: std::io::Result<Box<dyn Read + Send>> = match &source.path {
            Some(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read + Send>),
            None => {
                self.stdin.take().ok_or_else(|| std::io::Error::other("standard input can be read once only"))
            }
        };
        let source = Arc::new(source);
        match input {
            Ok(input) => {
                let (from, until) = range.unwrap_or((0, u64::MAX));
                self.current = Some(Open {
                    decoder: Decoder::new(input, source.compression).within(&self.limits),
                    source,
                    carry: Vec::new(),
                    offset: 0,
                    numbers: Numbers::default(),
                    from: (from > 0).then_some(from),
                    until,
                    told: 0,
                });
            }
            Err(error) => self.unopened(source, &error, batch),
        }
        true
    }
}

/// Takes records off the limit.
pub(crate) fn count(left: &mut Option<u64>, records: u64) {
    if let Some(left) = left {
        *left = left.saturating_sub(records);
    }
}

impl Open {
    /// Fills the batch with lines of this source.
    fn lines(
        &mut self,
        batch: &mut Batch,
        limits: Limits,
        patient: bool,
        left: &mut Option<u64>,
        keep_waiting: &dyn Fn() -> bool,
    ) -> Filled {
        if let Some(from) = self.from.take()
            && !self.pass_over(batch, from)
        {
            return Filled::Source;
        }
        let start = batch.filled;
        let carry = std::mem::take(&mut self.carry);
        batch.room(carry.len()).copy_from_slice(&carry);
        batch.filled += carry.len();
        // One past the last line feed that was seen, and how far was looked.
        let mut cut = memrchr(b'\n', &carry).map_or(start, |feed| start + feed + 1);
        self.carry = carry;
        self.carry.clear();
        let mut target = limits.batch.max(start + 1);
        loop {
            if batch.filled >= target && cut == start {
                if start > 0 {
                    // A line that does not fit behind other records starts the next batch.
                    break;
                }
                if batch.filled - start > limits.record {
                    return self.pass_overlong(batch, left, keep_waiting);
                }
                target = batch.filled + STEP;
            }
            if batch.filled >= target {
                break;
            }
            let (wanted, from) = (target - batch.filled, batch.filled);
            match self.decoder.read(batch.room(wanted)) {
                Ok(0) => {
                    self.push_lines(batch, start..batch.filled, left);
                    return Filled::Source;
                }
                Ok(read) => {
                    batch.filled += read;
                    if let Some(feed) = memrchr(b'\n', &batch.bytes[from..batch.filled]) {
                        cut = from + feed + 1;
                    }
                }
                Err(Trouble::Pause) => {
                    if !patient && (cut > start || start > 0) {
                        break;
                    }
                    if !keep_waiting() {
                        self.carry.clear();
                        batch.filled = start;
                        return Filled::Source;
                    }
                }
                Err(Trouble::Damage { reason, remedy }) => {
                    self.damage(batch, start, cut, reason, remedy, left);
                    return Filled::Batch;
                }
            }
        }
        self.carry.extend_from_slice(&batch.bytes[cut..batch.filled]);
        batch.filled = cut;
        if self.push_lines(batch, start..cut, left) { Filled::Source } else { Filled::Batch }
    }

    /// Adds a piece of whole lines; true if the source's share or the limit ends within it.
    fn push_lines(
        &mut self,
        batch: &mut Batch,
        range: std::ops::Range<usize>,
        left: &mut Option<u64>,
    ) -> bool {
        let mut range = range;
        let mut ends = false;
        let beyond = self.until.saturating_sub(self.offset);
        if (range.len() as u64) > beyond {
            // The line that starts before the bound is the last, wherever it ends.
            let within = beyond as usize;
            let bytes = &batch.bytes[range.clone()];
            let end = if within == 0 {
                0
            } else {
                memchr(b'\n', &bytes[within - 1..]).map_or(bytes.len(), |feed| within + feed)
            };
            ends = end < bytes.len();
            range.end = range.start + end;
        }
        if let Some(left) = left {
            let bytes = &batch.bytes[range.clone()];
            let mut start = 0;
            while *left > 0 && start < bytes.len() {
                let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |feed| start + feed + 1);
                if !is_blank(without_mark(&bytes[start..end], self.offset + start as u64)) {
                    *left -= 1;
                }
                start = end;
            }
            ends |= *left == 0;
            range.end = range.start + start;
        }
        batch.filled = range.end;
        let place = (self.offset, self.numbers.line(), self.numbers.record());
        self.numbers.pass(&batch.bytes[range.clone()], self.offset);
        self.numbers.end_line();
        self.offset += range.len() as u64;
        if !range.is_empty() {
            batch.pieces.push(Piece::new(&self.source, range, place, PieceKind::Lines));
        }
        ends
    }

    /// Takes in damage: whole lines before it are records, the torn line's bytes go with the fault.
    fn damage(
        &mut self,
        batch: &mut Batch,
        start: usize,
        cut: usize,
        reason: String,
        remedy: &str,
        left: &mut Option<u64>,
    ) {
        let filled = batch.filled;
        // A stream cut off behind its last record has torn none: an object is whole if it is closed.
        let torn = &batch.bytes[cut..filled];
        let cut = if torn.trim_ascii_end().ends_with(b"}") { filled } else { cut };
        // What starts beyond the share's bound is for the next shard to tell.
        if self.push_lines(batch, start..cut, left) || *left == Some(0) || self.offset >= self.until {
            return;
        }
        let range = cut..filled.min(cut + RAW_LIMIT);
        let length = (filled - cut) as u64;
        batch.filled = range.end;
        let kind = PieceKind::Fault { reason, remedy: remedy.into(), length };
        let place = (self.offset, self.numbers.line(), self.numbers.record());
        batch.pieces.push(Piece::new(&self.source, range, place, kind));
        self.numbers.records += 1;
        self.offset += length;
        count(left, 1);
    }

    /// Passes over the rest of a line that is longer than a record may be, holding none of it but its beginning.
    fn pass_overlong(
        &mut self,
        batch: &mut Batch,
        left: &mut Option<u64>,
        keep_waiting: &dyn Fn() -> bool,
    ) -> Filled {
        let mut length = batch.filled as u64;
        let kept = RAW_LIMIT.min(batch.filled);
        batch.filled = kept;
        let mut filled = Filled::Batch;
        let mut damage = None;
        loop {
            match self.decoder.read(batch.room(STEP)) {
                Ok(0) => {
                    filled = Filled::Source;
                    break;
                }
                Ok(read) => {
                    let bytes = &batch.bytes[kept..kept + read];
                    if let Some(feed) = memchr(b'\n', bytes) {
                        self.carry.extend_from_slice(&bytes[feed + 1..]);
                        length += feed as u64;
                        break;
                    }
                    length += read as u64;
                }
                Err(Trouble::Pause) if keep_waiting() => {}
                Err(Trouble::Pause) => return Filled::Source,
                Err(Trouble::Damage { reason, remedy }) => {
                    damage = Some((reason, remedy));
                    break;
                }
            }
        }
        let (reason, remedy) = too_large(length);
        let kind = PieceKind::Fault { reason, remedy, length };
        let place = (self.offset, self.numbers.line(), self.numbers.record());
        batch.pieces.push(Piece::new(&self.source, 0..kept, place, kind));
        self.offset += length + 1;
        self.numbers.feeds += 1;
        self.numbers.records += 1;
        count(left, 1);
        if let Some((reason, remedy)) = damage {
            self.damage(batch, kept, kept, reason, remedy, left);
        }
        filled
    }

    /// Passes over what belongs to earlier shards, with the record that reaches over the bound; false if the source
    /// ends before.
    fn pass_over(&mut self, batch: &mut Batch, from: u64) -> bool {
        let at = batch.filled;
        loop {
            match self.decoder.read(batch.room(STEP)) {
                Ok(0) => return false,
                Ok(read) => {
                    let bytes = &batch.bytes[at..at + read];
                    // The bound lies at the end of the line that holds the byte before it.
                    let first = (from - 1).saturating_sub(self.offset).min(read as u64) as usize;
                    let end = memchr(b'\n', &bytes[first..]).map(|feed| first + feed + 1);
                    let used = end.unwrap_or(read);
                    self.numbers.pass(&bytes[..used], self.offset);
                    self.offset += used as u64;
                    if end.is_some() {
                        self.carry.extend_from_slice(&bytes[used..]);
                        return true;
                    }
                }
                Err(Trouble::Pause) => {}
                // The shard before tells of the damage. What comes after it starts a new line.
                Err(Trouble::Damage { .. }) => {
                    self.numbers.tear();
                    if self.offset >= from {
                        return true;
                    }
                }
            }
        }
    }
}
