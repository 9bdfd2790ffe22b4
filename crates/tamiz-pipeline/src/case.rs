//! `[[test]]` tables: what a definition's author expects of it, beside it.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::Mistake;
use crate::mistake::instead;

/// The keys of a test, with what they are for.
pub(crate) const KEYS: [(&str, &str); 7] = [
    ("name", "What the test shows."),
    ("input", "The text that goes in."),
    ("site", "The site (host name) that it comes from."),
    ("pages", "Other texts of the corpus, for stages that learn from it."),
    ("output", "The clean text that has to come out; line feeds at its end do not count."),
    (
        "removed",
        "The lines, or pieces of lines, that have to go, in order and without the blanks at their ends.",
    ),
    ("dropped", "The stage that has to drop the document whole."),
];

/// A `[[test]]` table of a definition. At least one of `output`, `removed` and `dropped` is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The line of the definition that it starts in, from 1.
    pub line: usize,
    /// The text that goes in.
    pub input: String,
    /// The site that it comes from.
    pub site: Option<String>,
    /// Other texts of the corpus.
    pub pages: Vec<String>,
    /// The clean text that has to come out.
    pub output: Option<String>,
    /// The lines or pieces of lines that have to go.
    pub removed: Option<Vec<String>>,
    /// The stage that has to drop it.
    pub dropped: Option<String>,
}

/// Reads the list of tests; every mistake goes to `mistakes`.
pub(crate) fn cases(text: &str, list: &Spanned<DeValue<'_>>, mistakes: &mut Vec<Mistake>) -> Vec<Case> {
    let DeValue::Array(list) = list.get_ref() else {
        mistakes.push(mistake(list.span(), "tests are a list of tables", "start each test with `[[test]]`"));
        return Vec::new();
    };
    list.iter().enumerate().filter_map(|(number, case)| read(text, number, case, mistakes)).collect()
}

fn mistake(span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) -> Mistake {
    Mistake { span, message: message.into(), remedy: remedy.into() }
}

fn read(
    text: &str,
    number: usize,
    table: &Spanned<DeValue<'_>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Case> {
    let DeValue::Table(keys) = table.get_ref() else {
        mistakes.push(mistake(table.span(), "a test is a table", "start each test with `[[test]]`"));
        return None;
    };
    let line = text[..table.span().start.min(text.len())].matches('\n').count() + 1;
    let mut case = Case { name: format!("test {}", number + 1), line, ..Case::default() };
    let mut has_input = false;
    for (key, value) in keys {
        let known = KEYS.map(|(key, _)| key);
        let name = key.get_ref().as_ref();
        if !known.contains(&name) {
            mistakes.push(mistake(key.span(), format!("a test has no key `{name}`"), instead(name, known)));
            continue;
        }
        let is_list = matches!(name, "pages" | "removed");
        let texts = texts(value.get_ref(), is_list);
        let Some(mut texts) = texts else {
            let (wanted, example) =
                if is_list { ("a list of text", "[\"…\", \"…\"]") } else { ("text", "\"…\"") };
            let message = format!("`{name}` takes {wanted}, not {}", value.get_ref().type_str());
            mistakes.push(mistake(value.span(), message, format!("write {name} = {example}")));
            continue;
        };
        let one = if is_list { None } else { texts.pop() };
        match name {
            "name" => case.name = one.unwrap_or_default(),
            "input" => {
                has_input = true;
                case.input = one.unwrap_or_default();
            }
            "site" => case.site = one,
            "pages" => case.pages = texts,
            "output" => case.output = one,
            "removed" => case.removed = Some(texts),
            _ => case.dropped = one,
        }
    }
    if !has_input {
        mistakes.push(mistake(table.span(), "the test has no input", "add a line such as input = \"…\""));
    }
    if keys.keys().all(|key| !matches!(key.get_ref().as_ref(), "output" | "removed" | "dropped")) {
        let remedy = "add `output`, `removed` or `dropped`, with what has to come of the input";
        mistakes.push(mistake(table.span(), "the test expects nothing", remedy));
    }
    Some(case)
}

/// A text as a list of one, or a list of texts.
fn texts(value: &DeValue<'_>, is_list: bool) -> Option<Vec<String>> {
    match value {
        DeValue::String(text) if !is_list => Some(vec![text.to_string()]),
        DeValue::Array(list) if is_list => {
            list.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}
