//! The names of a pack, collected before anything that refers to them is compiled.

use super::every::host_of;
use super::{Ctx, Files, KIND, LINK, Node};
use crate::clock::Span;
use crate::expr::{Schema, Type};
use crate::ledger::BALANCE;
use crate::name::{Name, Text};
use crate::pack::model::{Field, FieldType, Link, ParameterUnit, State};
use crate::record::{FACTS, PARAM, TODAY};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Index {
    pub(super) posts: BTreeSet<Name>,
    pub(super) post_titles: BTreeMap<Name, Text>,
    /// Posts that serve a grid.
    pub(super) grids: BTreeSet<Name>,
    /// `None`: its unit is not known.
    pub(super) parameters: BTreeMap<Name, Option<ParameterUnit>>,
    pub(super) causes: BTreeSet<Name>,
    pub(super) calendars: BTreeSet<Name>,
    pub(super) kinds: BTreeMap<Name, Head>,
    pub(super) standards: BTreeSet<Name>,
    /// Defaults of durations.
    pub(super) defaults: BTreeMap<Name, Span>,
    pub(super) seasons: BTreeSet<Name>,
    /// The kind of their accounts, and whether their amounts are money; `None` after a fault.
    pub(super) ledgers: BTreeMap<Name, Option<(Name, bool)>>,
    /// Where a duty lives that stands in another kind: by kind and duty.
    pub(super) hosted: BTreeMap<(Name, Name), Name>,
    /// Steps that effects of any kind take on a linked record: kind and step.
    pub(super) stepped: BTreeSet<(Name, Name)>,
}

/// What a fact is to a condition.
pub(super) enum Found {
    /// A record of this kind.
    Record(Option<Name>),
    Number,
}

/// What others may say of a kind.
#[derive(Default)]
pub(super) struct Head {
    pub(super) fields: Vec<Field>,
    pub(super) links: BTreeMap<Name, Link>,
    pub(super) states: Vec<State>,
    /// `open` is one of them.
    pub(super) steps: BTreeSet<Name>,
    pub(super) duties: BTreeSet<Name>,
    /// The kind that a fact finds; of a count nothing but its number.
    pub(super) facts: BTreeMap<Name, Found>,
    /// A field could not be read: its expressions are not judged, lest one fault be told twice.
    pub(super) broken: bool,
}

impl Head {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == *name)
    }
    pub(super) fn field_names(&self) -> impl Iterator<Item = &Name> {
        self.fields.iter().map(|field| &field.name)
    }
    pub(super) fn state_names(&self) -> impl Iterator<Item = &Name> {
        self.states.iter().map(|state| &state.name)
    }
    fn state_type(&self) -> Type {
        Type::Choice(self.state_names().cloned().collect())
    }
}

impl Index {
    pub(super) fn head(&self, kind: &Name) -> Option<&Head> {
        self.kinds.get(kind)
    }
    /// What an expression over a record of the kind may name; `None` where a fault of its fields was already told.
    pub(super) fn schema(&self, kind: &Name) -> Option<Schema> {
        let head = self.head(kind).filter(|head| !head.broken)?;
        let mut schema = Schema::default();
        schema.insert(vec!["state".into()], head.state_type());
        schema.insert(vec![TODAY.into()], Type::Day);
        for field in &head.fields {
            schema.insert(vec![field.name.clone()], seen_as(field));
        }
        for link in head.links.values() {
            schema.insert(vec![link.name.clone()], Type::Link(link.kind.clone()));
            let Some(other) = self.head(&link.kind) else {
                continue;
            };
            if other.broken {
                return None;
            }
            let behind = |name: &str| vec![link.name.clone(), Name::from(name)];
            schema.insert(behind("state"), other.state_type());
            for field in &other.fields {
                schema.insert(behind(field.name.as_str()), seen_as(field));
            }
        }
        for (ledger, known) in &self.ledgers {
            let Some((account, money)) = known else {
                continue;
            };
            let ty = if *money { Type::Money } else { Type::Int };
            if account == kind {
                schema.insert(vec![BALANCE.into(), ledger.clone()], ty.clone());
            }
            for link in head.links.values().filter(|link| link.kind == *account) {
                let path = vec![link.name.clone(), BALANCE.into(), ledger.clone()];
                schema.insert(path, ty.clone());
            }
        }
        for (fact, found) in &head.facts {
            let ty = match found {
                Found::Record(found) => Type::Link(found.as_ref().unwrap_or(kind).clone()),
                Found::Number => Type::Int,
            };
            schema.insert(vec![FACTS.into(), fact.clone()], ty);
        }
        Some(schema)
    }
    /// The same for what is asked with a step, which keeps the parameters that it read: `param.NAME` as well, except of durations, which are
    /// for due times.
    pub(super) fn step_schema(&self, kind: &Name) -> Option<Schema> {
        let mut schema = self.schema(kind)?;
        for (name, unit) in &self.parameters {
            let ty = match unit {
                Some(ParameterUnit::BasisPoints | ParameterUnit::Count) => Type::Int,
                Some(ParameterUnit::Fen) => Type::Money,
                Some(ParameterUnit::Flag) => Type::Bool,
                Some(ParameterUnit::Text) => Type::Text,
                Some(ParameterUnit::Duration) | None => continue,
            };
            let parts = name.as_str().split('.').map(Name::from);
            schema.insert(std::iter::once(PARAM.into()).chain(parts).collect(), ty);
        }
        Some(schema)
    }
}

