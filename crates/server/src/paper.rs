//! Papers: bills, receipts, credit notes and yearly statements as PDF, to print, to send and to keep.
//!
//! What it guarantees: a plain struct goes in, the bytes of a PDF come out, and the same struct gives the same bytes on
//! every machine, so that a receipt can be printed again and compared. Fonts are brought along: a server with none
//! prints all the same. Every paper is tagged for screen readers and checked against PDF/UA-1 while it is written.
//! Nothing of what is handed in is lost, whatever it is: what is too long is broken, what is too much goes to the next
//! page, and a character that no font here has is shown as a box with its Unicode number, from which it can be copied
//! ([`missing`] tells which those are, so that the server can say so in its log).
//!
//! What can fail: a QR matrix that is no square (`invalid_input`), and a mistake of this module (`internal`).
//!
//! It knows nothing of the database, of HTTP or of money. Amounts are texts that somebody else wrote and added up; here
//! they are only set below each other. Fixed words are here in English and Chinese; names of fees, rates and ways to
//! pay come in the language of the paper.
//!
//! Turned down: HTML that is printed by a browser, as for the invitation (a receipt must be the same each time, and a
//! server has no browser), and a typesetting system (typst) for four pages with one table.
//!
//! Inside, `text` makes lines of glyphs, `page` puts rows of lines on pages, `table` makes rows of cells, `parts` are
//! the parts that papers share, and `document` writes what stands on the pages.

mod document;
mod font;
mod page;
mod parts;
mod style;
mod table;
mod text;
mod words;

use jiff::civil::Date;
use linli_wire::{Language, Timestamp};

use self::{
    document::About,
    font::Faces,
    page::Sheet,
    style::SMALL,
    table::{Align, Cell, Column, Table},
    words::Words,
};
use crate::Error;

/// What stands at the top of every paper.
#[derive(Clone, PartialEq, Debug)]
pub struct Head {
    /// The language of whom it is for: `zh`, or English for all others.
    pub language: Language,
    /// The community's name.
    pub community: String,
    /// Lines below it: address, telephone, tax number.
    pub address: Vec<String>,
    /// The paper's number, such as `2026-11-0012`; unique among the community's papers of its kind.
    pub number: String,
    /// The day it bears.
    pub day: Date,
    /// When it was made: the PDF says so, and two papers with another moment have other bytes.
    pub made_at: Timestamp,
    /// Code of the household, such as `3-1201`.
    pub household: String,
    /// Who lives there, as far as they are to be named.
    pub names: Vec<String>,
    /// Where the flat is, line by line.
    pub home: Vec<String>,
}

/// What is charged or taken back: a line of the table. Amounts are texts; what is empty is left out, and a column in
/// which all lines are empty with it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Line {
    /// What for, in plain words.
    pub what: String,
    /// For when: a month, or from when to when.
    pub when: String,
    /// How much of it, with its unit: `62.5 m²`.
    pub quantity: String,
    /// What one of it costs: `4.00`.
    pub rate: String,
    /// Without tax.
    pub net: String,
    /// The rate of tax as it is to be read: `9 %`.
    pub tax_rate: String,
    /// The tax.
    pub tax: String,
    /// With tax.
    pub total: String,
}

/// The sums of all lines at one rate of tax.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TaxSum {
    /// The rate, as in the lines.
    pub rate: String,
    /// Without tax.
    pub net: String,
    /// The tax.
    pub tax: String,
    /// With tax.
    pub total: String,
}

/// How a bill can be paid.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HowToPay {
    /// Who gets it.
    pub account_holder: String,
    /// Number of the bank account, IBAN or other; shown in groups of four.
    pub account: String,
    /// The bank, with its code.
    pub bank: String,
    /// What the payer writes with it; shown in groups of four if it is made of letters and digits alone.
    pub reference: String,
    /// Other ways, each in a sentence.
    pub sentences: Vec<String>,
    /// A code to scan.
    pub qr: Option<Qr>,
}

/// A QR code.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Qr {
    /// Modules on a side, without the quiet zone, which is added.
    pub size: usize,
    /// Row by row, whether each is dark: `size` × `size`.
    pub dark: Vec<bool>,
    /// What to do with it: `Scan with your banking app`.
    pub words: String,
}

/// A period in a comparison.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Bar {
    /// The period's name.
    pub period: String,
    /// What it came to.
    pub amount: String,
    /// How long the bar is beside the others: the longest has the room there is.
    pub length: u64,
}

