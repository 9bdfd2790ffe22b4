//! The output directory.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tamiz_formats::{Compression, Shape};
use tamiz_review::OutputDir;

use crate::clean::{Cleaned, Shapes};
use crate::guard::Watch;
use crate::journal::{Done, Header, JOURNAL, Journal};
use crate::lock::{LOCK, Lock};
use crate::parts::{OutputFile, Parts, Stream};
use crate::tally::Tally;
use crate::{Options, RunError};

/// The folders that belong to tamiz in an output directory, next to the parts.
const FOLDERS: [&str; 4] = ["dropped", "quarantine", "residue", "_tamiz"];

/// What the corpus-level stages of an unfinished run have learned, in `_tamiz`.
const STATE: &str = "state.json";

/// An output directory that nobody else writes into.
pub(crate) struct Place {
    root: PathBuf,
    lock: Lock,
    /// What an earlier run left there.
    old: Vec<PathBuf>,
}

impl Place {
    /// Takes hold of the directory. One that holds anything is refused, unless it may be overwritten or gone on with:
    /// then nothing may be there but what tamiz wrote.
    pub(crate) fn claim(root: &Path, options: &Options) -> Result<Self, RunError> {
        // Looked at before anything is made, so that a refusal leaves all as it was.
        look(root, options)?;
        let lock = Lock::take(root)?;
        let old = look(root, options)?;
        Ok(Self { root: root.to_owned(), lock, old })
    }

    /// Whether the output is whole: then there is nothing to go on with.
    pub(crate) fn is_whole(&self) -> bool {
        self.root.join("_tamiz/manifest.json").exists()
    }

    /// The manifest's bytes.
    pub(crate) fn manifest(&self) -> Result<Vec<u8>, RunError> {
        let path = self.root.join("_tamiz/manifest.json");
        fs::read(&path).map_err(|error| {
            RunError::new(format!("cannot read {}: {error}", path.display()), "check its permissions")
        })
    }

    /// What an unfinished run's stages have learned, if that is there.
    pub(crate) fn state(&self) -> Option<PathBuf> {
        Some(self.root.join("_tamiz").join(STATE)).filter(|path| path.exists())
    }

    /// Makes the directory ready for a run from the beginning: deletes what an earlier run left there.
    pub(crate) fn begin(
        self,
        compression: Compression,
        shapes: Option<&Shapes>,
        options: &Options,
        header: &Header,
    ) -> Result<Output, RunError> {
        // The manifest says that an output is whole, and the journal that its parts are: so they go before what they
        // vouch for.
        for name in ["manifest.json", JOURNAL] {
            let _ = fs::remove_file(self.root.join("_tamiz").join(name));
        }
        for path in &self.old {
            if path.ends_with("_tamiz") {
                for inner in entries(path)?.iter().filter(|inner| !inner.ends_with(LOCK)) {
                    delete(inner)?;
                }
            } else {
                delete(path)?;
            }
        }
        make_folders(&self.root, options)?;
        let journal = Journal::create(&self.root, header)?;
        Ok(self.output(compression, shapes, options, journal, Done::default()))
    }

    /// Makes the directory ready to go on: deletes what came after the last whole part.
    pub(crate) fn resume(
        self,
        compression: Compression,
        shapes: Option<&Shapes>,
        options: &Options,
        done: Done,
    ) -> Result<Output, RunError> {
        make_folders(&self.root, options)?;
        let known: BTreeSet<PathBuf> = done.files.iter().map(|file| self.root.join(&file.path)).collect();
        for folder in ["", "dropped", "quarantine", "residue"] {
            let path = self.root.join(folder);
            let found = if path.is_dir() { entries(&path)? } else { Vec::new() };
            for path in found.iter().filter(|path| path.is_file() && !known.contains(*path)) {
                delete(path)?;
            }
        }
        let journal = Journal::reopen(&self.root)?;
        Ok(self.output(compression, shapes, options, journal, done))
    }

    fn output(
        self,
        compression: Compression,
        shapes: Option<&Shapes>,
        options: &Options,
        journal: Journal,
        done: Done,
    ) -> Output {
        let stream = |folder, compression: Compression, always| Stream {
            folder,
            suffix: format!(".jsonl{}", compression.suffix()),
            always,
            shape: None,
        };
        let documents = |folder, shape: Option<Shape>, always| match shape {
            None => stream(folder, compression, always),
            shape => Stream { folder, suffix: ".parquet".into(), always, shape },
        };
        // In the order of `Cleaned::blocks`.
        let streams = vec![
            documents("", shapes.map(|shapes| shapes.kept.clone()), true),
            documents("dropped", shapes.map(|shapes| shapes.dropped.clone()), false),
            stream("residue", Compression::Zstd, false),
            // Read by people, and small: so it is never compressed.
            stream("quarantine", Compression::None, false),
        ];
        let Done { batches, chain, parts, files, .. } = done;
        let parts = Parts::new(&self.root, streams, options.part_bytes, parts);
        Output { root: self.root, _lock: self.lock, journal, parts, batches, chain, files }
    }
}

