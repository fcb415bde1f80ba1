//! Folders that go with their test.

use tempfile::TempDir;

/// A folder of its own, in memory where the system has such a place: what `fsync` does cannot be seen
/// from inside the process that calls it, so these tests need not wait for it.
///
/// # Panics
/// When no folder can be made.
#[allow(clippy::expect_used, reason = "a test without a folder cannot go on")]
pub fn temp_folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a folder for the test")
}
