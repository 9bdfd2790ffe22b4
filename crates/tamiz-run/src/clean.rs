//! The work of a run: from a batch of records to blocks of output.

use std::time::Instant;

use serde::Serialize;
use tamiz_core::{Document, Fate, Kind, Language, Marks, Reason, RemovedMark, RuleId, Scratch};
use tamiz_formats::{
    Batch, Compression, Encoder, Fault, RAW_LIMIT, Record, RowGroup, Shape, TableRows, write_record,
};
use tamiz_pipeline::Guard;
use tamiz_review::Residue;

use crate::engine::Work;
use crate::guard::{Event, Seen};
use crate::stages::Stages;
use crate::tally::Tally;
use crate::{RunError, panics};

/// What a batch has become.
pub(crate) struct Cleaned {
    pub(crate) kept: Block,
    pub(crate) dropped: Block,
    pub(crate) quarantine: Block,
    /// One line for each document kept.
    pub(crate) residue: Block,
    pub(crate) tally: Tally,
    /// Bytes of the input files that it was read from.
    pub(crate) consumed: u64,
    /// The batch's own: see [`Batch::digest`].
    pub(crate) digest: u64,
    /// What a guard looks at; empty without one.
    pub(crate) seen: Seen,
}

impl Cleaned {
    /// A block for each stream of the output, in their order there.
    pub(crate) fn blocks(&mut self) -> [&mut Block; 4] {
        [&mut self.kept, &mut self.dropped, &mut self.residue, &mut self.quarantine]
    }
}

/// Records that are written together.
#[derive(Default)]
pub(crate) struct Block {
    /// As they are stored.
    pub(crate) bytes: Vec<u8>,
    /// The same as rows of a table, where that is how they are stored.
    pub(crate) rows: Option<RowGroup>,
    /// Bytes before compression.
    pub(crate) plain: u64,
    pub(crate) records: u64,
}

impl Block {
    /// A block that is gathered in that memory.
    fn within(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Moves its bytes to memory of their own size, and gives that in which they were gathered back. Blocks wait for
    /// their turn to be written, and what waits is what decides how much memory a run takes.
    fn settle(&mut self, buffer: &mut Vec<u8>) {
        let bytes = self.bytes.as_slice().into();
        *buffer = std::mem::replace(&mut self.bytes, bytes);
        buffer.clear();
        if buffer.capacity() > LARGEST_BUFFER {
            *buffer = Vec::new();
        }
    }
}

/// A buffer that a rare large record has made larger than this, in bytes, is not kept.
const LARGEST_BUFFER: usize = 8 << 20;

/// The columns of documents that are kept, and of those that are dropped, in an output of Parquet files.
#[derive(Clone)]
pub(crate) struct Shapes {
    pub(crate) kept: Shape,
    pub(crate) dropped: Shape,
}

/// The documents of a batch, as rows.
struct Tables<'b> {
    kept: TableRows<'b>,
    dropped: TableRows<'b>,
}

/// A thread's tools.
pub(crate) struct Cleaner<'r> {
    stages: &'r Stages<'r>,
    encoder: Encoder,
    scratch: Scratch,
    spare: Vec<u8>,
    /// Where documents kept, dropped ones, faults and residue are gathered.
    buffers: [Vec<u8>; 4],
    /// The most bytes of a broken record that go to quarantine.
    raw_limit: usize,
    /// Compresses the residue, where that is asked for.
    residue: Option<Encoder>,
    guard: Option<&'r Guard>,
    shapes: Option<&'r Shapes>,
}

/// The annotations of a record that was dropped.
#[derive(Serialize)]
pub(crate) struct DroppedMarks {
    dropped: DroppedFor,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Language>,
}

impl DroppedMarks {
    pub(crate) fn new(document: &Document, Reason { stage, kind, rule }: Reason) -> Self {
        Self { dropped: DroppedFor { stage, kind, rule }, language: document.language() }
    }
}

#[derive(Serialize)]
struct DroppedFor {
    stage: &'static str,
    kind: Kind,
    rule: RuleId,
}

