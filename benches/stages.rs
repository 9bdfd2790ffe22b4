//! Every stage by itself with its default options, in MB/s of text, on one thread: `cargo bench --bench stages`.

use divan::Bencher;
use divan::counter::BytesCount;
use tamiz_core::{Document, Scratch, Stage, Step};

/// A stage's name, and the definition that is timed. A stage that does nothing by default gets something to do.
const STAGES: &[(&str, &str)] = &[
    ("language", ""),
    ("boilerplate", ""),
    ("repeats", ""),
    ("rules", "[[stage.rule]]\nname = \"tag\"\npattern = '^\\((EFE|AFP)\\)'\ncut = \"match\"\n"),
    ("sentences", ""),
    ("names", ""),
];

/// Counts allocations too: a stage makes none per line or token.
#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

fn stage(name: &str, options: &str) -> tamiz_pipeline::Pipeline {
    tamiz::parse(&format!("[[stage]]\nuse = \"{name}\"\n{options}")).expect("the definition is in order")
}

#[divan::bench(args = STAGES.iter().map(|(name, _)| *name))]
fn stages(bencher: Bencher<'_, '_>, name: &str) {
    let options = STAGES.iter().find(|(other, _)| *other == name).map_or("", |(_, options)| options);
    let pipeline = stage(name, options);
    let pages = tamiz_benches::pages(11_000);
    let learned;
    let step = match &pipeline.stages()[0].step {
        Step::Ready(step) => step,
        Step::Learner(learner) => {
            let mut state = learner.empty();
            pages.iter().for_each(|page| learner.observe(&mut state, &Document::new(page.as_str())));
            learned = learner.finish(state);
            &learned
        }
        Step::Counter(counter) => {
            let pages: Vec<Document> = pages.iter().map(|page| Document::new(page.as_str())).collect();
            learned = tamiz_core::counted(&**counter, &pages);
            &learned
        }
    };
    let mut scratch = Scratch::default();
    let bytes: usize = pages.iter().map(String::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(|| pages.iter().map(|page| Document::new(page.as_str())).collect::<Vec<_>>())
        .bench_local_refs(|documents| apply(step.as_ref(), documents, &mut scratch));
}

fn apply(step: &dyn Stage, documents: &mut [Document], scratch: &mut Scratch) {
    for document in documents {
        step.apply(document, scratch);
    }
}

/// What it costs to put the clean text and its annotations together.
#[divan::bench]
fn render(bencher: Bencher<'_, '_>) {
    let pipeline = stage("boilerplate", "");
    let Step::Ready(step) = &pipeline.stages()[0].step else { panic!("boilerplate learns nothing") };
    let pages = tamiz_benches::pages(11_000);
    let mut documents: Vec<Document> = pages.iter().map(|page| Document::new(page.as_str())).collect();
    apply(step.as_ref(), &mut documents, &mut Scratch::default());
    let bytes: usize = pages.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        documents.iter().map(|document| document.render(pipeline.marks()).text.len()).sum::<usize>()
    });
}
