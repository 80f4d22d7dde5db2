//! Kinds of record as the active pack lays them down: fields, states, steps, duties, and a JSON Schema of what a record holds.

pub(crate) mod schema;

use crate::State;
use crate::actor::Actor;
use crate::ask::blocking;
use crate::problem::{Problem, ProblemBody};
use crate::shape::{Text, names};
use app::Error;
use axum::Json;
use axum::extract::{Path, State as Given};
use domain::name::Name;
use domain::pack::model::{self, Who};
use serde::Serialize;
use serde_json::Value as Json_;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// A kind of record in a list.
#[derive(Debug, Serialize, ToSchema)]
struct KindRow {
    kind: String,
    title: Text,
    /// What it is to the program itself: `member`, `posting`, `place` …
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// Its records have numbers of their own.
    numbered: bool,
    states: usize,
    steps: usize,
    duties: usize,
    /// How many fields and links opening one requires.
    asks: usize,
    /// A customer may open one of his own accord; an answer to what is published is opened from there.
    customers: bool,
    /// Customers are shown something of it.
    published: bool,
    /// Who may open one: posts, or `anyone`.
    opened_by: Vec<String>,
    /// Posts that some step names.
    worked_by: Vec<String>,
}

/// What something that is named elsewhere is called.
#[derive(Debug, Serialize, ToSchema)]
struct Titled {
    name: String,
    title: Text,
}

#[derive(Debug, Serialize, ToSchema)]
struct Kinds {
    kinds: Vec<KindRow>,
    posts: Vec<Titled>,
    /// Of a wait.
    causes: Vec<Titled>,
}

/// The kinds of the active pack.
#[utoipa::path(get, path = "/api/kinds", tag = "kinds", operation_id = "list_kinds", responses((status = 200, body = Kinds)))]
async fn list(_: Actor, Given(state): Given<State>) -> Result<Json<Kinds>, Problem> {
    let kinds = blocking(state.office, |office| {
        let library = office.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        let pack = &active.pack;
        let titled = |name: &Name, title: &domain::name::Text| Titled {
            name: name.to_string(),
            title: title.into(),
        };
        Ok(Kinds {
            kinds: pack.kinds.values().map(|kind| row(pack, kind)).collect(),
            posts: pack
                .posts
                .values()
                .map(|post| titled(&post.name, &post.title))
                .collect(),
            causes: pack
                .causes
                .values()
                .map(|cause| titled(&cause.name, &cause.title))
                .collect(),
        })
    })
    .await?;
    Ok(Json(kinds))
}

/// Its records answer to what is published: each links one such record.
fn answers(pack: &model::Pack, kind: &model::Kind) -> bool {
    kind.links.values().any(|link| {
        let to = pack.kinds.get(&link.kind);
        link.required && to.is_some_and(|to| to.published.is_some())
    })
}

fn row(pack: &model::Pack, kind: &model::Kind) -> KindRow {
    let posts = |by: &[Who]| -> Vec<String> {
        by.iter()
            .filter(|who| matches!(who, Who::Post(_) | Who::Anyone))
            .map(said)
            .collect()
    };
    let mut worked_by: Vec<String> = kind
        .steps
        .values()
        .flat_map(|step| posts(&step.by))
        .collect();
    worked_by.sort();
    worked_by.dedup();
    KindRow {
        kind: kind.name.to_string(),
        title: (&kind.title).into(),
        role: kind.role.map(role),
        numbered: kind.number.is_some(),
        states: kind.states.len(),
        steps: kind.steps.len(),
        duties: kind.duties.len(),
        asks: kind.open.form.iter().filter(|it| it.required).count()
            + kind.links.values().filter(|it| it.required).count(),
        customers: kind.open.by.iter().any(|who| matches!(who, Who::Party(_)))
            && !answers(pack, kind),
        published: kind.published.is_some(),
        opened_by: posts(&kind.open.by),
        worked_by,
    }
}

