//! What stands above a room, what answers what, and where a link leads.

use super::*;
use linli_wire::command::MessageSay;

#[test]
fn a_message_is_pinned_answered_and_found_again_and_a_link_says_where_it_leads() {
    let zh = Language::zh();
    let world = World::new("chat-pins");
    let face = settings(zh.clone(), Mode::Standard);
    let mei = world.joined("mei", people::WANG_MEI, face.clone());
    let office = world.joined("office", people::CHEN_JING, settings(Language::en(), Mode::Standard));
    let (hers, chen, room) = (&mei.page, &office.page, rooms::everybody(&mei.host).unwrap());
    rooms::agree(&mei.host, room).unwrap();
    rooms::agree(&office.host, room).unwrap();
    let mut found = Vec::new();

    // Those who may pin see how; the others do not, and see what was pinned.
    let sweep = rooms::speak(&mei.host, room, "周六上午**一起**扫银杏叶").unwrap();
    hers.go(&format!("/chat/{room}"));
    more(hers, "扫银杏叶");
    assert_eq!(hers.count("[data-testid=act-pin]"), 0, "residents pin nothing here");
    hers.tap("acts-close");
    chen.go(&format!("/chat/{room}"));
    more(chen, "扫银杏叶");
    chen.tap("act-pin");
    stands(hers, "扫银杏叶", &say(&zh, "chat_message.pinned"));
    hers.press(".p-pinned summary");
    hers.until(
        "what was pinned, without marks",
        "const e = one(id('pinned')); return e && e.innerText.includes('上午一起扫')",
    );
    found.extend(wrong(&mei, "chat-pinned", &face));

    // Far below it is answered. The answer leads to it, and so does the pin.
    for turn in 1..=20 {
        rooms::speak(&mei.host, room, &format!("第 {turn} 件小事")).unwrap();
        rooms::speak(&office.host, room, &format!("Noted, no. {turn}")).unwrap();
    }
    let mut answer = rooms::words(room, "The office brings the brooms.");
    answer.reply_to = Some(sweep);
    office.host.call::<MessageSay>(&answer).unwrap();
    down_to(hers, "brings the brooms");
    let quote = part(hers, "brings the brooms", "[data-testid=quote]");
    assert!(!is_in_sight(hers, "扫银杏叶"), "it is far above");
    hers.press(quote);
    leads_to(hers, "扫银杏叶");
    hers.tap("to-end");
    part(hers, "brings the brooms", "[data-testid=quote]");
    hers.tap("pinned");
    leads_to(hers, "扫银杏叶");
    found.extend(wrong(&mei, "chat-jumped", &face));

    chen.press(".p-pinned summary");
    chen.tap("pinned");
    more(chen, "扫银杏叶");
    chen.tap("act-pin");
    chen.find_no(".p-pinned");
    hers.find_no(".p-pinned");

    // A link says where it leads, and leads there only after that.
    let opened = |page: &Page| page.session().windows().unwrap().len();
    rooms::speak(&office.host, room, "All dates: [on this page](https://garden.example/leaves?week=48)")
        .unwrap();
    down_to(hers, "All dates");
    let link = part(hers, "All dates", "a[href]");
    hers.press(link);
    hers.find("#open-link[open]");
    hers.see("https://garden.example/leaves?week=48");
    found.extend(wrong(&mei, "chat-link", &face));
    hers.keys(&key::ESCAPE.to_string());
    hers.find_no("#open-link[open]");
    assert_eq!(opened(hers), 1, "nothing opens by itself");
    hers.press(link);
    hers.press("#open-link [data-testid=confirm]");
    until("the browser opens it", || opened(hers) == 2);
    fail_with(&found);
}

/// Waits until the message that says `words` is marked and in sight, with the focus in it.
#[track_caller]
fn leads_to(page: &Page, words: &str) {
    page.until_with(
        "a marked message",
        "const marked = one('[data-testid=message][data-marked]');
         if (!marked || !marked.innerText.includes(args[0]) || !marked.contains(document.activeElement)) return false;
         const box = marked.getBoundingClientRect();
         return box.top >= 0 && box.bottom <= innerHeight",
        &[json!(words)],
    );
}

/// Whether a message that says `words` is in the window.
fn is_in_sight(page: &Page, words: &str) -> bool {
    let seen = page.script(
        "return all(id('message')).some(e => { const box = e.getBoundingClientRect();
            return e.innerText.includes(arguments[0]) && !e.querySelector(id('quote')) && box.bottom > 0 && box.top < innerHeight; })",
        &[json!(words)],
    );
    seen == json!(true)
}
