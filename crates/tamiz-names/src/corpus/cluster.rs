//! Which full names of a corpus are one person, and how the person is written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tamiz_core::{LanguageCode, NameType};

use crate::corpus::counts::{Counts, Seen, UNKNOWN, is_full};
use crate::fold;
use crate::hash;
use crate::lexicon::Lexicon;
use crate::link::{self, Links};
use crate::parts;
use crate::rewrite::{Names, Respelling, is_latin};
use crate::scan::{Mention, is_roman};
use crate::similarity::Matcher;
use crate::spanish;
use crate::spelling;
use crate::token::{self, LETTER, Token};

/// Documents from which on a name is frequent enough to be trusted without a look at what stands beside it.
const FREQUENT: u64 = 3;
/// How many times as frequent a name has to be as what is taken for a slip of the pen.
const SLIP: u64 = 3;
/// How alike the members of two clusters have to be on average.
const LINKED: f32 = 0.88;
/// Members of the largest cluster.
const MOST_MEMBERS: usize = 64;
/// Names of a block that all others of it are compared with: its most frequent ones.
const CENTRES: usize = 64;

/// A person of the corpus.
pub(crate) struct Cluster {
    pub(crate) id: String,
    /// The form of every language that has its own, by the code; `mul` for all others.
    pub(crate) canonical: BTreeMap<String, String>,
    /// Every spelling with the documents it stands in, the most frequent first.
    pub(crate) variants: Vec<(String, u64)>,
    pub(crate) documents: u64,
}

/// A full name.
struct Form<'c> {
    name: &'c str,
    seen: &'c Seen,
    documents: u64,
    /// Its full parts, on the list of all.
    parts: (u32, u32),
    /// The hash of its Roman number or its *Jr.*.
    number: u64,
    /// The hash of its initials; 0 if it has none.
    initials: u64,
    slip: bool,
}

#[derive(Clone, Copy)]
struct Part {
    start: u32,
    end: u32,
    hash: u64,
}

/// A pair of forms that may be one.
#[derive(Clone, Copy)]
struct Edge {
    alike: f32,
    documents: u64,
    one: u32,
    other: u32,
}

struct Clusterer<'c> {
    forms: Vec<Form<'c>>,
    parts: Vec<Part>,
    matcher: Matcher,
    edges: Vec<Edge>,
}

/// The people of a corpus, the best known first.
pub(crate) fn clusters(counts: &Counts, user: Option<&Lexicon>) -> Vec<Cluster> {
    let mut clusterer = Clusterer::new(counts);
    clusterer.sound_alikes();
    clusterer.slips();
    let groups = clusterer.link();
    let mut speller = Speller::default();
    let mut clusters: Vec<Cluster> =
        groups.iter().map(|group| clusterer.describe(group, user, &mut speller)).collect();
    clusters.sort_by(|a, b| b.documents.cmp(&a.documents).then_with(|| a.variants.cmp(&b.variants)));
    // Two people may be written alike in the letters of an id.
    let mut taken: HashMap<String, u32> = HashMap::new();
    for cluster in &mut clusters {
        let known = user.is_some_and(|user| user.has(&cluster.id));
        let number = taken.entry(cluster.id.clone()).or_default();
        *number += 1;
        if *number > 1 && !known {
            cluster.id = format!("{}-{number}", cluster.id);
        }
    }
    clusters
}

impl<'c> Clusterer<'c> {
    fn new(counts: &'c Counts) -> Self {
        let (mut forms, mut parts, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
        for (name, seen) in &counts.names {
            token::words_of(name, &mut tokens);
            let begin = parts.len() as u32;
            let mut number = 0;
            let initials = tokens.iter().filter(|token| token.is(LETTER));
            let initials = initials.fold(0, |all, token| hash::join(all, token.hash));
            for token in tokens.iter().filter(|token| is_full(token)) {
                let word = token.text(name);
                if parts.len() as u32 > begin && (is_roman(word) || word == "Jr") {
                    number = token.hash;
                } else {
                    parts.push(Part { start: token.start, end: token.end, hash: token.hash });
                }
            }
            let parts = (begin, parts.len() as u32);
            forms.push(Form { name, seen, documents: seen.count(), parts, number, initials, slip: false });
        }
        Clusterer { forms, parts, matcher: Matcher::default(), edges: Vec::new() }
    }

    fn parts(&self, form: u32) -> &[Part] {
        let (begin, end) = self.forms[form as usize].parts;
        &self.parts[begin as usize..end as usize]
    }

    fn word(&self, form: u32, part: Part) -> &'c str {
        &self.forms[form as usize].name[part.start as usize..part.end as usize]
    }

