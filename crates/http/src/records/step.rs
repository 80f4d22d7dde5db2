//! `POST …/records/{record}/steps/{step}` and `POST …/steps`: steps on one record, or on several, each by itself.

use super::read::{self, Record, tagged};
use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, idempotency_key, if_match};
use crate::problem::{Problem, ProblemBody, Reason, reads_chinese};
use app::records::{BatchItem, Signing, StepAsked, Written};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::RecordId;
use domain::name::Name;
use domain::proof::DeviceTimes;
use domain::record::entry::Signed;
use domain::value::Data;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(step))
        .routes(routes!(batch))
}

/// Steps in one batch.
const MOST: usize = 100;

/// What a step is taken with.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StepBody {
    /// The form, by field.
    #[schema(value_type = Object)]
    pub(super) data: Data,
    /// Ids of records, by link.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub(super) links: BTreeMap<Name, RecordId>,
    /// The version that was seen; If-Match says the same.
    pub(super) version: Option<i64>,
    /// A day or an instant, if it did not happen now.
    #[schema(example = "2026-03-04T09:12:00+08:00")]
    pub(super) occurred_at: Option<String>,
    /// Somebody else did it and the caller writes it down: login or id.
    pub(super) on_behalf_of: Option<String>,
    /// Written on paper during an outage.
    pub(super) paper: bool,
    /// Waited in a device's queue: not refused for its clock, and kept as `not-applied` if the record has moved on.
    pub(super) offline: bool,
    pub(super) device: Option<Device>,
    pub(super) signatures: Vec<SignatureBody>,
    /// The second person, where one is needed: login or id.
    pub(super) second: Option<String>,
    pub(super) reason: Option<String>,
}

/// The clock of a device.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    /// What it showed, in microseconds since 1970.
    at_micros: i64,
    /// Device clock less server clock at synchronising, in microseconds.
    offset_at_sync: i64,
    /// The same at the last contact before the step.
    offset_at_contact: i64,
}

/// Somebody else's word on a step: a member, or a party.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureBody {
    /// Login or id.
    #[serde(default)]
    member: Option<String>,
    /// Id of the record that registers the party.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    party: Option<RecordId>,
    /// `drawn`, `paper` or `proxy`.
    #[schema(value_type = String, example = "drawn")]
    how: Signed,
    /// Why a proxy signed.
    #[serde(default)]
    note: Option<String>,
}

impl StepBody {
    /// As the use-case takes it.
    pub(super) fn asked(self, step: &str, key: Option<String>) -> Result<StepAsked, Problem> {
        if self
            .signatures
            .iter()
            .any(|signature| signature.how == Signed::OwnSession)
        {
            return Err(Problem::wrong(
                "signatures",
                "signature-how",
                "本人会话内的签字不能由他人代填；请用 drawn、paper 或 proxy。",
                "A signature in the signer's own session is not for others to state; use drawn, paper or proxy.",
            ));
        }
        Ok(StepAsked {
            step: step.to_owned(),
            data: self.data,
            links: self.links,
            version: self.version,
            occurred_at: self.occurred_at,
            on_behalf_of: self.on_behalf_of,
            paper: self.paper,
            offline: self.offline,
            device: self.device.map(|device| DeviceTimes {
                at: domain::time::Instant::from_micros(device.at_micros),
                offset_at_sync: device.offset_at_sync,
                offset_at_contact: device.offset_at_contact,
            }),
            signatures: self
                .signatures
                .into_iter()
                .map(|signature| Signing {
                    member: signature.member,
                    party: signature.party,
                    how: signature.how,
                    note: signature.note,
                })
                .collect(),
            second: self.second,
            reason: self.reason,
            key,
        })
    }
}

/// What came of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepTaken {
    record: Record,
    /// The entry that it made.
    entry: i64,
    /// It had happened before under the same Idempotency-Key; nothing was written now.
    repeated: bool,
    /// The record had moved on: the step is kept, changes nothing and waits for somebody to look at it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_applied: Vec<Reason>,
}

pub(crate) fn told(written: &Written) -> Result<StepTaken, Problem> {
    Ok(StepTaken {
        record: read::record(&written.record, &written.view)?,
        entry: written.entry.seq,
        repeated: written.repeated,
        not_applied: written.not_applied.iter().map(Reason::from).collect(),
    })
}

/// 202 for what is kept and not applied.
pub(super) fn answer(written: &Written, done: StatusCode) -> Result<Response, Problem> {
    let status = if written.not_applied.is_empty() {
        done
    } else {
        StatusCode::ACCEPTED
    };
    let response = (status, Json(told(written)?)).into_response();
    Ok(tagged(written.record.version, response))
}

