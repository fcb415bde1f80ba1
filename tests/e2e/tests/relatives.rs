//! The story of a household that somebody else pays for: a code, whose it is, a bill that is paid by card, and the end of it.

use linli_e2e::{
    faces::{fail_with, wrong},
    words::say,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{Empty, PayBills, PayByCard, PaymentsGet},
    id::OpId,
    payments::{PaymentState, PaymentsView},
    settings::{Mode, Settings},
};

#[test]
fn a_relative_pays_and_it_is_ended_in_english() {
    story("relatives-en", Language::en(), Mode::Standard, people::WANG_MEI);
}

#[test]
fn a_relative_pays_and_it_is_ended_in_simple_chinese() {
    story("relatives-zh", Language::zh(), Mode::Simple, people::GRANDMA_WANG);
}

fn seen(device: &Device) -> PaymentsView {
    device.host.call::<PaymentsGet>(&Empty {}).unwrap()
}

/// What keeps people out of the page as it is, on a phone and beside a wide window.
#[track_caller]
fn both_widths(device: &Device, name: &str, face: &Settings) {
    for (width, height) in [(1280, 1400), (360, 1800)] {
        device.page.resize(width, height);
        device.page.rest();
        device.page.picture(&format!("{name}-{width}.png"));
        fail_with(&wrong(device, &format!("{name} {width}"), face));
    }
}

#[track_caller]
fn story(name: &str, language: Language, mode: Mode, member: &str) {
    let (world, stripe) = World::with_cards(name);
    let face = settings(language.clone(), mode);
    let home = world.joined("home", member, face.clone());
    let relative = world.joined("relative", people::LI_QIANG, face.clone());
    let (mother, daughter) = (&home.page, &relative.page);
    let say = |key: &str| say(&language, key);
    let before = seen(&home).households.remove(0);
    assert!(before.owed > 0, "{before:?}");

    // The household makes a code.
    mother.go("/payments");
    mother.tap("relatives-row");
    mother.find("[data-testid=relatives-nobody]");
    mother.tap("relative-code");
    mother.find("[data-testid=code]");
    let code = mother.text("[data-testid=code]").split_whitespace().collect::<String>();
    both_widths(&home, "relatives-code", &face);

    // What is no code is said beside the field, and so is one that nobody made.
    daughter.go("/payments/relatives");
    for (typed, key) in
        [("12", "payments.relatives_wrong"), ("K7QP-3MXR", "errors.relative_code_unknown.title")]
    {
        daughter.fill("relative-typed", typed);
        daughter.tap("relative-look");
        daughter.see(&say(key));
    }
    both_widths(&relative, "relatives-unknown", &face);
    // The right one says whose it is, and nothing has happened before it is confirmed.
    daughter.fill("relative-typed", &code.to_lowercase());
    daughter.tap("relative-look");
    daughter.find("[data-testid=relative-offer]");
    both_widths(&relative, "relatives-offer", &face);
    daughter.tap("relative-not");
    daughter.find_no("[data-testid=relative-offer]");
    assert_eq!(seen(&relative).households.len(), 1);
    daughter.tap("relative-look");
    daughter.tap("relative-begin");
    daughter.find("[data-testid=relatives-theirs] [data-testid=relative][data-state=on]");
    mother.find("[data-testid=relatives-ours] [data-testid=relative][data-state=on]");
    both_widths(&home, "relatives-ours", &face);

    // Their bills stand apart from the own ones, under the name of the household.
    daughter.go("/payments");
    daughter.until("two households", "return all(id('of-household')).length === 2");
    let theirs = seen(&relative).households.remove(1);
    let name = theirs.lets.clone().expect("a leave").household;
    assert_eq!((theirs.id, theirs.owed, theirs.kept), (before.id, before.owed, 0));
    let of_them = say("payments.of_household").replace("{{name}}", &name);
    daughter.see(&of_them);
    both_widths(&relative, "relatives-bills", &face);
    daughter.go("/");
    daughter
        .see(&say("payments.home_due_for").split("{{amount}}").last().unwrap().replace("{{name}}", &name));
    both_widths(&relative, "relatives-home", &face);
    let bill = theirs.bills[0].clone();
    daughter.go(&format!("/payments/{}", bill.id));
    daughter.find("[data-testid=bill]");
    daughter.see(&of_them);

    // One of them is paid by card.
    daughter.tap("to-pay");
    daughter.find("[data-testid=pay-summary]");
    assert_eq!(daughter.text("[data-testid=pay-whose]"), of_them);
    daughter.find_no("[data-testid=way-balance]");
    both_widths(&relative, "relatives-pay", &face);
    daughter.tap("pay");
    daughter.find("[data-testid=made][data-state=begun]");
    let payments = seen(&relative).households.remove(1).payments;
    let payment = payments.into_iter().find(|payment| payment.state == PaymentState::Begun).unwrap();
    let again = PayBills {
        attempt: OpId(payment.id.0),
        household_id: payment.household_id,
        bills: payment.meant_for.clone(),
        minor: payment.minor,
    };
    let link = relative.host.call::<PayByCard>(&again).unwrap().link.expect("a link");
    let payer = world.page("payer");
    payer.open(&link);
    payer.find("#pay button:enabled");
    stripe.lay_card_down(payment.id).unwrap();
    payer.press("#pay button");
    payer.tap_words("Complete authentication");
    payer.find("main[data-state=paid]");
    daughter.find("[data-testid=made][data-state=paid]");

    // The household reads who paid, and ends it.
    mother.go("/payments");
    let payer = payment.payer.expect("who paid");
    mother.see(&say("payments.paid_by").replace("{{name}}", &payer));
    both_widths(&home, "relatives-paid", &face);
    mother.go("/payments/relatives");
    mother.tap("relative-end");
    mother.find("#end-relative[open]");
    mother.tap("confirm");
    mother.find_late("[data-testid=relatives-nobody]");
    daughter.go("/payments/relatives");
    daughter.find("[data-testid=relative][data-state=ended]");
    daughter.find_no("[data-testid=relative][data-state=on]");
    assert_eq!(seen(&relative).households.len(), 1);
    daughter.go(&format!("/payments/{}", bill.id));
    daughter.find("[role=alert], [data-testid=error-state]");
    // The code does not work a second time.
    daughter.go("/payments/relatives");
    daughter.fill("relative-typed", &code);
    daughter.tap("relative-look");
    daughter.see(&say("errors.relative_code_ended.title"));
    both_widths(&relative, "relatives-ended", &face);

    // Without network nothing is begun or ended, and the page says so.
    relative.cable.cut();
    daughter.find_late("[data-kind=offline]");
    daughter.tap("relative-look");
    daughter.find_late("[role=alert]");
}
