//! What disks, pipes, guards and hostile files do to a run: it ends with a plain word, and what is whole stays.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::resume::{Corpus, assert_same, assert_whole_parts};
use crate::support::{command, injected, messages, read, strace, tree};

fn run(pipeline: &str, input: &Path, out: &Path, more: &[&str]) -> Output {
    command().args(["run", pipeline, "--quiet"]).arg(input).arg("-o").arg(out).args(more).output().unwrap()
}

fn counts(out: &Path) -> [u64; 4] {
    let manifest: Value = serde_json::from_str(&read(&out.join("_tamiz/manifest.json"))).unwrap();
    let counts =
        ["read", "kept", "dropped", "quarantined"].map(|key| manifest["counts"][key].as_u64().unwrap());
    assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "records were lost");
    counts
}

#[test]
fn a_full_or_failing_disk_stops_the_run_and_it_goes_on_later() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    let whole = corpus.whole();
    let mut failed = 0;
    for (call, error) in
        [("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"), ("rename", "ENOSPC"), ("fdatasync", "EIO")]
    {
        for number in [1, 2, 3, 5, 8, 13, 21, 34] {
            let _ = fs::remove_dir_all(corpus.path("out"));
            let when = format!("{error} at {call} {number}");
            let mut run = injected(&strace, call, &format!("error={error}:when={number}"));
            let output = run.args(corpus.arguments("out")).args(["--threads", "1"]).output().unwrap();
            if output.status.code() == Some(3) {
                // The run has no so manieth call, or it was one that may fail.
                continue;
            }
            assert_eq!(output.status.code(), Some(2), "{when}: {}", messages(&output));
            // The call that fails may be the one that would have told it: strace counts those of each thread.
            let told = messages(&output);
            assert!(told.is_empty() || told.contains("cannot write"), "{when}: {told}");
            failed += 1;
            assert_whole_parts(&corpus.path("out"), &whole, &when);
            let output = corpus.run("out", &["--resume"]);
            assert_eq!(output.status.code(), Some(3), "{when}: {}", messages(&output));
            assert_same(&whole, &tree(&corpus.path("out")), &when);
        }
    }
    assert!(failed > 15, "only {failed} calls failed");
}

#[test]
fn a_file_size_limit_stops_the_run_and_it_goes_on_without() {
    let corpus = Corpus::new();
    let whole = corpus.whole();
    let program = command();
    let mut run = Command::new("sh");
    // SIGXFSZ is ignored, so that the limit shows as an error, as a quota does. The limit counts blocks of 512 bytes.
    run.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\""]).arg(program.get_program());
    run.current_dir(program.get_current_dir().unwrap());
    let output = run.args(corpus.arguments("out")).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", messages(&output));
    assert!(messages(&output).contains("--resume"), "{}", messages(&output));
    assert_whole_parts(&corpus.path("out"), &whole, "file size limit");
    assert_eq!(corpus.run("out", &["--resume"]).status.code(), Some(3));
    assert_same(&whole, &tree(&corpus.path("out")), "file size limit");
}

#[test]
fn a_full_standard_output_is_told() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("skipped: there is no /dev/full here");
        return;
    };
    let arguments = ["run", "pipelines/passthrough.toml", "tests/corpus", "-o", "-", "--quiet"];
    let output = command().args(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("cannot write the output"), "{}", messages(&output));
}

#[test]
fn an_output_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    // Below a file nobody can write, not even one who may do everything.
    let output =
        run("pipelines/passthrough.toml", Path::new("tests/corpus"), &folder.path().join("file/out"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("cannot write"), "{}", messages(&output));
    assert_eq!(read(&folder.path().join("file")), "mine");
}

#[test]
fn one_two_three_and_eight_threads_give_the_same_bytes() {
    let corpus = Corpus::new();
    let whole = corpus.whole();
    for threads in ["1", "2", "3", "8"] {
        let output = corpus.run("out", &["--overwrite", "--threads", threads]);
        assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
        assert_same(&whole, &tree(&corpus.path("out")), &format!("{threads} threads"));
    }
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|i| format!("{{\"id\":\"{i}\",\"text\":\"Línea número {i}, y {} más.\"}}\n", i * 7919 % 10_007))
        .collect()
}

