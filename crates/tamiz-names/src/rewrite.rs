//! The spelling that each name is brought to: part by part, never a short form to the full name.

mod known;

use tamiz_core::{LanguageCode, Span, Surface};

use crate::hash;
use crate::lexicon::{Entry, Forms};
use crate::link::{self, Links, NO_FORM};
use crate::parts;
use crate::scan::Mention;
use crate::similarity::Matcher;
use crate::spanish;
use crate::spelling::{self, Spelling};
use crate::token::{CAPITAL, DIGIT, Gap, LETTER, Token, UPPER};

/// How sure a spelling is: a table says so.
const BY_TABLE: f64 = 0.98;
/// Another spelling of the same person in the document differs by its accents alone.
const BY_ACCENT: f64 = 0.97;
/// Another spelling of the same person in the document sounds the same; multiplied by how alike they are.
const BY_SOUND: f64 = 0.95;
/// An unknown given name is one letter off a known one.
const BY_SLIP: f64 = 0.94;
/// The lexicon has a form of the place for this language.
const BY_LEXICON: f64 = 0.96;

/// Languages in which a name has the same form in every case, but for an *s*.
const UNINFLECTED: [&str; 12] = ["ca", "da", "de", "en", "es", "fr", "gl", "it", "nl", "no", "pt", "sv"];

/// What a worker thread keeps for spelling.
#[derive(Default)]
pub(crate) struct Respelling {
    variants: Vec<Variant>,
    canonical: Vec<Option<Surface>>,
    slavic: Vec<bool>,
    clustered: Vec<bool>,
    matcher: Matcher,
    text: String,
    forms: Forms,
}

/// A word of a person's names.
#[derive(Clone, Copy, Debug)]
struct Variant {
    root: u32,
    key: u32,
    hash: u64,
    start: u32,
    end: u32,
    count: u32,
    /// What a table brings the word to: the other spellings are compared with that, as they will stand beside it.
    form: Option<&'static str>,
}

impl Variant {
    fn word<'n>(&self, text: &'n str) -> &'n str {
        self.form.unwrap_or(&text[self.start as usize..self.end as usize])
    }
}

/// The document's names, linked, and the language to spell them in.
pub(crate) struct Names<'n> {
    pub(crate) text: &'n str,
    pub(crate) tokens: &'n [Token],
    pub(crate) mentions: &'n [Mention],
    pub(crate) links: &'n Links,
    pub(crate) language: Option<LanguageCode>,
    /// Whether the text is in that language, as far as its words tell: words of others then belong to names.
    pub(crate) native: bool,
}

/// What becomes of a name.
pub(crate) struct Proposal {
    pub(crate) canonical: Surface,
    pub(crate) id: Option<Surface>,
    /// The new spelling of this mention, with how sure it is.
    pub(crate) rewrite: Option<(Surface, f64)>,
}

impl Proposal {
    /// A name of a lexicon that stays as it is spelt.
    fn known(canonical: &'static str, entry: &Entry) -> Self {
        Proposal {
            canonical: Surface::Lexicon(canonical),
            id: Some(Surface::Lexicon(entry.id)),
            rewrite: None,
        }
    }
}

impl Respelling {
    /// Looks at all names before any is respelt.
    pub(crate) fn prepare(&mut self, names: &Names<'_>) {
        self.variants.clear();
        self.canonical.clear();
        self.canonical.resize(names.links.forms.len(), None);
        self.slavic.clear();
        self.slavic.resize(names.links.forms.len(), false);
        self.clustered.clear();
        self.clustered.resize(names.links.forms.len(), false);
        let spelling = Spelling::of(names.language);
        for number in 0..names.links.forms.len() {
            let root = names.links.root(number as u32);
            self.clustered[root as usize] |= root != number as u32;
        }
        for (number, form) in names.links.forms.iter().enumerate() {
            let root = names.links.root(number as u32);
            let mention = &names.mentions[form.mention as usize];
            let run = &names.tokens[mention.first as usize..mention.last as usize];
            if let Some(spelling) = spelling.filter(|_| form.full >= 2) {
                let mut parts = run.iter().filter(|token| is_part(token));
                if let (Some(first), Some(last)) = (parts.next(), parts.next_back()) {
                    // The surname is asked first: few names have one that ends so.
                    let surname =
                        spelling.surname(last.hash).is_some() || spelling::is_slavic(last.text(names.text));
                    self.slavic[root as usize] |= surname
                        && (spelling.given(first.hash).is_some()
                            || (first.usual == 0 && spelling.slip(first.text(names.text)).is_some()));
                }
            }
            if !self.clustered[root as usize] {
                continue;
            }
            let (last, count) = (run.iter().rposition(is_part), form.count);
            for (at, token) in run.iter().enumerate().filter(|(_, token)| is_part(token) && !token.is(UPPER))
            {
                let form =
                    spelling.and_then(|spelling| spelling.surname(token.hash)).filter(|_| last == Some(at));
                self.variants.push(Variant {
                    root,
                    key: link::key(form.unwrap_or(token.text(names.text))),
                    hash: form.map_or(token.hash, hash::word),
                    start: token.start,
                    end: token.end,
                    count,
                    form,
                });
            }
        }
        self.variants.sort_by_key(|variant| (variant.root, variant.key, variant.hash, variant.start));
        // Equal words are counted together.
        let mut kept = 0usize;
        for i in 0..self.variants.len() {
            let variant = self.variants[i];
            if kept > 0
                && self.variants[kept - 1].root == variant.root
                && self.variants[kept - 1].hash == variant.hash
            {
                self.variants[kept - 1].count += variant.count;
            } else {
                self.variants[kept] = variant;
                kept += 1;
            }
        }
        self.variants.truncate(kept);
    }

