//! A step as a caller asks for it: people by login or id, times as they were written, made into a command.

use crate::error::Error;
use crate::records::list::instant;
use crate::view::View;
use domain::id::{MemberId, RecordId};
use domain::name::Name;
use domain::proof::DeviceTimes;
use domain::record::entry::Signed;
use domain::record::{By, Command, Signature, Via};
use domain::time::{Instant, Moment};
use domain::value::Data;
use std::collections::BTreeMap;

/// What somebody wants done on a record; `open` brings one about.
#[derive(Clone, Debug, Default)]
pub struct StepAsked {
    pub step: String,
    pub data: Data,
    pub links: BTreeMap<Name, RecordId>,
    /// The version that the caller saw.
    pub version: Option<i64>,
    /// A day or an instant, if it did not happen now.
    pub occurred_at: Option<String>,
    /// Somebody else did it, and the caller writes it down: login or id.
    pub on_behalf_of: Option<String>,
    /// Written on paper during an outage.
    pub paper: bool,
    /// Waited in a device's queue.
    pub offline: bool,
    pub device: Option<DeviceTimes>,
    pub signatures: Vec<Signing>,
    /// Login or id.
    pub second: Option<String>,
    pub reason: Option<String>,
    pub key: Option<String>,
}

/// Somebody else's word on a step.
#[derive(Clone, Debug)]
pub struct Signing {
    /// A member by login or id; or the record of a party.
    pub member: Option<String>,
    pub party: Option<RecordId>,
    pub how: Signed,
    pub note: Option<String>,
}

impl StepAsked {
    /// The command of a caller who acts as `by`.
    ///
    /// # Errors
    /// `Asked` for people and times that are none.
    pub fn command(&self, view: &View, by: &By, now: Instant) -> Result<Command, Error> {
        let mut command = Command::new(self.step.as_str(), by.clone());
        self.fill(&mut command, view, now)?;
        Ok(command)
    }

    /// Everything but the step itself.
    pub(crate) fn fill(
        &self,
        command: &mut Command,
        view: &View,
        now: Instant,
    ) -> Result<(), Error> {
        command.data = self.data.clone();
        command.links = self.links.clone();
        command.version = self.version;
        command.reason = self.reason.clone();
        command.key = self.key.clone();
        command.queued = self.offline;
        command.device = self.device;
        if let Some(other) = &self.on_behalf_of {
            command.recorded_by = command.by.member();
            command.by = By::Member(member(view, other, "on_behalf_of")?);
            command.via = Via::OnBehalf;
        } else if self.offline || self.device.is_some() {
            command.via = Via::Device;
        }
        if self.paper {
            command.via = Via::Paper;
        }
        command.occurred = match &self.occurred_at {
            None => None,
            Some(text) => Some(match text.parse() {
                Ok(day) => Moment::On(day),
                Err(_) => Moment::At(instant(text, "occurred_at", |_| now)?),
            }),
        };
        if let Some(second) = &self.second {
            command.second = Some(member(view, second, "second")?);
        }
        for signing in &self.signatures {
            let by = match (&signing.member, signing.party) {
                (Some(text), None) => By::Member(member(view, text, "signatures")?),
                (None, Some(party)) => By::Party(party),
                _ => {
                    return Err(Error::asked(
                        "signature-by",
                        "signatures",
                        "每个签字须写明员工或客户之一。",
                        "Each signature names a member or a party, one of them.",
                    ));
                }
            };
            command.signatures.push(Signature {
                by,
                how: signing.how,
                at: now,
                note: signing.note.clone(),
            });
        }
        Ok(())
    }
}

/// A member by login or id, who must be registered.
pub(crate) fn member(view: &View, text: &str, field: &'static str) -> Result<MemberId, Error> {
    view.people
        .find(text)
        .filter(|id| view.people.get(MemberId::from(*id).into()).is_some())
        .map(MemberId::from)
        .ok_or_else(|| {
            Error::asked(
                "person-unknown",
                field,
                format!("没有员工“{text}”；请用账号或编号。"),
                format!("There is no member `{text}`; give a login or an id."),
            )
        })
}
