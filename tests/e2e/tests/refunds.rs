//! The story of money that goes back: the office asks, the manager decides, the resident reads why; and of the papers
//! that a resident opens on the way.

use std::{fs, path::PathBuf};

use linli_e2e::{
    faces::{fail_with, wrong},
    host::Keys,
    key_store::Bus,
    words::say,
    world::{Device, World, people, settings, until},
};
use linli_wire::{
    Code, Language,
    command::{
        AttemptNew, CounterPay, DecideOnRefund, Empty, HouseholdKey, HouseholdPaymentsGet, PayBills,
        PayByCard, PaymentsGet, RefundDecide, RefundsGet, TypedGet,
    },
    id::PaymentId,
    payments::{HouseholdView, PaymentState, RefundState},
    settings::{Mode, Settings},
    typed::TypedPlace,
};

#[test]
fn a_payment_goes_back_when_two_of_the_office_agree_in_english() {
    story("refunds-en", Language::en(), Mode::Standard);
}

#[test]
fn a_payment_goes_back_when_two_of_the_office_agree_in_simple_chinese() {
    story("refunds-zh", Language::zh(), Mode::Simple);
}

/// The household as its device has it.
fn household(device: &Device) -> HouseholdView {
    device.host.call::<PaymentsGet>(&Empty {}).unwrap().households.remove(0)
}

