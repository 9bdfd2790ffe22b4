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

    /// The bits of the two chunks of a block.
    #[inline(always)]
    fn join(self, first: [u8; CHUNK], second: [u8; CHUNK]) -> u64 {
        u64::from(self.bits(first)) | u64::from(self.bits(second)) << CHUNK
    }

    /// Which bytes of a chunk are among those of the set: all bits or none.
    fn within(self, chunk: &[u8; CHUNK], set: &Few) -> [u8; CHUNK];

    /// Which bytes of a chunk are among those of the set: all bits or none.
    fn among(self, chunk: &[u8; CHUNK], set: &Bytes) -> [u8; CHUNK];

    /// A bit for every byte that is among those of the set.
    #[inline(always)]
    fn find_among(self, block: &[u8; BLOCK], set: &Bytes) -> u64 {
        let [first, second] = chunks(block);
        self.join(self.among(first, set), self.among(second, set))
    }

    /// Which bytes of a chunk are this one: all bits or none.
    fn equal(self, chunk: &[u8; CHUNK], byte: u8) -> [u8; CHUNK];

    /// Which bytes of a chunk are between two, or one of them: all bits or none.
    fn between(self, chunk: &[u8; CHUNK], first: u8, last: u8) -> [u8; CHUNK];

    /// The chunk with another byte in place of those of which the answer is yes.
    fn replace(self, chunk: [u8; CHUNK], answers: [u8; CHUNK], by: u8) -> [u8; CHUNK];

    /// The chunk with capitals of ASCII as small letters.
    fn to_lower(self, chunk: &[u8; CHUNK]) -> [u8; CHUNK];

    /// A bit for every byte of a block that is this one.
    #[inline(always)]
    fn find_equal(self, block: &Block, byte: u8) -> u64 {
        let [first, second] = chunks(block);
        self.join(self.equal(first, byte), self.equal(second, byte))
    }

    /// A bit for every byte of a block that is between two, or one of them.
    #[inline(always)]
    fn find_between(self, block: &Block, from: u8, to: u8) -> u64 {
        let [first, second] = chunks(block);
        self.join(self.between(first, from, to), self.between(second, from, to))
    }

    /// A bit for every byte of a block that is among those of the sets.
    #[inline(always)]
    fn find_any<const N: usize>(self, block: &Block, sets: &[Few; N]) -> u64 {
        let (mut bits, [first, second]) = (0, chunks(block));
        for set in sets {
            bits |= self.join(self.within(first, set), self.within(second, set));
        }
        bits
    }

    /// A bit for every byte of a block that passes the test. The test says [`yes`] or not, and sees the two bytes
    /// behind that byte, too.
    #[inline(always)]
    fn find(self, block: &Block, test: impl Fn([u8; 3]) -> u8) -> u64 {
        let mut bits = 0;
        for at in (0..BLOCK).step_by(CHUNK) {
            let chunk: &[u8; CHUNK + 2] = block[at..].first_chunk().expect("chunks lie within their block");
            let mut answers = [0; CHUNK];
            for (i, answer) in answers.iter_mut().enumerate() {
                *answer = test([chunk[i], chunk[i + 1], chunk[i + 2]]);
            }
            bits |= u64::from(self.bits(answers)) << at;
        }
        bits
    }
}

/// The two chunks of a block.
#[inline(always)]
fn chunks<const N: usize>(block: &[u8; N]) -> [&[u8; CHUNK]; 2] {
    // Not by what arrays offer, which is not always compiled in place, and so not for the vector unit.
    let chunk = |at: usize| block[at..].first_chunk().expect("a block has two chunks");
    [chunk(0), chunk(CHUNK)]
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

/// A set of any bytes: for each lower half, a bit for each upper half, those of ASCII and those beyond it apart.
pub struct Bytes([[u8; 16]; 2]);

impl Bytes {
    /// The bytes at whose places the list holds true.
    #[must_use]
    pub const fn new(list: &[bool; 256]) -> Self {
        let mut halves = [[0; 16]; 2];
        let mut byte = 0;
        while byte < 256 {
            halves[byte / 128][byte % 16] |= (list[byte] as u8) << (byte / 16 % 8);
            byte += 1;
        }
        Self(halves)
    }

    /// Whether the byte is in the set.
    #[inline(always)]
    #[must_use]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize / 128][byte as usize % 16] >> (byte / 16 % 8) & 1 != 0
    }
}

