//! Reads a document: its words, the names among them, and which of those are one.

use tamiz_core::{Document, LanguageCode};

use crate::corpus::Corpus;
use crate::evidence::Evidence;
use crate::extent::noun_signs;
use crate::index::Index;
use crate::lexicon::{Lexicon, SHIPPED};
use crate::link::{self, Links};
use crate::parts;
use crate::scan::{Case, DE, Mention, Run, Scanner};
use crate::tagger::{self, Tagger, View, Weights};
use crate::token::{self, CAPITAL, DIGIT, LETTER, Map, RUN, START, Token, UNCASED, UNSPACED, UPPER};
use crate::words::{self, FUNCTION, LANGUAGES, Tongue, Votes, WORDS};

/// What a worker thread keeps from document to document.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) tokens: Vec<Token>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) links: Links,
    /// The document's language: as a stage before has told it, or as its words do, if they are sure.
    pub(crate) language: Option<LanguageCode>,
    /// Whether the language is certain enough to change the text by.
    pub(crate) certain: bool,
    /// Whether the tagger decided on the names, and not the rules alone.
    pub(crate) is_tagged: bool,
    /// From which word on capitals say how much.
    pub(crate) cases: Vec<(u32, Case)>,
    /// The runs of kept text that have words.
    runs: Vec<Run>,
    /// The words at which a name may begin.
    begins: Vec<u32>,
    map: Map,
    evidence: Evidence,
    known: Known,
    people: Index,
    tongue: Option<Tongue>,
    sure: bool,
    /// Made where there is something to decide, and then kept.
    tagger: Option<Tagger>,
}

