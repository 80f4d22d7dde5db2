use super::project;
use app::import::map::Map;
use app::import::plan::{
    Counts, Filled, ImportItem, Input, Mark, Planned, PlannedStep, ReportFile, Stream, UnitKey,
    preview,
};
use app::import::refusal::Refusal;
use domain::name::{Name, Text};
use domain::pack::Language;
use domain::time::{Moment, Zone};
use domain::value::Value;
use expect_test::expect;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;

struct Plan {
    items: Vec<ImportItem>,
    refused: Vec<Refusal>,
    counts: Counts,
}

fn plan(map: &Map, files: Vec<PathBuf>) -> Plan {
    let input = Input::new(files);
    let faults: Vec<_> = input
        .check(map)
        .iter()
        .map(|fault| fault.reason().en)
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    let mut stream = Stream::new(map, input);
    let mut plan = Plan {
        items: Vec::new(),
        refused: Vec::new(),
        counts: Counts::default(),
    };
    while let Some(planned) = stream.next_planned().unwrap() {
        plan.counts.add(&planned);
        match planned {
            Planned::Item(item) => plan.items.push(*item),
            Planned::Refused(refusals) => plan.refused.extend(refusals),
        }
    }
    let counts = &plan.counts;
    assert_eq!(counts.rows, counts.imported + counts.refused, "rows add up");
    assert_eq!(
        counts.refused,
        plan.refused.len() as u64,
        "each refused row has its line in the report"
    );
    plan
}

fn map(text: &str) -> Map {
    Map::parse("map.yaml", text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn example(name: &str) -> (Map, Plan) {
    let folder = project("examples").join(name);
    let map = map(&std::fs::read_to_string(folder.join("map.yaml")).unwrap());
    let plan = plan(&map, vec![folder.join("extract.csv")]);
    (map, plan)
}

/// The plan of a text file.
fn of(map: &Map, text: impl AsRef<[u8]>) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    plan(map, vec![path])
}

fn field<'a>(data: &'a BTreeMap<Name, Filled>, name: &str) -> Option<&'a Filled> {
    data.get(name)
}

fn taken<'a>(item: &'a ImportItem, step: &str) -> Vec<&'a PlannedStep> {
    item.steps
        .iter()
        .filter(|taken| taken.step == *step)
        .collect()
}

fn marked(plan: &Plan, mark: Mark) -> u64 {
    plan.counts.marked.get(&mark).copied().unwrap_or(0)
}

/// S4.8: what contradicts itself is admitted and marked. The figures are those of the extract's README.
#[test]
fn boston_is_planned_whole() {
    let (_, plan) = example("boston-311");
    assert_eq!(
        (plan.counts.rows, plan.counts.refused, plan.counts.records),
        (2_000, 0, 2_000)
    );
    let closed = plan
        .items
        .iter()
        .filter(|item| !taken(item, "close").is_empty())
        .count();
    assert_eq!(closed, 1_661);
    assert_eq!(marked(&plan, Mark::BeforeOpening), 15);
    assert_eq!(marked(&plan, Mark::UnitBlank), 166);
    let unassigned = plan
        .items
        .iter()
        .filter(|item| item.unit == UnitKey::Unassigned("unassigned".into()))
        .count();
    assert_eq!(unassigned, 166);
    let flag = |text: Option<&str>| {
        let wanted = text.map(|text| Filled::Value(Value::from(text)));
        plan.items
            .iter()
            .filter(|item| field(&item.opening.data, "on_time_flag") == wanted.as_ref())
            .count()
    };
    assert_eq!(
        (flag(Some("ONTIME")), flag(Some("OVERDUE")), flag(None)),
        (1_490, 495, 15)
    );
    assert_eq!(
        plan.items
            .iter()
            .filter(|item| !item.opening.links.is_empty())
            .count(),
        30
    );
    // The city's own flag agrees with its own times wherever both are there.
    for item in &plan.items {
        let Some(Filled::Value(Value::Text(target))) = field(&item.opening.data, "target") else {
            continue;
        };
        let Some(close) = taken(item, "close").first().copied() else {
            continue;
        };
        let Moment::At(closed) = close.occurred else {
            panic!("Boston's times are instants")
        };
        let on_time = closed <= target.parse().unwrap();
        match field(&item.opening.data, "on_time_flag") {
            Some(Filled::Value(Value::Text(flag))) => {
                assert_eq!(on_time, flag == "ONTIME", "{}", item.source_id);
            }
            _ => assert!(!on_time, "{}", item.source_id),
        }
    }
}

