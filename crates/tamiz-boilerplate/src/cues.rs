//! Cue tables: words that say what a line is, in many languages, compiled into one automaton.

use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};
use tamiz_core::{ConfigError, Kind, LanguageCode, RuleId, Tables};
use tamiz_table::{Row, Table};

use crate::notation::{Anchors, Pattern, is_unspaced, is_word};

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

/// A text of the automaton and what it means.
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
/// Most patterns can only stand at a line's start. They have an automaton of their own, because a search that may
/// not start later ends after a few characters of most lines.
pub(crate) struct Cues {
    heads: Automaton,
    others: Automaton,
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

/// The texts of many patterns in one automaton.
struct Automaton {
    search: AhoCorasick,
    entries: Vec<Entry>,
}

impl Automaton {
    fn new(entries: Vec<(String, Entry)>, anchored: bool) -> Result<Self, String> {
        let (texts, entries): (Vec<String>, Vec<Entry>) = entries.into_iter().unzip();
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(if anchored { StartKind::Anchored } else { StartKind::Unanchored })
            .kind(Some(if anchored { AhoCorasickKind::ContiguousNFA } else { AhoCorasickKind::DFA }))
            .build(&texts)
            .map_err(|error| error.to_string())?;
        Ok(Self { search, entries })
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
static EMBEDDED: LazyLock<Arc<Cues>> = LazyLock::new(|| {
    Arc::new(Cues::compile(embedded_entries()).expect("the embedded tables make an automaton"))
});

fn embedded_entries() -> Vec<(String, Entry)> {
    let mut entries = Vec::new();
    for (at, (name, text)) in TABLES.iter().enumerate() {
        let table = Table::parse(name, text).expect("the embedded tables parse");
        for row in &table.rows {
            entries.extend(row_entries(row, 1 << at).expect("the embedded rows compile"));
        }
    }
    entries
}

fn row_entries(row: &Row<'_>, table: u32) -> Result<impl Iterator<Item = (String, Entry)> + use<>, String> {
    let Some(cue) = CueId::parse(row.id) else {
        let names: Vec<_> = IDS.iter().map(|(id, _, _)| *id).collect();
        return Err(format!("`{}` is no cue id; the ids are {}", row.id, names.join(", ")));
    };
    let pattern = Pattern::parse(row.pattern)?;
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
            for row in &table.rows {
                match row_entries(row, USERS_TABLE) {
                    Ok(row) => entries.extend(row),
                    Err(message) => fault(format!("{name}:{}: {message}", row.line), "correct the row"),
                }
            }
            for wrong in table.verify(finds).iter().filter(|wrong| wrong.message.contains("match")) {
                fault(wrong.to_string(), "correct the pattern or its examples");
            }
            users.push((name.into_owned(), text));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Cues::compile(entries).map(|cues| Arc::new(Cues { users, ..cues })).map_err(|message| {
            vec![ConfigError::new(&["cues"], message, "leave out tables, or shorten their patterns")]
        })
    }

    fn compile(entries: Vec<(String, Entry)>) -> Result<Cues, String> {
        let (heads, others) = entries.into_iter().partition(|(_, entry)| entry.anchors.start);
        let (heads, others) = (Automaton::new(heads, true)?, Automaton::new(others, false)?);
        Ok(Cues { heads, others, users: Vec::new(), rows: OnceLock::new() })
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
    /// line's start and end.
    pub(crate) fn find(
        &self,
        folded: &str,
        is_head: bool,
        is_tail: bool,
        allowed: TableSet,
        mut each: impl FnMut(Hit),
    ) {
        // A line without a word is all signs: then only patterns that are all of it count.
        let first_word = folded.find(is_word);
        let end_word = folded.trim_end_matches(|c| !is_word(c)).len();
        let first = first_word.unwrap_or(0);
        let mut check = |entry: Entry, start: usize, end: usize| {
            let at_start = is_head && start <= first;
            let at_end = is_tail && end >= end_word;
            let anchors = entry.anchors;
            let wrong = entry.table & allowed.0 == 0
                || (anchors.start && !at_start)
                || (anchors.end && !at_end)
                || (anchors.word_start && folded[..start].chars().next_back().is_some_and(joins))
                || (anchors.word_end && folded[end..].chars().next().is_some_and(joins))
                || (first_word.is_none() && (start > 0 || end < folded.len()));
            if !wrong {
                each(Hit {
                    cue: entry.cue,
                    start,
                    end,
                    at_start,
                    at_end,
                    is_open: anchors.start && anchors.open_end,
                });
            }
        };
        if is_head {
            // Patterns that begin with a sign are looked for where the line begins, others where its words do.
            for start in [0, first].into_iter().take(1 + usize::from(first > 0)) {
                let input = Input::new(&folded[start..]).anchored(Anchored::Yes);
                let mut state = OverlappingState::start();
                while self.heads.search.try_find_overlapping(input.clone(), &mut state).is_ok()
                    && let Some(found) = state.get_match()
                {
                    check(
                        self.heads.entries[found.pattern().as_usize()],
                        start + found.start(),
                        start + found.end(),
                    );
                }
            }
        }
        for found in self.others.search.find_overlapping_iter(folded) {
            check(self.others.entries[found.pattern().as_usize()], found.start(), found.end());
        }
    }
}

impl SingleRow {
    /// The rows of a table that was read before, so that nothing in it fails.
    fn all(name: &str, text: &str, bit: u32) -> Vec<SingleRow> {
        let Ok(table) = Table::parse(name, text) else { return Vec::new() };
        let rows = table.rows.iter().filter_map(|row| {
            let cues = Cues::compile(row_entries(row, bit).ok()?.collect()).ok()?;
            let (table, pattern) = (name.to_owned(), row.pattern.to_owned());
            Some(SingleRow { cue: CueId::parse(row.id)?, table, line: row.line, pattern, bit, cues })
        });
        rows.collect()
    }

    /// Whether the row finds its pattern in a folded line.
    pub(crate) fn finds(&self, folded: &str) -> bool {
        let mut found = false;
        self.cues.find(folded, true, true, TableSet(u32::MAX), |_| found = true);
        found
    }
}

/// Whether the character would make one word with a letter beside it.
fn joins(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
}

/// Whether a row finds its pattern in a text: what a table's examples are tried with.
pub(crate) fn finds(row: &Row<'_>, text: &str) -> bool {
    let Ok(entries) = row_entries(row, 1) else { return false };
    let Ok(cues) = Cues::compile(entries.collect()) else { return false };
    let mut folded = String::new();
    crate::notation::Glyphs::new().fold_into(text, &mut folded);
    let mut found = false;
    cues.find(&folded, true, true, TableSet(u32::MAX), |_| found = true);
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
                if let Err(message) = row_entries(row, 1) {
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
            Cues::embedded().find("weiterlesen", true, true, set, |hit| found.push(hit.cue.name()));
            found
        };
        assert_eq!(hits(None), ["read-more-button"]);
        assert_eq!(hits(Some("de")), ["read-more-button"]);
        assert_eq!(hits(Some("es")), [""; 0]);
        assert_eq!(hits(Some("xh")), ["read-more-button"], "a language without a table gets them all");
    }
}
