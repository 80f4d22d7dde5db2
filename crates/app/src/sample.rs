//! Samples for spot checks (抽样, S10.1): the population is listed and its root entered, then two people type a number, then the draw follows
//! from the seed alone. Anybody can repeat it from what the record states.

use crate::access::Actor;
use crate::desk::Taken;
use crate::error::Error;
use crate::office::Office;
use crate::seal::{kept, register, text};
use domain::access::Denied;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{Kind, Role};
use domain::period::Window;
use domain::record::refusal::Code;
use domain::record::scope::RecordScope;
use domain::record::{By, Record, Refusal, Used};
use domain::sample::{Draw, DrawEntry, Population, SampleError, Typed, agreed, may_draw};
use domain::value::{Data, Value};
use store::{Lane, entry, record};

/// What is to be sampled, and why.
#[derive(Clone, Debug)]
pub struct Listing {
    pub unit: UnitId,
    pub standard: Name,
    pub window: Window,
    /// The kind of record to draw from, and a condition on it in the pack's own language.
    pub kind: Name,
    pub when: Option<String>,
    /// How many are to be drawn.
    pub size: u32,
    /// Why there is a further draw of the same standard, unit and period.
    pub reason: Option<String>,
}

fn refuse(error: &SampleError) -> Error {
    let text = error.text();
    Refusal::new(Code::SampleRefused)
        .with(text.zh)
        .with(text.en)
        .into()
}

/// Lists the population and enters its root; nothing is drawn yet.
///
/// # Errors
/// `Refused`: nothing to draw from, or drawn before without a reason for more; a condition that the kind cannot answer.
pub fn list(office: &Office, actor: &Actor, listing: &Listing) -> Result<Taken, Error> {
    let samples = register(office, listing.unit, Role::Sample)?;
    let view = office.reload_if_outdated(listing.unit)?;
    let kind = view
        .rules
        .pack
        .kinds
        .get(&listing.kind)
        .ok_or_else(|| Refusal::new(Code::KindUnknown).with(&listing.kind))?;
    let condition = listing
        .when
        .as_deref()
        .map(|when| {
            domain::pack::condition(kind, when).map_err(|faults| {
                let why = faults.first().map(|fault| fault.cause.zh.clone());
                Error::Usage(why.unwrap_or_default())
            })
        })
        .transpose()?;
    let (none, used) = (Data::new(), Used::default());
    let mut ids = Vec::new();
    let mut before = 0;
    office.read(|tx| {
        record::each_of_kind(tx, Some(listing.unit), Some(&listing.kind), |record| {
            let scope = RecordScope::after(Some(&record), &none, &used);
            let holds = condition
                .as_ref()
                .is_none_or(|condition| condition.holds(&scope).unwrap_or(false));
            if holds && !record.doc.void && record.doc.moved_to.is_none() {
                ids.push(called(kind, &record));
            }
            Ok(())
        })?;
        record::each_of_kind(tx, Some(listing.unit), Some(&samples), |record| {
            let same = text(&record, "standard") == listing.standard.as_str()
                && text(&record, "period") == listing.window.to_string();
            before += usize::from(same && record.doc.times.contains_key("draw"));
            Ok(())
        })
    })?;
    let why = match may_draw(before, listing.reason.as_deref()).map_err(|error| refuse(&error))? {
        DrawEntry::First => None,
        DrawEntry::Further { reason } => Some(reason.to_owned()),
    };
    let population = Population::listed(ids).map_err(|error| refuse(&error))?;
    let mut command = kept(
        "open",
        &actor.by(),
        &[
            ("standard", listing.standard.to_string().into()),
            ("period", listing.window.to_string().into()),
            ("of", listing.kind.to_string().into()),
            ("where", listing.when.clone().unwrap_or_default().into()),
            ("listed", population.ids().join("\n").into()),
            ("root", population.root().to_string().into()),
            ("size", i64::from(listing.size).into()),
        ],
    );
    command.reason = why;
    office.open_record(actor, listing.unit, samples, None, command)
}

