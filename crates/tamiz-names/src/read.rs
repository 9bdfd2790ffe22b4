//! Reads a document: its words, the names among them, and which of those are one.

use tamiz_core::{Document, LanguageCode};

use crate::corpus::Corpus;
use crate::evidence::Evidence;
use crate::index::Index;
use crate::lexicon::{Lexicon, SHIPPED};
use crate::link::{self, Links};
use crate::parts;
use crate::scan::{Case, Mention, Scanner};
use crate::tagger::{self, TAUGHT, Tagger, View, Weights};
use crate::token::{self, CAPITAL, RUN, START, Token, UPPER};
use crate::words::{self, FUNCTION, LANGUAGES, Tongue, WORDS};

/// What a worker thread keeps from document to document.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) tokens: Vec<Token>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) links: Links,
    /// The document's language: as a stage before has told it, or as its words do, if they are sure.
    pub(crate) language: Option<LanguageCode>,
    /// From which word on capitals say how much.
    pub(crate) cases: Vec<(u32, Case)>,
    evidence: Evidence,
    known: Known,
    people: Index,
    tongue: Option<Tongue>,
    sure: bool,
    tagger: Tagger,
}

impl Reading {
    /// Reads a document, with what the user and the corpus know of names.
    pub(crate) fn read(&mut self, document: &Document, user: Option<&Lexicon>, corpus: Option<&Corpus>) {
        self.read_with(document, user, corpus, Some(TAUGHT));
    }

    /// The same with weights of one's own for the tagger.
    pub(crate) fn read_with(
        &mut self,
        document: &Document,
        user: Option<&Lexicon>,
        corpus: Option<&Corpus>,
        weights: Option<Weights<'_>>,
    ) {
        self.scan(document, user, corpus);
        if let Some(weights) = weights.filter(|_| tagger::is_taught(self.tongue)) {
            let mut tagger = std::mem::take(&mut self.tagger);
            let mut mentions = std::mem::take(&mut self.mentions);
            tagger.apply(weights, &self.view(document.source(), corpus), &self.cases, &mut mentions);
            (self.tagger, self.mentions) = (tagger, mentions);
        }
        let (tokens, mentions) = (&self.tokens, &mut self.mentions);
        link::settle(tokens, mentions, &mut self.people);
        self.links.link(document.source(), tokens, mentions, self.tongue);
        let told = document.language().map(|language| language.code).filter(|code| code.is_language());
        self.language = told.or_else(|| {
            self.tongue
                .filter(|_| self.sure)
                .and_then(|tongue| LanguageCode::parse(LANGUAGES[usize::from(tongue)]))
        });
    }

    /// What the tagger may ask about the words that were read.
    pub(crate) fn view<'v>(&'v self, text: &'v str, corpus: Option<&'v Corpus>) -> View<'v> {
        View { text, tokens: &self.tokens, evidence: &self.evidence, tongue: self.tongue, shipped: &SHIPPED, corpus }
    }

    /// Reads the words of a document and what the rules take for names among them.
    pub(crate) fn scan(&mut self, document: &Document, user: Option<&Lexicon>, corpus: Option<&Corpus>) {
        self.tokens.clear();
        self.cases.clear();
        self.mentions.clear();
        self.evidence.clear();
        for run in document.kept() {
            token::tokenise(document.source(), run.span, &mut self.tokens);
        }
        let (tongue, sure) = tongue(document, &self.tokens);
        for token in &mut self.tokens {
            if !token.is(CAPITAL) {
                self.evidence.add_small(token.hash);
                continue;
            }
            // Whatever asks about a name asks about its words: they are looked up once.
            self.known.look_up(token, tongue);
            if !token.is(START | UPPER | RUN) {
                self.evidence.add_capital(token.hash);
            }
        }
        Scanner {
            text: document.source(),
            tokens: &self.tokens,
            evidence: &self.evidence,
            tongue,
            user,
            corpus,
            shipped: &SHIPPED,
            mentions: &mut self.mentions,
            cases: &mut self.cases,
        }
        .scan();
        (self.tongue, self.sure) = (tongue, sure);
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
    let sample = tokens.iter().filter(|token| !token.is(CAPITAL) || token.is(START)).take(SAMPLE);
    let votes = sample.fold(0, |votes, token| votes + WORDS.votes(token.hash));
    let votes: [u32; LANGUAGES.len()] = std::array::from_fn(|tongue| words::votes_for(votes, tongue));
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
