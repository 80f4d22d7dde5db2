//! Steps: how a record comes about and changes.

use super::index::Head;
use super::{Ctx, DUTY, FIELD, LINK, Node, POST, STATE, STEP, called, flag, titled_map};
use crate::name::{Name, Text};
use crate::pack::model::{Cosign, FormField, Step, Who, Withdraws};
use crate::pack::yaml::Data;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::OnceLock;

impl Ctx<'_> {
    pub(super) fn steps(
        &mut self,
        kind: &Name,
        node: &Node,
        head: &Head,
    ) -> (Step, BTreeMap<Name, Step>) {
        let mut steps = BTreeMap::new();
        for (key, value) in node.get("steps").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            let step = self.step(kind, name, key, value, head);
            steps.insert(Name::from(name), step);
        }
        let empty = Node {
            at: node.at,
            data: Data::Map(Vec::new()),
        };
        let key = node.key("open").unwrap_or(&empty);
        let value = node.get("open").unwrap_or(&empty);
        let mut open = self.step(kind, "open", key, value, head);
        if value.get("zh").is_none() && value.get("en").is_none() {
            open.title = Text::both("登记", "Open");
        }
        if open.to.is_none() {
            open.to = head.states.first().map(|state| state.name.clone());
        }
        if value.get("form").is_none() {
            open.form = unclaimed(head, &steps);
        }
        for field in &mut open.form {
            field.required |= head
                .field(field.field.as_str())
                .is_some_and(|field| field.required);
        }
        if !self.told(
            node.at.file,
            &["no-such-field", "unknown-key", "wrong-type"],
        ) {
            self.asked_for(node, head, &open, &steps);
        }
        (open, steps)
    }

    fn step(&mut self, kind: &Name, name: &str, key: &Node, node: &Node, head: &Head) -> Step {
        let index = Rc::clone(&self.index);
        let schema = index.step_schema(kind);
        let list = |key: &str| node.get(key).map(Node::many).unwrap_or_default();
        let by = match node.get("by") {
            None => vec![Who::Anyone],
            Some(by) => {
                let by_who: Vec<Who> = by
                    .many()
                    .iter()
                    .filter_map(|who| self.who(who, who.text()?, head, false))
                    .collect();
                if matches!(&by.data, Data::List(items) if items.is_empty()) {
                    self.nobody(key, name);
                }
                by_who
            }
        };
        let mut form: Vec<FormField> = Vec::new();
        for item in list("form") {
            let Some(text) = item.text() else { continue };
            let (field, optional) = marked(text);
            let Some(field) = self.refer_text(field, item.at, FIELD, head.field_names()) else {
                continue;
            };
            if form.iter().any(|known| known.field == field) {
                self.fault(
                    "name-twice",
                    item.at,
                    Text::both(
                        format!("表单里 `{field}` 写了两次"),
                        format!("`{field}` stands twice in the form"),
                    ),
                    Text::both("删掉一个", "remove one"),
                );
                continue;
            }
            form.push(FormField {
                field,
                required: !optional,
            });
        }
        let mut cosign = Vec::new();
        for item in list("cosign") {
            let Some(text) = item.text() else { continue };
            let (who, optional) = marked(text);
            cosign.extend(self.who(item, who, head, true).map(|who| Cosign {
                who,
                required: !optional,
            }));
        }
        let from = list("from")
            .iter()
            .filter_map(|state| self.refer(state, STATE, head.state_names()))
            .collect();
        let to = node
            .get("to")
            .and_then(|state| self.refer(state, STATE, head.state_names()));
        let undoes = list("undoes")
            .iter()
            .filter_map(|step| self.refer(step, STEP, &head.steps))
            .collect();
        let withdraws = match node.get("withdraws") {
            None => Withdraws::Nothing,
            Some(all) if all.text() == Some("all") && !head.duties.contains("all") => {
                Withdraws::All
            }
            Some(these) => Withdraws::These(
                these
                    .many()
                    .iter()
                    .filter_map(|duty| self.refer(duty, DUTY, &head.duties))
                    .collect(),
            ),
        };
        Step {
            name: name.into(),
            title: titled_map(node, name),
            from,
            to,
            by,
            not_by: self.not_by(node, head),
            form,
            when: self.condition(node.get("when"), schema.as_ref()),
            cosign,
            effects: self.effects(kind, head, node.get("effects")),
            undoes,
            withdraws,
            confirm: flag(node, "confirm"),
            contact_attempt: flag(node, "contact-attempt"),
            needs: OnceLock::new(),
        }
    }

    pub(super) fn nobody(&mut self, key: &Node, name: &str) {
        self.fault(
            "step-nobody",
            key.at,
            Text::both(
                format!("步骤 `{name}` 没有人能走"),
                format!("nobody may take the step `{name}`"),
            ),
            Text::both(
                "by 里写上岗位；由系统走的步骤要有效果、定时或审批来触发",
                "name posts under `by`; a step of the system needs an effect, a timed duty, a schedule or an approval that takes it",
            ),
        );
    }

    /// `beside`: a co-signature, where a plain name is a link before it is a post.
    fn who(&mut self, node: &Node, text: &str, head: &Head, beside: bool) -> Option<Who> {
        let index = Rc::clone(&self.index);
        match called(text) {
            ("anyone", None) => return Some(Who::Anyone),
            ("creator", None) => return Some(Who::Creator),
            ("assignee", None) => return Some(Who::Assignee),
            ("team", None) => return Some(Who::TeamMember),
            ("system", None) => return Some(Who::System),
            ("party", Some(link)) => {
                return self
                    .refer_text(link, node.at, LINK, head.links.keys())
                    .map(Who::Party);
            }
            _ => {}
        }
        if beside && head.links.contains_key(text) {
            return Some(Who::Party(text.into()));
        }
        if index.posts.contains(text) {
            return Some(Who::Post(text.into()));
        }
        let words = ["anyone", "creator", "assignee", "team", "system"].map(Name::from);
        let links: Vec<Name> = match beside {
            true => head.links.keys().cloned().collect(),
            false => Vec::new(),
        };
        let known = index.posts.iter().chain(&words).chain(&links);
        self.refer_text(text, node.at, POST, known);
        None
    }

    /// Every required field is asked for somewhere.
    fn asked_for(&mut self, node: &Node, head: &Head, open: &Step, steps: &BTreeMap<Name, Step>) {
        let asked: BTreeSet<&Name> = steps
            .values()
            .chain([open])
            .flat_map(|step| step.form.iter().map(|field| &field.field))
            .collect();
        for (key, value) in node.get("fields").map(Node::pairs).unwrap_or_default() {
            let name = key.text().unwrap_or_default();
            if flag(value, "required")
                && head.field(name).is_some()
                && !asked.contains(&Name::from(name))
            {
                self.fault(
                    "field-not-asked",
                    key.at,
                    Text::both(
                        format!("字段 `{name}` 必填，却没有任何表单问它"),
                        format!("the field `{name}` is required and no form asks for it"),
                    ),
                    Text::both(
                        "写进 open 或某个步骤的 form，或去掉 required",
                        "put it into the form of `open` or of a step, or drop `required`",
                    ),
                );
            }
        }
    }
}

/// `photos?` → (`photos`, optional).
fn marked(text: &str) -> (&str, bool) {
    match text.strip_suffix('?') {
        Some(name) => (name, true),
        None => (text, false),
    }
}

/// The fields that no step's form and no effect fills: what opening asks for unless it says otherwise.
fn unclaimed(head: &Head, steps: &BTreeMap<Name, Step>) -> Vec<FormField> {
    use crate::pack::model::Effect;
    let claimed = |name: &Name| {
        steps.values().any(|step| {
            step.form.iter().any(|field| field.field == *name)
                || step.effects.iter().any(|effect| match effect {
                    Effect::Set { field, .. } | Effect::Add { field, .. } => field == name,
                    Effect::Open { .. }
                    | Effect::Step { .. }
                    | Effect::Post { .. }
                    | Effect::Send { .. } => false,
                })
        })
    };
    head.fields
        .iter()
        .filter(|field| !claimed(&field.name))
        .map(|field| FormField {
            field: field.name.clone(),
            required: field.required,
        })
        .collect()
}
