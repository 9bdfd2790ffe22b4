//! A Parquet file as JSON Lines, for what reads an output back.

use std::io::{self, Read};

use arrow_json::writer::{LineDelimited, WriterBuilder};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

/// The rows as lines of JSON; a null is a key that is not there.
pub(crate) struct JsonLines {
    rows: ParquetRecordBatchReader,
    bytes: Vec<u8>,
    at: usize,
}

impl JsonLines {
    pub(crate) fn new(file: std::fs::File) -> io::Result<Self> {
        let broken = |error: parquet::errors::ParquetError| {
            io::Error::new(io::ErrorKind::InvalidData, error.to_string())
        };
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
        let rows = builder.with_batch_size(64).build().map_err(broken)?;
        Ok(Self { rows, bytes: Vec::new(), at: 0 })
    }
}

impl Read for JsonLines {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.bytes.len() {
            let broken = |error: arrow_schema::ArrowError| {
                io::Error::new(io::ErrorKind::InvalidData, error.to_string())
            };
            let Some(rows) = self.rows.next() else { return Ok(0) };
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.clear();
            let mut writer = WriterBuilder::new().build::<_, LineDelimited>(bytes);
            writer.write(&rows.map_err(broken)?).and_then(|()| writer.finish()).map_err(broken)?;
            (self.bytes, self.at) = (writer.into_inner(), 0);
        }
        let count = out.len().min(self.bytes.len() - self.at);
        out[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
