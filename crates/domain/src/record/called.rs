//! What a refusal's names are called. Rules go by names, people by titles: whoever reads a refusal has never seen a pack.
//!
//! Titles are put in where the kind is known, and are no part of what a refusal is.

use super::PARAM;
use super::refusal::{Code, Refusal};
use crate::expr::{self, Called};
use crate::name::{Name, Text};
use crate::pack::model::{FieldType, Finds, Kind, Pack};

/// Texts in the place of a refusal's field and parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Titles {
    pub(super) field: Option<Text>,
    pub(super) with: [Option<Text>; 2],
}

/// Two refusals for the same reason are the same, whatever they say.
impl PartialEq for Titles {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Titles {}

/// What a parameter of a refusal names.
#[derive(Clone, Copy)]
enum Role {
    State,
    Step,
    /// Several, and what stands for posts: whoever is assigned, the team.
    Posts,
    Kind,
    Duty,
    Approval,
    Parameter,
    /// Of the field at fault, several.
    Choices,
    Condition,
    /// As it is written down; a reader needs no more than its minute.
    Time,
    /// What a field takes, in Chinese and, in parentheses, in English.
    Expected,
}

fn roles(code: Code) -> [Option<Role>; 2] {
    use Role::{
        Approval, Choices, Condition, Duty, Expected, Kind, Parameter, Posts, State, Step, Time,
    };
    match code {
        Code::StateWrong => [Some(State), Some(Step)],
        Code::PostNotAllowed => [Some(Step), Some(Posts)],
        Code::FieldUnknown | Code::ConditionFault | Code::EffectFailed | Code::SystemOnly => {
            [Some(Step), None]
        }
        Code::ConditionFails => [Some(Step), Some(Condition)],
        Code::TimeFuture | Code::TimeBeforeRecord => [Some(Time), Some(Time)],
        Code::FieldType => [Some(Expected), None],
        Code::StepUnknown => [None, Some(Kind)],
        Code::FieldChoice => [None, Some(Choices)],
        Code::LinkUnknown | Code::LinkWrong | Code::MergeUnknown | Code::UseCaseOnly => {
            [Some(Kind), None]
        }
        Code::SignatureMissing => [Some(Step), Some(Posts)],
        Code::DueUnclear | Code::NotMissed | Code::DutyUnknown | Code::HolderWrong => {
            [Some(Duty), None]
        }
        Code::ApprovalUnasked | Code::ApprovalNoReturn => [Some(Approval), None],
        Code::OverrideValue | Code::OverrideBounds | Code::OverrideLoosens => {
            [None, Some(Parameter)]
        }
        _ => [None, None],
    }
}

impl Refusal {
    /// With the titles that a kind gives to what it names.
    #[must_use]
    pub fn called(mut self, pack: &Pack, kind: &Kind) -> Self {
        let words = Words { pack, kind };
        let field = self.field.as_ref().map(Name::as_str);
        let title = field.and_then(|name| words.field(name));
        for (at, role) in roles(self.code).into_iter().enumerate() {
            if let (Some(role), Some(name)) = (role, self.with.get(at)) {
                self.titles.with[at] = words.of(role, name, field);
            }
        }
        self.titles.field = title;
        self
    }
}

struct Words<'a> {
    pack: &'a Pack,
    kind: &'a Kind,
}

