//! The smaller commands, as a user calls them.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::{command, messages, tamiz};

fn with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn names_match_writes_one_similarity_a_line_in_order() {
    let pairs = "Piotr Chaikovski\tPyotr Tchaikovsky\nSuecia\tSuiza\nAna Ruiz\tAna Ruiz\r\n";
    let output = with_input(&["names", "match"], pairs.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let scores: Vec<f64> = text.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(scores.len(), 3);
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
    assert!(scores[0] > 0.8 && scores[1] < 0.7 && scores[2] == 1.0, "{scores:?}");
}

#[test]
fn names_match_names_the_line_that_is_no_pair() {
    for (input, line) in [(&b"a\tb\nno tab\n"[..], "line 2"), (b"a\tb\n\xff\tx\n", "line 2")] {
        let output = with_input(&["names", "match"], input);
        assert_eq!(output.status.code(), Some(2));
        assert!(messages(&output).contains(line), "{}", messages(&output));
    }
}

#[test]
fn bench_tells_of_every_stage_and_the_floor() {
    let output = tamiz(&["bench", "pipelines/news.toml", "tests/corpus", "--rounds", "1", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let bench: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> =
        bench["stages"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["language", "boilerplate", "sentences", "names"]);
    assert_eq!(bench["documents"], 10);
    let allocations = |row: &Value| row["allocations_per_document"].as_f64().unwrap();
    let stages: f64 = bench["stages"].as_array().unwrap().iter().map(allocations).sum();
    let (floor, all) = (allocations(&bench["floor_total"]), allocations(&bench["total"]));
    assert!(floor > 0.0 && stages > 0.0 && all >= stages, "{bench}");
    // The tables that a stage compiles for its first document are no part of what it takes.
    let most = bench["stages"].as_array().unwrap().iter().map(allocations).fold(0.0, f64::max);
    assert!(most < 50.0, "{bench}");
    let table =
        String::from_utf8(tamiz(&["bench", "pipelines/news.toml", "tests/corpus", "--rounds", "1"]).stdout)
            .unwrap();
    assert!(table.contains("reading and writing") && table.contains("x floor"), "{table}");
    assert!(table.contains("allocs/document"), "{table}");
    let names = table.lines().find(|line| line.trim_start().starts_with("names")).unwrap();
    assert_eq!(names.split_whitespace().count(), 7, "{names}");
}

#[test]
fn bench_compares_with_an_earlier_run_and_holds_to_a_bound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("before.json");
    let bench = |more: &[&str]| {
        let mut bench = command();
        bench
            .args(["bench", "pipelines/news.toml", "tests/corpus", "--rounds", "1"])
            .args(more)
            .output()
            .unwrap()
    };
    std::fs::write(&path, bench(&["--json"]).stdout).unwrap();
    let shown = path.to_str().unwrap();
    let output = bench(&["--compare", shown, "--allow", "1000000"]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("x floor then") && table.contains("share") && table.contains(" %"), "{table}");
    // As if everything had taken no time at all before.
    let mut before: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for stage in before["stages"].as_array_mut().unwrap() {
        stage["times_floor"] = 1e-9.into();
    }
    std::fs::write(&path, before.to_string()).unwrap();
    let output = bench(&["--compare", shown, "--allow", "10"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("names is slower than before"), "{}", messages(&output));
    std::fs::write(&path, "{}").unwrap();
    let output = bench(&["--compare", shown]);
    assert_eq!((output.status.code(), messages(&output).contains("is no bench of tamiz")), (Some(2), true));
}

#[test]
fn what_was_likely_meant_is_proposed_and_an_empty_result_says_why() {
    let told = |arguments: &[&str]| messages(&tamiz(arguments));
    assert!(told(&["rnu"]).contains("'run'"), "{}", told(&["rnu"]));
    assert!(told(&["clean"]).contains("'run'"), "{}", told(&["clean"]));
    assert!(!told(&["xylophone"]).contains("similar"), "{}", told(&["xylophone"]));
    assert!(told(&["run", "--thread", "2"]).contains("--threads"));
    let shown = told(&["run", "pipelines/news.toml", "tests/corpsu", "-o", "never"]);
    assert!(shown.contains("did you mean `tests/corpus`?"), "{shown}");
    for command in ["verify", "restore", "why"] {
        let mut arguments = vec![command, "pipelinse"];
        arguments.extend((command != "verify").then_some("x"));
        let shown = told(&arguments);
        assert!(shown.contains("did you mean `pipelines`?"), "{shown}");
    }
    assert!(told(&["diff", "testz", "tests"]).contains("did you mean `tests`?"));
    assert!(told(&["check", "pipelines/newz.toml"]).contains("did you mean pipelines/news.toml?"));
    for command in ["peek", "bench"] {
        let shown = told(&[command, "pipelines/news.toml", "tests/corpus/es-cumbre.tx"]);
        assert!(shown.contains("did you mean `tests/corpus/es-cumbre.txt`?"), "{shown}");
    }
    assert!(told(&["doctor", "nowhere/at-all"]).contains("there is no folder `nowhere`"));
    let shown = told(&["run", "pipelines/news.toml", "tests/corpus", "-o", "never", "--format", "jsnl"]);
    assert!(shown.contains("did you mean jsonl?"), "{shown}");
    let state = ["run", "pipelines/news.toml", "tests/corpus", "-o", "never", "--state", "justfil"];
    assert!(told(&state).contains("did you mean justfile?"), "{}", told(&state));
    assert!(told(&["stages", "boilerplat"]).contains("did you mean `boilerplate`?"));

    let folder = tempfile::tempdir().unwrap();
    let run = |text: &str, definition: &str| {
        let input = folder.path().join("input.jsonl");
        std::fs::write(&input, text).unwrap();
        let mut run = command();
        run.args(["run", definition, "--overwrite", "-o"]).arg(folder.path().join("out")).arg(input);
        messages(&run.output().unwrap())
    };
    let shown = run("", "pipelines/news.toml");
    assert!(shown.contains("nothing was read"), "{shown}");
    for command in ["bench", "peek"] {
        let shown =
            told(&[command, "pipelines/news.toml", folder.path().join("input.jsonl").to_str().unwrap()]);
        assert!(
            shown.contains("the input has no document that can be read: `tamiz doctor` says why"),
            "{shown}"
        );
    }
    let only = folder.path().join("only");
    std::fs::create_dir(&only).unwrap();
    std::fs::write(only.join("a.pdf"), "").unwrap();
    let shown = told(&["peek", "pipelines/news.toml", only.to_str().unwrap()]);
    assert!(shown.contains("nothing to read: one file, and its name is none that is read"), "{shown}");
    let english = "{\"id\":1,\"text\":\"It rained all night in the valley and the river rose.\"}\n";
    let shown = run(english, "pipelines/news-es.toml");
    assert!(shown.contains("no document was kept") && shown.contains("dropped has them"), "{shown}");
    let shown = run("{\"id\":1,\"text\":\"Advertisement\"}\n", "pipelines/boilerplate.toml");
    assert!(shown.contains("no text is left in any document"), "{shown}");
    let shown = run("{broken\n", "pipelines/news.toml");
    assert!(shown.contains("quarantine says why"), "{shown}");
}

#[test]
fn files_can_go_to_standard_output() {
    let output =
        tamiz(&["run", "pipelines/sentences.toml", "tests/corpus/pages.jsonl", "-o", "-", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let ids: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(ids, ["es-lluvia", "pt-feira", "fr-moulin", "und-codes"]);
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let help = String::from_utf8(tamiz(&["--help"]).stdout).unwrap();
    assert!(help.contains("Examples:\n  tamiz doctor"), "{help}");
    let page = String::from_utf8(tamiz(&["man"]).stdout).unwrap();
    for name in [
        "run",
        "fit",
        "merge",
        "check",
        "new",
        "doctor",
        "peek",
        "why",
        "restore",
        "verify",
        "diff",
        "stages",
        "bench",
        "names",
        "train",
        "schema",
        "completions",
        "man",
    ] {
        assert!(page.contains(name), "the manual page does not name {name}");
        let help = String::from_utf8(tamiz(&[name, "--help"]).stdout).unwrap();
        assert!(help.contains("Examples:\n  "), "`tamiz {name} --help` has no example");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(tamiz(&["completions", shell]).stdout.len() > 1_000, "{shell}");
    }
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let output = tamiz(&["man".as_ref(), "--to".as_ref(), pages.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert!(pages.join("tamiz.1").is_file() && pages.join("tamiz-run.1").is_file());
}

/// Labelled pages of several sites: an article between a menu and a list of headlines.
fn labelled() -> String {
    let page = |number: usize| {
        let mut lines = vec![("Home".to_owned(), 0), ("News | Sport | Weather".into(), 0)];
        for part in 0..6 {
            lines.push((
                format!("The council said in part {part} of report {number} that the ferry would sail again in spring."),
                1,
            ));
        }
        lines.push(("Related stories".into(), 0));
        lines.push((format!("Ten walks along river {number}"), 0));
        let lines: Vec<Value> =
            lines.into_iter().map(|(text, keep)| serde_json::json!({"t": text, "keep": keep})).collect();
        let url = format!("https://site{number}.example/page");
        serde_json::json!({"id": number.to_string(), "lang": "en", "url": url, "lines": lines}).to_string()
    };
    (0..12).map(|number| page(number) + "\n").collect()
}

#[test]
fn a_model_is_learned_from_labelled_pages_to_the_byte_and_used_by_a_definition() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("pages.jsonl"), labelled()).unwrap();
    for model in ["a.model", "b.model"] {
        let mut train = command();
        train.args(["train", "boilerplate", "--epochs", "1", "--folds", "2"]);
        let output = train.arg(at("pages.jsonl")).arg("-o").arg(at(model)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(report.contains("token F1") && report.contains("site"), "{report}");
    }
    assert_eq!(std::fs::read(at("a.model")).unwrap(), std::fs::read(at("b.model")).unwrap());
    std::fs::write(at("own.toml"), "[[stage]]\nuse = \"boilerplate\"\nmodel = \"a.model\"\n").unwrap();
    let output = command().arg("check").arg(at("own.toml")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
}

#[test]
fn a_line_that_is_no_labelled_page_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages.jsonl");
    std::fs::write(&path, labelled() + "{\"text\": \"no lines\"}\n").unwrap();
    let mut train = command();
    let output = train.args(["train", "boilerplate", "-o", "never.model"]).arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        messages(&output).contains("pages.jsonl:13: neither `lines` nor `html`"),
        "{}",
        messages(&output)
    );
}

#[test]
fn a_corpus_teaches_names_that_a_later_run_and_a_reader_take() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let pages = |spelling: &str, count: usize| {
        let line = |number: usize| {
            let text = format!("Ayer habló {spelling} con Tomás Olavide de la situación de la ciudad.");
            format!("{{\"id\":\"{spelling} {number}\",\"text\":\"{text}\"}}\n")
        };
        (0..count).map(line).collect::<String>()
    };
    std::fs::write(at("one.jsonl"), pages("Aurelia Brixental", 4)).unwrap();
    std::fs::write(at("two.jsonl"), pages("Aurélia Brixental", 1)).unwrap();
    std::fs::write(
        at("p.toml"),
        "[[stage]]\nuse = \"names\"\nmode = \"rewrite\"\nlanguage = \"es\"\ncorpus = true\n",
    )
    .unwrap();
    let tamiz = |arguments: &[&str]| {
        let output = command().current_dir(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", messages(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    tamiz(&["fit", "p.toml", "one.jsonl", "-o", "1.state"]);
    tamiz(&["fit", "p.toml", "two.jsonl", "-o", "2.state"]);
    tamiz(&["merge", "2.state", "1.state", "-o", "both.state"]);
    tamiz(&["fit", "p.toml", "one.jsonl", "two.jsonl", "-o", "whole.state"]);
    assert_eq!(std::fs::read(at("both.state")).unwrap(), std::fs::read(at("whole.state")).unwrap());
    assert_eq!(
        tamiz(&["names", "lexicon", "both.state"]),
        "# id\ttype\tcanonical\tvariants\t\tdocuments\n\
         aurelia-brixental\tperson\tmul=Aurelia Brixental\tAurelia Brixental|Aurélia Brixental\t\t\
         Aurelia Brixental 4, Aurélia Brixental 1\n\
         tomas-olavide\tperson\tmul=Tomás Olavide\tTomás Olavide\t\tTomás Olavide 5\n"
    );
    tamiz(&["run", "p.toml", "two.jsonl", "-o", "out", "--state", "both.state"]);
    let out = std::fs::read_to_string(at("out/part-00000.jsonl")).unwrap();
    assert!(out.contains("\"id\":\"aurelia-brixental\",\"was\":\"Aurélia Brixental\""), "{out}");

    std::fs::write(at("r.toml"), "[[stage]]\nuse = \"repeats\"\n").unwrap();
    tamiz(&["fit", "r.toml", "one.jsonl", "-o", "r.state"]);
    let output = command().current_dir(folder.path()).args(["names", "lexicon", "r.state"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("`names` has learned nothing in r.state"), "{}", messages(&output));
}
