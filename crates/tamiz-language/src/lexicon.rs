//! Words that tell a language from those it is mistaken for.

use std::sync::LazyLock;

use tamiz_core::LanguageCode;
use tamiz_table::entries;

use crate::codes::code;

/// The embedded tables: the language, the file's name, its text.
pub(crate) const TABLES: [(&str, &str, &str); 33] = [
    ("af", "words/af.tsv", include_str!("../tables/words/af.tsv")),
    ("ar", "words/ar.tsv", include_str!("../tables/words/ar.tsv")),
    ("be", "words/be.tsv", include_str!("../tables/words/be.tsv")),
    ("bg", "words/bg.tsv", include_str!("../tables/words/bg.tsv")),
    ("bs", "words/bs.tsv", include_str!("../tables/words/bs.tsv")),
    ("ca", "words/ca.tsv", include_str!("../tables/words/ca.tsv")),
    ("cs", "words/cs.tsv", include_str!("../tables/words/cs.tsv")),
    ("da", "words/da.tsv", include_str!("../tables/words/da.tsv")),
    ("de", "words/de.tsv", include_str!("../tables/words/de.tsv")),
    ("en", "words/en.tsv", include_str!("../tables/words/en.tsv")),
    ("es", "words/es.tsv", include_str!("../tables/words/es.tsv")),
    ("fa", "words/fa.tsv", include_str!("../tables/words/fa.tsv")),
    ("fr", "words/fr.tsv", include_str!("../tables/words/fr.tsv")),
    ("gl", "words/gl.tsv", include_str!("../tables/words/gl.tsv")),
    ("hi", "words/hi.tsv", include_str!("../tables/words/hi.tsv")),
    ("hr", "words/hr.tsv", include_str!("../tables/words/hr.tsv")),
    ("id", "words/id.tsv", include_str!("../tables/words/id.tsv")),
    ("it", "words/it.tsv", include_str!("../tables/words/it.tsv")),
    ("mk", "words/mk.tsv", include_str!("../tables/words/mk.tsv")),
    ("mr", "words/mr.tsv", include_str!("../tables/words/mr.tsv")),
    ("ms", "words/ms.tsv", include_str!("../tables/words/ms.tsv")),
    ("nl", "words/nl.tsv", include_str!("../tables/words/nl.tsv")),
    ("nn", "words/nn.tsv", include_str!("../tables/words/nn.tsv")),
    ("no", "words/no.tsv", include_str!("../tables/words/no.tsv")),
    ("pt", "words/pt.tsv", include_str!("../tables/words/pt.tsv")),
    ("ro", "words/ro.tsv", include_str!("../tables/words/ro.tsv")),
    ("ru", "words/ru.tsv", include_str!("../tables/words/ru.tsv")),
    ("sk", "words/sk.tsv", include_str!("../tables/words/sk.tsv")),
    ("sl", "words/sl.tsv", include_str!("../tables/words/sl.tsv")),
    ("sr", "words/sr.tsv", include_str!("../tables/words/sr.tsv")),
    ("sv", "words/sv.tsv", include_str!("../tables/words/sv.tsv")),
    ("uk", "words/uk.tsv", include_str!("../tables/words/uk.tsv")),
    ("ur", "words/ur.tsv", include_str!("../tables/words/ur.tsv")),
];

/// Each word's hash with its language, sorted. Hashes of 64 bits of some thousand words do not meet.
static WORDS: LazyLock<Vec<(u64, LanguageCode)>> = LazyLock::new(|| {
    let mut words = Vec::new();
    for (language, _, text) in TABLES {
        let language = code(language);
        // This crate's tests see to it that the tables are well formed.
        words.extend(entries(text).map(|(_, word)| (hash(word.chars()), language)));
    }
    words.sort_unstable();
    words
});

/// Reads the tables.
pub(crate) fn prepare() {
    LazyLock::force(&WORDS);
}

/// The longest word of the tables, in characters.
const LONGEST: usize = 16;

/// The language that a word in lower case speaks for.
pub(crate) fn language_of(word: &[char]) -> Option<LanguageCode> {
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let hash = hash(word.iter().copied());
    let index = WORDS.binary_search_by_key(&hash, |&(hash, _)| hash).ok()?;
    Some(WORDS[index].1)
}

fn hash(word: impl Iterator<Item = char>) -> u64 {
    word.fold(0, |state: u64, c| {
        (state.rotate_left(25) ^ u64::from(u32::from(c))).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}
