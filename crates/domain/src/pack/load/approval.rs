//! Approvals and merging.

use super::index::Head;
use super::{CAUSE, Ctx, DUTY, LINK, Node, POST, STATE, STEP, called, titled_map};
use crate::name::{Name, Text};
use crate::pack::model::{Answer, Approval, HolderRule, Lapse, Merge, Return, StandIn};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn approvals(&mut self, node: &Node, head: &Head) -> BTreeMap<Name, Approval> {
        let index = Rc::clone(&self.index);
        let mut approvals = BTreeMap::new();
        for (key, value) in node.get("approve").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            let mut chain: Vec<Vec<Name>> = Vec::new();
            for stage in value.get("chain").map(Node::many).unwrap_or_default() {
                let posts = stage
                    .many()
                    .iter()
                    .filter_map(|post| self.refer(post, POST, &index.posts));
                chain.push(posts.collect());
            }
            if let Some(list) = value.get("chain")
                && (chain.is_empty() || list.many().iter().any(|stage| stage.many().is_empty()))
            {
                self.fault(
                    "step-nobody",
                    list.at,
                    Text::both("审批链里有一级没有人", "a stage of the chain has nobody"),
                    Text::both(
                        "每一级至少一个岗位：chain: [[甲, 乙], 丙]",
                        "each stage names a post at least: chain: [[a, b], c]",
                    ),
                );
            }
            let on_return = value.get("on-return").and_then(|back| {
                let pauses = back
                    .get("pauses")
                    .and_then(|cause| self.refer(cause, CAUSE, &index.causes));
                let to = self.refer(back.get("to")?, STATE, head.state_names())?;
                Some(Return { to, pauses })
            });
            let on = value
                .get("on")
                .and_then(|step| self.refer(step, STEP, &head.steps));
            let then = value
                .get("then")
                .and_then(|step| self.refer(step, STEP, &head.steps));
            let within = value
                .get("within")
                .and_then(|limit| self.limit(limit, head));
            let answer = value
                .get("answer")
                .and_then(|answer| self.answer(answer, node, head));
            let (Some(on), Some(then)) = (on, then) else {
                continue;
            };
            let approval = Approval {
                name: name.into(),
                title: titled_map(value, name),
                on,
                then,
                chain,
                within,
                on_return,
                lapse: match value.get("lapse").and_then(Node::text) {
                    Some("wait") => Lapse::Wait,
                    _ => Lapse::Escalate,
                },
                stand_in: match value.get("stand-in").and_then(Node::text) {
                    Some("nobody") => StandIn::Nobody,
                    _ => StandIn::Acting,
                },
                answer,
            };
            approvals.insert(name.into(), approval);
        }
        approvals
    }

    /// Whoever asked is told, by whoever opened the record unless the pack says otherwise.
    fn answer(&mut self, node: &Node, kind: &Node, head: &Head) -> Option<Answer> {
        let step = self.refer(node.get("step")?, STEP, &head.steps);
        let until = self.limit(node.get("until")?, head);
        let holder = match node.get("holder") {
            None => vec![HolderRule::Creator, HolderRule::Unit],
            Some(list) => list
                .many()
                .iter()
                .filter_map(|who| self.holder(who, kind, head))
                .collect(),
        };
        Some(Answer {
            step: step?,
            until: until?,
            holder,
        })
    }

    pub(super) fn merge(&mut self, node: &Node, head: &Head) -> Option<Merge> {
        let node = node.get("merge")?;
        let into = self.refer(node.get("into")?, LINK, head.links.keys())?;
        let mut duties = |key: &str| -> Vec<Name> {
            let items = node.get(key).map(Node::many).unwrap_or_default();
            items
                .iter()
                .filter_map(|duty| self.refer(duty, DUTY, &head.duties))
                .collect()
        };
        let (withdraws, keeps) = (duties("withdraws"), duties("keeps"));
        if let Some(counts) = node.get("counts")
            && called(counts.text().unwrap_or_default()) != ("once-per", Some(into.as_str()))
        {
            self.fault(
                "wrong-value",
                counts.at,
                Text::both(
                    "并入的单据按并入的对象只计一次",
                    "merged records count once per what they are merged into",
                ),
                Text::both(
                    format!("写 once-per({into})，或省去"),
                    format!("write once-per({into}), or leave it out"),
                ),
            );
        }
        Some(Merge {
            into,
            withdraws,
            keeps,
        })
    }
}
