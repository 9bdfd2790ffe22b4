//! The JSON Schema of definition files, for editors.

use serde_json::{Value, json};

use crate::Registry;
use crate::definition::TOP_LEVEL;
use crate::registry::generator;

impl Registry {
    /// The JSON Schema (draft-07) of definition files with these stages.
    ///
    /// # Panics
    /// Never: schemas of options are JSON objects.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut generator = generator();
        let references: Vec<(&str, Value)> = (self.entries().iter())
            .map(|entry| (entry.name, (entry.schema)(&mut generator).to_value()))
            .collect();
        let mut definitions = generator.take_definitions(true);
        let mut stages = Vec::new();
        for (name, reference) in references {
            let target = reference.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
            let mut stage = target.and_then(|key| definitions.remove(key)).unwrap_or(reference);
            let object = stage.as_object_mut().expect("options are a table");
            object.insert("title".into(), json!(format!("stage {name}")));
            object.insert("additionalProperties".into(), json!(false));
            let properties = object.entry("properties").or_insert_with(|| json!({}));
            properties["use"] = json!({ "const": name, "description": "The stage." });
            let required = object.entry("required").or_insert_with(|| json!([]));
            required.as_array_mut().expect("`required` is a list").insert(0, json!("use"));
            stages.push(stage);
        }
        let [
            (name, name_about),
            (description, description_about),
            (stage, stage_about),
            (guard, guard_about),
            (test, test_about),
        ] = TOP_LEVEL;
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "tamiz pipeline definition",
            "type": "object",
            "additionalProperties": false,
            "properties": {
                name: { "type": "string", "description": name_about },
                description: { "type": "string", "description": description_about },
                stage: { "type": "array", "description": stage_about, "items": { "oneOf": stages } },
                guard: guard_schema(guard_about),
                test: { "type": "array", "description": test_about, "items": case() },
            },
            "definitions": definitions,
        })
    }
}

/// The schema of the `[guard]` table.
fn guard_schema(about: &str) -> Value {
    let properties: serde_json::Map<String, Value> = (crate::guard::KEYS.iter())
        .map(|(key, about)| {
            let schema = if key.ends_with("after") {
                json!({ "type": "integer", "minimum": 1, "description": about })
            } else {
                json!({ "type": "number", "minimum": 0, "maximum": 1, "description": about })
            };
            ((*key).to_owned(), schema)
        })
        .collect();
    json!({ "type": "object", "additionalProperties": false, "description": about, "properties": properties })
}

/// The schema of a `[[test]]` table.
fn case() -> Value {
    let text = |key: &str| !matches!(key, "pages" | "removed");
    let properties: serde_json::Map<String, Value> = (crate::case::KEYS.iter())
        .map(|(key, about)| {
            let schema = match text(key) {
                true => json!({ "type": "string", "description": about }),
                false => json!({ "type": "array", "items": { "type": "string" }, "description": about }),
            };
            ((*key).to_owned(), schema)
        })
        .collect();
    let expects = ["output", "removed", "dropped"].map(|key| json!({ "required": [key] }));
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["input"],
        "anyOf": expects,
        "properties": properties,
    })
}
