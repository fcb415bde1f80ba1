//! The story of a bill: read without network, paid at the counter and from what is kept, taken back in part; and how
//! the office makes the next ones.

use linli_e2e::{
    words::say,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{
        AttemptNew, BillCredit, CounterPay, CreditOnBill, Empty, HouseholdKey, HouseholdPaymentsGet,
        KeepTyped, PayBills, PaymentsGet, TypedGet, TypedKeep,
    },
    payments::{Bill, CreditPart, HouseholdView},
    settings::Mode,
    typed::{Typed, TypedPlace},
};

#[test]
fn a_bill_is_read_offline_paid_at_the_counter_and_the_next_one_from_what_is_kept_in_english() {
    story("payments-en", Language::en(), Mode::Standard);
}

#[test]
fn a_bill_is_read_offline_paid_at_the_counter_and_the_next_one_from_what_is_kept_in_simple_chinese() {
    story("payments-zh", Language::zh(), Mode::Simple);
}

/// The household as its device has it.
fn household(device: &Device) -> HouseholdView {
    device.host.call::<PaymentsGet>(&Empty {}).unwrap().households.remove(0)
}

/// What a device keeps of a try that was not answered.
fn kept(device: &Device, place: TypedPlace) -> String {
    device.host.call::<TypedGet>(&place).unwrap().form
}

