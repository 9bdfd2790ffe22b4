//! The journal of an unfinished run: what it is a run of, and which parts are whole. With it a run that was stopped,
//! killed or cut off goes on where its last whole part ended.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tamiz_core::{Kind, Reason, RuleId};

use crate::RunError;
use crate::guard::Seen;
use crate::output::replace;
use crate::parts::OutputFile;
use crate::tally::{Amount, Counts, Seconds, StageCount, Tally};

/// The journal's name in `_tamiz`.
pub(crate) const JOURNAL: &str = "journal.jsonl";

/// What a run is a run of: if any of it changes, going on would not give the bytes of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The program's version.
    pub(crate) tamiz: String,
    /// A digest of the definition and of the files that it names.
    pub(crate) definition: String,
    /// A digest of the inputs' names, sizes and times of change.
    pub(crate) inputs: String,
    /// The options that decide over the output's bytes.
    pub(crate) options: BTreeMap<String, String>,
    /// A digest of what the corpus-level stages have learned.
    pub(crate) state: String,
}

impl Header {
    /// Checks that a run with this header can go on with what `old` began. What the stages have learned is only
    /// compared where both know it.
    pub(crate) fn fits(&self, old: &Header, root: &Path) -> Result<(), RunError> {
        let options = || {
            let keys = self.options.keys().chain(old.options.keys());
            let differ = |key: &&String| self.options.get(*key) != old.options.get(*key);
            let key = keys.into_iter().find(differ).cloned().unwrap_or_default();
            let of = |options: &BTreeMap<String, String>| options.get(&key).cloned().unwrap_or_default();
            format!("the option `{key}` was {} and is {} now", of(&old.options), of(&self.options))
        };
        let changed = if self.tamiz != old.tamiz {
            format!("it was begun by tamiz {}, and this is {}", old.tamiz, self.tamiz)
        } else if self.definition != old.definition {
            "the definition, or a file that it names, has changed since".to_owned()
        } else if self.inputs != old.inputs {
            "an input was changed, added or taken away since".to_owned()
        } else if self.options != old.options {
            options()
        } else if self.state != old.state && !self.state.is_empty() && !old.state.is_empty() {
            "what the corpus-level stages have learned is not the same".to_owned()
        } else {
            return Ok(());
        };
        Err(RunError::new(
            format!("the unfinished run in {} cannot go on: {changed}", root.display()),
            "begin again with --overwrite, or put it back as it was",
        ))
    }
}

/// A part that is whole: all of its files have their names.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// Batches of the input that were worked on up to its end.
    batches: u64,
    /// A running digest of those batches' bytes.
    chain: u64,
    files: Vec<OutputFile>,
    /// What was counted up to its end.
    sums: Sums,
    /// What a guard saw in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Seen>,
}

/// How far an unfinished run has come.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) batches: u64,
    pub(crate) chain: u64,
    /// Whole parts.
    pub(crate) parts: u64,
    pub(crate) files: Vec<OutputFile>,
    pub(crate) tally: Tally,
    /// What a guard has seen.
    pub(crate) seen: Seen,
}

/// A journal that a run writes.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins a journal.
    pub(crate) fn create(root: &Path, header: &Header) -> Result<Self, RunError> {
        let path = root.join("_tamiz").join(JOURNAL);
        replace(&path, &line(&path, header)?)?;
        Self::open(path)
    }

    /// Goes on with a journal. A last line that was cut off when the run ended is taken off.
    pub(crate) fn reopen(root: &Path) -> Result<Self, RunError> {
        let path = root.join("_tamiz").join(JOURNAL);
        let whole = fs::read(&path)
            .map(|bytes| bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |feed| feed + 1))
            .map_err(|error| RunError::writing_part(&path, &error))?;
        let journal = Self::open(path)?;
        journal
            .file
            .set_len(whole as u64)
            .and_then(|()| journal.file.sync_all())
            .map_err(|error| RunError::writing_part(&journal.path, &error))?;
        Ok(journal)
    }

    fn open(path: PathBuf) -> Result<Self, RunError> {
        let opened = OpenOptions::new().append(true).open(&path);
        let file = opened.map_err(|error| RunError::writing_part(&path, &error))?;
        Ok(Self { path, file })
    }

    /// Notes that a part is whole.
    pub(crate) fn part(
        &mut self,
        batches: u64,
        chain: u64,
        files: Vec<OutputFile>,
        tally: &Tally,
        seen: Option<Seen>,
    ) -> Result<(), RunError> {
        let bytes = line(&self.path, &Entry { batches, chain, files, sums: Sums::of(tally), seen })?;
        // One write a line: what a crash leaves of it is no line, and is not believed.
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.map_err(|error| RunError::writing_part(&self.path, &error))
    }
}

