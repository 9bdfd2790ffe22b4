//! Rewriting that a second run would not go on with.
//!
//! A new spelling is what other spellings are compared with when the text is read again, and the words around it may be
//! read otherwise. So a text that is to be changed is read again as it will be, until there is nothing more to change;
//! if there is no end to that, it stays as it is. Either way a second run of the stage changes nothing.

use tamiz_core::{Document, Name, Span, Surface};

/// How many times a text is read again. No page was met that takes more than two.
const MOST: usize = 4;

/// Brings the new spellings of a document's names to where they stay, by reading it with `find`.
pub(crate) fn settle(
    document: &Document,
    names: &mut Vec<Name>,
    mut find: impl FnMut(&Document, &mut Vec<Name>),
) {
    let mut found = Vec::new();
    let mut places = Vec::new();
    for round in 0..MOST {
        let mut draft = Document::new(drafted(document, names, &mut places));
        if let Some(language) = document.language() {
            draft.set_language(language);
        }
        found.clear();
        find(&draft, &mut found);
        let done = found.iter().all(|name| name.rewrite.is_none());
        if done && round == 0 {
            return;
        }
        let own = |surface: Surface| Surface::Owned(surface.text(draft.source()).into());
        let mut lost = false;
        for name in found.drain(..) {
            match places.binary_search(&name.span) {
                Ok(at) => {
                    names[at].canonical = own(name.canonical);
                    names[at].id = name.id.map(own);
                    if let Some(spelling) = name.rewrite {
                        names[at].rewrite = Some(own(spelling));
                    }
                }
                Err(_) => lost |= name.rewrite.is_some(),
            }
        }
        if done {
            return;
        }
        if lost {
            break;
        }
    }
    found.clear();
    find(document, &mut found);
    found.iter_mut().for_each(|name| name.rewrite = None);
    std::mem::swap(names, &mut found);
}

/// What is kept of the text with the new spellings, and where each name stands in it.
fn drafted(document: &Document, names: &[Name], places: &mut Vec<Span>) -> String {
    let source = document.source();
    let mut text = String::with_capacity(source.len() + 16 * names.len());
    let mut rest = names.iter().peekable();
    let mut line = 0;
    places.clear();
    for run in document.kept() {
        if !text.is_empty() {
            text.push(if run.line == line { ' ' } else { '\n' });
        }
        line = run.line;
        let mut position = run.span.start();
        while let Some(name) = rest.next_if(|name| name.span.start() < run.span.end()) {
            text.push_str(&source[position..name.span.start()]);
            let start = text.len();
            // Of a name that was cut in two, what is left keeps its spelling.
            let kept = Span::new(name.span.start(), name.span.end().min(run.span.end()));
            let new = name.rewrite.as_ref().filter(|_| kept == name.span);
            text.push_str(new.map_or(kept.of(source), |new| new.text(source)));
            places.push(Span::new(start, text.len()));
            position = kept.end();
        }
        text.push_str(&source[position..run.span.end()]);
    }
    text
}
