//! A document: a source that never changes, and the marks that stages lay over it.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::scan::{Block, Pack, Scan, scan};
use crate::{Fate, Hints, Language, LanguageCode, Name, Reason, Repeats, Span};

/// A piece of the source that a stage cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What was cut.
    pub span: Span,
    /// Why.
    pub reason: Reason,
    /// How likely the text was content by the stage's own count, in thousandths, if that is what decided.
    pub score: Option<u16>,
}

/// A line that a stage decided by a score, and how near it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Narrowest {
    /// The line's first byte in the source.
    pub start: usize,
    /// From 0 (surely furniture) to 1 (surely content).
    pub score: f32,
    /// From here on it is kept.
    pub threshold: f32,
}

/// A stretch of kept text within one line, without blanks at its ends.
///
/// A line from which a stage cut something in the middle has several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number of the line, from 0; see [`Document::lines`].
    pub line: usize,
    /// The text's place. Never empty, no line feed inside, no blank at either end.
    pub span: Span,
}

/// A text on its way through a pipeline.
///
/// The source is fixed when the document is made. Stages see it through [`Document::source`], [`Document::lines`]
/// and [`Document::kept`], and can only add marks: nothing that was cut comes back, and a document that was dropped
/// stays dropped.
#[derive(Debug)]
pub struct Document {
    source: String,
    site: Option<Box<str>>,
    lines: OnceCell<Vec<Span>>,
    fate: Fate,
    cuts: BTreeMap<usize, Cut>,
    language: Option<Language>,
    line_languages: Vec<(Span, LanguageCode)>,
    sentences: Vec<Span>,
    names: Vec<Name>,
    hints: Option<Hints>,
    repeats: Option<Repeats>,
    narrowest: Option<Narrowest>,
}

impl Document {
    /// A document of that text, with no mark.
    ///
    /// # Panics
    /// If the text has 4 GiB or more; readers refuse such records before.
    #[must_use]
    pub fn new(source: impl Into<String>) -> Self {
        let source = source.into();
        assert!(u32::try_from(source.len()).is_ok(), "documents are smaller than 4 GiB");
        Self {
            source,
            site: None,
            lines: OnceCell::new(),
            fate: Fate::Kept,
            cuts: BTreeMap::new(),
            language: None,
            line_languages: Vec::new(),
            sentences: Vec::new(),
            names: Vec::new(),
            hints: None,
            repeats: None,
            narrowest: None,
        }
    }

    /// The same document, said to come from that site (a host name).
    #[must_use]
    pub fn with_site(mut self, site: &str) -> Self {
        self.site = Some(site.into());
        self
    }

    /// The same document, with what its reader knows about the lines beside their text.
    ///
    /// # Panics
    /// If there are more hints than lines, a container stands before the one around it, or a hint names one that is
    /// not there.
    #[must_use]
    pub fn with_hints(mut self, hints: Hints) -> Self {
        assert!(hints.lines.len() <= self.lines().len(), "a hint for each line");
        let count = hints.containers.len() as u64;
        let ordered = |(at, parent): (usize, u32)| u64::from(parent) < (at as u64).max(1);
        assert!(
            hints.containers.iter().map(|container| container.parent).enumerate().all(ordered),
            "containers stand behind those around them"
        );
        assert!(hints.lines.iter().all(|hint| u64::from(hint.container) < count), "containers are there");
        self.hints = Some(hints);
        self
    }

    /// The text as it was read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The site (host name) it came from, where that is known.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// What the reader knows about each line, where it was made from a page's HTML.
    #[must_use]
    pub fn hints(&self) -> Option<&Hints> {
        self.hints.as_ref()
    }

    /// On how many of the site's pages each line stands, if a stage has counted.
    #[must_use]
    pub fn repeats(&self) -> Option<&Repeats> {
        self.repeats.as_ref()
    }

    /// Every line of the source, without its line feed. A text has one line more than line feeds.
    #[must_use]
    pub fn lines(&self) -> &[Span] {
        self.lines.get_or_init(|| {
            let mut lines = Lines { lines: Vec::with_capacity(self.source.len() / 48 + 1), start: 0 };
            scan(&self.source, &mut lines);
            lines.lines.push(Span::new(lines.start, self.source.len()));
            lines.lines
        })
    }

