//! `POST /v1/bank-statements`: a statement is read whole or refused, and what is certain is booked with it.

use std::collections::{BTreeMap, BTreeSet};

use linli_wire::{
    Code, WireError,
    id::{BankMovementId, BillId, CommunityId, HouseholdId},
    payments::{BankAccount, BankImport, BankMovementState, BankTold, MAX_BILLS_AT_ONCE, MAX_MINOR},
};
use sha2::{Digest as _, Sha256};

use super::{
    super::{account, numbers, today, ways},
    Kept, Owed, decide, overlap,
};
use crate::{
    Error,
    auth::Caller,
    bank::{
        Account, Movement, camt, csv,
        matching::{self, Outcome},
    },
    db::{Tx, Value},
    error::json,
    params,
};

/// A statement that was read to its end.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// Movements, and the account that each is on, where the file says.
    movements: Vec<(Option<Account>, Movement)>,
    incomplete: u32,
}

/// The currency of the caller's community: what a file without currencies is in.
///
/// # Errors
/// `not_allowed`; the database's.
pub fn currency(tx: &mut Tx<'_>, caller: &Caller) -> Result<String, Error> {
    caller.must_be_office()?;
    Ok(today(tx, caller.community)?.0.currency)
}

/// Reads a file: camt.053 or CSV, as its bytes say.
///
/// # Errors
/// `unsupported_file` with where, for one that cannot be read as a whole.
pub fn read(bytes: &[u8], currency: &str) -> Result<Statement, Error> {
    let first = bytes
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    if first != Some(&b'<') {
        let movements = csv::read(bytes, currency)?;
        return Ok(Statement {
            movements: movements.into_iter().map(|told| (None, told)).collect(),
            incomplete: 0,
        });
    }
    let mut statement = Statement::default();
    let mut account = None;
    camt::read(bytes, |item| {
        match item {
            camt::Item::Statement(head) => account = Some(head.account),
            camt::Item::Movement(told) => statement.movements.push((account.clone(), *told)),
            camt::Item::End(camt::Sum::Differs(_)) => statement.incomplete += 1,
            camt::Item::End(_) => {}
        }
        Ok(())
    })?;
    Ok(statement)
}

/// Keeps what is new in a statement, and books what is certain. What a file of the other format told of before is left
/// out, once somebody has agreed to that by `only_new`.
///
/// # Errors
/// `not_allowed`; `conflict` where a file of the other format told of some of it before, with how many of how many
/// (`details.told_before`, `details.movements`), unless `only_new`; the database's.
pub fn import(
    tx: &mut Tx<'_>,
    caller: &Caller,
    read: &Statement,
    only_new: bool,
) -> Result<BankImport, Error> {
    caller.must_be_office()?;
    let community = caller.community;
    // Of two statements at once one waits, so that each booking sees those before it.
    numbers::lock_statements(tx, community)?;
    let own = ways(tx, community)?.bank.as_ref().and_then(own);
    let mut import = BankImport { incomplete: read.incomplete, ..BankImport::default() };
    let mut others = BTreeSet::new();
    let mut new = Vec::new();
    let told_before = told_before(tx, community, read, own.as_ref())?;
    if !told_before.is_empty() && !only_new {
        let error = WireError::new(Code::Conflict, "a file of the other format told of some of it before");
        let details =
            serde_json::json!({ "told_before": told_before.len(), "movements": read.movements.len() });
        return Err(Error::Refused(error.with_details(details)));
    }
    for (at, (named, movement)) in read.movements.iter().enumerate() {
        if told_before.contains(&at) {
            import.known += 1;
            continue;
        }
        if let (Some(named), Some(own)) = (named, &own)
            && named != own
        {
            import.elsewhere += 1;
            others.insert(named.as_str().to_owned());
            continue;
        }
        let account = named.as_ref().or(own.as_ref()).map_or("", Account::as_str);
        let kept = put(tx, caller, account, movement)?;
        import.known += u32::from(kept.is_none());
        new.extend(kept);
    }
    import.other_accounts = others.into_iter().collect();
    import.new = u32::try_from(new.len()).unwrap_or(u32::MAX);
    import.booked = book_certain(tx, caller, &new)?;
    import.open = import.new.saturating_sub(import.booked);
    Ok(import)
}

