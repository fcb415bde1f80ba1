//! Backup, restore and check, on both engines and from one to the other.

use std::fs;

use linli_server::{
    backup::{self, BackupError, TABLES},
    db::Tx,
    instance, join,
    ledger::{self, Account, Entry, Kind, Line, Movement},
};
use linli_wire::id::{CommunityId, LedgerEntryId};

use crate::{folder::sound, on_both_engines, place::Place};

/// A community with people, notices, a picture, an open letter, and money that came in and bounced.
async fn lived_in(place: &Place) {
    place.import(sound().path(), false).await;
    let codes = join::Codes::new(&place.db.write(instance::open).await.unwrap());
    let fresh = codes.fresh().await.unwrap();
    place
        .db
        .write(move |tx| {
            let row = tx.query_one("SELECT community_id, id FROM person WHERE code = 'P-0001'", &[])?;
            join::invite(tx, row.get(0)?, row.get(1)?, &fresh, 1000, "https://linli.example.org")
                .map(drop)?;
            bounced(tx, row.get(0)?)
        })
        .await
        .unwrap();
}

fn bounced(tx: &mut Tx<'_>, community: CommunityId) -> Result<(), linli_server::Error> {
    // What takes it back has the smaller id: rows are restored in their order.
    let [paid, back] = [9, 1].map(|number| LedgerEntryId(uuid::Uuid::from_u128(number)));
    let line = |account, minor| Line { account, minor, bill: None };
    let entry = Entry {
        id: paid,
        kind: Kind::Payment,
        currency: "EUR".to_owned(),
        day: "2026-11-30".to_owned(),
        reason: String::new(),
        by: None,
        movement: Some(Movement { provider: "bank".to_owned(), id: "a".to_owned() }),
        reverses: None,
        lines: vec![line(Account::Bank, 500), line(Account::Unclaimed, -500)],
    };
    ledger::post(tx, community, &entry)?;
    let entry =
        ledger::opposite(tx, community, paid, back, "2026-12-01".to_owned(), "bounced".to_owned(), None)?;
    ledger::post(tx, community, &entry).map(drop)
}

/// All but the epoch, which a restore changes.
async fn rows(place: &Place) -> Vec<String> {
    place.tables(|name| name != "instance").await
}

