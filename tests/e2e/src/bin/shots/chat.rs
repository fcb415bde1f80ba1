//! A room in its states: a photo and a file, the photo large, a voice being recorded, a pin, a message that was refused,
//! and what a search finds.

use std::fs;

use anyhow::Result;
use linli_e2e::{
    faces::{every, put_on},
    page::{Page, key},
    place, rooms,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    chat::{EMOJI, PinMessage, ReactToMessage},
    command::{MessagePin, MessageReact},
    settings::Mode,
};

use crate::album::Album;

const NAMES: [&str; 7] =
    ["chat-files", "chat-photo", "chat-pins", "chat-recording", "chat-recorded", "chat-failed", "chat-hits"];

pub(crate) fn states(world: &World, device: &Device, office: &Device, album: &mut Album) -> Result<()> {
    if !album.wants_some(&NAMES) {
        return Ok(());
    }
    let (page, room) = (&device.page, rooms::everybody(&device.host)?);
    let li = world.unseen("talker", people::LI_QIANG);
    for host in [&device.host, &office.host, &li.host] {
        rooms::agree(host, room)?;
    }
    let asked =
        rooms::speak(&li.host, room, "秋千修好了吗？孩子们天天问。**谢谢！** https://garden.example/swing")?;
    // In Simple mode nothing is attached.
    put_on(device, &settings(Language::en(), Mode::Standard));
    page.resize(1280, 900);
    page.go(&format!("/chat/{room}"));
    page.see("秋千修好了吗");
    page.hand_over("room-files", &place::root().join("assets/demo/notices/pictures/playground.webp"));
    page.find("[data-testid=chosen-file] img");
    page.fill("say", "The swing is back! 秋千回来了。");
    page.keys(&key::ENTER.to_string());
    let plan = world.folder().join("Sandbox plan.pdf");
    fs::write(&plan, b"%PDF-1.4\n%%EOF\n")?;
    page.hand_over("room-files", &plan);
    page.see("Sandbox plan.pdf");
    page.fill("say", "And this is the plan for the sandbox. 这是沙坑的方案。");
    page.keys(&key::ENTER.to_string());
    page.find("[data-testid=open-file]");
    for host in [&office.host, &li.host] {
        let emoji = EMOJI.first().map(|emoji| (*emoji).to_owned());
        host.call::<MessageReact>(&ReactToMessage { id: asked, emoji })?;
    }
    page.find("[data-testid=reaction]");
    album.take_every(device, "chat-files")?;
    for face in every() {
        let simple = face.mode == Mode::Simple;
        album.take_after(device, "chat-photo", &face, |page| {
            put_on(device, &face);
            page.press("[data-testid=enlarge]");
            page.find("#photo[open] img");
            page.rest();
        })?;
        page.keys(&key::ESCAPE.to_string());
        album.take_after(device, "chat-recording", &face, |page| {
            put_on(device, &face);
            page.tap(if simple { "say-it" } else { "record" });
            page.find("[data-testid=recording]");
        })?;
        if page.count("[data-testid=voice-drop]") > 0 {
            page.tap("voice-drop");
        }
        album.take_after(device, "chat-recorded", &face, |page| {
            put_on(device, &face);
            page.tap(if simple { "say-it" } else { "record" });
            page.until(
                "a second",
                "const e = one(id('recording')); return e && /0:0[1-9]/.test(e.innerText)",
            );
            page.tap("voice-keep");
            page.find("[data-testid=chosen-file]");
        })?;
        remove_chosen(page);
    }
    office.host.call::<MessagePin>(&PinMessage { id: asked, pinned: true })?;
    page.find(".p-pinned");
    for face in every() {
        album.take_after(device, "chat-pins", &face, |page| {
            put_on(device, &face);
            page.settle();
            page.press(".p-pinned summary");
        })?;
    }
    refused(device, office, album)?;
    for face in every() {
        album.take_after(device, "chat-hits", &face, |page| {
            put_on(device, &face);
            page.go("/");
            page.go("/chat");
            page.fill("search", "秋千");
            page.find("mark");
        })?;
    }
    page.go("/");
    Ok(())
}

/// What was written while the office decided that only it writes.
fn refused(device: &Device, office: &Device, album: &mut Album) -> Result<()> {
    let (page, room) = (&device.page, rooms::everybody(&device.host)?);
    device.cable.cut();
    page.find_late("[data-kind=offline]");
    rooms::speak(&device.host, room, "Who comes to try it on Saturday? 周六谁来试试？")?;
    rooms::speak(&device.host, room, "I bring tea. 我带茶。")?;
    rooms::announce_only(&office.host, room, true)?;
    device.cable.mend();
    page.find("[data-testid=retry-write]");
    page.find("[data-testid=cannot-write]");
    album.take_every(device, "chat-failed")?;
    rooms::announce_only(&office.host, room, false)?;
    page.find("[data-testid=say]");
    page.tap("retry-write");
    page.find_no("[data-testid=retry-write]");
    Ok(())
}

fn remove_chosen(page: &Page) {
    while page.count("[data-testid=chosen-file]") > 0 {
        let before = page.count("[data-testid=chosen-file]");
        page.press("[data-testid=chosen-file] button");
        page.until_with("one less", "return all(id('chosen-file')).length < args[0]", &[before.into()]);
    }
}
