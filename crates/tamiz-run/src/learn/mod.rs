//! How stages learn, whatever they learn: states that stages keep, and counts that are kept for them.

pub(crate) mod counts;
pub(crate) mod sorted;
#[cfg(test)]
mod tests;

use std::io;

use serde_json::value::RawValue;
use tamiz_core::{Counter, Document, Learner, Scratch, Stage, State, Step};
use tamiz_pipeline::Pipeline;

use crate::RunError;
use counts::{Bound, Counts};
use sorted::SortedRun;

/// A stage that learns.
#[derive(Clone, Copy)]
pub(crate) enum Learns<'p> {
    Fit(&'p dyn Learner),
    Count(&'p dyn Counter),
}

/// What was learned so far.
pub(crate) enum Gathered {
    State(State),
    Counts(Counts),
}

/// What was learned, in the form in which it is written.
#[derive(Debug)]
pub(crate) enum Content {
    State(Box<RawValue>),
    Counts(SortedRun),
}

/// The stages of a pipeline that learn: index, name, how.
pub(crate) fn learners(pipeline: &Pipeline) -> impl Iterator<Item = (usize, &'static str, Learns<'_>)> {
    pipeline.stages().iter().enumerate().filter_map(|(index, stage)| match &stage.step {
        Step::Learner(learner) => Some((index, stage.name, Learns::Fit(&**learner))),
        Step::Counter(counter) => Some((index, stage.name, Learns::Count(&**counter))),
        Step::Ready(_) => None,
    })
}

/// What went wrong with the files that hold counts.
pub(crate) fn spilling(error: &io::Error) -> RunError {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or give a larger disk with --spill or more --memory"
        }
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => "learn it again with `tamiz fit`",
        _ => "give a folder that can be written to with --spill",
    };
    RunError::new(format!("what was counted cannot be written or read back: {error}"), remedy)
}

impl Gathered {
    /// Tells of what could not be written to disk, as soon as there is somebody to tell.
    pub(crate) fn check(&mut self) -> Result<(), RunError> {
        match self {
            Gathered::State(_) => Ok(()),
            Gathered::Counts(counts) => counts.check().map_err(|error| spilling(&error)),
        }
    }
}

impl Learns<'_> {
    pub(crate) fn empty(self, bound: &Bound) -> Gathered {
        match self {
            Learns::Fit(learner) => Gathered::State(learner.empty()),
            Learns::Count(_) => Gathered::Counts(Counts::new(bound.clone())),
        }
    }

    /// Takes a document in. A panic leaves what was gathered worth nothing.
    pub(crate) fn observe(self, gathered: &mut Gathered, document: &Document, scratch: &mut Scratch) {
        match (self, gathered) {
            (Learns::Fit(learner), Gathered::State(state)) => learner.observe(state, document),
            (Learns::Count(counter), Gathered::Counts(counts)) => {
                counter.count(document, scratch, &mut |count| counts.add(count));
            }
            _ => unreachable!("{MIXED}"),
        }
    }

    /// The stage that knows the corpus.
    pub(crate) fn finish(self, content: &Content) -> Result<Box<dyn Stage>, RunError> {
        match (self, content) {
            (Learns::Fit(learner), Content::State(state)) => {
                Ok(learner.finish(loaded(learner, state).map_err(|error| {
                    RunError::new(
                        format!("a state cannot be read: {error}"),
                        "learn it again with `tamiz fit`",
                    )
                })?))
            }
            (Learns::Count(counter), Content::Counts(run)) => {
                let mut failure = None;
                let mut counts = run
                    .open()
                    .map_err(|error| spilling(&error))?
                    .map_while(|count| count.map_err(|error| failure = Some(error)).ok());
                let stage = counter.finish(&mut counts);
                // What the stage did not ask for is read too: the checksum stands for all of it.
                counts.by_ref().for_each(drop);
                drop(counts);
                failure.map_or(Ok(stage), |error| Err(spilling(&error)))
            }
            _ => Err(RunError::new(
                "the state is of another kind than its stage",
                "learn it again with `tamiz fit`",
            )),
        }
    }

    /// Reads back what was written.
    pub(crate) fn gather(self, content: Content, bound: &Bound) -> Result<Gathered, RunError> {
        match (self, content) {
            (Learns::Fit(learner), Content::State(state)) => {
                loaded(learner, &state).map(Gathered::State).map_err(|error| {
                    RunError::new(
                        format!("a state cannot be read: {error}"),
                        "learn it again with `tamiz fit`",
                    )
                })
            }
            (Learns::Count(_), Content::Counts(run)) => {
                let mut counts = Counts::new(bound.clone());
                counts.add_run(run).map_err(|error| spilling(&error))?;
                Ok(Gathered::Counts(counts))
            }
            _ => Err(RunError::new(
                "the state is of another kind than its stage",
                "learn it again with `tamiz fit`",
            )),
        }
    }

    pub(crate) fn merge(self, gathered: &mut Gathered, other: Gathered) -> Result<(), RunError> {
        match (self, gathered, other) {
            (Learns::Fit(learner), Gathered::State(sum), Gathered::State(other)) => {
                learner.merge(sum, other);
                Ok(())
            }
            (Learns::Count(_), Gathered::Counts(sum), Gathered::Counts(other)) => {
                sum.absorb(other).map_err(|error| spilling(&error))
            }
            _ => unreachable!("{MIXED}"),
        }
    }

    /// The form in which it is written: the same bytes for the same things learned.
    pub(crate) fn save(self, gathered: Gathered) -> Result<Content, RunError> {
        match (self, gathered) {
            (Learns::Fit(learner), Gathered::State(state)) => {
                let unsaved =
                    |error| RunError::new(format!("a state cannot be written as JSON: {error}"), "report it");
                let json = learner.save(&state).map_err(unsaved)?;
                let json = String::from_utf8(json)
                    .map_err(|error| RunError::new(format!("a state is not UTF-8: {error}"), "report it"))?;
                Ok(Content::State(RawValue::from_string(json).map_err(unsaved)?))
            }
            (Learns::Count(_), Gathered::Counts(counts)) => {
                Ok(Content::Counts(counts.into_run().map_err(|error| spilling(&error))?))
            }
            _ => unreachable!("{MIXED}"),
        }
    }
}

const MIXED: &str = "what was gathered was made by the same learner";

fn loaded(learner: &dyn Learner, state: &RawValue) -> serde_json::Result<State> {
    learner.load(state.get().as_bytes())
}
