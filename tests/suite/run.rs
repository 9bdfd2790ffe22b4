//! Runs as users make them: directories and streams, threads, formats.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{command, files, messages, read};

/// A corpus of many small and some large documents, enough for several batches.
fn corpus(folder: &Path) {
    let pages: Vec<String> = files("tests/corpus", ".txt").iter().map(|path| read(path)).collect();
    for part in 0..3 {
        let mut lines = String::new();
        for number in 0..600 {
            let id = format!("{part}-{number}");
            let page = &pages[number % pages.len()];
            let text = if number % 97 == 0 { page.repeat(30) } else { page.clone() };
            let record =
                json!({"id": id, "url": format!("https://site{}.example/{id}", number % 7), "text": text});
            lines += &format!("{record}\n");
        }
        fs::write(folder.join(format!("{part}.jsonl")), lines).unwrap();
    }
    fs::write(folder.join("broken.jsonl"), "{\"id\": \"x\"\n{\"id\": \"y\", \"text\": 3}\n").unwrap();
}

/// Every file of an output that the promise of equal bytes covers, with its bytes.
fn bytes(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(out).unwrap().to_string_lossy().into_owned();
                // The report tells times.
                if !name.starts_with("_tamiz/report.") {
                    found.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    found
}

#[test]
fn one_two_and_seven_threads_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    corpus(&input);
    for format in ["jsonl", "jsonl.gz", "jsonl.zst"] {
        let outputs = [1, 2, 7].map(|threads| {
            let out = folder.path().join(format!("out-{format}-{threads}"));
            let output = command()
                .args(["run", "pipelines/news.toml"])
                .arg(&input)
                .arg("-o")
                .arg(&out)
                .args(["--threads", &threads.to_string(), "--format", format])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
            bytes(&out)
        });
        assert!(outputs[0].len() >= 3, "{:?}", outputs[0].keys());
        for other in &outputs[1..] {
            assert_eq!(outputs[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
            for (name, content) in &outputs[0] {
                assert!(content == &other[name], "{name} differs between thread counts ({format})");
            }
        }
    }
}

#[test]
fn a_stream_keeps_order_and_untouched_fields() {
    let mut child = command()
        .args(["run", "pipelines/news.toml", "-", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for number in 0..500 {
            let record = format!(
                "{{\"n\": 1.50, \"id\": \"{number}\", \"text\": \"Inicio\\nEl Sr. Paz llegó a León el día {number}. Se fue.\", \"a\": {{\"z\": [1, 2], \"b\": null}}}}\n"
            );
            input.write_all(record.as_bytes()).unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 500);
    for (number, line) in lines.iter().enumerate() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["id"], number.to_string());
        assert!(line.contains("1.50") && line.contains(r#"{"z": [1, 2], "b": null}"#), "{line}");
        assert!(record["tamiz"]["sentences"].is_array() && record["tamiz"]["language"]["code"].is_string());
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = command()
        .args(["run", "pipelines/passthrough.toml", "-", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    for number in 0..20_000 {
        // The program may be gone by now, which is what is tested.
        if writeln!(input, "{{\"id\": \"{number}\", \"text\": \"Some text to fill the pipe with.\"}}")
            .is_err()
        {
            break;
        }
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert_eq!(messages(&output), "");
}

#[test]
fn a_document_in_an_unwanted_language_stands_whole_in_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output =
        command().args(["run", "pipelines/news-es.toml", "tests/corpus", "-o"]).arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    let dropped: Vec<Value> = fs::read_dir(out.join("dropped"))
        .unwrap()
        .flat_map(|entry| {
            read(&entry.unwrap().path())
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<Value>>()
        })
        .collect();
    let text = |id: &str| dropped.iter().find(|record| record.to_string().contains(id)).map(Value::to_string);
    let german = text("de-stadtbad.txt").expect("the German page was dropped");
    assert!(german.contains("Zum Inhalt springen") && german.contains("\"language\""), "{german}");
    assert!(text("es-puente.txt").is_none());
}

#[test]
fn learning_in_parts_and_merging_gives_the_same_output_as_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    corpus(&input);
    fs::remove_file(input.join("broken.jsonl")).unwrap();
    let pipeline = folder.path().join("repeats.toml");
    fs::write(&pipeline, "name = \"r\"\n[[stage]]\nuse = \"repeats\"\nmin_share = 0.1\n").unwrap();
    let tamiz = |arguments: &[&Path]| {
        let output = command().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", messages(&output));
    };
    let at = |name: &str| folder.path().join(name);
    let word = Path::new;
    for part in 0..3 {
        let (one, state) = (input.join(format!("{part}.jsonl")), at(&format!("{part}.state")));
        tamiz(&[word("fit"), &pipeline, &one, word("-o"), &state]);
    }
    tamiz(&[word("merge"), &at("0.state"), &at("1.state"), word("-o"), &at("01.state")]);
    tamiz(&[word("merge"), &at("01.state"), &at("2.state"), word("-o"), &at("a.state")]);
    tamiz(&[word("merge"), &at("2.state"), &at("1.state"), &at("0.state"), word("-o"), &at("b.state")]);
    tamiz(&[word("fit"), &pipeline, &input, word("-o"), &at("c.state")]);
    let state = |name| std::fs::read(at(name)).unwrap();
    assert_eq!(state("a.state"), state("b.state"));
    assert_eq!(state("a.state"), state("c.state"));
    tamiz(&[word("run"), &pipeline, &input, word("-o"), &at("alone")]);
    tamiz(&[word("run"), &pipeline, &input, word("-o"), &at("given"), word("--state"), &at("a.state")]);
    assert_eq!(bytes(&at("alone"))["part-00000.jsonl"], bytes(&at("given"))["part-00000.jsonl"]);
    assert!(String::from_utf8_lossy(&bytes(&at("alone"))["part-00000.jsonl"]).contains("\"repeated\""));

    let mut stranger = fs::read_to_string(&pipeline).unwrap();
    stranger.push_str("min_pages = 7\n");
    fs::write(&pipeline, stranger).unwrap();
    let output = command()
        .arg("run")
        .arg(&pipeline)
        .arg(&input)
        .arg("-o")
        .arg(at("no"))
        .arg("--state")
        .arg(at("a.state"))
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2), "a state of another pipeline was taken");
}

#[test]
fn a_stream_with_a_corpus_level_stage_asks_for_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("repeats.toml");
    fs::write(&pipeline, "[[stage]]\nuse = \"repeats\"\n").unwrap();
    let output =
        command().arg("run").arg(&pipeline).args(["-", "-o", "-"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("--state"), "{}", messages(&output));
}

#[test]
fn quiet_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = command()
        .args(["run", "pipelines/news.toml", "tests/corpus", "--quiet", "-o"])
        .arg(&out)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!((messages(&output).as_str(), output.stdout.len()), ("", 0));
}

/// The record that a run makes of a file of one document.
fn only_record(folder: &Path, definition: &str, input: &str, options: &[&str]) -> Value {
    let out = folder.join("out");
    let run = command()
        .args(["run", definition, "--overwrite"])
        .arg(folder.join(input))
        .args(options)
        .arg("-o")
        .arg(&out)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", messages(&run));
    serde_json::from_str(&read(&out.join("part-00000.jsonl"))).unwrap()
}

#[test]
fn a_page_of_html_brings_its_own_fields_and_is_read_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let page = "<html lang=es><head><title>La feria</title><link rel=canonical href='https://www.diario.example/feria'>\
        <meta property='article:published_time' content='2024-05-01'></head><body><ol><li>Uno<li><a href='/dos'>Dos</a>\
        </ol><table><tr><td>1<td>2</table></body></html>";
    fs::write(folder.path().join("a.html"), page).unwrap();
    let cleaned =
        |options: &[&str]| only_record(folder.path(), "pipelines/passthrough.toml", "a.html", options);
    let plain = cleaned(&[]);
    assert_eq!(plain["text"], "Uno\nDos\n1 2\n");
    assert_eq!(plain["url"], "https://www.diario.example/feria");
    assert_eq!((&plain["title"], &plain["date"]), (&json!("La feria"), &json!("2024-05-01")));
    assert_eq!((&plain["language"], plain.get("author")), (&json!("es"), None));
    let asked = cleaned(&["--html", "list-marks,table-rows,markdown-links"]);
    assert_eq!(asked["text"], "1. Uno\n2. [Dos](/dos)\n1\t2\n");
}

#[test]
fn what_the_markup_says_tells_content_from_what_stands_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let article = [
        "The bridge over the Sella opened again on Monday, three months after the flood that had closed it to all traffic.",
        "Engineers found no damage to the pillars, the mayor said, and lorries may use it from next week on.",
        "Until then they have to go by Arriondas, which adds forty minutes to the way from the coast to the plain.",
        "The works have cost two million euros, of which the region pays the larger part.",
    ];
    let beside = [
        (
            "Ferry fares to rise in May",
            "The ferry between the two banks will cost a third more from the first of May, its owners have announced.",
        ),
        (
            "Bakers of the valley win prizes",
            "Three bakers of the valley have won prizes at the fair in the capital, one of them for the second time.",
        ),
        (
            "Library reopens in the old mill",
            "The town's library has moved to the old mill, where it will have twice as many shelves as before.",
        ),
    ];
    let paragraphs: String = article.iter().map(|line| format!("<p>{line}</p>")).collect();
    let cards: String = beside
        .iter()
        .map(|(title, text)| format!("<div class=card><h3><a href=/x>{title}</a></h3><p>{text}</p></div>"))
        .collect();
    let page = format!(
        "<html><body><nav><ul><li><a href=/>Home</a><li><a href=/s>Sports</a></ul></nav><main><article class=story>\
         <h1>The bridge is open</h1>{paragraphs}</article></main><aside class='related teasers'>{cards}</aside>\
         <footer><p>Since 1901</p></footer></body></html>"
    );
    fs::write(folder.path().join("page.html"), page).unwrap();
    let clean = |definition: &str, input: &str| only_record(folder.path(), definition, input, &[]);
    let text = clean("pipelines/passthrough.toml", "page.html")["text"].as_str().unwrap().to_owned();
    fs::write(folder.path().join("page.txt"), text).unwrap();
    let by_text = clean("pipelines/boilerplate.toml", "page.txt")["text"].as_str().unwrap().len();
    let record = clean("pipelines/boilerplate.toml", "page.html");
    let by_markup = record["text"].as_str().unwrap();
    assert!(article.iter().all(|line| by_markup.contains(line)), "{by_markup}");
    assert!(
        by_markup.len() < by_text,
        "the text alone does not tell the teasers from the article: {by_markup}"
    );
    let removed = record["tamiz"]["removed"].as_array().unwrap();
    let score = removed.iter().find_map(|mark| mark["score"].as_f64()).unwrap();
    assert!((0.0..1.0).contains(&score), "a cut that a score has decided tells it: {score}");
}
