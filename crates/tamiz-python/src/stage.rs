//! Stages that are written in Python.

use std::sync::Mutex;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tamiz_core::{Kind, Reason, RuleId, Scratch, Span, Stage};

/// A document on its way through a pipeline, as a stage written in Python sees it.
///
/// All offsets are half-open and count code points of ``text``, as Python strings do.
#[pyclass(frozen, module = "tamiz")]
pub(crate) struct Document {
    /// The source text; it never changes.
    #[pyo3(get)]
    text: String,
    /// The host that the document comes from, or None.
    #[pyo3(get)]
    site: Option<String>,
    /// The language's code, or None where no stage before has told it.
    #[pyo3(get)]
    language: Option<String>,
    length: usize,
    kept: Vec<(usize, usize)>,
    asked: Mutex<Asked>,
}

/// What the stage has asked for.
#[derive(Default)]
struct Asked {
    cuts: Vec<(usize, usize, Kind, String)>,
    drop: Option<(Kind, String)>,
}

fn kind(name: &str) -> PyResult<Kind> {
    Kind::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        PyValueError::new_err(format!("there is no kind `{name}`: write one of {}", known.join(", ")))
    })
}

#[pymethods]
impl Document {
    /// What is still kept and not blank: spans ``(start, end)`` in order, each within one line.
    fn kept(&self) -> Vec<(usize, usize)> {
        self.kept.clone()
    }

    /// Cuts what is still kept of a span, for a reason: a rule's name, and one of the kinds of the output record.
    ///
    /// Raises ValueError if the span lies outside the text, or there is no such kind.
    #[pyo3(signature = (start, end, rule, kind="rule"))]
    fn cut(&self, start: usize, end: usize, rule: String, kind: &str) -> PyResult<()> {
        if start > end || end > self.length {
            return Err(PyValueError::new_err(format!(
                "{start}..{end} is no span of a text of {} code points",
                self.length
            )));
        }
        self.asked().cuts.push((start, end, self::kind(kind)?, rule));
        Ok(())
    }

    /// Drops the document whole, for a reason.
    #[pyo3(signature = (rule, kind="rule"))]
    fn drop(&self, rule: String, kind: &str) -> PyResult<()> {
        self.asked().drop = Some((self::kind(kind)?, rule));
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("tamiz.Document({} code points)", self.length)
    }
}

impl Document {
    /// What of a document Python gets to see, and the byte offset of each code point, with the end.
    fn of(document: &tamiz_core::Document) -> (Self, Vec<u32>) {
        let source = document.source();
        // Documents are smaller than 4 GiB, so their offsets have 32 bits.
        let mut offsets: Vec<u32> = source.char_indices().map(|(at, _)| at as u32).collect();
        offsets.push(source.len() as u32);
        let point = |at: usize| offsets.binary_search(&(at as u32)).unwrap_or_else(|place| place);
        let shown = Self {
            text: source.to_owned(),
            site: document.site().map(str::to_owned),
            language: document.language().map(|language| language.code.to_string()),
            length: offsets.len() - 1,
            kept: document.kept().map(|run| (point(run.span.start()), point(run.span.end()))).collect(),
            asked: Mutex::default(),
        };
        (shown, offsets)
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, Asked> {
        // Nothing panics while it is held, so what a poisoned lock holds is whole.
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A callable as a stage. It is called with a [`Document`] and asks for cuts on it; what it returns is not looked at.
pub(crate) struct PythonStage {
    pub(crate) name: &'static str,
    pub(crate) callable: Py<PyAny>,
}

impl Stage for PythonStage {
    /// # Panics
    /// With the exception's text if the callable raises one: the runner then tells it as the row's error.
    fn apply(&self, document: &mut tamiz_core::Document, _: &mut Scratch) {
        let (shown, offsets) = Document::of(document);
        let called = Python::attach(|py| {
            let shown = Py::new(py, shown)?;
            self.callable.call1(py, (shown.clone_ref(py),))?;
            Ok::<Asked, PyErr>(std::mem::take(&mut *shown.get().asked()))
        });
        let asked = match called {
            Ok(asked) => asked,
            Err(error) => panic!("{error}"),
        };
        let reason = |kind, rule: &str| Reason { stage: self.name, kind, rule: RuleId::intern(rule) };
        for (start, end, kind, rule) in &asked.cuts {
            let span = Span::new(offsets[*start] as usize, offsets[*end] as usize);
            document.cut(span, reason(*kind, rule));
        }
        if let Some((kind, rule)) = &asked.drop {
            document.drop_whole(reason(*kind, rule));
        }
    }
}
