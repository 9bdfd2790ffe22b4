//! The spelling of names that a lexicon or the corpus knows.

use tamiz_core::{NameType, Span, Surface};

use super::{
    BY_ACCENT, BY_LEXICON, BY_SOUND, Names, Proposal, Respelling, UNINFLECTED, is_latin, is_part, plain,
};
use crate::hash;
use crate::lexicon::{Entry, Origin, SHIPPED};
use crate::link;
use crate::parts;
use crate::scan::Mention;
use crate::spanish;
use crate::token::{CAPITAL, DIGIT, Gap, LETTER, RUN, START, Token, UPPER};
use crate::words::{self, COMMON, CONNECTOR, FUNCTION, ORGANIZATION, WORDS, WORK};

/// Documents of the corpus that a person has to stand in before the text is changed by what it taught.
const TOLD: u8 = 3;

impl Respelling {
    /// A place or an organization of a lexicon.
    pub(super) fn place(
        &mut self,
        names: &Names<'_>,
        mention: &Mention,
        entry: &Entry,
        span: Span,
        rewrite: bool,
    ) -> Proposal {
        let canonical = self.forms.canonical(entry, names.language);
        if !rewrite {
            return Proposal::known(canonical, entry);
        }
        let surface = span.of(names.text);
        let shouted = !surface.chars().any(char::is_lowercase);
        let own = names.language.and_then(|language| entry.own(language));
        // Abbreviations and other names of the place stay; only the same name in another language's spelling goes.
        let foreign = own.is_some_and(|own| {
            own != surface && !shouted && entry.is_other_language(surface, names.language)
        });
        let beside = |at: Option<&Token>| at.is_some_and(|token| token.is(CAPITAL));
        let before = mention.first.checked_sub(1).map(|at| &names.tokens[at as usize]);
        let next = names.tokens.get(mention.last as usize);
        let follows = |token: &Token| matches!(token.gap, Gap::Space | Gap::Hyphen | Gap::None);
        // Romanisations that stand for want of a form of its own (`Wŏnsan`) are no better than the text's; and a longer
        // form is no spelling of the short one: Washington stays without its D. C.
        let usual = |form: &str| {
            let words = |text: &str| text.split(' ').count();
            let fits = words(form) == words(surface)
                || (entry.id.starts_with("iso:") && words(form) < words(surface));
            fits && (spanish::is_written(form) || names.language.is_none_or(|code| code.as_str() != "es"))
        };
        let within = (beside(before) && follows(&names.tokens[mention.first as usize]))
            || (beside(next) && next.is_some_and(follows));
        if entry.origin == Origin::User {
            let rewrite = (canonical != surface && !shouted).then_some((Surface::Lexicon(canonical), 1.0));
            return Proposal {
                canonical: Surface::Lexicon(canonical),
                id: Some(Surface::Lexicon(entry.id)),
                rewrite,
            };
        }
        // Elsewhere the table's forms are not what an editor would write: Türkiye, Congo-Brazzaville.
        let spanish = names.language.is_some_and(|code| code.as_str() == "es");
        let foreign = foreign && spanish && is_latin(surface);
        let rewrite = (foreign
            && own.is_some_and(usual)
            && !within
            && !in_another(names, mention)
            && mention.name_type == NameType::Place)
            .then_some(own)
            .flatten();
        Proposal {
            canonical: Surface::Lexicon(canonical),
            id: Some(Surface::Lexicon(entry.id)),
            rewrite: rewrite.map(|form| (Surface::Lexicon(form), BY_LEXICON)),
        }
    }

