//! What the stage goes by, for people who ask why: each line's score, and the rows of cue tables that match in it.

use tamiz_core::{Clue, Document, Evidence, Span};
use tamiz_table::Table;

use crate::cues::{CueId, TableSet, finds};
use crate::decide::limit;
use crate::line::Reader;
use crate::{Boilerplate, Buffers};

impl Boilerplate {
    /// The evidence of every kept line, in order. Rows are tried one by one, on those lines alone in which the compiled
    /// tables find something: slow, but only asked for by people.
    pub(crate) fn evidence(&self, document: &Document, buffers: &mut Buffers) -> Vec<Evidence> {
        let Buffers { page, labeller, .. } = buffers;
        let allowed = TableSet::of(document.language().map(|language| language.code));
        page.read(document, &Reader::new(&self.cues, allowed));
        let threshold = labeller.label(&self.model, page, self.threshold, self.confidence);
        let tables: Vec<(String, Table<'_>)> = (self.cues.tables(allowed))
            .filter_map(|(name, text)| Some((name, Table::parse("cues", text).ok()?)))
            .collect();
        let mut evidence = Vec::new();
        for (i, line) in page.lines.iter().enumerate() {
            let span = line.span();
            // Without a paragraph on the page no line goes by its score.
            if page.best.tokens > 0 {
                let (score, threshold) = (labeller.keep()[i], limit(page, i, threshold));
                evidence.push(Evidence { span, what: Clue::Score { score, threshold } });
            }
            let text = span.of(document.source());
            for cue in CueId::all().filter(|cue| line.cues.ids >> cue.index() & 1 == 1) {
                evidence.extend(rows(&tables, cue, text, span));
            }
        }
        evidence
    }
}

/// The rows of a cue that match in a line.
fn rows(tables: &[(String, Table<'_>)], cue: CueId, text: &str, span: Span) -> Vec<Evidence> {
    let rows = tables.iter().flat_map(|(name, table)| table.rows.iter().map(move |row| (name, row)));
    rows.filter(|(_, row)| row.id == cue.name() && finds(row, text))
        .map(|(name, row)| {
            let (table, pattern) = (name.clone(), row.pattern.to_owned());
            Evidence { span, what: Clue::Row { rule: cue.rule(), table, line: row.line, pattern } }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use tamiz_core::{NoTables, Scratch, StageConfig, Step};

    use super::*;
    use crate::Config;

    #[test]
    fn a_line_s_score_and_the_row_that_matches_are_shown() {
        let text = "The bridge over the Sella opened again on Monday, three months after the flood that closed it.\n\
            Sign up for our newsletter\n\
            Until then they have to go by Arriondas, which adds forty minutes to the way to the plain.\n";
        let Ok(Step::Ready(stage)) = Config::default().build(&NoTables).map(|built| built.step) else {
            panic!()
        };
        let evidence = stage.explain(&Document::new(text), &mut Scratch::default());
        let scores = evidence.iter().filter(|evidence| matches!(evidence.what, Clue::Score { .. })).count();
        assert_eq!(scores, 3);
        let row = evidence.iter().find_map(|evidence| match &evidence.what {
            Clue::Row { rule, table, line, .. } if rule.as_str() == "newsletter" => {
                Some((evidence.span, table.clone(), *line))
            }
            _ => None,
        });
        let (span, table, line) = row.unwrap();
        assert_eq!(span.of(text), "Sign up for our newsletter");
        assert_eq!(table, "tamiz-boilerplate/tables/cues/en.tsv");
        let file = include_str!("../tables/cues/en.tsv");
        assert!(file.lines().nth(line - 1).unwrap().starts_with("newsletter\t"));
    }
}
