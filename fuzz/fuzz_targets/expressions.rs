//! Conditions of a pack: whatever compiles has a value, in bounded time.

#![no_main]

use domain::expr::{Expr, Schema, Scope, Type};
use domain::name::Name;
use domain::value::Value;
use libfuzzer_sys::fuzz_target;

struct Some3;

impl Scope for Some3 {
    fn get(&self, path: &[Name]) -> Value {
        match path.first().map(Name::as_str) {
            Some("count") => Value::Int(i64::MAX),
            Some("text") => "漏水".into(),
            _ => Value::Null,
        }
    }
}

fuzz_target!(|text: &str| {
    let schema = Schema::default()
        .with("count", Type::Int)
        .with("text", Type::Text)
        .with("flag", Type::Bool)
        .with("urgency", Type::choice(["normal", "urgent"]));
    if let Ok(expr) = Expr::condition(text, &schema) {
        let _ = expr.holds(&Some3);
    }
});
