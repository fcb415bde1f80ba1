//! Accounts: they come into being with the first line that names them.

use std::collections::BTreeMap;

use linli_wire::{
    Code,
    id::{CommunityId, HouseholdId, LedgerAccountId},
};

use sha2::{Digest as _, Sha256};

use crate::{
    Error,
    db::{Row, Tx, Value},
    params,
};

/// An account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Account {
    /// What a household owes.
    Receivable(HouseholdId),
    /// What a household has paid before it owed it; the community holds it for them.
    Prepaid(HouseholdId),
    /// The community's account at its bank.
    Bank,
    /// The till in the office.
    Cash,
    /// What a provider of card payments has taken in and not paid out yet.
    Card,
    /// What came in and belongs to nobody yet.
    Unclaimed,
    /// What was earned, under a heading such as the key of a fee.
    Income(String),
    /// What was spent, under a heading.
    Spending(String),
    /// Tax that was collected.
    Tax,
}

impl Account {
    /// Kind, household and heading, as they stand in the table.
    pub(super) fn columns(&self) -> (&'static str, String, &str) {
        let none = String::new;
        match self {
            Self::Receivable(household) => ("receivable", household.to_string(), ""),
            Self::Prepaid(household) => ("prepaid", household.to_string(), ""),
            Self::Bank => ("bank", none(), ""),
            Self::Cash => ("cash", none(), ""),
            Self::Card => ("card", none(), ""),
            Self::Unclaimed => ("unclaimed", none(), ""),
            Self::Income(heading) => ("income", none(), heading),
            Self::Spending(heading) => ("spending", none(), heading),
            Self::Tax => ("tax", none(), ""),
        }
    }

    /// From the first three columns of a row: kind, household and heading.
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        let (kind, heading): (String, String) = (row.get(0)?, row.get(2)?);
        Ok(match kind.as_str() {
            "receivable" => Self::Receivable(row.get(1)?),
            "prepaid" => Self::Prepaid(row.get(1)?),
            "bank" => Self::Bank,
            "cash" => Self::Cash,
            "card" => Self::Card,
            "unclaimed" => Self::Unclaimed,
            "income" => Self::Income(heading),
            "spending" => Self::Spending(heading),
            "tax" => Self::Tax,
            _ => return Err(Error::refused(Code::Internal, "an account of a kind that is not known")),
        })
    }
}

/// The id of an account. It follows from what the account is, so that two who open it at once open the same.
pub(super) fn id(community: CommunityId, account: &Account, currency: &str) -> LedgerAccountId {
    let (kind, household, heading) = account.columns();
    // None of the first four holds a zero byte.
    let mut hash = Sha256::new_with_prefix(b"linli ledger account v1");
    for part in [community.to_string().as_str(), kind, &household, currency, heading] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    LedgerAccountId(crate::derived::id(hash))
}

/// The table of accounts.
pub(super) const COLUMNS: &str = "ledger_account (community_id, id, kind, household_id, heading, currency)";

/// Opens the accounts that are not open yet.
pub(super) fn open(
    tx: &mut Tx<'_>,
    community: CommunityId,
    accounts: &BTreeMap<&Account, LedgerAccountId>,
    currency: &str,
) -> Result<(), Error> {
    let mut accounts: Vec<(&LedgerAccountId, &&Account)> =
        accounts.iter().map(|(one, id)| (id, one)).collect();
    // Two who open the same wait for one another in one order.
    accounts.sort_unstable_by_key(|(id, _)| **id);
    let row = |(id, account): (&LedgerAccountId, &&Account)| -> Vec<Value<'static>> {
        let (kind, household, heading) = account.columns();
        params![community, *id, kind.to_owned(), household, heading.to_owned(), currency.to_owned()].to_vec()
    };
    let rows: Vec<_> = accounts.into_iter().map(row).collect();
    tx.insert(COLUMNS, &rows, "ON CONFLICT (community_id, id) DO NOTHING")?;
    Ok(())
}
