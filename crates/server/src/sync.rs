//! Following the log: `GET /v1/sync`, and the pages of the live stream.
//!
//! A page is what the log has for the caller's scopes behind the cursor, bounded in rows and bytes.
//! Bodies are spliced in as they stand in the log: nothing is parsed or built again on the way out.

mod cursor;

use std::{collections::BTreeMap, fmt::Write as _, sync::LazyLock};

use linli_wire::{
    Code,
    id::PersonId,
    sync::{Entity, MAX_PAGE_BYTES, MAX_PAGE_CHANGES, Scope},
};

pub use cursor::{Cursor, CursorKey};

use crate::{
    Error,
    auth::{self, Caller},
    db::{Tx, Value},
    params,
};

/// Rows read at a time: bodies may be large, and a page is closed by their bytes.
const CHUNK: usize = 64;

/// A page of the log.
#[derive(Clone, Debug)]
pub struct Page {
    /// `{"scopes":[…],"lost":[…]`: a [`linli_wire::sync::SyncPage`] up to its cursor.
    body: String,
    /// Where the device stands after it.
    pub cursor: Cursor,
    /// Whether there is more.
    pub more: bool,
    /// Whether nothing changed.
    pub is_empty: bool,
}

impl Page {
    /// A page from ready-made scopes, each `{"scope":…,"changes":[…]}`.
    pub(crate) fn of_scopes<'a>(scopes: impl Iterator<Item = &'a str>, cursor: Cursor) -> Self {
        let mut body = String::from("{\"scopes\":[");
        for (at, scope) in scopes.enumerate() {
            if at > 0 {
                body.push(',');
            }
            body.push_str(scope);
        }
        body.push(']');
        Self { body, cursor, more: false, is_empty: false }
    }

    /// The JSON of the page, with its cursor as text.
    pub fn json(mut self, cursor: &str, server_time: linli_wire::Timestamp) -> String {
        let (more, time) = (self.more, server_time.0);
        let _ = write!(self.body, ",\"cursor\":\"{cursor}\",\"more\":{more},\"server_time\":{time}}}");
        self.body
    }
}

/// The next page behind `cursor` for the caller, in the scopes that they may see now.
///
/// # Errors
/// `cursor_expired` for a cursor that is ahead of the log.
pub fn page(tx: &mut Tx<'_>, caller: &Caller, cursor: &Cursor) -> Result<Page, Error> {
    let mut scopes = auth::scopes(tx, caller)?;
    // What is the person's own first: who joins is greeted by name before a thousand notices are through. Years of talk
    // come last.
    scopes.sort_by_key(|scope| match scope {
        Scope::Person(_) | Scope::Household(_) => 0,
        Scope::Room(_) => 2,
        _ => 1,
    });
    let lost: Vec<Scope> = cursor.scopes().filter(|scope| !scopes.contains(scope)).collect();
    let mut next = Cursor::new(cursor.epoch);
    let mut body = String::from("{\"scopes\":[");
    let (mut rows, mut bytes, mut first, mut more) = (0, 0, true, false);
    // Somebody with fifty rooms asks fifty times in vain else.
    let mut level = BTreeMap::new();
    for some in scopes.chunks(HEADS) {
        level.append(&mut heads(tx, some)?);
    }
    for scope in &scopes {
        let known = cursor.position(scope);
        let mut position = known.unwrap_or(0);
        let newest = level.get(scope).copied().unwrap_or(0);
        let mut opened = false;
        while !more && position < newest {
            let limit = CHUNK.min(MAX_PAGE_CHANGES - rows + 1);
            let chunk = tx.query(
                "SELECT seq, entity, id, version, body FROM changes WHERE scope = $1 AND seq > $2
                 ORDER BY seq LIMIT $3",
                params![scope, position, limit],
            )?;
            let full = chunk.len() == limit;
            for row in &chunk {
                if rows >= MAX_PAGE_CHANGES || bytes >= MAX_PAGE_BYTES {
                    more = true;
                    break;
                }
                if !opened {
                    let _ =
                        write!(body, "{}{{\"scope\":\"{scope}\",\"changes\":[", if first { "" } else { "," });
                    (opened, first) = (true, false);
                } else {
                    body.push(',');
                }
                let text: Option<String> = row.get(4)?;
                position = row.get(0)?;
                rows += 1;
                bytes += text.as_ref().map_or(0, String::len);
                let entity: String = row.get(1)?;
                let id: String = row.get(2)?;
                push_change(&mut body, position, &entity, &id, row.get(3)?, text.as_deref());
            }
            if !full {
                break;
            }
        }
        if opened {
            body.push_str("]}");
        } else if position > newest {
            return Err(expired());
        }
        // A scope that was not reached yet is not named, so that it is sent from zero later.
        if known.is_some() || opened || !more {
            next.set(*scope, position);
        }
    }
    body.push(']');
    if !lost.is_empty() {
        body.push_str(",\"lost\":[");
        for (at, scope) in lost.iter().enumerate() {
            let _ = write!(body, "{}\"{scope}\"", if at > 0 { "," } else { "" });
        }
        body.push(']');
    }
    Ok(Page { body, cursor: next, more, is_empty: rows == 0 && lost.is_empty() })
}

