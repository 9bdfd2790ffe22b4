//! The stage and its options.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use tamiz_core::{
    Built, ConfigError, Document, LanguageCode, Marks, Run, Scratch, Span, Stage, StageConfig, Tables,
};
use tamiz_table::Table;

use crate::guess::guess;
use crate::lexicon::{Languages, Lexicon};
use crate::split::split;

/// Marks sentences in what is kept of every line.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The language of all documents, such as `"es"`. Without it, every line is split by the language that a stage
    /// before has found, or else by a guess from the document's function words.
    pub language: Option<LanguageCode>,
    /// A sentence with fewer characters (code points) than this is joined to the next one in its line, or to the one
    /// before if it is the line's last. `0` joins none.
    pub min_chars: usize,
    /// Files with abbreviations of your own, for all languages. Every row is `id ⇥ pattern`, where the id is `title`
    /// (`Dr.`: never ends a sentence), `abbreviation` (`approx.`: ends one only before a function word with a
    /// capital), `before-number` or `unit` (`p.`, `km.`: do not end one before a number).
    pub abbreviations: Vec<PathBuf>,
}

impl StageConfig for Config {
    const NAME: &'static str = "sentences";

    fn build(self, tables: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut texts = Vec::new();
        for (i, path) in self.abbreviations.iter().enumerate() {
            match tables.read(path) {
                Ok(text) => texts.push((path.display().to_string(), text)),
                Err(message) => errors.push(ConfigError::new(
                    &["abbreviations", &i.to_string()],
                    message,
                    "name a table of abbreviations; its path is relative to the definition file",
                )),
            }
        }
        let mut extra = Vec::new();
        for (name, text) in &texts {
            match Table::parse(name, text) {
                Ok(table) => extra.push(table),
                Err(faults) => errors.extend(faults.iter().map(|fault| table_error(&fault.to_string()))),
            }
        }
        let languages = if extra.is_empty() {
            None
        } else {
            let (languages, faults) = Languages::new(&extra);
            errors.extend(faults.iter().map(|fault| table_error(fault)));
            Some(Box::new(languages))
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        let stage = Sentences { language: self.language, min_chars: self.min_chars, languages };
        Ok(Built::stage(Marks::SENTENCES, stage))
    }
}

fn table_error(fault: &str) -> ConfigError {
    ConfigError::new(&["abbreviations"], fault, "correct the row, or delete it")
}

/// The stage: see [`Config`]. `Sentences::default()` has no options set.
#[derive(Default)]
pub struct Sentences {
    language: Option<LanguageCode>,
    min_chars: usize,
    /// Only where the user has tables of their own.
    languages: Option<Box<Languages>>,
}

/// What is reused from document to document.
#[derive(Default)]
struct Buffers {
    sentences: Vec<Span>,
}

impl Stage for Sentences {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let buffers: &mut Buffers = scratch.get();
        buffers.sentences.clear();
        self.find(document, &mut buffers.sentences);
        for &sentence in &buffers.sentences {
            document.add_sentence(sentence);
        }
    }
}

impl Sentences {
    fn find(&self, document: &Document, sentences: &mut Vec<Span>) {
        let text = document.source();
        let languages = self.languages.as_deref().unwrap_or_else(|| Languages::embedded());
        let told = self.language.or_else(|| document.language().map(|language| language.code));
        let default = match told.filter(|code| code.is_language()) {
            Some(code) => languages.lexicon(code),
            None => guess(text, languages),
        };
        let mut lines = document.line_languages().iter().peekable();
        // Where the sentence starts that the run before has left open, and that run's line.
        let mut open: Option<Run> = None;
        let mut line_start = 0;
        for run in document.kept() {
            let mut lexicon: &Lexicon = default;
            if self.language.is_none() {
                while lines.next_if(|(span, _)| span.end() <= run.span.start()).is_some() {}
                if let Some((_, code)) =
                    lines.peek().filter(|(span, code)| span.overlaps(run.span) && code.is_language())
                {
                    lexicon = languages.lexicon(*code);
                }
            }
            let mut start = run.span.start();
            match open.take() {
                Some(before) if before.line == run.line => start = before.span.start(),
                Some(before) => {
                    self.close(text, sentences, line_start, before.span);
                    line_start = sentences.len();
                }
                None => {}
            }
            let base = run.span.start();
            let complete = split(run.span.of(text), lexicon, |end| {
                let end = base + end;
                self.push(text, sentences, line_start, Span::new(start, end));
                start = end + (text[end..].len() - text[end..].trim_start().len());
            });
            let last = Span::new(start, run.span.end());
            if complete {
                self.push(text, sentences, line_start, last);
            } else {
                open = Some(Run { line: run.line, span: last });
            }
        }
        if let Some(before) = open {
            self.push(text, sentences, line_start, before.span);
        }
    }

    fn push(&self, text: &str, sentences: &mut Vec<Span>, line_start: usize, span: Span) {
        let _ = (text, line_start, self.min_chars);
        sentences.push(span);
    }

    fn close(&self, text: &str, sentences: &mut Vec<Span>, line_start: usize, span: Span) {
        self.push(text, sentences, line_start, span);
    }
}