/// How an expression sees a field: of what is private, only that it is there.
pub(super) fn seen_as(field: &Field) -> Type {
    match field.sensitive {
        Some(_) => Type::Sealed,
        None => type_of(&field.ty),
    }
}

/// How an expression sees a value of a field's type.
pub(super) fn type_of(ty: &FieldType) -> Type {
    let cases = |choices: &[crate::pack::model::Choice]| {
        Type::Choice(choices.iter().map(|choice| choice.name.clone()).collect())
    };
    match ty {
        FieldType::Text { .. } | FieldType::Phone | FieldType::Signature => Type::Text,
        FieldType::Bool => Type::Bool,
        FieldType::Int { .. } | FieldType::Ratio => Type::Int,
        FieldType::Money { .. } => Type::Money,
        FieldType::Choice(choices) => cases(choices),
        FieldType::Choices(choices) => Type::list(cases(choices)),
        FieldType::Day => Type::Day,
        FieldType::Instant => Type::Instant,
        FieldType::Moment => Type::Moment,
        FieldType::Member | FieldType::Team | FieldType::Unit => Type::Id,
        FieldType::Files { .. } => Type::list(Type::Text),
    }
}

/// Stands for a field that could not be read, so that its name is known.
fn unknown(name: &str) -> Field {
    Field {
        name: name.into(),
        title: Text::both(name, name),
        ty: FieldType::Text {
            max: 0,
            long: false,
        },
        required: false,
        opinion: false,
        default: None,
        sensitive: None,
    }
}

fn keys(node: Option<&Node>) -> BTreeSet<Name> {
    node.map(Node::pairs)
        .unwrap_or_default()
        .iter()
        .filter_map(|(key, _)| key.text().map(Name::from))
        .collect()
}

pub(super) fn collect(ctx: &mut Ctx<'_>, files: &Files) -> Index {
    let pack = files.pack.as_ref();
    let mut index = Index {
        causes: keys(pack.and_then(|pack| pack.get("causes"))),
        seasons: files.seasons.iter().map(|(name, _)| name.clone()).collect(),
        standards: files
            .standards
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        calendars: files
            .hours
            .iter()
            .flat_map(|hours| keys(Some(hours)))
            .collect(),
        ..Index::default()
    };
    let parameters = pack.and_then(|pack| pack.get("parameters"));
    for (key, value) in parameters.map(Node::pairs).unwrap_or_default() {
        if let Some(name) = key.text() {
            let unit = value.get("unit").and_then(Node::text).and_then(unit);
            index.parameters.insert(name.into(), unit);
            if let Some(span) = super::parsed(value.get("default")) {
                index.defaults.insert(name.into(), span);
            }
        }
    }
    let posts = files.posts.as_ref().and_then(|posts| posts.get("posts"));
    index.posts = keys(posts);
    for (key, value) in posts.map(Node::pairs).unwrap_or_default() {
        let Some(name) = key.text() else { continue };
        let title = super::titled(Some(value), name);
        index.post_titles.insert(name.into(), title);
        if super::flag(value, "grid") {
            index.grids.insert(name.into());
        }
    }
    let kinds: BTreeSet<Name> = files.kinds.iter().map(|(name, _)| name.clone()).collect();
    for (name, node) in &files.kinds {
        let head = ctx.head(node, &kinds, &index);
        index.kinds.insert(name.clone(), head);
    }
    let ledgers = pack.and_then(|pack| pack.get("ledgers"));
    for (key, value) in ledgers.map(Node::pairs).unwrap_or_default() {
        let Some(name) = key.text() else { continue };
        let account = value.get("account").and_then(Node::text).map(Name::from);
        let money = super::titled(value.get("unit"), "").en == "fen";
        let known = account.filter(|kind| kinds.contains(kind));
        index
            .ledgers
            .insert(name.into(), known.map(|kind| (kind, money)));
    }
    for (kind, node) in &files.kinds {
        for (key, duty) in node.get("duties").map(Node::pairs).unwrap_or_default() {
            if let (Some(name), Some(host)) = (key.text(), host_of(duty).and_then(Node::text)) {
                index
                    .hosted
                    .insert((kind.clone(), name.into()), host.into());
            }
        }
    }
    for (name, node) in &files.kinds {
        let steps = node.get("steps").map(Node::pairs).unwrap_or_default();
        let bodies = steps.iter().map(|(_, step)| step).chain(node.get("open"));
        let effects = bodies.filter_map(|body| body.get("effects"));
        for send in effects
            .clone()
            .flat_map(Node::many)
            .filter_map(|e| e.get("send"))
        {
            let word = |key: &str| send.get(key).and_then(Node::text);
            if let (Some(kind), Some(step)) = (word("kind"), word("step")) {
                index.stepped.insert((kind.into(), step.into()));
            }
        }
        for effect in effects.flat_map(Node::many).filter_map(|e| e.get("step")) {
            let link = effect.get("link").and_then(Node::text);
            let step = effect.get("step").and_then(Node::text);
            let link = link.and_then(|link| index.kinds.get(name)?.links.get(link));
            if let (Some(link), Some(step)) = (link, step) {
                let target = link.kind.clone();
                index.stepped.insert((target, step.into()));
            }
        }
    }
    index
}

