//! Marks names of people, places and organizations; links their spellings; proposes one spelling for each.
//!
//! A name is found by what the text itself says: runs of capitalised words and the small words inside them (`de`,
//! `van`, `bin`), whether a word stands in small letters elsewhere in the document, what stands before and after it. A
//! lexicon knows the places of the world with their forms in many languages, and the parts of people's names in many
//! scripts. Spellings of one person are linked within the document; each linked name is proposed in the spelling of the
//! document's language, part by part: a surname alone stays a surname.
//!
//! Asked to, it learns from the whole corpus which spellings are one person ([`corpus`]).
//!
//! [`similarity`] compares any two names by how they sound, across spelling conventions and scripts.
//!
//! # What this crate does not know
//! Who a person is, beyond the document, the corpus and the user's lexicon; products, laws, works and events, which it takes for
//! organizations where their words say so, and otherwise for what their capitals suggest; names in scripts without
//! capitals, except those of the lexicons; inflected forms of Slavic names, which stay apart.
//!
//! # Laws
//! - Names are in order and apart, each within one line of kept text, never in addresses, handles or code.
//! - The same document, options and state give the same names: nothing of other documents is remembered beside it.
//! - Time is linear in the text: in a document with more than four thousand different names, those after them are not
//!   linked.
//! - Rewriting changes nothing more when it is run on its own output, but for the two exceptions that the README names.
//!
//! # Example
//! ```
//! use tamiz_core::{Built, Document, Marks, NoTables, Scratch, StageConfig, Step};
//! use tamiz_names::{Config, Mode};
//!
//! let Ok(Built { step: Step::Ready(stage), .. }) = (Config { mode: Mode::Rewrite, ..Config::default() }).build(&NoTables)
//! else { panic!("the default options are valid") };
//! let mut document = Document::new("El ministro Dmitry Kornilov viajó a London. Kornilov volverá pronto a Moscú.");
//! stage.apply(&mut document, &mut Scratch::default());
//!
//! let rendered = document.render(Marks::NAMES);
//! assert_eq!(rendered.text, "El ministro Dmitri Kornílov viajó a Londres. Kornílov volverá pronto a Moscú.");
//! let names = rendered.annotations.names.unwrap();
//! assert_eq!(names[2].canonical.text(), "Dmitri Kornílov");
//! assert_eq!(names[2].was, Some("Kornilov"));
//! ```

pub mod build;
mod config;
pub mod corpus;
mod endings;
mod evidence;
mod explain;
mod extent;
mod fold;
mod hash;
mod index;
mod kind;
mod letters;
mod lexicon;
mod link;
mod parts;
mod phones;
mod read;
mod rewrite;
mod scan;
mod similarity;
mod spanish;
mod spelling;
mod stable;
mod stage;
mod tagger;
mod token;
mod words;

pub use config::{Config, Mode};
pub use similarity::{Matcher, similarity};
pub use stage::Stage;
