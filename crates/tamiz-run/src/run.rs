//! Runs: from inputs to an output directory.

use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tamiz_formats::{Batch, Compression, Listing, Reader, Selection, Shape, Source, list};
use tamiz_pipeline::{Guard, Pipeline};

use crate::clean::{Cleaned, Cleaner, Shapes};
use crate::engine::{Ending, drive};
use crate::fit::{given, learn};
use crate::guard::{Seen, Watch};
use crate::journal::{self, Done, Header};
use crate::learn::learners;
use crate::output::{Output, Place, clear, hex, link};
use crate::parts::OutputFile;
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
    let sizes = sizes(inputs, &listing);
    let left = listing.left;
    // An output that would be refused is refused before an hour of learning, and made after it: so that a state that
    // does not fit leaves nothing behind.
    let place = Place::claim(output, options)?;
    if options.resume && place.is_whole() {
        let summary = whole(&place, output, pipeline, inputs, &sizes, compression, options)?;
        clear(output);
        return Ok(summary);
    }
    let mut header = header(pipeline, inputs, &listing, compression, options);
    let unfinished = if options.resume { journal::read(output)? } else { None };
    let mut state = options.state.clone();
    if let Some((old, _)) = &unfinished {
        header.fits(old, output)?;
        state = state.or_else(|| place.state());
    }
    let learning = Options { state, ..options.clone() };
    let Some((stages, states)) = prepare(pipeline, &listing.sources, &learning)? else {
        return Ok(stopped(pipeline, options));
    };
    header.state = states.digest();
    let shapes = if options.parquet { Some(shapes(&listing.sources, &stages, options)?) } else { None };
    let mut done = Done { tally: Tally::new(stages.len()), ..Done::default() };
    let mut watch = pipeline.guard().map(|guard| Watch::new(guard, Seen::default()));
    let mut output = if let Some((old, mut so_far)) = unfinished {
        header.fits(&old, output)?;
        watch = pipeline.guard().map(|guard| Watch::new(guard, std::mem::take(&mut so_far.seen)));
        done.batches = so_far.batches;
        done.chain = so_far.chain;
        if so_far.parts > 0 {
            done.tally = so_far.tally.clone();
        }
        place.resume(compression, shapes.as_ref(), options, so_far)?
    } else {
        let output = place.begin(compression, shapes.as_ref(), options, &header)?;
        if learning.state.is_none() && learners(pipeline).next().is_some() {
            output.keep_state(|path| states.write(path))?;
        }
        output
    };
    let work = Job {
        stages: &stages,
        compression,
        raw_limit: None,
        residue: options.residue,
        patient: true,
        guard: pipeline.guard(),
        shapes: shapes.as_ref(),
        options,
    };
    // What the finished parts hold: all that is left of a run that is stopped.
    let mut held = done.tally.clone();
    let before = done.tally.wall;
    let (mut tally, ending) =
        work.run(listing.sources, stdin(), done, watch.as_mut(), |cleaned, tally, watch| {
            if output.write(cleaned, tally, watch)? {
                held = tally.clone();
            }
            Ok(())
        })?;
    let interrupted = ending != Ending::Whole;
    let clock = Instant::now();
    let files = if interrupted { Vec::new() } else { output.finish(&tally, watch.as_mut())? };
    tally.seconds.writing += clock.elapsed().as_secs_f64();
    let wall = before + start.elapsed().as_secs_f64();
    let told = if interrupted { &held } else { &tally };
    let summary = Summary::new(told, &stages.names(), left, options.thread_count(), wall);
    let summary = Summary { interrupted, ..summary };
    output.note("report.json", &summary)?;
    if !interrupted {
        let manifest =
            Manifest::new(pipeline, &states, inputs, &sizes, left, &tally, files, compression, options);
        if options.report {
            report(&output, &manifest, &summary)?;
        }
        output.note("manifest.json", &manifest)?;
        output.forget();
    }
    Ok(summary)
}

/// Writes `report.html`. Of a run that was stopped there is none: its output is not whole.
fn report(output: &Output, manifest: &Manifest<'_>, summary: &Summary) -> Result<(), RunError> {
    let summary = serde_json::to_value(summary)
        .map_err(|error| RunError::new(format!("cannot write the report: {error}"), "report it"))?;
    let page = tamiz_review::report(&output.review(manifest)?, &summary)
        .map_err(|error| RunError::new(error.to_string(), "check the output's disk"))?;
    output.page("report.html", &page)
}