/// What was saved outside of the app, by name.
fn saved(device: &Device) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(device.setup.folder.join("Downloads")) else { return Vec::new() };
    let mut files: Vec<PathBuf> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
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
fn story(name: &str, language: Language, mode: Mode) {
    let world = World::new(name);
    let (own, pc) = (settings(language.clone(), mode), settings(language.clone(), Mode::Standard));
    let resident = world.joined("phone", people::WANG_MEI, own.clone());
    let office = world.joined("office", people::CHEN_JING, pc.clone());
    let manager = world.joined("manager", people::LIN, pc.clone());
    let (phone, chen, lin) = (&resident.page, &office.page, &manager.page);
    let say = |key: &str| say(&language, key);

    // A hundred more than is owed was handed over at the counter.
    phone.go("/payments");
    phone.find("[data-testid=owed]");
    let before = household(&resident);
    let attempt = office.host.call::<AttemptNew>(&Empty {}).unwrap().id;
    let bills: Vec<_> = before.bills.iter().filter(|bill| bill.owed > 0).map(|bill| bill.id).collect();
    let minor = before.owed + 10_000;
    let handed = PayBills { attempt, household_id: before.id, bills, minor };
    let payment = office.host.call::<CounterPay>(&handed).unwrap();
    let receipt = payment.receipt.clone().unwrap();

    let of_it = format!("[data-testid=receipt][data-number={receipt}]");

    // The resident opens the receipt, which is saved outside of the app.
    phone.see(&receipt);
    assert_eq!(saved(&resident), Vec::<PathBuf>::new());
    phone.press(&of_it);
    phone.see(&say("payments.paper_saved"));
    let files = saved(&resident);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].file_name().unwrap().to_str(), Some(format!("{receipt}.pdf").as_str()));
    let first = fs::read(&files[0]).unwrap();
    assert!(first.starts_with(b"%PDF-"));

    // Without network the receipt and the statement open all the same.
    phone.tap("open-statement");
    until("the statement", || saved(&resident).len() == 2);
    resident.cable.cut();
    phone.find_late("[data-kind=offline]");
    phone.press(&of_it);
    until("the receipt again", || saved(&resident).len() == 3);
    phone.tap("open-statement");
    until("the statement again", || saved(&resident).len() == 4);
    phone.find_no("[data-testid=paper-trouble]");
    both_widths(&resident, "papers-offline", &own);
    resident.cable.mend();
    phone.find_no("[data-kind=offline]:not([data-testid])");

    // The office asks for the payment to go back; what was typed outlives dialog and window.
    chen.go(&format!("/office/payments/households/{}", before.id));
    chen.tap("ask-payment");
    chen.find("#give-back[open]");
    chen.see(&say("refunds.second_person"));
    chen.tap("ask-refund");
    chen.see(&say("refunds.reason_missing"));
    chen.fill("refund-reason", "Booked for the wrong home");
    both_widths(&office, "give-back-payment", &pc);
    chen.tap_words(&say("common.cancel"));
    chen.find_no("#give-back[open]");
    chen.reload();
    chen.tap("ask-payment");
    chen.until("what was typed", "return one(id('refund-reason'))?.value === 'Booked for the wrong home'");
    chen.tap("ask-refund");
    chen.find_no("#give-back[open]");
    chen.find("[data-testid=refund][data-state=asked]");
    chen.see(&say("refunds.asked_already"));

    // And for some of what is kept.
    chen.tap("ask-kept");
    chen.fill("refund-amount", "100.01");
    chen.fill("refund-reason", "They want it back");
    chen.tap("ask-refund");
    chen.find("[data-testid=refund-amount][aria-invalid=true]");
    chen.fill("refund-amount", "50");
    chen.choose("refund-way", "transfer");
    both_widths(&office, "give-back-kept", &pc);
    chen.tap("ask-refund");
    chen.find_no("#give-back[open]");
    chen.until("two refunds", "return all(id('refund')).length === 2");
    both_widths(&office, "household-refunds", &pc);

    // The household's statement, for somebody who stands at the counter.
    chen.tap("open-statement");
    chen.see(&say("payments.paper_saved"));
    let files = saved(&office);
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(fs::read(&files[0]).unwrap().starts_with(b"%PDF-"));

    // Nobody decides alone.
    chen.go("/office/payments");
    chen.settle();
    chen.find_no("[data-testid=refunds-waiting]");
    chen.tap("refunds");
    chen.until("two refunds", "return all(id('refund')).length === 2");
    chen.see(&say("refunds.yours"));
    chen.find_no("[data-testid=give-back]");
    let waiting = office.host.call::<RefundsGet>(&Empty {}).unwrap().refunds;
    let alone = DecideOnRefund { id: waiting[0].id, goes_back: true };
    assert_eq!(office.host.ask::<RefundDecide>(&alone).unwrap().unwrap_err().code, Code::NotAllowed);
    assert_eq!(household(&resident).owed, 0, "nothing moved yet");

    // The manager agrees to the first.
    lin.go("/office/payments");
    lin.until("two that wait", "return normal(one(id('refunds-waiting'))?.innerText ?? '').startsWith('2')");
    lin.tap("refunds");
    lin.until("two to decide", "return all(id('give-back')).length === 2");
    both_widths(&manager, "refunds-waiting", &pc);
    lin.tap("give-back");
    lin.find("#confirm-refund[open]");
    lin.see(&say("refunds.then_payment"));
    lin.tap("confirm");
    lin.find("[data-testid=decided] [data-state=done]");

    // With the payment went what it had left: the other one cannot go back any more, and is refused.
    lin.tap("give-back");
    lin.find("#confirm-refund[open]");
    lin.tap("confirm");
    lin.find("[data-testid=refund-trouble]");
    lin.see(&say("refunds.conflict_text"));
    lin.tap("refuse");
    lin.find("#confirm-refusal[open]");
    lin.tap("confirm");
    lin.find("[data-testid=decided] [data-state=refused]");
    lin.see(&say("refunds.nothing_waits"));
    lin.until(
        "who decided",
        "return all(id('decided-by')).length === 2 && all(id('decided-by')).every(line => line.innerText.startsWith('林涛'))",
    );
    both_widths(&manager, "refunds-decided", &pc);
    let key = HouseholdKey { id: before.id };
    let seen = manager.host.call::<HouseholdPaymentsGet>(&key).unwrap();
    let states: Vec<_> = seen.refunds.iter().map(|refund| refund.state).collect();
    assert!(states.contains(&RefundState::Done) && states.contains(&RefundState::Refused), "{states:?}");

    // The resident reads that it went back and why, owes it again, and has another receipt of it.
    phone.see("Booked for the wrong home");
    phone.find("[data-testid=given-back]");
    let now = household(&resident);
    assert_eq!((now.owed, now.kept), (before.owed, before.kept));
    let back = now.payments.iter().find(|other| other.id == payment.id).unwrap();
    assert_eq!(back.state, PaymentState::GivenBack);
    let known = saved(&resident);
    phone.press(&of_it);
    phone.until("the receipt", "return !one('[aria-busy=true]') && !one(id('paper-coming'))");
    let new: Vec<_> = saved(&resident).into_iter().filter(|file| !known.contains(file)).collect();
    assert_eq!(new.len(), 1);
    assert_ne!(fs::read(&new[0]).unwrap(), first, "it says that it was given back");
    both_widths(&resident, "given-back", &own);
    phone.press(&format!("a[href='/payments/{}']", payment.parts[0].bill_id));
    phone.find("[data-testid=bill][data-state=overdue], [data-testid=bill][data-state=due]");
    phone.find("[data-testid=given-back]");
    phone.find(&of_it);
    // The statement of the bill's year opens from here, too.
    let known = saved(&resident).len();
    phone.tap("open-year");
    phone.until("the statement", "return !one('[aria-busy=true]') && !one(id('paper-coming'))");
    assert_eq!(saved(&resident).len(), known + 1);
    both_widths(&resident, "given-back-bill", &own);
}

