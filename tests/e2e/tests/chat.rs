//! The story of a conversation: two people at once, with and without network, by keyboard alone; a bill asked about; and
//! what is done about a message that goes too far.

mod civil;
mod files;
mod home;
mod pins;
mod refused;
mod search;
mod told;
mod voice;

use linli_e2e::{
    faces::{fail_with, wrong},
    host::Host,
    page::{Page, key},
    rooms,
    words::say,
    world::{World, people, settings, until},
};
use linli_wire::{
    Language,
    chat::MessagesQuery,
    command::{MessagesGet, TypedGet},
    settings::{Mode, Settings},
    typed::TypedPlace,
};
use serde_json::json;

/// Waits until a message with these words stands on the page, as `state` says.
#[track_caller]
fn stands(page: &Page, words: &str, state: &str) {
    page.until_with(
        "a message",
        "const found = all(id('message')).find(e => e.innerText.includes(args[0]));
         return found && normal(found.innerText).includes(args[1])",
        &[json!(words), json!(state)],
    );
}

/// Marks the way to what can be done with the message that says `words`.
#[track_caller]
fn mark_more(page: &Page, words: &str) {
    page.until_with(
        "the way to what can be done",
        "const found = all(id('message')).find(e => e.innerText.includes(args[0]));
         const more = found?.querySelector(id('more'));
         if (!more) return false;
         all('[data-e2e-more]').forEach(old => old.removeAttribute('data-e2e-more'));
         more.setAttribute('data-e2e-more', ''); return true",
        &[json!(words)],
    );
}

/// Marks what `css` selects in the message that says `words`, and gives a name for it that lasts while it stands there.
#[track_caller]
fn part(page: &Page, words: &str, css: &str) -> &'static str {
    page.until_with(
        "a part of a message",
        "const found = all(id('message')).find(e => e.innerText.includes(args[0]));
         const part = found && [...found.querySelectorAll(args[1])].find(shown);
         if (!part) return false;
         document.querySelectorAll('[data-e2e-part]').forEach(old => old.removeAttribute('data-e2e-part'));
         part.setAttribute('data-e2e-part', ''); return true",
        &[json!(words), json!(css)],
    );
    "[data-e2e-part]"
}

/// Opens what can be done with the message that says `words`.
#[track_caller]
fn more(page: &Page, words: &str) {
    // By its number, which it keeps when a part of it is built anew.
    let number = page.until_with(
        "the way to what can be done",
        "const found = all(id('message')).find(e => e.innerText.includes(args[0]));
         return found?.querySelector(id('more')) && found.dataset.number",
        &[json!(words)],
    );
    let number = number.as_str().unwrap_or_default();
    page.press(&format!("[data-testid=message][data-number='{number}'] [data-testid=more]"));
    page.find("#message-acts[open]");
}

/// Scrolls down until the message that says `words` is there.
#[track_caller]
fn down_to(page: &Page, words: &str) {
    page.until_with(
        "the end of the talk",
        "one('.p-room__talk')?.scrollTo(0, 1e9); return all(id('message')).some(e => e.innerText.includes(args[0]))",
        &[json!(words)],
    );
}

/// Waits until what is typed at this place is kept.
#[track_caller]
fn is_kept(host: &Host, place: TypedPlace, words: &str) {
    until("it is kept", || host.call::<TypedGet>(&place).unwrap().words.ends_with(words));
}

/// Waits until a field holds this.
#[track_caller]
fn holds(page: &Page, name: &str, text: &str) {
    page.until_with(
        "it stands there again",
        "return one(id(args[0]))?.value === args[1]",
        &[json!(name), json!(text)],
    );
}

#[test]
fn two_neighbours_talk_in_english() {
    story("chat-en", Language::en(), settings(Language::en(), Mode::Standard));
}

#[test]
fn two_neighbours_talk_in_chinese_in_the_dark() {
    let dark =
        Settings { theme: linli_wire::settings::Theme::Dark, ..settings(Language::zh(), Mode::Standard) };
    story("chat-zh", Language::zh(), dark);
}

