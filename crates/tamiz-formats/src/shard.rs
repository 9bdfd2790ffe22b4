//! Which part of the sources belongs to which machine.

use std::fs::File;

use crate::decode::{Decoder, Trouble};
use crate::format::Compression;
use crate::{Format, InputError, Source};

type Share = (Source, Option<(u64, u64)>);

/// The sources of shard `number` (from 1) of `parts`, each with the range of decompressed bytes in which its records
/// start; `None` for all of it.
///
/// Only a file on a bound is cut. Where it is compressed, it is read once to learn its decompressed size: so a
/// shard reads its own files and at most two more.
pub(crate) fn cut(sources: Vec<Source>, number: u64, parts: u64) -> Result<Vec<Share>, InputError> {
    let total: u128 = sources.iter().map(|source| u128::from(source.size)).sum();
    let bound = |number: u64| total * u128::from(number) / u128::from(parts.max(1));
    let (from, until) = (bound(number - 1), bound(number));
    let mut shares = Vec::new();
    let mut start = 0;
    for source in sources {
        let size = u128::from(source.size);
        let end = start + size;
        if size == 0 || !matches!(source.format, Format::Jsonl | Format::Parquet) {
            // A source that is one record belongs where it starts. One of no size at the very end has no place to
            // start in, so it goes to the last shard.
            if (from..until).contains(&start) || (start == total && number == parts) {
                shares.push((source, None));
            }
        } else if start < until && end > from {
            if from <= start && end <= until {
                shares.push((source, None));
            } else {
                // The row groups of a Parquet file lie in it as they are.
                let is_table = source.format == Format::Parquet;
                let length = if is_table { size } else { u128::from(decoded_size(&source)?) };
                // In proportion: both shards at a bound compute the same place from the same numbers.
                let place = |bound: u128| ((bound.clamp(start, end) - start) * length / size) as u64;
                let until = if end <= until { u64::MAX } else { place(until) };
                shares.push((source, Some((place(from), until))));
            }
        }
        start = end;
    }
    Ok(shares)
}

fn decoded_size(source: &Source) -> Result<u64, InputError> {
    let failed = |error: std::io::Error| InputError {
        input: source.name.clone(),
        message: format!("its size cannot be learned, to share it between shards: {error}"),
        remedy: "check the path and its permissions".into(),
    };
    let Some(path) = &source.path else {
        return Err(failed(std::io::Error::other("standard input has no parts")));
    };
    let file = File::open(path).map_err(failed)?;
    let mut decoder = Decoder::new(Box::new(file), source.compression);
    let mut out = vec![0; 256 << 10];
    let mut length = 0;
    loop {
        match decoder.read(&mut out) {
            Ok(0) => return Ok(length),
            Ok(_) if decoder.compression() == Compression::None => return Ok(source.size),
            Ok(read) => length += read as u64,
            Err(Trouble::Pause | Trouble::Damage { .. }) => {}
        }
    }
}
