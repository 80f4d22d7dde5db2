//! The file of wrapped keys: a header, then one slot a key, by its number.
//!
//! A slot is written once and later only with zeros: that is how a key is destroyed. Other processes see it by the header's count of
//! destructions. Writers take the file's lock; nobody keeps a slot's key longer than that count stands still.

use super::KeysError;
use super::wrap::{Key, WRAPPED, Wrapper};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"GJKEYS01";
/// Magic, id (16), print of the master (16), destructions (8), wrapped search root; the rest is zero.
const HEADER: u64 = 256;
const PRINT_AT: usize = 24;
const DESTROYED_AT: u64 = 40;
const SEARCH_AT: usize = 48;
/// A wrapped key and eight bytes that say it is there.
const SLOT: u64 = WRAPPED as u64 + 8;
const PRESENT: u8 = 1;

/// What the header says.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) id: [u8; 16],
    /// Tells masters apart without telling anything of them.
    pub(super) print: [u8; 16],
    pub(super) destroyed: u64,
    pub(super) search: [u8; WRAPPED],
}

impl Header {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from(MAGIC);
        bytes.extend(self.id);
        bytes.extend(self.print);
        bytes.extend(self.destroyed.to_le_bytes());
        bytes.extend(self.search);
        bytes.resize(usize::try_from(HEADER).unwrap_or(256), 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Self, KeysError> {
        let part = |from: usize, length: usize| bytes.get(from..from + length);
        let parsed = (|| {
            (part(0, 8)? == MAGIC).then_some(())?;
            Some(Self {
                id: part(8, 16)?.try_into().ok()?,
                print: part(PRINT_AT, 16)?.try_into().ok()?,
                destroyed: u64::from_le_bytes(part(40, 8)?.try_into().ok()?),
                search: part(SEARCH_AT, WRAPPED)?.try_into().ok()?,
            })
        })();
        parsed.ok_or(KeysError::Damaged)
    }
}

/// What a file, or the memory of a test, can do.
pub(super) enum Medium {
    File(File),
    Memory(Vec<u8>),
}

/// One call of the system where it has one: each private value that is shown asks whether a key was destroyed meanwhile.
fn read_file_at(file: &mut File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, at);
    #[cfg(not(unix))]
    {
        file.seek(SeekFrom::Start(at))?;
        io::Read::read_exact(file, bytes)
    }
}

impl Medium {
    fn read_at(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), KeysError> {
        match self {
            Self::File(file) => {
                read_file_at(file, at, bytes)?;
            }
            Self::Memory(memory) => {
                let from = index(at);
                let part = memory.get(from..from + bytes.len());
                bytes.copy_from_slice(part.ok_or(KeysError::Damaged)?);
            }
        }
        Ok(())
    }

    fn write_at(&mut self, at: u64, bytes: &[u8]) -> Result<(), KeysError> {
        match self {
            Self::File(file) => {
                file.seek(SeekFrom::Start(at))?;
                file.write_all(bytes)?;
            }
            Self::Memory(memory) => {
                let from = index(at);
                if memory.len() < from + bytes.len() {
                    memory.resize(from + bytes.len(), 0);
                }
                memory[from..from + bytes.len()].copy_from_slice(bytes);
            }
        }
        Ok(())
    }

    fn length(&mut self) -> Result<u64, KeysError> {
        Ok(match self {
            Self::File(file) => file.metadata()?.len(),
            Self::Memory(memory) => memory.len() as u64,
        })
    }

    fn flush(&mut self) -> Result<(), KeysError> {
        if let Self::File(file) = self {
            file.sync_all()?;
        }
        Ok(())
    }

    /// Does `work` while no other process writes.
    fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, KeysError>,
    ) -> Result<T, KeysError> {
        if let Self::File(file) = self {
            file.lock()?;
        }
        let done = work(self);
        if let Self::File(file) = self {
            file.unlock()?;
        }
        done
    }
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Keys by number, from 1.
pub(super) struct KeyFile {
    medium: Medium,
}

