//! The key store: what opens private values, kept apart from the database that holds them.
//!
//! A value is sealed under a key of its own record, and under the key of the person whom it tells of where its field names one; either of them
//! destroyed, nobody reads it again, in the journal, in a copy of the database or in a backup. Keys are made in blocks that are on the disk
//! before the first of them is used, so that sealing waits for no disk. Under `master.key`, or a master in the environment, they are wrapped;
//! without it the file says nothing.
//!
//! It knows neither records nor persons: keys have numbers, and who has which is the database's to say.

mod content;
mod file;
mod folder;
mod maintain;
mod wrap;

pub use folder::{MASTER_VARIABLE, NEW_MASTER_VARIABLE};
pub use maintain::{Restored, create, restore, rotate};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::id::UnitId;
use domain::name::Name;
use domain::record::Token;
use domain::value::{Sealed, Value};
use file::{Header, KeyFile};
use folder::Folder;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wrap::{Key, Wrapper};

pub(crate) use content::Content;

/// The first block of keys of a process, and the largest; each is twice the one before.
const FIRST_BLOCK: usize = 16;
const LARGEST_BLOCK: usize = 1024;
/// Keys remembered; beyond it memory starts afresh.
const REMEMBERED: usize = 50_000;

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the key store cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error("the key store is damaged, or its master key is another")]
    Damaged,
    #[error("there is no master key")]
    MasterMissing,
    #[error("the master key is not 64 hexadecimal digits")]
    MasterUnreadable,
    #[error("the master key is not the one of this key store")]
    MasterWrong,
    #[error("the database belongs to another key store")]
    OfAnother,
    #[error("the key store is in use")]
    InUse,
    #[error("there is a key store already")]
    Exists,
    #[error("the machine gives no random numbers")]
    NoRandomness,
}

/// What opening a sealed value gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Value(Value),
    /// One of its keys was destroyed.
    Erased,
}

/// An open key store. Clones share it.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    id: [u8; 16],
    wrapper: Wrapper,
    search: Key,
    state: Mutex<State>,
    /// Held as long as the store is open.
    _lock: Option<File>,
}

struct State {
    file: KeyFile,
    /// Keys that were made and not yet given out.
    fresh: Vec<(u64, Key)>,
    block: usize,
    known: HashMap<u64, Key>,
    /// The file's count of destructions when `known` was last true.
    destroyed: u64,
}

impl Keys {
    /// Opens a key store that exists.
    ///
    /// # Errors
    /// A file or a master that is not there, damaged, or of another store.
    pub fn open(folder: &Path) -> Result<Self, KeysError> {
        let folder = Folder::new(folder);
        if !folder.file().is_file() {
            return Err(KeysError::File(std::io::ErrorKind::NotFound.into()));
        }
        let lock = folder.shared()?;
        let mut file = KeyFile::open(&folder.file())?;
        let header = file.header()?;
        let mut master = folder.master();
        // A rotation that was stopped between its two renames.
        if master.as_ref().map(print).ok() != Some(header.print)
            && let Some(next) = folder.next_master()
            && print(&next) == header.print
        {
            folder.adopt_next()?;
            master = Ok(next);
        }
        Self::unlock(file, &header, &master?, Some(lock))
    }

    /// One that lasts as long as the process, for tests and measurements.
    ///
    /// # Errors
    /// A machine without random numbers.
    pub fn volatile() -> Result<Self, KeysError> {
        let (master, header) = begin()?;
        Self::unlock(KeyFile::volatile(&header)?, &header, &master, None)
    }

    fn unlock(
        mut file: KeyFile,
        header: &Header,
        master: &Key,
        lock: Option<File>,
    ) -> Result<Self, KeysError> {
        if print(master) != header.print {
            return Err(KeysError::MasterWrong);
        }
        let wrapper = Wrapper::new(master, header.id);
        let search = wrapper.unwrap(0, &header.search)?;
        let destroyed = file.destroyed()?;
        Ok(Self(Arc::new(Inner {
            id: header.id,
            wrapper,
            search,
            state: Mutex::new(State {
                file,
                fresh: Vec::new(),
                block: FIRST_BLOCK,
                known: HashMap::new(),
                destroyed,
            }),
            _lock: lock,
        })))
    }

