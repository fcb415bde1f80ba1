//! Bank statements as CSV, as banks offer them for download: no two alike.
//!
//! What is told by the file itself: its encoding (`crate::spreadsheet`), its delimiter and the row of its headings (the
//! first row that names a date and an amount, whatever stands before it), and whether a comma or a full stop begins the
//! decimals. The last is decided for the file as a whole: `1.234` alone may be either, and a file in which some amounts
//! say one and some the other is refused.
//!
//! A movement is named by what its row says, and by how many equal rows of its day stand before it. So the same file
//! taken twice, or two files that overlap by whole days, name the same movements alike, whatever their encoding, and two
//! equal payments of one day stay two.
//!
//! A row that the bank only announces, or that came to nothing, is passed over where a column says so: it comes once more
//! when it is booked, perhaps on another day and in other words, and would count twice.
//!
//! Turned down: to guess whether `03/04/2026` is in March. It is the third of April: days come first everywhere but in the
//! United States, whose banks offer other formats.

mod cell;
mod headings;

use std::{collections::HashMap, io::Read};

use linli_wire::money::{Money, exponent};
use serde_json::json;

use super::{Account, Movement, fingerprint, one_line, refused};
use crate::{
    Error,
    spreadsheet::{Lines, decode_western_too},
};
use cell::Marks;
use headings::{Column, Headings};

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// A row behind all others, which a quotation mark that is not closed swallows: twice, so that even with blanks taken off
/// what it swallowed is another cell.
const END: &str = "\u{3}";
const ENDS: &str = "\n\u{3}\n\u{3}";
/// Rows before the headings that are looked at.
const MAX_PREAMBLE: usize = 50;

/// Reads the movements of a file, in its order. A row without currency is in `currency`, that of the account.
///
/// # Errors
/// `unsupported_file` for a file that is not read as a whole; its message names line and column, its details hold them.
pub fn read(bytes: &[u8], currency: &str) -> Result<Vec<Movement>, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(refused("The file is too large.", json!({ "limit": MAX_BYTES })));
    }
    let text = decode_western_too(bytes)
        .ok_or_else(|| refused("The text is neither UTF-8, UTF-16, GB18030 nor Windows-1252.", json!({})))?;
    let table = Table::read(text.strip_prefix('\u{FEFF}').unwrap_or(&text))?;
    let marks = table.marks(currency)?;
    let mut seen = HashMap::new();
    let mut movements = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let Some(mut movement) = table.movement(row, currency, marks)? else { continue };
        movement.id = name(&movement, &mut seen);
        movements.push(movement);
    }
    Ok(movements)
}

/// What a movement is called: its content, and its number among equal ones of its day.
fn name(movement: &Movement, seen: &mut HashMap<[u8; 16], u32>) -> String {
    let (minor, day) = (movement.minor.to_string(), movement.booked.to_string());
    let value = movement.value.map(|day| day.to_string()).unwrap_or_default();
    let content = fingerprint([
        day.as_str(),
        &value,
        &minor,
        &movement.currency,
        movement.name.as_deref().unwrap_or_default(),
        movement.account.as_ref().map_or("", Account::as_str),
        &movement.text,
        movement.references.first().map_or("", String::as_str),
    ]);
    let times = seen.entry(content).or_insert(0);
    *times += 1;
    format!("csv-{:032x}-{times}", u128::from_be_bytes(content))
}

/// A table with its headings.
struct Table {
    headings: Headings,
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    cells: csv::StringRecord,
}

