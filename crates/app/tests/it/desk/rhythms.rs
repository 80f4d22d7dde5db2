//! Rhythms that keep to a calendar, on every database there is: what is off and what is made up is data, and no year is guessed.

use super::house::*;
use app::sweep::sweep;
use app::{Actor, pack};
use domain::value::Value;

/// The small pack at a version, with a rhythm on working days, one on the others, and the years of a calendar.
fn keeping(version: &str, years: &[&str]) -> Vec<(String, String)> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../domain/tests/it/records/pack"
    );
    let rhythm = |name: &str, days: &str| {
        format!(
            "  {name}: {{every: FREQ=DAILY, days: {days}, open: census, data: {{why: {name}}}, each: place, link: place}}\n"
        )
    };
    let mut files = pack::sources(folder).expect("the small pack");
    for (path, text) in &mut files {
        match path.as_str() {
            "pack.yaml" => {
                *text = text.replace("version: 1.0.0", &format!("version: {version}"));
            }
            "schedules.yaml" => {
                text.push_str(&rhythm("walk", "workdays"));
                text.push_str(&rhythm("rest", "restdays"));
            }
            _ => {}
        }
    }
    for year in years {
        let name = year.lines().next().expect("the year").replace("year: ", "");
        files.push((format!("calendars/cn-{name}.yaml"), (*year).to_owned()));
    }
    files
}

/// Thursday the 5th of March is off, and Saturday the 7th makes up for it.
const MARCH: &str = "year: 2026\ncountry: CN\noff: {2026-03-05: 社日}\nwork: {2026-03-07: 社日}\n";
const NEXT: &str = "year: 2027\ncountry: CN\noff: {2027-01-01: 元旦}\nwork: {2027-01-03: 元旦}\n";

/// The days on which a rhythm opened for the place, in their order.
fn days(house: &House, why: &str) -> Vec<String> {
    let mut days: Vec<_> = house
        .records("census")
        .into_iter()
        .filter(|record| record.doc.data["why"] == Value::from(why))
        .filter(|record| record.doc.links["place"] == house.place)
        .map(|record| record.opened_at)
        .collect();
    days.sort();
    let zone = domain::time::Zone::shanghai();
    days.into_iter()
        .map(|at| zone.day_of(at).to_string())
        .collect()
}

/// S2.14: a rhythm on working days leaves out a statutory holiday and keeps a Saturday that is made up, also when nobody swept for a week; one on
/// days of rest is the other half.
#[test]
fn s2_14_a_rhythm_on_working_days_keeps_to_the_calendar() {
    for house in House::each() {
        house
            .office
            .activate(&Actor::system(), keeping("1.1.0", &[MARCH]))
            .expect("loads");
        let swept = || sweep(&house.office, house.clock.now()).expect("sweeps");
        house.set("2026-03-03 09:00");
        assert_eq!(swept().refused, Vec::<String>::new());
        // A Tuesday; then nobody sweeps until Monday.
        assert_eq!(days(&house, "walk"), ["2026-03-03"]);
        house.set("2026-03-09 09:00");
        assert_eq!(swept().refused, Vec::<String>::new());
        let worked = [
            "2026-03-03",
            "2026-03-04",
            "2026-03-06",
            "2026-03-07",
            "2026-03-09",
        ];
        assert_eq!(days(&house, "walk"), worked);
        assert_eq!(days(&house, "rest"), ["2026-03-05", "2026-03-08"]);
        assert_eq!(swept().opened, 0);
        house.verify();
    }
}

/// S2.14: of a year without a calendar nothing is opened and the year is named; once its calendar is there the days are caught up with.
#[test]
fn s2_14_a_rhythm_waits_for_the_calendar_of_its_year() {
    for house in House::each() {
        let load = |files| {
            let _ = house
                .office
                .activate(&Actor::system(), files)
                .expect("loads");
        };
        load(keeping("1.1.0", &[MARCH]));
        let swept = || sweep(&house.office, house.clock.now()).expect("sweeps");
        house.set("2026-12-31 09:00");
        swept();
        house.set("2027-01-04 09:00");
        let refused = swept().refused;
        assert!(
            refused
                .iter()
                .any(|why| why.starts_with("walk") && why.contains("2027")),
            "{refused:?}"
        );
        assert_eq!(days(&house, "walk"), ["2026-12-31"]);
        load(keeping("1.2.0", &[MARCH, NEXT]));
        assert_eq!(swept().refused, Vec::<String>::new());
        assert_eq!(
            days(&house, "walk"),
            ["2026-12-31", "2027-01-03", "2027-01-04"]
        );
        assert_eq!(days(&house, "rest"), ["2027-01-01", "2027-01-02"]);
        house.verify();
    }
}
