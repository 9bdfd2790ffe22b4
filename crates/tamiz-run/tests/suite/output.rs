//! The output directory: nothing lost, the same bytes, nothing overwritten.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use tamiz_run::{Compression, Limits, Options, Shard, Summary, run};

use crate::stages::{files, given, pipeline, quiet, records};

/// Inputs with everything that goes wrong: how many records and faults are in them.
fn troubled(folder: &Path) -> u64 {
    let good =
        |i: usize| format!("{{\"id\":\"g{i}\",\"text\":\"CUT menu {i}\\nSLOW rain {i}.\",\"n\":{i}}}\n");
    let many: String = (0..300).map(good).collect();
    let packed = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    fs::write(folder.join("a.jsonl"), &many).unwrap();
    let bad: &[u8] = b"\xef\xbb\xbf{\"id\":1,\"text\":\"mark\"}\r\n\r\n{\"id\":2}\r\n{\"id\":3,\"text\":\"PANIC now\"}\n\
        {\"id\":4,\"text\":\"a\xff\"}\n{broken\n{\"id\":5,\"text\":\"DROP it\\u00e1\",\"k\":[1, 2]}\n{\"text\":\"CUT all\"}";
    fs::write(folder.join("b.jsonl"), bad).unwrap();
    fs::write(folder.join("c.jsonl"), "").unwrap();
    let whole = packed(&good(7));
    let cut = [whole.clone(), whole[..whole.len() / 2].to_vec()].concat();
    fs::write(folder.join("d.jsonl.gz"), cut).unwrap();
    fs::write(folder.join("e.txt"), "CUT menu\r\nRain in April.\n").unwrap();
    fs::write(folder.join("f.txt"), [0x89, b'P', b'N', b'G', 1, 2, 3, 0, 0, 7, 0, 0]).unwrap();
    fs::write(folder.join("g.md"), "left").unwrap();
    300 + 7 + 2 + 1 + 1
}

fn small(threads: usize) -> Options {
    Options { threads, limits: Limits { batch: 1000, ..Limits::default() }, part_bytes: 9000, ..quiet() }
}

#[test]
fn nothing_is_lost_and_every_fault_has_its_place() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = troubled(input.path());
    let summary = run(&pipeline(&["\"words\""]), &given(input.path()), out.path(), &quiet()).unwrap();
    let counts = summary.counts;
    assert_eq!((counts.read, counts.dropped, counts.quarantined, counts.emptied), (expected, 1, 6, 1));
    assert_eq!(counts.read, counts.kept + counts.dropped + counts.quarantined);
    assert_eq!((summary.exit_status(), summary.files_left), (3, 1));
    assert_eq!(summary.languages["es"], counts.kept);
    assert_eq!((summary.removed[0].stage, summary.removed[0].pieces), ("words", 303));

    let files = files(out.path());
    let kept = records(&files[Path::new("part-00000.jsonl")]);
    assert_eq!(kept.len() as u64, counts.kept);
    assert_eq!(kept[0]["text"], "SLOW rain 0.");
    assert_eq!(kept[0]["n"], 0);
    assert_eq!(kept[0]["tamiz"]["removed"][0]["end"], 11);
    assert_eq!(kept[301]["id"], format!("{}/b.jsonl:8", input.path().display()), "a record without an id");
    assert_eq!(kept[301]["text"], "CUT all".strip_prefix("CUT all").unwrap());
    assert_eq!(kept[303]["id"], "e.txt");

    let dropped = &files[Path::new("dropped/part-00000.jsonl")];
    let record = "{\"id\":5,\"text\":\"DROP it\\u00e1\",\"k\":[1, 2],\"tamiz\":{\"dropped\":{\"stage\":\"words\",\"kind\":\"other\",\
        \"rule\":\"by-its-first-word\"},\"language\":{\"code\":\"es\",\"confidence\":1.0}}}\n";
    assert_eq!(String::from_utf8_lossy(dropped), record, "the text keeps the input's escapes");

    let faults = records(&files[Path::new("quarantine/part-00000.jsonl")]);
    let told: Vec<_> = faults
        .iter()
        .map(|fault| {
            let input = fault["input"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            (
                input,
                fault["line"].as_u64(),
                fault["reason"].as_str().unwrap().split([':', ',']).next().unwrap().to_owned(),
            )
        })
        .collect();
    let told: Vec<_> = told.iter().map(|(input, line, reason)| (&**input, *line, &**reason)).collect();
    assert_eq!(
        told,
        [
            ("b.jsonl", Some(3), "the record has no `text`"),
            ("b.jsonl", Some(4), "the stage `words` failed on this record"),
            ("b.jsonl", Some(5), "invalid UTF-8 at byte 17 of the record"),
            ("b.jsonl", Some(6), "malformed JSON at byte 1 of the record"),
            ("d.jsonl.gz", Some(2), "the gzip stream ends early"),
            ("f.txt", None, "it is no text"),
        ]
    );
    assert_eq!(faults[1]["stage"], "words");
    assert!(faults[1]["reason"].as_str().unwrap().contains("the stage cannot go on (stages.rs:"));
    assert_eq!(faults[1]["raw"], "{\"id\":3,\"text\":\"PANIC now\"}");
    assert!(faults[2]["raw_base64"].is_string());
    let numbers: Vec<_> = faults[..4].iter().map(|fault| fault["record"].as_u64()).collect();
    assert_eq!(numbers, [2, 3, 4, 5].map(Some), "blank lines are no records");
}

