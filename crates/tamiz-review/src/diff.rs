//! Two outputs of the same inputs: which documents, lines and names changed their verdict, by stage and rule.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use crate::documents::{Documents, Kept, Marks};
use crate::output::{OutputDir, ReviewError};

/// What a run decided of a line or a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It stayed.
    Kept,
    /// A part of it went, for those reasons.
    Partly(String),
    /// It went, for that reason: `stage/rule`.
    Removed(String),
    /// The document was dropped, for that reason: `stage/rule`.
    Dropped(String),
    /// The output does not have it.
    Absent,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Kept => f.write_str("kept"),
            Verdict::Partly(reason) => write!(f, "cut by {reason}"),
            Verdict::Removed(reason) => write!(f, "removed by {reason}"),
            Verdict::Dropped(reason) => write!(f, "dropped by {reason}"),
            Verdict::Absent => f.write_str("absent"),
        }
    }
}

/// A line whose verdict changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineChange {
    /// The line of the original, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// What the first run decided.
    pub a: Verdict,
    /// What the second run decided.
    pub b: Verdict,
}

/// A document in which something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its id, as JSON writes it without the quotes of a string.
    pub id: String,
    /// What became of the document, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<(Verdict, Verdict)>,
    /// The original itself changed between the runs.
    pub input: bool,
    /// The lines that changed.
    pub lines: Vec<LineChange>,
    /// Names of the first run that the second lacks, as `surface → canonical (type)`.
    pub names_a: Vec<String>,
    /// Names of the second run that the first lacks.
    pub names_b: Vec<String>,
    /// The language, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<(String, String)>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.document.is_none()
            && !self.input
            && self.lines.is_empty()
            && self.names_a.is_empty()
            && self.names_b.is_empty()
            && self.language.is_none()
    }
}

/// How two outputs differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Documents that either output has.
    pub documents: u64,
    /// Documents in which something changed.
    pub changed: u64,
    /// Lines and documents by what they were and what they are, with how many.
    #[serde(serialize_with = "as_list")]
    pub transitions: BTreeMap<(Verdict, Verdict), u64>,
    /// Names that only the first run has, and only the second.
    pub names: (u64, u64),
}

fn as_list<S: serde::Serializer>(
    transitions: &BTreeMap<(Verdict, Verdict), u64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Transition<'t> {
        a: &'t Verdict,
        b: &'t Verdict,
        count: u64,
    }
    serializer.collect_seq(transitions.iter().map(|((a, b), &count)| Transition { a, b, count }))
}

impl Diff {
    fn take(&mut self, change: &Change) {
        self.documents += 1;
        if change.is_empty() {
            return;
        }
        self.changed += 1;
        let lines = change.lines.iter().map(|line| (line.a.clone(), line.b.clone()));
        for transition in change.document.clone().into_iter().chain(lines) {
            *self.transitions.entry(transition).or_default() += 1;
        }
        self.names.0 += change.names_a.len() as u64;
        self.names.1 += change.names_b.len() as u64;
    }
}

/// A document's id, as JSON, and how many of that id came before it.
type Key = (String, u64);

/// Documents of one run that the other has not reached yet, and whether they were dropped.
type Waiting = HashMap<Key, (Kept, bool)>;

/// Compares two outputs document by document, matched by id (several of one id in their order), and calls `each` with
/// every document in which something changed.
///
/// Both runs keep the inputs' order, so little has to be held at a time: what one run dropped or has not.
///
/// # Errors
/// If one of them cannot be read.
pub fn diff(
    a: &OutputDir,
    b: &OutputDir,
    mut each: impl FnMut(&Change) -> Result<(), ReviewError>,
) -> Result<Diff, ReviewError> {
    let mut result = Diff::default();
    let mut sides = [Side::new(a), Side::new(b)];
    let mut waiting: [Waiting; 2] = [Waiting::new(), Waiting::new()];
    loop {
        let mut ended = 0;
        for side in 0..2 {
            let Some((key, document, is_dropped)) = sides[side].read()? else {
                ended += 1;
                continue;
            };
            let Some(other) = waiting[1 - side].remove(&key) else {
                waiting[side].insert(key, (document, is_dropped));
                continue;
            };
            let own = (document, is_dropped);
            let change = if side == 0 { compare(&own, &other) } else { compare(&other, &own) };
            result.take(&change);
            if !change.is_empty() {
                each(&change)?;
            }
        }
        if ended == 2 {
            break;
        }
    }
    let [only_a, only_b] = waiting;
    let absent = |key: &Key| Change {
        id: crate::documents::shown_id(&key.0),
        document: None,
        input: false,
        lines: Vec::new(),
        names_a: Vec::new(),
        names_b: Vec::new(),
        language: None,
    };
    let mut rest: Vec<(Key, Verdict, Verdict)> = Vec::new();
    rest.extend(only_a.into_iter().map(|(key, own)| (key, fate(&own), Verdict::Absent)));
    rest.extend(only_b.into_iter().map(|(key, own)| (key, Verdict::Absent, fate(&own))));
    // A hash map's own order must not be seen.
    rest.sort();
    for (key, a, b) in rest {
        let change = Change { document: Some((a, b)), ..absent(&key) };
        result.take(&change);
        each(&change)?;
    }
    Ok(result)
}

/// The documents of one output: those kept, then those dropped.
struct Side<'o> {
    output: &'o OutputDir,
    documents: Documents,
    in_dropped: bool,
    seen: HashMap<String, u64>,
}

impl<'o> Side<'o> {
    fn new(output: &'o OutputDir) -> Self {
        Self { output, documents: Documents::kept(output), in_dropped: false, seen: HashMap::new() }
    }

