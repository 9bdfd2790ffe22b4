//! One walk over a page's tokens with a stack of the elements that are open. There is no tree.

use memchr::memmem;
use tamiz_core::{ClassWords, Container, Element, Hint, Landmarks};

use super::attributes::Attributes;
use super::element::{BLOCK, CLOSES_PARAGRAPH, CONTAINER, DROPPED, FALLBACK, FORMAT, Tag, VOID};
use super::facts::Facts;
use super::lines::{Lines, Stand};
use super::{Links, Options};

/// Elements within more others than this are read as if they were not there; their text is.
const DEEPEST: usize = 250;

/// What stands for something that cannot be shown goes if it is no longer than this, in bytes: a browser would not
/// show it either. What is longer was rather left open by mistake.
const LONGEST_FALLBACK: usize = 600;

/// An open element.
#[derive(Clone, Copy, Default)]
struct Open {
    tag: Option<Tag>,
    /// A hash of its name: unknown ones have end tags, too.
    name: u32,
    /// A hash of its name and its classes.
    signature: u32,
    /// What its own class and id say.
    words: ClassWords,
    /// The place on the stack of the innermost block, this one or around it.
    block: u32,
    stand: Stand,
    /// Where its text begins: for links that are written out and for what may be taken back.
    written: (usize, usize),
    /// How many items the list has so far, or what number it starts before; `None` for lists without numbers.
    items: Option<u64>,
}

impl Open {
    fn is(&self, tag: Tag) -> bool {
        self.tag == Some(tag)
    }

    fn has(&self, flags: u8) -> bool {
        self.tag.is_some_and(|tag| tag.has(flags))
    }
}

/// What is gathered on the way.
pub(super) struct Walk<'p> {
    page: &'p str,
    options: Options,
    lines: Lines,
    containers: Vec<Container>,
    stack: Vec<Open>,
    /// Elements so far, to tell links, cells and rows apart.
    elements: u32,
    /// The dropped element that is being passed over, and how many of that name are open in it.
    dropped: Option<(Tag, usize)>,
    /// End tags of dropped elements that are still to come, by name; `None` until they are counted.
    ends: [Option<usize>; DROPPABLE.len()],
    /// Whether elements are dropped.
    drops: bool,
    /// The start tag whose attributes are being read.
    tag: Tag,
    name: u32,
    attributes: Attributes,
    /// What the list's item is to begin with.
    item: String,
    /// Addresses of the links that are open, with the places on the stack, where links are written out.
    links: Vec<(usize, String)>,
    pub(super) facts: Facts,
}

/// Elements that the tokenizer reads like any other, so that their ends have to be looked for.
const DROPPABLE: [(Tag, &str); 5] = [
    (Tag::Svg, "</svg"),
    (Tag::Template, "</template"),
    (Tag::Select, "</select"),
    (Tag::Noframes, "</noframes"),
    (Tag::Noembed, "</noembed"),
];

impl<'p> Walk<'p> {
    pub(super) fn new(page: &'p str, options: Options, drops: bool) -> Self {
        let stand = Stand::default();
        Self {
            page,
            options,
            lines: Lines::with_capacity(page.len() / 6),
            containers: vec![Container::default()],
            stack: vec![Open { stand, ..Open::default() }],
            elements: 0,
            dropped: None,
            ends: [None; DROPPABLE.len()],
            drops,
            tag: Tag::Unknown,
            name: 0,
            attributes: Attributes::default(),
            item: String::new(),
            links: Vec::new(),
            facts: Facts::default(),
        }
    }

    /// Whether an element that is never closed is being passed over: the rest of the page is missing.
    pub(super) fn is_cut_off(&self) -> bool {
        self.dropped.is_some_and(|(dropped, _)| DROPPABLE.iter().any(|(tag, _)| *tag == dropped))
    }

    pub(super) fn finish(mut self) -> (String, Vec<Hint>, Vec<Container>, Facts) {
        self.close_to(1);
        let (text, hints) = self.lines.finish();
        (text, hints, self.containers, self.facts)
    }

