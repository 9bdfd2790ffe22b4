//! Counts that outgrow memory: sorted, written to disk in runs, and joined again.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tamiz_core::Count;

use super::sorted::{Place, RunReader, RunWriter, SortedRun};

/// Runs that are open at once. More are joined into one first: every run takes a file and a buffer.
const OPEN: usize = 64;

/// Where counts go, and how much memory they may take.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Counts that are held in memory.
    pub(crate) counts: usize,
    /// The folder for what does not fit.
    pub(crate) folder: PathBuf,
}

impl Bound {
    /// A bound of so many bytes, shared by so many gatherers.
    pub(crate) fn new(bytes: usize, sharers: usize, folder: &Path) -> Self {
        let counts = bytes / sharers.max(1) / size_of::<Count>();
        Self { counts: counts.max(1024), folder: folder.to_owned() }
    }
}

/// A multiset of counts, of any size in bounded memory.
pub(crate) struct Counts {
    bound: Bound,
    /// In any order, keys more than once.
    fresh: Vec<Count>,
    /// On disk: each in order, keys once.
    runs: Vec<SortedRun>,
    /// Why something could not be written, if that was so. Told at the next chance to tell it.
    failure: Option<io::Error>,
}

impl Counts {
    pub(crate) fn new(bound: Bound) -> Self {
        Self { bound, fresh: Vec::new(), runs: Vec::new(), failure: None }
    }

    pub(crate) fn add(&mut self, count: Count) {
        if self.fresh.len() == self.fresh.capacity() {
            self.make_room();
        }
        self.fresh.push(count);
    }

    /// Counts that there is room for in memory.
    #[cfg(test)]
    pub(crate) fn holds(&self) -> usize {
        self.fresh.capacity()
    }

    /// Tells of a failure to write.
    pub(crate) fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Room for one more: by growth up to the bound, then by joining what is there, then by spilling it.
    fn make_room(&mut self) {
        let most = self.bound.counts;
        if self.fresh.len() < most {
            let wanted = (self.fresh.len() * 2).clamp(1024.min(most), most);
            self.fresh.reserve_exact(wanted - self.fresh.len());
            return;
        }
        join(&mut self.fresh);
        // A buffer that stays more than half full would be joined again and again for little.
        if self.fresh.len() > most / 2
            && let Err(error) = self.spill()
        {
            self.failure.get_or_insert(error);
            self.fresh.clear();
        }
    }

    /// Writes what is in memory, which is in order, as a run.
    fn spill(&mut self) -> io::Result<()> {
        let mut run = RunWriter::on_disk(&self.bound.folder)?;
        for count in self.fresh.drain(..) {
            run.push(&count)?;
        }
        self.add_run(run.finish()?)
    }

    /// Adds a run. It is joined with others when there are too many to be read at once.
    pub(crate) fn add_run(&mut self, run: SortedRun) -> io::Result<()> {
        self.runs.push(run);
        if self.runs.len() > OPEN {
            // The smaller half: so a count is written again as often as its run has doubled, not for every new run.
            self.runs.sort_by_key(|run| std::cmp::Reverse(run.bytes));
            let small = self.runs.split_off(OPEN / 2);
            let mut joined = RunWriter::on_disk(&self.bound.folder)?;
            Joined::new(Vec::new(), &small)?.try_for_each(|count| joined.push(&count?))?;
            self.runs.push(joined.finish()?);
        }
        Ok(())
    }

    /// Takes in what another has counted.
    pub(crate) fn absorb(&mut self, other: Counts) -> io::Result<()> {
        let Counts { fresh, runs, failure, .. } = other;
        failure.map_or(Ok(()), Err)?;
        for run in runs {
            self.add_run(run)?;
        }
        if self.fresh.is_empty() && fresh.capacity() <= self.bound.counts {
            self.fresh = fresh;
        } else {
            fresh.into_iter().for_each(|count| self.add(count));
        }
        self.check()
    }

