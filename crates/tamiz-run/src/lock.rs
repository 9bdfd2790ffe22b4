//! One run at a time in an output directory.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::RunError;

/// The lock's name in `_tamiz`.
pub(crate) const LOCK: &str = "lock";

/// The right to write into an output directory. The system takes it back when the process ends, however it ends.
pub(crate) struct Lock {
    /// Held open: closing it gives the lock back.
    _file: File,
    folder: PathBuf,
    /// The directory, if this lock made it.
    made: Option<PathBuf>,
}

impl Lock {
    /// Takes the lock of that directory, which is made if it is not there.
    pub(crate) fn take(root: &Path) -> Result<Self, RunError> {
        let made = (!root.exists()).then(|| root.to_owned());
        let folder = root.join("_tamiz");
        let path = folder.join(LOCK);
        let failed = |error: &std::io::Error| RunError::writing(root, error);
        loop {
            fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
            let file = file.map_err(|error| failed(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(RunError::new(
                        format!("another run is writing into {}", root.display()),
                        "wait for it to end, or choose another output directory",
                    ));
                }
                // Some network file systems have no locks. That must not keep anyone from working there.
                Err(TryLockError::Error(_)) => {}
            }
            // The run that held it before takes its file away at its end: then this lock is of a file that nobody
            // else finds, and has to be taken anew.
            if same_file(&file, &path) {
                return Ok(Self { _file: file, folder, made });
            }
        }
    }
}

impl Drop for Lock {
    /// Takes the file away, and the directories where nothing was put into them.
    fn drop(&mut self) {
        let _ = fs::remove_file(self.folder.join(LOCK));
        let _ = fs::remove_dir(&self.folder);
        if let Some(root) = &self.made {
            let _ = fs::remove_dir(root);
        }
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(found)) => (held.dev(), held.ino()) == (found.dev(), found.ino()),
        _ => false,
    }
}

/// Elsewhere an open file cannot be taken away.
#[cfg(not(unix))]
fn same_file(_: &File, _: &Path) -> bool {
    true
}
