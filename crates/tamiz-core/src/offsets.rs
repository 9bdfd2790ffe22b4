//! From byte offsets to code points.

/// Converts byte offsets of one text to counts of Unicode code points, as Python strings count them.
///
/// Offsets must not go down from call to call: the text is walked once.
pub(crate) struct CodePoints<'t> {
    text: &'t str,
    byte: usize,
    count: usize,
    ascii: bool,
}

impl<'t> CodePoints<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, byte: 0, count: 0, ascii: text.is_ascii() }
    }

    /// The number of code points before `byte`.
    pub(crate) fn at(&mut self, byte: usize) -> usize {
        if self.ascii {
            return byte;
        }
        debug_assert!(byte >= self.byte, "offsets are asked for in order");
        self.count += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.count
    }
}
