//! Scorecards: a standard applied to members, teams or a unit over a period, and the evidence of each clause.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Params, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::shape::{Person, Text};
use app::export::Names;
use app::people::People;
use app::score::{Asked, Card, ClauseResult, Item, PartResult, score, window};
use app::{Error, Office};
use axum::Json;
use axum::extract::{Path, State as Given};
use domain::id::{HolderId, UnitId};
use domain::name::Name;
use domain::number::Points;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json_, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(evidence))
        .routes(routes!(losses))
        .routes(routes!(standards))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ScoreParams {
    /// Name of the standard.
    standard: String,
    /// `2026-03`, `2026-Q1`, `2026-W14`, `2026`.
    period: String,
    /// Login of a member or code of a team; all of the unit's if none is named.
    member: Option<String>,
}

/// A standard applied. `id` is the address of the live card.
#[derive(Debug, Serialize, ToSchema)]
struct Scorecard {
    #[schema(example = "scorecard-100~2026-03~019c1f4e-0000-7000-8000-000000000000")]
    id: String,
    standard: String,
    standard_version: u32,
    /// Name and version of the pack.
    pack: String,
    unit: String,
    /// Login, code, or the unit's own.
    subject: String,
    /// Whose it is; absent: the unit's.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<Person>,
    period: String,
    as_of: String,
    /// Points are texts with two decimals.
    full: String,
    earned: String,
    /// Points of clauses with cases or marks.
    covered: String,
    left_out: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// Why there is no total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    no_total: Option<Json_>,
    /// Values set above the pack's defaults.
    parameters: Vec<String>,
    clauses: Vec<Clause>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Clause {
    clause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<String>,
    #[schema(value_type = Text)]
    title: Json_,
    full: String,
    /// Absent: left out of the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<String>,
    /// `earned`, `no-cases`, `not-applicable`, `other-post`, `not-in-this-period`.
    state: &'static str,
    has_cases: bool,
    /// How the points came about.
    #[schema(value_type = Vec<Text>)]
    said: Vec<Json_>,
    parts: Vec<Part>,
}

/// What one part of a clause counted.
#[derive(Debug, Serialize, ToSchema)]
struct Part {
    way: &'static str,
    m: i64,
    v: i64,
    n: i64,
    pending: i64,
    excused: i64,
    exempt: i64,
    withdrawn: i64,
    anomalous: i64,
    /// The 95% interval of the rate where there are fewer than 20 cases, in basis points.
    #[serde(skip_serializing_if = "Option::is_none")]
    wilson_bp: Option<[i64; 2]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Scorecards {
    cards: Vec<Scorecard>,
}

/// Live scorecards of a unit and a period, best total first.
#[utoipa::path(get, path = "/api/units/{unit}/scorecards", tag = "scores", operation_id = "list_scorecards",
    params(("unit" = String, Path, description = "Code of the unit"), ScoreParams),
    responses(
        (status = 200, body = Scorecards),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Params(asked): Params<ScoreParams>,
) -> Result<Json<Scorecards>, Problem> {
    let cards = blocking(state.office, move |office| {
        let unit = office.unit_of(&actor.0, &unit)?.0.id;
        let holder = match asked.member {
            Some(name) => Some(Names::load(office)?.find(&name).ok_or(Error::NotFound)?),
            None => None,
        };
        let period = &asked.period;
        let cards = cards(
            office,
            &actor.0,
            unit,
            (&asked.standard, period),
            holder,
            false,
        )?;
        let view = office.view(unit)?;
        Ok(cards.iter().map(|card| told(card, &view.people)).collect())
    })
    .await?;
    Ok(Json(Scorecards { cards }))
}

fn cards(
    office: &Office,
    actor: &app::Actor,
    unit: UnitId,
    (standard, period): (&str, &str),
    holder: Option<HolderId>,
    explain: bool,
) -> Result<Vec<Card>, Error> {
    let asked = Asked {
        standard: Name::from(standard),
        window: window(period)?,
        unit: Some(unit),
        holder,
        as_of: office.clock().now(),
        explain,
    };
    score(office, actor, &asked)
}

/// A live card's address: standard, period and whose it is.
fn address(card: &Card) -> String {
    let holder = card
        .holder
        .map_or_else(|| "unit".to_owned(), |holder| holder.to_string());
    format!("{}~{}~{holder}", card.standard, card.period)
}

fn one(
    office: &Office,
    actor: &app::Actor,
    unit: &str,
    id: &str,
    explain: bool,
) -> Result<Card, Error> {
    let unit = office.unit_of(actor, unit)?.0.id;
    let parts: Vec<&str> = id.split('~').collect();
    let [standard, period, holder] = parts.as_slice() else {
        return Err(Error::NotFound);
    };
    let holder = match *holder {
        "unit" => None,
        id => Some(HolderId::from_uuid(
            id.parse().map_err(|_| Error::NotFound)?,
        )),
    };
    let found = cards(office, actor, unit, (standard, period), holder, explain)?;
    found
        .into_iter()
        .find(|card| card.holder == holder)
        .ok_or(Error::NotFound)
}

/// One live scorecard.
#[utoipa::path(get, path = "/api/units/{unit}/scorecards/{id}", tag = "scores", operation_id = "read_scorecard",
    params(("unit" = String, Path, description = "Code of the unit"), ("id" = String, Path, description = "Of a card in the list")),
    responses((status = 200, body = Scorecard), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn read(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, id)): Path<(String, String)>,
) -> Result<Json<Scorecard>, Problem> {
    let card = blocking(state.office, move |office| {
        let card = one(office, &actor.0, &unit, &id, false)?;
        let unit = office.unit_of(&actor.0, &unit)?.0.id;
        Ok(told(&card, &office.view(unit)?.people))
    })
    .await?;
    Ok(Json(card))
}

/// The evidence of one clause.
#[derive(Debug, Serialize, ToSchema)]
struct Evidence {
    clause: Clause,
    items: Vec<EvidenceItem>,
}

/// One item that the clause looked at.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceItem {
    /// Of the clause, from 0.
    part: usize,
    /// UUID.
    record: String,
    number: String,
    /// Code of its unit.
    project: String,
    /// `met`, `late`, `missed`, `pending`, `excused`, `exempt`, `withdrawn`, `anomalous`, `counted`, `mark`.
    verdict: &'static str,
    #[schema(value_type = Text)]
    reason: Json_,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
    /// Login or code.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    /// What the clause would have more without this miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    costs: Option<String>,
    /// What the clause would lose now if this pending item were missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    worth: Option<String>,
    /// The duty or step that was judged, as `kind/duty`.
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<String>,
    /// Which occurrence of the duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrence: Option<u32>,
}

