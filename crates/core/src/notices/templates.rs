//! Templates of the office's notices.

use linli_wire::{
    command::{SaveTemplate, Templates},
    id::TemplateId,
    notices::NoticeTemplate,
    ops::Action,
    sync::Entity,
    text,
};

use crate::{cache::Cache, community, error::Result, outbox, ports::System};

/// All of them, by name.
///
/// # Errors
/// Trouble of the cache.
pub fn list(cache: &Cache) -> Result<Templates> {
    let mut templates: Vec<NoticeTemplate> =
        cache.read(|db| community::records(db, Entity::NoticeTemplate))?;
    templates.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Templates { templates })
}

/// Saves one through the outbox.
///
/// # Errors
/// `invalid_input` for a name that is none, trouble of the cache.
pub fn save(cache: &Cache, system: &dyn System, request: SaveTemplate) -> Result<()> {
    let SaveTemplate { id, name, content } = request;
    text::line_of("name", &name, 100)?;
    let id = id.unwrap_or_else(|| {
        let mut random = [0; 10];
        system.random(&mut random);
        TemplateId::new(system.now(), random)
    });
    cache.write(|tx| {
        let action = Action::SaveTemplate { template_id: id, name: name.clone(), content };
        outbox::replace(tx, system, &lane(id), &name, action).map(drop)
    })
}

/// Deletes one through the outbox.
///
/// # Errors
/// Trouble of the cache.
pub fn delete(cache: &Cache, system: &dyn System, id: TemplateId) -> Result<()> {
    cache.write(|tx| {
        let action = Action::DeleteTemplate { template_id: id };
        outbox::enqueue(tx, system, &lane(id), "", action).map(drop)
    })
}

fn lane(id: TemplateId) -> String {
    format!("template:{id}")
}
