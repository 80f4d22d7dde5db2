//! The rules of a pack in words, for `show` and `diff`.

use super::model::{
    Asks, Charge, Cosign, Credit, Distinct, DueSpec, Duty, Effect, Fact, FieldType, Finds,
    FormField, HolderRule, Keep, Limit, LinkFrom, NotBy, NumberPart, NumberPattern, OnRepeat,
    ParameterValue, PointDay, Proof, SendTo, Start, Step, Then, Unmanned, Until, Who, Withdraws,
};
use super::standard::{Given, MeanOf, Needed, Selector};
use crate::access::Reach;
use crate::name::{Name, Text};
use crate::points::{Bound, Direction, Way};
use crate::recurrence::Recurrence;
use crate::season::OnDays;

fn same(text: impl Into<String>) -> Text {
    let text = text.into();
    Text::both(text.clone(), text)
}

/// Texts one after the other, `、` in Chinese and `, ` in English.
pub(super) fn listed(all: impl IntoIterator<Item = Text>) -> Text {
    let (zh, en): (Vec<_>, Vec<_>) = all.into_iter().map(|text| (text.zh, text.en)).unzip();
    if zh.is_empty() {
        return Text::both("无", "none");
    }
    Text::both(zh.join("、"), en.join(", "))
}

pub(super) fn names<'a>(all: impl IntoIterator<Item = &'a Name>) -> Text {
    listed(all.into_iter().map(|name| same(name.as_str())))
}

fn unmanned(it: &Unmanned) -> Text {
    let posts = names(&it.posts);
    let (zh, en) = match &it.calendar {
        Some(name) => (format!("{name} 时段内"), format!("of the hours {name} ")),
        None => ("全天".to_owned(), String::new()),
    };
    let (after, days) = (it.after, it.days);
    Text::both(
        format!(
            "{after} 天后起 {days} 天里，{zh}无人值守（{}）最久一天的分钟数",
            posts.zh
        ),
        format!(
            "minutes {en}with none of {} there, on the worst of {days} days that begin {after} days later",
            posts.en
        ),
    )
}

fn given<T: ToString>(figure: &Given<T>) -> Text {
    match figure {
        Given::Fixed(figure) => same(figure.to_string()),
        Given::Param(name) => Text::both(format!("参数 {name}"), format!("parameter {name}")),
    }
}

/// What a fact finds, and where it is looked up if it says so.
pub(super) fn fact(fact: &Fact) -> Text {
    let mut said = match &fact.finds {
        Finds::Last => Text::both(
            format!("上一 {}", fact.kind),
            format!("the last {}", fact.kind),
        ),
        Finds::Count => Text::both(
            format!("{} 的张数", fact.kind),
            format!("how many {}", fact.kind),
        ),
        Finds::Posted(posts) => {
            let posts = names(posts);
            Text::both(
                format!("在任 {} 的人数", posts.zh),
                format!("how many are {}", posts.en),
            )
        }
        Finds::Served { grid, day } => Text::both(
            format!("{day} 当天另有几人服务 {grid} 所写的网格"),
            format!("how many others serve the grid in {grid} on the day in {day}"),
        ),
        Finds::Unmanned(it) => unmanned(it),
    };
    let mut and = |zh: String, en: String| {
        said.zh.push_str(&zh);
        said.en.push_str(&en);
    };
    if !fact.same.is_empty() {
        let same = names(&fact.same);
        and(
            format!("，同 {}", same.zh),
            format!(" with the same {}", same.en),
        );
    }
    if let Some(link) = &fact.through {
        and(
            format!("，其 {link} 指向本单据"),
            format!(" whose {link} is this record"),
        );
    }
    if let Some(within) = &fact.within {
        let within = within.text();
        and(
            format!("，{} 内", within.zh),
            format!(" within {}", within.en),
        );
    }
    if let Some(state) = &fact.state {
        and(format!("，且 {state}"), format!(" for which {state}"));
    }
    if !fact.on.is_empty() {
        let on = names(&fact.on);
        and(format!("（{} 时查）", on.zh), format!(" (at {})", on.en));
    }
    said
}

