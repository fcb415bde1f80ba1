//! Everything that can be wrong with what a device keeps, and how it is kept.

use anyhow::{Context, Result};
use linli_e2e::{
    cache,
    disk::Disk,
    host::Keys,
    key_store::Bus,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{DeviceKey, DeviceRevoke, DevicesList, Empty, MaybeText, SetPassphrase},
    settings::Mode,
};

use crate::album::Album;

const PASSPHRASE: &str = "four words are long";

/// Before the cache is open: no key store, a locked, a refusing, a wiped, another person's; a passphrase; a cache that is
/// newer, damaged, or on a full disk.
pub(crate) fn with_what_is_kept(world: &World, album: &mut Album) -> Result<()> {
    let keyless = world.device_with("keyless", Keys::NoKeyStore, None);
    keyless.page.find("[data-testid=keep-nothing]");
    album.take_every(&keyless, "keys-none")?;
    drop(keyless);
    const NAMES: [&str; 9] = [
        "keys-locked",
        "keys-other-user",
        "keys-missing",
        "keys-passphrase",
        "keys-passphrase-wrong",
        "keys-wiped",
        "keys-newer",
        "keys-damaged",
        "home-full",
    ];
    if !album.wants_some(&NAMES) {
        return Ok(());
    }

    let bus = Bus::start(&world.folder().join("bus"), world.artifacts())?;
    let store = bus.unlocked_key_store()?;
    let device = world.device_with("kept", Keys::KeyStore, Some(bus.address.clone()));
    device.join(&world.community, people::WANG_MEI);
    device.set(settings(Language::en(), Mode::Standard));
    device.page.find("[data-testid=notice-row]");

    drop(store);
    let store = bus.locked_key_store()?;
    let device = world.restart("kept", device);
    see(&device, "key_store_locked");
    album.take_every(&device, "keys-locked")?;
    drop(store);

    let device = world.restart("kept", device);
    see(&device, "key_store_missing");
    album.take_every(&device, "keys-missing")?;

    let store = bus.unlocked_key_store()?;
    let mut home = None;
    let device = world.restart_after("kept", device, |setup| {
        home = setup.home.replace(world.folder().join("another-home"));
    });
    see(&device, "key_store_other_user");
    album.take_every(&device, "keys-other-user")?;

    let device = world.restart_after("kept", device, |setup| {
        setup.home = home;
        setup.disk = Some(Disk { kib: 64 * 1024, full: true });
    });
    device.page.find("[data-testid=trouble]");
    // On a full disk no other face can be chosen.
    album.take_after(&device, "home-full", &settings(Language::en(), Mode::Standard), |_| ())?;
    let device = world.restart_after("kept", device, |setup| setup.disk = None);
    device.page.find("[data-testid=notice-row], [data-testid=tile-bell]");

    device.host.call::<SetPassphrase>(&MaybeText { text: Some(PASSPHRASE.to_owned()) })?;
    let folder = device.setup.folder.clone();
    drop(store);
    let device = world.restart("kept", device);
    device.page.find("[data-testid=passphrase]");
    album.take_every(&device, "keys-passphrase")?;
    device.page.fill("passphrase", "not these words");
    device.page.tap("open");
    device.page.find("[aria-invalid=true]");
    album.take_every(&device, "keys-passphrase-wrong")?;

    let store = bus.unlocked_key_store()?;
    let mut newer = Ok(());
    let device = world.restart_after("kept", device, |_| newer = cache::make_newer(&folder, PASSPHRASE));
    newer?;
    see(&device, "database_newer");
    album.take_every(&device, "keys-newer")?;

    let mut damaged = Ok(());
    let device = world.restart_after("kept", device, |_| {
        damaged = cache::damage(&cache::device_database(&folder), 0);
    });
    damaged?;
    see(&device, "database_damaged");
    album.take_every(&device, "keys-damaged")?;

    drop(store);
    bus.wipe()?;
    let _store = bus.unlocked_key_store()?;
    let device = world.restart("kept", device);
    see(&device, "key_store_wiped");
    album.take_every(&device, "keys-wiped")
}

fn see(device: &Device, code: &str) {
    device.page.find(&format!("[data-testid=locked][data-code={code}]"));
}

/// A device that was signed out from another.
pub(crate) fn signed_out(world: &World, phone: &Device, album: &mut Album) -> Result<()> {
    if !album.wants_some(&["signed-out"]) {
        return Ok(());
    }
    let lost = world.joined("lost", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    let view = phone.host.call::<DevicesList>(&Empty {})?;
    let other = view.devices.last().filter(|device| Some(device.id) != view.this);
    phone.host.call::<DeviceRevoke>(&DeviceKey { id: other.context("there is one device only")?.id })?;
    see(&lost, "device_revoked");
    album.take_every(&lost, "signed-out")
}
