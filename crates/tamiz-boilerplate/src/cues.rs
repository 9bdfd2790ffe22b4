//! Cues: words that say what a line is, compiled for one search.

use std::ops::Range;

use tamiz_core::{Kind, RuleId, eight};
use tamiz_table::Row;

use crate::fold::{Begins, Folded};
use crate::notation::{Anchors, Glyphs, is_unspaced, is_word, read_pattern};
use crate::search::{Found, Searcher};

/// What a cue does to the line in which it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The line is furniture if the cue is most of it.
    Line,
    /// The line is furniture if it is no paragraph.
    Short,
    /// The line is furniture however long it is.
    Anywhere,
    /// The line is furniture if it starts with the cue and is no paragraph.
    Label,
    /// The same, and where the cue is the whole line, related headlines follow.
    Link,
    /// A heading over related headlines.
    Opener,
    /// A heading over readers' comments.
    Comments,
    /// A button: furniture as a line, and cut where it is glued to the end of one.
    Button,
    /// A credit: a line that ends with it, or holds it as a label, is a caption unless it is a paragraph.
    Credit,
    /// A word before a name: with capitalised words alone after it, the line says who wrote.
    Name,
    /// Evidence only.
    Hint,
}

/// The ids that rows may have, each with the kind of furniture and the role.
const IDS: &[(&str, Kind, Role)] = &[
    ("ad-label", Kind::Advertisement, Role::Line),
    ("affiliate-notice", Kind::Advertisement, Role::Anywhere),
    ("app-download", Kind::Promo, Role::Line),
    ("automatic-text", Kind::Notice, Role::Anywhere),
    ("breadcrumb", Kind::Navigation, Role::Label),
    ("byline", Kind::Byline, Role::Label),
    ("byline-name", Kind::Byline, Role::Name),
    ("caption-label", Kind::Caption, Role::Label),
    ("comment-form", Kind::Comments, Role::Line),
    ("comments-opener", Kind::Comments, Role::Comments),
    ("cookie-notice", Kind::Notice, Role::Anywhere),
    ("copyright", Kind::Notice, Role::Short),
    ("date", Kind::Dateline, Role::Line),
    // Over comments, and as often a section of a manual or a study: the network has to say which.
    ("discussion", Kind::Comments, Role::Hint),
    ("donate", Kind::Promo, Role::Line),
    ("edition", Kind::Navigation, Role::Line),
    ("follow-us", Kind::Promo, Role::Label),
    ("founded", Kind::Masthead, Role::Line),
    ("latest-opener", Kind::Related, Role::Opener),
    ("legal-links", Kind::Notice, Role::Line),
    ("link", Kind::Other, Role::Hint),
    ("loading", Kind::Interface, Role::Line),
    ("login", Kind::Interface, Role::Line),
    ("menu", Kind::Navigation, Role::Line),
    ("most-read-opener", Kind::Related, Role::Opener),
    ("news-agency", Kind::Caption, Role::Hint),
    ("newsletter", Kind::Promo, Role::Short),
    ("page-tools", Kind::Interface, Role::Line),
    ("photo-credit", Kind::Caption, Role::Credit),
    ("player", Kind::Interface, Role::Line),
    ("published", Kind::Dateline, Role::Label),
    ("read-more-button", Kind::Interface, Role::Button),
    ("related-link", Kind::Related, Role::Link),
    ("related-opener", Kind::Related, Role::Opener),
    ("relative-time", Kind::Dateline, Role::Line),
    ("reproduction", Kind::Notice, Role::Short),
    ("section-name", Kind::Navigation, Role::Line),
    ("share-bar", Kind::Interface, Role::Line),
    ("subscribe", Kind::Promo, Role::Line),
    ("tags-label", Kind::Navigation, Role::Label),
];

/// The ids of every kind and of every role, as bits.
pub(crate) const KIND_MASKS: [u64; 14] = masks().0;
pub(crate) const ROLE_MASKS: [u64; 11] = masks().1;

