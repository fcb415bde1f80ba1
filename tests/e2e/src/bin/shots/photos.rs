//! Photos of people: one's own, and a neighbour's wherever they stand.

use std::fs;

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use linli_e2e::{
    faces::put_on,
    place, rooms,
    world::{Device, World, people, settings, until},
};
use linli_wire::{
    Language,
    attachments::NewFile,
    command::{ChangeProfile, DirectOpen, Empty, NeighbourKey, NeighboursGet, PhotoSave},
    community::{ProfileChange, Visibility},
    settings::Mode,
};

use crate::album::Album;

const NAMES: [&str; 6] =
    ["photo-profile", "photo-me", "photo-room", "photo-neighbours", "photo-direct", "photo-about"];

pub(crate) fn states(world: &World, device: &Device, album: &mut Album) -> Result<()> {
    if !album.wants_some(&NAMES) {
        return Ok(());
    }
    let (page, room) = (&device.page, rooms::everybody(&device.host)?);
    let li = world.unseen("portrayed", people::LI_QIANG);
    for (host, picture) in [(&device.host, "playground.webp"), (&li.host, "dumplings.webp")] {
        let bytes = fs::read(place::root().join("assets/demo/notices/pictures").join(picture))?;
        host.call::<PhotoSave>(&NewFile { name: picture.to_owned(), base64: BASE64.encode(bytes) })?;
        let visible = Some(Visibility { photo: Some(true), listed: true, flat: true, phone: true });
        host.call::<ChangeProfile>(&ProfileChange { visible, ..ProfileChange::default() })?;
        rooms::agree(host, room)?;
    }
    rooms::speak(&li.host, room, "我有照片了。 This is me.")?;
    put_on(device, &settings(Language::en(), Mode::Standard));
    page.resize(1280, 900);
    let mut direct = None;
    until("he stands in the directory", || {
        let known = device.host.call::<NeighboursGet>(&Empty {}).unwrap_or_default().people;
        let li = known.into_iter().find(|neighbour| neighbour.photo.is_some());
        direct = li.and_then(|li| device.host.call::<DirectOpen>(&NeighbourKey { id: li.id }).ok());
        direct.is_some()
    });
    let direct = direct.map(|key| key.id.to_string()).unwrap_or_default();
    for (name, path) in NAMES.into_iter().zip([
        "/me/profile".to_owned(),
        "/me".to_owned(),
        format!("/chat/{room}"),
        "/chat/neighbours".to_owned(),
        format!("/chat/{direct}"),
        format!("/chat/{direct}/about"),
    ]) {
        page.go(&path);
        album.take_every(device, name)?;
    }
    Ok(())
}
