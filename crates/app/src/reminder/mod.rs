//! Reminders: duties that fall due soon, that are missed, that have come from another, told to whoever holds them; and subscriptions of other
//! programs that were given up, told to whoever keeps them.
//!
//! A reminder's id follows from the duty, its occurrence, what is said of it and to whom, so that however many processes look, and however
//! often, each is told once. What goes beyond the program (mail, a program of the company's) is work put down in the same transaction,
//! see [`carry`]. Nothing in a reminder is personal: a record's number, the titles of its kind and duty, a time.

pub mod carry;
mod look;

pub use look::{Looked, remind, remind_again};

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use carry::Way;
use domain::access::{Privilege, own_work};
use domain::holder::Holder;
use domain::id::{MemberId, RecordId, UnitId, derived};
use domain::name::{Name, Text};
use domain::record::{By, Entry, Record, Todo};
use domain::reminder::{Why, is_handed_over};
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::reminder::Reminder;
use store::{Lane, Tx, job, reminder};

/// How long reminders are kept: 90 days.
const KEPT: i64 = 90 * 86_400_000_000;
/// Shown at once.
const MOST: i64 = 200;

/// What a reminder is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum About {
    Duty(OfDuty),
    Webhook(OfWebhook),
}

impl About {
    pub fn why(&self) -> &'static str {
        match self {
            Self::Duty(duty) => duty.why.as_str(),
            Self::Webhook(_) => "webhook-off",
        }
    }
}

/// A subscription that is told no more. Its address may hold a secret: it is not named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfWebhook {
    pub webhook: RecordId,
    pub events: Vec<String>,
    pub off_at: Instant,
}

/// A duty of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfDuty {
    pub why: Why,
    pub record: RecordId,
    pub kind: Name,
    pub number: String,
    pub duty: Name,
    pub occurrence: u32,
    pub due: Instant,
}

/// A reminder as its member reads it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Code of the unit.
    pub unit: String,
    pub reminder: Reminder<About>,
    pub text: Text,
    /// In the unit's zone; only of a duty.
    pub due_at: Option<String>,
    pub at: String,
    pub read_at: Option<String>,
}

/// Whom a duty's holder is: himself, the queue's members who are there, the team's.
fn members(view: &View, holder: &Holder, at: Instant) -> BTreeSet<MemberId> {
    let there = |all: BTreeSet<MemberId>| {
        let there: BTreeSet<MemberId> = all
            .iter()
            .copied()
            .filter(|member| view.roster.is_present(*member, at))
            .collect();
        // A queue whose people all have their day off is told all the same.
        if there.is_empty() { all } else { there }
    };
    match holder {
        Holder::Member(member) => [*member].into(),
        Holder::Pool { post } => there(view.roster.members_of_post(post, at)),
        Holder::Team(team) => there(view.roster.members_of_team(*team, at)),
        Holder::Unit => BTreeSet::new(),
    }
}

/// What each of a duty's holders is reminded of.
fn about(
    view: &View,
    record: &Record,
    todo: &Todo,
    (why, due): (Why, Instant),
    at: Instant,
) -> impl Fn(MemberId) -> Reminder<About> {
    let (unit, start, id) = (view.unit.id, todo.start, record.id);
    let about = OfDuty {
        why,
        record: record.id,
        kind: record.kind.clone(),
        number: record.number.clone(),
        duty: todo.name.clone(),
        occurrence: todo.occurrence,
        due,
    };
    // A duty that comes to somebody a second time is another matter; one whose due time a pause has moved is the same.
    let times = match why {
        Why::HandedOver => todo.held.len() as u64,
        Why::Due | Why::Missed => 0,
    };
    move |member: MemberId| Reminder {
        unit,
        member,
        id: RecordId::from_uuid(derived(
            start,
            &[
                b"reminder",
                id.uuid().as_bytes(),
                about.duty.as_str().as_bytes(),
                &about.occurrence.to_be_bytes(),
                why.as_str().as_bytes(),
                &times.to_be_bytes(),
                member.uuid().as_bytes(),
            ],
        )),
        at,
        read_at: None,
        doc: About::Duty(about.clone()),
    }
}

/// Tells somebody, and puts down what carries it beyond the program; nothing if he was told before.
fn tell(
    tx: &mut Tx<'_>,
    ways: &[Way],
    reminder: &Reminder<About>,
    now: Instant,
) -> Result<bool, store::Error> {
    if !reminder::put(tx, reminder)? {
        return Ok(false);
    }
    for way in ways {
        if *way == Way::Mail && reminder::mailbox(tx, reminder.member.into())?.is_none() {
            continue;
        }
        // Of one reminder to several people each is work of its own, under an id that follows from it.
        let id = derived(
            now,
            &[
                reminder.id.uuid().as_bytes(),
                reminder.member.uuid().as_bytes(),
                way.job().as_bytes(),
            ],
        );
        let doc = carry::Parcel {
            member: reminder.member,
            reminder: reminder.id,
        };
        job::enqueue(
            tx,
            reminder.unit,
            RecordId::from_uuid(id),
            way.job(),
            &doc,
            now,
        )?;
    }
    Ok(true)
}

