//! `guanjia calendar` and `guanjia due`: the clocks, by themselves.

use crate::args::Format;
use crate::output::{Done, json_line, line};
use app::{Error, pack};
use domain::clock::{Clock, ClockError, Paused, Rule, Span, explain};
use domain::name::Name;
use domain::pack::model::Pack;
use domain::time::{Day, Instant, Moment, Zone};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::BufRead;

/// Working days after which `calendar` says the date.
const STEPS: [i64; 5] = [1, 3, 5, 7, 15];

/// Lists days with the date after n working days; empty where the data end before it.
pub(crate) fn list(from: &str, to: &str, format: Format, name: &str) -> Result<Done, Error> {
    let pack = pack::check(&pack::sources(name)?)?;
    let (from, to) = (day(from)?, day(to)?);
    if format == Format::Csv {
        line("date,is_workday,plus_1,plus_3,plus_5,plus_7,plus_15")?;
    }
    let mut at = from;
    while at <= to {
        let work = pack
            .special_days
            .is_workday(at)
            .map_err(|error| missing(error.into()))?;
        let plus = STEPS.map(|count| pack.special_days.add_workdays(at, count).ok());
        match format {
            Format::Csv => {
                let plus = plus.map(|day| day.map_or(String::new(), |day| day.to_string()));
                line(&format!("{at},{},{}", u8::from(work), plus.join(",")))?;
            }
            Format::Json => {
                let [plus_1, plus_3, plus_5, plus_7, plus_15] = plus;
                json_line(
                    &json!({"date": at, "is_workday": work, "plus_1": plus_1, "plus_3": plus_3, "plus_5": plus_5, "plus_7": plus_7, "plus_15": plus_15}),
                )?;
            }
        }
        at = at.plus_days(1);
    }
    Ok(Done::Well)
}

fn day(text: &str) -> Result<Day, Error> {
    text.parse()
        .map_err(|_| Error::Usage(format!("“{text}”不是日期；例如 2026-03-05 (not a date)")))
}

fn missing(error: ClockError) -> Error {
    let text = error.text();
    Error::Usage(format!("{} ({})", text.zh, text.en))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    start: String,
    within: String,
    #[serde(default)]
    calendar: Option<String>,
    #[serde(default)]
    pauses: Vec<(String, String)>,
    #[serde(default)]
    zone: Option<String>,
}

/// Answers questions line by line; one that cannot be answered says why and the next is taken.
pub(crate) fn due(zone: &str, name: &str) -> Result<Done, Error> {
    let pack = pack::check(&pack::sources(name)?)?;
    let mut done = Done::Well;
    for text in std::io::stdin().lock().lines() {
        let text = text.map_err(|source| Error::File {
            path: "stdin".into(),
            source,
        })?;
        if text.trim().is_empty() {
            continue;
        }
        let answer = answer(&text, zone, &pack).unwrap_or_else(|error| {
            done = Done::Differences;
            error
        });
        json_line(&answer)?;
    }
    Ok(done)
}

fn answer(text: &str, zone: &str, pack: &Pack) -> Result<Value, Value> {
    let wrong = |code: &str, field: &str, zh: String, en: String| json!({"error": {"code": code, "field": field, "zh": zh, "en": en}});
    let asked: Question = serde_json::from_str(text).map_err(|error| {
        wrong(
            "json",
            "",
            format!("不是所要的 JSON：{error}"),
            format!("not the JSON asked for: {error}"),
        )
    })?;
    let zone = asked.zone.as_deref().unwrap_or(zone);
    let zone = Zone::named(zone).ok_or_else(|| {
        wrong(
            "zone",
            "zone",
            format!("没有时区“{zone}”"),
            format!("no time zone {zone}"),
        )
    })?;
    let span: Span = asked
        .within
        .parse()
        .map_err(|error: domain::clock::WrongSpan| {
            wrong(error.code(), "within", error.text().zh, error.text().en)
        })?;
    let instant = |field: &str, text: &str| {
        let parsed: Option<Instant> = text.parse().ok().or_else(|| local(text, &zone));
        parsed.ok_or_else(|| {
            wrong(
                "time",
                field,
                format!("“{text}”不是时刻"),
                format!("{text} is not an instant"),
            )
        })
    };
    let start = match asked.start.parse::<Day>() {
        Ok(day) if asked.start.len() <= 10 => Moment::On(day),
        _ => Moment::At(instant("start", &asked.start)?),
    };
    let hours = match asked.calendar.as_deref() {
        None | Some("clock") => None,
        Some(name) => Some(pack.calendars.get(name).ok_or_else(|| {
            wrong(
                "calendar",
                "calendar",
                format!("没有日历“{name}”"),
                format!("no calendar {name}"),
            )
        })?),
    };
    let cause = Name::from("pause");
    let mut pauses = Vec::new();
    for (from, until) in &asked.pauses {
        let (from, until) = (instant("pauses", from)?, instant("pauses", until)?);
        if until < from {
            return Err(wrong(
                "pause",
                "pauses",
                "暂停的结束早于开始".into(),
                "a pause ends before it begins".into(),
            ));
        }
        pauses.push(Paused {
            cause: cause.clone(),
            from,
            until,
        });
    }
    let rule = Rule::within(span);
    let clock = Clock {
        start,
        rule: &rule,
        hours,
        days: &pack.special_days,
        zone: &zone,
        pauses: &pauses,
    };
    let answer = explain(&clock).map_err(|error| {
        let mut body = wrong(error.code(), "start", error.text().zh, error.text().en);
        if let Some(year) = error.year() {
            body["error"]["year"] = json!(year);
        }
        body
    })?;
    let zh: Vec<&str> = answer
        .explanation
        .iter()
        .map(|line| line.zh.as_str())
        .collect();
    let en: Vec<&str> = answer
        .explanation
        .iter()
        .map(|line| line.en.as_str())
        .collect();
    Ok(
        json!({"due": answer.due.at.in_zone(&zone), "end": answer.due.end, "explanation": {"zh": zh, "en": en}}),
    )
}

/// A time without an offset stands in the zone that was given.
fn local(text: &str, zone: &Zone) -> Option<Instant> {
    let (date, time) = text.split_once(['T', ' '])?;
    let day: Day = date.parse().ok()?;
    let time: jiff::civil::Time = time.parse().ok()?;
    let zoned = day
        .civil()
        .to_datetime(time)
        .to_zoned(zone.tz().clone())
        .ok()?;
    Some(Instant::from_micros(zoned.timestamp().as_microsecond()))
}
