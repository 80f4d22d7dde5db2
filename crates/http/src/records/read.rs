//! `GET /api/units/{unit}/records/{record}`: one record with what can be done about it now.

use crate::State;
use crate::actor::Actor;
use crate::answer::Answer;
use crate::ask::{Params, reading};
use crate::kinds::said;
use crate::problem::{Problem, ProblemBody, Reason};
use crate::shape::{self, HeldBy, Person, Text, at};
use app::records::{Listed, Running, Whole};
use app::view::View;
use axum::extract::{Path, State as Given};
use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use domain::clock::End;
use domain::id::RecordId;
use domain::pack::model::Kind;
use domain::record::{Decided, Record as Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json_};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(read))
}

/// A record as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Record {
    /// UUIDv7.
    id: String,
    number: String,
    unit: String,
    kind: String,
    state: String,
    /// As the ETag says it; a step names it to be sure that nobody was quicker.
    version: i64,
    label: String,
    opened_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Person>,
    /// What it holds, private fields masked.
    #[schema(value_type = Object)]
    data: Map<String, Json_>,
    links: BTreeMap<String, LinkTo>,
    /// Found at its steps, such as an earlier case of the same matter.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    facts: Map<String, Json_>,
    /// When each step was last taken.
    times: BTreeMap<String, String>,
    /// Approvals that are asked for and not yet given.
    approvals: Vec<Approval>,
    /// The record that it is part of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    anomalies: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    void: bool,
}

/// A record that this one points to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LinkTo {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

