//! Scores as use-cases, on every database there is: what other standards and other modules bring in, appraisals, seals, appeals, samples,
//! and records that go on in another unit.

mod appealing;
mod counting;
mod moving;
mod reading;
mod sampling;
mod sealing;
mod weighing;

use super::house::*;
use app::Actor;
use app::access::Came;
use app::score::{Asked, Card, ClauseResult, score};
use domain::id::{MemberId, RecordId};
use domain::name::Name;
use domain::number::Points;

/// A card of March, with its evidence.
fn card(house: &House, standard: &str, member: Option<RecordId>, period: &str) -> Card {
    let mut cards = cards(house, standard, member, period, true);
    assert_eq!(cards.len(), 1);
    cards.remove(0)
}

fn cards(
    house: &House,
    standard: &str,
    member: Option<RecordId>,
    period: &str,
    explain: bool,
) -> Vec<Card> {
    let asked = Asked {
        standard: Name::from(standard),
        window: period.parse().expect("a period"),
        unit: Some(house.project),
        holder: member.map(|member| MemberId::from(member).into()),
        as_of: house.clock.now(),
        explain,
    };
    score(&house.office, &Actor::system(), &asked).expect("scores")
}

fn clause<'c>(card: &'c Card, name: &str) -> &'c ClauseResult {
    let found = card.clauses.iter().find(|clause| clause.clause == *name);
    found.expect("a clause")
}

fn points(text: &str) -> Option<Points> {
    Some(text.parse().expect("points"))
}

/// Two jobs of the warden's on 2 March, one taken in time and one late.
fn one_in_time_and_one_late(house: &House) -> (RecordId, RecordId) {
    house.set("2026-03-02 09:00");
    let (good, bad) = (house.job(), house.job());
    house.set("2026-03-02 09:10");
    house.take(good, step("take", house.worker));
    house.set("2026-03-02 10:00");
    house.take(bad, step("take", house.worker));
    (good, bad)
}

/// Somebody in his own session.
fn acting(person: RecordId) -> Actor {
    Actor::member(person.into(), Came::Password)
}
