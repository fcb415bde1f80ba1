//! The story of what the community spends: noted by hand, seen by every resident, and taken back with a reason.

use linli_e2e::{
    faces::{fail_with, wrong},
    words::say,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{Empty, MoneyGet, SpendingGet},
    settings::{Mode, Settings},
};

#[test]
fn spending_is_noted_and_taken_back_in_english() {
    story("spending-en", Language::en());
}

#[test]
fn spending_is_noted_and_taken_back_in_chinese() {
    story("spending-zh", Language::zh());
}

/// What keeps people out of the page as it is, on a phone and beside a wide window.
#[track_caller]
fn both_widths(device: &Device, name: &str, face: &Settings) {
    for (width, height) in [(360, 1800), (1280, 1400)] {
        device.page.resize(width, height);
        device.page.rest();
        device.page.picture(&format!("{name}-{width}.png"));
        fail_with(&wrong(device, &format!("{name} {width}"), face));
    }
}

#[track_caller]
fn story(name: &str, language: Language) {
    let world = World::new(name);
    let face = settings(language.clone(), Mode::Standard);
    let office = world.joined("office", people::CHEN_JING, face.clone());
    let manager = world.joined("manager", people::LIN, face.clone());
    let (chen, lin) = (&office.page, &manager.page);
    let say = |key: &str| say(&language, key);
    let spent = || -> i64 {
        let money = office.host.call::<MoneyGet>(&Empty {}).unwrap();
        money.rows.iter().map(|row| row.spent).sum()
    };
    let (before, known) = (spent(), office.host.call::<SpendingGet>(&Empty {}).unwrap().rows.len());
    chen.go("/office/payments");
    chen.tap("spending");
    both_widths(&office, "spending", &face);

    // What is missing or wrong is said beside its field.
    chen.tap("note-spending");
    chen.find("#note-spending[open]");
    let today = chen.value("spending-day");
    for day in ["2099-01-01", "gestern", "2026-1-1"] {
        chen.fill("spending-day", day);
        chen.tap("spending-now");
        chen.see(&say("spending.wrong_day"));
    }
    chen.fill("spending-day", &today);
    chen.fill("spending-amount", "12x");
    chen.tap("spending-now");
    chen.see(&say("payments.pay_wrong"));
    both_widths(&office, "spending-form", &face);
    chen.fill("spending-amount", "120.00");
    chen.fill("spending-words", "Blue Sky Cleaning, invoice 117");

    // The network is gone: nobody knows, and asking again notes it once.
    office.cable.cut();
    chen.tap("spending-now");
    chen.find_late("[data-testid=payment-unknown]");
    office.cable.mend();
    chen.tap("pay-again");
    chen.find_no("#note-spending[open]");
    chen.see("Blue Sky Cleaning, invoice 117");
    let rows = office.host.call::<SpendingGet>(&Empty {}).unwrap().rows;
    assert_eq!((rows.len(), spent()), (known + 1, before + 12_000));

    // It is taken back by somebody else, with a reason, and once.
    let row = rows.iter().find(|row| row.words.contains("invoice 117")).unwrap();
    assert!(row.minor == 12_000 && row.taken_back.is_none(), "{row:?}");
    chen.see(&say("spending.own"));
    lin.go("/office/payments");
    lin.tap("spending");
    lin.until_with(
        "to take it back",
        "const row = all(id('spending')).find(row => row.innerText.includes(args[0])); row?.querySelector(id('take-back'))?.click(); return !!one('#take-spending-back[open]')",
        &[serde_json::json!("invoice 117")],
    );
    lin.tap("take-back-now");
    lin.see(&say("payments_office.credit_reason_missing"));
    lin.fill("spending-reason", "Entered twice");
    both_widths(&manager, "spending-back", &face);
    lin.tap("take-back-now");
    lin.find_no("#take-spending-back[open]");
    lin.find("[data-testid=spending][data-state=taken-back]");
    lin.see("Entered twice");
    assert_eq!(spent(), before);
    both_widths(&manager, "spending-taken-back", &face);
}