/// In the transaction of an entry: whoever a duty has come to by it hears so, unless he did it himself.
pub(crate) fn of_entry(
    tx: &mut Tx<'_>,
    view: &View,
    before: Option<&Record>,
    (entry, after): (&Entry, &Record),
) -> Result<(), Error> {
    let Some(before) = before else { return Ok(()) };
    if after.doc.todo.iter().all(|todo| todo.held.len() < 2) || matches!(entry.by, By::Source(_)) {
        return Ok(());
    }
    let now = entry.recorded_at;
    for todo in &after.doc.todo {
        if !is_handed_over(&before.doc.todo, todo) {
            continue;
        }
        let words = about(view, after, todo, (Why::HandedOver, todo.due.at), now);
        for member in members(view, todo.holder(), now) {
            if entry.by.member() != Some(member) {
                tell(tx, &view.ways, &words(member), now)?;
            }
        }
    }
    Ok(())
}

/// In the transaction that gives a subscription up: whoever keeps those of its unit hears so.
pub(crate) fn of_webhook(
    tx: &mut Tx<'_>,
    view: &View,
    (webhook, events): (RecordId, &[String]),
    off_at: Instant,
) -> Result<(), store::Error> {
    let posts = view.rules.pack.posts.values();
    let keeping = posts.filter(|post| post.may.run.contains(&Privilege::Integrations));
    let members: BTreeSet<MemberId> = keeping
        .flat_map(|post| view.roster.members_of_post(&post.name, off_at))
        .collect();
    for member in members {
        let id = derived(
            off_at,
            &[
                b"webhook-off",
                webhook.uuid().as_bytes(),
                member.uuid().as_bytes(),
            ],
        );
        let reminder = Reminder {
            unit: view.unit.id,
            member,
            id: RecordId::from_uuid(id),
            at: off_at,
            read_at: None,
            doc: About::Webhook(OfWebhook {
                webhook,
                events: events.to_vec(),
                off_at,
            }),
        };
        tell(tx, &view.ways, &reminder, off_at)?;
    }
    Ok(())
}

/// Forgets what is older than anybody looks back.
///
/// # Errors
/// A database that cannot be written.
pub(crate) fn forget(office: &Office, unit: UnitId, as_of: Instant) -> Result<u64, Error> {
    Ok(office.write(&own_work(), Lane::Bulk, move |tx| {
        reminder::forget(tx, unit, as_of.plus_micros(-KEPT))
    })?)
}

/// In words, in both languages.
fn text(view: &View, about: &About) -> Text {
    match about {
        About::Duty(duty) => text_of_duty(view, duty),
        About::Webhook(webhook) => {
            let (code, id) = (&view.unit.code, webhook.webhook);
            let events = webhook.events.join(", ");
            Text::both(
                format!(
                    "订阅“{events}”的程序一天以上没有接收，不再通知它；修好后请求 POST /api/units/{code}/webhooks/{id}/try 即重新启用"
                ),
                format!(
                    "A program that listens for “{events}” has taken nothing for over a day and is told no more; once it is mended, POST /api/units/{code}/webhooks/{id}/try switches it on again"
                ),
            )
        }
    }
}

fn text_of_duty(view: &View, about: &OfDuty) -> Text {
    let kind = view.rules.pack.kinds.get(&about.kind);
    let of_kind = kind.map_or_else(
        || Text::both(about.kind.to_string(), about.kind.to_string()),
        |kind| kind.title.clone(),
    );
    let duty = kind
        .and_then(|kind| kind.duty(about.duty.as_str()))
        .map_or_else(
            || Text::both(about.duty.to_string(), about.duty.to_string()),
            |duty| duty.title.clone(),
        );
    let due = about.due.in_zone(&view.unit.zone);
    let due = due.chars().take(16).collect::<String>().replace('T', " ");
    let number = &about.number;
    match about.why {
        Why::Due => Text::both(
            format!("{} {number}：“{}”应在 {due} 前办成", of_kind.zh, duty.zh),
            format!("{} {number}: “{}” is due by {due}", of_kind.en, duty.en),
        ),
        Why::Missed => Text::both(
            format!(
                "{} {number}：“{}”已超时，原应在 {due} 前办成",
                of_kind.zh, duty.zh
            ),
            format!(
                "{} {number}: “{}” was due by {due} and is late",
                of_kind.en, duty.en
            ),
        ),
        Why::HandedOver => Text::both(
            format!(
                "{} {number}：“{}”转由您办，应在 {due} 前办成",
                of_kind.zh, duty.zh
            ),
            format!(
                "{} {number}: “{}” has come to you, due by {due}",
                of_kind.en, duty.en
            ),
        ),
    }
}

