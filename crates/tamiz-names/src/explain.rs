//! What the stage goes by, for people who ask why: the rows of lexicons that names were found in.

use tamiz_core::{Clue, Document, Evidence, RuleId, Span};

use crate::lexicon::{Entry, Origin, TABLES};
use crate::link::NO_FORM;
use crate::read::Reading;
use crate::stage::Stage;

impl Stage {
    /// The row of every name that has one, in the order of the text.
    pub(crate) fn evidence(&self, document: &Document, reading: &mut Reading) -> Vec<Evidence> {
        reading.read(document, self.options.user.as_ref(), self.corpus.as_ref());
        let Reading { mentions, links, .. } = &*reading;
        let mut evidence = Vec::new();
        for (mention, &form) in mentions.iter().zip(&links.of) {
            let known = match form {
                NO_FORM => mention.entry,
                form => mentions[links.forms[links.root(form) as usize].mention as usize].entry,
            };
            let span = Span::new(mention.start as usize, mention.end as usize);
            evidence.extend(known.and_then(|entry| self.row(&entry)).map(|what| Evidence { span, what }));
        }
        evidence
    }

    /// The first row of that id; `None` of what a corpus has taught, which stands in no table.
    fn row(&self, entry: &Entry) -> Option<Clue> {
        let tables: Vec<(&str, &str)> = match entry.origin {
            Origin::Shipped => TABLES.to_vec(),
            Origin::User => self.options.tables.iter().map(|(table, text)| (table.as_str(), *text)).collect(),
            Origin::Corpus => return None,
        };
        tables.into_iter().find_map(|(table, text)| {
            let is_it = |line: &str| line.split('\t').next().is_some_and(|id| id.trim() == entry.id);
            let number = text.lines().position(is_it)?;
            let pattern = text.lines().nth(number)?.replace('\t', " ⇥ ");
            let (rule, table) = (RuleId::new(entry.id), table.to_owned());
            Some(Clue::Row { rule, table, line: number + 1, pattern })
        })
    }
}

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
}
