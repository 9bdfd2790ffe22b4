//! Cue tables: words that say what a line is, in many languages, compiled for one search.

use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use tamiz_core::{ConfigError, Kind, LanguageCode, RuleId, Tables};
use tamiz_table::{Row, Table, TableError};

use crate::fold::{Begins, Folded};
use crate::notation::{Anchors, Glyphs, Pattern, is_unspaced, is_word};
use crate::search::{Found, Searcher};

/// What a cue does to the line in which it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The line is furniture if the cue is most of it.
    Line,
    /// The line is furniture if it is no paragraph.
    Short,
    /// The line is furniture however long it is.
    Anywhere,
    /// The line is furniture if it starts with the cue and is no paragraph.
    Label,
    /// The same, and where the cue is the whole line, related headlines follow.
    Link,
    /// A heading over related headlines.
    Opener,
    /// A heading over readers' comments.
    Comments,
    /// A button: furniture as a line, and cut where it is glued to the end of one.
    Button,
    /// A credit: a line that ends with it, or holds it as a label, is a caption unless it is a paragraph.
    Credit,
    /// A word before a name: with capitalised words alone after it, the line says who wrote.
    Name,
    /// Evidence only.
    Hint,
}

/// The ids that rows may have, each with the kind of furniture and the role.
const IDS: &[(&str, Kind, Role)] = &[
    ("ad-label", Kind::Advertisement, Role::Line),
    ("affiliate-notice", Kind::Advertisement, Role::Anywhere),
    ("app-download", Kind::Promo, Role::Line),
    ("automatic-text", Kind::Notice, Role::Anywhere),
    ("breadcrumb", Kind::Navigation, Role::Label),
    ("byline", Kind::Byline, Role::Label),
    ("byline-name", Kind::Byline, Role::Name),
    ("caption-label", Kind::Caption, Role::Label),
    ("comment-form", Kind::Comments, Role::Line),
    ("comments-opener", Kind::Comments, Role::Comments),
    ("cookie-notice", Kind::Notice, Role::Anywhere),
    ("copyright", Kind::Notice, Role::Short),
    ("date", Kind::Dateline, Role::Line),
    // Over comments, and as often a section of a manual or a study: the network has to say which.
    ("discussion", Kind::Comments, Role::Hint),
    ("donate", Kind::Promo, Role::Line),
    ("edition", Kind::Navigation, Role::Line),
    ("follow-us", Kind::Promo, Role::Label),
    ("founded", Kind::Masthead, Role::Line),
    ("latest-opener", Kind::Related, Role::Opener),
    ("legal-links", Kind::Notice, Role::Line),
    ("link", Kind::Other, Role::Hint),
    ("loading", Kind::Interface, Role::Line),
    ("login", Kind::Interface, Role::Line),
    ("menu", Kind::Navigation, Role::Line),
    ("most-read-opener", Kind::Related, Role::Opener),
    ("news-agency", Kind::Caption, Role::Hint),
    ("newsletter", Kind::Promo, Role::Short),
    ("page-tools", Kind::Interface, Role::Line),
    ("photo-credit", Kind::Caption, Role::Credit),
    ("player", Kind::Interface, Role::Line),
    ("published", Kind::Dateline, Role::Label),
    ("read-more-button", Kind::Interface, Role::Button),
    ("related-link", Kind::Related, Role::Link),
    ("related-opener", Kind::Related, Role::Opener),
    ("relative-time", Kind::Dateline, Role::Line),
    ("reproduction", Kind::Notice, Role::Short),
    ("section-name", Kind::Navigation, Role::Line),
    ("share-bar", Kind::Interface, Role::Line),
    ("subscribe", Kind::Promo, Role::Line),
    ("tags-label", Kind::Navigation, Role::Label),
];

/// The ids of every kind and of every role, as bits.
pub(crate) const KIND_MASKS: [u64; 14] = masks().0;
pub(crate) const ROLE_MASKS: [u64; 11] = masks().1;

const fn masks() -> ([u64; 14], [u64; 11]) {
    let (mut kinds, mut roles) = ([0; 14], [0; 11]);
    let mut at = 0;
    while at < IDS.len() {
        kinds[IDS[at].1 as usize] |= 1 << at;
        roles[IDS[at].2 as usize] |= 1 << at;
        at += 1;
    }
    (kinds, roles)
}

/// An id of [`IDS`], by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CueId(u8);

