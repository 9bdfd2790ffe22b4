//! A pipeline whose corpus-level stages have learned: ready to run.

use std::cell::Cell;
use std::time::Instant;

use tamiz_core::{Document, Fate, Marks, Scratch, Stage, Step};
use tamiz_pipeline::Pipeline;

use crate::bench::allocations;
use crate::panics;
use crate::tally::StageCount;

/// The stages of a pipeline, as far as they are ready.
pub(crate) struct Stages<'p> {
    stages: Vec<(&'static str, Ready<'p>)>,
    marks: Marks,
}

enum Ready<'p> {
    Built(&'p dyn Stage),
    Learned(Box<dyn Stage>),
}

impl Ready<'_> {
    fn stage(&self) -> &dyn Stage {
        match self {
            Ready::Built(stage) => *stage,
            Ready::Learned(stage) => &**stage,
        }
    }
}

impl<'p> Stages<'p> {
    /// The stages before the first one that has to learn.
    pub(crate) fn new(pipeline: &'p Pipeline) -> Self {
        let mut stages = Self { stages: Vec::new(), marks: pipeline.marks() };
        stages.extend(pipeline);
        stages
    }

    /// The same with the stages that have learned, in order; they stay the caller's.
    pub(crate) fn with(pipeline: &'p Pipeline, learned: &'p [Box<dyn Stage>]) -> Self {
        let mut stages = Self::new(pipeline);
        for stage in learned {
            let name = pipeline.stages()[stages.stages.len()].name;
            stages.stages.push((name, Ready::Built(&**stage)));
            stages.extend(pipeline);
        }
        stages
    }

    /// Puts in the stage that was learned, and the ready ones behind it.
    pub(crate) fn learned(&mut self, pipeline: &'p Pipeline, stage: Box<dyn Stage>) {
        let name = pipeline.stages()[self.stages.len()].name;
        self.stages.push((name, Ready::Learned(stage)));
        self.extend(pipeline);
    }

    fn extend(&mut self, pipeline: &'p Pipeline) {
        for stage in &pipeline.stages()[self.stages.len()..] {
            let Step::Ready(built) = &stage.step else { break };
            self.stages.push((stage.name, Ready::Built(&**built)));
        }
    }

    /// The stages that are ready, with their names.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, &dyn Stage)> {
        self.stages.iter().map(|(name, stage)| match stage {
            Ready::Built(stage) => (*name, *stage),
            Ready::Learned(stage) => (*name, &**stage),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.stages.len()
    }

    pub(crate) fn marks(&self) -> Marks {
        self.marks
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.stages.iter().map(|(name, _)| *name).collect()
    }

    /// Runs the stages over the document until one drops it.
    ///
    /// # Errors
    /// If a stage panics: its name, and what it said. The document is then worth nothing, and so is the scratch memory,
    /// which is made new.
    pub(crate) fn apply(
        &self,
        document: &mut Document,
        scratch: &mut Scratch,
        counts: &mut [StageCount],
    ) -> Result<(), (&'static str, String)> {
        let current = Cell::new("");
        let result = panics::catch(|| {
            let mut start = Instant::now();
            for ((name, stage), count) in self.stages.iter().zip(counts) {
                current.set(name);
                let allocated = allocations();
                stage.stage().apply(document, scratch);
                let end = Instant::now();
                count.allocations += allocations() - allocated;
                count.documents += 1;
                count.bytes += document.source().len() as u64;
                count.nanoseconds += (end - start).as_nanos() as u64;
                start = end;
                if document.fate() != Fate::Kept {
                    count.dropped += 1;
                    break;
                }
            }
        });
        result.map_err(|message| {
            *scratch = Scratch::default();
            (current.get(), message)
        })
    }
}
