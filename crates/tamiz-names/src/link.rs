//! Which names of a document are one: short forms go to full names, spellings to spellings.

use tamiz_core::NameType;

use crate::hash;
use crate::index::Index;
use crate::parts;
use crate::scan::Mention;
use crate::similarity::Matcher;
use crate::token::{CAPITAL, DIGIT, LETTER, Token, UPPER};
use crate::words::{CONNECTOR, TITLE, Tongue, WORDS};

/// Forms of one document that are linked; those after them stay alone, so that time stays linear on any text.
const MOST_FORMS: usize = 4096;
/// Forms that one form is compared with.
const MOST_COMPARED: usize = 24;
/// How alike two full names of one person are.
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
    /// The form that stands for the person: the root of the cluster.
    pub(crate) root: u32,
}

/// What a worker thread keeps for linking.
#[derive(Default)]
pub(crate) struct Links {
    pub(crate) forms: Vec<Form>,
    /// For every mention its form, or [`NO_FORM`].
    pub(crate) of: Vec<u32>,
    index: Index,
    keys: Vec<(u32, u32, bool)>,
    matcher: Matcher,
}

pub(crate) const NO_FORM: u32 = u32::MAX;

impl Links {
    /// Links the people among the mentions.
    pub(crate) fn link(&mut self, text: &str, tokens: &[Token], mentions: &[Mention], tongue: Option<Tongue>) {
        self.forms.clear();
        self.of.clear();
        self.index.clear();
        self.keys.clear();
        for (number, mention) in mentions.iter().enumerate() {
            let person = mention.name_type == NameType::Person;
            let form = if person { self.form(text, tokens, number as u32, mention, tongue) } else { NO_FORM };
            self.of.push(form);
        }
        if self.forms.len() > 1 {
            self.full_names(text, mentions);
            self.short_names(text, tokens, mentions);
        }
    }

    fn form(&mut self, text: &str, tokens: &[Token], number: u32, mention: &Mention, tongue: Option<Tongue>) -> u32 {
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
        let mut entry = Form { mention: number, count: 1, full: 0, known: 0, root: next };
        for token in &tokens[mention.first as usize..mention.last as usize] {
            if token.is(LETTER | DIGIT) || (!token.is(CAPITAL) && WORDS.flags(token.hash, tongue) & CONNECTOR != 0) {
                continue;
            }
            let key = key(token.text(text));
            let first = entry.full == 0;
            self.keys.push((key, next, first));
            entry.full = entry.full.saturating_add(1);
            entry.known += u8::from(parts::usual(token.hash) > 0 && entry.known < 200);
        }
        self.forms.push(entry);
        form
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
        if a == b {
            return;
        }
        let rank = |form: &Form| {
            let mention = &mentions[form.mention as usize];
            let surface = &text[mention.start as usize..mention.end as usize];
            let shouted = !surface.chars().any(char::is_lowercase);
            (mention.entry.is_some(), !shouted, form.full.min(4), form.known, form.count, u32::MAX - form.mention)
        };
        let (root, other) =
            if rank(&self.forms[a as usize]) >= rank(&self.forms[b as usize]) { (a, b) } else { (b, a) };
        self.forms[other as usize].root = root;
    }

