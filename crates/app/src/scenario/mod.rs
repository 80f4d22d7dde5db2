//! Scenarios: short plays beside a pack that prove what it does, in files that anybody can read.
//!
//! A scenario sets a scene, lets people take steps at given times through the same use-cases as everybody, and says what must have come of
//! it: outcomes of duties, points of clauses, refusals by their code. Each one is played in a database of its own that nobody keeps, under
//! rules that were compiled once, so that a thousand of them take seconds and any of them can be played under rules from which something
//! was taken out. Nothing here decides anything; the language is described in docs/testing.md.

mod command;
mod drawing;
mod look;
mod points;
mod scene;
pub(crate) mod script;
pub(crate) mod stage;

use crate::error::Error;
use crate::library::Rules;
use script::{Scenario, Script, Wrong};
use serde::Serialize;
use sha2::{Digest, Sha256};
use stage::Stage;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use store::Location;

/// The scene of every scenario of a pack that says nothing else.
const SETUP: &str = "scenarios/setup.yaml";
const FOLDER: &str = "scenarios/";

/// Scenarios of a pack, read and ready to be played under any rules.
pub struct Plays {
    setup: Option<domain::pack::Node>,
    files: Vec<File>,
}

struct File {
    path: String,
    group: String,
    script: Script,
}

/// How a scenario went.
#[derive(Clone, Debug, Serialize)]
pub struct Played {
    /// `GROUP/NAME`.
    pub scenario: String,
    pub title: String,
    pub file: String,
    pub line: u32,
    pub steps: u64,
    /// Empty: it came about as expected.
    pub failures: Vec<Failure>,
}

/// A line that did not come about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub file: String,
    pub line: u32,
    pub scenario: String,
    pub expected: String,
    pub found: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{} {}\n  应为 (expected): {}\n  实为 (found):    {}",
            self.file, self.line, self.scenario, self.expected, self.found
        )
    }
}

impl Plays {
    /// Reads the scenarios among a pack's files, all or those of one group.
    ///
    /// # Errors
    /// Every line that cannot be read.
    pub fn read(files: &[(String, String)], only: Option<&str>) -> Result<Self, Vec<Failure>> {
        let mut failures = Vec::new();
        let mut setup = None;
        let mut scripts = Vec::new();
        let unread = |path: &str, wrong: Wrong| Failure {
            file: path.to_owned(),
            line: wrong.line,
            scenario: String::new(),
            expected: "可读的情景 (a scenario that can be read)".into(),
            found: wrong.why,
        };
        for (path, text) in files {
            let Some(group) = path
                .strip_prefix(FOLDER)
                .and_then(|name| name.strip_suffix(".yaml"))
            else {
                continue;
            };
            if path == SETUP {
                match domain::pack::read(path, text) {
                    Ok(node) => setup = Some(node),
                    Err(faults) => failures.extend(
                        script::wrongs(&faults)
                            .into_iter()
                            .map(|wrong| unread(path, wrong)),
                    ),
                }
                continue;
            }
            if only.is_some_and(|only| only != group) {
                continue;
            }
            match script::read(path, text) {
                Ok(script) => scripts.push(File {
                    path: path.clone(),
                    group: group.to_owned(),
                    script,
                }),
                Err(wrongs) => failures.extend(wrongs.into_iter().map(|wrong| unread(path, wrong))),
            }
        }
        if failures.is_empty() {
            Ok(Self {
                setup,
                files: scripts,
            })
        } else {
            Err(failures)
        }
    }

    /// The scenarios as `GROUP/NAME`, in the order of files and lines.
    pub fn names(&self) -> Vec<String> {
        self.all()
            .map(|(file, scenario)| format!("{}/{}", file.group, scenario.name))
            .collect()
    }

    /// What a scenario says, with the scene that it adds to the pack's own.
    pub(crate) fn digest(&self, name: &str) -> Vec<u8> {
        self.named(name).map_or_else(Vec::new, |(file, scenario)| {
            let scene = file
                .script
                .setup
                .as_ref()
                .map(|node| node.to_json().to_string());
            let mut sha = Sha256::new();
            sha.update(scene.unwrap_or_default());
            sha.update(&scenario.written);
            sha.finalize().to_vec()
        })
    }

