//! Where a name begins and where it ends.

use crate::endings::Endings;
use crate::hash;
use crate::letters;
use crate::scan::{Case, DE, EN, Scanner, is_roman};
use crate::token::{CAPITAL, COMPOUND, DIGIT, Gap, LETTER, NOUN_ENDING, RUN, START, UPPER};
use crate::words::{
    self, AFTER_PERSON, COMMON, CONNECTOR, FUNCTION, ORDINARY, ORGANIZATION, PLACE_HEAD, TITLE, Tongue,
    WORDS, WORK,
};

impl Scanner<'_> {
    /// Where a name begins at or right after `i`, if one does: passes over titles and articles.
    pub(crate) fn begins(&self, i: usize, last: usize, case: Case) -> Option<usize> {
        let token = &self.tokens[i];
        let flags = self.flags(i);
        let next = self.joined(i + 1, last);
        let usual = self.part(i);
        let small = self.is_small(token.hash);
        let capital = self.is_capital(token.hash);
        if token.is(LETTER) {
            // An initial begins a name if a surname follows: `J. R. R. Tolkien`.
            let follows = (i + 1 < last) && {
                let after = &self.tokens[i + 1];
                after.is(CAPITAL) && matches!(after.gap, Gap::StopSpace | Gap::Stop)
            };
            return (follows && (!token.is(START) || token.is(RUN))).then_some(i);
        }
        if flags & FUNCTION != 0 {
            let article = !token.is(START) && next && case == Case::Telling;
            return (article && flags & CONNECTOR != 0 && self.flags(i + 1) & (COMMON | ORDINARY) == 0)
                .then_some(i);
        }
        if flags & ORDINARY != 0 && !(next && case == Case::Telling && self.is_more_than_ordinary(i)) {
            return None;
        }
        if !next && self.is_adjective(i) {
            return None;
        }
        match case {
            Case::Shouted => {
                let person = usual >= 2 && flags & (COMMON | ORGANIZATION | WORK) == 0 && !small;
                (person && token.len() > 2).then_some(i)
            }
            Case::Everywhere => {
                if self.tongue != Some(DE as Tongue)
                    && flags & (COMMON | WORK | ORGANIZATION | TITLE | PLACE_HEAD) == 0
                    && !small
                    && !token.is(START)
                {
                    return Some(i);
                }
                if flags & (COMMON | WORK) != 0 && flags & (TITLE | ORGANIZATION | PLACE_HEAD) == 0 {
                    return None;
                }
                if flags & (TITLE | ORGANIZATION | PLACE_HEAD) != 0 {
                    return next.then_some(i);
                }
                if small || self.is_noun(i) {
                    return None;
                }
                (usual >= 2 || (next && usual >= 1)).then_some(i)
            }
            Case::Telling => {
                let common = flags & COMMON != 0 || small;
                let head = flags & (TITLE | ORGANIZATION | PLACE_HEAD | WORK) != 0;
                if token.is(START) {
                    if common {
                        let given = usual >= 4 && !head && flags & COMMON == 0;
                        let evident = capital && !small;
                        let goes_on = next && (head || (usual >= 4 && self.part(i + 1) >= 2));
                        return (given || evident || goes_on || (head && self.connects(i + 1, last)))
                            .then_some(i);
                    }
                    // Nothing is known of the word: alone, it is more often a rare word than a rare name.
                    let least = if self.text.is_char_boundary(token.start as usize + 1) { 2 } else { 3 };
                    let speaks = self.tokens.get(i + 1).is_some_and(|after| {
                        i + 1 < last
                            && matches!(after.gap, Gap::Space | Gap::Comma)
                            && !after.is(CAPITAL)
                            && self.flags(i + 1) & AFTER_PERSON != 0
                    });
                    let sends = token.is(UPPER) && self.sends(i + 1, last);
                    return (next || capital || speaks || sends || (usual >= least && !self.inflected(i)))
                        .then_some(i);
                }
                if common && !next {
                    let apart = token.is(UPPER)
                        || self.generic(i).is_some()
                        || (!small && usual >= 5)
                        || (head && self.connects(i + 1, last));
                    return apart.then_some(i);
                }
                (next || !token.is(UPPER) || self.is_acronym(i)).then_some(i)
            }
        }
    }

    /// Whether an ordinary English word with a capital is a part of a name here: `Roman Polanski`, `Ottoman Empire`.
    fn is_more_than_ordinary(&self, i: usize) -> bool {
        let next = self.flags(i + 1);
        let person = self.part(i) >= 5 && self.part(i + 1) >= 2 && next & (COMMON | ORDINARY) == 0;
        self.tongue == Some(EN as Tongue) && (person || next & (ORGANIZATION | PLACE_HEAD) != 0)
    }

    /// Whether an English word is the adjective of a country, a creed or a people, which English capitalises.
    pub(crate) fn is_adjective(&self, i: usize) -> bool {
        static ENDINGS: Endings<14> = Endings::new([
            "ian", "ians", "ean", "eans", "ese", "ish", "ist", "ists", "ism", "isms", "idian", "idians",
            "ite", "ites",
        ]);
        let token = &self.tokens[i];
        self.tongue == Some(EN as Tongue) && token.len() >= 6 && token.usual < 5 && {
            let text = token.text(self.text);
            ENDINGS.end(text.as_bytes())
        }
    }

    /// Whether a word in capitals alone may name an organization: no Roman number, no abbreviation of a thing.
    pub(crate) fn is_acronym(&self, i: usize) -> bool {
        let token = &self.tokens[i];
        !is_roman(token.text(self.text)) && self.flags(i) & COMMON == 0
    }

    /// Whether an unknown word at the start of a sentence ends as ordinary words of the language do.
    pub(crate) fn inflected(&self, i: usize) -> bool {
        is_inflected(self.tokens[i].text(self.text).as_bytes())
    }

    /// Whether a word in German looks like a noun.
    pub(crate) fn is_noun(&self, i: usize) -> bool {
        let token = &self.tokens[i];
        if token.asked && self.tongue == Some(DE as Tongue) {
            return token.looks_a_noun();
        }
        let text = token.text(self.text);
        is_noun_ending(text.as_bytes()) || is_compound(text, self.tongue)
    }

    /// Whether small connecting words at `i` lead to another capitalised word.
    pub(crate) fn connects(&self, i: usize, last: usize) -> bool {
        self.connected(i, last).is_some()
    }

    /// The capitalised word to which the connecting words at `i` lead.
    pub(crate) fn connected(&self, i: usize, last: usize) -> Option<usize> {
        let mut k = i;
        while k < last && k < i + 3 {
            let token = &self.tokens[k];
            if token.is(CAPITAL)
                || !matches!(token.gap, Gap::Space | Gap::Elision)
                || self.flags(k) & CONNECTOR == 0
            {
                break;
            }
            k += 1;
        }
        let good = k > i && k < last && {
            let token = &self.tokens[k];
            token.is(CAPITAL) && !token.is(START) && matches!(token.gap, Gap::Space | Gap::Elision)
        };
        good.then_some(k)
    }

    /// Where the run that begins at `begin` ends. An article ends no name: `la U.E. El ministro`.
    pub(crate) fn extend(&self, begin: usize, last: usize, case: Case) -> usize {
        let end = self.reach(begin, last, case);
        let article = end > begin + 1 && {
            const ARTICLE: u16 = FUNCTION | CONNECTOR;
            self.tokens[end - 1].is(CAPITAL) && self.flags(end - 1) & ARTICLE == ARTICLE
        };
        if article { end - 1 } else { end }
    }

    fn reach(&self, begin: usize, last: usize, case: Case) -> usize {
        let head = self.flags(begin);
        let organization = head & (ORGANIZATION | WORK) != 0 && !self.tokens[begin].is_letters();
        let place = head & PLACE_HEAD != 0;
        let usual = self.part(begin);
        let mut j = begin + 1;
        loop {
            if j >= last {
                return j;
            }
            let token = &self.tokens[j];
            let before = &self.tokens[j - 1];
            if token.is(UPPER)
                && !before.is(UPPER)
                && !organization
                && case == Case::Telling
                && token.len() >= 2
                && !is_roman(token.text(self.text))
            {
                return j;
            }
            if j == begin + 1 && self.joined(j, last) && usual >= 1 && is_roman(token.text(self.text)) {
                j += 1;
                continue;
            }
            if self.joined(j, last) && self.dateline(begin, j, last) {
                return j;
            }
            if self.joined(j, last) && self.goes_on(j, case) {
                j += 1;
                continue;
            }
            // `John F. Kennedy`, `J. K. Rowling`
            if before.is(LETTER) && token.is(CAPITAL) && matches!(token.gap, Gap::StopSpace | Gap::Stop) {
                j += 1;
                continue;
            }
            // `Jong-un`, `Kwang-chol`: the second syllable of a given name is small.
            if token.gap == Gap::Hyphen && !token.is(CAPITAL | DIGIT) && before.is(CAPITAL) {
                let syllable = token.len() <= 6 && (j >= begin + 2 || self.part(j) >= 2) && usual >= 2;
                if syllable && self.flags(j) & COMMON == 0 {
                    j += 1;
                    continue;
                }
                return j;
            }
            if let Some(k) = self.connected(j, last) {
                let and = matches!(self.tokens[j].text(self.text), "y" | "e" | "i" | "and" | "et");
                let known = self.shipped.longest(&self.tokens[k..last]).map_or(0, |(entry, _)| entry.weight);
                let king = is_roman(before.text(self.text)) && !before.is(LETTER);
                let plain = matches!(
                    self.tokens[j].text(self.text),
                    "de" | "da" | "di" | "von" | "van" | "d" | "dos" | "bin" | "al"
                );
                let person = !organization
                    && !place
                    && usual >= 2
                    && !and
                    && (king || (known < 9 && plain) || known < 5);
                let group = (organization && known < 5) || (place && !and);
                if case != Case::Shouted && (person || group) {
                    j = k + 1;
                    continue;
                }
            }
            return j;
        }
    }

    /// Whether a place begins at `j` that has nothing to do with the person before it: `Por Luis Gil Madrid, 3 may`.
    pub(crate) fn dateline(&self, begin: usize, j: usize, last: usize) -> bool {
        if j < begin + 2
            || self.flags(begin) & (ORGANIZATION | PLACE_HEAD | WORK) != 0
            || self.part(begin) == 0
        {
            return false;
        }
        let Some((entry, length)) = self.shipped.longest(&self.tokens[j..last]) else { return false };
        let after = self.tokens.get(j + length).filter(|_| j + length < last);
        entry.weight >= 6 && after.is_some_and(|after| after.is(DIGIT) && after.gap == Gap::Comma)
    }

    /// Whether a capitalised word that follows another belongs to the same name.
    pub(crate) fn goes_on(&self, j: usize, case: Case) -> bool {
        let flags = self.flags(j);
        let token = &self.tokens[j];
        if case == Case::Shouted {
            return token.is(UPPER) && token.usual >= 1 && flags & (COMMON | FUNCTION | ORGANIZATION) == 0;
        }
        if case == Case::Everywhere {
            if flags & (COMMON | FUNCTION | ORDINARY | TITLE | ORGANIZATION | WORK) != 0
                || self.evidence.is_small(token.hash)
            {
                return token.gap == Gap::Hyphen;
            }
            return self.tongue != Some(DE as Tongue) || token.usual >= 1 || !self.is_noun(j);
        }
        flags & FUNCTION == 0 || flags & CONNECTOR != 0
    }

    /// Whether the token at `i` is a capitalised word that goes on with what stands before.
    #[inline]
    pub(crate) fn joined(&self, i: usize, last: usize) -> bool {
        i < last && {
            let token = &self.tokens[i];
            token.is(CAPITAL) && !token.is(START) && matches!(token.gap, Gap::Space | Gap::Hyphen)
        }
    }
}

