//! Registers that the program itself reads (`is:`): the fields, links and steps that each must have.

use super::{Ctx, Node};
use crate::name::{Name, Text};
use crate::pack::load::type_word;
use crate::pack::model::Role;

/// A role with the links and the fields (of one of the types) that it reads.
type Needs = (
    Role,
    &'static [&'static str],
    &'static [(&'static str, &'static [&'static str])],
);

impl Ctx<'_> {
    pub(super) fn role(&mut self, node: &Node, head: &super::index::Head) -> Option<Role> {
        let is = node.get("is")?;
        let (role, links, fields): Needs = match is.text()? {
            "metric" => (
                Role::Metric,
                &[],
                &[
                    ("metric", &["text", "choice"]),
                    ("period", &["text"]),
                    ("value", &["int", "money", "ratio"]),
                ],
            ),
            "seal" => (
                Role::Seal,
                &[],
                &[
                    ("standard", &["text"]),
                    ("period", &["text"]),
                    ("roots", &["text"]),
                    ("as_of", &["instant"]),
                ],
            ),
            "scorecard" => (
                Role::Scorecard,
                &["seal"],
                &[
                    ("subject", &["text"]),
                    ("member", &["member"]),
                    ("sealed", &["text"]),
                    ("proposal", &["text"]),
                ],
            ),
            "appeal" => (
                Role::Appeal,
                &[],
                &[
                    ("standard", &["text"]),
                    ("period", &["text"]),
                    ("clause", &["text"]),
                    ("subject", &["text"]),
                    ("record", &["text"]),
                    ("duty", &["text"]),
                    ("occurrence", &["int"]),
                    ("statement", &["text"]),
                    ("decision", &["text"]),
                ],
            ),
            "sample" => (
                Role::Sample,
                &[],
                &[
                    ("standard", &["text"]),
                    ("period", &["text"]),
                    ("listed", &["text"]),
                    ("root", &["text"]),
                    ("size", &["int"]),
                    ("first", &["int"]),
                    ("second", &["int"]),
                    ("seed", &["text"]),
                    ("drawn", &["text"]),
                ],
            ),
            "member" => (
                Role::Member,
                &[],
                &[("name", &["text"]), ("login", &["text"])],
            ),
            "posting" => (
                Role::Posting,
                &["member"],
                &[
                    ("post", &["text", "choice"]),
                    ("from", &["instant", "day", "moment"]),
                    ("until", &["instant", "day", "moment"]),
                ],
            ),
            "leave" => (
                Role::Leave,
                &["member"],
                &[("from", &["instant"]), ("until", &["instant"])],
            ),
            "shift" => (
                Role::Shift,
                &["member"],
                &[("from", &["instant"]), ("until", &["instant"])],
            ),
            "team" => (Role::Team, &[], &[("code", &["text"]), ("name", &["text"])]),
            "place" => (Role::Place, &[], &[("grid", &["text"])]),
            "override" => (
                Role::Override,
                &[],
                &[
                    ("parameter", &["text"]),
                    ("value", &["text"]),
                    ("from", &["day"]),
                ],
            ),
            "mark" => (
                Role::Mark,
                &[],
                &[
                    ("standard", &["text"]),
                    ("clause", &["text"]),
                    ("member", &["member"]),
                    ("period", &["text"]),
                    ("mark", &["int"]),
                    ("reason", &["text"]),
                ],
            ),
            "grant" => (Role::Grant, &["file"], &[]),
            "outage" => (
                Role::Outage,
                &[],
                &[("from", &["instant"]), ("until", &["instant"])],
            ),
            _ => return None,
        };
        let word = is.text().unwrap_or_default();
        for link in links {
            if !head.links.contains_key(*link) {
                self.fault(
                    "role-incomplete",
                    is.at,
                    Text::both(
                        format!("`is: {word}` 要有链接 `{link}`"),
                        format!("`is: {word}` needs a link `{link}`"),
                    ),
                    Text::both(
                        format!("在 links 下加 `{link}`"),
                        format!("add `{link}` under links"),
                    ),
                );
            }
        }
        for (field, types) in fields {
            let found = head.field(field).map(|field| type_word(&field.ty));
            if !found.is_some_and(|found| types.contains(&found)) && !head.broken {
                let types = types.join("/");
                self.fault(
                    "role-incomplete",
                    is.at,
                    Text::both(
                        format!("`is: {word}` 要有类型为 {types} 的字段 `{field}`"),
                        format!("`is: {word}` needs a field `{field}` of type {types}"),
                    ),
                    Text::both(
                        format!("在 fields 下加 `{field}`"),
                        format!("add `{field}` under fields"),
                    ),
                );
            }
        }
        for step in steps_of(role) {
            if !head.steps.contains(&Name::from(*step)) {
                self.fault(
                    "role-incomplete",
                    is.at,
                    Text::both(
                        format!("`is: {word}` 要有步骤 `{step}`"),
                        format!("`is: {word}` needs a step `{step}`"),
                    ),
                    Text::both(
                        format!("在 steps 下加 `{step}`"),
                        format!("add `{step}` under steps"),
                    ),
                );
            }
        }
        Some(role)
    }
}

/// Steps that the use-cases of a register take by name.
fn steps_of(role: Role) -> &'static [&'static str] {
    match role {
        Role::Scorecard => &["show", "propose", "revise", "refuse"],
        Role::Appeal => &["uphold", "reject", "go-on", "uphold-above", "reject-above"],
        Role::Sample => &["type", "draw"],
        _ => &[],
    }
}