#[track_caller]
fn story(name: &str, language: Language, face: Settings) {
    let world = World::new(name);
    let mei = world.joined("mei", people::WANG_MEI, face.clone());
    let li = world.joined("li", people::LI_QIANG, face.clone());
    let (hers, his) = (&mei.page, &li.page);
    hers.resize(390, 844);
    let mut found = Vec::new();

    // From the bar to the room, which says once who can read, and shows its rules before the first message.
    hers.tap("nav-chat");
    hers.find("[data-testid=room-row]");
    let room = rooms::everybody(&mei.host).unwrap();
    rooms::catch_up(&mei.host, room).unwrap();
    rooms::agree(&li.host, room).unwrap();
    hers.press(&format!("a[href='/chat/{room}']"));
    hers.find("[data-testid=room]");
    hers.find("[data-testid=readable]");
    hers.tap("understood");
    hers.find_no("[data-testid=readable]");
    hers.tap("read-rules");
    hers.find("#rules[open]");
    hers.tap("agree");
    hers.find("[data-testid=say]");
    hers.fill("say", "Does anyone have a **long** ladder?");
    hers.keys(&key::ENTER.to_string());
    stands(hers, "long ladder?", &say(&language, "chat_message.sent"));
    assert_eq!(hers.value("say"), "");
    found.extend(wrong(&mei, "chat-room", &face));

    // Li sees it counted, opens it, answers, and she sees that he is typing, and what he says.
    his.go("/chat");
    his.find(&format!("a[href='/chat/{room}'][data-unread] .c-badge"));
    found.extend(wrong(&li, "chat", &face));
    his.press(&format!("a[href='/chat/{room}']"));
    stands(his, "long ladder?", "");
    more(his, "long ladder?");
    found.extend(wrong(&li, "chat-acts", &face));
    his.tap("act-reply");
    his.find("[data-testid=reply-to]");
    his.fill("say", "I do.");
    hers.find("[data-testid=typing]");
    his.keys_with(&[key::SHIFT], &key::ENTER.to_string());
    his.keys("Come by after six.");
    his.keys(&key::ENTER.to_string());
    stands(hers, "Come by after six.", "I do.");
    hers.find("[data-testid=quote]");
    his.go("/chat");
    his.find_no(&format!("a[href='/chat/{room}'][data-unread] .c-badge"));

    // A reaction, said with its name; the poll counts in words.
    more(hers, "Come by after six.");
    hers.press("[data-testid=emoji]");
    hers.find("[data-testid=reaction][aria-pressed=true]");
    his.press(&format!("a[href='/chat/{room}']"));
    his.find("[data-testid=reaction][aria-pressed=false]");
    his.tap("ask-room");
    his.find("#new-poll[open]");
    his.tap("send-poll");
    his.see(&say(&language, "common.required"));
    his.fill("question", "Paint the bench?");
    his.fill("choice-1", "Green");
    his.fill("choice-2", "Blue");
    is_kept(&li.host, TypedPlace::Poll { id: room }, "Blue");
    his.reload();
    his.tap("ask-room");
    his.find("#new-poll[open]");
    holds(his, "question", "Paint the bench?");
    holds(his, "choice-2", "Blue");
    his.tap("send-poll");
    his.find_no("#new-poll[open]");
    hers.find("[data-testid=poll]");
    hers.press("[data-testid=poll-choice]");
    hers.find("[data-testid=poll-choice][aria-pressed=true]");
    his.until("a vote", "return one(id('poll')).innerText.includes('1')");

    // What was said wrongly is changed, and taken back after a change of mind.
    hers.fill("say", "At sevven?");
    hers.keys(&key::ENTER.to_string());
    stands(hers, "At sevven?", &say(&language, "chat_message.sent"));
    more(hers, "At sevven?");
    hers.tap("act-edit");
    hers.find("#edit-message[open]");
    hers.fill("edit-words", "At seven?");
    let all = MessagesQuery { room_id: room, first: 0, count: 200 };
    let rows = mei.host.call::<MessagesGet>(&all).unwrap().rows;
    let id = rows.iter().find(|row| row.words == "At sevven?").unwrap().id;
    is_kept(&mei.host, TypedPlace::MessageEdit { id }, "At seven?");
    // The room opens at its end and stays there, whatever is pressed before all of it is measured.
    hers.reload();
    more(hers, "At sevven?");
    hers.tap("act-edit");
    hers.find("#edit-message[open]");
    holds(hers, "edit-words", "At seven?");
    hers.tap("edit-save");
    stands(his, "At seven?", &say(&language, "chat_message.edited"));
    more(hers, "At seven?");
    hers.tap("act-delete");
    hers.tap("undo-delete");
    stands(hers, "At seven?", "");
    more(hers, "At seven?");
    hers.tap("act-delete");
    hers.find("[data-testid=undo-delete]");
    // Who leaves has made up their mind.
    hers.go("/chat");
    his.see(&say(&language, "chat.what_deleted"));

    // Without network it waits in its place, also over a restart of the page; so does what is not sent.
    hers.press(&format!("a[href='/chat/{room}']"));
    hers.find("[data-testid=say]");
    mei.cable.cut();
    hers.find_late("[data-kind=offline]");
    hers.fill("say", "I bring the ladder back on Sunday.");
    hers.keys(&key::ENTER.to_string());
    stands(hers, "on Sunday.", &say(&language, "pending.waiting"));
    hers.fill("say", "And thank you");
    hers.go("/chat");
    hers.find("[data-testid=draft]");
    hers.open(&mei.host.url(&format!("/chat/{room}")));
    stands(hers, "on Sunday.", &say(&language, "pending.waiting"));
    hers.until("the draft", "return one(id('say')).value === 'And thank you'");
    mei.cable.mend();
    stands(his, "on Sunday.", "");
    stands(hers, "on Sunday.", &say(&language, "chat_message.sent"));
    fail_with(&found);
}

