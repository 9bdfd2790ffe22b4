//! The text that benches run over: the sample pages of `tests/corpus`, so that anybody can repeat them.
//!
//! # What this crate does not know
//! Any labelled data. Figures over a real corpus come from `tamiz bench PIPELINE INPUT...`.

use std::path::{Path, PathBuf};

/// The project's folder.
///
/// # Panics
/// Never: this crate's folder is in the project's.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ is in the project's folder")
}

/// The text pages of `tests/corpus`, each repeated until it has about `bytes` bytes, as real pages have (11 KB).
///
/// # Panics
/// If the sample pages cannot be read.
#[must_use]
pub fn pages(bytes: usize) -> Vec<String> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("tests/corpus"))
        .expect("the sample pages are in the project")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let page = std::fs::read_to_string(path).expect("the sample pages are UTF-8");
            page.repeat(bytes.div_ceil(page.len()))
        })
        .collect()
}
