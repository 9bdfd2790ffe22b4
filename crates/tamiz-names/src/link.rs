//! Which names of a document are one: short forms go to full names, spellings to spellings.

use tamiz_core::NameType;

use crate::hash;
use crate::index::Index;
use crate::lexicon::{Entry, Lexicon};
use crate::parts;
use crate::scan::{Mention, is_roman};
use crate::similarity::Matcher;
use crate::spanish;
use crate::token::{CAPITAL, DIGIT, LETTER, Token, UPPER};
use crate::words::{COMMON, CONNECTOR, FUNCTION, Tongue, WORDS};

/// Forms of one document that are linked; those after them stay alone, so that time stays linear on any text.
const MOST_FORMS: usize = 4096;
/// Forms that one form is compared with.
const MOST_COMPARED: usize = 24;
/// Parts of a name that are looked at.
const MOST_PARTS: u8 = 10;
/// Full parts of the longest name: what has more is a list of names without marks between, and would make all of them
/// one person.
const MOST_NAMED: u8 = 5;
/// How alike two spellings of one part are.
const SAME: f64 = 0.9;

/// A spelling that occurs in the document, and the person that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The mention that has it first.
    pub(crate) mention: u32,
    pub(crate) count: u32,
    /// Full parts of the name: neither initials nor particles.
    pub(crate) full: u8,
    /// Parts that are known as parts of people's names.
    known: u8,
    /// Where its full parts begin on the list.
    first: u32,
    /// The hash of its Roman number or its *Jr.*, if it has one.
    number: u64,
    /// The form that stands for the person: the root of the cluster.
    pub(crate) root: u32,
}

/// What a worker thread keeps for linking.
#[derive(Default)]
pub(crate) struct Links {
    pub(crate) forms: Vec<Form>,
    /// For every mention its form, or [`NO_FORM`].
    pub(crate) of: Vec<u32>,
    /// For every form that stands for a person, whom the corpus or, by a surname, the user knows it as; empty if neither
    /// was asked.
    pub(crate) known: Vec<Option<Entry>>,
    index: Index,
    parts: Vec<Part>,
    keys: Vec<Key>,
    matcher: Matcher,
    heard: Heard,
}

/// The keys of the parts that were met last, each by the digest of its bytes: words of other scripts are romanised for
/// theirs. The newer drives out the older.
struct Heard(Box<[(u64, u32); HEARD]>);

const HEARD: usize = 1024;

impl Default for Heard {
    fn default() -> Self {
        Heard(Box::new([(hash::SEED, 0); HEARD]))
    }
}

impl Heard {
    fn key(&mut self, word: &str) -> u32 {
        let hash = hash::bytes(word.as_bytes());
        let heard = &mut self.0[(hash >> 40) as usize % HEARD];
        if heard.0 != hash {
            *heard = (hash, key(word));
        }
        heard.1
    }
}

/// A full part of a form.
#[derive(Clone, Copy, Debug)]
struct Part {
    key: u32,
    hash: u64,
    start: u32,
    end: u32,
}

/// A form, under the key of one of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    key: u32,
    form: u32,
    /// The part is the first of several.
    given: bool,
}

pub(crate) const NO_FORM: u32 = u32::MAX;

impl Links {
    /// Links the people among the mentions.
    pub(crate) fn link(
        &mut self,
        text: &str,
        tokens: &[Token],
        mentions: &[Mention],
        tongue: Option<Tongue>,
    ) {
        self.forms.clear();
        self.of.clear();
        self.known.clear();
        self.index.clear();
        self.keys.clear();
        self.parts.clear();
        for (number, mention) in mentions.iter().enumerate() {
            let person = mention.name_type == NameType::Person;
            let form = if person { self.form(text, tokens, number as u32, mention, tongue) } else { NO_FORM };
            self.of.push(form);
        }
        if self.forms.len() > 1 {
            self.keys.sort_unstable();
            self.full_names(text, mentions);
            self.short_names(text, mentions);
        }
    }

