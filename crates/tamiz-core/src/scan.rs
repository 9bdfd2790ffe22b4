//! Looking for bytes in a text, a block at a time: vector units compare many together, and what is found is a bit in a
//! word. So a short line costs no more than its part of a long text.

/// How many bytes have their bits in one word.
pub const BLOCK: usize = 64;

/// A block with the two bytes behind it, which are zero where the text is over.
pub type Block = [u8; BLOCK + 2];

/// So many bytes are compared at once.
pub const CHUNK: usize = 32;

/// What looks for bytes.
pub trait Scan {
    /// Looks at the block that starts at that byte of the text; its last one may reach beyond the text's end.
    ///
    /// To be compiled for the vector unit, implementations are `#[inline(always)]`, as all that they call.
    fn block(&mut self, pack: impl Pack, start: usize, block: &Block);
}

/// Makes bits of comparisons.
pub trait Pack: Copy {
    /// A bit for every byte, whose lowest bits it takes; all the bits of a byte are the same.
    fn bits(self, answers: [u8; CHUNK]) -> u32;

    /// Which bytes of a chunk are among those of the set: all bits or none.
    fn within(self, chunk: &[u8; CHUNK], set: &Few) -> [u8; CHUNK];

    /// A bit for every byte of a block that is among those of the sets.
    #[inline(always)]
    fn find_any<const N: usize>(self, block: &Block, sets: &[Few; N]) -> u64 {
        let mut bits = 0;
        for at in (0..BLOCK).step_by(CHUNK) {
            let chunk = block[at..].first_chunk().expect("chunks lie within their block");
            let mut answers = [0; CHUNK];
            for set in sets {
                let more = self.within(chunk, set);
                answers = std::array::from_fn(|i| answers[i] | more[i]);
            }
            bits |= u64::from(self.bits(answers)) << at;
        }
        bits
    }

    /// A bit for every byte of a block that passes the test. The test says [`yes`] or not, and sees the two bytes
    /// behind that byte, too.
    #[inline(always)]
    fn find(self, block: &Block, test: impl Fn([u8; 3]) -> u8) -> u64 {
        let mut bits = 0;
        for at in (0..BLOCK).step_by(CHUNK) {
            let [first, second, third] = [0, 1, 2].map(|behind| {
                block[at + behind..].first_chunk::<CHUNK>().expect("chunks lie within their block")
            });
            let answers = std::array::from_fn(|i| test([first[i], second[i], third[i]]));
            bits |= u64::from(self.bits(answers)) << at;
        }
        bits
    }
}

/// The answer of a test: all bits or none.
#[inline(always)]
#[must_use]
pub const fn yes(answer: bool) -> u8 {
    0_u8.wrapping_sub(answer as u8)
}

/// A set of bytes of ASCII that differ in their lower halves, by which they stand here.
pub struct Few([u8; 16]);

impl Few {
    /// The set of these bytes.
    ///
    /// # Panics
    /// If one is not ASCII, or two have the same lower half.
    #[must_use]
    pub const fn new(bytes: &[u8]) -> Self {
        // No byte with that lower half.
        let mut set = [0xFF; 16];
        set[0xF] = 0;
        let mut i = 0;
        while i < bytes.len() {
            let half = bytes[i] as usize % 16;
            assert!(
                bytes[i] < 0x80 && set[half] as usize % 16 != half,
                "bytes of ASCII that differ in their lower halves"
            );
            set[half] = bytes[i];
            i += 1;
        }
        Self(set)
    }
}

/// Shows a text to what looks for bytes in it, block after block.
#[inline]
pub fn scan(text: &str, by: &mut impl Scan) {
    let text = text.as_bytes();
    #[cfg(target_arch = "x86_64")]
    if let Some(unit) = pulp::x86::V3::try_new() {
        return unit.vectorize(OnUnit { unit, text, by });
    }
    walk(Plain, text, by);
}

