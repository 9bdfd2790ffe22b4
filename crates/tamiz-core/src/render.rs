//! From marks to the clean text and its annotations.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::offsets::CodePoints;
use crate::restore::Patch;
use crate::{Cut, Document, Kind, Language, LanguageCode, Marks, NameType, RuleId, Span, Surface};

/// What a document has become.
#[derive(Debug)]
pub struct Rendered<'d> {
    /// The clean text: the source without what was removed, names rewritten. Borrowed where nothing changed.
    pub text: Cow<'d, str>,
    /// The marks, as the output record shows them.
    pub annotations: Annotations<'d>,
    source: &'d str,
    edits: Vec<Edit<'d>>,
}

impl<'d> Rendered<'d> {
    /// What brings the source back from the clean text: see [`restore`](crate::restore). One patch for each removed
    /// span and rewritten name, in order.
    pub fn patches(&self) -> impl Iterator<Item = Patch<'d>> + '_ {
        let mut points = CodePoints::new(&self.text);
        let (mut source, mut text) = (0, 0);
        self.edits.iter().map(move |edit| {
            text += edit.span.start() - source;
            let at = points.at(text);
            text += edit.text.len();
            source = edit.span.end();
            let length = points.at(text) - at;
            Patch { at, length, text: edit.span.of(self.source).into() }
        })
    }
}

/// The marks of an output record. Offsets count code points: `lines` and `removed` in the source, `sentences` and
/// `names` in the clean text. A key is `None` where no stage of the pipeline writes it.
#[derive(Debug, Default, Serialize)]
pub struct Annotations<'d> {
    /// The document's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Every non-blank line of the source, with its language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<LineMark>>,
    /// What was removed, in order and apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Vec<RemovedMark>>,
    /// The sentences as `[start, end]`. They cover every non-blank character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<Vec<[usize; 2]>>,
    /// The names, in order and apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<NameMark<'d>>>,
}

/// A line of the source and its language.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LineMark {
    /// First code point in the source.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// `zxx` where it is no language, `und` where it cannot be told.
    pub language: LanguageCode,
}

/// A removed piece of the source.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemovedMark {
    /// First code point in the source.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it was.
    pub kind: Kind,
    /// The stage that removed it.
    pub stage: &'static str,
    /// The rule that decided.
    pub rule: RuleId,
    /// How likely the text was content, from 0 to 1, if a score is what decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

/// A name in the clean text.
#[derive(Debug, Serialize)]
pub struct NameMark<'d> {
    /// First code point in the clean text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it names.
    #[serde(rename = "type")]
    pub name_type: NameType,
    /// The spelling that stands for all of them.
    #[serde(serialize_with = "as_text")]
    pub canonical: Spelling<'d>,
    /// The entity's identifier, where there is one.
    #[serde(serialize_with = "as_text_option", skip_serializing_if = "Option::is_none")]
    pub id: Option<Spelling<'d>>,
    /// The source's spelling, where the clean text shows another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<&'d str>,
}

/// A spelling and the source that it may stand in.
#[derive(Clone, Copy, Debug)]
pub struct Spelling<'d> {
    surface: &'d Surface,
    source: &'d str,
}

impl<'d> Spelling<'d> {
    /// The spelling itself.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.surface.text(self.source)
    }
}

fn as_text<S: Serializer>(spelling: &Spelling<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(spelling.text())
}

fn as_text_option<S: Serializer>(spelling: &Option<Spelling<'_>>, serializer: S) -> Result<S::Ok, S::Error> {
    match spelling {
        Some(spelling) => as_text(spelling, serializer),
        None => serializer.serialize_none(),
    }
}

