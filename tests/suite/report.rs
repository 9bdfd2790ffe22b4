//! `_tamiz/report.html`: what is on it, that hostile text does nothing on it, and that browsers show it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::review::run;
use crate::support::{read, root};

const DEFINITION: &str = "name = \"<b>own</b>\"\n[[stage]]\nuse = \"language\"\nkeep = [\"es\", \"en\"]\n\
    [[stage]]\nuse = \"boilerplate\"\n[[stage]]\nuse = \"names\"\nmode = \"rewrite\"\n";

/// Titles and lines that would act if a page let them.
const HOSTILE: [&str; 4] = [
    "<img src=x onerror=\"document.title='owned'\">",
    "</summary></script><script>document.title='owned'</script>",
    "\" onmouseover=\"document.title='owned'\" x=\"",
    "abc\u{202e}gpj.exe\u{2066}\u{1b}[31m",
];

/// A run over the sample pages and hostile ones, with something in quarantine.
fn hostile(folder: &TempDir) -> PathBuf {
    let mut lines = String::new();
    let page = read(&root().join("tests/corpus/es-puente.txt"));
    for (number, hostile) in HOSTILE.iter().enumerate() {
        let text = page.replacen("Inicio", hostile, 1).replace("¿Qué falta por hacer?", hostile);
        let url = format!("https://www.<i>{number}</i>.example/{hostile}");
        lines += &(serde_json::json!({"id": hostile, "text": text, "url": url}).to_string() + "\n");
    }
    lines += "{\"<script>document.title='owned'</script>\n";
    let path = folder.path().join("hostile.jsonl");
    fs::write(&path, lines).unwrap();
    let definition = folder.path().join("own.toml");
    fs::write(&definition, DEFINITION).unwrap();
    let out = folder.path().join("own");
    let status = crate::support::command()
        .arg("run")
        .arg(definition)
        .arg(path)
        .arg("tests/corpus")
        .arg("-o")
        .arg(&out)
        .args(["--quiet"])
        .status();
    assert_eq!(status.unwrap().code(), Some(3));
    out
}

/// The page without what differs from run to run: times, speeds, the number of threads.
pub(crate) fn timeless(page: &str) -> String {
    let lines: Vec<&str> = page.lines().filter(|line| !line.contains("MB/s")).collect();
    lines.join("\n")
}

#[test]
fn the_report_shows_the_run_and_but_for_times_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let pages = root().join("tests/corpus");
    let one = run(&folder, "one", DEFINITION, &[&pages], &["--threads", "1"]);
    let two = run(&folder, "two", DEFINITION, &[&pages], &["--threads", "2"]);
    let page = |out: &Path| read(&out.join("_tamiz/report.html"));
    let (one, two) = (page(&one), page(&two));
    assert_eq!(timeless(&one), timeless(&two));
    for said in [
        "records read",
        "registros leídos",
        "What was removed",
        "Qué se quitó",
        "es-cumbre.txt",
        "<del>ÚNETE A NUESTRO CANAL DE WHATSAPP</del>",
        "<del>Sergei Ryabkov</del><ins>Serguéi Riabkov</ins>",
        "follow-us",
        "diario.example",
        "◆",
        "use = &quot;boilerplate&quot;",
        "Empty: every record could be read.",
    ] {
        assert!(one.contains(said), "no `{said}` in\n{one}");
    }
}

#[test]
fn the_report_is_small_and_self_contained_and_hostile_text_is_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let out = hostile(&folder);
    let page = read(&out.join("_tamiz/report.html"));
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src &#x27;none&#x27;"));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img") && !page.contains("<b>own"), "a text of the input became markup");
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{1b}']), "a text of the input kept its orders");
    for outside in ["src=", "href=\"http", "@import", "url("] {
        let own = page.split("id=\"documents\"").next().unwrap();
        assert!(!own.contains(outside) || outside == "src=", "the page asks for {outside} from elsewhere");
    }
    assert!(page.contains("malformed JSON"), "quarantine is not told by reason");

    let long = "Una línea de texto que no acaba nunca y que se repite para llenar la página. ".repeat(600);
    let mut lines = String::new();
    for number in 0..60 {
        lines += &(serde_json::json!({"id": number, "text": format!("{long}\n{long}")}).to_string() + "\n");
    }
    let path = folder.path().join("long.jsonl");
    fs::write(&path, lines).unwrap();
    let out = run(&folder, "long", DEFINITION, &[&path], &[]);
    let page = read(&out.join("_tamiz/report.html"));
    assert!(page.len() < 500_000, "{} bytes", page.len());
    assert_eq!(page.matches("<details name=\"document\"").count(), 30);
}

#[test]
fn a_run_that_keeps_nothing_has_a_report_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("pages.jsonl");
    let english =
        "{\"id\":1,\"text\":\"It rained all night in the valley and the river rose by a metre.\"}\n";
    for (name, lines, said) in [
        ("empty", "", "Nothing was read: check the inputs with tamiz doctor."),
        ("english", english, "No document was kept."),
    ] {
        fs::write(&pages, lines).unwrap();
        let out = run(&folder, name, "[[stage]]\nuse = \"language\"\nkeep = [\"es\"]\n", &[&pages], &[]);
        let page = read(&out.join("_tamiz/report.html"));
        assert!(page.contains(said) && page.contains("No se conservó ningún documento."), "{page}");
        assert!(!page.contains("has no language stage") && !page.contains("NaN"), "{page}");
    }
}

