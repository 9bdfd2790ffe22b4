//! Decompression, member by member, that survives damage: what is wrong is told, and reading goes on at the next
//! member or frame.

use std::io::{ErrorKind, Read};

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use zstd::stream::raw::{DParameter, InBuffer, Operation, OutBuffer};

use crate::{Compression, Limits};

/// Bytes of compressed input held at a time.
const BUFFER: usize = 128 << 10;

/// Bytes that any input may become, however small it is.
pub(crate) const FREE: u64 = 64 << 20;

const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Why no bytes came.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The input pauses: its reader said [`ErrorKind::WouldBlock`].
    Pause,
    /// What was decoded before ends here. Later reads go on after the damage, or at the end.
    Damage {
        /// What is wrong, with the place in the compressed file.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
}

/// A reader of plain, gzip or Zstandard bytes.
pub(crate) struct Decoder {
    input: Box<dyn Read + Send>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// The place of `buffer[start]` in the compressed input.
    position: u64,
    ended: bool,
    /// Whether bytes up to the next magic number have to be passed over.
    lost: bool,
    /// Damage that was met after the bytes which the last read gave.
    pending: Option<Trouble>,
    codec: Codec,
    /// Bytes that were given.
    decoded: u64,
    /// The most memory that a Zstandard frame may ask for, as a power of two in bytes.
    window: u32,
    /// How many times its size the input may become.
    expansion: u64,
}

enum Codec {
    /// The first bytes have not been seen yet; the name says this.
    Unknown(Compression),
    Plain,
    Gzip {
        inflate: Box<Decompress>,
        inside: bool,
    },
    Zstd {
        decoder: zstd::stream::raw::Decoder<'static>,
        inside: bool,
    },
}

