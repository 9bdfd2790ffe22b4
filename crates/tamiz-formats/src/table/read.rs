//! Reads a Parquet file into batches: row group by row group, some rows at a time.

use std::fs::File;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    RowSelection,
};
use parquet::column::page::PageReader;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::SchemaDescriptor;

use super::Rows;
use super::pages::Pages;
use super::salvage::{Salvage, Stretch, salvage};
use crate::batch::{Batch, Piece, PieceKind};
use crate::decode::FREE;
use crate::read::{PIECES, count};
use crate::{Limits, Source};

/// About how many bytes of rows are read at a time.
const STEP: u64 = 64 << 10;

/// Rows read at a time at most.
pub(super) const MOST_ROWS: u64 = 1024;

/// What to do about rows that are lost.
pub(crate) const REMEDY: &str = "fetch or write the file again; all that can be read of it has been read";

/// Why a row group is damaged though all of it can be read.
pub(super) const OTHER_COUNT: &str = "it has another number of rows than the file's footer says";

/// A Parquet file that is being read.
pub(crate) struct Table {
    source: Arc<Source>,
    file: File,
    metadata: ArrowReaderMetadata,
    /// The number of each row group's first row, from 0, and behind them that of all rows.
    firsts: Vec<u64>,
    /// What the footer says of the number of rows, if that is not the sum of its row groups' and was not told yet.
    miscounted: Option<i64>,
    /// Whether the footer's counts fit together, so that rows that are missing can be counted by them.
    is_believed: bool,
    /// The row groups that are still to be read.
    groups: Range<usize>,
    /// The share's bounds on the place of a row group.
    share: Range<u64>,
    /// How far what is decompressed may grow, as a multiple.
    expansion: u64,
    current: Option<Group>,
    /// What is still to be read of a damaged row group, and of which columns where rows are lost.
    salvage: Option<(usize, std::vec::IntoIter<Stretch>, Option<ProjectionMask>)>,
}

/// Rows of a row group that are being read.
struct Group {
    index: usize,
    reader: ParquetRecordBatchReader,
    /// The number of the next row, from 0.
    done: u64,
    /// That of the row behind the last.
    end: u64,
    /// Why these rows are lost, though some of their columns can be read.
    lost: Option<Arc<str>>,
    /// Whether the row group is known to be damaged.
    damaged: bool,
}

/// What comes next in a file.
enum Next {
    /// Rows to be read.
    Rows(Ahead),
    /// Rows that cannot be read, and why.
    Lost { index: usize, rows: Range<u64>, reason: String },
    /// The end of a damaged row group.
    Salvaged { index: usize },
    /// A row group that is empty, or another share's.
    Passed,
    /// The end of the file.
    End,
}

/// Rows of a row group, to be opened.
struct Ahead {
    index: usize,
    rows: Range<u64>,
    columns: ProjectionMask,
    /// Why they are lost, though these columns can be read.
    lost: Option<Arc<str>>,
    /// Whether the row group is known to be damaged.
    is_damaged: bool,
}

impl Ahead {
    /// Some rows of a damaged row group.
    fn damaged(index: usize, rows: Range<u64>, columns: ProjectionMask, lost: Option<Arc<str>>) -> Self {
        Self { index, rows, columns, lost, is_damaged: true }
    }
}

impl Table {
    /// Opens a file; the error says why that is no Parquet file, or cannot be read as one.
    pub(crate) fn open(
        source: Arc<Source>,
        file: File,
        range: Option<(u64, u64)>,
    ) -> Result<Self, (Arc<Source>, String)> {
        let metadata = match guarded(|| load(&file)) {
            Ok(metadata) => metadata,
            Err(reason) => return Err((source, reason)),
        };
        let (from, until) = range.unwrap_or((0, u64::MAX));
        let mut firsts = vec![0u64];
        for group in metadata.metadata().row_groups() {
            let rows = u64::try_from(group.num_rows()).unwrap_or(0);
            firsts.push(firsts[firsts.len() - 1].saturating_add(rows));
        }
        let groups = 0..firsts.len() - 1;
        let told = metadata.metadata().file_metadata().num_rows();
        let is_believed = u64::try_from(told).is_ok_and(|told| told == firsts[firsts.len() - 1]);
        Ok(Self {
            source,
            file,
            metadata,
            firsts,
            // The first share tells of it.
            miscounted: (!is_believed && from == 0).then_some(told),
            is_believed,
            groups,
            share: from..until,
            expansion: u64::MAX,
            current: None,
            salvage: None,
        })
    }

