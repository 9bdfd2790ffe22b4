//! Pipelines over documents that the caller holds in memory.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tamiz_core::{Built, Document, Fate, Scratch, Stage};
use tamiz_pipeline::Pipeline;

use crate::clean::DroppedMarks;
use crate::learn::counts::Bound;
use crate::learn::{Gathered, Learns, learners};
use crate::stages::Stages;
use crate::state::States;
use crate::tally::StageCount;
use crate::{Options, RunError, panics};

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
    /// What they have learned, and what the next one has learned so far.
    learning: Mutex<(States, Option<Gathered>)>,
    bound: Bound,
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
        Self::with_memory(pipeline, &Options::default())
    }

    /// The same, with `options.memory` and `options.spill` for what it learns.
    #[must_use]
    pub fn with_memory(pipeline: Pipeline, options: &Options) -> Self {
        Self {
            pipeline,
            learned: Vec::new(),
            learning: Mutex::new((States::new(), None)),
            // Each worker's part may be as large as the sum before it is merged.
            bound: options.bound(2),
            scratches: Mutex::default(),
        }
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
        if !self.learned.is_empty() || self.learning().1.is_some() {
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

    /// How the stage learns that has to learn next, and its place in the pipeline.
    fn learner(&self) -> Result<(usize, Learns<'_>), RunError> {
        let next = learners(&self.pipeline).nth(self.learned.len());
        next.map(|(index, _, learns)| (index, learns)).ok_or_else(|| {
            let message = format!("no stage of the pipeline `{}` has to learn", self.pipeline.name());
            RunError::new(message, "it is ready to clean")
        })
    }

    fn learning(&self) -> MutexGuard<'_, (States, Option<Gathered>)> {
        // What a panic left half-merged is taken out before anything that can panic.
        self.learning.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part of what the next stage learns, to be filled by [`Worker::observe`] and given to [`Runner::learn`].
    ///
    /// # Errors
    /// If no stage has to learn.
    pub fn lesson(&self) -> Result<Lesson, RunError> {
        Ok(Lesson { gathered: self.learner()?.1.empty(&self.bound), stages: self.learned.len() })
    }

    /// Takes in what was learned from some documents. The order does not matter.
    ///
    /// # Errors
    /// If another stage learns now, or counts cannot be written to disk.
    pub fn learn(&self, lesson: Lesson) -> Result<(), RunError> {
        let (_, learns) = self.learner()?;
        if lesson.stages != self.learned.len() {
            return Err(RunError::new(
                "the lesson is of a stage that has finished",
                "learn before it finishes",
            ));
        }
        let mut learning = self.learning();
        let mut sum = learning.1.take().unwrap_or_else(|| learns.empty(&self.bound));
        learns.merge(&mut sum, lesson.gathered)?;
        learning.1 = Some(sum);
        Ok(())
    }

    /// What was learned from some documents alone, as the bytes of a state file, to be merged elsewhere.
    ///
    /// # Errors
    /// If another stage learns now, or counts cannot be read back from disk.
    pub fn state_of(&self, lesson: Lesson) -> Result<Vec<u8>, RunError> {
        let (index, learns) = self.learner()?;
        let content = learns.save(lesson.gathered)?;
        let mut learning = self.learning();
        learning.0.push(&self.pipeline, index, content);
        let bytes = learning.0.bytes();
        learning.0.pop();
        bytes
    }

    /// Joins states, each the bytes of a state file, and leaves what this runner has learned alone.
    ///
    /// # Errors
    /// As those of [`Runner::merge`].
    pub fn merged<'s>(&self, states: impl IntoIterator<Item = &'s [u8]>) -> Result<Vec<u8>, RunError> {
        let mut sum = self.lesson()?;
        for state in states {
            let (_, learns) = self.learner()?;
            learns.merge(&mut sum.gathered, self.gathered(States::parse(state, &self.pipeline)?)?)?;
        }
        self.state_of(sum)
    }

    /// What a state holds of the stage that learns now.
    fn gathered(&self, states: States) -> Result<Gathered, RunError> {
        let (_, learns) = self.learner()?;
        let content = states.into_next(&self.learning().0)?;
        learns.gather(content, &self.bound)
    }

    /// Takes in what was learned elsewhere: the bytes of [`Runner::state`] or of a file that `tamiz fit` wrote.
    ///
    /// # Errors
    /// If it is not a state of the stage that learns now, of the same pipeline.
    pub fn merge(&self, state: &[u8]) -> Result<(), RunError> {
        self.join(States::parse(state, &self.pipeline)?)
    }

    /// As [`Runner::merge`], from a file, which is not held in memory as a whole.
    ///
    /// # Errors
    /// As those of [`Runner::merge`], and if the file cannot be read.
    pub fn merge_file(&self, path: &Path) -> Result<(), RunError> {
        self.join(States::read(path, &self.pipeline)?)
    }

    fn join(&self, states: States) -> Result<(), RunError> {
        let gathered = self.gathered(states)?;
        self.learn(Lesson { gathered, stages: self.learned.len() })
    }

    /// As [`Runner::state`], of the stages that have finished alone: what [`Runner::load`] makes ready.
    ///
    /// # Errors
    /// If counts cannot be read back from disk.
    pub fn finished(&self) -> Result<Vec<u8>, RunError> {
        self.learning().0.bytes()
    }

    /// All that was learned, as the bytes of a state file: of the stages that have finished, and of the next one as far
    /// as it has got. The same bytes for the same documents, however they were divided.
    ///
    /// # Errors
    /// If counts cannot be written to disk or read back.
    pub fn state(&self) -> Result<Vec<u8>, RunError> {
        let mut learning = self.learning();
        let Some(gathered) = learning.1.take() else { return learning.0.bytes() };
        let (index, learns) = self.learner()?;
        learning.0.push(&self.pipeline, index, learns.save(gathered)?);
        let bytes = learning.0.bytes();
        if let Some(content) = learning.0.pop() {
            learning.1 = Some(learns.gather(content, &self.bound)?);
        }
        bytes
    }

    /// The stage that learns has seen the whole corpus: it is ready, and the next one may learn.
    ///
    /// # Errors
    /// If no stage has to learn, or counts cannot be read back.
    pub fn finish(&mut self) -> Result<(), RunError> {
        let (index, learns) = self.learner()?;
        let mut learning = self.learning();
        let gathered = learning.1.take().unwrap_or_else(|| learns.empty(&self.bound));
        learning.0.push(&self.pipeline, index, learns.save(gathered)?);
        let stage = learning.0.finish(self.learned.len(), learns)?;
        drop(learning);
        self.learned.push(stage);
        Ok(())
    }

    /// Makes ready the stages that have learned in a state file, before anything else is learned.
    ///
    /// # Errors
    /// If the state is of another pipeline.
    pub fn load(&mut self, state: &[u8]) -> Result<(), RunError> {
        let states = States::parse(state, &self.pipeline)?;
        self.take_over(states)
    }

    /// As [`Runner::load`], from a file, of which only what is needed is held in memory.
    ///
    /// # Errors
    /// If the file cannot be read, or is of another pipeline.
    pub fn load_file(&mut self, path: &Path) -> Result<(), RunError> {
        let states = States::read(path, &self.pipeline)?;
        self.take_over(states)
    }

    fn take_over(&mut self, states: States) -> Result<(), RunError> {
        let learned = learners(&self.pipeline)
            .take(states.len())
            .enumerate()
            .map(|(number, (.., learns))| states.finish(number, learns))
            .collect::<Result<_, _>>()?;
        self.learned = learned;
        *self.learning() = (states, None);
        Ok(())
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

/// What a stage has learned from some documents.
pub struct Lesson {
    gathered: Gathered,
    /// How many stages had finished before it.
    stages: usize,
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

    /// Lets the stage that has to learn next see a document, as the stages before leave it. One that they drop teaches
    /// nothing, as in a fit of the command line.
    ///
    /// # Errors
    /// If a stage fails on the document, which then teaches nothing.
    pub fn observe(
        &mut self,
        text: &str,
        site: Option<&str>,
        lesson: &mut Lesson,
    ) -> Result<(), StageFailure> {
        let failed = |(stage, message)| StageFailure { stage, message };
        let document = self.marked(text, site).map_err(failed)?;
        if document.fate() != Fate::Kept {
            return Ok(());
        }
        let learns = self.runner.learner().map_err(|error| failed(("learning", error.to_string())))?.1;
        panics::catch(|| learns.observe(&mut lesson.gathered, &document, &mut self.scratch))
            .map_err(|message| failed((self.runner.learns().unwrap_or("learning"), message)))?;
        lesson.gathered.check().map_err(|error| failed(("learning", error.to_string())))
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
