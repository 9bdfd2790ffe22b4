//! A page: its text has a hint for every line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tamiz_formats::html::{self, Options};

fuzz_target!(|text: &str| {
    let page = html::read(text, Options::default());
    assert_eq!(page.hints.lines.len(), page.text.lines().count(), "{:?}", page.text);
});
