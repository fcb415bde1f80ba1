//! The journal: every entry of the ledger with its lines, as CSV or as the plain text of hledger and ledger.

use std::{collections::BTreeMap, fmt::Write as _};

use bytes::Bytes;
use linli_wire::{
    id::{HouseholdId, LedgerEntryId},
    payments::BookSheet,
};

use super::{Book, Page, Place, ROWS, among, amount};
use crate::{
    Error,
    db::{Row, Tx},
    params,
    payments::numbers::{self, Paper},
    sheet,
};

pub(super) const HEADER: [&str; 9] =
    ["date", "entry", "number", "kind", "account", "debit", "credit", "currency", "text"];

/// What stands before the entries in plain text.
pub(super) fn plain_head((from, until): &(String, String)) -> Bytes {
    format!("; Linli {from} {until}\n").into()
}

/// An entry, without its lines.
struct Entry {
    day: String,
    id: LedgerEntryId,
    kind: String,
    currency: String,
    /// The number of its paper, where it has one.
    number: String,
    text: String,
}

/// A line of an entry: where it stands, and how much; a debit is positive.
struct Line {
    account: String,
    minor: i64,
}

impl Book {
    pub(super) fn journal(&self, tx: &mut Tx<'_>, after: &Place) -> Result<Page, Error> {
        // What takes back a payment is told by the number of its receipt.
        let sql =
            "SELECT entry.day, entry.id, entry.kind, entry.currency, entry.reason, bill.year, bill.number,
               credit.year, credit.number, payment.year, payment.number
             FROM ledger_entry AS entry
             LEFT JOIN bill ON bill.community_id = entry.community_id AND bill.id = entry.id
             LEFT JOIN credit ON credit.community_id = entry.community_id AND credit.id = entry.id
             LEFT JOIN payment ON payment.community_id = entry.community_id
               AND payment.id = COALESCE(entry.reverses, entry.id)
             WHERE entry.community_id = $1 AND entry.day >= $2 AND entry.day <= $3
               AND (entry.day, entry.id) > ($4, $5) ORDER BY entry.day, entry.id LIMIT $6";
        let (from, until) = &self.days;
        let rows = tx.query(sql, params![self.community, from, until, &after.0, &after.1, ROWS])?;
        let entries = rows.iter().map(|row| self.entry(row)).collect::<Result<Vec<_>, Error>>()?;
        let mut lines = self.lines(tx, &entries)?;
        let whole = entries.into_iter().map(|entry| {
            let lines = lines.remove(&entry.id).unwrap_or_default();
            (entry, lines)
        });
        let text = if self.sheet == BookSheet::Ledger { plain(whole)? } else { table(whole)? };
        Ok((text, super::next(&rows)?))
    }