    /// Fills the batch; true at the end of the file.
    pub(crate) fn fill(&mut self, batch: &mut Batch, limits: &Limits, left: &mut Option<u64>) -> bool {
        self.expansion = limits.expansion;
        while batch.size() < limits.batch && batch.pieces.len() < PIECES && *left != Some(0) {
            let Some(group) = &mut self.current else {
                if !self.open_next(batch, limits, left) {
                    self.miscounted(batch, left);
                    return true;
                }
                continue;
            };
            let next = guarded(|| group.reader.next().transpose().map_err(|error| error.to_string()));
            let (index, done, end, damaged) = (group.index, group.done, group.end, group.damaged);
            let reason = match next {
                Ok(Some(columns)) if columns.num_rows() as u64 <= end - done => {
                    let most = left.map_or(usize::MAX, |left| left.try_into().unwrap_or(usize::MAX));
                    let columns = columns.slice(0, columns.num_rows().min(most));
                    group.done += columns.num_rows() as u64;
                    let lost = group.lost.clone();
                    self.push(batch, index, done, columns, lost, left);
                    continue;
                }
                Ok(None) if done == end => {
                    self.current = None;
                    if self.salvage.is_none() {
                        batch.consumed += compressed(self.metadata.metadata().row_group(index));
                    }
                    continue;
                }
                Ok(_) => OTHER_COUNT.to_owned(),
                Err(reason) => reason,
            };
            let lost = group.lost.as_ref().map(|lost| lost.to_string());
            self.current = None;
            if damaged {
                self.damage(batch, index, done..end, &lost.unwrap_or(reason), left);
            } else {
                self.salvage(index, done..end, reason);
            }
        }
        *left == Some(0)
    }

    /// Opens the next rows of this share, or tells that they are lost; false if there are none.
    fn open_next(&mut self, batch: &mut Batch, limits: &Limits, left: &mut Option<u64>) -> bool {
        match self.next(limits) {
            Next::Rows(rows) => self.open_rows(rows, batch, limits, left),
            Next::Lost { index, rows, reason } => self.damage(batch, index, rows, &reason, left),
            Next::Salvaged { index } => {
                self.salvage = None;
                batch.consumed += compressed(self.metadata.metadata().row_group(index));
            }
            Next::Passed => {}
            Next::End => return false,
        }
        true
    }

    /// What comes next.
    fn next(&mut self, limits: &Limits) -> Next {
        if let Some((index, stretches, columns)) = &mut self.salvage {
            let index = *index;
            let Some(Stretch { rows, reason }) = stretches.next() else { return Next::Salvaged { index } };
            return match (reason, columns) {
                (None, _) => Next::Rows(Ahead::damaged(index, rows, ProjectionMask::all(), None)),
                (Some(reason), None) => Next::Lost { index, rows, reason },
                // What the other columns say of lost rows goes to quarantine with them.
                (Some(reason), Some(columns)) => {
                    let reason = format!("row group {index} is damaged: {reason}").into();
                    Next::Rows(Ahead::damaged(index, rows, columns.clone(), Some(reason)))
                }
            };
        }
        let Some(index) = self.groups.next() else { return Next::End };
        let rows = self.firsts[index]..self.firsts[index + 1];
        let group = self.metadata.metadata().row_group(index);
        if !self.share.contains(&start(group)) || rows.is_empty() {
            return Next::Passed;
        }
        match bounded(group, limits) {
            Err(reason) => Next::Lost { index, rows, reason },
            Ok(()) => {
                let columns = ProjectionMask::all();
                Next::Rows(Ahead { index, rows, columns, lost: None, is_damaged: false })
            }
        }
    }

