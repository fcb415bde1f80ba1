//! Files and folders that only the account of the server may read: names, telephone numbers and keys
//! stand in them, and other accounts of the machine are none of the community's.
//!
//! On Windows a folder passes its rights on to what is made in it, and the user's own folders are closed
//! to others; nothing is done there.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    path::Path,
};

/// Makes a folder, and those above it that are missing, for its owner only; one that is there is closed
/// to others.
///
/// # Errors
/// It cannot be made.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    close(path);
    Ok(())
}

/// How to open a file that is for its owner only when it is made.
pub(crate) fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The file of a SQLite database: made when missing, since SQLite would let everybody read it, and closed
/// to others when it is there. What SQLite makes beside it gets the same rights.
///
/// # Errors
/// It cannot be made.
pub(crate) fn database(path: &Path) -> io::Result<()> {
    file().create(true).append(true).open(path)?;
    for beside in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        close(Path::new(&name));
    }
    Ok(())
}

/// Takes the rights of others away. What belongs to another account is left as that account wants it:
/// only its owner may change it.
pub(crate) fn close(path: &Path) {
    #[cfg(unix)]
    if let Ok(found) = fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt;
        let mode = found.permissions().mode();
        // A sticky folder, such as /tmp, is meant for all; what we make in it is closed all the same.
        if mode & 0o077 != 0 && mode & 0o1000 == 0 {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
        }
    }
    #[cfg(not(unix))]
    let _ = fs::metadata(path);
}
