//! Who sees and does what, through the use-cases, on both databases.

use app::access::Came;
use app::{Actor, Clock, Error, Keys, Office, demo, pack};
use domain::access::{Denied, Scope};
use domain::id::{MemberId, RecordId};
use domain::name::Name;
use domain::record::{By, Command, Record};
use domain::time::Instant;
use domain::unit::Level;
use std::collections::BTreeSet;
use store::testing::Home;
use store::{Options, record};

struct Town {
    office: Office,
    /// Last, so that the database is closed before its folder goes.
    _home: Home,
}

/// The demo of the pack that ships.
fn towns() -> impl Iterator<Item = Town> {
    std::iter::once(Home::sqlite())
        .chain(Home::postgres())
        .map(|home| {
            let clock = Clock::standing_at(Instant::from_micros(0));
            let office =
                Office::open(home.location(), &Options::default(), clock.clone()).expect("opens");
            let keys = Keys::volatile().expect("keys");
            let office = office.with_keys(keys).expect("bound");
            let sources = pack::sources("residential-cn").expect("ships");
            office.activate(&Actor::system(), sources).expect("loads");
            demo::play(&office, &clock, "residential-cn").expect("plays");
            Town {
                office,
                _home: home,
            }
        })
}

impl Town {
    fn records(&self, kind: &str) -> Vec<Record> {
        let mut all = Vec::new();
        let read = self.office.read(|tx| {
            record::each_of_kind(tx, None, Some(&Name::from(kind)), |record| {
                all.push(record);
                Ok(())
            })
        });
        read.map(|()| all)
            .unwrap_or_else(|error: store::Error| panic!("{error}"))
    }

    fn member(&self, login: &str) -> Actor {
        let members = self.records("member");
        let found = members
            .iter()
            .find(|record| record.doc.data.get("login").and_then(|it| it.as_text()) == Some(login));
        let id = found.unwrap_or_else(|| panic!("{login}")).id;
        Actor::member(id.into(), Came::Password)
    }
}

/// Scope ⇔ allow, as the databases read it: for everybody of the demo, in every project, each list shows what may be seen and nothing else.
#[test]
fn a_list_shows_exactly_what_each_may_see() {
    for town in towns() {
        let office = &town.office;
        let now = office.clock().now();
        let members = town.records("member");
        let actors: Vec<Actor> = members
            .iter()
            .map(|record| Actor::member(MemberId::from(record.id), Came::Password))
            .chain(
                town.records("party")
                    .iter()
                    .map(|party| Actor::party(party.unit, party.id)),
            )
            .collect();
        assert!(members.len() > 10);
        let (mut shown, mut hidden) = (0, 0);
        for unit in office.units().expect("units") {
            let view = office.view(unit.id).expect("a view");
            let list = |scope: Scope| {
                let filter = record::Filter {
                    scope,
                    ..record::Filter::default()
                };
                office
                    .read(|tx| record::list_open(tx, unit.id, &filter, 100_000))
                    .expect("a list")
            };
            let all = list(Scope::everything());
            for actor in &actors {
                let listed: BTreeSet<RecordId> = list(actor.scope(&view, now))
                    .iter()
                    .map(|record| record.id)
                    .collect();
                for record in &all {
                    let sees = office
                        .read(|tx| Ok::<_, Error>(actor.may_see(tx, &view, now, record).is_ok()))
                        .expect("reads");
                    assert_eq!(
                        listed.contains(&record.id),
                        sees,
                        "{actor:?} {} {}",
                        record.kind,
                        record.number
                    );
                    *(if sees { &mut shown } else { &mut hidden }) += 1;
                }
            }
        }
        assert!(shown > 1_000 && hidden > 1_000, "{shown} {hidden}");
    }
}

#[test]
fn in_a_project_where_nobody_posted_him_a_member_sees_and_does_nothing() {
    for town in towns() {
        let office = &town.office;
        let desk = town.member("wt-desk");
        let own = office.units_of(&desk).expect("units");
        assert_eq!(own.len(), 1, "{own:?}");
        for unit in office.units().expect("units") {
            if unit.level != Level::Project || unit.id == own[0].id {
                continue;
            }
            assert!(matches!(
                office.unit_of(&desk, &unit.code),
                Err(Error::NotFound)
            ));
            let repairs = town.records("repair");
            let theirs = repairs.iter().find(|record| record.unit == unit.id);
            let Some(theirs) = theirs else { continue };
            let send = desk.command("send");
            let sent = office.step(&desk, unit.id, theirs.id, send);
            assert!(
                matches!(sent, Err(Error::Denied(Denied::Unseen))),
                "{sent:?}"
            );
            let opened = office.open_record(&desk, unit.id, "repair", None, desk.command("open"));
            assert!(
                matches!(opened, Err(Error::Denied(Denied::Post { .. }))),
                "{opened:?}"
            );
        }
    }
}

#[test]
fn the_operator_of_the_machine_stands_in_the_journal_under_his_name() {
    for town in towns() {
        let office = &town.office;
        let operator = Actor::operator("root");
        let unit = office.units().expect("units")[0].id;
        let mut team = operator.command("open");
        team.data.insert("code".into(), "night".into());
        team.data.insert("name".into(), "夜班".into());
        let taken = office
            .open_record(&operator, unit, "team", None, team.clone())
            .expect("opens");
        assert_eq!(taken.entry.by, By::Operator("root".into()));
        // Nobody else takes his name.
        let desk = town.member("wt-desk");
        let borrowed = office.open_record(&desk, unit, "team", None, team);
        assert!(matches!(borrowed, Err(Error::Denied(_))), "{borrowed:?}");
        let plain = Command::new("open", By::System);
        let borrowed = office.open_record(&desk, unit, "team", None, plain);
        assert!(
            matches!(borrowed, Err(Error::Denied(Denied::Identity))),
            "{borrowed:?}"
        );
    }
}