impl LinkTo {
    pub(super) fn named(id: RecordId, label: &str) -> Self {
        Self {
            id: id.to_string(),
            label: Some(label.to_owned()),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunningApproval)]
struct Approval {
    approval: String,
    title: Text,
    stage: u32,
    /// Posts whose word is missing.
    posts: Vec<String>,
    returned: bool,
}

/// A duty to do with its clock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DutyToDo {
    duty: String,
    title: Text,
    occurrence: u32,
    holder: HeldBy,
    /// Who held it, from when.
    held: Vec<Held>,
    start_at: String,
    /// With a pause that still runs counted up to `as_of`.
    due_at: String,
    /// Done at the due time itself is in time.
    inclusive: bool,
    late: bool,
    /// The clock stands still, why and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<Pause>,
    /// Seconds for which it has stood still so far.
    paused_seconds: i64,
    excused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Held {
    holder: HeldBy,
    from: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Pause {
    cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Text>,
    since: String,
}

/// A decided duty.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyDecided {
    duty: String,
    title: Text,
    occurrence: u32,
    /// Credited with it or charged for it.
    holder: HeldBy,
    #[serde(skip_serializing_if = "Option::is_none")]
    doer: Option<Person>,
    start_at: String,
    due_at: String,
    inclusive: bool,
    /// `met`, `missed`, `excused`, `exempt` or `withdrawn`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unproven: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    anomalous: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Duties {
    to_do: Vec<DutyToDo>,
    decided: Vec<DutyDecided>,
}

/// A step of the kind as it stands for the caller.
#[derive(Debug, Serialize, ToSchema)]
struct StepNow {
    step: String,
    title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    may: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    why: Vec<Reason>,
    /// What its form asks for.
    form: Vec<FormAsks>,
    /// Who signs beside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cosign: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FormAsks {
    field: String,
    required: bool,
}

/// A record with its duties and steps.
#[derive(Debug, Serialize, ToSchema)]
struct WholeRecord {
    record: Record,
    duties: Duties,
    steps: Vec<StepNow>,
    as_of: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadAsked {
    #[serde(default)]
    steps: StepsAsked,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StepsAsked {
    #[default]
    Admitted,
    Every,
    None,
}

/// One record, by its id or number. The ETag is its version. Its steps are those that its state admits, unless every one or none is asked for.
#[utoipa::path(get, path = "/api/units/{unit}/records/{record}", tag = "records", operation_id = "read_record",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
        ("steps" = Option<String>, Query, description = "`admitted` if not said, or `every`: also those that its state does not admit, with why not; or `none`: whoever only reads is answered sooner"),
    ),
    responses(
        (status = 200, body = WholeRecord, headers(("ETag" = String, description = "The version"))),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn read(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
    Params(asked): Params<ReadAsked>,
) -> Result<Response, Problem> {
    let listed = match asked.steps {
        StepsAsked::Admitted => Listed::Admitted,
        StepsAsked::Every => Listed::Every,
        StepsAsked::None => Listed::None,
    };
    let whole = reading(state.office, move |office| {
        app::records::whole(office, &actor.0, &unit, &record, listed)
    })
    .await?;
    let version = whole.record.version;
    Ok(tagged(version, Answer(told(&whole)?).into_response()))
}

/// Puts the version into the ETag.
pub(super) fn tagged(version: i64, mut response: Response) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn told(whole: &Whole) -> Result<WholeRecord, Problem> {
    let view = &whole.view;
    let kind = kind_of(view, &whole.record)?;
    let steps = whole
        .steps
        .iter()
        .filter_map(|possible| {
            let step = kind.steps.get(&possible.step)?;
            Some(StepNow {
                step: step.name.to_string(),
                title: (&step.title).into(),
                to: step.to.as_ref().map(ToString::to_string),
                may: possible.may,
                why: possible.why.iter().map(Reason::from).collect(),
                form: step
                    .form
                    .iter()
                    .map(|asked| FormAsks {
                        field: asked.field.to_string(),
                        required: asked.required,
                    })
                    .collect(),
                cosign: step.cosign.iter().map(|cosign| said(&cosign.who)).collect(),
            })
        })
        .collect();
    let mut record = record(&whole.record, view)?;
    for (link, to) in &mut record.links {
        let id = whole.record.doc.links.get(link.as_str());
        to.label = id.and_then(|id| whole.linked.get(id).cloned());
    }
    Ok(WholeRecord {
        record,
        duties: Duties {
            to_do: whole
                .todo
                .iter()
                .map(|running| to_do(running, kind, view, whole.as_of))
                .collect(),
            decided: whole
                .decided
                .iter()
                .map(|row| decided(row, kind, view))
                .collect(),
        },
        steps,
        as_of: at(whole.as_of, &view.unit.zone),
    })
}

fn kind_of<'v>(view: &'v View, record: &Stored) -> Result<&'v Kind, Problem> {
    view.rules
        .pack
        .kinds
        .get(&record.kind)
        .ok_or_else(Problem::not_found)
}

/// A record without its duties and steps.
pub(crate) fn record(record: &Stored, view: &View) -> Result<Record, Problem> {
    let kind = kind_of(view, record)?;
    let zone = &view.unit.zone;
    let doc = &record.doc;
    let person = |field: &Option<domain::name::Name>| {
        let id = doc.data.get(field.as_ref()?)?.as_text()?.parse().ok()?;
        Some(Person::of(
            domain::id::HolderId::from_uuid(id),
            &view.people,
        ))
    };
    Ok(Record {
        id: record.id.to_string(),
        number: record.number.clone(),
        unit: view.unit.code.clone(),
        kind: record.kind.to_string(),
        state: record.state.to_string(),
        version: record.version,
        label: app::board::label_of(kind, &doc.data),
        opened_at: at(record.opened_at, zone),
        closed_at: record.closed_at.map(|closed| at(closed, zone)),
        creator: doc
            .creator
            .map(|member| Person::member(member, &view.people)),
        assignee: person(&kind.assignee),
        team: person(&kind.team),
        data: shape::data(kind, &doc.data),
        links: doc
            .links
            .iter()
            .map(|(name, id)| {
                let to = LinkTo {
                    id: id.to_string(),
                    label: None,
                };
                (name.to_string(), to)
            })
            .collect(),
        facts: doc
            .facts
            .iter()
            .map(|(name, value)| (name.to_string(), shape::json(value.clone())))
            .collect(),
        times: doc
            .times
            .iter()
            .map(|(step, time)| (step.to_string(), at(*time, zone)))
            .collect(),
        approvals: doc
            .chains
            .iter()
            .filter_map(|(name, chain)| {
                let approval = kind.approvals.get(name)?;
                let stage = usize::try_from(chain.stage).ok()?.checked_sub(1)?;
                let open = |post: &&domain::name::Name| {
                    let duty = approval.duty_name(chain.stage, post);
                    doc.todo.iter().any(|todo| todo.name == duty)
                };
                Some(Approval {
                    approval: name.to_string(),
                    title: (&approval.title).into(),
                    stage: chain.stage,
                    posts: approval
                        .chain
                        .get(stage)?
                        .iter()
                        .filter(open)
                        .map(ToString::to_string)
                        .collect(),
                    returned: chain.returned,
                })
            })
            .collect(),
        merged_into: doc.merged.as_ref().map(|merged| merged.into.to_string()),
        anomalies: doc
            .anomalies
            .iter()
            .filter_map(|anomaly| {
                let said = serde_json::to_value(anomaly).ok()?;
                said.as_str().map(str::to_owned)
            })
            .collect(),
        void: doc.void,
    })
}

pub(super) fn to_do(
    running: &Running,
    kind: &Kind,
    view: &View,
    as_of: domain::time::Instant,
) -> DutyToDo {
    let zone = &view.unit.zone;
    let todo = &running.todo;
    DutyToDo {
        duty: todo.name.to_string(),
        title: title(kind, todo.name.as_str()),
        occurrence: todo.occurrence,
        holder: HeldBy::of(todo.holder(), &view.people),
        held: todo
            .held
            .iter()
            .map(|held| Held {
                holder: HeldBy::of(&held.holder, &view.people),
                from: at(held.from, zone),
            })
            .collect(),
        start_at: at(todo.start, zone),
        due_at: at(running.due.at, zone),
        inclusive: running.due.end == End::Inclusive,
        late: running.due.is_late(as_of),
        paused: running.paused.as_ref().map(|paused| Pause {
            cause: paused.cause.to_string(),
            title: view
                .rules
                .pack
                .causes
                .get(&paused.cause)
                .map(|cause| (&cause.title).into()),
            since: at(paused.since, zone),
        }),
        paused_seconds: running.paused_micros / 1_000_000,
        excused: todo.excuse.is_some(),
        not_before: todo.not_before.map(|time| at(time, zone)),
    }
}

pub(crate) fn decided(row: &Decided, kind: &Kind, view: &View) -> DutyDecided {
    let zone = &view.unit.zone;
    DutyDecided {
        duty: row.name.to_string(),
        title: title(kind, row.name.as_str()),
        occurrence: row.occurrence,
        holder: HeldBy::of(&row.holder, &view.people),
        doer: row.doer.map(|doer| Person::member(doer, &view.people)),
        start_at: at(row.start, zone),
        due_at: at(row.due.at, zone),
        inclusive: row.due.end == End::Inclusive,
        outcome: row.outcome.as_str(),
        done_at: row.done_at.map(|done| at(done, zone)),
        unproven: row.unproven,
        anomalous: row.anomalous,
    }
}

pub(crate) fn title(kind: &Kind, duty: &str) -> Text {
    match kind.duty(duty) {
        Some(duty) => (&duty.title).into(),
        None => Text {
            zh: duty.to_owned(),
            en: duty.to_owned(),
        },
    }
}