/// The community's own account, as its movements are kept under it.
fn own(bank: &BankAccount) -> Option<Account> {
    Account::read(&bank.number)
}

/// What was told of the community's own account is told of it by another number now: a file that tells of the same days
/// once more finds it. Movements of a file that names no account are of the own one, whichever that is.
///
/// # Errors
/// The database's.
pub(in crate::payments) fn renumber(
    tx: &mut Tx<'_>,
    community: CommunityId,
    before: Option<&BankAccount>,
    now: Option<&BankAccount>,
) -> Result<(), Error> {
    let (before, now) = (before.and_then(own), now.and_then(own));
    if before == now {
        return Ok(());
    }
    numbers::lock_statements(tx, community)?;
    let text = |own: &Option<Account>| own.as_ref().map_or("", Account::as_str).to_owned();
    // Without an own account, what a file names stays under that name.
    let which = if now.is_some() { "" } else { "AND name LIKE 'csv-%'" };
    let sql = format!(
        "UPDATE bank_movement SET account = $3 WHERE community_id = $1 AND account = $2 {which}
         AND NOT EXISTS (SELECT 1 FROM bank_movement AS known WHERE known.community_id = $1 AND known.account = $3
           AND known.name = bank_movement.name)"
    );
    tx.execute(&sql, params![community, &text(&before), &text(&now)])?;
    Ok(())
}

/// The places of those movements on the community's own account that a file of the other format told of before.
fn told_before(
    tx: &mut Tx<'_>,
    community: CommunityId,
    read: &Statement,
    own: Option<&Account>,
) -> Result<BTreeSet<usize>, Error> {
    let mut by_account: BTreeMap<&str, Vec<(usize, &Movement)>> = BTreeMap::new();
    for (at, (named, movement)) in read.movements.iter().enumerate() {
        let is_elsewhere = matches!((named, own), (Some(named), Some(own)) if named != own);
        if !is_elsewhere {
            let account = named.as_ref().or(own).map_or("", Account::as_str);
            by_account.entry(account).or_default().push((at, movement));
        }
    }
    let mut told = BTreeSet::new();
    for (account, all) in by_account {
        told.append(&mut overlap::told_before(tx, community, account, &all)?);
    }
    Ok(told)
}

/// What a movement is called where its bank gave the name to another one before: banks that number their statements anew
/// each year do.
pub(super) fn named_anew(movement: &Movement) -> String {
    format!("{} {} {} {}", movement.id, movement.booked, movement.minor, movement.currency)
}

/// Keeps a movement; none where it was kept before.
fn put(tx: &mut Tx<'_>, caller: &Caller, account: &str, movement: &Movement) -> Result<Option<Kept>, Error> {
    if let Some(kept) = insert(tx, caller, account, movement)? {
        return Ok(Some(kept));
    }
    // One that was renumbered has another account by now, and its id from before.
    let sql = "SELECT day, minor, currency FROM bank_movement
         WHERE community_id = $1 AND ((account = $2 AND name = $3) OR id = $4)";
    let known =
        params![caller.community, account, movement.id.as_str(), id(caller.community, account, movement)];
    let rows = tx.query(sql, known)?;
    let is_same = rows.iter().try_fold(false, |found, row| {
        let is_same = row.get::<String>(0)? == movement.booked.to_string()
            && row.get::<i64>(1)? == movement.minor
            && row.get::<String>(2)? == movement.currency;
        Ok::<_, Error>(found || is_same)
    })?;
    if is_same {
        return Ok(None);
    }
    insert(tx, caller, account, &Movement { id: named_anew(movement), ..movement.clone() })
}

