//! The least that reading and writing can cost: a loop over Zstandard JSONL that parses every record with serde_json,
//! its text and all, and writes it again. No checksum, no journal, no quarantine, no threads.
//!
//! ```sh
//! cargo run --release -p tamiz-benches --example bare -- FILE.jsonl.zst...
//! ```
//!
//! It prints megabytes of text per second of processor and wall-clock time alike: the fastest of five rounds.

use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize, Serialize)]
struct Record<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    text: Cow<'l, str>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    url: Option<&'l RawValue>,
}

/// Copies a file record by record; the bytes of its texts.
fn copy(path: &str, out: impl Write) -> Result<usize, Box<dyn Error>> {
    let mut lines = BufReader::with_capacity(1 << 17, zstd::Decoder::new(File::open(path)?)?);
    let mut out = BufWriter::with_capacity(1 << 17, zstd::Encoder::new(out, 3)?.auto_finish());
    let (mut line, mut bytes) = (Vec::new(), 0);
    while lines.read_until(b'\n', &mut line)? > 0 {
        let record: Record<'_> = serde_json::from_slice(&line)?;
        bytes += record.text.len();
        serde_json::to_writer(&mut out, &record)?;
        out.write_all(b"\n")?;
        line.clear();
    }
    out.flush()?;
    Ok(bytes)
}

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let mut best = f64::MAX;
    let mut bytes = 0;
    for _ in 0..5 {
        let start = Instant::now();
        bytes = 0;
        for path in &paths {
            bytes += copy(path, tempfile::tempfile()?)?;
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    let megabytes = bytes as f64 / 1e6;
    writeln!(io::stdout(), "{megabytes:.1} MB of text in {best:.3} s: {:.1} MB/s", megabytes / best)?;
    Ok(())
}
