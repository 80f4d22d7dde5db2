//! What happens to a sealed card: it is shown, a revision is proposed and decided on (S8.3, S8.5).

use super::fixed::fixed;
use super::{Sealing, asked, json, kept, of_record, text};
use crate::access::Actor;
use crate::desk::{Desk, Taken};
use crate::error::Error;
use crate::office::Office;
use crate::score;
use domain::appeal::{AppealError, may_decide};
use domain::id::{HolderId, MemberId, RecordId, UnitId};
use domain::record::refusal::Code;
use domain::record::{By, Command, Record, Refusal};
use domain::seal::Sealed;
use domain::value::Value;
use store::{Lane, entry, record};

/// Says that the one who is scored has been shown his card: his time to appeal begins (S8.5). Shown again, nothing changes.
///
/// # Errors
/// `NotFound`; `Refused`: it is another's.
pub fn show(office: &Office, actor: &Actor, unit: UnitId, card: RecordId) -> Result<(), Error> {
    let by = actor.by();
    office.at(actor, unit, Lane::Interactive, move |desk| {
        let record = record::get(desk.tx, unit, card)?;
        let mine = by
            .member()
            .is_some_and(|member| text(&record, "subject") == member.to_string());
        if !mine {
            return Err(Refusal::new(Code::AppealOwn).into());
        }
        if !record.doc.times.contains_key("show") {
            desk.step(card, &kept("show", &by, &[]))?;
        }
        Ok(())
    })
}

/// What a sealed card would be if it were computed now.
struct Anew {
    record: Record,
    fresh: Option<Sealed>,
    sealed: Sealed,
}

fn anew(office: &Office, unit: UnitId, card: RecordId) -> Result<Anew, Error> {
    let record = office.read(|tx| record::get(tx, unit, card))?;
    let (subject, sealed) = of_record(&record).ok_or_else(|| Refusal::new(Code::NotSealed))?;
    let view = office.reload_if_outdated(unit)?;
    let sealing = Sealing {
        unit,
        standard: sealed.standard.clone(),
        window: sealed.period,
        device_holds_entries: false,
    };
    let holder = (subject != HolderId::from(unit)).then_some(subject);
    let now = office.clock().now();
    let cards = score::score(office, &Actor::system(), &asked(&sealing, holder, now))?;
    let live = cards.first().ok_or(Error::NotFound)?;
    let fresh = sealed.revised(fixed(office, &view, &sealing, live, sealed.revision)?);
    Ok(Anew {
        record,
        fresh,
        sealed,
    })
}

/// Proposes the next revision of a sealed card, where evidence arrived since (S8.3).
///
/// # Errors
/// `Refused`: nothing changed; not for the actor's post.
pub fn propose(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    card: RecordId,
    reason: &str,
) -> Result<Taken, Error> {
    let anew = anew(office, unit, card)?;
    let fresh = anew
        .fresh
        .ok_or_else(|| Refusal::new(Code::NothingChanged))?;
    let command = Command {
        reason: Some(reason.to_owned()),
        version: Some(anew.record.version),
        ..kept(
            "propose",
            &actor.by(),
            &[("proposal", json(&fresh)?.into())],
        )
    };
    office.step(actor, unit, card, command)
}

/// Decides on a proposed revision: agreed to, it takes the place of the card, whose earlier text stays in the journal.
///
/// # Errors
/// `Refused`: by somebody of the chain, or without a reason.
pub fn decide(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    card: RecordId,
    agreed: bool,
    reason: &str,
) -> Result<Taken, Error> {
    let (by, reason) = (actor.by(), reason.trim().to_owned());
    office.at(actor, unit, Lane::Interactive, move |desk| {
        if reason.is_empty() {
            return Err(Refusal::new(Code::ReasonMissing).into());
        }
        let record = record::get(desk.tx, unit, card)?;
        outside(desk, &record, &by, &[])?;
        let step = if agreed { "revise" } else { "refuse" };
        let data = [("sealed", Value::from(text(&record, "proposal")))];
        let command = Command {
            reason: Some(reason.clone()),
            ..kept(step, &by, &data[..usize::from(agreed)])
        };
        desk.step(card, &command)
    })
}

/// Whoever sealed or proposed a card, and the one whom it scores, do not decide on it (S8.5).
pub(crate) fn outside(
    desk: &mut Desk<'_, '_>,
    card: &Record,
    by: &By,
    more: &[MemberId],
) -> Result<(), Error> {
    let Some(decider) = by.member() else {
        return Ok(());
    };
    // The id of a unit or a team is no member's.
    let subject = text(card, "subject")
        .parse::<MemberId>()
        .map_err(|_| Error::NotFound)?;
    let mut chain = more.to_vec();
    for line in entry::journal(desk.tx, card.unit, card.id)? {
        let gave = matches!(line.entry.step.as_str(), "open" | "propose");
        if gave {
            chain.extend(
                [line.entry.by.member(), line.entry.recorded_by]
                    .into_iter()
                    .flatten(),
            );
        }
    }
    may_decide(decider, subject, &chain).map_err(|error| refused(&error))
}

pub(crate) fn refused(error: &AppealError) -> Error {
    match error {
        AppealError::TooLate { due } => Refusal::new(Code::AppealTooLate).with(due.at).into(),
        AppealError::Exhausted => Refusal::new(Code::AppealExhausted).into(),
        AppealError::InChain => Refusal::new(Code::AppealInChain).into(),
        AppealError::Clock(error) => Error::Usage(error.text().zh),
    }
}

/// After an appeal was upheld: the sealed card is revised at once, by the decision, and never to less (S8.5).
pub(crate) fn revise_by_appeal(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    card: RecordId,
    reason: &str,
) -> Result<Option<Taken>, Error> {
    let anew = anew(office, unit, card)?;
    let points = |sealed: &Sealed| sealed.total.as_ref().ok().map(|total| total.points);
    let Some(fresh) = anew.fresh else {
        return Ok(None);
    };
    let (before, after) = (points(&anew.sealed), points(&fresh));
    if domain::appeal::settled(before, after) != after {
        return Ok(None);
    }
    let (by, reason, text) = (actor.by(), reason.to_owned(), json(&fresh)?);
    office
        .at(actor, unit, Lane::Interactive, move |desk| {
            let step = |name: &str, field: &str| Command {
                reason: Some(reason.clone()),
                ..kept(name, &by, &[(field, text.as_str().into())])
            };
            desk.step(card, &step("propose", "proposal"))?;
            desk.step(card, &step("revise", "sealed"))
        })
        .map(Some)
}