    /// What becomes of one mention; its new spelling is only asked for where the text is to be changed.
    pub(crate) fn propose(&mut self, names: &Names<'_>, number: usize, rewrite: bool) -> Proposal {
        let mention = &names.mentions[number];
        let span = Span::new(mention.start as usize, mention.end as usize);
        let form = names.links.of[number];
        if form == NO_FORM {
            return match &mention.entry {
                Some(entry) => self.place(names, mention, entry, span, rewrite),
                None => Proposal { canonical: Surface::Source(span), id: None, rewrite: None },
            };
        }
        let root = names.links.root(form);
        let first = &names.mentions[names.links.forms[root as usize].mention as usize];
        if let Some(entry) = &first.entry {
            let canonical = self.forms.canonical(entry, names.language);
            let rewrite = if rewrite { self.aligned(names, mention, canonical) } else { None };
            return Proposal {
                canonical: Surface::Lexicon(canonical),
                id: Some(Surface::Lexicon(entry.id)),
                rewrite: rewrite.map(|text| (text, 1.0)),
            };
        }
        if let Some(Some(entry)) = names.links.known.get(root as usize) {
            return self.learned(names, mention, entry, rewrite);
        }
        let canonical = match &self.canonical[root as usize] {
            Some(canonical) => canonical.clone(),
            None => {
                let spelt = self.spell(names, first, root, true);
                let place = Span::new(first.start as usize, first.end as usize);
                let canonical = spelt.map_or(Surface::Source(place), |(surface, _)| surface);
                self.canonical[root as usize] = Some(canonical.clone());
                canonical
            }
        };
        let rewrite = if rewrite { self.spell(names, mention, root, false) } else { None };
        Proposal { canonical, id: None, rewrite }
    }

    /// A mention in the spelling of its cluster and of the language, if that differs, and how sure it is.
    fn spell(
        &mut self,
        names: &Names<'_>,
        mention: &Mention,
        root: u32,
        canonical: bool,
    ) -> Option<(Surface, f64)> {
        let run = &names.tokens[mention.first as usize..mention.last as usize];
        let shouted = run.iter().all(|token| token.is(UPPER | LETTER) || !token.is(CAPITAL));
        if shouted && !canonical {
            return None;
        }
        let parts = run.iter().filter(|token| is_part(token)).count();
        let korean = self.korean(names, run);
        if !korean && !shouted && self.is_settled(names, run, root) {
            return None;
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut sure = 1.0f64;
        let mut position = mention.start;
        let mut seen = 0;
        for (at, token) in run.iter().enumerate() {
            let word = token.text(names.text);
            let between = &names.text[position as usize..token.start as usize];
            position = token.end;
            if korean && at == 2 {
                text.push('-');
                text.extend(word.chars().flat_map(char::to_lowercase));
                continue;
            }
            text.push_str(between);
            if !is_part(token) || korean {
                text.push_str(word);
                continue;
            }
            seen += 1;
            let last = seen == parts && parts > 1;
            let (better, how) = self.part(names, token, root, last, parts);
            if better != word && !better.is_empty() {
                sure = sure.min(how);
            }
            if token.is(UPPER) && shouted {
                titled(&mut text, word);
            } else {
                capitalised(&mut text, word, better);
            }
        }
        text.push_str(&names.text[position as usize..mention.end as usize]);
        let old = &names.text[mention.start as usize..mention.end as usize];
        let result = (text != old).then(|| (Surface::Owned(text.as_str().into()), sure.min(BY_TABLE)));
        self.text = text;
        result
    }

    /// Whether nothing could ask for another spelling: no table knows the words, and no other form is of the person.
    fn is_settled(&self, names: &Names<'_>, run: &[Token], root: u32) -> bool {
        let tabled = Spelling::of(names.language)
            .is_some_and(|spelling| run.iter().any(|token| spelling.surname(token.hash).is_some()));
        !tabled && !self.slavic[root as usize] && !self.clustered[root as usize]
    }

    /// Whether the run is a Korean name of three syllables, whose last two are one given name.
    fn korean(&self, names: &Names<'_>, run: &[Token]) -> bool {
        let Some(language) = names.language else { return false };
        let [surname, first, second] = run else { return false };
        matches!(language.as_str(), "es" | "fr" | "it" | "pt" | "de" | "nl")
            && !surname.is(UPPER)
            && spelling::is_korean_surname(surname.hash)
            && [first, second].iter().all(|token| spelling::is_korean_syllable(token.hash))
            && matches!(first.gap, Gap::Space)
            && matches!(second.gap, Gap::Space | Gap::Hyphen)
    }

    /// The best spelling of one part of a person's name, and how sure it is.
    fn part<'n>(
        &mut self,
        names: &Names<'n>,
        token: &Token,
        root: u32,
        last: bool,
        parts: usize,
    ) -> (&'n str, f64) {
        let word = token.text(names.text);
        let slavic = self.slavic[root as usize];
        if let Some(spelling) = Spelling::of(names.language) {
            if !last && slavic {
                if let Some(form) = spelling.given(token.hash) {
                    return (form, BY_TABLE);
                }
                if parts > 1
                    && token.usual == 0
                    && let Some(form) = spelling.slip(word)
                {
                    return (form, BY_SLIP);
                }
            }
            if (last || parts == 1)
                && let Some(form) = spelling.surname(token.hash)
            {
                return (form, BY_TABLE);
            }
        }
        self.variant(names, token, root).unwrap_or((word, 1.0))
    }

