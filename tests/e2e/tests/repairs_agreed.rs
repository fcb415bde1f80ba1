//! What a resident and a worker agree on, and what they do not: the visit, the price, whether it is fixed, how it was
//! closed. One repair goes through all of it, on two telephones.

use linli_e2e::{
    page::Page,
    pages,
    words::{fill, say},
    world::{World, people, settings},
};
use linli_wire::{Language, settings::Mode};

/// Opens the form of an act and waits for it.
#[track_caller]
pub(crate) fn open(page: &Page, act: &str) {
    page.tap(&format!("act-{act}"));
    page.find("#repair-act[open]");
}

/// Sends the form of an act and waits until the server has it.
#[track_caller]
pub(crate) fn send(page: &Page) {
    page.tap("act-send");
    page.find_no("#repair-act[open]");
    page.find_no("[data-testid=waiting]");
}

/// Does an act that asks for words.
#[track_caller]
pub(crate) fn say_why(page: &Page, act: &str, words: &str) {
    open(page, act);
    page.fill("act-words", words);
    send(page);
}

/// Waits until the repair on the page stands so.
#[track_caller]
pub(crate) fn stands(page: &Page, state: &str) {
    page.find(&format!("[data-testid=repair][data-state={state}]"));
}

/// Fills in a time, some days from now.
#[track_caller]
fn choose_day(page: &Page, days: u32) {
    page.script(
        "const at = one(id('act-at'));
         at.value = new Date(Date.now() + arguments[0] * 86400000).toISOString().slice(0, 16);
         at.dispatchEvent(new Event('input', { bubbles: true }));",
        &[days.into()],
    );
}

#[test]
fn a_visit_a_price_and_an_end_are_agreed_on_or_not() {
    let en = Language::en();
    let world = World::new("repairs-agreed");
    let resident = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let worker = world.joined("worker", people::ZHAO, settings(en.clone(), Mode::Standard));
    let (phone, zhao) = (&resident.page, &worker.page);
    phone.resize(390, 844);
    zhao.resize(390, 844);
    let id = pages::repair(&resident.host).unwrap();

    // On his telephone the queue is one press away.
    zhao.tap("nav-tool");
    zhao.press(&format!("a[href='/office/repairs/{id}']"));
    zhao.tap("act-accept");
    stands(zhao, "accepted");
    zhao.find_no("[data-testid=waiting]");

    // He proposes a time, she another one, and he agrees.
    open(zhao, "propose-visit");
    zhao.tap("act-send");
    zhao.see(&say(&en, "repair_acts.at_missing"));
    choose_day(zhao, 1);
    zhao.choose("act-hours", "2");
    send(zhao);
    zhao.see(&fill(&en, "repairs.visit_by_office", &[("slot", "")]));
    phone.tap("repair-need");
    phone.find("[data-testid=act-agree-visit]");
    open(phone, "propose-visit");
    choose_day(phone, 2);
    phone.fill("act-words", "I am home in the evening only");
    send(phone);
    phone.see(&fill(&en, "repairs.visit_by_resident", &[("slot", "")]));
    phone.find_no("[data-testid=act-agree-visit]");
    zhao.see("I am home in the evening only");
    zhao.tap("act-agree-visit");
    let agreed = fill(&en, "repairs.visit_agreed", &[("slot", "")]);
    zhao.see(&agreed);
    phone.see(&agreed);

    // Another time after all, which suits her.
    open(zhao, "propose-visit");
    choose_day(zhao, 3);
    send(zhao);
    phone.tap("act-agree-visit");
    phone.see(&agreed);
    zhao.see(&agreed);

    // The first price is declined, the second approved; the work waits meanwhile.
    open(zhao, "quote");
    zhao.fill("act-price", "nothing");
    zhao.fill("act-words", "A new valve");
    zhao.tap("act-send");
    zhao.see(&say(&en, "repair_acts.price_missing"));
    zhao.fill("act-price", "120.50");
    send(zhao);
    stands(zhao, "quoted");
    zhao.find_no("[data-testid=act-finish]");
    phone.find("[data-testid=act-approve-quote]");
    say_why(phone, "decline-quote", "That is too much");
    stands(phone, "accepted");
    zhao.see("That is too much");
    zhao.see(&say(&en, "repairs.quote_declined"));
    open(zhao, "quote");
    zhao.fill("act-price", "80");
    zhao.fill("act-words", "A used valve");
    send(zhao);
    phone.tap("act-approve-quote");
    stands(phone, "accepted");
    phone.see(&say(&en, "repairs.quote_approved"));
    zhao.see(&say(&en, "repairs.quote_approved"));

    // Said to be done, and it is not.
    say_why(zhao, "finish", "The valve is in");
    phone.see("The valve is in");
    say_why(phone, "reopen", "It still drips");
    stands(phone, "reopened");
    stands(zhao, "reopened");
    zhao.see("It still drips");

    // Given up, and she does not accept that; in the end she takes the report back.
    say_why(zhao, "close-unfixed", "The pipe is in the wall");
    stands(phone, "unfixed");
    phone.see("The pipe is in the wall");
    say_why(phone, "dispute", "Then open the wall");
    stands(phone, "disputed");
    zhao.see("Then open the wall");
    stands(zhao, "disputed");
    say_why(phone, "withdraw", "My son has mended it");
    stands(phone, "withdrawn");
    stands(zhao, "withdrawn");
    zhao.find_no("[data-testid=act-accept]");
    phone.go("/");
    phone.find_no("[data-testid=repair-need]");
}
