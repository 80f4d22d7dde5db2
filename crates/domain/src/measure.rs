//! Measures (口径): what clauses count, and what one decided duty or step adds to their tallies (S8.2).
//!
//! A measure is a selector and a window; clauses of any standard that count the same share it. A tally's key is (unit, measure,
//! holder, window), its values form a group, so a revoked outcome subtracts exactly what it added.

use crate::holder::Holder;
use crate::id::{HolderId, MemberId, RecordId, UnitId};
use crate::name::Name;
use crate::number::Bp;
use crate::outcome::Outcome;
use crate::pack::model::{FieldType, FileKind, Kind, Pack};
use crate::pack::standard::{Clause, MeanOf, Selector, Standard, Subject};
use crate::period::{Period, Window};
use crate::record::entry::{Signature, Signed};
use crate::record::scope::DataScope;
use crate::record::{By, Change, Decided, Entry, Record};
use crate::selection::Channel;
use crate::tally::{Tally, Verdict};
use crate::time::{Day, Zone};
use crate::value::{Data, Value};
use std::collections::BTreeMap;

mod evidence;

pub use evidence::{Taking, evidence, taking};

/// Something that clauses count over windows of a period.
#[derive(Clone, Debug)]
pub struct Measure {
    /// What the tally rows carry; the same for clauses that count the same.
    pub key: String,
    /// Each item has a row of its own, because items count together: the takings of a quota, the duties of one case.
    pub itemised: bool,
    pub selector: Selector,
    pub period: Period,
    /// Whose evidence a step is, where its selector does not say.
    pub scores: Subject,
    /// The field that says which team a record is with.
    team: Option<Name>,
    /// What it counts is what somebody thinks of the work (S9.6): the fields that may hold a recording of it, and who it is assigned to.
    opinion: Option<Opinion>,
}

#[derive(Clone, Debug)]
struct Opinion {
    recordings: Vec<Name>,
    assignee: Option<Name>,
}

impl Opinion {
    /// Of a selector that reads a field which holds one.
    fn of(kind: &Kind, selector: &Selector) -> Option<Self> {
        let opinion = |name: &Name| kind.field(name.as_str()).is_some_and(|field| field.opinion);
        let read = |expr: &crate::expr::Expr| expr.reads().any(|path| opinion(&path[0]));
        let asks = match selector {
            Selector::Ratio { of, .. } => read(of),
            Selector::Mean {
                of: MeanOf::Field(field),
                ..
            } => opinion(field),
            _ => false,
        };
        let recordings = kind.fields.iter().filter(|field| {
            matches!(&field.ty, FieldType::Files { kinds, .. } if kinds.contains(&FileKind::Audio))
        });
        asks.then(|| Self {
            recordings: recordings.map(|field| field.name.clone()).collect(),
            assignee: kind.assignee.clone(),
        })
    }

    /// How it reached the record: what somebody enters about work that he had a hand in comes from staff, whoever is named as its source.
    fn channel(&self, before: Option<&Record>, entry: &Entry) -> Channel {
        let recorded = |name: &Name| matches!(entry.data.get(name), Some(Value::List(files)) if !files.is_empty());
        if self.recordings.iter().any(recorded) {
            return Channel::Recording;
        }
        let signed = |signature: &Signature| {
            signature.how == Signed::OwnSession && matches!(signature.by, By::Party(_))
        };
        if entry.signatures.iter().any(signed) {
            return Channel::Own;
        }
        let concerned = |member: &MemberId| {
            before.is_some_and(|record| {
                let doc = &record.doc;
                let assigned = self
                    .assignee
                    .as_ref()
                    .and_then(|field| doc.data.get(field)?.as_text());
                doc.creator == Some(*member)
                    || doc.chain.contains(member)
                    || assigned == Some(member.to_string().as_str())
            })
        };
        let mut actors = [entry.by.member(), entry.recorded_by].into_iter().flatten();
        match &entry.by {
            _ if actors.any(|member| concerned(&member)) => Channel::Staff,
            By::Party(_) => Channel::Own,
            By::Member(_) | By::Source(_) | By::Operator(_) | By::System => Channel::OutsideCaller,
        }
    }
}

/// Where a tally stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TallyKey {
    pub measure: String,
    /// A member, a team, or the unit itself.
    pub holder: HolderId,
    /// The first day of the window.
    pub window: Day,
}

