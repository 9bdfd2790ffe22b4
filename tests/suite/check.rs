//! Mistakes in definitions, as a user sees them.

use std::fs;

use crate::support::{command, messages, tamiz};

const FIVE: &str = "\
nam = \"five\"

[[stage]]
use = \"boilerplat\"

[[stage]]
use = \"language\"
keep = \"es\"

[[stage]]
use = \"rules\"

[[stage.rule]]
name = \"tag\"
pattern = '('
cut = \"lines\"
";

#[test]
fn five_mistakes_show_five_places_and_five_remedies_in_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("five.toml");
    fs::write(&path, FIVE).unwrap();
    let output = command().arg("check").arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = messages(&output);
    for (place, remedy) in [
        ("five.toml:1:1", "did you mean `name`?"),
        ("five.toml:4:7", "did you mean `boilerplate`?"),
        ("five.toml:8:8", "`keep` takes a list of text"),
        ("five.toml:15:11", "#syntax"),
        ("five.toml:16:7", "did you mean `line`?"),
    ] {
        let at = shown.find(place).unwrap_or_else(|| panic!("no {place} in\n{shown}"));
        assert!(shown[at..].contains(remedy), "no {remedy:?} after {place} in\n{shown}");
    }
    assert!(shown.contains("5 mistakes"), "{shown}");
    assert!(output.stdout.is_empty());
}

#[test]
fn files_and_cue_ids_that_are_not_there_have_a_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("own.tsv", "follow-u\t^quack\tQuack\nfollow-us\t(x\tx\nmenu\t^home$\tHut\n");
    write("own.toml", "[[stage]]\nuse = \"boilerplate\"\ncues = [\"own.tvs\", \"own.tsv\"]\n");
    let output = command().arg("check").arg(folder.path().join("own.toml")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = messages(&output);
    for said in [
        "cannot read own.tvs, which is not there: did you mean `own.tsv`?",
        "own.tsv:1: `follow-u` is no cue id: did you mean `follow-us`?",
        "own.tsv:2: a `(` has no `)`",
        "own.tsv:3: `^home$` does not match its own example `Hut`",
        // A row that is broken is not said to miss its examples too.
        "own.toml: 4 mistakes",
    ] {
        assert!(shown.contains(said), "no `{said}` in\n{shown}");
    }
}

#[test]
fn a_mistake_stops_a_run_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("five.toml");
    fs::write(&path, FIVE).unwrap();
    let out = folder.path().join("out");
    let output = command().arg("run").arg(&path).arg("tests/corpus").arg("-o").arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("5 mistakes"));
    assert!(!out.exists());
}

#[test]
fn syntax_errors_duplicates_and_wrong_shapes_name_a_place_and_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.toml");
    for (definition, place, remedy) in [
        ("name = \n", "p.toml:1:", "this is not TOML"),
        ("name = \"a\"\nname = \"b\"\n", "p.toml:2:1", "delete one of the two"),
        ("[stage]\nuse = \"rules\"\n", "p.toml:1:2", "start each stage with `[[stage]]`"),
        ("[[stage]]\nkeep = [\"es\"]\n", "p.toml:1:1", "add a line `use = \"…\"`"),
        ("[[stage]]\nuse = 7\n", "p.toml:2:7", "in quotes"),
        ("[language]\n", "p.toml:1:2", "write `[[stage]]` and below it `use = \"language\"`"),
        ("name = 3\n", "p.toml:1:8", "put it in quotes"),
        (
            "[[stage]]\nuse = \"sentences\"\n[[stage]]\nuse = \"sentences\"\n",
            "p.toml:3:1",
            "delete one of the two",
        ),
    ] {
        fs::write(&path, definition).unwrap();
        let output = command().arg("check").arg(&path).output().unwrap();
        let shown = messages(&output);
        assert_eq!(output.status.code(), Some(1), "{definition}{shown}");
        assert!(shown.contains(place), "no {place} for\n{definition}\n{shown}");
        assert!(shown.contains(remedy), "no {remedy:?} for\n{definition}\n{shown}");
    }
}

#[test]
fn a_mistyped_file_stage_or_command_is_guessed() {
    for (arguments, remedy) in [
        (&["check", "pipelines/new-es.toml"][..], "did you mean pipelines/news-es.toml?"),
        (&["stages", "sentence"], "did you mean `sentences`?"),
        (&["chek"], "'check'"),
    ] {
        let output = tamiz(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(messages(&output).contains(remedy), "{arguments:?}: {}", messages(&output));
    }
}

#[test]
fn every_stage_documents_every_option() {
    for entry in tamiz::REGISTRY.entries() {
        let doc = entry.doc();
        assert!(!doc.about.is_empty(), "stage {} says nothing of itself", doc.name);
        let mut options = doc.options;
        while let Some(option) = options.pop() {
            assert!(option.about.len() > 10, "stage {}: option {} is not explained", doc.name, option.name);
            options.extend(option.fields);
        }
        let output = tamiz(&["stages", doc.name]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains(&format!("use = \"{}\"", doc.name)));
    }
}
