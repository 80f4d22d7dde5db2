//! Duties.

use super::every::host_of;
use super::index::Head;
use super::limit::longest;
use super::source::Place;
use super::{CAUSE, Ctx, FIELD, LINK, Node, POST, STEP, called, flag, parsed, titled_map};
use crate::name::{Name, Text};
use crate::pack::model::{
    Charge, Credit, Distinct, DueSpec, Duty, FieldType, HolderRule, Late, Limit, OnRepeat, Proof,
    Start, Then, Until,
};
use crate::period::Period;
use crate::record::THIS;
use crate::recurrence::Recurrence;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn duties(&mut self, kind: &Name, node: &Node, head: &Head) -> Vec<Duty> {
        let mut duties = Vec::new();
        for (key, value) in node.get("duties").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            let duty = self.duty(kind, name, key.at, value, node, head);
            match (host_of(value), duty) {
                (Some(_), Some(duty)) => self.keep_hosted(kind, value, head, duty),
                (_, duty) => duties.extend(duty),
            }
        }
        duties
    }

    fn duty(
        &mut self,
        kind: &Name,
        name: &str,
        at: Place,
        node: &Node,
        kind_node: &Node,
        head: &Head,
    ) -> Option<Duty> {
        let index = Rc::clone(&self.index);
        let schema = index.step_schema(kind);
        let start = node.get("on").and_then(|on| self.start(kind, on, head));
        let until = self.until(kind, node, head);
        let mut calendar = None;
        if let Some(named) = node.get("calendar") {
            self.calendar(named, &mut calendar);
        }
        let due = match (node.get("due"), &start) {
            (Some(due), _) => self.due(due, head, &mut calendar),
            (None, Some(Start::Every(_))) => Some(DueSpec::PeriodEnd),
            (None, _) if node.get("on").is_some_and(|on| on.get("every").is_some()) => None,
            (None, _) => {
                self.fault(
                    "missing-key",
                    at,
                    Text::both(
                        format!("应办 `{name}` 没有时限"),
                        format!("the duty `{name}` has no due time"),
                    ),
                    Text::both(
                        "写 due: {within: P3D}，或 due: {field: 字段}",
                        "write due: {within: P3D}, or due: {field: FIELD}",
                    ),
                );
                None
            }
        };
        if let (Some(DueSpec::PeriodEnd), Some(start), Some(written)) =
            (&due, &start, node.get("due"))
            && !matches!(start, Start::Every(_))
        {
            self.fault(
                "wrong-value",
                written.at,
                Text::both(
                    "period-end 只用于定期（every）的应办",
                    "period-end goes with a recurring (`every`) duty only",
                ),
                Text::both("写 due: {within: P3D}", "write due: {within: P3D}"),
            );
        }
        let not_before = node
            .get("not-before")
            .and_then(|due| self.due(due, head, &mut calendar));
        if let (true, Some((_, at))) = (flag(node, "around-the-clock"), &calendar) {
            let at = *at;
            self.fault(
                "calendars-mixed",
                at,
                Text::both(
                    "全天候计时的应办不用营业时间",
                    "a duty around the clock has no opening hours",
                ),
                Text::both(
                    "去掉 calendar 或 around-the-clock",
                    "remove `calendar` or `around-the-clock`",
                ),
            );
        }
        let on_due = node.get("on-due").and_then(|step| {
            let step = match step.text() {
                Some(_) => step,
                None => step.get("step")?,
            };
            self.refer(step, STEP, head.steps.iter().filter(|step| *step != "open"))
        });
        let pauses = node
            .get("pauses")
            .map(Node::many)
            .unwrap_or_default()
            .iter()
            .filter_map(|cause| self.refer(cause, CAUSE, &index.causes))
            .collect();
        let has_assignee = kind_node.get("assignee").is_some();
        let holder = match node.get("holder") {
            None if has_assignee => vec![HolderRule::Assignee, HolderRule::Unit],
            None => vec![HolderRule::Unit],
            Some(list) => list
                .many()
                .iter()
                .filter_map(|who| self.holder(who, kind_node, head))
                .collect(),
        };
        let credit = self.credit(node.get("credit"), head);
        let charge = self.charge(node.get("charge"), head);
        let when = self.condition(node.get("when"), schema.as_ref());
        let remind = node.get("remind").and_then(|limit| self.limit(limit, head));
        let due = due?;
        let proof = match node.get("proof").and_then(Node::text) {
            Some("server") => Proof::Server,
            Some("device") => Proof::Device,
            Some("counterpart") => Proof::Counterpart,
            Some("typed") => Proof::Typed,
            _ => self.usual_proof(&due),
        };
        Some(Duty {
            name: name.into(),
            title: titled_map(node, name),
            start: start?,
            when,
            until,
            due,
            not_before,
            calendar: calendar.map(|(name, _)| name),
            on_due,
            fair: parsed(node.get("fair")),
            pauses,
            proof,
            holder,
            credit,
            charge,
            on_repeat: match node.get("on-repeat").and_then(Node::text) {
                Some("keep") => OnRepeat::Keep,
                Some("restart") => OnRepeat::Restart,
                _ => OnRepeat::New,
            },
            stands: parsed(node.get("stands")),
            late: self.late(node.get("late")),
            remind,
            safety: flag(node, "safety"),
        })
    }

    /// S4.6: the server's time for durations under a day, the stated one for the rest.
    fn usual_proof(&self, due: &DueSpec) -> Proof {
        let span = |limit: &Limit| longest(limit, &|name| self.index.defaults.get(name).copied());
        match due {
            DueSpec::Within { limit, .. } => span(limit).map_or(Proof::Typed, Proof::default_for),
            _ => Proof::Typed,
        }
    }

    fn late(&mut self, node: Option<&Node>) -> Option<Late> {
        let node = node?;
        let worth = node.get("worth")?;
        let bp = parsed::<crate::number::Bp>(Some(worth))?.get();
        if !(0..=10_000).contains(&bp) {
            self.fault(
                "bounds",
                worth.at,
                Text::both(
                    "迟办的价值在 0 到 10000 之间",
                    "what a late one is worth is 0 to 10000",
                ),
                Text::both("例如 5000bp，即一半", "for example 5000bp, a half"),
            );
        }
        Some(Late {
            within: parsed(node.get("within"))?,
            worth_bp: bp,
        })
    }

    fn start(&mut self, kind: &Name, node: &Node, head: &Head) -> Option<Start> {
        let index = Rc::clone(&self.index);
        if let Some(field) = node.get("at") {
            return self.time_field(field, head).map(Start::At);
        }
        if node.get("posting").is_some() {
            return Some(Start::PostingEnded);
        }
        if let Some(every) = node.get("every") {
            // Its condition is over the records that it lives in.
            let over = node.get("for").and_then(Node::text).map(Name::from);
            let over = over.filter(|kind| index.kinds.contains_key(kind));
            let every = self.every(over.as_ref().unwrap_or(kind), node, every)?;
            return Some(Start::Every(every));
        }
        let steps: Vec<Name> = node
            .many()
            .iter()
            .filter_map(|step| self.refer(step, STEP, &head.steps))
            .collect();
        (!steps.is_empty()).then_some(Start::Steps(steps))
    }

    /// A recurrence, and the period that it goes by.
    pub(super) fn rhythm(&mut self, node: &Node) -> Option<(Recurrence, Period)> {
        let text = node.text()?;
        let read = text.parse::<Recurrence>();
        if let Err(error) = &read {
            self.fault(
                "rrule",
                node.at,
                error.text(),
                Text::both(
                    "例如 FREQ=WEEKLY;BYDAY=MO,WE，或 FREQ=MONTHLY;BYMONTHDAY=5",
                    "for example FREQ=WEEKLY;BYDAY=MO,WE or FREQ=MONTHLY;BYMONTHDAY=5",
                ),
            );
            return None;
        }
        let has = |part: &str| text.split(';').any(|given| given == part);
        let period = if has("FREQ=DAILY") {
            Period::Day
        } else if has("FREQ=WEEKLY") {
            Period::Week
        } else if has("FREQ=YEARLY") {
            Period::Year
        } else if has("INTERVAL=3") {
            Period::Quarter
        } else if has("INTERVAL=6") {
            Period::HalfYear
        } else {
            Period::Month
        };
        Some((read.ok()?, period))
    }

    fn until(&mut self, kind: &Name, node: &Node, head: &Head) -> Vec<Until> {
        let index = Rc::clone(&self.index);
        let schema = index.step_schema(kind);
        let mut all = Vec::new();
        for item in node.get("until").map(Node::many).unwrap_or_default() {
            let step_node = match item.text() {
                Some(_) => Some(item),
                None => item.get("step"),
            };
            let Some(step) = step_node.and_then(|step| self.refer(step, STEP, &head.steps)) else {
                continue;
            };
            let times = item.get("times");
            let count = times.map_or(1, |times| parsed::<u32>(Some(times)).unwrap_or(0));
            if let (true, Some(times)) = (!(1..=1_000).contains(&count), times) {
                self.fault(
                    "wrong-value",
                    times.at,
                    Text::both("次数在 1 到 1000 之间", "times are 1 to 1000"),
                    Text::both("例如 times: 3", "for example times: 3"),
                );
            }
            all.push(Until {
                step,
                times: count,
                distinct: match item.get("distinct").and_then(Node::text) {
                    Some("day") => Some(Distinct::Day),
                    Some("day-part") => Some(Distinct::DayPart),
                    _ => None,
                },
                when: self.condition(item.get("when"), schema.as_ref()),
                then: match item.get("then").and_then(Node::text) {
                    Some("exempt") => Then::Exempt,
                    _ => Then::Done,
                },
            });
        }
        all
    }

    pub(super) fn holder(
        &mut self,
        node: &Node,
        kind_node: &Node,
        head: &Head,
    ) -> Option<HolderRule> {
        let index = Rc::clone(&self.index);
        let text = node.text()?;
        let post = |ctx: &mut Self, post: &str| ctx.refer_text(post, node.at, POST, &index.posts);
        Some(match called(text) {
            ("creator", None) => HolderRule::Creator,
            ("doer", None) => HolderRule::Doer,
            ("assignee", None) => {
                self.has_key(node, kind_node, "assignee");
                HolderRule::Assignee
            }
            ("planner", None) => HolderRule::Planner,
            ("team", None) => {
                self.has_key(node, kind_node, "team");
                HolderRule::Team(None)
            }
            ("team", Some(code)) => HolderRule::Team(Some(code.into())),
            ("unit", None) => HolderRule::Unit,
            ("on-duty", Some(name)) => HolderRule::OnDuty(post(self, name)?),
            ("post", Some(name)) => HolderRule::Post(post(self, name)?),
            ("field", Some(name)) => HolderRule::Field(self.person(name, node, head)?),
            (word, Some(link)) if word.ends_with("-of") => {
                let serving = word.trim_end_matches("-of");
                let serving = post(self, serving)?;
                if !index.grids.contains(&serving) {
                    self.fault(
                        "post-without-grid",
                        node.at,
                        Text::both(
                            format!("岗位 `{serving}` 不服务网格"),
                            format!("the post `{serving}` serves no grid"),
                        ),
                        Text::both(
                            "在 posts.yaml 里给它 grid: true",
                            "give it grid: true in posts.yaml",
                        ),
                    );
                }
                // A place itself says which grid it belongs to.
                if link == THIS && head.field("grid").is_some() {
                    return Some(HolderRule::GridOf(THIS.into()));
                }
                HolderRule::GridOf(self.refer_text(link, node.at, LINK, head.links.keys())?)
            }
            _ => {
                let help = match index.posts.contains(text) {
                    true => Text::both(
                        format!("写 post({text})，或当班的 on-duty({text})"),
                        format!("write post({text}), or on-duty({text}) for who is on shift"),
                    ),
                    false => crate::near::did_you_mean(
                        text,
                        [
                            "creator",
                            "doer",
                            "assignee",
                            "team",
                            "unit",
                            "on-duty(…)",
                            "post(…)",
                            "field(…)",
                            "POST-of(…)",
                        ],
                    ),
                };
                self.fault(
                    "wrong-holder",
                    node.at,
                    Text::both(
                        format!("`{text}` 说不清谁负责"),
                        format!("`{text}` does not say who holds it"),
                    ),
                    help,
                );
                return None;
            }
        })
    }

    fn has_key(&mut self, node: &Node, kind_node: &Node, key: &str) {
        if kind_node.get(key).is_some() {
            return;
        }
        self.fault(
            "no-such-field",
            node.at,
            Text::both(
                format!("这个类型没有写 `{key}:`"),
                format!("this kind has no `{key}:`"),
            ),
            Text::both(
                format!("在类型下写 `{key}: 字段`"),
                format!("write `{key}: FIELD` at the kind"),
            ),
        );
    }

    /// A field or link that names a member or team.
    pub(super) fn person(&mut self, name: &str, node: &Node, head: &Head) -> Option<Name> {
        let known = head.field_names().chain(head.links.keys());
        let name = self.refer_text(name, node.at, FIELD, known)?;
        let fits = match head.field(name.as_str()) {
            Some(field) => matches!(field.ty, FieldType::Member | FieldType::Team),
            None => true,
        };
        if !fits && !head.broken {
            self.fault(
                "field-type",
                node.at,
                Text::both(
                    format!("字段 `{name}` 不是人员也不是班组"),
                    format!("the field `{name}` names neither a member nor a team"),
                ),
                Text::both(
                    "用类型为 member 或 team 的字段，或链接",
                    "name a field of type member or team, or a link",
                ),
            );
            return None;
        }
        Some(name)
    }

    fn credit(&mut self, node: Option<&Node>, head: &Head) -> Credit {
        let Some((node, text)) = node.and_then(|node| Some((node, node.text()?))) else {
            return Credit::Holder;
        };
        match called(text) {
            ("holder", None) => Credit::Holder,
            ("doer", None) => Credit::Doer,
            ("each", Some(field)) => match self.person(field, node, head) {
                Some(field) => Credit::Each(field),
                None => Credit::Holder,
            },
            _ => {
                self.word(node, &["holder", "doer", "each(…)"]);
                Credit::Holder
            }
        }
    }

    fn charge(&mut self, node: Option<&Node>, head: &Head) -> Charge {
        let Some((node, text)) = node.and_then(|node| Some((node, node.text()?))) else {
            return Charge::Longest;
        };
        match called(text) {
            ("longest", None) => Charge::Longest,
            ("holder-at-due", None) => Charge::HolderAtDue,
            ("unit", None) => Charge::Unit,
            ("link", Some(name)) => match self.person(name, node, head) {
                Some(name) => Charge::Responsible(name),
                None => Charge::Longest,
            },
            _ => {
                self.word(node, &["longest", "holder-at-due", "unit", "link(…)"]);
                Charge::Longest
            }
        }
    }

    fn word(&mut self, node: &Node, words: &[&str]) {
        let text = node.text().unwrap_or_default();
        self.fault(
            "unknown-word",
            node.at,
            Text::both(
                format!("这里没有 `{text}` 这个词"),
                format!("`{text}` is not one of the words that can stand here"),
            ),
            crate::near::did_you_mean(text, words.iter().copied()),
        );
    }
}

pub(super) fn period(word: &str) -> Option<Period> {
    Some(match word {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "quarter" => Period::Quarter,
        "half-year" => Period::HalfYear,
        "year" => Period::Year,
        _ => return None,
    })
}
