//! How a language spells the parts of names from elsewhere.

use std::sync::LazyLock;

use tamiz_core::LanguageCode;

use crate::endings::Endings;
use crate::hash;
use crate::index::Index;
use crate::spanish;

const GIVEN: &str = include_str!("../tables/given/es.tsv");
const SURNAMES: &str = include_str!("../tables/spellings/es.tsv");
/// Given names that are written apart, hyphenated or as one: the syllables of Korea.
const KOREAN: &str = include_str!("../tables/syllables/ko.txt");

/// The languages that [`Spelling::of`] has tables of.
pub(crate) const SPELT: Option<LanguageCode> = LanguageCode::parse("es");

/// The spelling of one language.
pub(crate) struct Spelling {
    /// Given names by their foreign spellings.
    given: Index,
    /// Surnames by their spellings without an accent.
    surnames: Index,
    forms: Vec<&'static str>,
}

static SPANISH: LazyLock<Spelling> = LazyLock::new(|| {
    let mut spelling = Spelling { given: Index::default(), surnames: Index::default(), forms: Vec::new() };
    for line in GIVEN.lines().filter(|line| !line.starts_with('#')) {
        let Some((form, variants)) = line.split('\t').nth(1).and_then(|pattern| pattern.split_once(": "))
        else {
            continue;
        };
        for variant in std::iter::once(form).chain(variants.split(' ')) {
            spelling.given.insert(hash::word(variant), spelling.forms.len() as u32);
        }
        spelling.forms.push(form);
    }
    for (plain, form) in SURNAMES.lines().filter_map(|line| line.split_once('\t')) {
        spelling.surnames.insert(hash::word(plain), spelling.forms.len() as u32);
        spelling.surnames.insert(hash::word(form), spelling.forms.len() as u32);
        spelling.forms.push(form);
    }
    spelling
});

static SYLLABLES: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index::default();
    for (kind, line) in KOREAN.lines().filter(|line| !line.starts_with('#')).enumerate() {
        for syllable in line.split(' ') {
            let word = hash::word(syllable);
            let kinds = index.get(word).unwrap_or(0);
            index.replace(word, kinds | [SURNAME, SYLLABLE][kind.min(1)]);
        }
    }
    index
});

impl Spelling {
    /// The spelling of a language, where there is a table of it.
    pub(crate) fn of(language: Option<LanguageCode>) -> Option<&'static Spelling> {
        (language?.as_str() == "es").then(|| &*SPANISH)
    }

    /// How the Slavic given name of that hash is spelt.
    pub(crate) fn given(&self, word: u64) -> Option<&'static str> {
        self.given.get(word).map(|at| self.forms[at as usize])
    }

    /// The given name of which an unknown word is a slip of one letter.
    pub(crate) fn slip(&self, word: &str) -> Option<&'static str> {
        let plain = spanish::without_acute(&word.to_lowercase());
        if plain.len() < 6 {
            return None;
        }
        let mut found =
            self.forms.iter().filter(|form| form.starts_with(char::is_uppercase)).filter(|form| {
                let form = spanish::without_acute(&form.to_lowercase());
                form.len() >= 6 && one_apart(form.as_bytes(), plain.as_bytes())
            });
        let first = found.next().copied();
        first.filter(|_| found.next().is_none())
    }

    /// How the surname of that hash is spelt, in lower case.
    pub(crate) fn surname(&self, word: u64) -> Option<&'static str> {
        self.surnames.get(word).map(|at| self.forms[at as usize])
    }
}

/// Whether two words have the same first letter and differ by one letter left out, put in or changed.
pub(crate) fn one_apart(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.first() != long.first() || long.len() > short.len() + 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let rest = short.len() - same;
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|(a, b)| a == b).count();
    if short.len() == long.len() { rest <= tail + 1 } else { rest <= tail }
}

/// Whether a word ends as surnames of Russia, Ukraine and Belarus do. Those in *-off* are emigrants', who keep their names.
pub(crate) fn is_slavic(word: &str) -> bool {
    static ENDINGS: Endings<25> = Endings::new([
        "ov", "ev", "iov", "ova", "eva", "óv", "in", "ina", "yn", "enko", "chuk", "uk", "iuk", "yuk", "ski",
        "skiy", "skii", "sky", "skaya", "skoy", "ich", "ow", "ew", "yan", "dze",
    ]);
    word.len() > 4 && ENDINGS.end(word.as_bytes())
}

/// Whether the word of that hash is a surname of Korea.
#[inline]
pub(crate) fn is_korean_surname(word: u64) -> bool {
    SYLLABLES.get(word).is_some_and(|kinds| kinds & SURNAME != 0)
}

/// Whether the word of that hash is a syllable of Korean given names.
#[inline]
pub(crate) fn is_korean_syllable(word: u64) -> bool {
    SYLLABLES.get(word).is_some_and(|kinds| kinds & SYLLABLE != 0)
}

const SURNAME: u32 = 1;
const SYLLABLE: u32 = 2;

#[cfg(test)]
mod tests {
    use tamiz_table::{Row, Table};

    use super::*;

    #[test]
    fn given_names_are_brought_to_their_form_and_stay_there() {
        let table = Table::parse("given/es.tsv", GIVEN).expect("the table is well formed");
        let respells = |row: &Row<'_>, name: &str| {
            row.pattern
                .split_once(": ")
                .is_some_and(|(_, variants)| variants.split(' ').any(|known| known == name))
        };
        assert_eq!(table.verify(respells), []);
        let spelling = &*SPANISH;
        for row in &table.rows {
            let (form, variants) = row.pattern.split_once(": ").expect("a form and its variants");
            assert_eq!(spelling.given(hash::word(form)), Some(form), "{form} does not stay");
            for variant in variants.split(' ') {
                assert_eq!(spelling.given(hash::word(variant)), Some(form), "{variant} goes elsewhere");
            }
        }
    }

    #[test]
    fn surnames_differ_from_their_plain_spelling_by_accents_alone() {
        let rows: Vec<&str> = SURNAMES.lines().collect();
        assert!(rows.is_sorted());
        for row in rows {
            let (plain, form) = row.split_once('\t').expect("two columns");
            assert_eq!(spanish::without_acute(form), plain);
            assert!(spanish::is_accented_spanish(form), "{form}");
        }
    }

    #[test]
    fn a_slip_is_one_letter() {
        assert!(one_apart(b"serguei", b"seguei"));
        assert!(one_apart(b"seguei", b"serguei"));
        assert!(one_apart(b"nikolai", b"nikalai"));
        assert!(!one_apart(b"nikolai", b"nokalai"));
        assert!(!one_apart(b"maksim", b"raksim"));
    }
}
