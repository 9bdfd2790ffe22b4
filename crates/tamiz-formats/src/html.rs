//! The text of an HTML page: its blocks, one a line.
//!
//! A first, simple extractor. It walks the tokens once, builds no tree and keeps no stack, so that time is linear
//! and depth costs nothing.

use std::convert::Infallible;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// The text of the page's blocks, one a line, blanks collapsed, entities decoded.
///
/// What a browser does not show is left out: scripts, styles, templates, `noscript`, drop-down lists, form fields,
/// pictures, and elements that are `hidden`.
#[must_use]
pub fn text(page: &str) -> String {
    let mut blocks = Blocks::new(page.len(), true);
    walk(page, &mut blocks);
    if blocks.hidden.is_some() {
        // A hidden element that is never closed would take the whole rest of the page with it: rather show it.
        blocks = Blocks::new(page.len(), false);
        walk(page, &mut blocks);
    }
    blocks.finish()
}

fn walk(page: &str, blocks: &mut Blocks) {
    let mut emitter = CallbackEmitter::<_, Infallible>::new(blocks);
    // The tokenizer then knows by itself that a script holds no tags.
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(page, emitter).finish();
}

/// What is gathered on the way.
struct Blocks {
    out: String,
    /// Where the line that is being written starts in `out`.
    line: usize,
    /// Whether a blank stands between what is written and what comes.
    blank: bool,
    /// Levels of `pre` that are open: line feeds count there.
    preformatted: usize,
    /// The hidden element that is being passed over, and how many of that name are open in it.
    hidden: Option<(Vec<u8>, usize)>,
    /// Whether elements may be hidden.
    hides: bool,
    /// The start tag whose attributes are being read.
    tag: Vec<u8>,
    tag_hides: bool,
    attribute: Vec<u8>,
}

impl Blocks {
    fn new(length: usize, hides: bool) -> Self {
        Self {
            out: String::with_capacity(length / 4),
            line: 0,
            blank: false,
            preformatted: 0,
            hidden: None,
            hides,
            tag: Vec::new(),
            tag_hides: false,
            attribute: Vec::new(),
        }
    }

    fn text(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                if self.preformatted > 0 {
                    self.end_line();
                } else {
                    self.blank = true;
                }
            }
            self.run(line);
        }
    }

    /// Appends text, each run of HTML's white space as one space, none at the line's start.
    fn run(&mut self, text: &str) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(is_space).unwrap_or(rest.len());
            if word > 0 {
                if self.blank && self.out.len() > self.line {
                    self.out.push(' ');
                }
                self.blank = false;
                self.out.push_str(&rest[..word]);
            }
            if word < rest.len() {
                self.blank = true;
            }
            rest = rest[word..].trim_start_matches(is_space);
        }
    }

    fn end_line(&mut self) {
        self.blank = false;
        if self.out[self.line..].chars().all(char::is_whitespace) {
            self.out.truncate(self.line);
        } else {
            self.out.push('\n');
        }
        self.line = self.out.len();
    }

    fn start_tag(&mut self, self_closing: bool) {
        if let Some((name, depth)) = &mut self.hidden {
            if *name == self.tag && !self_closing {
                *depth += 1;
            }
            return;
        }
        // A page may close `<svg/>` at once; HTML's own elements cannot be.
        let drops = is_dropped(&self.tag) && !(self_closing && self.tag == b"svg");
        if drops || (self.tag_hides && self.hides && can_hide(&self.tag)) {
            if is_block(&self.tag) {
                self.end_line();
            }
            self.hidden = Some((self.tag.clone(), 1));
            return;
        }
        if self.tag == b"pre" {
            self.preformatted += 1;
        }
        if is_block(&self.tag) {
            self.end_line();
        }
    }

    fn end_tag(&mut self, name: &[u8]) {
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        if name == b"pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        if is_block(name) {
            self.end_line();
        }
    }

    fn attribute(&mut self, value: &[u8]) {
        self.tag_hides |= match &*self.attribute {
            b"hidden" => !value.eq_ignore_ascii_case(b"until-found"),
            b"style" => {
                let style: Vec<u8> = value.iter().filter(|b| !b.is_ascii_whitespace()).copied().collect();
                style.to_ascii_lowercase().windows(12).any(|part| part == b"display:none")
            }
            _ => false,
        };
        self.attribute.clear();
    }

    fn finish(mut self) -> String {
        self.end_line();
        self.out
    }
}