/// Ends the key of what later holders were judged by: their own figures include it, their unit's do not (S5.4).
pub const SHARED: &str = "+shared";

impl Measure {
    /// What the rows of a window's items begin with; `shared`: of those that later holders were judged by.
    pub fn items(&self, window: Window, shared: bool) -> String {
        let shared = if shared { SHARED } else { "" };
        format!("{}{shared}:{window}#", self.key)
    }

    /// What an opinion adds: nothing but its number where staff entered it about themselves (S9.6).
    fn opinion(&self, before: Option<&Record>, entry: &Entry, counts: Tally) -> Tally {
        let channel = self
            .opinion
            .as_ref()
            .map(|opinion| opinion.channel(before, entry));
        if channel == Some(Channel::Staff) {
            Tally::APART
        } else {
            counts
        }
    }

    /// Whose evidence a step is: its doer's, or the opener's where nobody of the house took it; its record's team's; the unit's.
    fn of_whom(&self, unit: UnitId, entry: &Entry, after: &Record) -> HolderId {
        let team = || {
            after
                .doc
                .data
                .get(self.team.as_ref()?)?
                .as_text()?
                .parse()
                .ok()
        };
        match self.scores {
            Subject::Member => entry
                .by
                .member()
                .or(after.doc.creator)
                .map_or(unit.into(), HolderId::from),
            Subject::Team => team().unwrap_or(unit.into()),
            Subject::Unit => unit.into(),
        }
    }
}

/// All measures of a pack, by the kind whose records they count.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    by_kind: BTreeMap<Name, Vec<Measure>>,
    /// What conditions on duties read, by kind and duty.
    reads: BTreeMap<(Name, Name), Vec<Name>>,
}

impl Measures {
    pub fn of(pack: &Pack) -> Self {
        let mut by_kind: BTreeMap<Name, Vec<Measure>> = BTreeMap::new();
        let mut reads: BTreeMap<(Name, Name), Vec<Name>> = BTreeMap::new();
        for standard in pack.standards.values() {
            for clause in &standard.clauses {
                for part in &clause.parts {
                    if let Selector::Duty {
                        kind,
                        duty,
                        when: Some(when),
                    } = &part.selector
                    {
                        let list = reads.entry((kind.clone(), duty.clone())).or_default();
                        list.extend(
                            when.reads()
                                .filter(|path| path.len() == 1)
                                .map(|path| path[0].clone()),
                        );
                        list.sort();
                        list.dedup();
                    }
                    let Some((kind, measure)) = measure(pack, standard, clause, &part.selector)
                    else {
                        continue;
                    };
                    let list = by_kind.entry(kind).or_default();
                    if list.iter().all(|other| other.key != measure.key) {
                        list.push(measure);
                    }
                }
            }
        }
        Self { by_kind, reads }
    }

    /// The fields that conditions of clauses on a duty read: a decided duty keeps their values.
    pub fn read_of(&self, kind: &Name, duty: &Name) -> &[Name] {
        self.reads
            .get(&(kind.clone(), duty.clone()))
            .map_or(&[], Vec::as_slice)
    }

    fn of_kind(&self, kind: &Name) -> &[Measure] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// What a change of a record moves, by key; an import undone and a correction come out as differences.
    pub fn moved(
        &self,
        unit: UnitId,
        zone: &Zone,
        before: Option<&Record>,
        entry: &Entry,
        change: &Change,
    ) -> BTreeMap<TallyKey, Tally> {
        let mut moved = BTreeMap::new();
        for measure in self.of_kind(&change.record.kind) {
            for (rows, sign) in [(&change.revoked, -1), (&change.decided, 1)] {
                for row in rows {
                    add_duty(measure, (unit, change.record.id), row, sign, &mut moved);
                }
            }
            if let Some((holder, day, item, amount)) =
                taking(measure, unit, zone, entry, &change.record)
            {
                let window = measure.period.containing(day);
                let key = format!("{}{item}", measure.items(window, false));
                let adds = Tally::of_value(amount);
                add(&mut moved, &key, holder, window.first(), adds, 1);
            }
            for (holder, day, tally) in evidence(measure, unit, zone, before, entry, &change.record)
            {
                let window = measure.period.containing(day).first();
                add(&mut moved, &measure.key, holder, window, tally, 1);
            }
        }
        moved.retain(|_, tally| *tally != Tally::ZERO);
        moved
    }

