//! Packs: which are active, what one says, whether another would do, making it the active one.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, Params, blocking, parsed};
use crate::problem::{Problem, ProblemBody};
use crate::records::hex;
use crate::shape::Text;
use app::{Error, pack};
use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State as Given};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::access::Privilege;
use domain::pack::{Version, differences};
use domain::record::PackVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a pack's sources: 16 MiB.
const LARGEST: usize = 16 << 20;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, activate))
        .routes(routes!(show))
        .routes(routes!(check))
        .routes(routes!(diff))
        .layer(DefaultBodyLimit::max(LARGEST))
}

/// A pack that was ever active.
#[derive(Debug, Serialize, ToSchema)]
struct PackRow {
    /// From 1; the last one is active.
    number: i64,
    name: String,
    version: String,
    title: Text,
    /// SHA-256 over its sources.
    digest: String,
    active: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Packs {
    packs: Vec<PackRow>,
    /// The packs that ship with the program.
    shipped: Vec<String>,
}

/// Packs that were ever active, the active one last.
#[utoipa::path(get, path = "/api/packs", tag = "packs", operation_id = "list_packs", responses((status = 200, body = Packs)))]
async fn list(_: Actor, Given(state): Given<State>) -> Result<Json<Packs>, Problem> {
    let packs = blocking(state.office, |office| {
        let library = office.library()?;
        let active = library.active().map(|rules| rules.number);
        let packs = library
            .all()
            .map(|rules| PackRow {
                number: rules.number.0,
                name: rules.pack.name.to_string(),
                version: rules.pack.version.clone(),
                title: (&rules.pack.title).into(),
                digest: hex(&rules.pack.digest),
                active: Some(rules.number) == active,
            })
            .collect();
        Ok(packs)
    })
    .await?;
    Ok(Json(Packs {
        packs,
        shipped: pack::shipped().into_iter().map(str::to_owned).collect(),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ShowParams {
    /// Only what begins with it: `kinds/repair/duties`.
    path: Option<String>,
}

/// One statement of a pack.
#[derive(Debug, Serialize, ToSchema)]
struct Line {
    /// The same in every version.
    path: String,
    label: Text,
    value: Text,
}

#[derive(Debug, Serialize, ToSchema)]
struct PackLines {
    lines: Vec<Line>,
}

/// What a pack says, statement by statement.
#[utoipa::path(get, path = "/api/packs/{number}", tag = "packs", operation_id = "show_pack",
    params(("number" = String, Path, description = "Its number, or `active`"), ShowParams),
    responses((status = 200, body = PackLines), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn show(
    _: Actor,
    Given(state): Given<State>,
    Path(number): Path<String>,
    Params(asked): Params<ShowParams>,
) -> Result<Json<PackLines>, Problem> {
    let number = match number.as_str() {
        "active" => None,
        number => Some(PackVersion(parsed(number)?)),
    };
    let lines = blocking(state.office, move |office| {
        let library = office.library()?;
        let rules = match number {
            Some(number) => library.get(number),
            None => library.active(),
        };
        let rules = rules.ok_or(Error::NotFound)?;
        let inside = |path: &str| match asked.path.as_deref() {
            None | Some("") => true,
            Some(begin) => path == begin || path.starts_with(&format!("{begin}/")),
        };
        Ok(domain::pack::lines(&rules.pack)
            .into_iter()
            .filter(|line| inside(&line.path))
            .map(|line| Line {
                label: (&line.label).into(),
                value: (&line.value).into(),
                path: line.path,
            })
            .collect())
    })
    .await?;
    Ok(Json(PackLines { lines }))
}

/// A pack: its sources, or the name of one that ships.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PackBody {
    /// Texts of its files by path, such as `kinds/repair.yaml`.
    #[serde(default)]
    sources: BTreeMap<String, String>,
    #[serde(default)]
    shipped: Option<String>,
}

impl PackBody {
    fn sources(self) -> Result<Vec<(String, String)>, Error> {
        match (self.shipped, self.sources) {
            (Some(name), sources) if sources.is_empty() => {
                if pack::shipped().contains(&name.as_str()) {
                    pack::sources(&name)
                } else {
                    Err(Error::NotFound)
                }
            }
            (None, sources) if !sources.is_empty() => Ok(sources.into_iter().collect()),
            _ => Err(Error::asked(
                "pack-unclear",
                "sources",
                "请给出 sources 或 shipped 之一。",
                "Give sources or shipped, one of them.",
            )),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct Checked {
    name: String,
    version: String,
    kinds: usize,
    duties: usize,
    standards: usize,
}

/// Checks a pack as a whole, and that it reads every record that is there. Every fault is among the problem's reasons.
#[utoipa::path(post, path = "/api/packs/check", tag = "packs", operation_id = "check_pack", request_body = PackBody,
    responses(
        (status = 200, body = Checked),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn check(
    actor: Actor,
    Given(state): Given<State>,
    Body(body): Body<PackBody>,
) -> Result<Json<Checked>, Problem> {
    let checked = blocking(state.office, move |office| {
        let _ = office.privilege(&actor.0, Privilege::Packs, None)?;
        let checked = pack::check(&body.sources()?)?;
        office.would_orphan(&checked)?;
        Ok(Checked {
            name: checked.name.to_string(),
            version: checked.version.clone(),
            kinds: checked.kinds.len(),
            duties: checked.kinds.values().map(|kind| kind.duties.len()).sum(),
            standards: checked.standards.len(),
        })
    })
    .await?;
    Ok(Json(checked))
}

#[derive(Debug, Serialize, ToSchema)]
struct Change {
    path: String,
    zh: String,
    en: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Changes {
    changes: Vec<Change>,
}

/// What a pack would change against the active one.
#[utoipa::path(post, path = "/api/packs/diff", tag = "packs", operation_id = "diff_pack", request_body = PackBody,
    responses((status = 200, body = Changes), (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
async fn diff(
    actor: Actor,
    Given(state): Given<State>,
    Body(body): Body<PackBody>,
) -> Result<Json<Changes>, Problem> {
    let changes = blocking(state.office, move |office| {
        let _ = office.privilege(&actor.0, Privilege::Packs, None)?;
        let after = body.sources()?;
        let new = pack::check(&after)?;
        let library = office.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        let before = office.sources(active.number)?;
        let version = |pack, sources| Version { pack, sources };
        Ok(differences(
            version(&active.pack, &before),
            version(&new, &after),
        ))
    })
    .await?;
    let changes = changes
        .into_iter()
        .map(|change| Change {
            path: change.path,
            zh: change.text.zh,
            en: change.text.en,
        })
        .collect();
    Ok(Json(Changes { changes }))
}

#[derive(Debug, Serialize, ToSchema)]
struct Activated {
    number: i64,
}

/// Makes a pack the active one; the same pack again changes nothing.
#[utoipa::path(post, path = "/api/packs", tag = "packs", operation_id = "activate_pack", request_body = PackBody,
    responses(
        (status = 201, body = Activated),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn activate(
    actor: Actor,
    Given(state): Given<State>,
    Body(body): Body<PackBody>,
) -> Result<Response, Problem> {
    let number = blocking(state.office, move |office| {
        office.activate(&actor.0, body.sources()?)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(Activated { number: number.0 })).into_response())
}