    fn form(
        &mut self,
        text: &str,
        tokens: &[Token],
        number: u32,
        mention: &Mention,
        tongue: Option<Tongue>,
    ) -> u32 {
        let surface = hash::bytes(&text.as_bytes()[mention.start as usize..mention.end as usize]);
        let next = self.forms.len() as u32;
        if self.forms.len() >= MOST_FORMS {
            let form = self.index.get(surface).unwrap_or(NO_FORM);
            if form != NO_FORM {
                self.forms[form as usize].count += 1;
            }
            return form;
        }
        let form = self.index.insert(surface, next);
        if form != next {
            self.forms[form as usize].count += 1;
            return form;
        }
        let mut entry = Form {
            mention: number,
            count: 1,
            full: 0,
            known: 0,
            first: self.parts.len() as u32,
            number: 0,
            root: next,
        };
        for token in &tokens[mention.first as usize..mention.last as usize] {
            if token.is(LETTER | DIGIT)
                || (!token.is(CAPITAL) && WORDS.flags(token.hash, tongue) & CONNECTOR != 0)
            {
                continue;
            }
            let word = token.text(text);
            if entry.full > 0 && (is_roman(word) || word == "Jr") {
                entry.number = token.hash;
                continue;
            }
            if entry.full == MOST_PARTS {
                break;
            }
            let key = self.heard.key(word);
            self.parts.push(Part { key, hash: token.hash, start: token.start, end: token.end });
            entry.full += 1;
            entry.known += u8::from(token.usual > 0);
        }
        for (at, part) in self.parts[entry.first as usize..].iter().enumerate() {
            self.keys.push(Key { key: part.key, form: next, given: at == 0 && entry.full > 1 });
        }
        self.forms.push(entry);
        form
    }

    /// A surname alone goes to its only bearer among the user's people, if nobody in the document has a full name with it
    /// and it is no usual word.
    pub(crate) fn recognise(&mut self, user: &Lexicon, text: &str, tokens: &[Token], mentions: &[Mention]) {
        self.known.resize(self.forms.len(), None);
        for number in 0..self.forms.len() {
            let form = self.forms[number];
            let mention = &mentions[form.mention as usize];
            if form.full != 1 || form.root != number as u32 || mention.entry.is_some() {
                continue;
            }
            let part = self.parts[form.first as usize];
            let Some(entry) = user.bearer(&text[part.start as usize..part.end as usize]) else { continue };
            let usual = part.end - part.start < 4 || WORDS.flags(part.hash, None) & (COMMON | FUNCTION) != 0;
            let others = self.keys.partition_point(|other| other.key < part.key);
            let mut others = self.keys[others..].iter().take_while(|other| other.key == part.key);
            let shared = others.any(|other| self.forms[other.form as usize].full > 1);
            let alone = mention.last - mention.first == 1 && tokens[mention.first as usize].is(CAPITAL);
            if !usual && !shared && alone {
                self.known[number] = Some(*entry);
            }
        }
    }

    pub(crate) fn root(&self, mut form: u32) -> u32 {
        while self.forms[form as usize].root != form {
            form = self.forms[form as usize].root;
        }
        form
    }

    /// Joins two clusters; the better form becomes the root.
    fn join(&mut self, a: u32, b: u32, text: &str, mentions: &[Mention]) {
        let (a, b) = (self.root(a), self.root(b));
        let entry =
            |form: u32| mentions[self.forms[form as usize].mention as usize].entry.map(|entry| entry.id);
        // Whom a lexicon tells apart are two.
        if a == b || entry(a).is_some_and(|one| entry(b).is_some_and(|other| one != other)) {
            return;
        }
        let rank = |form: &Form| {
            let mention = &mentions[form.mention as usize];
            let surface = &text[mention.start as usize..mention.end as usize];
            let shouted = !surface.chars().any(char::is_lowercase);
            (
                mention.entry.is_some(),
                !shouted,
                form.full.min(4),
                form.known,
                form.count,
                u32::MAX - form.mention,
            )
        };
        let (root, other) =
            if rank(&self.forms[a as usize]) >= rank(&self.forms[b as usize]) { (a, b) } else { (b, a) };
        self.forms[other as usize].root = root;
    }

