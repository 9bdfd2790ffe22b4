//! The stage: the document's language from samples, then the lines', if they are wanted.

use tamiz_core::{
    Clue, Document, Evidence, Kind, Language, LanguageCode, Reason, RuleId, Scratch, Span, Stage,
};

use crate::engine::Engine;
use crate::words::Words;

const NAME: &str = "language";

/// What it is worth, in nats, that a line stands in a document of the language.
const DOCUMENT: f64 = 10.0;
/// A document is sampled at so many places, from head to tail.
const WINDOWS: usize = 8;
/// Bytes of each window of a sample, and of the next one if the language is not [`SURE`] after it.
const SAMPLES: [usize; 4] = [40, 120, 500, 2_000];
/// A line of more bytes is read at [`PLACES`] first.
const LONG: usize = 120;
/// A line is read at so many places, if not as a whole.
const PLACES: usize = 3;
/// Bytes of each place, to the next blank; and if the line does not agree with its document there.
const GLANCES: [usize; 2] = [32, 700];
/// A line of fewer bytes can be [`is_plain`].
const FEW: usize = 18;
/// The confidence at which a document is read no further.
const SURE: f64 = 0.995;

/// Marks languages; see the crate's documentation.
pub(crate) struct LanguageStage {
    pub(crate) engine: Engine,
    pub(crate) keep: Vec<LanguageCode>,
    pub(crate) min_confidence: f64,
    pub(crate) drop_unknown: bool,
    pub(crate) lines: bool,
    pub(crate) cut: bool,
}

/// What a thread keeps between documents.
#[derive(Default)]
struct Buffers {
    words: Words,
    kept: Vec<Span>,
    labels: Vec<(Span, LanguageCode)>,
}

impl Stage for LanguageStage {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let buffers = scratch.get::<Buffers>();
        buffers.kept.clear();
        buffers.kept.extend(document.kept().map(|run| run.span));
        let language = self.document(document.source(), &buffers.kept, &mut buffers.words);
        document.set_language(language);
        if let Some(rule) = self.verdict(language.code) {
            document.drop_whole(reason(rule));
            return;
        }
        if self.lines || self.cut {
            self.label(document, language.code, buffers);
        }
    }

    /// The option by which the document is dropped, or a line cut.
    fn explain(&self, document: &Document, scratch: &mut Scratch) -> Vec<Evidence> {
        let Buffers { words, kept, .. } = scratch.get::<Buffers>();
        kept.clear();
        kept.extend(document.kept().map(|run| run.span));
        let text = document.source();
        let language = self.document(text, kept, words).code;
        let option = |span, rule, key: &str, says: String| Evidence {
            span,
            what: Clue::Option { rule: RuleId::new(rule), at: vec![key.to_owned()], says },
        };
        if let Some(rule) = self.verdict(language) {
            let key = if language.is_language() { "keep" } else { "on_unknown" };
            return vec![option(Span::new(0, text.len()), rule, key, language.to_string())];
        }
        if !self.cut {
            return Vec::new();
        }
        let lines = document.lines().iter().map(|line| line.trimmed(text)).filter(|line| !line.is_empty());
        lines
            .filter_map(|line| {
                let code = self.line(line.of(text), language, words);
                is_foreign(code, language).then(|| option(line, FOREIGN, "foreign", code.to_string()))
            })
            .collect()
    }
}

const FOREIGN: &str = "foreign-language";

/// Whether a line is in another language than its document, as far as both can be told.
fn is_foreign(code: LanguageCode, document: LanguageCode) -> bool {
    code != document && code.is_language() && document.is_language()
}

impl LanguageStage {
    /// The language of the kept text.
    fn document(&self, text: &str, kept: &[Span], words: &mut Words) -> Language {
        let total: usize = kept.iter().map(|span| span.len()).sum();
        let mut guess = None;
        // Most documents are told by a few lines; the unsure ones are read further.
        for size in SAMPLES {
            words.clear();
            let (windows, size) = if total <= WINDOWS * size { (1, total) } else { (WINDOWS, size) };
            let last = if windows == 1 { total } else { SAMPLES[SAMPLES.len() - 1] };
            for window in 0..windows {
                let from = if window == 0 { 0 } else { (total - size) / (windows - 1) * window };
                sample(text, kept, from, size, words);
            }
            guess = if words.is_no_language() { None } else { self.engine.guess(words, None, size == last) };
            if size == total || guess.is_some_and(|guess| guess.confidence >= SURE) {
                break;
            }
        }
        let unknown = Language { code: LanguageCode::UNKNOWN, confidence: 0.0 };
        if words.is_no_language() {
            let code = if total == 0 { LanguageCode::UNKNOWN } else { LanguageCode::NONE };
            return Language { code, confidence: if total == 0 { 0.0 } else { 1.0 } };
        }
        match guess {
            Some(guess) if guess.confidence >= self.min_confidence => {
                Language { code: guess.code, confidence: guess.confidence }
            }
            Some(guess) => Language { confidence: guess.confidence, ..unknown },
            None => unknown,
        }
    }