impl Document {
    /// The clean text and the annotations that `marks` asks for.
    #[must_use]
    pub fn render(&self, marks: Marks) -> Rendered<'_> {
        let removed = self.removed();
        let mut edits: Vec<Edit<'_>> = Vec::with_capacity(removed.len());
        edits.extend(removed.iter().map(|cut| Edit { span: cut.span, text: "" }));
        separate(self.source(), &mut edits);
        if marks.has(Marks::NAMES) && self.names().iter().any(|name| name.rewrite.is_some()) {
            edits.extend(self.rewrites(&removed));
            edits.sort_unstable_by_key(|edit| edit.span);
        }
        let text = apply(self.source(), &edits);
        let annotations = self.annotations(marks, &removed, &edits, &text);
        Rendered { text, annotations, source: self.source(), edits }
    }

    /// What rendering takes out: the cuts, widened over the blanks that they leave behind. In order and apart.
    ///
    /// A line that is cut whole goes with its line feed, and of the blank lines before and after it the larger
    /// number stays; a cut at either end of a line takes the blanks towards its middle. So the clean text is exactly
    /// the source without these spans, but for the one blank that keeps two words apart where a cut between them had
    /// no blank on either side, and for rewritten names.
    #[must_use]
    pub fn removed(&self) -> Vec<Cut> {
        let source = self.source();
        let mut removed: Vec<Cut> = Vec::new();
        // Cuts with only blanks between them are widened as one; `first` is the index of the group's first cut.
        let mut first = 0;
        for cut in self.cuts() {
            match removed.last_mut() {
                Some(last) if source[last.span.end()..cut.span.start()].trim().is_empty() => {
                    last.span = Span::new(last.span.start(), cut.span.start());
                }
                Some(_) => {
                    widen(source, &mut removed[first..]);
                    first = removed.len();
                }
                None => {}
            }
            removed.push(cut);
        }
        widen(source, &mut removed[first..]);
        removed.retain(|cut| !cut.span.is_empty());
        removed
    }

    /// The names to rewrite. Where a cut took part of a name, what is left keeps its spelling.
    fn rewrites<'d>(&'d self, removed: &[Cut]) -> impl Iterator<Item = Edit<'d>> {
        let mut cuts = removed.iter().map(|cut| cut.span).peekable();
        self.names().iter().filter_map(move |name| {
            while cuts.next_if(|cut| cut.end() <= name.span.start()).is_some() {}
            let text = name.rewrite.as_ref()?.text(self.source());
            let whole = cuts.peek().is_none_or(|cut| !cut.overlaps(name.span));
            (whole && text != name.span.of(self.source())).then_some(Edit { span: name.span, text })
        })
    }

    fn annotations<'d>(
        &'d self,
        marks: Marks,
        removed: &[Cut],
        edits: &[Edit<'_>],
        text: &str,
    ) -> Annotations<'d> {
        let mut annotations = Annotations::default();
        if marks.has(Marks::LANGUAGE) {
            let unknown = Language { code: LanguageCode::UNKNOWN, confidence: 0.0 };
            let language = self.language().unwrap_or(unknown);
            // More digits than a confidence is good for would only differ from machine to machine.
            let confidence = (language.confidence * 1e4).round() / 1e4;
            annotations.language = Some(Language { confidence, ..language });
        }
        if marks.has(Marks::LINES) {
            let mut points = CodePoints::new(self.source());
            annotations.lines = Some(
                (self.line_languages().iter())
                    .map(|&(span, language)| LineMark {
                        start: points.at(span.start()),
                        end: points.at(span.end()),
                        language,
                    })
                    .collect(),
            );
        }
        if marks.has(Marks::REMOVED) {
            let mut points = CodePoints::new(self.source());
            annotations.removed = Some(
                (removed.iter())
                    .map(|Cut { span, reason, score }| RemovedMark {
                        start: points.at(span.start()),
                        end: points.at(span.end()),
                        kind: reason.kind,
                        stage: reason.stage,
                        rule: reason.rule,
                        score: score.map(|thousandths| f32::from(thousandths) / 1000.0),
                    })
                    .collect(),
            );
        }
        if marks.has(Marks::SENTENCES) {
            let mut moved = Moved::new(edits);
            let mut points = CodePoints::new(text);
            let mut sentences = Vec::with_capacity(self.sentences().len());
            for span in self.sentences() {
                let place = moved.span(*span).trimmed(text);
                if !place.is_empty() {
                    sentences.push([points.at(place.start()), points.at(place.end())]);
                }
            }
            annotations.sentences = Some(sentences);
        }
        if marks.has(Marks::NAMES) {
            let mut moved = Moved::new(edits);
            let mut points = CodePoints::new(text);
            let mut names = Vec::with_capacity(self.names().len());
            for name in self.names() {
                let place = moved.span(name.span).trimmed(text);
                if place.is_empty() {
                    continue;
                }
                let was = name.span.of(self.source());
                let spelling = |surface| Spelling { surface, source: self.source() };
                names.push(NameMark {
                    start: points.at(place.start()),
                    end: points.at(place.end()),
                    name_type: name.name_type,
                    canonical: spelling(&name.canonical),
                    id: name.id.as_ref().map(spelling),
                    was: edits.binary_search_by_key(&name.span, |edit| edit.span).is_ok().then_some(was),
                });
            }
            annotations.names = Some(names);
        }
        annotations
    }
}

