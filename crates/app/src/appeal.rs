//! Appeals (申诉, S8.5): a member contests a verdict of his own card; somebody outside the chain excuses it or not, with a reason; once more
//! it goes to the unit above.
//!
//! An appeal is a record in the unit of the record that it is about. Upheld, the duty is excused, or the record as a whole where it is what
//! must not happen, in the same transaction; a sealed card is then revised, and never to less.

use crate::access::Actor;
use crate::desk::{Desk, Taken};
use crate::error::Error;
use crate::office::Office;
use crate::score::{self, Asked};
use crate::seal::{self, kept, refused, register, text};
use domain::access::Privilege;
use domain::appeal::{self, Instance};
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::outcome::{self, Decider, EXCUSED_SHARE_BP, ExcuseRefused};
use domain::pack::model::Role;
use domain::period::Window;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Record, Refusal};
use domain::time::Instant;
use domain::value::Value;
use store::{Lane, entry, record};

/// A verdict that somebody contests.
#[derive(Clone, Debug)]
pub struct Contested {
    /// Where the record stands.
    pub unit: UnitId,
    pub standard: Name,
    pub window: Window,
    pub clause: Name,
    pub record: RecordId,
    /// The duty and its occurrence; `None`: the record itself, as what must not happen, or a mark.
    pub duty: Option<(Name, u32)>,
    pub statement: String,
}

/// What is decided on an appeal.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The verdict does not count.
    pub excused: bool,
    pub reason: String,
}

/// Contests a verdict of one's own card.
///
/// # Errors
/// `Refused`: nothing counted against the member, or the time to appeal is over.
pub fn file(office: &Office, actor: &Actor, contested: &Contested) -> Result<Taken, Error> {
    let member = himself(actor)?;
    let kind = register(office, contested.unit, Role::Appeal)?;
    if contested.statement.trim().is_empty() {
        return Err(Refusal::at(Code::ReasonMissing, &Name::from("statement")).into());
    }
    let against = against(office, member, contested)?;
    let view = office.reload_if_outdated(contested.unit)?;
    let sealed = card_of(office, contested.unit, member, contested)?;
    if let Some(shown_at) = sealed.as_ref().and_then(|card| card.shown_at) {
        let (days, zone) = (&view.rules.pack.special_days, &view.unit.zone);
        appeal::file(shown_at, None, office.clock().now(), days, zone)
            .map_err(|error| refused(&error))?;
    }
    let (duty, occurrence) = match &contested.duty {
        Some((duty, n)) => (duty.to_string(), i64::from(*n)),
        None => (String::new(), 0),
    };
    let command = Command {
        key: Some(format!(
            "appeal/{}/{}/{}/{duty}/{occurrence}/{member}",
            contested.window, contested.clause, contested.record
        )),
        ..kept(
            "open",
            &actor.by(),
            &[
                ("standard", contested.standard.to_string().into()),
                ("period", contested.window.to_string().into()),
                ("clause", contested.clause.to_string().into()),
                ("subject", member.to_string().into()),
                ("record", contested.record.to_string().into()),
                ("duty", duty.into()),
                ("occurrence", occurrence.into()),
                ("verdict", against.into()),
                ("statement", contested.statement.as_str().into()),
            ],
        )
    };
    office.open_record(actor, contested.unit, kind, None, command)
}

/// The member who asks.
fn himself(actor: &Actor) -> Result<MemberId, Error> {
    actor
        .member_id()
        .ok_or(Error::Denied(domain::access::Denied::Identity))
}

/// What the evidence says against the member, in words.
fn against(office: &Office, member: MemberId, contested: &Contested) -> Result<String, Error> {
    let card = score_of(office, member, contested)?;
    let clause = card
        .clauses
        .iter()
        .find(|clause| clause.clause == contested.clause)
        .ok_or_else(|| Refusal::new(Code::AppealNothing))?;
    let record = contested.record.to_string();
    let mut items = clause
        .parts
        .iter()
        .flat_map(|part| &part.evidence)
        .filter(|item| item.record.0 == record);
    let found = items.find(|item| match &contested.duty {
        Some((duty, n)) => {
            item.proof.occurrence == *n
                && item.proof.judged.rsplit('/').next() == Some(duty.as_str())
                && matches!(item.verdict, "missed" | "late")
        }
        None => item.verdict_of.is_none() && matches!(item.verdict, "missed" | "mark"),
    });
    let found = found.ok_or_else(|| Refusal::new(Code::AppealNothing))?;
    if contested.duty.is_none()
        && !found.proof.judged.ends_with("/none-of")
        && found.verdict != "mark"
    {
        return Err(Refusal::new(Code::AppealCorrect).into());
    }
    Ok(found.reason.zh.clone())
}

