//! The story of a statement: what is certain is booked by itself, a proposal is accepted, and the same file brings
//! nothing.

use std::fs;

use linli_e2e::{
    faces::{fail_with, wrong},
    words::say,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{
        AttemptNew, BankMovementsList, BillKey, BillOpen, CommunityMap, Empty, HouseholdKey,
        HouseholdPaymentsGet, NoteSpending, OfficeBillsList, PaymentsGet, SpendingGet, SpendingNote,
    },
    id::HouseholdId,
    payments::{BankMovementState, BankMovementsQuery, OfficeBillsPage, OfficeBillsQuery},
    settings::{Mode, Settings},
};

#[test]
fn a_statement_pays_a_bill_by_itself_and_another_with_a_press_in_english() {
    story("bank-en", Language::en());
}

#[test]
fn a_statement_pays_a_bill_by_itself_and_another_with_a_press_in_chinese() {
    story("bank-zh", Language::zh());
}

/// An entry of a camt.053.
fn entry(id: &str, minor: i64, currency: &str, name: &str, text: &str) -> String {
    let (sum, way) = (minor.unsigned_abs(), if minor > 0 { "CRDT" } else { "DBIT" });
    let side = if minor > 0 { "Dbtr" } else { "Cdtr" };
    format!(
        "<Ntry><Amt Ccy=\"{currency}\">{}.{:02}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>BOOK</Sts>
         <BookgDt><Dt>2026-01-15</Dt></BookgDt><AcctSvcrRef>{id}</AcctSvcrRef><NtryDtls><TxDtls>
         <RltdPties><{side}><Nm>{name}</Nm></{side}></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
        sum / 100,
        sum % 100
    )
}

#[track_caller]
fn story(name: &str, language: Language) {
    let world = World::new(name);
    let resident = world.joined("phone", people::WANG_MEI, settings(language.clone(), Mode::Simple));
    let office = world.joined("office", people::CHEN_JING, settings(language.clone(), Mode::Standard));
    let (phone, chen) = (&resident.page, &office.page);
    phone.resize(390, 844);
    phone.go("/payments");
    phone.find("[data-testid=owed]");
    let own = resident.host.call::<PaymentsGet>(&Empty {}).unwrap().households.remove(0);
    let bill = own.bills.iter().find(|bill| bill.owed > 0).unwrap().clone();
    let ways = resident.host.call::<BillOpen>(&BillKey { id: bill.id }).unwrap().ways;
    let account = ways.bank.expect("the demo has an account").number;
    let query = OfficeBillsQuery { limit: 200, ..OfficeBillsQuery::default() };
    let rows = office.host.call::<OfficeBillsList>(&query).unwrap().rows;
    let other = rows.iter().find(|row| row.owed > 100 && row.household_id != own.id).unwrap();
    let digits = other.number.replace('-', "");

    // One pays the bill exactly, one a little less than a neighbour's, whose reference is made from its number as the
    // server makes it, and something went out.
    let reference = reference(&digits);
    let entries = [
        entry("A1", bill.owed, &bill.currency, "Somebody", &bill.reference),
        entry("A2", other.owed - 100, &bill.currency, "Somebody Else", &reference),
        entry("A3", -4_000, &bill.currency, "Cleaners", "January"),
    ];
    let file = of_account(&account, &entries);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statement.xml");
    fs::write(&path, file).unwrap();

    chen.go("/office/payments");
    chen.press("[data-testid=bank]");
    chen.see(&say(&language, "bank.nothing_open"));
    chen.hand_over("statement", &path);
    chen.find_late("[data-testid=brought][data-new='3'][data-booked='1'][data-open='2'][data-known='0']");
    chen.find("[data-testid=proposal]");
    chen.picture("open");

    // The resident sees the bill paid, by itself.
    let mine = format!("a[href='/payments/{}'][data-state=paid]", bill.id);
    phone.find_late(&mine);
    let now = resident.host.call::<PaymentsGet>(&Empty {}).unwrap().households.remove(0);
    assert_eq!(now.bills.iter().find(|now| now.id == bill.id).unwrap().owed, 0, "{now:?}");

    // The neighbour's is accepted with one press.
    chen.tap("accept");
    chen.find_no("[data-testid=proposal]");
    let rows = office.host.call::<OfficeBillsList>(&query).unwrap().rows;
    assert_eq!(rows.iter().find(|row| row.id == other.id).unwrap().owed, 100);

    // What went out is set aside, with a reason.
    chen.tap("aside");
    chen.find("#movement-aside[open]");
    chen.tap("aside-now");
    chen.see(&say(&language, "bank.aside_missing"));
    chen.fill("aside-reason", "Paid in cash");
    chen.tap("aside-now");
    chen.find_no("#movement-aside[open]");
    chen.see(&say(&language, "bank.nothing_open"));
    chen.choose("bank-state", "booked");
    chen.until("two booked", "return all(id('movement')).length === 2");
    chen.picture("booked");

    // The same file again brings nothing.
    chen.hand_over("statement", &path);
    chen.find_late("[data-testid=brought][data-new='0'][data-known='3']");

    // A file that is none is refused, in words.
    fs::write(&path, "no statement").unwrap();
    chen.hand_over("statement", &path);
    chen.find_no("[data-testid=brought]");
    chen.find_late("[data-testid=unread]");
    chen.see(&say(&language, "bank.unread_title"));
}