pub(super) fn value(value: &ParameterValue) -> Text {
    match value {
        ParameterValue::Span(span) => span.text(),
        ParameterValue::Number(number) => same(number.to_string()),
        ParameterValue::Flag(true) => Text::both("是", "yes"),
        ParameterValue::Flag(false) => Text::both("否", "no"),
        ParameterValue::Text(text) => same(text.clone()),
    }
}

/// As the pack writes it.
pub(super) fn number(pattern: &NumberPattern) -> String {
    let part = |part: &NumberPart| match part {
        NumberPart::Literal(text) => text.clone(),
        NumberPart::Unit => "{unit}".into(),
        NumberPart::Date => "{date}".into(),
        NumberPart::Month => "{month}".into(),
        NumberPart::Year => "{year}".into(),
        NumberPart::Sequence { width } => format!("{{seq:{width}}}"),
    };
    pattern.parts.iter().map(part).collect()
}

pub(super) fn field_type(ty: &FieldType) -> Text {
    let word = super::load::type_word(ty);
    let detail = match ty {
        FieldType::Text { max, long: false } => format!("(max {max})"),
        FieldType::Text { max, long: true } => format!("(max {max}, long)"),
        FieldType::Int { min, max } | FieldType::Money { min, max } => {
            let end = |number: i64, far: i64| match number == far {
                true => String::new(),
                false => number.to_string(),
            };
            format!("({}..{})", end(*min, i64::MIN), end(*max, i64::MAX))
        }
        FieldType::Choice(choices) | FieldType::Choices(choices) => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
            format!("({})", names.join(" | "))
        }
        FieldType::Files { max, .. } => format!("(max {max})"),
        _ => String::new(),
    };
    same(format!("{word}{detail}"))
}

pub(super) fn who(who: &Who) -> Text {
    match who {
        Who::Post(post) => same(post.as_str()),
        Who::Anyone => Text::both("任何员工", "anyone of staff"),
        Who::Creator => Text::both("登记人", "who opened it"),
        Who::Assignee => Text::both("处理人", "the assignee"),
        Who::TeamMember => Text::both("班组成员", "its team"),
        Who::Party(link) => Text::both(
            format!("客户本人（{link}）"),
            format!("the party behind {link}"),
        ),
        Who::System => Text::both("系统", "the system"),
    }
}

pub(super) fn not_by(not_by: &NotBy) -> Text {
    match not_by {
        NotBy::Creator => who(&Who::Creator),
        NotBy::Assignee => who(&Who::Assignee),
        NotBy::Team => who(&Who::TeamMember),
        NotBy::Doer(step) => {
            Text::both(format!("办理 {step} 的人"), format!("who took {step} last"))
        }
        NotBy::Field(name) | NotBy::Link(name) => {
            Text::both(format!("{name} 本人"), format!("the member in {name}"))
        }
    }
}

pub(super) fn reach(reach: Reach) -> (&'static str, &'static str) {
    match reach {
        Reach::None => ("看不到", "sees none"),
        Reach::Own => ("看本人", "sees one's own"),
        Reach::Grid => ("看本网格", "sees its grid"),
        Reach::Unit => ("看全单元", "sees the unit"),
    }
}

pub(super) fn form(form: &[FormField]) -> Text {
    listed(form.iter().map(|field| {
        let mark = if field.required { "" } else { "?" };
        same(format!("{}{mark}", field.field))
    }))
}

pub(super) fn cosign(all: &[Cosign]) -> Text {
    listed(all.iter().map(|one| {
        let said = who(&one.who);
        match one.required {
            true => said,
            false => Text::both(
                format!("{}（可选）", said.zh),
                format!("{} (optional)", said.en),
            ),
        }
    }))
}

pub(super) fn course(step: &Step) -> Text {
    let from = match (step.name.as_str(), step.from.is_empty()) {
        ("open", _) => Text::both("新单据", "a new record"),
        (_, true) => Text::both("任何未结状态", "any open state"),
        (_, false) => names(&step.from),
    };
    match &step.to {
        Some(to) => Text::both(format!("{} → {to}", from.zh), format!("{} → {to}", from.en)),
        None => Text::both(
            format!("{}（状态不变）", from.zh),
            format!("{} (state stays)", from.en),
        ),
    }
}

