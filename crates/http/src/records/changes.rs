//! What every kind has beside its steps: corrections, duties taken or excused, hand-overs, approvals, merges.

use super::step::{StepBody, StepTaken, answer};
use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, idempotency_key, if_match, parsed};
use crate::problem::{Problem, ProblemBody};
use app::view::View;
use app::{Error, records};
use axum::extract::{Path, State as Given};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::holder::Holder;
use domain::id::{MemberId, RecordId, TeamId};
use domain::name::Name;
use domain::record::{BuiltIn, By};
use domain::time::Moment;
use domain::value::Value;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(correct))
        .routes(routes!(take))
        .routes(routes!(excuse))
        .routes(routes!(hand_over))
        .routes(routes!(answer_approval))
        .routes(routes!(merge))
        .routes(routes!(unmerge))
        .routes(routes!(transfer))
}

/// What these steps have in common.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct Common {
    /// The version that was seen; If-Match says the same.
    version: Option<i64>,
    /// The second person, where one is needed: login or id.
    second: Option<String>,
    reason: Option<String>,
    /// Waited in a device's queue.
    offline: bool,
}

impl From<Common> for StepBody {
    fn from(common: Common) -> Self {
        Self {
            version: common.version,
            second: common.second,
            reason: common.reason,
            offline: common.offline,
            ..Self::default()
        }
    }
}

/// Takes a built-in step, which `change` makes of the unit's view.
async fn taken(
    state: State,
    actor: Actor,
    (unit, record): (String, String),
    headers: &HeaderMap,
    common: Common,
    change: impl FnOnce(&View, &By) -> Result<BuiltIn, Error> + Send + 'static,
) -> Result<Response, Problem> {
    let mut body = StepBody::from(common);
    if let Some(version) = if_match(headers)? {
        body.version = Some(version);
    }
    let asked = body.asked("", idempotency_key(headers)?)?;
    let written = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let id = records::named(office, &view, &record)?;
        let change = change(&view, &actor.0.by())?;
        records::step(office, &unit, &actor.0, id, Some(change), &asked)
    })
    .await?;
    answer(&written, StatusCode::OK)
}

/// An entry was wrong: a field of it, or its time.
#[derive(Debug, Deserialize, ToSchema)]
struct Correction {
    /// Number of the entry.
    seq: i64,
    /// With `value`: the field at fault.
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// Instead of field and value: when it happened, a day or an instant.
    #[serde(default)]
    occurred_at: Option<String>,
    #[serde(flatten)]
    common: Common,
}

