//! What a page looks like before it knows, when it failed, and when there is nothing to show.

use anyhow::{Context, Result};
use linli_e2e::{
    community::Community,
    faces::{every, faces, put_on},
    host::{Keys, Setup},
    page::Page,
    world::{Device, World, notice, people, settings},
};
use linli_wire::{
    Language,
    command::{
        ChangeProfile, Empty, NoticeKey, NoticeKeys, NoticeSave, NoticeWithdraw, NoticesRead, OutboxList,
    },
    community::ProfileChange,
    outbox::PendingState,
    settings::Mode,
};

use crate::album::Album;

/// A page, the command that it waits for, and whether it does in Simple mode, too.
const ASKING: [(&str, &str, &str, bool); 4] = [
    ("home", "/", "home.get", false),
    ("notices", "/notices", "notices.list", true),
    ("devices", "/me/devices", "devices.list", true),
    ("outbox", "/me/outbox", "outbox.list", true),
];

/// Pages whose question has no answer yet, and pages whose question failed.
pub(crate) fn loading_and_failed(device: &Device, album: &mut Album) -> Result<()> {
    let page = &device.page;
    for (name, path, command, in_simple) in ASKING {
        for (state, code, sign) in [
            ("loading", None, ".c-skeleton, [aria-busy=true]"),
            ("failed", Some("internal"), "[data-testid=error]"),
        ] {
            let name = format!("{name}-{state}");
            if !album.wants_some(&[&name]) {
                continue;
            }
            page.answer_all();
            page.go("/me/settings");
            page.answer(command, code);
            for face in every().into_iter().filter(|face| in_simple || face.mode == Mode::Standard) {
                album.take_after(device, &name, &face, |page| {
                    put_on(device, &face);
                    // From a page that asks for something else, as a person comes.
                    link(page, "/me/settings");
                    link(page, path);
                    page.find(sign);
                })?;
            }
        }
    }
    page.answer_all();
    page.go("/");
    Ok(())
}

/// Follows a link without waiting for what the page asks.
fn link(page: &Page, path: &str) {
    page.script(
        "const link = document.createElement('a'); link.href = arguments[0]; document.body.append(link); link.click(); link.remove()",
        &[path.into()],
    );
    page.until_with("the address", "return location.pathname === args[0]", &[path.into()]);
}

/// Offline, waiting, nothing found, nothing left to read.
pub(crate) fn of_the_network(device: &Device, album: &mut Album) -> Result<()> {
    let page = &device.page;
    page.resize(1280, 900);
    // What was searched for goes when the face is changed, so each face searches anew.
    for (name, words, sign) in [("notices-search", "停水", "mark"), ("notices-none", "zzz", ".c-empty")] {
        for face in every() {
            album.take_after(device, name, &face, |page| {
                put_on(device, &face);
                page.go("/");
                page.go("/notices");
                page.fill("search", words);
                page.find(sign);
            })?;
        }
    }
    page.go("/");
    page.go("/notices");
    device.cable.cut();
    page.find("[data-kind=offline]");
    album.take_every(device, "notices-offline")?;
    page.go("/me/devices/add");
    page.find("[data-testid=error]");
    album.take_every(device, "devices-add-offline")?;
    let change = ProfileChange { given_name: Some("Meimei".to_owned()), ..ProfileChange::default() };
    device.host.call::<ChangeProfile>(&change)?;
    device.host.call::<NoticesRead>(&NoticeKeys { ids: Vec::new() }).context("mark all as read")?;
    page.go("/me/outbox");
    page.find("[data-testid=outbox-row]");
    album.take_every(device, "outbox-waiting")?;
    page.go("/");
    album.take_every(device, "home-waiting")?;
    device.cable.mend();
    page.find_no("[data-kind=offline]");
    album.take_every(device, "home-all-read")
}

/// A change that the community refused: one of the office changed a notice that another had withdrawn meanwhile.
pub(crate) fn stuck(world: &World, office: &Device, album: &mut Album) -> Result<()> {
    if !album.wants_some(&["outbox-stuck", "home-stuck"]) {
        return Ok(());
    }
    let other = world.joined("other", people::LIN, settings(Language::zh(), Mode::Standard));
    let mut save = notice(office, "游泳池周六开放");
    office.host.call::<NoticeSave>(&save)?;
    other.page.go("/notices");
    other.page.see("游泳池周六开放");
    office.cable.cut();
    office.page.go("/notices");
    office.page.find("[data-kind=offline]");
    save.base_version = 1;
    save.content.texts.values_mut().for_each(|text| text.title = "游泳池周日开放".to_owned());
    office.host.call::<NoticeSave>(&save)?;
    other.host.call::<NoticeWithdraw>(&NoticeKey { id: save.id })?;
    other.page.see_no("游泳池周六开放");
    office.cable.mend();
    office.page.find_no("[data-kind=offline]");
    office.page.go("/me/outbox");
    office.page.find("[data-testid=retry-write]");
    let rows = office.host.call::<OutboxList>(&Empty {})?.rows;
    rows.iter().find(|row| matches!(row.state, PendingState::Stuck { .. })).context("nothing is stuck")?;
    album.take_every(office, "outbox-stuck")?;
    office.page.go("/");
    album.take_every(office, "home-stuck")
}

/// A community in which nothing has been written yet.
pub(crate) fn empty(world: &World, album: &mut Album) -> Result<()> {
    const NAMES: [&str; 4] = ["home-empty", "notices-empty", "office-notices-empty", "office-people-none"];
    if !album.wants_some(&NAMES) {
        return Ok(());
    }
    let young =
        Community::start_another(world.artifacts(), &world.folder().join("young"), "月亮湾", "Moon Bay", 0)?;
    let start = |name: &str| {
        let setup = Setup::new(world.folder().join(name), Keys::KeepNothing);
        anyhow::Ok(world.start(name, setup, young.cable()?))
    };
    let phone = start("young-phone")?;
    phone.join(&young, people::WANG_MEI);
    for (name, path) in [("home-empty", "/"), ("notices-empty", "/notices")] {
        phone.page.go(path);
        album.take_every(&phone, name)?;
    }
    let office = start("young-office")?;
    office.join(&young, people::CHEN_JING);
    office.page.go("/office/notices");
    for face in faces(&[Mode::Standard]) {
        album.take(&office, "office-notices-empty", &face)?;
    }
    for face in faces(&[Mode::Standard]) {
        album.take_after(&office, "office-people-none", &face, |page| {
            put_on(&office, &face);
            page.go("/");
            page.go("/office/people");
            page.fill("search", "zzz");
            page.find(".c-empty");
        })?;
    }
    Ok(())
}
