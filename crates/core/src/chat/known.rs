//! What rows are made with: who the person is, whom they know and whom they do not want to hear. Read once for an answer.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use linli_wire::{
    Language, Timestamp,
    chat::{Block, Duty, Moderator, Neighbour, Room, RoomCard, RoomKind},
    community::{Building, Person, Role},
    id::{AttachmentId, PersonId, RoomId},
    ops::Action,
    repairs::{RepairCard, RepairCategory},
    sync::Entity,
};
use rusqlite::Connection;

use crate::{
    community::{self, record, records},
    error::Result,
    outbox::{self, Open},
    repairs, sync,
};

/// What an answer is made with.
pub(super) struct Known<'a> {
    pub(super) db: &'a Connection,
    /// The person; none before their record is here.
    pub(super) me: Option<Person>,
    pub(super) language: Language,
    /// By the server's clock: when a poll closes and somebody may write again is decided there.
    pub(super) now: Timestamp,
    /// What was done in chat and the log has not brought back yet, oldest first.
    pub(super) open: Vec<Open>,
    /// Whom the person does not want to hear, what waits included.
    pub(super) blocked: BTreeSet<PersonId>,
    people: RefCell<BTreeMap<PersonId, Option<Rc<Neighbour>>>>,
}

impl<'a> Known<'a> {
    pub(super) fn read(db: &'a Connection, language: &Language, now: Timestamp) -> Result<Self> {
        let open = outbox::open_in_chat(db)?;
        Ok(Self {
            db,
            me: community::me(db)?,
            language: language.clone(),
            now: sync::server_now(db, now)?,
            blocked: blocked(db, &open)?,
            open,
            people: RefCell::default(),
        })
    }

    /// What goes by itself: not what is stuck, nor what stands behind it.
    pub(super) fn going(&self) -> impl Iterator<Item = &Open> {
        outbox::going(&self.open)
    }

    pub(super) fn is_me(&self, person: PersonId) -> bool {
        self.me.as_ref().is_some_and(|me| me.id == person)
    }

    pub(super) fn role(&self) -> Role {
        self.me.as_ref().map_or(Role::Other, |me| me.role)
    }

    pub(super) fn hears(&self, person: PersonId) -> bool {
        !self.blocked.contains(&person)
    }

