//! Ciphers: keys under the master, values under keys. ChaCha20-Poly1305 with random nonces, HMAC-SHA-256 to derive.

use super::KeysError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// 256 bits that nobody else knows; overwritten when they are no longer needed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(pub(super) [u8; 32]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

const LONG_NONCE: usize = 24;
const NONCE: usize = 12;
/// A wrapped key: nonce, ciphertext, tag.
pub(super) const WRAPPED: usize = LONG_NONCE + 32 + 16;

pub(super) fn random<const N: usize>() -> Result<[u8; N], KeysError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeysError::NoRandomness)?;
    Ok(bytes)
}

impl Key {
    pub(super) fn random() -> Result<Self, KeysError> {
        random().map(Self)
    }

    pub(super) fn derive(&self, parts: &[&[u8]]) -> Self {
        // HMAC fills a key up with zeros to the length of a block.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*block).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        Self(mac.finalize().into_bytes().into())
    }

    /// Nonce, ciphertext and tag.
    pub(super) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, KeysError> {
        let nonce: [u8; NONCE] = random()?;
        let sealed = ChaCha20Poly1305::new(&self.0.into())
            .encrypt(&nonce.into(), plain)
            .map_err(|_| KeysError::Damaged)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// `None` if it was not sealed under this key, or has been changed since.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        ChaCha20Poly1305::new(&self.0.into())
            .decrypt(&(*nonce).into(), sealed)
            .ok()
    }
}

/// The master, which wraps every other key of one store.
pub(super) struct Wrapper {
    cipher: XChaCha20Poly1305,
    /// The store's id: a key of one store is none in another.
    id: [u8; 16],
}

impl Wrapper {
    pub(super) fn new(master: &Key, id: [u8; 16]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&master.0.into()),
            id,
        }
    }

    fn place(&self, number: u64) -> Vec<u8> {
        [self.id.as_slice(), &number.to_le_bytes()].concat()
    }

    pub(super) fn wrap(&self, number: u64, key: &Key) -> Result<[u8; WRAPPED], KeysError> {
        let nonce: [u8; LONG_NONCE] = random()?;
        let aad = self.place(number);
        let payload = Payload {
            msg: &key.0,
            aad: &aad,
        };
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), payload)
            .map_err(|_| KeysError::Damaged)?;
        let mut wrapped = [0; WRAPPED];
        wrapped[..LONG_NONCE].copy_from_slice(&nonce);
        wrapped[LONG_NONCE..].copy_from_slice(&sealed);
        Ok(wrapped)
    }

    pub(super) fn unwrap(&self, number: u64, wrapped: &[u8; WRAPPED]) -> Result<Key, KeysError> {
        let (nonce, sealed) = wrapped
            .split_first_chunk::<LONG_NONCE>()
            .ok_or(KeysError::Damaged)?;
        let aad = self.place(number);
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let key = self
            .cipher
            .decrypt(&(*nonce).into(), payload)
            .map(Zeroizing::new)
            .map_err(|_| KeysError::Damaged)?;
        let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| KeysError::Damaged)?;
        Ok(Key(*key))
    }
}
