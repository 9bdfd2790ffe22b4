//! Half-open byte ranges of a document's source.

use std::fmt;
use std::ops::Range;

/// A half-open range of bytes of the source text, `start <= end`, both on character boundaries.
///
/// Offsets are 32 bits wide, so that marks stay small; readers refuse records of 4 GiB or more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span `start..end`, in bytes.
    ///
    /// # Panics
    /// If `end` lies before `start`, or beyond 4 GiB: both are faults of the calling stage.
    #[must_use]
    #[inline]
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span cannot end before it starts: {start}..{end}");
        // With that, the start is small enough, too.
        let end = u32::try_from(end).expect("documents are smaller than 4 GiB");
        Self { start: start as u32, end }
    }

    /// The first byte.
    #[must_use]
    #[inline]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    #[must_use]
    #[inline]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// The length in bytes.
    #[must_use]
    #[inline]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a range, to index text with.
    #[must_use]
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The text that the span covers.
    #[must_use]
    #[inline]
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// Whether the two spans share a byte.
    #[must_use]
    #[inline]
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The span without the blank characters (Unicode `White_Space`) at its ends; empty if all is blank.
    #[must_use]
    #[inline]
    pub fn trimmed(self, text: &str) -> Span {
        // Few lines have blanks at their ends, and two bytes tell that of most.
        let bytes = &text.as_bytes()[self.range()];
        if starts_solid(bytes) && ends_solid(bytes) { self } else { self.without_blanks(text) }
    }

    fn without_blanks(self, text: &str) -> Span {
        let inner = self.of(text);
        let start = self.start() + (inner.len() - inner.trim_start().len());
        Span::new(start, start + inner.trim().len())
    }
}

/// Whether no blank starts the text; may say no where none does.
#[inline]
fn starts_solid(text: &[u8]) -> bool {
    // Blanks beyond ASCII start with C2, E1, E2 or E3.
    text.first().is_some_and(|&byte| matches!(byte, b'!'..=b'~' | 0xC3..=0xE0 | 0xE4..))
}

/// Whether no blank ends the text; may say no where none does.
#[inline]
fn ends_solid(text: &[u8]) -> bool {
    match *text {
        [.., b'!'..=b'~'] => true,
        // The last byte but one of the blanks beyond ASCII: U+0085, U+00A0, U+1680, U+2000 to U+205F, U+3000.
        [.., before, 0x80..=0xFF] => !matches!(before, 0xC2 | 0x80 | 0x81 | 0x9A),
        _ => false,
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
