//! The lines of a scenario, read: who does what to which record, when, and what is expected.

use domain::pack::{Fault, Node};
use domain::time::{Day, Instant, Zone};

use crate::cast::time_of_day;

/// What stops a file from being played: a line and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) line: u32,
    pub(crate) why: String,
}

impl Wrong {
    pub(crate) fn new(line: u32, why: impl Into<String>) -> Self {
        Self {
            line,
            why: why.into(),
        }
    }
}

/// A file of scenarios.
pub(crate) struct Script {
    pub(crate) setup: Option<Node>,
    pub(crate) scenarios: Vec<Scenario>,
}

pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) title: String,
    pub(crate) setup: Option<Node>,
    pub(crate) lines: Vec<Line>,
    /// Everything it says, for a digest.
    pub(crate) written: String,
}

/// One line of a play.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) when: When,
    pub(crate) act: Act,
}

/// When it happens; nothing said: at the instant of the line before.
#[derive(Clone, Debug, Default)]
pub(crate) struct When {
    pub(crate) day: Option<String>,
    pub(crate) time: Option<i64>,
}

impl When {
    /// The instant, after one at `last`.
    pub(crate) fn after(&self, last: Instant, zone: &Zone) -> Option<Instant> {
        let today = zone.day_of(last);
        let day: Day = match &self.day {
            None => today,
            Some(text) if text.len() == 5 => format!("{:04}-{text}", today.year()).parse().ok()?,
            Some(text) => text.parse().ok()?,
        };
        let micros = match (self.time, &self.day) {
            (Some(micros), _) => micros,
            (None, None) => return Some(last),
            (None, Some(_)) => 0,
        };
        let minute = u16::try_from(micros / 60_000_000).ok()?;
        Some(zone.at_minute(day, minute).plus_micros(micros % 60_000_000))
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Time passes: the system does what it owes.
    Pass,
    Step(Box<Step>),
    /// Names records that came about by themselves.
    Find {
        kind: String,
        key: String,
        like: Node,
        last: bool,
    },
    Expect(Vec<(Node, Node)>),
}

/// Somebody does something.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) who: String,
    pub(crate) verb: Verb,
    /// With `[1..5]` after it: so many records, one after the other.
    pub(crate) key: String,
    pub(crate) range: Option<(u32, u32)>,
    pub(crate) data: Option<Node>,
    pub(crate) said: Said,
}

#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Open { kind: String, unit: Option<String> },
    Step(String),
    Approve(String),
    Return(String),
    Excuse { duty: String, falls_away: bool },
    Take { duty: String, to: Option<String> },
    Merge { into: String },
    Unmerge,
    Correct { field: String },
}

/// What stands behind the commas of a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) signed: Vec<(How, String)>,
    pub(crate) second: Option<String>,
    pub(crate) occurred: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) recorded_by: Option<String>,
    pub(crate) paper: bool,
    /// From a phone without a signal: what its clock showed.
    pub(crate) device: Option<String>,
    pub(crate) every: Option<String>,
    /// Code, and the field at fault.
    pub(crate) refused: Option<(String, Option<String>)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Own,
    Drawn,
    Paper,
    Proxy,
}

/// Reads a file of scenarios.
pub(crate) fn read(path: &str, text: &str) -> Result<Script, Vec<Wrong>> {
    let root = domain::pack::read(path, text).map_err(|faults| wrongs(&faults))?;
    let mut wrongs = Vec::new();
    for (key, _) in root.pairs() {
        if !matches!(key.text(), Some("setup" | "scenarios" | "group")) {
            wrongs.push(Wrong::new(key.line(), format!("`{}`: 一个文件只有 group、setup、scenarios (a file has `group`, `setup` and `scenarios`)", key.text().unwrap_or("?"))));
        }
    }
    let mut scenarios = Vec::new();
    for (key, node) in root.get("scenarios").map_or(&[][..], Node::pairs) {
        match scenario(key, node) {
            Ok(scenario) => scenarios.push(scenario),
            Err(found) => wrongs.extend(found),
        }
    }
    if wrongs.is_empty() {
        Ok(Script {
            setup: root.get("setup").cloned(),
            scenarios,
        })
    } else {
        Err(wrongs)
    }
}

pub(crate) fn wrongs(faults: &[Fault]) -> Vec<Wrong> {
    faults
        .iter()
        .map(|fault| {
            Wrong::new(
                fault.line,
                format!("{} ({})", fault.cause.zh, fault.cause.en),
            )
        })
        .collect()
}

