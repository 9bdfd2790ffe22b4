//! The columns of an output, from what the inputs have.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::TypePtr;
use tamiz_core::Marks;

use super::rows::is_text;
use crate::{Batch, FieldNames, Format, Limits, Reader, Selection, Source, json};

/// The column of what no other column can hold.
pub(crate) const OTHER: &str = "other_fields";

/// Columns that pages and plain texts may fill.
const FACTS: [&str; 8] = ["url", "title", "author", "date", "language", "warc_date", "encoding", "repaired"];

/// The columns of an output's Parquet files: the same for all of them, whatever a part holds.
#[derive(Clone)]
pub struct Shape(pub(crate) Arc<Columns>);

pub(crate) struct Columns {
    pub(crate) schema: Arc<Schema>,
    /// The column of the inputs that holds the ids, where it is taken over with its type.
    pub(crate) id: Option<String>,
    /// Where the columns that are taken over stand.
    pub(crate) taken: std::ops::Range<usize>,
    /// Whether there is a column for what no other one can hold.
    pub(crate) other: bool,
    /// The type of the column `tamiz`, where there is one.
    pub(crate) marks: Option<FieldRef>,
    root: TypePtr,
    properties: Arc<WriterProperties>,
    pub(crate) factory: ArrowRowGroupWriterFactory,
}

impl Shape {
    /// The columns for documents of these sources with these marks: `id`, `text`, those of the inputs in the order in
    /// which they are met, `tamiz`.
    ///
    /// Columns of Parquet files keep their types. What JSON Lines hold besides `id` and `text` is told by their first
    /// mebibyte: a field of strings, of whole or other numbers, or of true and false gets a column. Whatever else a
    /// record has goes as JSON to the column `other_fields`, which is there where it may be needed.
    ///
    /// # Errors
    /// If Parquet cannot hold a column's type.
    pub fn of(sources: &[Source], names: &FieldNames, marks: Marks) -> Result<Shape, String> {
        let mut found = Found::default();
        let (tables, others): (Vec<_>, Vec<_>) =
            sources.iter().cloned().partition(|source| source.format == Format::Parquet);
        let files: Vec<ArrowReaderMetadata> = (tables.iter())
            .filter_map(|source| {
                let file = std::fs::File::open(source.path.as_ref()?).ok()?;
                // One that cannot be read is a fault of the run, later.
                super::read::guarded(|| {
                    ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
                        .map_err(|error| error.to_string())
                })
                .ok()
            })
            .collect();
        for file in &files {
            found.table(file.schema(), names);
        }
        if !others.is_empty() {
            found.other = true;
            if others.iter().any(|source| source.format != Format::Jsonl) {
                FACTS.iter().for_each(|name| found.add(Field::new(*name, DataType::Utf8, true)));
            }
            found.lines(others, names);
        }
        for column in &mut found.columns {
            if column.seen < files.len() || found.other {
                column.field = column.field.clone().with_nullable(true);
            }
        }
        let ids = if found.other { None } else { id_type(&files, &names.id) };
        let text = text_type(&files, &names.text);
        let mut fields = vec![
            Field::new("id", ids.clone().unwrap_or(DataType::Utf8), false),
            Field::new("text", text, false),
        ];
        fields.extend(found.columns.into_iter().map(|column| column.field));
        let taken = 2..fields.len();
        if found.other {
            fields.push(Field::new(OTHER, DataType::Utf8, true));
        }
        let parts = Parts { fields, id: ids.map(|_| names.id.clone()), taken, other: found.other };
        parts.shape(annotations(marks))
    }

    /// The same for documents that a stage has dropped.
    ///
    /// # Errors
    /// As those of [`Shape::of`].
    pub fn dropped(&self, marks: Marks) -> Result<Shape, String> {
        let columns = &self.0;
        let own = usize::from(columns.marks.is_some());
        let count = columns.schema.fields().len() - own;
        let parts = Parts {
            fields: columns.schema.fields()[..count].iter().map(|field| field.as_ref().clone()).collect(),
            id: columns.id.clone(),
            taken: columns.taken.clone(),
            other: columns.other,
        };
        let mut fields = vec![Field::new(
            "dropped",
            DataType::Struct(["stage", "kind", "rule"].map(string).into_iter().collect()),
            false,
        )];
        fields.extend(marks.has(Marks::LANGUAGE).then(|| language().with_nullable(true)));
        parts.shape(fields)
    }

