//! The elements of HTML, as far as reading a page's text goes.

use tamiz_core::{Element, Landmarks};

/// Begins and ends a line.
pub(super) const BLOCK: u8 = 1;
/// Has no content and no end tag.
pub(super) const VOID: u8 = 2;
/// Holds several lines; see [`tamiz_core::Container`].
pub(super) const CONTAINER: u8 = 4;
/// Formats text within a line: its end tag never closes a block.
pub(super) const FORMAT: u8 = 8;
/// Its start tag closes an open paragraph.
pub(super) const CLOSES_PARAGRAPH: u8 = 16;
/// A browser does not show its content as text of the page.
pub(super) const DROPPED: u8 = 32;
/// Its content is shown only where the thing itself cannot be.
pub(super) const FALLBACK: u8 = 64;

macro_rules! tags {
    ($($variant:ident $name:literal $flags:expr, $element:ident, $landmark:ident;)*) => {
        /// An element's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Tag {
            /// A name that is none of HTML's, or one that makes no difference.
            Unknown,
            $($variant,)*
        }

        impl Tag {
            /// By its name in lower case.
            pub(super) fn of(name: &[u8]) -> Self {
                match name {
                    $($name => Tag::$variant,)*
                    _ => Tag::Unknown,
                }
            }

            /// What is true of it.
            pub(super) fn flags(self) -> u8 {
                const FLAGS: &[u8] = &[0, $($flags,)*];
                FLAGS[self as usize]
            }

            /// What the hints call it.
            pub(super) fn element(self) -> Element {
                const ELEMENTS: &[Element] = &[Element::Other, $(Element::$element,)*];
                ELEMENTS[self as usize]
            }

            /// The part of a page that it marks.
            pub(super) fn landmark(self) -> Landmarks {
                const LANDMARKS: &[Landmarks] = &[Landmarks::NONE, $(Landmarks::$landmark,)*];
                LANDMARKS[self as usize]
            }
        }
    };
}

const B: u8 = BLOCK | CLOSES_PARAGRAPH;
const C: u8 = B | CONTAINER;

