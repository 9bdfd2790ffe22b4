//! What a reader of HTML knows about the lines of the text that it made, and what is known of a site's other pages.

use std::ops::{BitOr, BitOrAssign};

/// What the reader of a page knows about each line beside its text: see [`Document::hints`](crate::Document::hints).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// One for each line of the source, in order. The last line, if it is empty, may have none.
    pub lines: Vec<Hint>,
    /// The elements that hold several lines, in the order of their start tags, so that every one stands behind the
    /// one around it. The first is the page itself and its own parent.
    pub containers: Vec<Container>,
}

/// What is known about one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The element whose text the line is.
    pub element: Element,
    /// The parts of the page around it.
    pub landmarks: Landmarks,
    /// The share of its characters that stand in links, in 255ths.
    pub link_share: u8,
    /// The share of its characters in bold type, in 255ths.
    pub bold_share: u8,
    /// The share of its characters in italic type, in 255ths.
    pub italic_share: u8,
    /// How many links it has.
    pub links: u16,
    /// How many elements are open around it.
    pub depth: u16,
    /// The innermost container around it: a place in [`Hints::containers`].
    pub container: u32,
    /// A hash of the element, the one around it and their classes: what a template repeats shares it.
    pub path: u32,
    /// What the classes and ids of the element and of the two around it say.
    pub words: ClassWords,
    /// What the classes and ids of all elements around it say.
    pub all_words: ClassWords,
}

/// An element that holds several lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// The container around it: a place in [`Hints::containers`] before its own.
    pub parent: u32,
    /// What it is.
    pub element: Element,
}

/// Kinds of HTML elements, as far as they tell content from what is around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Element {
    /// None of the others.
    #[default]
    Other,
    /// `p`
    Paragraph,
    /// `h1`
    Heading1,
    /// `h2`
    Heading2,
    /// `h3`
    Heading3,
    /// `h4`, `h5` and `h6`
    Heading4,
    /// `li`
    Item,
    /// `td` and `th`
    Cell,
    /// `dt` and `dd`
    Term,
    /// `figcaption` and `caption`
    Caption,
    /// `blockquote`
    Quote,
    /// `pre`
    Preformatted,
    /// `div`, `body` and `center`
    Division,
    /// `section`
    Section,
    /// `article`
    Article,
    /// `main`
    Main,
    /// `button`, `summary`, `legend`
    Button,
    /// `ul`, `ol`, `dl` and `menu`
    List,
    /// `table`
    Table,
}

impl Element {
    /// All of them, each in the place that is its number.
    pub const ALL: [Self; 19] = [
        Self::Other,
        Self::Paragraph,
        Self::Heading1,
        Self::Heading2,
        Self::Heading3,
        Self::Heading4,
        Self::Item,
        Self::Cell,
        Self::Term,
        Self::Caption,
        Self::Quote,
        Self::Preformatted,
        Self::Division,
        Self::Section,
        Self::Article,
        Self::Main,
        Self::Button,
        Self::List,
        Self::Table,
    ];
}

macro_rules! bits {
    ($(#[$doc:meta])* $name:ident: $bits:ty { $($(#[$each:meta])* $constant:ident = $bit:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(pub $bits);

        impl $name {
            /// Nothing at all.
            pub const NONE: Self = Self(0);
            $($(#[$each])* pub const $constant: Self = Self(1 << $bit);)*

            /// Whether all of `other` is in here.
            #[must_use]
            pub fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }

        impl BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl BitOrAssign for $name {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }
    };
}

bits! {
    /// Parts of a page that a line stands in, by elements and ARIA roles.
    Landmarks: u32 {
        /// `article`
        ARTICLE = 0,
        /// `main`
        MAIN = 1,
        /// `nav`, menus, lists of tabs
        NAV = 2,
        /// `aside`
        ASIDE = 3,
        /// `header`
        HEADER = 4,
        /// `footer`
        FOOTER = 5,
        /// `form`, search
        FORM = 6,
        /// `figure`
        FIGURE = 7,
        /// `table`
        TABLE = 8,
        /// `ul`, `ol`, `dl`
        LIST = 9,
        /// `button`
        BUTTON = 10,
        /// `section`
        SECTION = 11,
        /// `dialog`, alerts
        DIALOG = 12,
        /// Said to be hidden, such as by `aria-hidden`.
        HIDDEN = 13,
        /// `itemprop="articleBody"`
        ARTICLE_BODY = 14,
        /// A schema.org type that is an article.
        ARTICLE_TYPE = 15,
    }
}

bits! {
    /// What the words of a class or id say that an element is for.
    ClassWords: u16 {
        /// Menus, breadcrumbs, pages
        NAVIGATION = 0,
        /// Footers and imprints
        FOOTER = 1,
        /// Side columns, widgets
        SIDE = 2,
        /// Related pages, teasers, cards, most read
        RELATED = 3,
        /// Reader comments
        COMMENTS = 4,
        /// Sharing and following
        SHARE = 5,
        /// Advertisements
        ADVERTISEMENT = 6,
        /// Newsletters, logins, pay walls, overlays
        PROMOTION = 7,
        /// Pictures, captions, players
        CAPTION = 8,
        /// Authors and dates
        BYLINE = 9,
        /// Cookies and consent
        CONSENT = 10,
        /// The content's body
        BODY = 11,
        /// Titles, leads, summaries
        LEAD = 12,
        /// Boxes, embeds, quotes within a text
        INSET = 13,
    }
}

/// On how many of a site's pages the lines of a document stand: see [`Document::repeats`](crate::Document::repeats).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// The pages of the site that were counted, with this one.
    pub pages: u32,
    /// For each line of the source, on how many of them it stands: at least 1 for a line that was counted, 0 for one
    /// that was not. Lines beyond the end were not counted.
    pub lines: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_stands_in_the_place_of_its_number() {
        assert!(Element::ALL.iter().enumerate().all(|(place, element)| *element as usize == place));
        assert_eq!(Element::ALL.len(), Element::Table as usize + 1);
    }
}
