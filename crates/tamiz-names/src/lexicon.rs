//! Names that are known beforehand: places of the world, and whatever the user's own tables bring.

use std::sync::LazyLock;

use tamiz_core::{LanguageCode, NameType};

use crate::fold;
use crate::hash;
use crate::index::Index;
use crate::letters;
use crate::token::{self, CAPITAL, Token};

/// A row of a lexicon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) name_type: NameType,
    /// `lang=form;lang=form`
    canonical: &'static str,
    /// How well known it is: the digits of a population, 9 for a country.
    pub(crate) weight: u8,
    pub(crate) origin: Origin,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The embedded tables.
    #[default]
    Shipped,
    /// The corpus: how well known it is are the documents that it stands in.
    Corpus,
    /// The user, whose variants are to be brought to the canonical form.
    User,
}

impl Entry {
    /// The form in that language, or else the one that stands for all languages.
    pub(crate) fn canonical(&self, language: Option<LanguageCode>) -> &'static str {
        let form = |code: &str| {
            let forms =
                self.canonical.split(';').filter_map(|part| part.strip_prefix(code)?.strip_prefix('='));
            // `Hong Kong (China)` explains a name, and is none.
            forms.filter(|form| !form.contains('(')).map(first).next()
        };
        (language.as_ref().and_then(|language| form(language.as_str())))
            .or_else(|| form("mul"))
            .or_else(|| form("en"))
            .unwrap_or_else(|| self.canonical.split_once('=').map_or(self.canonical, |(_, form)| first(form)))
    }

    /// Whether the spelling is the form of another language, and no form of this one.
    pub(crate) fn is_other_language(&self, form: &str, language: Option<LanguageCode>) -> bool {
        let here = language.as_ref().map_or("", |language| language.as_str());
        let mut other = false;
        for (code, own) in self.canonical.split(';').filter_map(|part| part.split_once('=')) {
            if own == form {
                if code == here {
                    return false;
                }
                other = true;
            }
        }
        other
    }

    /// Every form with the language that it is for; `mul` where that is not said.
    pub(crate) fn forms(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.canonical.split(';').map(|part| part.split_once('=').unwrap_or(("mul", part)))
    }

    /// The form in exactly that language.
    pub(crate) fn own(&self, language: LanguageCode) -> Option<&'static str> {
        let code = language.as_str();
        self.canonical.split(';').find_map(|part| part.strip_prefix(code)?.strip_prefix('=')).map(first)
    }
}

/// Forms that were asked for last, so that a name that a text repeats is not looked for among those of all languages each
/// time. The newer drives out the older.
pub(crate) struct Forms(Box<[(Option<LanguageCode>, &'static str, &'static str); FORMS]>);

const FORMS: usize = 256;

impl Default for Forms {
    fn default() -> Self {
        Forms(Box::new([(None, "", ""); FORMS]))
    }
}

impl Forms {
    /// The same as [`Entry::canonical`].
    pub(crate) fn canonical(&mut self, entry: &Entry, language: Option<LanguageCode>) -> &'static str {
        // All forms of a row are one stretch of its table, which no other row has.
        let place = |forms: &str| (forms.as_ptr().addr(), forms.len());
        let slot = &mut self.0[entry.canonical.as_ptr().addr() / 16 % FORMS];
        if slot.0 != language || place(slot.1) != place(entry.canonical) {
            *slot = (language, entry.canonical, entry.canonical(language));
        }
        slot.2
    }
}

/// The parts of a text between signs of ASCII: `str::split`, for texts of a few bytes.
fn parts(text: &str, sign: u8) -> impl Iterator<Item = &str> {
    let ends = memchr::memchr_iter(sign, text.as_bytes()).chain([text.len()]);
    ends.scan(0, move |start, end| {
        let part = &text[*start..end];
        *start = end + 1;
        Some(part)
    })
}

fn first(form: &'static str) -> &'static str {
    form.split(';').next().unwrap_or(form)
}

/// Rows and an index of their forms by the hashes of their words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexicon {
    entries: Vec<Entry>,
    index: Index,
    ids: Index,
    origin: Origin,
    /// In the user's tables, the surnames of people by their hashes: the only one who bears it, or [`NONE`].
    surnames: Index,
    /// The first two characters of all forms of one word, as a bit map: few ideographs that stand beside each other
    /// begin one.
    pairs: Pairs,
}

/// A set of pairs of characters that may have some more.
#[derive(Clone, Debug, Default)]
struct Pairs(Vec<u64>);

