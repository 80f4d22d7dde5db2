use super::{EvalFault, Expr, ExprFault, MAX_BYTES, MAX_DEPTH, Schema, Scope, Type};
use crate::name::Name;
use crate::value::Value;
use proptest::prelude::*;
use std::collections::BTreeMap;

struct Record(BTreeMap<&'static str, Value>);

impl Scope for Record {
    fn get(&self, path: &[Name]) -> Value {
        let path: Vec<&str> = path.iter().map(Name::as_str).collect();
        self.0
            .get(path.join(".").as_str())
            .cloned()
            .unwrap_or_default()
    }
}

fn schema() -> Schema {
    Schema::default()
        .with("state", Type::choice(["registered", "sent", "follow-up"]))
        .with("urgency", Type::choice(["normal", "urgent"]))
        .with("tags", Type::list(Type::choice(["leak", "power"])))
        .with("fault", Type::Text)
        .with("visits", Type::Int)
        .with("least", Type::Int)
        .with("price", Type::Money)
        .with("satisfied", Type::Bool)
        .with("starts-on", Type::Day)
        .with("sent_at", Type::Instant)
        .with("seen", Type::Moment)
        .with("home", Type::Link("home".into()))
        .with("home.state", Type::choice(["vacant", "occupied"]))
        .with("home.area", Type::Int)
        .with("engineer", Type::Id)
        .with("photos", Type::list(Type::Text))
        .with("facts.repeat", Type::Link("repair".into()))
}

fn record() -> Record {
    let text = |items: &[&str]| Value::List(items.iter().map(|item| (*item).into()).collect());
    Record(BTreeMap::from([
        ("state", "sent".into()),
        ("urgency", "urgent".into()),
        ("tags", text(&["leak"])),
        ("fault", "漏水 kitchen".into()),
        ("visits", 3.into()),
        ("least", i64::MIN.into()),
        ("price", 1250.into()),
        ("starts-on", "2026-03-10".into()),
        ("sent_at", "2026-03-01T00:00:00.000000Z".into()),
        ("seen", "2026-03-10".into()),
        ("home", "h1".into()),
        ("home.state", "occupied".into()),
        ("photos", text(&["a", "b"])),
    ]))
}

fn value(source: &str) -> Result<Value, EvalFault> {
    Expr::compile(source, &schema(), None)
        .unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
        .value(&record())
}

fn faults(source: &str) -> Vec<ExprFault> {
    Expr::condition(source, &schema()).expect_err(source)
}

#[test]
fn expressions_give_what_cel_gives() {
    for (source, expected) in [
        ("1 + 2 * 3 == 7", Value::Bool(true)),
        ("seen", "2026-03-10".into()),
        ("has(seen)", Value::Bool(true)),
        ("7 / 2", 3.into()),
        ("-7 / 2", (-3).into()),
        ("-7 % 2", (-1).into()),
        ("(1 + 2) * 3 - -1", 10.into()),
        ("visits >= 3 ? 'often' : 'seldom'", "often".into()),
        ("false ? 1 : true ? 2 : 3", 2.into()),
        ("urgency == 'urgent' && home.state != 'vacant'", true.into()),
        ("urgency in ['normal', 'urgent']", true.into()),
        ("'power' in tags || 'leak' in tags", true.into()),
        ("!(visits in [1, 2])", true.into()),
        ("size(photos) == 2 && size(fault) == 10", true.into()),
        (
            "fault.startsWith('漏水') && fault.endsWith(\"kitchen\")",
            true.into(),
        ),
        ("fault.contains('water')", false.into()),
        ("string(visits) + '/' + string(urgency)", "3/urgent".into()),
        ("int('42') + 1", 43.into()),
        ("bool('true')", true.into()),
        ("price * 2 + 1", 2501.into()),
        ("price / price", 1.into()),
        (
            "starts_on + duration(\"P3D\") == date('2026-03-13')",
            true.into(),
        ),
        (
            "starts_on - date('2026-03-01') == duration('P9D')",
            true.into(),
        ),
        (
            "sent_at + duration('PT5M') < timestamp('2026-03-01T08:05:00.000001+08:00')",
            true.into(),
        ),
        (
            "sent_at == timestamp('2026-03-01T08:00:00+08:00')",
            true.into(),
        ),
        ("duration('PT1H') / 2 == duration('PT30M')", true.into()),
        ("starts_on", "2026-03-10".into()),
        ("state == 'follow-up'", false.into()),
        ("starts_on + duration('P1M')", "2026-04-10".into()),
        ("date('2026-03-31') - duration('P1M')", "2026-02-28".into()),
        ("date('2028-02-29') + duration('P1Y')", "2029-02-28".into()),
        ("days_between(date('2026-02-27'), starts_on)", 11.into()),
        ("days_between(starts_on, date('2026-03-01'))", (-9).into()),
        ("'it\\'s \\\\ \"so\"'", "it's \\ \"so\"".into()),
    ] {
        assert_eq!(value(source), Ok(expected), "{source}");
    }
}

#[test]
fn what_is_absent_compares_with_nothing() {
    for (source, expected) in [
        ("satisfied", false),
        ("!satisfied", false),
        ("satisfied || visits == 3", true),
        ("satisfied && visits == 3", false),
        ("home.area == 0", false),
        ("home.area != 0", false),
        ("home.area + 1 > 0", false),
        ("!(home.area > 0)", true),
        ("has(home.area)", false),
        ("has(home) && !has(facts.repeat) && has(fault)", true),
        ("engineer == home", false),
        ("satisfied ? false : true", true),
    ] {
        let expr = Expr::condition(source, &schema()).unwrap();
        assert_eq!(expr.holds(&record()), Ok(expected), "{source}");
    }
}

#[test]
fn arithmetic_that_has_no_answer_says_so() {
    for (source, expected) in [
        ("visits / 0", EvalFault::DivisionByZero),
        ("visits % (visits - 3)", EvalFault::DivisionByZero),
        ("9223372036854775807 + 1", EvalFault::Overflow),
        ("-least", EvalFault::Overflow),
        ("least / -1", EvalFault::Overflow),
        (
            "sent_at + duration('PT1S') * 9223372036854775807",
            EvalFault::Overflow,
        ),
        (
            "int('x')",
            EvalFault::Unreadable {
                wanted: "a whole number",
            },
        ),
        ("starts_on + duration('PT1H')", EvalFault::PartOfADay),
    ] {
        assert_eq!(value(source), Err(expected), "{source}");
    }
}

#[test]
fn a_record_that_does_not_keep_to_its_types_is_no_answer() {
    let expr = Expr::condition("visits > 1", &schema()).unwrap();
    let odd = Record(BTreeMap::from([("visits", "three".into())]));
    let fault = expr.holds(&odd).unwrap_err();
    assert_eq!(
        fault,
        EvalFault::Mismatch {
            path: "visits".into()
        }
    );
    assert_eq!(fault.code(), "expr-mismatch");
}

#[test]
fn a_list_that_is_too_long_is_not_searched() {
    let expr = Expr::condition("'x' in photos", &schema()).unwrap();
    let photos = Value::List(vec![Value::from("a"); 200_000]);
    let long = Record(BTreeMap::from([("photos", photos)]));
    assert_eq!(expr.holds(&long), Err(EvalFault::Budget));
}

#[test]
fn faults_name_their_place_and_the_way_out() {
    for (source, code, part, cause, help) in [
        (
            "urgency == 'urgnet'",
            "expr-case",
            "'urgnet'",
            "没有选项 `urgnet`",
            "是不是 `urgent`？",
        ),
        (
            "urgency in ['normal', 'hot']",
            "expr-case",
            "'hot'",
            "没有选项 `hot`",
            "可用的有：`normal`、`urgent`",
        ),
        (
            "'leek' in tags",
            "expr-case",
            "'leek'",
            "没有选项 `leek`",
            "是不是 `leak`？",
        ),
        (
            "urgenci == 'urgent'",
            "expr-name",
            "urgenci",
            "没有名字 `urgenci`",
            "是不是 `urgency`？",
        ),
        (
            "home.stat == 'vacant'",
            "expr-name",
            "stat",
            "没有名字 `stat`",
            "是不是 `state`？",
        ),
        (
            "visits.x == 1",
            "expr-name",
            "x",
            "没有名字 `x`",
            "只有链接后面才有 `.名字`",
        ),
        (
            "sise(fault) == 1",
            "expr-name",
            "sise",
            "没有函数 `sise`",
            "是不是 `size`？",
        ),
        (
            "visits",
            "expr-type",
            "visits",
            "这里应当是是/否，`visits` 却是整数",
            "换成结果为是/否的写法",
        ),
        (
            "visits == 'three'",
            "expr-type",
            "visits == 'three'",
            "`==` 不能用于整数和文字",
            "两边要是同一类；文字放在引号里，日期写 date(\"2026-03-01\")",
        ),
        (
            "fault == null",
            "expr-type",
            "null",
            "不与 null 比较：与空值比较总是假",
            "问是否填了，用 has(x) 或 !has(x)",
        ),
        (
            "seen < sent_at",
            "expr-type",
            "seen < sent_at",
            "`<` 不能用于时刻或日期和时刻",
            "这个字段可能只有日期，只能用 has(x)；要比较就用 day 或 instant 字段",
        ),
        (
            "urgency < 'urgent'",
            "expr-type",
            "urgency < 'urgent'",
            "`<` 不能用于选项和文字",
            "两边要是同一类；文字放在引号里，日期写 date(\"2026-03-01\")",
        ),
        (
            "duration('P1DT2H') > duration('PT1H')",
            "expr-type",
            "'P1DT2H'",
            "`duration` 读不懂这个值",
            "写成 duration(\"PT5M\"), duration(\"P3D\")",
        ),
        (
            "visits = 3",
            "expr-syntax",
            "=",
            "这里不能有 `=`",
            "相等写 `==`；赋值不在条件里写",
        ),
        (
            "price > 0.5",
            "expr-syntax",
            "0.5",
            "条件里只有整数",
            "金额用分，比率用万分之一（9500 即 95%）",
        ),
        (
            "fault == 'open",
            "expr-syntax",
            "'open",
            "引号没有闭合",
            "在文字后面补上 '",
        ),
    ] {
        let all = faults(source);
        let fault = &all[0];
        assert_eq!(all.len(), 1, "{source}: {all:?}");
        assert_eq!(
            (fault.code, &source[fault.at.clone()]),
            (code, part),
            "{source}"
        );
        assert_eq!(
            (fault.cause.zh.as_str(), fault.help.zh.as_str()),
            (cause, help)
        );
        assert!(!fault.cause.en.is_empty() && !fault.help.en.is_empty());
    }
}

#[test]
fn all_faults_of_an_expression_come_at_once() {
    let codes: Vec<_> = faults("urgency == 'x' && nope && visits + fault > 1 && has(3)")
        .iter()
        .map(|fault| fault.code)
        .collect();
    assert_eq!(codes, ["expr-case", "expr-name", "expr-type", "expr-type"]);
}

#[test]
fn an_expression_bomb_is_refused_before_it_is_walked() {
    let deep = MAX_BYTES / 2 - 1;
    for bomb in [
        "(".repeat(deep) + &")".repeat(deep),
        "!".repeat(MAX_BYTES),
        "-".repeat(MAX_BYTES - 1) + "1",
        "[".repeat(MAX_BYTES),
        "has(".repeat(MAX_BYTES / 4),
        "1".to_owned() + &"+1".repeat(MAX_BYTES / 2 - 1),
        "true".to_owned() + &"?true:true".repeat(190),
        "a".to_owned() + &".size()".repeat(280),
        "visits > 1 && ".repeat(80_000) + "true",
    ] {
        let all = faults(&bomb);
        assert_eq!(all[0].code, "expr-size", "{}", &bomb[..40]);
    }
    // Long but flat is no bomb.
    let flat = "visits > 1 && ".repeat(MAX_BYTES / 14 - 1) + "true";
    let expr = Expr::condition(&flat, &schema()).unwrap();
    assert_eq!(expr.holds(&record()), Ok(true));
    let nested = "(".repeat(MAX_DEPTH - 2) + "visits" + &")".repeat(MAX_DEPTH - 2) + " == 3";
    assert!(Expr::condition(&nested, &schema()).is_ok());
}

#[test]
fn an_expression_knows_what_it_reads_and_can_be_asked_from_a_link() {
    let expr = Expr::condition("home.state == 'occupied' && has(home.area)", &schema()).unwrap();
    let reads: Vec<String> = expr.reads().map(|path| format!("{path:?}")).collect();
    assert_eq!(reads, [r#"["home", "area"]"#, r#"["home", "state"]"#]);
    let seen = expr.seen_from(&"home".into()).unwrap();
    let home = Record(BTreeMap::from([
        ("state", "occupied".into()),
        ("area", 80.into()),
    ]));
    assert_eq!(seen.holds(&home), Ok(true));
    let other = Expr::condition("home.state == 'occupied' && visits > 1", &schema()).unwrap();
    assert_eq!(other.seen_from(&"home".into()), None);
}

proptest! {
    /// Nothing that is typed in can bring it down.
    #[test]
    fn any_text_is_read_or_refused(source in "[a-z0-9().!?:<>=&|+*/% ,'\\[\\]\"_-]{0,120}") {
        if let Ok(expr) = Expr::compile(&source, &schema(), None) {
            let _ = expr.value(&record());
        }
    }

    #[test]
    fn any_mixture_of_words_is_read_or_refused(words in prop::collection::vec(prop::sample::select(vec![
        "visits", "urgency", "home.state", "satisfied", "tags", "1", "'urgent'", "==", "<", "in", "&&", "||", "!", "(", ")",
        "+", "-", "/", "?", ":", "size(", "has(", "[", "]", ",", ".contains(",
    ]), 0..30)) {
        if let Ok(expr) = Expr::compile(&words.join(" "), &schema(), None) {
            let _ = expr.value(&record());
        }
    }

    /// Integers: what it says is what i64 says.
    #[test]
    fn sums_and_products_are_checked(a in any::<i64>(), b in any::<i64>()) {
        struct Two(i64, i64);
        impl Scope for Two {
            fn get(&self, path: &[Name]) -> Value {
                Value::Int(if path[0] == "a" { self.0 } else { self.1 })
            }
        }
        let schema = Schema::default().with("a", Type::Int).with("b", Type::Int);
        for (op, expected) in [("+", a.checked_add(b)), ("-", a.checked_sub(b)), ("*", a.checked_mul(b))] {
            let expr = Expr::compile(&format!("a {op} b"), &schema, None).unwrap();
            prop_assert_eq!(expr.value(&Two(a, b)).ok(), expected.map(Value::Int));
        }
    }
}
