//! The line of a document that was decided most narrowly, for the report.

use tamiz_core::{Clue, Document, Scratch};
use tamiz_review::Nearest;

use crate::panics;
use crate::stages::Stages;

/// Takes an original through the stages again and finds the line whose score is nearest to its threshold; `None` if no
/// stage goes by scores. Lines that a stage before has cut are not scored any more.
///
/// What a page's HTML said of its lines is not at hand any more, so its scores may differ a little from the run's.
pub(crate) fn narrowest(
    stages: &Stages<'_>,
    scratch: &mut Scratch,
    source: &str,
    site: Option<&str>,
) -> Option<Nearest> {
    let mut document = Document::new(source);
    if let Some(site) = site {
        document = document.with_site(site);
    }
    let mut nearest: Option<(f32, Nearest)> = None;
    let found = panics::catch(|| {
        for (_, stage) in stages.each() {
            let mut was_scored = false;
            for evidence in stage.explain(&document, scratch) {
                let Clue::Score { score, threshold } = evidence.what else { continue };
                was_scored = true;
                let distance = (score - threshold).abs();
                if nearest.is_none_or(|(least, _)| distance < least) {
                    nearest = Some((distance, Nearest { start: evidence.span.start(), score, threshold }));
                }
            }
            // What comes after the first stage that scores is of no interest here.
            if was_scored {
                break;
            }
            stage.apply(&mut document, scratch);
        }
    });
    if found.is_err() {
        *scratch = Scratch::default();
    }
    nearest.map(|(_, nearest)| nearest)
}
