//! The neutral form of a duty, and what the library makes of it.

use super::entry::{Entry, Params, done, entries, held, params, waits};
use super::node::{Fields, Node, Unread};
use super::world::World;
use domain::calendar::SpecialDays;
use domain::clock::{CalendarPoint, Rule, Span, Wait};
use domain::holder::{Charge, Credit, Held};
use domain::name::Name;
use domain::outcome::{DayParts, Distinct};
use domain::proof::Proof;
use domain::time::{Instant, Moment};
use std::collections::BTreeMap;

/// Far after every case.
pub(crate) fn far() -> Instant {
    "2100-01-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn moment(node: &Node) -> Result<Moment, Unread> {
    node.parse()
}

/// What ends a duty without doing it: so many attempts.
#[derive(Clone, Debug)]
pub(crate) struct Exemption {
    pub(crate) step: String,
    pub(crate) times: u32,
    pub(crate) distinct: Option<Distinct>,
}

/// A duty of a case.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) name: Option<String>,
    pub(crate) start: Moment,
    pub(crate) due: Node,
    pub(crate) fields: BTreeMap<String, Node>,
    pub(crate) params: Params,
    pub(crate) changes: Vec<(Instant, String, Node)>,
    pub(crate) business: bool,
    pub(crate) not_before: Option<Node>,
    pub(crate) proof: Option<Proof>,
    pub(crate) causes: Vec<Name>,
    pub(crate) waits: Vec<Wait>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) fair: Option<Span>,
    pub(crate) charge: Charge,
    pub(crate) credit: Credit,
    pub(crate) stands: Option<Span>,
    pub(crate) held: Vec<Held>,
    pub(crate) until: Option<Vec<String>>,
    pub(crate) exemption: Option<Exemption>,
    /// What happens beside entries.
    pub(crate) attempts: Vec<Instant>,
    pub(crate) undone: Vec<Instant>,
    pub(crate) withdrawn_at: Option<Instant>,
    pub(crate) day_parts: DayParts,
    /// The calendar, where a case has more than one.
    pub(crate) days: Option<SpecialDays>,
}

/// What may stand beside `duty` and hold for all of a case's duties.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(crate) waits: Vec<Wait>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) params: Params,
}

impl Shared {
    pub(crate) fn read(given: &Fields<'_>) -> Result<Self, Unread> {
        let mut entries = given.get("entries").map_or(Ok(Vec::new()), entries)?;
        entries.extend(given.get("done").map(done).transpose()?);
        Ok(Self {
            waits: given.get("waiting").map_or(Ok(Vec::new()), waits)?,
            entries,
            params: given.get("params").map_or(Ok(Params::new()), params)?,
        })
    }
}

impl Form {
    pub(crate) fn read(node: &Node, shared: &Shared, world: &World) -> Result<Self, Unread> {
        let fields = node.fields()?;
        let start = fields.get("start").map(moment).transpose()?;
        let span = |key: &str| fields.get(key).map(Node::parse::<Span>).transpose();
        let mut own = shared.clone();
        own.waits
            .extend(fields.get("waiting").map_or(Ok(Vec::new()), waits)?);
        own.entries
            .extend(fields.get("entries").map_or(Ok(Vec::new()), entries)?);
        own.entries
            .extend(fields.get("done").map(done).transpose()?);
        let values = match fields.get("field") {
            Some(node) => node
                .fields()?
                .all()
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect(),
            None => BTreeMap::new(),
        };
        let (until, exemption) = fields.get("until").map_or(Ok((None, None)), until)?;
        let mut form = Self {
            name: fields
                .get("name")
                .map(|node| node.text().map(str::to_owned))
                .transpose()?,
            // What is counted from a plan or to a date needs no start.
            start: start.unwrap_or(Moment::At(Instant::from_micros(0))),
            due: fields.need("due")?.clone(),
            fields: values,
            params: own.params,
            changes: Vec::new(),
            business: match fields.get("calendar").map(Node::text).transpose()? {
                None | Some("clock") => false,
                Some("business") => true,
                Some(other) => return Err(format!("no calendar `{other}`")),
            },
            not_before: fields.get("not-before").cloned(),
            proof: match fields.get("proof").map(Node::text).transpose()? {
                None => None,
                Some("server") => Some(Proof::Server),
                Some("device") => Some(Proof::Device),
                Some("counterpart") => Some(Proof::Counterpart),
                Some("typed") => Some(Proof::Typed),
                Some(other) => return Err(format!("no proof `{other}`")),
            },
            causes: match fields.get("pauses") {
                Some(node) => node.texts()?.into_iter().map(Name::from).collect(),
                None => Vec::new(),
            },
            waits: own.waits,
            entries: own.entries,
            fair: span("fair")?,
            charge: match fields.get("charge").map(Node::text).transpose()? {
                None | Some("longest") => Charge::Longest,
                Some("holder-at-due") => Charge::HolderAtDue,
                Some("unit") => Charge::Unit,
                Some(other) => return Err(format!("no charge `{other}`")),
            },
            credit: match fields.get("credit").map(Node::text).transpose()? {
                None | Some("holder") => Credit::Holder,
                Some("doer") => Credit::Doer,
                Some(other) => return Err(format!("no credit `{other}`")),
            },
            stands: span("stands")?,
            held: fields
                .get("holders")
                .map_or(Ok(Vec::new()), |node| held(node, world))?,
            until,
            exemption,
            attempts: Vec::new(),
            undone: Vec::new(),
            withdrawn_at: None,
            day_parts: DayParts::default(),
            days: None,
        };
        if start.is_none() && form.needs_start(&form.due) {
            return Err("`start` is missing".into());
        }
        if let Some(changes) = fields.get("changes") {
            form.read_changes(changes)?;
        }
        fields.all_read("duty")?;
        Ok(form)
    }

