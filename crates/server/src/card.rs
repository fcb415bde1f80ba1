//! Payments by card: begun by the app, paid on a page of this server, settled by whoever tells first.
//!
//! What it guarantees. A payment stands in the database before the provider hears of it, and no transaction is open
//! while the provider is asked. What moves a payment is only what the provider answers to a question of ours: a webhook
//! or the pay page says no more than that it is worth asking ([`look`]). So late, repeated, reordered and lost webhooks
//! end alike, and what was made up moves nothing. Money is booked under the payment's own id and the provider's, once;
//! money that does not fit what was asked for is never booked, and shown by `linli-server check`.
//!
//! Turned down: waiting for webhooks alone (none is promised to come), and believing their bodies (they come in any
//! order).

mod check;
mod page;
pub mod provider;
mod refund;
mod restored;
mod settle;
mod signature;
mod stripe;
mod tend;
mod words;

use linli_wire::{
    Code, Timestamp,
    id::{CommunityId, PaymentId},
    payments::{CardPayment, CardPaymentBegun, Payment, PaymentEvent},
};
use uuid::Uuid;

pub use check::{check, troubles};
pub(crate) use check::{close_trouble, troubles_of};
pub(crate) use page::{SCRIPT, STYLE, show, state};
pub use provider::Provider;
pub use refund::Refund;
pub(crate) use refund::{go_on as go_on_with_refund, note_refund};
pub(crate) use restored::find_lost;
pub(crate) use settle::{look, webhook};
pub(crate) use tend::tend;

use crate::{
    App, Error,
    auth::{self, Caller},
    community, config,
    db::Tx,
    ledger::Movement,
    params, payments, session,
};
use provider::{Asked, Trouble};

/// How long a link to the pay page works, and a payment may be finished.
const LINK_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_MS: i64 = 60 * 1000;
/// Payments of a household that can be paid at a time: the provider is asked about each of them for a day.
const MOST_OPEN: usize = 5;

/// The provider that settings name.
///
/// # Errors
/// `internal` when this computer has no TLS.
pub(crate) fn provider(settings: config::Card) -> Result<Box<dyn Provider>, Error> {
    let stripe = stripe::Stripe::new(settings);
    let stripe = stripe.map_err(|_| Error::refused(Code::Internal, "this computer has no TLS"))?;
    Ok(Box::new(stripe))
}

/// The provider here.
///
/// # Errors
/// `not_found` where nobody can pay by card.
fn here(app: &App) -> Result<&dyn Provider, Error> {
    app.card.as_deref().ok_or_else(Error::not_found)
}

/// The provider did not say what happened: whoever asked may ask again.
fn unclear() -> Error {
    Error::refused(Code::ServerUnreachable, "the provider of card payments does not answer just now")
}

/// Begins a payment by card. The same payment again is answered as it stands, with the same link. Of many that nobody
/// finished the oldest ends, so that nobody is kept from paying.
///
/// # Errors
/// `not_found` where nobody can pay by card, and for a household or bill of others; `conflict` where less is owed;
/// `invalid_input`, also for an amount that the provider does not take; `operation_reused`; `server_unreachable` when the provider did not answer: asking again is the same payment.
pub(crate) async fn begin(app: &App, caller: Caller, asked: CardPayment) -> Result<CardPaymentBegun, Error> {
    let provider = here(app)?;
    let (of, community, id) = (provider.name(), caller.community, asked.id);
    let payee = app.db.read(move |tx| community::get(tx, community)).await?.ok_or_else(Error::not_found)?;
    if !provider.takes(asked.minor, &payee.currency) {
        return Err(Error::invalid("minor", "is an amount that cannot be paid by card"));
    }
    let secret = link_secret(app, community, id)?;
    let hash = auth::hashed(&secret.to_string());
    let language = asked.language.clone();
    let noted = move |tx: &mut Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        let payment = payments::begin_by_card(tx, &caller, &asked)?;
        let now = tx.now();
        tx.execute(
            "INSERT INTO card_payment (community_id, payment_id, provider, link_hash, link_expires_at, asked, ask_at, language)
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7)
             ON CONFLICT (community_id, payment_id) DO UPDATE SET language = COALESCE(excluded.language, card_payment.language)",
            params![
                community,
                id,
                of,
                &hash,
                now.plus_millis(LINK_MS),
                now.plus_millis(tend::pause(0)),
                language.clone()
            ],
        )?;
        end_oldest(tx, community, &payment)?;
        Ok((payment, row(tx, community, id)?))
    };
    let (payment, row) = app.db.write(noted).await?;
    if !payment.state.is_open() || row.link_expires_at <= app.db.now() {
        return Ok(CardPaymentBegun { payment, link: None });
    }
    if row.intent.is_none() {
        let (minor, currency) = (payment.minor, payment.currency.clone());
        match provider.begin(Asked { community, payment: id, minor, currency }).await {
            Ok(intent) => {
                let payment = app.db.write(move |tx| name(tx, community, id, &intent.id)).await?;
                if !payment.state.is_open() {
                    return Ok(CardPaymentBegun { payment, link: None });
                }
            }
            Err(trouble @ (Trouble::Refused(_) | Trouble::Unknown)) => {
                app.metrics.card("refused");
                tracing::error!(%trouble, "the provider of card payments refused to begin a payment");
                let payment = app.db.write(move |tx| end(tx, community, id, of)).await?;
                return Ok(CardPaymentBegun { payment, link: None });
            }
            Err(Trouble::Unclear(why)) => {
                tracing::warn!(why, "the provider of card payments did not answer");
                return Err(unclear());
            }
        }
    }
    let link = format!("{}/pay/{secret}", app.address());
    Ok(CardPaymentBegun { payment, link: Some(link) })
}

