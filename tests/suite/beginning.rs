//! Before a run: `new`, `doctor`, and the tests inside a definition.

use std::fs;
use std::path::Path;

use crate::support::{command, files, messages, read, tamiz};

#[test]
fn new_writes_a_definition_for_what_it_found_that_checks_runs_and_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my-site.toml");
    let new = |more: &[&str]| command().arg("new").arg(&path).args(more).output().unwrap();
    let output = new(&["--from", "tests/corpus"]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert!(messages(&output).contains("next: tamiz peek"), "{}", messages(&output));
    let text = read(&path);
    for said in [
        "name = \"my-site\"",
        "#   documents  10 in the sample",
        "#   languages  es 3",
        "#   fields     id, text, published",
        "keep = [\"es\", ",
        "#[[stage.rule]]",
        "#min_share = 0.2",
        "#threshold = 0.5",
        "#language = \"es\"",
        "#model = \"my-sites.model\"",
        "#[[test]]",
    ] {
        assert!(text.contains(said), "no `{said}` in\n{text}");
    }
    let out = folder.path().join("out");
    let run = command().arg("run").arg(&path).arg("tests/corpus").arg("-o").arg(&out).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", messages(&run));
    let output = new(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("--overwrite"), "{}", messages(&output));
    // The whole of it in force, with every comment sign taken away but those of sentences.
    assert_eq!(new(&["--overwrite"]).status.code(), Some(0));
    let everything: String = (read(&path).lines())
        // The file of a model is the reader's own.
        .filter(|line| !line.contains('…') && !line.starts_with("#model = "))
        .map(|line| {
            line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n"
        })
        .collect();
    fs::write(&path, everything).unwrap();
    let output = command().args(["check", "--test"]).arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 of 1 tests pass"));
}

fn doctor(path: &Path) -> (Option<i32>, String) {
    let output = command().arg("doctor").arg(path).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn doctor_finds_damage_encodings_and_missing_fields() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let lines = "{\"id\":1,\"content\":\"It rained.\"}\n\
        {\"id\":2,\"text\":\"DespuÃ©s de la reuniÃ³n del aÃ±o, dijo â€œnoâ€\u{9d}.\"}\n\
        {\"id\":2,\"text\":\"<p>One</p><p>Two</p><div>Three</div>\"}\n\
        {\"text\":\"no id\"}\n{\"id\":5,\"text\":\"lost: \u{fffd}\"}\n{\"id\":6,\"text\":\" \"}\n{broken\n";
    write("bad.jsonl", lines.as_bytes());
    let packed =
        zstd::encode_all("{\"id\":\"a\",\"text\":\"It rained.\"}\n".repeat(2000).as_bytes(), 3).unwrap();
    write("cut.jsonl.zst", &packed[..packed.len() / 2]);
    write("notes.pdf", b"%PDF");
    write(
        "old.txt",
        b"El puente a\xf1ade dos carriles, seg\xfan inform\xf3 ayer el alcalde de la villa.\0\n",
    );
    write("wide.txt", b"\xff\xfe\x00bad\x00\x01\x02");
    let (status, told) = doctor(folder.path());
    assert_eq!(status, Some(1), "{told}");
    for said in [
        "4 files: 1 jsonl, 1 jsonl.zst, 2 text",
        "it is not valid UTF-16LE",
        "decoded from other encodings than UTF-8: 1 windows-1252",
        "repaired as they were read: 1 NUL",
        "1 other file, whose name says no format",
        "the record has no `text`",
        "rename the field `content` to `text`",
        "its text looks like mojibake",
        "has an id that another one has",
        "its text holds HTML tags",
        "has no id",
        "U+FFFD",
        "its text is empty",
        "malformed JSON",
        "cut.jsonl.zst",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
}

#[test]
fn doctor_names_the_remedy_for_a_file_that_cannot_be_decoded_and_it_helps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.txt");
    // A byte order mark of UTF-16, half of a pair, and text.
    let text = "Llovió toda la noche en el valle.";
    let mut wide = vec![0xFF, 0xFE, 0x00, 0xD8];
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(&path, &wide).unwrap();
    let (status, told) = doctor(&path);
    assert_eq!(status, Some(1), "{told}");
    for said in [
        "1 record: cannot be read: it is not valid UTF-16LE",
        "wide.txt (byte 0)",
        "convert it to UTF-8 with iconv",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
    // What `iconv -c -f UTF-16 -t UTF-8` leaves.
    fs::write(&path, text).unwrap();
    let (status, told) = doctor(&path);
    assert_eq!((status, told.contains("nothing is wrong with it")), (Some(0), true), "{told}");
}

#[test]
fn fields_of_other_names_are_read_by_all_who_look_before_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages.jsonl");
    fs::write(
        &path,
        "{\"key\":\"a\",\"body\":\"Inicio\\nLlovió toda la noche en el valle y el río creció.\"}\n",
    )
    .unwrap();
    let fields = ["--text-field", "body", "--id-field", "key"];
    let (status, told) = doctor(&path);
    assert_eq!((status, told.contains("body")), (Some(1), true), "{told}");
    let output = command().arg("doctor").arg(&path).args(fields).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let output =
        command().args(["peek", "pipelines/boilerplate.toml"]).arg(&path).args(fields).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("── a ─"), "{}", messages(&output));
}