    fn entry(&self, row: &Row) -> Result<Entry, Error> {
        let kind: String = row.get(2)?;
        let mut number = String::new();
        for (paper, at) in [(Paper::Bill, 5), (Paper::Credit, 7), (Paper::Receipt, 9)] {
            if let (Some(year), Some(serial)) = (row.get(at)?, row.get(at + 1)?) {
                number = numbers::written(paper, year, serial);
            }
        }
        let name = match kind.as_str() {
            "bill" => self.say("Bill", "账单"),
            "credit" => self.say("Credit note", "冲减单"),
            "payment" => self.say("Payment", "缴费"),
            "prepaid" => self.say("Payment from what was kept", "余额抵扣"),
            "refund" => self.say("Money given back", "退款"),
            "spending" => self.say("Spending", "支出"),
            "transfer" => self.say("Money moved", "资金划转"),
            "reversal" => self.say("Taken back", "冲回"),
            _ => self.say("Entry", "记账"),
        };
        let reason: String = row.get(4)?;
        let parts = [name, number.as_str(), reason.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Ok(Entry {
            day: row.get(0)?,
            id: row.get(1)?,
            currency: row.get(3)?,
            text: one_line(&parts.join(" ")),
            kind,
            number,
        })
    }

    fn lines(&self, tx: &mut Tx<'_>, entries: &[Entry]) -> Result<BTreeMap<LedgerEntryId, Vec<Line>>, Error> {
        let mut lines: BTreeMap<LedgerEntryId, Vec<Line>> = BTreeMap::new();
        let ids: Vec<LedgerEntryId> = entries.iter().map(|entry| entry.id).collect();
        if ids.is_empty() {
            return Ok(lines);
        }
        let (places, values) = among(self.community, &ids);
        let sql = format!(
            "SELECT posting.entry_id, posting.minor, account.kind, account.household_id, account.heading
             FROM posting JOIN ledger_account AS account
               ON account.community_id = posting.community_id AND account.id = posting.account_id
             WHERE posting.community_id = $1 AND posting.entry_id IN ({places})
             ORDER BY posting.entry_id, posting.line"
        );
        for row in tx.query(&sql, &values)? {
            let line = Line { account: self.account(&row)?, minor: row.get(1)? };
            lines.entry(row.get(0)?).or_default().push(line);
        }
        Ok(lines)
    }

    /// The name of an account, by what it is first, as bookkeepers sort them.
    fn account(&self, row: &Row) -> Result<String, Error> {
        let (kind, heading): (String, String) = (row.get(2)?, row.get(4)?);
        let household = || Ok::<_, Error>(one_line(&self.code(row.get::<HouseholdId>(3)?)));
        Ok(match kind.as_str() {
            "receivable" => format!("assets:receivable:{}", household()?),
            "prepaid" => format!("liabilities:prepaid:{}", household()?),
            "bank" | "cash" | "card" => format!("assets:{kind}"),
            "income" => format!("income:{heading}"),
            "spending" => format!("expenses:{heading}"),
            // `tax` and `unclaimed`: what belongs to others.
            _ => format!("liabilities:{kind}"),
        })
    }
}

fn table(entries: impl Iterator<Item = (Entry, Vec<Line>)>) -> Result<Bytes, Error> {
    let mut rows = Vec::new();
    for (entry, lines) in entries {
        for line in lines {
            let size = size(line.minor, &entry.currency)?;
            let (debit, credit) = if line.minor > 0 { (size, String::new()) } else { (String::new(), size) };
            rows.push([
                entry.day.clone(),
                entry.id.to_string(),
                entry.number.clone(),
                entry.kind.clone(),
                line.account,
                debit,
                credit,
                entry.currency.clone(),
                entry.text.clone(),
            ]);
        }
    }
    sheet::table(&[], rows)
}

fn plain(entries: impl Iterator<Item = (Entry, Vec<Line>)>) -> Result<Bytes, Error> {
    let mut text = String::new();
    for (entry, lines) in entries {
        let number = if entry.number.is_empty() { String::new() } else { format!("({}) ", entry.number) };
        let _ = writeln!(text, "\n{} * {number}{}", entry.day, entry.text);
        let _ = writeln!(text, "    ; entry: {}", entry.id);
        for Line { account, minor } in lines {
            let sign = if minor < 0 { "-" } else { "" };
            let size = size(minor, &entry.currency)?;
            let _ = writeln!(text, "    {account}  {sign}{size} {}", entry.currency);
        }
    }
    Ok(text.into())
}

/// An amount without its sign.
fn size(minor: i64, currency: &str) -> Result<String, Error> {
    amount(minor.saturating_abs(), currency)
}

/// Words that stay on their line and mean nothing to a program: two spaces would end a name there, and a semicolon
/// begin a remark.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.replace(';', ",").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn what_people_write_stays_words() {
        assert_eq!(one_line("a  b\t;c\n2026-01-01 * d\u{0}"), "a b ,c 2026-01-01 * d");
        assert_eq!(one_line(" 水管\u{3000}坏 "), "水管 坏");
        assert_eq!(one_line(""), "");
    }
}
