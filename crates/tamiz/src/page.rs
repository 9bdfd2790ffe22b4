//! A document before and after, for a terminal: what goes struck through, names underlined, reasons in the margin.

use std::fmt::Write;

use tamiz_core::{Cut, Document, Fate, Kind, Marks, Name, Reason, Span};
use unicode_width::UnicodeWidthChar;

use crate::shown::{safe, several, short, thousands};

/// How a page is to look.
pub(crate) struct Look {
    /// With colours, or with signs in their place.
    pub(crate) colour: bool,
    /// Columns.
    pub(crate) width: usize,
    /// Only what was removed as this kind, with the lines around it.
    pub(crate) only: Option<Kind>,
}

const RESET: &str = "\x1b[0m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
/// Struck through, in red.
const GONE: &str = "\x1b[9;31m";
/// Underlined.
const NAME: &str = "\x1b[4;36m";
/// A canonical form behind a name.
const CANONICAL: &str = "\x1b[36m";
const MARGIN: &str = "\x1b[33m";

/// Columns of the margin, and of a terminal that is too narrow for one: there the reasons stand above what they are for.
const MARGIN_WIDTH: usize = 30;
const NARROW: usize = 72;
/// Lines that are shown of a document that was dropped whole.
const DROPPED_LINES: usize = 6;

impl Look {
    /// Columns of the margin.
    fn margin(&self) -> usize {
        if self.width < NARROW { 0 } else { MARGIN_WIDTH }
    }
}

/// The document's page; `None` if nothing in it is asked for.
pub(crate) fn page(id: &str, document: &Document, marks: Marks, look: &Look) -> Option<String> {
    let source = document.source();
    let cuts: Vec<Cut> = document.cuts().collect();
    let is_wanted = |reason: Reason| look.only.is_none_or(|kind| reason.kind == kind);
    if let Fate::Dropped(reason) = document.fate() {
        return is_wanted(reason).then(|| dropped(id, document, reason, marks, look));
    }
    if look.only.is_some() && !cuts.iter().any(|cut| is_wanted(cut.reason)) {
        return None;
    }
    let mut page = head(id, document, marks, look);
    if source.trim().is_empty() {
        page.push_str("  there is no text in it\n\n");
        return Some(page);
    }
    let near = wanted(document, &cuts, look);
    let mut skipped = false;
    for (number, line) in document.lines().iter().enumerate() {
        if look.only.is_some() && !near[number] {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) {
            let dots = format!("{:>1$}", "⋯", look.margin() + 1);
            let _ = writeln!(page, "{}", paint(look, DIM, &dots));
        }
        // What stands behind the last line feed is no line to people.
        let is_blank = line.trimmed(source).is_empty();
        if is_blank && (look.only.is_some() || line.start() == source.len()) {
            continue;
        }
        put_line(&mut page, document, &cuts, *line, look);
    }
    page.push('\n');
    Some(page)
}

/// A document that a stage has dropped whole: why, and how it begins.
fn dropped(id: &str, document: &Document, reason: Reason, marks: Marks, look: &Look) -> String {
    let mut page = head(id, document, marks, look);
    let Reason { stage, kind, rule } = reason;
    let _ = writeln!(page, "  dropped whole by {stage}: {kind}, rule {rule}");
    let source = document.source();
    let mut lines = document.lines().iter().filter(|line| !line.trimmed(source).is_empty());
    for line in lines.by_ref().take(DROPPED_LINES) {
        // A long line's beginning is enough to know the document by.
        let text = short(line.trimmed(source).of(source), 2 * look.width);
        put_rows(&mut page, &[], &[(Style::Gone, text)], look);
    }
    let more = lines.count();
    if more > 0 {
        let more = format!("{:>1$} {2} more", "⋯", look.margin() + 1, several(more as u64, "line"));
        let _ = writeln!(page, "{}", paint(look, DIM, &more));
    }
    page.push('\n');
    page
}

/// The lines that are shown: with `only`, those of which something went as that kind, and their neighbours.
fn wanted(document: &Document, cuts: &[Cut], look: &Look) -> Vec<bool> {
    let lines = document.lines();
    let mut near = vec![false; lines.len()];
    for (number, line) in lines.iter().enumerate() {
        let hit =
            |cut: &&Cut| cut.span.overlaps(*line) && look.only.is_none_or(|kind| cut.reason.kind == kind);
        // Cuts are in order; a binary search finds the first that may touch the line.
        let first = cuts.partition_point(|cut| cut.span.end() <= line.start());
        if cuts[first..].iter().take_while(|cut| cut.span.start() < line.end()).any(|cut| hit(&cut)) {
            near[number.saturating_sub(1)..lines.len().min(number + 2)].fill(true);
        }
    }
    near
}

fn paint(look: &Look, style: &str, text: &str) -> String {
    if look.colour { format!("{style}{text}{RESET}") } else { text.to_owned() }
}

