//! The cue tables of many languages, and which of them count for a document.

use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use tamiz_core::{ConfigError, LanguageCode, Tables};
use tamiz_table::{Table, TableError};

use crate::cues::{CueId, Cues, Entries, finds};
use crate::fold::Folded;

/// The embedded tables: language (`any` for all), file name, text.
const TABLES: &[(&str, &str)] = &[
    ("any", include_str!("../tables/cues/any.tsv")),
    ("ar", include_str!("../tables/cues/ar.tsv")),
    ("bg", include_str!("../tables/cues/bg.tsv")),
    ("bn", include_str!("../tables/cues/bn.tsv")),
    ("ca", include_str!("../tables/cues/ca.tsv")),
    ("cs", include_str!("../tables/cues/cs.tsv")),
    ("da", include_str!("../tables/cues/da.tsv")),
    ("de", include_str!("../tables/cues/de.tsv")),
    ("el", include_str!("../tables/cues/el.tsv")),
    ("en", include_str!("../tables/cues/en.tsv")),
    ("es", include_str!("../tables/cues/es.tsv")),
    ("fa", include_str!("../tables/cues/fa.tsv")),
    ("fi", include_str!("../tables/cues/fi.tsv")),
    ("fr", include_str!("../tables/cues/fr.tsv")),
    ("he", include_str!("../tables/cues/he.tsv")),
    ("hi", include_str!("../tables/cues/hi.tsv")),
    ("hu", include_str!("../tables/cues/hu.tsv")),
    ("id", include_str!("../tables/cues/id.tsv")),
    ("it", include_str!("../tables/cues/it.tsv")),
    ("ja", include_str!("../tables/cues/ja.tsv")),
    ("ko", include_str!("../tables/cues/ko.tsv")),
    ("nl", include_str!("../tables/cues/nl.tsv")),
    ("no", include_str!("../tables/cues/no.tsv")),
    ("pl", include_str!("../tables/cues/pl.tsv")),
    ("pt", include_str!("../tables/cues/pt.tsv")),
    ("ro", include_str!("../tables/cues/ro.tsv")),
    ("ru", include_str!("../tables/cues/ru.tsv")),
    ("sv", include_str!("../tables/cues/sv.tsv")),
    ("sw", include_str!("../tables/cues/sw.tsv")),
    ("tr", include_str!("../tables/cues/tr.tsv")),
    ("uk", include_str!("../tables/cues/uk.tsv")),
    ("vi", include_str!("../tables/cues/vi.tsv")),
    ("zh", include_str!("../tables/cues/zh.tsv")),
];

/// Languages whose furniture stands in the table of another one.
const SHARED: [(&str, &str); 4] = [("ms", "id"), ("nb", "no"), ("nn", "no"), ("sk", "cs")];

/// All tables, the users' too. Those that count for a document are compiled when the first one of its language comes.
pub(crate) struct CueTables {
    /// The users' tables, name and text.
    users: Vec<(String, String)>,
    /// By the place of the language's own table; at the end, all of them.
    compiled: Vec<OnceLock<Cues>>,
    /// In the same places, each row by itself, compiled when somebody asks which one it was.
    rows: Vec<OnceLock<Vec<SingleRow>>>,
}

/// A row of a table by itself.
pub(crate) struct SingleRow {
    pub(crate) cue: CueId,
    pub(crate) table: String,
    pub(crate) line: usize,
    pub(crate) pattern: String,
    cues: Cues,
}

/// The embedded tables, for the whole program.
static EMBEDDED: LazyLock<Arc<CueTables>> = LazyLock::new(|| Arc::new(CueTables::new(Vec::new())));

/// The place of a language's own table, if it has one.
fn own(language: Option<LanguageCode>) -> Option<usize> {
    let code = language?;
    let shared = SHARED.iter().find(|(other, _)| *other == code.as_str());
    let name = shared.map_or(code.as_str(), |(_, name)| name);
    TABLES.iter().position(|(table, _)| *table == name)
}

/// Whether a table counts where that one is the language's own: that one, those for any language and for English,
/// because furniture all over the world is half English, and the users'. All do where the language has none.
fn counts(table: usize, own: Option<usize>) -> bool {
    own.is_none_or(|own| {
        table == own || TABLES.get(table).is_none_or(|(name, _)| matches!(*name, "any" | "en"))
    })
}

impl CueTables {
    fn new(users: Vec<(String, String)>) -> Self {
        let sets = 0..=TABLES.len();
        let (compiled, rows) = sets.map(|_| (OnceLock::new(), OnceLock::new())).unzip();
        Self { users, compiled, rows }
    }

