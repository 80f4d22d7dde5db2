//! Tree → typed nodes. Every name, case and type is settled here; all faults of an expression are reported at once.

use super::eval::{Cmp, Node, Op, Shape, TextTest, V};
use super::lex::fault;
use super::parse::{Ast, Tree};
use super::{ExprFault, Schema, Type};
use crate::clock::Span;
use crate::name::Name;
use crate::near::did_you_mean;
use crate::time::{Day, Instant};
use std::ops::Range;

/// What lowering gives: the node, its type, and the paths it reads.
pub(super) type Lowering = (Node, Type, Vec<Box<[Name]>>);

pub(super) fn lower(
    ast: &Ast,
    source: &str,
    schema: &Schema,
    wanted: Option<&Type>,
) -> Result<Lowering, Vec<ExprFault>> {
    let mut check = Check {
        source,
        schema,
        faults: Vec::new(),
        reads: Vec::new(),
    };
    let (node, ty) = check.node(ast);
    if let (Some(wanted), Some(ty)) = (wanted, &ty) {
        check.fits(ast, ty, wanted);
    }
    match ty {
        Some(ty) if check.faults.is_empty() => {
            check.reads.sort();
            check.reads.dedup();
            Ok((node, ty, check.reads))
        }
        _ => Err(check.faults),
    }
}

struct Check<'a> {
    source: &'a str,
    schema: &'a Schema,
    faults: Vec<ExprFault>,
    reads: Vec<Box<[Name]>>,
}

/// `None`: a fault was reported, ask no more of it.
type Known = Option<Type>;

const FUNCTIONS: [&str; 9] = [
    "size",
    "has",
    "string",
    "int",
    "bool",
    "duration",
    "timestamp",
    "date",
    "days_between",
];
const METHODS: [&str; 3] = ["startsWith", "endsWith", "contains"];

