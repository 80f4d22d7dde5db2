//! Attachments: photos, recordings and documents by the digest of their content.
//!
//! What is received is looked at, never believed: the type is that of the content, an image must decode within bounds, a name is only shown.
//! Metadata of images is taken out, and time and place of the taking are kept beside as evidence. Content lies in a folder under its digest;
//! which unit may show it, and as what, stands in the database. With a key store everything that is attached is sealed, each under a key of
//! its own; without one it lies there as it is. It is shown to whoever may see a field that names it, and before one does to whoever sent it.

mod cleaning;
mod folder;
mod picture;
mod seeing;

pub use cleaning::{Cleaned, clean};
pub(crate) use cleaning::{Named, erase, keys_of, named, named_in};
pub use seeing::Shown;

pub use folder::{Folder, Receiving};

use crate::access::Actor;
use crate::error::Error;
use crate::keys::Keys;
use crate::office::Office;
use domain::access::own_work;
use domain::id::UnitId;
use domain::record::By;
use domain::time::{Instant, Zone};
use folder::Kept;
use picture::Evidence;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use store::{Lane, blob};

/// Bytes of one attachment: 32 MiB.
pub const LARGEST: u64 = 32 << 20;
/// Characters of a name that are kept.
const NAME: usize = 120;

/// A digest as records name it: `sha256:` and 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// With or without `sha256:` before it.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (slot, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

/// What is known of an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub digest: Digest,
    pub media: String,
    /// Bytes, as stored.
    pub size: i64,
    pub created_at: Instant,
    pub about: About,
}

/// What stands beside an attachment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// Under which it is sealed; `None`: it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<i64>,
    /// Who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// As it was called where it came from; never a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of what was sent, where metadata was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// When the camera says it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Instant>,
    /// The camera named no zone: the unit's was taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub zone_assumed: bool,
    /// Where, in millionths of a degree, north and east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<(i64, i64)>,
}

impl Office {
    fn folder(&self) -> Result<&Folder, Error> {
        self.files().ok_or_else(|| {
            Error::asked(
                "no-attachments",
                "attachments",
                "这台服务器没有设置附件目录；请以 --files 指定。",
                "This server has no folder for attachments; name one with --files.",
            )
        })
    }

    /// Begins to receive an attachment.
    ///
    /// # Errors
    /// No folder for attachments; a disk that cannot be written.
    pub fn receive(&self) -> Result<Receiving, Error> {
        self.folder()?.receive(&self.clock().secret())
    }

    /// Looks at what was received, keeps it and tells what it is.
    ///
    /// # Errors
    /// `media-unknown`, `image-broken`, `image-too-large`, `empty`.
    pub fn attach(
        &self,
        actor: &Actor,
        unit: UnitId,
        zone: &Zone,
        name: Option<&str>,
        received: Receiving,
    ) -> Result<Attachment, Error> {
        let folder = self.folder()?;
        let (mut file, size) = received.finish()?;
        let media = kind_of(&mut file, size)?;
        let key = self.keys().map(Keys::make).transpose()?;
        let mut about = About {
            key,
            by: Some(actor.by()),
            name: name.and_then(shown_name),
            ..About::default()
        };
        let (digest, size) = match media {
            "image/jpeg" | "image/png" | "image/webp" => {
                let bytes = folder::all(&mut file)?;
                let sent = folder::digest(&bytes);
                let picture = picture::clean(media, bytes, zone)?;
                let Evidence {
                    taken_at,
                    zone_assumed,
                    place,
                } = picture.evidence;
                let digest = folder::digest(&picture.bytes);
                about = About {
                    sent: (digest != sent).then(|| sent.to_string()),
                    width: Some(picture.width),
                    height: Some(picture.height),
                    taken_at,
                    zone_assumed,
                    place,
                    ..about
                };
                self.keep(digest, key, &picture.bytes, Some(&picture.thumbnail))?;
                (digest, picture.bytes.len() as u64)
            }
            _ => {
                let bytes = folder::all(&mut file)?;
                let digest = folder::digest(&bytes);
                self.keep(digest, key, &bytes, None)?;
                (digest, size)
            }
        };
        let attachment = Attachment {
            digest,
            media: media.to_owned(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            created_at: self.clock().now(),
            about,
        };
        let row = blob::Blob {
            digest: attachment.digest.0,
            media: attachment.media.clone(),
            size: attachment.size,
            created_at: attachment.created_at,
            doc: serde_json::to_string(&attachment.about).unwrap_or_default(),
        };
        self.write(&own_work(), Lane::Interactive, move |tx| {
            blob::put(tx, unit, &row)
        })?;
        // The same content may have come before, with another name: that entry stands.
        let stands = self.attachment(unit, digest)?;
        if key.is_some() && stands.about.key != key {
            folder.remove(&Kept { digest, key })?;
            self.destroy(key)?;
        }
        Ok(stands)
    }

    /// Lays content into the folder, sealed if there is a key.
    fn keep(
        &self,
        digest: Digest,
        key: Option<i64>,
        bytes: &[u8],
        thumbnail: Option<&[u8]>,
    ) -> Result<(), Error> {
        let (folder, beside) = (self.folder()?, self.clock().secret());
        let what = Kept { digest, key };
        let sealed = |bytes| match (self.keys(), key) {
            (Some(keys), Some(key)) => keys.seal_content(key, bytes).map(Cow::Owned),
            _ => Ok(Cow::Borrowed(bytes)),
        };
        if let Some(thumbnail) = thumbnail {
            folder.keep_thumbnail(&beside, &what, &sealed(thumbnail)?)?;
        }
        folder.keep(&beside, &what, &sealed(bytes)?)
    }

    fn destroy(&self, key: Option<i64>) -> Result<(), Error> {
        if let (Some(keys), Some(key)) = (self.keys(), key) {
            keys.destroy(&[key])?;
        }
        Ok(())
    }

    /// What is known of an attachment of a unit, whoever asks.
    fn attachment(&self, unit: UnitId, digest: Digest) -> Result<Attachment, Error> {
        let row = self.read(|tx| blob::get(tx, unit, &digest.0))?;
        Ok(Attachment {
            digest,
            media: row.media,
            size: row.size,
            created_at: row.created_at,
            about: serde_json::from_str(&row.doc).map_err(store::Error::database)?,
        })
    }
}

/// A name without its folders and without signs that rule a terminal or a header; `None` if nothing is left.
pub(crate) fn shown_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_direction(*c))
        .take(NAME)
        .collect();
    let clean = clean.trim().trim_matches('.').trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Signs that turn the direction of reading: `photo\u{202e}gpj.exe` would be read as something else.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What the content is, by its first bytes; a text by being one.
