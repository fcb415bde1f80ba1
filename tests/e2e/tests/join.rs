//! First start and joining, in both languages, with the pointer and with the keyboard alone.

use linli_e2e::{
    page::{Page, key},
    words::{beginning, fill, say},
    world::{Device, World, people},
};
use linli_wire::Language;

/// Waits for the error of `code`, in words, beside the field `field`: described by it, and said at once.
#[track_caller]
fn see_error_beside(page: &Page, language: &Language, field: &str, code: &str) {
    let (title, text) =
        (say(language, &format!("errors.{code}.title")), say(language, &format!("errors.{code}.text")));
    page.until_with(
        "an error beside its field",
        "const field = one(id(args[0])), error = document.getElementById(field.getAttribute('aria-describedby'));
         return field.getAttribute('aria-invalid') === 'true' && shown(error) && error.getAttribute('role') === 'alert'
             && args.slice(1).every(words => normal(error.innerText).includes(normal(words)))",
        &[field.into(), title.into(), text.into()],
    );
}

#[track_caller]
fn send(device: &Device, address: &str, code: &str) {
    device.page.fill("address", address);
    device.page.fill("code", code);
    device.page.tap("join");
}

#[test]
fn a_new_resident_comes_in_with_the_code_of_the_letter() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("join-code");
    let device = world.device("phone");
    let page = &device.page;
    page.resize(390, 844);

    page.see(&say(&en, "welcome.title"));
    page.tap("switch-language");
    page.see(&say(&zh, "welcome.title"));
    page.find("html[lang^=zh]");
    page.tap("switch-mode");
    page.find("html[data-mode=simple]");
    page.tap("switch-mode");
    page.tap("switch-language");
    page.find("html[lang^=en][data-mode=standard]");

    page.tap("type-code");
    page.see(&say(&en, "join.title"));
    page.tap("join");
    page.until("both fields to say what is missing", "return all('[aria-invalid=true]').length === 2");
    page.fill("code", "K7QP 3MX");
    page.see(&say(&en, "join.code_short_one"));
    page.fill("code", "K7QP 3MX0");
    page.see(&fill(&en, "join.code_letter", &[("letter", "0")]));
    page.fill("address", "http://linli.example.org"); // in clear
    page.see(&say(&en, "join.address_wrong"));

    let letter = world.community.invite(people::WANG_MEI, &device.cable).unwrap();
    let nowhere = format!("http://{}", linli_e2e::program::free_address().unwrap());
    send(&device, &nowhere, &letter.code);
    see_error_beside(page, &en, "address", "server_unreachable");
    send(&device, &letter.server, "2222 2222");
    see_error_beside(page, &en, "code", "invitation_unknown");
    assert_eq!(page.value("address"), letter.server, "what was typed stays");

    // Someone else was faster.
    world.device("thief").host.join(&letter).unwrap();
    send(&device, &letter.server, &letter.code.to_lowercase());
    see_error_beside(page, &en, "code", "invitation_used");
    page.tap("back");
    page.tap("switch-language");
    page.tap("type-code");
    assert_eq!(
        page.value("code").replace([' ', '-'], ""),
        letter.code.replace('-', ""),
        "what was typed stays"
    );
    page.tap("join");
    see_error_beside(page, &zh, "code", "invitation_used");
    page.tap("back");
    page.tap("switch-language");

    let letter = world.community.invite(people::WANG_MEI, &device.cable).unwrap();
    page.tap("type-code");
    send(&device, &letter.server, &letter.code);
    page.see(&say(&en, "join.is_this_you"));
    page.see("王梅");
    page.see("3-1201");
    page.tap("confirm-yes");
    page.fill("given-name", "");
    page.tap("next");
    page.see(&say(&en, "common.required"));
    page.fill("given-name", "Mei");
    page.tap("next");
    page.see(&say(&en, "profile.privacy_title"));
    page.see("Mei, 3-1201");
    page.tap("visible-flat");
    page.tap("next");
    page.tap("mode-simple");
    page.find("html[data-mode=simple]");
    page.tap("language-zh");
    page.see(&say(&zh, "profile.look_title"));
    page.tap("mode-standard");
    page.tap("language-en");
    page.tap("next");
    page.until(
        "to be greeted by the name that was given",
        "return one('h1') && one('h1').innerText.includes('Mei')",
    );
    page.find("[data-testid=notice-row]");
    page.go("/me/profile");
    assert_eq!(page.value("given-name"), "Mei");
    page.until("what neighbours see", "return one(id('visible-flat')).checked");
}

