//! What deciding a step in one unit asks: who works there, its parameters, the active pack.
//!
//! A view is a copy that is true for the versions it carries. A command compares them in its own transaction and is outdated if they
//! have moved on, so several processes may keep views without telling each other.

use crate::error::Error;
use crate::library::{Library, Rules};
use domain::id::{MemberId, RecordId, TeamId, UnitId};
use domain::name::Name;
use domain::pack::model::Role;
use domain::parameter::Parameters;
use domain::record::Record;
use domain::record::duties::moment;
use domain::roster::{Leave, Posting, Roster, Shift, Team};
use domain::time::{Day, Instant, Moment, Zone};
use domain::unit::Unit;
use std::sync::Arc;
use store::{Tx, record, unit};

/// One unit as deciding sees it.
#[derive(Debug)]
pub struct View {
    pub unit: Unit,
    /// From the unit to the top.
    pub path: Vec<UnitId>,
    pub roster: Roster,
    pub parameters: Parameters,
    pub rules: Arc<Rules>,
    pub library: Library,
}

impl View {
    /// Reads the unit, those above it and their registers.
    ///
    /// # Errors
    /// `NotFound`; no active pack.
    pub fn load(tx: &mut Tx<'_>, id: UnitId, known: &Library) -> Result<Self, Error> {
        let unit = unit::get(tx, id)?;
        let mut path = vec![id];
        let mut above = unit.parent;
        while let Some(parent) = above {
            path.push(parent);
            above = unit::get(tx, parent)?.parent;
        }
        let library = Library::load(tx, known)?;
        let rules = library
            .active()
            .cloned()
            .ok_or_else(|| Error::Usage("no pack is active: run `guanjia pack activate`".into()))?;
        let mut roster = Roster::default();
        let zone = unit.zone.clone();
        let mut posted = Vec::new();
        for kind in rules.pack.kinds.values() {
            let Some(role) = kind.role else { continue };
            // Places are many and answer for themselves when a record links them.
            if matches!(role, Role::Place | Role::Member) {
                continue;
            }
            for unit in &path {
                let mut register = Register {
                    zone: &zone,
                    roster: &mut roster,
                    posted: &mut posted,
                };
                record::each_of_kind(tx, Some(*unit), Some(&kind.name), |record| {
                    if !record.doc.void {
                        register.read(role, &record);
                    }
                    Ok(())
                })?;
            }
        }
        for (posting, team) in posted {
            let team = team.and_then(|code| roster.team(&code));
            roster.postings.push(Posting { team, ..posting });
        }
        let parameters = Parameters::new(&path, Vec::new());
        Ok(Self {
            unit,
            path,
            roster,
            parameters,
            rules,
            library,
        })
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
                if let (Some(member), Some(from), Some(until)) =
                    (member("member"), begins("from"), ends("until"))
                {
                    self.roster.shifts.push(Shift {
                        member,
                        from,
                        until,
                    });
                }
            }
            Role::Member | Role::Place => {}
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
