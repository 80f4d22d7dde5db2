//! What a record of a kind holds, as JSON Schema (2020-12, as OpenAPI 3.1 reads it).

use domain::pack::model::{Field, FieldType, Kind, Step};
use serde_json::{Map, Value, json};

pub(crate) fn type_name(ty: &FieldType) -> &'static str {
    match ty {
        FieldType::Text { long: false, .. } => "text",
        FieldType::Text { long: true, .. } => "long-text",
        FieldType::Phone => "phone",
        FieldType::Bool => "bool",
        FieldType::Int { .. } => "int",
        FieldType::Money { .. } => "money",
        FieldType::Ratio => "ratio",
        FieldType::Choice(_) => "choice",
        FieldType::Choices(_) => "choices",
        FieldType::Day => "day",
        FieldType::Instant => "instant",
        FieldType::Moment => "moment",
        FieldType::Member => "member",
        FieldType::Team => "team",
        FieldType::Unit => "unit",
        FieldType::Files { .. } => "files",
        FieldType::Signature => "signature",
    }
}

/// Everything that a record of the kind may hold.
pub(crate) fn data(kind: &Kind) -> Value {
    let fields = kind.fields.iter().map(|field| (field, false));
    object(&format!("{} · data", kind.title.en), fields)
}

/// What the form of a step takes.
pub(crate) fn form(kind: &Kind, step: &Step) -> Value {
    let fields = step.form.iter().filter_map(|asked| {
        let field = kind.field(asked.field.as_str())?;
        let opening = step.name == "open" && field.required;
        Some((field, asked.required || opening))
    });
    object(&format!("{} · {}", kind.title.en, step.title.en), fields)
}

fn object<'f>(title: &str, fields: impl Iterator<Item = (&'f Field, bool)>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (field, needed) in fields {
        properties.insert(field.name.to_string(), of(field));
        if needed {
            required.push(Value::String(field.name.to_string()));
        }
    }
    let mut schema = json!({"type": "object", "title": title, "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = Value::Array(required);
    }
    schema
}

fn of(field: &Field) -> Value {
    let digest = json!({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"});
    let mut schema = match &field.ty {
        FieldType::Text { max, .. } => json!({"type": ["string", "null"], "maxLength": max}),
        FieldType::Phone => json!({"type": ["string", "null"], "maxLength": 40}),
        FieldType::Bool => json!({"type": ["boolean", "null"]}),
        FieldType::Int { min, max } | FieldType::Money { min, max } => {
            json!({"type": ["integer", "null"], "minimum": min, "maximum": max})
        }
        FieldType::Ratio => {
            json!({"type": ["integer", "null"], "minimum": -1_000_000, "maximum": 1_000_000})
        }
        FieldType::Choice(of) => {
            let mut names: Vec<Value> = of.iter().map(|it| json!(it.name)).collect();
            names.push(Value::Null);
            json!({"enum": names})
        }
        FieldType::Choices(of) => {
            let names: Vec<Value> = of.iter().map(|it| json!(it.name)).collect();
            json!({"type": ["array", "null"], "items": {"enum": names}})
        }
        FieldType::Day => json!({"type": ["string", "null"], "format": "date"}),
        FieldType::Instant => json!({"type": ["string", "null"], "format": "date-time"}),
        FieldType::Moment => {
            json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, {"type": "null"}]})
        }
        FieldType::Member | FieldType::Team | FieldType::Unit => {
            json!({"type": ["string", "null"], "format": "uuid"})
        }
        FieldType::Files { max, .. } => {
            json!({"type": ["array", "null"], "items": digest, "maxItems": max})
        }
        FieldType::Signature => json!({"anyOf": [digest, {"type": "null"}]}),
    };
    schema["title"] = json!(field.title.en);
    schema["x-title-zh"] = json!(field.title.zh);
    if field.sensitive.is_some() {
        schema["x-private"] = json!(true);
    }
    if let Some(default) = &field.default {
        schema["default"] = json!(default);
    }
    schema
}
