//! A pack as lines of words: what `show` prints and `diff` compares. Titles and labels are for reading; the path is what stays the same
//! between two versions.

use super::fault::Language;
use super::model::{Kind, Looser, Pack, Parameter, Step};
use super::standard::{Clause, Standard, Subject, Veto};
use super::words;
use crate::access::{EveryKind, May, Reach};
use crate::name::{Name, Text};
use crate::points::WhenEmpty;

/// One statement of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `kinds/repair/duties/send/due`: the same in every version.
    pub path: String,
    /// What it is about, `时限`, `due`.
    pub label: Text,
    pub value: Text,
}

/// Everything that a pack says, in its order.
pub fn lines(pack: &Pack) -> Vec<Line> {
    let mut out = Lines(Vec::new());
    for parameter in pack.parameters.values() {
        out.parameter(parameter);
    }
    for post in pack.posts.values() {
        let path = format!("posts/{}", post.name);
        let mut value = post.title.clone();
        if let Some(above) = &post.reports_to {
            value.zh += &format!("，上级 {above}");
            value.en += &format!(", reports to {above}");
        }
        out.put(path.clone(), ("岗位", "post"), value);
        out.may(&path, &post.may);
    }
    for (name, hours) in &pack.calendars {
        let said = serde_json::to_string(hours).unwrap_or_default();
        out.put(
            format!("calendars/{name}"),
            ("营业时间", "opening hours"),
            Text::both(said.clone(), said),
        );
    }
    let years: Vec<String> = pack
        .special_days
        .years()
        .map(|year| year.to_string())
        .collect();
    if !years.is_empty() {
        let years = years.join(", ");
        out.put(
            "calendars".into(),
            ("有数据的年份", "years with data"),
            Text::both(years.clone(), years),
        );
    }
    for kind in pack.kinds.values() {
        out.kind(kind);
    }
    for schedule in pack.schedules.values() {
        let path = format!("schedules/{}", schedule.name);
        let each = schedule
            .each
            .as_ref()
            .map(|each| format!(" × {each}"))
            .unwrap_or_default();
        let when = schedule
            .when
            .as_ref()
            .map(|when| format!(" [{when}]"))
            .unwrap_or_default();
        let rhythm = words::rhythm(&schedule.rule, &schedule.days);
        let said = format!("{rhythm} → {}{each}{when}", schedule.open);
        out.put(
            path,
            ("定期开立", "opens on a rhythm"),
            Text::both(said.clone(), said),
        );
    }
    for standard in pack.standards.values() {
        out.standard(standard);
    }
    out.0
}

/// A pack as readable text, everything or what begins with `path` (`kinds/repair`).
pub fn show(pack: &Pack, path: &str, language: Language) -> String {
    let pick = |text: &Text| match language {
        Language::Zh => text.zh.clone(),
        Language::En => text.en.clone(),
    };
    let digest: String = pack
        .digest
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut shown = format!(
        "{} {} · {} · {}\n",
        pack.name,
        pack.version,
        pick(&pack.title),
        &digest[..12]
    );
    let inside = |line: &&Line| {
        line.path == path || line.path.starts_with(&format!("{path}/")) || path.is_empty()
    };
    let mut last: Vec<String> = Vec::new();
    for line in lines(pack).iter().filter(inside) {
        let parts: Vec<String> = line.path.split('/').map(str::to_owned).collect();
        let (leaf, folders) = parts
            .split_last()
            .map_or(("", &[][..]), |(leaf, rest)| (leaf.as_str(), rest));
        let shared = last.iter().zip(folders).take_while(|(a, b)| a == b).count();
        for (depth, folder) in folders.iter().enumerate().skip(shared) {
            shown += &format!("{}{folder}\n", "  ".repeat(depth));
        }
        let indent = "  ".repeat(folders.len());
        shown += &format!(
            "{indent}{leaf} · {}: {}\n",
            pick(&line.label),
            pick(&line.value)
        );
        // The entry itself may be the folder of what follows.
        last = parts;
    }
    shown
}

struct Lines(Vec<Line>);

