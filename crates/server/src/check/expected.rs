//! What the log must hold, worked out from the tables alone.

use std::collections::BTreeMap;

use linli_wire::{
    chat,
    community::{Building, Community, Household, Person, Photo, Unit},
    devices::Device,
    id::{
        CommunityId, DeviceId, HouseholdId, InvitationId, NoticeId, PersonId, RepairId, RoundId, TemplateId,
    },
    join::InvitationStatus,
    notices::{Notice, NoticeTemplate, ReadMark},
    payments::{Bill, Fee, HouseholdAccount, Meter, MoneyBack, Payment, PaymentWays, Relative},
    repairs::{CommonArea, Repair, RepairCard, RepairCategory, RepairNotes},
    rounds::{Round, RoundPlan},
    settings::Preferences,
    sync::{Entity, Scope},
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Place;
use crate::{Error, community, db::Tx, notices, params, payments, repairs, rounds};

/// What must stand at a place of the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    pub(super) version: u64,
    /// SHA-256 of the entity's JSON as this version writes it.
    pub(super) digest: [u8; 32],
}

/// The entity with this name in the log.
pub(super) fn entity(name: &str) -> Option<Entity> {
    match serde_json::from_value(name.into()) {
        Ok(Entity::Unknown) | Err(_) => None,
        Ok(entity) => Some(entity),
    }
}

/// The digest of a body, read and written again: an older server may have left fields out.
pub(super) fn digest(entity: Entity, body: &str) -> Option<[u8; 32]> {
    fn again<T: Serialize + DeserializeOwned>(body: &str) -> Option<[u8; 32]> {
        of(&serde_json::from_str::<T>(body).ok()?)
    }
    match entity {
        Entity::Community => again::<Community>(body),
        Entity::Building => again::<Building>(body),
        Entity::Unit => again::<Unit>(body),
        Entity::Household => again::<Household>(body),
        Entity::Person => {
            let mut person: Person = serde_json::from_str(body).ok()?;
            // Before there were photos nobody saw one.
            person.visible.photo.get_or_insert(false);
            of(&person)
        }
        Entity::Photo => again::<Photo>(body),
        Entity::Preferences => again::<Preferences>(body),
        Entity::Device => again::<Device>(body),
        Entity::Invitation => again::<InvitationStatus>(body),
        Entity::Notice => again::<Notice>(body),
        Entity::ReadMark => again::<ReadMark>(body),
        Entity::NoticeTemplate => again::<NoticeTemplate>(body),
        Entity::Repair => again::<Repair>(body),
        Entity::RepairNotes => again::<RepairNotes>(body),
        Entity::RepairCard => again::<RepairCard>(body),
        Entity::RepairCategory => again::<RepairCategory>(body),
        Entity::CommonArea => again::<CommonArea>(body),
        Entity::RoundPlan => again::<RoundPlan>(body),
        Entity::Round => again::<Round>(body),
        Entity::Fee => again::<Fee>(body),
        Entity::Meter => again::<Meter>(body),
        Entity::Bill => again::<Bill>(body),
        Entity::Payment => again::<Payment>(body),
        Entity::HouseholdAccount => again::<HouseholdAccount>(body),
        Entity::MoneyBack => again::<MoneyBack>(body),
        Entity::Relative => again::<Relative>(body),
        Entity::PaymentWays => again::<PaymentWays>(body),
        Entity::Room => again::<chat::Room>(body),
        Entity::RoomCard => again::<chat::RoomCard>(body),
        Entity::RoomSeat => again::<chat::RoomSeat>(body),
        Entity::RoomMark => again::<chat::RoomMark>(body),
        Entity::Message => again::<chat::Message>(body),
        Entity::Reaction => again::<chat::Reaction>(body),
        Entity::PollVote => again::<chat::PollVote>(body),
        Entity::Neighbour => again::<chat::Neighbour>(body),
        Entity::Block => again::<chat::Block>(body),
        Entity::ReportedMessage => again::<chat::ReportedMessage>(body),
        Entity::Moderation => again::<chat::Moderation>(body),
        Entity::Moderator => again::<chat::Moderator>(body),
        Entity::Unknown => None,
    }
}

fn of<T: Serialize>(entity: &T) -> Option<[u8; 32]> {
    Some(Sha256::digest(serde_json::to_vec(entity).ok()?).into())
}

struct Facts(BTreeMap<Place, Fact>);

impl Facts {
    fn put<T: Serialize>(&mut self, scopes: &[Scope], entity: Entity, id: Uuid, version: u64, body: &T) {
        if let Ok(body) = serde_json::to_string(body) {
            self.put_json(scopes, entity, id, version, &body);
        }
    }

    fn put_json(&mut self, scopes: &[Scope], entity: Entity, id: Uuid, version: u64, body: &str) {
        let digest = Sha256::digest(body).into();
        for scope in scopes {
            self.0.insert((*scope, entity, id), Fact { version, digest });
        }
    }
}

