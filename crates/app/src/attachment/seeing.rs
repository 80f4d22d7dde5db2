//! Attachments as somebody may see them: through a field that names them or is published, or because he sent them and nothing names them yet.

use super::folder::Kept;
use super::{Attachment, Digest};
use crate::access::Actor;
use crate::error::Error;
use crate::keys::Content;
use crate::office::Office;
use crate::privacy::{Viewer, log_file_view, open_grant};
use crate::view::View;
use domain::id::RecordId;
use domain::name::Name;
use domain::record::Record;
use domain::time::Instant;
use std::fs::File;
use std::io::{self, Cursor, Read};
use store::{Tx, blob, record};

/// Fields that are asked whether they show an attachment: the latest; of a picture that is in more, nobody asks for an older one.
const USES: i64 = 50;

/// An attachment to be read.
pub struct Shown {
    pub attachment: Attachment,
    pub content: Box<dyn Read + Send>,
    /// Bytes of the content.
    pub size: i64,
    /// No copy of it may stay behind where it was read.
    pub private: bool,
}

/// Why somebody may see it.
enum Leave {
    Open,
    /// Through a private field.
    Private,
    /// Through a field of a secret file, under this grant.
    Granted(RecordId, Name, RecordId),
}

impl Office {
    /// What is known of an attachment, for somebody who may see it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn about_attachment(
        &self,
        actor: &Actor,
        view: &View,
        digest: Digest,
    ) -> Result<Attachment, Error> {
        self.seen(actor, view, digest)
            .map(|(attachment, _)| attachment)
    }

    /// The content of an attachment, for somebody who may see it. Of a secret file the view is put on record first.
    ///
    /// # Errors
    /// `NotFound`, also of what was erased.
    pub fn attached(&self, actor: &Actor, view: &View, digest: Digest) -> Result<Shown, Error> {
        let (attachment, leave) = self.seen(actor, view, digest)?;
        self.noted(actor, view, &leave)?;
        let what = Kept {
            digest,
            key: attachment.about.key,
        };
        let content = self.content(&what, self.folder()?.open(&what)?)?;
        let size = attachment.size;
        Ok(Shown {
            attachment,
            content,
            size,
            private: !matches!(leave, Leave::Open),
        })
    }

    /// A small picture of an attachment that is an image, likewise.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn thumbnail(&self, actor: &Actor, view: &View, digest: Digest) -> Result<Shown, Error> {
        let (attachment, leave) = self.seen(actor, view, digest)?;
        self.noted(actor, view, &leave)?;
        let what = Kept {
            digest,
            key: attachment.about.key,
        };
        let file = self.folder()?.open_thumbnail(&what)?;
        // Small enough to be read whole.
        let mut bytes = Vec::new();
        let mut content = self.content(&what, file)?;
        content
            .read_to_end(&mut bytes)
            .map_err(super::folder::failed)?;
        Ok(Shown {
            attachment,
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            content: Box::new(Cursor::new(bytes)),
            private: !matches!(leave, Leave::Open),
        })
    }

    fn content(&self, what: &Kept, file: File) -> Result<Box<dyn Read + Send>, Error> {
        let Some(key) = what.key else {
            return Ok(Box::new(file));
        };
        // Without the key store nobody reads it.
        let keys = self.keys().ok_or(Error::NotFound)?;
        let content: Content<io::BufReader<File>> = keys
            .open_content(key, io::BufReader::new(file))?
            .ok_or(Error::NotFound)?;
        Ok(Box::new(content))
    }

    fn seen(
        &self,
        actor: &Actor,
        view: &View,
        digest: Digest,
    ) -> Result<(Attachment, Leave), Error> {
        let attachment = self.attachment(view.unit.id, digest)?;
        let now = self.clock().now();
        let viewer = Viewer::of(view, actor, now);
        let leave = self.read(|tx| {
            let uses = blob::uses(tx, view.unit.id, &digest.0, USES)?;
            if uses.is_empty() && attachment.about.by == Some(actor.by()) {
                return Ok(Some(Leave::Open));
            }
            let mut best = None;
            for of in uses {
                let Some(record) = record::optional(tx, view.unit.id, of.record)? else {
                    continue;
                };
                match through(tx, view, (actor, &viewer), &record, &of.field, now)? {
                    Some(Leave::Open) => return Ok(Some(Leave::Open)),
                    found => best = best.or(found),
                }
            }
            Ok::<_, Error>(best)
        })?;
        Ok((attachment, leave.ok_or(Error::NotFound)?))
    }

    fn noted(&self, actor: &Actor, view: &View, leave: &Leave) -> Result<(), Error> {
        match leave {
            Leave::Granted(file, field, grant) => {
                log_file_view(self, actor, view, (*file, *grant), field)
            }
            _ => Ok(()),
        }
    }
}

/// Whether a field of a record shows somebody what it names.
fn through(
    tx: &mut Tx<'_>,
    view: &View,
    (actor, viewer): (&Actor, &Viewer),
    record: &Record,
    field: &Name,
    now: Instant,
) -> Result<Option<Leave>, Error> {
    match actor.may_see(tx, view, now, record) {
        Ok(_) => {}
        // A field that is published shows its files to those who do not see the record.
        Err(Error::Denied(_)) => {
            let published = actor.may_see_published(view, now, record, Some(field));
            return Ok(published.is_ok().then_some(Leave::Open));
        }
        Err(error) => return Err(error),
    }
    let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
        return Ok(None);
    };
    let Some(field) = kind.field(field.as_str()) else {
        return Ok(None);
    };
    let Some(sensitive) = &field.sensitive else {
        return Ok(Some(Leave::Open));
    };
    if !viewer.sees(sensitive, record.id, &record.doc.links) {
        return Ok(None);
    }
    if !kind.secret {
        return Ok(Some(Leave::Private));
    }
    let grant = open_grant(tx, view, record.id, viewer, now)?;
    Ok(grant.map(|grant| Leave::Granted(record.id, field.name.clone(), grant)))
}