impl Lines {
    fn put(&mut self, path: String, (zh, en): (&str, &str), value: Text) {
        self.0.push(Line {
            path,
            label: Text::both(zh, en),
            value,
        });
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let mut said = words::value(&parameter.default);
        if let Some((low, high)) = &parameter.bounds {
            let (low, high) = (words::value(low), words::value(high));
            said.zh += &format!("（{} 至 {}）", low.zh, high.zh);
            said.en += &format!(" ({} to {})", low.en, high.en);
        }
        if let Some((attribute, cases)) = &parameter.by {
            for (case, value) in cases {
                let value = words::value(value);
                said.zh += &format!("，{attribute} 为 {case} 时 {}", value.zh);
                said.en += &format!(", {} where {attribute} is {case}", value.en);
            }
        }
        match parameter.looser {
            Looser::Higher => {
                said.zh += "，越大越松";
                said.en += ", looser upwards";
            }
            Looser::Lower => {
                said.zh += "，越小越松";
                said.en += ", looser downwards";
            }
            Looser::Neither => {}
        }
        self.put(
            format!("parameters/{}", parameter.name),
            ("参数", "parameter"),
            said,
        );
    }

    fn kind(&mut self, kind: &Kind) {
        let at = format!("kinds/{}", kind.name);
        self.put(at.clone(), ("单据类型", "kind"), kind.title.clone());
        self.put(
            format!("{at}/states"),
            ("状态", "states"),
            words::listed(kind.states.iter().map(|state| {
                let closed = if state.closed { "*" } else { "" };
                let waits = state
                    .waits
                    .as_ref()
                    .map(|cause| format!(" ({cause})"))
                    .unwrap_or_default();
                let said = format!("{}{closed}{waits}", state.name);
                Text::both(said.clone(), said)
            })),
        );
        let role = kind.role.map(|role| format!("{role:?}"));
        let number = kind.number.as_ref().map(words::number);
        let hidden = kind.hidden_until.as_ref().map(|step| step.to_string());
        let secret = kind.secret.then(|| "true".to_owned());
        let unique = (!kind.unique.is_empty()).then(|| words::names(&kind.unique).zh);
        let merge = kind.merge.as_ref().map(|merge| merge.into.to_string());
        for (key, label, said) in [
            ("is", ("台账", "register"), role),
            ("number", ("编号", "number"), number),
            ("unique", ("不得重复", "unique"), unique),
            ("hidden-until", ("保密至", "hidden until"), hidden),
            ("secret", ("保密档案", "secret file"), secret),
            ("merge", ("并入", "merges into"), merge),
        ] {
            if let Some(said) = said {
                self.put(format!("{at}/{key}"), label, Text::both(said.clone(), said));
            }
        }
        if let Some(published) = &kind.published {
            let at = format!("{at}/published");
            self.put(
                format!("{at}/in"),
                ("公示于", "shown in"),
                words::names(&published.states),
            );
            self.put(
                format!("{at}/fields"),
                ("公示字段", "shown fields"),
                words::names(&published.fields),
            );
            if let Some(receipt) = &published.receipt {
                self.put(
                    format!("{at}/receipt"),
                    ("回执", "receipt"),
                    words::names([&receipt.kind]),
                );
            }
        }
        for link in kind.links.values() {
            let said = format!("{}{}", link.kind, if link.required { "" } else { "?" });
            self.put(
                format!("{at}/links/{}", link.name),
                ("链接", "link"),
                Text::both(said.clone(), said),
            );
        }
        for field in &kind.fields {
            let mut said = words::field_type(&field.ty);
            if field.required {
                said.zh += "，必填";
                said.en += ", required";
            }
            if let Some(default) = &field.default {
                let default = serde_json::to_string(default).unwrap_or_default();
                said.zh += &format!("，默认 {default}");
                said.en += &format!(", default {default}");
            }
            if let Some(sensitive) = &field.sensitive {
                let keep = words::keep(&sensitive.keep);
                let seen = words::names(&sensitive.seen_by);
                said.zh += &format!(
                    "，敏感：{}，保存 {}，可见 {}",
                    sensitive.purpose.zh, keep.zh, seen.zh
                );
                said.en += &format!(
                    ", private: {}, kept {}, seen by {}",
                    sensitive.purpose.en, keep.en, seen.en
                );
                if let Some(of) = &sensitive.of {
                    said.zh += &format!("，属于 {of}");
                    said.en += &format!(", of the {of}");
                }
            }
            self.put(
                format!("{at}/fields/{}", field.name),
                ("字段", "field"),
                said,
            );
        }
        self.step(&format!("{at}/open"), &kind.open);
        for step in kind.steps.values() {
            self.step(&format!("{at}/steps/{}", step.name), step);
        }
        for fact in kind.facts.values() {
            let at = format!("{at}/facts/{}", fact.name);
            self.put(at, ("事实", "fact"), words::fact(fact));
        }
        for duty in &kind.duties {
            let at = format!("{at}/duties/{}", duty.name);
            self.put(
                format!("{at}/on"),
                ("起点", "starts"),
                words::start(&duty.start),
            );
            if let Some(when) = &duty.when {
                self.put(
                    format!("{at}/when"),
                    ("条件", "when"),
                    Text::both(when.source(), when.source()),
                );
            }
            self.put(
                format!("{at}/until"),
                ("办成", "done by"),
                words::listed(duty.until.iter().map(words::until)),
            );
            self.put(format!("{at}/due"), ("时限", "due"), words::due(&duty.due));
            self.put(
                format!("{at}/holder"),
                ("责任人", "holder"),
                words::listed(duty.holder.iter().map(words::holder)),
            );
            self.put(
                format!("{at}/rules"),
                ("规则", "rules"),
                words::duty_details(duty),
            );
        }
        for approval in kind.approvals.values() {
            let stages: Vec<String> = approval
                .chain
                .iter()
                .map(|stage| words::names(stage).en.replace(", ", " + "))
                .collect();
            let said = format!(
                "{} → {} → {}",
                approval.on,
                stages.join(" → "),
                approval.then
            );
            self.put(
                format!("{at}/approve/{}", approval.name),
                ("审批", "approval"),
                Text::both(said.clone(), said),
            );
        }
    }

