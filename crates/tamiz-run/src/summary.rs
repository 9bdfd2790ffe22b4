//! What a run was, for the caller and for `report.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::tally::{Counts, Removed, Seconds, StageTally, Tally};

/// What a run did. The fields are those of `report.json`.
///
/// The times and speeds differ from run to run; everything else is the same for the same inputs and pipeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// What has become of the records.
    pub counts: Counts,
    /// Bytes of UTF-8 of the texts that came in.
    pub text_bytes_in: u64,
    /// Bytes of UTF-8 of the texts that went out.
    pub text_bytes_out: u64,
    /// Files in the input directories that were left alone, since their names say no format that is read.
    pub files_left: u64,
    /// Documents kept by language, where a stage tells it.
    pub languages: BTreeMap<String, u64>,
    /// What was removed from the documents that were kept, by stage, kind and rule.
    pub removed: Vec<Removed>,
    /// The stages in the pipeline's order.
    pub stages: Vec<StageTally>,
    /// The work around the stages.
    pub seconds: Seconds,
    /// Threads that did the work.
    pub threads: usize,
    /// Seconds from start to end on the clock; of a run that went on, with those that its finished parts took before.
    pub wall_seconds: f64,
    /// Megabytes (10^6 bytes) of text in per second on the clock.
    pub megabytes_per_second: f64,
    /// Whether the run was stopped before its end: the output is not whole, and has no manifest.
    pub interrupted: bool,
    /// Whether there was nothing left to do: the output was whole before.
    #[serde(skip)]
    pub was_whole: bool,
}

impl Summary {
    pub(crate) fn new(tally: &Tally, names: &[&'static str], left: u64, threads: usize, wall: f64) -> Self {
        Self {
            counts: tally.counts,
            text_bytes_in: tally.text_in,
            text_bytes_out: tally.text_out,
            files_left: left,
            languages: tally.languages.clone(),
            removed: tally.removed(),
            stages: tally.stages(names.iter().copied()),
            seconds: tally.seconds,
            threads,
            wall_seconds: wall,
            megabytes_per_second: if wall > 0.0 { tally.text_in as f64 / 1e6 / wall } else { 0.0 },
            interrupted: false,
            was_whole: false,
        }
    }

    /// The process's exit status by the contract: 0 done, 3 with records in quarantine, 130 interrupted.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        self.counts.exit_status(self.interrupted)
    }
}
