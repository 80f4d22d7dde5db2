//! A condition in words, for somebody who reads why he was refused and has never seen a pack.
//!
//! Names are said by their titles. What has no short wording (a call that is seldom used, a text put together) leaves the whole text as the
//! pack wrote it: half a translation reads worse than none.

use super::parse::{Ast, Tree, parse};
use crate::name::Text;

/// What names and values of an expression are called.
pub trait Called {
    /// What stands at a path; `None` if it has no title.
    fn path(&self, path: &[&str]) -> Option<Text>;
    /// A text that what stands at a path may be, such as a choice or a state.
    fn value(&self, path: &[&str], text: &str) -> Option<Text>;
}

/// A condition in words; `None` if it cannot be said shortly.
pub fn in_words(source: &str, called: &dyn Called) -> Option<Text> {
    said(&parse(source).ok()?, called, false)
}

fn both(zh: String, en: String) -> Option<Text> {
    Some(Text { zh, en })
}

fn quoted(name: &Text) -> Text {
    Text {
        zh: format!("“{}”", name.zh),
        en: format!("“{}”", name.en),
    }
}

fn path_of(ast: &Ast) -> Option<Vec<&str>> {
    match &ast.node {
        Tree::Path(parts) => Some(parts.iter().map(|(part, _)| part.as_str()).collect()),
        _ => None,
    }
}

/// Something that is true or false.
fn said(ast: &Ast, called: &dyn Called, inside: bool) -> Option<Text> {
    match &ast.node {
        Tree::Path(_) => {
            let name = value(ast, called)?;
            both(format!("{}为是", name.zh), format!("{} is yes", name.en))
        }
        Tree::Not(one) => match (&one.node, filled(one, called)) {
            (_, Some(name)) => both(
                format!("{}未填写", name.zh),
                format!("{} is empty", name.en),
            ),
            (Tree::Path(_), None) => {
                let name = value(one, called)?;
                both(format!("{}为否", name.zh), format!("{} is no", name.en))
            }
            _ => {
                let one = said(one, called, true)?;
                both(format!("并非{}", one.zh), format!("not {}", one.en))
            }
        },
        Tree::All(all) => joined(all, called, inside, ("，且", " and ")),
        Tree::Any(all) => joined(all, called, inside, ("，或", " or ")),
        Tree::Binary(sign, left, right) => compared(sign, left, right, called),
        Tree::If(test, yes, no) => {
            let test = said(test, called, false)?;
            let (zh, en) = match (&yes.node, &no.node) {
                (_, Tree::Bool(true)) => {
                    let yes = said(yes, called, false)?;
                    (
                        format!("若{}，须{}", test.zh, yes.zh),
                        format!("if {}: {}", test.en, yes.en),
                    )
                }
                (Tree::Bool(true), _) => {
                    let no = said(no, called, false)?;
                    (
                        format!("除非{}，须{}", test.zh, no.zh),
                        format!("unless {}: {}", test.en, no.en),
                    )
                }
                _ => {
                    let (yes, no) = (said(yes, called, false)?, said(no, called, false)?);
                    (
                        format!("若{}，须{}；否则须{}", test.zh, yes.zh, no.zh),
                        format!("if {}: {}; otherwise {}", test.en, yes.en, no.en),
                    )
                }
            };
            if inside {
                both(format!("（{zh}）"), format!("({en})"))
            } else {
                both(zh, en)
            }
        }
        Tree::Call {
            name,
            on: Some(on),
            args,
            ..
        } => {
            let (of, [to]) = (value(on, called)?, args.as_slice()) else {
                return None;
            };
            let (zh, en) = match name.as_str() {
                "startsWith" => ("开头是", "begins with"),
                "endsWith" => ("结尾是", "ends with"),
                "contains" => ("含有", "contains"),
                _ => return None,
            };
            let to = literal(to, &[], called)?;
            both(
                format!("{}{zh}{}", of.zh, to.zh),
                format!("{} {en} {}", of.en, to.en),
            )
        }
        Tree::Call { .. } => {
            let name = filled(ast, called)?;
            both(
                format!("{}已填写", name.zh),
                format!("{} is filled in", name.en),
            )
        }
        _ => None,
    }
}

