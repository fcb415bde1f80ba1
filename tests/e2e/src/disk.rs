//! A small disk of a device's own, to be filled and emptied while the device runs.
//!
//! It is a file system in memory that only the device sees, mounted over its folder in a mount namespace of its own.
//! Turned down: a limit on the size of files, since the system then refuses with another error than a full disk does.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::program::within;

/// What a device's disk is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disk {
    /// Its size in KiB; what the folder holds already must fit.
    pub kib: u32,
    /// Whether nothing more fits from the start.
    pub full: bool,
}

/// The same command, with a small disk over `folder` that holds what the folder held. What is written there is gone
/// when the program ends.
pub fn on_disk(command: &Command, folder: &Path, disk: Disk) -> Command {
    const SCRIPT: &str = "folder=$1 size=$2 full=$3; shift 3
        side=$folder.disk; mkdir -p \"$folder\" \"$side\"
        mount -t tmpfs -o size=\"${size}k\" tmpfs \"$side\"
        cp -a \"$folder/.\" \"$side\"
        if [ \"$full\" = true ]; then cat /dev/zero >\"$side/filler\" 2>/dev/null || true; fi
        mount --bind \"$side\" \"$folder\"
        exec \"$@\"";
    let (folder, size) = (folder.display().to_string(), disk.kib.to_string());
    let full = disk.full.to_string();
    within(
        &["unshare", "--map-root-user", "--mount", "sh", "-ec", SCRIPT, "sh", &folder, &size, &full],
        command,
    )
}

/// The disk of the running program `id`, over `folder`.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// As that program sees it.
    pub fn of(id: u32, folder: &Path) -> Self {
        let inside = folder.strip_prefix("/").unwrap_or(folder);
        Self(Path::new("/proc").join(id.to_string()).join("root").join(inside).join("filler"))
    }

    /// Fills it to the last byte.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn fill(&self) -> Result<()> {
        let mut filler = File::create(&self.0).with_context(|| self.0.display().to_string())?;
        // Pieces of a page, since a larger one is refused whole where a smaller one still fits.
        let page = [1; 4096];
        for _ in 0..1_000_000 {
            match filler.write_all(&page) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        bail!("4 GB did not fill it: it is not a small disk")
    }

    /// Takes away what filled it.
    ///
    /// # Errors
    /// When nothing did.
    pub fn clear(&self) -> Result<()> {
        Ok(fs::remove_file(&self.0)?)
    }
}