fn head(id: &str, document: &Document, marks: Marks, look: &Look) -> String {
    let mut facts = Vec::new();
    if let Some(language) = document.language() {
        facts.push(format!("{} {:.2}", language.code, language.confidence));
    }
    let before = document.source().chars().count();
    let count = |characters: usize| thousands(characters as u64);
    if document.fate() == Fate::Kept {
        let after = document.render(marks).text.chars().count();
        facts.push(format!("{} → {} characters", count(before), count(after)));
        if marks.has(Marks::SENTENCES) {
            facts.push(several(document.sentences().len() as u64, "sentence"));
        }
        if marks.has(Marks::NAMES) {
            facts.push(several(document.names().len() as u64, "name"));
        }
    } else {
        facts.push(several(before as u64, "character"));
    }
    let facts = facts.join(" · ");
    let dim = |text: &str| paint(look, DIM, text);
    if look.margin() == 0 {
        let id = paint(look, BOLD, &short(id, look.width.saturating_sub(3)));
        let facts: String =
            wrap(&[(Style::Plain, facts)], look).into_iter().map(|row| dim(&row) + "\n").collect();
        return format!("{} {id}\n{facts}", dim("──"));
    }
    let id = short(id, look.width.saturating_sub(width_of(&facts) + 6).max(12));
    let rule = look.width.saturating_sub(width_of(&id) + width_of(&facts) + 6);
    format!("{} {} {} {}\n", dim("──"), paint(look, BOLD, &id), dim(&"─".repeat(rule)), dim(&facts))
}

/// What a stretch of a line looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Gone,
    Name,
    Canonical,
    Mark,
}

/// One line of the document, wrapped, with the reasons of its cuts in the margin.
fn put_line(page: &mut String, document: &Document, cuts: &[Cut], line: Span, look: &Look) {
    let source = document.source();
    let first = cuts.partition_point(|cut| cut.span.end() <= line.start());
    let here: Vec<Cut> =
        cuts[first..].iter().take_while(|cut| cut.span.start() < line.end()).copied().collect();
    let mut reasons: Vec<String> =
        here.iter().map(|cut| format!("{} {}", cut.reason.kind, cut.reason.rule)).collect();
    reasons.dedup();
    put_rows(page, &reasons, &pieces(document, &here, line), look);
    debug_assert!(line.end() <= source.len());
}

/// Pieces of text in rows, with reasons in the margin, or above where there is no room for one.
fn put_rows(page: &mut String, reasons: &[String], pieces: &[(Style, String)], look: &Look) {
    let bar = paint(look, DIM, "│");
    let margin = look.margin();
    let mut reasons = reasons.iter();
    if margin == 0 {
        for reason in reasons.by_ref() {
            let reason = short(reason, look.width.saturating_sub(2));
            let _ = writeln!(page, "{} {}", paint(look, DIM, "┌"), paint(look, MARGIN, &reason));
        }
    }
    let mut rows = wrap(pieces, look).into_iter();
    loop {
        let (row, reason) = (rows.next(), reasons.next());
        if row.is_none() && reason.is_none() {
            break;
        }
        let row = row.unwrap_or_default();
        if margin == 0 {
            let _ = writeln!(page, "{bar} {row}");
            continue;
        }
        let reason = short(reason.map_or("", String::as_str), margin - 1);
        let blanks = " ".repeat(margin.saturating_sub(width_of(&reason)));
        let _ = writeln!(page, "{blanks}{} {bar} {row}", paint(look, MARGIN, &reason));
    }
}

/// The line's text in pieces of one style each.
fn pieces(document: &Document, cuts: &[Cut], line: Span) -> Vec<(Style, String)> {
    let source = document.source();
    let mut pieces = Vec::new();
    let mut position = line.start();
    let cut = |pieces: &mut Vec<(Style, String)>, from: usize, to: usize| {
        if from < to {
            pieces.push((Style::Gone, safe(Span::new(from, to).of(source))));
        }
    };
    for span in cuts.iter().map(|cut| cut.span) {
        let (start, end) = (span.start().max(line.start()), span.end().min(line.end()));
        kept(&mut pieces, document, Span::new(position, start.max(position)));
        cut(&mut pieces, start, end);
        position = end;
    }
    kept(&mut pieces, document, Span::new(position, line.end().max(position)));
    pieces
}