    /// What the database remembers it by.
    pub fn id(&self) -> String {
        self.0.id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A key that seals nothing yet. It is on the disk.
    pub fn make(&self) -> Result<i64, KeysError> {
        let mut state = self.state();
        if state.fresh.is_empty() {
            let keys: Vec<Key> = (0..state.block)
                .map(|_| Key::random())
                .collect::<Result<_, _>>()?;
            let numbers = state.file.append(&keys, &self.0.wrapper)?;
            // Given out from the end, so in their order.
            state.fresh = numbers.zip(keys).collect();
            state.fresh.reverse();
            state.block = (state.block * 2).min(LARGEST_BLOCK);
        }
        let (number, key) = state.fresh.pop().ok_or(KeysError::Damaged)?;
        state.remember(number, key);
        i64::try_from(number).map_err(|_| KeysError::Damaged)
    }

    /// Seals a value under a key of its own and, if it tells of one, a person's.
    ///
    /// # Errors
    /// A key that is not there any more.
    pub fn seal(&self, own: i64, person: Option<i64>, value: &Value) -> Result<Sealed, KeysError> {
        let key = self.state().both(&self.0.wrapper, own, person)?;
        let key = key.ok_or(KeysError::Damaged)?;
        let plain = serde_json::to_vec(value).map_err(|_| KeysError::Damaged)?;
        let sealed = key.seal(&plain)?;
        let person = person.unwrap_or(0);
        Ok(Sealed::new(format!(
            "{own:x}.{person:x}.{}",
            BASE64.encode(sealed)
        )))
    }

    /// What was sealed.
    ///
    /// # Errors
    /// A value that was changed since, or that another key store sealed.
    pub fn open_value(&self, sealed: &Sealed) -> Result<Opened, KeysError> {
        let (own, person, cipher) = parts(sealed).ok_or(KeysError::Damaged)?;
        let person = (person != 0).then_some(person);
        let Some(key) = self.state().both(&self.0.wrapper, own, person)? else {
            return Ok(Opened::Erased);
        };
        let cipher = BASE64.decode(cipher).map_err(|_| KeysError::Damaged)?;
        let plain = key.open(&cipher).ok_or(KeysError::Damaged)?;
        serde_json::from_slice(&plain)
            .map(Opened::Value)
            .map_err(|_| KeysError::Damaged)
    }

    /// A key made of one for a purpose; `None` if it was destroyed.
    fn own(&self, number: i64, purpose: &[u8]) -> Result<Option<Key>, KeysError> {
        let mut state = self.state();
        state.refresh()?;
        let number = u64::try_from(number).unwrap_or(0);
        let key = state.key(&self.0.wrapper, number)?;
        Ok(key.map(|key| key.derive(&[purpose])))
    }

    /// What a unit's index holds in place of a term that a field's value may be found by.
    pub fn token(&self, unit: UnitId, kind: &Name, field: &Name, term: &str) -> Token {
        let unit = self.0.search.derive(&[unit.uuid().as_bytes()]);
        let key = unit.derive(&[
            kind.as_str().as_bytes(),
            field.as_str().as_bytes(),
            term.as_bytes(),
        ]);
        let mut token = Token::default();
        token.copy_from_slice(&key.0[..16]);
        token
    }

    /// A keyed digest of something that names a unit from outside, such as a telephone number: it cannot be found by trying them all.
    pub fn digest(&self, what: &str, text: &str) -> [u8; 32] {
        self.0
            .search
            .derive(&[b"digest", what.as_bytes(), text.as_bytes()])
            .0
    }

    /// Destroys keys. How many of them there were.
    pub fn destroy(&self, numbers: &[i64]) -> Result<u64, KeysError> {
        let mut state = self.state();
        let numbers: Vec<u64> = numbers
            .iter()
            .filter_map(|it| u64::try_from(*it).ok())
            .collect();
        let done = state.file.destroy(&numbers)?;
        state.known.clear();
        state.destroyed = state.file.destroyed()?;
        Ok(done)
    }

    /// Which of these keys are there.
    pub fn present(&self, numbers: &[i64]) -> Result<Vec<i64>, KeysError> {
        let mut state = self.state();
        let mut there = Vec::new();
        for number in numbers {
            let slot = u64::try_from(*number).unwrap_or(0);
            if state.file.wrapped(slot)?.is_some() {
                there.push(*number);
            }
        }
        Ok(there)
    }

    /// How many keys were ever made, and how many were destroyed.
    pub fn count(&self) -> Result<(u64, u64), KeysError> {
        let mut state = self.state();
        Ok((state.file.last()?, state.file.destroyed()?))
    }
}

/// The keys under which a value is sealed: its own, and the person's.
pub fn keys_of(sealed: &Sealed) -> Option<(i64, Option<i64>)> {
    let (own, person, _) = parts(sealed)?;
    Some((own, (person != 0).then_some(person)))
}

fn parts(sealed: &Sealed) -> Option<(i64, i64, &str)> {
    let mut parts = sealed.text().splitn(3, '.');
    let number = |text: &str| i64::from_str_radix(text, 16).ok().filter(|it| *it >= 0);
    let own = number(parts.next()?).filter(|own| *own > 0)?;
    let person = number(parts.next()?)?;
    Some((own, person, parts.next()?))
}

impl State {
    fn remember(&mut self, number: u64, key: Key) {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(number, key);
    }

