//! Several communities on one device: each with its own notices, counts and network.

use std::fs;

use linli_e2e::{
    cache,
    community::{Community, Letter},
    host::Keys,
    key_store::Bus,
    page::Page,
    pages::join_by_code,
    words::{beginning, say},
    world::{World, notice, people, settings},
};
use linli_wire::{
    Language,
    command::{AccountCard, AppGet, Empty, NoticeKeys, NoticeSave, NoticesRead},
    settings::Mode,
};

/// Opens the switcher and presses the community that `name` belongs to.
#[track_caller]
fn switch_to(page: &Page, name: &str) {
    page.go("/me");
    page.tap("switch-community");
    page.find("#accounts[open]");
    page.tap_words_in("#accounts .c-menu__item", name);
    page.see(name);
    page.find_no("#accounts[open]");
}

#[track_caller]
fn join_one_more(page: &Page, letter: &Letter, name: &str) {
    page.go("/me");
    page.tap("switch-community");
    page.tap("add-community");
    join_by_code(page, letter, name);
}

/// Waits until the community that is shown has told this device everything.
#[track_caller]
fn until_level(page: &Page) {
    page.go("/notices");
    page.find("[data-testid=updated-at]");
}

#[test]
fn two_communities_live_side_by_side_and_one_can_be_left() {
    let en = Language::en();
    let world = World::new("communities");
    let second =
        Community::start_another(world.artifacts(), &world.folder().join("second"), "月亮湾", "Moon Bay", 3);
    let second = second.unwrap();
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let device = world.device_with("pc", Keys::KeyStore, Some(bus.address.clone()));
    device.join(&world.community, people::WANG_MEI);
    device.set(settings(en.clone(), Mode::Standard));
    let page = &device.page;
    until_level(page);
    device.host.call::<NoticesRead>(&NoticeKeys { ids: Vec::new() }).unwrap();
    let far = second.cable().unwrap();
    join_one_more(page, &second.invite(people::LI_QIANG, &far).unwrap(), "李强");
    until_level(page);

    // Each has its own people, notices and counts.
    let card = |name: &str| -> AccountCard {
        let cards = device.host.call::<AppGet>(&Empty {}).unwrap().accounts;
        cards.into_iter().find(|card| card.name == name).unwrap()
    };
    page.go("/me");
    page.see("Moon Bay");
    assert!(card("李强").current && card("李强").unread > 1);
    assert_eq!(card("王梅").unread, 0);
    page.tap("switch-community");
    page.find("#accounts[open]");
    page.until("both", "return all('#accounts .c-menu__item[aria-current], #accounts .c-menu__item:not([href])').length === 2");
    page.tap_words_in("#accounts .c-menu__item", "Sunshine Garden");
    page.see("王梅");
    page.go("/notices");
    page.find("[data-testid=notice-row]");
    assert_eq!(page.count("[data-testid=notice-row][data-unread]"), 0, "read marks do not cross");

    // What is published in the other is counted there, at once, while this one is shown.
    let before = card("李强").unread;
    let office = world.start(
        "office",
        linli_e2e::host::Setup::new(world.folder().join("office"), Keys::KeepNothing),
        second.cable().unwrap(),
    );
    office.join(&second, people::CHEN_JING);
    until_level(&office.page);
    office.host.call::<NoticeSave>(&notice(&office, "月亮湾停水")).unwrap();
    page.go("/me");
    page.tap("switch-community");
    page.until_with(
        "one more unread in the other",
        "return all('#accounts .c-menu__item').some(item => item.innerText.includes('Moon Bay') && item.innerText.includes(args[0]))",
        &[(before + 1).to_string().into()],
    );
    page.tap_words_in("#accounts .c-menu__item", "Moon Bay");
    page.see("李强");
    page.go("/notices");
    page.see("月亮湾停水");

    // One without network does not disturb the other.
    far.cut();
    page.see(&beginning(&en, "offline.banner"));
    page.find("[data-testid=notice-row]");
    switch_to(page, "Sunshine Garden");
    page.go("/notices");
    page.find("[data-testid=notice-row]");
    page.see_no(&beginning(&en, "offline.banner"));
    assert_eq!(page.count("[data-kind=offline]"), 0);
    page.fill("search", "月亮湾停水");
    page.find(".c-empty");

    // A restart shows the one that was shown, and knows both.
    let device = world.restart("pc", device);
    let page = &device.page;
    page.find("[data-testid=notice-row]");
    page.go("/me");
    page.see("Sunshine Garden");
    assert_eq!(cache::community_databases(&device.setup.folder).unwrap().len(), 2);

    // Left: what it kept is gone, the other stays as it was, without network, too.
    page.tap("leave");
    page.find("#leave-community[open]");
    page.press("#leave-community [data-testid=confirm]");
    page.see("李强");
    page.go("/notices");
    page.see("月亮湾停水");
    page.see(&beginning(&en, "offline.banner"));
    assert_eq!(cache::community_databases(&device.setup.folder).unwrap().len(), 1);
    far.mend();
    page.see_no(&beginning(&en, "offline.banner"));
    page.go("/me");
    page.see("Moon Bay");
    page.tap("switch-community");
    page.find("#accounts[open]");
    assert!(!page.text("#accounts").contains("Sunshine Garden"));
    page.tap_words(&say(&en, "common.close"));

    // The last one left: back to the beginning.
    page.tap("leave");
    page.press("#leave-community [data-testid=confirm]");
    page.see(&say(&en, "welcome.title"));
    let kept = fs::read_dir(device.setup.folder.join("linli")).unwrap().flatten();
    let left: Vec<_> =
        kept.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name.len() > 36).collect();
    assert!(left.is_empty(), "nothing of a community that was left stays: {left:?}");
}
