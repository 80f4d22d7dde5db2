//! A whole organisation from a workbook: taken in by ordinary steps, found again, and refused row by row.

use crate::import::workbook::{book, text};
use app::account::Presented;
use app::organisation::{Report, Source};
use app::unit::NewUnit;
use app::{Actor, Came, Clock, Error, Keys, Office, pack, verify};
use domain::id::{MemberId, UnitId};
use domain::name::Name;
use domain::record::By;
use domain::time::{Instant, Zone};
use domain::unit::{Attributes, Level};
use std::fs;
use std::path::PathBuf;
use store::testing::Home;
use store::{Options, entry, record};

struct Company {
    _home: Home,
    office: Office,
    folder: tempfile::TempDir,
}

const UNITS: &str = "代码,名称,层级,上级代码,服务等级,特征
XA,甲苑,项目,QU,3,池塘、公示栏
QU,东区,区域,GS,,
XB,乙苑,项目,GS,,
";
const MEMBERS: &str = "所属单位,姓名,登录名,工号,手机,入职日期
XA,林一,lin,001,13800000001,2026/1/5
XA,周二,zhou,002,,2026年1月5日
GS,总管,admin,,,20260105
XB,吴三,,,,2026.1.5
";
const TEAMS: &str = "所属单位,代码,名称,外包单位
XA,engineering,工程班,否
";
const HOMES: &str = "所属单位,房号,楼栋,单元,楼层,网格,状态
XA,1-1-101,1,1,1,G1,入住
XA,1-1-102,1,1,1,G1,空置
XA,1-1-103,1,1,1,G1,
XB,1-1-101,1,1,1,G1,未交付
";
// What other companies call a post (ORG-01), a team by its name, a member by his.
const POSTINGS: &str = "所属单位,员工,岗位,开始,结束,网格,班组
XA,lin,网格管理员,2026-01-05,,G1,
XA,周二,维修工,2026-01-05,,,工程班
GS,admin,系统管理员,2026-01-05,,,
XB,吴三,客服前台,2026-01-05,2026-06-30,,
";
const SHIFTS: &str = "所属单位,员工,班别,日期
XA,lin,A,2026-03-03
XA,lin,F,2026-03-04
";
const LEAVES: &str = "所属单位,员工,代班人,开始,结束,事由
XA,lin,zhou,2026-03-09,2026-03-10,事假
";
const PARTIES: &str = "所属单位,房屋,称谓,关系,姓名,电话
XA,1-1-101,陈女士,业主,陈某某,13900000001
";
const SHEETS: [(&str, &str); 8] = [
    ("任职", POSTINGS),
    ("业主与联系人", PARTIES),
    ("班次", SHIFTS),
    ("请假", LEAVES),
    ("房屋", HOMES),
    ("员工", MEMBERS),
    ("班组", TEAMS),
    ("单位", UNITS),
];

