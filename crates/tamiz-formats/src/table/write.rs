//! Documents into Parquet: a row group of each batch, which parts take in as it is.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_json::ReaderBuilder;
use arrow_schema::{ArrowError, DataType, Schema};
use arrow_select::interleave::interleave;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, compute_leaves};
use parquet::file::writer::SerializedFileWriter;
use serde::Serialize;

use super::{Rows, Shape};
use crate::{Id, Record, json};

/// Documents that are written together, a row group.
pub struct TableRows<'b> {
    shape: Shape,
    ids: LargeStringBuilder,
    texts: LargeStringBuilder,
    /// The rows of Parquet files that the documents come from, and which of these each of them is.
    rows: Vec<&'b Rows>,
    numbers: HashMap<*const Rows, usize>,
    places: Vec<Option<(usize, usize)>>,
    /// The values of documents that come from elsewhere, column by column; of the others there is none.
    values: Vec<Vec<Option<String>>>,
    others: Vec<Option<String>>,
    marks: Vec<u8>,
    plain: u64,
}

/// A row group as it stands in a file.
pub struct RowGroup {
    chunks: Vec<ArrowColumnChunk>,
}

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

impl<'b> TableRows<'b> {
    /// No documents yet.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        Self {
            ids: LargeStringBuilder::new(),
            texts: LargeStringBuilder::new(),
            rows: Vec::new(),
            numbers: HashMap::new(),
            places: Vec::new(),
            values: vec![Vec::new(); shape.0.taken.len()],
            others: Vec::new(),
            marks: Vec::new(),
            plain: 0,
            shape: shape.clone(),
        }
    }

    /// The id that a record has in the output, as JSON: a column has one type, so most ids are strings there.
    #[must_use]
    pub fn id(&self, record: &Record<'_>) -> String {
        let raw = record.id.json();
        match &record.id {
            Id::Json(_) if !raw.starts_with('"') && self.shape.0.id.is_none() => {
                serde_json::to_string(&*raw).unwrap_or_default()
            }
            _ => raw.into_owned(),
        }
    }

    /// Adds a document.
    ///
    /// # Errors
    /// If the annotations cannot be written as JSON; then nothing is added.
    pub fn push(
        &mut self,
        record: &Record<'b>,
        text: &str,
        tamiz: &impl Serialize,
    ) -> serde_json::Result<()> {
        let before = self.marks.len();
        if self.shape.0.marks.is_some() {
            self.marks.extend_from_slice(b"{\"tamiz\":");
            if let Err(error) = serde_json::to_writer(&mut self.marks, tamiz) {
                self.marks.truncate(before);
                return Err(error);
            }
            self.marks.extend_from_slice(b"}\n");
        }
        let id = self.id(record);
        self.ids.append_value(json::unescape(&id).ok().filter(|_| id.starts_with('"')).unwrap_or(id));
        self.texts.append_value(text);
        self.plain += (self.marks.len() - before + text.len()) as u64;
        self.plain += record.fields.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() as u64;
        let number = record.row.map(|(rows, row)| {
            let next = self.rows.len();
            let number = *self.numbers.entry(std::ptr::from_ref(rows)).or_insert(next);
            if number == next {
                self.rows.push(rows);
            }
            (number, row)
        });
        self.places.push(number);
        let mut left: Vec<(&str, &str)> = Vec::new();
        let mut values: Vec<Option<String>> = vec![None; self.values.len()];
        let columns = &self.shape.0;
        for &(key, value) in &record.fields {
            let name = json::unescape(key).unwrap_or_else(|_| key.to_owned());
            let column = columns.taken.clone().find(|&column| *columns.schema.field(column).name() == name);
            let wanted = column.map(|column| columns.schema.field(column).data_type());
            let is_held = match (record.row, column, wanted) {
                (Some((rows, _)), Some(_), Some(wanted)) => {
                    let found = rows.columns.schema_ref().field_with_name(&name);
                    found.is_ok_and(|found| same(found.data_type(), wanted))
                }
                (None, Some(column), Some(wanted)) => {
                    let slot = &mut values[column - columns.taken.start];
                    match cell(value, wanted) {
                        Some(cell) if slot.is_none() => {
                            *slot = Some(cell);
                            true
                        }
                        _ => value == "null",
                    }
                }
                _ => value == "null",
            };
            if !is_held {
                left.push((key, value));
            }
        }
        for (key, value) in &record.facts {
            let is_there = record.fields.iter().any(|(field, _)| field.trim_matches('"') == *key);
            let column = columns.taken.clone().find(|&column| columns.schema.field(column).name() == key);
            if let (false, Some(column)) = (is_there, column) {
                values[column - columns.taken.start] = Some(value.clone());
            }
        }
        for (column, value) in self.values.iter_mut().zip(values) {
            column.push(value);
        }
        self.others.push((!left.is_empty()).then(|| {
            let members: Vec<String> = left.iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", members.join(","))
        }));
        Ok(())
    }

    /// Encodes and compresses the documents, and tells their bytes before that; `None` if there are none.
    ///
    /// # Errors
    /// If a value does not fit its column, which is a fault of this crate's.
    pub fn finish(mut self) -> io::Result<Option<(RowGroup, u64)>> {
        if self.places.is_empty() {
            return Ok(None);
        }
        let arrays = self.arrays().map_err(other)?;
        let columns = &self.shape.0;
        let mut writers = columns.factory.create_column_writers(0).map_err(other)?.into_iter();
        let mut chunks = Vec::new();
        for (field, array) in columns.schema.fields().iter().zip(&arrays) {
            for leaf in compute_leaves(field, array).map_err(other)? {
                let mut writer = writers.next().ok_or_else(|| other("a column too many"))?;
                writer.write(&leaf).map_err(other)?;
                chunks.push(writer.close().map_err(other)?);
            }
        }
        Ok(Some((RowGroup { chunks }, self.plain)))
    }

    fn arrays(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        let columns = Arc::clone(&self.shape.0);
        let field = |index: usize| columns.schema.field(index);
        let mut arrays = vec![match &columns.id {
            Some(name) => self.gathered(name, field(0).data_type(), &[])?,
            None => cast(&self.ids.finish(), field(0).data_type())?,
        }];
        arrays.push(cast(&self.texts.finish(), field(1).data_type())?);
        for (index, column) in columns.taken.clone().enumerate() {
            let values = std::mem::take(&mut self.values[index]);
            arrays.push(self.gathered(field(column).name(), field(column).data_type(), &values)?);
        }
        if columns.other {
            arrays.push(Arc::new(self.others.iter().map(Option::as_deref).collect::<StringArray>()));
        }
        if let Some(marks) = &columns.marks {
            let schema = Arc::new(Schema::new(vec![Arc::clone(marks)]));
            let mut decoder =
                ReaderBuilder::new(schema).with_batch_size(self.places.len()).build_decoder()?;
            let mut read = 0;
            while read < self.marks.len() {
                let count = decoder.decode(&self.marks[read..])?;
                if count == 0 {
                    break;
                }
                read += count;
            }
            let batch: Option<RecordBatch> = decoder.flush()?;
            arrays.extend(batch.map(|batch| Arc::clone(batch.column(0))));
        }
        Ok(arrays)
    }

    /// A column of the documents: from the rows that they come from, or those values.
    fn gathered(
        &self,
        name: &str,
        data_type: &DataType,
        values: &[Option<String>],
    ) -> Result<ArrayRef, ArrowError> {
        let mut parts: Vec<ArrayRef> = Vec::new();
        for rows in &self.rows {
            let column =
                rows.columns.column_by_name(name).filter(|column| same(column.data_type(), data_type));
            parts.push(match column {
                Some(column) => cast(column.as_ref(), data_type)?,
                None => new_null_array(data_type, rows.len()),
            });
        }
        let own = parts.len();
        let has_own = self.places.iter().any(Option::is_none);
        if has_own {
            let mut column = LargeStringBuilder::new();
            values.iter().for_each(|value| column.append_option(value.as_deref()));
            let column = column.finish();
            parts.push(if values.iter().all(Option::is_none) {
                new_null_array(data_type, self.places.len())
            } else {
                cast(&column, data_type)?
            });
        }
        let places: Vec<(usize, usize)> =
            self.places.iter().enumerate().map(|(at, place)| place.unwrap_or((own, at))).collect();
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        interleave(&parts, &places)
    }
}

