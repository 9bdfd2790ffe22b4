//! Lexicon tables: plain files that a linguist edits, one row a line, each row with its own test.
//!
//! ```text
//! # Comments and blank lines are free.
//! id ⇥ pattern ⇥ must match ⇥ must not match ⇥ note
//! ```
//!
//! The first two columns are required. *Must match* and *must not match* hold example texts, several apart by ` | `;
//! [`Table::verify`] tries every row on its own examples. What a pattern means is for the stage to say.
//!
//! # What this crate does not know
//! Patterns, languages, stages; where a table comes from.
//!
//! # Laws
//! A verified table is sorted by id then pattern, has no row twice, and is NFC; [`Table::format`] brings any table to
//! that form, comments kept above the row that they stood above.
//!
//! # Example
//! ```
//! use tamiz_table::Table;
//!
//! let table = Table::parse("es.tsv", "read-more\tleer más\tLeer más »\tvale la pena leer\tbutton\n").unwrap();
//! assert_eq!(table.rows[0].id, "read-more");
//! let faults = table.verify(|row, text| text.to_lowercase().starts_with(row.pattern));
//! assert!(faults.is_empty(), "{faults:?}");
//! ```

use std::fmt;

use unicode_normalization::is_nfc;

/// A row of a table. Texts borrow from the file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'t> {
    /// The line in the file, from 1.
    pub line: usize,
    /// What the row is about, in kebab case; many rows may share it.
    pub id: &'t str,
    /// What to look for, in the stage's own notation.
    pub pattern: &'t str,
    /// Texts in which the pattern has to be found.
    pub matches: Vec<&'t str>,
    /// Texts in which it must not be found.
    pub rejects: Vec<&'t str>,
    /// Why the row is there, or what to mind.
    pub note: &'t str,
}

/// A parsed table.
#[derive(Clone, Debug)]
pub struct Table<'t> {
    /// The file's name, for messages.
    pub name: &'t str,
    /// The rows in the file's order.
    pub rows: Vec<Row<'t>>,
    text: &'t str,
}

/// What is wrong in a table, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for TableError {}

impl<'t> Table<'t> {
    /// Reads a table. A byte order mark and carriage returns are passed over.
    ///
    /// # Errors
    /// Every malformed row, not the first alone.
    pub fn parse(name: &'t str, text: &'t str) -> Result<Table<'t>, Vec<TableError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rows = Vec::new();
        let mut errors = Vec::new();
        for (number, line) in lines(text) {
            if is_comment(line) {
                continue;
            }
            match row(number, line) {
                Ok(row) => rows.push(row),
                Err(message) => errors.push(TableError { file: name.into(), line: number, message }),
            }
        }
        if errors.is_empty() { Ok(Table { name, rows, text }) } else { Err(errors) }
    }

    /// Tries every row on its own examples with `finds(row, text)`, and checks order, uniqueness and NFC.
    pub fn verify(&self, finds: impl Fn(&Row<'t>, &str) -> bool) -> Vec<TableError> {
        let mut errors = Vec::new();
        let mut fault = |line: usize, message: String| {
            errors.push(TableError { file: self.name.into(), line, message });
        };
        for row in &self.rows {
            for example in &row.matches {
                if !finds(row, example) {
                    fault(row.line, format!("`{}` does not match its own example `{example}`", row.pattern));
                }
            }
            for example in &row.rejects {
                if finds(row, example) {
                    fault(row.line, format!("`{}` matches `{example}`, which it must not", row.pattern));
                }
            }
        }
        for (number, line) in lines(self.text) {
            if !is_nfc(line) {
                fault(number, "the line is not in Unicode form NFC: format the table".into());
            }
        }
        for pair in self.rows.windows(2) {
            let key = |row: &Row<'t>| (row.id, row.pattern);
            match key(&pair[0]).cmp(&key(&pair[1])) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => fault(pair[1].line, "the row stands twice: delete one".into()),
                std::cmp::Ordering::Greater => {
                    fault(
                        pair[1].line,
                        "the row is out of order (id, then pattern): format the table".into(),
                    );
                }
            }
        }
        errors
    }

    /// The table as it should stand in its file: NFC, rows sorted by id and pattern, each once. A comment moves with
    /// the row below it; what stands above the first blank line stays the file's head.
    #[must_use]
    pub fn format(&self) -> String {
        use unicode_normalization::UnicodeNormalization;
        let mut head = String::new();
        let mut blocks: Vec<((String, String), String)> = Vec::new();
        let mut above = String::new();
        for (number, line) in lines(self.text) {
            let line: String = line.nfc().collect();
            if is_comment(&line) {
                above.push_str(&line);
                above.push('\n');
                if line.trim().is_empty() && blocks.is_empty() && head.is_empty() {
                    head = std::mem::take(&mut above);
                }
                continue;
            }
            if let Ok(row) = row(number, &line) {
                let key = (row.id.to_owned(), row.pattern.to_owned());
                above.push_str(&line);
                above.push('\n');
                blocks.push((key, std::mem::take(&mut above)));
            }
        }
        blocks.sort();
        blocks.dedup_by(|a, b| a.0 == b.0);
        head + &blocks.into_iter().map(|(_, block)| block).collect::<String>() + &above
    }
}

