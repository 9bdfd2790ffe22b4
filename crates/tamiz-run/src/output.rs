//! The output directory.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use tamiz_formats::Compression;
use tamiz_review::OutputDir;

use crate::clean::Block;
use crate::{Options, RunError};

/// The folders that belong to tamiz in an output directory, next to the parts.
const FOLDERS: [&str; 4] = ["dropped", "quarantine", "residue", "_tamiz"];

/// A finished file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OutputFile {
    /// Relative to the output directory, with `/`.
    path: String,
    records: u64,
    bytes: u64,
    sha256: String,
}

/// An output directory that a run writes into.
pub(crate) struct Output {
    root: PathBuf,
    pub(crate) kept: Parts,
    pub(crate) dropped: Parts,
    pub(crate) residue: Parts,
    pub(crate) quarantine: Parts,
}

impl Output {
    /// Looks whether the directory can be written into, and gives what an earlier run left there. One that holds anything
    /// is refused, unless it may be overwritten: then nothing may be there but what tamiz wrote.
    pub(crate) fn check(root: &Path, options: &Options) -> Result<Vec<PathBuf>, RunError> {
        let writing = |error| RunError::writing(root, &error);
        if !root.exists() {
            return Ok(Vec::new());
        }
        let mut old = Vec::new();
        for entry in fs::read_dir(root).map_err(writing)? {
            old.push(entry.map_err(writing)?.path());
        }
        if !old.is_empty() && !options.overwrite {
            return Err(RunError::new(
                format!("the output directory {} is not empty", root.display()),
                "choose another, or replace what is there with --overwrite",
            ));
        }
        old.sort();
        if let Some(foreign) = old.iter().find(|path| !is_ours(path)) {
            return Err(RunError::new(
                format!("{} was not written by tamiz, so --overwrite leaves it", foreign.display()),
                "move it away, or choose another output directory",
            ));
        }
        Ok(old)
    }

    /// Makes the directory ready: deletes what an earlier run left there.
    ///
    /// # Errors
    /// As those of [`Output::check`], and if something cannot be deleted or made.
    pub(crate) fn create(root: &Path, compression: Compression, options: &Options) -> Result<Self, RunError> {
        let writing = |error| RunError::writing(root, &error);
        let old = Self::check(root, options)?;
        fs::create_dir_all(root).map_err(writing)?;
        for path in old {
            // The manifest says that an output is whole, so it goes before what it vouches for.
            if path.ends_with("_tamiz") {
                let _ = fs::remove_file(path.join("manifest.json"));
            }
            let deleted = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            deleted.map_err(|error| RunError::writing(&path, &error))?;
        }
        for folder in FOLDERS.into_iter().filter(|folder| options.residue || *folder != "residue") {
            fs::create_dir(root.join(folder)).map_err(writing)?;
        }
        let parts = |folder: &str, compression| Parts {
            root: root.to_owned(),
            folder: folder.to_owned(),
            suffix: format!(".jsonl{}", Compression::suffix(compression)),
            bound: options.part_bytes,
            current: None,
            finished: Vec::new(),
        };
        Ok(Self {
            root: root.to_owned(),
            kept: parts("", compression),
            dropped: parts("dropped/", compression),
            residue: parts("residue/", Compression::Zstd),
            // Read by people, and small: so it is never compressed.
            quarantine: parts("quarantine/", Compression::None),
        })
    }

    /// Finishes every part. There is a first one even if nothing was kept, so that a reader finds an output.
    pub(crate) fn finish(&mut self) -> Result<Vec<OutputFile>, RunError> {
        if self.kept.finished.is_empty() && self.kept.current.is_none() {
            self.kept.open()?;
        }
        let mut files = Vec::new();
        for parts in [&mut self.kept, &mut self.dropped, &mut self.residue, &mut self.quarantine] {
            parts.close()?;
            files.append(&mut parts.finished);
        }
        Ok(files)
    }

