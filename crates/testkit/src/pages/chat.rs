//! Rooms, messages and what belongs to them, as a server would send them.

use linli_wire::{
    Language, Localized, Timestamp,
    attachments::Attachment,
    chat::{
        Block, Complained, Complaint, Measure, Message, MessageContent, Moderation, Moderator, Neighbour,
        PollVote, Reaction, ReportedMessage, Room, RoomCard, RoomKind, RoomMark, RoomSeat, SeatState, Tell,
        reaction_id,
    },
    community::Photo,
    id::{MessageId, ModerationId, PersonId, RoomId},
    sync::{Entity, Scope},
};
use uuid::Uuid;

use super::{FIRST, PageBuilder, Thing};

/// Id of the `number`th neighbour, as in [`super::Pages::neighbour`].
pub fn person_id(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x2000 + number))
}

/// Id of the `number`th room.
pub fn room_id(number: u128) -> RoomId {
    RoomId(Uuid::from_u128(0xA000 + number))
}

/// Id of the `number`th message of a room.
pub fn message_id(room: RoomId, number: u64) -> MessageId {
    MessageId(Uuid::from_u128((room.0.as_u128() << 40) + u128::from(number)))
}

/// A room of the whole community under the id of the `number`th, without rules, changed as the test likes.
pub fn room_with(number: u128, version: u64, change: impl FnOnce(&mut Room)) -> Thing {
    let mut room = Room {
        id: room_id(number),
        version,
        kind: RoomKind::Community,
        name: Localized::default(),
        about: Localized::default(),
        rules: Localized::default(),
        rules_edition: 0,
        announce: false,
        closed: false,
        pinned: Vec::new(),
    };
    change(&mut room);
    Thing::new(Entity::Room, room.id.0, version, &room)
}

/// The `number`th message of a room, by the first neighbour, changed as the test likes. It was sent `number` seconds
/// after [`FIRST`].
pub fn message_with(
    room: RoomId,
    number: u64,
    version: u64,
    words: &str,
    change: impl FnOnce(&mut Message),
) -> Thing {
    let mut message = Message {
        id: message_id(room, number),
        room_id: room,
        number,
        version,
        from: person_id(1),
        at: Timestamp(FIRST + i64::try_from(number).unwrap_or(0) * 1000),
        content: said(words),
        reply_to: None,
        mentions: Vec::new(),
        edited_at: None,
    };
    change(&mut message);
    Thing::new(Entity::Message, message.id.0, version, &message)
}

/// Words without files.
pub fn said(words: &str) -> MessageContent {
    MessageContent::Said { words: words.to_owned(), files: Vec::new(), about: None }
}

/// The same message, as somebody sees it who sent it under an id of their own.
pub fn message_of(message: &Message) -> Thing {
    Thing::new(Entity::Message, message.id.0, message.version, message)
}

/// What a neighbour put on a message.
pub fn reaction(message: MessageId, person: PersonId, version: u64, emoji: &str) -> Thing {
    let reaction = Reaction { message_id: message, person_id: person, emoji: emoji.to_owned() };
    Thing::new(Entity::Reaction, reaction_id(message, person), version, &reaction)
}

/// The `number`th neighbour, of building `number`.
pub fn neighbour_with(number: u128, version: u64, change: impl FnOnce(&mut Neighbour)) -> Thing {
    let mut neighbour = Neighbour {
        id: person_id(number),
        version,
        name: format!("Neighbour {number}"),
        building: Some(number.to_string()),
        flat: None,
        phone: None,
        photo: None,
        office: false,
        listed: false,
        gone: false,
    };
    change(&mut neighbour);
    Thing::new(Entity::Neighbour, neighbour.id.0, version, &neighbour)
}

/// The photo that the person chose of themselves.
pub fn own_photo(person: PersonId, version: u64, photo: &Attachment) -> Thing {
    Thing::new(Entity::Photo, person.0, version, &Photo { photo: photo.clone() })
}

/// How far the person has read, and of what they are told.
pub fn room_mark(room: RoomId, version: u64, read: u64, tell: Tell) -> Thing {
    let mark = RoomMark { room_id: room, version, read, tell };
    Thing::new(Entity::RoomMark, room.0, version, &mark)
}