    /// The spelling of the same part that the document's other mentions of the person prefer.
    fn variant<'n>(&mut self, names: &Names<'n>, token: &Token, root: u32) -> Option<(&'n str, f64)> {
        let word = token.text(names.text);
        let key = link::key(word);
        let start = self.variants.partition_point(|variant| (variant.root, variant.key) < (root, key));
        let group =
            self.variants[start..].iter().take_while(|variant| variant.root == root && variant.key == key);
        let spanish = names.language.is_some_and(|language| language.as_str() == "es");
        let slavic = spanish && self.slavic[root as usize];
        let rank = |variant: &Variant| {
            let word = variant.word(names.text);
            let accented = spanish && !word.is_ascii() && spanish::is_accented_spanish(&word.to_lowercase());
            let own = slavic && !spanish::is_foreign_romanisation(word);
            let known = parts::usual(variant.hash) > 0 || accented;
            (own, known, accented, variant.count, u32::MAX - variant.start)
        };
        let own: u32 = group.clone().filter(|other| other.hash == token.hash).map(|other| other.count).sum();
        let best = *group.max_by_key(|variant| rank(variant))?;
        // Spellings of other scripts are linked, but not mixed into the text.
        let better = best.word(names.text);
        if best.hash == token.hash || !is_latin(word) || !is_latin(better) {
            return None;
        }
        // In other languages a name's ending may be its case, and nobody's accents are a slip.
        let fixed = names.language.is_some_and(|code| UNINFLECTED.contains(&code.as_str()));
        let marks = |word: &str| word.chars().filter(|c| !c.is_ascii()).count();
        if !fixed || (!slavic && marks(better) < marks(word)) {
            return None;
        }
        // One mention against another is no majority, unless the better spelling is known from elsewhere.
        if plain(word) == plain(better) {
            let known = parts::usual(best.hash) > 0;
            return (known || best.count >= own).then_some((better, BY_ACCENT));
        }
        let majority = spanish && best.count >= 2 && best.count > own;
        // Where the document has the language's own romanisation too, that is the one to follow, however rare.
        let native =
            slavic && spanish::is_foreign_romanisation(word) && !spanish::is_foreign_romanisation(better);
        let alike = self.matcher.sound(word, better);
        (alike >= 0.9 && (majority || native)).then_some((better, BY_SOUND * alike))
    }
}

/// Whether all letters are Latin ones.
pub(crate) fn is_latin(text: &str) -> bool {
    text.chars().all(|c| {
        c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c) || ('\u{2010}'..'\u{2020}').contains(&c)
    })
}

/// A word in small letters and without acute accents.
fn plain(word: &str) -> String {
    spanish::without_acute(&word.to_lowercase())
}

/// Whether the token is a part of a name that can be respelt.
fn is_part(token: &Token) -> bool {
    token.is(CAPITAL) && !token.is(LETTER | DIGIT)
}

/// Appends a spelling that comes from a table in small letters, or as it is if it is the word itself.
fn capitalised(text: &mut String, word: &str, better: &str) {
    if better == word || better.starts_with(char::is_uppercase) {
        text.push_str(better);
    } else {
        titled(text, better);
    }
}

/// Appends a word with a capital first letter and small others.
fn titled(text: &mut String, word: &str) {
    let mut chars = word.chars();
    text.extend(chars.next().into_iter().flat_map(char::to_uppercase));
    text.extend(chars.flat_map(char::to_lowercase));
}