fn score_of(
    office: &Office,
    member: MemberId,
    contested: &Contested,
) -> Result<score::Card, Error> {
    let asked = Asked {
        standard: contested.standard.clone(),
        window: contested.window,
        unit: Some(contested.unit),
        holder: Some(member.into()),
        as_of: office.clock().now(),
        explain: true,
    };
    score::score(office, &Actor::system(), &asked)?
        .pop()
        .ok_or(Error::NotFound)
}

/// The member's sealed card, of the unit or of the nearest one above that has sealed the period.
fn card_of(
    office: &Office,
    unit: UnitId,
    member: MemberId,
    contested: &Contested,
) -> Result<Option<Placed>, Error> {
    let view = office.reload_if_outdated(unit)?;
    for unit in &view.path {
        let sealed = seal::stands(office, *unit, &contested.standard, contested.window)?;
        let card = sealed
            .into_iter()
            .flat_map(|period| period.cards)
            .find(|card| card.subject == member.into());
        if let Some(card) = card {
            return Ok(Some(Placed {
                unit: *unit,
                record: card.record,
                shown_at: card.shown_at,
            }));
        }
    }
    Ok(None)
}

struct Placed {
    unit: UnitId,
    record: RecordId,
    shown_at: Option<Instant>,
}

/// Takes an appeal that was rejected to the unit above.
///
/// # Errors
/// `Refused`: another's, too late, or the unit above has decided.
pub fn go_on(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
    statement: &str,
) -> Result<Taken, Error> {
    let (member, by) = (himself(actor)?, actor.by());
    let statement = statement.trim().to_owned();
    office.at(actor, unit, Lane::Interactive, move |desk| {
        let record = record::get(desk.tx, unit, id)?;
        if text(&record, "subject") != member.to_string() {
            return Err(Refusal::new(Code::AppealOwn).into());
        }
        let decided = if record.doc.times.contains_key("reject-above") {
            Some(Instance::UnitAbove)
        } else {
            Some(Instance::First)
        };
        let view = desk.view();
        let (days, zone) = (&view.rules.pack.special_days, &view.unit.zone);
        if let Some(rejected_at) = record.doc.times.get("reject") {
            appeal::file(*rejected_at, decided, desk.now(), days, zone)
                .map_err(|error| refused(&error))?;
        }
        desk.step(
            id,
            &kept("go-on", &by, &[("statement", statement.as_str().into())]),
        )
    })
}

/// Decides on an appeal. Excused, the verdict does not count from now on, and a sealed card is revised.
///
/// # Errors
/// `Refused`: by somebody of the chain, without a reason, or where the unit above has to decide.
pub fn decide(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
    decision: &Decision,
) -> Result<Taken, Error> {
    let _ = office.privilege(actor, Privilege::Appeals, Some(unit))?;
    let (decider, by) = (himself(actor)?, actor.by());
    let reason = decision.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Refusal::new(Code::ReasonMissing).into());
    }
    let (appeal, contested, member) = read(office, unit, id)?;
    let above = office
        .reload_if_outdated(unit)?
        .is_above(decider, office.clock().now());
    let second = appeal.doc.times.contains_key("go-on");
    if second && !above {
        return Err(Refusal::new(Code::AppealAbove).into());
    }
    if decision.excused {
        within_share(office, decider, member, &contested, above)?;
    }
    let card = card_of(office, unit, member, &contested)?;
    let chain = chain(office, unit, &appeal, &contested, card.as_ref())?;
    appeal::may_decide(decider, member, &chain).map_err(|error| refused(&error))?;
    let excused = decision.excused;
    let words = reason.clone();
    let taken = office.at(actor, unit, Lane::Interactive, move |desk| {
        let step = match (excused, second) {
            (true, false) => "uphold",
            (true, true) => "uphold-above",
            (false, false) => "reject",
            (false, true) => "reject-above",
        };
        let data = [("decision", Value::from(words.as_str()))];
        let taken = desk.step(id, &kept(step, &by, &data))?;
        if excused {
            excuse(desk, &by, &contested, &words, taken.record.number.as_str())?;
        }
        Ok(taken)
    })?;
    if let (true, Some(card)) = (excused, card) {
        let why = format!("{}：{reason}", taken.record.number);
        seal::revise_by_appeal(office, actor, card.unit, card.record, &why)?;
    }
    Ok(taken)
}