impl Reading {
    /// Reads a document, with what the user and the corpus know of names, and with weights if the tagger is to decide.
    pub(crate) fn read(
        &mut self,
        document: &Document,
        user: Option<&Lexicon>,
        corpus: Option<&Corpus>,
        weights: Option<Weights<'_>>,
    ) {
        self.scan(document, user, corpus);
        let weights = weights.filter(|_| tagger::decides(self.tongue));
        self.is_tagged = weights.is_some();
        if let Some(weights) = weights {
            let mut tagger = self.tagger.take().unwrap_or_default();
            let mut mentions = std::mem::take(&mut self.mentions);
            tagger.apply(weights, &self.view(document.source(), corpus), &self.cases, &mut mentions);
            (self.tagger, self.mentions) = (Some(tagger), mentions);
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
        View {
            text,
            tokens: &self.tokens,
            begins: &self.begins,
            evidence: &self.evidence,
            tongue: self.tongue,
            shipped: &SHIPPED,
            corpus,
        }
    }

    /// Reads the words of a document and what the rules take for names among them.
    pub(crate) fn scan(&mut self, document: &Document, user: Option<&Lexicon>, corpus: Option<&Corpus>) {
        self.evidence.clear(&self.tokens);
        self.tokens.clear();
        self.cases.clear();
        self.mentions.clear();
        self.runs.clear();
        self.begins.clear();
        let mut language = Language::of(document);
        self.map.read(document.source());
        for run in document.kept() {
            let first = self.tokens.len();
            token::tokenise(document.source(), &self.map, run.span, &mut self.tokens);
            if first < self.tokens.len() {
                // What a run needs is taken down while its words are near.
                self.survey(first);
                language.hear(&self.tokens[first..]);
            }
        }
        language.decide();
        let Language { tongue, sure, certain, .. } = language;
        self.known.look_up(document.source(), &mut self.tokens, &self.begins, tongue);
        Scanner {
            text: document.source(),
            tokens: &self.tokens,
            runs: &self.runs,
            begins: &self.begins,
            evidence: &self.evidence,
            tongue,
            user,
            corpus,
            shipped: &SHIPPED,
            mentions: &mut self.mentions,
            cases: &mut self.cases,
        }
        .scan();
        (self.tongue, self.sure, self.certain) = (tongue, sure, certain);
    }

    /// Takes down the case of the words from `first` on, which are a run, and where names may begin among them.
    fn survey(&mut self, first: usize) {
        let (mut words, mut capitals, mut upper) = (0, 0, 0);
        for (token, at) in self.tokens[first..].iter().zip(first as u32..) {
            let plain = u32::from(!token.is(DIGIT | LETTER | UNSPACED | UNCASED));
            words += plain;
            if token.is(CAPITAL | UNCASED | UNSPACED) {
                self.begins.push(at);
            }
            if !token.is(CAPITAL) {
                self.evidence.add_small(token.hash);
                continue;
            }
            capitals += plain;
            upper += if token.is(UPPER) { plain } else { 0 };
            if !token.is(START | UPPER | RUN) {
                self.evidence.add_capital(token.hash);
            }
        }
        self.runs.push(Run { first: first as u32, last: self.tokens.len() as u32, words, capitals, upper });
    }
}

/// What was looked up last, so that the words that a text repeats do not go through the large tables each time: they
/// lie far from the processor. A word's place follows from its hash; the newer drives out the older.
struct Known {
    answers: Box<[Answer; KNOWN]>,
    /// The words of the document that are not among them, by their places.
    news: Vec<u32>,
    small: String,
}

const KNOWN: usize = 8192;

#[derive(Clone, Copy, Default)]
struct Answer {
    hash: u64,
    word: u16,
    usual: u8,
    placed: bool,
    noun: u8,
    /// The language that was asked for, from 1; 0 before any was, so that nothing is known at first.
    tongue: u8,
}

impl Default for Known {
    fn default() -> Self {
        Known { answers: Box::new([Answer::default(); KNOWN]), news: Vec::new(), small: String::new() }
    }
}

impl Known {
    /// Looks up the capitalised words at these places: whatever asks about a name asks about its words.
    fn look_up(&mut self, text: &str, tokens: &mut [Token], places: &[u32], tongue: Option<Tongue>) {
        let asked = tongue.map_or(u8::MAX, |tongue| tongue + 1);
        self.news.clear();
        for &at in places {
            let token = &mut tokens[at as usize];
            let answer = &self.answers[place(token.hash)];
            if answer.hash == token.hash && answer.tongue == asked {
                answer.give(token);
            } else if token.is(CAPITAL) {
                self.news.push(at);
            }
        }
        // The tables are far: first the processor is told of all places in them, and does not wait for one before it
        // fetches the next.
        let touched = self.news.iter().fold(0u32, |touched, &at| {
            let hash = tokens[at as usize].hash;
            touched ^ parts::touch(hash) ^ WORDS.touch(hash)
        });
        std::hint::black_box(touched);
        let touched =
            self.news.iter().fold(0, |touched, &at| touched ^ parts::reach(tokens[at as usize].hash));
        std::hint::black_box(touched);
        for &at in &self.news {
            let token = &mut tokens[at as usize];
            let answer = &mut self.answers[place(token.hash)];
            if answer.hash != token.hash || answer.tongue != asked {
                let word = WORDS.flags(token.hash, tongue);
                *answer = Answer {
                    hash: token.hash,
                    word,
                    usual: if word & FUNCTION == 0 { parts::usual(token.hash) } else { 0 },
                    placed: SHIPPED.begins(token.hash),
                    noun: match tongue {
                        Some(tongue) if usize::from(tongue) == DE => {
                            noun_signs(token.text(text), &mut self.small)
                        }
                        _ => 0,
                    },
                    tongue: asked,
                };
            }
            answer.give(token);
        }
    }
}

/// The place of a word among what was looked up.
fn place(hash: u64) -> usize {
    (hash >> 40) as usize % KNOWN
}

impl Answer {
    #[inline]
    fn give(&self, token: &mut Token) {
        token.word = self.word;
        token.usual = self.usual;
        token.placed = self.placed;
        token.noun = self.noun;
        token.asked = true;
    }
}

/// How many words the language is guessed from.
const SAMPLE: usize = 200;

/// How sure another stage has to be of a language for the text to be changed by it. Sentences of Portuguese, Catalan or
/// Galician that are taken for Spanish are told with less, but for one in a thousand.
const CERTAIN: f64 = 0.95;
/// Votes that make a guess certain.
const LEAST: u32 = 12;

/// The document's language, as far as it is known.
struct Language {
    /// If it is one that has tables.
    tongue: Option<Tongue>,
    /// A guess that is good enough to read capitals by may still not be enough to name forms by.
    sure: bool,
    /// And what is good enough to name forms by may still not be enough to change the text by.
    certain: bool,
    decided: bool,
    votes: Votes,
    /// Words that have voted.
    voters: usize,
}

impl Language {
    /// As a stage before has told it; else it is still to be decided.
    fn of(document: &Document) -> Self {
        let told = document.language().filter(|language| language.code.is_language());
        Language {
            tongue: told.and_then(|told| words::tongue(told.code.as_str())),
            sure: told.is_some(),
            certain: told.is_some_and(|told| told.confidence >= CERTAIN),
            decided: told.is_some(),
            votes: 0,
            voters: 0,
        }
    }

    /// Has the words of the text vote until there are enough of them.
    fn hear(&mut self, tokens: &[Token]) {
        if self.decided {
            return;
        }
        let voters = tokens.iter().filter(|token| !token.is(CAPITAL) || token.is(START));
        for token in voters.take(SAMPLE - self.voters) {
            self.votes += WORDS.votes(token.hash);
            self.voters += 1;
        }
        if self.voters == SAMPLE {
            self.decide();
        }
    }

    /// Decides by the votes.
    fn decide(&mut self) {
        if self.decided {
            return;
        }
        self.decided = true;
        let votes: [u32; LANGUAGES.len()] =
            std::array::from_fn(|tongue| words::votes_for(self.votes, tongue));
        let (mut best, mut second) = (0, 0);
        for at in 1..votes.len() {
            if votes[at] > votes[best] {
                (best, second) = (at, votes[best]);
            } else {
                second = second.max(votes[at]);
            }
        }
        self.tongue = (votes[best] > second + second / 16).then_some(best as Tongue);
        self.sure = votes[best] > second + second / 4;
        // Texts in languages without tables have few words that vote at all.
        let most = second.max(self.voters as u32);
        self.certain = votes[best] >= LEAST && votes[best] > most + most / 2;
    }
}