/// Whether two types hold the same values: texts are read as views.
fn same(a: &DataType, b: &DataType) -> bool {
    let of_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    a == b || (of_text(a) && of_text(b))
}

fn cast(array: &dyn Array, wanted: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(array, wanted, &CastOptions { safe: false, ..CastOptions::default() })
}

/// A JSON value as the text of a value of that type, if it is one to the last digit.
fn cell(raw: &str, wanted: &DataType) -> Option<String> {
    match (wanted, raw.as_bytes().first()?) {
        (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, b'"') => json::unescape(raw).ok(),
        (DataType::Boolean, b't' | b'f') => Some(raw.to_owned()),
        (DataType::Int64, _) => raw.parse::<i64>().ok().map(|_| raw.to_owned()),
        (DataType::Float64, b'-' | b'0'..=b'9') => {
            let is_held = match raw.parse::<i64>() {
                Ok(whole) => whole.unsigned_abs() <= 1 << 53,
                Err(_) => raw.contains(['.', 'e', 'E']) && raw.parse::<f64>().is_ok_and(f64::is_finite),
            };
            is_held.then(|| raw.to_owned())
        }
        _ => None,
    }
}

/// A Parquet file that is being written.
pub struct TableFile<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> TableFile<W> {
    /// Begins a file of those columns.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(write: W, shape: &Shape) -> io::Result<Self> {
        Ok(Self(shape.writer(write).map_err(written)?))
    }

    /// Appends a row group.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn append(&mut self, rows: RowGroup) -> io::Result<()> {
        let mut group = self.0.next_row_group().map_err(written)?;
        for chunk in rows.chunks {
            chunk.append_to_row_group(&mut group).map_err(written)?;
        }
        group.close().map_err(written)?;
        Ok(())
    }

    /// Writes the footer and gives back what was written to.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(written)
    }
}

/// The error of the disk, where that is what it is.
fn written(error: parquet::errors::ParquetError) -> io::Error {
    match error {
        parquet::errors::ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(inner) => io::Error::other(inner),
        },
        error => io::Error::other(error.to_string()),
    }
}
