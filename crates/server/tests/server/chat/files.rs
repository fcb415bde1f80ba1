//! Photos and files of messages: who may see them, and how long they stay.

use linli_wire::{
    attachments::Attachment,
    chat::{Complaint, Measure, MessageContent, NewModeration},
    id::{MessageId, ModerationId, RoomId},
    ops::Action,
};

use super::prepared::{done, findings, messages, new_message};
use crate::{
    both,
    repairs::photo,
    world::{Device, World, new_id},
};

async fn show(world: &World, device: &Device, room: RoomId, file: Attachment) -> MessageId {
    let content = MessageContent::Said { words: String::new(), files: vec![file], about: None };
    let message = new_message(room, content);
    let id = message.id;
    done(world, device, Action::SendMessage { message }).await;
    id
}

async fn sees(world: &World, device: &Device, file: &Attachment) -> bool {
    let request = world.http.get(format!("{}/v1/attachments/{}", world.url, file.id));
    match request.bearer_auth(&device.tokens.access).send().await.unwrap().status().as_u16() {
        200 => true,
        404 => false,
        other => panic!("{other}"),
    }
}

/// Does what the server does once an hour, and counts the files that went.
async fn swept(world: &World) -> u64 {
    world.app.db.write(linli_server::chat::forget_taken_back).await.unwrap();
    world.app.shelf.sweep(&world.app.db).await.unwrap().0
}

fn report(message_id: MessageId) -> Action {
    Action::ReportMessage { message_id, complaint: Complaint::Insult, words: String::new() }
}

fn hide(message_id: MessageId) -> NewModeration {
    let (why, rule) = ("不雅".to_owned(), "好好说话".to_owned());
    NewModeration { id: ModerationId(new_id()), message_id, decided: None, measure: Measure::Hide, why, rule }
}

both! {
    async fn they_stay_as_long_as_their_message(world) {
        const DAY: i64 = 25 * 60 * 60 * 1000;
        let sun = world.sun.clone();
        let li = world.join(&sun, sun.li_qiang).await;
        let file = photo(&world, &li).await;
        let id = show(&world, &li, RoomId::of_community(sun.id), file.clone()).await;
        world.later(DAY);
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        assert_eq!(world.app.shelf.sweep(&world.app.db).await.unwrap().0, 0);
        assert!(sees(&world, &wang, &file).await);
        done(&world, &li, Action::DeleteMessage { message_id: id }).await;
        assert!(!sees(&world, &wang, &file).await);
        assert_eq!(swept(&world).await, 0, "it may still be reported");
        world.later(3 * DAY);
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        assert_eq!(swept(&world).await, 1);
        assert!(!sees(&world, &wang, &file).await);
        assert!(!sees(&world, &li, &file).await);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn those_of_a_case_are_for_who_decides_it(world) {
        const DAY: i64 = 25 * 60 * 60 * 1000;
        let sun = world.sun.clone();
        let (mut wang, mut li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let lin = world.join(&sun, sun.lin).await;
        // In a room that the moderator is not in.
        let file = photo(&world, &li).await;
        show(&world, &li, RoomId::of_building(sun.building_1), file.clone()).await;
        assert!(!sees(&world, &wang, &file).await && !sees(&world, &lin, &file).await);
        let everybody = RoomId::of_community(sun.id);
        let shown = photo(&world, &li).await;
        let public = show(&world, &li, everybody, shown.clone()).await;
        done(&world, &wang, report(public)).await;
        let act = hide(public);
        done(&world, &lin, Action::Moderate { moderation: act.clone() }).await;
        assert!(!sees(&world, &wang, &shown).await, "hidden is hidden");
        assert!(sees(&world, &lin, &shown).await, "who decides sees what it is about");
        assert!(!sees(&world, &lin, &file).await, "and nothing else");
        // Lifted days later, it is there again.
        world.later(DAY);
        (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let lin = world.join(&sun, sun.lin).await;
        assert_eq!(world.app.shelf.sweep(&world.app.db).await.unwrap().0, 0);
        let words = "只是猫".to_owned();
        done(&world, &li, Action::Appeal { moderation_id: act.id, words: words.clone() }).await;
        done(&world, &lin, Action::AnswerAppeal { moderation_id: act.id, lift: true, words }).await;
        assert!(sees(&world, &wang, &shown).await);
        assert!(messages(&world, &wang, everybody).await[0].content.files().len() == 1);
        // Taken back by its author before anybody decided about another report, it is still seen by who does.
        let grandma = world.join(&sun, sun.grandma).await;
        done(&world, &grandma, report(public)).await;
        done(&world, &li, Action::DeleteMessage { message_id: public }).await;
        assert!(sees(&world, &lin, &shown).await && !sees(&world, &wang, &shown).await);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn those_of_a_case_go_once_it_is_decided_and_its_message_taken_back(world) {
        const DAY: i64 = 25 * 60 * 60 * 1000;
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let everybody = RoomId::of_community(sun.id);
        // Decided before it was taken back, decided after, and objected to.
        let mut files = Vec::new();
        let mut ids = Vec::new();
        for _ in 0..3 {
            let file = photo(&world, &li).await;
            let id = show(&world, &li, everybody, file.clone()).await;
            done(&world, &wang, report(id)).await;
            files.push(file);
            ids.push(id);
        }
        let decide = |message_id, measure| NewModeration { measure, ..hide(message_id) };
        let take_back = |message_id| Action::DeleteMessage { message_id };
        done(&world, &lin, Action::Moderate { moderation: decide(ids[0], Measure::Nothing) }).await;
        done(&world, &li, take_back(ids[0])).await;
        done(&world, &li, take_back(ids[1])).await;
        assert!(sees(&world, &lin, &files[1]).await, "it is not decided yet");
        done(&world, &lin, Action::Moderate { moderation: decide(ids[1], Measure::Nothing) }).await;
        let warning = decide(ids[2], Measure::Warn);
        done(&world, &lin, Action::Moderate { moderation: warning.clone() }).await;
        done(&world, &li, take_back(ids[2])).await;
        let words = "只是猫".to_owned();
        done(&world, &li, Action::Appeal { moderation_id: warning.id, words: words.clone() }).await;
        assert!(sees(&world, &lin, &files[2]).await, "who answers sees what it is about");
        done(&world, &lin, Action::AnswerAppeal { moderation_id: warning.id, lift: false, words }).await;
        world.later(3 * DAY);
        assert_eq!(swept(&world).await, 3);
        let lin = world.join(&sun, sun.lin).await;
        for file in &files {
            assert!(!sees(&world, &lin, file).await);
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