#[test]
fn one_joins_and_reads_with_the_keyboard_alone() {
    let zh = Language::zh();
    let world = World::new("join-keyboard");
    let device = world.device("pc");
    let page = &device.page;
    let letter = world.community.invite(people::LI_QIANG, &device.cable).unwrap();
    let press = |css: &str| {
        page.tab_to(css);
        page.keys(&key::ENTER.to_string());
    };

    press("[data-testid=switch-language]");
    page.see(&say(&zh, "welcome.title"));
    press("[data-testid=paste-link]");
    page.tab_to("[data-testid=link]");
    page.keys(&letter.link);
    page.see(&letter.server);
    page.keys(&key::ENTER.to_string());
    page.see(&say(&zh, "join.is_this_you"));
    press("[data-testid=confirm-yes]");
    page.tab_to("[data-testid=given-name]");
    page.keys(&key::ENTER.to_string());
    page.see(&say(&zh, "profile.privacy_title"));
    page.tab_to("[name=visible]");
    page.keys(&key::DOWN.to_string());
    press("[data-testid=next]");
    page.see(&say(&zh, "profile.look_title"));
    page.tab_to("[name=mode]");
    page.keys(&key::RIGHT.to_string());
    page.find("html[data-mode=simple]");
    page.tab_to("[name=mode]");
    page.keys(&key::RIGHT.to_string());
    page.find("html[data-mode=standard]");
    press("[data-testid=next]");

    press(".c-sidebar a[href='/notices']");
    page.until(
        "the focus on the heading",
        "return document.activeElement.matches('h1') && location.pathname === '/notices'",
    );
    page.keys_with(&[key::CONTROL], "k");
    page.until("the focus in the search", "return document.activeElement.matches(id('search'))");
    page.keys("电梯");
    page.until("rows that have it", "const hits = all('mark'); return hits.length && hits.every(hit => normal(hit.innerText).includes('电梯'))");
    press("[data-testid=notice-row]");
    page.until(
        "the focus on the notice's title",
        "return document.activeElement.matches('.p-article__title')",
    );
    page.keys_with(&[key::SHIFT], &key::TAB.to_string());
    page.until("a way back", "return document.activeElement !== document.body");
}

#[test]
fn a_demo_person_is_one_press_away() {
    let world = World::new("join-demo");
    let letter = {
        let cable = world.community.cable().unwrap();
        world.community.invite(people::GRANDMA_WANG, &cable).map(|letter| (letter, cable)).unwrap()
    };
    let (letter, _cable) = letter;
    let people = world.folder().join("people.json");
    let person = serde_json::json!([{
        "key": "grandma-wang",
        "name": { "en": "Grandma Wang", "zh": "王奶奶" },
        "about": { "en": "Resident, Simple mode in Chinese", "zh": "住户，长辈版" },
        "settings": { "language": "zh", "mode": "simple" },
        "link": letter.link,
    }]);
    std::fs::write(&people, person.to_string()).unwrap();
    let device = world.demo_device("tablet", people);
    let page = &device.page;
    page.see(&say(&Language::en(), "welcome.demo_title"));
    page.tap("demo-grandma-wang");
    page.find("html[data-mode=simple][lang^=zh]");
    page.find("[data-testid=tile-bell]");
    page.see("王奶奶");
    assert!(!page.seen().contains(&beginning(&Language::en(), "home.morning")), "no English is left");
    page.find("[data-testid=call-office]");
    page.tap("tile-bell");
    page.find("[data-testid=notice-row]");
    page.find("[data-testid=call-office]");
}
