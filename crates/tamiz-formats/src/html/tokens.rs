//! From html5gum's tokenizer to the walk, without what the walk does not look at.
//!
//! The tokenizer hands over pieces of names, values and texts. Here they are put together and passed on one by one, but for
//! comments, the names of document types, values of attributes that say nothing, and texts that are passed over. Errors of
//! the page are not looked for: that alone took a third of the time.

use html5gum::{Emitter, Error, State, naive_next_state};
use std::convert::Infallible;

use super::attributes::LONGEST;
use super::walk::Walk;

/// What was read of the token under way.
pub(super) struct Tokens<'w, 'p> {
    walk: &'w mut Walk<'p>,
    text: Vec<u8>,
    /// The name of a tag; empty once it was passed on.
    tag: Vec<u8>,
    is_start: bool,
    self_closing: bool,
    /// The name of an attribute; empty once it was passed on.
    attribute: Vec<u8>,
    value: Vec<u8>,
    /// Whether the value of the attribute matters.
    wants_value: bool,
    /// Whether the element whose tag came last wants the text behind it.
    wants_text: bool,
    /// The name of the start tag that came last: in a script, only its end tag is one.
    last: Vec<u8>,
}

impl<'w, 'p> Tokens<'w, 'p> {
    pub(super) fn new(walk: &'w mut Walk<'p>) -> Self {
        Self {
            walk,
            text: Vec::new(),
            tag: Vec::new(),
            is_start: false,
            self_closing: false,
            attribute: Vec::new(),
            value: Vec::new(),
            wants_value: false,
            wants_text: true,
            last: Vec::new(),
        }
    }

    fn pass_text(&mut self) {
        if !self.text.is_empty() {
            self.walk.bytes(&self.text);
            self.text.clear();
        }
    }

    /// Passes on the beginning of a start tag, before its attributes.
    fn pass_start(&mut self) {
        self.pass_text();
        if self.is_start && !self.tag.is_empty() {
            self.walk.open_start_tag(&self.tag);
            std::mem::swap(&mut self.last, &mut self.tag);
            self.tag.clear();
        }
    }

    fn pass_attribute_name(&mut self) {
        if !self.attribute.is_empty() {
            self.wants_value = self.walk.attribute_name(&self.attribute);
            self.attribute.clear();
        }
    }

    fn pass_attribute(&mut self) {
        self.pass_attribute_name();
        if !self.value.is_empty() {
            self.walk.attribute_value(&self.value);
            self.value.clear();
        }
    }
}

impl Emitter for Tokens<'_, '_> {
    type Token = Infallible;

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last.clear();
        self.last.extend_from_slice(name.unwrap_or_default());
    }

    fn emit_eof(&mut self) {
        self.pass_text();
    }

    fn emit_error(&mut self, _: Error) {}

    #[inline]
    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn pop_token(&mut self) -> Option<Infallible> {
        None
    }

    #[inline]
    fn emit_string(&mut self, text: &[u8]) {
        if self.wants_text {
            self.text.extend_from_slice(text);
        }
    }

    fn init_start_tag(&mut self) {
        self.tag.clear();
        (self.is_start, self.self_closing) = (true, false);
    }

    fn init_end_tag(&mut self) {
        self.tag.clear();
        self.is_start = false;
    }

    fn init_comment(&mut self) {
        self.pass_text();
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.pass_start();
        if self.is_start {
            self.pass_attribute();
            self.walk.close_start_tag(self.self_closing);
        } else {
            self.last.clear();
            self.walk.end_tag(&self.tag);
        }
        self.wants_text = self.walk.wants_text();
        naive_next_state(&self.last)
    }

    fn emit_current_comment(&mut self) {}

    fn emit_current_doctype(&mut self) {}

    fn set_self_closing(&mut self) {
        self.self_closing = self.is_start;
    }

    fn set_force_quirks(&mut self) {}

    #[inline]
    fn push_tag_name(&mut self, name: &[u8]) {
        self.tag.extend_from_slice(name);
    }

    fn push_comment(&mut self, _: &[u8]) {}

    fn push_doctype_name(&mut self, _: &[u8]) {}

    fn init_doctype(&mut self) {
        self.pass_text();
    }

    fn init_attribute(&mut self) {
        self.pass_start();
        if self.is_start {
            self.pass_attribute();
        }
    }

    #[inline]
    fn push_attribute_name(&mut self, name: &[u8]) {
        if self.is_start {
            self.attribute.extend_from_slice(name);
        }
    }

    #[inline]
    fn push_attribute_value(&mut self, value: &[u8]) {
        if self.is_start {
            self.pass_attribute_name();
            if self.wants_value && self.value.len() < LONGEST {
                self.value.extend_from_slice(value);
            }
        }
    }

    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        !self.is_start && !self.last.is_empty() && self.last == self.tag
    }
}
