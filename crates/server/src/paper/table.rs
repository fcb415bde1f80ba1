//! A table: columns as wide as what stands in them, one that takes the rest, and a head on every page.

use krilla::tagging::{TableHeaderScope, Tag};

use super::{
    font::Faces,
    page::{Line, MEASURE, Piece, Place, Row, Sheet},
    style::{HAIR, INK, LABEL, PALE, SMALL, TEXT, TOTAL},
    text::{self, Run, Style},
};

/// Between two columns.
const GAP: f32 = 16.0;
/// A column that is not the wide one takes no more of the measure than this.
const MOST: f32 = 0.24;
/// What the wide one keeps at least.
const LEAST: f32 = 0.3;

/// A table that is to be put on a sheet. Rows have a cell for each column.
pub struct Table {
    /// What it is, for who cannot see it.
    pub summary: String,
    pub columns: Vec<Column>,
    pub body: Vec<Vec<Cell>>,
    /// Sums, kept together with the last row of the body.
    pub foot: Vec<Vec<Cell>>,
}

/// A column: its head, and how it stands.
pub struct Column {
    pub head: &'static str,
    pub align: Align,
}

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Left, and as wide as what the others leave.
    Wide,
    Left,
    /// Amounts.
    Right,
}

/// What stands in a row and a column: words, and small ones below.
#[derive(Clone, Default)]
pub struct Cell {
    pub text: String,
    pub small: String,
    pub strong: bool,
}

impl Cell {
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub fn with(text: impl Into<String>, small: impl Into<String>) -> Self {
        Self { text: text.into(), small: small.into(), strong: false }
    }

    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), small: String::new(), strong: true }
    }

    fn style(&self) -> Style {
        if self.strong { TOTAL } else { TEXT }
    }
}

/// Puts a table on a sheet. A column in which nothing stands is left out.
pub fn put(faces: &Faces, sheet: &mut Sheet, mut table: Table) {
    drop_empty(&mut table);
    let stands = stands(faces, &table);
    let whole = sheet.tags.add(super::page::Tags::ROOT, Tag::Table.with_summary(Some(table.summary.clone())));

    let within = sheet.tags.add(whole, Tag::THead);
    let within = sheet.tags.add(within, Tag::TR);
    let mut head = Row { below: 6.0, rule: Some((0.8, INK)), ..Row::default() };
    for (column, stand) in table.columns.iter().zip(&stands) {
        let tag = sheet.tags.add(within, Tag::TH(TableHeaderScope::Column));
        let lines = text::lines(faces, column.head, LABEL, stand.width);
        head.cells.push((stand.left, stand.aligned(lines, tag)));
    }
    // A head with no row below it says nothing.
    sheet.keep(head.height() + 40.0);
    sheet.put(head.clone(), None);

    let body = sheet.tags.add(whole, Tag::TBody);
    let foot = if table.foot.is_empty() { body } else { sheet.tags.add(whole, Tag::TFoot) };
    let count = table.foot.len();
    let mut sums = Vec::new();
    for (number, cells) in table.foot.iter().enumerate() {
        let (is_first, is_last) = (number == 0, number + 1 == count);
        let mut sum = row(faces, sheet, foot, cells, &stands);
        (sum.above, sum.below) = (if is_first || is_last { 5.0 } else { 2.0 }, 2.0);
        if number + 2 == count {
            (sum.below, sum.rule) = (5.0, Some((HAIR, PALE)));
        }
        sums.push(sum);
    }
    let together: f32 = sums.iter().map(Row::height).sum();
    let count = table.body.len();
    for (number, cells) in table.body.iter().enumerate() {
        let is_last = number + 1 == count;
        let mut row = row(faces, sheet, body, cells, &stands);
        row.rule = Some(if is_last { (0.8, INK) } else { (HAIR, PALE) });
        if is_last && sheet.overflows(row.height() + together) && !sheet.overflows(row.height()) {
            sheet.turn(Some(&head));
        }
        sheet.put(row, Some(&head));
    }
    for sum in sums {
        sheet.put(sum, Some(&head));
    }
}

