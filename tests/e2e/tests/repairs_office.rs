//! The office's work on repairs of everybody: who waits for them, who is sent, what belongs together; the board, the
//! figures, and the kinds of repair.

use linli_e2e::{
    page::key,
    pages,
    words::{fill, say},
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{Empty, RepairChoicesGet, RepairNew, RepairReportNow},
    id::RepairId,
    repairs::{RepairForm, RepairPlace},
    settings::Mode,
};

use super::repairs_agreed::{open, say_why, send, stands};

/// Reports something in the person's building.
fn report(device: &Device, category: &str, words: &str) -> RepairId {
    let choices = device.host.call::<RepairChoicesGet>(&Empty {}).unwrap();
    let place = RepairPlace::Building { building_id: choices.buildings.first().unwrap().id };
    let mut draft = device.host.call::<RepairNew>(&Empty {}).unwrap();
    draft.form = RepairForm {
        place: Some(place),
        category: category.to_owned(),
        words: words.to_owned(),
        ..RepairForm::default()
    };
    device.host.call::<RepairReportNow>(&draft).unwrap();
    draft.id
}

#[test]
fn the_office_sends_somebody_and_puts_together_what_is_the_same() {
    let en = Language::en();
    let world = World::new("repairs-office");
    let resident = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let neighbour = world.joined("neighbour", people::LI_QIANG, settings(en.clone(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let (phone, li, chen) = (&resident.page, &neighbour.page, &office.page);
    phone.resize(390, 844);
    li.resize(390, 844);
    let id = report(&resident, "plumbing", "The stairs are dark");
    let zhao = pages::person(&office.host, "赵建国").unwrap().to_string();
    let myself = pages::person(&office.host, "陈静").unwrap().to_string();

    // A neighbour waits for it, too.
    li.go("/repairs");
    li.tap("me-too");
    li.press(&format!("a[href='/repairs/{id}']"));
    li.find("[data-testid=repair]");
    li.see("The stairs are dark");
    phone.go(&format!("/repairs/{id}"));
    phone.see(&fill(&en, "repairs.affected_other", &[("count", "2")]));

    // It is of another kind and urgent; Zhao is named, and hands it over.
    chen.go("/office/repairs");
    chen.press(&format!("a[href='/office/repairs/{id}']"));
    open(chen, "move");
    chen.choose("act-pick", "power");
    chen.choose("act-urgency", "urgent");
    send(chen);
    phone.see("Power & light");
    open(chen, "assign");
    chen.tap("act-send");
    chen.see(&say(&en, "repair_acts.worker_missing"));
    chen.choose("act-pick", &zhao);
    send(chen);
    stands(chen, "assigned");
    phone.see("赵建国");
    open(chen, "transfer");
    chen.choose("act-pick", &myself);
    chen.fill("act-words", "He is on another roof");
    send(chen);
    phone.see("He is on another roof");
    chen.tap("act-accept");
    stands(phone, "accepted");

    // The board shows it under its state, is remembered, and is reached by keyboard.
    let card = format!("a[href='/office/repairs/{id}'][data-testid=repair-card]");
    chen.tap("side-tool");
    chen.tap("as-board");
    chen.until_with(
        "the card in its column",
        "return all(id('column'))[2]?.querySelector(args[0])",
        &[card.clone().into()],
    );
    chen.reload();
    chen.tab_to(&card);
    chen.keys(&key::ENTER.to_string());
    stands(chen, "accepted");
    chen.go("/office/repairs");
    chen.resize(390, 844);
    chen.find_no("[data-testid=as-board]");
    chen.resize(1280, 900);
    chen.tap("as-list");
    chen.find("[data-testid=queue] [data-testid=repair-row]");

    // The same once more is put together with it, and who reported it does not agree.
    let again = report(&neighbour, "power", "No light on the stairs");
    chen.press(&format!("a[href='/office/repairs/{again}']"));
    open(chen, "merge");
    chen.choose("act-pick", &id.to_string());
    send(chen);
    stands(chen, "merged");
    li.go(&format!("/repairs/{again}"));
    stands(li, "merged");
    li.see(&say(&en, "repairs.merged_into"));
    say_why(li, "dispute", "Mine is on another floor");
    stands(li, "disputed");
    stands(chen, "disputed");
}

#[test]
fn figures_are_for_everybody_and_kinds_are_the_offices() {
    let en = Language::en();
    let world = World::new("repairs-kinds");
    let resident = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let manager = world.joined("manager", people::LIN, settings(en.clone(), Mode::Standard));
    let (phone, chen, lin) = (&resident.page, &office.page, &manager.page);
    phone.resize(390, 844);

    // What a round of the demo found, then one more that counts; without network the page says that it needs it.
    phone.go("/repairs/figures");
    phone.find("[data-testid=figures-row]");
    assert_eq!(phone.count("[data-testid=figures-row]"), 1);
    let id = report(&resident, "power", "The stairs are dark");
    chen.go("/office/repairs");
    chen.find(&format!("a[href='/office/repairs/{id}']"));
    chen.tap("figures");
    chen.find("[data-testid=figures-row]");
    chen.see("Power & light");
    chen.find("[data-testid=chart]");
    phone.go("/repairs");
    phone.tap("figures");
    phone.find("[data-testid=figures-row]");
    phone.choose("figures-kind", "power");
    phone.choose("figures-month", "");
    assert_eq!(phone.count("[data-testid=figures-row]"), 1);
    resident.set(settings(en.clone(), Mode::Simple));
    phone.find("html[data-mode=simple]");
    phone.see("2 reported, 0 of them fixed, 0 late");
    phone.find_no("[data-testid=figures-row]");
    phone.go("/repairs");
    resident.cable.cut();
    phone.find_late("[data-kind=offline]");
    phone.go("/repairs/figures");
    phone.find("[data-testid=error][data-code=server_unreachable], [data-testid=error][data-code=offline]");
    phone.see(&say(&en, "errors.offline.text"));
    resident.cable.mend();
    resident.set(settings(en.clone(), Mode::Standard));
    phone.find_no("[data-kind=offline]");

    // A new kind is there to be chosen, until it is retired.
    chen.go("/office/repairs");
    chen.tap("categories");
    chen.tap("new-kind");
    chen.find("#kind-form[open]");
    chen.tap("save-kind");
    chen.see(&say(&en, "repair_kinds.name_missing"));
    chen.fill("kind-zh", "信箱");
    chen.fill("kind-en", "Letter boxes");
    chen.fill("kind-normal", "soon");
    chen.tap("save-kind");
    chen.see(&say(&en, "repair_kinds.hours_wrong"));
    chen.fill("kind-normal", "20");
    chen.press("#kind-icon label:first-of-type input");
    chen.tap("save-kind");
    let row = "[data-testid=kind-row][data-key=letter-boxes]";
    chen.find(row);
    chen.find_no(&format!("{row} [data-testid=pending]"));
    phone.go("/repairs/new");
    phone.see("Letter boxes");
    chen.press(&format!("{row} [data-testid=edit-kind]"));
    chen.tap("kind-retired");
    chen.tap("save-kind");
    chen.see(&say(&en, "repair_kinds.retired"));
    chen.find_no("[data-testid=pending]");
    // A form that is open stays as it is; the next one does not offer it.
    phone.go("/repairs");
    phone.go("/repairs/new");
    phone.see_no("Letter boxes");

    // Two change the same kind: who was slower sees both, and decides.
    let lifts = "[data-testid=kind-row][data-key=lifts]";
    office.cable.cut();
    chen.find_late("[data-kind=offline]");
    chen.press(&format!("{lifts} [data-testid=edit-kind]"));
    chen.fill("kind-urgent", "3");
    chen.tap("save-kind");
    chen.find(&format!("{lifts} [data-testid=pending]"));
    lin.go("/office/repairs/categories");
    lin.press(&format!("{lifts} [data-testid=edit-kind]"));
    lin.fill("kind-urgent", "5");
    lin.tap("save-kind");
    lin.find_no(&format!("{lifts} [data-testid=pending]"));
    office.cable.mend();
    chen.find_late(&format!("{lifts} [data-testid=conflict]"));
    chen.see("Urgent 3 h");
    chen.see("Urgent 5 h");
    chen.tap("again");
    chen.find("#kind-form[open]");
    assert_eq!(chen.value("kind-urgent"), "3");
    chen.tap("save-kind");
    chen.find_no("[data-testid=conflict]");
    chen.find_no("[data-testid=pending]");
    lin.until_with(
        "the later word",
        "const row = one(args[0]); return row && normal(row.innerText).includes('Urgent 3 h')",
        &[lifts.into()],
    );
}