/// A bill.
#[derive(Clone, PartialEq, Debug)]
pub struct Bill {
    /// Its top.
    pub head: Head,
    /// What it is for, such as `November 2026`.
    pub period: String,
    /// What is charged.
    pub lines: Vec<Line>,
    /// The sums by rate of tax; none where there is no tax.
    pub taxes: Vec<TaxSum>,
    /// What is to be paid, with the currency.
    pub total: String,
    /// The last day to pay.
    pub due: Date,
    /// How to pay.
    pub pay: HowToPay,
    /// This period last, those before it above; none for nothing to compare with.
    pub comparison: Vec<Bar>,
    /// Paragraphs at the end.
    pub notes: Vec<String>,
}

/// A receipt: money came in.
#[derive(Clone, PartialEq, Debug)]
pub struct Receipt {
    /// Its top.
    pub head: Head,
    /// What was paid for.
    pub lines: Vec<Line>,
    /// The sums by rate of tax; none where there is no tax.
    pub taxes: Vec<TaxSum>,
    /// What came in, with the currency.
    pub total: String,
    /// The day it came in.
    pub received: Date,
    /// By which way: `Bank transfer`.
    pub way: String,
    /// Who paid, as the bank says; may be empty.
    pub payer: String,
    /// What they wrote with it; may be empty.
    pub reference: String,
    /// What is still to be paid; may be empty.
    pub open: String,
    /// Paragraphs at the end.
    pub notes: Vec<String>,
}

/// A credit note: a bill is taken back, in whole or in part.
#[derive(Clone, PartialEq, Debug)]
pub struct CreditNote {
    /// Its top.
    pub head: Head,
    /// Number of the bill.
    pub bill: String,
    /// Its day.
    pub bill_day: Date,
    /// Why, in a sentence.
    pub reason: String,
    /// What is taken back.
    pub lines: Vec<Line>,
    /// The sums by rate of tax; none where there is no tax.
    pub taxes: Vec<TaxSum>,
    /// What is taken back in all, with the currency.
    pub total: String,
    /// What happens with the money, each in a sentence.
    pub sentences: Vec<String>,
    /// Paragraphs at the end.
    pub notes: Vec<String>,
}

/// A yearly statement of one household.
#[derive(Clone, PartialEq, Debug)]
pub struct YearStatement {
    /// Its top.
    pub head: Head,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
    /// The balance before the first day.
    pub opening: String,
    /// What happened, in the order of days.
    pub entries: Vec<Entry>,
    /// All that was charged.
    pub charged: String,
    /// All that was paid.
    pub paid: String,
    /// The balance at the end of the last day, with the currency.
    pub closing: String,
    /// What the closing balance means, each in a sentence: `You owe nothing.`
    pub sentences: Vec<String>,
    /// Paragraphs at the end.
    pub notes: Vec<String>,
}

/// A line of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its day.
    pub day: Date,
    /// What it is: `Bill 2026-11-0012`, `Payment`.
    pub what: String,
    /// More about it, small; may be empty.
    pub small: String,
    /// What was charged; empty for a payment.
    pub charged: String,
    /// What was paid or taken back; empty for a bill.
    pub paid: String,
    /// The balance after it.
    pub balance: String,
}

/// A bill as PDF.
///
/// # Errors
/// `invalid_input` for a QR code that is no square; `internal`.
pub fn bill(bill: &Bill) -> Result<Vec<u8>, Error> {
    let (faces, words, mut sheet) = begin(&bill.head)?;
    let period = (words.period, bill.period.clone());
    parts::top(faces, &mut sheet, &bill.head, words, words.bill, &[period]);
    table::put(faces, &mut sheet, parts::charges(words, words.bill, &bill.lines, &bill.taxes, &bill.total));
    parts::how_to_pay(faces, &mut sheet, words, bill)?;
    parts::comparison(faces, &mut sheet, words, &bill.comparison);
    parts::notes(faces, &mut sheet, &bill.notes);
    end(faces, sheet, &bill.head, words, words.bill, "bill")
}

/// A receipt as PDF.
///
/// # Errors
/// `internal`.
pub fn receipt(receipt: &Receipt) -> Result<Vec<u8>, Error> {
    let (faces, words, mut sheet) = begin(&receipt.head)?;
    parts::top(faces, &mut sheet, &receipt.head, words, words.receipt, &[]);
    let table = parts::charges(words, words.receipt, &receipt.lines, &receipt.taxes, &receipt.total);
    table::put(faces, &mut sheet, table);
    let received = words.received.replace("{amount}", &receipt.total);
    let received = received.replace("{day}", &words.long(receipt.received));
    let facts = [
        (words.way, receipt.way.clone()),
        (words.paid_by, receipt.payer.clone()),
        (words.reference, receipt.reference.clone()),
        (words.open, receipt.open.clone()),
    ];
    parts::boxed(faces, &mut sheet, words.how_paid, &received, &facts, &[]);
    parts::notes(faces, &mut sheet, &receipt.notes);
    end(faces, sheet, &receipt.head, words, words.receipt, "receipt")
}

