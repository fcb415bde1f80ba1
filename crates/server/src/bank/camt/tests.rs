#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;

use linli_wire::Code;
use proptest::prelude::*;

use super::{Item, Movement, Sum, read, xml::MAX_PIECE};
use crate::{Error, bank::Account};

const OLD: &str = "camt.053.001.02";
const NEW: &str = "camt.053.001.08";

/// A statement that opens with 100.00 EUR and closes with `closing`.
fn statement(version: &str, closing: &str, entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{version}\"><BkToCstmrStmt><GrpHdr><MsgId>m</MsgId></GrpHdr>\
         <Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\
         <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Dt><Dt>2026-11-29</Dt></Dt></Bal>\
         <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Dt><DtTm>2026-11-30T23:59:59+01:00</DtTm></Dt></Bal>{entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn entry(amount: &str, direction: &str, rest: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-11-30</Dt></BookgDt>{rest}</Ntry>"
    )
}

fn items(text: impl AsRef<[u8]>) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    read(text.as_ref(), |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

fn movements(text: &str) -> Vec<Movement> {
    let of = |item| if let Item::Movement(movement) = item { Some(*movement) } else { None };
    items(text).unwrap().into_iter().filter_map(of).collect()
}

fn ends(text: &str) -> Vec<Sum> {
    let of = |item| if let Item::End(sum) = item { Some(sum) } else { None };
    items(text).unwrap().into_iter().filter_map(of).collect()
}

fn refusal(text: impl AsRef<[u8]>) -> String {
    let Error::Refused(error) = items(text).unwrap_err() else { panic!("not a refusal") };
    assert_eq!(error.code, Code::UnsupportedFile);
    error.message
}

#[test]
fn a_status_is_read_in_both_forms_and_only_what_is_booked_counts() {
    let of = |status: &str| {
        let rest = "<AcctSvcrRef>R</AcctSvcrRef>";
        statement(NEW, "120.50", &entry("20.50", "CRDT", rest).replace("<Sts>BOOK</Sts>", status))
    };
    for status in ["<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>", "<Sts>\n <Cd> BOOK </Cd>\n</Sts>"] {
        let found = movements(&of(status));
        assert_eq!((found[0].id.as_str(), found[0].minor, found.len()), ("R", 2050, 1), "{status}");
        assert_eq!(ends(&of(status)), [Sum::Agrees]);
    }
    for status in ["<Sts>PDNG</Sts>", "<Sts><Cd>INFO</Cd></Sts>", "<Sts><Cd>FUTR</Cd></Sts>"] {
        assert!(movements(&of(status)).is_empty());
        assert_eq!(ends(&of(status)), [Sum::Differs(2050)]);
    }
    for status in ["", "<Sts/>", "<Sts>book</Sts>", "<Sts><Prtry>X</Prtry></Sts>"] {
        assert_eq!(refusal(of(status)), "It cannot be read whether an entry is booked.");
    }
}

#[test]
fn names_are_the_banks_own_or_made_of_the_statement_and_stay_apart() {
    let rest = "<AcctSvcrRef>R</AcctSvcrRef>";
    let back = entry("2.00", "DBIT", rest).replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    let entries = [
        entry("1.00", "CRDT", rest),
        entry("1.00", "CRDT", rest),
        entry("2.00", "DBIT", rest),
        back,
        entry("1.00", "CRDT", "<AcctSvcrRef>NOTPROVIDED</AcctSvcrRef>"),
        entry("1.00", "CRDT", "").replace("<Ntry>", "<Ntry><NtryRef>1</NtryRef>"),
        entry("1.00", "CRDT", "").replace("<Ntry>", "<Ntry><NtryRef>1</NtryRef>"),
    ];
    let text = statement(OLD, "101.00", &entries.concat());
    let ids: Vec<String> = movements(&text).into_iter().map(|movement| movement.id).collect();
    assert_eq!(ids, ["R", "R#2", "R/out", "R/out/back", "S1//5", "S1/1", "S1/1#2"]);
    assert_eq!(ends(&text), [Sum::Agrees]);
}

fn transaction(amount: &str, charge: &str, reference: &str) -> String {
    let charge = match charge {
        "" => String::new(),
        charge => format!("<Chrgs><Amt Ccy=\"EUR\">{charge}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>"),
    };
    format!(
        "<TxDtls><Refs><EndToEndId>E{reference}</EndToEndId></Refs>\
         <AmtDtls><TxAmt><Amt Ccy=\"EUR\">{amount}</Amt></TxAmt></AmtDtls>{charge}\
         <RltdPties><Dbtr><Nm>Wang Mei</Nm></Dbtr><DbtrAcct><Id><IBAN>NO9386011117947</IBAN></Id></DbtrAcct></RltdPties>\
         <RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    )
}

#[test]
fn transactions_that_make_up_their_entry_are_movements_of_their_own() {
    let batch = |amount: &str, details: &[String]| {
        let rest = format!("<AcctSvcrRef>B</AcctSvcrRef><NtryDtls><Btch/>{}</NtryDtls>", details.concat());
        movements(&statement(OLD, "100.00", &entry(amount, "CRDT", &rest)))
    };
    let whole = batch("30.00", &[transaction("10.00", "", "A"), transaction("20.00", "", "B")]);
    let told: Vec<_> =
        whole.iter().map(|part| (part.id.as_str(), part.minor, part.references[0].as_str())).collect();
    assert_eq!(told, [("B/1", 1000, "A"), ("B/2", 2000, "B")]);
    assert_eq!(whole[0].end_to_end.as_deref(), Some("EA"));
    assert_eq!(whole[0].account, Some(Account::Iban("NO9386011117947".to_owned())));

    let net = batch("29.50", &[transaction("10.00", "0.50", "A"), transaction("20.00", "", "B")]);
    assert_eq!(net.iter().map(|part| part.minor).collect::<Vec<_>>(), [950, 2000]);
    assert_eq!((net[0].charges[0].minor, net[1].charges.len()), (50, 0));

    let odd = batch("29.00", &[transaction("10.00", "", "A"), transaction("20.00", "", "B")]);
    assert_eq!((odd.len(), odd[0].id.as_str(), odd[0].minor), (1, "B", 2900));
    assert_eq!(odd[0].references, ["A", "B"]);
    assert_eq!(odd[0].name, None);

    let single = batch("9.50", &[transaction("10.00", "0.50", "A")]);
    assert_eq!((single[0].id.as_str(), single[0].minor, single[0].charges[0].minor), ("B", 950, 50));
}

#[test]
fn money_that_went_out_or_came_back_has_the_right_other_side() {
    let parties = "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Payer</Nm></Dbtr><Cdtr><Pty><Nm>Payee</Nm></Pty></Cdtr>\
                   </RltdPties></TxDtls></NtryDtls>";
    let name = |direction: &str, reversal: &str| {
        let entry = entry("1.00", direction, parties).replace("<Sts>", &format!("{reversal}<Sts>"));
        let found = movements(&statement(NEW, "100.00", &entry)).remove(0);
        (found.name.unwrap(), found.minor, found.reversal)
    };
    assert_eq!(name("CRDT", ""), ("Payer".to_owned(), 100, false));
    assert_eq!(name("DBIT", "<RvslInd>false</RvslInd>"), ("Payee".to_owned(), -100, false));
    assert_eq!(name("CRDT", "<RvslInd>true</RvslInd>"), ("Payee".to_owned(), 100, true));
    assert_eq!(name("DBIT", "<RvslInd>1</RvslInd>"), ("Payer".to_owned(), -100, true));
}

#[test]
fn amounts_have_the_decimals_of_their_currency_and_keep_what_was_paid() {
    let rest = "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy=\"JPY\">1650</Amt></InstdAmt>\
                <TxAmt><Amt Ccy=\"EUR\">10.00</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>";
    let found = movements(&statement(OLD, "110.00", &entry("10.0", "CRDT", rest)));
    assert_eq!((found[0].minor, found[0].original.as_ref().unwrap().minor), (1000, 1650));
    let dinar = statement(OLD, "110.00", &entry("1.234", "CRDT", "").replace("EUR", "BHD"));
    assert_eq!(movements(&dinar)[0].minor, 1234);
    assert_eq!(ends(&dinar), [Sum::Unknown], "another currency than the balance");
    for amount in ["1.234", "-1.00", "1,00", "", "1e2"] {
        assert_eq!(
            refusal(statement(OLD, "100.00", &entry(amount, "CRDT", ""))),
            "The amount of an entry cannot be read."
        );
    }
    assert_eq!(
        refusal(statement(OLD, "100.00", &entry("1.00", "CREDIT", ""))),
        "The direction of an entry cannot be read."
    );
}

#[test]
fn what_is_no_statement_is_refused_with_a_sentence() {
    let good = statement(OLD, "100.00", "");
    let not = "The file is not a bank statement camt.053 of version 001.02 or 001.08.";
    assert_eq!(refusal(""), "The file is empty.");
    assert_eq!(refusal("<html><body>Log in</body></html>"), not);
    assert_eq!(refusal(good.replace("camt.053.001.02", "camt.052.001.02")), not);
    assert_eq!(refusal(good.replace("camt.053.001.02", "camt.053.001.04")), not);
    assert_eq!(refusal(format!("{good}{good}")), "Something stands behind the end of the statement.");
    assert_eq!(refusal(good.replace("Stmt>", "Rpt>")), "The file holds no statement.");
    assert_eq!(refusal(good.replace("<Id>S1</Id>", "")), "The statement has no id.");
    let utf8 = "The file is not written in UTF-8.";
    assert_eq!(refusal(good.replace("UTF-8", "ISO-8859-1")), utf8);
    assert_eq!(
        refusal(
            [good.replace("S1", "S\u{e4}").as_bytes(), b""]
                .concat()
                .iter()
                .map(|b| if *b == 0xC3 { 0xE4 } else { *b })
                .collect::<Vec<u8>>()
        ),
        utf8
    );
    let wide: Vec<u8> =
        std::iter::once(0xFEFF).chain(good.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(refusal(&wide), utf8);
    assert_eq!(refusal(&wide[2..]), utf8);
    assert!(items(format!("\u{FEFF}{good}")).is_ok(), "a byte order mark");
    assert!(items(good.replace("UTF-8", "utf-8")).is_ok());
    let prefixed =
        good.replace("</", "</n:").replace('<', "<n:").replace("<n:/n:", "</n:").replace("<n:?xml", "<?xml");
    assert!(items(prefixed.replace("xmlns=", "xmlns:n=")).is_ok(), "a prefix before every name");
}

#[test]
fn every_file_that_is_cut_is_an_error() {
    let text =
        statement(OLD, "120.00", &entry("20.00", "CRDT", "<AddtlNtryInf>Gebühr &amp; 王</AddtlNtryInf>"));
    assert_eq!(movements(&text)[0].text, "Gebühr & 王");
    for end in 0..text.len() {
        items(&text.as_bytes()[..end]).unwrap_err();
    }
}

#[test]
fn entities_and_document_types_are_refused_before_anything_is_expanded() {
    let mut laughs = String::from("<!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for level in 1..10 {
        let _ = write!(laughs, "<!ENTITY lol{level} \"{}\">", format!("&lol{};", level - 1).repeat(10));
    }
    laughs.push_str("]>");
    let good = statement(OLD, "100.00", &entry("1.00", "CRDT", "<AddtlNtryInf>&lol9;</AddtlNtryInf>"));
    let refused = "The file declares a document type, which a statement never does.";
    assert_eq!(refusal(good.replacen("?>\n", &format!("?>\n{laughs}"), 1)), refused);
    let external = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    assert_eq!(refusal(good.replacen("?>\n", &format!("?>\n{external}"), 1)), refused);
    assert_eq!(refusal(&good), "The file uses an entity that XML does not have.");
    assert_eq!(refusal(good.replace("&lol9;", "&#0;")), "The file is not XML.");
    assert_eq!(refusal(good.replace("&lol9;", "&#8;")), "The file is not XML.");
}

#[test]
fn depth_and_length_have_limits() {
    let deep = |levels| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    let of = |inside: &str| statement(OLD, "100.00", &format!("<Other>{inside}</Other>"));
    assert!(items(of(&deep(25))).is_ok());
    assert_eq!(refusal(of(&deep(40))), "The file is nested too deeply.");
    let long = |length: u64| "x".repeat(usize::try_from(length).unwrap());
    assert!(items(of(&long(MAX_PIECE - 10))).is_ok());
    let too_long = "A tag or text of the file is too long.";
    assert_eq!(refusal(of(&long(MAX_PIECE + 1))), too_long);
    assert_eq!(refusal(of(&format!("<!--{}-->", long(MAX_PIECE)))), too_long);
    assert_eq!(refusal(of(&format!("<{}/>", long(MAX_PIECE)))), too_long);
    let wide = entry("1.00", "CRDT", &format!("<AddtlNtryInf>{}</AddtlNtryInf>", "<b>x</b>".repeat(80_000)));
    assert_eq!(refusal(statement(OLD, "100.00", &wide)), "An element of the statement is too long.");
}

#[test]
fn what_the_caller_answers_ends_the_reading() {
    let text = statement(OLD, "101.00", &entry("1.00", "CRDT", ""));
    let mut taken = 0;
    let stop = |_| {
        taken += 1;
        Err(Error::not_found())
    };
    assert_eq!(read(text.as_bytes(), stop).unwrap_err().code(), Code::NotFound);
    assert_eq!(taken, 1);
}

proptest! {
    #[test]
    fn a_statement_with_a_wrong_byte_is_read_or_refused(at in 0_usize..1400, byte: u8) {
        let mut text = statement(NEW, "120.00", &entry("20.00", "CRDT", &transaction("20.00", "", "A"))).into_bytes();
        let at = at % text.len();
        text[at] = byte;
        let _ = items(&text);
    }

    #[test]
    fn rubbish_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[<>/&;A-Za-z\"= ]{0,200}") {
        prop_assert!(items(&bytes).is_err());
        prop_assert!(items(&text).is_err());
    }

    #[test]
    fn any_entries_add_up(amounts in proptest::collection::vec((1_i64..1_000_000, any::<bool>()), 0..20)) {
        let mut entries = String::new();
        let mut closing = 50_000_000;
        for (minor, is_in) in &amounts {
            let amount = crate::bank::amount::decimal(*minor, "EUR").unwrap();
            entries.push_str(&entry(&amount, if *is_in { "CRDT" } else { "DBIT" }, ""));
            closing += if *is_in { *minor } else { -minor };
        }
        let text = statement(OLD, &crate::bank::amount::decimal(closing, "EUR").unwrap(), &entries);
        let text = text.replacen("100.00", "500000.00", 1);
        let found = movements(&text);
        prop_assert_eq!(found.iter().map(|found| found.minor).collect::<Vec<_>>(),
            amounts.iter().map(|(minor, is_in)| if *is_in { *minor } else { -minor }).collect::<Vec<_>>());
        prop_assert_eq!(ends(&text), [Sum::Agrees]);
    }
}
