//! Who asks.
//!
//! The holder of the run's key is the operator, under the name `serve`; with the header `Guanjia-As: LOGIN` he acts as that member, with
//! `Guanjia-As: party:ID` as that customer, so that what each may do can be seen before there is sign-in.

use crate::State;
use crate::ask::blocking;
use crate::problem::Problem;
use app::{Came, Error, Office};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::id::{MemberId, RecordId};

/// The caller of a request.
#[derive(Clone, Debug)]
pub(crate) struct Actor(pub(crate) app::Actor);

impl FromRequestParts<State> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("guanjia-as") else {
            return Ok(Self(app::Actor::operator("serve")));
        };
        let login = value.to_str().map_err(|_| Problem::not_found())?.to_owned();
        let actor = blocking(state.office.clone(), move |office| named(office, &login)).await?;
        Ok(Self(actor))
    }
}

fn named(office: &Office, login: &str) -> Result<app::Actor, Error> {
    let party: Option<RecordId> = match login.strip_prefix("party:") {
        Some(id) => Some(id.parse().map_err(|_| Error::NotFound)?),
        None => None,
    };
    for unit in office.units()? {
        let view = office.view(unit.id)?;
        match party {
            Some(id) if app::records::is_there(office, &view, id)? => {
                return Ok(app::Actor::party(unit.id, id));
            }
            Some(_) => {}
            None => {
                if let Some(found) = view.people.find(login) {
                    return Ok(app::Actor::member(MemberId::from(found), Came::Password));
                }
            }
        }
    }
    Err(Error::NotFound)
}