impl Callback<Infallible, ()> for &mut Blocks {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag.clear();
                self.tag.extend_from_slice(name);
                self.tag_hides = false;
                self.attribute.clear();
            }
            CallbackEvent::AttributeName { name } => {
                if self.attribute == b"hidden" {
                    self.attribute(b"");
                }
                self.attribute.clear();
                if matches!(name, b"hidden" | b"style") {
                    self.attribute.extend_from_slice(name);
                }
            }
            CallbackEvent::AttributeValue { value } if !self.attribute.is_empty() => self.attribute(value),
            CallbackEvent::CloseStartTag { self_closing } => {
                if self.attribute == b"hidden" {
                    self.attribute(b"");
                }
                self.start_tag(self_closing);
            }
            CallbackEvent::EndTag { name } => self.end_tag(name),
            CallbackEvent::String { value } if self.hidden.is_none() => {
                // The page is UTF-8, and so is every token of it; where it is not, a sign says so.
                match std::str::from_utf8(value) {
                    Ok(text) => self.text(text),
                    Err(_) => self.text(&String::from_utf8_lossy(value)),
                }
            }
            _ => {}
        }
        None
    }
}

/// Elements whose content no browser shows as text of the page.
fn is_dropped(name: &[u8]) -> bool {
    matches!(
        name,
        b"script"
            | b"style"
            | b"noscript"
            | b"template"
            | b"title"
            | b"textarea"
            | b"select"
            | b"iframe"
            | b"noembed"
            | b"noframes"
            | b"svg"
    )
}

/// Elements that are taken at their word when they say that they are hidden: those with an end tag of their own.
fn can_hide(name: &[u8]) -> bool {
    matches!(
        name,
        b"div"
            | b"span"
            | b"section"
            | b"article"
            | b"aside"
            | b"nav"
            | b"header"
            | b"footer"
            | b"form"
            | b"ul"
            | b"ol"
            | b"dl"
            | b"table"
            | b"figure"
            | b"dialog"
            | b"a"
            | b"button"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
    )
}

/// Elements that begin and end a line.
fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"address"
            | b"article"
            | b"aside"
            | b"blockquote"
            | b"body"
            | b"br"
            | b"caption"
            | b"center"
            | b"dd"
            | b"details"
            | b"dialog"
            | b"dir"
            | b"div"
            | b"dl"
            | b"dt"
            | b"fieldset"
            | b"figcaption"
            | b"figure"
            | b"footer"
            | b"form"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"head"
            | b"header"
            | b"hgroup"
            | b"hr"
            | b"html"
            | b"legend"
            | b"li"
            | b"main"
            | b"menu"
            | b"nav"
            | b"ol"
            | b"optgroup"
            | b"option"
            | b"p"
            | b"pre"
            | b"search"
            | b"section"
            | b"select"
            | b"summary"
            | b"table"
            | b"tbody"
            | b"td"
            | b"template"
            | b"textarea"
            | b"tfoot"
            | b"th"
            | b"thead"
            | b"title"
            | b"tr"
            | b"ul"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines_and_inline_tags_do_not() {
        let page = "<!doctype html><title>Hidden title</title><body><h1>The\n  fair</h1><p>Rain &amp; <b>wind</b>,\
                    <br>then sun.</p><ul><li>One<li>Two</ul><table><tr><td>1<td>2</table>end";
        assert_eq!(text(page), "The fair\nRain & wind,\nthen sun.\nOne\nTwo\n1\n2\nend\n");
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let page = "<p>one</p><script>if (a < b) document.write('<p>no</p>')</script><style>p{}</style>\
                    <noscript><p>no</p></noscript><template><p>no</p></template><div hidden><div>no</div>no</div>\
                    <span style='color:red; DISPLAY : none'>no</span><select><option>no</select><p>two</p>";
        assert_eq!(text(page), "one\ntwo\n");
    }

    #[test]
    fn a_hidden_element_that_stays_open_hides_nothing() {
        assert_eq!(text("<p>one<div hidden><p>two"), "one\ntwo\n");
        assert_eq!(
            text("<p hidden>one</p>"),
            "one\n",
            "a paragraph need not be closed, so it cannot be passed over"
        );
    }

    #[test]
    fn preformatted_lines_stay_lines() {
        assert_eq!(text("<pre>a  b\nc</pre>d\ne"), "a b\nc\nd e\n");
    }

    #[test]
    fn hostile_pages_take_linear_time() {
        let deep = "<div>".repeat(200_000) + "text";
        assert_eq!(text(&deep), "text\n");
        let attributes = (0..100_000).map(|i| format!(" a{i}='x'")).collect::<String>();
        assert_eq!(text(&format!("<p{attributes}>text")), "text\n");
        let hidden = "<div hidden>".repeat(100_000) + "text";
        assert_eq!(text(&hidden), "text\n");
        assert_eq!(text(&"<".repeat(100_000)).len(), 100_001);
        assert_eq!(text(&" \n".repeat(100_000)), "");
    }
}
