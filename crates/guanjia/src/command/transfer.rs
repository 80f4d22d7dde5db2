//! `guanjia transfer`.

use super::{At, acting, taken};
use crate::args::Where;
use crate::output::Done;
use app::{Error, transfer};

/// The command with its arguments.
pub(crate) struct Transfer<'a> {
    pub(crate) at: &'a Where,
    pub(crate) unit: &'a str,
    pub(crate) record: &'a str,
    pub(crate) to: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) acting: Option<&'a str>,
    pub(crate) json: bool,
}

impl Transfer<'_> {
    pub(crate) fn run(self) -> Result<Done, Error> {
        let at = At::open(self.at, self.unit)?;
        let actor = acting(&at.office, self.acting)?;
        let id = at.record(self.record)?;
        let to = super::unit_of(&at.office, Some(self.to))?.ok_or(Error::NotFound)?;
        let done = transfer::transfer(&at.office, &actor, (at.unit(), id), to, self.reason)?;
        taken(&done, self.json)
    }
}
