//! The laws, each a function that panics with what was broken.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tamiz_core::{Document, Fate, Kind, Marks, Merge, Reason, RuleId, Scratch, Span, Stage};

use crate::text;

/// Runs the stage over many texts, some with cuts of an earlier stage, and checks every law of `tamiz-core`.
///
/// # Panics
/// With the text and the law, if one is broken.
pub fn check_stage(stage: &dyn Stage, marks: Marks) {
    let mut scratch = Scratch::default();
    for corner in text::corners() {
        check_text(stage, marks, &corner, &[], &mut scratch);
    }
    run((text::page(), cuts()), |(page, cuts)| check_text(stage, marks, page, cuts, &mut Scratch::default()));
}

/// Checks that the stage changes nothing in its own clean text: running it again cuts and rewrites nothing more.
///
/// # Panics
/// With the text that changed again.
pub fn check_stable(stage: &dyn Stage) {
    run(text::page(), |page| {
        let clean = |text: &str| {
            let mut document = Document::new(text);
            stage.apply(&mut document, &mut Scratch::default());
            document.render(Marks::REMOVED | Marks::NAMES).text.into_owned()
        };
        let once = clean(page);
        assert_eq!(clean(&once), once, "a second run of the stage changed the text again");
    });
}

/// Checks that merging states commutes and associates, with the default as identity.
///
/// # Panics
/// With the states, if one of the laws is broken.
pub fn check_merge<S: Merge + Clone + PartialEq + Debug>(states: impl Strategy<Value = S> + Clone) {
    let merged = |a: &S, b: &S| {
        let mut a = a.clone();
        a.merge(b.clone());
        a
    };
    run((states.clone(), states.clone(), states), |(a, b, c)| {
        assert_eq!(merged(a, b), merged(b, a), "merge does not commute");
        assert_eq!(merged(&merged(a, b), c), merged(a, &merged(b, c)), "merge does not associate");
        assert_eq!(merged(a, &S::default()), *a, "the default is no identity");
    });
}

/// Checks one text, some of which an earlier stage has cut.
fn check_text(stage: &dyn Stage, marks: Marks, text: &str, cuts: &[(f64, f64)], scratch: &mut Scratch) {
    let document = || {
        let mut document = Document::new(text);
        for &(start, length) in cuts {
            document.cut(part(text, start, length), EARLIER);
        }
        document
    };
    let (mut once, mut again) = (document(), document());
    stage.apply(&mut once, scratch);
    stage.apply(&mut again, &mut Scratch::default());
    assert_eq!(format!("{once:?}"), format!("{again:?}"), "two runs differ on {text:?}");
    assert_eq!(once.source(), text, "the source has changed");
    for cut in document().cuts() {
        assert!(!once.is_kept(cut.span), "text that was cut came back");
    }
    if let Fate::Dropped(reason) = once.fate() {
        assert!(!reason.stage.is_empty());
    }
    check_rendering(&once, marks | Marks::REMOVED);
}

/// Checks what a marked document renders to.
///
/// # Panics
/// If text was lost or doubled, or a span is out of place.
pub fn check_rendering(document: &Document, marks: Marks) {
    let source: Vec<char> = document.source().chars().collect();
    let rendered = document.render(marks);
    let text: Vec<char> = rendered.text.chars().collect();
    let removed = rendered.annotations.removed.as_ref().expect("`removed` was asked for");
    apart(removed.iter().map(|mark| (mark.start, mark.end)), source.len(), "removed");
    if removed.is_empty() && document.names().iter().all(|name| name.rewrite.is_none()) {
        assert_eq!(rendered.text, document.source(), "nothing was removed, but the text has changed");
    }

    let patches: Vec<_> = rendered.patches().collect();
    let restored = tamiz_core::restore(&rendered.text, &patches).expect("patches fit their own text");
    assert_eq!(restored, document.source(), "the source does not come back");

    let mut left = String::new();
    let mut position = 0;
    for mark in removed {
        left.extend(&source[position..mark.start]);
        position = mark.end;
    }
    left.extend(&source[position..]);
    let mut original = String::new();
    let mut position = 0;
    for name in rendered.annotations.names.as_deref().unwrap_or_default() {
        if let Some(was) = name.was {
            original.extend(&text[position..name.start]);
            original.push_str(was);
            position = name.end;
        }
    }
    original.extend(&text[position..]);
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(solid(&left), solid(&original), "text was lost or doubled");

    if let Some(names) = &rendered.annotations.names {
        apart(names.iter().map(|name| (name.start, name.end)), text.len(), "names");
        for name in names {
            assert!(!name.canonical.text().trim().is_empty(), "a name has an empty canonical form");
        }
    }
    if let Some(lines) = &rendered.annotations.lines {
        apart(lines.iter().map(|line| (line.start, line.end)), source.len(), "lines");
        assert_eq!(
            lines.len(),
            document.source().split('\n').filter(|line| !line.trim().is_empty()).count(),
            "not every non-blank line has a language"
        );
    }
    if let Some(sentences) = &rendered.annotations.sentences {
        apart(sentences.iter().map(|&[start, end]| (start, end)), text.len(), "sentences");
        let mut covered = vec![false; text.len()];
        for &[start, end] in sentences {
            covered[start..end].fill(true);
            assert!(
                !text[start].is_whitespace() && !text[end - 1].is_whitespace(),
                "a sentence has a blank edge"
            );
        }
        for (c, covered) in text.iter().zip(covered) {
            assert!(covered || c.is_whitespace(), "{c:?} lies in no sentence of {:?}", rendered.text);
        }
    }
}

