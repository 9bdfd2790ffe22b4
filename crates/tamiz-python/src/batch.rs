//! What happens to a batch, row by row.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Fields, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tamiz_formats::site_of;
use tamiz_run::{CleanDocument, Lesson, RunError, Runner};

use crate::strings::{Builder, Texts};

/// The columns that a cleaned batch has besides its own, in order: the record's `tamiz` as JSON, what has become of
/// the document, and why it could not be worked on.
pub(crate) const ADDED: [&str; 3] = ["tamiz", "tamiz_fate", "tamiz_error"];

/// Where documents are in a batch.
pub(crate) struct Columns {
    texts: Texts,
    /// `None` if the batch has no such column: then no document has a site.
    urls: Option<Texts>,
    rows: usize,
}

impl Columns {
    /// # Errors
    /// If there is no column `text`, or one of the two is not text.
    pub(crate) fn of(batch: &RecordBatch, text: &str, url: &str) -> PyResult<Self> {
        let urls = match batch.schema().column_with_name(url) {
            Some(_) => Some(Texts::column(batch, url)?),
            None => None,
        };
        Ok(Self { texts: Texts::column(batch, text)?, urls, rows: batch.num_rows() })
    }

    /// Every row's text and site, or why it has no text.
    pub(crate) fn documents(
        &self,
    ) -> impl Iterator<Item = Result<(&str, Option<String>), Cow<'static, str>>> {
        (0..self.rows).map(|row| {
            let bytes = self.texts.get(row).ok_or("the text is null: give every row a text")?;
            let text = std::str::from_utf8(bytes).map_err(|error| {
                format!("invalid UTF-8 at byte {} of the text: convert it to UTF-8", error.valid_up_to())
            })?;
            let url = self.urls.as_ref().and_then(|urls| urls.get(row));
            Ok((text, url.and_then(|url| site_of(std::str::from_utf8(url).ok()?))))
        })
    }
}

/// Cleans a batch: the same rows, with the text replaced and the columns of [`ADDED`] put in.
pub(crate) fn clean(
    runner: &Runner,
    batch: &RecordBatch,
    columns: &Columns,
    text: &str,
) -> PyResult<RecordBatch> {
    let rows = columns.rows;
    let mut texts = columns.texts.builder(rows, rows * 1024);
    let mut marks = Builder::small(rows, rows * 512);
    let mut fates = Builder::small(rows, rows * 4);
    let mut errors = Builder::small(rows, 0);
    let mut worker = runner.worker();
    let mut cleaned = CleanDocument::default();
    for document in columns.documents() {
        let result = match &document {
            Ok((text, site)) => worker
                .clean(text, site.as_deref(), &mut cleaned)
                .map_err(|failure| failure.to_string().into()),
            Err(reason) => Err(reason.clone()),
        };
        match result {
            Ok(()) => {
                texts.push(Some(&cleaned.text))?;
                marks.push(Some(&cleaned.marks))?;
                fates.push(Some(if cleaned.dropped { "dropped" } else { "kept" }))?;
                errors.push(None)?;
            }
            Err(reason) => {
                // The text stays as it came, where it is text at all.
                texts.push(document.ok().map(|(text, _)| text))?;
                marks.push(None)?;
                fates.push(Some("error"))?;
                errors.push(Some(&reason))?;
            }
        }
    }
    let added = [marks, fates, errors].map(Builder::finish);
    assemble(batch, text, texts.finish(), added)
}

/// Lets the stage that learns next see a batch: what it has learned, and the rows that taught it. Others teach nothing.
pub(crate) fn observe(runner: &Runner, columns: &Columns) -> Result<(Lesson, usize), RunError> {
    let mut lesson = runner.lesson()?;
    let mut worker = runner.worker();
    let mut learned = 0;
    for (text, site) in columns.documents().flatten() {
        learned += usize::from(worker.observe(text, site.as_deref(), &mut lesson).is_ok());
    }
    Ok((lesson, learned))
}

/// The batch with its column `text` replaced, and the added columns at its end. Those of an earlier run go, since their
/// offsets do not fit a new text.
fn assemble(batch: &RecordBatch, text: &str, texts: ArrayRef, added: [ArrayRef; 3]) -> PyResult<RecordBatch> {
    let schema = batch.schema();
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        if field.name() == text {
            fields.push(Arc::new(
                field.as_ref().clone().with_data_type(texts.data_type().clone()).with_nullable(true),
            ));
            arrays.push(Arc::clone(&texts));
        } else if !ADDED.contains(&field.name().as_str()) {
            fields.push(Arc::clone(field));
            arrays.push(Arc::clone(array));
        }
    }
    for (name, array) in ADDED.into_iter().zip(added) {
        fields.push(Arc::new(Field::new(name, DataType::Utf8, true)));
        arrays.push(array);
    }
    let schema = Schema::new_with_metadata(Fields::from(fields), schema.metadata().clone());
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(schema), arrays, &options)
        .map_err(|error| PyValueError::new_err(format!("the cleaned batch cannot be put together: {error}")))
}
