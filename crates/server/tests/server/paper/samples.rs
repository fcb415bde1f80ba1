//! Papers of the demo community, as the payments of a server would fill them.

use fast_qr::{ECL, QRBuilder};
use jiff::civil::{Date, date};
use linli_server::paper::*;
use linli_wire::{Language, Timestamp};

/// 22 November 2026, 08:30 in Shanghai.
pub const MADE: Timestamp = Timestamp(1_795_307_400_000);

pub fn is_chinese(language: &Language) -> bool {
    language.as_str() == "zh"
}

fn either(language: &Language, zh: &str, en: &str) -> String {
    if is_chinese(language) { zh.to_owned() } else { en.to_owned() }
}

pub fn head(language: &Language, number: &str, day: Date) -> Head {
    Head {
        language: language.clone(),
        community: either(language, "阳光花园", "Sunshine Garden"),
        address: vec![
            either(
                language,
                "北京市朝阳区花园路8号 2号楼一层",
                "Building 2, ground floor, 8 Huayuan Road, Chaoyang, Beijing",
            ),
            either(
                language,
                "电话 +86 10 5550 0100 · 统一社会信用代码 91110105MA01X2345Y",
                "+86 10 5550 0100 · Tax number 91110105MA01X2345Y",
            ),
        ],
        number: number.to_owned(),
        day,
        made_at: MADE,
        household: "3-1201".to_owned(),
        names: vec![either(language, "王秀英、王梅", "Wang Xiuying, Wang Mei")],
        home: vec![either(language, "3号楼2单元1201室", "Building 3, entrance 2, flat 1201")],
    }
}

pub fn lines(language: &Language) -> Vec<Line> {
    let month = either(language, "2026年11月", "November 2026");
    let line = |what: String, when: &str, numbers: [&str; 6]| Line {
        what,
        when: when.to_owned(),
        quantity: numbers[0].to_owned(),
        rate: numbers[1].to_owned(),
        net: numbers[2].to_owned(),
        tax_rate: numbers[3].to_owned(),
        tax: numbers[4].to_owned(),
        total: numbers[5].to_owned(),
    };
    vec![
        line(
            either(language, "物业服务费", "Property management"),
            &month,
            ["89.50 m²", "2.80", "236.42", "6 %", "14.18", "250.60"],
        ),
        line(
            either(language, "地下车位 B-117 管理费", "Parking space B-117 in the basement garage"),
            &month,
            ["1", "80.00", "75.47", "6 %", "4.53", "80.00"],
        ),
        line(
            either(language, "公共用水（楼道、绿化）分摊", "Water for stairs and gardens, your share"),
            &either(language, "2026年10月1日至31日", "1 to 31 October 2026"),
            ["3.4 m³", "5.00", "16.50", "3 %", "0.50", "17.00"],
        ),
        line(
            either(language, "电动自行车充电", "Charging of e-bikes"),
            &either(language, "2026年10月", "October 2026"),
            ["21.7 kWh", "0.50", "9.60", "13 %", "1.25", "10.85"],
        ),
    ]
}

pub fn taxes() -> Vec<TaxSum> {
    let sum = |rate: &str, net: &str, tax: &str, total: &str| TaxSum {
        rate: rate.to_owned(),
        net: net.to_owned(),
        tax: tax.to_owned(),
        total: total.to_owned(),
    };
    vec![
        sum("3 %", "16.50", "0.50", "17.00"),
        sum("6 %", "311.89", "18.71", "330.60"),
        sum("13 %", "9.60", "1.25", "10.85"),
    ]
}

pub fn qr(text: &str, words: String) -> Qr {
    let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
    let dark = code.data.iter().take(code.size * code.size).map(|module| module.value()).collect();
    Qr { size: code.size, dark, words }
}

