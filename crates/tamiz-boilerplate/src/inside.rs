//! Furniture glued to text within a line: a button at a paragraph's end, a photo credit after a name.

use tamiz_core::RuleId;

use crate::cues::Role;
use crate::line::{Ending, Line};
use crate::notation::{Glyphs, class};

/// How far from a line's end glued furniture is looked for, in characters.
const REACH: usize = 60;

/// The rule's name.
const GLUED_CREDIT: RuleId = RuleId::new("glued-credit");

/// First parts of names that are written with a capital inside: no sign of two texts glued together.
const CAMEL_CASE: &[&str] = &[
    "bit", "black", "buzz", "deep", "dis", "drop", "duck", "face", "fitz", "git", "huff", "insta", "java",
    "link", "linked", "mac", "master", "micro", "news", "open", "pay", "play", "power", "quick", "red",
    "snap", "sound", "star", "street", "tik", "type", "ultra", "uni", "van", "web", "whats", "word", "you",
];

/// Where the button or credit glued to the end of the line's text begins, in bytes.
pub(crate) fn tail_start(line: &Line, text: &str) -> Option<usize> {
    let start = match line.cues.tail?.role() {
        Role::Button => button(text, line.cues.tail_chars),
        Role::Credit => credit(text),
        _ => None,
    };
    start.filter(|start| !text[..*start].trim().is_empty())
}

/// Where the button at the text's end begins: after the mark that ends the last sentence, so that a sentence whose
/// own last words are those of a button stays whole; or where capitals set it apart.
fn button(text: &str, folded_chars: usize) -> Option<usize> {
    let glyphs = Glyphs::new();
    let words = text.trim_end_matches(|c| glyphs.of(c).class & (class::LETTER | class::DIGIT) == 0);
    let mut shouted = true;
    // A fold has at most as many characters as its text, and hardly ever fewer: signs and blanks make the rest.
    for (count, (at, c)) in words.char_indices().rev().enumerate().take(folded_chars + 8) {
        let class = glyphs.of(c).class;
        if class & (class::TERMINAL | class::CLOSER) != 0 && count >= folded_chars {
            return Some(at + c.len_utf8());
        }
        if count >= folded_chars && class & class::BLANK != 0 && shouted {
            return Some(at + c.len_utf8());
        }
        if count >= folded_chars && class & (class::LETTER | class::DIGIT) != 0 {
            return None;
        }
        shouted &= class & class::LOWER == 0;
    }
    None
}

/// Where the credit at the text's end begins: after the last mark that ends a sentence, with no blank behind it.
fn credit(text: &str) -> Option<usize> {
    let glyphs = Glyphs::new();
    let mut after: Option<char> = None;
    for (at, c) in text.char_indices().rev().take(REACH) {
        let class = glyphs.of(c).class;
        if class & class::TERMINAL != 0
            && after.is_some_and(|next| glyphs.of(next).class & class::UPPER != 0)
            && text[..at]
                .chars()
                .next_back()
                .is_some_and(|before| glyphs.of(before).class & class::LOWER != 0)
        {
            return Some(at + c.len_utf8());
        }
        after = Some(c);
    }
    None
}

/// Whether a name or credit of two words or more is glued to the end of a line that is no sentence: "… in LisbonPhoto
/// Archive of the City". Such a line is a picture's caption with its credit.
pub(crate) fn ends_with_glued_credit(line: &Line, source: &str) -> Option<RuleId> {
    if line.glued == 0 || line.ending != Ending::Open || !(6..=60).contains(&line.tokens) {
        return None;
    }
    let text = line.span().of(source);
    let glyphs = Glyphs::new();
    let mut words = 0;
    let mut next: Option<char> = None;
    for (at, c) in text.char_indices().rev().take(REACH) {
        let glyph = glyphs.of(c);
        if glyph.class & class::BLANK != 0 {
            words += 1;
        }
        let next_is_upper = next.is_some_and(|next| glyphs.of(next).class & class::UPPER != 0);
        if glyph.class & class::LOWER != 0 && next_is_upper {
            let head = &text[..at + c.len_utf8()];
            let start = head
                .char_indices()
                .rev()
                .take_while(|(_, c)| glyphs.of(*c).class & class::LETTER != 0)
                .last();
            let part = &head[start.map_or(0, |(at, _)| at)..];
            let is_name = CAMEL_CASE.iter().any(|name| part.eq_ignore_ascii_case(name));
            return ((1..=6).contains(&words) && part.chars().count() >= 3 && !is_name)
                .then_some(GLUED_CREDIT);
        }
        next = Some(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use tamiz_core::Span;

    use super::*;
    use crate::line::{Buffers, Reader};
    use crate::tables::CueTables;
    use crate::words::Words;

    fn line(text: &str) -> Line {
        let (cues, mut words) = (CueTables::embedded(), Words::default());
        words.clear();
        let (span, mut line) = (Span::new(0, text.len()), Line::default());
        let reader = Reader::new(cues.of(None));
        reader.read(text, span, &mut words, &mut Buffers::default(), &mut line);
        line
    }

    fn cut(text: &str) -> Option<&str> {
        Some(&text[line(text).tail as usize..]).filter(|tail| !tail.is_empty())
    }

    #[test]
    fn a_button_after_a_sentence_is_cut() {
        assert_eq!(cut("Llovió toda la noche. LEER MÁS"), Some("LEER MÁS"));
        assert_eq!(cut("It rained all night.Read more »"), Some("Read more »"));
        assert_eq!(cut("The council meets on Monday READ MORE"), Some("READ MORE"));
        assert_eq!(cut("Children should be taught to read more"), None);
    }

    #[test]
    fn a_credit_glued_to_a_sentence_is_cut() {
        assert_eq!(cut("La sala estaba llena desde las nueve.EFE"), Some("EFE"));
        assert_eq!(cut("La sala estaba llena desde las nueve, dijo la agencia EFE"), None);
    }

    #[test]
    fn two_texts_glued_within_a_word_show_a_caption() {
        let glued = |text: &str| ends_with_glued_credit(&line(text), text).is_some();
        assert!(glued("La ministra saluda a los vecinos en la plaza de SegoviaAyuntamiento de Segovia"));
        assert!(!glued("El concierto se verá desde las nueve en YouTube Music sin coste"));
        assert!(!glued("La ministra saluda a los vecinos en la plaza de Segovia"));
    }
}
