//! Home says where something is unread, room by room, with and without network; and words that come back say whose they
//! are and what they answer.

use super::*;
use linli_wire::{
    command::{RoomKey, RoomOpen},
    id::RoomId,
};

#[test]
fn home_leads_to_what_is_unread_with_and_without_network() {
    let zh = Language::zh();
    let world = World::new("chat-home");
    let face = settings(zh.clone(), Mode::Standard);
    let mei = world.joined("mei", people::WANG_MEI, face.clone());
    let li = world.unseen("li", people::LI_QIANG);
    let (page, room) = (&mei.page, rooms::everybody(&mei.host).unwrap());
    let building = rooms::building(&mei.host).unwrap();
    for room in [room, building] {
        rooms::agree(&mei.host, room).unwrap();
        rooms::agree(&li.host, room).unwrap();
    }
    let card = |room| format!("[data-testid=unread-rooms] a[href='/chat/{room}']");
    let says = |room, count: u32| {
        let badge = format!("return one(`{} .c-badge`)?.innerText.startsWith('{count}')", card(room));
        page.until("how much is unread there", &badge);
    };
    page.go("/");
    page.see(&say(&zh, "home.show_all"));
    page.find_no("[data-testid=unread-rooms]");
    for words in ["谁有梯子？", "下午还。"] {
        rooms::speak(&li.host, room, words).unwrap();
    }
    rooms::speak(&li.host, building, "电梯修好了。").unwrap();
    says(room, 2);
    says(building, 1);
    page.see("电梯修好了。");
    let found = wrong(&mei, "chat-home", &face);
    page.press(&card(building));
    stands(page, "电梯修好了。", "");
    is_read(&mei.host, building);
    page.go("/");
    page.find_no(&card(building));

    // Without network the page begins anew, leads there, and knows what was read.
    mei.cable.cut();
    page.reload();
    page.find_late("[data-kind=offline]");
    says(room, 2);
    page.press(&card(room));
    stands(page, "下午还。", "");
    is_read(&mei.host, room);
    page.go("/");
    page.find_no("[data-testid=unread-rooms]");
    fail_with(&found);
}

/// Waits until everything in a room was on the screen for long enough.
#[track_caller]
fn is_read(host: &Host, room: RoomId) {
    until("it is read", || host.call::<RoomOpen>(&RoomKey { id: room }).unwrap().row.unread == 0);
}

#[test]
fn a_draft_says_after_a_restart_what_it_answers_and_a_hit_whose_words_it_is() {
    let zh = Language::zh();
    let world = World::new("chat-answers");
    let mei = world.joined("mei", people::WANG_MEI, settings(zh.clone(), Mode::Standard));
    let li = world.unseen("li", people::LI_QIANG);
    let (page, room) = (&mei.page, rooms::everybody(&mei.host).unwrap());
    rooms::agree(&mei.host, room).unwrap();
    rooms::agree(&li.host, room).unwrap();
    rooms::speak(&li.host, room, "谁捡到一把蓝色雨伞？").unwrap();
    page.go(&format!("/chat/{room}"));
    stands(page, "蓝色雨伞", "");
    more(page, "蓝色雨伞");
    page.tap("act-reply");
    page.find("[data-testid=reply-to]");
    page.fill("say", "雨伞在我这里");
    is_kept(&mei.host, TypedPlace::Message { id: room }, "雨伞在我这里");
    page.reload();
    holds(page, "say", "雨伞在我这里");
    page.until(
        "whom and what it answers",
        "const said = one(id('reply-to'))?.innerText ?? ''; return said.includes('强') && said.includes('蓝色雨伞')",
    );
    page.tap("send");
    stands(page, "雨伞在我这里", &say(&zh, "chat_message.sent"));
    page.find("[data-testid=quote]");
    page.go("/chat");
    page.fill("search", "雨伞");
    page.until_with(
        "whose words they are",
        "const who = all(`${id('hit')} .c-row__meta`).map(e => normal(e.innerText));
         return who.length === 2 && who[0].startsWith(args[0]) && !who[1].startsWith(args[0])",
        &[json!(say(&zh, "chat.you"))],
    );
}
