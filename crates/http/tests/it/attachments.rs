//! `/api/units/{unit}/attachments`

use crate::house::{Answer, House};
use serde_json::{Value, json};

/// A JPEG of 64 by 32 pixels, turned by a quarter, taken on 2 March 2026 at 09:12:33 (+08:00) at 22.5° north, 114° east.
pub(crate) fn photo() -> Vec<u8> {
    let mut plain = Vec::new();
    let picture = image::RgbImage::from_fn(64, 32, |x, y| {
        image::Rgb([(x * 4).to_le_bytes()[0], (y * 8).to_le_bytes()[0], 90])
    });
    image::codecs::jpeg::JpegEncoder::new(&mut plain)
        .encode_image(&picture)
        .unwrap();
    let exif = exif();
    let mut segment = vec![0xff, 0xe1];
    segment.extend_from_slice(&u16::try_from(exif.len() + 8).unwrap().to_be_bytes());
    segment.extend_from_slice(b"Exif\0\0");
    segment.extend_from_slice(&exif);
    let comment = b"\xff\xfe\x00\x0csecret-tag";
    [&plain[..2], &segment, comment, &plain[2..]].concat()
}

/// Little-endian TIFF: orientation 6, the model of the camera, time with offset, place.
fn exif() -> Vec<u8> {
    let mut raw = b"II*\0\x08\0\0\0".to_vec();
    let entry = |raw: &mut Vec<u8>, tag: u16, ty: u16, count: u32, value: u32| {
        raw.extend_from_slice(&tag.to_le_bytes());
        raw.extend_from_slice(&ty.to_le_bytes());
        raw.extend_from_slice(&count.to_le_bytes());
        raw.extend_from_slice(&value.to_le_bytes());
    };
    // First directory at 8: four entries, 2 + 4 × 12 + 4 bytes; then the others and their data.
    let (exif_at, gps_at, data_at) = (62, 62 + 30, 62 + 30 + 54);
    raw.extend_from_slice(&4_u16.to_le_bytes());
    entry(&mut raw, 0x0110, 2, 12, data_at);
    entry(&mut raw, 0x0112, 3, 1, 6);
    entry(&mut raw, 0x8769, 4, 1, exif_at);
    entry(&mut raw, 0x8825, 4, 1, gps_at);
    raw.extend_from_slice(&[0; 4]);
    raw.extend_from_slice(&2_u16.to_le_bytes());
    entry(&mut raw, 0x9003, 2, 20, data_at + 12);
    entry(&mut raw, 0x9011, 2, 7, data_at + 32);
    raw.extend_from_slice(&[0; 4]);
    raw.extend_from_slice(&4_u16.to_le_bytes());
    entry(&mut raw, 1, 2, 2, u32::from(b'N'));
    entry(&mut raw, 2, 5, 3, data_at + 40);
    entry(&mut raw, 3, 2, 2, u32::from(b'E'));
    entry(&mut raw, 4, 5, 3, data_at + 64);
    raw.extend_from_slice(&[0; 4]);
    raw.extend_from_slice(b"Secretphone\0");
    raw.extend_from_slice(b"2026:03:02 09:12:33\0");
    raw.extend_from_slice(b"+08:00\0\0");
    for part in [22_u32, 1, 30, 1, 0, 1, 114, 1, 0, 1, 0, 1] {
        raw.extend_from_slice(&part.to_le_bytes());
    }
    raw
}

fn send(house: &House, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/units/YS/attachments?name={name}");
    house.put("engineer", &path, "application/octet-stream", bytes)
}

fn digest(sent: &Value) -> String {
    sent["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_photo_loses_its_metadata_and_keeps_when_and_where_as_evidence() {
    let house = House::new();
    let photo = photo();
    let sent = send(&house, "done.jpg", &photo).is(201);
    assert_eq!(sent["media"], "image/jpeg");
    assert_eq!((&sent["width"], &sent["height"]), (&json!(64), &json!(32)));
    assert_eq!(sent["taken_at"], "2026-03-02T09:12:33.000000+08:00");
    assert_eq!(
        sent["place"],
        json!({"north_e6": 22_500_000, "east_e6": 114_000_000})
    );
    let path = format!("/api/units/YS/attachments/{}", digest(&sent));
    let fetched = house.get("engineer", &path);
    assert_eq!(fetched.status, 200);
    let has = |text: &[u8]| fetched.bytes.windows(text.len()).any(|part| part == text);
    assert!(!has(b"Secretphone") && !has(b"secret-tag") && !has(b"2026:03:02"));
    assert_ne!(fetched.bytes, photo);
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("content-disposition", "inline; filename*=UTF-8''done.jpg"),
    ] {
        assert_eq!(fetched.header(name), value);
    }
    // It is turned as it was taken: the thumbnail of a lying picture stands.
    let small = house.get("engineer", &format!("{path}/thumbnail"));
    let small = image::load_from_memory(&small.bytes).unwrap();
    assert!(small.height() > small.width());
    // The same again is the same.
    assert_eq!(
        digest(&send(&house, "again.jpg", &photo).is(201)),
        digest(&sent)
    );
}

