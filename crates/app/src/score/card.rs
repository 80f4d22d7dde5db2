//! One card: clauses in the order of the standard, then the total in the order of S7.11.

use super::said::{Item, Reason, costs};
use super::{Found, Gather, number, present, subject};
use crate::error::Error;
use domain::id::{HolderId, MemberId, UnitId};
use domain::name::Name;
use domain::number::Points;
use domain::pack::standard::{self, Clause, Subject};
use domain::period::Window;
use domain::points::{self, Way};
use domain::record::scope::DataScope;
use domain::scorecard::{self, Adjusted, Grade, Line, Present, Reach, Standing, Veto, vetoes};
use domain::tally::Tally;
use domain::unit::Unit;
use domain::value::{Data, Value};
use serde::Serialize;
use store::Tx;

/// A standard applied (考核表). Live until it is sealed.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    pub standard: Name,
    pub standard_version: u32,
    pub pack: String,
    pub pack_number: i64,
    pub unit: String,
    /// Login, code, or the unit's own.
    pub subject: String,
    #[serde(skip)]
    pub holder: Option<HolderId>,
    pub period: String,
    pub as_of: String,
    pub full: Points,
    pub earned: Points,
    /// Points of clauses with cases or marks.
    pub covered: Points,
    pub left_out: Points,
    pub total: Option<Points>,
    pub grade: Option<Name>,
    pub no_total: Option<Reason>,
    /// Values set above the pack's defaults, printed because they may loosen (S8.4).
    pub parameters: Vec<String>,
    pub clauses: Vec<ClauseResult>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ClauseResult {
    pub clause: Name,
    pub section: Option<Name>,
    pub title: Reason,
    pub full: Points,
    /// `None`: left out of the total.
    pub points: Option<Points>,
    /// `earned`, `no-cases`, `not-applicable`, `other-post`, `not-in-this-period`.
    pub state: &'static str,
    pub has_cases: bool,
    pub said: Vec<Reason>,
    pub parts: Vec<PartResult>,
    pub covers: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct PartResult {
    pub way: &'static str,
    pub m: i64,
    pub v: i64,
    pub n: i64,
    pub pending: i64,
    pub excused: i64,
    pub exempt: i64,
    pub withdrawn: i64,
    pub anomalous: i64,
    /// The 95% interval of the rate where there are fewer than 20 cases, in basis points (S7.13).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wilson_bp: Option<(i64, i64)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Item>,
}

pub(super) fn card(
    tx: &mut Tx<'_>,
    gather: &Gather<'_>,
    top: UnitId,
    units: &[Unit],
) -> Result<Card, Error> {
    let standard = gather.standard;
    let unit = units
        .iter()
        .find(|unit| unit.id == top)
        .ok_or(Error::NotFound)?;
    let posts = gather
        .holder
        .filter(|_| standard.scores == Subject::Member)
        .and_then(|holder| subject::posts(gather.views, holder, gather.window));
    let mut clauses = Vec::new();
    let mut lines = Vec::new();
    let mut adjustments = Vec::new();
    let mut violated = Vec::new();
    for clause in &standard.clauses {
        let window = clause.window.map_or(gather.window, |period| {
            period.containing(gather.window.last())
        });
        let reach = Reach {
            applies: applies(clause, gather, unit),
            posts: &clause.posts,
            held: posts.as_deref(),
            in_period: !clause.counts_in_closing_period || gather.window.closes(window.period()),
        };
        if let Some(left) = reach.left() {
            lines.push(line(clause, Standing::Left(left)));
            clauses.push(result(
                clause,
                None,
                left.code(),
                false,
                vec![left.text().into()],
                Vec::new(),
            ));
            continue;
        }
        let found = clause
            .parts
            .iter()
            .map(|part| gather.part(tx, clause, &part.selector, window))
            .collect::<Result<Vec<Found>, _>>()?;
        if let Some(Way::Adjust { min, max }) = clause.parts.first().map(|part| &part.way) {
            let given = adjusted(&found).clamp(*min, *max);
            adjustments.push(Adjusted {
                clause: clause.name.clone(),
                points: given,
                most: *max,
            });
            clauses.push(result(
                clause,
                Some(given),
                "earned",
                true,
                Vec::new(),
                parts(clause, found)?,
            ));
            continue;
        }
        let rule = points::Rule {
            points: clause.points,
            cap: clause.cap,
            when_empty: clause.when_empty,
        };
        let given: Vec<points::Part<'_>> = clause
            .parts
            .iter()
            .zip(&found)
            .map(|(part, found)| points::Part {
                way: &part.way,
                may_cost: part.may_cost,
                evidence: found.evidence.clone(),
            })
            .collect();
        let earned = points::clause(rule, &given)
            .map_err(|error| Error::Usage(format!("{}: {error}", clause.name)))?;
        let mut items: Vec<Vec<Item>> = found.iter().map(|found| found.items.clone()).collect();
        costs(rule, &given, &earned, &mut items);
        let found: Vec<Found> = found
            .into_iter()
            .zip(items)
            .map(|(found, items)| Found { items, ..found })
            .collect();
        if let Some(veto) = clause.veto.as_ref().filter(|_| vetoes(&earned)) {
            violated.push(match veto {
                standard::Veto::SectionZero => Veto::SectionZero(
                    clause
                        .section
                        .clone()
                        .unwrap_or_else(|| clause.name.clone()),
                ),
                standard::Veto::TotalAtMost(most) => Veto::TotalAtMost(*most),
                standard::Veto::GradeAtMost(grade) => Veto::GradeAtMost(grade.clone()),
            });
        }
        let standing = Standing::from(&earned);
        let state = match standing {
            Standing::Earned {
                has_cases: true, ..
            } => "earned",
            Standing::Earned {
                has_cases: false, ..
            }
            | Standing::Left(_) => "no-cases",
        };
        lines.push(line(clause, standing));
        let said = earned.said.iter().cloned().map(Reason::from).collect();
        clauses.push(result(
            clause,
            earned.points,
            state,
            earned.has_cases,
            said,
            parts(clause, found)?,
        ));
    }
    let grades: Vec<Grade> = standard
        .grades
        .iter()
        .map(|grade| Grade {
            name: grade.name.clone(),
            from: grade.from,
        })
        .collect();
    let present = match (standard.scores, gather.holder) {
        (Subject::Member, Some(holder)) => present::present(
            gather.views,
            MemberId::from_uuid(holder.uuid()),
            gather.window,
            gather.as_of,
        ),
        _ => Present::Whole,
    };
    let card = scorecard::Card {
        lines: &lines,
        adjustments: &adjustments,
        vetoes: &violated,
        grades: &grades,
        least_covered: standard.least_covered,
        present,
    };
    let (sheet, total) = scorecard::total(&card).map_err(number)?;
    let rules = &gather.views[0].rules;
    let zone = &unit.zone;
    let mut parameters: Vec<String> = gather
        .views
        .iter()
        .flat_map(|view| view.parameters.in_force(gather.as_of))
        .map(|set| format!("{} = {}", set.parameter, set.value))
        .collect();
    parameters.sort();
    parameters.dedup();
    Ok(Card {
        standard: standard.name.clone(),
        standard_version: standard.version,
        pack: format!("{} {}", rules.pack.name, rules.pack.version),
        pack_number: rules.number.0,
        unit: unit.code.clone(),
        subject: gather
            .holder
            .map_or_else(|| unit.code.clone(), |holder| gather.names.of(holder)),
        holder: gather.holder,
        period: gather.window.to_string(),
        as_of: gather.as_of.in_zone(zone),
        full: sheet.full,
        earned: sheet.earned,
        covered: sheet.covered,
        left_out: sheet.left_out,
        total: total.as_ref().ok().map(|total| total.points),
        grade: total.as_ref().ok().and_then(|total| total.grade.clone()),
        no_total: total.err().map(|none| none.text().into()),
        parameters,
        clauses,
    })
}

fn line(clause: &Clause, standing: Standing) -> Line {
    Line {
        clause: clause.name.clone(),
        section: clause.section.clone(),
        full: clause.points,
        standing,
    }
}

fn result(
    clause: &Clause,
    points: Option<Points>,
    state: &'static str,
    has_cases: bool,
    said: Vec<Reason>,
    parts: Vec<PartResult>,
) -> ClauseResult {
    ClauseResult {
        clause: clause.name.clone(),
        section: clause.section.clone(),
        title: clause.title.clone().into(),
        full: clause.points,
        points,
        state,
        has_cases,
        said,
        parts,
        covers: clause.covers.clone(),
    }
}

fn parts(clause: &Clause, found: Vec<Found>) -> Result<Vec<PartResult>, Error> {
    let mut parts = Vec::new();
    for (part, found) in clause.parts.iter().zip(found) {
        let tally = match &found.evidence {
            points::Evidence::Counts(tally) => *tally,
            points::Evidence::Measured { .. } | points::Evidence::Marks(_) => Tally::ZERO,
        };
        let whole = |count: i128| i64::try_from(count).unwrap_or(i64::MAX);
        parts.push(PartResult {
            way: part.way.name(),
            m: tally.met,
            v: whole(tally.not_in_time()),
            n: whole(tally.n()),
            pending: tally.pending,
            excused: tally.excused,
            exempt: tally.exempt,
            withdrawn: tally.withdrawn,
            anomalous: tally.anomalous,
            wilson_bp: scorecard::few(&tally)
                .map_err(number)?
                .map(|(low, high)| (low.get(), high.get())),
            evidence: found.items,
        });
    }
    Ok(parts)
}

/// A condition on the unit's type, level and flags (S7.9). Where units below are scored together, on the one that is asked for.
fn applies(clause: &Clause, gather: &Gather<'_>, unit: &Unit) -> bool {
    let Some(condition) = &clause.applies else {
        return true;
    };
    let unit = match gather.views {
        [only] => &only.unit,
        _ => unit,
    };
    let attributes = &unit.attributes;
    let flags = attributes
        .flags
        .iter()
        .map(|flag| Value::from(flag.as_str()))
        .collect();
    let data: Data = [
        (
            Name::from("type"),
            attributes.kind.as_deref().map_or(Value::Null, Value::from),
        ),
        (
            Name::from("level"),
            attributes.level.map_or(Value::Null, Value::from),
        ),
        (Name::from("flags"), Value::List(flags)),
    ]
    .into();
    condition.holds(&UnitScope(&data)).unwrap_or(false)
}

/// `unit.type`, `project.level` and the like.
struct UnitScope<'a>(&'a Data);

impl domain::expr::Scope for UnitScope<'_> {
    fn get(&self, path: &[Name]) -> Value {
        match path {
            [first, name] if *first == "unit" || *first == "project" => {
                self.0.get(name).cloned().unwrap_or_default()
            }
            _ => DataScope(self.0).get(path),
        }
    }
}

/// The signed sum of marks given for an adjustment.
fn adjusted(found: &[Found]) -> Points {
    let marks = found.iter().flat_map(|found| match &found.evidence {
        points::Evidence::Marks(marks) => marks.clone(),
        points::Evidence::Counts(_) | points::Evidence::Measured { .. } => Vec::new(),
    });
    Points::sum(marks).unwrap_or(Points::ZERO)
}

/// The window of a text like `2026-03`, `2026-W14`, `2026-Q2`, `2026-H1`, `2026`, `2026-03-05`.
///
/// # Errors
/// No period is written so.
pub fn window(text: &str) -> Result<Window, Error> {
    text.parse().map_err(|_| {
        Error::Usage(format!(
            "“{text}”不是考核期；例如 2026-03、2026-Q1、2026-W14、2026 (not a period)"
        ))
    })
}
