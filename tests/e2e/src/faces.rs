//! The faces there are: mode × language × colours; and what must hold on every page in each of them.

use linli_wire::{
    Language,
    settings::{Mode, Settings, Theme},
};

use crate::{
    axe::{self, Rules},
    look,
    page::{Page, key},
    world::{Device, settings},
};

/// The faces of these modes, in both languages, light and dark.
pub fn faces(modes: &[Mode]) -> Vec<Settings> {
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

/// All of them.
pub fn every() -> Vec<Settings> {
    faces(&[Mode::Standard, Mode::Simple])
}

/// The name of a mode, as the page has it in `data-mode`.
pub fn mode(face: &Settings) -> &'static str {
    if face.mode == Mode::Simple { "simple" } else { "standard" }
}

/// The name of the colours, as the page has it in `data-theme`.
pub fn theme(face: &Settings) -> &'static str {
    if face.theme == Theme::Dark { "dark" } else { "light" }
}

/// Gives the device a face and waits until it shows.
#[track_caller]
pub fn put_on(device: &Device, face: &Settings) {
    device.set(face.clone());
    let (mode, theme) = (mode(face), theme(face));
    device.page.find(&format!("html[lang^={}][data-mode={mode}][data-theme={theme}]", face.language));
    // The root says so before the page below it is built anew; what is typed until then goes into the old one.
    device.page.rest();
}

/// What keeps people out of the page as it is: all of axe and our rules of size in light colours, in dark ones only
/// what colours can change.
#[track_caller]
pub fn wrong(device: &Device, name: &str, face: &Settings) -> Vec<String> {
    let page = &device.page;
    let dark = face.theme == Theme::Dark;
    let mut found = axe::violations(page, if dark { Rules::Contrast } else { Rules::All });
    if !dark {
        found.extend(look::small_targets(page, face.mode));
        found.extend(look::small_text(page, face.mode));
        found.extend(look::sideways(page));
        found.extend(look::stray_dots(page));
    }
    let (mode, theme) = (mode(face), theme(face));
    found.into_iter().map(|line| format!("{name} · {mode} · {} · {theme}: {line}", face.language)).collect()
}

/// Looks at the screen as it is in every face, and ends the test with everything that is wrong in one of them. The
/// device wears the usual face afterwards.
#[track_caller]
pub fn keeps_nobody_out(device: &Device, name: &str) {
    let mut found = Vec::new();
    for face in every() {
        put_on(device, &face);
        device.page.settle();
        found.extend(wrong(device, name, &face));
    }
    put_on(device, &settings(Language::en(), Mode::Standard));
    fail_with(&found);
}

/// What is wrong with the dialog `id`, which `open` opens, in each of these faces; it is closed again with Escape.
#[track_caller]
pub fn dialog(device: &Device, id: &str, faces: &[Settings], open: impl Fn(&Page)) -> Vec<String> {
    let page = &device.page;
    let mut found = Vec::new();
    for face in faces {
        // A face that is built anew leaves no dialog open.
        put_on(device, face);
        page.settle();
        open(page);
        page.find(&format!("#{id}[open]"));
        page.settle();
        found.extend(wrong(device, id, face));
        page.keys(&key::ESCAPE.to_string());
        page.find_no(&format!("#{id}[open]"));
    }
    found
}

/// Ends the test when something was found.
///
/// # Panics
/// Then.
#[track_caller]
pub fn fail_with(found: &[String]) {
    assert!(found.is_empty(), "{} things keep people out:\n{}", found.len(), found.join("\n"));
}
