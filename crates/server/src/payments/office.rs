//! What the office looks at: bills of all households, and one household at the counter.

use linli_wire::{
    id::HouseholdId,
    payments::{BillState, HouseholdPayments, Month, OfficeBillRow, OfficeBillsPage},
};

use super::{
    account::account,
    bills::{Bills, OWED, bills},
    numbers::{self, Paper},
    pay::payments,
    refunds, today,
};
use crate::{
    Error,
    auth::Caller,
    card, community,
    db::{Row, Tx},
    http::query::Query,
    params,
};

/// Rows of a page, unless asked otherwise; and at most.
const ROWS: (i64, i64) = (50, 200);
/// Bills and payments of a household that the counter looks at, besides those that are owed.
const LAST: usize = 60;

/// Bills of all households: what is owed first, the longest overdue on top; then the newest.
///
/// # Errors
/// `not_allowed`; `invalid_input` for a query that cannot be read; the database's.
pub fn bills_page(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<OfficeBillsPage, Error> {
    caller.must_be_office()?;
    let (community, today) = today(tx, caller.community)?;
    let today = today.to_string();
    let state = query.read("state", |text| serde_json::from_value::<BillState>(text.into()).ok())?;
    let month = query.read("month", |text| text.parse::<Month>().ok())?.map(|month| month.to_string());
    let (offset, limit) = window(query)?;
    let words = query.get("words").unwrap_or_default().trim().to_owned();
    let number = numbers::read(&words);
    // What was credited of a bill is summed where it decides; of what is shown it is asked in the end.
    const CREDITED: &str = "COALESCE((SELECT SUM(minor) FROM credit WHERE credit.community_id = $1 AND credit.bill_id = bill.id), 0)";
    let (join, credited, in_state) = match state {
        None => ("LEFT JOIN", "0", "1 = 1"),
        Some(BillState::Overdue) => ("JOIN", "0", "owed > 0 AND due_on < $3"),
        Some(BillState::Due) => ("JOIN", "0", "owed > 0 AND due_on >= $3"),
        Some(BillState::Paid) => ("LEFT JOIN", CREDITED, "owed <= 0 AND (total = 0 OR credited < total)"),
        Some(BillState::Credited) => ("LEFT JOIN", CREDITED, "owed <= 0 AND total > 0 AND credited >= total"),
    };
    // Every parameter is named, whichever state is asked for: PostgreSQL wants to know what each one is.
    let found = format!(
        "WITH sums AS ({OWED} HAVING SUM(posting.minor) <> 0),
         stands AS (
           SELECT bill.id, bill.year, bill.number, bill.household_id, bill.month, bill.due_on, bill.total,
             CAST(COALESCE(sums.owed, 0) AS BIGINT) AS owed, {credited} AS credited
           FROM bill {join} sums ON sums.bill_id = bill.id
           WHERE bill.community_id = $1 AND ($2 = '' OR bill.month = $2)
             AND ($4 = '' OR (bill.year = $5 AND bill.number = $6) OR bill.household_id IN (
               SELECT id FROM household WHERE community_id = $1 AND LOWER(code) LIKE $7 ESCAPE '!'
               UNION ALL
               SELECT unit.household_id FROM unit JOIN building
                 ON building.community_id = unit.community_id AND building.id = unit.building_id
               WHERE unit.community_id = $1 AND unit.household_id IS NOT NULL
                 AND LOWER(building.code || '-' || unit.code) LIKE $7 ESCAPE '!')))"
    );
    let like = format!("{}%", words.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let month = month.unwrap_or_default();
    let (year, serial) = number.unwrap_or_default();
    let condition = format!("WHERE ($3 = $3) AND {in_state}");
    let by = "ORDER BY CASE WHEN owed > 0 THEN 0 ELSE 1 END, CASE WHEN owed > 0 THEN due_on ELSE '' END,
             year DESC, number DESC";
    let counted = tx.query_one(
        &format!("{found} SELECT COUNT(*), CAST(COALESCE(SUM(owed), 0) AS BIGINT) FROM stands {condition}"),
        params![caller.community, &month, &today, &words, year, serial, &like],
    )?;
    let rows = tx.query(
        &format!(
            "{found} SELECT bill.id, bill.year, bill.number, bill.household_id, household.code, bill.month, bill.due_on,
               bill.total, bill.owed, CAST({CREDITED} AS BIGINT)
             FROM (SELECT * FROM stands {condition} {by} LIMIT $8 OFFSET $9) AS bill
             JOIN household ON household.community_id = $1 AND household.id = bill.household_id {by}"
        ),
        params![caller.community, &month, &today, &words, year, serial, &like, limit, offset],
    )?;
    let rows = rows.iter().map(|row| row_of(tx, caller, row, &today)).collect::<Result<_, _>>()?;
    Ok(OfficeBillsPage { rows, total: counted.get(0)?, owed: counted.get(1)?, currency: community.currency })
}

/// Rows to skip and to give, of a query for a page.
pub(super) fn window(query: &Query) -> Result<(u32, i64), Error> {
    let offset = query.read("offset", |text| text.parse::<u32>().ok())?.unwrap_or(0);
    let limit = query.read("limit", |text| text.parse::<i64>().ok())?.filter(|limit| *limit > 0);
    Ok((offset, limit.unwrap_or(ROWS.0).min(ROWS.1)))
}

fn row_of(tx: &mut Tx<'_>, caller: &Caller, row: &Row, today: &str) -> Result<OfficeBillRow, Error> {
    let (household_id, month): (HouseholdId, String) = (row.get(3)?, row.get(5)?);
    let (due_on, total, owed, credited): (String, i64, i64, i64) =
        (row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?);
    let state = BillState::of(owed, total, credited, &due_on, today);
    Ok(OfficeBillRow {
        id: row.get(0)?,
        number: numbers::written(Paper::Bill, row.get(1)?, row.get(2)?),
        household_id,
        code: row.get(4)?,
        units: units(tx, caller, household_id)?,
        month: month.parse().map_err(|_| Error::invalid("month", "of a bill cannot be read"))?,
        due_on,
        total,
        owed,
        state,
    })
}

/// A household's bills and payments.
///
/// # Errors
/// `not_allowed`; `not_found`; the database's.
pub fn household(tx: &mut Tx<'_>, caller: &Caller, id: HouseholdId) -> Result<HouseholdPayments, Error> {
    caller.must_be_office()?;
    let (of, _) = today(tx, caller.community)?;
    let known = community::household(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let sql = "SELECT name FROM person WHERE community_id = $1 AND household_id = $2 AND left_at IS NULL ORDER BY code";
    let people = tx.query(sql, params![caller.community, id])?;
    let mut bills = bills(tx, caller.community, Bills::Of(id))?;
    bills.reverse();
    let mut place = 0;
    bills.retain(|bill| {
        place += 1;
        place <= LAST || bill.owed > 0
    });
    let mut payments = payments(tx, caller.community, Bills::Of(id))?;
    payments.truncate(LAST);
    Ok(HouseholdPayments {
        code: known.code,
        units: units(tx, caller, id)?,
        people: people.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?,
        account: account(tx, caller.community, id, &of.currency)?,
        bills,
        payments,
        refunds: refunds::of_household(tx, caller, id)?,
        card_troubles: card::troubles_of(tx, caller.community, id)?,
    })
}

/// The units of a household, such as `3-1201, 3-1202`.
pub(super) fn units(tx: &mut Tx<'_>, caller: &Caller, id: HouseholdId) -> Result<String, Error> {
    let known = community::household(tx, caller.community, id)?;
    let names: Vec<String> = known
        .into_iter()
        .flat_map(|household| household.units)
        .map(|unit| format!("{}-{}", unit.building_code, unit.code))
        .collect();
    Ok(names.join(", "))
}
