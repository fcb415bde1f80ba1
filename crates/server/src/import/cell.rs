//! What may stand in a cell, and what spreadsheets make of it.

use jiff::civil::Date;
use linli_wire::text::{LineTrouble, line};

use super::{problem::Problems, table::Row};

/// Longest code, in characters.
const MAX_CODE: usize = 32;
/// What is said of a text with characters that nobody sees.
pub(super) const UNSEEN: &str =
    "The text holds characters that cannot be seen. Clear the cell and type it anew, without pasting.";
/// Longest name, in characters.
const MAX_NAME: usize = 80;

/// A code: letters, digits, `-` and `_`. Numbers that a spreadsheet has reformatted are refused,
/// because `1201`, `1,201` and `1201.0` would otherwise become three flats.
pub(super) fn code<'a>(row: &Row<'a>, column: &str, problems: &mut Problems) -> Option<&'a str> {
    let cell = row.required(column, problems)?;
    match code_trouble(cell) {
        None => Some(cell),
        Some(trouble) => {
            row.problem(column, trouble, problems);
            None
        }
    }
}

/// Why a text cannot be a code.
pub(super) fn code_trouble(cell: &str) -> Option<String> {
    const AS_TEXT: &str = "Format the column as text and type it again.";
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((whole, part)) = cell.split_once('.')
        && number(whole)
        && number(part)
    {
        return Some(if part.bytes().all(|b| b == b'0') {
            format!("“{cell}” is a decimal number; the spreadsheet made it of {whole}. {AS_TEXT}")
        } else {
            format!("“{cell}” is a decimal number, not a code. {AS_TEXT}")
        });
    }
    if cell.contains([',', '，']) && number(&cell.replace([',', '，'], "")) {
        return Some(format!(
            "“{cell}” has a thousands separator; the spreadsheet made it of {}. {AS_TEXT}",
            cell.replace([',', '，'], "")
        ));
    }
    if cell.contains(['E', 'e']) && cell.contains(['+', '.']) && cell.parse::<f64>().is_ok() {
        return Some(format!("“{cell}” is a number in scientific notation; digits are lost. {AS_TEXT}"));
    }
    if cell.starts_with('#') {
        return Some(format!("“{cell}” is an error of the spreadsheet. Mend its formula."));
    }
    if cell.chars().any(|c| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－')) {
        return Some(format!("“{cell}” is written in full-width characters. Type it in half-width ones."));
    }
    if let Some(odd) = cell.chars().find(|c| !(c.is_alphanumeric() || matches!(c, '-' | '_'))) {
        return Some(format!("“{cell}” holds “{odd}”. A code has letters, digits, - and _ only."));
    }
    (cell.chars().count() > MAX_CODE).then(|| format!("The code is longer than {MAX_CODE} characters."))
}

/// A whole number from `low` to `high`; empty is none.
pub(super) fn whole(
    row: &Row<'_>,
    column: &str,
    low: i64,
    high: i64,
    problems: &mut Problems,
) -> Option<i64> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return None;
    }
    let read = cell.parse::<i64>().ok().filter(|number| (low..=high).contains(number));
    if read.is_none() {
        row.problem(
            column,
            format!("“{cell}” is not a whole number from {low} to {high}, written in digits only."),
            problems,
        );
    }
    read
}

/// `yes` or `no`; empty is no.
pub(super) fn yes(row: &Row<'_>, column: &str, problems: &mut Problems) -> bool {
    match row.cell(column) {
        "" | "no" => false,
        "yes" => true,
        other => {
            row.problem(column, format!("“{other}” is neither yes nor no."), problems);
            false
        }
    }
}

/// A day such as `2026-11-22`, in this form only: the others mean different days in different places.
pub(super) fn date(row: &Row<'_>, column: &str, problems: &mut Problems) -> Option<Date> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return None;
    }
    let fits = cell.len() == 10 && cell.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let read = cell.parse::<Date>().ok().filter(|_| fits);
    if read.is_none() {
        row.problem(column, format!("“{cell}” is not a date such as 2026-11-22."), problems);
    }
    read
}

/// An area in square metres with at most two decimals, in hundredths, so that nothing is rounded.
pub(super) fn area_hundredths(row: &Row<'_>, column: &str, problems: &mut Problems) -> Option<i64> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return None;
    }
    let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let read = (!whole.is_empty() && whole.len() <= 7 && part.len() <= 2 && digits(whole) && digits(part))
        .then(|| format!("{whole}{part:0<2}").parse().ok())
        .flatten()
        .filter(|area| *area > 0);
    if read.is_none() {
        row.problem(
            column,
            format!("“{cell}” is not an area in square metres such as 112.4, without a thousands separator."),
            problems,
        );
    }
    read
}

/// A name of at most 80 characters on one line.
pub(super) fn name<'a>(row: &Row<'a>, column: &str, problems: &mut Problems) -> Option<&'a str> {
    let cell = row.required(column, problems)?;
    if cell.starts_with('#') {
        row.problem(column, format!("“{cell}” is an error of the spreadsheet. Mend its formula."), problems);
        return None;
    }
    if cell.contains('\u{FFFD}') {
        row.problem(
            column,
            "The name holds “\u{FFFD}”: it was saved in a wrong encoding before. Type it again.",
            problems,
        );
        return None;
    }
    match line(cell, MAX_NAME) {
        Ok(name) => Some(name),
        Err(LineTrouble::TooLong) => {
            row.problem(column, format!("A name is one line of at most {MAX_NAME} characters."), problems);
            None
        }
        Err(LineTrouble::Blank | LineTrouble::Unprintable) => {
            row.problem(column, UNSEEN, problems);
            None
        }
    }
}

/// A telephone number, brought into the form `+86 10 5550 0101`: digits, spaces, `+`, `-` and brackets.
pub(super) fn phone<'a>(row: &Row<'a>, column: &str, problems: &mut Problems) -> Option<&'a str> {
    let cell = row.cell(column);
    if cell.is_empty() {
        return None;
    }
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let fits = (3..=20).contains(&digits)
        && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
    if fits {
        return Some(cell);
    }
    let message = if cell.contains(['E', 'e']) && cell.parse::<f64>().is_ok() {
        format!(
            "“{cell}” is a number in scientific notation; digits are lost. Format the column as text and type it again."
        )
    } else {
        format!("“{cell}” is not a telephone number. It has digits, spaces, +, - and brackets only.")
    };
    row.problem(column, message, problems);
    None
}
