//! Marks what surrounds a page's content: navigation, advertisements, teasers and related headlines, captions,
//! bylines and datelines, interface, promotion, notices and comments. It reads the text,
//! and where they are known, what HTML says of its lines and on how many of the site's pages they stand.
//!
//! Every line that is still kept is judged, in three steps:
//! 1. *Cues*, words that name furniture ("Read more:", "Te puede interesar", "© 2024"), from tables of thirty
//!    languages in `tables/cues/`: a row is `id`, `pattern`, `must match`, `must not match`, `note`. The notation of
//!    patterns is at the end of this page. Each id has a kind and a role, such as a heading that opens a block.
//! 2. *Labels*: a small trained network gives every line its probability of being content, from what the line, its
//!    neighbours and the page look like (where the prose is, what repeats, what shares the article's words) and from
//!    the kinds of its cues. `model/CARD.md` says what it was trained on; with the cargo feature `train`, [`model`]
//!    trains others.
//! 3. *Blocks*: a heading such as "Most read" takes the headlines and teasers below it along, up to where the
//!    article goes on; lines that go out of a list numbered from one are named after it. Below the page's only heading
//!    over readers' comments everything goes, where most of what is left stands above it.
//!
//! Then what is glued to the end of a kept line goes: a button behind a sentence, a photo credit.
//!
//! Each cut's reason names its rule: the id of a cue, or one of the stage's own words: `related-headline`,
//! `related-teaser` and `ranked-headline` for blocks, `glued-credit` and `picture-description` for captions,
//! `reader-comment`, `date-line`, `number`, and `headline-outside`, `short-line-outside` and `text-outside` for lines
//! that only their score tells from the content.
//!
//! # What this crate does not know
//! How HTML is read, and the site's other pages, but for what the document says of them; what language a text is in (it uses the document's where a stage has told it,
//! and the tables of all languages otherwise); the meaning of a sentence. It does not repair text, and never adds.
//!
//! # Laws
//! - Lines go whole, but for pieces at their ends; only kept text is looked at, and only whole characters go.
//! - A page in which no paragraph can be found loses only what a cue names.
//! - Time is linear in the length of the text, and no memory is taken per line once the buffers have grown.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Evidence, Kind, Marks, NoTables, Scratch, StageConfig, Step};
//!
//! let built = tamiz_boilerplate::Config::default().build(&NoTables).unwrap();
//! let Step::Ready(stage) = built.step else { unreachable!() };
//! let mut document = Document::new(
//!     "The bridge over the Sella opened again on Monday, three months after the flood that had closed it.\n\
//!      Read also:\n\
//!      Ferry fares to rise in spring\n\
//!      Engineers found no damage to the pillars, the mayor said, and lorries may use it from next week on.\n",
//! );
//! stage.apply(&mut document, &mut Scratch::default());
//!
//! let rendered = document.render(Marks::REMOVED);
//! assert_eq!(rendered.text.lines().count(), 2);
//! assert_eq!(rendered.annotations.removed.unwrap()[0].kind, Kind::Related);
//! ```
//!
//! # Notation of patterns
#![doc = include_str!("notation.md")]

mod blocks;
mod config;
mod cues;
mod decide;
mod explain;
mod fold;
mod hash;
mod inside;
mod line;
mod masks;
pub mod model;
mod notation;
mod page;
mod search;
mod tables;
mod tokens;
mod verdict;
mod walk;
mod words;

use std::sync::Arc;

use tamiz_core::{Document, Evidence, Kind, Narrowest, Reason, RuleId, Scratch, Span, Stage, StageConfig};

pub use config::Config;
use line::Reader;
use model::{Labeller, Weights};
use page::Page;
use tables::CueTables;
use verdict::Verdicts;

/// The stage: see the crate's documentation. [`Config`] makes it.
pub struct Boilerplate {
    cues: Arc<CueTables>,
    model: Arc<Weights>,
    /// A bit for every kind that stays.
    keep: u16,
    threshold: Option<f32>,
    confidence: f32,
}