/// Keeps a movement under its name; none where the name is in use.
fn insert(
    tx: &mut Tx<'_>,
    caller: &Caller,
    account: &str,
    movement: &Movement,
) -> Result<Option<Kept>, Error> {
    let id = id(caller.community, account, movement);
    let told = BankTold {
        text: movement.text.clone(),
        references: movement.references.clone(),
        end_to_end: movement.end_to_end.clone(),
        is_reversal: movement.reversal,
        charges: movement.charges.clone(),
        original: movement.original.clone(),
    };
    // PostgreSQL keeps no NUL in a text, and nobody is called so.
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let state = BankMovementState::Open;
    let values: [Value<'_>; 14] = [
        caller.community.into(),
        id.into(),
        account.into(),
        movement.id.as_str().into(),
        movement.booked.to_string().into(),
        movement.minor.into(),
        movement.currency.as_str().into(),
        plain(movement.name.as_deref().unwrap_or_default()).into(),
        plain(movement.account.as_ref().map_or("", Account::as_str)).into(),
        state.as_str().into(),
        "".into(),
        tx.now().into(),
        caller.person.into(),
        json(&told)?.into(),
    ];
    let sql = "INSERT INTO bank_movement (community_id, id, account, name, day, minor, currency, other_name,
           other_account, state, reason, at, person_id, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
    let is_new = tx.execute(sql, &values)? > 0;
    let kept = || Kept { id, state, movement: movement.clone(), reason: String::new(), entry: None };
    Ok(is_new.then(kept))
}

/// The id of a movement that is told of an account for the first time.
fn id(community: CommunityId, account: &str, movement: &Movement) -> BankMovementId {
    let hash = Sha256::new_with_prefix(b"linli bank movement v1")
        .chain_update(community.0)
        .chain_update(account.len().to_le_bytes())
        .chain_update(account)
        .chain_update(&movement.id);
    BankMovementId(crate::derived::id(hash))
}

/// Books what pays bills of one household in whole for certain, and says how much that was.
fn book_certain(tx: &mut Tx<'_>, caller: &Caller, new: &[Kept]) -> Result<u32, Error> {
    let (of, _) = today(tx, caller.community)?;
    let payments: Vec<&Kept> =
        new.iter().filter(|kept| kept.is_payment(&of.currency) && kept.movement.minor <= MAX_MINOR).collect();
    // All accounts at once, in one order, so that nobody waits for one of these while this waits for theirs.
    let locked: BTreeSet<HouseholdId> =
        certain(tx, caller.community, &payments)?.into_values().map(|(household, _)| household).collect();
    for household in &locked {
        account::lock(tx, caller.community, *household)?;
    }
    // Somebody may have paid until the accounts were locked.
    let certain = certain(tx, caller.community, &payments)?;
    let mut booked = 0;
    for kept in payments {
        let Some((household, bills)) = certain.get(&kept.id) else { continue };
        if locked.contains(household) {
            decide::put(tx, caller, kept, *household, bills)?;
            booked += 1;
        }
    }
    Ok(booked)
}

/// The household and the bills of each movement that is certain.
fn certain(
    tx: &mut Tx<'_>,
    community: CommunityId,
    payments: &[&Kept],
) -> Result<BTreeMap<BankMovementId, (HouseholdId, Vec<BillId>)>, Error> {
    if payments.is_empty() {
        return Ok(BTreeMap::new());
    }
    let owed = Owed::now(tx, community)?;
    let movements: Vec<Movement> = payments.iter().map(|kept| kept.movement.clone()).collect();
    // Who pays is asked for proposals alone.
    let outcomes = matching::settle(&movements, &owed.bills, &[]);
    let sure = payments.iter().zip(outcomes).filter_map(|(kept, outcome)| match outcome {
        Outcome::Certain(bills) if bills.len() <= MAX_BILLS_AT_ONCE => {
            Some((kept.id, (owed.household(&bills)?, bills)))
        }
        _ => None,
    });
    Ok(sure.collect())
}

/// A task of reading that did not end.
pub(crate) fn broken(_: tokio::task::JoinError) -> Error {
    Error::refused(Code::Internal, "the statement was not read to its end")
}