/// S4.8, and the event that reaches a state is the only one that may speak of it.
#[test]
fn uci_is_planned_whole() {
    let (_, plan) = example("uci-incidents");
    assert_eq!(
        (plan.counts.rows, plan.counts.refused, plan.counts.records),
        (2_004, 0, 314)
    );
    assert!(
        plan.items
            .iter()
            .all(|item| !taken(item, "close").is_empty())
    );
    assert_eq!(
        plan.items
            .iter()
            .filter(|item| !taken(item, "reopen").is_empty())
            .count(),
        25
    );
    let resolved_at = |item: &ImportItem| {
        taken(item, "resolve")
            .last()
            .and_then(|step| step.data.get("source_resolved_at").cloned())
    };
    assert_eq!(
        plan.items
            .iter()
            .filter(|item| resolved_at(item).is_some())
            .count(),
        314 - 21
    );
    let unknown_state = Filled::Value(Value::from("-100"));
    let notes = plan.items.iter().flat_map(|item| taken(item, "note"));
    assert_eq!(
        notes
            .filter(|note| note.data.get("source_state") == Some(&unknown_state))
            .count(),
        2
    );
    assert_eq!(marked(&plan, Mark::OutOfOrder), 1);
    assert!(marked(&plan, Mark::UnitChanged) > 0);
    for item in &plan.items {
        let resolves = taken(item, "resolve");
        for earlier in resolves.iter().rev().skip(1) {
            assert_eq!(
                earlier.data.get("source_resolved_at"),
                None,
                "{}: known only at the end",
                item.source_id
            );
        }
    }
}

const LOG: &str = "
map: log
source: old
kind: request
times: {zone: Asia/Shanghai}
id: no
log: {at: time, order: n}
unit: {column: place, blank: {key: none, zh: 未归属, en: Unassigned}}
open: {at: opened, by: who, fields: {place: place}}
steps:
  - step: note
    when: {first: false, changes: place}
    only-changed: true
    fields: {place: place}
  - step: resolve
    when: {changes: state, to: done}
    at: {last: done_at}
    fields: {code: {column: code, last: true}}
  - step: reopen
    when: {changes: state, from: done, to: [open, wait]}
    by: who
";

fn log(rows: &[&str]) -> Plan {
    of(
        &map(LOG),
        format!(
            "no,n,time,opened,who,place,state,done_at,code\n{}\n",
            rows.join("\n")
        ),
    )
}

fn story(item: &ImportItem) -> Vec<String> {
    let zone = Zone::shanghai();
    item.steps
        .iter()
        .map(|step| {
            let at = match step.occurred {
                Moment::At(at) => at.in_zone(&zone)[5..16].replace('T', " "),
                Moment::On(day) => day.to_string(),
            };
            let data: Vec<String> = step
                .data
                .iter()
                .map(|(name, filled)| format!(" {name}={filled:?}"))
                .collect();
            format!("{at} {}{} line {}", step.step, data.concat(), step.row.line)
        })
        .collect()
}

