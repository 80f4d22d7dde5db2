//! What remains after the worst: a killed process, a full disk, a database of tomorrow.

use crate::commands::{count, keys, unit};
use crate::{contract, plain};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::thread;
use store::testing::Home;
use store::{Error, KNOWN, Lane, Location, Options, Store};

/// Names the database that this process, started again by a test, writes to until it is killed.
const CHILD: &str = "GUANJIA_TEST_CHILD";
/// What the parent waits for before it kills.
const ACKNOWLEDGED: usize = 200;

/// In the child: writes from eight threads for ever and prints each key once it is acknowledged.
pub(crate) fn child() -> Option<ExitCode> {
    let target = std::env::var(CHILD).ok()?;
    let location = match target.strip_prefix("file:") {
        Some(file) => Location::File(file.into()),
        None => Location::Url(target),
    };
    let store = Store::open(&location, &Options::default()).ok()?;
    thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for n in 0.. {
                    let key = format!("{thread}-{n}");
                    let rows = key.clone();
                    let done = store.write(Lane::Interactive, move |tx| {
                        count(tx, &rows, 1)?;
                        count(tx, &format!("{rows} second row"), 1)
                    });
                    let told = done.is_ok() && writeln!(std::io::stdout(), "{key}").is_ok();
                    if !told {
                        return;
                    }
                }
            });
        }
    });
    Some(ExitCode::FAILURE)
}

contract! {
    fn nothing_acknowledged_is_lost_when_the_process_is_killed(home: &Home) {
        let target = match home.location() {
            Location::File(file) => format!("file:{}", file.display()),
            Location::Url(url) => url.clone(),
        };
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(CHILD, target)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged: BTreeSet<String> = lines.by_ref().take(ACKNOWLEDGED).map(Result::unwrap).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        // What it managed to say before it died counts as well.
        acknowledged.extend(lines.map_while(Result::ok));
        assert!(acknowledged.len() >= ACKNOWLEDGED);

        let found: BTreeSet<String> = keys(&home.open()).into_iter().collect();
        for key in &acknowledged {
            assert!(found.contains(key), "{key} was acknowledged and is lost");
        }
        for key in found.iter().filter(|it| !it.ends_with("row")) {
            assert!(found.contains(&format!("{key} second row")), "{key} is half done");
        }
        assert_eq!(found.len() % 2, 0, "a second row without its first");
    }

    fn a_database_of_a_newer_program_is_left_alone(home: &Home) {
        let store = home.open();
        store
            .write(Lane::Interactive, |tx| {
                tx.run("insert into migration (version, name) values (?1, 'tomorrow')", &[&(KNOWN + 1)])
            })
            .unwrap();
        drop(store);
        let refused = Store::open(home.location(), &Options::default()).err();
        assert!(
            matches!(refused, Some(Error::NewerDatabase { found, known }) if found == KNOWN + 1 && known == KNOWN),
            "{refused:?}"
        );
    }

    fn many_programs_may_start_at_once_on_an_empty_database(home: &Home) {
        thread::scope(|scope| {
            for n in 0..4 {
                scope.spawn(move || {
                    let store = home.open();
                    store.write(Lane::Interactive, move |tx| count(tx, &n.to_string(), 1)).unwrap();
                });
            }
        });
        let store = home.open();
        assert_eq!(keys(&store).len(), 4);
        let versions: Vec<i64> = store.read(|tx| tx.all("select version from migration order by version", &[], |row| row.get(0))).unwrap();
        assert_eq!(versions, (1..=KNOWN).collect::<Vec<_>>());
    }
}

plain! { SQLITE:
    fn a_full_disk_is_told_and_leaves_nothing_half_done() {
        let home = Home::sqlite();
        let options = Options { max_pages: Some(200), ..Options::default() };
        let store = home.open_with(&options);
        let written = Mutex::new(BTreeSet::new());
        let full = Mutex::new(0);
        thread::scope(|scope| {
            for thread in 0..4 {
                let (store, written, full) = (&store, &written, &full);
                scope.spawn(move || {
                    for n in 0.. {
                        let key = format!("{thread}-{n:04}");
                        let rows = key.clone();
                        let done = store.write(Lane::Interactive, move |tx| {
                            count(tx, &rows, 1)?;
                            tx.run("insert into blob (unit_id, digest, media, size, created_at, doc) values (?1, ?2, 'x', 9000, 0, ?3)", &[&unit(1), &rows.as_bytes(), &"7".repeat(9000)])?;
                            count(tx, &format!("{rows} second row"), 1)
                        });
                        match done {
                            Ok(()) => { written.lock().unwrap().insert(key); }
                            Err(Error::Full) => { *full.lock().unwrap() += 1; return; }
                            // It shared a commit with the one that found the disk full.
                            Err(Error::Unavailable(_)) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                });
            }
        });
        assert_eq!(*full.lock().unwrap(), 4);
        drop(store);

        let store = home.open();
        let found: BTreeSet<String> = keys(&store).into_iter().collect();
        let written = written.into_inner().unwrap();
        let expected = written.iter().flat_map(|it| [it.clone(), format!("{it} second row")]).collect();
        assert_eq!(found, expected);
        let whole: String = store.read(|tx| tx.one("pragma integrity_check", &[], |row| row.get(0))).unwrap();
        assert_eq!(whole, "ok");
        store.write(Lane::Interactive, |tx| count(tx, "with room again", 1)).unwrap();
    }

    fn the_log_begins_anew_while_others_write_and_read() {
        const BYTES: u64 = 9_000;
        let home = Home::sqlite();
        let store = home.open_with(&Options { log_pages: 64, ..Options::default() });
        let Location::File(file) = home.location() else { panic!("a file") };
        let log = file.with_file_name(format!("{}-wal", file.file_name().unwrap().display()));
        let length = || std::fs::metadata(&log).unwrap().len();
        let fill = |n: u64| {
            let key = format!("{n:06}");
            store.write(Lane::Interactive, move |tx| {
                count(tx, &key, 1)?;
                tx.run("insert into blob (unit_id, digest, media, size, created_at, doc) values (?1, ?2, 'x', 9000, 0, ?3)", &[&unit(1), &key.as_bytes(), &"7".repeat(9000)])
            }).unwrap();
        };
        // While a reader stays on its snapshot nothing is lost, and nobody waits for it.
        let before = store.read(|tx| {
            let before: i64 = tx.one("select count(*) from counter", &[], |row| row.get(0))?;
            (0..200).for_each(fill);
            let after: i64 = tx.one("select count(*) from counter", &[], |row| row.get(0))?;
            assert_eq!((before, after), (0, 0));
            Ok::<_, Error>(length())
        }).unwrap();
        assert!(before > 200 * BYTES, "{before}");
        let anew = (200..60_000).find(|n| {
            fill(*n);
            n * BYTES > 2 * length() + (1 << 20)
        });
        let written = usize::try_from(anew.expect("the log begins anew") + 1).unwrap();
        assert_eq!(keys(&store).len(), written);
        drop(store);
        assert!(!log.exists(), "whoever closes the database last empties its log");
        assert_eq!(keys(&home.open()).len(), written);
    }

    fn a_file_that_is_no_database_is_refused() {
        let home = Home::sqlite();
        let file = home.folder().join("notes.db");
        std::fs::write(&file, "not a database, and more than a hundred bytes long ".repeat(90)).unwrap();
        let refused = Store::open(&Location::File(file.clone()), &Options::default()).err();
        assert!(matches!(refused, Some(Error::Database(_))), "{refused:?}");
        assert!(std::fs::read_to_string(file).unwrap().starts_with("not a database"));
    }
}
