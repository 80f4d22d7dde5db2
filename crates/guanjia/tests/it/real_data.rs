//! The extracts of public records that are kept in `examples/`: imported by the program, exported by it, and compared row by row with
//! the source, read here on its own. `cargo xtask real-data` does the same with every figure, and with the whole files.

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use store::Location;
use store::testing::Home;

type Row = HashMap<String, String>;

struct Desk {
    home: Home,
}

impl Desk {
    fn run(&self, words: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanjia"));
        command
            .args(words)
            .current_dir(self.home.folder())
            .stdin(Stdio::null());
        match self.home.location() {
            Location::Url(url) => command.args(["--database", url]),
            Location::File(_) => command.arg("--data").arg(self.home.folder()),
        };
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(self.run(words).lines().last().unwrap()).unwrap()
    }

    fn export(&self, what: &str) -> Vec<Row> {
        table(
            self.run(&["export", what, "--kind", "request", "--as-of", AS_OF])
                .as_bytes(),
        )
    }
}

/// The source was drawn then: its last closing is of the day before.
const AS_OF: &str = "2016-01-13T00:00:00-05:00";

fn table(bytes: &[u8]) -> Vec<Row> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    csv::Reader::from_reader(bytes)
        .into_deserialize()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name)
}

/// A fresh desk with the extract imported, all of it, and found sound.
fn imported(home: Home, name: &str, zone: &str) -> (Desk, Vec<Row>) {
    let desk = Desk { home };
    desk.run(&["init", "--pack", "service-request", "--zone", zone]);
    let path = |file: &str| example(name).join(file).display().to_string();
    let (map, extract) = (path("map.yaml"), path("extract.csv"));
    let report = desk.home.folder().join("refused.csv").display().to_string();
    let told = desk.json(&[
        "import", "--map", &map, "--report", &report, &extract, "--json",
    ]);
    let rows = table(&std::fs::read(&extract).unwrap());
    let count = |key: &str| told[key].as_u64().unwrap();
    assert_eq!(count("rows"), rows.len() as u64);
    assert_eq!(count("rows"), count("imported") + count("refused"));
    assert_eq!(count("refused"), 0, "{told}");
    let verified = desk.json(&["verify", "--json", "--as-of", AS_OF]);
    assert_eq!(verified["ok"], true, "{verified}");
    (desk, rows)
}

fn homes() -> impl Iterator<Item = Home> {
    std::iter::once(Home::sqlite()).chain(Home::postgres())
}

fn at(text: &str) -> Option<jiff::Timestamp> {
    (!text.is_empty()).then(|| {
        text.parse()
            .or_else(|_| format!("{text}Z").parse())
            .unwrap()
    })
}

fn by_id(rows: Vec<Row>) -> HashMap<String, Row> {
    rows.into_iter()
        .map(|row| (row["source_id"].clone(), row))
        .collect()
}

