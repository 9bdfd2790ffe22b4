//! Passes in which corpus-level stages learn.

use std::path::Path;

use tamiz_core::{Fate, Scratch};
use tamiz_formats::{Batch, Selection, Source, list};
use tamiz_pipeline::Pipeline;

use crate::engine::{Ending, Work, drive};
use crate::learn::{Gathered, Learns, learners};
use crate::progress::Progress;
use crate::stages::Stages;
use crate::state::States;
use crate::tally::{Counts, Tally};
use crate::{Options, RunError, panics};

/// What a fit did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FitSummary {
    /// Stages that have learned.
    pub learned: usize,
    /// Stages of the pipeline that have still to learn, after this state was merged with those of the other shards.
    pub left: usize,
    /// What was met in the last pass: `kept` documents were learned from. `quarantined` ones could not be read.
    pub counts: Counts,
    /// Whether it was stopped before its end: no state was written.
    pub interrupted: bool,
}

impl FitSummary {
    /// The process's exit status by the contract: 0 done, 3 with records that could not be read, 130 interrupted.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        self.counts.exit_status(self.interrupted)
    }
}

/// Lets the corpus-level stages of a pipeline learn from the inputs, each in a pass of its own, since it sees the
/// documents as the stages before leave them. Writes what they have learned to `output`.
///
/// With `options.state`, the stages that have learned there are not asked again. With `options.shard`, one stage
/// learns: what it has learned from the other shards has to be merged in before the next one can.
///
/// # Errors
/// If an input is not there, a state does not fit, or the output cannot be written.
pub fn fit(
    pipeline: &Pipeline,
    inputs: &[String],
    output: &Path,
    options: &Options,
) -> Result<FitSummary, RunError> {
    let options = &options.clone().spilling_beside(output);
    let total = learners(pipeline).count();
    if total == 0 {
        return Err(RunError::new(
            format!("no stage of the pipeline `{}` learns from the corpus", pipeline.name()),
            "run it without a state",
        ));
    }
    let sources = || Ok(list(inputs, &[])?.sources);
    let most = if options.shard.is_some() { 1 } else { usize::MAX };
    let mut states = given(pipeline, options)?;
    let Fitted { counts, ending, .. } =
        learn(pipeline, &mut states, &sources, options.selection(), options, most)?;
    let interrupted = ending != Ending::Whole;
    if !interrupted {
        states.write(output)?;
    }
    Ok(FitSummary { learned: states.len(), left: total - states.len(), counts, interrupted })
}

/// The states that the options give; none if they give none.
pub(crate) fn given(pipeline: &Pipeline, options: &Options) -> Result<States, RunError> {
    match &options.state {
        Some(path) => States::read(path, pipeline),
        None => Ok(States::new()),
    }
}

/// A pipeline that has learned.
pub(crate) struct Fitted<'p> {
    pub(crate) stages: Stages<'p>,
    pub(crate) counts: Counts,
    pub(crate) ending: Ending,
}

/// Lets the stages learn that are not in `states` yet, at most so many, and adds them to it.
pub(crate) fn learn<'p>(
    pipeline: &'p Pipeline,
    states: &mut States,
    sources: &dyn Fn() -> Result<Vec<Source>, RunError>,
    selection: Selection,
    options: &Options,
    most: usize,
) -> Result<Fitted<'p>, RunError> {
    let mut fitted =
        Fitted { stages: Stages::new(pipeline), counts: Counts::default(), ending: Ending::Whole };
    let known = states.len();
    for (number, (index, name, learns)) in learners(pipeline).enumerate() {
        if number >= known.saturating_add(most) {
            break;
        }
        if number >= known {
            let sources = sources()?;
            if sources.iter().any(|source| source.path.is_none()) {
                return Err(RunError::new(
                    format!(
                        "the stage `{name}` learns from the whole corpus, and a stream can be read once only"
                    ),
                    "learn first with `tamiz fit`, then give what it wrote with --state",
                ));
            }
            let (gathered, counts, ending) = pass(&fitted.stages, name, learns, sources, selection, options)?;
            fitted.counts = counts;
            fitted.ending = ending;
            if ending != Ending::Whole {
                break;
            }
            states.push(pipeline, index, learns.save(gathered)?);
        }
        fitted.stages.learned(pipeline, states.finish(number, learns)?);
    }
    Ok(fitted)
}

/// One stage learns from all sources.
fn pass(
    stages: &Stages<'_>,
    name: &str,
    learns: Learns<'_>,
    sources: Vec<Source>,
    selection: Selection,
    options: &Options,
) -> Result<(Gathered, Counts, Ending), RunError> {
    let bytes = sources.iter().map(|source| source.size).sum();
    let mut progress = Progress::new(&format!("learning `{name}`"), bytes, options.quiet);
    let mut total = Tally::new(stages.len());
    let reader = options.reader(sources, None, selection)?;
    let bound = options.bound(options.thread_count());
    let observer =
        || Ok(Observer { stages, learns, gathered: learns.empty(&bound), scratch: Scratch::default() });
    let (ending, observers) = drive(reader, options, observer, |(tally, consumed): (Tally, u64)| {
        progress.add(consumed, tally.counts.read, tally.text_in);
        total.add(tally);
        Ok(())
    })?;
    // Which thread saw which document differs from run to run; that states merge in any order makes up for it.
    let mut sum = learns.empty(&bound);
    for observer in observers {
        learns.merge(&mut sum, observer.gathered)?;
    }
    Ok((sum, total.counts, ending))
}

/// A thread's share of a pass.
struct Observer<'r> {
    stages: &'r Stages<'r>,
    learns: Learns<'r>,
    gathered: Gathered,
    scratch: Scratch,
}

impl Work for Observer<'_> {
    type Done = (Tally, u64);

    fn work(&mut self, batch: &Batch, _: f64) -> Result<(Tally, u64), RunError> {
        let mut tally = Tally::new(self.stages.len());
        for entry in batch.records() {
            let read = entry.and_then(|record| record.document().map(|document| (record, document)));
            let (record, mut document) = match read {
                Ok(read) => read,
                Err(fault) => {
                    // The run that follows tells of it; here it is counted.
                    tally.counts.read += fault.records;
                    tally.counts.quarantined += fault.records;
                    continue;
                }
            };
            tally.counts.read += 1;
            tally.text_in += document.source().len() as u64;
            if self.stages.apply(&mut document, &mut self.scratch, &mut tally.stages).is_err() {
                tally.counts.quarantined += 1;
            } else if document.fate() != Fate::Kept {
                tally.counts.dropped += 1;
            } else {
                // A state that was half changed by a panic is worth nothing, and neither is the pass.
                let Self { learns, gathered, scratch, .. } = self;
                panics::catch(|| learns.observe(gathered, &document, scratch)).map_err(|message| {
                    RunError::new(format!("{}: learning failed: {message}", record.place), "report it")
                })?;
                tally.counts.kept += 1;
            }
        }
        self.gathered.check()?;
        Ok((tally, batch.consumed))
    }
}
