//! The key store by itself: made, copied, brought back, under another master, shared by processes.

use app::keys::{self, KeysError, Opened};
use app::{Keys, keys::Restored};
use domain::name::Name;
use domain::value::Value;
use std::fs;
use std::path::Path;

fn opened(keys: &Keys, sealed: &domain::value::Sealed) -> Opened {
    keys.open_value(sealed).unwrap()
}
fn value(text: &str) -> Opened {
    Opened::Value(Value::from(text))
}

#[test]
fn a_value_needs_both_of_its_keys() {
    let keys = Keys::volatile().unwrap();
    let (own, person, other) = (
        keys.make().unwrap(),
        keys.make().unwrap(),
        keys.make().unwrap(),
    );
    let both = keys.seal(own, Some(person), &"甲".into()).unwrap();
    let alone = keys.seal(own, None, &"乙".into()).unwrap();
    let his = keys.seal(other, Some(person), &"丙".into()).unwrap();
    assert_eq!(
        (opened(&keys, &both), opened(&keys, &alone)),
        (value("甲"), value("乙"))
    );
    assert_eq!(keys.destroy(&[person]).unwrap(), 1);
    assert_eq!(
        (opened(&keys, &both), opened(&keys, &his)),
        (Opened::Erased, Opened::Erased)
    );
    assert_eq!(opened(&keys, &alone), value("乙"));
    assert!(matches!(
        keys.seal(own, Some(person), &"丁".into()),
        Err(KeysError::Damaged)
    ));
    assert_eq!(keys.destroy(&[person, 0, -1, 9_999_999]).unwrap(), 0);
}

#[test]
fn a_value_that_was_changed_or_moved_does_not_open() {
    let keys = Keys::volatile().unwrap();
    let (own, other) = (keys.make().unwrap(), keys.make().unwrap());
    let sealed = keys.seal(own, None, &"甲".into()).unwrap();
    let (head, body) = sealed.text().rsplit_once('.').unwrap();
    let flipped = if body.starts_with('A') { 'B' } else { 'A' };
    for text in [
        format!("{head}.{flipped}{}", &body[1..]),
        format!("{other:x}.0.{body}"),
        format!("{own:x}.{other:x}.{body}"),
        format!("{head}."),
        "nonsense".into(),
        "-1.0.AAAA".into(),
    ] {
        let sealed = domain::value::Sealed::new(text);
        assert!(
            matches!(keys.open_value(&sealed), Err(KeysError::Damaged)),
            "{}",
            sealed.text()
        );
    }
}

#[test]
fn two_stores_make_different_tokens_and_one_the_same_ones() {
    let (one, other) = (Keys::volatile().unwrap(), Keys::volatile().unwrap());
    let unit = domain::id::UnitId::from_uuid(domain::id::Uuid::from_u128(1));
    let next = domain::id::UnitId::from_uuid(domain::id::Uuid::from_u128(2));
    let (kind, field, term) = (Name::from("party"), Name::from("phone"), "$5678");
    let token = one.token(unit, &kind, &field, term);
    assert_eq!(token, one.token(unit, &kind, &field, term));
    for different in [
        other.token(unit, &kind, &field, term),
        one.token(next, &kind, &field, term),
        one.token(unit, &field, &kind, term),
        one.token(unit, &kind, &field, "$5679"),
    ] {
        assert_ne!(token, different);
    }
}

