//! The attributes of one start tag, as far as they matter.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use tamiz_core::{ClassWords, Landmarks};

/// Values are looked at up to this many bytes.
pub(super) const LONGEST: usize = 2048;

/// The attributes of a start tag.
#[derive(Default)]
pub(super) struct Attributes {
    /// A hash of the classes that have no digit in them: the others tell single elements apart.
    pub(super) classes: u32,
    words: ClassWords,
    pub(super) landmarks: Landmarks,
    /// Not shown: `hidden`, `display: none`.
    pub(super) is_hidden: bool,
    /// Said to be hidden in another way.
    pub(super) is_marked_hidden: bool,
    /// Has an `href`.
    pub(super) has_address: bool,
    /// `start` of a list, 1 without.
    pub(super) number: u64,
    href: String,
    /// `name`, `property` or `itemprop`, in lower case.
    pub(super) key: String,
    pub(super) content: String,
    pub(super) rel: String,
    pub(super) datetime: String,
    pub(super) lang: String,
    pub(super) kind: String,
    current: Name,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Name {
    #[default]
    Other,
    Class,
    Id,
    Role,
    Key,
    ItemType,
    Hidden,
    Style,
    AriaHidden,
    Href,
    Start,
    Content,
    Rel,
    Datetime,
    Lang,
    Type,
}

impl Attributes {
    pub(super) fn clear(&mut self) {
        self.classes = 0;
        self.words = ClassWords::NONE;
        self.landmarks = Landmarks::NONE;
        self.is_hidden = false;
        self.is_marked_hidden = false;
        self.has_address = false;
        self.number = 1;
        for text in [
            &mut self.href,
            &mut self.key,
            &mut self.content,
            &mut self.rel,
            &mut self.datetime,
            &mut self.lang,
            &mut self.kind,
        ] {
            text.clear();
        }
        self.current = Name::Other;
    }

    /// What the element's class and id say.
    pub(super) fn words(&self) -> ClassWords {
        self.words
    }

    /// Where a link leads, if it leads to another page.
    pub(super) fn address(&self) -> Option<String> {
        let address = self.href.trim();
        let leads = !address.is_empty() && !address.starts_with('#') && !address.starts_with("javascript:");
        leads.then(|| address.replace('(', "%28").replace(')', "%29").replace(char::is_whitespace, "%20"))
    }

    pub(super) fn href(&self) -> &str {
        self.href.trim()
    }

    /// The next attribute; whether its value matters.
    pub(super) fn name(&mut self, name: &[u8]) -> bool {
        self.end();
        self.current = match name {
            b"class" => Name::Class,
            b"id" => Name::Id,
            b"role" => Name::Role,
            b"itemprop" | b"name" | b"property" | b"http-equiv" => Name::Key,
            b"itemtype" => Name::ItemType,
            b"hidden" => Name::Hidden,
            b"style" => Name::Style,
            b"aria-hidden" => Name::AriaHidden,
            b"href" => Name::Href,
            b"start" => Name::Start,
            b"content" => Name::Content,
            b"rel" => Name::Rel,
            b"datetime" => Name::Datetime,
            b"lang" | b"xml:lang" => Name::Lang,
            b"type" => Name::Type,
            _ => Name::Other,
        };
        self.has_address |= self.current == Name::Href;
        self.current != Name::Other
    }

    /// The attribute ends, with or without a value.
    pub(super) fn end(&mut self) {
        self.is_hidden |= self.current == Name::Hidden;
        self.current = Name::Other;
    }

