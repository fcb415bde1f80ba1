//! A room in its states: a photo and a file, the photo large, a voice being recorded, a pin, a message that was refused,
//! and what a search finds; what is asked in it; and a report, decided and objected to.

use std::fs;

use anyhow::{Context, Result};
use linli_e2e::{
    faces::{every, faces, put_on},
    host::Host,
    page::{Page, key},
    place, rooms,
    world::{Device, World, people, settings, until},
};
use linli_wire::{
    Language,
    chat::{
        Complaint, DecideCase, Duty, EMOJI, Measure, MessagesQuery, NameModerator, PinMessage,
        ReactToMessage, ReportMessage,
    },
    command::{
        AppGet, CaseDecide, Empty, MessagePin, MessageReact, MessageReport, MessagesGet, ModeratorName,
    },
    id::{MessageId, RoomId},
    settings::Mode,
};

use crate::album::Album;

const NAMES: [&str; 15] = [
    "chat-files",
    "chat-photo",
    "chat-pins",
    "chat-recording",
    "chat-recorded",
    "chat-failed",
    "chat-hits",
    "chat-acts",
    "chat-report",
    "chat-block",
    "chat-poll-form",
    "chat-case",
    "chat-moderators",
    "chat-measures",
    "chat-object",
];

pub(crate) fn states(
    world: &World,
    device: &Device,
    office: &Device,
    manager: &Device,
    album: &mut Album,
) -> Result<()> {
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
    asked_in(device, room, album)?;
    civil(device, manager, &li.host, asked, album)?;
    page.go("/");
    Ok(())
}

/// What is asked about a message, and of all.
fn asked_in(device: &Device, room: RoomId, album: &mut Album) -> Result<()> {
    let page = &device.page;
    let all = MessagesQuery { room_id: room, first: 1, count: 200 };
    let rows = device.host.call::<MessagesGet>(&all)?.rows;
    let asked = rows.iter().find(|row| row.words.contains("秋千修好了吗")).context("it was asked")?.number;
    for face in faces(&[Mode::Standard]) {
        for (name, act, dialog) in [
            ("chat-acts", "", "message-acts"),
            ("chat-report", "act-report", "report-message"),
            ("chat-block", "act-block", "block-person"),
        ] {
            album.take_after(device, name, &face, |page| {
                put_on(device, &face);
                page.open(&device.host.url(&format!("/chat/{room}?at={asked}")));
                page.find(&format!("[data-testid=message][data-number='{asked}']"));
                page.settle();
                page.press(&format!("[data-testid=message][data-number='{asked}'] [data-testid=more]"));
                page.find("#message-acts[open]");
                if !act.is_empty() {
                    page.tap(act);
                }
                page.find(&format!("#{dialog}[open]"));
                page.settle();
            })?;
            page.keys(&key::ESCAPE.to_string());
        }
        album.take_after(device, "chat-poll-form", &face, |page| {
            put_on(device, &face);
            page.tap("ask-room");
            page.find("#new-poll[open]");
            page.tap("send-poll");
            page.settle();
        })?;
        page.keys(&key::ESCAPE.to_string());
    }
    Ok(())
}

/// A report before the manager, who keeps it civil; what its author reads of the decision; and objecting to it.
fn civil(device: &Device, manager: &Device, li: &Host, asked: MessageId, album: &mut Album) -> Result<()> {
    let rude = rooms::speak(&device.host, rooms::everybody(&device.host)?, "Nobody asked you. 没人问你。")?;
    let person_id = manager.host.call::<AppGet>(&Empty {})?.me.context("the manager has joined")?.person.id;
    manager.host.call::<ModeratorName>(&NameModerator { person_id, duty: Some(Duty::Moderate) })?;
    let report = |host: &Host, id, words: &str| {
        let report = ReportMessage { id, complaint: Complaint::Insult, words: words.to_owned() };
        until("it can be reported", || host.call::<MessageReport>(&report).is_ok());
    };
    report(li, rude, "It is not the first time. 不是第一次了。");
    let faces = faces(&[Mode::Standard]);
    manager.page.go("/chat/civil");
    for face in &faces {
        album.take_after(manager, "chat-case", face, |page| {
            put_on(manager, face);
            page.tap("decide");
            page.press("[data-testid=measure-mute]");
            page.tap("decide-now");
            page.settle();
        })?;
        album.take_after(manager, "chat-moderators", face, |page| {
            put_on(manager, face);
            page.tap("name-somebody");
            page.find("#name-moderator[open] [data-testid=candidate]");
            page.settle();
        })?;
        manager.page.keys(&key::ESCAPE.to_string());
    }
    put_on(manager, &settings(Language::zh(), Mode::Standard));
    let (why, rule) = ("It hurts. 伤人。".to_owned(), "Be kind. 好好说话。".to_owned());
    manager.host.call::<CaseDecide>(&DecideCase { id: rude, measure: Measure::Warn, why, rule })?;
    report(&device.host, asked, "");
    device.page.go("/chat");
    device.page.find_late("[data-testid=measures]");
    for face in every() {
        album.take_after(device, "chat-measures", &face, |page| {
            put_on(device, &face);
            page.settle();
            // It stands open by itself only until it was seen.
            if page.count("[data-testid=measures][open]") == 0 {
                page.press("[data-testid=measures]:not([open]) summary");
            }
            page.settle();
        })?;
        album.take_after(device, "chat-object", &face, |page| {
            put_on(device, &face);
            if page.count("[data-testid=object-now]") == 0 {
                page.press("[data-testid=measures]:not([open]) summary");
            }
            page.tap("object-now");
            page.find("#object[open]");
            page.settle();
        })?;
        device.page.keys(&key::ESCAPE.to_string());
    }
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
