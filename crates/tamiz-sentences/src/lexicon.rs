//! What is known of a language: its abbreviations, its ordinals, its function words.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use tamiz_core::LanguageCode;
use tamiz_table::Table;

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
    /// Whether the language has tables of its own.
    pub(crate) is_known: bool,
    /// Whether this is English, with its `I` that has a capital everywhere, and its questions in quotation marks.
    pub(crate) is_english: bool,
}

impl Lexicon {
    /// Takes in the rows of a table.
    pub(crate) fn add(&mut self, table: &Table<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        for row in &table.rows {
            let word = row.pattern.strip_suffix('.').unwrap_or(row.pattern);
            let sort = match row.id {
                "title" => Sort::Title,
                "before-number" | "suffix" | "unit" => Sort::BeforeNumber,
                "abbreviation" => Sort::Abbreviation,
                "ordinal" | "noun-ordinal" if word.bytes().all(|byte| byte == b'9') => {
                    self.ordinal_digits = self.ordinal_digits.max(word.len());
                    self.noun_ordinals |= row.id == "noun-ordinal";
                    continue;
                }
                "ordinal" => {
                    self.roman_ordinals = true;
                    continue;
                }
                "function-word" => {
                    self.starters.insert(&word.to_lowercase(), ());
                    continue;
                }
                other => {
                    faults.push(format!(
                        "{}:{}: `{other}` is no kind of row: write abbreviation, title, before-number, unit or ordinal",
                        table.name, row.line
                    ));
                    continue;
                }
            };
            if word.contains(char::is_whitespace) || word.is_empty() {
                faults.push(format!(
                    "{}:{}: a pattern is one word with its full stop, such as `Dr.`",
                    table.name, row.line
                ));
            }
            let lower = word.to_lowercase();
            let mut entry = self.words.get(&lower).copied().unwrap_or_default();
            *if lower == word { &mut entry.any } else { &mut entry.capital } = Some(sort);
            self.words.insert(&lower, entry);
        }
        faults
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

/// A map from words in lower case, looked up by words in any case without allocating.
#[derive(Clone, Debug)]
pub(crate) struct Words<V>(HashMap<Box<[u8]>, V, BuildHasherDefault<WordHasher>>);

impl<V> Default for Words<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<V> Words<V> {
    pub(crate) fn insert(&mut self, word: &str, value: V) {
        self.0.insert(word.as_bytes().into(), value);
    }

    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        let mut buffer = [0; LONGEST];
        self.0.get(folded(word, &mut buffer)?)
    }

    pub(crate) fn get_mut(&mut self, word: &str) -> Option<&mut V> {
        self.0.get_mut(word.as_bytes())
    }
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
    for c in word.chars().flat_map(char::to_lowercase) {
        length += c.encode_utf8(buffer.get_mut(length..length + c.len_utf8())?).len();
    }
    Some(&buffer[..length])
}

/// FNV-1a: words are short, and the tables are not open to attack by their keys.
#[derive(Clone)]
pub(crate) struct WordHasher(u64);

impl Default for WordHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

macro_rules! tables {
    ($folder:literal: $($code:literal)*) => {
        &[$(($code, concat!($folder, "/", $code, ".tsv"), include_str!(concat!("../tables/", $folder, "/", $code, ".tsv")))),*]
    };
}

/// Language, file name and text of every embedded table of abbreviations. `und` holds for every language.
pub(crate) const ABBREVIATIONS: &[(&str, &str, &str)] = tables!("abbreviations": "af" "ar" "be" "bg" "ca" "cs" "da" "de" "el" "en" "es" "et" "eu" "fa" "fi" "fr" "gl" "he" "hi" "hr" "hu" "hy" "id" "is" "it" "kk" "lt" "lv" "mk" "ml" "mr" "nb" "nl" "pl" "pt" "ro" "ru" "sk" "sl" "sq" "sr" "sv" "tr" "uk" "und" "vi");

/// Language, file name and text of every embedded table of function words.
pub(crate) const FUNCTION_WORDS: &[(&str, &str, &str)] = tables!("function-words": "be" "bg" "ca" "cs" "da" "de" "el" "en" "es" "et" "eu" "fi" "fr" "gl" "hr" "hu" "hy" "id" "is" "it" "kk" "lt" "lv" "mk" "nb" "nl" "nn" "pl" "pt" "ro" "ru" "sk" "sl" "sr" "sv" "tr" "uk" "vi" );

/// A language and its lexicon.
pub(crate) struct Language {
    pub(crate) code: LanguageCode,
    pub(crate) lexicon: Lexicon,
}

/// All languages with a table of their own, in the order of their codes, and the one for all others.
pub(crate) struct Languages {
    pub(crate) known: Vec<Language>,
    pub(crate) unknown: Lexicon,
    /// For every function word the languages that have it: bit `i` for `known[i]`.
    pub(crate) evidence: Words<u64>,
}

impl Languages {
    /// Compiles the embedded tables, with the rows of the user's tables in every language.
    pub(crate) fn new(extra: &[Table<'_>]) -> (Self, Vec<String>) {
        let parse = |name, text| Table::parse(name, text).expect("a test verifies every embedded table");
        let mut faults = Vec::new();
        let mut unknown = Lexicon::default();
        let mut codes: Vec<&str> = ABBREVIATIONS.iter().chain(FUNCTION_WORDS).map(|table| table.0).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.retain(|&code| code != "und");
        for (_, name, text) in ABBREVIATIONS.iter().filter(|table| table.0 == "und") {
            unknown.add(&parse(name, text));
        }
        let common = unknown.clone();
        let mut known = Vec::new();
        let mut evidence = Words::<u64>::default();
        for (i, code) in codes.iter().enumerate() {
            let mut lexicon = common.clone();
            lexicon.is_known = true;
            lexicon.is_english = *code == "en";
            for (_, name, text) in ABBREVIATIONS.iter().filter(|table| table.0 == *code) {
                lexicon.add(&parse(name, text));
            }
            for (_, name, text) in FUNCTION_WORDS.iter().filter(|table| table.0 == *code) {
                let table = parse(name, text);
                lexicon.add(&table);
                for row in &table.rows {
                    match evidence.get_mut(row.pattern) {
                        Some(bits) => *bits |= 1 << i,
                        None => evidence.insert(row.pattern, 1 << i),
                    }
                }
            }
            for table in extra {
                lexicon.add(table);
            }
            let code = LanguageCode::parse(code).expect("tables are named by language codes");
            known.push(Language { code, lexicon });
        }
        for table in extra {
            faults.extend(unknown.add(table));
        }
        (Self { known, unknown, evidence }, faults)
    }

    /// The embedded tables alone, compiled once.
    pub(crate) fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Languages> = LazyLock::new(|| Languages::new(&[]).0);
        &EMBEDDED
    }

