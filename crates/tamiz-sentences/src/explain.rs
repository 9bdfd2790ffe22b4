//! What the stage goes by, for people who ask why: for every place where a sentence may end the rule that decided, and
//! the rows of tables that it went by.

use std::collections::BTreeMap;

use tamiz_core::{Clue, Document, Evidence, RuleId, Span};
use tamiz_table::Table;

use crate::lexicon::Meaning;
use crate::marks::opens;
use crate::split::Decision;
use crate::stage::{Buffers, Sentences};
use crate::why::Why;
use crate::words::{detached_word, first_word, word_before};

impl Sentences {
    /// The evidence for all that is kept, in the order of the text.
    pub(crate) fn evidence(&self, document: &Document, buffers: &mut Buffers) -> Vec<Evidence> {
        let text = document.source();
        let languages = self.languages();
        let mut tables: BTreeMap<_, Vec<Table<'_>>> = BTreeMap::new();
        let mut evidence = Vec::new();
        self.find(document, buffers, |run, lexicon, decision| {
            let Decision { start, mark, closed, why, .. } = decision;
            let piece = run.of(text);
            let span = Span::new(run.start() + shown_from(piece, start, mark), run.start() + closed);
            let (name, says) = why.rule();
            evidence.push(Evidence { span, what: Clue::Rule { rule: RuleId::new(name), says } });
            let tables = tables.entry(lexicon.code).or_insert_with(|| {
                languages
                    .tables(lexicon.code)
                    .filter_map(|(name, text)| Table::parse(name, text).ok())
                    .collect()
            });
            evidence.extend(rows(piece, decision, tables).into_iter().map(|what| Evidence { span, what }));
        });
        let mut left = buffers.sentences.iter().peekable();
        let mut joined = buffers.sentences.clone();
        self.join(text, &mut joined);
        for sentence in joined {
            while let Some(part) = left.next_if(|part| part.end() < sentence.end()) {
                let (rule, at) = (RuleId::new("min-chars"), vec!["min_chars".to_owned()]);
                let says = self.min_chars.to_string();
                evidence.push(Evidence { span: *part, what: Clue::Option { rule, at, says } });
            }
            left.next();
        }
        evidence.sort_by_key(|evidence| evidence.span.start());
        evidence
    }
}

/// Where the last word before a mark starts, with what stands before it up to a blank, so that one sees which mark it is.
fn shown_from(piece: &str, start: usize, mark: usize) -> usize {
    let before = piece[start..mark].trim_end();
    let word = before.char_indices().rev().take(32).take_while(|(_, c)| !c.is_whitespace()).last();
    word.map_or(mark, |(at, _)| start + at)
}