#[test]
fn keys_are_on_the_disk_before_they_are_given_out_and_the_file_says_nothing_without_its_master() {
    let home = tempfile();
    let folder = home.path().join("keys");
    let keys = keys::create(&folder).unwrap();
    let sealed: Vec<_> = (0..100)
        .map(|at| {
            let own = keys.make().unwrap();
            keys.seal(own, None, &Value::Int(at)).unwrap()
        })
        .collect();
    // Another process, while the first still runs.
    let other = Keys::open(&folder).unwrap();
    for (at, sealed) in (0..).zip(&sealed) {
        assert_eq!(opened(&other, sealed), Opened::Value(Value::Int(at)));
    }
    // What one destroys the other does not remember.
    let (own, _) = keys::keys_of(&sealed[7]).unwrap();
    assert_eq!(other.destroy(&[own]).unwrap(), 1);
    assert_eq!(opened(&keys, &sealed[7]), Opened::Erased);
    // Two processes never give out one number twice.
    let mut numbers: Vec<i64> = (0..200)
        .map(|at| {
            if at % 2 == 0 {
                keys.make()
            } else {
                other.make()
            }
            .unwrap()
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 200);
    drop((keys, other));
    assert!(matches!(keys::create(&folder), Err(KeysError::Exists)));
    fs::rename(folder.join("master.key"), home.path().join("elsewhere")).unwrap();
    assert!(matches!(Keys::open(&folder), Err(KeysError::MasterMissing)));
    fs::write(folder.join("master.key"), "0".repeat(64)).unwrap();
    assert!(matches!(Keys::open(&folder), Err(KeysError::MasterWrong)));
    fs::write(folder.join("master.key"), "nonsense").unwrap();
    assert!(matches!(
        Keys::open(&folder),
        Err(KeysError::MasterUnreadable)
    ));
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile();
    let folder = home.path().join("keys");
    drop(keys::create(&folder).unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in ["master.key", "keys.dat"] {
        assert_eq!(mode(&folder.join(file)), 0o600);
    }
    assert!(Keys::faults(&folder).is_empty());
    fs::set_permissions(folder.join("master.key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(Keys::faults(&folder).len(), 1);
}

#[test]
fn another_master_opens_everything_and_old_copies_nothing() {
    let home = tempfile();
    let folder = home.path().join("keys");
    let keys = keys::create(&folder).unwrap();
    let (own, gone) = (keys.make().unwrap(), keys.make().unwrap());
    let (sealed, erased) = (
        keys.seal(own, None, &"甲".into()).unwrap(),
        keys.seal(gone, None, &"乙".into()).unwrap(),
    );
    let token = keys.digest("phone", "19900000000");
    keys.destroy(&[gone]).unwrap();
    let copy = home.path().join("copy");
    Keys::backup(&folder, &copy).unwrap();
    assert!(matches!(
        Keys::backup(&folder, &copy),
        Err(KeysError::Exists)
    ));
    // Not while somebody uses it.
    assert!(matches!(keys::rotate(&folder), Err(KeysError::InUse)));
    drop(keys);
    let old_master = fs::read(folder.join("master.key")).unwrap();
    assert_eq!(keys::rotate(&folder).unwrap(), 15);
    assert_ne!(fs::read(folder.join("master.key")).unwrap(), old_master);
    let keys = Keys::open(&folder).unwrap();
    assert_eq!(
        (opened(&keys, &sealed), opened(&keys, &erased)),
        (value("甲"), Opened::Erased)
    );
    assert_eq!(keys.digest("phone", "19900000000"), token);
    assert!(keys.make().unwrap() > 16);
    drop(keys);
    assert!(matches!(
        keys::restore(&folder, &copy),
        Err(KeysError::MasterWrong)
    ));
}

#[test]
fn a_rotation_that_was_stopped_half_way_is_finished_by_the_next_to_open_it() {
    let home = tempfile();
    let folder = home.path().join("keys");
    let keys = keys::create(&folder).unwrap();
    let own = keys.make().unwrap();
    let sealed = keys.seal(own, None, &"甲".into()).unwrap();
    drop(keys);
    let old = fs::read(folder.join("master.key")).unwrap();
    keys::rotate(&folder).unwrap();
    // As if it had been killed between its two renames.
    fs::rename(folder.join("master.key"), folder.join("master.new")).unwrap();
    fs::write(folder.join("master.key"), old).unwrap();
    let keys = Keys::open(&folder).unwrap();
    assert_eq!(opened(&keys, &sealed), value("甲"));
    assert!(!folder.join("master.new").exists());
}

#[test]
fn a_copy_brings_back_what_it_has_and_never_gives_a_number_out_again() {
    let home = tempfile();
    let folder = home.path().join("keys");
    let keys = keys::create(&folder).unwrap();
    let own = keys.make().unwrap();
    let sealed = keys.seal(own, None, &"甲".into()).unwrap();
    let copy = home.path().join("copy");
    Keys::backup(&folder, &copy).unwrap();
    let later: Vec<i64> = (0..40).map(|_| keys.make().unwrap()).collect();
    let lost = keys.seal(later[39], None, &"乙".into()).unwrap();
    // Over a store that is there, the copy adds nothing and takes nothing away.
    let gone = keys.seal(later[0], None, &"丙".into()).unwrap();
    keys.destroy(&[later[0]]).unwrap();
    drop(keys);
    keys::restore(&folder, &copy).unwrap();
    let keys = Keys::open(&folder).unwrap();
    assert_eq!(
        (opened(&keys, &lost), opened(&keys, &gone)),
        (value("乙"), Opened::Erased)
    );
    drop(keys);
    // The file is lost, the master is not.
    fs::remove_file(folder.join("keys.dat")).unwrap();
    assert_eq!(
        keys::restore(&folder, &copy).unwrap(),
        Restored { keys: 16 }
    );
    let keys = Keys::open(&folder).unwrap();
    assert_eq!(
        (opened(&keys, &sealed), opened(&keys, &lost)),
        (value("甲"), Opened::Erased)
    );
    assert!(keys.make().unwrap() > later[39]);
}

fn tempfile() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}
