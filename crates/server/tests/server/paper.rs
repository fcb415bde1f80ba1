//! Papers as others read them: poppler, which many readers of PDF stand on.

mod reader;
mod samples;

use linli_server::{Error, paper};
use linli_wire::{Code, Language};
use proptest::prelude::*;

use self::reader::{Paper, in_order, well_placed};

type Made = Result<Vec<u8>, Error>;

/// Every kind of paper in a language.
fn all(language: &Language) -> [(&'static str, Paper); 4] {
    let paper =
        |name: &'static str, made: Made| (name, Paper::new(&format!("{name}-{language}"), &made.unwrap()));
    [
        paper("bill", paper::bill(&samples::bill(language))),
        paper("receipt", paper::receipt(&samples::receipt(language))),
        paper("credit-note", paper::credit_note(&samples::credit_note(language))),
        paper("year-statement", paper::year_statement(&samples::year_statement(language, 24))),
    ]
}

#[test]
fn a_bill_reads_from_its_top_to_its_end() {
    let english = Paper::new("bill-en", &paper::bill(&samples::bill(&Language::en())).unwrap());
    in_order(
        &english.text(),
        &[
            "Sunshine Garden",
            "8 Huayuan Road",
            "For",
            "Bill",
            "Wang Xiuying, Wang Mei",
            "Number",
            "2026-11-0012",
            "Household 3-1201",
            "Date",
            "22 November 2026",
            "Building 3, entrance 2, flat 1201",
            "Period",
            "November 2026",
            "What for",
            "Quantity × rate",
            "Net",
            "Tax",
            "Total",
            "Property management",
            "89.50 m² × 2.80",
            "236.42",
            "14.18",
            "250.60",
            "Charging of e-bikes",
            "21.7 kWh × 0.50",
            "9.60",
            "1.25",
            "10.85",
            "Sum at 6 %",
            "311.89",
            "Total",
            "CNY 358.45",
            "How to pay",
            "CNY 358.45 by 15 December 2026",
            "1100 1070 3000 5900 0123",
            "RF18 5390 0754 7034",
            "Compared with before",
            "October 2026",
            "362.90",
            "November 2026",
            "358.45",
            "please call us",
            "Page 1 of 1",
        ],
    );
    let chinese = Paper::new("bill-zh", &paper::bill(&samples::bill(&Language::zh())).unwrap());
    in_order(
        &chinese.text(),
        &[
            "阳光花园",
            "北京市朝阳区花园路8号",
            "账单",
            "王秀英、王梅",
            "户号 3-1201",
            "物业服务费",
            "250.60",
            "公共用水（楼道、绿化）分摊",
            "税率 6 % 小计",
            "合计",
            "¥358.45",
            "怎么缴费",
            "2026年12月15日前缴清",
            "北京阳光花园物业管理有限公司",
            "“邻里”",
            "与以往比较",
            "第 1 页，共 1 页",
        ],
    );
}

#[test]
fn the_other_papers_say_what_they_are_about() {
    let [_, (_, receipt), (_, note), (_, statement)] = all(&Language::en());
    in_order(
        &receipt.text(),
        &[
            "Receipt",
            "R-2026-0431",
            "250.60",
            "Total",
            "CNY 358.45 received on 2 December 2026",
            "Bank transfer",
            "Wang Mei",
        ],
    );
    in_order(
        &note.text(),
        &[
            "Credit note",
            "from bill 2026-11-0012 of 22 November 2026",
            "read wrongly",
            "10.85",
            "in your favour",
        ],
    );
    in_order(
        &statement.text(),
        &[
            "1 Jan 2026 – 31 Dec 2026",
            "Opening balance",
            "3 Jan 2026",
            "Bill 2026-0001",
            "Sums of the year",
            "Closing balance",
        ],
    );
    let [_, (_, receipt), (_, note), (_, statement)] = all(&Language::zh());
    in_order(&receipt.text(), &["收据", "王秀英、王梅", "2026年12月2日收到 ¥358.45", "银行转账"]);
    in_order(&note.text(), &["冲减单", "2026年11月22日账单 2026-11-0012", "冲减 ¥10.85"]);
    in_order(&statement.text(), &["年度对账单", "期初余额", "2026年1月3日", "期末余额", "没有欠费"]);
}

#[test]
fn a_screen_reader_meets_headings_rows_and_cells_in_order() {
    let (_, bill) = all(&Language::en()).into_iter().next().unwrap();
    let parts = bill.parts();
    in_order(
        &parts,
        &[
            "P (block)",
            "\"Sunshine Garden\"",
            "H1 ",
            "\"Bill\"",
            "L (block)",
            "Lbl (block)",
            "\"Number\"",
            "LBody (block)",
            "\"2026-11-0012\"",
            "Table (block)",
            "THead",
            "TH",
            "\"What for\"",
            "\"Total\"",
            "TBody",
            "TR",
            "TH",
            "\"Property management\"",
            "\"November 2026\"",
            "TD",
            "\"89.50 m² × 2.80\"",
            "TD",
            "\"236.42\"",
            "TD",
            "\"14.18\"",
            "\"6 %\"",
            "TD",
            "\"250.60\"",
            "TR",
            "\"Parking space B-117 in the basement garage\"",
            "TFoot",
            "\"Sum at 3 %\"",
            "\"CNY 358.45\"",
            "H2 \"How to pay\"",
            "Figure",
            "H2 \"Compared with before\"",
        ],
    );
    // Footers are no part of it.
    assert!(!parts.contains("Page 1 of 1"), "{parts}");
    let about = bill.about();
    in_order(&about, &["Title:", "Bill 2026-11-0012", "Tagged:", "yes", "Page size:", "A4"]);
}

#[test]
fn fonts_are_in_the_paper_and_only_what_it_needs_of_them() {
    for (name, paper) in all(&Language::zh()) {
        let fonts = paper.fonts();
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(rows.len() >= 3, "{name}: {fonts}");
        for row in rows {
            // Embedded, a subset, and with the characters of its glyphs.
            assert!(row.contains(" yes yes yes ") && row.as_bytes()[6] == b'+', "{name}: {row}");
        }
    }
}

#[test]
fn no_page_is_blank_and_nothing_stands_in_the_margins() {
    for language in [Language::en(), Language::zh()] {
        for (_, paper) in all(&language) {
            well_placed(&paper);
        }
    }
}

#[test]
fn the_code_to_pay_with_can_be_scanned() {
    let bill = Paper::new("bill-en", &paper::bill(&samples::bill(&Language::en())).unwrap());
    // As a telephone in front of it sees it: the lower right of the page.
    let page = bill.pages(144.0).remove(0);
    let page = image::imageops::crop_imm(&page, 800, 900, 300, 500).to_image();
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(300, 500, |x, y| {
        page.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0]
    });
    let (_, content) = seen.detect_grids()[0].decode().unwrap();
    assert_eq!(content, "https://linli.example.org/pay/2026-11-0012?amount=358.45");
}

