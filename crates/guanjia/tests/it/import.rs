use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const MAP: &str = "
map: desk
name: {zh: 旧服务台, en: Old desk}
source: old-desk
kind: request
times: {zone: Asia/Shanghai}
id: 编号
unit: {column: 小区, blank: {key: unassigned, zh: 未归属, en: Unassigned}}
open:
  at: 时间
  fields: {title: 内容}
steps:
  - step: close
    when: {filled: 完成}
    at: 完成
";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(desk.path("map.yaml"), MAP).unwrap();
        let made = desk.guanjia(&["init", "--data", "data", "--pack", "service-request"]);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanjia"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn guanjia(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.guanjia(args);
        let text = String::from_utf8(output.stdout).unwrap();
        let last = text
            .lines()
            .last()
            .unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        serde_json::from_str(last).unwrap()
    }

    fn import(&self, more: &[&str]) -> Value {
        let mut args = vec![
            "import", "--data", "data", "--map", "map.yaml", "rows.csv", "--json",
        ];
        args.extend(more);
        self.json(&args)
    }

    fn rows(&self, rows: &str) {
        std::fs::write(
            self.path("rows.csv"),
            format!("编号,小区,时间,内容,完成\n{rows}"),
        )
        .unwrap();
    }
}

fn number(value: &Value, key: &str) -> u64 {
    value[key]
        .as_u64()
        .unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn an_import_is_previewed_done_repeated_and_undone() {
    let desk = Desk::new();
    desk.rows("1,翠湖苑,2026-02-02 09:00,漏水,2026-02-03 10:00\n2,,2026-02-02 10:00,停电,\n3,翠湖苑,昨天,门禁,\n");
    let preview = desk.guanjia(&[
        "import",
        "--data",
        "data",
        "--map",
        "map.yaml",
        "rows.csv",
        "--dry-run",
    ]);
    let shown = String::from_utf8(preview.stdout).unwrap();
    assert!(
        shown.contains("行数 3 = 导入 2 + 退回 1") && shown.contains("标题=漏水"),
        "{shown}"
    );
    assert!(
        !desk.path("data/imports").exists(),
        "a dry run writes nothing"
    );

    let first = desk.import(&[]);
    assert_eq!(
        (
            number(&first, "rows"),
            number(&first, "imported"),
            number(&first, "refused")
        ),
        (3, 2, 1)
    );
    let report = std::fs::read_to_string(desk.path(first["report"].as_str().unwrap())).unwrap();
    assert!(
        report.contains("rows.csv,4,时间,昨天,time-unrecognised"),
        "{report}"
    );

    let second = desk.import(&["--report", "again.csv"]);
    assert_eq!(
        (
            number(&second, "rows"),
            number(&second, "imported"),
            number(&second, "records")
        ),
        (3, 2, 0)
    );
    assert_eq!(second["report"], "again.csv");

    let export = desk.guanjia(&[
        "export", "records", "--data", "data", "--kind", "request", "--format", "json",
    ]);
    let export = String::from_utf8(export.stdout).unwrap();
    let ids: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["source_id"].clone())
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(
        ids.contains(&"1".into()) && ids.contains(&"2".into()),
        "the source's own ids: {ids:?}"
    );

    let undone = desk.import(&["--undo"]);
    assert_eq!((number(&undone, "voided"), number(&undone, "kept")), (2, 0));
    assert_eq!(
        desk.json(&["verify", "--data", "data", "--json"])["ok"],
        true
    );
}

#[test]
fn a_map_or_a_file_at_fault_is_named_and_nothing_written() {
    let desk = Desk::new();
    desk.rows("");
    let told = |map: &str| {
        std::fs::write(desk.path("map.yaml"), map).unwrap();
        let output = desk.guanjia(&["import", "--data", "data", "--map", "map.yaml", "rows.csv"]);
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text) = told(&MAP.replace("kind:", "kinds:"));
    assert_eq!(code, Some(1));
    assert!(
        text.contains("map.yaml:5:1")
            && text.contains("kinds")
            && text.contains("did you mean `kind`"),
        "{text}"
    );
    let (code, text) = told(&MAP.replace("title: 内容", "heading: 内容"));
    assert_eq!(code, Some(1));
    assert!(text.contains("no-such-field"), "{text}");
    let (code, text) = told(&MAP.replace("完成", "关闭"));
    assert_eq!(code, Some(1));
    assert!(
        text.contains("column-missing") && text.contains("关闭"),
        "{text}"
    );
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// `kill -9` in mid-import: what is there is whole, and running again completes it.
#[test]
fn a_killed_import_is_completed_by_the_next() {
    const ROWS: u64 = 3_000;
    let desk = Desk::new();
    let mut rows = String::new();
    for id in 0..ROWS {
        writeln!(
            rows,
            "{id},小区{},2026-02-0{} 09:00,第 {id} 件,2026-02-09 10:00",
            id % 7,
            id % 7 + 1
        )
        .unwrap();
    }
    desk.rows(&rows);
    let mut child = desk
        .command(&[
            "import", "--data", "data", "--map", "map.yaml", "rows.csv", "--json",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The journal of the database grows with every transaction.
    while size(&desk.path("data/guanjia.db-wal")) < 1 << 20 {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "it ended before it was killed"
        );
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        desk.json(&["verify", "--data", "data", "--json"])["ok"],
        true
    );

    let rest = desk.import(&[]);
    assert_eq!(
        (number(&rest, "rows"), number(&rest, "imported")),
        (ROWS, ROWS)
    );
    let (made, already) = (number(&rest, "records"), number(&rest, "already"));
    assert!(made > 0 && already > 0, "{rest}");
    assert_eq!(made + already, ROWS);
    let report = desk.json(&["verify", "--data", "data", "--json"]);
    assert_eq!(report["ok"], true);
    assert_eq!(
        number(&report, "entries"),
        2 * ROWS,
        "one opening and one closing each"
    );
}
