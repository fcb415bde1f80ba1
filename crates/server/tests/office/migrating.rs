//! Databases as servers of before left them, opened with the server of today.
//!
//! `old/schema-N.sql` is migration N and `old/rows-N.sql` what was written under it, both frozen: they are
//! what stands on disks out there, and are never brought up to date. A new migration freezes the one
//! before it here.

use linli_server::{
    App, Settings, auth, check,
    clock::Clock,
    db::{self, Location, Tx},
    instance, notices, session,
    sync::{self, Cursor},
};
use linli_wire::{
    Language, Timestamp,
    id::{DeviceId, NoticeId},
    notices::Publish,
    session::{RefreshRequest, refresh_message},
    sync::Entity,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

/// Migrations with what was written under each, oldest first.
const STATES: &[(&str, &str)] = &[
    (include_str!("old/schema-1.sql"), include_str!("old/rows-1.sql")),
    (include_str!("old/schema-2.sql"), include_str!("old/rows-2.sql")),
    (include_str!("old/schema-3.sql"), include_str!("old/rows-3.sql")),
    (include_str!("old/schema-4.sql"), include_str!("old/rows-4.sql")),
    (include_str!("old/schema-5.sql"), include_str!("old/rows-5.sql")),
    (include_str!("old/schema-6.sql"), include_str!("old/rows-6.sql")),
    (include_str!("old/schema-7.sql"), include_str!("old/rows-7.sql")),
    (include_str!("old/schema-8.sql"), include_str!("old/rows-8.sql")),
    (include_str!("old/schema-9.sql"), include_str!("old/rows-9.sql")),
    (include_str!("old/schema-10.sql"), include_str!("old/rows-10.sql")),
    (include_str!("old/schema-11.sql"), include_str!("old/rows-11.sql")),
    (include_str!("old/schema-12.sql"), include_str!("old/rows-12.sql")),
    (include_str!("old/schema-13.sql"), include_str!("old/rows-13.sql")),
    (include_str!("old/schema-14.sql"), include_str!("old/rows-14.sql")),
    (include_str!("old/schema-15.sql"), include_str!("old/rows-15.sql")),
    (include_str!("old/schema-16.sql"), include_str!("old/rows-16.sql")),
    (include_str!("old/schema-17.sql"), include_str!("old/rows-17.sql")),
    (include_str!("old/schema-18.sql"), include_str!("old/rows-18.sql")),
];
/// A minute after the last row was written.
const NOW: Timestamp = Timestamp(1_790_000_120_000);

/// A device of the frozen rows.
struct Device {
    id: DeviceId,
    key: SigningKey,
    refresh: &'static str,
}

/// Wang Mei's and the office's, with the keys and tokens that they hold.
fn devices() -> [Device; 2] {
    let mut lines = include_str!("old/devices").lines().map(|line| {
        let [_, id, key, refresh] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let seed: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(key.get(2 * at..2 * at + 2).unwrap(), 16).unwrap()).collect();
        Device { id: id.parse().unwrap(), key: SigningKey::from_bytes(&seed.try_into().unwrap()), refresh }
    });
    [lines.next().unwrap(), lines.next().unwrap()]
}

