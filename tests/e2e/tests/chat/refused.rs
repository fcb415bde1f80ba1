//! What the server refuses: both ways out, and nothing lost on either.

use super::*;
use linli_wire::command::{RoomKey, RoomOpen};

#[test]
fn what_is_refused_says_so_and_is_sent_once_allowed_or_comes_back() {
    let en = Language::en();
    let world = World::new("chat-refused");
    let face = settings(en.clone(), Mode::Standard);
    let li = world.joined("li", people::LI_QIANG, face.clone());
    let office = world.unseen("office", people::CHEN_JING);
    let (his, room) = (&li.page, rooms::everybody(&li.host).unwrap());
    rooms::agree(&li.host, room).unwrap();
    his.resize(390, 844);
    his.go(&format!("/chat/{room}"));
    his.find("[data-testid=say]");

    // While two messages wait, the office decides that only it writes here.
    li.cable.cut();
    his.find_late("[data-kind=offline]");
    for words in ["Who has a **sledge**?", "For Saturday."] {
        his.fill("say", words);
        his.keys(&key::ENTER.to_string());
    }
    stands(his, "sledge", &say(&en, "pending.waiting"));
    stands(his, "For Saturday.", &say(&en, "pending.waiting"));
    rooms::announce_only(&office.host, room, true).unwrap();
    li.cable.mend();
    stands(his, "sledge", &say(&en, "pending.failed"));
    stands(his, "sledge", &say(&en, "chat.announce"));
    his.find("[data-testid=cannot-write]");
    part(his, "sledge", "[data-testid=retry-write]");
    part(his, "sledge", "[data-testid=discard-write]");
    stands(his, "For Saturday.", &say(&en, "pending.behind"));
    let mut found = wrong(&li, "chat-failed", &face);

    // Trying again in vain says so again; once it is allowed, it goes, and what waited behind it, in their order.
    let again = part(his, "sledge", "[data-testid=retry-write]");
    his.press(again);
    stands(his, "sledge", &say(&en, "pending.failed"));
    rooms::announce_only(&office.host, room, false).unwrap();
    his.find("[data-testid=say]");
    let again = part(his, "sledge", "[data-testid=retry-write]");
    his.press(again);
    stands(his, "sledge", &say(&en, "chat_message.sent"));
    stands(his, "For Saturday.", &say(&en, "chat_message.sent"));
    until("the office reads both in their order", || {
        let last = office.host.call::<RoomOpen>(&RoomKey { id: room }).unwrap().last;
        let query = MessagesQuery { room_id: room, first: last.saturating_sub(1).max(1), count: 2 };
        let rows = office.host.call::<MessagesGet>(&query).unwrap().rows;
        rows.iter().map(|row| row.words.as_str()).eq(["Who has a **sledge**?", "For Saturday."])
    });

    // What is given up comes back into the field, where it can be sent or copied; here once one may write again.
    li.cable.cut();
    his.find_late("[data-kind=offline]");
    his.fill("say", "Found one in the cellar.");
    his.keys(&key::ENTER.to_string());
    stands(his, "in the cellar.", &say(&en, "pending.waiting"));
    rooms::announce_only(&office.host, room, true).unwrap();
    li.cable.mend();
    stands(his, "in the cellar.", &say(&en, "pending.failed"));
    let discard = part(his, "in the cellar.", "[data-testid=discard-write]");
    his.press(discard);
    his.until("it is gone", "return !all(id('message')).some(e => e.innerText.includes('in the cellar.'))");
    his.reload();
    rooms::announce_only(&office.host, room, false).unwrap();
    his.find("[data-testid=say]");
    his.until("the words", "return one(id('say')).value === 'Found one in the cellar.'");
    found.extend(wrong(&li, "chat-came-back", &face));
    his.tap("send");
    stands(his, "in the cellar.", &say(&en, "chat_message.sent"));
    fail_with(&found);
}