/// What a `has(…)` asks for.
fn filled(ast: &Ast, called: &dyn Called) -> Option<Text> {
    match &ast.node {
        Tree::Call {
            name,
            on: None,
            args,
            ..
        } if name == "has" => match args.as_slice() {
            [one] => value(one, called),
            _ => None,
        },
        _ => None,
    }
}

fn joined(all: &[Ast], called: &dyn Called, inside: bool, (zh, en): (&str, &str)) -> Option<Text> {
    let parts: Vec<Text> = all
        .iter()
        .map(|one| said(one, called, true))
        .collect::<Option<_>>()?;
    let join = |by: &str, of: fn(&Text) -> &str| parts.iter().map(of).collect::<Vec<_>>().join(by);
    let (zh, en) = (join(zh, |it| &it.zh), join(en, |it| &it.en));
    if inside {
        both(format!("（{zh}）"), format!("({en})"))
    } else {
        both(zh, en)
    }
}

fn compared(sign: &str, left: &Ast, right: &Ast, called: &dyn Called) -> Option<Text> {
    // One of several choices is among those that were chosen.
    if let ("in", Tree::Text(_), Some(path)) = (sign, &left.node, path_of(right)) {
        let (of, one) = (value(right, called)?, literal(left, &path, called)?);
        return both(
            format!("{}包括{}", of.zh, one.zh),
            format!("{} includes {}", of.en, one.en),
        );
    }
    let name = value(left, called)?;
    let path = path_of(left).unwrap_or_default();
    let (zh, en) = match (sign, &right.node) {
        ("==", Tree::Null) => {
            return both(
                format!("{}未填写", name.zh),
                format!("{} is empty", name.en),
            );
        }
        ("!=", Tree::Null) => {
            return both(
                format!("{}已填写", name.zh),
                format!("{} is filled in", name.en),
            );
        }
        ("==", Tree::Bool(is)) | ("!=", Tree::Bool(is)) => {
            let yes = *is == (sign == "==");
            let (zh, en) = if yes { ("是", "yes") } else { ("否", "no") };
            return both(format!("{}为{zh}", name.zh), format!("{} is {en}", name.en));
        }
        ("in", Tree::List(all)) => {
            let all: Vec<Text> = all
                .iter()
                .map(|one| literal(one, &path, called))
                .collect::<Option<_>>()?;
            let zh: Vec<&str> = all.iter().map(|it| it.zh.as_str()).collect();
            let en: Vec<&str> = all.iter().map(|it| it.en.as_str()).collect();
            return both(
                format!("{}是 {} 之一", name.zh, zh.join("、")),
                format!("{} is one of {}", name.en, en.join(", ")),
            );
        }
        ("==", Tree::Text(_)) => ("是", "is"),
        ("!=", Tree::Text(_)) => ("不是", "is not"),
        ("==", _) => (" = ", "="),
        ("!=", _) => (" ≠ ", "≠"),
        ("<", _) => (" < ", "<"),
        ("<=", _) => (" ≤ ", "≤"),
        (">", _) => (" > ", ">"),
        (">=", _) => (" ≥ ", "≥"),
        _ => return None,
    };
    let to = match &right.node {
        Tree::Text(_) => literal(right, &path, called)?,
        _ => value(right, called)?,
    };
    both(
        format!("{}{zh}{}", name.zh, to.zh),
        format!("{} {en} {}", name.en, to.en),
    )
}

/// A text as a choice or state of what stands at a path.
fn literal(ast: &Ast, path: &[&str], called: &dyn Called) -> Option<Text> {
    match &ast.node {
        Tree::Text(text) => {
            let title = called.value(path, text);
            Some(quoted(
                &title.unwrap_or_else(|| Text::both(text.as_str(), text.as_str())),
            ))
        }
        _ => value(ast, called),
    }
}