    /// Whether a scenario fails under other rules; `None` if there is none of that name, or no room to play it.
    pub(crate) fn one_fails(&self, rules: &Arc<Rules>, name: &str) -> Option<bool> {
        let folder = folder().ok()?;
        let played = self.play_at(rules, name, &Location::folder(folder.path()))?;
        Some(!played.failures.is_empty())
    }

    fn named(&self, name: &str) -> Option<(&File, &Scenario)> {
        self.all()
            .find(|(file, scenario)| format!("{}/{}", file.group, scenario.name) == name)
    }

    fn all(&self) -> impl Iterator<Item = (&File, &Scenario)> {
        self.files.iter().flat_map(|file| {
            file.script
                .scenarios
                .iter()
                .map(move |scenario| (file, scenario))
        })
    }

    /// Plays the scenarios that `wanted` names, on as many threads as the machine has processors, in the order of the files.
    ///
    /// # Errors
    /// No room for a database.
    pub fn play(
        &self,
        rules: &Arc<Rules>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Played>, Error> {
        let chosen: Vec<(&File, &Scenario)> = self
            .all()
            .filter(|(file, scenario)| wanted(&format!("{}/{}", file.group, scenario.name)))
            .collect();
        let results = spread(chosen.len(), |index| {
            let (file, scenario) = chosen[index];
            let folder = folder()?;
            let played = self.one(rules, file, scenario, &Location::folder(folder.path()));
            Ok::<_, Error>(played)
        });
        results.into_iter().collect()
    }

    /// Plays one scenario in the database at `location`, which must be empty; `None` if there is none of that name.
    pub fn play_at(&self, rules: &Arc<Rules>, name: &str, location: &Location) -> Option<Played> {
        let (file, scenario) = self.named(name)?;
        Some(self.one(rules, file, scenario, location))
    }

    fn one(
        &self,
        rules: &Arc<Rules>,
        file: &File,
        scenario: &Scenario,
        location: &Location,
    ) -> Played {
        let name = format!("{}/{}", file.group, scenario.name);
        let failure = |place: &str, line: u32, expected: String, found: String| Failure {
            file: place.to_owned(),
            line,
            scenario: name.clone(),
            expected,
            found,
        };
        let mut played = Played {
            scenario: name.clone(),
            title: scenario.title.clone(),
            file: file.path.clone(),
            line: scenario.line,
            steps: 0,
            failures: Vec::new(),
        };
        let cannot = |place: &str, wrong: Wrong| {
            failure(
                place,
                wrong.line,
                "可以演下去 (it can be played)".into(),
                wrong.why,
            )
        };
        let mut stage = match Stage::build(rules, location) {
            Ok(stage) => stage,
            Err(error) => {
                played.failures.push(cannot(
                    &file.path,
                    Wrong::new(scenario.line, error.to_string()),
                ));
                return played;
            }
        };
        // Layers come from the pack's own scene, the file's and the scenario's; only the first stands in another file.
        let own: Vec<_> = [&file.script.setup, &scenario.setup]
            .into_iter()
            .flatten()
            .collect();
        let layers: Vec<_> = self.setup.iter().chain(own.iter().copied()).collect();
        match stage.set_up(&layers) {
            Ok(None) => match stage.play(scenario) {
                Ok(misses) => {
                    played.failures.extend(
                        misses
                            .into_iter()
                            .map(|miss| failure(&file.path, miss.line, miss.expected, miss.found)),
                    );
                }
                Err(wrong) => played.failures.push(cannot(&file.path, wrong)),
            },
            Ok(Some(miss)) => {
                played
                    .failures
                    .push(failure(SETUP, miss.line, miss.expected, miss.found));
            }
            Err(wrong) => played.failures.push(cannot(SETUP, wrong)),
        }
        played.steps = stage.steps;
        played
    }
}

/// A folder for one database, in memory where the machine has such a place.
pub(crate) fn folder() -> Result<tempfile::TempDir, Error> {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())
    } else {
        tempfile::tempdir()
    };
    made.map_err(|source| Error::File {
        path: PathBuf::from("tmp").display().to_string(),
        source,
    })
}

/// Does `work` for every number below `count`, on all processors; the answers stand in the order of the numbers.
pub(crate) fn spread<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(count.max(1));
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let answer = work(index);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}
