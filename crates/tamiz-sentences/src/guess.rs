//! A cheap guess at a text's language, where no stage has told it.

use tamiz_core::Span;

use crate::lexicon::{Languages, Lexicon};

/// How much of a text is looked at, in bytes: this many windows of this length, spread evenly.
const WINDOWS: usize = 8;
const WINDOW: usize = 160;

/// The lexicon of the language whose function words the text has most of; the common one if there are too few.
pub(crate) fn guess<'l>(text: &str, languages: &'l Languages) -> &'l Lexicon {
    let mut scores = [0_u32; 64];
    if text.len() <= WINDOWS * WINDOW {
        count(text, languages, &mut scores);
    } else {
        let step = text.len() / WINDOWS;
        for window in 0..WINDOWS {
            let start = text.ceil_char_boundary(window * step);
            let end = text.floor_char_boundary((start + WINDOW).min(text.len()));
            count(Span::new(start, end.max(start)).of(text), languages, &mut scores);
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
    for word in text.split(|c: char| !c.is_alphabetic()) {
        if word.is_empty() || word.len() > 24 {
            continue;
        }
        if let Some(&bits) = languages.evidence.get(word) {
            let weight = 240 / (1 + bits.count_ones());
            let mut left = bits;
            while left != 0 {
                scores[left.trailing_zeros() as usize] += weight;
                left &= left - 1;
            }
        } else if !word.is_ascii() {
            if let Some(i) = languages.of_script(word) {
                scores[i] += 1;
            }
        }
    }
}