    fn needs_start(&self, due: &Node) -> bool {
        let needs = |key: &str| matches!(key, "within" | "point" | "earliest" | "latest");
        due.fields().is_ok_and(|fields| fields.keys().any(needs))
    }

    fn read_changes(&mut self, changes: &Node) -> Result<(), Unread> {
        for change in changes.list()? {
            let change = change.fields()?;
            change.get("occurred_at");
            let name = match change.get("field") {
                Some(field) => field.text()?.to_owned(),
                None => self
                    .fields
                    .keys()
                    .next()
                    .cloned()
                    .ok_or("a change needs `field`")?,
            };
            self.changes.push((
                change.need("recorded_at")?.parse()?,
                name,
                change.need("to")?.clone(),
            ));
            change.all_read("changes")?;
        }
        Ok(())
    }

    fn span(&self, limit: &Node, values: &BTreeMap<String, Node>) -> Result<Span, Unread> {
        if let Node::Text(_) = limit {
            return limit.parse();
        }
        let fields = limit.fields()?;
        if let Some(name) = fields.get("param") {
            fields.all_read("within")?;
            let Moment::At(start) = self.start else {
                return Err("a parameter needs the instant of the start".into());
            };
            let since = self
                .params
                .get(name.text()?)
                .and_then(|values| values.at(start));
            return since
                .copied()
                .ok_or_else(|| format!("no value of {name:?}"));
        }
        let by = fields.need("by")?.text()?;
        let value = values
            .get(by)
            .ok_or_else(|| format!("the value of `{by}` is missing"))?
            .text()?;
        self.span(fields.need(value)?, values)
    }

    pub(crate) fn rule(&self, due: &Node, values: &BTreeMap<String, Node>) -> Result<Rule, Unread> {
        if let Node::Text(text) = due {
            // `not-before: 2026-03-12T09:00…`, `due: P3D`
            return moment(due)
                .map(Rule::Stated)
                .or_else(|_| text.parse().map(Rule::within))
                .map_err(|_| format!("`{text}` is no due time"));
        }
        let fields = due.fields()?;
        let rolls = match fields.get("roll").map(Node::text).transpose()? {
            None | Some("off" | "none") => false,
            Some("next-workday") => true,
            Some(other) => return Err(format!("no roll `{other}`")),
        };
        let list = |node: &Node| {
            node.list()?
                .iter()
                .map(|due| self.rule(due, values))
                .collect::<Result<Vec<_>, _>>()
        };
        let rule = if let Some(limit) = fields.get("within") {
            let until_close = match fields.get("until").map(Node::text).transpose()? {
                None => false,
                Some("close") => true,
                Some(other) => return Err(format!("no `until: {other}`")),
            };
            Rule::Within {
                span: self.span(limit, values)?,
                until_close,
            }
        } else if let Some(point) = fields.get("point") {
            let point = point.fields()?;
            Rule::Point(CalendarPoint {
                day: point.need("day")?.parse()?,
                of: point.need("of")?.parse()?,
            })
        } else if let Some(day) = fields.get("by-day") {
            Rule::ByDay(day.parse()?)
        } else if let Some(day) = fields.get("before-day") {
            Rule::BeforeDay(day.parse()?)
        } else if let Some(before) = fields.get("before") {
            let before = before.fields()?;
            let planned = moment(before.need("planned")?)?;
            let by = self.span(before.need("by")?, values)?;
            before.all_read("before")?;
            Rule::Before { planned, by }
        } else if let Some(field) = fields.get("field") {
            let stated = match field {
                Node::Text(name) => values
                    .get(name)
                    .ok_or_else(|| format!("the value of `{name}` is missing"))?,
                other => {
                    other
                        .fields()?
                        .all()
                        .next()
                        .ok_or("`field` names nothing")?
                        .1
                }
            };
            Rule::Stated(moment(stated)?)
        } else if let Some(rules) = fields.get("earliest") {
            Rule::Earliest(list(rules)?)
        } else if let Some(rules) = fields.get("latest") {
            Rule::Latest(list(rules)?)
        } else {
            return Err(format!("no due time: {due:?}"));
        };
        fields.all_read("due")?;
        Ok(if rolls {
            Rule::Rolled(Box::new(rule))
        } else {
            rule
        })
    }
}

/// `[follow-up, {step: attempt, times: 3, distinct: day-part, then: exempt}]`.
fn until(node: &Node) -> Result<(Option<Vec<String>>, Option<Exemption>), Unread> {
    let one = [node.clone()];
    let items = node.list().unwrap_or(&one);
    let (mut steps, mut exemption) = (Vec::new(), None);
    for item in items {
        if let Node::Text(step) = item {
            steps.push(step.clone());
            continue;
        }
        let fields = item.fields()?;
        exemption = Some(Exemption {
            step: fields.need("step")?.text()?.to_owned(),
            times: fields.need("times")?.parse()?,
            distinct: match fields.get("distinct").map(Node::text).transpose()? {
                None => None,
                Some("day") => Some(Distinct::Day),
                Some("day-part") => Some(Distinct::DayPart),
                Some(other) => return Err(format!("no `distinct: {other}`")),
            },
        });
        if fields.need("then")?.text()? != "exempt" {
            return Err("only `then: exempt` is read".into());
        }
        fields.all_read("until")?;
    }
    Ok((Some(steps), exemption))
}