/// Whether a word ends as ordinary words of many languages do.
pub(crate) fn is_inflected(word: &[u8]) -> bool {
    static ENDINGS: Endings<40> = Endings::new([
        "mente", "ción", "ciones", "sión", "ando", "iendo", "ado", "ados", "ada", "adas", "aron", "ieron",
        "aba", "aban", "dad", "dades", "ismo", "ístico", "tion", "tions", "ing", "ed", "ly", "ment", "ments",
        "ness", "ção", "ções", "mento", "mentos", "zione", "zioni", "ndo", "ість", "ение", "ения", "ость",
        "anie", "enie", "ową",
    ]);
    ENDINGS.end(word)
}

/// In what a capitalised word of German is like a noun, however its other letters are written.
pub(crate) fn noun_signs(word: &str, small: &mut String) -> u8 {
    letters::write_small(word, small);
    let first = small.chars().next().map_or(0, char::len_utf8);
    let ending = if is_noun_ending(&small.as_bytes()[first..]) { NOUN_ENDING } else { 0 };
    ending | if is_compound(small, Some(DE as Tongue)) { COMPOUND } else { 0 }
}

/// Whether a word ends as German nouns do.
pub(crate) fn is_noun_ending(word: &[u8]) -> bool {
    static ENDINGS: Endings<30> = Endings::new([
        "ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen", "tät",
        "täten", "nis", "nisse", "ismus", "ling", "linge", "tum", "chen", "erin", "innen", "ieren", "zeug",
        "meister", "leiter", "spieler", "spiel", "isten", "ologe", "ologen",
    ]);
    ENDINGS.end(word)
}

/// Whether the last part of a word is a common one.
pub(crate) fn is_compound(text: &str, tongue: Option<Tongue>) -> bool {
    // Most parts of a word are ruled out by how they begin.
    let plain = words::is_plain(text.as_bytes());
    text.len() <= 40
        && text.char_indices().skip(3).any(|(at, _)| {
            let part = &text[at..];
            let may = match part.as_bytes().first_chunk() {
                Some(four) => !plain || WORDS.may_begin(*four),
                None => false,
            };
            may && WORDS.flags(hash::word(part), tongue) & COMMON != 0
        })
}
