//! Four eyes before an erasure: one asks and says on what ground, another one consents, and only then is anything destroyed.
//!
//! Whoever may not erase learns nothing here, not even whether there is such a person or such a request: he is answered as if there were none.
//! Nobody consents to what he asked for himself, and nobody has a part in his own erasure. The request stays; the entry of the erasure names
//! both. An erasure that was stopped half-way still waits, and is finished by consenting again.

use super::erasing::{Erased, erase};
use crate::access::{Actor, Came};
use crate::error::Error;
use crate::office::Office;
use domain::access::Permit;
use domain::id::{MemberId, RecordId, UnitId};
use domain::record::entry::Erasure;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Refusal};
use store::erasure::{self, Answer, Asked, Request};
use store::{Lane, record};

/// On what ground somebody may ask to be forgotten (Personal Information Protection Law, article 47).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The purpose was reached, cannot be, or needs the data no longer.
    PurposeOver,
    /// The company no longer serves the person, or has kept the data long enough.
    ServiceEnded,
    ConsentWithdrawn,
    /// The data was handled against the law or an agreement.
    Unlawful,
    /// Another law or regulation demands it.
    Law,
}

impl Basis {
    pub const ALL: [Self; 5] = [
        Self::PurposeOver,
        Self::ServiceEnded,
        Self::ConsentWithdrawn,
        Self::Unlawful,
        Self::Law,
    ];
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PurposeOver => "purpose-over",
            Self::ServiceEnded => "service-ended",
            Self::ConsentWithdrawn => "consent-withdrawn",
            Self::Unlawful => "unlawful",
            Self::Law => "law",
        }
    }
    /// # Errors
    /// `Asked`: no such ground.
    pub fn named(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            Error::asked(
                "basis-unknown",
                "basis",
                format!("没有依据“{word}”；请从中选择：{all}。"),
                format!("There is no ground `{word}`; give one of {all}."),
            )
        })
    }
}

/// Asks that a person be erased; nothing is destroyed yet.
///
/// # Errors
/// `NotFound`: no such person, or no leave to erase; `Refused`: no reason, oneself.
pub fn ask(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    person: RecordId,
    basis: Basis,
    reason: &str,
) -> Result<Request, Error> {
    let permit = leave(office, actor, unit, person)?;
    not_oneself(actor, person)?;
    if reason.trim().is_empty() {
        return Err(Refusal::new(Code::ReasonMissing).into());
    }
    let request = Request {
        unit,
        id: office.clock().record_id(),
        person,
        asked: Asked {
            by: actor.by(),
            at: office.clock().now(),
            basis: basis.as_str().to_owned(),
            reason: reason.trim().to_owned(),
        },
        answer: None,
    };
    let kept = request.clone();
    office.write(&permit, Lane::Interactive, move |tx| {
        erasure::insert(tx, &kept).map_err(Error::from)
    })?;
    Ok(request)
}

/// The requests of a unit that wait for an answer and concern whom the actor may erase, the oldest first.
///
/// # Errors
/// A database that cannot be read.
pub fn asked(office: &Office, actor: &Actor, unit: UnitId) -> Result<Vec<Request>, Error> {
    let mut mine = office.read(|tx| erasure::waiting(tx, unit))?;
    mine.retain(|request| leave(office, actor, unit, request.person).is_ok());
    Ok(mine)
}

/// Consents to what another one asked for, and erases.
///
/// # Errors
/// `NotFound`: no such request that waits, or no leave to erase; `Refused`: one's own request, oneself, whoever asked may no longer.
pub fn consent(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
) -> Result<Erased, Error> {
    let (request, permit) = open(office, actor, unit, id)?;
    let asked = &request.asked;
    if asked.by == actor.by() {
        return Err(Refusal::new(Code::SecondPersonOwn).into());
    }
    // Whoever asked must still be one who may.
    if let By::Member(member) = &asked.by {
        let asker = Actor::member(*member, Came::Password);
        leave(office, &asker, unit, request.person).map_err(|_| lapsed())?;
    }
    let member = |by: &By| by.member();
    // A journal's second person is a member: between a member and an operator it is the member.
    let (first, second) = match (&asked.by, actor.by()) {
        (By::Operator(name), By::Member(consents)) => {
            (Actor::operator(name.as_str()), Some(consents))
        }
        (by, _) => (actor.clone(), member(by)),
    };
    let said = format!("{}（{}）", asked.reason, asked.basis);
    let said = match (&asked.by, actor.by()) {
        (By::Operator(asks), By::Operator(consents)) => format!(
            "{said}；申请 {asks}，同意 {consents} (asked by {asks}, consented by {consents})"
        ),
        _ => said,
    };
    let erased = erase(office, &first, unit, request.person, second, &said)?;
    settle(office, actor, &permit, &request, true)?;
    Ok(erased)
}

/// Refuses what was asked for; whoever asked may so take it back.
///
/// # Errors
/// `NotFound`: no such request that waits, or no leave to erase; `Refused`: oneself.
pub fn refuse(office: &Office, actor: &Actor, unit: UnitId, id: RecordId) -> Result<(), Error> {
    let (request, permit) = open(office, actor, unit, id)?;
    settle(office, actor, &permit, &request, false)
}

fn settle(
    office: &Office,
    actor: &Actor,
    permit: &Permit,
    request: &Request,
    consented: bool,
) -> Result<(), Error> {
    let answer = Answer {
        by: actor.by(),
        at: office.clock().now(),
        consented,
    };
    let (unit, id) = (request.unit, request.id);
    office.write(permit, Lane::Interactive, move |tx| {
        erasure::answer(tx, unit, id, &answer).map_err(Error::from)
    })
}

/// A request that waits, for one who may answer it.
fn open(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
) -> Result<(Request, Permit), Error> {
    let request = office
        .read(|tx| erasure::optional(tx, unit, id))?
        .filter(|request| request.answer.is_none())
        .ok_or(Error::NotFound)?;
    let permit = leave(office, actor, unit, request.person)?;
    not_oneself(actor, request.person)?;
    Ok((request, permit))
}

/// Leave to erase a person; without it, there is none.
fn leave(office: &Office, actor: &Actor, unit: UnitId, person: RecordId) -> Result<Permit, Error> {
    let view = office.reload_if_outdated(unit)?;
    let now = office.clock().now();
    let change = BuiltIn::Erase {
        cause: Erasure::Request,
        keys: Vec::new(),
    };
    let command = Command::built_in(change, actor.by());
    office.read(|tx| {
        let record = record::optional(tx, unit, person)?.ok_or(Error::NotFound)?;
        let kind = view.rules.pack.kinds.get(&record.kind);
        let kind = kind.ok_or(Error::NotFound)?;
        actor
            .may_command(tx, &view, now, kind, Some(&record), &command)
            .map_err(|error| match error {
                Error::Denied(_) => Error::NotFound,
                error => error,
            })
    })
}

fn not_oneself(actor: &Actor, person: RecordId) -> Result<(), Error> {
    if actor.member_id() == Some(MemberId::from(person)) {
        return Err(Refusal::new(Code::ConflictOfInterest).into());
    }
    Ok(())
}

fn lapsed() -> Error {
    Error::asked(
        "asker-not-allowed",
        "request",
        "申请人已无权申请删除；请由现任有权人员重新申请。",
        "Whoever asked may no longer; let somebody who may ask again.",
    )
}
