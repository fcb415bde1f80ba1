//! Short words for what tests do in rooms.

use linli_wire::{
    Code,
    chat::{Complaint, Duty, Measure, Message, MessageContent, NewMessage, NewModeration, RoomContent, Tell},
    id::{MessageId, ModerationId, PersonId, RoomId},
    ops::{Action, Outcome},
    sync::{Entity, Scope},
};
use serde::de::DeserializeOwned;

use crate::{
    device::snapshot,
    world::{Device, World, new_id},
};

pub use crate::repairs::{findings, is_done, refusal};

pub fn said(words: &str) -> MessageContent {
    MessageContent::Said { words: words.to_owned(), files: Vec::new(), about: None }
}

pub fn new_message(room_id: RoomId, content: MessageContent) -> NewMessage {
    NewMessage { id: MessageId(new_id()), room_id, content, reply_to: None, mentions: Vec::new() }
}

/// Does it, and must be let.
pub async fn done(world: &World, device: &Device, action: Action) {
    let kind = action.kind();
    let outcomes = world.ops(device, vec![action]).await;
    assert!(matches!(outcomes[..], [Outcome::Done { .. }]), "{kind}: {outcomes:?}");
}

/// Does it, and is refused.
pub async fn refused(world: &World, device: &Device, action: Action) -> Code {
    let outcomes = world.ops(device, vec![action]).await;
    refusal(&outcomes[0]).0
}

/// Says something in a room.
pub async fn say(world: &World, device: &Device, room: RoomId, words: &str) -> MessageId {
    let message = new_message(room, said(words));
    let id = message.id;
    done(world, device, Action::SendMessage { message }).await;
    id
}

/// The entities of a kind that a device has in a scope.
pub async fn held<T: DeserializeOwned>(world: &World, device: &Device, scope: Scope, kind: Entity) -> Vec<T> {
    let cache = snapshot(world, device).await;
    let Some(entities) = cache.0.get(&scope) else { return Vec::new() };
    let of_kind = entities.iter().filter(|((entity, _), _)| *entity == kind);
    of_kind.map(|(_, (_, body))| serde_json::from_str(body).unwrap()).collect()
}

/// The messages of a room as a device has them, by number.
pub async fn messages(world: &World, device: &Device, room: RoomId) -> Vec<Message> {
    let mut all: Vec<Message> = held(world, device, Scope::Room(room), Entity::Message).await;
    all.sort_by_key(|message| message.number);
    all
}

pub async fn words(world: &World, device: &Device, room: RoomId) -> Vec<String> {
    messages(world, device, room).await.iter().map(|message| message.content.words().to_owned()).collect()
}

/// Begins the room of two.
pub async fn begin(world: &World, device: &Device, me: PersonId, other: PersonId) -> RoomId {
    let room_id = RoomId::of_two(me, other);
    done(world, device, Action::OpenRoom { room_id, person_id: Some(other) }).await;
    room_id
}

/// One operation of each kind, in the order of the policy table.
pub fn one_of_each(room_id: RoomId, message_id: MessageId) -> impl Iterator<Item = Action> {
    let person_id = PersonId(new_id());
    let id = ModerationId(new_id());
    let (why, rule) = ("x".to_owned(), "x".to_owned());
    let moderation = NewModeration { id, message_id, decided: None, measure: Measure::Hide, why, rule };
    let words = || "偷".to_owned();
    [
        Action::SendMessage { message: new_message(room_id, said("偷")) },
        Action::OpenRoom { room_id, person_id: Some(person_id) },
        Action::EditMessage { message_id, words: words() },
        Action::DeleteMessage { message_id },
        Action::ReactToMessage { message_id, emoji: Some("👍".to_owned()) },
        Action::VoteInPoll { message_id, choices: vec![0] },
        Action::PinMessage { message_id, pinned: true },
        Action::ReadRoom { room_id, number: 1 },
        Action::TellOfRoom { room_id, tell: Tell::None },
        Action::SaveRoom { room_id, content: RoomContent::default() },
        Action::EnterRoom { room_id },
        Action::LeaveRoom { room_id },
        Action::InviteToRoom { room_id, person_id },
        Action::RemoveFromRoom { room_id, person_id },
        Action::AgreeToRules { room_id, edition: 1 },
        Action::BlockPerson { person_id, blocked: true },
        Action::ReportMessage { message_id, complaint: Complaint::Insult, words: String::new() },
        Action::Moderate { moderation },
        Action::Appeal { moderation_id: id, words: words() },
        Action::AnswerAppeal { moderation_id: id, lift: true, words: words() },
        Action::NameModerator { person_id, duty: Some(Duty::Read) },
    ]
    .into_iter()
}