fn row(faces: &Faces, sheet: &mut Sheet, within: Place, cells: &[Cell], stands: &[Stand]) -> Row {
    let within = sheet.tags.add(within, Tag::TR);
    let mut row = Row { above: 4.0, below: 4.0, ..Row::default() };
    // Where the room of a strong amount begins: it may reach over the empty columns before it.
    let mut free = None;
    for (cell, stand) in cells.iter().zip(stands) {
        let tag = if stand.align == Align::Wide {
            sheet.tags.add(within, Tag::TH(TableHeaderScope::Row))
        } else {
            sheet.tags.add(within, Tag::TD)
        };
        let from = free.filter(|_| cell.strong && stand.align == Align::Right).unwrap_or(stand.left);
        let stand = Stand { left: from, width: stand.left + stand.width - from, align: stand.align };
        let mut lines = stand.aligned(text::lines(faces, &cell.text, cell.style(), stand.width), tag);
        lines.extend(stand.aligned(text::lines(faces, &cell.small, SMALL, stand.width), tag));
        let is_free = lines.is_empty() && stand.align == Align::Right;
        free = is_free.then(|| free.unwrap_or(stand.left));
        row.cells.push((stand.left, lines));
    }
    row
}

/// Where a column stands.
struct Stand {
    left: f32,
    width: f32,
    align: Align,
}

impl Stand {
    fn aligned(&self, runs: Vec<Run>, place: Place) -> Vec<Line> {
        let line = |run: Run| {
            let x = if self.align == Align::Right { (self.width - run.width()).max(0.0) } else { 0.0 };
            Line {
                height: super::page::leading(run.style.size),
                pieces: vec![Piece { x, run, place: Some(place) }],
                bar: None,
            }
        };
        runs.into_iter().map(line).collect()
    }
}

fn stands(faces: &Faces, table: &Table) -> Vec<Stand> {
    let gaps = GAP * steps(table.columns.len().saturating_sub(1));
    let mut widths: Vec<f32> = table
        .columns
        .iter()
        .enumerate()
        .map(|(number, column)| if column.align == Align::Wide { 0.0 } else { widest(faces, table, number) })
        .collect();
    let most = MEASURE - gaps - LEAST * MEASURE;
    let taken: f32 = widths.iter().sum();
    if taken > most {
        widths.iter_mut().for_each(|width| *width *= most / taken);
    }
    let rest = MEASURE - gaps - widths.iter().sum::<f32>();
    let mut left = 0.0;
    let stand = |(column, width): (&Column, f32)| {
        let width = if column.align == Align::Wide { rest } else { width };
        let stand = Stand { left, width, align: column.align };
        left += width + GAP;
        stand
    };
    table.columns.iter().zip(widths).map(stand).collect()
}

fn widest(faces: &Faces, table: &Table, column: usize) -> f32 {
    let head = table.columns.get(column).map_or(0.0, |column| width(faces, column.head, LABEL));
    let is_right = table.columns.get(column).is_some_and(|column| column.align == Align::Right);
    let cells = table.body.iter().chain(&table.foot).filter_map(|cells| cells.get(column));
    let cells = cells.filter(|cell| !(is_right && cell.strong));
    let widest = cells.fold(head, |widest, cell| {
        widest.max(width(faces, &cell.text, cell.style())).max(width(faces, &cell.small, SMALL))
    });
    // A hair more than needed, so that rounding breaks no line.
    (widest + 0.2).min(MOST * MEASURE)
}

fn width(faces: &Faces, text: &str, style: Style) -> f32 {
    // Longer than any column anyway.
    let short: String = text.chars().take(80).collect();
    text::line(faces, &short, style).width()
}

fn drop_empty(table: &mut Table) {
    let empty = |number: usize| {
        let mut cells = table.body.iter().chain(&table.foot).filter_map(|cells| cells.get(number));
        cells.all(|cell| cell.text.is_empty() && cell.small.is_empty())
    };
    let keep: Vec<bool> = table
        .columns
        .iter()
        .enumerate()
        .map(|(number, column)| column.align == Align::Wide || !empty(number))
        .collect();
    let mut kept = keep.iter();
    table.columns.retain(|_| kept.next().copied().unwrap_or(true));
    for cells in table.body.iter_mut().chain(&mut table.foot) {
        let mut kept = keep.iter();
        cells.retain(|_| kept.next().copied().unwrap_or(true));
    }
}

fn steps(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