pub(super) fn withdraws(withdraws: &Withdraws) -> Option<Text> {
    match withdraws {
        Withdraws::Nothing => None,
        Withdraws::All => Some(Text::both("全部应办", "all duties")),
        Withdraws::These(duties) => Some(names(duties)),
    }
}

pub(super) fn effect(effect: &Effect) -> Text {
    match effect {
        Effect::Set { field, to } => same(format!("{field} = {to}")),
        Effect::Add { field, by } => same(format!("{field} += {by}")),
        Effect::Open { kind, when, .. } => {
            let when = when
                .as_ref()
                .map(|when| format!(" [{when}]"))
                .unwrap_or_default();
            Text::both(format!("开立 {kind}{when}"), format!("opens {kind}{when}"))
        }
        Effect::Post {
            ledger,
            account,
            amount,
            when,
        } => {
            let account = match account {
                LinkFrom::This => "this",
                LinkFrom::Link(name) => name.as_str(),
            };
            let when = when
                .as_ref()
                .map_or(String::new(), |when| format!(" [{when}]"));
            same(format!("{ledger}({account}) += {amount}{when}"))
        }
        Effect::Send { to, asks, when, .. } => {
            let to = match to {
                SendTo::Field(name) => {
                    Text::both(format!("{name} 所指单元"), format!("the unit in {name}"))
                }
                SendTo::Above => Text::both("上级单元", "the unit above"),
                SendTo::Company => Text::both("公司", "the company"),
                SendTo::Sender => Text::both("来信单元", "the unit that had sent"),
            };
            let asks = match asks {
                Asks::Open(kind) => kind,
                Asks::Step(step) => step,
            };
            let when = when
                .as_ref()
                .map_or(String::new(), |when| format!(" [{when}]"));
            Text::both(
                format!("发往{}：{asks}{when}", to.zh),
                format!("sends to {}: {asks}{when}", to.en),
            )
        }
        Effect::Step {
            link, step, when, ..
        } => {
            let when = when
                .as_ref()
                .map(|when| format!(" [{when}]"))
                .unwrap_or_default();
            Text::both(
                format!("{link} 走 {step}{when}"),
                format!("takes {step} on {link}{when}"),
            )
        }
    }
}

pub(super) fn start(start: &Start) -> Text {
    match start {
        Start::Steps(steps) => names(steps),
        Start::At(field) => Text::both(
            format!("字段 {field} 的时间"),
            format!("the time in {field}"),
        ),
        Start::PostingEnded => Text::both("任职结束", "the end of the posting"),
        Start::Every(every) => {
            let held = every
                .while_
                .as_ref()
                .map(|held| format!(" [{held}]"))
                .unwrap_or_default();
            same(format!("{}{held}", rhythm(&every.rule, &every.days)))
        }
    }
}

/// A rhythm with the days on which it holds, as the pack writes them.
pub(super) fn rhythm(rule: &Recurrence, days: &OnDays) -> String {
    let season = days.season.as_ref().map(|season| {
        let key = if season.inside { "season" } else { "outside" };
        format!(" {key}: {}", season.season)
    });
    let kind = days.kind.map(|kind| format!(" days: {kind}"));
    format!(
        "{rule}{}{}",
        season.unwrap_or_default(),
        kind.unwrap_or_default()
    )
}

pub(super) fn until(until: &Until) -> Text {
    let mut zh = until.step.to_string();
    let mut en = zh.clone();
    if until.times > 1 {
        zh += &format!(" {} 次", until.times);
        en += &format!(" {} times", until.times);
    }
    match until.distinct {
        Some(Distinct::Day) => {
            zh += "（不同日）";
            en += " on distinct days";
        }
        Some(Distinct::DayPart) => {
            zh += "（不同时段）";
            en += " in distinct parts of the day";
        }
        None => {}
    }
    if let Some(when) = &until.when {
        zh += &format!(" [{when}]");
        en += &format!(" [{when}]");
    }
    if until.then == Then::Exempt {
        zh += " → 免办";
        en += " → exempt";
    }
    Text::both(zh, en)
}

