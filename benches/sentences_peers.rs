//! The stage `sentences` beside the crate `sentencex`, on the same pages in the same run and on one thread:
//! `cargo bench --bench sentences_peers`. The ratio of the lines is what counts; the figures are the machine's.
//!
//! What `sentencex` takes depends on the page's quotation marks and apostrophes: what it takes for quotations slows
//! down its search for ends, most where they overlap. The sample pages have as many quotation marks as real pages
//! (counted on 193 of 5 to 20 KB), but all in pairs, and hardly an apostrophe. So there are more sets: `Sample`, these
//! pages, repeated to 11 KB, and `Apostrophes`, the same with lines that bring apostrophes to what real pages have, in
//! a kilobyte one inside a word and a quarter of one at a word's edge. It stays a made-up set: for real pages put your
//! own in a directory as `LANGUAGE-NAME.txt` and name it in the variable `TAMIZ_BENCH_PAGES`; then all sets are these.
//! `Short` are the sample pages as they are, of 1 to 2 KB, where `sentencex` suffers least and a guess at the language
//! weighs most.
//!
//! Not measured are starting up and making the documents. The language is told to `sentencex` and to `tamiz_told`.

use divan::Bencher;
use divan::counter::BytesCount;
use tamiz_core::{Document, LanguageCode, NoTables, Scratch, Stage};
use tamiz_sentences::{Config, Sentences};

fn main() {
    divan::main();
}

#[derive(Clone, Copy, Debug)]
enum Pages {
    Sample,
    Apostrophes,
    Short,
}

const SETS: [Pages; 3] = [Pages::Sample, Pages::Apostrophes, Pages::Short];

/// Lines that bring apostrophes in, in words and at their ends, and how many bytes of a page come before the next one.
/// A third of real pages has none, as German here.
const LINES: [(&str, &str); 4] = [
    ("el", "Απ' όλα έχει, αλλά λίγα.\n"),
    ("en", "It isn't open, and the farmers' market won't be.\n"),
    ("es", "Es el pub de O'Neill, no el de O’Hara.\n"),
    ("ru", "Д'Артаньян и О'Генри стоят рядом.\n"),
];
const BETWEEN: usize = 1300;

/// The pages, with the languages that `sentencex` has to be told.
fn pages(set: Pages) -> Vec<(String, String)> {
    let mut pages = tamiz_benches::labelled(if matches!(set, Pages::Short) { 0 } else { 11_000 });
    if matches!(set, Pages::Apostrophes) && std::env::var_os("TAMIZ_BENCH_PAGES").is_none() {
        for (language, page) in &mut pages {
            let added = LINES.iter().find(|(code, _)| code == language).map_or("", |(_, line)| line);
            let mut bytes = 0;
            let mut mixed = String::new();
            for line in page.split_inclusive('\n') {
                mixed += line;
                bytes += line.len();
                if bytes > BETWEEN {
                    mixed += added;
                    bytes = 0;
                }
            }
            *page = mixed;
        }
    }
    pages
}

fn bytes_of(pages: &[(String, String)]) -> BytesCount {
    BytesCount::new(pages.iter().map(|(_, page)| page.len()).sum::<usize>())
}

/// Marks every page's sentences, each page with the stage for its language; the documents are made outside the
/// measured time.
fn mark(bencher: Bencher<'_, '_>, set: Pages, stage_for: impl Fn(&str) -> Sentences) {
    let pages = pages(set);
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
#[divan::bench(args = SETS)]
fn tamiz(bencher: Bencher<'_, '_>, set: Pages) {
    mark(bencher, set, |_| Sentences::default());
}

/// The stage with the language told, as `sentencex` is.
#[divan::bench(args = SETS)]
fn tamiz_told(bencher: Bencher<'_, '_>, set: Pages) {
    mark(bencher, set, |language| {
        let config = Config { language: LanguageCode::parse(language), ..Config::default() };
        Sentences::new(config, &NoTables).unwrap_or_else(|_| panic!("no table is named"))
    });
}

/// What `sentencex` has for the same: ends as places in the text, without a copy of each sentence.
#[divan::bench(args = SETS)]
fn sentencex(bencher: Bencher<'_, '_>, set: Pages) {
    let pages = pages(set);
    bencher.counter(bytes_of(&pages)).bench_local(|| {
        let ends =
            |(language, page): &(String, String)| sentencex::get_sentence_boundaries(language, page).len();
        pages.iter().map(ends).sum::<usize>()
    });
}
