//! From what the user named to a list of files, in one order on every machine.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::format::{self, Compression, Format};

/// A file, or standard input, that holds records.
#[derive(Clone, Debug)]
pub struct Source {
    /// How it is shown in messages and quarantine: the input as the user named it, and the path below it. With `/`
    /// on every system.
    pub name: String,
    /// The id of its record, where the file is one record.
    pub id: String,
    /// Where it is; `None` for standard input.
    pub path: Option<PathBuf>,
    /// What it holds.
    pub format: Format,
    /// How its name says that it is compressed.
    pub compression: Compression,
    /// Its size on disk in bytes; 0 for standard input.
    pub size: u64,
    /// When it was last changed, in nanoseconds since 1970; `None` where that is not known or means nothing.
    pub modified: Option<u64>,
    /// Which of the given inputs it belongs to, from 0.
    pub input: usize,
}

impl Source {
    /// JSON Lines on standard input.
    #[must_use]
    pub fn stdin() -> Self {
        Source {
            name: "-".into(),
            id: "-".into(),
            path: None,
            format: Format::Jsonl,
            compression: Compression::None,
            size: 0,
            modified: None,
            input: 0,
        }
    }
}

/// The files that inputs stand for.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The files, input by input, those of one input in the order of their paths' bytes.
    pub sources: Vec<Source>,
    /// Files whose names say no format that is read, and which were therefore left alone.
    pub left: u64,
}

/// An input that cannot be listed: what, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The input as the user named it.
    pub input: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "input `{}`: {}; {}", self.input, self.message, self.remedy)
    }
}

impl std::error::Error for InputError {}

/// Lists the files of inputs: files, directories (recursively), globs, and `-` for standard input.
///
/// Of a directory every file is taken whose name says a format that is read; a file that the user names may also be
/// called `.json` or have no extension, and is then JSON Lines. Directories named in `without` (the output's) are
/// left, as are `dropped`, `quarantine` and `_tamiz` of a directory that tamiz wrote: so an earlier output can be an
/// input. A link to a directory is followed unless what it leads to is read anyway, so that loops end.
///
/// # Errors
/// For every input that is not there, or holds nothing to read; not for the first alone.
pub fn list(inputs: &[String], without: &[&Path]) -> Result<Listing, Vec<InputError>> {
    let without: Vec<PathBuf> = without.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let mut listing = Listing::default();
    let mut errors = Vec::new();
    for (number, input) in inputs.iter().enumerate() {
        let before = listing.sources.len();
        let left = listing.left;
        if let Err((message, remedy)) = add(input, number, &without, &mut listing) {
            errors.push(InputError { input: input.clone(), message, remedy });
        } else if !cfg!(feature = "parquet")
            && listing.sources[before..].iter().any(|source| source.format == Format::Parquet)
        {
            let (message, remedy) = (format::NO_PARQUET.to_owned(), format::BUILD_PARQUET.to_owned());
            errors.push(InputError { input: input.clone(), message, remedy });
        } else if listing.sources.len() == before {
            let seen = listing.left - left;
            errors.push(InputError {
                input: input.clone(),
                message: match seen {
                    1 => "nothing to read: one file, and its name is none that is read".to_owned(),
                    _ => format!("nothing to read: {seen} files, none with a name that is read"),
                },
                remedy: format!("name files that end in {}", format::NAMES),
            });
        }
    }
    if errors.is_empty() { Ok(listing) } else { Err(errors) }
}

type Complaint = (String, String);

fn add(input: &str, number: usize, without: &[PathBuf], listing: &mut Listing) -> Result<(), Complaint> {
    if input == "-" {
        listing.sources.push(Source { input: number, ..Source::stdin() });
        return Ok(());
    }
    let path = Path::new(input);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let mut walk = Walk { without, files: Vec::new(), followed: BTreeSet::new() };
            walk.followed.extend(fs::canonicalize(path).ok());
            walk.directory(path, String::new()).map_err(|error| {
                (format!("the directory cannot be read: {error}"), "check its permissions".to_owned())
            })?;
            push_sorted(walk.files, input, number, listing);
            Ok(())
        }
        Ok(metadata) => {
            let Some((format, compression)) = format::by_given_name(path) else {
                return Err((
                    "its name says no format that is read".into(),
                    format!("rename it to end in {}", format::NAMES),
                ));
            };
            listing.sources.push(Source {
                name: shown(path),
                id: path.file_name().map_or_else(|| input.to_owned(), |name| name.to_string_lossy().into()),
                path: Some(path.to_owned()),
                format,
                compression,
                size: metadata.len(),
                modified: modified(&metadata),
                input: number,
            });
            Ok(())
        }
        Err(_) if input.contains(['*', '?', '[']) => glob(input, number, without, listing),
        Err(error) => {
            Err((format!("it cannot be read: {error}"), "check the path, or its permissions".into()))
        }
    }
}

