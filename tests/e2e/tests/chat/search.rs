//! Searching: in all rooms and in one, in both languages; a hit leads to its place and marks it.

use super::*;
use linli_wire::{
    chat::MessageSearch,
    command::{MessagesSearch, RoomKey, RoomOpen},
};

#[test]
fn words_are_found_in_every_room_and_a_hit_leads_to_its_place() {
    let en = Language::en();
    let world = World::new("chat-search");
    let face = settings(en.clone(), Mode::Standard);
    let mei = world.joined("mei", people::WANG_MEI, face.clone());
    let li = world.unseen("li", people::LI_QIANG);
    let (page, room) = (&mei.page, rooms::everybody(&mei.host).unwrap());
    let building = rooms::building(&mei.host).unwrap();
    for host in [&mei.host, &li.host] {
        rooms::agree(host, room).unwrap();
        rooms::agree(host, building).unwrap();
    }
    // What is looked for lies under more than a screen of other talk, and the same word in another room.
    rooms::speak(&li.host, room, "谁捡到一把蓝色雨伞？在银杏树下丢的。").unwrap();
    for turn in 1..=20 {
        rooms::speak(&mei.host, room, &format!("Small talk, part {turn}")).unwrap();
        rooms::speak(&li.host, room, &format!("闲聊第 {turn} 句")).unwrap();
    }
    rooms::speak(&li.host, building, "雨伞找到了！Somebody left the umbrella with the guard.").unwrap();
    until("all of it is here", || {
        mei.host
            .call::<RoomOpen>(&RoomKey { id: building })
            .unwrap()
            .row
            .last
            .is_some_and(|last| last.words.contains("雨伞"))
    });

    page.tap("side-chat");
    page.find("[data-testid=rooms]");
    page.fill("search", "雨伞");
    page.until(
        "a hit in each room",
        "return all(id('hit')).length === 2 && all(`${id('hit')} mark`).every(e => e.innerText === '雨伞')",
    );
    let found = wrong(&mei, "chat-hits", &face);
    page.tap_words_in("[data-testid=hit]", "银杏树下");
    is_marked(page, "银杏树下");
    page.until("the place in the address", "return new URLSearchParams(location.search).get('at') > 0");
    // The list and what was looked for stand beside it, and the next hit is one press away.
    page.fill("search", "umbrella");
    page.until(
        "one hit",
        "return all(id('hit')).length === 1 && one(`${id('hit')} mark`).innerText === 'umbrella'",
    );
    page.tap("hit");
    is_marked(page, "with the guard");
    page.fill("search", "no such word anywhere");
    page.see(&say(&en, "chat.no_results"));

    // In one room, by keyboard, only what is said there.
    page.tap("search-clear");
    page.press(&format!("a[href='/chat/{room}']"));
    page.find("[data-testid=room]");
    page.tap("find");
    page.find("#find-in-room[open]");
    page.script("one('#find-in-room input[type=search]').focus()", &[]);
    page.keys("雨伞");
    page.until("one hit", "return all(`#find-in-room ${id('hit')}`).length === 1");
    let found = [found, wrong(&mei, "chat-find", &face)].concat();
    page.tab_to("#find-in-room [data-testid=hit]");
    page.keys(&key::ENTER.to_string());
    page.find_no("#find-in-room[open]");
    is_marked(page, "银杏树下");
    fail_with(&found);
}

#[test]
fn hits_beyond_the_hundredth_are_reached() {
    let world = World::new("chat-more-hits");
    let mei = world.joined("mei", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    let li = world.unseen("li", people::LI_QIANG);
    let (page, room) = (&mei.page, rooms::everybody(&mei.host).unwrap());
    for host in [&mei.host, &li.host] {
        rooms::agree(host, room).unwrap();
    }
    // Together, since the server lets nobody say a hundred things within a minute.
    for turn in 1..=53 {
        for host in [&mei.host, &li.host] {
            rooms::speak(host, room, &format!("The kite, part {turn}")).unwrap();
        }
    }
    let search = MessageSearch { words: "kite".to_owned(), ..MessageSearch::default() };
    until("all of it is here", || mei.host.call::<MessagesSearch>(&search).unwrap().total == 106);
    page.tap("side-chat");
    page.find("[data-testid=rooms]");
    page.fill("search", "kite");
    for shown in [30, 60, 90, 106] {
        let script = "return all(id('hit')).length === args[0] && !!one(id('more-hits')) === (args[0] < 106)";
        page.until_with("so many hits, and a way to more", script, &[json!(shown)]);
        if shown < 106 {
            page.tap("more-hits");
        }
    }
}

/// Waits until the message that says `words` is marked and in the window.
#[track_caller]
fn is_marked(page: &Page, words: &str) {
    page.until_with(
        "a marked message",
        "const marked = one('[data-testid=message][data-marked]');
         if (!marked || !marked.innerText.includes(args[0])) return false;
         const box = marked.getBoundingClientRect();
         return box.top >= 0 && box.bottom <= innerHeight",
        &[json!(words)],
    );
}