#[inline(always)]
fn walk(pack: impl Pack, text: &[u8], by: &mut impl Scan) {
    let mut start = 0;
    while let Some(block) = text[start..].first_chunk() {
        by.block(pack, start, block);
        start += BLOCK;
    }
    // What is left is at most a block and a byte.
    let mut last = [0; 2 * BLOCK + 2];
    let rest = &text[start..];
    last[..rest.len()].copy_from_slice(rest);
    for at in (0..rest.len()).step_by(BLOCK) {
        by.block(pack, start + at, last[at..].first_chunk().expect("there is room for two blocks"));
    }
}

#[cfg(target_arch = "x86_64")]
struct OnUnit<'t, S> {
    unit: pulp::x86::V3,
    text: &'t [u8],
    by: &'t mut S,
}

#[cfg(target_arch = "x86_64")]
impl<S: Scan> pulp::NullaryFnOnce for OnUnit<'_, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        walk(self.unit, self.text, self.by);
    }
}

/// Any processor.
#[derive(Clone, Copy)]
struct Plain;

impl Pack for Plain {
    #[inline(always)]
    fn within(self, chunk: &[u8; CHUNK], set: &Few) -> [u8; CHUNK] {
        chunk.map(|byte| yes(set.0[usize::from(byte % 16)] == byte))
    }

    #[inline(always)]
    fn bits(self, answers: [u8; CHUNK]) -> u32 {
        let mut bits = 0;
        for (i, eight) in answers.as_chunks::<8>().0.iter().enumerate() {
            // The product's highest byte has the lowest bit of each byte.
            let flags = u64::from_le_bytes(*eight) & 0x0101_0101_0101_0101;
            bits |= (flags.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
        }
        bits as u32
    }
}

#[cfg(target_arch = "x86_64")]
impl Pack for pulp::x86::V3 {
    #[inline(always)]
    fn within(self, chunk: &[u8; CHUNK], set: &Few) -> [u8; CHUNK] {
        let chunk = pulp::cast(*chunk);
        let set = self.avx2._mm256_broadcastsi128_si256(pulp::cast(set.0));
        // What is beyond ASCII gets a zero.
        let same_half = self.avx2._mm256_shuffle_epi8(set, chunk);
        pulp::cast(self.avx2._mm256_cmpeq_epi8(same_half, chunk))
    }

    #[inline(always)]
    fn bits(self, answers: [u8; CHUNK]) -> u32 {
        self.avx2._mm256_movemask_epi8(pulp::cast(answers)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the letter `x` stands with two of `y` behind it.
    #[derive(Default)]
    struct Places(Vec<usize>);

    impl Scan for Places {
        #[inline(always)]
        fn block(&mut self, pack: impl Pack, start: usize, block: &Block) {
            let mut bits = pack.find(block, |[a, b, c]| yes(a == b'x') & yes(b == b'y') & yes(c == b'y'));
            while bits != 0 {
                self.0.push(start + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }

    #[test]
    fn what_is_looked_for_is_found_at_every_place_of_texts_of_every_length() {
        for length in 0..200 {
            for at in 0..length {
                let text = "x".repeat(at) + "xyy" + &"y".repeat(length - at);
                let mut places = Places::default();
                scan(&text, &mut places);
                assert_eq!(places.0, [at]);
                let mut plain = Places::default();
                walk(Plain, text.as_bytes(), &mut plain);
                assert_eq!(plain.0, [at]);
            }
        }
        for (set, bytes) in [(Few::new(b".!?:;"), ".!?:;"), (Few::new(b"@/"), "@/"), (Few::new(b""), "")] {
            let mut chunk = [0; CHUNK];
            for first in (0..=u8::MAX).step_by(CHUNK) {
                chunk.iter_mut().zip(first..=u8::MAX).for_each(|(to, byte)| *to = byte);
                let expected = chunk.map(|byte| if bytes.as_bytes().contains(&byte) { u8::MAX } else { 0 });
                assert_eq!(Plain.within(&chunk, &set), expected);
                #[cfg(target_arch = "x86_64")]
                if let Some(unit) = pulp::x86::V3::try_new() {
                    assert_eq!(unit.within(&chunk, &set), expected);
                }
            }
        }
        let mut none = Places::default();
        scan("", &mut none);
        scan("xy", &mut none);
        assert!(none.0.is_empty());
    }
}
