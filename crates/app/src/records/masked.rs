//! Private fields as everybody may see them.

use domain::name::Name;
use domain::pack::model::{Field, FieldType, Kind};
use domain::value::{Data, Value};

/// A private value as it is shown without a grant: of a telephone number the first three and the last four digits, of anything else
/// that it is there.
pub fn masked(field: &Field, value: &Value) -> Value {
    match (&field.ty, value) {
        (_, Value::Null) => Value::Null,
        (FieldType::Phone, Value::Text(text)) => {
            let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            if digits.len() < 8 {
                return "***".into();
            }
            let begin: String = digits[..3].iter().collect();
            let end: String = digits[digits.len() - 4..].iter().collect();
            Value::Text(format!("{begin}****{end}"))
        }
        _ => "***".into(),
    }
}

/// What a record or an entry holds, with what is private masked; fields that the pack no longer knows stay out.
pub fn shown(kind: &Kind, data: &Data) -> Vec<(Name, Value)> {
    data.iter()
        .filter_map(|(name, value)| {
            let field = kind.field(name.as_str())?;
            let value = match field.sensitive {
                Some(_) => masked(field, value),
                None => value.clone(),
            };
            Some((name.clone(), value))
        })
        .collect()
}
