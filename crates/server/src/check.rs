//! `linli-server check`: does everything fit together?
//!
//! The heart of it: the sync log is a function of the tables. From the tables alone it is worked out
//! what every follower of every scope must hold ([`expected`]); that and the log must be the same,
//! row for row. So a row that was written and not logged, logged and not written, or shown to the
//! wrong scope is found, whichever code did it. Tests run the same check after every disturbance, and
//! a backup is not a backup before it has passed.

mod expected;

use std::collections::{BTreeMap, BTreeSet};

use linli_wire::{
    id::CommunityId,
    sync::{Entity, Scope},
};
use uuid::Uuid;

use crate::{
    Error,
    attachments::{files::Files, intake},
    community,
    db::{Database, Tx},
    params,
};

/// Findings of one kind beyond this number are only counted.
const SHOWN: usize = 20;

/// Verifies the database and the files, and lists what does not fit; empty is sound.
///
/// # Errors
/// The database cannot be read at all.
pub async fn check(db: &Database, files: &Files) -> Result<Vec<String>, Error> {
    let (mut findings, attachments) = db.read(|tx| Ok((database(tx)?, attachments(tx)?))).await?;
    let files = files.clone();
    let work = move || {
        let mut findings = Vec::new();
        for (hash, bytes) in attachments {
            match files.read(&hash) {
                Err(_) => findings.push(format!("attachment file {hash} is missing")),
                Ok(found)
                    if u64::try_from(found.len()).ok() != Some(bytes) || intake::digest(&found) != hash =>
                {
                    findings.push(format!("attachment file {hash} is damaged"));
                }
                Ok(_) => {}
            }
        }
        findings
    };
    let missing = tokio::task::spawn_blocking(work).await;
    shorten(missing.unwrap_or_default(), &mut findings);
    Ok(findings)
}

