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