    fn may(&mut self, at: &str, may: &May) {
        for reach in Reach::ALL {
            let kinds: Vec<&Name> = may
                .see
                .iter()
                .filter(|(_, known)| **known == reach)
                .map(|(kind, _)| kind)
                .collect();
            if !kinds.is_empty() {
                self.put(
                    format!("{at}/may/see/{}", reach.as_str()),
                    words::reach(reach),
                    words::names(kinds),
                );
            }
        }
        for step in EveryKind::ALL {
            let kinds: Vec<&Name> = may
                .take
                .iter()
                .filter(|(_, steps)| steps.contains(&step))
                .map(|(kind, _)| kind)
                .collect();
            if !kinds.is_empty() {
                self.put(
                    format!("{at}/may/do/{}", step.as_str()),
                    ("可办", "may do"),
                    words::names(kinds),
                );
            }
        }
        if !may.run.is_empty() {
            let words: Vec<&str> = may.run.iter().map(|one| one.as_str()).collect();
            self.put(
                format!("{at}/may/run"),
                ("权限", "privileges"),
                Text::both(words.join("、"), words.join(", ")),
            );
        }
    }

    fn step(&mut self, at: &str, step: &Step) {
        self.put(at.to_owned(), ("步骤", "step"), words::course(step));
        self.put(
            format!("{at}/by"),
            ("谁可以", "by"),
            words::listed(step.by.iter().map(words::who)),
        );
        if !step.form.is_empty() {
            self.put(
                format!("{at}/form"),
                ("表单", "form"),
                words::form(&step.form),
            );
        }
        if let Some(when) = &step.when {
            self.put(
                format!("{at}/when"),
                ("条件", "when"),
                Text::both(when.source(), when.source()),
            );
        }
        if !step.not_by.is_empty() {
            self.put(
                format!("{at}/not-by"),
                ("不得由", "not by"),
                words::listed(step.not_by.iter().map(words::not_by)),
            );
        }
        if !step.cosign.is_empty() {
            self.put(
                format!("{at}/cosign"),
                ("会签", "signed by"),
                words::cosign(&step.cosign),
            );
        }
        if !step.effects.is_empty() {
            self.put(
                format!("{at}/effects"),
                ("效果", "effects"),
                words::listed(step.effects.iter().map(words::effect)),
            );
        }
        if !step.undoes.is_empty() {
            self.put(
                format!("{at}/undoes"),
                ("推翻", "undoes"),
                words::names(&step.undoes),
            );
        }
        if let Some(withdraws) = words::withdraws(&step.withdraws) {
            self.put(
                format!("{at}/withdraws"),
                ("撤销应办", "withdraws"),
                withdraws,
            );
        }
        if step.confirm {
            self.put(
                format!("{at}/confirm"),
                ("须确认", "confirmed"),
                Text::both("第二人或对方", "by a second person or the other side"),
            );
        }
    }