/// What is to be paid, as somebody would type it.
fn typed(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

#[track_caller]
fn story(name: &str, language: Language, mode: Mode) {
    let world = World::new(name);
    let resident = world.joined("phone", people::WANG_MEI, settings(language.clone(), mode));
    let office = world.joined("office", people::CHEN_JING, settings(language.clone(), Mode::Standard));
    let (phone, chen) = (&resident.page, &office.page);
    phone.resize(390, 844);

    // Without network the bill can be read, and how it is paid.
    phone.go("/payments");
    phone.find("[data-testid=owed]");
    resident.cable.cut();
    phone.find_late("[data-kind=offline]");
    let before = household(&resident);
    assert!(before.owed > 0, "{before:?}");
    let bill: &Bill = &before.bills[0];
    phone.press(&format!("a[href='/payments/{}']", bill.id));
    phone.find("[data-testid=bill]");
    phone.find("[data-testid=lines]");
    phone.see(&bill.number);
    let reference = phone.text("[data-testid=reference]").replace(' ', "");
    assert_eq!(reference, bill.reference);
    phone.find("[data-testid=compared] .p-chart__bar");
    phone.find_no("[data-testid=in-app]");
    resident.cable.mend();

    // The office finds the household by its flat, and takes a hundred too much.
    chen.go("/office/payments");
    chen.find("[data-testid=office-bill]");
    chen.script("one('input[type=search]').focus()", &[]);
    chen.keys("3-1201");
    chen.until("one household", "return all(id('office-bill')).length === 1 || all(id('office-bill')).every(row => row.innerText.includes('3-1201'))");
    chen.press(&format!("a[href='/office/payments/households/{}']", before.id));
    chen.find("[data-testid=household-owed]");
    chen.tap("take");
    chen.find("#take-money[open]");
    assert_eq!(chen.value("take-amount"), typed(before.owed));
    chen.see(&say(&language, "payments_office.take_exact"));
    chen.fill("take-amount", "12x");
    chen.tap("take-now");
    chen.see(&say(&language, "payments_office.take_wrong"));
    chen.fill("take-amount", &typed(before.owed + 10_000));
    chen.tap("take-now");
    chen.find_no("#take-money[open]");
    chen.find("[data-testid=household-kept]");

    // It arrives by itself: nothing is owed, and there is a receipt.
    phone.go("/payments");
    phone.until(
        "nothing to be owed",
        &format!("return one(id('owed')).innerText.includes('{}')", say(&language, "payments.nothing_owed")),
    );
    phone.find("[data-testid=payment-row]");
    let paid = household(&resident);
    assert_eq!((paid.owed, paid.kept), (0, 10_000));
    assert!(paid.payments[0].receipt.is_some(), "{paid:?}");

    // The next month's bills: looked at, then published.
    chen.go("/office/payments/run");
    chen.tap("preview");
    chen.find_late("[data-testid=run-total]");
    chen.find("[data-testid=run-troubles]");
    chen.tap("publish-run");
    chen.find("#confirm-run[open]");
    chen.tap("confirm");
    chen.find_late("[data-testid=run-row]");
    chen.find_no("[data-testid=run-preview]");

    // A part of it is paid from what is kept; the answer names the receipt.
    phone.find_late("[data-testid=bill-row][data-state=due]");
    let next = household(&resident).bills.remove(0);
    assert!(next.owed > 10_000, "{next:?}");
    phone.press(&format!("a[href='/payments/{}']", next.id));
    phone.tap("to-pay");
    phone.find("[data-testid=pay-summary]");
    phone.see(&next.number);
    for (typed, key) in [("12x", "pay_wrong"), ("0", "pay_wrong")] {
        phone.fill("pay-amount", typed);
        phone.tap("pay");
        phone.see(&say(&language, &format!("payments.{key}")));
    }
    phone.fill("pay-amount", &typed(next.owed));
    phone.tap("pay");
    phone.see(&say(&language, "payments.pay_kept_less").replace("{{amount}}", "¥100.00"));
    phone.fill("pay-amount", "100.00");
    phone.tap("pay");
    phone.find("[data-testid=made][data-state=paid]");
    let now = household(&resident);
    assert_eq!((now.owed, now.kept), (next.owed - 10_000, 0));

    // The office takes a line of it back, with a reason that the household reads.
    chen.go(&format!("/office/payments/households/{}", before.id));
    chen.press("[data-testid=household-bill] summary");
    chen.tap("credit");
    chen.find("#credit-bill[open]");
    chen.fill("credit-amount", "1.00");
    chen.tap("credit-now");
    chen.see(&say(&language, "payments_office.credit_reason_missing"));
    chen.fill("credit-reason", "The lamp was out");
    chen.tap("credit-now");
    chen.find_no("#credit-bill[open]");
    phone.go(&format!("/payments/{}", next.id));
    phone.see("The lamp was out");
    assert_eq!(household(&resident).owed, next.owed - 10_100);
    // What is taken back of a bill that was paid is kept, and the bill says so: its lines add up.
    let parts = vec![CreditPart { line: 0, minor: 250 }];
    let reason = "Counted twice".to_owned();
    let attempt = office.host.call::<AttemptNew>(&Empty {}).unwrap().id;
    office.host.call::<BillCredit>(&CreditOnBill { attempt, bill_id: bill.id, reason, parts }).unwrap();
    phone.go(&format!("/payments/{}", bill.id));
    phone.see(&say(&language, "payments.credit_kept"));
    phone.see("¥2.50");
}

#[test]
fn paying_without_network_says_so_and_asking_again_pays_once() {
    let en = Language::en();
    let world = World::new("payments-cut");
    let resident = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(en, Mode::Standard));
    let (phone, chen) = (&resident.page, &office.page);
    let before = household(&resident);
    // Something is kept, and the bill is still owed: it was paid without naming it.
    chen.go(&format!("/office/payments/households/{}", before.id));
    let attempt = office.host.call::<AttemptNew>(&Empty {}).unwrap().id;
    let all = PayBills { attempt, household_id: before.id, bills: vec![], minor: before.owed };
    office.host.call::<CounterPay>(&all).unwrap();
    phone.go(&format!("/payments/{}", before.bills[0].id));
    phone.tap("to-pay");
    phone.find("[data-testid=pay-summary]");
    resident.cable.cut();
    phone.find_late("[data-kind=offline]");
    phone.tap("pay");
    phone.find_late("[data-testid=payment-unknown]");
    assert_eq!(household(&resident).owed, before.owed, "it is never said to be paid");
    // The page is left and opened again: it is the same try.
    let place = TypedPlace::Pay { id: before.id };
    let named = kept(&resident, place);
    assert!(named.contains("\"attempt\""), "{named}");
    phone.go("/payments");
    phone.find("[data-testid=owed]");
    resident.cable.mend();
    phone.go(&format!("/payments/pay/{}", before.id));
    phone.find("[data-testid=payment-unknown]");
    phone.tap("pay-again");
    phone.find("[data-testid=made][data-state=paid]");
    let paid = household(&resident);
    assert_eq!((paid.owed, paid.kept, paid.payments.len()), (0, 0, before.payments.len() + 2));
    assert!(paid.payments.iter().any(|payment| named.contains(&payment.id.to_string())), "{named} {paid:?}");
    assert_eq!(kept(&resident, place), "", "it is answered");
    // One that was paid after all, though no answer came, leads to what became of it.
    let lost = Typed { form: named.clone(), ..Typed::default() };
    resident.host.call::<TypedKeep>(&KeepTyped { place, typed: lost }).unwrap();
    phone.go("/payments");
    phone.find("[data-testid=owed]");
    // Not with `go`, which waits for an address that is left at once.
    let link = format!(
        "const link = document.createElement('a'); link.href = '/payments/pay/{}'; link.hidden = true;
         document.body.append(link); link.click(); link.remove();",
        before.id
    );
    phone.script(&link, &[]);
    phone.find("[data-testid=made][data-state=paid]");
}

