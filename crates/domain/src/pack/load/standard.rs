//! Standards: sections, clauses, grades, weights, and that they add up.

use super::duty::period;
use super::{Ctx, Node, POST, parsed, titled, titled_map};
use crate::expr::{Schema, Type};
use crate::name::{Name, Text};
use crate::number::{Bp, Points};
use crate::pack::standard::{Clause, Grade, Section, Selector, Standard, Subject, Veto, Weight};
use crate::points::{Way, WhenEmpty};
use crate::scorecard::{Appraiser, REVIEW_WAITS};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn standard(&mut self, name: &Name, node: &Node) -> Option<Standard> {
        let grades = self.grades(node);
        let grade_names: Vec<Name> = grades.iter().map(|grade| grade.name.clone()).collect();
        let mut clauses = Vec::new();
        for (key, value) in node.get("clauses").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            clauses.extend(self.clause(name, value, node, &grade_names));
        }
        let sections = sections(node, &clauses);
        let all = node.get("clauses").map(Node::pairs).unwrap_or_default();
        let sum = Points::sum(counted(&clauses)).unwrap_or(Points::ZERO);
        if clauses.len() == all.len() {
            self.sums(node, &clauses, &sections, sum);
        }
        let weights = self.weights(node);
        let scores = match node.get("scores").and_then(Node::text)? {
            "team" => Subject::Team,
            "unit" => Subject::Unit,
            _ => Subject::Member,
        };
        let version = node.get("version");
        let number = version.map_or(1, |version| parsed::<u32>(Some(version)).unwrap_or(0));
        if let (0, Some(at)) = (number, version) {
            self.fault(
                "wrong-value",
                at.at,
                Text::both("版本从 1 起", "versions begin with 1"),
                Text::both("写 version: 1", "write version: 1"),
            );
        }
        let full = parsed(node.get("full")).unwrap_or(sum);
        let least_covered = parsed(node.get("least-covered")).unwrap_or(Points::from_hundredths(
            full.hundredths() / 10 * 6 + full.hundredths() % 10 * 6 / 10,
        ));
        let period = period(node.get("period")?.text()?)?;
        Some(Standard {
            name: name.clone(),
            title: titled(node.get("name"), name.as_str()),
            version: number,
            scores,
            period,
            full,
            least_covered,
            sections,
            clauses,
            grades,
            weights,
        })
    }

    fn sums(&mut self, node: &Node, clauses: &[Clause], sections: &[Section], sum: Points) {
        if let Some(full_node) = node.get("full")
            && let Some(full) = parsed::<Points>(Some(full_node))
            && full != sum
        {
            self.fault(
                "points-sum",
                full_node.at,
                Text::both(
                    format!("满分写 {full}，条款加起来是 {sum}"),
                    format!("full is {full}, the clauses add up to {sum}"),
                ),
                Text::both(
                    "改满分，或改条款的分值",
                    "change `full`, or the points of clauses",
                ),
            );
        }
        if self.told(node.at.file, &["no-such-section"]) {
            return;
        }
        for section in sections {
            let Some(wanted) = section.points else {
                continue;
            };
            let own = clauses
                .iter()
                .filter(|clause| clause.section.as_ref() == Some(&section.name));
            let sum = Points::sum(own.filter(|clause| !adjusts(clause)).map(|c| c.points))
                .unwrap_or(Points::ZERO);
            let at = node
                .get("sections")
                .and_then(|sections| sections.get(section.name.as_str()))
                .and_then(|section| section.get("points"));
            if let (true, Some(at)) = (sum != wanted, at) {
                self.fault(
                    "points-sum",
                    at.at,
                    Text::both(
                        format!("`{}` 节写 {wanted} 分，条款加起来是 {sum}", section.name),
                        format!(
                            "section `{}` has {wanted} points, its clauses add up to {sum}",
                            section.name
                        ),
                    ),
                    Text::both(
                        "改本节的分值，或改条款的分值",
                        "change the section's points, or those of its clauses",
                    ),
                );
            }
        }
    }

    fn weights(&mut self, node: &Node) -> BTreeMap<Name, Weight> {
        let mut weights = BTreeMap::new();
        let Some(list) = node.get("weights") else {
            return weights;
        };
        for (key, value) in list.pairs() {
            let weight = value.get("weight").unwrap_or(value);
            if let (Some(name), Some(weight)) = (key.text(), parsed::<Bp>(Some(weight))) {
                let oneself = match value.get("by").and_then(Node::text) {
                    Some(by) => by == "self",
                    None => name == "self",
                };
                let weight = Weight {
                    title: titled_map(value, name),
                    weight,
                    appraiser: if oneself {
                        Appraiser::Oneself
                    } else {
                        Appraiser::Reviewer
                    },
                    within: parsed(value.get("within")).unwrap_or(REVIEW_WAITS),
                };
                weights.insert(Name::from(name), weight);
            }
        }
        let sum: i128 = weights
            .values()
            .map(|weight| i128::from(weight.weight.get()))
            .sum();
        if weights.len() == list.pairs().len() && sum != 10_000 {
            let at = node.key("weights").map_or(list.at, |key| key.at);
            self.fault(
                "weights-sum",
                at,
                Text::both(
                    format!("权重加起来是 {sum}，应为 10000"),
                    format!("the weights add up to {sum}, not to 10000"),
                ),
                Text::both(
                    "权重是万分之一：1500bp 即 15%",
                    "weights are basis points: 1500bp is 15%",
                ),
            );
        }
        weights
    }

    fn grades(&mut self, node: &Node) -> Vec<Grade> {
        let mut grades: Vec<Grade> = Vec::new();
        for (key, value) in node.get("grades").map(Node::pairs).unwrap_or_default() {
            let (Some(name), Some(from)) = (key.text(), parsed::<Points>(value.get("from"))) else {
                continue;
            };
            if grades.iter().any(|grade| grade.from == from) {
                self.fault(
                    "grade-twice",
                    key.at,
                    Text::both(
                        format!("已有等级从 {from} 分起"),
                        format!("a grade from {from} exists already"),
                    ),
                    Text::both("改一个下限", "change one of the bounds"),
                );
            }
            grades.push(Grade {
                name: name.into(),
                title: titled_map(value, name),
                from,
            });
        }
        grades.sort_by_key(|grade| std::cmp::Reverse(grade.from));
        grades
    }

    fn clause(
        &mut self,
        name: &str,
        node: &Node,
        standard: &Node,
        grades: &[Name],
    ) -> Option<Clause> {
        let index = Rc::clone(&self.index);
        let points_node = node.get("points")?;
        let points: Points = parsed(Some(points_node))?;
        if points < Points::ZERO {
            self.fault(
                "bounds",
                points_node.at,
                Text::both("分值不能为负", "points are not negative"),
                Text::both(
                    "扣分用 way: {adjust: [-5, 0]}，分值写 0",
                    "what only takes away is way: {adjust: [-5, 0]} with 0 points",
                ),
            );
        }
        let posts = node
            .get("posts")
            .map(Node::many)
            .unwrap_or_default()
            .iter()
            .filter_map(|post| self.refer(post, POST, &index.posts))
            .collect();
        let unit = Schema::default()
            .with("unit.type", Type::Text)
            .with("unit.level", Type::Int)
            .with("unit.flags", Type::list(Type::Text));
        let applies = self.condition(node.get("applies"), Some(&unit));
        let section = node.get("section").and_then(Node::text).map(Name::from);
        if let (Some(section), Some(at), Some(listed)) =
            (&section, node.get("section"), standard.get("sections"))
        {
            let known: Vec<Name> = listed
                .pairs()
                .iter()
                .filter_map(|(key, _)| key.text().map(Name::from))
                .collect();
            self.refer_text(
                section.as_str(),
                at.at,
                ("no-such-section", "分节", "section"),
                &known,
            );
        }
        let parts = self.parts(node, points);
        let kinds = self.kinds_of(&parts);
        let count_once_per = node.get("count-once-per").and_then(|link| {
            let known = kinds
                .iter()
                .filter_map(|kind| index.head(kind))
                .flat_map(|head| head.links.keys());
            self.refer(link, super::LINK, known)
        });
        let veto = node
            .get("veto")
            .and_then(|veto| self.veto(veto, section.is_some(), grades));
        let measured = parts
            .iter()
            .map(|part| super::part::measured(&part.selector));
        let when_empty = match node.get("when-empty").and_then(Node::text) {
            Some("full") => WhenEmpty::Full,
            Some("zero") => WhenEmpty::Zero,
            Some("exclude") => WhenEmpty::Exclude,
            _ => WhenEmpty::default_for(measured),
        };
        let cap_node = node.get("cap");
        let cap: Option<Points> = parsed(cap_node);
        if let (Some(cap), Some(at)) = (cap, cap_node)
            && cap > points
        {
            self.fault(
                "bounds",
                at.at,
                Text::both(
                    format!("上限 {cap} 超过条款的 {points} 分"),
                    format!("the cap {cap} is above the clause's {points} points"),
                ),
                Text::both("cap 不大于 points", "let `cap` be at most `points`"),
            );
        }
        let covers = node.get("covers").map(Node::many).unwrap_or_default();
        Some(Clause {
            name: name.into(),
            title: titled_map(node, name),
            section,
            points,
            parts,
            posts,
            applies,
            window: node.get("window").and_then(Node::text).and_then(period),
            counts_in_closing_period: node.get("counts-in").is_some(),
            when_empty,
            count_once_per,
            veto,
            cap,
            covers: covers
                .iter()
                .filter_map(|id| id.text().map(str::to_owned))
                .collect(),
        })
    }

    fn veto(&mut self, node: &Node, in_section: bool, grades: &[Name]) -> Option<Veto> {
        if let Some(section) = node.get("section") {
            if !in_section {
                self.fault(
                    "wrong-value",
                    section.at,
                    Text::both("条款不在任何分节里", "the clause is in no section"),
                    Text::both("写上 section", "give the clause a section"),
                );
            }
            return Some(Veto::SectionZero);
        }
        if let Some(grade) = node.get("grade-at-most") {
            let what = ("no-such-grade", "等级", "grade");
            return self.refer(grade, what, grades).map(Veto::GradeAtMost);
        }
        parsed(node.get("total-at-most")).map(Veto::TotalAtMost)
    }
}

