//! What a provider's answer does to a payment.

use linli_wire::{
    id::{CommunityId, PaymentId},
    payments::{Payment, PaymentEvent, PaymentState},
};

use super::{
    Row, ask_no_more,
    check::{UNKNOWN, is_closed},
    end, here, name,
    provider::{Intent, NotBelieved, Stands, Trouble},
    row,
    tend::pause,
    unclear,
};
use crate::{App, Error, db::Tx, ledger::Movement, params, payments};

/// How long a payment without a name at the provider is waited for: the app asks again within seconds, or its person has
/// given up. Nobody can pay it, because nobody was given its fields.
const NAMELESS_MS: i64 = 15 * 60 * 1000;

/// What was found when a payment was looked at.
#[derive(Debug)]
pub(crate) struct Looked {
    /// The payment by now.
    pub(crate) payment: Payment,
    /// What the provider knows of it; none when it knows nothing.
    pub(crate) intent: Option<Intent>,
}

/// Asks the provider how a payment stands, and moves it accordingly. What nobody finished in time is ended.
///
/// # Errors
/// `not_found`; `server_unreachable` when the provider does not answer; the database's.
pub(crate) async fn look(app: &App, community: CommunityId, id: PaymentId) -> Result<Looked, Error> {
    let provider = here(app)?;
    let of = provider.name();
    let read = move |tx: &mut Tx<'_>| Ok((row(tx, community, id)?, payments::payment(tx, community, id)?));
    let (row, payment) = app.db.read(read).await?;
    let now = app.db.now();
    let Some(intent) = row.intent else {
        if payment.state.is_open() && payment.at.plus_millis(NAMELESS_MS) <= now {
            let payment = app.db.write(move |tx| end(tx, community, id, of)).await?;
            return Ok(Looked { payment, intent: None });
        }
        return Ok(Looked { payment, intent: None });
    };
    let mut found = match provider.ask(intent).await {
        // A day is time enough to put keys right that were mistaken.
        Err(Trouble::Unknown) if row.link_expires_at <= now => {
            let payment = app.db.write(move |tx| give_up(tx, community, id)).await?;
            if !payment.state.is_open() {
                app.db.write(move |tx| ask_no_more(tx, community, id)).await?;
            }
            return Ok(Looked { payment, intent: None });
        }
        answer => answer.map_err(|trouble| failed(&trouble))?,
    };
    if matches!(found.stands, Stands::Open | Stands::Declined) && row.link_expires_at <= now {
        // It is refused if the money came in this very moment; the next look sees that.
        found = provider.cancel(found.id).await.map_err(|trouble| failed(&trouble))?;
    }
    settle(app, &found).await?;
    let payment = app.db.read(move |tx| payments::payment(tx, community, id)).await?;
    Ok(Looked { payment, intent: Some(found) })
}

/// Ends a payment that nobody finished in time and that nobody can be asked about; what is being checked stays so until
/// the office has looked at it. Whether it was paid all the same is somebody's to find out.
pub(super) fn give_up(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId) -> Result<Payment, Error> {
    let Row { provider, intent, .. } = row(tx, community, id)?;
    if let Some(intent) = &intent {
        note_trouble(tx, &provider, intent, UNKNOWN)?;
    }
    let payment = payments::payment(tx, community, id)?;
    if payment.state != PaymentState::Begun {
        return Ok(payment);
    }
    let movement = Movement { provider, id: id.to_string() };
    payments::move_by_card(tx, community, id, PaymentEvent::Failed, movement)
}

fn failed(trouble: &Trouble) -> Error {
    tracing::warn!(%trouble, "the provider of card payments could not be asked");
    unclear()
}

/// Takes what a provider tells by itself: it says which payment to ask about, and nothing else that counts.
///
/// # Errors
/// `invalid_input` for what is not believed; `server_unreachable` when the provider cannot be asked now: it tells again.
pub(crate) async fn webhook(app: &App, of: &str, signature: &str, body: &[u8]) -> Result<(), Error> {
    let provider = here(app)?;
    if provider.name() != of {
        return Err(Error::not_found());
    }
    let intent = match provider.told(signature, body, app.db.now()) {
        Ok(Some(intent)) => intent,
        Ok(None) => return Ok(()),
        Err(why) => {
            app.metrics.card(if why == NotBelieved::Time { "wrong_time" } else { "not_believed" });
            tracing::warn!(%why, "a webhook was not believed; if it was for its time, compare this server's clock");
            return Err(Error::invalid("stripe-signature", why.to_string()));
        }
    };
    match provider.ask(intent).await {
        Ok(intent) => settle(app, &intent).await,
        // It knows nothing of what it told: asking again changes nothing.
        Err(Trouble::Refused(_) | Trouble::Unknown) => Ok(()),
        Err(trouble) => Err(failed(&trouble)),
    }
}

/// Moves the payment that a provider's answer is about.
pub(super) async fn settle(app: &App, intent: &Intent) -> Result<(), Error> {
    let (of, intent) = (here(app)?.name(), intent.clone());
    let outcome = app.db.write(move |tx| apply(tx, of, &intent)).await?;
    app.metrics.card(outcome.as_str());
    if outcome.is_trouble() {
        // Without the intent: `linli-server check` names it to those who may see it.
        tracing::error!(
            what = outcome.as_str(),
            "money came that does not fit what was asked for; it was not booked. `linli-server check` lists it"
        );
    }
    Ok(())
}

