//! Accounts on both databases: setting up, signing in, ending, inviting.

use super::house::House;
use app::account::{AccountError, NewMember, Presented, SetUp};
use app::{Actor, Error};
use domain::id::RecordId;

fn here() -> Presented {
    Presented {
        source: "192.0.2.1".into(),
        ..Presented::default()
    }
}

fn refused<T>(done: Result<T, Error>) -> AccountError {
    match done {
        Err(Error::Account(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

#[test]
fn the_first_administrator_is_set_up_once_and_by_the_code_that_was_printed() {
    for house in House::each() {
        let office = &house.office;
        let first = office.set_up_code().expect("writes").expect("a code");
        let code = office.set_up_code().expect("writes").expect("a code");
        let asked = |code: &str, password: &str| SetUp {
            code: code.into(),
            login: "Admin".into(),
            name: "管理员".into(),
            password: password.into(),
        };
        let good = "a long password";
        assert_eq!(
            refused(office.set_up(&asked(&code, "short"), &here())),
            AccountError::Weak
        );
        assert_eq!(
            refused(office.set_up(&asked(&first, good), &here())),
            AccountError::CodeWrong
        );
        let signed = office.set_up(&asked(&code, good), &here()).expect("set up");
        let standing = office.standings(&signed.actor).expect("standings");
        assert_eq!(standing.len(), 2, "at the top and below");
        assert_eq!(office.set_up_code().expect("reads"), None);
        assert_eq!(
            refused(office.set_up(&asked(&code, good), &here())),
            AccountError::SetUp
        );
        let again = office.sign_in("admin", good, None, &here());
        assert!(again.is_ok());
        house.verify();
    }
}

#[test]
fn a_member_is_added_let_in_reset_and_kept_out() {
    for house in House::each() {
        let office = &house.office;
        let boss = Actor::member(house.chief.into(), app::access::Came::Password);
        let new = NewMember {
            unit: house.project,
            login: "li".into(),
            name: "李".into(),
            post: "worker".into(),
            grid: None,
            team: None,
        };
        let worker = Actor::member(house.worker.into(), app::access::Came::Password);
        let denied = office.add_member(&worker, new.clone());
        assert_eq!(
            denied.map_err(|error| error.code()).err(),
            Some("privilege-missing")
        );
        let (_, first) = office.add_member(&boss, new).expect("added");
        let signed = office.sign_in("li", &first, None, &here()).expect("in");
        assert!(signed.seat.must_change);
        let found = office.actor_of(&signed.token).expect("reads");
        assert_eq!(found.map(|(actor, _)| actor), Some(signed.actor.clone()));
        let second = office.reset_password(&boss, "li").expect("reset");
        assert_eq!(
            office.actor_of(&signed.token).expect("reads"),
            None,
            "the session ended"
        );
        assert_eq!(
            refused(office.sign_in("li", &first, None, &here())),
            AccountError::Wrong
        );
        let signed = office.sign_in("li", &second, None, &here()).expect("in");
        office.disable(&boss, "li", true).expect("disabled");
        assert_eq!(office.actor_of(&signed.token).expect("reads"), None);
        assert_eq!(
            refused(office.sign_in("li", &second, None, &here())),
            AccountError::Wrong
        );
        let stands_in = office.at_machine("root", signed.actor.member_id().expect("a member"));
        assert_eq!(stands_in.expect("acts").by(), signed.actor.by());
        assert_eq!(
            office
                .sign_ins(&worker, "li", 9)
                .map_err(|it| it.code())
                .err(),
            Some("privilege-missing")
        );
        let mut log: Vec<_> = office
            .sign_ins(&boss, "li", 9)
            .expect("reads")
            .into_iter()
            .map(|it| (it.what, it.source))
            .collect();
        log.sort();
        let boss_id = house.chief.to_string();
        let (boss_id, here) = (Some(boss_id.as_str()), here().source);
        let here = Some(here.as_str()).filter(|it| !it.is_empty());
        let want = [
            ("disabled", boss_id),
            ("machine", Some("root")),
            ("password", here),
            ("password", here),
            ("password-reset", boss_id),
            ("wrong-password", here),
            ("wrong-password", here),
        ];
        let want = want.map(|(what, by)| (what.to_owned(), by.map(str::to_owned)));
        assert_eq!(log, want);
        // Whoever keeps accounts in a project does not get at those of the company.
        let chief = Actor::operator("root");
        let above = NewMember {
            unit: house.company,
            login: "top".into(),
            name: "总".into(),
            post: "boss".into(),
            grid: None,
            team: None,
        };
        office.add_member(&chief, above).expect("added");
        let below = Actor::member(house.boss.into(), app::access::Came::Password);
        let taken = office.reset_password(&below, "top");
        assert_eq!(
            taken.map_err(|error| error.code()).err(),
            Some("privilege-missing")
        );
        house.verify();
    }
}

#[test]
fn a_customer_comes_in_by_an_invitation_that_is_used_once() {
    for house in House::each() {
        let office = &house.office;
        let desk = Actor::operator("root");
        let party: RecordId = house.place;
        let (old, _) = office.invite(&desk, house.project, party).expect("invited");
        let (code, _) = office.invite(&desk, house.project, party).expect("invited");
        assert_eq!(
            refused(office.accept_invitation(&old, &here())),
            AccountError::CodeWrong
        );
        let signed = office.accept_invitation(&code, &here()).expect("in");
        assert_eq!(signed.actor, Actor::party(house.project, party));
        assert_eq!(
            refused(office.accept_invitation(&code, &here())),
            AccountError::CodeWrong
        );
        // He opens what names him, in his own name.
        let mut job = signed.actor.command("open");
        job.data.insert("what".into(), "tap".into());
        job.links.insert("place".into(), party);
        let opened = office.open_record(&signed.actor, house.project, "job", None, job);
        assert!(opened.is_ok(), "{opened:?}");
    }
}
