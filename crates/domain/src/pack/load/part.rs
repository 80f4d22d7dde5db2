//! Parts of a clause: what they look at and how that becomes points.

use super::every::hosted_name;
use super::index::{Head, type_of};
use super::{Ctx, DUTY, FIELD, KIND, LINK, Node, STANDARD, STEP, flag, parsed};
use crate::clock::Span;
use crate::expr::Type;
use crate::name::{Name, Text};
use crate::number::{Bp, Points};
use crate::pack::model::ParameterUnit;
use crate::pack::standard::{Given, MeanOf, Needed, Part, Population, Quota, Selector};
use crate::pack::yaml::Data;
use crate::points::{Band, Bound, Combine, Direction, PointsError, Tiers, Way};
use crate::record::TODAY;
use std::rc::Rc;
use std::str::FromStr;

impl Ctx<'_> {
    pub(super) fn parts(&mut self, clause: &Node, points: Points) -> Vec<Part> {
        let mut parts = Vec::new();
        for node in clause.get("parts").map(Node::many).unwrap_or_default() {
            let selector = self.selector(node);
            let way = self.way(node);
            let may_cost: Option<Points> = parsed(node.get("may-cost"));
            let (Some(selector), Some(way)) = (selector, way) else {
                continue;
            };
            let at = node.get("way").map_or(node.at, |way| way.at);
            if let Err(wrong) = way.check(may_cost.unwrap_or(points)) {
                self.wrong_way(at, &wrong);
            }
            let by_hand = matches!(selector, Selector::Mark);
            let marks = matches!(way, Way::Marks { .. });
            if by_hand != marks && !(by_hand && matches!(way, Way::Adjust { .. })) {
                self.fault(
                    "way-unsuited",
                    at,
                    Text::both(
                        "人工评分（mark）用 marks 或 adjust，别的不能用 marks",
                        "a human mark goes with `marks` or `adjust`, and nothing else goes with `marks`",
                    ),
                    Text::both(
                        "mark 写 way: {marks: last}；其余写 by-rate、per-violation、tiers",
                        "for a mark write way: {marks: last}; else by-rate, per-violation, tiers",
                    ),
                );
            }
            parts.push(Part {
                selector,
                way,
                may_cost,
            });
        }
        parts
    }

    fn wrong_way(&mut self, at: super::source::Place, wrong: &PointsError) {
        let (code, zh, help_zh, help_en) = match wrong {
            PointsError::BandsOpen => (
                "tiers-open",
                "分档没有盖住整个范围",
                "最后一档从 0bp 起，或写 [else, 0]",
                "let the last band begin at 0bp, or end with [else, 0]",
            ),
            PointsError::BandsOrder | PointsError::BandsUnit => (
                "tiers-order",
                "分档要从好到差，分数不能越差越多，界限用同一种单位",
                "例如 [[9800bp, 5], [9500bp, 4], [0bp, 0]]",
                "for example [[9800bp, 5], [9500bp, 4], [0bp, 0]]",
            ),
            PointsError::Reason => (
                "reason-missing",
                "all-or-nothing 要说明理由",
                "在旁边写 reason: 为什么一次不成就全扣",
                "write `reason:` beside it: why one miss costs everything",
            ),
            PointsError::Beyond { .. } => (
                "points-beyond",
                "分档给的分超过条款的分值",
                "不超过条款的 points（或本部分的 may-cost）",
                "give at most the clause's points (or the part's may-cost)",
            ),
            _ => (
                "wrong-way",
                "这种计分方式不成立",
                "写法见 docs/packs.md 的 way 表",
                "see the table of ways in docs/packs.md",
            ),
        };
        let en = wrong.to_string();
        let en = en.split_once(": ").map_or(en.as_str(), |(_, said)| said);
        self.fault(code, at, Text::both(zh, en), Text::both(help_zh, help_en));
    }

    fn way(&mut self, part: &Node) -> Option<Way> {
        let node = part.get("way")?;
        let target: Option<Bp> = parsed(part.get("target"));
        let reason = part.get("reason").and_then(Node::text);
        if let Some(word) = node.text() {
            return match word {
                "by-rate" => Some(Way::ByRate { target }),
                "marks" => Some(Way::Marks {
                    combine: Combine::default(),
                }),
                "all-or-nothing" => Some(Way::AllOrNothing {
                    target,
                    reason: reason.unwrap_or_default().into(),
                }),
                _ => None,
            };
        }
        if let Some(each) = node.get("per-violation") {
            return parsed(Some(each)).map(|each| Way::PerViolation { each });
        }
        if let Some(marks) = node.get("marks") {
            return Some(Way::Marks {
                combine: match marks.text() {
                    Some("mean") => Combine::Mean,
                    Some("sum-of-deductions") => Combine::SumOfDeductions,
                    _ => Combine::Last,
                },
            });
        }
        if let Some(adjust) = node.get("adjust") {
            let bounds: Vec<Option<Points>> = adjust
                .many()
                .iter()
                .map(|bound| parsed(Some(bound)))
                .collect();
            if let [Some(min), Some(max)] = bounds[..] {
                return Some(Way::Adjust { min, max });
            }
            self.fault(
                "bounds",
                adjust.at,
                Text::both(
                    "加减分要有下限和上限",
                    "an adjustment has a lower and an upper bound",
                ),
                Text::both("写 {adjust: [-5, 5]}", "write {adjust: [-5, 5]}"),
            );
            return None;
        }
        self.tiers(node.get("tiers")?)
    }

    fn tiers(&mut self, node: &Node) -> Option<Way> {
        let (direction, list, mut otherwise) = match &node.data {
            Data::Map(_) => match (node.get("at-least"), node.get("at-most")) {
                (Some(list), _) => (Some(Direction::AtLeast), list, parsed(node.get("else"))),
                (_, Some(list)) => (Some(Direction::AtMost), list, parsed(node.get("else"))),
                _ => return None,
            },
            _ => (None, node, None),
        };
        let mut bands: Vec<Band> = Vec::new();
        for item in list.many() {
            let [bound, points] = item.many() else {
                self.wrong_band(item);
                return None;
            };
            let Some(points) = parsed::<Points>(Some(points)) else {
                self.wrong_band(item);
                return None;
            };
            if matches!(bound.text(), Some("else" | "otherwise")) {
                otherwise = Some(points);
                continue;
            }
            let Some(bound) = bound.text().and_then(bound_of) else {
                self.wrong_band(item);
                return None;
            };
            bands.push(Band { bound, points });
        }
        // A list of values with rising bounds says how much a band allows (the sooner the better); rates are the better the higher.
        let rising = matches!(bands[..], [a, b, ..] if !matches!(a.bound, Bound::Rate(_)) && a.bound.ratio() < b.bound.ratio());
        let direction = direction.unwrap_or(match rising {
            true => Direction::AtMost,
            false => Direction::AtLeast,
        });
        match Tiers::new(direction, bands, otherwise) {
            Ok(tiers) => Some(Way::Tiers(tiers)),
            Err(wrong) => {
                self.wrong_way(node.at, &wrong);
                None
            }
        }
    }

    fn wrong_band(&mut self, node: &Node) {
        self.fault(
            "wrong-band",
            node.at,
            Text::both("一档是 [界限, 分数]", "a band is [BOUND, POINTS]"),
            Text::both(
                "例如 [9800bp, 5]、[PT20M, 5]、[else, 0]",
                "for example [9800bp, 5], [PT20M, 5], [else, 0]",
            ),
        );
    }

    fn selector(&mut self, node: &Node) -> Option<Selector> {
        let index = Rc::clone(&self.index);
        if let Some(duty) = node.get("duty") {
            let text = duty.text()?;
            let (kind, name) = text.split_once('/').unwrap_or((text, ""));
            let kind = self.refer_text(kind, duty.at, KIND, index.kinds.keys())?;
            let name = self.refer_text(name, duty.at, DUTY, &index.head(&kind)?.duties)?;
            // A duty that lives in another kind's records is found there.
            let (kind, name) = match index.hosted.get(&(kind.clone(), name.clone())) {
                Some(host) => (host.clone(), hosted_name(&kind, name.as_str())),
                None => (kind, name),
            };
            let when = self.of_kind(node.get("where"), &kind);
            return Some(Selector::Duty {
                kind,
                duty: name,
                when,
            });
        }
        if let Some(quota) = node.get("quota") {
            return self.quota(quota).map(Selector::Quota);
        }
        if let Some(none_of) = node.get("none-of") {
            let (kind, head) = self.kind_at(none_of.get("kind")?, &index)?;
            let whose = none_of
                .get("whose")
                .and_then(|whose| self.person(whose.text()?, whose, head));
            let when = self.of_kind(none_of.get("where"), &kind);
            return Some(Selector::NoneOf { kind, when, whose });
        }
        if let Some(complete) = node.get("complete") {
            let (kind, head) = self.kind_at(complete, &index)?;
            let at = match node.get("at") {
                Some(step) => self.refer(step, STEP, &head.steps)?,
                None => "open".into(),
            };
            let fields = node
                .get("fields")
                .map(Node::many)
                .unwrap_or_default()
                .iter()
                .filter_map(|field| self.refer(field, FIELD, head.field_names()))
                .collect();
            let when = self.of_kind(node.get("where"), &kind);
            return Some(Selector::Complete {
                kind,
                at,
                fields,
                when,
            });
        }
        if let Some(ratio) = node.get("ratio") {
            let (kind, head) = self.kind_at(ratio.get("kind")?, &index)?;
            let at = self.refer(ratio.get("at")?, STEP, &head.steps);
            let of = self.of_kind(ratio.get("of"), &kind);
            let over = self.of_kind(ratio.get("over"), &kind);
            return Some(Selector::Ratio {
                kind,
                at: at?,
                of: of?,
                over,
                ceiling: flag(ratio, "ceiling"),
            });
        }
        if let Some(mean) = node.get("mean") {
            return self.mean(mean, &index);
        }
        if node.get("mark").is_some() {
            return Some(Selector::Mark);
        }
        if let Some(metric) = node.get("metric") {
            let name = metric.text()?.into();
            return Some(Selector::Metric { name });
        }
        let standard = self.refer(node.get("score")?, STANDARD, &index.standards)?;
        Some(Selector::Score { standard })
    }

    fn kind_at<'i>(
        &mut self,
        node: &Node,
        index: &'i super::index::Index,
    ) -> Option<(Name, &'i Head)> {
        let kind = self.refer(node, KIND, index.kinds.keys())?;
        let head = index.head(&kind)?;
        Some((kind, head))
    }

    /// A condition over records of a kind.
    fn of_kind(&mut self, node: Option<&Node>, kind: &Name) -> Option<crate::expr::Expr> {
        let index = Rc::clone(&self.index);
        let expr = self.condition(node, index.schema(kind).as_ref())?;
        if let (Some(node), true) = (node, crate::ledger::balances(&expr).next().is_some()) {
            self.fault(
                "expr-name",
                node.at,
                Text::both(
                    "计分的条件里没有余额：它是哪一刻的余额说不清",
                    "a clause asks for no balance: it would not say of which moment",
                ),
                Text::both(
                    "让步骤用 set 把余额记进字段，再问那个字段",
                    "let a step `set` a field from the balance, and ask that field",
                ),
            );
            return None;
        }
        if let (Some(node), true) = (node, expr.reads().any(|path| path[0] == *TODAY)) {
            self.fault(
                "expr-name",
                node.at,
                Text::both(
                    "计分的条件里没有 today：分数不因哪天来算而变",
                    "a clause asks for no `today`: a score does not change with the day on which it is worked out",
                ),
                Text::both(
                    "与 date(\"2026-03-01\") 或日期字段比较",
                    "compare with date(\"2026-03-01\") or a field",
                ),
            );
            return None;
        }
        Some(expr)
    }

    fn mean(&mut self, node: &Node, index: &super::index::Index) -> Option<Selector> {
        let (kind, head) = self.kind_at(node.get("kind")?, index)?;
        let when = self.of_kind(node.get("where"), &kind);
        if let Some(between) = node.get("between") {
            let steps: Vec<Name> = between
                .many()
                .iter()
                .filter_map(|step| self.refer(step, STEP, &head.steps))
                .collect();
            let [from, to] = &steps[..] else {
                if between.many().len() != 2 {
                    self.fault(
                        "wrong-type",
                        between.at,
                        Text::both("between 要两个步骤", "`between` takes two steps"),
                        Text::both(
                            "写 between: [open, complete]",
                            "write between: [open, complete]",
                        ),
                    );
                }
                return None;
            };
            let of = MeanOf::Between {
                from: from.clone(),
                to: to.clone(),
            };
            return Some(Selector::Mean { kind, of, when });
        }
        let node = node.get("field")?;
        let field = self.refer(node, FIELD, head.field_names())?;
        let ty = head.field(field.as_str()).map(|field| type_of(&field.ty));
        if !matches!(ty, Some(Type::Int | Type::Money)) {
            self.fault(
                "field-type",
                node.at,
                Text::both(
                    format!("字段 `{field}` 不是数，没有平均"),
                    format!("the field `{field}` is no number and has no mean"),
                ),
                Text::both(
                    "用类型为 int、money 或 ratio 的字段",
                    "name a field of type int, money or ratio",
                ),
            );
        }
        Some(Selector::Mean {
            kind,
            of: MeanOf::Field(field),
            when,
        })
    }

    /// A field of whole numbers that a quota adds up.
    fn summed(&mut self, node: &Node, head: &Head) -> Option<Name> {
        let field = self.refer(node, FIELD, head.field_names())?;
        let ty = head.field(field.as_str()).map(|field| type_of(&field.ty));
        if matches!(ty, Some(Type::Int | Type::Money)) || head.broken {
            return Some(field);
        }
        self.fault(
            "field-type",
            node.at,
            Text::both(
                format!("字段 `{field}` 不是数，不能累加"),
                format!("the field `{field}` is no number and cannot be added up"),
            ),
            Text::both(
                "用类型为 int、money 或 ratio 的字段",
                "name a field of type int, money or ratio",
            ),
        );
        None
    }

    fn gap_days(&mut self, node: &Node) -> Option<i64> {
        match parsed::<Span>(Some(node)) {
            Some(Span::Days(days)) => Some(i64::from(days)),
            _ => {
                self.fault(
                    "wrong-value",
                    node.at,
                    Text::both("间隔以日计", "a gap is one of days"),
                    Text::both("例如 min-gap: P7D", "for example min-gap: P7D"),
                );
                None
            }
        }
    }

    fn quota(&mut self, node: &Node) -> Option<Quota> {
        let index = Rc::clone(&self.index);
        let (of, head) = self.kind_at(node.get("of")?, &index)?;
        let at = match node.get("at") {
            Some(step) => self.refer(step, STEP, &head.steps)?,
            None => "open".into(),
        };
        let when = self.of_kind(node.get("where"), &of);
        let mut subject = node
            .get("subject")
            .and_then(|link| self.refer(link, LINK, head.links.keys()));
        let least = node.get("at-least").and_then(|least| self.least(least));
        if let (Some(Given::Fixed(..=0)), Some(at)) = (&least, node.get("at-least")) {
            self.fault(
                "wrong-value",
                at.at,
                Text::both("至少一次", "at least one"),
                Text::both("写 at-least: 1 或更多", "write at-least: 1 or more"),
            );
        }
        let distinct_day = match node.get("distinct-day") {
            Some(_) => flag(node, "distinct-day"),
            None => matches!(least, Some(Given::Param(_) | Given::Fixed(2..))),
        };
        let needed = match (least, node.get("share")) {
            (Some(least), _) => Needed::AtLeast(least),
            (None, share) => {
                let share = self.share(share?)?;
                let count = match node.get("count").and_then(Node::text) {
                    Some("start") => Population::Start,
                    Some("end") => Population::End,
                    Some("during") => Population::During,
                    _ => Population::Mean,
                };
                let (population, over) = match node.get("population") {
                    Some(population) => {
                        let (kind, _) = self.kind_at(population, &index)?;
                        let over = self.of_kind(node.get("over"), &kind);
                        (kind, over)
                    }
                    None => {
                        let over_node = node.get("over");
                        let over = self.of_kind(over_node, &of);
                        let link = over.as_ref().and_then(|over| {
                            let mut reads = over.reads();
                            reads.next()?.first().cloned()
                        });
                        let seen = link
                            .as_ref()
                            .zip(over.as_ref())
                            .and_then(|(link, over)| over.seen_from(link));
                        let (Some(link), Some(seen)) = (link, seen) else {
                            if over_node.is_none() || over.is_some() {
                                self.no_population(over_node.unwrap_or(node));
                            }
                            return None;
                        };
                        let kind = head.links.get(&link)?.kind.clone();
                        subject.get_or_insert(link);
                        (kind, Some(seen))
                    }
                };
                Needed::Share {
                    of: population,
                    over,
                    share,
                    count,
                }
            }
        };
        let sum = match node.get("sum") {
            Some(field) => Some(self.summed(field, head)?),
            None => None,
        };
        let min_gap_days = match node.get("min-gap") {
            Some(gap) => self.gap_days(gap)?,
            None => 0,
        };
        Some(Quota {
            of,
            at,
            when,
            subject,
            needed,
            distinct_day,
            sum,
            min_gap_days,
        })
    }

    fn no_population(&mut self, node: &Node) {
        self.fault(
            "no-population",
            node.at,
            Text::both(
                "说不清是什么总体的比例",
                "this does not say of which population it is a share",
            ),
            Text::both(
                "写 population: 单据类型；或让 over 只问一个链接，例如 over: \"home.state == 'occupied'\"",
                "write population: KIND, or let `over` ask one link only: over: \"home.state == 'occupied'\"",
            ),
        );
    }

    fn share(&mut self, node: &Node) -> Option<Given<Bp>> {
        self.figure(node, ParameterUnit::BasisPoints)
    }

    fn least(&mut self, node: &Node) -> Option<Given<i64>> {
        self.figure(node, ParameterUnit::Count)
    }

    fn figure<T: FromStr>(&mut self, node: &Node, unit: ParameterUnit) -> Option<Given<T>> {
        if let Some(param) = node.get("param") {
            return self.parameter(param, unit).map(Given::Param);
        }
        parsed(Some(node)).map(Given::Fixed)
    }

    /// The kinds that parts look at.
    pub(super) fn kinds_of(&self, parts: &[Part]) -> Vec<Name> {
        parts
            .iter()
            .filter_map(|part| match &part.selector {
                Selector::Duty { kind, .. }
                | Selector::NoneOf { kind, .. }
                | Selector::Complete { kind, .. }
                | Selector::Ratio { kind, .. }
                | Selector::Mean { kind, .. } => Some(kind.clone()),
                Selector::Quota(quota) => Some(quota.of.clone()),
                Selector::Mark | Selector::Metric { .. } | Selector::Score { .. } => None,
            })
            .collect()
    }
}

/// Selectors that measure or are marked, not counted (S7.10).
pub(super) fn measured(selector: &Selector) -> bool {
    match selector {
        Selector::Duty { .. }
        | Selector::Quota(_)
        | Selector::NoneOf { .. }
        | Selector::Complete { .. } => false,
        Selector::Ratio { .. }
        | Selector::Mean { .. }
        | Selector::Mark
        | Selector::Metric { .. }
        | Selector::Score { .. } => true,
    }
}

/// `98%`, `9800bp`, `PT20M`, `P7D` (as that many hours), a number.
fn bound_of(text: &str) -> Option<Bound> {
    match text.parse::<Span>() {
        Ok(Span::Clock(micros)) => Some(Bound::Lasting(micros)),
        Ok(Span::Days(days)) => Some(Bound::Lasting(i64::from(days) * 86_400_000_000)),
        Ok(_) => None,
        Err(_) => text.parse().ok(),
    }
}
