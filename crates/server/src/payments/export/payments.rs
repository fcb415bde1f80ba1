//! Payments that were booked, by the day of the ledger, and what they were for.

use std::collections::BTreeMap;

use linli_wire::id::PaymentId;

use super::{Book, Page, Place, ROWS, among, amount};
use crate::{
    Error,
    db::Tx,
    params,
    payments::numbers::{self, Paper},
    sheet,
};

pub(super) const HEADER: [&str; 10] =
    ["receipt", "date", "household", "units", "way", "amount", "kept", "currency", "bills", "given_back"];

/// What a payment was for: numbers of bills, and what was left over.
type For = (Vec<String>, i64);

impl Book {
    pub(super) fn payments(&self, tx: &mut Tx<'_>, after: &Place) -> Result<Page, Error> {
        let sql =
            "SELECT entry.day, entry.id, payment.year, payment.number, payment.household_id, payment.way,
               payment.minor, payment.currency, back.day
             FROM ledger_entry AS entry JOIN payment
               ON payment.community_id = entry.community_id AND payment.id = entry.id
             LEFT JOIN ledger_entry AS back
               ON back.community_id = entry.community_id AND back.reverses = entry.id
             WHERE entry.community_id = $1 AND entry.day >= $2 AND entry.day <= $3
               AND (entry.day, entry.id) > ($4, $5) ORDER BY entry.day, entry.id LIMIT $6";
        let (from, until) = &self.days;
        let rows = tx.query(sql, params![self.community, from, until, &after.0, &after.1, ROWS])?;
        let ids = rows.iter().map(|row| Ok(row.get(1)?)).collect::<Result<Vec<PaymentId>, Error>>()?;
        let mut went_to = self.went_to(tx, &ids)?;
        let cells = rows.iter().map(|row| {
            let (household, currency): (_, String) = (row.get(4)?, row.get(7)?);
            let receipt = match (row.get(2)?, row.get(3)?) {
                (Some(year), Some(number)) => numbers::written(Paper::Receipt, year, number),
                _ => String::new(),
            };
            let (bills, kept) = went_to.remove(&row.get::<PaymentId>(1)?).unwrap_or_default();
            Ok([
                receipt,
                row.get(0)?,
                self.code(household),
                self.units(household),
                row.get(5)?,
                amount(row.get(6)?, &currency)?,
                amount(kept, &currency)?,
                currency,
                bills.join(" "),
                row.get::<Option<String>>(8)?.unwrap_or_default(),
            ])
        });
        let text = sheet::table(&[], cells.collect::<Result<Vec<_>, Error>>()?)?;
        Ok((text, super::next(&rows)?))
    }

    fn went_to(&self, tx: &mut Tx<'_>, ids: &[PaymentId]) -> Result<BTreeMap<PaymentId, For>, Error> {
        let mut went_to: BTreeMap<PaymentId, For> = BTreeMap::new();
        if ids.is_empty() {
            return Ok(went_to);
        }
        let (places, values) = among(self.community, ids);
        let sql = format!(
            "SELECT posting.entry_id, posting.minor, bill.year, bill.number FROM posting JOIN ledger_account AS account
               ON account.community_id = posting.community_id AND account.id = posting.account_id
             LEFT JOIN bill ON bill.community_id = posting.community_id AND bill.id = posting.bill_id
             WHERE posting.community_id = $1 AND posting.entry_id IN ({places})
               AND account.kind IN ('receivable', 'prepaid') AND posting.minor < 0
             ORDER BY posting.entry_id, posting.line"
        );
        for row in tx.query(&sql, &values)? {
            let (bills, kept) = went_to.entry(row.get(0)?).or_default();
            match (row.get(2)?, row.get(3)?) {
                (Some(year), Some(number)) => bills.push(numbers::written(Paper::Bill, year, number)),
                _ => *kept = kept.saturating_sub(row.get(1)?),
            }
        }
        Ok(went_to)
    }
}
