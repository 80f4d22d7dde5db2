//! Recurring duties that stand in one kind and live in the records of another: `on: {every: …, for: home, each: home}`.
//!
//! The duty becomes one of the register's own: it recurs on each of its records, and a step of the system, taken as an effect of the step that
//! does it, proves it there. Nothing else knows that it was written elsewhere.

use super::index::Head;
use super::{Ctx, KIND, LINK, Node};
use crate::name::{Name, Text};
use crate::pack::model::{
    DueSpec, Duty, Effect, Every, HolderRule, Kind, Limit, Step, Until, Who, Withdraws,
};
use crate::record::THIS;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A duty with the kind that it stands in, the one that it lives in, and the link between them.
pub(super) struct Hosted {
    kind: Name,
    host: Name,
    link: Name,
    duty: Duty,
}

/// The kind in whose records a duty lives that says `for`.
pub(super) fn host_of(duty: &Node) -> Option<&Node> {
    duty.get("on")?.get("for")
}

/// What a duty of a kind is called where it lives.
pub(super) fn hosted_name(kind: &Name, duty: &str) -> Name {
    Name::from(format!("{kind}/{duty}"))
}

impl Ctx<'_> {
    /// The `every` of a duty, over the records of `kind`.
    pub(super) fn every(&mut self, kind: &Name, on: &Node, every: &Node) -> Option<Every> {
        let index = Rc::clone(&self.index);
        let (rule, frequency) = self.rhythm(every)?;
        let schema = index.schema(kind);
        let period = match on.get("period").and_then(Node::text) {
            Some(word) => super::duty::period(word)?,
            None => frequency,
        };
        Some(Every {
            rule,
            while_: self.condition(on.get("while"), schema.as_ref()),
            period,
            days: self.on_days(on),
            alone: std::sync::OnceLock::new(),
        })
    }

    /// The link of a kind under which the subject of such a duty stands; without `each` its only link to it.
    pub(super) fn subject(&mut self, on: &Node, head: &Head) -> Option<(Name, Name)> {
        let index = Rc::clone(&self.index);
        let node = on.get("for")?;
        let host = self.refer(node, KIND, index.kinds.keys())?;
        let leads = |name: &&Name| head.links.get(*name).is_some_and(|link| link.kind == host);
        let link = match on.get("each") {
            Some(each) => Some(self.refer(each, LINK, head.links.keys())?),
            None => match head.links.keys().filter(leads).collect::<Vec<_>>()[..] {
                [only] => Some(only.clone()),
                _ => None,
            },
        };
        match link.filter(|link| leads(&link)) {
            Some(link) => Some((host, link)),
            None => {
                self.fault(
                    "no-such-link",
                    node.at,
                    Text::both(
                        format!("说不清哪个链接指向每个 {host}"),
                        format!("this does not say which link leads to each {host}"),
                    ),
                    Text::both(
                        format!("写 each: 指向 {host} 的链接"),
                        format!("write each: a link that leads to a {host}"),
                    ),
                );
                None
            }
        }
    }

    /// Keeps a duty for the kind that it lives in.
    pub(super) fn keep_hosted(&mut self, kind: &Name, node: &Node, head: &Head, duty: Duty) {
        let Some((host, link)) = node.get("on").and_then(|on| self.subject(on, head)) else {
            return;
        };
        let mut sound = true;
        let simple = match &duty.due {
            DueSpec::PeriodEnd | DueSpec::Point { .. } => true,
            DueSpec::Within { limit, .. } => !matches!(limit, Limit::By { .. }),
            _ => false,
        };
        if !simple || duty.when.is_some() || duty.not_before.is_some() || duty.on_due.is_some() {
            sound = false;
            self.unsuited(
                node,
                "due、when、not-before、on-due",
                "`due`, `when`, `not-before`, `on-due`",
            );
        }
        let holder: Vec<HolderRule> = duty
            .holder
            .iter()
            .filter_map(|rule| match rule {
                HolderRule::GridOf(of) if *of == link => Some(HolderRule::GridOf(THIS.into())),
                HolderRule::OnDuty(_)
                | HolderRule::Planner
                | HolderRule::Post(_)
                | HolderRule::Team(Some(_))
                | HolderRule::Unit => Some(rule.clone()),
                _ => None,
            })
            .collect();
        if holder.len() != duty.holder.len() {
            sound = false;
            self.unsuited(node, "holder", "`holder`");
        }
        if sound {
            let name = hosted_name(kind, duty.name.as_str());
            let duty = Duty {
                name,
                holder,
                ..duty
            };
            self.hosted.push(Hosted {
                kind: kind.clone(),
                host,
                link,
                duty,
            });
        }
    }

    fn unsuited(&mut self, node: &Node, zh: &str, en: &str) {
        let at = host_of(node).map_or(node.at, |host| host.at);
        self.fault(
            "every-unsuited",
            at,
            Text::both(
                format!("对每个单据（for）的应办，{zh} 只能用那个单据知道的东西"),
                format!("of a duty `for` each record, {en} may only ask what that record knows"),
            ),
            Text::both(
                "holder 用 岗位-of(链接)、post、on-duty、team(编号)、unit；时限用 period-end 或时长；条件写 while",
                "hold it by POST-of(LINK), post, on-duty, team(CODE), unit; let it be due at period-end or within a duration; conditions are `while`",
            ),
        );
    }

    /// Puts such duties where they live, with the steps that prove them.
    pub(super) fn host(&mut self, kinds: &mut BTreeMap<Name, Kind>) {
        for hosted in std::mem::take(&mut self.hosted) {
            let Hosted {
                kind,
                host,
                link,
                duty,
            } = hosted;
            let mut until = Vec::new();
            for (place, item) in duty.until.iter().enumerate() {
                let step = match place {
                    0 => duty.name.clone(),
                    _ => Name::from(format!("{}/{}", duty.name, place + 1)),
                };
                let effect = Effect::Step {
                    link: link.clone(),
                    step: step.clone(),
                    when: item.when.clone(),
                    data: BTreeMap::new(),
                };
                let Some(from) = kinds.get_mut(&kind) else {
                    continue;
                };
                let does = match item.step.as_str() {
                    "open" => Some(&mut from.open),
                    name => from.steps.get_mut(name),
                };
                if let Some(does) = does {
                    does.effects.push(effect);
                }
                if let Some(host) = kinds.get_mut(&host) {
                    host.steps.insert(step.clone(), proof(&step, &duty.title));
                }
                until.push(Until {
                    step,
                    when: None,
                    ..item.clone()
                });
            }
            if let Some(host) = kinds.get_mut(&host) {
                host.duties.push(Duty { until, ..duty });
            }
        }
    }
}

/// The step by which another record's step counts here.
fn proof(name: &Name, title: &Text) -> Step {
    Step {
        name: name.clone(),
        title: title.clone(),
        from: Vec::new(),
        to: None,
        by: vec![Who::System],
        not_by: Vec::new(),
        form: Vec::new(),
        when: None,
        cosign: Vec::new(),
        effects: Vec::new(),
        undoes: Vec::new(),
        withdraws: Withdraws::Nothing,
        confirm: false,
        contact_attempt: false,
        needs: std::sync::OnceLock::new(),
    }
}
