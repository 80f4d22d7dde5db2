//! A throw-away PostgreSQL: a cluster in a temporary folder, on a free port, gone when its owner ends, however it ends.
//!
//! The server runs under a small shell that waits on a pipe from this process. When the pipe closes, by `Drop`, by Ctrl-C or by a kill that
//! nobody can catch, the shell stops the server and removes the folder. PostgreSQL refuses to run as root, so for root another account runs it.
//! It installs nothing: a missing server is named in one line.

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The variable that tests and benches read.
pub(crate) const VARIABLE: &str = "GUANJIA_TEST_POSTGRES";
/// The oldest server that the store accepts.
const OLDEST: u32 = 15;
const START: Duration = Duration::from_secs(60);
/// Between asking for a free port and using it another process may take it.
const PORTS: u32 = 5;

/// The server reads nothing from us; the shell does, and learns that we are gone.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -h 127.0.0.1 $4 >>"$2/log" 2>&1 </dev/null &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"#;

/// Whether commits reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// For benches: as a server is set up that people rely on.
    Full,
    /// For tests: nothing survives a power cut, and nothing has to.
    None,
}

/// A running server; stopped and removed when dropped.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    url: String,
}

impl Cluster {
    /// Makes and starts a cluster with UTF-8 and C collation, and waits until it answers.
    pub(crate) fn start(durability: Durability) -> Result<Self> {
        let bin = binaries()?;
        let account = Account::for_server()?;
        let password = password()?;
        let folder = folder(&account)?;
        let made = initialise(&bin, &folder, &account, &password);
        let started = made.and_then(|()| serve(&bin, &folder, &account, durability));
        match started {
            Ok((keeper, port)) => Ok(Self {
                keeper,
                url: format!("postgres://guanjia:{password}@127.0.0.1:{port}/postgres"),
            }),
            Err(error) => {
                // The folder of a cluster that never ran is of use to nobody.
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }
    /// `postgres://user:password@127.0.0.1:port/postgres`, of a superuser, who may create databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing is left to do with a failure.
        let _ = self.keeper.wait();
    }
}

/// Runs a command with the URL of a cluster of its own in [`VARIABLE`]; answers the command's own code.
pub(crate) fn run(durability: Durability, command: &[&str]) -> Result<ExitCode> {
    let [program, arguments @ ..] = command else {
        bail!("which command? cargo xtask postgres [--durable] -- COMMAND");
    };
    let cluster = Cluster::start(durability)?;
    let status = Command::new(program)
        .args(arguments)
        .env(VARIABLE, cluster.url())
        .status()
        .with_context(|| format!("cannot run {program}"))?;
    // A command ended by a signal has no code.
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// Who runs the server: this user, unless that is root.
struct Account(Option<(u32, u32)>);

impl Account {
    fn for_server() -> Result<Self> {
        if number(&["-u"])? != 0 {
            return Ok(Self(None));
        }
        let name = ["postgres", "nobody"]
            .into_iter()
            .find(|it| number(&["-u", it]).is_ok())
            .context(
                "PostgreSQL refuses to run as root, and there is no account postgres or nobody",
            )?;
        Ok(Self(Some((number(&["-u", name])?, number(&["-g", name])?))))
    }
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }
    fn own(&self, path: &Path) -> Result<()> {
        if let Some((user, group)) = self.0 {
            chown(path, Some(user), Some(group))?;
        }
        Ok(())
    }
}

fn number(arguments: &[&str]) -> Result<u32> {
    let output = Command::new("id").args(arguments).output()?;
    ensure!(output.status.success(), "no such account");
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// The folder with the newest `postgres` and `initdb` of this machine.
fn binaries() -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    let installed = [
        "/usr/lib/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/usr",
    ]
    .iter()
    .filter_map(|it| fs::read_dir(it).ok())
    .flatten()
    .filter_map(|it| Some(it.ok()?.path().join("bin")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    for bin in std::env::split_paths(&path).chain(installed) {
        if ["postgres", "initdb", "pg_isready"]
            .iter()
            .all(|it| bin.join(it).is_file())
            && let Ok(major) = major(&bin)
        {
            found.push((major, bin));
        }
    }
    found.sort();
    match found.pop() {
        Some((major, bin)) if major >= OLDEST => Ok(bin),
        Some((major, _)) => {
            bail!("PostgreSQL {OLDEST} or later is needed, this machine has {major}")
        }
        None => bail!("no PostgreSQL server on this machine: install postgresql-{OLDEST} or later"),
    }
}

fn major(bin: &Path) -> Result<u32> {
    let output = Command::new(bin.join("postgres"))
        .arg("--version")
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let digits = text
        .split(|it: char| !it.is_ascii_digit())
        .find(|it| !it.is_empty());
    Ok(digits.context("no version")?.parse()?)
}

fn password() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}

fn folder(account: &Account) -> Result<PathBuf> {
    let name = format!(
        "guanjia-postgres-{}-{}",
        std::process::id(),
        &password()?[..8]
    );
    // A socket's path may have 107 bytes; a deep TMPDIR leaves too few.
    let temporary = Some(std::env::temp_dir())
        .filter(|it| it.as_os_str().len() < 60)
        .unwrap_or_else(|| PathBuf::from("/tmp"));
    let folder = temporary.join(name);
    fs::create_dir(&folder)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    account.own(&folder)?;
    Ok(folder)
}

fn initialise(bin: &Path, folder: &Path, account: &Account, password: &str) -> Result<()> {
    let secret = folder.join("password");
    fs::write(&secret, password)?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
    account.own(&secret)?;
    let output = account
        .command(&bin.join("initdb"))
        .arg("-D")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&secret)
        .args([
            "--username=guanjia",
            "--auth=scram-sha-256",
            "--locale=C",
            "--encoding=UTF8",
            "--no-sync",
        ])
        .current_dir("/")
        .output()?;
    ensure!(
        output.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn serve(
    bin: &Path,
    folder: &Path,
    account: &Account,
    durability: Durability,
) -> Result<(Child, u16)> {
    let settings = match durability {
        Durability::Full => "-c max_connections=200 -c timezone=UTC -c shared_buffers=256MB",
        Durability::None => {
            "-c max_connections=200 -c timezone=UTC -c fsync=off -c full_page_writes=off"
        }
    };
    for _ in 0..PORTS {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut keeper = account
            .command(Path::new("/bin/sh"))
            .args(["-c", KEEPER, "keeper"])
            .arg(bin)
            .arg(folder)
            .arg(port.to_string())
            .arg(settings)
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()?;
        if answers(bin, folder, port)? {
            return Ok((keeper, port));
        }
        // Not by closing the pipe: that would remove the folder, which the next port needs.
        keeper.kill()?;
        keeper.wait()?;
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    bail!("PostgreSQL does not start:\n{log}")
}

/// False as soon as the server has given up.
fn answers(bin: &Path, folder: &Path, port: u16) -> Result<bool> {
    let started = Instant::now();
    let pid = folder.join("data").join("postmaster.pid");
    let mut seen = false;
    while started.elapsed() < START {
        let ready = Command::new(bin.join("pg_isready"))
            .args([
                "-q",
                "-h",
                "127.0.0.1",
                "-U",
                "guanjia",
                "-d",
                "postgres",
                "-p",
            ])
            .arg(port.to_string())
            .status()?;
        let runs = pid.exists();
        if ready.success() && runs {
            return Ok(true);
        }
        if (seen && !runs) || (!seen && started.elapsed() > Duration::from_secs(10)) {
            return Ok(false);
        }
        seen |= runs;
        std::thread::sleep(Duration::from_millis(30));
    }
    Ok(false)
}