/// The id and the pattern of every row of a table's text, and nothing more: for a table that has been checked, by
/// [`Table::parse`] or by a test of its own. Rows without a pattern are passed over.
pub fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().filter(|line| !is_comment(line)).filter_map(|line| {
        let (id, rest) = line.split_once('\t')?;
        let pattern = rest.split('\t').next()?.trim();
        (!pattern.is_empty()).then_some((id.trim(), pattern))
    })
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn is_comment(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

fn row(line: usize, text: &str) -> Result<Row<'_>, String> {
    let mut columns = text.split('\t');
    let mut next = || columns.next().unwrap_or("").trim();
    let (id, pattern, matches, rejects, note) = (next(), next(), next(), next(), next());
    if columns.next().is_some() {
        return Err(
            "the row has more than five columns: id, pattern, must match, must not match, note".into()
        );
    }
    if id.is_empty() || pattern.is_empty() {
        return Err("a row needs an id and a pattern, with a tab between them".into());
    }
    if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(format!("the id `{id}` should be lower-case ASCII letters, digits and hyphens"));
    }
    Ok(Row { line, id, pattern, matches: examples(matches), rejects: examples(rejects), note })
}

fn examples(column: &str) -> Vec<&str> {
    column.split(" | ").map(str::trim).filter(|example| !example.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_malformed_row_is_reported_with_its_line() {
        let errors = Table::parse("x.tsv", "# head\nno-pattern\n\nBad Id\tx\nok\tx\n").unwrap_err();
        assert_eq!(errors.iter().map(|e| e.line).collect::<Vec<_>>(), [2, 4]);
        assert!(errors[0].to_string().starts_with("x.tsv:2: a row needs"));
    }

    #[test]
    fn entries_are_the_ids_and_patterns_that_parsing_finds() {
        let text = "\u{feff}# head\r\n\r\na\tx y\tx y z | x y\tx\tnote\r\n b \t é \n";
        let table = Table::parse("x.tsv", text).unwrap();
        let parsed: Vec<_> = table.rows.iter().map(|row| (row.id, row.pattern)).collect();
        assert_eq!(parsed, [("a", "x y"), ("b", "é")]);
        assert_eq!(entries(text).collect::<Vec<_>>(), parsed);
    }

    #[test]
    fn verify_finds_wrong_examples_disorder_and_repeats() {
        let table = Table::parse("x.tsv", "b\tone\tone two | three\tnone\na\tx\na\tx\n").unwrap();
        let faults = table.verify(|row, text| text.contains(row.pattern));
        let lines: Vec<_> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 1, 2, 3], "{faults:?}");
    }

    #[test]
    fn formatting_sorts_and_normalises_and_is_idempotent() {
        let text = "# The head.\n\n# about b\nb\te\u{301}\na\tx\na\tx\n";
        let once = Table::parse("x", text).unwrap().format();
        assert_eq!(once, "# The head.\n\na\tx\n# about b\nb\té\n");
        let again = Table::parse("x", &once).unwrap();
        assert_eq!(again.format(), once);
        assert!(again.verify(|_, _| true).is_empty());
    }
}