/// Corrects an entry: the author alone within 15 minutes and before the next step, else with a second person.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/corrections", tag = "records", operation_id = "correct_entry",
    params(("unit" = String, Path), ("record" = String, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = Correction,
    responses(
        (status = 200, body = StepTaken),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn correct(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<Correction>,
) -> Result<Response, Problem> {
    let seq = body.seq;
    let change = match (body.field, body.value, body.occurred_at) {
        (Some(field), value, None) => BuiltIn::Correct {
            seq,
            field: Name::from(field),
            old: Value::Null,
            new: value.unwrap_or_default(),
        },
        (None, None, Some(text)) => {
            let new: Moment = text.parse().map_err(|_| {
                Problem::wrong(
                    "occurred_at",
                    "time-wrong",
                    &format!("“{text}”不是日期或时刻。"),
                    &format!("`{text}` is neither a day nor an instant."),
                )
            })?;
            BuiltIn::CorrectTime { seq, old: new, new }
        }
        _ => {
            return Err(Problem::wrong(
                "field",
                "correction-of",
                "请给出 field 与 value，或 occurred_at 之一。",
                "Give field and value, or occurred_at: one of them.",
            ));
        }
    };
    taken(state, actor, path, &headers, body.common, move |_, _| {
        Ok(change)
    })
    .await
}

/// Who takes a duty.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct Take {
    /// The member who is to have it, by login or id; the caller himself if nobody is named.
    member: Option<String>,
    /// Or a team, by code or id.
    team: Option<String>,
    #[serde(flatten)]
    common: Common,
}

/// Takes a duty out of a pool, or gives it to somebody.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/duties/{duty}/{occurrence}/take", tag = "duties", operation_id = "take_duty",
    params(("unit" = String, Path), ("record" = String, Path), ("duty" = String, Path), ("occurrence" = String, Path),
        ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = Take,
    responses(
        (status = 200, body = StepTaken),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn take(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record, duty, occurrence)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    Body(body): Body<Take>,
) -> Result<Response, Problem> {
    let occurrence = parsed(&occurrence)?;
    let duty = Name::from(duty);
    let Take {
        member,
        team,
        common,
    } = body;
    let path = (unit, record);
    taken(state, actor, path, &headers, common, move |view, by| {
        let to = match (member, team, by.member()) {
            (None, None, Some(own)) => Holder::Member(own),
            (member, team, _) => holder(view, member.as_deref(), team.as_deref())?,
        };
        Ok(BuiltIn::Take {
            duty,
            occurrence,
            to,
        })
    })
    .await
}

fn holder(view: &View, member: Option<&str>, team: Option<&str>) -> Result<Holder, Error> {
    let find = |text: &str| {
        view.people.find(text).ok_or_else(|| {
            Error::asked(
                "person-unknown",
                "member",
                format!("没有员工或班组“{text}”。"),
                format!("There is no member or team `{text}`."),
            )
        })
    };
    match (member, team) {
        (Some(member), None) => Ok(Holder::Member(MemberId::from(find(member)?))),
        (None, Some(team)) => Ok(Holder::Team(TeamId::from(find(team)?))),
        _ => Err(Error::asked(
            "holder-unclear",
            "member",
            "请写明员工或班组之一。",
            "Name a member or a team, one of them.",
        )),
    }
}

/// Why a missed duty does not count.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct Excuse {
    /// It is not to do any more either.
    falls_away: bool,
    #[serde(flatten)]
    common: Common,
}

/// Excuses a duty: it does not count. Decided by somebody whose own score it does not touch, with a reason.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/duties/{duty}/{occurrence}/excuse", tag = "duties", operation_id = "excuse_duty",
    params(("unit" = String, Path), ("record" = String, Path), ("duty" = String, Path), ("occurrence" = String, Path),
        ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = Excuse,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn excuse(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record, duty, occurrence)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    Body(body): Body<Excuse>,
) -> Result<Response, Problem> {
    let change = BuiltIn::Excuse {
        duty: Name::from(duty),
        occurrence: parsed(&occurrence)?,
        falls_away: body.falls_away,
    };
    let path = (unit, record);
    taken(state, actor, path, &headers, body.common, move |_, _| {
        Ok(change)
    })
    .await
}

/// From whom duties pass to whom.
#[derive(Debug, Deserialize, ToSchema)]
struct HandOver {
    /// Members by login or id.
    from: String,
    to: String,
    #[serde(flatten)]
    common: Common,
}

/// Passes the duties of one member on this record to another, with a second person.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/hand-over", tag = "duties", operation_id = "hand_over_duties",
    params(("unit" = String, Path), ("record" = String, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = HandOver,
    responses(
        (status = 200, body = StepTaken),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn hand_over(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<HandOver>,
) -> Result<Response, Problem> {
    let HandOver { from, to, common } = body;
    taken(state, actor, path, &headers, common, move |view, _| {
        Ok(BuiltIn::HandOver {
            from: holder(view, Some(&from), None)?,
            to: holder(view, Some(&to), None)?,
            duties: Vec::new(),
        })
    })
    .await
}

/// The word of one post of the stage.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Approve,
    /// Sends it back, with a reason.
    Return,
}

#[derive(Debug, Deserialize, ToSchema)]
struct ApprovalAnswer {
    answer: Word,
    #[serde(flatten)]
    common: Common,
}

/// Approves what is asked for, or sends it back.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/approvals/{approval}", tag = "records", operation_id = "answer_approval",
    params(("unit" = String, Path), ("record" = String, Path), ("approval" = String, Path),
        ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = ApprovalAnswer,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn answer_approval(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record, approval)): Path<(String, String, String)>,
    headers: HeaderMap,
    Body(body): Body<ApprovalAnswer>,
) -> Result<Response, Problem> {
    let change = match body.answer {
        Word::Approve => BuiltIn::approve(approval),
        Word::Return => BuiltIn::send_back(approval),
    };
    let path = (unit, record);
    taken(state, actor, path, &headers, body.common, move |_, _| {
        Ok(change)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
struct MergeInto {
    /// Id of the record that it becomes part of.
    #[schema(value_type = String)]
    into: RecordId,
    #[serde(flatten)]
    common: Common,
}

/// Makes the record part of what its kind merges into; it can be taken back.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/merge", tag = "records", operation_id = "merge_record",
    params(("unit" = String, Path), ("record" = String, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = MergeInto,
    responses(
        (status = 200, body = StepTaken),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn merge(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<MergeInto>,
) -> Result<Response, Problem> {
    let change = BuiltIn::Merge { into: body.into };
    taken(state, actor, path, &headers, body.common, move |_, _| {
        Ok(change)
    })
    .await
}

/// Takes a merge back, with a reason: what it withdrew is to do again.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/unmerge", tag = "records", operation_id = "unmerge_record",
    params(("unit" = String, Path), ("record" = String, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = Common,
    responses(
        (status = 200, body = StepTaken),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn unmerge(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<Common>,
) -> Result<Response, Problem> {
    taken(state, actor, path, &headers, body, move |_, _| {
        Ok(BuiltIn::Unmerge)
    })
    .await
}

/// Where a record goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TransferTo {
    /// Code of the unit.
    to: String,
    reason: String,
}

/// Moves the record to another unit: it is closed here and opened there, each naming the other. Its duties go along with their times.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/transfer", tag = "records", operation_id = "transfer_record",
    params(("unit" = String, Path), ("record" = String, Path)),
    request_body = TransferTo,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn transfer(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
    Body(body): Body<TransferTo>,
) -> Result<Response, Problem> {
    let written = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let id = records::named(office, &view, &record)?;
        let to = office.unit(&body.to)?.id;
        let taken = app::transfer::transfer(office, &actor.0, (unit.id, id), to, &body.reason)?;
        records::Written::of(office, view, &actor.0, taken)
    })
    .await?;
    answer(&written, StatusCode::OK)
}
