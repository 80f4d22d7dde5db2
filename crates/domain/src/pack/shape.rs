//! Shapes of YAML: which keys stand where, and what their values look like.
//!
//! One description serves three readers: the check (unknown keys, wrong types), the JSON Schema that editors use, and whoever reads
//! `grammar`. What names refer to is not known here.

use super::load::source::{Place, Raw};
use super::yaml::{Data, Node};
use crate::clock::Span;
use crate::name::Text;
use crate::near::did_you_mean;
use crate::number::{Bp, Points};

/// What a value looks like.
pub(super) enum Shape {
    /// Any single value.
    Literal,
    /// A name: letters, digits, `-`, `_`, `.`, `/`.
    Name,
    Text,
    /// A text for both languages, or `{zh, en}`.
    Title,
    Bool,
    Int,
    Bp,
    Points,
    Span,
    /// A condition or value in CEL.
    Expr,
    Word(&'static [&'static str]),
    /// A list, or one value that stands for it.
    Many(&'static Shape),
    List(&'static Shape),
    /// Names with values of one shape.
    Map(&'static Shape),
    Object(&'static Object),
    /// By what stands there: a single value, a list, a map, nothing.
    Either(&'static [Shape]),
    /// A shape with a name of its own in the JSON Schema; may contain itself.
    Named(&'static str, &'static Shape),
    /// May be left empty.
    Empty,
}

pub(super) struct Object {
    pub(super) keys: &'static [Key],
    /// Other keys, all of one shape.
    pub(super) rest: Option<&'static Shape>,
    /// Exactly one of these must be there.
    pub(super) one_of: &'static [&'static str],
}

pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) shape: &'static Shape,
    /// `中文 / English`.
    pub(super) about: &'static str,
}

/// Reports what does not fit; `owner` is where a missing key is missed.
pub(super) fn check(node: &Node, owner: Place, shape: &Shape, faults: &mut Vec<Raw>) {
    match shape {
        Shape::Named(_, inner) => check(node, owner, inner, faults),
        Shape::Many(item) => match &node.data {
            Data::Null => wrong(node, owner, "一个值或列表", "a value or a list", faults),
            _ => node
                .many()
                .iter()
                .for_each(|one| check(one, owner, item, faults)),
        },
        Shape::List(item) => match &node.data {
            Data::List(items) => items.iter().for_each(|one| check(one, owner, item, faults)),
            _ => wrong(node, owner, "列表（[a, b]）", "a list ([a, b])", faults),
        },
        Shape::Map(item) => match &node.data {
            Data::Map(pairs) => {
                for (key, value) in pairs {
                    name(key, faults);
                    check(value, key.at, item, faults);
                }
            }
            _ => wrong(
                node,
                owner,
                "名字到值的表（{名字: …}）",
                "names with values ({name: …})",
                faults,
            ),
        },
        Shape::Object(object) => check_object(node, owner, object, faults),
        Shape::Either(shapes) => match shapes.iter().find(|shape| takes(shape, node)) {
            Some(shape) => check(node, owner, shape, faults),
            None => {
                let (zh, en): (Vec<_>, Vec<_>) = shapes.iter().map(title).unzip();
                wrong(node, owner, &zh.join("或"), &en.join(" or "), faults);
            }
        },
        Shape::Empty => {}
        _ => check_scalar(node, owner, shape, faults),
    }
}

/// Whether a node is of the class of a shape.
fn takes(shape: &Shape, node: &Node) -> bool {
    match shape {
        Shape::Named(_, inner) => takes(inner, node),
        Shape::Many(inner) => matches!(node.data, Data::List(_)) || takes(inner, node),
        Shape::List(_) => matches!(node.data, Data::List(_)),
        Shape::Map(_) | Shape::Object(_) => matches!(node.data, Data::Map(_)),
        Shape::Title => matches!(node.data, Data::Map(_) | Data::Scalar(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| takes(shape, node)),
        Shape::Empty => matches!(node.data, Data::Null),
        _ => matches!(node.data, Data::Scalar(_)),
    }
}

fn title(shape: &Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Literal => ("一个值", "a value"),
        Shape::Name => ("名字", "a name"),
        Shape::Text => ("文字", "a text"),
        Shape::Title => ("名称（文字或 {zh, en}）", "a title (a text or {zh, en})"),
        Shape::Bool => (" true 或 false", "true or false"),
        Shape::Int => ("整数", "a whole number"),
        Shape::Bp => ("比率（9500bp）", "a ratio (9500bp)"),
        Shape::Points => ("分数（最多两位小数）", "points (at most two decimals)"),
        Shape::Span => (
            "时限（PT5M、P3D、3 workdays）",
            "a duration (PT5M, P3D, 3 workdays)",
        ),
        Shape::Expr => ("条件", "a condition"),
        Shape::Word(_) => ("固定的词", "one of the known words"),
        Shape::Many(_) => ("一个值或列表", "a value or a list"),
        Shape::List(_) => ("列表", "a list"),
        Shape::Map(_) | Shape::Object(_) => ("键值表（{…}）", "a map ({…})"),
        Shape::Either(_) | Shape::Empty => ("值", "a value"),
        Shape::Named(_, inner) => title(inner),
    }
}

fn wrong(node: &Node, owner: Place, zh: &str, en: &str, faults: &mut Vec<Raw>) {
    let (found_zh, found_en) = match &node.data {
        Data::Null => ("空".to_owned(), "nothing".to_owned()),
        Data::Scalar(text) => {
            let shown: String = text.chars().take(40).collect();
            (format!(" `{shown}`"), format!("`{shown}`"))
        }
        Data::List(_) => ("列表".into(), "a list".into()),
        Data::Map(_) => ("键值表".into(), "a map".into()),
    };
    let at = match node.data {
        Data::Null => owner,
        _ => node.at,
    };
    faults.push(Raw::new(
        "wrong-type",
        at,
        Text::both(
            format!("这里应当是{zh}，却是{found_zh}"),
            format!("expected {en} here, found {found_en}"),
        ),
        Text::both("写法见 docs/packs.md", "docs/packs.md has the syntax"),
    ));
}

fn name(key: &Node, faults: &mut Vec<Raw>) {
    let fine = key.text().is_some_and(|text| {
        let mut chars = text.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
            && text.len() <= 80
            && chars.all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
    });
    if !fine {
        faults.push(Raw::new(
            "wrong-name",
            key.at,
            Text::both(
                format!("`{}` 不能作名字", key.text().unwrap_or("…")),
                format!("`{}` cannot be a name", key.text().unwrap_or("…")),
            ),
            Text::both(
                "名字用字母、数字、`-`、`_`；显示的文字写在 zh、en",
                "names have letters, digits, `-` and `_`; what is shown goes in zh and en",
            ),
        ));
    }
}

fn check_object(node: &Node, owner: Place, object: &Object, faults: &mut Vec<Raw>) {
    let Data::Map(pairs) = &node.data else {
        return wrong(node, owner, "键值表（{…}）", "a map ({…})", faults);
    };
    for (key, value) in pairs {
        let text = key.text().unwrap_or_default();
        let known = object.keys.iter().find(|known| known.name == text);
        match (known, object.rest) {
            (Some(known), _) => check(value, key.at, known.shape, faults),
            (None, Some(rest)) => {
                name(key, faults);
                check(value, key.at, rest, faults);
            }
            (None, None) => faults.push(Raw::new(
                "unknown-key",
                key.at,
                Text::both(
                    format!("这里没有键 `{text}`"),
                    format!("there is no key `{text}` here"),
                ),
                did_you_mean(text, object.keys.iter().map(|key| key.name)),
            )),
        }
    }
    for key in object.keys.iter().filter(|key| key.required) {
        if node.get(key.name).is_none() {
            missing(owner, &[key.name], faults);
        }
    }
    let given: Vec<&Node> = object
        .one_of
        .iter()
        .filter_map(|key| node.key(key))
        .collect();
    match given.as_slice() {
        [] if !object.one_of.is_empty() => missing(owner, object.one_of, faults),
        [_, second, ..] => faults.push(Raw::new(
            "too-many-keys",
            second.at,
            Text::both(
                format!("{} 只能写一个", listed(object.one_of, "、")),
                format!("only one of {} can stand here", listed(object.one_of, ", ")),
            ),
            Text::both(
                "留下一个；要合起来用 earliest 或 latest（时限）或几个 parts（条款）",
                "keep one; combine with earliest or latest (due times) or several parts (clauses)",
            ),
        )),
        _ => {}
    }
}

fn listed(names: &[&str], comma: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(comma)
}

fn missing(owner: Place, keys: &[&str], faults: &mut Vec<Raw>) {
    let (zh, en) = match keys {
        [one] => (
            format!("缺少键 `{one}`"),
            format!("the key `{one}` is missing"),
        ),
        _ => (
            format!("缺少 {} 之一", listed(keys, "、")),
            format!("one of {} is missing", listed(keys, ", ")),
        ),
    };
    faults.push(Raw::new(
        "missing-key",
        owner,
        Text::both(zh, en),
        Text::both(
            format!("在这一项下写上 `{}:`", keys[0]),
            format!("write `{}:` under it", keys[0]),
        ),
    ));
}

fn check_scalar(node: &Node, owner: Place, shape: &Shape, faults: &mut Vec<Raw>) {
    let (zh, en) = title(shape);
    if let (Shape::Title, Data::Map(pairs)) = (shape, &node.data) {
        for (key, value) in pairs {
            if !matches!(key.text(), Some("zh" | "en")) {
                faults.push(Raw::new(
                    "unknown-key",
                    key.at,
                    Text::both(
                        format!("名称里没有键 `{}`", key.text().unwrap_or("…")),
                        format!("a title has no key `{}`", key.text().unwrap_or("…")),
                    ),
                    Text::both("名称写 {zh: …, en: …}", "a title is {zh: …, en: …}"),
                ));
            }
            check(value, key.at, &Shape::Text, faults);
        }
        return;
    }
    let Some(text) = node.text() else {
        return wrong(node, owner, zh, en, faults);
    };
    match shape {
        Shape::Name => name(node, faults),
        Shape::Bool if !matches!(text, "true" | "false") => wrong(node, owner, zh, en, faults),
        Shape::Int if text.parse::<i64>().is_err() => wrong(node, owner, zh, en, faults),
        Shape::Bp if text.parse::<Bp>().is_err() => wrong(node, owner, zh, en, faults),
        Shape::Points if text.parse::<Points>().is_err() => wrong(node, owner, zh, en, faults),
        Shape::Span => {
            if let Err(error) = text.parse::<Span>() {
                faults.push(Raw::new(
                    match error {
                        crate::clock::WrongSpan::Mixed(_) => "duration-mixed",
                        _ => "duration",
                    },
                    node.at,
                    error.text(),
                    Text::both(
                        "时分用 PT5M、PT24H，日用 P3D，工作日用 3 workdays；24 小时和一日不是一回事",
                        "write PT5M or PT24H for a clock, P3D for days, 3 workdays; 24 hours and one day differ",
                    ),
                ));
            }
        }
        Shape::Word(words) if !words.contains(&text) => faults.push(Raw::new(
            "unknown-word",
            node.at,
            Text::both(
                format!("这里没有 `{text}` 这个词"),
                format!("`{text}` is not one of the words that can stand here"),
            ),
            did_you_mean(text, words.iter().copied()),
        )),
        _ => {}
    }
}

/// A whole file.
pub(super) fn check_root(node: &Node, at: Place, object: &Object, faults: &mut Vec<Raw>) {
    check_object(node, at, object, faults);
}
