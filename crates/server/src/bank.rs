//! What is said to banks, and what banks say.
//!
//! Pure functions over bytes and values: this module knows neither the database nor HTTP. A bill
//! gets a [`reference`]; what came in is read from statements ([`camt`],
//! [`csv`]) and laid beside what is owed ([`matching`]).
//!
//! What it guarantees: a statement is read whole or not at all, since a reader that met trouble ends in an error and its
//! caller forgets what it had taken; the same statement read again, or another one that says the same, calls every
//! movement by the same [`Movement::id`]; no amount is rounded or guessed.
//!
//! What can fail is the file: everything that is wrong with one is `unsupported_file`, whose message is a sentence
//! without personal data, and whose details hold where (`line` and `column`, or `statement` and `entry`).
//!
//! Turned down: MT940 and pain.002, until a community has a bank that speaks nothing else; and asking banks over their
//! APIs (PSD2, EBICS), since each needs a contract.

pub mod amount;
pub mod camt;
pub mod csv;
pub mod iban;
pub mod matching;
pub mod reference;

use jiff::civil::Date;
use linli_wire::{Code, WireError, money::Money};
use sha2::{Digest, Sha256};

use crate::Error;

/// A booked movement of money on an account of the community.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Movement {
    /// What it is called for good; once on its account, and the same in every statement that tells of it.
    pub id: String,
    /// How much, in the smallest unit: what came in is positive.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The day it was booked.
    pub booked: Date,
    /// The day from which it counts for interest.
    pub value: Option<Date>,
    /// What its payer's bank called it from end to end.
    pub end_to_end: Option<String>,
    /// Structured references of the payee, as they stand.
    pub references: Vec<String>,
    /// What the payer wrote, one line for each that the bank sent; else what the bank says of it.
    pub text: String,
    /// The other side's name.
    pub name: Option<String>,
    /// The other side's account.
    pub account: Option<Account>,
    /// Whether it takes an earlier movement back: a payment that bounced, or a booking that the bank put right.
    pub reversal: bool,
    /// What banks took for it, positive where it cost something. The amount is what reached the account all the same.
    pub charges: Vec<Money>,
    /// What was paid, where that was another currency.
    pub original: Option<Money>,
}

/// An account at a bank.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Account {
    /// An IBAN whose check digits are right, in one piece.
    Iban(String),
    /// Whatever else the bank calls it, such as the number of a Chinese account.
    Other(String),
}

impl Account {
    /// An account as somebody wrote it; none for blank text.
    pub fn read(text: &str) -> Option<Self> {
        let other = || one_line(text).map(Self::Other);
        iban::read(text).map(Self::Iban).or_else(other)
    }

    /// The account in one piece.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Iban(text) | Self::Other(text) => text,
        }
    }
}

/// A text on one line without blanks around it; none when nothing is left.
fn one_line(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The first half of the SHA-256 of fields, so that no two lists of fields are taken for one another.
fn fingerprint<'a>(fields: impl IntoIterator<Item = &'a str>) -> [u8; 16] {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(field.len().to_le_bytes());
        hash.update(field);
    }
    let whole: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    half
}

/// A file that is refused: a sentence, and where.
fn refused(reason: &str, place: serde_json::Value) -> Error {
    let error = WireError::new(Code::UnsupportedFile, reason);
    Error::Refused(error.with_details(place))
}
