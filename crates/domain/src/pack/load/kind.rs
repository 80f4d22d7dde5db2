//! A kind: fields and states, and what is compiled against them.

use super::index::Index;
use super::{CAUSE, Ctx, FIELD, Node, POST, STEP, flag, parsed, titled, titled_map};
use crate::clock::Span;
use crate::name::{Name, Text};
use crate::pack::model::{
    Choice, Field, FieldType, FileKind, Keep, Kind, NumberPart, NumberPattern, ParameterUnit,
    Search, Sensitive, State,
};
use crate::pack::yaml::Data;
use crate::time::{Day, Instant};
use crate::value::Value;
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn kind(&mut self, name: &Name, node: &Node) -> Option<Kind> {
        let index = Rc::clone(&self.index);
        let head = index.head(name)?;
        let assignee = self.typed_field(node.get("assignee"), head, &FieldType::Member);
        let team = self.typed_field(node.get("team"), head, &FieldType::Team);
        let label = node
            .get("label")
            .map(Node::many)
            .unwrap_or_default()
            .iter()
            .filter_map(|field| {
                let name = self.refer(field, FIELD, head.field_names())?;
                if head
                    .field(name.as_str())
                    .is_some_and(|it| it.sensitive.is_some())
                {
                    self.shown(field, &name);
                }
                Some(name)
            })
            .collect();
        let unique = self.unique(node, head);
        let (open, steps) = self.steps(name, node, head);
        let facts = self.facts(node, head);
        let duties = self.duties(name, node, head);
        let approvals = self.approvals(node, head);
        let merge = self.merge(node, head);
        let hidden_until = node
            .get("hidden-until")
            .and_then(|step| self.refer(step, STEP, &head.steps));
        let published = self.published(node, head);
        let role = self.role(node, head);
        let migrate = self.migrations(node, head);
        let number = node.get("number").and_then(|number| self.number(number));
        let mut kind = Kind {
            name: name.clone(),
            title: titled(node.get("name"), name.as_str()),
            role,
            number,
            links: head.links.clone(),
            fields: head.fields.clone(),
            states: head.states.clone(),
            open,
            steps,
            facts,
            duties,
            approvals,
            merge,
            assignee,
            team,
            label,
            unique,
            hidden_until,
            published,
            migrate,
            secret: flag(node, "secret"),
        };
        self.flow(&kind, node);
        self.private(&kind, node, head);
        // The stages of approvals are duties like any other, made after the pack's own have been checked.
        let stages: Vec<_> = kind
            .approvals
            .values()
            .flat_map(|approval| approval.duties(&self.index.post_titles))
            .collect();
        kind.duties.extend(stages);
        Some(kind)
    }

    /// A private value is sealed anew each time, so that two of them are never seen to be the same.
    fn unique(&mut self, node: &Node, head: &super::index::Head) -> Vec<Name> {
        let all = node.get("unique").map(Node::many).unwrap_or_default();
        let known = || head.field_names().chain(head.links.keys());
        all.iter()
            .filter_map(|part| {
                let name = self.refer(part, FIELD, known())?;
                if head.field(name.as_str()).is_some_and(|it| it.sensitive.is_some()) {
                    self.fault(
                        "unique-sensitive",
                        part.at,
                        Text::both(
                            format!("敏感字段 `{name}` 加密保存，无法比较是否重复"),
                            format!("the private field `{name}` is kept sealed, so that nobody can tell whether two are the same"),
                        ),
                        Text::both("换一个不敏感的字段", "name a field that is not private"),
                    );
                }
                Some(name)
            })
            .collect()
    }

    /// What is private does not stand where everybody reads it.
    pub(super) fn shown(&mut self, node: &Node, field: &Name) {
        self.fault(
            "sensitive-shown",
            node.at,
            Text::both(
                format!("敏感字段 `{field}` 写到了人人可见的地方"),
                format!("the private field `{field}` comes to stand where everybody reads it"),
            ),
            Text::both(
                "换一个不敏感的字段，或把接收的字段也标为 sensitive",
                "use a field that is not private, or make the one that receives it `sensitive` too",
            ),
        );
    }

    /// A field of the one type that its place asks for.
    fn typed_field(
        &mut self,
        node: Option<&Node>,
        head: &super::index::Head,
        wanted: &FieldType,
    ) -> Option<Name> {
        let node = node?;
        let name = self.refer(node, FIELD, head.field_names())?;
        let field = head.field(name.as_str())?;
        if field.ty == *wanted || head.broken {
            return Some(name);
        }
        let (wanted, given) = (type_word(wanted), type_word(&field.ty));
        self.fault(
            "field-type",
            node.at,
            Text::both(
                format!("字段 `{name}` 的类型是 {given}，这里要 {wanted}"),
                format!("the field `{name}` is of type {given}, {wanted} is asked here"),
            ),
            Text::both(
                format!("换一个类型为 {wanted} 的字段"),
                format!("name a field of type {wanted}"),
            ),
        );
        None
    }

    pub(super) fn states(&mut self, node: Option<&Node>, index: &Index) -> Vec<State> {
        let Some(node) = node else { return Vec::new() };
        let mut entries: Vec<(&Node, Option<&Node>)> = Vec::new();
        match &node.data {
            Data::List(items) => {
                for item in items {
                    match &item.data {
                        Data::Map(pairs) => {
                            entries.extend(pairs.iter().map(|(key, value)| (key, Some(value))));
                        }
                        _ => entries.push((item, None)),
                    }
                }
            }
            _ => entries.extend(node.pairs().iter().map(|(key, value)| (key, Some(value)))),
        }
        let mut states: Vec<State> = Vec::new();
        for (key, body) in entries {
            let Some(name) = key.text() else { continue };
            if states.iter().any(|state| state.name == *name) {
                self.fault(
                    "name-twice",
                    key.at,
                    Text::both(
                        format!("状态 `{name}` 写了两次"),
                        format!("the state `{name}` stands twice"),
                    ),
                    Text::both("删掉一个", "remove one"),
                );
                continue;
            }
            let part = |key: &str| body.and_then(|body| body.get(key));
            let waits = part("waits").and_then(|cause| self.refer(cause, CAUSE, &index.causes));
            states.push(State {
                name: name.into(),
                title: titled(body, name),
                closed: body.is_some_and(|body| flag(body, "closed")),
                waits,
                with: part("with").and_then(Node::text).map(Name::from),
            });
        }
        if states.is_empty() && matches!(node.data, Data::List(_) | Data::Map(_)) {
            self.fault(
                "no-state",
                node.at,
                Text::both("没有任何状态", "there is no state"),
                Text::both("至少写一个状态", "write at least one"),
            );
        }
        states
    }

    /// `None` after a fault.
    pub(super) fn field(&mut self, name: &str, node: &Node, index: &Index) -> Option<Field> {
        let type_node = match node.text() {
            Some(_) => node,
            None => node.get("type")?,
        };
        let ty = self.field_type(type_node, node)?;
        let default = node
            .get("default")
            .and_then(|value| self.literal(value, &ty));
        let sensitive = match node.get("sensitive") {
            Some(sensitive) => Some(self.sensitive(sensitive, &ty, index)?),
            None => None,
        };
        Some(Field {
            name: name.into(),
            title: titled_map(node, name),
            ty,
            required: flag(node, "required"),
            default,
            sensitive,
            opinion: flag(node, "opinion"),
        })
    }

    fn field_type(&mut self, type_node: &Node, node: &Node) -> Option<FieldType> {
        let word = type_node.text()?;
        let allowed: &[&str] = match word {
            "text" => &["max", "long"],
            "int" | "money" => &["min", "max"],
            "choice" | "choices" => &["of"],
            "photos" => &["max"],
            "files" => &["of", "max"],
            _ => &[],
        };
        for key in ["max", "min", "long", "of"] {
            if let Some(stray) = node.key(key)
                && !allowed.contains(&key)
            {
                let at = stray.at;
                self.fault(
                    "unknown-key",
                    at,
                    Text::both(
                        format!("类型 {word} 没有键 `{key}`"),
                        format!("a field of type {word} has no key `{key}`"),
                    ),
                    match allowed {
                        [] => Text::both("去掉它", "remove it"),
                        _ => crate::near::did_you_mean(key, allowed.iter().copied()),
                    },
                );
            }
        }
        let number = |key: &str| parsed::<i64>(node.get(key));
        let (min, max) = (number("min"), number("max"));
        if let (Some(min), Some(max), Some(at)) = (min, max, node.key("max"))
            && min > max
        {
            let at = at.at;
            self.fault(
                "bounds",
                at,
                Text::both(
                    format!("上限 {max} 小于下限 {min}"),
                    format!("the upper bound {max} is below the lower one, {min}"),
                ),
                Text::both("对调，或改其中一个", "swap them, or change one"),
            );
        }
        // Characters and files are counted up to a hundred thousand.
        let counted = matches!(word, "text" | "photos" | "files");
        if let (true, Some(given)) = (counted, node.get("max"))
            && !(1..=100_000).contains(&max.unwrap_or(0))
        {
            let at = given.at;
            self.fault(
                "bounds",
                at,
                Text::both("max 在 1 到 100000 之间", "`max` is 1 to 100000"),
                Text::both("例如 max: 500", "for example max: 500"),
            );
        }
        let count = |default: u32| {
            max.and_then(|max| u32::try_from(max).ok())
                .unwrap_or(default)
        };
        Some(match word {
            "text" => FieldType::Text {
                max: count(2_000),
                long: flag(node, "long"),
            },
            "phone" => FieldType::Phone,
            "bool" => FieldType::Bool,
            "int" => FieldType::Int {
                min: min.unwrap_or(i64::MIN),
                max: max.unwrap_or(i64::MAX),
            },
            "money" => FieldType::Money {
                min: min.unwrap_or(0),
                max: max.unwrap_or(i64::MAX),
            },
            "ratio" => FieldType::Ratio,
            "choice" => FieldType::Choice(self.choices(type_node, node)?),
            "choices" => FieldType::Choices(self.choices(type_node, node)?),
            "day" => FieldType::Day,
            "instant" => FieldType::Instant,
            "moment" => FieldType::Moment,
            "member" => FieldType::Member,
            "team" => FieldType::Team,
            "unit" => FieldType::Unit,
            "photos" => FieldType::Files {
                kinds: vec![FileKind::Photo],
                max: count(9),
            },
            "files" => FieldType::Files {
                kinds: self.file_kinds(node),
                max: count(9),
            },
            "signature" => FieldType::Signature,
            _ => return None,
        })
    }

    fn choices(&mut self, type_node: &Node, node: &Node) -> Option<Vec<Choice>> {
        let of = node.get("of");
        let mut choices: Vec<Choice> = Vec::new();
        let mut put = |name: &str, title: Text| {
            choices.push(Choice {
                name: name.into(),
                title,
            });
        };
        match of.map(|of| &of.data) {
            Some(Data::Map(pairs)) => {
                for (key, value) in pairs {
                    let name = key.text().unwrap_or_default();
                    let title = match &value.data {
                        Data::Null => None,
                        _ => Some(value),
                    };
                    put(name, titled(title, name));
                }
            }
            _ => {
                for item in of.map(Node::many).unwrap_or_default() {
                    let name = item.text().unwrap_or_default();
                    put(name, Text::both(name, name));
                }
            }
        }
        if choices.is_empty() {
            self.fault(
                "no-choices",
                type_node.at,
                Text::both("选项字段没有选项", "a choice has nothing to choose from"),
                Text::both(
                    "写上 of: [甲, 乙] 的名字，或 of: {normal: {zh: 普通}}",
                    "write of: [a, b], or of: {normal: {zh: 普通}}",
                ),
            );
            return None;
        }
        Some(choices)
    }

    fn file_kinds(&mut self, node: &Node) -> Vec<FileKind> {
        let words = ["photo", "audio", "document"].map(Name::from);
        let of = node.get("of").map(Node::many).unwrap_or_default();
        let mut kinds = Vec::new();
        for item in of {
            let what = ("no-such-case", "文件种类", "kind of file");
            kinds.extend(
                self.refer(item, what, &words)
                    .map(|word| match word.as_str() {
                        "photo" => FileKind::Photo,
                        "audio" => FileKind::Audio,
                        _ => FileKind::Document,
                    }),
            );
        }
        if kinds.is_empty() {
            return vec![FileKind::Photo, FileKind::Audio, FileKind::Document];
        }
        kinds
    }

    /// Purpose, keeping and who sees it are asked of every such field; how it is found depends on what it is.
    fn sensitive(&mut self, node: &Node, ty: &FieldType, index: &Index) -> Option<Sensitive> {
        let words: &[&str] = match ty {
            FieldType::Text { .. } => &["none", "exact", "ending", "words"],
            FieldType::Phone => &["none", "exact", "ending"],
            FieldType::Files { .. } | FieldType::Signature => &["none"],
            _ => &["none", "exact"],
        };
        if let Some((search, word)) = node.get("search").and_then(|it| Some((it, it.text()?)))
            && !words.contains(&word)
        {
            let (given, fit) = (type_word(ty), words.join("、"));
            self.fault(
                "search-unsuited",
                search.at,
                Text::both(
                    format!("类型 {given} 不能按 {word} 查找"),
                    format!("a field of type {given} cannot be found by {word}"),
                ),
                Text::both(
                    format!("可用：{fit}"),
                    format!("choose one of {}", words.join(", ")),
                ),
            );
        }
        let keep_node = node.get("keep")?;
        let keep = match keep_node.get("param") {
            Some(param) => self
                .parameter_in(index, param, ParameterUnit::Duration)
                .map(Keep::Param),
            None => parsed(Some(keep_node)).map(Keep::Fixed),
        };
        let usual = match &keep {
            Some(Keep::Param(name)) => index.defaults.get(name).copied(),
            Some(Keep::Fixed(span)) => Some(*span),
            None => None,
        };
        if matches!(usual, Some(Span::Clock(_) | Span::Workdays(_))) {
            self.fault(
                "wrong-value",
                keep_node.at,
                Text::both(
                    "保存期以日、月、年计",
                    "data is kept for days, months or years",
                ),
                Text::both("例如 keep: P3Y", "for example keep: P3Y"),
            );
        }
        let seen_by = node.get("seen-by")?;
        let seen_by = seen_by
            .many()
            .iter()
            .filter_map(|post| self.refer(post, POST, &index.posts))
            .collect();
        Some(Sensitive {
            purpose: titled(Some(node.get("purpose")?), ""),
            keep: keep?,
            search: match node.get("search").and_then(Node::text) {
                Some("exact") => Search::Exact,
                Some("ending") => Search::Ending,
                Some("words") => Search::Words,
                _ => Search::None,
            },
            seen_by,
            of: node.get("of").and_then(Node::text).map(Name::from),
        })
    }

    /// A value of a field, as a pack writes it.
    pub(super) fn literal(&mut self, node: &Node, ty: &FieldType) -> Option<Value> {
        let text = node.text()?;
        let number = |min: i64, max: i64| {
            text.parse::<i64>()
                .ok()
                .filter(|number| (min..=max).contains(number))
                .map(Value::Int)
        };
        let value = match ty {
            FieldType::Text { max, .. } => {
                (text.chars().count() <= *max as usize).then(|| Value::from(text))
            }
            FieldType::Phone => Some(Value::from(text)),
            FieldType::Bool => text.parse::<bool>().ok().map(Value::Bool),
            FieldType::Int { min, max } | FieldType::Money { min, max } => number(*min, *max),
            FieldType::Ratio => text
                .parse::<crate::number::Bp>()
                .ok()
                .map(|bp| Value::Int(bp.get())),
            FieldType::Choice(choices) => {
                let names = choices.iter().map(|choice| &choice.name);
                return self
                    .refer(node, super::CASE, names)
                    .map(|name| Value::from(name.as_str()));
            }
            FieldType::Day => text.parse::<Day>().ok().map(|_| Value::from(text)),
            FieldType::Instant => text
                .parse::<Instant>()
                .ok()
                .map(|at| Value::Text(at.to_string())),
            _ => None,
        };
        if value.is_none() {
            let word = type_word(ty);
            self.fault(
                "wrong-value",
                node.at,
                Text::both(
                    format!("`{text}` 不能作类型 {word} 的值"),
                    format!("`{text}` is no value of type {word}"),
                ),
                Text::both(
                    "写一个在类型和上下限之内的值；链接、人员和附件没有固定值",
                    "write a value of that type within its bounds; links, members and files have none",
                ),
            );
        }
        value
    }

    fn number(&mut self, node: &Node) -> Option<NumberPattern> {
        let text = node.text()?;
        let mut parts = Vec::new();
        let mut rest = text;
        let mut sound = true;
        while let Some((literal, after)) = rest.split_once('{') {
            if !literal.is_empty() {
                parts.push(NumberPart::Literal(literal.into()));
            }
            let (word, after) = after.split_once('}').unwrap_or((after, ""));
            rest = after;
            let width = word
                .strip_prefix("seq:")
                .and_then(|width| width.parse::<u8>().ok())
                .filter(|width| (1..=9).contains(width));
            match (word, width) {
                ("unit", _) => parts.push(NumberPart::Unit),
                ("date", _) => parts.push(NumberPart::Date),
                ("month", _) => parts.push(NumberPart::Month),
                ("year", _) => parts.push(NumberPart::Year),
                (_, Some(width)) => parts.push(NumberPart::Sequence { width }),
                _ => sound = false,
            }
        }
        if !rest.is_empty() {
            parts.push(NumberPart::Literal(rest.into()));
        }
        let sequences = parts
            .iter()
            .filter(|part| matches!(part, NumberPart::Sequence { .. }))
            .count();
        if sound && sequences == 1 && !rest.contains('}') {
            return Some(NumberPattern { parts });
        }
        self.fault(
            "number-pattern",
            node.at,
            Text::both(
                format!("编号规则 `{text}` 不成立"),
                format!("`{text}` is no number pattern"),
            ),
            Text::both(
                "由文字和 {unit}、{date}、{month}、{year} 组成，恰有一个 {seq:4}（1 到 9 位）",
                "it is text with {unit}, {date}, {month}, {year} and exactly one {seq:4} (1 to 9 digits)",
            ),
        );
        None
    }
}

/// The word of a type in a pack.
pub(in crate::pack) fn type_word(ty: &FieldType) -> &'static str {
    match ty {
        FieldType::Text { .. } => "text",
        FieldType::Phone => "phone",
        FieldType::Bool => "bool",
        FieldType::Int { .. } => "int",
        FieldType::Money { .. } => "money",
        FieldType::Ratio => "ratio",
        FieldType::Choice(_) => "choice",
        FieldType::Choices(_) => "choices",
        FieldType::Day => "day",
        FieldType::Instant => "instant",
        FieldType::Moment => "moment",
        FieldType::Member => "member",
        FieldType::Team => "team",
        FieldType::Unit => "unit",
        FieldType::Files { .. } => "files",
        FieldType::Signature => "signature",
    }
}