/// A stretch without a cut: names and the starts of sentences.
fn kept(pieces: &mut Vec<(Style, String)>, document: &Document, span: Span) {
    let source = document.source();
    let starts = document.sentences();
    let first = starts.partition_point(|sentence| sentence.start() <= span.start());
    let mut marks =
        starts[first..].iter().map(|s| s.start()).take_while(|start| *start < span.end()).peekable();
    let names = document.names();
    let first = names.partition_point(|name| name.span.start() < span.start());
    let names = names[first..].iter().take_while(|name| name.span.end() <= span.end());
    let mut position = span.start();
    let mut plain = |pieces: &mut Vec<(Style, String)>, from: usize, to: usize| {
        let mut from = from;
        while let Some(start) = marks.next_if(|start| *start <= to) {
            pieces.push((Style::Plain, safe(&source[from..start.max(from)])));
            // The first sentence of a line needs no mark, also where something is cut before it.
            if pieces.iter().any(|(style, text)| *style != Style::Gone && !text.trim().is_empty()) {
                pieces.push((Style::Mark, "¦".into()));
            }
            from = start.max(from);
        }
        pieces.push((Style::Plain, safe(&source[from..to])));
    };
    for name in names {
        plain(pieces, position, name.span.start());
        named(pieces, source, name);
        position = name.span.end();
    }
    plain(pieces, position, span.end());
}

fn named(pieces: &mut Vec<(Style, String)>, source: &str, name: &Name) {
    let (surface, canonical) = (name.span.of(source), name.canonical.text(source));
    pieces.push((Style::Name, safe(surface)));
    let rewritten = name.rewrite.as_ref().map(|rewrite| rewrite.text(source)).filter(|text| *text != surface);
    if let Some(text) = rewritten {
        pieces.push((Style::Canonical, format!("→{}", safe(text))));
    } else if canonical != surface {
        pieces.push((Style::Canonical, format!("‹{}›", safe(canonical))));
    }
}

fn width_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Breaks pieces into rows that fit, between words where there are some.
fn wrap(pieces: &[(Style, String)], look: &Look) -> Vec<String> {
    let most = look.width.saturating_sub(look.margin() + 3).max(10);
    let mut cells: Vec<(Style, char)> = Vec::new();
    for (style, text) in pieces.iter().filter(|(_, text)| !text.is_empty()) {
        // Signs are text that is wrapped; colours are not.
        let (open, close) = if look.colour { ("", "") } else { signs(*style, false) };
        cells.extend(open.chars().chain(text.chars()).chain(close.chars()).map(|c| (*style, c)));
    }
    let (mut rows, mut start) = (Vec::new(), 0);
    while start < cells.len() {
        let end = row_end(&cells, start, most);
        rows.push(row(&cells[start..end], look));
        start = end;
    }
    if rows.is_empty() { vec![String::new()] } else { rows }
}

/// Where the row ends that starts there: after the last place to break it in the columns that there are.
fn row_end(cells: &[(Style, char)], start: usize, most: usize) -> usize {
    let (mut width, mut may_break) = (0, None);
    for at in start..cells.len() {
        let c = cells[at].1;
        if at > start && may_break_between(cells[at - 1], cells[at]) {
            may_break = Some(at);
        }
        width += c.width().unwrap_or(0);
        // A blank that a row ends with may stand beyond its end: it is not shown. One character is in every row.
        if width > most && c != ' ' && at > start {
            return may_break.unwrap_or(at);
        }
    }
    cells.len()
}

/// Between words, and between the characters of scripts without blanks. The mark of a sentence stays with its sentence, a
/// closing sign with what it closes, and a combining character with its letter.
fn may_break_between((before_style, before): (Style, char), (style, c): (Style, char)) -> bool {
    if before_style == Style::Mark && style != Style::Mark || c.width().unwrap_or(0) == 0 {
        return false;
    }
    let is_wide = |c: char| c.width() == Some(2);
    let closes = matches!(
        c,
        '。' | '、'
            | '，'
            | '．'
            | '？'
            | '！'
            | '：'
            | '；'
            | '」'
            | '』'
            | '）'
            | '》'
            | '”'
            | ','
            | '.'
    );
    (before == ' ' && c != ' ')
        || ((is_wide(before) || is_wide(c)) && !closes && c != ' ' && before != '\u{200d}')
}

/// A row with its colours, without the blanks at its end.
fn row(cells: &[(Style, char)], look: &Look) -> String {
    let length = cells.iter().rposition(|(_, c)| *c != ' ').map_or(0, |last| last + 1);
    let mut row = String::new();
    for run in cells[..length].chunk_by(|a, b| a.0 == b.0) {
        let (open, close) = if look.colour { signs(run[0].0, true) } else { ("", "") };
        row.push_str(open);
        row.extend(run.iter().map(|(_, c)| c));
        row.push_str(close);
    }
    row
}

/// What stands around a piece: colours, or signs where there are none.
fn signs(style: Style, colour: bool) -> (&'static str, &'static str) {
    match (style, colour) {
        (Style::Plain, _) => ("", ""),
        (Style::Gone, true) => (GONE, RESET),
        (Style::Gone, false) => ("[-", "-]"),
        (Style::Name, true) => (NAME, RESET),
        (Style::Name, false) => ("_", "_"),
        (Style::Canonical, true) => (CANONICAL, RESET),
        (Style::Mark, true) => (DIM, RESET),
        (Style::Canonical | Style::Mark, false) => ("", ""),
    }
}
