//! `linli-server check`, as far as it is about bills and payments: rows and ledger say the same.

use uuid::Uuid;

use crate::{Error, db::Tx};

/// What does not fit; empty is sound.
///
/// # Errors
/// The database's.
pub fn check(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    for (sql, kind, trouble) in RULES {
        for row in tx.query(sql, &[])? {
            findings.push(format!("{kind} {} {trouble}", row.get::<Uuid>(0)?));
        }
    }
    for (kind, table) in [("bill", "bill"), ("credit", "credit"), ("receipt", "payment")] {
        let sql = format!(
            "SELECT numbering.year FROM numbering WHERE numbering.kind = '{kind}' AND numbering.last <> (
               SELECT COUNT(*) FROM {table} WHERE {table}.community_id = numbering.community_id
               AND {table}.year = numbering.year AND {table}.number BETWEEN 1 AND numbering.last)"
        );
        for row in tx.query(&sql, &[])? {
            findings.push(format!("the numbers of {kind}s of {} have a gap", row.get::<i64>(0)?));
        }
    }
    Ok(())
}

/// What finds wrong rows, what they are, and what is wrong with them.
const RULES: [(&str, &str, &str); 19] = [
    (
        "SELECT relative.id FROM relative
         LEFT JOIN person AS member ON member.community_id = relative.community_id AND member.id = relative.let_by
           AND member.household_id = relative.household_id AND member.left_at IS NULL
         LEFT JOIN person AS payer ON payer.community_id = relative.community_id AND payer.id = relative.person_id
           AND payer.left_at IS NULL
         WHERE relative.ended_at IS NULL
           AND (member.id IS NULL OR payer.id IS NULL OR payer.household_id = relative.household_id)",
        "relative",
        "may pay for a household, though nobody of it lets them",
    ),
    (
        "SELECT bill.id FROM bill WHERE bill.total <> COALESCE((
           SELECT SUM(total) FROM bill_line WHERE bill_line.community_id = bill.community_id
           AND bill_line.bill_id = bill.id), 0)",
        "bill",
        "is not what its lines come to",
    ),
    (
        "SELECT bill.id FROM bill WHERE bill.total <> COALESCE((
           SELECT SUM(posting.minor) FROM posting JOIN ledger_account AS account
             ON account.community_id = posting.community_id AND account.id = posting.account_id
           WHERE posting.community_id = bill.community_id AND posting.entry_id = bill.id
             AND posting.bill_id = bill.id AND account.kind = 'receivable'
             AND account.household_id = bill.household_id), 0)",
        "bill",
        "is not what the ledger says that its household owes for it",
    ),
    (
        "SELECT bill.id FROM bill JOIN posting
           ON posting.community_id = bill.community_id AND posting.bill_id = bill.id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         WHERE account.kind = 'receivable' GROUP BY bill.id HAVING SUM(posting.minor) < 0",
        "bill",
        "was paid with more than it asked for",
    ),
    (
        "SELECT posting.bill_id FROM posting LEFT JOIN bill
           ON bill.community_id = posting.community_id AND bill.id = posting.bill_id
         WHERE posting.bill_id IS NOT NULL AND bill.id IS NULL",
        "bill",
        "stands in the ledger, and nowhere else",
    ),
    (
        "SELECT bill.id FROM reminder JOIN bill
           ON bill.community_id = reminder.community_id AND bill.id = reminder.bill_id
         WHERE reminder.day <= bill.issued_on",
        "bill",
        "was reminded of before anybody could pay it",
    ),
    (
        "SELECT credit.id FROM credit WHERE credit.minor <> COALESCE((
           SELECT SUM(posting.minor) FROM posting JOIN ledger_account AS account
             ON account.community_id = posting.community_id AND account.id = posting.account_id
           WHERE posting.community_id = credit.community_id AND posting.entry_id = credit.id
             AND account.kind IN ('income', 'tax')), 0)",
        "credit note",
        "is not what the ledger says",
    ),
    (
        "SELECT payment.id FROM payment WHERE payment.state IN ('paid', 'given_back') AND payment.minor <> COALESCE((
           SELECT SUM(posting.minor) FROM posting WHERE posting.community_id = payment.community_id
           AND posting.entry_id = payment.id AND posting.minor > 0), 0)",
        "payment",
        "is not what the ledger says that came",
    ),
    (
        "SELECT payment.id FROM payment JOIN ledger_entry AS entry
           ON entry.community_id = payment.community_id AND entry.id = payment.id
         LEFT JOIN ledger_entry AS back ON back.community_id = entry.community_id AND back.reverses = entry.id
         WHERE payment.state NOT IN ('paid', 'given_back') OR (payment.state = 'given_back') <> (back.id IS NOT NULL)",
        "payment",
        "stands otherwise than the ledger says",
    ),
    (
        "SELECT DISTINCT entry.id FROM ledger_entry AS entry
         JOIN posting ON posting.community_id = entry.community_id AND posting.entry_id = entry.id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         LEFT JOIN payment ON payment.community_id = entry.community_id AND payment.id = entry.id
         WHERE entry.kind IN ('payment', 'prepaid') AND account.kind IN ('receivable', 'prepaid') AND payment.id IS NULL",
        "ledger entry",
        "moves a household's money and is no payment",
    ),
    (
        "SELECT movement.id FROM bank_movement AS movement LEFT JOIN ledger_entry AS entry
           ON entry.community_id = movement.community_id AND entry.id = movement.entry_id
           AND (entry.provider = 'statement'
               AND (entry.provider_id = movement.id OR entry.provider_id LIKE movement.id || '/%')
             OR entry.provider IS NULL AND entry.kind = 'spending' AND NOT EXISTS (SELECT 1 FROM ledger_entry AS back
               WHERE back.community_id = entry.community_id AND back.reverses = entry.id)
             OR EXISTS (SELECT 1 FROM refund WHERE refund.community_id = entry.community_id AND refund.id = entry.id
               AND refund.way = 'transfer'))
         WHERE (movement.state = 'booked') <> (entry.id IS NOT NULL)
           OR (entry.id IS NOT NULL AND movement.minor <> COALESCE((
             SELECT SUM(posting.minor) FROM posting JOIN ledger_account AS account
               ON account.community_id = posting.community_id AND account.id = posting.account_id
             WHERE posting.community_id = entry.community_id AND posting.entry_id = entry.id
               AND account.kind = 'bank'), 0))",
        "movement of the bank",
        "stands otherwise than the ledger says",
    ),
    (
        "SELECT entry.id FROM ledger_entry AS entry LEFT JOIN bank_movement AS movement
           ON movement.community_id = entry.community_id AND movement.entry_id = entry.id
         LEFT JOIN ledger_entry AS back ON back.community_id = entry.community_id AND back.reverses = entry.id
         WHERE entry.provider = 'statement' AND movement.id IS NULL AND back.id IS NULL",
        "ledger entry",
        "names a movement of the bank that nobody told of",
    ),
    (
        "SELECT refund.id FROM refund LEFT JOIN ledger_entry AS entry
           ON entry.community_id = refund.community_id AND entry.id = refund.id
         WHERE (refund.state = 'done') <> (entry.id IS NOT NULL)
           OR (refund.state = 'done') AND (refund.decided_by IS NULL OR refund.decided_by = refund.asked_by)",
        "refund",
        "stands otherwise than the ledger says, or was decided by nobody else",
    ),
    (
        "SELECT entry.id FROM ledger_entry AS entry
         LEFT JOIN refund ON refund.community_id = entry.community_id AND refund.id = entry.id
         WHERE refund.id IS NULL AND (
           (entry.kind = 'refund' AND EXISTS (SELECT 1 FROM posting JOIN ledger_account AS account
              ON account.community_id = posting.community_id AND account.id = posting.account_id
            WHERE posting.community_id = entry.community_id AND posting.entry_id = entry.id
              AND account.kind = 'prepaid'))
           OR EXISTS (SELECT 1 FROM payment
            WHERE payment.community_id = entry.community_id AND payment.id = entry.reverses))",
        "ledger entry",
        "gives money back that nobody asked for",
    ),
    (
        "SELECT refund.id FROM refund WHERE refund.state = 'done' AND refund.payment_id IS NULL AND refund.minor <> COALESCE((
           SELECT SUM(posting.minor) FROM posting JOIN ledger_account AS account
             ON account.community_id = posting.community_id AND account.id = posting.account_id
           WHERE posting.community_id = refund.community_id AND posting.entry_id = refund.id
             AND account.kind = 'prepaid' AND account.household_id = refund.household_id), 0)",
        "refund",
        "is not what the ledger says that went back of what was kept",
    ),
    (
        "SELECT DISTINCT entry.id FROM ledger_entry AS entry
         JOIN posting ON posting.community_id = entry.community_id AND posting.entry_id = entry.id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         LEFT JOIN credit ON credit.community_id = entry.community_id AND credit.id = entry.id
         WHERE entry.kind = 'credit' AND account.kind IN ('income', 'tax') AND credit.id IS NULL",
        "ledger entry",
        "takes earnings back and is no credit note",
    ),
    (
        "SELECT entry.id FROM ledger_entry AS entry
         LEFT JOIN bill ON bill.community_id = entry.community_id AND bill.id = entry.id
         WHERE entry.kind = 'bill' AND bill.id IS NULL",
        "ledger entry",
        "bills something and is no bill",
    ),
    (
        "SELECT DISTINCT payment.id FROM payment
         JOIN posting ON posting.community_id = payment.community_id AND posting.entry_id = payment.id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         LEFT JOIN bill ON bill.community_id = posting.community_id AND bill.id = posting.bill_id
         WHERE (account.household_id <> '' AND account.household_id <> payment.household_id)
           OR bill.household_id <> payment.household_id",
        "payment",
        "pays for another household than its own",
    ),
    (
        "SELECT DISTINCT posting.entry_id FROM posting JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         WHERE account.kind = 'receivable' AND posting.bill_id IS NULL",
        "ledger entry",
        "changes what a household owes and names no bill",
    ),
];