    /// Every form under keys, sorted by the key, and under one key the most frequent first.
    fn blocks(&self, keys: impl Fn(u32, &mut Vec<u64>)) -> Vec<(u64, u32)> {
        let (mut entries, mut found) = (Vec::new(), Vec::new());
        for form in 0..self.forms.len() as u32 {
            found.clear();
            if self.parts(form).len() >= 2 {
                keys(form, &mut found);
            }
            found.dedup();
            entries.extend(found.iter().map(|&key| (key, form)));
        }
        let documents = |form: u32| self.forms[form as usize].documents;
        entries.sort_unstable_by_key(|&(key, form)| (key, u64::MAX - documents(form), form));
        entries
    }

    /// Pairs whose parts sound alike, one by one.
    fn sound_alikes(&mut self) {
        let mut rest = String::new();
        let mut entries = Vec::new();
        for form in 0..self.forms.len() as u32 {
            let [first, others @ ..] = self.parts(form) else { continue };
            // `Jong-un` and `Jongun` have one key.
            rest.clear();
            others.iter().for_each(|part| rest.push_str(self.word(form, *part)));
            entries.push((
                u64::from(link::key(self.word(form, *first))) << 32 | u64::from(link::key(&rest)),
                form,
            ));
        }
        let keys: HashMap<u32, u64> = entries.into_iter().map(|(key, form)| (form, key)).collect();
        let entries = self.blocks(|form, found| found.extend(keys.get(&form)));
        self.within_blocks(&entries, |this, one, other| {
            let frequent = this.forms[one as usize].documents >= FREQUENT;
            if frequent || this.share_company(one, other) { this.alike(one, other) } else { None }
        });
    }

    /// Pairs of which one is a slip of the other: one letter of an unknown word, in a name that is far rarer and stands
    /// in the same company.
    fn slips(&mut self) {
        let entries = self.blocks(|form, found| {
            let parts = self.parts(form);
            let initial = |part: Part| u64::from(self.word(form, part).as_bytes()[0]);
            let (first, last) = (parts[0], parts[parts.len() - 1]);
            let key = |part: Part| u64::from(link::key(self.word(form, part))) << 16;
            found.extend([key(last) | initial(first) << 1, key(first) | initial(last) << 1 | 1]);
        });
        let before = self.edges.len();
        self.within_blocks(&entries, |this, one, other| {
            let (frequent, rare) = (&this.forms[one as usize], &this.forms[other as usize]);
            let slipped = frequent.documents >= FREQUENT
                && frequent.documents >= SLIP * rare.documents
                && this.share_company(one, other)
                && this.is_slip(one, other);
            slipped.then_some(0.9)
        });
        for at in before..self.edges.len() {
            let rare = self.edges[at].other;
            self.forms[rare as usize].slip = true;
        }
    }

    /// Compares every form of a block with its most frequent ones.
    fn within_blocks(
        &mut self,
        entries: &[(u64, u32)],
        mut compare: impl FnMut(&mut Self, u32, u32) -> Option<f32>,
    ) {
        for block in entries.chunk_by(|a, b| a.0 == b.0) {
            for (at, &(_, other)) in block.iter().enumerate() {
                for &(_, one) in &block[..at.min(CENTRES)] {
                    if let Some(alike) = compare(self, one, other) {
                        let documents =
                            self.forms[one as usize].documents + self.forms[other as usize].documents;
                        self.edges.push(Edge { alike, documents, one, other });
                    }
                }
            }
        }
    }

    /// Whether the two stand beside names of one surname.
    fn share_company(&self, one: u32, other: u32) -> bool {
        let near = |form: u32| &self.forms[form as usize].seen.near;
        near(one).iter().any(|digest| near(other).binary_search(digest).is_ok())
    }