impl Decoder {
    /// Reads that input, which by its name is compressed so. Its first bytes decide.
    pub(crate) fn new(input: Box<dyn Read + Send>, named: Compression) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER].into(),
            start: 0,
            end: 0,
            position: 0,
            ended: false,
            lost: false,
            pending: None,
            codec: Codec::Unknown(named),
            decoded: 0,
            window: Limits::default().window_log(),
            expansion: Limits::default().expansion,
        }
    }

    /// The same within those limits.
    pub(crate) fn within(mut self, limits: &Limits) -> Self {
        (self.window, self.expansion) = (limits.window_log(), limits.expansion);
        self
    }

    /// Bytes of the compressed input that have been used so far.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// How the input is compressed, once something was read.
    pub(crate) fn compression(&self) -> Compression {
        match self.codec {
            Codec::Unknown(named) => named,
            Codec::Plain => Compression::None,
            Codec::Gzip { .. } => Compression::Gzip,
            Codec::Zstd { .. } => Compression::Zstd,
        }
    }

    /// Decodes some bytes into `out`, which is not empty; 0 is the end of the input.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, Trouble> {
        if let Some(trouble) = self.pending.take() {
            return Err(trouble);
        }
        loop {
            if matches!(self.codec, Codec::Unknown(_)) {
                self.choose()?;
            }
            if self.lost && !self.seek_magic()? {
                return Ok(0);
            }
            if self.start == self.end && !self.ended {
                if matches!(self.codec, Codec::Plain) && out.len() >= BUFFER {
                    // Plain bytes need no stop on their way.
                    return self.fetch_into(out);
                }
                self.fetch()?;
            }
            let step = match &mut self.codec {
                Codec::Unknown(_) => unreachable!("the codec was chosen above"),
                Codec::Plain => {
                    let count = out.len().min(self.end - self.start);
                    out[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
                    self.consume(count);
                    return Ok(count);
                }
                Codec::Gzip { .. } => self.inflate(out)?,
                Codec::Zstd { .. } => self.unzstd(out)?,
            };
            match step {
                Step::Wrote(count) => {
                    self.decoded += count as u64;
                    let most = self.position.saturating_mul(self.expansion);
                    if self.decoded > most.max(FREE) {
                        return Err(self.bomb());
                    }
                    return Ok(count);
                }
                Step::End => return Ok(0),
                Step::More => {}
            }
        }
    }

    /// Decides on a codec from the first bytes: they win over the name where they show a compression. A name that
    /// promises one which they do not show is damage, not plain text.
    fn choose(&mut self) -> Result<(), Trouble> {
        let Codec::Unknown(named) = self.codec else { return Ok(()) };
        // A person typing a short line into a pipe must not wait for a fourth byte: most first bytes say enough.
        let open = |head: &[u8]| head.first().is_none_or(|byte| matches!(byte, 0x1f | 0x28 | 0x50..=0x5f));
        while self.end - self.start < ZSTD_MAGIC.len()
            && !self.ended
            && (named != Compression::None || open(&self.buffer[self.start..self.end]))
        {
            self.fetch()?;
        }
        let head = &self.buffer[self.start..self.end];
        let seen = Compression::sniff(head);
        let empty = head.is_empty();
        self.codec = match seen.unwrap_or(named) {
            Compression::None => Codec::Plain,
            Compression::Gzip => Codec::Gzip { inflate: Box::new(Decompress::new_gzip(15)), inside: false },
            Compression::Zstd => match zstd::stream::raw::Decoder::new() {
                Ok(mut decoder) => {
                    let window = DParameter::WindowLogMax(self.window);
                    if let Err(error) = decoder.set_parameter(window) {
                        return Err(self.give_up(&error));
                    }
                    Codec::Zstd { decoder, inside: false }
                }
                Err(error) => return Err(self.give_up(&error)),
            },
        };
        if seen.is_none() && named != Compression::None && !empty {
            self.lost = true;
            return Err(Trouble::Damage {
                reason: format!("the name says {named}, but the first bytes are of no {named} stream"),
                remedy: "rename the file if it is plain, or fetch it again",
            });
        }
        Ok(())
    }

    fn inflate(&mut self, out: &mut [u8]) -> Result<Step, Trouble> {
        let Codec::Gzip { inflate, inside } = &mut self.codec else { return Ok(Step::End) };
        let input = &self.buffer[self.start..self.end];
        if !*inside {
            if input.is_empty() {
                return Ok(if self.ended { Step::End } else { Step::More });
            }
            if input[0] == 0 {
                // Tapes and some archivers pad with zeros after the last member.
                let zeros = input.iter().take_while(|&&byte| byte == 0).count();
                self.consume(zeros);
                return Ok(Step::More);
            }
            inflate.reset(true);
            *inside = true;
        }
        let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
        let result = inflate.decompress(input, out, FlushDecompress::None);
        let used = (inflate.total_in() - before_in) as usize;
        let wrote = (inflate.total_out() - before_out) as usize;
        let starved = input.is_empty() && self.ended;
        let stalled = !input.is_empty() && used == 0 && wrote == 0;
        let at = self.position;
        match result {
            Ok(status) if !stalled || status == Status::StreamEnd => {
                *inside = status != Status::StreamEnd;
                self.consume(used);
                if wrote > 0 {
                    Ok(Step::Wrote(wrote))
                } else if starved && status != Status::StreamEnd {
                    let Codec::Gzip { inside, .. } = &mut self.codec else { return Ok(Step::End) };
                    *inside = false;
                    Err(truncated(Compression::Gzip, at))
                } else {
                    Ok(Step::More)
                }
            }
            result => {
                *inside = false;
                self.lost = true;
                // At least one byte, so that the search for the next member goes on.
                self.consume(used.max(1).min(self.end - self.start));
                let error = result.err();
                let message = error.as_ref().and_then(|error| error.message()).unwrap_or("no valid data");
                self.after(wrote, broken(Compression::Gzip, at, message))
            }
        }
    }

    fn unzstd(&mut self, out: &mut [u8]) -> Result<Step, Trouble> {
        let Codec::Zstd { decoder, inside } = &mut self.codec else { return Ok(Step::End) };
        let bytes = &self.buffer[self.start..self.end];
        if bytes.is_empty() && !*inside {
            return Ok(if self.ended { Step::End } else { Step::More });
        }
        let mut input = InBuffer::around(bytes);
        let mut output = OutBuffer::around(out);
        let result = decoder.run(&mut input, &mut output);
        let (used, wrote) = (input.pos(), output.pos());
        let starved = bytes.is_empty() && self.ended;
        let at = self.position;
        match result {
            Ok(hint) => {
                *inside = hint != 0;
                let stuck = *inside && starved && wrote == 0;
                if stuck {
                    *inside = false;
                }
                self.consume(used);
                if wrote > 0 {
                    Ok(Step::Wrote(wrote))
                } else if stuck {
                    Err(truncated(Compression::Zstd, at))
                } else {
                    Ok(Step::More)
                }
            }
            Err(error) => {
                *inside = false;
                let renewed = decoder.reinit();
                self.lost = true;
                self.consume(used.max(1).min(self.end - self.start));
                renewed.map_err(|error| self.give_up(&error))?;
                self.after(wrote, broken(Compression::Zstd, at, &error.to_string()))
            }
        }
    }

    /// Gives the bytes that were decoded before the trouble first.
    fn after(&mut self, wrote: usize, trouble: Trouble) -> Result<Step, Trouble> {
        if wrote == 0 {
            return Err(trouble);
        }
        self.pending = Some(trouble);
        Ok(Step::Wrote(wrote))
    }

    /// Moves to the next member's or frame's magic number; false if there is none.
    fn seek_magic(&mut self) -> Result<bool, Trouble> {
        let magic: &[u8] = match self.codec {
            Codec::Gzip { .. } => &GZIP_MAGIC,
            Codec::Zstd { .. } => &ZSTD_MAGIC,
            Codec::Unknown(_) | Codec::Plain => return Ok(true),
        };
        loop {
            let bytes = &self.buffer[self.start..self.end];
            if let Some(place) = memmem::find(bytes, magic) {
                self.consume(place);
                self.lost = false;
                return Ok(true);
            }
            // The magic number may lie across two fetches.
            self.consume(bytes.len().saturating_sub(magic.len() - 1));
            if self.ended {
                self.start = self.end;
                return Ok(false);
            }
            self.fetch()?;
        }
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        self.position += count as u64;
    }

    /// Fetches more compressed bytes behind those that are left.
    fn fetch(&mut self) -> Result<(), Trouble> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let mut buffer = std::mem::take(&mut self.buffer);
        let result = self.fetch_raw(&mut buffer[self.end..]);
        self.buffer = buffer;
        self.end += result?;
        Ok(())
    }

    fn fetch_into(&mut self, out: &mut [u8]) -> Result<usize, Trouble> {
        let count = self.fetch_raw(out)?;
        self.position += count as u64;
        Ok(count)
    }

    fn fetch_raw(&mut self, out: &mut [u8]) -> Result<usize, Trouble> {
        loop {
            match self.input.read(out) {
                Ok(count) => {
                    self.ended = count == 0;
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(Trouble::Pause),
                Err(error) => return Err(self.give_up(&error)),
            }
        }
    }

    /// The input grows beyond all measure: what comes after is not looked at.
    fn bomb(&mut self) -> Trouble {
        let expansion = self.expansion;
        self.end_here();
        Trouble::Damage {
            reason: format!(
                "the file becomes more than {expansion} times its size at byte {}: it may be a bomb",
                self.position
            ),
            remedy: "leave it out, or raise the limit on expansion if it is meant to be so",
        }
    }

    fn end_here(&mut self) {
        self.ended = true;
        self.start = self.end;
        self.lost = false;
        self.codec = Codec::Plain;
    }

    /// The input itself fails: there is nothing to go on with.
    fn give_up(&mut self, error: &std::io::Error) -> Trouble {
        self.end_here();
        Trouble::Damage {
            reason: format!("reading stopped at byte {} of the file: {error}", self.position),
            remedy: "check the file and its permissions, then run again",
        }
    }
}

