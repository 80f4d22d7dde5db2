//! Imports the public records of `examples/` with the program itself, and compares every figure with those of the source.
//!
//! The whole files are read where a folder is named (they are too large for a clone), else the extracts that are kept here. What the
//! product says is read from its own exports, as a user would; `examples/*/figures.json` holds what the source says, computed elsewhere.
//! Records on which the two do not say the same stand one by one in `examples/*/explained.csv`; one that is not there is a failure.

mod boston;
mod figures;
mod score;
mod table;
mod uci;

use anyhow::{Context, Result, bail, ensure};
use figures::{Beside, Figures, differences};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use table::Table;

/// Names the folder of the whole files.
const FOLDER: &str = "GUANJIA_REAL_DATA";
const PAGE: &str = "docs/real-data.md";

struct Example {
    name: &'static str,
    whole: &'static str,
    zone: &'static str,
    /// The source's own time: what is open then is still open.
    as_of: &'static str,
    of_source: fn(&Table) -> Vec<String>,
}

const EXAMPLES: [Example; 2] = [
    Example {
        name: "boston-311",
        whole: "boston311_2015.csv.gz",
        zone: "America/New_York",
        as_of: "2016-01-13T00:00:00-05:00",
        of_source: |source| ids(source, "case_id"),
    },
    Example {
        name: "uci-incidents",
        whole: "uci_incident_events.csv.gz",
        // The source names no zone; the map keeps its local times by reading them as UTC.
        zone: "UTC",
        as_of: "2017-03-01T00:00:00Z",
        of_source: |source| ids(source, "number"),
    },
];

/// What the product says after the import.
struct Product {
    imported: Value,
    verified: Value,
    records: Table,
    entries: Table,
    duties: Table,
}

/// A record on which the product and the source do not say the same, or that the product marks, and why.
#[derive(Debug)]
struct Explained {
    figure: &'static str,
    record: String,
    source: String,
    product: String,
    why: &'static str,
}

struct Read {
    figures: Figures,
    explained: Vec<Explained>,
    /// A table of the product alone.
    more: String,
}

/// What was asked for on the command line.
#[derive(Default)]
struct Asked {
    folder: Option<PathBuf>,
    program: Option<PathBuf>,
    write: bool,
}

fn asked(words: &[&str]) -> Result<Asked> {
    let mut asked = Asked {
        folder: std::env::var_os(FOLDER).map(PathBuf::from),
        ..Asked::default()
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--write" => asked.write = true,
            "--program" => {
                let path = words.next().context("--program PATH")?;
                asked.program = Some(path.into());
            }
            word if word.starts_with('-') => bail!("no such option: {word}"),
            folder => asked.folder = Some(folder.into()),
        }
    }
    Ok(asked)
}

pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let asked = asked(words)?;
    let program = match &asked.program {
        Some(path) => path.canonicalize().context(path.display().to_string())?,
        None => build(root, asked.folder.is_some())?,
    };
    let mut page = std::fs::read_to_string(root.join(PAGE)).context(PAGE)?;
    let before = page.clone();
    let mut faults = Vec::new();
    for example in &EXAMPLES {
        let whole = asked
            .folder
            .as_ref()
            .map(|folder| folder.join(example.whole));
        let source = match &whole {
            Some(path) => path.clone(),
            None => root.join("examples").join(example.name).join("extract.csv"),
        };
        let data = root.join("target/real-data").join(example.name);
        let of = if whole.is_some() { "whole" } else { "extract" };
        println!("{} ({of}): {}", example.name, source.display());
        check(
            &Program {
                path: program.clone(),
                root,
                data,
            },
            example,
            &source,
            &asked,
            &mut page,
            &mut faults,
        )
        .with_context(|| format!("{} ({of})", example.name))?;
    }
    if page != before {
        if asked.write {
            std::fs::write(root.join(PAGE), &page).context(PAGE)?;
            println!("{PAGE} is written");
        } else {
            faults.push(format!("{PAGE} says otherwise; --write puts it right"));
        }
    }
    for fault in &faults {
        println!("  {fault}");
    }
    ensure!(faults.is_empty(), "{} differences", faults.len());
    println!("every figure agrees, or its records are in explained.csv");
    Ok(())
}