impl Words<'_> {
    fn field(&self, name: &str) -> Option<Text> {
        let field = self.kind.field(name).map(|field| &field.title);
        let title = field.or_else(|| self.kind.links.get(name).map(|link| &link.title));
        title.cloned()
    }

    fn of(&self, role: Role, name: &str, field: Option<&str>) -> Option<Text> {
        let (pack, kind) = (self.pack, self.kind);
        match role {
            Role::State => kind.state(name).map(|state| state.title.clone()),
            Role::Step if name == kind.open.name.as_str() => Some(kind.open.title.clone()),
            Role::Step => kind.steps.get(name).map(|step| step.title.clone()),
            Role::Posts => Some(several(name, |post| self.post(post))),
            Role::Kind => pack.kinds.get(name).map(|kind| kind.title.clone()),
            Role::Duty => kind.duty(name).map(|duty| duty.title.clone()),
            Role::Approval => kind.approvals.get(name).map(|it| it.title.clone()),
            Role::Parameter => pack.parameters.get(name).map(|it| it.title.clone()),
            Role::Choices => Some(several(name, |choice| self.choice(field?, choice))),
            Role::Condition => expr::in_words(name, self),
            Role::Time => {
                let minute = name.get(..16)?.replace('T', " ");
                Some(Text::both(minute.as_str(), minute.as_str()))
            }
            Role::Expected => {
                let (zh, en) = name.strip_suffix(')')?.rsplit_once(" (")?;
                Some(Text::both(zh, en))
            }
        }
    }

    /// What is counted, such as other records about the same home.
    fn fact(&self, name: &str) -> Option<Text> {
        let fact = self.kind.facts.get(name)?;
        match &fact.finds {
            Finds::Count => {}
            Finds::Unmanned(_) => {
                return Some(Text::both("无人值守的分钟数", "minutes with nobody there"));
            }
            Finds::Posted(_) => {
                return Some(Text::both("在任人数", "how many hold these posts"));
            }
            Finds::Served { .. } => {
                return Some(Text::both(
                    "同期服务这个网格的其他人数",
                    "how many others serve this grid then",
                ));
            }
            Finds::Last => return None,
        }
        let kind = &self.pack.kinds.get(&fact.kind)?.title;
        let same: Vec<Text> = fact
            .same
            .iter()
            .map(|name| self.field(name.as_str()))
            .collect::<Option<_>>()?;
        if same.is_empty() {
            return Some(Text::both(
                format!("{}数", kind.zh),
                format!("number of: {}", kind.en),
            ));
        }
        let zh: Vec<&str> = same.iter().map(|it| it.zh.as_str()).collect();
        let en: Vec<&str> = same.iter().map(|it| it.en.as_str()).collect();
        Some(Text::both(
            format!("{}相同的其他{}数", zh.join("、"), kind.zh),
            format!(
                "number of others with the same {}: {}",
                en.join(", "),
                kind.en
            ),
        ))
    }

    fn post(&self, name: &str) -> Option<Text> {
        let title = self.pack.posts.get(name).map(|post| post.title.clone());
        title.or_else(|| self.field(name)).or_else(|| {
            let (zh, en) = match name {
                "anyone" => ("任何人", "anyone"),
                "creator" => ("登记人", "whoever entered it"),
                "assignee" => ("受派人", "whoever it is assigned to"),
                "team" => ("受派班组的成员", "members of the team it is assigned to"),
                "system" => ("系统", "the system"),
                _ => return None,
            };
            Some(Text::both(zh, en))
        })
    }

    fn choice(&self, field: &str, name: &str) -> Option<Text> {
        match &self.kind.field(field)?.ty {
            FieldType::Choice(all) | FieldType::Choices(all) => {
                let found = all.iter().find(|choice| choice.name.as_str() == name);
                found.map(|choice| choice.title.clone())
            }
            FieldType::Bool => match name {
                "true" => Some(Text::both("是", "yes")),
                "false" => Some(Text::both("否", "no")),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Called for Words<'_> {
    fn path(&self, path: &[&str]) -> Option<Text> {
        match path {
            ["state"] => Some(Text::both("状态", "State")),
            ["today"] => Some(Text::both("今天", "today")),
            ["balance", name] => {
                let mut all = self.pack.ledgers.values();
                let known = all.find(|one| one.name.as_str().replace('-', "_") == *name)?;
                let ledger = &known.title;
                Some(Text::both(
                    format!("{}的余额", ledger.zh),
                    format!("balance of {}", ledger.en),
                ))
            }
            ["facts", name] => self.fact(name),
            [PARAM, rest @ ..] => {
                let asked = rest.join(".").replace('-', "_");
                let mut all = self.pack.parameters.values();
                let known = all.find(|one| one.name.as_str().replace('-', "_") == asked)?;
                Some(known.title.clone())
            }
            [name] => self.field(name),
            [link, rest @ ..] => {
                let link = self.kind.links.get(*link)?;
                let kind = self.pack.kinds.get(&link.kind)?;
                let of = Words { kind, ..*self }.path(rest)?;
                Some(Text::both(
                    format!("{}的{}", link.title.zh, of.zh),
                    format!("{} of {}", of.en, link.title.en),
                ))
            }
            [] => None,
        }
    }

    fn value(&self, path: &[&str], text: &str) -> Option<Text> {
        match path {
            ["state"] => self.kind.state(text).map(|state| state.title.clone()),
            [name] => self.choice(name, text),
            [link, rest @ ..] => {
                let link = self.kind.links.get(*link)?;
                let kind = self.pack.kinds.get(&link.kind)?;
                Words { kind, ..*self }.value(rest, text)
            }
            [] => None,
        }
    }
}

/// Each of several names, as `a, b`, by its title; one without keeps its name.
fn several(names: &str, title: impl Fn(&str) -> Option<Text>) -> Text {
    if names.is_empty() {
        return Text::both("无", "none");
    }
    let all: Vec<Text> = names
        .split(", ")
        .map(|name| title(name).unwrap_or_else(|| Text::both(name, name)))
        .collect();
    let zh: Vec<&str> = all.iter().map(|it| it.zh.as_str()).collect();
    let en: Vec<&str> = all.iter().map(|it| it.en.as_str()).collect();
    Text::both(zh.join("、"), en.join(", "))
}
