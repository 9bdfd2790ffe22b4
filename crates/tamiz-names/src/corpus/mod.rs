//! What a corpus teaches of names: whose spellings are one, and which words stand in capitals because they are names.
//!
//! A first pass counts the full names of people and the case of words ([`Counts`]). From them come clusters of
//! spellings, and a lexicon that the stage takes beside the user's and the built-in ones, and that a person can read,
//! correct and give back ([`lexicon`]). Places and organizations are not learned: the README says why.

mod cases;
mod cluster;
mod counts;

use std::collections::HashMap;
use std::fmt::Write;

use tamiz_core::{Document, Fit};

use crate::corpus::cases::Cases;
use crate::corpus::cluster::{Cluster, clusters};
pub use crate::corpus::counts::Counts;
use crate::corpus::counts::is_full;
use crate::index::Index;
use crate::lexicon::Lexicon;
use crate::link::Links;
use crate::scan::Mention;
use crate::stage::{Options, Stage};
use crate::token::{self, Token};

/// Learns the names of a corpus.
#[derive(Debug)]
pub struct Learner {
    pub(crate) options: Options,
}

impl Fit for Learner {
    type State = Counts;
    type Stage = Stage;

    fn observe(&self, state: &mut Counts, document: &Document) {
        state.observe(document, self.options.user.as_ref(), self.options.weights());
    }

    fn finish(&self, state: Counts) -> Stage {
        let corpus = Corpus::new(state, self.options.user.as_ref());
        Stage { options: self.options.clone(), corpus: Some(corpus) }
    }
}

/// Documents from which on a person stands in the lexicon without a second spelling.
const LISTED: u64 = 2;
/// How many times as frequent as all other bearers the owner of a surname has to be to have it alone.
const ALONE: u64 = 20;

/// What the stage knows of a corpus.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) lexicon: Lexicon,
    /// The rows of the lexicon, for who asks why: those that [`lexicon`] has, in the same order, but without its head.
    pub(crate) rows: &'static str,
    pub(crate) cases: Cases,
    /// Surnames that one person bears, by their hashes: the entry.
    short: Index,
}

/// The people of a corpus as a lexicon: lines of `id ⇥ type ⇥ canonical ⇥ variants`, then an empty column and one with
/// how often each spelling stands in the corpus, which are for the reader alone. Correct it, and give it to the stage
/// as `lexicon`.
#[must_use]
pub fn lexicon(counts: &Counts) -> String {
    let mut text = String::from("# id\ttype\tcanonical\tvariants\t\tdocuments\n");
    for cluster in listed(&clusters(counts, None)) {
        row(&mut text, cluster);
        text.push_str("\t\t");
        for (at, (variant, documents)) in cluster.variants.iter().enumerate() {
            let _ = write!(text, "{}{variant} {documents}", if at > 0 { ", " } else { "" });
        }
        text.push('\n');
    }
    text
}

fn listed(clusters: &[Cluster]) -> impl Iterator<Item = &Cluster> {
    clusters.iter().filter(|cluster| cluster.documents >= LISTED || cluster.variants.len() > 1)
}

fn row(text: &mut String, cluster: &Cluster) {
    let _ = write!(text, "{}\tperson\t", cluster.id);
    for (at, (code, form)) in cluster.canonical.iter().enumerate() {
        let _ = write!(text, "{}{code}={form}", if at > 0 { ";" } else { "" });
    }
    text.push('\t');
    for (at, (variant, _)) in cluster.variants.iter().enumerate() {
        let _ = write!(text, "{}{variant}", if at > 0 { "|" } else { "" });
    }
}

impl Corpus {
    fn new(counts: Counts, user: Option<&Lexicon>) -> Self {
        let clusters = clusters(&counts, user);
        let mut text = String::new();
        for cluster in listed(&clusters) {
            row(&mut text, cluster);
            let _ = writeln!(text, "\t{}", cluster.documents.min(255));
        }
        let mut lexicon = Lexicon::of_corpus();
        // The lexicon lives as long as the program, as its forms do in the names that stages propose. Rows are made of
        // names, in which there is neither a tab nor a line feed, so there is nothing wrong with them.
        let rows = Box::leak(text.into_boxed_str());
        let _ = lexicon.add(rows);
        let short = surnames(&clusters, &lexicon);
        Corpus { lexicon, rows, cases: counts.cases, short }
    }

    /// Finds the people of a document among those of the corpus: by a full name, or by a surname that no other bears.
    pub(crate) fn recognise(&self, tokens: &[Token], mentions: &[Mention], links: &mut Links) {
        links.known.clear();
        links.known.resize(links.forms.len(), None);
        for number in 0..links.forms.len() {
            let form = links.forms[number];
            let root = links.root(number as u32);
            let mention = &mentions[form.mention as usize];
            let run = &tokens[mention.first as usize..mention.last as usize];
            let entry = if form.full > 1 {
                self.lexicon.whole(run)
            } else if root == number as u32 {
                let part = run.iter().rfind(|token| is_full(token));
                part.and_then(|part| self.short.get(part.hash)).map(|at| self.lexicon.entry(at))
            } else {
                None
            };
            // What the form that stands for all says goes before what another one does.
            let known = &mut links.known[root as usize];
            if entry.is_some() && (known.is_none() || root == number as u32) {
                *known = entry.copied();
            }
        }
    }
}

/// Surnames that one person bears, or one so much more than all others that they do not count.
fn surnames(clusters: &[Cluster], lexicon: &Lexicon) -> Index {
    #[derive(Default)]
    struct Bearers {
        all: u64,
        most: u64,
        cluster: usize,
    }
    let mut bearers: HashMap<u64, Bearers> = HashMap::new();
    let mut tokens = Vec::new();
    for (number, cluster) in clusters.iter().enumerate() {
        let mut own: Vec<(u64, bool)> = Vec::new();
        for name in cluster.variants.iter().map(|(name, _)| name).chain(cluster.canonical.values()) {
            token::words_of(name, &mut tokens);
            let last = tokens.iter().rposition(is_full);
            let full = tokens.iter().enumerate().filter(|(_, token)| is_full(token));
            own.extend(full.map(|(at, token)| (token.hash, Some(at) == last)));
        }
        own.sort_unstable_by_key(|&(hash, last)| (hash, !last));
        own.dedup_by_key(|(hash, _)| *hash);
        for (hash, last) in own {
            let entry = bearers.entry(hash).or_default();
            entry.all += cluster.documents;
            // Clusters come the most frequent first.
            if last && cluster.documents > entry.most {
                (entry.most, entry.cluster) = (cluster.documents, number);
            }
        }
    }
    let mut index = Index::default();
    for (hash, bearers) in bearers {
        if bearers.most >= LISTED && (bearers.all - bearers.most) * ALONE <= bearers.most {
            token::words_of(&clusters[bearers.cluster].variants[0].0, &mut tokens);
            if let Some(entry) = lexicon.place(&tokens) {
                index.insert(hash, entry);
            }
        }
    }
    index
}
