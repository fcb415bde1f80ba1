//! Loading a community from its office's spreadsheets.
//!
//! A folder holds `community.toml`, `buildings.csv`, `units.csv`, `households.csv`, `people.csv`,
//! `notices/SLUG.LANGUAGE.md` and the pictures that the notices show; and, where repairs are reported in the
//! app, `repair-categories.csv` and
//! `common-areas.csv`; and, where fees are billed, `payments.toml` and `meter-readings.csv`;
//! and `messages.csv`, what was said before. [`read`] checks all of it and collects every mistake with its file, row and column; [`apply`] brings the database level with it
//! in one transaction. If there is one mistake, nothing is loaded.
//!
//! **Importing is a three-way merge.** The database keeps what the folder said last time
//! (`import_row`). A cell that has not changed since then is left alone, whatever people have changed
//! in the app meanwhile; a cell that has changed is written, unless it was changed in the app, too: then
//! it is reported as a conflict and left alone, at every import until the two agree. So importing twice changes nothing, a
//! mended spreadsheet mends the database, and a resident's own settings survive it. A row that is no
//! longer there is reported and never deleted: a filter left on in a spreadsheet must not evict a
//! household. People leave with a date in the column `left`.
//!
//! **Ids are derived**, UUIDv8 over SHA-256 of the community's key, the kind and the office's code
//! ([`ids`]). Turned down: random ids looked up by code (a second server fed with the same folder,
//! as after a lost disk, would not be recognised by devices), and UUIDv5 (SHA-1, one more library).

mod apply;
mod cell;
mod community;
mod dates;
mod folder;
pub mod ids;
mod messages;
mod notices;
mod payments;
mod people;
mod pictures;
mod places;
mod problem;
mod repairs;
mod rounds;
mod summary;
mod table;

use std::{collections::BTreeMap, fs, path::Path};

use jiff::{Timestamp, Unit, Zoned, tz::TimeZone};

pub use apply::{Applying, apply};
pub use folder::{
    AudienceRow, BuildingRow, CommonAreaRow, CommunityFields, CommunityRow, Folder, HouseholdRow, NoticeRow,
    NoticeTextRow, PaymentsFile, PersonRow, RepairCategoryRow, RoundPlanRow, UnitCode, UnitRow,
};
pub use problem::{Problem, Problems};
pub use summary::{Counts, Summary};

/// Largest text file that is read besides CSV, in bytes.
const MAX_TEXT_BYTES: u64 = 1024 * 1024;

/// How to read a folder.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The present.
    pub now: Timestamp,
    /// Shift all dates by whole days so that the folder's `as_of` becomes today.
    pub dates_end_today: bool,
}

/// Reads and checks a whole folder.
///
/// # Errors
/// Every mistake that was found, by file and row.
pub fn read(folder: &Path, reading: Reading) -> Result<Folder, Vec<Problem>> {
    let mut problems = Problems::default();
    if !folder.is_dir() {
        problems.file(&folder.display().to_string(), "This is not a folder.");
        return Err(problems.into_sorted());
    }
    let described = community::read(folder, &mut problems);
    let now = Zoned::new(reading.now, described.as_ref().map_or(TimeZone::UTC, |(_, zone)| zone.clone()));
    let buildings = places::buildings(folder, &mut problems);
    let units = places::units(folder, buildings.as_ref(), &mut problems);
    let households = places::households(folder, units.as_ref(), &mut problems);
    let languages = described.as_ref().map_or(&[][..], |(row, _)| &row.fields.languages);
    let people = people::people(folder, households.as_ref(), languages, now.year(), &mut problems);
    let categories = repairs::categories(folder, languages, &mut problems);
    let areas = repairs::areas(folder, languages, buildings.as_ref(), &mut problems);
    let known_people = people.is_some();
    let people = people.unwrap_or_default();
    let known =
        notices::Known { people: known_people, buildings: buildings.is_some(), units: units.is_some() };
    let Some((community, _)) = described else { return Err(problems.into_sorted()) };
    let shift_days = if reading.dates_end_today {
        community.as_of.until((Unit::Day, now.date())).map_or(0, |span| span.get_days())
    } else {
        0
    };
    let mut folder_read = Folder {
        community,
        buildings: buildings.unwrap_or_default(),
        units: units.unwrap_or_default(),
        households: households.unwrap_or_default(),
        people: people.rows,
        people_lines: people.first,
        repair_categories: categories.rows,
        repair_category_lines: categories.first,
        common_areas: areas.rows,
        notices: BTreeMap::new(),
        round_plans: BTreeMap::new(),
        payments: None,
        messages: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    folder_read.round_plans = rounds::plans(folder, &folder_read, shift_days, &mut problems);
    folder_read.payments = payments::payments(folder, &folder_read, shift_days, &mut problems);
    folder_read.messages = messages::messages(folder, &folder_read, shift_days, &mut problems);
    notices::notices(folder, &mut folder_read, known, shift_days, &mut problems);
    if problems.is_empty() { Ok(folder_read) } else { Err(problems.into_sorted()) }
}

/// `text` with its dates filled in relative to `day`; a placeholder that is not known stays.
pub(crate) fn fill_dates(text: &str, language: &linli_wire::Language, day: jiff::civil::Date) -> String {
    dates::fill(text, language, day).unwrap_or_else(|_| text.to_owned())
}

/// A text file of the folder in UTF-8 or GBK.
fn read_text(folder: &Path, file: &str, problems: &mut Problems) -> Option<String> {
    let path = folder.join(file);
    match fs::metadata(&path).and_then(|meta| {
        if meta.len() > MAX_TEXT_BYTES {
            Err(std::io::ErrorKind::FileTooLarge.into())
        } else {
            fs::read(&path)
        }
    }) {
        Ok(bytes) => {
            let text = crate::spreadsheet::decode(&bytes);
            if text.is_none() {
                problems.file(file, "The text is neither UTF-8 nor GBK. Save it as UTF-8.");
            }
            text.map(std::borrow::Cow::into_owned)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            problems.file(file, "The file is missing.");
            None
        }
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            problems.file(file, "The file is larger than 1 MB.");
            None
        }
        Err(error) => {
            problems.file(file, format!("The file cannot be read: {error}."));
            None
        }
    }
}
