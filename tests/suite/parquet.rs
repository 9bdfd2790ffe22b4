//! Parquet in and out: columns that pass through, faults with their places, the same bytes on any number of threads.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, BinaryArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_array::{TimestampMicrosecondArray, builder::ListBuilder, builder::StringBuilder};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

use crate::resume::assert_whole_parts;
use crate::support::{command, injected, messages, strace, tree};

const ROWS: i64 = 300;

/// A table with a text that is null, a number that is none, and columns that JSON has no type for.
fn table() -> RecordBatch {
    let texts = (0..ROWS).map(|i| {
        (i != 7).then(|| {
            format!("CUT {i}\nEl ayuntamiento abrirá el puente número {i} en otoño, según la alcaldesa.")
        })
    });
    let mut tags = ListBuilder::new(StringBuilder::new());
    for i in 0..ROWS {
        (0..i % 3).for_each(|tag| tags.values().append_value(format!("t{tag}")));
        tags.append(true);
    }
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("url", Arc::new(StringArray::from_iter_values((0..ROWS).map(|i| format!("https://a.example/{i}"))))),
        ("id", Arc::new(Int64Array::from_iter_values(0..ROWS))),
        ("text", Arc::new(texts.collect::<StringArray>())),
        (
            "score",
            Arc::new(Float64Array::from_iter_values(
                (0..ROWS).map(|i| if i % 5 == 0 { f64::NAN } else { 0.1 * i as f64 }),
            )),
        ),
        ("raw", Arc::new(BinaryArray::from_iter_values((0..ROWS).map(|i| [i as u8, 255])))),
        (
            "seen",
            Arc::new(
                TimestampMicrosecondArray::from_iter_values((0..ROWS).map(|i| i * 1_000_003))
                    .with_timezone("UTC"),
            ),
        ),
        ("tags", Arc::new(tags.finish())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

struct Corpus(tempfile::TempDir);

impl Corpus {
    fn new() -> Self {
        let corpus = Self(tempfile::tempdir().unwrap());
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
        let file = File::create(corpus.path("a.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, table().schema(), Some(properties)).unwrap();
        writer.write(&table()).unwrap();
        writer.close().unwrap();
        let definition = "name = \"rows\"\n[[stage]]\nuse = \"rules\"\n[[stage.rule]]\nname = \"cut\"\n\
            pattern = '^CUT'\ncut = \"line\"\n";
        fs::write(corpus.path("p.toml"), definition).unwrap();
        corpus
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn arguments(&self, out: &str) -> [String; 6] {
        let path = |name: &str| self.path(name).to_string_lossy().into_owned();
        ["run".into(), path("p.toml"), path("a.parquet"), "-o".into(), path(out), "-q".into()]
    }

    fn run(&self, out: &str, more: &[&str]) -> Output {
        command().args(self.arguments(out)).args(more).output().unwrap()
    }
}

fn rows(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<_> = reader.with_batch_size(1000).build().unwrap().map(Result::unwrap).collect();
    assert!(batches.len() == 1, "{} batches of {schema}", batches.len());
    batches.into_iter().next().unwrap()
}

fn quarantined(out: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(out.join("quarantine/part-00000.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn columns_pass_through_with_their_types_and_values() {
    let corpus = Corpus::new();
    let output = corpus.run("out", &["--format", "parquet"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    let (before, after) = (table(), rows(&corpus.path("out/part-00000.parquet")));
    assert_eq!(after.num_rows(), ROWS as usize - 1);
    for name in ["url", "id", "raw", "seen", "tags"] {
        let (was, is) = (before.column_by_name(name).unwrap(), after.column_by_name(name).unwrap());
        assert_eq!(was.slice(8, 292).as_ref(), is.slice(7, 292).as_ref(), "{name}");
    }
    let score = after.column_by_name("score").unwrap().as_primitive::<Float64Type>();
    assert!(score.value(0).is_nan(), "a number that is none stays one");
    assert!(!after.column_by_name("text").unwrap().as_string::<i32>().value(0).contains("CUT"));
    let faults = quarantined(&corpus.path("out"));
    assert_eq!((&faults[0]["record"], &faults[0]["row_group"]), (&8.into(), &0.into()));
    assert!(faults[0]["reason"].as_str().unwrap().contains("null"));
    let verified = command().arg("verify").arg(corpus.path("out")).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", messages(&verified));
    let restored = command().arg("restore").arg(corpus.path("out")).arg("3").output().unwrap();
    assert!(String::from_utf8_lossy(&restored.stdout).starts_with("CUT 3\n"));
}

#[test]
fn to_json_lines_values_become_json() {
    let corpus = Corpus::new();
    corpus.run("out", &["--format", "jsonl"]);
    let text = fs::read_to_string(corpus.path("out/part-00000.jsonl")).unwrap();
    let record: serde_json::Value = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
    assert_eq!((&record["id"], &record["raw"]), (&2.into(), &"02ff".into()));
    assert_eq!(record["tags"], serde_json::json!(["t0", "t1"]));
    assert_eq!(record["seen"], "1970-01-01T00:00:02.000006Z");
}

#[test]
fn threads_and_resuming_change_no_byte() {
    let corpus = Corpus::new();
    let small = ["--format", "parquet", "--batch", "2000", "--part", "9000"];
    let with = |more: &[&'static str]| [&small[..], more].concat();
    let mut trees: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
    for threads in ["1", "2", "3", "8"] {
        corpus.run(threads, &with(&["--threads", threads]));
        trees.push(tree(&corpus.path(threads)));
    }
    assert!(trees.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(trees[0].keys().filter(|name| name.ends_with(".parquet")).count() > 3);
    let Some(strace) = strace() else { return };
    let mut killed = injected(&strace, "rename", "signal=KILL:when=7");
    killed.args(corpus.arguments("out")).args(with(&["--threads", "1"])).output().unwrap();
    assert!(corpus.path("out/_tamiz/journal.jsonl").exists());
    assert!(!corpus.path("out/_tamiz/manifest.json").exists());
    let resumed = corpus.run("out", &with(&["--resume"]));
    assert_eq!(resumed.status.code(), Some(3), "{}", messages(&resumed));
    assert_eq!(tree(&corpus.path("out")), trees[0]);
}

fn counts(out: &Path) -> [u64; 4] {
    let manifest = fs::read(out.join("_tamiz/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let counts =
        ["read", "kept", "dropped", "quarantined"].map(|key| manifest["counts"][key].as_u64().unwrap());
    assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "rows were lost");
    counts
}

fn assert_verified(out: &Path) {
    let verified = command().arg("verify").arg(out).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", messages(&verified));
}

/// Makes the length of that text, which stands before it, an impossible one.
fn damage(path: &Path, text: &str) {
    let mut bytes = fs::read(path).unwrap();
    let place = bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
    bytes[place - 4..place].fill(0xff);
    fs::write(path, bytes).unwrap();
}

#[test]
fn damage_costs_the_rows_of_its_pages_and_what_else_is_known_of_them_is_kept() {
    let corpus = Corpus::new();
    // The texts of a row group stand in one dictionary: all of them are lost with it.
    damage(&corpus.path("a.parquet"), "CUT 150\nEl a");
    let output = corpus.run("out", &["--format", "parquet"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_eq!(counts(&corpus.path("out")), [300, 199, 0, 101]);
    assert_verified(&corpus.path("out"));
    let faults = quarantined(&corpus.path("out"));
    let lost: Vec<_> = faults.iter().filter(|fault| fault["row_group"] == 1).collect();
    assert_eq!(lost.len(), 100);
    for (fault, row) in lost.iter().zip(101..) {
        let reason = fault["reason"].as_str().unwrap();
        assert!(reason.starts_with("row group 1 is damaged: column `text`: "), "{reason}");
        assert_eq!(fault["record"], row);
        let raw: serde_json::Value = serde_json::from_str(fault["raw"].as_str().unwrap()).unwrap();
        assert_eq!(raw["url"], format!("https://a.example/{}", row - 1));
        assert!(raw.get("text").is_none(), "{raw}");
    }

    // In pages of ten rows, ten are lost.
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_write_batch_size(10)
        .set_data_page_row_count_limit(10)
        .build();
    let file = File::create(corpus.path("a.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, table().schema(), Some(properties)).unwrap();
    writer.write(&table()).unwrap();
    writer.close().unwrap();
    damage(&corpus.path("a.parquet"), "CUT 155\nEl a");
    for batch in ["1000", "100000"] {
        let output = corpus.run("out", &["--overwrite", "--batch", batch]);
        assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
        assert_eq!(counts(&corpus.path("out")), [300, 289, 0, 11]);
        let rows: Vec<_> = quarantined(&corpus.path("out"))
            .iter()
            .filter(|fault| fault["reason"].as_str().unwrap().contains("column `text`"))
            .map(|fault| fault["record"].as_u64().unwrap())
            .collect();
        assert_eq!(rows, (151..=160).collect::<Vec<_>>());
        assert_verified(&corpus.path("out"));
    }
}

#[test]
fn rows_of_which_nothing_can_be_read_are_told_together_and_counted_one_by_one() {
    let corpus = Corpus::new();
    let only_text = table().project(&[2]).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
    let file = File::create(corpus.path("a.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, only_text.schema(), Some(properties)).unwrap();
    writer.write(&only_text).unwrap();
    writer.close().unwrap();
    damage(&corpus.path("a.parquet"), "CUT 150\nEl a");
    let output = corpus.run("out", &[]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_eq!(counts(&corpus.path("out")), [300, 199, 0, 101]);
    assert_verified(&corpus.path("out"));
    let faults = quarantined(&corpus.path("out"));
    assert_eq!(faults.len(), 2);
    assert_eq!((&faults[1]["record"], &faults[1]["records"]), (&101.into(), &100.into()));
    assert!(faults[1]["reason"].as_str().unwrap().starts_with("100 rows of row group 1 cannot be read"));
    // A limit counts them as what they are.
    let output = corpus.run("limited", &["--limit", "150"]);
    assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
    assert_eq!(counts(&corpus.path("limited")), [150, 99, 0, 51]);
}

#[test]
fn a_full_or_failing_disk_stops_the_run_and_it_goes_on_later() {
    let Some(strace) = strace() else { return };
    let corpus = Corpus::new();
    let small = ["--format", "parquet", "--batch", "2000", "--part", "9000", "--threads", "1"];
    corpus.run("whole", &small);
    let whole = tree(&corpus.path("whole"));
    let mut failed = 0;
    for (call, error) in [("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"), ("rename", "ENOSPC")] {
        for number in [1, 2, 3, 5, 8, 13, 21, 34] {
            let _ = fs::remove_dir_all(corpus.path("out"));
            let when = format!("{error} at {call} {number}");
            let mut run = injected(&strace, call, &format!("error={error}:when={number}"));
            let output = run.args(corpus.arguments("out")).args(small).output().unwrap();
            if output.status.code() == Some(3) {
                continue;
            }
            assert_eq!(output.status.code(), Some(2), "{when}: {}", messages(&output));
            failed += 1;
            assert_whole_parts(&corpus.path("out"), &whole, &when);
            let output = corpus.run("out", &[&small[..], &["--resume"]].concat());
            assert_eq!(output.status.code(), Some(3), "{when}: {}", messages(&output));
            assert_eq!(tree(&corpus.path("out")), whole, "{when}");
        }
    }
    assert!(failed > 10, "only {failed} calls failed");
}

#[test]
fn no_flipped_byte_loses_a_row_unsaid() {
    let corpus = Corpus::new();
    let count = 12;
    let rows = table().slice(20, count).project(&[0, 1, 2, 6]).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(parquet::basic::Compression::SNAPPY)
        .set_max_row_group_row_count(Some(6))
        .build();
    let mut whole = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut whole, rows.schema(), Some(properties)).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    let path = corpus.path("flipped.parquet");
    let pipeline = tamiz::parse("name = \"none\"\n").unwrap_or_else(|error| panic!("{error}"));
    for place in 0..whole.len() {
        for flip in [0x55, 0x80] {
            let mut flipped = whole.clone();
            flipped[place] ^= flip;
            fs::write(&path, flipped).unwrap();
            let options = tamiz_run::Options { quiet: true, threads: 1, ..Default::default() };
            let inputs = [path.to_string_lossy().into_owned()];
            let summary =
                tamiz_run::print(&pipeline, &inputs, std::io::sink(), std::io::sink(), &options).unwrap();
            let counts = summary.counts;
            assert_eq!(counts.read, counts.kept + counts.dropped + counts.quarantined);
            assert!(
                counts.kept == count as u64 || counts.quarantined > 0,
                "byte {place} flipped: {} of {count} rows, and nothing said",
                counts.kept
            );
        }
    }
}

#[test]
fn a_file_that_is_cut_or_no_parquet_is_a_fault_and_a_column_that_is_missing_a_hint() {
    let corpus = Corpus::new();
    let output = corpus.run("named", &["--text-field", "txt"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(quarantined(&corpus.path("named"))[0]["remedy"].as_str().unwrap().contains("--text-field text"));
    let output = corpus.run("typed", &["--text-field", "raw"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(quarantined(&corpus.path("typed"))[0]["reason"].as_str().unwrap().contains("of type Binary"));
    let path = corpus.path("a.parquet");
    let bytes = fs::read(&path).unwrap();
    for length in (0..bytes.len()).step_by(997) {
        fs::write(&path, &bytes[..length]).unwrap();
        let output = corpus.run("out", &["--overwrite"]);
        assert_eq!(output.status.code(), Some(3), "{}", messages(&output));
        assert_eq!(quarantined(&corpus.path("out")).len(), 1);
    }
}
