//! What words end in.

/// A list of endings that is asked about many words. An ending is compared as one number: its bytes are the highest ones,
/// the last of them first.
pub(crate) struct Endings<const N: usize> {
    /// In order, and how many of the lowest bits do not count.
    endings: [(u64, u8); N],
    /// Where those begin that have a last byte, by that byte.
    begin: [u8; 257],
}

impl<const N: usize> Endings<N> {
    /// Takes endings of at most eight bytes.
    pub(crate) const fn new(endings: [&str; N]) -> Self {
        let mut sorted = [(0, 0); N];
        let mut i = 0;
        while i < N {
            let bytes = endings[i].as_bytes();
            assert!(!bytes.is_empty() && bytes.len() <= 8, "an ending has one to eight bytes");
            let mut ending = 0;
            let mut k = 0;
            while k < bytes.len() {
                ending |= (bytes[k] as u64) << (8 * (8 - bytes.len() + k));
                k += 1;
            }
            let mut at = i;
            while at > 0 && sorted[at - 1].0 > ending {
                sorted[at] = sorted[at - 1];
                at -= 1;
            }
            sorted[at] = (ending, 64 - 8 * bytes.len() as u8);
            i += 1;
        }
        let mut begin = [N as u8; 257];
        let mut i = N;
        let mut byte = 256;
        while byte > 0 {
            byte -= 1;
            while i > 0 && sorted[i - 1].0 >> 56 >= byte {
                i -= 1;
            }
            begin[byte as usize] = i as u8;
        }
        Endings { endings: sorted, begin }
    }

    /// Whether the word has one of the endings.
    #[inline]
    pub(crate) fn end(&self, word: &[u8]) -> bool {
        let Some(&last) = word.last() else { return false };
        let (from, to) = (self.begin[usize::from(last)], self.begin[usize::from(last) + 1]);
        from < to && self.any(word, usize::from(from), usize::from(to))
    }

    fn any(&self, word: &[u8], from: usize, to: usize) -> bool {
        let tail = match word.last_chunk() {
            Some(tail) => u64::from_le_bytes(*tail),
            None => word.iter().fold(0, |tail, &byte| tail >> 8 | u64::from(byte) << 56),
        };
        self.endings[from..to].iter().any(|&(ending, free)| (tail ^ ending) >> free == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_in_an_ending() {
        static ENDINGS: Endings<3> = Endings::new(["ción", "ov", "ość"]);
        for (word, ends) in
            [("nación", true), ("Kirov", true), ("ov", true), ("v", false), ("Лев", false), ("", false)]
        {
            assert_eq!(ENDINGS.end(word.as_bytes()), ends, "{word}");
        }
        assert!(ENDINGS.end("miłość".as_bytes()) && !ENDINGS.end("n".as_bytes()));
    }
}
