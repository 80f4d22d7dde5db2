//! Cards: clauses in the order of the standard, then the total in the order of S7.11.
//!
//! A clause's evidence is gathered once for everybody whose card has it. An instrument with weights has a sheet for each appraiser: what is
//! computed is the same on all of them, what is marked is each appraiser's own (S7.12).

use super::said::{Item, Reason, costs};
use super::{Found, FoundBy, Gather, Key, Whom, number, present, subject, weighed};
use crate::error::Error;
use domain::id::{HolderId, MemberId};
use domain::name::Name;
use domain::number::{Points, Ratio};
use domain::pack::standard::{self, Clause, Selector, Subject};
use domain::points::{self, Earned, Way, WhenEmpty};
use domain::record::scope::DataScope;
use domain::scorecard::{
    self, Adjusted, Grade, Left, Line, Present, Reach, Standing, Veto, vetoes,
};
use domain::tally::Tally;
use domain::unit::Unit;
use domain::value::{Data, Value};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

use super::card::{Card, ClauseResult, PartResult};

/// The sheets of one subject while they are filled in.
struct Filling {
    key: Key,
    posts: Option<Vec<Name>>,
    clauses: Vec<ClauseResult>,
    /// By appraiser; one without a name where nothing is weighed.
    sheets: BTreeMap<Option<Name>, Sheet>,
    adjustments: Vec<Adjusted>,
}

#[derive(Default)]
struct Sheet {
    lines: Vec<Line>,
    violated: Vec<Veto>,
    /// Whether a mark was given that counts here, and whether one is lacking that must be.
    marked: bool,
    lacking: bool,
}

/// The cards of everybody who is asked for.
pub(super) fn cards(tx: &mut Tx<'_>, gather: &Gather<'_>, unit: &Unit) -> Result<Vec<Card>, Error> {
    let standard = gather.standard;
    let sheets: Vec<Option<Name>> = if standard.weights.is_empty() {
        vec![None]
    } else {
        standard.weights.keys().cloned().map(Some).collect()
    };
    let mut filling: Vec<Filling> = gather
        .whom
        .keys()
        .into_iter()
        .map(|key| Filling {
            key,
            posts: key
                .filter(|_| standard.scores == Subject::Member)
                .and_then(|holder| subject::posts(gather.views, holder, gather.window)),
            clauses: Vec::new(),
            sheets: sheets
                .iter()
                .map(|name| (name.clone(), Sheet::default()))
                .collect(),
            adjustments: Vec::new(),
        })
        .collect();
    for clause in &standard.clauses {
        fill_in(tx, gather, unit, clause, &mut filling)?;
    }
    filling
        .into_iter()
        .map(|filling| finish(gather, unit, filling))
        .collect()
}

fn fill_in(
    tx: &mut Tx<'_>,
    gather: &Gather<'_>,
    unit: &Unit,
    clause: &Clause,
    filling: &mut [Filling],
) -> Result<(), Error> {
    let window = clause.window.map_or(gather.window, |period| {
        period.containing(gather.window.last())
    });
    let applies = applies(clause, gather, unit);
    let left = |filling: &Filling| {
        Reach {
            applies,
            posts: &clause.posts,
            held: filling.posts.as_deref(),
            in_period: !clause.counts_in_closing_period || gather.window.closes(window.period()),
        }
        .left()
    };
    let reached: BTreeSet<HolderId> = filling
        .iter()
        .filter(|filling| left(filling).is_none())
        .filter_map(|filling| filling.key)
        .collect();
    let whom = match &gather.whom {
        Whom::Whole => Whom::Whole,
        Whom::Each(_) => Whom::Each(reached),
    };
    let mut found: Vec<FoundBy> = if filling.iter().any(|filling| left(filling).is_none()) {
        let gather = Gather {
            whom,
            ..gather.clone()
        };
        let parts = clause.parts.iter();
        parts
            .map(|part| gather.part(tx, clause, &part.selector, window))
            .collect::<Result<_, _>>()?
    } else {
        Vec::new()
    };
    for filling in filling {
        if let Some(left) = left(filling) {
            for sheet in filling.sheets.values_mut() {
                sheet.lines.push(line(clause, Standing::Left(left)));
            }
            let said = vec![left.text().into()];
            let told = result(clause, None, left.code(), false, said, Vec::new());
            filling.clauses.push(ClauseResult {
                left: Some(left),
                ..told
            });
            continue;
        }
        let mine: Vec<Found> = found
            .iter_mut()
            .zip(&clause.parts)
            .map(|(found, part)| {
                found
                    .remove(&filling.key)
                    .unwrap_or_else(|| Found::nothing(&part.selector))
            })
            .collect();
        judge(clause, mine, filling)?;
    }
    Ok(())
}