impl CueId {
    pub(crate) fn name(self) -> &'static str {
        IDS[self.0 as usize].0
    }

    pub(crate) fn rule(self) -> RuleId {
        RuleId::new(self.name())
    }

    pub(crate) fn kind(self) -> Kind {
        IDS[self.0 as usize].1
    }

    pub(crate) fn role(self) -> Role {
        IDS[self.0 as usize].2
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// Every id.
    pub(crate) fn all() -> impl Iterator<Item = CueId> {
        (0..IDS.len() as u8).map(CueId)
    }

    fn parse(name: &str) -> Option<CueId> {
        IDS.iter().position(|(id, _, _)| *id == name).map(|at| CueId(at as u8))
    }
}

/// The embedded tables: language (`any` for all), file name, text.
const TABLES: &[(&str, &str)] = &[
    ("any", include_str!("../tables/cues/any.tsv")),
    ("de", include_str!("../tables/cues/de.tsv")),
    ("el", include_str!("../tables/cues/el.tsv")),
    ("en", include_str!("../tables/cues/en.tsv")),
    ("es", include_str!("../tables/cues/es.tsv")),
    ("fr", include_str!("../tables/cues/fr.tsv")),
    ("it", include_str!("../tables/cues/it.tsv")),
    ("nl", include_str!("../tables/cues/nl.tsv")),
    ("pl", include_str!("../tables/cues/pl.tsv")),
    ("pt", include_str!("../tables/cues/pt.tsv")),
    ("ru", include_str!("../tables/cues/ru.tsv")),
    ("zh", include_str!("../tables/cues/zh.tsv")),
];

/// What a text that is searched for means.
#[derive(Clone, Copy, Debug)]
struct Entry {
    cue: CueId,
    anchors: Anchors,
    /// A bit for the table that it comes from.
    table: u32,
}

/// A cue found in a folded line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) cue: CueId,
    /// Bytes of the folded text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether no word stands before it in the line.
    pub(crate) at_start: bool,
    /// Whether no word stands after it in the line.
    pub(crate) at_end: bool,
    /// Whether the pattern says that anything may follow.
    pub(crate) is_open: bool,
}

/// All cue tables, compiled.
///
/// Most patterns can only stand at a line's start: they have a searcher of their own.
pub(crate) struct Cues {
    heads: Set,
    others: Set,
    /// First bytes of the other texts that need not begin where a word does.
    begins: Begins,
    /// The users' tables, name and text, to be shown.
    users: Vec<(String, String)>,
    /// Each row by itself, compiled when somebody asks which one it was.
    rows: OnceLock<Vec<SingleRow>>,
}

/// A row of a table by itself.
pub(crate) struct SingleRow {
    pub(crate) cue: CueId,
    pub(crate) table: String,
    pub(crate) line: usize,
    pub(crate) pattern: String,
    bit: u32,
    cues: Cues,
}

/// The texts of many patterns, and what they mean.
struct Set {
    searcher: Searcher,
    entries: Vec<Entry>,
}

impl Set {
    fn new(entries: Vec<(String, Entry)>) -> Self {
        let (texts, entries): (Vec<String>, Vec<Entry>) = entries.into_iter().unzip();
        Self { searcher: Searcher::new(&texts), entries }
    }
}

/// Which tables count for a document, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableSet(u32);

impl TableSet {
    /// The tables for a document of that language: its own, the one for any language, the user's, and English,
    /// because furniture all over the world is half English. All of them where there is no table for the language.
    pub(crate) fn of(language: Option<LanguageCode>) -> TableSet {
        let known = language.and_then(|code| TABLES.iter().position(|(name, _)| *name == code.as_str()));
        match known {
            Some(own) => {
                let common = TABLES.iter().enumerate().filter(|(_, (name, _))| matches!(*name, "any" | "en"));
                TableSet(common.fold(USERS_TABLE | 1 << own, |bits, (at, _)| bits | 1 << at))
            }
            None => TableSet(u32::MAX),
        }
    }
}

/// The bit of tables that the user named.
const USERS_TABLE: u32 = 1 << 31;

/// The embedded tables, compiled once for the whole program.
static EMBEDDED: LazyLock<Arc<Cues>> = LazyLock::new(|| Arc::new(Cues::compile(embedded_entries())));

fn embedded_entries() -> Vec<(String, Entry)> {
    let mut entries = Vec::new();
    for (at, (_, text)) in TABLES.iter().enumerate() {
        // This crate's tests see to it that the tables are well formed.
        for (id, pattern) in tamiz_table::entries(text) {
            entries.extend(row_entries(id, pattern, 1 << at).expect("the embedded rows compile"));
        }
    }
    entries
}

