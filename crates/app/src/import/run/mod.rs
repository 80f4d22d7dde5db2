//! Taking in what was planned: units, teams and members first, then record by record, each whole in one transaction.
//!
//! A record is found again by the source's own id, so a run that was stopped is completed by running it again, and running it twice
//! takes in nothing twice. A later export of the same system brings the steps that have happened since. Rows always add up:
//! `rows = imported + refused`, where a row of a record that is there already counts as imported.

mod batch;
mod error;
mod register;
mod take;

pub use error::ImportError;

use super::map::Map;
use super::plan::{
    Counts, Filled, ImportItem, Input, Mark, Planned, ReportFile, Stream, TeamKey, UnitKey,
    together,
};
use super::refusal::Refusal;
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use domain::access::Privilege;
use domain::id::{ImportId, UnitId};
use domain::name::{Name, Text};
use domain::record::Anomaly;
use register::Registers;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use take::{Done, Outcome};

/// Entries written in one transaction: few enough to hold the writer for some milliseconds only.
const ENTRIES: usize = 32;
/// Records planned and not yet written, over all units.
const WAITING: usize = 4_096;
/// Threads that hand work to the writer, so that it never waits for one of them. A unit keeps its thread and with it its order.
const HANDS: usize = 3;
/// Distinct units, teams or members beyond which a map has named the wrong column.
const NAMES_MAX: usize = 20_000;

/// What is imported, and below which unit its projects are.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub map: &'a Map,
    pub files: Vec<PathBuf>,
    /// Where units that do not exist yet are added and teams and members registered; else the only company.
    pub under: Option<UnitId>,
}

/// How far it is; `bytes` of `total` are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The files are read twice: to learn what they name, then to take it in.
    pub taking: bool,
    pub bytes: u64,
    pub total: u64,
    pub rows: u64,
    pub refused: u64,
}

/// What the files hold, without touching the database: also the dry run.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    pub counts: Counts,
    /// The first items.
    pub first: Vec<ImportItem>,
    pub units: BTreeMap<UnitKey, u64>,
    pub teams: BTreeSet<TeamKey>,
    pub members: BTreeSet<String>,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub id: ImportId,
    /// Always `imported` + `refused`.
    pub rows: u64,
    pub imported: u64,
    pub refused: u64,
    /// Records made now, and steps taken now, openings not counted.
    pub records: u64,
    pub steps: u64,
    /// Records that were there already.
    pub already: u64,
    /// Of these, the ones whose history in the source is not what was imported before; they stay as they are.
    pub changed: u64,
    /// Records that link to another of this import that is not there: outside the files, in another unit, or later in the files.
    pub links_outside: u64,
    pub units_added: u64,
    pub marked: BTreeMap<Mark, u64>,
    /// Records made now that the rules admitted and marked (S4.8).
    pub anomalies: BTreeMap<Anomaly, u64>,
}

/// Reads the files and plans them, keeping the first `show` items and handing on every refusal.
///
/// # Errors
/// `Source`, `TooManyNames`, or what `refused` returned.
pub fn survey(
    request: &Request<'_>,
    show: usize,
    progress: &mut dyn FnMut(Progress),
    mut refused: impl FnMut(&Refusal) -> Result<(), ImportError>,
) -> Result<Survey, ImportError> {
    let input = Input::new(request.files.clone());
    let faults = input.check(request.map);
    if !faults.is_empty() {
        return Err(ImportError::Source(faults));
    }
    let total = input.bytes();
    let mut stream = Stream::new(request.map, input);
    let mut survey = Survey::default();
    while let Some(planned) = stream.next_planned()? {
        survey.counts.add(&planned);
        match planned {
            Planned::Refused(refusals) => refusals.iter().try_for_each(&mut refused)?,
            Planned::Item(item) => {
                survey.names(&item);
                if survey.first.len() < show {
                    survey.first.push(*item);
                }
            }
        }
        for (what, count) in [
            ("units", survey.units.len()),
            ("teams", survey.teams.len()),
            ("members", survey.members.len()),
        ] {
            if count > NAMES_MAX {
                return Err(ImportError::TooManyNames { what });
            }
        }
        let counts = &survey.counts;
        progress(Progress {
            taking: false,
            bytes: stream.taken(),
            total,
            rows: counts.rows,
            refused: counts.refused,
        });
    }
    Ok(survey)
}

impl Survey {
    fn names(&mut self, item: &ImportItem) {
        if let Some(count) = self.units.get_mut(&item.unit) {
            *count += 1;
        } else {
            self.units.insert(item.unit.clone(), 1);
        }
        let steps = item.steps.iter().flat_map(|step| step.data.values());
        for filled in item.opening.data.values().chain(steps) {
            match filled {
                Filled::Team(team) if !self.teams.contains(team) => {
                    self.teams.insert(team.clone());
                }
                Filled::Member(member) if !self.members.contains(member) => {
                    self.members.insert(member.clone());
                }
                _ => {}
            }
        }
    }
}