/// One clause of one subject, on every sheet.
fn judge(clause: &Clause, found: Vec<Found>, filling: &mut Filling) -> Result<(), Error> {
    if let Some(Way::Adjust { min, max }) = clause.parts.first().map(|part| &part.way) {
        let given = adjusted(&found).clamp(*min, *max);
        filling.adjustments.push(Adjusted {
            clause: clause.name.clone(),
            points: given,
            most: *max,
        });
        let parts = parts(clause, found)?;
        filling.clauses.push(result(
            clause,
            Some(given),
            "earned",
            true,
            Vec::new(),
            parts,
        ));
        return Ok(());
    }
    let rule = points::Rule {
        points: clause.points,
        cap: clause.cap,
        when_empty: clause.when_empty,
    };
    let given = |sheet: &Option<Name>| -> Vec<points::Part<'_>> {
        let parts = clause.parts.iter().zip(&found);
        parts
            .map(|(part, found)| points::Part {
                way: &part.way,
                may_cost: part.may_cost,
                evidence: found.on_sheet(sheet.as_ref()),
            })
            .collect()
    };
    let mut each: Vec<(Option<Name>, Earned)> = Vec::new();
    for (name, sheet) in &mut filling.sheets {
        let earned = points::clause(rule, &given(name))
            .map_err(|error| Error::Usage(format!("{}: {error}", clause.name)))?;
        for found in &found {
            if let points::Evidence::Marks(marks) = found.on_sheet(name.as_ref()) {
                sheet.marked |= !marks.is_empty();
                sheet.lacking |= marks.is_empty() && clause.when_empty != WhenEmpty::Exclude;
            }
        }
        if let Some(veto) = clause.veto.as_ref().filter(|_| vetoes(&earned)) {
            sheet.violated.push(match veto {
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
        sheet.lines.push(line(clause, Standing::from(&earned)));
        each.push((name.clone(), earned));
    }
    let mut items: Vec<Vec<Item>> = found.iter().map(|found| found.items.clone()).collect();
    if let [(None, earned)] = &each[..] {
        costs(rule, &given(&None), earned, &mut items);
    }
    let found = found
        .into_iter()
        .zip(items)
        .map(|(found, items)| Found { items, ..found })
        .collect();
    let found: Vec<Found> = found;
    let found_tallies: Vec<Tally> = found.iter().map(|found| found.tally).collect();
    let has_cases = each.iter().any(|(_, earned)| earned.has_cases);
    // On an instrument with weights a clause's own value is there to be read: the mean of the sheets that have it (S7.11).
    let shown: Vec<Points> = each
        .iter()
        .filter_map(|(_, earned)| earned.points)
        .collect();
    let points = match &shown[..] {
        [] => None,
        shown => {
            let sum = Ratio::sum(shown.iter().map(|points| points.ratio())).map_err(number)?;
            let count = Ratio::whole(i64::try_from(shown.len()).unwrap_or(i64::MAX));
            let mean = sum.over(count).and_then(Ratio::points).map_err(number)?;
            Some(mean)
        }
    };
    let said = each.iter().flat_map(|(name, earned)| {
        earned.said.iter().cloned().map(move |text| match name {
            None => Reason::from(text),
            Some(name) => Reason {
                zh: format!("{name}：{}", text.zh),
                en: format!("{name}: {}", text.en),
            },
        })
    });
    let state = if points.is_some() && has_cases {
        "earned"
    } else {
        "no-cases"
    };
    let said = said.collect();
    let counts = Tally::sum(found_tallies).map_err(number)?;
    let told = result(
        clause,
        points,
        state,
        has_cases,
        said,
        parts(clause, found)?,
    );
    filling.clauses.push(ClauseResult {
        left: points.is_none().then_some(Left::NoCases),
        counts,
        ..told
    });
    Ok(())
}

fn finish(gather: &Gather<'_>, unit: &Unit, filling: Filling) -> Result<Card, Error> {
    let standard = gather.standard;
    let grades: Vec<Grade> = standard
        .grades
        .iter()
        .map(|grade| Grade {
            name: grade.name.clone(),
            from: grade.from,
        })
        .collect();
    let present = match (standard.scores, filling.key) {
        (Subject::Member, Some(holder)) => present::present(
            gather.views,
            MemberId::from_uuid(holder.uuid()),
            gather.window,
            gather.as_of,
        ),
        _ => Present::Whole,
    };
    let of_sheet = |sheet: &Sheet, adjustments: &[Adjusted]| {
        scorecard::total(&scorecard::Card {
            lines: &sheet.lines,
            adjustments,
            vetoes: &sheet.violated,
            grades: &grades,
            least_covered: standard.least_covered,
            present,
        })
        .map_err(number)
    };
    let mut appraisals = Vec::new();
    let (sheet, total) = match filling.sheets.get(&None) {
        Some(only) => of_sheet(only, &filling.adjustments)?,
        None => {
            let weighing = weighed::Weighing {
                gather,
                unit,
                grades: &grades,
                adjustments: &filling.adjustments,
            };
            let mut named = BTreeMap::new();
            let mut violated = Vec::new();
            for (name, sheet) in &filling.sheets {
                let Some(name) = name else { continue };
                let (figures, total) = of_sheet(sheet, &[])?;
                let whole = sheet.marked && !sheet.lacking;
                named.insert(name.clone(), (figures, total.ok().filter(|_| whole)));
                violated.extend(sheet.violated.iter().cloned());
            }
            let (figures, total, shown) = weighing.weigh(&named, &violated)?;
            appraisals = shown;
            (figures, total)
        }
    };
    let rules = &gather.views[0].rules;
    let mut parameters: Vec<String> = gather
        .views
        .iter()
        .flat_map(|view| {
            let zone = &view.unit.zone;
            let ends = gather.window.ends(zone).plus_micros(-1);
            let then = |at| view.parameters.in_force(at);
            // As the window begins for what it asks, and as it ends for duties that opened within.
            [gather.window.begins(zone), ends.min(gather.as_of)].map(then)
        })
        .flatten()
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
        subject: filling
            .key
            .map_or_else(|| unit.code.clone(), |holder| gather.names.of(holder)),
        holder: filling.key,
        period: gather.window.to_string(),
        as_of: gather.as_of.in_zone(&unit.zone),
        full: sheet.full,
        earned: sheet.earned,
        covered: sheet.covered,
        left_out: sheet.left_out,
        total: total.as_ref().ok().map(|total| total.points),
        grade: total.as_ref().ok().and_then(|total| total.grade.clone()),
        no_total: total.as_ref().err().map(|none| none.text().into()),
        appraisals,
        parameters,
        clauses: filling.clauses,
        outcome: total,
        at: gather.as_of,
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
        left: None,
        counts: Tally::ZERO,
    }
}

fn parts(clause: &Clause, found: Vec<Found>) -> Result<Vec<PartResult>, Error> {
    let mut parts = Vec::new();
    for (part, found) in clause.parts.iter().zip(found) {
        let tally = shown(&part.selector, &found);
        let whole = |count: i128| i64::try_from(count).unwrap_or(i64::MAX);
        parts.push(PartResult {
            way: part.way.name(),
            m: tally.met,
            v: whole(tally.not_in_time()),
            n: whole(match &part.selector {
                Selector::Mean { .. } => found.tally.values.into(),
                _ => tally.n(),
            }),
            pending: tally.pending,
            excused: tally.excused,
            exempt: tally.exempt,
            withdrawn: tally.withdrawn,
            anomalous: tally.anomalous,
            apart: tally.apart,
            wilson_bp: scorecard::few(&tally)
                .map_err(number)?
                .map(|(low, high)| (low.get(), high.get())),
            evidence: found.items,
        });
    }
    Ok(parts)
}

/// The counts that a part shows: of a ratio, those for which it holds and those for which it does not.
fn shown(selector: &Selector, found: &Found) -> Tally {
    let tally = found.tally;
    match selector {
        Selector::Ratio { .. } => Tally {
            values: 0,
            sum: 0,
            met: tally.sum,
            missed: tally.values - tally.sum,
            ..tally
        },
        _ => tally,
    }
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