    /// How alike two names are, if they may be one: part for part, and their numbers agree.
    fn alike(&mut self, one: u32, other: u32) -> Option<f32> {
        let (a, b) = (&self.forms[one as usize], &self.forms[other as usize]);
        let differ = |a: u64, b: u64| a != b && a != 0 && b != 0;
        if a.number != b.number || differ(a.initials, b.initials) {
            return None;
        }
        let (x, y) = (self.parts(one).to_vec(), self.parts(other).to_vec());
        if x.len() != y.len() {
            let letters = |name: &str| {
                let mut letters = String::new();
                fold::romanise(name, &mut letters);
                letters
            };
            return (letters(a.name) == letters(b.name)).then_some(1.0);
        }
        // Across scripts, much sounds alike by chance: there the company has to say so too.
        let (a, b) = (a.name, b.name);
        if is_latin(a) != is_latin(b) && !self.share_company(one, other) {
            return None;
        }
        for (x, y) in x.into_iter().zip(y) {
            let (one, other) = (self.word(one, x), self.word(other, y));
            if x.hash != y.hash && !self.same_part((one, x.hash), (other, y.hash)) {
                return None;
            }
        }
        Some(self.matcher.sound(a, b) as f32)
    }

    fn same_part(&mut self, a: (&str, u64), b: (&str, u64)) -> bool {
        if !link::alike(&mut self.matcher, a, b) {
            return false;
        }
        // Of a short word, one letter is a large part.
        let short = a.0.chars().count().min(b.0.chars().count()) <= 4;
        let plain = |word: &str| spanish::without_acute(&word.to_lowercase());
        !short
            || plain(a.0) == plain(b.0)
            || parts::entries(a.1).any(|one| parts::entries(b.1).any(|other| one.group == other.group))
            || self.matcher.sound(a.0, b.0) >= 0.95
    }

    fn is_slip(&self, one: u32, other: u32) -> bool {
        let (x, y) = (self.parts(one), self.parts(other));
        if x.len() != y.len() || self.forms[one as usize].number != self.forms[other as usize].number {
            return false;
        }
        let mut differ = x.iter().zip(y).filter(|(x, y)| x.hash != y.hash);
        let (Some((x, y)), None) = (differ.next(), differ.next()) else { return false };
        let plain = |word: &str| spanish::without_acute(&word.to_lowercase());
        let (good, bad) = (plain(self.word(one, *x)), plain(self.word(other, *y)));
        parts::usual(y.hash) == 0
            && good.len().min(bad.len()) >= 6
            && spelling::one_apart(good.as_bytes(), bad.as_bytes())
    }

    /// Joins forms to clusters by average linkage, the most alike first.
    fn link(&mut self) -> Vec<Vec<u32>> {
        let mut edges = std::mem::take(&mut self.edges);
        edges.sort_by(|a, b| {
            b.alike
                .total_cmp(&a.alike)
                .then(b.documents.cmp(&a.documents))
                .then((a.one, a.other).cmp(&(b.one, b.other)))
        });
        edges.dedup_by_key(|edge| (edge.one, edge.other));
        let known: HashMap<(u32, u32), f32> =
            edges.iter().map(|edge| ((edge.one, edge.other), edge.alike)).collect();
        let mut of: Vec<u32> = (0..self.forms.len() as u32).collect();
        let mut members: Vec<Vec<u32>> = of.iter().map(|&form| vec![form]).collect();
        for edge in edges {
            let (a, b) = (of[edge.one as usize] as usize, of[edge.other as usize] as usize);
            if a == b || members[a].len() + members[b].len() > MOST_MEMBERS {
                continue;
            }
            let mut sum = 0.0;
            for &x in &members[a] {
                for &y in &members[b] {
                    let seen = known.get(&(x, y)).or_else(|| known.get(&(y, x))).copied();
                    sum += seen.or_else(|| self.alike(x, y)).unwrap_or(0.0);
                }
            }
            if sum / (members[a].len() * members[b].len()) as f32 >= LINKED {
                let moved = std::mem::take(&mut members[b]);
                moved.iter().for_each(|&form| of[form as usize] = a as u32);
                members[a].extend(moved);
            }
        }
        members.retain(|group| !group.is_empty());
        members
    }

