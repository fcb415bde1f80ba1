//! Banks: their statements and references as other libraries write them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use linli_server::bank::{
    camt::{self, Balance, Item, Sum},
    reference::Reference,
};
use linli_wire::money::Money;
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/server/statements");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn balance(balance: Option<Balance>) -> Value {
    balance.map_or(
        Value::Null,
        |told| json!({ "minor": told.minor, "currency": told.currency, "day": told.day.to_string() }),
    )
}

/// A file as JSON, in the form that `write.py` gives to what it wrote.
fn read(name: &str) -> Value {
    let mut statements: Vec<Value> = Vec::new();
    camt::read(fixture(name).as_slice(), |item| {
        match item {
            Item::Statement(told) => statements.push(json!({
                "id": told.id, "number": told.number, "account": told.account.as_str(),
                "opening": balance(told.opening), "closing": balance(told.closing), "movements": [],
            })),
            Item::Movement(told) => {
                let money = |told: &Money| json!({ "minor": told.minor, "currency": told.currency });
                statements.last_mut().unwrap()["movements"].as_array_mut().unwrap().push(json!({
                    "id": told.id, "minor": told.minor, "currency": told.currency, "booked": told.booked.to_string(),
                    "value": told.value.map(|day| day.to_string()), "end_to_end": told.end_to_end,
                    "references": told.references, "text": told.text, "name": told.name,
                    "account": told.account.as_ref().map(|account| account.as_str()), "reversal": told.reversal,
                    "charges": told.charges.iter().map(money).collect::<Vec<_>>(),
                    "original": told.original.as_ref().map(money),
                }));
            }
            Item::End(sum) => {
                statements.last_mut().unwrap()["differs"] = match sum {
                    Sum::Agrees => json!(0),
                    Sum::Differs(by) => json!(i64::try_from(by).unwrap()),
                    Sum::Unknown => Value::Null,
                }
            }
        }
        Ok(())
    })
    .unwrap();
    Value::Array(statements)
}

#[test]
fn statements_of_both_versions_say_what_was_written_into_them() {
    for name in ["month", "several"] {
        let expected: Value = serde_json::from_slice(&fixture(&format!("{name}.json"))).unwrap();
        for version in ["02", "08"] {
            let found = read(&format!("{name}.{version}.xml"));
            for (found, expected) in found.as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
                let (found_all, all) =
                    (found["movements"].as_array().unwrap(), expected["movements"].as_array().unwrap());
                for (found, expected) in found_all.iter().zip(all) {
                    assert_eq!(found, expected, "{name} {version}");
                }
            }
            assert_eq!(found, expected, "{name} {version}");
        }
    }
}

#[test]
fn every_movement_of_a_file_has_a_name_of_its_own() {
    for file in ["month.02.xml", "month.08.xml", "several.02.xml", "several.08.xml"] {
        let mut names = BTreeMap::new();
        for statement in read(file).as_array().unwrap() {
            for movement in statement["movements"].as_array().unwrap() {
                let name = (statement["account"].to_string(), movement["id"].to_string());
                assert!(names.insert(name, ()).is_none(), "{movement}");
            }
        }
        assert!(!names.is_empty());
    }
}

#[test]
fn references_are_right_where_another_library_says_so() {
    let text = String::from_utf8(fixture("references.txt")).unwrap();
    let mut counted = BTreeMap::new();
    for line in text.lines() {
        let (typed, verdict) = line.split_once(' ').unwrap();
        assert_eq!(Reference::read(typed).is_some(), verdict == "right", "{line}");
        *counted.entry(verdict).or_insert(0) += 1;
    }
    assert!(counted["right"] >= 84 && counted["wrong"] >= 80, "{counted:?}");
}
