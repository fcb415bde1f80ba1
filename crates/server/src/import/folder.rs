//! What a folder says, after every row was checked: plain data, keyed by the office's own codes.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use linli_wire::{
    Language, Localized,
    community::{Category, Office, Role},
    payments::{Month, ReminderSteps},
    repairs::PromisedHours,
};
use serde::{Deserialize, Serialize};

/// A community as its office describes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Folder {
    /// The community itself.
    pub community: CommunityRow,
    /// Buildings by code.
    pub buildings: BTreeMap<String, BuildingRow>,
    /// Units by building code and number on the door.
    pub units: BTreeMap<UnitCode, UnitRow>,
    /// Households by code.
    pub households: BTreeMap<String, HouseholdRow>,
    /// People by code.
    pub people: BTreeMap<String, PersonRow>,
    /// The rows in which they stand in `people.csv`, for messages.
    pub people_lines: BTreeMap<String, u64>,
    /// Kinds of repair by code.
    pub repair_categories: BTreeMap<String, RepairCategoryRow>,
    /// The rows in which they stand in `repair-categories.csv`, for messages.
    pub repair_category_lines: BTreeMap<String, u64>,
    /// Common areas by code.
    pub common_areas: BTreeMap<String, CommonAreaRow>,
    /// Plans of rounds by code.
    pub round_plans: BTreeMap<String, RoundPlanRow>,
    /// How bills are paid, fees and what was before; none where nothing is billed.
    pub payments: Option<PaymentsFile>,
    /// What was said before, by code.
    pub messages: BTreeMap<String, MessageRow>,
    /// Notices by the part of their file name before the language.
    pub notices: BTreeMap<String, NoticeRow>,
    /// Pictures and documents of notices, by path in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// `community.toml`
#[derive(Clone, PartialEq, Debug)]
pub struct CommunityRow {
    /// Stable key; every id of the community is derived from it.
    pub key: String,
    /// The day that the newest dates in the folder count as today.
    pub as_of: Date,
    /// What is stored.
    pub fields: CommunityFields,
}

/// What is stored of a community.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct CommunityFields {
    /// Its name.
    pub name: Localized,
    /// IANA time zone.
    pub time_zone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Languages of its notices.
    pub languages: Vec<Language>,
    /// The property office.
    pub office: Office,
    /// Categories of notices.
    pub categories: Vec<Category>,
}

/// A row of `buildings.csv`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct BuildingRow {
    /// Its name.
    pub name: Localized,
    /// Floors above ground.
    pub floors: Option<i64>,
    /// Units on a floor.
    pub units_per_floor: Option<i64>,
}

/// `3-1201`: building code and number on the door.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
pub struct UnitCode {
    /// Code of the building.
    pub building: String,
    /// Number on the door.
    pub code: String,
}

impl UnitCode {
    /// Reads `3-1201`; the building's code ends at the first dash.
    pub fn read(text: &str) -> Option<Self> {
        let (building, code) = text.split_once('-')?;
        (!building.is_empty() && !code.is_empty())
            .then(|| Self { building: building.to_owned(), code: code.to_owned() })
    }
}

impl std::fmt::Display for UnitCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.building, self.code)
    }
}

/// A row of `units.csv`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct UnitRow {
    /// Floor; negative below ground.
    pub floor: Option<i64>,
    /// Area in hundredths of a square metre.
    pub area: Option<i64>,
}

/// A row of `households.csv`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct HouseholdRow {
    /// Its units, at least one.
    pub units: Vec<UnitCode>,
}

/// A row of `people.csv`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct PersonRow {
    /// Full name.
    pub name: String,
    /// How they like to be addressed.
    pub given_name: String,
    /// Code of the household; none for people of the office.
    pub household: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Language of letters and of the app at first start.
    pub language: Language,
    /// Simple mode.
    pub simple: bool,
    /// Telephone number.
    pub phone: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i64>,
    /// The day from which they no longer live or work here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Date>,
}

