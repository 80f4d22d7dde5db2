//! `/api/units/{unit}/published`

use crate::house::{Answer, House};
use app::Actor;
use domain::record::{By, Command};
use serde_json::{Value, json};

const LIST: &str = "/api/units/YS/published?kind=notice";

struct Street {
    house: House,
    /// Two who live here.
    own: String,
    other: String,
}

fn streets() -> impl Iterator<Item = Street> {
    House::each().map(|house| {
        let resident = |display| {
            let fields = [("display", display), ("relation", "owner")];
            format!(
                "party:{}",
                house.open("party", &fields, &[("home", house.home)])
            )
        };
        let (own, other) = (resident("王女士"), resident("李先生"));
        Street { house, own, other }
    })
}

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([shade, 90, 90]));
    image::codecs::jpeg::JpegEncoder::new(&mut bytes)
        .encode_image(&picture)
        .unwrap();
    bytes
}

fn id(login: &str) -> &str {
    login.trim_start_matches("party:")
}

fn at(record: &str, part: &str) -> String {
    format!("/api/units/YS/published/{record}{part}")
}

impl Street {
    fn file(&self, shade: u8) -> String {
        let path = "/api/units/YS/attachments?name=board.jpg";
        let sent = self
            .house
            .put("desk", path, "application/octet-stream", &picture(shade));
        sent.is(201)["digest"].as_str().unwrap().to_owned()
    }

    /// A notice as drafted: its id.
    fn draft(&self, title: &str) -> String {
        let body = json!({"kind": "notice", "data": {"title": title, "text": "3 月 10 日清洗水箱", "valid_until": "2026-03-20"}});
        let drafted = self
            .house
            .post("desk", "/api/units/YS/records", &body)
            .is(201);
        drafted["record"]["id"].as_str().unwrap().to_owned()
    }

    /// Consented to and posted with a photo.
    fn post(&self, notice: &str, photo: &str) {
        let id = notice.parse().unwrap();
        let give = |command: Command| {
            let taken = self
                .house
                .office
                .step(&Actor::system(), self.house.project, id, command);
            taken.unwrap_or_else(|error| panic!("{error}"));
        };
        self.step(notice, "ask", json!({})).is(200);
        give(Command::new("consent", By::System));
        let data = json!({"place": "board", "photos": [photo]});
        self.step(notice, "post", json!({"data": data})).is(200);
    }

    fn step(&self, record: &str, step: &str, body: Value) -> Answer {
        let path = format!("/api/units/YS/records/{record}/steps/{step}");
        self.house.post("desk", &path, &body)
    }

    fn confirm(&self, login: &str, notice: &str) -> Answer {
        self.house
            .ask("PUT", &at(notice, "/receipt"), login, &[], "")
    }
}

#[test]
fn a_resident_reads_what_is_posted_and_the_record_stays_closed_to_him() {
    for street in streets() {
        let (house, own) = (&street.house, &street.own);
        let notice = street.draft("关于水箱清洗的通知");
        assert_eq!(house.get(own, LIST).is(200)["published"], json!([]));
        assert_eq!(house.get(own, &at(&notice, "")).refused(404), "not-found");
        let photo = street.file(1);
        street.post(&notice, &photo);
        let hidden = street.file(2);
        street
            .step(&notice, "hear", json!({"data": {"feedback": "太晚了"}}))
            .is(200);

        let list = house.get(own, LIST).is(200);
        let [row] = list["published"].as_array().unwrap().as_slice() else {
            panic!("{list}");
        };
        assert_eq!(row["label"], "通知：关于水箱清洗的通知");
        let mut fields: Vec<&String> = row["data"].as_object().unwrap().keys().collect();
        fields.sort();
        assert_eq!(
            fields,
            ["photos", "purpose", "text", "title", "valid_until"]
        );
        let one = house.get(own, &at(&notice, "")).is(200);
        assert_eq!(&one, row);
        assert_eq!(one["since"], "2026-03-02T09:00:00.000000+08:00");
        assert!(one.get("read_at").is_none() && one["own"] == json!([]));

        // What the published field shows can be fetched, and nothing else that names it or hangs beside it.
        let fetch = |login: &str, digest: &str| {
            let path = format!("/api/units/YS/attachments/{digest}");
            house.get(login, &path).status.as_u16()
        };
        assert_eq!(fetch(own, &photo), 200);
        assert_eq!(fetch(own, &hidden), 404);
        let whole = format!("/api/units/YS/records/{notice}");
        for part in ["", "/journal", "/clocks"] {
            let path = format!("{whole}{part}");
            assert_eq!(house.get(own, &path).refused(404), "not-found", "{part}");
        }
        let found = house
            .get(own, "/api/units/YS/records?open=all&q=水箱清洗")
            .is(200);
        assert_eq!(found["records"], json!([]));
        let listed = house
            .get(own, "/api/units/YS/records?open=all&kind=notice")
            .is(200);
        assert_eq!(listed["records"], json!([]));

        // Taken down, it is gone, and its photo with it.
        let removed = json!({"data": {"removed_photo": [hidden]}});
        street.step(&notice, "remove", removed).is(200);
        assert_eq!(house.get(own, &at(&notice, "")).refused(404), "not-found");
        assert_eq!(house.get(own, LIST).is(200)["published"], json!([]));
        assert_eq!((fetch(own, &photo), fetch(own, &hidden)), (404, 404));
        // Who works here reads the record itself.
        assert_eq!(
            house.get("desk", &at(&notice, "")).refused(404),
            "not-found"
        );
        assert_eq!((fetch("desk", &photo), fetch("desk", &hidden)), (200, 200));
    }
}

