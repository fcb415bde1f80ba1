//! The key store in each of its states, and what the person sees then.

use linli_e2e::{
    host::Keys,
    key_store::Bus,
    words::{fill, say},
    world::{World, people},
};
use linli_wire::Language;

#[test]
fn without_a_key_store_the_person_chooses_a_passphrase() {
    let en = Language::en();
    let world = World::new("keys-none");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let device = world.device_with("pc", Keys::KeyStore, Some(bus.address.clone()));
    let page = &device.page;
    page.see(&say(&en, "unlock.none_title"));
    page.fill("new-passphrase", "short");
    page.tap("next");
    page.see(&fill(&en, "unlock.new_passphrase_short", &[("count", "8")]));
    page.fill("new-passphrase", "four words are long");
    page.tap("next");
    page.see(&say(&en, "welcome.title"));
    device.join(&world.community, people::WANG_MEI);
    page.find("[data-testid=notice-row]");

    let device = world.restart("pc", device);
    let page = &device.page;
    page.see(&say(&en, "unlock.passphrase_label"));
    page.fill("passphrase", "four words are wrong");
    page.tap("open");
    page.see(&say(&en, "errors.passphrase_wrong.title"));
    assert_eq!(page.value("passphrase"), "four words are wrong", "what was typed stays");
    page.fill("passphrase", "four words are long");
    page.tap("open");
    page.find("[data-testid=notice-row]");
}

#[test]
fn without_a_key_store_nothing_need_be_kept() {
    let en = Language::en();
    let world = World::new("keys-nothing");
    let device = world.device_with("pc", Keys::NoKeyStore, None);
    device.page.see(&say(&en, "unlock.none_title"));
    device.page.tap("keep-nothing");
    device.page.tap("next");
    device.page.see(&say(&en, "welcome.title"));
    device.join(&world.community, people::WANG_MEI);
    device.page.find("[data-testid=notice-row]");
    let device = world.restart("pc", device);
    device.page.see(&say(&en, "unlock.none_title"));
}

#[test]
fn a_key_store_that_is_locked_wiped_or_of_another_user_has_its_screen() {
    let en = Language::en();
    let world = World::new("keys-store");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let store = bus.unlocked_key_store().unwrap();
    let device = world.device_with("pc", Keys::KeyStore, Some(bus.address.clone()));
    device.page.see(&say(&en, "welcome.title"));
    device.join(&world.community, people::WANG_MEI);
    device.page.find("[data-testid=notice-row]");

    // Unlocked: a restart knows everything, without network, too.
    device.cable.cut();
    let device = world.restart("pc", device);
    device.page.find("[data-testid=notice-row]");
    device.page.go("/me/keeping");
    device.page.see(&say(&en, "keeping.key_store"));
    device.cable.mend();

    // Locked: says so; when it is unlocked the button goes on.
    drop(store);
    let store = bus.locked_key_store().unwrap();
    let device = world.restart("pc", device);
    device.page.find("[data-testid=locked][data-code=key_store_locked]");
    device.page.see(&say(&en, "unlock.locked_title"));
    drop(store);
    let store = bus.unlocked_key_store().unwrap();
    device.page.tap("unlock");
    device.page.find("[data-testid=notice-row]");

    // Someone else's: theirs stays untouched.
    let mut device = device;
    let home = device.setup.home.replace(world.folder().join("another-home"));
    device = world.restart("pc", device);
    device.page.find("[data-testid=locked][data-code=key_store_other_user]");
    device.page.see(&say(&en, "unlock.other_user_title"));
    device.setup.home = home;
    device = world.restart("pc", device);
    device.page.find("[data-testid=notice-row]");

    // Wiped: never a new key over what is there; joining again puts it aside.
    drop(store);
    bus.wipe().unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let device = world.restart("pc", device);
    device.page.find("[data-testid=locked][data-code=key_store_wiped]");
    device.page.see(&say(&en, "unlock.wiped_title"));
    device.page.tap("set-aside");
    device.page.press("#aside [data-testid=confirm]");
    device.page.see(&say(&en, "welcome.title"));
    device.join(&world.community, people::WANG_MEI);
    device.page.find("[data-testid=notice-row]");
    let device = world.restart("pc", device);
    device.page.find("[data-testid=notice-row]");
}