fn packed(name: &str, text: &[u8]) -> Vec<u8> {
    if name.ends_with(".zst") {
        return zstd::encode_all(text, 3).unwrap();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn streams_cut_at_every_kilobyte_keep_what_came_before_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let text = lines(3000);
    let mut files = 0;
    for name in ["jsonl.gz", "jsonl.zst"] {
        let whole = packed(name, text.as_bytes());
        for cut in (1024..whole.len()).step_by(1024) {
            fs::write(input.join(format!("{cut:06}.{name}")), &whole[..cut]).unwrap();
            files += 1;
        }
    }
    let out = folder.path().join("out");
    let output = run("pipelines/passthrough.toml", &input, &out, &[]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    let [_, kept, _, quarantined] = counts(&out);
    assert!(files > 20 && quarantined == files, "{files} files were cut, {quarantined} cuts were told");
    assert!(kept > 3000, "what came before the cuts is gone");
}

#[test]
fn no_flipped_byte_loses_a_record_unsaid() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let (count, text) = (12, lines(12));
    for name in ["jsonl.gz", "jsonl.zst"] {
        let whole = match name {
            // Two members, so that what comes after the damage shows too.
            "jsonl.gz" => [packed(name, text.as_bytes()), packed(name, text.as_bytes())].concat(),
            _ => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
                encoder.include_checksum(true).unwrap();
                encoder.write_all(text.repeat(2).as_bytes()).unwrap();
                encoder.finish().unwrap()
            }
        };
        for place in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[place] ^= 0x55;
            let _ = fs::remove_dir_all(&input);
            fs::create_dir(&input).unwrap();
            fs::write(input.join(format!("a.{name}")), flipped).unwrap();
            let path = input.join(format!("a.{name}"));
            let summary = tamiz_run::print(
                &tamiz::parse("name = \"none\"\n").unwrap_or_else(|error| panic!("{error}")),
                &[path.to_string_lossy().into_owned()],
                std::io::sink(),
                std::io::sink(),
                &tamiz_run::Options { quiet: true, threads: 1, ..Default::default() },
            );
            let counts = summary.unwrap().counts;
            assert_eq!(counts.read, counts.kept + counts.dropped + counts.quarantined);
            assert!(
                counts.kept == 2 * count || counts.quarantined > 0,
                "{name}: byte {place} flipped: {} of {} records, and nothing said",
                counts.kept,
                2 * count
            );
        }
    }
}

/// Runs with no more address space than that many kilobytes.
fn within(kilobytes: u64, input: &Path, out: &Path, more: &[&str]) -> Output {
    let program = command();
    let mut run = Command::new("sh");
    run.args(["-c", &format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"")]).arg(program.get_program());
    run.current_dir(program.get_current_dir().unwrap());
    run.args(["run", "pipelines/passthrough.toml", "--quiet", "--threads", "2"])
        .arg(input)
        .arg("-o")
        .arg(out);
    run.args(more).output().unwrap()
}

#[test]
fn a_line_of_a_gigabyte_needs_no_gigabyte() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.jsonl.zst");
    let mut encoder = zstd::stream::write::Encoder::new(fs::File::create(&input).unwrap(), 1).unwrap();
    encoder.write_all(b"{\"id\":1,\"text\":\"before\"}\n{\"id\":2,\"text\":\"").unwrap();
    // Not so alike that it would be held for a bomb.
    let noise: Vec<u8> =
        (0u32..1 << 20).map(|i| b'a' + (i.wrapping_mul(2_654_435_761) >> 27) as u8 % 26).collect();
    for _ in 0..1024 {
        encoder.write_all(&noise).unwrap();
    }
    encoder.write_all(b"\"}\n{\"id\":3,\"text\":\"after\"}\n").unwrap();
    encoder.finish().unwrap();
    let out = folder.path().join("out");
    let output = within(1_000_000, &input, &out, &["--max-record", "32MiB", "--max-expansion", "100000"]);
    assert_eq!(output.status.code(), Some(3), "{:?} {}", output.status.signal(), messages(&output));
    assert_eq!(counts(&out), [3, 2, 0, 1]);
    assert!(read(&out.join("quarantine/part-00000.jsonl")).contains("the record is too large: 1073"));
}