    /// A person whom the corpus knows.
    pub(super) fn learned(
        &mut self,
        names: &Names<'_>,
        mention: &Mention,
        entry: &Entry,
        rewrite: bool,
    ) -> Proposal {
        let canonical = self.forms.canonical(entry, names.language);
        if !rewrite {
            return Proposal::known(canonical, entry);
        }
        let surface = &names.text[mention.start as usize..mention.end as usize];
        let run = &names.tokens[mention.first as usize..mention.last as usize];
        let shouted = run.iter().all(|token| token.is(UPPER | LETTER) || !token.is(CAPITAL));
        let parts = |text: &str| text.split([' ', '-']).count();
        let genitive =
            surface.strip_suffix('s').is_some_and(|stem| !canonical.ends_with('s') && !stem.ends_with('s'));
        // In other languages a name's ending may be its case.
        let fixed = names.language.is_some_and(|code| UNINFLECTED.contains(&code.as_str()));
        let rewrite = if !fixed
            || !is_latin(surface)
            || !is_latin(canonical)
            || shouted
            || genitive
            || entry.weight < TOLD
        {
            None
        } else if parts(surface) == parts(canonical) {
            (surface != canonical).then_some(Surface::Lexicon(canonical))
        } else {
            self.aligned(names, mention, canonical)
        };
        let rewrite = rewrite.filter(|text| self.is_spelling(names, surface, text.text(names.text)));
        let sure = |text: &Surface| {
            let text = text.text(names.text);
            if plain(text) == plain(surface) { BY_ACCENT } else { BY_SOUND }
        };
        Proposal {
            canonical: Surface::Lexicon(canonical),
            id: Some(Surface::Lexicon(entry.id)),
            rewrite: rewrite.map(|text| {
                let sure = sure(&text);
                (text, sure)
            }),
        }
    }

    /// Whether a spelling that the corpus prefers is the same name part by part, and no worse: not another known name
    /// (*Jessica* for *Jessie*, but for spellings that Spanish tables join), no contraction, no accent less.
    fn is_spelling(&mut self, names: &Names<'_>, word: &str, better: &str) -> bool {
        let spanish = names.language.is_some_and(|code| code.as_str() == "es");
        let marks = |word: &str| word.chars().filter(|c| !c.is_ascii()).count();
        let mut pairs = word.split([' ', '-']).zip(better.split([' ', '-']));
        pairs.all(|(word, better)| {
            let (a, b) = (hash::word(word), hash::word(better));
            if a == b {
                // `BusinessWeek` keeps its capital, `ELTON` does not.
                let inner = |word: &str| word.chars().skip(1).any(char::is_uppercase);
                return inner(better) || !inner(word) || !word.chars().any(char::is_lowercase);
            }
            if plain(word) == plain(better) {
                return spanish || marks(better) >= marks(word);
            }
            let known = parts::usual(a) > 0 && parts::usual(b) > 0;
            (spanish || !known)
                && word.chars().count().min(better.chars().count()) >= 4
                && !word.contains(['\'', '’'])
                && link::alike(&mut self.matcher, (word, a), (better, b))
        })
    }

    /// A mention with those of its parts respelt that sound like a part of the canonical form.
    pub(super) fn aligned(
        &mut self,
        names: &Names<'_>,
        mention: &Mention,
        canonical: &str,
    ) -> Option<Surface> {
        self.text.clear();
        let mut changed = false;
        let mut position = mention.start;
        for token in &names.tokens[mention.first as usize..mention.last as usize] {
            self.text.push_str(&names.text[position as usize..token.start as usize]);
            let word = token.text(names.text);
            let mut best = (0.9, word);
            for part in canonical.split(' ').filter(|_| is_part(token)) {
                let alike = self.matcher.sound(word, part);
                if alike > best.0 || (alike == best.0 && part == word) {
                    best = (alike, part);
                }
            }
            changed |= best.1 != word;
            self.text.push_str(best.1);
            position = token.end;
        }
        self.text.push_str(&names.text[position as usize..mention.end as usize]);
        changed.then(|| Surface::Owned(self.text.as_str().into()))
    }
}

