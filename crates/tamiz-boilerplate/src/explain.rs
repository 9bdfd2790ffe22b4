//! What the stage goes by, for people who ask why: each line's score, and the rows of cue tables that match in it.

use tamiz_core::{Clue, Document, Evidence};

use crate::decide::limit;
use crate::fold::{EVERYWHERE, Folded};
use crate::notation::Glyphs;
use crate::{Boilerplate, Buffers};

impl Boilerplate {
    /// The evidence of every kept line, in order.
    pub(crate) fn evidence(&self, document: &Document, buffers: &mut Buffers) -> Vec<Evidence> {
        let Buffers { page, labeller, .. } = buffers;
        let language = document.language().map(|language| language.code);
        let threshold = self.label(document, page, labeller);
        let mut folded = Folded::default();
        let mut evidence = Vec::new();
        for (i, line) in page.lines.iter().enumerate() {
            let span = line.span();
            // Without a paragraph on the page no line goes by its score.
            if page.best.tokens > 0 {
                let (score, threshold) = (labeller.keep()[i], limit(page, i, threshold));
                evidence.push(Evidence { span, what: Clue::Score { score, threshold } });
            }
            if line.cues.ids == 0 {
                continue;
            }
            folded.read(Glyphs::new(), &EVERYWHERE, span.of(document.source()), usize::MAX);
            let rows =
                self.cues.rows(language).iter().filter(|row| line.cues.ids >> row.cue.index() & 1 == 1);
            evidence.extend(rows.filter(|row| row.finds(&folded)).map(|row| {
                let (table, pattern) = (row.table.clone(), row.pattern.clone());
                Evidence { span, what: Clue::Row { rule: row.cue.rule(), table, line: row.line, pattern } }
            }));
        }
        evidence
    }
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
            Clue::Row { rule, table, line, .. } if table == "tamiz-boilerplate/tables/cues/en.tsv" => {
                Some((evidence.span, rule.as_str(), *line))
            }
            _ => None,
        });
        let (span, rule, line) = row.unwrap();
        assert_eq!(span.of(text), "Sign up for our newsletter");
        let file = include_str!("../tables/cues/en.tsv");
        assert!(file.lines().nth(line - 1).unwrap().starts_with(&format!("{rule}\t")));
    }
}
