//! From the clean text back to the source.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A place of the clean text and what the source had there.
///
/// It stands for a removed span (`length` is 0, or 1 where a blank was put in its place to keep two words apart) or
/// for a rewritten name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch<'t> {
    /// The first code point of the clean text that it replaces.
    pub at: usize,
    /// How many code points of the clean text it replaces.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub length: usize,
    /// The text of the source.
    #[serde(borrow)]
    pub text: Cow<'t, str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A patch that does not fit the text: they are not of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where the patch would stand, in code points.
    pub at: usize,
    /// The code points that the text has.
    pub length: usize,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a patch at code point {} does not fit a text of {}", self.at, self.length)
    }
}

impl std::error::Error for Misfit {}

/// The source, from the clean text and its patches, to the byte.
///
/// # Errors
/// If a patch lies beyond the text, or before the one ahead of it.
pub fn restore(text: &str, patches: &[Patch<'_>]) -> Result<String, Misfit> {
    let mut restored =
        String::with_capacity(text.len() + patches.iter().map(|p| p.text.len()).sum::<usize>());
    let mut rest = text;
    let mut position = 0;
    for patch in patches {
        let misfit = || Misfit { at: patch.at, length: text.chars().count() };
        let kept = patch.at.checked_sub(position).and_then(|count| byte(rest, count)).ok_or_else(misfit)?;
        restored.push_str(&rest[..kept]);
        restored.push_str(&patch.text);
        rest = &rest[kept..];
        rest = &rest[byte(rest, patch.length).ok_or_else(misfit)?..];
        position = patch.at + patch.length;
    }
    restored.push_str(rest);
    Ok(restored)
}

/// The byte at which so many code points of the text end; `None` if it has fewer.
fn byte(text: &str, count: usize) -> Option<usize> {
    if count == 0 {
        return Some(0);
    }
    match text.char_indices().nth(count) {
        Some((byte, _)) => Some(byte),
        None => (text.chars().count() == count).then_some(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Kind, Marks, Name, NameType, Reason, RuleId, Span, Surface};

    fn cut(document: &mut Document, text: &str) {
        let start = document.source().find(text).unwrap();
        let reason = Reason { stage: "test", kind: Kind::Other, rule: RuleId::new("test") };
        document.cut(Span::new(start, start + text.len()), reason);
    }

    #[test]
    fn cuts_glue_blanks_and_rewritten_names_come_back_to_the_byte() {
        let source = "\t Menú \nÑu(EFE)ñé y Sergei\u{a0}Ryabkov.  \n\n\n Pie \r\n";
        let mut document = Document::new(source);
        for text in ["Menú", "(EFE)", "Pie"] {
            cut(&mut document, text);
        }
        let at = source.find("Sergei").unwrap();
        document.propose(Name {
            span: Span::new(at, at + "Sergei\u{a0}Ryabkov".len()),
            name_type: NameType::Person,
            canonical: Surface::Lexicon("Serguéi Riabkov"),
            id: None,
            rewrite: Some(Surface::Lexicon("Serguéi Riabkov")),
        });
        let rendered = document.render(Marks::REMOVED | Marks::NAMES);
        assert!(rendered.text.contains("Ñu ñé y Serguéi Riabkov."), "{}", rendered.text);
        let patches: Vec<Patch<'_>> = rendered.patches().collect();
        assert_eq!(restore(&rendered.text, &patches).unwrap(), source);
        let json = serde_json::to_string(&patches).unwrap();
        let read: Vec<Patch<'_>> = serde_json::from_str(&json).unwrap();
        assert_eq!(restore(&rendered.text, &read).unwrap(), source);
    }

    #[test]
    fn patches_of_another_text_are_told() {
        let patch = |at, length| Patch { at, length, text: "x".into() };
        assert_eq!(restore("año", &[patch(3, 0)]).unwrap(), "añox");
        assert_eq!(restore("año", &[patch(4, 0)]), Err(Misfit { at: 4, length: 3 }));
        assert_eq!(restore("año", &[patch(2, 2)]), Err(Misfit { at: 2, length: 3 }));
        assert_eq!(restore("año", &[patch(2, 0), patch(1, 0)]), Err(Misfit { at: 1, length: 3 }));
    }
}
