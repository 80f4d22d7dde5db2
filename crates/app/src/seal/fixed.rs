//! What a seal keeps of a card, and from when on nothing can change it any more.

use super::{Sealing, standard};
use crate::error::Error;
use crate::office::Office;
use crate::score::Card;
use crate::view::View;
use domain::clock::{Due, Span};
use domain::id::UnitId;
use domain::name::{Name, Text};
use domain::override_rule::{self, Setter};
use domain::pack::model::Pack;
use domain::pack::standard::{Selector, Standard};
use domain::proof::{Limits, Proof};
use domain::sample::Digest;
use domain::seal::{self, Sealed, SealedClause, evidence_digest, open_until};
use domain::tally::Verdict;

/// Until when an entry may still change the period.
///
/// # Errors
/// A limit in working days leaves the years with data.
pub fn open_till(view: &View, sealing: &Sealing) -> Result<Due, Error> {
    let pack = &view.rules.pack;
    let standard = standard(pack, &sealing.standard)?;
    let (days, zone) = (&pack.special_days, &view.unit.zone);
    let clock = |error: domain::clock::ClockError| Error::Usage(error.text().zh);
    let limits = limits(pack, standard);
    let mut until = open_until(
        sealing.window,
        &limits,
        sealing.device_holds_entries,
        days,
        zone,
    )
    .map_err(clock)?;
    // Paper entries of an outage are let in for some days after it (S4.7).
    let (begins, ends) = (sealing.window.begins(zone), sealing.window.ends(zone));
    for outage in &view.outages {
        if outage.from < ends && outage.until >= begins {
            until = until.max(outage.paper_until(days, zone).map_err(clock)?);
        }
    }
    Ok(until)
}

/// The back-dating and proof limits of the standard's duties, and for how long one that is late is still worth something.
fn limits(pack: &Pack, standard: &Standard) -> Vec<Span> {
    let mut limits = Vec::new();
    for part in standard.clauses.iter().flat_map(|clause| &clause.parts) {
        let Selector::Duty { kind, duty, .. } = &part.selector else {
            continue;
        };
        let Some(duty) = pack.kinds.get(kind).and_then(|k| k.duty(duty.as_str())) else {
            continue;
        };
        if duty.proof == Proof::Typed {
            limits.push(Span::Clock(Limits::default().back_dating));
        }
        limits.extend(duty.late.as_ref().map(|late| late.within));
    }
    limits
}

/// What a sealed card keeps of a live one.
pub(super) fn fixed(
    office: &Office,
    view: &View,
    sealing: &Sealing,
    card: &Card,
    revision: u32,
) -> Result<Sealed, Error> {
    let units = office.units()?;
    let code = |id: UnitId| {
        let unit = units.iter().find(|unit| unit.id == id);
        unit.map(|unit| unit.code.clone()).unwrap_or_default()
    };
    let pack = &view.rules.pack;
    let standard = standard(pack, &sealing.standard)?;
    let at = view.unit.zone.start_of(sealing.window.first());
    let value = |name: &Name| {
        let value = view.parameters.value(pack, name, at);
        value.map(ToString::to_string).unwrap_or_default()
    };
    let read = standard.parameters(pack);
    let overrides = view
        .parameters
        .in_force(at)
        .into_iter()
        .filter(|set| read.contains(&set.parameter))
        .map(|set| seal::Override {
            parameter: set.parameter.clone(),
            value: set.value.to_string(),
            by: code(set.unit),
            loosens: loosens(pack, set),
        })
        .collect();
    let clauses = card.clauses.iter().map(|clause| SealedClause {
        name: clause.clause.clone(),
        title: Text {
            zh: clause.title.zh.clone(),
            en: clause.title.en.clone(),
        },
        full: clause.full,
        points: clause.points,
        left: clause.left,
        counts: clause.counts,
        said: clause
            .said
            .iter()
            .map(|said| Text {
                zh: said.zh.clone(),
                en: said.en.clone(),
            })
            .collect(),
    });
    Ok(Sealed {
        standard: standard.name.clone(),
        standard_version: standard.version,
        pack_version: pack.version.clone(),
        period: sealing.window,
        as_of: card.at,
        revision,
        parameters: read
            .iter()
            .map(|name| (name.clone(), value(name)))
            .collect(),
        overrides,
        clauses: clauses.collect(),
        total: card.outcome.clone(),
        covered: card.covered,
        evidence: digest(card),
    })
}

fn loosens(pack: &Pack, set: &domain::parameter::Override) -> bool {
    pack.parameters
        .get(&set.parameter)
        .is_some_and(|parameter| {
            override_rule::judge(&override_rule::Asked {
                parameter,
                value: &set.value,
                inherited: &parameter.default,
                setter: Setter::Above,
                from: set.from,
                now: set.from,
            })
            .is_ok_and(|accepted| accepted.loosens)
        })
}

fn digest(card: &Card) -> Option<Digest> {
    let evidence = card.clauses.iter().flat_map(|clause| {
        let items = clause.parts.iter().flat_map(|part| &part.evidence);
        items.map(move |item| (clause, item))
    });
    evidence_digest(evidence.filter_map(|(clause, item)| {
        let verdict = item.verdict_of.unwrap_or(match item.tally {
            tally if tally.missed > 0 => Verdict::Missed,
            tally if tally.excused > 0 => Verdict::Excused,
            tally if tally.anomalous > 0 || tally.apart > 0 => Verdict::Anomalous,
            _ => Verdict::Met,
        });
        Some(seal::Item {
            clause: clause.clause.as_str(),
            record: item.record.0.parse().ok()?,
            judged: &item.proof.judged,
            occurrence: item.proof.occurrence.into(),
            verdict,
            due: item.proof.due,
            done_at: item.proof.done_at,
        })
    }))
}
