//! The class `Pipeline`.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple, PyType};
use tamiz_core::{Built, Marks, intern};
use tamiz_pipeline::{LoadError, Reach};
use tamiz_run::{CleanDocument, Runner};

use crate::batch::{self, Columns};
use crate::capsule::{self, RecordBatch};
use crate::stage::PythonStage;

create_exception!(
    tamiz,
    TamizError,
    PyException,
    "A definition, a state or a document that tamiz cannot work with: what is wrong, where, and what to do."
);

/// A pipeline, loaded from a definition file.
///
/// One pipeline may be used from many threads: work on texts and batches runs without the interpreter's lock. It can be
/// pickled, with what it has learned, and so sent to other processes; files that its definition names, such as
/// lexicons of your own, must be at the same path there.
#[pyclass(frozen, module = "tamiz")]
pub(crate) struct Pipeline {
    runner: RwLock<Runner>,
    /// Where the definition is, for messages and for the files that it names.
    path: PathBuf,
    reach: Reach,
    /// The stages written in Python: name, callable, the name of the stage that each stands before, version.
    added: RwLock<Vec<Added>>,
}

struct Added {
    callable: Py<PyAny>,
    name: String,
    before: Option<String>,
    version: String,
}

/// A state: the path of its file, or its bytes.
#[derive(FromPyObject)]
enum Given {
    Bytes(PyBackedBytes),
    Path(PathBuf),
}

fn error(message: impl std::fmt::Display) -> PyErr {
    TamizError::new_err(message.to_string())
}

impl Pipeline {
    fn new(pipeline: tamiz_pipeline::Pipeline, path: PathBuf, reach: Reach) -> Self {
        Self { runner: RwLock::new(Runner::new(pipeline)), path, reach, added: RwLock::default() }
    }

    // Both are taken without the interpreter's lock alone. A thread that held it while it waited here would stop stages
    // written in Python, and with them whoever holds this one.
    // A panic cannot leave a runner half-changed: stages' panics are caught inside, and changes are single moves.
    fn runner(&self) -> RwLockReadGuard<'_, Runner> {
        self.runner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn runner_mut(&self) -> RwLockWriteGuard<'_, Runner> {
        self.runner.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn load_given(&self, py: Python<'_>, state: Given) -> PyResult<()> {
        py.detach(|| {
            let mut runner = self.runner_mut();
            match &state {
                Given::Bytes(bytes) => runner.load(bytes),
                Given::Path(path) => runner.load_file(path),
            }
        })
        .map_err(error)
    }

    /// A read lock, if every stage is ready.
    fn ready(&self) -> PyResult<RwLockReadGuard<'_, Runner>> {
        let runner = self.runner();
        match runner.learns() {
            Some(stage) => Err(error(format!(
                "the stage `{stage}` has not learned the corpus yet: give a state (from_file(…, state=…)), or call \
                 fit_batch for every batch and then finish"
            ))),
            None => Ok(runner),
        }
    }
}

#[pymethods]
impl Pipeline {
    /// Loads a definition file.
    ///
    /// Parameters
    /// ----------
    /// path
    ///     The definition, a TOML file.
    /// state
    ///     What its corpus-level stages have learned: the path of a file that `tamiz fit` wrote, or its bytes.
    /// allow_outside
    ///     Whether it may name files outside its own folder.
    ///
    /// Raises TamizError with every mistake of the definition or if the state does not fit, and OSError if the
    /// definition cannot be read.
    #[classmethod]
    #[pyo3(signature = (path, *, state=None, allow_outside=false))]
    fn from_file(
        _: &Bound<'_, PyType>,
        py: Python<'_>,
        path: PathBuf,
        state: Option<Given>,
        allow_outside: bool,
    ) -> PyResult<Self> {
        let reach = if allow_outside { Reach::Anywhere } else { Reach::Folder };
        let loaded = py.detach(|| tamiz_pipeline::Pipeline::load(&path, &tamiz::REGISTRY, reach));
        let pipeline = loaded.map_err(|failed| match failed {
            LoadError::Unreadable(message) => PyOSError::new_err(message),
            LoadError::Mistakes(mistakes) => error(mistakes),
        })?;
        // Other processes may have another working folder.
        let path = std::path::absolute(&path).unwrap_or(path);
        let pipeline = Self::new(pipeline, path, reach);
        state.map_or(Ok(()), |state| pipeline.load_given(py, state))?;
        Ok(pipeline)
    }

