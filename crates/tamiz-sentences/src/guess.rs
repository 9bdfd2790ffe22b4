//! A cheap guess at a text's language, where no stage has told it.

use crate::lexicon::{Languages, Lexicon, Words};

/// How much of a text is looked at: this many windows of that many bytes, spread evenly.
const WINDOWS: usize = 6;
const WINDOW: usize = 80;
/// The evidence that a language needs to be decided on before all windows are seen, if no other has half of it.
const DECIDED: u32 = 480;

/// The lexicon of the language whose function words the text has most of; the common one if it has none.
pub(crate) fn guess<'l>(text: &str, languages: &'l Languages) -> &'l Lexicon {
    let evidence = languages.evidence();
    let mut scores = [0_u32; 64];
    // A short text is all looked at. Of a long one the middle comes first: its beginning is often a site's menu.
    let step = (text.len() / WINDOWS).max(WINDOW);
    let first = if step > WINDOW { WINDOWS / 2 } else { 0 };
    let mut end = 0;
    for window in (first..WINDOWS).chain(0..first) {
        // Windows that touch share no word: each ends with one.
        let start = if step > WINDOW { text.ceil_char_boundary(window * step) } else { end };
        end = text.ceil_char_boundary((start + WINDOW).min(text.len()));
        while end < text.len() && end < start + 2 * WINDOW && text.as_bytes()[end] != b' ' {
            end = text.ceil_char_boundary(end + 1);
        }
        count(&text[start..end], languages, evidence, &mut scores);
        if is_decided(&scores) {
            break;
        }
    }
    // Of languages with the same evidence, English is the most frequent by far, if it has more than an `a` or `i`.
    let english = languages.place("en");
    let best = (0..languages.count())
        .max_by_key(|&i| (scores[i], Some(i) == english && scores[i] > 60, usize::MAX - i));
    languages.at(best.filter(|&i| scores[i] > 0))
}

/// Whether a language is so far ahead that more words would hardly change it.
fn is_decided(scores: &[u32; 64]) -> bool {
    if scores.iter().all(|&score| score < DECIDED) {
        return false;
    }
    let (mut best, mut second) = (0, 0);
    for &score in scores {
        (best, second) = (best.max(score), second.max(score.min(best)));
    }
    best >= DECIDED && best >= 2 * second
}

/// For every byte whether it belongs to a word: words are runs of ASCII letters and of characters beyond ASCII, but for
/// the punctuation of U+2000..U+2FFF.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphabetic() || byte >= 0x80 && byte != 0xE2;
        byte += 1;
    }
    table
};

/// Adds every word's evidence: more for a word that few languages have.
fn count(text: &str, languages: &Languages, evidence: &Words<u64>, scores: &mut [u32; 64]) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at += bytes[at..].iter().take_while(|&&byte| IN_WORD[usize::from(byte)]).count();
        if at == start {
            at += if bytes[at] == 0xE2 { 3 } else { 1 };
            continue;
        }
        let word = &text[start..at];
        // Initials (`J. D.`) are not the elided words of French.
        let is_initial = word.len() == 1 && bytes.get(at) == Some(&b'.');
        // No table has a word of ideographs, kana or hangul.
        if word.len() > 24 || is_initial || bytes[start] >= 0xE3 {
            continue;
        }
        if let Some(&bits) = evidence.get(word) {
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
