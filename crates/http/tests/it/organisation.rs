//! `/api/organisation`

use crate::house::House;

const SHEET: &str = "所属单位,房号,楼栋\nYS,9-1-901,9\nNO,9-1-902,9\n";

#[test]
fn a_sheet_is_looked_at_taken_in_and_written_out_by_whoever_may_import() {
    let house = House::new();
    let send = |who: &str, to: &str, name: &str, bytes: &[u8]| {
        let path = format!("/api/organisation/{to}?name={name}");
        house.put(who, &path, "application/octet-stream", bytes)
    };
    let look = |who: &str| send(who, "preview", "home.csv", SHEET.as_bytes());
    // The front desk keeps no registers.
    assert_eq!(look("desk").refused(403), "privilege-missing");
    let looked = look("").is(200);
    let total = |body: &serde_json::Value| {
        ["rows", "added", "changed", "already", "refused"]
            .map(|what| body["total"][what].as_u64().unwrap())
    };
    assert_eq!(total(&looked), [2, 1, 0, 0, 1]);
    let refusal = &looked["refusals"][0];
    assert_eq!(
        (&refusal["line"], &refusal["column"], &refusal["code"]),
        (&3.into(), &"所属单位".into(), &"unit-unknown".into())
    );
    assert_eq!(
        total(&look("").is(200)),
        [2, 1, 0, 0, 1],
        "nothing was written"
    );
    let import = || send("", "import", "home.csv", SHEET.as_bytes()).is(200);
    assert_eq!(total(&import()), [2, 1, 0, 0, 1]);
    assert_eq!(total(&import()), [2, 0, 0, 1, 1]);

    let book = house.get("", "/api/organisation?unit=YS");
    assert_eq!(book.status, 200);
    let again = send("", "import", "whole.xlsx", &book.bytes).is(200);
    assert_eq!(again["refusals"], serde_json::json!([]));
    let [rows, added, changed, already, _] = total(&again);
    assert!(rows > 1);
    assert_eq!((added, changed, already), (0, 0, rows));

    let empty = house.get("", "/api/organisation/template");
    assert_eq!(
        total(&send("", "preview", "", &empty.bytes).is(200)),
        [0; 5]
    );
    assert_eq!(
        house.get("desk", "/api/organisation/template").refused(403),
        "privilege-missing"
    );
    let wrong = send("", "preview", "home.csv", "所属单位,房号,星座\n".as_bytes());
    assert_eq!(wrong.json()["code"], "column-unknown", "{}", wrong.text());
    assert!(wrong.status.is_client_error());
}
