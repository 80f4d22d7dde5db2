//! A walk through a month of one household over HTTP, on both databases: a fault that the owner reports by the code on the wall, an order
//! that is sent too late, a complaint that is solved too late; and the scorecards that follow, to the hundredth.

use crate::attachments::photo;
use crate::house::House;
use domain::id::RecordId;
use serde_json::{Value, json};

#[test]
fn a_month_of_service_gives_the_scorecard_that_paper_would() {
    for house in House::each() {
        walk(&house);
    }
}

/// The points of a clause, of one member's live card.
fn points(house: &House, member: &str, clause: &str) -> (String, Value) {
    let path =
        format!("/api/units/YS/scorecards?standard=scorecard-100&period=2026-03&member={member}");
    let cards = house.get("manager", &path).is(200);
    let card = &cards["cards"][0];
    let found = card["clauses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["clause"] == clause)
        .unwrap();
    let id = card["id"].as_str().unwrap();
    let evidence = house
        .get(
            "manager",
            &format!("/api/units/YS/scorecards/{id}/clauses/{clause}/evidence"),
        )
        .is(200);
    assert_eq!(evidence["clause"]["points"], found["points"]);
    (
        found["points"].as_str().unwrap().to_owned(),
        evidence["items"].clone(),
    )
}

/// What a member's card lost, and what it still may.
fn losses(house: &House, member: &str) -> Value {
    let path =
        format!("/api/units/YS/scorecards?standard=scorecard-100&period=2026-03&member={member}");
    let cards = house.get("manager", &path).is(200);
    let id = cards["cards"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/units/YS/scorecards/{id}/losses");
    house.get("manager", &path).is(200)
}

fn of_duty<'a>(all: &'a Value, judged: &str) -> &'a Value {
    let mut all = all.as_array().unwrap().iter();
    all.find(|it| it["item"]["judged"] == judged).unwrap()
}

fn walk(house: &House) {
    let fields = [
        ("display", "王女士"),
        ("relation", "owner"),
        ("full_name", "王若溪"),
        ("phone", "13987654321"),
    ];
    let owner = house.open("party", &fields, &[("home", house.home)]);
    let as_owner = format!("party:{owner}");
    let (engineer, signature) = (house.member("engineer"), signature(house));

    // The owner reports by the code on the wall; the desk sends it within five minutes.
    let report = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "厨房水管漏水", "channel": "code"},
        "links": {"home": house.home, "reporter": owner}});
    let first = house
        .post(&as_owner, "/api/units/YS/records", &report)
        .is(201);
    house.set("2026-03-02 09:04");
    let duties = house.get("desk", "/api/duties?unit=YS&member=desk").is(200);
    assert_eq!(duties["duties"][0]["to_do"]["duty"], "send");
    house.step("desk", &first, "send", &json!({})).is(200);
    done_by_engineer(house, &first, &engineer, "2026-03-02 09:10", true);

    // The steward asks the next day; the owner is not satisfied, so it is done again, asked again, signed and filed.
    house.set("2026-03-03 10:00");
    let no = json!({"data": {"way": "phone", "satisfied": false, "opinion": "还在滴水"}});
    house.step("steward", &first, "follow-up", &no).is(200);
    assert_eq!(
        house
            .step("steward", &first, "archive", &json!({}))
            .refused(422),
        "condition-fails"
    );
    house.set("2026-03-03 10:30");
    let again = json!({"data": {"rework_reason": "接头仍漏"}});
    house.step("steward", &first, "rework", &again).is(200);
    done_by_engineer(house, &first, &engineer, "2026-03-03 14:00", false);
    house.set("2026-03-04 16:00");
    let yes =
        json!({"data": {"way": "home-visit", "satisfied": true, "visit_signature": signature}});
    house.step("steward", &first, "follow-up", &yes).is(200);
    let filed = house
        .step(
            "steward",
            &first,
            "archive",
            &json!({"data": {"file_no": "D-1"}}),
        )
        .is(200);
    assert_eq!(filed["record"]["state"], "archived");

    // A second order is sent a minute too late, and followed up a day too late.
    house.set("2026-03-05 10:00");
    let second = house.repair("客厅灯不亮");
    // S8.1: one of one was sent in time; of two it would be half of the two points.
    let pending = losses(house, "desk")["pending"].clone();
    let send = of_duty(&pending, "repair/send");
    assert_eq!(
        (&send["clause"], &send["item"]["worth"]),
        (&json!("A2"), &json!("1.00"))
    );
    assert_eq!(send["item"]["record"], second["record"]["id"]);
    house.set("2026-03-05 10:06");
    house.step("desk", &second, "send", &json!({})).is(200);
    done_by_engineer(house, &second, &engineer, "2026-03-05 10:10", false);
    house.set("2026-03-09 09:00");
    let yes = json!({"data": {"way": "phone", "satisfied": true}});
    house.step("steward", &second, "follow-up", &yes).is(200);

    complaint(house, owner, &signature);
    owner_file(house, owner);

    house.set("2026-03-31 20:00");
    // A2: 1 of 2 sent in time; 2 × 1/2.
    let (sent, items) = points(house, "desk", "A2");
    assert_eq!(sent, "1.00");
    let late: Vec<&Value> = items
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["verdict"] == "late")
        .collect();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0]["number"], second["record"]["number"]);
    let lost = losses(house, "desk")["lost"].clone();
    let send = of_duty(&lost, "repair/send");
    assert_eq!(
        (&send["item"]["costs"], &send["item"]["occurrence"]),
        (&json!("1.00"), &json!(1))
    );
    // A3: followed up in time twice, late once; 4 × 2/3 = 2.666… → 2.67 (S7.1, S7.11).
    assert_eq!(points(house, "steward", "A3").0, "2.67");
    // A4: rework arranged within the day.
    assert_eq!(points(house, "steward", "A4").0, "2.00");
    // E2: the complaint solved a day late, followed up and closed in time; 4 − 0.5 (S7.4).
    assert_eq!(points(house, "steward", "E2").0, "3.50");
    let report = house.post("", "/api/verify", &json!({})).is(200);
    assert_eq!(report["ok"], true, "{report}");
    erased(house, owner);
}

