//! The office looks who is in arrears, from the sum to a household, and saves the journal for the bookkeeper.

use std::{collections::BTreeMap, fs};

use linli_e2e::{
    faces,
    words::say,
    world::{World, people, settings},
};
use linli_wire::{
    Language,
    command::ArrearsList,
    payments::{ArrearsOrder, ArrearsPage, ArrearsQuery},
    settings::Mode,
};

#[test]
fn the_office_sees_who_is_in_arrears_and_saves_the_journal_in_english() {
    story("arrears-en", Language::en());
}

#[test]
fn the_office_sees_who_is_in_arrears_and_saves_the_journal_in_chinese() {
    story("arrears-zh", Language::zh());
}

#[track_caller]
fn story(name: &str, language: Language) {
    let world = World::new(name);
    let face = settings(language.clone(), Mode::Standard);
    let office = world.joined("office", people::CHEN_JING, face.clone());
    let chen = &office.page;
    let asked = |by| -> ArrearsPage {
        let query = ArrearsQuery { by, ..ArrearsQuery::default() };
        office.host.call::<ArrearsList>(&query).unwrap()
    };
    let (by_sum, by_age) = (asked(ArrearsOrder::Sum), asked(ArrearsOrder::Age));
    assert!(by_sum.total > 1 && by_sum.overdue > 0, "the demo has households in arrears: {by_sum:?}");
    let first = |page: &ArrearsPage| format!("/office/payments/households/{}", page.rows[0].household_id);
    let until_first = |page: &ArrearsPage| {
        let link = serde_json::json!(first(page));
        let is_first =
            "const [first] = all(`${id('arrears-row')} a`); return first?.getAttribute('href') === args[0]";
        chen.until_with("the household to be first", is_first, &[link]);
    };

    // The largest sum is first, then whoever has been late for the longest.
    chen.go("/office/payments");
    chen.press("[data-testid=arrears]");
    until_first(&by_sum);
    assert_eq!(chen.count("[data-testid=arrears-row]"), by_sum.rows.len() as u64);
    assert!(chen.text("[data-testid=arrears-sum]").contains(&by_sum.total.to_string()));
    chen.see(&by_sum.rows[0].people[0]);
    let mut wrong = faces::wrong(&office, "arrears", &face);
    chen.resize(360, 740);
    chen.settle();
    wrong.extend(faces::wrong(&office, "arrears at 360", &face));
    chen.resize(1280, 900);
    assert_eq!(wrong, Vec::<String>::new());
    chen.tap("by-age");
    until_first(&by_age);

    // Without network what is here can be sorted, and nothing else is claimed; afterwards a row leads to the household.
    office.cable.cut();
    chen.find_late("[data-kind=offline]");
    chen.tap("by-sum");
    until_first(&by_sum);
    chen.go("/office/payments/fees");
    chen.go("/office/payments/arrears");
    chen.find_late("[data-testid=error]");
    chen.find_no("[data-testid=arrears-row]");
    office.cable.mend();
    chen.find_no("[data-kind=offline]");
    chen.tap("retry");
    until_first(&by_sum);
    chen.press(&format!("a[href='{}']", first(&by_sum)));
    chen.find("[data-testid=household-owed]");

    // The journal of all months that can be chosen, as a file among the downloads.
    chen.go("/office/payments");
    chen.tap("export");
    chen.find("#export-books[open]");
    chen.settle();
    assert_eq!(faces::wrong(&office, "export", &face), Vec::<String>::new());
    let months = chen.script(
        "return [...document.querySelectorAll('#export-from option')].map(option => option.value)",
        &[],
    );
    let months: Vec<String> = serde_json::from_value(months).unwrap();
    let (newest, oldest) = (&months[0], &months[months.len() - 1]);
    chen.choose("export-until", newest);
    chen.choose("export-from", oldest);
    chen.tap("export-now");
    chen.see(&say(&language, "export.saved"));
    chen.find_no("#export-books[open]");
    let file = world.folder().join("office/Downloads").join(format!("journal-{oldest}-{newest}.csv"));
    balances(&fs::read_to_string(file).unwrap());
}

/// Every entry of a journal has debits and credits of the same sum.
#[track_caller]
fn balances(journal: &str) {
    let mut lines = journal.trim_start_matches('\u{FEFF}').lines();
    assert_eq!(lines.next(), Some("date,entry,number,kind,account,debit,credit,currency,text"));
    let mut entries: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for line in lines {
        // None of the first seven cells holds a comma.
        let cells: Vec<&str> = line.split(',').collect();
        let minor = |text: &str| text.replace('.', "").parse::<i64>().unwrap_or(0);
        let (debit, credit) = entries.entry(cells[1]).or_default();
        *debit += minor(cells[5]);
        *credit += minor(cells[6]);
    }
    assert!(entries.len() > 100, "{} entries", entries.len());
    for (entry, (debit, credit)) in entries {
        assert!(debit == credit && debit > 0, "{entry}: {debit} and {credit}");
    }
}
