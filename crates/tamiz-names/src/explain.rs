//! What the stage goes by, for people who ask why: the rows of lexicons that names were found in, or what else found them.

use tamiz_core::{Clue, Document, Evidence, RuleId, Span};

use crate::lexicon::{Entry, Origin, TABLES};
use crate::link::NO_FORM;
use crate::read::Reading;
use crate::stage::Stage;

impl Stage {
    /// For every name its row, or what found it where it stands in no lexicon, in the order of the text.
    pub(crate) fn evidence(&self, document: &Document, reading: &mut Reading) -> Vec<Evidence> {
        self.read(document, reading);
        let unlisted = if reading.is_tagged { TAGGED } else { RULED };
        let Reading { mentions, links, .. } = &*reading;
        let mut evidence = Vec::new();
        for (mention, &form) in mentions.iter().zip(&links.of) {
            let known = match form {
                NO_FORM => mention.entry,
                form => {
                    let root = links.root(form) as usize;
                    let first = &mentions[links.forms[root].mention as usize];
                    first.entry.or_else(|| links.known.get(root).copied().flatten())
                }
            };
            let span = Span::new(mention.start as usize, mention.end as usize);
            let what = known.and_then(|entry| self.row(&entry)).unwrap_or_else(|| unlisted.clone());
            evidence.push(Evidence { span, what });
        }
        evidence
    }

    /// The first row of that id. What a corpus has taught has its row in what `tamiz names lexicon` shows of the state.
    fn row(&self, entry: &Entry) -> Option<Clue> {
        let tables: Vec<(&str, &str)> = match entry.origin {
            Origin::Shipped => TABLES.to_vec(),
            Origin::User => self.options.tables.iter().map(|(table, text)| (table.as_str(), *text)).collect(),
            Origin::Corpus => vec![(LEARNED, self.corpus.as_ref()?.rows)],
        };
        tables.into_iter().find_map(|(table, text)| {
            let is_it = |line: &str| line.split('\t').next().is_some_and(|id| id.trim() == entry.id);
            let number = text.lines().position(is_it)?;
            let pattern = text.lines().nth(number)?.replace('\t', " ⇥ ");
            let head = usize::from(entry.origin == Origin::Corpus);
            let (rule, table) = (RuleId::new(entry.id), table.to_owned());
            Some(Clue::Row { rule, table, line: number + 1 + head, pattern })
        })
    }
}

/// The command that shows what a corpus has taught; its first line is a head.
const LEARNED: &str = "`tamiz names lexicon STATE`";

/// Names that stand in no lexicon.
const TAGGED: Clue = Clue::Rule {
    rule: RuleId::new("tagger"),
    says: "stands in no lexicon: a name by its letters and by the words beside it",
};
const RULED: Clue = Clue::Rule {
    rule: RuleId::new("capitals"),
    says: "stands in no lexicon: a name by its capitals and by the words beside it",
};

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tamiz_core::{Scratch, StageConfig, Step, Tables};

    use super::*;
    use crate::Config;

    struct One(&'static str);

    impl Tables for One {
        fn read(&self, _: &Path) -> Result<String, String> {
            Ok(self.0.into())
        }
    }

    #[test]
    fn a_name_s_row_is_told_with_its_table_and_line() {
        let tables = One("# people\nmayor\tperson\tAurelio Quintás Bóveda\tAurelio Quintás\n");
        let config = Config { lexicon: vec!["people.tsv".into()], ..Config::default() };
        let Ok(Step::Ready(stage)) = config.build(&tables).map(|built| built.step) else { panic!() };
        let text = "El alcalde, Aurelio Quintás, viajó el lunes a Pekín con una delegación de comerciantes.";
        let told: Vec<_> = stage
            .explain(&Document::new(text), &mut Scratch::default())
            .into_iter()
            .map(|Evidence { span, what }| match what {
                Clue::Row { rule, table, line, .. } => (span.of(text), rule.to_string(), table, line),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], ("Aurelio Quintás", "mayor".into(), "people.tsv".into(), 2));
        assert_eq!((told[1].0, told[1].2.as_str()), ("Pekín", "tamiz-names/tables/places.tsv"), "{told:?}");
    }

    #[test]
    fn a_name_that_stands_in_no_lexicon_tells_who_found_it() {
        let document =
            Document::new("Yesterday the mayor, Harriet Stonebridge, came to speak with the people.");
        for (tagger, expected) in [(true, "tagger"), (false, "capitals")] {
            let config = Config { tagger, ..Config::default() };
            let Ok(Step::Ready(stage)) = config.build(&One("")).map(|built| built.step) else { panic!() };
            let told = stage.explain(&document, &mut Scratch::default());
            let rules: Vec<String> = told
                .iter()
                .map(|Evidence { what, .. }| match what {
                    Clue::Rule { rule, .. } => rule.to_string(),
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(rules, [expected]);
        }
    }
}
