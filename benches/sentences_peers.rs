//! The stage `sentences` beside the crate `sentencex`, on the same pages in the same run and on one thread:
//! `cargo bench --bench sentences_peers`. The ratio of the lines is what counts; the figures are the machine's.
//!
//! The sample pages are short, repeated and clean, and flatter whoever has learned them: on real pages, with their
//! brackets, quotation marks and abbreviations, `sentencex` is three to five times slower. To compare on pages of your
//! own, put them in a directory as `LANGUAGE-NAME.txt` and name it in the variable `TAMIZ_BENCH_PAGES`.

use divan::Bencher;
use divan::counter::BytesCount;
use tamiz_core::{Document, LanguageCode, NoTables, Scratch, Stage};
use tamiz_sentences::{Config, Sentences};

fn main() {
    divan::main();
}

/// The pages, with the languages that `sentencex` has to be told.
fn pages() -> Vec<(String, String)> {
    tamiz_benches::labelled(11_000)
}

fn bytes_of(pages: &[(String, String)]) -> BytesCount {
    BytesCount::new(pages.iter().map(|(_, page)| page.len()).sum::<usize>())
}

/// Marks every page's sentences, each page with the stage for its language; the documents are made outside the
/// measured time.
fn mark(bencher: Bencher<'_, '_>, stage_for: impl Fn(&str) -> Sentences) {
    let pages = pages();
    let stages: Vec<Sentences> = pages.iter().map(|(language, _)| stage_for(language)).collect();
    let mut scratch = Scratch::default();
    bencher
        .counter(bytes_of(&pages))
        .with_inputs(|| pages.iter().map(|(_, page)| Document::new(page.as_str())).collect::<Vec<_>>())
        .bench_local_refs(|documents| {
            for (document, stage) in documents.iter_mut().zip(&stages) {
                stage.apply(document, &mut scratch);
            }
            documents.iter().map(|document| document.sentences().len()).sum::<usize>()
        });
}

/// The stage as it comes: it guesses each page's language, which `sentencex` has to be told.
#[divan::bench]
fn tamiz(bencher: Bencher<'_, '_>) {
    mark(bencher, |_| Sentences::default());
}

/// The stage with the language told, as `sentencex` is.
#[divan::bench]
fn tamiz_told(bencher: Bencher<'_, '_>) {
    mark(bencher, |language| {
        let config = Config { language: LanguageCode::parse(language), ..Config::default() };
        Sentences::new(config, &NoTables).unwrap_or_else(|_| panic!("no table is named"))
    });
}

/// What `sentencex` has for the same: ends as places in the text, without a copy of each sentence.
#[divan::bench]
fn sentencex(bencher: Bencher<'_, '_>) {
    let pages = pages();
    bencher.counter(bytes_of(&pages)).bench_local(|| {
        let ends =
            |(language, page): &(String, String)| sentencex::get_sentence_boundaries(language, page).len();
        pages.iter().map(ends).sum::<usize>()
    });
}
