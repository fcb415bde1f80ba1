//! The key store in each of its states, and what the person sees then.

use linli_e2e::{
    faces::{dialog, every, fail_with, keeps_nobody_out, put_on},
    host::Keys,
    key_store::Bus,
    words::{fill, say},
    world::{World, people, settings},
};
use linli_wire::{
    Language,
    command::{MaybeText, SetPassphrase},
    settings::Mode,
};

#[test]
fn without_a_key_store_the_person_chooses_a_passphrase() {
    let en = Language::en();
    let world = World::new("keys-none");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let device = world.device_with("pc", Keys::KeyStore, Some(bus.address.clone()));
    let page = &device.page;
    page.see(&say(&en, "unlock.none_title"));
    keeps_nobody_out(&device, "choose-keeping");
    page.fill("new-passphrase", "short");
    page.tap("next");
    page.see(&fill(&en, "unlock.new_passphrase_short", &[("count", "8")]));
    keeps_nobody_out(&device, "choose-keeping-short");
    assert_eq!(page.value("new-passphrase"), "short", "what was typed stays in every face");
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
    keeps_nobody_out(&device, "passphrase-wrong");
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
    keeps_nobody_out(&device, "key-store-locked");
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
    keeps_nobody_out(&device, "key-store-other-user");
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
    keeps_nobody_out(&device, "key-store-wiped");
    fail_with(&dialog(&device, "aside", &every(), |page| page.tap("set-aside")));
    put_on(&device, &settings(en.clone(), Mode::Standard));
    device.page.tap("set-aside");
    device.page.press("#aside [data-testid=confirm]");
    device.page.see(&say(&en, "welcome.title"));
    device.join(&world.community, people::WANG_MEI);
    device.page.find("[data-testid=notice-row]");
    let device = world.restart("pc", device);
    device.page.find("[data-testid=notice-row]");
}

#[test]
fn a_key_store_that_is_gone_or_broken_has_its_screen_and_a_passphrase_is_a_way_in() {
    const PASSPHRASE: &str = "four words are long";
    let en = Language::en();
    let world = World::new("keys-gone");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let store = bus.unlocked_key_store().unwrap();
    let device = world.device_with("pc", Keys::KeyStore, Some(bus.address.clone()));
    device.join(&world.community, people::WANG_MEI);
    put_on(&device, &settings(en.clone(), Mode::Standard));
    device.page.find("[data-testid=notice-row]");

    // Broken: it takes the question and never answers. The app says so when its patience is at an end.
    store.hang(true).unwrap();
    let device = world.restart("pc", device);
    device.page.find_late("[data-testid=locked][data-code=key_store_refused]");
    device.page.see(&say(&en, "unlock.refused_title"));
    keeps_nobody_out(&device, "key-store-refused");
    store.hang(false).unwrap();
    device.page.tap("unlock");
    device.page.find("[data-testid=notice-row]");

    // Gone, and no other way in: it says so, and goes on once it is back.
    drop(store);
    let device = world.restart("pc", device);
    device.page.find("[data-testid=locked][data-code=key_store_missing]");
    device.page.see(&say(&en, "unlock.missing_title"));
    keeps_nobody_out(&device, "key-store-missing");
    let store = bus.unlocked_key_store().unwrap();
    device.page.tap("unlock");
    device.page.find("[data-testid=notice-row]");

    // With a passphrase beside it, the passphrase opens what the key store no longer does.
    device.host.call::<SetPassphrase>(&MaybeText { text: Some(PASSPHRASE.to_owned()) }).unwrap();
    drop(store);
    let device = world.restart("pc", device);
    device.page.see(&say(&en, "unlock.passphrase_label"));
    keeps_nobody_out(&device, "passphrase");
    device.page.fill("passphrase", PASSPHRASE);
    device.page.tap("open");
    device.page.find("[data-testid=notice-row]");

    // A wiped one, too; and from then on a new key stands in it.
    let store = bus.unlocked_key_store().unwrap();
    drop(store);
    bus.wipe().unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let device = world.restart("pc", device);
    device.page.find("[data-testid=locked][data-code=key_store_wiped]");
    device.page.tap("use-passphrase");
    device.page.fill("passphrase", PASSPHRASE);
    device.page.tap("open");
    device.page.find("[data-testid=notice-row]");
    let device = world.restart("pc", device);
    device.page.find("[data-testid=notice-row]");
}
