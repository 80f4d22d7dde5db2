//! Conditions and values that a pack states: a subset of CEL.
//!
//! A text is parsed, checked against the names and types of its place (`Schema`) and lowered once, when the pack is loaded; what
//! remains is total: it terminates within a budget, knows no floats, and says so when a number overflows. An expression of at most
//! `MAX_BYTES` and `MAX_DEPTH` is looked at, so no text can exhaust the stack.
//!
//! It cannot ask what time it is, call out, define functions or loop. What is absent is null: a comparison with null is false, and
//! neither `x` nor `!x` holds for a flag that was never set.
//!
//! ```
//! use domain::expr::{Expr, Schema, Scope, Type};
//! use domain::{name::Name, value::Value};
//!
//! struct Urgent;
//! impl Scope for Urgent {
//!     fn get(&self, path: &[Name]) -> Value {
//!         if path[0] == "urgency" { "urgent".into() } else { Value::Null }
//!     }
//! }
//! let schema = Schema::default().with("urgency", Type::choice(["normal", "urgent"]));
//! let expr = Expr::condition("urgency == 'urgent'", &schema).unwrap();
//! assert_eq!(expr.holds(&Urgent), Ok(true));
//! ```

mod check;
mod eval;
mod lex;
mod parse;
mod schema;
#[cfg(test)]
mod tests;
mod words;

pub use schema::{Schema, Type};
pub use words::{Called, in_words};

use crate::name::{Name, Text};
use crate::value::Value;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Longer texts are refused unread.
pub const MAX_BYTES: usize = 2_000;
/// Levels of nesting.
pub const MAX_DEPTH: usize = 48;

/// A checked expression, cheap to clone.
#[derive(Clone)]
pub struct Expr(Arc<Lowered>);

struct Lowered {
    source: Box<str>,
    ty: Type,
    root: eval::Node,
    reads: Vec<Box<[Name]>>,
}

/// Where an expression finds what it names.
pub trait Scope {
    /// The value at a path such as `[urgency]`, `[state]`, `[home, state]`, `[facts, repeat]`; `Null` when absent.
    fn get(&self, path: &[Name]) -> Value;
}

/// Why an expression does not fit its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprFault {
    /// Stable: `expr-syntax`, `expr-type`, `expr-name`, `expr-case`, `expr-size`.
    pub code: &'static str,
    /// Bytes of the source.
    pub at: Range<usize>,
    pub cause: Text,
    pub help: Text,
}

/// Why an expression has no value for this record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalFault {
    #[error("a number left the range of 64 bits")]
    Overflow,
    #[error("division by zero")]
    DivisionByZero,
    #[error("`{path}` does not hold what the pack says it holds")]
    Mismatch { path: String },
    #[error("a text cannot be read as {wanted}")]
    Unreadable { wanted: &'static str },
    #[error("a day moves by whole days only")]
    PartOfADay,
    #[error("the expression took too many steps")]
    Budget,
}

impl EvalFault {
    /// Stable code, as the API shows it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overflow => "expr-overflow",
            Self::DivisionByZero => "expr-division-by-zero",
            Self::Mismatch { .. } => "expr-mismatch",
            Self::Unreadable { .. } => "expr-unreadable",
            Self::PartOfADay => "expr-part-of-a-day",
            Self::Budget => "expr-budget",
        }
    }
}

impl Expr {
    /// An expression that is true or false.
    pub fn condition(source: &str, schema: &Schema) -> Result<Self, Vec<ExprFault>> {
        Self::compile(source, schema, Some(&Type::Bool))
    }

    /// An expression whose value fits `wanted`, or of any type.
    pub fn compile(
        source: &str,
        schema: &Schema,
        wanted: Option<&Type>,
    ) -> Result<Self, Vec<ExprFault>> {
        let ast = parse::parse(source).map_err(|fault| vec![*fault])?;
        let (root, ty, reads) = check::lower(&ast, source, schema, wanted)?;
        Ok(Self(Arc::new(Lowered {
            source: source.into(),
            ty,
            root,
            reads,
        })))
    }

    pub fn source(&self) -> &str {
        &self.0.source
    }
    pub fn ty(&self) -> &Type {
        &self.0.ty
    }
    /// The paths it asks its scope for, each once, in order: what has to be loaded before it can be judged.
    pub fn reads(&self) -> impl Iterator<Item = &[Name]> {
        self.0.reads.iter().map(|path| &**path)
    }

    /// Whether the condition is true; null is not.
    pub fn holds(&self, scope: &dyn Scope) -> Result<bool, EvalFault> {
        Ok(self.value(scope)? == Value::Bool(true))
    }
    /// Its value as a record stores it; a duration is a number of microseconds.
    pub fn value(&self, scope: &dyn Scope) -> Result<Value, EvalFault> {
        eval::value(&self.0.root, scope)
    }

    /// The same condition asked of the record behind `link`: `home.state == 'occupied'` becomes one on `state`.
    /// `None` if it reads anything else.
    pub fn seen_from(&self, link: &Name) -> Option<Self> {
        let mut reads = self
            .0
            .reads
            .iter()
            .map(|path| match &**path {
                [first, rest @ ..] if first == link && !rest.is_empty() => Some(rest.into()),
                _ => None,
            })
            .collect::<Option<Vec<Box<[Name]>>>>()?;
        reads.sort();
        Some(Self(Arc::new(Lowered {
            source: self.0.source.clone(),
            ty: self.0.ty.clone(),
            root: self.0.root.without_first(),
            reads,
        })))
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({:?})", &self.0.source)
    }
}
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)
    }
}
/// Two expressions are the same if their texts and what they read are.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source && self.0.reads == other.0.reads
    }
}
impl Eq for Expr {}
