//! The fixed words of papers, in both languages.

use jiff::civil::Date;
use linli_wire::Language;

/// All of them in one language.
pub struct Words {
    /// Its tag.
    pub language: &'static str,
    pub bill: &'static str,
    pub receipt: &'static str,
    pub credit_note: &'static str,
    pub year_statement: &'static str,
    pub whom: &'static str,
    pub household: &'static str,
    pub number: &'static str,
    pub date: &'static str,
    pub period: &'static str,
    pub what: &'static str,
    pub quantity: &'static str,
    pub net: &'static str,
    pub tax: &'static str,
    pub total: &'static str,
    /// `{rate}` stands for the rate.
    pub sum_at: &'static str,
    pub how_to_pay: &'static str,
    /// `{amount}` and `{day}` stand for what is to be paid until when; in `received` for what came in.
    pub to_pay: &'static str,
    pub account_holder: &'static str,
    pub account: &'static str,
    pub bank: &'static str,
    pub reference: &'static str,
    pub how_paid: &'static str,
    pub received: &'static str,
    pub paid_by: &'static str,
    pub way: &'static str,
    pub open: &'static str,
    /// `{number}` and `{day}` stand for those of the bill.
    pub takes_back: &'static str,
    pub what_next: &'static str,
    /// `{amount}` stands for what is taken back.
    pub credited: &'static str,
    pub comparison: &'static str,
    pub day: &'static str,
    pub charged: &'static str,
    pub paid: &'static str,
    pub balance: &'static str,
    pub entry: &'static str,
    /// `{amount}` and `{day}` stand for the last ones.
    pub balance_on: &'static str,
    pub opening: &'static str,
    pub closing: &'static str,
    pub sums: &'static str,
    pub qr: &'static str,
    pub page_of: fn(usize, usize) -> String,
    /// For `strftime`.
    long_day: &'static str,
    short_day: &'static str,
    pub until: &'static str,
}

impl Words {
    /// The words in a language; English for those that papers do not speak.
    pub fn of(language: &Language) -> &'static Self {
        if language.as_str() == "zh" { &ZH } else { &EN }
    }

    /// A day in a sentence.
    pub fn long(&self, day: Date) -> String {
        day.strftime(self.long_day).to_string()
    }

    /// A day in a table.
    pub fn short(&self, day: Date) -> String {
        day.strftime(self.short_day).to_string()
    }
}

const EN: Words = Words {
    language: "en",
    bill: "Bill",
    receipt: "Receipt",
    credit_note: "Credit note",
    year_statement: "Yearly statement",
    whom: "For",
    household: "Household",
    number: "Number",
    date: "Date",
    period: "Period",
    what: "What for",
    quantity: "Quantity × rate",
    net: "Net",
    tax: "Tax",
    total: "Total",
    sum_at: "Sum at {rate}",
    how_to_pay: "How to pay",
    to_pay: "{amount} by {day}",
    account_holder: "Payee",
    account: "Account",
    bank: "Bank",
    reference: "Reference",
    how_paid: "How it was paid",
    received: "{amount} received on {day}. Thank you!",
    paid_by: "From",
    way: "How",
    open: "Still open",
    takes_back: "This note takes back from bill {number} of {day} what is listed here.",
    what_next: "What happens with the money",
    credited: "{amount} in your favour",
    comparison: "Compared with before",
    day: "Date",
    charged: "Charged",
    paid: "Paid",
    balance: "Balance",
    entry: "Entry",
    balance_on: "{amount} on {day}",
    opening: "Opening balance",
    closing: "Closing balance",
    sums: "Sums of the year",
    qr: "QR code for paying",
    page_of: |number, count| format!("Page {number} of {count}"),
    long_day: "%-d %B %Y",
    short_day: "%-d %b %Y",
    until: " – ",
};

const ZH: Words = Words {
    language: "zh",
    bill: "账单",
    receipt: "收据",
    credit_note: "冲减单",
    year_statement: "年度对账单",
    whom: "收件人",
    household: "户号",
    number: "编号",
    date: "日期",
    period: "账期",
    what: "项目",
    quantity: "数量 × 单价",
    net: "不含税",
    tax: "税额",
    total: "合计",
    sum_at: "税率 {rate} 小计",
    how_to_pay: "怎么缴费",
    to_pay: "{amount}，请在{day}前缴清",
    account_holder: "收款人",
    account: "账号",
    bank: "开户行",
    reference: "附言",
    how_paid: "缴费情况",
    received: "{day}收到 {amount}，谢谢！",
    paid_by: "付款人",
    way: "缴费方式",
    open: "尚欠",
    takes_back: "本单冲减{day}账单 {number} 中的下列费用。",
    what_next: "这笔钱怎么处理",
    credited: "冲减 {amount}",
    comparison: "与以往比较",
    day: "日期",
    charged: "应缴",
    paid: "已缴",
    balance: "余额",
    entry: "摘要",
    balance_on: "{day}余额 {amount}",
    opening: "期初余额",
    closing: "期末余额",
    sums: "本年合计",
    qr: "缴费二维码",
    page_of: |number, count| format!("第 {number} 页，共 {count} 页"),
    long_day: "%Y年%-m月%-d日",
    short_day: "%Y年%-m月%-d日",
    until: "至",
};
