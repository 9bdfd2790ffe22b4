//! Runs that are killed, stopped or cut off, and go on: to the bytes of a run that was not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::report::timeless;
use crate::support::{command, injected, messages, strace, tree};

/// A small corpus with something for every stream of the output, and a definition for it.
pub(crate) struct Corpus {
    folder: tempfile::TempDir,
}

impl Corpus {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in");
        fs::create_dir(&input).unwrap();
        for file in 0..3 {
            let mut lines = String::new();
            for number in 0..40 {
                let text = match number % 5 {
                    0 => "The committee met on Tuesday and did not agree on anything at all.",
                    1 => "CUT this line\\nLlegó por la mañana y se fue por la tarde sin decir nada a nadie.",
                    _ => "El ayuntamiento abrirá el puente nuevo en otoño, según dijo ayer la alcaldesa.",
                };
                lines += &format!("{{\"id\":\"{file}-{number}\",\"text\":\"{text}\",\"n\":{number}}}\n");
                if number % 17 == 3 {
                    lines += "no record\n";
                }
            }
            fs::write(input.join(format!("{file}.jsonl")), lines).unwrap();
        }
        let definition = "name = \"resumed\"\n[[stage]]\nuse = \"language\"\nkeep = [\"es\"]\n\
            [[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"cut\"\npattern = '^CUT'\ncut = \"line\"\n";
        fs::write(folder.path().join("p.toml"), definition).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The arguments of a run over it into `out`, in small parts.
    pub(crate) fn arguments(&self, out: &str) -> Vec<String> {
        let path = |name: &str| self.path(name).to_string_lossy().into_owned();
        let mut arguments = vec!["run".into(), path("p.toml"), path("in"), "-o".into(), path(out)];
        arguments.extend(["--quiet", "--batch", "1000", "--part", "6000"].map(String::from));
        arguments
    }

    pub(crate) fn run(&self, out: &str, more: &[&str]) -> Output {
        command().args(self.arguments(out)).args(more).output().unwrap()
    }

    /// The bytes of a run that nothing stops.
    pub(crate) fn whole(&self) -> BTreeMap<String, Vec<u8>> {
        let output = self.run("whole", &["--overwrite"]);
        assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
        let whole = tree(&self.path("whole"));
        assert!(whole.keys().filter(|name| name.starts_with("part-")).count() >= 3, "{:?}", whole.keys());
        for folder in ["dropped/", "residue/", "quarantine/"] {
            assert!(whole.keys().any(|name| name.starts_with(folder)), "{folder}");
        }
        whole
    }
}

/// What stands under its own name in an output is whole: the same bytes as in the run that nothing stopped.
pub(crate) fn assert_whole_parts(out: &Path, whole: &BTreeMap<String, Vec<u8>>, when: &str) {
    for (name, bytes) in tree(out) {
        let own = !name.contains("/.") && !name.starts_with('.') && !name.starts_with("_tamiz/");
        assert!(!own || whole.get(&name) == Some(&bytes), "{when}: {name} is not whole");
    }
}

#[test]
fn a_guard_goes_on_from_what_it_had_seen_before_a_run_was_killed() {
    let Some(strace) = strace() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // The sound documents stand first: who begins to count in the middle finds that most are cut.
    let record = |number: usize| {
        let text = if number < 60 { "Se fue por la tarde." } else { "CUT" };
        let site = number % 2;
        format!("{{\"id\":\"n{number}\",\"text\":\"{text}\",\"url\":\"https://site{site}.example/\"}}\n")
    };
    fs::write(path("a.jsonl"), (0..100).map(record).collect::<String>()).unwrap();
    let rule =
        "[[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"cut\"\npattern = '^CUT'\ncut = \"line\"\n";
    for (guard, status) in [("cut = 0.45\nsite_cut = 0.45", 0), ("cut = 0.2", 4), ("site_cut = 0.3", 4)] {
        let definition = format!("{rule}[guard]\n{guard}\nafter = 10\nsite_after = 5\n");
        fs::write(path("p.toml"), definition).unwrap();
        let arguments = |out: &str| {
            let mut arguments = vec![path("p.toml"), path("a.jsonl"), "-o".into(), path(out)];
            arguments
                .extend(["--quiet", "--batch", "500", "--part", "1500", "--threads", "1"].map(PathBuf::from));
            arguments
        };
        let resume = || command().arg("run").args(arguments("out")).arg("--resume").output().unwrap();
        let whole = command().arg("run").args(arguments("whole")).arg("--overwrite").output().unwrap();
        assert_eq!(whole.status.code(), Some(status), "{}", messages(&whole));
        let mut killed = 0;
        for number in 1.. {
            let _ = fs::remove_dir_all(path("out"));
            let mut run = injected(&strace, "fdatasync", &format!("signal=KILL:when={number}"));
            let output = run.arg("run").args(arguments("out")).output().unwrap();
            if output.status.code() == Some(status) {
                break;
            }
            killed += 1;
            let when = format!("{guard}, killed at fdatasync {number}");
            let output = resume();
            assert_eq!(output.status.code(), Some(status), "{when}: {}", messages(&output));
            // It says what it would have said, examples and all.
            assert_eq!(messages(&output), messages(&whole), "{when}");
            if status == 0 {
                assert_same(&tree(&path("whole")), &tree(&path("out")), &when);
            } else {
                // Going on again does not get past it.
                let output = resume();
                assert_eq!(messages(&output), messages(&whole), "{when}, again");
            }
        }
        assert!(killed >= 3, "{guard}: {killed}");
    }
}