/// What is to be done on the machine's vector unit.
pub trait Task {
    /// What comes out of it.
    type Output;

    /// Does it. To be compiled for the vector unit, implementations are `#[inline(always)]`, as all that they call.
    fn run(self, pack: impl Pack) -> Self::Output;
}

/// Does something on the machine's vector unit, where it has one.
#[inline]
pub fn run<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(unit) = pulp::x86::V3::try_new() {
        return unit.vectorize(OnUnit { unit, task });
    }
    task.run(Plain)
}

/// Shows a text to what looks for bytes in it, block after block.
#[inline]
pub fn scan(text: &str, by: &mut impl Scan) {
    run(Walk { text: text.as_bytes(), by });
}

/// The block that starts at that byte of a text. Where the text ends before the block, it is put together in `room`.
#[inline(always)]
pub fn block<'b>(text: &'b [u8], at: usize, room: &'b mut Block) -> &'b Block {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(block) = rest.first_chunk() {
        return block;
    }
    *room = [0; BLOCK + 2];
    room[..rest.len()].copy_from_slice(rest);
    room
}

struct Walk<'t, S> {
    text: &'t [u8],
    by: &'t mut S,
}

impl<S: Scan> Task for Walk<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self, pack: impl Pack) {
        let Walk { text, by } = self;
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
}

#[cfg(target_arch = "x86_64")]
struct OnUnit<T> {
    unit: pulp::x86::V3,
    task: T,
}

#[cfg(target_arch = "x86_64")]
impl<T: Task> pulp::NullaryFnOnce for OnUnit<T> {
    type Output = T::Output;

