//! Looking at what a pipeline does: `why` and `peek`.

use std::fs;
use std::path::Path;

use crate::review::run;
use crate::support::{command, messages, read, root};

const PAGE: &str = "Inicio\n(EFE) Serguéi Riabkov llegó a Pekín el lunes por la noche, según el comunicado de las partes. \
    Sergei Ryabkov se reunió con la ministra noruega de Comercio y habló de los permisos de pesca.\nQuack with us today\n\
    La ruta del norte interesa a los dos países y a nadie más perjudica, declaró a la prensa antes de la reunión.\n\
    Suscríbete a nuestro boletín\n";

const DEFINITION: &str = "name = \"own\"\n\n[[stage]]\nuse = \"language\"\n\n[[stage]]\nuse = \"rules\"\n\n[[stage.rule]]\n\
    name = \"agency-tag\"\npattern = '^\\(EFE\\)'\ncut = \"match\"\n\n[[stage]]\nuse = \"boilerplate\"\ncues = [\"mine.tsv\"]\n\n\
    [[stage]]\nuse = \"names\"\nmode = \"rewrite\"\n";

fn why(out: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = command().arg("why").arg(out).args(more).output().unwrap();
    let told = messages(&output);
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &told)
}

#[test]
fn why_names_stage_rule_score_table_row_and_definition_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.tsv"), "follow-us\t^quack with us\tQuack with us today\n").unwrap();
    let page = folder.path().join("page.txt");
    fs::write(&page, PAGE).unwrap();
    let out = run(&folder, "own", DEFINITION, &[&page], &[]);
    let definition = folder.path().join("own.toml");
    let definition = definition.to_str().unwrap();

    let (status, told) = why(&out, &["page.txt", "--pipeline", definition]);
    assert_eq!(status, Some(0), "{told}");
    for said in [
        "rules cut `(EFE)",
        "rule agency-tag",
        "own.toml, line 11: pattern = '^\\(EFE\\)'",
        "boilerplate cut: promo, rule follow-us",
        "mine.tsv:1: ^quack with us",
        "own.toml, line 14: [[stage]] use = \"boilerplate\"",
        "boilerplate: score 0.",
        "names: Sergei Ryabkov, person, Serguéi Riabkov, rewritten as Serguéi Riabkov",
        "language es",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
    let row = told.lines().find(|line| line.contains("row `newsletter`")).unwrap();
    let place = row.split_once("tamiz-boilerplate/tables/cues/es.tsv:").unwrap().1;
    let number: usize = place.split(':').next().unwrap().parse().unwrap();
    let table = read(&root().join("crates/tamiz-boilerplate/tables/cues/es.tsv"));
    assert!(table.lines().nth(number - 1).unwrap().starts_with("newsletter\t"), "{row}");

    let (_, told) = why(&out, &["--line", "quack", "--pipeline", definition]);
    assert!(told.contains("    3  Quack with us today") && !told.contains("Inicio"), "{told}");
    // Without the definition's file its tables are not at hand, but the run's own marks are.
    let (status, told) = why(&out, &["page.txt"]);
    assert_eq!(status, Some(0));
    assert!(
        told.contains("give it with --pipeline") && told.contains("boilerplate cut: promo, rule follow-us"),
        "{told}"
    );
    let (status, told) = why(&out, &["--line", "no such line"]);
    assert_eq!((status, told.contains("no document of")), (Some(2), true), "{told}");
}

#[test]
fn why_tells_of_dropped_documents_and_of_states() {
    let folder = tempfile::tempdir().unwrap();
    let pages = root().join("tests/corpus");
    let dropping = "[[stage]]\nuse = \"language\"\nkeep = [\"es\"]\n\n[[stage]]\nuse = \"repeats\"\n";
    let out = run(&folder, "es", dropping, &[&pages], &[]);
    let (status, told) = why(&out, &["de-stadtbad.txt"]);
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("dropped by language, rule"), "{told}");
    assert!(told.contains("`repeats` has learned from the corpus") && told.contains("--state"), "{told}");
}

