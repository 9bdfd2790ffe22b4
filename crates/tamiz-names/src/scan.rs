//! Finds names: known forms, and runs of capitalised words that the case of the text says are names.

use tamiz_core::NameType;

use crate::evidence::Evidence;
use crate::hash;
use crate::lexicon::{Entry, Lexicon};
use crate::parts;
use crate::spelling;
use crate::token::{CAPITAL, DIGIT, Gap, LETTER, RUN, START, Token, UNASKED, UNCASED, UNSPACED, UPPER};
use crate::words::{
    AFTER_PERSON, BEFORE_PERSON, BEFORE_PLACE, COMMON, CONNECTOR, FUNCTION, GENERIC, ORDINARY, ORGANIZATION,
    PLACE_HEAD, TITLE, Tongue, WORDS, WORK,
};

/// A name found in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    /// First byte.
    pub(crate) start: u32,
    /// One past the last.
    pub(crate) end: u32,
    /// First token.
    pub(crate) first: u32,
    /// One past the last.
    pub(crate) last: u32,
    pub(crate) name_type: NameType,
    /// What the type was decided on was weak: other mentions may overrule it.
    pub(crate) weak: bool,
    pub(crate) entry: Option<Entry>,
}

/// A document being scanned.
pub(crate) struct Scanner<'s> {
    pub(crate) text: &'s str,
    pub(crate) tokens: &'s [Token],
    pub(crate) evidence: &'s Evidence,
    pub(crate) tongue: Option<Tongue>,
    pub(crate) user: Option<&'s Lexicon>,
    pub(crate) shipped: &'s Lexicon,
    pub(crate) mentions: &'s mut Vec<Mention>,
}

/// How much a run's capitals say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Capitals stand on names and where sentences start.
    Telling,
    /// Every noun has one, or every word of a headline.
    Everywhere,
    /// All letters are capitals.
    Shouted,
}

const DE: usize = 0;
const EN: usize = 1;

