//! Samples for spot checks.

use super::*;
use app::sample::{Listing, list, number, repeated};
use domain::record::refusal::Code;
use domain::sample::{Draw, Population};

/// S10.1: the root first, then a number that two people type, then a draw that anybody can repeat from the record.
#[test]
fn s10_1_a_sample_is_drawn_by_two_people_and_can_be_repeated() {
    for house in House::each() {
        for _ in 0..12 {
            house.job();
        }
        let taken = house.job();
        house.take(taken, step("take", house.worker));
        let listing = |reason: Option<&str>| Listing {
            unit: house.project,
            standard: Name::from("taking"),
            window: "2026-03".parse().expect("a period"),
            kind: Name::from("job"),
            when: Some("state == 'new'".into()),
            size: 3,
            reason: reason.map(str::to_owned),
        };
        let (office, unit) = (&house.office, house.project);
        let nothing = Listing {
            when: Some("state == 'closed'".into()),
            ..listing(None)
        };
        assert_eq!(
            refused(list(office, &acting(house.lead), &nothing)),
            [Code::SampleRefused]
        );
        let sample = list(office, &acting(house.lead), &listing(None))
            .expect("lists")
            .record;
        let listed = sample.doc.data["listed"].as_text().expect("ids").lines();
        let population = Population::listed(listed.map(str::to_owned)).expect("a population");
        assert_eq!(population.ids().len(), 12);
        assert_eq!(
            sample.doc.data["root"].as_text(),
            Some(population.root().to_string().as_str())
        );
        house.set("2026-03-02 09:05");
        let typed = |who: RecordId, n| number(office, &acting(who), unit, sample.id, n);
        typed(house.lead, 271_828).expect("types");
        assert_eq!(refused(typed(house.lead, 271_828)), [Code::SampleRefused]);
        assert_eq!(refused(typed(house.boss, 3)), [Code::SampleRefused]);
        let done = typed(house.boss, 271_828).expect("draws").record;
        let draw = Draw {
            standard: "taking",
            unit: "P1",
            period: "2026-03".parse().expect("a period"),
        };
        let seed = draw.seed(population.root(), 271_828);
        assert_eq!(
            done.doc.data["seed"].as_text(),
            Some(seed.to_string().as_str())
        );
        let got: Vec<&str> = done.doc.data["drawn"]
            .as_text()
            .expect("ids")
            .lines()
            .collect();
        assert_eq!(got, population.draw(seed, 3));
        let again = |who: RecordId| repeated(office, &acting(who), unit, sample.id, 271_828);
        assert_eq!(again(house.lead).expect("repeats").ids, got);
        // A further draw is a new entry with its reason.
        assert_eq!(
            refused(list(office, &acting(house.lead), &listing(None))),
            [Code::SampleRefused]
        );
        list(
            office,
            &acting(house.lead),
            &listing(Some("two were moved")),
        )
        .expect("lists again");
        house.verify();
    }
}
