//! What a company lays down once: pack.yaml, posts, calendars, schedules.

use super::index::unit;
use super::{Ctx, Files, Node, POST, flag, titled, titled_map};
use crate::access::May;
use crate::calendar::{OpenDays, Opening, SpecialDays, WorkingHours};
use crate::clock::Span;
use crate::name::{Name, Text};
use crate::number::Bp;
use crate::pack::model::{Cause, Ledger, Looser, Parameter, ParameterUnit, ParameterValue, Post};
use crate::season::Season;
use crate::time::Zone;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub(super) struct Company {
    pub(super) name: Name,
    pub(super) version: String,
    pub(super) title: Text,
    pub(super) zone: String,
    pub(super) parameters: BTreeMap<Name, Parameter>,
    pub(super) causes: BTreeMap<Name, Cause>,
    pub(super) posts: BTreeMap<Name, Post>,
    pub(super) calendars: BTreeMap<Name, WorkingHours>,
    pub(super) special_days: SpecialDays,
    pub(super) seasons: BTreeMap<Name, Season>,
    pub(super) ledgers: BTreeMap<Name, Ledger>,
}

impl Ctx<'_> {
    pub(super) fn company(&mut self, files: &Files) -> Option<Company> {
        let posts = self.posts(files.posts.as_ref());
        let calendars = self.calendars(&files.hours);
        let special_days = self.special_days(&files.years);
        self.roles(files);
        let seasons = self.seasons(&files.seasons);
        let ledgers = self.ledgers(files.pack.as_ref());
        let pack = files.pack.as_ref()?;
        let mut causes = BTreeMap::new();
        for (key, value) in pairs(pack, "causes") {
            let Some(name) = key.text() else { continue };
            let cause = Cause {
                name: name.into(),
                title: titled(Some(value), name),
                needs_contact_attempt: flag(value, "contact-attempt"),
            };
            causes.insert(name.into(), cause);
        }
        let mut parameters = BTreeMap::new();
        for (key, value) in pairs(pack, "parameters") {
            let Some(name) = key.text() else { continue };
            if let Some(parameter) = self.parameter_of(name, value) {
                parameters.insert(name.into(), parameter);
            }
        }
        let zone = match pack.get("zone") {
            None => "Asia/Shanghai".to_owned(),
            Some(zone) => {
                let name = zone.text().unwrap_or_default();
                if Zone::named(name).is_none() {
                    self.fault(
                        "wrong-value",
                        zone.at,
                        Text::both(
                            format!("没有时区 `{name}`"),
                            format!("there is no time zone `{name}`"),
                        ),
                        Text::both("例如 Asia/Shanghai", "for example Asia/Shanghai"),
                    );
                }
                name.to_owned()
            }
        };
        let version = pack.get("version")?;
        let version_text = version.text()?;
        let numbers: Vec<&str> = version_text.split('.').collect();
        if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
            self.fault(
                "wrong-value",
                version.at,
                Text::both(
                    format!("`{version_text}` 不是版本号"),
                    format!("`{version_text}` is no version"),
                ),
                Text::both("写三个数，例如 1.4.0", "write three numbers, such as 1.4.0"),
            );
        }
        let name = pack.get("pack")?.text()?;
        Some(Company {
            name: name.into(),
            version: version_text.into(),
            title: titled(pack.get("title"), name),
            zone,
            parameters,
            causes,
            posts,
            calendars,
            special_days,
            seasons,
            ledgers,
        })
    }

    fn parameter_of(&mut self, name: &str, node: &Node) -> Option<Parameter> {
        let unit = unit(node.get("unit")?.text()?)?;
        let default_node = node.get("default")?;
        let default = self.parameter_value(default_node, unit);
        let bounds_node = node.get("bounds");
        let bounds = match bounds_node.map(Node::many) {
            None => None,
            Some([low, high]) => {
                let (low, high) = (
                    self.parameter_value(low, unit),
                    self.parameter_value(high, unit),
                );
                low.zip(high)
            }
            Some(_) => {
                let at = bounds_node.map_or(node.at, |node| node.at);
                self.fault(
                    "bounds",
                    at,
                    Text::both("上下限要两个值", "bounds are two values"),
                    Text::both("写 bounds: [下限, 上限]", "write bounds: [LEAST, MOST]"),
                );
                None
            }
        };
        if let (Some((low, high)), Some(at)) = (&bounds, bounds_node)
            && order(low, high).is_none_or(std::cmp::Ordering::is_gt)
        {
            self.fault(
                "bounds",
                at.at,
                Text::both(
                    "下限大于上限，或两个值不能比较",
                    "the lower bound is above the upper one, or they cannot be compared",
                ),
                Text::both("下限写在前", "write the lower one first"),
            );
        }
        if let (Some((low, high)), Some(at), Some(default)) = (&bounds, bounds_node, &default)
            && !(alike(low, default) && alike(high, default))
        {
            self.fault(
                "bounds",
                at.at,
                Text::both(
                    "上下限与默认值的计法不同，任何调整都无法与之比较",
                    "the bounds are counted in other units than the default, so that no setting could be compared with them",
                ),
                Text::both(
                    "用默认值的单位写上下限，例如默认 P3M 就写 [P1M, P12M]",
                    "write the bounds in the unit of the default, such as [P1M, P12M] for P3M",
                ),
            );
        }
        let by = self.parameter_cases(node, unit, bounds.as_ref());
        if let Some(default) = &default {
            self.within_bounds(default_node, default, bounds.as_ref());
        }
        let looser = match node.get("looser").and_then(Node::text) {
            Some("higher") => Looser::Higher,
            Some("lower") => Looser::Lower,
            Some(_) => Looser::Neither,
            None => match unit {
                ParameterUnit::Duration => Looser::Higher,
                ParameterUnit::BasisPoints => Looser::Lower,
                _ => Looser::Neither,
            },
        };
        Some(Parameter {
            name: name.into(),
            title: titled_map(node, name),
            unit,
            default: default?,
            bounds,
            by,
            looser,
        })
    }

    fn parameter_cases(
        &mut self,
        node: &Node,
        unit: ParameterUnit,
        bounds: Option<&(ParameterValue, ParameterValue)>,
    ) -> Option<(Name, BTreeMap<String, ParameterValue>)> {
        let [(attribute, cases), more @ ..] = node.get("by")?.pairs() else {
            return None;
        };
        let known = ["unit.level", "unit.type", "project.level", "project.type"].map(Name::from);
        let what = ("no-such-attribute", "单元属性", "attribute of a unit");
        let name = self.refer(attribute, what, &known);
        if let [(second, _), ..] = more {
            self.fault(
                "too-many-keys",
                second.at,
                Text::both("默认值只能按一个属性分", "defaults go by one attribute"),
                Text::both("留下一个", "keep one"),
            );
        }
        let mut values = BTreeMap::new();
        for (key, value) in cases.pairs() {
            let Some(case) = key.text() else { continue };
            if let Some(read) = self.parameter_value(value, unit) {
                self.within_bounds(value, &read, bounds);
                values.insert(case.to_owned(), read);
            }
        }
        Some((name?, values))
    }

    fn within_bounds(
        &mut self,
        node: &Node,
        value: &ParameterValue,
        bounds: Option<&(ParameterValue, ParameterValue)>,
    ) {
        let Some((low, high)) = bounds else { return };
        let inside = order(low, value).is_some_and(std::cmp::Ordering::is_le)
            && order(value, high).is_some_and(std::cmp::Ordering::is_le);
        if !inside {
            let text = node.text().unwrap_or_default();
            self.fault(
                "bounds",
                node.at,
                Text::both(
                    format!("`{text}` 不在上下限之内"),
                    format!("`{text}` is not within the bounds"),
                ),
                Text::both("改默认值或上下限", "change the default or the bounds"),
            );
        }
    }

    fn parameter_value(&mut self, node: &Node, unit: ParameterUnit) -> Option<ParameterValue> {
        let text = node.text()?;
        let value = match unit {
            ParameterUnit::Duration => match text.parse::<Span>() {
                Ok(span) => return Some(ParameterValue::Span(span)),
                Err(_) => {
                    crate::pack::shape::check(
                        node,
                        node.at,
                        &crate::pack::shape::Shape::Span,
                        &mut self.faults,
                    );
                    return None;
                }
            },
            ParameterUnit::BasisPoints => text
                .parse::<Bp>()
                .ok()
                .map(|bp| ParameterValue::Number(bp.get())),
            ParameterUnit::Fen | ParameterUnit::Count => {
                text.parse().ok().map(ParameterValue::Number)
            }
            ParameterUnit::Flag => text.parse().ok().map(ParameterValue::Flag),
            ParameterUnit::Text => Some(ParameterValue::Text(text.into())),
        };
        if value.is_none() {
            let word = super::limit::unit_word(unit);
            self.fault(
                "parameter-unit",
                node.at,
                Text::both(
                    format!("`{text}` 不是单位为 {word} 的值"),
                    format!("`{text}` is no value in {word}"),
                ),
                Text::both(
                    "时限写 PT5M、P3D；比率写 9500bp；金额写分；开关写 true、false",
                    "durations are PT5M or P3D, ratios 9500bp, money fen, flags true or false",
                ),
            );
        }
        value
    }

    fn posts(&mut self, node: Option<&Node>) -> BTreeMap<Name, Post> {
        let index = Rc::clone(&self.index);
        let mut posts = BTreeMap::new();
        let Some(node) = node else { return posts };
        for (key, value) in pairs(node, "posts") {
            let Some(name) = key.text() else { continue };
            let reports_to = value
                .get("reports-to")
                .and_then(|post| self.refer(post, POST, &index.posts));
            let synonyms = value
                .get("synonyms")
                .map(Node::many)
                .unwrap_or_default()
                .iter()
                .filter_map(|word| word.text().map(str::to_owned))
                .collect();
            let post = Post {
                name: name.into(),
                title: titled(Some(value), name),
                synonyms,
                reports_to,
                grid: flag(value, "grid"),
                // Worked out once the kinds are known.
                may: May::default(),
            };
            posts.insert(Name::from(name), post);
        }
        for (key, value) in pairs(node, "posts") {
            let Some(name) = key.text() else { continue };
            let above = |post: &Name| {
                posts
                    .get(post)
                    .and_then(|post: &Post| post.reports_to.clone())
            };
            let way_up = std::iter::successors(above(&name.into()), above).take(posts.len());
            let comes_back = way_up.into_iter().any(|post| post == *name);
            if let (true, Some(to)) = (comes_back, value.get("reports-to")) {
                self.fault(
                    "post-circle",
                    to.at,
                    Text::both(
                        "上级岗位绕成一圈，没有最上级",
                        "these posts report in a circle: nobody is at the top",
                    ),
                    Text::both("去掉其中一个 reports-to", "take one `reports-to` out"),
                );
            }
        }
        posts
    }

    fn calendars(&mut self, files: &[Node]) -> BTreeMap<Name, WorkingHours> {
        let mut calendars = BTreeMap::new();
        for (key, value) in files.iter().flat_map(Node::pairs) {
            let Some(name) = key.text() else { continue };
            let mut openings = Vec::new();
            for opening in value.many() {
                openings.extend(self.opening(opening));
            }
            if openings.len() != value.many().len() {
                continue;
            }
            if name == "clock" || calendars.contains_key(name) {
                self.fault(
                    "name-twice",
                    key.at,
                    Text::both(
                        format!("营业时间 `{name}` 已经有了"),
                        format!("the calendar `{name}` exists already"),
                    ),
                    Text::both("换个名字", "give it another name"),
                );
                continue;
            }
            match WorkingHours::new(openings) {
                Ok(hours) => {
                    calendars.insert(Name::from(name), hours);
                }
                Err(wrong) => self.fault(
                    "wrong-hours",
                    key.at,
                    wrong.text(),
                    Text::both(
                        "写 periods: [[08:30, 12:00], [13:30, 17:30]]",
                        "write periods: [[08:30, 12:00], [13:30, 17:30]]",
                    ),
                ),
            }
        }
        calendars
    }

    fn opening(&mut self, node: &Node) -> Option<Opening> {
        let mut periods = Vec::new();
        for pair in node.get("periods")?.many() {
            let ends: Vec<Option<u16>> = pair
                .many()
                .iter()
                .map(|end| end.text().and_then(minute))
                .collect();
            match ends[..] {
                [Some(from), Some(to)] => periods.push((from, to)),
                _ => {
                    self.fault(
                        "wrong-hours",
                        pair.at,
                        Text::both(
                            "时段要有起止两个时刻",
                            "a period has a beginning and an end",
                        ),
                        Text::both(
                            "写 [08:30, 12:00]，最晚 24:00",
                            "write [08:30, 12:00], 24:00 at the latest",
                        ),
                    );
                    return None;
                }
            }
        }
        let days = match node.get("days") {
            None => OpenDays::Workdays,
            Some(days) => self.open_days(days)?,
        };
        Some(Opening { days, periods })
    }

    fn open_days(&mut self, node: &Node) -> Option<OpenDays> {
        const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        match node.text() {
            Some("workdays") => return Some(OpenDays::Workdays),
            Some("restdays") => return Some(OpenDays::Restdays),
            Some("every-day") => return Some(OpenDays::Every),
            _ => {}
        }
        let mut days = BTreeSet::new();
        for item in node.many() {
            let text = item.text().unwrap_or_default();
            let Some(day) = (1..).zip(WEEK).find(|(_, name)| *name == text) else {
                self.fault(
                    "unknown-word",
                    item.at,
                    Text::both(
                        format!("没有 `{text}` 这种日子"),
                        format!("`{text}` is no kind of day"),
                    ),
                    crate::near::did_you_mean(
                        text,
                        WEEK.into_iter()
                            .chain(["workdays", "restdays", "every-day"]),
                    ),
                );
                return None;
            };
            days.insert(day.0);
        }
        Some(OpenDays::Weekdays(days))
    }

    /// A register that the program reads is given once.
    fn roles(&mut self, files: &Files) {
        let mut seen: BTreeMap<&str, &Name> = BTreeMap::new();
        for (kind, node) in &files.kinds {
            let Some((is, word)) = node.get("is").and_then(|is| Some((is, is.text()?))) else {
                continue;
            };
            if let Some(first) = seen.insert(word, kind) {
                self.fault(
                    "role-twice",
                    is.at,
                    Text::both(
                        format!("`{first}` 已经是 `is: {word}`"),
                        format!("`{first}` is the pack's `is: {word}` already"),
                    ),
                    Text::both("留下一个", "keep one of them"),
                );
            }
        }
    }
}

pub(super) fn pairs<'n>(node: &'n Node, key: &str) -> &'n [(Node, Node)] {
    node.get(key).map(Node::pairs).unwrap_or_default()
}

/// `08:30` → minutes after midnight; `24:00` is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0));
    fits.then(|| hours * 60 + minutes)
}

/// Whether two values are counted in one way: hours and days, months and years are not compared when a setting is judged (S8.4).
fn alike(a: &ParameterValue, b: &ParameterValue) -> bool {
    match (a, b) {
        (ParameterValue::Span(a), ParameterValue::Span(b)) => {
            std::mem::discriminant(a) == std::mem::discriminant(b)
        }
        _ => true,
    }
}

/// `None` where the two cannot be compared.
pub(super) fn order(a: &ParameterValue, b: &ParameterValue) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (ParameterValue::Number(a), ParameterValue::Number(b)) => Some(a.cmp(b)),
        (ParameterValue::Span(a), ParameterValue::Span(b)) => {
            Some(a.rough_micros().cmp(&b.rough_micros()))
        }
        (ParameterValue::Flag(a), ParameterValue::Flag(b)) => Some(a.cmp(b)),
        (ParameterValue::Text(a), ParameterValue::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
