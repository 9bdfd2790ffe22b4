//! Corpus-level stages: states that merge, and that refuse strangers.

use std::fs;
use std::path::{Path, PathBuf};

use tamiz_core::{Learner, Step};
use tamiz_pipeline::Pipeline;
use tamiz_run::{Limits, Options, Shard, fit, merge, run};

use crate::stages::{Common, files, given, pipeline, quiet};

const STAGES: [&str; 3] = ["\"words\"", "\"common\"\nmost = 40", "\"common\"\nmost = 30"];

fn corpus(folder: &Path) {
    for file in 0..3 {
        let lines: String = (0..60)
            .map(|i| {
                let text = format!("CUT menu\\nCommon to all.\\nOf file {file}.\\nOf {i}.");
                format!("{{\"id\":\"{file}-{i}\",\"text\":\"{text}\"}}\n")
            })
            .collect();
        fs::write(folder.join(format!("{file}.jsonl")), lines).unwrap();
    }
}

fn options(state: Option<&Path>, shard: Option<&str>) -> Options {
    let shard = shard.map(|shard| shard.parse::<Shard>().unwrap());
    let limits = Limits { batch: 700, ..Limits::default() };
    Options { state: state.map(Path::to_owned), shard, limits, threads: 3, ..quiet() }
}

/// A stage as the command line makes it for merging: by its name alone.
fn learner(name: &str) -> Option<Box<dyn Learner>> {
    let built = tamiz_core::StageConfig::build(Common::default(), &tamiz_core::NoTables).ok()?;
    match built.step {
        Step::Learner(learner) if name == "common" => Some(learner),
        _ => None,
    }
}

struct Bench {
    input: tempfile::TempDir,
    scratch: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { input: tempfile::tempdir().unwrap(), scratch: tempfile::tempdir().unwrap() };
        corpus(bench.input.path());
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn fit(&self, pipeline: &Pipeline, name: &str, options: &Options) -> (usize, usize) {
        let summary = fit(pipeline, &given(self.input.path()), &self.path(name), options).unwrap();
        assert_eq!(summary.exit_status(), 0);
        (summary.learned, summary.left)
    }

    fn merge(&self, names: &[&str], output: &str) -> Result<Vec<u8>, String> {
        let states: Vec<_> = names.iter().map(|name| self.path(name)).collect();
        merge(&states, &self.path(output), &quiet(), learner).map_err(|error| error.to_string())?;
        Ok(fs::read(self.path(output)).unwrap())
    }
}

#[test]
fn shards_merged_in_any_order_and_grouping_are_the_whole() {
    let (bench, pipeline) = (Bench::new(), pipeline(&STAGES));
    assert_eq!(bench.fit(&pipeline, "whole", &options(None, None)), (2, 0));
    let whole = fs::read(bench.path("whole")).unwrap();
    let mut known: Option<PathBuf> = None;
    for round in 1..=2 {
        for (name, shard) in [("a", "1/3"), ("b", "2/3"), ("c", "3/3")] {
            let learned = bench.fit(&pipeline, name, &options(known.as_deref(), Some(shard)));
            assert_eq!(learned, (round, 2 - round), "each round teaches one stage");
        }
        let once = bench.merge(&["a", "b", "c"], "m1").unwrap();
        assert_eq!(bench.merge(&["c", "a", "b"], "m2").unwrap(), once);
        bench.merge(&["b", "c"], "bc").unwrap();
        assert_eq!(bench.merge(&["bc", "a"], "m3").unwrap(), once);
        known = Some(bench.path("m1"));
        if round == 2 {
            assert_eq!(once, whole);
        }
    }
}

#[test]
fn a_run_with_a_state_and_one_that_learns_by_itself_are_the_same() {
    let (bench, pipeline) = (Bench::new(), pipeline(&STAGES));
    bench.fit(&pipeline, "state", &options(None, None));
    let run = |name: &str, state: Option<&Path>| {
        run(&pipeline, &given(bench.input.path()), &bench.path(name), &options(state, None)).unwrap();
        files(&bench.path(name))
    };
    let state = bench.path("state");
    let output = run("one", Some(&state));
    assert_eq!(output, run("two", None));
    let part = String::from_utf8(output[Path::new("part-00000.jsonl")].clone()).unwrap();
    assert!(part.starts_with("{\"id\":\"0-0\",\"text\":\"Of 0.\""), "{}", &part[..200]);
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let bench = Bench::new();
    bench.fit(&pipeline(&STAGES), "state", &options(None, None));
    let state = bench.path("state");
    let with = |stages: &[&str], state: &Path| {
        run(
            &pipeline(stages),
            &given(bench.input.path()),
            &bench.path("out"),
            &Options { overwrite: true, ..options(Some(state), None) },
        )
        .unwrap_err()
        .to_string()
    };
    assert!(with(&STAGES[1..], &state).contains("has changed since: learn it again with `tamiz fit`"));
    assert!(with(&STAGES[..1], &state).contains("the pipeline has no stage `common` that learns here"));
    assert!(with(&STAGES, &bench.path("none")).contains("cannot read the state"));
    fs::write(bench.path("rubbish"), "{}").unwrap();
    assert!(with(&STAGES, &bench.path("rubbish")).contains("is no state of tamiz"));
    let old = fs::read_to_string(&state).unwrap().replace(env!("CARGO_PKG_VERSION"), "0.0.1");
    fs::write(bench.path("old"), old).unwrap();
    assert!(with(&STAGES, &bench.path("old")).contains("is of tamiz 0.0.1"));

    bench.fit(&pipeline(&STAGES[..2]), "other", &options(None, None));
    assert!(bench.merge(&["state", "other"], "m").unwrap_err().contains("is of another pipeline"));
    let error = fit(&pipeline(&STAGES[..1]), &given(bench.input.path()), &state, &quiet()).unwrap_err();
    assert!(error.to_string().contains("no stage of the pipeline `test` learns"));
}

#[test]
fn stages_that_learned_from_different_corpora_are_not_merged() {
    let (bench, pipeline) = (Bench::new(), pipeline(&STAGES));
    let all = given(bench.input.path());
    let part = given(&bench.input.path().join("0.jsonl"));
    for (inputs, name) in [(all, "all"), (part, "part")] {
        fit(&pipeline, &inputs, &bench.path(name), &options(None, None)).unwrap();
    }
    let error = bench.merge(&["all", "part"], "m").unwrap_err();
    assert!(error.contains("had not learned the same: fit and merge one stage after the other"), "{error}");
}