/// One worker's buffers.
#[derive(Default)]
struct Buffers {
    page: Page,
    labeller: Labeller,
    verdicts: Verdicts,
}

impl Boilerplate {
    fn new(
        cues: Arc<CueTables>,
        model: Arc<Weights>,
        keep: &[Kind],
        threshold: Option<f32>,
        confidence: f32,
    ) -> Self {
        let keep = keep.iter().fold(0, |bits, kind| bits | 1 << *kind as u16);
        Self { cues, model, keep, threshold, confidence }
    }

    /// Reads the page and gives every line its probability of being content; the probability from which lines stay.
    fn label(&self, document: &Document, page: &mut Page, labeller: &mut Labeller) -> f32 {
        let language = document.language().map(|language| language.code);
        page.read(document, &Reader::new(self.cues.of(language)));
        let (hints, repeats) = (document.hints(), document.repeats());
        labeller.label(&self.model, page, hints, repeats, self.threshold, self.confidence)
    }

    fn cut(&self, document: &mut Document, span: Span, kind: Kind, rule: RuleId, score: Option<f32>) {
        if self.keep >> kind as u16 & 1 == 0 {
            let score = score.map(|score| (score * 1000.0).round() as u16);
            document.cut_scored(span, Reason { stage: Config::NAME, kind, rule }, score);
        }
    }
}

impl Stage for Boilerplate {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Buffers { page, labeller, verdicts } = scratch.get();
        let threshold = self.label(document, page, labeller);
        decide::decide(page, document.source(), labeller.keep(), threshold, verdicts);
        for (i, line) in page.lines.iter().enumerate() {
            // Without a paragraph on the page no line goes by its score.
            if page.best.tokens > 0 {
                let (score, threshold) = (labeller.keep()[i], decide::limit(page, i, threshold));
                document.scored(Narrowest { start: line.start as usize, score, threshold });
            }
            if let Some(verdict) = verdicts.get(i) {
                let score = verdict.by_score.then(|| labeller.keep()[i]);
                self.cut(document, line.span(), verdict.kind, verdict.rule, score);
            } else if let Some(cue) = line.cues.tail
                && line.tail < line.end
            {
                let tail = Span::new(line.tail as usize, line.end as usize);
                self.cut(document, tail, cue.kind(), cue.rule(), None);
            }
        }
    }

    fn explain(&self, document: &Document, scratch: &mut Scratch) -> Vec<Evidence> {
        self.evidence(document, scratch.get())
    }
}

#[cfg(test)]
mod tests {
    use tamiz_core::{Marks, NoTables, Step};

    use super::*;

    fn stage(config: Config) -> Box<dyn Stage> {
        match config.build(&NoTables).map(|built| built.step) {
            Ok(Step::Ready(stage)) => stage,
            _ => panic!("the configuration is valid"),
        }
    }

    const PAGE: &str = "The bridge over the Sella opened again on Monday, three months after the flood that closed it.\n\
        The market bridge. Photo: Ann Moss\n\
        Engineers found no damage to the pillars, the mayor said, and lorries may use it from next week on.\n\
        Sign up for our newsletter\n\
        Until then they have to go by Arriondas, which adds forty minutes to the way from the coast to the plain.\n";

    fn kinds(config: Config, text: &str) -> Vec<Kind> {
        let mut document = Document::new(text);
        stage(config).apply(&mut document, &mut Scratch::default());
        document.cuts().map(|cut| cut.reason.kind).collect()
    }

    #[test]
    fn the_laws_hold_on_any_text() {
        tamiz_testkit::check_stage(&*stage(Config::default()), Marks::REMOVED);
    }

    #[test]
    fn kinds_that_the_user_keeps_stay() {
        assert_eq!(kinds(Config::default(), PAGE), [Kind::Caption, Kind::Promo]);
        let config = Config { keep: vec![Kind::Caption], ..Config::default() };
        assert_eq!(kinds(config, PAGE), [Kind::Promo]);
    }

