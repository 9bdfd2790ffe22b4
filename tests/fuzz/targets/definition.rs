//! A definition file: it is read, or its mistakes are told; never a panic, and a mistake can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(mistakes) = tamiz::parse(text) {
        assert!(!mistakes.to_string().is_empty());
    }
});
