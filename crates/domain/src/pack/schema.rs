//! The grammar as a JSON Schema, for editors that complete and check while a pack is written.
//!
//! `docs/pack.schema.json` is this, committed; a test compares the two. References between names, expressions and sums are beyond a
//! schema: those only `load` checks.

use super::grammar;
use super::shape::{Key, Object, Shape};
use serde_json::{Map, Value, json};

/// One schema for every file of a pack: which one a file is shows by its first key.
pub fn schema() -> Value {
    let mut named = Map::new();
    let files: [(&str, &Object); 8] = [
        ("pack", &grammar::PACK),
        ("posts", &grammar::POSTS),
        ("schedules", &grammar::SCHEDULES),
        ("year", &grammar::YEAR),
        ("season", &grammar::SEASON),
        ("kind", &grammar::KIND),
        ("standard", &grammar::STANDARD),
        ("hours", &grammar::HOURS),
    ];
    // From the last to the first: a file that has the key of none is opening hours.
    let mut chosen = Value::Bool(true);
    for (key, object) in files.into_iter().rev() {
        let body = of_object(object, &mut named);
        named.insert(format!("file-{key}"), body);
        let this = json!({ "$ref": format!("#/$defs/file-{key}") });
        chosen = match key {
            "hours" => this,
            _ => json!({ "if": { "required": [key] }, "then": this, "else": chosen }),
        };
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "管家包 / Guanjia pack",
        "type": "object",
        "allOf": [chosen],
        "$defs": named,
    })
}

fn of(shape: &Shape, named: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Literal => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Name => json!({
            "type": ["string", "integer"],
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._/-]*$",
        }),
        Shape::Text => json!({ "type": ["string", "number"] }),
        Shape::Title => json!({
            "oneOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "properties": { "zh": { "type": "string" }, "en": { "type": "string" } },
                    "additionalProperties": false,
                },
            ],
        }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Int => json!({ "type": "integer" }),
        Shape::Bp => json!({
            "oneOf": [
                { "type": "integer" },
                { "type": "string", "pattern": "^-?[0-9]+(bp|(\\.[0-9]{1,2})?%)?$" },
            ],
        }),
        Shape::Points => json!({ "type": "number", "multipleOf": 0.01 }),
        Shape::Span => json!({
            "type": "string",
            "pattern": "^(P([0-9]+[YMWD]|T[0-9HMS.]+)|[0-9]+ workdays?)$",
            "examples": ["PT5M", "PT24H", "P3D", "P1M", "3 workdays"],
        }),
        Shape::Expr => json!({ "type": ["string", "number", "boolean"], "maxLength": 2000 }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Many(item) => {
            let item = of(item, named);
            json!({ "anyOf": [item.clone(), { "type": "array", "items": item }] })
        }
        Shape::List(item) => json!({ "type": "array", "items": of(item, named) }),
        Shape::Map(item) => {
            json!({ "type": "object", "additionalProperties": of(item, named) })
        }
        Shape::Object(object) => of_object(object, named),
        Shape::Either(shapes) => {
            let all: Vec<Value> = shapes.iter().map(|shape| of(shape, named)).collect();
            json!({ "anyOf": all })
        }
        Shape::Named(name, inner) => {
            if !named.contains_key(*name) {
                // Entered before it is made, since it may contain itself.
                named.insert((*name).into(), Value::Null);
                let made = of(inner, named);
                named.insert((*name).into(), made);
            }
            json!({ "$ref": format!("#/$defs/{name}") })
        }
        Shape::Empty => json!({ "type": "null" }),
    }
}

fn of_object(object: &Object, named: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for Key {
        name, shape, about, ..
    } in object.keys
    {
        let mut value = of(shape, named);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".into(), json!(about));
        }
        properties.insert((*name).into(), value);
    }
    let required: Vec<&str> = object
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let rest = match object.rest {
        Some(rest) => of(rest, named),
        None => Value::Bool(false),
    };
    let mut made = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": rest,
    });
    if !required.is_empty() {
        made["required"] = json!(required);
    }
    if !object.one_of.is_empty() {
        let each: Vec<Value> = object
            .one_of
            .iter()
            .map(|key| json!({ "required": [key] }))
            .collect();
        made["oneOf"] = json!(each);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::schema;
    use expect_test::expect_file;
    use serde_json::Value;

    #[test]
    fn the_schema_in_the_docs_is_the_grammar() {
        let schema = schema();
        // The order of keys is none of its meaning, and depends on who else uses the library.
        let committed = include_str!("../../../../docs/pack.schema.json");
        if serde_json::from_str::<Value>(committed).ok() != Some(schema.clone()) {
            let text = serde_json::to_string_pretty(&schema).expect("a schema") + "\n";
            expect_file!["../../../../docs/pack.schema.json"].assert_eq(&text);
        }
    }

    /// Every `$ref` leads somewhere.
    #[test]
    fn every_reference_of_the_schema_is_defined() {
        fn refs(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    if let Some(Value::String(target)) = map.get("$ref") {
                        found.push(target.clone());
                    }
                    map.values().for_each(|value| refs(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| refs(value, found)),
                _ => {}
            }
        }
        let schema = schema();
        let mut found = Vec::new();
        refs(&schema, &mut found);
        assert!(!found.is_empty());
        for target in found {
            let name = target.strip_prefix("#/$defs/").expect("a local reference");
            assert!(schema["$defs"][name].is_object(), "{target}");
        }
    }
}
