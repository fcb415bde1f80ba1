//! The app is killed in the middle of things, as by a battery that falls out: nothing typed is lost, nothing is sent
//! twice.

use linli_e2e::{
    host::Keys,
    key_store::Bus,
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
