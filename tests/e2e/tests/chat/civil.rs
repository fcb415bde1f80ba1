//! Somebody is let read only for a while, and goes from another room: what they are told, how they object, what a committee
//! sees of it, and what is left of the room on their device.

use super::*;
use linli_e2e::{cache, host::Keys, words::fill};
use linli_wire::{
    chat::{Complaint, Duty, NameModerator, ReactToMessage, ReportMessage},
    command::{
        AppGet, DirectOpen, Empty, MessageReact, MessageReport, MessageSay, ModeratorName, NeighbourKey,
    },
    id::{MessageId, PersonId},
};

const PASSPHRASE: &str = "four words are long";

#[test]
fn who_is_muted_and_removed_reads_why_and_objects_in_english() {
    story("chat-removed-en", Language::en());
}

#[test]
fn who_is_muted_and_removed_reads_why_and_objects_in_chinese() {
    story("chat-removed-zh", Language::zh());
}

#[track_caller]
fn story(name: &str, language: Language) {
    let world = World::new(name);
    let face = settings(language.clone(), Mode::Standard);
    let lin = world.joined("lin", people::LIN, face.clone());
    let mei = world.unseen("mei", people::WANG_MEI);
    let committee = world.joined("committee", people::GRANDMA_WANG, face.clone());
    // He keeps what he receives on his disk, under a passphrase.
    let li = world.device_with("li", Keys::NoKeyStore, None);
    li.page.fill("new-passphrase", PASSPHRASE);
    li.page.tap("next");
    li.page.find_no("[data-testid=new-passphrase]");
    li.join(&world.community, people::LI_QIANG);
    li.page.find("[data-testid=notice-row]");
    li.set(face.clone());
    let (his, manager) = (&li.page, &lin.page);
    until("his rooms are here", || rooms::building(&li.host).is_ok());
    let (room, building) = (rooms::everybody(&li.host).unwrap(), rooms::building(&li.host).unwrap());
    for room in [room, building] {
        rooms::agree(&li.host, room).unwrap();
        rooms::agree(&mei.host, room).unwrap();
    }
    for (device, duty) in [(&lin, Duty::Moderate), (&committee, Duty::Read)] {
        let person_id = person(&device.host);
        lin.host.call::<ModeratorName>(&NameModerator { person_id, duty: Some(duty) }).unwrap();
    }
    let kind = rooms::speak(&mei.host, room, "Good morning").unwrap();
    let nods = ReactToMessage { id: kind, emoji: Some("👍".to_owned()) };
    until("she can nod", || mei.host.call::<MessageReact>(&nods).is_ok());
    let rude = rooms::speak(&li.host, room, "zqfools, all of you").unwrap();
    rooms::speak(&li.host, building, "qzcellar is mine").unwrap();
    let ruder = rooms::speak(&li.host, building, "qzliars live here").unwrap();

    // For a day he only reads where everybody is; what he was writing there is to be read and copied.
    his.go(&format!("/chat/{room}"));
    his.fill("say", "qzdraft for all");
    report(&mei.host, rude);
    manager.go("/chat/civil");
    manager.tap("decide");
    manager.press("[data-testid=measure-mute]");
    manager.tap("days-1");
    decide(manager, "It insults everybody.", "Be kind.");
    let muted = count(&language, "chat_civil.mute_for", 1);
    his.find_late("[data-testid=cannot-write]");
    his.see(&say(&language, "chat.muted"));
    his.see("qzdraft for all");
    his.find("[data-testid=copy-unsent]");
    let mut found = wrong(&li, "chat-begun", &face);
    his.press("[data-testid=remove-unsent]");
    his.press("#remove-unsent [data-testid=confirm]");
    his.find_no("[data-testid=unsent]");
    his.find_no("[data-testid=draft]");
    his.find_no("[data-testid=say]");
    // What others put on messages he reads, and puts nothing there.
    his.until("a sign that is only read", "return one(id('reaction')).disabled");
    his.tap("more");
    his.find("#message-acts[open]");
    his.find_no("[data-testid=emoji]");
    his.tap("acts-close");
    assert!(!his.text("[data-testid=room]").contains("zqfools"), "it is hidden");

    // He has the room of the building before him when he goes from it.
    his.go(&format!("/chat/{building}"));
    stands(his, "qzliars", "");
    his.fill("say", "qzhalf a sentence");
    report(&mei.host, ruder);
    manager.tap("decide");
    manager.press("[data-testid=measure-remove]");
    decide(manager, "Twice in a day.", "No insults.");
    his.see(&say(&language, "chat_room.not_here"));
    his.see("qzhalf a sentence");
    his.go("/me/outbox");
    his.find("[data-testid=left-drafts]");
    his.see("qzhalf a sentence");
    found.extend(wrong(&li, "outbox-left", &face));
    let removed = say(&language, "chat_civil.remove");
    his.go("/chat");
    his.find_no(&format!("a[href='/chat/{building}']"));
    // Open until it was seen, as it may have been beside the room.
    his.until(
        "what was decided",
        "const measures = one(id('measures'));
         if (measures && !measures.open) measures.querySelector('summary').click();
         return !!one(id('measures'))?.open",
    );
    for words in [&removed, "qzliars live here", "Twice in a day.", "No insults."] {
        his.see(words);
    }
    for words in [&muted, "zqfools, all of you", "It insults everybody.", "Be kind."] {
        his.see(words);
    }
    found.extend(wrong(&li, "chat-measures", &face));
    assert_eq!(his.count("[data-testid=object-now]"), 2, "to each he may object");
    his.press("[data-testid=measure]:first-child [data-testid=object-now]");
    his.see(&say(&language, "chat_civil.object_text"));
    his.fill("appeal-words", "I was angry.");
    his.tap("appeal-send");
    his.see("I was angry.");
    his.see(&say(&language, "chat_civil.waits"));
    his.fill("search", "qzcellar");
    his.see(&say(&language, "chat.no_results"));

    // The committee reads all of it and decides nothing.
    let reads = &committee.page;
    reads.go("/chat/civil");
    reads.until("the log", "return all(id('act')).length === 2");
    let log = reads.text("[data-testid=log]");
    for words in [&removed, &muted, "No insults.", "Be kind.", "Twice in a day.", "qzliars live here"] {
        assert!(log.contains(words), "{words} in {log}");
    }
    reads.see("I was angry.");
    reads.find_no("[data-testid=appeal-keep]");
    reads.find_no("[data-testid=name-somebody]");
    found.extend(wrong(&committee, "chat-civil-read", &face));
    manager.find("[data-testid=appealed]");
    manager.fill("appeal-answer", "Write to us in a week.");
    manager.tap("appeal-keep");
    manager.find_no("[data-testid=appealed]");
    his.tap("search-clear");
    his.find_late("[data-testid=measures][open]");
    his.see("Write to us in a week.");
    his.see(&say(&language, "chat_civil.stays"));

    // Nothing of the room is left on his disk, but what he is told about his own words; of the other room there is.
    rooms::speak(&mei.host, room, "xqlanterns on Friday").unwrap();
    his.go(&format!("/chat/{room}"));
    stands(his, "xqlanterns", "");
    let folder = li.setup.folder.clone();
    let linli_e2e::world::Device { page, host, .. } = li;
    drop(page);
    host.close().unwrap();
    assert!(cache::holds(&folder, PASSPHRASE, "qlanterns").unwrap(), "what is there is found");
    assert!(!cache::holds(&folder, PASSPHRASE, "zcellar").unwrap());
    fail_with(&found);
}

