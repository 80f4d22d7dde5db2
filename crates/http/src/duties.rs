//! `GET /api/duties`: what is to do, by due time with safety first, and what was decided.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Params, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::records::{DutyDecided, DutyRow, RecordRow, duty_decided};
use app::records::{DutyAsked, DutyState, Which};
use axum::Json;
use axum::extract::State as Given;
use domain::name::Name;
use domain::outcome::Outcome;
use domain::time::{Day, Instant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which of a member's duties.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Asked {
    #[default]
    ToDo,
    Overdue,
    Decided,
}

/// How a duty was decided.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Decision {
    Met,
    Missed,
    Excused,
    Exempt,
    Withdrawn,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DutyParams {
    /// Code of a unit: its own duties and those of the projects below; every project if none is named.
    unit: Option<String>,
    /// Login or id: his own duties, his teams' and those of the pools that he belongs to.
    member: Option<String>,
    kind: Option<String>,
    /// `to-do` (default), `overdue` or `decided`.
    #[serde(default)]
    #[param(inline)]
    state: Asked,
    /// RFC 3339.
    due_before: Option<String>,
    /// Decided ones: the first and last day of their periods.
    from: Option<String>,
    to: Option<String>,
    /// Decided ones: only those that were decided so.
    #[param(inline)]
    outcome: Option<Decision>,
    /// The unit's own alone, without those of the projects below.
    #[serde(default)]
    alone: bool,
    /// 1 to 500; 100 if not said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// The places that the records lead to stand in `links`.
    #[serde(default)]
    places: bool,
}

/// A duty with the record that it belongs to.
#[derive(Debug, Serialize, ToSchema)]
struct DutyOf {
    unit: String,
    record: RecordRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_do: Option<DutyRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<DutyDecided>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DutyList {
    duties: Vec<DutyOf>,
    /// There are more than were asked for.
    more: bool,
    /// Steps from devices that could not be applied and wait for somebody in these units.
    not_applied: u64,
}

/// Duties, by due time with safety first.
#[utoipa::path(get, path = "/api/duties", tag = "duties", operation_id = "list_duties", params(DutyParams),
    responses(
        (status = 200, body = DutyList),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Params(asked): Params<DutyParams>,
) -> Result<Json<DutyList>, Problem> {
    let limit = asked.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(wrong("limit", "1 … 500"));
    }
    let asked = DutyAsked {
        unit: asked.unit,
        member: asked.member,
        kind: asked.kind.map(Name::from),
        state: match asked.state {
            Asked::ToDo => DutyState::ToDo,
            Asked::Overdue => DutyState::Overdue,
            Asked::Decided => DutyState::Decided,
        },
        due_before: read_if::<Instant>("due_before", asked.due_before)?,
        from: read_if::<Day>("from", asked.from)?,
        to: read_if::<Day>("to", asked.to)?,
        outcome: asked.outcome.map(|outcome| match outcome {
            Decision::Met => Outcome::Met,
            Decision::Missed => Outcome::Missed,
            Decision::Excused => Outcome::Excused,
            Decision::Exempt => Outcome::Exempt,
            Decision::Withdrawn => Outcome::Withdrawn,
        }),
        alone: asked.alone,
        limit,
        places: asked.places,
    };
    let page = blocking(state.office, move |office| {
        app::records::duties(office, &actor.0, &asked)
    })
    .await?;
    let mut duties = Vec::with_capacity(page.duties.len());
    for told in &page.duties {
        let view = &told.view;
        let (mut to_do, mut decided) = (None, None);
        match &told.which {
            Which::ToDo(todo) => to_do = Some(DutyRow::of(todo, &told.record, view, page.as_of)),
            Which::Decided(row) => {
                let kind = view.rules.pack.kinds.get(&told.record.kind);
                decided = kind.map(|kind| duty_decided(row, kind, view));
            }
        }
        duties.push(DutyOf {
            unit: view.unit.code.clone(),
            record: RecordRow::of(&told.record, view, page.as_of, &[])
                .calling(&told.record, &page.linked),
            to_do,
            decided,
        });
    }
    Ok(Json(DutyList {
        duties,
        more: page.more,
        not_applied: page.not_applied,
    }))
}

fn read_if<T: std::str::FromStr>(field: &str, text: Option<String>) -> Result<Option<T>, Problem> {
    text.map(|text| read(field, &text)).transpose()
}

/// A day or an instant of the query.
pub(crate) fn read<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|_| wrong(field, "2026-03-05 · 2026-03-05T14:00:00+08:00"))
}

fn wrong(field: &str, of: &str) -> Problem {
    Problem::wrong(
        field,
        "query-value",
        &format!("“{field}”应如：{of}。"),
        &format!("`{field}` is written like: {of}."),
    )
}
