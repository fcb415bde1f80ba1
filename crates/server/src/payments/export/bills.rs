//! Bills that were published, and what the ledger says of them now.

use super::{Book, Page, Place, ROWS, amount};
use crate::{
    Error,
    db::Tx,
    params,
    payments::numbers::{self, Paper},
    sheet,
};

pub(super) const HEADER: [&str; 13] = [
    "number",
    "reference",
    "household",
    "units",
    "month",
    "issued",
    "due",
    "total",
    "tax",
    "credited",
    "paid",
    "owed",
    "currency",
];

impl Book {
    pub(super) fn bills(&self, tx: &mut Tx<'_>, after: &Place) -> Result<Page, Error> {
        // What was paid is what the household's side of the ledger says, without the bill itself and its credits.
        let of = |what: &str, condition: &str| {
            format!(
                "CAST(COALESCE((SELECT {what} FROM posting JOIN ledger_account AS account
                    ON account.community_id = posting.community_id AND account.id = posting.account_id
                  JOIN ledger_entry AS entry
                    ON entry.community_id = posting.community_id AND entry.id = posting.entry_id
                  WHERE posting.community_id = bill.community_id AND posting.bill_id = bill.id AND {condition}), 0)
                 AS BIGINT)"
            )
        };
        let sql = format!(
            "SELECT bill.issued_on, bill.id, bill.year, bill.number, bill.household_id, bill.month, bill.due_on,
               bill.total, bill.currency, {}, {}, {},
               CAST(COALESCE((SELECT SUM(minor) FROM credit WHERE credit.community_id = bill.community_id
                 AND credit.bill_id = bill.id), 0) AS BIGINT)
             FROM bill WHERE bill.community_id = $1 AND bill.issued_on >= $2 AND bill.issued_on <= $3
               AND (bill.issued_on, bill.id) > ($4, $5) ORDER BY bill.issued_on, bill.id LIMIT $6",
            of("SUM(posting.minor)", "account.kind = 'receivable'"),
            of("-SUM(posting.minor)", "account.kind = 'receivable' AND entry.kind NOT IN ('bill', 'credit')"),
            of("-SUM(posting.minor)", "account.kind = 'tax' AND entry.kind = 'bill'"),
        );
        let (from, until) = &self.days;
        let rows = tx.query(&sql, params![self.community, from, until, &after.0, &after.1, ROWS])?;
        let cells = rows.iter().map(|row| {
            let (year, number, household) = (row.get(2)?, row.get(3)?, row.get(4)?);
            let currency: String = row.get(8)?;
            let money = |at| amount(row.get(at)?, &currency);
            Ok([
                numbers::written(Paper::Bill, year, number),
                numbers::reference(year, number),
                self.code(household),
                self.units(household),
                row.get(5)?,
                row.get(0)?,
                row.get(6)?,
                money(7)?,
                money(11)?,
                money(12)?,
                money(10)?,
                money(9)?,
                currency.clone(),
            ])
        });
        let text = sheet::table(&[], cells.collect::<Result<Vec<_>, Error>>()?)?;
        Ok((text, super::next(&rows)?))
    }
}
