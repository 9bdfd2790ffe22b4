//! Record batches over the Arrow C data interface, in Python's capsules.
//!
//! The protocol is Arrow's "PyCapsule interface": an object that has a batch offers `__arrow_c_array__`, which gives
//! two capsules, one named `arrow_schema` and one `arrow_array`, that hold the structs of the C data interface.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, ArrayRef, RecordBatch as Batch, RecordBatchOptions, StructArray, make_array};
use arrow_schema::Schema;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

/// A record batch that any Arrow library can take over without a copy: `pyarrow.record_batch(batch)`,
/// `polars.DataFrame(batch)`.
///
/// Given back for batches that did not come from pyarrow; those that did come back as pyarrow's own.
#[pyclass(frozen, module = "tamiz")]
pub(crate) struct RecordBatch(pub(crate) Batch);

#[pymethods]
impl RecordBatch {
    /// Rows of the batch.
    #[getter]
    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    /// The columns' names, in order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("tamiz.RecordBatch({} rows: {})", self.0.num_rows(), self.column_names().join(", "))
    }

    /// The batch's schema, by the Arrow PyCapsule interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.0.schema()).map_err(invalid)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The batch's schema and data, by the Arrow PyCapsule interface.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // By the protocol a producer may ignore a schema that it is asked for; the consumer then casts.
        drop(requested_schema);
        let array = StructArray::from(self.0.clone());
        let (array, _) = to_ffi(&array.to_data()).map_err(invalid)?;
        let schema = self.__arrow_c_schema__(py)?;
        PyTuple::new(py, [schema, PyCapsule::new_with_value(py, array, c"arrow_array")?])
    }
}

fn invalid(error: arrow_schema::ArrowError) -> PyErr {
    PyValueError::new_err(format!("the Arrow data cannot be exchanged: {error}"))
}

/// Takes a batch over from any object that offers one.
pub(crate) fn import(object: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let kind = object.get_type();
    let Ok(method) = object.getattr("__arrow_c_array__") else {
        let remedy = if object.hasattr("__arrow_c_stream__")? {
            "it is a table or a stream: give its batches one by one, such as those of table.to_batches()"
        } else {
            "give a record batch of pyarrow, polars, nanoarrow or another library with the Arrow PyCapsule interface"
        };
        return Err(PyTypeError::new_err(format!(
            "{kind} is no record batch, it has no __arrow_c_array__: {remedy}"
        )));
    };
    let capsules: (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = method.call0()?.extract()?;
    let (fields, array) = taken(&capsules.0, &capsules.1)?;
    let Some(columns) = array.as_any().downcast_ref::<StructArray>() else {
        let message = format!("{kind} is an array of {}, no record batch: give a batch", array.data_type());
        return Err(PyTypeError::new_err(message));
    };
    if columns.null_count() > 0 {
        return Err(PyValueError::new_err("a record batch has no rows that are null as a whole"));
    }
    let (_, arrays, _) = columns.clone().into_parts();
    let options = RecordBatchOptions::new().with_row_count(Some(columns.len()));
    Batch::try_new_with_options(fields.into(), arrays, &options).map_err(invalid)
}

/// Moves a batch's data out of its capsules.
#[allow(unsafe_code, reason = "the Arrow C data interface is a pair of pointers")]
fn taken(schema: &Bound<'_, PyCapsule>, array: &Bound<'_, PyCapsule>) -> PyResult<(Schema, ArrayRef)> {
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: a capsule of that name holds a valid struct of the C data interface, by the PyCapsule protocol; it lives as
    // long as the capsule, which the caller holds.
    let schema = unsafe { schema.as_ref() };
    let fields = Schema::try_from(schema).map_err(|_| {
        PyTypeError::new_err("the object is an Arrow array, no record batch: give a batch with named columns")
    })?;
    // SAFETY: as above. `from_raw` moves the struct out and leaves one that is marked as released, which is how the
    // protocol hands ownership on: the capsule's destructor then has nothing to free.
    let array = unsafe { FFI_ArrowArray::from_raw(array.as_ptr()) };
    // SAFETY: the two structs come from one call, so they describe the same data. What the producer says of its
    // buffers' sizes has to be believed, as by every consumer of the interface; that text is UTF-8 is checked.
    let data = unsafe { from_ffi(array, schema) }.map_err(invalid)?;
    Ok((fields, make_array(data)))
}