    /// What it moves that one decided duty takes the place of another.
    pub fn replaced(
        &self,
        (unit, record): (UnitId, RecordId),
        kind: &Name,
        old: &Decided,
        new: &Decided,
    ) -> BTreeMap<TallyKey, Tally> {
        let mut moved = BTreeMap::new();
        for measure in self.of_kind(kind) {
            add_duty(measure, (unit, record), old, -1, &mut moved);
            add_duty(measure, (unit, record), new, 1, &mut moved);
        }
        moved
    }

    /// Adds one decided duty's row to sums, without its entry: the pass that audits and what-ifs make (S8.2).
    pub fn add_duty_row(
        &self,
        (unit, record): (UnitId, RecordId),
        kind: &Name,
        row: &Decided,
        sums: &mut BTreeMap<TallyKey, Tally>,
    ) {
        for measure in self.of_kind(kind) {
            add_duty(measure, (unit, record), row, 1, sums);
        }
    }
}

/// Adds tallies by key; keys that come to zero are dropped.
pub fn add_all(into: &mut BTreeMap<TallyKey, Tally>, other: BTreeMap<TallyKey, Tally>) {
    for (key, tally) in other {
        let slot = into.entry(key).or_default();
        *slot = slot.plus(tally).unwrap_or(*slot);
    }
    into.retain(|_, tally| *tally != Tally::ZERO);
}

/// Subtracts tallies by key; keys that come to zero are dropped.
pub fn subtract_all(from: &mut BTreeMap<TallyKey, Tally>, other: BTreeMap<TallyKey, Tally>) {
    for (key, tally) in other {
        let slot = from.entry(key).or_default();
        *slot = slot.minus(tally).unwrap_or(*slot);
    }
    from.retain(|_, tally| *tally != Tally::ZERO);
}

/// The measure of a clause's part, with the kind it counts; `None` where nothing is tallied: marks, metrics, other scores, and steps of
/// which a case is made (`count-once-per`).
pub fn measure(
    pack: &Pack,
    standard: &Standard,
    clause: &Clause,
    selector: &Selector,
) -> Option<(Name, Measure)> {
    let period = clause.window.unwrap_or(standard.period);
    let (kind, key) = match selector {
        Selector::Duty { kind, duty, when } => (
            kind,
            format!("duty:{kind}/{duty}{}", condition(when.as_ref())),
        ),
        Selector::NoneOf { kind, when, whose } => {
            let whose = whose.as_ref().map_or("", Name::as_str);
            (
                kind,
                format!("none:{kind}/{whose}{}", condition(when.as_ref())),
            )
        }
        Selector::Complete {
            kind,
            at,
            fields,
            when,
        } => {
            let fields = fields
                .iter()
                .map(Name::as_str)
                .collect::<Vec<_>>()
                .join("+");
            (
                kind,
                format!("complete:{kind}/{at}/{fields}{}", condition(when.as_ref())),
            )
        }
        Selector::Ratio {
            kind, at, of, over, ..
        } => (
            kind,
            format!(
                "ratio:{kind}/{at}/{}{}",
                of.source(),
                condition(over.as_ref())
            ),
        ),
        Selector::Mean { kind, of, when } => {
            let of = match of {
                MeanOf::Between { from, to } => format!("{from}..{to}"),
                MeanOf::Field(field) => field.to_string(),
            };
            (
                kind,
                format!("mean:{kind}/{of}{}", condition(when.as_ref())),
            )
        }
        Selector::Quota(quota) => {
            let named = |name: &Option<Name>| name.clone().unwrap_or_else(|| Name::from(""));
            (
                &quota.of,
                format!(
                    "quota:{}/{}/{}/{}{}",
                    quota.of,
                    quota.at,
                    named(&quota.subject),
                    named(&quota.sum),
                    condition(quota.when.as_ref())
                ),
            )
        }
        Selector::Mark | Selector::Metric { .. } | Selector::Score { .. } => return None,
    };
    // Who a step counts for depends on what is scored; a duty has its own holder.
    let by = match (selector, standard.scores) {
        (Selector::Duty { .. } | Selector::NoneOf { .. } | Selector::Quota(_), _)
        | (_, Subject::Member) => "",
        (_, Subject::Team) => "%team",
        (_, Subject::Unit) => "%unit",
    };
    let itemised = match (selector, &clause.count_once_per) {
        (Selector::Quota(_), _) | (Selector::Duty { .. }, Some(_)) => true,
        (_, Some(_)) => return None,
        (_, None) => false,
    };
    let key = match key.strip_prefix("duty:") {
        Some(duty) if itemised => format!("once:{duty}"),
        _ => key,
    };
    Some((
        kind.clone(),
        Measure {
            key: format!("{key}{by}@{}", period.name()),
            itemised,
            selector: demanding(pack, selector),
            period,
            scores: standard.scores,
            team: pack.kinds.get(kind).and_then(|kind| kind.team.clone()),
            opinion: pack
                .kinds
                .get(kind)
                .and_then(|kind| Opinion::of(kind, selector)),
        },
    ))
}

