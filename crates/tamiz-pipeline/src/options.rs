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
    let (config, mut mistakes) = deserialize::<C>(table.clone());
    let place = |error: ConfigError| Mistake {
        span: locate(&table, &error.at),
        message: error.message,
        remedy: error.remedy,
    };
    match config.map(|config| config.build(tables)) {
        Some(Ok(built)) if mistakes.is_empty() => return Ok(built),
        Some(Err(errors)) => mistakes.extend(errors.into_iter().map(place)),
        _ => {}
    }
    Err(mistakes)
}

/// Deserialises the table. Serde stops at the first error, so the key at fault is taken out and the rest tried again:
/// what comes back last is the config without the faulty keys, if that much could be read.
fn deserialize<C: StageConfig>(mut table: Spanned<DeTable<'_>>) -> (Option<C>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    loop {
        match C::deserialize(ValueDeserializer::from(as_value(table.clone()))) {
            Ok(config) => return (Some(config), mistakes),
            Err(error) => {
                let span = error.span().unwrap_or_else(|| table.span());
                mistakes.push(explain::<C>(&error, span.clone(), &table));
                if !take_out(table.get_mut(), &span) {
                    return (None, mistakes);
                }
            }
        }
    }
}

/// Takes the key that the span lies in out of the table.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> bool {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let key = table.iter().find(|(key, value)| holds(key.span()) || holds(value.span())).map(|(key, _)| key.clone());
    key.is_some_and(|key| table.remove(&key).is_some())
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
        return Mistake { span, message: format!("`{}` is not known here", quoted[0]), remedy: instead(quoted[0], known) };
    }
    if message.starts_with("missing field") {
        let remedy = format!("add {} = … here", any_of(quoted.iter().copied()));
        return Mistake { span, message: format!("{} is missing", any_of(quoted.iter().copied())), remedy };
    }
    // What the option takes stands in its own documentation.
    let key = table.get_ref().iter().find(|(key, value)| {
        let inside = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
        inside(key.span()) || inside(value.span())
    });
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
fn locate(table: &Spanned<DeTable<'_>>, path: &[String]) -> Range<usize> {
    let Some((first, rest)) = path.split_first() else { return header(table) };
    let Some((key, value)) = table.get_ref().get_key_value(first.as_str()) else { return header(table) };
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

/// The place of a table: its header, or whatever toml takes for it.
fn header(table: &Spanned<DeTable<'_>>) -> Range<usize> {
    table.span()
}