fn row_entries(
    id: &str,
    pattern: &str,
    table: u32,
) -> Result<impl Iterator<Item = (String, Entry)> + use<>, String> {
    let Some(cue) = CueId::parse(id) else {
        let names: Vec<_> = IDS.iter().map(|(id, _, _)| *id).collect();
        return Err(match tamiz_core::closest(id, names.iter().copied()) {
            Some(near) => format!("`{id}` is no cue id: did you mean `{near}`?"),
            None => format!("`{id}` is no cue id; the ids are {}", names.join(", ")),
        });
    };
    let pattern = Pattern::parse(pattern)?;
    Ok(pattern.texts.into_iter().map(move |(text, anchors)| (text, Entry { cue, anchors, table })))
}

impl Cues {
    /// The embedded tables alone.
    pub(crate) fn embedded() -> Arc<Cues> {
        Arc::clone(&EMBEDDED)
    }

    /// The embedded tables and the user's. Every mistake is reported at its place in the option `cues`.
    pub(crate) fn with(
        files: &[impl AsRef<Path>],
        tables: &dyn Tables,
    ) -> Result<Arc<Cues>, Vec<ConfigError>> {
        let mut entries = embedded_entries();
        let mut users = Vec::new();
        let mut errors = Vec::new();
        for (number, path) in files.iter().enumerate() {
            let path = path.as_ref();
            let number = number.to_string();
            let mut fault = |message: String, remedy: &str| {
                errors.push(ConfigError::new(&["cues", &number], message, remedy));
            };
            let text = match tables.read(path) {
                Ok(text) => text,
                Err(message) => {
                    fault(message, "name a table file, relative to the definition");
                    continue;
                }
            };
            let name = path.to_string_lossy();
            let table = match Table::parse(&name, &text) {
                Ok(table) => table,
                Err(faults) => {
                    faults.iter().for_each(|f| fault(f.to_string(), "correct the row"));
                    continue;
                }
            };
            let mut broken = Vec::new();
            for row in &table.rows {
                match row_entries(row.id, row.pattern, USERS_TABLE) {
                    Ok(row) => entries.extend(row),
                    Err(message) => {
                        fault(format!("{name}:{}: {message}", row.line), "correct the row");
                        broken.push(row.line);
                    }
                }
            }
            // Of a row that says nothing, examples show nothing.
            let told = |wrong: &&TableError| wrong.message.contains("match") && !broken.contains(&wrong.line);
            for wrong in table.verify(finds).iter().filter(told) {
                fault(wrong.to_string(), "correct the pattern or its examples");
            }
            users.push((name.into_owned(), text));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Arc::new(Cues { users, ..Cues::compile(entries) }))
    }

    fn compile(entries: Vec<(String, Entry)>) -> Cues {
        let (heads, others): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|(_, entry)| entry.anchors.start);
        let mut begins = [false; 256];
        for (text, _) in others.iter().filter(|(_, entry)| !entry.anchors.word_start) {
            begins[text.as_bytes()[0] as usize] = true;
        }
        Cues {
            heads: Set::new(heads),
            others: Set::new(others),
            begins: Begins::new(&begins),
            users: Vec::new(),
            rows: OnceLock::new(),
        }
    }

    /// Where in a folded text these cues may begin.
    pub(crate) fn begins(&self) -> &Begins {
        &self.begins
    }

    /// Every row by itself, of the tables that count for a document.
    pub(crate) fn rows(&self, allowed: TableSet) -> impl Iterator<Item = &SingleRow> {
        let rows = self.rows.get_or_init(|| {
            let embedded = TABLES.iter().enumerate().map(|(at, (name, text))| {
                (format!("tamiz-boilerplate/tables/cues/{name}.tsv"), *text, 1 << at)
            });
            let users = self.users.iter().map(|(name, text)| (name.clone(), text.as_str(), USERS_TABLE));
            embedded.chain(users).flat_map(|(name, text, bit)| SingleRow::all(&name, text, bit)).collect()
        });
        rows.iter().filter(move |row| row.bit & allowed.0 != 0)
    }

    /// Calls `each` with every cue in a folded text. `is_head` and `is_tail` say whether the text reaches to the
    /// line's start and end; `found` is a buffer.
    #[inline(always)]
    pub(crate) fn find(
        &self,
        folded: &Folded,
        is_head: bool,
        is_tail: bool,
        allowed: TableSet,
        found: &mut Vec<Found>,
        mut each: impl FnMut(Hit),
    ) {
        let first = folded.first_word().unwrap_or(0);
        found.clear();
        if is_head {
            // Patterns that begin with a sign are looked for where the line begins, others where its words do.
            self.heads.searcher.at(folded.bytes(), 0, found);
            if first > 0 {
                self.heads.searcher.at(folded.bytes(), first, found);
            }
        }
        let heads = found.len();
        self.others.searcher.anywhere(folded, found);
        for (number, &hit) in found.iter().enumerate() {
            let set = if number < heads { &self.heads } else { &self.others };
            if let Some(hit) = set.check(hit, folded, is_head, is_tail, allowed) {
                each(hit);
            }
        }
    }
}

