//! A spreadsheet saved as CSV, as offices save it.
//!
//! Excel writes UTF-8 with a byte order mark, or GBK on a Chinese Windows, with commas, semicolons
//! or tabs by region. The encoding is told by the bytes: text that is valid UTF-8 by chance is not
//! GBK in practice, because GBK's double bytes break UTF-8's rules. Anything else is refused, since
//! a name read in the wrong encoding is worse than none.

use std::{collections::BTreeMap, fs, path::Path};

use super::problem::Problems;
use crate::spreadsheet::{Lines, decode};

/// Largest CSV file that is read, in bytes: several million rows.
const MAX_CSV_BYTES: u64 = 256 * 1024 * 1024;

/// A table with its rows, all cells trimmed.
pub(super) struct Table {
    /// File name, for messages.
    pub(super) file: String,
    columns: BTreeMap<String, usize>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// A row of a table.
pub(super) struct Row<'a> {
    /// Its table's file name.
    pub(super) file: &'a str,
    /// Its line, counted from 1 with the header.
    pub(super) number: u64,
    columns: &'a BTreeMap<String, usize>,
    cells: &'a csv::StringRecord,
}

/// Which columns a table has.
pub(super) struct Columns<'a> {
    /// Columns that must be there.
    pub(super) required: &'a [&'a str],
    /// Columns that may be there.
    pub(super) optional: &'a [&'a str],
    /// Beginnings of column names that end in a language, such as `name_`.
    pub(super) localized: &'a [&'a str],
}

impl Table {
    /// Reads `folder/file`. None when the file as a whole cannot be used; then problems say why.
    pub(super) fn read(
        folder: &Path,
        file: &str,
        columns: &Columns<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let path = folder.join(file);
        let bytes = match fs::metadata(&path).and_then(|meta| {
            if meta.len() > MAX_CSV_BYTES {
                Err(std::io::ErrorKind::FileTooLarge.into())
            } else {
                fs::read(&path)
            }
        }) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                problems.file(file, "The file is missing.");
                return None;
            }
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                problems.file(file, "The file is larger than 256 MB.");
                return None;
            }
            Err(error) => {
                problems.file(file, format!("The file cannot be read: {error}."));
                return None;
            }
        };
        let Some(text) = decode(&bytes) else {
            problems.file(file, "The text is neither UTF-8 nor GBK. Save it as “CSV UTF-8”.");
            return None;
        };
        Self::parse(&text, file, columns, problems)
    }

    fn parse(text: &str, file: &str, columns: &Columns<'_>, problems: &mut Problems) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(text))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut header = None;
        let mut rows = Vec::new();
        let mut lines = Lines::of(text);
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) if record.iter().all(str::is_empty) => {}
                Ok(true) => {
                    let line = lines.of_record(&record);
                    match &header {
                        None => header = Some((line, record.clone())),
                        Some((_, header)) => {
                            if record.iter().skip(header.len()).any(|cell| !cell.is_empty()) {
                                let (cells, names) = (record.len(), header.len());
                                problems.at(file, line, None, format!(
                                    "The row has {cells} cells, the header {names}. Put text that holds a separator in quotes.",
                                ));
                            }
                            rows.push((line, record.clone()));
                        }
                    }
                }
                Err(error) => {
                    problems.at(file, lines.line(), None, format!("The row cannot be read: {error}."));
                    return None;
                }
            }
        }
        let Some((line, header)) = header else {
            problems.file(
                file,
                format!("The file is empty. Its first row must be: {}.", columns.required.join(",")),
            );
            return None;
        };
        let columns = read_header(file, line, &header, columns, problems)?;
        // An unclosed quote swallows the rest of the file as one cell.
        for (line, record) in &rows {
            if record.iter().any(|cell| cell.contains('\n')) {
                problems.at(file, *line, None, "A cell holds a line break. Is a quotation mark not closed?");
            }
        }
        Some(Self { file: file.to_owned(), columns, rows })
    }

    /// The rows, blank ones left out.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(number, cells)| Row {
            file: &self.file,
            number: *number,
            columns: &self.columns,
            cells,
        })
    }

    /// The languages of the columns that begin with `prefix`.
    pub(super) fn languages(&self, prefix: &str) -> Vec<String> {
        self.columns.keys().filter_map(|name| name.strip_prefix(prefix)).map(ToOwned::to_owned).collect()
    }
}

