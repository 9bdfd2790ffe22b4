//! How fast a pipeline is, stage by stage, against reading and writing alone.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use tamiz_formats::{Batch, Compression, list};
use tamiz_pipeline::Pipeline;

use crate::clean::Cleaner;
use crate::engine::Work;
use crate::run::prepare;
use crate::stages::Stages;
use crate::tally::Tally;
use crate::{Options, RunError};

/// Bytes of input that are measured: enough to be steady, few enough to be held in memory.
const SAMPLE: usize = 64 << 20;

/// Counts the calling thread's allocations so far, where the program has an allocator that counts.
static ALLOCATIONS: OnceLock<fn() -> u64> = OnceLock::new();

/// Says how the calling thread's allocations are counted: for programs whose global allocator does. Benches then tell of
/// them.
pub fn count_allocations(counter: fn() -> u64) {
    // The first one stays; there is one allocator.
    let _ = ALLOCATIONS.set(counter);
}

/// The calling thread's allocations so far; 0 where nothing counts them.
pub(crate) fn allocations() -> u64 {
    ALLOCATIONS.get().map_or(0, |counter| counter())
}

/// What was measured, on one thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bench {
    /// Documents in the sample.
    pub documents: u64,
    /// Bytes of their texts.
    pub text_bytes: u64,
    /// Reading and writing: `reading`, `parsing`, `rendering` (without a mark to render), `compressing`.
    pub floor: Vec<BenchRow>,
    /// The stages in the pipeline's order, each on what the stages before have left.
    pub stages: Vec<BenchRow>,
    /// Reading and writing alone.
    pub floor_total: BenchRow,
    /// The whole pipeline, reading and writing included.
    pub total: BenchRow,
}

/// A part of the work and the time it took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BenchRow {
    /// The stage's name, or what is done.
    pub name: String,
    /// Documents that came to it.
    pub documents: u64,
    /// Megabytes (10^6 bytes) of their texts per second.
    pub megabytes_per_second: f64,
    /// Nanoseconds per document.
    pub nanoseconds_per_document: f64,
    /// Times as long as reading and writing alone: what can be compared between machines.
    pub times_floor: f64,
    /// The share of the whole pipeline's time, from 0 to 1.
    #[serde(default)]
    pub share: f64,
    /// Calls per document that asked for memory or for more of it, where the program counts them: see
    /// [`count_allocations`]. The parts of reading and writing are only counted together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations_per_document: Option<f64>,
}

/// Measures a pipeline on the first 64 MiB of the inputs, held in memory: the best of `rounds` rounds, on one thread.
/// The output is compressed as it would be in a run, and thrown away.
///
/// # Errors
/// If an input is not there, or a state does not fit.
pub fn bench(
    pipeline: &Pipeline,
    inputs: &[String],
    rounds: usize,
    options: &Options,
) -> Result<Bench, RunError> {
    let listing = list(inputs, &[])?;
    let compression = options.format.unwrap_or(Compression::Zstd);
    let bare = Pipeline::parse("bare", "name = \"bare\"", &tamiz_pipeline::Registry::new(&[]))
        .map_err(|mistakes| RunError::new(mistakes.to_string(), "report it"))?;
    let Some((stages, _)) = prepare(pipeline, &listing.sources, options)? else {
        return Err(RunError::new("stopped", "run it again"));
    };
    let none = Stages::new(&bare);
    let stdin = Box::new(std::io::stdin());
    let mut reader = options.reader(listing.sources, Some(stdin), options.selection())?;
    let (mut batches, mut held, mut reading) = (Vec::new(), 0, 0.0);
    while held < SAMPLE && !options.stopped() {
        let mut batch = Batch::default();
        let start = std::time::Instant::now();
        if !reader.next(&mut batch, &|| !options.stopped()) {
            break;
        }
        reading += start.elapsed().as_secs_f64();
        held += batch.len();
        batches.push(batch);
    }
    let best = |stages| -> Result<Measured, RunError> {
        let mut cleaner = Cleaner::new(stages, compression, None, false, None, None)?;
        let mut best: Option<(f64, Measured)> = None;
        // Tables are read by the first document that needs them, which would count for all if there is one round.
        if let Some(first) = batches.first() {
            cleaner.work(first, 0.0)?;
        }
        for _ in 0..rounds.max(1) {
            let mut sum = Tally::new(stages.len());
            let allocated = allocations();
            for batch in &batches {
                sum.add(cleaner.work(batch, 0.0)?.tally);
            }
            let allocated = allocations() - allocated;
            sum.seconds.reading = reading;
            let seconds = total_seconds(&sum);
            if best.as_ref().is_none_or(|(least, _)| seconds < *least) {
                best = Some((seconds, (sum, allocated)));
            }
        }
        Ok(best.map(|(_, measured)| measured).unwrap_or_default())
    };
    let ((floor, floor_allocations), (tally, all_allocations)) = (best(&none)?, best(&stages)?);
    let documents = floor.counts.kept;
    let text = floor.text_in;
    let floor_seconds = total_seconds(&floor);
    let whole = total_seconds(&tally);
    let row = |name: &str, documents: u64, bytes: u64, seconds: f64| BenchRow {
        name: name.to_owned(),
        documents,
        megabytes_per_second: ratio(bytes as f64 / 1e6, seconds),
        nanoseconds_per_document: ratio(seconds * 1e9, documents as f64),
        times_floor: ratio(seconds, floor_seconds),
        share: ratio(seconds, whole),
        allocations_per_document: None,
    };
    let allocated =
        |count: u64, documents: u64| ALLOCATIONS.get().map(|_| ratio(count as f64, documents as f64));
    let seconds = floor.seconds;
    Ok(Bench {
        documents,
        text_bytes: text,
        floor: vec![
            row("reading", documents, text, seconds.reading),
            row("parsing", documents, text, seconds.parsing),
            row("rendering", documents, text, seconds.rendering),
            row("compressing", documents, text, seconds.compressing),
        ],
        stages: (stages.names().iter().zip(&tally.stages))
            .map(|(name, count)| BenchRow {
                allocations_per_document: allocated(count.allocations, count.documents),
                ..row(name, count.documents, count.bytes, count.nanoseconds as f64 / 1e9)
            })
            .collect(),
        floor_total: BenchRow {
            allocations_per_document: allocated(floor_allocations, documents),
            ..row("reading and writing", documents, text, floor_seconds)
        },
        total: BenchRow {
            allocations_per_document: allocated(all_allocations, documents),
            ..row("all", documents, text, whole)
        },
    })
}

/// A round's tally, and the allocations in it.
type Measured = (Tally, u64);

fn total_seconds(tally: &Tally) -> f64 {
    let stages: u64 = tally.stages.iter().map(|stage| stage.nanoseconds).sum();
    let around = tally.seconds;
    stages as f64 / 1e9 + around.reading + around.parsing + around.rendering + around.compressing
}

/// A quotient; 0 where there is nothing to divide by.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}