fn scenario(key: &Node, node: &Node) -> Result<Scenario, Vec<Wrong>> {
    let name = key.text().unwrap_or_default().to_owned();
    let mut wrongs = Vec::new();
    for (key, _) in node.pairs() {
        if !matches!(key.text(), Some("zh" | "en" | "setup" | "play")) {
            wrongs.push(Wrong::new(key.line(), format!("`{}`: 一个情景只有 zh、en、setup、play (a scenario has `zh`, `en`, `setup` and `play`)", key.text().unwrap_or("?"))));
        }
    }
    let lines = match lines(node.get("play")) {
        Ok(lines) => lines,
        Err(found) => {
            wrongs.extend(found);
            Vec::new()
        }
    };
    if !wrongs.is_empty() {
        return Err(wrongs);
    }
    if !lines.iter().any(Line::expects) {
        return Err(vec![Wrong::new(
            key.line(),
            "没有任何期望：不可能失败的情景证明不了什么 (it expects nothing: what cannot fail proves nothing)",
        )]);
    }
    Ok(Scenario {
        title: node
            .get("zh")
            .or_else(|| node.get("en"))
            .and_then(Node::text)
            .unwrap_or(&name)
            .to_owned(),
        line: key.line(),
        setup: node.get("setup").cloned(),
        name,
        lines,
        written: node.to_json().to_string(),
    })
}

/// The lines of a `play`.
pub(crate) fn lines(node: Option<&Node>) -> Result<Vec<Line>, Vec<Wrong>> {
    let mut lines = Vec::new();
    let mut wrongs = Vec::new();
    for item in node.map_or(&[][..], Node::many) {
        let (head, body) = match item.pairs() {
            [] => (item, None),
            [(head, body)] => (head, Some(body)),
            _ => {
                wrongs.push(Wrong::new(
                    item.line(),
                    "一行只有一句话 (a line is one sentence)",
                ));
                continue;
            }
        };
        match line(head, body) {
            Ok(line) => lines.push(line),
            Err(why) => wrongs.push(Wrong::new(head.line(), why)),
        }
    }
    if wrongs.is_empty() {
        Ok(lines)
    } else {
        Err(wrongs)
    }
}

impl Line {
    fn expects(&self) -> bool {
        match &self.act {
            Act::Expect(_) | Act::Find { .. } => true,
            Act::Step(step) => step.said.refused.is_some(),
            Act::Pass => false,
        }
    }
}

fn line(head: &Node, body: Option<&Node>) -> Result<Line, String> {
    let text = head.text().ok_or("一行是一句话 (a line is a sentence)")?;
    sentence(text, head.line(), body)
}

/// One sentence, with what stands behind its colon.
pub(crate) fn sentence(text: &str, number: u32, body: Option<&Node>) -> Result<Line, String> {
    let mut clauses = text.split(", ").map(str::trim);
    let mut words: Vec<&str> = clauses.next().unwrap_or("").split_whitespace().collect();
    let mut when = When::default();
    if words.first().is_some_and(|word| is_day(word)) {
        when.day = Some(words.remove(0).to_owned());
    }
    if let Some(micros) = words.first().and_then(|word| time_of_day(word)) {
        when.time = Some(micros);
        words.remove(0);
    }
    let mut falls_away = false;
    let mut said = Said::default();
    for clause in clauses {
        if clause == "falls away" {
            falls_away = true;
        } else {
            said.take(clause)?;
        }
    }
    let body = body.filter(|body| !body.is_null());
    let map = || match body {
        Some(body) if !body.is_map() => {
            Err("冒号之后是“字段: 值” (after the colon stand fields and values)".to_owned())
        }
        body => Ok(body.cloned()),
    };
    let act = match words.as_slice() {
        [] => Act::Pass,
        ["expect"] => Act::Expect(map()?.map(|body| body.pairs().to_vec()).unwrap_or_default()),
        ["find", rest @ .., "as", key] => {
            let (last, kind) = match rest {
                ["last", kind] => (true, *kind),
                [kind] => (false, *kind),
                _ => return Err(unknown(text)),
            };
            let like = map()?.ok_or("find 要说明找什么 (find says what it looks for)")?;
            Act::Find {
                kind: kind.to_owned(),
                key: (*key).to_owned(),
                like,
                last,
            }
        }
        [who, rest @ ..] => {
            let (verb, key) = verb(rest, falls_away).ok_or_else(|| unknown(text))?;
            let (key, range) = ranged(key)?;
            Act::Step(Box::new(Step {
                who: (*who).to_owned(),
                verb,
                key,
                range,
                data: map()?,
                said,
            }))
        }
    };
    Ok(Line { number, when, act })
}

