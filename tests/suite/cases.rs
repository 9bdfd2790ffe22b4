//! Runs `cases/<stage>/*.md`: a definition, an input, and what has to come out.
//!
//! A case is a Markdown file with fenced blocks: one `toml` (the `[[stage]]` tables), one `text input`, for stages that
//! learn from a corpus any number of `text page` (its other pages), and any of
//!
//! - `text output`: the clean text;
//! - `text removed`: one removed span a line, as `kind ⇥ text`, a line feed inside it shown as `⏎`;
//! - `text sentences`: one sentence a line, a line feed inside it shown as `⏎`;
//! - `text names`: one name a line, as `surface ⇥ type ⇥ canonical`;
//! - `text languages`: one non-blank line of the input a line, as `code ⇥ text`;
//! - `text language`: the document's code;
//! - `text dropped`: `stage ⇥ rule`, where the document is dropped whole.
//!
//! The last line feed of a block is the block's own. With `TAMIZ_CASES=write` the blocks are brought to what the
//! program does, to be read and committed.

use std::fmt::Write;
use std::path::Path;

use tamiz_core::{Document, Fate, Rendered};

use crate::support::{files, read, root};

/// A fenced block: its info string, and where its content stands in the file.
struct Block<'t> {
    info: &'t str,
    content: &'t str,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("```") {
        let opened = &rest[at + 3..];
        let (info, body) = opened.split_once('\n').expect("a fence's line ends");
        let end =
            if body.starts_with("```") { 0 } else { body.find("\n```").expect("a fence is closed") + 1 };
        blocks.push(Block { info: info.trim(), content: &body[..end] });
        rest = &body[end + 3..];
    }
    blocks
}

fn shown(text: &str) -> String {
    text.trim().replace('\n', "⏎")
}

fn slice(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end - start).collect()
}

/// What a block of that kind should hold for a document.
fn actual(kind: &str, document: &Document, rendered: &Rendered<'_>) -> Option<String> {
    let annotations = &rendered.annotations;
    let mut lines = String::new();
    match kind {
        "output" => {
            lines.push_str(rendered.text.trim_end_matches('\n'));
            lines.push('\n');
        }
        "removed" => {
            for mark in annotations.removed.as_ref()? {
                let text = slice(document.source(), mark.start, mark.end);
                let _ = writeln!(lines, "{}\t{}", mark.kind, shown(&text));
            }
        }
        "sentences" => {
            for &[start, end] in annotations.sentences.as_ref()? {
                let _ = writeln!(lines, "{}", shown(&slice(&rendered.text, start, end)));
            }
        }
        "names" => {
            for name in annotations.names.as_ref()? {
                let surface = slice(&rendered.text, name.start, name.end);
                let name_type = format!("{:?}", name.name_type).to_lowercase();
                let _ = writeln!(lines, "{surface}\t{name_type}\t{}", name.canonical.text());
            }
        }
        "languages" => {
            for line in annotations.lines.as_ref()? {
                let _ =
                    writeln!(lines, "{}\t{}", line.language, slice(document.source(), line.start, line.end));
            }
        }
        "language" => {
            let _ = writeln!(lines, "{}", annotations.language?.code);
        }
        "dropped" => match document.fate() {
            Fate::Kept => {}
            Fate::Dropped(reason) => {
                let _ = writeln!(lines, "{}\t{}", reason.stage, reason.rule);
            }
        },
        _ => return None,
    }
    Some(lines)
}

/// Runs a case and returns the file as it should be.
fn run(path: &Path, text: &str) -> Result<String, String> {
    let blocks = blocks(text);
    let find = |info: &str| blocks.iter().find(|block| block.info == info).map(|block| block.content);
    let definition = find("toml").ok_or("the case has no `toml` block")?;
    let input = find("text input").ok_or("the case has no `text input` block")?;
    let pipeline = tamiz_pipeline::Pipeline::parse(&path.to_string_lossy(), definition, &tamiz::REGISTRY)
        .map_err(|mistakes| mistakes.to_string())?;
    let page = |text: &str| Document::new(text.strip_suffix('\n').unwrap_or(text));
    let mut corpus = vec![page(input)];
    corpus.extend(blocks.iter().filter(|block| block.info == "text page").map(|block| page(block.content)));
    for stage in pipeline.stages() {
        stage.step.apply(&mut corpus);
    }
    let document = &corpus[0];
    let rendered = document.render(pipeline.marks());
    let mut expected = text.to_owned();
    let mut checked = 0;
    for block in &blocks {
        let Some(kind) = block.info.strip_prefix("text ").filter(|kind| !matches!(*kind, "input" | "page"))
        else {
            continue;
        };
        let found = actual(kind, document, &rendered)
            .ok_or_else(|| format!("no stage of the case writes what `text {kind}` asks for"))?;
        let before = format!("```{}\n{}```", block.info, block.content);
        expected = expected.replacen(&before, &format!("```{}\n{found}```", block.info), 1);
        checked += 1;
    }
    if checked == 0 {
        Err("the case expects nothing: add a block such as `text output`".into())
    } else {
        Ok(expected)
    }
}

#[test]
fn every_case_does_what_it_says() {
    let write = std::env::var("TAMIZ_CASES").is_ok_and(|value| value == "write");
    let mut faults = String::new();
    let cases = files("tests/cases", ".md");
    assert!(!cases.is_empty());
    for path in cases {
        let text = read(&path);
        let shown = path.strip_prefix(root()).expect("cases are in the project").display();
        match run(&path, &text) {
            Ok(expected) if expected == text => {}
            Ok(expected) if write => std::fs::write(&path, expected).expect("cases can be written"),
            Ok(expected) => {
                let _ = writeln!(faults, "\n{shown}");
                for (line, (said, found)) in text.lines().zip(expected.lines()).enumerate() {
                    if said != found {
                        let _ = writeln!(faults, "  line {}: expected {said:?}\n  found {found:?}", line + 1);
                        break;
                    }
                }
            }
            Err(message) => {
                let _ = writeln!(faults, "\n{shown}: {message}");
            }
        }
    }
    assert!(faults.is_empty(), "{faults}\nTAMIZ_CASES=write brings the files to what the program does");
}
