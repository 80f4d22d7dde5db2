//! `GET /api/units/{unit}/records?q=`

use crate::house::House;
use serde_json::json;

#[test]
fn records_are_found_as_people_speak_of_them() {
    let house = House::new();
    let party = house.open(
        "party",
        &[
            ("display", "王女士"),
            ("relation", "owner"),
            ("full_name", "王若溪"),
            ("phone", "13987654321"),
        ],
        &[("home", house.home)],
    );
    let opened = house.repair("厨房水管漏水，滴到楼下");
    house.repair("客厅灯不亮");
    let found = |q: &str| -> Vec<String> {
        let q: String = q.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page = house
            .get("desk", &format!("/api/units/YS/records?q={q}&open=all"))
            .is(200);
        page["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let id = opened["record"]["id"].as_str().unwrap().to_owned();
    // A part of what was said, in the middle of a word.
    assert_eq!(found("管漏"), [id.as_str()]);
    assert_eq!(found("漏水 楼下"), [id.as_str()]);
    assert!(found("漏水 电梯").is_empty());
    // The room, in full-width signs too: the home itself and what hangs on it.
    for room in ["3-2-1202", "３－２－１２０２"] {
        let all = found(room);
        assert!(
            all.contains(&house.home.to_string()) && all.contains(&id),
            "{room}: {all:?}"
        );
    }
    // Places and what hangs on them come in one order, page by page.
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/units/YS/records?q=3-2-1202&open=all&limit=1{after}");
        let page = house.get("desk", &path).is(200);
        let records = page["records"].as_array().unwrap();
        paged.extend(
            records
                .iter()
                .map(|it| it["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, found("3-2-1202"));
    assert!(paged.len() > 2, "{paged:?}");
    // The end of a telephone number, and all of it; a private name whole or by two of its characters.
    for q in ["4321", "13987654321", "王若溪", "若溪", "王女士"] {
        assert_eq!(found(q), [party.to_string()], "{q}");
    }
    assert!(found("5678").contains(&id));
    // A number of a record, and its end.
    let number = opened["record"]["number"].as_str().unwrap();
    assert_eq!(found(number), [id.as_str()]);
    assert_eq!(found("%").len(), 0);
}

#[test]
fn nothing_private_stands_in_the_index() {
    let house = House::new();
    let opened = house.repair("漏水");
    let id = opened["record"]["id"].as_str().unwrap().parse().unwrap();
    let text = house
        .office
        .read(|tx| store::search::text(tx, house.project, false, id))
        .unwrap()
        .unwrap();
    assert!(text.contains("漏水"), "{text}");
    for private in ["1381", "5678", "王"] {
        assert!(!text.contains(private), "{text}");
    }
}

#[test]
fn a_correction_moves_what_is_found() {
    let house = House::new();
    let opened = house.repair("厨房漏水");
    let id = opened["record"]["id"].as_str().unwrap();
    let body = json!({"seq": 1, "field": "fault", "value": "阳台渗水", "reason": "听错了"});
    house
        .post(
            "desk",
            &format!("/api/units/YS/records/{id}/corrections"),
            &body,
        )
        .is(200);
    let count = |q: &str| {
        let page = house
            .get("desk", &format!("/api/units/YS/records?kind=repair&q={q}"))
            .is(200);
        page["records"].as_array().unwrap().len()
    };
    // 厨房, 渗水
    assert_eq!(count("%E5%8E%A8%E6%88%BF"), 0);
    assert_eq!(count("%E6%B8%97%E6%B0%B4"), 1);
}
