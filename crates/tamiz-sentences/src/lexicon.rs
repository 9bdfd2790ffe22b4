//! What is known of a language: its abbreviations, its ordinals, its function words.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{LazyLock, OnceLock};

use tamiz_core::LanguageCode;
use tamiz_table::{Row, Table, entries};

use crate::embedded::{ABBREVIATIONS, Embedded, FUNCTION_WORDS};

/// Longest word that is looked up, in bytes of its folded form; longer ones are in no table.
const LONGEST: usize = 40;

/// What the full stop after a word can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Never ends a sentence: what follows belongs to it (`Dr. Paz`).
    Title,
    /// Does not end a sentence before a number (`p. 12`); before a word it does (`5 km. Then`).
    BeforeNumber,
    /// Ends a sentence only where a function word with a capital follows.
    Abbreviation,
    /// Closes a time or a year (`6 p.m.`): ends a sentence unless this is its beginning, or the zone or day follows.
    Time,
}

/// What a row of a table says.
pub(crate) enum Meaning<'t> {
    Word(&'t str, Sort),
    FunctionWord(&'t str),
    Ordinal { digits: usize, before_nouns: bool },
    RomanOrdinal,
}

impl<'t> Meaning<'t> {
    pub(crate) fn of(id: &str, pattern: &'t str) -> Result<Self, String> {
        let word = pattern.strip_suffix('.').unwrap_or(pattern);
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err("a pattern is one word with its full stop, such as `Dr.`".into());
        }
        let digits = word.bytes().filter(|&byte| byte == b'9').count();
        let sort = match id {
            "title" => Sort::Title,
            "before-number" | "suffix" | "unit" => Sort::BeforeNumber,
            "abbreviation" => Sort::Abbreviation,
            "time" => Sort::Time,
            "function-word" => return Ok(Meaning::FunctionWord(word)),
            "ordinal" | "noun-ordinal" if digits == word.len() => {
                return Ok(Meaning::Ordinal { digits, before_nouns: id == "noun-ordinal" });
            }
            "ordinal" if word == "X" => return Ok(Meaning::RomanOrdinal),
            "ordinal" | "noun-ordinal" => return Err("an ordinal is `9.`, `99.` or `X.`".into()),
            other => {
                return Err(format!(
                    "`{other}` is no kind of row: write title, abbreviation, before-number, unit, suffix, time or ordinal"
                ));
            }
        };
        Ok(Meaning::Word(word, sort))
    }
}

/// What the tables say of a word. A row with a capital is not for the word without (`On.`, but not `on.`).
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    any: Option<Sort>,
    capital: Option<Sort>,
}

/// The tables of one language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexicon {
    words: Words<Entry>,
    /// Function words, which start a sentence when they have a capital.
    starters: Words<()>,
    /// How many digits an ordinal may have that is written with a full stop; 0 where there are none.
    pub(crate) ordinal_digits: usize,
    /// Whether an ordinal may stand before a word with a capital, where nouns have one.
    pub(crate) noun_ordinals: bool,
    /// Whether Roman numerals with a full stop are ordinals.
    pub(crate) roman_ordinals: bool,
    /// The language's code, if it has tables of its own.
    pub(crate) code: Option<&'static str>,
    /// Whether this is English, with its `I` that has a capital everywhere, and its questions in quotation marks.
    pub(crate) is_english: bool,
}

impl Lexicon {
    /// Takes in the rows of a table's text; rows with faults are passed over.
    fn add(&mut self, text: &str) {
        for (id, pattern) in entries(text) {
            match Meaning::of(id, pattern) {
                Ok(Meaning::Word(word, sort)) => {
                    let lower = word.to_lowercase();
                    let mut entry = self.words.get(&lower).copied().unwrap_or_default();
                    *if lower == word { &mut entry.any } else { &mut entry.capital } = Some(sort);
                    self.words.insert(&lower, entry);
                }
                Ok(Meaning::FunctionWord(word)) => self.starters.insert(word, ()),
                Ok(Meaning::Ordinal { digits, before_nouns }) => {
                    self.ordinal_digits = self.ordinal_digits.max(digits);
                    self.noun_ordinals |= before_nouns;
                }
                Ok(Meaning::RomanOrdinal) => self.roman_ordinals = true,
                Err(_) => {}
            }
        }
    }

