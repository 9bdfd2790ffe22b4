//! Sources that are one record, those that cannot be opened, and those that change while they are read.

#[cfg(feature = "parquet")]
use std::fs::File;
use std::sync::Arc;

use super::{Filled, Open, Reader, STEP, count};
use crate::batch::{Batch, Piece, PieceKind};
use crate::decode::Trouble;
use crate::input::modified;
use crate::{Limits, RAW_LIMIT, Source};

/// Offset, line and record of a source's beginning.
const FIRST: (u64, u64, u64) = (0, 1, 1);

impl Reader {
    /// A source that cannot be opened is a fault.
    pub(super) fn unopened(&mut self, source: Arc<Source>, error: &std::io::Error, batch: &mut Batch) {
        let kind = PieceKind::Fault {
            reason: format!("the input cannot be opened: {error}"),
            remedy: "check the path and its permissions, then run again".into(),
            length: 0,
        };
        self.whole_fault(&source, kind, batch);
    }

    /// A fault that is all that there is of a source.
    fn whole_fault(&mut self, source: &Arc<Source>, kind: PieceKind, batch: &mut Batch) {
        let at = batch.filled;
        batch.pieces.push(Piece::new(source, at..at, FIRST, kind));
        count(&mut self.left, 1);
    }

    #[cfg(feature = "parquet")]
    pub(super) fn open_table(&mut self, source: Source, range: Option<(u64, u64)>, batch: &mut Batch) {
        let source = Arc::new(source);
        let Some(path) = &source.path else { return };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) => return self.unopened(source, &error, batch),
        };
        match crate::table::Table::open(source, file, range) {
            Ok(table) => self.table = Some(Box::new(table)),
            Err((source, reason)) => {
                let kind = PieceKind::Fault {
                    reason: format!(
                        "the file cannot be read as Parquet, so its rows are not known: {reason}"
                    ),
                    remedy: "fetch or write the file again".into(),
                    length: source.size,
                };
                self.whole_fault(&source, kind, batch);
            }
        }
    }

    #[cfg(not(feature = "parquet"))]
    pub(super) fn open_table(&mut self, source: Source, _: Option<(u64, u64)>, batch: &mut Batch) {
        let kind = PieceKind::Fault {
            reason: crate::format::NO_PARQUET.into(),
            remedy: crate::format::BUILD_PARQUET.into(),
            length: source.size,
        };
        self.whole_fault(&Arc::new(source), kind, batch);
    }
}

/// A file that is not what it was when the inputs were listed is a fault: what was read of it may be neither the
/// old nor the new. `place` is the offset, line and record that it is noted at.
pub(super) fn note_change(
    source: &Arc<Source>,
    place: (u64, u64, u64),
    batch: &mut Batch,
    left: &mut Option<u64>,
) {
    let (Some(then), Some(path)) = (source.modified, &source.path) else { return };
    let now = std::fs::metadata(path).ok();
    let size = now.as_ref().map_or(0, std::fs::Metadata::len);
    if size == source.size && now.as_ref().and_then(modified) == Some(then) {
        return;
    }
    let at = batch.filled;
    let kind = PieceKind::Fault {
        reason: format!(
            "the input changed during the run: it had {} bytes at its begin, and {size} now",
            source.size
        ),
        remedy: "run again once nothing writes to it".into(),
        length: 0,
    };
    batch.pieces.push(Piece::new(source, at..at, place, kind));
    count(left, 1);
}

impl Open {
    /// Reads the whole file as one record.
    pub(super) fn file(&mut self, batch: &mut Batch, limits: Limits, left: &mut Option<u64>) -> Filled {
        let start = batch.filled;
        let mut kind = PieceKind::File;
        let mut kept = None;
        loop {
            match self.decoder.read(batch.room(STEP)) {
                Ok(0) => break,
                Ok(read) => batch.filled += read,
                Err(Trouble::Pause) => {}
                Err(Trouble::Damage { reason, remedy }) => {
                    let length = 0;
                    if matches!(kind, PieceKind::File) {
                        kind = PieceKind::Fault { reason, remedy: remedy.into(), length };
                    }
                }
            }
            if batch.filled - start > limits.record {
                kept = Some(RAW_LIMIT.min(batch.filled - start));
                kind = PieceKind::Fault {
                    reason: format!("the file is too large: over {} bytes in one record", limits.record),
                    remedy: "split the file, or raise the limit on a record's size".into(),
                    length: self.source.size.max((batch.filled - start) as u64),
                };
                break;
            }
        }
        if let Some(kept) = kept {
            batch.filled = start + kept;
        }
        batch.pieces.push(Piece::new(&self.source, start..batch.filled, FIRST, kind));
        count(left, 1);
        Filled::Source
    }
}