fn operator() -> Actor {
    Actor::operator("test")
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

impl Company {
    fn each() -> impl Iterator<Item = Self> {
        std::iter::once(Home::sqlite())
            .chain(Home::postgres())
            .map(Self::in_home)
    }

    fn in_home(home: Home) -> Self {
        let clock = Clock::standing_at(at("2026-03-02T09:00:00+08:00"));
        let options = Options {
            durable: false,
            ..Options::default()
        };
        let office = Office::open(home.location(), &options, clock)
            .unwrap()
            .with_keys(Keys::volatile().unwrap())
            .unwrap();
        let sources = pack::sources("residential-cn").unwrap();
        office.activate(&Actor::system(), sources).unwrap();
        let company = NewUnit {
            level: Level::Company,
            parent: None,
            code: "GS".into(),
            name: "示例物业".into(),
            zone: Zone::shanghai(),
            attributes: Attributes::default(),
        };
        office.add_unit(&Actor::system(), company).unwrap();
        Self {
            _home: home,
            office,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, sheet: &str, rows: &str) -> Source {
        let path = self.folder.path().join(format!("{sheet}.csv"));
        fs::write(&path, rows).unwrap();
        Source::of(path)
    }

    fn files(&self, sheets: &[(&str, &str)]) -> Vec<Source> {
        let files = sheets.iter().map(|(sheet, rows)| self.file(sheet, rows));
        files.collect()
    }

    fn import_as(
        &self,
        actor: &Actor,
        sheets: &[(&str, &str)],
        is_dry: bool,
    ) -> Result<Report, Error> {
        let files = self.files(sheets);
        self.office.import_organisation(actor, &files, is_dry)
    }

    fn import(&self, sheets: &[(&str, &str)]) -> Report {
        self.import_as(&operator(), sheets, false).unwrap()
    }

    fn whole(&self) -> Report {
        let report = self.import(&SHEETS);
        assert_eq!(report.refused, [], "{report:#?}");
        report
    }

    fn unit(&self, code: &str) -> UnitId {
        self.office.unit(code).unwrap().id
    }

    fn member(&self, unit: &str, login: &str) -> Actor {
        let view = self.office.reload(self.unit(unit)).unwrap();
        let id = view.people.find(login).unwrap();
        Actor::member(MemberId::from(id), Came::Password)
    }

    /// Records of a kind in a unit, as `state {data}`.
    fn records(&self, unit: &str, kind: &str) -> Vec<record_shown::Shown> {
        let unit = self.unit(unit);
        record_shown::of(&self.office, unit, kind)
    }

    fn exported(&self) -> PathBuf {
        let path = self.folder.path().join("whole.xlsx");
        let file = fs::File::create(&path).unwrap();
        self.office
            .export_organisation(&operator(), None, file)
            .unwrap();
        path
    }
}

mod record_shown {
    use super::{Name, Office, UnitId, record};
    use domain::record::Record;

    pub(super) type Shown = Record;

    pub(super) fn of(office: &Office, unit: UnitId, kind: &str) -> Vec<Record> {
        let mut found = Vec::new();
        office
            .store()
            .read(|tx| {
                record::each_of_kind(tx, Some(unit), Some(&Name::from(kind)), |record| {
                    found.push(record);
                    Ok(())
                })
            })
            .unwrap();
        found
    }
}

fn said(report: &Report) -> (u64, u64, u64, u64, u64) {
    let total = report.total();
    (
        total.rows,
        total.added,
        total.changed,
        total.already,
        total.refused,
    )
}

#[test]
fn an_organisation_is_taken_in_whatever_the_order_and_a_second_run_changes_nothing() {
    for company in Company::each() {
        let looked = company.import_as(&operator(), &SHEETS, true).unwrap();
        assert_eq!(looked.refused, []);
        assert_eq!(said(&looked), (20, 20, 0, 0, 0));
        assert!(company.office.unit("XA").is_err(), "a look writes nothing");

        assert_eq!(said(&company.whole()), (20, 20, 0, 0, 0));
        let (project, journals) = (company.unit("XA"), || {
            let mut lines = Vec::new();
            for unit in company.office.units().unwrap() {
                let read = company.office.store().read(|tx| {
                    entry::each(tx, unit.id, |line| {
                        lines.push((line.hash, line.entry.by.clone()));
                        Ok(())
                    })
                });
                read.unwrap();
            }
            lines
        });
        let written = journals();
        // Every change is a step in the name of whoever imports.
        assert!(
            written
                .iter()
                .all(|(_, by)| *by == By::Operator("test".into()))
        );
        for is_dry in [true, false] {
            let again = company.import_as(&operator(), &SHEETS, is_dry).unwrap();
            assert_eq!(said(&again), (20, 0, 0, 20, 0), "{again:#?}");
        }
        assert_eq!(journals(), written);

        let states: Vec<String> = company
            .records("XA", "home")
            .iter()
            .map(|home| home.state.to_string())
            .collect();
        assert_eq!(states, ["occupied", "vacant", "undelivered"]);
        let view = company.office.reload(project).unwrap();
        let now = at("2026-03-02T09:00:00+08:00");
        assert_eq!(view.roster.members_of_grid("G1", now).len(), 1);
        assert_eq!(view.unit.attributes.flags, ["池塘", "公示栏"]);
        let team = view.roster.team("engineering").unwrap();
        assert_eq!(view.roster.members_of_team(team, now).len(), 1);
        // Shift A begins at seven; F ends at two in the night after.
        let lin = MemberId::from(view.people.find("lin").unwrap());
        let on = |text: &str| !view.roster.is_off_shift(lin, at(text));
        assert!(on("2026-03-03T07:00:00+08:00") && !on("2026-03-03T06:59:00+08:00"));
        assert!(on("2026-03-05T01:59:00+08:00") && !on("2026-03-05T02:00:00+08:00"));
        assert!(
            view.roster
                .leave(lin, at("2026-03-10T23:59:00+08:00"))
                .is_some()
        );
        assert!(
            view.roster
                .leave(lin, at("2026-03-11T00:00:00+08:00"))
                .is_none()
        );

        // What is written out and taken in again is what is there.
        let book = vec![Source::of(company.exported())];
        let again = company
            .office
            .import_organisation(&operator(), &book, false)
            .unwrap();
        assert_eq!(again.refused, []);
        // The company itself stands in the workbook too.
        assert_eq!(said(&again), (21, 0, 0, 21, 0), "{again:#?}");
        assert_eq!(journals(), written);
        let report = verify::verify(&company.office, &Actor::system(), now, |_| {}).unwrap();
        assert!(report.ok, "{:#?}", report.faults);
    }
}

#[test]
fn what_differs_is_changed_by_steps_and_whoever_is_left_out_stays() {
    let company = Company::in_home(Home::sqlite());
    company.whole();
    let homes = "所属单位,房号,网格,状态\nXA,1-1-101,G2,空置\nXA,1-1-102,,\n";
    let members = "所属单位,登录名,离职日期\nXA,lin,2026-03-31\n";
    // The steward's successor begins when he has ended, in whatever order the rows stand.
    let postings = "所属单位,员工,岗位,开始,结束,网格\nXA,zhou,客服管家,2026-04-01,,G1\nXA,lin,客服管家,2026-01-05,2026-03-31,\n";
    let sheets = [("房屋", homes), ("员工", members), ("任职", postings)];
    for is_dry in [true, false] {
        let report = company.import_as(&operator(), &sheets, is_dry).unwrap();
        assert_eq!(report.refused, [], "{is_dry}");
        assert_eq!(said(&report), (5, 1, 3, 1, 0));
        let changed: Vec<String> = report
            .changed
            .iter()
            .map(|it| {
                let steps: Vec<&str> = it.steps.iter().map(|step| step.zh.as_str()).collect();
                format!("{} {} {} {}", it.sheet, it.line, steps.join("+"), it.from)
            })
            .collect();
        assert_eq!(
            changed,
            [
                "员工 2 离职 2026-03-31",
                "房屋 2 搬出+调整网格 2026-03-02",
                "任职 3 结束任职 2026-03-31",
            ]
        );
    }
    assert_eq!(said(&company.import(&sheets)), (5, 0, 0, 5, 0));
    assert_eq!(company.records("XA", "member").len(), 2);
    let view = company.office.reload(company.unit("XA")).unwrap();
    let serves = |text: &str| view.roster.members_of_grid("G1", at(text));
    let who = |login: &str| MemberId::from(view.people.find(login).unwrap());
    assert_eq!(serves("2026-03-31T23:00:00+08:00"), [who("lin")]);
    assert_eq!(serves("2026-04-01T00:00:00+08:00"), [who("zhou")]);
}

#[test]
fn an_import_that_was_stopped_goes_on_where_it_was() {
    let company = Company::in_home(Home::sqlite());
    // As a run leaves it that ended after some rows of a sheet.
    let some: String = HOMES
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let begun = company.import(&[("单位", UNITS), ("房屋", &some)]);
    assert_eq!(said(&begun), (5, 5, 0, 0, 0));
    assert_eq!(said(&company.import(&SHEETS)), (20, 15, 0, 5, 0));
    assert_eq!(said(&company.import(&SHEETS)), (20, 0, 0, 20, 0));
}

#[test]
fn a_row_that_cannot_be_is_refused_with_its_line_column_and_reason() {
    let company = Company::in_home(Home::sqlite());
    company.whole();
    let posting = "所属单位,员工,岗位,开始,结束,网格,班组";
    let home = "所属单位,房号,楼层,建筑面积（平方分米）,状态";
    let member = "所属单位,姓名,登录名,入职日期";
    let unit = "代码,名称,层级,上级代码,时区";
    let shift = "所属单位,员工,班别,日期,上班,下班";
    let cases: &[(&str, &str, &str, &[&str])] = &[
        (
            "任职",
            posting,
            "XA,lin,船长,2026-01-05,,,",
            &["2 岗位 post-unknown"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,2026-02-01,2026-01-01,,",
            &["2 结束 ends-before-begins"],
        ),
        (
            "任职",
            posting,
            "XA,zhou,客服管家,2026-02-01,,G1,",
            &["2 网格 grid-served-twice"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,2026-02-01,,,无此班",
            &["2 班组 reference-unknown"],
        ),
        (
            "任职",
            posting,
            "XB,lin,客服前台,2026-02-01,,,",
            &["2 员工 reference-elsewhere"],
        ),
        (
            "任职",
            posting,
            "XA,,客服前台,,,,",
            &["2 员工 value-missing"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,05/02/2026,,,",
            &["2 开始 time-ambiguous"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,26-2-5,,,",
            &["2 开始 time-short-year"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,2026-02-30,,,",
            &["2 开始 time-no-such-day"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,46058,,,",
            &["2 开始 time-bare-number"],
        ),
        (
            "任职",
            posting,
            "XA,lin,客服前台,上周五,,,",
            &["2 开始 time-unrecognised"],
        ),
        ("房屋", home, "没有,1-1-9,,,", &["2 所属单位 unit-unknown"]),
        ("房屋", home, "QU,1-1-9,,,", &["2 所属单位 not-a-project"]),
        ("房屋", home, "XA,1-1-9,一层,,", &["2 楼层 value-not-int"]),
        (
            "房屋",
            home,
            "XA,1-1-9,999,,",
            &["2 楼层 field-out-of-range"],
        ),
        ("房屋", home, "XA,1-1-9,,,住人", &["2 状态 state-unknown"]),
        (
            "房屋",
            home,
            "XA,1-1-9,1,,\nXA,1-1-9,2,,\nXA,1-1-9,1,,",
            &["3  row-twice", "4  row-twice"],
        ),
        (
            "房屋",
            home,
            "XA,1-1-101,,8950,",
            &["2 变更说明 step-needs"],
        ),
        (
            "员工",
            member,
            "XA,甲,same,\nXA,乙,SAME,",
            &["3  row-twice"],
        ),
        (
            "员工",
            member,
            "XB,林一,lin,",
            &["2 登录名 login-elsewhere"],
        ),
        ("员工", member, "XA,,new,", &["2 姓名 field-required"]),
        (
            "单位",
            unit,
            "XC,丙苑,项目,没有,",
            &["2 上级代码 unit-missing"],
        ),
        (
            "单位",
            unit,
            "R1,一,区域,R2,\nR2,二,区域,R1,",
            &["2 上级代码 unit-cycle", "3 上级代码 unit-cycle"],
        ),
        ("单位", unit, "XC,丙苑,项目,XA,", &["2 上级代码 unit-level"]),
        ("单位", unit, "XC,丙苑,村,GS,", &["2 层级 level-unknown"]),
        (
            "单位",
            unit,
            "XC,丙苑,项目,GS,火星",
            &["2 时区 zone-unknown"],
        ),
        ("单位", unit, "XA,改名苑,项目,QU,", &["2 名称 unit-differs"]),
        ("单位", unit, "X C,丙苑,项目,GS,", &["2 代码 unit-code"]),
        (
            "班次",
            shift,
            "XA,lin,G,2026-03-03,,",
            &["2 班别 choice-unknown"],
        ),
        (
            "班次",
            shift,
            "XA,lin,,,2026-03-05 17:00,2026-03-05 08:00",
            &["2 下班 ends-before-begins"],
        ),
    ];
    for (sheet, heads, rows, refused) in cases {
        let text = format!("{heads}\n{rows}\n");
        for is_dry in [true, false] {
            let report = company
                .import_as(&operator(), &[(sheet, &text)], is_dry)
                .unwrap();
            let total = report.total();
            assert_eq!(
                total.rows,
                total.added + total.changed + total.already + total.refused
            );
            let shown: Vec<String> = report
                .refused
                .iter()
                .map(|it| {
                    let it = &it.refusal;
                    assert!(!it.reason.zh.is_empty() && !it.reason.en.is_empty());
                    format!(
                        "{} {} {}",
                        it.line,
                        it.column.as_deref().unwrap_or(""),
                        it.code
                    )
                })
                .collect();
            assert_eq!(shown, *refused, "{rows}, dry: {is_dry}");
        }
    }
    // A file that is not what it should be begins nothing.
    let whole = |sheet: &str, rows: &str| {
        let read = company.import_as(&operator(), &[(sheet, rows)], true);
        read.map(|_| "").unwrap_or_else(|error| match error {
            Error::Import { code, .. } => code,
            other => panic!("{other}"),
        })
    };
    assert_eq!(whole("花名册", "姓名\n甲\n"), "sheet-unknown");
    assert_eq!(
        whole("员工", "所属单位,姓名,星座\nXA,甲,狮子\n"),
        "column-unknown"
    );
    assert_eq!(whole("员工", "姓名\n甲\n"), "column-missing");
    assert_eq!(
        whole("员工", "所属单位,姓名,Name\nXA,甲,乙\n"),
        "header-twice"
    );
}

#[test]
fn a_sheet_of_another_encoding_in_english_is_the_same_and_remarks_are_no_rows() {
    let company = Company::in_home(Home::sqlite());
    let rows = "所属单位,姓名,登录名\n#XA,示例,shili\nGS,张伟,zhang\n";
    let (bytes, ..) = encoding_rs::GB18030.encode(rows);
    let path = company.folder.path().join("员工.csv");
    fs::write(&path, &bytes).unwrap();
    let sources = [Source::of(path)];
    let report = company
        .office
        .import_organisation(&operator(), &sources, false);
    assert_eq!(said(&report.unwrap()), (1, 1, 0, 0, 0));
    let again = company.import(&[("Member", "Unit,Name,Login\nGS,张伟,zhang\n")]);
    assert_eq!(said(&again), (1, 0, 0, 1, 0));
    let mut out = Vec::new();
    company.office.organisation_template(&mut out).unwrap();
    let path = company.folder.path().join("template.xlsx");
    fs::write(&path, out).unwrap();
    let report = company
        .office
        .import_organisation(&operator(), &[Source::of(path)], true);
    assert_eq!(said(&report.unwrap()), (0, 0, 0, 0, 0));
}

#[test]
fn a_formula_is_its_last_value_and_an_error_in_a_cell_refuses_its_row() {
    let company = Company::in_home(Home::sqlite());
    company.import(&[("单位", UNITS)]);
    let heads = [
        text("A1", "所属单位"),
        text("B1", "房号"),
        text("C1", "楼层"),
    ]
    .concat();
    let row = |line: usize, number: &str, floor: &str| {
        let (unit, code) = (format!("A{line}"), format!("B{line}"));
        format!(
            r#"<row r="{line}">{}{}{floor}</row>"#,
            text(&unit, "XA"),
            text(&code, number)
        )
    };
    let rows = [
        format!(r#"<row r="1">{heads}</row>"#),
        row(2, "1-1-1", r#"<c r="C2"><f>1+2</f><v>3</v></c>"#),
        row(
            3,
            "1-1-2",
            r#"<c r="C3" t="e"><f>1/0</f><v>#DIV/0!</v></c>"#,
        ),
        row(4, "=1+1", r#"<c r="C4"><v>4</v></c>"#),
    ];
    let path = book(company.folder.path(), "房屋", &rows.concat());
    let report = company
        .office
        .import_organisation(&operator(), &[Source::of(path)], false)
        .unwrap();
    assert_eq!(said(&report), (3, 2, 0, 0, 1));
    let it = &report.refused[0].refusal;
    assert_eq!(
        (it.line, it.column.as_deref(), it.code),
        (3, Some("楼层"), "cell-error")
    );
    let floors: Vec<Option<i64>> = company
        .records("XA", "home")
        .iter()
        .map(|home| home.doc.data.get("floor")?.as_int())
        .collect();
    assert_eq!(floors, [Some(3), Some(4)]);
    // What looks like a formula is written as the text that it is.
    let book = vec![Source::of(company.exported())];
    let again = company
        .office
        .import_organisation(&operator(), &book, false)
        .unwrap();
    assert_eq!(said(&again), (6, 0, 0, 6, 0));
}

#[test]
fn whoever_was_registered_by_an_import_is_given_a_password_when_he_is_to_sign_in() {
    let company = Company::in_home(Home::sqlite());
    company.whole();
    let office = &company.office;
    assert!(office.accounts(&operator()).unwrap().is_empty());
    let given = office.reset_password(&operator(), "Lin").unwrap();
    let from = Presented::default();
    assert!(office.sign_in("lin", &given, None, &from).is_ok());
    // Nobody else's, and not of whoever does not keep accounts.
    let nobody = office.reset_password(&operator(), "nobody");
    assert!(matches!(nobody, Err(Error::NotFound)));
    let steward = company.member("XA", "lin");
    let denied = office.reset_password(&steward, "zhou");
    assert!(matches!(denied, Err(Error::Denied(_))));
}

#[test]
fn whoever_imports_does_so_where_he_may_and_by_the_steps_of_his_post() {
    let company = Company::in_home(Home::sqlite());
    company.whole();
    let postings = "所属单位,员工,岗位,开始\nXA,zhou,管理处主任,2026-01-05\n";
    company.import(&[("任职", postings)]);
    let homes = [("房屋", "所属单位,房号\nXA,1-1-201\nXB,1-1-201\n")];
    let steward = company.import_as(&company.member("XA", "lin"), &homes, true);
    assert!(matches!(steward, Err(Error::Denied(_))));
    let manager = company.member("XA", "zhou");
    for is_dry in [true, false] {
        let report = company.import_as(&manager, &homes, is_dry).unwrap();
        assert_eq!(said(&report), (2, 1, 0, 0, 1));
        assert_eq!(report.refused[0].refusal.code, "denied");
    }
    // Which units there are is the administrator's to say, who hands over no homes.
    let units = [("单位", "代码,名称,层级,上级代码\nXC,丙苑,项目,GS\n")];
    let state = [("房屋", "所属单位,房号,状态\nXA,1-1-202,空置\n")];
    let administrator = company.member("GS", "admin");
    for is_dry in [true, false] {
        let report = company.import_as(&manager, &units, is_dry).unwrap();
        assert_eq!(said(&report), (1, 0, 0, 0, 1));
        assert_eq!(report.refused[0].refusal.code, "denied");
    }
    assert_eq!(
        said(&company.import_as(&administrator, &units, false).unwrap()),
        (1, 1, 0, 0, 0)
    );
    let report = company.import_as(&administrator, &state, false).unwrap();
    assert_eq!(said(&report), (1, 0, 0, 0, 1));
    assert_eq!(report.refused[0].refusal.code, "post-not-allowed");
    let opened = company.records("XA", "home");
    assert_eq!(opened.len(), 4, "a row is taken whole or not at all");
    assert!(
        opened
            .iter()
            .any(|home| home.doc.creator == manager.member_id())
    );
}
