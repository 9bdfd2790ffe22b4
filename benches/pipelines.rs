//! Every shipped definition over the sample pages, reading and writing included: `cargo bench --bench pipelines`.

use std::fs;
use std::path::PathBuf;

use divan::Bencher;
use divan::counter::BytesCount;
use tamiz_pipeline::{Pipeline, Reach};
use tamiz_run::{Options, stream};

fn main() {
    divan::main();
}

/// The shipped definitions, by name.
fn definitions() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(tamiz_benches::root().join("pipelines"))
        .expect("the definitions are in the project")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

#[divan::bench(args = definitions())]
fn pipelines(bencher: Bencher<'_, '_>, name: &str) {
    let path: PathBuf = tamiz_benches::root().join("pipelines").join(format!("{name}.toml"));
    let pipeline =
        Pipeline::load(&path, &tamiz::REGISTRY, Reach::Folder).expect("the definition is in order");
    let pages = tamiz_benches::pages(11_000);
    let mut input = String::new();
    for (number, page) in pages.iter().cycle().take(20 * pages.len()).enumerate() {
        let text: String = page.chars().flat_map(escaped).collect();
        input += &format!("{{\"id\":\"{number}\",\"text\":\"{text}\"}}\n");
    }
    let bytes: usize = 20 * pages.iter().map(String::len).sum::<usize>();
    let options = Options { threads: 1, quiet: true, ..Options::default() };
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut output = Vec::new();
        stream(&pipeline, std::io::Cursor::new(input.clone()), &mut output, std::io::sink(), &options)
            .expect("a stream in memory does not fail");
        output.len()
    });
}

/// A character as JSON writes it in a string; the sample pages hold no other control character.
fn escaped(c: char) -> Vec<char> {
    match c {
        '"' => vec!['\\', '"'],
        '\\' => vec!['\\', '\\'],
        '\n' => vec!['\\', 'n'],
        other => vec![other],
    }
}
