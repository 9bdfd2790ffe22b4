//! A Parquet file of which some bytes were changed: every row gives its text, or is part of a fault.
#![no_main]

use std::sync::{Arc, LazyLock};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use libfuzzer_sys::fuzz_target;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use tamiz_formats::{Batch, Limits, Reader, Selection, list};

const ROWS: i64 = 40;

/// Small files, each of another compression and version of pages.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    // The library panics on some damage, and the reader makes a fault of that: the fuzzer's own hook would end the program at
    // once. A panic that nobody catches still ends it.
    std::panic::set_hook(Box::new(|_| {}));
    let text = |row: i64| (row % 9 != 4).then(|| format!("Llegó el tren número {row}.\nNadie bajó."));
    let mut tags = ListBuilder::new(StringBuilder::new());
    for row in 0..ROWS {
        (0..row % 3).for_each(|tag| tags.values().append_value(format!("t{tag}")));
        tags.append(true);
    }
    let columns: [(&str, ArrayRef); 4] = [
        ("id", Arc::new(Int64Array::from_iter_values(0..ROWS))),
        ("text", Arc::new((0..ROWS).map(text).collect::<StringArray>())),
        ("score", Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| row as f64 / 7.0)))),
        ("tags", Arc::new(tags.finish())),
    ];
    let rows = RecordBatch::try_from_iter(columns).expect("columns of one length");
    [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
    ]
    .into_iter()
    .flat_map(|compression| {
        [(compression, WriterVersion::PARQUET_1_0), (compression, WriterVersion::PARQUET_2_0)]
    })
    .map(|(compression, version)| {
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_writer_version(version)
            .set_max_row_group_row_count(Some(15))
            .build();
        let mut file = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut file, rows.schema(), Some(properties)).expect("a writer");
        writer.write(&rows).expect("rows can be written");
        writer.close().expect("a file can be closed");
        file
    })
    .collect()
});

// The first byte chooses a file; of every three behind it, two are a place and one is what is changed there.
fuzz_target!(|bytes: &[u8]| {
    let Some((choice, changes)) = bytes.split_first() else { return };
    let mut file = FILES[usize::from(*choice) % FILES.len()].clone();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % file.len();
        file[place] ^= change[2];
    }
    let path = std::env::temp_dir().join(format!("tamiz-fuzz-{}.parquet", std::process::id()));
    std::fs::write(&path, file).expect("the folder for temporary files takes one");
    let sources = list(&[path.to_string_lossy().into_owned()], &[]).expect("the file is there").sources;
    let limits =
        Limits { batch: 2000, record: 1 << 20, window: 1 << 20, expansion: 100, ..Limits::default() };
    let mut reader = Reader::new(sources, None, limits, Selection::default()).expect("files can be read");
    let mut batch = Batch::default();
    let (mut read, mut lost) = (0, 0);
    while reader.next(&mut batch, &|| false) {
        for record in batch.records() {
            match record.map(|record| (record.text().map(|text| text.len()), record.site())) {
                Ok(_) => read += 1,
                Err(fault) => {
                    assert!(!fault.reason.is_empty() && !fault.remedy.is_empty());
                    lost += fault.records;
                }
            }
        }
    }
    assert!(read == ROWS || lost > 0, "{read} rows, and nothing said of the others");
    let _ = std::fs::remove_file(&path);
});
