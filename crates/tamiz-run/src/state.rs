//! Files that hold what corpus-level stages have learned.
//!
//! A state file starts with a line of JSON: the version, and for each stage its name, the digest of the pipeline up to it,
//! the digest of what the stages before have learned, and either its `state`, or the size and checksum of its `counts`.
//! The counts themselves follow behind the line, in the stages' order, each as a run (see `learn::sorted`): so they can
//! be written, merged and read without ever being in memory as a whole.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use tamiz_core::{Learner, Stage};
use tamiz_pipeline::Pipeline;

use crate::learn::counts::{Bound, Counts};
use crate::learn::sorted::{Place, SortedRun};
use crate::learn::{Content, Gathered, Learns, learners, spilling};
use crate::output::hex;
use crate::{Options, RunError};

/// The version of this program, which states and manifests carry.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

const FIT_AGAIN: &str = "learn it again with `tamiz fit`";

/// What the corpus-level stages of a pipeline have learned so far, in the pipeline's order.
#[derive(Debug, Default)]
pub(crate) struct States {
    stages: Vec<Learned>,
}

/// What one stage has learned.
#[derive(Debug)]
struct Learned {
    stage: String,
    /// The digest of the pipeline up to the stage.
    pipeline: String,
    /// The digest of what the stages before have learned: they decided what this one saw.
    after: String,
    content: Content,
}

/// The first line of a state file.
#[derive(Serialize, Deserialize)]
struct Head {
    /// The version that wrote it: another may learn otherwise.
    tamiz: String,
    stages: Vec<HeadStage>,
}

#[derive(Serialize, Deserialize)]
struct HeadStage {
    stage: String,
    pipeline: String,
    after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<HeadCounts>,
}

#[derive(Serialize, Deserialize)]
struct HeadCounts {
    counts: u64,
    bytes: u64,
    sha256: String,
}

impl States {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reads a file, and checks that it fits the pipeline.
    pub(crate) fn read(path: &Path, pipeline: &Pipeline) -> Result<Self, RunError> {
        Self::open(path)?.checked(&path.display(), pipeline)
    }

    /// Reads what [`States::bytes`] gave, and checks that it fits the pipeline.
    pub(crate) fn parse(bytes: &[u8], pipeline: &Pipeline) -> Result<Self, RunError> {
        let (head, at) = read_head(bytes, &GIVEN)?;
        let place = |offset: u64, length: u64| {
            let start = usize::try_from(offset).ok()?;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            Some(Place::Memory(bytes.get(start..end)?.into()))
        };
        Self::assembled(head, at, bytes.len() as u64, &GIVEN, place)?.checked(&GIVEN, pipeline)
    }

    fn open(path: &Path) -> Result<Self, RunError> {
        let shown = path.display();
        let unreadable = |error: io::Error| {
            let near = if path.exists() { None } else { tamiz_pipeline::near(path, |_| true) };
            let remedy =
                near.map_or("check the path".to_owned(), |near| format!("did you mean {}?", near.display()));
            RunError::new(format!("cannot read the state {shown}: {error}"), remedy)
        };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let (head, at) = read_head(file, &shown)?;
        let place = |offset, _| Some(Place::File { path: path.to_owned(), offset });
        Self::assembled(head, at, length, &shown, place)
    }

    /// Puts together what a file holds: its first line, and where the counts are that follow from byte `at` on.
    fn assembled(
        head: Head,
        mut at: u64,
        length: u64,
        shown: &dyn Display,
        place: impl Fn(u64, u64) -> Option<Place>,
    ) -> Result<Self, RunError> {
        let cut = || {
            let message = format!("the state {shown} is damaged: its length is not what its first line says");
            RunError::new(message, "copy it again, or learn it again with `tamiz fit`")
        };
        let mut stages = Vec::new();
        for HeadStage { stage, pipeline, after, state, counts } in head.stages {
            let content = match (state, counts) {
                (Some(state), None) => Content::State(state),
                (None, Some(HeadCounts { counts, bytes, sha256 })) => {
                    let place = place(at, bytes).ok_or_else(cut)?;
                    at = at.checked_add(bytes).ok_or_else(cut)?;
                    let digest = unhex(&sha256).ok_or_else(|| not_ours(shown, &"a checksum is none"))?;
                    Content::Counts(SortedRun { place, counts, bytes, digest })
                }
                _ => return Err(not_ours(shown, &"a stage needs either a state or counts")),
            };
            stages.push(Learned { stage, pipeline, after, content });
        }
        if at == length { Ok(Self { stages }) } else { Err(cut()) }
    }

