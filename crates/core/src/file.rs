//! Small files beside the cache.

use std::{io::Write, path::Path};

/// Written beside, synced, and moved into place: a crash leaves the old file or the new one.
///
/// # Errors
/// Those of the file system; then the old file stands as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = std::fs::File::create(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // On a full disk the half of it would take the room of what could still be written.
        let _ = std::fs::remove_file(&beside);
        return Err(error);
    }
    std::fs::rename(&beside, path)?;
    if let Some(folder) = path.parent().and_then(|folder| std::fs::File::open(folder).ok()) {
        folder.sync_all()?;
    }
    Ok(())
}