    /// Opens rows; if that fails, they are lost, or looked at more closely.
    fn open_rows(&mut self, ahead: Ahead, batch: &mut Batch, limits: &Limits, left: &mut Option<u64>) {
        let Ahead { index, rows, columns, lost, is_damaged } = ahead;
        let group = self.metadata.metadata().row_group(index);
        let all = self.firsts[index + 1] - self.firsts[index];
        let most = STEP.min(limits.batch as u64);
        let step = all.saturating_mul(most) / (group.total_byte_size().max(1) as u64);
        let part = is_damaged.then(|| rows.clone());
        match self.reader(index, step.clamp(1, MOST_ROWS) as usize, columns, part) {
            Ok(reader) => {
                let (done, end) = (rows.start, rows.end);
                self.current = Some(Group { index, reader, done, end, lost, damaged: is_damaged });
            }
            Err(reason) if is_damaged => self.damage(batch, index, rows, &reason, left),
            Err(reason) => self.salvage(index, rows, reason),
        }
    }

    /// Looks what is left of a damaged row group.
    fn salvage(&mut self, index: usize, rows: Range<u64>, reason: String) {
        let Salvage { stretches, columns } = salvage(self, index, rows, reason);
        self.salvage = Some((index, stretches.into_iter(), columns));
    }

    /// Reads a row group, or some rows of it, so many at a time.
    pub(super) fn reader(
        &self,
        index: usize,
        step: usize,
        columns: ProjectionMask,
        rows: Option<Range<u64>>,
    ) -> Result<ParquetRecordBatchReader, String> {
        guarded(|| {
            let file = self.file.try_clone().map_err(|error| error.to_string())?;
            let pages = Pages::new(file, self.expansion).map_err(|error| error.to_string())?;
            let mut builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(pages, self.metadata.clone())
                    .with_row_groups(vec![index])
                    .with_batch_size(step)
                    .with_projection(columns);
            if let Some(rows) = rows {
                let (first, end) = (self.firsts[index], self.firsts[index + 1]);
                let range = (rows.start - first) as usize..(rows.end - first) as usize;
                let all = (end - first) as usize;
                builder = builder
                    .with_row_selection(RowSelection::from_consecutive_ranges(std::iter::once(range), all));
            }
            builder.build().map_err(|error| error.to_string())
        })
    }

    /// The numbers of the rows behind each page of a column, as far as the pages' headers can be read and say.
    pub(super) fn page_ends(&self, group: usize, leaf: usize) -> Vec<u64> {
        let mut ends = Vec::new();
        let mut row = self.firsts[group];
        // What the headers said before one that cannot be read holds.
        let _ = guarded(|| {
            let shown = |error: parquet::errors::ParquetError| error.to_string();
            let file = self.file.try_clone().map_err(|error| error.to_string())?;
            let pages = Arc::new(Pages::new(file, self.expansion).map_err(shown)?);
            let rows = (self.firsts[group + 1] - row) as usize;
            let column = self.metadata.metadata().row_group(group).column(leaf);
            let is_flat = self.columns().column(leaf).max_rep_level() == 0;
            let mut reader = SerializedPageReader::new(pages, column, rows, None).map_err(shown)?;
            while let Some(page) = reader.peek_next_page().map_err(shown)? {
                if !page.is_dict {
                    let Some(rows) = page.num_rows.or(page.num_levels.filter(|_| is_flat)) else { break };
                    row = row.saturating_add(rows as u64);
                    ends.push(row);
                }
                reader.skip_next_page().map_err(shown)?;
            }
            Ok(())
        });
        ends
    }

    /// The file's columns, those in structs and lists one by one.
    pub(super) fn columns(&self) -> &SchemaDescriptor {
        self.metadata.parquet_schema()
    }

    fn push(
        &self,
        batch: &mut Batch,
        group: usize,
        row: u64,
        columns: RecordBatch,
        lost: Option<Arc<str>>,
        left: &mut Option<u64>,
    ) {
        if let Some(left) = left {
            *left = left.saturating_sub(columns.num_rows() as u64);
        }
        batch.rows_size += size_of_rows(&columns);
        let at = batch.filled;
        let rows = PieceKind::Rows(Box::new(Rows::new(columns, lost)));
        batch.pieces.push(self.piece(at..at, group, row, rows));
    }