    fn standard(&mut self, standard: &Standard) {
        let at = format!("standards/{}", standard.name);
        let whom = match standard.scores {
            Subject::Member => ("员工", "members"),
            Subject::Team => ("班组", "teams"),
            Subject::Unit => ("单元", "units"),
        };
        self.put(
            at.clone(),
            ("考核标准", "standard"),
            Text::both(
                format!(
                    "{} v{}：考核{}，满分 {}，覆盖下限 {}",
                    standard.title.zh,
                    standard.version,
                    whom.0,
                    standard.full,
                    standard.least_covered
                ),
                format!(
                    "{} v{}: scores {}, full {}, least covered {}",
                    standard.title.en,
                    standard.version,
                    whom.1,
                    standard.full,
                    standard.least_covered
                ),
            ),
        );
        let pairs = |all: Vec<String>| Text::both(all.join("、"), all.join(", "));
        if !standard.weights.is_empty() {
            let all = standard
                .weights
                .iter()
                .map(|(name, weight)| format!("{name} {}", weight.weight))
                .collect();
            self.put(format!("{at}/weights"), ("权重", "weights"), pairs(all));
        }
        if !standard.grades.is_empty() {
            let all = standard
                .grades
                .iter()
                .map(|grade| format!("{} ≥ {}", grade.name, grade.from))
                .collect();
            self.put(format!("{at}/grades"), ("等级", "grades"), pairs(all));
        }
        for clause in &standard.clauses {
            self.clause(&format!("{at}/clauses/{}", clause.name), clause);
        }
    }

    fn clause(&mut self, at: &str, clause: &Clause) {
        self.put(
            at.to_owned(),
            ("条款", "clause"),
            Text::both(
                format!("{}，{} 分", clause.title.zh, clause.points),
                format!("{}, {} points", clause.title.en, clause.points),
            ),
        );
        for (number, part) in clause.parts.iter().enumerate() {
            let (selector, way) = (words::selector(&part.selector), words::way(&part.way));
            let most = part.may_cost.map(|most| most.to_string());
            let (zh, en) = most.map_or((String::new(), String::new()), |most| {
                (
                    format!("，最多扣 {most}"),
                    format!(", costs at most {most}"),
                )
            });
            self.put(
                format!("{at}/part-{}", number + 1),
                ("计分", "part"),
                Text::both(
                    format!("{}：{}{zh}", selector.zh, way.zh),
                    format!("{}: {}{en}", selector.en, way.en),
                ),
            );
        }
        if !clause.posts.is_empty() {
            self.put(
                format!("{at}/posts"),
                ("适用岗位", "posts"),
                words::names(&clause.posts),
            );
        }
        if let Some(applies) = &clause.applies {
            self.put(
                format!("{at}/applies"),
                ("适用条件", "applies"),
                Text::both(applies.source(), applies.source()),
            );
        }
        let empty = match clause.when_empty {
            WhenEmpty::Full => Text::both("满分", "full"),
            WhenEmpty::Zero => Text::both("零分", "zero"),
            WhenEmpty::Exclude => Text::both("不计", "excluded"),
        };
        self.put(
            format!("{at}/when-empty"),
            ("无案例时", "without cases"),
            empty,
        );
        if let Some(veto) = &clause.veto {
            let said = match veto {
                Veto::SectionZero => Text::both("本节为零", "the section is zero"),
                Veto::TotalAtMost(points) => Text::both(
                    format!("总分至多 {points}"),
                    format!("the total is at most {points}"),
                ),
                Veto::GradeAtMost(grade) => Text::both(
                    format!("等级至多 {grade}"),
                    format!("the grade is at most {grade}"),
                ),
            };
            self.put(format!("{at}/veto"), ("否决", "veto"), said);
        }
        if let Some(cap) = clause.cap {
            self.put(
                format!("{at}/cap"),
                ("最高", "cap"),
                Text::both(cap.to_string(), cap.to_string()),
            );
        }
        if let Some(link) = &clause.count_once_per {
            self.put(
                format!("{at}/count-once-per"),
                ("合并计数", "counted once per"),
                Text::both(link.as_str(), link.as_str()),
            );
        }
    }
}
