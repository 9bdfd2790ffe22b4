//! What words tell of the names around them, and which words are usually no names.

use std::sync::LazyLock;

use crate::hash;
use crate::index::Index;

/// The languages that have tables; a language is its place in this list.
pub(crate) const LANGUAGES: [&str; 9] = ["de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru"];

/// A language of [`LANGUAGES`].
pub(crate) type Tongue = u8;

/// The language of that code, if it has tables.
pub(crate) fn tongue(code: &str) -> Option<Tongue> {
    LANGUAGES.iter().position(|known| *known == code).map(|at| at as Tongue)
}

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

/// All words. What most of them are is just [`COMMON`], so that is kept in the index itself, a bit a language, and the
/// flags of the others beside it.
pub(crate) struct Words {
    index: Index,
    flags: Vec<[u16; LANGUAGES.len()]>,
    /// The votes of the words that hold sentences together, beside their flags.
    function: Vec<Votes>,
    /// The votes of words that are common, by the languages in which they are.
    common: Vec<Votes>,
    /// How common words begin, as a bit map that may have some beginnings more.
    heads: Box<[u64; HEADS]>,
}

const HEADS: usize = 2048;

/// Whether every capital in a word is the small letter with one bit less: letters of ASCII and of Latin-1.
pub(crate) fn is_plain(word: &[u8]) -> bool {
    word.iter().all(|&byte| byte < 0xC4)
}

/// The place of four bytes that a word begins with, whatever the case of their letters.
#[inline]
fn head(four: [u8; 4]) -> (usize, u64) {
    let mixed = (u32::from_le_bytes(four) | 0x2020_2020).wrapping_mul(0x9E37_79B1);
    ((mixed >> 21) as usize % HEADS, 1 << (mixed >> 15 & 63))
}

/// The votes for all languages, [`LANE`] bits each, so that a word's votes are added at once.
pub(crate) type Votes = u128;

const LANE: usize = 14;

/// The votes for one language.
pub(crate) fn votes_for(votes: Votes, tongue: usize) -> u32 {
    (votes >> (LANE * tongue)) as u32 & ((1 << LANE) - 1)
}

/// The embedded tables, read once.
pub(crate) static WORDS: LazyLock<Words> = LazyLock::new(Words::embedded);

/// The bits of an index value that say in which languages the word is common; the others number its flags.
const COMMON_BITS: u32 = LANGUAGES.len() as u32;
const COMMON_MASK: u32 = (1 << COMMON_BITS) - 1;

