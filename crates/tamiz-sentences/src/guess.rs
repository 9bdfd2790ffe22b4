//! A cheap guess at a text's language, where no stage has told it.

use tamiz_core::scan::{BLOCK, Block, Pack, Scan, scan, yes};

use crate::lexicon::{FunctionWord, Languages, Lexicon, Words};

/// How much of a text is looked at: this many windows of that many bytes, spread evenly.
const WINDOWS: usize = 6;
const WINDOW: usize = 80;
/// The evidence that a language needs to be decided on before all windows are seen, if no other has half of it.
const DECIDED: u32 = 480;

/// The lexicon of the language whose function words the text has most of; the common one if it has none.
pub(crate) fn guess<'l>(text: &str, languages: &'l Languages) -> &'l Lexicon {
    let evidence = languages.evidence();
    let mut scores = Scores { of: [0; 64], highest: 0 };
    // A short text is all looked at. Of a long one the middle comes first: its beginning is often a site's menu.
    let step = (text.len() / WINDOWS).max(WINDOW);
    let first = if step > WINDOW { WINDOWS / 2 } else { 0 };
    let mut end = 0;
    for window in (first..WINDOWS).chain(0..first) {
        // Windows that touch share no word: each ends with one.
        let start = if step > WINDOW { text.ceil_char_boundary(window * step) } else { end };
        end = text.ceil_char_boundary((start + WINDOW).min(text.len()));
        let farthest = start + 2 * WINDOW;
        let blank = text.as_bytes()[end..].iter().take(farthest - end).position(|&byte| byte == b' ');
        end = blank.map_or_else(|| text.ceil_char_boundary(farthest), |blank| end + blank);
        count(&text[start..end], languages, evidence, &mut scores);
        if scores.are_decided() {
            break;
        }
    }
    // Of languages with the same evidence, English is the most frequent by far, if it has more than an `a` or `i`.
    let Scores { of, highest } = scores;
    let english = languages.english.filter(|&english| of[english] == highest && highest > 60);
    let first = || of.iter().position(|&score| score == highest).filter(|_| highest > 0);
    languages.at(english.or_else(first))
}

/// The evidence for every language, by its place.
struct Scores {
    of: [u32; 64],
    highest: u32,
}

impl Scores {
    fn add(&mut self, language: usize, weight: u32) {
        self.of[language] += weight;
        self.highest = self.highest.max(self.of[language]);
    }

    /// Whether a language is so far ahead that more words would hardly change it.
    fn are_decided(&self) -> bool {
        let is_second = |&score: &u32| 2 * score > self.highest;
        self.highest >= DECIDED && self.of.iter().filter(|score| is_second(score)).count() == 1
    }
}

/// A bit for every byte of a window that belongs to a word: words are runs of ASCII letters and of characters beyond
/// ASCII, but for the punctuation of U+2000..U+2FFF.
#[derive(Default)]
struct InWord {
    bits: [u64; BLOCKS],
    /// The bits of the next block for the rest of a punctuation mark that this one starts.
    rest: u64,
}

/// So many blocks are enough for the longest window, with the character that crosses its end.
const BLOCKS: usize = (2 * WINDOW + 4).div_ceil(BLOCK);

impl Scan for InWord {
    #[inline(always)]
    fn block(&mut self, pack: impl Pack, start: usize, block: &Block) {
        let marks = pack.find(block, |[byte, ..]| yes(byte == 0xE2));
        let letters =
            pack.find(block, |[byte, ..]| yes(byte >= 0x80) | yes((byte | 0x20).wrapping_sub(b'a') < 26));
        self.bits[start / BLOCK] = letters & !(marks | marks << 1 | marks << 2 | self.rest);
        self.rest = marks >> 63 | marks >> 62;
    }
}

impl InWord {
    /// The first byte from that one on that belongs to a word, or to none.
    #[inline]
    fn next(&self, from: usize, to_word: bool) -> usize {
        let flip = if to_word { 0 } else { u64::MAX };
        let mut skipped = u64::MAX << (from % BLOCK);
        for block in from / BLOCK..BLOCKS {
            let left = (self.bits[block] ^ flip) & skipped;
            if left != 0 {
                return block * BLOCK + left.trailing_zeros() as usize;
            }
            skipped = u64::MAX;
        }
        BLOCKS * BLOCK
    }
}

/// Adds every word's evidence.
fn count(text: &str, languages: &Languages, evidence: &Words<FunctionWord>, scores: &mut Scores) {
    let bytes = text.as_bytes();
    let mut words = InWord::default();
    scan(text, &mut words);
    let mut at = 0;
    loop {
        let start = words.next(at, true);
        if start >= bytes.len() {
            return;
        }
        at = words.next(start, false).min(bytes.len());
        let word = &text[start..at];
        // Initials (`J. D.`) are not the elided words of French.
        let is_initial = word.len() == 1 && bytes.get(at) == Some(&b'.');
        // No table has a word of ideographs, kana or hangul.
        if word.len() > 24 || is_initial || bytes[start] >= 0xE3 {
            continue;
        }
        if let Some(&FunctionWord { languages, weight }) = evidence.get(word) {
            let mut left = languages;
            while left != 0 {
                scores.add(left.trailing_zeros() as usize, weight);
                left &= left - 1;
            }
        }
        if !word.is_ascii()
            && let Some((i, weight)) = languages.of_script(word)
        {
            scores.add(i, weight);
        }
    }
}
