//! What can still be read of a row group that is damaged.

use std::ops::Range;

use parquet::arrow::ProjectionMask;

use super::read::{Table, guarded};

/// Rows of a damaged row group that share a fate.
pub(super) struct Stretch {
    /// Numbers of rows in the file, from 0.
    pub(super) rows: Range<u64>,
    /// Why they are lost; `None` if they can be read.
    pub(super) reason: Option<String>,
}

/// What is left of a damaged row group.
pub(super) struct Salvage {
    /// Its rows that are still to come, in their order.
    pub(super) stretches: Vec<Stretch>,
    /// The columns that can be read in all of them; `None` if there is none.
    pub(super) columns: Option<ProjectionMask>,
}

/// How many damaged pages of a column are looked for, one by one. All rows behind that many are lost.
const PAGES: usize = 100;

/// Looks which of the rows, and which of their columns, can be read.
///
/// A column is stored in pages, each of some rows, and damage mostly lies in one of them. The page's header says how many
/// rows it has, so it can be passed over.
pub(super) fn salvage(table: &Table, group: usize, rows: Range<u64>, reason: String) -> Salvage {
    let columns = table.columns();
    let mut sound = Vec::new();
    let mut lost: Vec<(Range<u64>, String)> = Vec::new();
    for leaf in 0..columns.num_columns() {
        let pages = damaged(table, group, leaf, rows.clone());
        if pages.is_empty() {
            sound.push(leaf);
        }
        let path = columns.column(leaf).path().string();
        lost.extend(pages.into_iter().map(|(rows, why)| (rows, format!("column `{path}`: {why}"))));
    }
    if lost.is_empty() {
        // Each column can be read, and all of them cannot: what they say of themselves does not fit together.
        let stretches = vec![Stretch { rows, reason: Some(reason) }];
        return Salvage { stretches, columns: None };
    }
    lost.sort_by_key(|(rows, _)| rows.start);
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut at = rows.start;
    for (range, reason) in lost {
        if range.start > at {
            stretches.push(Stretch { rows: at..range.start, reason: None });
        }
        let new = range.start.max(at)..range.end;
        if !new.is_empty() {
            stretches.push(Stretch { rows: new, reason: Some(reason) });
        }
        at = at.max(range.end);
    }
    if at < rows.end {
        stretches.push(Stretch { rows: at..rows.end, reason: None });
    }
    let columns = (!sound.is_empty()).then(|| ProjectionMask::leaves(columns, sound));
    Salvage { stretches, columns }
}

/// The rows of a column's pages that cannot be read, and why; pages are passed over whole, since the library may not end
/// if it is to pass over some rows of a damaged one.
fn damaged(table: &Table, group: usize, leaf: usize, rows: Range<u64>) -> Vec<(Range<u64>, String)> {
    let read =
        |rows: Range<u64>| attempt(table, group, rows, ProjectionMask::leaves(table.columns(), [leaf]));
    let mut ends = None;
    let mut lost = Vec::new();
    let mut at = rows.start;
    while at < rows.end {
        let Err((good, why)) = read(at..rows.end) else { break };
        let from = at + good;
        let ends = ends.get_or_insert_with(|| table.page_ends(group, leaf));
        // The first page from there on that cannot be read by itself.
        let mut start = from;
        let page = ends.iter().filter(|end| **end > from && **end <= rows.end).find_map(|&end| {
            let page = std::mem::replace(&mut start, end)..end;
            read(page.clone()).err().map(|(good, _)| page.start + good..page.end)
        });
        let page = page.filter(|_| lost.len() < PAGES).unwrap_or(from..rows.end);
        at = page.end;
        lost.push((page, why));
    }
    lost
}

/// Reads some rows of a column, and forgets them; the error says how many could be read before it, and what it was.
fn attempt(
    table: &Table,
    group: usize,
    rows: Range<u64>,
    columns: ProjectionMask,
) -> Result<(), (u64, String)> {
    let wanted = rows.end - rows.start;
    let mut reader = table
        .reader(group, super::read::MOST_ROWS as usize, columns, Some(rows))
        .map_err(|reason| (0, reason))?;
    let mut read = 0;
    loop {
        match guarded(|| reader.next().transpose().map_err(|error| error.to_string())) {
            Ok(Some(rows)) => read += rows.num_rows() as u64,
            Ok(None) if read == wanted => return Ok(()),
            Ok(None) => return Err((read.min(wanted), super::read::OTHER_COUNT.to_owned())),
            Err(reason) => return Err((read.min(wanted), reason)),
        }
    }
}
