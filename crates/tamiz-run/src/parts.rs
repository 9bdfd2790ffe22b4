//! The parts of an output: stretches of the input's batches, each with a file for every stream that has records.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tamiz_formats::{Shape, TableFile};

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
#[derive(Clone)]
pub(crate) struct Stream {
    /// Relative to the output directory; empty for the directory itself.
    pub(crate) folder: &'static str,
    /// What stands behind a part's number, with its dot.
    pub(crate) suffix: String,
    /// Whether the first part has a file even without a record, so that a reader finds an output.
    pub(crate) always: bool,
    /// The columns, of files of Parquet.
    pub(crate) shape: Option<Shape>,
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
    content: Content,
    temporary: PathBuf,
    name: String,
    records: u64,
}

enum Content {
    Bytes(Hashed),
    Rows(Box<TableFile<Hashed>>),
}

/// A file whose bytes are counted and summed up as they are written.
struct Hashed {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Parts {
    /// Parts of these streams from number `number` on.
    pub(crate) fn new(root: &Path, streams: Vec<Stream>, bound: u64, number: u64) -> Self {
        let open = streams.iter().map(|_| None).collect();
        Self { root: root.to_owned(), streams, bound, number, open, plain: 0 }
    }

    /// Appends what has come of a batch, a block for each stream in their order. True if the part is full now.
    pub(crate) fn write(&mut self, blocks: &mut [&mut Block]) -> Result<bool, RunError> {
        for (index, block) in blocks.iter_mut().enumerate().filter(|(_, block)| block.records > 0) {
            let file = self.file(index)?;
            let written = match (&mut file.content, block.rows.take()) {
                (Content::Rows(table), Some(rows)) => table.append(rows),
                (Content::Rows(_), None) => Ok(()),
                (Content::Bytes(file), _) => file.write_all(&block.bytes),
            };
            written.map_err(|error| RunError::writing_part(&file.temporary, &error))?;
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
            let opened = File::create(&temporary).and_then(|file| {
                let file = Hashed { file, hash: Sha256::new(), bytes: 0 };
                Ok(match &stream.shape {
                    None => Content::Bytes(file),
                    Some(shape) => Content::Rows(Box::new(TableFile::new(file, shape)?)),
                })
            });
            let content = opened.map_err(|error| RunError::writing_part(&temporary, &error))?;
            *slot = Some(OpenFile { content, temporary, name, records: 0 });
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
        let mut whole = Vec::new();
        for (stream, slot) in self.streams.iter().zip(&mut self.open) {
            let Some(file) = slot.take() else { continue };
            let ended = match file.content {
                Content::Bytes(file) => Ok(file),
                Content::Rows(table) => table.finish(),
            };
            let synced = ended.and_then(|content| content.file.sync_all().map(|()| content));
            match synced {
                Ok(content) => whole.push((stream, content, file.temporary, file.name, file.records)),
                Err(error) => {
                    let failed = RunError::writing_part(&file.temporary, &error);
                    let others = whole.iter().map(|(_, _, temporary, ..)| temporary);
                    others.chain([&file.temporary]).for_each(|path| drop(fs::remove_file(path)));
                    return Err(failed);
                }
            }
        }
        let mut finished = Vec::new();
        for (stream, content, temporary, name, records) in whole {
            let path = self.root.join(stream.folder).join(&name);
            let renamed = fs::rename(&temporary, &path).and_then(|()| sync_folder(&path));
            if let Err(error) = renamed {
                let _ = fs::remove_file(&temporary);
                return Err(RunError::writing_part(&path, &error));
            }
            finished.push(OutputFile {
                path: place(stream.folder, &name),
                records,
                bytes: content.bytes,
                sha256: hex(&content.hash.finalize()),
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
