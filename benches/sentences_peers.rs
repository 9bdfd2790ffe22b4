//! The stage `sentences` beside the crate `sentencex`, on the same pages in the same run and on one thread:
//! `cargo bench --bench sentences_peers`. The ratio of the two lines is what counts; the figures are the machine's.

use divan::Bencher;
use divan::counter::BytesCount;
use tamiz_core::{Document, LanguageCode, Scratch, Stage};
use tamiz_sentences::{Config, Sentences};

fn main() {
    divan::main();
}

/// The sample pages, at the length of real ones.
fn pages() -> Vec<String> {
    tamiz_benches::pages(11_000)
}

fn bytes_of(pages: &[String]) -> BytesCount {
    BytesCount::new(pages.iter().map(String::len).sum::<usize>())
}

/// Marks every page's sentences; the documents are made outside the measured time.
fn mark(bencher: Bencher<'_, '_>, stage: &Sentences) {
    let pages = pages();
    let mut scratch = Scratch::default();
    bencher
        .counter(bytes_of(&pages))
        .with_inputs(|| pages.iter().map(|page| Document::new(page.as_str())).collect::<Vec<_>>())
        .bench_local_refs(|documents| {
            for document in documents.iter_mut() {
                stage.apply(document, &mut scratch);
            }
            documents.iter().map(|document| document.sentences().len()).sum::<usize>()
        });
}

/// The stage as it comes: it guesses each page's language, which `sentencex` has to be told.
#[divan::bench]
fn tamiz(bencher: Bencher<'_, '_>) {
    mark(bencher, &Sentences::default());
}

/// The stage with the language told, as `sentencex` is.
#[divan::bench]
fn tamiz_told(bencher: Bencher<'_, '_>) {
    let config = Config { language: LanguageCode::parse("es"), ..Config::default() };
    mark(
        bencher,
        &Sentences::new(config, &tamiz_core::NoTables).unwrap_or_else(|_| panic!("no table is named")),
    );
}

/// What `sentencex` has for the same: ends as places in the text, without a copy of each sentence.
#[divan::bench]
fn sentencex(bencher: Bencher<'_, '_>) {
    let pages = pages();
    bencher.counter(bytes_of(&pages)).bench_local(|| {
        pages.iter().map(|page| sentencex::get_sentence_boundaries("es", page).len()).sum::<usize>()
    });
}
