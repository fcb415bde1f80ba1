//! Lists of repairs: the person's own, and the office's queue and board.

use linli_wire::{
    Language, Timestamp,
    id::RepairId,
    ops::{Action, Op},
    repairs::{
        Repair, RepairBoard, RepairColumn, RepairNeed, RepairQueuePage, RepairQueueQuery, RepairRow,
        RepairState, RepairsPage, RepairsQuery, Urgency,
    },
};
use rusqlite::{Connection, params_from_iter, types::Value};

use super::{WINDOW, load, naming::Naming, view::as_reported};
use crate::{cache::Cache, community, error::Result, rounds};

/// A window of the person's repairs. What is only here comes first, then the newest.
///
/// # Errors
/// Trouble of the cache.
pub fn list(cache: &Cache, query: &RepairsQuery, language: &Language, now: Timestamp) -> Result<RepairsPage> {
    cache.read(|db| {
        let naming = Naming::read(db, language, now)?;
        let mut rows = Vec::new();
        if query.open != Some(false) {
            for repair in only_here(db)? {
                rows.push(naming.row(db, &repair, true)?);
            }
        }
        let (mut condition, mut values) = ("mine = 1".to_owned(), Vec::new());
        if let Some(open) = query.open {
            values.push(Value::Integer(i64::from(open)));
            condition.push_str(" AND is_open = ?1");
        }
        let local = rows.len();
        let on_server = count(db, &condition, &values)?;
        let limit = window(query.limit);
        rows = rows.into_iter().skip(query.offset as usize).take(limit as usize).collect();
        let room = limit - u32::try_from(rows.len()).unwrap_or(limit);
        let local = u32::try_from(local).unwrap_or(u32::MAX);
        let part = (query.offset.saturating_sub(local), room);
        rows.extend(some(db, &naming, &condition, "reported_at DESC, key DESC", &values, part)?);
        let needing = needing(db, &naming)?;
        Ok(RepairsPage { rows, total: local.saturating_add(on_server), needing, updated_at: updated_at(db)? })
    })
}

/// A window of the office's queue.
///
/// # Errors
/// Trouble of the cache.
pub fn queue(
    cache: &Cache,
    query: &RepairQueueQuery,
    language: &Language,
    now: Timestamp,
) -> Result<RepairQueuePage> {
    cache.read(|db| {
        let naming = Naming::read(db, language, now)?;
        let (mut condition, mut values) = ("office = 1".to_owned(), Vec::new());
        let mut and = |text: &str, value: Value| {
            values.push(value);
            condition.push_str(&format!(" AND {}", text.replace('?', &format!("?{}", values.len()))));
        };
        match query.state {
            Some(state) => and("state = ?", Value::Text(state.as_str().to_owned())),
            None => and("is_open = ?", Value::Integer(1)),
        }
        if let Some(urgency) = query.urgency {
            let place = Urgency::ALL.iter().position(|known| *known == urgency).unwrap_or_default();
            and("urgency = ?", Value::Integer(i64::try_from(place).unwrap_or_default()));
        }
        if let Some(building) = query.building {
            and("building = ?", Value::Blob(building.0.as_bytes().to_vec()));
        }
        if let Some(category) = &query.category {
            and("category = ?", Value::Text(category.clone()));
        }
        if let Some(assignee) = query.assignee {
            and("assignee = ?", Value::Blob(assignee.0.as_bytes().to_vec()));
        }
        if query.overdue {
            and("(late = 1 OR (is_open = 1 AND promised_by < ?))", Value::Integer(now.0));
        }
        let order = "urgency, promised_by IS NULL, promised_by, reported_at, key";
        let part = (query.offset, window(query.limit));
        Ok(RepairQueuePage {
            total: count(db, &condition, &values)?,
            rows: some(db, &naming, &condition, order, &values, part)?,
        })
    })
}

/// How much is on the office's board.
///
/// # Errors
/// Trouble of the cache.
pub fn board(cache: &Cache, now: Timestamp) -> Result<RepairBoard> {
    cache.read(|db| {
        let mut board = RepairBoard::default();
        for state in RepairState::KNOWN {
            let values = [Value::Text(state.as_str().to_owned())];
            let count = count(db, "office = 1 AND state = ?1", &values)?;
            board.columns.push(RepairColumn { state, count });
        }
        let open = "office = 1 AND is_open = 1";
        let late = format!("{open} AND (late = 1 OR promised_by < ?1)");
        board.overdue = count(db, &late, &[Value::Integer(now.0)])?;
        board.emergencies = count(db, &format!("{open} AND urgency = ?1"), &[Value::Integer(0)])?;
        if let Some(me) = community::me(db)? {
            let id = Value::Blob(me.id.0.as_bytes().to_vec());
            board.mine = count(db, &format!("{open} AND assignee = ?1"), &[id])?;
        }
        Ok(board)
    })
}

/// Reports that wait, those of rounds included, and that the server has no row for yet, newest first.
pub(super) fn only_here(db: &Connection) -> Result<Vec<Repair>> {
    let mut select = db.prepare_cached(
        "SELECT op FROM outbox WHERE kind IN ('report_repair', 'inspect_point') AND state <> 'settled'
         ORDER BY seq DESC",
    )?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
        let report = match op.action {
            Action::ReportRepair { repair_id, report } => Some((repair_id, report)),
            action => rounds::as_report(db, &action)?,
        };
        if let Some((repair_id, report)) = report
            && load(db, repair_id)?.is_none()
        {
            found.extend(as_reported(db, repair_id, &report, op.at)?);
        }
    }
    Ok(found)
}

fn some(
    db: &Connection,
    naming: &Naming,
    condition: &str,
    order: &str,
    values: &[Value],
    (offset, limit): (u32, u32),
) -> Result<Vec<RepairRow>> {
    // The rows are chosen before any body is read.
    let sql = format!(
        "SELECT body, mine FROM (SELECT * FROM repair WHERE {condition} ORDER BY {order} LIMIT {limit} OFFSET {offset})
         JOIN repair_body USING (key) ORDER BY {order}"
    );
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let repair: Repair = serde_json::from_str(&row.get::<_, String>(0)?)?;
        found.push(naming.row(db, &repair, row.get(1)?)?);
    }
    Ok(found)
}

fn count(db: &Connection, condition: &str, values: &[Value]) -> Result<u32> {
    let sql = format!("SELECT count(*) FROM repair WHERE {condition}");
    Ok(db.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// How many of the person's repairs wait for them; who has not rated is not waited for.
fn needing(db: &Connection, naming: &Naming) -> Result<u32> {
    let mut select =
        db.prepare_cached("SELECT id FROM repair WHERE mine = 1 AND is_open = 1 ORDER BY key")?;
    let ids = select.query_map([], |row| Ok(RepairId(row.get(0)?)))?;
    let ids: Vec<RepairId> = ids.collect::<std::result::Result<_, _>>()?;
    let mut needing = 0;
    for id in ids {
        if let Some((repair, mine)) = load(db, id)?
            && naming.row(db, &repair, mine)?.need.is_some_and(|need| need != RepairNeed::Rate)
        {
            needing += 1;
        }
    }
    Ok(needing)
}

fn window(limit: u32) -> u32 {
    if limit == 0 { WINDOW.0 } else { limit.min(WINDOW.1) }
}

fn updated_at(db: &Connection) -> Result<Option<Timestamp>> {
    let sql = "SELECT updated_at FROM progress";
    Ok(db.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.map(Timestamp))
}
