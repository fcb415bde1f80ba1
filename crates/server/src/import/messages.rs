//! `messages.csv`: what was said before in the rooms of the community and of buildings, as in a community to try. A folder
//! without it is whole all the same.

use std::{collections::BTreeMap, path::Path};

use jiff::{Span, civil::Time};
use linli_wire::{chat::MAX_MESSAGE, text::is_blank};

use super::{
    cell,
    folder::{Folder, MessageRow},
    problem::Problems,
    table::{Columns, Table},
};

const FILE: &str = "messages.csv";
/// How the room of everybody is named in the column `room`; others are named by the code of their building.
pub(super) const EVERYBODY: &str = "everybody";

/// Reads the file against what else stands in the folder; days move by `shift_days`.
pub(super) fn messages(
    folder: &Path,
    known: &Folder,
    shift_days: i32,
    problems: &mut Problems,
) -> BTreeMap<String, MessageRow> {
    let mut messages: BTreeMap<String, MessageRow> = BTreeMap::new();
    if !folder.join(FILE).exists() {
        return messages;
    }
    let columns = Columns {
        required: &["code", "room", "person", "day", "time", "words"],
        optional: &["answers"],
        localized: &[],
    };
    let Some(table) = Table::read(folder, FILE, &columns, problems) else { return messages };
    for row in table.rows() {
        let Some(code) = cell::code(&row, "code", problems) else { continue };
        let (room, person) = (row.cell("room").to_owned(), row.cell("person").to_owned());
        if room != EVERYBODY && !known.buildings.contains_key(&room) {
            row.problem("room", format!("Write {EVERYBODY}, or the code of a building."), problems);
        }
        if !known.people.contains_key(&person) {
            row.problem("person", format!("There is no person {person} in people.csv."), problems);
        }
        let day = cell::date(&row, "day", problems);
        let time = row.cell("time").parse::<Time>().ok();
        if time.is_none() {
            row.problem("time", "It is not a time of day such as 18:05.", problems);
        }
        let words = row.cell("words").to_owned();
        if is_blank(&words) || words.chars().count() > MAX_MESSAGE {
            row.problem("words", format!("Write 1 to {MAX_MESSAGE} characters."), problems);
        }
        let answers = Some(row.cell("answers").to_owned()).filter(|code| !code.is_empty());
        if answers.as_ref().is_some_and(|code| messages.get(code).is_none_or(|other| other.room != room)) {
            row.problem("answers", "No row above has this code in the same room.", problems);
        }
        let (Some(day), Some(time)) = (day, time) else { continue };
        let day = day.checked_add(Span::new().days(shift_days)).unwrap_or(day);
        let message = MessageRow { room, person, at: day.to_datetime(time), words, answers };
        if messages.insert(code.to_owned(), message).is_some() {
            row.problem("code", "Another message has this code.", problems);
        }
    }
    messages
}
