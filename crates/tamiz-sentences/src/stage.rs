//! The stage and its options.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use tamiz_core::{
    Built, ConfigError, Document, Evidence, LanguageCode, Marks, Run, Scratch, Span, Stage, StageConfig,
    Tables,
};
use tamiz_table::Table;

use crate::guess::guess;
use crate::labels;
use crate::lexicon::{Languages, Lexicon};
use crate::marks::Terminals;
use crate::split::{Decision, split};

/// Marks the sentences of every line. A line's end is always a sentence's end.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The language of all documents, such as `"es"`. Without it, a line is split by the rules of the language that
    /// an earlier stage has found for it or for its document, or else of the one that the document's function words
    /// suggest.
    pub language: Option<LanguageCode>,
    /// A sentence with fewer characters (code points) than this is joined to the next one in its line; the last of
    /// its line to the one before. `0` joins none; `min_chars = 3` does not leave `1.` by itself.
    pub min_chars: usize,
    /// Files with abbreviations of your own, used in every language: `abbreviations = ["legal.tsv"]`. A row is
    /// `id ⇥ pattern`, and the id says what the full stop means: `title` (`Dr.`) never ends a sentence;
    /// `abbreviation` (`approx.`) ends one only before a function word with a capital; `before-number` (`p.`),
    /// `unit` (`km.`) and `suffix` (`Ltd.`) end none before a number or a small letter; `time` (`p.m.`) ends one
    /// unless the sentence has just begun. A pattern in small letters also stands for the word with a capital.
    pub abbreviations: Vec<PathBuf>,
}

impl StageConfig for Config {
    const NAME: &'static str = "sentences";

    fn build(self, tables: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        Sentences::new(self, tables).map(|stage| Built::stage(Marks::SENTENCES, stage))
    }
}

/// The stage: see [`Config`] for its options; `Sentences::default()` has none set.
#[derive(Default)]
pub struct Sentences {
    language: Option<LanguageCode>,
    pub(crate) min_chars: usize,
    /// Only where the user has tables of their own.
    languages: Option<Box<Languages>>,
}

