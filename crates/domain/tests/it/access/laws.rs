//! A list shows what may be seen, and nothing else: scope ⇔ allow.

use super::{assign, give_to_team, hold, member, posting, record, record_id, shipped, team};
use domain::access::{Action, Actor, On, Scope, Standing, Target, Token, allow};
use domain::holder::Holder;
use domain::name::Name;
use domain::pack::model::Pack;
use domain::roster::Posting;
use proptest::prelude::*;
use std::sync::OnceLock;

fn pack() -> &'static Pack {
    static PACK: OnceLock<Pack> = OnceLock::new();
    PACK.get_or_init(|| shipped("residential-cn"))
}

/// Indices are taken modulo what there is.
#[derive(Clone, Debug)]
struct Case {
    postings: Vec<(usize, usize, usize)>,
    kind: usize,
    creator: u128,
    assignee: u128,
    in_team: usize,
    holder: usize,
    grid: usize,
    about: u128,
    token: usize,
    party: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let postings = proptest::collection::vec((0..40_usize, 0..3_usize, 0..3_usize), 0..3);
    (
        (postings, 0..40_usize, 1..3_u128, 1..3_u128, 0..3_usize),
        (
            0..5_usize,
            0..3_usize,
            1..3_u128,
            0..4_usize,
            proptest::bool::weighted(0.2),
        ),
    )
        .prop_map(
            |(
                (postings, kind, creator, assignee, in_team),
                (holder, grid, about, token, party),
            )| Case {
                postings,
                kind,
                creator,
                assignee,
                in_team,
                holder,
                grid,
                about,
                token,
                party,
            },
        )
}

const GRIDS: [Option<&str>; 3] = [None, Some("G1"), Some("G2")];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_scope_holds_exactly_what_the_policy_lets_one_see(case in case()) {
        let pack = pack();
        let posts: Vec<&Name> = pack.posts.keys().collect();
        let kinds: Vec<_> = pack.kinds.values().collect();
        let postings: Vec<Posting> = case
            .postings
            .iter()
            .map(|(post, grid, of_team)| {
                let of_team = [None, Some(team(1)), Some(team(2))][*of_team];
                posting(posts[post % posts.len()].as_str(), GRIDS[*grid], of_team)
            })
            .collect();
        let standing = Standing::of(postings.iter().collect());
        let kind = kinds[case.kind % kinds.len()];
        let mut record = record(kind);
        record.doc.creator = Some(member(case.creator));
        assign(&mut record, kind, member(case.assignee));
        if case.in_team > 0 {
            give_to_team(&mut record, kind, team(case.in_team as u128));
        }
        match case.holder {
            1 => hold(&mut record, Holder::Member(member(1))),
            2 => hold(&mut record, Holder::Team(team(1))),
            3 => hold(&mut record, Holder::Unit),
            4 => hold(&mut record, Holder::Pool { post: "steward".into() }),
            _ => {}
        }
        for link in kind.links.keys() {
            let to = if *link == "member" { member(case.about).into() } else { record_id(case.about) };
            record.doc.links.insert(link.clone(), to);
        }
        if case.about == 1 && kind.name == *"member" {
            record.id = member(1).into();
        }
        let token: Option<Token> = [None, Some("see"), Some("see:repair do:visit"), Some("run:exports")][case.token]
            .map(|text| text.parse().expect("scopes"));
        let actor = if case.party {
            Actor::Party { id: record_id(1) }
        } else {
            Actor::Member { id: member(1), standing: &standing, token: token.as_ref() }
        };
        let on = On::record(kind, &record, GRIDS[case.grid]);
        let allowed = allow(pack, actor, Action::See, Target::Record(on)).is_ok();
        prop_assert_eq!(Scope::of(pack, actor).holds(on, &standing), allowed);
        // Whoever may take a step on a record may see it.
        for step in kind.steps.values() {
            if allow(pack, actor, Action::Take(step), Target::Record(on)).is_ok() {
                prop_assert!(allowed || case.token > 0, "{}", step.name);
            }
        }
    }
}