async fn moves(from: &Place, to: &Place) {
    lived_in(from).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.tar");
    let manifest = backup::backup(&from.db, &from.files, &file).await.unwrap();
    assert_eq!((manifest.attachments, manifest.tables["person"].rows), (1, 4));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    assert_eq!(backup::restore(&to.db, &to.files, &file).await.unwrap(), manifest);
    assert_eq!(rows(to).await, rows(from).await);
    assert_eq!(to.findings().await, Vec::<String>::new());
    let (old, new) = (from.db.read(instance::load).await.unwrap(), to.db.read(instance::load).await.unwrap());
    assert_eq!(old.id, new.id);
    assert_ne!(old.epoch, new.epoch, "devices notice that the log went back");
    assert!(new.restored_at.is_some());
    assert!(matches!(backup::restore(&to.db, &to.files, &file).await, Err(BackupError::NotEmpty)));
    assert!(matches!(backup::backup(&from.db, &from.files, &file).await, Err(BackupError::Exists(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_community_moves_from_sqlite_to_postgres_and_back() {
    let Some(postgres) = Place::postgres().await else {
        return eprintln!("LINLI_TEST_POSTGRES is not set: not run on PostgreSQL");
    };
    moves(&Place::sqlite().await, &postgres).await;
    let other = Place::postgres().await.unwrap();
    moves(&other, &Place::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_cut_off_or_altered_restores_nothing() {
    let from = Place::sqlite().await;
    lived_in(&from).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.tar");
    backup::backup(&from.db, &from.files, &file).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let to = Place::sqlite().await;
    let empty = to.everything().await;
    let spoiled = folder.path().join("spoiled.tar");
    let name = b"\xE7\x8E\x8B\xE6\xA2\x85";
    let person = whole.windows(name.len()).position(|part| part == name).unwrap();
    let mut altered = whole.clone();
    altered[person] = 0xE8;
    let mut cases = vec![altered, Vec::new(), b"not a tar".to_vec()];
    cases.extend((1..24).map(|part| whole[..whole.len() * part / 24].to_vec()));
    for bytes in cases {
        fs::write(&spoiled, &bytes).unwrap();
        let error = backup::restore(&to.db, &to.files, &spoiled).await.unwrap_err();
        assert!(matches!(error, BackupError::Broken(_)), "{} bytes: {error}", bytes.len());
        assert_eq!(to.everything().await, empty);
    }
    let newer = String::from_utf8_lossy(&whole[..2048]).replace("\"format\": 1", "\"format\": 2");
    let mut bytes = newer.into_bytes();
    bytes.extend_from_slice(&whole[2048..]);
    fs::write(&spoiled, bytes).unwrap();
    let error = backup::restore(&to.db, &to.files, &spoiled).await.unwrap_err();
    assert!(matches!(error, BackupError::OtherVersion { .. }), "{error}");
    backup::restore(&to.db, &to.files, &file).await.unwrap();
}

on_both_engines! {
    async fn a_community_comes_back_on_the_same_engine(place) {
        let to = if place.db.engine() == "postgres" { Place::postgres().await.unwrap() } else { Place::sqlite().await };
        moves(&place, &to).await;
    }

    async fn a_backup_made_while_people_write_is_one_moment(place) {
        lived_in(&place).await;
        let db = place.db.clone();
        let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
        // Each write touches a table, its log, and two counters: a torn view would not add up.
        let writer = tokio::spawn(async move {
            let mut writes = 0;
            while stopped.try_recv().is_err() {
                db.write(|tx| {
                    let row = tx.query_one("SELECT community_id, id FROM notice WHERE state = 'published'", &[])?;
                    let (community, id) = (row.get(0)?, row.get(1)?);
                    let mut notice = linli_server::notices::get(tx, community, id)?.unwrap();
                    notice.version += 1;
                    linli_server::notices::put(tx, community, &notice)
                })
                .await
                .unwrap();
                writes += 1;
            }
            writes
        });
        let folder = tempfile::tempdir().unwrap();
        for number in 0..5 {
            // The backup itself is verified by restoring and checking it.
            backup::backup(&place.db, &place.files, &folder.path().join(format!("{number}.tar"))).await.unwrap();
        }
        stop.send(()).unwrap();
        assert!(writer.await.unwrap() > 5, "there was something to get in the way of");
    }

    async fn a_backup_knows_every_table_and_column(place) {
        let mut known: Vec<String> =
            TABLES.iter().flat_map(|table| table.columns.iter().map(|column| format!("{}.{column}", table.name))).collect();
        known.sort();
        let postgres = place.db.engine() == "postgres";
        let mut there = place.db.read(move |tx| {
            let sql = if postgres {
                "SELECT table_name || '.' || column_name FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name <> 'migration'"
            } else {
                "SELECT tables.name || '.' || columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
                 WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND tables.name <> 'migration'"
            };
            tx.query(sql, &[])?.iter().map(|row| Ok(row.get::<String>(0)?)).collect::<Result<Vec<_>, linli_server::Error>>()
        }).await.unwrap();
        there.sort();
        assert_eq!(known, there);
    }

    async fn every_disturbance_is_found(place) {
        lived_in(&place).await;
        assert_eq!(place.findings().await, Vec::<String>::new());
        // Each is made, found, and undone.
        let cases: &[(&str, &str, &str)] = &[
            ("UPDATE scope SET head = head - 1 WHERE scope LIKE 'staff:%'", "its head at", "UPDATE scope SET head = head + 1 WHERE scope LIKE 'staff:%'"),
            ("UPDATE changes SET entity = 'xbuilding' WHERE entity = 'building'", "is missing", "UPDATE changes SET entity = 'building' WHERE entity = 'xbuilding'"),
            ("UPDATE changes SET version = version + 1 WHERE entity = 'notice'", "differs from its table", "UPDATE changes SET version = version - 1 WHERE entity = 'notice'"),
            ("UPDATE changes SET body = '{' || body WHERE entity = 'person'", "cannot be read", "UPDATE changes SET body = SUBSTR(body, 2) WHERE entity = 'person'"),
            ("UPDATE person SET name = name || '?' WHERE code = 'P-0001'", "differs from its table", "UPDATE person SET name = '王梅' WHERE code = 'P-0001'"),
            ("UPDATE changes SET scope = 'building:' || id WHERE entity = 'unit'", "is there, but should not be", "UPDATE changes SET scope = 'staff:' || community_id WHERE entity = 'unit'"),
            ("UPDATE notice SET state = 'draft' WHERE state = 'published'", "its audience still has it", "UPDATE notice SET state = 'published' WHERE state = 'draft'"),
            ("UPDATE notice SET content = REPLACE(content, '\"attachments\"', '\"xattachments\"')", "as is noted", "UPDATE notice SET content = REPLACE(content, '\"xattachments\"', '\"attachments\"')"),
            ("UPDATE notice SET content = REPLACE(content, '\"sha256\":\"', '\"sha256\":\"x')", "with a hash that it does not have", "UPDATE notice SET content = REPLACE(content, '\"sha256\":\"x', '\"sha256\":\"')"),
            ("UPDATE invitation SET used_at = 1", "was used without a device", "UPDATE invitation SET used_at = NULL"),
        ];
        for (disturb, finding, undo) in cases {
            let disturbed = place.db.write(move |tx| Ok(tx.execute(disturb, &[])?)).await;
            let count = disturbed.unwrap_or_else(|error| panic!("{disturb}: {error}"));
            assert!(count > 0, "{disturb}");
            let found = place.db.read(linli_server::check::database).await;
            let found = found.unwrap_or_else(|error| vec![error.to_string()]);
            assert!(found.iter().any(|line| line.contains(finding)), "{disturb}: {found:#?}");
            place.db.write(move |tx| Ok(tx.execute(undo, &[])?)).await.unwrap();
            assert_eq!(place.findings().await, Vec::<String>::new(), "{undo}");
        }
        let hash = place.files.all().unwrap().remove(0);
        let path = place.data.path().join("attachments").join(hash.get(..2).unwrap()).join(&hash);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[1..]).unwrap();
        assert_eq!(place.findings().await, [format!("attachment file {hash} is damaged")]);
        fs::remove_file(&path).unwrap();
        assert_eq!(place.findings().await, [format!("attachment file {hash} is missing")]);
        let file = place.data.path().join("backup.tar");
        assert!(matches!(backup::backup(&place.db, &place.files, &file).await, Err(BackupError::Attachment(_))));
        assert!(!file.exists(), "a backup that is not whole is none");
    }
}