fn peek(more: &[&str]) -> (String, String) {
    let output = command().arg("peek").args(more).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let told = messages(&output);
    (String::from_utf8(output.stdout).unwrap(), told)
}

#[test]
fn peek_shows_what_goes_and_why_without_colour_in_a_pipe() {
    let (shown, _) = peek(&["pipelines/news-es.toml", "tests/corpus/es-cumbre.txt"]);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    for said in [
        "promo follow-us │ [-ÚNETE A NUESTRO CANAL DE WHATSAPP-]",
        "_Sergei Ryabkov_→Serguéi Riabkov",
        "perjudica",
        "¦",
        "es 1.00 · ",
    ] {
        assert!(shown.contains(said), "no `{said}` in\n{shown}");
    }
    let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 121, "{widest} columns");
}

#[test]
fn peek_marks_where_a_sentence_begins_within_a_line_and_not_behind_a_cut_at_its_start() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("page.txt"), "(EFE) La lonja abre hoy. Mañana cierra.\n").unwrap();
    let definition = "[[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"agency\"\npattern = '^\\(EFE\\)'\ncut = \"match\"\n\
        [[stage]]\nuse = \"sentences\"\n";
    fs::write(at("p.toml"), definition).unwrap();
    let (shown, _) = peek(&[at("p.toml").to_str().unwrap(), at("page.txt").to_str().unwrap()]);
    assert!(shown.contains("[-(EFE)-] La lonja abre hoy. ¦Mañana cierra."), "{shown}");
}

#[test]
fn peek_strikes_through_and_underlines_where_there_is_colour() {
    let output = command()
        .args(["peek", "pipelines/news-es.toml", "tests/corpus/es-cumbre.txt"])
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("\u{1b}[9;31mCargando...") && shown.contains("\u{1b}[4;36mWang Yi"), "{shown}");
}

#[test]
fn peek_draws_a_sample_that_a_seed_repeats_and_shows_one_kind_alone() {
    let sample =
        |seed: &str| peek(&["pipelines/boilerplate.toml", "tests/corpus", "--sample", "2", "--seed", seed]).0;
    assert_eq!(sample("1"), sample("1"));
    assert!((2..20).any(|seed| sample(&seed.to_string()) != sample("1")));
    assert_eq!(sample("1").lines().filter(|line| line.starts_with("── ")).count(), 2);
    let (shown, _) = peek(&["pipelines/boilerplate.toml", "tests/corpus", "--only", "caption"]);
    assert!(shown.contains("caption") && !shown.contains("promo follow-us"), "{shown}");
    let (shown, told) = peek(&["pipelines/sentences.toml", "tests/corpus", "--only", "caption"]);
    assert!(shown.is_empty() && told.contains("was anything removed as caption"), "{told}");
    let output = command()
        .args(["peek", "pipelines/news.toml", "tests/corpus", "--only", "captoin"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("did you mean `caption`?"), "{}", messages(&output));
}

#[test]
fn hostile_text_gives_the_terminal_no_orders() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.txt");
    fs::write(&page, "Title \u{1b}]0;owned\u{7} and \u{202e}more\u{9b}31m\nRead more\n").unwrap();
    let (shown, _) = peek(&["pipelines/boilerplate.toml", page.to_str().unwrap()]);
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}']), "{shown:?}");
}

/// A page of HTML whose lines the markup tells apart better than their text does.
const HTML: &str = "<!doctype html><html lang=\"es\"><head><title>La lonja</title></head><body>\
    <nav><ul><li><a href=\"/\">Portada</a></li><li><a href=\"/p\">Puerto</a></li></ul></nav>\
    <main><article><h1>La lonja subasta el primer bonito del año</h1>\
    <p>El primer bonito del año se subastó el lunes en la lonja del puerto por 41 euros el kilo, según la cofradía.</p>\
    <p>La patrona mayor dijo que la costera empieza con dos semanas de adelanto y que los barcos volverán a salir.</p>\
    </article><aside class=\"related\"><ul><li><a href=\"/a\">Un delfín entra en la dársena y se queda tres días</a></li>\
    <li><a href=\"/b\">Cierra la última conservera de la ría tras sesenta años</a></li></ul></aside></main></body></html>";

