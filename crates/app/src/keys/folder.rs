//! The folder of a key store: the file of wrapped keys, the master that unwraps them, and a lock that tells whether anybody uses them.

use super::KeysError;
use super::wrap::Key;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Wrapped keys.
const FILE: &str = "keys.dat";
/// The master in hexadecimal, unless the environment holds it.
const MASTER: &str = "master.key";
/// Shared by whoever has the store open; a rotation wants it alone.
const LOCK: &str = "lock";
/// What a file is called while it is being made.
const NEW: &str = "new";

/// Holds the master in place of the file: 64 hexadecimal digits.
pub const MASTER_VARIABLE: &str = "GUANJIA_MASTER_KEY";
/// Holds the next master while `keys rotate` runs, where the master is in the environment.
pub const NEW_MASTER_VARIABLE: &str = "GUANJIA_NEW_MASTER_KEY";

#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
    pub(super) fn file(&self) -> PathBuf {
        self.0.join(FILE)
    }
    pub(super) fn new_file(&self) -> PathBuf {
        self.0.join(FILE).with_extension(NEW)
    }
    fn master_file(&self) -> PathBuf {
        self.0.join(MASTER)
    }
    fn new_master_file(&self) -> PathBuf {
        self.0.join(MASTER).with_extension(NEW)
    }

    pub(super) fn create(&self) -> Result<(), KeysError> {
        fs::create_dir_all(&self.0)?;
        only_ours_folder(&self.0)
    }

    /// The lock, shared with others who use the store.
    pub(super) fn shared(&self) -> Result<File, KeysError> {
        let lock = self.lock_file()?;
        lock.lock_shared()?;
        Ok(lock)
    }

    /// The lock, alone.
    ///
    /// # Errors
    /// `InUse`.
    pub(super) fn alone(&self) -> Result<File, KeysError> {
        let lock = self.lock_file()?;
        lock.try_lock().map_err(|_| KeysError::InUse)?;
        Ok(lock)
    }

    fn lock_file(&self) -> Result<File, KeysError> {
        Ok(OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.0.join(LOCK))?)
    }

    /// The master, from the environment or the file, and whether the file is anybody else's to read.
    pub(super) fn master(&self) -> Result<Key, KeysError> {
        if let Some(text) = std::env::var_os(MASTER_VARIABLE) {
            return text
                .to_str()
                .and_then(parse)
                .ok_or(KeysError::MasterUnreadable);
        }
        read_master(&self.master_file())
    }

    /// The master that a rotation had made before it was stopped.
    pub(super) fn next_master(&self) -> Option<Key> {
        read_master(&self.new_master_file()).ok()
    }

    /// Keeps a new master beside the one that holds; nowhere if the environment holds it.
    pub(super) fn keep_next(&self, master: &Key) -> Result<(), KeysError> {
        if std::env::var_os(MASTER_VARIABLE).is_some() {
            return Ok(());
        }
        write_master(&self.new_master_file(), master)
    }

    pub(super) fn keep(&self, master: &Key) -> Result<(), KeysError> {
        write_master(&self.master_file(), master)
    }

    /// The next master becomes the one that holds.
    pub(super) fn adopt_next(&self) -> Result<(), KeysError> {
        if self.new_master_file().exists() {
            fs::rename(self.new_master_file(), self.master_file())?;
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&self) -> Result<(), KeysError> {
        Ok(File::open(&self.0)?.sync_all()?)
    }

    /// What is not as it should be, in words.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for path in [self.0.clone(), self.file(), self.master_file()] {
            if path.exists() && is_others(&path) {
                faults.push(format!(
                    "“{0}”别人也能读；运行 chmod go-rwx {0} (others can read it)",
                    path.display()
                ));
            }
        }
        faults
    }
}

fn read_master(path: &Path) -> Result<Key, KeysError> {
    let text = fs::read_to_string(path).map_err(|_| KeysError::MasterMissing)?;
    parse(&text).ok_or(KeysError::MasterUnreadable)
}

/// A master from an environment variable.
pub(super) fn from_environment(variable: &str) -> Option<Key> {
    parse(std::env::var_os(variable)?.to_str()?)
}

fn parse(text: &str) -> Option<Key> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(Key(key))
}

fn write_master(path: &Path, master: &Key) -> Result<(), KeysError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    let text: String = master.0.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{text}")?;
    Ok(file.sync_all()?)
}

/// Nobody but the owner reads a file.
pub(super) fn only_ours(path: &Path) -> Result<(), KeysError> {
    set_mode(path, 0o600)
}
fn only_ours_folder(path: &Path) -> Result<(), KeysError> {
    set_mode(path, 0o700)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<(), KeysError> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}
#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> Result<(), KeysError> {
    Ok(())
}

#[cfg(unix)]
fn is_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}
#[cfg(not(unix))]
fn is_others(_: &Path) -> bool {
    false
}