#[test]
fn a_code_that_is_no_square_is_refused() {
    let mut bill = samples::bill(&Language::en());
    for (size, modules) in [(0, 0), (21, 440), (21, 442), (usize::MAX, 1), (200, 40_000)] {
        bill.pay.qr = Some(paper::Qr { size, dark: vec![true; modules], words: String::new() });
        assert_eq!(paper::bill(&bill).unwrap_err().code(), Code::InvalidInput, "{size}");
    }
}

#[test]
fn a_long_statement_repeats_its_head_and_numbers_its_pages() {
    let statement = samples::year_statement(&Language::en(), 400);
    let paper = Paper::new("year-statement-400", &paper::year_statement(&statement).unwrap());
    let text = paper.text();
    let pages: Vec<&str> = text.split_terminator('\u{C}').collect();
    let count = pages.len();
    assert!((14..40).contains(&count), "{count} pages");
    for (number, page) in pages.iter().enumerate() {
        let number = format!("Page {} of {count}", number + 1);
        in_order(page, &["Date", "Entry", "Charged", "Paid", "Balance", &number]);
    }
    // Every bill once, in their order.
    let bills: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("Bill 2026-"))
        .map(|(_, rest)| rest.split_whitespace().next().unwrap())
        .collect();
    let expected: Vec<String> = (0..400).step_by(2).map(|number| format!("{:04}", number + 1)).collect();
    assert_eq!(bills, expected);
    assert_eq!(text.matches("Payment by bank transfer").count(), 200);
    // One head for a screen reader, however many pages.
    assert_eq!(paper.parts().matches("\"Charged\"").count(), 1);
    well_placed(&paper);
}

#[test]
fn the_same_paper_is_the_same_bytes_and_tells_nothing_of_its_maker() {
    let bill = samples::bill(&Language::zh());
    let first = paper::bill(&bill).unwrap();
    for _ in 0..4 {
        assert!(paper::bill(&bill).unwrap() == first);
    }
    let mut other = bill.clone();
    other.head.number.push('3');
    assert!(paper::bill(&other).unwrap() != first);
    let about = Paper::new("bill-zh", &first).about();
    assert!(about.contains("22 00:30:00 2026"), "{about}");
    assert!(!about.contains("Producer") && !about.contains("Creator"), "{about}");
}