pub(super) fn unit(text: &str) -> Option<ParameterUnit> {
    Some(match text {
        "duration" => ParameterUnit::Duration,
        "bp" => ParameterUnit::BasisPoints,
        "fen" => ParameterUnit::Fen,
        "count" => ParameterUnit::Count,
        "flag" => ParameterUnit::Flag,
        "text" => ParameterUnit::Text,
        _ => return None,
    })
}

/// The duties that the stages of approvals are, by the names that `Approval::duty_name` gives them.
fn stages(node: &Node) -> Vec<Name> {
    let mut names = Vec::new();
    for (key, approval) in node.get("approve").map(Node::pairs).unwrap_or_default() {
        let Some(name) = key.text() else { continue };
        let chain = approval.get("chain").map(Node::many).unwrap_or_default();
        for (stage, posts) in (1_u32..).zip(chain) {
            match posts.many() {
                [_] => names.push(format!("{name}/{stage}").into()),
                several => names.extend(
                    several
                        .iter()
                        .filter_map(Node::text)
                        .map(|post| Name::from(format!("{name}/{stage}/{post}"))),
                ),
            }
        }
    }
    for (key, approval) in node.get("approve").map(Node::pairs).unwrap_or_default() {
        if let (Some(name), Some(_)) = (key.text(), approval.get("answer")) {
            names.push(format!("{name}/answer").into());
        }
    }
    names
}

impl Ctx<'_> {
    fn head(&mut self, node: &Node, kinds: &BTreeSet<Name>, index: &Index) -> Head {
        let mut head = Head {
            duties: keys(node.get("duties")),
            steps: keys(node.get("steps")),
            ..Head::default()
        };
        if let Some(open) = node.get("steps").and_then(|steps| steps.key("open")) {
            self.fault(
                "wrong-name",
                open.at,
                Text::both("步骤不能叫 `open`", "no step can be called `open`"),
                Text::both(
                    "开立写在类型下的 `open:` 里",
                    "how a record comes about is the kind's own key `open:`",
                ),
            );
        }
        head.steps.insert("open".into());
        head.duties.extend(stages(node));
        for (key, value) in node.get("links").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            let target = match value.text() {
                Some(_) => Some(value),
                None => value.get("kind"),
            };
            let Some(kind) = target.and_then(|target| self.refer(target, KIND, kinds)) else {
                head.broken = true;
                continue;
            };
            self.not_a_word(key, LINK);
            head.links.insert(
                name.into(),
                Link {
                    name: name.into(),
                    title: super::titled_map(value, name),
                    kind,
                    required: super::flag(value, "required"),
                },
            );
        }
        for (key, value) in node.get("fields").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            self.not_a_word(key, super::FIELD);
            if head.links.contains_key(name) {
                self.fault(
                    "name-twice",
                    key.at,
                    Text::both(
                        format!("`{name}` 既是链接又是字段"),
                        format!("`{name}` is both a link and a field"),
                    ),
                    Text::both("给其中一个改名", "give one of them another name"),
                );
            }
            match self.field(name, value, index) {
                Some(field) => head.fields.push(field),
                None => {
                    head.broken = true;
                    head.fields.push(unknown(name));
                }
            }
        }
        head.states = self.states(node.get("states"), index);
        head.broken |= head.states.is_empty();
        for (key, value) in node.get("facts").map(Node::pairs).unwrap_or_default() {
            let numbers = ["count", "posted", "served", "unmanned"];
            let found = match numbers.iter().find_map(|word| value.get(word)) {
                Some(_) => Found::Number,
                None => Found::Record(value.get("last").and_then(Node::text).map(Name::from)),
            };
            if let Some(name) = key.text() {
                head.facts.insert(name.into(), found);
            }
        }
        head
    }

    /// `state`, `facts` and the like mean something in every condition.
    fn not_a_word(&mut self, key: &Node, what: super::Ref) {
        let Some(text @ ("state" | "facts" | "balance" | "today" | "this" | "param")) = key.text()
        else {
            return;
        };
        self.fault(
            "wrong-name",
            key.at,
            Text::both(
                format!("{}不能叫 `{text}`", what.1),
                format!("no {} can be called `{text}`", what.2),
            ),
            Text::both(
                "条件里 `state` 是状态，`facts` 是事实，`balance` 是余额，`today` 是当天，`param` 是参数；换个名字",
                "conditions know `state`, `facts`, `balance`, `today` and `param` as something else: choose another name",
            ),
        );
    }
}
