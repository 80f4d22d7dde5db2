use super::project;
use app::import::map::Map;
use app::import::plan::ReportFile;
use app::import::run::{self, ImportError, Imported, Progress, Request};
use app::import::undo::{Undone, undo};
use app::unit::NewUnit;
use app::{Actor, Clock, Error, Office, pack, verify};
use domain::pack::Language;
use domain::record::{By, Command, Record, Via};
use domain::time::{Instant, Zone};
use domain::unit::{Attributes, Level};
use expect_test::expect;
use std::path::PathBuf;
use store::testing::Home;
use store::{Options, record};

/// A company that runs a request desk, and nothing else.
struct House {
    office: Office,
    home: Home,
}

impl House {
    /// One on SQLite, and one on PostgreSQL where a server is named.
    fn each() -> impl Iterator<Item = Self> {
        std::iter::once(Home::sqlite())
            .chain(Home::postgres())
            .map(Self::in_home)
    }

    fn in_home(home: Home) -> Self {
        let now: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
        let office = Office::open(
            home.location(),
            &Options::default(),
            Clock::standing_at(now),
        )
        .unwrap();
        office
            .activate(&Actor::system(), pack::sources("service-request").unwrap())
            .unwrap();
        office
            .add_unit(
                &Actor::system(),
                NewUnit {
                    level: Level::Company,
                    parent: None,
                    code: "CO".into(),
                    name: "公司".into(),
                    zone: Zone::shanghai(),
                    attributes: Attributes::default(),
                },
            )
            .unwrap();
        Self { office, home }
    }

    fn import(&self, map: &str, files: Vec<PathBuf>) -> (Imported, String) {
        self.watched(map, files, &mut |_| {}).unwrap()
    }

    fn watched(
        &self,
        map: &str,
        files: Vec<PathBuf>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Imported, String), ImportError> {
        let parsed = Map::parse("map.yaml", map).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let request = Request {
            map: &parsed,
            files,
            under: None,
        };
        let mut report = ReportFile::new(Vec::new(), Vec::new()).unwrap();
        let imported = run::run(
            &self.office,
            &Actor::system(),
            &request,
            ("map.yaml", map),
            &mut report,
            progress,
        )?;
        assert_eq!(
            imported.rows,
            imported.imported + imported.refused,
            "rows add up"
        );
        assert_eq!(
            report.lines(),
            imported.refused,
            "each refused row has its line"
        );
        Ok((
            imported,
            String::from_utf8(report.finish().unwrap()).unwrap(),
        ))
    }

    fn example(&self, name: &str) -> Imported {
        let folder = project("examples").join(name);
        let map = std::fs::read_to_string(folder.join("map.yaml")).unwrap();
        self.import(&map, vec![folder.join("extract.csv")]).0
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn requests(&self) -> Vec<Record> {
        let mut records = Vec::new();
        self.office
            .store()
            .read(|tx| {
                record::each_of_kind(tx, None, Some(&"request".into()), |record| {
                    records.push(record);
                    Ok(())
                })
            })
            .unwrap();
        records
    }

    fn sound(&self) {
        let report = verify::verify(
            &self.office,
            &Actor::system(),
            self.office.clock().now(),
            |_| {},
        )
        .unwrap();
        assert!(report.ok, "{:#?}", report.faults);
    }
}

fn count(records: &[Record], of: impl Fn(&Record) -> bool) -> usize {
    records.iter().filter(|record| of(record)).count()
}

fn text<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.doc.data.get(field)?.as_text()
}

