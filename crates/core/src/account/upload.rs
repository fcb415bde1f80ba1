//! The loop that sends files, beside the outbox.
//!
//! A file that will not go through (a slow line, the day's quota, the server's full disk) holds up nothing but
//! the operations that name it: the others go first from then on. Two are on their way at a time, so that one
//! is on the line while the server looks at the other. A small one goes in one request. A large one goes in parts
//! (draft-ietf-httpbis-resumable-upload), so that a line that breaks costs no more than the part that was on it:
//! after a cut, and after a start, the server is asked how much it has.

use std::{collections::BTreeSet, sync::Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use futures_util::{FutureExt as _, pin_mut};
use linli_wire::{
    Code,
    attachments::Attachment,
    command::{ConnectionState, Topic},
    id::AttachmentId,
};
use sha2::{Digest as _, Sha256};

use super::{Account, authorised};
use crate::{
    api::{Uploaded, is_passing, percent_encode},
    attachments::{self, Kept},
    cache::lock,
    error::{Error, Result},
};

/// Bytes that go in one request: some seconds on a bad mobile line.
const PART: usize = 256 * 1024;
/// On a line that breaks again and again parts are halved, this often at most: down to 16 KB.
const HALVINGS: u32 = 4;
/// How often in a row the server may say that it has something else than was thought.
const SURPRISES: u32 = 3;

impl Account {
    pub(super) async fn upload(&self) -> Option<Error> {
        let queue = Queue::default();
        let (one, other) = (self.upload_from(&queue).fuse(), self.upload_from(&queue).fuse());
        pin_mut!(one, other);
        futures_util::select! {
            end = one => end,
            end = other => end,
        }
    }

    async fn upload_from(&self, queue: &Queue) -> Option<Error> {
        let (mut failures, mut cuts) = (0_u32, 0_u32);
        loop {
            if self.has_left() {
                return None;
            }
            let wake = self.to_send.listen();
            let next = self.noted(attachments::uploads(&self.cache)).map(|waiting| queue.take(&waiting));
            let sent = match next {
                Ok(Some(turn)) => {
                    let sent = self.upload_one(turn.id, cuts).await;
                    turn.end(sent.is_ok());
                    sent.map(|()| true)
                }
                Ok(None) => Ok(false),
                Err(error) => Err(error),
            };
            match sent {
                Ok(more) => {
                    (failures, cuts) = (0, 0);
                    if !more {
                        wake.await;
                    }
                }
                Err(error) => {
                    // Without network nothing is too large.
                    cuts += u32::from(self.connection() == ConnectionState::Online);
                    match self.has_ended(&error) {
                        Some(end) => return Some(end),
                        None => {
                            failures = failures.saturating_add(1);
                            self.pause(failures, wake).await;
                        }
                    }
                }
            }
        }
    }

    /// One file, on a line that broke so many times.
    async fn upload_one(&self, id: AttachmentId, cuts: u32) -> Result<()> {
        let Some(Kept { about, bytes }) = self.noted(attachments::kept(&self.cache, id))? else {
            return Ok(());
        };
        let part = PART >> cuts.min(HALVINGS);
        let begun = self.noted(attachments::has_begun(&self.cache, about.id))?;
        let sent = if bytes.len() <= part && !begun {
            self.upload_whole(&about, &bytes).await
        } else {
            self.upload_in_parts(&about, &bytes, part, begun).await
        };
        match sent {
            Ok(()) => attachments::uploaded(&self.cache, about.id)?,
            // It has one under this id, from before a restore or from another device: readers get that one.
            Err(error) if error.code() == Code::OperationReused => {
                attachments::uploaded(&self.cache, about.id)?;
            }
            Err(error)
                if is_passing(error.code())
                    || matches!(error.code(), Code::SignedOut | Code::DeviceRevoked) =>
            {
                return Err(error);
            }
            // It did not arrive as a whole, or not in time: the line's fault, not the file's.
            Err(error) if is_about_body(&error) => {
                return Err(Error::new(Code::ServerUnreachable, error.0.message));
            }
            Err(error) => attachments::refused(&self.cache, about.id, &error.0)?,
        }
        (self.ports.announce)(Topic::Outbox);
        self.wake_sender();
        Ok(())
    }

    async fn upload_whole(&self, about: &Attachment, bytes: &Bytes) -> Result<()> {
        let path = format!("/v1/attachments/{}", about.id);
        authorised!(self, |api| api.put_file::<Attachment>(&path, &about.name, bytes.clone())).map(drop)
    }

    async fn upload_in_parts(
        &self,
        about: &Attachment,
        bytes: &Bytes,
        mut part: usize,
        begun: bool,
    ) -> Result<()> {
        let path = format!("/v1/attachments/{}/upload", about.id);
        let mut surprises = 0;
        let mut offset = if begun {
            self.upload_offset(&path).await?
        } else {
            self.wrote(attachments::begin(&self.cache, about.id))?;
            None
        };
        loop {
            let sent = match offset {
                None => self.begin_upload(&path, about, bytes, part).await,
                Some(at) => self.send_part(&path, bytes, at, part).await,
            };
            match sent {
                Ok(Uploaded::Whole) => return Ok(()),
                Ok(Uploaded::Until(at)) if offset.is_none_or(|before| at > before) => {
                    offset = Some(at);
                    part = (part * 2).min(PART);
                }
                // A server of before knows whole files only.
                Err(error) if offset.is_none() && error.code() == Code::NotFound => {
                    return self.upload_whole(about, bytes).await;
                }
                Err(error) if !matches!(error.code(), Code::Conflict | Code::NotFound) => return Err(error),
                Ok(Uploaded::Until(_)) | Err(_) => {
                    surprises += 1;
                    if surprises > SURPRISES {
                        return Err(Error::new(Code::ServerUnreachable, "parts of a file get lost"));
                    }
                    offset = self.upload_offset(&path).await?;
                }
            }
        }
    }

    /// How much the server has; none when it has nothing, and an upload begins anew.
    async fn upload_offset(&self, path: &str) -> Result<Option<u64>> {
        match authorised!(self, |api| api.upload("HEAD", path, &[], Bytes::new())) {
            Ok(Uploaded::Until(offset)) => Ok(Some(offset)),
            Ok(Uploaded::Whole) => Ok(None),
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn begin_upload(
        &self,
        path: &str,
        about: &Attachment,
        bytes: &Bytes,
        part: usize,
    ) -> Result<Uploaded> {
        let headers = [
            ("content-type", "application/octet-stream".to_owned()),
            ("linli-name", percent_encode(&about.name)),
            ("upload-complete", "?0".to_owned()),
            ("upload-length", bytes.len().to_string()),
            ("repr-digest", format!("sha-256=:{}:", BASE64.encode(Sha256::digest(bytes)))),
        ];
        let first = bytes.slice(..part.min(bytes.len()));
        authorised!(self, |api| api.upload("PUT", path, &headers, first.clone()))
    }

    async fn send_part(&self, path: &str, bytes: &Bytes, at: u64, part: usize) -> Result<Uploaded> {
        let begin = usize::try_from(at).unwrap_or(usize::MAX);
        if begin > bytes.len() {
            return Err(Error::new(Code::Conflict, "the server has more than there is"));
        }
        let end = begin.saturating_add(part).min(bytes.len());
        let headers = [
            ("content-type", "application/partial-upload".to_owned()),
            ("upload-offset", at.to_string()),
            ("upload-complete", if end == bytes.len() { "?1" } else { "?0" }.to_owned()),
        ];
        let next = bytes.slice(begin..end);
        authorised!(self, |api| api.upload("PATCH", path, &headers, next.clone()))
    }
}

/// Which files are on their way, and which did not get through the last time.
#[derive(Default)]
struct Queue(Mutex<Turns>);

#[derive(Default)]
struct Turns {
    under_way: BTreeSet<AttachmentId>,
    failed: BTreeSet<AttachmentId>,
}

impl Queue {
    /// The next of those that wait: one that has not failed, if there is any.
    fn take(&self, waiting: &[AttachmentId]) -> Option<Turn<'_>> {
        let mut turns = lock(&self.0);
        let mut free = waiting.iter().copied().filter(|id| !turns.under_way.contains(id));
        let first = free.next()?;
        let id = std::iter::once(first).chain(free).find(|id| !turns.failed.contains(id)).unwrap_or(first);
        turns.under_way.insert(id);
        Some(Turn { queue: self, id })
    }
}

/// A file that is on its way as long as this is there.
struct Turn<'a> {
    queue: &'a Queue,
    id: AttachmentId,
}

impl Turn<'_> {
    fn end(self, well: bool) {
        let failed = &mut lock(&self.queue.0).failed;
        if well {
            failed.remove(&self.id);
        } else {
            failed.insert(self.id);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.queue.0).under_way.remove(&self.id);
    }
}

fn is_about_body(error: &Error) -> bool {
    error.code() == Code::InvalidInput && error.0.details.get("field").is_some_and(|field| field == "body")
}
