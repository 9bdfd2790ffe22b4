//! The documents that the page shows before and after.

use std::borrow::Cow;

use serde::Serialize;

use super::gather::safe;
use crate::documents::Kept;
use crate::residue::Nearest;

/// A document, as it is held until the page is written.
#[derive(Debug)]
pub(super) struct Sample {
    document: Kept,
    nearest: Option<Nearest>,
}

/// A document, as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: String,
    url: Option<String>,
    language: Option<String>,
    before: u64,
    after: u64,
    names: usize,
    sentences: usize,
    /// The score and threshold of the line decided most narrowly.
    score: Option<f32>,
    threshold: Option<f32>,
    lines: Vec<ShownLine>,
    /// Lines that are left out, for the page's sake.
    left: usize,
}

/// A line in pieces.
#[derive(Debug, Default, Serialize)]
struct ShownLine {
    pieces: Vec<Piece>,
    /// Kind, stage and rule of what went, where something did.
    kind: Option<&'static str>,
    stage: Option<String>,
    rule: Option<String>,
    /// Whether all of it went.
    is_gone: bool,
    /// Whether it is the one decided most narrowly.
    is_nearest: bool,
}

#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    is_gone: bool,
    /// What stands in the clean text in its place: a name's other spelling.
    instead: Option<String>,
}

impl Shown {
    /// Bytes that the page takes for this document at the least: texts, and markup that stands around each of them.
    pub(super) fn least(&self) -> usize {
        self.lines.iter().map(ShownLine::least).sum()
    }
}

impl ShownLine {
    fn least(&self) -> usize {
        const LINE: usize = r#"<div class="line"><span class="why"></span><p dir="auto"></p></div>"#.len();
        const GONE: usize = "<del></del>".len();
        const INSTEAD: usize = "<ins></ins>".len();
        // The kind stands there in two languages.
        const KIND: usize =
            r#"<b><span class="i-en"></span><span class="i-es" lang="es"></span></b> <span title=""></span>"#
                .len();
        let named = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let kind = self.kind.map_or(0, |kind| KIND + kind.len() + named(&self.stage) + named(&self.rule));
        let instead = |piece: &Piece| piece.instead.as_ref().map_or(0, |text| INSTEAD + text.len());
        let gone = |piece: &Piece| if piece.is_gone { GONE } else { 0 };
        let pieces = self.pieces.iter().map(|piece| piece.text.len() + gone(piece) + instead(piece));
        LINE + kind + pieces.sum::<usize>()
    }
}

/// At most so many characters of a text.
pub(super) fn short(text: &str, most: usize) -> Cow<'_, str> {
    // No character becomes two, so what is left off need not be looked at.
    let cut = if text.len() > most { text.char_indices().nth(most) } else { None };
    match cut {
        Some((at, _)) => safe(&text[..at]) + "…",
        None => safe(text),
    }
}

impl Sample {
    pub(super) fn of(document: Kept, nearest: Option<Nearest>) -> Self {
        Self { document, nearest }
    }

    /// What the page shows of it: about so many characters.
    pub(super) fn shown(&self, most: usize) -> Shown {
        let Kept { marks, text, url, .. } = &self.document;
        let source = self.document.source();
        let (lines, left) = source.map_or_else(|| plain(text, most), |source| self.lines(source, most));
        Shown {
            id: short(&self.document.shown_id(), 120).into_owned(),
            url: url.as_deref().map(|url| short(url, 200).into_owned()),
            language: marks.language.as_ref().map(|language| language.code.clone()),
            before: source.unwrap_or(text).chars().count() as u64,
            after: text.chars().count() as u64,
            names: marks.names.len(),
            sentences: marks.sentences.len(),
            score: self.nearest.map(|nearest| nearest.score),
            threshold: self.nearest.map(|nearest| nearest.threshold),
            lines,
            left,
        }
    }

    /// The original's lines with what went in them; and how many are left out.
    fn lines(&self, source: &str, most: usize) -> (Vec<ShownLine>, usize) {
        let removed = &self.document.marks.removed;
        let (mut lines, mut next, mut point, mut used) = (Vec::new(), 0, 0, 0);
        let (mut left, mut names) = (0, self.document.respelt.iter().peekable());
        for line in source.split('\n') {
            let (start, end) = (point, point + line.chars().count());
            let is_nearest = self.nearest.is_some_and(|n| (start..=end).contains(&n.start));
            point = end + 1;
            if line.trim().is_empty() {
                continue;
            }
            while removed.get(next).is_some_and(|span| span.end <= start) {
                next += 1;
            }
            // The line decided most narrowly is shown, however far down it stands.
            if used > most && !is_nearest {
                left += 1;
                continue;
            }
            let mut shown = ShownLine { is_nearest, ..ShownLine::default() };
            let mut position = start;
            // From, to, whether it is gone, and what stands in its place.
            let mut stretches: Vec<(usize, usize, bool, Option<&str>)> = Vec::new();
            // What stays, with the names in it that are spelt otherwise.
            let mut stays = |stretches: &mut Vec<_>, mut from: usize, to: usize| {
                while let Some(name) = names.next_if(|name| name.end <= to) {
                    if name.start >= from {
                        stretches.push((from, name.start, false, None));
                        stretches.push((name.start, name.end, true, Some(&*name.text)));
                        from = name.end;
                    }
                }
                stretches.push((from, to, false, None));
            };
            for span in removed[next..].iter().take_while(|span| span.start < end) {
                let (from, to) = (span.start.max(start), span.end.min(end));
                stays(&mut stretches, position, from.max(position));
                stretches.push((from, to, true, None));
                position = to;
                shown.kind = Some(span.kind.name());
                shown.stage = Some(span.stage.clone());
                shown.rule = Some(short(&span.rule, 60).into_owned());
            }
            stays(&mut stretches, position, end.max(position));
            let room = (most / 4).max(200);
            // The stretches are the whole line, one after the other.
            let mut rest = line;
            for (from, to, is_gone, instead) in stretches {
                let length = rest.char_indices().nth(to - from).map_or(rest.len(), |(at, _)| at);
                let text;
                (text, rest) = rest.split_at(length);
                if !text.is_empty() {
                    used += text.chars().count().min(room);
                    let instead = instead.map(|instead| short(instead, room).into_owned());
                    shown.pieces.push(Piece { text: short(text, room).into_owned(), is_gone, instead });
                }
            }
            let goes =
                |piece: &Piece| piece.instead.is_none() && (piece.is_gone || piece.text.trim().is_empty());
            shown.is_gone = shown.pieces.iter().all(goes);
            lines.push(shown);
        }
        (lines, left)
    }
}

/// The clean text alone, where there is no residue.
fn plain(text: &str, most: usize) -> (Vec<ShownLine>, usize) {
    let piece = Piece { text: short(text, most).into_owned(), is_gone: false, instead: None };
    (vec![ShownLine { pieces: vec![piece], ..ShownLine::default() }], 0)
}
