//! What a scenario expects of a scorecard: points of a clause, a total.

use super::look::miss;
use super::stage::{Miss, Stage};
use crate::error::Error;
use crate::score::{self, Asked, Card};
use domain::id::HolderId;
use domain::name::Name;
use domain::number::Points;

impl Stage<'_> {
    /// `STANDARD#CLAUSE WHO PERIOD` or `STANDARD WHO PERIOD`.
    pub(super) fn points(
        &mut self,
        standard: &str,
        who: &str,
        period: &str,
        text: &str,
        line: u32,
    ) -> Result<Option<Miss>, Error> {
        let (standard, clause) = match standard.split_once('#') {
            Some((standard, clause)) => (standard, Some(clause)),
            None => (standard, None),
        };
        let card = match self.card(standard, who, period) {
            Ok(card) => card,
            Err(Error::Usage(why)) => {
                return Ok(Some(Miss {
                    line,
                    expected: text.to_owned(),
                    found: why,
                }));
            }
            Err(error) => return Err(error),
        };
        let Some(clause) = clause else {
            let total = card
                .total
                .map_or_else(|| "none".to_owned(), |total| total.to_string());
            let mut same = true;
            for part in text.split(", ") {
                same &= match part.strip_prefix("grade ") {
                    Some(grade) => card.grade.as_ref().is_some_and(|name| name == grade),
                    None => {
                        part == total
                            || part.parse::<Points>().ok() == card.total && card.total.is_some()
                    }
                };
            }
            let why = card
                .no_total
                .map(|why| format!(" ({})", why.zh))
                .unwrap_or_default();
            let grade = card
                .grade
                .map(|grade| format!(", grade {grade}"))
                .unwrap_or_default();
            return Ok((!same).then(|| Miss {
                line,
                expected: text.to_owned(),
                found: format!("{total}{grade}{why}"),
            }));
        };
        let Some(clause) = card.clauses.iter().find(|one| one.clause == *clause) else {
            return Ok(miss(line, text, "没有这一条 (no such clause)"));
        };
        let sum = |of: fn(&score::PartResult) -> i64| clause.parts.iter().map(of).sum::<i64>();
        let (m, v) = (sum(|part| part.m), sum(|part| part.v));
        let lost = clause
            .points
            .and_then(|points| clause.full.minus(points).ok());
        let mut same = true;
        for part in text.split(", ").map(str::trim) {
            same &= match part.split_once(' ') {
                Some(("loses", points)) => lost.is_some() && points.parse().ok() == lost,
                Some(("m", count)) => count == m.to_string(),
                Some(("v", count)) => count == v.to_string(),
                _ if part == "full" => clause.points == Some(clause.full),
                _ if part == "no-cases" => !clause.has_cases,
                _ => {
                    part == clause.state
                        || (clause.points.is_some() && part.parse().ok() == clause.points)
                }
            };
        }
        let points = clause
            .points
            .map_or_else(|| clause.state.to_owned(), |points| points.to_string());
        let lost = lost
            .map(|lost| format!(", loses {lost}"))
            .unwrap_or_default();
        let empty = if clause.has_cases { "" } else { ", no-cases" };
        Ok((!same).then(|| Miss {
            line,
            expected: text.to_owned(),
            found: format!("{points}{lost}, m {m}, v {v}{empty}"),
        }))
    }

    fn card(&self, standard: &str, who: &str, period: &str) -> Result<Card, Error> {
        let (unit, holder) = match self.cast.units.get(who) {
            Some(unit) => (Some(*unit), None),
            None => (None, Some(HolderId::from_uuid(self.named(who)?.id.uuid()))),
        };
        let asked = Asked {
            standard: Name::from(standard),
            window: score::window(period)?,
            unit,
            holder,
            as_of: self.now,
            explain: false,
        };
        score::score(&self.office, &crate::access::Actor::system(), &asked)?
            .into_iter()
            .next()
            .ok_or(Error::NotFound)
    }
}