/// What an answer did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// It moved the payment, or had done so before.
    Settled,
    /// The payer is not done yet.
    Waiting,
    /// It is about something else that the same account is used for.
    NotOurs,
    /// Another amount.
    Amount,
    /// Another currency.
    Currency,
    /// A payment that is not known here.
    Payment,
    /// A payment that has another intent.
    Intent,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Waiting => "waiting",
            Self::NotOurs => "not_ours",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Payment => "payment",
            Self::Intent => "intent",
        }
    }

    const fn is_trouble(self) -> bool {
        matches!(self, Self::Amount | Self::Currency | Self::Payment | Self::Intent)
    }
}

fn apply(tx: &mut Tx<'_>, provider: &str, intent: &Intent) -> Result<Outcome, Error> {
    let outcome = moved(tx, provider, intent)?;
    if outcome.is_trouble() {
        note_trouble(tx, provider, &intent.id, outcome.as_str())?;
    } else {
        let sql = "DELETE FROM card_trouble WHERE provider = $1 AND intent = $2 AND what = $3";
        tx.execute(sql, params![provider, &intent.id, UNKNOWN])?;
    }
    Ok(outcome)
}

/// Notes what somebody has to look at, unless somebody has closed it.
fn note_trouble(tx: &mut Tx<'_>, provider: &str, intent: &str, what: &str) -> Result<(), Error> {
    if !is_closed(tx, provider, intent)? {
        let now = tx.now();
        tx.execute(
            "INSERT INTO card_trouble (provider, intent, what, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            params![provider, intent, what, now],
        )?;
    }
    Ok(())
}

fn moved(tx: &mut Tx<'_>, provider: &str, intent: &Intent) -> Result<Outcome, Error> {
    // What was dealt with at the provider is none any more, though it says so for good.
    let is_paid = intent.stands == Stands::Paid && !is_closed(tx, provider, &intent.id)?;
    // What is not paid is no trouble, whatever else does not fit.
    let trouble = |outcome| if is_paid { outcome } else { Outcome::Waiting };
    let known = tx.query_opt(
        "SELECT community_id, payment_id FROM card_payment WHERE provider = $1 AND intent = $2",
        params![provider, &intent.id],
    )?;
    let known: Option<(CommunityId, PaymentId)> =
        known.map(|row| Ok::<_, Error>((row.get(0)?, row.get(1)?))).transpose()?;
    let (community, id) = match (known, intent.ours) {
        (Some(known), Some(ours)) if known == ours => known,
        (Some((community, id)), _) => {
            if is_paid {
                check_on(
                    tx,
                    community,
                    id,
                    Movement { provider: provider.to_owned(), id: intent.id.clone() },
                )?;
            }
            return Ok(trouble(Outcome::Payment));
        }
        (None, None) => return Ok(Outcome::NotOurs),
        (None, Some((community, id))) => match adopt(tx, provider, &intent.id, community, id)? {
            None => (community, id),
            Some(outcome) => return Ok(trouble(outcome)),
        },
    };
    let payment = payments::payment(tx, community, id)?;
    let movement = Movement { provider: provider.to_owned(), id: intent.id.clone() };
    if payment.currency != intent.currency || payment.minor != intent.minor {
        if is_paid {
            // Something came, and somebody has to look at it: nobody should pay again meanwhile.
            check_on(tx, community, id, movement)?;
        }
        let same = payment.currency == intent.currency;
        return Ok(trouble(if same { Outcome::Amount } else { Outcome::Currency }));
    }
    let event = match intent.stands {
        Stands::Open => return Ok(Outcome::Waiting),
        Stands::Processing => return check_on(tx, community, id, movement).map(|()| Outcome::Settled),
        Stands::Declined | Stands::Cancelled => PaymentEvent::Failed,
        Stands::Paid => PaymentEvent::Came,
    };
    payments::move_by_card(tx, community, id, event, movement)?;
    if matches!(intent.stands, Stands::Paid | Stands::Cancelled) {
        ask_no_more(tx, community, id)?;
    }
    Ok(Outcome::Settled)
}

/// Has a payment checked: it is asked about until it is known what became of it, also where nothing was left to be asked.
fn check_on(tx: &mut Tx<'_>, community: CommunityId, id: PaymentId, movement: Movement) -> Result<(), Error> {
    if payments::move_by_card(tx, community, id, PaymentEvent::Unclear, movement)?.state
        == PaymentState::Checking
    {
        let at = tx.now().plus_millis(pause(0));
        let sql = "UPDATE card_payment SET ask_at = $3 WHERE community_id = $1 AND payment_id = $2 AND ask_at IS NULL";
        tx.execute(sql, params![community, id, at])?;
    }
    Ok(())
}

/// Notes what the provider calls a payment whose name was lost on its way here.
fn adopt(
    tx: &mut Tx<'_>,
    provider: &str,
    intent: &str,
    community: CommunityId,
    id: PaymentId,
) -> Result<Option<Outcome>, Error> {
    let sql = "SELECT 1 FROM card_payment WHERE community_id = $1 AND payment_id = $2 AND provider = $3";
    if tx.query_opt(sql, params![community, id, provider])?.is_none() {
        return Ok(Some(Outcome::Payment));
    }
    name(tx, community, id, intent)?;
    let is_named = row(tx, community, id)?.intent.as_deref() == Some(intent);
    Ok((!is_named).then_some(Outcome::Intent))
}
