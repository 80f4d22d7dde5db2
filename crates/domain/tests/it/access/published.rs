//! What customers are shown of records that do not name them, and what of that they may link.

use super::{record, record_id, shipped};
use domain::access::{Action, Actor, Denied, On, Scope, Standing, Target, allow};
use domain::name::Name;
use domain::pack::model::Pack;
use domain::published::{shown, shown_since};
use domain::record::Record;
use domain::time::Instant;
use std::collections::BTreeMap;

fn customer(pack: &Pack, record: &Record, action: Action<'_>) -> Result<(), Denied> {
    let actor = Actor::Party { id: record_id(1) };
    let on = On::record(&pack.kinds[&record.kind], record, None);
    allow(pack, actor, action, Target::Record(on)).map(|_| ())
}

#[test]
fn what_is_published_is_shown_and_nothing_else_and_the_record_stays_unseen() {
    let pack = shipped("residential-cn");
    let mut notice = record(&pack.kinds["notice"]);
    let (photos, feedback) = (Name::from("photos"), Name::from("feedback"));
    let all = Action::SeePublished(None);
    for (state, expected) in [
        ("drafted", Err(Denied::Unseen)),
        ("approved", Err(Denied::Unseen)),
        ("posted", Ok(())),
        ("removed", Err(Denied::Unseen)),
    ] {
        notice.state = state.into();
        assert_eq!(customer(&pack, &notice, all), expected, "{state}");
        let photos = Action::SeePublished(Some(&photos));
        assert_eq!(customer(&pack, &notice, photos), expected, "{state}");
        let feedback = Action::SeePublished(Some(&feedback));
        assert_eq!(customer(&pack, &notice, feedback), Err(Denied::Unseen));
        assert_eq!(customer(&pack, &notice, Action::See), Err(Denied::Unseen));
        let reveal = Action::Reveal { seen_by: &[] };
        assert_eq!(customer(&pack, &notice, reveal), Err(Denied::Unseen));
    }
    notice.state = "posted".into();
    notice.doc.void = true;
    assert_eq!(customer(&pack, &notice, all), Err(Denied::Unseen), "void");
}

#[test]
fn a_list_of_what_is_published_holds_what_may_be_shown_of_every_kind_in_every_state() {
    let pack = shipped("residential-cn");
    let standing = Standing::default();
    let member = Actor::Member {
        id: super::member(1),
        standing: &standing,
        token: None,
    };
    let mut published = 0;
    for kind in pack.kinds.values() {
        let mut record = record(kind);
        for state in &kind.states {
            record.state = state.name.clone();
            let on = On::record(kind, &record, None);
            for actor in [Actor::Party { id: record_id(1) }, Actor::System, member] {
                let action = Action::SeePublished(None);
                let allowed = allow(&pack, actor, action, Target::Record(on)).is_ok();
                let held = Scope::of_published(&pack, actor).holds(on, &standing);
                assert_eq!(held, allowed, "{} {}", kind.name, state.name);
                published += usize::from(allowed);
            }
        }
    }
    assert!(published > 0);
}

#[test]
fn a_customer_links_himself_his_own_place_and_what_is_published_and_nothing_else() {
    let pack = shipped("residential-cn");
    let mut notice = record(&pack.kinds["notice"]);
    let own = BTreeMap::from([(Name::from("home"), record_id(7))]);
    let link = Action::LinkTo { own: &own };
    assert_eq!(customer(&pack, &notice, link), Err(Denied::Unseen));
    notice.state = "posted".into();
    assert_eq!(customer(&pack, &notice, link), Ok(()));
    let mut place = record(&pack.kinds["home"]);
    assert_eq!(customer(&pack, &place, link), Err(Denied::Unseen));
    place.id = record_id(7);
    assert_eq!(customer(&pack, &place, link), Ok(()));
    let mut party = record(&pack.kinds["party"]);
    assert_eq!(
        customer(&pack, &party, link),
        Err(Denied::Unseen),
        "a neighbour"
    );
    party.id = record_id(1);
    assert_eq!(customer(&pack, &party, link), Ok(()));
}

#[test]
fn a_projection_holds_the_named_fields_and_when_it_was_last_published() {
    let pack = shipped("residential-cn");
    let kind = &pack.kinds["notice"];
    let mut notice = record(kind);
    notice.state = "expired".into();
    for (field, value) in [("title", "关于水箱清洗的通知"), ("feedback", "太晚了")] {
        notice.doc.data.insert(field.into(), value.into());
    }
    let names: Vec<String> = shown(kind, &notice).keys().map(Name::to_string).collect();
    assert_eq!(names, ["title"]);
    assert_eq!(shown_since(kind, &notice), notice.opened_at);
    for (step, at) in [("ask", 1), ("post", 2), ("expire", 3)] {
        notice
            .doc
            .times
            .insert(step.into(), Instant::from_micros(at));
    }
    assert_eq!(shown_since(kind, &notice), Instant::from_micros(2));
}