    /// Rows of which nothing can be read: one fault that counts for all of them, or for as many as are still asked for.
    fn damage(
        &self,
        batch: &mut Batch,
        group: usize,
        rows: Range<u64>,
        reason: &str,
        left: &mut Option<u64>,
    ) {
        let lost = if self.is_believed { rows.end - rows.start } else { 1 };
        let lost = lost.min(left.unwrap_or(u64::MAX));
        if lost == 0 {
            return;
        }
        let noun = if lost == 1 { "row" } else { "rows" };
        let kind = PieceKind::Fault {
            reason: format!("{lost} {noun} of row group {group} cannot be read: {reason}"),
            remedy: REMEDY.into(),
            length: compressed(self.metadata.metadata().row_group(group)),
        };
        let at = batch.filled;
        let piece = self.piece(at..at, group, rows.start, kind);
        batch.pieces.push(Piece { records: lost, ..piece });
        count(left, lost);
    }

    /// Tells that the footer's counts do not fit together.
    fn miscounted(&mut self, batch: &mut Batch, left: &mut Option<u64>) {
        let Some(told) = self.miscounted.take().filter(|_| *left != Some(0)) else { return };
        let sum = self.firsts[self.firsts.len() - 1];
        let kind = PieceKind::Fault {
            reason: format!(
                "the file's footer counts {told} rows, and its row groups {sum}: some may be missing"
            ),
            remedy: REMEDY.into(),
            length: self.source.size,
        };
        let (at, place) = (batch.filled, (0, 1, sum.saturating_add(1)));
        batch.pieces.push(Piece::new(&self.source, at..at, place, kind));
        count(left, 1);
    }

    fn piece(&self, range: Range<usize>, group: usize, row: u64, kind: PieceKind) -> Piece {
        let offset = start(self.metadata.metadata().row_group(group));
        Piece { row_group: Some(group as u64), ..Piece::new(&self.source, range, (offset, 1, row + 1), kind) }
    }

    /// The file, to look whether it has changed.
    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The number of the record behind the last.
    pub(crate) fn record(&self) -> u64 {
        self.firsts[self.groups.start] + 1
    }
}

/// What the file's footer says. Texts are read as views: so a value that stands once in a dictionary and in a million
/// rows is in memory once.
fn load(file: &File) -> Result<ArrowReaderMetadata, String> {
    let shown = |error: parquet::errors::ParquetError| error.to_string();
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::new()).map_err(shown)?;
    let schema = metadata.schema();
    if schema.fields().is_empty() {
        return Err("it has no columns".into());
    }
    let fields: Vec<Arc<Field>> = (schema.fields().iter())
        .map(|field| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => {
                Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View))
            }
            _ => Arc::clone(field),
        })
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(shown)
}

/// Refuses a row group that becomes far more than it is.
fn bounded(group: &RowGroupMetaData, limits: &Limits) -> Result<(), String> {
    for column in group.columns() {
        let (plain, stored) = (column.uncompressed_size(), column.compressed_size());
        let (plain, stored) = (plain.max(0) as u64, stored.max(1) as u64);
        if plain > FREE && plain / stored > limits.expansion {
            return Err(format!(
                "column `{}` becomes more than {} times its size when decompressed, the limit of --max-expansion",
                column.column_path().string(),
                limits.expansion
            ));
        }
    }
    Ok(())
}

/// The place of a row group's first byte.
fn start(group: &RowGroupMetaData) -> u64 {
    let first = |column: &parquet::file::metadata::ColumnChunkMetaData| {
        let data = column.data_page_offset();
        column.dictionary_page_offset().map_or(data, |dictionary| dictionary.min(data)).max(0) as u64
    };
    group.columns().iter().map(first).min().unwrap_or(0)
}

fn compressed(group: &RowGroupMetaData) -> u64 {
    group.columns().iter().map(|column| column.compressed_size().max(0) as u64).sum()
}

/// About the bytes of some rows, however they share memory.
fn size_of_rows(columns: &RecordBatch) -> usize {
    let size = |column: &Arc<dyn Array>| match column.as_string_view_opt() {
        Some(views) => views.total_bytes_len() + 16 * views.len(),
        None => column.to_data().get_slice_memory_size().unwrap_or(0),
    };
    columns.columns().iter().map(size).sum()
}

/// Does what may panic on a file that is not what it says; that is a reason as any other.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let inner = "what the file says of itself does not fit together".to_owned();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(inner))
}