#[test]
fn movements_are_decided_by_hand_and_another_format_is_asked_about_in_english() {
    by_hand("bank-hand-en", Language::en());
}

#[test]
fn movements_are_decided_by_hand_and_another_format_is_asked_about_in_chinese() {
    by_hand("bank-hand-zh", Language::zh());
}

/// A household that owes nothing, and its flat.
#[track_caller]
fn owes_nothing(office: &Device) -> (HouseholdId, String) {
    let map = office.host.call::<CommunityMap>(&Empty {}).unwrap();
    let found = map.units.iter().find_map(|unit| {
        let building = map.buildings.iter().find(|building| building.id == unit.building_id)?;
        let flat = format!("{}-{}", building.code, unit.code);
        let query = OfficeBillsQuery { words: flat.clone(), limit: 20, ..OfficeBillsQuery::default() };
        let bills = office.host.call::<OfficeBillsList>(&query).unwrap();
        let alone = map.units.iter().filter(|other| other.household_id == unit.household_id).count() == 1;
        (alone && bills.rows.iter().all(|row| row.owed <= 0)).then_some((unit.household_id?, flat))
    });
    found.expect("a household that owes nothing")
}

#[track_caller]
fn by_hand(name: &str, language: Language) {
    let world = World::new(name);
    let face = settings(language.clone(), Mode::Standard);
    let office = world.joined("office", people::CHEN_JING, face.clone());
    let chen = &office.page;
    let say = |key: &str| say(&language, key);
    let query = OfficeBillsQuery { words: "3-1201".to_owned(), limit: 20, ..OfficeBillsQuery::default() };
    let find = || office.host.call::<OfficeBillsList>(&query).unwrap();
    let page = find();
    let bill = page.rows.iter().find(|row| row.owed > 0).expect("a bill").clone();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("statement.csv");
    let sum = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let row = format!("2026-01-15;{};Nobody in particular;no reference\n", sum(bill.owed));
    let out = "2026-01-15;-40.00;Cleaners;January\n2026-01-15;-25.00;Gardeners;January\n";
    fs::write(&csv, format!("Date;Amount;Name;Purpose\n{row}{out}")).unwrap();
    // One of both that went out was noted before.
    let spent = office.host.call::<SpendingGet>(&Empty {}).unwrap();
    let noted = NoteSpending {
        attempt: office.host.call::<AttemptNew>(&Empty {}).unwrap().id,
        day: "2026-01-14".to_owned(),
        heading: spent.headings[0].key.clone(),
        minor: 2_500,
        words: "Gardeners, January".to_owned(),
        in_cash: false,
    };
    office.host.call::<SpendingNote>(&noted).unwrap();
    chen.go("/office/payments/bank");
    chen.hand_over("statement", &csv);
    chen.find_late("[data-testid=brought][data-new='3'][data-booked='0'][data-open='3']");

    // It is in the books already: who would book it as something else is told so, and one press settles it.
    chen.find("[data-testid=counted]");
    chen.see("Gardeners, January");
    chen.picture("counted");
    look(&office, "bank counted", &face);
    chen.script(
        "one('[data-testid=counted]').closest('article').querySelector('[data-testid=spend]').click()",
        &[],
    );
    chen.find("#spend-movement[open] [data-testid=counted-other]");
    chen.picture("counted-other");
    look(&office, "bank counted other", &face);
    chen.script("one('#spend-movement .c-dialog__actions button[data-kind=quiet]').click()", &[]);
    chen.find_no("#spend-movement[open]");
    chen.tap("settle");
    chen.find_no("[data-testid=counted]");

    // A bill is chosen by hand: none chosen is said, and then it is booked.
    chen.tap_words(&say("bank.by_hand"));
    chen.find("#book-movement[open]");
    chen.tap("book-now");
    chen.see(&say("bank.hand_missing"));
    chen.script("one('#book-movement input[type=search]').focus()", &[]);
    chen.keys("3-1201");
    chen.until("the household alone", "return all(id('pick')).length > 0 && all(id('pick')).every(pick => pick.closest('label').innerText.includes('3-1201'))");
    chen.press(&format!("#book-movement .p-picks li:first-child {}", "[data-testid=pick]"));
    chen.picture("by-hand");
    look(&office, "bank by hand", &face);
    chen.tap("book-now");
    chen.find_no("#book-movement[open]");
    let owed = |page: &OfficeBillsPage| page.rows.iter().map(|row| row.owed).sum::<i64>();
    assert_eq!(owed(&find()), owed(&page) - bill.owed);

    // What went out is spending.
    chen.tap_words(&say("bank.spend"));
    chen.find("#spend-movement[open]");
    chen.fill("spend-words", "Cleaners, January");
    look(&office, "bank spend", &face);
    chen.tap("spend-now");
    chen.find_no("#spend-movement[open]");
    chen.see(&say("bank.nothing_open"));

    // Who owes nothing is found by the flat; what they sent is kept for them.
    let (home, flat) = owes_nothing(&office);
    let kept = || office.host.call::<HouseholdPaymentsGet>(&HouseholdKey { id: home }).unwrap().account.kept;
    let before = kept();
    let ahead = folder.path().join("ahead.csv");
    fs::write(&ahead, "Date;Amount;Name;Purpose\n2026-01-16;77.00;Nobody in particular;ahead\n").unwrap();
    chen.hand_over("statement", &ahead);
    chen.find_late("[data-testid=brought][data-new='1'][data-booked='0'][data-open='1']");
    chen.tap_words(&say("bank.by_hand"));
    chen.find("#book-movement[open]");
    chen.script("one('#book-movement input[type=search]').focus()", &[]);
    chen.keys(&flat);
    chen.until(
        "the household alone",
        "return all(id('pick-home')).length === 1 && all(id('pick')).length === 0",
    );
    chen.tap("pick-home");
    look(&office, "bank by hand, ahead", &face);
    chen.tap("book-now");
    chen.find_no("#book-movement[open]");
    chen.see(&say("bank.nothing_open"));
    assert_eq!(kept(), before + 7_700);

    // The same day in the other format: it is asked about, and only what is new comes in.
    let account = office.host.call::<PaymentsGet>(&Empty {}).unwrap().ways.bank.expect("an account").number;
    let entries = [
        entry("B1", bill.owed, &page.currency, "Nobody in particular", "no reference"),
        entry("B2", -4_000, &page.currency, "Cleaners", "January"),
        entry("B3", 700, &page.currency, "Somebody new", "what for"),
    ];
    let camt = folder.path().join("statement.xml");
    fs::write(&camt, of_account(&account, &entries)).unwrap();
    chen.hand_over("statement", &camt);
    chen.find_late("[data-testid=told-before]");
    chen.picture("told-before");
    look(&office, "bank told before", &face);
    chen.tap("leave-it");
    chen.find_no("[data-testid=told-before]");
    chen.see(&say("bank.nothing_open"));
    chen.hand_over("statement", &camt);
    chen.find_late("[data-testid=told-before]");
    chen.tap("only-new");
    chen.find_late("[data-testid=brought][data-new='1'][data-booked='0'][data-open='1'][data-known='2']");
    assert_eq!(owed(&find()), owed(&page) - bill.owed, "it counts once");

    // It is booked as cash of the office, and opened again by somebody else.
    chen.tap("own");
    chen.find("#own-movement[open]");
    chen.fill("own-fee", "x");
    chen.tap("own-now");
    chen.see(&say("bank.own_fee_wrong"));
    chen.fill("own-fee", "1.00");
    chen.choose("own-place", "cash");
    chen.picture("own");
    look(&office, "bank own", &face);
    chen.tap("own-now");
    chen.find_no("#own-movement[open]");
    chen.see(&say("bank.nothing_open"));
    let manager = world.joined("manager", people::LIN, face.clone());
    let lin = &manager.page;
    lin.go("/office/payments/bank");
    lin.choose("bank-state", "booked");
    lin.tap("open-again");
    lin.find("#open-movement-again[open]");
    lin.tap("again-now");
    lin.see(&say("bank.aside_missing"));
    lin.fill("again-reason", "Somebody paid at the machine");
    look(&manager, "bank open again", &face);
    lin.tap("again-now");
    lin.find_no("#open-movement-again[open]");
    lin.choose("bank-state", "");
    lin.find("[data-testid=movement][data-state=open]");

    // What was booked by hand was a neighbour's: two persons take it out of the books, and it waits again.
    let movements = BankMovementsQuery { state: BankMovementState::Booked, ..BankMovementsQuery::default() };
    let booked = office.host.call::<BankMovementsList>(&movements).unwrap().rows;
    let payment = booked
        .into_iter()
        .filter_map(|row| row.payment)
        .find(|payment| payment.household_id == bill.household_id)
        .expect("the payment");
    chen.go(&format!("/office/payments/households/{}", payment.household_id));
    chen.until_with(
        "to say that it was booked wrongly",
        "all(id('ask-payment')).find(button => button.closest('li').innerText.includes(args[0]))?.click(); return !!one('#give-back[open]')",
        &[serde_json::json!(payment.receipt.expect("a receipt"))],
    );
    chen.choose("refund-what", "wrongly");
    chen.see(&say("refunds.how_wrongly"));
    chen.fill("refund-reason", "It was the neighbour's");
    chen.picture("wrongly");
    look(&office, "bank booked wrongly", &face);
    chen.tap("ask-refund");
    chen.find_no("#give-back[open]");
    lin.go("/office/payments/refunds");
    lin.tap("give-back");
    lin.find("#confirm-wrongly[open]");
    look(&manager, "bank confirm wrongly", &face);
    lin.tap("confirm");
    lin.find("[data-testid=decided] [data-state=done]");
    lin.see(&say("refunds.state_taken_back"));
    assert_eq!(owed(&find()), owed(&page), "the bill is owed again");
    lin.go("/office/payments/bank");
    lin.see("Nobody in particular");
}

/// What keeps people out of the page as it is.
#[track_caller]
fn look(device: &Device, name: &str, face: &Settings) {
    device.page.rest();
    fail_with(&wrong(device, name, face));
}

/// A camt.053 of an account.
fn of_account(account: &str, entries: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr/>
         <Stmt><Id>1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{}</Stmt></BkToCstmrStmt></Document>",
        entries.concat()
    )
}

/// The ISO 11649 reference of a bill by the digits of its number.
fn reference(digits: &str) -> String {
    let body = format!("1{digits}");
    // `RF00` behind it: 27, 15 and two noughts.
    let left =
        format!("{body}271500").bytes().fold(0_u32, |left, digit| (left * 10 + u32::from(digit - b'0')) % 97);
    format!("RF{:02}{body}", 98 - left)
}
