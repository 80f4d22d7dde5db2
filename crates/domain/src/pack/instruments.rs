//! The standards of a pack as one page: every clause with its points, what it is seen from and how it is counted, for whom, and who marks what
//! no record shows.

use super::model::{Kind, Pack, Role, Who};
use super::standard::{Clause, Selector, Standard, Subject};
use super::words;
use crate::name::Name;
use std::fmt::Write;

/// The page, the same for the same pack.
pub fn page(pack: &Pack) -> String {
    let clauses: usize = pack.standards.values().map(|one| one.clauses.len()).sum();
    let mut page = format!(
        "# 考核标准 · Standards\n\n\
         {} standards with {clauses} clauses ship in `{}`. Each clause says what it is seen from and how that becomes points; where a person\n\
         judges, it says whose posts may enter the mark or the finding. How points are computed: [scoring.md](scoring.md).\n\n\
         Made by `guanjia pack standards packs/{} --page docs/standards.md`.\n\n\
         | 标准 · standard | 考核谁 · scores | 满分 · full | clauses | 全由记录 · by records alone |\n| --- | --- | ---: | ---: | ---: |\n",
        pack.standards.len(),
        pack.name,
        pack.name,
    );
    for standard in pack.standards.values() {
        let seen = |clause: &&Clause| judged(pack, clause).is_empty();
        let _ = writeln!(
            page,
            "| [{} · {}](#{}) | {} | {} | {} | {} |",
            standard.title.zh,
            standard.title.en,
            standard.name,
            whom(standard),
            standard.full,
            standard.clauses.len(),
            standard.clauses.iter().filter(seen).count(),
        );
    }
    for standard in pack.standards.values() {
        one(&mut page, pack, standard);
    }
    page
}

fn whom(standard: &Standard) -> &'static str {
    match standard.scores {
        Subject::Member => "员工 · member",
        Subject::Team => "班组 · team",
        Subject::Unit => "单元 · unit",
    }
}

fn one(page: &mut String, pack: &Pack, standard: &Standard) {
    let _ = write!(
        page,
        "\n<a id=\"{}\"></a>\n## {} · {}\n\n`{}`, version {}, {}, full {}, no total below {} covered points.\n",
        standard.name,
        standard.title.zh,
        standard.title.en,
        standard.name,
        standard.version,
        whom(standard),
        standard.full,
        standard.least_covered,
    );
    if !standard.weights.is_empty() {
        let all: Vec<String> = standard
            .weights
            .iter()
            .map(|(name, weight)| format!("{name} {}", weight.weight))
            .collect();
        let _ = writeln!(page, "Weights · 权重: {}.", all.join(", "));
    }
    page.push_str(
        "\n| 条款 · clause | 分 · points | 依据与计分 · evidence and way | 岗位 · posts | 谁评 · who marks | 来源 · source |\n\
         | --- | ---: | --- | --- | --- | --- |\n",
    );
    for clause in &standard.clauses {
        let parts: Vec<String> = clause
            .parts
            .iter()
            .map(|part| {
                let (selector, way) = (words::selector(&part.selector), words::way(&part.way));
                let most = part.may_cost.map_or_else(String::new, |most| {
                    format!("，最多扣 {most} (at most {most})")
                });
                format!(
                    "{}：{}{most}<br>{}: {}",
                    selector.zh, way.zh, selector.en, way.en
                )
            })
            .collect();
        let applies = clause.applies.as_ref().map_or_else(String::new, |when| {
            format!("<br>适用 · applies: `{}`", when.source())
        });
        let posts = match clause.posts.as_slice() {
            [] => "全部 · all".to_owned(),
            posts => titles(pack, posts),
        };
        let _ = writeln!(
            page,
            "| **{}** {}<br>{} | {} | {}{applies} | {posts} | {} | {} |",
            clause.name,
            cell(&clause.title.zh),
            cell(&clause.title.en),
            clause.points,
            cell(&parts.join("<br>")),
            judged(pack, clause),
            clause.covers.join(" "),
        );
    }
}

/// A bar ends a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn titles<'n>(pack: &Pack, posts: impl IntoIterator<Item = &'n Name>) -> String {
    let title = |post: &Name| {
        pack.posts
            .get(post)
            .map_or_else(|| post.to_string(), |known| known.title.zh.clone())
    };
    posts.into_iter().map(title).collect::<Vec<_>>().join("、")
}

/// Who enters what a clause is judged by, where a person does; empty where records alone decide.
fn judged(pack: &Pack, clause: &Clause) -> String {
    let mut said: Vec<String> = Vec::new();
    for part in &clause.parts {
        let kind = match &part.selector {
            Selector::Mark => pack
                .kinds
                .values()
                .find(|kind| kind.role == Some(Role::Mark)),
            Selector::NoneOf { kind, .. } => pack.kinds.get(kind),
            _ => None,
        };
        let Some(kind) = kind else { continue };
        let who = opens(pack, kind);
        if !said.contains(&who) {
            said.push(who);
        }
    }
    said.join("；")
}

/// `评分（主管、经理）`.
fn opens(pack: &Pack, kind: &Kind) -> String {
    let name = |who: &Who| match who {
        Who::Post(post) => titles(pack, [post]),
        who => words::who(who).zh,
    };
    let who: Vec<String> = kind.open.by.iter().map(name).collect();
    format!("{}（{}）", kind.title.zh, who.join("、"))
}
