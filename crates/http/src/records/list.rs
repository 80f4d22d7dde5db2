//! `GET /api/units/{unit}/records`: a page of a unit's records.

use super::RecordRow;
use crate::State;
use crate::actor::Actor;
use crate::answer::Answer;
use crate::ask::{Params, blocking, reading};
use crate::problem::{Problem, ProblemBody};
use crate::shape::at;
use app::records::{Asked, Open, Sort};
use axum::extract::{Path, State as Given};
use domain::id::RecordId;
use domain::name::Name;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A page of records.
#[derive(Debug, Serialize, ToSchema)]
struct Records {
    records: Vec<RecordRow>,
    /// For `cursor`, if there is a next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    as_of: String,
}

/// Records of a unit, by page. Any link of the kinds may be a parameter as well, such as `home=ID`: records that point there.
#[utoipa::path(get, path = "/api/units/{unit}/records", tag = "records", operation_id = "list_records",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("kind" = Option<String>, Query),
        ("state" = Option<String>, Query, description = "One state, or several with commas between"),
        ("open" = Option<String>, Query, description = "`true` (default), `false` or `all`"),
        ("assignee" = Option<String>, Query, description = "Login or id of the member who works on it"),
        ("team" = Option<String>, Query, description = "Code or id of its team"),
        ("holder" = Option<String>, Query, description = "Login, code or id of the holder of the duty that is due first"),
        ("q" = Option<String>, Query, description = "Words, parts of Chinese words, a room, the last four digits of a telephone number, a number"),
        ("overdue" = Option<bool>, Query, description = "With a duty that is late"),
        ("opened_from" = Option<String>, Query, description = "A day or an instant, inclusive"),
        ("opened_to" = Option<String>, Query, description = "A day, inclusive, or an instant, exclusive"),
        ("sort" = Option<String>, Query, description = "`due`, `newest` or `oldest`"),
        ("fields" = Option<String>, Query, description = "Fields to show as `data` and links to show as `links`, with commas between"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "1 to 200; 50 if not said", minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = Records),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Params(query): Params<Vec<(String, String)>>,
) -> Result<Answer<Records>, Problem> {
    let Query { mut asked, fields } = asked(&query)?;
    asked.called.clone_from(&fields);
    let searches = asked.q.is_some();
    let work = move |office: &app::Office| app::records::list(office, &actor.0, &unit, &asked);
    let page = if searches {
        blocking(state.office, work).await?
    } else {
        reading(state.office, work).await?
    };
    let records = page
        .rows
        .iter()
        .map(|row| RecordRow::of(row, &page.view, page.as_of, &fields).calling(row, &page.linked))
        .collect();
    Ok(Answer(Records {
        records,
        next: page.next.map(cursor),
        as_of: at(page.as_of, &page.view.unit.zone),
    }))
}

/// A list's parameters, read.
pub(crate) struct Query {
    pub(crate) asked: Asked,
    pub(crate) fields: Vec<Name>,
}

/// Reads the parameters of a list; a name that is none of them is taken for a link.
pub(crate) fn asked(query: &[(String, String)]) -> Result<Query, Problem> {
    let mut asked = Asked {
        limit: 50,
        ..Asked::default()
    };
    let mut fields = Vec::new();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        let text = || Some(value.clone());
        match name.as_str() {
            "kind" => asked.kind = Some(Name::from(value.as_str())),
            "state" => asked.states.extend(value.split(',').map(Name::from)),
            "open" => {
                asked.open = Some(match value.as_str() {
                    "true" => Open::Yes,
                    "false" => Open::No,
                    "all" => Open::Both,
                    _ => return Err(one_of("open", "true, false, all")),
                });
            }
            "assignee" => asked.assignee = text(),
            "team" => asked.team = text(),
            "holder" => asked.holder = text(),
            "q" => asked.q = text(),
            "overdue" => {
                asked.overdue = match value.as_str() {
                    "true" => true,
                    "false" => false,
                    _ => return Err(one_of("overdue", "true, false")),
                }
            }
            "opened_from" => asked.opened_from = text(),
            "opened_to" => asked.opened_to = text(),
            "sort" => {
                asked.sort = Some(match value.as_str() {
                    "due" => Sort::Due,
                    "newest" => Sort::Newest,
                    "oldest" => Sort::Oldest,
                    _ => return Err(one_of("sort", "due, newest, oldest")),
                });
            }
            "fields" => fields.extend(value.split(',').map(Name::from)),
            "cursor" => asked.after = Some(position(value)?),
            "limit" => {
                asked.limit = value
                    .parse()
                    .ok()
                    .filter(|limit| (1..=200).contains(limit))
                    .ok_or_else(|| one_of("limit", "1 … 200"))?;
            }
            link => {
                let Ok(id) = value.parse() else {
                    return Err(Problem::wrong(
                        link,
                        "query-unknown",
                        &format!("没有查询参数“{link}”；若为关联，请给出记录的编号（UUID）。"),
                        &format!(
                            "There is no parameter `{link}`; for a link give the record's id."
                        ),
                    ));
                };
                asked.link = Some((Some(Name::from(link)), id));
            }
        }
    }
    asked.fields.clone_from(&fields);
    Ok(Query { asked, fields })
}

fn one_of(field: &str, of: &str) -> Problem {
    Problem::wrong(
        field,
        "query-value",
        &format!("“{field}”应为：{of}。"),
        &format!("`{field}` is one of: {of}."),
    )
}

/// Where a page ended, for the caller to hand back as it is.
pub(crate) fn cursor((due, id): (i64, RecordId)) -> String {
    format!("{:016x}{}", due.cast_unsigned(), id.uuid().simple())
}

pub(crate) fn position(cursor: &str) -> Result<(i64, RecordId), Problem> {
    let wrong = || {
        Problem::wrong(
            "cursor",
            "cursor-wrong",
            "cursor 无效；请从第一页重新开始。",
            "The cursor is none of ours; begin with the first page again.",
        )
    };
    let (due, id) = cursor.split_at_checked(16).ok_or_else(wrong)?;
    let due = u64::from_str_radix(due, 16).map_err(|_| wrong())?;
    let id = id.parse().map_err(|_| wrong())?;
    Ok((due.cast_signed(), id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_where_the_page_ended() {
        let id: RecordId = "01900000-0000-7000-8000-000000000001".parse().unwrap();
        for due in [0, 1_772_000_000_000_000, i64::MAX, -5] {
            assert_eq!(position(&cursor((due, id))).unwrap(), (due, id));
        }
        for wrong in ["", "0", "xyz", "００００００００００００００００"] {
            assert!(position(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_parameter_that_is_none_is_refused_by_name() {
        let query = |name: &str, value: &str| asked(&[(name.into(), value.into())]);
        assert!(query("stat", "open").is_err());
        assert!(query("limit", "0").is_err());
        assert!(query("sort", "name").is_err());
        assert!(query("home", "01900000-0000-7000-8000-000000000001").is_ok());
    }
}
