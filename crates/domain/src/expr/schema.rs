//! What an expression may name in its place, and of which type.

use crate::name::{Name, Text};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Bool,
    Int,
    Text,
    /// One of these names.
    Choice(Vec<Name>),
    Day,
    Instant,
    /// An instant or a day without a time: it can be asked for, not compared.
    Moment,
    Duration,
    /// Fen.
    Money,
    List(Box<Type>),
    /// A record of this kind.
    Link(Name),
    /// A member, a team, a unit.
    Id,
    /// A private value: whether it is filled in can be asked, what it is cannot.
    Sealed,
}

impl Type {
    pub fn choice<const N: usize>(cases: [&str; N]) -> Self {
        Self::Choice(cases.into_iter().map(Name::from).collect())
    }
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }
    /// What it is called in a message.
    pub fn title(&self) -> Text {
        let (zh, en) = match self {
            Self::Bool => ("是/否", "true or false"),
            Self::Int => ("整数", "a whole number"),
            Self::Text => ("文字", "a text"),
            Self::Choice(_) => ("选项", "a choice"),
            Self::Day => ("日期", "a day"),
            Self::Instant => ("时刻", "an instant"),
            Self::Moment => ("时刻或日期", "an instant or a day"),
            Self::Duration => ("时长", "a duration"),
            Self::Money => ("金额（分）", "an amount of money (fen)"),
            Self::List(_) => ("列表", "a list"),
            Self::Link(_) => ("链接", "a link"),
            Self::Id => ("人员、班组或单元", "a member, team or unit"),
            Self::Sealed => (
                "敏感字段（只能问 has(x)，或原样放进另一个敏感字段）",
                "a private field (ask has(x), or hand it to another private field)",
            ),
        };
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// The names of one place: fields, `state`, links with what they lead to, facts.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    names: BTreeMap<Vec<Name>, Type>,
}

impl Schema {
    #[must_use]
    pub fn with(mut self, path: &str, ty: Type) -> Self {
        self.insert(path.split('.').map(Name::from).collect(), ty);
        self
    }
    pub fn insert(&mut self, path: Vec<Name>, ty: Type) {
        self.names.insert(path, ty);
    }
    /// The path as the pack spells it, and its type. `_` in an expression stands for `-` as well.
    pub fn resolve(&self, path: &[&str]) -> Option<(&[Name], &Type)> {
        let exact: Vec<Name> = path.iter().map(|part| Name::from(*part)).collect();
        if let Some((found, ty)) = self.names.get_key_value(&exact) {
            return Some((found, ty));
        }
        self.names
            .iter()
            .find(|(known, _)| {
                known.len() == path.len()
                    && known
                        .iter()
                        .zip(path)
                        .all(|(known, part)| known.as_str().replace('-', "_") == **part)
            })
            .map(|(found, ty)| (found.as_slice(), ty))
    }
    /// The names that could stand after this prefix, as an expression spells them.
    pub fn names_under(&self, prefix: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = self
            .names
            .keys()
            .filter(|known| {
                known.len() > prefix.len()
                    && known.iter().zip(prefix).all(|(known, part)| {
                        known.as_str().replace('-', "_") == part.replace('-', "_")
                    })
            })
            .map(|known| known[prefix.len()].as_str().replace('-', "_"))
            .collect();
        names.dedup();
        names
    }
}
