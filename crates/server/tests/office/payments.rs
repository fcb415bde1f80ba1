//! `payments.toml` and `meter-readings.csv`: what is refused with its place, and that nothing is billed twice.

use linli_server::{
    check,
    db::Tx,
    import::{self, Applying, Reading},
    instance,
    payments::{self, Bills},
};
use linli_wire::payments::{Fee, Rate};

use crate::{
    folder::{put, sound},
    on_both_engines,
    place::reading,
};

const PAYMENTS: &str = r#"[ways]
days_to_pay = 14
counter = { zh = "柜台", en = "At the counter" }
bank = { holder = "阳光花园", number = "1100 2233", bank = "京华银行" }
spending = [{ key = "cleaning", name = { zh = "保洁", en = "Cleaning" } }]

[[fees]]
code = "area"
name = { zh = "物业费", en = "Property fee" }
by = "square_metre"
rate = "2.85"
from = "2025-01-01"
tax_basis_points = 600
tax_included = true
discounts = [{ name = { zh = "空置" }, basis_points = 3000, units = ["1-101"] }]

[[fees]]
code = "water"
name = { zh = "水费" }
by = "meter m³"
rate = "5"
from = "2025-01-01"
units = ["3-1201"]

[[months]]
month = "2026-10"
by = "P-0005"
issued = 1
due = 20
paid_within = 3
unpaid = ["H-0002"]

[[months]]
month = "2026-11"
by = "P-0005"
issued = 1
due = 20
paid_within = 3

[[spent]]
code = "broom"
day = "2026-11-02"
heading = "cleaning"
amount = "120.50"
by = "P-0005"
"#;
const READINGS: &str =
    "fee,building,unit,day,value\nwater,3,1201,2026-09-01,100\nwater,3,1201,2026-10-20,112.5\n";

fn folder() -> tempfile::TempDir {
    let folder = sound();
    put(folder.path(), "payments.toml", PAYMENTS);
    put(folder.path(), "meter-readings.csv", READINGS);
    folder
}

