//! People of other households whom a household lets see and pay its bills.
//!
//! What it guarantees. A code lets one person in, once, within a week, and only after they have seen whose household it is.
//! From then on the household's payments scope is theirs ([`crate::auth::scopes`]), as long as the arrangement goes on and
//! no moment longer: every request asks the table ([`may_pay`]), and the end is written into the person's own scope, which
//! makes their open streams look again. It ends when either side says so, and by itself when the member who let them
//! is no longer of the household: who moves in later has let nobody.
//!
//! Every member of a household may let somebody, not its heads alone. A member can spend what is kept and decide what is paid by
//! itself, which is more; and one word says what a person is, so the head of a household who works for the office is no
//! head here. All members read who may pay and who may no longer, and each of them can end it.

use linli_wire::{
    Code, Timestamp,
    id::{CommunityId, HouseholdId, OpId, PersonId, RelativeId},
    payments::{BeginRelative, Relative, RelativeCode, RelativeOffer},
    sync::{Entity, Scope},
};
use uuid::Uuid;

use super::automatic;
use crate::{
    Error,
    auth::{self, Caller},
    clock::random,
    community,
    db::{Row, Tx},
    join::{CodeHash, Fresh},
    params,
};

/// How long a code works.
pub const CODE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// `POST /v1/households/{id}/relative-code`: a code that lets somebody of another household pay for the caller's. An earlier
/// one of the caller that nobody used ends.
///
/// # Errors
/// `not_found` for a household of others; the database's.
pub fn code(
    tx: &mut Tx<'_>,
    caller: &Caller,
    household: HouseholdId,
    fresh: &Fresh,
) -> Result<RelativeCode, Error> {
    if caller.household != Some(household) {
        return Err(Error::not_found());
    }
    end_codes(tx, caller.community, caller.person)?;
    let now = tx.now();
    let expires_at = now.plus_millis(CODE_MS);
    tx.execute(
        "INSERT INTO relative_code (community_id, id, household_id, person_id, code_hash, issued_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            caller.community,
            OpId::new(now, random()?),
            household,
            caller.person,
            &fresh.short_hash(),
            now,
            expires_at
        ],
    )?;
    Ok(RelativeCode { code: fresh.short().to_string(), expires_at })
}

/// `POST /v1/relatives/look`: whose household a code is of.
///
/// # Errors
/// As [`begin`].
pub fn look(tx: &mut Tx<'_>, caller: &Caller, code: CodeHash) -> Result<RelativeOffer, Error> {
    let found = find(tx, caller, code)?;
    found.must_be_open(tx, caller)?;
    Ok(RelativeOffer { household: found.maker })
}

/// `POST /v1/relatives`: the caller pays for the household of a code from now on. The same again is answered the same.
///
/// # Errors
/// `relative_code_unknown`; `relative_code_ended` for one that was used, is too old, or whose maker is not of the household
/// any more; `conflict` for the caller's own household, and one that they pay for already; `operation_reused`; the
/// database's.
pub fn begin(
    tx: &mut Tx<'_>,
    caller: &Caller,
    asked: &BeginRelative,
    code: CodeHash,
) -> Result<Relative, Error> {
    let found = find(tx, caller, code)?;
    let known = tx.query_opt(
        "SELECT code_id, person_id FROM relative WHERE community_id = $1 AND id = $2",
        params![caller.community, asked.id],
    )?;
    if let Some(row) = known {
        let is_same = row.get::<Uuid>(0)? == found.id && row.get::<PersonId>(1)? == caller.person;
        let reused = || Error::refused(Code::OperationReused, "the id stands for something else");
        return if is_same { relative(tx, caller.community, asked.id) } else { Err(reused()) };
    }
    found.must_be_open(tx, caller)?;
    let now = tx.now();
    end_code(tx, caller.community, found.id)?;
    tx.execute(
        "INSERT INTO relative (community_id, id, version, household_id, person_id, let_by, code_id, household_name, name, since)
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)",
        params![
            caller.community,
            asked.id,
            found.household,
            caller.person,
            found.let_by,
            found.id,
            &found.maker,
            &caller.name,
            now
        ],
    )?;
    let details = serde_json::json!({ "household": found.household, "let_by": found.let_by }).to_string();
    let (person, device) = (Some(caller.person), Some(caller.device));
    auth::audit(tx, "relative_begun", Some(caller.community), person, device, &details)?;
    tell(tx, caller.community, asked.id)
}