#[test]
fn an_answer_about_a_refund_that_is_lost_is_asked_for_again_and_moves_money_once() {
    let en = settings(Language::en(), Mode::Standard);
    let world = World::new("refunds-lost");
    // Of all devices here this one keeps what it knows when it is killed.
    let bus = Bus::start(&world.folder().join("bus"), world.artifacts()).unwrap();
    let _store = bus.unlocked_key_store().unwrap();
    let office = world.device_with("office", Keys::KeyStore, Some(bus.address.clone()));
    office.join(&world.community, people::CHEN_JING);
    office.set(en.clone());
    let manager = world.joined("manager", people::LIN, en);
    let resident = world.joined("phone", people::WANG_MEI, settings(Language::en(), Mode::Standard));
    let (chen, lin) = (&office.page, &manager.page);
    let say = |key: &str| say(&Language::en(), key);
    let id = household(&resident).id;
    let attempt = office.host.call::<AttemptNew>(&Empty {}).unwrap().id;
    let handed = PayBills { attempt, household_id: id, bills: Vec::new(), minor: 5_000 };
    let kept = office.host.call::<CounterPay>(&handed).unwrap().kept;
    chen.go(&format!("/office/payments/households/{id}"));
    chen.tap("ask-kept");
    chen.fill("refund-reason", "They moved out");
    office.cable.cut();
    chen.tap("ask-refund");
    chen.find_late("[data-testid=refund-trouble]");
    chen.see(&say("refunds.ask_unknown_text"));
    // The app is killed before it has an answer; what it asks then is the same refund.
    let place = TypedPlace::KeptRefund { id };
    let kept_form = |device: &Device| device.host.call::<TypedGet>(&place).unwrap().form;
    let named = kept_form(&office);
    assert!(named.contains("\"attempt\""), "{named}");
    let office = world.restart("office", office);
    let chen = &office.page;
    assert_eq!(kept_form(&office), named);
    office.cable.mend();
    chen.go(&format!("/office/payments/households/{id}"));
    chen.tap("ask-kept");
    chen.until("what was typed", "return one(id('refund-reason'))?.value === 'They moved out'");
    chen.tap("ask-refund");
    chen.find_no("#give-back[open]");
    chen.until("one refund", "return all(id('refund')).length === 1");
    let asked = office.host.call::<RefundsGet>(&Empty {}).unwrap().refunds;
    assert!(asked.len() == 1 && named.contains(&asked[0].id.to_string()), "{named} {asked:?}");
    assert_eq!(kept_form(&office), "", "it is answered");
    // The household reads it once it has gone back.
    resident.page.go("/payments");
    resident.page.find("[data-testid=owed]");
    resident.page.find_no("[data-testid=money-back]");

    lin.go("/office/payments/refunds");
    lin.find("[data-testid=give-back]");
    manager.cable.cut();
    lin.tap("give-back");
    lin.tap("confirm");
    lin.find_late("[data-testid=refund-trouble]");
    manager.cable.mend();
    lin.tap("give-back");
    lin.tap("confirm");
    lin.find("[data-testid=decided] [data-state=done]");
    let now = office.host.call::<HouseholdPaymentsGet>(&HouseholdKey { id }).unwrap();
    assert_eq!((kept, now.account.kept, now.refunds.len()), (5_000, 0, 1));
    resident.page.find_late("[data-testid=money-back]");
    resident.page.see("They moved out");
    both_widths(&resident, "money-back", &settings(Language::en(), Mode::Standard));
}

