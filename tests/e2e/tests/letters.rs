//! A letter in the hand: its pattern read from a picture, and a letter that is somebody else's.

use std::fs;

use linli_e2e::{
    place,
    words::say,
    world::{World, people, settings},
};
use linli_wire::{Language, settings::Mode};

#[test]
fn a_picture_of_the_letter_leads_in_and_another_picture_does_not() {
    let en = Language::en();
    let world = World::new("letters-picture");
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    office.page.go("/office/people");
    office.page.fill("search", "李强");
    office.page.until(
        "the person alone",
        "return all(id('person-row')).length === 1 && one(id('person-row')).innerText.includes('李强')",
    );
    office.page.tap("letter-for");
    office.page.tap("make-letter");
    office.page.find("[data-testid=letter] svg");
    office.page.script("one('[data-testid=letter] .c-qr').scrollIntoView({ block: 'center' })", &[]);
    office.page.settle();
    office.page.picture("letter.png");

    let device = world.device("phone");
    let page = &device.page;
    page.hand_over("scan-input", &place::root().join("assets/demo/notices/pictures/playground.webp"));
    page.see(&say(&en, "join.scan_nothing"));
    let no_picture = world.folder().join("letter.jpg");
    fs::write(&no_picture, "not a picture").unwrap();
    page.hand_over("scan-input", &no_picture);
    page.see(&say(&en, "errors.unsupported_file.title"));

    page.hand_over("scan-input", &world.artifacts().join("letter.png"));
    // Where it leads is said before anything is used up.
    page.find("[data-testid=link-server]");
    page.tap("join");
    page.see(&say(&en, "join.is_this_you"));
    page.see("李强");
}

#[test]
fn who_holds_somebody_elses_letter_is_told_what_to_do_and_leaves_nothing() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("letters-not-me");
    let device = world.device("phone");
    let page = &device.page;
    let letter = world.community.invite(people::LI_QIANG, &device.cable).unwrap();
    page.tap("type-code");
    page.fill("address", &letter.server);
    page.fill("code", &letter.code);
    page.tap("join");
    page.find("[data-testid=confirm-no]");
    page.tap("confirm-no");
    page.see(&say(&en, "join.not_me_title"));
    page.see(&say(&en, "join.not_me_text"));
    // The office's number is still there, though the community no longer is.
    page.see("+86 10 5550 0100");
    page.find("[data-testid=call-office]");
    page.tap("switch-language");
    page.see(&say(&zh, "join.not_me_text"));
    page.tap("not-me-done");
    page.see(&say(&zh, "welcome.title"));
    page.reload();
    page.see(&say(&zh, "welcome.title"));
}

#[test]
fn what_went_wrong_stays_when_the_mode_or_the_language_changes() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("letters-trouble");
    let device = world.device("phone");
    let page = &device.page;
    page.tap("type-code");
    page.fill("address", &format!("http://{}", device.cable.address()));
    page.fill("code", "2222 2222");
    page.tap("join");
    page.see(&say(&en, "errors.invitation_unknown.title"));
    page.tap("switch-mode");
    page.find("html[data-mode=simple]");
    page.see(&say(&en, "errors.invitation_unknown.title"));
    page.tap("switch-language");
    page.see(&say(&zh, "errors.invitation_unknown.title"));
    // And goes as soon as it is mended.
    page.fill("code", "2222 2223");
    page.see_no(&say(&zh, "errors.invitation_unknown.title"));
    page.tap("back");
    page.tap("type-code");
    page.find_no(".c-field__error");
}