enum Step {
    Wrote(usize),
    More,
    End,
}

fn truncated(compression: Compression, at: u64) -> Trouble {
    Trouble::Damage {
        reason: format!("the {compression} stream ends early, at byte {at} of the file: it was cut off"),
        remedy: "fetch the file again; the records before this place have been read",
    }
}

fn broken(compression: Compression, at: u64, message: &str) -> Trouble {
    if message.contains("too much memory") {
        return Trouble::Damage {
            reason: format!(
                "the {compression} frame at byte {at} of the file asks for a larger window than is allowed"
            ),
            remedy: "raise the limit on windows, such as by --max-window 2GiB, or compress it anew",
        };
    }
    Trouble::Damage {
        reason: format!("the {compression} stream is damaged near byte {at} of the file: {message}"),
        remedy: "fetch the file again; the records around this place may be damaged or missing",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::bulk::compress(text, 3).unwrap()
    }

    /// Everything that can be decoded, and the reasons for what cannot.
    fn decode(bytes: Vec<u8>, named: Compression) -> (Vec<u8>, Vec<String>) {
        let mut decoder = Decoder::new(Box::new(Cursor::new(bytes)), named);
        let (mut text, mut faults, mut out) = (Vec::new(), Vec::new(), vec![0; 1000]);
        loop {
            match decoder.read(&mut out) {
                Ok(0) => return (text, faults),
                Ok(count) => text.extend_from_slice(&out[..count]),
                Err(Trouble::Damage { reason, .. }) => faults.push(reason),
                Err(Trouble::Pause) => {}
            }
            assert!(faults.len() < 1000, "the decoder does not move on");
        }
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let long = vec![b'x'; 300_000];
        for (pack, named) in [
            (gzip as fn(&[u8]) -> Vec<u8>, Compression::Gzip),
            (zstd as fn(&[u8]) -> Vec<u8>, Compression::Zstd),
        ] {
            let bytes = [pack(b"one\n"), pack(b""), pack(&long)].concat();
            let (text, faults) = decode(bytes.clone(), named);
            assert!(text == [b"one\n", &long[..]].concat() && faults.is_empty(), "{faults:?}");
            let (text, faults) = decode(bytes, Compression::None);
            assert!(text.len() == 300_004 && faults.is_empty(), "the magic bytes win over the name");
        }
        assert_eq!(decode(Vec::new(), Compression::Zstd), (Vec::new(), Vec::new()));
    }

    #[test]
    fn every_truncation_is_told_and_what_came_before_is_read() {
        for (whole, named) in
            [(gzip(b"some text"), Compression::Gzip), (zstd(b"some text"), Compression::Zstd)]
        {
            let first = if named == Compression::Gzip { gzip(b"first ") } else { zstd(b"first ") };
            for cut in 1..whole.len() {
                let (text, faults) = decode([&first, &whole[..cut]].concat(), named);
                assert!(text.starts_with(b"first "), "{named} cut at {cut}");
                assert_eq!(faults.len(), 1, "{named} cut at {cut}: {faults:?}");
            }
        }
    }

    #[test]
    fn reading_goes_on_at_the_member_after_the_damage() {
        for (named, pack) in [
            (Compression::Gzip, gzip as fn(&[u8]) -> Vec<u8>),
            (Compression::Zstd, zstd as fn(&[u8]) -> Vec<u8>),
        ] {
            let words: Vec<u8> =
                (0..5000u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
            let mut middle = pack(&words);
            let length = middle.len();
            middle[length / 2..length / 2 + 40].fill(0xff);
            let (text, faults) = decode([pack(b"one\n"), middle, pack(b"three\n")].concat(), named);
            assert!(text.starts_with(b"one\n"));
            assert!(text.ends_with(b"three\n"));
            // Zstandard frames without a checksum cannot tell.
            assert!(!faults.is_empty() || named == Compression::Zstd, "{faults:?}");
        }
    }

    #[test]
    fn padding_is_accepted_and_garbage_reported() {
        let (text, faults) = decode([gzip(b"one"), vec![0; 512]].concat(), Compression::Gzip);
        assert_eq!((&text[..], faults.len()), (&b"one"[..], 0));
        let (text, faults) = decode([gzip(b"one"), b"garbage".to_vec()].concat(), Compression::Gzip);
        assert_eq!((&text[..], faults.len()), (&b"one"[..], 1));
        let (text, faults) = decode(b"plain text".to_vec(), Compression::Gzip);
        assert!(text.is_empty() && faults[0].starts_with("the name says gzip"), "{faults:?}");
    }

    #[test]
    fn a_wrong_checksum_is_told() {
        let mut bytes = gzip(b"one");
        let place = bytes.len() - 6;
        bytes[place] ^= 1;
        let (text, faults) = decode(bytes, Compression::Gzip);
        assert_eq!((&text[..], faults.len()), (&b"one"[..], 1));
    }
}