/// Reads the journal of an unfinished run; `None` if there is none, or a crash left nothing of it.
///
/// # Errors
/// If it cannot be read, or a part that it vouches for is not there as it was.
pub(crate) fn read(root: &Path) -> Result<Option<(Header, Done)>, RunError> {
    let path = root.join("_tamiz").join(JOURNAL);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(RunError::new(
                format!("cannot read {}: {error}", path.display()),
                "check its permissions",
            ));
        }
    };
    let broken = |number: usize| {
        let message = format!("{}:{number}: no line of a journal", path.display());
        RunError::new(message, "begin again with --overwrite")
    };
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |feed| feed + 1);
    let mut lines = bytes[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return Ok(None) };
    let header: Header = serde_json::from_slice(first).map_err(|_| broken(1))?;
    let mut done = Done::default();
    for (index, line) in lines.enumerate() {
        let entry: Entry = serde_json::from_slice(line).map_err(|_| broken(index + 2))?;
        (done.batches, done.chain) = (entry.batches, entry.chain);
        done.tally = entry.sums.tally();
        done.seen.add(entry.seen.unwrap_or_default());
        done.parts += 1;
        for file in entry.files {
            let size = fs::metadata(root.join(&file.path)).map(|metadata| metadata.len()).ok();
            if size != Some(file.bytes) {
                let message = format!(
                    "{} is not as the unfinished run left it: {} bytes were written, {} are there",
                    root.join(&file.path).display(),
                    file.bytes,
                    size.unwrap_or(0)
                );
                return Err(RunError::new(message, "begin again with --overwrite"));
            }
            done.files.push(file);
        }
    }
    Ok(Some((header, done)))
}

fn line(path: &Path, value: &impl Serialize) -> Result<Vec<u8>, RunError> {
    let mut bytes = serde_json::to_vec(value)
        .map_err(|error| RunError::new(format!("cannot write {}: {error}", path.display()), "report it"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A tally as it stands in the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Sums {
    counts: Counts,
    text_in: u64,
    text_out: u64,
    removed: Vec<RemovedSum>,
    languages: BTreeMap<String, u64>,
    inputs: Vec<u64>,
    stages: Vec<StageCount>,
    seconds: Seconds,
    #[serde(default)]
    wall: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct RemovedSum {
    stage: String,
    kind: Kind,
    rule: String,
    pieces: u64,
    characters: u64,
}

impl Sums {
    fn of(tally: &Tally) -> Self {
        let removed = (tally.removed().into_iter())
            .map(|entry| RemovedSum {
                stage: entry.stage.to_owned(),
                kind: entry.kind,
                rule: entry.rule.to_owned(),
                pieces: entry.pieces,
                characters: entry.characters,
            })
            .collect();
        Self {
            counts: tally.counts,
            text_in: tally.text_in,
            text_out: tally.text_out,
            removed,
            languages: tally.languages.clone(),
            inputs: tally.inputs.clone(),
            stages: tally.stages.clone(),
            seconds: tally.seconds,
            wall: tally.wall,
        }
    }

    fn tally(self) -> Tally {
        let removed = (self.removed.into_iter())
            .map(|sum| {
                let stage = RuleId::intern(&sum.stage).as_str();
                let reason = Reason { stage, kind: sum.kind, rule: RuleId::intern(&sum.rule) };
                (reason, Amount { pieces: sum.pieces, characters: sum.characters })
            })
            .collect();
        Tally {
            counts: self.counts,
            text_in: self.text_in,
            text_out: self.text_out,
            removed,
            languages: self.languages,
            inputs: self.inputs,
            stages: self.stages,
            seconds: self.seconds,
            wall: self.wall,
        }
    }
}
