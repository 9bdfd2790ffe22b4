//! Files that hold what corpus-level stages have learned.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use tamiz_core::{Learner, State, Step};
use tamiz_pipeline::Pipeline;

use crate::RunError;
use crate::output::{hex, replace};

/// The version of this program, which states and manifests carry.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

const FIT_AGAIN: &str = "learn it again with `tamiz fit`";

/// The content of a state file: what each corpus-level stage has learned, in the pipeline's order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct States {
    /// The version that wrote it: another may learn otherwise.
    tamiz: String,
    stages: Vec<Learned>,
}

/// What one stage has learned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Learned {
    stage: String,
    /// The digest of the pipeline up to the stage.
    pipeline: String,
    /// The digest of what the stages before have learned: they decided what this one saw.
    after: String,
    state: Box<RawValue>,
}

impl States {
    pub(crate) fn new() -> Self {
        Self { tamiz: VERSION.to_owned(), stages: Vec::new() }
    }

    /// Reads a file, and checks that it fits the pipeline.
    pub(crate) fn read(path: &Path, pipeline: &Pipeline) -> Result<Self, RunError> {
        Self::open(path)?.checked(&path.display(), pipeline)
    }

    /// Checks that the states fit the pipeline. `shown` is what messages call them.
    fn checked(self, shown: &dyn Display, pipeline: &Pipeline) -> Result<Self, RunError> {
        let states = self;
        let misfit =
            |message: String| RunError::new(format!("the state {shown} does not fit: {message}"), FIT_AGAIN);
        let mut learners = learners(pipeline);
        for learned in &states.stages {
            let Some((index, name, _)) = learners.next() else {
                return Err(misfit(format!(
                    "the pipeline has no stage `{}` that learns here",
                    learned.stage
                )));
            };
            if name != learned.stage {
                return Err(misfit(format!("it is of stage `{}`, and `{name}` learns first", learned.stage)));
            }
            if pipeline.digest_up_to(index) != learned.pipeline {
                return Err(misfit(format!(
                    "the pipeline up to stage `{name}`, or a file that it names, has changed since"
                )));
            }
        }
        Ok(states)
    }

    fn open(path: &Path) -> Result<Self, RunError> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|error| {
            RunError::new(format!("cannot read the state {shown}: {error}"), "check the path")
        })?;
        let states: States = serde_json::from_slice(&bytes).map_err(|error| {
            RunError::new(
                format!("{shown} is no state of tamiz: {error}"),
                "name a file that `tamiz fit` wrote",
            )
        })?;
        if states.tamiz != VERSION {
            let message = format!("the state {shown} is of tamiz {}, and this is {VERSION}", states.tamiz);
            return Err(RunError::new(message, FIT_AGAIN));
        }
        Ok(states)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), RunError> {
        let mut bytes = serde_json::to_vec(self).map_err(|error| unwritable(path, &error))?;
        bytes.push(b'\n');
        replace(path, &bytes)
    }

    pub(crate) fn len(&self) -> usize {
        self.stages.len()
    }

    /// Adds what the next stage has learned.
    pub(crate) fn push(
        &mut self,
        pipeline: &Pipeline,
        index: usize,
        learner: &dyn Learner,
        state: &State,
    ) -> Result<(), RunError> {
        let after = self.digest();
        self.stages.push(Learned {
            stage: pipeline.stages()[index].name.to_owned(),
            pipeline: pipeline.digest_up_to(index),
            after,
            state: save(learner, state)?,
        });
        Ok(())
    }

    /// Makes ready what stage number `number` of those that learn has learned.
    pub(crate) fn load(&self, number: usize, learner: &dyn Learner) -> Result<State, RunError> {
        let learned = &self.stages[number];
        learner.load(learned.state.get().as_bytes()).map_err(|error| {
            RunError::new(
                format!("the state of stage `{}` cannot be read: {error}", learned.stage),
                FIT_AGAIN,
            )
        })
    }

    /// A digest of all that is in it; empty if nothing is.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for learned in &self.stages {
            for text in [&learned.stage, &learned.pipeline, learned.state.get()] {
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text);
            }
        }
        if self.stages.is_empty() { String::new() } else { hex(&hash.finalize()) }
    }
}