const fn masks() -> ([u64; 14], [u64; 11]) {
    let (mut kinds, mut roles) = ([0; 14], [0; 11]);
    let mut at = 0;
    while at < IDS.len() {
        kinds[IDS[at].1 as usize] |= 1 << at;
        roles[IDS[at].2 as usize] |= 1 << at;
        at += 1;
    }
    (kinds, roles)
}

/// An id of [`IDS`], by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CueId(u8);

impl CueId {
    pub(crate) fn name(self) -> &'static str {
        IDS[self.0 as usize].0
    }

    pub(crate) fn rule(self) -> RuleId {
        RuleId::new(self.name())
    }

    pub(crate) fn kind(self) -> Kind {
        IDS[self.0 as usize].1
    }

    pub(crate) fn role(self) -> Role {
        IDS[self.0 as usize].2
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// Every id.
    pub(crate) fn all() -> impl Iterator<Item = CueId> {
        (0..IDS.len() as u8).map(CueId)
    }

    pub(crate) fn parse(name: &str) -> Option<CueId> {
        IDS.iter().position(|(id, _, _)| *id == name).map(|at| CueId(at as u8))
    }
}

/// What a text that is searched for means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    cue: CueId,
    anchors: Anchors,
}

/// A cue found in a folded line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) cue: CueId,
    /// Bytes of the folded text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether no word stands before it in the line.
    pub(crate) at_start: bool,
    /// Whether no word stands after it in the line.
    pub(crate) at_end: bool,
    /// Whether the pattern says that anything may follow.
    pub(crate) is_open: bool,
}

/// Cue tables, compiled.
///
/// Most patterns can only stand at a line's start: they have a searcher of their own.
pub(crate) struct Cues {
    heads: Set,
    others: Set,
    /// First bytes of the other texts that need not begin where a word does.
    begins: Begins,
}

/// The texts of many patterns, and what they mean.
struct Set {
    searcher: Searcher,
    entries: Vec<Entry>,
}

impl Set {
    /// A set of texts, which are stretches of `all`.
    fn new(all: &str, list: impl Iterator<Item = (Range<usize>, Entry)>) -> Self {
        // Most texts differ in their first eight bytes, and a number is compared at once.
        let first = |text: &[u8]| u64::from_be_bytes(eight::eight(text, 0).to_le_bytes());
        let mut sorted: Vec<(u64, &[u8], Entry)> = list
            .map(|(place, entry)| (&all.as_bytes()[place], entry))
            .map(|(text, entry)| (first(text), text, entry))
            .collect();
        sorted.sort_by(|(a, text, _), (b, other, _)| a.cmp(b).then_with(|| text.cmp(other)));
        // Choices that fold alike are one, and so is what several tables say.
        sorted.dedup_by(|(_, text, entry), (_, known, first)| text == known && entry == first);
        let texts: Vec<&[u8]> = sorted.iter().map(|(_, text, _)| *text).collect();
        Self {
            searcher: Searcher::new(&texts),
            entries: sorted.into_iter().map(|(_, _, entry)| entry).collect(),
        }
    }
}

/// The texts of patterns, one behind the other, and what each of them means.
#[derive(Default)]
pub(crate) struct Entries {
    texts: String,
    list: Vec<(Range<usize>, Entry)>,
}

impl Entries {
    /// Adds those of a row, or says what is wrong with it.
    pub(crate) fn add(&mut self, id: &str, pattern: &str) -> Result<(), String> {
        let Some(cue) = CueId::parse(id) else {
            let names: Vec<_> = IDS.iter().map(|(id, _, _)| *id).collect();
            return Err(match tamiz_core::closest(id, names.iter().copied()) {
                Some(near) => format!("`{id}` is no cue id: did you mean `{near}`?"),
                None => format!("`{id}` is no cue id; the ids are {}", names.join(", ")),
            });
        };
        read_pattern(pattern, |text, anchors| {
            let start = self.texts.len();
            self.texts.push_str(text);
            self.list.push((start..self.texts.len(), Entry { cue, anchors }));
        })
    }
}

