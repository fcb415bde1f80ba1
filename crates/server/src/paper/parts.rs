//! The parts that papers are made of: their top, the table of charges, the tinted box, the comparison, the notes.

use std::num::NonZeroU16;

use krilla::tagging::{ListNumbering, Tag};

use super::{
    Bar, Bill, Head, HowToPay, Line as Charge, Qr, TaxSum,
    font::Faces,
    page::{Line, MEASURE, Picture, Piece, Place, Row, Sheet, Tags, leading},
    style::{AMOUNT, BEFORE, GREY, HAIR, HEADING, KIND, LABEL, NAME, NOW, SMALL, STRONG, TEXT, TINT},
    table::{Align, Cell, Column, Table},
    text::{self, Style},
    words::Words,
};
use crate::Error;

/// Where the facts beside the address begin.
const FACTS: f32 = MEASURE * 0.56;
/// Between the title and the facts.
const BELOW_KIND: f32 = 4.0;
/// Between the edge of the tinted box and what stands in it.
const INSET: f32 = 13.0;
/// A QR code with its quiet zone: 34 mm.
const CODE: f32 = 96.4;

/// Community, addressee, kind, number and date.
pub fn top(
    faces: &Faces,
    sheet: &mut Sheet,
    head: &Head,
    words: &Words,
    kind: &str,
    facts: &[(&'static str, String)],
) {
    let mut lines = paragraph(faces, sheet, Tags::ROOT, &head.community, NAME, MEASURE);
    for line in &head.address {
        lines.extend(paragraph(faces, sheet, Tags::ROOT, line, LABEL, MEASURE));
    }
    sheet.put(Row { below: 8.0, rule: Some((HAIR, GREY)), ..Row::full(lines) }, None);
    sheet.space(14.0);

    let room = FACTS - 24.0;
    let mut whom = paragraph(faces, sheet, Tags::ROOT, words.whom, LABEL, room);
    // The label stands on the baseline of the title, and the lines below it on those of the facts.
    whom.insert(0, Line::gap(14.0));
    whom.push(Line::gap(leading(KIND.size) + BELOW_KIND - 14.0 - leading(LABEL.size)));
    for name in &head.names {
        whom.extend(paragraph(faces, sheet, Tags::ROOT, name, STRONG, room));
    }
    if !head.household.is_empty() {
        let household = format!("{} {}", words.household, head.household);
        whom.extend(paragraph(faces, sheet, Tags::ROOT, &household, TEXT, room));
    }
    for line in &head.home {
        whom.extend(paragraph(faces, sheet, Tags::ROOT, line, TEXT, room));
    }
    let all = [&[(words.number, head.number.clone()), (words.date, words.long(head.day))], facts].concat();
    let title = Tag::Hn(NonZeroU16::MIN, Some(format!("{kind} {}", head.number)));
    let place = sheet.tags.add(Tags::ROOT, title);
    let mut right = set(faces, kind, KIND, MEASURE - FACTS, place);
    right.push(Line::gap(BELOW_KIND));
    right.extend(self::facts(faces, sheet, &all, MEASURE - FACTS));
    sheet.put(Row { cells: vec![(0.0, whom), (FACTS, right)], ..Row::default() }, None);
    sheet.space(20.0);
}

/// The table of what is charged or taken back, with its sums.
pub fn charges(words: &Words, kind: &str, lines: &[Charge], taxes: &[TaxSum], total: &str) -> Table {
    let body = lines.iter().map(|line| {
        let quantity = match (line.quantity.as_str(), line.rate.as_str()) {
            (quantity, "") => quantity.to_owned(),
            ("", rate) => rate.to_owned(),
            (quantity, rate) => format!("{quantity} × {rate}"),
        };
        vec![
            Cell::with(&line.what, &line.when),
            Cell::of(quantity),
            Cell::of(&line.net),
            Cell::with(&line.tax, &line.tax_rate),
            Cell::of(&line.total),
        ]
    });
    let sums = taxes.iter().map(|sum| {
        vec![
            Cell::of(words.sum_at.replace("{rate}", &sum.rate)),
            Cell::default(),
            Cell::of(&sum.net),
            Cell::of(&sum.tax),
            Cell::of(&sum.total),
        ]
    });
    let total = vec![
        Cell::strong(words.total),
        Cell::default(),
        Cell::default(),
        Cell::default(),
        Cell::strong(total),
    ];
    Table {
        summary: kind.to_owned(),
        columns: vec![
            Column { head: words.what, align: Align::Wide },
            Column { head: words.quantity, align: Align::Right },
            Column { head: words.net, align: Align::Right },
            Column { head: words.tax, align: Align::Right },
            Column { head: words.total, align: Align::Right },
        ],
        body: body.collect(),
        foot: sums.chain(std::iter::once(total)).collect(),
    }
}

/// What is to be paid, until when and how.
///
/// # Errors
/// `invalid_input` for a QR code that is no square.
pub fn how_to_pay(faces: &Faces, sheet: &mut Sheet, words: &Words, bill: &Bill) -> Result<(), Error> {
    let HowToPay { account_holder, account, bank, reference, sentences, qr } = &bill.pay;
    if let Some(Qr { size, dark, .. }) = qr
        && (*size == 0 || *size > 177 || dark.len() != size * size)
    {
        return Err(Error::invalid("qr", "not a square of modules"));
    }
    let amount = words.to_pay.replace("{amount}", &bill.total).replace("{day}", &words.long(bill.due));
    let facts = [
        (words.account_holder, account_holder.clone()),
        (words.account, in_fours(account)),
        (words.bank, bank.clone()),
        (words.reference, in_fours(reference)),
    ];
    tinted(
        faces,
        sheet,
        (words.how_to_pay, &amount),
        &facts,
        sentences,
        qr.as_ref().map(|qr| (qr, words.qr)),
    );
    Ok(())
}

/// A tinted box with a heading, what matters most, facts, and sentences.
pub fn boxed(
    faces: &Faces,
    sheet: &mut Sheet,
    heading: &str,
    main: &str,
    facts: &[(&'static str, String)],
    sentences: &[String],
) {
    tinted(faces, sheet, (heading, main), facts, sentences, None);
}

/// This period and those before it as bars.
pub fn comparison(faces: &Faces, sheet: &mut Sheet, words: &Words, bars: &[Bar]) {
    let Some(longest) = bars.iter().map(|bar| bar.length).max() else { return };
    let mut lines = heading(faces, sheet, words.comparison);
    let list = sheet.tags.add(Tags::ROOT, Tag::L(ListNumbering::None));
    let widest = |text: fn(&Bar) -> &str| {
        let widths = bars.iter().map(|bar| text::line(faces, text(bar), STRONG).width());
        widths.fold(0.0, f32::max).min(MEASURE * 0.3)
    };
    let left = widest(|bar| &bar.period) + 14.0;
    let right = widest(|bar| &bar.amount) + 1.0;
    let room = MEASURE - left - right - 14.0;
    for (number, bar) in bars.iter().enumerate() {
        let is_now = number + 1 == bars.len();
        let style = if is_now { STRONG } else { TEXT };
        let item = sheet.tags.add(list, Tag::LI);
        let label = sheet.tags.add(item, Tag::Lbl);
        let body = sheet.tags.add(item, Tag::LBody);
        let length = share(bar.length, longest) * room;
        let period = Beside { text: &bar.period, style, x: 0.0, width: left - 14.0, place: label };
        let amount = Beside { text: &bar.amount, style, x: left + room + 14.0, width: right, place: body };
        let mut beside = columns(faces, &[period, amount]);
        if let Some(line) = beside.first_mut() {
            line.height = 18.0;
            line.bar = Some((left, length.max(HAIR), if is_now { NOW } else { BEFORE }));
            if let Some(amount) = line.pieces.iter_mut().find(|piece| piece.x > left) {
                amount.x += (right - amount.run.width()).max(0.0);
            }
        }
        lines.extend(beside);
    }
    let row = Row::full(lines);
    sheet.space(16.0);
    sheet.keep(row.height());
    sheet.put(row, None);
}

/// Paragraphs of what has to be said.
pub fn paragraphs(faces: &Faces, sheet: &mut Sheet, texts: &[String]) {
    let mut lines = Vec::new();
    for text in texts {
        lines.extend(paragraph(faces, sheet, Tags::ROOT, text, TEXT, MEASURE));
    }
    sheet.put(Row { below: 14.0, ..Row::full(lines) }, None);
}

/// Paragraphs at the end.
pub fn notes(faces: &Faces, sheet: &mut Sheet, texts: &[String]) {
    for (number, text) in texts.iter().enumerate() {
        let lines = paragraph(faces, sheet, Tags::ROOT, text, SMALL, MEASURE);
        sheet.space(if number == 0 { 12.0 } else { 5.0 });
        sheet.put(Row::full(lines), None);
    }
}

fn tinted(
    faces: &Faces,
    sheet: &mut Sheet,
    (title, main): (&str, &str),
    facts: &[(&'static str, String)],
    sentences: &[String],
    qr: Option<(&Qr, &str)>,
) {
    let room = MEASURE - 2.0 * INSET - qr.map_or(0.0, |_| CODE + INSET);
    let mut lines = heading(faces, sheet, title);
    lines.extend(paragraph(faces, sheet, Tags::ROOT, main, AMOUNT, room));
    let facts = self::facts(faces, sheet, facts, room);
    if !facts.is_empty() {
        lines.push(Line::gap(6.0));
        lines.extend(facts);
    }
    for sentence in sentences {
        lines.push(Line::gap(5.0));
        lines.extend(paragraph(faces, sheet, Tags::ROOT, sentence, TEXT, room));
    }
    let mut cells = vec![(INSET, lines)];
    let mut picture = None;
    if let Some((qr, words)) = qr {
        let x = MEASURE - INSET - CODE;
        let place = sheet.tags.add(Tags::ROOT, Tag::Figure(Some(words.to_owned())));
        let mut caption = vec![Line::gap(CODE + 4.0)];
        let mut words = paragraph(faces, sheet, Tags::ROOT, &qr.words, SMALL, CODE);
        for piece in words.iter_mut().flat_map(|line| &mut line.pieces) {
            piece.x = ((CODE - piece.run.width()) / 2.0).max(0.0);
        }
        caption.extend(words);
        cells.push((x, caption));
        picture = Some(Picture { x, y: 0.0, side: CODE, size: qr.size, dark: qr.dark.clone(), place });
    }
    let row = Row { cells, above: INSET, below: INSET, tint: Some(TINT), picture, rule: None };
    sheet.space(16.0);
    sheet.keep(row.height());
    sheet.keep(CODE + 2.0 * INSET);
    sheet.put(row, None);
}

fn heading(faces: &Faces, sheet: &mut Sheet, title: &str) -> Vec<Line> {
    let second = NonZeroU16::MIN.saturating_add(1);
    let place = sheet.tags.add(Tags::ROOT, Tag::Hn(second, Some(title.to_owned())));
    let mut lines = set(faces, title, HEADING, MEASURE, place);
    lines.push(Line::gap(4.0));
    lines
}

/// A paragraph of its own; nothing for a text with nothing to be seen.
fn paragraph(
    faces: &Faces,
    sheet: &mut Sheet,
    within: Place,
    text: &str,
    style: Style,
    width: f32,
) -> Vec<Line> {
    let runs = text::lines(faces, text, style, width);
    if runs.is_empty() {
        return Vec::new();
    }
    let place = sheet.tags.add(within, Tag::P);
    runs.into_iter().map(|run| Line::of(run, 0.0, place)).collect()
}

fn set(faces: &Faces, text: &str, style: Style, width: f32, place: Place) -> Vec<Line> {
    text::lines(faces, text, style, width).into_iter().map(|run| Line::of(run, 0.0, place)).collect()
}

/// Words and what they say, below each other; those that say nothing are left out.
fn facts(faces: &Faces, sheet: &mut Sheet, facts: &[(&'static str, String)], width: f32) -> Vec<Line> {
    let facts: Vec<_> = facts.iter().filter(|(_, said)| !said.trim().is_empty()).collect();
    let widest = facts.iter().map(|(word, _)| text::line(faces, word, LABEL).width()).fold(0.0, f32::max);
    let left = widest + 14.0;
    if facts.is_empty() {
        return Vec::new();
    }
    let list = sheet.tags.add(Tags::ROOT, Tag::L(ListNumbering::None));
    let mut lines = Vec::new();
    for (word, said) in facts {
        let item = sheet.tags.add(list, Tag::LI);
        let label = sheet.tags.add(item, Tag::Lbl);
        let body = sheet.tags.add(item, Tag::LBody);
        let word = Beside { text: word, style: LABEL, x: 0.0, width: widest + 1.0, place: label };
        let said = Beside { text: said, style: TEXT, x: left, width: width - left, place: body };
        lines.extend(columns(faces, &[word, said]));
    }
    lines
}

/// A text beside another one: where it begins, and how wide it may be.
struct Beside<'a> {
    text: &'a str,
    style: Style,
    x: f32,
    width: f32,
    place: Place,
}

/// Texts beside each other, on common baselines.
fn columns(faces: &Faces, texts: &[Beside<'_>]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for Beside { text, style, x, width, place } in texts {
        for (number, run) in text::lines(faces, text, *style, *width).into_iter().enumerate() {
            if lines.len() <= number {
                lines.push(Line::gap(leading(TEXT.size)));
            }
            if let Some(line) = lines.get_mut(number) {
                line.height = line.height.max(leading(style.size));
                line.pieces.push(Piece { x: *x, run, place: Some(*place) });
            }
        }
    }
    lines
}

/// Letters and digits in groups of four, as banks print them; anything else as it is.
fn in_fours(text: &str) -> String {
    let bare: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !bare.iter().all(char::is_ascii_alphanumeric) {
        return text.to_owned();
    }
    let groups: Vec<String> = bare.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// A part of the longest, from 0 to 1, in steps of a thousandth.
fn share(length: u64, longest: u64) -> f32 {
    let thousandths = u128::from(length) * 1000 / u128::from(longest.max(1));
    f32::from(u16::try_from(thousandths).unwrap_or(1000)) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::{in_fours, share};

    #[test]
    fn references_stand_in_groups_of_four() {
        assert_eq!(in_fours("DE02120300000000202051"), "DE02 1203 0000 0000 2020 51");
        assert_eq!(in_fours("RF18 5390 0754 7034"), "RF18 5390 0754 7034");
        assert_eq!(in_fours("2026-11-0012"), "2026-11-0012");
        assert_eq!(in_fours("请写户号"), "请写户号");
        assert_eq!(in_fours(""), "");
    }

    #[test]
    fn a_bar_is_a_part_of_the_longest() {
        assert!((share(1, 2) - 0.5).abs() < 0.001);
        assert!(share(0, 0).abs() < 0.001);
        assert!((share(u64::MAX, u64::MAX) - 1.0).abs() < 0.001);
    }
}
