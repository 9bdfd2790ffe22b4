//! Rubbish in the input: nothing is lost, nothing stops the run, and everything that was wrong has a place.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{command, messages, read};

fn run(pipeline: &str, input: &Path, out: &Path) -> std::process::Output {
    command().args(["run", pipeline]).arg(input).arg("-o").arg(out).output().unwrap()
}

fn counts(out: &Path) -> [u64; 4] {
    let manifest: Value = serde_json::from_str(&read(&out.join("_tamiz/manifest.json"))).unwrap();
    ["read", "kept", "dropped", "quarantined"].map(|key| manifest["counts"][key].as_u64().unwrap())
}

fn records(folder: &Path) -> Vec<Value> {
    let mut parts: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    parts.retain(|path| path.is_file());
    parts.sort();
    parts
        .iter()
        .flat_map(|path| {
            read(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_broken_corpus_loses_nothing_and_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let mut lines = Vec::new();
    lines.extend_from_slice("\u{feff}{\"id\": \"bom\", \"text\": \"Uno.\"}\r\n".as_bytes());
    lines.extend_from_slice(b"{\"id\": \"malformed\", \"text\": \r\n");
    lines.extend_from_slice(b"{\"id\": \"no text\"}\n\n");
    lines.extend_from_slice(b"{\"id\": \"latin-1\", \"text\": \"caf\xe9\"}\n");
    lines.extend_from_slice(b"{\"id\": \"last\", \"text\": \"Dos.\"}");
    fs::write(input.join("a.jsonl"), &lines).unwrap();
    fs::write(input.join("empty.jsonl"), "").unwrap();
    fs::write(input.join("page.txt"), "\u{feff}Tres.\r\nCuatro.\r\n").unwrap();
    let out = folder.path().join("out");
    let output = run("pipelines/passthrough.toml", &input, &out);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_eq!(counts(&out), [6, 3, 0, 3]);

    let kept: Vec<_> =
        records(&out).iter().map(|record| record["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kept, ["Uno.", "Dos.", "Tres.\nCuatro.\n"]);
    let quarantine = records(&out.join("quarantine"));
    assert_eq!(quarantine.len(), 3);
    let places: Vec<_> =
        quarantine.iter().map(|fault| (fault["line"].as_u64(), fault["offset"].as_u64())).collect();
    let offset =
        |needle: &[u8]| lines.windows(needle.len()).position(|window| window == needle).map(|at| at as u64);
    assert_eq!(
        places,
        [
            (Some(2), offset(b"{\"id\": \"malformed\"")),
            (Some(3), offset(b"{\"id\": \"no text\"")),
            (Some(5), offset(b"{\"id\": \"latin-1\""))
        ]
    );
    for fault in &quarantine {
        assert!(fault["input"].as_str().unwrap().ends_with("a.jsonl"));
        assert!(!fault["reason"].as_str().unwrap().is_empty());
    }
}

#[test]
fn truncated_compressed_files_keep_what_could_be_read_and_are_reported() {
    let text: String =
        (0..2_000).map(|i| format!("{{\"id\":\"{i}\",\"text\":\"Line number {i} of many.\"}}\n")).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    for (name, bytes) in [("a.jsonl.gz", &gzip), ("a.jsonl.zst", &zstd)] {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join(name);
        fs::write(&input, &bytes[..bytes.len() * 3 / 4]).unwrap();
        let out = folder.path().join("out");
        let output = run("pipelines/passthrough.toml", &input, &out);
        assert_eq!(output.status.code(), Some(3), "{name}: {}", messages(&output));
        let [read, kept, dropped, quarantined] = counts(&out);
        assert_eq!(read, kept + dropped + quarantined, "{name}");
        assert!(quarantined >= 1, "{name}: the cut was not reported");
    }
}

#[test]
fn an_output_that_is_not_empty_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("precious"), "mine").unwrap();
    let output = run("pipelines/passthrough.toml", Path::new("tests/corpus"), folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("--overwrite"), "{}", messages(&output));
    assert_eq!(read(&folder.path().join("precious")), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn inputs_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        run("pipelines/passthrough.toml", &folder.path().join("nowhere.jsonl"), &folder.path().join("out"));
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("nowhere.jsonl"), "{}", messages(&output));
}
