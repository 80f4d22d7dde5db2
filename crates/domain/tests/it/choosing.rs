//! S5.1: who holds a duty.

use crate::given::{at, member, team};
use domain::holder::{Context, Holder, HolderRule, choose};
use domain::name::Name;
use domain::roster::{Leave, Posting, Roster, Shift, Team};

pub(crate) const DESK: &str = "front-desk";

fn posting(who: u128, post: &str, grid: Option<&str>) -> Posting {
    Posting {
        member: member(who),
        post: Name::from(post),
        grid: grid.map(Name::from),
        team: None,
        from: at("2026-01-01 00:00"),
        until: None,
    }
}

fn shift(who: u128, from: &str, until: &str) -> Shift {
    Shift {
        member: member(who),
        from: at(from),
        until: at(until),
        planned_by: None,
    }
}

pub(crate) fn leave(who: u128, stand_in: Option<u128>) -> Leave {
    Leave {
        member: member(who),
        from: at("2026-03-01 00:00"),
        until: Some(at("2026-03-08 00:00")),
        stand_in: stand_in.map(member),
    }
}

/// Stewards 1 and 2 of grids g1 and g2, desk members 3 and 4, a team.
pub(crate) fn roster() -> Roster {
    Roster {
        postings: vec![
            posting(1, "steward", Some("g1")),
            posting(2, "steward", Some("g2")),
            posting(3, DESK, None),
            posting(4, DESK, None),
        ],
        teams: vec![Team {
            id: team(),
            code: Name::from("engineering"),
        }],
        ..Roster::default()
    }
}

pub(crate) fn chosen(
    list: &[HolderRule],
    roster: &Roster,
    now: &str,
    grid: &str,
) -> (Holder, bool) {
    let context = Context {
        creator: Some(member(3)),
        doer: None,
        assignee: None,
        team: Some(team()),
        grid_of: &|_| Some(Name::from(grid)),
        field: &|name| (*name == "responsible").then(|| member(4)),
    };
    let choice = choose(list, roster, at(now), &context);
    (choice.holder, choice.manager_sees)
}

fn steward() -> HolderRule {
    HolderRule::GridOf(Name::from("home"))
}

pub(crate) const NOON: &str = "2026-03-02 12:00";

/// S5.1
#[test]
fn s5_1_the_first_that_exists_holds_it() {
    let desk = HolderRule::OnDuty(Name::from(DESK));
    let held_by = |list: &[HolderRule], grid| chosen(list, &roster(), NOON, grid).0;
    assert_eq!(
        held_by(&[steward(), desk.clone()], "g1"),
        Holder::Member(member(1))
    );
    assert_eq!(
        held_by(&[steward(), HolderRule::Creator], "g9"),
        Holder::Member(member(3))
    );
    assert_eq!(
        held_by(&[HolderRule::Field(Name::from("responsible"))], "g1"),
        Holder::Member(member(4))
    );
    assert_eq!(
        held_by(
            &[
                HolderRule::Assignee,
                HolderRule::Doer,
                HolderRule::Team(Some(Name::from("engineering")))
            ],
            "g1"
        ),
        Holder::Team(team())
    );
    assert_eq!(
        held_by(
            &[
                HolderRule::Team(Some(Name::from("nobody"))),
                HolderRule::Team(None)
            ],
            "g1"
        ),
        Holder::Team(team())
    );
}

/// S5.1: a stand-in, else the next of the list.
#[test]
fn s5_1_whoever_is_away_gives_way_to_his_stand_in() {
    let list = [steward(), HolderRule::Creator, HolderRule::Unit];
    let mut roster = roster();
    roster.leaves = vec![leave(1, Some(2))];
    assert_eq!(
        chosen(&list, &roster, NOON, "g1").0,
        Holder::Member(member(2))
    );
    assert_eq!(
        chosen(&list, &roster, "2026-03-08 00:00", "g1").0,
        Holder::Member(member(1))
    );
    roster.leaves = vec![leave(1, None)];
    assert_eq!(
        chosen(&list, &roster, NOON, "g1").0,
        Holder::Member(member(3))
    );
    // The stand-in is away as well.
    roster.leaves = vec![leave(1, Some(2)), leave(2, None)];
    assert_eq!(
        chosen(&list, &roster, NOON, "g1").0,
        Holder::Member(member(3))
    );
    roster.leaves.push(leave(3, None));
    assert_eq!(chosen(&list, &roster, NOON, "g1"), (Holder::Unit, true));
}