/// The person's seat in a room.
pub fn room_seat(room: RoomId, version: u64, change: impl FnOnce(&mut RoomSeat)) -> Thing {
    let mut seat = RoomSeat {
        room_id: room,
        version,
        state: SeatState::In,
        agreed: 0,
        muted_until: None,
        invitation: None,
    };
    change(&mut seat);
    Thing::new(Entity::RoomSeat, room.0, version, &seat)
}

/// A room that everybody finds.
pub fn room_card(number: u128, name: &str) -> Thing {
    let (name, about) = (Localized::one(Language::en(), name), Localized::default());
    let card = RoomCard { id: room_id(number), version: 1, name, about };
    Thing::new(Entity::RoomCard, card.id.0, 1, &card)
}

/// Somebody whom the person does not want to hear.
pub fn block(number: u128) -> Thing {
    let block =
        Block { person_id: person_id(number), name: format!("Neighbour {number}"), at: Timestamp(FIRST) };
    Thing::new(Entity::Block, block.person_id.0, 1, &block)
}

/// What the person chose in a poll.
pub fn poll_vote(message: MessageId, version: u64, choices: &[u8]) -> Thing {
    let vote = PollVote { message_id: message, choices: choices.to_vec() };
    Thing::new(Entity::PollVote, message.0, version, &vote)
}

/// A message of the first neighbour that was reported.
pub fn reported(room: RoomId, number: u64, version: u64, change: impl FnOnce(&mut ReportedMessage)) -> Thing {
    let at = Timestamp(FIRST + i64::try_from(number).unwrap_or(0) * 1000);
    let message = Message {
        id: message_id(room, number),
        room_id: room,
        number,
        version: 1,
        from: person_id(1),
        at,
        content: said("Bad words"),
        reply_to: None,
        mentions: Vec::new(),
        edited_at: None,
    };
    let complaints = vec![Complained { complaint: Complaint::Insult, words: String::new(), at }];
    let mut report = ReportedMessage {
        message,
        later: Vec::new(),
        room: None,
        names: Vec::new(),
        context: Vec::new(),
        version,
        complaints,
        decided: None,
    };
    change(&mut report);
    Thing::new(Entity::ReportedMessage, report.message.id.0, version, &report)
}

/// Id of the `number`th act of a moderator.
pub fn moderation_id(number: u128) -> ModerationId {
    ModerationId(Uuid::from_u128(0xB000 + number))
}

/// A message of somebody that a moderator hid.
pub fn moderation(
    number: u128,
    version: u64,
    person: PersonId,
    change: impl FnOnce(&mut Moderation),
) -> Thing {
    let mut act = Moderation {
        id: moderation_id(number),
        version,
        at: Timestamp(FIRST),
        by: None,
        person_id: person,
        person: "Mei".to_owned(),
        room_id: room_id(1),
        message_id: message_id(room_id(1), 1),
        words: "Bad words".to_owned(),
        measure: Measure::Hide,
        why: "It insults".to_owned(),
        rule: "Speak as at the door".to_owned(),
        appeal: None,
    };
    change(&mut act);
    Thing::new(Entity::Moderation, act.id.0, version, &act)
}

/// Somebody who keeps it civil.
pub fn moderator(moderator: &Moderator) -> Thing {
    Thing::new(Entity::Moderator, moderator.id.0, 1, moderator)
}

/// Something of an entity whose body is not what it should be.
pub fn rubbish(entity: Entity, id: Uuid, body: &serde_json::Value) -> Thing {
    Thing::new(entity, id, 1, body)
}

impl PageBuilder<'_> {
    /// Changes in the scope of a room.
    #[must_use]
    pub fn in_room(self, room: RoomId, things: &[Thing]) -> Self {
        self.within(Scope::Room(room), things)
    }

    /// Changes in the scope of those who keep it civil.
    #[must_use]
    pub fn in_moderators(self, things: &[Thing]) -> Self {
        let scope = Scope::Moderators(self.pages.community);
        self.within(scope, things)
    }
}
