//! `simulation.yaml`, read: who works where, what places there are, what happens how often and how it goes on.

use crate::cast::time_of_day;
use crate::scenario::script::{Act, Line, Step, When, Wrong, lines, sentence, wrongs};
use domain::calendar::DayKind;
use domain::clock::Span;
use domain::pack::Node;
use domain::recurrence::Recurrence;
use std::collections::BTreeMap;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// What a simulation says.
pub(super) struct Script {
    /// Units above the projects, their members, what they begin with.
    pub(super) company: Node,
    pub(super) project: Project,
    pub(super) words: BTreeMap<String, Vec<String>>,
    /// How often, in millionths, a step is forgotten by somebody of a care from 1 to 5.
    pub(super) forgets: [u64; 5],
    pub(super) flows: Vec<Flow>,
    pub(super) episodes: Vec<Episode>,
}

/// What every project has.
pub(super) struct Project {
    pub(super) units: Vec<Node>,
    /// Told before anybody works there, and after all of it stands.
    pub(super) before: Vec<Line>,
    pub(super) play: Vec<Line>,
    pub(super) members: Vec<Post>,
    /// What certain of them are called, by their keys, instead of a name that is drawn.
    pub(super) names: BTreeMap<String, String>,
    /// Nested ranges, the last turning fastest.
    pub(super) axes: Vec<(String, Vec<String>)>,
    pub(super) tags: Vec<(String, u64)>,
    pub(super) lets: Vec<(String, String)>,
    /// What is told of every place, of those with a tag alone where one is said.
    pub(super) place: Vec<(Option<String>, Line)>,
}

/// Members of one post.
pub(super) struct Post {
    pub(super) name: String,
    pub(super) node: Node,
    /// So many, or one for so many places.
    pub(super) count: u64,
    pub(super) per_places: Option<u64>,
    pub(super) cares: Vec<u8>,
    /// Habits by the member's number.
    pub(super) habits: BTreeMap<String, Vec<u64>>,
}

/// How a story begins.
pub(super) enum Begins {
    /// For every subject so often a year, in thousandths.
    PerYear(u64),
    /// For a share of the subjects each month, in millionths.
    Monthly(u64),
    /// For every subject on each day of a rhythm, of those of a kind alone where one is said.
    Every(Recurrence, Option<DayKind>),
    /// When the system has opened a record of this kind.
    On(String),
}

/// What happens again and again.
pub(super) struct Flow {
    pub(super) name: String,
    pub(super) each: String,
    pub(super) begins: Begins,
    /// Only subjects with this tag, or without it (`not-`).
    pub(super) wanted: Option<String>,
    /// Only records that say so.
    pub(super) like: Vec<(String, String)>,
    /// Per cent of the rate by month, 1 to 12.
    pub(super) season: BTreeMap<i8, u64>,
    pub(super) hours: (i64, i64),
    pub(super) cast: Vec<(String, String)>,
    pub(super) lets: Vec<(String, String)>,
    pub(super) nodes: Vec<Part>,
    pub(super) labels: BTreeMap<String, usize>,
}

/// What stands on one line of a flow.
pub(super) enum Part {
    Label,
    Stop {
        odds: Odds,
    },
    Go {
        odds: Odds,
        to: String,
    },
    Step {
        after: Option<After>,
        line: u32,
        step: Box<Step>,
    },
    Find {
        line: u32,
        act: Act,
    },
}

/// How likely a line is taken.
pub(super) struct Odds {
    pub(super) millionths: u64,
    /// Only if the member who plays this part has this habit.
    pub(super) habit: Option<(String, String)>,
}

/// When a step follows the one before.
pub(super) struct After {
    pub(super) quantiles: Vec<i64>,
    pub(super) hours: Option<(i64, i64)>,
}

/// What happens once.
pub(super) struct Episode {
    /// The number of the project, from 1.
    pub(super) project: usize,
    /// The month, from 1, and the day in it.
    pub(super) day: (i64, i64),
    pub(super) lines: Vec<(Option<i64>, u32, Box<Step>)>,
    /// From that day on these members serve these grids.
    pub(super) grids: Vec<(String, String)>,
    /// Who is away, until when (month and day), and who stands in.
    pub(super) away: Option<(String, (i64, i64), String)>,
}