impl Table {
    /// The table as the delimiter makes it by which most headings are known.
    fn read(text: &str) -> Result<Self, Error> {
        let found = [b';', b',', b'\t'].into_iter().filter_map(|delimiter| {
            let found = find_headings(text, delimiter)?;
            Some((found.1.count(), delimiter, found))
        });
        let best = found.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, delimiter, (skip, headings))) = best else {
            return Err(refused("No row names a date and an amount.", json!({})));
        };
        let mut rows = Vec::new();
        let mut lines = Lines::of(text);
        let mut reader = reader(text, delimiter);
        let mut cells = csv::StringRecord::new();
        let mut at = 0;
        let mut is_closed = false;
        loop {
            match reader.read_record(&mut cells) {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => {
                    let line = lines.line();
                    return Err(refused(&format!("Line {line} cannot be read."), json!({ "line": line })));
                }
            }
            is_closed = cells.len() == 1 && cells.get(0) == Some(END);
            if is_closed {
                break;
            }
            let line = lines.of_record(&cells);
            if at > skip && cells.iter().any(|cell| !cell.is_empty()) {
                check_cells(&cells, &headings, delimiter, line)?;
                rows.push(Row { line, cells: cells.clone() });
            }
            at += 1;
        }
        let table = Self { headings, rows };
        if is_closed && table.is_whole(text) {
            return Ok(table);
        }
        let line = table.rows.last().map_or(1, |row| row.line);
        let sentence = format!("Line {line}: the file ends in the middle of a row; was it cut?");
        Err(refused(&sentence, json!({ "line": line, "cut": true })))
    }

    /// Whether the last row came to its end.
    fn is_whole(&self, text: &str) -> bool {
        let Some((last, before)) = self.rows.split_last() else { return true };
        let width = before.iter().map(|row| row.cells.len()).max().unwrap_or(self.headings.width());
        // A cell that ends with the mark itself is one that none encloses.
        let ends = |mark: char| {
            text.ends_with(mark) && !last.cells.iter().next_back().is_some_and(|cell| cell.ends_with(mark))
        };
        text.trim_end_matches(' ').ends_with(['\n', '\r']) || (ends('"') && last.cells.len() >= width)
    }

    /// A cell without blanks around it; empty when the column or the cell is absent.
    fn cell<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        self.headings.place(column).and_then(|at| row.cells.get(at)).unwrap_or("").trim()
    }

    /// A cell that cannot be read: a sentence that names line and column, and nothing of what stands there.
    fn trouble(&self, row: &Row, column: Column, what: &str) -> Error {
        let (line, heading) = (row.line, self.headings.title(column));
        let sentence = format!("Line {line}, column “{heading}”: {what}.");
        refused(&sentence, json!({ "line": line, "column": heading }))
    }

    /// Whether comma or full stop begins the decimals of all amounts.
    fn marks(&self, currency: &str) -> Result<Marks, Error> {
        let mut marks = Marks::default();
        for row in &self.rows {
            for column in [Column::Amount, Column::Debit, Column::Credit] {
                let currency = self.currency(row, currency);
                if !marks.learn(self.cell(row, column), exponent(&currency).unwrap_or(2)) {
                    return Err(self.trouble(
                        row,
                        column,
                        "the decimals begin otherwise than in the rows before",
                    ));
                }
            }
        }
        Ok(marks)
    }

    fn currency(&self, row: &Row, account: &str) -> String {
        match self.cell(row, Column::Currency) {
            "" => account.to_owned(),
            told => headings::currency(told),
        }
    }

    /// The movement of a row; none for one that names neither a day nor an amount, and for one that the bank has not booked.
    fn movement(&self, row: &Row, account: &str, marks: Marks) -> Result<Option<Movement>, Error> {
        let day = self.cell(row, Column::Booked);
        let amounts = [Column::Amount, Column::Debit, Column::Credit].map(|column| self.cell(row, column));
        if day.is_empty() && amounts == [""; 3] || headings::is_not_booked(self.cell(row, Column::State)) {
            return Ok(None);
        }
        let currency = self.currency(row, account);
        if exponent(&currency).is_none() {
            return Err(self.trouble(row, Column::Currency, "the currency is not known"));
        }
        let booked =
            cell::day(day).ok_or_else(|| self.trouble(row, Column::Booked, "the date cannot be read"))?;
        let value = match self.cell(row, Column::Value) {
            "" => None,
            text => Some(
                cell::day(text).ok_or_else(|| self.trouble(row, Column::Value, "the date cannot be read"))?,
            ),
        };
        let minor = self.minor(row, &currency, marks)?;
        let texts = self.headings.all(Column::Text).filter_map(|at| row.cells.get(at)).filter_map(one_line);
        Ok(Some(Movement {
            id: String::new(),
            minor,
            currency,
            booked,
            value,
            end_to_end: None,
            references: one_line(self.cell(row, Column::Reference)).into_iter().collect(),
            text: texts.collect::<Vec<_>>().join("\n"),
            name: one_line(self.cell(row, Column::Name)),
            account: Account::read(self.cell(row, Column::Account)),
            reversal: false,
            charges: Vec::<Money>::new(),
            original: None,
        }))
    }

    /// The signed amount of a row: of its column, with the direction that another one names; or of two columns.
    fn minor(&self, row: &Row, currency: &str, marks: Marks) -> Result<i64, Error> {
        let read = |column| match self.cell(row, column) {
            "" => Ok(None),
            text => {
                let unread = || self.trouble(row, column, "the amount cannot be read");
                cell::amount(text, currency, marks).ok_or_else(unread).map(Some)
            }
        };
        if let Some(minor) = read(Column::Amount)? {
            return match self.cell(row, Column::Direction) {
                "" if self.headings.place(Column::Direction).is_none() => Ok(minor),
                text => {
                    let unread = || self.trouble(row, Column::Direction, "the direction cannot be read");
                    let is_in = headings::is_in(text).ok_or_else(unread)?;
                    // Some banks write the sign as well.
                    if minor < 0 && is_in {
                        Err(unread())
                    } else {
                        Ok(if is_in { minor } else { -minor.abs() })
                    }
                }
            };
        }
        let out = read(Column::Debit)?.filter(|minor| *minor != 0);
        let into = read(Column::Credit)?;
        match (out, into.filter(|minor| *minor != 0)) {
            (Some(out), None) => Ok(-out.abs()),
            (None, Some(into)) if into > 0 => Ok(into),
            (None, None) if into == Some(0) => Ok(0),
            _ => {
                let column = [Column::Amount, Column::Credit, Column::Debit]
                    .into_iter()
                    .find(|column| self.headings.place(*column).is_some())
                    .unwrap_or(Column::Amount);
                Err(self.trouble(row, column, "the row must have one amount"))
            }
        }
    }
}

