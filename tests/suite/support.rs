//! What the tests share: the project's folders, and the program under test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the project's folder")
}

/// Every file below a folder of the project whose name has that ending, in order.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("the project's folders can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A file's text.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs the program in the project's folder.
pub(crate) fn tamiz<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    command().args(arguments).output().expect("the program starts")
}

/// The program, to be run in the project's folder.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamiz-tested"));
    command.current_dir(root()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// What the program wrote to standard error.
pub(crate) fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file of an output that the promise of equal bytes covers, with its bytes.
pub(crate) fn tree(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an output can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(out).expect("it is below").to_string_lossy().into_owned();
            // Reports tell times. A run that was killed leaves its lock's file, which nobody holds.
            if !name.starts_with("_tamiz/report.") && name != "_tamiz/lock" {
                found.insert(name, std::fs::read(&path).expect("an output can be read"));
            }
        }
    }
    found
}

/// Where strace is, and may trace; `None`, said plainly, where it does not.
pub(crate) fn strace() -> Option<PathBuf> {
    let works = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let works = works.is_ok_and(|output| output.status.success());
    if !works {
        eprintln!("skipped: strace is not here, or may not trace; .ci/run installs it");
    }
    works.then(|| "strace".into())
}

/// The program under strace, with a fault at some of its calls, as `inject` of strace writes it: `signal=KILL:when=7`. Its
/// arguments are still to be given. Strace counts the calls of every thread apart.
pub(crate) fn injected(strace: &Path, call: &str, fault: &str) -> Command {
    let mut run = Command::new(strace);
    run.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e"]);
    run.arg(format!("inject={call}:{fault}"));
    let program = command();
    run.current_dir(program.get_current_dir().expect("it has one")).arg(program.get_program());
    run
}
