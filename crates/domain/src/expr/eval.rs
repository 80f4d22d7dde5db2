//! The nodes of a lowered expression and what they are worth.

use super::schema::Type;
use super::{EvalFault, Scope};
use crate::name::Name;
use crate::time::{Day, Instant};
use crate::value::{Sealed, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) const DAY_MICROS: i64 = 86_400_000_000;
/// Nodes visited and list items looked at; there are no loops, so only data can be long.
const BUDGET: u32 = 100_000;
/// Bytes of a text that an expression puts together.
const MAX_TEXT: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum V {
    Null,
    Bool(bool),
    Int(i64),
    Text(Arc<str>),
    Day(Day),
    Instant(Instant),
    /// Microseconds.
    Duration(i64),
    List(Vec<V>),
    Sealed(Sealed),
}

/// How a stored value is read.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Bool,
    Int,
    Text,
    Day,
    Instant,
    /// Asked for, or handed on as it is.
    Sealed,
    List(Box<Shape>),
}

impl Shape {
    pub(super) fn of(ty: &Type) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::Int | Type::Money | Type::Duration => Self::Int,
            // A moment is never compared, only asked for and copied, so its text is enough.
            Type::Text | Type::Choice(_) | Type::Link(_) | Type::Id | Type::Moment => Self::Text,
            Type::Day => Self::Day,
            Type::Instant => Self::Instant,
            Type::Sealed => Self::Sealed,
            Type::List(item) => Self::List(Box::new(Self::of(item))),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Cmp {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "==" => Self::Eq,
            "!=" => Self::Ne,
            "<" => Self::Lt,
            "<=" => Self::Le,
            ">" => Self::Gt,
            ">=" => Self::Ge,
            _ => return None,
        })
    }
    pub(super) fn is_equality(self) -> bool {
        matches!(self, Self::Eq | Self::Ne)
    }
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Op {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "+" => Self::Add,
            "-" => Self::Sub,
            "*" => Self::Mul,
            "/" => Self::Div,
            "%" => Self::Rem,
            _ => return None,
        })
    }
    /// Division goes towards zero.
    fn of_ints(self, a: i64, b: i64) -> Result<i64, EvalFault> {
        if b == 0 && matches!(self, Self::Div | Self::Rem) {
            return Err(EvalFault::DivisionByZero);
        }
        match self {
            Self::Add => a.checked_add(b),
            Self::Sub => a.checked_sub(b),
            Self::Mul => a.checked_mul(b),
            Self::Div => a.checked_div(b),
            Self::Rem => a.checked_rem(b),
        }
        .ok_or(EvalFault::Overflow)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

impl TextTest {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "startsWith" => Self::StartsWith,
            "endsWith" => Self::EndsWith,
            "contains" => Self::Contains,
            _ => return None,
        })
    }
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Const(V),
    Get(Box<[Name]>, Shape),
    Has(Box<Node>),
    Not(Box<Node>),
    Minus(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Cmp(Cmp, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    Arith(Op, Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    /// A day moved by so many months; past a month's end it is the last day.
    Months(Box<Node>, i32),
    /// How many days from the first to the second.
    DaysBetween(Box<Node>, Box<Node>),
    TextTest(TextTest, Box<Node>, Box<Node>),
    Size(Box<Node>),
    ToText(Box<Node>),
    ToInt(Box<Node>),
    ToBool(Box<Node>),
    List(Vec<Node>),
}

impl Node {
    /// The same with the first part of every path left out.
    pub(super) fn without_first(&self) -> Self {
        let one = |node: &Self| Box::new(node.without_first());
        let all = |nodes: &[Self]| nodes.iter().map(Self::without_first).collect();
        match self {
            Self::Const(value) => Self::Const(value.clone()),
            Self::Get(path, shape) => Self::Get(path[1..].into(), shape.clone()),
            Self::Has(node) => Self::Has(one(node)),
            Self::Not(node) => Self::Not(one(node)),
            Self::Minus(node) => Self::Minus(one(node)),
            Self::All(nodes) => Self::All(all(nodes)),
            Self::Any(nodes) => Self::Any(all(nodes)),
            Self::Cmp(op, a, b) => Self::Cmp(*op, one(a), one(b)),
            Self::In(a, b) => Self::In(one(a), one(b)),
            Self::Arith(op, a, b) => Self::Arith(*op, one(a), one(b)),
            Self::If(test, yes, no) => Self::If(one(test), one(yes), one(no)),
            Self::Months(day, months) => Self::Months(one(day), *months),
            Self::DaysBetween(a, b) => Self::DaysBetween(one(a), one(b)),
            Self::TextTest(test, a, b) => Self::TextTest(*test, one(a), one(b)),
            Self::Size(node) => Self::Size(one(node)),
            Self::ToText(node) => Self::ToText(one(node)),
            Self::ToInt(node) => Self::ToInt(one(node)),
            Self::ToBool(node) => Self::ToBool(one(node)),
            Self::List(nodes) => Self::List(all(nodes)),
        }
    }
}

pub(super) fn value(root: &Node, scope: &dyn Scope) -> Result<Value, EvalFault> {
    let mut run = Run {
        scope,
        left: BUDGET,
    };
    run.node(root).map(stored)
}

fn stored(value: V) -> Value {
    match value {
        V::Null => Value::Null,
        V::Bool(flag) => Value::Bool(flag),
        V::Int(number) | V::Duration(number) => Value::Int(number),
        V::Text(text) => Value::Text((*text).into()),
        V::Day(day) => Value::Text(day.to_string()),
        V::Instant(at) => Value::Text(at.to_string()),
        V::List(all) => Value::List(all.into_iter().map(stored).collect()),
        V::Sealed(sealed) => Value::Sealed(sealed),
    }
}

struct Run<'a> {
    scope: &'a dyn Scope,
    left: u32,
}

impl Run<'_> {
    fn spend(&mut self, steps: usize) -> Result<(), EvalFault> {
        let steps = u32::try_from(steps).map_err(|_| EvalFault::Budget)?;
        self.left = self.left.checked_sub(steps).ok_or(EvalFault::Budget)?;
        Ok(())
    }

    fn read(&mut self, value: Value, shape: &Shape, path: &[Name]) -> Result<V, EvalFault> {
        let wrong = || EvalFault::Mismatch {
            path: path.iter().map(Name::as_str).collect::<Vec<_>>().join("."),
        };
        Ok(match (value, shape) {
            (Value::Null, _) => V::Null,
            (Value::Bool(flag), Shape::Bool) => V::Bool(flag),
            (Value::Int(number), Shape::Int) => V::Int(number),
            (Value::Text(text), Shape::Text) => V::Text(text.into()),
            (Value::Text(text), Shape::Day) => V::Day(text.parse().map_err(|_| wrong())?),
            (Value::Text(text), Shape::Instant) => V::Instant(text.parse().map_err(|_| wrong())?),
            (Value::List(all), Shape::List(item)) => {
                self.spend(all.len())?;
                V::List(
                    all.into_iter()
                        .map(|one| self.read(one, item, path))
                        .collect::<Result<_, _>>()?,
                )
            }
            (Value::Sealed(sealed), Shape::Sealed) => V::Sealed(sealed),
            _ => return Err(wrong()),
        })
    }

    fn node(&mut self, node: &Node) -> Result<V, EvalFault> {
        self.spend(1)?;
        Ok(match node {
            Node::Const(value) => value.clone(),
            Node::Get(path, shape) => {
                let found = self.scope.get(path);
                self.read(found, shape, path)?
            }
            Node::Has(inner) => V::Bool(match self.node(inner)? {
                V::Null => false,
                V::Text(text) => !text.is_empty(),
                V::List(all) => !all.is_empty(),
                _ => true,
            }),
            Node::Not(inner) => match self.node(inner)? {
                V::Bool(flag) => V::Bool(!flag),
                _ => V::Null,
            },
            Node::Minus(inner) => match self.node(inner)? {
                V::Int(number) => V::Int(number.checked_neg().ok_or(EvalFault::Overflow)?),
                V::Duration(micros) => {
                    V::Duration(micros.checked_neg().ok_or(EvalFault::Overflow)?)
                }
                _ => V::Null,
            },
            Node::All(all) => self.until(all, false)?,
            Node::Any(all) => self.until(all, true)?,
            Node::Cmp(cmp, a, b) => {
                let (a, b) = (self.node(a)?, self.node(b)?);
                V::Bool(order(&a, &b).is_some_and(|order| cmp.holds(order)))
            }
            Node::In(item, list) => {
                let item = self.node(item)?;
                match self.node(list)? {
                    V::List(all) if item != V::Null => {
                        self.spend(all.len())?;
                        V::Bool(all.contains(&item))
                    }
                    _ => V::Bool(false),
                }
            }
            Node::Arith(op, a, b) => {
                let (a, b) = (self.node(a)?, self.node(b)?);
                self.arith(*op, a, b)?
            }
            Node::If(test, yes, no) => match self.node(test)? {
                V::Bool(true) => self.node(yes)?,
                _ => self.node(no)?,
            },
            Node::Months(day, months) => match self.node(day)? {
                V::Day(day) => {
                    let span = jiff::Span::new()
                        .try_months(*months)
                        .map_err(|_| EvalFault::Overflow)?;
                    let moved = day.civil().checked_add(span);
                    V::Day(Day::from_civil(moved.map_err(|_| EvalFault::Overflow)?))
                }
                _ => V::Null,
            },
            Node::DaysBetween(from, to) => match (self.node(from)?, self.node(to)?) {
                (V::Day(from), V::Day(to)) => {
                    V::Int(i64::from((to.civil() - from.civil()).get_days()))
                }
                _ => V::Null,
            },
            Node::TextTest(test, a, b) => {
                let (a, b) = (self.node(a)?, self.node(b)?);
                let (V::Text(text), V::Text(part)) = (a, b) else {
                    return Ok(V::Bool(false));
                };
                V::Bool(match test {
                    TextTest::StartsWith => text.starts_with(&*part),
                    TextTest::EndsWith => text.ends_with(&*part),
                    TextTest::Contains => text.contains(&*part),
                })
            }
            Node::Size(inner) => {
                let size = match self.node(inner)? {
                    V::Text(text) => text.chars().count(),
                    V::List(all) => all.len(),
                    _ => 0,
                };
                V::Int(i64::try_from(size).map_err(|_| EvalFault::Overflow)?)
            }
            Node::ToText(inner) => match self.node(inner)? {
                V::Bool(flag) => V::Text(flag.to_string().into()),
                V::Int(number) | V::Duration(number) => V::Text(number.to_string().into()),
                V::Day(day) => V::Text(day.to_string().into()),
                V::Instant(at) => V::Text(at.to_string().into()),
                other => other,
            },
            Node::ToInt(inner) => match self.node(inner)? {
                V::Text(text) => {
                    V::Int(text.trim().parse().map_err(|_| EvalFault::Unreadable {
                        wanted: "a whole number",
                    })?)
                }
                other => other,
            },
            Node::ToBool(inner) => match self.node(inner)? {
                V::Text(text) => {
                    V::Bool(text.trim().parse().map_err(|_| EvalFault::Unreadable {
                        wanted: "true or false",
                    })?)
                }
                other => other,
            },
            Node::List(all) => V::List(
                all.iter()
                    .map(|one| self.node(one))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    /// `&&` (`decides` false) and `||` (`decides` true) in three values; what decides ends it.
    fn until(&mut self, all: &[Node], decides: bool) -> Result<V, EvalFault> {
        let mut unknown = false;
        for one in all {
            match self.node(one)? {
                V::Bool(flag) if flag == decides => return Ok(V::Bool(decides)),
                V::Bool(_) => {}
                _ => unknown = true,
            }
        }
        Ok(if unknown { V::Null } else { V::Bool(!decides) })
    }

    fn arith(&mut self, op: Op, a: V, b: V) -> Result<V, EvalFault> {
        let signed = |micros: i64| match op {
            Op::Sub => micros.checked_neg().ok_or(EvalFault::Overflow),
            _ => Ok(micros),
        };
        Ok(match (a, b) {
            (V::Int(a), V::Int(b)) => V::Int(op.of_ints(a, b)?),
            (V::Duration(a), V::Duration(b) | V::Int(b)) => V::Duration(op.of_ints(a, b)?),
            (V::Instant(at), V::Duration(by)) => {
                let micros = at.micros().checked_add(signed(by)?);
                V::Instant(Instant::from_micros(micros.ok_or(EvalFault::Overflow)?))
            }
            (V::Instant(a), V::Instant(b)) => V::Duration(
                a.micros()
                    .checked_sub(b.micros())
                    .ok_or(EvalFault::Overflow)?,
            ),
            (V::Day(day), V::Duration(by)) => {
                if by % DAY_MICROS != 0 {
                    return Err(EvalFault::PartOfADay);
                }
                let span = jiff::Span::new()
                    .try_days(signed(by)? / DAY_MICROS)
                    .map_err(|_| EvalFault::Overflow)?;
                let moved = day.civil().checked_add(span);
                V::Day(Day::from_civil(moved.map_err(|_| EvalFault::Overflow)?))
            }
            (V::Day(a), V::Day(b)) => {
                let days = (a.civil() - b.civil()).get_days();
                V::Duration(i64::from(days) * DAY_MICROS)
            }
            (V::Text(a), V::Text(b)) => {
                if a.len() + b.len() > MAX_TEXT {
                    return Err(EvalFault::Budget);
                }
                V::Text(format!("{a}{b}").into())
            }
            _ => V::Null,
        })
    }
}

/// `None` where one is absent.
fn order(a: &V, b: &V) -> Option<Ordering> {
    Some(match (a, b) {
        (V::Bool(a), V::Bool(b)) => a.cmp(b),
        (V::Int(a), V::Int(b)) | (V::Duration(a), V::Duration(b)) => a.cmp(b),
        (V::Text(a), V::Text(b)) => a.cmp(b),
        (V::Day(a), V::Day(b)) => a.cmp(b),
        (V::Instant(a), V::Instant(b)) => a.cmp(b),
        _ => return None,
    })
}
