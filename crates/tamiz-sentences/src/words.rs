//! What the words on both sides of a full stop say about it.

use crate::lexicon::{Lexicon, Sort};
use crate::marks::{is_armenian, is_letter, opens};
use crate::split::Next;
use crate::why::Why;

/// Longest word before a full stop that is looked at, in characters.
const LONGEST: usize = 32;

/// Whether a sentence ends at a single full stop with a blank after it, and why. `rest` starts at the next letter or
/// digit.
pub(crate) fn judge_stop(
    text: &str,
    start: usize,
    stop: usize,
    next: Next,
    rest: &str,
    lexicon: &Lexicon,
) -> Why {
    let starter = || next == Next::Upper && starts_sentence(rest, lexicon);
    let unless_starter = |why: Why| if starter() { Why::FunctionWord } else { why };
    let by_table = |word_start: usize, sort: Sort| match sort {
        Sort::Title => Why::Title,
        Sort::BeforeNumber => {
            let goes_on = text[stop + 1..].trim_start().starts_with('(');
            if next != Next::Digit && !goes_on && !is_roman(first_word(rest)) {
                Why::NoNumber
            } else {
                Why::BeforeNumber
            }
        }
        Sort::Abbreviation => unless_starter(Why::Abbreviation),
        Sort::Time if next == Next::Upper && ends_with_time(text, start, word_start, rest) => Why::AfterTime,
        Sort::Time => unless_starter(Why::Time),
    };
    let plain = plain_word(&text.as_bytes()[start..stop]);
    // Three letters at least are no initial, and no unit that a table lacks.
    if plain > 2 && !lexicon.roman_ordinals {
        let word_start = stop - plain;
        return lexicon.sort(&text[word_start..stop]).map_or(Why::Mark, |sort| by_table(word_start, sort));
    }
    let word_start = word_before(text, start, stop);
    let dots = text.as_bytes()[word_start..stop].iter().take_while(|&&byte| byte == b'.').count();
    let word = &text[word_start + dots..stop];
    let before = text[start..word_start].chars().next_back();
    if word.is_empty() {
        return match before {
            // N°. 12
            Some('°' | 'º' | 'ª') if next == Next::Digit => Why::NumberFollows,
            // Tokenised text has a blank before its full stops: Mr . Robinson.
            Some(c) if c.is_whitespace() => {
                let detached = detached_word(text, start, word_start);
                match lexicon.sort(detached) {
                    Some(Sort::Title) => Why::Title,
                    Some(Sort::Abbreviation) if detached.contains('.') => unless_starter(Why::Abbreviation),
                    _ => Why::Mark,
                }
            }
            _ => Why::Mark,
        };
    }
    if word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let is_short = word.len() <= 3 || word.len() <= 16 && word.split('.').all(|part| part.len() <= 2);
        if is_short && is_label(text, start, word_start) {
            return Why::Label;
        }
        let plain = word.len() <= lexicon.ordinal_digits
            && !before.is_some_and(|c| matches!(c, ',' | ':' | '-' | '–' | '/'));
        return match (plain, next) {
            (false, _) => Why::Mark,
            (true, Next::Digit) => Why::Ordinal,
            (true, _) if lexicon.noun_ordinals => unless_starter(Why::Ordinal),
            (true, _) => Why::Mark,
        };
    }
    if let Some((_, sort)) = known(word, lexicon) {
        return by_table(word_start, sort);
    }
    if lexicon.roman_ordinals && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X')) {
        return unless_starter(Why::RomanOrdinal);
    }
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        let cased = letter.is_uppercase() || letter.is_lowercase();
        let joined = before.is_some_and(|c| matches!(c, '\'' | '’' | '״' | '°' | '/'))
            || before == Some('"') && text[..word_start - 1].ends_with(char::is_alphanumeric)
            || before == Some('-') && !text[..word_start - 1].ends_with('.');
        if !cased || joined {
            return Why::Mark;
        }
        if letter.is_lowercase() && after_quantity(text, start, word_start) {
            return if next == Next::Digit { Why::Unit } else { Why::Mark };
        }
        return unless_starter(Why::Initial);
    }
    if next == Next::Digit && word.len() == 2 && after_quantity(text, start, word_start) {
        // 3 in. 2 lb.
        return Why::Unit;
    }
    let is_acronym =
        word.as_bytes().contains(&b'.') && word.split('.').all(|part| part.chars().nth(3).is_none());
    if is_acronym { unless_starter(Why::Acronym) } else { Why::Mark }
}

