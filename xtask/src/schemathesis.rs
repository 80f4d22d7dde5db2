//! Property-based requests against the description of the API: Schemathesis makes them up, the program answers, over a demo of its own.
//!
//! No answer may be a fault of the server, and none may differ from its schema or media type. It asks as the manager of a project and as the
//! administrator, by tokens; what would take those tokens from it, or never ends, it leaves alone. Schemathesis is fetched into a folder of
//! the build by Python's own means; nothing is installed elsewhere.

use crate::tidy;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const VERSION: &str = "schemathesis==4.32.5";
/// Whoever asks.
const LOGINS: [&str; 2] = ["wt-manager", "admin"];
const SCOPES: &str = "see do run:exports run:scores run:accounts run:packs run:audit";
/// `listen` never ends; the others end what the caller came with, or change the rules under which all the rest is answered.
const LEFT_ALONE: [&str; 7] = [
    "listen",
    "end_session",
    "end_token",
    "sign_out",
    "reset_password",
    "change_account",
    "activate_pack",
];

/// The folder in which everything is, and the server, which goes when this does.
struct Served {
    child: Child,
    folder: PathBuf,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn run_quietly(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{command:?} did not start"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(said)
}

impl Served {
    fn start(program: &Path, folder: PathBuf) -> Result<Self> {
        let data = folder.join("data");
        run_quietly(
            Command::new(program)
                .args(["init", "--demo", "--data"])
                .arg(&data),
        )?;
        let mut child = Command::new(program)
            .args(["--json", "serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take();
        let mut served = Self {
            child,
            folder,
            address: String::new(),
        };
        let mut said = String::new();
        BufReader::new(output.context("its output")?).read_line(&mut said)?;
        let said: Value = serde_json::from_str(&said).context("the address it serves at")?;
        served.address = said["address"].as_str().unwrap_or_default().to_owned();
        Ok(served)
    }

    fn token(&self, program: &Path, login: &str) -> Result<String> {
        let said = run_quietly(
            Command::new(program)
                .args(["--json", "token", "add", login, "--name", "schemathesis"])
                .args(["--scopes", SCOPES, "--data"])
                .arg(self.folder.join("data")),
        )?;
        let said: Value = serde_json::from_str(&said)?;
        Ok(said["token"].as_str().context("a token")?.to_owned())
    }

    fn get(&self, path: &str, token: &str) -> Result<Value> {
        let host = self.address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("a body")?;
        ensure!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        Ok(serde_json::from_str(body)?)
    }
}

/// Words for the parts of addresses, so that requests reach what is there: made-up ones lead nowhere and are answered 404 each time.
fn known(records: &Value, cards: &Value, period: &str) -> Result<String> {
    let ids = |list: &Value| -> Vec<String> {
        let ids = list.as_array().into_iter().flatten();
        ids.filter_map(|one| Some(one["id"].as_str()?.to_owned()))
            .take(3)
            .collect()
    };
    let (records, cards) = (ids(&records["records"]), ids(&cards["cards"]));
    ensure!(
        !records.is_empty() && !cards.is_empty(),
        "the demo has no records"
    );
    let period = [period.to_owned()];
    let texts = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    let parameters = [
        ("path.unit", texts(&["WT"])),
        ("path.record", records),
        ("path.card", cards),
        (
            "path.step",
            texts(&["send", "accept", "arrive", "complete", "follow-up"]),
        ),
        ("path.kind", texts(&["repair", "visit", "complaint"])),
        ("path.standard", texts(&["scorecard-100"])),
        ("path.period", period.to_vec()),
        ("path.clause", texts(&["A2", "A3"])),
        ("path.duty", texts(&["send", "accept"])),
        ("path.parameter", texts(&["repair.send.normal"])),
        ("path.login", texts(&["wt-desk"])),
        ("query.kind", texts(&["repair", "visit", "notice"])),
        ("query.standard", texts(&["scorecard-100"])),
        ("query.period", period.to_vec()),
        ("query.unit", texts(&["WT"])),
    ];
    let mut said = String::from("[parameters]\n");
    for (name, values) in parameters {
        said.push_str(&format!(
            "\"{name}\" = {}\n",
            serde_json::to_string(&values)?
        ));
    }
    said.push_str("\"path.seq\" = [1]\n\"path.occurrence\" = [1]\n");
    Ok(said)
}

/// Schemathesis, where the build keeps it.
fn tool(target: &Path) -> Result<PathBuf> {
    let home = target.join("schemathesis");
    let tool = home.join("bin/schemathesis");
    if !tool.is_file() {
        println!("schemathesis: fetching {VERSION} into {}", home.display());
        run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run_quietly(Command::new(home.join("bin/pip")).args(["install", "--quiet", VERSION]))?;
    }
    Ok(tool)
}

/// Asks with so many made-up requests an operation and caller.
pub(crate) fn run(target: &Path, words: &[&str]) -> Result<()> {
    let examples = match words {
        [] => 50,
        ["--examples", count] => count.parse::<u32>().context("--examples N")?,
        _ => bail!("cargo xtask schemathesis [--examples N]"),
    };
    let tool = tool(target)?;
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--package", "guanjia"])
        .current_dir(tidy::root())
        .status()?;
    ensure!(built.success(), "the program was not built");
    let program = target.join("debug/guanjia");
    let folder = target.join(format!("schemathesis-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let served = Served::start(&program, folder)?;
    // What is there is asked for by whoever may see it; the administrator sees neither orders nor scores, and is to be told so well.
    let manager = served.token(&program, LOGINS[0])?;
    let records = served.get("/api/units/WT/records?kind=repair&limit=3", &manager)?;
    let period = records["as_of"].as_str().and_then(|at| at.get(..7));
    let period = period.context("a month")?;
    let cards = format!("/api/units/WT/scorecards?standard=scorecard-100&period={period}");
    let cards = served.get(&cards, &manager)?;
    let config = served.folder.join("schemathesis.toml");
    fs::write(&config, known(&records, &cards, period)?)?;
    for login in LOGINS {
        let token = served.token(&program, login)?;
        println!("schemathesis: as {login}");
        let status = Command::new(&tool)
            .arg("--config-file")
            .arg(&config)
            .arg("run")
            .arg(tidy::root().join("openapi.json"))
            .args(["--url", &served.address])
            .args(["--header", &format!("Authorization: Bearer {token}")])
            .args(["--max-examples", &examples.to_string()])
            .args(["--phases", "examples,coverage,fuzzing", "--workers", "2"])
            .args([
                "--checks",
                "not_a_server_error,status_code_conformance,response_schema_conformance,content_type_conformance",
            ])
            .args(
                LEFT_ALONE
                    .iter()
                    .flat_map(|name| ["--exclude-operation-id", name]),
            )
            .args(["--continue-on-failure", "--request-timeout", "30"])
            .args(["--suppress-health-check", "all", "--warnings", "off"])
            .current_dir(&served.folder)
            .status()?;
        ensure!(status.success(), "schemathesis found something");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_are_pointed_at_what_is_there() {
        let records = json!({"records": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}]});
        let said = known(&records, &json!({"cards": [{"id": "x"}]}), "2026-03").unwrap();
        assert!(said.starts_with("[parameters]\n"));
        assert!(said.contains("\"path.record\" = [\"a\",\"b\",\"c\"]\n"));
        assert!(said.contains("\"query.period\" = [\"2026-03\"]\n"));
        assert!(known(&json!({"records": []}), &json!({"cards": []}), "2026-03").is_err());
    }
}
