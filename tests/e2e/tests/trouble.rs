//! A cache that a newer app wrote, a damaged one, a full disk: what the person sees, and that each has a way on.

use std::{fs, path::Path};

use linli_e2e::{
    cache,
    disk::Disk,
    faces::{fail_with, keeps_nobody_out, put_on, wrong},
    host::{Keys, Setup},
    key_store::Bus,
    words::say,
    world::{Device, World, notice, people, settings},
};
use linli_wire::{
    Language,
    command::{MaybeText, NoticeSave, SetPassphrase},
    settings::Mode,
};
use serde_json::json;

const PASSPHRASE: &str = "four words are long";

/// A resident whose device has kept the community's notices, with the key in a key store on `bus`.
#[track_caller]
fn resident(world: &World, bus: &Bus) -> Device {
    let device = world.device_with("pc", Keys::KeyStore, Some(bus.address.clone()));
    device.join(&world.community, people::WANG_MEI);
    put_on(&device, &settings(Language::en(), Mode::Standard));
    device.page.find("[data-testid=notice-row]");
    device.page.go("/notices");
    device.page.find("[data-testid=updated-at]");
    device
}

#[track_caller]
fn see_trouble(device: &Device, code: &str) {
    device.page.find(&format!("[data-testid=locked][data-code={code}]"));
}

/// Everything under `folder`, that was put aside at some time.
fn put_aside(folder: &Path) -> usize {
    let entries = fs::read_dir(folder.join("linli")).unwrap().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("set-aside-")).count()
}

#[test]
fn a_cache_that_a_newer_app_wrote_waits_for_that_app() {
    let en = Language::en();
    let world = World::new("trouble-newer");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let device = resident(&world, &bus);
    device.host.call::<SetPassphrase>(&MaybeText { text: Some(PASSPHRASE.to_owned()) }).unwrap();
    let folder = device.setup.folder.clone();
    let device = world.restart_after("pc", device, |_| cache::make_newer(&folder, PASSPHRASE).unwrap());
    see_trouble(&device, "database_newer");
    device.page.see(&say(&en, "unlock.newer_title"));
    device.page.see(&say(&en, "unlock.newer_text"));
    assert_eq!(
        device.page.count("[data-testid=set-aside]"),
        0,
        "nothing is lost, so nothing need be put aside"
    );
    keeps_nobody_out(&device, "newer");

    // Tried again with the app as old as it was, it stays what it is.
    device.page.tap("unlock");
    device.page.find("[data-testid=error]");
    see_trouble(&device, "database_newer");

    // With the app that wrote it, everything is there.
    cache::make_current(&folder, PASSPHRASE).unwrap();
    device.cable.cut();
    device.page.tap("unlock");
    device.page.find("[data-testid=notice-row]");
}

#[test]
fn a_damaged_cache_is_put_aside_and_taken_again_from_the_community() {
    let en = Language::en();
    let world = World::new("trouble-damaged");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let device = resident(&world, &bus);
    let folder = device.setup.folder.clone();
    let device = world.restart_after("pc", device, |_| {
        cache::damage(&cache::device_database(&folder), 0).unwrap();
    });
    see_trouble(&device, "database_damaged");
    device.page.see(&say(&en, "errors.database_damaged.title"));
    device.page.see(&say(&en, "errors.database_damaged.text"));
    keeps_nobody_out(&device, "damaged");
    device.page.tap("unlock");
    device.page.find("[data-testid=error]");

    device.page.tap("set-aside");
    device.page.find("#aside[open]");
    device.page.press("#aside [data-testid=confirm]");
    device.page.see(&say(&en, "welcome.title"));
    assert_eq!(put_aside(&folder), 1, "what was there is kept for a while");
    device.join(&world.community, people::WANG_MEI);
    device.page.find("[data-testid=notice-row]");
    device.host.call::<SetPassphrase>(&MaybeText { text: Some(PASSPHRASE.to_owned()) }).unwrap();
    let device = world.restart("pc", device);
    device.page.find("[data-testid=notice-row]");

    // A community's own database, damaged behind its first page: found while it is read.
    let device = world.reopen_after("pc", device, |_| {
        cache::settle(&folder, PASSPHRASE).unwrap();
        let databases = cache::community_databases(&folder).unwrap();
        assert_eq!(databases.len(), 1);
        cache::damage(&databases[0], 16 * 1024).unwrap();
    });
    see_trouble(&device, "database_damaged");
    device.page.tap("set-aside");
    device.page.press("#aside [data-testid=confirm]");
    device.page.see(&say(&en, "welcome.title"));
    device.join(&world.community, people::WANG_MEI);
    device.page.find("[data-testid=notice-row]");
}

