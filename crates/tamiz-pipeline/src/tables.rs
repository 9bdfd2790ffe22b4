//! The files that a definition names.

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use tamiz_core::Tables;

/// Which files a definition may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Those in its own folder and below. A definition from somebody else cannot read anything else.
    #[default]
    Folder,
    /// Any.
    Anywhere,
}

/// Reads files relative to a definition's folder, and remembers a digest of all that was read.
pub(crate) struct FileTables {
    folder: PathBuf,
    reach: Reach,
    digest: RefCell<Sha256>,
}

/// Larger tables are likely the wrong file.
const MAX_BYTES: u64 = 256 << 20;

impl FileTables {
    pub(crate) fn new(folder: &Path, reach: Reach) -> Self {
        Self { folder: folder.into(), reach, digest: RefCell::new(Sha256::new()) }
    }

    /// A digest of every file read so far, in order.
    pub(crate) fn digest(&self) -> Sha256 {
        self.digest.borrow().clone()
    }
}

impl Tables for FileTables {
    fn read(&self, path: &Path) -> Result<String, String> {
        let outside = path.is_absolute() || path.components().any(|part| part == Component::ParentDir);
        if outside && self.reach == Reach::Folder {
            return Err(format!(
                "{} lies outside the definition's folder: move it there, or allow it with --allow-outside",
                path.display()
            ));
        }
        let full = self.folder.join(path);
        let fault = |error: std::io::Error| match error.kind() {
            // What the definition writes is what its author knows the file by.
            std::io::ErrorKind::NotFound => match crate::near(&full, |_| true) {
                Some(near) => {
                    let near = path.with_file_name(near.file_name().unwrap_or_default());
                    format!(
                        "cannot read {}, which is not there: did you mean `{}`?",
                        path.display(),
                        near.display()
                    )
                }
                None => format!("cannot read {}, which is not there", path.display()),
            },
            _ => format!("cannot read {}: {error}", full.display()),
        };
        let length = std::fs::metadata(&full).map_err(fault)?.len();
        if length > MAX_BYTES {
            return Err(format!("{} has {length} bytes; tables have at most {MAX_BYTES}", full.display()));
        }
        let bytes = std::fs::read(&full).map_err(fault)?;
        let mut digest = self.digest.borrow_mut();
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(&bytes);
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            format!("{} is not UTF-8 (byte {at}): save it as UTF-8", full.display())
        })
    }
}
