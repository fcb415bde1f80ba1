//! Files that a person asked for, where they look for what they downloaded.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Saves under the name, or under `name (2)` where a file of that name stands already. Returns where.
///
/// # Errors
/// The disk's; `NotFound` on a computer without a home.
pub fn save(name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let folder = dirs::download_dir().or_else(|| Some(dirs::home_dir()?.join("Downloads")));
    save_beside(&folder.ok_or(io::ErrorKind::NotFound)?, name, bytes)
}

fn save_beside(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let plain: String = name.chars().filter(|c| !matches!(c, '/' | '\\' | ':') && !c.is_control()).collect();
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((&plain, "bin"));
    let mut number = 1;
    loop {
        let name =
            if number == 1 { format!("{stem}.{ending}") } else { format!("{stem} ({number}).{ending}") };
        let path = folder.join(name);
        match fs::File::create_new(&path) {
            Ok(mut file) => return file.write_all(bytes).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_saved_file_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let one = save_beside(folder.path(), "plan.pdf", b"1").unwrap();
        let two = save_beside(folder.path(), "../plan.pdf", b"2").unwrap();
        assert_eq!((fs::read(&one).unwrap(), fs::read(&two).unwrap()), (b"1".to_vec(), b"2".to_vec()));
        assert!(two.starts_with(folder.path()), "a name never leads out of the folder");
    }
}
