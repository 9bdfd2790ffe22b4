//! tamiz for Python: pipelines over texts and over Arrow record batches.
//!
//! The extension module `tamiz._native`. A batch comes in and goes out over the Arrow C data interface (`capsule`), so that no
//! text is copied on the way in and any Arrow library will do. Work on a batch runs without the interpreter's lock.
//! What cannot be read, or fails in a stage, is told in a column of the row's own: one bad row never stops a batch.
//! The Python side of the package adds Ray Data and Spark on top.
//!
//! # What this crate does not know
//! Any stage, any file format, any engine's scheduling. It has no thread of its own: engines bring theirs.
//!
//! # Laws
//! - A document's text and its `tamiz` are the bytes that `tamiz run` writes for it.
//! - A batch has the same rows in the same order when it comes back.

mod batch;
mod capsule;
mod pipeline;
mod stage;
mod strings;

use pyo3::prelude::*;

/// The native half of the package `tamiz`.
#[pymodule]
#[pyo3(name = "_native")]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("TamizError", module.py().get_type::<pipeline::TamizError>())?;
    module.add_class::<pipeline::Pipeline>()?;
    module.add_class::<capsule::RecordBatch>()?;
    module.add_class::<stage::Document>()?;
    Ok(())
}