    #[test]
    fn a_text_without_a_paragraph_loses_only_what_a_cue_names() {
        assert_eq!(
            kinds(Config::default(), "A title\nBread\nMilk\nApples\nAdvertisement\nPears\n"),
            [Kind::Advertisement]
        );
    }

    #[test]
    fn a_high_threshold_removes_more_and_a_low_one_less() {
        let removed = |threshold| {
            let mut document = Document::new(PAGE.repeat(3));
            let config = Config { threshold: Some(threshold), ..Config::default() };
            stage(config).apply(&mut document, &mut Scratch::default());
            document.cuts().map(|cut| cut.span.len()).sum::<usize>()
        };
        assert!(removed(0.0) <= removed(0.5) && removed(0.5) < removed(1.0));
    }

    #[test]
    fn lines_of_a_list_that_is_numbered_from_one_go_by_their_score() {
        let list =
            "1\nFerry fares rise in spring\n2\nA dog finds its way home\n3\nMayor opens the new school\n";
        let ranked = |threshold| {
            let mut document = Document::new(format!("{}{list}", PAGE.repeat(3)));
            let config = Config { threshold: Some(threshold), ..Config::default() };
            stage(config).apply(&mut document, &mut Scratch::default());
            document.cuts().filter(|cut| cut.reason.rule.as_str() == "ranked-headline").count()
        };
        assert_eq!((ranked(0.0), ranked(0.5)), (0, 6));
    }

    #[test]
    fn a_line_cut_in_its_middle_before_is_judged_as_one_and_cut_as_two() {
        let text = format!("{PAGE}Read more: Ten XX ways to peel an orange\n");
        let at = text.find("XX").unwrap();
        let mut document = Document::new(text);
        let earlier = Reason { stage: "earlier", kind: Kind::Rule, rule: tamiz_core::RuleId::new("xx") };
        document.cut(Span::new(at, at + 2), earlier);
        stage(Config::default()).apply(&mut document, &mut Scratch::default());
        let kinds: Vec<_> = document.cuts().map(|cut| cut.reason.kind).collect();
        assert_eq!(kinds[2..], [Kind::Related, Kind::Rule, Kind::Related]);
    }

    #[test]
    fn mistakes_in_options_are_all_reported_at_their_places() {
        struct OneTable;
        impl tamiz_core::Tables for OneTable {
            fn read(&self, _: &std::path::Path) -> Result<String, String> {
                Ok("menu\t^home$\tHome\tHome\nno-such-id\thome\n".into())
            }
        }
        let config = Config {
            keep: vec![Kind::Rule],
            threshold: Some(3.0),
            confidence: -1.0,
            model: Some("mine.model".into()),
            cues: vec!["mine.tsv".into()],
        };
        let errors = config.build(&OneTable).err().unwrap();
        let places: Vec<_> = errors.iter().map(|error| error.at.join(".")).collect();
        assert_eq!(places, ["threshold", "confidence", "keep.0", "model", "cues.0", "cues.0"], "{errors:#?}");
        assert!(errors.iter().any(|error| error.message.contains("`no-such-id` is no cue id")));
    }

    #[test]
    fn the_users_cues_are_laid_over_the_built_in_ones() {
        struct Mine;
        impl tamiz_core::Tables for Mine {
            fn read(&self, _: &std::path::Path) -> Result<String, String> {
                Ok("follow-us\t^quack with us\tQuack with us today\n".into())
            }
        }
        let config = Config { cues: vec!["mine.tsv".into()], ..Config::default() };
        let Ok(Step::Ready(stage)) = config.build(&Mine).map(|built| built.step) else { panic!() };
        let mut document = Document::new(format!("{PAGE}Quack with us on every channel\n"));
        stage.apply(&mut document, &mut Scratch::default());
        let rules: Vec<_> = document.cuts().map(|cut| cut.reason.rule.as_str()).collect();
        assert_eq!(rules, ["photo-credit", "newsletter", "follow-us"]);
    }
}