    fn read(&mut self) -> Result<Option<(Key, Kept, bool)>, ReviewError> {
        loop {
            if let Some(document) = self.documents.read()? {
                let count = self.seen.entry(document.id.clone()).or_default();
                let key = (document.id.clone(), *count);
                *count += 1;
                return Ok(Some((key, document, self.in_dropped)));
            }
            if self.in_dropped {
                return Ok(None);
            }
            self.in_dropped = true;
            self.documents = Documents::dropped(self.output);
        }
    }
}

fn fate((document, is_dropped): &(Kept, bool)) -> Verdict {
    match &document.marks.dropped {
        Some(reason) if *is_dropped => Verdict::Dropped(format!("{}/{}", reason.stage, reason.rule)),
        _ if *is_dropped => Verdict::Dropped("unknown".into()),
        _ => Verdict::Kept,
    }
}

fn compare(a: &(Kept, bool), b: &(Kept, bool)) -> Change {
    let verdicts = (fate(a), fate(b));
    let document = (verdicts.0 != verdicts.1).then_some(verdicts);
    let (is_dropped, (a, b)) = (a.1 || b.1, (&a.0, &b.0));
    let source_a =
        if document.is_some() && a.source().is_none() { Some(a.text.as_str()) } else { a.source() };
    let input = match (source_a, b.source()) {
        (Some(a), Some(b)) => a != b && !is_dropped,
        _ => false,
    };
    let mut lines = Vec::new();
    if !is_dropped && !input {
        match b.source().or(a.source()) {
            Some(source) => lines = changed_lines(source, &a.marks, &b.marks),
            // Without residue the text of lines is not at hand; that the spans differ still shows.
            None if a.marks.removed != b.marks.removed => {
                lines.push(LineChange {
                    line: 0,
                    text: "(no residue: the lines are not at hand)".into(),
                    a: reasons(&a.marks),
                    b: reasons(&b.marks),
                });
            }
            None => {}
        }
    }
    let (mut names_a, mut names_b) = (names(a), names(b));
    if is_dropped {
        names_a.clear();
        names_b.clear();
    }
    let both = names_a.clone();
    subtract(&mut names_a, &names_b);
    subtract(&mut names_b, &both);
    let code = |marks: &Marks| marks.language.as_ref().map(|language| language.code.clone());
    let language = match (code(&a.marks), code(&b.marks)) {
        (Some(a), Some(b)) if a != b => Some((a, b)),
        _ => None,
    };
    Change { id: a.shown_id(), document, input, lines, names_a, names_b, language }
}

fn reasons(marks: &Marks) -> Verdict {
    let mut reasons: Vec<String> =
        marks.removed.iter().map(|removed| format!("{}/{}", removed.stage, removed.rule)).collect();
    reasons.sort();
    reasons.dedup();
    if reasons.is_empty() { Verdict::Kept } else { Verdict::Partly(reasons.join(", ")) }
}

/// Takes one of each of `others` out of `list`.
fn subtract(list: &mut Vec<String>, others: &[String]) {
    for other in others {
        if let Some(at) = list.iter().position(|name| name == other) {
            list.remove(at);
        }
    }
}

fn names(document: &Kept) -> Vec<String> {
    let mut chars = document.text.chars();
    let mut position = 0;
    let mut found = Vec::new();
    for name in &document.marks.names {
        // Names come in order, so the text is walked once.
        for _ in position..name.start.max(position) {
            chars.next();
        }
        let surface: String = chars.by_ref().take(name.end.saturating_sub(name.start)).collect();
        position = name.end;
        let was = name.was.as_deref().unwrap_or(&surface);
        let kind = format!("{:?}", name.name_type).to_lowercase();
        found.push(format!("{was} → {} ({kind})", name.canonical));
    }
    found
}

fn changed_lines(source: &str, a: &Marks, b: &Marks) -> Vec<LineChange> {
    let (mut walk_a, mut walk_b) = (Walk::new(a), Walk::new(b));
    let mut changes = Vec::new();
    let mut start = 0;
    for (index, line) in source.split('\n').enumerate() {
        let length = line.chars().count();
        let lead = length - line.trim_start().chars().count();
        let text = line.trim();
        let inner = start + lead..start + lead + text.chars().count();
        start += length + 1;
        if text.is_empty() {
            continue;
        }
        let (a, b) = (walk_a.verdict(inner.clone()), walk_b.verdict(inner));
        if a != b {
            changes.push(LineChange { line: index + 1, text: text.to_owned(), a: a.0, b: b.0 });
        }
    }
    changes
}

/// Walks the removed spans of a document beside its lines.
struct Walk<'m> {
    marks: &'m Marks,
    next: usize,
}

impl<'m> Walk<'m> {
    fn new(marks: &'m Marks) -> Self {
        Self { marks, next: 0 }
    }

    /// The verdict on a line, and how much of it went.
    fn verdict(&mut self, line: std::ops::Range<usize>) -> (Verdict, usize) {
        let removed = &self.marks.removed;
        while removed.get(self.next).is_some_and(|span| span.end <= line.start) {
            self.next += 1;
        }
        let (mut gone, mut reasons) = (0, Vec::new());
        for span in removed[self.next..].iter().take_while(|span| span.start < line.end) {
            gone += span.end.min(line.end) - span.start.max(line.start);
            reasons.push(format!("{}/{}", span.stage, span.rule));
        }
        reasons.dedup();
        let reasons = reasons.join(", ");
        let verdict = match gone {
            0 => Verdict::Kept,
            _ if gone < line.len() => Verdict::Partly(reasons),
            _ => Verdict::Removed(reasons),
        };
        (verdict, gone)
    }
}
