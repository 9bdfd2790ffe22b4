//! Reads a stage's table into its config type and builds it, collecting every mistake.

use std::ops::Range;

use tamiz_core::{Built, ConfigError, StageConfig, Tables};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use crate::Mistake;
use crate::mistake::{any_of, instead};
use crate::registry::{Entry, as_value};

/// Reads the options of `C` and builds the stage.
pub(crate) fn read<C: StageConfig>(
    table: Spanned<DeTable<'_>>,
    tables: &dyn Tables,
) -> Result<Built, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut taken = Vec::new();
    match deserialize::<C>(table.clone(), &mut mistakes, &mut taken).map(|config| config.build(tables)) {
        Some(Ok(built)) if mistakes.is_empty() => return Ok(built),
        Some(Err(errors)) => {
            // A key that was taken out above is no longer missing.
            let own = errors.into_iter().filter(|error| !taken.contains(&error.at));
            mistakes.extend(own.map(|ConfigError { at, message, remedy }| {
                let span = locate(&table, &at);
                Mistake { span, message, remedy }
            }));
        }
        _ => {}
    }
    Err(mistakes)
}

/// Deserialises the table. Serde stops at the first error, so the key at fault is taken out and the rest tried again:
/// what comes back is the config without the faulty keys, if that much could be read.
fn deserialize<C: StageConfig>(
    table: Spanned<DeTable<'_>>,
    mistakes: &mut Vec<Mistake>,
    taken: &mut Vec<Vec<String>>,
) -> Option<C> {
    let mut rest = as_value(table.clone());
    loop {
        match C::deserialize(ValueDeserializer::from(rest.clone())) {
            Ok(config) => return Some(config),
            Err(error) => {
                let span = error.span().unwrap_or_else(|| table.span());
                mistakes.push(explain::<C>(&error, span.clone(), &table));
                let mut path = Vec::new();
                if !take_out(rest.get_mut(), &span, &mut path) {
                    return None;
                }
                path.reverse();
                taken.push(path);
            }
        }
    }
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Takes out the innermost key that the span lies in, and says which one it was, from the inside out.
fn take_out(value: &mut DeValue<'_>, span: &Range<usize>, path: &mut Vec<String>) -> bool {
    match value {
        DeValue::Table(table) => {
            let mut key = None;
            for (candidate, value) in table.iter_mut() {
                if take_out(value.get_mut(), span, path) {
                    path.push(candidate.get_ref().to_string());
                    return true;
                }
                if holds(&candidate.span(), span) || holds(&value.span(), span) {
                    key = Some(candidate.clone());
                }
            }
            key.is_some_and(|key| {
                path.push(key.get_ref().to_string());
                table.remove(&key).is_some()
            })
        }
        DeValue::Array(list) => {
            let found = list.iter_mut().position(|element| take_out(element.get_mut(), span, path));
            path.extend(found.map(|index| index.to_string()));
            found.is_some()
        }
        _ => false,
    }
}

/// Puts a deserialiser's error into words, with a remedy.
fn explain<C: StageConfig>(error: &Error, span: Range<usize>, table: &Spanned<DeTable<'_>>) -> Mistake {
    let message = error.message();
    // Serde puts the word at fault and then the known ones in backticks.
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let known = quoted.get(1..).unwrap_or_default().iter().copied();
    if message.starts_with("unknown field") {
        let field = quoted[0];
        let remedy = if quoted.len() == 1 {
            format!("delete it: `{}` has no options", C::NAME)
        } else {
            instead(field, known)
        };
        return Mistake { span, message: format!("stage `{}` has no option `{field}`", C::NAME), remedy };
    }
    if message.starts_with("unknown variant") {
        return Mistake {
            span,
            message: format!("`{}` is not known here", quoted[0]),
            remedy: instead(quoted[0], known),
        };
    }
    if message.starts_with("missing field") {
        let remedy = format!("add {} = … here", any_of(quoted.iter().copied()));
        return Mistake { span, message: format!("{} is missing", any_of(quoted.iter().copied())), remedy };
    }
    // What the option takes stands in its own documentation.
    let key =
        table.get_ref().iter().find(|(key, value)| holds(&key.span(), &span) || holds(&value.span(), &span));
    let doc = key.and_then(|(key, _)| {
        let doc = Entry::of::<C>().doc();
        doc.options.into_iter().find(|option| option.name == key.get_ref().as_ref())
    });
    let remedy = match doc {
        Some(option) => format!("`{}` takes {}; see `tamiz stages {}`", option.name, option.values, C::NAME),
        None => format!("see `tamiz stages {}`", C::NAME),
    };
    Mistake { span, message: message.trim_end().to_owned(), remedy }
}

/// The place of a key path in a table; as far as it can be followed.
pub(crate) fn locate(table: &Spanned<DeTable<'_>>, path: &[String]) -> Range<usize> {
    let Some((first, rest)) = path.split_first() else { return table.span() };
    let Some((key, value)) = table.get_ref().get_key_value(first.as_str()) else { return table.span() };
    let mut place = value;
    for step in rest {
        let next = match place.get_ref() {
            DeValue::Array(list) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
            DeValue::Table(table) => table.get(step.as_str()),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => break,
        }
    }
    // An array of tables has no place of its own: its key does.
    if place.span().is_empty() { key.span() } else { place.span() }
}
