//! Why text was removed: a stage, a kind, and the rule that fired.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a piece of removed text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase")]
pub enum Kind {
    /// Buttons, players, loading messages, share bars.
    Interface,
    /// Menus, breadcrumbs, section names, tags.
    Navigation,
    /// Links to other articles: headlines, teasers, "read more", most-read lists.
    Related,
    /// The site's own calls to act: newsletters, apps, channels, subscriptions.
    Promo,
    /// Paid content and its labels.
    Advertisement,
    /// Picture, video and graphic captions with their credits.
    Caption,
    /// Who wrote it.
    Byline,
    /// When and where it was written or changed.
    Dateline,
    /// The publication's name, motto, imprint.
    Masthead,
    /// Legal, cookie, copyright and editorial notices.
    Notice,
    /// Reader comments and their form.
    Comments,
    /// Lines that recur over a site's pages.
    Repeated,
    /// Text that a rule of the user's matched.
    Rule,
    /// Furniture of no other kind.
    Other,
}

impl Kind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Kind; 14] = [
        Kind::Interface,
        Kind::Navigation,
        Kind::Related,
        Kind::Promo,
        Kind::Advertisement,
        Kind::Caption,
        Kind::Byline,
        Kind::Dateline,
        Kind::Masthead,
        Kind::Notice,
        Kind::Comments,
        Kind::Repeated,
        Kind::Rule,
        Kind::Other,
    ];

    /// The kind's name in output records and definition files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Interface => "interface",
            Kind::Navigation => "navigation",
            Kind::Related => "related",
            Kind::Promo => "promo",
            Kind::Advertisement => "advertisement",
            Kind::Caption => "caption",
            Kind::Byline => "byline",
            Kind::Dateline => "dateline",
            Kind::Masthead => "masthead",
            Kind::Notice => "notice",
            Kind::Comments => "comments",
            Kind::Repeated => "repeated",
            Kind::Rule => "rule",
            Kind::Other => "other",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a rule: a table row's id, a user rule's name, or a stage's own word for a decision.
///
/// Rule names are few and live as long as the program, so they are interned: an id is one pointer, and copying
/// it costs nothing even when every thread cuts by the same rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RuleId(&'static str);

impl RuleId {
    /// A rule whose name is known when tamiz is compiled.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        RuleId(name)
    }

    /// A rule whose name comes from a definition or table. Equal names share one allocation, which is never freed.
    #[must_use]
    pub fn intern(name: &str) -> Self {
        RuleId(intern(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// Gives the text a life as long as the program's; equal texts share one allocation.
///
/// For what definitions and tables bring (rule names, canonical forms), read once and used in every document;
/// never for text of a document, which would grow without bound.
#[must_use]
pub fn intern(text: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    // A panic cannot leave the set half-changed, so a poisoned lock is still good.
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = names.get(text) {
        return known;
    }
    let kept: &'static str = Box::leak(text.into());
    names.insert(kept);
    kept
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Why something was cut or dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// The stage's name in definition files.
    pub stage: &'static str,
    /// What the text was.
    pub kind: Kind,
    /// The rule that decided.
    pub rule: RuleId,
}

/// What becomes of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes to the output, if with an empty text.
    Kept,
    /// A stage dropped it whole.
    Dropped(Reason),
}
