//! A pipeline that is ready to be looked at while it works, document by document.

use tamiz_core::{Document, Evidence, Fate, Marks, Scratch};
use tamiz_formats::list;
use tamiz_pipeline::Pipeline;

use crate::fit::{given, learn};
use crate::run::prepare;
use crate::stages::Stages;
use crate::{Options, RunError, panics};

/// A pipeline whose stages are ready: for people who look at what it does to a few documents.
///
/// ```
/// use tamiz_core::{Document, Scratch};
/// use tamiz_pipeline::{Pipeline, Registry};
/// use tamiz_run::{Options, Ready};
///
/// let pipeline = Pipeline::parse("none.toml", "", &Registry::new(&[])).unwrap();
/// let ready = Ready::new(&pipeline, &[], &Options::default()).unwrap().unwrap();
/// let mut document = Document::new("Rain.");
/// ready.apply(&mut document, &mut Scratch::default()).unwrap();
/// assert_eq!(document.render(ready.marks()).text, "Rain.");
/// ```
pub struct Ready<'p> {
    stages: Stages<'p>,
}

impl<'p> Ready<'p> {
    /// Makes a pipeline ready. Corpus-level stages take what `options.state` holds, or else learn from the inputs;
    /// `None` if that was stopped.
    ///
    /// # Errors
    /// If an input is not there, a state does not fit, or a stage has nothing to learn from.
    pub fn new(
        pipeline: &'p Pipeline,
        inputs: &[String],
        options: &Options,
    ) -> Result<Option<Self>, RunError> {
        if inputs.is_empty() {
            let mut states = given(pipeline, options)?;
            let nothing = || {
                Err(RunError::new(
                    "a stage of the pipeline learns from the corpus, which is not at hand",
                    "give what it has learned with --state",
                ))
            };
            let fitted = learn(pipeline, &mut states, &nothing, options.selection(), options, usize::MAX)?;
            return Ok(Some(Self { stages: fitted.stages }));
        }
        let sources = list(inputs, &[])?.sources;
        Ok(prepare(pipeline, &sources, options)?.map(|(stages, _)| Self { stages }))
    }

    /// The stages before the first one that has to learn: all of them where none does.
    #[must_use]
    pub fn unlearned(pipeline: &'p Pipeline) -> Self {
        Self { stages: Stages::new(pipeline) }
    }

    /// The keys of the output record that its stages write.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.stages.marks()
    }

    /// The stages' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.stages.each().map(|(name, _)| name)
    }

    /// Runs the stages over the document until one drops it.
    ///
    /// # Errors
    /// If a stage fails on it: a sentence that names the stage.
    pub fn apply(&self, document: &mut Document, scratch: &mut Scratch) -> Result<(), String> {
        self.watch(document, scratch, |_, _, _| {})
    }

    /// As [`Ready::apply`], asking each stage what it goes by ([`tamiz_core::Stage::explain`]) before it is applied;
    /// `seen` is called after each with its name, its evidence and the document as it left it.
    ///
    /// # Errors
    /// If a stage fails on it: a sentence that names the stage.
    pub fn watch(
        &self,
        document: &mut Document,
        scratch: &mut Scratch,
        mut seen: impl FnMut(&'static str, Vec<Evidence>, &Document),
    ) -> Result<(), String> {
        for (name, stage) in self.stages.each() {
            let evidence = panics::catch(|| {
                let evidence = stage.explain(document, scratch);
                stage.apply(document, scratch);
                evidence
            });
            match evidence {
                Ok(evidence) => seen(name, evidence, document),
                Err(message) => {
                    *scratch = Scratch::default();
                    return Err(format!("the stage `{name}` failed on this document: {message}"));
                }
            }
            if document.fate() != Fate::Kept {
                break;
            }
        }
        Ok(())
    }
}
