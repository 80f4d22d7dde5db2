//! schedules.yaml: records that open on a rhythm.

use super::company::pairs;
use super::index::Head;
use super::{Ctx, FIELD, KIND, LINK, Node, parsed, titled_map};
use crate::name::{Name, Text};
use crate::pack::model::{FieldType, Schedule};
use crate::time::Day;
use crate::unit::Level;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn schedules(&mut self, node: Option<&Node>) -> BTreeMap<Name, Schedule> {
        let index = Rc::clone(&self.index);
        let mut schedules = BTreeMap::new();
        let Some(node) = node else { return schedules };
        for (key, value) in pairs(node, "schedules") {
            let Some(name) = key.text() else { continue };
            let rule = value.get("every").and_then(|every| self.rhythm(every));
            let days = self.on_days(value);
            let from = value.get("from").map(|day| (day, parsed::<Day>(Some(day))));
            if let Some((node, None)) = from {
                self.fault(
                    "wrong-value",
                    node.at,
                    Text::both("这里要日期", "a day is asked here"),
                    Text::both("写 2026-01-01", "write 2026-01-01"),
                );
            }
            let levels = value.get("at").map(Node::many).unwrap_or_default();
            let at: Vec<Level> = levels
                .iter()
                .filter_map(|level| parsed(Some(level)))
                .collect();
            let open = value
                .get("open")
                .and_then(|kind| self.refer(kind, KIND, index.kinds.keys()));
            let each = value
                .get("each")
                .and_then(|kind| self.refer(kind, KIND, index.kinds.keys()));
            let Some(head) = open.as_ref().and_then(|kind| index.head(kind)) else {
                continue;
            };
            let mut data = BTreeMap::new();
            for (field, literal) in value.get("data").map(Node::pairs).unwrap_or_default() {
                let Some(field) = self.refer(field, FIELD, head.field_names()) else {
                    continue;
                };
                if let Some(read) = self.fixed(literal, &field, head) {
                    data.insert(field, read);
                }
            }
            let link = value
                .get("link")
                .and_then(|link| self.refer(link, LINK, head.links.keys()));
            if value.get("each").is_none() {
                for key in ["when", "link", "fill", "roll"] {
                    if let Some(stray) = value.key(key) {
                        let at = stray.at;
                        self.fault(
                            "missing-key",
                            at,
                            Text::both(
                                format!("有 `{key}` 就要有 `each`"),
                                format!("`{key}` needs `each`"),
                            ),
                            Text::both(
                                "写 each: 单据类型，说明对谁",
                                "write each: KIND, to say for which records",
                            ),
                        );
                    }
                }
            }
            let schema = each.as_ref().and_then(|kind| index.schema(kind));
            let when = self.condition(value.get("when"), schema.as_ref());
            let mut fill = BTreeMap::new();
            if each.is_some()
                && let Some(node) = value.get("fill")
            {
                fill = self.data(node, head, schema.as_ref());
            }
            let roll = value.get("roll").map(Node::many).unwrap_or_default();
            let roll = roll
                .iter()
                .filter_map(|field| {
                    let days = head
                        .fields
                        .iter()
                        .filter(|it| matches!(it.ty, FieldType::Day));
                    self.refer(field, FIELD, days.map(|it| &it.name))
                })
                .collect();
            self.asked_of_schedule(value, head, link.as_ref());
            let (Some((rule, _)), Some(open)) = (rule, open) else {
                continue;
            };
            let schedule = Schedule {
                name: name.into(),
                title: titled_map(value, name),
                rule,
                from: from.and_then(|(_, day)| day).unwrap_or(Day::RHYTHM),
                days,
                at: if at.is_empty() {
                    vec![Level::Project]
                } else {
                    at
                },
                open,
                data,
                fill,
                roll,
                each,
                when,
                link,
            };
            schedules.insert(name.into(), schedule);
        }
        schedules
    }

    /// A record that opens by itself has nobody to ask for what is missing.
    fn asked_of_schedule(&mut self, node: &Node, head: &Head, link: Option<&Name>) {
        let Some(open) = node.get("open") else { return };
        let given = |name: &Name| {
            ["data", "fill"].iter().any(|key| {
                node.get(key)
                    .is_some_and(|data| data.get(name.as_str()).is_some())
            })
        };
        let missing = head
            .links
            .values()
            .find(|wanted| wanted.required && link != Some(&wanted.name));
        if let Some(missing) = missing {
            let name = &missing.name;
            self.fault(
                "link-missing",
                open.at,
                Text::both(
                    format!("定期开立的单据必须有链接 `{name}`"),
                    format!("what opens on a rhythm must have the link `{name}`"),
                ),
                Text::both(
                    format!("写 each: {} 和 link: {name}", missing.kind),
                    format!("write each: {} and link: {name}", missing.kind),
                ),
            );
        }
        let empty = head
            .fields
            .iter()
            .find(|field| field.required && field.default.is_none() && !given(&field.name));
        if let Some(field) = empty {
            let name = &field.name;
            self.fault(
                "field-missing",
                open.at,
                Text::both(
                    format!("定期开立的单据要填字段 `{name}`"),
                    format!("what opens on a rhythm must fill in `{name}`"),
                ),
                Text::both(
                    format!("在 data 或 fill 里写 {name}，或给它 default"),
                    format!("write {name} under data or fill, or give it a default"),
                ),
            );
        }
    }
}