impl Pairs {
    const WORDS: usize = 1 << 12;

    fn place(one: char, two: char) -> (usize, u64) {
        let mixed = (u32::from(one) << 11 ^ u32::from(two)).wrapping_mul(0x9E37_79B1);
        ((mixed >> 20) as usize % Self::WORDS, 1 << (mixed >> 14 & 63))
    }

    fn add(&mut self, word: &str) {
        // As words are hashed.
        let pair = match word.as_bytes() {
            [one @ ..0x80, two @ ..0x80, ..] => {
                [one, two].map(|byte| Some(char::from(byte.to_ascii_lowercase())))
            }
            _ => {
                let chars = word.chars().map(|c| if c == '’' { '\'' } else { c });
                let mut small = chars.flat_map(char::to_lowercase);
                [small.next(), small.next()]
            }
        };
        if let [Some(one), Some(two)] = pair {
            self.0.resize(Self::WORDS, 0);
            let (word, bit) = Self::place(one, two);
            self.0[word] |= bit;
        }
    }

    #[inline]
    fn may_have(&self, one: char, two: char) -> bool {
        let (word, bit) = Self::place(one, two);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// The embedded tables, as people find them in the repository.
pub(crate) static TABLES: [(&str, &str); 2] = [
    ("tamiz-names/tables/places.tsv", include_str!("../tables/places.tsv")),
    ("tamiz-names/tables/world.tsv", include_str!("../tables/world.tsv")),
];

/// The embedded lexicon, read once.
pub(crate) static SHIPPED: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        origin: Origin::Shipped,
        entries: Vec::with_capacity(12_000),
        index: Index::filtered(80_000),
        ids: Index::with_capacity(12_000),
        surnames: Index::default(),
        pairs: Pairs::default(),
    };
    for (_, text) in TABLES {
        // A fault in an embedded table is found by the tests.
        let _ = lexicon.add(text);
    }
    lexicon
});

/// Marks an index value as the beginning of longer forms; the rest of the value is the entry, [`NONE`] or [`MANY`].
const PREFIX: u32 = 1 << 31;
const NONE: u32 = PREFIX - 2;
/// Entries whose forms differ by their accents alone: without these, the form is nobody's.
const MANY: u32 = PREFIX - 3;

/// What the user's forms and surnames are hashed with once more, without their accents.
const PLAIN: u64 = hash::SEED;

/// The hash of a word of the text without its accents.
fn plain(word: &str, hash: u64) -> u64 {
    if word.is_ascii() {
        return hash;
    }
    let mut small = String::with_capacity(word.len());
    letters::write_small(word, &mut small);
    let mut plain = String::with_capacity(small.len());
    plain.extend(small.chars().filter(|c| !('\u{300}'..'\u{370}').contains(c)).map(fold::without_accent));
    hash::bytes(plain.as_bytes())
}

impl Lexicon {
    /// An empty lexicon for the user's rows.
    pub(crate) fn of_user() -> Self {
        Lexicon { origin: Origin::User, ..Lexicon::default() }
    }

    /// An empty lexicon for what a corpus teaches.
    pub(crate) fn of_corpus() -> Self {
        Lexicon { origin: Origin::Corpus, ..Lexicon::default() }
    }

