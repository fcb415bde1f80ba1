//! Repairs as a spreadsheet: where it is to be had, and the name it is saved under.

use linli_wire::{command::RepairExport, repairs::RepairState};

use crate::api::percent_encode;

/// The path of the spreadsheet on the server, and a name for the file.
pub(crate) fn sheet(wanted: &RepairExport) -> (String, String) {
    let given = [
        ("from", wanted.from.as_deref()),
        ("until", wanted.until.as_deref()),
        ("state", wanted.state.map(RepairState::as_str)),
        ("category", wanted.category.as_deref()),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
    // The months become part of a name in a folder: what is none is left to the server to refuse.
    let months = [&wanted.from, &wanted.until].into_iter().flatten().filter(|month| is_month(month));
    let name = months.fold("repairs".to_owned(), |name, month| format!("{name}-{month}"));
    (format!("/v1/repairs/export?{}", query.join("&")), format!("{name}.csv"))
}

fn is_month(text: &str) -> bool {
    text.len() == 7
        && text.bytes().enumerate().all(|(at, b)| if at == 4 { b == b'-' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use linli_wire::{command::RepairExport, repairs::RepairState};

    use super::sheet;

    #[test]
    fn filters_are_encoded_and_only_months_come_into_the_name() {
        let all = sheet(&RepairExport::default());
        assert_eq!(all, ("/v1/repairs/export?".to_owned(), "repairs.csv".to_owned()));
        let some = RepairExport {
            from: Some("2026-01".to_owned()),
            until: Some("../etc".to_owned()),
            state: Some(RepairState::Done),
            category: Some("a&b=水".to_owned()),
        };
        let path = "/v1/repairs/export?from=2026-01&until=..%2Fetc&state=done&category=a%26b%3D%E6%B0%B4";
        assert_eq!(sheet(&some), (path.to_owned(), "repairs-2026-01.csv".to_owned()));
    }
}
