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
    let pages = read(&root().join("tests/corpus"));
    pages.into_iter().map(|(_, page)| page.repeat(bytes.div_ceil(page.len()))).collect()
}

/// Pages with their languages, without blank lines, since scraped pages have hardly any: those in the directory that
/// the variable `TAMIZ_BENCH_PAGES` names, as `LANGUAGE-NAME.txt`; without it the sample pages, repeated as [`pages`] has
/// them, but each at least once.
///
/// # Panics
/// If the pages cannot be read.
#[must_use]
pub fn labelled(bytes: usize) -> Vec<(String, String)> {
    let own = std::env::var_os("TAMIZ_BENCH_PAGES");
    let folder = own.as_ref().map_or_else(|| root().join("tests/corpus"), PathBuf::from);
    let mut pages = read(&folder);
    for (_, page) in &mut pages {
        let lines: Vec<&str> = page.lines().filter(|line| !line.trim().is_empty()).collect();
        *page = lines.join("\n") + "\n";
        if own.is_none() {
            *page = page.repeat(bytes.div_ceil(page.len()).max(1));
        }
    }
    pages
}

/// The text files of a folder in the order of their names, each with its name up to the first hyphen.
fn read(folder: &Path) -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of pages is there")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    paths.sort();
    let page = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let language = name.split('-').next().unwrap_or_default().to_string();
        (language, std::fs::read_to_string(&path).expect("the pages are UTF-8"))
    };
    paths.into_iter().map(page).collect()
}
