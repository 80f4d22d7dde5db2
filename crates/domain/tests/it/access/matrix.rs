//! The access matrix of the shipped pack: posts × actions × targets, worked out by the policy, as a page for managers.

use super::{ME, OTHER, ask, assign, do_all, member, posting, record, shipped};
use domain::access::{Action, Actor, Denied, EveryKind, On, Privilege, Standing, Target, allow};
use domain::holder::Holder;
use domain::pack::model::{Kind, Pack, Post, Step};
use domain::record::entry::BuiltIn;
use domain::record::{PackVersion, Record};
use expect_test::expect_file;
use std::fmt::Write as _;

/// How far something is allowed: the whole unit, one's grid, one's own; and whether it stops at one's own work.
fn cell(all: [Result<(), Denied>; 4]) -> String {
    let barred = all.contains(&Err(Denied::OwnWork));
    let [elsewhere, in_grid, own, mine] = all.map(|one| one.is_ok() || one == Err(Denied::OwnWork));
    let reach = match (elsewhere, in_grid, own || mine) {
        (true, ..) => "全",
        (_, true, _) => "格",
        (.., true) => "己",
        _ => return "·".into(),
    };
    format!("{reach}{}", if barred { "*" } else { "" })
}

struct Targets {
    other: Record,
    own: Record,
    mine: Record,
}

impl Targets {
    fn of(kind: &Kind) -> Self {
        let mut other = record(kind);
        assign(&mut other, kind, member(OTHER));
        let mut own = other.clone();
        own.doc.creator = Some(member(ME));
        let mut mine = record(kind);
        do_all(&mut mine, kind, member(ME));
        Self { other, own, mine }
    }

    fn ask(&self, pack: &Pack, kind: &Kind, post: &Post, action: Action<'_>) -> String {
        let one = posting(post.name.as_str(), post.grid.then_some("G1"), None);
        let ask = |record, grid| ask(pack, &[&one], action, On::record(kind, record, Some(grid)));
        cell([
            ask(&self.other, "G2"),
            ask(&self.other, "G1"),
            ask(&self.own, "G2"),
            ask(&self.mine, "G2"),
        ])
    }
}

fn opening(pack: &Pack, kind: &Kind, post: &Post) -> String {
    let one = posting(post.name.as_str(), None, None);
    let (nothing, none) = (Default::default(), Default::default());
    let on = On {
        kind,
        record: None,
        data: &nothing,
        links: &none,
        grid: None,
    };
    let mine = record_of_mine(kind);
    let links = kind
        .links
        .keys()
        .map(|link| (link.clone(), member(ME).into()))
        .collect();
    let own = On {
        data: &mine.doc.data,
        links: &links,
        ..on
    };
    let ask = |on| ask(pack, &[&one], Action::Take(&kind.open), on);
    match (ask(on), ask(own)) {
        (Ok(()), Err(Denied::OwnWork)) => "可*".into(),
        (Ok(()), _) => "可".into(),
        _ => "·".into(),
    }
}

fn record_of_mine(kind: &Kind) -> Record {
    let mut mine = record(kind);
    do_all(&mut mine, kind, member(ME));
    mine
}

fn customer(pack: &Pack, kind: &Kind, step: &Step) -> &'static str {
    let id = super::record_id(1);
    let mut theirs = record(kind);
    for link in kind.links.keys() {
        theirs.doc.links.insert(link.clone(), id);
    }
    let on = match step.name.as_str() {
        "open" => On {
            record: None,
            links: &theirs.doc.links,
            ..On::record(kind, &theirs, None)
        },
        _ => On::record(kind, &theirs, None),
    };
    let allowed = allow(
        pack,
        Actor::Party { id },
        Action::Take(step),
        Target::Record(on),
    );
    if allowed.is_ok() { "己" } else { "·" }
}

fn change(step: EveryKind) -> BuiltIn {
    let duty = "some".into();
    match step {
        EveryKind::Excuse => BuiltIn::Excuse {
            duty,
            occurrence: 1,
            falls_away: false,
        },
        EveryKind::HandOver => BuiltIn::HandOver {
            from: Holder::Unit,
            to: Holder::Unit,
            duties: Vec::new(),
        },
        EveryKind::Merge => BuiltIn::Merge {
            into: super::record_id(2),
        },
        EveryKind::Unmerge => BuiltIn::Unmerge,
        EveryKind::Void => BuiltIn::Void,
        EveryKind::Erase => BuiltIn::Erase {
            cause: domain::record::entry::Erasure::Request,
            keys: Vec::new(),
        },
        EveryKind::Recompute => BuiltIn::Recompute {
            pack: PackVersion(1),
        },
    }
}

