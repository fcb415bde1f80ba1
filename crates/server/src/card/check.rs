//! `linli-server check`, as far as it is about payments by card; and what the office does about money that does not fit.

use linli_wire::{
    Code,
    id::{CommunityId, HouseholdId, PaymentId},
    payments::{CardTrouble, CardTroubleKind, CloseCardTrouble, MAX_REASON, PaymentState},
};
use uuid::Uuid;

use super::{Row, end, row};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    input, params, payments,
};

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

/// What a household's payments are in trouble with.
///
/// # Errors
/// The database's.
pub(crate) fn troubles_of(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
) -> Result<Vec<CardTrouble>, Error> {
    let rows = tx.query(
        "SELECT card.payment_id, trouble.intent, trouble.what FROM card_trouble AS trouble
         JOIN card_payment AS card ON card.provider = trouble.provider AND card.intent = trouble.intent
         JOIN payment ON payment.community_id = card.community_id AND payment.id = card.payment_id
         WHERE payment.community_id = $1 AND payment.household_id = $2 AND trouble.what <> $3
         ORDER BY trouble.at, trouble.intent, trouble.what",
        params![community, household, CLOSED],
    )?;
    rows.iter()
        .map(|row| {
            let what = match row.get::<String>(2)?.as_str() {
                "amount" => CardTroubleKind::Amount,
                "currency" => CardTroubleKind::Currency,
                "payment" | "intent" => CardTroubleKind::Payment,
                UNKNOWN => CardTroubleKind::Unknown,
                _ => CardTroubleKind::Other,
            };
            Ok(CardTrouble { payment_id: row.get(0)?, intent: row.get(1)?, what })
        })
        .collect()
}

/// Ends a payment that does not fit, once somebody of the office has dealt with it at its provider: its bills can be
/// reminded of and paid again. Money that fits and comes all the same is booked all the same. The same again is the same.
///
/// # Errors
/// `not_allowed`; `not_found`; `invalid_input`; `conflict` where nothing is to be dealt with; the database's.
pub(crate) fn close_trouble(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: PaymentId,
    asked: &CloseCardTrouble,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let reason = input::line("reason", &asked.reason, MAX_REASON)?;
    let community = caller.community;
    let household = payments::payment(tx, community, id)?.household_id;
    let Row { provider, intent, .. } = row(tx, community, id)?;
    let intent = intent.ok_or_else(nothing_to_close)?;
    if is_closed(tx, &provider, &intent)? {
        return Ok(());
    }
    if troubles_of(tx, community, household)?.iter().all(|trouble| trouble.payment_id != id) {
        return Err(nothing_to_close());
    }
    if end(tx, community, id, &provider)?.state != PaymentState::NotPaid {
        return Err(nothing_to_close());
    }
    let sql = "DELETE FROM card_trouble WHERE provider = $1 AND intent = $2";
    tx.execute(sql, params![&provider, &intent])?;
    let (sql, now) =
        ("INSERT INTO card_trouble (provider, intent, what, at) VALUES ($1, $2, $3, $4)", tx.now());
    tx.execute(sql, params![&provider, &intent, CLOSED, now])?;
    let details = serde_json::json!({ "payment": id, "reason": reason }).to_string();
    auth::audit(
        tx,
        "card_trouble_closed",
        Some(community),
        Some(caller.person),
        Some(caller.device),
        &details,
    )
}

/// Whether somebody has said of a payment that does not fit that it is dealt with.
///
/// # Errors
/// The database's.
pub(super) fn is_closed(tx: &mut Tx<'_>, provider: &str, intent: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM card_trouble WHERE provider = $1 AND intent = $2 AND what = $3";
    Ok(tx.query_opt(sql, params![provider, intent, CLOSED])?.is_some())
}

fn nothing_to_close() -> Error {
    Error::refused(Code::Conflict, "nothing of the payment is to be dealt with")
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