impl<'r> Cleaner<'r> {
    pub(crate) fn new(
        stages: &'r Stages<'r>,
        compression: Compression,
        raw_limit: Option<usize>,
        residue: bool,
        guard: Option<&'r Guard>,
        shapes: Option<&'r Shapes>,
    ) -> Result<Self, RunError> {
        let failed = |error| cannot_compress(&error);
        // Removed text is what many pages share: it is never worth writing uncompressed.
        let residue = if residue { Some(Encoder::quick(Compression::Zstd).map_err(failed)?) } else { None };
        // Where pieces are removed, their marks are most of a record.
        let encoder = match stages.marks().has(Marks::REMOVED) {
            true => Encoder::quick(compression),
            false => Encoder::new(compression),
        };
        let (encoder, raw_limit) = (encoder.map_err(failed)?, raw_limit.unwrap_or(RAW_LIMIT));
        Ok(Self {
            stages,
            encoder,
            scratch: Scratch::default(),
            spare: Vec::new(),
            buffers: Default::default(),
            raw_limit,
            residue,
            guard,
            shapes,
        })
    }

    /// Takes a record through the stages and writes what it has become.
    fn document<'b>(
        &mut self,
        record: &Record<'b>,
        clock: &mut Instant,
        done: &mut Cleaned,
        tables: &mut Option<Tables<'b>>,
    ) -> Result<(), RunError> {
        let mut document = match record.document() {
            Ok(document) => document,
            Err(fault) => {
                self.quarantine(&fault, None, done);
                return Ok(());
            }
        };
        lap(clock, &mut done.tally.seconds.parsing);
        let applied = self.stages.apply(&mut document, &mut self.scratch, &mut done.tally.stages);
        *clock = Instant::now();
        let written = applied.and_then(|()| {
            // Rendering only panics if a stage has broken its promises, and then it costs this document too.
            panics::catch(|| self.write(record, &document, done, tables))
                .map_err(|message| ("rendering", message))
        });
        lap(clock, &mut done.tally.seconds.rendering);
        match written {
            Ok(result) => result.map_err(|error| {
                RunError::new(format!("{}: cannot write: {error}", record.place), "report it")
            }),
            Err((stage, message)) => {
                let reason = format!("the stage `{stage}` failed on this record: {message}");
                let remedy = "report it to the stage's authors, with the record";
                let fault = Fault { stage: Some(stage), ..record.fault(reason, remedy) };
                self.quarantine(&fault, document.site(), done);
                Ok(())
            }
        }
    }

    /// Writes a document to the block where it belongs. Nothing is counted before it is written whole.
    fn write<'b>(
        &self,
        record: &Record<'b>,
        document: &Document,
        done: &mut Cleaned,
        tables: &mut Option<Tables<'b>>,
    ) -> serde_json::Result<()> {
        let source = document.source();
        // The text of a JSONL record that stays as it is can be written back with the input's own escapes.
        let changed = |text| (record.raw_text().is_none() || text != source).then_some(text);
        let tally = &mut done.tally;
        if let Fate::Dropped(reason) = document.fate() {
            let marks = DroppedMarks::new(document, reason);
            match tables {
                Some(tables) => tables.dropped.push(record, source, &marks)?,
                None => {
                    let marks = |out: &mut Vec<u8>| serde_json::to_writer(out, &marks);
                    write_record(record, changed(source), marks, &mut done.dropped.bytes)?;
                }
            }
            done.dropped.records += 1;
            tally.counts.dropped += 1;
            tally.text_in += source.len() as u64;
            if let Some(guard) = self.guard {
                let Reason { stage, rule, .. } = reason;
                let example = || format!("{} by {stage} ({rule})", record.id.json());
                done.seen.see(guard, document.site(), Event::Dropped, &example);
            }
            return Ok(());
        }
        let rendered = document.render(self.stages.marks());
        let text = &*rendered.text;
        let before = done.kept.bytes.len();
        let written = match tables {
            Some(tables) => tables.kept.push(record, text, &rendered.annotations),
            None => {
                let marks = |out: &mut Vec<u8>| rendered.annotations.write(out);
                write_record(record, changed(text), marks, &mut done.kept.bytes)
            }
        };
        if let Err(error) = written {
            done.kept.bytes.truncate(before);
            return Err(error);
        }
        if self.residue.is_some() {
            let id = match tables {
                Some(tables) => tables.kept.id(record).into(),
                None => record.id.json(),
            };
            Residue::of(&id, document, &rendered).write(&mut done.residue.bytes)?;
            done.residue.records += 1;
        }
        done.kept.records += 1;
        tally.counts.kept += 1;
        tally.counts.emptied += u64::from(text.trim_start().is_empty() && !source.trim_start().is_empty());
        tally.text_in += source.len() as u64;
        tally.text_out += text.len() as u64;
        if let Some(guard) = self.guard {
            let lost = source.len().saturating_sub(text.len());
            let is_cut = lost as f64 > guard.cut_above * source.len() as f64;
            let example = || format!("{}: {lost} of {} bytes", record.id.json(), source.len());
            let event = if is_cut { Event::Cut } else { Event::Kept };
            done.seen.see(guard, document.site(), event, &example);
        }
        // What stands together mostly went for one reason, which is then looked up once.
        let reason = |mark: &RemovedMark| Reason { stage: mark.stage, kind: mark.kind, rule: mark.rule };
        let removed = rendered.annotations.removed.as_deref().unwrap_or_default();
        for alike in removed.chunk_by(|one, next| reason(one) == reason(next)) {
            let amount = tally.removed.entry(reason(&alike[0])).or_default();
            amount.pieces += alike.len() as u64;
            amount.characters += alike.iter().map(|mark| (mark.end - mark.start) as u64).sum::<u64>();
        }
        if let Some(language) = rendered.annotations.language {
            match tally.languages.get_mut(language.code.as_str()) {
                Some(count) => *count += 1,
                None => {
                    tally.languages.insert(language.code.to_string(), 1);
                }
            }
        }
        Ok(())
    }

    fn quarantine(&self, fault: &Fault<'_>, site: Option<&str>, done: &mut Cleaned) {
        fault.write(self.raw_limit, &mut done.quarantine.bytes);
        done.quarantine.records += fault.records;
        if let Some(guard) = self.guard {
            let example = || format!("{}: {}", fault.place, fault.reason);
            done.seen.see_many(guard, site, Event::Quarantined, fault.records, &example);
        }
        done.tally.counts.quarantined += fault.records;
    }
}

