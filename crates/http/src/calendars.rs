//! Calendars of the active pack, and whether the database is what its journals say.

use crate::State;
use crate::actor::Actor;
use crate::ask::{blocking, parsed};
use crate::problem::{Problem, ProblemBody};
use app::Error;
use app::verify::verify;
use axum::Json;
use axum::extract::{Path, State as Given};
use domain::time::Day;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(year))
        .routes(routes!(check))
}

#[derive(Debug, Serialize, ToSchema)]
struct Calendars {
    /// Years with holidays and make-up days.
    years: Vec<i16>,
    /// Opening hours by name, as the pack lays them down.
    #[schema(value_type = Object)]
    hours: BTreeMap<String, Value>,
}

/// Which years have data, and the opening hours.
#[utoipa::path(get, path = "/api/calendars", tag = "packs", operation_id = "list_calendars", responses((status = 200, body = Calendars)))]
async fn list(_: Actor, Given(state): Given<State>) -> Result<Json<Calendars>, Problem> {
    let calendars = blocking(state.office, |office| {
        let library = office.library()?;
        let pack = &library.active().ok_or(Error::NotFound)?.pack;
        Ok(Calendars {
            years: pack.special_days.years().collect(),
            hours: pack
                .calendars
                .iter()
                .map(|(name, hours)| (name.to_string(), json!(hours)))
                .collect(),
        })
    })
    .await?;
    Ok(Json(calendars))
}

#[derive(Debug, Serialize, ToSchema)]
struct CalendarYear {
    year: i16,
    /// Days of rest that are weekdays.
    holidays: Vec<String>,
    /// Days of work at a weekend.
    make_up_days: Vec<String>,
}

/// Holidays and make-up days of a year.
#[utoipa::path(get, path = "/api/calendars/{year}", tag = "packs", operation_id = "show_calendar",
    params(("year" = String, Path)),
    responses((status = 200, body = CalendarYear), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn year(
    _: Actor,
    Given(state): Given<State>,
    Path(year): Path<String>,
) -> Result<Json<CalendarYear>, Problem> {
    let year: i16 = parsed(&year)?;
    let shown = blocking(state.office, move |office| {
        let library = office.library()?;
        let days = &library.active().ok_or(Error::NotFound)?.pack.special_days;
        if !days.years().any(|known| known == year) {
            return Err(Error::NotFound);
        }
        let (mut holidays, mut make_up_days) = (Vec::new(), Vec::new());
        let mut day = Day::new(year, 1, 1).ok_or(Error::NotFound)?;
        while day.year() == year {
            let weekend = day.weekday() > 5;
            match days.is_workday(day) {
                Ok(true) if weekend => make_up_days.push(day.to_string()),
                Ok(false) if !weekend => holidays.push(day.to_string()),
                _ => {}
            }
            day = day.plus_days(1);
        }
        Ok(CalendarYear {
            year,
            holidays,
            make_up_days,
        })
    })
    .await?;
    Ok(Json(shown))
}

/// What a check of the database found.
#[derive(Debug, Serialize, ToSchema)]
struct Verified {
    ok: bool,
    as_of: String,
    units: u64,
    records: u64,
    entries: u64,
    duties: u64,
    to_do: u64,
    tallies: u64,
    /// The first hundred differences, in words.
    faults: Vec<String>,
    fault_count: u64,
}

/// Replays every journal and compares it with the rows, duties and tallies.
#[utoipa::path(post, path = "/api/verify", tag = "server", operation_id = "verify", responses((status = 200, body = Verified)))]
async fn check(actor: Actor, Given(state): Given<State>) -> Result<Json<Verified>, Problem> {
    let report = blocking(state.office, move |office| {
        verify(office, &actor.0, office.clock().now(), |_| {})
    })
    .await?;
    Ok(Json(Verified {
        ok: report.ok,
        as_of: report.as_of,
        units: report.units,
        records: report.records,
        entries: report.entries,
        duties: report.duties,
        to_do: report.to_do,
        tallies: report.tallies,
        faults: report.faults,
        fault_count: report.fault_count,
    }))
}
