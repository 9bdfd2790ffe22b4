//! Rows of a Parquet file that are worked on together.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use arrow_json::writer::{LineDelimited, WriterBuilder};
use arrow_schema::DataType;

/// Some rows as they were read, and as JSON once somebody asks for that.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) columns: RecordBatch,
    /// Why the rows are lost, though these columns of them can be read.
    pub(crate) lost: Option<Arc<str>>,
    json: OnceLock<Json>,
}

/// One object a line.
#[derive(Debug, Default)]
struct Json {
    bytes: Vec<u8>,
    /// Where each row's object stands, or why it has none.
    rows: Vec<Result<Range<usize>, String>>,
}

impl Rows {
    pub(crate) fn new(columns: RecordBatch, lost: Option<Arc<str>>) -> Self {
        Self { columns, lost, json: OnceLock::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.columns.num_rows()
    }

    /// A row as a JSON object, nulls and all; or why it cannot be written as one.
    pub(crate) fn json(&self, row: usize) -> Result<&[u8], &str> {
        let json = self.all();
        match json.rows.get(row) {
            Some(Ok(range)) => Ok(&json.bytes[range.clone()]),
            Some(Err(reason)) => Err(reason),
            None => Err("there is no such row"),
        }
    }

    /// All of them, for a digest.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.all().bytes
    }

    fn all(&self) -> &Json {
        self.json.get_or_init(|| written(&self.columns))
    }

    /// The type of a column of that name, in words, if it is not one of strings.
    pub(crate) fn wrong_type(columns: &RecordBatch, name: &str) -> Option<String> {
        let schema = columns.schema_ref();
        let column = schema.field_with_name(name).ok()?;
        (!is_text(column.data_type())).then(|| column.data_type().to_string())
    }
}

/// Whether values of that type are strings.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::Null => true,
        _ => false,
    }
}

fn written(columns: &RecordBatch) -> Json {
    let mut json = Json::default();
    if let Ok(bytes) = encode(columns) {
        let mut start = 0;
        for feed in memchr::memchr_iter(b'\n', &bytes) {
            json.rows.push(Ok(start..feed));
            start = feed + 1;
        }
        if json.rows.len() == columns.num_rows() {
            return Json { bytes, ..json };
        }
    }
    // A value that JSON cannot have, such as a date beyond all calendars, costs its row and no other.
    json.rows.clear();
    for row in 0..columns.num_rows() {
        let start = json.bytes.len();
        match encode(&columns.slice(row, 1)) {
            Ok(bytes) => {
                json.bytes.extend_from_slice(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
                json.rows.push(Ok(start..json.bytes.len()));
            }
            Err(reason) => json.rows.push(Err(reason)),
        }
    }
    json
}

fn encode(columns: &RecordBatch) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(columns).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(writer.into_inner())
}