impl Check<'_> {
    fn type_fault(&mut self, at: &Range<usize>, zh: String, en: String, help: (String, String)) {
        self.faults
            .push(*fault("expr-type", at.clone(), zh, en, help.0, help.1));
    }

    /// Whether a value of type `ty` may stand where `wanted` is asked.
    fn fits(&mut self, ast: &Ast, ty: &Type, wanted: &Type) {
        let fine = match (ty, wanted) {
            (Type::Text, Type::Choice(cases)) => {
                self.known_cases(ast, cases);
                true
            }
            (Type::Choice(given), Type::Choice(cases)) => {
                given.iter().all(|case| cases.contains(case))
            }
            (Type::Choice(_), Type::Text)
            | (Type::Int, Type::Money)
            | (Type::Money, Type::Int)
            | (Type::Day | Type::Instant, Type::Moment)
            | (Type::Link(_), Type::Id) => true,
            (Type::List(given), Type::List(wanted)) => match (&**given, &**wanted) {
                (Type::Text, Type::Choice(cases)) => {
                    self.known_cases(ast, cases);
                    true
                }
                (given, wanted) => given == wanted,
            },
            _ => ty == wanted,
        };
        if !fine {
            let (given, wanted) = (ty.title(), wanted.title());
            let source = &self.source[ast.at.clone()];
            self.type_fault(
                &ast.at,
                format!("这里应当是{}，`{source}` 却是{}", wanted.zh, given.zh),
                format!("expected {} here, `{source}` is {}", wanted.en, given.en),
                (
                    format!("换成结果为{}的写法", wanted.zh),
                    format!("write something that gives {}", wanted.en),
                ),
            );
        }
    }

    /// Every text literal that this gives is one of the cases.
    fn known_cases(&mut self, ast: &Ast, cases: &[Name]) {
        match &ast.node {
            Tree::Text(text) if !cases.iter().any(|case| case == text.as_str()) => {
                let help = did_you_mean(text, cases.iter().map(Name::as_str));
                self.faults.push(*fault(
                    "expr-case",
                    ast.at.clone(),
                    format!("没有选项 `{text}`"),
                    format!("there is no case `{text}`"),
                    help.zh,
                    help.en,
                ));
            }
            Tree::List(all) => all.iter().for_each(|item| self.known_cases(item, cases)),
            Tree::If(_, yes, no) => {
                self.known_cases(yes, cases);
                self.known_cases(no, cases);
            }
            _ => {}
        }
    }

    fn want(&mut self, ast: &Ast, wanted: &Type) -> Node {
        let (node, ty) = self.node(ast);
        if let Some(ty) = ty {
            self.fits(ast, &ty, wanted);
        }
        node
    }

    fn path(&mut self, parts: &[(String, Range<usize>)]) -> (Node, Known) {
        let spelled: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
        if let Some((path, ty)) = self.schema.resolve(&spelled) {
            let path: Box<[Name]> = path.into();
            self.reads.push(path.clone());
            return (Node::Get(path, Shape::of(ty)), Some(ty.clone()));
        }
        // Blame the first part that leads nowhere.
        let mut good = 0;
        let leads = |prefix: &[&str]| {
            self.schema.resolve(prefix).is_some() || !self.schema.names_under(prefix).is_empty()
        };
        while good + 1 < spelled.len() && leads(&spelled[..=good]) {
            good += 1;
        }
        let (part, at) = &parts[good];
        let known = self.schema.names_under(&spelled[..good]);
        let help = if known.is_empty() && good > 0 {
            crate::name::Text {
                zh: "只有链接后面才有 `.名字`".into(),
                en: "only a link has `.name`".into(),
            }
        } else {
            did_you_mean(part, known.iter().map(String::as_str))
        };
        self.faults.push(*fault(
            "expr-name",
            at.clone(),
            format!("没有名字 `{part}`"),
            format!("there is no `{part}` here"),
            help.zh,
            help.en,
        ));
        (Node::Const(V::Null), None)
    }

    fn node(&mut self, ast: &Ast) -> (Node, Known) {
        match &ast.node {
            Tree::Null => {
                self.type_fault(
                    &ast.at,
                    "不与 null 比较：与空值比较总是假".into(),
                    "nothing is compared with null: such a comparison is always false".into(),
                    (
                        "问是否填了，用 has(x) 或 !has(x)".into(),
                        "ask has(x) or !has(x)".into(),
                    ),
                );
                (Node::Const(V::Null), None)
            }
            Tree::Bool(flag) => (Node::Const(V::Bool(*flag)), Some(Type::Bool)),
            Tree::Int(number) => (Node::Const(V::Int(*number)), Some(Type::Int)),
            Tree::Text(text) => (Node::Const(V::Text(text.as_str().into())), Some(Type::Text)),
            Tree::Path(parts) => self.path(parts),
            Tree::List(all) => self.list(all),
            Tree::Not(inner) => (
                Node::Not(Box::new(self.want(inner, &Type::Bool))),
                Some(Type::Bool),
            ),
            Tree::Minus(inner) => {
                let (node, ty) = self.node(inner);
                match &ty {
                    Some(Type::Int | Type::Money | Type::Duration) | None => {}
                    Some(_) => self.fits(inner, &ty.clone().unwrap_or(Type::Int), &Type::Int),
                }
                (Node::Minus(Box::new(node)), ty)
            }
            Tree::All(all) => {
                let all = all.iter().map(|one| self.want(one, &Type::Bool)).collect();
                (Node::All(all), Some(Type::Bool))
            }
            Tree::Any(all) => {
                let all = all.iter().map(|one| self.want(one, &Type::Bool)).collect();
                (Node::Any(all), Some(Type::Bool))
            }
            Tree::Binary(op, left, right) => self.binary(ast, op, left, right),
            Tree::If(test, yes, no) => {
                let test = self.want(test, &Type::Bool);
                let ((yes_node, yes_ty), (no_node, no_ty)) = (self.node(yes), self.node(no));
                let ty = match (yes_ty, no_ty) {
                    (Some(Type::Choice(_)), Some(Type::Text))
                    | (Some(Type::Text), Some(Type::Choice(_))) => Some(Type::Text),
                    (Some(yes_ty), Some(no_ty)) => {
                        self.fits(no, &no_ty, &yes_ty);
                        Some(yes_ty)
                    }
                    _ => None,
                };
                let node = Node::If(Box::new(test), Box::new(yes_node), Box::new(no_node));
                (node, ty)
            }
            Tree::Call {
                name,
                name_at,
                on,
                args,
            } => match on {
                None => self.function(ast, name, name_at, args),
                Some(on) => self.method(name, name_at, on, args),
            },
        }
    }

    fn list(&mut self, all: &[Ast]) -> (Node, Known) {
        let mut nodes = Vec::with_capacity(all.len());
        let mut item: Known = None;
        let mut sound = true;
        for one in all {
            let (node, ty) = self.node(one);
            nodes.push(node);
            match (ty, &item) {
                (Some(ty), Some(first)) => self.fits(one, &ty, &first.clone()),
                (Some(ty), None) => item = Some(ty),
                (None, _) => sound = false,
            }
        }
        let ty = sound.then(|| Type::list(item.unwrap_or(Type::Text)));
        (Node::List(nodes), ty)
    }

    fn binary(&mut self, ast: &Ast, op: &str, left: &Ast, right: &Ast) -> (Node, Known) {
        if let (Some(months), "+" | "-") = (months(right), op) {
            let day = Box::new(self.want(left, &Type::Day));
            let signed = if op == "-" { -months } else { months };
            return (Node::Months(day, signed), Some(Type::Day));
        }
        let ((a, a_ty), (b, b_ty)) = (self.node(left), self.node(right));
        let boolean = !matches!(op, "+" | "-" | "*" | "/" | "%");
        let (Some(a_ty), Some(b_ty)) = (a_ty, b_ty) else {
            return (Node::Const(V::Null), boolean.then_some(Type::Bool));
        };
        let (a, b) = (Box::new(a), Box::new(b));
        if op == "in" {
            match (&a_ty, &b_ty) {
                (Type::Choice(cases), Type::List(item)) if **item == Type::Text => {
                    self.known_cases(right, cases);
                }
                (Type::Text, Type::List(item)) => match &**item {
                    Type::Choice(cases) => self.known_cases(left, cases),
                    Type::Text => {}
                    _ => self.mixed(ast, op, &a_ty, &b_ty),
                },
                (_, Type::List(item)) if same(&a_ty, item) => {}
                _ => self.mixed(ast, op, &a_ty, &b_ty),
            }
            return (Node::In(a, b), Some(Type::Bool));
        }
        if let Some(cmp) = Cmp::of(op) {
            match (&a_ty, &b_ty) {
                (Type::Choice(cases), Type::Text) if cmp.is_equality() => {
                    self.known_cases(right, cases);
                }
                (Type::Text, Type::Choice(cases)) if cmp.is_equality() => {
                    self.known_cases(left, cases);
                }
                (Type::Moment | Type::List(_), _) => self.mixed(ast, op, &a_ty, &b_ty),
                _ if !same(&a_ty, &b_ty) => self.mixed(ast, op, &a_ty, &b_ty),
                (Type::Bool | Type::Choice(_) | Type::Link(_) | Type::Id, _)
                    if !cmp.is_equality() =>
                {
                    self.mixed(ast, op, &a_ty, &b_ty);
                }
                _ => {}
            }
            return (Node::Cmp(cmp, a, b), Some(Type::Bool));
        }
        use Type::{Day, Duration, Instant, Int, Money, Text};
        let ty = match (&a_ty, op, &b_ty) {
            (Int, _, Int) => Int,
            (Money | Int, "+" | "-", Money | Int) => Money,
            (Money, "*" | "/" | "%", Int) | (Int, "*", Money) => Money,
            (Money, "/", Money) => Int,
            (Duration, "+" | "-", Duration) | (Duration, "*" | "/", Int) => Duration,
            (Day, "+" | "-", Duration) => Day,
            (Instant, "+" | "-", Duration) => Instant,
            (Day, "-", Day) | (Instant, "-", Instant) => Duration,
            (Text | Type::Choice(_), "+", Text | Type::Choice(_)) => Text,
            _ => {
                self.mixed(ast, op, &a_ty, &b_ty);
                return (Node::Const(V::Null), None);
            }
        };
        let Some(op) = Op::of(op) else {
            return (Node::Const(V::Null), None);
        };
        (Node::Arith(op, a, b), Some(ty))
    }

    fn mixed(&mut self, ast: &Ast, op: &str, left: &Type, right: &Type) {
        let (a, b) = (left.title(), right.title());
        let help = match (left, right) {
            (Type::Moment, _) | (_, Type::Moment) => (
                "这个字段可能只有日期，只能用 has(x)；要比较就用 day 或 instant 字段",
                "such a field may be a day only: ask has(x), or make it a day or an instant",
            ),
            (_, Type::List(_)) | (Type::List(_), _) => (
                "问列表里有没有，写 x in 列表；问个数，写 size(列表)",
                "ask `x in list`, or compare size(list)",
            ),
            _ => (
                "两边要是同一类；文字放在引号里，日期写 date(\"2026-03-01\")",
                "both sides must be of one type; texts are quoted, a day is date(\"2026-03-01\")",
            ),
        };
        self.type_fault(
            &ast.at,
            format!("`{op}` 不能用于{}和{}", a.zh, b.zh),
            format!("`{op}` does not work on {} and {}", a.en, b.en),
            (help.0.into(), help.1.into()),
        );
    }

    fn arity(&mut self, at: &Range<usize>, name: &str, wanted: usize, args: &[Ast]) -> bool {
        if args.len() == wanted {
            return true;
        }
        self.type_fault(
            at,
            format!("`{name}` 要 {wanted} 个参数，这里有 {}", args.len()),
            format!(
                "`{name}` takes {wanted} argument{}, {} given",
                if wanted == 1 { "" } else { "s" },
                args.len()
            ),
            (
                format!("写成 {name}({})", if wanted == 1 { "x" } else { "a, b" }),
                format!("write {name}({})", if wanted == 1 { "x" } else { "a, b" }),
            ),
        );
        false
    }

    fn unknown_call(&mut self, name: &str, at: &Range<usize>, known: &[&str]) {
        let help = did_you_mean(name, known.iter().copied());
        self.faults.push(*fault(
            "expr-name",
            at.clone(),
            format!("没有函数 `{name}`"),
            format!("there is no function `{name}`"),
            help.zh,
            help.en,
        ));
    }

    fn function(
        &mut self,
        ast: &Ast,
        name: &str,
        name_at: &Range<usize>,
        args: &[Ast],
    ) -> (Node, Known) {
        let nothing = (Node::Const(V::Null), None);
        if !FUNCTIONS.contains(&name) {
            self.unknown_call(name, name_at, &FUNCTIONS);
            return nothing;
        }
        if name == "days_between" {
            if !self.arity(&ast.at, name, 2, args) {
                return nothing;
            }
            let [from, to] = [&args[0], &args[1]].map(|day| Box::new(self.want(day, &Type::Day)));
            return (Node::DaysBetween(from, to), Some(Type::Int));
        }
        if !self.arity(&ast.at, name, 1, args) {
            return nothing;
        }
        let arg = &args[0];
        if matches!(name, "duration" | "timestamp" | "date") {
            return self.literal(name, arg);
        }
        let (node, ty) = self.node(arg);
        let Some(ty) = ty else { return nothing };
        let boxed = Box::new(node);
        let (node, fine, result) = match name {
            "has" => {
                let fine = matches!(arg.node, Tree::Path(_));
                (Node::Has(boxed), fine, Type::Bool)
            }
            "size" => {
                let fine = matches!(ty, Type::Text | Type::List(_));
                (Node::Size(boxed), fine, Type::Int)
            }
            "string" => (
                Node::ToText(boxed),
                !matches!(ty, Type::List(_)),
                Type::Text,
            ),
            "int" => {
                let fine = matches!(ty, Type::Text | Type::Choice(_) | Type::Int | Type::Money);
                (Node::ToInt(boxed), fine, Type::Int)
            }
            _ => {
                let fine = matches!(ty, Type::Text | Type::Bool);
                (Node::ToBool(boxed), fine, Type::Bool)
            }
        };
        if !fine {
            let title = ty.title();
            self.type_fault(
                &arg.at,
                format!("`{name}` 不能用于{}", title.zh),
                format!("`{name}` does not work on {}", title.en),
                (
                    "has 问字段或链接；size 用于文字和列表；int、bool 用于文字".into(),
                    "has asks a field or link; size takes texts and lists; int and bool take texts"
                        .into(),
                ),
            );
        }
        (node, Some(result))
    }

    /// `duration("PT5M")`, `timestamp("…")`, `date("…")`: read once, here.
    fn literal(&mut self, name: &str, arg: &Ast) -> (Node, Known) {
        let text = match &arg.node {
            Tree::Text(text) => text.as_str(),
            _ => "",
        };
        let read = match name {
            "duration" => match text.parse() {
                Ok(Span::Clock(micros)) => Some((V::Duration(micros), Type::Duration)),
                Ok(Span::Days(days)) => Some((
                    V::Duration(i64::from(days) * super::eval::DAY_MICROS),
                    Type::Duration,
                )),
                _ => None,
            },
            "timestamp" => text
                .parse::<Instant>()
                .ok()
                .map(|at| (V::Instant(at), Type::Instant)),
            _ => text.parse::<Day>().ok().map(|day| (V::Day(day), Type::Day)),
        };
        if let Some((value, ty)) = read {
            return (Node::Const(value), Some(ty));
        }
        let example = match name {
            "duration" => "duration(\"PT5M\"), duration(\"P3D\")",
            "timestamp" => "timestamp(\"2026-03-01T08:00:00+08:00\")",
            _ => "date(\"2026-03-01\")",
        };
        self.type_fault(
            &arg.at,
            format!("`{name}` 读不懂这个值"),
            format!("`{name}` cannot read this"),
            (format!("写成 {example}"), format!("write {example}")),
        );
        (Node::Const(V::Null), None)
    }

    fn method(
        &mut self,
        name: &str,
        name_at: &Range<usize>,
        on: &Ast,
        args: &[Ast],
    ) -> (Node, Known) {
        let nothing = (Node::Const(V::Null), None);
        let Some(test) = TextTest::of(name) else {
            self.unknown_call(name, name_at, &METHODS);
            return nothing;
        };
        if !self.arity(name_at, name, 1, args) {
            return nothing;
        }
        let subject = self.want(on, &Type::Text);
        let part = self.want(&args[0], &Type::Text);
        let node = Node::TextTest(test, Box::new(subject), Box::new(part));
        (node, Some(Type::Bool))
    }
}

/// `duration("P3M")`, `duration("P1Y")`: as many months as a day is moved by, which are no fixed time.
fn months(ast: &Ast) -> Option<i32> {
    let Tree::Call {
        name,
        on: None,
        args,
        ..
    } = &ast.node
    else {
        return None;
    };
    let [
        Ast {
            node: Tree::Text(text),
            ..
        },
    ] = args.as_slice()
    else {
        return None;
    };
    let months = match text.parse() {
        Ok(Span::Months(months)) => months,
        Ok(Span::Years(years)) => years.checked_mul(12)?,
        _ => return None,
    };
    (name == "duration").then(|| i32::try_from(months).ok())?
}

/// Types whose values can be compared with each other.
fn same(left: &Type, right: &Type) -> bool {
    use Type::{Choice, Id, Int, Link, Money, Text};
    match (left, right) {
        (Int | Money, Int | Money)
        | (Link(_) | Id, Id)
        | (Id, Link(_))
        | (Choice(_), Choice(_)) => true,
        (Text | Choice(_), Text | Choice(_)) => left == right,
        _ => left == right,
    }
}
