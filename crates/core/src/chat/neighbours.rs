//! The directory, and whom the person does not want to hear.

use linli_wire::{
    Language, Timestamp,
    chat::{Block, BlockPerson, Blocked, Neighbour, NeighboursView},
    ops::Action,
    sync::Entity,
};

use super::{known::Known, queued::not_allowed};
use crate::{
    cache::Cache,
    community::{natural, records},
    error::Result,
    outbox,
    ports::System,
};

/// The directory, and whom the person does not want to hear.
///
/// # Errors
/// Trouble of the cache.
pub fn neighbours(cache: &Cache, language: &Language, now: Timestamp) -> Result<NeighboursView> {
    cache.read(|db| {
        let known = Known::read(db, language, now)?;
        let mut people: Vec<Neighbour> = records(db, Entity::Neighbour)?;
        people.retain(|one| one.listed && !one.gone && known.hears(one.id) && !known.is_me(one.id));
        people.sort_by_cached_key(|one| {
            (natural(one.building.as_deref().unwrap_or_default()), one.name.clone(), one.id)
        });
        let mut blocked = Vec::new();
        for id in &known.blocked {
            blocked.push(Blocked { id: *id, name: known.name(*id)? });
        }
        // As they were called when they were blocked, where nothing newer is known.
        for block in records::<Block>(db, Entity::Block)? {
            if let Some(unnamed) =
                blocked.iter_mut().find(|one| one.id == block.person_id && one.name.is_empty())
            {
                unnamed.name = block.name;
            }
        }
        blocked.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        let listed = known.me.as_ref().is_some_and(|me| me.visible.listed);
        Ok(NeighboursView { people, blocked, listed })
    })
}

/// Not to hear somebody any more, or again.
///
/// # Errors
/// `not_allowed` for oneself; trouble of the cache.
pub fn block(cache: &Cache, system: &dyn System, language: &Language, request: BlockPerson) -> Result<()> {
    let BlockPerson { person_id, blocked } = request;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        if known.is_me(person_id) {
            return Err(not_allowed());
        }
        let action = Action::BlockPerson { person_id, blocked };
        outbox::replace(tx, system, &format!("block:{person_id}"), &known.name(person_id)?, action).map(drop)
    })
}
