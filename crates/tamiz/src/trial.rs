//! Runs the `[[test]]` tables of a definition.

use std::fmt::Write;

use tamiz_core::{Document, Fate};
use tamiz_pipeline::{Case, Pipeline};

use crate::shown::short;

/// What does not come out as the case says; empty if all of it does.
pub(crate) fn run(pipeline: &Pipeline, case: &Case) -> Vec<String> {
    let document = |text: &str| {
        let document = Document::new(text);
        match &case.site {
            Some(site) => document.with_site(site),
            None => document,
        }
    };
    let mut corpus = vec![document(&case.input)];
    corpus.extend(case.pages.iter().map(|page| document(page)));
    for stage in pipeline.stages() {
        stage.step.apply(&mut corpus);
    }
    let document = &corpus[0];
    let mut faults = Vec::new();
    let fate = match document.fate() {
        Fate::Kept => None,
        Fate::Dropped(reason) => Some(reason),
    };
    match (&case.dropped, fate) {
        (Some(stage), None) => faults.push(format!("`{stage}` should drop the document, and it is kept")),
        (Some(stage), Some(reason)) if stage != reason.stage => {
            faults.push(format!("`{stage}` should drop the document, and `{}` does", reason.stage));
        }
        (None, Some(reason)) => {
            faults.push(format!("the document is dropped by `{}`, rule `{}`", reason.stage, reason.rule));
        }
        _ => {}
    }
    if fate.is_some() {
        return faults;
    }
    let rendered = document.render(pipeline.marks());
    if let Some(expected) = &case.output {
        let end = |text: &str| text.trim_end_matches('\n').to_owned();
        faults.extend(compare("output", &end(expected), &end(&rendered.text)));
    }
    if let Some(expected) = &case.removed {
        let pieces = document.cuts().map(|cut| cut.span.of(document.source()).to_owned());
        let pieces: Vec<String> = pieces
            .flat_map(|piece| piece.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>())
            .filter(|line| !line.is_empty())
            .collect();
        let expected: Vec<&str> = expected.iter().map(|line| line.trim()).collect();
        faults.extend(compare("removed", &expected.join("\n"), &pieces.join("\n")));
    }
    faults
}

/// The first line in which two texts differ.
fn compare(what: &str, expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let (mut expected, mut found) = (expected.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (wanted, got) = (expected.next(), found.next());
        if wanted != got || wanted.is_none() {
            let shown = |line: Option<&str>| {
                line.map_or("nothing more".to_owned(), |line| format!("`{}`", short(line, 120)))
            };
            let mut fault = format!("`{what}` differs in line {number}");
            let _ = write!(fault, "\n    expected {}\n    found    {}", shown(wanted), shown(got));
            return Some(fault);
        }
    }
}