type Read<T> = Result<T, Wrong>;

/// Reads the file.
///
/// # Errors
/// The first line that cannot be read.
pub(super) fn read(path: &str, text: &str) -> Read<Script> {
    let root = domain::pack::read(path, text).map_err(|faults| {
        wrongs(&faults)
            .into_iter()
            .next()
            .unwrap_or_else(|| Wrong::new(1, "?"))
    })?;
    only(
        &root,
        &[
            "words", "hours", "forgets", "company", "project", "flows", "episodes",
        ],
    )?;
    let hours = pairs(&root, "hours")
        .map(|(name, node)| Ok((name, span(node)?)))
        .collect::<Read<BTreeMap<_, _>>>()?;
    let mut forgets = [0; 5];
    for (care, node) in pairs(&root, "forgets") {
        if let Some(slot) = care
            .parse::<usize>()
            .ok()
            .and_then(|care| forgets.get_mut(care.wrapping_sub(1)))
        {
            *slot = parts(node, 10_000)?;
        }
    }
    Ok(Script {
        company: need(&root, "company")?.clone(),
        project: project(need(&root, "project")?)?,
        words: pairs(&root, "words")
            .map(|(name, node)| (name, texts(node)))
            .collect(),
        flows: pairs(&root, "flows")
            .map(|(name, node)| flow(name, node, &hours))
            .collect::<Read<_>>()?,
        episodes: root
            .get("episodes")
            .map_or(&[][..], Node::many)
            .iter()
            .map(episode)
            .collect::<Read<_>>()?,
        forgets,
    })
}

fn project(node: &Node) -> Read<Project> {
    only(
        node,
        &["units", "before", "members", "names", "places", "play"],
    )?;
    let places = need(node, "places")?;
    only(places, &["axes", "tags", "let", "play"])?;
    Ok(Project {
        units: need(node, "units")?.many().to_vec(),
        before: told(node, "before")?,
        play: told(node, "play")?,
        members: pairs(node, "members")
            .map(|(name, node)| post(name, node))
            .collect::<Read<_>>()?,
        names: pairs(node, "names")
            .filter_map(|(key, name)| Some((key, name.text()?.to_owned())))
            .collect(),
        axes: pairs(places, "axes")
            .map(|(name, node)| Ok((name, axis(node)?)))
            .collect::<Read<_>>()?,
        tags: pairs(places, "tags")
            .map(|(name, node)| Ok((name, parts(node, 10_000)?)))
            .collect::<Read<_>>()?,
        lets: lets(places),
        place: need(places, "play")?
            .many()
            .iter()
            .map(of_place)
            .collect::<Read<_>>()?,
    })
}

/// Sentences in their order.
fn told(node: &Node, key: &str) -> Read<Vec<Line>> {
    lines(node.get(key)).map_err(|mut wrongs| wrongs.remove(0))
}

/// `if occupied, system move-in $key`.
fn of_place(item: &Node) -> Read<(Option<String>, Line)> {
    let (head, body) = split(item);
    let text = head.text().unwrap_or_default();
    let (tag, rest) = match text
        .strip_prefix("if ")
        .and_then(|rest| rest.split_once(", "))
    {
        Some((tag, rest)) => (Some(tag.to_owned()), rest),
        None => (None, text),
    };
    let line = sentence(rest, head.line(), body).map_err(|why| Wrong::new(head.line(), why))?;
    Ok((tag, line))
}

/// A sentence and what stands behind its colon.
fn split(item: &Node) -> (&Node, Option<&Node>) {
    match item.pairs() {
        [(head, body)] => (head, Some(body)),
        _ => (item, None),
    }
}

