//! The stage: reads the document, and proposes a spelling for each of its names.

use tamiz_core::{Document, Evidence, LanguageCode, Name, Scratch, Span};

use crate::corpus::Corpus;
use crate::lexicon::Lexicon;
use crate::read::Reading;
use crate::rewrite::{Names, Respelling};

/// What the options have become.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) user: Option<Lexicon>,
    /// The user's tables by name, for who asks why.
    pub(crate) tables: Vec<(String, &'static str)>,
    pub(crate) rewrite: bool,
    pub(crate) language: Option<LanguageCode>,
    pub(crate) threshold: f64,
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

impl tamiz_core::Stage for Stage {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Buffers { reading, respelling, found } = scratch.get();
        let Options { user, rewrite, language, threshold, .. } = &self.options;
        reading.read(document, user.as_ref(), self.corpus.as_ref());
        if let Some(corpus) = &self.corpus {
            corpus.recognise(&reading.tokens, &reading.mentions, &mut reading.links);
        }
        let Reading { tokens, mentions, links, .. } = &*reading;
        let names = Names {
            text: document.source(),
            tokens,
            mentions,
            links,
            language: language.or(reading.language),
        };
        respelling.prepare(&names);
        for (number, mention) in mentions.iter().enumerate() {
            let proposal = respelling.propose(&names, number, *rewrite);
            let rewrite = proposal.rewrite.filter(|(_, sure)| *rewrite && sure >= threshold);
            found.push(Name {
                span: Span::new(mention.start as usize, mention.end as usize),
                name_type: mention.name_type,
                canonical: proposal.canonical,
                id: proposal.id,
                rewrite: rewrite.map(|(text, _)| text),
            });
        }
        for name in found.drain(..) {
            document.propose(name);
        }
    }

    fn explain(&self, document: &Document, scratch: &mut Scratch) -> Vec<Evidence> {
        let Buffers { reading, .. } = scratch.get();
        self.evidence(document, reading)
    }
}