#[test]
fn a_full_disk_is_said_and_nothing_typed_is_lost() {
    let zh = Language::zh();
    let world = World::new("trouble-full");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let setup = Setup {
        bus: Some(bus.address.clone()),
        disk: Some(Disk { kib: 48 * 1024, full: false }),
        ..Setup::new(world.folder().join("pc"), Keys::KeyStore)
    };
    let device = world.start("pc", setup, world.community.cable().unwrap());
    device.join(&world.community, people::CHEN_JING);
    put_on(&device, &settings(zh.clone(), Mode::Standard));
    let page = &device.page;
    page.go("/notices");
    page.find("[data-testid=updated-at]");
    page.go("/office/notices");
    page.tap("write-notice");
    page.fill("title", "磁盘满了也不丢");
    page.fill("body", "这段话不能丢。");
    page.choose("category", "other");

    // A file that does not fit: said, and what was typed stands where it stood.
    let plan = world.folder().join("plan.pdf");
    fs::write(&plan, [b"%PDF-1.4\n".as_slice(), &vec![b'7'; 8 << 20]].concat()).unwrap();
    device.host.disk().fill().unwrap();
    page.hand_over("file-input", &plan);
    page.see(&say(&zh, "errors.storage_full.title"));
    assert_eq!(page.value("title"), "磁盘满了也不丢");
    assert_eq!(page.value("body"), "这段话不能丢。");
    assert_eq!(page.count("[data-testid=attachment]"), 0, "half a file is no file");

    // With room again it fits.
    device.host.disk().clear().unwrap();
    page.hand_over("file-input", &plan);
    page.find("[data-testid=attachment]");
    page.tap("publish");
    page.tap("publish-confirm");
    page.find("[data-testid=office-notices]");
    page.find_no("[data-state=waiting], [data-state=sending]");
}

/// What the cache's files have of empty space takes a few notices in: as many are published as it takes.
#[track_caller]
fn fills_up(office: &Device, device: &Device) {
    let full = say(&Language::en(), "errors.storage_full.title");
    for _ in 0..60 {
        let is_full = "return document.body.innerText.includes(arguments[0])";
        if device.page.script(is_full, &[json!(full)]) == json!(true) {
            return;
        }
        let mut last = notice(office, "满盘之后的通知");
        for text in last.content.texts.values_mut() {
            text.body = "写不下了。".repeat(3000);
        }
        office.host.call::<NoticeSave>(&last).unwrap();
    }
}

#[test]
fn on_a_full_disk_everything_can_be_read_and_what_is_new_arrives_once_there_is_room() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("trouble-full-reading");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let office = world.joined("office", people::CHEN_JING, settings(zh, Mode::Standard));
    let device = resident(&world, &bus);
    let device = world.reopen_after("pc", device, |setup| {
        setup.disk = Some(Disk { kib: 32 * 1024, full: false });
    });
    device.page.find("[data-testid=notice-row]");
    device.host.disk().fill().unwrap();
    fills_up(&office, &device);
    let full = say(&en, "errors.storage_full.title");
    device.page.see(&full);
    device.page.go("/notices");
    device.page.fill("search", "停水");
    device.page.find("mark");
    device.page.press("[data-testid=notice-row]");
    device.page.find("[data-testid=notice]");
    device.host.disk().clear().unwrap();
    device.page.go("/notices");
    device.page.tap("search-clear");
    device.page.see("满盘之后的通知");
    device.page.see_no(&say(&en, "errors.storage_full.title"));

    // Started on a disk that is full already: the same.
    let device = world.reopen_after("pc", device, |setup| {
        setup.disk = Some(Disk { kib: 32 * 1024, full: true });
    });
    fills_up(&office, &device);
    device.page.find("[data-testid=trouble][data-code=storage_full]");
    device.page.see(&say(&en, "errors.storage_full.text"));
    fail_with(&wrong(&device, "full", &settings(en.clone(), Mode::Standard)));
    device.page.go("/notices");
    device.page.fill("search", "停水");
    device.page.find("mark");
    device.page.tap("search-clear");
    device.host.disk().clear().unwrap();
    device.page.see("满盘之后的通知");
    device.page.find_no("[data-testid=trouble]");
}

#[test]
fn a_first_start_on_a_full_disk_waits_for_room() {
    let en = Language::en();
    let world = World::new("trouble-full-first");
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let setup = Setup {
        bus: Some(bus.address.clone()),
        disk: Some(Disk { kib: 8 * 1024, full: true }),
        ..Setup::new(world.folder().join("pc"), Keys::KeyStore)
    };
    let device = world.start("pc", setup, world.community.cable().unwrap());
    see_trouble(&device, "storage_full");
    device.page.see(&say(&en, "errors.storage_full.title"));
    device.page.see(&say(&en, "errors.storage_full.text"));
    assert_eq!(
        device.page.count("[data-testid=set-aside]"),
        0,
        "nothing is lost, so nothing need be put aside"
    );
    keeps_nobody_out(&device, "full-first");
    device.page.tap("unlock");
    device.page.find("[data-testid=error]");
    device.host.disk().clear().unwrap();
    device.page.tap("unlock");
    device.page.see(&say(&en, "welcome.title"));
}