/// S5.1: on-duty asks the roster; where no shifts are kept a member counts as there.
#[test]
fn s5_1_on_duty_asks_the_roster() {
    let desk = [HolderRule::OnDuty(Name::from(DESK)), HolderRule::Unit];
    let mut roster = roster();
    roster.shifts = vec![
        shift(3, "2026-03-02 07:00", "2026-03-02 15:00"),
        shift(4, "2026-03-02 15:00", "2026-03-02 23:00"),
    ];
    assert_eq!(
        chosen(&desk, &roster, NOON, "g1").0,
        Holder::Member(member(3))
    );
    assert_eq!(
        chosen(&desk, &roster, "2026-03-02 15:00", "g1").0,
        Holder::Member(member(4))
    );
    assert_eq!(
        chosen(&desk, &roster, "2026-03-03 02:00", "g1"),
        (Holder::Unit, true)
    );
    assert_eq!(
        chosen(&[HolderRule::Unit], &roster, "2026-03-03 02:00", "g1"),
        (Holder::Unit, false)
    );
    assert!(roster.is_present(member(1), at("2026-03-03 02:00")));
}

/// S5.1: a posting that has ended ends with its last instant.
#[test]
fn s5_1_whoever_has_left_holds_nothing() {
    let mut roster = roster();
    roster.postings[0].until = Some(at(NOON));
    assert_eq!(
        chosen(&[steward()], &roster, "2026-03-02 11:59", "g1").0,
        Holder::Member(member(1))
    );
    assert_eq!(
        chosen(&[steward()], &roster, NOON, "g1"),
        (Holder::Unit, true)
    );
    assert!(roster.is_gone(member(1), at(NOON)));
}

/// S5.1: off shift is absent, as long as shifts are kept.
#[test]
fn s5_1_off_shift_is_absent() {
    let mut roster = roster();
    roster.shifts = vec![
        shift(3, "2026-03-02 08:00", "2026-03-02 16:00"),
        shift(3, "2026-03-03 08:00", "2026-03-03 16:00"),
    ];
    let absences = roster.absences(member(3), at("2026-03-02 00:00"), at("2026-03-03 12:00"));
    let expected = [
        ("2026-03-02 00:00", "2026-03-02 08:00"),
        ("2026-03-02 16:00", "2026-03-03 08:00"),
    ];
    assert_eq!(
        absences,
        expected.map(|(from, until)| (at(from), at(until)))
    );
    // A week after the last shift nobody knows, and he counts as there.
    assert!(!roster.is_present(member(3), at("2026-03-10 15:59")));
    assert!(roster.is_present(member(3), at("2026-03-10 16:00")));
}

/// STAFF-13: shifts A to F leave five hours of the night open, and whoever planned the latest of them is asked.
#[test]
fn what_the_roster_leaves_open_is_worked_out_by_the_day() {
    let mut roster = roster();
    roster.shifts = vec![
        shift(3, "2026-03-02 07:00", "2026-03-02 16:00"),
        shift(4, "2026-03-02 14:00", "2026-03-02 22:00"),
        shift(5, "2026-03-02 18:00", "2026-03-03 02:00"),
        shift(3, "2026-03-03 07:00", "2026-03-03 16:00"),
        shift(4, "2026-03-03 14:00", "2026-03-03 22:00"),
    ];
    roster.shifts[3].planned_by = Some(member(7));
    roster.shifts[0].planned_by = Some(member(8));
    roster.postings.retain(|it| it.post != *DESK);
    for who in 3..=5 {
        roster.postings.push(posting(who, DESK, None));
    }
    let gaps = |from, until| roster.unmanned(&[DESK.into()], at(from), at(until));
    assert_eq!(
        gaps("2026-03-02 18:00", "2026-03-03 23:00"),
        [
            ("2026-03-03 02:00", "2026-03-03 07:00"),
            ("2026-03-03 22:00", "2026-03-03 23:00"),
        ]
        .map(|(from, until)| (at(from), at(until)))
    );
    // A post that nobody has is open throughout, one whose shifts nobody keeps never.
    let whole = [(at("2026-03-02 00:00"), at("2026-03-03 00:00"))];
    assert_eq!(
        roster.unmanned(&["x".into()], whole[0].0, whole[0].1),
        whole
    );
    assert_eq!(gaps("2026-04-02 00:00", "2026-04-03 00:00"), []);
    assert_eq!(roster.planner(), Some(member(7)));
    assert_eq!(
        chosen(&[HolderRule::Planner], &roster, NOON, "g1").0,
        Holder::Member(member(7))
    );
}