/// A row of `repair-categories.csv`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct RepairCategoryRow {
    /// Its name.
    pub name: Localized,
    /// Name of its symbol in the icon sprite.
    pub icon: String,
    /// Promised working hours.
    pub promised: PromisedHours,
    /// Whether it may be charged.
    pub chargeable: bool,
    /// Whether nothing new may be reported under it.
    pub retired: bool,
}

/// A row of `common-areas.csv`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct CommonAreaRow {
    /// Its name.
    pub name: Localized,
    /// Code of the building it is in.
    pub building: Option<String>,
}

/// A plan of `rounds.toml`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct RoundPlanRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Localized,
    /// How often: `1 week`, `2 months`, `10 days`.
    pub every: String,
    /// The first day on which it falls due.
    pub first: Date,
    /// Days that a round may take.
    pub days: u16,
    /// Whether it falls due no more.
    #[serde(default)]
    pub retired: bool,
    /// Where to look.
    pub points: Vec<RoundPointRow>,
    /// How its last rounds were walked; taken over with the plan itself, once.
    #[serde(default)]
    pub walked: Vec<WalkedRow>,
}

/// A point of a plan.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct RoundPointRow {
    /// Its code within the plan; what stands on its label is made by the server.
    pub code: String,
    /// Its name.
    pub name: Localized,
    /// Code of the building it is in.
    #[serde(default)]
    pub building: Option<String>,
    /// Code of the common area it is in, instead of a building.
    #[serde(default)]
    pub area: Option<String>,
    /// Kind of the repairs that come of it.
    pub category: String,
    /// What to look at.
    pub checks: Vec<Localized>,
}

/// A round of before.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct WalkedRow {
    /// The day on which it fell due.
    pub day: Date,
    /// Code of who walked it; none where nobody did.
    #[serde(default)]
    pub by: Option<String>,
    /// What was not in order.
    #[serde(default)]
    pub failed: Option<FailedRow>,
}

/// What was not in order on a round of before.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct FailedRow {
    /// Code of the point.
    pub point: String,
    /// Number of the check, from 1.
    pub check: u16,
    /// What was wrong.
    pub words: String,
}

/// A notice in all its languages.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct NoticeRow {
    /// Title and Markdown body; pictures are still paths of the folder.
    pub texts: BTreeMap<Language, NoticeTextRow>,
    /// Category key.
    pub category: String,
    /// Code of the author.
    pub author: String,
    /// Who may see it.
    pub audience: AudienceRow,
    /// When it was or will be published, on the community's clock.
    pub published: DateTime,
    /// When it was changed after that.
    pub changed: Option<DateTime>,
    /// When it leaves the list.
    pub expires: Option<DateTime>,
    /// Emergency.
    pub emergency: bool,
    /// Pinned.
    pub pinned: bool,
    /// Paths of pictures and documents, in the order in which they appear.
    pub files: Vec<String>,
}

/// A notice in one language.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct NoticeTextRow {
    /// Title.
    pub title: String,
    /// Markdown body, dates filled in.
    pub body: String,
}

/// Who may see a notice, in the office's codes.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum AudienceRow {
    /// Everyone.
    Community,
    /// Everyone in these buildings.
    Buildings(Vec<String>),
    /// The households of these units.
    Units(Vec<UnitCode>),
    /// Everyone with this role.
    Role(Role),
}

/// A row of `messages.csv`.
#[derive(Clone, PartialEq, Debug)]
pub struct MessageRow {
    /// `everybody`, or the code of a building.
    pub room: String,
    /// Code of who said it.
    pub person: String,
    /// When, by the clock of the community.
    pub at: DateTime,
    /// What.
    pub words: String,
    /// Code of the message that it answers.
    pub answers: Option<String>,
}

