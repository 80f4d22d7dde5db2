//! What deciding a step in one unit asks: who works there, its parameters, the active pack.
//!
//! A view is a copy that is true for the versions it carries. A command compares them in its own transaction and is outdated if they
//! have moved on, so several processes may keep views without telling each other.

use crate::error::Error;
use crate::library::{Library, Rules};
use crate::people::People;
use crate::reminder::carry::Way;
use crate::webhook::{self, Ear};
use domain::access::Stands;
use domain::id::{MemberId, RecordId, TeamId, UnitId};
use domain::ledger::Posted;
use domain::name::Name;
use domain::override_rule::Setter;
use domain::pack::model::{Kind, Role};
use domain::parameter::Parameters;
use domain::period::Window;
use domain::proof::Outage;
use domain::record::duties::moment;
use domain::record::setting;
use domain::record::{By, Command, Context, Entry, Record, Seen};
use domain::roster::{Leave, Posting, Roster, Shift, Team};
use domain::time::{Day, Instant, Moment, Zone};
use domain::unit::{Level, Unit};
use domain::value::Data;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Tx, record, unit};

/// One unit as deciding sees it.
#[derive(Debug)]
pub struct View {
    pub unit: Unit,
    /// From the unit to the top.
    pub path: Vec<UnitId>,
    /// Their codes.
    pub codes: Vec<String>,
    pub roster: Roster,
    /// Who is registered in the unit or above it.
    pub people: People,
    pub parameters: Parameters,
    /// Declared for the unit or one above it (S4.7).
    pub outages: Vec<Outage>,
    /// Periods that are closed for the unit or by one above it, with the standard that closed them (S8.3).
    pub sealed: Vec<(Name, Window)>,
    /// Postings at units above: who acts from there sets what loosens (S8.4).
    above: Roster,
    /// Who stands where, for what each may do.
    pub stands: Stands,
    /// Programs that are told what happens here.
    pub(crate) ears: Vec<Ear>,
    /// How reminders leave the program.
    pub(crate) ways: Arc<[Way]>,
    pub rules: Arc<Rules>,
    pub library: Library,
}

impl View {
    /// Reads the unit, those above it and their registers.
    ///
    /// # Errors
    /// `NotFound`; no active pack.
    pub fn load(
        tx: &mut Tx<'_>,
        id: UnitId,
        known: &Library,
        ways: &Arc<[Way]>,
    ) -> Result<Self, Error> {
        let unit = unit::get(tx, id)?;
        let (mut path, mut codes) = (vec![id], vec![unit.code.clone()]);
        let mut above = unit.parent;
        while let Some(parent) = above {
            let parent = unit::get(tx, parent)?;
            path.push(parent.id);
            codes.push(parent.code);
            above = parent.parent;
        }
        let library = Library::load(tx, known)?;
        let rules = library
            .active()
            .cloned()
            .ok_or_else(|| Error::Usage("no pack is active: run `guanjia pack activate`".into()))?;
        let mut roster = Roster::default();
        let zone = unit.zone.clone();
        let mut posted = Vec::new();
        let mut above = Roster::default();
        let mut people = People::default();
        let (mut overrides, mut outages, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
        for kind in rules.pack.kinds.values() {
            let Some(role) = kind.role else { continue };
            // Places are many and answer for themselves when a record links them.
            if matches!(
                role,
                Role::Place
                    | Role::Mark
                    | Role::Metric
                    | Role::Scorecard
                    | Role::Appeal
                    | Role::Sample
                    | Role::Grant
            ) {
                continue;
            }
            for unit in &path {
                let begun = posted.len();
                let mut register = Register {
                    zone: &zone,
                    roster: &mut roster,
                    posted: &mut posted,
                };
                let mut settings = Vec::new();
                each_of(tx, *unit, kind, |record| {
                    if record.doc.void {
                        return Ok(());
                    }
                    match role {
                        Role::Member => people.add(&record, &["name", "login"]),
                        Role::Override => {
                            let set = setting::read(&rules.pack, *unit, &zone, &record.doc.data);
                            settings.extend(set);
                        }
                        Role::Outage => outages.extend(outage(&record)),
                        Role::Seal => sealed.extend(closed_by(&record)),
                        role => {
                            if role == Role::Team {
                                people.add(&record, &["name", "code"]);
                            }
                            register.read(role, &record);
                        }
                    }
                    Ok(())
                })?;
                // Of two for one day the one that was set later holds.
                overrides.extend(settings.into_iter().rev());
                if *unit != id {
                    above
                        .postings
                        .extend(posted[begun..].iter().map(|(posting, _)| posting.clone()));
                }
            }
        }
        for (posting, team) in posted {
            let team = team.and_then(|code| roster.team(&code));
            roster.postings.push(Posting { team, ..posting });
        }
        let parameters = Parameters::new(&path, overrides).of(unit.attributes.clone());
        let stands = Stands::of(&roster);
        let ears = webhook::ears(tx, &path)?;
        Ok(Self {
            unit,
            stands,
            ears,
            ways: ways.clone(),
            path,
            codes,
            roster,
            people,
            parameters,
            outages,
            sealed,
            above,
            rules,
            library,
        })
    }

    /// Where whoever acts stands, seen from the unit. The company has nobody above it, and what it and its regions set is for the projects
    /// below them. Who types for somebody above is not above himself (S9.1).
    pub fn setter(&self, by: &By, recorded_by: Option<MemberId>, now: Instant) -> Setter {
        match by.member() {
            Some(member) if self.unit.level == Level::Project => {
                let above = |who| self.above.is_member(who, now);
                if above(member) && recorded_by.is_none_or(above) {
                    Setter::Above
                } else {
                    Setter::Itself
                }
            }
            _ => Setter::Above,
        }
    }

    /// What deciding a command looks at.
    pub fn context<'a>(
        &'a self,
        now: Instant,
        command: &Command,
        linked: &'a BTreeMap<RecordId, Seen>,
        facts: &'a Data,
        balances: &'a Posted,
        journal: &'a [(Entry, String)],
    ) -> Context<'a> {
        Context {
            pack: &self.rules.pack,
            version: self.rules.number,
            now,
            zone: &self.unit.zone,
            unit: self.unit.id,
            roster: &self.roster,
            parameters: &self.parameters,
            linked,
            facts,
            balances,
            outages: &self.outages,
            setter: self.setter(&command.by, command.recorded_by, now),
            sealed: &self.sealed,
            packs: &self.library,
            journal,
        }
    }

    /// Whether somebody acts from a unit above this one.
    pub fn is_above(&self, member: MemberId, at: Instant) -> bool {
        self.above.is_member(member, at)
    }

    /// Whether the view is what the database says.
    ///
    /// # Errors
    /// `Outdated`.
    pub fn check(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let versions = unit::versions(tx, self.unit.id)?;
        if versions == (self.unit.roster_version, self.unit.config_version) {
            Ok(())
        } else {
            Err(Error::Outdated)
        }
    }
}

