//! What a run has left: restored, proved, compared.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{command, messages, read, root};

/// Runs a definition over inputs into `folder/name`.
pub(crate) fn run(
    folder: &TempDir,
    name: &str,
    definition: &str,
    inputs: &[&Path],
    more: &[&str],
) -> PathBuf {
    let pipeline = folder.path().join(format!("{name}.toml"));
    fs::write(&pipeline, definition).unwrap();
    let out = folder.path().join(name);
    let output =
        command().arg("run").arg(&pipeline).args(inputs).args(more).arg("-o").arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    out
}

const ALL: &str = "[[stage]]\nuse = \"language\"\n[[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"agency\"\n\
    pattern = '\\(EFE\\)'\ncut = \"match\"\n[[stage]]\nuse = \"boilerplate\"\n[[stage]]\nuse = \"sentences\"\n\
    [[stage]]\nuse = \"names\"\nmode = \"rewrite\"\n";

/// Texts that are hard to bring back: blanks of all sorts, words that a cut would glue, names to rewrite, nothing.
fn awkward() -> Vec<String> {
    let page = read(&root().join("tests/corpus/es-cumbre.txt"));
    vec![
        String::new(),
        "\n\n \t\u{a0}\n".into(),
        "Madrid(EFE)Lunes\u{2028}y (EFE)(EFE) martes (EFE)\r\n(EFE)".into(),
        page.replace('\n', "\r\n"),
        page.replace('\n', "\n\n\n  "),
        format!("\u{feff}{page}\u{202e}\u{1b}[31m(EFE)x"),
        "(EFE)".repeat(500),
    ]
}

fn corpus(folder: &TempDir) -> (PathBuf, Vec<String>) {
    let texts = awkward();
    let mut lines = String::new();
    for (number, text) in texts.iter().enumerate() {
        lines += &(serde_json::json!({"id": format!("año {number}"), "text": text}).to_string() + "\n");
    }
    let path = folder.path().join("awkward.jsonl");
    fs::write(&path, lines).unwrap();
    (path, texts)
}

fn restored(out: &Path, id: &str) -> Vec<u8> {
    let output = command().arg("restore").arg(out).arg(id).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    output.stdout
}

#[test]
fn every_original_comes_back_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (path, texts) = corpus(&folder);
    let pages = root().join("tests/corpus");
    for format in ["jsonl", "jsonl.gz", "jsonl.zst"] {
        let name = format!("out.{format}");
        let out = run(&folder, &name, ALL, &[&path, &pages], &["--format", format]);
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(restored(&out, &format!("año {number}")), text.as_bytes(), "text {number}");
        }
        for page in ["es-cumbre.txt", "ru-biblioteka.txt"] {
            assert_eq!(restored(&out, page), fs::read(pages.join(page)).unwrap());
        }
        let verified = command().arg("verify").arg(&out).output().unwrap();
        assert_eq!(verified.status.code(), Some(0), "{}", messages(&verified));
        let told = String::from_utf8(verified.stdout).unwrap();
        assert!(told.contains(&format!("{} documents come back", texts.len() + 10)), "{told}");
    }
}

#[test]
fn a_dropped_document_comes_back_and_an_unknown_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let pages = root().join("tests/corpus");
    let out = run(&folder, "es", "[[stage]]\nuse = \"language\"\nkeep = [\"es\"]\n", &[&pages], &[]);
    assert_eq!(restored(&out, "de-stadtbad.txt"), fs::read(pages.join("de-stadtbad.txt")).unwrap());
    let output = command().arg("restore").arg(&out).arg("nobody").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("no document `nobody`"), "{}", messages(&output));
    let output = command().arg("restore").arg(&pages).arg("x").output().unwrap();
    assert!(messages(&output).contains("is no output of tamiz"), "{}", messages(&output));
}