fn attachments(tx: &mut Tx<'_>) -> Result<BTreeMap<String, u64>, Error> {
    let rows = tx.query("SELECT DISTINCT sha256, bytes FROM attachment", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// All checks within the database, on one consistent view.
///
/// # Errors
/// The database cannot be read, or a row of it does not fit its type.
pub fn database(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut findings = Vec::new();
    if !tx.is_postgres() {
        engine(tx, &mut findings)?;
    }
    scopes(tx, &mut findings)?;
    for community in community::list(tx)? {
        log(tx, community.id, &mut findings)?;
    }
    notices(tx, &mut findings)?;
    repairs(tx, &mut findings)?;
    rounds(tx, &mut findings)?;
    crate::ledger::check(tx, &mut findings)?;
    crate::payments::check(tx, &mut findings)?;
    crate::card::check(tx, &mut findings)?;
    shorten(community::check_photos(tx)?, &mut findings);
    shorten(crate::chat::check_taken_back(tx)?, &mut findings);
    rights(tx, &mut findings)?;
    Ok(findings)
}

/// What SQLite itself can say; PostgreSQL enforces the same without being asked.
fn engine(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    let mut found = Vec::new();
    for row in tx.query("PRAGMA integrity_check", &[])? {
        let text: String = row.get(0)?;
        if text != "ok" {
            found.push(format!("SQLite: {text}"));
        }
    }
    for row in tx.query("PRAGMA foreign_key_check", &[])? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        found.push(format!("a row of {table} refers to a row of {parent} that does not exist"));
    }
    shorten(found, findings);
    Ok(())
}

/// Heads are never behind the log, and no number is used twice.
fn scopes(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    let rows = tx.query(
        "SELECT changes.scope, MAX(changes.seq), MAX(scope.head) FROM changes
         LEFT JOIN scope ON scope.scope = changes.scope GROUP BY changes.scope",
        &[],
    )?;
    let mut found = Vec::new();
    for row in &rows {
        let (scope, newest, head): (String, u64, Option<u64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match head {
            None => found.push(format!("{scope} has changes and no head")),
            Some(head) if head < newest => found.push(format!("{scope} is at {newest}, its head at {head}")),
            Some(_) => {}
        }
    }
    shorten(found, findings);
    Ok(())
}

/// A place in the log.
type Place = (Scope, Entity, Uuid);

fn log(tx: &mut Tx<'_>, community: CommunityId, findings: &mut Vec<String>) -> Result<(), Error> {
    let mut expected = expected::expected(tx, community)?;
    let mut found = Vec::new();
    let mut after: Option<(String, i64)> = None;
    loop {
        let (scope, seq) = after.clone().unwrap_or_default();
        let rows = tx.query(
            "SELECT scope, seq, entity, id, version, body FROM changes
             WHERE community_id = $1 AND (scope, seq) > ($2, $3) ORDER BY scope, seq LIMIT 500",
            params![community, &scope, seq],
        )?;
        let Some(last) = rows.last() else { break };
        after = Some((last.get(0)?, last.get(1)?));
        for row in &rows {
            let (scope, entity, id): (String, String, Uuid) = (row.get(0)?, row.get(2)?, row.get(3)?);
            let body: Option<String> = row.get(5)?;
            let place = || format!("log of {scope}: {entity} {id}");
            let (Ok(in_scope), Some(kind)) = (scope.parse::<Scope>(), expected::entity(&entity)) else {
                found.push(format!("{} is of an unknown kind", place()));
                continue;
            };
            let fact = expected.remove(&(in_scope, kind, id));
            match (body, fact) {
                (None, None) => {}
                (None, Some(_)) => found.push(format!("{} is gone, but should be there", place())),
                (Some(_), None) => found.push(format!("{} is there, but should not be", place())),
                (Some(body), Some(fact)) => match expected::digest(kind, &body) {
                    None => found.push(format!("{} cannot be read", place())),
                    Some(digest) if digest != fact.digest || row.get::<u64>(4)? != fact.version => {
                        found.push(format!("{} differs from its table", place()));
                    }
                    Some(_) => {}
                },
            }
        }
    }
    for (scope, entity, id) in expected.keys() {
        found.push(format!("log of {scope}: {} {id} is missing", entity.as_str()));
    }
    shorten(found, findings);
    Ok(())
}

/// Notices: who sees them and which files they show follow from what they say.
fn notices(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    let mut found = Vec::new();
    let rows = tx.query(
        "SELECT notice.id, notice.state FROM notice_scope JOIN notice ON notice.community_id = notice_scope.community_id
         AND notice.id = notice_scope.notice_id WHERE notice.state <> 'published'",
        &[],
    )?;
    for row in &rows {
        let (id, state): (Uuid, String) = (row.get(0)?, row.get(1)?);
        found.push(format!("notice {id} is {state}, but its audience still has it"));
    }
    let rows = tx.query(
        "SELECT notice_attachment.notice_id, notice_attachment.attachment_id FROM notice_attachment",
        &[],
    )?;
    let mut shown: BTreeSet<(Uuid, Uuid)> =
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    for row in tx.query("SELECT id, content, community_id FROM notice WHERE state <> 'deleted'", &[])? {
        let id: Uuid = row.get(0)?;
        let Ok(content) = row.json::<linli_wire::notices::NoticeContent>(1) else {
            found.push(format!("notice {id} cannot be read"));
            continue;
        };
        for file in content.attachments {
            let sql = "SELECT sha256 FROM attachment WHERE community_id = $1 AND id = $2";
            let kept = tx.query_opt(sql, params![row.get::<CommunityId>(2)?, file.id])?;
            if kept.map(|row| row.get::<String>(0)).transpose()?.as_deref() != Some(file.sha256.as_str()) {
                found.push(format!("notice {id} shows file {} with a hash that it does not have", file.id));
            }
            if !shown.remove(&(id, file.id.0)) {
                found.push(format!("notice {id} shows file {}, which is not noted", file.id));
            }
        }
    }
    found.extend(
        shown.iter().map(|(notice, file)| format!("notice {notice} does not show file {file}, as is noted")),
    );
    shorten(found, findings);
    Ok(())
}

/// Repairs: the columns that they are found by follow from their bodies, and the files from their events.
fn repairs(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    let mut found = Vec::new();
    let rows = tx
        .query("SELECT id, body, version, state, is_open, category, card_scope, archived FROM repair", &[])?;
    for row in &rows {
        let id: Uuid = row.get(0)?;
        let Ok(body) = row.json::<linli_wire::repairs::Repair>(1) else {
            found.push(format!("repair {id} cannot be read"));
            continue;
        };
        let fits = body.version == row.get::<u64>(2)?
            && body.state.as_str() == row.get::<String>(3)?
            && body.state.is_open() == row.get::<bool>(4)?
            && body.report.category == row.get::<String>(5)?;
        if !fits {
            found.push(format!("repair {id} is not what its columns say"));
        }
        let seen = body.state.is_open() && !body.report.place.is_home();
        if seen != row.get::<Option<String>>(6)?.is_some() {
            found.push(format!("repair {id} has a card that it should not have, or lacks one"));
        }
        if body.state.is_open() && row.get::<bool>(7)? {
            found.push(format!("repair {id} is open, but the office no longer has it"));
        }
    }
    let rows = tx.query("SELECT repair_id, attachment_id FROM repair_attachment", &[])?;
    let mut noted: BTreeSet<(Uuid, Uuid)> =
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    let mut shown: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
    for row in tx.query("SELECT repair_id, body FROM repair_event", &[])? {
        let id: Uuid = row.get(0)?;
        match row.json::<linli_wire::repairs::RepairEvent>(1) {
            Ok(event) => shown.extend(event.photos.iter().map(|file| (id, file.id.0))),
            Err(_) => found.push(format!("an event of repair {id} cannot be read")),
        }
    }
    for (id, file) in &shown {
        if !noted.remove(&(*id, *file)) {
            found.push(format!("repair {id} shows file {file}, which is not noted"));
        }
    }
    found
        .extend(noted.iter().map(|(id, file)| format!("repair {id} does not show file {file}, as is noted")));
    shorten(found, findings);
    Ok(())
}

/// Rounds: their columns follow from their bodies, and what failed was made a repair.
fn rounds(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    let mut found = Vec::new();
    let sql = "SELECT id, body, version, state, plan_id, due_on, archived, community_id FROM round";
    for row in tx.query(sql, &[])? {
        let id: Uuid = row.get(0)?;
        let Ok(body) = row.json::<linli_wire::rounds::Round>(1) else {
            found.push(format!("round {id} cannot be read"));
            continue;
        };
        let fits = body.version == row.get::<u64>(2)?
            && body.state.as_str() == row.get::<String>(3)?
            && body.plan_id == row.get(4)?
            && body.due_on == row.get::<String>(5)?;
        if !fits {
            found.push(format!("round {id} is not what its columns say"));
        }
        if body.state == linli_wire::rounds::RoundState::Open && row.get::<bool>(6)? {
            found.push(format!("round {id} is open, but the office no longer has it"));
        }
        for result in &body.results {
            let place = format!("round {id}, point {}", result.point_id);
            if body.results.iter().filter(|other| other.point_id == result.point_id).count() > 1 {
                found.push(format!("{place} was inspected twice"));
            }
            match result.repair_id {
                None if result.failed() => found.push(format!("{place} failed, and no repair was made")),
                Some(repair) => {
                    let sql = "SELECT 1 FROM repair WHERE community_id = $1 AND id = $2";
                    if tx.query_opt(sql, params![row.get::<CommunityId>(7)?, repair])?.is_none() {
                        found.push(format!("{place} names repair {repair}, which does not exist"));
                    }
                }
                None => {}
            }
        }
    }
    shorten(found, findings);
    Ok(())
}

/// Invitations, sessions and tokens.
fn rights(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    const RULES: [(&str, &str, &str); 6] = [
        (
            "invitation",
            "SELECT id FROM invitation WHERE (used_at IS NULL) <> (device_id IS NULL)",
            "was used without a device, or has one without being used",
        ),
        ("invitation", "SELECT id FROM invitation WHERE expires_at <= issued_at", "expires before it is issued"),
        (
            "invitation",
            "SELECT invitation.id FROM invitation JOIN person ON person.community_id = invitation.community_id
             AND person.id = invitation.person_id WHERE person.left_at IS NOT NULL
             AND invitation.used_at IS NULL AND invitation.ended_at IS NULL",
            "is open for somebody who has left",
        ),
        (
            "device",
            "SELECT device.id FROM session JOIN device ON device.id = session.device_id WHERE device.revoked_at IS NOT NULL",
            "was removed, but still has a session",
        ),
        (
            "device",
            "SELECT device.id FROM device JOIN person ON person.community_id = device.community_id
             AND person.id = device.person_id WHERE person.joined = 0",
            "belongs to somebody who is noted as not joined",
        ),
        (
            "device",
            "SELECT device.id FROM device JOIN person ON person.community_id = device.community_id
             AND person.id = device.person_id WHERE person.left_at IS NOT NULL AND device.revoked_at IS NULL",
            "is let in for somebody who has left",
        ),
    ];
    let mut found = Vec::new();
    for (kind, sql, trouble) in RULES {
        for row in tx.query(sql, &[])? {
            found.push(format!("{kind} {} {trouble}", row.get::<Uuid>(0)?));
        }
    }
    shorten(found, findings);
    Ok(())
}

fn shorten(found: Vec<String>, findings: &mut Vec<String>) {
    let more = found.len().saturating_sub(SHOWN);
    findings.extend(found.into_iter().take(SHOWN));
    if more > 0 {
        findings.push(format!("… and {more} more like these"));
    }
}
