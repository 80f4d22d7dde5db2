//! Seasons (季节): spans of days that move from year to year and differ between regions, such as the one in which homes are heated.
//!
//! Years are data, as for days of rest: a day whose year has none is an error that names the year, never a guess (S2.14).

use crate::calendar::{DayKind, NoCalendarData};
use crate::name::{Name, Text};
use crate::pack::model::Pack;
use crate::time::Day;
use std::collections::BTreeMap;

/// First and last day, both inclusive.
pub type Span = (Day, Day);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Season {
    pub name: Name,
    pub title: Text,
    /// By the year in which it begins.
    pub years: BTreeMap<i16, SeasonYear>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeasonYear {
    /// Where no region of its own is named.
    pub usual: Option<Span>,
    /// By the code of a unit: it binds the unit and those below it.
    pub regions: BTreeMap<String, Span>,
}

/// A rhythm that holds in a season, or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InSeason {
    pub season: Name,
    pub inside: bool,
}

/// On which of its days a rhythm holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnDays {
    pub season: Option<InSeason>,
    /// On days of this kind only.
    pub kind: Option<DayKind>,
}

impl OnDays {
    /// Whether the rhythm holds on a day of it, in a unit with these codes, its own first and the top of the tree last.
    ///
    /// # Errors
    /// The season or the calendar has no data for the year (S2.14).
    pub fn admit(&self, pack: &Pack, day: Day, codes: &[String]) -> Result<bool, NoCalendarData> {
        let in_season = match &self.season {
            Some(season) => season.admits(&pack.seasons, day, codes)?,
            None => true,
        };
        Ok(in_season && self.of_kind(pack, day)?)
    }

    /// Whether the calendar alone lets the rhythm hold.
    ///
    /// # Errors
    /// The calendar has no data for the year (S2.14).
    pub fn of_kind(&self, pack: &Pack, day: Day) -> Result<bool, NoCalendarData> {
        self.kind
            .map_or(Ok(true), |kind| kind.admits(&pack.special_days, day))
    }
}

impl Season {
    /// Whether a day lies in the season, for a unit with these codes, its own first and the top of the tree last.
    ///
    /// # Errors
    /// Neither the season that began in the day's year nor, before it began, the one of the year before is known.
    pub fn holds(&self, day: Day, codes: &[String]) -> Result<bool, NoCalendarData> {
        let of = |year: i16| -> Option<Option<Span>> {
            let year = self.years.get(&year)?;
            let own = codes.iter().find_map(|code| year.regions.get(code));
            Some(own.copied().or(year.usual))
        };
        let inside =
            |span: Option<Span>| span.is_some_and(|(first, last)| (first..=last).contains(&day));
        let (this, before) = (of(day.year()), of(day.year() - 1));
        if this.is_some_and(inside) || before.is_some_and(inside) {
            return Ok(true);
        }
        match (this, before) {
            (None, _) => Err(NoCalendarData { year: day.year() }),
            // Until this year's begins, last year's might still hold.
            (Some(Some((first, _))), None) if day < first => Err(NoCalendarData {
                year: day.year() - 1,
            }),
            (Some(_), _) => Ok(false),
        }
    }
}

impl InSeason {
    /// Whether the rhythm holds on a day; a season that the pack does not know holds never.
    ///
    /// # Errors
    /// As [`Season::holds`].
    fn admits(
        &self,
        seasons: &BTreeMap<Name, Season>,
        day: Day,
        codes: &[String],
    ) -> Result<bool, NoCalendarData> {
        match seasons.get(&self.season) {
            Some(season) => Ok(season.holds(day, codes)? == self.inside),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn heating() -> Season {
        let year = |from: &str, until: &str, north: (&str, &str)| SeasonYear {
            usual: Some((day(from), day(until))),
            regions: [("NORTH".to_owned(), (day(north.0), day(north.1)))].into(),
        };
        Season {
            name: "heating".into(),
            title: Text::default(),
            years: [
                (
                    2025,
                    year("2025-11-07", "2026-03-15", ("2025-10-20", "2026-04-10")),
                ),
                (
                    2026,
                    year("2026-11-15", "2027-03-15", ("2026-10-20", "2027-04-10")),
                ),
            ]
            .into(),
        }
    }

    /// S2.14
    #[test]
    fn s2_14_a_season_moves_by_year_and_region_and_is_never_guessed() {
        let (plain, north) = (
            vec!["P1".to_owned()],
            vec!["P2".to_owned(), "NORTH".to_owned()],
        );
        for (on, plainly, northern) in [
            ("2025-11-06", Err(2024), Ok(true)),
            ("2025-11-07", Ok(true), Ok(true)),
            ("2026-03-15", Ok(true), Ok(true)),
            ("2026-03-16", Ok(false), Ok(true)),
            ("2026-07-01", Ok(false), Ok(false)),
            ("2026-11-07", Ok(false), Ok(true)),
            ("2026-11-15", Ok(true), Ok(true)),
            ("2027-03-16", Err(2027), Ok(true)),
            ("2027-06-01", Err(2027), Err(2027)),
        ] {
            let held = |codes: &[String]| heating().holds(day(on), codes).map_err(|none| none.year);
            assert_eq!(held(&plain), plainly, "{on}");
            assert_eq!(held(&north), northern, "{on} in the north");
        }
    }
}