    /// A digest of the columns' names and types: what has to be the same for a run to go on.
    #[must_use]
    pub fn digest(&self) -> String {
        let shown = format!("{:?}", self.0.schema);
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(shown.as_bytes()))
    }

    pub(crate) fn writer<W: std::io::Write + Send>(
        &self,
        write: W,
    ) -> Result<SerializedFileWriter<W>, ParquetError> {
        SerializedFileWriter::new(write, Arc::clone(&self.0.root), Arc::clone(&self.0.properties))
    }
}

/// What a [`Shape`] is made of.
struct Parts {
    fields: Vec<Field>,
    id: Option<String>,
    taken: std::ops::Range<usize>,
    other: bool,
}

impl Parts {
    fn shape(self, marks: Vec<Field>) -> Result<Shape, String> {
        let mut fields = self.fields;
        // A group of no columns is nothing that Parquet can hold.
        let marks = (!marks.is_empty())
            .then(|| Arc::new(Field::new("tamiz", DataType::Struct(Fields::from(marks)), false)));
        fields.extend(marks.iter().map(|field| field.as_ref().clone()));
        let schema = Arc::new(Schema::new(fields));
        let made = || -> Result<_, ParquetError> {
            let mut properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_created_by(concat!("tamiz ", env!("CARGO_PKG_VERSION")).to_owned())
                .build();
            add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
            let root = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
            let properties = Arc::new(properties);
            let writer =
                SerializedFileWriter::new(std::io::sink(), Arc::clone(&root), Arc::clone(&properties))?;
            let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
            Ok((root, properties, factory))
        };
        let (root, properties, factory) = made().map_err(|error| error.to_string())?;
        let Parts { id, taken, other, .. } = self;
        Ok(Shape(Arc::new(Columns { schema, id, taken, other, marks, root, properties, factory })))
    }
}

/// Columns as they are met.
#[derive(Default)]
struct Found {
    columns: Vec<Column>,
    other: bool,
}

struct Column {
    field: Field,
    /// Parquet files that have it.
    seen: usize,
}

impl Found {
    fn add(&mut self, field: Field) {
        match self.columns.iter_mut().find(|column| column.field.name() == field.name()) {
            None => self.columns.push(Column { field, seen: 1 }),
            Some(column) if column.field.data_type() == field.data_type() => {
                column.seen += 1;
                let nullable = column.field.is_nullable() || field.is_nullable();
                column.field = column.field.clone().with_nullable(nullable);
            }
            // The first one's type holds; what does not fit it goes to the column for the rest.
            Some(_) => self.other = true,
        }
    }

    fn table(&mut self, schema: &Schema, names: &FieldNames) {
        for field in schema.fields() {
            let name = field.name();
            if name != &names.id && name != &names.text && !reserved(name) {
                self.add(field.as_ref().clone());
            }
        }
    }

    /// Looks at the first records of other inputs. Standard input can be read once only, so it tells nothing here.
    fn lines(&mut self, sources: Vec<Source>, names: &FieldNames) {
        let files: Vec<Source> = sources.into_iter().filter(|source| source.path.is_some()).collect();
        let limits = Limits { record: 16 << 20, ..Limits::default() };
        let Ok(reader) = Reader::new(files, None, limits, Selection::default()) else { return };
        let (mut reader, mut batch) = (reader.with_fields(names.clone()), Batch::default());
        if !reader.next(&mut batch, &|| true) {
            return;
        }
        let mut seen: Vec<(String, Option<DataType>)> = Vec::new();
        for record in batch.records().flatten() {
            for (key, value) in &record.fields {
                let Ok(key) = json::unescape(key) else { continue };
                let Some(kind) = kind(value) else { continue };
                let is_full = seen.len() >= 1000;
                match seen.iter_mut().find(|(name, _)| *name == key) {
                    None if reserved(&key) || is_full => {}
                    None => seen.push((key, Some(kind))),
                    Some((_, known)) => *known = known.take().and_then(|known| joined(known, kind)),
                }
            }
        }
        for (name, kind) in seen {
            let Some(kind) = kind.filter(|kind| *kind != DataType::Null) else { continue };
            if self.columns.iter().all(|column| *column.field.name() != name) {
                self.add(Field::new(name, kind, true));
            }
        }
    }
}