/// What lost points, and what still may.
#[derive(Debug, Serialize, ToSchema)]
struct Losses {
    /// What lost most comes first.
    lost: Vec<LossItem>,
    /// What is worth most comes first.
    pending: Vec<LossItem>,
}

/// An item with the clause that it counts in.
#[derive(Debug, Serialize, ToSchema)]
struct LossItem {
    clause: String,
    #[schema(value_type = Text)]
    title: Json_,
    item: EvidenceItem,
}

/// Every item behind the points of a clause, with its verdict and the reason in words.
#[utoipa::path(get, path = "/api/units/{unit}/scorecards/{id}/clauses/{clause}/evidence", tag = "scores", operation_id = "read_evidence",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("id" = String, Path, description = "Of a card in the list"),
        ("clause" = String, Path, description = "Name of the clause"),
    ),
    responses((status = 200, body = Evidence), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn evidence(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, id, name)): Path<(String, String, String)>,
) -> Result<Json<Evidence>, Problem> {
    let card = blocking(state.office, move |office| {
        one(office, &actor.0, &unit, &id, true)
    })
    .await?;
    let found = card
        .clauses
        .iter()
        .find(|clause| clause.clause == *name.as_str())
        .ok_or_else(Problem::not_found)?;
    let items = found
        .parts
        .iter()
        .enumerate()
        .flat_map(|(part, result)| {
            result
                .evidence
                .iter()
                .map(move |item: &Item| seen(part, item))
        })
        .collect();
    Ok(Json(Evidence {
        clause: clause(found),
        items,
    }))
}

fn seen(part: usize, item: &Item) -> EvidenceItem {
    EvidenceItem {
        part,
        record: item.record.0.clone(),
        number: item.number.clone(),
        project: item.project.clone(),
        verdict: item.verdict,
        reason: json!(item.reason),
        started_at: item.started_at.clone(),
        due_at: item.due_at.clone(),
        done_at: item.done_at.clone(),
        holder: item.holder.clone(),
        costs: item.costs.map(|costs| costs.to_string()),
        worth: item.worth.map(|worth| worth.to_string()),
        judged: item.judged().map(|(judged, _)| judged.to_owned()),
        occurrence: item.judged().map(|(_, occurrence)| occurrence),
    }
}