/// What this run is a run of, but for what its stages have still to learn.
fn header(
    pipeline: &Pipeline,
    inputs: &[String],
    listing: &Listing,
    compression: Compression,
    options: &Options,
) -> Header {
    let mut seen = Sha256::new();
    let mut see = |text: &str| {
        seen.update((text.len() as u64).to_le_bytes());
        seen.update(text);
    };
    inputs.iter().for_each(|input| see(input));
    for source in &listing.sources {
        see(&source.name);
        see(&format!("{} {:?}", source.size, source.modified));
    }
    see(&listing.left.to_string());
    let shown = |value: Option<String>| value.unwrap_or_else(|| "none".into());
    let options = [
        ("format", if options.parquet { "Parquet".into() } else { compression.to_string() }),
        ("shard", shown(options.shard.map(|shard| shard.to_string()))),
        ("limit", shown(options.limit.map(|limit| limit.to_string()))),
        ("residue", options.residue.to_string()),
        ("html", format!("{:?}", options.html)),
        ("fields", format!("{} {}", options.fields.id, options.fields.text)),
        ("sizes", format!("{:?} {}", options.limits, options.part_bytes)),
    ];
    let mut definition = Sha256::new();
    for text in [pipeline.name(), pipeline.text(), &digest(pipeline)] {
        definition.update((text.len() as u64).to_le_bytes());
        definition.update(text);
    }
    Header {
        tamiz: VERSION.to_owned(),
        definition: hex(&definition.finalize()),
        inputs: hex(&seen.finalize()),
        options: options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        state: String::new(),
    }
}

/// The digest of all stages, their options and tables; empty without a stage.
fn digest(pipeline: &Pipeline) -> String {
    let last = pipeline.stages().len().checked_sub(1);
    last.map(|last| pipeline.digest_up_to(last)).unwrap_or_default()
}

/// What an output that is whole holds, if it is the output of this run.
fn whole(
    place: &Place,
    output: &Path,
    pipeline: &Pipeline,
    inputs: &[String],
    sizes: &[(u64, u64)],
    compression: Compression,
    options: &Options,
) -> Result<Summary, RunError> {
    let empty = Tally::new(pipeline.stages().len());
    let expected =
        Manifest::new(pipeline, &States::new(), inputs, sizes, 0, &empty, Vec::new(), compression, options);
    let parsed = serde_json::from_slice(&place.manifest()?).and_then(|found: serde_json::Value| {
        let counts = Counts::deserialize(&found["counts"])?;
        Ok((found, serde_json::to_value(&expected)?, counts))
    });
    let (mut found, mut expected, counts) = parsed.map_err(|error| {
        let message = format!("the manifest in {} cannot be read: {error}", output.display());
        RunError::new(message, "begin again with --overwrite")
    })?;
    for manifest in [&mut found, &mut expected] {
        // What a run only learns on its way.
        for key in ["counts", "outputs", "files_left"] {
            manifest[key].take();
        }
        manifest["pipeline"]["state"].take();
        for input in manifest["inputs"].as_array_mut().into_iter().flatten() {
            input["records"].take();
        }
    }
    if found != expected {
        let keys = ["tamiz", "pipeline", "inputs", "shard", "limit", "format"];
        let key = keys.into_iter().find(|key| found[key] != expected[key]).unwrap_or("content");
        return Err(RunError::new(
            format!("{} holds the whole output of another run: its `{key}` differs", output.display()),
            "choose another output directory, or replace what is there with --overwrite",
        ));
    }
    let tally = Tally { counts, ..empty };
    let names: Vec<_> = pipeline.stages().iter().map(|stage| stage.name).collect();
    let summary = Summary::new(&tally, &names, 0, options.thread_count(), 0.0);
    Ok(Summary { was_whole: true, ..summary })
}