/// The word as a table has it, and what the full stop after it means. Of what is written together (`dr.phil.`), the
/// last part tells.
pub(crate) fn known<'w>(word: &'w str, lexicon: &Lexicon) -> Option<(&'w str, Sort)> {
    let find = |word: &'w str| Some((word, lexicon.sort(word)?));
    let last_part = || {
        let at = word.bytes().rposition(|byte| byte == b'.')?;
        Some(&word[at + 1..]).filter(|last| last.chars().nth(1).is_some())
    };
    find(word).or_else(|| find(last_part()?))
}

/// The word that ends before the blanks in front of `at`.
pub(crate) fn detached_word(text: &str, start: usize, at: usize) -> &str {
    let end = text[..at].trim_end().len();
    &text[word_before(text, start, end)..end]
}

/// Whether the word is a Roman numeral of more than one letter: a single one may as well be a word or a name.
fn is_roman(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X' | b'L' | b'C'))
}

/// Whether the text starts with a function word that has a capital, or with a label of initials.
fn starts_sentence(rest: &str, lexicon: &Lexicon) -> bool {
    let word = first_word(rest);
    let is_initial = rest[word.len()..].starts_with('.') && word.chars().nth(1).is_none();
    !is_initial && lexicon.starts_sentence(word)
}

/// Whether a sentence ends at a time or a year whose abbreviation starts at `at`: `We left at 6 p.m. Mr. Paz stayed`.
///
/// It does not where the zone or the day follows, nor where the sentence has just begun with it, as in `At 6 p.m. Mr.
/// Paz left`.
fn ends_with_time(text: &str, start: usize, at: usize, rest: &str) -> bool {
    let before = text[start..at].trim_end();
    let word = first_word(rest);
    let is_zone = word.len() > 1 && word.chars().all(char::is_uppercase);
    let is_day = word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(word));
    let few_words = before.bytes().filter(|&byte| byte == b' ').take(5).count() < 5;
    let number_word = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':').trim_end();
    let is_opening = few_words && OPENINGS.contains(&first_word(before))
        || number_word.rsplit(' ').next().is_some_and(|word| OPENINGS.contains(&word));
    before.ends_with(|c: char| c.is_ascii_digit()) && !is_zone && !is_day && !is_opening
}

/// The English names of days, months and zones that follow a time, perhaps cut short.
const DAYS: &[&str] = &[
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "Eastern",
    "Central",
    "Mountain",
    "Pacific",
    "Greenwich",
    "Christmas",
];

/// The English prepositions that a sentence opens a time with.
const OPENINGS: &[&str] =
    &["About", "After", "Around", "At", "Before", "By", "From", "In", "On", "Since", "Until"];