/// A file is secret: asked for, granted by the manager, entered by the archivist, read for four hours, each view on record; then closed again.
fn owner_file(house: &House, owner: RecordId) {
    house.set("2026-03-16 09:00");
    let body = json!({"kind": "owner-file", "data": {"family": "三口之家", "id_number": "110101199001011234"},
        "links": {"home": house.home, "party": owner}});
    let file = house
        .post("archivist", "/api/units/YS/records", &body)
        .is(201);
    assert_eq!(file["record"]["data"]["family"], "****");
    let file = file["record"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/units/YS/records/{file}");
    let look = |login: &str| {
        let body = json!({"fields": ["family"], "why": "核对收楼日期"});
        house.post(login, &format!("{path}/reveal"), &body)
    };
    assert_eq!(look("steward").refused(422), "grant-missing");
    let ask = json!({"kind": "file-access", "data": {"purpose": "核对收楼日期"}, "links": {"file": file}});
    let asked = house.post("steward", "/api/units/YS/records", &ask).is(201);
    assert_eq!(look("steward").refused(422), "grant-missing");
    let access = asked["record"]["id"].as_str().unwrap();
    let answer = |login: &str| {
        house.post(
            login,
            &format!("/api/units/YS/records/{access}/approvals/access"),
            &json!({"answer": "approve"}),
        )
    };
    assert_eq!(answer("steward").refused(403), "conflict-of-interest");
    let granted = answer("manager").is(200);
    assert_eq!(granted["record"]["state"], "granted");
    let note = json!({"data": {"register_note": "第 1 号"}});
    house.step("archivist", &asked, "register", &note).is(200);

    house.set("2026-03-16 12:59");
    assert_eq!(look("steward").is(200)["values"]["family"], "三口之家");
    // The grant is his alone, and he sees nothing of it anywhere else.
    assert_eq!(look("manager").refused(422), "grant-missing");
    let seen = house.get("steward", &path).is(200);
    assert_eq!(seen["record"]["data"]["family"], "****");
    let listed = "/api/units/YS/records?kind=owner-file&open=all&fields=family,legal";
    let listed = house.get("steward", listed).is(200);
    assert_eq!(
        listed["records"][0]["data"],
        json!({"family": "****", "legal": "person"})
    );
    house.set("2026-03-16 13:01");
    assert_eq!(look("steward").refused(422), "grant-missing");
    let views = house.get("", &format!("{path}/views")).is(200);
    let views = views["views"].as_array().unwrap();
    assert_eq!(views.len(), 1);
    assert_eq!(views[0]["by"]["login"], "steward");
    assert_eq!(views[0]["grant"], access);
    assert_eq!(views[0]["why"], "核对收楼日期");
}

/// The owner asks what is kept of him, and then to be forgotten: nobody reads or finds it any more, and everything still adds up.
fn erased(house: &House, owner: RecordId) {
    let person = format!("/api/units/YS/persons/{owner}");
    let kept = house
        .post("manager", &format!("{person}/export"), &json!({}))
        .is(200);
    let kept = kept["records"].as_array().unwrap();
    assert_eq!(kept[0]["data"]["full_name"], "王若溪");
    let of = |kind: &str| kept.iter().find(|record| record["kind"] == kind).unwrap();
    assert_eq!(of("owner-file")["data"]["family"], "三口之家");
    assert_eq!(of("owner-file")["views"].as_array().unwrap().len(), 1);

    let ends = "/api/units/YS/records?kind=party&open=all&q=4321";
    assert_eq!(
        house.get("desk", ends).is(200)["records"][0]["id"],
        owner.to_string()
    );
    let body = json!({"basis": "consent-withdrawn", "reason": "本人书面请求"});
    let erase = |login: &str| house.post(login, &format!("{person}/erase"), &body);
    assert_eq!(erase("desk").refused(404), "not-found");
    let asked = erase("manager").is(201);
    let waiting = "/api/units/YS/erasures";
    assert_eq!(house.get("desk", waiting).is(200)["requests"], json!([]));
    assert_eq!(
        house.get("manager", waiting).is(200)["requests"],
        json!([asked])
    );
    let answer = |login: &str, word: &str| {
        let id = asked["id"].as_str().unwrap();
        house.post(login, &format!("{waiting}/{id}/{word}"), &json!({}))
    };
    assert_eq!(answer("desk", "consent").refused(404), "not-found");
    assert_eq!(
        answer("manager", "consent").refused(422),
        "second-person-own"
    );
    let done = house.agree(&asked);
    assert!(done.keys >= 2, "{done:?}");
    assert_eq!(answer("manager", "refuse").refused(404), "not-found");
    assert_eq!(house.get("desk", ends).is(200)["records"], json!([]));
    let seen = house
        .get("desk", &format!("/api/units/YS/records/{owner}"))
        .is(200);
    assert_eq!(seen["record"]["data"]["phone"], "（已删除 erased）");
    assert_eq!(seen["record"]["data"]["display"], "王女士");
    let report = house.post("", "/api/verify", &json!({})).is(200);
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(points(house, "steward", "A3").0, "2.67");
}

/// Accepted, arrived, begun and completed, the first time with a photo.
fn done_by_engineer(house: &House, order: &Value, engineer: &str, from: &str, with_photo: bool) {
    house.set(from);
    let accept = json!({"data": {"engineer": engineer}});
    for (step, body) in [
        ("accept", &accept),
        ("arrive", &json!({})),
        ("start", &json!({})),
    ] {
        house.step("engineer", order, step, body).is(200);
    }
    let mut data = json!({"result": "done", "work_done": "更换接头"});
    if with_photo {
        let path = "/api/units/YS/attachments?name=done.jpg";
        let kept = house.put("engineer", path, "image/jpeg", &photo()).is(201);
        data["photos"] = json!([kept["digest"]]);
    }
    house
        .step("engineer", order, "complete", &json!({"data": data}))
        .is(200);
}

fn signature(house: &House) -> String {
    let path = "/api/units/YS/attachments?name=signature.txt";
    let kept = house
        .put("steward", path, "text/plain", b"strokes of a signature")
        .is(201);
    kept["digest"].as_str().unwrap().to_owned()
}

fn complaint(house: &House, owner: RecordId, signature: &str) {
    house.set("2026-03-10 09:00");
    let body = json!({"kind": "complaint", "data": {"happened_at": "2026-03-09", "place": "3栋2单元", "against": "保洁", "course": "楼道未清扫",
        "demand": "及时清扫", "contact": "王女士", "phone": "13987654321", "subject": "cleaning"}, "links": {"home": house.home, "complainant": owner}});
    let case = house.post("desk", "/api/units/YS/records", &body).is(201);
    house.set("2026-03-10 11:00");
    let answer = json!({"data": {"answer": "今天安排清扫", "answer_way": "phone"}});
    house.step("desk", &case, "answer", &answer).is(200);
    house.set("2026-03-13 10:00");
    let solved =
        json!({"data": {"measures": "补扫并加查一次", "result": "已清扫", "cause": "management"}});
    house.step("steward", &case, "solve", &solved).is(200);
    house.set("2026-03-14 10:00");
    let yes = json!({"data": {"way": "phone", "satisfied": true}});
    house.step("steward", &case, "follow-up", &yes).is(200);
    let close = json!({"data": {"signature": signature}});
    let closed = house.step("steward", &case, "close", &close).is(200);
    assert_eq!(closed["record"]["state"], "closed");
}