    /// Spellings of full names that sound alike are one person.
    fn full_names(&mut self, text: &str, mentions: &[Mention]) {
        for i in 1..self.keys.len() {
            let one = self.keys[i];
            for j in (i.saturating_sub(MOST_COMPARED)..i).rev() {
                let other = self.keys[j];
                if other.key != one.key {
                    break;
                }
                let (a, b) = (one.form, other.form);
                let (x, y) = (&self.forms[a as usize], &self.forms[b as usize]);
                if x.full < 2 || y.full < 2 || self.root(a) == self.root(b) {
                    continue;
                }
                let (short, long) = if x.full <= y.full { (a, b) } else { (b, a) };
                if self.contains(text, short, long) {
                    self.join(a, b, text, mentions);
                }
            }
        }
    }

    /// Whether every part of the short form is a part of the long one, in the same order, and their numbers agree.
    fn contains(&mut self, text: &str, short: u32, long: u32) -> bool {
        let (short, long) = (self.forms[short as usize], self.forms[long as usize]);
        if long.full > MOST_NAMED || (short.number != 0 && short.number != long.number) {
            return false;
        }
        let mut next = long.first;
        let end = long.first + u32::from(long.full);
        for i in short.first..short.first + u32::from(short.full) {
            let part = self.parts[i as usize];
            loop {
                if next == end {
                    return false;
                }
                let other = self.parts[next as usize];
                next += 1;
                if part.key == other.key && (part.hash == other.hash || self.alike(text, part, other)) {
                    break;
                }
            }
        }
        // `Felipe` may be `Felipe II`; `Juan Pérez` is not `Juan Pérez Jr.` where both occur.
        short.number == long.number || short.full == 1
    }

    fn alike(&mut self, text: &str, a: Part, b: Part) -> bool {
        let word = |part: Part| &text[part.start as usize..part.end as usize];
        alike(&mut self.matcher, (word(a), a.hash), (word(b), b.hash))
    }

    /// A short form goes to the only person whose name has it; if there are two, it stays alone.
    fn short_names(&mut self, text: &str, mentions: &[Mention]) {
        for short in 0..self.forms.len() as u32 {
            let form = self.forms[short as usize];
            if form.full != 1 || form.root != short {
                continue;
            }
            let key = self.parts[form.first as usize].key;
            let start = self.keys.partition_point(|entry| entry.key < key);
            // A surname's owner goes before the bearer of a given name.
            let (mut owner, mut bearer) = (Found::None, Found::None);
            for k in start..self.keys.len().min(start + 4 * MOST_COMPARED) {
                let entry = self.keys[k];
                if entry.key != key {
                    break;
                }
                if self.forms[entry.form as usize].full < 2 {
                    continue;
                }
                let root = self.root(entry.form);
                let found = if entry.given { &mut bearer } else { &mut owner };
                if *found == Found::One(root) || *found == Found::Many {
                    continue;
                }
                let new = if *found == Found::None { Found::One(root) } else { Found::Many };
                if self.contains(text, short, entry.form) {
                    *(if entry.given { &mut bearer } else { &mut owner }) = new;
                }
            }
            if let (Found::One(root), _) | (Found::None, Found::One(root)) = (owner, bearer) {
                self.forms[short as usize].root = self.root(root);
            }
        }
        // Short forms of one sound that found no full name are one among themselves.
        for i in 1..self.keys.len() {
            let (one, other) = (self.keys[i - 1], self.keys[i]);
            let alone = |form: u32| {
                self.forms[form as usize].full == 1 && self.forms[self.root(form) as usize].full == 1
            };
            if one.key == other.key
                && alone(one.form)
                && alone(other.form)
                && self.contains(text, one.form, other.form)
            {
                self.join(one.form, other.form, text, mentions);
            }
        }
    }
}

