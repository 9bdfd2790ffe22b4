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
};
use parquet::file::metadata::RowGroupMetaData;

use super::Rows;
use crate::batch::{Batch, Piece, PieceKind};
use crate::{Limits, Source};

/// About how many bytes of rows are read at a time.
const STEP: u64 = 64 << 10;

/// Rows read at a time at most.
const MOST_ROWS: u64 = 1024;

/// What every row group may become when it is decompressed, however small it is.
const FREE: u64 = 64 << 20;

/// A Parquet file that is being read.
pub(crate) struct Table {
    source: Arc<Source>,
    file: File,
    metadata: ArrowReaderMetadata,
    /// The row groups that are still to be read.
    groups: Range<usize>,
    /// The share's bounds on the place of a row group.
    share: Range<u64>,
    /// Rows of the file before the row group that comes next.
    rows: u64,
    current: Option<Group>,
}

/// A row group that cannot be read, the numbers of its rows, and why.
type Lost = (usize, Range<u64>, String);

/// A row group that is being read.
struct Group {
    index: usize,
    reader: ParquetRecordBatchReader,
    /// Rows of the file that were read, of this group and those before.
    done: u64,
    /// Rows of the file up to this group's end.
    end: u64,
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
        let groups = 0..metadata.metadata().num_row_groups();
        Ok(Self { source, file, metadata, groups, share: from..until, rows: 0, current: None })
    }

    /// Fills the batch; true at the end of the file.
    pub(crate) fn fill(&mut self, batch: &mut Batch, limits: &Limits, left: &mut Option<u64>) -> bool {
        while batch.size() < limits.batch && *left != Some(0) {
            let Some(group) = &mut self.current else {
                match self.open_next(limits) {
                    Some(Ok(group)) => self.current = Some(group),
                    Some(Err((index, rows, reason))) => self.damage(batch, index, rows, &reason, left),
                    None => return true,
                }
                continue;
            };
            let next = guarded(|| group.reader.next().transpose().map_err(|error| error.to_string()));
            let (index, done, end) = (group.index, group.done, group.end);
            match next {
                Ok(Some(columns)) if columns.num_rows() as u64 <= end - done => {
                    let most = left.map_or(usize::MAX, |left| left.try_into().unwrap_or(usize::MAX));
                    let columns = columns.slice(0, columns.num_rows().min(most));
                    group.done += columns.num_rows() as u64;
                    self.push(batch, index, done, columns, left);
                }
                Ok(None) if done == end => {
                    self.current = None;
                    batch.consumed += compressed(self.metadata.metadata().row_group(index));
                }
                Ok(_) => {
                    self.current = None;
                    let reason = "it has another number of rows than the file's footer says";
                    self.damage(batch, index, done..end, reason, left);
                }
                Err(reason) => {
                    self.current = None;
                    let reason = self.damaged_column(index).unwrap_or(reason);
                    self.damage(batch, index, done..end, &reason, left);
                }
            }
        }
        *left == Some(0)
    }

    /// Opens the next row group of this share; the error says which one cannot be read, the numbers of its rows, and why.
    fn open_next(&mut self, limits: &Limits) -> Option<Result<Group, Lost>> {
        loop {
            let index = self.groups.next()?;
            let group = self.metadata.metadata().row_group(index);
            let rows = self.rows..self.rows.saturating_add(group.num_rows().max(0) as u64);
            self.rows = rows.end;
            if !self.share.contains(&start(group)) || rows.is_empty() {
                continue;
            }
            let reader = bounded(group, limits).and_then(|()| {
                let most = STEP.min(limits.batch as u64);
                let step =
                    (rows.end - rows.start).saturating_mul(most) / (group.total_byte_size().max(1) as u64);
                self.reader(index, step.clamp(1, MOST_ROWS) as usize, ProjectionMask::all())
            });
            return Some(match reader {
                Ok(reader) => Ok(Group { index, reader, done: rows.start, end: rows.end }),
                Err(reason) => Err((index, rows, reason)),
            });
        }
    }

    fn reader(
        &self,
        index: usize,
        step: usize,
        columns: ProjectionMask,
    ) -> Result<ParquetRecordBatchReader, String> {
        guarded(|| {
            let file = self.file.try_clone().map_err(|error| error.to_string())?;
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![index])
                .with_batch_size(step)
                .with_projection(columns)
                .build()
                .map_err(|error| error.to_string())
        })
    }

    /// The first column of a row group that cannot be read, with the reason.
    fn damaged_column(&self, index: usize) -> Option<String> {
        let schema = self.metadata.parquet_schema();
        (0..schema.num_columns()).find_map(|leaf| {
            let mask = ProjectionMask::leaves(schema, [leaf]);
            let read = self.reader(index, MOST_ROWS as usize, mask).and_then(|reader| {
                guarded(|| {
                    let mut reader = reader;
                    reader.try_for_each(|rows| rows.map(|_| ())).map_err(|error| error.to_string())
                })
            });
            let path = schema.column(leaf).path().string();
            read.err().map(|reason| format!("column `{path}`: {reason}"))
        })
    }

    fn push(&self, batch: &mut Batch, group: usize, row: u64, columns: RecordBatch, left: &mut Option<u64>) {
        if let Some(left) = left {
            *left = left.saturating_sub(columns.num_rows() as u64);
        }
        batch.rows_size += size_of_rows(&columns);
        let at = batch.filled;
        batch.pieces.push(self.piece(at..at, group, row, PieceKind::Rows(Box::new(Rows::new(columns)))));
    }

    /// Rows that cannot be read: one fault that counts them. Reading goes on at the next row group.
    fn damage(
        &self,
        batch: &mut Batch,
        group: usize,
        rows: Range<u64>,
        reason: &str,
        left: &mut Option<u64>,
    ) {
        let lost = rows.end - rows.start;
        let noun = if lost == 1 { "row" } else { "rows" };
        let kind = PieceKind::Fault {
            reason: format!("{lost} {noun} of row group {group} cannot be read: {reason}"),
            remedy: "fetch or write the file again; all other row groups have been read".into(),
            length: compressed(self.metadata.metadata().row_group(group)),
        };
        let at = batch.filled;
        batch.pieces.push(self.piece(at..at, group, rows.start, kind));
        if let Some(left) = left {
            *left = left.saturating_sub(1);
        }
    }

    fn piece(&self, range: Range<usize>, group: usize, row: u64, kind: PieceKind) -> Piece {
        let offset = start(self.metadata.metadata().row_group(group));
        let source = Arc::clone(&self.source);
        Piece { source, range, offset, line: 1, record: row + 1, row_group: Some(group as u64), kind }
    }

    /// The file, to look whether it has changed.
    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The number of the record behind the last.
    pub(crate) fn record(&self) -> u64 {
        self.rows + 1
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
