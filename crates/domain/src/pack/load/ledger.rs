//! Ledgers, and the effects that reach beyond the record: lines of ledgers, messages to other units.

use super::company::pairs;
use super::index::Head;
use super::{Ctx, FIELD, KIND, LEDGER, LINK, Node, STEP, called, parsed, titled, titled_map};
use crate::expr::{Schema, Type};
use crate::name::{Name, Text};
use crate::pack::model::{Asks, Effect, FieldType, Ledger, LinkFrom, SendTo};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn ledgers(&mut self, pack: Option<&Node>) -> BTreeMap<Name, Ledger> {
        let index = Rc::clone(&self.index);
        let mut ledgers = BTreeMap::new();
        let Some(pack) = pack else { return ledgers };
        for (key, value) in pairs(pack, "ledgers") {
            let Some(name) = key.text() else { continue };
            let account = value
                .get("account")
                .and_then(|kind| self.refer(kind, KIND, index.kinds.keys()));
            let unit = titled(value.get("unit"), "");
            let ledger = account.map(|account| Ledger {
                name: name.into(),
                title: titled_map(value, name),
                money: unit.en == "fen",
                unit,
                account,
                least: parsed(value.get("least")),
            });
            ledgers.extend(ledger.map(|ledger| (Name::from(name), ledger)));
        }
        ledgers
    }

    pub(super) fn post_effect(
        &mut self,
        node: &Node,
        kind: &Name,
        head: &Head,
        schema: Option<&Schema>,
    ) -> Option<Effect> {
        let index = Rc::clone(&self.index);
        let ledger = self.refer(node.get("ledger")?, LEDGER, index.ledgers.keys())?;
        let account_node = node.get("account")?;
        let (account, is) = match account_node.text() {
            Some("this") => (LinkFrom::This, kind.clone()),
            _ => {
                let link = self.refer(account_node, LINK, head.links.keys())?;
                let is = head.links.get(&link)?.kind.clone();
                (LinkFrom::Link(link), is)
            }
        };
        let (wanted, _) = index.ledgers.get(&ledger)?.clone()?;
        if is != wanted {
            self.fault(
                "account-kind",
                account_node.at,
                Text::both(
                    format!("台账 `{ledger}` 的账户是 {wanted}，这里是 {is}"),
                    format!("an account of `{ledger}` is a {wanted}, this is a {is}"),
                ),
                Text::both(
                    format!("写指向 {wanted} 的链接"),
                    format!("name a link that leads to a {wanted}"),
                ),
            );
        }
        let when = self.condition(node.get("when"), schema);
        let amount = self.expr(node.get("amount")?, schema, Some(&Type::Int))?;
        Some(Effect::Post {
            ledger,
            account,
            amount,
            when,
        })
    }

    pub(super) fn send_effect(
        &mut self,
        node: &Node,
        head: &Head,
        schema: Option<&Schema>,
    ) -> Option<Effect> {
        let index = Rc::clone(&self.index);
        let to = self.send_to(node.get("to")?, head)?;
        let answers = node.get("step").is_some();
        if answers != (to == SendTo::Sender) {
            let at = node.get("to")?.at;
            self.fault(
                "send-unsuited",
                at,
                Text::both(
                    "开立（open）发往别处，走步骤（step）只回给来信的单据（to: sender）",
                    "`open` goes to another unit; `step` goes back to the record that had sent (to: sender)",
                ),
                Text::both(
                    "写 {to: above, open: 类型}，或 {to: sender, kind: 类型, step: 步骤}",
                    "write {to: above, open: KIND}, or {to: sender, kind: KIND, step: STEP}",
                ),
            );
            return None;
        }
        let when = self.condition(node.get("when"), schema);
        let kind_node = node.get(if answers { "kind" } else { "open" });
        let Some(kind_node) = kind_node else {
            let at = node.get("step")?.at;
            self.fault(
                "missing-key",
                at,
                Text::both("step 旁边要有 kind", "`step` needs `kind` beside it"),
                Text::both(
                    "写来信单据的类型",
                    "name the kind of the record that had sent",
                ),
            );
            return None;
        };
        let kind = self.refer(kind_node, KIND, index.kinds.keys())?;
        let target = index.head(&kind)?;
        let data = match node.get("data") {
            Some(data) => self.data(data, target, schema),
            None => BTreeMap::new(),
        };
        let asks = match node.get("step") {
            Some(step) => {
                let known = target.steps.iter().filter(|step| *step != "open");
                Asks::Step(self.refer(step, STEP, known)?)
            }
            None => {
                if let Some(link) = target.links.values().find(|link| link.required) {
                    let name = &link.name;
                    self.fault(
                        "link-missing",
                        kind_node.at,
                        Text::both(
                            format!("`{kind}` 必须有链接 `{name}`，发往别处的单据带不了链接"),
                            format!("a `{kind}` must have the link `{name}`, and no link leads to another unit"),
                        ),
                        Text::both(
                            "为收件单元另立一个类型",
                            "make a kind for what the other unit receives",
                        ),
                    );
                }
                Asks::Open(kind)
            }
        };
        Some(Effect::Send {
            to,
            asks,
            when,
            data,
        })
    }

    fn send_to(&mut self, node: &Node, head: &Head) -> Option<SendTo> {
        let text = node.text()?;
        match called(text) {
            ("above", None) => Some(SendTo::Above),
            ("company", None) => Some(SendTo::Company),
            ("sender", None) => Some(SendTo::Sender),
            ("field", Some(name)) => {
                let name = self.refer_text(name, node.at, FIELD, head.field_names())?;
                let unit = head.field(name.as_str()).map(|field| &field.ty);
                if unit == Some(&FieldType::Unit) || head.broken {
                    return Some(SendTo::Field(name));
                }
                self.fault(
                    "field-type",
                    node.at,
                    Text::both(
                        format!("字段 `{name}` 不是组织单元"),
                        format!("the field `{name}` names no unit"),
                    ),
                    Text::both("用类型为 unit 的字段", "name a field of type unit"),
                );
                None
            }
            _ => {
                self.fault(
                    "unknown-word",
                    node.at,
                    Text::both(
                        format!("`{text}` 说不清发往哪个单元"),
                        format!("`{text}` does not say to which unit"),
                    ),
                    crate::near::did_you_mean(text, ["above", "company", "sender", "field(…)"]),
                );
                None
            }
        }
    }
}