#[test]
fn what_is_kept_goes_into_a_record_by_its_digest() {
    let house = House::new();
    let sent = send(&house, "leak.jpg", &photo()).is(201);
    let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水", "report_photos": [digest(&sent)]}, "links": {"home": house.home}});
    let opened = house.post("desk", "/api/units/YS/records", &body).is(201);
    assert_eq!(opened["record"]["data"]["report_photos"][0], digest(&sent));
}

#[test]
fn what_is_no_image_is_none_whatever_it_is_called() {
    let house = House::new();
    for (name, bytes, status, code) in [
        (
            "page.jpg",
            b"<html><script>alert(1)</script>".to_vec(),
            415,
            "media-unknown",
        ),
        (
            "drawing.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            415,
            "media-unknown",
        ),
        (
            "program.png",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(),
            415,
            "media-unknown",
        ),
        ("half.jpg", photo()[..200].to_vec(), 400, "image-broken"),
        (
            "cut.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            400,
            "image-broken",
        ),
        ("nothing.jpg", Vec::new(), 400, "empty"),
    ] {
        assert_eq!(send(&house, name, &bytes).refused(status), code, "{name}");
    }
}

#[test]
fn an_image_that_would_fill_the_memory_is_refused_before_it_is_decoded() {
    let house = House::new();
    // A PNG that says that it has 60,000 by 60,000 pixels.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
    let mut crc = crc32(&bomb[12..29]).to_be_bytes().to_vec();
    bomb.append(&mut crc);
    bomb.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    assert_eq!(
        send(&house, "bomb.png", &bomb).refused(400),
        "image-too-large"
    );
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[test]
fn what_is_too_large_is_refused_and_nothing_of_it_stays() {
    let house = House::new();
    let large = vec![b'a'; 33 << 20];
    assert_eq!(send(&house, "large.txt", &large).refused(413), "too-large");
    let files = house.place.folder().join("files");
    let left: Vec<_> = std::fs::read_dir(files).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn names_never_leave_their_place() {
    let house = House::new();
    let sent = send(&house, "..%2F..%2Fetc%2Fpasswd", b"plain text").is(201);
    assert_eq!(sent["name"], "passwd");
    assert_eq!(sent["media"], "text/plain; charset=utf-8");
    let path = format!("/api/units/YS/attachments/{}", digest(&sent));
    let fetched = house.get("engineer", &path);
    assert_eq!(
        fetched.header("content-disposition"),
        "attachment; filename*=UTF-8''passwd"
    );
    for wrong in ["..%2F..%2Fguanjia.db", "sha256:00", &"0".repeat(64)] {
        let path = format!("/api/units/YS/attachments/{wrong}");
        assert_eq!(
            house.get("engineer", &path).refused(404),
            "not-found",
            "{wrong}"
        );
    }
    // What one unit holds is not there for another.
    let path = format!("/api/units/HQ/attachments/{}", digest(&sent));
    assert_eq!(house.get("engineer", &path).refused(404), "not-found");
}

/// Every file that lies there.
fn lying(house: &House) -> Vec<Vec<u8>> {
    let folders = std::fs::read_dir(house.place.folder().join("files")).unwrap();
    folders
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn an_attachment_is_seen_through_the_fields_that_name_it() {
    let house = House::new();
    let sent = send(&house, "leak.jpg", &photo()).is(201);
    let path = format!("/api/units/YS/attachments/{}", digest(&sent));
    // Nothing names it yet: it is his who sent it.
    for (login, status) in [("engineer", 200), ("desk", 404), ("", 404)] {
        for way in ["", "/thumbnail", "/about"] {
            let got = house.get(login, &format!("{path}{way}"));
            assert_eq!(got.status, status, "{login} {way}");
        }
    }
    let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水", "report_photos": [digest(&sent)]}, "links": {"home": house.home}});
    house.post("desk", "/api/units/YS/records", &body).is(201);
    assert_eq!(house.get("desk", &path).status, 200);
    // Whoever does not see the record does not see its pictures.
    assert_eq!(house.get("", &path).status, 404);
}

#[test]
fn a_scan_of_a_secret_file_is_sealed_seen_under_a_grant_and_gone_when_it_is_erased() {
    const SCAN: &[u8] = b"scan of an identity card of somebody who lives here";
    for house in House::each() {
        let owner = house.open(
            "party",
            &[("display", "王女士"), ("relation", "owner")],
            &[("home", house.home)],
        );
        let send = "/api/units/YS/attachments?name=id.txt";
        let sent = house.put("archivist", send, "text/plain", SCAN).is(201);
        let body = json!({"kind": "owner-file", "data": {"scans": [digest(&sent)]}, "links": {"home": house.home, "party": owner}});
        let file = house
            .post("archivist", "/api/units/YS/records", &body)
            .is(201);
        assert_eq!(file["record"]["data"]["scans"], "****");
        let file = file["record"]["id"].as_str().unwrap();
        let path = format!("/api/units/YS/attachments/{}", digest(&sent));
        assert_eq!(house.get("archivist", &path).refused(404), "not-found");
        let ask = json!({"kind": "file-access", "data": {"purpose": "核实产权人"}, "links": {"file": file}});
        let asked = house.post("steward", "/api/units/YS/records", &ask).is(201);
        let access = asked["record"]["id"].as_str().unwrap();
        assert_eq!(house.get("steward", &path).refused(404), "not-found");
        let grant = format!("/api/units/YS/records/{access}/approvals/access");
        house
            .post("manager", &grant, &json!({"answer": "approve"}))
            .is(200);
        let read = house.get("steward", &path);
        assert_eq!((read.status.as_u16(), read.bytes.as_slice()), (200, SCAN));
        assert_eq!(read.header("cache-control"), "private, no-store");
        assert_eq!(house.get("manager", &path).refused(404), "not-found");
        let views = house
            .get("", &format!("/api/units/YS/records/{file}/views"))
            .is(200);
        assert_eq!(views["views"][0]["fields"], json!(["scans"]));
        assert_eq!(views["views"][0]["grant"], access);

        let plain = |bytes: &[u8]| bytes.windows(16).any(|part| part == &SCAN[..16]);
        assert!(lying(&house).iter().all(|file| !plain(file)));
        assert_eq!(lying(&house).len(), 1);
        let erase = json!({"basis": "consent-withdrawn", "reason": "本人书面请求"});
        let asked = format!("/api/units/YS/persons/{owner}/erase");
        let asked = house.post("manager", &asked, &erase).is(201);
        assert_eq!(lying(&house).len(), 1);
        house.agree(&asked);
        assert_eq!(lying(&house).len(), 0);
        assert_eq!(house.get("steward", &path).refused(404), "not-found");
        let report = house.post("", "/api/verify", &json!({})).is(200);
        assert_eq!(report["ok"], true, "{report}");
    }
}

#[test]
fn what_nobody_filed_is_cleaned_away_and_what_is_filed_stays() {
    for house in House::each() {
        let kept = send(&house, "leak.jpg", &photo()).is(201);
        let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水", "report_photos": [digest(&kept)]}, "links": {"home": house.home}});
        house.post("desk", "/api/units/YS/records", &body).is(201);
        let lost = send(&house, "note.txt", b"never filed").is(201);
        assert_eq!(lying(&house).len(), 3);
        let now = house.office.clock().now();
        assert_eq!(
            app::attachment::clean(&house.office, now).unwrap(),
            Default::default()
        );
        let cleaned = app::attachment::clean(&house.office, now.plus_micros(1)).unwrap();
        assert_eq!((cleaned.attachments, cleaned.bytes), (1, 11));
        assert_eq!(lying(&house).len(), 2);
        let path = |sent: &Value| format!("/api/units/YS/attachments/{}", digest(sent));
        assert_eq!(
            house.get("engineer", &path(&lost)).refused(404),
            "not-found"
        );
        assert_eq!(house.get("engineer", &path(&kept)).status, 200);
    }
}