    /// All of it as one run: the same bytes for the same counts, however they were added.
    pub(crate) fn into_run(mut self) -> io::Result<SortedRun> {
        self.check()?;
        join(&mut self.fresh);
        if self.fresh.is_empty() && self.runs.len() == 1 {
            return self.runs.pop().ok_or_else(|| io::Error::other("one run is there"));
        }
        let mut whole = if self.runs.is_empty() {
            RunWriter::in_memory(&self.bound.folder)
        } else {
            RunWriter::on_disk(&self.bound.folder)?
        };
        Joined::new(self.fresh, &self.runs)?.try_for_each(|count| whole.push(&count?))?;
        whole.finish()
    }
}

/// Sorts, and makes one count of those with the same key.
fn join(counts: &mut Vec<Count>) {
    counts.sort_unstable_by_key(|count| count.key);
    counts.dedup_by(|next, count| {
        let same = next.key == count.key;
        if same {
            count.join(next);
        }
        same
    });
}

/// Several runs as one: every key once, in order.
pub(crate) struct Joined {
    memory: std::iter::Peekable<std::vec::IntoIter<Count>>,
    runs: Vec<RunReader>,
    /// The runs' next counts as a heap: the smallest key first, then the number of its run.
    heads: std::collections::BinaryHeap<std::cmp::Reverse<(tamiz_core::Key, usize)>>,
    next: Vec<Option<Count>>,
}

impl Joined {
    /// Joins counts that are in order, keys once, with runs.
    pub(crate) fn new(memory: Vec<Count>, runs: &[SortedRun]) -> io::Result<Self> {
        let mut joined = Self {
            memory: memory.into_iter().peekable(),
            runs: runs.iter().map(SortedRun::open).collect::<io::Result<_>>()?,
            heads: std::collections::BinaryHeap::with_capacity(runs.len()),
            next: vec![None; runs.len()],
        };
        for number in 0..runs.len() {
            joined.advance(number)?;
        }
        Ok(joined)
    }

    fn advance(&mut self, number: usize) -> io::Result<()> {
        self.next[number] = self.runs[number].next().transpose()?;
        if let Some(count) = self.next[number] {
            self.heads.push(std::cmp::Reverse((count.key, number)));
        }
        Ok(())
    }

    fn smallest(&mut self) -> io::Result<Option<Count>> {
        let on_disk = self.heads.peek().map(|head| head.0.0);
        let in_memory = self.memory.peek().map(|count| count.key);
        let key = match (on_disk, in_memory) {
            (Some(a), Some(b)) => a.min(b),
            (Some(key), None) | (None, Some(key)) => key,
            (None, None) => return Ok(None),
        };
        let mut sum = self.memory.next_if(|count| count.key == key);
        while let Some(&std::cmp::Reverse((head, number))) = self.heads.peek() {
            if head != key {
                break;
            }
            self.heads.pop();
            if let Some(count) = self.next[number].take() {
                match &mut sum {
                    Some(sum) => sum.join(&count),
                    None => sum = Some(count),
                }
            }
            self.advance(number)?;
        }
        Ok(sum)
    }
}

impl Iterator for Joined {
    type Item = io::Result<Count>;

    fn next(&mut self) -> Option<io::Result<Count>> {
        self.smallest().transpose()
    }
}

/// A part of a file or of memory, as a reader of its own.
pub(crate) fn part(place: &Place, bytes: u64) -> io::Result<Box<dyn Read + Send>> {
    Ok(match place {
        Place::Memory(content) => Box::new(io::Cursor::new(std::sync::Arc::clone(content))),
        Place::Temporary(file) => {
            // The clone shares the file's position, so a run is read by one reader at a time: each starts anew.
            let mut file = file.try_clone()?;
            file.seek(SeekFrom::Start(0))?;
            Box::new(file.take(bytes))
        }
        Place::File { path, offset } => {
            let mut file = std::fs::File::open(path)?;
            file.seek(SeekFrom::Start(*offset))?;
            Box::new(file.take(bytes))
        }
    })
}
