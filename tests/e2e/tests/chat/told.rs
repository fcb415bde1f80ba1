//! Of what one is told: as one chose for each room, and not of what one looks at.

use super::*;
use linli_wire::{
    command::{AppGet, DirectOpen, Empty, MessageSay, NeighbourKey, RoomKey, RoomOpen},
    id::{PersonId, RoomId},
};

#[test]
fn one_is_told_of_what_one_chose_and_of_nothing_in_quiet_hours() {
    let en = Language::en();
    let world = World::new("chat-told");
    let face = settings(en.clone(), Mode::Standard);
    let mei = world.joined("mei", people::WANG_MEI, face.clone());
    let li = world.unseen("li", people::LI_QIANG);
    let (page, room) = (&mei.page, rooms::everybody(&mei.host).unwrap());
    let building = rooms::building(&mei.host).unwrap();
    for host in [&mei.host, &li.host] {
        rooms::agree(host, room).unwrap();
        rooms::agree(host, building).unwrap();
    }
    let her = mei.host.call::<AppGet>(&Empty {}).unwrap().me.unwrap().person.id;

    // Nothing of everybody's room, all of the building's; the list says which one is silent.
    choose(page, room, "tell-none");
    choose(page, building, "tell-all");
    page.go(&format!("/chat/{room}/about"));
    page.reload();
    page.find("[data-testid=tell-none]:checked");
    let mut found = wrong(&mei, "chat-about-silent", &face);
    page.go("/chat");
    page.tap_words_in("[data-testid=room-row]", &say(&en, "chat.silent"));
    page.find("[data-testid=room]");

    // Whose window is out of sight is told also of the room that stands in it.
    page.go("/");
    look(page, false);
    page.go(&format!("/chat/{building}"));
    name(&li.host, room, her, "A word in everybody's room for 梅");
    rooms::speak(&li.host, building, "The lift is here again.").unwrap();
    is_told(&mei.host, 1);
    look(page, true);
    stands(page, "The lift is here again.", "");
    page.go("/");

    // Only what names her: the first goes by, and what comes after it in another room does not.
    choose(page, room, "tell-mentions");
    page.go("/");
    rooms::speak(&li.host, room, "Something for all.").unwrap();
    let alone = li.host.call::<DirectOpen>(&NeighbourKey { id: her }).unwrap().id;
    rooms::speak(&li.host, alone, "Something for you.").unwrap();
    is_told(&mei.host, 2);
    page.until("the title says how much is unread", r"return /^\(\d+\+?\) \S/.test(document.title)");
    name(&li.host, room, her, "And this is for 梅");
    is_told(&mei.host, 3);

    // Quiet hours are chosen and kept; how the clock runs through them is tried in the core's own tests.
    page.go("/me/notifications");
    page.tap("quiet");
    page.find("[data-testid=quiet-from]");
    quiet_hours(page, "21:30", "06:45");
    found.extend(wrong(&mei, "chat-quiet", &face));
    page.reload();
    page.until(
        "both times",
        "return ['quiet-from', 'quiet-until'].map(name => one(id(name))?.value).join() === '21:30,06:45'",
    );

    // Within them nothing is told: once Li was told of what was said to him after it, she would have been. Afterwards only
    // what comes then.
    let grandma = world.unseen("grandma", people::GRANDMA_WANG);
    let his = li.host.call::<AppGet>(&Empty {}).unwrap().me.unwrap().person.id;
    let [to_her, to_him] =
        [her, his].map(|id| grandma.host.call::<DirectOpen>(&NeighbourKey { id }).unwrap().id);
    let [before, after] = [-120, 120].map(|minutes| at_the_community(page, minutes));
    quiet_hours(page, &before, &after);
    let told = li.host.notifications().unwrap();
    rooms::speak(&grandma.host, to_her, "In the night").unwrap();
    until("it is here", || {
        mei.host.call::<RoomOpen>(&RoomKey { id: to_her }).is_ok_and(|room| room.last == 1)
    });
    rooms::speak(&grandma.host, to_him, "Are you asleep?").unwrap();
    is_told(&li.host, told + 1);
    let [earlier, later] = [120, 180].map(|minutes| at_the_community(page, minutes));
    quiet_hours(page, &earlier, &later);
    rooms::speak(&grandma.host, to_her, "By day").unwrap();
    is_told(&mei.host, 4);
    fail_with(&found);
}

/// Chooses when nothing is told, and waits until it is kept.
#[track_caller]
fn quiet_hours(page: &Page, from: &str, until: &str) {
    for (field, time) in [("quiet-from", from), ("quiet-until", until)] {
        page.script(
            "const e = one(id(arguments[0])); e.focus(); e.value = arguments[1]; e.dispatchEvent(new Event('change', { bubbles: true }))",
            &[json!(field), json!(time)],
        );
        page.until_with(
            "the time, and the focus still there",
            "const e = one(id(args[0])); return e && e.value === args[1] && document.activeElement === e",
            &[json!(field), json!(time)],
        );
    }
}

/// What the community's clock shows so many minutes from now.
fn at_the_community(page: &Page, minutes: i32) -> String {
    let time = page.script(
        "return new Date(Date.now() + arguments[0] * 60000).toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' })",
        &[json!(minutes)],
    );
    time.as_str().unwrap_or_default().to_owned()
}

/// Chooses of what a room tells, on the page about it.
#[track_caller]
fn choose(page: &Page, room: RoomId, what: &str) {
    page.go(&format!("/chat/{room}/about"));
    page.tap(what);
    page.find(&format!("[data-testid={what}]:checked"));
}

/// Says something that names somebody.
fn name(host: &Host, room: RoomId, person: PersonId, words: &str) {
    let mut message = rooms::words(room, words);
    message.mentions = vec![person];
    host.call::<MessageSay>(&message).unwrap();
}

/// Puts the window out of sight, as when it is minimised, or back.
fn look(page: &Page, seen: bool) {
    page.script(
        "Object.defineProperty(document, 'hidden', { configurable: true, value: !arguments[0] });
         document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))",
        &[json!(seen)],
    );
}

/// Waits for the next notification: it is the one that was to come, and none came before it.
#[track_caller]
fn is_told(host: &Host, times: usize) {
    until("there is a notification", || host.notifications().unwrap() >= times);
    assert_eq!(host.notifications().unwrap(), times);
}
