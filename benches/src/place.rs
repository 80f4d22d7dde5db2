//! Databases to measure on: copies of one that was built once, so that every round begins from the same state.

use anyhow::{Context, Result, bail};
use app::Keys;
use postgres::{Client, NoTls};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Location;

static MADE: AtomicUsize = AtomicUsize::new(0);

/// Where copies are made.
pub(crate) enum Place {
    /// A folder on the disk that is measured.
    Folder(PathBuf),
    /// A server whose user may create databases: its address up to the database's name, and where the keys of its databases are.
    Server {
        url: String,
        host: String,
        keys: PathBuf,
    },
}

/// A database that goes when this does.
pub(crate) struct Home {
    location: Location,
    pub(crate) keys: PathBuf,
    remove: Remove,
}

enum Remove {
    Folder(PathBuf),
    Database { url: String, name: String },
}

impl Place {
    pub(crate) fn server(url: &str, keys: &Path) -> Result<Self> {
        let (host, _) = url.rsplit_once('/').context("the URL ends in a database")?;
        Ok(Self::Server {
            url: url.to_owned(),
            host: host.to_owned(),
            keys: keys.to_owned(),
        })
    }

    /// An empty database.
    pub(crate) fn empty(&self) -> Result<Home> {
        self.make(None)
    }

    /// A copy of a database that nobody has open.
    pub(crate) fn copy(&self, of: &Home) -> Result<Home> {
        self.make(Some(of))
    }

    fn make(&self, of: Option<&Home>) -> Result<Home> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("guanjia_bench_{}_{number}", std::process::id());
        let home = match self {
            Self::Folder(root) => {
                let folder = root.join(name);
                fs::create_dir(&folder)?;
                let home = Home {
                    location: Location::folder(&folder),
                    keys: folder.join("keys"),
                    remove: Remove::Folder(folder),
                };
                if let Some(of) = of {
                    fs::copy(of.file()?, home.file()?)?;
                    // What the kernel still has to write must not be waited for by somebody's commit.
                    File::open(home.file()?)?.sync_all()?;
                }
                home
            }
            Self::Server { url, host, keys } => {
                let template = match of.map(|of| &of.remove) {
                    Some(Remove::Database { name, .. }) => name,
                    _ => "template0",
                };
                Client::connect(url, NoTls)?.batch_execute(&format!(
                    "create database {name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template {template}"
                ))?;
                Home {
                    location: Location::Url(format!("{host}/{name}")),
                    keys: keys.join(format!("{name}.keys")),
                    remove: Remove::Database {
                        url: url.clone(),
                        name,
                    },
                }
            }
        };
        if let Some(keys) = of.map(|of| &of.keys).filter(|keys| keys.is_dir()) {
            fs::create_dir(&home.keys)?;
            for file in fs::read_dir(keys)? {
                let file = file?;
                fs::copy(file.path(), home.keys.join(file.file_name()))?;
            }
        }
        Ok(home)
    }
}

impl Home {
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }
    /// What is private is sealed as it would be at a desk, under keys in a file beside the database.
    pub(crate) fn keys(&self) -> Result<Keys> {
        Ok(match Keys::open(&self.keys) {
            Ok(keys) => keys,
            Err(_) => app::keys::create(&self.keys)?,
        })
    }
    pub(crate) fn file(&self) -> Result<&Path> {
        match &self.location {
            Location::File(file) => Ok(file),
            Location::Url(_) => bail!("a database on a server has no file here"),
        }
    }
    /// Pages of 4 KiB in the write-ahead log.
    pub(crate) fn log_pages(&self) -> Result<u64> {
        let mut log = self.file()?.as_os_str().to_owned();
        log.push("-wal");
        // A header of 32 bytes; each page has one of 24.
        let bytes = fs::metadata(log).map_or(0, |it| it.len());
        Ok(bytes.saturating_sub(32) / (4096 + 24))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed is left to the owner of the folder or server.
        match &self.remove {
            Remove::Folder(folder) => drop(fs::remove_dir_all(folder)),
            Remove::Database { url, name } => {
                if let Ok(mut client) = Client::connect(url, NoTls) {
                    let _ = client
                        .batch_execute(&format!("drop database if exists {name} with (force)"));
                }
            }
        }
    }
}
