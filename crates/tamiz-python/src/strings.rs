//! Columns of text, in whichever of Arrow's layouts they come.

use std::sync::Arc;

use arrow_array::builder::{LargeStringBuilder, StringBuilder, StringViewBuilder};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, LargeBinaryArray, LargeStringArray, RecordBatch,
    StringArray, StringViewArray,
};
use arrow_schema::DataType;
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// A column's texts as bytes: that they are UTF-8 is not taken on trust, since Arrow hands over what it is given.
pub(crate) enum Texts {
    Small(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
    /// As many nulls.
    Null,
}

impl Texts {
    /// The column of that name.
    pub(crate) fn column(batch: &RecordBatch, name: &str) -> PyResult<Self> {
        let Some(column) = batch.column_by_name(name) else {
            let schema = batch.schema();
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let remedy = match tamiz_pipeline::closest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}; say which one holds it", names.join(", ")),
            };
            return Err(PyKeyError::new_err(format!("the batch has no column `{name}`: {remedy}")));
        };
        let any = column.as_any();
        let texts = match column.data_type() {
            DataType::Utf8 => any.downcast_ref::<StringArray>().cloned().map(|a| Self::Small(a.into())),
            DataType::LargeUtf8 => {
                any.downcast_ref::<LargeStringArray>().cloned().map(|a| Self::Large(a.into()))
            }
            DataType::Utf8View => {
                any.downcast_ref::<StringViewArray>().cloned().map(|a| Self::View(a.to_binary_view()))
            }
            DataType::Binary => any.downcast_ref::<BinaryArray>().cloned().map(Self::Small),
            DataType::LargeBinary => any.downcast_ref::<LargeBinaryArray>().cloned().map(Self::Large),
            DataType::BinaryView => any.downcast_ref::<BinaryViewArray>().cloned().map(Self::View),
            DataType::Null => Some(Self::Null),
            _ => None,
        };
        texts.ok_or_else(|| {
            let kind = column.data_type();
            PyTypeError::new_err(format!("the column `{name}` is {kind}, not text: cast it to utf8"))
        })
    }

    /// A row's bytes; `None` if it is null.
    pub(crate) fn get(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Small(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Null => None,
        }
    }

    /// A builder of a column in the same layout, of text even if this is one of bytes.
    pub(crate) fn builder(&self, rows: usize, bytes: usize) -> Builder {
        match self {
            Self::Large(_) => Builder::Large(LargeStringBuilder::with_capacity(rows, bytes)),
            Self::View(_) => Builder::View(StringViewBuilder::with_capacity(rows)),
            Self::Small(_) | Self::Null => Builder::small(rows, bytes),
        }
    }
}

/// A column of text in the making.
pub(crate) enum Builder {
    Small(StringBuilder, usize),
    Large(LargeStringBuilder),
    View(StringViewBuilder),
}

impl Builder {
    /// One of the layout that every library reads.
    pub(crate) fn small(rows: usize, bytes: usize) -> Self {
        Self::Small(StringBuilder::with_capacity(rows, bytes), 0)
    }

    pub(crate) fn push(&mut self, text: Option<&str>) -> PyResult<()> {
        match self {
            Self::Small(builder, bytes) => {
                *bytes += text.map_or(0, str::len);
                if *bytes > i32::MAX as usize {
                    return Err(PyValueError::new_err(
                        "a column of the batch's results has more than 2 GiB: use smaller batches",
                    ));
                }
                builder.append_option(text);
            }
            Self::Large(builder) => builder.append_option(text),
            Self::View(builder) => builder.append_option(text),
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> ArrayRef {
        match self {
            Self::Small(mut builder, _) => Arc::new(builder.finish()),
            Self::Large(mut builder) => Arc::new(builder.finish()),
            Self::View(mut builder) => Arc::new(builder.finish()),
        }
    }
}
