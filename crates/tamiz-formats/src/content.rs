//! Files that are no corpus: labelled pages, tables, what a run has written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::decode::{Decoder, Trouble};
use crate::format::by_given_name;
use crate::{Compression, Format};

/// The whole content of a file, decompressed as its first bytes say.
///
/// # Errors
/// A sentence that names the file, what is wrong with it and where: unlike a corpus, a file that is needed whole is of
/// no use in part.
pub fn content(path: &Path) -> Result<Vec<u8>, String> {
    let shown = |error: io::Error| format!("cannot read {}: {error}", path.display());
    let mut bytes = Vec::new();
    open(path).map_err(shown)?.read_to_end(&mut bytes).map_err(shown)?;
    Ok(bytes)
}

/// Opens a file to be read as it was before compression; a Parquet file as JSON Lines, without its nulls. Damage is an
/// error at its place, with a remedy.
///
/// # Errors
/// If the file cannot be opened.
pub fn open(path: &Path) -> io::Result<impl Read + Send + use<>> {
    let (format, named) = by_given_name(path).unwrap_or((Format::Jsonl, Compression::None));
    let file = File::open(path)?;
    if format == Format::Parquet {
        #[cfg(feature = "parquet")]
        return Ok(Content::Rows(Box::new(crate::table::JsonLines::new(file)?)));
        #[cfg(not(feature = "parquet"))]
        return Err(io::Error::other(format!(
            "{}; {}",
            crate::format::NO_PARQUET,
            crate::format::BUILD_PARQUET
        )));
    }
    Ok(Content::Bytes(Decoder::new(Box::new(file), named)))
}

enum Content {
    Bytes(Decoder),
    #[cfg(feature = "parquet")]
    Rows(Box<crate::table::JsonLines>),
}

impl Read for Content {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "parquet")]
        let decoder = match self {
            Content::Bytes(decoder) => decoder,
            Content::Rows(lines) => return lines.read(out),
        };
        #[cfg(not(feature = "parquet"))]
        let Content::Bytes(decoder) = self;
        decoder.read(out).map_err(|trouble| match trouble {
            Trouble::Damage { reason, remedy } => {
                io::Error::new(io::ErrorKind::InvalidData, format!("{reason}; {remedy}"))
            }
            Trouble::Pause => io::Error::other("it is no plain file"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_and_plain_files_give_the_same_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let text = "one line of many\n".repeat(20_000).into_bytes();
        let packed = zstd::encode_all(&text[..], 3).unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert!(content(&write("a.jsonl", &text)).unwrap() == text);
        assert!(content(&write("a.jsonl.zst", &packed)).unwrap() == text);
        let cut = write("cut.jsonl.zst", &packed[..packed.len() / 2]);
        let message = content(&cut).unwrap_err();
        assert!(message.contains("cut.jsonl.zst"), "{message}");
        assert!(content(&folder.path().join("nowhere")).unwrap_err().contains("nowhere"));
    }
}