#[test]
fn every_request_of_the_city_is_there_with_its_times_and_is_judged_as_the_city_does() {
    for home in homes() {
        let (desk, rows) = imported(home, "boston-311", "America/New_York");
        let records = by_id(desk.export("records"));
        let duties = by_id(desk.export("duties"));
        assert_eq!(records.len(), rows.len(), "each once");
        let (mut judged, mut blank, mut marked) = (0, 0, 0);
        for row in &rows {
            let id = &row["case_id"];
            let record = &records[id];
            for column in ["opened_at", "closed_at"] {
                assert_eq!(at(&record[column]), at(&row[column]), "{column} of {id}");
            }
            let closed = at(&row["closed_at"]);
            assert_eq!(record["state"] == "closed", closed.is_some(), "{id}");
            let project = if row["neighborhood"].is_empty() {
                "未归属"
            } else {
                &row["neighborhood"]
            };
            assert_eq!(record["project_name"], project, "{id}");
            for (ours, theirs) in [
                ("team", "queue"),
                ("data.department", "department"),
                ("data.type", "type"),
                ("data.reason", "reason"),
                ("data.on_time_flag", "on_time"),
                ("data.closure_code", "closure_code"),
                ("data.closure_outcome", "closure_outcome"),
                ("data.duplicate_of", "duplicate_of"),
            ] {
                assert_eq!(record[ours], row[theirs], "{ours} of {id}");
            }
            let backwards = closed.is_some_and(|closed| closed < at(&row["opened_at"]).unwrap());
            assert_eq!(record["anomalies"] == "before-record", backwards, "{id}");
            marked += usize::from(backwards);

            let Some(target) = at(&row["target_at"]) else {
                assert!(!duties.contains_key(id), "{id} has no target");
                continue;
            };
            let duty = &duties[id];
            assert_eq!(at(&duty["due_at"]), Some(target), "{id}");
            assert_eq!(at(&duty["done_at"]), closed, "{id}");
            assert_eq!(duty["to_do"] == "true", closed.is_none(), "{id}");
            assert_eq!(duty["anomalous"] == "true", backwards, "{id}");
            let expected = match closed {
                Some(closed) if closed <= target => "met",
                None if target >= at(AS_OF).unwrap() => "pending",
                _ => "missed",
            };
            assert_eq!(duty["outcome"], expected, "{id}");
            match row["on_time"].as_str() {
                "ONTIME" => assert_ne!(expected, "missed", "{id}"),
                "OVERDUE" => assert_eq!(expected, "missed", "{id}"),
                _ => blank += 1,
            }
            judged += 1;
        }
        assert_eq!(duties.len(), judged);
        // What the extract was chosen for is in it.
        assert!(blank >= 15 && marked >= 15, "{blank} {marked}");
    }
}

#[test]
fn the_rows_of_an_incident_are_one_record_with_its_history() {
    for home in homes() {
        let (desk, rows) = imported(home, "uci-incidents", "UTC");
        let mut incidents: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &rows {
            incidents.entry(&row["number"]).or_default().push(row);
        }
        let records = by_id(desk.export("records"));
        assert_eq!(records.len(), incidents.len(), "each once");
        let mut reopened: HashMap<String, i64> = HashMap::new();
        let mut via = 0;
        for entry in desk.export("entries") {
            assert_eq!(entry["via"], "import");
            via += 1;
            if entry["step"] == "reopen" {
                *reopened.entry(entry["source_id"].clone()).or_default() += 1;
            }
        }
        assert!(via > records.len());
        let mut total = 0;
        for (id, rows) in &mut incidents {
            rows.sort_by_key(|row| row["event_no"].parse::<u32>().unwrap());
            let (record, last) = (&records[*id], rows[rows.len() - 1]);
            assert_eq!(at(&record["opened_at"]), at(&last["opened_at"]), "{id}");
            assert_eq!(at(&record["closed_at"]), at(&last["closed_at"]), "{id}");
            let resolved = "data.source_resolved_at";
            assert_eq!(at(&record[resolved]), at(&last["resolved_at"]), "{id}");
            if !last["resolved_at"].is_empty() {
                let ours = at(&record["time.resolve"]);
                assert_eq!(ours, at(&last["resolved_at"]), "{id}");
            }
            assert_eq!(record["state"], "closed", "{id}");
            assert_eq!(record["data.made_sla"], last["made_sla"], "{id}");
            assert_eq!(record["data.category"], last["category"], "{id}");
            assert_eq!(record["data.place"], last["location"], "{id}");
            // A blank cell states nothing: the last one that was stated stays.
            for (ours, theirs) in [("team", "assignment_group"), ("member", "assigned_to")] {
                let stated = rows.iter().rev().find(|row| !row[theirs].is_empty());
                let stated = stated.map_or("", |row| &row[theirs]);
                assert_eq!(record[ours], stated, "{ours} of {id}");
            }
            let most = |column: &str| {
                rows.iter()
                    .map(|row| row[column].parse::<i64>().unwrap())
                    .max()
            };
            let counted = reopened.get(*id).copied().unwrap_or(0);
            assert_eq!(Some(counted), most("reopen_count"), "reopened, {id}");
            total += counted;
            let handed_on = record["data.reassignment_count"].parse().ok();
            assert_eq!(handed_on, most("reassignment_count"), "{id}");
        }
        assert!(total >= 25, "{total}");
        assert!(
            desk.export("duties").is_empty(),
            "the source has no deadlines"
        );
    }
}
