//! Files that arrive in parts, over networks that break: an upload that was cut goes on where it stopped.
//!
//! The shape is that of "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload), as far as the app
//! uses it. The resource of an upload has a known place, so that it is begun where it is continued, and a server
//! of before, which does not know that place, takes no part for a whole.
//!
//! ```text
//! PUT   /v1/attachments/{id}/upload  Upload-Complete: ?0, Upload-Length, Repr-Digest, the first part
//!                                    → 201 Upload-Offset; 200 with the file when the server has it already
//! HEAD  /v1/attachments/{id}/upload  → 204 Upload-Offset, Upload-Length, Upload-Complete: ?0
//! PATCH /v1/attachments/{id}/upload  Upload-Offset, Upload-Complete, the next part
//!                                    → 204 Upload-Offset; 200 with the file for the last part
//! ```
//!
//! What has arrived is one file under its sender and its id: a line of JSON that says what it will become, and the
//! bytes behind it. So its length is the offset, nobody can name the upload of somebody else, a restart of the
//! server loses nothing, and a backup holds none of it. A part counts once it is here as a whole; parts are written
//! under a lock on the file, so that two that begin at the same place cannot mix. They are not brought to disk one
//! by one: the hash that was said at the beginning is checked at the end, and what does not fit is forgotten.
//!
//! Turned down: tus 1.0, which takes one more request for each file and whose last answer cannot say what became
//! of it; and rows in the database, which a backup would carry without their bytes.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use linli_wire::id::{AttachmentId, CommunityId, PersonId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{files::ORPHAN_AGE, intake::hex};

/// Longest first line that is read, in bytes: a name of 84 characters, a hash and a number.
const MAX_LINE: u64 = 4096;
/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

/// Whose an upload is, and of which file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// The sender's community.
    pub community: CommunityId,
    /// The sender.
    pub person: PersonId,
    /// The file.
    pub id: AttachmentId,
}

/// What an upload will become, as it was said when it began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Promised {
    /// Bytes of the whole file.
    pub length: u64,
    /// SHA-256 of the whole file, lower-case hexadecimal.
    pub sha256: String,
    /// Its name.
    pub name: String,
}

/// How much of an upload is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrived {
    /// Bytes from the beginning.
    pub offset: u64,
    /// What it will become.
    pub promised: Promised,
}

/// What became of a part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Appended {
    /// It stands behind the others.
    Done(Arrived),
    /// It does not begin where the others end.
    Elsewhere(Arrived),
    /// It would end behind the end of the file, or is called the last one and is not.
    Unfit,
}

/// A folder of uploads under way.
#[derive(Clone, Debug)]
pub struct Parts {
    root: PathBuf,
}

