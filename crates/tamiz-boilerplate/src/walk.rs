//! The walk over a line: its counts, by bits of its characters.
//!
//! What runs of bits have in them shows in sums: a bit that is added to a run carries to the place behind its end, past
//! whatever else is added to the run.

use tamiz_core::scan::{Pack, Task};

use crate::fold::{Begins, Folded};
use crate::line::Line;
use crate::masks::{Masks, low};
use crate::notation::Glyphs;
use crate::tokens::Tokens;
use crate::words::Words;

/// A line to be read.
pub(crate) struct Walk<'w> {
    pub(crate) glyphs: Glyphs,
    pub(crate) source: &'w str,
    pub(crate) words: &'w mut Words,
    pub(crate) line: &'w mut Line,
    /// The fold of its first characters, so many.
    pub(crate) folded: &'w mut Folded,
    pub(crate) begins: &'w Begins,
    pub(crate) most: usize,
}

impl Task for Walk<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, pack: impl Pack) {
        let Walk { glyphs, source, words, line, folded, begins, most } = self;
        folded.start((line.end - line.start) as usize, most);
        line.first_token = words.tokens.len() as u32;
        let mut carry = Carry::default();
        let mut tokens = Tokens::new(glyphs, source, words);
        let mut numbers = Numbers::new(source.as_bytes());
        let (mut at, end) = (line.start as usize, line.end as usize);
        while at < end {
            let masks = Masks::read(pack, glyphs, source, at, end, folded.before);
            folded.add(pack, begins, &masks);
            let is_last = at + masks.size == end;
            // Behind the line's last byte, words and chunks end.
            let through = low(masks.size) << u32::from(is_last) | u64::from(is_last);
            carry.count(&masks, through, line);
            tokens.read(&masks, through, at);
            if masks.digit != 0 || numbers.open {
                numbers.read(&masks, through, at, line);
            }
            at += masks.size;
        }
        tokens.finish(line);
    }
}

/// What reaches from one stretch of a line into the next: the lowest bits.
#[derive(Default)]
struct Carry {
    /// Whether the last character was no blank, and whether a small letter.
    solid: u64,
    lower: u64,
    /// What the last chunk has had: small letters, capitals, none of those yet, more than one.
    with_lower: u64,
    with_upper: u64,
    before_upper: u64,
    with_more: u64,
    /// Whether a mark that ends sentences stands behind the last word.
    stopped: u64,
    /// Whether one, two or three characters behind a chunk's start are where the stretch ends.
    behind: [u64; 3],
}

impl Carry {
    /// Counts what stands in a stretch. Chunks are counted where they end, within `through`.
    #[inline(always)]
    fn count(&mut self, masks: &Masks, through: u64, line: &mut Line) {
        let size = masks.size;
        let all = low(size);
        let out = |bits: u64| bits >> size & 1;
        let count = |bits: u64| bits.count_ones();

        let solid = all & !masks.blank;
        let before = solid << 1 | self.solid;
        let (starts, ends) = (solid & !before, before & !solid & through);
        self.solid = out(solid << 1);

        let with_lower = solid + masks.lower + self.with_lower;
        let with_upper = solid + masks.upper + self.with_upper;
        let first_upper = starts + (solid & !masks.upper) + self.before_upper;
        let more = masks.upper & !first_upper;
        let with_more = solid + more + self.with_more;
        self.with_lower = out(with_lower);
        self.with_upper = out(with_upper);
        self.before_upper = out(first_upper);
        self.with_more = out(with_more);

        let within = all & !masks.first;
        let next = |bits: u64| ((bits & all) << 1).wrapping_add(within) & !within;
        let one = next(starts) | self.behind[0];
        let two = next(one) | self.behind[1];
        let three = next(two) | self.behind[2];
        self.behind = [out(one), out(two), out(three)];

        line.chars += count(masks.first);
        line.letters += count(masks.letter & masks.first);
        line.upper += count(masks.upper);
        line.digits += count(masks.digit);
        line.unspaced += count(masks.unspaced & masks.first);
        line.foreign += count(masks.foreign);
        line.commas += count(masks.comma);
        line.quotes += count(masks.quote);
        line.signs += count(masks.sign);
        line.pipe |= masks.pipe != 0;
        line.handle |= masks.handle != 0;
        line.glued += count(masks.upper & (masks.lower << 1 | self.lower));
        self.lower = out(masks.lower << 1);
        line.chunks += count(starts);
        line.capitalised += count(starts & masks.upper);
        line.shouted += count(ends & with_more & !with_lower);
        line.short_lower += count(ends & (one | two | three) & with_lower & !with_upper);
        line.stops += self.stops(masks, starts);
    }