pub fn bill(language: &Language) -> Bill {
    let bar = |zh, en, amount: &str, length| Bar {
        period: either(language, zh, en),
        amount: amount.to_owned(),
        length,
    };
    Bill {
        head: head(language, "2026-11-0012", date(2026, 11, 22)),
        period: either(language, "2026年11月", "November 2026"),
        lines: lines(language),
        taxes: taxes(),
        total: either(language, "¥358.45", "CNY 358.45"),
        due: date(2026, 12, 15),
        pay: HowToPay {
            account_holder: either(language, "北京阳光花园物业管理有限公司", "Sunshine Garden Property Ltd"),
            account: "11001070300059000123".to_owned(),
            bank: either(language, "中国建设银行北京朝阳支行", "China Construction Bank, Beijing Chaoyang"),
            reference: "RF18539007547034".to_owned(),
            sentences: vec![either(
                language,
                "也可以在“邻里”里缴，或到物业前台付现金。",
                "Or pay in the app, or in cash at the office.",
            )],
            qr: Some(qr(
                "https://linli.example.org/pay/2026-11-0012?amount=358.45",
                either(language, "用手机扫一扫", "Scan with your phone"),
            )),
        },
        comparison: vec![
            bar("2025年11月", "November 2025", "341.20", 34_120),
            bar("2026年10月", "October 2026", "362.90", 36_290),
            bar("2026年11月", "November 2026", "358.45", 35_845),
        ],
        notes: vec![either(
            language,
            "对账单有疑问，请在缴费期限前联系物业。供暖费另行收取。",
            "If something looks wrong, please call us before the bill is due. Heating is billed separately.",
        )],
    }
}

pub fn receipt(language: &Language) -> Receipt {
    Receipt {
        head: head(language, "R-2026-0431", date(2026, 12, 3)),
        lines: lines(language),
        taxes: taxes(),
        total: either(language, "¥358.45", "CNY 358.45"),
        received: date(2026, 12, 2),
        way: either(language, "银行转账", "Bank transfer"),
        payer: either(language, "王梅", "Wang Mei"),
        reference: "RF18 5390 0754 7034".to_owned(),
        open: String::new(),
        notes: vec![either(language, "本收据不作发票使用。", "This receipt is not a tax invoice.")],
    }
}

pub fn credit_note(language: &Language) -> CreditNote {
    CreditNote {
        head: head(language, "C-2026-0007", date(2026, 12, 5)),
        bill: "2026-11-0012".to_owned(),
        bill_day: date(2026, 11, 22),
        reason: either(
            language,
            "充电桩读数有误，10月的充电费已重新计算。",
            "The meter of the charging post was read wrongly.",
        ),
        lines: lines(language)[3..].to_vec(),
        taxes: taxes()[2..].to_vec(),
        total: either(language, "¥10.85", "CNY 10.85"),
        sentences: vec![either(
            language,
            "这笔钱留在您户下，下一张账单自动抵扣。",
            "It stays with your household and is set off against the next bill.",
        )],
        notes: Vec::new(),
    }
}

pub fn year_statement(language: &Language, entries: usize) -> YearStatement {
    let first = date(2026, 1, 3);
    let entry = |number: usize| {
        let day = first
            .saturating_add(jiff::Span::new().days(i64::try_from(number * 358 / entries.max(1)).unwrap()));
        let is_bill = number.is_multiple_of(2);
        let amount = format!("{}.45", 300 + number % 97);
        Entry {
            day,
            what: if is_bill {
                format!("{} 2026-{:04}", either(language, "账单", "Bill"), number + 1)
            } else {
                either(language, "缴费：银行转账", "Payment by bank transfer")
            },
            small: if is_bill {
                either(language, "物业服务费、车位费", "Property management, parking")
            } else {
                String::new()
            },
            charged: if is_bill { amount.clone() } else { String::new() },
            paid: if is_bill { String::new() } else { format!("{}.45", 300 + (number - 1) % 97) },
            balance: if is_bill { amount } else { "0.00".to_owned() },
        }
    };
    YearStatement {
        head: head(language, "S-2026-3-1201", date(2027, 1, 4)),
        from: date(2026, 1, 1),
        until: date(2026, 12, 31),
        opening: "0.00".to_owned(),
        entries: (0..entries).map(entry).collect(),
        charged: "4,301.40".to_owned(),
        paid: "4,301.40".to_owned(),
        closing: either(language, "¥0.00", "CNY 0.00"),
        sentences: vec![either(language, "没有欠费，谢谢！", "You owe nothing. Thank you!")],
        notes: vec![either(
            language,
            "余额为正表示尚欠，为负表示预存。",
            "A positive balance is still to be paid, a negative one is yours.",
        )],
    }
}