fn cannot_compress(error: &std::io::Error) -> RunError {
    RunError::new(format!("cannot compress: {error}"), "free some memory")
}

/// Adds the seconds since the clock was last looked at.
fn lap(clock: &mut Instant, seconds: &mut f64) {
    let now = Instant::now();
    *seconds += (now - *clock).as_secs_f64();
    *clock = now;
}

impl Work for Cleaner<'_> {
    type Done = Cleaned;

    fn work(&mut self, batch: &Batch, reading: f64) -> Result<Cleaned, RunError> {
        let [kept, dropped, quarantine, residue] = std::mem::take(&mut self.buffers).map(Block::within);
        let mut done = Cleaned {
            kept,
            dropped,
            quarantine,
            residue,
            tally: Tally::new(self.stages.len()),
            consumed: batch.consumed,
            digest: batch.digest(),
            seen: Seen::default(),
        };
        done.tally.seconds.reading = reading;
        done.tally.counts.passed = batch.passed();
        let mut tables = self.shapes.map(|shapes| Tables {
            kept: TableRows::new(&shapes.kept),
            dropped: TableRows::new(&shapes.dropped),
        });
        let mut clock = Instant::now();
        for entry in batch.records() {
            match entry {
                Ok(record) => {
                    done.tally.saw(record.place.given, 1);
                    self.document(&record, &mut clock, &mut done, &mut tables)?;
                }
                Err(fault) => {
                    done.tally.saw(fault.place.given, fault.records);
                    self.quarantine(&fault, None, &mut done);
                }
            }
        }
        lap(&mut clock, &mut done.tally.seconds.parsing);
        if let Some(tables) = tables {
            for (block, rows) in [(&mut done.kept, tables.kept), (&mut done.dropped, tables.dropped)] {
                let rows = rows.finish().map_err(|error| {
                    RunError::new(format!("cannot write rows of Parquet: {error}"), "report it")
                })?;
                if let Some((rows, plain)) = rows {
                    (block.rows, block.plain) = (Some(rows), plain);
                }
            }
        } else {
            for block in [&mut done.kept, &mut done.dropped] {
                block.plain = block.bytes.len() as u64;
                if block.plain > 0 {
                    self.encoder
                        .encode(&mut block.bytes, &mut self.spare)
                        .map_err(|error| cannot_compress(&error))?;
                }
            }
        }
        if let (Some(encoder), block) = (&mut self.residue, &mut done.residue)
            && block.records > 0
        {
            block.plain = block.bytes.len() as u64;
            encoder.encode(&mut block.bytes, &mut self.spare).map_err(|error| cannot_compress(&error))?;
        }
        done.quarantine.plain = done.quarantine.bytes.len() as u64;
        let blocks = [&mut done.kept, &mut done.dropped, &mut done.quarantine, &mut done.residue];
        for (block, buffer) in blocks.into_iter().zip(&mut self.buffers) {
            block.settle(buffer);
        }
        lap(&mut clock, &mut done.tally.seconds.compressing);
        Ok(done)
    }
}