    fn key(&mut self, wrapper: &Wrapper, number: u64) -> Result<Option<Key>, KeysError> {
        if let Some(key) = self.known.get(&number) {
            return Ok(Some(key.clone()));
        }
        let Some(wrapped) = self.file.wrapped(number)? else {
            return Ok(None);
        };
        let key = wrapper.unwrap(number, &wrapped)?;
        self.remember(number, key.clone());
        Ok(Some(key))
    }

    /// Another process may have destroyed what this one remembers.
    fn refresh(&mut self) -> Result<(), KeysError> {
        let destroyed = self.file.destroyed()?;
        if destroyed != self.destroyed {
            self.known.clear();
            self.destroyed = destroyed;
        }
        Ok(())
    }

    /// The key of a value: made of its own and the person's, so that neither opens it alone.
    fn both(
        &mut self,
        wrapper: &Wrapper,
        own: i64,
        person: Option<i64>,
    ) -> Result<Option<Key>, KeysError> {
        self.refresh()?;
        let number = |it: i64| u64::try_from(it).unwrap_or(0);
        let Some(own) = self.key(wrapper, number(own))? else {
            return Ok(None);
        };
        let person = match person {
            None => None,
            Some(person) => match self.key(wrapper, number(person))? {
                None => return Ok(None),
                some => some,
            },
        };
        let person = person.as_ref().map_or(&[][..], |key| &key.0);
        Ok(Some(own.derive(&[b"value", person])))
    }
}

/// A fresh master and the header of a store under it.
fn begin() -> Result<(Key, Header), KeysError> {
    let master = Key::random()?;
    let id = wrap::random()?;
    let header = header(&master, id, &Key::random()?)?;
    Ok((master, header))
}

fn header(master: &Key, id: [u8; 16], search: &Key) -> Result<Header, KeysError> {
    Ok(Header {
        id,
        print: print(master),
        destroyed: 0,
        search: Wrapper::new(master, id).wrap(0, search)?,
    })
}

fn print(master: &Key) -> [u8; 16] {
    let mut print = [0; 16];
    print.copy_from_slice(&master.derive(&[b"print"]).0[..16]);
    print
}
