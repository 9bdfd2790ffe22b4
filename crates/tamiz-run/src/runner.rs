//! Pipelines over documents that the caller holds in memory.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use tamiz_core::{Built, Document, Fate, Scratch, Stage};
use tamiz_pipeline::Pipeline;

use crate::clean::DroppedMarks;
use crate::stages::Stages;
use crate::state::learners;
use crate::tally::StageCount;
use crate::{RunError, panics};

/// A pipeline for documents that the caller holds in memory: for a binding to another language, or a server.
///
/// It owns its pipeline and is shared between threads, each of which asks for a [`Worker`] of its own.
///
/// # Example
/// ```
/// use tamiz_pipeline::{Pipeline, Registry};
/// use tamiz_run::{CleanDocument, Runner};
///
/// let runner = Runner::new(Pipeline::parse("none.toml", "", &Registry::new(&[])).unwrap());
/// let mut cleaned = CleanDocument::default();
/// runner.worker().clean("Rain.", None, &mut cleaned).unwrap();
/// assert_eq!((cleaned.text.as_str(), cleaned.marks.as_str()), ("Rain.", "{}"));
/// ```
pub struct Runner {
    pipeline: Pipeline,
    /// The corpus-level stages that have learned, in order.
    learned: Vec<Box<dyn Stage>>,
    /// What workers have left for the next ones.
    scratches: Mutex<Vec<Scratch>>,
}

/// What a document has become: the parts of its output record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanDocument {
    /// The clean text; the source of a document that was dropped.
    pub text: String,
    /// The record's `tamiz`, as JSON: the same bytes that a run writes.
    pub marks: String,
    /// Whether a stage dropped the document whole; `marks` then says which, and why.
    pub dropped: bool,
}

/// A stage that failed on a document: a fault of the stage's, which costs that document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageFailure {
    /// The stage's name.
    pub stage: &'static str,
    /// What it said.
    pub message: String,
}

impl fmt::Display for StageFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stage `{}` failed on this record: {}", self.stage, self.message)
    }
}

impl std::error::Error for StageFailure {}

impl Runner {
    /// A runner of that pipeline, none of whose corpus-level stages has learned yet.
    #[must_use]
    pub fn new(pipeline: Pipeline) -> Self {
        Self { pipeline, learned: Vec::new(), scratches: Mutex::default() }
    }

    /// The pipeline.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Puts a stage that no definition can name before the one at `index`: see [`Pipeline::insert`].
    ///
    /// # Errors
    /// If a stage has learned already: it would not have seen what the new one leaves.
    pub fn insert(
        &mut self,
        index: usize,
        name: &'static str,
        version: &str,
        built: Built,
    ) -> Result<(), RunError> {
        if !self.learned.is_empty() {
            let message = format!("the stage `{name}` comes too late: the pipeline has begun to learn");
            return Err(RunError::new(message, "add every stage first"));
        }
        self.pipeline.insert(index, name, version, built);
        Ok(())
    }

    /// The corpus-level stage that has to learn next; `None` once the pipeline is ready.
    #[must_use]
    pub fn learns(&self) -> Option<&'static str> {
        learners(&self.pipeline).nth(self.learned.len()).map(|(_, name, _)| name)
    }

    /// A thread's tools. Give them back (by dropping them) to spare the next worker their making.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        let stages = Stages::with(&self.pipeline, &self.learned);
        let counts = vec![StageCount::default(); stages.len()];
        let spare = self.scratches.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Worker { runner: self, stages, counts, scratch: spare.unwrap_or_default() }
    }
}

/// One thread's tools for a [`Runner`]'s documents.
pub struct Worker<'r> {
    runner: &'r Runner,
    stages: Stages<'r>,
    counts: Vec<StageCount>,
    scratch: Scratch,
}

impl Worker<'_> {
    /// Takes a document through the stages that are ready. `site` is the host that it comes from, where known.
    ///
    /// What `cleaned` held before is replaced; its memory is used again.
    ///
    /// # Errors
    /// If a stage fails on the document. `cleaned` then holds nothing of use, and the worker is good for the next.
    pub fn clean(
        &mut self,
        text: &str,
        site: Option<&str>,
        cleaned: &mut CleanDocument,
    ) -> Result<(), StageFailure> {
        let failed = |(stage, message)| StageFailure { stage, message };
        let document = self.marked(text, site).map_err(failed)?;
        // Rendering only panics if a stage has broken its promises, and then it costs this document too.
        let written = panics::catch(|| write(&document, &self.stages, cleaned));
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(failed(("rendering", error.to_string()))),
            Err(message) => Err(failed(("rendering", message))),
        }
    }

    /// The document with the marks of the stages that are ready.
    fn marked(&mut self, text: &str, site: Option<&str>) -> Result<Document, (&'static str, String)> {
        if u32::try_from(text.len()).is_err() {
            return Err(("reading", format!("the text has {} bytes; split it below 4 GiB", text.len())));
        }
        let mut document = Document::new(text);
        if let Some(site) = site {
            document = document.with_site(site);
        }
        self.stages.apply(&mut document, &mut self.scratch, &mut self.counts)?;
        Ok(document)
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let scratch = std::mem::take(&mut self.scratch);
        self.runner.scratches.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}

fn write(document: &Document, stages: &Stages<'_>, cleaned: &mut CleanDocument) -> serde_json::Result<()> {
    let CleanDocument { text, marks, dropped } = cleaned;
    text.clear();
    let mut json = std::mem::take(marks).into_bytes();
    json.clear();
    if let Fate::Dropped(reason) = document.fate() {
        *dropped = true;
        text.push_str(document.source());
        serde_json::to_writer(&mut json, &DroppedMarks::new(document, reason))?;
    } else {
        *dropped = false;
        let rendered = document.render(stages.marks());
        text.push_str(&rendered.text);
        serde_json::to_writer(&mut json, &rendered.annotations)?;
    }
    *marks = String::from_utf8(json).map_err(|error| serde::ser::Error::custom(error.to_string()))?;
    Ok(())
}
