//! The story of a statement: what is certain is booked by itself, a proposal is accepted, and the same file brings
//! nothing.

use std::fs;

use linli_e2e::{
    words::say,
    world::{World, people, settings},
};
use linli_wire::{
    Language,
    command::{BillKey, BillOpen, Empty, OfficeBillsList, PaymentsGet},
    payments::OfficeBillsQuery,
    settings::Mode,
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
    let file = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr/>
         <Stmt><Id>1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{}</Stmt></BkToCstmrStmt></Document>",
        entries.concat()
    );
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
    chen.find_late("[role=alert]");
}

/// The ISO 11649 reference of a bill by the digits of its number.
fn reference(digits: &str) -> String {
    let body = format!("1{digits}");
    // `RF00` behind it: 27, 15 and two noughts.
    let left =
        format!("{body}271500").bytes().fold(0_u32, |left, digit| (left * 10 + u32::from(digit - b'0')) % 97);
    format!("RF{:02}{body}", 98 - left)
}
