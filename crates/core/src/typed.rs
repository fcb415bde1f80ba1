//! What was typed into a field and not sent, kept from pause to pause. A write that is given up goes back there.
//!
//! Whatever sends a field's content forgets it in the same transaction: what was typed is always in exactly one
//! place.

use linli_wire::{
    Timestamp,
    command::KeepTyped,
    typed::{Typed, TypedPlace},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{cache::Cache, error::Result, ports::System};

/// What is kept of one field.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Kept {
    /// [`TypedPlace::kind`].
    pub(crate) place: String,
    /// [`TypedPlace::about`].
    pub(crate) about: Uuid,
    pub(crate) typed: Typed,
    pub(crate) kept_at: Timestamp,
}

impl Kept {
    /// The field; none if this app has no such one.
    pub(crate) fn at(&self) -> Option<TypedPlace> {
        serde_json::from_value(serde_json::json!({ "of": self.place, "id": self.about })).ok()
    }
}

/// Keeps what stands in a field; forgets it when nothing does.
///
/// # Errors
/// Trouble of the cache.
pub fn keep(cache: &Cache, system: &dyn System, request: &KeepTyped) -> Result<()> {
    let KeepTyped { place, typed } = request;
    cache.write(|tx| {
        forget(tx, *place)?;
        if typed.is_empty() { Ok(()) } else { put(tx, &kept(*place, typed.clone(), system.now())) }
    })
}

/// What stands in a field; nothing where nothing is kept.
///
/// # Errors
/// Trouble of the cache.
pub fn get(db: &Connection, place: TypedPlace) -> Result<Typed> {
    Ok(find(db, place.kind(), place.about())?.map(|kept| kept.typed).unwrap_or_default())
}

/// It was sent, or given up for good.
pub(crate) fn forget(db: &Connection, place: TypedPlace) -> Result<()> {
    let sql = "DELETE FROM typed WHERE place = ?1 AND about = ?2";
    db.prepare_cached(sql)?.execute(params![place.kind(), place.about()])?;
    Ok(())
}

/// Puts what was given up behind what stands in a field.
pub(crate) fn give_back(db: &Connection, place: TypedPlace, given_up: Typed, at: Timestamp) -> Result<()> {
    if given_up.is_empty() {
        return Ok(());
    }
    let mut typed = get(db, place)?;
    if !typed.words.is_empty() && !given_up.words.is_empty() {
        typed.words.push_str("\n\n");
    }
    typed.words.push_str(&given_up.words);
    let known: Vec<_> = typed.photos.iter().map(|file| file.id).collect();
    typed.photos.extend(given_up.photos.into_iter().filter(|file| !known.contains(&file.id)));
    forget(db, place)?;
    put(db, &kept(place, typed, at))
}

/// Puts what was given up where it was typed, unless something else stands there.
pub(crate) fn give_back_if_empty(
    db: &Connection,
    place: TypedPlace,
    given_up: Typed,
    at: Timestamp,
) -> Result<()> {
    if given_up.is_empty() || find(db, place.kind(), place.about())?.is_some() {
        return Ok(());
    }
    put(db, &kept(place, given_up, at))
}

/// Puts a form that was given up where it was filled in, unless another one is being filled in there.
pub(crate) fn give_back_form(
    db: &Connection,
    place: TypedPlace,
    words: String,
    form: String,
    at: Timestamp,
) -> Result<()> {
    give_back_if_empty(db, place, Typed { words, photos: Vec::new(), form }, at)
}

/// All that is kept, newest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Kept>> {
    let sql = "SELECT place, about, words, photos, form, kept_at FROM typed ORDER BY kept_at DESC";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Keeps what another cache kept, unless something is here already. Returns whether this is what is kept.
pub(crate) fn adopt(db: &Connection, other: &Kept) -> Result<bool> {
    match find(db, &other.place, other.about)? {
        Some(here) => Ok(here.typed == other.typed),
        None => put(db, other).map(|()| true),
    }
}

fn kept(place: TypedPlace, typed: Typed, kept_at: Timestamp) -> Kept {
    Kept { place: place.kind().to_owned(), about: place.about(), typed, kept_at }
}

fn find(db: &Connection, place: &str, about: Uuid) -> Result<Option<Kept>> {
    let sql = "SELECT place, about, words, photos, form, kept_at FROM typed WHERE place = ?1 AND about = ?2";
    let row = db.prepare_cached(sql)?.query_row(params![place, about], |row| Ok(read(row))).optional()?;
    row.transpose()
}

fn read(row: &Row<'_>) -> Result<Kept> {
    let photos = serde_json::from_str(&row.get::<_, String>(3)?)?;
    let typed = Typed { words: row.get(2)?, photos, form: row.get(4)? };
    Ok(Kept { place: row.get(0)?, about: row.get(1)?, typed, kept_at: Timestamp(row.get(5)?) })
}

fn put(db: &Connection, kept: &Kept) -> Result<()> {
    let Kept { place, about, typed, kept_at } = kept;
    db.prepare_cached(
        "INSERT INTO typed (place, about, words, photos, form, kept_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        place,
        about,
        typed.words,
        serde_json::to_string(&typed.photos)?,
        typed.form,
        kept_at.0
    ])?;
    Ok(())
}
