//! Databases of earlier versions open with everything in them.

use linli_core::{account, cache::Cache, outbox};
use linli_wire::ops::MAX_BATCH;
use zeroize::Zeroizing;

/// The first version of an account's database, as it was released.
const FIRST: &[&str] = &[include_str!("../../migrations/account/0001.sql")];

#[test]
fn an_account_of_version_one_keeps_its_outbox_and_drafts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.db");
    let key = Zeroizing::new([7; 32]);
    let old = Cache::open(&path, &key, FIRST).unwrap();
    let op = r#"{"id":"01890000-0000-7000-8000-000000000001","lane":"preferences","at":1,
                 "action":{"kind":"save_preferences","preferences":{"muted_categories":["activities"]}}}"#;
    old.write(|tx| {
        tx.execute(
            "INSERT INTO outbox (id, lane, kind, subject, op, state) VALUES (x'01890000000070008000000000000001',
             'preferences', 'save_preferences', '', ?1, 'queued')",
            [op],
        )?;
        tx.execute("INSERT INTO draft VALUES (x'01890000000070008000000000000002', 3, '{}', 5)", [])?;
        Ok(())
    })
    .unwrap();
    drop(old);

    let new = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let batch = outbox::next_batch(&new, MAX_BATCH).unwrap();
    assert_eq!(batch.len(), 1);
    assert_eq!(batch[0].action.kind(), "save_preferences");
    let drafts: u32 =
        new.read(|db| Ok(db.query_row("SELECT count(*) FROM draft", [], |row| row.get(0))?)).unwrap();
    assert_eq!(drafts, 1);
}

#[test]
fn an_operation_of_version_one_counts_as_one_that_may_have_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.db");
    let key = Zeroizing::new([7; 32]);
    let old = Cache::open(&path, &key, FIRST).unwrap();
    let op = r#"{"id":"01890000-0000-7000-8000-000000000001","lane":"reads","at":1,
                 "action":{"kind":"read_notices","marks":[]}}"#;
    let insert = "INSERT INTO outbox (id, lane, kind, op, state)
        VALUES (x'01890000000070008000000000000001', 'reads', 'read_notices', ?1, 'queued')";
    old.write(|tx| Ok(tx.execute(insert, [op])?)).unwrap();
    drop(old);
    let new = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let system = linli_testkit::FakeSystem::new(1, linli_testkit::Pace::Held);
    let mark = linli_wire::notices::ReadMark {
        notice_id: linli_testkit::pages::notice_id(1),
        read_at: linli_wire::Timestamp(1),
    };
    new.write(|tx| outbox::enqueue_reads(tx, &system, &[mark])).unwrap();
    assert_eq!(outbox::next_batch(&new, MAX_BATCH).unwrap().len(), 2, "the old one is not changed");
}
