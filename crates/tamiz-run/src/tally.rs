//! What a run counts.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use serde::{Deserialize, Serialize};
use tamiz_core::{Kind, Reason};

/// What has become of the records. Always: `read = kept + dropped + quarantined`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records and faults that were met.
    pub read: u64,
    /// Records that are in the output.
    pub kept: u64,
    /// Records that a stage dropped whole.
    pub dropped: u64,
    /// Records that could not be read, or that a stage failed on; and inputs that could not be read on.
    pub quarantined: u64,
    /// Kept records of which nothing but blanks is left.
    pub emptied: u64,
    /// Records of WARC files that were passed over, since they are no documents: requests, pictures, errors. They do
    /// not count as read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub passed: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    /// The process's exit status by the contract: 0 done, 3 with records in quarantine, 130 interrupted.
    pub(crate) fn exit_status(self, interrupted: bool) -> u8 {
        if interrupted {
            130
        } else if self.quarantined > 0 {
            3
        } else {
            0
        }
    }

    fn add(&mut self, other: Counts) {
        self.read += other.read;
        self.kept += other.kept;
        self.dropped += other.dropped;
        self.quarantined += other.quarantined;
        self.emptied += other.emptied;
        self.passed += other.passed;
    }
}

/// How much was removed for one reason.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Amount {
    pub(crate) pieces: u64,
    pub(crate) characters: u64,
}

/// Hashes a reason. Every removed piece is counted by one, and the standard library's hash, made for keys that an enemy
/// chooses, took longer than writing the piece: these are words of tables and of the user's own definition.
#[derive(Default)]
pub(crate) struct Words(u64);

impl Words {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        // The last eight bytes overlap those before, so that no length takes a loop over single bytes but a short one.
        match bytes.last_chunk() {
            Some(last) => {
                bytes.as_chunks().0.iter().for_each(|chunk| self.add(u64::from_le_bytes(*chunk)));
                self.add(u64::from_le_bytes(*last));
            }
            None => self.add(bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        }
    }

    fn finish(&self) -> u64 {
        // The table goes by the highest and by the lowest bits.
        self.0 ^ self.0 >> 32
    }
}

/// How much was removed by a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The stage's name.
    pub stage: &'static str,
    /// What the text was.
    pub kind: Kind,
    /// The rule that decided.
    pub rule: &'static str,
    /// Pieces of text.
    pub pieces: u64,
    /// Their code points.
    pub characters: u64,
}

/// What a stage did, and the time it took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageTally {
    /// Its name.
    pub stage: &'static str,
    /// Documents that came to it.
    pub documents: u64,
    /// Documents that it dropped whole.
    pub dropped: u64,
    /// Megabytes (10^6 bytes) of source text that came to it.
    pub megabytes: f64,
    /// Seconds that it took, added up over the threads.
    pub seconds: f64,
    /// Megabytes of source text per second, on one thread.
    pub megabytes_per_second: f64,
}

/// Seconds that the work around the stages took, added up over the threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// Opening, decompressing, and cutting into records.
    pub reading: f64,
    /// Taking records apart, and decoding their texts.
    pub parsing: f64,
    /// From marks to output records.
    pub rendering: f64,
    /// Compression of the output.
    pub compressing: f64,
    /// Handing the output to the system, and its checksums.
    pub writing: f64,
}

/// Running totals of one batch, or of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    /// Bytes of the texts that came in and that went out.
    pub(crate) text_in: u64,
    pub(crate) text_out: u64,
    pub(crate) removed: HashMap<Reason, Amount, BuildHasherDefault<Words>>,
    pub(crate) languages: BTreeMap<String, u64>,
    /// Records and faults of each given input.
    pub(crate) inputs: Vec<u64>,
    pub(crate) stages: Vec<StageCount>,
    pub(crate) seconds: Seconds,
    /// Seconds on the clock up to the part that was finished last, of this run and those that it goes on with.
    pub(crate) wall: f64,
}

/// As [`StageTally`], without what can be computed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StageCount {
    pub(crate) documents: u64,
    pub(crate) dropped: u64,
    pub(crate) bytes: u64,
    pub(crate) nanoseconds: u64,
    /// Allocations, where they are counted.
    #[serde(default)]
    pub(crate) allocations: u64,
}

impl Tally {
    pub(crate) fn new(stages: usize) -> Self {
        Self { stages: vec![StageCount::default(); stages], ..Self::default() }
    }

    /// Counts so many records of that input, or a fault that stands for them.
    pub(crate) fn saw(&mut self, input: usize, records: u64) {
        self.counts.read += records;
        if self.inputs.len() <= input {
            self.inputs.resize(input + 1, 0);
        }
        self.inputs[input] += records;
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.counts.add(other.counts);
        self.text_in += other.text_in;
        self.text_out += other.text_out;
        for (reason, amount) in other.removed {
            let sum = self.removed.entry(reason).or_default();
            sum.pieces += amount.pieces;
            sum.characters += amount.characters;
        }
        for (language, count) in other.languages {
            *self.languages.entry(language).or_default() += count;
        }
        self.inputs.resize(self.inputs.len().max(other.inputs.len()), 0);
        for (sum, count) in self.inputs.iter_mut().zip(other.inputs) {
            *sum += count;
        }
        for (sum, count) in self.stages.iter_mut().zip(other.stages) {
            sum.documents += count.documents;
            sum.dropped += count.dropped;
            sum.bytes += count.bytes;
            sum.nanoseconds += count.nanoseconds;
            sum.allocations += count.allocations;
        }
        self.seconds.reading += other.seconds.reading;
        self.seconds.parsing += other.seconds.parsing;
        self.seconds.rendering += other.seconds.rendering;
        self.seconds.compressing += other.seconds.compressing;
        self.seconds.writing += other.seconds.writing;
    }

    /// What was removed, by stage, kind and rule, in their order: a hash map's own must not reach an output.
    pub(crate) fn removed(&self) -> Vec<Removed> {
        let mut removed: Vec<Removed> = (self.removed.iter())
            .map(|(reason, &amount)| Removed {
                stage: reason.stage,
                kind: reason.kind,
                rule: reason.rule.as_str(),
                pieces: amount.pieces,
                characters: amount.characters,
            })
            .collect();
        removed.sort_by_key(|entry| (entry.stage, entry.kind, entry.rule));
        removed
    }

    pub(crate) fn stages<'n>(&'n self, names: impl Iterator<Item = &'static str> + 'n) -> Vec<StageTally> {
        names
            .zip(&self.stages)
            .map(|(stage, count)| {
                let (megabytes, seconds) = (count.bytes as f64 / 1e6, count.nanoseconds as f64 / 1e9);
                let megabytes_per_second = if seconds > 0.0 { megabytes / seconds } else { 0.0 };
                let StageCount { documents, dropped, .. } = *count;
                StageTally { stage, documents, dropped, megabytes, seconds, megabytes_per_second }
            })
            .collect()
    }
}