#[test]
fn the_documents_nearest_to_the_threshold_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(&folder, "news", DEFINITION, &[&root().join("tests/corpus")], &[]);
    let page = read(&out.join("_tamiz/report.html"));
    let gaps: Vec<f64> = page
        .match_indices("title=\"score / threshold\">◆ ")
        .map(|(at, found)| {
            let (score, rest) = page[at + found.len()..].split_once(" / ").unwrap();
            let threshold = rest.split('<').next().unwrap();
            (score.parse::<f64>().unwrap() - threshold.parse::<f64>().unwrap()).abs()
        })
        .collect();
    assert!(gaps.len() > 2, "{gaps:?}");
    // The page shows two digits of each number.
    assert!(gaps.is_sorted_by(|a, b| *a <= b + 0.021), "{gaps:?}");
}

/// A browser, where there is one.
fn chromium() -> Option<&'static str> {
    let starts = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(starts)
}

/// What the browser writes when it opens the page with these options; it must have nothing to complain of.
fn shown(browser: &str, folder: &TempDir, page: &Path, more: &[&str]) -> String {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=3000"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(more)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("CONSOLE"), "the browser complains:\n{told}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_browser_shows_the_report_without_an_error_and_hostile_text_does_nothing() {
    let Some(browser) = chromium() else {
        eprintln!("skipped: there is no Chromium here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = hostile(&folder);
    let report = out.join("_tamiz/report.html");
    let shown = |more: &[&str]| shown(browser, &folder, &report, more);
    let page = shown(&["--dump-dom"]);
    assert!(page.contains("<title>&lt;b&gt;own&lt;/b&gt; · tamiz</title>"), "{page}");
    assert_eq!(page.matches("<details name=\"document\" open=\"\"").count(), 1);
    let spanish = shown(&["--dump-dom", "--lang=es", "--accept-lang=es"]);
    assert!(page.contains("<html lang=\"en\">") && spanish.contains("<html lang=\"es\">"));
    let picture = folder.path().join("phone.png");
    shown(&[&format!("--screenshot={}", picture.display()), "--window-size=500,1000"]);
    assert!(fs::metadata(picture).unwrap().len() > 10_000);
}

/// Presses keys one after the other, and writes into the page which documents are open after each.
const PRESS: &str = r#"<script>
const seen = [];
for (const key of ["", "j", "j", "x", "k", "k", "k", "ctrl j"]) {
  const init = { key: key.slice(-1), ctrlKey: key.startsWith("ctrl"), bubbles: true };
  if (key) document.dispatchEvent(new KeyboardEvent("keydown", init));
  const all = [...document.querySelectorAll('details[name="document"]')];
  const focused = all.indexOf(document.activeElement.closest("details"));
  const open = all.flatMap((one, place) => (one.open ? [place] : []));
  seen.push(`${key}: ${open} ${focused}`);
}
document.body.dataset.seen = seen.join("; ");
</script></body>"#;

#[test]
fn the_keys_j_and_k_open_the_next_document_and_the_one_before() {
    let Some(browser) = chromium() else {
        eprintln!("skipped: there is no Chromium here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = read(&hostile(&folder).join("_tamiz/report.html"));
    // The page's own policy would not let the script in that presses the keys.
    let policy = "http-equiv=\"Content-Security-Policy\"";
    assert!(page.contains(policy) && page.matches("</body>").count() == 1);
    let path = folder.path().join("pressed.html");
    fs::write(&path, page.replace(policy, "name=\"policy\"").replace("</body>", PRESS)).unwrap();
    let pressed = shown(browser, &folder, &path, &["--dump-dom"]);
    let seen = pressed.split_once("data-seen=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    let expected = ": 0 -1; j: 1 1; j: 2 2; x: 2 2; k: 1 1; k: 0 0; k: 0 0; ctrl j: 0 0";
    assert_eq!(seen, expected);
}

/// Writes into the page what it looks like.
const MEASURE: &str = r#"<script>
const { backgroundColor, color } = getComputedStyle(document.body);
const { scrollWidth, clientWidth } = document.documentElement;
document.body.dataset.seen = `${backgroundColor} ${color} ${scrollWidth <= clientWidth}`;
</script></body>"#;

#[test]
fn the_report_turns_dark_and_fits_a_phone() {
    let Some(browser) = chromium() else {
        eprintln!("skipped: there is no Chromium here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let report = read(&hostile(&folder).join("_tamiz/report.html"));
    let path = folder.path().join("measured.html");
    fs::write(
        &path,
        report
            .replace("http-equiv=\"Content-Security-Policy\"", "name=\"policy\"")
            .replace("</body>", MEASURE),
    )
    .unwrap();
    let seen = |more: &[&str]| {
        let page = shown(browser, &folder, &path, &[&["--dump-dom", "--window-size=500,900"], more].concat());
        page.split_once("data-seen=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0.to_owned()
    };
    assert_eq!(seen(&["--blink-settings=preferredColorScheme=1"]), "rgb(246, 244, 239) rgb(33, 32, 29) true");
    assert_eq!(seen(&["--blink-settings=preferredColorScheme=0"]), "rgb(21, 22, 23) rgb(233, 230, 223) true");
}
