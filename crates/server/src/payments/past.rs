//! Months of before Linli, or of a community to try: billed and paid as they were.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use linli_wire::{
    id::{BillRunId, CommunityId, HouseholdId, PersonId},
    payments::Month,
};
use sha2::{Digest as _, Sha256};

use super::{bills, bills::Bills, pay, run, today};
use crate::{Error, calendar::Calendar, community, db::Tx};

/// A month of before.
#[derive(Clone, Debug)]
pub struct PastMonth {
    /// The month.
    pub month: Month,
    /// The day on which its bills were published.
    pub issued: Date,
    /// The day on which they were due.
    pub due: Date,
    /// Days after the publishing on which the households paid, from the bank; as many as there are households are dealt
    /// out over so many days.
    pub paid_within: i16,
    /// The households that did not pay.
    pub unpaid: BTreeSet<HouseholdId>,
}

/// Writes a month of before down, once. Days that have not come yet have brought nothing yet.
///
/// # Errors
/// The database's; the time zone of the community is not known here.
pub fn put_past(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    past: &PastMonth,
) -> Result<(), Error> {
    let (_, today) = today(tx, community)?;
    let of = community::get(tx, community)?.ok_or_else(Error::not_found)?;
    let calendar = Calendar::of(&of)?;
    if past.issued > today {
        return Ok(());
    }
    let month = past.month.to_string();
    let hash = Sha256::new_with_prefix(b"linli past run v1").chain_update(community.0).chain_update(&month);
    let run = BillRunId(crate::derived::id(hash));
    let at = calendar.begins(past.issued)?;
    run::publish_past(tx, (community, by), (run, past.month), (past.issued, past.due), at)?;
    let made: Vec<_> =
        bills::bills(tx, community, Bills::All)?.into_iter().filter(|bill| bill.run_id == run).collect();
    for (place, bill) in (0_i64..).zip(made) {
        let after = place.rem_euclid(i64::from(past.paid_within.max(1))) + 1;
        let day = past.issued.checked_add(after.days()).map_err(crate::calendar::beyond)?;
        if past.unpaid.contains(&bill.household_id) || day > today || bill.owed == 0 {
            continue;
        }
        let came = (day, calendar.begins(day)?);
        pay::past_transfer(tx, community, by, (bill.household_id, bill.id, bill.owed), came)?;
    }
    Ok(())
}