    pub(super) fn value(&mut self, value: &[u8]) {
        let name = std::mem::take(&mut self.current);
        let value = &value[..value.len().min(LONGEST)];
        match name {
            Name::Other => {}
            Name::Class => {
                for class in names(value) {
                    if !class.iter().any(u8::is_ascii_digit) {
                        self.classes = self.classes.rotate_left(5) ^ super::walk::hash(class);
                    }
                    self.words |= words_of(class);
                }
            }
            Name::Id => names(value).for_each(|id| self.words |= words_of(id)),
            Name::Role => self.landmarks |= role(value),
            Name::Key => {
                if value.to_ascii_lowercase().windows(11).any(|part| part == b"articlebody") {
                    self.landmarks |= Landmarks::ARTICLE_BODY;
                }
                set(&mut self.key, value);
                self.key.make_ascii_lowercase();
            }
            Name::ItemType => {
                let is_article = [&b"Article"[..], b"Posting", b"Recipe", b"Report"]
                    .iter()
                    .any(|kind| value.windows(kind.len()).any(|part| part == *kind));
                if is_article {
                    self.landmarks |= Landmarks::ARTICLE_TYPE;
                }
            }
            Name::Hidden => self.is_hidden = !value.eq_ignore_ascii_case(b"until-found"),
            Name::Style => {
                let style: Vec<u8> = value.iter().filter(|b| !b.is_ascii_whitespace()).copied().collect();
                let style = style.to_ascii_lowercase();
                self.is_hidden |= style.windows(12).any(|part| part == b"display:none");
                self.is_marked_hidden |= style.windows(17).any(|part| part == b"visibility:hidden");
            }
            Name::AriaHidden => self.is_marked_hidden |= value.eq_ignore_ascii_case(b"true"),
            Name::Href => set(&mut self.href, value),
            Name::Start => {
                let number = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok());
                self.number = number.unwrap_or(1);
            }
            Name::Content => set(&mut self.content, value),
            Name::Rel => set(&mut self.rel, value),
            Name::Datetime => set(&mut self.datetime, value),
            Name::Lang => set(&mut self.lang, value),
            Name::Type => set(&mut self.kind, value),
        }
    }
}

/// The first value of an attribute counts.
fn set(to: &mut String, value: &[u8]) {
    if to.is_empty() {
        to.push_str(&String::from_utf8_lossy(value));
    }
}

fn role(value: &[u8]) -> Landmarks {
    match value.to_ascii_lowercase().trim_ascii() {
        b"main" => Landmarks::MAIN,
        b"navigation" | b"menu" | b"menubar" | b"tablist" => Landmarks::NAV,
        b"complementary" => Landmarks::ASIDE,
        b"banner" => Landmarks::HEADER,
        b"contentinfo" => Landmarks::FOOTER,
        b"article" => Landmarks::ARTICLE,
        b"search" | b"form" => Landmarks::FORM,
        b"dialog" | b"alertdialog" | b"alert" => Landmarks::DIALOG,
        b"button" => Landmarks::BUTTON,
        b"list" => Landmarks::LIST,
        _ => Landmarks::NONE,
    }
}