pub(super) fn keep(keep: &Keep) -> Text {
    match keep {
        Keep::Fixed(span) => span.text(),
        Keep::Param(name) => Text::both(format!("参数 {name}"), format!("parameter {name}")),
    }
}

pub(super) fn limit(limit_: &Limit) -> Text {
    match limit_ {
        Limit::Fixed(span) => span.text(),
        Limit::Param(name) => Text::both(format!("参数 {name}"), format!("parameter {name}")),
        Limit::By { field, cases } => {
            let all = listed(cases.iter().map(|(case, span)| {
                let said = limit(span);
                Text::both(format!("{case} {}", said.zh), format!("{case} {}", said.en))
            }));
            Text::both(
                format!("{}（按 {field}）", all.zh),
                format!("{} (by {field})", all.en),
            )
        }
    }
}

pub(super) fn due(spec: &DueSpec) -> Text {
    match spec {
        DueSpec::Within {
            limit: span,
            roll,
            until_close,
        } => {
            let mut said = limit(span);
            if *roll {
                said.zh += "，遇休息日顺延";
                said.en += ", moved on from a day of rest";
            }
            if *until_close {
                said.zh += "，到下班为止";
                said.en += ", until closing time";
            }
            said
        }
        DueSpec::Field(field) => Text::both(
            format!("字段 {field} 写明的时间"),
            format!("as {field} states"),
        ),
        DueSpec::Point { day, of } => {
            let day = match day {
                PointDay::Fixed(day) => same(day.to_string()),
                PointDay::Param(name) => {
                    Text::both(format!("参数 {name}"), format!("parameter {name}"))
                }
            };
            Text::both(
                format!("{of} 的第 {} 日", day.zh),
                format!("day {} of {of}", day.en),
            )
        }
        DueSpec::Before { field, by } => {
            let by = limit(by);
            Text::both(
                format!("{field} 之前 {}", by.zh),
                format!("{} before {field}", by.en),
            )
        }
        DueSpec::Earliest(all) => {
            let all = listed(all.iter().map(due));
            Text::both(
                format!("取最早：{}", all.zh),
                format!("the earliest of: {}", all.en),
            )
        }
        DueSpec::Latest(all) => {
            let all = listed(all.iter().map(due));
            Text::both(
                format!("取最晚：{}", all.zh),
                format!("the latest of: {}", all.en),
            )
        }
        DueSpec::PeriodEnd => Text::both("周期末", "the end of its period"),
    }
}

pub(super) fn holder(rule: &HolderRule) -> Text {
    match rule {
        HolderRule::Creator => Text::both("登记人", "who opened it"),
        HolderRule::Doer => Text::both("走起点步骤的人", "who took the starting step"),
        HolderRule::Assignee => Text::both("处理人", "the assignee"),
        HolderRule::Planner => Text::both("排班人", "who planned the roster"),
        HolderRule::GridOf(link) => Text::both(
            format!("{link} 所在网格的管家"),
            format!("who serves the grid of {link}"),
        ),
        HolderRule::OnDuty(post) => Text::both(format!("当班的 {post}"), format!("{post} on duty")),
        HolderRule::Post(post) => Text::both(format!("岗位 {post}"), format!("post {post}")),
        HolderRule::Team(None) => Text::both("本单班组", "its team"),
        HolderRule::Team(Some(code)) => Text::both(format!("班组 {code}"), format!("team {code}")),
        HolderRule::Field(name) => {
            Text::both(format!("{name} 所指的人"), format!("the member in {name}"))
        }
        HolderRule::Unit => Text::both("本单元", "the unit"),
    }
}

