//! An output directory and its manifest.

use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Why an output cannot be read: what, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewError(String);

impl ReviewError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        Self(format!("cannot read {}: {error}", path.display()))
    }
}

impl fmt::Display for ReviewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReviewError {}

/// What `_tamiz/manifest.json` says, as far as this crate asks.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// The version that wrote it.
    pub tamiz: String,
    /// The pipeline that it was made with.
    pub pipeline: Pipeline,
    /// What has become of the records.
    pub counts: Counts,
    /// Every file of the output.
    pub outputs: Vec<OutputFile>,
}

/// A pipeline as a manifest names it.
#[derive(Clone, Debug, Deserialize)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// The digest of its stages, their options and tables.
    #[serde(default)]
    pub digest: String,
    /// The digest of what its corpus-level stages have learned; empty without one.
    #[serde(default)]
    pub state: String,
    /// The text of the definition file.
    pub definition: String,
}

/// What has become of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Records and faults that were met.
    pub read: u64,
    /// Records in the output.
    pub kept: u64,
    /// Records that a stage dropped whole.
    pub dropped: u64,
    /// Records that could not be read.
    pub quarantined: u64,
}

/// A file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OutputFile {
    /// Relative to the output directory, with `/`.
    pub path: String,
    /// Lines in it.
    pub records: u64,
    /// Its size.
    pub bytes: u64,
    /// Its checksum, hexadecimal.
    pub sha256: String,
}

/// A whole output: a directory with a manifest.
#[derive(Clone, Debug)]
pub struct OutputDir {
    root: PathBuf,
    /// The manifest.
    pub manifest: Manifest,
}

impl OutputDir {
    /// Opens an output directory.
    ///
    /// # Errors
    /// If it has no manifest, or one that cannot be read.
    pub fn open(root: &Path) -> Result<Self, ReviewError> {
        let path = root.join("_tamiz").join("manifest.json");
        let bytes = fs::read(&path).map_err(|error| {
            let shown = root.display();
            ReviewError::new(match error.kind() {
                io::ErrorKind::NotFound if !root.exists() => {
                    format!("there is no directory {shown}: name one that `tamiz run … -o` wrote")
                }
                io::ErrorKind::NotFound if root.join("_tamiz").exists() => {
                    format!("{shown} has no manifest, so its run was stopped before its end: run it again")
                }
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    format!("{shown} is no output of tamiz: name a directory that `tamiz run … -o` wrote")
                }
                _ => format!("cannot read {}: {error}", path.display()),
            })
        })?;
        let manifest = serde_json::from_slice(&bytes).map_err(|error| {
            ReviewError::new(format!("{} is damaged: {error}: run it again", path.display()))
        })?;
        Ok(Self { root: root.to_owned(), manifest })
    }

    /// An output directory whose manifest is at hand and not yet written.
    #[must_use]
    pub fn with(root: &Path, manifest: Manifest) -> Self {
        Self { root: root.to_owned(), manifest }
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files of one series, in order: the parts (`""`), `dropped/`, `residue/`, `quarantine/`.
    pub fn files(&self, folder: &str) -> impl Iterator<Item = &OutputFile> {
        self.manifest
            .outputs
            .iter()
            .filter(move |file| file.path.strip_prefix(folder).is_some_and(|name| !name.contains('/')))
    }

    /// Whether the residue was written, so that originals can be restored.
    #[must_use]
    pub fn has_residue(&self) -> bool {
        self.manifest.counts.kept == 0 || self.files("residue/").next().is_some()
    }

    pub(crate) fn lines(&self, folder: &str) -> Lines {
        let paths: Vec<PathBuf> = self.files(folder).map(|file| self.root.join(&file.path)).collect();
        Lines::new(paths)
    }
}

/// The lines of a series of files, decompressed, one at a time.
pub(crate) struct Lines {
    paths: std::vec::IntoIter<PathBuf>,
    current: Option<(PathBuf, BufReader<Box<dyn Read + Send>>)>,
    number: u64,
}

impl Lines {
    pub(crate) fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths: paths.into_iter(), current: None, number: 0 }
    }

    /// The next line, without its line feed, into `line`; false at the end.
    pub(crate) fn next(&mut self, line: &mut Vec<u8>) -> Result<bool, ReviewError> {
        loop {
            line.clear();
            if let Some((path, reader)) = &mut self.current {
                let count =
                    reader.read_until(b'\n', line).map_err(|error| ReviewError::reading(path, &error))?;
                if count > 0 {
                    self.number += 1;
                    if line.last() == Some(&b'\n') {
                        line.pop();
                    }
                    return Ok(true);
                }
            }
            let Some(path) = self.paths.next() else { return Ok(false) };
            let reader: Box<dyn Read + Send> =
                Box::new(tamiz_formats::open(&path).map_err(|error| ReviewError::reading(&path, &error))?);
            self.number = 0;
            self.current = Some((path, BufReader::with_capacity(256 << 10, reader)));
        }
    }

    /// A fault in the line that was read last.
    pub(crate) fn fault(&self, message: impl fmt::Display) -> ReviewError {
        match &self.current {
            Some((path, _)) => ReviewError::new(format!("{}:{}: {message}", path.display(), self.number)),
            None => ReviewError::new(message.to_string()),
        }
    }
}
