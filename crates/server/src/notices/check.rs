//! What a notice must be before it is saved, and before its audience sees it.

use linli_wire::{
    Timestamp,
    attachments::file_name,
    community::Role,
    id::CommunityId,
    notices::{Audience, MAX_ATTACHMENTS, MAX_BODY, MAX_TITLE, NoticeContent, NoticeState, Publish},
};

use crate::{Error, community, db::Tx, input, params};

/// 1970 to 9999, in UTC milliseconds.
const CALENDAR: std::ops::RangeInclusive<i64> = 0..=253_402_300_799_999;
/// Most languages of one notice.
const MAX_LANGUAGES: usize = 20;
/// Most buildings or units of one audience.
const MAX_TARGETS: usize = 2000;

/// A draft may be incomplete; what is published has a title in every language, a category and an
/// audience that exist.
pub(super) fn content(
    tx: &mut Tx<'_>,
    community: CommunityId,
    content: &NoticeContent,
    complete: bool,
) -> Result<(), Error> {
    if content.texts.is_empty() {
        return Err(Error::invalid("texts", "must hold at least one language"));
    }
    if content.texts.len() > MAX_LANGUAGES {
        return Err(Error::invalid("texts", format!("must not hold more than {MAX_LANGUAGES} languages")));
    }
    for (language, text) in &content.texts {
        let field = format!("texts.{language}.title");
        if complete || !text.title.trim().is_empty() {
            input::line(&field, &text.title, MAX_TITLE)?;
        }
        input::lines(&format!("texts.{language}.body"), &text.body, MAX_BODY)?;
    }
    category(tx, community, &content.category, complete)?;
    audience(tx, community, &content.audience)
}

/// A notice is published within the calendar and expires after that, as an import has it: a mistyped year
/// would otherwise publish a notice that nobody sees.
pub(super) fn times(
    content: &NoticeContent,
    publish: Publish,
    was_out: bool,
    state: &NoticeState,
    now: Timestamp,
) -> Result<(), Error> {
    let within = |field: &str, at: Timestamp| {
        if CALENDAR.contains(&at.0) {
            Ok(())
        } else {
            Err(Error::invalid(field, "is outside of the calendar"))
        }
    };
    if let Publish::At { publish_at } = publish {
        within("publish_at", publish_at)?;
    }
    let Some(expires_at) = content.expires_at else { return Ok(()) };
    within("expires_at", expires_at)?;
    let appears = match state {
        NoticeState::Draft | NoticeState::Withdrawn { .. } => return Ok(()),
        NoticeState::Scheduled { publish_at } => *publish_at,
        // Who mends a notice that has expired need not move its end.
        NoticeState::Published { published_at, .. } if was_out => *published_at,
        NoticeState::Published { .. } => now,
    };
    if expires_at > appears {
        Ok(())
    } else {
        Err(Error::invalid("expires_at", "must be after the publication"))
    }
}

fn category(tx: &mut Tx<'_>, community: CommunityId, key: &str, complete: bool) -> Result<(), Error> {
    if key.is_empty() && !complete {
        return Ok(());
    }
    let known = community::get(tx, community)?.ok_or_else(Error::not_found)?;
    if known.categories.iter().any(|category| category.key == key) {
        Ok(())
    } else {
        Err(Error::invalid("category", "is not a category of this community"))
    }
}

fn audience(tx: &mut Tx<'_>, community: CommunityId, audience: &Audience) -> Result<(), Error> {
    let exists = |tx: &mut Tx<'_>, sql: &str, id: uuid::Uuid, field: &str| match tx
        .query_opt(sql, params![community, id])?
    {
        Some(_) => Ok(()),
        None => Err(Error::invalid(field, "does not exist in this community")),
    };
    match audience {
        Audience::Community => {}
        Audience::Role { role } => {
            if *role == Role::Other {
                return Err(Error::invalid("audience.role", "is not a role of this server"));
            }
        }
        Audience::Buildings { buildings } => {
            size("audience.buildings", buildings.len())?;
            for id in buildings {
                let sql = "SELECT 1 FROM building WHERE community_id = $1 AND id = $2";
                exists(tx, sql, id.0, "audience.buildings")?;
            }
        }
        Audience::Units { units } => {
            size("audience.units", units.len())?;
            for id in units {
                let sql = "SELECT 1 FROM unit WHERE community_id = $1 AND id = $2";
                exists(tx, sql, id.0, "audience.units")?;
            }
        }
    }
    Ok(())
}

fn size(field: &str, count: usize) -> Result<(), Error> {
    if count == 0 {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if count > MAX_TARGETS {
        return Err(Error::invalid(field, format!("must not be more than {MAX_TARGETS}")));
    }
    Ok(())
}

/// The content with its files described as the server keeps them: the server cleans and scales a picture
/// once more, so a device cannot know what it will be; and what stands in a notice is what every reader's
/// device believes. Files must have been sent before.
pub(super) fn described(
    tx: &mut Tx<'_>,
    community: CommunityId,
    content: &NoticeContent,
) -> Result<NoticeContent, Error> {
    if content.attachments.len() > MAX_ATTACHMENTS {
        return Err(Error::invalid("attachments", format!("must not be more than {MAX_ATTACHMENTS}")));
    }
    let mut content = content.clone();
    for file in &mut content.attachments {
        let row = tx.query_opt(
            "SELECT media_type, bytes, sha256, width, height FROM attachment
             WHERE community_id = $1 AND id = $2",
            params![community, file.id],
        )?;
        let Some(row) = row else {
            return Err(Error::invalid("attachments", "has not been sent to this server"));
        };
        file.media_type = row.get(0)?;
        file.name = file_name(&file.name, &file.media_type)
            .ok_or_else(|| Error::invalid("attachments.name", "must be a file name"))?;
        file.bytes = row.get(1)?;
        file.sha256 = row.get(2)?;
        file.pixels = row.get::<Option<u32>>(3)?.zip(row.get::<Option<u32>>(4)?);
    }
    Ok(content)
}
