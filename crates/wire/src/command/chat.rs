//! What the face says about chat.

use super::{Done, Empty};
use crate::chat::{
    AgreeToRules, AnswerAppeal, AppealTo, AskInRoom, BlockPerson, CivilView, DecideCase, EditMessage,
    MessageHits, MessageSearch, MessagesPage, MessagesQuery, NameModerator, NeighboursView, PersonInRoom,
    PinMessage, ReactToMessage, ReportMessage, RoomPeople, RoomView, RoomsView, SaveRoom, SayInRoom,
    SeeMeasures, SeenRoom, TellOfRoom, VoteInPoll,
};
use serde::{Deserialize, Serialize};

use crate::id::{MessageId, PersonId, RoomId};

/// A room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomKey {
    /// Its id.
    pub id: RoomId,
}

/// A message.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageKey {
    /// Its id.
    pub id: MessageId,
}

/// A neighbour.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeighbourKey {
    /// Their id.
    pub id: PersonId,
}

commands! {
    /// What the face can ask about chat.
    ChatCommands;

    /// The person's rooms.
    RoomsGet rooms_get "chat.rooms" (Empty) -> RoomsView;
    /// A room opened.
    RoomOpen room_open "chat.room" (RoomKey) -> RoomView;
    /// Messages of a room.
    MessagesGet messages_get "chat.messages" (MessagesQuery) -> MessagesPage;
    /// Search messages.
    MessagesSearch messages_search "chat.search" (MessageSearch) -> MessageHits;
    /// Who is in a room. Needs the network.
    RoomPeopleGet room_people_get "chat.people" (RoomKey) -> RoomPeople;
    /// The directory, and whom the person does not want to hear.
    NeighboursGet neighbours_get "chat.neighbours" (Empty) -> NeighboursView;
    /// Write in a room, through the outbox, as all that follows.
    MessageSay message_say "chat.say" (SayInRoom) -> MessageKey;
    /// Ask something with choices.
    MessageAsk message_ask "chat.ask" (AskInRoom) -> MessageKey;
    /// Change one's own words.
    MessageEdit message_edit "chat.edit" (EditMessage) -> Done;
    /// Take one's own message back.
    MessageDelete message_delete "chat.delete" (MessageKey) -> Done;
    /// Put something on a message, or take it off.
    MessageReact message_react "chat.react" (ReactToMessage) -> Done;
    /// Choose in a poll.
    PollVoteNow poll_vote_now "chat.vote" (VoteInPoll) -> Done;
    /// Pin a message, or take it down.
    MessagePin message_pin "chat.pin" (PinMessage) -> Done;
    /// Note how far a room was seen.
    RoomRead room_read "chat.read" (SeenRoom) -> Done;
    /// Choose of what to be told in a room.
    RoomTell room_tell "chat.tell" (TellOfRoom) -> Done;
    /// The room with one neighbour; it is begun with the first message.
    DirectOpen direct_open "chat.direct" (NeighbourKey) -> RoomKey;
    /// The room with the office; it is begun with the first message.
    OfficeRoomOpen office_room_open "chat.office" (Empty) -> RoomKey;
    /// Make or change an interest room.
    RoomSave room_save "chat.save_room" (SaveRoom) -> RoomKey;
    /// Come into a room.
    RoomEnter room_enter "chat.enter" (RoomKey) -> Done;
    /// Leave a room, or turn an invitation down.
    RoomLeave room_leave "chat.leave" (RoomKey) -> Done;
    /// Invite somebody into a room.
    RoomInvite room_invite "chat.invite" (PersonInRoom) -> Done;
    /// Let somebody go from a room.
    RoomRemove room_remove "chat.remove" (PersonInRoom) -> Done;
    /// Agree to the rules of a room.
    RoomAgree room_agree "chat.agree" (AgreeToRules) -> Done;
    /// Not to hear somebody any more, or again.
    PersonBlock person_block "chat.block" (BlockPerson) -> Done;
    /// Report a message.
    MessageReport message_report "chat.report" (ReportMessage) -> Done;
    /// Tell a room that the person is typing. Not kept, and not queued.
    TypingTell typing_tell "chat.typing" (RoomKey) -> Done;
    /// Reports, what was done, and who keeps it civil.
    CivilGet civil_get "chat.civil" (Empty) -> CivilView;
    /// Decide about a reported message.
    CaseDecide case_decide "chat.decide" (DecideCase) -> Done;
    /// Note what was seen of what was done. Stays on this device.
    MeasuresSee measures_see "chat.see_measures" (SeeMeasures) -> Done;
    /// Object to what a moderator did.
    AppealMake appeal_make "chat.appeal" (AppealTo) -> Done;
    /// Answer an appeal.
    AppealAnswerNow appeal_answer_now "chat.answer_appeal" (AnswerAppeal) -> Done;
    /// Name a moderator or a reader, or end it. The manager only.
    ModeratorName moderator_name "chat.name_moderator" (NameModerator) -> Done;
}