/// A credit note as PDF.
///
/// # Errors
/// `internal`.
pub fn credit_note(note: &CreditNote) -> Result<Vec<u8>, Error> {
    let (faces, words, mut sheet) = begin(&note.head)?;
    parts::top(faces, &mut sheet, &note.head, words, words.credit_note, &[]);
    let about = words.takes_back.replace("{number}", &note.bill);
    parts::paragraphs(
        faces,
        &mut sheet,
        &[about.replace("{day}", &words.long(note.bill_day)), note.reason.clone()],
    );
    table::put(
        faces,
        &mut sheet,
        parts::charges(words, words.credit_note, &note.lines, &note.taxes, &note.total),
    );
    let credited = words.credited.replace("{amount}", &note.total);
    parts::boxed(faces, &mut sheet, words.what_next, &credited, &[], &note.sentences);
    parts::notes(faces, &mut sheet, &note.notes);
    end(faces, sheet, &note.head, words, words.credit_note, "credit_note")
}

/// A yearly statement as PDF.
///
/// # Errors
/// `internal`.
pub fn year_statement(statement: &YearStatement) -> Result<Vec<u8>, Error> {
    let (faces, words, mut sheet) = begin(&statement.head)?;
    let period = format!("{}{}{}", words.short(statement.from), words.until, words.short(statement.until));
    parts::top(faces, &mut sheet, &statement.head, words, words.year_statement, &[(words.period, period)]);
    let opening = vec![
        Cell::of(words.short(statement.from)),
        Cell::of(words.opening),
        Cell::default(),
        Cell::default(),
        Cell::of(&statement.opening),
    ];
    let entries = statement.entries.iter().map(|entry| {
        vec![
            Cell::of(words.short(entry.day)),
            Cell::with(&entry.what, &entry.small),
            Cell::of(&entry.charged),
            Cell::of(&entry.paid),
            Cell::of(&entry.balance),
        ]
    });
    let sums = vec![
        Cell::default(),
        Cell::of(words.sums),
        Cell::of(&statement.charged),
        Cell::of(&statement.paid),
        Cell::default(),
    ];
    let closing = vec![
        Cell::strong(words.short(statement.until)),
        Cell::strong(words.closing),
        Cell::default(),
        Cell::default(),
        Cell::strong(&statement.closing),
    ];
    let table = Table {
        summary: words.year_statement.to_owned(),
        columns: vec![
            Column { head: words.day, align: Align::Left },
            Column { head: words.entry, align: Align::Wide },
            Column { head: words.charged, align: Align::Right },
            Column { head: words.paid, align: Align::Right },
            Column { head: words.balance, align: Align::Right },
        ],
        body: std::iter::once(opening).chain(entries).collect(),
        foot: vec![sums, closing],
    };
    table::put(faces, &mut sheet, table);
    let balance = words.balance_on.replace("{amount}", &statement.closing);
    let balance = balance.replace("{day}", &words.long(statement.until));
    parts::boxed(faces, &mut sheet, words.closing, &balance, &[], &statement.sentences);
    parts::notes(faces, &mut sheet, &statement.notes);
    end(faces, sheet, &statement.head, words, words.year_statement, "year_statement")
}

/// The characters of a text that papers can only show as boxes, each once. Emoji are among them, and letters that are
/// written from right to left; characters that cannot be seen are not.
///
/// # Errors
/// `internal`.
pub fn missing(text: &str) -> Result<Vec<char>, Error> {
    Ok(text::missing(Faces::get()?, text))
}

fn begin(head: &Head) -> Result<(&'static Faces, &'static Words, Sheet), Error> {
    Ok((Faces::get()?, Words::of(&head.language), Sheet::new()))
}

fn end(
    faces: &Faces,
    sheet: Sheet,
    head: &Head,
    words: &'static Words,
    kind: &str,
    key: &str,
) -> Result<Vec<u8>, Error> {
    let title = format!("{kind} {}", head.number);
    let about = About {
        language: words.language,
        footer: format!("{} · {title}", head.community),
        title,
        author: head.community.clone(),
        id: format!("{}\n{key}\n{}", head.community, head.number),
        made_at: head.made_at.0,
        page_of: words.page_of,
        small: SMALL,
    };
    document::write(faces, sheet, &about)
}
