//! Words that are as most words are, read eight letters at a time or by tables.

use tamiz_core::eight;
use tamiz_core::scan::{Pack, Task};

use super::{CAPITAL, Gap, Map, Reading, Token, Tokeniser, UPPER};
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

/// Letters of the longest word that is read at once.
const MOST: usize = 15;

/// All bits of the letters of so many, in two numbers.
static OWN: [[u64; 2]; MOST + 1] = {
    let mut own = [[0; 2]; MOST + 1];
    let mut length = 0;
    while length <= MOST {
        own[length] = [eight::low_bytes(length), eight::low_bytes(length.saturating_sub(8))];
        length += 1;
    }
    own
};

/// What a capital has less than the small letter, in each of eight bytes.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// Words that are as most words are, with a blank between them, to be read from the place of a letter on.
pub(super) struct Easy<'t, 'k> {
    pub(super) bytes: &'t [u8],
    pub(super) map: &'t Map,
    pub(super) tokens: &'k mut Vec<Token>,
    pub(super) i: usize,
    /// Where the run of kept text ends.
    pub(super) end: usize,
    /// What the first of them is beside what its letters say.
    pub(super) flags: u8,
    /// What stands before the first of them.
    pub(super) gap: Gap,
}

/// Where reading such words has come to.
pub(super) struct Read {
    pub(super) i: usize,
    /// What stands before the next word.
    pub(super) gap: Gap,
    /// Where the stretch without blanks began, and how many words there were, if there was a blank.
    pub(super) chunk: Option<(usize, usize)>,
}

impl Task for Easy<'_, '_> {
    type Output = Option<Read>;

    #[inline(always)]
    fn run(self, _: impl Pack) -> Option<Read> {
        let Easy { bytes, map, tokens, mut i, end, mut flags, mut gap } = self;
        let mut chunk = None;
        let (mut bits, mut at) = (map.from(i), 0);
        loop {
            if at > 64 - (MOST + 1) {
                (bits, at) = (map.from(i), 0);
            }
            let length = (!(bits.letters >> at)).trailing_zeros() as usize;
            let (to, behind) = (i + length, at + length);
            if length.wrapping_sub(1) >= MOST || to > end || (to < end && bits.ends >> behind & 1 == 0) {
                break;
            }
            let own = !(u32::MAX << length);
            let capitals = (bits.capitals >> at) as u32 & own;
            if capitals != 0 {
                flags |= match capitals {
                    _ if capitals == own && length > 1 => CAPITAL | UPPER,
                    1 => CAPITAL,
                    _ => break,
                };
            }
            let (one, two) = match bytes[i..].first_chunk::<16>() {
                Some(sixteen) => {
                    let number = u128::from_le_bytes(*sixteen);
                    (number as u64, (number >> 64) as u64)
                }
                None => (eight::eight(bytes, i), eight::eight(bytes, i + 8)),
            };
            let [first, second] = OWN[length];
            let hash = hash::up_to_sixteen((one | SMALL) & first, (two | SMALL) & second, length);
            tokens.push(Token::new(i, to, hash, flags, length as u32, gap));
            if bits.blanks >> behind & 1 == 0 {
                return Some(Read { i: to, gap: Gap::None, chunk });
            }
            (i, at, gap, flags) = (to + 1, behind + 1, Gap::Space, 0);
            chunk = Some((i, tokens.len()));
        }
        chunk.map(|_| Read { i, gap, chunk })
    }
}