/// `POST /v1/relatives/{id}/end`: somebody of the household, or who pays for it, ends that. The same again is the same.
///
/// # Errors
/// `not_found` for an arrangement of others; the database's.
pub fn end(tx: &mut Tx<'_>, caller: &Caller, id: RelativeId) -> Result<Relative, Error> {
    let known = relative(tx, caller.community, id)?;
    if known.person_id != caller.person && caller.household != Some(known.household_id) {
        return Err(Error::not_found());
    }
    if end_one(tx, caller.community, id, Some(&caller.name))? {
        let details = serde_json::json!({ "household": known.household_id, "by": caller.person }).to_string();
        auth::audit(tx, "relative_ended", Some(caller.community), Some(known.person_id), None, &details)?;
    }
    relative(tx, caller.community, id)
}

/// Ends what hangs on where a person lives, after they have moved out of a household or left: codes that they made,
/// arrangements that they let, and, where they left or moved in there, those by which they paid; and what is paid by itself,
/// where they were the last of the household.
///
/// # Errors
/// The database's.
pub(crate) fn moved(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    out_of: Option<HouseholdId>,
) -> Result<(), Error> {
    if let Some(household) = out_of {
        automatic::end_if_nobody_is_left(tx, community, household)?;
    }
    let home = community::person(tx, community, person)?.map(|person| person.household_id);
    let sql = "SELECT id, household_id, let_by FROM relative
         WHERE community_id = $1 AND (let_by = $2 OR person_id = $2) AND ended_at IS NULL ORDER BY id";
    for row in tx.query(sql, params![community, person])? {
        let household: HouseholdId = row.get(1)?;
        let lives_there = home == Some(Some(household));
        let let_them = row.get::<PersonId>(2)? == person;
        if home.is_none() || let_them != lives_there {
            end_one(tx, community, row.get(0)?, None)?;
        }
    }
    let sql = "SELECT id, household_id FROM relative_code WHERE community_id = $1 AND person_id = $2 AND ended_at IS NULL";
    for row in tx.query(sql, params![community, person])? {
        if home != Some(Some(row.get(1)?)) {
            end_code(tx, community, row.get(0)?)?;
        }
    }
    Ok(())
}

/// Ends one that had ended in a database that is replaced. Tells whether it went on.
///
/// # Errors
/// The database's.
pub(crate) fn carry_end(tx: &mut Tx<'_>, community: CommunityId, id: RelativeId) -> Result<bool, Error> {
    end_one(tx, community, id, None)
}

/// Whether somebody may see and pay what a household owes: its members, and those whom it lets.
///
/// # Errors
/// The database's.
pub(super) fn may_pay(tx: &mut Tx<'_>, caller: &Caller, household: HouseholdId) -> Result<bool, Error> {
    Ok(may_pay_for(tx, caller)?.contains(&household))
}

/// The households of which somebody may see and pay what is owed: their own, and those that let them.
///
/// # Errors
/// The database's.
pub(super) fn may_pay_for(tx: &mut Tx<'_>, caller: &Caller) -> Result<Vec<HouseholdId>, Error> {
    let mut households = lets(tx, caller.community, caller.person)?;
    households.extend(caller.household);
    Ok(households)
}

/// Keeps who works for the office from deciding about money of a household that they pay for.
///
/// # Errors
/// `not_allowed`; the database's.
pub(super) fn must_be_nobody_of(
    tx: &mut Tx<'_>,
    caller: &Caller,
    household: HouseholdId,
) -> Result<(), Error> {
    if may_pay(tx, caller, household)? {
        return Err(Error::refused(Code::NotAllowed, "somebody else must decide about one's own household"));
    }
    Ok(())
}

/// [`may_pay`], for whoever pays: it does not end before the transaction does, so that no payment is begun behind its end.
///
/// # Errors
/// `not_found` where they may not; the database's.
pub(super) fn hold(tx: &mut Tx<'_>, caller: &Caller, household: HouseholdId) -> Result<(), Error> {
    if caller.household == Some(household) {
        return Ok(());
    }
    let sql = "SELECT id FROM relative
         WHERE community_id = $1 AND person_id = $2 AND household_id = $3 AND ended_at IS NULL";
    let row = tx.query_locked(sql, params![caller.community, caller.person, household])?;
    row.map(drop).ok_or_else(Error::not_found)
}

