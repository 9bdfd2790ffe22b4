//! The stages that definitions can name.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;
use tamiz_core::{Built, StageConfig, Tables};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Mistake;
use crate::options::read;

/// A stage that definitions can name.
pub struct Entry {
    /// The `use` value.
    pub name: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) prepare: fn(),
    pub(crate) build: Build,
}

/// Reads a stage's table and builds the stage.
type Build = fn(Spanned<DeTable<'_>>, &dyn Tables) -> Result<Built, Vec<Mistake>>;

impl Entry {
    /// The entry of a stage, from its config type.
    #[must_use]
    pub const fn of<C: StageConfig>() -> Entry {
        Entry {
            name: C::NAME,
            schema: SchemaGenerator::subschema_for::<C>,
            prepare: C::prepare,
            build: read::<C>,
        }
    }

    /// The stage's documentation, from its config type's own.
    #[must_use]
    pub fn doc(&self) -> StageDoc {
        let mut generator = generator();
        let schema = (self.schema)(&mut generator);
        let definitions = generator.take_definitions(true);
        let root = resolve(schema.as_value(), &definitions);
        StageDoc { name: self.name, about: description(root), options: options(root, &definitions) }
    }
}

/// The stages that a program offers, in the order in which it lists them.
#[derive(Clone, Copy)]
pub struct Registry {
    entries: &'static [Entry],
}

impl Registry {
    /// A registry of those stages.
    #[must_use]
    pub const fn new(entries: &'static [Entry]) -> Self {
        Self { entries }
    }

    /// The entry of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Every entry.
    #[must_use]
    pub fn entries(&self) -> &'static [Entry] {
        self.entries
    }

    /// Every stage's name.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.entries.iter().map(|entry| entry.name)
    }
}

/// What a stage says of itself.
#[derive(Clone, Debug)]
pub struct StageDoc {
    /// The `use` value.
    pub name: &'static str,
    /// What it does.
    pub about: String,
    /// Its options.
    pub options: Vec<OptionDoc>,
}

/// What an option says of itself.
#[derive(Clone, Debug)]
pub struct OptionDoc {
    /// The key.
    pub name: String,
    /// What can be written: `true or false`, `text`, `"annotate" or "rewrite"`…
    pub values: String,
    /// The value without the option, as TOML; `None` if there is none to show.
    pub default: Option<String>,
    /// What it does.
    pub about: String,
    /// The keys of a table, or of each table of a list.
    pub fields: Vec<OptionDoc>,
}

pub(crate) fn generator() -> SchemaGenerator {
    SchemaSettings::draft07().into_generator()
}

type Definitions = serde_json::Map<String, Value>;

/// Follows a reference to its definition.
fn resolve<'s>(schema: &'s Value, definitions: &'s Definitions) -> &'s Value {
    let named = |reference: &str| definitions.get(reference.rsplit('/').next()?);
    let reference = |schema: &'s Value| schema.get("$ref").and_then(Value::as_str).and_then(named);
    // A reference with a default or description of its own stands inside `allOf`.
    let inner = schema.get("allOf").and_then(|all| all.get(0)).and_then(reference);
    reference(schema).or(inner).unwrap_or(schema)
}

fn description(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn options(schema: &Value, definitions: &Definitions) -> Vec<OptionDoc> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let target = resolve(property, definitions);
            let items = target.get("items").map(|items| resolve(items, definitions));
            let own = description(property);
            OptionDoc {
                name: name.clone(),
                values: values(property, definitions),
                default: property.get("default").filter(|value| !value.is_null()).map(Value::to_string),
                about: if own.is_empty() { description(target) } else { own },
                fields: options(items.unwrap_or(target), definitions),
            }
        })
        .collect()
}

/// What can be written for a schema, in words.
fn values(schema: &Value, definitions: &Definitions) -> String {
    let schema = resolve(schema, definitions);
    let words = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ");
    let alternatives =
        ["enum", "oneOf", "anyOf"].iter().find_map(|key| Some((*key, schema.get(*key)?.as_array()?)));
    match alternatives {
        Some(("enum", list)) => return words(list),
        Some((_, list)) => {
            let mut each: Vec<String> = list.iter().map(|one| values(one, definitions)).collect();
            each.retain(|one| one != "nothing");
            each.dedup();
            return each.join(" or ");
        }
        None => {}
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    let one = |name: &str| match name {
        "string" => "text".to_owned(),
        "boolean" => "true or false".into(),
        "integer" => "a whole number".into(),
        "number" => "a number".into(),
        "null" => "nothing".into(),
        "array" => match schema.get("items") {
            Some(items) => format!("a list of {}", values(items, definitions)),
            None => "a list".into(),
        },
        "object" => "a table".into(),
        other => other.into(),
    };
    match schema.get("type") {
        Some(Value::String(name)) => one(name),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.map(one).collect::<Vec<_>>().join(" or ")
        }
        _ => "a value".into(),
    }
}

/// The value of a TOML table as a spanned value, for a deserializer.
pub(crate) fn as_value(table: Spanned<DeTable<'_>>) -> Spanned<DeValue<'_>> {
    let span = table.span();
    Spanned::new(span, DeValue::Table(table.into_inner()))
}