/// A selector of completeness that names no fields asks for those of the step's form, at the opening for those of the kind as well.
fn demanding(pack: &Pack, selector: &Selector) -> Selector {
    let mut selector = selector.clone();
    if let Selector::Complete {
        kind, at, fields, ..
    } = &mut selector
        && fields.is_empty()
        && let Some(kind) = pack.kinds.get(kind)
        && let Some(step) = kind.step(at.as_str())
    {
        *fields = crate::record::form::missing(kind, step, &Data::new(), &Data::new());
    }
    selector
}

fn condition(when: Option<&crate::expr::Expr>) -> String {
    when.map_or(String::new(), |when| format!("?{}", when.source()))
}

/// What a holder's figures stand under.
pub fn holder_id(holder: &Holder, unit: UnitId) -> HolderId {
    match holder {
        Holder::Member(id) => (*id).into(),
        Holder::Team(id) => (*id).into(),
        Holder::Pool { .. } | Holder::Unit => unit.into(),
    }
}

/// What a decided duty says (S4.1, S4.8).
pub fn verdict(row: &Decided) -> Verdict {
    match row.outcome {
        _ if row.anomalous => Verdict::Anomalous,
        Outcome::Met => Verdict::Met,
        Outcome::Missed if row.worth_bp > 0 => Verdict::Late {
            worth: Bp::new(row.worth_bp),
        },
        Outcome::Missed if row.done_at.is_some() => Verdict::Late { worth: Bp::new(0) },
        Outcome::Missed => Verdict::Missed,
        Outcome::Excused => Verdict::Excused,
        Outcome::Exempt => Verdict::Exempt,
        Outcome::Withdrawn => Verdict::Withdrawn,
        Outcome::Pending => Verdict::Pending,
    }
}

/// Whether a selector of duties looks at this one.
pub fn selects(selector: &Selector, name: &Name, seen: &Data) -> bool {
    match selector {
        Selector::Duty { duty, when, .. } => {
            duty == name
                && when
                    .as_ref()
                    .is_none_or(|when| when.holds(&DataScope(seen)).unwrap_or(false))
        }
        _ => false,
    }
}

fn add_duty(
    measure: &Measure,
    (unit, record): (UnitId, RecordId),
    row: &Decided,
    sign: i64,
    moved: &mut BTreeMap<TallyKey, Tally>,
) {
    if !selects(&measure.selector, &row.name, &row.seen) {
        return;
    }
    let span = measure.period.containing(row.day);
    let window = span.first();
    let key = |shared| match (measure.itemised, shared) {
        (true, shared) => {
            let item = format!("{record}/{}", row.occurrence);
            format!("{}{item}", measure.items(span, shared))
        }
        (false, true) => format!("{}{SHARED}", measure.key),
        (false, false) => measure.key.clone(),
    };
    add(
        moved,
        &key(false),
        holder_id(&row.holder, unit),
        window,
        Tally::of(verdict(row)),
        sign,
    );
    for share in &row.shares {
        let verdict = if share.outcome == Outcome::Met {
            Verdict::Met
        } else {
            Verdict::Late { worth: Bp::new(0) }
        };
        add(
            moved,
            &key(true),
            holder_id(&share.holder, unit),
            window,
            Tally::of(verdict),
            sign,
        );
    }
}

fn add(
    moved: &mut BTreeMap<TallyKey, Tally>,
    measure: &str,
    holder: HolderId,
    window: Day,
    tally: Tally,
    sign: i64,
) {
    let slot = moved
        .entry(TallyKey {
            measure: measure.to_owned(),
            holder,
            window,
        })
        .or_default();
    let next = if sign < 0 {
        slot.minus(tally)
    } else {
        slot.plus(tally)
    };
    // 2^63 items of evidence are not reached; an overflow would be a fault of the store, and stays what it was.
    *slot = next.unwrap_or(*slot);
}
