//! The lines of a page's text as they are written, each with what its hint needs.

use tamiz_core::{ClassWords, Element, Hint, Landmarks};

/// The cells of a row are joined to one line as long as it has fewer bytes than this.
const LONGEST_ROW: usize = 300;

/// Where a piece of text stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stand {
    pub(super) element: Element,
    pub(super) landmarks: Landmarks,
    pub(super) depth: u16,
    pub(super) container: u32,
    pub(super) path: u32,
    pub(super) words: ClassWords,
    pub(super) all_words: ClassWords,
    /// The number of the link that it is part of; 0 for none.
    pub(super) link: u32,
    pub(super) bold: bool,
    pub(super) italic: bool,
    /// Whether an element around it is not shown.
    pub(super) hidden: bool,
    /// The cell around it and the row around that, by the numbers of their start tags; 0 for none.
    pub(super) cell: (u32, u32),
    /// The container that holds the row.
    pub(super) row_container: u32,
}

/// A line that is written.
struct Written {
    start: usize,
    hint: Hint,
    size: Size,
    hidden: bool,
    cell: (u32, u32),
}

/// How much of a line stands in links and so on, in bytes that are not blank.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    all: usize,
    linked: usize,
    bold: usize,
    italic: usize,
    links: usize,
}

/// Lines, one behind the other.
#[derive(Default)]
pub(super) struct Lines {
    out: String,
    written: Vec<Written>,
    /// Where the line that is being written starts.
    start: usize,
    /// Whether a blank stands between what is written and what comes.
    blank: bool,
    size: Size,
    last_link: u32,
    /// The place of the longest piece of the line so far, and its length.
    stand: Stand,
    longest: usize,
    hidden_bytes: usize,
}