    /// Loads a definition from a string. Files that it names are relative to the working folder, or to that of `path`.
    ///
    /// Raises TamizError with every mistake of the definition, or if the state does not fit.
    #[classmethod]
    #[pyo3(signature = (definition, *, path=None, state=None, allow_outside=false))]
    fn from_text(
        _: &Bound<'_, PyType>,
        py: Python<'_>,
        definition: &str,
        path: Option<PathBuf>,
        state: Option<Given>,
        allow_outside: bool,
    ) -> PyResult<Self> {
        let reach = if allow_outside { Reach::Anywhere } else { Reach::Folder };
        let path = path.unwrap_or_else(|| Path::new("definition").to_owned());
        let parse = || tamiz_pipeline::Pipeline::parse_at(&path, definition, &tamiz::REGISTRY, reach);
        let pipeline = py.detach(parse).map_err(error)?;
        let pipeline = Self::new(pipeline, path, reach);
        state.map_or(Ok(()), |state| pipeline.load_given(py, state))?;
        Ok(pipeline)
    }

    /// What the pipeline is called.
    #[getter]
    fn name(&self, py: Python<'_>) -> String {
        py.detach(|| self.runner().pipeline().name().to_owned())
    }

    /// The definition's text.
    #[getter]
    fn definition(&self, py: Python<'_>) -> String {
        py.detach(|| self.runner().pipeline().text().to_owned())
    }

    /// The stages' names, in order.
    #[getter]
    fn stages(&self, py: Python<'_>) -> Vec<&'static str> {
        py.detach(|| self.runner().pipeline().stages().iter().map(|stage| stage.name).collect())
    }

    /// The corpus-level stage that has to learn next, or None once the pipeline is ready to clean.
    #[getter]
    fn learns(&self, py: Python<'_>) -> Option<&'static str> {
        py.detach(|| self.runner().learns())
    }

    /// Adds a stage that is written in Python: a callable that gets a Document and calls its `cut` and `drop`.
    ///
    /// Parameters
    /// ----------
    /// stage
    ///     The callable. An exception in it is the error of the row at hand, and stops nothing.
    /// name
    ///     The stage's name in output records; the callable's own if left out.
    /// before
    ///     The name of the stage that it stands before; at the end if left out.
    /// version
    ///     Anything that changes when the stage's work does, so that states learned behind it do not fit any more.
    ///
    /// Raises ValueError if there is no stage `before`, and TamizError if the pipeline has begun to learn.
    #[pyo3(signature = (stage, *, name=None, before=None, version=""))]
    fn add_stage(
        &self,
        py: Python<'_>,
        stage: Py<PyAny>,
        name: Option<String>,
        before: Option<String>,
        version: &str,
    ) -> PyResult<()> {
        if !stage.bind(py).is_callable() {
            return Err(PyTypeError::new_err("a stage is a callable that takes a tamiz.Document"));
        }
        let name =
            match name {
                Some(name) => name,
                None => stage.bind(py).getattr("__name__").and_then(|name| name.extract()).map_err(|_| {
                    PyTypeError::new_err("the callable has no __name__: give the stage a name")
                })?,
            };
        let callable = stage.clone_ref(py);
        py.detach(|| {
            let mut runner = self.runner_mut();
            let stages = runner.pipeline().stages();
            let index = match &before {
                None => stages.len(),
                Some(before) => stages.iter().position(|stage| stage.name == before).ok_or_else(|| {
                    PyValueError::new_err(format!("the pipeline has no stage `{before}` to stand before"))
                })?,
            };
            let own = intern(&name);
            let stage = PythonStage { name: own, callable };
            runner.insert(index, own, version, Built::stage(Marks::REMOVED, stage)).map_err(error)
        })?;
        let added = Added { callable: stage, name, before, version: version.to_owned() };
        self.added.write().unwrap_or_else(PoisonError::into_inner).push(added);
        Ok(())
    }

    /// Cleans one text.
    ///
    /// Gives a dict with `text` (the clean text), `fate` ("kept" or "dropped") and `tamiz`, the marks of the output
    /// record. Offsets count code points, as Python strings do. `url` tells the site that the text comes from.
    ///
    /// Raises TamizError if a stage fails on the text, or has not learned yet.
    #[pyo3(signature = (text, url=None))]
    fn clean<'py>(&self, py: Python<'py>, text: &str, url: Option<&str>) -> PyResult<Bound<'py, PyDict>> {
        let cleaned = py.detach(|| {
            let mut cleaned = CleanDocument::default();
            let runner = self.ready()?;
            let site = url.and_then(tamiz_formats::site_of);
            runner.worker().clean(text, site.as_deref(), &mut cleaned).map_err(error)?;
            Ok::<_, PyErr>(cleaned)
        })?;
        let marks = py.import("json")?.call_method1("loads", (cleaned.marks,))?;
        let record = PyDict::new(py);
        record.set_item("text", cleaned.text)?;
        record.set_item("fate", if cleaned.dropped { "dropped" } else { "kept" })?;
        record.set_item("tamiz", marks)?;
        Ok(record)
    }