    /// What the letters of a word beyond ASCII say about its language, and how much that weighs.
    pub(crate) fn of_script(&self, word: &str) -> Option<(usize, u32)> {
        let (code, weight) = match word.chars().next()? {
            '\u{370}'..='\u{3ff}' => ("el", 1),
            '\u{400}'..='\u{52f}' if word.contains(['ї', 'є', 'ґ']) => ("uk", 60),
            '\u{400}'..='\u{52f}' if word.contains('ў') => ("be", 60),
            '\u{400}'..='\u{52f}' if word.contains('і') => ("uk", 20),
            '\u{400}'..='\u{52f}' => ("ru", 1),
            '\u{530}'..='\u{58f}' => ("hy", 1),
            '\u{590}'..='\u{5ff}' => ("he", 1),
            '\u{600}'..='\u{6ff}' => ("ar", 1),
            '\u{900}'..='\u{97f}' => ("hi", 1),
            '\u{d00}'..='\u{d7f}' => ("ml", 1),
            _ => return None,
        };
        Some((self.known.iter().position(|language| language.code.as_str() == code)?, weight))
    }

    /// The lexicon of a language; the one for all others where it has no table.
    pub(crate) fn lexicon(&self, code: LanguageCode) -> &Lexicon {
        match self.known.binary_search_by_key(&code, |language| language.code) {
            Ok(i) => &self.known[i].lexicon,
            Err(_) => &self.unknown,
        }
    }
}
