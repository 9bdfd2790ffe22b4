//! The parts of an output: stretches of the input's batches, each with a file for every stream that has records.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::RunError;
use crate::clean::Block;
use crate::output::{hex, sync_folder};

/// A finished file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputFile {
    /// Relative to the output directory, with `/`.
    pub(crate) path: String,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Where one kind of records goes.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    /// Relative to the output directory; empty for the directory itself.
    pub(crate) folder: &'static str,
    /// What stands behind a part's number, with its dot.
    pub(crate) suffix: String,
    /// Whether the first part has a file even without a record, so that a reader finds an output.
    pub(crate) always: bool,
}

/// The parts of an output, written one after the other.
///
/// A part takes whole batches until its files together hold so many bytes before compression: so where it ends depends
/// on the input alone, and all that came of a batch stands under one number. Its files are written under temporary
/// names. [`Parts::close`] syncs them, then renames them: whatever happens in between, a file under its own name is
/// whole.
pub(crate) struct Parts {
    root: PathBuf,
    streams: Vec<Stream>,
    /// Bytes before compression after which a part is full.
    bound: u64,
    number: u64,
    /// The open part's files, one for each stream that has had a record in it.
    open: Vec<Option<OpenFile>>,
    /// Bytes of the open part before compression.
    plain: u64,
}

struct OpenFile {
    file: File,
    temporary: PathBuf,
    name: String,
    hash: Sha256,
    bytes: u64,
    records: u64,
}

impl Parts {
    /// Parts of these streams from number `number` on.
    pub(crate) fn new(root: &Path, streams: Vec<Stream>, bound: u64, number: u64) -> Self {
        let open = streams.iter().map(|_| None).collect();
        Self { root: root.to_owned(), streams, bound, number, open, plain: 0 }
    }

    /// Appends what has come of a batch, a block for each stream in their order. True if the part is full now.
    pub(crate) fn write(&mut self, blocks: &[&Block]) -> Result<bool, RunError> {
        for (index, block) in blocks.iter().enumerate().filter(|(_, block)| block.records > 0) {
            let file = self.file(index)?;
            file.file
                .write_all(&block.bytes)
                .map_err(|error| RunError::writing_part(&file.temporary, &error))?;
            file.hash.update(&block.bytes);
            file.bytes += block.bytes.len() as u64;
            file.records += block.records;
            self.plain += block.plain;
        }
        Ok(self.plain >= self.bound)
    }

    fn file(&mut self, index: usize) -> Result<&mut OpenFile, RunError> {
        let slot = &mut self.open[index];
        if slot.is_none() {
            let stream = &self.streams[index];
            let name = format!("part-{:05}{}", self.number, stream.suffix);
            let temporary = self.root.join(stream.folder).join(format!(".{name}.tmp"));
            let file =
                File::create(&temporary).map_err(|error| RunError::writing_part(&temporary, &error))?;
            *slot = Some(OpenFile { file, temporary, name, hash: Sha256::new(), bytes: 0, records: 0 });
        }
        Ok(slot.as_mut().expect("it was filled above"))
    }

    /// Whether nothing was written since the last part was closed, and nothing has to be.
    pub(crate) fn is_closed(&self) -> bool {
        self.open.iter().all(Option::is_none) && self.number > 0
    }

    /// Ends the part: gives its files their own names, and returns them in the order of the streams.
    pub(crate) fn close(&mut self) -> Result<Vec<OutputFile>, RunError> {
        for index in 0..self.streams.len() {
            if self.number == 0 && self.streams[index].always {
                self.file(index)?;
            }
        }
        // All of them are on the disk before the first one gets its name.
        for file in self.open.iter().flatten() {
            file.file.sync_all().map_err(|error| RunError::writing_part(&file.temporary, &error))?;
        }
        let mut finished = Vec::new();
        for (stream, slot) in self.streams.iter().zip(&mut self.open) {
            let Some(file) = slot.take() else { continue };
            let path = self.root.join(stream.folder).join(&file.name);
            let renamed = fs::rename(&file.temporary, &path).and_then(|()| sync_folder(&path));
            if let Err(error) = renamed {
                let _ = fs::remove_file(&file.temporary);
                return Err(RunError::writing_part(&path, &error));
            }
            finished.push(OutputFile {
                path: place(stream.folder, &file.name),
                records: file.records,
                bytes: file.bytes,
                sha256: hex(&file.hash.finalize()),
            });
        }
        self.plain = 0;
        self.number += 1;
        Ok(finished)
    }
}

impl Drop for Parts {
    /// A run that ends early leaves no file under a temporary name.
    fn drop(&mut self) {
        for file in self.open.iter().flatten() {
            let _ = fs::remove_file(&file.temporary);
        }
    }
}

/// A file's path relative to the output directory, with `/` on every system.
fn place(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
