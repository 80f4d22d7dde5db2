//! Where the content of attachments lies: a folder, each file under its digest, written beside and moved into its place.
//!
//! A file that is there is whole: it is flushed to the disk before it gets its name. The same content is there once.

use super::{Digest, LARGEST};
use crate::error::Error;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// A folder of attachments. Several processes on one database share one.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// Content as it lies in the folder: sealed under a key, or as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) digest: Digest,
    pub(super) key: Option<i64>,
}

/// Something that is being received; what is not kept is removed.
#[derive(Debug)]
pub struct Receiving {
    file: Option<File>,
    path: PathBuf,
    size: u64,
}

pub(super) fn failed(source: std::io::Error) -> Error {
    Error::File {
        path: "attachments".into(),
        source,
    }
}

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// A folder of that name next to this one.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.0.with_file_name(name)
    }

    /// What is sealed lies apart by its key; what is not is there once for all.
    fn place(&self, what: &Kept) -> PathBuf {
        let hex = what.digest.hex();
        let mut name = hex.clone();
        if let Some(key) = what.key {
            name.push_str(&format!("-{key:x}"));
        }
        self.0.join(&hex[..2]).join(name)
    }
    fn thumbnail(&self, what: &Kept) -> PathBuf {
        self.place(what).with_extension("thumbnail")
    }

    /// `name` is one that nothing else has.
    pub(super) fn receive(&self, name: &str) -> Result<Receiving, Error> {
        fs::create_dir_all(&self.0).map_err(failed)?;
        let path = self.0.join(format!("{name}.part"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(failed)?;
        Ok(Receiving {
            file: Some(file),
            path,
            size: 0,
        })
    }

    /// Keeps bytes under their digest; `name` is one that nothing else has.
    pub(super) fn keep(&self, name: &str, what: &Kept, bytes: &[u8]) -> Result<(), Error> {
        self.put(name, &self.place(what), bytes)
    }

    pub(super) fn keep_thumbnail(
        &self,
        name: &str,
        what: &Kept,
        bytes: &[u8],
    ) -> Result<(), Error> {
        self.put(name, &self.thumbnail(what), bytes)
    }

    /// Takes content and thumbnail away.
    pub(super) fn remove(&self, what: &Kept) -> Result<(), Error> {
        for path in [self.thumbnail(what), self.place(what)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn put(&self, name: &str, place: &Path, bytes: &[u8]) -> Result<(), Error> {
        if place.exists() {
            return Ok(());
        }
        let folder = place.parent().unwrap_or(&self.0);
        fs::create_dir_all(folder).map_err(failed)?;
        let beside = folder.join(format!("{name}.part"));
        let written = File::create_new(&beside)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, place))
            .and_then(|()| File::open(folder)?.sync_all());
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written.map_err(failed)
    }

    pub(super) fn open(&self, what: &Kept) -> Result<File, Error> {
        open(&self.place(what))
    }

    pub(super) fn open_thumbnail(&self, what: &Kept) -> Result<File, Error> {
        open(&self.thumbnail(what))
    }
}

fn open(path: &Path) -> Result<File, Error> {
    match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NotFound),
        opened => opened.map_err(failed),
    }
}

impl Receiving {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `too-large`; a disk that cannot be written.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.size += bytes.len() as u64;
        if self.size > LARGEST {
            let most = LARGEST >> 20;
            return Err(Error::asked(
                "too-large",
                "body",
                format!("附件最大 {most} MiB；请压缩后再传。"),
                format!("An attachment has {most} MiB at most; make it smaller."),
            ));
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(failed),
            None => Ok(()),
        }
    }

    /// Where it lies until it is kept or dropped.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Moves what was received to where somebody else keeps it.
    pub(crate) fn into_place(mut self, place: &Path) -> Result<(), Error> {
        let file = self.file.take().ok_or(Error::NotFound)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&self.path, place).map_err(failed)
    }

    /// The file with its size; its name is gone, and with the file its content unless it is kept.
    pub(super) fn finish(mut self) -> Result<(File, u64), Error> {
        let file = self.file.take().ok_or(Error::NotFound)?;
        Ok((file, self.size))
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

pub(super) fn rewound(file: &mut File) -> Result<&mut File, Error> {
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}

/// Everything that a file holds, which is no more than was received.
pub(super) fn all(file: &mut File) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    rewound(file)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

pub(super) fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
