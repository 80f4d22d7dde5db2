//! Two people in one post on one grid at one time: each would think the other's work his own.

use super::row::{Says, span};
use super::run::{Run, There};
use crate::import::refusal::Refusal;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::time::{Instant, Zone};
use domain::value::Data;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Run<'_> {
    /// Rows by which two people would serve one grid in one post at the same time.
    pub(super) fn served_twice(
        &self,
        planned: &[(Says, Option<(String, usize)>)],
        there: &HashMap<String, Vec<There>>,
    ) -> BTreeMap<usize, Refusal> {
        struct Serving {
            row: Option<usize>,
            member: Option<RecordId>,
            from: Instant,
            until: Option<Instant>,
        }
        let member = |links: &BTreeMap<Name, RecordId>| links.get("member").copied();
        let place_of = |unit: UnitId, data: &Data| {
            let text = |name: &str| data.get(name)?.as_text();
            let (post, grid) = (text("post")?, text("grid")?);
            let serves = self
                .layout
                .pack
                .posts
                .get(post)
                .is_some_and(|post| post.grid);
            (serves && !grid.is_empty()).then(|| (unit, post.to_owned(), grid.to_owned()))
        };
        let zones: HashMap<UnitId, &Zone> = self
            .places
            .values()
            .map(|place| (place.unit.id, &place.unit.zone))
            .collect();
        let mut all: BTreeMap<(UnitId, String, String), Vec<Serving>> = BTreeMap::new();
        let mut spoken = BTreeSet::new();
        for (says, known) in planned {
            let known = known
                .as_ref()
                .and_then(|(key, index)| there.get(key)?.get(*index));
            let mut data = known.map(|it| it.data.clone()).unwrap_or_default();
            data.extend(says.data.clone());
            let before = known.map(|it| &it.data);
            spoken.extend(known.map(|it| it.target.id));
            let Some(place) = place_of(says.place.unit.id, &data) else {
                continue;
            };
            let (from, until) = span(&data, &says.place.unit.zone);
            // A row that says what is so already is not at fault.
            let same = before.is_some_and(|before| {
                let same = |name: &str| before.get(name) == data.get(name);
                same("grid") && same("from") && same("until")
            });
            all.entry(place).or_default().push(Serving {
                row: (!same).then_some(says.row),
                member: member(&says.links),
                from: from.unwrap_or(Instant::from_micros(i64::MIN)),
                until,
            });
        }
        for it in there.values().flatten() {
            let Some(zone) = zones.get(&it.target.unit) else {
                continue;
            };
            if spoken.contains(&it.target.id) {
                continue;
            }
            if let Some(place) = place_of(it.target.unit, &it.data) {
                let (from, until) = span(&it.data, zone);
                all.entry(place).or_default().push(Serving {
                    row: None,
                    member: member(&it.links),
                    from: from.unwrap_or(Instant::from_micros(i64::MIN)),
                    until,
                });
            }
        }
        let mut crossing = BTreeMap::new();
        for ((_, _, grid), serving) in &all {
            for (index, one) in serving.iter().enumerate() {
                let Some(row) = one.row else { continue };
                let crosses = |other: &Serving| {
                    other.member != one.member
                        && one.until.is_none_or(|until| other.from < until)
                        && other.until.is_none_or(|until| one.from < until)
                };
                // Of two rows of the file the later one is at fault.
                let others = serving
                    .iter()
                    .enumerate()
                    .filter(|(other, it)| *other != index && (it.row.is_none() || *other < index));
                if others.into_iter().any(|(_, other)| crosses(other)) {
                    let fault = Refusal::new(
                        "grid-served-twice",
                        "同一时间已有另一人以同一岗位负责这个网格；请先写明前任的结束日期",
                        "another serves the grid in this post at the same time; state his last day first",
                    );
                    crossing.insert(row, fault.value(grid));
                }
            }
        }
        crossing
    }
}