impl Lines {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), ..Self::default() }
    }

    /// Whether the line that is being written has no text yet.
    pub(super) fn at_start(&self) -> bool {
        self.out.len() == self.start
    }

    /// The length of what is written, in bytes.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// A blank comes before the next text.
    pub(super) fn blank(&mut self) {
        self.blank = true;
    }

    /// Appends text, each run of HTML's white space as one space, none at the line's start.
    pub(super) fn text(&mut self, text: &str, stand: &Stand) {
        let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        let mut rest = text;
        let mut size = 0;
        while !rest.is_empty() {
            let bytes = rest.as_bytes();
            let word = bytes.iter().position(is_space).unwrap_or(bytes.len());
            let next =
                bytes[word..].iter().position(|b| !is_space(b)).map_or(bytes.len(), |blanks| word + blanks);
            if word > 0 {
                if self.blank && self.out.len() > self.start {
                    self.out.push(' ');
                }
                self.blank = false;
                self.out.push_str(&rest[..word]);
                size += word;
            }
            if word < rest.len() {
                self.blank = true;
            }
            rest = &rest[next..];
        }
        if size > 0 {
            self.count(size, stand);
        }
    }

    fn count(&mut self, size: usize, stand: &Stand) {
        self.size.all += size;
        if stand.link != 0 {
            self.size.linked += size;
            if stand.link != self.last_link {
                self.size.links += 1;
                self.last_link = stand.link;
            }
        }
        self.size.bold += if stand.bold { size } else { 0 };
        self.size.italic += if stand.italic { size } else { 0 };
        if size > self.longest {
            self.longest = size;
            self.stand = *stand;
        }
    }

    /// Appends a mark of the writer's own, such as that of a list.
    pub(super) fn mark(&mut self, mark: &str) {
        if self.blank && !self.at_start() && !mark.starts_with('\t') {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push_str(mark);
    }

    /// Encloses what was written from that place on, if it lies in the line and says anything.
    pub(super) fn enclose(&mut self, from: usize, before: &str, after: &str) {
        if from >= self.start && self.out.get(from..).is_some_and(|text| !text.trim().is_empty()) {
            let blanks = self.out[from..].len() - self.out[from..].trim_start().len();
            self.out.insert_str(from + blanks, before);
            self.out.push_str(after);
        }
    }

    /// Ends the line, if there is one.
    pub(super) fn end(&mut self) {
        self.blank = false;
        let size = std::mem::take(&mut self.size);
        let longest = std::mem::take(&mut self.longest);
        self.last_link = 0;
        let line = &self.out[self.start..];
        if longest == 0 || line.chars().all(char::is_whitespace) {
            self.out.truncate(self.start);
            return;
        }
        let stand = self.stand;
        let bytes = line.len() + 1;
        let written = Written {
            start: self.start,
            hint: size.hint(&stand),
            size,
            hidden: stand.hidden,
            cell: stand.cell,
        };
        self.out.push('\n');
        self.hidden_bytes += if stand.hidden { bytes } else { 0 };
        match self.written.last_mut() {
            Some(before)
                if stand.cell.0 != 0
                    && before.cell.1 == stand.cell.1
                    && before.cell.0 != stand.cell.0
                    && before.hidden == stand.hidden
                    && self.out.len() - before.start < LONGEST_ROW =>
            {
                self.out.replace_range(written.start - 1..written.start, " ");
                let size = before.size.and(size);
                let hint = if before.size.all > written.size.all { before.hint } else { written.hint };
                let joined = Stand { container: stand.row_container, ..stand };
                before.hint = Hint {
                    element: before.hint.element,
                    landmarks: before.hint.landmarks,
                    container: joined.container,
                    path: before.hint.path,
                    depth: hint.depth,
                    words: before.hint.words | written.hint.words,
                    all_words: before.hint.all_words | written.hint.all_words,
                    ..size.hint(&joined)
                };
                before.size = size;
                before.cell = stand.cell;
            }
            _ => self.written.push(written),
        }
        self.start = self.out.len();
    }

    /// A mark of how far the text is written; there is no open line.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.out.len(), self.written.len())
    }

    /// Takes back what was written since that place.
    pub(super) fn take_back(&mut self, (bytes, lines): (usize, usize)) {
        if self.written.len() < lines || self.out.len() < bytes {
            return;
        }
        self.out.truncate(bytes);
        self.written.truncate(lines);
        self.start = bytes;
        self.size = Size::default();
        self.longest = 0;
        self.blank = false;
    }

    /// The text and the hints of its lines. Hidden lines go, unless that were half of the page or more: then the
    /// page is one that a script shows.
    pub(super) fn finish(mut self) -> (String, Vec<Hint>) {
        self.end();
        if self.hidden_bytes == 0 || self.hidden_bytes * 2 >= self.out.len() {
            let hint = |line: &Written| {
                let hidden = if line.hidden { Landmarks::HIDDEN } else { Landmarks::NONE };
                Hint { landmarks: line.hint.landmarks | hidden, ..line.hint }
            };
            let hints = self.written.iter().map(hint).collect();
            return (self.out, hints);
        }
        let mut text = String::with_capacity(self.out.len() - self.hidden_bytes);
        let mut hints = Vec::with_capacity(self.written.len());
        let ends = self.written.iter().skip(1).map(|next| next.start).chain([self.out.len()]);
        for (line, end) in self.written.iter().zip(ends) {
            if !line.hidden {
                text.push_str(&self.out[line.start..end]);
                hints.push(line.hint);
            }
        }
        (text, hints)
    }
}

impl Size {
    fn and(self, other: Size) -> Size {
        Size {
            all: self.all + other.all,
            linked: self.linked + other.linked,
            bold: self.bold + other.bold,
            italic: self.italic + other.italic,
            links: self.links + other.links,
        }
    }

    fn hint(self, stand: &Stand) -> Hint {
        let share = |part: usize| (part * 255 / self.all.max(1)) as u8;
        Hint {
            element: stand.element,
            landmarks: stand.landmarks,
            link_share: share(self.linked),
            bold_share: share(self.bold),
            italic_share: share(self.italic),
            links: u16::try_from(self.links).unwrap_or(u16::MAX),
            depth: stand.depth,
            container: stand.container,
            path: stand.path,
            words: stand.words,
            all_words: stand.all_words,
        }
    }
}