#[test]
fn why_sees_a_page_of_html_as_the_run_saw_it() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("lonja.html");
    fs::write(&page, HTML).unwrap();
    for format in ["jsonl", "parquet"] {
        let name = format!("out-{format}");
        let out = run(&folder, &name, "[[stage]]\nuse = \"boilerplate\"\n", &[&page], &["--format", format]);
        let (status, told) = why(&out, &["lonja.html"]);
        assert_eq!(status, Some(0), "{told}");
        assert!(!told.contains("fares otherwise"), "{told}");
        let mut scores = 0;
        for block in told.split("\n\n") {
            let Some((_, run)) = block.split_once(", score ") else { continue };
            let (_, again) = block.split_once("boilerplate: score ").unwrap_or_else(|| panic!("{block}"));
            let (run, again): (f64, f64) = (run[..4].parse().unwrap(), again[..5].parse().unwrap());
            assert!((run - again).abs() < 0.006, "{block}");
            scores += 1;
        }
        assert!(scores > 1, "no line went by its score in\n{told}");
    }
}

#[test]
fn why_says_what_is_wrong_with_an_id_and_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("pages.jsonl");
    let lines = "{\"id\":\"river-1\",\"text\":\"The river rose by a metre before dawn.\"}\n\
        {\"id\":\"empty\",\"text\":\" \"}\n{\"id\":77,\"txt\":\"no text\"}\n{\"id\":\"broken\",\"text\":\"no end\n";
    fs::write(&pages, lines).unwrap();
    let pipeline = folder.path().join("p.toml");
    fs::write(&pipeline, "[[stage]]\nuse = \"boilerplate\"\n").unwrap();
    let out = folder.path().join("clean");
    let output = command().arg("run").arg(&pipeline).arg(&pages).arg("-o").arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    for (arguments, said) in [
        (&["rivers-1"][..], "has no document `rivers-1`: did you mean `river-1`?"),
        (&["something else"], "its documents are `river-1`, `empty`"),
        (&["broken"], "it seems to be in quarantine, from"),
        (&["77"], "pages.jsonl:3: the record has no `text`"),
        (&[], "name a document by its id, or lines by a text in them: --line TEXT"),
        (&["river-1", "--line", "sea"], "document `river-1` has no line with `sea`"),
        (&["--line", "sea"], "2 were looked through"),
    ] {
        let (status, told) = why(&out, arguments);
        assert_eq!((status, told.contains(said)), (Some(2), true), "no `{said}` in\n{told}");
    }
    let (status, told) = why(&out, &["empty"]);
    assert_eq!((status, told.contains("kept; there is no text in it")), (Some(0), true), "{told}");
    for other in ["restore", "why"] {
        let output = command().arg(other).arg(&out).arg("river1").output().unwrap();
        assert!(messages(&output).contains("did you mean `river-1`?"), "{}", messages(&output));
        let output = command().arg(other).arg(folder.path().join("claen")).arg("river-1").output().unwrap();
        assert!(messages(&output).contains("clean`?"), "{}", messages(&output));
    }
}

