//! What a report and an act must be before they count.

use std::collections::BTreeSet;

use linli_wire::{
    Timestamp,
    attachments::{Attachment, file_name},
    community::Community,
    id::{BuildingId, HouseholdId},
    money::Money,
    repairs::{
        ActKind, MAX_MESSAGE, MAX_PART, MAX_PARTS, MAX_PHOTOS, MAX_REACH, MAX_TIMES, MAX_WORDS, Part, Rating,
        RepairPlace, RepairReport, Slot,
    },
};

use super::settings;
use crate::{Error, attachments, auth::Caller, db::Tx, input, params};

/// How far ahead a visit, a pause or a time that suits may lie, in milliseconds: half a year.
const AHEAD_MS: i64 = 183 * 24 * 60 * 60 * 1000;
/// Most of one part.
const MAX_COUNT: u32 = 10_000;

/// Where a repair is, in rows.
pub(super) struct Where {
    pub(super) household: Option<HouseholdId>,
    pub(super) building: Option<BuildingId>,
}

/// A report as it is kept: with files described by the server.
pub(super) fn report(tx: &mut Tx<'_>, caller: &Caller, given: &RepairReport) -> Result<RepairReport, Error> {
    required("words", &given.words, MAX_WORDS)?;
    let category = settings::category(tx, caller.community, &given.category)?;
    if category.is_none_or(|category| category.content.retired) {
        return Err(Error::invalid("category", "is no category of repairs of this community"));
    }
    if given.times.len() > MAX_TIMES {
        return Err(Error::invalid("times", format!("must not be more than {MAX_TIMES}")));
    }
    for time in &given.times {
        // A report may have waited on a device: a time that has passed is no mistake.
        slot("times", *time, Timestamp(0), tx.now())?;
    }
    let reach = if given.reach.trim().is_empty() {
        String::new()
    } else {
        input::line("reach", &given.reach, MAX_REACH)?
    };
    let photos = photos(tx, caller, &given.photos)?;
    Ok(RepairReport { photos, reach, ..given.clone() })
}

/// Whether a report that comes again is the one that is kept, in all that the office does not change. Files are
/// named by their ids; what else is said of them, the server said itself.
pub(super) fn is_same(kept: &RepairReport, given: &RepairReport) -> bool {
    let ids = |photos: &[Attachment]| photos.iter().map(|file| file.id).collect::<BTreeSet<_>>();
    kept.words == given.words
        && kept.place == given.place
        && kept.times == given.times
        && kept.may_enter == given.may_enter
        && kept.reach.trim() == given.reach.trim()
        && ids(&kept.photos) == ids(&given.photos)
}

/// Where something is; what the caller may not report is answered like what does not exist. The office
/// reports for everybody, a resident for their home, their buildings, and what is everybody's.
pub(super) fn place(tx: &mut Tx<'_>, caller: &Caller, place: RepairPlace) -> Result<Where, Error> {
    let nowhere = || Error::invalid("place", "is no place that you can report");
    let is_office = caller.role.is_office();
    match place {
        RepairPlace::Home { unit_id } => {
            let sql = "SELECT building_id, household_id FROM unit WHERE community_id = $1 AND id = $2";
            let row = tx.query_opt(sql, params![caller.community, unit_id])?.ok_or_else(nowhere)?;
            let (building, household): (_, Option<HouseholdId>) = (row.get(0)?, row.get(1)?);
            if is_office || (household.is_some() && household == caller.household) {
                Ok(Where { household, building: Some(building) })
            } else {
                Err(nowhere())
            }
        }
        RepairPlace::Building { building_id } => {
            let sql = "SELECT 1 FROM building WHERE community_id = $1 AND id = $2";
            tx.query_opt(sql, params![caller.community, building_id])?.ok_or_else(nowhere)?;
            if is_office || is_at_home(tx, caller, building_id)? {
                Ok(Where { household: None, building: Some(building_id) })
            } else {
                Err(nowhere())
            }
        }
        RepairPlace::Area { area_id } => {
            let sql = "SELECT building_id FROM common_area WHERE community_id = $1 AND id = $2";
            let row = tx.query_opt(sql, params![caller.community, area_id])?.ok_or_else(nowhere)?;
            match row.get::<Option<BuildingId>>(0)? {
                Some(building) if !is_office && !is_at_home(tx, caller, building)? => Err(nowhere()),
                building => Ok(Where { household: None, building }),
            }
        }
    }
}