    /// Ends of sentences within the line: chunks that begin with a letter or digit, with a mark between it and the last
    /// one before; and marks that need no blank.
    #[inline(always)]
    fn stops(&mut self, masks: &Masks, starts: u64) -> u32 {
        let all = low(masks.size);
        let solid = masks.letter | masks.digit;
        let mut terminal = masks.terminal;
        let mut left = masks.full_stop;
        while left != 0 {
            // Marks before it, behind the last word, count no more.
            let before = low(left.trailing_zeros() as usize);
            let word = low((u64::BITS - (solid & before).leading_zeros()) as usize);
            self.stopped &= word;
            terminal &= !(before & !word);
            left &= left - 1;
        }
        let stopped = (all & !solid) + terminal + self.stopped;
        self.stopped = stopped >> masks.size & 1;
        (stopped & solid & starts).count_ones() + masks.full_stop.count_ones()
    }
}

/// The runs of digits, and what stands between them: dates and times.
struct Numbers<'s> {
    source: &'s [u8],
    /// Whether the stretch before ended within a run, where that starts, and where the last one ended.
    open: bool,
    start: usize,
    last: std::ops::Range<usize>,
}

impl<'s> Numbers<'s> {
    #[inline(always)]
    fn new(source: &'s [u8]) -> Self {
        Self { source, open: false, start: 0, last: 0..0 }
    }

    #[inline(always)]
    fn read(&mut self, masks: &Masks, through: u64, at: usize, line: &mut Line) {
        let before = masks.digit << 1 | u64::from(self.open);
        let (mut starts, mut ends) = (masks.digit & !before, before & !masks.digit & through);
        while ends != 0 {
            if !self.open {
                self.start = at + starts.trailing_zeros() as usize;
                starts &= starts - 1;
            }
            self.open = false;
            self.take(self.start..at + ends.trailing_zeros() as usize, line);
            ends &= ends - 1;
        }
        if starts != 0 {
            self.start = at + starts.trailing_zeros() as usize;
            self.open = true;
        }
    }

    /// Takes a run of digits.
    #[inline(always)]
    fn take(&mut self, run: std::ops::Range<usize>, line: &mut Line) {
        let digits = run.len();
        if self.last.end + 1 == run.start && self.last.len() <= 2 && !self.last.is_empty() {
            let sign = self.source[self.last.end];
            line.date |= matches!(sign, b'/' | b'.' | b':' | b'-');
            line.time |= digits == 2 && matches!(sign, b'.' | b':');
        }
        line.date |=
            digits == 4 && matches!(self.source[run.start..run.end], [b'1', b'9', ..] | [b'2', b'0', ..]);
        self.last = run;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::{Buffers, Reader};
    use crate::notation::class;
    use crate::tables::CueTables;
    use tamiz_core::Span;

    /// Pieces of which lines are put together, in all alphabets and with every kind of sign.
    const PIECES: &[&str] = &[
        " ",
        " ",
        " ",
        "  ",
        ". ",
        ".",
        "! ",
        "…",
        ", ",
        "; ",
        "\u{a0}",
        "\u{3000}",
        "a",
        "De",
        "the",
        "EFE",
        "X",
        "OK",
        "ni",
        "YouTube",
        "Ayuntamiento",
        "extraordinariamente",
        "12",
        "3",
        "2024",
        "1999",
        "12:30",
        "1/5/",
        "a1b22",
        "é",
        "Ó",
        "ñandú",
        "Straße",
        "Łódź",
        "Мост",
        "ЁЖ",
        "ёлка",
        "Περί",
        "ΝΈΑ",
        "e\u{301}",
        "\u{301}",
        "\u{ad}",
        "\u{200b}",
        "東京",
        "。",
        "！",
        "かな",
        "가나다",
        "\"",
        "»",
        "“",
        "|",
        "@",
        "©",
        "#",
        "/",
        "->",
        "(",
        "）",
        "०१",
        "ไทย",
        "😀",
        "Ⱥ",
        "\t",
        "https://example.org/a-very-long",
    ];

    /// Lines that look random, with a length in pieces for each.
    fn lines() -> impl Iterator<Item = String> {
        let mut state = 5u32;
        let mut next = move |most: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % most
        };
        (0..4000).map(move |number| (0..number % 60).map(|_| PIECES[next(PIECES.len())]).collect::<String>())
    }