    /// Cleans a record batch of any library with the Arrow PyCapsule interface; one of pyarrow comes back as pyarrow's.
    ///
    /// The same rows come back in the same order: `text` replaced by the clean text, other columns untouched, and three
    /// more of type utf8. `tamiz` is the record's marks as JSON, the bytes that `tamiz run` writes. `tamiz_fate` is
    /// "kept", "dropped" (a stage dropped the document whole; its text stays, and `tamiz` says why) or "error".
    /// `tamiz_error` says why a row could not be worked on (null, not UTF-8, a stage that failed), null elsewhere.
    ///
    /// Parameters
    /// ----------
    /// batch
    ///     The batch. Its texts are utf8, large_utf8, utf8_view, or bytes of UTF-8.
    /// text, url
    ///     The columns that hold texts, and the addresses that tell their sites. There need not be addresses.
    ///
    /// Raises KeyError without a column of texts, TypeError if it holds none, TamizError if a stage has yet to learn;
    /// never for a row.
    #[pyo3(signature = (batch, *, text="text", url="url"))]
    fn process_batch<'py>(
        &self,
        py: Python<'py>,
        batch: &Bound<'py, PyAny>,
        text: &str,
        url: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let given = capsule::import(batch)?;
        let columns = Columns::of(&given, text, url)?;
        let cleaned = py.detach(|| batch::clean(&*self.ready()?, &given, &columns, text))?;
        let ours = Bound::new(py, RecordBatch(cleaned))?.into_any();
        let from_pyarrow = batch.get_type().module()?.to_string_lossy().starts_with("pyarrow");
        if from_pyarrow { py.import("pyarrow")?.call_method1("record_batch", (ours,)) } else { Ok(ours) }
    }

    /// Lets the stage that learns next see a batch: see `learns`. It sees documents as the stages before leave them.
    ///
    /// Rows that cannot be worked on teach nothing; `process_batch` tells why. Gives the number of rows that taught.
    /// Batches may come in any order, from any thread, and be divided over any number of processes.
    ///
    /// Raises TamizError if no stage has to learn, or what it counts does not fit on the disk.
    #[pyo3(signature = (batch, *, text="text", url="url"))]
    fn fit_batch(&self, py: Python<'_>, batch: &Bound<'_, PyAny>, text: &str, url: &str) -> PyResult<usize> {
        let given = capsule::import(batch)?;
        let columns = Columns::of(&given, text, url)?;
        py.detach(|| {
            let runner = self.runner();
            let (lesson, learned) = batch::observe(&runner, &columns).map_err(error)?;
            runner.learn(lesson).map_err(error)?;
            Ok(learned)
        })
    }

    /// Lets the stage that learns next see one text, as `fit_batch` does with a batch. False if it cannot be worked on:
    /// then it teaches nothing, and `clean` tells why.
    ///
    /// Raises TamizError if no stage has to learn, or what it counts does not fit on the disk.
    #[pyo3(signature = (text, url=None))]
    fn fit(&self, py: Python<'_>, text: &str, url: Option<&str>) -> PyResult<bool> {
        py.detach(|| {
            let runner = self.runner();
            let mut lesson = runner.lesson().map_err(error)?;
            let site = url.and_then(tamiz_formats::site_of);
            let learned = runner.worker().observe(text, site.as_deref(), &mut lesson).is_ok();
            runner.learn(lesson).map_err(error)?;
            Ok(learned)
        })
    }

    /// What the stage that learns next learns from a batch alone, as the bytes of a state; the pipeline stays as it is.
    /// For engines, whose workers share nothing but what they give back.
    #[pyo3(signature = (batch, *, text="text", url="url"))]
    fn state_of_batch<'py>(
        &self,
        py: Python<'py>,
        batch: &Bound<'py, PyAny>,
        text: &str,
        url: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let given = capsule::import(batch)?;
        let columns = Columns::of(&given, text, url)?;
        let state = py.detach(|| {
            let runner = self.runner();
            runner.state_of(batch::observe(&runner, &columns)?.0)
        });
        Ok(PyBytes::new(py, &state.map_err(error)?))
    }

    /// Joins states, each the bytes of `state()` or `state_of_batch()`; the pipeline stays as it is. Any grouping and
    /// order gives the same bytes.
    fn merge_states<'py>(
        &self,
        py: Python<'py>,
        states: Vec<PyBackedBytes>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let merged = py.detach(|| self.runner().merged(states.iter().map(|state| &**state)));
        Ok(PyBytes::new(py, &merged.map_err(error)?))
    }

    /// Makes ready the stages that have learned in a state, as `from_file(…, state=…)` does.
    fn load(&self, py: Python<'_>, state: Given) -> PyResult<()> {
        self.load_given(py, state)
    }

    /// What was learned so far, as the bytes of a state file: of the stages that have finished, and of the one that
    /// learns as far as it has got. The same bytes for the same documents, whoever saw which of them when.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let state = py.detach(|| self.runner().state()).map_err(error)?;
        Ok(PyBytes::new(py, &state))
    }

    /// Takes in what was learned elsewhere: the bytes of `state()`, or the path of a file that `tamiz fit` wrote. Any
    /// grouping and order gives the same.
    ///
    /// Raises TamizError if it is not of this pipeline, and of the stage that learns now.
    fn merge(&self, py: Python<'_>, state: Given) -> PyResult<()> {
        py.detach(|| match &state {
            Given::Bytes(bytes) => self.runner().merge(bytes),
            Given::Path(path) => self.runner().merge_file(path),
        })
        .map_err(error)
    }

    /// The stage that learns has seen the whole corpus. Gives the name of the next one that has to learn, in a pass of
    /// its own; None if the pipeline is ready to clean.
    fn finish(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
        py.detach(|| {
            let mut runner = self.runner_mut();
            runner.finish().map_err(error)?;
            Ok(runner.learns())
        })
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("tamiz.Pipeline({:?}: {})", self.name(py), self.stages(py).join(", "))
    }

    /// For pickle and copies: what makes an equal pipeline, in this process or another. What a stage has learned goes
    /// with it once it has finished.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let added = PyList::empty(py);
        for stage in self.added.read().unwrap_or_else(PoisonError::into_inner).iter() {
            added.append((stage.callable.clone_ref(py), &stage.name, &stage.before, &stage.version))?;
        }
        let state = py.detach(|| self.runner().finished()).map_err(error)?;
        let state = PyBytes::new(py, &state);
        let made = (self.definition(py), &self.path, self.reach == Reach::Anywhere, added, state);
        let restore = py.import("tamiz")?.getattr("_restore")?;
        (restore, made).into_pyobject(py)
    }
}
