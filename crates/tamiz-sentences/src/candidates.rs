//! Where terminal marks and opening brackets may stand: a bit for every byte of a text. One may be set where none
//! starts, but none is clear where one does.

use tamiz_core::scan::{BLOCK, Block, Few, Pack, Scan, scan, yes};

/// Sets the bits of all bytes of the text with which a terminal mark or an opening bracket may start.
pub(crate) fn find(text: &str, bits: &mut Vec<u64>) {
    bits.clear();
    bits.reserve(text.len().div_ceil(BLOCK));
    scan(text, &mut Candidates(bits));
}

/// Marks and brackets of ASCII.
const ASCII: [Few; 3] = [Few::new(b".!?:;("), Few::new(b"["), Few::new(b"{")];

struct Candidates<'b>(&'b mut Vec<u64>);

impl Scan for Candidates<'_> {
    #[inline(always)]
    fn block(&mut self, pack: impl Pack, _: usize, block: &Block) {
        let mut bits = pack.find_any(block, &ASCII);
        // None beyond ASCII starts with a smaller byte.
        if pack.find(block, |[a, ..]| yes(a >= 0xCD)) != 0 {
            bits |= beyond(pack, block);
        }
        self.0.push(bits);
    }
}

/// The same for those beyond ASCII.
#[inline(always)]
fn beyond(pack: impl Pack, block: &Block) -> u64 {
    let bits = pack.find(block, |[a, ..]| {
        let of_two = is(a, 0xCD) | is(a, 0xD6) | is(a, 0xD8) | is(a, 0xDB);
        of_two | is(a & 0xFC, 0xE0) | is(a, 0xEF)
    });
    // A few quotation marks are no trouble. Letters of Arabic and commas of Chinese, each with the same first byte as a
    // mark, would be.
    if bits.count_ones() <= FEW { bits } else { pack.find(block, is_beyond) }
}

/// So many places in a block are looked at one by one.
const FEW: u32 = 4;

/// Whether a terminal mark or an opening bracket beyond ASCII starts with these bytes.
#[inline(always)]
fn is_beyond([a, b, c]: [u8; 3]) -> u8 {
    let two = is(a, 0xD8) & is(b, 0x9F)
        | is(a, 0xDB) & is(b, 0x94)
        | is(a, 0xD6) & is(b, 0x89)
        | is(a, 0xCD) & is(b, 0xBE);
    let three = is(a, 0xE0) & is(b, 0xA5) & is(c & 0xFE, 0xA4)
        | is(a, 0xE1) & (is(b, 0x8D) | is(b, 0x81) | is(b, 0x9F))
        | is(a, 0xE2)
            & (is(b, 0x80) & (is(c, 0xA6) | is(c & 0xFE, 0xBC))
                | is(b, 0x81) & (is(c, 0x87) | is(c & 0xFE, 0x88)))
        | is(a, 0xE3) & is(b, 0x80) & is(c, 0x82)
        | is(a, 0xEF)
            & (is(b, 0xBC) & (is(c, 0x81) | is(c, 0x88) | is(c, 0x8E) | is(c, 0x9F))
                | is(b, 0xBD) & is(c, 0xA1));
    two | three
}

#[inline(always)]
fn is(byte: u8, other: u8) -> u8 {
    yes(byte == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_is_passed_over_wherever_it_stands_and_whatever_is_around_it() {
        let marks = ".!?…‼⁉。！．？｡।॥።፧။។؟۔։;([{（";
        for around in ["x", "é", "ж", "س", "ی", "ש", "ב֖", "क", "か", "，", "“", "፡", "ក"] {
            for mark in marks.chars() {
                for before in 0..70 {
                    let mut text = around.repeat(before);
                    let at = text.len();
                    text.push(mark);
                    text += &around.repeat(90 - before);
                    let mut bits = Vec::new();
                    find(&text, &mut bits);
                    assert!(
                        bits[at / BLOCK] >> (at % BLOCK) & 1 != 0,
                        "{mark} behind {before} times {around}"
                    );
                }
            }
        }
    }
}
