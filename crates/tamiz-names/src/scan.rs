//! Finds names: known forms, and runs of capitalised words that the case of the text says are names.

use tamiz_core::NameType;

use crate::corpus::Corpus;
use crate::evidence::Evidence;
use crate::hash;
use crate::lexicon::{Entry, Lexicon, Origin};
use crate::parts;
use crate::spelling;
use crate::token::{CAPITAL, DIGIT, Gap, LETTER, RUN, START, Token, UNASKED, UNCASED, UNSPACED, UPPER};
use crate::words::{
    BEFORE_PERSON, COMMON, FUNCTION, ORDINARY, ORGANIZATION, PLACE_HEAD, TITLE, Tongue, WORDS, WORK,
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
    /// A lexicon of the user or the corpus says so, or the script or the sound of its syllables: it stands.
    pub(crate) told: bool,
    pub(crate) entry: Option<Entry>,
}

/// A document being scanned.
pub(crate) struct Scanner<'s> {
    pub(crate) text: &'s str,
    pub(crate) tokens: &'s [Token],
    pub(crate) runs: &'s [Run],
    /// The words at which a name may begin, in order.
    pub(crate) begins: &'s [u32],
    pub(crate) evidence: &'s Evidence,
    pub(crate) tongue: Option<Tongue>,
    pub(crate) user: Option<&'s Lexicon>,
    pub(crate) corpus: Option<&'s Corpus>,
    pub(crate) shipped: &'s Lexicon,
    pub(crate) mentions: &'s mut Vec<Mention>,
    /// From which word on capitals say how much.
    pub(crate) cases: &'s mut Vec<(u32, Case)>,
}

/// A run of kept text, by the places of its words, and how many of these can tell by their case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) words: u32,
    pub(crate) capitals: u32,
    pub(crate) upper: u32,
}

/// How much a run's capitals say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Capitals stand on names and where sentences start.
    Telling,
    /// Every noun has one, or every word of a headline.
    Everywhere,
    /// All letters are capitals.
    Shouted,
}

pub(crate) const DE: usize = 0;
pub(crate) const EN: usize = 1;