/// Whether a place's name is that of something else here: after an ampersand (`De Pury & Luxembourg`), right after a word
/// for a body or a work in small letters (`el grupo Astana`), and within a longer name of another language (`Flowering
/// Plants of South Africa`, `Palau de la Generalitat`, `Philadelphia 76ers`) or a title.
fn in_another(names: &Names<'_>, mention: &Mention) -> bool {
    let text = names.text[..mention.start as usize].trim_end();
    if ["&", "&amp", "&amp;"].iter().any(|sign| text.ends_with(sign)) {
        return true;
    }
    let spanish = |token: &Token| WORDS.flags(token.hash, words::tongue("es"));
    let (first, last) = (mention.first as usize, mention.last as usize);
    let follows = |at: usize| {
        let space = |token: &&Token| !token.is(RUN) && token.gap == Gap::Space;
        names.tokens.get(at).filter(space)
    };
    // A small word that is none of Spanish, on either side; English titles have made some of theirs usual in Spanish.
    let foreign = |token: &Token| {
        let tongue = if spanish(token) == COMMON { words::tongue("en") } else { None };
        let own = token.is(CAPITAL | DIGIT) || spanish(token) & !COMMON != 0;
        names.native && !own && WORDS.flags(token.hash, tongue) & FUNCTION != 0
    };
    if let Some(after) = follows(last) {
        let team = after.is(DIGIT) && after.text(names.text).bytes().any(|byte| byte.is_ascii_alphabetic());
        if foreign(after) || team {
            return true;
        }
        // `Palau de la Generalitat`
        let of = |token: &Token| matches!(token.text(names.text), "de" | "del" | "of" | "la" | "los" | "las");
        let mut at = last;
        while at < last + 2 && follows(at).is_some_and(of) {
            at += 1;
        }
        if at > last && follows(at).is_some_and(|token| token.is(CAPITAL)) {
            return true;
        }
    }
    // `Alexandria (Virginia)` is not the one that has a name in Spanish.
    let other = names.tokens.get(last).filter(|token| token.gap == Gap::Parenthesis && !token.is(RUN));
    if other.is_some_and(|token| token.is(CAPITAL) && SHIPPED.word(token.hash).is_some()) {
        return true;
    }
    if follows(first).is_none() || first == 0 {
        return is_titled(names, mention);
    }
    let before = &names.tokens[first - 1];
    if foreign(before) || (!before.is(CAPITAL) && spanish(before) & (ORGANIZATION | WORK) != 0) {
        return true;
    }
    // `Universitat Politècnica de Catalunya`: a word of the longer name that is none of Spanish.
    let mut at = first;
    while names.native && at > 0 && follows(at).is_some() && first - at < LONGEST {
        at -= 1;
        let token = &names.tokens[at];
        if !token.is(CAPITAL) && spanish(token) & CONNECTOR == 0 {
            break;
        }
        if token.is(CAPITAL) && !token.is(START) && spanish(token) == 0 && parts::usual(token.hash) == 0 {
            return true;
        }
    }
    is_titled(names, mention)
}

/// Words before a place that are looked at for a longer name.
const LONGEST: usize = 8;
/// Words of the longest title.
const TITLE: usize = 8;

/// Whether the place stands in quotation marks that hold a title: a few words of which the first has a capital, and that
/// end without a stop.
fn is_titled(names: &Names<'_>, mention: &Mention) -> bool {
    let line = names.text[..mention.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let before = &names.text[line..mention.start as usize];
    let rest = &names.text[mention.end as usize..];
    let rest = rest.split('\n').next().unwrap_or(rest);
    let pairs = [('"', '"'), ('“', '”'), ('«', '»'), ('‘', '’')];
    pairs.iter().any(|&(open, close)| {
        let Some(at) = before.rfind(open) else { return false };
        let inside = &before[at + open.len_utf8()..];
        let straight = open == close && before.matches(open).count() % 2 == 0;
        if straight || (open != close && inside.contains(close)) {
            return false;
        }
        let Some(end) = rest.find(close) else { return false };
        let words = inside.split_whitespace().count() + rest[..end].split_whitespace().count();
        words < TITLE && !rest[..end].trim_end().ends_with(['.', ',', '!', '?', '…'])
    })
}
