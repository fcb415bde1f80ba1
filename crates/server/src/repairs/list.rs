//! `GET /v1/repairs`: a page over everything, for the office.
//!
//! Bodies are written into the answer as they stand in their rows: a page costs what its statement costs.

use std::fmt::Write;

use linli_wire::{
    Timestamp,
    id::{BuildingId, PersonId, RepairId},
    repairs::{RepairState, Urgency},
};

use crate::{
    Error,
    auth::Caller,
    db::{Tx, Value},
    http::query::Query,
};

/// Repairs of a page.
const PAGE: usize = 50;

/// The next page under the filters of a query, as JSON of [`linli_wire::repairs::RepairList`].
///
/// # Errors
/// `not_allowed`; `invalid_input` for a filter that cannot be read.
pub fn list(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<String, Error> {
    caller.must_be_office()?;
    let (condition, mut values) = conditions(caller, query, tx.now())?;
    values.push(Value::from(PAGE + 1));
    let sql = format!(
        "SELECT reported_at, id, body FROM repair WHERE {condition}
         ORDER BY community_id DESC, reported_at DESC, id DESC LIMIT ${}",
        values.len()
    );
    let rows = tx.query(&sql, &values)?;
    let mut text = String::from("{\"repairs\":[");
    for (at, row) in rows.iter().take(PAGE).enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&row.get::<String>(2)?);
    }
    text.push(']');
    if rows.len() > PAGE
        && let Some(last) = rows.get(PAGE - 1)
    {
        let _ = write!(text, ",\"next\":\"{}.{}\"", last.get::<i64>(0)?, last.get::<RepairId>(1)?);
    }
    text.push('}');
    Ok(text)
}

fn conditions<'a>(
    caller: &Caller,
    query: &'a Query,
    now: Timestamp,
) -> Result<(String, Vec<Value<'a>>), Error> {
    let mut text = "community_id = $1".to_owned();
    let mut values = vec![Value::from(caller.community)];
    let mut equals = |column: &str, value: Value<'a>| {
        values.push(value);
        let _ = write!(text, " AND {column} = ${}", values.len());
    };
    if let Some(state) = query.read("state", RepairState::from_name)? {
        equals("state", Value::from(state.as_str()));
    }
    if let Some(urgency) = query.read("urgency", Urgency::from_name)? {
        equals("urgency", Value::from(urgency.as_str()));
    }
    if let Some(building) = query.read("building", |text| text.parse::<BuildingId>().ok())? {
        equals("building_id", Value::from(building));
    }
    if let Some(assignee) = query.read("assignee", |text| text.parse::<PersonId>().ok())? {
        equals("assignee_id", Value::from(assignee));
    }
    if let Some(category) = query.get("category") {
        equals("category", Value::from(category));
    }
    if query.read("open", flag)? == Some(true) {
        text.push_str(" AND is_open = 1");
    }
    if query.read("overdue", flag)? == Some(true) {
        values.push(Value::from(now));
        let _ = write!(
            text,
            " AND (kept = 0 OR (kept IS NULL AND is_open = 1 AND promised_by < ${}))",
            values.len()
        );
    }
    if let Some((at, id)) = query.read("after", position)? {
        values.extend([Value::from(at), Value::from(id)]);
        let _ = write!(text, " AND (reported_at, id) < (${}, ${})", values.len() - 1, values.len());
    }
    Ok((text, values))
}

fn flag(text: &str) -> Option<bool> {
    text.parse().ok()
}

fn position(text: &str) -> Option<(i64, RepairId)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}
