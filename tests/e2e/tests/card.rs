//! The story of a payment by card: begun in the app, paid on the page in a browser, told by sync; in parts, several at
//! once, given up, and asked again after the network was gone.

use linli_e2e::{
    axe::{self, Rules},
    page::Page,
    words::say,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{CardPage, Empty, PayBills, PayByCard, PaymentsGet},
    id::OpId,
    payments::{HouseholdView, Payment, PaymentState},
    settings::Mode,
};

#[test]
fn bills_are_paid_by_card_in_english() {
    story("card-en", Language::en(), Mode::Standard, (1280, 900));
}

#[test]
fn bills_are_paid_by_card_in_simple_chinese() {
    story("card-zh", Language::zh(), Mode::Simple, (360, 780));
}

fn household(device: &Device) -> HouseholdView {
    device.host.call::<PaymentsGet>(&Empty {}).unwrap().households.remove(0)
}

#[track_caller]
fn is_clean(page: &Page) {
    page.settle();
    assert_eq!(axe::violations(page, Rules::All), Vec::<String>::new());
}

/// The payment that is under way.
#[track_caller]
fn begun(device: &Device) -> Payment {
    let payments = household(device).payments;
    payments.into_iter().find(|payment| payment.state == PaymentState::Begun).expect("a payment under way")
}

/// The link to the page of a payment, as the app gets it when it asks for the same payment again.
fn page_of(device: &Device, payment: &Payment) -> CardPage {
    let again = PayBills {
        attempt: OpId(payment.id.0),
        household_id: payment.household_id,
        bills: payment.meant_for.clone(),
        minor: payment.minor,
    };
    device.host.call::<PayByCard>(&again).unwrap()
}

#[track_caller]
fn story(name: &str, language: Language, mode: Mode, (width, height): (u32, u32)) {
    let (world, stripe) = World::with_cards(name);
    let resident = world.joined("phone", people::WANG_MEI, settings(language.clone(), mode));
    let phone = &resident.page;
    let before = household(&resident);
    assert!(
        before.owed > 10_000 && before.payments.iter().all(|payment| !payment.state.is_open()),
        "{before:?}"
    );

    // A part of a bill; the app says that nothing is paid before it is.
    phone.resize(width, height);
    phone.go("/payments");
    phone.tap("to-pay");
    phone.find("[data-testid=pay-summary]");
    phone.see(&say(&language, "payments.card_help"));
    is_clean(phone);
    phone.fill("pay-amount", "99999999.00");
    phone.tap("pay");
    phone.find("[role=alert], [aria-invalid=true]");
    phone.fill("pay-amount", "100.00");
    phone.tap("pay");
    phone.find("[data-testid=made][data-state=begun]");
    is_clean(phone);
    assert_eq!(household(&resident).owed, before.owed);

    // The page, in a browser of its own.
    let payment = begun(&resident);
    let link = page_of(&resident, &payment).link.expect("a link");
    phone.tap("go-on");
    phone.find(&format!("a[href='{link}']"));
    let payer = world.page("payer");
    payer.resize(width, height);
    payer.open(&link);
    payer.find("#pay button:enabled");
    is_clean(&payer);
    stripe.lay_card_down(payment.id).unwrap();
    payer.press("#pay button");
    payer.tap_words("Complete authentication");
    payer.find("main[data-state=paid]");
    is_clean(&payer);

    // It is told to the app by itself, and the page cannot be used again.
    phone.find("[data-testid=made][data-state=paid]");
    let now = household(&resident);
    assert_eq!((now.owed, now.kept), (before.owed - 10_000, 0));
    payer.open(&link);
    payer.find("main[data-state=paid]");
    payer.find_no("#pay button:enabled");
    assert_eq!(page_of(&resident, &payment).link, None);
    assert_eq!(stripe.stands().unwrap(), (1, 0));

    // The holder says no: nothing is taken, and it may be tried again.
    phone.go("/payments");
    phone.tap("to-pay");
    phone.tap("pay");
    phone.find("[data-testid=made][data-state=begun]");
    let payment = begun(&resident);
    let link = page_of(&resident, &payment).link.expect("a link");
    payer.open(&link);
    payer.find("#pay button:enabled");
    stripe.lay_card_down(payment.id).unwrap();
    payer.press("#pay button");
    payer.tap_words("Fail authentication");
    payer.find("main[data-state=declined]");
    is_clean(&payer);
    phone.find("[data-testid=made][data-state=not_paid]");
    is_clean(phone);
    assert_eq!(household(&resident).owed, now.owed);
    phone.tap("pay-anew");
    phone.tap("pay");
    phone.find("[data-testid=made][data-state=begun]");
    let payment = begun(&resident);
    let link = page_of(&resident, &payment).link.expect("a link");
    payer.open(&link);
    payer.find("#pay button:enabled");
    stripe.lay_card_down(payment.id).unwrap();
    payer.press("#pay button");
    payer.tap_words("Complete authentication");
    payer.find("main[data-state=paid]");
    phone.find("[data-testid=made][data-state=paid]");
    let last = household(&resident);
    assert_eq!((last.owed, last.kept), (0, 0));
    phone.go("/payments");
    phone.see(&say(&language, "payments.nothing_owed"));
    phone.find_no("[data-testid=to-pay]");
    assert_eq!(stripe.stands().unwrap(), (2, 0));
}