/// Refuses a row whose cells do not stand below their headings: a mark that is not closed swallows the rows behind it, and
/// a delimiter within a text moves what stands behind it.
fn check_cells(
    cells: &csv::StringRecord,
    headings: &Headings,
    delimiter: u8,
    line: u64,
) -> Result<(), Error> {
    let what = if cells.iter().any(|cell| cell.contains('\n') && cell.contains(char::from(delimiter))) {
        "a cell holds several rows; is a quotation mark not closed?"
    } else if cells.iter().skip(headings.width()).any(|cell| !cell.is_empty()) {
        "the row has more cells than there are headings."
    } else {
        return Ok(());
    };
    Err(refused(&format!("Line {line}: {what}"), json!({ "line": line })))
}

/// The row of the headings, and what they say.
fn find_headings(text: &str, delimiter: u8) -> Option<(usize, Headings)> {
    let mut reader = reader(text, delimiter);
    let mut cells = csv::StringRecord::new();
    for at in 0..MAX_PREAMBLE {
        if !reader.read_record(&mut cells).ok()? {
            return None;
        }
        if let Some(headings) = Headings::of(&cells) {
            return Some((at, headings));
        }
    }
    None
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<impl Read> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes().chain(ENDS.as_bytes()))
}

#[cfg(test)]
mod tests;