/// Takes every file and directory that a pattern matches; ids are relative to the pattern's part without wildcards.
fn glob(pattern: &str, number: usize, without: &[PathBuf], listing: &mut Listing) -> Result<(), Complaint> {
    let options = glob::MatchOptions { require_literal_separator: true, ..Default::default() };
    let paths = glob::glob_with(pattern, options).map_err(|error| {
        (format!("no valid pattern: {error}"), "use *, **, ? and [a-z], and quote the pattern".to_owned())
    })?;
    let wild = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    let base = &pattern[..pattern[..wild].rfind('/').map_or(0, |slash| slash + 1)];
    let mut walk = Walk { without, files: Vec::new(), followed: BTreeSet::new() };
    let mut matched = false;
    // A path that cannot be looked at is passed over here as the shell passes over it.
    for path in paths.flatten() {
        matched = true;
        let relative = shown(path.strip_prefix(base).unwrap_or(&path));
        if !path.is_dir() {
            walk.files.push((relative, path));
        } else if let Ok(target) = fs::canonicalize(&path) {
            // `**` matches directories and what is in them: each file is read once.
            if walk.is_new(&target) {
                walk.followed.insert(target);
                let _ = walk.directory(&path, format!("{relative}/"));
            }
        }
    }
    if !matched {
        return Err(("no file matches the pattern".into(), "check the path and the pattern".into()));
    }
    walk.files.sort();
    walk.files.dedup();
    push_sorted(walk.files, base.strip_suffix('/').unwrap_or(base), number, listing);
    Ok(())
}

fn push_sorted(mut files: Vec<(String, PathBuf)>, input: &str, number: usize, listing: &mut Listing) {
    files.sort();
    let input = shown(Path::new(input));
    for (relative, path) in files {
        let Some((format, compression)) = format::by_name(&path) else {
            listing.left += 1;
            continue;
        };
        let name = match input.as_str() {
            "" | "." => relative.clone(),
            _ => format!("{}/{relative}", input.trim_end_matches('/')),
        };
        let metadata = fs::metadata(&path).ok();
        listing.sources.push(Source {
            name,
            id: relative,
            path: Some(path),
            format,
            compression,
            size: metadata.as_ref().map_or(0, fs::Metadata::len),
            modified: metadata.as_ref().and_then(modified),
            input: number,
        });
    }
}

struct Walk<'w> {
    /// Directories, in their real place, that are not read.
    without: &'w [PathBuf],
    /// Paths relative to the input, and as they are opened.
    files: Vec<(String, PathBuf)>,
    /// The real places of the input and of the links that were followed.
    followed: BTreeSet<PathBuf>,
}

impl Walk<'_> {
    /// Whether nothing below that real place is read yet, nor will be.
    fn is_new(&self, target: &Path) -> bool {
        !self.followed.iter().any(|known| target.starts_with(known) || known.starts_with(target))
    }

    fn directory(&mut self, path: &Path, prefix: String) -> std::io::Result<()> {
        // A stack of its own: directories can be nested deeper than a thread's stack would bear.
        let mut stack = vec![(path.to_owned(), prefix)];
        let mut first = true;
        while let Some((path, prefix)) = stack.pop() {
            let entries = match fs::read_dir(&path) {
                Err(error) if first => return Err(error),
                // A directory that may not be read becomes a source that cannot be opened: so it is told and counted.
                Err(_) => {
                    self.files.push((prefix, path.join("unreadable.jsonl")));
                    continue;
                }
                Ok(entries) => entries,
            };
            first = false;
            let ours = path.join("_tamiz").is_dir();
            let mut entries: Vec<_> = entries.flatten().collect();
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                let Ok(kind) = entry.file_type() else { continue };
                let name = entry.file_name();
                let inner = entry.path();
                let relative = format!("{prefix}{}", name.to_string_lossy());
                let is_dir = kind.is_dir() || (kind.is_symlink() && inner.is_dir());
                if !is_dir {
                    self.files.push((relative, inner));
                    continue;
                }
                if ours && ["_tamiz", "dropped", "quarantine", "residue"].iter().any(|own| name == *own) {
                    continue;
                }
                if !self.without.is_empty() || kind.is_symlink() {
                    let Ok(target) = fs::canonicalize(&inner) else { continue };
                    if self.without.contains(&target) {
                        continue;
                    }
                    if kind.is_symlink() && !self.is_new(&target) {
                        continue;
                    }
                    if kind.is_symlink() {
                        self.followed.insert(target);
                    }
                }
                stack.push((inner, relative + "/"));
            }
        }
        Ok(())
    }
}

/// When a file was last changed, in nanoseconds since 1970; nothing for pipes and devices.
pub(crate) fn modified(metadata: &fs::Metadata) -> Option<u64> {
    let time = metadata.is_file().then(|| metadata.modified().ok()).flatten()?;
    time.duration_since(std::time::UNIX_EPOCH).ok().and_then(|since| since.as_nanos().try_into().ok())
}

/// A path with `/` between its parts.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}