    fn read(source: &str, span: Span) -> (Line, Vec<u32>) {
        let (cues, mut words, mut line) = (CueTables::embedded(), Words::default(), Line::default());
        words.clear();
        let reader = Reader::new(cues.of(None));
        reader.read(source, span, &mut words, &mut Buffers::default(), &mut line);
        let hashes = words.tokens.iter().map(|at| words.entries[*at as usize].hash).collect();
        (line, hashes)
    }

    /// A chunk's counts, character by character: whether it begins with a capital, shouts, is a short one in small letters.
    fn chunk(glyphs: Glyphs, chunk: &[char]) -> [bool; 3] {
        let count = |bit| chunk.iter().filter(|c| glyphs.of(**c).class & bit != 0).count();
        let (upper, lower) = (count(class::UPPER), count(class::LOWER));
        let starts_upper = glyphs.of(chunk[0]).class & class::UPPER != 0;
        [starts_upper, upper > 1 && lower == 0, chunk.len() <= 3 && upper == 0 && lower > 0]
    }

    #[test]
    fn a_line_s_counts_are_those_of_its_characters() {
        let glyphs = Glyphs::new();
        for text in lines().map(|line| line.trim().to_owned()) {
            let is = |c: char, bits| glyphs.of(c).class & bits != 0;
            let chars: Vec<char> = text.chars().collect();
            let count = |bits| chars.iter().filter(|c| is(**c, bits)).count() as u32;
            let chunks: Vec<_> =
                chars.split(|c| is(*c, class::BLANK)).filter(|chunk| !chunk.is_empty()).collect();
            let kinds = chunks
                .iter()
                .map(|part| chunk(glyphs, part))
                .fold([0; 3], |sums: [u32; 3], kinds| std::array::from_fn(|i| sums[i] + u32::from(kinds[i])));
            let glued = chars
                .windows(2)
                .filter(|pair| is(pair[0], class::LOWER) && is(pair[1], class::UPPER))
                .count();
            let (mut stops, mut stopped, mut blank) = (0, false, true);
            for c in &chars {
                if is(*c, class::LETTER | class::DIGIT) {
                    stops += u32::from(stopped && blank);
                    stopped = false;
                } else if is(*c, class::TERMINAL) {
                    stopped = !"。！？".contains(*c);
                    stops += u32::from(!stopped);
                }
                blank = is(*c, class::BLANK);
            }
            let source = format!("é {text} ü");
            let (line, _) = read(&source, Span::new(3, 3 + text.len()));
            let found = [line.chars, line.letters, line.upper, line.digits, line.unspaced];
            let sums = [
                chars.len() as u32,
                count(class::LETTER),
                count(class::UPPER),
                count(class::DIGIT),
                count(class::UNSPACED),
            ];
            assert_eq!(found, sums, "{text:?}");
            assert_eq!([line.capitalised, line.shouted, line.short_lower], kinds, "{text:?}");
            assert_eq!(
                [line.chunks, line.glued, line.stops],
                [chunks.len() as u32, glued as u32, stops],
                "{text:?}"
            );
            assert_eq!(
                line.foreign as usize,
                chars.iter().filter(|c| **c as u32 > 0x24f).count(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn tokens_are_the_same_wherever_in_a_line_they_stand() {
        for text in lines() {
            // What a character of a script without blanks is about depends on the one before it.
            let text: String = text.trim().chars().filter(|c| !crate::notation::is_unspaced(*c)).collect();
            let (_, together) = read(&text, Span::new(0, text.len()));
            let alone = text.split_whitespace().flat_map(|chunk| read(chunk, Span::new(0, chunk.len())).1);
            assert_eq!(together, alone.collect::<Vec<_>>(), "{text:?}");
        }
    }
}
