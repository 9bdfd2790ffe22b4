//! Runs into a stream: standard input to standard output, in the input's order.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use tamiz_formats::{Compression, Source, list};
use tamiz_pipeline::Pipeline;

use crate::engine::Ending;
use crate::guard::{Seen, Watch};
use crate::journal::Done;
use crate::run::{Job, prepare, stopped};
use crate::summary::Summary;
use crate::{Options, RunError};

/// How long an input may pause before what is there is worked on. Short for a person, long for a processor.
const PATIENCE: Duration = Duration::from_millis(20);

/// How often a run that waits for input looks whether it was stopped.
const GLANCE: Duration = Duration::from_millis(100);

/// Bytes of a broken record that are told of on a stream, where they cannot go to a file.
const EXCERPT: usize = 4096;

/// Runs a pipeline over JSON Lines from a stream into a stream: one record out for each record kept, in order.
///
/// Each batch is written and flushed as it is done, and a batch is cut short where the input pauses, so that a
/// program on both ends of the pipe gets its answer without closing it. Documents that a stage drops are counted only.
/// Records that cannot be read go to `faults`, one line of JSON each, in the form of quarantine files but with at most
/// 4 KiB of the record. If the reader of the output goes away, the run ends quietly.
///
/// # Errors
/// If a corpus-level stage has no state: a stream cannot be read twice. If the output cannot be written.
pub fn stream(
    pipeline: &Pipeline,
    input: impl Read + Send + 'static,
    output: impl Write + Send,
    faults: impl Write + Send,
    options: &Options,
) -> Result<Summary, RunError> {
    if options.shard.is_some() {
        return Err(RunError::new("a stream has no parts", "leave out --shard, or name files"));
    }
    let plain = matches!(options.format, None | Some(Compression::None));
    let input = Box::new(Pausing::new(input, plain));
    pour(pipeline, vec![Source::stdin()], input, !plain, 0, output, faults, options)
}

/// Runs a pipeline over files, directories, globs, or `-` for standard input, into a stream. As [`stream`], but
/// that corpus-level stages learn in a first pass if they have no state.
///
/// # Errors
/// As those of [`stream`], and if an input is not there.
pub fn print(
    pipeline: &Pipeline,
    inputs: &[String],
    output: impl Write + Send,
    faults: impl Write + Send,
    options: &Options,
) -> Result<Summary, RunError> {
    if inputs == ["-"] {
        return stream(pipeline, io::stdin(), output, faults, options);
    }
    let listing = list(inputs, &[])?;
    let input = Box::new(Pausing::new(io::stdin(), false));
    pour(pipeline, listing.sources, input, true, listing.left, output, faults, options)
}

#[expect(clippy::too_many_arguments, reason = "it is called in two places, with all that a stream is")]
fn pour(
    pipeline: &Pipeline,
    sources: Vec<Source>,
    stdin: Box<dyn Read + Send>,
    patient: bool,
    left: u64,
    mut output: impl Write + Send,
    mut faults: impl Write + Send,
    options: &Options,
) -> Result<Summary, RunError> {
    if options.parquet {
        return Err(RunError::new(
            "Parquet cannot be written to a stream: its end is needed to read it",
            "name an output directory, or leave out --format",
        ));
    }
    let start = Instant::now();
    let Some((stages, _)) = prepare(pipeline, &sources, options)? else {
        return Ok(stopped(pipeline, options));
    };
    let compression = options.format.unwrap_or_default();
    let job = Job {
        stages: &stages,
        compression,
        raw_limit: Some(EXCERPT),
        residue: false,
        patient,
        guard: pipeline.guard(),
        shapes: None,
        options,
    };
    let mut watch = pipeline.guard().map(|guard| Watch::new(guard, Seen::default()));
    let (tally, ending) = job.run(sources, stdin, Done::default(), watch.as_mut(), |cleaned, _, _| {
        // That nobody listens to complaints must not stop the work: they are counted all the same.
        let _ = faults.write_all(&cleaned.quarantine.bytes).and_then(|()| faults.flush());
        output
            .write_all(&cleaned.kept.bytes)
            .and_then(|()| output.flush())
            .map_err(|error| RunError::stream(&error))
    })?;
    let wall = start.elapsed().as_secs_f64();
    let summary = Summary::new(&tally, &stages.names(), left, options.thread_count(), wall);
    Ok(Summary { interrupted: ending == Ending::Stopped, ..summary })
}

/// A reader that says [`ErrorKind::WouldBlock`] when its input pauses.
///
/// A thread of its own waits for the input, since nothing else can wait for any reader and for the clock at once.
/// It starts with the first read. It is left alone at the end: if it still waits for input, the process may end
/// without it.
pub(crate) struct Pausing<R> {
    input: Option<R>,
    chunks: Option<Receiver<io::Result<Vec<u8>>>>,
    chunk: Vec<u8>,
    at: usize,
    /// Whether a short pause is told. If not, batches are only cut where the input ends, as those of files are.
    eager: bool,
}

impl<R: Read + Send + 'static> Pausing<R> {
    pub(crate) fn new(input: R, eager: bool) -> Self {
        Self { input: Some(input), chunks: None, chunk: Vec::new(), at: 0, eager }
    }
}

impl<R: Read + Send + 'static> Read for Pausing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(input) = self.input.take() {
            let (sender, receiver) = sync_channel(4);
            self.chunks = Some(receiver);
            std::thread::Builder::new().name("tamiz-input".into()).spawn(move || wait(input, &sender))?;
        }
        if self.at == self.chunk.len() {
            let Some(chunks) = &self.chunks else { return Ok(0) };
            let patience = if self.eager { PATIENCE } else { GLANCE };
            match chunks.recv_timeout(patience) {
                Ok(chunk) => (self.chunk, self.at) = (chunk?, 0),
                Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::WouldBlock.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let count = out.len().min(self.chunk.len() - self.at);
        out[..count].copy_from_slice(&self.chunk[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Passes on what comes until the input ends, or nobody wants more.
fn wait(mut input: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; 256 << 10];
        let sent = match input.read(&mut chunk) {
            Ok(0) => return,
            Ok(count) => {
                chunk.truncate(count);
                sender.send(Ok(chunk))
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                let _ = sender.send(Err(error));
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}