#[test]
fn one_two_and_seven_threads_give_the_same_bytes() {
    let input = tempfile::tempdir().unwrap();
    troubled(input.path());
    for format in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let outputs: Vec<_> = [1, 2, 7, 7]
            .iter()
            .map(|&threads| {
                let out = tempfile::tempdir().unwrap();
                let options = Options { format: Some(format), ..small(threads) };
                let stages = ["\"words\"", "\"common\"\nmost = 1"];
                run(&pipeline(&stages), &given(input.path()), out.path(), &options).unwrap();
                files(out.path())
            })
            .collect();
        assert!(outputs[0].len() > 5, "there should be several parts: {:?}", outputs[0].keys());
        assert!(outputs.iter().all(|output| *output == outputs[0]), "{format}");
    }
}

#[test]
fn a_pipeline_without_a_stage_gives_back_what_it_read() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let line =
        "{\"id\":1e3,\"text\":\"\\u00e1\\/ \\ud83d\\ude00\\n\",\"z\":1.0,\"a\":{\"text\":[]},\"z\":null";
    fs::write(
        input.path().join("a.jsonl"),
        format!("{line}}}\n{{\"id\":2,\"text\":\"\",\"tamiz\":{{\"x\":1}}}}"),
    )
    .unwrap();
    let summary = run(&pipeline(&[]), &given(input.path()), out.path(), &quiet()).unwrap();
    assert_eq!((summary.exit_status(), summary.counts.emptied), (0, 0));
    let written = fs::read_to_string(out.path().join("part-00000.jsonl")).unwrap();
    assert_eq!(written, format!("{line},\"tamiz\":{{}}}}\n{{\"id\":2,\"text\":\"\",\"tamiz\":{{}}}}\n"));
}

#[test]
fn the_output_is_compressed_as_the_inputs_are() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let line = b"{\"id\":1,\"text\":\"a\"}\n";
    fs::write(input.path().join("a.jsonl.zst"), zstd::bulk::compress(line, 3).unwrap()).unwrap();
    run(&pipeline(&[]), &given(input.path()), out.path(), &quiet()).unwrap();
    let bytes = fs::read(out.path().join("part-00000.jsonl.zst")).unwrap();
    assert_eq!(zstd::decode_all(&bytes[..]).unwrap(), b"{\"id\":1,\"text\":\"a\",\"tamiz\":{}}\n");
    let again = tempfile::tempdir().unwrap();
    run(&pipeline(&[]), &given(out.path()), again.path(), &quiet()).unwrap();
    assert_eq!(fs::read(again.path().join("part-00000.jsonl.zst")).unwrap(), bytes, "an output is an input");
}

#[test]
fn an_output_is_only_replaced_when_asked_and_if_tamiz_wrote_it() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("a.txt"), "Rain.").unwrap();
    let again = |overwrite| {
        run(&pipeline(&[]), &given(input.path()), out.path(), &Options { overwrite, ..quiet() })
            .map(|summary| summary.counts.kept)
            .map_err(|error| error.to_string())
    };
    assert_eq!(again(false), Ok(1));
    let before = files(out.path());
    assert!(
        again(false)
            .unwrap_err()
            .contains("is not empty: choose another, or replace what is there with --overwrite")
    );
    assert_eq!(again(true), Ok(1));
    assert_eq!(files(out.path()), before);
    fs::write(out.path().join("thesis.txt"), "mine").unwrap();
    assert!(again(true).unwrap_err().contains("was not written by tamiz"));
    assert_eq!(fs::read_to_string(out.path().join("thesis.txt")).unwrap(), "mine");
}