#[test]
fn a_receipt_is_given_once_by_each_and_counted_at_the_desk() {
    for street in streets() {
        let (house, own, other) = (&street.house, &street.own, &street.other);
        let notice = street.draft("关于水箱清洗的通知");
        assert_eq!(street.confirm(own, &notice).refused(404), "not-found");
        street.post(&notice, &street.file(1));
        let first = street.confirm(own, &notice).is(200);
        assert_eq!(first["read_at"], "2026-03-02T09:00:00.000000+08:00");
        house.set("2026-03-03 10:00");
        assert_eq!(
            street.confirm(own, &notice).is(200),
            first,
            "once more is the same"
        );
        assert_eq!(house.get(own, LIST).is(200)["published"][0], first);
        let unread = house.get(other, &at(&notice, "")).is(200);
        assert!(unread.get("read_at").is_none(), "{unread}");

        let body = json!({"kind": "notice-receipt", "links": {"notice": notice, "party": id(own)}});
        let again = house.post(own, "/api/units/YS/records", &body);
        assert_eq!(again.refused(422), "condition-fails");
        let body =
            json!({"kind": "notice-receipt", "links": {"notice": notice, "party": id(other)}});
        let borrowed = house.post(own, "/api/units/YS/records", &body);
        assert_eq!(borrowed.status, 403, "{}", borrowed.text());

        let readers = at(&notice, "/readers");
        assert_eq!(
            house.get("desk", &readers).is(200),
            json!({"read": 1, "of": 2})
        );
        assert_eq!(house.get(own, &readers).refused(404), "not-found");
        let receipts = format!(
            "/api/units/YS/records?kind=notice-receipt&open=all&fields=party&notice={notice}"
        );
        let receipts = house.get("desk", &receipts).is(200);
        assert_eq!(receipts["records"][0]["links"]["party"]["id"], id(own));
        assert_eq!(street.confirm("desk", &notice).refused(404), "not-found");
    }
}

#[test]
fn what_a_customer_may_not_see_he_cannot_link_and_is_not_told_whether_it_is_there() {
    for street in streets() {
        let (house, own) = (&street.house, &street.own);
        let drafted = street.draft("关于水箱清洗的通知");
        let elsewhere = house.home_of("3-2-1203", "G1").to_string();
        let nothing = house.clock.record_id().to_string();
        let repair = house.repair("水管漏水")["record"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let open = |body: Value| house.post(own, "/api/units/YS/records", &body);
        let refusal = |body: Value| {
            let problem = open(body).is(422);
            (
                problem["code"].clone(),
                problem["detail"].clone(),
                problem["errors"].clone(),
            )
        };
        let receipt = |notice: &str| json!({"kind": "notice-receipt", "links": {"notice": notice, "party": id(own)}});
        let unknown = refusal(receipt(&nothing));
        assert_eq!(unknown.0, "link-wrong");
        for hidden in [&drafted, &repair] {
            assert_eq!(refusal(receipt(hidden)), unknown);
        }
        let order = |home: &str| {
            json!({"kind": "repair", "links": {"home": home, "reporter": id(own)},
                "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水", "phone": "13812345678", "contact": "王女士"}})
        };
        assert_eq!(refusal(order(&elsewhere)), refusal(order(&nothing)));
        open(order(&house.home.to_string())).is(201);
    }
}