#[test]
fn money_at_the_counter_is_booked_once_though_its_page_was_left_without_an_answer() {
    let en = Language::en();
    let world = World::new("payments-counter-cut");
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let resident = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let (chen, id) = (&office.page, household(&resident).id);
    let payments = || office.host.call::<HouseholdPaymentsGet>(&HouseholdKey { id }).unwrap().payments;
    let before = payments().len();
    chen.go(&format!("/office/payments/households/{id}"));
    chen.tap("take");
    chen.fill("take-amount", "40");
    office.cable.cut();
    chen.tap("take-now");
    let unknown = say(&en, "payments_office.take_unknown");
    chen.find_late("#take-money [data-kind=waiting]");
    chen.see(&unknown);
    let named = kept(&office, TypedPlace::Counter { id });
    chen.go("/");
    office.cable.mend();
    chen.go(&format!("/office/payments/households/{id}"));
    chen.tap("take");
    chen.see(&unknown);
    chen.until("the amount", "return one(id('take-amount'))?.value === '40'");
    chen.tap("take-now");
    chen.find_no("#take-money[open]");
    let now = payments();
    assert_eq!(now.len(), before + 1);
    assert!(named.contains(&now[0].id.to_string()), "{named}");
    assert_eq!(kept(&office, TypedPlace::Counter { id }), "", "it is answered");
}