/// Whether the active pack has everything that the map names; `map_file` is the map's name and text.
///
/// # Errors
/// `Map`, with every fault; no active pack.
pub fn check(office: &Office, map: &Map, map_file: (&str, &str)) -> Result<(), ImportError> {
    let library = office.library()?;
    let active = library
        .active()
        .ok_or_else(|| Error::Usage("没有启用的规则包 (no pack is active)".into()))?;
    let faults = map.against(&active.pack, map_file.0, map_file.1);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(ImportError::Map(faults))
    }
}

/// The import of these files by this map, unless it was undone.
///
/// # Errors
/// `Source` of a file that cannot be read; the database's.
pub fn find(office: &Office, request: &Request<'_>) -> Result<Option<ImportId>, ImportError> {
    Ok(batch::find(office, request.map, &request.files)?.map(|running| running.row.id))
}

/// Imports files, or completes an import that was stopped.
///
/// # Errors
/// A map that the active pack does not fit, a file that cannot be read (further), or the database's. What was imported before stays,
/// and running again goes on from there.
pub fn run<W: Write>(
    office: &Office,
    actor: &Actor,
    request: &Request<'_>,
    map_file: (&str, &str),
    report: &mut ReportFile<W>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Imported, ImportError> {
    let map = request.map;
    let permit = office.privilege(actor, Privilege::Imports, request.under)?;
    check(office, map, map_file)?;
    let survey = survey(request, 0, progress, |_| Ok(()))?;
    let mut batch = batch::begin(office, &permit, map, &request.files)?;
    let (registers, units_added) = Registers::prepare(office, actor, request, &survey)?;
    let shared = Arc::new(take::Shared {
        import: batch.row.id,
        map: map.clone(),
        registers,
    });
    let mut tally = Tally::new(batch.row.id, units_added, shared.clone(), report);
    let input = Input::new(request.files.clone());
    let total = input.bytes();
    let mut stream = Stream::new(map, input);
    std::thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        let hands: Vec<SyncSender<Work>> = (0..HANDS)
            .map(|_| {
                let (sender, work) = mpsc::sync_channel(2);
                let (done, shared) = (done.clone(), shared.clone());
                scope.spawn(move || hand(office, actor, &shared, &work, &done));
                sender
            })
            .collect();
        drop(done);
        let mut waiting = Waiting::default();
        let read = (|| {
            while let Some(planned) = stream.next_planned()? {
                match planned {
                    Planned::Refused(refusals) => tally.refused(&refusals)?,
                    Planned::Item(item) => {
                        let Some(unit) = shared.registers.unit(&item.unit) else {
                            continue;
                        };
                        for work in waiting.put(unit, *item) {
                            send(&hands, work);
                        }
                    }
                }
                for done in results.try_iter() {
                    tally.take(done)?;
                }
                if tally.rows_since_saved() {
                    batch.save(office, &permit, &tally.imported, false)?;
                }
                progress(Progress {
                    taking: true,
                    bytes: stream.taken(),
                    total,
                    rows: tally.imported.rows,
                    refused: tally.imported.refused,
                });
            }
            waiting.all().for_each(|work| send(&hands, work));
            Ok::<_, ImportError>(())
        })();
        drop(hands);
        let rest = results.iter().try_for_each(|done| tally.take(done));
        read.and(rest)
    })?;
    progress(Progress {
        taking: true,
        bytes: total,
        total,
        rows: tally.imported.rows,
        refused: tally.imported.refused,
    });
    let imported = tally.imported;
    batch.save(office, &permit, &imported, true)?;
    Ok(imported)
}

/// Items of one unit that go into one transaction.
struct Work {
    unit: UnitId,
    items: Arc<Vec<ImportItem>>,
}

type Results = Result<(Arc<Vec<ImportItem>>, Vec<Done>), Error>;

/// Writes until there is nothing more; after a failure only takes the rest away.
fn hand(
    office: &Office,
    actor: &Actor,
    shared: &Arc<take::Shared>,
    work: &Receiver<Work>,
    done: &mpsc::Sender<Results>,
) {
    let mut failed = false;
    for work in work {
        if failed {
            continue;
        }
        let result = take::items(office, actor, shared, work.unit, &work.items)
            .map(|done| (work.items, done));
        failed = result.is_err();
        // The other end is gone only after a failure.
        let _ = done.send(result);
    }
}

