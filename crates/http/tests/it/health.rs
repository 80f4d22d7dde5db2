//! `/healthz`, `/readyz`

use crate::house::House;

#[test]
fn whoever_asks_hears_that_the_server_lives() {
    let house = House::new();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(house.send("GET", path, &[], "").status, 200, "{path}");
    }
}