    /// Adds the rows of a table `id ⇥ type ⇥ canonical per language ⇥ variants ⇥ weight`. Where two rows share a form,
    /// it goes to the weightier, else to the earlier. A canonical column of `=` adds variants to an earlier row.
    ///
    /// # Errors
    /// Every malformed row: its line from 1, and what is wrong.
    pub(crate) fn add(&mut self, text: &'static str) -> Result<(), Vec<(usize, String)>> {
        let mut errors = Vec::new();
        let (mut tokens, mut known) = (Vec::new(), Vec::new());
        for (number, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if !line.contains('\t') {
                errors.push((number + 1, "the row has no tab: blanks do not part columns".into()));
                continue;
            }
            let mut columns = parts(line, b'\t').map(str::trim);
            let mut next = || columns.next().unwrap_or("");
            let (id, name_type, canonical, variants, weight) = (next(), next(), next(), next(), next());
            let name_type = match name_type {
                "person" => NameType::Person,
                "place" => NameType::Place,
                "organization" => NameType::Organization,
                other => {
                    errors.push((
                        number + 1,
                        format!("the type `{other}` should be `person`, `place` or `organization`"),
                    ));
                    continue;
                }
            };
            if id.is_empty() || canonical.is_empty() {
                errors.push((number + 1, "a row needs an id, a type and a canonical form".into()));
                continue;
            }
            let more = canonical == "=";
            // A form without a language stands for all.
            let forms = if more { "" } else { canonical };
            let forms = parts(forms, b';')
                .map(|part| memchr::memchr(b'=', part.as_bytes()).map_or(part, |at| &part[at + 1..]));
            let weight = weight.parse().unwrap_or(if weight.is_empty() { 9 } else { 0 });
            let hash = hash::word(id);
            let entry = match self.ids.get(hash) {
                Some(known) if more => known,
                _ if more => {
                    errors.push((number + 1, format!("no earlier row has the id `{id}` to add forms to")));
                    continue;
                }
                _ => {
                    self.entries.push(Entry { id, name_type, canonical, weight, origin: self.origin });
                    self.ids.insert(hash, self.entries.len() as u32 - 1)
                }
            };
            known.clear();
            for form in forms.chain(parts(variants, b'|')) {
                // Many languages write a name alike.
                if !form.is_empty() && !known.contains(&form) {
                    self.form(form, entry, &mut tokens);
                    known.push(form);
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn form(&mut self, form: &str, entry: u32, tokens: &mut Vec<Token>) {
        token::words_of(form, tokens);
        if let [only] = &**tokens {
            self.pairs.add(only.text(form));
        }
        let row = &self.entries[entry as usize];
        if row.origin == Origin::User && row.name_type == NameType::Person && tokens.len() > 1 {
            for (i, token) in tokens.iter().enumerate().filter(|(_, token)| token.is(CAPITAL)) {
                let bearer = if i + 1 == tokens.len() { entry } else { NONE };
                let plain = hash::join(PLAIN, plain(token.text(form), token.hash));
                for surname in [token.hash, plain] {
                    if self.surnames.insert(surname, bearer) != bearer {
                        self.surnames.replace(surname, NONE);
                    }
                }
            }
        }
        let of_user = row.origin == Origin::User;
        self.phrase(tokens.iter().map(|token| token.hash), entry, false);
        if of_user {
            let words = tokens.iter().enumerate().map(|(i, token)| {
                let plain = plain(token.text(form), token.hash);
                if i == 0 { hash::join(PLAIN, plain) } else { plain }
            });
            self.phrase(words, entry, true);
        }
    }

    /// Puts a form into the index, by the hashes of its words; `apart` where forms of several entries are nobody's.
    fn phrase(&mut self, words: impl ExactSizeIterator<Item = u64>, entry: u32, apart: bool) {
        let (mut phrase, count) = (0, words.len());
        for (i, word) in words.enumerate() {
            phrase = if i == 0 { word } else { hash::join(phrase, word) };
            let last = i + 1 == count;
            let known = self.index.get(phrase);
            let old = known.map_or(NONE, |value| value & !PREFIX);
            let prefix = known.map_or(0, |value| value & PREFIX) | if last { 0 } else { PREFIX };
            let better = |old: u32| {
                old == NONE || self.entries[entry as usize].weight > self.entries[old as usize].weight
            };
            let value = match last {
                true if apart => {
                    if old == NONE || old == entry {
                        entry
                    } else {
                        MANY
                    }
                }
                true if better(old) => entry,
                _ => old,
            };
            if known != Some(value | prefix) {
                self.index.replace(phrase, value | prefix);
            }
        }
    }

    /// The only person of the user's tables who bears the surname of that hash, which is nobody's given name there.
    pub(crate) fn bearer(&self, surname: &str) -> Option<&Entry> {
        let hash = hash::word(surname);
        let exact = self.surnames.get(hash);
        let bearer = exact.or_else(|| self.surnames.get(hash::join(PLAIN, plain(surname, hash))));
        bearer.filter(|&entry| entry != NONE).map(|entry| self.entry(entry))
    }

    /// The longest known form that begins at the first token: its entry and its number of tokens.
    #[inline]
    pub(crate) fn longest(&self, tokens: &[Token]) -> Option<(&Entry, usize)> {
        self.longest_of(tokens, tokens.first()?.hash, |token| token.hash)
    }

    /// The same for the user's forms, of which accents are no part where a form stands in the text without or with others.
    pub(crate) fn longest_of_user(&self, text: &str, tokens: &[Token]) -> Option<(&Entry, usize)> {
        let word = |token: &Token| plain(token.text(text), token.hash);
        let exact = self.longest(tokens);
        let plain = self.longest_of(tokens, hash::join(PLAIN, word(tokens.first()?)), word);
        let length = |found: &Option<(&Entry, usize)>| found.map_or(0, |(_, length)| length);
        if length(&exact) >= length(&plain) { exact } else { plain }
    }

    #[inline]
    fn longest_of(
        &self,
        tokens: &[Token],
        first: u64,
        word: impl Fn(&Token) -> u64,
    ) -> Option<(&Entry, usize)> {
        let mut phrase = first;
        let mut value = self.index.get(phrase)?;
        let mut best = None;
        let mut length = 1;
        loop {
            let entry = value & !PREFIX;
            if entry < MANY && tokens[length - 1].may_end_name() {
                best = Some((&self.entries[entry as usize], length));
            }
            if value & PREFIX == 0 {
                return best;
            }
            match tokens.get(length) {
                Some(token) if token.continues_phrase(&tokens[length - 1]) => {
                    phrase = hash::join(phrase, word(token));
                    match self.index.get(phrase) {
                        Some(next) => value = next,
                        None => return best,
                    }
                    length += 1;
                }
                _ => return best,
            }
        }
    }

    /// The place of the entry of which all the tokens are a form.
    pub(crate) fn place(&self, tokens: &[Token]) -> Option<u32> {
        let mut phrase = tokens.first()?.hash;
        for token in &tokens[1..] {
            phrase = hash::join(phrase, token.hash);
        }
        let entry = self.index.get(phrase)? & !PREFIX;
        (entry != NONE).then_some(entry)
    }

    /// The entry of which all the tokens are a form.
    pub(crate) fn whole(&self, tokens: &[Token]) -> Option<&Entry> {
        self.place(tokens).map(|at| self.entry(at))
    }

    /// The entry at a place.
    pub(crate) fn entry(&self, at: u32) -> &Entry {
        &self.entries[at as usize]
    }

    /// Whether there is an entry of that id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.get(hash::word(id)).is_some()
    }

    /// Whether any form begins with the word of that hash.
    pub(crate) fn begins(&self, hash: u64) -> bool {
        self.index.get(hash).is_some()
    }

    /// Whether a form of one word may begin with these characters.
    #[inline]
    pub(crate) fn may_begin_with(&self, one: char, two: char) -> bool {
        self.pairs.may_have(one, two)
    }

    /// The high halves of the hashes of all forms and of what they begin with.
    pub(crate) fn halves(&self, each: impl FnMut(u32)) {
        self.index.halves(each);
    }

    /// The entry of a single word's hash.
    pub(crate) fn word(&self, hash: u64) -> Option<&Entry> {
        let entry = self.index.get(hash)? & !PREFIX;
        (entry != NONE).then(|| &self.entries[entry as usize])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(name: &str) -> Option<&'static Entry> {
        let mut tokens = Vec::new();
        token::words_of(name, &mut tokens);
        SHIPPED.longest(&tokens).filter(|(_, length)| *length == tokens.len()).map(|(entry, _)| entry)
    }

    #[test]
    fn the_embedded_tables_have_no_faults() {
        let mut lexicon = Lexicon::default();
        assert_eq!(lexicon.add(include_str!("../tables/places.tsv")), Ok(()));
        assert_eq!(lexicon.add(include_str!("../tables/world.tsv")), Ok(()));
        let rows = |text: &'static str| text.lines().filter(|line| !line.starts_with('#'));
        assert!(rows(include_str!("../tables/places.tsv")).is_sorted());
        assert!(rows(include_str!("../tables/world.tsv")).is_sorted());
    }

    #[test]
    fn a_place_is_known_by_the_names_that_languages_have_for_it() {
        for (name, id) in [
            ("Países Bajos", "iso:NL"),
            ("Holanda", "iso:NL"),
            ("Нидерланды", "iso:NL"),
            ("EE. UU.", "iso:US"),
            ("EEUU", "iso:US"),
        ] {
            assert_eq!(find(name).map(|entry| entry.id), Some(id), "{name}");
        }
        let es = LanguageCode::parse("es");
        assert_eq!(find("Netherlands").map(|entry| entry.canonical(es)), Some("Países Bajos"));
        assert!(find("Ministerio").is_none());
    }

    #[test]
    fn malformed_rows_are_reported_with_their_lines() {
        let errors =
            Lexicon::default().add("# head\na\tplanet\tMars\nb\tplace\nc\tplace\t=\tMore\n").unwrap_err();
        assert_eq!(errors.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
    }
}
