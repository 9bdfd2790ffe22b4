//! The text of an HTML page: its blocks, one a line, and what their markup says of each.
//!
//! The page's tokens are walked once, with a stack of the elements that are open; no tree is built, and the stack is no
//! deeper than some hundred elements, so that time is linear in the page's length whatever it holds. End tags that HTML
//! leaves out are supplied where lines depend on them; the end tag of an inline element never closes a block.

mod attributes;
mod element;
mod facts;
mod lines;
mod tokens;
mod walk;

use std::borrow::Cow;

use html5gum::Tokenizer;
use tamiz_core::Hints;
use tokens::Tokens;
use walk::Walk;

/// How a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether what a class or id calls comments is read. Default: yes; the stage `boilerplate` removes most of it.
    pub comments: bool,
    /// Whether each row of a table is a line, its cells apart by tabs, however long. Default: no; short rows are lines
    /// with blanks between the cells, and others a line a cell.
    pub rows: bool,
    /// Whether items of lists begin with `-` or their number. Default: no.
    pub list_marks: bool,
    /// What becomes of links.
    pub links: Links,
}

/// What becomes of links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Their text stays, their address goes.
    #[default]
    Text,
    /// `[text](address)`
    Markdown,
}

impl Default for Options {
    fn default() -> Self {
        Self { comments: true, rows: false, list_marks: false, links: Links::Text }
    }
}

/// What a page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The text of its blocks, each ended by a line feed; blanks are collapsed, entities decoded.
    pub text: String,
    /// What the markup says of each line.
    pub hints: Hints,
    /// What the page says about itself, where it does: `url` (its canonical address), `title`, `author`, `date` (as
    /// the page writes it), `language` (the attribute of its root), in this order.
    pub facts: Vec<(&'static str, String)>,
}

/// Reads a page.
///
/// What a browser does not show is left out: scripts, styles, templates, `noscript`, drop-down lists, form fields,
/// pictures, and elements that are `hidden` or not displayed, unless they are half of the page or more, as on pages
/// that a script is to show.
#[must_use]
pub fn read(page: &str, options: Options) -> Page {
    let page = &*short_chains(page);
    let mut walked = walk(page, options, true);
    if walked.is_cut_off() {
        // An element that is never closed would take the whole rest of the page with it: rather show it.
        walked = walk(page, options, false);
    }
    let (text, lines, containers, facts) = walked.finish();
    Page { text, hints: Hints { lines, containers }, facts: facts.finish() }
}

/// The text of a page, read as [`Options`] are by default.
#[must_use]
pub fn text(page: &str) -> String {
    read(page, Options::default()).text
}

/// How many attributes in double quotes may follow each other in one tag.
const CHAIN: usize = 200;

/// The same page with a blank before the equals sign of every so manieth quoted attribute of a tag.
///
/// html5gum goes from one such attribute to the next by a call that only returns at the tag's end, so that a tag with
/// tens of thousands of them would overflow the stack. A blank before the sign means nothing and lets it return.
fn short_chains(page: &str) -> Cow<'_, str> {
    let bytes = page.as_bytes();
    let (mut out, mut from, mut at) = (String::new(), 0, 0);
    'tags: while let Some(open) = memchr::memchr(b'<', &bytes[at..]) {
        at += open + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut quoted = 0;
        loop {
            // Without such a sign no tag ends any more: nothing is left to be done, and looking for it from every other
            // tag on would take a time that grows with the square of the page.
            let Some(mark) = memchr::memchr3(b'>', b'"', b'\'', &bytes[at..]) else { break 'tags };
            let here = at + mark;
            at = here + 1;
            if bytes[here] == b'>' {
                break;
            }
            // A quotation mark only opens a value right behind the sign.
            let before = bytes[..here].trim_ascii_end();
            if before.last() != Some(&b'=') {
                continue;
            }
            quoted += 1;
            if quoted % CHAIN == 0 {
                let sign = before.len() - 1;
                out.push_str(&page[from..sign]);
                out.push(' ');
                from = sign;
            }
            match memchr::memchr(bytes[here], &bytes[at..]) {
                Some(close) => at += close + 1,
                None => at = bytes.len(),
            }
        }
    }
    if from == 0 {
        return Cow::Borrowed(page);
    }
    out.push_str(&page[from..]);
    Cow::Owned(out)
}

fn walk(page: &str, options: Options, drops: bool) -> Walk<'_> {
    let mut walk = Walk::new(page, options, drops);
    let Ok(()) = Tokenizer::new_with_emitter(page, Tokens::new(&mut walk)).finish();
    walk
}

#[cfg(test)]
mod tests;
