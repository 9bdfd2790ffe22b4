//! Runs: from inputs to an output directory.

use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use tamiz_formats::{Compression, Listing, Reader, Selection, Source, list};
use tamiz_pipeline::Pipeline;

use crate::clean::{Cleaned, Cleaner};
use crate::engine::{Ending, drive};
use crate::fit::{given, learn};
use crate::output::{Output, OutputFile};
use crate::progress::Progress;
use crate::stages::Stages;
use crate::state::{States, VERSION};
use crate::stream::Pausing;
use crate::summary::Summary;
use crate::tally::{Counts, Tally};
use crate::{Options, RunError};

/// Runs a pipeline over files, directories, globs, or `-` for standard input, into an output directory.
///
/// Corpus-level stages that have no state learn first, from all of the inputs, even if `options.shard` asks for a
/// part: so every part is cleaned by what the whole has taught.
///
/// # Errors
/// If an input is not there, the output directory is not empty, a state does not fit, or the output cannot be
/// written. A record or file that cannot be read is none of these: it goes to quarantine.
pub fn run(
    pipeline: &Pipeline,
    inputs: &[String],
    output: &Path,
    options: &Options,
) -> Result<Summary, RunError> {
    let start = Instant::now();
    let options = &options.clone().spilling_beside(output);
    let listing = list(inputs, &[output])?;
    let compression = options.format.unwrap_or_else(|| alike(&listing.sources));
    // An output that would be refused is refused before an hour of learning, and made after it: so that a state that
    // does not fit leaves nothing behind.
    Output::check(output, options)?;
    let Some((stages, states)) = prepare(pipeline, &listing.sources, options)? else {
        return Ok(stopped(pipeline, options));
    };
    let mut output = Output::create(output, compression, options)?;
    let work = Job { stages: &stages, compression, raw_limit: None, options };
    let sizes = sizes(inputs, &listing);
    let left = listing.left;
    let (mut tally, ending) = work.run(listing.sources, stdin(), |cleaned| {
        output.kept.write(&cleaned.kept)?;
        output.dropped.write(&cleaned.dropped)?;
        output.quarantine.write(&cleaned.quarantine)
    })?;
    let clock = Instant::now();
    let files = output.finish()?;
    tally.seconds.writing += clock.elapsed().as_secs_f64();
    let wall = start.elapsed().as_secs_f64();
    let mut summary = Summary::new(&tally, &stages.names(), left, options.thread_count(), wall);
    summary.interrupted = ending != Ending::Whole;
    output.note("report.json", &summary)?;
    if !summary.interrupted {
        let manifest =
            Manifest::new(pipeline, &states, inputs, &sizes, left, &tally, files, compression, options);
        output.note("manifest.json", &manifest)?;
    }
    Ok(summary)
}

/// Lets the corpus-level stages learn, or take what they have learned before; `None` if that was stopped.
pub(crate) fn prepare<'p>(
    pipeline: &'p Pipeline,
    sources: &[Source],
    options: &Options,
) -> Result<Option<(Stages<'p>, States)>, RunError> {
    let mut states = given(pipeline, options)?;
    let selection = Selection { shard: None, ..options.selection() };
    let again = || Ok(sources.to_vec());
    let fitted = learn(pipeline, &mut states, &again, selection, options, usize::MAX)?;
    Ok((fitted.ending == Ending::Whole).then_some((fitted.stages, states)))
}

pub(crate) fn stopped(pipeline: &Pipeline, options: &Options) -> Summary {
    let names: Vec<_> = pipeline.stages().iter().map(|stage| stage.name).collect();
    let summary = Summary::new(&Tally::new(names.len()), &names, 0, options.thread_count(), 0.0);
    Summary { interrupted: true, ..summary }
}

/// Standard input, which tells when it pauses.
fn stdin() -> Box<dyn Read + Send> {
    Box::new(Pausing::new(io::stdin(), false))
}

/// The compression that all inputs share; none if they differ.
fn alike(sources: &[Source]) -> Compression {
    let mut compressions = sources.iter().map(|source| source.compression);
    let first = compressions.next().unwrap_or_default();
    if compressions.all(|other| other == first) { first } else { Compression::None }
}

