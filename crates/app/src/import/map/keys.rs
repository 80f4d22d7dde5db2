//! The keys of a map file: what the reader admits and what editors complete come from the same tables.

use serde_json::{Value, json};

pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) required: bool,
    about: &'static str,
    shape: Shape,
}

enum Shape {
    Text,
    Flag,
    OneOf(&'static [&'static str]),
    Texts,
    Map(&'static [Key]),
    /// Any key; each value of this shape.
    MapOf(&'static Shape),
    List(&'static Shape),
    Title,
    /// The first alternative that fits.
    Or(&'static [Shape]),
    /// `take` or `fill`.
    Named(&'static str),
}

const fn key(name: &'static str, about: &'static str, shape: Shape) -> Key {
    Key {
        name,
        required: false,
        about,
        shape,
    }
}
const fn must(name: &'static str, about: &'static str, shape: Shape) -> Key {
    Key {
        name,
        required: true,
        about,
        shape,
    }
}

pub(super) const MAP: &[Key] = &[
    must("map", "Name of the map.", Shape::Text),
    key("name", "What a person reads.", Shape::Title),
    must(
        "source",
        "Names the system that the ids come from.",
        Shape::Text,
    ),
    must("kind", "Kind of record that comes about.", Shape::Text),
    key(
        "read",
        "How the file is read, where it must not be found out.",
        Shape::Map(READ),
    ),
    must(
        "times",
        "How dates and times are written.",
        Shape::Map(TIMES),
    ),
    key(
        "blank",
        "Texts that mean that nothing is stated, beside the empty one.",
        Shape::Texts,
    ),
    must(
        "id",
        "Column with the source's own id of a record.",
        Shape::Text,
    ),
    key(
        "log",
        "Several rows of the same id make one record.",
        Shape::Map(LOG),
    ),
    must(
        "unit",
        "Which unit a record belongs to.",
        Shape::Or(&[Shape::Text, Shape::Map(UNIT)]),
    ),
    must("open", "How a record comes about.", Shape::Map(OPEN)),
    key(
        "steps",
        "Steps that rows make, tried in this order.",
        Shape::List(&Shape::Map(STEP)),
    ),
];
pub(super) const READ: &[Key] = &[
    key(
        "delimiter",
        "Between cells.",
        Shape::OneOf(&["comma", "semicolon", "tab"]),
    ),
    key("encoding", "Of text files.", Shape::OneOf(ENCODINGS)),
    key("sheet", "Of a workbook; else the first.", Shape::Text),
];
pub(super) const ENCODINGS: &[&str] = &["utf-8", "gb18030", "utf-16le", "utf-16be"];
pub(super) const TIMES: &[Key] = &[
    must("zone", "IANA zone of times without an offset.", Shape::Text),
    key(
        "order",
        "In dates that end with the year.",
        Shape::OneOf(&["day-first", "month-first"]),
    ),
    key(
        "excel",
        "Bare numbers are days of a spreadsheet that counts from this year.",
        Shape::OneOf(&["1900", "1904"]),
    ),
];
pub(super) const LOG: &[Key] = &[
    must("at", "Column that says when a row happened.", Shape::Text),
    key(
        "order",
        "Column that orders the rows of a record; else they stand as in the file.",
        Shape::Text,
    ),
];
pub(super) const UNIT: &[Key] = &[
    key("column", "The unit's name.", Shape::Text),
    key("text", "The same, with {columns} in it.", Shape::Text),
    key(
        "values",
        "The source's names and ours.",
        Shape::MapOf(&Shape::Text),
    ),
    key(
        "blank",
        "Unit of records that state none.",
        Shape::Or(&[Shape::Text, Shape::Map(UNIT_NAME)]),
    ),
];
pub(super) const UNIT_NAME: &[Key] = &[
    must("key", "Its name.", Shape::Text),
    key("zh", "Its Chinese title.", Shape::Text),
    key("en", "Its English title.", Shape::Text),
];
pub(super) const OPEN: &[Key] = &[
    must(
        "at",
        "Column that says when the record was opened.",
        Shape::Text,
    ),
    key(
        "by",
        "Who opened it.",
        Shape::Or(&[Shape::Text, Shape::Named("take")]),
    ),
    key(
        "fields",
        "What is filled in.",
        Shape::MapOf(&Shape::Or(&[Shape::Text, Shape::Named("fill")])),
    ),
    key(
        "links",
        "Columns with the source id of another record.",
        Shape::MapOf(&Shape::Text),
    ),
];
pub(super) const STEP: &[Key] = &[
    must("step", "Name of the step in the pack.", Shape::Text),
    key(
        "when",
        "All that is said here must hold; else every row makes the step.",
        Shape::Map(WHEN),
    ),
    key(
        "at",
        "When it happened; in a log, the row's own time unless said.",
        Shape::Or(&[Shape::Text, Shape::Map(STEP_TIME)]),
    ),
    key(
        "by",
        "Who did it.",
        Shape::Or(&[Shape::Text, Shape::Named("take")]),
    ),
    key(
        "fields",
        "What is filled in.",
        Shape::MapOf(&Shape::Or(&[Shape::Text, Shape::Named("fill")])),
    ),
    key(
        "only-changed",
        "Only fields whose columns changed with the row.",
        Shape::Flag,
    ),
];
pub(super) const STEP_TIME: &[Key] = &[
    key("column", "When it happened.", Shape::Text),
    key(
        "last",
        "Taken instead, if filled, the last time that the rule applies to a record.",
        Shape::Text,
    ),
];
pub(super) const WHEN: &[Key] = &[
    key("filled", "These columns state something.", Shape::Texts),
    key("blank", "These columns state nothing.", Shape::Texts),
    key(
        "is",
        "Column: one of these values.",
        Shape::MapOf(&Shape::Texts),
    ),
    key(
        "is-not",
        "Column: none of these values.",
        Shape::MapOf(&Shape::Texts),
    ),
    key(
        "changes",
        "One of these columns states something new.",
        Shape::Texts,
    ),
    key(
        "unchanged",
        "None of these columns states something new.",
        Shape::Texts,
    ),
    key(
        "from",
        "What the changed column stated before; '' is nothing yet.",
        Shape::Texts,
    ),
    key("to", "What the changed column states now.", Shape::Texts),
    key(
        "first",
        "It is (true) or is not (false) the record's first row.",
        Shape::Flag,
    ),
];
pub(super) const TAKE: &[Key] = &[
    key("column", "The text of this column.", Shape::Text),
    key("text", "A text with {columns} in it.", Shape::Text),
    key(
        "values",
        "The source's words and ours; '*' for all others, {value} keeps one.",
        Shape::MapOf(&Shape::Text),
    ),
];
pub(super) const FILL: &[Key] = &[
    key("column", "The text of this column.", Shape::Text),
    key("text", "A text with {columns} in it.", Shape::Text),
    key(
        "values",
        "The source's words and ours; '*' for all others, {value} keeps one.",
        Shape::MapOf(&Shape::Text),
    ),
    key(
        "as",
        "What it becomes; text unless said.",
        Shape::OneOf(CONVERSIONS),
    ),
    key("default", "Where nothing is stated.", Shape::Text),
    key(
        "required",
        "A row that states nothing is refused.",
        Shape::Flag,
    ),
    key(
        "last",
        "Only the last time that the rule applies to a record: for what repeats on every row.",
        Shape::Flag,
    ),
    key(
        "separator",
        "Between the items of a list; else a semicolon.",
        Shape::Text,
    ),
    key(
        "department",
        "Of a team: the department it belongs to.",
        Shape::Or(&[Shape::Text, Shape::Named("take")]),
    ),
];
pub(super) const CONVERSIONS: &[&str] = &[
    "text", "int", "bool", "money", "ratio", "day", "instant", "moment", "list", "member", "team",
];

/// JSON Schema of map files, for editors.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Guanjia import map",
        "$defs": {"take": object(TAKE), "fill": object(FILL)},
        "allOf": [object(MAP)],
        "unevaluatedProperties": false,
    })
}

fn object(keys: &[Key]) -> Value {
    let properties: serde_json::Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut shape = shape(&key.shape);
            shape["description"] = json!(key.about);
            (key.name.to_string(), shape)
        })
        .collect();
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn shape(of: &Shape) -> Value {
    match of {
        Shape::Text => json!({"type": ["string", "number", "boolean"]}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::OneOf(words) => {
            let numbers: Vec<i64> = words.iter().filter_map(|word| word.parse().ok()).collect();
            let mut all: Vec<Value> = words.iter().map(|word| json!(word)).collect();
            all.extend(numbers.into_iter().map(|number| json!(number)));
            json!({"enum": all})
        }
        Shape::Texts => json!({"anyOf": [
            {"type": ["string", "number", "boolean"]},
            {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
        ]}),
        Shape::Map(keys) => object(keys),
        Shape::MapOf(inner) => json!({"type": "object", "additionalProperties": shape(inner)}),
        Shape::List(inner) => json!({"type": "array", "items": shape(inner)}),
        Shape::Title => json!({
            "type": "object",
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
            "required": ["zh", "en"],
            "additionalProperties": false,
        }),
        Shape::Or(shapes) => json!({"anyOf": shapes.iter().map(shape).collect::<Vec<_>>()}),
        Shape::Named(name) => json!({"$ref": format!("#/$defs/{name}")}),
    }
}