    /// What is still kept and not blank, in order: see [`Run`].
    pub fn kept(&self) -> impl Iterator<Item = Run> + '_ {
        let mut cuts = self.cuts.values();
        let cut = cuts.next().map(|cut| cut.span);
        Kept { source: &self.source, lines: self.lines(), cuts, cut, line: 0, position: 0 }
    }

    /// Whether any non-blank character of the span is still kept.
    #[must_use]
    pub fn is_kept(&self, span: Span) -> bool {
        self.gaps(span).any(|gap| !gap.trimmed(&self.source).is_empty())
    }

    /// Cuts whatever of the span is still kept. What an earlier cut took keeps its first reason.
    ///
    /// # Panics
    /// If the span does not lie on character boundaries of the source: a fault of the calling stage.
    pub fn cut(&mut self, span: Span, reason: Reason) {
        self.cut_scored(span, reason, None);
    }

    /// As [`Document::cut`], with the score that decided: see [`Cut::score`].
    ///
    /// # Panics
    /// As [`Document::cut`].
    pub fn cut_scored(&mut self, span: Span, reason: Reason, score: Option<u16>) {
        self.check(span);
        if self.cuts.last_key_value().is_none_or(|(_, last)| last.span.end() <= span.start()) {
            // Stages walk forward, so this is the usual way.
            if !span.is_empty() {
                self.cuts.insert(span.start(), Cut { span, reason, score });
            }
            return;
        }
        let gaps: Vec<Span> = self.gaps(span).collect();
        for gap in gaps {
            self.cuts.insert(gap.start(), Cut { span: gap, reason, score });
        }
    }

    /// Drops the document whole. The first reason stays.
    pub fn drop_whole(&mut self, reason: Reason) {
        if self.fate == Fate::Kept {
            self.fate = Fate::Dropped(reason);
        }
    }

    /// Says on how many of the site's pages each line stands. Later stages may go by it.
    ///
    /// # Panics
    /// If it counts more lines than there are.
    pub fn set_repeats(&mut self, repeats: Repeats) {
        assert!(repeats.lines.len() <= self.lines().len(), "a count for each line");
        self.repeats = Some(repeats);
    }

    /// Says by what score a line was decided. Of all, the one nearest to its threshold is remembered, and of those the
    /// first: people look there for what a stage got wrong.
    pub fn scored(&mut self, line: Narrowest) {
        let distance = |line: &Narrowest| (line.score - line.threshold).abs();
        if self.narrowest.as_ref().is_none_or(|nearest| distance(&line) < distance(nearest)) {
            self.narrowest = Some(line);
        }
    }

    /// The line that was decided most narrowly, if a stage goes by scores.
    #[must_use]
    pub fn narrowest(&self) -> Option<Narrowest> {
        self.narrowest
    }

    /// Says what language the document is in.
    pub fn set_language(&mut self, language: Language) {
        self.language = Some(language);
    }

    /// Says what language each non-blank line is in; spans in order, each within one line.
    ///
    /// # Panics
    /// If a span does not lie on character boundaries of the source.
    pub fn set_line_languages(&mut self, lines: Vec<(Span, LanguageCode)>) {
        lines.iter().for_each(|(span, _)| self.check(*span));
        self.line_languages = lines;
    }

    /// Adds sentences. They come in order and apart, each with no blank at its ends.
    ///
    /// # Panics
    /// If a span is not on character boundaries, or starts before the end of the sentence before it.
    pub fn add_sentences(&mut self, spans: &[Span]) {
        let mut before = self.sentences.last().copied();
        for &span in spans {
            self.check(span);
            if let Some(before) = before {
                assert!(before.end() <= span.start(), "sentence {span:?} starts before {before:?} ends");
            }
            before = Some(span);
        }
        self.sentences.extend_from_slice(spans);
    }

    /// Proposes a name: where it stands, what it names, and how it should be spelt. Names come in order and apart.
    ///
    /// # Panics
    /// If the span is empty, is not on character boundaries, or starts before the end of the name proposed last.
    pub fn propose(&mut self, name: Name) {
        self.check(name.span);
        assert!(!name.span.is_empty(), "a name has at least one character");
        if let Some(last) = self.names.last() {
            assert!(
                last.span.end() <= name.span.start(),
                "name {:?} starts before {:?} ends",
                name.span,
                last.span
            );
        }
        self.names.push(name);
    }

    /// What has become of the document so far.
    #[must_use]
    pub fn fate(&self) -> Fate {
        self.fate
    }

    /// What was cut, in order and apart.
    pub fn cuts(&self) -> impl Iterator<Item = Cut> + '_ {
        self.cuts.values().copied()
    }

    /// The document's language, if a stage has told it.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.language
    }

    /// The language of each non-blank line, in order, if a stage has told them.
    #[must_use]
    pub fn line_languages(&self) -> &[(Span, LanguageCode)] {
        &self.line_languages
    }

    /// The sentences, in order and apart.
    #[must_use]
    pub fn sentences(&self) -> &[Span] {
        &self.sentences
    }

    /// The names, in order and apart.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// The parts of the span that no cut covers, in order, none empty.
    fn gaps(&self, span: Span) -> impl Iterator<Item = Span> + '_ {
        let before = self.cuts.range(..=span.start()).next_back().map(|(_, cut)| cut.span.end());
        let mut position = before.unwrap_or(0).max(span.start()).min(span.end());
        let mut cuts = self.cuts.range(position..span.end());
        std::iter::from_fn(move || {
            while position < span.end() {
                let (gap, next) = match cuts.next() {
                    Some((&start, cut)) => (position..start, cut.span.end().min(span.end())),
                    None => (position..span.end(), span.end()),
                };
                position = next;
                if !gap.is_empty() {
                    return Some(gap.into());
                }
            }
            None
        })
    }

    fn check(&self, span: Span) {
        assert!(
            self.source.is_char_boundary(span.start()) && self.source.is_char_boundary(span.end()),
            "span {span:?} is not on character boundaries of a source of {} bytes",
            self.source.len()
        );
    }
}