/// The rows that a decision went by.
fn rows(piece: &str, decision: Decision, tables: &[Table<'_>]) -> Vec<Clue> {
    let Decision { start, mark, next, why, .. } = decision;
    let from = word_before(piece, start, mark);
    let word = match piece[from..mark].trim_start_matches('.') {
        "" => detached_word(piece, start, from),
        word => word,
    };
    let rows = match why {
        Why::Title | Why::Abbreviation | Why::BeforeNumber | Why::NoNumber | Why::Time | Why::AfterTime => {
            [abbreviation(word, tables), None]
        }
        Why::Ordinal => {
            let holds =
                |row: &Meaning<'_>| matches!(row, Meaning::Ordinal { digits, .. } if *digits >= word.len());
            [last(tables, holds), None]
        }
        Why::RomanOrdinal => [last(tables, |meaning| matches!(meaning, Meaning::RomanOrdinal)), None],
        Why::FunctionWord => {
            let starter = first_word(piece[next..].trim_start_matches(opens)).to_lowercase();
            let holds = |row: &Meaning<'_>| matches!(row, Meaning::FunctionWord(word) if *word == starter);
            [abbreviation(word, tables), last(tables, holds)]
        }
        _ => [None, None],
    };
    rows.into_iter().flatten().collect()
}

/// The row of a word, or of the last part of what is written together: one with a capital goes before one without,
/// where the word has one.
fn abbreviation(word: &str, tables: &[Table<'_>]) -> Option<Clue> {
    let row = |word: &str| {
        let lower = word.to_lowercase();
        let find = |capital: bool| {
            last(tables, |row| match row {
                Meaning::Word(row, _) => row.to_lowercase() == lower && (*row == lower) != capital,
                _ => false,
            })
        };
        word.starts_with(char::is_uppercase).then(|| find(true)).flatten().or_else(|| find(false))
    };
    row(word).or_else(|| row(word.rsplit_once('.')?.1))
}

/// The last row of which that holds.
fn last(tables: &[Table<'_>], holds: impl Fn(&Meaning<'_>) -> bool) -> Option<Clue> {
    let mut rows = tables.iter().rev().flat_map(|table| table.rows.iter().rev().map(move |row| (table, row)));
    let (table, row) =
        rows.find(|(_, row)| Meaning::of(row.id, row.pattern).is_ok_and(|meaning| holds(&meaning)))?;
    let (rule, pattern) = (RuleId::intern(row.id), row.pattern.to_owned());
    Some(Clue::Row { rule, table: table.name.to_string(), line: row.line, pattern })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tamiz_core::{Built, Scratch, StageConfig, Step, Tables};

    use super::*;
    use crate::Config;
    use crate::embedded::{ABBREVIATIONS, FUNCTION_WORDS};

    struct Own;

    impl Tables for Own {
        fn read(&self, _: &Path) -> Result<String, String> {
            Ok("# mine\nbefore-number\tzona.\n".into())
        }
    }

    /// Every clue as `text | rule`, and for rows `text | rule | pattern`; each row has to stand in its table.
    fn told(config: Config, text: &str) -> Vec<String> {
        let Ok(Built { step: Step::Ready(stage), .. }) = config.build(&Own) else { panic!() };
        let show = |Evidence { span, what }| match what {
            Clue::Rule { rule, says } => {
                assert!(!says.is_empty());
                format!("{} | {rule}", span.of(text))
            }
            Clue::Row { rule, table, line, pattern } => {
                if table != "zonas.tsv" {
                    let embedded = ABBREVIATIONS.iter().chain(FUNCTION_WORDS);
                    let text = embedded.filter(|own| own.name == table).map(|own| own.text).next().unwrap();
                    let row = text.lines().nth(line - 1).unwrap();
                    assert!(row.starts_with(&format!("{rule}\t{pattern}")), "{table}:{line}: {row}");
                }
                format!("{} | {rule} | {pattern}", span.of(text))
            }
            Clue::Option { rule, at, says } => format!("{} | {rule} | {at:?} {says}", span.of(text)),
            other => panic!("{other:?}"),
        };
        stage.explain(&Document::new(text), &mut Scratch::default()).into_iter().map(show).collect()
    }

    fn in_language(code: &str, text: &str) -> Vec<String> {
        told(Config { language: tamiz_core::LanguageCode::parse(code), ..Config::default() }, text)
    }

    #[test]
    fn every_mark_is_told_with_the_rule_and_the_rows_that_decided() {
        let spanish = "El Sr. Paz vino a EE. UU. El lunes volvió. (Sí, v. pág. 3). J. Paz no. ¿Y tú? Fin.";
        let expected = [
            "Sr. | title",
            "Sr. | title | Sr.",
            "EE. | abbreviation",
            "EE. | abbreviation | ee.",
            "UU. | function-word",
            "UU. | abbreviation | uu.",
            "UU. | function-word | el",
            "volvió. | mark",
            "v. | small-letter",
            "pág. | before-number",
            "pág. | before-number | pág.",
            "3). | mark",
            "J. | initial",
            "no. | mark",
            "tú? | mark",
        ];
        assert_eq!(in_language("es", spanish), expected);
        let german = in_language("de", "Die 4. Klasse ging am 3. Oktober. Dann kam Karl V. Das war es.");
        assert_eq!(
            german[..4],
            ["4. | ordinal", "4. | noun-ordinal | 99.", "3. | ordinal", "3. | noun-ordinal | 99."]
        );
        assert_eq!(in_language("en", "1. One 2. Two"), ["One | list-item"]);
        assert_eq!(in_language("zh", "他说《你好！》。我走了。"), ["他说《你好！》。 | mark"]);
    }

    #[test]
    fn rows_of_the_user_and_joined_sentences_are_told() {
        let config = Config { abbreviations: vec!["zonas.tsv".into()], min_chars: 9, ..Config::default() };
        let told = told(config, "Entra en la zona. 3 de la ciudad. Sí. No entra nadie más en ella.");
        let expected = [
            "zona. | before-number",
            "zona. | before-number | zona.",
            "ciudad. | mark",
            "Sí. | mark",
            "Sí. | min-chars | [\"min_chars\"] 9",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_told_is_what_the_stage_does() {
        let text = "Mr. Roe left at 6 p.m. Then he rang (twice! Really.) the U.S. office. He said: no.";
        let mut document = Document::new(text);
        let stage = Sentences::default();
        let mut scratch = Scratch::default();
        let told = tamiz_core::Stage::explain(&stage, &document, &mut scratch);
        tamiz_core::Stage::apply(&stage, &mut document, &mut scratch);
        let ends =
            told.iter().filter(|one| matches!(one.what, Clue::Rule { says, .. } if says.starts_with("ends")));
        let ends: Vec<usize> = ends.map(|one| one.span.end()).collect();
        let marked: Vec<usize> = document.sentences().iter().map(|span| span.end()).collect();
        assert_eq!(ends, marked[..marked.len() - 1]);
    }
}
