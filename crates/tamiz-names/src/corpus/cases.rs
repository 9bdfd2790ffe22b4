//! How often a word stands in small letters and how often in capitals, over the whole corpus.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Cells of one row; few in this crate's own tests, which merge thousands of sketches.
const CELLS: usize = if cfg!(test) { 1 << 10 } else { 1 << 19 };

/// A count-min sketch of words: two rows of cells, each counting the words that share it; of a word's two cells, the
/// smaller counts are believed. Eight megabytes, however many words there are, and sums of sketches are exact.
///
/// Source: Cormode and Muthukrishnan, *An improved data stream summary: the count-min sketch and its applications*,
/// Journal of Algorithms 55 (2005).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<u32, (u32, u32)>", into = "BTreeMap<u32, (u32, u32)>")]
pub(crate) struct Cases {
    /// Both rows, one after the other; empty until something is counted.
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell {
    small: u32,
    capital: u32,
}

impl std::fmt::Debug for Cases {
    /// The cells in use: all of them would fill a book.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.cells.iter().filter(|cell| **cell != Cell::default())).finish()
    }
}

impl Cases {
    pub(crate) fn add_small(&mut self, hash: u64) {
        for cell in self.cells(hash) {
            cell.small = cell.small.saturating_add(1);
        }
    }

    /// A capital where no sentence begins.
    pub(crate) fn add_capital(&mut self, hash: u64) {
        for cell in self.cells(hash) {
            cell.capital = cell.capital.saturating_add(1);
        }
    }

    fn cells(&mut self, hash: u64) -> [&mut Cell; 2] {
        if self.cells.is_empty() {
            self.cells.resize(2 * CELLS, Cell::default());
        }
        let [one, two] = places(hash);
        let (first, second) = self.cells.split_at_mut(CELLS);
        [&mut first[one], &mut second[two]]
    }

    fn count(&self, hash: u64) -> Cell {
        if self.cells.is_empty() {
            return Cell::default();
        }
        let [one, two] = places(hash);
        let (one, two) = (self.cells[one], self.cells[CELLS + two]);
        Cell { small: one.small.min(two.small), capital: one.capital.min(two.capital) }
    }

    /// Whether the word stands in small letters more often than not.
    pub(crate) fn is_small(&self, hash: u64) -> bool {
        let cell = self.count(hash);
        cell.small >= 2 && cell.small > cell.capital
    }

    /// Whether the word is hardly ever without its capital.
    pub(crate) fn is_capital(&self, hash: u64) -> bool {
        let cell = self.count(hash);
        cell.capital >= 3 && cell.capital > cell.small.saturating_mul(4)
    }

    pub(crate) fn merge(&mut self, other: Self) {
        if self.cells.is_empty() {
            *self = other;
            return;
        }
        for (cell, more) in self.cells.iter_mut().zip(other.cells) {
            cell.small = cell.small.saturating_add(more.small);
            cell.capital = cell.capital.saturating_add(more.capital);
        }
    }
}

fn places(hash: u64) -> [usize; 2] {
    [(hash >> 8) as usize % CELLS, (hash >> 40) as usize % CELLS]
}

impl From<BTreeMap<u32, (u32, u32)>> for Cases {
    fn from(map: BTreeMap<u32, (u32, u32)>) -> Self {
        let mut cases = Cases::default();
        for (at, (small, capital)) in map {
            if (at as usize) < 2 * CELLS {
                cases.cells.resize(2 * CELLS, Cell::default());
                cases.cells[at as usize] = Cell { small, capital };
            }
        }
        cases
    }
}

impl From<Cases> for BTreeMap<u32, (u32, u32)> {
    fn from(cases: Cases) -> Self {
        let counted = |(at, cell): (usize, Cell)| {
            (cell != Cell::default()).then_some((at as u32, (cell.small, cell.capital)))
        };
        cases.cells.into_iter().enumerate().filter_map(counted).collect()
    }
}