/// How many small letters of Cyrillic eight bytes begin with.
#[inline]
fn small_cyrillic(eight: u64) -> usize {
    const ALL: u64 = 0x0001_0001_0001_0001;
    // A letter is D0 B0 to D0 BF or D1 80 to D1 9F: what differs from the one or from the other.
    let (one, other) = (eight & (0xF0FF * ALL) ^ (0xB0D0 * ALL), eight & (0xE0FF * ALL) ^ (0x80D1 * ALL));
    let differs = |two: u64| (((two & (0x7FFF * ALL)) + 0x7FFF * ALL) | two) & (0x8000 * ALL);
    ((differs(one) & differs(other)).trailing_zeros() / 16) as usize
}

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

    /// The word at `from`, if it is of small letters of Cyrillic but for its first one, and ends as most words do.
    #[inline]
    pub(super) fn cyrillic(&self, from: usize) -> Option<Usual> {
        let [first @ (0xD0 | 0xD1), second, ..] = self.bytes[from..] else { return None };
        let pair = self.pairs.of(first, second);
        if !matches!(pair.kind, Letter::Small | Letter::Capital) || pair.small == [0; 2] {
            return None;
        }
        let mut end = from + 2;
        loop {
            let small = small_cyrillic(eight::eight(self.bytes, end));
            end += 2 * small;
            if small < 4 {
                break;
            }
        }
        let ends = match self.bytes.get(end) {
            _ if end >= self.end => end == self.end,
            Some(&sign) => sign < 0x80 && ENDS_WORD[usize::from(sign)],
            None => true,
        };
        let flags = u8::from(pair.kind == Letter::Capital) * CAPITAL;
        let hash = hash::with_first(self.bytes, from, end, pair.small);
        ends.then_some(Usual { end, hash, flags, letters: ((end - from) / 2) as u32 })
    }

    /// The word at `from`, if it is of letters of ASCII and such of two bytes, with capitals only first or everywhere, and
    /// ends as most words do: Greek ones, and those with accents.
    #[inline(never)]
    pub(super) fn lettered(&self, from: usize) -> Option<Usual> {
        const LONGEST: usize = 48;
        // Eight bytes are written at once.
        let mut small = [0; LONGEST + 8];
        let (mut i, mut length) = (from, 0);
        let (mut letters, mut upper, mut first) = (0, 0, false);
        let bytes = &self.bytes[..self.end];
        while length + 2 <= LONGEST {
            match bytes[i..] {
                [b @ 0xC0..0xE0, second, ..] => {
                    let pair = self.pairs.of(b, second);
                    let capital = match pair.kind {
                        Letter::Small | Letter::Capital if pair.small != [0; 2] => {
                            pair.kind == Letter::Capital
                        }
                        Letter::No => break,
                        _ => return None,
                    };
                    small[length..length + 2].copy_from_slice(&pair.small);
                    length += 2;
                    i += 2;
                    first |= capital && letters == 0;
                    upper += u32::from(capital);
                    letters += 1;
                }
                [b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    let eight = eight::eight(bytes, i);
                    let plain = eight::letters(eight);
                    let count = eight::first_bytes(plain);
                    let capitals = eight::capitals(eight, plain) & eight::low_bytes(count);
                    small[length..length + 8].copy_from_slice(&(eight | SMALL).to_le_bytes());
                    length += count;
                    i += count;
                    first |= capitals & 0x80 != 0 && letters == 0;
                    upper += capitals.count_ones();
                    letters += count as u32;
                }
                // Dashes and quotation marks, but for the apostrophe.
                [0xE2, 0x80, ..=0x98 | 0x9A.., ..] | [] => break,
                [b @ ..0x80, ..] if ENDS_WORD[usize::from(b)] => break,
                _ => return None,
            }
        }
        let all = upper == letters;
        if letters == 0 || length + 2 > LONGEST || !(all || upper == u32::from(first)) {
            return None;
        }
        let flags = u8::from(first) * CAPITAL + u8::from(all && letters > 1) * UPPER;
        Some(Usual { end: i, hash: hash::part(&small, 0, length), flags, letters })
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
    use crate::token::LETTER;

    #[test]
    fn usual_words_are_what_they_are_when_read_letter_by_letter() {
        let words = "Élan ÉLAN élan É Ελλάδα ΕΛΛΆΔΑ Москва МОСКВА москва М naïve eÉ McÉlan straße Straße Łódź ŁÓDŹ \
                     İzmir ŞIŞLI x X ab AB Ab aB Abcdefghijklmnop ABCDEFGHIJKLMNOPQRSTU señor’s d’Élan O'Brien é1 \
                     Ќ ҐҐ dž Dž ªb Μ́ abcdéfghijklmnopqrstuvwxyzabcdéfghijklmnopqrstuvwxyz ünï–x ünï” שלום éש";
        let mut read = 0;
        for word in words.split_whitespace() {
            let mut usual = Vec::new();
            let tokeniser = Tokeniser::new(word, word.len(), &mut usual, None);
            let all = [tokeniser.usual(0), tokeniser.cyrillic(0), tokeniser.lettered(0)];
            let mut slow = Vec::new();
            let map = Map::default();
            let end = Tokeniser::new(word, word.len(), &mut slow, Some(&map)).word(0, false, Gap::Space);
            for found in all.into_iter().flatten() {
                read += 1;
                assert_eq!(slow.len(), 1, "{word}");
                let flags = found.flags | if found.letters == 1 { LETTER } else { 0 };
                assert_eq!((found.end, found.hash, flags), (end, slow[0].hash, slow[0].flags), "{word}");
            }
        }
        assert_eq!(read, 40);
    }

    proptest::proptest! {
        /// Words that are read many at a time, wherever they stand, are what their letters say one by one.
        #[test]
        fn words_between_blanks_are_read_as_they_are_written(
            words in proptest::collection::vec("[a-z]{1,18}|[A-Z][a-z]{0,17}|[A-Z]{2,17}|[А-Я]?[а-я]{1,9}|[É]?[a-zü]{2,9}", 1..40),
        ) {
            let text = words.join(" ");
            let mut map = Map::default();
            map.read(&text);
            let mut tokens = Vec::new();
            crate::token::tokenise(&text, &map, tamiz_core::Span::new(0, text.len()), &mut tokens);
            proptest::prop_assert_eq!(tokens.len(), words.len());
            for (at, (token, word)) in tokens.iter().zip(&words).enumerate() {
                proptest::prop_assert_eq!(token.text(&text), word);
                proptest::prop_assert_eq!(token.hash, hash::word(word));
                proptest::prop_assert_eq!(token.is(CAPITAL), word.starts_with(char::is_uppercase));
                let upper = word.chars().count() > 1 && word.chars().all(char::is_uppercase);
                proptest::prop_assert_eq!(token.is(UPPER), upper);
                proptest::prop_assert_eq!(token.gap, if at == 0 { Gap::Other } else { Gap::Space });
            }
        }
    }
}
