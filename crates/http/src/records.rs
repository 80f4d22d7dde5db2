//! Records: lists, one record, its journal and clocks; opening and steps; what every kind has beside its steps.

mod changes;
mod clocks;
mod journal;
mod list;
mod offline;
mod open;
mod read;
mod row;
mod step;

use crate::State;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use journal::hex;
pub(crate) use list::{asked, cursor, position};
pub(crate) use read::{DutyDecided, decided as duty_decided};
pub(crate) use row::{DutyRow, RecordRow};
pub(crate) use step::{StepTaken, told as taken};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(list::routes())
        .merge(open::routes())
        .merge(read::routes())
        .merge(journal::routes())
        .merge(clocks::routes())
        .merge(step::routes())
        .merge(changes::routes())
        .merge(offline::routes())
}
