//! Content of any length, sealed piece by piece: a piece can neither be moved nor left out, and what was cut off at the end is no content.

use super::wrap::Key;
use super::{Keys, KeysError};
use std::io::{self, Read};

/// Bytes of a piece before it is sealed.
const PIECE: usize = 64 << 10;
/// What sealing adds to a piece: nonce and tag.
const ADDED: usize = 12 + 16;

impl Keys {
    /// Seals content under a key.
    ///
    /// # Errors
    /// A key that is not there any more.
    pub(crate) fn seal_content(&self, key: i64, plain: &[u8]) -> Result<Vec<u8>, KeysError> {
        let key = self.content_key(key)?.ok_or(KeysError::Damaged)?;
        let count = pieces(plain.len());
        let mut sealed = Vec::with_capacity(plain.len() + count * ADDED);
        for at in 0..count {
            let piece = &plain[at * PIECE..plain.len().min((at + 1) * PIECE)];
            sealed.extend(of_piece(&key, at, at + 1 == count).seal(piece)?);
        }
        Ok(sealed)
    }

    /// What reads sealed content; `None` if its key was destroyed.
    ///
    /// # Errors
    /// A key store that cannot be read.
    pub(crate) fn open_content<R: Read>(
        &self,
        key: i64,
        sealed: R,
    ) -> Result<Option<Content<R>>, KeysError> {
        let key = self.content_key(key)?;
        Ok(key.map(|key| Content {
            key,
            sealed,
            next: Vec::new(),
            number: 0,
            plain: Vec::new(),
            read: 0,
        }))
    }

    fn content_key(&self, number: i64) -> Result<Option<Key>, KeysError> {
        self.own(number, b"content")
    }
}

/// Content of no length is one piece of none.
fn pieces(length: usize) -> usize {
    length.div_ceil(PIECE).max(1)
}

fn of_piece(key: &Key, number: usize, last: bool) -> Key {
    let number = (number as u64).to_le_bytes();
    key.derive(&[b"piece", &number, &[u8::from(last)]])
}

/// Sealed content as it is read.
pub(crate) struct Content<R> {
    key: Key,
    sealed: R,
    /// The piece after the one that is being read, which is the last if none follows.
    next: Vec<u8>,
    number: usize,
    plain: Vec<u8>,
    read: usize,
}

impl<R: Read> Content<R> {
    fn piece(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(PIECE + ADDED);
        self.sealed
            .by_ref()
            .take((PIECE + ADDED) as u64)
            .read_to_end(&mut piece)?;
        Ok(piece)
    }

    /// The next piece, opened; nothing after the last.
    fn advance(&mut self) -> io::Result<()> {
        if self.number == 0 {
            self.next = self.piece()?;
        }
        (self.plain, self.read) = (Vec::new(), 0);
        if self.next.is_empty() && self.number > 0 {
            return Ok(());
        }
        let after = self.piece()?;
        let piece = std::mem::replace(&mut self.next, after);
        let key = of_piece(&self.key, self.number, self.next.is_empty());
        self.plain = key
            .open(&piece)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.plain.len() {
            self.advance()?;
        }
        let left = &self.plain[self.read..];
        let count = left.len().min(into.len());
        into[..count].copy_from_slice(&left[..count]);
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(keys: &Keys, key: i64, sealed: &[u8]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        let mut content = keys.open_content(key, sealed).unwrap().unwrap();
        content.read_to_end(&mut plain).map(|_| plain)
    }

    #[test]
    fn content_of_any_length_comes_back_and_nothing_of_it_shows() {
        let keys = Keys::volatile().unwrap();
        let key = keys.make().unwrap();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let plain: Vec<u8> = (0..length).map(|at| at.to_le_bytes()[0]).collect();
            let sealed = keys.seal_content(key, &plain).unwrap();
            assert_eq!(sealed.len(), plain.len() + pieces(length) * ADDED);
            assert_eq!(opened(&keys, key, &sealed).unwrap(), plain, "{length}");
            let shown = plain.len() >= 16 && sealed.windows(16).any(|part| part == &plain[..16]);
            assert!(!shown, "{length}");
        }
    }

    #[test]
    fn pieces_are_neither_moved_nor_cut_off() {
        let keys = Keys::volatile().unwrap();
        let key = keys.make().unwrap();
        let sealed = keys.seal_content(key, &vec![7; 2 * PIECE + 5]).unwrap();
        let piece = PIECE + ADDED;
        let moved = [
            &sealed[piece..2 * piece],
            &sealed[..piece],
            &sealed[2 * piece..],
        ]
        .concat();
        assert!(opened(&keys, key, &moved).is_err());
        assert!(opened(&keys, key, &sealed[..2 * piece]).is_err());
        assert!(opened(&keys, key, &sealed[..sealed.len() - 1]).is_err());
        assert!(opened(&keys, keys.make().unwrap(), &sealed).is_err());
        keys.destroy(&[key]).unwrap();
        assert!(keys.open_content(key, &sealed[..]).unwrap().is_none());
    }
}
