//! `/api/units/{unit}/events`

use crate::house::House;
use app::Error;

#[test]
fn what_changes_is_told_in_order_and_heard_again_after_a_pause() {
    let house = House::new();
    let office = &house.office;
    house.repair("没有人在听");
    office.listen();
    let one = house.repair("厨房漏水");
    office.tell().unwrap();
    let two = house.repair("阳台漏水");
    house.repair("走廊灯");
    office.tell().unwrap();
    let told = office.told_after(house.project, 0).unwrap().unwrap();
    let ids: Vec<Vec<String>> = told
        .iter()
        .map(|told| told.records.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(ids[0], [one["record"]["id"].as_str().unwrap()]);
    assert_eq!(ids[1].len(), 2);
    assert!(ids[1].contains(&two["record"]["id"].as_str().unwrap().to_owned()));
    // Nothing has changed since: nothing is written, and who comes back hears only what he missed.
    assert!(office.tell().unwrap().is_empty());
    let missed = office
        .told_after(house.project, told[0].seq)
        .unwrap()
        .unwrap();
    assert_eq!(missed, told[1..]);
    assert!(office.told_after(house.project, 99).unwrap().is_none());
}

#[test]
fn a_step_that_is_refused_tells_nothing() {
    let house = House::new();
    house.office.listen();
    let refused = house.office.open_record(
        &app::Actor::system(),
        house.project,
        "repair",
        None,
        domain::record::Command::new("open", domain::record::By::System),
    );
    assert!(matches!(refused, Err(Error::Refused(_)) | Ok(_)));
    let written = u64::from(refused.is_ok());
    assert_eq!(house.office.tell().unwrap().len() as u64, written);
}

#[test]
fn a_listener_hears_the_changed_records_as_lists_show_them() {
    let house = House::new();
    let office = house.office.clone();
    office.listen();
    house.repair("厨房漏水");
    office.tell().unwrap();
    let text = house.first_events("/api/units/YS/events", "0", 2);
    assert!(text.contains("id: 1\nevent: records\n"), "{text}");
    assert!(text.contains("维修工单：厨房漏水"), "{text}");
    let lost = house.first_events("/api/units/YS/events", "77", 2);
    assert!(lost.contains("event: reset\n"), "{lost}");
}

#[test]
fn whoever_is_signed_out_hears_no_more() {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let house = House::new();
    let token = house.token("manager");
    let request = axum::http::Request::get("/api/units/YS/events")
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = house.router.clone().oneshot(request).await.unwrap();
        let mut body = answer.into_body();
        let first = body.frame().await.unwrap().unwrap();
        assert!(first.data_ref().unwrap().starts_with(b": here"));
        let (_, seat) = house.office.actor_of(&token).unwrap().unwrap();
        assert!(house.office.end_session(seat, seat.session).unwrap());
        let ended = tokio::time::timeout(std::time::Duration::from_secs(20), body.frame());
        assert!(ended.await.unwrap().is_none());
    });
}
