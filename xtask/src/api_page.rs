//! The commands of `docs/api.md`, run in their order against a program with a demo of its own: the page says what is so.
//!
//! What a reader fills in for himself (`…`) is filled in here from the answers. A status that stands in the comment of a line is expected of
//! it, success of every other. A place of the page that is not there any more fails, so the two change together.

use crate::tidy;
use anyhow::{Context, Result, ensure};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PAGE: &str = "docs/api.md";

/// Every call of curl is looked at: its status, and what came.
const HEAD: &str = r#"set -u
failed=0 calls=0
curl() {
  calls=$((calls + 1))
  command curl -w '%{stderr}%{http_code}' --max-time 5 "$@" 2>status >answer
  cat answer
  got=$(tail -c 3 status)
  case $got in
    ${EXPECT:-2}*) ;;
    *) failed=$((failed + 1)); echo "api-page: $got and not ${EXPECT:-2xx}: $*: $(head -c 700 answer)" >&2 ;;
  esac
}
"#;

/// What a reader does by hand, and what is done here.
const BY_HAND: [(&str, &str); 16] = [
    (
        "guanjia init --data data --demo ",
        "guanjia --json init --data data --demo >made; PASSWORD=$(jq -r .demo.password made) ",
    ),
    (
        "guanjia serve --data data ",
        "guanjia --json serve --data data --listen 127.0.0.1:0 >served & SERVER=$!; trap 'kill $SERVER' EXIT; until [ -s served ]; do sleep 0.1; done ",
    ),
    (
        "export API=http://127.0.0.1:8420",
        "export API=$(jq -r .address served)",
    ),
    ("\"password\": \"…\"", "\"password\": \"'$PASSWORD'\""),
    ("HOME_ID=…", "HOME_ID=$(jq -r '.records[0].id' answer)"),
    ("ID=… ", "ID=$(jq -r .record.id answer) "),
    (
        "step $DESK     send   -d '{}'",
        "api $ENGINEER \"$API/api/me\"; MEMBER=$(jq -r .member answer)\nstep $DESK     send   -d '{}'",
    ),
    ("\"photos\": [\"sha256:…\"]", "\"photos\": [\"'$PHOTO'\"]"),
    (
        "step $ENGINEER complete ",
        "PHOTO=$(jq -r .digest answer)\nstep $ENGINEER complete ",
    ),
    (
        "#   … accept, start, complete again …",
        "step $ENGINEER accept -d '{\"data\": {\"engineer\": \"'$MEMBER'\"}}'; step $ENGINEER start -d '{}'; step $ENGINEER complete -d '{\"data\": {\"result\": \"done\", \"work_done\": \"更换接头\", \"photos\": [\"'$PHOTO'\"]}}'\n",
    ),
    (
        "\"visit_signature\": \"sha256:…\"",
        "\"visit_signature\": \"'$PHOTO'\"",
    ),
    ("CARD=… ", "CARD=$(jq -r '.cards[0].id' answer) "),
    ("LOST=… ", "LOST=$(jq -r '.lost[0].item.record' answer) "),
    ("SEALED=… ", "SEALED=$(jq -r '.cards[0].id' answer) "),
    ("APPEAL=… ", "APPEAL=$(jq -r .record.id answer) "),
    (
        "{\"record\": \"…\", \"step\": \"send\"}, {\"record\": \"…\",",
        "{\"record\": \"'$ID'\", \"step\": \"send\"}, {\"record\": \"'$ID'\",",
    ),
];

/// The blocks of shell commands of a page.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
}

/// The status that the comment of a command expects of it.
fn expected(line: &str) -> Option<&str> {
    let (command, comment) = line.rsplit_once("# ")?;
    if command.trim().is_empty() {
        return None;
    }
    let status = comment.get(..3)?;
    status
        .bytes()
        .all(|sign| sign.is_ascii_digit())
        .then_some(status)
}

/// The page as one script.
fn script(page: &str) -> Result<String> {
    let mut page = blocks(page).collect::<Vec<_>>().join("\n");
    for (by_hand, here) in BY_HAND {
        ensure!(
            page.contains(by_hand),
            "{PAGE} does not say `{by_hand}` any more"
        );
        page = page.replacen(by_hand, here, 1);
    }
    let mut script = HEAD.to_owned();
    for line in page.lines() {
        match expected(line) {
            Some(status) => writeln!(script, "EXPECT={status} {line}")?,
            // It ends when nobody listens: here after a moment.
            None if line.contains("/events\"") => writeln!(script, "EXPECT=200 {line} >/dev/null")?,
            None => writeln!(script, "{line}")?,
        }
    }
    script.push_str(
        "echo \"api-page: $calls calls, $failed not as the page says\" >&2\n[ $failed -eq 0 ]\n",
    );
    Ok(script)
}

/// Builds the program and runs the page in a folder of the build.
pub(crate) fn run(target: &Path) -> Result<()> {
    let page = fs::read_to_string(tidy::root().join(PAGE)).context(PAGE)?;
    let script = script(&page)?;
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--package", "guanjia"])
        .current_dir(tidy::root())
        .status()?;
    ensure!(built.success(), "the program was not built");
    let folder = target.join(format!("api-page-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    // A picture that is one.
    fs::copy(
        tidy::root().join("docs/pictures/dispatch.en.png"),
        folder.join("done.jpg"),
    )
    .context("a picture")?;
    let path = format!(
        "{}:{}",
        target.join("debug").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let ran = Command::new("bash")
        .args(["-c", &script])
        .env("PATH", path)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("bash, curl and jq are needed");
    fs::remove_dir_all(&folder)?;
    ensure!(ran?.success(), "{PAGE} says what is not so");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_a_script() {
        let page = fs::read_to_string(tidy::root().join(PAGE)).unwrap();
        let script = script(&page).unwrap();
        assert!(
            script.contains("EXPECT=422 step $STEWARD archive"),
            "{script}"
        );
        assert!(!script.contains("\"sha256:…\""), "{script}");
    }

    #[test]
    fn a_status_in_a_comment_is_expected() {
        assert_eq!(
            expected("step $X archive -d '{}'   # 422 condition-fails"),
            Some("422")
        );
        for line in [
            "api $X \"$API\"   # name, postings",
            "step $X send",
            "# 42",
            "   # 422 or 409",
        ] {
            assert_eq!(expected(line), None, "{line}");
        }
    }
}
