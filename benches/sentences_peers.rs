//! The stage `sentences` beside the crate `sentencex`, on the same pages in the same run and on one thread:
//! `cargo bench --bench sentences_peers`. The ratio of the two lines is what counts; the figures are the machine's.

use divan::Bencher;
use divan::counter::BytesCount;
use tamiz_core::{Document, LanguageCode, NoTables, Scratch, Stage};
use tamiz_sentences::{Config, Sentences};

/// The languages of the sample pages, in the order of their names: `sentencex` has to be told.
const LANGUAGES: [&str; 6] = ["de", "el", "en", "es", "es", "ru"];

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

/// Marks every page's sentences, each page with the stage of its language; the documents are made outside the measured time.
fn mark(bencher: Bencher<'_, '_>, stages: &[Sentences; 6]) {
    let pages = pages();
    let mut scratch = Scratch::default();
    bencher
        .counter(bytes_of(&pages))
        .with_inputs(|| pages.iter().map(|page| Document::new(page.as_str())).collect::<Vec<_>>())
        .bench_local_refs(|documents| {
            for (document, stage) in documents.iter_mut().zip(stages) {
                stage.apply(document, &mut scratch);
            }
            documents.iter().map(|document| document.sentences().len()).sum::<usize>()
        });
}

/// The stage as it comes: it guesses each page's language, which `sentencex` has to be told.
#[divan::bench]
fn tamiz(bencher: Bencher<'_, '_>) {
    mark(bencher, &LANGUAGES.map(|_| Sentences::default()));
}

/// The stage with the language told, as `sentencex` is.
#[divan::bench]
fn tamiz_told(bencher: Bencher<'_, '_>) {
    let told = LANGUAGES.map(|code| {
        let config = Config { language: LanguageCode::parse(code), ..Config::default() };
        Sentences::new(config, &NoTables).unwrap_or_else(|_| panic!("no table is named"))
    });
    mark(bencher, &told);
}

/// What `sentencex` has for the same: ends as places in the text, without a copy of each sentence.
#[divan::bench]
fn sentencex(bencher: Bencher<'_, '_>) {
    let pages = pages();
    bencher.counter(bytes_of(&pages)).bench_local(|| {
        let told = pages.iter().zip(LANGUAGES);
        told.map(|(page, code)| sentencex::get_sentence_boundaries(code, page).len()).sum::<usize>()
    });
}
