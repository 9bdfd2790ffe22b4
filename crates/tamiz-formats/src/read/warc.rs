//! Cuts WARC and WET files into records.

use memchr::memmem;

use super::{Filled, Open, STEP, count};
use crate::batch::{Batch, Piece, PieceKind};
use crate::decode::Trouble;
use crate::warc::{MAGIC, Start, start};
use crate::{Limits, RAW_LIMIT};

/// Why a record could not be read to its end.
type Damage = (String, &'static str);

const AGAIN: &str = "fetch the file again; the records before this place have been read";

impl Open {
    /// Fills the batch with records of this source.
    pub(super) fn warc(&mut self, batch: &mut Batch, limits: Limits, left: &mut Option<u64>) -> Filled {
        loop {
            if *left == Some(0) {
                return Filled::Source;
            }
            if batch.filled >= limits.batch || batch.pieces.len() + batch.passed as usize >= super::PIECES {
                return Filled::Batch;
            }
            // Records are apart by blank lines; a few more of them do no harm.
            let blank = self.carry.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.drop_carried(blank);
            let (length, content, is_document) = match start(&self.carry) {
                Start::Short => match self.fetch() {
                    Ok(true) => continue,
                    Ok(false) if self.carry.is_empty() => return Filled::Source,
                    Ok(false) => {
                        let torn = std::mem::take(&mut self.carry);
                        let reason = "the file ends within the head of a record".to_owned();
                        self.fault(batch, &torn, torn.len() as u64, (reason, AGAIN), left);
                        return Filled::Source;
                    }
                    Err(damage) => {
                        let torn = std::mem::take(&mut self.carry);
                        self.fault(batch, &torn, torn.len() as u64, damage, left);
                        continue;
                    }
                },
                Start::Wrong(reason) => {
                    self.pass_garbage(batch, reason, left);
                    continue;
                }
                Start::Head(head) => (head.length, head.content, head.may_be_document()),
            };
            let size = (length as u64).saturating_add(content);
            let fits = size <= limits.record as u64;
            if is_document && fits && batch.filled > 0 && batch.filled as u64 + size > limits.batch as u64 {
                // It starts the next batch.
                return Filled::Batch;
            }
            if is_document && fits {
                self.document(batch, length, size as usize, left);
            } else {
                self.pass(batch, size, is_document, left);
            }
        }
    }

    /// Takes in a record of that size, if it is a document.
    fn document(&mut self, batch: &mut Batch, length: usize, size: usize, left: &mut Option<u64>) {
        let at = batch.filled;
        let carried = size.min(self.carry.len());
        batch.room(size)[..carried].copy_from_slice(&self.carry[..carried]);
        batch.filled += carried;
        let offset = self.offset;
        self.drop_carried(carried);
        while batch.filled - at < size {
            let wanted = size - (batch.filled - at);
            let damage = match self.decoder.read(batch.room(wanted)) {
                Ok(0) => ("the file ends within a record".to_owned(), AGAIN),
                Ok(read) => {
                    batch.filled += read;
                    self.offset += read as u64;
                    continue;
                }
                Err(Trouble::Pause) => continue,
                Err(Trouble::Damage { reason, remedy }) => (reason, remedy),
            };
            let torn = (batch.filled - at) as u64;
            batch.filled = at + RAW_LIMIT.min(batch.filled - at);
            self.push(batch, at, offset, fault_kind(damage, torn));
            count(left, 1);
            return;
        }
        let bytes = &batch.bytes[at..batch.filled];
        let Start::Head(head) = start(bytes) else { return };
        if head.document(&bytes[length..]).is_some() {
            self.push(batch, at, offset, PieceKind::Warc);
            count(left, 1);
        } else {
            batch.filled = at;
            batch.passed += 1;
        }
    }

    /// Passes over a record that is no document, or too large for one.
    fn pass(&mut self, batch: &mut Batch, size: u64, is_document: bool, left: &mut Option<u64>) {
        let offset = self.offset;
        let mut kept = Vec::new();
        let mut passed = 0;
        let mut damage = None;
        while passed < size && damage.is_none() {
            let have = (self.carry.len() as u64).min(size - passed) as usize;
            if is_document {
                let more = have.min(RAW_LIMIT - kept.len());
                kept.extend_from_slice(&self.carry[..more]);
            }
            self.drop_carried(have);
            passed += have as u64;
            if passed < size {
                match self.fetch() {
                    Ok(true) => {}
                    Ok(false) => damage = Some(("the file ends within a record".to_owned(), AGAIN)),
                    Err(trouble) => damage = Some(trouble),
                }
            }
        }
        if is_document && damage.is_none() {
            let reason = format!("the record is too large: {size} bytes");
            damage = Some((reason, "raise the limit on a record's size"));
        }
        match damage {
            None => batch.passed += 1,
            Some(damage) => {
                // What is left of a record behind damage belongs to none.
                let at = batch.filled;
                batch.room(kept.len()).copy_from_slice(&kept);
                batch.filled += kept.len();
                self.push(batch, at, offset, fault_kind(damage, passed));
                count(left, 1);
            }
        }
    }

    /// Passes over what is no record, up to where the next one begins.
    fn pass_garbage(&mut self, batch: &mut Batch, reason: &str, left: &mut Option<u64>) {
        let offset = self.offset;
        let mut kept = Vec::new();
        let mut passed = 0;
        // The first byte is never where the next one begins, so that reading moves on.
        let mut from = 1;
        loop {
            let next = memmem::find(&self.carry[from.min(self.carry.len())..], MAGIC).map(|at| from + at);
            // The magic word may lie across two fetches.
            let used = next.unwrap_or(self.carry.len().saturating_sub(MAGIC.len() - 1));
            let more = used.min(RAW_LIMIT - kept.len());
            kept.extend_from_slice(&self.carry[..more]);
            self.drop_carried(used);
            passed += used as u64;
            from = usize::from(passed == 0);
            if next.is_some() {
                break;
            }
            match self.fetch() {
                Ok(true) => {}
                // Damage behind garbage is one fault with it; a member behind it begins with a record again.
                Ok(false) | Err(_) => {
                    let rest = self.carry.len();
                    let more = rest.min(RAW_LIMIT - kept.len());
                    kept.extend_from_slice(&self.carry[..more]);
                    self.drop_carried(rest);
                    passed += rest as u64;
                    break;
                }
            }
        }
        let at = batch.filled;
        batch.room(kept.len()).copy_from_slice(&kept);
        batch.filled += kept.len();
        let remedy = "reading went on at the next record; fetch the file again";
        self.push(batch, at, offset, fault_kind((reason.to_owned(), remedy), passed));
        count(left, 1);
    }

    fn fault(&mut self, batch: &mut Batch, raw: &[u8], length: u64, damage: Damage, left: &mut Option<u64>) {
        let raw = &raw[..raw.len().min(RAW_LIMIT)];
        let at = batch.filled;
        batch.room(raw.len()).copy_from_slice(raw);
        batch.filled += raw.len();
        self.push(batch, at, self.offset, fault_kind(damage, length));
        self.offset += length;
        count(left, 1);
    }

    fn push(&mut self, batch: &mut Batch, at: usize, offset: u64, kind: PieceKind) {
        let place = (offset, 1, self.numbers.record());
        batch.pieces.push(Piece::new(&self.source, at..batch.filled, place, kind));
        self.numbers.records += 1;
    }

    fn drop_carried(&mut self, count: usize) {
        self.carry.drain(..count);
        self.offset += count as u64;
    }

    /// Fetches more decompressed bytes behind those that are carried; false at the end.
    fn fetch(&mut self) -> Result<bool, Damage> {
        let have = self.carry.len();
        self.carry.resize(have + STEP, 0);
        let result = loop {
            match self.decoder.read(&mut self.carry[have..]) {
                Err(Trouble::Pause) => {}
                other => break other,
            }
        };
        let read = *result.as_ref().unwrap_or(&0);
        self.carry.truncate(have + read);
        match result {
            Ok(read) => Ok(read > 0),
            Err(Trouble::Damage { reason, remedy }) => Err((reason, remedy)),
            Err(Trouble::Pause) => Ok(true),
        }
    }
}

fn fault_kind((reason, remedy): Damage, length: u64) -> PieceKind {
    PieceKind::Fault { reason, remedy: remedy.into(), length }
}
