//! What is wrong with a folder, collected: an office mends a spreadsheet once, not once per mistake.

use std::fmt;

/// One mistake, with its place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// File, relative to the folder.
    pub file: String,
    /// Line or row, counted from 1 with the header, as spreadsheets do; 0 for the whole file.
    pub row: u64,
    /// Column name, where one is meant.
    pub column: Option<String>,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.row > 0 {
            write!(f, ":{}", self.row)?;
        }
        if let Some(column) = &self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Mistakes, and things worth saying that stop nothing.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    /// A mistake of a whole file.
    pub fn file(&mut self, file: &str, message: impl Into<String>) {
        self.at(file, 0, None, message);
    }

    /// A mistake in a row, and in a column of it if one is meant.
    pub fn at(&mut self, file: &str, row: u64, column: Option<&str>, message: impl Into<String>) {
        self.found.push(Problem {
            file: file.to_owned(),
            row,
            column: column.map(ToOwned::to_owned),
            message: message.into(),
        });
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, by file and row.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