    /// Checks that the states fit the pipeline. `shown` is what messages call them.
    fn checked(self, shown: &dyn Display, pipeline: &Pipeline) -> Result<Self, RunError> {
        let misfit =
            |message: String| RunError::new(format!("the state {shown} does not fit: {message}"), FIT_AGAIN);
        let mut learners = learners(pipeline);
        for learned in &self.stages {
            let Some((index, name, _)) = learners.next() else {
                return Err(misfit(format!(
                    "the pipeline has no stage `{}` that learns here",
                    learned.stage
                )));
            };
            if name != learned.stage {
                return Err(misfit(format!("it is of stage `{}`, and `{name}` learns first", learned.stage)));
            }
            if pipeline.digest_up_to(index) != learned.pipeline {
                return Err(misfit(format!(
                    "the pipeline up to stage `{name}`, or a file that it names, has changed since"
                )));
            }
        }
        Ok(self)
    }

    /// Writes a file, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), RunError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || {
            let mut file = tempfile::Builder::new().prefix(".state-").suffix(".tmp").tempfile_in(folder)?;
            let mut out = io::BufWriter::new(&mut file);
            self.write_to(&mut out)?;
            out.flush()?;
            drop(out);
            file.as_file().sync_all()?;
            // A temporary file is its owner's alone; a state is as readable as any other output.
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
            }
            file.persist(path).map_err(|failed| failed.error)?;
            if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
        };
        write().map_err(|error| RunError::writing(path, &error))
    }

    /// What a file would hold.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, RunError> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes).map_err(|error| spilling(&error))?;
        Ok(bytes)
    }

    fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let stages = self.stages.iter().map(|learned| {
            let (state, counts) = match &learned.content {
                Content::State(state) => (Some(state.clone()), None),
                Content::Counts(run) => (None, Some(run.into())),
            };
            let Learned { stage, pipeline, after, .. } = learned;
            let (stage, pipeline, after) = (stage.clone(), pipeline.clone(), after.clone());
            HeadStage { stage, pipeline, after, state, counts }
        });
        let head = Head { tamiz: VERSION.to_owned(), stages: stages.collect() };
        serde_json::to_writer(&mut *out, &head)?;
        out.write_all(b"\n")?;
        for learned in &self.stages {
            if let Content::Counts(run) = &learned.content {
                io::copy(&mut run.content()?, out)?;
            }
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.stages.len()
    }

    /// Adds what the next stage has learned.
    pub(crate) fn push(&mut self, pipeline: &Pipeline, index: usize, content: Content) {
        let after = self.digest();
        let stage = pipeline.stages()[index].name.to_owned();
        self.stages.push(Learned { stage, pipeline: pipeline.digest_up_to(index), after, content });
    }

    /// Takes the last one's content out.
    pub(crate) fn pop(&mut self) -> Option<Content> {
        self.stages.pop().map(|learned| learned.content)
    }

    /// Makes ready what stage number `number` of those that learn has learned.
    pub(crate) fn finish(&self, number: usize, learns: Learns<'_>) -> Result<Box<dyn Stage>, RunError> {
        learns.finish(&self.stages[number].content)
    }

    /// Takes the last one's content out, if these are `known` and one more that followed from them.
    pub(crate) fn into_next(mut self, known: &States) -> Result<Content, RunError> {
        match self.stages.pop() {
            Some(last) if self.len() == known.len() && last.after == known.digest() => Ok(last.content),
            _ => Err(RunError::new(
                "the state is not of the stage that learns now, after what the stages before have learned",
                "merge states that one pipeline has learned, stage by stage",
            )),
        }
    }

    /// A digest of all that is in it; empty if nothing is.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &[u8]| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for learned in &self.stages {
            add(learned.stage.as_bytes());
            add(learned.pipeline.as_bytes());
            match &learned.content {
                Content::State(state) => add(state.get().as_bytes()),
                Content::Counts(run) => add(&run.digest),
            }
        }
        if self.stages.is_empty() { String::new() } else { hex(&hash.finalize()) }
    }
}

/// What messages call a state that came as bytes.
const GIVEN: &str = "given";

impl From<&SortedRun> for HeadCounts {
    fn from(run: &SortedRun) -> Self {
        Self { counts: run.counts, bytes: run.bytes, sha256: hex(&run.digest) }
    }
}

/// A state file's first line, and where the rest starts.
fn read_head(content: impl Read, shown: &dyn Display) -> Result<(Head, u64), RunError> {
    let mut line = Vec::new();
    let read = BufReader::new(content).read_until(b'\n', &mut line);
    read.map_err(|error| RunError::new(format!("cannot read the state {shown}: {error}"), "check the path"))?;
    let head: Head = serde_json::from_slice(&line).map_err(|error| not_ours(shown, &error))?;
    if head.tamiz != VERSION {
        let message = format!("the state {shown} is of tamiz {}, and this is {VERSION}", head.tamiz);
        return Err(RunError::new(message, FIT_AGAIN));
    }
    Ok((head, line.len() as u64))
}

