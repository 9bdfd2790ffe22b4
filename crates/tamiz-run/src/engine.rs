//! The engine: threads that read, work and write by turns, in the inputs' order and in bounded memory.
//!
//! There is no thread that only reads and none that only writes. Every thread of the pool takes the next batch (one
//! at a time), works on it, hands in what it has become, and, if that is the next in order and nobody is writing,
//! writes it and all that waits behind it. So `--threads N` keeps N cores busy, whatever share of the work is reading
//! or writing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tamiz_formats::{Batch, Reader};

use crate::{Options, RunError, panics};

/// What a thread does with batches.
pub(crate) trait Work: Send {
    /// What a batch becomes.
    type Done: Send;
    /// Works on one batch. `reading` is the time in seconds that it took to read.
    fn work(&mut self, batch: &Batch, reading: f64) -> Result<Self::Done, RunError>;
}

/// How the work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// At the end of the inputs.
    Whole,
    /// Because it was told to stop.
    Stopped,
    /// Because nobody reads the output any more.
    Closed,
}

/// Batches on their way, each with its permits.
struct Flow<D> {
    /// The number of the batch that is written next.
    next: u64,
    waiting: BTreeMap<u64, (usize, D)>,
    writing: bool,
    /// Bytes of the batches that were read and are not yet written.
    in_flight: usize,
    failure: Option<RunError>,
    /// Batches whose memory is free.
    spare: Vec<Batch>,
}

/// Reads, works and writes until the inputs end, the run is stopped, or a fault stops it. `sink` is called in the order
/// of the batches, by one thread at a time. Gives back the workers too.
pub(crate) fn drive<W: Work>(
    mut reader: Reader,
    options: &Options,
    worker: impl Fn() -> Result<W, RunError> + Sync,
    sink: impl FnMut(W::Done) -> Result<(), RunError> + Send,
) -> Result<(Ending, Vec<W>), RunError> {
    let threads = options.thread_count();
    // Each thread's own batch, one more each that waits for its turn, and two, so that nobody waits for a small delay.
    let budget = (2 * threads + 2) * options.limits.batch;
    let mut stopped = false;
    let first = reader.next_number();
    // Set when the run has failed: whoever waits for input that may never come has to look up.
    let failed = AtomicBool::new(false);
    let reading: Reading<'_> = Mutex::new(Box::new(|batch: &mut Batch| {
        let go_on = || !options.stopped() && !failed.load(Ordering::Relaxed);
        let more = go_on() && reader.next(batch, &go_on);
        stopped |= options.stopped();
        more && go_on()
    }));
    let engine = Engine::<W::Done> {
        flow: Mutex::new(Flow {
            next: first,
            waiting: BTreeMap::new(),
            writing: false,
            in_flight: 0,
            failure: None,
            spare: Vec::new(),
        }),
        written: Condvar::new(),
        budget,
        behind: threads.div_ceil(2),
    };
    let (sink, workers) = (Mutex::new(sink), Mutex::new(Vec::new()));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("tamiz-{number}"))
        .build()
        .map_err(|error| {
            RunError::new(format!("cannot start {threads} threads: {error}"), "use fewer --threads")
        })?;
    pool.broadcast(|_| {
        // A panic here is a fault of tamiz's own. The other threads must not wait for this one's batch for ever.
        let result = panics::catch(|| {
            let mut worker = worker()?;
            engine.turn(&reading, &mut worker, &sink)?;
            lock(&workers).push(worker);
            Ok(())
        });
        let ours = |message| RunError::new(format!("a fault of tamiz itself: {message}"), "please report it");
        if let Err(error) = result.unwrap_or_else(|message| Err(ours(message))) {
            failed.store(true, Ordering::Relaxed);
            lock(&engine.flow).failure.get_or_insert(error);
            engine.written.notify_all();
        }
    });
    drop(reading);
    let failure = lock(&engine.flow).failure.take();
    let workers = workers.into_inner().unwrap_or_else(PoisonError::into_inner);
    match failure {
        Some(failure) if failure.closed => Ok((Ending::Closed, workers)),
        Some(failure) => Err(failure),
        None if stopped => Ok((Ending::Stopped, workers)),
        None => Ok((Ending::Whole, workers)),
    }
}

type Reading<'r> = Mutex<Box<dyn FnMut(&mut Batch) -> bool + Send + 'r>>;

struct Engine<D> {
    flow: Mutex<Flow<D>>,
    /// Told whenever a batch was written, or the run has failed.
    written: Condvar,
    /// Bytes of batches that may be in flight before nobody reads on.
    budget: usize,
    /// How many batches may wait behind one that is being written. Bringing a part to the disk takes a while: without
    /// this bound, all that may be in flight would pile up behind it, which no short run would ever see.
    behind: usize,
}