/// Ends the links of a household's payments beyond [`MOST_OPEN`], the new one counted, so that the provider is told to take
/// nothing for them.
fn end_oldest(tx: &mut Tx<'_>, community: CommunityId, new: &Payment) -> Result<(), Error> {
    let now = tx.now();
    let open = tx.query(
        "SELECT payment.id FROM payment JOIN card_payment AS card
           ON card.community_id = payment.community_id AND card.payment_id = payment.id
         WHERE payment.community_id = $1 AND payment.household_id = $2 AND payment.state IN ('begun', 'not_paid')
           AND card.ask_at IS NOT NULL AND card.link_expires_at > $3 AND payment.id <> $4
         ORDER BY payment.at DESC, payment.id DESC",
        params![community, new.household_id, now, new.id],
    )?;
    for row in open.iter().skip(MOST_OPEN - 1) {
        end_link(tx, community, row.get(0)?)?;
    }
    Ok(())
}

/// Ends the link of a payment, and has the provider asked now: what can still be paid is ended there.
fn end_link(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<(), Error> {
    let now = tx.now();
    let sql = "UPDATE card_payment SET link_expires_at = $3, ask_at = $3 WHERE community_id = $1 AND payment_id = $2";
    tx.execute(sql, params![community, id, now])?;
    Ok(())
}

/// Notes what the provider calls a payment. One that was given up before its name came is ended there, too: nobody is given
/// its link.
fn name(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId, intent: &str) -> Result<Payment, Error> {
    let sql = "UPDATE card_payment SET intent = $3, ask_at = COALESCE(ask_at, $4)
         WHERE community_id = $1 AND payment_id = $2 AND intent IS NULL";
    let now = tx.now();
    let is_new = tx.execute(sql, params![community, id, intent, now])? > 0;
    let payment = payments::payment(tx, community, id)?;
    if is_new && !payment.state.is_open() {
        end_link(tx, community, id)?;
    }
    Ok(payment)
}

/// The secret of a payment's link. It is derived and not drawn, so that asking again gives the same.
fn link_secret(app: &App, community: CommunityId, id: PaymentId) -> Result<Uuid, Error> {
    let derived = session::derive(&app.instance, &["pay", &community.to_string(), &id.to_string()])?;
    let hash = <sha2::Sha256 as sha2::Digest>::new_with_prefix(b"linli pay link v1");
    Ok(crate::derived::id(sha2::Digest::chain_update(hash, derived)))
}

/// What is known of a payment by card besides the payment.
struct Row {
    provider: String,
    intent: Option<String>,
    link_expires_at: Timestamp,
}

fn row(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<Row, Error> {
    let sql = "SELECT provider, intent, link_expires_at FROM card_payment WHERE community_id = $1 AND payment_id = $2";
    let row = tx.query_opt(sql, params![community, id])?.ok_or_else(Error::not_found)?;
    Ok(Row { provider: row.get(0)?, intent: row.get(1)?, link_expires_at: row.get(2)? })
}

/// The provider has said all that there is to say of a payment.
fn ask_no_more(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<(), Error> {
    let sql = "UPDATE card_payment SET ask_at = NULL WHERE community_id = $1 AND payment_id = $2";
    tx.execute(sql, params![community, id])?;
    Ok(())
}

/// Nothing will come of a payment of which the provider knows nothing.
fn end(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId, provider: &str) -> Result<Payment, Error> {
    ask_no_more(tx, community, id)?;
    let movement = Movement { provider: provider.to_owned(), id: id.to_string() };
    payments::move_by_card(tx, community, id, PaymentEvent::Failed, movement)
}