    fn top(&self) -> &Open {
        // The stack never loses its root.
        &self.stack[self.stack.len() - 1]
    }

    fn text(&mut self, text: &str) {
        if let Some((tag, _)) = self.dropped {
            self.facts.dropped_text(tag, text);
            return;
        }
        let top = self.stack[self.stack.len() - 1];
        if top.stand.hidden && !self.stack[top.block as usize].stand.hidden {
            // A hidden piece of a line that is shown.
            self.lines.blank();
            return;
        }
        if !text.trim().is_empty() {
            self.mark_item();
        }
        let block = &self.stack[top.block as usize];
        if block.is(Tag::Pre) || top.stand.element == Element::Preformatted {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.end_line();
                }
                self.lines.text(line, &top.stand);
            }
        } else {
            self.lines.text(text, &top.stand);
        }
        self.facts.text(text);
    }

    /// Writes what the item is to begin with, if that is still to be done.
    fn mark_item(&mut self) {
        if !self.item.is_empty() {
            if self.lines.at_start() {
                self.lines.mark(&self.item);
                self.lines.blank();
            }
            self.item.clear();
        }
    }

    /// Ends the line; within the row of a table whose rows are lines, the text goes on behind a blank.
    fn end_line(&mut self) {
        if self.options.rows && self.top().stand.cell.1 != 0 {
            self.lines.blank();
        } else {
            self.lines.end();
        }
    }

    /// Closes all elements from that place on.
    fn close_to(&mut self, place: usize) {
        while self.stack.len() > place.max(1) {
            let Some(open) = self.stack.pop() else { return };
            if let Some((at, _)) = self.links.last()
                && *at == self.stack.len()
                && let Some((_, address)) = self.links.pop()
            {
                self.lines.enclose(open.written.0, "[", &format!("]({address})"));
            }
            if open.is(Tag::Tr) && self.options.rows {
                self.lines.end();
            }
        }
    }

    fn start_tag(&mut self, self_closing: bool) {
        let tag = self.tag;
        self.facts.start_tag(tag, &self.attributes);
        if let Some((dropped, depth)) = &mut self.dropped {
            *depth += usize::from(*dropped == tag && !self_closing);
            return;
        }
        if tag.has(DROPPED) {
            self.drop(tag, self_closing);
            return;
        }
        let is_block = tag.has(BLOCK);
        if is_block || tag == Tag::Br {
            self.end_line();
        }
        if tag.has(VOID) || (self_closing && tag == Tag::Unknown) {
            return;
        }
        if !self.imply_ends(tag) || self.stack.len() > DEEPEST {
            return;
        }
        if tag.has(FALLBACK) {
            self.lines.end();
        }
        self.open(tag);
    }

    /// Passes over an element, if its end is to come.
    fn drop(&mut self, tag: Tag, self_closing: bool) {
        // A page may close `<svg/>` at once; HTML's own elements cannot be.
        if self_closing && tag == Tag::Svg {
            return;
        }
        if let Some(at) = DROPPABLE.iter().position(|(droppable, _)| *droppable == tag) {
            let end = DROPPABLE[at].1;
            let page = self.page;
            let left = self.ends[at].get_or_insert_with(|| {
                let lower = memmem::find_iter(page.as_bytes(), end).count();
                lower + memmem::find_iter(page.as_bytes(), &end.to_uppercase()).count()
            });
            if *left == 0 || !self.drops {
                return;
            }
        }
        self.lines.blank();
        self.dropped = Some((tag, 1));
    }

    /// Closes what the start tag closes without saying so; false if it opens nothing.
    fn imply_ends(&mut self, tag: Tag) -> bool {
        if tag.has(CLOSES_PARAGRAPH) {
            let open = self.stack.iter().rposition(|open| !open.has(FORMAT)).unwrap_or(0);
            if self.stack[open].is(Tag::P) {
                self.close_to(open);
            }
        }
        if let Some((closed, ends)) = tag.closes() {
            let is = |open: &Open, tags: &[Tag]| open.tag.is_some_and(|tag| tags.contains(&tag));
            let mut first = None;
            for place in (1..self.stack.len()).rev() {
                let open = &self.stack[place];
                if is(open, closed) {
                    first = Some(place);
                }
                if is(open, ends) {
                    break;
                }
            }
            if let Some(place) = first {
                self.close_to(place);
            }
        }
        if matches!(tag, Tag::Body | Tag::Html) {
            return !self.stack.iter().any(|open| open.is(tag));
        }
        if tag == Tag::A && self.top().stand.link != 0 {
            let place = self.stack.iter().rposition(|open| open.is(Tag::A) || open.has(BLOCK)).unwrap_or(0);
            if self.stack[place].is(Tag::A) {
                self.close_to(place);
            }
        }
        true
    }

    fn open(&mut self, tag: Tag) {
        self.elements += 1;
        let number = self.elements;
        let parent = *self.top();
        let attributes = &self.attributes;
        let place = self.stack.len();
        let is_block = tag.has(BLOCK);
        let is_page = matches!(tag, Tag::Body | Tag::Html);
        let words = if is_page { ClassWords::NONE } else { attributes.words() };
        let signature = (self.name ^ attributes.classes).wrapping_mul(0x9e37_79b1);
        let mut stand = parent.stand;
        stand.depth += 1;
        stand.landmarks |= tag.landmark() | attributes.landmarks;
        if attributes.is_marked_hidden && !is_page {
            stand.landmarks |= Landmarks::HIDDEN;
        }
        let is_cut = !self.options.comments
            && words.has(ClassWords::COMMENTS)
            && tag.has(CONTAINER)
            && !matches!(tag, Tag::Article | Tag::Main);
        stand.hidden |= (attributes.is_hidden && !is_page) || is_cut;
        let (bold, italic) = tag.type_face();
        stand.bold |= bold;
        stand.italic |= italic;
        if tag == Tag::A && attributes.has_address {
            stand.link = number;
        }
        if tag.has(CONTAINER) {
            stand.container = self.containers.len() as u32;
            self.containers.push(Container { parent: parent.stand.container, element: tag.element() });
        }
        if tag == Tag::Tr {
            stand.cell = (0, number);
            stand.row_container = stand.container;
        } else if tag == Tag::Table {
            stand.cell = (0, 0);
        } else if tag.is_cell() && stand.cell.1 != 0 {
            if self.options.rows && !self.lines.at_start() {
                self.lines.mark("\t");
            }
            stand.cell.0 = number;
        }
        let block = if is_block { place as u32 } else { parent.block };
        // What the element itself, the block that it is part of, and the two around that say.
        let near = (block as usize).saturating_sub(2).min(place);
        stand.words = self.stack[near..].iter().fold(words, |all, open| all | open.words);
        stand.all_words |= words;
        let own_block = if is_block { tag } else { self.stack[block as usize].tag.unwrap_or(Tag::Unknown) };
        stand.element = own_block.element();
        let block_signature = if is_block { signature } else { self.stack[block as usize].signature };
        let outer = (block as usize).checked_sub(1).map_or(0, |outer| self.stack[outer].signature);
        stand.path = [own_block as u32, self.name, block_signature, outer]
            .iter()
            .fold(0u32, |hash, part| (hash.rotate_left(7) ^ part).wrapping_mul(0x9e37_79b1));
        if stand.hidden && !parent.stand.hidden {
            self.lines.blank();
        }
        let mut items = None;
        match tag {
            Tag::Ol => items = Some(attributes.number.saturating_sub(1)),
            Tag::Li if self.options.list_marks => self.begin_item(),
            _ => {}
        }
        if self.options.links == Links::Markdown
            && tag == Tag::A
            && let Some(address) = self.attributes.address()
        {
            self.links.push((place, address));
            self.mark_item();
        }
        let written = if tag.has(FALLBACK) { self.lines.place() } else { (self.lines.len(), 0) };
        let name = self.name;
        self.stack.push(Open { tag: Some(tag), name, signature, words, block, stand, written, items });
    }

    /// Notes what the item of a list is to begin with.
    fn begin_item(&mut self) {
        use std::fmt::Write;
        self.item.clear();
        let list =
            self.stack.iter_mut().rev().find(|open| {
                open.tag.is_some_and(|tag| matches!(tag, Tag::Ol | Tag::Ul | Tag::Menu | Tag::Dir))
            });
        match list.and_then(|list| list.items.as_mut()) {
            Some(number) => {
                *number = number.saturating_add(1);
                // Writing to a string cannot fail.
                let _ = write!(self.item, "{number}.");
            }
            None => self.item.push('-'),
        }
    }

    pub(super) fn end_tag(&mut self, name: &[u8]) {
        let tag = Tag::of(name);
        if let Some(at) = DROPPABLE.iter().position(|(droppable, _)| *droppable == tag)
            && let Some(left) = &mut self.ends[at]
        {
            *left = left.saturating_sub(1);
        }
        if let Some((dropped, depth)) = &mut self.dropped {
            if *dropped == tag {
                *depth -= 1;
                if *depth == 0 {
                    self.dropped = None;
                    self.facts.end_dropped(tag);
                }
            }
            return;
        }
        if tag.has(BLOCK) || tag == Tag::Br {
            self.end_line();
            if tag == Tag::Br {
                return;
            }
        }
        if tag == Tag::Li {
            self.item.clear();
        }
        let name = hash(name);
        let is_format = tag.has(FORMAT) || tag == Tag::A;
        for place in (1..self.stack.len()).rev() {
            let open = &self.stack[place];
            if open.name == name {
                self.close(tag, place);
                return;
            }
            // The end tag of what formats text closes no block, none but a table's closes its cells, and that of a
            // paragraph or an item means nothing around the table.
            let is_cell = open.tag.is_some_and(Tag::is_cell);
            let ends_cells = matches!(
                tag,
                Tag::Tr | Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Body | Tag::Html
            );
            if (is_format && tag.has(FORMAT) && open.has(BLOCK))
                || (is_cell && !ends_cells)
                || (open.is(Tag::Table) && matches!(tag, Tag::P | Tag::Li))
            {
                return;
            }
        }
    }

    fn close(&mut self, tag: Tag, place: usize) {
        if tag.has(FALLBACK) {
            self.lines.end();
            let (bytes, lines) = self.stack[place].written;
            if self.lines.len().saturating_sub(bytes) <= LONGEST_FALLBACK {
                self.lines.take_back((bytes, lines));
            }
        }
        self.close_to(place);
    }
}

/// A hash of a name.
pub(super) fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The tokens of the page, one by one.
impl Walk<'_> {
    pub(super) fn open_start_tag(&mut self, name: &[u8]) {
        self.tag = Tag::of(name);
        self.name = hash(name);
        self.attributes.clear();
    }

    /// Whether the attribute's value matters.
    pub(super) fn attribute_name(&mut self, name: &[u8]) -> bool {
        self.attributes.name(name)
    }

    pub(super) fn attribute_value(&mut self, value: &[u8]) {
        self.attributes.value(value);
    }

    pub(super) fn close_start_tag(&mut self, self_closing: bool) {
        self.attributes.end();
        self.start_tag(self_closing);
    }

    pub(super) fn bytes(&mut self, text: &[u8]) {
        // The page is UTF-8, and so is every token of it; where it is not, a sign says so.
        match std::str::from_utf8(text) {
            Ok(text) => self.text(text),
            Err(_) => self.text(&String::from_utf8_lossy(text)),
        }
    }

    /// Whether anything comes of text that stands here.
    pub(super) fn wants_text(&self) -> bool {
        self.dropped.is_none_or(|(tag, _)| self.facts.wants(tag))
    }
}