/// S4.8: history is judged by the source's times, what contradicts itself is admitted and marked. Figures: the extract's README.
#[test]
fn boston_comes_in_whole_and_a_second_time_not_at_all() {
    for house in House::each() {
        let first = house.example("boston-311");
        // 1,661 closings, and a note of the one open request that carries what a closing leaves behind.
        assert_eq!(
            (first.rows, first.refused, first.records, first.steps),
            (2_000, 0, 2_000, 1_661 + 1)
        );
        let records = house.requests();
        assert_eq!(records.len(), 2_000);
        assert_eq!(count(&records, |record| record.closed_at.is_some()), 1_661);
        assert_eq!(
            count(&records, |record| record
                .closed_at
                .is_some_and(|at| at < record.opened_at)),
            15
        );
        let unassigned = house.office.unit("unassigned").unwrap();
        assert_eq!(unassigned.name, "未归属");
        assert_eq!(count(&records, |record| record.unit == unassigned.id), 166);
        assert_eq!(
            count(&records, |record| text(record, "duplicate_of").is_some()),
            30
        );
        house.sound();

        let second = house.example("boston-311");
        assert_eq!(
            (
                second.rows,
                second.imported,
                second.records,
                second.steps,
                second.already
            ),
            (2_000, 2_000, 0, 0, 2_000)
        );
        assert_eq!(
            (second.changed, second.units_added, second.id),
            (0, 0, first.id)
        );
        assert_eq!(house.requests(), records);
    }
}

/// Figures: the extract's README.
#[test]
fn uci_comes_in_with_its_whole_history() {
    for house in House::each() {
        let imported = house.example("uci-incidents");
        assert_eq!(
            (imported.rows, imported.refused, imported.records),
            (2_004, 0, 314)
        );
        let records = house.requests();
        assert_eq!(count(&records, |record| record.state == *"closed"), 314);
        assert_eq!(
            count(&records, |record| record.doc.times.contains_key("reopen")),
            25
        );
        assert_eq!(
            count(&records, |record| text(record, "source_resolved_at")
                .is_none()),
            21
        );
        assert!(
            records
                .iter()
                .all(|record| record.doc.data.contains_key("made_sla"))
        );
        house.sound();
    }
}

/// A process that dies in mid-import leaves whole records, and running again completes them.
#[test]
fn an_import_that_was_stopped_is_completed_by_running_it_again() {
    const ROWS: u64 = 400;
    let rows: Vec<String> = (0..ROWS)
        .map(|id| {
            format!(
                "{id},小区{},2026-02-02 09:00,王芳,第 {id} 件,low,,,,2026-02-03 10:00,ok",
                id % 3
            )
        })
        .collect();
    for house in House::each() {
        let file = house.file(
            "rows.csv",
            &desk(&rows.iter().map(String::as_str).collect::<Vec<_>>()),
        );
        let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            house.watched(DESK, vec![file.clone()], &mut |progress| {
                assert!(
                    !progress.taking || progress.rows < 100,
                    "the power fails here"
                );
            })
        }));
        assert!(stopped.is_err());
        let half = house.requests().len() as u64;
        assert!((100..ROWS).contains(&half), "{half}");
        house.sound();

        let rest = house.import(DESK, vec![file]).0;
        assert_eq!((rest.rows, rest.imported, rest.already), (ROWS, ROWS, half));
        assert_eq!(rest.records + rest.already, ROWS);
        assert_eq!(house.requests().len() as u64, ROWS);
        house.sound();
    }
}

const DESK: &str = "
map: desk
source: old-desk
kind: request
times: {zone: Asia/Shanghai}
id: no
unit: place
open:
  at: opened
  by: who
  fields:
    title: title
    priority: priority
    team: {column: team, as: team}
    target: {column: due, as: moment}
  links: {original: again}
steps:
  - step: close
    when: {filled: closed}
    at: closed
    fields: {closure_code: code}
";
const DESK_HEADER: &str = "no,place,opened,who,title,priority,team,due,again,closed,code";

