//! Entries, waits, holders and parameters of a case, in their neutral form.

use super::duty::moment;
use super::node::{Node, Unread};
use super::world::World;
use domain::clock::{Left, Span, Wait};
use domain::holder::{Held, Holder};
use domain::name::Name;
use domain::proof::{DeviceTimes, Outage, Paper, Source, Times};
use domain::time::{Instant, Moment, Since};
use std::collections::BTreeMap;

/// An entry of a case.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) step: Option<String>,
    pub(crate) by: Option<String>,
    recorded_by: Option<String>,
    pub(crate) times: Times,
    pub(crate) paper: bool,
    photo: bool,
    second: Option<String>,
}

impl Entry {
    pub(crate) fn read(node: &Node) -> Result<Self, Unread> {
        let fields = node.fields()?;
        let text = |key: &str| {
            fields
                .get(key)
                .map(|node| node.text().map(str::to_owned))
                .transpose()
        };
        let offset = |key: &str| fields.get(key).map(offset).transpose();
        let device_at = fields.get("device_at").map(Node::parse).transpose()?;
        let (at_contact, at_sync) = (offset("offset-last-contact")?, offset("offset-at-sync")?);
        let device = device_at.map(|at| DeviceTimes {
            at,
            offset_at_sync: at_sync.unwrap_or(0),
            offset_at_contact: at_contact.or(at_sync).unwrap_or(0),
        });
        let occurred_at = fields.get("occurred_at").map(moment).transpose()?;
        let occurred_on = fields.get("occurred_on").map(moment).transpose()?;
        let confirmed = fields.get("confirmed").map(Node::parse).transpose()?;
        let entry = Self {
            step: text("step")?,
            by: text("by")?,
            recorded_by: text("recorded_by")?,
            times: Times {
                recorded_at: fields.need("recorded_at")?.parse()?,
                occurred: occurred_at.or(occurred_on),
                device,
                counterpart: None,
                confirmed,
                from: Source::Live,
            },
            paper: text("via")?.as_deref() == Some("paper"),
            photo: fields.get("photo").map_or(Ok(false), Node::flag)?,
            second: text("second")?,
        };
        fields.all_read("entry")?;
        Ok(entry)
    }

    /// Done and recorded at once; the other side was there.
    pub(crate) fn done(at: Instant) -> Self {
        Self {
            step: None,
            by: None,
            recorded_by: None,
            times: Times {
                counterpart: Some(at),
                ..Times::at(at)
            },
            paper: false,
            photo: false,
            second: None,
        }
    }

    /// Asks to be let in by an outage; what happens if it is not: it counts as any other entry.
    pub(crate) fn through(&mut self, outage: &Outage, world: &World) -> bool {
        let member = |name: &Option<String>| name.as_deref().map(|name| world.member(name));
        let Some(Moment::At(occurred_at)) = self.times.occurred else {
            return false;
        };
        let paper = Paper {
            occurred_at,
            recorded_at: self.times.recorded_at,
            photo: self.photo,
            by: member(&self.by),
            recorded_by: member(&self.recorded_by),
            second: member(&self.second),
        };
        let admitted = outage.admit(&paper, &world.days, &world.zone).is_ok();
        if admitted {
            self.times.from = Source::Outage;
        }
        admitted
    }
}

/// `PT7M`, `-PT2M`.
fn offset(node: &Node) -> Result<i64, Unread> {
    let text = node.text()?;
    let (sign, length) = text
        .strip_prefix('-')
        .map_or((1, text), |length| (-1, length));
    match length.parse() {
        Ok(Span::Clock(micros)) => Ok(sign * micros),
        _ => Err(format!("`{text}` is no offset")),
    }
}

pub(crate) fn waits(node: &Node) -> Result<Vec<Wait>, Unread> {
    let read = |node: &Node| {
        let fields = node.fields()?;
        let recorded_at = fields.need("recorded_at")?.parse()?;
        let left = fields.get("until").map(Node::parse).transpose()?;
        let wait = Wait {
            cause: Name::from(fields.need("cause")?.text()?),
            occurred_at: fields
                .get("occurred_at")
                .map_or(Ok(recorded_at), Node::parse)?,
            recorded_at,
            left: left.map(|at| Left {
                occurred_at: at,
                recorded_at: at,
            }),
            contact_attempt: fields
                .get("contact-attempt")
                .map_or(Ok(false), Node::flag)?,
        };
        fields.all_read("waiting")?;
        Ok(wait)
    };
    node.list()?.iter().map(read).collect()
}

/// `{repair.follow-up: [{value, from}]}`.
pub(crate) type Params = BTreeMap<String, Since<Span>>;

pub(crate) fn params(node: &Node) -> Result<Params, Unread> {
    let mut params = Params::new();
    for (name, values) in node.fields()?.all() {
        let mut since = Vec::new();
        for value in values.list()? {
            let fields = value.fields()?;
            since.push((
                fields.need("from")?.parse()?,
                fields.need("value")?.parse()?,
            ));
            fields.all_read("params")?;
        }
        params.insert(name.to_owned(), Since::new(since));
    }
    Ok(params)
}

pub(crate) fn entries(node: &Node) -> Result<Vec<Entry>, Unread> {
    node.list()?.iter().map(Entry::read).collect()
}

pub(crate) fn done(node: &Node) -> Result<Entry, Unread> {
    node.parse().map(Entry::done)
}

/// Who held the duty from when.
pub(crate) fn held(node: &Node, world: &World) -> Result<Vec<Held>, Unread> {
    let read = |node: &Node| {
        let fields = node.fields()?;
        let held = Held {
            holder: holder(fields.need("holder")?.text()?, world),
            from: fields.need("from")?.parse()?,
        };
        fields.all_read("holders")?;
        Ok(held)
    };
    node.list()?.iter().map(read).collect()
}

pub(crate) fn holder(name: &str, world: &World) -> Holder {
    if name == "unit" {
        Holder::Unit
    } else {
        Holder::Member(world.member(name))
    }
}
