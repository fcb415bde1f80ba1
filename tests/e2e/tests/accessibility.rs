//! Every page in every mode, language and colour: axe-core finds nothing, targets and text are large enough, and
//! nothing scrolls sideways.

use linli_e2e::{
    axe::{self, Rules},
    look, pages,
    pages::Place,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    settings::{Mode, Settings, Theme},
};

/// Everything wrong with the page as it is.
#[track_caller]
fn wrong(device: &Device, name: &str, settings: &Settings) -> Vec<String> {
    let page = &device.page;
    let mut found =
        axe::violations(page, if settings.theme == Theme::Dark { Rules::Contrast } else { Rules::All });
    if settings.theme == Theme::Light {
        found.extend(look::small_targets(page, settings.mode));
        found.extend(look::small_text(page, settings.mode));
        found.extend(look::sideways(page));
    }
    let mode = if settings.mode == Mode::Simple { "simple" } else { "standard" };
    let theme = if settings.theme == Theme::Dark { "dark" } else { "light" };
    found
        .into_iter()
        .map(|line| format!("{name} · {mode} · {} · {theme}: {line}", settings.language))
        .collect()
}

/// The faces there are: mode × language × colours.
fn faces(modes: &[Mode]) -> Vec<Settings> {
    let mut faces = Vec::new();
    for mode in modes {
        for language in [Language::en(), Language::zh()] {
            for theme in [Theme::Light, Theme::Dark] {
                faces.push(Settings { theme, ..settings(language.clone(), *mode) });
            }
        }
    }
    faces
}

#[track_caller]
fn put_on(device: &Device, face: &Settings) {
    device.set(face.clone());
    let theme = if face.theme == Theme::Dark { "dark" } else { "light" };
    let mode = if face.mode == Mode::Simple { "simple" } else { "standard" };
    device.page.find(&format!("html[lang^={}][data-mode={mode}][data-theme={theme}]", face.language));
}

#[track_caller]
fn check(device: &Device, places: &[Place], faces: &[Settings]) {
    let mut found = Vec::new();
    for face in faces {
        put_on(device, face);
        for place in places.iter().filter(|place| face.mode == Mode::Standard || place.in_simple) {
            device.page.go(&place.path);
            found.extend(wrong(device, place.name, face));
        }
    }
    assert!(found.is_empty(), "{} things keep people out:\n{}", found.len(), found.join("\n"));
}

#[test]
fn residents_pages_keep_nobody_out() {
    let world = World::new("accessibility-residents");
    let device = world.joined("phone", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    device.page.resize(390, 844);
    let places = pages::of_residents(&device.host).unwrap();
    check(&device, &places, &faces(&[Mode::Standard, Mode::Simple]));
}

#[test]
fn the_office_keeps_nobody_out() {
    let world = World::new("accessibility-office");
    let device = world.joined("pc", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    let places = pages::of_the_office(&device.host).unwrap();
    check(&device, &places, &faces(&[Mode::Standard]));
}

#[test]
fn the_way_in_keeps_nobody_out() {
    let world = World::new("accessibility-join");
    let device = world.device("phone");
    device.page.resize(390, 844);
    let mut found = Vec::new();
    let faces = faces(&[Mode::Standard, Mode::Simple]);
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
    assert!(found.is_empty(), "{} things keep people out:\n{}", found.len(), found.join("\n"));
}
