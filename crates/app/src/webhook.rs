//! Webhooks: other programs are told what happens in a unit and below it, by the kinds and steps that they ask for.
//!
//! What is told is put down in the transaction of the entry, so that nothing is told that did not happen and nothing that happened is left
//! out; it is sent at least once, under an id by which a receiver knows it again. It names the record and says nothing that is in it: whoever
//! may read that asks with a token of his own. History that is imported is not told. A program that does not answer costs a pass a few tries and
//! keeps nobody else waiting; one that is not reached for long is switched off, and whoever keeps the subscriptions is reminded of it.

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use crate::{reminder, work};
use domain::access::{Privilege, own_work};
use domain::id::{RecordId, UnitId, derived};
use domain::name::{Name, Text};
use domain::pack::model::Pack;
use domain::record::{By, Entry, Record};
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::job::Claimed;
use store::webhook::Limit;
use store::{Lane, Tx, job, unit, webhook};

pub use store::webhook::{Asked, Webhook};

/// The kind of work that telling is.
pub const KIND: &str = "webhook";
/// Not reached so often one after the other, and for so long, a program is told no more: a day. Of a busy company so much happens in a minute,
/// and a program may be away for that.
const MOST: i64 = 24;
const LONG: i64 = 86_400_000_000;
/// Not reached so often in one pass, a program is left alone until the next.
const TRIES: u32 = 3;
/// Subscriptions of a unit.
const AT_MOST: usize = 20;

/// A subscription as a step sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ear {
    pub unit: UnitId,
    pub id: RecordId,
    pub events: Vec<String>,
}

impl Ear {
    fn hears(&self, kind: &Name, step: &Name) -> bool {
        self.events.iter().any(|event| match event.split_once('/') {
            Some((of, named)) => kind == of && step == named,
            None => event == "*" || kind == event.as_str(),
        })
    }
}

/// What is to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Happened {
    /// The subscription, and the unit whose it is.
    webhook: RecordId,
    of: UnitId,
    event: String,
    body: serde_json::Value,
}

/// Sends to other programs.
pub trait Post: Send + Sync {
    /// Whether an address may be told anything.
    ///
    /// # Errors
    /// Why not.
    fn check(&self, url: &str) -> Result<(), String>;
    /// Sends a signed body under an id that is the same however often it is sent.
    ///
    /// # Errors
    /// Why it was not taken.
    fn send(
        &self,
        webhook: &Webhook,
        delivery: (&str, &str),
        now: Instant,
        body: String,
    ) -> Result<(), String>;
}

/// Who listens in a unit: its own subscriptions and those above it, as far as they are on.
pub(crate) fn ears(tx: &mut Tx<'_>, path: &[UnitId]) -> Result<Vec<Ear>, store::Error> {
    let mut ears = Vec::new();
    for unit in path {
        let on = webhook::list(tx, *unit)?
            .into_iter()
            .filter(|it| it.off_at.is_none());
        ears.extend(on.map(|it| Ear {
            unit: it.unit,
            id: it.id,
            events: it.asked.events,
        }));
    }
    Ok(ears)
}

/// In the transaction of an entry: puts down whom to tell of it.
pub(crate) fn of_entry(
    tx: &mut Tx<'_>,
    view: &View,
    (entry, after): (&Entry, &Record),
) -> Result<(), store::Error> {
    if matches!(entry.by, By::Source(_)) {
        return Ok(());
    }
    for ear in view
        .ears
        .iter()
        .filter(|ear| ear.hears(&after.kind, &entry.step))
    {
        let seq = entry.seq.to_be_bytes();
        let id = derived(
            entry.recorded_at,
            &[
                b"webhook",
                ear.id.uuid().as_bytes(),
                after.id.uuid().as_bytes(),
                &seq,
            ],
        );
        let event = format!("{}/{}", after.kind, entry.step);
        let zone = &view.unit.zone;
        let body = json!({
            "id": id, "event": event, "unit": view.unit.code, "kind": after.kind, "step": entry.step,
            "record": after.id, "number": after.number, "state": after.state, "version": after.version,
            "recorded_at": entry.recorded_at.in_zone(zone),
        });
        let happened = Happened {
            webhook: ear.id,
            of: ear.unit,
            event,
            body,
        };
        job::enqueue(
            tx,
            view.unit.id,
            RecordId::from_uuid(id),
            KIND,
            &happened,
            entry.recorded_at,
        )?;
    }
    Ok(())
}