/// The stages of a pipeline that learn: index, name, learner.
pub(crate) fn learners(pipeline: &Pipeline) -> impl Iterator<Item = (usize, &'static str, &dyn Learner)> {
    pipeline.stages().iter().enumerate().filter_map(|(index, stage)| match &stage.step {
        Step::Learner(learner) => Some((index, stage.name, &**learner)),
        Step::Ready(_) => None,
    })
}

fn save(learner: &dyn Learner, state: &State) -> Result<Box<RawValue>, RunError> {
    let unsaved = |error| RunError::new(format!("a state cannot be written as JSON: {error}"), "report it");
    let bytes = learner.save(state).map_err(unsaved)?;
    serde_json::from_slice::<Box<RawValue>>(&bytes).map_err(unsaved)
}

fn unwritable(path: &Path, error: &serde_json::Error) -> RunError {
    RunError::new(format!("cannot write {}: {error}", path.display()), "report it")
}

/// What the stage of that name has learned, as a state file holds it: the JSON of its state.
///
/// # Errors
/// If the file cannot be read, is of another version, or that stage has not learned in it.
pub fn learned(path: &Path, stage: &str) -> Result<String, RunError> {
    let states = States::open(path)?;
    let known = || states.stages.iter().map(|learned| learned.stage.as_str()).collect::<Vec<_>>().join(", ");
    match states.stages.iter().find(|learned| learned.stage == stage) {
        Some(learned) => Ok(learned.state.get().to_owned()),
        None => Err(RunError::new(
            format!("the stage `{stage}` has learned nothing in {}, but: {}", path.display(), known()),
            "fit a pipeline in which it learns",
        )),
    }
}

/// Merges state files into one; any grouping and order gives the same bytes.
///
/// A file holds the state of every corpus-level stage of its pipeline that has learned so far. Only the last of them
/// is merged: those before it must be the same in all files, since they decided what the last one saw. `learner` gives
/// the learner of the stage of that name, with any options.
///
/// # Errors
/// If a file cannot be read, is of another version, pipeline or stage than the first, or cannot be written.
pub fn merge(
    states: &[PathBuf],
    output: &Path,
    learner: impl Fn(&str) -> Option<Box<dyn Learner>>,
) -> Result<(), RunError> {
    let [first, others @ ..] = states else {
        return Err(RunError::new("no state to merge", "name the files that `tamiz fit` wrote"));
    };
    let mut merged = States::open(first)?;
    let Some(last) = merged.stages.pop() else {
        let message = format!("{} holds no state: no stage of its pipeline learns", first.display());
        return Err(RunError::new(message, "there is nothing to merge"));
    };
    let Some(learner) = learner(&last.stage) else {
        let message = format!("{}: there is no stage `{}` that learns", first.display(), last.stage);
        return Err(RunError::new(message, "use the program that wrote the state"));
    };
    let load = |path: &Path, learned: &Learned| {
        learner.load(learned.state.get().as_bytes()).map_err(|error| {
            RunError::new(
                format!("{}: not a state of `{}`: {error}", path.display(), learned.stage),
                FIT_AGAIN,
            )
        })
    };
    let mut sum = load(first, &last)?;
    for path in others {
        let mut other = States::open(path)?;
        let learned = other.stages.pop();
        let Some(learned) = learned.filter(|learned| {
            other.len() == merged.len() && learned.stage == last.stage && learned.pipeline == last.pipeline
        }) else {
            let message = format!("{} is of another pipeline than {}", path.display(), first.display());
            return Err(RunError::new(message, "merge states that one pipeline has learned"));
        };
        if learned.after != last.after {
            let message = format!(
                "{} and {}: the stages before `{}` had not learned the same",
                first.display(),
                path.display(),
                last.stage
            );
            let remedy = "fit and merge one stage after the other: `tamiz fit --shard`, `tamiz merge`, then \
                          `tamiz fit --shard --state` for the next stage";
            return Err(RunError::new(message, remedy));
        }
        learner.merge(&mut sum, load(path, &learned)?);
    }
    merged.stages.push(Learned { state: save(&*learner, &sum)?, ..last });
    merged.write(output)
}