/// What a duty says besides start, end, due time and holder, as far as it is not the default.
pub(super) fn duty_details(duty: &Duty) -> Text {
    let mut said: Vec<Text> = vec![match duty.proof {
        Proof::Server => Text::both("以服务器时间为准", "proof: the server's time"),
        Proof::Device => Text::both("以设备时间为准", "proof: the device's time"),
        Proof::Counterpart => Text::both("以对方签认为准", "proof: the other side's signature"),
        Proof::Typed => Text::both("以填写时间为准", "proof: the stated time"),
    }];
    if let Some(calendar) = &duty.calendar {
        said.push(Text::both(
            format!("营业时间 {calendar}"),
            format!("opening hours {calendar}"),
        ));
    }
    if !duty.pauses.is_empty() {
        let causes = names(&duty.pauses);
        said.push(Text::both(
            format!("停表：{}", causes.zh),
            format!("paused by {}", causes.en),
        ));
    }
    if let Some(step) = &duty.on_due {
        said.push(Text::both(
            format!("到时自动 {step}"),
            format!("takes {step} when due"),
        ));
    }
    if let Some(not_before) = &duty.not_before {
        let at = due(not_before);
        said.push(Text::both(
            format!("不早于 {}", at.zh),
            format!("not before {}", at.en),
        ));
    }
    match &duty.credit {
        Credit::Holder => {}
        Credit::Doer => said.push(Text::both("记功给办理人", "credited to the doer")),
        Credit::Each(field) => said.push(Text::both(
            format!("记功给 {field} 的每个人"),
            format!("credited to each of {field}"),
        )),
    }
    match &duty.charge {
        Charge::Longest => {}
        Charge::HolderAtDue => said.push(Text::both(
            "记过给到期时的责任人",
            "charged to the holder when due",
        )),
        Charge::Unit => said.push(Text::both("记过给单元", "charged to the unit")),
        Charge::Responsible(name) => said.push(Text::both(
            format!("记过给 {name}"),
            format!("charged to {name}"),
        )),
    }
    match duty.on_repeat {
        OnRepeat::New => {}
        OnRepeat::Keep => said.push(Text::both("重复时保留原应办", "kept when its start recurs")),
        OnRepeat::Restart => said.push(Text::both(
            "重复时重新计时",
            "restarted when its start recurs",
        )),
    }
    if let Some(fair) = duty.fair {
        let fair = fair.text();
        said.push(Text::both(
            format!("接手合理时间 {}", fair.zh),
            format!("fair time {}", fair.en),
        ));
    }
    if let Some(stands) = duty.stands {
        let stands = stands.text();
        said.push(Text::both(
            format!("结果 {} 内可被推翻", stands.zh),
            format!("may be undone within {}", stands.en),
        ));
    }
    if let Some(late) = &duty.late {
        let within = late.within.text();
        said.push(Text::both(
            format!("迟 {} 内值 {}", within.zh, late.worth_bp),
            format!("worth {} if at most {} late", late.worth_bp, within.en),
        ));
    }
    if let Some(remind) = &duty.remind {
        let before = limit(remind);
        said.push(Text::both(
            format!("到期前 {} 提醒", before.zh),
            format!("its holder is reminded {} before", before.en),
        ));
    }
    if duty.safety {
        said.push(Text::both("安全优先", "safety first"));
    }
    listed(said)
}

