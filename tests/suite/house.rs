//! The house's rules, as far as a program can see them.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{files, read, root};

/// What each crate may depend on, of the workspace's own: the one way that dependencies run.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "tamiz-core" | "tamiz-table" => &[],
        "tamiz-testkit" | "tamiz-pipeline" => &["tamiz-core"],
        "tamiz-formats" => &["tamiz-core"],
        "tamiz-review" => &["tamiz-core", "tamiz-formats"],
        "tamiz-run" => &["tamiz-core", "tamiz-formats", "tamiz-pipeline", "tamiz-review"],
        "tamiz-guide" => &["tamiz", "tamiz-pipeline"],
        "tamiz-python" => &["tamiz", "tamiz-core", "tamiz-formats", "tamiz-pipeline", "tamiz-run"],
        _ => &["tamiz-core", "tamiz-table"],
    }
}

fn manifests() -> BTreeMap<String, toml::Table> {
    files("crates", "Cargo.toml")
        .iter()
        .map(|path| {
            let table: toml::Table = read(path).parse().unwrap();
            (table["package"]["name"].as_str().unwrap().to_owned(), table)
        })
        .collect()
}

fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

#[test]
fn dependencies_run_one_way() {
    // The program joins all of them, but for what is built on top of it or only for tests.
    let above = ["tamiz-guide", "tamiz-python", "tamiz-testkit"];
    for (name, manifest) in manifests() {
        if name == "tamiz" {
            let wrong = dependencies(&manifest).into_iter().find(|other| above.contains(&other.as_str()));
            assert_eq!(wrong, None, "tamiz must not depend on it");
            continue;
        }
        for dependency in dependencies(&manifest).iter().filter(|other| other.starts_with("tamiz")) {
            assert!(allowed(&name).contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn a_stage_knows_no_file_format_thread_pool_or_progress_bar() {
    for entry in tamiz::REGISTRY.entries() {
        let crate_name = format!("tamiz-{}", entry.name);
        let manifests = manifests();
        let manifest =
            manifests.get(&crate_name).unwrap_or_else(|| panic!("stage {} has no crate", entry.name));
        for other in ["toml", "rayon", "indicatif", "clap", "flate2", "zstd"] {
            assert!(!dependencies(manifest).contains(other), "{crate_name} must not depend on {other}");
        }
        for path in files(&format!("crates/{crate_name}/src"), ".rs") {
            assert!(!read(&path).contains("std::fs"), "{} reaches into the file system", path.display());
        }
    }
}

#[test]
fn every_stage_has_cases_a_bench_a_page_and_a_place_in_the_table_of_the_readme() {
    let benches = files("benches", ".rs").iter().map(|path| read(path)).collect::<String>();
    let readme = read(&root().join("README.md"));
    for entry in tamiz::REGISTRY.entries() {
        let name = entry.name;
        assert!(!files(&format!("tests/cases/{name}"), ".md").is_empty(), "stage {name} has no case");
        assert!(benches.contains(&format!("\"{name}\"")), "stage {name} has no bench");
        let page = format!("crates/tamiz-{name}/README.md");
        assert!(root().join(&page).is_file(), "stage {name} has no page {page}");
        assert!(readme.contains(&page), "the README does not name {page}");
    }
}

#[test]
fn every_crate_shares_the_workspace_s_lints_and_says_what_it_does_not_know() {
    for path in files("crates", "Cargo.toml") {
        let manifest: toml::Table = read(&path).parse().unwrap();
        if manifest["package"]["name"].as_str() == Some("tamiz-python") {
            // Lints that are taken over from the workspace cannot be changed; but for one, they have to be the same.
            let mut own = manifest["lints"].clone();
            assert_eq!(own["rust"]["unsafe_code"].as_str(), Some("deny"));
            own["rust"]["unsafe_code"] = "forbid".into();
            let workspace: toml::Table = read(&root().join("Cargo.toml")).parse().unwrap();
            assert_eq!(own, workspace["workspace"]["lints"], "{}", path.display());
        } else {
            assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{}", path.display());
        }
        let lib = path.with_file_name("src").join("lib.rs");
        assert!(read(&lib).contains("does not know"), "{} does not say what it does not know", lib.display());
    }
}

#[test]
fn unsafe_code_stands_in_one_file_that_says_why() {
    for path in files("crates", ".rs") {
        if read(&path).contains(concat!("unsafe", " {")) {
            assert!(path.ends_with("tamiz-python/src/capsule.rs"), "{}", path.display());
            let text = read(&path);
            assert_eq!(text.matches(concat!("unsafe", " {")).count(), text.matches("// SAFETY:").count());
        }
    }
}

#[test]
fn files_stay_small_enough_to_read() {
    for path in files("crates", ".rs").into_iter().chain(files("tests", ".rs")) {
        let lines = read(&path).lines().count();
        assert!(lines <= 600, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn no_text_names_a_machine_s_own_paths() {
    for folder in ["crates", "tests", "benches", "pipelines"] {
        for path in ["rs", "md", "toml", "tsv", "py", "pyi"].iter().flat_map(|ending| files(folder, ending)) {
            let text = read(&path);
            for own in [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")] {
                assert!(!text.contains(own), "{} names {own}", path.display());
            }
        }
    }
}

#[test]
fn the_top_level_is_what_its_user_fixed() {
    const FIXED: [&str; 10] = [
        "ARCHITECTURE.md",
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "benches",
        "crates",
        "deny.toml",
        "justfile",
        "pipelines",
        "tests",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let known = FIXED.contains(&name.as_str()) || name == "target";
        assert!(
            known || name.starts_with('.') || name.starts_with("LICENSE"),
            "{name} has no place at the top level"
        );
    }
}
