//! What happens to a key store as a whole: it is made, copied, brought back, put under another master.
//!
//! A copy is still wrapped, so it is worth nothing without its master, and a master that was rotated away opens the old copies only. Bringing a
//! copy back never brings back a key that was destroyed since: the file that is there says which, and the database's journals say it again.

use super::file::{Header, KeyFile};
use super::folder::{self, Folder, MASTER_VARIABLE, NEW_MASTER_VARIABLE};
use super::wrap::{Key, Wrapper};
use super::{Keys, KeysError, begin, header};
use std::fs;
use std::path::Path;

/// Slots left without a key after a copy has been brought back: numbers that were given out after it was made are not given out again.
const GAP: u64 = 1 << 20;

/// Makes a key store with a master of its own, which goes into the folder unless the environment holds one.
///
/// # Errors
/// `Exists`.
pub fn create(path: &Path) -> Result<Keys, KeysError> {
    let folder = Folder::new(path);
    if folder.file().exists() {
        return Err(KeysError::Exists);
    }
    folder.create()?;
    let _alone = folder.alone()?;
    let (mut master, mut head) = begin()?;
    if std::env::var_os(MASTER_VARIABLE).is_some() {
        master = folder.master()?;
        head = header(&master, head.id, &Key::random()?)?;
    } else {
        folder.keep(&master)?;
    }
    KeyFile::create(&folder.file(), &head)?;
    folder.flush()?;
    drop(_alone);
    Keys::open(path)
}

impl Keys {
    /// Copies the wrapped keys of a folder. The master is not among them: it is kept elsewhere.
    ///
    /// # Errors
    /// A file that is there already.
    pub fn backup(path: &Path, to: &Path) -> Result<u64, KeysError> {
        let folder = Folder::new(path);
        let _used = folder.shared()?;
        if to.exists() {
            return Err(KeysError::Exists);
        }
        let bytes = fs::copy(folder.file(), to)?;
        folder::only_ours(to)?;
        fs::File::open(to)?.sync_all()?;
        Ok(bytes)
    }

    /// What is not as it should be with a folder, in words.
    pub fn faults(path: &Path) -> Vec<String> {
        Folder::new(path).faults()
    }
}

/// Wraps every key under a new master. The old one opens nothing any more but old copies: destroy it, and they are worthless too.
///
/// # Errors
/// `InUse`; where the master is in the environment, no next one beside it.
pub fn rotate(path: &Path) -> Result<u64, KeysError> {
    let folder = Folder::new(path);
    let _alone = folder.alone()?;
    let mut old = KeyFile::open(&folder.file())?;
    let head = old.header()?;
    let master = folder.master()?;
    if super::print(&master) != head.print {
        return Err(KeysError::MasterWrong);
    }
    let next = if std::env::var_os(MASTER_VARIABLE).is_some() {
        folder::from_environment(NEW_MASTER_VARIABLE).ok_or(KeysError::MasterMissing)?
    } else {
        Key::random()?
    };
    folder.keep_next(&next)?;
    let moved = rewrap(&folder, &mut [(&mut old, &master)], &head, &next, 0)?;
    fs::rename(folder.new_file(), folder.file())?;
    folder.flush()?;
    folder.adopt_next()?;
    Ok(moved)
}

/// What bringing a copy back did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    pub keys: u64,
}

/// Brings a copy back, under the master that holds: the keys of both, where a file is there, without those that it has destroyed.
///
/// # Errors
/// `InUse`; a copy under another master, or of another store.
pub fn restore(path: &Path, from: &Path) -> Result<Restored, KeysError> {
    let folder = Folder::new(path);
    folder.create()?;
    let _alone = folder.alone()?;
    let mut copy = KeyFile::open(from)?;
    let head = copy.header()?;
    let master = folder.master()?;
    if super::print(&master) != head.print {
        return Err(KeysError::MasterWrong);
    }
    let keys = if folder.file().is_file() {
        let mut there = KeyFile::open(&folder.file())?;
        let now = there.header()?;
        if now.id != head.id || now.print != head.print {
            return Err(KeysError::MasterWrong);
        }
        rewrap(
            &folder,
            &mut [(&mut there, &master), (&mut copy, &master)],
            &now,
            &master,
            0,
        )?
    } else {
        rewrap(&folder, &mut [(&mut copy, &master)], &head, &master, GAP)?
    };
    fs::rename(folder.new_file(), folder.file())?;
    folder.flush()?;
    Ok(Restored { keys })
}

/// Writes the new file: of each number the key that the first file has. A number within the first file that has no key there was destroyed.
fn rewrap(
    folder: &Folder,
    files: &mut [(&mut KeyFile, &Key)],
    head: &Header,
    next: &Key,
    gap: u64,
) -> Result<u64, KeysError> {
    let path = folder.new_file();
    if path.exists() {
        fs::remove_file(&path)?;
    }
    let search = Wrapper::new(files[0].1, head.id).unwrap(0, &head.search)?;
    let wrapper = Wrapper::new(next, head.id);
    let mut file = KeyFile::create(
        &path,
        &Header {
            destroyed: head.destroyed,
            ..header(next, head.id, &search)?
        },
    )?;
    let (mut moved, mut done) = (0, 0);
    for (old, master) in files {
        let unwrapper = Wrapper::new(master, head.id);
        let last = old.last()?;
        for number in done + 1..=last {
            if let Some(wrapped) = old.wrapped(number)? {
                let key = unwrapper.unwrap(number, &wrapped)?;
                file.put(number, &wrapper.wrap(number, &key)?)?;
                moved += 1;
            }
        }
        done = done.max(last);
    }
    file.reserve(done + gap)?;
    file.flush()?;
    Ok(moved)
}