fn role(role: model::Role) -> String {
    format!("{role:?}").to_lowercase()
}

/// A kind of record.
#[derive(Debug, Serialize, ToSchema)]
struct Kind {
    kind: String,
    title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    numbered: bool,
    /// Fields that stand for a record in lists.
    label: Vec<String>,
    /// The fields that say who works on a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    links: Vec<Link>,
    /// In the order of forms.
    fields: Vec<Field>,
    states: Vec<State_>,
    /// How a record comes about.
    open: Step,
    steps: Vec<Step>,
    duties: Vec<Duty>,
    approvals: Vec<Approval>,
    /// What customers of a unit are shown of its records.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Published>,
    /// JSON Schema of `data`.
    #[schema(value_type = Object)]
    schema: Json_,
}

/// What of a kind is published, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KindPublished)]
struct Published {
    /// In these states.
    states: Vec<String>,
    fields: Vec<String>,
    /// The kind by which a customer confirms that he has read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    /// Kinds by which a customer may answer otherwise, such as with his name on a list.
    answers: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Link {
    name: String,
    title: Text,
    kind: String,
    required: bool,
    /// Leads to one cause behind many reports: an open one is offered to whoever takes a report.
    cause: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Field {
    name: String,
    title: Text,
    /// `text`, `phone`, `choice` …
    r#type: &'static str,
    required: bool,
    /// Of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    of: Vec<Choice>,
    /// Why a private field is kept; its value is masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<Text>,
    /// Posts that may look at a private value, saying what for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seen_by: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Choice {
    name: String,
    title: Text,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KindState)]
struct State_ {
    name: String,
    title: Text,
    closed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
    /// Who holds the matter in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<String>,
}

/// A step of a kind.
#[derive(Debug, Serialize, ToSchema)]
struct Step {
    name: String,
    title: Text,
    /// Empty: from any state that is not closed.
    from: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Posts, or `anyone`, `creator`, `assignee`, `team`, `party:LINK`, `system`.
    by: Vec<String>,
    form: Vec<FormField>,
    /// A condition in CEL.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    cosign: Vec<Cosign>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FormField {
    field: String,
    required: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Cosign {
    who: String,
    required: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Duty {
    name: String,
    title: Text,
    /// Steps that do it.
    until: Vec<String>,
    /// Causes that stop its clock.
    pauses: Vec<String>,
    safety: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Approval {
    name: String,
    title: Text,
    /// The step that asks for it.
    on: String,
    /// The step that is taken when all have agreed.
    then: String,
    /// Posts by stage.
    chain: Vec<Vec<String>>,
}

/// One kind with everything that a form needs.
#[utoipa::path(get, path = "/api/kinds/{kind}", tag = "kinds", operation_id = "show_kind",
    params(("kind" = String, Path, description = "Name of the kind")),
    responses((status = 200, body = Kind), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn show(
    _: Actor,
    Given(state): Given<State>,
    Path(name): Path<String>,
) -> Result<Json<Kind>, Problem> {
    let kind = blocking(state.office, move |office| {
        let library = office.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        let kind = active
            .pack
            .kinds
            .get(name.as_str())
            .ok_or(Error::NotFound)?;
        Ok(told(&active.pack, kind))
    })
    .await?;
    Ok(Json(kind))
}

/// The kinds by which customers answer to what this one publishes, but for the receipt.
fn answered_by(pack: &model::Pack, kind: &model::Kind) -> Vec<String> {
    let receipt = kind.published.as_ref().and_then(|it| it.receipt.as_ref());
    let answering = pack.kinds.values().filter(|other| {
        other.open.by.iter().any(|who| matches!(who, Who::Party(_)))
            && other
                .links
                .values()
                .any(|link| link.required && link.kind == kind.name)
            && receipt.is_none_or(|receipt| receipt.kind != other.name)
    });
    answering.map(|other| other.name.to_string()).collect()
}

fn told(pack: &model::Pack, kind: &model::Kind) -> Kind {
    Kind {
        kind: kind.name.to_string(),
        title: (&kind.title).into(),
        role: kind.role.map(role),
        numbered: kind.number.is_some(),
        label: names(&kind.label),
        assignee: kind.assignee.as_ref().map(ToString::to_string),
        team: kind.team.as_ref().map(ToString::to_string),
        links: kind
            .links
            .values()
            .map(|link| Link {
                name: link.name.to_string(),
                title: (&link.title).into(),
                kind: link.kind.to_string(),
                required: link.required,
                cause: kind
                    .merge
                    .as_ref()
                    .is_some_and(|merge| merge.into == link.name),
            })
            .collect(),
        fields: kind.fields.iter().map(field).collect(),
        states: kind
            .states
            .iter()
            .map(|state| State_ {
                name: state.name.to_string(),
                title: (&state.title).into(),
                closed: state.closed,
                waits: state.waits.as_ref().map(ToString::to_string),
                with: state.with.as_ref().map(ToString::to_string),
            })
            .collect(),
        open: step(&kind.open),
        steps: kind.steps.values().map(step).collect(),
        duties: kind
            .duties
            .iter()
            .map(|duty| Duty {
                name: duty.name.to_string(),
                title: (&duty.title).into(),
                until: duty
                    .until
                    .iter()
                    .map(|until| until.step.to_string())
                    .collect(),
                pauses: names(&duty.pauses),
                safety: duty.safety,
            })
            .collect(),
        approvals: kind
            .approvals
            .values()
            .map(|approval| Approval {
                name: approval.name.to_string(),
                title: (&approval.title).into(),
                on: approval.on.to_string(),
                then: approval.then.to_string(),
                chain: approval.chain.iter().map(|stage| names(stage)).collect(),
            })
            .collect(),
        published: kind.published.as_ref().map(|it| Published {
            states: names(&it.states),
            fields: names(&it.fields),
            receipt: it.receipt.as_ref().map(|it| it.kind.to_string()),
            answers: answered_by(pack, kind),
        }),
        schema: schema::data(kind),
    }
}

fn field(field: &model::Field) -> Field {
    use model::FieldType::{Choice as One, Choices};
    let of = match &field.ty {
        One(of) | Choices(of) => of
            .iter()
            .map(|choice| Choice {
                name: choice.name.to_string(),
                title: (&choice.title).into(),
            })
            .collect(),
        _ => Vec::new(),
    };
    Field {
        name: field.name.to_string(),
        title: (&field.title).into(),
        r#type: schema::type_name(&field.ty),
        required: field.required,
        of,
        private: field.sensitive.as_ref().map(|it| (&it.purpose).into()),
        seen_by: field
            .sensitive
            .as_ref()
            .map_or_else(Vec::new, |it| names(&it.seen_by)),
    }
}

fn step(step: &model::Step) -> Step {
    Step {
        name: step.name.to_string(),
        title: (&step.title).into(),
        from: names(&step.from),
        to: step.to.as_ref().map(ToString::to_string),
        by: step.by.iter().map(said).collect(),
        form: step
            .form
            .iter()
            .map(|field| FormField {
                field: field.field.to_string(),
                required: field.required,
            })
            .collect(),
        when: step.when.as_ref().map(|when| when.source().to_owned()),
        cosign: step
            .cosign
            .iter()
            .map(|cosign| Cosign {
                who: said(&cosign.who),
                required: cosign.required,
            })
            .collect(),
    }
}

pub(crate) fn said(who: &Who) -> String {
    match who {
        Who::Post(name) => name.to_string(),
        Who::Anyone => "anyone".into(),
        Who::Creator => "creator".into(),
        Who::Assignee => "assignee".into(),
        Who::TeamMember => "team".into(),
        Who::Party(link) => format!("party:{link}"),
        Who::System => "system".into(),
    }
}
