//! Eight bytes of a text at a time, in one number: the first byte is the lowest.
//!
//! Most text is runs of letters of ASCII. What is asked of each byte is asked of all eight at once, and answered by their
//! high bits.

/// The high bit of each of eight bytes.
const HIGH: u64 = 0x8080_8080_8080_8080;
/// The same bit in each of eight bytes.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Eight bytes from a place on; behind the end of the text they are 0.
#[inline]
#[must_use]
pub fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => rest(text, at),
    }
}

/// The same where fewer than eight are left.
fn rest(text: &[u8], at: usize) -> u64 {
    let gone = 8u32.saturating_sub(text.len().saturating_sub(at) as u32);
    if let Some(bytes) = text.last_chunk() {
        return u64::from_le_bytes(*bytes).unbounded_shr(8 * gone);
    }
    match (text.get(at..).and_then(<[u8]>::first_chunk), text.last_chunk()) {
        (Some(first), Some(last)) => {
            // The two halves may share bytes.
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << (32 - 8 * gone)
        }
        _ => (at..text.len()).rev().fold(0, |eight, at| eight << 8 | u64::from(text[at])),
    }
}

/// The high bit of each of eight bytes that is a letter of ASCII.
#[inline]
#[must_use]
pub const fn letters(eight: u64) -> u64 {
    let small = (eight & !HIGH) | (0x20 * ONES);
    let from_a = small + (0x80 - b'a' as u64) * ONES;
    let after_z = small + (0x7f - b'z' as u64) * ONES;
    from_a & !after_z & !eight & HIGH
}

/// The high bit of each of those letters that is a capital.
#[inline]
#[must_use]
pub const fn capitals(eight: u64, letters: u64) -> u64 {
    letters & !(eight << 2)
}

/// How many of eight bytes, from the first one on, have their high bit set.
#[inline]
#[must_use]
pub const fn first_bytes(high: u64) -> usize {
    ((!high & HIGH).trailing_zeros() / 8) as usize
}

/// All bits of the first so many of eight bytes.
#[inline]
#[must_use]
pub const fn low_bytes(count: usize) -> u64 {
    !u64::MAX.unbounded_shl(8 * count as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_are_read_up_to_the_end_of_the_text() {
        let text = b"abcdefghijk";
        for length in 0..=text.len() {
            for at in 0..=length + 9 {
                let read = eight(&text[..length], at).to_le_bytes();
                for (i, byte) in read.iter().enumerate() {
                    assert_eq!(*byte, text[..length].get(at + i).copied().unwrap_or(0), "{length} {at} {i}");
                }
            }
        }
    }

    #[test]
    fn each_byte_is_asked_for_itself() {
        for byte in 0..=255u8 {
            let (eight, all) = (u64::from(byte) * ONES, |is: bool| if is { HIGH } else { 0 });
            assert_eq!(letters(eight), all(byte.is_ascii_alphabetic()), "{byte:#x}");
            assert_eq!(capitals(eight, letters(eight)), all(byte.is_ascii_uppercase()), "{byte:#x}");
            for beside in [0u8, b'a', b'Z', 0x7f, 0x80, 0xff] {
                let number = u64::from_le_bytes([beside, byte, beside, 0, 0, 0, 0, 0]);
                let bit = |high: u64| high >> 15 & 1 == 1;
                assert_eq!(bit(letters(number)), byte.is_ascii_alphabetic(), "{byte} {beside}");
                assert_eq!(
                    bit(capitals(number, letters(number))),
                    byte.is_ascii_uppercase(),
                    "{byte} {beside}"
                );
            }
        }
        assert_eq!(first_bytes(letters(u64::from_le_bytes(*b"ab1cdefg"))), 2);
        assert_eq!(first_bytes(letters(u64::from_le_bytes(*b"abcdefgh"))), 8);
        assert_eq!((low_bytes(0), low_bytes(3), low_bytes(8)), (0, 0xff_ffff, u64::MAX));
    }
}
