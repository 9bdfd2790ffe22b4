//! Definition files.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tamiz_core::{Built, Marks, Step};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::case::{Case, cases};
use crate::guard::{Guard, guard};
use crate::mistake::{LoadError, Mistake, Mistakes, instead};
use crate::registry::{Entry, Registry, as_value};
use crate::tables::{FileTables, Reach};

/// The keys of a definition, with what they are for.
pub(crate) const TOP_LEVEL: [(&str, &str); 5] = [
    ("name", "What the pipeline is called in manifests and reports; the file's name if left out."),
    ("description", "What the pipeline is for, in a sentence."),
    ("stage", "The stages, in the order in which a document goes through them."),
    ("guard", "When a run is to stop instead of finishing a corpus that comes out wrong."),
    ("test", "What has to come of example texts: run by `tamiz check --test`."),
];

/// A definition that was checked and built.
pub struct Pipeline {
    name: String,
    text: String,
    stages: Vec<PipelineStage>,
    cases: Vec<Case>,
    guard: Option<Guard>,
}

/// A stage in its place in a pipeline.
pub struct PipelineStage {
    /// Its name: the `use` value.
    pub name: &'static str,
    /// The keys of the output record that it writes.
    pub marks: Marks,
    /// The stage, or what learns it from the corpus.
    pub step: Step,
    /// The line of the definition that its table starts in, from 1.
    pub line: usize,
    digest: String,
}

impl Pipeline {
    /// Loads a definition file. Files that it names are relative to its folder.
    ///
    /// # Errors
    /// If the file cannot be read, or with every mistake in it.
    pub fn load(path: &Path, registry: &Registry, reach: Reach) -> Result<Pipeline, LoadError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| LoadError::Unreadable(unreadable(path, &error)))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            LoadError::Unreadable(format!("{shown}: not UTF-8 (byte {at}): save the definition as UTF-8"))
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self::read(&shown, text, registry, &FileTables::new(folder, reach))?)
    }

    /// Reads a definition from memory; files that it names are relative to the working folder. `path` is for messages.
    ///
    /// # Errors
    /// Every mistake of the definition.
    pub fn parse(path: &str, text: &str, registry: &Registry) -> Result<Pipeline, Mistakes> {
        Self::read(path, text, registry, &FileTables::new(Path::new(""), Reach::Folder))
    }

    /// Reads a definition from memory as if it stood in that file: files that it names are relative to its folder.
    ///
    /// # Errors
    /// Every mistake of the definition.
    pub fn parse_at(
        path: &Path,
        text: &str,
        registry: &Registry,
        reach: Reach,
    ) -> Result<Pipeline, Mistakes> {
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::read(&path.display().to_string(), text, registry, &FileTables::new(folder, reach))
    }

    fn read(path: &str, text: &str, registry: &Registry, tables: &FileTables) -> Result<Pipeline, Mistakes> {
        let (document, errors) = DeTable::parse_recoverable(text);
        let (mistakes, cases, digest) = (Vec::new(), Vec::new(), Sha256::new());
        let mut reader = Reader { text, registry, tables, mistakes, cases, guard: None, digest };
        for error in &errors {
            reader.syntax(error);
        }
        let broken = reader.mistakes.clone();
        let (name, stages) = reader.document(document.into_inner());
        let (mut mistakes, cases, guard) = (reader.mistakes, reader.cases, reader.guard);
        // What follows from a syntax error in the same line is no mistake of its own.
        let line = |span: &Range<usize>| text[..span.start.min(text.len())].matches('\n').count();
        mistakes.retain(|mistake| {
            broken.contains(mistake) || !broken.iter().any(|error| line(&error.span) == line(&mistake.span))
        });
        if !mistakes.is_empty() {
            return Err(Mistakes::new(path, text, mistakes));
        }
        let stem = || Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = name.or_else(stem).unwrap_or_default();
        Ok(Pipeline { name, text: text.to_owned(), stages, cases, guard })
    }

    /// What the pipeline is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The definition's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The stages, in order.
    #[must_use]
    pub fn stages(&self) -> &[PipelineStage] {
        &self.stages
    }

    /// What its author expects of it: the `[[test]]` tables.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The stages, in order, for a caller that takes them apart.
    #[must_use]
    pub fn into_stages(self) -> Vec<PipelineStage> {
        self.stages
    }

    /// Puts a stage that no definition can name before the one at `index`, or at the end if there is none there.
    ///
    /// `version` stands for what the stage does: with another, states that stages behind it have learned do not fit
    /// any more. Messages place the stage at line 0.
    ///
    /// # Panics
    /// If `index` is larger than the number of stages.
    pub fn insert(&mut self, index: usize, name: &'static str, version: &str, built: Built) {
        let added = |before: &str| {
            let mut digest = Sha256::new();
            for text in [before, name, version] {
                digest.update((text.len() as u64).to_le_bytes());
                digest.update(text);
            }
            hex(&digest.finalize())
        };
        let before = index.checked_sub(1).map_or("", |before| &self.stages[before].digest);
        let digest = added(before);
        // All that stands behind it sees what it leaves.
        for stage in &mut self.stages[index..] {
            stage.digest = added(&stage.digest);
        }
        let stage = PipelineStage { name, marks: built.marks, step: built.step, line: 0, digest };
        self.stages.insert(index, stage);
    }

    /// When a run is to stop: the `[guard]` table.
    #[must_use]
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// The keys of the output record that its stages write.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.stages.iter().fold(Marks::NOTHING, |marks, stage| marks | stage.marks)
    }

    /// A digest (hexadecimal SHA-256) of the stages up to and with the one at `index`, their options and the files
    /// that these name; comments and layout do not count. States of corpus-level stages carry it.
    ///
    /// # Panics
    /// If there is no stage at `index`.
    #[must_use]
    pub fn digest_up_to(&self, index: usize) -> String {
        self.stages[index].digest.clone()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    let shown = path.display();
    if error.kind() != std::io::ErrorKind::NotFound {
        return format!("cannot read the pipeline {shown}: {error}");
    }
    match crate::near(path, |name| name.ends_with(".toml")) {
        Some(near) => format!("no pipeline file {shown}: did you mean {}?", near.display()),
        None => format!(
            "no pipeline file {shown}: check the path, or let `tamiz new {shown} --from INPUT` write one"
        ),
    }
}