/// Everything that the log of a community must hold.
pub(super) fn expected(tx: &mut Tx<'_>, id: CommunityId) -> Result<BTreeMap<Place, Fact>, Error> {
    let mut facts = Facts(BTreeMap::new());
    places(tx, id, &mut facts)?;
    people(tx, id, &mut facts)?;
    devices(tx, id, &mut facts)?;
    told(tx, id, &mut facts)?;
    reported(tx, id, &mut facts)?;
    inspected(tx, id, &mut facts)?;
    billed(tx, id, &mut facts)?;
    crate::chat::facts(tx, id, |scopes, entity, id, version, body| {
        facts.put_json(scopes, entity, id, version, &body)
    })?;
    Ok(facts.0)
}

/// The versions of all rows of a table, by id.
fn versions(tx: &mut Tx<'_>, id: CommunityId, table: &str) -> Result<BTreeMap<Uuid, u64>, Error> {
    let rows = tx.query(&format!("SELECT id, version FROM {table} WHERE community_id = $1"), params![id])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn places(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    let (everyone, staff) = (Scope::Community(id), Scope::Staff(id));
    if let Some(body) = community::get(tx, id)? {
        let row = tx.query_one("SELECT version FROM community WHERE id = $1", params![id])?;
        facts.put(&[everyone], Entity::Community, id.0, row.get(0)?, &body);
    }
    let known = versions(tx, id, "building")?;
    let version = |known: &BTreeMap<Uuid, u64>, id: Uuid| known.get(&id).copied().unwrap_or_default();
    for body in community::buildings(tx, id)? {
        facts.put(&[everyone], Entity::Building, body.id.0, version(&known, body.id.0), &body);
    }
    let known = versions(tx, id, "unit")?;
    for body in community::units(tx, id)? {
        facts.put(&[staff], Entity::Unit, body.id.0, version(&known, body.id.0), &body);
    }
    for (household, version) in versions(tx, id, "household")? {
        if let Some(body) = community::household(tx, id, HouseholdId(household))? {
            let scopes = [Scope::Household(HouseholdId(household)), staff];
            facts.put(&scopes, Entity::Household, household, version, &body);
        }
    }
    Ok(())
}

fn people(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    for body in community::people(tx, id)? {
        let scopes = [Scope::Person(body.id), Scope::Staff(id)];
        facts.put(&scopes, Entity::Person, body.id.0, body.version, &body);
    }
    for (person, version, body) in community::photos(tx, id)? {
        facts.put(&[Scope::Person(person)], Entity::Photo, person.0, version, &body);
    }
    for row in
        tx.query("SELECT person_id, version, body FROM preferences WHERE community_id = $1", params![id])?
    {
        let person: PersonId = row.get(0)?;
        let body: Preferences = row.json(2)?;
        facts.put(&[Scope::Person(person)], Entity::Preferences, person.0, row.get(1)?, &body);
    }
    Ok(())
}

fn devices(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    let rows = tx.query(
        "SELECT id, person_id, name, joined_at, version FROM device WHERE community_id = $1 AND revoked_at IS NULL",
        params![id],
    )?;
    for row in &rows {
        let device: DeviceId = row.get(0)?;
        let body = Device { id: device, name: row.get(2)?, joined_at: row.get(3)? };
        facts.put(&[Scope::Person(row.get(1)?)], Entity::Device, device.0, row.get(4)?, &body);
    }
    let rows = tx.query(
        "SELECT id, person_id, issued_at, expires_at, used_at, ended_at, version FROM invitation
         WHERE community_id = $1 AND kind = 'letter'",
        params![id],
    )?;
    for row in &rows {
        let invitation: InvitationId = row.get(0)?;
        let body = InvitationStatus {
            id: invitation,
            person_id: row.get(1)?,
            issued_at: row.get(2)?,
            expires_at: row.get(3)?,
            used_at: row.get(4)?,
            ended_at: row.get(5)?,
        };
        facts.put(&[Scope::Staff(id)], Entity::Invitation, invitation.0, row.get(6)?, &body);
    }
    Ok(())
}

/// Notices, templates and read marks.
fn told(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    let mut audience: BTreeMap<Uuid, Vec<Scope>> = BTreeMap::new();
    for row in tx.query("SELECT notice_id, scope FROM notice_scope WHERE community_id = $1", params![id])? {
        audience.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for notice in versions(tx, id, "notice")?.into_keys() {
        if let Some(body) = notices::get(tx, id, NoticeId(notice))? {
            let mut scopes = audience.remove(&notice).unwrap_or_default();
            scopes.push(Scope::Staff(id));
            facts.put(&scopes, Entity::Notice, notice, body.version, &body);
        }
    }
    let rows = tx.query(
        "SELECT id, name, content, version FROM notice_template WHERE community_id = $1 AND deleted_at IS NULL",
        params![id],
    )?;
    for row in &rows {
        let template: TemplateId = row.get(0)?;
        let body =
            NoticeTemplate { id: template, name: row.get(1)?, content: row.json(2)?, version: row.get(3)? };
        facts.put(&[Scope::Staff(id)], Entity::NoticeTemplate, template.0, body.version, &body);
    }
    let rows = tx.query(
        "SELECT notice_id, person_id, read_at, version FROM read_mark WHERE community_id = $1",
        params![id],
    )?;
    for row in &rows {
        let notice: NoticeId = row.get(0)?;
        let body = ReadMark { notice_id: notice, read_at: row.get(2)? };
        facts.put(&[Scope::Person(row.get(1)?)], Entity::ReadMark, notice.0, row.get(3)?, &body);
    }
    Ok(())
}

/// Repairs, their cards and notes, and what they are sorted by.
fn reported(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    let (everyone, staff) = (Scope::Community(id), Scope::Staff(id));
    for body in repairs::settings::categories(tx, id)? {
        facts.put(&[everyone], Entity::RepairCategory, body.id.0, body.version, &body);
    }
    for (version, body) in repairs::settings::areas(tx, id)? {
        facts.put(&[everyone], Entity::CommonArea, body.id.0, version, &body);
    }
    let mut affected: BTreeMap<Uuid, Vec<Scope>> = BTreeMap::new();
    for row in tx.query("SELECT repair_id, scope FROM repair_scope WHERE community_id = $1", params![id])? {
        affected.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for repair in versions(tx, id, "repair")?.into_keys() {
        let Some(stored) = repairs::get(tx, id, RepairId(repair))? else { continue };
        let (body, version) = (&stored.repair, stored.repair.version);
        for scope in affected.remove(&repair).unwrap_or_default() {
            let seen = repairs::seen::within(body, scope);
            facts.put(&[scope], Entity::Repair, repair, version, &seen);
        }
        if let Some(scope) = stored.card_scope {
            facts.put(&[scope], Entity::RepairCard, repair, version, &repairs::seen::card(body));
        }
        if !stored.archived {
            facts.put(&[staff], Entity::Repair, repair, version, body);
            if let Some((version, notes)) = repairs::notes(tx, id, RepairId(repair))? {
                facts.put(&[staff], Entity::RepairNotes, repair, version, &notes);
            }
        }
    }
    Ok(())
}

/// Plans of rounds, and the rounds of the last year.
fn inspected(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    let staff = [Scope::Staff(id)];
    for body in rounds::all_plans(tx, id)? {
        facts.put(&staff, Entity::RoundPlan, body.id.0, body.version, &body);
    }
    for round in versions(tx, id, "round")?.into_keys() {
        let Some(stored) = rounds::get(tx, id, RoundId(round))? else { continue };
        if !stored.archived {
            facts.put(&staff, Entity::Round, round, stored.round.version, &stored.round);
        }
    }
    Ok(())
}

fn billed(tx: &mut Tx<'_>, id: CommunityId, facts: &mut Facts) -> Result<(), Error> {
    let staff = [Scope::Staff(id)];
    for fee in payments::fees(tx, id)? {
        facts.put(&staff, Entity::Fee, fee.id.0, fee.version, &fee);
    }
    for (key, meter) in payments::meters(tx, id)? {
        facts.put(&staff, Entity::Meter, key, meter.version, &meter);
    }
    for bill in payments::bills(tx, id, payments::Bills::All)? {
        facts.put(&[Scope::Payments(bill.household_id)], Entity::Bill, bill.id.0, bill.version, &bill);
    }
    for payment in payments::payments(tx, id, payments::Bills::All)? {
        let scopes = [Scope::Payments(payment.household_id)];
        facts.put(&scopes, Entity::Payment, payment.id.0, payment.version, &payment);
    }
    if let Some(community) = community::get(tx, id)? {
        let sql = "SELECT household_id FROM household_account WHERE community_id = $1 AND version > 0";
        for row in tx.query(sql, params![id])? {
            let household: HouseholdId = row.get(0)?;
            let account = payments::account(tx, id, household, &community.currency)?;
            let scopes = [Scope::Payments(household)];
            facts.put(&scopes, Entity::HouseholdAccount, household.0, account.version, &account);
        }
    }
    for back in payments::money_back(tx, id)? {
        facts.put(&[Scope::Payments(back.household_id)], Entity::MoneyBack, back.id.0, back.version, &back);
    }
    for relative in payments::relatives(tx, id)? {
        let scopes = payments::scopes_of_relative(&relative);
        facts.put(&scopes, Entity::Relative, relative.id.0, relative.version, &relative);
    }
    let ways = payments::ways(tx, id)?;
    if ways.version > 0 {
        facts.put(&[Scope::Community(id)], Entity::PaymentWays, id.0, ways.version, &ways);
    }
    Ok(())
}
