//! What moves money: asked of the server while the person waits, and booked once.
//!
//! A request gets its id before it is sent, and keeps it until the server has answered it, whatever happens to the
//! network or to the app: what is asked again in the same words is the same request to the server, which answers it as
//! it did before. Once it is answered, the same words mean something new.

use linli_wire::{
    Code, Timestamp,
    command::{CreditOnBill, PayBills, PublishRun},
    id::{BillRunId, CreditId, OpId, PaymentId},
    payments::{BalancePayment, BillRun, CounterPayment, CreditBill, Payment, PublishBills},
};
use rusqlite::OptionalExtension;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    account::{Account, authorised},
    api::is_passing,
    cache::Cache,
    error::Result,
    ports::System,
};

/// Pays bills from what is kept for the household.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was paid.
pub(crate) async fn from_balance(account: &Account, asked: PayBills) -> Result<Payment> {
    let PayBills { household_id, bills, minor } = asked.clone();
    ask(account, "/v1/payments/balance", &asked, |id| BalancePayment {
        id: PaymentId(id),
        household_id,
        bills: bills.clone(),
        minor,
    })
    .await
}

/// Takes money at the counter.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was booked.
pub(crate) async fn take_at_counter(account: &Account, asked: PayBills) -> Result<Payment> {
    let PayBills { household_id, bills, minor } = asked.clone();
    ask(account, "/v1/payments/counter", &asked, |id| CounterPayment {
        id: PaymentId(id),
        household_id,
        bills: bills.clone(),
        minor,
    })
    .await
}

/// Publishes a run.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was published.
pub(crate) async fn publish(account: &Account, asked: PublishRun) -> Result<BillRun> {
    let PublishRun { month, due_on, digest } = asked.clone();
    ask(account, "/v1/bill-runs", &asked, |id| PublishBills {
        id: BillRunId(id),
        month,
        due_on: due_on.clone(),
        digest: digest.clone(),
    })
    .await
}

/// Takes a part of a bill back.
///
/// # Errors
/// The server's; `server_unreachable` when nobody knows whether it was taken back.
pub(crate) async fn credit(account: &Account, asked: CreditOnBill) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Nothing {}
    let CreditOnBill { bill_id, reason, parts } = asked.clone();
    let path = format!("/v1/bills/{bill_id}/credit");
    let credit = |id| CreditBill { id: CreditId(id), reason: reason.clone(), parts: parts.clone() };
    ask::<_, _, Nothing>(account, &path, &asked, credit).await.map(drop)
}

async fn ask<A: Serialize, R: Serialize, T: DeserializeOwned>(
    account: &Account,
    path: &str,
    asked: &A,
    request: impl Fn(Uuid) -> R,
) -> Result<T> {
    let words: [u8; 32] = Sha256::digest(format!("{path}\n{}", serde_json::to_string(asked)?)).into();
    let id = begin(&account.cache, &*account.ports.system, &words)?;
    let request = request(id);
    let answer = authorised!(account, |api| api.post(path, &request));
    let is_answered = match &answer {
        Ok(_) => true,
        // Who is signed out is not told what became of it.
        Err(error) => {
            !is_passing(error.code()) && !matches!(error.code(), Code::SignedOut | Code::DeviceRevoked)
        }
    };
    if is_answered {
        end(&account.cache, &words)?;
    }
    answer
}

/// The id of a request: that of the same one, if it was not answered.
fn begin(cache: &Cache, system: &dyn System, words: &[u8; 32]) -> Result<Uuid> {
    cache.write(|tx| {
        let known =
            tx.query_row("SELECT id FROM attempt WHERE words = ?1", [words], |row| row.get(0)).optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        let mut random = [0; 10];
        system.random(&mut random);
        let now: Timestamp = system.now();
        let id = OpId::new(now, random).0;
        tx.execute("INSERT INTO attempt (words, id) VALUES (?1, ?2)", rusqlite::params![words, id])?;
        Ok(id)
    })
}

fn end(cache: &Cache, words: &[u8; 32]) -> Result<()> {
    cache.write(|tx| {
        tx.execute("DELETE FROM attempt WHERE words = ?1", [words])?;
        Ok(())
    })
}
