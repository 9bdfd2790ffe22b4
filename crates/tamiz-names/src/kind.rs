//! What a name names: a person, a place or an organization.

use tamiz_core::NameType;

use crate::endings::Endings;
use crate::hash;
use crate::scan::Scanner;
use crate::token::{CAPITAL, Gap, LETTER, RUN, UPPER};
use crate::words::{
    AFTER_PERSON, BEFORE_PERSON, BEFORE_PLACE, COMMON, CONNECTOR, FUNCTION, GENERIC, ORGANIZATION,
    PLACE_HEAD, TITLE, WORDS, WORK,
};

impl Scanner<'_> {
    /// The word in small letters before a name that belongs to it: `río Tajo`, `golfo de Cádiz`.
    pub(crate) fn generic(&self, first: usize) -> Option<usize> {
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

    /// Whether a capitalised article stands before: `El Faro`.
    pub(crate) fn is_headed(&self, first: usize) -> bool {
        !self.tokens[first].is(RUN)
            && self.tokens[first - 1].is(CAPITAL)
            && self.flags(first - 1) & CONNECTOR != 0
    }

    fn is_placed(&self, at: usize) -> bool {
        self.shipped.word(self.tokens[at].hash).is_some()
    }

    /// How many initials a name begins with: `F. C. Barcelona`.
    fn initials(&self, first: usize, end: usize) -> usize {
        self.tokens[first..end].iter().take_while(|token| token.is(LETTER)).count()
    }

    /// Whether initials are those that clubs have before their names.
    fn is_club(&self, first: usize, initials: usize) -> bool {
        let letters: String =
            self.tokens[first..first + initials].iter().map(|token| token.text(self.text)).collect();
        WORDS.flags(hash::word(&letters), self.tongue) & ORGANIZATION != 0
    }

    /// What a run names, and whether that is a weak guess.
    pub(crate) fn type_of(&self, first: usize, end: usize, last: usize, titled: bool) -> (NameType, bool) {
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
        let initials = self.initials(first, end);
        if initials >= 2 && (first + initials == end || self.is_club(first, initials)) {
            organization += 5 + initials as i32;
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
        } else if length == 1 && self.sends(end, last) && (self.is_headed(first) || self.is_placed(end)) {
            organization += 4;
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
            static ENDINGS: Endings<16> = Endings::new([
                "land", "burg", "ville", "stan", "grad", "polis", "shire", "berg", "stadt", "dorf", "ia",
                "heim", "ton", "ów", "sk", "stán",
            ]);
            let text = token.text(self.text);
            place += i32::from(ENDINGS.end(text.as_bytes()));
        }
        if let Some(after) = self.tokens.get(end).filter(|after| end < last && !after.is(CAPITAL))
            && self.flags(end) & AFTER_PERSON != 0
            && after.gap == Gap::Space
        {
            person += 2;
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
}
