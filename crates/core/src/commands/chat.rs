//! The commands of chat.

use linli_wire::{chat::*, command::*};

use super::Answer;
use crate::{account::authorised, app::Core, chat};

impl ChatCommands for Core {
    async fn rooms_get(&self, _: Empty) -> Answer<RoomsView> {
        Ok(chat::rooms(&self.account()?.cache, &self.language()?, self.ports.system.now())?)
    }

    async fn room_open(&self, RoomKey { id }: RoomKey) -> Answer<RoomView> {
        let (account, now) = (self.account()?, self.ports.system.now());
        Ok(chat::open(&account.cache, id, &account.typing_in(id, now), &self.language()?, now)?)
    }

    async fn messages_get(&self, query: MessagesQuery) -> Answer<MessagesPage> {
        let (account, now) = (self.account()?, self.ports.system.now());
        account.saw_room(query.room_id, now);
        Ok(chat::messages(&account.cache, &query, &self.language()?, now)?)
    }

    async fn messages_search(&self, query: MessageSearch) -> Answer<MessageHits> {
        Ok(chat::search(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn room_people_get(&self, RoomKey { id }: RoomKey) -> Answer<RoomPeople> {
        let (account, path) = (self.account()?, format!("/v1/rooms/{id}/people"));
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn neighbours_get(&self, _: Empty) -> Answer<NeighboursView> {
        Ok(chat::neighbours(&self.account()?.cache, &self.language()?, self.ports.system.now())?)
    }

    async fn message_say(&self, request: SayInRoom) -> Answer<MessageKey> {
        let account = self.account()?;
        let id = chat::say(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])?;
        Ok(MessageKey { id })
    }

    async fn message_ask(&self, request: AskInRoom) -> Answer<MessageKey> {
        let account = self.account()?;
        let id = chat::ask(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])?;
        Ok(MessageKey { id })
    }

    async fn message_edit(&self, request: EditMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::edit(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_delete(&self, MessageKey { id }: MessageKey) -> Answer<Done> {
        chat::delete(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_react(&self, request: ReactToMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::react(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn poll_vote_now(&self, request: VoteInPoll) -> Answer<Done> {
        let account = self.account()?;
        chat::vote(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_pin(&self, request: PinMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::pin(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_read(&self, seen: SeenRoom) -> Answer<Done> {
        if chat::read(&self.account()?.cache, &*self.ports.system, seen)? {
            self.queued(&[Topic::Chat])
        } else {
            Ok(Done {})
        }
    }

    async fn room_tell(&self, request: TellOfRoom) -> Answer<Done> {
        let account = self.account()?;
        chat::tell(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn direct_open(&self, NeighbourKey { id }: NeighbourKey) -> Answer<RoomKey> {
        let id = chat::direct(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        Ok(RoomKey { id })
    }

    async fn office_room_open(&self, _: Empty) -> Answer<RoomKey> {
        Ok(RoomKey { id: chat::office_room(&self.account()?.cache, &*self.ports.system)? })
    }

    async fn room_save(&self, request: SaveRoom) -> Answer<RoomKey> {
        let account = self.account()?;
        let id = chat::save(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])?;
        Ok(RoomKey { id })
    }

    async fn room_enter(&self, RoomKey { id }: RoomKey) -> Answer<Done> {
        chat::enter(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_leave(&self, RoomKey { id }: RoomKey) -> Answer<Done> {
        chat::leave(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_invite(&self, request: PersonInRoom) -> Answer<Done> {
        let account = self.account()?;
        chat::invite(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_remove(&self, request: PersonInRoom) -> Answer<Done> {
        let account = self.account()?;
        chat::remove(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_agree(&self, request: AgreeToRules) -> Answer<Done> {
        let account = self.account()?;
        chat::agree(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn person_block(&self, request: BlockPerson) -> Answer<Done> {
        let account = self.account()?;
        chat::block(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_report(&self, request: ReportMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::report(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn typing_tell(&self, RoomKey { id }: RoomKey) -> Answer<Done> {
        self.account()?.tell_typing(id).await;
        Ok(Done {})
    }

    async fn civil_get(&self, _: Empty) -> Answer<CivilView> {
        Ok(chat::civil(&self.account()?.cache, &self.language()?, self.ports.system.now())?)
    }

    async fn case_decide(&self, request: DecideCase) -> Answer<Done> {
        let account = self.account()?;
        chat::decide(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn measures_see(&self, SeeMeasures { ids }: SeeMeasures) -> Answer<Done> {
        chat::see(&self.account()?.cache, &ids)?;
        self.announce(&[Topic::Chat, Topic::App]);
        Ok(Done {})
    }

    async fn appeal_make(&self, request: AppealTo) -> Answer<Done> {
        let account = self.account()?;
        chat::appeal(&account.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn appeal_answer_now(&self, request: AnswerAppeal) -> Answer<Done> {
        let account = self.account()?;
        chat::answer(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn moderator_name(&self, request: NameModerator) -> Answer<Done> {
        let account = self.account()?;
        chat::name_moderator(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }
}