impl<'a> Row<'a> {
    /// The cell of a column; empty when the column or the cell is absent.
    pub(super) fn cell(&self, column: &str) -> &'a str {
        self.columns.get(column).and_then(|at| self.cells.get(*at)).unwrap_or("")
    }

    /// The cell of a column, which must not be empty.
    pub(super) fn required(&self, column: &str, problems: &mut Problems) -> Option<&'a str> {
        let cell = self.cell(column);
        if cell.is_empty() {
            self.problem(column, "The cell is empty.", problems);
            return None;
        }
        Some(cell)
    }

    /// Notes a mistake in a column of this row.
    pub(super) fn problem(&self, column: &str, message: impl Into<String>, problems: &mut Problems) {
        problems.at(self.file, self.number, Some(column), message);
    }
}

fn read_header(
    file: &str,
    line: u64,
    header: &csv::StringRecord,
    columns: &Columns<'_>,
    problems: &mut Problems,
) -> Option<BTreeMap<String, usize>> {
    let mut found = BTreeMap::new();
    for (at, name) in header.iter().enumerate() {
        let name = name.to_ascii_lowercase();
        let localized = columns.localized.iter().any(|prefix| {
            name.strip_prefix(prefix).is_some_and(|tag| tag.parse::<linli_wire::Language>().is_ok())
        });
        let known = localized
            || columns.required.contains(&name.as_str())
            || columns.optional.contains(&name.as_str());
        if name.is_empty() {
            continue;
        }
        if !known {
            let mut names: Vec<String> =
                columns.required.iter().chain(columns.optional).map(|name| (*name).to_owned()).collect();
            names.extend(columns.localized.iter().map(|prefix| format!("{prefix}zh")));
            problems.at(
                file,
                line,
                Some(&name),
                format!("The column is not known. Known are: {}.", names.join(", ")),
            );
        } else if found.insert(name.clone(), at).is_some() {
            problems.at(file, line, Some(&name), "The column is there twice.");
        }
    }
    let missing: Vec<&str> =
        columns.required.iter().copied().filter(|name| !found.contains_key(*name)).collect();
    for name in &missing {
        problems.at(file, line, Some(name), "The column is missing.");
    }
    missing.is_empty().then_some(found)
}

/// The separator that the header uses: comma, semicolon or tab.
fn separator(text: &str) -> u8 {
    let header =
        text.lines().find(|line| !line.trim_matches([',', ';', '\t', ' ', '\r']).is_empty()).unwrap_or("");
    let count = |separator: char| header.matches(separator).count();
    match (count(','), count(';'), count('\t')) {
        (comma, semicolon, tab) if tab > comma && tab > semicolon => b'\t',
        (comma, semicolon, _) if semicolon > comma => b';',
        _ => b',',
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::{Columns, Problems, Table};

    const COLUMNS: Columns<'_> = Columns { required: &["code"], optional: &["name"], localized: &["name_"] };

    fn cells(text: &str) -> (Vec<(u64, String, String)>, Vec<String>) {
        let mut problems = Problems::default();
        let table = Table::parse(text, "t.csv", &COLUMNS, &mut problems);
        let rows = table.map_or(vec![], |table| {
            table
                .rows()
                .map(|row| (row.number, row.cell("code").to_owned(), row.cell("name").to_owned()))
                .collect()
        });
        (rows, problems.into_sorted().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn separators_quotes_blank_lines_and_header_order_are_taken_as_they_come() {
        let expected =
            vec![(2, "1".to_owned(), "A, B".to_owned()), (4, "2".to_owned(), "say \"C\"".to_owned())];
        for text in [
            "code,name\n1,\"A, B\"\n\n2,\"say \"\"C\"\"\"\n",
            "name;code\r\nA, B;1\r\n;\r\n\"say \"\"C\"\"\";2\r\n",
            "Code\tName\n1\tA, B\n\n2\t\"say \"\"C\"\"\"",
        ] {
            assert_eq!(cells(text), (expected.clone(), vec![]), "{text}");
        }
    }

    #[test]
    fn mistakes_name_their_place() {
        let (_, problems) = cells("cod,name,name,naem_zh\n1,2\n");
        insta::assert_snapshot!(problems.join("\n"));
        let (_, problems) = cells("code,name\n1,a,b\n2,\"open\n3,c\n");
        insta::assert_snapshot!(problems.join("\n"));
        assert_eq!(cells("").1, ["t.csv: The file is empty. Its first row must be: code."]);
    }
}