fn verb<'w>(words: &[&'w str], falls_away: bool) -> Option<(Verb, &'w str)> {
    let own = |text: &str| text.to_owned();
    Some(match words {
        ["open", kind, key] => (
            Verb::Open {
                kind: own(kind),
                unit: None,
            },
            key,
        ),
        ["open", kind, key, "at", unit] => (
            Verb::Open {
                kind: own(kind),
                unit: Some(own(unit)),
            },
            key,
        ),
        ["approve", name, "of", key] => (Verb::Approve(own(name)), key),
        ["return", name, "of", key] => (Verb::Return(own(name)), key),
        ["excuse", duty, "of", key] => (
            Verb::Excuse {
                duty: own(duty),
                falls_away,
            },
            key,
        ),
        ["take", duty, "of", key] => (
            Verb::Take {
                duty: own(duty),
                to: None,
            },
            key,
        ),
        ["take", duty, "of", key, "for", who] => (
            Verb::Take {
                duty: own(duty),
                to: Some(own(who)),
            },
            key,
        ),
        ["merge", key, "into", into] => (Verb::Merge { into: own(into) }, key),
        ["unmerge", key] => (Verb::Unmerge, key),
        ["correct", field, "of", key] => (Verb::Correct { field: own(field) }, key),
        [step, key] => (Verb::Step(own(step)), key),
        _ => return None,
    })
}

fn unknown(text: &str) -> String {
    format!(
        "看不懂“{text}”；例如 (cannot be read; for example): 03-04 09:00 WHO open KIND KEY | 09:05 WHO STEP KEY | 03-05 09:00 expect"
    )
}

fn is_day(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    matches!(parts.len(), 2 | 3)
        && parts.iter().all(|part| {
            matches!(part.len(), 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// `r[1..5]`: `r` from 1 to 5.
fn ranged(key: &str) -> Result<(String, Option<(u32, u32)>), String> {
    let Some((name, range)) = key.split_once('[') else {
        return Ok((key.to_owned(), None));
    };
    let numbers = range
        .strip_suffix(']')
        .and_then(|range| range.split_once(".."))
        .and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)))
        .filter(|(from, to)| from <= to && *to - *from < 2000);
    match numbers {
        Some(numbers) => Ok((name.to_owned(), Some(numbers))),
        None => Err(format!(
            "“{key}”：多条写作 r[1..5] (several are written r[1..5])"
        )),
    }
}

impl Said {
    fn take(&mut self, clause: &str) -> Result<(), String> {
        let (word, rest) = clause.split_once(' ').unwrap_or((clause, ""));
        let rest = rest.trim();
        let own = || Some(rest.to_owned());
        match (word, rest) {
            ("signed", rest) if !rest.is_empty() => {
                let mut names: Vec<&str> = rest.split_whitespace().collect();
                let how = match names[0] {
                    "drawn" => How::Drawn,
                    "paper" => How::Paper,
                    "proxy" => How::Proxy,
                    _ => How::Own,
                };
                if !matches!(how, How::Own) {
                    names.remove(0);
                }
                self.signed
                    .extend(names.into_iter().map(|name| (how, name.to_owned())));
            }
            ("second", rest) if !rest.is_empty() => self.second = own(),
            ("occurred", rest) if !rest.is_empty() => self.occurred = own(),
            ("reason", rest) if !rest.is_empty() => self.reason = own(),
            ("recorded", rest) if rest.starts_with("by ") => {
                self.recorded_by = Some(rest[3..].trim().to_owned());
            }
            ("paper", "") => self.paper = true,
            ("device", rest) if !rest.is_empty() => self.device = own(),
            ("every", rest) if !rest.is_empty() => self.every = own(),
            ("refused", rest) if !rest.is_empty() => {
                let (code, field) = match rest.split_once(" at ") {
                    Some((code, field)) => (code, Some(field.trim().to_owned())),
                    None => (rest, None),
                };
                self.refused = Some((code.trim().to_owned(), field));
            }
            _ => {
                return Err(format!(
                    "看不懂“{clause}”；逗号之后可用 (cannot be read; after a comma): signed, second, occurred, reason, recorded by, paper, device, every, falls away, refused CODE [at FIELD]"
                ));
            }
        }
        Ok(())
    }
}