    /// What the full stop after the word means, if a table knows the word; the word comes without it.
    pub(crate) fn sort(&self, word: &str) -> Option<Sort> {
        let entry = self.words.get(word)?;
        entry.capital.filter(|_| word.starts_with(char::is_uppercase)).or(entry.any)
    }

    /// Whether the word, which stands with a capital, is a function word and so starts a sentence.
    pub(crate) fn starts_sentence(&self, word: &str) -> bool {
        self.starters.get(word).is_some()
    }
}

/// A map from words in lower case, looked up by words in any case without allocating. What is looked up has letters,
/// digits and full stops.
#[derive(Clone, Debug)]
pub(crate) struct Words<V> {
    /// The words that fit in a number, each at the first free place from that of its hash on; their number is a power of
    /// two, and less than half of it are taken.
    short: Vec<Option<(u64, V)>>,
    count: usize,
    /// How many bits of a hash are too many for a place.
    shift: u32,
    /// All others.
    long: HashMap<Box<[u8]>, V, BuildHasherDefault<WordHasher>>,
    /// The length of the longest word, in bytes: many words of a text are longer than any abbreviation.
    longest: usize,
}

impl<V> Default for Words<V> {
    fn default() -> Self {
        Self { short: Vec::new(), count: 0, shift: 0, long: HashMap::default(), longest: 0 }
    }
}

impl<V: Copy> Words<V> {
    pub(crate) fn insert(&mut self, word: &str, value: V) {
        let Some(key) = short_key(word.as_bytes()) else {
            self.longest = self.longest.max(word.len());
            self.long.insert(word.as_bytes().into(), value);
            return;
        };
        if 2 * self.count >= self.short.len() {
            let length = (2 * self.short.len()).max(16);
            self.shift = u64::BITS - length.ilog2();
            let old = std::mem::replace(&mut self.short, vec![None; length]);
            for (key, value) in old.into_iter().flatten() {
                let place = self.place(key);
                self.short[place] = Some((key, value));
            }
        }
        let place = self.place(key);
        self.count += usize::from(self.short[place].is_none());
        self.short[place] = Some((key, value));
    }

    #[inline]
    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        match short_key(word.as_bytes()) {
            Some(_) if self.short.is_empty() => None,
            Some(key) => self.short[self.place(key)].as_ref().map(|(_, value)| value),
            None => self.get_long(word),
        }
    }

    fn get_long(&self, word: &str) -> Option<&V> {
        // A letter and its small form may differ by a byte or two in length, as İ and i do.
        if word.len() > self.longest + 2 {
            return None;
        }
        let mut buffer = [0; LONGEST];
        let folded = folded(word, &mut buffer)?;
        match short_key(folded) {
            // The sign of the kelvin is a small k.
            Some(_) if !word.is_ascii() => self.get(std::str::from_utf8(folded).ok()?),
            _ => self.long.get(folded),
        }
    }

    /// Where the word stands among the short ones, or could.
    #[inline]
    fn place(&self, key: u64) -> usize {
        let last = self.short.len() - 1;
        // The highest bits of a product depend on all of the number.
        let mut place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize & last;
        while self.short[place].as_ref().is_some_and(|&(other, _)| other != key) {
            place = (place + 1) & last;
        }
        place
    }
}

/// A word of up to eight characters, all of ASCII, as a number that is the same for small letters and for capitals.
#[inline]
fn short_key(word: &[u8]) -> Option<u64> {
    let length = word.len();
    let key = match *word {
        [a] => u64::from(a),
        [a, b] => u64::from(a) | u64::from(b) << 8,
        [a, b, c] => u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16,
        [a, b, c, d, ..] if length <= 8 => {
            let last = word.last_chunk::<4>().map_or(0, |last| u64::from(u32::from_le_bytes(*last)));
            u64::from(u32::from_le_bytes([a, b, c, d])) | last << (8 * (length - 4))
        }
        _ => return None,
    };
    // Small letters have a bit that capitals lack; digits and the full stop have it.
    (key & 0x8080_8080_8080_8080 == 0).then_some(key | 0x2020_2020_2020_2020 >> (64 - 8 * length))
}

