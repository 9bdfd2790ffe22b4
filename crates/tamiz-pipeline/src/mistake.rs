//! Mistakes in a definition, and how they are shown.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use tamiz_core::closest;

/// One mistake in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, in bytes of the definition.
    pub span: Range<usize>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Every mistake of a definition, in the order of their places. Displayed with the lines that they stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    path: String,
    text: String,
    list: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn new(path: &str, text: &str, mut list: Vec<Mistake>) -> Self {
        list.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
        list.dedup();
        Self { path: path.into(), text: text.into(), list }
    }

    /// The mistakes, in the order of their places.
    #[must_use]
    pub fn list(&self) -> &[Mistake] {
        &self.list
    }

    /// Line and column of a mistake, both from 1; the column counts code points.
    #[must_use]
    pub fn place(&self, mistake: &Mistake) -> (usize, usize) {
        let before = &self.text[..mistake.span.start.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The mistakes with the lines that they stand in, carets and remedies; coloured for a terminal if asked for.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(if colour { DecorStyle::Unicode } else { DecorStyle::Ascii });
        let mut shown = String::new();
        for mistake in &self.list {
            let snippet = Snippet::source(self.text.as_str())
                .path(self.path.as_str())
                .annotation(AnnotationKind::Primary.span(mistake.span.clone()));
            let group = Level::ERROR
                .primary_title(mistake.message.as_str())
                .element(snippet)
                .element(Level::HELP.message(mistake.remedy.as_str()));
            shown.push_str(&renderer.render(&[group]));
            shown.push_str("\n\n");
        }
        let count = self.list.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        shown + &format!("{}: {count} {noun}", self.path)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Mistakes {}

/// Why a definition did not load.
#[derive(Debug)]
pub enum LoadError {
    /// The file could not be read: a sentence that says why and what to do.
    Unreadable(String),
    /// It was read, and has mistakes.
    Mistakes(Mistakes),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Unreadable(message) => f.write_str(message),
            LoadError::Mistakes(mistakes) => mistakes.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<Mistakes> for LoadError {
    fn from(mistakes: Mistakes) -> Self {
        LoadError::Mistakes(mistakes)
    }
}

/// The file or folder beside a path that is not there which was likely meant by it, of those whose names are allowed.
#[must_use]
pub fn near(path: &Path, allowed: impl Fn(&str) -> bool) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| allowed(name)).collect();
    // A folder's own order must not decide.
    names.sort();
    let wanted = path.file_name()?.to_string_lossy();
    closest(&wanted, names.iter().map(String::as_str)).map(|name| path.with_file_name(name))
}

/// A list of names for a message: `a`, `b` or `c`.
pub(crate) fn any_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// What to write instead of an unknown word: the nearest known one, or all of them.
pub(crate) fn instead<'c>(word: &str, known: impl IntoIterator<Item = &'c str> + Clone) -> String {
    match closest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write {}", any_of(known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_known_word_is_near_all_are_named() {
        assert_eq!(instead("x", ["a", "b"]), "write `a` or `b`");
    }
}
