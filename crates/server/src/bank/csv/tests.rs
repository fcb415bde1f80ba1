#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use linli_wire::Code;
use proptest::prelude::*;

use super::{cell, read};
use crate::{
    Error,
    bank::{Account, Movement},
};

fn movements(text: &str) -> Vec<Movement> {
    read(text.as_bytes(), "EUR").unwrap()
}

fn minors(text: &str) -> Vec<i64> {
    movements(text).into_iter().map(|movement| movement.minor).collect()
}

fn refusal(bytes: impl AsRef<[u8]>, currency: &str) -> String {
    let Error::Refused(error) = read(bytes.as_ref(), currency).unwrap_err() else { panic!("not a refusal") };
    assert_eq!(error.code, Code::UnsupportedFile);
    error.message
}

const GERMAN: &str = "\
Kontoauszug;DE89370400440532013000;;\n\
Zeitraum;01.11.2026 - 30.11.2026;;\n\
\n\
Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Begünstigter/Zahlungspflichtiger;Kontonummer/IBAN;\
Betrag;Währung;Info\n\
DE89;30.11.26;01.12.26;GUTSCHRIFT;RF18 5390 0754 7034;Jörg Müller;NO9386011117947;1.234,50;EUR;gebucht\n\
DE89;30.11.26;;ENTGELT;\"Kontoführung; November\";;;-12,00;EUR;\n";

#[test]
fn a_german_statement_is_read_below_its_preamble() {
    let found = movements(GERMAN);
    assert_eq!((found.len(), found[0].minor, found[1].minor), (2, 123_450, -1200));
    assert_eq!(found[0].booked.to_string(), "2026-11-30");
    assert_eq!(found[0].value.unwrap().to_string(), "2026-12-01");
    assert_eq!(found[0].name.as_deref(), Some("Jörg Müller"));
    assert_eq!(found[0].account, Some(Account::Iban("NO9386011117947".to_owned())));
    assert_eq!(found[0].text, "GUTSCHRIFT\nRF18 5390 0754 7034");
    assert_eq!(found[1].text, "ENTGELT\nKontoführung; November");
}

#[test]
fn an_english_and_a_chinese_statement_are_read() {
    let english = "Date,Value date,Description,Debit,Credit,Balance,Reference\n\
                   30/11/2026,,\"Fee, monthly\",\"1,200.00\",,5.00,\n2026-11-30,2026-11-30,Rent,,80.50,85.50,RF712348231\n";
    let found = movements(english);
    assert_eq!(found.iter().map(|row| row.minor).collect::<Vec<_>>(), [-120_000, 8050]);
    assert_eq!((found[0].text.as_str(), found[1].references[0].as_str()), ("Fee, monthly", "RF712348231"));

    let chinese = "账户明细\t\t\t\t\n交易日期\t对方户名\t对方账号\t借贷标志\t交易金额\t币种\t摘要\n\
                   20261130\t王秀英\t6217001234567890\t贷\t240.00\t人民币\t物业费\n\
                   2026/11/30 08:15:00\t电梯公司\t\t借\t1,000.00\tCNY\t\n";
    let found = read(chinese.as_bytes(), "CNY").unwrap();
    assert_eq!(found.iter().map(|row| row.minor).collect::<Vec<_>>(), [24_000, -100_000]);
    assert_eq!(found[0].account, Some(Account::Other("6217001234567890".to_owned())));
    assert_eq!((found[0].name.as_deref(), found[0].currency.as_str()), (Some("王秀英"), "CNY"));
}

#[test]
fn what_is_only_announced_comes_once_it_is_booked() {
    let head = "Buchungstag;Verwendungszweck;Betrag;Info\n";
    let announced =
        format!("{head}28.11.26;Miete;10,00;Umsatz vorgemerkt\n27.11.26;Miete;7,00;Umsatz gebucht\n");
    let booked =
        format!("{head}30.11.26;Miete RF18;10,00;Umsatz gebucht\n27.11.26;Miete;7,00;Umsatz gebucht\n");
    assert_eq!(minors(&announced), [700]);
    assert_eq!(minors(&booked), [1000, 700]);
    for state in ["Vorgemerkt", "PENDING", "Reverted", "DECLINED", "处理中", "nicht gebucht"] {
        let text = |state: &str| {
            format!("Date,Amount,State\n,1.00,{state}\n2026-11-30,2.00,\n2026-11-30,3.00,COMPLETED\n")
        };
        assert_eq!(minors(&text(state)), [200, 300], "{state}");
    }
    let free = "Date,Amount,Info\n2026-11-30,-5.00,Lastschrift abgelehnt: Entgelt\n";
    assert_eq!(minors(free), [-500], "words about a row that is booked");
}