#[test]
fn a_payment_by_card_goes_back_when_two_of_the_office_agree() {
    let (language, mode) = (Language::zh(), Mode::Standard);
    let face = settings(language.clone(), mode);
    let (world, stripe) = World::with_cards("refunds-card");
    let resident = world.joined("phone", people::WANG_MEI, face.clone());
    let office = world.joined("office", people::CHEN_JING, face.clone());
    let manager = world.joined("manager", people::LIN, face.clone());
    let (phone, chen, lin) = (&resident.page, &office.page, &manager.page);
    let say = |key: &str| say(&language, key);
    let before = household(&resident);
    let bill = before.bills.iter().find(|bill| bill.owed > 0).unwrap().clone();

    // It is paid by card.
    let attempt = resident.host.call::<AttemptNew>(&Empty {}).unwrap().id;
    let asked = PayBills { attempt, household_id: before.id, bills: vec![bill.id], minor: bill.owed };
    let link = resident.host.call::<PayByCard>(&asked).unwrap().link.expect("a link");
    let payer = world.page("payer");
    payer.open(&link);
    payer.find("#pay button:enabled");
    stripe.lay_card_down(PaymentId(attempt.0)).unwrap();
    payer.press("#pay button");
    payer.tap_words("Complete authentication");
    payer.find("main[data-state=paid]");
    phone.go(&format!("/payments/{}", bill.id));
    phone.find_late("[data-testid=bill][data-state=paid]");

    // One of the office asks, and cannot decide.
    chen.go(&format!("/office/payments/households/{}", before.id));
    chen.tap("ask-payment");
    chen.find("#give-back[open]");
    chen.see(&say("payments.way_card"));
    chen.fill("refund-reason", "付错了账单");
    chen.tap("ask-refund");
    chen.find("[data-testid=refund][data-state=asked]");
    chen.go("/office/payments/refunds");
    chen.find("[data-testid=refund][data-state=asked]");
    chen.find_no("[data-testid=give-back]");
    assert_eq!(stripe.stands().unwrap(), (1, 0), "nothing moved yet");

    // Another one agrees, and the card's provider gives it back.
    lin.go("/office/payments/refunds");
    lin.tap("give-back");
    lin.find("#confirm-refund[open]");
    lin.tap("confirm");
    lin.find_late("[data-testid=decided] [data-state=done]");
    both_widths(&manager, "refunds-card", &face);
    assert_eq!(stripe.stands().unwrap(), (1, bill.owed));

    // The bill is owed again, and says why; nothing more goes back.
    phone.find_late("[data-testid=given-back]");
    phone.see("付错了账单");
    assert_eq!((household(&resident).owed, household(&resident).kept), (before.owed, before.kept));
    chen.go(&format!("/office/payments/households/{}", before.id));
    chen.find("[data-testid=refund][data-state=done]");
}