/// The word in lower case, in the buffer; `None` if it does not fit.
fn folded<'b>(word: &str, buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    if word.is_ascii() {
        let lower = buffer.get_mut(..word.len())?;
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        return Some(lower);
    }
    let mut length = 0;
    let mut put = |c: char| {
        length += c.encode_utf8(buffer.get_mut(length..length + c.len_utf8())?).len();
        Some(())
    };
    for c in word.chars() {
        match c {
            // Most letters are small already, or have their small form at a fixed distance.
            'a'..='z' | 'ß'..='ÿ' | 'а'..='џ' | 'ά'..='ώ' => put(c)?,
            'Ā'..='ķ' | 'Ŋ'..='ŷ' if u32::from(c) % 2 == 1 => put(c)?,
            'Ĺ'..='ň' | 'Ź'..='ž' if u32::from(c) % 2 == 0 => put(c)?,
            '\u{900}'..='\u{dff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => put(c)?,
            'А'..='Я' => put(char::from_u32(u32::from(c) + 32).unwrap_or(c))?,
            _ => c.to_lowercase().try_for_each(&mut put)?,
        }
    }
    Some(&buffer[..length])
}

/// A hash by multiplication, eight bytes at once: words are short, and the tables are not open to attack by their keys.
#[derive(Clone)]
pub(crate) struct WordHasher(u64);

impl Default for WordHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        // The map takes its place from the low bits and its tag from the high ones.
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut mix = |part: u64| self.0 = (self.0.rotate_left(5) ^ part).wrapping_mul(0x517c_c1b7_2722_0a95);
        let mut parts = bytes.chunks_exact(8);
        for part in &mut parts {
            mix(u64::from_le_bytes(part.try_into().expect("chunks have eight bytes")));
        }
        mix(parts.remainder().iter().fold(0, |part, &byte| part << 8 | u64::from(byte)));
    }

    /// The length, which the bytes make superfluous.
    fn write_usize(&mut self, _: usize) {}
}

const fn code(text: &str) -> LanguageCode {
    LanguageCode::parse(text).expect("codes in this file are two or three lower-case letters")
}

/// Codes of languages that are written alike, and whose tables they share.
const SAME: [(LanguageCode, LanguageCode); 3] =
    [(code("no"), code("nb")), (code("bs"), code("hr")), (code("sh"), code("hr"))];

/// Languages that the letters of a word tell, and how much that weighs: hardly anything where it is only the script.
const HINTS: [(&str, u32); 21] = [
    ("uk", 60),
    ("be", 200),
    ("kk", 200),
    ("uk", 90),
    ("ru", 1),
    ("pl", 60),
    ("cs", 60),
    ("sk", 60),
    ("hu", 60),
    ("tr", 60),
    ("ro", 60),
    ("de", 60),
    ("lv", 60),
    ("lt", 60),
    ("is", 60),
    ("el", 1),
    ("hy", 1),
    ("he", 1),
    ("ar", 1),
    ("hi", 1),
    ("ml", 1),
];
const CYRILLIC: u32 = 0b1111;
const RUSSIAN: usize = 4;
const POLISH: u32 = 1 << 5;
const LATIN: u32 = 0b111_1111_1110_0000;
/// Letters of languages with which Polish shares some of its own.
const NOT_POLISH: u32 = 1 << 31;

/// Which of [`HINTS`] a word gives.
fn hint(word: &str) -> Option<usize> {
    let seen = || word.chars().fold(0, |seen, c| seen | if c.is_ascii() { 0 } else { telling(c) });
    let first_of = |seen: u32| (seen != 0).then_some(seen.trailing_zeros() as usize);
    match word.chars().next()? {
        '\u{370}'..='\u{3ff}' => Some(15),
        '\u{400}'..='\u{52f}' => first_of(seen() & CYRILLIC).or(Some(RUSSIAN)),
        '\u{530}'..='\u{58f}' => Some(16),
        '\u{590}'..='\u{5ff}' => Some(17),
        '\u{600}'..='\u{6ff}' => Some(18),
        '\u{900}'..='\u{97f}' => Some(19),
        '\u{d00}'..='\u{d7f}' => Some(20),
        _ => {
            let seen = seen();
            first_of(seen & LATIN & if seen & NOT_POLISH == 0 { u32::MAX } else { !POLISH })
        }
    }
}