impl Cues {
    /// Those of one row, or what is wrong with it.
    pub(crate) fn of_row(id: &str, pattern: &str) -> Result<Cues, String> {
        let mut entries = Entries::default();
        entries.add(id, pattern)?;
        Ok(Cues::compile(entries))
    }

    pub(crate) fn compile(Entries { texts, list }: Entries) -> Cues {
        let set = |at_start: bool| {
            Set::new(&texts, list.iter().filter(|(_, entry)| entry.anchors.start == at_start).cloned())
        };
        let mut begins = [false; 256];
        for (place, _) in
            list.iter().filter(|(_, Entry { anchors, .. })| !anchors.start && !anchors.word_start)
        {
            begins[texts.as_bytes()[place.start] as usize] = true;
        }
        Cues { heads: set(true), others: set(false), begins: Begins::new(&begins) }
    }

    /// Where in a folded text these cues may begin.
    pub(crate) fn begins(&self) -> &Begins {
        &self.begins
    }

    /// Calls `each` with every cue in a folded text. `is_head` and `is_tail` say whether the text reaches to the
    /// line's start and end; `found` is a buffer.
    #[inline(always)]
    pub(crate) fn find(
        &self,
        folded: &Folded,
        is_head: bool,
        is_tail: bool,
        found: &mut Vec<Found>,
        mut each: impl FnMut(Hit),
    ) {
        let first = folded.first_word().unwrap_or(0);
        found.clear();
        if is_head {
            // Patterns that begin with a sign are looked for where the line begins, others where its words do.
            self.heads.searcher.at(folded.bytes(), 0, found);
            if first > 0 {
                self.heads.searcher.at(folded.bytes(), first, found);
            }
        }
        let heads = found.len();
        self.others.searcher.anywhere(folded, found);
        for (number, &hit) in found.iter().enumerate() {
            let set = if number < heads { &self.heads } else { &self.others };
            if let Some(hit) = set.check(hit, folded, is_head, is_tail) {
                each(hit);
            }
        }
    }
}

impl Set {
    /// What was found, if it stands where its pattern may stand.
    #[inline(never)]
    fn check(
        &self,
        [end, start, number]: Found,
        folded: &Folded,
        is_head: bool,
        is_tail: bool,
    ) -> Option<Hit> {
        let Entry { cue, anchors } = self.entries[number as usize];
        let (start, end) = (start as usize, end as usize);
        let (before, after) = folded.around(start, end);
        let at_start = is_head && start <= folded.first_word().unwrap_or(0);
        let at_end = is_tail && end >= folded.words_end();
        let wrong = (anchors.start && !at_start)
            || (anchors.end && !at_end)
            || (anchors.word_start && before.is_some_and(joins))
            || (anchors.word_end && after.is_some_and(joins))
            // A line without a word is all signs: then only patterns that are all of it count.
            || (folded.first_word().is_none() && (start > 0 || after.is_some()));
        let is_open = anchors.start && anchors.open_end;
        (!wrong).then_some(Hit { cue, start, end, at_start, at_end, is_open })
    }
}

/// Whether the character would make one word with a letter beside it.
fn joins(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
}

/// Whether a row finds its pattern in a text: what a table's examples are tried with.
pub(crate) fn finds(row: &Row<'_>, text: &str) -> bool {
    let Ok(cues) = Cues::of_row(row.id, row.pattern) else { return false };
    let mut folded = Folded::default();
    folded.read(Glyphs::new(), cues.begins(), text, usize::MAX);
    let mut found = false;
    cues.find(&folded, true, true, &mut Vec::new(), |_| found = true);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_the_order_of_their_names() {
        assert!(IDS.is_sorted_by_key(|(id, _, _)| *id));
    }
}