const EARLIER: Reason = Reason { stage: "earlier", kind: Kind::Other, rule: RuleId::new("any") };

/// Checks that spans are in order, apart, not empty and within the text.
fn apart(spans: impl Iterator<Item = (usize, usize)>, length: usize, what: &str) {
    let mut reached = 0;
    for (start, end) in spans {
        assert!(start >= reached, "{what}: {start}..{end} starts before {reached}");
        assert!(start < end && end <= length, "{what}: {start}..{end} in {length} code points");
        reached = end;
    }
}

/// Up to four cuts, each a start and a length as shares of the text.
fn cuts() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0.0..1.0, 0.0..0.3), 0..4)
}

/// The part of a text from one share of it, that long, on character boundaries.
fn part(text: &str, start: f64, length: f64) -> Span {
    let offset = |share: f64| text.floor_char_boundary((share * text.len() as f64) as usize);
    let start = offset(start);
    Span::new(start, text.floor_char_boundary(start + offset(length)))
}

/// Runs a property over many cases and panics with the smallest one that breaks it.
fn run<S: Strategy>(strategy: S, law: impl Fn(&S::Value)) {
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&strategy, |value| {
        law(&value);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts every line that starts with a capital, and marks every run as a sentence.
    struct Sample;

    impl Stage for Sample {
        fn apply(&self, document: &mut Document, _: &mut Scratch) {
            for line in document.lines().to_vec() {
                if line.of(document.source()).starts_with(char::is_uppercase) {
                    document.cut(line, EARLIER);
                }
            }
            let runs: Vec<_> = document.kept().collect();
            for run in runs {
                document.add_sentences(&[run.span]);
            }
        }
    }

    #[test]
    fn core_keeps_its_laws_under_any_cuts() {
        check_stage(&Sample, Marks::REMOVED | Marks::SENTENCES);
    }

    #[test]
    fn cuts_that_overlap_or_come_in_any_order_leave_the_same_gaps() {
        run((text::page(), prop::collection::vec((0.0..1.0, 0.0..0.4), 0..8)), |(page, cuts)| {
            let mut document = Document::new(page.as_str());
            let mut expected = vec![false; page.len()];
            for &(start, length) in cuts {
                let span = part(page, start, length);
                document.cut(span, EARLIER);
                expected[span.range()].fill(true);
            }
            let mut found = vec![false; page.len()];
            for cut in document.cuts() {
                assert!(!found[cut.span.range()].contains(&true), "cuts overlap");
                found[cut.span.range()].fill(true);
            }
            assert_eq!(found, expected);
            for run in document.kept() {
                assert!(document.lines()[run.line].range().contains(&run.span.start()));
                assert!(!found[run.span.range()].contains(&true), "a run holds cut text");
                expected[run.span.range()].fill(true);
            }
            for (offset, c) in page.char_indices() {
                assert!(expected[offset] || c.is_whitespace(), "kept() passed over {c:?}");
            }
            check_rendering(&document, Marks::REMOVED);
        });
    }

    #[test]
    fn the_first_reason_for_a_cut_or_a_drop_stays() {
        let later = Reason { rule: RuleId::new("later"), ..EARLIER };
        let mut document = Document::new("one two three");
        document.cut(Span::new(4, 7), EARLIER);
        document.cut(Span::new(0, 13), later);
        let rules: Vec<_> = document.cuts().map(|cut| cut.reason.rule.as_str()).collect();
        assert_eq!(rules, ["later", "any", "later"]);
        document.drop_whole(EARLIER);
        document.drop_whole(later);
        assert_eq!(document.fate(), Fate::Dropped(EARLIER));
    }

    fn clean(text: &str, cut: &[&str]) -> String {
        let mut document = Document::new(text);
        for piece in cut {
            let start = text.find(piece).expect("the piece is in the text");
            document.cut(Span::new(start, start + piece.len()), EARLIER);
        }
        document.render(Marks::REMOVED).text.into_owned()
    }

    #[test]
    fn what_is_left_reads_as_if_the_cut_had_never_been_there() {
        assert_eq!(clean("Menu\nOne.\nTwo.\n", &["Menu"]), "One.\nTwo.\n");
        assert_eq!(clean("One.\nMenu\nTwo.\n", &["Menu"]), "One.\nTwo.\n");
        assert_eq!(clean("One.\n\nMenu\n\nTwo.\n", &["Menu"]), "One.\n\nTwo.\n");
        assert_eq!(clean("One.\n\nMenu\nMore\nTwo.", &["Menu", "More"]), "One.\n\nTwo.");
        assert_eq!(clean("One.\nMenu\n\nTwo.", &["Menu"]), "One.\n\nTwo.");
        assert_eq!(clean("One.\nTwo.\n\nMenu\n", &["Menu"]), "One.\nTwo.\n");
        assert_eq!(clean("One.\nTwo.\n\nMenu", &["Menu"]), "One.\nTwo.");
        assert_eq!(clean("One. MORE\nTwo.", &["MORE"]), "One.\nTwo.");
        assert_eq!(clean("MORE One.\nTwo.", &["MORE"]), "One.\nTwo.");
        assert_eq!(clean("One [1] two.", &["[1]"]), "One two.");
        assert_eq!(clean("OneMOREtwo.", &["MORE"]), "One two.");
        assert_eq!(clean("Menu\n  indented\n", &["Menu"]), "  indented\n");
        assert_eq!(clean("Menu\n", &["Menu"]), "\n");
    }
}