#[test]
fn doctor_finds_nothing_in_a_healthy_input_and_says_when_there_is_none() {
    let (status, told) = doctor(Path::new("tests/corpus"));
    assert_eq!((status, told.contains("nothing is wrong with it")), (Some(0), true), "{told}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.jsonl"), "").unwrap();
    let (status, told) = doctor(folder.path());
    assert_eq!((status, told.contains("there is no record in it")), (Some(1), true), "{told}");
}

const DEFINITION: &str = "[[stage]]\nuse = \"language\"\nkeep = [\"es\"]\n\n[[stage]]\nuse = \"repeats\"\nmin_pages = 2\n\n\
    [[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"efe\"\npattern = '\\(EFE\\)'\ncut = \"match\"\n\n";

fn check_tests(tests: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    fs::write(&path, format!("{DEFINITION}{tests}")).unwrap();
    let output = command().args(["check", "--test"]).arg(&path).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &messages(&output))
}

#[test]
fn tests_inside_a_definition_pass_and_fail_with_the_line_that_differs() {
    let page = "(EFE) Llovió toda la noche en el valle y el río creció un metro antes del alba.";
    let good = format!(
        "[[test]]\ninput = \"\"\"\nMenú\n{page}\n\"\"\"\npages = [\"Menú\\nOtra cosa pasó ayer en el puerto.\"]\n\
         output = \"{}\"\nremoved = [\"Menú\", \"(EFE)\"]\n\n\
         [[test]]\ninput = \"It rained all night in the valley and the river rose.\"\ndropped = \"language\"\n",
        &page[6..]
    );
    let (status, told) = check_tests(&good);
    assert_eq!((status, told.contains("2 of 2 tests pass")), (Some(0), true), "{told}");
    let bad = good.replace("\"(EFE)\"]", "\"(AFP)\"]").replace("dropped = \"language\"", "output = \"\"");
    let (status, told) = check_tests(&bad);
    assert_eq!(status, Some(1));
    for said in [
        "2 of 2 tests fail",
        "own.toml:16: test `test 1`",
        "expected `(AFP)`",
        "found    `(EFE)`",
        "is dropped by `language`",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
}

#[test]
fn mistakes_in_tests_have_places_and_remedies() {
    let (status, told) = check_tests(
        "[[test]]\ninput = 1\noutptu = \"\"\n[[test]]\nremoved = \"x\"\n[[test]]\ninput = \"x\"\n",
    );
    assert_eq!(status, Some(1));
    for said in [
        "own.toml:17:9",
        "`input` takes text",
        "did you mean `output`?",
        "`removed` takes a list of text",
        "the test expects nothing",
        "the test has no input",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
}

#[test]
fn the_tests_of_every_shipped_definition_pass() {
    for path in files("pipelines", ".toml") {
        let output = tamiz(&["check".as_ref(), "--test".as_ref(), path.as_os_str()]);
        assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    }
}