#[test]
fn what_no_font_has_is_a_box_and_stays_what_it_is() {
    let mut bill = samples::bill(&Language::zh());
    bill.head.names = vec!["李𠮷𱁬 🏡".to_owned(), "Ştefan Żółć, Дмитро".to_owned(), "דוד".to_owned()];
    let paper = Paper::new("missing", &paper::bill(&bill).unwrap());
    in_order(&paper.text(), &["李𠮷𱁬", "🏡", "Ştefan Żółć, Дмитро", "ד", "ו", "ד", "物业服务费"]);
    well_placed(&paper);
    assert_eq!(paper::missing("李𠮷 🏡🏡דוד\u{202E}").unwrap(), ['🏡', 'ד', 'ו']);
    assert_eq!(paper::missing("Ştefan Żółć, Дмитро, 王秀英").unwrap(), Vec::<char>::new());
}

/// What nobody should have written into a field.
fn rubbish() -> Vec<String> {
    vec![
        String::new(),
        "x".repeat(10_000),
        "王".repeat(10_000),
        "\u{202E}\u{200F}\u{2067}evil\u{2069}".to_owned(),
        (0..32).map(char::from).collect(),
        "👨‍👩‍👧‍👦🏳️‍🌈🧑🏽‍🚀".repeat(40),
        "\u{301}\u{308}\u{20DD}\u{334}".repeat(100),
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}".repeat(50),
        "\u{FFFF}\u{FFFE}\u{FDD0}\u{E000}\u{10FFFF}".to_owned(),
        "a\u{A0}b\u{3000}c\u{2003}d\u{2028}e".repeat(30),
        "%PDF-1.7 endobj << /Type >> (\\))".to_owned(),
    ]
}

#[test]
fn rubbish_in_one_field_loses_nothing_of_the_others() {
    let whole = samples::bill(&Language::en());
    for (number, text) in rubbish().into_iter().enumerate() {
        for field in [number % 5, (number + 2) % 5] {
            let mut bill = whole.clone();
            match field {
                0 => bill.head.community.clone_from(&text),
                1 => bill.head.names = vec![text.clone(), "Wang Mei".to_owned()],
                2 => bill.lines[0].what.clone_from(&text),
                3 => bill.lines[0].total.clone_from(&text),
                _ => bill.pay.bank.clone_from(&text),
            }
            let name = format!("rubbish-{number}-{field}");
            let paper = Paper::new(&name, &paper::bill(&bill).unwrap());
            let read = paper.text();
            for rest in ["Bill", "Wang Mei", "80.00", "CNY 358.45 by 15 December 2026", "please call us"] {
                assert!(read.contains(rest), "{name}: no {rest}\n{read}");
            }
            if text.starts_with(['x', '王']) && field != 0 {
                // The footer has the community's name once more, as far as it fits.
                let letter = text.chars().next().unwrap();
                let set = read.matches(letter).count();
                assert!(set >= 10_000, "{name}: {set}");
            }
            well_placed(&paper);
        }
    }
}

#[test]
fn rubbish_everywhere_is_a_paper_all_the_same() {
    for (number, text) in rubbish().into_iter().enumerate() {
        let text = &text.chars().take(300).collect::<String>();
        let mut statement = samples::year_statement(&Language::zh(), 3);
        for entry in &mut statement.entries {
            for field in
                [&mut entry.what, &mut entry.small, &mut entry.charged, &mut entry.paid, &mut entry.balance]
            {
                field.clone_from(text);
            }
        }
        let head = &mut statement.head;
        for field in [
            &mut head.community,
            &mut head.number,
            &mut head.household,
            &mut statement.opening,
            &mut statement.closing,
        ] {
            field.clone_from(text);
        }
        head.names = vec![text.clone(); 3];
        head.address = vec![text.clone(); 2];
        statement.notes = vec![text.clone()];
        let paper =
            Paper::new(&format!("rubbish-everywhere-{number}"), &paper::year_statement(&statement).unwrap());
        well_placed(&paper);
        assert!(paper.text().contains("年度对账单"), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_texts_are_a_paper(texts in proptest::collection::vec(any::<String>(), 12), length in any::<u64>()) {
        let mut bill = samples::bill(&Language::zh());
        let [line, ..] = bill.lines.as_mut_slice() else { unreachable!() };
        let fields = [
            &mut bill.head.community, &mut bill.head.number, &mut bill.head.household, &mut bill.period, &mut bill.total,
            &mut bill.pay.account, &mut bill.pay.reference, &mut line.what, &mut line.quantity, &mut line.tax,
            &mut line.total, &mut bill.notes[0],
        ];
        for (field, text) in fields.into_iter().zip(texts) {
            *field = text;
        }
        bill.comparison[0].length = length;
        let first = paper::bill(&bill).unwrap();
        prop_assert!(first.starts_with(b"%PDF-1.7"));
        prop_assert!(paper::bill(&bill).unwrap() == first);
    }
}