fn make_folders(root: &Path, options: &Options) -> Result<(), RunError> {
    for folder in FOLDERS.into_iter().filter(|folder| options.residue || *folder != "residue") {
        let path = root.join(folder);
        fs::create_dir_all(&path).map_err(|error| RunError::writing(&path, &error))?;
    }
    Ok(())
}

/// What is in an output directory, or why it may not be written into.
fn look(root: &Path, options: &Options) -> Result<Vec<PathBuf>, RunError> {
    if !root.exists() {
        return Ok(Vec::new());
    }
    let mut old = entries(root)?;
    // What a run leaves that was refused or killed before it began.
    old.retain(|path| {
        !path.ends_with("_tamiz")
            || entries(path).is_ok_and(|inner| inner.iter().any(|inner| !inner.ends_with(LOCK)))
    });
    if !old.is_empty() && !options.overwrite && !options.resume {
        let shown = root.display();
        let unfinished = root.join("_tamiz").join(JOURNAL).exists();
        return Err(if unfinished {
            RunError::new(
                format!("the output directory {shown} holds an unfinished run"),
                "go on with --resume, or begin again with --overwrite",
            )
        } else {
            RunError::new(
                format!("the output directory {shown} is not empty"),
                "choose another, or replace what is there with --overwrite",
            )
        });
    }
    if let Some(foreign) = old.iter().find(|path| !is_ours(path)) {
        let option = if options.overwrite { "--overwrite" } else { "--resume" };
        return Err(RunError::new(
            format!("{} was not written by tamiz, so {option} leaves it", foreign.display()),
            "move it away, or choose another output directory",
        ));
    }
    Ok(old)
}

/// What is in a directory, in the order of the names.
fn entries(path: &Path) -> Result<Vec<PathBuf>, RunError> {
    let failed = |error| RunError::writing(path, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        found.push(entry.map_err(failed)?.path());
    }
    found.sort();
    Ok(found)
}

fn delete(path: &Path) -> Result<(), RunError> {
    // A link is taken away, never what it leads to.
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let deleted = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    deleted.map_err(|error| RunError::writing(path, &error))
}

/// Whether a run of tamiz writes a file or folder of that name.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FOLDERS.contains(&&*name) || name.starts_with("part-") || name.starts_with(".part-")
}

/// An output directory that a run writes into.
pub(crate) struct Output {
    root: PathBuf,
    _lock: Lock,
    journal: Journal,
    parts: Parts,
    /// Batches that were written.
    batches: u64,
    /// A running digest of their bytes.
    chain: u64,
    files: Vec<OutputFile>,
}

impl Output {
    /// Keeps what the corpus-level stages have learned, so that a run that goes on need not learn again.
    pub(crate) fn keep_state(
        &self,
        write: impl FnOnce(&Path) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        write(&self.root.join("_tamiz").join(STATE))
    }

    /// Appends what a batch has become. `tally` is of all batches up to this one. True if a part was finished.
    /// `watch` has seen them.
    pub(crate) fn write(
        &mut self,
        cleaned: &mut Cleaned,
        tally: &Tally,
        watch: Option<&mut Watch<'_>>,
    ) -> Result<bool, RunError> {
        self.batches += 1;
        self.chain = link(self.chain, cleaned.digest);
        let full = self.parts.write(&mut cleaned.blocks())?;
        if full {
            self.close(tally, watch)?;
        }
        Ok(full)
    }

    fn close(&mut self, tally: &Tally, watch: Option<&mut Watch<'_>>) -> Result<(), RunError> {
        let files = self.parts.close()?;
        self.journal.part(self.batches, self.chain, files.clone(), tally, watch.map(Watch::part))?;
        self.files.extend(files);
        Ok(())
    }

    /// Finishes the last part. Gives all files: those of documents kept, then those of each other stream.
    pub(crate) fn finish(
        &mut self,
        tally: &Tally,
        watch: Option<&mut Watch<'_>>,
    ) -> Result<Vec<OutputFile>, RunError> {
        if !self.parts.is_closed() {
            self.close(tally, watch)?;
        }
        let mut files = std::mem::take(&mut self.files);
        let stream = |file: &OutputFile| {
            let folder = file.path.split_once('/').map_or("", |(folder, _)| folder);
            ["", "dropped", "residue", "quarantine"].iter().position(|known| *known == folder)
        };
        files.sort_by_key(stream);
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

    /// Takes away what only an unfinished run needs. The manifest is there by now.
    pub(crate) fn forget(self) {
        clear(&self.root);
    }
}

/// Takes away what only an unfinished run needs. What cannot be taken away does no harm.
pub(crate) fn clear(root: &Path) {
    for name in [JOURNAL, STATE] {
        let _ = fs::remove_file(root.join("_tamiz").join(name));
    }
}

/// A running digest with one more in it.
pub(crate) fn link(chain: u64, digest: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&chain.to_le_bytes());
    bytes[8..].copy_from_slice(&digest.to_le_bytes());
    xxhash_rust::xxh3::xxh3_64(&bytes)
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
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