    /// Those whom the person does not want to hear, as SQL reads them.
    pub(super) fn blocked_list(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.blocked)?)
    }

    /// Somebody as neighbours know them.
    pub(super) fn neighbour(&self, id: PersonId) -> Result<Option<Rc<Neighbour>>> {
        if let Some(known) = self.people.borrow().get(&id) {
            return Ok(known.clone());
        }
        let found = record::<Neighbour>(self.db, Entity::Neighbour, id.0)?.map(Rc::new);
        self.people.borrow_mut().insert(id, found.clone());
        Ok(found)
    }

    /// The photo that somebody shows; none of those whom the person does not want to hear.
    pub(super) fn photo(&self, id: PersonId) -> Result<Option<AttachmentId>> {
        let known = self.neighbour(id)?.filter(|_| self.hears(id));
        Ok(known.and_then(|known| known.photo.as_ref().map(|photo| photo.id)))
    }

    /// The name by which somebody is known here; empty where they are not.
    pub(super) fn name(&self, id: PersonId) -> Result<String> {
        if let Some(neighbour) = self.neighbour(id)? {
            return Ok(neighbour.name.clone());
        }
        if let Some(me) = self.me.as_ref().filter(|me| me.id == id) {
            return Ok(if me.role.is_office() { me.name.clone() } else { me.given_name.clone() });
        }
        if let Some(block) = record::<Block>(self.db, Entity::Block, id.0)? {
            return Ok(block.name);
        }
        // The office knows everybody.
        Ok(record::<Person>(self.db, Entity::Person, id.0)?.map(|person| person.name).unwrap_or_default())
    }

    /// What the person may do to keep it civil. The manager names moderators and is one.
    pub(super) fn duty(&self) -> Result<Option<Duty>> {
        let Some(me) = &self.me else { return Ok(None) };
        if me.role == Role::Manager {
            return Ok(Some(Duty::Moderate));
        }
        Ok(record::<Moderator>(self.db, Entity::Moderator, me.id.0)?.map(|moderator| moderator.duty))
    }

    /// The name of a room in the language of the face; empty for the community's and, for a resident, the office's.
    pub(super) fn room_name(&self, room: &Room) -> Result<String> {
        let own = room.name.in_language(&self.language);
        if !own.is_empty() && !matches!(room.kind, RoomKind::Direct { .. } | RoomKind::Office { .. }) {
            return Ok(own.to_owned());
        }
        match &room.kind {
            RoomKind::Building { building_id } => {
                let building: Option<Building> = record(self.db, Entity::Building, building_id.0)?;
                Ok(building
                    .map(|building| building.name.in_language(&self.language).to_owned())
                    .unwrap_or_default())
            }
            RoomKind::Direct { .. } => match self.other(room) {
                Some(other) => self.name(other),
                None => Ok(String::new()),
            },
            RoomKind::Repair { repair_id } => self.repair_name(*repair_id),
            RoomKind::Office { person_id } if !self.is_me(*person_id) => self.name(*person_id),
            RoomKind::Community | RoomKind::Interest { .. } | RoomKind::Office { .. } | RoomKind::Unknown => {
                Ok(String::new())
            }
        }
    }

    fn repair_name(&self, id: linli_wire::id::RepairId) -> Result<String> {
        let (category, place) = match repairs::load(self.db, id)? {
            Some((repair, _)) => (repair.report.category, repair.report.place),
            None => match record::<RepairCard>(self.db, Entity::RepairCard, id.0)? {
                Some(card) => (card.category, card.place),
                None => return Ok(String::new()),
            },
        };
        let categories: Vec<RepairCategory> = records(self.db, Entity::RepairCategory)?;
        let name = categories.iter().find(|known| known.content.key == category);
        let name = name.map_or(category.as_str(), |known| known.content.name.in_language(&self.language));
        let naming = repairs::naming::Naming::read(self.db, &self.language, self.now)?;
        let place = naming.place(self.db, place)?;
        Ok(if place.is_empty() { name.to_owned() } else { format!("{name} ·\u{a0}{place}") })
    }

    /// Code of the building that a room, or the other person in it, is of.
    pub(super) fn building_of(&self, room: &Room) -> Result<Option<String>> {
        match &room.kind {
            RoomKind::Building { building_id } => {
                Ok(record::<Building>(self.db, Entity::Building, building_id.0)?
                    .map(|building| building.code))
            }
            RoomKind::Office { person_id } if self.is_me(*person_id) => Ok(None),
            RoomKind::Direct { .. } | RoomKind::Office { .. } => {
                let other = self.other(room).map(|other| self.neighbour(other)).transpose()?.flatten();
                Ok(other.and_then(|other| other.building.clone()))
            }
            _ => Ok(None),
        }
    }

    /// The other person of a room of two, and for the office the person whose room it is.
    pub(super) fn other(&self, room: &Room) -> Option<PersonId> {
        match &room.kind {
            RoomKind::Direct { persons } => persons.iter().copied().find(|person| !self.is_me(*person)),
            RoomKind::Office { person_id } => Some(*person_id).filter(|person| !self.is_me(*person)),
            _ => None,
        }
    }

    /// A room that is here, or that what the person did will make.
    pub(super) fn room(&self, id: RoomId) -> Result<Option<Room>> {
        match super::room_here(self.db, id)? {
            Some(room) => Ok(Some(room)),
            None => self.room_to_be(id),
        }
    }

    /// A room that is not here: one that is being made, or that of two or of the office, which the first message begins.
    pub(super) fn room_to_be(&self, id: RoomId) -> Result<Option<Room>> {
        let Some(me) = &self.me else { return Ok(None) };
        for open in &self.open {
            if let Action::SaveRoom { room_id, content } = &open.op.action
                && *room_id == id
            {
                let kind = RoomKind::Interest { owner: me.id, open: content.open };
                let (name, about, rules) =
                    (content.name.clone(), content.about.clone(), content.rules.clone());
                return Ok(Some(Room { name, about, rules, ..new_room(id, kind) }));
            }
        }
        if record::<RoomCard>(self.db, Entity::RoomCard, id.0)?.is_some() {
            return Ok(None);
        }
        if id == RoomId::of_office(me.id) && !me.role.is_office() {
            return Ok(Some(new_room(id, RoomKind::Office { person_id: me.id })));
        }
        let neighbours: Vec<Neighbour> = records(self.db, Entity::Neighbour)?;
        let people = neighbours.iter().map(|neighbour| (neighbour.id, neighbour.office));
        let found = people.into_iter().find_map(|(person, office)| self.begun_with(id, person, office));
        if found.is_some() || !me.role.is_office() {
            return Ok(found);
        }
        let people: Vec<Person> = records(self.db, Entity::Person)?;
        Ok(people.iter().find_map(|person| self.begun_with(id, person.id, person.role.is_office())))
    }

    fn begun_with(&self, id: RoomId, person: PersonId, office: bool) -> Option<Room> {
        let me = self.me.as_ref()?;
        if me.id == person {
            return None;
        }
        if me.role.is_office() && !office && id == RoomId::of_office(person) {
            return Some(new_room(id, RoomKind::Office { person_id: person }));
        }
        let persons = if me.id <= person { [me.id, person] } else { [person, me.id] };
        (id == RoomId::of_two(me.id, person)).then(|| new_room(id, RoomKind::Direct { persons }))
    }
}

pub(super) fn new_room(id: RoomId, kind: RoomKind) -> Room {
    Room {
        id,
        version: 0,
        kind,
        name: linli_wire::Localized::default(),
        about: linli_wire::Localized::default(),
        rules: linli_wire::Localized::default(),
        rules_edition: 0,
        announce: false,
        closed: false,
        pinned: Vec::new(),
    }
}

/// Whom the person does not want to hear, with what waits.
pub(super) fn blocked(db: &Connection, open: &[Open]) -> Result<BTreeSet<PersonId>> {
    let mut blocked: BTreeSet<PersonId> =
        records::<Block>(db, Entity::Block)?.into_iter().map(|block| block.person_id).collect();
    for open in outbox::going(open) {
        if let Action::BlockPerson { person_id, blocked: now } = open.op.action {
            if now {
                blocked.insert(person_id);
            } else {
                blocked.remove(&person_id);
            }
        }
    }
    Ok(blocked)
}