/// One change as JSON; `body` is JSON already.
pub(crate) fn push_change(
    out: &mut String,
    seq: u64,
    entity: &str,
    id: &str,
    version: u64,
    body: Option<&str>,
) {
    let _ = write!(out, "{{\"seq\":{seq},\"entity\":\"{entity}\",\"id\":\"{id}\",\"version\":{version}");
    if let Some(body) = body {
        out.push_str(",\"body\":");
        out.push_str(body);
    }
    out.push('}');
}

/// The changes of a scope behind `position`, at most a page of them, as `{"scope":…,"changes":[…]}`
/// with the first and last number; none when there is nothing.
pub(crate) fn scope_since(
    tx: &mut Tx<'_>,
    scope: Scope,
    position: u64,
) -> Result<Option<(u64, u64, String)>, Error> {
    let rows = tx.query(
        "SELECT seq, entity, id, version, body FROM changes WHERE scope = $1 AND seq > $2
         ORDER BY seq LIMIT $3",
        params![scope, position, CHUNK],
    )?;
    let mut json = format!("{{\"scope\":\"{scope}\",\"changes\":[");
    let mut range: Option<(u64, u64)> = None;
    for row in &rows {
        let seq = row.get(0)?;
        if range.is_some() {
            json.push(',');
        }
        range = Some((range.map_or(seq, |(first, _)| first), seq));
        let (entity, id, body): (String, String, Option<String>) = (row.get(1)?, row.get(2)?, row.get(4)?);
        push_change(&mut json, seq, &entity, &id, row.get(3)?, body.as_deref());
    }
    json.push_str("]}");
    Ok(range.map(|(first, last)| (first, last, json)))
}

/// Most scopes of one call of [`heads`].
pub(crate) const HEADS: usize = 64;

/// The newest numbers of up to [`HEADS`] scopes.
pub(crate) fn heads(tx: &mut Tx<'_>, scopes: &[Scope]) -> Result<BTreeMap<Scope, u64>, Error> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let places: Vec<String> = (1..=HEADS).map(|at| format!("${at}")).collect();
        format!("SELECT scope, head FROM scope WHERE scope IN ({})", places.join(", "))
    });
    // Always the same statement, so that it stays prepared: places left over repeat the last scope.
    let filled = scopes.iter().chain(std::iter::repeat_n(scopes.last().unwrap_or(&NOBODY), HEADS));
    let values: Vec<Value<'_>> = filled.take(HEADS).map(Value::from).collect();
    let rows = tx.query(&SQL, &values)?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

const NOBODY: Scope = Scope::Person(PersonId(uuid::Uuid::nil()));

pub(crate) fn expired() -> Error {
    Error::refused(Code::CursorExpired, "the position is unknown here")
}

/// Whether a change of this entity may change what a person sees.
pub(crate) const fn moves_scopes(entity: Entity) -> bool {
    matches!(entity, Entity::Person | Entity::Household | Entity::RoomSeat | Entity::Moderator)
}