    /// The rule by which a document in that language is dropped, if it is.
    fn verdict(&self, code: LanguageCode) -> Option<&'static str> {
        if self.keep.contains(&code) {
            None
        } else if !code.is_language() {
            self.drop_unknown.then_some("unknown-language")
        } else {
            (!self.keep.is_empty()).then_some("other-language")
        }
    }

    /// Labels every line, and cuts the foreign ones if that is wanted.
    fn label(&self, document: &mut Document, language: LanguageCode, buffers: &mut Buffers) {
        let Buffers { words, labels, .. } = buffers;
        labels.clear();
        let text = document.source();
        for &line in document.lines() {
            let line = line.trimmed(text);
            if !line.is_empty() {
                labels.push((line, self.line(line.of(text), language, words)));
            }
        }
        if self.cut {
            for &(line, code) in labels.iter() {
                if is_foreign(code, language) {
                    document.cut(line, reason(FOREIGN));
                }
            }
        }
        if self.lines {
            document.set_line_languages(labels.clone());
        }
    }

    /// The language of a line in a document of that language.
    fn line(&self, line: &str, language: LanguageCode, words: &mut Words) -> LanguageCode {
        let expected = language.is_language().then_some((language, DOCUMENT));
        if is_plain(line) && self.engine.is_latin(language) {
            return language;
        }
        // Most lines are in their document's language, and a long one shows that in a part of it.
        if expected.is_some() && line.len() > LONG {
            glance(line, GLANCES[0], words);
            if !words.is_no_language() && self.engine.agrees(words, language) {
                return language;
            }
        }
        if line.len() > PLACES * GLANCES[1] {
            glance(line, GLANCES[1], words);
        } else {
            words.clear();
            words.read(line);
        }
        if words.is_no_language() {
            return LanguageCode::NONE;
        }
        if expected.is_some() && self.engine.agrees(words, language) {
            return language;
        }
        self.engine.guess(words, expected, true).map_or(LanguageCode::UNKNOWN, |guess| guess.code)
    }
}

/// Whether a line is a word or two of ASCII letters, with hardly a sign: a button, a name, half of all lines. It is told
/// without reading its words, as it would be told with them.
fn is_plain(line: &str) -> bool {
    if line.len() >= FEW || line.starts_with("www.") {
        return false;
    }
    let mut letters = 0;
    for byte in line.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' => letters += 1,
            b' ' | b',' | b'.' | b'\'' | b'-' => {}
            _ => return false,
        }
    }
    letters > 1 && line.len() - letters < 4
}

/// Reads the words at [`PLACES`] of a line, of `size` bytes each. Whole words: half an address looks like prose.
fn glance(line: &str, size: usize, words: &mut Words) {
    words.clear();
    let blank = |from: usize, most: usize| {
        let rest = &line.as_bytes()[from..line.len().min(from + most)];
        from + memchr::memchr(b' ', rest).unwrap_or(0)
    };
    for place in 0..PLACES {
        let from = (line.len() - size) / (PLACES - 1) * place;
        let from = if place == 0 { 0 } else { line.ceil_char_boundary(blank(from, size / 2)) };
        let end = line.floor_char_boundary(blank((from + size).min(line.len()), size));
        words.read(&line[from..end.max(from)]);
    }
}

/// Reads the words of `size` bytes of kept text, from the `from`-th on.
fn sample(text: &str, kept: &[Span], from: usize, size: usize, words: &mut Words) {
    let mut skip = from;
    let mut left = size;
    for span in kept {
        if skip >= span.len() {
            skip -= span.len();
            continue;
        }
        let run = span.of(text);
        let start = run.ceil_char_boundary(skip);
        let end = run.floor_char_boundary((start + left).min(run.len())).max(start);
        words.read(&run[start..end]);
        left -= (end - start).min(left);
        skip = 0;
        if left == 0 || end < run.len() {
            return;
        }
    }
}

fn reason(rule: &'static str) -> Reason {
    Reason { stage: NAME, kind: Kind::Other, rule: RuleId::new(rule) }
}