fn page(pack: &Pack) -> String {
    let posts: Vec<&Post> = pack.posts.values().collect();
    let mut page = String::from(
        "# 权限矩阵 Access matrix\n\n\
         由规则包 `residential-cn` 与程序的权限规则算出，测试逐格核对；改动权限就改动本页。上级单元的岗位对其下各项目同样有效；别的项目一律看不到、办不了。\n\n\
         Worked out from the pack `residential-cn` by the policy and compared by a test: whoever changes a permission changes this page. \
         A post at a unit holds for all units below it; in other projects nothing is seen and nothing done.\n\n\
         | 记号 sign | 含义 meaning |\n| --- | --- |\n\
         | 全 | 本单元全部单据 all records of the unit |\n\
         | 格 | 本网格的，以及本人的 those of one's grid, and one's own |\n\
         | 己 | 本人登记、经办、负责或关于本人的 one's own: opened by, assigned to, held by or about oneself |\n\
         | 可 | 可以登记 may open |\n\
         | * | 涉及本人工作的除外 not where it touches one's own work |\n\
         | · | 不可以 may not |\n",
    );
    let head = |page: &mut String, last: &str| {
        let titles: Vec<&str> = posts.iter().map(|post| post.title.zh.as_str()).collect();
        let _ = writeln!(page, "\n| | {} |{last}", titles.join(" | "));
        let columns = posts.len() + 1 + usize::from(!last.is_empty());
        let _ = writeln!(page, "|{}", " --- |".repeat(columns));
    };
    let _ = writeln!(page, "\n## 权限 Privileges");
    head(&mut page, "");
    for privilege in Privilege::ALL {
        let cells: Vec<&str> = posts
            .iter()
            .map(|post| {
                let one = posting(post.name.as_str(), None, None);
                let standing = Standing::of(vec![&one]);
                let actor = Actor::Member {
                    id: member(ME),
                    standing: &standing,
                    token: None,
                };
                let allowed = allow(pack, actor, Action::Use(privilege), Target::Unit);
                if allowed.is_ok() { "全" } else { "·" }
            })
            .collect();
        let _ = writeln!(page, "| {} | {} |", privilege.as_str(), cells.join(" | "));
    }
    for kind in pack.kinds.values() {
        let _ = writeln!(page, "\n## {} {}", kind.title.zh, kind.name);
        head(&mut page, " 业主、租户 |");
        let targets = Targets::of(kind);
        let mut row = |said: String, cells: Vec<String>, customer: &str| {
            let _ = writeln!(page, "| {said} | {} | {customer} |", cells.join(" | "));
        };
        let of = |action: Action<'_>| -> Vec<String> {
            posts
                .iter()
                .map(|post| targets.ask(pack, kind, post, action))
                .collect()
        };
        let sees = kind
            .steps
            .values()
            .chain([&kind.open])
            .any(|step| customer(pack, kind, step) == "己");
        row(
            "查看 see".into(),
            of(Action::See),
            if sees { "己" } else { "·" },
        );
        let opens = posts.iter().map(|post| opening(pack, kind, post)).collect();
        row(
            format!("{} open", kind.open.title.zh),
            opens,
            customer(pack, kind, &kind.open),
        );
        for step in kind.steps.values() {
            row(
                format!("{} {}", step.title.zh, step.name),
                of(Action::Take(step)),
                customer(pack, kind, step),
            );
        }
        for step in EveryKind::ALL {
            let cells = of(Action::BuiltIn(&change(step)));
            if cells.iter().any(|cell| cell != "·") {
                let title = match step {
                    EveryKind::Excuse => "免责",
                    EveryKind::HandOver => "移交应办",
                    EveryKind::Merge => "并入",
                    EveryKind::Unmerge => "撤销并入",
                    EveryKind::Void => "作废导入",
                    EveryKind::Recompute => "按新日历重算",
                    EveryKind::Erase => "删除个人信息",
                };
                row(format!("{title} {}", step.as_str()), cells, "·");
            }
        }
    }
    page
}

#[test]
fn the_access_matrix_of_the_shipped_pack_is_the_committed_page() {
    let pack = shipped("residential-cn");
    expect_file!["../../../../../docs/access-matrix.md"].assert_eq(&page(&pack));
}

#[test]
fn nobody_without_a_posting_in_the_unit_or_above_sees_or_does_anything() {
    for name in ["residential-cn", "service-request"] {
        let pack = shipped(name);
        for kind in pack.kinds.values() {
            let mine = record_of_mine(kind);
            let on = On::record(kind, &mine, Some("G1"));
            assert_eq!(ask(&pack, &[], Action::See, on), Err(Denied::Unseen));
            for step in kind.steps.values() {
                assert!(
                    ask(&pack, &[], Action::Take(step), on).is_err(),
                    "{}",
                    step.name
                );
            }
        }
    }
}