impl Ctx<'_> {
    /// A standard that reads its own result, by itself or through others, has none (S7.8).
    pub(super) fn score_cycles(
        &mut self,
        files: &super::Files,
        standards: &BTreeMap<Name, Standard>,
    ) {
        let reads = |name: &Name| -> Vec<Name> {
            let clauses = standards.get(name).map(|standard| &standard.clauses[..]);
            clauses
                .unwrap_or_default()
                .iter()
                .flat_map(|clause| &clause.parts)
                .filter_map(|part| match &part.selector {
                    Selector::Score { standard } => Some(standard.clone()),
                    _ => None,
                })
                .collect()
        };
        for (name, node) in &files.standards {
            let mut path = vec![name.clone()];
            let mut left: Vec<(usize, Name)> =
                reads(name).into_iter().map(|next| (1, next)).collect();
            let mut seen = std::collections::BTreeSet::new();
            while let Some((depth, next)) = left.pop() {
                path.truncate(depth);
                path.push(next.clone());
                if next == *name {
                    let shown = path
                        .iter()
                        .map(Name::as_str)
                        .collect::<Vec<_>>()
                        .join(" → ");
                    let at = node.key("clauses").map_or(node.at, |key| key.at);
                    self.fault(
                        "score-cycle",
                        at,
                        Text::both(
                            format!("标准引用了自己的结果：{shown}"),
                            format!("the standard reads its own result: {shown}"),
                        ),
                        Text::both("去掉其中一个 score", "leave one of the `score` parts out"),
                    );
                    break;
                }
                if seen.insert(next.clone()) {
                    left.extend(reads(&next).into_iter().map(|after| (depth + 1, after)));
                }
            }
        }
    }
}

/// Clauses outside the full points: adjustments.
fn adjusts(clause: &Clause) -> bool {
    clause
        .parts
        .iter()
        .any(|part| matches!(part.way, Way::Adjust { .. }))
}

fn counted(clauses: &[Clause]) -> impl Iterator<Item = Points> {
    clauses
        .iter()
        .filter(|clause| !adjusts(clause))
        .map(|clause| clause.points)
}

/// Those that are listed, then those that only clauses name.
fn sections(node: &Node, clauses: &[Clause]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (key, value) in node.get("sections").map(Node::pairs).unwrap_or_default() {
        let name = key.text().unwrap_or_default();
        sections.push(Section {
            name: name.into(),
            title: titled(Some(value), name),
            points: parsed(value.get("points")),
        });
    }
    for name in clauses.iter().filter_map(|clause| clause.section.as_ref()) {
        if sections.iter().all(|section| section.name != *name) {
            sections.push(Section {
                name: name.clone(),
                title: Text::both(name.as_str(), name.as_str()),
                points: None,
            });
        }
    }
    sections
}