/// What the second pass of a run does, whatever becomes of its output.
pub(crate) struct Job<'r> {
    pub(crate) stages: &'r Stages<'r>,
    pub(crate) compression: Compression,
    /// The most bytes of a broken record that go to quarantine; the usual number if `None`.
    pub(crate) raw_limit: Option<usize>,
    pub(crate) options: &'r Options,
}

impl Job<'_> {
    /// Cleans the sources, batch by batch into the sink.
    pub(crate) fn run(
        &self,
        sources: Vec<Source>,
        stdin: Box<dyn Read + Send>,
        mut sink: impl FnMut(&Cleaned) -> Result<(), RunError> + Send,
    ) -> Result<(Tally, Ending), RunError> {
        let options = self.options;
        let bytes = sources.iter().map(|source| source.size).sum();
        let mut progress = Progress::new("cleaning", bytes, options.quiet);
        let mut total = Tally::new(self.stages.len());
        let reader =
            Reader::new(sources, Some(stdin), options.limits, options.selection())?.with_html(options.html);
        let cleaner = || Cleaner::new(self.stages, self.compression, self.raw_limit);
        let (ending, _) = drive(reader, options, cleaner, |mut cleaned: Cleaned| {
            let clock = Instant::now();
            sink(&cleaned)?;
            cleaned.tally.seconds.writing += clock.elapsed().as_secs_f64();
            let Cleaned { tally, consumed, .. } = cleaned;
            progress.add(consumed, tally.counts.read, tally.text_in);
            total.add(tally);
            Ok(())
        })?;
        Ok((total, ending))
    }
}

/// Files and bytes of each given input.
fn sizes(inputs: &[String], listing: &Listing) -> Vec<(u64, u64)> {
    let mut sizes = vec![(0, 0); inputs.len()];
    for source in &listing.sources {
        sizes[source.input].0 += 1;
        sizes[source.input].1 += source.size;
    }
    sizes
}

/// `manifest.json`: what a whole output was made from and what is in it. It holds no clock, no thread count and no
/// path but as the user gave it, so that it is the same for the same run.
#[derive(Serialize)]
struct Manifest<'m> {
    tamiz: &'static str,
    pipeline: ManifestPipeline<'m>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    inputs: Vec<ManifestInput<'m>>,
    files_left: u64,
    counts: Counts,
    format: String,
    outputs: Vec<OutputFile>,
}

#[derive(Serialize)]
struct ManifestPipeline<'m> {
    name: &'m str,
    /// The digest of all stages, their options and tables; empty without a stage.
    digest: String,
    /// The digest of what its corpus-level stages have learned; empty without one.
    state: String,
    definition: &'m str,
}

#[derive(Serialize)]
struct ManifestInput<'m> {
    input: &'m str,
    files: u64,
    bytes: u64,
    records: u64,
}

impl<'m> Manifest<'m> {
    #[expect(clippy::too_many_arguments, reason = "it is called in one place, with all that a run is")]
    fn new(
        pipeline: &'m Pipeline,
        states: &States,
        inputs: &'m [String],
        sizes: &[(u64, u64)],
        files_left: u64,
        tally: &Tally,
        outputs: Vec<OutputFile>,
        compression: Compression,
        options: &Options,
    ) -> Self {
        let last = pipeline.stages().len().checked_sub(1);
        let inputs = (inputs.iter().zip(sizes).enumerate())
            .map(|(number, (input, &(files, bytes)))| {
                let records = tally.inputs.get(number).copied().unwrap_or(0);
                ManifestInput { input, files, bytes, records }
            })
            .collect();
        Self {
            tamiz: VERSION,
            pipeline: ManifestPipeline {
                name: pipeline.name(),
                digest: last.map(|last| pipeline.digest_up_to(last)).unwrap_or_default(),
                state: states.digest(),
                definition: pipeline.text(),
            },
            shard: options.shard.map(|shard| shard.to_string()),
            limit: options.limit,
            inputs,
            files_left,
            counts: tally.counts,
            format: format!("jsonl{}", compression.suffix()),
            outputs,
        }
    }
}