    #[inline(always)]
    fn call(self) -> T::Output {
        self.task.run(self.unit)
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
    fn among(self, chunk: &[u8; CHUNK], set: &Bytes) -> [u8; CHUNK] {
        chunk.map(|byte| yes(set.contains(byte)))
    }

    #[inline(always)]
    fn equal(self, chunk: &[u8; CHUNK], byte: u8) -> [u8; CHUNK] {
        chunk.map(|other| yes(other == byte))
    }

    #[inline(always)]
    fn between(self, chunk: &[u8; CHUNK], first: u8, last: u8) -> [u8; CHUNK] {
        chunk.map(|byte| yes(byte.wrapping_sub(first) <= last - first))
    }

    #[inline(always)]
    fn replace(self, chunk: [u8; CHUNK], answers: [u8; CHUNK], by: u8) -> [u8; CHUNK] {
        std::array::from_fn(|i| chunk[i] & !answers[i] | by & answers[i])
    }

    #[inline(always)]
    fn to_lower(self, chunk: &[u8; CHUNK]) -> [u8; CHUNK] {
        chunk.map(|byte| byte.to_ascii_lowercase())
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
    fn among(self, chunk: &[u8; CHUNK], set: &Bytes) -> [u8; CHUNK] {
        const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        let chunk = pulp::cast(*chunk);
        let [ascii, beyond, bits] =
            [set.0[0], set.0[1], BITS].map(|half| self.avx2._mm256_broadcastsi128_si256(pulp::cast(half)));
        // A shuffle gives what has its high bit set a zero.
        let flipped = self.avx2._mm256_xor_si256(chunk, self.avx._mm256_set1_epi8(i8::MIN));
        let known = self.avx2._mm256_or_si256(
            self.avx2._mm256_shuffle_epi8(ascii, chunk),
            self.avx2._mm256_shuffle_epi8(beyond, flipped),
        );
        let upper = self
            .avx2
            ._mm256_and_si256(self.avx2._mm256_srli_epi16::<4>(chunk), self.avx._mm256_set1_epi8(0xf));
        let bit = self.avx2._mm256_shuffle_epi8(bits, upper);
        pulp::cast(self.avx2._mm256_cmpeq_epi8(self.avx2._mm256_and_si256(known, bit), bit))
    }

    #[inline(always)]
    fn equal(self, chunk: &[u8; CHUNK], byte: u8) -> [u8; CHUNK] {
        let byte = self.avx._mm256_set1_epi8(byte as i8);
        pulp::cast(self.avx2._mm256_cmpeq_epi8(pulp::cast(*chunk), byte))
    }

    #[inline(always)]
    fn between(self, chunk: &[u8; CHUNK], first: u8, last: u8) -> [u8; CHUNK] {
        let (first, most) = (first as i8, (last - first) as i8);
        let beyond = self.avx2._mm256_sub_epi8(pulp::cast(*chunk), self.avx._mm256_set1_epi8(first));
        let least = self.avx2._mm256_min_epu8(beyond, self.avx._mm256_set1_epi8(most));
        pulp::cast(self.avx2._mm256_cmpeq_epi8(least, beyond))
    }

    #[inline(always)]
    fn replace(self, chunk: [u8; CHUNK], answers: [u8; CHUNK], by: u8) -> [u8; CHUNK] {
        let by = self.avx._mm256_set1_epi8(by as i8);
        pulp::cast(self.avx2._mm256_blendv_epi8(pulp::cast(chunk), by, pulp::cast(answers)))
    }

    #[inline(always)]
    fn to_lower(self, chunk: &[u8; CHUNK]) -> [u8; CHUNK] {
        let capitals = pulp::cast(self.between(chunk, b'A', b'Z'));
        let bit = self.avx2._mm256_and_si256(capitals, self.avx._mm256_set1_epi8(0x20));
        pulp::cast(self.avx2._mm256_or_si256(pulp::cast(*chunk), bit))
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

    fn compares_as_plain_loops_do(pack: impl Pack) {
        for first in (0..=u8::MAX).step_by(BLOCK) {
            let block: Block = std::array::from_fn(|i| first.wrapping_add(i as u8));
            let bits = |test: &dyn Fn(u8) -> bool| {
                (0..BLOCK).fold(0, |bits, at| bits | u64::from(test(block[at])) << at)
            };
            for [from, to] in [[0, 0x20], [b'A', b'Z'], [0x80, 0xff], [7, 7]] {
                let right = bits(&|byte| (from..=to).contains(&byte));
                assert_eq!(pack.find_between(&block, from, to), right);
                assert_eq!(pack.find_equal(&block, to), bits(&|byte| byte == to));
            }
            let chunk: &[u8; CHUNK] = block.first_chunk().unwrap();
            assert_eq!(pack.to_lower(chunk), chunk.map(|byte| byte.to_ascii_lowercase()));
            let replaced = pack.replace(*chunk, pack.between(chunk, 5, 200), b'x');
            assert_eq!(replaced, chunk.map(|byte| if (5..=200).contains(&byte) { b'x' } else { byte }));
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
                Walk { text: text.as_bytes(), by: &mut plain }.run(Plain);
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
        compares_as_plain_loops_do(Plain);
        #[cfg(target_arch = "x86_64")]
        pulp::x86::V3::try_new().inspect(|unit| compares_as_plain_loops_do(*unit));
        let list: [bool; 256] = std::array::from_fn(|byte| byte % 7 == 2 || byte % 5 == 4);
        let (set, mut block) = (Bytes::new(&list), [0; BLOCK]);
        for first in (0..=u8::MAX).step_by(BLOCK) {
            block.iter_mut().zip(first..=u8::MAX).for_each(|(to, byte)| *to = byte);
            let expected =
                (0..BLOCK).fold(0, |bits, at| bits | u64::from(list[usize::from(block[at])]) << at);
            assert_eq!(Plain.find_among(&block, &set), expected);
            #[cfg(target_arch = "x86_64")]
            if let Some(unit) = pulp::x86::V3::try_new() {
                assert_eq!(unit.find_among(&block, &set), expected);
            }
        }
        let mut none = Places::default();
        scan("", &mut none);
        scan("xy", &mut none);
        assert!(none.0.is_empty());
    }
}