fn read(
    office: &Office,
    unit: UnitId,
    id: RecordId,
) -> Result<(Record, Contested, MemberId), Error> {
    let record = office.read(|tx| record::get(tx, unit, id))?;
    let unreadable = || Error::NotFound;
    let duty = text(&record, "duty");
    let occurrence = match record.doc.data.get("occurrence") {
        Some(Value::Int(n)) => u32::try_from(*n).unwrap_or(0),
        _ => 0,
    };
    let contested = Contested {
        unit,
        standard: Name::from(text(&record, "standard")),
        window: text(&record, "period").parse().map_err(|_| unreadable())?,
        clause: Name::from(text(&record, "clause")),
        record: text(&record, "record").parse().map_err(|_| unreadable())?,
        duty: (!duty.is_empty()).then(|| (Name::from(duty), occurrence)),
        statement: text(&record, "statement").to_owned(),
    };
    let member = text(&record, "subject").parse().map_err(|_| unreadable())?;
    Ok((record, contested, member))
}

/// Those who gave, recorded or approved the score: who sealed or revised the card, who gave the mark or found what must not happen, who
/// decided before.
fn chain(
    office: &Office,
    unit: UnitId,
    appeal: &Record,
    contested: &Contested,
    card: Option<&Placed>,
) -> Result<Vec<MemberId>, Error> {
    let mut chain = Vec::new();
    office.read(|tx| {
        let mut gave = |unit, id, steps: Option<&[&str]>| {
            for line in entry::journal(tx, unit, id)? {
                let counts = steps.is_none_or(|steps| steps.contains(&line.entry.step.as_str()));
                if counts {
                    let actors = [line.entry.by.member(), line.entry.recorded_by];
                    chain.extend(actors.into_iter().flatten());
                }
            }
            Ok::<_, Error>(())
        };
        gave(unit, appeal.id, Some(&["uphold", "reject"]))?;
        if contested.duty.is_none() {
            gave(unit, contested.record, Some(&["open"]))?;
        }
        if let Some(card) = card {
            gave(card.unit, card.record, Some(&["open", "propose", "revise"]))?;
        }
        Ok::<_, Error>(())
    })?;
    Ok(chain)
}

/// Beyond a share of a clause's cases the unit above decides (S4.3).
fn within_share(
    office: &Office,
    actor: MemberId,
    member: MemberId,
    contested: &Contested,
    above: bool,
) -> Result<(), Error> {
    if contested.duty.is_none() || above {
        return Ok(());
    }
    let card = score_of(office, member, contested)?;
    let counts = card
        .clauses
        .iter()
        .find(|clause| clause.clause == contested.clause)
        .map(|clause| clause.counts)
        .unwrap_or_default();
    let excused = u64::try_from(counts.excused).unwrap_or(0);
    let cases = u64::try_from(counts.n()).unwrap_or(u64::MAX);
    let asked = outcome::Asked {
        excused: excused + 1,
        cases: cases.saturating_add(excused),
        touches_own_score: actor == member,
        has_evidence: true,
    };
    match outcome::who_decides(&asked, EXCUSED_SHARE_BP) {
        Ok(Decider::OwnUnit) => Ok(()),
        Ok(Decider::UnitAbove) => Err(Refusal::new(Code::AppealAbove).into()),
        Err(ExcuseRefused::OwnScore | ExcuseRefused::NoEvidence) => {
            Err(Refusal::new(Code::AppealInChain).into())
        }
    }
}

fn excuse(
    desk: &mut Desk<'_, '_>,
    by: &By,
    contested: &Contested,
    reason: &str,
    number: &str,
) -> Result<(), Error> {
    let change = match &contested.duty {
        Some((duty, occurrence)) => BuiltIn::Excuse {
            duty: duty.clone(),
            occurrence: *occurrence,
            falls_away: false,
        },
        None => BuiltIn::ExcuseRecord,
    };
    let command = Command {
        reason: Some(format!("{number}：{reason}")),
        kept: true,
        ..Command::built_in(change, by.clone())
    };
    desk.step(contested.record, &command).map(|_| ())
}