/// What a record goes by in a draw: its number, or, where the kind has none, what stands for it in lists, as the homes of a project by their codes.
fn called(kind: &Kind, record: &Record) -> String {
    let public = |name: &&Name| {
        kind.field(name.as_str())
            .is_some_and(|field| field.sensitive.is_none())
    };
    let label: Vec<&str> = kind
        .label
        .iter()
        .filter(public)
        .filter_map(|name| record.doc.data.get(name)?.as_text())
        .collect();
    if kind.number.is_none() && !label.is_empty() {
        label.join(" ")
    } else {
        record.number.clone()
    }
}

/// Types the number: first one person, then another the same one, with whom the sample is drawn.
///
/// # Errors
/// `Refused`: the same person twice, two numbers, a number typed before the root was entered.
pub fn number(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
    number: u64,
) -> Result<Taken, Error> {
    let member = actor.member_id().ok_or(Error::Denied(Denied::Identity))?;
    office.at(actor, unit, Lane::Interactive, move |desk| {
        let sample = record::get(desk.tx, unit, id)?;
        let typed = i64::try_from(number).map_err(|_| refuse(&SampleError::NumbersDiffer))?;
        let by = By::Member(member);
        let journal = entry::journal(desk.tx, unit, id)?;
        let fixed_at = journal.first().map(|line| line.entry.recorded_at);
        let first = journal.iter().rev().find_map(|line| {
            let entry = &line.entry;
            let number = match entry.data.get("first")? {
                Value::Int(number) => u64::try_from(*number).ok()?,
                _ => return None,
            };
            Some(Typed {
                by: entry.by.member()?,
                at: entry.recorded_at,
                number,
            })
        });
        let Some(first) = first else {
            return desk.step(id, &kept("type", &by, &[("first", typed.into())]));
        };
        let second = Typed {
            by: member,
            at: desk.now(),
            number,
        };
        let root_fixed_at = fixed_at.ok_or(Error::NotFound)?;
        let number = agreed(first, second, root_fixed_at).map_err(|error| refuse(&error))?;
        let drawn = drawn(&sample, &desk.view().unit.code, number)?;
        let data = [
            ("second", Value::from(typed)),
            ("seed", drawn.seed.into()),
            ("drawn", drawn.ids.join("\n").into()),
        ];
        desk.step(id, &kept("draw", &by, &data))
    })
}

/// A draw, repeated.
pub struct Drawn {
    /// In lower-case hex.
    pub seed: String,
    /// In the order of the draw.
    pub ids: Vec<String>,
}

/// A draw of a sample that is on record, repeated; nothing is written.
///
/// # Errors
/// `Denied`, `NotFound`; a record that states no population.
pub fn repeated(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
    number: u64,
) -> Result<Drawn, Error> {
    let view = office.reload_if_outdated(unit)?;
    let now = office.clock().now();
    let sample = office.read(|tx| {
        let record = record::get(tx, unit, id)?;
        let _ = actor.may_see(tx, &view, now, &record)?;
        Ok::<_, Error>(record)
    })?;
    drawn(&sample, &view.unit.code, number)
}

/// What a sample's record and a number give, whoever computes it.
///
/// # Errors
/// A record that states no population.
pub(crate) fn drawn(sample: &Record, unit: &str, number: u64) -> Result<Drawn, Error> {
    let listed = text(sample, "listed").lines().map(str::to_owned);
    let population = Population::listed(listed).map_err(|error| refuse(&error))?;
    let draw = Draw {
        standard: text(sample, "standard"),
        unit,
        period: text(sample, "period")
            .parse()
            .map_err(|_| Error::NotFound)?,
    };
    let seed = draw.seed(population.root(), number);
    let size = match sample.doc.data.get("size") {
        Some(Value::Int(size)) => usize::try_from(*size).unwrap_or(0),
        _ => 0,
    };
    Ok(Drawn {
        seed: seed.to_string(),
        ids: population
            .draw(seed, size)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    })
}
