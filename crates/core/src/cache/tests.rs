#![allow(clippy::unwrap_used)]

use super::*;

const SCHEMA: Migrations = &["CREATE TABLE word (text TEXT NOT NULL) STRICT;"];
const NEWER: Migrations =
    &["CREATE TABLE word (text TEXT NOT NULL) STRICT;", "CREATE TABLE later (n INTEGER) STRICT;"];

fn key(byte: u8) -> DataKey {
    Zeroizing::new([byte; 32])
}

#[test]
fn nothing_on_disk_is_readable_without_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let cache = Cache::open(&path, &key(1), SCHEMA).unwrap();
    cache.write(|tx| Ok(tx.execute("INSERT INTO word VALUES ('canary-梅花')", [])?)).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"canary"), "the word must not stand in clear");
        assert!(!bytes.starts_with(b"SQLite format 3"), "not even the header is plain");
    }
    drop(cache);
    let wrong = Cache::open(&path, &key(2), SCHEMA).err().unwrap();
    assert_eq!(wrong.code(), Code::DatabaseDamaged);
    let right = Cache::open(&path, &key(1), SCHEMA).unwrap();
    let word: String =
        right.read(|db| Ok(db.query_row("SELECT text FROM word", [], |row| row.get(0))?)).unwrap();
    assert_eq!(word, "canary-梅花");
}

#[test]
fn a_newer_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    drop(Cache::open(&path, &key(1), NEWER).unwrap());
    let before = std::fs::read(&path).unwrap();
    assert_eq!(Cache::open(&path, &key(1), SCHEMA).err().unwrap().code(), Code::DatabaseNewer);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_failed_write_leaves_nothing() {
    let cache = Cache::in_memory(SCHEMA).unwrap();
    let failed = cache.write(|tx| {
        tx.execute("INSERT INTO word VALUES ('half')", [])?;
        Err::<(), _>(Error::new(Code::Internal, "stop"))
    });
    assert!(failed.is_err());
    let count: u32 =
        cache.read(|db| Ok(db.query_row("SELECT count(*) FROM word", [], |row| row.get(0))?)).unwrap();
    assert_eq!(count, 0);
}

#[test]
fn readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("cache.db"), &key(1), SCHEMA).unwrap();
    let refused = cache.read(|db| Ok(db.execute("INSERT INTO word VALUES ('x')", [])?));
    assert!(refused.is_err());
}
