//! Faults that stop a run.

use std::fmt;
use std::io;
use std::path::Path;

use tamiz_formats::InputError;

/// A fault that stopped a run: what, where, and what to do about it. A record that cannot be read is none; it goes
/// to quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    message: String,
    /// Whether the reader of the output has gone away, which is no fault of anyone's.
    pub(crate) closed: bool,
    /// Whether it was a guard that stopped the run.
    guard: bool,
}

impl RunError {
    pub(crate) fn new(message: impl Into<String>, remedy: impl fmt::Display) -> Self {
        Self { message: format!("{}: {remedy}", message.into()), closed: false, guard: false }
    }

    /// A guard's bound was passed.
    pub(crate) fn guard(message: String) -> Self {
        Self { message, closed: false, guard: true }
    }

    /// The process's exit status by the contract: 2, or 4 where a guard stopped the run.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        if self.guard { 4 } else { 2 }
    }

    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::unwritten(path, error, "run again")
    }

    /// A part of the output cannot be written: what is whole by then need not be written again.
    pub(crate) fn writing_part(path: &Path, error: &io::Error) -> Self {
        Self::unwritten(path, error, "go on with --resume")
    }

    fn unwritten(path: &Path, error: &io::Error, then: &str) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                format!("make room, then {then}")
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose an output that you may write to".to_owned()
            }
            _ => format!("check the output's disk, then {then}"),
        };
        Self::new(format!("cannot write {}: {error}", path.display()), remedy)
    }

    pub(crate) fn stream(error: &io::Error) -> Self {
        let closed = error.kind() == io::ErrorKind::BrokenPipe;
        Self { closed, ..Self::new(format!("cannot write the output: {error}"), "check where it goes") }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RunError {}

impl From<Vec<InputError>> for RunError {
    fn from(errors: Vec<InputError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self { message: lines.join("\n"), closed: false, guard: false }
    }
}

impl From<InputError> for RunError {
    fn from(error: InputError) -> Self {
        vec![error].into()
    }
}