/// The languages of [`HINTS`], as bits, that have the letter, and hardly another has.
fn telling(c: char) -> u32 {
    match c {
        'ї' | 'є' | 'ґ' => 1,
        'ў' => 1 << 1,
        'ә' | 'ғ' | 'қ' | 'ң' | 'ұ' => 1 << 2,
        'і' => 1 << 3,
        'ł' | 'ż' | 'ź' | 'ś' | 'ć' => POLISH,
        'ř' | 'ě' | 'ů' => 1 << 6,
        'ľ' | 'ĺ' | 'ŕ' => 1 << 7,
        'ő' | 'ű' => 1 << 8,
        'ğ' | 'ı' => 1 << 9,
        'ț' | 'ș' | 'ă' => 1 << 10,
        'ß' => 1 << 11,
        'ģ' | 'ķ' | 'ļ' | 'ņ' => 1 << 12,
        'ė' | 'ų' | 'į' => 1 << 13,
        'þ' | 'ð' => 1 << 14,
        'č' | 'ž' | 'š' => NOT_POLISH,
        _ => 0,
    }
}

/// What a function word says about the language of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FunctionWord {
    /// The languages that have it: bit `i` for the language at place `i`.
    pub(crate) languages: u64,
    /// More for a word that few languages have.
    pub(crate) weight: u32,
}

/// All languages with a table of their own, and what is known of the others. A run sees few of them, so a language's
/// tables are compiled when a text first needs them.
pub(crate) struct Languages {
    /// The languages in the order of their codes.
    codes: Vec<&'static str>,
    /// The lexicon of every one of `codes`, and last the one for all other languages.
    lexicons: Vec<OnceLock<Lexicon>>,
    /// The place of English.
    pub(crate) english: Option<usize>,
    /// The places of the languages of [`HINTS`].
    hints: [Option<usize>; HINTS.len()],
    /// The user's tables, name and text, whose rows hold in every language.
    extra: Vec<(String, String)>,
}

impl Languages {
    /// The embedded tables, with the rows of the user's tables in every language.
    pub(crate) fn new(extra: Vec<(String, String)>) -> Self {
        let mut codes: Vec<&str> =
            ABBREVIATIONS.iter().chain(FUNCTION_WORDS).map(|table| table.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.retain(|&code| code != "und");
        let hints = HINTS.map(|(code, _)| codes.binary_search(&code).ok());
        let english = codes.binary_search(&"en").ok();
        Self { lexicons: vec![OnceLock::new(); codes.len() + 1], codes, english, hints, extra }
    }

    /// The place of a language among those with tables.
    fn place(&self, code: &str) -> Option<usize> {
        self.codes.binary_search(&code).ok()
    }

    /// The lexicon of the language at a place; the one for all others where the place is that of none.
    pub(crate) fn at(&self, place: Option<usize>) -> &Lexicon {
        self.lexicons[place.unwrap_or(self.codes.len())].get_or_init(|| self.compile(place))
    }

    fn compile(&self, place: Option<usize>) -> Lexicon {
        let code = place.map(|place| self.codes[place]);
        let mut lexicon = Lexicon { code, is_english: code == Some("en"), ..Lexicon::default() };
        self.tables(code).for_each(|(_, text)| lexicon.add(text));
        lexicon
    }

    /// The tables of a language, name and text: where two have a word, the later one holds.
    pub(crate) fn tables(&self, code: Option<&'static str>) -> impl Iterator<Item = (&str, &str)> {
        let of = |tables: &'static [Embedded], code: &'static str| {
            tables.iter().filter(move |table| table.code == code).map(|table| (table.name, table.text))
        };
        let own =
            code.into_iter().flat_map(move |code| of(ABBREVIATIONS, code).chain(of(FUNCTION_WORDS, code)));
        let extra = self.extra.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        of(ABBREVIATIONS, "und").chain(own).chain(extra)
    }

    /// What every function word says. Compiled for the first text whose language nobody has told.
    pub(crate) fn evidence(&self) -> &'static Words<FunctionWord> {
        // The places are the same whatever tables the user has.
        static EVIDENCE: OnceLock<Words<FunctionWord>> = OnceLock::new();
        EVIDENCE.get_or_init(|| {
            let mut evidence = Words::<FunctionWord>::default();
            for table in FUNCTION_WORDS {
                let bit = self.place(table.code).map_or(0, |place| 1 << place);
                for (_, word) in entries(table.text) {
                    let languages = evidence.get(word).map_or(0, |word| word.languages) | bit;
                    let weight = 240 / (1 + languages.count_ones());
                    evidence.insert(word, FunctionWord { languages, weight });
                }
            }
            evidence
        })
    }