/// The statements that make a database of migration `newest`.
fn old(newest: usize, postgres: bool) -> String {
    let (integer, strict) = if postgres { ("BIGINT", "") } else { ("INTEGER", " STRICT") };
    let mut text = format!(
        "CREATE TABLE migration (number {integer} PRIMARY KEY, checksum TEXT NOT NULL, at {integer} NOT NULL){strict};\n"
    );
    for (number, (schema, rows)) in (1..).zip(&STATES[..newest]) {
        let sum: String =
            Sha256::digest(schema.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let tables = of_engine(schema, postgres).replace("{strict}", strict);
        if postgres {
            text.push_str(&tables);
            // Bytes as PostgreSQL writes them. Within texts an apostrophe is doubled.
            text.push_str(&rows.replace(" X'", " '\\x").replace("(X'", "('\\x"));
        } else {
            text.push_str(&tables.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB"));
            text.push_str(rows);
        }
        text.push_str(&format!("INSERT INTO migration VALUES ({number}, '{sum}', 1790000000000);\n"));
    }
    text
}

/// What of a migration is for an engine: all but what stands between the other one's token and `{end}`.
fn of_engine(schema: &str, postgres: bool) -> String {
    let other = if postgres { "{sqlite}" } else { "{postgres}" };
    let mut is_other = false;
    let lines = schema.lines().filter(|line| {
        let is_token = ["{sqlite}", "{postgres}", "{end}"].contains(line);
        is_other = if is_token { *line == other } else { is_other };
        !is_token && !is_other
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

async fn refreshed(app: &App, device: &Device) -> session::Refreshed {
    let nonce = BASE64.encode([7; 16]);
    let signature = device.key.sign(&refresh_message(device.refresh, &nonce));
    let request = RefreshRequest {
        device_id: device.id,
        refresh: device.refresh.to_owned(),
        nonce,
        signature: BASE64.encode(signature.to_bytes()),
    };
    let instance = app.instance.clone();
    app.db.write(move |tx| session::refresh(tx, &instance, &request)).await.unwrap()
}

/// What a device sees of the notices, from nothing.
fn titles(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<String>, linli_server::Error> {
    let caller = auth::again(tx, device)?;
    let mut cursor = Cursor::new(instance::load(tx)?.epoch);
    let mut titles = std::collections::BTreeSet::new();
    loop {
        let page = sync::page(tx, &caller, &cursor)?;
        cursor = page.cursor.clone();
        let more = page.more;
        let page: serde_json::Value = serde_json::from_str(&page.json("", NOW)).unwrap();
        for change in
            page["scopes"].as_array().unwrap().iter().flat_map(|scope| scope["changes"].as_array().unwrap())
        {
            if change["entity"] == Entity::Notice.as_str() && !change["body"].is_null() {
                titles.insert(change["body"]["content"]["texts"]["zh"]["title"].as_str().unwrap().to_owned());
            }
        }
        if !more {
            return Ok(titles.into_iter().collect());
        }
    }
}

/// Opens a database that was made by [`old`], and lives on in it.
async fn opens(location: Location) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(Settings::new(location, folder.path().to_owned()), Clock::new(|| NOW)).await.unwrap();
    assert_eq!(app.db.read(check::database).await.unwrap(), Vec::<String>::new());
    let [wang, office] = devices();
    for device in [&wang, &office] {
        assert!(matches!(refreshed(&app, device).await, session::Refreshed::Tokens(_)), "{}", device.id);
    }
    let (wang, office) = (wang.id, office.id);
    let seen = app.db.read(move |tx| titles(tx, wang)).await.unwrap();
    assert_eq!(seen, ["三号楼", "停水", "图纸"]);
    let seen = app.db.read(move |tx| titles(tx, office)).await.unwrap();
    assert_eq!(seen, ["三号楼", "停水", "图纸", "撤回", "明天", "草稿"]);
    // The office writes on, and Wang Mei reads it.
    app.db
        .write(move |tx| {
            let caller = auth::again(tx, office)?;
            let row = tx.query_one(
                "SELECT id, version FROM notice WHERE content LIKE '%三号楼%' AND state = 'published'",
                &[],
            )?;
            let (id, version): (NoticeId, u64) = (row.get(0)?, row.get(1)?);
            let mut content = notices::get(tx, caller.community, id)?.unwrap().content;
            content.texts.get_mut(&Language::zh()).unwrap().title = "三号楼改".to_owned();
            notices::save(tx, &caller, id, version, &content, Publish::Keep)
        })
        .await
        .unwrap();
    let seen = app.db.read(move |tx| titles(tx, wang)).await.unwrap();
    assert_eq!(seen, ["三号楼改", "停水", "图纸"]);
    assert_eq!(app.db.read(check::database).await.unwrap(), Vec::<String>::new());
}

#[test]
fn every_migration_but_the_newest_is_frozen_here() {
    let frozen = i64::try_from(STATES.len()).unwrap();
    assert_eq!(
        frozen,
        db::newest_migration() - 1,
        "freeze the migration before the newest, with rows of its own"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_databases_of_every_earlier_migration_live_on() {
    for newest in 1..=STATES.len() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("linli.db");
        rusqlite::Connection::open(&file).unwrap().execute_batch(&old(newest, false)).unwrap();
        opens(Location::Sqlite(file)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_databases_of_every_earlier_migration_live_on() {
    for newest in 1..=STATES.len() {
        let Some(location) = crate::place::fresh_schema().await else {
            return eprintln!("LINLI_TEST_POSTGRES is not set: not run on PostgreSQL");
        };
        let Location::Postgres(url) = &location else { panic!("{location:?}") };
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&old(newest, true)).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        opens(location).await;
    }
}