#[test]
fn a_run_killed_at_any_write_rename_or_sync_goes_on_to_the_same_bytes() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    let whole = corpus.whole();
    let mut killed = 0;
    for call in ["write", "rename", "fsync", "fdatasync", "ftruncate", "unlink", "openat"] {
        // Every one at first, then further and further apart; until the run gets to its end.
        let mut number = 1;
        loop {
            let _ = fs::remove_dir_all(corpus.path("out"));
            let when = format!("killed at {call} {number}");
            let mut run = injected(&strace, call, &format!("signal=KILL:when={number}"));
            // One thread: strace counts the calls of every thread apart.
            let output = run.args(corpus.arguments("out")).args(["--threads", "1"]).output().unwrap();
            if output.status.code() == Some(3) {
                break;
            }
            assert_eq!(output.status.code(), None, "{when}: {}", messages(&output));
            killed += 1;
            assert_whole_parts(&corpus.path("out"), &whole, &when);
            assert!(
                !corpus.path("out/_tamiz/manifest.json").exists()
                    || tree(&corpus.path("out"))["_tamiz/manifest.json"] == whole["_tamiz/manifest.json"],
                "{when}: a manifest that is not whole"
            );
            let output = corpus.run("out", &["--resume", "--threads", "2"]);
            assert_eq!(output.status.code(), Some(3), "{when}: {}", messages(&output));
            assert_same(&whole, &tree(&corpus.path("out")), &when);
            number += 1 + number / 4;
        }
    }
    assert!(killed > 40, "only {killed} runs were killed");
}

#[test]
fn the_report_of_a_resumed_run_is_that_of_one_that_was_not_stopped() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    corpus.whole();
    let mut resumed = 0;
    for number in [4, 9, 14] {
        let _ = fs::remove_dir_all(corpus.path("out"));
        let mut run = injected(&strace, "rename", &format!("signal=KILL:when={number}"));
        run.args(corpus.arguments("out")).args(["--threads", "1"]).output().unwrap();
        resumed += usize::from(corpus.path("out/_tamiz/journal.jsonl").exists());
        assert_eq!(corpus.run("out", &["--resume"]).status.code(), Some(3));
        let report = |out: &str| {
            let path = corpus.path(out).join("_tamiz/report.json");
            let mut report: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            assert!(report["wall_seconds"].as_f64().unwrap() > 0.0);
            for key in ["seconds", "wall_seconds", "megabytes_per_second", "threads"] {
                report[key].take();
            }
            for stage in report["stages"].as_array_mut().unwrap() {
                stage["seconds"].take();
                stage["megabytes_per_second"].take();
            }
            report
        };
        assert_eq!(report("out"), report("whole"), "killed at rename {number}");
        let page = |out: &str| timeless(&crate::support::read(&corpus.path(out).join("_tamiz/report.html")));
        assert_eq!(page("out"), page("whole"), "killed at rename {number}");
    }
    assert!(resumed > 1, "only {resumed} runs had something to go on with");
}

pub(crate) fn assert_same(
    expected: &BTreeMap<String, Vec<u8>>,
    found: &BTreeMap<String, Vec<u8>>,
    when: &str,
) {
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{when}");
    for (name, bytes) in expected {
        assert!(bytes == &found[name], "{when}: {name} differs");
    }
}

#[test]
fn ctrl_c_at_any_moment_ends_with_130_and_resumes_to_the_same_bytes() {
    let corpus = Corpus::new();
    // Large enough to be met in the middle.
    let lines = fs::read(corpus.path("in/0.jsonl")).unwrap();
    fs::write(corpus.path("in/3.jsonl"), lines.repeat(15)).unwrap();
    let whole = corpus.whole();
    let mut interrupted = 0;
    for milliseconds in [0, 3, 10, 20, 35, 50, 80, 120, 200] {
        let _ = fs::remove_dir_all(corpus.path("out"));
        let child = command().args(corpus.arguments("out")).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let output = child.wait_with_output().unwrap();
        let when = format!("interrupted after {milliseconds} ms");
        match output.status.code() {
            // Before it listens for the signal, the system ends it.
            Some(130) | None => interrupted += 1,
            Some(3) => {}
            other => panic!("{when}: status {other:?}: {}", messages(&output)),
        }
        assert_whole_parts(&corpus.path("out"), &whole, &when);
        let output = corpus.run("out", &["--resume"]);
        assert_eq!(output.status.code(), Some(3), "{when}: {}", messages(&output));
        assert_same(&whole, &tree(&corpus.path("out")), &when);
    }
    assert!(interrupted > 0, "no run was met in the middle");
}

