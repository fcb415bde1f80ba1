//! What moves money: asked of the server while the person waits, and booked once.
//!
//! A try has its id before it is sent ([`new`]), and whoever asks keeps it until the server has answered: the same try
//! asked again, because no answer came, is the same payment to the server. With another content it is refused with
//! `operation_reused` if the first one was booked after all, so that nothing is booked twice by mistake. The face keeps a
//! try beside what was typed for it, in the cache, so that it outlives its page and a restart; what was done is forgotten
//! here ([`done`]).
//!
//! Turned down: the words of a request as its id. What is asked weeks later in the same words is another payment.

use linli_wire::{
    Language,
    command::{
        Attempt, CloseTrouble, CreditOnBill, NoteSpending, PayAutomatically, PayBills, PublishRun,
        TakeBackSpending,
    },
    id::{BillRunId, CreditId, LedgerEntryId, OpId, PaymentId},
    payments::{
        AutomaticPayment, BalancePayment, BillRun, CardPayment, CardPaymentBegun, CloseCardTrouble,
        CounterPayment, CreditBill, HouseholdAccount, Payment, PublishBills, Spend, TakeSpendingBack,
    },
    typed::TypedPlace,
};

use crate::{
    account::{Account, authorised},
    error::Result,
    ports::System,
    typed,
};

/// An answer that says nothing but that it is done.
#[derive(serde::Deserialize)]
struct Nothing {}

/// A new try.
pub fn new(system: &dyn System) -> Attempt {
    let mut random = [0; 10];
    system.random(&mut random);
    Attempt { id: OpId::new(system.now(), random) }
}

/// Pays bills from what is kept for the household.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was paid.
pub(crate) async fn from_balance(account: &Account, asked: PayBills) -> Result<Payment> {
    let PayBills { attempt, household_id, bills, minor } = asked;
    let request = BalancePayment { id: PaymentId(attempt.0), household_id, bills, minor };
    let payment = authorised!(account, |api| api.post("/v1/payments/balance", &request))?;
    done(account, TypedPlace::Pay { id: household_id });
    Ok(payment)
}

/// Begins a payment by card, and says on which page of the community's server it goes on.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was begun.
pub(crate) async fn by_card(
    account: &Account,
    asked: PayBills,
    language: Language,
) -> Result<(Payment, Option<String>)> {
    let PayBills { attempt, household_id, bills, minor } = asked;
    let language = Some(language);
    let request = CardPayment { id: PaymentId(attempt.0), household_id, bills, minor, language };
    let begun: CardPaymentBegun = authorised!(account, |api| api.post("/v1/payments/card", &request))?;
    done(account, TypedPlace::Pay { id: household_id });
    let server = account.session()?.server;
    Ok((begun.payment, begun.link.and_then(|link| pay_page(&server, &link))))
}

/// The pay page of a link, at the address under which this device knows its server: nothing that a server says leads
/// elsewhere.
fn pay_page(server: &str, link: &str) -> Option<String> {
    let (_, secret) = link.rsplit_once("/pay/")?;
    let is_secret =
        !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_secret.then(|| format!("{}/pay/{secret}", server.trim_end_matches('/')))
}

/// Lets bills be paid by themselves, or not. The same again is the same.
///
/// # Errors
/// The server's.
pub(crate) async fn set_automatic(account: &Account, asked: PayAutomatically) -> Result<()> {
    let path = format!("/v1/households/{}/automatic", asked.household_id);
    let request = AutomaticPayment { limit: asked.limit };
    let done: Result<HouseholdAccount> = authorised!(account, |api| api.post(&path, &request));
    done.map(drop)
}

/// Takes money at the counter.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was booked.
pub(crate) async fn take_at_counter(account: &Account, asked: PayBills) -> Result<Payment> {
    let PayBills { attempt, household_id, bills, minor } = asked;
    let request = CounterPayment { id: PaymentId(attempt.0), household_id, bills, minor };
    let payment = authorised!(account, |api| api.post("/v1/payments/counter", &request))?;
    done(account, TypedPlace::Counter { id: household_id });
    Ok(payment)
}

/// Publishes a run.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was published.
pub(crate) async fn publish(account: &Account, asked: PublishRun) -> Result<BillRun> {
    let PublishRun { attempt, month, due_on, digest } = asked;
    let request = PublishBills { id: BillRunId(attempt.0), month, due_on, digest };
    authorised!(account, |api| api.post("/v1/bill-runs", &request))
}

/// Notes what was spent.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was noted.
pub(crate) async fn note_spending(account: &Account, asked: NoteSpending) -> Result<()> {
    let NoteSpending { attempt, day, heading, minor, words, in_cash } = asked;
    let request = Spend { id: LedgerEntryId(attempt.0), day, heading, minor, words, in_cash };
    let noted: Result<Nothing> = authorised!(account, |api| api.post("/v1/spending", &request));
    noted?;
    done(account, TypedPlace::Spending {});
    Ok(())
}

/// Says that a payment by card that does not fit is dealt with at its provider. The same again is the same.
///
/// # Errors
/// The server's.
pub(crate) async fn close_card_trouble(account: &Account, asked: CloseTrouble) -> Result<()> {
    let path = format!("/v1/payments/{}/close-trouble", asked.id);
    let request = CloseCardTrouble { reason: asked.reason };
    let closed: Result<Nothing> = authorised!(account, |api| api.post(&path, &request));
    closed?;
    done(account, TypedPlace::CardTrouble { id: asked.id });
    Ok(())
}

/// Takes back what was noted as spent.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was taken back.
pub(crate) async fn take_back_spending(account: &Account, asked: TakeBackSpending) -> Result<()> {
    let path = format!("/v1/spending/{}/take-back", asked.id);
    let request = TakeSpendingBack { id: LedgerEntryId(asked.attempt.0), reason: asked.reason };
    let done: Result<Nothing> = authorised!(account, |api| api.post(&path, &request));
    done.map(drop)
}

/// Takes a part of a bill back.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was taken back.
pub(crate) async fn credit(account: &Account, asked: CreditOnBill) -> Result<()> {
    let CreditOnBill { attempt, bill_id, reason, parts } = asked;
    let path = format!("/v1/bills/{bill_id}/credit");
    let request = CreditBill { id: CreditId(attempt.0), reason, parts };
    let done: Result<Nothing> = authorised!(account, |api| api.post(&path, &request));
    done.map(drop)
}

/// What was typed for a try is not kept once it is done; it is done all the same when nothing more can be written.
fn done(account: &Account, place: TypedPlace) {
    let _ = account.cache.write(|tx| typed::forget(tx, place));
}

#[cfg(test)]
mod tests {
    use super::pay_page;

    #[test]
    fn a_link_leads_to_the_own_server_or_nowhere() {
        let server = "https://sun.example:8443/";
        for link in [
            "https://sun.example:8443/pay/0a-1b",
            "http://10.0.0.1/pay/0a-1b",
            "https://evil.example/x/pay/0a-1b",
        ] {
            assert_eq!(
                pay_page(server, link).as_deref(),
                Some("https://sun.example:8443/pay/0a-1b"),
                "{link}"
            );
        }
        for link in [
            "",
            "https://sun.example/",
            "/pay/",
            "/pay/a/../b",
            "/pay/a?b",
            "/pay/a#b",
            "javascript:alert(1)",
            "/pay/名",
        ] {
            assert_eq!(pay_page(server, link), None, "{link}");
        }
    }
}
