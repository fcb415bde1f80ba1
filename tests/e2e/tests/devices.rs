//! One person, several devices: a code from one for the other, and signing one out at once.

use linli_e2e::{
    words::{beginning, say},
    world::{World, people, settings},
};
use linli_wire::{Language, settings::Mode};

#[test]
fn a_device_is_added_with_a_code_and_signed_out_at_once() {
    let en = Language::en();
    let world = World::new("devices");
    let phone = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let tablet = world.device("tablet");

    phone.page.go("/me/devices");
    assert_eq!(phone.page.count("[data-testid=devices] li"), 1);
    phone.page.tap("add-device");
    let code = phone.page.text("[data-testid=code]");
    phone.page.see(&beginning(&en, "devices.valid_for_other"));
    phone.page.find(".c-qr svg, svg.c-qr");

    tablet.page.tap("type-code");
    tablet.page.fill("address", &format!("http://{}", tablet.cable.address()));
    tablet.page.fill("code", &code);
    tablet.page.tap("join");
    tablet.page.see(&say(&en, "join.is_this_you"));
    tablet.page.see("王梅");
    phone
        .page
        .until("to be told", "return one(id('toasts')) && normal(one(id('toasts')).innerText).length > 0");
    tablet.page.tap("confirm-yes");
    tablet.page.tap("next");
    tablet.page.tap("next");
    tablet.page.tap("next");
    tablet.page.find("[data-testid=notice-row]");

    // The same code does not work twice.
    let third = world.device("third");
    third.page.tap("type-code");
    third.page.fill("address", &format!("http://{}", third.cable.address()));
    third.page.fill("code", &code);
    third.page.tap("join");
    third.page.find("[data-testid=code][aria-invalid=true]");
    drop(third);

    phone.page.go("/me/devices");
    phone.page.until("both devices", "return all(id('devices') + ' li').length === 2");
    assert_eq!(phone.page.count("[data-testid=revoke]"), 1, "this one is not signed out here");
    phone.page.tap("rename");
    phone.page.fill("device-name", "Kitchen phone");
    phone.page.press("#rename-device [type=submit]");
    phone.page.see("Kitchen phone");
    phone.page.find_no("[data-testid=pending]");
    phone.page.tap("revoke");
    phone.page.find("#revoke-device[open]");
    phone.page.press("#revoke-device [data-testid=confirm]");

    // It is told on the open stream, without being touched.
    tablet.page.find("[data-testid=locked][data-code=device_revoked]");
    tablet.page.see(&say(&en, "errors.device_revoked.title"));
    phone.page.until("one device", "return all(id('devices') + ' li').length === 1");
    tablet.page.tap("join-again");
    tablet.page.see(&say(&en, "welcome.title"));
}

#[test]
fn a_device_that_came_in_is_shown_once_on_the_others() {
    let en = Language::en();
    let world = World::new("devices-added");
    let phone = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    phone.page.go("/");
    phone.page.find("h1");
    phone.page.find_no("[data-testid=device-added]");
    // With a letter of the person's own, from somewhere else.
    let other = world.joined("other", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    phone.page.find("[data-testid=device-added]");
    other.page.go("/");
    other.page.find("h1");
    other.page.find_no("[data-testid=device-added]");
    phone.page.reload();
    phone.page.find("[data-testid=device-added]");
    phone.page.tap("device-was-me");
    phone.page.find_no("[data-testid=device-added]");
    phone.page.reload();
    phone.page.find("[data-testid=emergency]");
    phone.page.find_no("[data-testid=device-added]");
}
