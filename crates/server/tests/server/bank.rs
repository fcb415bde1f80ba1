//! Banks: their statements as another library writes them, and the codes on bills as another program reads them.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use linli_server::bank::{
    camt::{self, Balance, Item, Sum},
    epc::{self, About, Transfer},
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

#[test]
fn the_code_on_a_bill_is_read_back_as_it_was_written() {
    let (bill, foreign) = (Reference::of_bill(42), Reference::read("RF18539007547034").unwrap());
    let (name, words) = ("名".repeat(70), "t".repeat(62));
    let plain = Transfer {
        bic: None,
        name: "Hausverwaltung Sonnengarten",
        iban: "DE89 3704 0044 0532 0130 00",
        minor: 12_050,
        currency: "EUR",
        purpose: "",
        about: About::Reference(&bill),
        information: "",
    };
    let transfers = [
        plain.clone(),
        Transfer { bic: Some("COBADEFFXXX"), about: About::Reference(&foreign), minor: 1, ..plain.clone() },
        Transfer {
            name: "Müller & Söhne <邻里>", about: About::Text("Grüße aus 3-1201"), ..plain.clone()
        },
        Transfer { name: &name, about: About::Text(&words), information: "ok", ..plain },
    ];
    let folder = tempfile::tempdir().unwrap();
    for (number, transfer) in transfers.iter().enumerate() {
        let path = folder.path().join(format!("{number}.svg"));
        fs::write(&path, epc::svg(transfer).unwrap()).unwrap();
        let drawn = path.with_extension("png");
        run(
            "rsvg-convert",
            &["--zoom=6", path.to_str().unwrap(), "-o", drawn.to_str().unwrap()],
            "librsvg2-bin",
        );
        let options = ["--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", "-Sbinary"];
        let scanned = run("zbarimg", &[&options[..], &[drawn.to_str().unwrap()]].concat(), "zbar-tools");
        assert_eq!(scanned, epc::text(transfer).unwrap(), "{transfer:?}");
    }
}

/// What a program of a package of Debian writes.
fn run(program: &str, arguments: &[&str], package: &str) -> String {
    let output = Command::new(program).args(arguments).output();
    let output =
        output.unwrap_or_else(|_| panic!("{program} is missing: `cargo xtask setup` installs {package}"));
    assert!(
        output.status.success(),
        "{program}: {} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