fn told(view: &View, reminder: Reminder<About>) -> Told {
    let zone = &view.unit.zone;
    Told {
        unit: view.unit.code.clone(),
        text: text(view, &reminder.doc),
        due_at: match &reminder.doc {
            About::Duty(duty) => Some(duty.due.in_zone(zone)),
            About::Webhook(_) => None,
        },
        at: reminder.at.in_zone(zone),
        read_at: reminder.read_at.map(|at| at.in_zone(zone)),
        reminder,
    }
}

impl Office {
    /// What a member is reminded of in all his units, the latest first, and how many he has not read.
    ///
    /// # Errors
    /// A database that cannot be read. Whoever is no member is reminded of nothing.
    pub fn reminders(&self, actor: &Actor, unread: bool) -> Result<(Vec<Told>, i64), Error> {
        let (mut all, mut count) = (Vec::new(), 0);
        let Some(member) = actor.member_id() else {
            return Ok((all, count));
        };
        for unit in self.units_of(actor)? {
            let view = self.view(unit.id)?;
            let (found, of_unit) = self.read(|tx| {
                let found = reminder::list::<About>(tx, (unit.id, member), None, unread, MOST)?;
                Ok::<_, store::Error>((found, reminder::unread(tx, unit.id, member)?))
            })?;
            count += of_unit;
            all.extend(found.into_iter().map(|one| told(&view, one)));
        }
        all.sort_by_key(|told| std::cmp::Reverse((told.reminder.at, told.reminder.id)));
        all.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        Ok((all, count))
    }

    /// How many reminders of a unit a member has not read.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn unread(&self, actor: &Actor, unit: UnitId) -> Result<i64, Error> {
        match actor.member_id() {
            Some(member) => Ok(self.read(|tx| reminder::unread(tx, unit, member))?),
            None => Ok(0),
        }
    }

    /// A member has read one reminder of a unit.
    ///
    /// # Errors
    /// `NotFound` if it is none of his.
    pub fn read_reminder(&self, actor: &Actor, unit: UnitId, id: RecordId) -> Result<(), Error> {
        let (member, now) = (
            actor.member_id().ok_or(Error::NotFound)?,
            self.clock().now(),
        );
        Ok(self.write(&own_work(), Lane::Interactive, move |tx| {
            reminder::read(tx, (unit, member), Some(id), now)
        })?)
    }

    /// A member has read everything that he was reminded of.
    ///
    /// # Errors
    /// A database that cannot be written.
    pub fn read_reminders(&self, actor: &Actor) -> Result<(), Error> {
        let Some(member) = actor.member_id() else {
            return Ok(());
        };
        let (units, now) = (self.units_of(actor)?, self.clock().now());
        Ok(self.write(&own_work(), Lane::Interactive, move |tx| {
            units
                .iter()
                .try_for_each(|unit| reminder::read(tx, (unit.id, member), None, now))
        })?)
    }

    /// Where mail reaches the member himself.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn mailbox(&self, actor: &Actor) -> Result<Option<String>, Error> {
        match actor.member_id() {
            Some(member) => Ok(self.read(|tx| reminder::mailbox(tx, member.into()))?),
            None => Ok(None),
        }
    }

    /// Says where mail reaches the member himself; nothing: nowhere.
    ///
    /// # Errors
    /// `Asked`: no address of mail; `NotFound`: whoever asks has no account of a member.
    pub fn set_mailbox(&self, actor: &Actor, address: Option<&str>) -> Result<(), Error> {
        let member = actor.member_id().ok_or(Error::NotFound)?;
        let address = address.map(str::trim).filter(|address| !address.is_empty());
        if address.is_some_and(|address| !is_address(address)) {
            return Err(Error::asked(
                "mail-address-wrong",
                "address",
                "这不是电子邮件地址；应形如 name@example.com，至多 200 字。",
                "This is no mail address; write one like name@example.com, of 200 letters at most.",
            ));
        }
        let address = address.map(str::to_owned);
        Ok(self.write(&own_work(), Lane::Interactive, move |tx| {
            reminder::set_mailbox(tx, member.into(), address.as_deref())
        })?)
    }
}

fn is_address(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_graphic() && !"<>()[]\\,;:\"@".contains(c))
    };
    text.len() <= 200
        && text
            .split_once('@')
            .is_some_and(|(name, host)| plain(name) && plain(host))
}