/// Takes a step.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/steps/{step}", tag = "records", operation_id = "take_step",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
        ("step" = String, Path, description = "Name of the step"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a retried request happen once; kept for 30 days at least"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was seen"),
    ),
    request_body = StepBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 202, body = StepTaken, description = "Kept and not applied: the record had moved on"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn step(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record, step)): Path<(String, String, String)>,
    headers: HeaderMap,
    Body(mut body): Body<StepBody>,
) -> Result<Response, Problem> {
    if let Some(version) = if_match(&headers)? {
        body.version = Some(version);
    }
    let asked = body.asked(&step, idempotency_key(&headers)?)?;
    let done = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let id = app::records::named(office, &view, &record)?;
        let done = app::records::step(office, &unit, &actor.0, id, None, &asked);
        Ok(done.map_err(|error| {
            let problem = Problem::from(error);
            // Whoever was too late is told what to look at again.
            if problem.status() == StatusCode::CONFLICT {
                problem.at_version(app::records::version(office, &view, &actor.0, id).ok())
            } else {
                problem
            }
        }))
    });
    answer(&done.await??, StatusCode::OK)
}

/// Steps on several records of a unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BatchBody {
    /// At most 100.
    steps: Vec<BatchStep>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct BatchStep {
    /// Id of the record.
    #[schema(value_type = String)]
    record: RecordId,
    step: String,
    /// As the header of one step.
    #[serde(default)]
    idempotency_key: Option<String>,
    #[serde(flatten)]
    body: StepFlat,
}

/// The rest of a step in a batch.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct StepFlat {
    #[schema(value_type = Object)]
    data: Data,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    links: BTreeMap<Name, RecordId>,
    version: Option<i64>,
    occurred_at: Option<String>,
    on_behalf_of: Option<String>,
    offline: bool,
    device: Option<Device>,
    signatures: Vec<SignatureBody>,
    second: Option<String>,
    reason: Option<String>,
}

impl From<StepFlat> for StepBody {
    fn from(flat: StepFlat) -> Self {
        Self {
            data: flat.data,
            links: flat.links,
            version: flat.version,
            occurred_at: flat.occurred_at,
            on_behalf_of: flat.on_behalf_of,
            paper: false,
            offline: flat.offline,
            device: flat.device,
            signatures: flat.signatures,
            second: flat.second,
            reason: flat.reason,
        }
    }
}

/// What came of one step of a batch.
#[derive(Debug, Serialize, ToSchema)]
struct Outcome {
    #[schema(value_type = String)]
    record: RecordId,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<StepTaken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Outcomes {
    /// In the order of the steps.
    outcomes: Vec<Outcome>,
}

/// Takes steps on several records, each by itself: one that is refused keeps no other back.
#[utoipa::path(post, path = "/api/units/{unit}/steps", tag = "records", operation_id = "take_steps",
    params(("unit" = String, Path, description = "Code of the unit")),
    request_body = BatchBody,
    responses(
        (status = 200, body = Outcomes),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn batch(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    headers: HeaderMap,
    Body(body): Body<BatchBody>,
) -> Result<Json<Outcomes>, Problem> {
    if body.steps.len() > MOST {
        return Err(Problem::wrong(
            "steps",
            "too-many",
            &format!("一批最多 {MOST} 个步骤。"),
            &format!("A batch holds {MOST} steps at most."),
        ));
    }
    let items = body
        .steps
        .into_iter()
        .map(|item| {
            Ok(BatchItem {
                record: item.record,
                asked: StepBody::from(item.body).asked(&item.step, item.idempotency_key)?,
            })
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    let records: Vec<RecordId> = items.iter().map(|item| item.record).collect();
    let done = blocking(state.office, move |office| {
        app::records::batch(office, &unit, &actor.0, &items)
    })
    .await?;
    let zh = reads_chinese(&headers);
    let outcomes = records
        .into_iter()
        .zip(done)
        .map(|(record, done)| {
            let told = done.map_err(Problem::from).and_then(|it| told(&it));
            match told {
                Ok(taken) => Outcome {
                    record,
                    status: if taken.not_applied.is_empty() {
                        200
                    } else {
                        202
                    },
                    taken: Some(taken),
                    problem: None,
                },
                Err(problem) => Outcome {
                    record,
                    status: problem.status().as_u16(),
                    taken: None,
                    problem: Some(problem.body_in(zh)),
                },
            }
        })
        .collect();
    Ok(Json(Outcomes { outcomes }))
}
