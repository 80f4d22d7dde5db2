//! Single rules of the policy, on the shipped pack.

use super::{ME, OTHER, ask, assign, member, posting, record, shipped};
use crate::given::at;
use domain::access::{
    Action, Actor, Denied, On, Privilege, Stands, Target, Token, allow, for_command,
};
use domain::record::{By, Command, Record, Via};
use domain::roster::{Leave, Roster};

#[test]
fn a_steward_sees_the_parties_of_his_grid_and_no_others() {
    let pack = shipped("residential-cn");
    let kind = &pack.kinds["party"];
    let party = record(kind);
    let steward = posting("steward", Some("G1"), None);
    let see = |grid| {
        ask(
            &pack,
            &[&steward],
            Action::See,
            On::record(kind, &party, grid),
        )
    };
    assert_eq!(see(Some("G1")), Ok(()));
    assert_eq!(see(Some("G2")), Err(Denied::Unseen));
    assert_eq!(see(None), Err(Denied::Unseen));
}

#[test]
fn a_stand_in_has_the_postings_of_whom_he_stands_in_for_while_the_leave_lasts() {
    let mut absent = posting("steward", Some("G2"), None);
    absent.member = member(OTHER);
    let roster = Roster {
        postings: vec![posting("steward", Some("G1"), None), absent],
        leaves: vec![Leave {
            member: member(OTHER),
            from: at("2026-03-02 09:00"),
            until: Some(at("2026-03-04 09:00")),
            stand_in: Some(member(ME)),
        }],
        ..Roster::default()
    };
    let stands = Stands::of(&roster);
    let grids = |time: &str| stands.at(member(ME), at(time)).postings().count();
    assert_eq!(grids("2026-03-01 09:00"), 1);
    assert_eq!(grids("2026-03-03 09:00"), 2);
    assert_eq!(grids("2026-03-04 09:00"), 1, "the end is exclusive");
}

#[test]
fn nobody_follows_up_verifies_or_marks_his_own_work() {
    let pack = shipped("residential-cn");
    for (kind, step, post) in [
        ("repair", "follow-up", "team-lead"),
        ("finding", "verify", "team-lead"),
        ("visit", "check", "team-lead"),
        ("mark", "withdraw", "manager"),
    ] {
        let kind = &pack.kinds[kind];
        let step = &kind.steps[step];
        let lead = posting(post, None, None);
        let mut record = record(kind);
        assign(&mut record, kind, member(OTHER));
        let on = |record: &Record| {
            ask(
                &pack,
                &[&lead],
                Action::Take(step),
                On::record(kind, record, None),
            )
        };
        assert_eq!(on(&record), Ok(()), "{} {}", kind.name, step.name);
        assign(&mut record, kind, member(ME));
        assert_eq!(
            on(&record),
            Err(Denied::OwnWork),
            "{} {}",
            kind.name,
            step.name
        );
    }
    // Whoever finished the repair does not follow it up, whoever it is assigned to.
    let kind = &pack.kinds["repair"];
    let mut finished = record(kind);
    finished.doc.doers.insert("complete".into(), member(ME));
    let lead = posting("team-lead", None, None);
    let follow_up = Action::Take(&kind.steps["follow-up"]);
    let done = ask(
        &pack,
        &[&lead],
        follow_up,
        On::record(kind, &finished, None),
    );
    assert_eq!(done, Err(Denied::OwnWork));
}

#[test]
fn a_command_comes_in_ones_own_name_or_says_on_whose_behalf() {
    let pack = shipped("residential-cn");
    let kind = &pack.kinds["repair"];
    let roster = Roster {
        postings: vec![posting("front-desk", None, None)],
        ..Roster::default()
    };
    let stands = Stands::of(&roster);
    let now = at("2026-03-02 09:00");
    let standing = stands.at(member(ME), now);
    let desk = Actor::Member {
        id: member(ME),
        standing: &standing,
        token: None,
    };
    let blank = record(kind);
    let give = |command: &Command| {
        let on = On {
            record: None,
            data: &command.data,
            links: &command.links,
            ..On::record(kind, &blank, None)
        };
        for_command(&pack, &stands, now, desk, on, command).map(|_| ())
    };
    let owner = super::record_id(1);
    assert_eq!(give(&Command::new("open", By::Member(member(ME)))), Ok(()));
    let strange = Command::new("open", By::Member(member(OTHER)));
    assert_eq!(give(&strange), Err(Denied::Identity));
    assert_eq!(
        give(&Command::new("open", By::System)),
        Err(Denied::Identity)
    );
    let mut said = Command::new("open", By::Party(owner));
    said.links.insert("reporter".into(), owner);
    assert_eq!(give(&said), Err(Denied::Identity));
    said.via = Via::OnBehalf;
    said.recorded_by = Some(member(ME));
    assert_eq!(give(&said), Ok(()));
    said.links.clear();
    assert!(
        matches!(give(&said), Err(Denied::Post { .. })),
        "a stranger to the record"
    );
    let mut import = Command::new("open", By::Source("old".into()));
    import.via = Via::Import;
    assert_eq!(give(&import), Err(Denied::Privilege(Privilege::Imports)));
}

#[test]
fn a_token_is_never_more_than_its_owner_and_never_more_than_its_scopes() {
    let pack = shipped("residential-cn");
    let kind = &pack.kinds["repair"];
    let repair = record(kind);
    let lead = posting("team-lead", None, None);
    let standing = domain::access::Standing::of(vec![&lead]);
    let ask = |scopes: &str, action| {
        let token: Token = scopes.parse().expect("scopes");
        let actor = Actor::Member {
            id: member(ME),
            standing: &standing,
            token: Some(&token),
        };
        allow(
            &pack,
            actor,
            action,
            Target::Record(On::record(kind, &repair, None)),
        )
        .map(|_| ())
    };
    let send = Action::Take(&kind.steps["send"]);
    assert_eq!(ask("see:repair", Action::See), Ok(()));
    assert_eq!(ask("see:visit", Action::See), Err(Denied::Unseen));
    assert!(matches!(ask("see", send), Err(Denied::Token { .. })));
    assert_eq!(ask("do:repair/send", send), Ok(()));
    assert!(matches!(
        ask("do:repair/rework", send),
        Err(Denied::Token { .. })
    ));
    let seal = Action::Use(Privilege::Seal);
    assert_eq!(
        ask("run:seal", seal),
        Err(Denied::Privilege(Privilege::Seal))
    );
    let scores = Action::Use(Privilege::Scores);
    assert_eq!(ask("run:scores", scores), Ok(()));
    assert!(matches!(ask("do see", scores), Err(Denied::Token { .. })));
}

#[test]
fn ones_own_scorecard_is_open_to_oneself_and_others_by_privilege() {
    let pack = shipped("residential-cn");
    let see = |post: &str, whose: u128| {
        let one = posting(post, None, None);
        let standing = domain::access::Standing::of(vec![&one]);
        let actor = Actor::Member {
            id: member(ME),
            standing: &standing,
            token: None,
        };
        let score = Action::Score(Some(member(whose).into()));
        allow(&pack, actor, score, Target::Unit).is_ok()
    };
    assert!(see("front-desk", ME) && !see("front-desk", OTHER));
    assert!(see("supervisor", OTHER));
}
