//! Databases of earlier versions open with everything in them.

use linli_core::{account, cache::Cache, outbox};
use linli_testkit::pages::{Pages, notice};
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

#[test]
fn what_an_app_before_repairs_passed_over_is_taken_again() {
    const FIVE: &[&str] = &[
        include_str!("../../migrations/account/0001.sql"),
        include_str!("../../migrations/account/0002.sql"),
        include_str!("../../migrations/account/0003.sql"),
        include_str!("../../migrations/account/0004.sql"),
        include_str!("../../migrations/account/0005.sql"),
    ];
    use linli_testkit::pages::repair_with;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.db");
    let key = Zeroizing::new([7; 32]);
    let old = Cache::open(&path, &key, FIVE).unwrap();
    old.write(|tx| {
        tx.execute_batch(
            "UPDATE progress SET cursor = 'far', updated_at = 1;
             INSERT INTO scope (key, name, position) VALUES (1, 'staff:old', 9);
             INSERT INTO holding (entity, id, scope) VALUES ('unit', x'01890000000070008000000000000009', 1);
             INSERT INTO record (entity, id, version, body)
               VALUES ('unit', x'01890000000070008000000000000009', 1, '{}');",
        )?;
        Ok(())
    })
    .unwrap();
    drop(old);
    let new = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    assert_eq!(linli_core::sync::progress(&new).unwrap().cursor, "", "asked from the beginning");
    let garden = Pages::default();
    let page =
        garden.page("new").in_community(&[notice(1, 1, "One", "")]).in_person(&[repair_with(1, 1, |_| {})]);
    linli_core::sync::apply(&new, &page.build(), linli_wire::Timestamp(2)).unwrap();
    let counts = |sql: &str| new.read(|db| Ok(db.query_row(sql, [], |row| row.get::<_, u32>(0))?)).unwrap();
    assert_eq!(counts("SELECT count(*) FROM repair WHERE mine = 1"), 1);
    assert_eq!(counts("SELECT count(*) FROM record"), 0, "what the log no longer holds is gone");
    let fresh = Cache::in_memory(account::MIGRATIONS).unwrap();
    let retaking =
        fresh.read(|db| Ok(db.query_row("SELECT retaking FROM progress", [], |row| row.get::<_, bool>(0))?));
    assert!(!retaking.unwrap(), "a new cache has nothing to take again");
}

#[test]
fn what_was_indexed_without_single_letters_is_indexed_anew() {
    use linli_testkit::pages::chat::{message_with, room_id, room_with};
    use linli_wire::{Language, chat::MessageSearch, notices::NoticesQuery};
    let (before, now) = account::MIGRATIONS.split_at(14);
    assert!(!now.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.db");
    let key = Zeroizing::new([7; 32]);
    let old = Cache::open(&path, &key, before).unwrap();
    let garden = Pages::default();
    let talk = [room_with(1, 1, |_| {}), message_with(room_id(1), 1, 1, "Water now", |_| {})];
    let page = garden.page("1").in_community(&[notice(1, 1, "Water now", "")]).in_room(room_id(1), &talk);
    // Filled by the code of today, which knows a column that was not there yet.
    let newer = "ALTER TABLE progress ADD COLUMN clock_at INTEGER NOT NULL DEFAULT 0";
    old.write(|tx| Ok(tx.execute_batch(newer)?)).unwrap();
    linli_core::sync::apply(&old, &page.build(), linli_wire::Timestamp(2)).unwrap();
    // As the app of before left it: indexed, and not a word of single letters.
    let left = "UPDATE notice SET indexed = 1; UPDATE message SET indexed = 1;
                ALTER TABLE progress DROP COLUMN clock_at;";
    old.write(|tx| Ok(tx.execute_batch(left)?)).unwrap();
    drop(old);
    let new = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let search = MessageSearch { words: "n".to_owned(), ..MessageSearch::default() };
    let found = linli_core::chat::search(&new, &search, &Language::en(), linli_wire::Timestamp(3)).unwrap();
    assert_eq!(found.total, 1);
    let query = NoticesQuery { search: "n".to_owned(), ..NoticesQuery::default() };
    assert_eq!(
        linli_core::notices::list(&new, &query, &Language::en(), linli_wire::Timestamp(3)).unwrap().total,
        1
    );
}
