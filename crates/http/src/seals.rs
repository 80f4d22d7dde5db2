//! Sealed periods: a period is closed for a unit, its cards are kept; who is scored is shown his; late evidence proposes a revision.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::records::{StepTaken, taken};
use crate::shape::{Text, at};
use app::records::{Written, named};
use app::score::window;
use app::seal::{self, SealedCard, SealedPeriod, root_of};
use app::view::View;
use app::{Error, Office, Taken};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::seal::{Sealed, SealedClause};
use domain::time::Zone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(close))
        .routes(routes!(read))
        .routes(routes!(show))
        .routes(routes!(propose))
        .routes(routes!(decide))
}

/// What is to be sealed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SealBody {
    standard: String,
    /// `2026-03`, `2026-Q1`, `2026-W14`, `2026`.
    period: String,
    /// A device is known to hold entries that it has not sent: it is waited for, seven days at most.
    #[serde(default)]
    device_holds_entries: bool,
}

/// A period that is closed for a unit.
#[derive(Debug, Serialize, ToSchema)]
struct Seal {
    /// Id of the record that is the seal.
    id: String,
    number: String,
    standard: String,
    period: String,
    as_of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_by: Option<String>,
    /// Over the roots of the units' journals; a printed report carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    /// A line a unit: its code, the Merkle root of its entries, how many they are.
    roots: Vec<String>,
    /// Best total first.
    cards: Vec<KeptCard>,
}

/// A card as it was sealed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeptCard {
    /// Id of the record that keeps it.
    id: String,
    /// Name of the member, team or unit.
    subject: String,
    /// `sealed`, or `proposed` while a revision waits for its decision.
    state: String,
    /// From 1; each revision that was agreed to has the next.
    revision: u32,
    as_of: String,
    /// When who is scored was first shown it: his time to appeal began.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown_at: Option<String>,
    standard_version: u32,
    pack_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// Why there is no total.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_total: Option<Text>,
    covered: String,
    /// Every parameter that the standard read.
    parameters: BTreeMap<String, String>,
    overrides: Vec<Override>,
    clauses: Vec<KeptClause>,
    /// Over the evidence of every clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
}

/// A parameter that was set for the unit.
#[derive(Debug, Serialize, ToSchema)]
struct Override {
    parameter: String,
    value: String,
    /// Code of the unit that set it.
    by: String,
    /// It makes things easier for the one who is scored.
    loosens: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct KeptClause {
    clause: String,
    title: Text,
    full: String,
    /// Absent: left out of the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<String>,
    said: Vec<Text>,
}

impl KeptCard {
    pub(crate) fn of(kept: &SealedCard, zone: &Zone) -> Self {
        let card: &Sealed = &kept.card;
        let total = card.total.as_ref();
        Self {
            id: kept.record.to_string(),
            subject: kept.name.clone(),
            state: kept.state.to_string(),
            revision: card.revision,
            as_of: at(card.as_of, zone),
            shown_at: kept.shown_at.map(|shown| at(shown, zone)),
            standard_version: card.standard_version,
            pack_version: card.pack_version.clone(),
            total: total.ok().map(|total| total.points.to_string()),
            grade: total
                .ok()
                .and_then(|total| total.grade.as_ref().map(ToString::to_string)),
            no_total: total.err().map(|none| (&none.text()).into()),
            covered: card.covered.to_string(),
            parameters: card
                .parameters
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
            overrides: card
                .overrides
                .iter()
                .map(|set| Override {
                    parameter: set.parameter.to_string(),
                    value: set.value.clone(),
                    by: set.by.clone(),
                    loosens: set.loosens,
                })
                .collect(),
            clauses: card.clauses.iter().map(clause).collect(),
            evidence: card.evidence.map(|digest| digest.to_string()),
        }
    }
}

fn clause(clause: &SealedClause) -> KeptClause {
    KeptClause {
        clause: clause.name.to_string(),
        title: (&clause.title).into(),
        full: clause.full.to_string(),
        points: clause.points.map(|points| points.to_string()),
        said: clause.said.iter().map(Text::from).collect(),
    }
}

fn told(sealed: &SealedPeriod, zone: &Zone) -> Seal {
    Seal {
        id: sealed.seal.to_string(),
        number: sealed.number.clone(),
        standard: sealed.standard.to_string(),
        period: sealed.period.to_string(),
        as_of: at(sealed.as_of, zone),
        sealed_by: sealed.sealed_by.clone(),
        root: root_of(&sealed.roots).map(|root| root.to_string()),
        roots: sealed.roots.clone(),
        cards: sealed
            .cards
            .iter()
            .map(|card| KeptCard::of(card, zone))
            .collect(),
    }
}

/// Closes a period for a unit and those below it. Its cards never change from now on, except by a revision that somebody agrees to.
#[utoipa::path(post, path = "/api/units/{unit}/seals", tag = "scores", operation_id = "seal_period",
    params(("unit" = String, Path, description = "Code of the unit")),
    request_body = SealBody,
    responses(
        (status = 201, body = Seal),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "`sealed-already`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`seal-too-early`: an entry may still change it"),
    ))]
