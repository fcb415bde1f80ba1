//! `linli-server check`, as far as it is about payments by card.

use uuid::Uuid;

use crate::{Error, db::Tx, params};

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
    Ok(())
}

/// What [`troubles`] calls a payment that nobody can be asked about any more.
pub(super) const UNKNOWN: &str = "unknown";
/// Somebody has dealt with it.
pub(super) const CLOSED: &str = "closed";

/// Money that came and was not booked, because it does not fit what was asked for, or of which nobody knows whether it came.
/// The data is sound all the same: somebody has to look at it together with the provider.
///
/// # Errors
/// The database's.
pub fn troubles(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "SELECT provider, intent, what FROM card_trouble WHERE what <> $1 ORDER BY at, intent, what";
    let rows = tx.query(sql, params![CLOSED])?;
    rows.iter()
        .map(|row| {
            let (provider, intent, what): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if what == UNKNOWN {
                return Ok(format!(
                    "{intent} of {provider} is not known with the keys that the settings name now, if they name any; it was \
                     not booked. Look there, with the keys of before, whether it was paid."
                ));
            }
            let why = match what.as_str() {
                "amount" => "was paid with another amount than was asked for",
                "currency" => "was paid in another currency than was asked for",
                "payment" => {
                    "was paid and names no payment of ours, or another one; perhaps one of after the backup that was brought back"
                }
                _ => "was paid for a payment that has another name there",
            };
            Ok(format!(
                "{intent} of {provider} {why}; it was not booked. Look at it there, and give it back."
            ))
        })
        .collect()
}

/// What finds wrong rows, what they are, and what is wrong with them.
const RULES: [(&str, &str, &str); 5] = [
    (
        "SELECT payment.id FROM payment LEFT JOIN card_payment AS card
           ON card.community_id = payment.community_id AND card.payment_id = payment.id
         WHERE (payment.way = 'card') <> (card.payment_id IS NOT NULL)",
        "payment",
        "is by card and lacks what the provider knows of it, or the other way round",
    ),
    (
        "SELECT payment.id FROM payment JOIN card_payment AS card
           ON card.community_id = payment.community_id AND card.payment_id = payment.id
         JOIN ledger_entry AS entry ON entry.community_id = payment.community_id AND entry.id = payment.id
         WHERE card.intent IS NULL OR entry.provider <> card.provider OR entry.provider_id <> card.intent",
        "payment",
        "was booked as another movement than the provider's",
    ),
    (
        "SELECT payment.id FROM payment JOIN card_payment AS card
           ON card.community_id = payment.community_id AND card.payment_id = payment.id
         WHERE payment.state IN ('begun', 'checking') AND card.ask_at IS NULL",
        "payment",
        "is open, and the provider is not asked about it any more",
    ),
    (
        "SELECT payment.id FROM payment JOIN card_refund AS back
           ON back.community_id = payment.community_id AND back.payment_id = payment.id AND back.state <> 'failed'
         GROUP BY payment.id, payment.minor HAVING SUM(back.minor) > payment.minor",
        "payment",
        "was given back with more than it was",
    ),
    (
        "SELECT refund.id FROM refund LEFT JOIN card_refund AS card
           ON card.community_id = refund.community_id AND card.id = refund.id
         LEFT JOIN ledger_entry AS entry
           ON entry.community_id = refund.community_id AND entry.id = refund.id
         WHERE (refund.state = 'going') <> (card.id IS NOT NULL AND card.state IN ('begun', 'pending'))
           OR (card.id IS NOT NULL AND (refund.state = 'done') <> (card.state = 'done'))
           OR (card.state = 'done' AND entry.provider_id <> card.provider_id)",
        "refund",
        "stands otherwise than its provider said",
    ),
];