/// Something that has a value: a name, a number, a sum.
fn value(ast: &Ast, called: &dyn Called) -> Option<Text> {
    match &ast.node {
        Tree::Int(number) => both(number.to_string(), number.to_string()),
        Tree::Path(_) => Some(quoted(&called.path(&path_of(ast)?)?)),
        Tree::Minus(one) => {
            let one = value(one, called)?;
            both(format!("-{}", one.zh), format!("-{}", one.en))
        }
        Tree::Binary(sign, left, right) => {
            let sign = match *sign {
                "+" => "+",
                "-" => "-",
                "*" => "×",
                "/" => "÷",
                _ => return None,
            };
            let (left, right) = (value(left, called)?, value(right, called)?);
            both(
                format!("{} {sign} {}", left.zh, right.zh),
                format!("{} {sign} {}", left.en, right.en),
            )
        }
        Tree::Call {
            name,
            on: None,
            args,
            ..
        } if name == "size" => match args.as_slice() {
            [one] => {
                let one = value(one, called)?;
                both(
                    format!("{}的个数", one.zh),
                    format!("the number of {}", one.en),
                )
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Order;
    impl Called for Order {
        fn path(&self, path: &[&str]) -> Option<Text> {
            match path {
                ["quote"] => Some(Text::both("报价", "Quote")),
                ["agreed"] => Some(Text::both("业主同意", "Agreed")),
                ["home", "state"] => Some(Text::both("房屋的状态", "State of Home")),
                ["photos"] => Some(Text::both("照片", "Photos")),
                _ => None,
            }
        }
        fn value(&self, _: &[&str], text: &str) -> Option<Text> {
            (text == "empty").then(|| Text::both("空置", "Vacant"))
        }
    }

    #[test]
    fn a_condition_is_said_by_titles_or_left_as_it_is() {
        for (source, wanted) in [
            ("agreed", Some(("“业主同意”为是", "“Agreed” is yes"))),
            ("!agreed", Some(("“业主同意”为否", "“Agreed” is no"))),
            (
                "agreed && quote > 0",
                Some((
                    "“业主同意”为是，且“报价” > 0",
                    "“Agreed” is yes and “Quote” > 0",
                )),
            ),
            (
                "agreed || (has(quote) && quote * 2 <= 30)",
                Some((
                    "“业主同意”为是，或（“报价”已填写，且“报价” × 2 ≤ 30）",
                    "“Agreed” is yes or (“Quote” is filled in and “Quote” × 2 ≤ 30)",
                )),
            ),
            (
                "home.state in ['empty', 'sold']",
                Some((
                    "“房屋的状态”是 “空置”、“sold” 之一",
                    "“State of Home” is one of “Vacant”, “sold”",
                )),
            ),
            (
                "home.state == 'empty' ? has(photos) : agreed",
                Some((
                    "若“房屋的状态”是“空置”，须“照片”已填写；否则须“业主同意”为是",
                    "if “State of Home” is “Vacant”: “Photos” is filled in; otherwise “Agreed” is yes",
                )),
            ),
            (
                "agreed && (has(quote) ? quote > 0 : true)",
                Some((
                    "“业主同意”为是，且（若“报价”已填写，须“报价” > 0）",
                    "“Agreed” is yes and (if “Quote” is filled in: “Quote” > 0)",
                )),
            ),
            (
                "agreed ? true : has(quote)",
                Some((
                    "除非“业主同意”为是，须“报价”已填写",
                    "unless “Agreed” is yes: “Quote” is filled in",
                )),
            ),
            (
                "'empty' in photos && quote.startsWith('x')",
                Some((
                    "“照片”包括“空置”，且“报价”开头是“x”",
                    "“Photos” includes “Vacant” and “Quote” begins with “x”",
                )),
            ),
            ("quote.matches('x')", None),
            (
                "home.state != 'empty'",
                Some(("“房屋的状态”不是“空置”", "“State of Home” is not “Vacant”")),
            ),
            (
                "size(photos) >= 2",
                Some(("“照片”的个数 ≥ 2", "the number of “Photos” ≥ 2")),
            ),
            ("quote == null", Some(("“报价”未填写", "“Quote” is empty"))),
            ("!has(quote)", Some(("“报价”未填写", "“Quote” is empty"))),
            // A name without a title, and a choice between two values.
            ("unknown > 1", None),
        ] {
            let said = in_words(source, &Order);
            let said = said.as_ref().map(|it| (it.zh.as_str(), it.en.as_str()));
            assert_eq!(said, wanted, "{source}");
        }
    }
}
