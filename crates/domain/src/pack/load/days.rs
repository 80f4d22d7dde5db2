//! Years of days off and make-up working days, and seasons.

use super::source::Place;
use super::{Ctx, Node, SEASON, parsed, titled_map};
use crate::calendar::{DayKind, SpecialDays};
use crate::name::{Name, Text};
use crate::season::{InSeason, OnDays, Season, SeasonYear, Span};
use crate::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn special_days(&mut self, files: &[Node]) -> SpecialDays {
        let mut years = BTreeSet::new();
        let (mut off, mut work): (BTreeMap<Day, Place>, BTreeMap<Day, Place>) = Default::default();
        let mut country = None;
        let mut notices = 0_u32;
        for file in files {
            let Some(node) = file.get("year") else {
                continue;
            };
            let year: Option<i16> = parsed(Some(node));
            match year {
                Some(year) if years.insert(year) => {}
                _ => self.fault(
                    "year-twice",
                    node.at,
                    Text::both(
                        "这一年已有数据，或不是年份",
                        "this year has data already, or is no year",
                    ),
                    Text::both("一年一个文件", "one file a year"),
                ),
            }
            if country.is_none() {
                country = file.get("country").and_then(Node::text).map(Name::from);
            }
            // Every year's notice and every correction of one counts up (S2.13).
            notices += match file.get("version") {
                None => 1,
                Some(version) => match parsed::<u32>(Some(version)) {
                    Some(number @ 1..=1_000) => number,
                    _ => {
                        self.fault(
                            "wrong-value",
                            version.at,
                            Text::both("版本从 1 起", "versions begin at 1"),
                            Text::both("每次更正加一", "count up with every correction"),
                        );
                        1
                    }
                },
            };
            for (key, list) in [("off", &mut off), ("work", &mut work)] {
                for (day, _) in file.get(key).map(Node::pairs).unwrap_or_default() {
                    let text = day.text().unwrap_or_default();
                    match text.parse::<Day>() {
                        Ok(read) => {
                            list.insert(read, day.at);
                        }
                        Err(_) => self.fault(
                            "wrong-value",
                            day.at,
                            Text::both(format!("`{text}` 不是日期"), format!("`{text}` is no day")),
                            Text::both("写 2026-01-01", "write 2026-01-01"),
                        ),
                    }
                }
            }
        }
        for (day, at) in &work {
            if off.contains_key(day) {
                self.fault(
                    "day-twice",
                    *at,
                    Text::both(
                        format!("{day} 既放假又上班"),
                        format!("{day} is listed both as off and as work"),
                    ),
                    Text::both("删掉一处", "remove one of the two"),
                );
            }
        }
        if years.is_empty() {
            return SpecialDays::none();
        }
        let name = country.unwrap_or_else(|| "days".into());
        SpecialDays::new(name, notices, years, off.into_keys(), work.into_keys())
            .unwrap_or_else(|_| SpecialDays::none())
    }

    pub(super) fn seasons(&mut self, files: &[(Name, Node)]) -> BTreeMap<Name, Season> {
        let mut seasons = BTreeMap::new();
        for (name, node) in files {
            let mut years = BTreeMap::new();
            for (key, value) in node.get("years").map(Node::pairs).unwrap_or_default() {
                let Some(year) = parsed::<i16>(Some(key)) else {
                    self.fault(
                        "wrong-value",
                        key.at,
                        Text::both("这里要年份", "a year is asked here"),
                        Text::both("例如 2026", "for example 2026"),
                    );
                    continue;
                };
                let plain = matches!(value.data, crate::pack::yaml::Data::List(_));
                let usual = if plain {
                    Some(value)
                } else {
                    value.get("usual")
                };
                let mut known = SeasonYear {
                    usual: usual.and_then(|span| self.span_of(span, year)),
                    regions: BTreeMap::new(),
                };
                let regions = value.get("regions").map(Node::pairs).unwrap_or_default();
                for (code, span) in regions {
                    if let Some((code, span)) = code.text().zip(self.span_of(span, year)) {
                        known.regions.insert(code.to_owned(), span);
                    }
                }
                years.insert(year, known);
            }
            let season = Season {
                name: name.clone(),
                title: titled_map(node, name.as_str()),
                years,
            };
            seasons.insert(name.clone(), season);
        }
        seasons
    }

    /// First and last day of a season that begins in a year.
    fn span_of(&mut self, node: &Node, year: i16) -> Option<Span> {
        let days: Vec<Option<Day>> = node.many().iter().map(|day| parsed(Some(day))).collect();
        if let [Some(first), Some(last)] = days[..]
            && first <= last
            && first.year() == year
        {
            return Some((first, last));
        }
        self.fault(
            "wrong-value",
            node.at,
            Text::both(
                format!("季节要起止两日，{year} 年开始，先起后止"),
                format!("a season has a first and a last day in this order, and begins in {year}"),
            ),
            Text::both(
                format!("例如 [{year}-11-07, {}-03-15]", year + 1),
                format!("for example [{year}-11-07, {}-03-15]", year + 1),
            ),
        );
        None
    }

    /// On which days of its rhythm something recurs.
    pub(super) fn on_days(&mut self, node: &Node) -> OnDays {
        OnDays {
            season: self.in_season(node),
            kind: match node.get("days").and_then(Node::text) {
                Some("workdays") => Some(DayKind::Workdays),
                Some("restdays") => Some(DayKind::Restdays),
                _ => None,
            },
        }
    }

    /// `season: heating` or `outside: heating`.
    fn in_season(&mut self, node: &Node) -> Option<InSeason> {
        let index = Rc::clone(&self.index);
        let (inside, named) = match (node.get("season"), node.get("outside")) {
            (Some(named), None) => (true, named),
            (None, Some(named)) => (false, named),
            (None, None) => return None,
            (Some(_), Some(second)) => {
                self.fault(
                    "too-many-keys",
                    second.at,
                    Text::both(
                        "season 和 outside 只能写一个",
                        "only one of `season`, `outside`",
                    ),
                    Text::both("留下一个", "keep one"),
                );
                return None;
            }
        };
        let season = self.refer(named, SEASON, &index.seasons)?;
        Some(InSeason { season, inside })
    }
}