/// Every point that a card lost, with its reason in one sentence, and what each pending item would cost if it were missed.
#[utoipa::path(get, path = "/api/units/{unit}/scorecards/{id}/losses", tag = "scores", operation_id = "read_losses",
    params(("unit" = String, Path, description = "Code of the unit"), ("id" = String, Path, description = "Of a card in the list")),
    responses((status = 200, body = Losses), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn losses(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, id)): Path<(String, String)>,
) -> Result<Json<Losses>, Problem> {
    let card = blocking(state.office, move |office| {
        one(office, &actor.0, &unit, &id, true)
    })
    .await?;
    Ok(Json(Losses {
        lost: of_points(&card, |item| item.costs),
        pending: of_points(&card, |item| item.worth),
    }))
}

/// The items that have points by that reading, most first.
fn of_points(card: &Card, points: impl Fn(&Item) -> Option<Points>) -> Vec<LossItem> {
    let mut found: Vec<(Points, LossItem)> = Vec::new();
    for clause in &card.clauses {
        for (part, result) in clause.parts.iter().enumerate() {
            let counted = result.evidence.iter().filter_map(|item| {
                let points = points(item).filter(|points| *points > Points::ZERO)?;
                Some((points, item))
            });
            found.extend(counted.map(|(points, item)| {
                let told = LossItem {
                    clause: clause.clause.to_string(),
                    title: json!(clause.title),
                    item: seen(part, item),
                };
                (points, told)
            }));
        }
    }
    found.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    found.into_iter().map(|(_, told)| told).collect()
}

fn told(card: &Card, people: &People) -> Scorecard {
    Scorecard {
        id: address(card),
        standard: card.standard.to_string(),
        standard_version: card.standard_version,
        pack: card.pack.clone(),
        unit: card.unit.clone(),
        subject: card.subject.clone(),
        holder: card.holder.map(|holder| Person::of(holder, people)),
        period: card.period.clone(),
        as_of: card.as_of.clone(),
        full: card.full.to_string(),
        earned: card.earned.to_string(),
        covered: card.covered.to_string(),
        left_out: card.left_out.to_string(),
        total: card.total.map(|total| total.to_string()),
        grade: card.grade.as_ref().map(ToString::to_string),
        no_total: card.no_total.as_ref().map(|reason| json!(reason)),
        parameters: card.parameters.clone(),
        clauses: card.clauses.iter().map(clause).collect(),
    }
}

fn clause(clause: &ClauseResult) -> Clause {
    Clause {
        clause: clause.clause.to_string(),
        section: clause.section.as_ref().map(ToString::to_string),
        title: json!(clause.title),
        full: clause.full.to_string(),
        points: clause.points.map(|points| points.to_string()),
        state: clause.state,
        has_cases: clause.has_cases,
        said: clause.said.iter().map(|said| json!(said)).collect(),
        parts: clause.parts.iter().map(part).collect(),
    }
}

fn part(part: &PartResult) -> Part {
    Part {
        way: part.way,
        m: part.m,
        v: part.v,
        n: part.n,
        pending: part.pending,
        excused: part.excused,
        exempt: part.exempt,
        withdrawn: part.withdrawn,
        anomalous: part.anomalous,
        wilson_bp: part.wilson_bp.map(|(low, high)| [low, high]),
    }
}

/// A standard of the active pack.
#[derive(Debug, Serialize, ToSchema)]
struct StandardRow {
    standard: String,
    title: Text,
    version: u32,
    /// `member`, `team` or `unit`.
    scores: &'static str,
    period: String,
    clauses: usize,
    /// In the order of the paper table.
    sections: Vec<Section>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Section {
    name: String,
    title: Text,
}

#[derive(Debug, Serialize, ToSchema)]
struct Standards {
    standards: Vec<StandardRow>,
}

/// The standards of the active pack.
#[utoipa::path(get, path = "/api/standards", tag = "scores", operation_id = "list_standards", responses((status = 200, body = Standards)))]
async fn standards(_: Actor, Given(state): Given<State>) -> Result<Json<Standards>, Problem> {
    let standards = blocking(state.office, |office| {
        use domain::pack::standard::Subject;
        let library = office.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        let row = |standard: &domain::pack::standard::Standard| StandardRow {
            standard: standard.name.to_string(),
            title: (&standard.title).into(),
            version: standard.version,
            scores: match standard.scores {
                Subject::Member => "member",
                Subject::Team => "team",
                Subject::Unit => "unit",
            },
            period: standard.period.name().to_owned(),
            clauses: standard.clauses.len(),
            sections: standard
                .sections
                .iter()
                .map(|section| Section {
                    name: section.name.to_string(),
                    title: (&section.title).into(),
                })
                .collect(),
        };
        Ok(active.pack.standards.values().map(row).collect())
    })
    .await?;
    Ok(Json(Standards { standards }))
}