impl Words {
    fn embedded() -> Words {
        let lanes = |tongues: u32, vote: Votes| {
            let one = |tongue| if tongues >> tongue & 1 != 0 { vote << (LANE * tongue) } else { 0 };
            (0..LANGUAGES.len()).map(one).sum()
        };
        let mut words = Words {
            index: Index::filtered(50_000),
            flags: vec![[0; LANGUAGES.len()]],
            function: Vec::new(),
            common: (0..1 << COMMON_BITS).map(|tongues| lanes(tongues, 1)).collect(),
            heads: Box::new([0; HEADS]),
        };
        for (tongue, (classed, usual)) in CLASSED.iter().zip(USUAL).enumerate() {
            let (mut start, usual) = (0, usual.as_bytes());
            for end in memchr::memchr_iter(b'\n', usual) {
                // The lists are in lower case already.
                let line = &usual[start..end];
                start = end + 1;
                *words.index.entry(hash::bytes(line), 0) |= 1 << tongue;
                if let Some(&four) = line.first_chunk() {
                    let (word, bit) = head(four);
                    words.heads[word] |= bit;
                }
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
        let function = |flags: &[u16; LANGUAGES.len()]| {
            let is = |tongue: usize| u32::from(flags[tongue] & FUNCTION != 0) << tongue;
            lanes((0..LANGUAGES.len()).map(is).sum(), 3)
        };
        words.function = words.flags.iter().map(function).collect();
        words
    }

    fn add(&mut self, hash: u64, tongue: usize, flag: u16) {
        let mut value = self.index.insert(hash, 0);
        if value >> COMMON_BITS == 0 {
            value |= (self.flags.len() as u32) << COMMON_BITS;
            self.index.replace(hash, value);
            self.flags.push([0; LANGUAGES.len()]);
        }
        self.flags[(value >> COMMON_BITS) as usize][tongue] |= flag;
    }

    /// The flags of the word of that hash in a language, or in any where the language is not known.
    #[inline]
    pub(crate) fn flags(&self, hash: u64, tongue: Option<Tongue>) -> u16 {
        let Some(value) = self.index.get(hash) else { return 0 };
        let flags = &self.flags[(value >> COMMON_BITS) as usize];
        match tongue {
            Some(tongue) => {
                let common = if value >> tongue & 1 != 0 { COMMON } else { 0 };
                common | flags[usize::from(tongue)]
            }
            None => {
                let common = if value & COMMON_MASK != 0 { COMMON } else { 0 };
                flags.iter().fold(common, |all, flags| all | flags)
            }
        }
    }

    /// The flags of the word of that hash in any language, and in how many it is common.
    pub(crate) fn anywhere(&self, hash: u64) -> (u16, u32) {
        let common = self.index.get(hash).map_or(0, |value| (value & COMMON_MASK).count_ones());
        (self.flags(hash, None), common)
    }

    /// The high halves of the hashes of all words.
    pub(crate) fn halves(&self, each: impl FnMut(u32)) {
        self.index.halves(each);
    }

    /// Whether a common word may begin with these bytes of a word that [`is_plain`].
    #[inline]
    pub(crate) fn may_begin(&self, four: [u8; 4]) -> bool {
        let (word, bit) = head(four);
        self.heads[word] & bit != 0
    }

    /// Something of what the table has at the place of that hash, for the processor to fetch it before it is asked for.
    #[inline]
    pub(crate) fn touch(&self, hash: u64) -> u32 {
        self.index.touch(hash)
    }

    /// The votes of a word for each language that it belongs to.
    #[inline]
    pub(crate) fn votes(&self, hash: u64) -> Votes {
        let Some(value) = self.index.get(hash) else { return 0 };
        self.function[(value >> COMMON_BITS) as usize] + self.common[(value & COMMON_MASK) as usize]
    }
}

#[cfg(test)]
mod tests {
    use tamiz_table::{Row, Table};

    use super::*;

    #[test]
    fn every_row_finds_its_examples_and_stands_in_its_place() {
        for (language, text) in LANGUAGES.iter().zip(CLASSED) {
            let table =
                Table::parse(language, text).unwrap_or_else(|errors| panic!("{language}: {errors:?}"));
            let finds =
                |row: &Row<'_>, word: &str| row.pattern.split(' ').any(|known| known == word.to_lowercase());
            let faults = table.verify(finds);
            assert!(faults.is_empty(), "{language}: {faults:?}");
            for row in &table.rows {
                assert!(CLASSES.iter().any(|(name, _)| *name == row.id), "{language}: no class `{}`", row.id);
            }
        }
    }

    #[test]
    fn lists_of_common_words_are_sorted_and_in_small_letters() {
        for (language, list) in LANGUAGES.iter().zip(USUAL) {
            let words: Vec<&str> = list.lines().collect();
            assert!(
                list.ends_with('\n') && !list.contains('\r'),
                "{language}: each line ends with a line feed"
            );
            assert!(words.is_sorted(), "{language} is out of order");
            assert!(words.iter().all(|word| word.to_lowercase() == **word), "{language} has capitals");
        }
    }

    #[test]
    fn a_word_is_known_by_its_language() {
        let flags = |word: &str, language: &str| WORDS.flags(hash::word(word), tongue(language));
        assert_ne!(flags("Ministerio", "es") & ORGANIZATION, 0);
        assert_eq!(flags("ministerio", "pl"), 0);
        assert_ne!(flags("el", "es") & FUNCTION, 0);
    }
}