#[test]
fn verify_finds_a_changed_part_a_swapped_residue_and_a_lost_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = corpus(&folder);
    let verify = |out: &Path| {
        let output = command().arg("verify").arg(out).output().unwrap();
        (output.status.code(), messages(&output))
    };
    let out = run(&folder, "changed", ALL, &[&path], &[]);
    let part = out.join("part-00000.jsonl");
    let text = fs::read_to_string(&part).unwrap();
    fs::write(&part, text.replacen("Riabkov", "Riabkow", 1)).unwrap();
    let (status, told) = verify(&out);
    assert_eq!(status, Some(1));
    assert!(told.contains("part-00000.jsonl has changed") && told.contains("has checksum"), "{told}");

    let out = run(&folder, "swapped", ALL, &[&path], &[]);
    let residue = out.join("residue/part-00000.jsonl.zst");
    let other = run(&folder, "other", ALL, &[&root().join("tests/corpus")], &[]);
    fs::copy(other.join("residue/part-00000.jsonl.zst"), &residue).unwrap();
    let (status, told) = verify(&out);
    assert_eq!(status, Some(1));
    assert!(told.contains("the residue beside it is that of de-stadtbad.txt"), "{told}");
    fs::remove_file(&residue).unwrap();
    assert_eq!(verify(&out).0, Some(1));

    fs::write(other.join("part-00007.jsonl"), "{}\n").unwrap();
    let (status, told) = verify(&other);
    assert_eq!((status, told.contains("part-00007.jsonl is not in the manifest")), (Some(1), true), "{told}");
}

#[test]
fn residue_can_be_left_out_and_then_nothing_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = corpus(&folder);
    let out = run(&folder, "lean", ALL, &[&path], &["--no-residue"]);
    assert!(!out.join("residue").exists());
    let output = command().arg("restore").arg(&out).arg("año 3").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("without residue"), "{}", messages(&output));
    assert_eq!(command().arg("verify").arg(&out).output().unwrap().status.code(), Some(1));
}

#[test]
fn diff_names_documents_lines_and_names_by_stage_and_rule() {
    let folder = tempfile::tempdir().unwrap();
    let pages = root().join("tests/corpus");
    let a = run(&folder, "a", ALL, &[&pages], &[]);
    let again = run(&folder, "again", ALL, &[&pages], &["--threads", "1"]);
    let without_rewriting = ALL.replace("rewrite", "annotate");
    let stricter = without_rewriting
        .replace("pattern = '\\(EFE\\)'\ncut = \"match\"", "pattern = 'Pekín'")
        .replace("use = \"language\"", "use = \"language\"\nkeep = [\"es\", \"en\"]");
    let b = run(&folder, "b", &stricter, &[&pages], &[]);
    let diff = |a: &Path, b: &Path, more: &[&str]| {
        let output = command().arg("diff").arg(a).arg(b).args(more).output().unwrap();
        let told = messages(&output);
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &told)
    };
    let (status, told) = diff(&a, &again, &[]);
    assert_eq!((status, told.as_str()), (Some(0), "0 of 10 documents changed\n"));
    let (status, told) = diff(&a, &b, &[]);
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("more than the budget of 0 allows, so the status is 1"), "{told}");
    assert!(told.contains("the document: kept → dropped by language/"), "{told}");
    assert!(told.contains("kept → removed by rules/agency"), "{told}");
    assert!(
        told.contains("line 3: kept → removed by rules/agency\n      Serguéi Riabkov y Wang Yi"),
        "{told}"
    );
    let (status, told) = diff(&a, &b, &["--budget", "100%", "--summary"]);
    assert_eq!(status, Some(0), "{told}");
    assert!(!told.contains("more than"), "{told}");
    let (_, told) = diff(&a, &b, &["--json", "--budget", "100%"]);
    let last: Value = serde_json::from_str(told.trim_end().lines().last().unwrap()).unwrap();
    assert_eq!(last["documents"], 10);
    assert_eq!(last["changed"].as_u64().unwrap() as usize, told.trim_end().lines().count() - 1);
}
