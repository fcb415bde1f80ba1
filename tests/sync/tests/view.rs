//! What the server says that somebody sees, and what their device has: compared row by row.

use std::collections::{BTreeMap, BTreeSet};

use linli_server::{auth, auth::Caller, params};
use linli_testkit::{
    Resident, TestServer,
    people::Person,
    server::{community, person_id},
};
use linli_wire::{
    command::{DevicesList, Empty},
    id::{DeviceId, NoticeId},
};
use serde_json::Value;
use uuid::Uuid;

/// Scope, entity and id, and the body there.
type Rows = BTreeMap<(String, String, Uuid), Value>;

/// Waits until a device has sent everything and holds exactly what the server's log has for it.
pub(crate) async fn until_level(server: &TestServer, who: &Resident) {
    let cache = who.cache().await;
    who.until("the device is level with the server", async |who| {
        let waiting = who.outbox().await.rows;
        if !waiting.is_empty() {
            return Err(format!("waiting: {waiting:?}"));
        }
        let Some(device) = who.get::<DevicesList>(Empty {}).await.this else {
            return Err("no session".to_owned());
        };
        let theirs = in_log(server, device).await;
        let ours = cache.read(|db| Ok(in_cache(db))).unwrap();
        match differences(&theirs, &ours) {
            differences if differences.is_empty() => Ok(()),
            differences => {
                let (asked, connection) = (who.network.asked(), who.app().await.connection);
                let last: Vec<String> = asked
                    .iter()
                    .rev()
                    .take(6)
                    .map(|asked| format!("{} {}", asked.method, asked.path))
                    .collect();
                Err(format!("{differences}{connection:?}, newest question first: {last:#?}"))
            }
        }
    })
    .await;
}

/// Which notices somebody has read, by the server's account.
pub(crate) async fn read_marks(server: &TestServer, person: Person) -> BTreeSet<NoticeId> {
    let sql = "SELECT notice_id FROM read_mark WHERE community_id = $1 AND person_id = $2";
    server
        .look(move |tx| {
            let rows = tx.query(sql, params![community(), person_id(person)])?;
            rows.iter().map(|row| Ok(row.get(0)?)).collect()
        })
        .await
}

async fn in_log(server: &TestServer, device: DeviceId) -> Rows {
    server
        .look(move |tx| {
            let caller: Caller = auth::again(tx, device)?;
            let mut rows = Rows::new();
            for scope in auth::scopes(tx, &caller)? {
                let sql = "SELECT entity, id, body FROM changes WHERE scope = $1 AND body IS NOT NULL";
                for row in tx.query(sql, params![scope])? {
                    let (entity, id, body): (String, String, String) =
                        (row.get(0)?, row.get(1)?, row.get(2)?);
                    let key = (scope.to_string(), entity, id.parse().unwrap());
                    rows.insert(key, serde_json::from_str(&body).unwrap());
                }
            }
            Ok(rows)
        })
        .await
}

fn in_cache(db: &rusqlite::Connection) -> Rows {
    let sql = "SELECT scope.name, holding.entity, holding.id, coalesce(notice_body.body, repair_body.body, round.body, message_body.body, record.body)
        FROM holding JOIN scope ON scope.key = holding.scope
        LEFT JOIN notice ON holding.entity = 'notice' AND notice.id = holding.id
        LEFT JOIN notice_body ON notice_body.key = notice.key
        LEFT JOIN repair ON holding.entity = 'repair' AND repair.id = holding.id
        LEFT JOIN repair_body ON repair_body.key = repair.key
        LEFT JOIN round ON holding.entity = 'round' AND round.id = holding.id
        LEFT JOIN message ON holding.entity = 'message' AND message.id = holding.id
        LEFT JOIN message_body ON message_body.key = message.key
        LEFT JOIN record ON record.entity = holding.entity AND record.id = holding.id";
    let mut select = db.prepare(sql).unwrap();
    let rows = select.query_map([], |row| {
        let body: Option<String> = row.get(3)?;
        let body = body.map_or(Value::Null, |body| serde_json::from_str(&body).unwrap());
        Ok(((row.get(0)?, row.get(1)?, row.get(2)?), body))
    });
    let mut rows: Rows = rows.unwrap().map(Result::unwrap).collect();
    // Marks are merged into one table: the earliest reading stays.
    for ((_, entity, id), body) in &mut rows {
        if entity == "read_mark" {
            let sql = "SELECT read_at FROM read_mark WHERE notice_id = ?1";
            let at: i64 = db.query_row(sql, [*id], |row| row.get(0)).unwrap();
            *body = serde_json::json!({ "notice_id": id, "read_at": at });
        } else if entity == "reaction" {
            let sql = "SELECT message, person, emoji FROM reaction WHERE id = ?1";
            let row = |row: &rusqlite::Row<'_>| {
                let (message, person): (Uuid, Uuid) = (row.get(0)?, row.get(1)?);
                let emoji: String = row.get(2)?;
                Ok(serde_json::json!({ "message_id": message, "person_id": person, "emoji": emoji }))
            };
            *body = db.query_row(sql, [*id], row).unwrap();
        }
    }
    rows
}

fn differences(theirs: &Rows, ours: &Rows) -> String {
    let mut said = String::new();
    for (key, body) in theirs {
        match ours.get(key) {
            None => said += &format!("missing here: {key:?}\n"),
            // A device knows its own reading to the millisecond, the server when it was told.
            Some(_) if key.1 == "read_mark" => {}
            Some(own) if own != body => said += &format!("differs: {key:?}\n  {body}\n  {own}\n"),
            Some(_) => {}
        }
    }
    for key in ours.keys().filter(|key| !theirs.contains_key(key)) {
        said += &format!("only here: {key:?}\n");
    }
    said
}
