//! Runs: counts in order, each key once, as bytes.
//!
//! A run is made of numbers in LEB128, seven bits a byte, least first. Each count is: the difference of its group to the
//! one before; then, if that is 0, the difference of its item, else the item itself; the sum; and the complement of
//! `least`, since a counter that needs no value counts with the largest. Equal counts are equal bytes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tamiz_core::{Count, Key};

use super::counts::part;

/// Bytes that are read or written at once.
const BUFFER: usize = 64 << 10;

/// A run of this many bytes is no longer kept in memory.
const IN_MEMORY: usize = 4 << 20;

/// Where the bytes of a run are.
#[derive(Debug)]
pub(crate) enum Place {
    Memory(Arc<[u8]>),
    /// A file without a name, gone when it is closed, even by a power cut.
    Temporary(File),
    /// From a place in a state file to its end.
    File {
        path: PathBuf,
        offset: u64,
    },
}

/// Counts in order, each key once.
#[derive(Debug)]
pub(crate) struct SortedRun {
    pub(crate) place: Place,
    /// How many counts there are.
    pub(crate) counts: u64,
    /// How many bytes they take.
    pub(crate) bytes: u64,
    /// The SHA-256 of these bytes.
    pub(crate) digest: [u8; 32],
}

impl SortedRun {
    /// Reads it from its start.
    pub(crate) fn open(&self) -> io::Result<RunReader> {
        let input = Digesting { input: self.content()?, hash: Sha256::new() };
        Ok(RunReader {
            input: BufReader::with_capacity(BUFFER, input),
            last: Key::default(),
            left: self.counts,
            digest: self.digest,
        })
    }

    /// Its bytes.
    pub(crate) fn content(&self) -> io::Result<Box<dyn Read + Send>> {
        part(&self.place, self.bytes)
    }
}

struct Digesting {
    input: Box<dyn Read + Send>,
    hash: Sha256,
}

impl Read for Digesting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(out)?;
        self.hash.update(&out[..count]);
        Ok(count)
    }
}

/// The counts of a run, in order. Whether its bytes are what they were is known at its end.
pub(crate) struct RunReader {
    input: BufReader<Digesting>,
    last: Key,
    left: u64,
    digest: [u8; 32],
}

impl RunReader {
    fn count(&mut self) -> io::Result<Count> {
        let group = self.number()?;
        let item = self.number()?;
        let key = if group == 0 {
            Key { item: self.last.item.wrapping_add(item), ..self.last }
        } else {
            Key { group: self.last.group.wrapping_add(group), item }
        };
        self.last = key;
        Ok(Count { key, sum: self.number()?, least: !self.number()? })
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let mut byte = [0];
            self.input.read_exact(&mut byte)?;
            number |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    fn end(&mut self) -> io::Result<()> {
        let mut byte = [0];
        let rest = self.input.read(&mut byte)?;
        let found: [u8; 32] = self.input.get_mut().hash.clone().finalize().into();
        if rest == 0 && found == self.digest { Ok(()) } else { Err(damaged()) }
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the counts are damaged: they do not match their checksum")
}

impl Iterator for RunReader {
    type Item = io::Result<Count>;

    fn next(&mut self) -> Option<io::Result<Count>> {
        if self.left == 0 {
            return self.end().err().map(Err);
        }
        self.left -= 1;
        let count = self.count();
        if count.is_err() {
            self.left = 0;
        }
        Some(count)
    }
}

/// Writes a run. Counts come in order.
pub(crate) struct RunWriter {
    out: Out,
    hash: Sha256,
    last: Key,
    counts: u64,
    bytes: u64,
    folder: PathBuf,
    block: Vec<u8>,
}

enum Out {
    Memory(Vec<u8>),
    File(BufWriter<File>),
}

impl RunWriter {
    pub(crate) fn on_disk(folder: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self::new(Out::File(BufWriter::with_capacity(BUFFER, file)), folder))
    }

    /// In memory as long as it is small.
    pub(crate) fn in_memory(folder: &Path) -> Self {
        Self::new(Out::Memory(Vec::new()), folder)
    }

    fn new(out: Out, folder: &Path) -> Self {
        Self {
            out,
            hash: Sha256::new(),
            last: Key::default(),
            counts: 0,
            bytes: 0,
            folder: folder.to_owned(),
            block: Vec::with_capacity(BUFFER + 64),
        }
    }

    pub(crate) fn push(&mut self, count: &Count) -> io::Result<()> {
        let group = count.key.group - self.last.group;
        let item = if group == 0 { count.key.item - self.last.item } else { count.key.item };
        self.last = count.key;
        self.counts += 1;
        for number in [group, item, count.sum, !count.least] {
            leb128(number, &mut self.block);
        }
        if self.block.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash.update(&self.block);
        self.bytes += self.block.len() as u64;
        if let Out::Memory(content) = &mut self.out {
            if content.len() + self.block.len() <= IN_MEMORY {
                content.append(&mut self.block);
                return Ok(());
            }
            let mut file = BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(&self.folder)?);
            file.write_all(content)?;
            self.out = Out::File(file);
        }
        if let Out::File(file) = &mut self.out {
            file.write_all(&self.block)?;
        }
        self.block.clear();
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<SortedRun> {
        self.flush()?;
        let place = match self.out {
            Out::Memory(content) => Place::Memory(content.into()),
            Out::File(file) => Place::Temporary(file.into_inner().map_err(io::IntoInnerError::into_error)?),
        };
        let digest = self.hash.finalize().into();
        Ok(SortedRun { place, counts: self.counts, bytes: self.bytes, digest })
    }
}

fn leb128(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