/// The households that let a person pay.
///
/// # Errors
/// The database's.
pub(crate) fn lets(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
) -> Result<Vec<HouseholdId>, Error> {
    let sql = "SELECT household_id FROM relative
         WHERE community_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY household_id";
    let rows = tx.query(sql, params![community, person])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// All arrangements of a community, with what the log says of each.
///
/// # Errors
/// The database's.
pub fn relatives(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<Relative>, Error> {
    let rows = tx.query(&format!("{RELATIVE} ORDER BY id"), params![community])?;
    rows.iter().map(relative_of).collect()
}

/// The scopes that an arrangement stands in. Not the household's payments, which others that it lets pay see, too.
pub const fn scopes(relative: &Relative) -> [Scope; 2] {
    [Scope::Household(relative.household_id), Scope::Person(relative.person_id)]
}

/// A code that exists in the caller's community.
struct Found {
    id: Uuid,
    household: HouseholdId,
    let_by: PersonId,
    /// As neighbours know them.
    maker: String,
    is_open: bool,
}

impl Found {
    fn must_be_open(&self, tx: &mut Tx<'_>, caller: &Caller) -> Result<(), Error> {
        if !self.is_open {
            return Err(Error::refused(Code::RelativeCodeEnded, "the code was used, or is too old"));
        }
        if may_pay(tx, caller, self.household)? {
            return Err(Error::refused(Code::Conflict, "the caller pays for that household already"));
        }
        Ok(())
    }
}

fn find(tx: &mut Tx<'_>, caller: &Caller, code: CodeHash) -> Result<Found, Error> {
    let unknown = || Error::refused(Code::RelativeCodeUnknown, "no such code");
    let CodeHash::Short(hash) = code else { return Err(unknown()) };
    let sql = "SELECT id, household_id, person_id, expires_at, ended_at FROM relative_code
         WHERE code_hash = $1 AND community_id = $2";
    let row = tx.query_locked(sql, params![&hash, caller.community])?.ok_or_else(unknown)?;
    let (household, let_by): (HouseholdId, PersonId) = (row.get(1)?, row.get(2)?);
    let maker = community::person(tx, caller.community, let_by)?;
    let maker = maker.filter(|maker| maker.household_id == Some(household));
    let is_open =
        maker.is_some() && row.get::<Option<Timestamp>>(4)?.is_none() && row.get::<Timestamp>(3)? > tx.now();
    let maker = maker.map(|maker| maker.given_name).unwrap_or_default();
    Ok(Found { id: row.get(0)?, household, let_by, maker, is_open })
}

/// Ends a code. Tells whether it was open.
///
/// # Errors
/// The database's.
pub(crate) fn end_code(tx: &mut Tx<'_>, community: CommunityId, id: Uuid) -> Result<bool, Error> {
    let now = tx.now();
    let sql =
        "UPDATE relative_code SET ended_at = $3 WHERE community_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(tx.execute(sql, params![community, id, now])? > 0)
}

fn end_codes(tx: &mut Tx<'_>, community: CommunityId, person: PersonId) -> Result<(), Error> {
    let now = tx.now();
    let sql = "UPDATE relative_code SET ended_at = $3 WHERE community_id = $1 AND person_id = $2 AND ended_at IS NULL";
    tx.execute(sql, params![community, person, now])?;
    Ok(())
}

/// Ends an arrangement that goes on, and payments by card that were begun by it and can still be paid. Tells whether it did.
fn end_one(tx: &mut Tx<'_>, community: CommunityId, id: RelativeId, by: Option<&str>) -> Result<bool, Error> {
    let now = tx.now();
    let ended = tx.query_opt(
        "UPDATE relative SET ended_at = $3, ended_by = $4, version = version + 1
         WHERE community_id = $1 AND id = $2 AND ended_at IS NULL RETURNING household_id, person_id",
        params![community, id, now, by],
    )?;
    let Some(row) = ended else { return Ok(false) };
    let (household, person): (HouseholdId, PersonId) = (row.get(0)?, row.get(1)?);
    // Their links end, so that the provider is told to take nothing for them; a card that was declined is no end.
    tx.execute(
        "UPDATE card_payment SET link_expires_at = $4, ask_at = $4
         WHERE community_id = $1 AND ask_at IS NOT NULL AND payment_id IN (
           SELECT id FROM payment WHERE community_id = $1 AND household_id = $2 AND person_id = $3)",
        params![community, household, person, now],
    )?;
    tell(tx, community, id)?;
    Ok(true)
}

fn tell(tx: &mut Tx<'_>, community: CommunityId, id: RelativeId) -> Result<Relative, Error> {
    let relative = relative(tx, community, id)?;
    tx.log_as(community, &scopes(&relative), Entity::Relative, id.0, relative.version, Some(&relative))?;
    Ok(relative)
}

const RELATIVE: &str =
    "SELECT id, version, household_id, household_name, person_id, name, since, ended_at, ended_by
     FROM relative WHERE community_id = $1";

fn relative(tx: &mut Tx<'_>, community: CommunityId, id: RelativeId) -> Result<Relative, Error> {
    let row = tx.query_opt(&format!("{RELATIVE} AND id = $2"), params![community, id])?;
    relative_of(&row.ok_or_else(Error::not_found)?)
}

fn relative_of(row: &Row) -> Result<Relative, Error> {
    Ok(Relative {
        id: row.get(0)?,
        version: row.get(1)?,
        household_id: row.get(2)?,
        household: row.get(3)?,
        person_id: row.get(4)?,
        name: row.get(5)?,
        since: row.get(6)?,
        ended_at: row.get(7)?,
        ended_by: row.get(8)?,
    })
}