/// Leaves an unfinished run in `out`, with some whole parts.
fn unfinished(corpus: &Corpus, strace: &Path) {
    let _ = fs::remove_dir_all(corpus.path("out"));
    let mut run = injected(strace, "rename", "signal=KILL:when=12");
    run.args(corpus.arguments("out")).args(["--threads", "1"]).output().unwrap();
    assert!(corpus.path("out/part-00000.jsonl").exists() && corpus.path("out/_tamiz/journal.jsonl").exists());
    assert!(!corpus.path("out/_tamiz/manifest.json").exists());
}

#[test]
fn a_run_does_not_go_on_if_definition_input_or_options_have_changed() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    let refused = |more: &[&str], why: &str| {
        let before = tree(&corpus.path("out"));
        let output = corpus.run("out", &[&["--resume"], more].concat());
        assert_eq!(output.status.code(), Some(2), "{why}: {}", messages(&output));
        assert!(messages(&output).contains(why), "{}", messages(&output));
        assert_same(&before, &tree(&corpus.path("out")), "refused");
    };
    unfinished(&corpus, &strace);
    refused(&["--limit", "7"], "the option `limit` was none and is 7 now");
    refused(&["--format", "jsonl.gz"], "the option `format` was plain and is gzip now");

    let definition = fs::read_to_string(corpus.path("p.toml")).unwrap();
    fs::write(corpus.path("p.toml"), definition.replace("^CUT", "^cut")).unwrap();
    refused(&[], "the definition, or a file that it names, has changed");
    fs::write(corpus.path("p.toml"), &definition).unwrap();

    fs::write(corpus.path("in/9.jsonl"), "{\"id\":1,\"text\":\"new\"}\n").unwrap();
    refused(&[], "an input was changed, added or taken away");
    fs::remove_file(corpus.path("in/9.jsonl")).unwrap();

    // The same size and date, and other bytes: only reading it shows that.
    let first = corpus.path("in/0.jsonl");
    let (bytes, date) = (fs::read(&first).unwrap(), fs::metadata(&first).unwrap().modified().unwrap());
    let set = |bytes: &[u8]| {
        fs::write(&first, bytes).unwrap();
        fs::File::options().write(true).open(&first).unwrap().set_modified(date).unwrap();
    };
    let mut other = bytes.clone();
    other[80] ^= 1;
    set(&other);
    let output = corpus.run("out", &["--resume"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("is not the same now"), "{}", messages(&output));
    set(&bytes);

    let journal = corpus.path("out/_tamiz/journal.jsonl");
    let kept = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, kept.replacen(env!("CARGO_PKG_VERSION"), "0.0.1", 1)).unwrap();
    refused(&[], "it was begun by tamiz 0.0.1");
    fs::write(&journal, &kept).unwrap();

    let part = corpus.path("out/part-00000.jsonl");
    let whole = fs::read(&part).unwrap();
    fs::write(&part, &whole[1..]).unwrap();
    refused(&[], "is not as the unfinished run left it");
    fs::write(&part, &whole).unwrap();

    let output = corpus.run("out", &["--resume"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_same(&corpus.whole(), &tree(&corpus.path("out")), "put back as it was");
    // And once more, where nothing is left to do.
    let output = corpus.run("out", &["--resume"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    refused(&["--limit", "7"], "`limit` differs");
}

#[test]
fn an_unfinished_or_whole_output_is_only_replaced_with_overwrite() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    unfinished(&corpus, &strace);
    let output = corpus.run("out", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("--resume"), "{}", messages(&output));
    let output = corpus.run("out", &["--overwrite"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_same(&corpus.whole(), &tree(&corpus.path("out")), "overwritten");
    assert_eq!(corpus.run("out", &[]).status.code(), Some(2));
}

#[test]
fn resume_of_nothing_begins() {
    let corpus = Corpus::new();
    let output = corpus.run("out", &["--resume"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_same(&corpus.whole(), &tree(&corpus.path("out")), "begun with --resume");
}

#[test]
fn a_second_run_in_the_same_directory_is_refused() {
    let corpus = Corpus::new();
    // Standard input that stays open keeps the first run going.
    let mut first = command()
        .args(["run", "pipelines/passthrough.toml", "-", "--quiet", "-o"])
        .arg(corpus.path("out"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    while !corpus.path("out/_tamiz/journal.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    for option in ["--resume", "--overwrite"] {
        let output = corpus.run("out", &[option]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(messages(&output).contains("another run is writing into"), "{}", messages(&output));
    }
    drop(first.stdin.take());
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert!(!corpus.path("out/_tamiz/lock").exists());
    assert_eq!(corpus.run("out", &["--overwrite"]).status.code(), Some(3), "the lock is free again");
}

#[test]
fn what_a_stage_learned_is_not_learned_again() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    let definition = fs::read_to_string(corpus.path("p.toml")).unwrap();
    fs::write(corpus.path("p.toml"), definition + "[[stage]]\nuse = \"repeats\"\n").unwrap();
    unfinished(&corpus, &strace);
    assert!(corpus.path("out/_tamiz/state.json").exists());
    let output = corpus.run("out", &["--resume"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_same(&corpus.whole(), &tree(&corpus.path("out")), "with a stage that learns");
}