impl Scanner<'_> {
    /// Scans every run.
    pub(crate) fn scan(&mut self) {
        let mut begins = self.begins.iter().map(|&at| at as usize).peekable();
        for run in self.runs {
            let case = self.case(run);
            self.cases.push((run.first, case));
            let last = run.last as usize;
            let mut next = run.first as usize;
            while let Some(i) = begins.next_if(|&i| i < last) {
                // Names go on over words at which others might have begun.
                if i < next {
                    continue;
                }
                if self.tokens[i].is(UNSPACED) {
                    self.unspaced(i);
                } else {
                    next = self.at(i, last, case);
                }
            }
        }
    }

    fn case(&self, run: &Run) -> Case {
        let Run { words, capitals, upper, .. } = *run;
        if upper >= 2 && upper * 10 >= words * 6 {
            Case::Shouted
        } else if self.tongue == Some(DE as Tongue) || (words >= 5 && capitals * 10 >= words * 7) {
            Case::Everywhere
        } else {
            Case::Telling
        }
    }

    #[inline]
    pub(crate) fn flags(&self, i: usize) -> u16 {
        match self.tokens[i].word {
            UNASKED => WORDS.flags(self.tokens[i].hash, self.tongue),
            flags => flags,
        }
    }

    /// Whether the word stands in small letters elsewhere: in the document, or in the corpus as a rule.
    pub(crate) fn is_small(&self, hash: u64) -> bool {
        self.evidence.is_small(hash) || self.corpus.is_some_and(|corpus| corpus.cases.is_small(hash))
    }

    /// Whether the word stands capitalised within a sentence: in the document, or in the corpus as a rule.
    pub(crate) fn is_capital(&self, hash: u64) -> bool {
        self.evidence.is_capital(hash) || self.corpus.is_some_and(|corpus| corpus.cases.is_capital(hash))
    }

    /// Looks for a name that begins at a capitalised token; says where to go on.
    fn at(&mut self, i: usize, last: usize, case: Case) -> usize {
        let known = self
            .user
            .and_then(|user| user.longest_of_user(self.text, &self.tokens[i..last]))
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
        if case != Case::Telling
            && let Some((_, length)) =
                self.corpus.and_then(|corpus| corpus.lexicon.longest(&self.tokens[i..last]))
            && length > 1
            && (case == Case::Shouted || !self.joined(i + length, last))
        {
            // Where capitals say nothing, names that the corpus has taught are found.
            self.push(Mention {
                start: self.tokens[i].start,
                end: self.tokens[i + length - 1].end,
                first: i as u32,
                last: (i + length) as u32,
                name_type: NameType::Person,
                weak: false,
                told: true,
                entry: None,
            });
            return i + length;
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
                told: true,
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
            return entry.weight >= 9 && token.len() >= 2;
        }
        // `FARO/Madrid`, `El Faro/Redacción`: what sends the news, and where it comes from.
        if entry.weight < 7 && (token.is(UPPER) || self.is_headed(i)) && self.sends(end, last) {
            return false;
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
            if token.is(START) && self.is_small(token.hash) && !self.is_capital(token.hash) {
                return false;
            }
            if flags & COMMON != 0 && entry.weight < 7 && (token.is(START) || case != Case::Telling) {
                return false;
            }
            // A place that goes on with another capitalised word is a person's, a club's or a street's name; an article
            // that nothing capitalised follows begins a sentence: `EFE/Madrid El ministro`.
            let article =
                self.joined(end, last) && self.flags(end) & FUNCTION != 0 && !self.joined(end + 1, last);
            if self.joined(end, last) && !(article && entry.weight >= 5) {
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

    /// Whether a slash and another capitalised word follow: `EFE/Madrid`.
    pub(crate) fn sends(&self, end: usize, last: usize) -> bool {
        end < last && self.tokens[end].is(CAPITAL) && {
            let between = self.tokens[end - 1].end as usize..self.tokens[end].start as usize;
            self.text[between].trim() == "/"
        }
    }

    pub(crate) fn part(&self, i: usize) -> u8 {
        let token = &self.tokens[i];
        if token.asked { token.usual } else { parts::usual(token.hash) }
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
            told: entry.origin != Origin::Shipped,
            entry: head.is_none().then_some(entry),
        });
    }

    fn push(&mut self, mut mention: Mention) {
        mention.end = self.own_end(&mention);
        if self.mentions.last().is_none_or(|last| last.end <= mention.start) {
            self.mentions.push(mention);
        }
    }

    /// The end of a mention with a full stop of its own: `O.N.U.`, and in German that behind the number of a king, `Otto I.`
    fn own_end(&self, mention: &Mention) -> u32 {
        let run = &self.tokens[mention.first as usize..mention.last as usize];
        let [_, .., last] = run else { return mention.end };
        let number = self.tongue == Some(DE as Tongue) && is_roman(last.text(self.text));
        let letters = last.gap == Gap::Stop && run.iter().all(|token| token.is(LETTER));
        let stop = (number || letters) && self.text.as_bytes().get(mention.end as usize) == Some(&b'.');
        mention.end + u32::from(stop)
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
            // `la UE` is one by itself.
            let generic = flags & (TITLE | ORGANIZATION | PLACE_HEAD | WORK) != 0 && !token.is_letters();
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
        // `South Korean`, `Sudeten German`
        let adjective = self.tongue == Some(EN as Tongue)
            && end - first > 1
            && self.flags(end - 1) & ORDINARY != 0
            && self.flags(first) & (ORGANIZATION | WORK | PLACE_HEAD) == 0
            && self.part(first) < 3;
        if adjective {
            return;
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
                told: false,
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
            told: false,
            entry: None,
        });
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
            let mut best = None;
            let mut signs = self.text[at..token.end as usize].chars();
            let (Some(one), Some(two)) = (signs.next(), signs.next()) else { return };
            if !self.shipped.may_begin_with(one, two)
                && self.user.is_none_or(|user| !user.may_begin_with(one, two))
            {
                at += one.len_utf8();
                continue;
            }
            for signs in 1..=MOST {
                if end >= token.end as usize {
                    break;
                }
                let next = end + width(end);
                end = next;
                let hash = hash::bytes(&bytes[at..end]);
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
                        told: true,
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
