//! Marks sentences.
//!
//! A sentence ends at a terminal mark and what closes it (quotation marks, brackets, references such as `[3]`), or at
//! the end of its line. Whether a mark is terminal is decided from the words next to it: abbreviations, initials and
//! ordinals of the language stand in tables, one a language, in this crate's folder `tables`; the rest are rules that
//! hold for a script, or for all. Where no stage has told the language, the document's function words do.
//!
//! # What this crate does not know
//! Headings without a terminal mark in the middle of a line, speakers of a dialogue, sentences inside brackets, and
//! verse. It never looks beyond a line, nor for the other half of a quotation mark further than some hundred bytes: so
//! a mark that is missing cannot swallow the rest of the text. It does not put a sentence together that was wrapped
//! over several lines.
//!
//! # Laws
//! - Sentences cover every character of the kept text that is not blank; none has a blank at its ends.
//! - A line feed is in no sentence. A cut inside a line is, if the sentence goes on after it.
//! - Whatever the text, the time is linear in its length, and nothing is allocated for a sentence.
//! - The tables' rows prove themselves, by a test.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Scratch, Stage};
//! use tamiz_sentences::Sentences;
//!
//! let mut document = Document::new("El Sr. Ibáñez llegó a EE. UU. el lunes. ¿Y tú?\nFin");
//! Sentences::default().apply(&mut document, &mut Scratch::default());
//! let sentences: Vec<&str> = document.sentences().iter().map(|span| span.of(document.source())).collect();
//! assert_eq!(sentences, ["El Sr. Ibáñez llegó a EE. UU. el lunes.", "¿Y tú?", "Fin"]);
//! ```

mod candidates;
mod closers;
mod embedded;
mod explain;
mod guess;
mod labels;
mod lexicon;
mod marks;
mod split;
mod stage;
mod why;
mod words;

pub use stage::{Config, Sentences};
