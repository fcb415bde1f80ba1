//! A picture of every page × mode × width × language × colours, in `LINLI_ARTIFACTS`, with `index.html` to look
//! through them. Words on the command line choose among them by name: `shots notices 360 zh`.
//!
//! Pages are pictured as they are with the demo community, and in the states that the network makes: loading, failed,
//! offline, waiting, stuck, empty. The way in is pictured step by step, and so is every trouble with what is kept.

mod album;
mod chat;
mod photos;
mod repairs;
mod states;
mod trouble;

use std::fs;

use anyhow::{Result, ensure};
use linli_e2e::{
    faces::faces,
    pages::{self, Place},
    place,
    world::{Device, World, people, settings},
};
use linli_wire::{Language, settings::Mode};

use album::Album;

fn main() -> Result<()> {
    let folder = place::artifacts();
    fs::create_dir_all(&folder)?;
    let mut album = Album::new(folder, std::env::args().skip(1).collect());
    let world = World::new("world");
    the_way_in(&world, &mut album)?;
    let phone = world.joined("phone", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    repairs::reported(&phone, &office)?;
    every_face(&phone, &pages::of_residents(&phone.host)?, &mut album)?;
    repairs::figures(&phone, &mut album)?;
    every_face(&office, &pages::of_the_office(&office.host)?, &mut album)?;
    repairs::board(&office, &mut album)?;
    let manager = world.joined("manager", people::LIN, settings(Language::zh(), Mode::Standard));
    every_face(&manager, &pages::of_the_manager(), &mut album)?;
    states::loading_and_failed(&phone, &mut album)?;
    chat::states(&world, &phone, &office, &manager, &mut album)?;
    photos::states(&world, &phone, &mut album)?;
    states::stuck(&world, &office, &mut album)?;
    states::of_the_network(&phone, &mut album)?;
    states::empty(&world, &mut album)?;
    trouble::with_what_is_kept(&world, &mut album)?;
    trouble::signed_out(&world, &phone, &mut album)?;
    album.write_index()?;
    ensure!(
        album.len() > 0,
        "No picture has all these words in its name, such as `keys missing en light 360`"
    );
    println!("{} pictures", album.len());
    Ok(())
}

fn every_face(device: &Device, places: &[Place], album: &mut Album) -> Result<()> {
    for place in places.iter().filter(|place| album.wants_some(&[place.name])).collect::<Vec<_>>() {
        let modes: &[Mode] =
            if place.in_simple { &[Mode::Standard, Mode::Simple] } else { &[Mode::Standard] };
        device.page.resize(1280, 900);
        device.page.go(&place.path);
        for face in faces(modes) {
            album.take(device, place.name, &face)?;
        }
    }
    Ok(())
}

fn the_way_in(world: &World, album: &mut Album) -> Result<()> {
    let device = world.device("new");
    let page = &device.page;
    let letter = world.community.invite(people::LI_QIANG, &device.cable)?;
    album.take_every(&device, "welcome")?;
    page.tap("type-code");
    album.take_every(&device, "join-code")?;
    page.fill("address", &letter.server);
    page.fill("code", "2222 2222");
    page.tap("join");
    page.find("[data-testid=code][aria-invalid=true]");
    album.take_every(&device, "join-code-unknown")?;
    page.tap("back");
    page.tap("paste-link");
    page.fill("link", &letter.link);
    album.take_every(&device, "join-link")?;
    page.tap("join");
    page.find("[data-testid=confirm-yes]");
    album.take_every(&device, "join-confirm")?;
    page.tap("confirm-yes");
    album.take_every(&device, "join-name")?;
    page.tap("next");
    album.take_every(&device, "join-privacy")?;
    page.tap("next");
    page.find("[data-testid=mode-simple]");
    album.take_every(&device, "join-look")
}
