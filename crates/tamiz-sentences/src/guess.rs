//! A cheap guess at a text's language, where no stage has told it.

use crate::lexicon::{Languages, Lexicon};

/// How much of a text is looked at: this many windows of that many bytes, spread evenly.
const WINDOWS: usize = 6;
const WINDOW: usize = 80;

/// The lexicon of the language whose function words the text has most of; the common one if it has none.
pub(crate) fn guess<'l>(text: &str, languages: &'l Languages) -> &'l Lexicon {
    let mut scores = [0_u32; 64];
    if text.len() <= WINDOWS * WINDOW {
        count(text, languages, &mut scores);
    } else {
        let step = text.len() / WINDOWS;
        for window in 0..WINDOWS {
            let start = text.ceil_char_boundary(window * step);
            let end = text.floor_char_boundary(start + WINDOW);
            count(&text[start..end], languages, &mut scores);
        }
    }
    let best = (0..languages.known.len()).max_by_key(|&i| (scores[i], usize::MAX - i));
    match best {
        Some(i) if scores[i] > 0 => &languages.known[i].lexicon,
        _ => &languages.unknown,
    }
}

/// Adds every word's evidence: more for a word that few languages have.
fn count(text: &str, languages: &Languages, scores: &mut [u32; 64]) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // Words are runs of ASCII letters and of characters beyond ASCII, but for the punctuation of U+2000..U+2FFF.
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphabetic() || bytes[at] >= 0x80) && bytes[at] != 0xE2
        {
            at += 1;
        }
        if at == start {
            at += if bytes[at] == 0xE2 { 3 } else { 1 };
            continue;
        }
        let word = &text[start..at];
        if word.len() > 24 {
            continue;
        }
        if let Some(&bits) = languages.evidence.get(word) {
            let weight = 240 / (1 + bits.count_ones());
            let mut left = bits;
            while left != 0 {
                scores[left.trailing_zeros() as usize] += weight;
                left &= left - 1;
            }
        }
        if !word.is_ascii()
            && let Some((i, weight)) = languages.of_script(word)
        {
            scores[i] += weight;
        }
    }
}
