//! Names that a stage found in the text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase")]
pub enum NameType {
    /// A person, by any part of their name.
    Person,
    /// A country, region, city, river: whatever has a place on a map.
    Place,
    /// A body of people: a ministry, a party, a company, a club.
    Organization,
}

impl NameType {
    /// The type's name in output records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            NameType::Person => "person",
            NameType::Place => "place",
            NameType::Organization => "organization",
        }
    }
}

/// The spelling that a name is brought to, held without copying where it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A place in this document's source.
    Source(Span),
    /// A spelling of a lexicon, which lives as long as the program.
    Lexicon(&'static str),
    /// A spelling made for this name.
    Owned(Box<str>),
}

impl Surface {
    /// The spelling.
    #[must_use]
    pub fn text<'a>(&'a self, source: &'a str) -> &'a str {
        match self {
            Surface::Source(span) => span.of(source),
            Surface::Lexicon(text) => text,
            Surface::Owned(text) => text,
        }
    }
}

/// A name in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Where it stands.
    pub span: Span,
    /// What it names.
    pub name_type: NameType,
    /// The spelling that stands for all spellings of this entity.
    pub canonical: Surface,
    /// The entity: a lexicon's identifier, or whatever all mentions of it share; the canonical form if `None`.
    pub id: Option<Surface>,
    /// What the rendered text shows instead of the source's spelling, if it is to be rewritten.
    pub rewrite: Option<Surface>,
}
