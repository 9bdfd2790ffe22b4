//! The stage: reads the document's words, finds names, links their spellings, proposes them.

use tamiz_core::{Document, LanguageCode, Name, Scratch, Span};

use crate::evidence::Evidence;
use crate::index::Index;
use crate::lexicon::{Lexicon, SHIPPED};
use crate::link::{self, Links};
use crate::parts;
use crate::rewrite::{Names, Respelling};
use crate::scan::{Mention, Scanner};
use crate::token::{self, CAPITAL, RUN, START, Token, UPPER};
use crate::words::{FUNCTION, LANGUAGES, Tongue, WORDS};

/// Marks names.
#[derive(Debug)]
pub struct Stage {
    pub(crate) user: Option<Lexicon>,
    pub(crate) rewrite: bool,
    pub(crate) language: Option<LanguageCode>,
    pub(crate) threshold: f64,
}

/// What a worker thread keeps from document to document.
#[derive(Default)]
struct Buffers {
    tokens: Vec<Token>,
    mentions: Vec<Mention>,
    evidence: Evidence,
    known: Known,
    people: Index,
    links: Links,
    respelling: Respelling,
    found: Vec<Name>,
}

impl tamiz_core::Stage for Stage {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let buffers: &mut Buffers = scratch.get();
        buffers.tokens.clear();
        buffers.mentions.clear();
        buffers.evidence.clear();
        for run in document.kept() {
            token::tokenise(document.source(), run.span, &mut buffers.tokens);
        }
        let (tongue, sure) = tongue(document, &buffers.tokens);
        for token in &mut buffers.tokens {
            if !token.is(CAPITAL) {
                buffers.evidence.add_small(token.hash);
                continue;
            }
            // Whatever asks about a name asks about its words: they are looked up once.
            buffers.known.look_up(token, tongue);
            if !token.is(START | UPPER | RUN) {
                buffers.evidence.add_capital(token.hash);
            }
        }
        Scanner {
            text: document.source(),
            tokens: &buffers.tokens,
            evidence: &buffers.evidence,
            tongue,
            user: self.user.as_ref(),
            shipped: &SHIPPED,
            mentions: &mut buffers.mentions,
        }
        .scan();
        let (tokens, mentions) = (&buffers.tokens, &mut buffers.mentions);
        link::settle(tokens, mentions, &mut buffers.people);
        buffers.links.link(document.source(), tokens, mentions, tongue);
        let language = self.language.or_else(|| {
            let told = document.language().map(|language| language.code).filter(|code| code.is_language());
            told.or_else(|| {
                tongue.filter(|_| sure).and_then(|tongue| LanguageCode::parse(LANGUAGES[usize::from(tongue)]))
            })
        });
        let mut found = std::mem::take(&mut buffers.found);
        let names = Names { text: document.source(), tokens, mentions, links: &buffers.links, language };
        buffers.respelling.prepare(&names);
        for (number, mention) in mentions.iter().enumerate() {
            let proposal = buffers.respelling.propose(&names, number);
            let rewrite = proposal.rewrite.filter(|(_, sure)| self.rewrite && *sure >= self.threshold);
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
        buffers.found = found;
    }
}

/// What was looked up last, so that the words that a text repeats do not go through the large tables each time: they
/// lie far from the processor. A word's place follows from its hash; the newer drives out the older.
struct Known(Box<[Answer; KNOWN]>);

const KNOWN: usize = 8192;

#[derive(Clone, Copy, Default)]
struct Answer {
    hash: u64,
    word: u16,
    usual: u8,
    placed: bool,
    /// The language that was asked for, from 1; 0 before any was, so that nothing is known at first.
    tongue: u8,
}

impl Default for Known {
    fn default() -> Self {
        Known(Box::new([Answer::default(); KNOWN]))
    }
}

impl Known {
    #[inline]
    fn look_up(&mut self, token: &mut Token, tongue: Option<Tongue>) {
        let asked = tongue.map_or(u8::MAX, |tongue| tongue + 1);
        let answer = &mut self.0[(token.hash >> 40) as usize % KNOWN];
        if answer.hash != token.hash || answer.tongue != asked {
            let word = WORDS.flags(token.hash, tongue);
            *answer = Answer {
                hash: token.hash,
                word,
                usual: if word & FUNCTION == 0 { parts::usual(token.hash) } else { 0 },
                placed: SHIPPED.begins(token.hash),
                tongue: asked,
            };
        }
        token.word = answer.word;
        token.usual = answer.usual;
        token.placed = answer.placed;
    }
}

/// How many words the language is guessed from.
const SAMPLE: usize = 200;

/// The document's language, if it is one that has tables, and whether that is sure: as a stage before has told it, else
/// as its words say.
fn tongue(document: &Document, tokens: &[Token]) -> (Option<Tongue>, bool) {
    if let Some(language) = document.language().filter(|language| language.code.is_language()) {
        let known = LANGUAGES.iter().position(|code| *code == language.code.as_str());
        return (known.map(|at| at as Tongue), true);
    }
    let mut votes = [0; LANGUAGES.len()];
    for token in tokens.iter().filter(|token| !token.is(CAPITAL) || token.is(START)).take(SAMPLE) {
        WORDS.vote(token.hash, &mut votes);
    }
    let (mut best, mut second) = (0, 0);
    for at in 1..votes.len() {
        if votes[at] > votes[best] {
            (best, second) = (at, votes[best]);
        } else {
            second = second.max(votes[at]);
        }
    }
    let told = votes[best] > second + second / 16;
    // A guess that is good enough to read capitals by may still not be enough to spell by.
    (told.then_some(best as Tongue), votes[best] > second + second / 4)
}
