//! What a cell says, and how a value is written into one: the titles of the pack, dates as people write them, money in yuan.

use crate::import::habit::Habit;
use crate::import::plan::{hundredths, whole, yes_no};
use crate::import::refusal::Refusal;
use domain::name::{Name, Text};
use domain::pack::model::{Choice, Field, FieldType, Kind, Pack, Role};
use domain::time::{Moment, Zone};
use domain::value::Value;

/// What separates several choices in one cell.
const SEPARATORS: [char; 5] = ['、', ',', '，', ';', '；'];

/// The value that a cell states for a field that names nobody else.
///
/// # Errors
/// Why it states none.
pub(super) fn value(
    (pack, kind): (&Pack, &Kind),
    field: &Field,
    text: &str,
    zone: &Zone,
) -> Result<Value, Refusal> {
    let wrong = |code, zh: &str, en: &str| Refusal::new(code, zh, en);
    if kind.role == Some(Role::Posting) && field.name == *"post" {
        return post(pack, text).map(|name| Value::from(name.as_str()));
    }
    Ok(match &field.ty {
        FieldType::Int { .. } => Value::Int(
            whole(text).ok_or_else(|| wrong("value-not-int", "不是整数", "not a whole number"))?,
        ),
        FieldType::Money { .. } => Value::Int(
            hundredths(text.trim_start_matches(['¥', '￥']).trim_end_matches('元')).ok_or_else(
                || {
                    wrong(
                        "value-not-money",
                        "不是最多两位小数的金额",
                        "not an amount with up to two decimals",
                    )
                },
            )?,
        ),
        FieldType::Ratio => Value::Int(hundredths(text.trim_end_matches(['%', '％'])).ok_or_else(
            || {
                wrong(
                    "value-not-ratio",
                    "不是最多两位小数的百分数",
                    "not a percentage with up to two decimals",
                )
            },
        )?),
        FieldType::Bool => Value::Bool(yes_no(text).ok_or_else(|| {
            wrong(
                "value-not-bool",
                "不是“是/否”（true/false、1/0、是/否）",
                "neither yes nor no (true/false, 1/0)",
            )
        })?),
        FieldType::Choice(choices) => choice(choices, text)?,
        FieldType::Choices(choices) => Value::List(
            text.split(SEPARATORS)
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| choice(choices, item))
                .collect::<Result<_, _>>()?,
        ),
        FieldType::Day => match moment(text, zone)? {
            Moment::On(day) => Value::from(day.to_string()),
            Moment::At(at) => Value::from(zone.day_of(at).to_string()),
        },
        FieldType::Instant => match moment(text, zone)? {
            Moment::At(at) => Value::from(at.to_string()),
            // A last day is a whole day.
            Moment::On(day) if field.name == *"until" => Value::from(zone.end_of(day).to_string()),
            Moment::On(day) => Value::from(zone.start_of(day).to_string()),
        },
        FieldType::Moment => Value::from(match moment(text, zone)? {
            Moment::At(at) => at.to_string(),
            Moment::On(day) => day.to_string(),
        }),
        FieldType::Text { .. }
        | FieldType::Phone
        | FieldType::Member
        | FieldType::Team
        | FieldType::Unit
        | FieldType::Files { .. }
        | FieldType::Signature => Value::from(text),
    })
}

fn moment(text: &str, zone: &Zone) -> Result<Moment, Refusal> {
    Habit::in_zone(zone.clone()).moment(text).map_err(|error| {
        let reason = error.reason();
        Refusal::new(error.code(), reason.zh, reason.en)
    })
}

/// Whether a text is what something is called, in either language or as programs say it.
pub(super) fn is_called(text: &str, name: &Name, title: &Text) -> bool {
    *name == *text || title.zh == text || title.en.eq_ignore_ascii_case(text)
}

