//! Private fields and secret files: what a pack must say of them, and what may not look at them.
//!
//! A private value is sealed before anything is decided, so a rule that read it would read nothing; such a rule is a fault of the pack.

use super::source::Place;
use super::{Ctx, Files, LINK, Node};
use crate::name::{Name, Text};
use crate::pack::model::{Field, FieldType, Kind, Role};
use crate::value::Value;
use std::collections::BTreeMap;

/// The state of a grant in which its holder sees the file.
const GRANTED: &str = crate::privacy::GRANTED;

impl Ctx<'_> {
    /// The private fields of one kind.
    pub(super) fn private(&mut self, kind: &Kind, node: &Node, head: &super::index::Head) {
        let at = |field: &Name| {
            let fields = node.get("fields");
            fields.and_then(|fields| fields.get(field.as_str()))
        };
        for field in &kind.fields {
            let (Some(sensitive), Some(place)) = (&field.sensitive, at(&field.name)) else {
                continue;
            };
            if sensitive.of.is_some()
                && let Some(of) = place.get("sensitive").and_then(|body| body.get("of"))
            {
                self.refer(of, LINK, head.links.keys());
            }
            if !sealable(field) {
                self.fault(
                    "sensitive-type",
                    place.at,
                    Text::both(
                        format!("类型不是文字、电话或附件的字段不能是敏感的：`{}`", field.name),
                        format!("`{}` is neither a text, a telephone number nor a file, and only these can be private", field.name),
                    ),
                    Text::both("改成 text、phone、photos、files 或 signature", "make it a text, phone, photos, files or signature"),
                );
            }
            if field.default.is_some() {
                self.not_private(&field.name, place.at, ("固定值", "a fixed value"));
            }
            let same = kind
                .facts
                .values()
                .any(|fact| fact.same.contains(&field.name));
            if same {
                self.not_private(
                    &field.name,
                    place.at,
                    ("查找相同情况", "looking for earlier cases"),
                );
            }
            if reads(kind.role).contains(&field.name.as_str()) {
                self.not_private(
                    &field.name,
                    place.at,
                    ("程序自己要读的台账", "a register that the program reads"),
                );
            }
        }
        if kind.role == Some(Role::Grant) {
            let timed = kind.duties.iter().any(|duty| duty.on_due.is_some());
            if !timed || kind.state(GRANTED).is_none() {
                let place = node.get("is").unwrap_or(node);
                self.fault(
                    "role-incomplete",
                    place.at,
                    Text::both(
                        "`is: grant` 要有状态 `granted`，和一件到时由系统收回（on-due）的应办",
                        "`is: grant` needs a state `granted` and a duty with `on-due` that ends it",
                    ),
                    Text::both(
                        "加上状态，并写 duties: {return: {on: grant, until: return, due: {within: {param: …}}, on-due: lapse}}",
                        "add the state, and duties: {return: {on: grant, until: return, due: {within: {param: …}}, on-due: lapse}}",
                    ),
                );
            }
        }
    }

    /// A secret file is nobody's to see unless somebody can grant it.
    pub(super) fn secrets(&mut self, files: &Files, kinds: &BTreeMap<Name, Kind>) {
        for (name, node) in &files.kinds {
            let Some(place) = node
                .get("secret")
                .filter(|_| kinds.get(name).is_some_and(|kind| kind.secret))
            else {
                continue;
            };
            let granted = kinds.values().any(|kind| {
                kind.role == Some(Role::Grant)
                    && kind
                        .links
                        .get("file")
                        .is_some_and(|link| link.kind == *name)
            });
            if !granted {
                self.fault(
                    "secret-without-grant",
                    place.at,
                    Text::both(
                        format!("`{name}` 是保密档案，却没有申请查阅的单据类型"),
                        format!("`{name}` is secret, and no kind grants access to it"),
                    ),
                    Text::both(
                        format!("加一个 `is: grant` 的类型，链接 file 指向 {name}"),
                        format!("add a kind with `is: grant` whose link `file` leads to {name}"),
                    ),
                );
            }
        }
    }

    /// The value that a pack itself gives a field, which a private one never has.
    pub(super) fn fixed(
        &mut self,
        literal: &Node,
        name: &Name,
        head: &super::index::Head,
    ) -> Option<Value> {
        let field = head.field(name.as_str())?;
        if field.sensitive.is_some() {
            self.not_private(name, literal.at, ("固定值", "a fixed value"));
            return None;
        }
        self.literal(literal, &field.ty)
    }

    fn not_private(&mut self, field: &Name, at: Place, (zh, en): (&str, &str)) {
        self.fault(
            "sensitive-read",
            at,
            Text::both(
                format!("敏感字段 `{field}` 不能用于{zh}"),
                format!("the private field `{field}` cannot serve for {en}"),
            ),
            Text::both("换一个不敏感的字段", "use a field that is not private"),
        );
    }
}

/// Types whose values no rule counts with.
fn sealable(field: &Field) -> bool {
    matches!(
        field.ty,
        FieldType::Text { .. } | FieldType::Phone | FieldType::Files { .. } | FieldType::Signature
    )
}

/// The texts that the program reads of a register.
fn reads(role: Option<Role>) -> &'static [&'static str] {
    match role {
        Some(Role::Member) => &["name", "login"],
        Some(Role::Posting) => &["post", "grid", "team"],
        Some(Role::Team) => &["code", "name"],
        Some(Role::Place) => &["grid"],
        Some(Role::Override) => &["parameter", "value"],
        Some(Role::Mark) => &["standard", "clause", "period", "reason"],
        Some(Role::Metric) => &["metric", "period"],
        Some(Role::Seal) => &["standard", "period", "roots"],
        Some(Role::Scorecard) => &["subject", "sealed", "proposal"],
        Some(Role::Appeal) => &[
            "standard",
            "period",
            "clause",
            "subject",
            "record",
            "duty",
            "statement",
            "decision",
        ],
        Some(Role::Sample) => &["standard", "period", "listed", "root", "seed", "drawn"],
        Some(Role::Leave | Role::Shift | Role::Outage | Role::Grant) | None => &[],
    }
}