fn send(hands: &[SyncSender<Work>], work: Work) {
    let place = usize::from(work.unit.uuid().as_bytes()[15]) % hands.len().max(1);
    // A hand takes until its channel closes, so this waits at most for its turn.
    let _ = hands[place].send(work);
}

/// Items by unit, until there are enough for a transaction.
#[derive(Default)]
struct Waiting {
    items: HashMap<UnitId, (usize, Vec<ImportItem>)>,
    count: usize,
}

impl Waiting {
    fn put(&mut self, unit: UnitId, item: ImportItem) -> Vec<Work> {
        let (entries, items) = self.items.entry(unit).or_default();
        *entries += 1 + item.steps.len();
        items.push(item);
        self.count += 1;
        if *entries >= ENTRIES {
            let items = std::mem::take(items);
            *entries = 0;
            self.count -= items.len();
            return vec![Work {
                unit,
                items: Arc::new(items),
            }];
        }
        if self.count >= WAITING {
            self.all().collect()
        } else {
            Vec::new()
        }
    }

    fn all(&mut self) -> impl Iterator<Item = Work> + use<> {
        self.count = 0;
        let items = std::mem::take(&mut self.items);
        items
            .into_iter()
            .filter(|(_, (_, items))| !items.is_empty())
            .map(|(unit, (_, items))| Work {
                unit,
                items: Arc::new(items),
            })
    }
}

/// Adds up what became of the rows, and reports what was refused.
struct Tally<'r, W> {
    imported: Imported,
    saved_at: u64,
    shared: Arc<take::Shared>,
    report: &'r mut ReportFile<W>,
}

impl<'r, W: Write> Tally<'r, W> {
    fn new(
        id: ImportId,
        units_added: u64,
        shared: Arc<take::Shared>,
        report: &'r mut ReportFile<W>,
    ) -> Self {
        let imported = Imported {
            id,
            rows: 0,
            imported: 0,
            refused: 0,
            records: 0,
            steps: 0,
            already: 0,
            changed: 0,
            links_outside: 0,
            units_added,
            marked: BTreeMap::new(),
            anomalies: BTreeMap::new(),
        };
        Self {
            imported,
            saved_at: 0,
            shared,
            report,
        }
    }

    fn refused(&mut self, refusals: &[Refusal]) -> Result<(), ImportError> {
        self.imported.rows += refusals.len() as u64;
        self.imported.refused += refusals.len() as u64;
        refusals
            .iter()
            .try_for_each(|refusal| self.report.write(refusal))
            .map_err(ImportError::Report)
    }

    fn take(&mut self, results: Results) -> Result<(), ImportError> {
        let (items, done) = results?;
        for (item, done) in items.iter().zip(done) {
            let rows = item.rows.len() as u64;
            self.imported.links_outside += u64::from(done.link_outside);
            match done.outcome {
                Outcome::Refused(refusal, place) => {
                    let refusal = self.shared.refusal(item, &refusal, place);
                    self.refused(&together(&item.rows, vec![refusal]))?;
                    continue;
                }
                Outcome::Made { anomalies } => {
                    self.imported.records += 1;
                    self.imported.steps += item.steps.len() as u64;
                    for anomaly in anomalies {
                        *self.imported.anomalies.entry(anomaly).or_default() += 1;
                    }
                }
                Outcome::Continued { steps } => {
                    self.imported.already += 1;
                    self.imported.steps += steps;
                }
                Outcome::Already => self.imported.already += 1,
                Outcome::Changed => {
                    self.imported.already += 1;
                    self.imported.changed += 1;
                }
            }
            self.imported.rows += rows;
            self.imported.imported += rows;
            for mark in &item.marks {
                *self.imported.marked.entry(*mark).or_default() += 1;
            }
        }
        Ok(())
    }

    fn rows_since_saved(&mut self) -> bool {
        let due = self.imported.rows >= self.saved_at + 10_000;
        if due {
            self.saved_at = self.imported.rows;
        }
        due
    }
}

/// The pack's titles of a kind, its steps, fields and links, for a preview.
pub fn titles(office: &Office, map: &Map) -> Result<BTreeMap<Name, Text>, Error> {
    let library = office.library()?;
    let mut titles = BTreeMap::new();
    if let Some(kind) = library
        .active()
        .and_then(|rules| rules.pack.kinds.get(&map.kind))
    {
        titles.extend(
            kind.links
                .values()
                .map(|link| (link.name.clone(), link.title.clone())),
        );
        titles.extend(
            kind.fields
                .iter()
                .map(|field| (field.name.clone(), field.title.clone())),
        );
        titles.extend(
            kind.steps
                .values()
                .map(|step| (step.name.clone(), step.title.clone())),
        );
        titles.insert(Name::from("open"), kind.open.title.clone());
        titles.insert(kind.name.clone(), kind.title.clone());
    }
    Ok(titles)
}