impl Parts {
    /// Opens `data/uploads`, made when missing, for the server's account only.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(data: &Path) -> io::Result<Self> {
        let root = data.join("uploads");
        crate::private::folder(&root)?;
        Ok(Self { root })
    }

    /// Begins an upload with its first part. One that began with the same promise goes on where it is, another
    /// one under the same id is forgotten.
    ///
    /// # Errors
    /// The disk's, such as full; then nothing of it is kept. `InvalidInput` for a promise that could not be read
    /// back: it would be an upload that nobody can continue.
    pub fn begin(&self, key: Key, promised: &Promised, bytes: &[u8]) -> io::Result<Arrived> {
        let mut line = serde_json::to_vec(promised)?;
        line.push(b'\n');
        if len(&line) > MAX_LINE {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let place = self.place(key);
        crate::private::folder(place.parent().unwrap_or(&self.root))?;
        let mut file =
            crate::private::file().read(true).write(true).create(true).truncate(false).open(&place)?;
        file.lock()?;
        if let Some((_, arrived)) = read(&mut file)?
            && arrived.promised == *promised
            && (len(bytes)..=promised.length).contains(&arrived.offset)
        {
            return Ok(arrived);
        }
        let written = (|| {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&line)?;
            file.write_all(bytes)
        })();
        if let Err(error) = written {
            // The error of writing is the one to tell; what stays is swept.
            let _ = fs::remove_file(&place);
            return Err(error);
        }
        Ok(Arrived { offset: len(bytes), promised: promised.clone() })
    }

    /// How much is here of an upload; none when it never began, or is forgotten.
    ///
    /// # Errors
    /// The disk's.
    pub fn arrived(&self, key: Key) -> io::Result<Option<Arrived>> {
        let Some(mut file) = self.file(key)? else { return Ok(None) };
        Ok(read(&mut file)?.map(|(_, arrived)| arrived))
    }

    /// Writes a part that begins at `at` behind the others; none when there is no such upload.
    ///
    /// # Errors
    /// The disk's, such as full; then nothing of the part is kept.
    pub fn append(&self, key: Key, at: u64, is_last: bool, bytes: &[u8]) -> io::Result<Option<Appended>> {
        let Some(mut file) = self.file(key)? else { return Ok(None) };
        let Some((line, mut arrived)) = read(&mut file)? else { return Ok(None) };
        if arrived.offset != at {
            return Ok(Some(Appended::Elsewhere(arrived)));
        }
        let end = at.saturating_add(len(bytes));
        if end > arrived.promised.length || (is_last && end < arrived.promised.length) {
            return Ok(Some(Appended::Unfit));
        }
        file.seek(SeekFrom::Start(line + at))?;
        if let Err(error) = file.write_all(bytes) {
            file.set_len(line + at)?;
            return Err(error);
        }
        arrived.offset = end;
        Ok(Some(Appended::Done(arrived)))
    }

    /// SHA-256 of what is here of an upload, read piece by piece; none when there is no such upload.
    ///
    /// # Errors
    /// The disk's.
    pub fn digest(&self, key: Key) -> io::Result<Option<String>> {
        let Some(mut file) = self.file(key)? else { return Ok(None) };
        let Some((line, _)) = read(&mut file)? else { return Ok(None) };
        file.seek(SeekFrom::Start(line))?;
        let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(Some(hex(&hash.finalize()))),
                read => hash.update(piece.get(..read).unwrap_or_default()),
            }
        }
    }

    /// The bytes of an upload.
    ///
    /// # Errors
    /// `NotFound`, or the disk's.
    pub fn bytes(&self, key: Key) -> io::Result<Vec<u8>> {
        let mut file = self.file(key)?.ok_or(io::ErrorKind::NotFound)?;
        let (line, arrived) = read(&mut file)?.ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(line))?;
        let mut bytes = Vec::with_capacity(usize::try_from(arrived.offset).unwrap_or_default());
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Forgets an upload.
    pub fn forget(&self, key: Key) {
        // What cannot be removed now is swept.
        let _ = fs::remove_file(self.place(key));
    }

    /// How many other uploads of the same sender are under way, and how many bytes they will have. What cannot be
    /// read takes room all the same: it counts as it is.
    ///
    /// # Errors
    /// The disk's.
    pub fn others(&self, key: Key) -> io::Result<(u32, u64)> {
        let (own, mut count, mut bytes) = (self.place(key), 0, 0_u64);
        for path in entries(own.parent().unwrap_or(&self.root))? {
            if path == own || !path.is_file() {
                continue;
            }
            let Some(mut file) = locked(&path)? else { continue };
            let length = match read(&mut file)? {
                Some((_, arrived)) => arrived.promised.length,
                None => file.metadata()?.len(),
            };
            count += 1;
            bytes = bytes.saturating_add(length);
        }
        Ok((count, bytes))
    }

    /// Removes uploads that nothing was added to for a day. Tells how many.
    ///
    /// # Errors
    /// The disk's; what was removed stays removed.
    pub fn sweep(&self, now: SystemTime) -> io::Result<usize> {
        let mut removed = 0;
        for community in entries(&self.root)? {
            for person in entries(&community)? {
                for path in entries(&person)? {
                    // One that became whole in this moment is not there any more.
                    let Some(about) = there(path.metadata())? else { continue };
                    let is_old = now.duration_since(about.modified()?).is_ok_and(|age| age > ORPHAN_AGE);
                    if about.is_file() && is_old {
                        removed += usize::from(there(fs::remove_file(path))?.is_some());
                    }
                }
            }
        }
        Ok(removed)
    }

    fn place(&self, key: Key) -> PathBuf {
        let Key { community, person, id } = key;
        self.root.join(community.to_string()).join(person.to_string()).join(id.to_string())
    }

    fn file(&self, key: Key) -> io::Result<Option<File>> {
        locked(&self.place(key))
    }
}

/// A file, locked until it is closed; none when it is not there.
fn locked(path: &Path) -> io::Result<Option<File>> {
    let Some(file) = there(File::options().read(true).write(true).open(path))? else { return Ok(None) };
    file.lock()?;
    Ok(Some(file))
}

/// What lies in a folder; nothing where there is none, or something that strayed there.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// What came of something with a file; none when it is not there.
fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The length of the first line and what the file says; none when it is no upload, as after a crash while it was
/// begun.
fn read(file: &mut File) -> io::Result<Option<(u64, Arrived)>> {
    let all = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let mut line = Vec::new();
    BufReader::new((&mut *file).take(MAX_LINE)).read_until(b'\n', &mut line)?;
    let promised = serde_json::from_slice::<Promised>(&line).ok().filter(|_| line.ends_with(b"\n"));
    Ok(promised.map(|promised| (len(&line), Arrived { offset: all.saturating_sub(len(&line)), promised })))
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
