//! The definitions in `pipelines/`.

use std::fs;

use crate::support::{files, messages, read, root, tamiz};

#[test]
fn every_shipped_definition_loads_and_cleans_the_sample_pages() {
    let definitions = files("pipelines", ".toml");
    assert!(definitions.len() >= 6);
    for path in definitions {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let output = tamiz(&[
            "run".as_ref(),
            path.as_os_str(),
            "tests/corpus".as_ref(),
            "-o".as_ref(),
            out.as_os_str(),
        ]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", path.display(), messages(&output));
        let manifest: serde_json::Value =
            serde_json::from_str(&read(&out.join("_tamiz/manifest.json"))).unwrap();
        let counts = &manifest["counts"];
        let count = |key: &str| counts[key].as_u64().unwrap_or_else(|| panic!("no count {key} in {counts}"));
        assert_eq!(count("read"), 10);
        assert_eq!(count("read"), count("kept") + count("dropped") + count("quarantined"));
        assert!(
            fs::read_dir(&out).unwrap().any(|entry| {
                entry.unwrap().file_name().to_string_lossy().starts_with("part-00000.jsonl")
            })
        );
    }
}

#[test]
fn shipped_definitions_are_commented_and_name_the_schema() {
    for path in files("pipelines", ".toml") {
        let text = read(&path);
        assert!(text.starts_with("#:schema ./pipeline.schema.json\n"), "{} names no schema", path.display());
        assert!(text.lines().filter(|line| line.starts_with("# ")).count() >= 1, "{}", path.display());
    }
}

#[test]
fn the_schema_for_editors_is_the_program_s_own() {
    let shipped = read(&root().join("pipelines/pipeline.schema.json"));
    let own = String::from_utf8(tamiz(&["schema"]).stdout).unwrap();
    assert!(shipped == own, "pipelines/pipeline.schema.json is out of date: run `just schema`");
}
