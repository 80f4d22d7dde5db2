//! The sheets of several appraisers, weighed (S7.11, S7.12).

use super::card::AppraisalResult;
use super::{Gather, number};
use crate::error::Error;
use domain::clock::{self, Clock, Due, Rule};
use domain::name::Name;
use domain::number::Points;
use domain::pack::standard::Weight;
use domain::scorecard::{
    Adjusted, Appraisal, Given, Grade, NoTotal, Sheet, Total, Veto, Weighed, finish, weigh,
};
use domain::time::Moment;
use domain::unit::Unit;
use std::collections::BTreeMap;

/// What weighing needs beside the sheets.
pub(super) struct Weighing<'a> {
    pub(super) gather: &'a Gather<'a>,
    pub(super) unit: &'a Unit,
    pub(super) grades: &'a [Grade],
    pub(super) adjustments: &'a [Adjusted],
}

type Weighted = (Sheet, Result<Total, NoTotal>, Vec<AppraisalResult>);

impl Weighing<'_> {
    /// `sheets`: what each appraiser's adds up to, with its total if he has given all that he must. A section that is zero on one sheet is
    /// so on that one; what caps the total caps the weighed one, whichever sheet it came from.
    pub(super) fn weigh(
        &self,
        sheets: &BTreeMap<Name, (Sheet, Option<Total>)>,
        violated: &[Veto],
    ) -> Result<Weighted, Error> {
        let standard = self.gather.standard;
        let mut appraisals = Vec::new();
        let mut shown = Vec::new();
        for (name, weight) in &standard.weights {
            let total = sheets.get(name).and_then(|(_, total)| total.clone());
            let given = match &total {
                Some(total) => Given::Total(total.points),
                None if self.until(weight)?.is_late(self.gather.as_of) => Given::NotGiven,
                None => Given::Awaited,
            };
            shown.push(AppraisalResult {
                part: name.clone(),
                title: weight.title.clone().into(),
                weight_bp: weight.weight.get(),
                given: match given {
                    Given::Total(_) => "given",
                    Given::Awaited => "awaited",
                    Given::NotGiven => "not-given",
                },
                total: total.map(|total| total.points),
            });
            appraisals.push(Appraisal {
                name: name.clone(),
                appraiser: weight.appraiser,
                weight: weight.weight,
                given,
            });
        }
        // What the card says of points and coverage is said by a sheet that was given, of several by the one that weighs most.
        let heaviest = appraisals
            .iter()
            .max_by_key(|one| (matches!(one.given, Given::Total(_)), one.weight))
            .and_then(|one| sheets.get(&one.name))
            .map(|(sheet, _)| *sheet)
            .ok_or(Error::NotFound)?;
        let weighed = weigh(&appraisals).map_err(|error| Error::Usage(error.to_string()))?;
        let total = match weighed {
            Weighed::Total { points, .. } => Ok(finish(
                points,
                standard.full,
                self.adjustments,
                violated,
                self.grades,
            )
            .map_err(number)?),
            Weighed::Blocked { awaited, overdue } => Err(NoTotal::Marks { awaited, overdue }),
            Weighed::Nothing => Err(NoTotal::NothingLeft),
        };
        let earned = match &total {
            Ok(total) => total.points,
            Err(_) => Points::ZERO,
        };
        Ok((Sheet { earned, ..heaviest }, total, shown))
    }

    /// Until when an appraiser gives his marks: counted from the period's last day.
    fn until(&self, weight: &Weight) -> Result<Due, Error> {
        clock::due(&Clock {
            start: Moment::On(self.gather.window.last()),
            rule: &Rule::within(weight.within),
            hours: None,
            days: &self.gather.pack.special_days,
            zone: &self.unit.zone,
            pauses: &[],
        })
        .map_err(|error| Error::Usage(error.to_string()))
    }
}
