//! The same commands on every database: what is stored is the same to the letter.

use super::house::*;
use app::handover::hand_over;
use app::sweep::sweep;
use domain::id::RecordId;
use domain::record::{BuiltIn, By, Command};
use domain::value::Value;
use store::testing::Home;

/// SplitMix64: the same seed, the same work.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("small")
    }
}

/// Plays random work; what each attempt came to.
fn play(house: &House, seed: u64, attempts: usize) -> Vec<String> {
    let mut random = Random(seed);
    let mut said = Vec::new();
    let mut now = house.clock.now();
    let mut jobs: Vec<RecordId> = vec![house.job()];
    let mut permits: Vec<RecordId> = Vec::new();
    let incident = house.open("incident", step("open", house.desk));
    let people = [
        house.desk,
        house.warden,
        house.worker,
        house.lead,
        house.boss,
    ];
    for _ in 0..attempts {
        now = now.plus_micros(i64::try_from(random.next() % 5_400_000_000).expect("small"));
        house.clock.set(now);
        let who = people[random.below(people.len())];
        let other = people[random.below(people.len())];
        let job = jobs[random.below(jobs.len())];
        let done = match random.below(20) {
            0 | 1 => {
                let urgency = ["normal", "urgent"][random.below(2)];
                let command = house.new_job().set("urgency", urgency);
                let done = open_record(&house.office, house.project, "job", None, command);
                jobs.extend(done.iter().map(|taken| taken.record.id));
                done
            }
            2 => {
                let command = step("open", house.desk).set("scope", "wall");
                let command = command.link("place", house.place);
                let done = open_record(&house.office, house.project, "permit", None, command);
                permits.extend(done.iter().map(|taken| taken.record.id));
                done
            }
            3..=5 => match permits.last() {
                Some(permit) => {
                    let command = match random.below(5) {
                        0 => step("apply", house.desk),
                        1 => own(BuiltIn::send_back("plan"), who).second(other),
                        2 => step("patrol", house.warden),
                        _ => own(BuiltIn::approve("plan"), who),
                    };
                    house.step(*permit, command)
                }
                None => continue,
            },
            6 => {
                let found = step("open", house.boss)
                    .set("about", ["quarrel", "other"][random.below(2)])
                    .set("whose", who.to_string().as_str());
                open_record(&house.office, house.project, "finding", None, found)
            }
            7 => {
                let seq = i64::try_from(random.below(4) + 1).expect("small");
                let new = ["normal", "urgent"][random.below(2)].into();
                let change = BuiltIn::Correct {
                    seq,
                    field: "urgency".into(),
                    old: Value::Null,
                    new,
                };
                house.step(job, own(change, who).second(other))
            }
            8 => {
                let change = BuiltIn::Excuse {
                    duty: "take".into(),
                    occurrence: 1,
                    falls_away: false,
                };
                house.step(job, own(change, who).second(other))
            }
            9 => house.step(
                job,
                own(BuiltIn::Merge { into: incident }, who).second(other),
            ),
            10 => house.step(job, own(BuiltIn::Unmerge, who).second(other)),
            11 => {
                let swept = sweep(&house.office, now).expect("sweeps");
                said.push(format!("swept {}", swept.steps));
                continue;
            }
            12 => {
                let grid = ["G1", "G2"][random.below(2)];
                for posting in house.records("posting") {
                    if posting.doc.data["post"] == "warden".into() {
                        let change = Command::new("change", By::System).set("grid", grid);
                        house.take(posting.id, change);
                    }
                }
                let passed = hand_over(&house.office, house.project).expect("reads");
                said.push(format!("passed {passed}"));
                continue;
            }
            13 | 14 => house.step(job, step("take", house.worker)),
            15 => house.step(job, step("finish", house.worker).signed(house.lead, now)),
            16 => {
                let satisfied = random.below(2) == 0;
                house.step(job, step("check", who).set("satisfied", satisfied))
            }
            17 => house.step(job, step(["redo", "close", "reopen"][random.below(3)], who)),
            18 => {
                let cancel = step("cancel", house.desk).set("why", "off");
                house.step(job, cancel.second(other))
            }
            _ => {
                let worker = who.to_string();
                house.step(
                    job,
                    step("assign", house.desk).set("worker", worker.as_str()),
                )
            }
        };
        said.push(match done {
            Ok(taken) => format!("{} {}", taken.record.number, taken.entry.step),
            Err(error) => error.to_string(),
        });
    }
    said
}

/// S0.1: the same on any database; run twice on one, drafted before its turn and decided in it, the same as well.
#[test]
fn s0_1_the_same_commands_store_the_same_on_every_database() {
    for seed in [1, 20_260_302, 0xdead_beef] {
        let homes = [(Home::sqlite(), true), (Home::sqlite(), false)]
            .into_iter()
            .chain(Home::postgres().map(|home| (home, true)));
        let mut first: Option<(Vec<String>, Vec<String>)> = None;
        for (home, prepared) in homes {
            let house = House::with(home, prepared);
            let said = play(&house, seed, 150);
            house.verify();
            let dump = house.dump();
            let (said_first, dump_first) =
                first.get_or_insert_with(|| (said.clone(), dump.clone()));
            let name = if house.home.is_postgres() {
                "PostgreSQL"
            } else {
                "SQLite"
            };
            assert_eq!(*said_first, said, "seed {seed} on {name}");
            for (wanted, found) in dump_first.iter().zip(&dump) {
                assert_eq!(wanted, found, "seed {seed} on {name}");
            }
            assert_eq!(dump_first.len(), dump.len(), "seed {seed} on {name}");
        }
    }
}
