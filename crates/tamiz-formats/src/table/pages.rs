//! The bytes of a Parquet file, as the reader of its pages asks for them, within bounds.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::decode::FREE;

/// The longest beginning of a page's header that says its sizes, in bytes.
const SIZES: usize = 16;

/// A file of which no page may say that it is larger than the file, or that it becomes so much more than it is: the
/// library would believe it, and ask for the memory.
pub(super) struct Pages {
    file: File,
    length: u64,
    expansion: u64,
}

impl Pages {
    pub(super) fn new(file: File, expansion: u64) -> Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length, expansion })
    }

    fn seek(&self, start: u64) -> Result<File> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(file)
    }
}

impl Length for Pages {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Pages {
    type T = BufReader<File>;

    /// What is read so begins with a page's header.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut head = Vec::with_capacity(SIZES);
        self.seek(start)?.take(SIZES as u64).read_to_end(&mut head)?;
        if let Some((plain, stored)) = sizes(&head)
            && plain > FREE
            && plain / stored.max(1) > self.expansion
        {
            return Err(ParquetError::General(format!(
                "a page becomes more than {} times its size when decompressed, the limit of --max-expansion",
                self.expansion
            )));
        }
        Ok(BufReader::new(self.seek(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if self.length.saturating_sub(start) < length as u64 {
            return Err(ParquetError::EOF(format!(
                "a page of {length} bytes at byte {start} of a file of {} bytes",
                self.length
            )));
        }
        let mut bytes = vec![0; length];
        self.seek(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// The sizes after and before decompression that a page's header says, in bytes; `None` if it begins in another way.
///
/// The header is a struct of Thrift's compact protocol: its first fields are the type and the two sizes, each a byte for
/// number and type and a variable-length integer.
fn sizes(header: &[u8]) -> Option<(u64, u64)> {
    const NEXT_INTEGER: u8 = 0x15;
    let mut rest = header;
    let mut field = || {
        rest = rest.strip_prefix(&[NEXT_INTEGER])?;
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let (&byte, behind) = rest.split_first()?;
            rest = behind;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // The sign is the last bit; no size has one.
                return (value & 1 == 0).then_some(value >> 1);
            }
        }
        None
    };
    let (_, plain, stored) = (field()?, field()?, field()?);
    Some((plain, stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_its_sizes() {
        assert_eq!(sizes(&[0x15, 0, 0x15, 0x80, 0x01, 0x15, 0x14, 0x2c]), Some((64, 10)));
        assert_eq!(sizes(&[0x15, 0, 0x15, 0x01, 0x15, 0x14]), None, "a size below nothing");
        assert_eq!(sizes(&[0x15, 0, 0x15, 0x80]), None, "cut off");
        assert_eq!(sizes(b"PAR1"), None);
    }

    #[test]
    fn no_page_is_believed_to_be_a_bomb_or_larger_than_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        // A page of 10 bytes that says it becomes 1 GiB.
        std::fs::write(&path, [0x15, 0, 0x15, 0x80, 0x80, 0x80, 0x80, 0x08, 0x15, 0x14, 0, 0]).unwrap();
        let pages = || Pages::new(File::open(&path).unwrap(), 1000).unwrap();
        assert!(pages().get_read(0).unwrap_err().to_string().contains("--max-expansion"));
        assert!(pages().get_bytes(5, 1 << 30).unwrap_err().to_string().contains("of a file of 12 bytes"));
        assert_eq!(&pages().get_bytes(2, 3).unwrap()[..], [0x15, 0x80, 0x80]);
    }
}