/// The columns of an output of Parquet files.
fn shapes(sources: &[Source], stages: &Stages<'_>, options: &Options) -> Result<Shapes, RunError> {
    let failed = |message| {
        RunError::new(
            format!("the documents cannot be written as Parquet: {message}"),
            "write JSON Lines, which hold whatever the input has: --format jsonl.zst",
        )
    };
    let kept = Shape::of(sources, &options.fields, stages.marks()).map_err(failed)?;
    let dropped = kept.dropped(stages.marks()).map_err(failed)?;
    Ok(Shapes { kept, dropped })
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
    /// Whether what is taken out is kept beside.
    pub(crate) residue: bool,
    /// Whether a pause of the input cuts no batch short, so that where batches end depends on the input alone.
    pub(crate) patient: bool,
    /// What stops the run early.
    pub(crate) guard: Option<&'r Guard>,
    /// The columns of the output, if it is of Parquet files.
    pub(crate) shapes: Option<&'r Shapes>,
    pub(crate) options: &'r Options,
}

impl Job<'_> {
    /// Cleans the sources, batch by batch into the sink. `watch` may stop that.
    pub(crate) fn run(
        &self,
        sources: Vec<Source>,
        stdin: Box<dyn Read + Send>,
        done: Done,
        mut watch: Option<&mut Watch<'_>>,
        mut sink: impl FnMut(&mut Cleaned, &Tally, Option<&mut Watch<'_>>) -> Result<(), RunError> + Send,
    ) -> Result<(Tally, Ending), RunError> {
        let options = self.options;
        let bytes = sources.iter().map(|source| source.size).sum();
        let mut progress = Progress::new("cleaning", bytes, options.quiet);
        let mut reader = options.reader(sources, Some(stdin), options.selection())?.patient(self.patient);
        if !pass_over(&mut reader, &done, &mut progress, options)? {
            return Ok((done.tally, Ending::Stopped));
        }
        let mut total = done.tally;
        let (before, begun) = (total.wall, Instant::now());
        let cleaner = || {
            let (stages, guard) = (self.stages, self.guard);
            Cleaner::new(stages, self.compression, self.raw_limit, self.residue, guard, self.shapes)
        };
        if let Some(watch) = &watch {
            watch.begin()?;
        }
        let (ending, _) = drive(reader, options, cleaner, |mut cleaned: Cleaned| {
            let clock = Instant::now();
            let tally = std::mem::take(&mut cleaned.tally);
            progress.add(cleaned.consumed, tally.counts.read, tally.text_in);
            total.add(tally);
            total.wall = before + begun.elapsed().as_secs_f64();
            // The journal has to know what was seen of a part, so that comes before writing and the judgement after.
            let sites = watch.as_mut().map(|watch| watch.add(std::mem::take(&mut cleaned.seen)));
            sink(&mut cleaned, &total, watch.as_deref_mut())?;
            total.seconds.writing += clock.elapsed().as_secs_f64();
            match (&watch, sites) {
                (Some(watch), Some(sites)) => watch.judge(sites.iter()),
                _ => Ok(()),
            }
        })?;
        if let (Some(watch), Ending::Whole) = (&watch, ending) {
            watch.finish()?;
        }
        Ok((total, ending))
    }
}

/// Reads past the batches that an earlier run has done, and makes sure that they still are what they were. False if it
/// was stopped.
///
/// The input is read again and only not parsed: that takes as long as decompressing it, and in return no format has
/// to know how to begin in its middle, and an input that was exchanged is noticed whatever its name, size and date say.
fn pass_over(
    reader: &mut Reader,
    done: &Done,
    progress: &mut Progress,
    options: &Options,
) -> Result<bool, RunError> {
    let mut batch = Batch::default();
    let mut chain = 0;
    for _ in 0..done.batches {
        let more = reader.next(&mut batch, &|| !options.stopped());
        if options.stopped() {
            return Ok(false);
        }
        if more {
            chain = link(chain, batch.digest());
            progress.add(batch.consumed, 0, 0);
        }
    }
    if chain != done.chain {
        return Err(RunError::new(
            "the unfinished run cannot go on: the input that it has read is not the same now",
            "begin again with --overwrite",
        ));
    }
    Ok(true)
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
                digest: digest(pipeline),
                state: states.digest(),
                definition: pipeline.text(),
            },
            shard: options.shard.map(|shard| shard.to_string()),
            limit: options.limit,
            inputs,
            files_left,
            counts: tally.counts,
            format: match options.parquet {
                true => "parquet".into(),
                false => format!("jsonl{}", compression.suffix()),
            },
            outputs,
        }
    }
}