fn check(
    program: &Program<'_>,
    example: &Example,
    source: &Path,
    asked: &Asked,
    page: &mut String,
    faults: &mut Vec<String>,
) -> Result<()> {
    let whole = asked.folder.is_some();
    let product = program.import(example, source)?;
    let rows = Table::read(source)?;
    let read = match example.name {
        "boston-311" => boston::read(&product)?,
        _ => uci::read(&product, &rows)?,
    };
    let folder = program.root.join("examples").join(example.name);
    let stated = stated(&folder, whole)?;
    faults.extend(differences(&read.figures, &stated));
    explain(&folder, example, &rows, &read.explained, asked, faults)?;

    let beside = Beside {
        found: &read.figures,
        stated: &stated,
    };
    let of = if whole { "whole" } else { "extract" };
    let mut tables = match example.name {
        "boston-311" => boston::tables(&beside, whole),
        _ => uci::tables(&beside, whole),
    };
    if whole {
        tables.push('\n');
        tables.push_str(&read.more);
    }
    put(page, &format!("{} {of}", example.name), &tables)?;
    put(
        page,
        &format!("{} {of} import", example.name),
        &counted(&product)?,
    )?;
    if whole && example.name == "boston-311" {
        // Without an instant: the month is long over, and live figures are quick.
        let scored = program.json(&[
            "score",
            "--standard",
            "desk-monthly",
            "--period",
            score::PERIOD,
            "--json",
        ])?;
        put(page, "boston-311 scores", &score::table(&scored)?)?;
    }
    Ok(())
}

/// The figures of the source.
fn stated(folder: &Path, whole: bool) -> Result<Figures> {
    let path = folder.join("figures.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let figures: Value = serde_json::from_str(&text)?;
    let of = figures[if whole { "whole" } else { "extract" }].as_object();
    of.cloned().context("figures.json")
}

fn ids(source: &Table, column: &str) -> Vec<String> {
    source
        .lines()
        .map(|line| line.get(column).to_owned())
        .collect()
}

/// The list kept with the example holds exactly the records that were found; of an extract, its part of them.
fn explain(
    folder: &Path,
    example: &Example,
    source: &Table,
    found: &[Explained],
    asked: &Asked,
    faults: &mut Vec<String>,
) -> Result<()> {
    let path = folder.join("explained.csv");
    let header = ["figure", "record", "source", "product", "why"];
    let rows: Vec<[&str; 5]> = found
        .iter()
        .map(|e| [e.figure, &e.record, &e.source, &e.product, e.why])
        .collect();
    if asked.folder.is_some() && asked.write {
        let mut writer = csv::Writer::from_path(&path)?;
        writer.write_record(header)?;
        for row in &rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
    }
    let kept = Table::read(&path)?;
    let ids: std::collections::HashSet<String> = (example.of_source)(source).into_iter().collect();
    let kept: Vec<[&str; 5]> = kept
        .lines()
        .filter(|line| ids.contains(line.get("record")))
        .map(|line| header.map(|column| line.get(column)))
        .collect();
    for row in rows.iter().filter(|row| !kept.contains(row)) {
        faults.push(format!(
            "{}: {} is not explained: {:?}",
            example.name, row[1], row
        ));
    }
    for row in kept.iter().filter(|row| !rows.contains(row)) {
        faults.push(format!(
            "{}: {} is explained and was not found: {:?}",
            example.name, row[1], row
        ));
    }
    println!("  {} records explained", rows.len());
    Ok(())
}

/// Replaces what stands between the markers of a name.
fn put(page: &mut String, name: &str, text: &str) -> Result<()> {
    let begin = format!("<!-- {name} -->\n");
    let end = "<!-- end -->";
    let from = page
        .find(&begin)
        .with_context(|| format!("{PAGE} has no marker {begin}"))?
        + begin.len();
    let to = from
        + page[from..]
            .find(end)
            .with_context(|| format!("{name}: no end"))?;
    page.replace_range(from..to, &format!("\n{}\n\n", text.trim_end()));
    Ok(())
}

/// How the rows added up and what replaying them said.
fn counted(product: &Product) -> Result<String> {
    let of = |value: &Value, key: &str| {
        value[key]
            .as_i64()
            .with_context(|| format!("{key} in {value}"))
    };
    let (rows, imported, refused) = (
        of(&product.imported, "rows")?,
        of(&product.imported, "imported")?,
        of(&product.imported, "refused")?,
    );
    ensure!(
        rows == imported + refused,
        "{rows} rows, {imported} imported, {refused} refused"
    );
    ensure!(
        product.verified["ok"] == true,
        "verify: {}",
        product.verified
    );
    let mut page = String::from("| | |\n| --- | ---: |\n");
    let mut add = |title: &str, value: &Value| {
        page.push_str(&format!("| {title} | {} |\n", figures::shown(value)));
    };
    for (title, key) in [
        ("rows", "rows"),
        ("imported", "imported"),
        ("refused", "refused"),
        ("records", "records"),
        ("steps after opening", "steps"),
        (
            "links to records that are not in the unit or the file",
            "links_outside",
        ),
        ("units, the unassigned one among them", "units_added"),
    ] {
        add(title, &product.imported[key]);
    }
    for (key, count) in product.imported["marked"].as_object().into_iter().flatten() {
        add(&format!("rows marked `{key}`"), count);
    }
    for (key, count) in product.imported["anomalies"]
        .as_object()
        .into_iter()
        .flatten()
    {
        add(&format!("entries marked `{key}`"), count);
    }
    for (title, key) in [
        ("verify: records, registers among them", "records"),
        ("verify: entries", "entries"),
        ("verify: duties decided", "duties"),
        ("verify: duties to do", "to_do"),
        ("verify: tallies", "tallies"),
        ("verify: faults", "fault_count"),
    ] {
        add(title, &product.verified[key]);
    }
    Ok(page)
}

/// The program on a database of its own.
struct Program<'r> {
    path: PathBuf,
    root: &'r Path,
    data: PathBuf,
}

