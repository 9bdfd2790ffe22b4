//! The laws that every stage keeps.

use tamiz_core::{Built, Marks, NoTables, Stage, StageConfig, Step};
use tamiz_names::{Config, Mode};

fn stage(mode: Mode) -> Box<dyn Stage> {
    let config = Config { mode, language: tamiz_core::LanguageCode::parse("es"), ..Config::default() };
    match config.build(&NoTables) {
        Ok(Built { step: Step::Ready(stage), .. }) => stage,
        _ => panic!("the options are valid"),
    }
}

#[test]
fn annotating_keeps_the_laws() {
    tamiz_testkit::check_stage(&*stage(Mode::Annotate), Marks::NAMES);
}

#[test]
fn rewriting_keeps_the_laws() {
    tamiz_testkit::check_stage(&*stage(Mode::Rewrite), Marks::NAMES);
}

#[test]
fn rewriting_twice_changes_nothing_more() {
    tamiz_testkit::check_stable(&*stage(Mode::Rewrite));
}

/// The text as it is rewritten.
fn rewritten(text: &str) -> String {
    let mut document = tamiz_core::Document::new(text);
    stage(Mode::Rewrite).apply(&mut document, &mut tamiz_core::Scratch::default());
    document.render(Marks::NAMES).text.into_owned()
}

#[test]
fn a_spelling_beside_one_that_a_table_corrects_follows_at_once() {
    let text = "El ministro Dmitry Kornilov viajó ayer. Según Kornilov, nada cambia. Pero Kórnilov volverá.";
    let once = rewritten(text);
    assert_eq!(
        once,
        "El ministro Dmitri Kornílov viajó ayer. Según Kornílov, nada cambia. Pero Kornílov volverá."
    );
    assert_eq!(rewritten(&once), once);
}

proptest::proptest! {
    /// Whatever spellings of one person stand beside each other, however often and in whatever order: slips of a letter,
    /// and accents that no table knows, too.
    #[test]
    fn rewriting_any_mixture_of_spellings_twice_changes_nothing_more(
        spellings in proptest::collection::vec(0..16usize, 1..9),
    ) {
        const SPELLINGS: [&str; 16] = [
            "Dmitry Kornilov", "Dmitri Kornílov", "Kornilov", "Kornílov", "Kórnilov", "Dimitri Kornilov",
            "Sergei Ryabkov", "Serguéi Riabkov", "Ryabkov", "Riabkov", "Serguei Ryabkov", "Serguei Riabkov",
            "Seguei Ryabkov", "Riábkov", "Seguéi Riábkov", "Dmtri Kórnilov",
        ];
        let text: String =
            spellings.iter().map(|&at| format!("Según el ministro {}, nada cambia. ", SPELLINGS[at])).collect();
        let once = rewritten(&text);
        proptest::prop_assert_eq!(rewritten(&once), once);
    }
}
