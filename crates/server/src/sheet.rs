//! Spreadsheets that are written, as CSV.
//!
//! What people wrote is opened by a program that calculates: a cell that begins like a formula gets an apostrophe in
//! front, which spreadsheets take for "this is text". A file begins with a byte order mark, without which Excel reads
//! Chinese as something else.

use bytes::Bytes;
use linli_wire::Code;

use crate::Error;

/// What a file begins with.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Rows as CSV, behind what is there; every cell as [`harmless`] makes it.
///
/// # Errors
/// None that is known: memory takes what is written.
pub(crate) fn table<const N: usize>(
    before: &[u8],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Bytes, Error> {
    let broken = || Error::refused(Code::Internal, "the spreadsheet could not be written");
    let mut out = csv::Writer::from_writer(before.to_vec());
    for cells in rows {
        out.write_record(cells.map(|cell| harmless(&cell))).map_err(|_| broken())?;
    }
    Ok(out.into_inner().map_err(|_| broken())?.into())
}

/// A cell that no spreadsheet takes for a formula, nor for several cells of which one is: a program that parts cells
/// by semicolons or tabs parts the words of a cell, too, and has its own mind about quotes.
fn harmless(cell: &str) -> String {
    let mut harmless = String::with_capacity(cell.len() + 1);
    for piece in cell.split_inclusive([';', '\t', '\r', '\n']) {
        let first = piece.trim_start_matches([' ', '"', '\u{A0}', '\u{3000}']).chars().next();
        if matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')) {
            harmless.push('\'');
        }
        harmless.push_str(piece);
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", " =HYPERLINK(\"x\")", "＝1+1", "\"=1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
            for separator in [";", "\t", "\n", "\r\n", "漏水;", "a;b; ;", ";\""] {
                let (before, quote) =
                    separator.strip_suffix('"').map_or((separator, ""), |before| (before, "\""));
                assert_eq!(harmless(&format!("{separator}{cell}")), format!("{before}'{quote}{cell}"));
            }
        }
        for cell in ["", "漏水", "3-1201", "a=b", "2026-11-22 08:30", "a; b\n\nc\t"] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