async fn close(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Body(body): Body<SealBody>,
) -> Result<(StatusCode, Json<Seal>), Problem> {
    let seal = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let sealing = seal::Sealing {
            unit: unit.id,
            standard: Name::from(body.standard),
            window: window(&body.period)?,
            device_holds_entries: body.device_holds_entries,
        };
        let sealed = seal::seal(office, &actor.0, &sealing)?;
        Ok(told(&sealed, &view.unit.zone))
    })
    .await?;
    Ok((StatusCode::CREATED, Json(seal)))
}

/// A period as it was sealed.
#[utoipa::path(get, path = "/api/units/{unit}/seals/{standard}/{period}", tag = "scores", operation_id = "read_seal",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("standard" = String, Path, description = "Name of the standard"),
        ("period" = String, Path, description = "`2026-03`, `2026-Q1`, `2026-W14`, `2026`"),
    ),
    responses(
        (status = 200, body = Seal),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "Not sealed, or not within reach"),
    ))]
async fn read(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, standard, period)): Path<(String, String, String)>,
) -> Result<Json<Seal>, Problem> {
    let seal = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let standard = Name::from(standard);
        let found = seal::period(office, &actor.0, unit.id, &standard, window(&period)?)?;
        Ok(told(&found.ok_or(Error::NotFound)?, &view.unit.zone))
    })
    .await?;
    Ok(Json(seal))
}

/// Says that the caller has seen his own card: his time to appeal begins.
#[utoipa::path(post, path = "/api/units/{unit}/sealed-cards/{card}/show", tag = "scores", operation_id = "show_sealed_card",
    params(("unit" = String, Path, description = "Code of the unit"), ("card" = String, Path, description = "Id or number of the card")),
    responses(
        (status = 204),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`appeal-own`: it is another's"),
    ))]
async fn show(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    blocking(state.office, move |office| {
        let (view, card) = at_card(office, &actor, &path)?;
        seal::show(office, &actor.0, view.unit.id, card)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

type View_ = std::sync::Arc<View>;

fn at_card(
    office: &Office,
    actor: &Actor,
    (unit, card): &(String, String),
) -> Result<(View_, RecordId), Error> {
    let (_, view) = office.unit_of(&actor.0, unit)?;
    let id = named(office, &view, card)?;
    Ok((view, id))
}

/// Takes what a use-case does with a record that an address names.
pub(crate) async fn done(
    state: State,
    actor: Actor,
    path: (String, String),
    work: impl FnOnce(&Office, &app::Actor, UnitId, RecordId) -> Result<Taken, Error> + Send + 'static,
) -> Result<Json<StepTaken>, Problem> {
    let written = blocking(state.office, move |office| {
        let (view, id) = at_card(office, &actor, &path)?;
        let taken = work(office, &actor.0, view.unit.id, id)?;
        Written::of(office, view, &actor.0, taken)
    })
    .await?;
    taken(&written).map(Json)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProposalBody {
    reason: String,
}

/// Proposes the next revision of a sealed card, where evidence arrived since it was sealed.
#[utoipa::path(post, path = "/api/units/{unit}/sealed-cards/{card}/propose", tag = "scores", operation_id = "propose_revision",
    params(("unit" = String, Path, description = "Code of the unit"), ("card" = String, Path, description = "Id or number of the card")),
    request_body = ProposalBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`nothing-changed`"),
    ))]
async fn propose(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    Body(body): Body<ProposalBody>,
) -> Result<Json<StepTaken>, Problem> {
    done(state, actor, path, move |office, actor, unit, card| {
        seal::propose(office, actor, unit, card, &body.reason)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    agreed: bool,
    reason: String,
}

/// Decides on a proposed revision, by somebody who neither sealed nor proposed it and whom it does not score.
#[utoipa::path(post, path = "/api/units/{unit}/sealed-cards/{card}/decide", tag = "scores", operation_id = "decide_revision",
    params(("unit" = String, Path, description = "Code of the unit"), ("card" = String, Path, description = "Id or number of the card")),
    request_body = DecisionBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`appeal-in-chain`"),
    ))]
async fn decide(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    Body(body): Body<DecisionBody>,
) -> Result<Json<StepTaken>, Problem> {
    done(state, actor, path, move |office, actor, unit, card| {
        seal::decide(office, actor, unit, card, body.agreed, &body.reason)
    })
    .await
}