fn kind_of(file: &mut File, size: u64) -> Result<&'static str, Error> {
    if size == 0 {
        return Err(Error::asked(
            "empty",
            "body",
            "文件是空的；请重新选择。",
            "The file is empty; choose another.",
        ));
    }
    let mut head = Vec::new();
    folder::rewound(file)?
        .take(8192)
        .read_to_end(&mut head)
        .map_err(folder::failed)?;
    let known = infer::get(&head).map(|kind| kind.mime_type());
    match known {
        Some("image/jpeg") => Ok("image/jpeg"),
        Some("image/png") => Ok("image/png"),
        Some("image/webp") => Ok("image/webp"),
        Some("application/pdf") => Ok("application/pdf"),
        Some("audio/mpeg") => Ok("audio/mpeg"),
        Some("audio/m4a" | "audio/mp4" | "audio/x-m4a") => Ok("audio/mp4"),
        Some("audio/ogg" | "audio/opus") => Ok("audio/ogg"),
        Some("audio/x-wav" | "audio/wav") => Ok("audio/wav"),
        Some("audio/amr") => Ok("audio/amr"),
        Some("audio/aac") => Ok("audio/aac"),
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document") => {
            Ok("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        }
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") => {
            Ok("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        None if is_text(file)? => Ok("text/plain; charset=utf-8"),
        _ => Err(Error::asked(
            "media-unknown",
            "body",
            "只收 JPEG、PNG、WebP 图片，PDF、Word、Excel、纯文本，以及 MP3、M4A、OGG、WAV、AMR、AAC 录音；请转换后再传。",
            "JPEG, PNG and WebP images, PDF, Word, Excel and plain text, MP3, M4A, OGG, WAV, AMR and AAC recordings are taken; convert it first.",
        )),
    }
}

fn is_text(file: &mut File) -> Result<bool, Error> {
    let bytes = folder::all(file)?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(false);
    };
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    Ok(text.chars().all(plain) && !text.trim_start().starts_with('<'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for (given, shown) in [
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\x\\照片.jpg", Some("照片.jpg")),
            ("..", None),
            ("/", None),
            ("a\r\nSet-Cookie: x.jpg", Some("aSet-Cookie: x.jpg")),
            ("photo\u{202e}gpj.exe", Some("photogpj.exe")),
            ("完工 3 栋.jpg", Some("完工 3 栋.jpg")),
        ] {
            assert_eq!(shown_name(given).as_deref(), shown, "{given}");
        }
        assert_eq!(shown_name(&"长".repeat(500)).unwrap().chars().count(), NAME);
    }

    #[test]
    fn a_digest_is_64_hex_digits_and_nothing_else() {
        let hex = "0".repeat(64);
        assert!(Digest::parse(&hex).is_some());
        assert_eq!(
            Digest::parse(&format!("sha256:{hex}")).unwrap().to_string(),
            format!("sha256:{hex}")
        );
        for wrong in ["", "../..", &"0".repeat(63), &"g".repeat(64)] {
            assert!(Digest::parse(wrong).is_none(), "{wrong}");
        }
    }
}
