//! The story of a photo: chosen, shown, seen by a neighbour wherever the person stands, and taken back.

use linli_e2e::{
    faces::{fail_with, wrong},
    page::Page,
    place, rooms,
    words::say,
    world::{World, people, settings, until},
};
use linli_wire::{
    Language,
    command::{AppGet, AttachmentKey, AttachmentRead, Empty},
    settings::{Mode, Settings, Theme},
};

/// Waits for a photo that is really there, within what `css` selects.
#[track_caller]
fn face(page: &Page, css: &str) {
    page.until_with(
        "a photo",
        "return [...document.querySelectorAll(args[0] + ' ' + id('portrait'))].some(e => shown(e) && e.naturalWidth > 40)",
        &[css.into()],
    );
}

#[test]
fn a_photo_is_seen_by_a_neighbour_while_it_is_shown_and_no_longer() {
    let en = Language::en();
    let world = World::new("photos");
    let light = settings(en.clone(), Mode::Standard);
    let dark = Settings { theme: Theme::Dark, ..settings(Language::zh(), Mode::Standard) };
    let mei = world.joined("mei", people::WANG_MEI, light.clone());
    let li = world.joined("li", people::LI_QIANG, dark.clone());
    let (hers, his, room) = (&mei.page, &li.page, rooms::everybody(&mei.host).unwrap());
    for host in [&mei.host, &li.host] {
        rooms::agree(host, room).unwrap();
    }
    hers.resize(390, 844);
    let file = place::root().join("assets/demo/notices/pictures/playground.webp");
    let mut found = Vec::new();

    // She chooses one: it is hers alone.
    hers.go("/me/profile");
    hers.find("[data-testid=own-photo]");
    hers.hand_over("choose-photo", &file);
    face(hers, "[data-testid=own-photo]");
    hers.find_no("[data-testid=own-photo] [data-testid=pending]");
    let mine = || mei.host.call::<AppGet>(&Empty {}).unwrap().me.unwrap().photo;
    let photo = AttachmentKey { id: mine().id.unwrap() };
    hers.tap("listed");
    rooms::speak(&mei.host, room, "Good morning, everybody.").unwrap();
    his.go(&format!("/chat/{room}"));
    his.see("Good morning, everybody.");
    his.find_no("[data-testid=portrait]");
    assert!(li.host.ask::<AttachmentRead>(&photo).unwrap().is_err());

    // She shows it: it stands beside her words, in the directory, and in the room of the two.
    hers.tap("show-photo");
    hers.tap("show-phone");
    hers.settle();
    found.extend(wrong(&mei, "profile-photo", &light));
    face(his, "[data-testid=message]");
    found.extend(wrong(&li, "chat-photo-of-somebody", &dark));
    his.go("/chat/neighbours");
    face(his, "[data-testid=directory]");
    his.see("+86 10 5550 0101");
    found.extend(wrong(&li, "neighbours-photo", &dark));
    his.tap("write-to");
    face(his, "[data-testid=room] header");
    found.extend(wrong(&li, "chat-of-two-photo", &dark));
    his.tap("about-room");
    face(his, "[data-testid=card]");
    found.extend(wrong(&li, "chat-of-two-about", &dark));
    hers.go("/me");
    face(hers, ".c-card");

    // Without network she takes it back: that waits, also over a reload, and is undone nowhere.
    hers.go("/me/profile");
    mei.cable.cut();
    hers.tap("remove-photo");
    hers.find_no("[data-testid=own-photo] [data-testid=portrait]");
    hers.see(&say(&en, "pending.waiting"));
    hers.reload();
    hers.find("[data-testid=own-photo] [data-testid=pending]");
    found.extend(wrong(&mei, "profile-photo-waiting", &light));
    face(his, "[data-testid=card]");
    mei.cable.mend();
    his.find_no("[data-testid=portrait]");
    his.go("/chat/neighbours");
    his.find("[data-testid=directory] [data-testid=person]");
    his.find_no("[data-testid=portrait]");
    assert!(li.host.ask::<AttachmentRead>(&photo).unwrap().is_err(), "it has left his device, too");
    until("it is hers no longer", || mine().id.is_none() && mine().pending.is_none());

    // What is no picture is told, and nothing comes of it.
    let rubbish = world.folder().join("me.png");
    std::fs::write(&rubbish, "no picture").unwrap();
    hers.hand_over("choose-photo", &rubbish);
    hers.find("[data-testid=photo-error]");
    found.extend(wrong(&mei, "profile-photo-refused", &light));
    assert_eq!(mine().id, None);
    fail_with(&found);
}