/// Names that mean something in the output.
fn reserved(name: &str) -> bool {
    ["id", "text", "tamiz", OTHER].contains(&name)
}

/// The column type of a JSON value; `Null` stands for what has none, and nothing for a null.
fn kind(raw: &str) -> Option<DataType> {
    match raw.as_bytes().first()? {
        b'n' => None,
        b'"' => Some(DataType::Utf8),
        b't' | b'f' => Some(DataType::Boolean),
        b'[' | b'{' => Some(DataType::Null),
        _ if raw.parse::<i64>().is_ok() => Some(DataType::Int64),
        _ => Some(DataType::Float64),
    }
}

fn joined(a: DataType, b: DataType) -> Option<DataType> {
    match (a, b) {
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => {
            Some(DataType::Float64)
        }
        (a, b) if a == b => Some(a),
        _ => None,
    }
}

/// The type of the ids, if all files have the same and none of them lacks an id: others are strings in the output.
fn id_type(files: &[ArrowReaderMetadata], name: &str) -> Option<DataType> {
    let mut types = files.iter().map(|file| {
        let field = file.schema().field_with_name(name).ok()?;
        let whole = is_text(field.data_type()) || !field.is_nullable() || has_no_nulls(file.metadata(), name);
        let simple = !field.data_type().is_nested() && *field.data_type() != DataType::Null;
        (whole && simple).then(|| field.data_type().clone())
    });
    let first = types.next()??;
    (!is_text(&first) && types.all(|other| other.as_ref() == Some(&first))).then_some(first)
}

fn has_no_nulls(file: &ParquetMetaData, name: &str) -> bool {
    let leaf = |column: &parquet::file::metadata::ColumnChunkMetaData| column.column_path().string() == name;
    file.row_groups().iter().all(|group| {
        let column = group.columns().iter().find(|column| leaf(column));
        column.and_then(|column| column.statistics()?.null_count_opt()) == Some(0)
    })
}

/// The type of the texts, if all files have the same.
fn text_type(files: &[ArrowReaderMetadata], name: &str) -> DataType {
    let mut types =
        files.iter().map(|file| Some(file.schema().field_with_name(name).ok()?.data_type().clone()));
    match types.next().flatten() {
        Some(first @ (DataType::LargeUtf8 | DataType::Utf8View))
            if types.all(|other| other.as_ref() == Some(&first)) =>
        {
            first
        }
        _ => DataType::Utf8,
    }
}

fn string(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn list(name: &str, item: DataType) -> Field {
    Field::new(name, DataType::List(Arc::new(Field::new("element", item, false))), false)
}

fn language() -> Field {
    let fields = [string("code"), Field::new("confidence", DataType::Float64, false)];
    Field::new("language", DataType::Struct(fields.into_iter().collect()), true)
}

/// The key `tamiz` of the output record, as columns.
fn annotations(marks: Marks) -> Vec<Field> {
    let of = |fields: Vec<Field>| DataType::Struct(Fields::from(fields));
    let place =
        || vec![Field::new("start", DataType::Int64, false), Field::new("end", DataType::Int64, false)];
    let with = |more: Vec<Field>| of([place(), more].concat());
    let some = |name: &str| string(name).with_nullable(true);
    let mut fields = Vec::new();
    if marks.has(Marks::LANGUAGE) {
        fields.push(language());
    }
    if marks.has(Marks::LINES) {
        fields.push(list("lines", with(vec![string("language")])));
    }
    if marks.has(Marks::REMOVED) {
        let score = Field::new("score", DataType::Float32, true);
        fields.push(list("removed", with(vec![string("kind"), string("stage"), string("rule"), score])));
    }
    if marks.has(Marks::SENTENCES) {
        let pair = DataType::List(Arc::new(Field::new("element", DataType::Int64, false)));
        fields.push(list("sentences", pair));
    }
    if marks.has(Marks::NAMES) {
        fields.push(list("names", with(vec![string("type"), string("canonical"), some("id"), some("was")])));
    }
    fields
}