#[test]
fn a_page_goes_on_where_the_one_before_ended() {
    for street in streets() {
        let (house, own) = (&street.house, &street.own);
        let photo = street.file(1);
        let notices: Vec<String> = ["甲", "乙", "丙"]
            .map(|about| {
                let notice = street.draft(&format!("关于{about}的通知"));
                street.post(&notice, &photo);
                notice
            })
            .into();
        let ids = |page: &Value| -> Vec<String> {
            let rows = page["published"].as_array().unwrap().iter();
            rows.map(|row| row["id"].as_str().unwrap().to_owned())
                .collect()
        };
        let first = house.get(own, &format!("{LIST}&limit=2")).is(200);
        assert_eq!(ids(&first), [notices[2].clone(), notices[1].clone()]);
        let next = first["next"].as_str().unwrap();
        let last = house
            .get(own, &format!("{LIST}&limit=2&cursor={next}"))
            .is(200);
        assert_eq!(ids(&last), [notices[0].clone()]);
        assert!(last.get("next").is_none());
        let plain = house.get(own, "/api/units/YS/published?kind=repair");
        assert_eq!(plain.refused(400), "kind-not-published");
    }
}

#[test]
fn an_answer_of_ones_own_stands_with_what_it_answers_and_with_nobody_elses() {
    for street in streets() {
        let (house, own, other) = (&street.house, &street.own, &street.other);
        let body =
            json!({"kind": "activity", "data": {"title": "邻里长桌宴", "held_on": "2026-03-28"}});
        let planned = house.post("desk", "/api/units/YS/records", &body).is(201);
        let activity = planned["record"]["id"].as_str().unwrap();
        let submit = json!({"data": {"scheme": "分工与流程"}});
        let path = format!("/api/units/YS/records/{activity}/steps/submit");
        house.post("steward", &path, &submit).is(200);
        let approve = Command::new("approve", By::System);
        let id_ = activity.parse().unwrap();
        house
            .office
            .step(&Actor::system(), house.project, id_, approve)
            .unwrap();
        let announce = json!({"data": {"announcement": [street.file(1)], "enrol_until": "2026-03-20", "places": 3}});
        street.step(activity, "announce", announce).is(200);

        let enrol = |login: &str, people: i64| {
            let body = json!({"kind": "enrolment", "data": {"people": people}, "links": {"activity": activity, "party": id(login)}});
            house.post(login, "/api/units/YS/records", &body)
        };
        let enrolment = enrol(own, 2).is(201);
        assert_eq!(
            enrol(other, 2).refused(422),
            "condition-fails",
            "one place is left"
        );
        let mine = house.get(own, &at(activity, "")).is(200);
        assert_eq!(mine["own"][0]["kind"], "enrolment");
        assert_eq!(
            (&mine["own"][0]["closed"], &mine["data"]["enrolled"]),
            (&json!(false), &json!(2))
        );
        let theirs = house.get(other, &at(activity, "")).is(200);
        assert_eq!(
            (&theirs["own"], &theirs["data"]["enrolled"]),
            (&json!([]), &json!(2))
        );
        house.step(own, &enrolment, "withdraw", &json!({})).is(200);
        let mine = house.get(own, &at(activity, "")).is(200);
        assert_eq!(
            (&mine["own"][0]["closed"], &mine["data"]["enrolled"]),
            (&json!(true), &json!(0))
        );
        // Who has read it is not asked of an activity.
        assert_eq!(street.confirm(own, activity).refused(404), "not-found");

        // What answers to something else is not among what a customer begins with.
        let kinds = house.get(own, "/api/kinds").is(200);
        let row = |name: &str| {
            let mut rows = kinds["kinds"].as_array().unwrap().iter();
            rows.find(|row| row["kind"] == name).unwrap().clone()
        };
        assert_eq!(
            (&row("repair")["customers"], &row("enrolment")["customers"]),
            (&json!(true), &json!(false))
        );
        let answers =
            |kind: &str| house.get(own, &format!("/api/kinds/{kind}")).is(200)["published"].clone();
        assert_eq!(answers("activity")["answers"], json!(["enrolment"]));
        assert_eq!(
            (&answers("notice")["receipt"], &answers("notice")["answers"]),
            (&json!("notice-receipt"), &json!([]))
        );
    }
}