#[test]
fn a_conversation_goes_by_keyboard_alone() {
    let en = Language::en();
    let world = World::new("chat-keyboard");
    let mei = world.joined("mei", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let li = world.joined("li", people::LI_QIANG, settings(en, Mode::Standard));
    let page = &mei.page;
    let room = rooms::everybody(&mei.host).unwrap();
    rooms::agree(&mei.host, room).unwrap();
    rooms::agree(&li.host, room).unwrap();
    rooms::speak(&li.host, room, "Who feeds the cat?").unwrap();
    page.tab_to("[data-testid=side-chat]");
    page.keys(&key::ENTER.to_string());
    page.find("[data-testid=room-row]");
    page.tab_to(&format!("a[href='/chat/{room}']"));
    page.keys(&key::ENTER.to_string());
    stands(page, "Who feeds the cat?", "");
    // From where one writes back to the newest message.
    page.tab_to("[data-testid=say]");
    page.keys_with(&[key::SHIFT], &key::TAB.to_string());
    mark_more(page, "Who feeds the cat?");
    page.until("the newest message", "return document.activeElement === one('[data-e2e-more]')");
    page.keys(&key::ENTER.to_string());
    page.find("#message-acts[open]");
    page.tab_to("[data-testid=act-reply]");
    page.keys(&key::ENTER.to_string());
    page.until("the field", "return document.activeElement === one(id('say'))");
    // Naming somebody by the beginning of the name.
    page.keys("@强");
    page.find("[data-testid=mention]");
    page.keys(&key::ENTER.to_string());
    page.keys("I do.");
    page.keys(&key::ENTER.to_string());
    stands(page, "I do.", "Sent");
    li.page.go("/chat");
    li.page.find("[data-testid=named]");
}

#[test]
fn an_elder_answers_with_a_ready_sentence() {
    let zh = Language::zh();
    let world = World::new("chat-simple");
    let face = settings(zh.clone(), Mode::Simple);
    let grandma = world.joined("grandma", people::GRANDMA_WANG, face.clone());
    let mei = world.joined("mei", people::WANG_MEI, settings(zh.clone(), Mode::Standard));
    let (hers, room) = (&grandma.page, rooms::everybody(&grandma.host).unwrap());
    hers.resize(390, 844);
    rooms::agree(&grandma.host, room).unwrap();
    rooms::agree(&mei.host, room).unwrap();
    rooms::speak(&mei.host, room, "奶奶，您今天好吗？").unwrap();
    hers.go("/");
    hers.press("[data-testid=tile-chat]");
    hers.find("[data-testid=room-row]");
    hers.press(&format!("a[href='/chat/{room}']"));
    stands(hers, "您今天好吗", "");
    hers.press("[data-testid=ready]");
    hers.until("the sentence", "return one(id('say')).value.length > 2");
    let found = wrong(&grandma, "chat-room-simple", &face);
    hers.tap("send");
    stands(hers, &say(&zh, "chat_simple.fine"), &say(&zh, "chat_message.sent"));
    hers.find("[data-testid=say-it]");
    fail_with(&found);
}

#[test]
fn the_office_is_asked_about_a_bill() {
    let en = Language::en();
    let world = World::new("chat-bill");
    let mei = world.joined("mei", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let (hers, chen) = (&mei.page, &office.page);
    // The office has its telephone with it on the stairs.
    chen.resize(360, 740);
    hers.go("/payments");
    hers.press("[data-testid=bill-row]");
    hers.tap("ask-in-chat");
    hers.find("[data-testid=about-chip]");
    hers.fill("say", "What is the shared water?");
    hers.keys(&key::ENTER.to_string());
    stands(hers, "shared water?", "Sent");
    hers.find("[data-testid=message] [data-testid=about-bill]");
    chen.tap("nav-chat");
    chen.tap_words_in("[data-testid=room-row]", "shared water?");
    stands(chen, "shared water?", "");
    let found = wrong(&office, "chat-office-phone", &settings(en.clone(), Mode::Standard));
    chen.fill("say", "The garden and the stairs.");
    chen.keys(&key::ENTER.to_string());
    stands(hers, "garden and the stairs", &say(&en, "chat.works_here"));
    fail_with(&found);
}

#[test]
fn a_message_that_goes_too_far_is_reported_hidden_and_objected_to() {
    let en = Language::en();
    let world = World::new("chat-civil");
    let face = settings(en.clone(), Mode::Standard);
    let mei = world.joined("mei", people::WANG_MEI, face.clone());
    let li = world.joined("li", people::LI_QIANG, face.clone());
    let lin = world.joined("lin", people::LIN, face.clone());
    let (hers, his, manager) = (&mei.page, &li.page, &lin.page);
    let room = rooms::everybody(&mei.host).unwrap();
    rooms::agree(&mei.host, room).unwrap();
    rooms::agree(&li.host, room).unwrap();
    rooms::speak(&li.host, room, "You are all fools.").unwrap();
    let mut found = Vec::new();

    hers.go(&format!("/chat/{room}"));
    more(hers, "all fools");
    hers.tap("act-report");
    hers.find("#report-message[open]");
    found.extend(wrong(&mei, "chat-report", &face));
    hers.tap("report-send");
    hers.see(&say(&en, "chat_report.thanks"));

    // The manager names herself, sees it with what is around it, and decides.
    manager.go("/chat/civil");
    manager.tap("name-somebody");
    manager.find("#name-moderator[open]");
    manager.find("[data-testid=candidate]");
    manager.script("one('#name-moderator input[type=search]').focus()", &[]);
    manager.keys("林涛");
    manager.until("one person", "return all(id('candidate')).length === 1");
    manager.tap("name-moderate");
    manager.find("[data-testid=moderator]");
    manager.find("[data-testid=case]");
    manager.tap("decide");
    manager.press("[data-testid=measure-mute]");
    manager.tap("decide-now");
    manager.see(&say(&en, "common.required"));
    manager.fill("decide-why", "It insults everybody.");
    manager.fill("decide-rule", "Be kind.");
    found.extend(wrong(&lin, "chat-civil", &face));
    manager.tap("decide-now");
    manager.find("[data-testid=act]");
    manager.find_no("[data-testid=case]");

    // Everybody sees that it was hidden and by which rule; he is told, and may not write.
    hers.see("Be kind.");
    hers.see_no("all fools");
    his.go("/chat");
    his.find("[data-testid=measures][open]");
    his.see("It insults everybody.");
    his.tap("object-now");
    his.fill("appeal-words", "It was a joke.");
    his.tap("appeal-send");
    his.see("It was a joke.");
    his.go(&format!("/chat/{room}"));
    his.find("[data-testid=cannot-write]");

    manager.find("[data-testid=appealed]");
    manager.fill("appeal-answer", "A joke, then. Write again.");
    manager.tap("appeal-lift");
    manager.find_no("[data-testid=appealed]");
    his.find("[data-testid=say]");
    his.go("/chat");
    his.see("A joke, then. Write again.");
    let page = mei.host.call::<MessagesGet>(&MessagesQuery { room_id: room, first: 1, count: 200 }).unwrap();
    assert!(page.rows.iter().any(|row| row.words.contains("all fools")), "it stands there again");
    fail_with(&found);
}

#[test]
fn rooms_are_made_left_and_people_invited_and_blocked() {
    let en = Language::en();
    let world = World::new("chat-rooms");
    let mei = world.joined("mei", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let li = world.joined("li", people::LI_QIANG, settings(en.clone(), Mode::Standard));
    let (hers, his) = (&mei.page, &li.page);

    // Li puts himself into the directory; Mei makes a room by invitation and invites him.
    his.go("/chat/neighbours");
    his.tap("listed");
    hers.go("/chat/neighbours");
    hers.find("[data-testid=directory] [data-testid=person]");
    hers.go("/chat/new");
    hers.tap("save-room");
    hers.see(&say(&en, "common.required"));
    hers.fill("room-name", "Chess");
    hers.press("[data-testid=room-invited]");
    hers.tap("save-room");
    hers.find("[data-testid=room]");
    hers.see("Chess");
    hers.tap("about-room");
    hers.tap("invite");
    hers.find("#invite-somebody[open]");
    hers.tap("invite-now");
    his.go("/chat");
    his.tap("accept");
    his.tap_words_in("[data-testid=room-row]", "Chess");
    his.find("[data-testid=say]");
    his.fill("say", "e4");
    his.keys(&key::ENTER.to_string());
    stands(his, "e4", "Sent");

    // Mei blocks him: he never learns it, and she no longer reads him.
    hers.tap("back");
    stands(hers, "e4", "");
    more(hers, "e4");
    hers.tap("act-block");
    hers.find("#block-person[open]");
    hers.press("#block-person [data-testid=confirm]");
    hers.see_no("e4");
    hers.go("/chat/neighbours");
    hers.press("[data-testid=blocked-person] [data-testid=unblock]");
    hers.find_no("[data-testid=blocked-person]");

    // He leaves, and the room leaves his list.
    his.tap("about-room");
    his.tap("leave-room");
    his.tap("confirm");
    his.find("[data-testid=rooms]");
    his.until("no such room", "return !all(id('room-row')).some(row => row.innerText.includes('Chess'))");
}
