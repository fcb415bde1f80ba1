//! Searching messages: in one room or in all, the newest first. Words are indexed after the room can be shown.

use linli_wire::{
    Language, Timestamp,
    chat::{Message, MessageContent, MessageHit, MessageHits, MessageSearch},
};
use rusqlite::{Transaction, params, types::Value};

use super::known::Known;
use crate::{
    cache::Cache,
    error::Result,
    markdown,
    search::{self, Terms},
};

/// Hits in an answer unless asked otherwise, and at most.
const HITS: (u32, u32) = (30, 200);

/// Indexes the words of some messages; returns how many were left to do before it began, at most one more than that.
///
/// # Errors
/// Trouble of the cache.
pub fn index_some(cache: &Cache, at_most: u32) -> Result<u32> {
    let left: u32 = cache.read(|db| {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM message WHERE indexed = 0 LIMIT ?1)";
        Ok(db.prepare_cached(sql)?.query_row([i64::from(at_most) + 1], |row| row.get(0))?)
    })?;
    if left > 0 {
        cache.write(|tx| index(tx, at_most))?;
    }
    Ok(left)
}

fn index(tx: &Transaction<'_>, at_most: u32) -> Result<()> {
    let rows: Vec<(i64, String)> = {
        let sql = "SELECT key, body FROM message JOIN message_body USING (key) WHERE indexed = 0 ORDER BY key LIMIT ?1";
        let mut select = tx.prepare_cached(sql)?;
        let rows = select.query_map([at_most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for (key, body) in rows {
        let message: Message = serde_json::from_str(&body)?;
        let (spaced, endings) = search::prepare(&searchable(&message.content));
        tx.prepare_cached(
            "INSERT OR REPLACE INTO message_words (rowid, room, spaced, endings) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![key, message.room_id.0.simple().to_string(), spaced, endings])?;
        tx.prepare_cached("UPDATE message SET indexed = 1 WHERE key = ?1")?.execute([key])?;
    }
    Ok(())
}

/// Everything of a message that a search may hit.
fn searchable(content: &MessageContent) -> String {
    match content {
        MessageContent::Poll { poll } => {
            let choices = poll.choices.iter().map(|choice| choice.words.as_str());
            std::iter::once(poll.question.as_str()).chain(choices).collect::<Vec<_>>().join("\n")
        }
        content => markdown::plain_message(content.words()),
    }
}

/// Searches messages.
///
/// # Errors
/// Trouble of the cache.
pub fn search(
    cache: &Cache,
    query: &MessageSearch,
    language: &Language,
    now: Timestamp,
) -> Result<MessageHits> {
    let Some(terms) = Terms::read(&query.words) else { return Ok(MessageHits::default()) };
    let knows_all = search::knows_all(cache, index_some)?;
    let limit = if query.limit == 0 { HITS.0 } else { query.limit.min(HITS.1) };
    cache.read(|db| {
        let known = Known::read(db, language, now)?;
        let mut found = Found { hits: MessageHits::default(), offset: query.offset, limit };
        let (sql, values, verify) = statement(&known, query, &terms, knows_all)?;
        if verify {
            let sql = format!("SELECT body FROM ({sql}) JOIN message_body USING (key) ORDER BY key DESC");
            let mut select = db.prepare_cached(&sql)?;
            let mut rows = select.query(rusqlite::params_from_iter(&values))?;
            while let Some(row) = rows.next()? {
                let message: Message = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
                let text = searchable(&message.content);
                if terms.found_in(&text) {
                    found.add(&known, &message, &text, &terms)?;
                }
            }
            return Ok(found.hits);
        }
        let count = format!("SELECT count(*) FROM ({sql})");
        found.hits.total =
            db.prepare_cached(&count)?.query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?;
        // The rows are chosen before any body is read.
        let sql = format!(
            "SELECT body FROM ({sql} ORDER BY key DESC LIMIT {limit} OFFSET {}) JOIN message_body USING (key)
             ORDER BY key DESC",
            query.offset
        );
        let mut select = db.prepare(&sql)?;
        let mut rows = select.query(rusqlite::params_from_iter(&values))?;
        while let Some(row) = rows.next()? {
            let message: Message = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
            let text = searchable(&message.content);
            found.hits.hits.push(hit(&known, &message, &text, &terms)?);
        }
        Ok(found.hits)
    })
}

/// Selects the keys of what may be a hit, with its values, and whether each must be looked at.
fn statement(
    known: &Known<'_>,
    query: &MessageSearch,
    terms: &Terms,
    knows_all: bool,
) -> Result<(String, Vec<Value>, bool)> {
    let (expression, verify) = terms.expression();
    let room = query.room_id.map(|room| format!("room : \"{}\"", room.0.simple()));
    let parts: Vec<String> = room.into_iter().chain(expression.map(|words| format!("({words})"))).collect();
    let blocked = Value::Text(known.blocked_list()?);
    if parts.is_empty() {
        // A sign: the index has nothing to say.
        let sql = format!("SELECT key FROM message WHERE gone = 0 AND sender NOT IN ({})", senders(1));
        return Ok((sql, vec![blocked], true));
    }
    let mut sql = "SELECT rowid AS key FROM message_words WHERE message_words MATCH ?1".to_owned();
    let mut values = vec![Value::Text(parts.join(" AND "))];
    if !known.blocked.is_empty() {
        values.push(blocked);
        sql += &format!(
            " AND rowid NOT IN (SELECT key FROM message INDEXED BY message_sender WHERE sender IN ({}))",
            senders(values.len())
        );
    }
    if knows_all {
        return Ok((sql, values, verify));
    }
    // What is not indexed yet may be a hit, too.
    sql += " UNION SELECT key FROM message WHERE indexed = 0 AND gone = 0";
    if let Some(room) = query.room_id {
        values.push(Value::Blob(room.0.as_bytes().to_vec()));
        sql += &format!(" AND room = ?{}", values.len());
    }
    if !known.blocked.is_empty() {
        sql += &format!(" AND sender NOT IN ({})", senders(2));
    }
    Ok((sql, values, true))
}

/// The people in a list that is the parameter with this number.
fn senders(parameter: usize) -> String {
    format!("SELECT unhex(replace(value, '-', '')) FROM json_each(?{parameter})")
}

/// Hits that are looked at one by one.
struct Found {
    hits: MessageHits,
    offset: u32,
    limit: u32,
}

impl Found {
    fn add(&mut self, known: &Known<'_>, message: &Message, text: &str, terms: &Terms) -> Result<()> {
        let at = self.hits.total;
        self.hits.total += 1;
        if at >= self.offset && at - self.offset < self.limit {
            self.hits.hits.push(hit(known, message, text, terms)?);
        }
        Ok(())
    }
}

fn hit(known: &Known<'_>, message: &Message, text: &str, terms: &Terms) -> Result<MessageHit> {
    let room = known.room(message.room_id)?;
    Ok(MessageHit {
        room_id: message.room_id,
        kind: room.as_ref().map_or(linli_wire::chat::RoomKind::Unknown, |room| room.kind.clone()),
        room: room.map(|room| known.room_name(&room)).transpose()?.unwrap_or_default(),
        number: message.number,
        own: known.is_me(message.from),
        name: known.name(message.from)?,
        at: message.at,
        words: terms.excerpt(text),
    })
}