fn not_ours(shown: &dyn Display, why: &dyn Display) -> RunError {
    RunError::new(format!("{shown} is no state of tamiz: {why}"), "name a file that `tamiz fit` wrote")
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// What the stage of that name has learned, as a state file holds it: the JSON of its state.
///
/// # Errors
/// If the file cannot be read, is of another version, or that stage has not learned in it.
pub fn learned(path: &Path, stage: &str) -> Result<String, RunError> {
    let states = States::open(path)?;
    let known = || states.stages.iter().map(|learned| learned.stage.as_str()).collect::<Vec<_>>().join(", ");
    match states.stages.iter().find(|learned| learned.stage == stage).map(|learned| &learned.content) {
        Some(Content::State(state)) => Ok(state.get().to_owned()),
        Some(Content::Counts(_)) => Err(RunError::new(
            format!("the stage `{stage}` has counted, and its counts are no JSON"),
            "ask for a stage that has learned otherwise",
        )),
        None => Err(RunError::new(
            format!("the stage `{stage}` has learned nothing in {}, but: {}", path.display(), known()),
            "fit a pipeline in which it learns",
        )),
    }
}

/// Merges state files into one; any grouping and order gives the same bytes.
///
/// A file holds the state of every corpus-level stage of its pipeline that has learned so far. Only the last of them
/// is merged: those before it must be the same in all files, since they decided what the last one saw. `learner` gives
/// the learner of the stage of that name, with any options; stages that count need none.
///
/// # Errors
/// If a file cannot be read, is of another version, pipeline or stage than the first, or cannot be written.
pub fn merge(
    states: &[PathBuf],
    output: &Path,
    options: &Options,
    learner: impl Fn(&str) -> Option<Box<dyn Learner>>,
) -> Result<(), RunError> {
    let [first, others @ ..] = states else {
        return Err(RunError::new("no state to merge", "name the files that `tamiz fit` wrote"));
    };
    let options = options.clone().spilling_beside(output);
    let mut merged = States::open(first)?;
    let Some(last) = merged.stages.pop() else {
        let message = format!("{} holds no state: no stage of its pipeline learns", first.display());
        return Err(RunError::new(message, "there is nothing to merge"));
    };
    let bound = options.bound(1);
    let learner = learner(&last.stage);
    let Learned { stage, pipeline, after, content } = last;
    let mut sum = gathered(content, learner.as_deref(), &bound, first, &stage)?;
    for path in others {
        let mut other = States::open(path)?;
        let learned = other.stages.pop();
        let Some(learned) = learned.filter(|learned| {
            other.len() == merged.len() && learned.stage == stage && learned.pipeline == pipeline
        }) else {
            let message = format!("{} is of another pipeline than {}", path.display(), first.display());
            return Err(RunError::new(message, "merge states that one pipeline has learned"));
        };
        if learned.after != after {
            let message = format!(
                "{} and {}: the stages before `{stage}` had not learned the same",
                first.display(),
                path.display(),
            );
            let remedy = "fit and merge one stage after the other: `tamiz fit --shard`, `tamiz merge`, then \
                          `tamiz fit --shard --state` for the next stage";
            return Err(RunError::new(message, remedy));
        }
        let other = gathered(learned.content, learner.as_deref(), &bound, path, &stage)?;
        match (&mut sum, other) {
            (Gathered::State(sum), Gathered::State(other)) => {
                if let Some(learner) = &learner {
                    learner.merge(sum, other);
                }
            }
            (Gathered::Counts(sum), Gathered::Counts(other)) => {
                sum.absorb(other).map_err(|error| spilling(&error))?;
            }
            _ => return Err(not_ours(&path.display(), &"it is of another kind than the first")),
        }
    }
    let content = match (sum, &learner) {
        (Gathered::Counts(counts), _) => {
            Content::Counts(counts.into_run().map_err(|error| spilling(&error))?)
        }
        (state, Some(learner)) => Learns::Fit(&**learner).save(state)?,
        (Gathered::State(_), None) => return Err(unknown(first, &stage)),
    };
    merged.stages.push(Learned { stage, pipeline, after, content });
    merged.write(output)
}

fn gathered(
    content: Content,
    learner: Option<&dyn Learner>,
    bound: &Bound,
    path: &Path,
    stage: &str,
) -> Result<Gathered, RunError> {
    match (content, learner) {
        (Content::Counts(run), _) => {
            let mut counts = Counts::new(bound.clone());
            counts.add_run(run).map_err(|error| spilling(&error))?;
            Ok(Gathered::Counts(counts))
        }
        (Content::State(state), Some(learner)) => {
            learner.load(state.get().as_bytes()).map(Gathered::State).map_err(|error| {
                RunError::new(format!("{}: not a state of `{stage}`: {error}", path.display()), FIT_AGAIN)
            })
        }
        (Content::State(_), None) => Err(unknown(path, stage)),
    }
}

fn unknown(path: &Path, stage: &str) -> RunError {
    let message = format!("{}: there is no stage `{stage}` that learns", path.display());
    RunError::new(message, "use the program that wrote the state")
}
