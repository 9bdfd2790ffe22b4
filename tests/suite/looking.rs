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
    assert!(told.contains("only the run's own marks are shown") && told.contains("--state"), "{told}");
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