/// Parts of classes and ids, in several languages, and what they say.
const WORDS: &[(ClassWords, &[&str])] = &[
    (
        ClassWords::NAVIGATION,
        &[
            "nav",
            "menu",
            "breadcrumb",
            "pagination",
            "pager",
            "toolbar",
            "dropdown",
            "topbar",
            "masthead",
            "skip-",
        ],
    ),
    (ClassWords::FOOTER, &["foot", "colophon", "legal", "copyright", "imprint"]),
    (
        ClassWords::SIDE,
        &["sidebar", "side-", "-side", "_side", "aside", "-rail", "right-col", "rightcol", "widget"],
    ),
    (
        ClassWords::RELATED,
        &[
            "relat",
            "recom",
            "more-",
            "-more",
            "_more",
            "teaser",
            "trending",
            "popular",
            "most-",
            "most_",
            "mostread",
            "card",
            "carousel",
            "slider",
            "latest",
            "read-next",
            "readnext",
            "playlist",
            "outbrain",
            "taboola",
            "feed",
            "linked",
            "-links",
            "links-",
            "tags",
            "topics",
            "also-",
        ],
    ),
    (
        ClassWords::COMMENTS,
        &["comment", "disqus", "discuss", "respond", "reply", "replies", "forum", "comentario"],
    ),
    (ClassWords::SHARE, &["share", "sharing", "social", "follow-", "facebook", "twitter", "whatsapp"]),
    (
        ClassWords::ADVERTISEMENT,
        &[
            "advert",
            "-ad-",
            "ad-",
            "_ad_",
            "-ads",
            "ads-",
            "sponsor",
            "banner",
            "publi-",
            "publicidad",
            "anzeige",
            "werbung",
            "dfp",
            "affiliate",
        ],
    ),
    (
        ClassWords::PROMOTION,
        &[
            "newsletter",
            "subscri",
            "suscri",
            "signup",
            "sign-up",
            "login",
            "paywall",
            "premium",
            "regist",
            "donat",
            "modal",
            "popup",
            "overlay",
            "regwall",
            "promo",
            "-cta",
            "cta-",
        ],
    ),
    (
        ClassWords::CAPTION,
        &[
            "caption", "credit", "image", "photo", "picture", "gallery", "media", "figure", "video",
            "player", "foto", "bild",
        ],
    ),
    (
        ClassWords::BYLINE,
        &[
            "byline",
            "author",
            "autor",
            "date",
            "meta",
            "timestamp",
            "publish",
            "posted",
            "contributor",
            "bio-",
            "kicker",
            "category",
        ],
    ),
    (ClassWords::CONSENT, &["cookie", "consent", "gdpr", "privacy", "onetrust", "cmp-"]),
    (
        ClassWords::BODY,
        &[
            "articlebody",
            "article-body",
            "article_body",
            "article__body",
            "story-body",
            "storybody",
            "entry-content",
            "post-content",
            "post-body",
            "article-text",
            "article-content",
            "articlecontent",
            "content-body",
            "body-text",
            "bodytext",
            "story-content",
            "main-content",
            "maincontent",
            "prose",
            "richtext",
            "rich-text",
            "cuerpo",
            "noticia",
            "artikel",
        ],
    ),
    (
        ClassWords::LEAD,
        &[
            "lead",
            "intro",
            "standfirst",
            "summary",
            "subtitle",
            "subhead",
            "excerpt",
            "abstract",
            "headline",
            "entradilla",
            "sumario",
            "chapo",
            "dek",
        ],
    ),
    (
        ClassWords::INSET,
        &[
            "infobox",
            "factbox",
            "fact-box",
            "info-box",
            "embed",
            "tweet",
            "instagram",
            "quote",
            "callout",
            "toc",
            "inset",
            "footnote",
            "reference",
        ],
    ),
];

/// Parts of a page that have bodies of their own.
const OTHERS: ClassWords = ClassWords(
    ClassWords::NAVIGATION.0
        | ClassWords::FOOTER.0
        | ClassWords::SIDE.0
        | ClassWords::RELATED.0
        | ClassWords::COMMENTS.0
        | ClassWords::SHARE.0
        | ClassWords::ADVERTISEMENT.0
        | ClassWords::PROMOTION.0,
);

/// The names in the value of a class or an id.
fn names(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty())
}

/// What a class or an id says. The body of something else, as in `latest-article-body`, is not that of the content.
fn words_of(name: &[u8]) -> ClassWords {
    static MATCHER: LazyLock<(AhoCorasick, Vec<ClassWords>)> = LazyLock::new(|| {
        let words: Vec<(&str, ClassWords)> =
            WORDS.iter().flat_map(|(says, words)| words.iter().map(|word| (*word, *says))).collect();
        let matcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words.iter().map(|(word, _)| word))
            .expect("the words are few and short");
        (matcher, words.into_iter().map(|(_, says)| says).collect())
    });
    let (matcher, says) = &*MATCHER;
    let words = matcher
        .find_overlapping_iter(name)
        .fold(ClassWords::NONE, |all, found| all | says[found.pattern().as_usize()]);
    let is_of_others = words.0 & OTHERS.0 != 0;
    if is_of_others { ClassWords(words.0 & !ClassWords::BODY.0) } else { words }
}