#[test]
fn a_column_that_repeats_is_believed_only_at_the_last_time() {
    let opened = "2026-03-01 08:00";
    let row = |n: u32, time: &str, state: &str| {
        format!("A,{n},2026-03-0{time},{opened},ann,P,{state},2026-03-04 12:00,c9")
    };
    let rows = [
        row(1, "1 09:00", "open"),
        row(2, "2 09:00", "done"),
        row(3, "3 09:00", "open"),
        row(4, "4 08:00", "done"),
        row(5, "4 12:00", "done"),
        row(6, "5 09:00", "done"),
    ];
    let plan = log(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(
        story(&plan.items[0]),
        [
            "03-02 09:00 resolve line 3",
            "03-03 09:00 reopen line 4",
            "03-04 12:00 resolve code=Value(Text(\"c9\")) line 6",
        ]
    );
}

#[test]
fn a_blank_cell_states_nothing_and_the_first_stated_unit_stands() {
    let plan = log(&[
        "A,1,2026-03-01 09:00,2026-03-01 08:00,,,open,,",
        "A,2,2026-03-01 10:00,2026-03-01 08:00,,P,open,,",
        "A,3,2026-03-01 11:00,2026-03-01 08:00,,,open,,",
        "A,4,2026-03-01 12:00,2026-03-01 08:00,,P,open,,",
        "A,5,2026-03-01 13:00,2026-03-01 08:00,,Q,open,,",
        "B,1,2026-03-01 09:00,2026-03-01 08:00,,,open,,",
    ]);
    assert_eq!(plan.items[0].unit, UnitKey::Named("P".into()));
    assert!(plan.items[0].marks.contains(&Mark::UnitChanged));
    assert_eq!(
        story(&plan.items[0]),
        [
            "03-01 10:00 note place=Value(Text(\"P\")) line 3",
            "03-01 13:00 note place=Value(Text(\"Q\")) line 6"
        ]
    );
    assert_eq!(plan.items[1].unit, UnitKey::Unassigned("none".into()));
}

#[test]
fn a_record_is_imported_whole_or_not_at_all() {
    let plan = log(&[
        "A,1,2026-03-01 09:00,2026-03-01 08:00,,P,open,,",
        "A,2,some day,2026-03-01 08:00,,P,done,,",
        "A,3,2026-03-03 09:00,2026-03-01 08:00,,P,open,,",
        "B,1,2026-03-01 09:00,2026-03-01 08:00,,P,open,,",
        ",1,2026-03-01 09:00,2026-03-01 08:00,,P,open,,",
        "C,1,2026-03-01 09:00,2026-03-01 08:00,,P",
    ]);
    assert_eq!(plan.items.len(), 1);
    let mut refused: Vec<_> = plan
        .refused
        .iter()
        .map(|refusal| (refusal.line, refusal.code))
        .collect();
    refused.sort_unstable();
    assert_eq!(
        refused,
        [
            (2, "record-refused"),
            (3, "time-unrecognised"),
            (4, "record-refused"),
            (6, "id-blank"),
            (7, "row-ragged")
        ]
    );
}

proptest! {
    /// The plan depends on what the rows say, not on where they stand, as long as a column orders them.
    #[test]
    fn the_order_of_the_rows_in_the_file_does_not_matter(order in Just((0..24_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let states = ["open", "wait", "done", "open", "done", "done"];
        let rows: Vec<String> = (0..24).map(|index| {
            let (id, n) = (index / 6, index % 6);
            format!("R{id},{n},2026-03-0{} 09:00,2026-03-01 08:00,w{n},P{},{},2026-03-05 10:00,", n + 1, n / 4, states[n])
        }).collect();
        let told = |rows: Vec<&str>| log(&rows).items.iter().map(|item| {
            (item.source_id.clone(), item.opening.clone(), item.steps.iter().map(|step| (step.step.clone(), step.occurred)).collect::<Vec<_>>())
        }).collect::<Vec<_>>();
        let straight = told(rows.iter().map(String::as_str).collect());
        let shuffled = told(order.iter().map(|&index| rows[index].as_str()).collect());
        prop_assert_eq!(shuffled, straight);
    }
}

const REPAIRS: &str = "
map: repairs
source: old
kind: repair
times: {zone: Asia/Shanghai, order: day-first, excel: 1900}
blank: [无, 'N/A']
id: 编号
unit: 小区
open:
  at: 报修时间
  fields:
    fault: {column: 内容, required: true}
    urgency: {column: 紧急, values: {急: urgent, 一般: normal}, default: normal}
    fee: {column: 费用, as: money}
    rate: {column: 折扣, as: ratio}
    again: {column: 返修, as: bool}
    count: {column: 次数, as: int}
    appointed: {column: 预约, as: moment}
    parts: {column: 材料, as: list, separator: '、'}
    place: {text: '{小区} {房号}'}
    steward: {column: 管家, as: member}
    team: {column: 班组, as: team, department: 部门}
  links: {home: 房号}
steps:
  - step: complete
    when: {filled: 完工时间}
    at: 完工时间
    by: 工程师
";
const REPAIR_HEADER: &str = "编号,小区,房号,报修时间,内容,紧急,费用,折扣,返修,次数,预约,材料,管家,班组,部门,完工时间,工程师";

#[test]
fn cells_become_values_of_their_type() {
    let plan = of(
        &map(REPAIRS),
        format!(
            "{REPAIR_HEADER}\nR1,翠湖苑, 3-1202 ,2026年3月5日 14时05分,漏水,急,\"¥1,234.5\",95%,是,2,06.03.2026,龙头、垫圈,王芳,水电组,工程部,46087.5,李强\nR2,翠湖苑,无,20260305140500,灯不亮,,,,,,N/A,,,,,,\n"
        ),
    );
    assert!(plan.refused.is_empty(), "{:?}", plan.refused);
    let mut titles = BTreeMap::new();
    titles.insert(
        Name::from("open"),
        Text {
            zh: "报修".into(),
            en: "Report".into(),
        },
    );
    titles.insert(
        Name::from("complete"),
        Text {
            zh: "完工".into(),
            en: "Complete".into(),
        },
    );
    titles.insert(
        Name::from("repair"),
        Text {
            zh: "维修工单".into(),
            en: "Repair order".into(),
        },
    );
    let shown = |language| preview(&map(REPAIRS), &plan.items, &plan.counts, &titles, language);
    expect![[r#"
        1. 翠湖苑 · 维修工单 R1 · 行 2
           2026-03-05 14:05:00  报修  again=true; appointed=2026-03-06; count=2; fault=漏水; fee=123450; parts=[2]; place=翠湖苑 3-1202; rate=9500; steward=王芳; team=工程部/水电组; urgency=urgent
             home → 3-1202
           2026-03-06 12:00:00  完工 (李强)
        2. 翠湖苑 · 维修工单 R2 · 行 3
           2026-03-05 14:05:00  报修  fault=灯不亮; place=翠湖苑; urgency=normal
        行数 2 = 导入 2 + 退回 0
        单据 2 · 步骤 1
    "#]].assert_eq(&shown(Language::Zh));
    expect![[r#"
        1. 翠湖苑 · Repair order R1 · line 2
           2026-03-05 14:05:00  Report  again=true; appointed=2026-03-06; count=2; fault=漏水; fee=123450; parts=[2]; place=翠湖苑 3-1202; rate=9500; steward=王芳; team=工程部/水电组; urgency=urgent
             home → 3-1202
           2026-03-06 12:00:00  Complete (李强)
        2. 翠湖苑 · Repair order R2 · line 3
           2026-03-05 14:05:00  Report  fault=灯不亮; place=翠湖苑; urgency=normal
        rows 2 = imported 2 + refused 0
        records 2 · steps 1
    "#]].assert_eq(&shown(Language::En));
}

#[test]
fn every_refusal_names_line_column_value_and_reason() {
    let rows = [
        "R1,翠湖苑,1,2026-03-05 14:05,漏水,急,,,,,,,,,,,",
        "R1,翠湖苑,1,2026-03-06 14:05,编号重复,急,,,,,,,,,,,",
        ",翠湖苑,1,2026-03-05 14:05,没有编号,急,,,,,,,,,,,",
        "R3,翠湖苑,1,2026-03-05 14:05,无,急,,,,,,,,,,,",
        "R4,,1,2026-03-05 14:05,没有小区,急,,,,,,,,,,,",
        "R5,翠湖苑,1,31.02.2026,没有这天,急,,,,,,,,,,,",
        "R6,翠湖苑,1,,没有时间,特急,=1+1,五折,也许,两次,下周,,,,,昨天,",
        "R7,翠湖苑,1,2026-03-05 14:05,少了几格,急",
        "R8,翠湖苑,1,2026-03-05 14:05,\"开了引号,急,,,,,,,,,,,",
    ];
    let plan = of(
        &map(REPAIRS),
        format!("{REPAIR_HEADER}\n{}\n", rows.join("\n")),
    );
    assert_eq!((plan.counts.rows, plan.counts.imported), (9, 1));
    let mut report = ReportFile::new(Vec::new(), vec!["old.csv".into()]).unwrap();
    for refusal in &plan.refused {
        report.write(refusal).unwrap();
    }
    assert_eq!(report.lines(), 8);
    let report = String::from_utf8(report.finish().unwrap()).unwrap();
    expect![[r#"
        ﻿file,line,column,value,code,reason,reason_en
        old.csv,3,编号,R1,id-twice,这个编号在前面的行已经出现过，一个编号只导入一次,"an earlier row has the same id; an id is imported once"
        old.csv,4,编号,,id-blank,没有来源编号，无法保证只导入一次,"the row has no id of its source, so it could not be imported just once"
        old.csv,5,内容,无,value-missing,这一格必须填写,this cell must be filled in
        old.csv,6,小区,,unit-blank,没有写单元，映射也没有给出 unit.blank,"no unit is stated, and the map names none under unit.blank"
        old.csv,7,报修时间,31.02.2026,time-no-such-day,没有这一天,there is no such day
        old.csv,8,报修时间,,time-blank,没有写时间（另有：返修、预约、次数、费用、折扣、紧急、完工时间）,"no time is stated (also: 返修, 预约, 次数, 费用, 折扣, 紧急, 完工时间)"
        old.csv,9,,"R7,翠湖苑,1,2026-03-05 14:05,少了几格,急",row-ragged,这一行有 6 格，表头有 17 列；可能多了或少了分隔符，或引号不成对,"the row has 6 cells, the header 17; a delimiter may be missing or too many, or a quote unpaired"
        old.csv,10,内容,"R8,翠湖苑,1,2026-03-05 14:05,""开了引号,急,,,,,,,,,,,",quote-unclosed,引号开了没有关，到文件末尾也没有；请补上，格内的引号写成两个,"a quote is opened and not closed before the file ends; close it, and double quotes within a cell"
    "#]].assert_eq(&report.replace('\r', ""));
}

#[test]
fn a_gb18030_file_with_mixed_habits_goes_through() {
    let text = format!(
        "{REPAIR_HEADER}\nR1,翠湖苑,3-1202,2026/3/5 14:05,漏水,急,,,,,,,,,,2026-03-05T18:00:00+08:00,李强\nR2,翠湖苑,3-1203,05.03.2026 14:05,堵塞,一般,,,,,,,,,,,\nR3,翠湖苑,3-1204,46086.5868055556,停电,急,,,,,,,,,,2026年3月6日,李强\n"
    );
    let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
    assert!(!lost);
    let gb = of(&map(REPAIRS), bytes);
    let utf8 = of(&map(REPAIRS), &text);
    assert_eq!(gb.items, utf8.items);
    assert!(
        gb.items
            .iter()
            .all(|item| item.opening.occurred == gb.items[0].opening.occurred)
    );
}

#[test]
fn files_of_one_import_may_order_their_columns_differently() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
    std::fs::write(&a, "no,n,time,opened,who,place,state,done_at,code\nA,1,2026-03-01 09:00,2026-03-01 08:00,,P,open,,\n").unwrap();
    std::fs::write(&b, "extra;state;n;no;time;opened;who;place;done_at;code\nx;done;2;A;2026-03-02 09:00;2026-03-01 08:00;;P;;\n").unwrap();
    let plan = plan(&map(LOG), vec![a.clone(), b.clone()]);
    assert_eq!(story(&plan.items[0]), ["03-02 09:00 resolve line 2"]);
    assert_eq!(plan.items[0].steps[0].row.file, 1);

    std::fs::write(&b, "state;n;no\n").unwrap();
    let faults = Input::new(vec![a, b]).check(&map(LOG));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code(), "column-missing");
    assert!(faults[0].reason().zh.contains("done_at"));
}