#[test]
fn why_tells_of_counts_options_and_lexicon_rows_and_of_what_it_cannot_know() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("people.tsv"), "patrona\tperson\tEulalia Brandariz Outón\tEulalia Brandariz\n").unwrap();
    let text = |number: usize| {
        format!(
            "Hazte eco del faro\nLa lonja abre el día {number}, según dijo ayer Eulalia Brandariz a los vecinos del puerto."
        )
    };
    let mut lines: String = (0..4)
        .map(|number| serde_json::json!({"id": number, "text": text(number)}).to_string() + "\n")
        .collect();
    lines += "{\"id\":\"en\",\"text\":\"The harbour will be closed until Friday because of the storm, they said.\"}\n";
    fs::write(at("pages.jsonl"), lines).unwrap();
    let definition = "[[stage]]\nuse = \"language\"\nkeep = [\"es\"]\n\n[[stage]]\nuse = \"repeats\"\n\n\
        [[stage]]\nuse = \"names\"\nlexicon = [\"people.tsv\"]\n";
    let out = run(&folder, "p", definition, &[&at("pages.jsonl")], &[]);
    let fit =
        command().arg("fit").arg(at("p.toml")).arg(at("pages.jsonl")).arg("-o").arg(at("p.state")).output();
    assert_eq!(fit.unwrap().status.code(), Some(0));
    let (pipeline, state) = (at("p.toml"), at("p.state"));
    let (pipeline, state) = (pipeline.to_str().unwrap(), state.to_str().unwrap());
    let (status, told) = why(&out, &["0", "--pipeline", pipeline, "--state", state]);
    assert_eq!(status, Some(0), "{told}");
    for said in [
        "repeats cut: repeated, rule repeated-line",
        "repeats: rule `repeated-line` from 3 pages on: this line stands on 4 of the site's 4",
        "names: row `patrona`, people.tsv:1: patrona ⇥ person ⇥ Eulalia Brandariz Outón ⇥ Eulalia Brandariz",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
    let (_, told) = why(&out, &["en", "--pipeline", pipeline]);
    assert!(told.contains("p.toml, line 3: keep = [\"es\"]"), "{told}");
    assert!(told.contains("`repeats` has learned from the corpus"), "{told}");
    // Another table than the run's may be found by the same name.
    fs::write(at("people.tsv"), "x\tperson\tX Y\n").unwrap();
    let (_, told) = why(&out, &["0", "--pipeline", pipeline]);
    assert!(told.contains("is not what this output was made with"), "{told}");
}

/// The line of a file, or of a command's output, that a clue names as `TABLE:LINE`.
fn named_line(told: &str, clue: &str, table: &str, text: &str) -> String {
    let clue =
        told.lines().find(|line| line.contains(clue)).unwrap_or_else(|| panic!("no `{clue}` in\n{told}"));
    let (_, place) = clue.split_once(table).unwrap_or_else(|| panic!("no `{table}` in {clue}"));
    let number: usize = place[1..].split(':').next().unwrap().parse().unwrap();
    text.lines().nth(number - 1).unwrap_or_default().to_owned()
}

#[test]
fn why_tells_which_mark_ended_a_sentence_and_which_row_joined_one() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.txt");
    fs::write(&page, "El Sr. Paz llegó a EE. UU. El lunes volvió. ¿Y tú?\nFin").unwrap();
    let definition = "[[stage]]\nuse = \"sentences\"\nlanguage = \"es\"\n";
    let out = run(&folder, "own", definition, &[&page], &[]);
    let (status, told) = why(&out, &["page.txt"]);
    assert_eq!(status, Some(0), "{told}");
    for said in [
        "sentences: `Sr.` goes on: never an end (rule `title`)",
        "sentences: `UU.` ends a sentence: a function word with a capital follows (rule `function-word`)",
        "sentences: `volvió.` ends a sentence (rule `mark`)",
        "sentences: 3",
    ] {
        assert!(told.contains(said), "no `{said}` in\n{told}");
    }
    for (clue, table, row) in [
        ("row `title`", "abbreviations/und.tsv", "title\tSr."),
        ("row `abbreviation`", "abbreviations/es.tsv", "abbreviation\tee."),
        ("row `function-word`", "function-words/es.tsv", "function-word\tel"),
    ] {
        let text = read(&root().join("crates/tamiz-sentences/tables").join(table));
        let found = named_line(&told, clue, &format!("tamiz-sentences/tables/{table}"), &text);
        assert!(found.starts_with(row), "{found}, not {row}");
    }
}

