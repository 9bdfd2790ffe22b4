//! A crawl, plain or compressed: every record gives its text or a fault.
#![no_main]

use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use tamiz_formats::{Batch, Format, Limits, Reader, Selection, Source};

fuzz_target!(|bytes: &[u8]| {
    let source = Source { format: Format::Warc, ..Source::stdin() };
    let input: Box<dyn Read + Send> = Box::new(Cursor::new(bytes.to_vec()));
    let limits = Limits { record: 1 << 20, window: 1 << 20, expansion: 100, ..Limits::default() };
    let Ok(mut reader) = Reader::new(vec![source], Some(input), limits, Selection::default()) else { return };
    let mut batch = Batch::default();
    while reader.next(&mut batch, &|| false) {
        for record in batch.records() {
            let read = record.map(|record| (record.text().map(|text| text.len()), record.site()));
            if let Err(fault) = read {
                assert!(!fault.reason.is_empty() && !fault.remedy.is_empty());
            }
        }
    }
});