/// Whether two parts of names, each with its hash, are spellings of one.
pub(crate) fn alike(matcher: &mut Matcher, a: (&str, u64), b: (&str, u64)) -> bool {
    // Two parts that are both known, and not as spellings of one, are two: Malena is not Molina.
    let known = |hash: u64| parts::entries(hash).next().is_some();
    if known(a.1) && known(b.1) {
        let shared = parts::entries(a.1).any(|one| parts::entries(b.1).any(|other| one.group == other.group));
        let plain = |word: &str| spanish::without_acute(&word.to_lowercase());
        return shared || plain(a.0) == plain(b.0);
    }
    matcher.sound(a.0, b.0) >= SAME
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    None,
    One(u32),
    Many,
}

/// A coarse key of a part: the classes of its first consonants. For blocking only: spellings of one name share it,
/// many other names do too.
pub(crate) fn key(word: &str) -> u32 {
    let mut key = 0u32;
    let mut last = 0;
    let mut length = 0;
    let mut push = |class: u32| {
        if class != last && length < 8 {
            key = key << 4 | class;
            length += 1;
        }
        last = class;
    };
    let mut buffer = String::new();
    if !word.is_ascii() {
        crate::fold::romanise(word, &mut buffer);
    }
    let word = if word.is_ascii() { word } else { &buffer };
    let bytes = word.as_bytes();
    let is = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|b| set.contains(&b.to_ascii_lowercase()));
    for (i, b) in word.bytes().take(24).enumerate() {
        match b.to_ascii_lowercase() {
            b'b' | b'p' | b'f' | b'v' | b'w' => push(1),
            // `ts`, `tsch` and `dzh` are one sound with what follows.
            b'd' | b't' if !is(i + 1, b"sczj") => push(2),
            // Between consonants and at the end a j is a glide: Sergej, Ljudmila.
            b'j' if i > 0 && !(is(i - 1, b"aeiouy") && is(i + 1, b"aeiou")) => {}
            b'g' | b'k' | b'q' | b'c' | b'x' | b'j' | b's' | b'z' => push(3),
            b'l' => push(5),
            b'm' | b'n' => push(6),
            b'r' => push(7),
            b'0'..=b'9' => push(8),
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' if i == 0 => push(9),
            _ => {}
        }
    }
    key
}

/// Settles weak guesses by what the rest of the document says.
pub(crate) fn settle(tokens: &[Token], mentions: &mut [Mention], people: &mut Index) {
    const PERSON: u32 = 1;
    const PLACE: u32 = 2;
    const ALONE: u32 = 3;
    people.clear();
    for mention in mentions.iter() {
        let run = &tokens[mention.first as usize..mention.last as usize];
        if mention.name_type == NameType::Person && run.len() >= 2 {
            for token in run.iter().filter(|token| token.is(CAPITAL) && !token.is(LETTER)) {
                people.insert(token.hash, PERSON);
            }
        }
    }
    for mention in mentions.iter() {
        let run = &tokens[mention.first as usize..mention.last as usize];
        if run.len() == 1 && !mention.weak && mention.name_type == NameType::Place {
            people.insert(run[0].hash, PLACE);
        }
    }
    // What is a person where it can be told, is one in capitals alone as well.
    for mention in mentions.iter() {
        let run = &tokens[mention.first as usize..mention.last as usize];
        if run.len() == 1 && mention.name_type == NameType::Person && !run[0].is(UPPER) {
            people.insert(run[0].hash, ALONE);
        }
    }
    for mention in mentions {
        if mention.last - mention.first != 1 {
            continue;
        }
        let token = &tokens[mention.first as usize];
        let said = people.get(token.hash);
        if mention.weak {
            match said {
                Some(PERSON) => mention.name_type = NameType::Person,
                Some(ALONE) if token.is(UPPER) => mention.name_type = NameType::Person,
                Some(PLACE) if !token.is(UPPER) => mention.name_type = NameType::Place,
                _ => {}
            }
        } else if said == Some(PERSON)
            && mention.entry.is_some_and(|entry| entry.weight < 7 && entry.name_type == NameType::Place)
        {
            mention.name_type = NameType::Person;
            mention.entry = None;
        }
    }
}
