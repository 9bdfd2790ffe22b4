//! What a run may be told.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tamiz_formats::{Compression, FieldNames, InputError, Limits, Reader, Selection, Source, html};

use crate::learn::counts::Bound;

/// What a run may be told. The default does the whole of the inputs on all cores.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that read, work and write; 0 for as many as there are cores. The output does not depend on it.
    pub threads: usize,
    /// One part of the inputs only.
    pub shard: Option<Shard>,
    /// This many records and faults only, from the start.
    pub limit: Option<u64>,
    /// The state of the corpus-level stages, learned before; without it, a run learns it in a first pass.
    pub state: Option<PathBuf>,
    /// Bytes of memory that a stage which counts may take while it learns. Default: 512 MB.
    pub memory: usize,
    /// The folder for counts that do not fit into that memory; if `None`, beside the output, and for a stream the
    /// system's own for temporary files.
    pub spill: Option<PathBuf>,
    /// Whether a run may replace what an earlier run wrote in the output directory.
    pub overwrite: bool,
    /// Whether a run goes on with what an earlier one, stopped or killed, left unfinished in the output directory.
    pub resume: bool,
    /// How the output is compressed. `None`: as the inputs are if all are compressed alike, else not at all; and
    /// not at all in a stream.
    pub format: Option<Compression>,
    /// Whether documents are written as Parquet files and not as JSON Lines. A stream is always JSON Lines.
    pub parquet: bool,
    /// Whether what is taken out is kept in `residue/`, so that originals can be restored. A stream has no residue.
    pub residue: bool,
    /// What the fields of the input's records are called.
    pub fields: FieldNames,
    /// Whether `report.html` is written.
    pub report: bool,
    /// Whether progress is not shown.
    pub quiet: bool,
    /// Sizes of batches and records, in bytes.
    pub limits: Limits,
    /// How pages of HTML are read.
    pub html: html::Options,
    /// A new part is begun once one holds this many bytes before compression. Default: 256 MB.
    pub part_bytes: u64,
    /// Set to true from elsewhere (a signal handler), it ends the run at the next batch.
    pub stop: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 0,
            shard: None,
            limit: None,
            state: None,
            memory: 512_000_000,
            spill: None,
            overwrite: false,
            resume: false,
            format: None,
            parquet: false,
            residue: true,
            fields: FieldNames::default(),
            report: true,
            quiet: false,
            limits: Limits::default(),
            html: html::Options::default(),
            part_bytes: 256_000_000,
            stop: Arc::default(),
        }
    }
}

impl Options {
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(crate) fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// Spills beside an output, if nothing else is said: that disk is made for large files, and `/tmp` may be memory.
    pub(crate) fn spilling_beside(mut self, output: &Path) -> Self {
        if self.spill.is_none() {
            let absolute = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
            self.spill = absolute.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned);
        }
        self
    }

    /// The bound on counts for each of several that share the memory.
    pub(crate) fn bound(&self, sharers: usize) -> Bound {
        let folder = self.spill.clone().unwrap_or_else(std::env::temp_dir);
        Bound::new(self.memory, sharers, &folder)
    }

    /// A reader of the sources, in the way that these options say.
    pub(crate) fn reader(
        &self,
        sources: Vec<Source>,
        stdin: Option<Box<dyn Read + Send>>,
        selection: Selection,
    ) -> Result<Reader, InputError> {
        let reader = Reader::new(sources, stdin, self.limits, selection)?;
        Ok(reader.with_html(self.html).with_fields(self.fields.clone()))
    }

    pub(crate) fn selection(&self) -> Selection {
        Selection { limit: self.limit, shard: self.shard.map(|shard| (shard.number, shard.of)) }
    }
}

/// One of several equal parts of the inputs: `2/8` is the second of eight.
///
/// Each part is one contiguous stretch: the outputs of all parts, joined in order, are the output of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
            Some((number, of)) => {
                Err(format!("there is no part {number} of {of}: count from 1/{of} to {of}/{of}"))
            }
            None => {
                Err(format!("`{text}` is no part: write two numbers, such as 1/8 for the first of eight"))
            }
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}
