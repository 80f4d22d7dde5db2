//! A company that is made up: played without refusals, consistent, the same each time, and with everything that goes wrong on purpose.

use crate::{figures, plans};
use app::export::{What, export};
use app::reminder::{self, Looked};
use app::simulation::{Simulated, Size, simulate};
use app::{Actor, Clock, Keys, Office, board, pack, published, records, sweep, verify};
use domain::name::Name;
use domain::period::Period;
use domain::time::Instant;
use domain::unit::Level;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use store::testing::Home;
use store::{Captured, Options};

const PACK: &str = "residential-cn";

/// The company, what was done, and by which statements.
fn played(home: &Home, seed: u64, until: &str) -> (Office, Simulated, Vec<Captured>) {
    let until: Instant = until.parse().unwrap();
    let clock = Clock::standing_at(until);
    // What is made up need not outlive a power cut; what drafts assert is among the statements.
    let options = Options {
        durable: false,
        prepared: true,
        ..Options::default()
    };
    let office = Office::open(home.location(), &options, clock.clone())
        .unwrap()
        .with_keys(Keys::volatile().unwrap())
        .unwrap();
    office
        .activate(&Actor::system(), pack::sources(PACK).unwrap())
        .unwrap();
    let size = Size {
        projects: 1,
        months: 1,
        seed,
        until,
    };
    let store = office.store().clone();
    let play = || simulate(&office, &clock, PACK, &size).unwrap();
    let ((done, mut statements), reads) = store.captured_reads(|| store.captured(play));
    statements.extend(reads);
    let ((), looks) = store.captured_reads(|| look_around(&office));
    statements.extend(looks);
    (office, done, statements)
}

/// As people look at what they did: one record whole, its journal, what is open.
fn look_around(office: &Office) {
    let system = Actor::system();
    let unit = &office
        .units()
        .unwrap()
        .into_iter()
        .find(|unit| unit.level == Level::Project);
    let code = &unit.as_ref().unwrap().code;
    let open = board::open_records(office, &system, code, Some("repair".into()), None, 5).unwrap();
    let number = open[0]["number"].as_str().unwrap();
    records::whole(office, &system, code, number, records::Listed::Admitted).unwrap();
    records::journal(office, &system, code, number).unwrap();
    published::page(office, &system, code, &"notice".into(), (None, 20)).unwrap();
    let asked = records::FiguresAsked {
        kind: "repair".into(),
        by: Period::Week,
        from: "2026-01-01".parse().unwrap(),
        to: "2026-01-31".parse().unwrap(),
    };
    records::figures(office, &system, code, &asked).unwrap();
    let id = office.clock().record_id();
    let (unit, by, of) = (
        unit.as_ref().unwrap().id,
        ["party".into()],
        ["notice".into()],
    );
    office
        .read(|tx| store::published::answers(tx, unit, (id, &by), (&[id], &of)))
        .unwrap();
}

/// Everything that the journals say; a hash covers ciphertext, which is another each time.
fn digest(office: &Office) -> String {
    let mut sha = Sha256::new();
    let now = office.clock().now();
    export(
        office,
        &Actor::system(),
        What::Entries,
        None,
        now,
        |mut row| {
            row.remove("hash");
            sha.update(serde_json::Value::Object(row).to_string());
            Ok(())
        },
    )
    .unwrap();
    sha.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn a_month_is_played_without_a_refusal_and_is_consistent_on_both_databases() {
    let mut digests = Vec::new();
    for home in std::iter::once(Home::sqlite()).chain(Home::postgres()) {
        let (office, done, statements) = played(&home, 1, "2026-01-25T18:00:00+08:00");
        assert!(done.refused.is_empty(), "{:#?}", done.refused);
        if !home.is_postgres() {
            plans::are_as_kept(&home, &statements);
        }
        assert_eq!((done.projects, done.days), (1, 25));
        let report =
            verify::verify(&office, &Actor::system(), office.clock().now(), |_| {}).unwrap();
        assert!(report.ok, "{:#?}", report.faults);
        digests.push(digest(&office));

        // Patrols are walked on working days: none over New Year, and on the Sunday that is made up for it.
        let mut walked = BTreeSet::new();
        let patrol = Name::from("patrol");
        let now = office.clock().now();
        export(
            &office,
            &Actor::system(),
            What::Records,
            Some(&patrol),
            now,
            |row| {
                let at = row["opened_at"].as_str().unwrap();
                walked.insert(at[..10].to_owned());
                Ok(())
            },
        )
        .unwrap();
        let first: Vec<_> = walked.iter().take(3).map(String::as_str).collect();
        assert_eq!(first, ["2026-01-04", "2026-01-05", "2026-01-06"]);

        // A burst main with its hundred reports, each of which counts once for one incident.
        let mut merged = 0;
        let mut night = None;
        let repair = Name::from("repair");
        export(
            &office,
            &Actor::system(),
            What::Duties,
            Some(&repair),
            office.clock().now(),
            |row| {
                if row["duty"] == "dispatch" && row["outcome"] == "withdrawn" {
                    merged += 1;
                }
                // The urgent order of ten past two, which nobody took before morning.
                if row["duty"] == "accept"
                    && row["opened_at"]
                        .as_str()
                        .is_some_and(|at| at.contains("2026-01-22T02:25"))
                {
                    night = row["outcome"].as_str().map(str::to_owned);
                }
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(merged, 100);
        assert_eq!(night.as_deref(), Some("missed"));
        figures::open_their_rows(&office);
        remembered(&office);
    }
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]));
}

/// Looks that remember the ones before leave nothing out: three days of them, while shifts change and the system takes its steps, and a fresh
/// look after each finds nothing to tell.
fn remembered(office: &Office) {
    let mut looked: HashMap<_, Looked> = HashMap::new();
    let start = office.clock().now();
    let mut told = 0;
    for half_hours in 0..144 {
        let at = start.plus_micros(half_hours * 1_800_000_000);
        if half_hours % 8 == 3 {
            sweep::sweep(office, at).unwrap();
        }
        for unit in office.units().unwrap() {
            let looked = looked.entry(unit.id).or_default();
            told += reminder::remind_again(office, unit.id, at, looked).unwrap();
            let left_out = reminder::remind(office, unit.id, at).unwrap();
            assert_eq!(left_out, 0, "{} at {at:?}", unit.code);
        }
    }
    assert!(told > 100, "{told} told");
}

#[test]
fn the_same_seed_makes_the_same_company_and_another_seed_another() {
    let some = |seed| digest(&played(&Home::sqlite(), seed, "2026-01-03T12:00:00+08:00").0);
    let once = some(7);
    assert_eq!(once, some(7));
    assert_ne!(once, some(8));
}