fn post(name: String, node: &Node) -> Read<Post> {
    only(
        node,
        &[
            "post", "count", "places", "zh", "login", "grid", "team", "care", "habits",
        ],
    )?;
    let number = |key: &str| node.get(key).map(whole).transpose();
    Ok(Post {
        count: number("count")?.unwrap_or(1),
        per_places: number("places")?,
        cares: node
            .get("care")
            .map_or(&[][..], Node::many)
            .iter()
            .map(|node| whole(node).map(|care| u8::try_from(care.clamp(1, 5)).unwrap_or(3)))
            .collect::<Read<_>>()?,
        habits: pairs(node, "habits")
            .map(|(name, node)| Ok((name, node.many().iter().map(whole).collect::<Read<_>>()?)))
            .collect::<Read<_>>()?,
        node: node.clone(),
        name,
    })
}

fn days(node: &Node) -> Read<DayKind> {
    let text = node.text().unwrap_or_default();
    let known = [DayKind::Workdays, DayKind::Restdays];
    let found = known.into_iter().find(|kind| kind.to_string() == text);
    found.ok_or_else(|| {
        let why = format!("“{text}”应为 workdays 或 restdays (neither workdays nor restdays)");
        Wrong::new(node.line(), why)
    })
}

fn flow(name: String, node: &Node, hours: &BTreeMap<String, (i64, i64)>) -> Read<Flow> {
    only(
        node,
        &[
            "each", "per-year", "monthly", "every", "days", "on", "where", "wanted", "season",
            "hours", "cast", "let", "play",
        ],
    )?;
    let begins = if let Some(node) = node.get("per-year") {
        Begins::PerYear(parts(node, 1000)?)
    } else if let Some(node) = node.get("monthly") {
        Begins::Monthly(parts(node, 10_000)?)
    } else if let Some(node) = node.get("on") {
        Begins::On(node.text().unwrap_or_default().to_owned())
    } else {
        let rule = need(node, "every")?;
        let text = rule.text().unwrap_or_default();
        let rhythm = text
            .parse()
            .map_err(|_| Wrong::new(rule.line(), format!("“{text}”不是周期 (no rhythm)")))?;
        Begins::Every(rhythm, node.get("days").map(days).transpose()?)
    };
    let window = match node.get("hours") {
        Some(node) => within(node.text().unwrap_or_default(), node.line(), hours)?,
        None => (0, DAY),
    };
    let mut labels = BTreeMap::new();
    let mut nodes = Vec::new();
    for item in need(node, "play")?.many() {
        let (head, body) = split(item);
        let text = head.text().unwrap_or_default();
        if let Some(label) = text.strip_prefix("label ") {
            labels.insert(label.trim().to_owned(), nodes.len());
        }
        nodes.push(part(text, head.line(), body, hours)?);
    }
    for part in &nodes {
        if let Part::Go { to, .. } = part
            && !labels.contains_key(to)
        {
            return Err(Wrong::new(
                node.line(),
                format!("没有 label {to} (no such label)"),
            ));
        }
    }
    Ok(Flow {
        each: node
            .get("each")
            .and_then(Node::text)
            .unwrap_or("unit")
            .to_owned(),
        begins,
        wanted: node.get("wanted").and_then(Node::text).map(str::to_owned),
        like: pairs(node, "where")
            .map(|(name, node)| (name, node.text().unwrap_or_default().to_owned()))
            .collect(),
        season: pairs(node, "season")
            .map(|(month, node)| Ok((month.parse().unwrap_or(0), whole(node)?)))
            .collect::<Read<_>>()?,
        hours: window,
        cast: pairs(node, "cast")
            .map(|(name, node)| (name, node.text().unwrap_or_default().to_owned()))
            .collect(),
        lets: lets(node),
        nodes,
        labels,
        name,
    })
}

