//! Templates of the office.

use linli_wire::{
    id::TemplateId,
    notices::{NoticeContent, NoticeTemplate},
    sync::{Entity, Scope},
};

use super::check;
use crate::{Error, auth::Caller, db::Tx, error::json, input, params};

/// Saves a template. Dates and files are not taken over into a template.
///
/// # Errors
/// `invalid_input`; `not_found` when it was deleted.
pub fn save_template(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: TemplateId,
    name: &str,
    content: &NoticeContent,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let name = input::line("name", name, 100)?;
    let content = NoticeContent { expires_at: None, attachments: Vec::new(), ..content.clone() };
    check::content(tx, caller.community, &content, false)?;
    let row = tx.query_opt(
        "INSERT INTO notice_template (community_id, id, name, content, version) VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (community_id, id) DO UPDATE SET name = excluded.name, content = excluded.content,
         version = notice_template.version + 1 WHERE notice_template.deleted_at IS NULL RETURNING version",
        params![caller.community, id, &name, &json(&content)?],
    )?;
    let version = row.ok_or_else(Error::not_found)?.get(0)?;
    let template = NoticeTemplate { id, name, content, version };
    let scopes = [Scope::Staff(caller.community)];
    tx.log_as(caller.community, &scopes, Entity::NoticeTemplate, id.0, version, Some(&template))
}

/// Deletes a template. What is deleted already stays so.
///
/// # Errors
/// `not_found`, also for a template of another community.
pub fn delete_template(tx: &mut Tx<'_>, caller: &Caller, id: TemplateId) -> Result<(), Error> {
    caller.must_be_office()?;
    let now = tx.now();
    let row = tx.query_opt(
        "UPDATE notice_template SET deleted_at = COALESCE(deleted_at, $3), version = version + 1, content = ''
         WHERE community_id = $1 AND id = $2 RETURNING version",
        params![caller.community, id, now],
    )?;
    let version = row.ok_or_else(Error::not_found)?.get(0)?;
    let scopes = [Scope::Staff(caller.community)];
    tx.log_as::<NoticeTemplate>(caller.community, &scopes, Entity::NoticeTemplate, id.0, version, None)
}