    /// Spellings of full names that sound alike are one person.
    fn full_names(&mut self, text: &str, mentions: &[Mention]) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_unstable();
        keys.dedup_by_key(|entry| (entry.0, entry.1));
        let mut i = 0;
        while i < keys.len() {
            let end = i + keys[i..].iter().take_while(|entry| entry.0 == keys[i].0).count();
            let block = &keys[i..end];
            for (at, &(_, a, _)) in block.iter().enumerate() {
                for &(_, b, _) in block[at + 1..].iter().take(MOST_COMPARED) {
                    let (x, y) = (&self.forms[a as usize], &self.forms[b as usize]);
                    if x.full < 2 || y.full < 2 || self.root(a) == self.root(b) {
                        continue;
                    }
                    let (x, y) = (surface(text, mentions, x), surface(text, mentions, y));
                    if self.matcher.similarity(x, y) >= SAME || self.matcher.contains(x, y) || self.matcher.contains(y, x) {
                        self.join(a, b, text, mentions);
                    }
                }
            }
            i = end;
        }
        self.keys = keys;
    }

    /// A short form goes to the only person whose name has it; if there are two, it stays alone.
    fn short_names(&mut self, text: &str, tokens: &[Token], mentions: &[Mention]) {
        for short in 0..self.forms.len() as u32 {
            let form = self.forms[short as usize];
            if form.full != 1 || form.root != short {
                continue;
            }
            let mention = &mentions[form.mention as usize];
            let name = surface(text, mentions, &form);
            let token = tokens[mention.first as usize..mention.last as usize]
                .iter()
                .find(|token| token.is(CAPITAL) && !token.is(LETTER));
            let Some(token) = token else { continue };
            let key = key(token.text(text));
            let start = self.keys.partition_point(|entry| entry.0 < key);
            // A surname's owner goes before the bearer of a given name.
            let (mut owner, mut bearer) = (Found::None, Found::None);
            for k in start..self.keys.len().min(start + 4 * MOST_COMPARED) {
                let (other, full, first) = self.keys[k];
                if other != key {
                    break;
                }
                if self.forms[full as usize].full < 2 {
                    continue;
                }
                let root = self.root(full);
                let found = if first { &mut bearer } else { &mut owner };
                if *found == Found::One(root) || *found == Found::Many {
                    continue;
                }
                if self.matcher.contains(name, surface(text, mentions, &self.forms[full as usize])) {
                    *found = if *found == Found::None { Found::One(root) } else { Found::Many };
                }
            }
            match (owner, bearer) {
                (Found::One(root), _) | (Found::None, Found::One(root)) => {
                    let root = self.root(root);
                    self.forms[short as usize].root = root;
                }
                _ => {}
            }
        }
        // Short forms of one sound that found no full name are one among themselves.
        for i in 1..self.keys.len() {
            let ((one, a, _), (other, b, _)) = (self.keys[i - 1], self.keys[i]);
            let alone = |form: u32| self.forms[form as usize].full == 1 && self.forms[self.root(form) as usize].full == 1;
            if one == other && alone(a) && alone(b) {
                let (x, y) = (&self.forms[a as usize], &self.forms[b as usize]);
                let (x, y) = (surface(text, mentions, x), surface(text, mentions, y));
                if self.matcher.similarity(x, y) >= SAME {
                    self.join(a, b, text, mentions);
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    None,
    One(u32),
    Many,
}

pub(crate) fn surface<'t>(text: &'t str, mentions: &[Mention], form: &Form) -> &'t str {
    let mention = &mentions[form.mention as usize];
    &text[mention.start as usize..mention.end as usize]
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
    for (i, b) in word.bytes().take(24).enumerate() {
        match b.to_ascii_lowercase() {
            b'b' | b'p' | b'f' | b'v' | b'w' => push(1),
            b'd' | b't' => push(2),
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
pub(crate) fn settle(text: &str, tokens: &[Token], mentions: &mut [Mention], people: &mut Index, tongue: Option<Tongue>) {
    const PERSON: u32 = 1;
    const PLACE: u32 = 2;
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
    for i in 0..mentions.len() {
        let mention = mentions[i];
        if mention.last - mention.first != 1 {
            continue;
        }
        let token = &tokens[mention.first as usize];
        let said = people.get(token.hash);
        if mention.weak {
            match said {
                Some(PERSON) => mentions[i].name_type = NameType::Person,
                Some(PLACE) if !token.is(UPPER) => mentions[i].name_type = NameType::Place,
                _ => {}
            }
        } else if said == Some(PERSON)
            && mention.entry.is_some_and(|entry| entry.weight < 7 && entry.name_type == NameType::Place)
        {
            mentions[i].name_type = NameType::Person;
            mentions[i].entry = None;
        }
    }
    let _ = (text, tongue, TITLE);
}