impl Set {
    /// What was found, if it stands where its pattern may stand and its table counts.
    #[inline(never)]
    fn check(
        &self,
        [end, start, number]: Found,
        folded: &Folded,
        is_head: bool,
        is_tail: bool,
        allowed: TableSet,
    ) -> Option<Hit> {
        let Entry { cue, anchors, table } = self.entries[number as usize];
        let (start, end) = (start as usize, end as usize);
        let (before, after) = folded.around(start, end);
        let at_start = is_head && start <= folded.first_word().unwrap_or(0);
        let at_end = is_tail && end >= folded.words_end();
        let wrong = table & allowed.0 == 0
            || (anchors.start && !at_start)
            || (anchors.end && !at_end)
            || (anchors.word_start && before.is_some_and(joins))
            || (anchors.word_end && after.is_some_and(joins))
            // A line without a word is all signs: then only patterns that are all of it count.
            || (folded.first_word().is_none() && (start > 0 || after.is_some()));
        let is_open = anchors.start && anchors.open_end;
        (!wrong).then_some(Hit { cue, start, end, at_start, at_end, is_open })
    }
}

impl SingleRow {
    /// The rows of a table that was read before, so that nothing in it fails.
    fn all(name: &str, text: &str, bit: u32) -> Vec<SingleRow> {
        let Ok(table) = Table::parse(name, text) else { return Vec::new() };
        let rows = table.rows.iter().filter_map(|row| {
            let cues = Cues::compile(row_entries(row.id, row.pattern, bit).ok()?.collect());
            let (table, pattern) = (name.to_owned(), row.pattern.to_owned());
            Some(SingleRow { cue: CueId::parse(row.id)?, table, line: row.line, pattern, bit, cues })
        });
        rows.collect()
    }

    /// Whether the row finds its pattern in a line that was folded with `EVERYWHERE`, so that one fold does for all rows.
    pub(crate) fn finds(&self, folded: &Folded) -> bool {
        let mut found = false;
        self.cues.find(folded, true, true, TableSet(u32::MAX), &mut Vec::new(), |_| found = true);
        found
    }
}

/// Whether the character would make one word with a letter beside it.
fn joins(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
}

/// Whether a row finds its pattern in a text: what a table's examples are tried with.
pub(crate) fn finds(row: &Row<'_>, text: &str) -> bool {
    let Ok(entries) = row_entries(row.id, row.pattern, 1) else { return false };
    let cues = Cues::compile(entries.collect());
    let mut folded = Folded::default();
    folded.read(Glyphs::new(), cues.begins(), text, usize::MAX);
    let mut found = false;
    cues.find(&folded, true, true, TableSet(u32::MAX), &mut Vec::new(), |_| found = true);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_keeps_its_own_examples() {
        for (name, text) in TABLES {
            let table = Table::parse(name, text).unwrap();
            for row in &table.rows {
                if let Err(message) = row_entries(row.id, row.pattern, 1) {
                    panic!("{name}:{}: {message}", row.line);
                }
                assert!(!row.matches.is_empty(), "{name}:{}: a row needs an example", row.line);
            }
            let faults: Vec<String> = table.verify(finds).iter().map(ToString::to_string).collect();
            assert!(faults.is_empty(), "{}", faults.join("\n"));
        }
    }

    #[test]
    fn tables_are_in_the_order_of_their_names_and_fit_the_bits() {
        assert!(TABLES.is_sorted_by_key(|(name, _)| *name));
        assert!(IDS.is_sorted_by_key(|(id, _, _)| *id));
        assert!(TABLES.len() < 31);
    }

    #[test]
    fn a_documents_own_language_silences_the_others() {
        let hits = |language: Option<&str>| {
            let set = TableSet::of(language.map(|code| LanguageCode::parse(code).unwrap()));
            let mut found = Vec::new();
            let (cues, mut folded) = (Cues::embedded(), Folded::default());
            folded.read(Glyphs::new(), cues.begins(), "weiterlesen", usize::MAX);
            cues.find(&folded, true, true, set, &mut Vec::new(), |hit| found.push(hit.cue.name()));
            found
        };
        assert_eq!(hits(None), ["read-more-button"]);
        assert_eq!(hits(Some("de")), ["read-more-button"]);
        assert_eq!(hits(Some("es")), [""; 0]);
        assert_eq!(hits(Some("xh")), ["read-more-button"], "a language without a table gets them all");
    }
}
