//! What words tell of the names around them, and which words are usually no names.

use std::sync::LazyLock;

use tamiz_table::{Row, Table};

use crate::hash;
use crate::index::Index;

/// The languages that have tables; a language is its place in this list.
pub(crate) const LANGUAGES: [&str; 9] = ["de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru"];

/// A language of [`LANGUAGES`].
pub(crate) type Tongue = u8;

/// A word that holds sentences together: tells the language, and is no name by itself.
pub(crate) const FUNCTION: u16 = 1;
/// A small word inside names: *de*, *von*, *bin*.
pub(crate) const CONNECTOR: u16 = 1 << 1;
/// A title before a person's name.
pub(crate) const TITLE: u16 = 1 << 2;
/// A word that organizations' names begin with.
pub(crate) const ORGANIZATION: u16 = 1 << 3;
/// A word that places' names begin with.
pub(crate) const PLACE_HEAD: u16 = 1 << 4;
/// A word after which a place is likely.
pub(crate) const BEFORE_PLACE: u16 = 1 << 5;
/// A word after which a person is likely.
pub(crate) const BEFORE_PERSON: u16 = 1 << 6;
/// A word before which a person is likely.
pub(crate) const AFTER_PERSON: u16 = 1 << 7;
/// A word that is capitalised without being a name: months, days, nationalities in English.
pub(crate) const ORDINARY: u16 = 1 << 8;
/// A word that names of events, laws and works begin with.
pub(crate) const WORK: u16 = 1 << 9;
/// A word that usually stands in lower case.
pub(crate) const COMMON: u16 = 1 << 10;
/// A word in small letters that belongs to the place's name after it: *río Tajo*, *golfo de Cádiz*.
pub(crate) const GENERIC: u16 = 1 << 11;

/// Each rule id of the tables, and its flag.
const CLASSES: [(&str, u16); 11] = [
    ("after-person", AFTER_PERSON),
    ("before-person", BEFORE_PERSON),
    ("before-place", BEFORE_PLACE),
    ("connector", CONNECTOR),
    ("function", FUNCTION),
    ("ordinary", ORDINARY),
    ("organization", ORGANIZATION),
    ("place-generic", GENERIC),
    ("place-head", PLACE_HEAD),
    ("title", TITLE),
    ("work", WORK),
];

macro_rules! tables {
    ($folder:literal, $suffix:literal) => {
        [
            include_str!(concat!("../tables/", $folder, "/de", $suffix)),
            include_str!(concat!("../tables/", $folder, "/en", $suffix)),
            include_str!(concat!("../tables/", $folder, "/es", $suffix)),
            include_str!(concat!("../tables/", $folder, "/fr", $suffix)),
            include_str!(concat!("../tables/", $folder, "/it", $suffix)),
            include_str!(concat!("../tables/", $folder, "/nl", $suffix)),
            include_str!(concat!("../tables/", $folder, "/pl", $suffix)),
            include_str!(concat!("../tables/", $folder, "/pt", $suffix)),
            include_str!(concat!("../tables/", $folder, "/ru", $suffix)),
        ]
    };
}

const CLASSED: [&str; 9] = tables!("words", ".tsv");
const USUAL: [&str; 9] = tables!("common", ".txt");

/// What is known of a word, language by language.
#[derive(Clone, Copy, Default)]
pub(crate) struct Word {
    flags: [u16; LANGUAGES.len()],
}

impl Word {
    /// The flags of the word in that language, or in any where the language is not known.
    #[inline]
    pub(crate) fn flags(&self, tongue: Option<Tongue>) -> u16 {
        match tongue {
            Some(tongue) => self.flags[usize::from(tongue)],
            None => self.flags.iter().fold(0, |all, flags| all | flags),
        }
    }

    /// Adds to the votes for each language that the word belongs to.
    pub(crate) fn vote(&self, votes: &mut [u32; LANGUAGES.len()]) {
        for (vote, flags) in votes.iter_mut().zip(self.flags) {
            *vote += u32::from(flags & FUNCTION) * 3 + u32::from(flags & COMMON != 0);
        }
    }
}

/// All words.
pub(crate) struct Words {
    index: Index,
    words: Vec<Word>,
}

/// The embedded tables, read once.
pub(crate) static WORDS: LazyLock<Words> = LazyLock::new(Words::embedded);

impl Words {
    fn embedded() -> Words {
        let mut words = Words { index: Index::with_capacity(60_000), words: vec![Word::default()] };
        for (tongue, (classed, usual)) in CLASSED.iter().zip(USUAL).enumerate() {
            for line in usual.lines() {
                words.add(hash::word(line), tongue, COMMON);
            }
            for line in classed.lines().filter(|line| !line.starts_with('#')) {
                let mut columns = line.split('\t');
                let (Some(id), Some(pattern)) = (columns.next(), columns.next()) else { continue };
                let Some(&(_, flag)) = CLASSES.iter().find(|(name, _)| *name == id) else { continue };
                for word in pattern.split(' ') {
                    words.add(hash::word(word), tongue, flag);
                }
            }
        }
        words
    }

    fn add(&mut self, hash: u64, tongue: usize, flag: u16) {
        let next = self.words.len() as u32;
        let at = self.index.insert(hash, next) as usize;
        if at == self.words.len() {
            self.words.push(Word::default());
        }
        self.words[at].flags[tongue] |= flag;
    }

    /// What is known of the word of that hash.
    #[inline]
    pub(crate) fn get(&self, hash: u64) -> &Word {
        &self.words[self.index.get(hash).unwrap_or(0) as usize]
    }

    /// The flags of a word in a language.
    #[inline]
    pub(crate) fn flags(&self, hash: u64, tongue: Option<Tongue>) -> u16 {
        match self.index.get(hash) {
            Some(at) => self.words[at as usize].flags(tongue),
            None => 0,
        }
    }
}

/// The tables of words, each with its language, for tests and for whoever wants to print them.
#[must_use]
pub fn tables() -> Vec<(&'static str, Table<'static>)> {
    LANGUAGES
        .iter()
        .zip(CLASSED)
        .filter_map(|(language, text)| Some((*language, Table::parse(language, text).ok()?)))
        .collect()
}

/// Whether a row of [`tables`] knows a word.
#[must_use]
pub fn finds(row: &Row<'_>, word: &str) -> bool {
    row.pattern.split(' ').any(|known| known == word.to_lowercase())
}