/// The records of a register in one unit; those without numbers are found by their kind.
fn each_of(
    tx: &mut Tx<'_>,
    unit: UnitId,
    kind: &Kind,
    each: impl FnMut(Record) -> Result<(), store::Error>,
) -> Result<(), store::Error> {
    if kind.number.is_none() {
        record::each_registered(tx, unit, &kind.name, each)
    } else {
        record::each_of_kind(tx, Some(unit), Some(&kind.name), each)
    }
}

/// Puts the records of registers into a roster.
struct Register<'a> {
    zone: &'a Zone,
    roster: &'a mut Roster,
    /// Postings with the code of their team, which may be read later.
    posted: &'a mut Vec<(Posting, Option<String>)>,
}

impl Register<'_> {
    fn read(&mut self, role: Role, record: &Record) {
        let text = |name: &str| {
            record
                .doc
                .data
                .get(name)
                .and_then(|value| value.as_text())
                .filter(|text| !text.is_empty())
        };
        let begins = |name: &str| self.instant(record, name, Zone::start_of);
        // A last day is a whole day.
        let ends = |name: &str| self.instant(record, name, Zone::end_of);
        let member = |name: &str| record.doc.links.get(name).map(|id| MemberId::from(*id));
        match role {
            Role::Team => {
                if let Some(code) = text("code") {
                    let team = Team {
                        id: TeamId::from(record.id),
                        code: Name::from(code),
                    };
                    self.roster.teams.push(team);
                }
            }
            Role::Posting => {
                if let (Some(member), Some(post)) = (member("member"), text("post")) {
                    let posting = Posting {
                        member,
                        post: Name::from(post),
                        grid: text("grid").map(Name::from),
                        team: None,
                        from: begins("from").unwrap_or(record.opened_at),
                        until: ends("until"),
                    };
                    self.posted.push((posting, text("team").map(str::to_owned)));
                }
            }
            Role::Leave => {
                if let (Some(member), Some(from), None) =
                    (member("member"), begins("from"), revoked(record))
                {
                    let leave = Leave {
                        member,
                        from,
                        until: ends("until"),
                        stand_in: linked(record, "stand-in"),
                    };
                    self.roster.leaves.push(leave);
                }
            }
            Role::Shift => {
                // One that was taken back before it began counts for nothing.
                if let (Some(member), Some(from), Some(until)) =
                    (member("member"), begins("from"), ends("until"))
                    && record.closed_at.is_none_or(|at| at >= from)
                {
                    self.roster.shifts.push(Shift {
                        member,
                        from,
                        until,
                        planned_by: record.doc.creator,
                    });
                }
            }
            Role::Member
            | Role::Place
            | Role::Override
            | Role::Mark
            | Role::Outage
            | Role::Metric
            | Role::Seal
            | Role::Scorecard
            | Role::Appeal
            | Role::Sample
            | Role::Grant => {}
        }
    }

    fn instant(
        &self,
        record: &Record,
        name: &str,
        of_day: fn(&Zone, Day) -> Instant,
    ) -> Option<Instant> {
        Some(match moment(record.doc.data.get(name)?)? {
            Moment::At(at) => at,
            Moment::On(day) => of_day(self.zone, day),
        })
    }
}

/// The standard and period that a seal closes.
fn closed_by(record: &Record) -> Option<(Name, Window)> {
    let text = |name: &str| record.doc.data.get(name)?.as_text();
    Some((Name::from(text("standard")?), text("period")?.parse().ok()?))
}

/// An outage that was declared and not taken back.
fn outage(record: &Record) -> Option<Outage> {
    let at = |name: &str| match moment(record.doc.data.get(name)?)? {
        Moment::At(at) => Some(at),
        Moment::On(_) => None,
    };
    let outage = Outage {
        from: at("from")?,
        until: at("until")?,
    };
    (outage.from <= outage.until).then_some(outage)
}

fn linked(record: &Record, name: &str) -> Option<MemberId> {
    record
        .doc
        .links
        .get(name)
        .map(|id: &RecordId| MemberId::from(*id))
}

/// A leave that was taken back before it began counts for nothing; one that ended early says so in its `until`.
fn revoked(record: &Record) -> Option<Instant> {
    record.closed_at
}