fn part(
    text: &str,
    line: u32,
    body: Option<&Node>,
    hours: &BTreeMap<String, (i64, i64)>,
) -> Read<Part> {
    if text.starts_with("label ") {
        return Ok(Part::Label);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if let Some((odds, rest)) = odds(&words) {
        match rest {
            ["stop"] => return Ok(Part::Stop { odds }),
            ["go", to] => {
                return Ok(Part::Go {
                    odds,
                    to: (*to).to_owned(),
                });
            }
            _ => {}
        }
    }
    let (after, rest) = match text.strip_prefix("after ") {
        None => (None, text),
        Some(rest) => {
            let (when, rest) = rest.split_once(", ").ok_or_else(|| {
                Wrong::new(
                    line,
                    "after 之后写时长，再写逗号 (after the durations stands a comma)",
                )
            })?;
            (Some(after(when, line, hours)?), rest)
        }
    };
    match sentence(rest, line, body)
        .map_err(|why| Wrong::new(line, why))?
        .act
    {
        Act::Step(step) => Ok(Part::Step { after, line, step }),
        act @ Act::Find { .. } => Ok(Part::Find { line, act }),
        _ => Err(Wrong::new(line, format!("看不懂“{text}” (cannot be read)"))),
    }
}

/// `30%`, `30% if engineer pauses`, or nothing, which is always.
fn odds<'w, 't>(words: &'w [&'t str]) -> Option<(Odds, &'w [&'t str])> {
    let always = Odds {
        millionths: 1_000_000,
        habit: None,
    };
    match words {
        [share, "if", who, habit, rest @ ..] if share.ends_with('%') => Some((
            Odds {
                millionths: decimal(share.trim_end_matches('%'), 10_000)?,
                habit: Some(((*who).to_owned(), (*habit).to_owned())),
            },
            rest,
        )),
        [share, rest @ ..] if share.ends_with('%') => Some((
            Odds {
                millionths: decimal(share.trim_end_matches('%'), 10_000)?,
                habit: None,
            },
            rest,
        )),
        rest => Some((always, rest)),
    }
}

/// `PT5M PT1H P1D in desk`.
fn after(when: &str, line: u32, hours: &BTreeMap<String, (i64, i64)>) -> Read<After> {
    let (spans, window) = match when.split_once(" in ") {
        Some((spans, window)) => (spans, Some(within(window, line, hours)?)),
        None => (when, None),
    };
    let quantiles = spans
        .split_whitespace()
        .map(|span| {
            micros(span).ok_or_else(|| Wrong::new(line, format!("“{span}”不是时长 (no duration)")))
        })
        .collect::<Read<Vec<i64>>>()?;
    if !quantiles.is_sorted() || quantiles.is_empty() {
        return Err(Wrong::new(
            line,
            "时长从短到长写 (durations stand from short to long)",
        ));
    }
    Ok(After {
        quantiles,
        hours: window,
    })
}

fn episode(node: &Node) -> Read<Episode> {
    only(
        node,
        &["zh", "en", "project", "day", "play", "grids", "away"],
    )?;
    let mut lines = Vec::new();
    for item in node.get("play").map_or(&[][..], Node::many) {
        let (head, body) = split(item);
        let text = head.text().unwrap_or_default();
        let Line {
            number,
            when: When { time, .. },
            act,
        } = sentence(text, head.line(), body).map_err(|why| Wrong::new(head.line(), why))?;
        match act {
            Act::Step(step) => lines.push((time, number, step)),
            _ => {
                return Err(Wrong::new(
                    number,
                    format!("看不懂“{text}” (cannot be read)"),
                ));
            }
        }
    }
    let away = node
        .get("away")
        .map(|node| {
            Ok::<_, Wrong>((
                text(node, "who")?,
                day(need(node, "until")?)?,
                text(node, "stand-in")?,
            ))
        })
        .transpose()?;
    Ok(Episode {
        project: usize::try_from(whole(need(node, "project")?)?).unwrap_or(1),
        day: day(need(node, "day")?)?,
        lines,
        grids: pairs(node, "grids")
            .map(|(who, node)| (who, node.text().unwrap_or_default().to_owned()))
            .collect(),
        away,
    })
}

/// `2-14`: the 14th of the second month.
fn day(node: &Node) -> Read<(i64, i64)> {
    node.text()
        .and_then(|text| text.split_once('-'))
        .and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)))
        .ok_or_else(|| {
            Wrong::new(
                node.line(),
                "日期写作 2-14：第二个月的 14 日 (a day is written 2-14)",
            )
        })
}