/// Tells what waits in every unit; how much was taken.
///
/// # Errors
/// A database that cannot be read or written; what was not taken is tried again later.
pub fn deliver(office: &Office, post: &dyn Post, as_of: Instant) -> Result<u64, Error> {
    let mut told = 0;
    let mut away = BTreeMap::new();
    for unit in office.units()? {
        work::each(office, unit.id, KIND, as_of, |job| {
            told += u64::from(one(office, post, job, &mut away)?);
            Ok::<_, String>(())
        })?;
    }
    Ok(told)
}

/// The programs that were not reached in this pass: how often, one after the other.
type Away = BTreeMap<RecordId, u32>;

/// Tells one thing; `false`: nobody wants to hear it any more.
fn one(office: &Office, post: &dyn Post, job: &Claimed, away: &mut Away) -> Result<bool, String> {
    let plain = |error: store::Error| error.to_string();
    let happened: Happened = job.doc().map_err(plain)?;
    let (of, id) = (happened.of, happened.webhook);
    let found = office
        .read(|tx| webhook::optional(tx, of, id))
        .map_err(plain)?;
    let Some(found) = found.filter(|it| it.off_at.is_none()) else {
        return Ok(false);
    };
    let tries = away.entry(id).or_default();
    if *tries >= TRIES {
        return Err(found.error.unwrap_or_default());
    }
    let now = office.clock().now();
    let delivery = job.id.to_string();
    let sent = post.send(
        &found,
        (&delivery, &happened.event),
        now,
        happened.body.to_string(),
    );
    *tries = if sent.is_ok() { 0 } else { *tries + 1 };
    noted(office, &found, &sent, now).map_err(|error| error.to_string())?;
    sent.map(|()| true)
}

/// Remembers how it went with a subscription; one that was not reached for long is switched off.
fn noted(
    office: &Office,
    found: &Webhook,
    sent: &Result<(), String>,
    now: Instant,
) -> Result<(), Error> {
    let (of, id) = (found.unit, found.id);
    match sent.clone() {
        Ok(()) if found.failures == 0 && found.off_at.is_none() => Ok(()),
        Ok(()) => {
            let was_off = found.off_at.is_some();
            office.write(&own_work(), Lane::Bulk, move |tx| {
                webhook::reached(tx, of, id)?;
                if was_off {
                    unit::touch_config(tx, of)
                } else {
                    Ok(())
                }
            })?;
            Ok(())
        }
        Err(why) => {
            let limit = Limit {
                failures: MOST,
                since: now.plus_micros(-LONG),
            };
            let (view, events) = (office.view(of)?, found.asked.events.clone());
            office.write(&own_work(), Lane::Bulk, move |tx| {
                if webhook::failed(tx, (of, id), &why, now, limit)? {
                    reminder::of_webhook(tx, &view, (id, &events), now)?;
                    unit::touch_config(tx, of)
                } else {
                    Ok(())
                }
            })?;
            Ok(())
        }
    }
}

/// The subscriptions of a unit.
///
/// # Errors
/// `Denied`.
pub fn list(office: &Office, actor: &Actor, unit: UnitId) -> Result<Vec<Webhook>, Error> {
    let _ = office.privilege(actor, Privilege::Integrations, Some(unit))?;
    Ok(office.read(|tx| webhook::list(tx, unit))?)
}