#[test]
fn meters_are_read_in_a_cellar_and_a_fee_is_settled() {
    let en = Language::en();
    let world = World::new("payments-meters");
    let worker = world.joined("worker", people::ZHAO, settings(en.clone(), Mode::Standard));
    let zhao = &worker.page;
    zhao.resize(390, 844);
    zhao.go("/office/payments/fees");
    zhao.tap("read-meters");
    zhao.find("[data-testid=meter-row]");
    worker.cable.cut();
    zhao.find_late("[data-kind=offline]");
    zhao.fill("meter-value", "abc");
    zhao.tap("save-reading");
    zhao.see(&say(&en, "meters.wrong"));
    zhao.fill("meter-value", "0.5");
    zhao.tap("save-reading");
    zhao.see(&say(&en, "meters.less"));
    zhao.picture("less");
    // It was read wrongly the last time: that day is put right, and then it is today again.
    zhao.tap("correct-reading");
    zhao.find_no("[data-testid=new-meter]");
    assert!(!["", "0.5"].contains(&zhao.value("meter-value").as_str()));
    zhao.tap("save-reading");
    zhao.until("today again", "return one(id('meter-value')).value === ''");
    // A new meter, with what the old one showed in the end.
    zhao.fill("meter-value", "0.5");
    zhao.tap("save-reading");
    zhao.fill("old-final", "0.6");
    zhao.tap("new-meter");
    zhao.see(&say(&en, "meters.wrong"));
    zhao.fill("old-final", "99998");
    zhao.tap("new-meter");
    zhao.find_no("[data-testid=new-meter]");
    zhao.find("[data-testid=meter-row] [data-testid=pending]");
    worker.cable.mend();
    zhao.find_no("[data-testid=meter-row] [data-testid=pending]");
    assert_eq!(zhao.value("meter-value"), "0.5");
    zhao.fill("meter-value", "99999.5");
    zhao.tap("save-reading");
    zhao.find_no("[data-testid=meter-row] [data-testid=pending]");
    assert_eq!(zhao.value("meter-value"), "99999.5");
    // Other buildings, and what is not read yet.
    zhao.choose("meters-building", "3");
    zhao.until("building 3", "return one(id('meter-row')).innerText.startsWith('3-')");
    zhao.choose("meters-building", "1");
    zhao.until("building 1", "return one(id('meter-row')).innerText.startsWith('1-')");
    let read = zhao.text("[data-testid=meter-row] strong");
    zhao.tap("meters-open");
    zhao.find("[data-testid=meters-open][aria-pressed=true]");
    zhao.until_with(
        "what was read to be out of the way",
        "return !all(`${id('meter-row')} strong`).some(name => name.innerText === args[0])",
        &[serde_json::json!(read)],
    );

    // A new fee, by flat, for two of them.
    zhao.go("/office/payments/fees");
    zhao.tap("new-fee");
    zhao.find("#fee-form[open]");
    zhao.tap("save-fee");
    zhao.see(&say(&en, "fees.name_missing"));
    zhao.fill("fee-en", "Bicycle cellar");
    zhao.tap("by-unit");
    zhao.fill("fee-rate", "12.50");
    zhao.fill("fee-units", "3-1201, 9-9999");
    zhao.tap("save-fee");
    zhao.see("9-9999");
    zhao.fill("fee-units", "3-1201, 3-1102");
    // Cheaper for one of them; a discount that was begun by mistake goes again.
    for _ in 0..2 {
        zhao.tap("add-discount");
    }
    zhao.fill("discount-1-en", "One bicycle only");
    zhao.fill("discount-1-units", "3-1102");
    zhao.press("[data-testid=discount]:nth-of-type(2) [data-testid=remove-discount]");
    zhao.find_no("[data-testid=discount]:nth-of-type(2)");
    zhao.tap("save-fee");
    zhao.see(&say(&en, "fees.discount_wrong"));
    zhao.fill("discount-1-percent", "40");
    zhao.picture("discount");
    zhao.tap("save-fee");
    zhao.find_no("#fee-form[open]");
    zhao.see("Bicycle cellar");
    zhao.find_no("[data-testid=fee-row] [data-testid=pending]");
    // It stands there again, and the next run reckons with it.
    zhao.until(
        "the way into the fee",
        "const row = all(id('fee-row')).find(row => row.innerText.includes('Bicycle cellar'));
         row.querySelector(id('edit-fee')).setAttribute('data-e2e-edit', ''); return true",
    );
    zhao.press("[data-e2e-edit]");
    zhao.find("#fee-form[open]");
    assert_eq!(["percent", "units"].map(|part| zhao.value(&format!("discount-1-{part}"))), ["40", "3-1102"]);
    zhao.press("#fee-form button[data-kind=quiet]");
    zhao.go("/office/payments/run");
    zhao.tap("preview");
    zhao.find_late("[data-testid=run-total]");
    zhao.see("20.00");
}

#[test]
fn a_household_decides_what_is_paid_by_itself() {
    let zh = Language::zh();
    let world = World::new("payments-automatic");
    let resident = world.joined("phone", people::WANG_MEI, settings(zh.clone(), Mode::Simple));
    let phone = &resident.page;
    phone.resize(360, 780);
    phone.go("/payments");
    phone.tap("automatic-row");
    phone.find("[data-testid=automatic][data-state=off]");
    phone.fill("automatic-limit", "0");
    phone.tap("automatic-save");
    phone.see(&say(&zh, "payments.pay_wrong"));
    phone.fill("automatic-limit", "500");
    phone.tap("automatic-save");
    phone.find("[data-testid=automatic][data-state=on]");
    assert_eq!(household(&resident).automatic, Some(50_000));
    resident.cable.cut();
    phone.find_late("[data-kind=offline]");
    phone.tap("automatic-stop");
    phone.find_late("[role=alert]");
    assert_eq!(household(&resident).automatic, Some(50_000), "what the server was not told is not so");
    resident.cable.mend();
    phone.tap("automatic-stop");
    phone.find("[data-testid=automatic][data-state=off]");
    assert_eq!(household(&resident).automatic, None);
}