/// `payments.toml` and `meter-readings.csv`
#[derive(Clone, PartialEq, Debug)]
pub struct PaymentsFile {
    /// How bills are paid.
    pub ways: WaysRow,
    /// Fees by code.
    pub fees: BTreeMap<String, FeeRow>,
    /// Months of before, by the month that stands in the folder.
    pub months: BTreeMap<Month, PastMonthRow>,
    /// What was spent.
    pub spent: Vec<SpentRow>,
    /// What meters showed, by fee, unit and the day that stands in the folder.
    pub readings: BTreeMap<(String, UnitCode, Date), ReadingRow>,
    /// Days by which the first and last days of fees are to be moved; all other days are moved already.
    pub shift_days: i32,
}

/// How bills are paid.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct WaysRow {
    /// The community's account.
    #[serde(default)]
    pub bank: Option<BankRow>,
    /// What can be paid with at the counter, and when.
    #[serde(default)]
    pub counter: Option<Localized>,
    /// Days from the publishing of a bill to the day on which it is due.
    #[serde(default)]
    pub days_to_pay: u16,
    /// Days after the due one on which bills are reminded of, below zero before it.
    #[serde(default)]
    pub reminders: ReminderSteps,
    /// What the community spends money on.
    #[serde(default)]
    pub spending: Vec<HeadingRow>,
}

/// The community's account at a bank.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct BankRow {
    /// Whose it is.
    pub holder: String,
    /// IBAN, or the number that banks use there.
    pub number: String,
    /// The bank.
    pub bank: String,
    /// BIC.
    #[serde(default)]
    pub bic: String,
}

/// A heading under which money is spent.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct HeadingRow {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Localized,
}

/// A fee.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct FeeRow {
    /// Its code, which is also its heading in the ledger.
    pub code: String,
    /// Its name on bills.
    pub name: Localized,
    /// `square_metre`, `unit`, `once`, or `meter` and what it counts: `meter m³`.
    pub by: String,
    /// The price of one, such as `2.35`.
    pub rate: String,
    /// Every how many months it falls due.
    #[serde(default = "one")]
    pub every_months: u8,
    /// The first day that it is charged for.
    pub from: Date,
    /// The last day that it is charged for.
    #[serde(default)]
    pub until: Option<Date>,
    /// Tax, in hundredths of a per cent.
    #[serde(default)]
    pub tax_basis_points: u16,
    /// Whether the price holds it.
    #[serde(default)]
    pub tax_included: bool,
    /// The units that pay it, such as `3-1201`; all where none is named.
    #[serde(default)]
    pub units: Vec<String>,
    /// Who pays less.
    #[serde(default)]
    pub discounts: Vec<DiscountRow>,
}

const fn one() -> u8 {
    1
}

/// A discount of a fee.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct DiscountRow {
    /// Why.
    pub name: Localized,
    /// How much, in hundredths of a per cent.
    pub basis_points: u16,
    /// The units that get it.
    #[serde(default)]
    pub units: Vec<String>,
}

/// A month of before: its bills are made and paid as they were.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct PastMonthRow {
    /// The month.
    pub month: Month,
    /// Code of who published its bills.
    pub by: String,
    /// The day of the month on which its bills were published.
    pub issued: i8,
    /// The day of the month on which they were due.
    pub due: i8,
    /// The households paid within so many days from the publishing.
    pub paid_within: u8,
    /// Codes of the households that did not pay.
    #[serde(default)]
    pub unpaid: Vec<String>,
}

/// Something that was spent.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct SpentRow {
    /// Its code, by which it is known again.
    pub code: String,
    /// The day.
    pub day: Date,
    /// The heading.
    pub heading: String,
    /// How much, such as `120.50`.
    pub amount: String,
    /// For what.
    #[serde(default)]
    pub words: String,
    /// Code of who noted it.
    pub by: String,
}

/// What a meter showed.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadingRow {
    /// The day.
    pub day: Date,
    /// In thousandths.
    pub value_milli: i64,
}