    fn describe(&self, group: &[u32], user: Option<&Lexicon>, speller: &mut Speller) -> Cluster {
        let mut forms: Vec<&Form<'_>> = group.iter().map(|&form| &self.forms[form as usize]).collect();
        forms.sort_by(|a, b| b.documents.cmp(&a.documents).then(a.name.cmp(b.name)));
        let documents = forms.iter().map(|form| form.documents).sum();
        let variants = forms.iter().map(|form| (form.name.to_owned(), form.documents)).collect();
        // A person whom the user knows is the user's.
        for form in &forms {
            token::words_of(form.name, &mut speller.tokens);
            let known = user.and_then(|user| user.longest_of_user(form.name, &speller.tokens));
            if let Some((entry, _)) = known.filter(|(_, length)| *length == speller.tokens.len()) {
                let canonical = entry.forms().map(|(code, form)| (code.to_owned(), form.to_owned()));
                return Cluster {
                    id: entry.id.to_owned(),
                    canonical: canonical.collect(),
                    variants,
                    documents,
                };
            }
        }
        let most = self.best(&forms, None);
        let mut canonical = BTreeMap::new();
        let languages: BTreeSet<LanguageCode> = forms
            .iter()
            .flat_map(|form| form.seen.documents.iter().map(|(language, _)| *language))
            .filter(|language| *language != UNKNOWN)
            .chain(spelling::SPELT)
            .collect();
        for language in languages {
            let form = speller.spell(self.best(&forms, Some(language)), language);
            if form != most {
                canonical.insert(language.to_string(), form);
            }
        }
        let mut id = String::new();
        for word in most.split(' ') {
            if !id.is_empty() {
                id.push('-');
            }
            fold::romanise(word, &mut id);
        }
        canonical.insert("mul".into(), most.to_owned());
        Cluster { id, canonical, variants, documents }
    }

    /// The form to write: the most frequent one that is well formed; in a language, the most frequent there.
    fn best(&self, forms: &[&Form<'c>], language: Option<LanguageCode>) -> &'c str {
        let here = |form: &Form<'_>| {
            let found =
                form.seen.documents.iter().filter(|(other, _)| language.is_none_or(|code| code == *other));
            found.map(|(_, count)| u64::from(*count)).sum::<u64>()
        };
        let local = language.is_some() && forms.iter().any(|form| !form.slip && here(form) > 0);
        let count = |form: &Form<'_>| if local { here(form) } else { form.documents };
        let most = forms.iter().map(|form| count(form)).max().unwrap_or(0);
        let spanish = language.is_some_and(|language| language.as_str() == "es");
        let rank = |form: &Form<'_>| {
            let words = || form.name.split([' ', '-']).filter(|word| word.len() > 2);
            let known = form_parts(self, form).all(|part| parts::usual(part.hash) > 0);
            let native = spanish && !words().any(spanish::is_foreign_romanisation);
            let accented = |word: &&str| spanish::is_accented_spanish(&word.to_lowercase());
            let accents = if spanish { words().filter(accented).count() } else { 0 };
            // A form that is rare beside another is a slip as a rule; among the usual ones, a known name goes first.
            let usual = count(form) * 4 >= most;
            // Where Spanish pages have the language's own spelling too, that is the one, even if it is the rarer.
            let own = usual || (local && spanish && count(form) >= 2 && count(form) * 10 >= most);
            let (native, accents) = if local { (native, accents) } else { (false, 0) };
            let script = local || is_latin(form.name);
            (!form.slip, script, own, native, accents, usual, known, count(form))
        };
        let best = forms.iter().max_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| b.name.cmp(a.name)));
        best.map_or("", |form| form.name)
    }
}

fn form_parts<'f>(clusterer: &'f Clusterer<'_>, form: &Form<'_>) -> impl Iterator<Item = &'f Part> {
    clusterer.parts[form.parts.0 as usize..form.parts.1 as usize].iter()
}

/// Spells a name as a language does, by its tables.
#[derive(Default)]
struct Speller {
    tokens: Vec<Token>,
    links: Links,
    respelling: Respelling,
}

impl Speller {
    fn spell(&mut self, name: &str, language: LanguageCode) -> String {
        token::words_of(name, &mut self.tokens);
        let mention = Mention {
            start: 0,
            end: name.len() as u32,
            first: 0,
            last: self.tokens.len() as u32,
            name_type: NameType::Person,
            weak: false,
            told: false,
            entry: None,
        };
        let mentions = [mention];
        self.links.link(name, &self.tokens, &mentions, None);
        let names = Names {
            text: name,
            tokens: &self.tokens,
            mentions: &mentions,
            links: &self.links,
            language: Some(language),
            native: true,
        };
        self.respelling.prepare(&names);
        self.respelling.propose(&names, 0, false).canonical.text(name).to_owned()
    }
}
