//! The entries of the fuzz targets still hold: each is fed a fixed corpus, and what a fixed seed makes of it. Hours of it are cargo-fuzz's.

use crate::attachments::photo;
use crate::house::House;
use axum::body::Body;

#[expect(
    unreachable_pub,
    reason = "the targets, a crate of their own, use them too"
)]
#[path = "../../../../fuzz/src/entries.rs"]
mod entries;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    /// A seed of the corpus with something wrong in it: bytes turned, cut, doubled, of another seed, or what readers trip over.
    fn spoilt(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        const ODD: [&[u8]; 8] = [
            b"\0",
            b"\xff\xfe",
            b"99999999999999999999",
            b"-0",
            b"\"",
            b"\r\n",
            b"{{[[",
            "\u{202e}漏".as_bytes(),
        ];
        let mut made = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(3) {
            let at = self.below(made.len());
            let end = at + self.below((made.len() - at).min(24) + 1);
            match self.below(5) {
                0 => {
                    if let Some(byte) = made.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
                1 => made.truncate(at.max(1)),
                2 => {
                    let part = made[at..end].to_vec();
                    made.splice(at..at, part);
                }
                3 => {
                    let odd = ODD[self.below(ODD.len())];
                    made.splice(at..end, odd.iter().copied());
                }
                _ => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len());
                    made.splice(at.., other[from..].iter().copied());
                }
            }
        }
        made
    }
}

fn bytes(corpus: &[&str]) -> Vec<Vec<u8>> {
    corpus.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Every seed as it is, then so many spoilt ones; of how many the entry made something.
fn fed(corpus: &[Vec<u8>], spoilt: usize, mut entry: impl FnMut(&[u8]) -> bool) -> usize {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let seeds = corpus.iter().filter(|seed| entry(seed)).count();
    assert_eq!(seeds, corpus.len(), "every seed is good as it is");
    (0..spoilt).filter(|_| entry(&dice.spoilt(corpus))).count()
}

#[test]
fn conditions_maps_and_tables_are_read_or_refused_whatever_they_hold() {
    let conditions = bytes(&[
        "count > 3 && flag",
        "urgency == 'urgent' || text != ''",
        "!(count in [1, 2, 3])",
        "flag ? count < 9 : text == '漏水'",
    ]);
    let as_text = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
    let good = fed(&conditions, 2_000, |data| {
        entries::expression(&as_text(data))
    });
    assert!((1..2_000).contains(&good), "{good}");
    let maps = bytes(&[include_str!("../../../../examples/uci-incidents/map.yaml")]);
    let good = fed(&maps, 300, |data| entries::map(&as_text(data)));
    assert!((1..300).contains(&good), "{good}");
    let tables = vec![
        "编号,内容,时间\r\n1,\"漏水, 厨房\",2026-03-01\r\n2,灯不亮,\r\n"
            .as_bytes()
            .to_vec(),
        b"a\tb\n1\t2\n\n3\t\"4\n5\"\n".to_vec(),
        b"\xff\xfea\0,\0b\0\n\x001\0,\x002\0\n\0".to_vec(),
        b"\xb1\xe0\xba\xc5,\xc4\xda\xc8\xdd\n1,\xc2\xa9\xcb\xae\n".to_vec(),
    ];
    let good = fed(&tables, 2_000, |data| entries::table(data) > 0);
    assert!((1..2_000).contains(&good), "{good}");
}

#[test]
fn what_strangers_send_is_answered_and_never_a_fault_of_the_server() {
    let house = House::new();
    let fields = [
        ("urgency", "normal"),
        ("scope", "home"),
        ("subject", "water"),
        ("fault", "漏水"),
    ];
    let record = house.open("repair", &fields, &[("home", house.home)]);
    let ask = |asked: &entries::Asked<'_>| {
        let body = Body::from(asked.body.to_vec());
        let media = [("content-type", asked.media)];
        let answer = house.ask(asked.method, &asked.address, "desk", &media, body);
        assert!(
            answer.status.as_u16() < 500 || answer.status.as_u16() == 503,
            "{} {}: {}",
            asked.method,
            asked.address,
            answer.text()
        );
        answer
    };
    let opening = format!(
        "\0{{\"kind\":\"repair\",\"data\":{{\"urgency\":\"normal\",\"scope\":\"home\",\"subject\":\"water\",\"fault\":\"漏水\"}},\"links\":{{\"home\":\"{}\"}}}}",
        house.home
    );
    let batch =
        format!("\x03{{\"steps\":[{{\"record\":\"{record}\",\"step\":\"note\",\"data\":{{}}}}]}}");
    let requests = bytes(&[
        &opening,
        "\x01{\"data\":{},\"version\":1,\"occurred_at\":\"2026-03-02T09:00:00+08:00\"}",
        "\x02{\"data\":{\"text\":\"已联系\"}}",
        &batch,
        "\x04{\"seq\":1,\"field\":\"fault\",\"value\":\"水管漏水\",\"reason\":\"听错\"}",
        "\x05kind=repair&state=registered&sort=-opened_at&limit=5&q=1202",
        "\x06unit=YS&state=open&due_before=2026-04-01",
        "\x07kind=repair&format=csv",
        "\x08standard=scorecard-100&period=2026-03",
    ]);
    let mut taken = 0;
    let mut refused = 0;
    fed(&requests, 400, |data| {
        if let Some(asked) = entries::request(record, data) {
            let status = ask(&asked).status;
            taken += usize::from(status.is_success());
            refused += usize::from(status.is_client_error());
        }
        true
    });
    assert!(
        taken > 5 && refused > 100,
        "{taken} taken, {refused} refused"
    );
    let kept = fed(&[photo()], 150, |data| {
        ask(&entries::picture(data)).status.is_success()
    });
    assert!(kept < 150, "{kept}");

    let book = house.get("manager", "/api/units/YS/export?kind=repair&format=xlsx");
    let path = house.place.folder().join("book.xlsx");
    let read = fed(&[book.bytes], 300, |data| {
        entries::workbook(&path, data) > 0
    });
    assert!(read < 300, "{read}");
}
