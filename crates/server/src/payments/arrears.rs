//! `GET /v1/arrears`: households with something overdue, for the office.

use std::collections::BTreeMap;

use linli_wire::{
    Code,
    id::{CommunityId, HouseholdId},
    payments::{ArrearsOrder, ArrearsPage, ArrearsRow},
};

use super::{
    bills::OWED,
    office,
    reminders::{date, days},
    today,
};
use crate::{
    Error,
    auth::Caller,
    db::{Row, Tx, Value},
    http::query::Query,
    params,
};

/// Households with something overdue: the largest sum first, or the longest overdue.
///
/// # Errors
/// `not_allowed`; `invalid_input` for a query that cannot be read; the database's.
pub fn arrears(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<ArrearsPage, Error> {
    caller.must_be_office()?;
    let (community, today) = today(tx, caller.community)?;
    let order = query.read("by", ArrearsOrder::from_name)?.unwrap_or_default();
    let (offset, limit) = office::window(query)?;
    let (day, currency) = (today.to_string(), community.currency);
    let by = match order {
        ArrearsOrder::Sum => "sum DESC, oldest, code",
        ArrearsOrder::Age => "oldest, sum DESC, code",
    };
    // All of them, since their sum is wanted, too: there are fewer than households.
    let overdue = format!(
        "SELECT bill.household_id, household.code, COUNT(*), CAST(SUM(sums.owed) AS BIGINT) AS sum,
           MIN(bill.due_on) AS oldest
         FROM ({OWED} HAVING SUM(posting.minor) > 0) AS sums
         JOIN bill ON bill.community_id = $1 AND bill.id = sums.bill_id
         JOIN household ON household.community_id = bill.community_id AND household.id = bill.household_id
         WHERE bill.due_on < $2 AND bill.currency = $3 GROUP BY bill.household_id, household.code ORDER BY {by}"
    );
    let all = tx.query(&overdue, params![caller.community, &day, &currency])?;
    let mut overdue = 0_i64;
    for row in &all {
        let too_much = || Error::refused(Code::Internal, "too much is overdue");
        overdue = overdue.checked_add(row.get(3)?).ok_or_else(too_much)?;
    }
    let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let (skipped, taken) =
        (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0));
    let rows: Vec<Row> = all.into_iter().skip(skipped).take(taken).collect();
    let ids = rows.iter().map(|row| Ok(row.get(0)?)).collect::<Result<Vec<HouseholdId>, Error>>()?;
    let mut about = About::read(tx, caller.community, &ids, &day)?;
    let rows = rows.iter().map(|row| {
        let (household_id, oldest): (HouseholdId, String) = (row.get(0)?, row.get(4)?);
        let (reminders, reminded_on) = about.reminders.remove(&household_id).unwrap_or_default();
        Ok(ArrearsRow {
            household_id,
            code: row.get(1)?,
            units: about.units.remove(&household_id).unwrap_or_default().join(", "),
            people: about.people.remove(&household_id).unwrap_or_default(),
            bills: row.get(2)?,
            overdue: row.get(3)?,
            days_overdue: u32::try_from(days(date(&oldest)?, today)?).unwrap_or_default(),
            oldest_due_on: oldest,
            reminders,
            reminded_on,
        })
    });
    let rows = rows.collect::<Result<_, Error>>()?;
    Ok(ArrearsPage { rows, total, overdue, currency })
}

/// What else there is to say of households, read for all of a page at once.
struct About {
    units: BTreeMap<HouseholdId, Vec<String>>,
    people: BTreeMap<HouseholdId, Vec<String>>,
    /// How many there were, and on which days.
    reminders: BTreeMap<HouseholdId, (u32, Vec<String>)>,
}

impl About {
    fn read(tx: &mut Tx<'_>, community: CommunityId, ids: &[HouseholdId], day: &str) -> Result<Self, Error> {
        let mut about = Self { units: BTreeMap::new(), people: BTreeMap::new(), reminders: BTreeMap::new() };
        if ids.is_empty() {
            return Ok(about);
        }
        let among = |first: usize| {
            let places: Vec<String> = (first..first + ids.len()).map(|at| format!("${at}")).collect();
            places.join(", ")
        };
        let values: Vec<Value<'_>> =
            [Value::from(community)].into_iter().chain(ids.iter().map(|id| Value::from(*id))).collect();
        let sql = format!(
            "SELECT unit.household_id, building.code, unit.code FROM unit JOIN building
               ON building.community_id = unit.community_id AND building.id = unit.building_id
             WHERE unit.community_id = $1 AND unit.household_id IN ({}) ORDER BY building.code, unit.code",
            among(2)
        );
        for row in tx.query(&sql, &values)? {
            let (building, unit): (String, String) = (row.get(1)?, row.get(2)?);
            about.units.entry(row.get(0)?).or_default().push(format!("{building}-{unit}"));
        }
        let sql = format!(
            "SELECT household_id, name FROM person WHERE community_id = $1 AND household_id IN ({})
             AND left_at IS NULL ORDER BY code",
            among(2)
        );
        for row in tx.query(&sql, &values)? {
            about.people.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        // Of the bills that are overdue now: what was paid since is settled, with its reminders.
        let sql = format!(
            "SELECT bill.household_id, reminder.day FROM reminder JOIN bill
               ON bill.community_id = reminder.community_id AND bill.id = reminder.bill_id
             WHERE bill.community_id = $1 AND bill.due_on < $2 AND bill.household_id IN ({})
               AND (SELECT SUM(posting.minor) FROM posting JOIN ledger_account AS account
                      ON account.community_id = posting.community_id AND account.id = posting.account_id
                    WHERE posting.community_id = bill.community_id AND posting.bill_id = bill.id
                      AND account.kind = 'receivable') > 0
             ORDER BY reminder.day",
            among(3)
        );
        let values: Vec<Value<'_>> = [Value::from(community), Value::from(day)]
            .into_iter()
            .chain(ids.iter().map(|id| Value::from(*id)))
            .collect();
        for row in tx.query(&sql, &values)? {
            let (count, days): &mut (u32, Vec<String>) = about.reminders.entry(row.get(0)?).or_default();
            *count += 1;
            let day: String = row.get(1)?;
            if days.last() != Some(&day) {
                days.push(day);
            }
        }
        Ok(about)
    }
}