    /// The embedded tables alone.
    pub(crate) fn embedded() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// The embedded tables and the user's. Every mistake is reported at its place in the option `cues`.
    pub(crate) fn with(
        files: &[impl AsRef<Path>],
        tables: &dyn Tables,
    ) -> Result<Arc<Self>, Vec<ConfigError>> {
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
                if let Err(message) = Entries::default().add(row.id, row.pattern) {
                    fault(format!("{name}:{}: {message}", row.line), "correct the row");
                    broken.push(row.line);
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
        Ok(Arc::new(Self::new(users)))
    }

    /// What is looked for in a document of that language.
    pub(crate) fn of(&self, language: Option<LanguageCode>) -> &Cues {
        let own = own(language);
        self.compiled[own.unwrap_or(TABLES.len())].get_or_init(|| {
            let mut entries = Entries::default();
            for (id, pattern) in self.counting(own).flat_map(|(_, text)| tamiz_table::entries(text)) {
                // Whoever read the user's tables, and this crate's tests, see to it that they are well formed.
                entries.add(id, pattern).expect("rows were read before");
            }
            Cues::compile(entries)
        })
    }

    /// Every row of these tables by itself.
    pub(crate) fn rows(&self, language: Option<LanguageCode>) -> &[SingleRow] {
        let own = own(language);
        self.rows[own.unwrap_or(TABLES.len())]
            .get_or_init(|| self.counting(own).flat_map(|(name, text)| SingleRow::all(&name, text)).collect())
    }

    /// The tables that count where that one is the language's own: where each is to be found, and its text.
    fn counting(&self, own: Option<usize>) -> impl Iterator<Item = (String, &str)> {
        let embedded =
            TABLES.iter().map(|(name, text)| (format!("tamiz-boilerplate/tables/cues/{name}.tsv"), *text));
        let users = self.users.iter().map(|(name, text)| (name.clone(), text.as_str()));
        let tables = embedded.chain(users).enumerate();
        tables.filter(move |(place, _)| counts(*place, own)).map(|(_, table)| table)
    }
}

impl SingleRow {
    /// The rows of a table that was read before, so that nothing in it fails.
    fn all(name: &str, text: &str) -> Vec<SingleRow> {
        let Ok(table) = Table::parse(name, text) else { return Vec::new() };
        let rows = table.rows.iter().filter_map(|row| {
            let cues = Cues::of_row(row.id, row.pattern).ok()?;
            let (table, pattern) = (name.to_owned(), row.pattern.to_owned());
            Some(SingleRow { cue: CueId::parse(row.id)?, table, line: row.line, pattern, cues })
        });
        rows.collect()
    }

    /// Whether the row finds its pattern in a line that was folded with `EVERYWHERE`, so that one fold does for all rows.
    pub(crate) fn finds(&self, folded: &Folded) -> bool {
        let mut found = false;
        self.cues.find(folded, true, true, &mut Vec::new(), |_| found = true);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Glyphs;

    #[test]
    fn every_row_of_every_table_keeps_its_own_examples() {
        for (name, text) in TABLES {
            let table = Table::parse(name, text).unwrap();
            for row in &table.rows {
                if let Err(message) = Entries::default().add(row.id, row.pattern) {
                    panic!("{name}:{}: {message}", row.line);
                }
                assert!(!row.matches.is_empty(), "{name}:{}: a row needs an example", row.line);
            }
            let faults: Vec<String> = table.verify(finds).iter().map(ToString::to_string).collect();
            assert!(faults.is_empty(), "{}", faults.join("\n"));
        }
    }

    #[test]
    fn tables_are_in_the_order_of_their_names() {
        assert!(TABLES.is_sorted_by_key(|(name, _)| *name));
        assert!(SHARED.iter().all(|(_, name)| TABLES.iter().any(|(table, _)| table == name)));
    }

    #[test]
    fn a_documents_own_language_silences_the_others() {
        let hits = |language: Option<&str>| {
            let tables = CueTables::embedded();
            let cues = tables.of(language.map(|code| LanguageCode::parse(code).unwrap()));
            let (mut found, mut folded) = (Vec::new(), Folded::default());
            folded.read(Glyphs::new(), cues.begins(), "weiterlesen", usize::MAX);
            cues.find(&folded, true, true, &mut Vec::new(), |hit| found.push(hit.cue.name()));
            found
        };
        assert_eq!(hits(None), ["read-more-button"]);
        assert_eq!(hits(Some("de")), ["read-more-button"]);
        assert_eq!(hits(Some("es")), [""; 0]);
        assert_eq!(hits(Some("xh")), ["read-more-button"], "a language without a table gets them all");
    }
}