/// Adds a subscription, with its secret, which is shown this once.
///
/// # Errors
/// `Denied`; `Asked`: an address that may not be told, an event that there is not, too many.
pub fn add(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    (url, events): (&str, &[String]),
    post: &dyn Post,
) -> Result<Webhook, Error> {
    let permit = office.privilege(actor, Privilege::Integrations, Some(unit))?;
    if let Err(why) = post.check(url) {
        return Err(Error::asked(
            "webhook-address",
            "url",
            format!(
                "这个地址不能接收通知：{why}。请改用可从互联网访问的地址，或请操作员以 --local-webhooks 启动服务。"
            ),
            format!(
                "This address cannot be told anything: {why}. Name one on the internet, or have the operator start the server with --local-webhooks."
            ),
        ));
    }
    let view = office.reload_if_outdated(unit)?;
    let unknown = events
        .iter()
        .find(|event| !is_event(&view.rules.pack, event));
    if events.is_empty() || unknown.is_some() {
        let which = unknown.cloned().unwrap_or_default();
        return Err(Error::asked(
            "webhook-event",
            "events",
            format!("没有事件“{which}”；写 *、单据类型，或 类型/步骤。"),
            format!("There is no event “{which}”; write *, a kind, or KIND/STEP."),
        ));
    }
    let new = Webhook {
        unit,
        id: office.clock().record_id(),
        asked: Asked {
            url: url.to_owned(),
            events: events.to_vec(),
            since: office.clock().now(),
        },
        secret: office.clock().secret(),
        failures: 0,
        failing_since: None,
        off_at: None,
        error: None,
    };
    let kept = new.clone();
    office.write(&permit, Lane::Interactive, move |tx| {
        // The unit's row first: of two at once the second waits, and then counts the first.
        unit::touch_config(tx, unit)?;
        if webhook::list(tx, unit)?.len() >= AT_MOST {
            return Err(Error::asked(
                "webhook-too-many",
                "url",
                format!("这里已有 {AT_MOST} 个订阅；先删去不用的。"),
                format!("There are {AT_MOST} subscriptions here; remove one first."),
            ));
        }
        Ok(webhook::insert(tx, &kept)?)
    })?;
    Ok(new)
}

fn is_event(pack: &Pack, event: &str) -> bool {
    let (kind, step) = match event.split_once('/') {
        Some((kind, step)) => (kind, Some(step)),
        None => (event, None),
    };
    event == "*"
        || pack.kinds.get(kind).is_some_and(|kind| {
            step.is_none_or(|step| step == kind.open.name.as_str() || kind.step(step).is_some())
        })
}

/// Takes a subscription away; what waits for it is dropped.
///
/// # Errors
/// `Denied`; `NotFound`.
pub fn remove(office: &Office, actor: &Actor, unit: UnitId, id: RecordId) -> Result<(), Error> {
    let permit = office.privilege(actor, Privilege::Integrations, Some(unit))?;
    Ok(office.write(&permit, Lane::Interactive, move |tx| {
        webhook::remove(tx, unit, id)?;
        unit::touch_config(tx, unit)
    })?)
}

/// Tells a program something now, to see whether it is reached; one that is, is switched on again. `Err` in the answer: why it was not.
///
/// # Errors
/// `Denied`; `NotFound`.
pub fn try_out(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
    post: &dyn Post,
) -> Result<Result<(), Text>, Error> {
    let _ = office.privilege(actor, Privilege::Integrations, Some(unit))?;
    let found = office
        .read(|tx| webhook::optional(tx, unit, id))?
        .ok_or(Error::NotFound)?;
    let now = office.clock().now();
    let delivery = office.clock().record_id().to_string();
    let body = json!({"id": delivery, "event": "try"}).to_string();
    let sent = post.send(&found, (&delivery, "try"), now, body);
    if sent.is_ok() {
        noted(office, &found, &sent, now)?;
    }
    Ok(sent.map_err(|why| Text::both(why.clone(), why)))
}
