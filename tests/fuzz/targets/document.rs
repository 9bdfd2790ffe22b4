//! A text through all stages that need no corpus: its marks are JSON, and what they point at is there.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tamiz_run::{CleanDocument, Runner};

const DEFINITION: &str = r#"
name = "fuzz"
[[stage]]
use = "language"
lines = true
[[stage]]
use = "boilerplate"
[[stage]]
use = "rules"
[[stage.rule]]
name = "stars"
pattern = '\*+$'
cut = "match"
kind = "other"
[[stage]]
use = "sentences"
[[stage]]
use = "names"
mode = "rewrite"
"#;

static RUNNER: LazyLock<Runner> =
    LazyLock::new(|| Runner::new(tamiz::parse(DEFINITION).unwrap_or_else(|error| panic!("{error}"))));

fuzz_target!(|text: &str| {
    let mut cleaned = CleanDocument::default();
    RUNNER.worker().clean(text, Some("site.example"), &mut cleaned).unwrap_or_else(|error| panic!("{error}"));
    let marks: Value = serde_json::from_str(&cleaned.marks).expect("marks are JSON");
    let before = text.chars().count() as u64;
    let mut end = 0;
    for span in marks["removed"].as_array().into_iter().flatten() {
        let place = |key: &str| span[key].as_u64().expect("a span has its place");
        assert!(end <= place("start") && place("start") < place("end") && place("end") <= before, "{span}");
        end = place("end");
    }
    let after = cleaned.text.chars().count() as u64;
    let mut end = 0;
    for span in marks["sentences"].as_array().into_iter().flatten() {
        let place = |at: usize| span[at].as_u64().expect("a sentence has its place");
        assert!(end <= place(0) && place(0) < place(1) && place(1) <= after, "{span}");
        end = place(1);
    }
});
