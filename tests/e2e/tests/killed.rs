//! The app is killed in the middle of things, as by a battery that falls out: nothing typed is lost, nothing is sent
//! twice.

use linli_e2e::{
    host::Keys,
    key_store::Bus,
    page::Page,
    pages,
    words::{beginning, say},
    world::{World, people, settings},
};
use linli_wire::{Language, settings::Mode};

#[test]
fn a_draft_and_the_outbox_outlast_a_kill_and_are_sent_once() {
    let zh = Language::zh();
    let world = World::new("killed");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let resident = world.joined("phone", people::WANG_MEI, settings(zh.clone(), Mode::Standard));
    let office = world.device_with("office", Keys::KeyStore, Some(bus.address.clone()));
    office.join(&world.community, people::CHEN_JING);
    office.set(settings(zh.clone(), Mode::Standard));
    let page = &office.page;
    page.see(&say(&zh, "nav.notices"));
    page.go("/notices");
    page.find("[data-testid=updated-at]");
    page.go("/office/notices");
    page.find("[data-testid=office-row]");

    // Without network: one notice is published and waits, another is half written.
    office.cable.cut();
    page.see(&beginning(&zh, "offline.banner"));
    page.tap("write-notice");
    page.fill("title", "停电也要发出去");
    page.fill("body", "只发一次。");
    page.choose("category", "other");
    page.tap("publish");
    page.tap("publish-confirm");
    page.find("[data-testid=office-notices]");
    page.tap("write-notice");
    page.find("[data-testid=title]");
    page.fill("title", "写到一半");
    page.fill("body", "后面还没想好");
    page.until_with(
        "the draft to be kept",
        "return one(id('kept')) && normal(one(id('kept')).innerText).startsWith(args[0])",
        &[beginning(&zh, "editor.saved_at").into()],
    );
    let path = page.script("return location.pathname", &[]);
    let path = path.as_str().unwrap();

    // Killed twice, still without network: both are there.
    let office = world.restart("office", office);
    let office = world.restart("office", office);
    let page = &office.page;
    page.see(&beginning(&zh, "offline.banner"));
    page.go("/me/outbox");
    page.find("[data-testid=outbox-row] [data-state=waiting]");
    assert_eq!(page.count("[data-testid=outbox-row]"), 1);
    page.go(path);
    page.find("[data-testid=title]");
    assert_eq!(page.value("title"), "写到一半");
    assert_eq!(page.value("body"), "后面还没想好");

    // Killed again while it is being sent.
    office.cable.mend();
    let office = world.restart("office", office);
    let page = &office.page;
    resident.page.go("/notices");
    resident.page.see("停电也要发出去");
    page.go("/me/outbox");
    page.see(&say(&zh, "outbox.empty_title"));
    let seen = resident.page.script(
        "return all(id('notice-row')).filter(row => normal(row.innerText).includes('停电也要发出去')).length",
        &[],
    );
    assert_eq!(seen, 1, "it was sent once");
    page.go(path);
    page.find("[data-testid=title]");
    assert_eq!(page.value("title"), "写到一半", "the draft was not sent, and is still there");
    resident.page.see_no("写到一半");
}

#[test]
fn what_is_half_typed_about_a_repair_or_a_plan_outlasts_a_kill() {
    let en = Language::en();
    let world = World::new("half-typed");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let office = world.device_with("office", Keys::KeyStore, Some(bus.address.clone()));
    office.join(&world.community, people::CHEN_JING);
    office.set(settings(en.clone(), Mode::Standard));
    let page = &office.page;
    let id = pages::repair(&office.host).unwrap();
    let repair = format!("/office/repairs/{id}");
    let fields = [("message", "I come on"), ("note", "The dog"), ("act-words", "Waiting for a")];

    page.go(&repair);
    page.tap("act-accept");
    page.find("[data-testid=act-pause]");
    page.fill("message", fields[0].1);
    page.fill("note", fields[1].1);
    page.tap("act-pause");
    page.find("#repair-act[open]");
    page.fill("act-words", fields[2].1);
    page.keys("\u{E00C}");
    page.go("/office/rounds/new");
    page.fill("plan-name-en", "Pumps on");
    page.fill("plan-days", "2");

    // What a page had is there again when it is opened anew, also by another program.
    let holds = |page: &Page, name: &str, text: &str| {
        page.until_with(
            "it stands there again",
            "return one(id(args[0]))?.value === args[1]",
            &[name.into(), text.into()],
        );
    };
    let stands = |page: &Page| {
        page.go(&repair);
        holds(page, "message", fields[0].1);
        holds(page, "note", fields[1].1);
        page.tap("act-pause");
        holds(page, "act-words", fields[2].1);
        page.keys("\u{E00C}");
        page.go("/office/rounds/new");
        page.find("[data-testid=kept]");
        holds(page, "plan-name-en", "Pumps on");
        holds(page, "plan-days", "2");
    };
    stands(page);
    let office = world.restart("office", office);
    let page = &office.page;
    stands(page);

    // Nothing of it was sent; what is sent or started over stands nowhere any more.
    page.go("/me/outbox");
    page.see(&say(&en, "outbox.empty_title"));
    page.go("/office/rounds/new");
    page.tap("start-over");
    page.find_no("[data-testid=kept]");
    assert_eq!(page.value("plan-name-en"), "");
    page.go(&repair);
    holds(page, "message", fields[0].1);
    page.fill("message", "I come on Monday");
    page.tap("send-message");
    holds(page, "message", "");
    let office = world.restart("office", office);
    let page = &office.page;
    page.go(&repair);
    page.see("I come on Monday");
    holds(page, "note", fields[1].1);
    assert_eq!(page.value("message"), "");
    page.go("/office/rounds/new");
    page.find("[data-testid=plan-point]");
    assert_eq!(page.count("[data-testid=kept]"), 0);
}