/// `1..6`, `01..04`, or a list.
fn axis(node: &Node) -> Read<Vec<String>> {
    let Some((from, to)) = node.text().and_then(|text| text.split_once("..")) else {
        return Ok(texts(node));
    };
    let wide = from.len();
    match (from.parse::<u32>(), to.parse::<u32>()) {
        (Ok(first), Ok(last)) => Ok((first..=last)
            .map(|number| format!("{number:0wide$}"))
            .collect()),
        _ => Err(Wrong::new(
            node.line(),
            "范围写作 1..6 (a range is written 1..6)",
        )),
    }
}

fn within(text: &str, line: u32, hours: &BTreeMap<String, (i64, i64)>) -> Read<(i64, i64)> {
    hours
        .get(text.trim())
        .copied()
        .or_else(|| between(text))
        .ok_or_else(|| Wrong::new(line, format!("没有时段“{text}” (no such hours)")))
}

fn span(node: &Node) -> Read<(i64, i64)> {
    node.text().and_then(between).ok_or_else(|| {
        Wrong::new(
            node.line(),
            "时段写作 08:30-17:30 (hours are written 08:30-17:30)",
        )
    })
}

fn between(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.trim().split_once('-')?;
    let (from, to) = (time_of_day(from)?, time_of_day(to)?);
    (from < to).then_some((from, to))
}

/// Microseconds of a duration that does not ask a calendar.
pub(super) fn micros(text: &str) -> Option<i64> {
    match text.parse().ok()? {
        Span::Clock(micros) => Some(micros),
        Span::Days(days) => Some(i64::from(days) * DAY),
        _ => None,
    }
}

fn lets(node: &Node) -> Vec<(String, String)> {
    pairs(node, "let")
        .map(|(name, node)| (name, node.text().unwrap_or_default().to_owned()))
        .collect()
}

fn need<'n>(node: &'n Node, key: &str) -> Read<&'n Node> {
    node.get(key)
        .ok_or_else(|| Wrong::new(node.line(), format!("缺少 {key} (missing)")))
}

fn text(node: &Node, key: &str) -> Read<String> {
    Ok(need(node, key)?.text().unwrap_or_default().to_owned())
}

fn texts(node: &Node) -> Vec<String> {
    node.many()
        .iter()
        .filter_map(Node::text)
        .map(str::to_owned)
        .collect()
}

fn pairs<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = (String, &'n Node)> {
    node.get(key)
        .map_or(&[][..], Node::pairs)
        .iter()
        .map(|(name, node)| (name.text().unwrap_or_default().to_owned(), node))
}

fn whole(node: &Node) -> Read<u64> {
    node.text()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Wrong::new(node.line(), "应为整数 (a whole number is wanted)"))
}

/// A decimal number in parts of which one has `of`: 2.5 with 1000 is 2500.
fn parts(node: &Node, of: u64) -> Read<u64> {
    node.text()
        .and_then(|text| decimal(text.trim_end_matches('%'), of))
        .ok_or_else(|| Wrong::new(node.line(), "应为数字 (a number is wanted)"))
}

fn decimal(text: &str, of: u64) -> Option<u64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let scale = 10_u64.checked_pow(u32::try_from(rest.len()).ok()?)?;
    let rest: u64 = if rest.is_empty() {
        0
    } else {
        rest.parse().ok()?
    };
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(of)?
        .checked_add(rest.checked_mul(of)? / scale)
}

fn only(node: &Node, keys: &[&str]) -> Read<()> {
    match node
        .pairs()
        .iter()
        .find(|(key, _)| !key.text().is_some_and(|key| keys.contains(&key)))
    {
        None => Ok(()),
        Some((key, _)) => Err(Wrong::new(
            key.line(),
            format!(
                "不认识“{}”，可写 (unknown; these are known): {}",
                key.text().unwrap_or("?"),
                keys.join(", ")
            ),
        )),
    }
}
