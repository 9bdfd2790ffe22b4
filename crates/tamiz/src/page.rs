//! A document before and after, for a terminal: what goes struck through, names underlined, reasons in the margin.

use std::fmt::Write;

use tamiz_core::{Cut, Document, Fate, Kind, Marks, Name, Span};
use unicode_width::UnicodeWidthChar;

use crate::shown::{safe, short, thousands};

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

/// Columns of the margin.
const MARGIN_WIDTH: usize = 30;

/// The document's page; `None` if nothing in it is asked for.
pub(crate) fn page(id: &str, document: &Document, marks: Marks, look: &Look) -> Option<String> {
    let source = document.source();
    let cuts: Vec<Cut> = document.cuts().collect();
    let has = |cut: &Cut| look.only.is_none_or(|kind| cut.reason.kind == kind);
    if look.only.is_some() && !cuts.iter().any(has) {
        return None;
    }
    let mut page = head(id, document, marks, look);
    if let Fate::Dropped(reason) = document.fate() {
        let _ =
            writeln!(page, "  dropped whole by {}: {}, rule {}\n", reason.stage, reason.kind, reason.rule);
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
            let dots = format!("{:>1$}", "⋯", MARGIN_WIDTH + 1);
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
    let after = document.render(marks).text.chars().count();
    facts.push(format!("{} → {} characters", thousands(before as u64), thousands(after as u64)));
    if marks.has(Marks::SENTENCES) {
        facts.push(several(document.sentences().len(), "sentence"));
    }
    if marks.has(Marks::NAMES) {
        facts.push(several(document.names().len(), "name"));
    }
    let facts = facts.join(" · ");
    let id = short(id, look.width.saturating_sub(facts.chars().count() + 6).max(12));
    let rule = look.width.saturating_sub(width_of(&id) + facts.chars().count() + 6);
    format!(
        "{} {} {} {}\n",
        paint(look, DIM, "──"),
        paint(look, BOLD, &id),
        paint(look, DIM, &"─".repeat(rule)),
        paint(look, DIM, &facts)
    )
}

fn several(count: usize, what: &str) -> String {
    format!("{} {what}{}", thousands(count as u64), if count == 1 { "" } else { "s" })
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
    let mut rows = wrap(&pieces(document, &here, line), look).into_iter();
    let mut reasons = reasons.into_iter();
    loop {
        let (row, reason) = (rows.next(), reasons.next());
        if row.is_none() && reason.is_none() {
            break;
        }
        let reason = short(&reason.unwrap_or_default(), MARGIN_WIDTH - 1);
        let blanks = " ".repeat(MARGIN_WIDTH.saturating_sub(width_of(&reason)));
        let row = row.unwrap_or_default();
        let bar = paint(look, DIM, "│");
        let _ = writeln!(page, "{blanks}{} {bar} {}", paint(look, MARGIN, &reason), row.trim_end());
    }
    debug_assert!(line.end() <= source.len());
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
            pieces.push((Style::Mark, "¦".into()));
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
    let most = look.width.saturating_sub(MARGIN_WIDTH + 3).max(20);
    let (mut rows, mut row, mut width) = (Vec::new(), String::new(), 0);
    for (style, text) in pieces.iter().filter(|(_, text)| !text.is_empty()) {
        let (open, close) = signs(*style, look.colour);
        // Signs are text that is wrapped; colours are not.
        let (signed, open, close) =
            if look.colour { (text.clone(), open, close) } else { (format!("{open}{text}{close}"), "", "") };
        row.push_str(open);
        for word in signed.split_inclusive(' ') {
            let word_width = width_of(word.trim_end());
            if width > 0 && width + word_width > most {
                row.push_str(close);
                rows.push(std::mem::replace(&mut row, open.to_owned()));
                width = 0;
            }
            for c in word.chars() {
                let one = c.width().unwrap_or(0);
                if width + one > most && c != ' ' {
                    row.push_str(close);
                    rows.push(std::mem::replace(&mut row, open.to_owned()));
                    width = 0;
                }
                row.push(c);
                width += one;
            }
        }
        row.push_str(close);
    }
    rows.push(row);
    rows
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