fn choice(choices: &[Choice], text: &str) -> Result<Value, Refusal> {
    let found = choices
        .iter()
        .find(|choice| choice.name == *text)
        .or_else(|| {
            choices
                .iter()
                .find(|it| is_called(text, &it.name, &it.title))
        });
    found
        .map(|choice| Value::from(choice.name.as_str()))
        .ok_or_else(|| {
            let list = |of: fn(&Text) -> &String| {
                let titles: Vec<&str> = choices.iter().map(|it| of(&it.title).as_str()).collect();
                titles.join("、")
            };
            Refusal::new(
                "choice-unknown",
                format!("不在可选值之内；可填：{}", list(|text| &text.zh)),
                format!("none of the choices: {}", list(|text| &text.en)),
            )
        })
}

/// A post by its name, its titles or what other companies call it (ORG-01).
fn post<'p>(pack: &'p Pack, text: &str) -> Result<&'p Name, Refusal> {
    let exact = pack
        .posts
        .values()
        .find(|post| is_called(text, &post.name, &post.title));
    let also = || {
        let mut posts = pack.posts.values();
        posts.find(|post| post.synonyms.iter().any(|other| other == text))
    };
    exact.or_else(also).map(|post| &post.name).ok_or_else(|| {
        let known: Vec<&str> = pack
            .posts
            .values()
            .map(|post| post.title.zh.as_str())
            .collect();
        let known = known.join("、");
        Refusal::new(
            "post-unknown",
            format!("没有这个岗位；有：{known}"),
            format!("there is no such post; there are: {known}"),
        )
    })
}

/// A value as a cell shows it, so that it is read back as what it is; nothing of what is private.
pub(super) fn shown(
    (pack, kind): (&Pack, &Kind),
    field: &Field,
    value: &Value,
    zone: &Zone,
) -> String {
    let text = match value {
        Value::Null | Value::Sealed(_) => return String::new(),
        Value::Bool(truth) => return if *truth { "是" } else { "否" }.to_owned(),
        Value::Int(number) => {
            return match field.ty {
                FieldType::Money { .. } | FieldType::Ratio => {
                    let sign = if *number < 0 { "-" } else { "" };
                    let number = number.unsigned_abs();
                    format!("{sign}{}.{:02}", number / 100, number % 100)
                }
                _ => number.to_string(),
            };
        }
        Value::List(list) => {
            let items = list
                .iter()
                .map(|item| shown((pack, kind), field, item, zone));
            return items.collect::<Vec<_>>().join("、");
        }
        Value::Text(text) => text,
    };
    if kind.role == Some(Role::Posting) && field.name == *"post" {
        let post = pack.posts.get(text.as_str());
        return post.map_or(text.clone(), |post| post.title.zh.clone());
    }
    match &field.ty {
        FieldType::Choice(choices) | FieldType::Choices(choices) => {
            let title = choices
                .iter()
                .find(|it| it.name == **text)
                .map(|it| &it.title.zh);
            let title = title.filter(|title| {
                choice(choices, title).is_ok_and(|value| value.as_text() == Some(text))
            });
            title.unwrap_or(text).clone()
        }
        FieldType::Instant | FieldType::Moment => match text.parse::<domain::time::Instant>() {
            Ok(at) => {
                let local: String = at.in_zone(zone).chars().take(19).collect();
                let local = local.replace('T', " ");
                // Not where it has a fraction of a second, or the clocks say it twice.
                let same = moment(&local, zone).is_ok_and(|read| read == Moment::At(at));
                if same { local } else { text.clone() }
            }
            Err(_) => text.clone(),
        },
        _ => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Result<Value, &'static str> {
        let found = moment(text, &Zone::shanghai()).map_err(|refusal| refusal.code)?;
        Ok(Value::from(match found {
            Moment::On(day) => day.to_string(),
            Moment::At(at) => at.to_string(),
        }))
    }

    #[test]
    fn a_day_is_read_in_every_habit_and_never_guessed() {
        for text in [
            "2026-03-05",
            "2026/3/5",
            "2026.3.5",
            "2026年3月5日",
            "20260305",
            "２０２６－０３－０５",
        ] {
            assert_eq!(day(text), Ok(Value::from("2026-03-05")), "{text}");
        }
        assert_eq!(day("05/03/2026"), Err("time-ambiguous"));
        assert_eq!(day("26-3-5"), Err("time-short-year"));
        assert_eq!(day("2026-02-30"), Err("time-no-such-day"));
        assert_eq!(day("46086"), Err("time-bare-number"));
    }
}
