//! What words end in.

/// A list of endings that is asked about many words: a word's last byte rules most endings out.
pub(crate) struct Endings<const N: usize> {
    endings: [&'static str; N],
    /// The last bytes, a bit each.
    last: [u64; 4],
}

impl<const N: usize> Endings<N> {
    pub(crate) const fn new(endings: [&'static str; N]) -> Self {
        let mut last = [0; 4];
        let mut i = 0;
        while i < N {
            let bytes = endings[i].as_bytes();
            let byte = bytes[bytes.len() - 1];
            last[(byte / 64) as usize] |= 1 << (byte % 64);
            i += 1;
        }
        Endings { endings, last }
    }

    /// Whether the word has one of the endings.
    #[inline]
    pub(crate) fn end(&self, word: &str) -> bool {
        let Some(&last) = word.as_bytes().last() else { return false };
        self.last[usize::from(last / 64)] >> (last % 64) & 1 != 0 && self.any(word, last)
    }

    fn any(&self, word: &str, last: u8) -> bool {
        self.endings.iter().any(|ending| ending.as_bytes().last() == Some(&last) && word.ends_with(ending))
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
            assert_eq!(ENDINGS.end(word), ends, "{word}");
        }
    }
}
