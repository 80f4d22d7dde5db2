//! Who asks, for handlers that need no more than that.

use crate::access::Caller;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The caller of a request, whom the door let in.
#[derive(Clone, Debug)]
pub(crate) struct Actor(pub(crate) app::Actor);

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        Ok(Self(caller.actor))
    }
}
