//! The stage: reads the document, and proposes a spelling for each of its names.

use tamiz_core::{Document, Evidence, LanguageCode, Name, Scratch, Span};

use crate::corpus::Corpus;
use crate::lexicon::Lexicon;
use crate::read::Reading;
use crate::rewrite::{Names, Respelling};
use crate::stable;
use crate::tagger::{TAUGHT, Weights};

/// What the options have become.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) user: Option<Lexicon>,
    /// The user's tables by name, for who asks why.
    pub(crate) tables: Vec<(String, &'static str)>,
    pub(crate) rewrite: bool,
    pub(crate) language: Option<LanguageCode>,
    pub(crate) threshold: f64,
    pub(crate) tagger: bool,
}

impl Options {
    /// The tagger's weights, if it is to decide.
    pub(crate) fn weights(&self) -> Option<Weights<'static>> {
        self.tagger.then_some(TAUGHT)
    }
}

/// Marks names.
#[derive(Debug)]
pub struct Stage {
    pub(crate) options: Options,
    /// What the corpus has taught, if it was asked.
    pub(crate) corpus: Option<Corpus>,
}

/// What a worker thread keeps from document to document.
#[derive(Default)]
struct Buffers {
    reading: Reading,
    respelling: Respelling,
    found: Vec<Name>,
}

impl Stage {
    /// Reads a document, and whom the corpus and the user know of its people.
    pub(crate) fn read(&self, document: &Document, reading: &mut Reading) {
        let user = self.options.user.as_ref();
        reading.read(document, user, self.corpus.as_ref(), self.options.weights());
        if let Some(corpus) = &self.corpus {
            corpus.recognise(&reading.tokens, &reading.mentions, &mut reading.links);
        }
        if let Some(user) = user {
            reading.links.recognise(user, document.source(), &reading.tokens, &reading.mentions);
        }
    }

    /// The names of a document, each with the spelling that it is brought to.
    fn find(&self, document: &Document, buffers: &mut Buffers, found: &mut Vec<Name>) {
        let Buffers { reading, respelling, .. } = buffers;
        let Options { rewrite, language, threshold, .. } = &self.options;
        self.read(document, reading);
        let Reading { tokens, mentions, links, .. } = &*reading;
        let names = Names {
            text: document.source(),
            tokens,
            mentions,
            links,
            language: language.or(reading.language),
            native: language.is_none_or(|asked| reading.language.is_none_or(|own| own == asked)),
        };
        // What is right in one language is wrong in another: where the language is a guess, the user's tables alone
        // change the text.
        let certain = language.is_some() || reading.certain;
        let threshold = if certain { *threshold } else { 1.0 };
        respelling.prepare(&names);
        for (number, mention) in mentions.iter().enumerate() {
            let proposal = respelling.propose(&names, number, *rewrite);
            let rewrite = proposal.rewrite.filter(|&(_, sure)| *rewrite && sure >= threshold);
            found.push(Name {
                span: Span::new(mention.start as usize, mention.end as usize),
                name_type: mention.name_type,
                canonical: proposal.canonical,
                id: proposal.id,
                rewrite: rewrite.map(|(text, _)| text),
            });
        }
    }
}

impl tamiz_core::Stage for Stage {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let buffers: &mut Buffers = scratch.get();
        let mut found = std::mem::take(&mut buffers.found);
        self.find(document, buffers, &mut found);
        if found.iter().any(|name| name.rewrite.is_some()) {
            stable::settle(document, &mut found, |draft, names| self.find(draft, buffers, names));
        }
        for name in found.drain(..) {
            document.propose(name);
        }
        buffers.found = found;
    }

    fn explain(&self, document: &Document, scratch: &mut Scratch) -> Vec<Evidence> {
        let Buffers { reading, .. } = scratch.get();
        self.evidence(document, reading)
    }
}
