//! A picture of every page × mode × width × language × colours, in `LINLI_ARTIFACTS`, with `index.html` to look
//! through them. Words on the command line choose among them by name: `shots notices 360 zh`.
//!
//! Pages are pictured as they are with the demo community, and in the states that the network makes: offline, waiting,
//! empty, failed. The way in is pictured step by step.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result};
use linli_e2e::{
    faces::{every, faces, mode, put_on, theme},
    pages::{self, Place},
    place,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{ChangeProfile, NoticeKeys, NoticesRead},
    community::ProfileChange,
    settings::{Mode, Settings},
};

const WIDTHS: [(u32, u32); 3] = [(360, 800), (768, 1024), (1280, 900)];
/// Longest picture; what a list has beyond it looks the same.
const LONGEST: u32 = 2600;

/// The pictures that are asked for, and those taken.
struct Album {
    folder: PathBuf,
    wishes: Vec<String>,
    taken: Vec<(String, String)>,
}

fn main() -> Result<()> {
    let folder = place::artifacts();
    fs::create_dir_all(&folder)?;
    let mut album = Album { folder, wishes: std::env::args().skip(1).collect(), taken: Vec::new() };
    let world = World::new("world");
    the_way_in(&world, &mut album)?;
    let phone = world.joined("phone", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    let places = pages::of_residents(&phone.host)?;
    every_face(&phone, &places, &mut album)?;
    states(&phone, &mut album)?;
    let office = world.joined("office", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    every_face(&office, &pages::of_the_office(&office.host)?, &mut album)?;
    album.write_index()?;
    println!("{} pictures", album.taken.len());
    Ok(())
}

impl Album {
    fn wants(&self, name: &str) -> bool {
        self.wishes.iter().all(|wish| name.split(['.', '-']).any(|part| part == wish))
    }

    /// Pictures what is on the screen in `face`, in every width that is wanted.
    fn take(&mut self, device: &Device, name: &str, face: &Settings) -> Result<()> {
        self.take_worn(device, name, face, |device| put_on(device, face))
    }

    fn take_worn(
        &mut self,
        device: &Device,
        name: &str,
        face: &Settings,
        put_on: impl Fn(&Device),
    ) -> Result<()> {
        let (mode, theme) = (mode(face), theme(face));
        let mut turned = false;
        for (width, height) in WIDTHS {
            let file = format!("{name}.{mode}.{}.{theme}.{width}.png", face.language);
            if !self.wants(file.trim_end_matches(".png")) {
                continue;
            }
            if !turned {
                put_on(device);
                turned = true;
            }
            device.page.resize(width, height);
            device.page.settle();
            device.page.session().long_picture(&self.folder.join(&file), width, LONGEST)?;
            self.taken.push((name.to_owned(), file));
        }
        Ok(())
    }

    fn write_index(&self) -> Result<()> {
        let mut page = String::from(
            "<!doctype html><meta charset=\"utf-8\"><title>Linli, every page</title>
<style>body { font: 16px system-ui; margin: 24px; background: #eee } section { display: flex; flex-wrap: wrap; gap: 16px; align-items: start }
figure { margin: 0; background: #fff; padding: 8px } img { display: block; height: 420px; width: auto; object-fit: cover; object-position: top }
figcaption { font-size: 13px; padding-top: 4px }</style>\n",
        );
        let mut last = "";
        for (name, file) in &self.taken {
            if name != last {
                let end = if last.is_empty() { "" } else { "</section>\n" };
                write!(page, "{end}<h2 id=\"{name}\">{name}</h2>\n<section>\n")?;
                last = name;
            }
            let words = file.trim_end_matches(".png").replace('.', " · ");
            writeln!(
                page,
                "<figure><a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{words}\"></a><figcaption>{words}</figcaption></figure>"
            )?;
        }
        page.push_str("</section>\n");
        Ok(fs::write(self.folder.join("index.html"), page)?)
    }
}

fn every_face(device: &Device, places: &[Place], album: &mut Album) -> Result<()> {
    for place in places {
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

fn in_every_face(device: &Device, name: &str, album: &mut Album) -> Result<()> {
    every().iter().try_for_each(|face| album.take(device, name, face))
}

fn the_way_in(world: &World, album: &mut Album) -> Result<()> {
    let device = world.device("new");
    let page = &device.page;
    let letter = world.community.invite(people::LI_QIANG, &device.cable)?;
    in_every_face(&device, "welcome", album)?;
    page.tap("type-code");
    in_every_face(&device, "join-code", album)?;
    page.fill("address", &letter.server);
    page.fill("code", "2222 2222");
    page.tap("join");
    page.find("[data-testid=code][aria-invalid=true]");
    in_every_face(&device, "join-code-unknown", album)?;
    page.tap("back");
    page.tap("paste-link");
    page.fill("link", &letter.link);
    in_every_face(&device, "join-link", album)?;
    page.tap("join");
    page.find("[data-testid=confirm-yes]");
    in_every_face(&device, "join-confirm", album)?;
    page.tap("confirm-yes");
    in_every_face(&device, "join-name", album)?;
    page.tap("next");
    in_every_face(&device, "join-privacy", album)?;
    page.tap("next");
    page.find("[data-testid=mode-simple]");
    in_every_face(&device, "join-look", album)?;

    let locked = world.device_with("keyless", linli_e2e::host::Keys::NoKeyStore, None);
    locked.page.find("[data-testid=keep-nothing]");
    // Nothing can be set before there is a cache, so this one wears the face of the system.
    album.take_worn(&locked, "unlock-none", &settings(Language::en(), Mode::Standard), |_| ())
}

/// Offline, waiting, nothing found, nothing left to read, failed.
fn states(device: &Device, album: &mut Album) -> Result<()> {
    let page = &device.page;
    page.resize(1280, 900);
    // What was searched for goes when the face is changed, so each face searches anew.
    for (name, words, sign) in [("notices-search", "停水", "mark"), ("notices-none", "zzz", ".c-empty")] {
        for face in every() {
            put_on(device, &face);
            page.go("/");
            page.go("/notices");
            page.fill("search", words);
            page.find(sign);
            album.take_worn(device, name, &face, |_| ())?;
        }
    }
    page.go("/");
    page.go("/notices");
    device.cable.cut();
    page.find("[data-kind=offline]");
    in_every_face(device, "notices-offline", album)?;
    page.go("/me/devices/add");
    page.find("[data-testid=error]");
    in_every_face(device, "devices-add-offline", album)?;
    let change = ProfileChange { given_name: Some("Meimei".to_owned()), ..ProfileChange::default() };
    device.host.call::<ChangeProfile>(&change)?;
    device.host.call::<NoticesRead>(&NoticeKeys { ids: Vec::new() }).context("mark all as read")?;
    page.go("/me/outbox");
    page.find("[data-testid=outbox-row]");
    in_every_face(device, "outbox-waiting", album)?;
    page.go("/");
    in_every_face(device, "home-waiting", album)?;
    device.cable.mend();
    page.find_no("[data-kind=offline]");
    in_every_face(device, "home-all-read", album)
}