tags! {
    A b"a" 0, Other, NONE;
    Abbr b"abbr" FORMAT, Other, NONE;
    Address b"address" B, Other, NONE;
    Area b"area" VOID, Other, NONE;
    Article b"article" C, Article, ARTICLE;
    Aside b"aside" C, Section, ASIDE;
    Audio b"audio" FALLBACK, Other, NONE;
    Bold b"b" FORMAT, Other, NONE;
    Base b"base" VOID, Other, NONE;
    Big b"big" FORMAT, Other, NONE;
    Blockquote b"blockquote" C, Quote, NONE;
    Body b"body" BLOCK | CONTAINER, Division, NONE;
    Br b"br" VOID, Other, NONE;
    Button b"button" BLOCK, Button, BUTTON;
    Canvas b"canvas" FALLBACK, Other, NONE;
    Caption b"caption" BLOCK, Caption, NONE;
    Center b"center" C, Division, NONE;
    Cite b"cite" FORMAT, Other, NONE;
    Code b"code" FORMAT, Other, NONE;
    Col b"col" VOID, Other, NONE;
    Dd b"dd" B, Term, LIST;
    Del b"del" FORMAT, Other, NONE;
    Details b"details" C, Section, NONE;
    Dialog b"dialog" B, Section, DIALOG;
    Dir b"dir" B, List, LIST;
    Div b"div" C, Division, NONE;
    Dl b"dl" C, List, LIST;
    Dt b"dt" B, Term, LIST;
    Em b"em" FORMAT, Other, NONE;
    Embed b"embed" VOID, Other, NONE;
    Fieldset b"fieldset" C, Section, FORM;
    Figcaption b"figcaption" B, Caption, FIGURE;
    Figure b"figure" C, Section, FIGURE;
    Font b"font" FORMAT, Other, NONE;
    Footer b"footer" C, Section, FOOTER;
    Form b"form" C, Section, FORM;
    H1 b"h1" B, Heading1, NONE;
    H2 b"h2" B, Heading2, NONE;
    H3 b"h3" B, Heading3, NONE;
    H4 b"h4" B, Heading4, NONE;
    H5 b"h5" B, Heading4, NONE;
    H6 b"h6" B, Heading4, NONE;
    Head b"head" BLOCK, Other, NONE;
    Header b"header" C, Section, HEADER;
    Hgroup b"hgroup" B, Other, NONE;
    Hr b"hr" B | VOID, Other, NONE;
    Html b"html" BLOCK, Other, NONE;
    Italic b"i" FORMAT, Other, NONE;
    Iframe b"iframe" DROPPED, Other, NONE;
    Img b"img" VOID, Other, NONE;
    Input b"input" VOID, Other, NONE;
    Ins b"ins" FORMAT, Other, NONE;
    Label b"label" FORMAT, Other, NONE;
    Legend b"legend" BLOCK, Button, NONE;
    Li b"li" C, Item, NONE;
    Link b"link" VOID, Other, NONE;
    Main b"main" C, Main, MAIN;
    Mark b"mark" FORMAT, Other, NONE;
    Menu b"menu" C, List, LIST;
    Meta b"meta" VOID, Other, NONE;
    Nav b"nav" C, Section, NAV;
    Noembed b"noembed" DROPPED, Other, NONE;
    Noframes b"noframes" DROPPED, Other, NONE;
    Noscript b"noscript" DROPPED, Other, NONE;
    Object b"object" FALLBACK, Other, NONE;
    Ol b"ol" C, List, LIST;
    Optgroup b"optgroup" BLOCK, Other, NONE;
    Option b"option" BLOCK, Other, NONE;
    P b"p" B, Paragraph, NONE;
    Param b"param" VOID, Other, NONE;
    Pre b"pre" B, Preformatted, NONE;
    Q b"q" FORMAT, Other, NONE;
    Script b"script" DROPPED, Other, NONE;
    Search b"search" B, Section, FORM;
    Section b"section" C, Section, SECTION;
    Select b"select" DROPPED, Other, NONE;
    Small b"small" FORMAT, Other, NONE;
    Source b"source" VOID, Other, NONE;
    Span b"span" FORMAT, Other, NONE;
    Strong b"strong" FORMAT, Other, NONE;
    Style b"style" DROPPED, Other, NONE;
    Sub b"sub" FORMAT, Other, NONE;
    Summary b"summary" BLOCK, Button, BUTTON;
    Sup b"sup" FORMAT, Other, NONE;
    Svg b"svg" DROPPED, Other, NONE;
    Table b"table" C, Table, TABLE;
    Tbody b"tbody" BLOCK, Table, NONE;
    Td b"td" BLOCK | CONTAINER, Cell, NONE;
    Template b"template" DROPPED, Other, NONE;
    Textarea b"textarea" DROPPED, Other, NONE;
    Tfoot b"tfoot" BLOCK, Table, NONE;
    Th b"th" BLOCK, Cell, NONE;
    Thead b"thead" BLOCK, Table, NONE;
    Time b"time" FORMAT, Other, NONE;
    Title b"title" DROPPED, Other, NONE;
    Tr b"tr" BLOCK, Table, NONE;
    Track b"track" VOID, Other, NONE;
    Tt b"tt" FORMAT, Other, NONE;
    U b"u" FORMAT, Other, NONE;
    Ul b"ul" C, List, LIST;
    Video b"video" FALLBACK, Other, NONE;
    Wbr b"wbr" VOID, Other, NONE;
    Xmp b"xmp" DROPPED, Other, NONE;
}

impl Tag {
    pub(super) fn has(self, flags: u8) -> bool {
        self.flags() & flags != 0
    }

    pub(super) fn is_cell(self) -> bool {
        matches!(self, Tag::Td | Tag::Th)
    }

    /// Whether it is bold or italic type.
    pub(super) fn type_face(self) -> (bool, bool) {
        (matches!(self, Tag::Bold | Tag::Strong), matches!(self, Tag::Italic | Tag::Em))
    }

    /// The open elements that its start tag closes, and those at which looking for them ends.
    pub(super) fn closes(self) -> Option<(&'static [Tag], &'static [Tag])> {
        const ENDS: &[Tag] = &[Tag::Ul, Tag::Ol, Tag::Menu, Tag::Dl, Tag::Table, Tag::Select, Tag::Dir];
        const ENDS_OF_CELLS: &[Tag] =
            &[Tag::Ul, Tag::Ol, Tag::Menu, Tag::Dl, Tag::Table, Tag::Select, Tag::Dir, Tag::Tr];
        match self {
            Tag::Li => Some((&[Tag::Li], ENDS)),
            Tag::Dt | Tag::Dd => Some((&[Tag::Dt, Tag::Dd], ENDS)),
            Tag::Tr => Some((&[Tag::Tr, Tag::Td, Tag::Th], ENDS)),
            Tag::Td | Tag::Th => Some((&[Tag::Td, Tag::Th], ENDS_OF_CELLS)),
            Tag::Option => Some((&[Tag::Option], ENDS)),
            _ => None,
        }
    }
}