#[test]
fn a_payment_by_card_that_does_not_fit_is_closed_by_the_office() {
    let face = settings(Language::en(), Mode::Standard);
    let (world, stripe) = World::with_cards("refunds-trouble");
    let resident = world.joined("phone", people::WANG_MEI, face.clone());
    let office = world.joined("office", people::CHEN_JING, face.clone());
    let chen = &office.page;
    let before = household(&resident);
    let bill = before.bills.iter().find(|bill| bill.owed > 0).unwrap().clone();
    let attempt = resident.host.call::<AttemptNew>(&Empty {}).unwrap().id;
    let asked = PayBills { attempt, household_id: before.id, bills: vec![bill.id], minor: bill.owed };
    let link = resident.host.call::<PayByCard>(&asked).unwrap().link.expect("a link");
    let payer = world.page("payer");
    payer.open(&link);
    payer.find("#pay button:enabled");
    stripe.change_amount(PaymentId(attempt.0), bill.owed - 100).unwrap();
    stripe.lay_card_down(PaymentId(attempt.0)).unwrap();
    payer.press("#pay button");
    payer.tap_words("Complete authentication");
    payer.find_late("main[data-state=checking]");
    // Nobody shall pay again before somebody has looked.
    resident.page.go(&format!("/payments/made/{attempt}"));
    resident.page.find_late("[data-testid=made][data-state=checking]");

    chen.go(&format!("/office/payments/households/{}", before.id));
    chen.find("[data-testid=card-trouble]");
    both_widths(&office, "card-trouble", &face);
    chen.tap("close-trouble");
    chen.tap("close-trouble-now");
    chen.see(&say(&Language::en(), "payments_office.trouble_reason_missing"));
    chen.fill("trouble-reason", "Given back at the provider");
    chen.tap("close-trouble-now");
    chen.find_no("[data-testid=card-trouble]");
    resident.page.find_late("[data-testid=made][data-state=not_paid]");
    assert_eq!(household(&resident).owed, before.owed);
}

#[test]
fn the_page_of_refunds_says_when_it_is_empty_loads_or_fails() {
    let en = settings(Language::en(), Mode::Standard);
    let world = World::new("refunds-states");
    let manager = world.joined("manager", people::LIN, en.clone());
    let lin = &manager.page;
    lin.go("/office/payments");
    lin.answer("payments.refunds", None);
    lin.tap("refunds");
    lin.find(".c-skeleton");
    lin.answer_all();
    lin.tap("back");
    lin.find("[data-testid=office-bill]");
    lin.answer("payments.refunds", Some("server_unreachable"));
    lin.tap("refunds");
    lin.find("[data-testid=error][data-code=server_unreachable]");
    lin.answer_all();
    lin.tap("retry");
    lin.see(&say(&Language::en(), "refunds.nothing"));
    both_widths(&manager, "refunds-empty", &en);
}

#[test]
fn a_paper_says_that_it_is_coming_and_what_to_do_where_none_can_be_opened() {
    let zh = settings(Language::zh(), Mode::Simple);
    let world = World::new("refunds-papers");
    let resident = world.joined("phone", people::WANG_MEI, zh.clone());
    let phone = &resident.page;
    phone.go("/payments");
    phone.find("[data-testid=receipt]");
    phone.answer("payments.receipt", None);
    phone.press("[data-testid=receipt]");
    phone.find("[data-testid=receipt][aria-busy=true]");
    phone.find("[data-testid=paper-coming]");
    both_widths(&resident, "paper-coming", &zh);
    phone.answer_all();
    phone.answer("payments.statement", Some("server_unreachable"));
    phone.tap("open-statement");
    phone.find("[data-testid=paper-trouble][data-code=server_unreachable]");
    phone.see(&say(&Language::zh(), "payments.paper_away_text"));
    both_widths(&resident, "paper-away", &zh);
    phone.answer("payments.statement", Some("unknown_command"));
    phone.tap("open-statement");
    phone.find("[data-testid=paper-trouble][data-code=unknown_command]");
    phone.see(&say(&Language::zh(), "payments.paper_stuck_text"));
    both_widths(&resident, "paper-stuck", &zh);
}
