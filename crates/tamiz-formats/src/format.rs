//! What a file holds and how it is compressed: told by its name, confirmed by its first bytes.

use std::fmt;
use std::path::Path;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One JSON object a line, with `id` and `text`.
    Jsonl,
    /// One plain text, the whole file.
    Text,
    /// One HTML page, the whole file.
    Html,
    /// Records of a crawler: WARC, or WET with their text.
    Warc,
    /// Rows of a table, with columns `id` and `text`; read and written if the feature `parquet` is built in.
    Parquet,
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip members, one after the other.
    Gzip,
    /// Zstandard frames, one after the other.
    Zstd,
}

impl Compression {
    /// What stands at the end of a compressed file's name, with its dot; empty for plain files.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Zstd => ".zst",
        }
    }

    /// The compression of an output format's name: `jsonl`, `jsonl.gz` or `jsonl.zst`.
    #[must_use]
    pub fn of_output(format: &str) -> Option<Compression> {
        match format {
            "jsonl" => Some(Compression::None),
            "jsonl.gz" => Some(Compression::Gzip),
            "jsonl.zst" => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// The compression that the first bytes of a file show; `None` where they show none that is known.
    #[must_use]
    pub fn sniff(head: &[u8]) -> Option<Compression> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
            // A skippable frame, with which seekable Zstandard files may start.
            [low, 0x2a, 0x4d, 0x18, ..] if low & 0xf0 == 0x50 => Some(Compression::Zstd),
            _ => None,
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::None => "plain",
            Compression::Gzip => "gzip",
            Compression::Zstd => "Zstandard",
        })
    }
}

/// Why a program without the feature `parquet` cannot read or write such files.
pub(crate) const NO_PARQUET: &str = "this program was built without its feature `parquet`";

/// What to do about that.
pub(crate) const BUILD_PARQUET: &str = "build it with its default features, or use JSON Lines";

/// The names that are read, for messages.
pub const NAMES: &str =
    ".jsonl, .ndjson, .txt, .html, .htm, .warc or .wet, each plain or with .gz or .zst, or in .parquet";

/// The format and compression that a file's name says, whatever its case; `None` for any other name.
#[must_use]
pub fn by_name(path: &Path) -> Option<(Format, Compression)> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let (stem, compression) = compression_of(&name);
    let format = match stem.rsplit_once('.')?.1 {
        "jsonl" | "ndjson" => Format::Jsonl,
        "txt" => Format::Text,
        "html" | "htm" => Format::Html,
        "warc" | "wet" => Format::Warc,
        // Its pages are compressed, never the file.
        "parquet" if compression == Compression::None => Format::Parquet,
        _ => return None,
    };
    Some((format, compression))
}

/// As [`by_name`], for a file that the user named: JSON Lines often go by `.json`, and pipes have no extension.
#[must_use]
pub fn by_given_name(path: &Path) -> Option<(Format, Compression)> {
    by_name(path).or_else(|| {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (stem, compression) = compression_of(&name);
        match stem.rsplit_once('.') {
            None | Some((_, "json")) => Some((Format::Jsonl, compression)),
            Some(_) => None,
        }
    })
}

fn compression_of(name: &str) -> (&str, Compression) {
    if let Some(stem) = name.strip_suffix(".gz") {
        (stem, Compression::Gzip)
    } else if let Some(stem) = name.strip_suffix(".zst") {
        (stem, Compression::Zstd)
    } else {
        (name, Compression::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_format_and_compression() {
        let of = |name: &str| by_name(Path::new(name));
        assert_eq!(of("a/b.jsonl.zst"), Some((Format::Jsonl, Compression::Zstd)));
        assert_eq!(of("NOTES.TXT"), Some((Format::Text, Compression::None)));
        assert_eq!(of("page.htm.gz"), Some((Format::Html, Compression::Gzip)));
        assert_eq!(of("CC-MAIN-1.warc.wet.gz"), Some((Format::Warc, Compression::Gzip)));
        assert_eq!(of("crawl.warc"), Some((Format::Warc, Compression::None)));
        assert_eq!(of("data.json"), None);
        assert_eq!(of("data.gz"), None);
        assert_eq!(by_given_name(Path::new("data.json.gz")), Some((Format::Jsonl, Compression::Gzip)));
        assert_eq!(by_given_name(Path::new("/dev/fd/63")), Some((Format::Jsonl, Compression::None)));
        assert_eq!(of("data.parquet"), Some((Format::Parquet, Compression::None)));
        assert_eq!(by_given_name(Path::new("data.parquet.gz")), None);
    }
}
