//! Why a sentence ends at a mark, or does not.

/// The reasons, in the order of [`Why::rule`]: those for which a sentence goes on, then those for which it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Why {
    Title,
    Abbreviation,
    BeforeNumber,
    Time,
    Ordinal,
    RomanOrdinal,
    Initial,
    Acronym,
    Label,
    Unit,
    NumberFollows,
    SmallLetter,
    Pronoun,
    NoBlank,
    NothingBefore,
    NothingFollows,
    Brackets,
    Remark,
    WorkTitle,
    Particle,
    Comma,
    Armenian,
    Mark,
    FunctionWord,
    NoNumber,
    AfterTime,
    FullWord,
    Question,
    Omission,
    ListItem,
}

impl Why {
    /// Whether the sentence ends.
    #[inline]
    pub(crate) fn ends(self) -> bool {
        self >= Why::Mark
    }

    /// The rule's name, and what it says, as the rest of a sentence that begins with the text.
    pub(crate) fn rule(self) -> (&'static str, &'static str) {
        match self {
            Why::Title => ("title", "goes on: never an end"),
            Why::Abbreviation => ("abbreviation", "goes on: no function word with a capital follows"),
            Why::BeforeNumber => ("before-number", "goes on: a number follows"),
            Why::Time => ("time", "goes on: it opens the sentence, or its zone or day follows"),
            Why::Ordinal => ("ordinal", "goes on: an ordinal number"),
            Why::RomanOrdinal => ("ordinal", "goes on: a Roman ordinal number"),
            Why::Initial => ("initial", "goes on: a single letter"),
            Why::Acronym => ("acronym", "goes on: initials"),
            Why::Label => ("label", "goes on: the number of what follows"),
            Why::Unit => ("unit", "goes on: a unit after a number, and a number follows"),
            Why::NumberFollows => ("number-sign", "goes on: its number follows"),
            Why::SmallLetter => ("small-letter", "goes on: a small letter follows"),
            Why::Pronoun => ("english-i", "goes on: `I` has its capital everywhere"),
            Why::NoBlank => ("no-blank", "goes on: no blank follows"),
            Why::NothingBefore => ("no-words", "goes on: no word before it"),
            Why::NothingFollows => {
                ("nothing-follows", "goes on: no word follows that could begin a sentence")
            }
            Why::Brackets => ("brackets", "goes on: inside brackets that are still open"),
            Why::Remark => ("remark", "goes on: a remark inside the sentence"),
            Why::WorkTitle => ("work-title", "goes on: inside the title of a work"),
            Why::Particle => ("particle", "goes on: a particle follows the quotation"),
            Why::Comma => ("comma", "goes on: a comma or a colon follows"),
            Why::Armenian => ("armenian-colon", "goes on: in Armenian, a colon"),
            Why::Mark => ("mark", "ends a sentence"),
            Why::FunctionWord => ("function-word", "ends a sentence: a function word with a capital follows"),
            Why::NoNumber => ("no-number", "ends a sentence: no number follows"),
            Why::AfterTime => ("after-time", "ends a sentence: the time closes it"),
            Why::FullWord => {
                ("full-word", "ends a sentence: a full word before it, though a small letter follows")
            }
            Why::Question => ("hasty-question", "ends a sentence, though a small letter follows"),
            Why::Omission => ("omission", "stands for itself: words left out between two sentences"),
            Why::ListItem => ("list-item", "ends a sentence: the next item of the list follows"),
        }
    }
}
