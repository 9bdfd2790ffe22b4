//! Counts of keys: what a corpus-level stage learns when all that it does is count.

use crate::{Document, Fate, Scratch, Stage, Step};

/// What is counted: an item of a group, such as a line of a site. Keys are in order of group, then item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The group.
    pub group: u64,
    /// The item in it.
    pub item: u64,
}

/// How often a key was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The key.
    pub key: Key,
    /// How often it was met.
    pub sum: u64,
    /// The smallest of the values that it was met with.
    pub least: u64,
}

impl Count {
    /// One meeting of the key, with a value.
    #[must_use]
    pub const fn one(key: Key, value: u64) -> Self {
        Self { key, sum: 1, least: value }
    }

    /// Takes in what another has counted of the same key. It commutes and associates, as [`Merge`](crate::Merge) asks.
    pub fn join(&mut self, other: &Count) {
        self.sum = self.sum.saturating_add(other.sum);
        self.least = self.least.min(other.least);
    }
}

/// Learns from a whole corpus by counting keys, then becomes a stage.
///
/// A [`Fit`](crate::Fit) whose state is kept for it. A corpus has more keys than memory has room for; as sums of
/// counts they can be sorted, written to disk in runs and joined again, and whoever runs the stage does that. The stage
/// only says what is to be counted, and reads the sums in the order of their keys.
pub trait Counter: Send + Sync {
    /// Counts a document, as the stages before have left it.
    fn count(&self, document: &Document, scratch: &mut Scratch, add: &mut dyn FnMut(Count));
    /// The stage that knows the corpus: from every key that was counted, each once, in order.
    fn finish(&self, counts: &mut dyn Iterator<Item = Count>) -> Box<dyn Stage>;
}

impl Step {
    /// Runs the stage over a few documents in memory, after it has learned from all of them if it does: for trials and
    /// tests. Documents that were dropped before teach it, and are left as they are.
    pub fn apply(&self, corpus: &mut [Document]) {
        let learned: Box<dyn Stage>;
        let stage = match self {
            Step::Ready(stage) => stage,
            Step::Learner(learner) => {
                let mut state = learner.empty();
                corpus.iter().for_each(|document| learner.observe(&mut state, document));
                learned = learner.finish(state);
                &learned
            }
            Step::Counter(counter) => {
                learned = counted(&**counter, corpus);
                &learned
            }
        };
        let mut scratch = Scratch::default();
        for document in corpus.iter_mut().filter(|document| document.fate() == Fate::Kept) {
            stage.apply(document, &mut scratch);
        }
    }
}

/// Counts a few documents in memory and finishes: for tests, benches and small corpora.
#[must_use]
pub fn counted(counter: &dyn Counter, documents: &[Document]) -> Box<dyn Stage> {
    let mut counts = std::collections::BTreeMap::new();
    let mut scratch = Scratch::default();
    for document in documents {
        counter.count(document, &mut scratch, &mut |count| {
            counts.entry(count.key).and_modify(|sum: &mut Count| sum.join(&count)).or_insert(count);
        });
    }
    counter.finish(&mut counts.into_values())
}