    /// Writes a file of `_tamiz` under a temporary name, and renames it.
    pub(crate) fn note(&self, name: &str, content: &impl Serialize) -> Result<(), RunError> {
        let folder = self.root.join("_tamiz");
        let path = folder.join(name);
        let mut bytes = serde_json::to_vec_pretty(content).map_err(|error| {
            RunError::new(format!("cannot write {}: {error}", path.display()), "report it")
        })?;
        bytes.push(b'\n');
        replace(&path, &bytes)
    }

    /// Writes a text file of `_tamiz` in the same way.
    pub(crate) fn page(&self, name: &str, text: &str) -> Result<(), RunError> {
        replace(&self.root.join("_tamiz").join(name), text.as_bytes())
    }

    /// The output, as it is read back, with a manifest that is not yet written.
    pub(crate) fn review(&self, manifest: &impl Serialize) -> Result<OutputDir, RunError> {
        let manifest = serde_json::to_value(manifest).and_then(serde_json::from_value);
        let fault = |error| RunError::new(format!("cannot read the manifest back: {error}"), "report it");
        Ok(OutputDir::with(&self.root, manifest.map_err(fault)?))
    }
}

/// Writes a file whole or not at all: under a temporary name beside it, synced, then renamed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        RunError::writing(path, &error)
    })
}

/// Makes a rename last: the folder's own entry has to be on the disk too.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Whether a run of tamiz writes a file or folder of that name.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FOLDERS.contains(&&*name) || name.starts_with("part-") || name.starts_with(".part-")
}

/// A series of files, each begun once the one before is full.
pub(crate) struct Parts {
    root: PathBuf,
    /// Relative to the root, with a `/` at its end; empty for the root itself.
    folder: String,
    suffix: String,
    /// Bytes before compression after which a file is full.
    bound: u64,
    current: Option<Part>,
    finished: Vec<OutputFile>,
}

struct Part {
    file: File,
    temporary: PathBuf,
    name: String,
    hash: Sha256,
    bytes: u64,
    plain: u64,
    records: u64,
}

impl Parts {
    /// Appends a block. Blocks are never divided, so where a part ends does not depend on threads.
    pub(crate) fn write(&mut self, block: &Block) -> Result<(), RunError> {
        if block.records == 0 {
            return Ok(());
        }
        if self.current.as_ref().is_some_and(|part| part.plain >= self.bound) {
            self.close()?;
        }
        if self.current.is_none() {
            self.open()?;
        }
        let Some(part) = &mut self.current else { return Ok(()) };
        part.file.write_all(&block.bytes).map_err(|error| RunError::writing(&part.temporary, &error))?;
        part.hash.update(&block.bytes);
        part.bytes += block.bytes.len() as u64;
        part.plain += block.plain;
        part.records += block.records;
        Ok(())
    }

    fn open(&mut self) -> Result<(), RunError> {
        let name = format!("part-{:05}{}", self.finished.len(), self.suffix);
        let temporary = self.root.join(&self.folder).join(format!(".{name}.tmp"));
        let file = File::create(&temporary).map_err(|error| RunError::writing(&temporary, &error))?;
        let part = Part { file, temporary, name, hash: Sha256::new(), bytes: 0, plain: 0, records: 0 };
        self.current = Some(part);
        Ok(())
    }

    fn close(&mut self) -> Result<(), RunError> {
        let Some(part) = self.current.take() else { return Ok(()) };
        let path = self.root.join(&self.folder).join(&part.name);
        let finish = || {
            part.file.sync_all()?;
            fs::rename(&part.temporary, &path)?;
            sync_folder(&path)
        };
        finish().map_err(|error| RunError::writing(&path, &error))?;
        self.finished.push(OutputFile {
            path: format!("{}{}", self.folder, part.name),
            records: part.records,
            bytes: part.bytes,
            sha256: hex(&part.hash.finalize()),
        });
        Ok(())
    }
}

impl Drop for Parts {
    /// A run that ends early leaves no file under a temporary name.
    fn drop(&mut self) {
        if let Some(part) = &self.current {
            let _ = fs::remove_file(&part.temporary);
        }
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
