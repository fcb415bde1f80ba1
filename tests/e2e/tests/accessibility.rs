//! Every page in every mode, language and colour: axe-core finds nothing, targets and text are large enough, and
//! nothing scrolls sideways.

use linli_e2e::{
    axe::{self, Rules},
    faces::{self, dialog, every, fail_with, mode, put_on, theme, wrong},
    pages,
    pages::Place,
    world::{Device, World, notice, people, settings},
};
use linli_wire::{
    Language,
    command::NoticeKeep,
    notices::KeepDraft,
    settings::{Mode, Settings, Theme},
};

#[track_caller]
fn check(device: &Device, places: &[Place], faces: &[Settings]) {
    let mut found = Vec::new();
    // In the dark only colours are looked at, and those of both languages are the same.
    let is_new = |face: &&Settings| face.theme != Theme::Dark || face.language == Language::zh();
    for face in faces.iter().filter(is_new) {
        put_on(device, face);
        for place in places.iter().filter(|place| face.mode == Mode::Standard || place.in_simple) {
            device.page.go(&place.path);
            found.extend(wrong(device, place.name, face));
        }
    }
    fail_with(&found);
}

#[test]
fn residents_pages_keep_nobody_out() {
    let world = World::new("accessibility-residents");
    let device = world.joined("phone", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    device.page.resize(390, 844);
    let places = pages::of_residents(&device.host).unwrap();
    check(&device, &places, &every());
}

#[test]
fn the_office_keeps_nobody_out() {
    let world = World::new("accessibility-office");
    let device = world.joined("pc", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    let places = pages::of_the_office(&device.host).unwrap();
    check(&device, &places, &faces::faces(&[Mode::Standard]));
}

#[test]
fn the_way_in_keeps_nobody_out() {
    let world = World::new("accessibility-join");
    let device = world.device("phone");
    device.page.resize(390, 844);
    let mut found = Vec::new();
    let faces = every();
    let letter = world.community.invite(people::WANG_MEI, &device.cable).unwrap();
    let mut look = |name: &str| {
        for face in &faces {
            put_on(&device, face);
            device.page.settle();
            found.extend(wrong(&device, name, face));
        }
    };
    look("welcome");
    device.page.tap("type-code");
    look("join-code");
    device.page.tap("join");
    device.page.find("[aria-invalid=true]");
    look("join-code-errors");
    device.page.tap("back");
    device.page.tap("paste-link");
    look("join-link");
    device.page.fill("link", &letter.link);
    device.page.tap("join");
    device.page.find("[data-testid=confirm-yes]");
    look("join-confirm");
    device.page.tap("confirm-yes");
    look("join-name");
    device.page.tap("next");
    look("join-privacy");
    device.page.tap("next");
    device.page.find("[data-testid=mode-simple]");
    look("join-look");
    fail_with(&found);
}

/// What more contrast can break, in a face: colours, and nothing else.
#[track_caller]
fn check_contrast(device: &Device, places: &[Place], faces: &[Settings], feature: &str, value: &str) {
    let mut found = Vec::new();
    device.page.prefer(feature, value);
    for face in faces {
        put_on(device, face);
        for place in places.iter().filter(|place| face.mode == Mode::Standard || place.in_simple) {
            device.page.go(&place.path);
            let lines = axe::violations(&device.page, Rules::Contrast).into_iter();
            let (mode, theme) = (mode(face), theme(face));
            found.extend(lines.map(|line| format!("{} · {mode} · {theme} · {feature}: {line}", place.name)));
        }
    }
    fail_with(&found);
}

/// One language is enough: the colours of both are the same.
fn contrasts() -> Vec<Settings> {
    let face = |mode, theme| Settings { theme, ..settings(Language::zh(), mode) };
    [Mode::Standard, Mode::Simple]
        .into_iter()
        .flat_map(|mode| [face(mode, Theme::Light), face(mode, Theme::Dark)])
        .collect()
}

#[test]
fn more_contrast_keeps_nobody_out() {
    let world = World::new("accessibility-contrast");
    let device = world.joined("phone", people::WANG_MEI, settings(Language::zh(), Mode::Standard));
    let page = &device.page;

    // As the system wishes, and as the person does in Settings: the same colours.
    let ground = "return getComputedStyle(document.body).backgroundColor + getComputedStyle(document.querySelector('h1')).color";
    page.prefer("prefers-contrast", "more");
    page.go("/me/settings");
    let by_system = page.script(ground, &[]);
    page.prefer("prefers-contrast", "no-preference");
    assert_ne!(page.script(ground, &[]), by_system, "more contrast is another look");
    device.set(Settings { high_contrast: true, ..settings(Language::zh(), Mode::Standard) });
    page.find("html[data-contrast=high]");
    assert_eq!(page.script(ground, &[]), by_system);
    let places = pages::of_residents(&device.host).unwrap();
    check_contrast(&device, &places, &contrasts(), "prefers-contrast", "more");
    let office = world.joined("pc", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    let rooms = pages::of_the_office(&office.host).unwrap();
    check_contrast(&office, &rooms, &contrasts(), "prefers-contrast", "more");
}

#[test]
fn the_systems_own_colours_keep_nobody_out() {
    let world = World::new("accessibility-forced-colours");
    let device = world.joined("phone", people::WANG_MEI, settings(Language::zh(), Mode::Standard));
    let places = pages::of_residents(&device.host).unwrap();
    let faces: Vec<Settings> = contrasts().into_iter().filter(|face| face.theme == Theme::Light).collect();
    check_contrast(&device, &places, &faces, "forced-colors", "active");
    let office = world.joined("pc", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    let rooms = pages::of_the_office(&office.host).unwrap();
    check_contrast(&office, &rooms, &faces, "forced-colors", "active");

    // What is told by a ground alone there is told by an edge or a word here, too.
    device.page.go("/notices");
    device.page.until(
        "edges around what can be pressed",
        "return all('button.c-button').every(e => parseFloat(getComputedStyle(e).borderTopWidth) >= 1)",
    );
}

#[test]
fn open_dialogs_keep_nobody_out() {
    let world = World::new("accessibility-dialogs");
    let (every, standard) = (every(), faces::faces(&[Mode::Standard]));
    let phone = world.joined("phone", people::WANG_MEI, settings(Language::zh(), Mode::Standard));
    let tablet = world.joined("tablet", people::WANG_MEI, settings(Language::zh(), Mode::Standard));
    phone.page.resize(390, 844);
    let page = &phone.page;
    page.go("/me");
    let mut found = dialog(&phone, "leave-community", &every, |page| page.tap("leave"));
    found.extend(dialog(&phone, "accounts", &every, |page| page.tap("switch-community")));
    page.go("/me/devices");
    found.extend(dialog(&phone, "revoke-device", &every, |page| page.tap("revoke")));
    found.extend(dialog(&phone, "rename-device", &standard, |page| page.tap("rename")));
    drop((phone, tablet));

    let office = world.joined("pc", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    let page = &office.page;
    let rooms = pages::of_the_office(&office.host).unwrap();
    page.go(&rooms.iter().find(|place| place.name == "office-editor").unwrap().path);
    found.extend(dialog(&office, "withdraw-dialog", &standard, |page| page.tap("withdraw")));
    found.extend(dialog(&office, "template-dialog", &standard, |page| {
        page.press(".p-editor__foot .l-row button:first-child");
    }));
    page.go("/office/repairs/categories");
    found.extend(dialog(&office, "kind-form", &standard, |page| page.tap("new-kind")));
    page.go("/office/payments");
    found.extend(dialog(&office, "export-books", &standard, |page| page.tap("export")));
    page.go("/office/payments/fees");
    found.extend(dialog(&office, "fee-form", &standard, |page| page.tap("new-fee")));
    page.go(&rooms.iter().find(|place| place.name == "office-payments-household").unwrap().path);
    found.extend(dialog(&office, "take-money", &standard, |page| page.tap("take")));
    found.extend(dialog(&office, "credit-bill", &standard, |page| {
        if page.count("[data-testid=household-bill][open]") == 0 {
            page.press("[data-testid=household-bill] summary");
        }
        page.tap("credit");
    }));
    let draft = notice(&office, "一条草稿");
    let keep = KeepDraft { id: draft.id, base_version: 0, content: draft.content };
    office.host.call::<NoticeKeep>(&keep).unwrap();
    page.go(&format!("/office/notices/{}", draft.id));
    found.extend(dialog(&office, "publish-dialog", &standard, |page| page.tap("publish")));
    found.extend(dialog(&office, "forget-dialog", &standard, |page| page.tap("discard")));
    fail_with(&found);
}
