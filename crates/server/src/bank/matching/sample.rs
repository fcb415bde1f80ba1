//! A community's month to measure matching by.

use jiff::civil::date;
use linli_wire::{
    Timestamp,
    id::{BillId, HouseholdId},
};

use super::{Bill, Payer};
use crate::bank::{Account, Movement, reference::Reference};

/// What [`super::settle`] takes.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What came in.
    pub movements: Vec<Movement>,
    /// What is owed.
    pub bills: Vec<Bill>,
    /// Who owes it: a household for each ten bills.
    pub payers: Vec<Payer>,
}

/// So many movements and open bills, the same for the same numbers.
///
/// A third of the movements names a bill, some with another amount; a third comes from a known account, half of these for
/// two bills; a third has a name alone, among households of which every tenth has a namesake. Fees are alike, as fees are.
pub fn sample(movements: u32, bills: u32) -> Sample {
    let households = (bills / 10).max(1);
    let household = |number: u32| HouseholdId::new(Timestamp(1), id(number));
    let owed = |number: u32| 8000 + i64::from(number % 7) * 550;
    let bill = |number: u32| Bill {
        id: BillId::new(Timestamp(2), id(number)),
        reference: Reference::of_bill(number.into()),
        household: household(number % households),
        owed: owed(number),
        currency: "EUR".to_owned(),
        due: date(2026, 1, 15).saturating_add(jiff::Span::new().days(number / households * 30)),
    };
    let payer = |number: u32| Payer {
        household: household(number),
        reference: Some(Reference::of_household(number.into())),
        names: vec![name(number - number % 10 / 9)],
        accounts: vec![account(number)],
    };
    let movement = |number: u32| {
        let of = number.wrapping_mul(7919) % bills.max(1);
        let mut made = Movement {
            id: number.to_string(),
            minor: owed(of),
            currency: "EUR".to_owned(),
            booked: date(2026, 11, 30),
            value: None,
            end_to_end: None,
            references: Vec::new(),
            text: format!("Hausgeld November, Wohnung {of}"),
            name: Some(name(of % households)),
            account: None,
            reversal: false,
            charges: Vec::new(),
            original: None,
        };
        match number % 6 {
            0 => made.references.push(Reference::of_bill(of.into()).as_str().to_owned()),
            1 => {
                made.text = format!("Wohnung {of} {}", Reference::of_bill(of.into())).to_lowercase();
                made.minor -= i64::from(number % 4);
            }
            2 => made.account = Some(account(of % households)),
            3 => {
                made.account = Some(account(of % households));
                made.minor += owed((of + households) % bills.max(1));
            }
            4 => {}
            _ => made.minor += 1,
        }
        made
    };
    Sample {
        movements: (0..movements).map(movement).collect(),
        bills: (0..bills).map(bill).collect(),
        payers: (0..households).map(payer).collect(),
    }
}

/// Two words of which every hundredth is the same.
fn name(number: u32) -> String {
    format!("Family{} Given{}", number % 100, number / 100)
}

fn account(number: u32) -> Account {
    Account::Other(format!("ACCOUNT-{number}"))
}

fn id(number: u32) -> [u8; 10] {
    let [a, b, c, d] = number.to_be_bytes();
    [0, 0, 0, 0, 0, 0, a, b, c, d]
}