impl KeyFile {
    pub(super) fn create(path: &Path, header: &Header) -> Result<Self, KeysError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)?;
        super::folder::only_ours(path)?;
        Self::begin(Medium::File(file), header)
    }

    pub(super) fn volatile(header: &Header) -> Result<Self, KeysError> {
        Self::begin(Medium::Memory(Vec::new()), header)
    }

    fn begin(mut medium: Medium, header: &Header) -> Result<Self, KeysError> {
        medium.write_at(0, &header.bytes())?;
        medium.flush()?;
        Ok(Self { medium })
    }

    pub(super) fn open(path: &Path) -> Result<Self, KeysError> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Self {
            medium: Medium::File(file),
        })
    }

    pub(super) fn header(&mut self) -> Result<Header, KeysError> {
        let mut bytes = [0; HEADER as usize];
        self.medium
            .read_at(0, &mut bytes)
            .map_err(|_| KeysError::Damaged)?;
        Header::read(&bytes)
    }

    /// How many keys were ever destroyed here: what was remembered before is not to be trusted once this has moved.
    pub(super) fn destroyed(&mut self) -> Result<u64, KeysError> {
        let mut bytes = [0; 8];
        self.medium.read_at(DESTROYED_AT, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// The number of the last slot.
    pub(super) fn last(&mut self) -> Result<u64, KeysError> {
        Ok(self.medium.length()?.saturating_sub(HEADER) / SLOT)
    }

    /// A key as it is wrapped; `None` if it was destroyed or never was.
    pub(super) fn wrapped(&mut self, number: u64) -> Result<Option<[u8; WRAPPED]>, KeysError> {
        if number == 0 || number > self.last()? {
            return Ok(None);
        }
        let mut slot = [0; SLOT as usize];
        self.medium.read_at(place(number), &mut slot)?;
        if slot[WRAPPED] != PRESENT {
            return Ok(None);
        }
        Ok(slot[..WRAPPED].try_into().ok())
    }

    /// Adds keys behind the last slot; they are on the disk when this returns. Their numbers.
    pub(super) fn append(
        &mut self,
        keys: &[Key],
        wrapper: &Wrapper,
    ) -> Result<std::ops::RangeInclusive<u64>, KeysError> {
        self.medium.locked(|medium| {
            let begun = medium.length()?.saturating_sub(HEADER) / SLOT;
            let mut bytes = Vec::with_capacity(keys.len() * index(SLOT));
            for (number, key) in (begun + 1..).zip(keys) {
                bytes.extend(wrapper.wrap(number, key)?);
                bytes.extend([PRESENT, 0, 0, 0, 0, 0, 0, 0]);
            }
            medium.write_at(place(begun + 1), &bytes)?;
            medium.flush()?;
            Ok(begun + 1..=begun + keys.len() as u64)
        })
    }

    /// Puts a wrapped key into a slot, also beyond the last: of a file that is being rebuilt.
    pub(super) fn put(&mut self, number: u64, wrapped: &[u8; WRAPPED]) -> Result<(), KeysError> {
        let mut slot = wrapped.to_vec();
        slot.extend([PRESENT, 0, 0, 0, 0, 0, 0, 0]);
        self.medium.write_at(place(number), &slot)
    }

    /// Leaves slots without a key up to this number, so that none of them is given out again.
    pub(super) fn reserve(&mut self, number: u64) -> Result<(), KeysError> {
        if number > self.last()? {
            self.medium.write_at(place(number), &[0; SLOT as usize])?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), KeysError> {
        self.medium.flush()
    }

    /// Overwrites keys with zeros; they are gone from this file when this returns. How many there were.
    pub(super) fn destroy(&mut self, numbers: &[u64]) -> Result<u64, KeysError> {
        let mut there = Vec::new();
        for number in numbers {
            if self.wrapped(*number)?.is_some() {
                there.push(*number);
            }
        }
        if there.is_empty() {
            return Ok(0);
        }
        self.medium.locked(|medium| {
            // Read under the lock: another process may be destroying too, and every destruction has to show.
            let mut destroyed = [0; 8];
            medium.read_at(DESTROYED_AT, &mut destroyed)?;
            for number in &there {
                medium.write_at(place(*number), &[0; SLOT as usize])?;
            }
            let destroyed = u64::from_le_bytes(destroyed) + there.len() as u64;
            medium.write_at(DESTROYED_AT, &destroyed.to_le_bytes())?;
            medium.flush()
        })?;
        Ok(there.len() as u64)
    }
}

fn place(number: u64) -> u64 {
    HEADER + (number - 1) * SLOT
}