/// What is said of one of the files with one thing replaced in it.
fn said(file: &str, from: &str, to: &str) -> Vec<String> {
    let whole = if file == "payments.toml" { PAYMENTS } else { READINGS };
    assert!(whole.contains(from), "{from}");
    let folder = folder();
    put(folder.path(), file, whole.replacen(from, to, 1));
    let read = import::read(folder.path(), reading());
    read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_about_payments_is_told_with_its_place() {
    assert_eq!(said("payments.toml", "days_to_pay = 14", "days_to_pay = 7"), [""; 0]);
    let cases = [
        ("rate = \"2.85\"", "rate = \"2,85\"", "payments.toml:7:rate: “2,85” is not a price such as 2.35."),
        (
            "by = \"square_metre\"",
            "by = \"metre\"",
            "payments.toml:7:by: Write square_metre, unit, once, or meter",
        ),
        ("code = \"area\"", "code = \"Area\"", "payments.toml:7:code: It becomes a heading"),
        ("code = \"area\"", "code = \"water\"", "payments.toml:17:code: Another fee has this code."),
        ("[\"1-101\"]", "[\"1-102\"]", "payments.toml:7:units: There is no unit 1-102 in units.csv."),
        ("[\"H-0002\"]", "[\"H-9999\"]", "payments.toml:25:unpaid: There is no household H-9999"),
        ("issued = 1", "issued = 31", "payments.toml:25:due: Write days of the month from 1 to 28"),
        (
            "by = \"P-0005\"\nissued",
            "by = \"P-0001\"\nissued",
            "payments.toml:25:by: Name somebody of the office.",
        ),
        (
            "heading = \"cleaning\"",
            "heading = \"parties\"",
            "payments.toml:40:heading: There is no heading parties",
        ),
        ("\"120.50\"", "\"120.505\"", "payments.toml:40:amount: “120.505” is not an amount"),
        ("holder = \"阳光花园\"", "holder = \" \"", "payments.toml:1:bank: Name the holder"),
        (
            "key = \"cleaning\"",
            "key = \"Cleaning!\"",
            "payments.toml:1:spending: “Cleaning!” has something else",
        ),
        ("[ways]", "[ways", "payments.toml:1:"),
        ("days_to_pay", "days_to_play", "payments.toml:2:"),
    ];
    for (from, to, expected) in cases {
        let said = said("payments.toml", from, to);
        assert!(said.iter().any(|line| line.starts_with(expected)), "{to}: {said:?}");
    }
    let cases = [
        ("water,3", "area,3", "meter-readings.csv:2:fee: There is no fee area with meters"),
        ("1201,2026-09-01", "1209,2026-09-01", "meter-readings.csv:2:unit: There is no unit 3-1209"),
        ("2026-09-01,100", "2026-09-31,100", "meter-readings.csv:2:day: "),
        ("2026-09-01,100", "2026-09-01,-1", "meter-readings.csv:2:value: It is not what a meter shows"),
        ("2026-10-20", "2026-09-01", "meter-readings.csv:3:day: Another row has this meter and day."),
    ];
    for (from, to, expected) in cases {
        let said = said("meter-readings.csv", from, to);
        assert!(said.iter().any(|line| line.starts_with(expected)), "{to}: {said:?}");
    }
}

/// Totals and what is owed of all bills by number; fees.
type Stands = (Vec<(i64, i64)>, Vec<Fee>);

fn stands(tx: &mut Tx<'_>) -> Result<Stands, linli_server::Error> {
    let community = import::ids::community("sunshine");
    let bills = payments::bills(tx, community, Bills::All)?;
    Ok((bills.iter().map(|bill| (bill.total, bill.owed)).collect(), payments::fees(tx, community)?))
}

on_both_engines! {
    async fn who_moves_in_has_nothing_of_who_moved_out(place) {
        let folder = folder();
        place.import(folder.path(), false).await;
        let wants = "UPDATE household_account SET automatic = 100
             WHERE household_id IN (SELECT id FROM household WHERE code = 'H-0002')";
        assert_eq!(place.execute(wants).await, 1);
        let people = |left: &str, others: &str| {
            let rows = crate::folder::PEOPLE.replace("birth_year\n", "birth_year,left\n");
            let li = "P-0003,李强,强,H-0002,household_head,zh,,,";
            let rows = rows.replace(&format!("{li}\n"), &format!("{li},{left}\n"));
            put(folder.path(), "people.csv", rows + others);
        };
        // With somebody who lives there already, somebody moves in.
        people("", "P-0004,李丽,,H-0002,resident,zh,,,,\n");
        let summary = place.import(folder.path(), false).await;
        assert_eq!((summary.conflicts.len(), summary.total().new), (0, 1), "{summary}");
        let automatic = "SELECT COUNT(*) FROM household_account WHERE automatic IS NOT NULL";
        people("2020-01-31", "P-0004,李丽,,H-0002,resident,zh,,,,\n");
        place.import(folder.path(), false).await;
        assert_eq!(place.number(automatic).await, 1, "one of them stays");
        // The last one leaves, and somebody else moves in on the same day, whose code comes before.
        let next = "P-0000,周敏,,H-0002,household_head,zh,,,,\n";
        let said = "code,room,person,day,time,words,answers\na1,everybody,P-0000,2020-02-01,08:00,大家好,\n";
        put(folder.path(), "messages.csv", said);
        people("2020-01-31", &format!("P-0004,李丽,,,resident,zh,,,,2020-01-31\n{next}"));
        for left in [1, 0] {
            let summary = place.import(folder.path(), false).await;
            let [conflict] = summary.conflicts.as_slice() else { panic!("{summary}") };
            let said = conflict.to_string();
            assert!(said.starts_with("people.csv:7:household: P-0000: everybody of H-0002 has left"), "{said}");
            assert_eq!((summary.left.len(), place.number(automatic).await), (left, 0));
        }
        assert_eq!(place.number("SELECT COUNT(*) FROM person WHERE code = 'P-0000'").await, 0);
        assert_eq!(place.number("SELECT COUNT(*) FROM message").await, 0, "nor what they said");
        // With a household of their own they have nothing of it; and who comes back is at home.
        put(folder.path(), "units.csv", format!("{}1,102,1,90\n", crate::folder::UNITS));
        put(folder.path(), "households.csv", format!("{}H-0003,1-102\n", crate::folder::HOUSEHOLDS));
        people("", &format!("P-0004,李丽,,,resident,zh,,,,2020-01-31\n{}", next.replace("H-0002", "H-0003")));
        let summary = place.import(folder.path(), false).await;
        assert_eq!((summary.conflicts.len(), summary.returned.as_slice()), (0, &["P-0003".to_owned()][..]), "{summary}");
        assert_eq!(place.number("SELECT COUNT(*) FROM person WHERE code = 'P-0000'").await, 1);
        assert_eq!(place.number("SELECT COUNT(*) FROM message").await, 1);
        assert_eq!(place.number(automatic).await, 0, "nobody wants it who has not said so");
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn months_of_before_are_billed_and_paid_once_however_often_the_folder_comes(place) {
        let folder = folder();
        let at = |now: &str| Reading { now: now.parse().unwrap(), dates_end_today: true };
        let import = async |now: &str| {
            let read = import::read(folder.path(), at(now)).unwrap();
            import::apply(&place.db, &place.files, read, Applying::default()).await
        };
        place.db.write(instance::open).await.unwrap();
        // 2.85 × 83 × 2 flats; 2.85 × 112.4 less 30 %; 12.5 m³ in October.
        import("2026-11-22T12:00:00Z").await.unwrap();
        let (mut bills, fees) = place.db.read(stands).await.unwrap();
        bills.sort_unstable();
        assert_eq!(bills, [(22_424, 0), (22_424, 22_424), (47_310, 0), (53_560, 0)]);
        assert_eq!(place.db.read(check::database).await.unwrap(), Vec::<String>::new());
        // On another day, with all days moved, nothing is billed or paid once more, and fees begin when they began.
        let summary = import("2027-01-10T12:00:00Z").await.unwrap();
        assert_eq!(summary.conflicts, [], "{summary:?}");
        let mut again = place.db.read(stands).await.unwrap();
        again.0.sort_unstable();
        assert_eq!((&again.0, &again.1), (&bills, &fees));
        // A price that the office changed in the folder is taken over; a fee that is billed keeps its periods.
        put(folder.path(), "payments.toml", PAYMENTS.replace("\"2.85\"", "\"3.00\""));
        import("2027-01-10T12:00:00Z").await.unwrap();
        let (_, fees) = place.db.read(stands).await.unwrap();
        assert!(fees.iter().any(|fee| fee.content.rate == Rate(3_000_000) && fee.version == 2), "{fees:?}");
        put(folder.path(), "payments.toml", PAYMENTS.replacen("2025-01-01", "2025-02-01", 1));
        let error = import("2027-01-10T12:00:00Z").await.unwrap_err();
        assert_eq!(error.code(), linli_wire::Code::InvalidInput);
        assert_eq!(place.db.read(check::database).await.unwrap(), Vec::<String>::new());
    }
}