/// Collects the stages and mistakes of one definition.
struct Reader<'r> {
    text: &'r str,
    registry: &'r Registry,
    tables: &'r FileTables,
    mistakes: Vec<Mistake>,
    cases: Vec<Case>,
    guard: Option<Guard>,
    digest: Sha256,
}

impl Reader<'_> {
    fn mistake(&mut self, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        self.mistakes.push(Mistake { span, message: message.into(), remedy: remedy.into() });
    }

    fn syntax(&mut self, error: &toml::de::Error) {
        let message = error.message().trim_end().replace('\n', ", ");
        let remedy = if message.contains("duplicate key") {
            "delete one of the two; a second stage starts with a `[[stage]]` line of its own"
        } else {
            "this is not TOML: values are \"text\", numbers, true, false, or [\"a\", \"list\"]; one `key = value` a line"
        };
        self.mistake(error.span().unwrap_or(0..0), message, remedy);
    }

    fn document(&mut self, document: DeTable<'_>) -> (Option<String>, Vec<PipelineStage>) {
        let mut name = None;
        let mut stages = Vec::new();
        for (key, value) in document {
            let span = value.span();
            if key.get_ref() == "test" {
                self.cases = cases(self.text, &value, &mut self.mistakes);
                continue;
            }
            if key.get_ref() == "guard" {
                self.guard = Some(guard(&value, &mut self.mistakes));
                continue;
            }
            match (key.get_ref().as_ref(), value.into_inner()) {
                ("name", DeValue::String(text)) => name = Some(text.into_owned()),
                ("description", DeValue::String(_)) => {}
                (key @ ("name" | "description"), other) => self.mistake(
                    span,
                    format!("`{key}` should be text, not {}", other.type_str()),
                    format!("put it in quotes: {key} = \"…\""),
                ),
                ("stage", DeValue::Array(list)) => stages = self.prepared(list.into_iter().collect()),
                ("stage", _) => {
                    self.mistake(
                        key.span(),
                        "stages are a list of tables",
                        "start each stage with `[[stage]]`",
                    );
                }
                (unknown, _) => {
                    let remedy = instead(unknown, TOP_LEVEL.map(|(key, _)| key));
                    let message = match self.registry.get(unknown) {
                        Some(_) => format!("`{unknown}` is a stage, not a key of the definition"),
                        None => format!("a definition has no key `{unknown}`"),
                    };
                    let remedy = match self.registry.get(unknown) {
                        Some(_) => format!("write `[[stage]]` and below it `use = \"{unknown}\"`"),
                        None => remedy,
                    };
                    self.mistake(key.span(), message, remedy);
                }
            }
        }
        (name, stages)
    }

    /// The stages, built one by one while threads make what they share.
    fn prepared(&mut self, list: Vec<Spanned<DeValue<'_>>>) -> Vec<PipelineStage> {
        let uses = |value: &Spanned<DeValue<'_>>, name: &str| {
            value.get_ref().get("use").and_then(|used| used.get_ref().as_str()) == Some(name)
        };
        let entries = self.registry.entries().iter();
        let used: Vec<_> = entries.filter(|entry| list.iter().any(|value| uses(value, entry.name))).collect();
        std::thread::scope(|scope| {
            for entry in used {
                // Where no thread can be had, the stage prepares itself.
                let _ = std::thread::Builder::new().spawn_scoped(scope, entry.prepare);
            }
            self.stages(list)
        })
    }

    fn stages(&mut self, list: Vec<Spanned<DeValue<'_>>>) -> Vec<PipelineStage> {
        let mut stages: Vec<PipelineStage> = Vec::new();
        for value in list {
            let span = value.span();
            let DeValue::Table(table) = value.into_inner() else {
                self.mistake(span, "a stage is a table", "start each stage with `[[stage]]`");
                continue;
            };
            if let Some(stage) = self.stage(Spanned::new(span.clone(), table)) {
                let twice = stages.iter().any(|other| other.name == stage.name);
                // A second set of cuts adds to the first; a second set of sentences would stand beside it.
                if twice && stage.marks != Marks::REMOVED {
                    let message = format!("stage `{}` stands twice", stage.name);
                    self.mistake(span, message, "delete one of the two: a document is marked by it once");
                }
                stages.push(stage);
            }
        }
        stages
    }

    fn stage(&mut self, mut table: Spanned<DeTable<'_>>) -> Option<PipelineStage> {
        let span = table.span();
        let Some(name) = table.get_mut().remove("use") else {
            let near = table.get_ref().keys().find(|key| crate::closest(key.get_ref(), ["use"]).is_some());
            match near {
                Some(key) => {
                    self.mistake(key.span(), "the stage does not say which one it is", "did you mean `use`?");
                }
                None => {
                    let known = crate::mistake::any_of(self.registry.names());
                    let remedy = format!("add a line `use = \"…\"` with {known}");
                    self.mistake(span, "the stage does not say which one it is", remedy);
                }
            }
            return None;
        };
        let entry = match name.get_ref().as_str() {
            Some(text) => self.registry.get(text),
            None => {
                self.mistake(
                    name.span(),
                    "`use` should be text",
                    "put the stage's name in quotes: use = \"language\"",
                );
                return None;
            }
        };
        let Some(entry) = entry else {
            let unknown = name.get_ref().as_str().unwrap_or_default();
            let remedy = instead(unknown, self.registry.names());
            self.mistake(name.span(), format!("there is no stage `{unknown}`"), remedy);
            return None;
        };
        self.build(entry, table)
    }

    fn build(&mut self, entry: &Entry, table: Spanned<DeTable<'_>>) -> Option<PipelineStage> {
        let line = self.text[..table.span().start].matches('\n').count() + 1;
        let options = serde_json::Value::deserialize(ValueDeserializer::from(as_value(table.clone())));
        match (entry.build)(table, self.tables) {
            Ok(built) => {
                // Keys of a JSON value are sorted, so the same options give the same digest in any order.
                self.digest.update(entry.name);
                self.digest.update(options.map(|options| options.to_string()).unwrap_or_default());
                let mut digest = self.digest.clone();
                digest.update(self.tables.digest().finalize());
                let digest = hex(&digest.finalize());
                Some(PipelineStage { name: entry.name, marks: built.marks, step: built.step, line, digest })
            }
            Err(mistakes) => {
                self.mistakes.extend(mistakes);
                None
            }
        }
    }
}
