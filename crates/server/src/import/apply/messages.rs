//! What was said before. A message that was taken over once stays as it is: people may have answered it.

use linli_wire::{
    Timestamp,
    chat::{Message, MessageContent},
    id::RoomId,
};

use super::{Import, MESSAGES, Taking};
use crate::{
    Error, chat,
    db::Tx,
    import::{ids, messages::EVERYBODY},
    params,
};

impl Import<'_> {
    pub(super) fn messages(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let (folder, community) = (self.folder, self.community);
        let mut rows: Vec<_> = folder.messages.iter().collect();
        rows.sort_by_key(|(code, row)| (row.at, *code));
        for (code, row) in rows {
            // Of somebody who was left out nothing is taken over; that is said where they are.
            let from = ids::person(community, &row.person);
            let is_here = "SELECT 1 FROM person WHERE community_id = $1 AND id = $2";
            if tx.query_opt(is_here, params![community, from])?.is_none() {
                self.seen.insert((MESSAGES, code.clone()));
                continue;
            }
            let room = match row.room.as_str() {
                EVERYBODY => RoomId::of_community(community),
                building => RoomId::of_building(ids::building(community, building)),
            };
            let at =
                row.at.to_zoned(self.zone.clone()).map_err(|_| Error::invalid("day", "has no such time"))?;
            let message = Message {
                id: ids::message(community, code),
                room_id: room,
                number: 0,
                version: 1,
                from,
                at: Timestamp(at.timestamp().as_millisecond()),
                content: MessageContent::Said { words: row.words.clone(), files: Vec::new(), about: None },
                reply_to: row.answers.as_ref().map(|code| ids::message(community, code)),
                mentions: Vec::new(),
                edited_at: None,
            };
            let key = &(&row.room, &row.person, &row.words);
            self.row(tx, MESSAGES, code, key, |tx, last| {
                if last.is_none() {
                    chat::put_past(tx, community, message)?;
                }
                Ok(Taking::All)
            })?;
        }
        Ok(())
    }
}