fn desk(rows: &[&str]) -> String {
    format!("{DESK_HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_later_export_brings_what_has_happened_since() {
    for house in House::each() {
        let monday = house.file(
            "monday.csv",
            &desk(&[
                "1,翠湖苑,2026-02-02 09:00,王芳,漏水,high,水电组,2026-02-05,,,",
                "2,翠湖苑,2026-02-02 10:00,王芳,停电,low,水电组,,1,2026-02-02 12:00,ok",
                "3,锦绣园,2026-02-02 11:00,李强,门禁,low,,,2,,",
            ]),
        );
        let first = house.import(DESK, vec![monday]).0;
        assert_eq!(
            (
                first.records,
                first.steps,
                first.units_added,
                first.links_outside
            ),
            (3, 1, 2, 1)
        );
        let linked = house.requests();
        assert_eq!(
            count(&linked, |record| !record.doc.links.is_empty()),
            1,
            "only within the unit"
        );

        let tuesday = house.file(
            "tuesday.csv",
            &desk(&[
                "1,翠湖苑,2026-02-02 09:00,王芳,漏水,high,水电组,2026-02-05,,2026-02-03 09:00,ok",
                "2,翠湖苑,2026-02-02 10:00,王芳,停电,low,水电组,,1,2026-02-02 13:00,corrected",
                "3,锦绣园,2026-02-02 11:00,李强,门禁,low,,,2,,",
                "4,锦绣园,2026-02-03 11:00,李强,路灯,low,,,,,",
            ]),
        );
        let second = house.import(DESK, vec![tuesday]).0;
        assert_eq!(
            (second.records, second.steps, second.already, second.changed),
            (1, 1, 3, 1)
        );
        let records = house.requests();
        assert_eq!(
            (
                records.len(),
                count(&records, |record| record.closed_at.is_some())
            ),
            (4, 2)
        );
        assert_eq!(
            count(&records, |record| text(record, "closure_code")
                == Some("corrected")),
            0,
            "what was imported stays"
        );
        house.sound();
    }
}

#[test]
fn what_the_rules_refuse_is_reported_with_its_column() {
    for house in House::each() {
        let long = "长".repeat(201);
        let file = house.file(
            "rows.csv",
            &desk(&[
                "1,翠湖苑,2026-02-02 09:00,,漏水,high,,,,,",
                &format!("2,翠湖苑,2026-02-02 09:00,,{long},high,,,,,"),
                "3,翠湖苑,2026-02-02 09:00,,停电,urgent,,,,,",
                "4,翠湖苑,2026-02-02 09:00,,门禁,low,,,,2026-02-02 08:00,",
                "5,翠湖苑,昨天,,门禁,low,,,,,",
            ]),
        );
        let (imported, report) = house.import(DESK, vec![file]);
        assert_eq!(
            (imported.rows, imported.imported, imported.refused),
            (5, 2, 3)
        );
        let mut told: Vec<String> = report
            .lines()
            .skip(1)
            .map(|line| {
                line.split(',')
                    .take(5)
                    .collect::<Vec<_>>()
                    .join(",")
                    .replace(&"长".repeat(80), "长*")
            })
            .collect();
        told.sort();
        expect![[r#"
        [
            ",3,title,长*…,field-too-long",
            ",4,priority,urgent,field-choice",
            ",6,opened,昨天,time-unrecognised",
        ]
    "#]]
        .assert_eq(&format!("{told:#?}\n"));
        assert_eq!(imported.anomalies.values().sum::<u64>(), 1);
        house.sound();
    }
}

#[test]
fn an_import_is_undone_as_a_whole_and_can_be_done_again() {
    for house in House::each() {
        let rows = [
            "1,翠湖苑,2026-02-02 09:00,王芳,漏水,high,水电组,2026-02-05,,2026-02-03 09:00,ok",
            "2,翠湖苑,2026-02-02 10:00,王芳,停电,low,水电组,,1,,",
            "3,锦绣园,2026-02-02 11:00,李强,门禁,low,,,2,,",
        ];
        let file = house.file("rows.csv", &desk(&rows));
        let first = house.import(DESK, vec![file.clone()]).0;
        let touched = house
            .requests()
            .into_iter()
            .find(|record| record.doc.source.as_deref() == Some("old-desk:3"))
            .unwrap();
        let mut note = Command::new("note", By::System);
        note.via = Via::System;
        note.data.insert("note".into(), "已回电".into());
        house
            .office
            .step(&Actor::system(), touched.unit, touched.id, note)
            .unwrap();

        let undone = undo(
            &house.office,
            &Actor::system(),
            first.id,
            false,
            &mut |_| {},
        )
        .unwrap();
        assert_eq!(
            undone,
            Undone {
                voided: 2,
                already: 0,
                kept: 1
            }
        );
        let records = house.requests();
        assert_eq!(
            (records.len(), count(&records, |record| record.doc.void)),
            (3, 2)
        );
        house.sound();

        let again = house.import(DESK, vec![file]).0;
        assert_ne!(again.id, first.id);
        assert_eq!(
            (again.records, again.already),
            (2, 1),
            "the source's ids are free again"
        );
        let all = undo(&house.office, &Actor::system(), first.id, true, &mut |_| {}).unwrap();
        assert_eq!(
            all,
            Undone {
                voided: 1,
                already: 2,
                kept: 0
            }
        );
        house.sound();
    }
}

#[test]
fn a_map_that_the_pack_does_not_know_is_refused_before_the_first_row() {
    for house in House::each() {
        let map = DESK
            .replace("title: title", "titel: title")
            .replace(
                "priority: priority",
                "priority: {column: priority, values: {急: urgent}}",
            )
            .replace("original:", "origin:")
            .replace("step: close", "step: archive")
            .replace("as: moment", "as: text");
        let file = house.file("rows.csv", &desk(&[]));
        let Err(ImportError::Map(faults)) = house.watched(&map, vec![file.clone()], &mut |_| {})
        else {
            panic!("a map with faults was taken");
        };
        let shown: String = faults
            .iter()
            .map(|fault| fault.render(Language::En) + "\n")
            .collect();
        expect![[r#"
        error[no-such-link]: the kind has no link `origin`
         --> map.yaml:9:3
          |
        9 |   at: opened
          |   ^^
          = help: did you mean `original`?

        error[no-such-field]: the kind has no field `titel`
          --> map.yaml:12:12
           |
        12 |     titel: title
           |            ^^^^^
           = help: did you mean `title`?

        error[no-such-choice]: the field `priority` has no choice `urgent`
          --> map.yaml:13:15
           |
        13 |     priority: {column: priority, values: {急: urgent}}
           |               ^^^^^^^
           = help: known: `critical`, `high`, `low`, `moderate`

        error[wrong-conversion]: the field `target` cannot be filled in like that; change `as`
          --> map.yaml:15:13
           |
        15 |     target: {column: due, as: text}
           |             ^^^^^^^
           = help: docs/import.md describes the format

        error[no-such-step]: the kind has no step `archive`
          --> map.yaml:18:5
           |
        18 |   - step: archive
           |     ^^^^
           = help: known: `assign`, `cancel`, `close`, `contact`, `note`, `reassign`, `reopen`, `reschedule`, `resolve`, `resume`, `start`, `wait-customer` …

    "#]].assert_eq(&shown);
        let unknown = house.watched(
            &DESK.replace("kind: request", "kind: requests"),
            vec![file],
            &mut |_| {},
        );
        assert!(
            matches!(unknown, Err(ImportError::Map(faults)) if faults[0].code == "no-such-kind")
        );
    }
}

#[test]
fn a_missing_column_and_a_missing_company_stop_it_before_the_first_row() {
    for house in House::each() {
        let file = house.file("rows.csv", "no,place\n1,x\n");
        let error = house
            .watched(DESK, vec![file.clone()], &mut |_| {})
            .unwrap_err();
        assert_eq!(error.code(), "column-missing");
        assert!(error.reason().zh.contains("opened"));
        let gone = house
            .watched(DESK, vec![file.with_extension("none")], &mut |_| {})
            .unwrap_err();
        assert_eq!(Error::from(gone).code(), "file-unreadable");
        assert!(house.requests().is_empty());
    }
}
