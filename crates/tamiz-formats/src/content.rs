//! Whole files, for what is no corpus: labelled pages, tables.

use std::fs::File;
use std::path::Path;

use crate::Compression;
use crate::decode::{Decoder, Trouble};
use crate::format::by_given_name;

/// The whole content of a file, decompressed as its first bytes say.
///
/// # Errors
/// A sentence that names the file, what is wrong with it and where: unlike a corpus, a file that is needed whole is of
/// no use in part.
pub fn content(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let named = by_given_name(path).map_or(Compression::None, |(_, compression)| compression);
    let mut decoder = Decoder::new(Box::new(file), named);
    let (mut bytes, mut filled) = (vec![0; 1 << 16], 0);
    loop {
        if filled == bytes.len() {
            bytes.resize(2 * filled, 0);
        }
        match decoder.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(Trouble::Damage { reason, remedy }) => {
                return Err(format!("cannot read {}: {reason}; {remedy}", path.display()));
            }
            Err(Trouble::Pause) => {
                return Err(format!("cannot read {}: it is no plain file", path.display()));
            }
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
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
