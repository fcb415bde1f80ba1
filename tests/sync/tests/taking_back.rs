//! What a person takes back while nobody can say whether it arrived.

use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, people::*};
use linli_wire::{chat::*, command::*, outbox::PendingState, typed::TypedPlace};

use crate::chat::{agree, everybody, in_room};

on_both_engines! {
    async fn a_message_that_is_discarded_after_its_answer_was_lost_stands_in_the_draft_alone(engine) {
        let garden = Garden::start(engine, 1).await;
        let (mei, li) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        for device in [&mei, &li] {
            agree(device, everybody()).await;
            device.until_sent().await;
        }
        let said = async |who: &linli_testkit::Resident| {
            let query = MessagesQuery { room_id: everybody(), first: 1, count: 9 };
            let rows = who.get::<MessagesGet>(query).await.rows;
            rows.into_iter().map(|row| (row.what, row.words)).collect::<Vec<_>>()
        };
        mei.network.cut();
        mei.until_offline().await;
        mei.get::<MessageSay>(in_room(everybody(), "too hasty")).await;
        // The server takes it, nobody tells her, and then the cable is out.
        let mut lost = false;
        mei.network.plan(move |asked| {
            let is_first = asked.is_ops() && !std::mem::replace(&mut lost, true);
            if is_first { Fault::AnswerLost } else { Fault::Unreachable }
        });
        mei.sync_now().await;
        li.until("it is there", async |li| match said(li).await {
            rows if rows == [(What::Words, "too hasty".to_owned())] => Ok(()),
            rows => Err(format!("{rows:?}")),
        }).await;
        let waiting = mei.until("it waits again", async |mei| {
            let waiting = mei.get::<RoomOpen>(RoomKey { id: everybody() }).await.waiting;
            let pending = waiting.into_iter().find_map(|row| row.pending);
            pending.filter(|pending| pending.state == PendingState::Waiting).ok_or_else(|| "not yet".to_owned())
        }).await;
        mei.get::<OutboxDiscard>(OpKey { id: waiting.op_id }).await;
        mei.network.mend();
        mei.sync_now().await;
        mei.until_sent().await;
        for device in [&mei, &li] {
            device.until("it is taken back", async |who| match said(who).await {
                rows if rows == [(What::Deleted, String::new())] => Ok(()),
                rows => Err(format!("{rows:?}")),
            }).await;
        }
        let draft = mei.get::<TypedGet>(TypedPlace::Message { id: everybody() }).await;
        assert_eq!(draft.words, "too hasty");
    }
}