impl Sentences {
    /// The stage with these options.
    ///
    /// # Errors
    /// If a table cannot be read or has malformed rows: all of them are reported.
    pub fn new(config: Config, tables: &dyn Tables) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut texts = Vec::new();
        for (i, path) in config.abbreviations.iter().enumerate() {
            match tables.read(path) {
                Ok(text) => texts.push((i, path.display().to_string(), text)),
                Err(message) => errors.push(ConfigError::new(
                    &["abbreviations", &i.to_string()],
                    message,
                    "name a table of abbreviations; its path is relative to the definition file",
                )),
            }
        }
        for (i, name, text) in &texts {
            match Table::parse(name, text) {
                Ok(table) => {
                    errors.extend(Languages::faults(&table).iter().map(|fault| row_error(*i, fault)));
                }
                Err(faults) => errors.extend(faults.iter().map(|fault| row_error(*i, &fault.to_string()))),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let extra: Vec<(String, String)> = texts.into_iter().map(|(_, name, text)| (name, text)).collect();
        let languages = (!extra.is_empty()).then(|| Box::new(Languages::new(extra)));
        Ok(Self { language: config.language, min_chars: config.min_chars, languages })
    }

    pub(crate) fn languages(&self) -> &Languages {
        self.languages.as_deref().unwrap_or_else(|| Languages::embedded())
    }

    /// Finds the sentences of all that is kept, short ones too. `decided` is told of every place where one may end, with
    /// the piece of text in which the decision's places count.
    pub(crate) fn find(
        &self,
        document: &Document,
        buffers: &mut Buffers,
        mut decided: impl FnMut(Span, &Lexicon, Decision),
    ) {
        let Buffers { sentences, places } = buffers;
        sentences.clear();
        let text = document.source();
        let mut marks = Terminals::new(text, places);
        let languages = self.languages();
        let told = self.language.or_else(|| document.language().map(|language| language.code));
        let default = match told.filter(|code| code.is_language()) {
            Some(code) => languages.lexicon(code),
            None => guess(text, languages),
        };
        let marked: &[(Span, LanguageCode)] =
            if self.language.is_some() { &[] } else { document.line_languages() };
        let mut marked = marked.iter().peekable();
        let mut line_lexicon = default;
        let mut line_code = LanguageCode::UNKNOWN;
        // The sentence that the run before has left open, with that run's line.
        let mut open: Option<Run> = None;
        for run in document.kept() {
            while marked.next_if(|(span, _)| span.end() <= run.span.start()).is_some() {}
            let lexicon = match marked.peek() {
                Some(&&(span, code)) if span.overlaps(run.span) && code.is_language() => {
                    // Most lines are in the same language as the one before.
                    if code != line_code {
                        (line_code, line_lexicon) = (code, languages.lexicon(code));
                    }
                    line_lexicon
                }
                _ => default,
            };
            let base = run.span.start();
            let mut start = base;
            if let Some(before) = open.take() {
                if before.line == run.line {
                    start = before.span.start();
                } else {
                    sentences.push(before.span);
                }
            }
            let piece = run.span.of(text);
            let end = run.span.end();
            // Most lines have no mark at all, or one where they end.
            let mark = marks.first_in(run.span);
            let behind = &text.as_bytes()[mark..end];
            let complete = match behind {
                [] | [b'.' | b'!' | b'?'] if !labels::may_start(piece) => !behind.is_empty(),
                _ => split(
                    piece,
                    base,
                    &mut marks,
                    lexicon,
                    |end, next| {
                        sentences.push(Span::new(start, base + end));
                        start = base + next;
                    },
                    |decision| decided(run.span, lexicon, decision),
                ),
            };
            let last = Span::new(start, run.span.end());
            if complete {
                // Whatever follows a cut in this line starts anew.
                sentences.push(last);
            } else {
                open = Some(Run { line: run.line, span: last });
            }
        }
        if let Some(before) = open {
            sentences.push(before.span);
        }
    }

    /// Joins the sentences that are too short.
    pub(crate) fn join(&self, text: &str, sentences: &mut Vec<Span>) {
        if self.min_chars > 1 {
            join_short(text, self.min_chars, sentences);
        }
    }
}

/// Joins every sentence of fewer than `min_chars` characters to the next in its line, the last of a line to the one
/// before.
fn join_short(text: &str, min_chars: usize, sentences: &mut Vec<Span>) {
    let is_short = |span: Span| span.of(text).chars().take(min_chars).count() < min_chars;
    let share_line = |a: Span, b: Span| !text[a.end()..b.start()].contains('\n');
    let mut join = |is_due: &dyn Fn(Span, Span) -> bool| {
        sentences.dedup_by(|later, earlier| {
            let joins = share_line(*earlier, *later) && is_due(*earlier, *later);
            if joins {
                *earlier = Span::new(earlier.start(), later.end());
            }
            joins
        });
    };
    join(&|earlier, _| is_short(earlier));
    // What is still short is the last of its line.
    join(&|_, later| is_short(later));
}

impl Stage for Sentences {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let buffers: &mut Buffers = scratch.get();
        self.find(document, buffers, |_, _, _| {});
        self.join(document.source(), &mut buffers.sentences);
        document.add_sentences(&buffers.sentences);
    }

    fn explain(&self, document: &Document, scratch: &mut Scratch) -> Vec<Evidence> {
        self.evidence(document, scratch.get())
    }
}

/// What is reused from document to document.
#[derive(Default)]
pub(crate) struct Buffers {
    pub(crate) sentences: Vec<Span>,
    /// Where terminal marks may stand.
    places: Vec<u64>,
}

fn row_error(file: usize, fault: &str) -> ConfigError {
    ConfigError::new(&["abbreviations", &file.to_string()], fault, "correct the row, or delete it")
}