impl Scanner<'_> {
    /// Scans every run.
    pub(crate) fn scan(&mut self) {
        let mut first = 0;
        while first < self.tokens.len() {
            let rest = &self.tokens[first + 1..];
            let last = first + 1 + rest.iter().position(|token| token.is(RUN)).unwrap_or(rest.len());
            self.run(first, last);
            first = last;
        }
    }

    fn run(&mut self, first: usize, last: usize) {
        let case = self.case(first, last);
        let mut i = first;
        while i < last {
            let token = self.tokens[i];
            if token.is(UNSPACED) {
                self.unspaced(i);
                i += 1;
            } else if token.is(CAPITAL | UNCASED) {
                i = self.at(i, last, case).max(i + 1);
            } else {
                i += 1;
            }
        }
    }

    fn case(&self, first: usize, last: usize) -> Case {
        let (mut words, mut capitals, mut upper) = (0, 0, 0);
        for token in &self.tokens[first..last] {
            if token.is(DIGIT | LETTER | UNSPACED | UNCASED) {
                continue;
            }
            words += 1;
            capitals += usize::from(token.is(CAPITAL));
            upper += usize::from(token.is(UPPER));
        }
        if upper >= 2 && upper * 10 >= words * 6 {
            Case::Shouted
        } else if self.tongue == Some(DE as Tongue) || (words >= 5 && capitals * 10 >= words * 7) {
            Case::Everywhere
        } else {
            Case::Telling
        }
    }

    #[inline]
    fn flags(&self, i: usize) -> u16 {
        match self.tokens[i].word {
            UNASKED => WORDS.flags(self.tokens[i].hash, self.tongue),
            flags => flags,
        }
    }

    /// Looks for a name that begins at a capitalised token; says where to go on.
    fn at(&mut self, i: usize, last: usize, case: Case) -> usize {
        let known = self
            .user
            .and_then(|user| user.longest(&self.tokens[i..last]))
            .map(|(entry, length)| (*entry, length, true));
        let known = known.or_else(|| {
            if !self.tokens[i].placed {
                return None;
            }
            self.shipped.longest(&self.tokens[i..last]).map(|(entry, length)| (*entry, length, false))
        });
        if let Some((entry, length, by_user)) = known
            && (by_user || self.is_place(i, length, last, &entry, case))
        {
            self.push_known(i, i + length, entry);
            return i + length;
        }
        if self.tokens[i].is(UNCASED) {
            return i + 1;
        }
        if let Some(length) = self.korean(i, last) {
            let (first, end) = (i, i + length);
            self.push(Mention {
                start: self.tokens[first].start,
                end: self.tokens[end - 1].end,
                first: first as u32,
                last: end as u32,
                name_type: NameType::Person,
                weak: false,
                entry: None,
            });
            return end;
        }
        let Some(begin) = self.begins(i, last, case) else { return i + 1 };
        let end = self.extend(begin, last, case);
        self.push_run(begin, end, last);
        end
    }

    /// The length of a Korean name that begins here: `Kim Jong-un`, `No Kwang Chol`. Its parts look like words of many
    /// languages, so it is known by its syllables.
    fn korean(&self, i: usize, last: usize) -> Option<usize> {
        let [surname, first, second, ..] = &self.tokens[i..last] else { return None };
        let apart = matches!(first.gap, Gap::Space) && matches!(second.gap, Gap::Space | Gap::Hyphen);
        if !apart
            || !first.is(CAPITAL)
            || first.is(START)
            || !(second.is(CAPITAL) || second.gap == Gap::Hyphen)
        {
            return None;
        }
        let korean = spelling::is_korean_surname(surname.hash)
            && spelling::is_korean_syllable(first.hash)
            && spelling::is_korean_syllable(second.hash);
        (korean && !self.joined(i + 3, last)).then_some(3)
    }

    /// Whether a known place's form stands for the place here.
    fn is_place(&self, i: usize, length: usize, last: usize, entry: &Entry, case: Case) -> bool {
        let token = &self.tokens[i];
        if token.is(UNCASED) {
            return length > 1 || token.len() >= 6;
        }
        let end = i + length;
        let flags = self.flags(i);
        if token.is(UPPER) && length == 1 && token.len() <= 3 && case != Case::Shouted {
            return entry.weight >= 9 && token.len() >= 2 && self.shipped_upper(entry, token);
        }
        if length > 1
            && case == Case::Telling
            && self.joined(end, last)
            && (entry.weight < 7 || self.flags(end) & PLACE_HEAD != 0)
        {
            return false;
        }
        // `El Banco` is a town, and how many sentences begin.
        if length > 1
            && entry.weight < 7
            && flags & FUNCTION != 0
            && self.flags(i + 1) & (COMMON | ORGANIZATION) != 0
        {
            return false;
        }
        if length == 1 {
            if entry.weight < 7 {
                if flags & (ORGANIZATION | WORK) != 0 {
                    return false;
                }
                let titled = !token.is(RUN)
                    && token.gap == Gap::Space
                    && self.flags(i - 1) & (TITLE | BEFORE_PERSON) != 0;
                if self.part(i) >= 4 && (titled || self.connects(end, last)) {
                    return false;
                }
            }
            if flags & (FUNCTION | ORDINARY | TITLE) != 0 && entry.weight < 9 {
                return false;
            }
            if token.len() < 3 && entry.weight < 9 {
                return false;
            }
            if token.is(START) && self.evidence.is_small(token.hash) && !self.evidence.is_capital(token.hash)
            {
                return false;
            }
            if flags & COMMON != 0 && entry.weight < 7 && (token.is(START) || case != Case::Telling) {
                return false;
            }
            // A place that goes on with another capitalised word is a person's, a club's or a street's name.
            if self.joined(end, last) {
                let next = self.flags(end);
                if entry.weight >= 9
                    && token.usual < 3
                    && self.part(end) >= 3
                    && next & (COMMON | ORGANIZATION | PLACE_HEAD) == 0
                {
                    return true;
                }
                if next & (FUNCTION | ORDINARY | COMMON) == 0 || case == Case::Telling {
                    return false;
                }
            }
            // As is one after the first part of a person's name, but that is not asked here: runs are read from
            // their beginning.
        }
        true
    }

    /// Whether a short word in capitals is a form of the entry as it stands.
    fn shipped_upper(&self, entry: &Entry, token: &Token) -> bool {
        let text = token.text(self.text);
        entry.id.starts_with("iso:")
            && matches!(
                text,
                "EUA"
                    | "USA"
                    | "UK"
                    | "RDC"
                    | "VS"
                    | "VSA"
                    | "UAE"
                    | "EAU"
                    | "PRC"
                    | "RPC"
                    | "РФ"
                    | "США"
                    | "КНР"
                    | "EU"
                    | "EE"
            )
            || entry.id.starts_with("world:")
    }

    /// Whether the token at `i` is a capitalised word that goes on with what stands before.
    #[inline]
    fn joined(&self, i: usize, last: usize) -> bool {
        i < last && {
            let token = &self.tokens[i];
            token.is(CAPITAL) && !token.is(START) && matches!(token.gap, Gap::Space | Gap::Hyphen)
        }
    }

    /// Where a name begins at or right after `i`, if one does: passes over titles and articles.
    fn begins(&self, i: usize, last: usize, case: Case) -> Option<usize> {
        let token = &self.tokens[i];
        let flags = self.flags(i);
        let next = self.joined(i + 1, last);
        let usual = self.part(i);
        let small = self.evidence.is_small(token.hash);
        let capital = self.evidence.is_capital(token.hash);
        if token.is(LETTER) {
            // An initial begins a name if a surname follows: `J. R. R. Tolkien`.
            let follows = (i + 1 < last) && {
                let after = &self.tokens[i + 1];
                after.is(CAPITAL) && matches!(after.gap, Gap::StopSpace | Gap::Stop)
            };
            return (follows && !token.is(START) || follows && token.is(RUN)).then_some(i);
        }
        if flags & FUNCTION != 0 {
            let article = !token.is(START) && next && case == Case::Telling;
            return (article && flags & CONNECTOR != 0 && self.flags(i + 1) & (COMMON | ORDINARY) == 0)
                .then_some(i);
        }
        if flags & ORDINARY != 0 || (!next && self.is_adjective(i)) {
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
                    return (next || capital || speaks || (usual >= least && !self.inflected(i)))
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

    /// Whether an English word is the adjective of a country, a creed or a people, which English capitalises.
    fn is_adjective(&self, i: usize) -> bool {
        const ENDINGS: [&str; 14] = [
            "ian", "ians", "ean", "eans", "ese", "ish", "ist", "ists", "ism", "isms", "idian", "idians",
            "ite", "ites",
        ];
        let token = &self.tokens[i];
        self.tongue == Some(EN as Tongue) && token.len() >= 6 && token.usual < 5 && {
            let text = token.text(self.text);
            ENDINGS.iter().any(|ending| text.ends_with(ending))
        }
    }

    /// Whether a word in capitals alone may name an organization: no Roman number, no abbreviation of a thing.
    fn is_acronym(&self, i: usize) -> bool {
        let token = &self.tokens[i];
        !is_roman(token.text(self.text)) && self.flags(i) & COMMON == 0
    }

    /// Whether an unknown word at the start of a sentence ends as ordinary words of the language do.
    fn inflected(&self, i: usize) -> bool {
        const ENDINGS: [&str; 40] = [
            "mente", "ción", "ciones", "sión", "ando", "iendo", "ado", "ados", "ada", "adas", "aron",
            "ieron", "aba", "aban", "dad", "dades", "ismo", "ístico", "tion", "tions", "ing", "ed", "ly",
            "ment", "ments", "ness", "ção", "ções", "mento", "mentos", "zione", "zioni", "ndo", "ість",
            "ение", "ения", "ость", "anie", "enie", "ową",
        ];
        let text = self.tokens[i].text(self.text);
        ENDINGS.iter().any(|ending| text.ends_with(ending))
    }

    /// Whether a word in German looks like a noun: by its ending, or as a compound whose last part is one.
    fn is_noun(&self, i: usize) -> bool {
        const ENDINGS: [&str; 30] = [
            "ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen",
            "tät", "täten", "nis", "nisse", "ismus", "ling", "linge", "tum", "chen", "erin", "innen",
            "ieren", "zeug", "meister", "leiter", "spieler", "spiel", "isten", "ologe", "ologen",
        ];
        let text = self.tokens[i].text(self.text);
        if ENDINGS.iter().any(|ending| text.ends_with(ending)) {
            return true;
        }
        text.len() <= 40
            && text.char_indices().skip(3).any(|(at, _)| {
                text.len() - at >= 4 && WORDS.flags(crate::hash::word(&text[at..]), self.tongue) & COMMON != 0
            })
    }

    fn part(&self, i: usize) -> u8 {
        match self.tokens[i].word {
            UNASKED => parts::usual(self.tokens[i].hash),
            _ => self.tokens[i].usual,
        }
    }

    /// Whether small connecting words at `i` lead to another capitalised word.
    fn connects(&self, i: usize, last: usize) -> bool {
        self.connected(i, last).is_some()
    }

    /// The capitalised word to which the connecting words at `i` lead.
    fn connected(&self, i: usize, last: usize) -> Option<usize> {
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

    /// Where the run that begins at `begin` ends.
    fn extend(&self, begin: usize, last: usize, case: Case) -> usize {
        let head = self.flags(begin);
        let organization = head & (ORGANIZATION | WORK) != 0;
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
    fn dateline(&self, begin: usize, j: usize, last: usize) -> bool {
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
    fn goes_on(&self, j: usize, case: Case) -> bool {
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

    fn push_known(&mut self, first: usize, last: usize, entry: Entry) {
        let start = self.tokens[first].start;
        let mut end = self.tokens[last - 1].end;
        // `EE. UU.` ends with a full stop of its own.
        let bytes = self.text.as_bytes();
        let letters = self.tokens[first..last].iter().all(|token| token.is(UPPER | LETTER));
        if last > first + 1
            && letters
            && bytes.get(end as usize) == Some(&b'.')
            && self.tokens[last - 1].gap != Gap::Space
        {
            end += 1;
        }
        let head = self.generic(first).filter(|_| entry.weight < 9 || entry.id.starts_with("world:"));
        self.push(Mention {
            start: head.map_or(start, |head| self.tokens[head].start),
            end,
            first: first as u32,
            last: last as u32,
            name_type: entry.name_type,
            weak: false,
            entry: head.is_none().then_some(entry),
        });
    }

    fn push(&mut self, mention: Mention) {
        if self.mentions.last().is_none_or(|last| last.end <= mention.start) {
            self.mentions.push(mention);
        }
    }

    /// Takes titles off a run, tells its type and puts it on the list.
    fn push_run(&mut self, mut first: usize, end: usize, last: usize) {
        let mut titled = false;
        while end - first > 1 && self.flags(first) & TITLE != 0 && self.tokens[first + 1].is(CAPITAL) {
            // `Santa`, `San` belong to places' names.
            if self.flags(first) & PLACE_HEAD != 0
                || matches!(
                    self.tokens[first].text(self.text),
                    "San" | "Santa" | "Saint" | "São" | "Santo" | "Don"
                )
            {
                break;
            }
            first += 1;
            titled = true;
        }
        let token = &self.tokens[first];
        if end - first == 1 {
            let flags = self.flags(first);
            let generic = flags & (TITLE | ORGANIZATION | PLACE_HEAD | WORK) != 0;
            let surname = !token.is(START) && self.part(first) >= 3 && flags & (TITLE | ORGANIZATION) == 0;
            if generic && !surname {
                return;
            }
            // `Hwasong-11`: a thing of a series.
            if self
                .tokens
                .get(end)
                .is_some_and(|next| end < last && next.is(DIGIT) && next.gap == Gap::Hyphen)
            {
                return;
            }
        }
        let (name_type, weak) = self.type_of(first, end, last, titled);
        if let Some(head) = self.generic(first) {
            self.push(Mention {
                start: self.tokens[head].start,
                end: self.tokens[end - 1].end,
                first: head as u32,
                last: end as u32,
                name_type: NameType::Place,
                weak: false,
                entry: None,
            });
            return;
        }
        self.push(Mention {
            start: self.tokens[first].start,
            end: self.tokens[end - 1].end,
            first: first as u32,
            last: end as u32,
            name_type,
            weak,
            entry: None,
        });
    }

    /// The word in small letters before a name that belongs to it: `río Tajo`, `golfo de Cádiz`.
    fn generic(&self, first: usize) -> Option<usize> {
        let mut k = first;
        for _ in 0..3 {
            if self.tokens[k].is(RUN) || !matches!(self.tokens[k].gap, Gap::Space | Gap::Elision) {
                return None;
            }
            k = k.checked_sub(1)?;
            if self.tokens[k].is(CAPITAL) {
                return None;
            }
            let flags = self.flags(k);
            if flags & GENERIC != 0 {
                return Some(k);
            }
            if flags & CONNECTOR == 0 {
                return None;
            }
        }
        None
    }

    /// What a run names, and whether that is a weak guess.
    fn type_of(&self, first: usize, end: usize, last: usize, titled: bool) -> (NameType, bool) {
        let head = self.flags(first);
        let length = end - first;
        let token = &self.tokens[first];
        let (mut person, mut place, mut organization) = (0i32, 0i32, 0i32);
        if head & ORGANIZATION != 0 {
            organization += 5;
        }
        if length > 1 && (head | self.flags(first + 1)) & WORK != 0 {
            organization += if head & WORK != 0 || self.flags(first + 1) & COMMON != 0 { 5 } else { 1 };
        }
        if self.text[token.start as usize..self.tokens[end - 1].end as usize]
            .bytes()
            .any(|b| b.is_ascii_digit())
        {
            organization += 3;
        }
        if head & PLACE_HEAD != 0 && length > 1 {
            place += 4;
        }
        if length > 1 && self.flags(end - 1) & PLACE_HEAD != 0 {
            place += 4;
        }
        if token.is(UPPER) && length == 1 && token.len() <= 6 {
            organization += 5;
        }
        if titled {
            person += 4;
        }
        let mut known = 0;
        let mut full = 0;
        for k in first..end {
            let part = &self.tokens[k];
            if part.is(CAPITAL) && !part.is(LETTER) {
                full += 1;
                known += i32::from(part.usual > 0);
                if k > first && self.flags(k) & (ORGANIZATION | COMMON) != 0 {
                    organization += 1;
                }
            } else if part.is(LETTER) {
                person += 1;
            }
        }
        let usual = i32::from(self.part(first));
        if length >= 2 {
            person += usual.min(4);
            if known * 2 >= full && full >= 2 {
                person += 2;
            } else if known == 0 {
                person -= 1;
            }
            if self.shipped.word(token.hash).is_some_and(|entry| entry.weight >= 7) {
                person -= 2;
                organization += 1;
            }
        } else {
            person += usual.min(3);
        }
        if let Some(before) = first.checked_sub(1).filter(|_| {
            !token.is(RUN) && matches!(token.gap, Gap::Space | Gap::Elision | Gap::StopSpace | Gap::Comma)
        }) {
            let flags = self.flags(before);
            if token.gap != Gap::Comma {
                if flags & (TITLE | BEFORE_PERSON) != 0 {
                    person += 3;
                } else if flags & BEFORE_PLACE != 0 {
                    place += if flags & FUNCTION != 0 { 3 } else { 4 };
                } else if flags & CONNECTOR != 0 && before > 0 && !self.tokens[before].is(RUN) {
                    let flags = self.flags(before - 1);
                    if flags & BEFORE_PLACE != 0 && flags & FUNCTION == 0 {
                        place += 3;
                    } else if flags & TITLE != 0 {
                        place += 2;
                    } else if flags & BEFORE_PERSON != 0 {
                        person += 1;
                    }
                }
            }
        }
        if length == 1 && usual == 0 {
            const ENDINGS: [&str; 16] = [
                "land", "burg", "ville", "stan", "grad", "polis", "shire", "berg", "stadt", "dorf", "ia",
                "heim", "ton", "ów", "sk", "stán",
            ];
            let text = token.text(self.text);
            place += i32::from(ENDINGS.iter().any(|ending| text.ends_with(ending)));
        }
        if let Some(after) = self.tokens.get(end).filter(|after| end < last && !after.is(CAPITAL)) {
            if self.flags(end) & AFTER_PERSON != 0 && after.gap == Gap::Space {
                person += 2;
            }
        }
        if let Some(after) = self.tokens.get(end).filter(|after| {
            end < last && after.is(CAPITAL) && matches!(after.gap, Gap::Comma | Gap::Parenthesis)
        }) {
            let place_after = self.shipped.word(after.hash).is_some_and(|entry| entry.weight >= 7);
            if place_after {
                place += 2;
            }
        }
        if organization > person && organization > place {
            return (NameType::Organization, length == 1);
        }
        if place > person {
            return (NameType::Place, length == 1);
        }
        (NameType::Person, length == 1 && person < 4)
    }

    /// Known names in a stretch of text without blanks between words.
    fn unspaced(&mut self, i: usize) {
        /// Signs of the longest form that is looked for.
        const MOST: usize = 12;
        let token = self.tokens[i];
        let bytes = self.text.as_bytes();
        let mut at = token.start as usize;
        while at < token.end as usize {
            let width = |at: usize| self.text[at..].chars().next().map_or(1, char::len_utf8);
            let mut end = at;
            let mut raw = hash::SEED;
            let mut best = None;
            for signs in 1..=MOST {
                if end >= token.end as usize {
                    break;
                }
                let next = end + width(end);
                raw = bytes[end..next].iter().fold(raw, |raw, &byte| hash::step(raw, byte));
                end = next;
                let hash = hash::finish(raw);
                if signs >= 2
                    && let Some(entry) =
                        self.user.and_then(|user| user.word(hash)).or_else(|| self.shipped.word(hash))
                {
                    best = Some((end, *entry));
                }
            }
            match best {
                Some((end, entry)) => {
                    self.push(Mention {
                        start: at as u32,
                        end: end as u32,
                        first: i as u32,
                        last: i as u32 + 1,
                        name_type: entry.name_type,
                        weak: false,
                        entry: Some(entry),
                    });
                    at = end;
                }
                None => at += width(at),
            }
        }
    }
}

/// Whether a word is a Roman number.
pub(crate) fn is_roman(text: &str) -> bool {
    !text.is_empty() && text.len() <= 7 && text.bytes().all(|b| matches!(b, b'I' | b'V' | b'X' | b'L' | b'C'))
}
