//! What of a kind customers are shown, and the kind by which they confirm that they have read it.
//!
//! What is published is read by everybody: nothing private may stand in it, nobody's name or signature, and nothing of another record.

use super::index::Head;
use super::{Ctx, FIELD, Files, KIND, Node, STATE, flag, type_word};
use crate::name::{Name, Text};
use crate::pack::model::{FieldType, Kind, Who};
use crate::published::{Published, Receipt};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn published(&mut self, node: &Node, head: &Head) -> Option<Published> {
        let body = node.get("published")?;
        for key in ["secret", "hidden-until"] {
            if let Some(said) = node.key(key)
                && (key != "secret" || flag(node, key))
            {
                let at = said.at;
                self.fault(
                    "published-unsuited",
                    at,
                    Text::both(
                        format!("有 `{key}` 的单据不能公示"),
                        format!("what has `{key}` is not published"),
                    ),
                    Text::both("删掉 published", "remove `published`"),
                );
            }
        }
        let states = body.get("in").map(Node::many).unwrap_or_default().iter();
        let states = states
            .filter_map(|state| self.refer(state, STATE, head.state_names()))
            .collect();
        let fields = body.get("fields").map(Node::many).unwrap_or_default();
        let fields = fields
            .iter()
            .filter_map(|field| self.published_field(field, head))
            .collect();
        Some(Published {
            states,
            fields,
            receipt: None,
        })
    }

    fn published_field(&mut self, node: &Node, head: &Head) -> Option<Name> {
        if node
            .text()
            .is_some_and(|name| head.links.contains_key(name))
        {
            let name = node.text().unwrap_or_default();
            self.fault(
                "published-link",
                node.at,
                Text::both(
                    format!("链接 `{name}` 指向另一张单据，不能公示"),
                    format!("the link `{name}` leads to another record and is not published"),
                ),
                Text::both(
                    "要公示的内容写成本单据的字段",
                    "let a field of this kind say what is to be shown",
                ),
            );
            return None;
        }
        let name = self.refer(node, FIELD, head.field_names())?;
        let field = head.field(name.as_str())?;
        if field.sensitive.is_some() {
            self.shown(node, &name);
            return None;
        }
        if let FieldType::Member | FieldType::Team | FieldType::Unit | FieldType::Signature =
            field.ty
        {
            let word = type_word(&field.ty);
            self.fault(
                "field-type",
                node.at,
                Text::both(
                    format!("类型 {word} 的字段 `{name}` 不能公示"),
                    format!("`{name}` is of type {word}, which is not published"),
                ),
                Text::both(
                    "改用文字字段，写明要让人知道的内容",
                    "use a text that says what people are to know",
                ),
            );
            return None;
        }
        Some(name)
    }

    /// A receipt is given in one tap: its form asks for nothing, and it links nothing but what was read and who has read it.
    pub(super) fn receipts(&mut self, files: &Files, kinds: &mut BTreeMap<Name, Kind>) {
        let index = Rc::clone(&self.index);
        for (name, node) in &files.kinds {
            let Some(place) = node.get("published").and_then(|body| body.get("receipt")) else {
                continue;
            };
            let Some(receipt) = self.refer(place, KIND, index.kinds.keys()) else {
                continue;
            };
            let found = kinds.get(&receipt).map(|kind| receipt_of(kind, name));
            match found {
                // Its own faults have been told.
                None => {}
                Some(Some(receipt)) => {
                    let published = kinds.get_mut(name).and_then(|kind| kind.published.as_mut());
                    if let Some(published) = published {
                        published.receipt = Some(receipt);
                    }
                }
                Some(None) => self.fault(
                    "receipt-unsuited",
                    place.at,
                    Text::both(
                        format!("`{receipt}` 不能作 `{name}` 的回执"),
                        format!("`{receipt}` cannot be a receipt for `{name}`"),
                    ),
                    Text::both(
                        format!("回执要有必填链接指向 {name}，由 party(链接) 开立，没有别的必填字段和链接"),
                        format!("a receipt has a required link to {name}, is opened by party(LINK), and requires no other field or link"),
                    ),
                ),
            }
        }
    }
}

fn receipt_of(kind: &Kind, read: &Name) -> Option<Receipt> {
    let of = kind
        .links
        .values()
        .find(|link| link.kind == *read && link.required)?;
    let by = kind.open.by.iter().find_map(|who| match who {
        Who::Party(link) => Some(link),
        _ => None,
    })?;
    let asks = kind.open.form.iter().any(|field| field.required)
        || kind.fields.iter().any(|field| field.required)
        || kind
            .links
            .values()
            .any(|link| link.required && link.name != of.name && link.name != *by);
    (!asks && of.name != *by).then(|| Receipt {
        kind: kind.name.clone(),
        of: of.name.clone(),
        by: by.clone(),
    })
}