#[test]
fn an_output_inside_its_input_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "Rain.").unwrap();
    let out = folder.path().join("out");
    for overwrite in [false, true] {
        let options = Options { overwrite, ..quiet() };
        assert_eq!(run(&pipeline(&[]), &given(folder.path()), &out, &options).unwrap().counts.read, 1);
    }
}

#[test]
fn a_stopped_run_has_no_manifest() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    troubled(input.path());
    let options = small(2);
    options.stop.store(true, Ordering::Relaxed);
    let summary = run(&pipeline(&["\"words\""]), &given(input.path()), out.path(), &options).unwrap();
    assert_eq!((summary.interrupted, summary.exit_status()), (true, 130));
    assert!(!out.path().join("_tamiz/manifest.json").exists());
}

#[test]
fn shards_joined_in_order_are_one_run() {
    let input = tempfile::tempdir().unwrap();
    troubled(input.path());
    // Lines that are common in the whole, but not in every shard: each shard has to learn from all.
    let stages = ["\"words\"", "\"common\"\nmost = 1"];
    let go = |shard: Option<Shard>| {
        let out = tempfile::tempdir().unwrap();
        let options = Options { shard, ..small(2) };
        let summary: Summary = run(&pipeline(&stages), &given(input.path()), out.path(), &options).unwrap();
        let mut joined: [Vec<u8>; 3] = Default::default();
        for (path, bytes) in files(out.path()) {
            let place = match path.to_str().unwrap() {
                path if path.starts_with("part") => 0,
                path if path.starts_with("dropped") => 1,
                path if path.starts_with("quarantine") => 2,
                _ => continue,
            };
            joined[place].extend(bytes);
        }
        (summary.counts.read, joined)
    };
    let whole = go(None);
    for of in [2, 3, 5] {
        let mut sum = (0, <[Vec<u8>; 3]>::default());
        for number in 1..=of {
            let (read, files) = go(Some(format!("{number}/{of}").parse().unwrap()));
            sum.0 += read;
            for (sum, bytes) in sum.1.iter_mut().zip(files) {
                sum.extend(bytes);
            }
        }
        assert_eq!(sum, whole, "{of} shards");
    }
    for wrong in ["0/4", "5/4", "1", "a/b", "1/0"] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

#[test]
fn the_manifest_tells_what_the_output_is_and_no_more() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = troubled(input.path());
    run(&pipeline(&["\"words\""]), &given(input.path()), out.path(), &small(2)).unwrap();
    let manifest = fs::read(out.path().join("_tamiz/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["counts"]["read"], expected);
    assert_eq!(manifest["inputs"][0]["records"], expected);
    assert_eq!(manifest["inputs"][0]["files"], 6);
    let outputs = manifest["outputs"].as_array().unwrap();
    for output in outputs {
        let bytes = fs::read(out.path().join(output["path"].as_str().unwrap())).unwrap();
        assert_eq!(output["bytes"], bytes.len());
        let path = output["path"].as_str().unwrap();
        let plain =
            if path.ends_with(".zst") { zstd::decode_all(&bytes[..]).unwrap() } else { bytes.clone() };
        assert_eq!(output["records"], records(&plain).len());
        assert_eq!(output["sha256"].as_str().unwrap().len(), 64);
    }
    let report = fs::read(out.path().join("_tamiz/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["stages"][0]["stage"], "words");
    assert!(report["stages"][0]["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_bench_measures_every_stage_against_reading_and_writing() {
    let input = tempfile::tempdir().unwrap();
    troubled(input.path());
    let bench =
        tamiz_run::bench(&pipeline(&["\"words\"", "\"common\""]), &given(input.path()), 2, &quiet()).unwrap();
    let names: Vec<_> = bench.stages.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["words", "common"]);
    // Every document sleeps for 3 ms in this stage.
    assert!(bench.stages[0].nanoseconds_per_document > 2e6 && bench.stages[0].times_floor > 1.0);
    assert!(bench.total.megabytes_per_second < bench.floor_total.megabytes_per_second);
}