/// Locks; what a panic left behind is looked at all the same, since every panic ends in a failure.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D: Send> Engine<D> {
    /// One thread's part: batch after batch until there are no more.
    fn turn<W: Work<Done = D>>(
        &self,
        reading: &Reading<'_>,
        worker: &mut W,
        sink: &Mutex<impl FnMut(D) -> Result<(), RunError>>,
    ) -> Result<(), RunError> {
        while let Some((batch, seconds)) = self.take(reading) {
            let done = worker.work(&batch, seconds)?;
            self.hand_in(batch, done, sink)?;
        }
        Ok(())
    }

    /// Waits for a permit and reads the next batch.
    fn take(&self, reading: &Reading<'_>) -> Option<(Batch, f64)> {
        let mut read = lock(reading);
        let mut flow = lock(&self.flow);
        // The batch that is next in order is with a thread that does not wait here, so the wait ends.
        while flow.failure.is_none()
            && (flow.in_flight >= self.budget || (flow.writing && flow.waiting.len() >= self.behind))
        {
            flow = self.written.wait(flow).unwrap_or_else(PoisonError::into_inner);
        }
        if flow.failure.is_some() {
            return None;
        }
        let mut batch = flow.spare.pop().unwrap_or_default();
        drop(flow);
        let start = std::time::Instant::now();
        if !read(&mut batch) {
            return None;
        }
        lock(&self.flow).in_flight += batch.len();
        Some((batch, start.elapsed().as_secs_f64()))
    }

    /// Hands in what a batch has become, and writes what is next in order unless another thread is at it.
    fn hand_in(
        &self,
        batch: Batch,
        done: D,
        sink: &Mutex<impl FnMut(D) -> Result<(), RunError>>,
    ) -> Result<(), RunError> {
        let mut flow = lock(&self.flow);
        flow.waiting.insert(batch.number, (batch.len(), done));
        flow.spare.push(batch);
        if flow.writing {
            return Ok(());
        }
        flow.writing = true;
        loop {
            let next = flow.next;
            let Some((bytes, done)) = flow.waiting.remove(&next) else { break };
            drop(flow);
            lock(sink)(done)?;
            flow = lock(&self.flow);
            flow.next += 1;
            flow.in_flight -= bytes;
            self.written.notify_all();
        }
        flow.writing = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use tamiz_formats::{Limits, Selection, Source};

    use super::*;

    const BATCH: usize = 1000;

    fn reader(lines: usize) -> Reader {
        let input = "{\"text\":\"a\"}\n".repeat(lines);
        let limits = Limits { batch: BATCH, ..Limits::default() };
        Reader::new(vec![Source::stdin()], Some(Box::new(Cursor::new(input))), limits, Selection::default())
            .unwrap()
    }

    fn options(threads: usize) -> Options {
        Options { threads, limits: Limits { batch: BATCH, ..Limits::default() }, ..Options::default() }
    }

    /// Keeps the first batch back until nobody takes another.
    struct Hoarder<'t> {
        taken: &'t AtomicUsize,
        most: &'t AtomicUsize,
        released: &'t AtomicBool,
    }

    impl Work for Hoarder<'_> {
        type Done = u64;

        fn work(&mut self, batch: &Batch, _: f64) -> Result<u64, RunError> {
            self.taken.fetch_add(1, Ordering::SeqCst);
            if batch.number == 0 {
                let mut before = 0;
                while before != self.taken.load(Ordering::SeqCst) {
                    before = self.taken.load(Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(200));
                }
                self.most.store(before, Ordering::SeqCst);
                self.released.store(true, Ordering::SeqCst);
            }
            Ok(batch.number)
        }
    }

    #[test]
    fn a_slow_batch_holds_up_reading_before_memory_fills() {
        let (taken, most, released) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let worker = || Ok(Hoarder { taken: &taken, most: &most, released: &released });
        let mut order = Vec::new();
        let sink = |number: u64| {
            assert!(released.load(Ordering::SeqCst));
            order.push(number);
            Ok(())
        };
        let (ending, _) = drive(reader(20_000), &options(3), worker, sink).unwrap();
        assert_eq!(ending, Ending::Whole);
        assert!(order.len() > 200 && order.iter().copied().eq(0..order.len() as u64));
        // Eight permits; batches are a little smaller than their limit.
        assert!((8..=10).contains(&most.load(Ordering::SeqCst)), "{most:?} batches in flight");
    }

    struct Faulty;

    impl Work for Faulty {
        type Done = ();

        fn work(&mut self, batch: &Batch, _: f64) -> Result<(), RunError> {
            assert!(batch.number != 3, "a fault in the engine's own work");
            Ok(())
        }
    }

    #[test]
    fn a_fault_of_a_worker_ends_the_run_and_leaves_nobody_waiting() {
        let error = drive(reader(20_000), &options(4), || Ok(Faulty), |()| Ok(())).map(|_| ()).unwrap_err();
        assert!(
            error.to_string().starts_with("a fault of tamiz itself: a fault in the engine's own work"),
            "{error}"
        );
    }
}