#[test]
fn a_bomb_is_told_and_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    for _ in 0..4096 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    fs::write(input.join("a.jsonl.zst"), &bomb).unwrap();
    fs::write(input.join("b.txt.zst"), &bomb).unwrap();
    fs::write(input.join("c.jsonl"), "{\"id\":1,\"text\":\"a\"}\n").unwrap();
    let out = folder.path().join("out");
    let output = within(1_000_000, &input, &out, &["--max-record", "32MiB"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    let [_, kept, _, quarantined] = counts(&out);
    assert!(kept == 1 && quarantined >= 2, "{kept} {quarantined}");
    assert!(read(&out.join("quarantine/part-00000.jsonl")).contains("it may be a bomb"));
}

#[test]
fn nesting_without_end_needs_no_stack() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    fs::write(input.join("a.jsonl"), format!("{{\"id\":1,\"text\":\"a\",\"deep\":{deep}}}\n")).unwrap();
    fs::write(input.join("b.html"), format!("{}Hola{}", "<div>".repeat(200_000), "</div>".repeat(200_000)))
        .unwrap();
    let attributes: String = (0..100_000).map(|i| format!(" a{i}=\"x\"")).collect();
    fs::write(input.join("c.html"), format!("<p{attributes}>Hola</p>")).unwrap();
    let out = folder.path().join("out");
    let output = run("pipelines/news.toml", &input, &out, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert_eq!(counts(&out), [3, 3, 0, 0]);
    let kept = read(&out.join("part-00000.jsonl"));
    assert!(kept.contains(&deep), "the field did not pass through");
}

#[test]
fn loops_of_links_end() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir_all(input.join("a/b")).unwrap();
    fs::write(input.join("a/b/x.txt"), "Hola.").unwrap();
    std::os::unix::fs::symlink("..", input.join("a/b/up")).unwrap();
    std::os::unix::fs::symlink("../../..", input.join("a/b/out")).unwrap();
    std::os::unix::fs::symlink("self.txt", input.join("self.txt")).unwrap();
    let out = folder.path().join("out");
    let output = run("pipelines/passthrough.toml", &input, &out, &[]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    // The file, and the link to itself, which cannot be opened.
    assert_eq!(counts(&out), [2, 1, 0, 1]);
}

#[test]
fn a_guard_stops_the_run_with_4_and_shows_examples() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.jsonl");
    let record = |number: usize| {
        let text = if number.is_multiple_of(2) { "CUT" } else { "Se fue por la tarde." };
        format!(
            "{{\"id\":\"n{number}\",\"text\":\"{text}\",\"url\":\"https://site{}.example/\"}}\n",
            number % 2
        )
    };
    fs::write(&input, (0..4000).map(record).collect::<String>() + "no record\n").unwrap();
    let rule =
        "[[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"cut\"\npattern = '^CUT'\ncut = \"line\"\n";
    let pipeline = folder.path().join("p.toml");
    let go = |guard: &str| {
        fs::write(&pipeline, format!("{rule}[guard]\n{guard}\n")).unwrap();
        run(
            pipeline.to_str().unwrap(),
            &input,
            &folder.path().join("out"),
            &["--overwrite", "--batch", "10kB"],
        )
    };
    let output = go("cut = 0.4");
    assert_eq!(output.status.code(), Some(4), "{}", messages(&output));
    for told in
        ["documents lost over 90 % of their text (50.0 %)", "`cut = 0.4`", "\"n0\": 3 of 3 bytes", "[guard]"]
    {
        assert!(messages(&output).contains(told), "{told}: {}", messages(&output));
    }
    // Early: long before the end of the input.
    let seen: u64 =
        messages(&output).split(" of ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap();
    assert!((1000..2000).contains(&seen), "{}", messages(&output));
    assert!(!folder.path().join("out/_tamiz/manifest.json").exists());

    let output = go("cut = 0.6\nsite_cut = 0.9");
    assert_eq!(output.status.code(), Some(4), "{}", messages(&output));
    assert!(messages(&output).contains("documents of site0.example lost"), "{}", messages(&output));

    let output = go("quarantined = 0.0");
    assert_eq!(output.status.code(), Some(4), "{}", messages(&output));
    assert!(messages(&output).contains("malformed JSON"), "{}", messages(&output));

    let output = go("cut = 0.6\nquarantined = 0.01\ndropped = 0");
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));

    fs::write(&pipeline, "[guard]\ndroped = 0.5\ncut = 7\n").unwrap();
    let output = command().arg("check").arg(&pipeline).output().unwrap();
    assert!(messages(&output).contains("did you mean `dropped`?"), "{}", messages(&output));
    assert!(messages(&output).contains("p.toml:3"), "{}", messages(&output));
}

#[test]
fn hostile_names_and_texts_give_a_terminal_no_orders() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    let name = "a\u{1b}[2J\u{202e}.jsonl";
    fs::write(input.join(name), "{\"id\":\"../../../escaped\",\"text\":\"a\"}\nbroken \u{9b}2J\u{202e}\n")
        .unwrap();
    let out = folder.path().join("out");
    let output = command()
        .args(["run", "pipelines/passthrough.toml"])
        .arg(&input)
        .arg("-o")
        .arg(&out)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    let missing = command()
        .args(["run", "pipelines/passthrough.toml"])
        .arg(input.join(format!("no{name}")))
        .arg("-o")
        .arg(folder.path().join("other"))
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
    let streamed =
        command().args(["run", "pipelines/passthrough.toml"]).arg(&input).args(["-o", "-"]).output().unwrap();
    for output in [&output, &missing, &streamed] {
        let shown = messages(output);
        let order = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!shown.contains(order), "{shown:?}");
    }
    assert!(!shown_anywhere(folder.path(), "escaped"), "an id became a path");
}

fn shown_anywhere(folder: &Path, name: &str) -> bool {
    tree(folder).keys().any(|path| path.contains(name))
}
