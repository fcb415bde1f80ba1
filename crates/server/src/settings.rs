//! Preferences that follow a person.

use linli_wire::{
    settings::Preferences,
    sync::{Entity, Scope},
};

use crate::{Error, auth::Caller, db::Tx, error::json, input, params};

/// Most categories that can be muted: more than any community has.
const MAX_MUTED: usize = 100;

/// Replaces the preferences of the caller.
///
/// # Errors
/// `invalid_input` for a category key that is none.
pub fn save_preferences(tx: &mut Tx<'_>, caller: &Caller, preferences: &Preferences) -> Result<(), Error> {
    if preferences.muted_categories.len() > MAX_MUTED {
        return Err(Error::invalid("muted_categories", format!("must not be more than {MAX_MUTED}")));
    }
    for key in &preferences.muted_categories {
        input::line("muted_categories", key, 60)?;
    }
    let row = tx.query_one(
        "INSERT INTO preferences (community_id, person_id, body, version) VALUES ($1, $2, $3, 1)
         ON CONFLICT (community_id, person_id) DO UPDATE SET body = excluded.body,
         version = preferences.version + 1 RETURNING version",
        params![caller.community, caller.person, &json(preferences)?],
    )?;
    let scopes = [Scope::Person(caller.person)];
    let id = caller.person.0;
    tx.log_as(caller.community, &scopes, Entity::Preferences, id, row.get(0)?, Some(preferences))
}