impl Program<'_> {
    /// A fresh database with the source imported, verified and exported.
    fn import(&self, example: &Example, source: &Path) -> Result<Product> {
        if self.data.exists() {
            std::fs::remove_dir_all(&self.data)?;
        }
        std::fs::create_dir_all(&self.data)?;
        let pack = self
            .root
            .join("packs/service-request")
            .display()
            .to_string();
        self.run(&["init", "--pack", &pack, "--zone", example.zone])?;
        let map = self
            .root
            .join("examples")
            .join(example.name)
            .join("map.yaml");
        let text = |path: &Path| path.display().to_string();
        let imported = self.json(&["import", "--map", &text(&map), &text(source), "--json"])?;
        println!("  {imported}");
        let verified = self.json(&["verify", "--as-of", example.as_of, "--json"])?;
        let export = |what: &str| -> Result<Table> {
            let path = self.data.join(format!("{what}.csv"));
            let out = text(&path);
            self.run(&[
                "export",
                what,
                "--kind",
                "request",
                "--as-of",
                example.as_of,
                "-o",
                &out,
            ])?;
            Table::read(&path)
        };
        let product = Product {
            imported,
            verified,
            records: export("records")?,
            entries: export("entries")?,
            duties: export("duties")?,
        };
        // Registers are entries too; of requests there is one for each opening and each step.
        let steps = product.imported["records"]
            .as_u64()
            .zip(product.imported["steps"].as_u64());
        let (records, steps) = steps.context("the import counts no records")?;
        ensure!(
            product.records.len() as u64 == records
                && product.entries.len() as u64 == records + steps,
            "{} records and {} entries exported of {records} records and {steps} steps",
            product.records.len(),
            product.entries.len()
        );
        Ok(product)
    }

    fn run(&self, words: &[&str]) -> Result<String> {
        let (first, rest) = words.split_first().context("no command")?;
        let mut command = Command::new(&self.path);
        command.arg(first);
        let mut rest = rest.iter();
        if *first == "export" {
            command.args(rest.next());
        }
        let output = command.arg("--data").arg(&self.data).args(rest).output()?;
        ensure!(
            output.status.success(),
            "guanjia {first}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The last line that the program printed.
    fn json(&self, words: &[&str]) -> Result<Value> {
        let text = self.run(words)?;
        let last = text
            .lines()
            .last()
            .with_context(|| format!("{words:?} says nothing"))?;
        Ok(serde_json::from_str(last)?)
    }
}

/// The program of these sources; the whole files ask for a quick one.
fn build(root: &Path, release: bool) -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(["build", "--package", "guanjia", "--locked"]);
    if release {
        command.arg("--release");
    }
    ensure!(command.status()?.success(), "the program does not build");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join(if release {
        "release/guanjia"
    } else {
        "debug/guanjia"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() -> Result<()> {
        let mut page =
            "before\n<!-- a -->\nold\n<!-- end -->\nafter <!-- b -->\n<!-- end -->\n".to_owned();
        put(&mut page, "a", "new\n")?;
        assert_eq!(
            page,
            "before\n<!-- a -->\n\nnew\n\n<!-- end -->\nafter <!-- b -->\n<!-- end -->\n"
        );
        assert!(put(&mut page, "c", "").is_err());
        Ok(())
    }

    #[test]
    fn a_folder_an_own_program_and_writing_may_be_asked_for() -> Result<()> {
        let asked = asked(&["--write", "--program", "p", "data"])?;
        assert!(asked.write);
        assert_eq!(asked.folder, Some("data".into()));
        assert_eq!(asked.program, Some("p".into()));
        assert!(super::asked(&["--wrong"]).is_err());
        Ok(())
    }
}
