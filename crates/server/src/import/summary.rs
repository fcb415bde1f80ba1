//! What an import did, or would do.

use std::{collections::BTreeMap, fmt};

use super::problem::Problem;
use crate::community::Put;

/// Counts for one kind of row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Rows that were not there.
    pub new: u64,
    /// Rows that differ from the last import.
    pub changed: u64,
    /// Rows that are as they were.
    pub unchanged: u64,
}

impl Counts {
    pub(super) fn count(&mut self, put: Put) {
        match put {
            Put::Created => self.new += 1,
            Put::Changed => self.changed += 1,
            Put::Same => self.unchanged += 1,
        }
    }
}

/// What an import did, or would do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Counts by file.
    pub counts: BTreeMap<&'static str, Counts>,
    /// Codes that were imported before and are no longer in the folder, by file.
    pub missing: BTreeMap<&'static str, Vec<String>>,
    /// Notices that changed in the folder but were taken back in the app, and stay so.
    pub withdrawn: Vec<String>,
    /// Rows that changed in the folder and were changed in the app, too, and stay as they are there.
    pub conflicts: Vec<Problem>,
    /// People who have left since the last import.
    pub left: Vec<String>,
    /// People who are back.
    pub returned: Vec<String>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl Summary {
    /// All counts together.
    pub fn total(&self) -> Counts {
        self.counts.values().fold(Counts::default(), |sum, counts| Counts {
            new: sum.new + counts.new,
            changed: sum.changed + counts.changed,
            unchanged: sum.unchanged + counts.unchanged,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} new, {} changed, {} unchanged", self.new, self.changed, self.unchanged)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, counts) in &self.counts {
            writeln!(f, "{file}: {counts}")?;
        }
        for (file, codes) in &self.missing {
            let shown: Vec<&str> = codes.iter().take(10).map(String::as_str).collect();
            let more = if codes.len() > shown.len() { ", …" } else { "" };
            let rows = if codes.len() == 1 { "1 row is" } else { &format!("{} rows are", codes.len()) };
            let hint = if *file == "people.csv" {
                " Whoever has left gets the day in the column left, or `linli-server remove --person CODE`."
            } else {
                ""
            };
            writeln!(
                f,
                "{file}: {rows} no longer there ({}{more}). Nothing was deleted.{hint}",
                shown.join(", ")
            )?;
        }
        if !self.left.is_empty() {
            let codes = self.left.join(", ");
            writeln!(f, "people.csv: left: {codes}. Their devices and letters end; what they wrote stays.")?;
        }
        if !self.returned.is_empty() {
            writeln!(f, "people.csv: back: {}. They need a new letter.", self.returned.join(", "))?;
        }
        for slug in &self.withdrawn {
            writeln!(f, "notices: {slug} changed here, but was taken back in the app and stays so.")?;
        }
        for conflict in &self.conflicts {
            writeln!(f, "{conflict}")?;
        }
        let total = self.total();
        let total = match self.conflicts.len() {
            0 => total.to_string(),
            1 => format!("{total}, 1 conflict"),
            more => format!("{total}, {more} conflicts"),
        };
        if self.dry_run {
            writeln!(f, "Dry run, nothing was written: {total}")
        } else {
            writeln!(f, "{total}")
        }
    }
}
