//! A folder for what is only needed for a moment.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder that only its owner may read, and that goes away in any case.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one within `beside`.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn new(beside: &Path) -> std::io::Result<Self> {
        let number = crate::clock::random::<8>().map_or(0, u64::from_be_bytes);
        let path = beside.join(format!(".linli-{}-{number:016x}", std::process::id()));
        fs::create_dir(&path)?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is a hidden folder with an honest name.
        let _ = fs::remove_dir_all(&self.0);
    }
}
