//! Stages of the tests, and what they are tried on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{
    Built, ConfigError, Document, Fit, Kind, Language, LanguageCode, Marks, Merge, Reason, RuleId, Scratch,
    Stage, StageConfig, Tables,
};
use tamiz_pipeline::{Entry, Pipeline, Registry};
use tamiz_run::Options;

fn reason(stage: &'static str) -> Reason {
    Reason { stage, kind: Kind::Other, rule: RuleId::new("by-its-first-word") }
}

/// Does what the first word of a line says: `CUT` goes, `DROP` drops the document, `PANIC` panics, `SLOW` takes time.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Words {}

impl Stage for Words {
    fn apply(&self, document: &mut Document, _: &mut Scratch) {
        for line in document.lines().to_vec() {
            match line.of(document.source()).split(' ').next() {
                Some("CUT") => document.cut(line, reason("words")),
                Some("DROP") => document.drop_whole(reason("words")),
                Some("PANIC") => panic!("the stage cannot go on"),
                Some("SLOW") => std::thread::sleep(Duration::from_millis(3)),
                _ => {}
            }
        }
        let code = LanguageCode::parse("es").unwrap();
        document.set_language(Language { code, confidence: 1.0 });
    }
}

impl StageConfig for Words {
    const NAME: &'static str = "words";

    fn build(self, _: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        Ok(Built::stage(Marks::REMOVED | Marks::LANGUAGE, self))
    }
}

/// Cuts lines that more than so many documents have.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Common {
    most: u64,
}

impl Default for Common {
    fn default() -> Self {
        Self { most: 2 }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen(BTreeMap<String, u64>);

impl Merge for Seen {
    fn merge(&mut self, other: Self) {
        for (line, count) in other.0 {
            *self.0.entry(line).or_default() += count;
        }
    }
}

impl Fit for Common {
    type State = Seen;
    type Stage = Known;

    fn observe(&self, state: &mut Seen, document: &Document) {
        for run in document.kept() {
            *state.0.entry(run.span.of(document.source()).to_owned()).or_default() += 1;
        }
    }

    fn finish(&self, state: Seen) -> Known {
        Known(self.most, state)
    }
}

pub(crate) struct Known(u64, Seen);

impl Stage for Known {
    fn apply(&self, document: &mut Document, _: &mut Scratch) {
        for run in document.kept().collect::<Vec<_>>() {
            if self.1.0.get(run.span.of(document.source())).is_some_and(|&count| count > self.0) {
                document.cut(run.span, reason("common"));
            }
        }
    }
}

impl StageConfig for Common {
    const NAME: &'static str = "common";

    fn build(self, _: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        Ok(Built::fit(Marks::REMOVED, self))
    }
}

pub(crate) static REGISTRY: Registry = Registry::new(&[Entry::of::<Words>(), Entry::of::<Common>()]);

/// A pipeline of those stages, each as the lines of its table.
pub(crate) fn pipeline(stages: &[&str]) -> Pipeline {
    let tables = stages.iter().map(|table| format!("[[stage]]\nuse = {table}\n"));
    Pipeline::parse("test.toml", &tables.collect::<String>(), &REGISTRY).unwrap()
}

pub(crate) fn quiet() -> Options {
    Options { quiet: true, ..Options::default() }
}

pub(crate) fn given(path: &Path) -> Vec<String> {
    vec![path.to_str().unwrap().to_owned()]
}

/// Every file below a folder, by path, but for the report, which holds times.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(inner, bytes)| (path.file_name().unwrap().into(), inner, bytes))
                    .map(|(outer, inner, bytes): (PathBuf, PathBuf, Vec<u8>)| (outer.join(inner), bytes)),
            );
        } else if !path.ends_with("_tamiz/report.json") && !path.ends_with("_tamiz/report.html") {
            found.insert(path.file_name().unwrap().into(), fs::read(&path).unwrap());
        }
    }
    found
}

/// The records of JSON Lines.
pub(crate) fn records(bytes: &[u8]) -> Vec<serde_json::Value> {
    bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}