pub(super) fn selector(selector: &Selector) -> Text {
    let held = |when: &Option<crate::expr::Expr>| {
        when.as_ref()
            .map(|when| format!(" [{when}]"))
            .unwrap_or_default()
    };
    match selector {
        Selector::Duty { kind, duty, when } => {
            let when = held(when);
            Text::both(
                format!("应办 {kind}/{duty}{when}"),
                format!("duty {kind}/{duty}{when}"),
            )
        }
        Selector::Quota(quota) => {
            let when = held(&quota.when);
            let (zh, en) = match &quota.needed {
                Needed::AtLeast(least) => {
                    let least = given(least);
                    (
                        format!("至少 {} 次", least.zh),
                        format!("at least {}", least.en),
                    )
                }
                Needed::Share {
                    of, over, share, ..
                } => {
                    let over = held(over);
                    let share = given(share);
                    (
                        format!("达到 {of}{over} 的{}", share.zh),
                        format!("{} of {of}{over}", share.en),
                    )
                }
            };
            let (mut more_zh, mut more_en) = (String::new(), String::new());
            if let Some(field) = &quota.sum {
                more_zh += &format!("，累加 {field}");
                more_en += &format!(", summing {field}");
            }
            if quota.min_gap_days > 0 {
                let days = quota.min_gap_days;
                more_zh += &format!("，相隔至少 {days} 天");
                more_en += &format!(", at least {days} days apart");
            }
            Text::both(
                format!("定额 {}/{}{when}：{zh}{more_zh}", quota.of, quota.at),
                format!("quota of {}/{}{when}: {en}{more_en}", quota.of, quota.at),
            )
        }
        Selector::NoneOf { kind, when, .. } => {
            let when = held(when);
            Text::both(
                format!("不得有 {kind}{when}"),
                format!("none of {kind}{when}"),
            )
        }
        Selector::Complete {
            kind,
            at,
            fields,
            when,
        } => {
            let when = held(when);
            let fields = match fields.is_empty() {
                true => same(""),
                false => {
                    let fields = names(fields);
                    Text::both(format!("（{}）", fields.zh), format!(" ({})", fields.en))
                }
            };
            Text::both(
                format!("填写完整 {kind}/{at}{when}{}", fields.zh),
                format!("complete {kind}/{at}{when}{}", fields.en),
            )
        }
        Selector::Ratio {
            kind, at, of, over, ..
        } => {
            let over = held(over);
            Text::both(
                format!("比率 {kind}/{at}{over}：{of}"),
                format!("ratio of {kind}/{at}{over}: {of}"),
            )
        }
        Selector::Mean { kind, of, when } => {
            let when = held(when);
            let of = match of {
                MeanOf::Between { from, to } => format!("{from} → {to}"),
                MeanOf::Field(field) => field.to_string(),
            };
            Text::both(
                format!("平均 {kind}{when}：{of}"),
                format!("mean of {kind}{when}: {of}"),
            )
        }
        Selector::Mark => Text::both("人工评分", "a human mark"),
        Selector::Metric { name } => Text::both(format!("指标 {name}"), format!("metric {name}")),
        Selector::Score { standard } => {
            Text::both(format!("{standard} 的得分"), format!("score of {standard}"))
        }
    }
}

pub(super) fn way(way: &Way) -> Text {
    match way {
        Way::ByRate { target: None } => Text::both("按率", "by rate"),
        Way::ByRate {
            target: Some(target),
        } => Text::both(
            format!("按率，目标 {target}"),
            format!("by rate, target {target}"),
        ),
        Way::AllOrNothing { target, reason } => {
            let target = target
                .map(|target| format!(" {target}"))
                .unwrap_or_default();
            Text::both(
                format!("全有或全无{target}（{reason}）"),
                format!("all or nothing{target} ({reason})"),
            )
        }
        Way::PerViolation { each } => {
            Text::both(format!("每次扣 {each}"), format!("{each} off for each"))
        }
        Way::Tiers(tiers) => {
            let sign = match tiers.direction() {
                Direction::AtLeast => "≥",
                Direction::AtMost => "≤",
            };
            let bands = listed(tiers.bands().iter().map(|band| {
                let bound = match band.bound {
                    Bound::Rate(bp) => bp.to_string(),
                    bound @ (Bound::Value(_) | Bound::Lasting(_)) => bound.to_string(),
                };
                same(format!("{sign}{bound}: {}", band.points))
            }));
            let rest = tiers.otherwise().map(|rest| rest.to_string());
            let rest = rest.map_or(same(""), |rest| {
                Text::both(format!("，其余 {rest}"), format!(", else {rest}"))
            });
            Text::both(
                format!("分档 {}{}", bands.zh, rest.zh),
                format!("bands {}{}", bands.en, rest.en),
            )
        }
        Way::Marks { combine } => {
            use crate::points::Combine;
            match combine {
                Combine::Last => Text::both("取末次评分", "the last mark"),
                Combine::Mean => Text::both("评分取平均", "the mean of marks"),
                Combine::SumOfDeductions => Text::both("累计扣分", "the sum of deductions"),
            }
        }
        Way::Adjust { min, max } => Text::both(
            format!("加减分 {min} 至 {max}"),
            format!("adjusts by {min} to {max}"),
        ),
    }
}
