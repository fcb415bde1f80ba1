//! `GET /v1/repairs/export`: repairs as a spreadsheet, for the office.
//!
//! It is read and written page by page as it is taken, each page in a transaction of its own: memory follows
//! neither the number of repairs nor a slow line. Pages are ordered by what never changes, so no repair is left
//! out or stands there twice.

use std::{collections::BTreeMap, io, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, stream};
use linli_wire::{
    Language,
    id::{BuildingId, CommonAreaId, CommunityId, RepairId, UnitId},
    repairs::{Repair, RepairPlace, RepairState},
};

use super::{figures::months, hours::Hours, settings};
use crate::{
    Error,
    auth::Caller,
    community,
    db::{Database, Tx},
    http::query::Query,
    params,
    sheet::{self, table},
};

/// Repairs that are read at a time.
const ROWS: usize = 200;
const HEADER: [&str; 20] = [
    "id", "reported", "place", "building", "category", "urgency", "state", "since", "promised", "kept",
    "reporter", "assignee", "affected", "reopened", "result", "speed", "manner", "price", "currency",
    "words",
];

/// The repairs that were reported in the months of a query, oldest first, as CSV; with `state` and `category`,
/// only those. Trouble on the way breaks the stream off.
///
/// # Errors
/// `not_allowed`; `invalid_input` for what is no month, more than three years of them, or no state.
pub async fn export(
    db: &Database,
    caller: Caller,
    query: Query,
) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, Error> {
    let sheet = Arc::new(db.read(move |tx| Sheet::read(tx, &caller, &query)).await?);
    let head = table(sheet::MARK, [HEADER.map(str::to_owned)])?;
    let first = (i64::MIN, RepairId(uuid::Uuid::nil()));
    let rows = stream::try_unfold((db.clone(), Some(first)), move |(db, after)| {
        let sheet = Arc::clone(&sheet);
        async move {
            let Some(after) = after else { return Ok(None) };
            let page = db.read(move |tx| sheet.page(tx, after)).await;
            let (text, next) = page.map_err(|error| {
                tracing::error!(%error, "a spreadsheet broke off");
                io::Error::other(error)
            })?;
            Ok(Some((text, (db, next))))
        }
    });
    Ok(stream::StreamExt::chain(stream::iter([Ok(head)]), rows))
}

/// Where a page ends: behind this repair, by the time it was reported.
type Place = (i64, RepairId);

/// Which repairs stand in a spreadsheet, and what stands in it for ids.
struct Sheet {
    community: CommunityId,
    from: String,
    until: String,
    state: Option<RepairState>,
    category: Option<String>,
    names: Names,
}

impl Sheet {
    fn read(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<Self, Error> {
        caller.must_be_office()?;
        let (from, until) = months(tx, caller.community, query)?;
        Ok(Self {
            community: caller.community,
            from,
            until,
            state: query.read("state", RepairState::from_name)?,
            category: query.get("category").map(str::to_owned),
            names: Names::read(tx, caller)?,
        })
    }

    /// The next page, and where it ends; none at the end of all.
    fn page(&self, tx: &mut Tx<'_>, after: Place) -> Result<(Bytes, Option<Place>), Error> {
        let rows = tx.query(
            "SELECT reported_at, id, body, building_id FROM repair WHERE community_id = $1 AND month >= $2
             AND month <= $3 AND (CAST($7 AS TEXT) IS NULL OR state = $7)
             AND (CAST($8 AS TEXT) IS NULL OR category = $8)
             AND (reported_at, id) > ($4, $5) ORDER BY reported_at, id LIMIT $6",
            params![
                self.community,
                &self.from,
                &self.until,
                after.0,
                after.1,
                ROWS,
                self.state.map(RepairState::as_str),
                self.category.as_deref()
            ],
        )?;
        let cells = rows.iter().map(|row| Ok(self.names.cells(&row.json(2)?, row.get(3)?)));
        let text = table(&[], cells.collect::<Result<Vec<_>, Error>>()?)?;
        let next = match rows.last() {
            Some(last) if rows.len() == ROWS => Some((last.get(0)?, last.get(1)?)),
            _ => None,
        };
        Ok((text, next))
    }
}

struct Names {
    hours: Hours,
    buildings: BTreeMap<BuildingId, String>,
    units: BTreeMap<UnitId, String>,
    areas: BTreeMap<CommonAreaId, String>,
    categories: BTreeMap<String, String>,
}

impl Names {
    fn read(tx: &mut Tx<'_>, caller: &Caller) -> Result<Self, Error> {
        let known = community::get(tx, caller.community)?.ok_or_else(Error::not_found)?;
        let language = known.languages.first().cloned().unwrap_or_else(Language::en);
        let buildings: BTreeMap<BuildingId, String> = community::buildings(tx, caller.community)?
            .into_iter()
            .map(|building| (building.id, building.code))
            .collect();
        let units = community::units(tx, caller.community)?.into_iter().map(|unit| {
            let building = buildings.get(&unit.building_id).map_or("", String::as_str);
            (unit.id, format!("{building}-{}", unit.code))
        });
        let units = units.collect();
        let areas = settings::areas(tx, caller.community)?.into_iter();
        let areas = areas.map(|(_, area)| (area.id, area.name.in_language(&language).to_owned())).collect();
        let categories = settings::categories(tx, caller.community)?.into_iter().map(|category| {
            let name = category.content.name.in_language(&language).to_owned();
            (category.content.key, name)
        });
        let categories = categories.collect();
        Ok(Self { hours: Hours::of(&known)?, buildings, units, areas, categories })
    }

    fn cells(&self, repair: &Repair, building: Option<BuildingId>) -> [String; 20] {
        let building = building.and_then(|id| self.buildings.get(&id)).cloned().unwrap_or_default();
        let place = match repair.report.place {
            RepairPlace::Home { unit_id } => self.units.get(&unit_id).cloned(),
            RepairPlace::Building { .. } => Some(building.clone()),
            RepairPlace::Area { area_id } => self.areas.get(&area_id).cloned(),
        };
        let key = &repair.report.category;
        let stars = |of: fn(&linli_wire::repairs::Rating) -> u8| {
            repair.rating.as_ref().map(|rating| of(rating).to_string()).unwrap_or_default()
        };
        let price = repair.quote.as_ref().map(|quote| &quote.price);
        let kept = repair.promise.and_then(|promise| promise.kept);
        [
            repair.id.to_string(),
            self.hours.local(repair.reported_at),
            place.unwrap_or_default(),
            building,
            self.categories.get(key).unwrap_or(key).clone(),
            repair.report.urgency.as_str().to_owned(),
            repair.state.as_str().to_owned(),
            self.hours.local(repair.since),
            repair.promise.map(|promise| self.hours.local(promise.by)).unwrap_or_default(),
            kept.map(|kept| if kept { "yes" } else { "no" }).unwrap_or_default().to_owned(),
            repair.reporter.name.clone(),
            repair.assignee.as_ref().map(|worker| worker.name.clone()).unwrap_or_default(),
            repair.affected.to_string(),
            repair.reopened.to_string(),
            stars(|rating| rating.result),
            stars(|rating| rating.speed),
            stars(|rating| rating.manner),
            price.map(|price| price.minor.to_string()).unwrap_or_default(),
            price.map(|price| price.currency.clone()).unwrap_or_default(),
            repair.report.words.clone(),
        ]
    }
}
