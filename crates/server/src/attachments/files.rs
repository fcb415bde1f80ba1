//! Where the bytes of attachments lie: a folder, each file under the hash of its content.
//!
//! A file is written beside its place, brought to disk, renamed, and its folder brought to disk, all
//! before its row is committed; so a row never points to nothing, and a crash leaves at most a file
//! without a row, which [`Files::sweep`] removes after a day. The hash as name means that the same
//! picture on ten notices is kept once, that a damaged file is recognised, and that a backup never
//! copies a file twice.
//!
//! Turned down for now: object_store. Its local folder alone brings 36 further crates (chrono,
//! itertools, parking_lot, url, walkdir …) for four functions; where a bucket is wanted, these four
//! are what stands in front of it.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

/// How long a file without a row is left alone: its row may still be on the way.
pub const ORPHAN_AGE: Duration = Duration::from_secs(24 * 60 * 60);

static TEMPORARY: AtomicU64 = AtomicU64::new(0);

/// A folder of files under their hashes.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Opens `data/attachments`, made when missing, for the server's account only.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(data: &Path) -> io::Result<Self> {
        let root = data.join("attachments");
        crate::private::folder(&root)?;
        Ok(Self { root })
    }

    /// Keeps `bytes` under their hash; keeping them again makes them young again.
    ///
    /// # Errors
    /// The disk's, such as full.
    pub fn put(&self, sha256: &str, bytes: &[u8]) -> io::Result<()> {
        let place = self.place(sha256)?;
        if let Ok(file) = File::options().write(true).open(&place)
            && file.metadata()?.len() == u64::try_from(bytes.len()).unwrap_or(u64::MAX)
        {
            return file.set_modified(SystemTime::now());
        }
        let folder = place.parent().unwrap_or(&self.root);
        let is_new = !folder.is_dir();
        crate::private::folder(folder)?;
        if is_new {
            sync_folder(&self.root)?;
        }
        let number = TEMPORARY.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!(".{}-{number}.part", std::process::id()));
        let written = (|| {
            let mut file = crate::private::file().write(true).create_new(true).open(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &place)?;
            sync_folder(folder)
        })();
        if written.is_err() {
            // The error of writing is the one to tell; a part that stays is swept.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// A file, to read from its beginning, and its length in bytes.
    ///
    /// # Errors
    /// `NotFound`, or the disk's.
    pub fn file(&self, sha256: &str) -> io::Result<(File, u64)> {
        let file = File::open(self.place(sha256)?)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// `NotFound`, or the disk's.
    pub fn read(&self, sha256: &str) -> io::Result<Vec<u8>> {
        fs::read(self.place(sha256)?)
    }

    /// Whether a file is there.
    pub fn has(&self, sha256: &str) -> bool {
        self.place(sha256).is_ok_and(|place| place.is_file())
    }

    /// The hashes of all files.
    ///
    /// # Errors
    /// The disk's.
    pub fn all(&self) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        self.each(|name, _| {
            if is_hash(name) {
                found.push(name.to_owned());
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Removes files older than [`ORPHAN_AGE`] that `is_wanted` does not know, and left-over parts.
    /// Tells how many.
    ///
    /// # Errors
    /// The disk's, or that of `is_wanted`; what was removed stays removed.
    pub fn sweep(
        &self,
        now: SystemTime,
        mut is_wanted: impl FnMut(&str) -> io::Result<bool>,
    ) -> io::Result<usize> {
        let mut removed = 0;
        self.each(|name, path| {
            let modified = path.metadata()?.modified()?;
            let is_old = now.duration_since(modified).is_ok_and(|age| age > ORPHAN_AGE);
            if is_old && (!is_hash(name) || !is_wanted(name)?) {
                fs::remove_file(path)?;
                removed += 1;
            }
            Ok(())
        })?;
        Ok(removed)
    }

    fn each(&self, mut visit: impl FnMut(&str, &Path) -> io::Result<()>) -> io::Result<()> {
        for folder in fs::read_dir(&self.root)? {
            let folder = folder?.path();
            if folder.is_dir() {
                for entry in fs::read_dir(&folder)? {
                    let entry = entry?;
                    visit(&entry.file_name().to_string_lossy(), &entry.path())?;
                }
            }
        }
        Ok(())
    }

    fn place(&self, sha256: &str) -> io::Result<PathBuf> {
        // The name comes from our own table, yet it becomes a path: it is checked all the same.
        match sha256.get(..2) {
            Some(start) if is_hash(sha256) => Ok(self.root.join(start).join(sha256)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a hash")),
        }
    }
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot open folders; there a rename is durable by itself.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use std::time::{Duration, SystemTime};

    use super::{Files, ORPHAN_AGE};
    use crate::attachments::intake::digest;

    #[test]
    fn a_file_is_kept_once_read_back_and_swept_when_nobody_wants_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let (one, two) = (digest(b"one"), digest(b"two"));
        files.put(&one, b"one").unwrap();
        files.put(&one, b"one").unwrap();
        files.put(&two, b"two").unwrap();
        assert_eq!(files.read(&one).unwrap(), b"one");
        assert_eq!(files.all().unwrap().len(), 2);
        let soon = SystemTime::now() + Duration::from_secs(60);
        assert_eq!(files.sweep(soon, |_| Ok(false)).unwrap(), 0, "young files may get their row yet");
        let later = SystemTime::now() + ORPHAN_AGE + Duration::from_secs(60);
        assert_eq!(files.sweep(later, |hash| Ok(hash == one)).unwrap(), 1);
        assert!(files.has(&one) && !files.has(&two));
    }

    #[test]
    fn a_half_written_file_is_mended_and_a_strange_name_is_no_path() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let hash = digest(b"whole");
        files.put(&hash, b"whole").unwrap();
        std::fs::write(folder.path().join("attachments").join(hash.get(..2).unwrap()).join(&hash), b"wh")
            .unwrap();
        files.put(&hash, b"whole").unwrap();
        assert_eq!(files.read(&hash).unwrap(), b"whole");
        for name in ["../../etc/passwd", "", "é", &hash.to_uppercase()] {
            assert_eq!(files.read(name).unwrap_err().kind(), std::io::ErrorKind::InvalidInput, "{name}");
        }
    }
}