#[test]
fn why_names_the_row_of_a_name_that_the_corpus_has_taught() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = |number: usize| {
        let name = ["Serguéi Riabkov", "Serguéi Riabkov", "Sergei Ryabkov"][number % 3];
        format!("La lonja abre el día {number}, según dijo ayer {name} a los vecinos del puerto.")
    };
    let lines =
        (0..6).map(|number| serde_json::json!({"id": number, "text": text(number)}).to_string() + "\n");
    fs::write(at("pages.jsonl"), lines.collect::<String>()).unwrap();
    fs::write(at("p.toml"), "[[stage]]\nuse = \"names\"\ncorpus = true\n").unwrap();
    let fit =
        command().arg("fit").arg(at("p.toml")).arg(at("pages.jsonl")).arg("-o").arg(at("p.state")).output();
    assert_eq!(fit.unwrap().status.code(), Some(0));
    let state = at("p.state");
    let state = state.to_str().unwrap();
    let out = run(
        &folder,
        "p",
        "[[stage]]\nuse = \"names\"\ncorpus = true\n",
        &[&at("pages.jsonl")],
        &["--state", state],
    );
    let (status, told) = why(&out, &["2", "--state", state]);
    assert_eq!(status, Some(0), "{told}");
    let lexicon = command().args(["names", "lexicon", state]).output().unwrap();
    let lexicon = String::from_utf8(lexicon.stdout).unwrap();
    let row = named_line(&told, "names: row `", "`tamiz names lexicon STATE`", &lexicon);
    assert!(row.contains("Sergei Ryabkov") && row.contains("Serguéi Riabkov"), "{row} in\n{told}");
}

/// What a terminal of that many columns and rows shows; `None`, said plainly, where there is no `script` to make one.
fn on_a_terminal(columns: u16, rows: u16, arguments: &str, variables: &[(&str, &str)]) -> Option<String> {
    let tamiz = env!("CARGO_BIN_EXE_tamiz-tested");
    let line = format!("stty cols {columns} rows {rows}; {tamiz} {arguments}");
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(root());
    script.env("TERM", "xterm-256color").env_remove("NO_COLOR").env_remove("LESS").envs(variables.to_vec());
    match script.stdin(std::process::Stdio::null()).output() {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"))
        }
        other => {
            eprintln!("skipped: there is no `script` here that makes a terminal: {other:?}");
            None
        }
    }
}

#[test]
fn peek_fits_a_narrow_terminal_and_uses_the_pager_for_what_is_long() {
    let page = "peek pipelines/news-es.toml tests/corpus/es-cumbre.txt";
    let Some(shown) = on_a_terminal(44, 500, page, &[("PAGER", "sed s/^/paged:/"), ("NO_COLOR", "1")]) else {
        return;
    };
    assert!(shown.contains("┌ promo follow-us\n│ [-ÚNETE A NUESTRO CANAL DE WHATSAPP-]\n"), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains("paged:"), "{shown}");
    let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 44, "{widest} columns in\n{shown}");
    let shown = on_a_terminal(100, 10, page, &[("PAGER", "sed s/^/paged:/")]).unwrap();
    assert!(
        shown.lines().all(|line| line.starts_with("paged:")) && shown.contains("\u{1b}[9;31m"),
        "{shown}"
    );
    let shown =
        on_a_terminal(100, 10, &format!("{page} --no-pager"), &[("PAGER", "sed s/^/paged:/")]).unwrap();
    assert!(!shown.contains("paged:"), "{shown}");
}

#[test]
fn peek_passes_over_what_cannot_be_read_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages.jsonl");
    let lines = "{broken\n[1]\n{\"id\":\"a\",\"text\":\"\"}\n\
        {\"id\":\"b\",\"text\":\"It rained all night in the valley, and the river rose by a metre before dawn.\"}\n\
        {\"id\":\"c\",\"text\":\"never shown\"}\n";
    fs::write(&path, lines).unwrap();
    let (shown, told) = peek(&["pipelines/news-es.toml", path.to_str().unwrap(), "--first", "2"]);
    assert!(shown.contains("── a ") && shown.contains("there is no text in it"), "{shown}");
    assert!(shown.contains("dropped whole by language: other, rule other-language\n"), "{shown}");
    assert!(shown.contains("│ [-It rained all night") && !shown.contains("── c "), "{shown}");
    assert!(told.contains("2 records on the way could not be read: `tamiz doctor` says why"), "{told}");
}