/// Whether the caller's household lives in a building.
pub(super) fn is_at_home(tx: &mut Tx<'_>, caller: &Caller, building: BuildingId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM unit WHERE community_id = $1 AND household_id = $2 AND building_id = $3";
    Ok(tx.query_opt(sql, params![caller.community, caller.household, building])?.is_some())
}

/// Words that belong to an act; a reason where one is asked for.
pub(super) fn words(kind: ActKind, text: &str) -> Result<(), Error> {
    if kind.needs_words() {
        return required("words", text, MAX_MESSAGE);
    }
    input::lines("words", text, MAX_MESSAGE)
}

/// Text in which there is something to see.
pub(super) fn required(field: &str, text: &str, max: usize) -> Result<(), Error> {
    input::lines(field, text, max)?;
    if linli_wire::text::is_blank(text) {
        return Err(Error::invalid(field, "must not be empty"));
    }
    Ok(())
}

/// Photos as the server keeps them. They must have been sent before, by the caller or so that the caller may
/// see them: whoever could name the files of others could read them.
pub(super) fn photos(
    tx: &mut Tx<'_>,
    caller: &Caller,
    given: &[Attachment],
) -> Result<Vec<Attachment>, Error> {
    if given.len() > MAX_PHOTOS {
        return Err(Error::invalid("attachments", format!("must not be more than {MAX_PHOTOS}")));
    }
    let mut photos = Vec::with_capacity(given.len());
    let mut named = BTreeSet::new();
    for file in given {
        let kept = attachments::visible(tx, caller, file.id).map_err(|error| match error {
            Error::Refused(_) => Error::invalid("attachments", "has not been sent to this server"),
            trouble => trouble,
        })?;
        let name = file_name(&file.name, &kept.media_type).unwrap_or_else(|| kept.name.clone());
        if named.insert(file.id) {
            photos.push(Attachment { name, ..kept });
        }
    }
    Ok(photos)
}

/// A stretch of at most a day that begins no earlier than `earliest` and within half a year.
pub(super) fn slot(field: &str, slot: Slot, earliest: Timestamp, now: Timestamp) -> Result<(), Error> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    if slot.until <= slot.from || slot.until.millis_since(slot.from) > DAY_MS {
        return Err(Error::invalid(field, "must end after it begins, within a day"));
    }
    if slot.from < earliest || slot.from > now.plus_millis(AHEAD_MS) {
        return Err(Error::invalid(field, "must be in the next half year"));
    }
    Ok(())
}

/// A day to come.
pub(super) fn until(until: Timestamp, now: Timestamp) -> Result<(), Error> {
    if until > now && until <= now.plus_millis(AHEAD_MS) {
        return Ok(());
    }
    Err(Error::invalid("until", "must be in the next half year"))
}

/// A price in the community's money.
pub(super) fn price(price: &Money, community: &Community) -> Result<(), Error> {
    if price.currency != community.currency {
        return Err(Error::invalid("price.currency", "is not the money of this community"));
    }
    if price.minor <= 0 {
        return Err(Error::invalid("price.minor", "must be more than nothing"));
    }
    Ok(())
}

/// Parts as they are kept.
pub(super) fn parts(given: &[Part], before: &[Part]) -> Result<Vec<Part>, Error> {
    if given.len().saturating_add(before.len()) > MAX_PARTS {
        return Err(Error::invalid("parts", format!("must not be more than {MAX_PARTS} on one repair")));
    }
    let part = |part: &Part| {
        if part.count == 0 || part.count > MAX_COUNT {
            return Err(Error::invalid("parts.count", format!("must be 1 to {MAX_COUNT}")));
        }
        Ok(Part { name: input::line("parts.name", &part.name, MAX_PART)?, count: part.count })
    };
    given.iter().map(part).collect()
}

/// Stars from 1 to 5.
pub(super) fn rating(rating: &Rating) -> Result<(), Error> {
    for (field, stars) in [("result", rating.result), ("speed", rating.speed), ("manner", rating.manner)] {
        if !(1..=5).contains(&stars) {
            return Err(Error::invalid(&format!("rating.{field}"), "must be 1 to 5"));
        }
    }
    input::lines("rating.words", &rating.words, MAX_MESSAGE)
}