    /// What is wrong with the rows of a table, beyond what makes it a table.
    pub(crate) fn faults(table: &Table<'_>) -> Vec<String> {
        let fault = |row: &Row<'_>| {
            Some(format!("{}:{}: {}", table.name, row.line, Meaning::of(row.id, row.pattern).err()?))
        };
        table.rows.iter().filter_map(fault).collect()
    }

    /// The embedded tables alone.
    pub(crate) fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Languages> = LazyLock::new(|| Languages::new(Vec::new()));
        &EMBEDDED
    }

    /// What the letters of a word beyond ASCII say about its language, by its place, and how much that weighs.
    pub(crate) fn of_script(&self, word: &str) -> Option<(usize, u32)> {
        let hint = hint(word)?;
        Some((self.hints[hint]?, HINTS[hint].1))
    }

    /// The lexicon of a language; the one for all others where it has no table.
    pub(crate) fn lexicon(&self, code: LanguageCode) -> &Lexicon {
        let same = SAME.iter().find(|(other, _)| *other == code);
        let code = same.map_or(code, |&(_, code)| code);
        self.at(self.place(code.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::Terminals;
    use crate::split::split;

    fn is_one_sentence(lexicon: &Lexicon, text: &str) -> bool {
        let mut ends = 0;
        split(text, 0, &mut Terminals::new(text, &mut Vec::new()), lexicon, |_, _| ends += 1, |_| {});
        ends == 0
    }

    #[test]
    fn every_row_of_abbreviations_holds_for_its_examples() {
        let languages = Languages::embedded();
        let mut faults = String::new();
        for embedded in ABBREVIATIONS {
            let lexicon = match embedded.code {
                "und" => languages.at(None),
                code => languages.lexicon(LanguageCode::parse(code).unwrap()),
            };
            let table = Table::parse(embedded.name, embedded.text).unwrap();
            assert_eq!(Languages::faults(&table), [""; 0]);
            for fault in table.verify(|_, text| is_one_sentence(lexicon, text)) {
                faults += &format!("{fault}\n");
            }
        }
        assert!(faults.is_empty(), "{faults}");
    }

    #[test]
    fn function_words_with_a_capital_start_a_sentence_after_initials() {
        for embedded in FUNCTION_WORDS {
            let lexicon = Languages::embedded().lexicon(LanguageCode::parse(embedded.code).unwrap());
            let table = Table::parse(embedded.name, embedded.text).unwrap();
            assert_eq!(Languages::faults(&table), [""; 0]);
            let faults = table.verify(|_, _| true);
            assert!(faults.is_empty(), "{faults:?}");
            for row in &table.rows {
                assert_eq!(row.pattern, row.pattern.to_lowercase(), "{}:{}", embedded.code, row.line);
                assert!(lexicon.starts_sentence(row.pattern), "{}:{}", embedded.code, row.line);
            }
        }
    }

    #[test]
    fn words_are_brought_to_small_letters_as_the_standard_has_it() {
        for c in '\0'..=char::MAX {
            let mut buffer = [0; LONGEST];
            let lower: String = c.to_lowercase().collect();
            assert_eq!(folded(c.encode_utf8(&mut [0; 4]), &mut buffer), Some(lower.as_bytes()), "{c:?}");
        }
    }

    #[test]
    fn the_evidence_has_room_for_every_language() {
        assert!(Languages::embedded().codes.len() <= 64);
    }

    #[test]
    fn a_row_with_a_capital_is_not_for_the_word_without() {
        let mut lexicon = Lexicon::default();
        lexicon.add("title\tOn.\ntitle\tdott.\n");
        assert_eq!(lexicon.sort("On"), Some(Sort::Title));
        assert_eq!(lexicon.sort("on"), None);
        assert_eq!(lexicon.sort("Dott"), Some(Sort::Title));
        assert_eq!(lexicon.sort("DOTT"), Some(Sort::Title));
    }
}