/// A span of the source and what the clean text shows instead.
#[derive(Debug)]
struct Edit<'a> {
    span: Span,
    text: &'a str,
}

/// Puts a blank in place of removed spans that would otherwise glue two words together.
fn separate(source: &str, edits: &mut [Edit<'_>]) {
    let solid = |edge: Option<char>| edge.is_some_and(|c| !c.is_whitespace());
    let mut start = 0;
    for i in 0..edits.len() {
        let span = edits[i].span;
        if i == 0 || edits[i - 1].span.end() < span.start() {
            start = span.start();
        }
        let touches_next = edits.get(i + 1).is_some_and(|next| next.span.start() == span.end());
        if !touches_next
            && solid(source[..start].chars().next_back())
            && solid(source[span.end()..].chars().next())
        {
            edits[i].text = " ";
        }
    }
}

/// Widens a group of touching cuts over the blanks around it.
fn widen(source: &str, group: &mut [Cut]) {
    let [.., last] = group else { return };
    let end = last.span.end();
    let start = group[0].span.start();
    let left = start - (source[..start].len() - source[..start].trim_end().len());
    let right = end + (source[end..].len() - source[end..].trim_start().len());
    let (before, after) = (&source[left..start], &source[end..right]);
    let feeds = |blanks: &str| memchr::memchr_iter(b'\n', blanks.as_bytes()).count();
    // The lengths of what goes on either side: a tail of `before`, a head of `after`.
    let through_feed = |blanks: &str| blanks.rfind('\n').map_or(blanks.len(), |feed| feed + 1);
    let (take_before, take_after) = if left == 0 && right == source.len() {
        (0, 0)
    } else if left == 0 {
        // Nothing is left above: the text starts with its first kept line, indentation and all.
        (before.len(), through_feed(after))
    } else if right == source.len() {
        // Nothing is left below: the last kept line takes over the text's last line feed.
        (before.len(), after.len() - usize::from(after.ends_with('\n')))
    } else {
        match (feeds(before), feeds(after)) {
            (0, 0) if !before.is_empty() => (0, after.len()),
            (0, 0) => (0, 0),
            (_, 0) => (0, after.len()),
            (0, _) => (before.len(), 0),
            (above, below) if above >= below => (0, through_feed(after)),
            _ => (before.len() - before.find('\n').unwrap_or(0), 0),
        }
    };
    group[0].span = Span::new(start - take_before, group[0].span.end());
    let [.., last] = group else { return };
    last.span = Span::new(last.span.start(), end + take_after);
}

/// The text with the edits applied; borrowed if there are none.
fn apply<'t>(source: &'t str, edits: &[Edit<'_>]) -> Cow<'t, str> {
    if edits.is_empty() {
        return Cow::Borrowed(source);
    }
    let mut text = String::with_capacity(source.len());
    let mut position = 0;
    for edit in edits {
        text.push_str(&source[position..edit.span.start()]);
        text.push_str(edit.text);
        position = edit.span.end();
    }
    text.push_str(&source[position..]);
    Cow::Owned(text)
}

/// Carries spans of the source, in order, over to the edited text.
struct Moved<'e> {
    edits: &'e [Edit<'e>],
    /// Bytes of source and of text up to the end of the last edit that was passed.
    source: usize,
    text: usize,
}

impl<'e> Moved<'e> {
    fn new(edits: &'e [Edit<'e>]) -> Self {
        Self { edits, source: 0, text: 0 }
    }

    fn span(&mut self, span: Span) -> Span {
        let start = self.offset(span.start(), false);
        let end = self.offset(span.end(), true);
        Span::new(start, end.max(start))
    }

    /// The place of a source offset in the text. Inside an edit, ends go to the edit's end and starts to its start:
    /// so a rewritten name keeps its whole new spelling.
    fn offset(&mut self, at: usize, is_end: bool) -> usize {
        while let Some(edit) = self.edits.first() {
            if edit.span.end() > at {
                break;
            }
            self.text += edit.span.start() - self.source + edit.text.len();
            self.source = edit.span.end();
            self.edits = &self.edits[1..];
        }
        match self.edits.first() {
            Some(edit) if edit.span.start() < at => {
                let before = self.text + (edit.span.start() - self.source);
                if is_end { before + edit.text.len() } else { before }
            }
            _ => self.text + (at - self.source),
        }
    }
}
