//! Words that are as most words are, read eight letters at a time or by tables.

use tamiz_core::eight;

use super::{CAPITAL, Reading, Tokeniser, UPPER};
use crate::hash;
use crate::letters::{CLASS, Letter, OTHER};

/// A word that is as most words are.
pub(super) struct Usual {
    pub(super) end: usize,
    pub(super) hash: u64,
    pub(super) flags: u8,
    pub(super) letters: u32,
}

/// The bytes of ASCII that no word goes on with.
static ENDS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = CLASS[b] == OTHER && b as u8 != b'\'';
        b += 1;
    }
    table
};

impl Tokeniser<'_> {
    /// The word at `from`, if it is as most words are: at most fifteen letters of ASCII, with capitals only first or
    /// everywhere, before a blank or another sign that ends every word.
    #[inline]
    pub(super) fn usual(&self, from: usize) -> Option<Usual> {
        // Without a branch on the length or on the capitals, which no processor would guess.
        let (one, two) = (eight::eight(self.bytes, from), eight::eight(self.bytes, from + 8));
        let (letters, more) = (eight::letters(one), eight::letters(two));
        let (first, second) = (eight::first_bytes(letters), eight::first_bytes(more));
        let second = if first == 8 { second } else { 0 };
        let length = first + second;
        let end = from + length;
        if second == 8 || end > self.end || (end < self.end && !ENDS_WORD[usize::from(self.bytes[end])]) {
            return None;
        }
        let (own, others) = (eight::low_bytes(first), eight::low_bytes(second));
        let upper = eight::capitals(one, letters) & own;
        let upper_more = eight::capitals(two, more) & others;
        let hash = hash::up_to_sixteen((one | upper >> 2) & own, (two | upper_more >> 2) & others, length);
        let capital = upper & 0x80 != 0;
        let all = upper == letters & own && upper_more == more & others;
        if !all && (upper & !0x80) | upper_more != 0 {
            return None;
        }
        let upper = u8::from(all && length > 1);
        let flags = u8::from(capital) * CAPITAL + upper * UPPER;
        Some(Usual { end, hash, flags, letters: length as u32 })
    }

    /// The word at `from`, if it is of letters of ASCII and such of two bytes, with capitals only first or everywhere, and
    /// ends as most words do: Cyrillic and Greek ones, and those with accents.
    #[inline(never)]
    pub(super) fn lettered(&self, from: usize) -> Option<Usual> {
        const MOST: usize = 48;
        let mut small = [0; MOST];
        let (mut i, mut length) = (from, 0);
        let (mut letters, mut upper, mut first) = (0, 0, false);
        let bytes = &self.bytes[..self.end];
        while length + 2 <= MOST {
            let (lower, width, capital) = match bytes[i..] {
                [b @ 0xC0..0xE0, second, ..] => {
                    let pair = self.pairs.of(b, second);
                    match pair.kind {
                        Letter::Small | Letter::Capital if pair.small != [0; 2] => {
                            (pair.small, 2, pair.kind == Letter::Capital)
                        }
                        Letter::No => break,
                        _ => return None,
                    }
                }
                [b @ (b'a'..=b'z' | b'A'..=b'Z'), ..] => ([b | 0x20, 0], 1, b.is_ascii_uppercase()),
                // Dashes and quotation marks, but for the apostrophe.
                [0xE2, 0x80, ..=0x98 | 0x9A.., ..] | [] => break,
                [b @ ..0x80, ..] if ENDS_WORD[usize::from(b)] => break,
                _ => return None,
            };
            small[length..length + 2].copy_from_slice(&lower);
            length += width;
            i += width;
            first |= capital && letters == 0;
            upper += u32::from(capital);
            letters += 1;
        }
        let all = upper == letters;
        if letters == 0 || length + 2 > MOST || !(all || upper == u32::from(first)) {
            return None;
        }
        let flags = u8::from(first) * CAPITAL + u8::from(all && letters > 1) * UPPER;
        Some(Usual { end: i, hash: hash::bytes(&small[..length]), flags, letters })
    }

    /// Reads the letters of ASCII that a word begins with, eight at a time: where they end. A word in which a capital
    /// follows a small letter is left to be read letter by letter.
    #[inline]
    pub(super) fn plain_letters(&self, from: usize, word: &mut Reading) -> usize {
        let mut i = from;
        let mut upper = 0;
        loop {
            let eight = eight::eight(self.bytes, i);
            let letters = eight::letters(eight);
            let length = ((!letters & 0x8080_8080_8080_8080).trailing_zeros() / 8) as usize;
            let capitals =
                eight::capitals(eight, letters) & (u64::MAX.checked_shr(64 - 8 * length as u32).unwrap_or(0));
            if i == from && capitals & 0x80 != 0 {
                word.flags |= CAPITAL;
            }
            upper += capitals.count_ones();
            i += length;
            if length < 8 {
                break;
            }
        }
        let letters = (i - from) as u32;
        // Where the run ends within the word, its last letters are not asked for.
        if i > self.end {
            word.flags = 0;
            return from;
        }
        if upper == 0 || upper == letters || (upper == 1 && word.flags & CAPITAL != 0) {
            word.letters = letters;
            word.upper = upper;
            word.lower = letters - upper;
            i
        } else {
            word.flags = 0;
            from
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Gap, LETTER};

    #[test]
    fn usual_words_are_what_they_are_when_read_letter_by_letter() {
        let words = "Élan ÉLAN élan É Ελλάδα ΕΛΛΆΔΑ Москва МОСКВА москва М naïve eÉ McÉlan straße Straße Łódź ŁÓDŹ \
                     İzmir ŞIŞLI x X ab AB Ab aB Abcdefghijklmnop ABCDEFGHIJKLMNOPQRSTU señor’s d’Élan O'Brien é1 \
                     Ќ ҐҐ dž Dž ªb Μ́ abcdéfghijklmnopqrstuvwxyzabcdéfghijklmnopqrstuvwxyz ünï–x ünï” שלום éש";
        let mut read = 0;
        for word in words.split_whitespace() {
            let mut usual = Vec::new();
            let tokeniser = Tokeniser::new(word, word.len(), &mut usual, false);
            let all = [tokeniser.usual(0), tokeniser.lettered(0)];
            let mut slow = Vec::new();
            let end = Tokeniser::new(word, word.len(), &mut slow, false).word(0, false, Gap::Space);
            for found in all.into_iter().flatten() {
                read += 1;
                assert_eq!(slow.len(), 1, "{word}");
                let flags = found.flags | if found.letters == 1 { LETTER } else { 0 };
                assert_eq!((found.end, found.hash, flags), (end, slow[0].hash, slow[0].flags), "{word}");
            }
        }
        assert_eq!(read, 36);
    }
}