#[test]
fn a_quarrel_of_two_is_shown_as_one_and_nobody_is_let_go_from_it() {
    let world = World::new("chat-quarrel");
    let (en, face) = (Language::en(), settings(Language::en(), Mode::Standard));
    let lin = world.joined("lin", people::LIN, face.clone());
    let (mei, li) = (world.unseen("mei", people::WANG_MEI), world.unseen("li", people::LI_QIANG));
    let room = rooms::everybody(&mei.host).unwrap();
    for host in [&mei.host, &li.host] {
        rooms::agree(host, room).unwrap();
        rooms::speak(host, room, "Good morning").unwrap();
    }
    let her = NeighbourKey { id: person(&mei.host) };
    until("she is known to him", || li.host.call::<DirectOpen>(&her).is_ok());
    let two = li.host.call::<DirectOpen>(&her).unwrap().id;
    let words = rooms::words(two, "qzthreat to you");
    let id = li.host.call::<MessageSay>(&words).unwrap().id;
    report(&mei.host, id);
    let manager = &lin.page;
    manager.go("/chat/civil");
    manager.see("qzthreat to you");
    let title = manager.text("[data-testid=case] h3");
    for name in ["梅", "强"] {
        assert!(title.contains(name), "{name} in {title}");
    }
    manager.see_no(&say(&en, "chat.community"));
    manager.tap("decide");
    manager.find("[data-testid=measure-hide]");
    manager.find_no("[data-testid=measure-remove]");
    fail_with(&wrong(&lin, "chat-quarrel", &face));
}

fn person(host: &Host) -> PersonId {
    host.call::<AppGet>(&Empty {}).unwrap().me.unwrap().person.id
}

#[track_caller]
fn report(host: &Host, id: MessageId) {
    let report = ReportMessage { id, complaint: Complaint::Insult, words: String::new() };
    until("the message is there to be reported", || host.call::<MessageReport>(&report).is_ok());
}

/// Gives a reason and a rule, and decides.
#[track_caller]
fn decide(page: &Page, why: &str, rule: &str) {
    page.fill("decide-why", why);
    page.fill("decide-rule", rule);
    page.tap("decide-now");
    page.find_no("[data-testid=case]");
    page.find("[data-testid=act]");
}

/// A sentence with a count in it.
fn count(language: &Language, key: &str, count: u32) -> String {
    let form = if *language == Language::en() && count == 1 { "one" } else { "other" };
    fill(language, &format!("{key}_{form}"), &[("count", &count.to_string())])
}