/// The lines found so far, and where the next one starts.
struct Lines {
    lines: Vec<Span>,
    start: usize,
}

impl Scan for Lines {
    #[inline(always)]
    fn block(&mut self, pack: impl Pack, start: usize, block: &Block) {
        let mut feeds = pack.find_equal(block, b'\n');
        while feeds != 0 {
            let end = start + feeds.trailing_zeros() as usize;
            self.lines.push(Span::new(self.start, end));
            self.start = end + 1;
            feeds &= feeds - 1;
        }
    }
}

/// The iterator of [`Document::kept`]: walks lines and cuts side by side.
struct Kept<'d, C> {
    source: &'d str,
    lines: &'d [Span],
    cuts: C,
    /// The next cut, once those that end before `position` were passed.
    cut: Option<Span>,
    line: usize,
    position: usize,
}

impl<'d, C: Iterator<Item = &'d Cut>> Iterator for Kept<'d, C> {
    type Item = Run;

    #[inline]
    fn next(&mut self) -> Option<Run> {
        if self.cut.is_some() {
            return self.next_with_cuts();
        }
        // Whole lines, but for the one where the last cut ends.
        loop {
            let line = *self.lines.get(self.line)?;
            let start = line.start().max(self.position).min(line.end());
            let span = Span::new(start, line.end()).trimmed(self.source);
            self.line += 1;
            if !span.is_empty() {
                return Some(Run { line: self.line - 1, span });
            }
        }
    }
}

impl<'d, C: Iterator<Item = &'d Cut>> Kept<'d, C> {
    #[inline(never)]
    fn next_with_cuts(&mut self) -> Option<Run> {
        let mut line = *self.lines.get(self.line)?;
        loop {
            if self.position >= line.end() {
                self.line += 1;
                line = *self.lines.get(self.line)?;
                self.position = line.start();
                continue;
            }
            let end = match self.cut {
                Some(cut) if cut.end() <= self.position => {
                    self.cut = self.cuts.next().map(|cut| cut.span);
                    continue;
                }
                Some(cut) if cut.start() <= self.position => {
                    // A cut may reach over many lines: the next turn moves on to the one where it ends.
                    self.position = cut.end().min(line.end());
                    continue;
                }
                Some(cut) => cut.start().min(line.end()),
                None => line.end(),
            };
            let span = Span::new(self.position, end).trimmed(self.source);
            self.position = end;
            if !span.is_empty() {
                return Some(Run { line: self.line, span });
            }
        }
    }
}
