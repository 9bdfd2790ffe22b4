//! What a stage implements, and how it comes out of a definition file.

use std::any::Any;
use std::ops::BitOr;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Counter, Document, Evidence, Scratch};

/// A step of a pipeline: looks at what is still kept, and marks more.
///
/// Infallible: whatever can fail has failed in [`StageConfig::build`].
pub trait Stage: Send + Sync {
    /// Marks the document. Never called for one that was dropped.
    fn apply(&self, document: &mut Document, scratch: &mut Scratch);

    /// What the stage would go by in this document, as the stages before have left it: the scores of its lines, the
    /// rows and options that match. For people who ask why; a stage that has nothing to say leaves it out.
    fn explain(&self, _document: &Document, _scratch: &mut Scratch) -> Vec<Evidence> {
        Vec::new()
    }
}

/// A commutative monoid: `default` is its identity; `merge` commutes and associates, to the byte.
///
/// One thread, eight threads and a hundred machines all fold documents into states and merge them, so the result
/// must not depend on who saw which document when.
pub trait Merge: Default + Send {
    /// Takes in what the other has seen.
    fn merge(&mut self, other: Self);
}

/// Learns from a whole corpus, then becomes a stage.
pub trait Fit: Send + Sync {
    /// What is learned. It is written as JSON, so its maps have to be ordered ones.
    type State: Merge + Serialize + DeserializeOwned + 'static;
    /// What it becomes.
    type Stage: Stage + 'static;
    /// Takes a document, as the stages before have left it, into the state.
    fn observe(&self, state: &mut Self::State, document: &Document);
    /// The stage that knows the corpus.
    fn finish(&self, state: Self::State) -> Self::Stage;
}

/// Which keys of the output record a stage writes. They are there whenever the stage is, if empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u8);

impl Marks {
    /// None at all.
    pub const NOTHING: Marks = Marks(0);
    /// `language`
    pub const LANGUAGE: Marks = Marks(1);
    /// `lines`
    pub const LINES: Marks = Marks(2);
    /// `removed`
    pub const REMOVED: Marks = Marks(4);
    /// `sentences`
    pub const SENTENCES: Marks = Marks(8);
    /// `names`
    pub const NAMES: Marks = Marks(16);

    /// Whether all of `other` is in here.
    #[must_use]
    pub fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Marks {
    type Output = Marks;

    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

/// What a stage's options have become.
pub struct Built {
    /// The keys of the output record that it writes.
    pub marks: Marks,
    /// The step itself.
    pub step: Step,
}

/// A stage that is ready, or one that has to see the corpus first.
pub enum Step {
    /// Ready.
    Ready(Box<dyn Stage>),
    /// Learns first.
    Learner(Box<dyn Learner>),
    /// Learns first, by counting.
    Counter(Box<dyn Counter>),
}

impl Built {
    /// A stage that is ready.
    pub fn stage(marks: Marks, stage: impl Stage + 'static) -> Self {
        Built { marks, step: Step::Ready(Box::new(stage)) }
    }

    /// A stage that learns from the corpus first.
    pub fn fit(marks: Marks, fit: impl Fit + 'static) -> Self {
        Built { marks, step: Step::Learner(Box::new(fit)) }
    }

    /// A stage that learns from the corpus first, by counting.
    pub fn count(marks: Marks, counter: impl Counter + 'static) -> Self {
        Built { marks, step: Step::Counter(Box::new(counter)) }
    }
}

/// A stage's table in the definition file, and how it becomes a stage.
///
/// Implementors derive `Deserialize` with `#[serde(deny_unknown_fields, default)]`: every option has a default, and
/// the documentation of a field is the option's documentation; with `Serialize` beside it, defaults are shown too. No `flatten`, no untagged or internally tagged enum:
/// they lose the place of an error.
pub trait StageConfig: DeserializeOwned + JsonSchema {
    /// The stage's name: the `use` value, the crate's suffix, the case folder and the bench's id.
    const NAME: &'static str;

    /// Makes what all stages of this name share, such as embedded tables. A definition's stages do so side by side
    /// before they are built one by one; a stage that nobody prepared makes it when it needs it.
    fn prepare() {}

    /// Makes the stage.
    ///
    /// # Errors
    /// If options contradict each other or the data, or a table cannot be read. Several may be reported at once.
    fn build(self, tables: &dyn Tables) -> Result<Built, Vec<ConfigError>>;
}

/// Where a stage finds the files that its options name.
pub trait Tables {
    /// The text of a file; a relative path is relative to the definition file.
    ///
    /// # Errors
    /// A sentence that says what was wrong with the file, without the option's name.
    fn read(&self, path: &Path) -> Result<String, String>;
}

/// Tables for stages built without a definition file: there are none.
pub struct NoTables;

impl Tables for NoTables {
    fn read(&self, path: &Path) -> Result<String, String> {
        Err(format!("cannot read {}: no files can be read here", path.display()))
    }
}

/// A mistake in a stage's options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The keys and positions that lead to the option, such as `["rule", "2", "pattern"]`; empty for the whole stage.
    pub at: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl ConfigError {
    /// A mistake at that option.
    pub fn new(at: &[&str], message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            at: at.iter().map(ToString::to_string).collect(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// A state of any [`Fit`], its type known only to its [`Learner`].
pub type State = Box<dyn Any + Send>;

/// A [`Fit`] whose state type is hidden, so that learners of different stages fit one list. Implemented for every
/// `Fit`; stages never implement it themselves.
pub trait Learner: Send + Sync {
    /// The state that has seen nothing.
    fn empty(&self) -> State;
    /// See [`Fit::observe`].
    fn observe(&self, state: &mut State, document: &Document);
    /// See [`Merge::merge`].
    fn merge(&self, state: &mut State, other: State);
    /// The state as JSON: the same bytes for the same state.
    ///
    /// # Errors
    /// If the state cannot be written as JSON.
    fn save(&self, state: &State) -> serde_json::Result<Vec<u8>>;
    /// Reads what `save` wrote.
    ///
    /// # Errors
    /// If the bytes are not a state of this stage.
    fn load(&self, bytes: &[u8]) -> serde_json::Result<State>;
    /// See [`Fit::finish`].
    fn finish(&self, state: State) -> Box<dyn Stage>;
}

const OWN: &str = "a learner is only given states that it made";

impl<F: Fit> Learner for F {
    fn empty(&self) -> State {
        Box::new(F::State::default())
    }

    fn observe(&self, state: &mut State, document: &Document) {
        Fit::observe(self, state.downcast_mut().expect(OWN), document);
    }

    fn merge(&self, state: &mut State, other: State) {
        state.downcast_mut::<F::State>().expect(OWN).merge(*other.downcast().expect(OWN));
    }

    fn save(&self, state: &State) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(state.downcast_ref::<F::State>().expect(OWN))
    }

    fn load(&self, bytes: &[u8]) -> serde_json::Result<State> {
        Ok(Box::new(serde_json::from_slice::<F::State>(bytes)?))
    }

    fn finish(&self, state: State) -> Box<dyn Stage> {
        Box::new(Fit::finish(self, *state.downcast().expect(OWN)))
    }
}