#[test]
fn encodings_delimiters_and_line_ends_change_nothing() {
    let names = |bytes: &[u8]| read(bytes, "EUR").unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>();
    let expected = names(GERMAN.as_bytes());
    let (western, _, lossy) = encoding_rs::WINDOWS_1252.encode(GERMAN);
    assert!(!lossy);
    assert_eq!(names(&western), expected);
    assert_eq!(names(format!("\u{FEFF}{}", GERMAN.replace('\n', "\r\n")).as_bytes()), expected);
    let wide: Vec<u8> =
        std::iter::once(0xFEFF).chain(GERMAN.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(names(&wide), expected);
    let tabs = GERMAN
        .replace("\"Kontoführung; November\"", "Kontoführung# November")
        .replace(';', "\t")
        .replace('#', ";");
    assert_eq!(names(tabs.as_bytes()), expected);

    let chinese = "交易日期,对方户名,金额\n2026-11-30,王秀英,12.00\n";
    let (double, _, lossy) = encoding_rs::GB18030.encode(chinese);
    assert!(!lossy);
    assert_eq!(names(&double), names(chinese.as_bytes()));
}

#[test]
fn equal_rows_stay_apart_and_overlapping_files_name_them_alike() {
    let row = "2026-11-30;12,00;Wang Mei\n";
    let other = "2026-11-29;5,00;Li Qiang\n";
    let file = |rows: &[&str]| format!("Datum;Betrag;Name\n{}", rows.concat());
    let names = |rows: &[&str]| movements(&file(rows)).into_iter().map(|row| row.id).collect::<Vec<_>>();
    let three = names(&[row, row, row]);
    assert_eq!(three.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(names(&[other, row, row])[1..], three[..2]);
    assert_eq!(names(&["2026-11-30;12,00;  Wang   Mei \n"]), three[..1]);
    assert_ne!(names(&["2026-11-30;12,01;Wang Mei\n"]), three[..1]);
    assert_ne!(names(&["2026-12-30;12,00;Wang Mei\n"]), three[..1]);
}

#[test]
fn decimals_are_told_by_the_file_as_a_whole() {
    let of = |amounts: &[&str]| {
        let rows: Vec<String> = amounts.iter().map(|amount| format!("2026-11-30;{amount}\n")).collect();
        format!("Datum;Betrag\n{}", rows.concat())
    };
    assert_eq!(
        minors(&of(&["1.234,56", "1.234", "12", "0,5", "1.234.567"])),
        [123_456, 123_400, 1200, 50, 123_456_700]
    );
    assert_eq!(
        minors(&of(&["1,234.56", "1,234", "-12.00", "12.00-", "(3.00)", "+4.00", "− 5.00"])),
        [123_456, 123_400, -1200, -1200, -300, 400, -500]
    );
    assert_eq!(
        minors(&of(&["1 234,56", "1'234,56", "€ 7,00", "8,00 EUR", "-€9,00"])),
        [123_456, 123_456, 700, 800, -900]
    );
    assert_eq!(minors(&of(&["12,34,567.89"])), [123_456_789], "groups of India");
    assert_eq!(
        refusal(of(&["1,50", "1.50"]), "EUR"),
        "Line 3, column “Betrag”: the decimals begin otherwise than in the rows before."
    );
    assert_eq!(minors(&of(&["1,500", "2.50"])), [150_000, 250], "a comma before three digits groups them");
    let dinar = |amounts: &[&str]| {
        read(of(amounts).as_bytes(), "BHD").map(|rows| rows.iter().map(|row| row.minor).collect::<Vec<_>>())
    };
    assert_eq!(dinar(&["1.234", "0.5"]).unwrap(), [1234, 500]);
    assert_eq!(refusal(of(&["1.234"]), "BHD"), "Line 2, column “Betrag”: the amount cannot be read.");
    for wrong in ["", "x", "1,2,3", "1,234,5", "1.2345", "--1.00", "1.00 USD", "1e5", "１２"] {
        let message = refusal(of(&["1.00", wrong]), "EUR");
        assert!(message.starts_with("Line 3, column “Betrag”: "), "{wrong}: {message}");
    }
}

#[test]
fn days_are_read_in_every_form_and_never_guessed() {
    for text in [
        "2026-11-30",
        "30.11.2026",
        "30.11.26",
        "30/11/2026",
        "2026/11/30",
        "20261130",
        "2026年11月30日",
        "2026-11-30T08:00:00Z",
        "2026-11-30 08:00",
    ] {
        assert_eq!(cell::day(text).unwrap().to_string(), "2026-11-30", "{text}");
    }
    for text in [
        "",
        "11/30/2026",
        "30/11/26",
        "2026-13-01",
        "2026-02-30",
        "302611",
        "30.11.",
        "-2026-11-30x",
        "Nov 30 2026",
        "２０２６-11-30",
    ] {
        assert_eq!(cell::day(text), None, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_named_with_line_and_column_and_without_what_stands_there() {
    let head = "Date,Name,Amount,Currency\n";
    assert_eq!(
        refusal(format!("{head}\n2026-11-30,Wang Mei,1.00,EUR\n2026-11-31,Wang Mei,1.00,EUR\n"), "EUR"),
        "Line 4, column “Date”: the date cannot be read."
    );
    assert_eq!(
        refusal(format!("{head},Wang Mei,1.00,EUR\n"), "EUR"),
        "Line 2, column “Date”: the date cannot be read."
    );
    assert_eq!(
        refusal(format!("{head}2026-11-30,,1.00,XYZ\n"), "EUR"),
        "Line 2, column “Currency”: the currency is not known."
    );
    let two = "Date,Debit,Credit\n2026-11-30,1.00,2.00\n";
    assert_eq!(refusal(two, "EUR"), "Line 2, column “Credit”: the row must have one amount.");
    assert_eq!(
        refusal(two.replace("1.00,2.00", ","), "EUR"),
        "Line 2, column “Credit”: the row must have one amount."
    );
    let direction = "Datum;Betrag;S/H\n30.11.2026;1,00;X\n";
    assert_eq!(refusal(direction, "EUR"), "Line 2, column “S/H”: the direction cannot be read.");
    assert_eq!(minors(&direction.replace('X', "S")), [-100]);
    let open = "Date,Amount,Text\n2026-11-30,1.00,\"open\n2026-11-30,2.00,b\n2026-11-30,3.00,\"c\n";
    assert_eq!(refusal(open, "EUR"), "Line 2: a cell holds several rows; is a quotation mark not closed?");
    assert_eq!(movements("Date,Amount,Text\n2026-11-30,1.00,\"a\nb\"\n")[0].text, "a b");
    let moved = "Date,Text,Amount\n2026-11-30,Fee, monthly,1.00\n";
    assert_eq!(refusal(moved, "EUR"), "Line 2: the row has more cells than there are headings.");
    assert_eq!(refusal("", "EUR"), "No row names a date and an amount.");
    assert_eq!(refusal("Name;Wohnung\nWang Mei;3-1201\n", "EUR"), "No row names a date and an amount.");
    assert_eq!(refusal(b"\xFF\xFE1", "EUR"), "The text is neither UTF-8, UTF-16, GB18030 nor Windows-1252.");
    assert!(movements("Date,Amount\n,\n , \n").is_empty(), "rows that say nothing are passed over");
}

#[test]
fn a_file_that_was_cut_is_refused_wherever_that_was() {
    let whole = "Datum;Verwendungszweck;Betrag;Währung\n2026-11-30;RF712348231;10,00;EUR\n2026-11-30;RF712348231;1500,75;EUR\n";
    assert_eq!(minors(whole), [1000, 150_075]);
    let last = whole.find("2026-11-30;RF712348231;1500").unwrap();
    for at in last + 1..whole.len() {
        assert_eq!(
            refusal(whole.get(..at).unwrap(), "EUR"),
            "Line 3: the file ends in the middle of a row; was it cut?",
            "{}",
            whole.get(..at).unwrap()
        );
    }
    assert_eq!(minors(whole.get(..last).unwrap()), [1000], "a row that is not there cannot be missed");
    let amount_last = "Datum;Betrag\n2026-11-30;1500,7";
    assert_eq!(refusal(amount_last, "EUR"), "Line 2: the file ends in the middle of a row; was it cut?");
    // Some banks end no last row, and enclose every cell.
    let quoted = "\"Datum\";\"Text\";\"Betrag\"\n\"2026-11-30\";\"say \"\"a\"\"\";\"1500,75\"";
    assert_eq!(minors(quoted), [150_075]);
    let last = quoted.find('\n').unwrap() + 2;
    for at in last..quoted.len() {
        refusal(quoted.get(..at).unwrap(), "EUR");
    }
    for open in ["\"abc", "\"abc\n", "\"abc\"\"", "\"abc\"\"\n"] {
        let text = format!("Datum;Betrag;Text\n2026-11-30;1,00;a\n2026-11-30;2,00;{open}");
        assert_eq!(
            refusal(text, "EUR"),
            "Line 3: the file ends in the middle of a row; was it cut?",
            "{open}"
        );
    }
}

proptest! {
    #[test]
    fn rubbish_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), rows in "[0-9.,;'\"\n+€ -]{0,200}") {
        let _ = read(&bytes, "EUR");
        let _ = read(format!("Date;Amount;Debit;Credit;Currency\n{rows}").as_bytes(), "EUR");
    }

    #[test]
    fn amounts_are_read_as_they_were_written(minors in proptest::collection::vec(-99_999_999_999_i64..99_999_999_999, 1..20), german: bool) {
        let (group, decimal) = if german { ('.', ',') } else { (',', '.') };
        let mut text = "Date;Amount\n".to_owned();
        for minor in &minors {
            let (whole, part) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
            let digits = whole.to_string();
            let mut grouped = String::new();
            for (at, c) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    grouped.push(group);
                }
                grouped.push(c);
            }
            let sign = if *minor < 0 { "-" } else { "" };
            text.push_str(&format!("2026-11-30;{sign}{grouped}{decimal}{part:02}\n"));
        }
        let found: Vec<i64> = read(text.as_bytes(), "EUR").unwrap().into_iter().map(|row| row.minor).collect();
        prop_assert_eq!(found, minors);
    }
}
