//! Text size, colours, contrast; the outbox; diagnostics; pages that are not there, and a face that broke.

use linli_e2e::{
    look, pages,
    words::{beginning, say},
    world::{World, people, settings},
};
use linli_wire::{
    Language,
    command::{AppGet, ChangeProfile, Diagnostics, Empty},
    community::ProfileChange,
    settings::{Mode, Settings},
};

#[test]
fn the_largest_text_on_the_smallest_phone_never_scrolls_sideways() {
    let world = World::new("settings-text-size");
    let phone = world.joined("phone", people::WANG_MEI, settings(Language::zh(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(Language::zh(), Mode::Standard));
    let homes = pages::of_residents(&phone.host).unwrap();
    let rooms = pages::of_the_office(&office.host).unwrap();
    let mut found = Vec::new();
    for (device, places, language, mode) in [
        (&phone, &homes, Language::zh(), Mode::Standard),
        (&phone, &homes, Language::en(), Mode::Simple),
        (&office, &rooms, Language::zh(), Mode::Standard),
    ] {
        let page = &device.page;
        let name = if mode == Mode::Simple { "simple" } else { "standard" };
        page.resize(320, 640);
        device.set(Settings { text_percent: 310, ..settings(language.clone(), mode) });
        page.until_with(
            "the largest text",
            "return getComputedStyle(document.documentElement).getPropertyValue('--scale').trim() === '3.1'
                 && document.documentElement.dataset.mode === args[0]",
            &[name.into()],
        );
        for place in places.iter().filter(|place| mode == Mode::Standard || place.in_simple) {
            page.go(&place.path);
            let lines = look::sideways(page).into_iter();
            found.extend(lines.map(|line| format!("{} {name} {language}: {line}", place.name)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn settings_show_at_once_and_stay() {
    let en = Language::en();
    let world = World::new("settings-look");
    let device = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let page = &device.page;

    page.go("/me/settings");
    let ground = |page: &linli_e2e::page::Page| {
        page.script("return getComputedStyle(document.body).backgroundColor", &[])
            .as_str()
            .unwrap()
            .to_owned()
    };
    let light = ground(page);
    page.tap("theme-dark");
    page.find("html[data-theme=dark]");
    let dark = ground(page);
    assert_ne!(light, dark);
    page.tap("theme-system");
    page.find("html:not([data-theme])");
    page.prefer("prefers-color-scheme", "dark");
    assert_eq!(ground(page), dark, "as the device has it");
    page.prefer("prefers-color-scheme", "light");
    assert_eq!(ground(page), light);
    page.tap("contrast");
    page.find("html[data-contrast=high]");
    let size = |page: &linli_e2e::page::Page| {
        page.script("return parseFloat(getComputedStyle(one('h1')).fontSize)", &[]).as_f64().unwrap()
    };
    let before = size(page);
    page.tap("text-larger");
    page.tap("text-larger");
    page.until_with(
        "larger text",
        "return parseFloat(getComputedStyle(one('h1')).fontSize) > args[0]",
        &[before.into()],
    );
    page.reload();
    page.find("html[data-contrast=high]");
    assert!(size(page) > before, "it stays");
    page.tap("language-zh");
    page.see(&say(&Language::zh(), "settings.text_size"));
    page.tap("mode-simple");
    page.find("html[data-mode=simple][lang^=zh]");
    let kept = device.host.call::<AppGet>(&Empty {}).unwrap().settings;
    assert_eq!(
        (kept.language.as_str(), kept.mode, kept.high_contrast, kept.text_percent),
        ("zh", Mode::Simple, true, 120)
    );
}

#[test]
fn what_waits_can_be_seen_and_discarded() {
    let en = Language::en();
    let world = World::new("settings-outbox");
    let device = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let page = &device.page;
    page.go("/me/outbox");
    page.see(&say(&en, "outbox.empty_title"));
    device.cable.cut();
    page.see(&beginning(&en, "offline.banner"));
    let change = ProfileChange { given_name: Some("Meimei".to_owned()), ..ProfileChange::default() };
    device.host.call::<ChangeProfile>(&change).unwrap();
    page.find("[data-testid=outbox-row][data-kind=change_profile] [data-state=waiting]");
    page.go("/");
    page.see("Meimei");
    page.go("/me/outbox");
    page.tap("discard-write");
    // In the moment of an attempt to send it cannot be discarded, and the app says so: then once more.
    let going = serde_json::json!(say(&en, "errors.on_its_way.title"));
    let told = page.until_with(
        "it to be discarded, or that it is being sent",
        "return !one(id('outbox-row')) ? 'gone' : seen().includes(args[0]) && 'going'",
        &[going],
    );
    if told == "going" {
        page.tap("discard-write");
    }
    page.see(&say(&en, "outbox.empty_title"));
    page.go("/");
    page.see_no("Meimei");
}

#[test]
fn diagnostics_hold_no_personal_data() {
    let world = World::new("settings-diagnostics");
    let device = world.joined("phone", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    device.page.go("/me");
    device.page.find("[data-testid=diagnostics]");
    let view = device.host.call::<AppGet>(&Empty {}).unwrap();
    let me = view.me.unwrap();
    let text = device.host.call::<Diagnostics>(&Empty {}).unwrap().text;
    assert!(text.contains(&view.version), "it says which Linli this is: {text}");
    let address = device.cable.address().to_string();
    let host_name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let folder = device.setup.folder.display().to_string();
    let personal = [
        me.person.name.as_str(),
        me.person.given_name.as_str(),
        me.person.code.as_str(),
        &me.person.id.to_string(),
        &me.community.id.to_string(),
        me.community.name.in_language(&Language::zh()),
        me.community.name.in_language(&Language::en()),
        &address,
        host_name.trim(),
        &folder,
        "1201",
        "5550",
    ];
    for word in personal.into_iter().filter(|word| word.chars().count() > 1) {
        assert!(!text.contains(word), "diagnostics hold {word:?}:\n{text}");
    }
}

#[test]
fn no_address_and_no_accident_leaves_a_blank_page() {
    let en = Language::en();
    let world = World::new("settings-accidents");
    let device = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let page = &device.page;
    page.go("/no/such/page");
    page.see(&say(&en, "missing.title"));
    page.go("/notices/01900000-0000-7000-8000-000000000000");
    page.see(&say(&en, "errors.not_found.title"));
    // A resident who finds the office's address finds a closed door, not its rooms.
    page.go("/office/people");
    page.see(&say(&en, "missing.title"));
    page.go("/");

    // The face breaks, because the browser refuses something once: a panic is a page of its own.
    page.script(
        "const real = document.createElement; let broken = true;
         document.createElement = function (...tag) {
             if (broken) { broken = false; throw new Error('out of elements'); }
             return real.apply(this, tag);
         };
         one('a[href=\"/me\"]').click();",
        &[],
    );
    page.find("[data-testid=crash]");
    page.see(&say(&en, "crash.title"));
    page.tap_words(&say(&en, "crash.reload"));
    page.until("the face, anew", "return !document.getElementById('crash') && one('h1')");

    // Without the host's token nothing can be asked, and that is said.
    let stranger = world.page("stranger");
    let address = device.host.url("/");
    stranger.open(address.split('#').next().unwrap());
    stranger.see(&say(&en, "unlock.no_host"));
}
