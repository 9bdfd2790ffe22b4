//! A page: its text has a hint for every line, and no line that is blank or holds a control character.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tamiz_formats::html::{self, Options};

fuzz_target!(|text: &str| {
    let page = html::read(text, Options::default());
    assert_eq!(page.hints.lines.len(), page.text.lines().count(), "{:?}", page.text);
});