/// Whether a full word stands before the stop, so that it ends a sentence even before a small letter.
///
/// Abbreviations are short, or stand in a table, or are cut off after a consonant.
pub(crate) fn ends_full_word(text: &str, start: usize, stop: usize, lexicon: &Lexicon) -> bool {
    let word_start = word_before(text, start, stop);
    let word = &text[word_start..stop];
    if lexicon.is_english && word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        // English that is written in haste has small letters everywhere, and few abbreviations beyond the table.
        return lexicon.sort(word).is_none();
    }
    if lexicon.is_english && word.is_empty() {
        return text[start..word_start].ends_with([')', '"', '”']);
    }
    let mut letters = 0;
    let mut vowels = 0;
    let mut last_is_vowel = false;
    for c in word.chars() {
        if !(c.is_lowercase() || letters == 0 && c.is_uppercase()) || is_armenian(c) {
            return false;
        }
        letters += 1;
        last_is_vowel = is_vowel(c);
        vowels += usize::from(last_is_vowel);
    }
    let capital = word.starts_with(char::is_uppercase);
    let full = match letters {
        0 | 1 => false,
        2 => !capital && lexicon.starts_sentence(word) && !after_quantity(text, start, word_start),
        3 => !capital && (last_is_vowel || lexicon.starts_sentence(word)),
        4 => !capital && vowels > 0,
        _ => true,
    };
    full && (letters > 4 || lexicon.code.is_some()) && lexicon.sort(word).is_none()
}

/// Vowels of the Latin, Cyrillic and Greek scripts, the common accents included.
fn is_vowel(c: char) -> bool {
    "aeiouyáéíóúýàèìòùâêîôûäëïöüãõåæøœąęăāēīūőűıаеёиоуыэюяіїєαεηιουωάέήίόύώ".contains(c)
}

/// Whether the number that starts at `at` stands where a list's numbers do: first in its sentence, after a colon, or
/// after another number.
fn is_label(text: &str, start: usize, at: usize) -> bool {
    let before = text[start..at].trim_end_matches(|c: char| c.is_whitespace() || c == '(');
    let spaced = before.len() < at - start;
    before.ends_with(|c: char| c == ':' || c.is_ascii_digit()) && spaced
        || before.len() <= 8 && before.chars().all(|c| opens(c) || c.is_whitespace())
}

/// Whether a number, in figures or Roman, or a stroke stands before `at`, so that a letter there is a unit.
fn after_quantity(text: &str, start: usize, at: usize) -> bool {
    let before = text[start..at].trim_end();
    before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '/' | 'I' | 'V' | 'X'))
}

/// The length of the word that the text ends with, if it is one of letters of ASCII alone, with nothing before it that
/// could be a part of it; else 0.
fn plain_word(text: &[u8]) -> usize {
    let length = text.iter().rev().take(LONGEST).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_part = |&byte: &u8| IN_WORD[usize::from(byte)] || !byte.is_ascii();
    if text.len().checked_sub(length + 1).is_some_and(|before| is_part(&text[before])) { 0 } else { length }
}

/// For every byte whether it is a letter, a digit or the full stop of ASCII.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'.' as usize;
        byte += 1;
    }
    table
};

/// Where the word starts that ends at `stop`, full stops inside it included.
pub(crate) fn word_before(text: &str, start: usize, stop: usize) -> usize {
    let bytes = &text.as_bytes()[start..stop];
    let near = &bytes[bytes.len().saturating_sub(LONGEST)..];
    let is_other = |&byte: &u8| !IN_WORD[usize::from(byte)];
    let length = near.iter().rposition(is_other).map_or(near.len(), |at| near.len() - at - 1);
    // Most words end here; what stands before this one may be a letter beyond ASCII.
    if length == LONGEST || bytes.len().checked_sub(length + 1).is_none_or(|before| bytes[before].is_ascii())
    {
        return stop - length;
    }
    let mut at = stop;
    for (i, c) in text[start..stop].char_indices().rev().take(LONGEST) {
        let part = is_letter(c)
            || c == '.'
            || c.is_numeric()
            || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}');
        if !part {
            break;
        }
        at = start + i;
    }
    at
}

/// The letters that the text starts with.
pub(crate) fn first_word(text: &str) -> &str {
    let end = text.char_indices().take(LONGEST).find(|&(_, c)| !is_letter(c));
    &text[..end.map_or(text.floor_char_boundary(LONGEST), |(i, _)| i)]
}
